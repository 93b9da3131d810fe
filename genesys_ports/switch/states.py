"""The states of a voice port and of a connection, as tables: the switch runs on them, and they draw themselves."""

from __future__ import annotations

from enum import StrEnum

from ..machine import Machine

__all__ = [
    "CONNECTION",
    "VOICE_PORT",
    "ConnectionEvent",
    "ConnectionState",
    "Nothing",
    "PortAction",
    "PortEvent",
    "PortStatus",
]


class PortStatus(StrEnum):
    """Where a physical port of the switch stands."""

    IDLE = "idle"
    WAITING = "waiting"  # seized, and nobody talks yet: whoever is there waits for an answer, or hears busy
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    OUT_OF_SERVICE = "out of service"


class PortEvent(StrEnum):
    """What can happen to a physical port."""

    INSTALL = "is installed"
    SEIZE = "is seized"
    RING = "is called"
    TALK = "speech begins"
    HOLD = "is put on hold"
    RETRIEVE = "is retrieved"
    HAND_ON = "waits for another party"
    FREE = "is freed"
    BUSY_OUT = "busy-out"
    RELEASE = "release"


class PortAction(StrEnum):
    """What is done then. A port that carries a call goes out of service when that call has ended, not before."""

    REMEMBER = "remember busy-out"
    FORGET = "forget busy-out"
    BUSY_OUT_IF_ASKED = "out of service if busy-out was asked"
    TELL_OUT = "tell out of service"
    TELL_BACK = "tell back in service"


_P, _PE, _PA = PortStatus, PortEvent, PortAction
_SEIZED = (_P.WAITING, _P.RINGING, _P.TALKING, _P.HELD)

#: A physical port of a switch or an IVR. The states are our words; no standard names those of a port.
VOICE_PORT: Machine[PortStatus, PortEvent, PortAction] = Machine(
    "voice port",
    {
        (None, _PE.INSTALL): (_P.IDLE, ()),
        (_P.IDLE, _PE.SEIZE): (_P.WAITING, ()),
        (_P.IDLE, _PE.RING): (_P.RINGING, ()),
        (_P.IDLE, _PE.BUSY_OUT): (_P.OUT_OF_SERVICE, (_PA.TELL_OUT,)),
        (_P.WAITING, _PE.TALK): (_P.TALKING, ()),
        (_P.RINGING, _PE.TALK): (_P.TALKING, ()),
        (_P.TALKING, _PE.HOLD): (_P.HELD, ()),
        (_P.TALKING, _PE.HAND_ON): (_P.WAITING, ()),
        (_P.HELD, _PE.RETRIEVE): (_P.TALKING, ()),
        **{(state, _PE.FREE): (_P.IDLE, (_PA.BUSY_OUT_IF_ASKED,)) for state in _SEIZED},
        **{(state, _PE.BUSY_OUT): (state, (_PA.REMEMBER,)) for state in _SEIZED},
        **{(state, _PE.RELEASE): (state, (_PA.FORGET,)) for state in _SEIZED},
        (_P.OUT_OF_SERVICE, _PE.RELEASE): (_P.IDLE, (_PA.TELL_BACK,)),
    },
    PortStatus.IDLE,
)


class ConnectionState(StrEnum):
    """Where one device stands in one call (ECMA-269, 6.1.3; the words of ECMA-323)."""

    NULL = "null"
    INITIATED = "initiated"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLD = "hold"
    QUEUED = "queued"
    FAIL = "fail"


class ConnectionEvent(StrEnum):
    """What can happen to a connection."""

    LIFT = "receiver lifted"
    DIAL = "number dialled"
    RING = "call delivered"
    JOIN = "far end reached"
    ANSWER = "call answered"
    HOLD = "call held"
    RETRIEVE = "call retrieved"
    FAIL = "call cannot go on"
    CLEAR = "connection cleared"


class Nothing(StrEnum):
    """Of a connection only the state is kept: its table has no actions."""


_C, _CE = ConnectionState, ConnectionEvent

#: One device's connection in one call. No call waits in a queue here: the state `queued` is of the standard alone.
CONNECTION: Machine[ConnectionState, ConnectionEvent, Nothing] = Machine(
    "connection",
    {
        (_C.NULL, _CE.LIFT): (_C.INITIATED, ()),
        (_C.NULL, _CE.RING): (_C.ALERTING, ()),
        (_C.NULL, _CE.JOIN): (_C.CONNECTED, ()),
        (_C.INITIATED, _CE.DIAL): (_C.CONNECTED, ()),
        (_C.INITIATED, _CE.CLEAR): (_C.NULL, ()),
        (_C.ALERTING, _CE.ANSWER): (_C.CONNECTED, ()),
        (_C.ALERTING, _CE.CLEAR): (_C.NULL, ()),
        (_C.CONNECTED, _CE.HOLD): (_C.HOLD, ()),
        (_C.CONNECTED, _CE.FAIL): (_C.FAIL, ()),
        (_C.CONNECTED, _CE.CLEAR): (_C.NULL, ()),
        (_C.HOLD, _CE.RETRIEVE): (_C.CONNECTED, ()),
        (_C.HOLD, _CE.CLEAR): (_C.NULL, ()),
        (_C.FAIL, _CE.CLEAR): (_C.NULL, ()),
    },
    ConnectionState.NULL,
    "ECMA-269 6.1.3",
)
