"""One end of a CTI link: real CSTA XML over TCP, and its lines in the trace.

The session itself (`csta.LinkSession` at T-Server, `csta.SwitchSession` at the switch) knows no sockets: this is what
it sends through and hears from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, Self

from ..csta import EVENT_ID, Frame, Message
from ..csta import Kind as Said
from ..errors import CSTAError
from ..trace import Kind
from .stream import Route, Stream, remember
from .switch_role import call_name

if TYPE_CHECKING:
    from ..model import Connection
    from .application import RunningApplication

__all__ = ["CSTA", "CtiStream", "Session"]

#: What a trace calls the language.
CSTA = "csta"

#: Messages that wait for the network to come back; with one more, the connection is broken off.
HELD_BACK = 1_000

#: Bytes that are read before it is looked whether the connection still stands.
PIECE = 4_096

#: Messages that cannot be read, which a program from outside may send before it is shown the door.
MISTAKES = 20

#: What asks whether the other end is alive, and what answers that; and what prolongs the session.
HEARTBEATS = frozenset(
    (
        "RequestSystemStatus", "RequestSystemStatusResponse", "SystemStatus", "SystemStatusResponse",
        "ResetApplicationSessionTimer", "ResetApplicationSessionTimerPosResponse",
    )
)  # fmt: skip

_KINDS = {Said.REQUEST: Kind.REQUEST, Said.RESPONSE: Kind.RESPONSE, Said.EVENT: Kind.EVENT}


class Session(Protocol):
    """What a link needs of its session."""

    def receive(self, data: bytes) -> None: ...  # noqa: D102
    def lost(self) -> None: ...  # noqa: D102


class CtiStream(Stream):
    """One end of a connection to a CTI-link port. Whoever makes it gives it its `session`, which sends by `sent`.

    `cut` tells that the network in between is gone, and nothing travels any more: neither end notices. What is sent
    meanwhile waits, as TCP lets it, and goes out when the network is back (`mend`). `noted` tells
    that heartbeats have lines in the trace, too. `garbage` is what was wrong with what it heard, once it could not be
    followed.
    """

    protocol = CSTA

    session: Session

    def __init__(
        self,
        owner: RunningApplication,
        route: Route,
        on_gone: Callable[[Self], None],
        connection: Connection | None = None,
    ) -> None:
        super().__init__(owner, route, on_gone, connection)
        self.cut = False
        #: Whether the connection has ever stood; one whose TLS handshake fails has not.
        self.stood = False
        self.noted = False
        self.garbage: CSTAError | None = None
        #: When the connection stands; the client's end only.
        self.on_begun: Callable[[], None] = lambda: None
        # The numbers in the trace of requests that this end waits for, by invoke ID.
        self._asked: dict[int, int] = {}
        # The same for those that a program from outside has sent to this end.
        self._heard: dict[int, int] = {}
        self._mistakes = 0
        # What could not travel while the network was gone.
        self._waiting: list[tuple[bytes, Message, int, str]] = []

    # --- what the event loop tells us

    def begun(self) -> None:
        """The connection stands; the client speaks first."""
        self.stood = True
        self.on_begun()

    def heard(self, data: bytes) -> None:
        """Hand what has come to the session; hang up on whoever speaks something else."""
        if self.cut or self.garbage is not None:
            return
        try:
            for at in range(0, len(data), PIECE):
                if self.is_open:
                    self.session.receive(data[at : at + PIECE])
        except CSTAError as error:
            self.garbage = error
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is over, and so is the session on it."""
        super().connection_lost(error)
        self.session.lost()

    # --- what the session tells us

    def sent(self, raw: bytes, message: Message, invoke_id: int, call_id: str) -> None:
        """The session wants this sent."""
        if not self.is_open:
            return
        if self.cut or self.noted or message.name not in HEARTBEATS:
            self._note(raw, message, invoke_id, call_id)
        if not self.cut:
            self.write(raw)
        elif len(self._waiting) < HELD_BACK:
            self._waiting.append((raw, message, invoke_id, call_id))
        else:
            self.abort()

    def mend(self) -> None:
        """The network is back; the system sends again what got lost."""
        self.cut = False
        waiting, self._waiting = self._waiting, []
        for raw, message, invoke_id, call_id in waiting:
            self._note(raw, message, invoke_id, call_id, again=True)
            self.write(raw)

    def received(self, frame: Frame) -> None:
        """A frame has come; that of a program from outside is not in the trace yet."""
        if self.partner is not None or not self.is_open:
            return
        name = text = ""
        if isinstance(frame.message, CSTAError):
            self._mistakes += 1
            if self._mistakes > MISTAKES:
                return self.close()
            name, text, kind = UNREADABLE, frame.message.problem, Kind.REQUEST
        else:
            name, text, kind = frame.message.name, text_of(frame.message), _KINDS[frame.message.kind]
        if name in HEARTBEATS and not self.noted:
            return
        reply_to = self._asked.pop(frame.invoke_id, None) if kind is Kind.RESPONSE else None
        number = self.record(kind, name, text=text, payload=frame.raw, reply_to=reply_to, back=True).number
        if kind is Kind.REQUEST:
            remember(self._heard, frame.invoke_id, number)

    def number_of(self, invoke_id: int) -> int:
        """The number in the trace of a request that waits for its answer; 0 where it has none."""
        return self._asked.get(invoke_id, 0)

    def _note(self, raw: bytes, message: Message, invoke_id: int, call_id: str, *, again: bool = False) -> None:
        kind = _KINDS[message.kind]
        reply_to = None
        if kind is Kind.RESPONSE:
            asked = self._heard if self.partner is None else self.partner._asked
            reply_to = asked.pop(invoke_id, None)
        switch = self.route.server
        number = self.record(
            kind, message.name, text=text_of(message), payload=raw, reply_to=reply_to, call=call_name(switch, call_id),
            dropped=self.cut, again=again,
        ).number  # fmt: skip
        if kind is Kind.REQUEST and invoke_id != EVENT_ID:
            remember(self._asked, invoke_id, number)


