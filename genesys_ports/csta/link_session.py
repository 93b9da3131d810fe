"""T-Server's end of a CTI link: a session, monitors, requests with their answers, and a heartbeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..errors import CSTAError, LinkDownError
from . import words
from .framer import EVENT_ID, Frame, Framer, encode
from .message import Kind, Message, Sent
from .services import call_of
from .states import DURATION, LINK, LinkAction, LinkEvent, LinkState
from .structure import CSTA

__all__ = ["Answered", "LinkSession"]

#: Who waits for the answer to a request; None when none came in time, or the link was lost.
Answered = Callable[[Message | None], object]

#: Requests that may wait for their answers at the same time.
MOST_WAITING = 1_000

#: So many heartbeats without an answer, one after the other, and the link is lost.
MISSED = 2


class Waiting(NamedTuple):
    """A request without an answer yet, and until when it waits."""

    until: float
    answered: Answered


class LinkSession:
    """T-Server's end of the link, from one connection to the next.

    `send` is called with each message it wants sent, `on_event` with each event of a monitor, `on_state` when the link
    has got another state; `received`, if given, with each frame before it is handled. `clock` gives seconds that never
    go back: call `advance()` when `due()` is reached. `heartbeat` and `answer_within` are seconds of our choice, no
    default of any T-Server.

    `reason` is why the link was refused or lost, a whole sentence. When the state becomes `lost` or `refused`, close
    the connection if it is still there; then `start` again on a new one.
    """

    def __init__(
        self,
        send: Sent,
        clock: Callable[[], float],
        *,
        on_event: Callable[[Message], object] = lambda event: None,
        on_state: Callable[[LinkState], object] = lambda state: None,
        received: Callable[[Frame], object] = lambda frame: None,
        heartbeat: float = 30.0,
        answer_within: float = 10.0,
    ) -> None:
        self.state = LinkState.CLOSED
        self.reason = ""
        self.session_id = ""
        self._send = send
        self._clock = clock
        self._on_event = on_event
        self._on_state = on_state
        self._received = received
        self._heartbeat = heartbeat
        self._answer_within = answer_within
        self._application = ""
        self._framer = Framer()
        # In the order in which they were sent, which is that of their time limits.
        self._waiting: dict[int, Waiting] = {}
        self._last_id = 0
        self._monitors: dict[str, str] = {}
        self._next_beat: float | None = None
        self._next_reset: float | None = None
        self._missed = 0

    @property
    def monitors(self) -> Mapping[str, str]:
        """The cross reference of each monitor by the device it watches."""
        return {device: number for number, device in self._monitors.items()}

    @property
    def waiting(self) -> int:
        """How many requests have no answer yet."""
        return len(self._waiting)

    def device_of(self, event: Message) -> str:
        """The device whose monitor tells this event; empty when no monitor of this link does."""
        return self._monitors.get(event.get("monitorCrossRefID"), "")

    # --- what the owner does

    def connecting(self) -> None:
        """A connection to the switch is being opened."""
        self._run(LinkEvent.DIAL)

    def start(self, application_id: str) -> None:
        """The connection is open: ask for a session under this name. The state tells what comes of it."""
        self._application = application_id
        self._run(LinkEvent.CONNECTED)

    def stop(self) -> None:
        """End the session in good order."""
        self._run(LinkEvent.STOP)

    def lost(self, reason: str = "") -> None:
        """The connection is gone, or could not be opened: who waits for an answer gets None, monitors are over."""
        broken = words.NO_HEADER if self._framer.error else words.LOST_REASON
        self._run(LinkEvent.BROKEN, reason or broken)

    def monitor(self, dn: str, answered: Answered = lambda answer: None) -> None:
        """Ask for the events of a device. Raises `LinkDownError`; `CSTAError` as `request` does."""

        def done(answer: Message | None) -> None:
            if answer is not None and answer.name == "MonitorStartResponse":
                self._monitors[answer.get("monitorCrossRefID")] = dn
            answered(answer)

        self.request(Message("MonitorStart", {"monitorObject": {"deviceObject": dn}, "monitorType": "device"}), done)

    def request(self, message: Message, answered: Answered) -> int:
        """Send a request; its invoke ID. `answered` is called once, with its response or a CSTAErrorCode, or with None.

        Raises `LinkDownError`, and `CSTAError` when something in the message is wrong or too many wait.
        """
        if self.state is not LinkState.UP:
            raise LinkDownError(self.state)
        if len(self._waiting) >= MOST_WAITING:
            raise CSTAError(words.TOO_MANY_WAIT.format(limit=MOST_WAITING), "performanceManagement", "generic")
        return self._ask(message, answered)

    def beat(self, answered: Answered = lambda answer: None) -> None:
        """Send a heartbeat now. Raises as `request` does."""

        def done(answer: Message | None) -> None:
            self._beaten(answer)
            answered(answer)

        self.request(Message("RequestSystemStatus"), done)

    def due(self) -> float | None:
        """When `advance()` has to be called, by the clock; None when nothing is awaited."""
        first = next(iter(self._waiting.values()), None)
        times = (first.until if first else None, self._next_beat, self._next_reset)
        return min((time for time in times if time is not None), default=None)

    def advance(self) -> None:
        """Do what is due: requests that got no answer, heartbeats, the session timer."""
        now = self._clock()
        # Who is told may ask for something new, which then waits longer than until now.
        late = [invoke_id for invoke_id, one in self._waiting.items() if one.until <= now]
        for invoke_id in late:
            self._answer(invoke_id, None)
        if self._next_beat is not None and self._next_beat <= now:
            self._next_beat = now + self._heartbeat
            self._ask(Message("RequestSystemStatus"), self._beaten)
        if self._next_reset is not None and self._next_reset <= now:
            self._next_reset = None
            fields = {"sessionID": self.session_id, "requestedSessionDuration": str(DURATION)}
            self._ask(Message("ResetApplicationSessionTimer", fields), self._prolonged)

    # --- what comes

    def receive(self, data: bytes) -> None:
        """Take in bytes. Raises `CSTAError` when the stream cannot be followed any more: close the connection."""
        framer = self._framer
        for frame in framer.feed(data):
            # Whoever heard of the frame before may have begun anew.
            if framer is self._framer:
                self._received(frame)
                self._handle(frame)
        if framer.error:
            raise framer.error

    def _handle(self, frame: Frame) -> None:
        message = frame.message
        if isinstance(message, CSTAError):
            # An answer that cannot be read is none. Events that cannot be read are passed over.
            self._answer(frame.invoke_id, None)
        elif message.kind is Kind.RESPONSE:
            self._answer(frame.invoke_id, message)
        elif message.kind is Kind.EVENT:
            if self.state is LinkState.UP:
                self._on_event(message)
        elif message.name == "SystemStatus":
            self._reply(frame.invoke_id, Message("SystemStatusResponse"))
        else:
            self._reply(frame.invoke_id, Message("CSTAErrorCode", {"operation": "serviceNotSupported"}))

    def _answer(self, invoke_id: int, answer: Message | None) -> None:
        waiting = self._waiting.pop(invoke_id, None)
        if waiting is not None:
            waiting.answered(answer)

    def _started(self, answer: Message | None) -> None:
        if answer is None:
            self._run(LinkEvent.SILENT, words.NO_ANSWER_REASON)
        elif answer.name == "StartApplicationSessionPosResponse":
            self.session_id = answer.get("sessionID")
            self._wait_to_reset(answer)
            self._run(LinkEvent.ACCEPTED)
        else:
            error = next((answer.get(path) for path in _ERRORS if answer.get(path)), answer.name)
            self._run(LinkEvent.REFUSED, words.REFUSED_REASON.format(application=self._application, error=error))

    def _beaten(self, answer: Message | None) -> None:
        if answer is None:
            self._missed += 1
            if self._missed >= MISSED:
                self._run(LinkEvent.SILENT, words.NO_BEAT_REASON.format(count=MISSED))
        elif answer.name == "CSTAErrorCode":
            self._run(LinkEvent.BROKEN, words.SESSION_GONE_REASON)
        else:
            self._missed = 0

    def _prolonged(self, answer: Message | None) -> None:
        if answer is None:
            # The heartbeat finds out whether anybody is there.
            self._next_reset = self._clock() + self._heartbeat
        elif answer.name == "ResetApplicationSessionTimerPosResponse":
            self._wait_to_reset(answer)
        else:
            self._run(LinkEvent.BROKEN, words.SESSION_GONE_REASON)

    def _wait_to_reset(self, answer: Message) -> None:
        duration = answer.get("actualSessionDuration")
        # In the middle of the time: a lost message does no harm.
        self._next_reset = self._clock() + max(int(duration) / 2, 1.0) if duration else None

    # --- what goes

    def _ask(self, message: Message, answered: Answered) -> int:
        invoke_id = (self._last_id + 1) % EVENT_ID
        while invoke_id in self._waiting:
            invoke_id = (invoke_id + 1) % EVENT_ID
        raw = encode(invoke_id, message)
        self._last_id = invoke_id
        self._waiting[invoke_id] = Waiting(self._clock() + self._answer_within, answered)
        self._send(raw, message, invoke_id, call_of(message))
        return invoke_id

    def _reply(self, invoke_id: int, message: Message) -> None:
        self._send(encode(invoke_id, message), message, invoke_id, "")

    # --- the table

    def _run(self, event: LinkEvent, reason: str = "") -> None:
        row = LINK.rows.get((self.state, event))
        if row is None:
            return
        self.state, actions = row
        self.reason = reason
        for action in actions:
            _ACTIONS[action](self)

    def _send_start(self) -> None:
        self._framer = Framer()
        self._missed = 0
        self._ask(
            Message(
                "StartApplicationSession",
                {
                    "applicationInfo": {"applicationID": self._application},
                    "requestedProtocolVersions": {"protocolVersion": (CSTA,)},
                    "requestedSessionDuration": str(DURATION),
                },
            ),
            self._started,
        )

    def _send_stop(self) -> None:
        fields = {"sessionID": self.session_id, "sessionEndReason": {"definedEndReason": "normal"}}
        self._ask(Message("StopApplicationSession", fields), lambda answer: None)

    def _begin_beats(self) -> None:
        self._next_beat = self._clock() + self._heartbeat

    def _give_up(self) -> None:
        self._next_beat = self._next_reset = None
        self._monitors.clear()
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            one.answered(None)

    def _tell(self) -> None:
        self._on_state(self.state)


#: Where the error of a refused session stands.
_ERRORS = ("errorCode/definedError", "errorCode/applError")

_ACTIONS: dict[LinkAction, Callable[[LinkSession], None]] = {
    LinkAction.SEND_START: LinkSession._send_start,
    LinkAction.SEND_STOP: LinkSession._send_stop,
    LinkAction.BEGIN_BEATS: LinkSession._begin_beats,
    LinkAction.GIVE_UP: LinkSession._give_up,
    LinkAction.TELL: LinkSession._tell,
}
