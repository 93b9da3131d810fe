"""Errors of a plan: what cannot be read, and what a plan or the catalogue does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .root import LISTED, PortsError, did_you_mean, listed, short

__all__ = [
    "BadRow",
    "BadRowsError",
    "CatalogError",
    "DuplicateNameError",
    "DuplicatePortIdError",
    "InvalidPortError",
    "InvalidValueError",
    "NoFreePortError",
    "OtherHostError",
    "PlanError",
    "PlanFileError",
    "PortKindError",
    "UnknownApplicationError",
    "UnknownHostError",
    "UnknownNumberError",
    "UnknownPortIdError",
    "WhichHostError",
]


class PlanError(PortsError):
    """The plan, or a part of it, cannot be used as it is."""


@dataclass(eq=False)
class PlanFileError(PlanError):
    """A plan file that cannot be read at all; `problem` is a whole sentence."""

    file: str
    problem: str

    def sentences(self) -> Iterable[str]:
        return (f"{self.file}: {self.problem}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """One cell of a plan file that cannot be read, with what to write instead. `row` counts from 1, as a sheet does.

    `code` is that of the finding a check makes of it, when the cell can be understood and is still no port: port 0, a
    number over 65535, the port of a switch.
    """

    file: str
    row: int
    column: str
    value: str
    message: str
    sheet: str = ""
    code: str = ""

    def __str__(self) -> str:
        where = f"sheet {self.sheet!r}, row {self.row}" if self.sheet else f"row {self.row}"
        return f"{where}, column {self.column}: {short(self.value)!r}: {self.message}"


@dataclass(eq=False)
class BadRowsError(PlanError):
    """Every bad row of a file at once: `rows` has them all, `plan` holds what could be read; nothing is lost."""

    file: str
    rows: Sequence[BadRow]
    plan: Any = None

    def __str__(self) -> str:
        count = len(self.rows)
        head = f"{self.file}: 1 cell cannot be read." if count == 1 else f"{self.file}: {count} cells cannot be read."
        lines = [f"  {row}" for row in self.rows[: LISTED * 2]]
        if count > len(lines):
            lines.append(f"  … and {count - len(lines)} more")
        return "\n".join([head, *lines, "Correct them in the file and load it again."])


@dataclass(eq=False)
class InvalidPortError(PlanError):
    """A port number that cannot exist. Port numbers run from 1 to 65535 (RFC 9293, 16 bits; 0 asks for any port)."""

    value: object

    def sentences(self) -> Iterable[str]:
        yield f"{short(str(self.value))!r} is not a port number."
        if isinstance(self.value, str) and self.value.isascii() and self.value.isdigit() and self.value != "0":
            yield f"Write it without quotation marks: {short(self.value)}."
        else:
            yield "Write a whole number from 1 to 65535, or a range such as 20000-45000 with the smaller number first."


@dataclass(eq=False)
class InvalidValueError(PlanError):
    """A value outside the words a field knows."""

    field: str
    value: object
    allowed: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{short(str(self.value))!r} is not a {self.field}."
        yield f"Write one of: {', '.join(self.allowed)}."


@dataclass(eq=False)
class DuplicateNameError(PlanError):
    """Two hosts, or two applications, with one name."""

    kind: str
    name: str

    def sentences(self) -> Iterable[str]:
        yield f"The plan has two things of the kind {self.kind} with the name {self.name!r}."
        yield "Names are how everything else refers to them: give each its own."


@dataclass(eq=False)
class DuplicatePortIdError(PlanError):
    """A second port of an application with one port id; `port` is the one that has it."""

    application: str
    port_id: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} has a port with the id {self.port_id!r} already: {self.port}."
        yield "Give the new port an id of its own, or change the number of this one with plan.move."


@dataclass(eq=False)
class OtherHostError(PlanError):
    """An application asked for on a second host."""

    application: str
    host: str
    wanted: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} is on {self.host}, and cannot be on {self.wanted} too: an application has one host."
        yield "A second server of the same kind is another application, with a name of its own."


@dataclass(eq=False)
class _UnknownError(PlanError):
    name: str
    known: Sequence[str]

    def guess(self) -> str:
        return did_you_mean(self.name, self.known)


class UnknownHostError(_UnknownError):
    """A host name the plan does not have."""

    def sentences(self) -> Iterable[str]:
        yield f"The plan has no host {self.name!r}."
        yield self.guess()
        yield f"Its hosts: {listed(self.known)}."


class UnknownApplicationError(_UnknownError):
    """An application name the plan does not have."""

    def sentences(self) -> Iterable[str]:
        yield f"The plan has no application {self.name!r}."
        yield self.guess()
        yield f"Its applications: {listed(self.known)}."


@dataclass(eq=False)
class UnknownPortIdError(PlanError):
    """A port id the application does not have."""

    application: str
    port_id: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} has no port with the id {self.port_id!r}."
        yield f"Its port ids: {listed(self.known)}." if self.known else "It has no listening port at all."


@dataclass(eq=False)
class UnknownNumberError(PlanError):
    """A number that nothing in the plan listens on; `nearest` are planned ports beside it, with their applications."""

    number: int
    nearest: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"Nothing in the plan listens on {self.number}."
        yield f"The nearest that are planned: {listed(self.nearest)}." if self.nearest else "It plans no port at all."


@dataclass(eq=False)
class NoFreePortError(PlanError):
    """No number left in a block of ports."""

    host: str
    first: int
    last: int

    def sentences(self) -> Iterable[str]:
        yield f"No port from {self.first} to {self.last} is left to plan on {self.host}."
        yield "Each is planned already, needs administrator rights, or serves outgoing connections."
        yield "Choose a larger block, or another host."


@dataclass(eq=False)
class WhichHostError(PlanError):
    """Which host of the plan a machine, `source`, is cannot be told; `likely` are those that it may be."""

    source: str
    likely: Sequence[str]
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        if self.likely:
            yield f"Which host of the plan is {self.source}? It may be each of these: {listed(self.likely)}."
        elif self.known:
            yield f"Which host of the plan is {self.source}? No address and no name of a planned host tells."
            yield f"The plan's hosts: {listed(self.known)}."
        else:
            yield "The plan has no host."
            return
        yield f'Say which:  --host {self.known[0]}  on the command line,  host="{self.known[0]}"  in Python.'


@dataclass(eq=False)
class PortKindError(PlanError):
    """The two kinds of port were mixed: `used` stood where `wanted` belongs ('listening port' or 'voice port')."""

    used: str
    wanted: str
    what: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.what} is a {self.used}, and a {self.wanted} belongs here."
        yield (
            "A listening port is a number on a host: the end point by which a client program finds a server program "
            "over TCP or UDP."
        )
        yield "A voice port is a physical interface of a switch or an IVR: it carries one phone call."
        yield "Neither can stand in for the other, even when both are called 'port 24'."


@dataclass(eq=False)
class CatalogError(PortsError):
    """A component the catalogue does not have."""

    name: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"The catalogue has no component {self.name!r}."
        yield did_you_mean(self.name, self.known)
        yield "Type  genesys-ports catalog  for the whole list."