UNREADABLE = "unreadable"

_CALLS = ("callingDevice/deviceIdentifier", "calledDevice/deviceIdentifier")

#: What the trace shows of a message: the texts at these paths, in this order.
SHOWN: dict[str, tuple[str, ...]] = {
    "StartApplicationSession": ("applicationInfo/applicationID",),
    "StartApplicationSessionNegResponse": ("errorCode/definedError",),
    "MonitorStart": ("monitorObject/deviceObject",),
    "MakeCall": ("callingDevice", "calledDirectoryNumber"),
    "AnswerCall": ("callToBeAnswered/deviceID",),
    "ClearConnection": ("connectionToBeCleared/deviceID",),
    "HoldCall": ("callToBeHeld/deviceID",),
    "RetrieveCall": ("callToBeRetrieved/deviceID",),
    "SingleStepTransferCall": ("activeCall/deviceID", "transferredTo"),
    "OriginatedEvent": _CALLS,
    "DeliveredEvent": _CALLS,
    "EstablishedEvent": _CALLS,
    "NetworkReachedEvent": _CALLS,
    "FailedEvent": _CALLS,
    "HeldEvent": ("holdingDevice/deviceIdentifier",),
    "RetrievedEvent": ("retrievingDevice/deviceIdentifier",),
    "TransferedEvent": ("transferringDevice/deviceIdentifier", "transferredToDevice/deviceIdentifier"),
    "ConnectionClearedEvent": ("releasingDevice/deviceIdentifier",),
    "OutOfServiceEvent": ("device/deviceIdentifier",),
    "BackInServiceEvent": ("device/deviceIdentifier",),
}

#: Between the two numbers of a call.
ARROW = " → "


def text_of(message: Message) -> str:
    """What the trace shows of a message, besides its name: `2001 → 2002`."""
    if message.name == "CSTAErrorCode":
        return next((value for value in _leaves(message.fields)), "")
    return ARROW.join(text for path in SHOWN.get(message.name, ()) if (text := message.get(path)))


def _leaves(fields: object) -> list[str]:
    if isinstance(fields, str):
        return [fields]
    values = fields.values() if isinstance(fields, dict) else fields if isinstance(fields, tuple) else ()
    return [leaf for value in values for leaf in _leaves(value)]
