"""What a check finds in a plan: each finding with its code, its rows, why it matters, and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, overload

from ..origin import Place
from ..table import Table, Tabled

__all__ = ["Change", "Finding", "Findings", "PlannedPort", "Severity"]


class Severity(StrEnum):
    """How bad it is: `error` will fail, `warning` may fail or mislead, `info` is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class PlannedPort(NamedTuple):
    """A listening port that a finding concerns. `last` is None unless it is a range."""

    host: str
    application: str
    port_id: str
    port: int
    last: int | None
    transport: str


class Change(NamedTuple):
    """A move of one port that would mend a finding: `Deployment.move(application, to, port_id)`."""

    application: str
    port_id: str
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found. The sentences are whole: what, why it matters, and what to do instead.

    `change` is the proposal as data where it is a move of one port; `proposal` may say more, or something else.
    """

    code: str
    severity: Severity
    message: str
    why: str
    source: str
    rows: tuple[Place, ...] = ()
    ports: tuple[PlannedPort, ...] = ()
    proposal: str = ""
    change: Change | None = None

    def __str__(self) -> str:
        return f"{self.message}  [{self.code} {self.severity}]"

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "why": self.why,
            "source": self.source,
            "rows": [row._asdict() for row in self.rows],
            "ports": [port._asdict() for port in self.ports],
            "proposal": self.proposal,
            "change": self.change._asdict() if self.change else None,
        }


class Findings(Sequence[Finding], Tabled):
    """The findings of one check, the gravest first. Shown in a notebook they are a table."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        order = list(Severity)
        self._findings = tuple(sorted(findings, key=lambda one: order.index(one.severity)))

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self._findings[index]

    def __len__(self) -> int:
        return len(self._findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity error."""
        return tuple(one for one in self if one.severity is Severity.ERROR)

    def table(self) -> Table:
        """One row for each finding."""
        raise NotImplementedError
