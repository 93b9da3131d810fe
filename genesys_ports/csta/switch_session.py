"""The switch's end of a CTI link: requests become calls of the switch, events of the switch become messages."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import CSTAError, PortKindError, SwitchError
from ..model import VoicePortKind
from ..switch import CallEvent, Switching
from . import words
from .events import fields_of
from .framer import EVENT_ID, Frame, Framer, encode
from .message import Kind, Message, Sent
from .services import SERVICES, call_of
from .states import DURATION, SESSION, SessionAction, SessionEvent, SessionState
from .structure import CSTA, SPELLINGS

__all__ = ["SwitchLink", "SwitchSession"]

#: Monitors that one session may have.
MOST_MONITORS = 10_000

#: Of those, how many may watch one device: each hears every event of it.
MOST_OF_ONE = 20

#: What `definedError` of a refused session may say. The standard has more of them; these two are those that public code
#: names, so the first stands for "another T-Server has the link", too.
INVALID_APPLICATION = "invalidApplicationInfo"
UNSUPPORTED_VERSION = "requestedProtocolVersionNotSupported"


class SwitchLink:
    """What all connections to the CTI link of one switch share: at most one session at a time.

    `session` is the one that has the link now, or None. A T-Server that comes again on another connection (its old one
    died without a word) takes the link over from itself; nobody else can take it.
    """

    def __init__(self) -> None:
        self.session: SwitchSession | None = None
        self._started = 0

    def is_free_for(self, application: str) -> bool:
        """Whether a session may begin under this name."""
        return self.session is None or self.session.application == application

    def take(self, session: SwitchSession) -> str:
        """The link belongs to this session from now on; the ID of the session."""
        old, self.session = self.session, session
        if old is not None:
            old.replaced()
        self._started += 1
        return str(self._started)

    def free(self, session: SwitchSession) -> None:
        """The session is over."""
        if self.session is session:
            self.session = None

    def heard(self, event: CallEvent) -> None:
        """Something happened on the switch: whoever has the link and monitors it is told."""
        if self.session is not None:
            self.session.heard(event)


class SwitchSession:
    """The switch's end of one connection. `send` is called with each message it wants sent.

    `received`, if given, is called with each frame before it is handled; `hang_up` when the connection is to be closed,
    because its session timer ran out or its T-Server came back on another connection. With a `clock` (seconds that
    never go back) a session ends when its timer is not begun anew in time: call `advance()` when `due()` is reached.
    `application` is the name under which the other end started its session, "" while there is none.
    """

    def __init__(
        self,
        switching: Switching,
        link: SwitchLink,
        send: Sent,
        *,
        received: Callable[[Frame], object] = lambda frame: None,
        hang_up: Callable[[], object] = lambda: None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.application = ""
        self.session_id = ""
        self.state = SessionState.CONNECTED
        self._switching = switching
        self._link = link
        self._send = send
        self._received = received
        self._hang_up = hang_up
        self._clock = clock
        self._ends: float | None = None
        self._framer = Framer()
        self._monitors: dict[str, str] = {}  # the device of each monitor, by the monitor's number
        self._watched: dict[str, list[str]] = {}
        self._count = 0
        # Events that belong to a request wait until it is answered.
        self._serving = False
        self._waiting: list[tuple[bytes, Message, str]] = []
        ports = switching.switch.voice_ports
        self._groups = {port.label: port.dn for port in ports if port.kind is not VoicePortKind.STATION}
        self._trunks = {port.label for port in ports if port.kind is VoicePortKind.TRUNK}

    @property
    def monitors(self) -> Mapping[str, str]:
        """The device of each monitor, by the monitor's cross reference."""
        return dict(self._monitors)

    # --- what comes

    def receive(self, data: bytes) -> None:
        """Take in bytes. Raises `CSTAError` when the stream cannot be followed any more: close the connection."""
        for frame in self._framer.feed(data):
            if self.state is not SessionState.OVER:
                self._received(frame)
                self._handle(frame)
        if self._framer.error:
            raise self._framer.error

    def lost(self) -> None:
        """The connection is gone: the session and its monitors are over, and the link is free."""
        self._run(SessionEvent.BROKEN)

    def replaced(self) -> None:
        """Its T-Server has a session on another connection now."""
        self._run(SessionEvent.REPLACED)

    def due(self) -> float | None:
        """When `advance()` has to be called, by the clock; None when nothing is awaited."""
        return self._ends

    def advance(self) -> None:
        """End the session if its time is over."""
        if self._clock is not None and self._ends is not None and self._clock() >= self._ends:
            self._run(SessionEvent.EXPIRED)

    def heard(self, event: CallEvent) -> None:
        """Something happened on the switch: every monitor it concerns gets an event.

        A monitor of a device hears of the calls the device takes part in, one of a group of what its ports do.
        """
        group = self._groups.get(event.device, "")
        concerned = dict.fromkeys((*event.devices, event.device, group))
        watching = [(device, number) for device in concerned for number in self._watched.get(device, ())]
        if not watching:
            return
        trunk = next((one for one in event.devices if one in self._trunks), "")
        fields = fields_of(event, trunk, lambda number: not self._switching.has_device(number))
        name = f"{event.name}Event"
        name = SPELLINGS.get(name, name)
        for device, number in watching:
            state = event.state if device == group else event.state_of(device)
            local = {"localConnectionInfo": str(state)} if event.call_id else {}
            message = Message(name, {"monitorCrossRefID": number, **fields, **local})
            # What cannot be written in CSTA, a number with signs that nobody sees, is told to nobody.
            with contextlib.suppress(CSTAError):
                self._waiting.append((encode(EVENT_ID, message), message, event.call_id))
        self._flush()

    def _handle(self, frame: Frame) -> None:
        message = frame.message
        if isinstance(message, CSTAError):
            self._run(SessionEvent.UNREADABLE, frame)
        elif message.kind is Kind.REQUEST:
            self._run(self._event_of(message), frame)
        # An answer to nothing, or an event, which only the switch may send, is passed over.

    def _event_of(self, message: Message) -> SessionEvent:
        if message.name == "StartApplicationSession":
            return SessionEvent.START_TAKEN if self._refusal(message) else SessionEvent.START
        return _EVENTS.get(message.name, SessionEvent.REQUEST)

    def _refusal(self, request: Message) -> str:
        """Why no session may begin; empty when one may."""
        if CSTA not in request.all("requestedProtocolVersions/protocolVersion"):
            return UNSUPPORTED_VERSION
        free = not self.application and self._link.is_free_for(request.get("applicationInfo/applicationID"))
        return "" if free else INVALID_APPLICATION

    def _run(self, event: SessionEvent, frame: Frame | None = None) -> None:
        row = SESSION.rows.get((self.state, event))
        if row is None:
            return
        self.state, actions = row
        for action in actions:
            _ACTIONS[action](self, frame)

    # --- what is done

    def _accept(self, frame: Frame) -> None:
        request = _message(frame)
        application = request.get("applicationInfo/applicationID")
        self.session_id = self._link.take(self)
        self.application = application
        self._answer(
            frame,
            "StartApplicationSessionPosResponse",
            {
                "sessionID": self.session_id,
                "actualProtocolVersion": CSTA,
                "actualSessionDuration": self._begin_timer(request),
            },
        )

    def _refuse_start(self, frame: Frame) -> None:
        error = self._refusal(_message(frame))
        self._answer(frame, "StartApplicationSessionNegResponse", {"errorCode": {"definedError": error}})

    def _refuse(self, frame: Frame) -> None:
        # The standard names no error for this in what could be read: the request does not fit the state.
        self._error(frame, "stateIncompatibility", "generic")

    def _complain(self, frame: Frame) -> None:
        error = frame.message
        assert isinstance(error, CSTAError)
        self._error(frame, error.category, error.value)

    def _prolong(self, frame: Frame) -> None:
        duration = self._begin_timer(_message(frame))
        self._answer(frame, "ResetApplicationSessionTimerPosResponse", {"actualSessionDuration": duration})

    def _begin_timer(self, request: Message) -> str:
        duration = min(int(request.get("requestedSessionDuration") or DURATION), DURATION)
        if self._clock is not None:
            self._ends = self._clock() + duration
        return str(duration)

    def _confirm_stop(self, frame: Frame) -> None:
        self._answer(frame, "StopApplicationSessionPosResponse", {})

    def _free(self, _: Frame | None) -> None:
        self.application = self.session_id = ""
        self._monitors.clear()
        self._watched.clear()
        self._waiting.clear()
        self._ends = None
        self._link.free(self)

    def _close(self, _: Frame | None) -> None:
        self._hang_up()

    def _serve(self, frame: Frame) -> None:
        request = _message(frame)
        self._serving = True
        try:
            fields = self._served(request)
        except (CSTAError, SwitchError) as error:
            self._error(frame, error.category, error.value)
        except PortKindError:
            # The number of a TCP port is no device.
            self._error(frame, "operation", "invalidDeviceID")
        else:
            self._answer(frame, f"{request.name}Response", fields)
        finally:
            self._serving = False
        self._flush()

    def _served(self, request: Message) -> Mapping[str, Any]:
        service = SERVICES.get(request.name)
        if service is not None:
            return service(self._switching, request)
        if request.name == "MonitorStart":
            return self._monitor(request)
        if request.name == "MonitorStop":
            self._unmonitor(request.get("monitorCrossRefID"))
            return {}
        return {"systemStatus": "normal"} if request.name == "RequestSystemStatus" else {}

    def _monitor(self, request: Message) -> Mapping[str, Any]:
        device = request.get("monitorObject/deviceObject")
        if not device:
            raise CSTAError(words.WHICH_MONITOR, "operation", "invalidMonitorObjectType")
        if request.get("monitorType", "device") != "device":
            raise CSTAError(words.WHICH_MONITOR, "operation", "monitorTypeNotSupported")
        if not self._switching.has_device(device):
            raise CSTAError(words.UNKNOWN_DEVICE.format(device=device), "operation", "invalidDeviceID")
        if len(self._monitors) >= MOST_MONITORS:
            problem = words.TOO_MANY_MONITORS.format(limit=MOST_MONITORS)
            raise CSTAError(problem, "subscribedResourceAvailability", "generic")
        if len(self._watched.get(device, ())) >= MOST_OF_ONE:
            problem = words.TOO_MANY_OF_ONE.format(device=device, limit=MOST_OF_ONE)
            raise CSTAError(problem, "subscribedResourceAvailability", "generic")
        self._count += 1
        number = str(self._count)
        self._monitors[number] = device
        self._watched.setdefault(device, []).append(number)
        return {"monitorCrossRefID": number}

    def _unmonitor(self, number: str) -> None:
        device = self._monitors.pop(number, None)
        if device is None:
            problem = words.UNKNOWN_MONITOR.format(number=number)
            raise CSTAError(problem, "operation", "invalidMonitorCrossRefID")
        self._watched[device].remove(number)
        if not self._watched[device]:
            del self._watched[device]

    # --- what goes

    def _answer(self, frame: Frame, name: str, fields: Mapping[str, Any]) -> None:
        answer = Message(name, fields)
        call_id = call_of(answer) or (call_of(frame.message) if isinstance(frame.message, Message) else "")
        self._send(encode(frame.invoke_id, answer), answer, frame.invoke_id, call_id)

    def _error(self, frame: Frame, category: str, value: str) -> None:
        self._answer(frame, "CSTAErrorCode", {category: value})

    def _flush(self) -> None:
        while self._waiting and not self._serving:
            raw, message, call_id = self._waiting.pop(0)
            self._send(raw, message, EVENT_ID, call_id)


def _message(frame: Frame) -> Message:
    assert isinstance(frame.message, Message)  # what the table hands on has been read
    return frame.message


_EVENTS = {
    "StopApplicationSession": SessionEvent.STOP,
    "ResetApplicationSessionTimer": SessionEvent.RESET,
}

_ACTIONS: dict[SessionAction, Callable[[SwitchSession, Any], None]] = {
    SessionAction.ACCEPT: SwitchSession._accept,
    SessionAction.REFUSE_START: SwitchSession._refuse_start,
    SessionAction.REFUSE: SwitchSession._refuse,
    SessionAction.SERVE: SwitchSession._serve,
    SessionAction.PROLONG: SwitchSession._prolong,
    SessionAction.CONFIRM_STOP: SwitchSession._confirm_stop,
    SessionAction.COMPLAIN: SwitchSession._complain,
    SessionAction.FREE: SwitchSession._free,
    SessionAction.HANG_UP: SwitchSession._close,
}
