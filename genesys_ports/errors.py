"""Every error of the package, and the words it teaches with.

    PortsError
    ├── PlanError                    the plan cannot be used as it is
    │   ├── PlanFileError            a plan file cannot be read at all
    │   ├── BadRowsError             some rows of a plan file cannot be read (all of them, at once)
    │   ├── InvalidPortError         a port number, or a range of them, that cannot exist
    │   ├── InvalidValueError        a value outside the words its field knows
    │   ├── DuplicateNameError       two things of one kind with one name
    │   ├── DuplicatePortIdError     two ports of one application with one port id
    │   ├── OtherHostError           one application on two hosts
    │   ├── UnknownHostError         ┐
    │   ├── UnknownApplicationError  ├ a name the plan does not have
    │   ├── UnknownPortIdError       ┘
    │   ├── UnknownNumberError       a number that nothing in the plan listens on
    │   ├── NoFreePortError          a block of port numbers is used up
    │   ├── WhichHostError           which host of the plan a machine is cannot be told
    │   └── PortKindError            a voice port where a listening port belongs, or the reverse
    ├── CatalogError                 a component the catalogue does not have
    ├── OutputError                  something to show could not be written to a file
    │   ├── OutputExistsError        a file of that name is there already
    │   ├── OutputFormatError        the ending of the file name is none we write
    │   └── OutputWriteError         the system, or the file format, does not let it be written
    ├── UnknownQuestionError         a question the lessons do not have
    ├── SIPError                     bytes that are no SIP, or SIP that has to be refused
    ├── LogFileError                 a SIP Server log that cannot be read
    ├── UnknownCallError             a call that the trace does not have
    ├── NoRawMessageError            a step of a trace that carried no bytes
    └── LabError                     the plan came alive, and something went wrong
        ├── NetworkRangeError        GENESYS_PORTS_NETWORK, or the range it names, cannot be used
        ├── PortInUseError           the port is already open
        ├── NotRunningError          the application has not been started
        ├── NoConnectionError        the plan has no connection between the two
        ├── OnlyUdpError             the plan connects the two over UDP only
        ├── OnlySipError             the plan connects the two over SIP only
        ├── NotConnectedError        the other one has to open the connection, and has not
        ├── ConnectionRefusedByPeerError   nobody listens where the client called
        ├── ConnectionLostError      the connection broke before the answer came
        ├── MessageTooLargeError     one message over the limit
        ├── TLSMismatchError         one side speaks TLS, the other plain text
        ├── NoAnswerError            the limit for waiting ran out
        ├── NotAPhoneError           a phone was wanted, and this application is none
        ├── NoCallError              the phone has no call to do that with
        ├── CallFailedError          the other side refused the call, or nobody answered
        ├── TooManyPortsError        more sockets than the system lets one program open
        ├── LabClosedError           the lab is closed
        └── LabElsewhereError        the lab lives in another event loop

An error keeps its data in attributes and computes its text from them, in whole sentences. No text holds an error number
of the operating system, a process number or a translated port: the same mistake reads the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from textwrap import wrap
from typing import Any

__all__ = [
    "BadRow",
    "BadRowsError",
    "CallFailedError",
    "CatalogError",
    "ConnectionLostError",
    "ConnectionRefusedByPeerError",
    "DuplicateNameError",
    "DuplicatePortIdError",
    "InvalidPortError",
    "InvalidValueError",
    "LabClosedError",
    "LabElsewhereError",
    "LabError",
    "LogFileError",
    "MessageTooLargeError",
    "NetworkRangeError",
    "NoAnswerError",
    "NoCallError",
    "NoConnectionError",
    "NoFreePortError",
    "NoRawMessageError",
    "NotAPhoneError",
    "NotConnectedError",
    "NotRunningError",
    "OnlySipError",
    "OnlyUdpError",
    "OtherHostError",
    "OutputError",
    "OutputExistsError",
    "OutputFormatError",
    "OutputWriteError",
    "PlanError",
    "PlanFileError",
    "PortInUseError",
    "PortKindError",
    "PortsError",
    "SIPError",
    "TLSMismatchError",
    "TooManyPortsError",
    "UnknownApplicationError",
    "UnknownCallError",
    "UnknownHostError",
    "UnknownNumberError",
    "UnknownPortIdError",
    "UnknownQuestionError",
    "WhichHostError",
]

#: Characters in a line of an error shown by Jupyter: as many as fit beside the notebook's margins on a projector.
WIDTH = 80

#: How many names or rows an error lists before it only counts the rest.
LISTED = 12


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    shown = ", ".join(every[:LISTED])
    return shown if len(every) <= LISTED else f"{shown}, … ({len(every)} in all)"


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    if not isinstance(name, str):
        return "A name belongs here, in quotation marks."  # type: ignore[unreachable] # a learner's cell has no types
    # People mistype letters, not only their case.
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[close[0]]!r}?" if close else ""


class PortsError(Exception):
    """The root of every error this package raises on purpose."""

    def sentences(self) -> Iterable[str]:
        """Whole sentences, in the order they are read."""
        return ()

    def __str__(self) -> str:
        return " ".join(sentence for sentence in self.sentences() if sentence)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(vars(self)))

    def _render_traceback_(self) -> list[str]:
        # Jupyter asks an exception for its own picture. A learner needs the sentences, not our stack frames; a note
        # (PEP 678) adds what is true of this machine only. Wrapped here, since Jupyter breaks lines inside words.
        first, *rest = [sentence for sentence in self.sentences() if sentence] or str(self).splitlines()
        lines = [f"{type(self).__name__}: {first}", *rest, *getattr(self, "__notes__", ())]
        return [
            wrapped
            for line in lines
            for wrapped in wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False) or [""]
        ]


def _rebuild(kind: type[PortsError], data: dict[str, Any]) -> PortsError:
    error = kind.__new__(kind)
    vars(error).update(data)
    return error


# --- plans ------------------------------------------------------------------------------------------------------------


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
        return f"{where}, column {self.column}: {_short(self.value)!r}: {self.message}"


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


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
        yield f"{_short(str(self.value))!r} is not a port number."
        if isinstance(self.value, str) and self.value.isascii() and self.value.isdigit() and self.value != "0":
            yield f"Write it without quotation marks: {_short(self.value)}."
        else:
            yield "Write a whole number from 1 to 65535, or a range such as 20000-45000 with the smaller number first."


@dataclass(eq=False)
class InvalidValueError(PlanError):
    """A value outside the words a field knows."""

    field: str
    value: object
    allowed: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{_short(str(self.value))!r} is not a {self.field}."
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
        return _did_you_mean(self.name, self.known)


class UnknownHostError(_UnknownError):
    """A host name the plan does not have."""

    def sentences(self) -> Iterable[str]:
        yield f"The plan has no host {self.name!r}."
        yield self.guess()
        yield f"Its hosts: {_listed(self.known)}."


class UnknownApplicationError(_UnknownError):
    """An application name the plan does not have."""

    def sentences(self) -> Iterable[str]:
        yield f"The plan has no application {self.name!r}."
        yield self.guess()
        yield f"Its applications: {_listed(self.known)}."


@dataclass(eq=False)
class UnknownPortIdError(PlanError):
    """A port id the application does not have."""

    application: str
    port_id: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} has no port with the id {self.port_id!r}."
        yield f"Its port ids: {_listed(self.known)}." if self.known else "It has no listening port at all."


@dataclass(eq=False)
class UnknownNumberError(PlanError):
    """A number that nothing in the plan listens on; `nearest` are planned ports beside it, with their applications."""

    number: int
    nearest: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"Nothing in the plan listens on {self.number}."
        yield f"The nearest that are planned: {_listed(self.nearest)}." if self.nearest else "It plans no port at all."


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
            yield f"Which host of the plan is {self.source}? It may be each of these: {_listed(self.likely)}."
        elif self.known:
            yield f"Which host of the plan is {self.source}? No address and no name of a planned host tells."
            yield f"The plan's hosts: {_listed(self.known)}."
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


# --- catalogue --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class CatalogError(PortsError):
    """A component the catalogue does not have."""

    name: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"The catalogue has no component {self.name!r}."
        yield _did_you_mean(self.name, self.known)
        yield "Type  genesys-ports catalog  for the whole list."


# --- output -----------------------------------------------------------------------------------------------------------


class OutputError(PortsError):
    """Something to show could not be written to a file."""


@dataclass(eq=False)
class OutputExistsError(OutputError):
    """A file of that name is there already; it is left as it is."""

    file: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.file} exists already, and was left as it is."
        yield "Choose another name, or remove the file first."


@dataclass(eq=False)
class OutputFormatError(OutputError):
    """The ending of the file name is none of those this picture can be saved as."""

    file: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{self.file}: the ending of the name says what to write, and this ending is not known here."
        yield f"Use one of: {_listed(self.known)}."


@dataclass(eq=False)
class OutputWriteError(OutputError):
    """The system, or the file format, does not let it be written; `problem` is a whole sentence."""

    file: str
    problem: str

    def sentences(self) -> Iterable[str]:
        return (f"{self.file}: {self.problem}",)


@dataclass(eq=False)
class UnknownQuestionError(PortsError):
    """A question the lessons do not have."""

    name: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"The lessons have no question {self.name!r}."
        yield f"Their questions: {_listed(self.known)}."


# --- lab --------------------------------------------------------------------------------------------------------------


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
        yield _did_you_mean(self.call, self.known)
        if self.known:
            yield f"The calls are: {_listed(self.known)}."


@dataclass(eq=False)
class NoRawMessageError(PortsError):
    """The raw text of something that has none; `problem` is a whole sentence."""

    number: int
    problem: str

    def sentences(self) -> Iterable[str]:
        yield f"Nothing raw to show for {self.number}."
        yield self.problem


class LabError(PortsError):
    """The plan came alive, and something went wrong."""


@dataclass(eq=False)
class NetworkRangeError(LabError):
    """The loopback range a lab should use cannot be used; `problem` is a whole sentence."""

    value: str
    problem: str

    def sentences(self) -> Iterable[str]:
        yield self.problem
        yield f"The range asked for: {_short(self.value)!r}."


@dataclass(eq=False)
class PortInUseError(LabError):
    """The port is already open. `holder` is an application of this lab, or None for a program outside it.

    `outgoing` tells that the holder does not listen there: its own outgoing connection uses the number. `address` is
    the planned address, where the plan names one.
    """

    port: str
    host: str
    application: str
    holder: str | None = None
    next_free: int | None = None
    outgoing: bool = False
    address: str = ""

    def sentences(self) -> Iterable[str]:
        if self.holder is None:
            yield f"port {self.port} on {self.host} is already open: a program outside this lab holds it."
            yield (
                f"{self.application} cannot listen there until that program lets go, or the plan gives another number."
            )
        elif self.outgoing:
            yield f"port {self.port} on {self.host} is already in use: an outgoing connection of {self.holder} took it."
            yield (
                "The number of a client's own end is fixed in the plan, or handed out by the system from a range of "
                "its own; either way it is gone for servers."
            )
        elif self.holder == self.application:
            yield f"port {self.port} on {self.host} is already open: {self.holder} holds it itself."
            yield "An application can use a number once: for one port id, or for its own end of a connection."
        else:
            yield f"port {self.port} on {self.host} is already open: {self.holder} holds it."
            if self.address:
                yield (
                    "Two applications cannot listen on the same port of the same address, and 0.0.0.0 stands for every "
                    "address of the host."
                )
            else:
                yield "Two applications on one host cannot listen on the same port."
        if self.next_free is not None:
            yield f"Next free port on this host: {self.next_free}."


@dataclass(eq=False)
class NotRunningError(LabError):
    """The application has not been started, so it can neither send nor be asked."""

    application: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} is not running, so it cannot send anything."
        yield f'Start it first:  await lab.start("{self.application}")'


@dataclass(eq=False)
class NoConnectionError(LabError):
    """The plan has no connection between two applications, in either direction."""

    sender: str
    receiver: str

    def sentences(self) -> Iterable[str]:
        yield f"The plan has no connection between {self.sender} and {self.receiver}, in either direction."
        yield (
            "A message travels only over a connection that one of the two has opened: add the server to the client's "
            "column 'Connects to'."
        )


@dataclass(eq=False)
class OnlySipError(LabError):
    """Every connection of the plan between two applications goes to a SIP port; `port` is that of the first."""

    client: str
    server: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield f"The plan connects {self.client} with {self.server} on port {self.port} only, and that is a SIP port."
        yield "SIP ports carry calls; messages like this one travel between communication ports."
        yield 'A phone calls so:  await lab.call("phone_1001", "1002")'


@dataclass(eq=False)
class OnlyUdpError(LabError):
    """Every connection of the plan between two applications is over UDP; `port` is that of the first."""

    client: str
    server: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield f"The plan connects {self.client} with {self.server} on port {self.port} only."
        yield "This lab sends its messages over TCP connections: UDP has none that could carry the answer back."
        yield f"Plan a TCP port of {self.server}, and connect {self.client} with that one too."


@dataclass(eq=False)
class NotConnectedError(LabError):
    """Only the receiver may open the connection between the two, and it has not."""

    sender: str
    receiver: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.sender} has no connection to {self.receiver} now."
        yield (
            f"In this plan {self.receiver} is the client: it opens the connection, and {self.sender} can only answer "
            "over it."
        )
        yield f"Start or restart {self.receiver}, so that it connects."


@dataclass(eq=False)
class ConnectionRefusedByPeerError(LabError):
    """Nobody listens where the client called."""

    client: str
    server: str
    host: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.client} called {self.server} on {self.host}, port {self.port}, and was refused."
        yield "The host answered that no program listens on this port."
        yield f"Is {self.server} started, and does it listen on the number that {self.client} holds?"


@dataclass(eq=False)
class ConnectionLostError(LabError):
    """The connection broke before the answer came."""

    sender: str
    receiver: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield (
            f"The connection between {self.sender} and {self.receiver} (port {self.port}) was lost before the answer "
            "came."
        )
        yield f"{self.sender} cannot know whether {self.receiver} has read the message."


@dataclass(eq=False)
class TLSMismatchError(LabError):
    """One side of a connection speaks TLS and the other plain text; `secure` tells which the port speaks."""

    client: str
    server: str
    port: str
    secure: bool

    def sentences(self) -> Iterable[str]:
        if self.secure:
            yield f"{self.client} called port {self.port} of {self.server} in plain text, and that port speaks TLS."
            yield "Take tls=0 away from the connection, or name a plain port."
        else:
            yield f"{self.client} called port {self.port} of {self.server} with TLS, and that port speaks plain text."
            yield "Take tls=1 away from the connection, or name a secure port."


@dataclass(eq=False)
class MessageTooLargeError(LabError):
    """One message over the limit, in bytes on the wire."""

    size: int
    limit: int

    def sentences(self) -> Iterable[str]:
        yield f"This message takes {self.size} bytes on the wire; one message may take {self.limit}."
        yield "Send less text, or several messages."


@dataclass(eq=False)
class NoAnswerError(LabError):
    """The limit for waiting ran out; `seconds` is that limit."""

    what: str
    seconds: float

    def sentences(self) -> Iterable[str]:
        yield f"{self.what} gave no answer within {self.seconds:g} seconds."
        yield "The other side is reachable but silent: it may be busy, or it may not speak this protocol."


@dataclass(eq=False)
class NotAPhoneError(LabError):
    """An application that is no phone was asked to do what phones do."""

    application: str
    phones: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} is no phone, so it can neither call nor be called."
        yield f"The phones of this plan are: {_listed(self.phones)}." if self.phones else "The plan has no phone."


@dataclass(eq=False)
class NoCallError(LabError):
    """A phone without a call was asked to answer, hold or hang up; `problem` is a whole sentence."""

    application: str
    problem: str

    def sentences(self) -> Iterable[str]:
        return (self.problem,)


@dataclass(eq=False)
class CallFailedError(LabError):
    """A call that did not come about: the SIP status it was refused with, 408 when nobody answered at all.

    `reason` is a whole sentence that says what the status means here.
    """

    caller: str
    number: str
    status: int
    reason: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.caller} called {self.number}, and the call was refused with status {self.status}."
        yield self.reason


@dataclass(eq=False)
class TooManyPortsError(LabError):
    """More sockets than the system lets one program open; `wanted` is None where nobody has counted."""

    limit: int
    wanted: int | None = None

    def sentences(self) -> Iterable[str]:
        if self.wanted is None:
            yield f"The system lets one program have {self.limit} files and sockets open, and this takes more."
        else:
            yield f"This would take {self.wanted} open sockets; the system lets one program open {self.limit}."
        yield "Start fewer applications at a time, or raise the limit (on Linux and macOS: ulimit -n)."


class LabClosedError(LabError):
    """The lab is closed; its ports are free again."""

    def sentences(self) -> Iterable[str]:
        yield "This lab is closed, and its ports are free again."
        yield "Open it again:  lab = await Lab.open(plan)"


class LabElsewhereError(LabError):
    """The lab lives in another event loop, and only that one may touch its sockets."""

    def sentences(self) -> Iterable[str]:
        yield "This lab was opened by another event loop: in another thread, for example."
        yield "A lab can be used only where it was opened."
        yield "Open it again here:  lab = await Lab.open(plan)"
