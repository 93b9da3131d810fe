"""What a check finds in a plan: each finding with its code, its rows, why it matters, and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, overload

from ..model import number_text
from ..origin import Place
from ..table import Table, Tabled, sentences_html
from . import finding_words as words

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

    def __str__(self) -> str:
        return f"{number_text(self.port, self.last)}/{self.transport}"


class Change(NamedTuple):
    """A move of one port that would mend a finding: `Deployment.move(application, to, port_id)`."""

    application: str
    port_id: str
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found. The sentences are whole: what, why it matters, and what to do instead.

    `change` is the proposal as data where it is a move of one port; `proposal` may say more, or something else.
    `further` are the moves that belong to it: of the others in a group, of a port on the same number with the other
    transport, of the HA partner on another host. `changes` is all of them.
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
    further: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every move that the proposal makes."""
        return self.further if self.change is None else (self.change, *self.further)

    def __str__(self) -> str:
        return f"{self.message}  [{self.code} {self.severity}]"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("\n".join(self._sentences()))

    def _repr_html_(self) -> str:
        return sentences_html(self._sentences())

    def _sentences(self) -> list[str]:
        """All that it says, one line each, as a notebook shows it."""
        places = words.rows(self.rows)
        lines = [f"{places}: {self}" if places else str(self), self.why]
        if self.proposal:
            lines.append(words.PROPOSAL.format(proposal=self.proposal))
        return [*lines, words.SOURCE.format(source=self.source)]

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
            "further": [change._asdict() for change in self.further],
        }


class Findings(Sequence[Finding], Tabled):
    """The findings of one check, the gravest first, then by code, then in the order of the plan.

    Shown in a notebook they are a table.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        order = {severity: place for place, severity in enumerate(Severity)}
        self._findings = tuple(sorted(findings, key=lambda one: (order[one.severity], one.code)))

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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and self._findings == other._findings

    def __hash__(self) -> int:
        return hash(self._findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity error."""
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings of severity warning."""
        return self._of(Severity.WARNING)

    @property
    def infos(self) -> tuple[Finding, ...]:
        """The findings of severity info."""
        return self._of(Severity.INFO)

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(one for one in self if one.severity is severity)

    @property
    def codes(self) -> dict[str, int]:
        """How many findings there are of each code, in the order of the findings."""
        counts: dict[str, int] = {}
        for one in self:
            counts[one.code] = counts.get(one.code, 0) + 1
        return counts

    def by_code(self, code: str) -> Findings:
        """The findings of one code (`"GP101"`), or of a family of codes (`"GP1"`)."""
        wanted = code.strip().upper()
        return Findings(one for one in self if one.code.startswith(wanted))

    def summary(self) -> str:
        """The findings counted: `3 errors, 11 warnings, 2 infos`."""
        return words.summary(len(self.errors), len(self.warnings), len(self.infos))

    def as_json(self) -> list[dict[str, Any]]:
        """Every finding as JSON has it."""
        return [one.as_json() for one in self]

    def table(self) -> Table:
        """One row for each finding."""
        rows = [(one.code, one.severity, words.rows(one.rows), one.message, one.proposal) for one in self]
        return Table(words.COLUMNS, rows, caption=self.summary()).without_empty_columns()
