"""Errors of a plan that came alive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .root import PortsError, listed, short

__all__ = [
    "CallFailedError",
    "ConnectionLostError",
    "ConnectionRefusedByPeerError",
    "LabClosedError",
    "LabElsewhereError",
    "LabError",
    "MessageTooLargeError",
    "NetworkRangeError",
    "NoAnswerError",
    "NoCallError",
    "NoConnectionError",
    "NotAPhoneError",
    "NotConnectedError",
    "NotRunningError",
    "OnlySipError",
    "OnlyUdpError",
    "PortInUseError",
    "TLSMismatchError",
    "TooManyPortsError",
]


#: How a learner is called who connects from outside.
_YOU = "you"


class LabError(PortsError):
    """The plan came alive, and something went wrong."""


@dataclass(eq=False)
class NetworkRangeError(LabError):
    """The loopback range a lab should use cannot be used; `problem` is a whole sentence."""

    value: str
    problem: str

    def sentences(self) -> Iterable[str]:
        yield self.problem
        yield f"The range asked for: {short(self.value)!r}."


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
        if self.sender == _YOU:
            yield f"You have no connection to {self.receiver} any more, so nothing can be sent."
            yield f'Open another:  tap = await lab.tap("{self.receiver}")'
            return
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
        if self.client == _YOU:
            yield f"You called port {self.port} of {self.host}, and were refused: no program listens there."
            if self.server == self.host:
                yield "The plan gives this port to nobody."
            else:
                yield f"The plan gives it to {self.server}: is that started?"
            return
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
        if self.client == _YOU:
            yield f"You called port {self.port} of {self.server} with TLS, and that port speaks plain text."
            yield "Connect without TLS, or choose a port that speaks it."
        elif self.secure:
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
    """An application that is no phone was asked to do what phones do.

    `owner` is the phone whose number stood where its name belongs.
    """

    application: str
    phones: Sequence[str]
    owner: str = ""

    def sentences(self) -> Iterable[str]:
        if self.owner:
            yield f"{self.application} is the number of {self.owner}. Here its name belongs: {self.owner!r}."
            return
        yield f"{self.application} is no phone, so it can neither call nor be called."
        yield f"The phones of this plan are: {listed(self.phones)}." if self.phones else "The plan has no phone."


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
