"""Errors of SIP, of its logs, and of looking into a trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .root import PortsError, did_you_mean, listed

__all__ = [
    "LogFileError",
    "NoRawMessageError",
    "SIPError",
    "UnknownCallError",
    "UnknownParticipantError",
]


@dataclass(eq=False)
class SIPError(PortsError):
    """Bytes that are no SIP message, or a message that has to be refused.

    `status` is the answer RFC 3261 gives it (400, 405, 505 …), `text` a whole sentence that says what is wrong, `line`
    the offending line, shortened; empty when no line is to blame.
    """

    status: int
    text: str
    line: str = ""

    def sentences(self) -> Iterable[str]:
        yield f"{self.status}: {self.text}"
        if self.line:
            yield f"It stands in the line {self.line!r}."


@dataclass(eq=False)
class LogFileError(PortsError):
    """A log that cannot be read, or that holds no SIP message; `problem` is a whole sentence."""

    file: str
    problem: str

    def sentences(self) -> Iterable[str]:
        return (f"{self.file}: {self.problem}",)


@dataclass(eq=False)
class UnknownCallError(PortsError):
    """A Call-ID that the trace does not have."""

    call: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"No message here belongs to a call {self.call!r}."
        yield did_you_mean(self.call, self.known)
        if self.known:
            yield f"The calls are: {listed(self.known)}."


@dataclass(eq=False)
class UnknownParticipantError(PortsError):
    """A name that nobody has who sends or gets a message, and that no plan has either."""

    name: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"Nobody here is called {self.name!r}."
        yield did_you_mean(self.name, self.known)
        if self.known:
            yield f"Those who take part are: {listed(self.known)}."


@dataclass(eq=False)
class NoRawMessageError(PortsError):
    """The raw text of something that has none; `problem` is a whole sentence."""

    number: int
    problem: str

    def sentences(self) -> Iterable[str]:
        yield f"Nothing raw to show for {self.number}."
        yield self.problem
