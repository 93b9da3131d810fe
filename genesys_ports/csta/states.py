"""The two ends of a CTI link as tables: the programs run on them, and the tables draw the diagrams."""

from __future__ import annotations

from enum import StrEnum

from ..machine import Machine
from . import words

__all__ = [
    "DURATION",
    "LINK",
    "SESSION",
    "LinkAction",
    "LinkEvent",
    "LinkState",
    "SessionAction",
    "SessionEvent",
    "SessionState",
]


#: Seconds a session lasts unless its timer begins anew: what real traffic shows, as asked for and as granted.
DURATION = 600


class LinkState(StrEnum):
    """What T-Server knows of its link to the switch."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    STARTING = "starting"
    UP = "up"
    REFUSED = "refused"
    LOST = "lost"


class LinkEvent(StrEnum):
    """What can happen to T-Server's end."""

    PLANNED = "planned"
    DIAL = "dials"
    CONNECTED = "connected"
    ACCEPTED = "session accepted"
    REFUSED = "session refused"
    SILENT = "no answer"
    BROKEN = "connection lost"
    STOP = "stops"


class LinkAction(StrEnum):
    """What T-Server does then."""

    SEND_START = "send StartApplicationSession"
    SEND_STOP = "send StopApplicationSession"
    BEGIN_BEATS = "begin heartbeats"
    GIVE_UP = "give up requests and monitors"
    TELL = "tell"


_L, _LE, _LA = LinkState, LinkEvent, LinkAction
_DOWN = (_L.CLOSED, _L.REFUSED, _L.LOST)

# Whoever is told may act at once, so telling comes last; but the answer to what is sent may come at once, too.

#: T-Server's end. A link that was refused, or lost, stays so until the next attempt: its state is what people ask for.
LINK: Machine[LinkState, LinkEvent, LinkAction] = Machine(
    words.LINK_NAME,
    {
        (None, _LE.PLANNED): (_L.CLOSED, ()),
        **{(state, _LE.DIAL): (_L.CONNECTING, (_LA.TELL,)) for state in _DOWN},
        **{(state, _LE.CONNECTED): (_L.STARTING, (_LA.TELL, _LA.SEND_START)) for state in (*_DOWN, _L.CONNECTING)},
        (_L.CONNECTING, _LE.BROKEN): (_L.LOST, (_LA.TELL,)),
        (_L.STARTING, _LE.ACCEPTED): (_L.UP, (_LA.BEGIN_BEATS, _LA.TELL)),
        (_L.STARTING, _LE.REFUSED): (_L.REFUSED, (_LA.GIVE_UP, _LA.TELL)),
        **{(_L.STARTING, event): (_L.LOST, (_LA.GIVE_UP, _LA.TELL)) for event in (_LE.SILENT, _LE.BROKEN)},
        **{(_L.UP, event): (_L.LOST, (_LA.GIVE_UP, _LA.TELL)) for event in (_LE.SILENT, _LE.BROKEN)},
        (_L.UP, _LE.STOP): (_L.CLOSED, (_LA.SEND_STOP, _LA.GIVE_UP, _LA.TELL)),
        (_L.STARTING, _LE.STOP): (_L.CLOSED, (_LA.GIVE_UP, _LA.TELL)),
        **{(state, _LE.STOP): (_L.CLOSED, (_LA.TELL,)) for state in (_L.CONNECTING, _L.REFUSED, _L.LOST)},
    },
    LinkState.CLOSED,
    words.LINK_SOURCE,
)


class SessionState(StrEnum):
    """What the switch knows of one connection to its CTI-link port."""

    CONNECTED = "connected"
    SESSION = "session"
    OVER = "over"


class SessionEvent(StrEnum):
    """What can happen to the switch's end."""

    OPENED = "connection opened"
    START = "StartApplicationSession, link free"
    START_TAKEN = "StartApplicationSession, not to be had"
    STOP = "StopApplicationSession"
    RESET = "ResetApplicationSessionTimer"
    REQUEST = "other request"
    UNREADABLE = "unreadable message"
    EXPIRED = "session timer ran out"
    REPLACED = "T-Server came back on another connection"
    BROKEN = "connection lost"


class SessionAction(StrEnum):
    """What the switch does then."""

    ACCEPT = "take the link, accept"
    REFUSE_START = "refuse to start"
    REFUSE = "refuse: no session"
    SERVE = "serve, answer, then tell events"
    PROLONG = "begin the session timer anew"
    CONFIRM_STOP = "confirm"
    COMPLAIN = "answer CSTAErrorCode"
    FREE = "end monitors, free the link"
    HANG_UP = "hang up"


_S, _SE, _SA = SessionState, SessionEvent, SessionAction

#: The switch's end of one connection. Whether the link is free, `SwitchLink` knows.
SESSION: Machine[SessionState, SessionEvent, SessionAction] = Machine(
    words.SESSION_NAME,
    {
        (None, _SE.OPENED): (_S.CONNECTED, ()),
        (_S.CONNECTED, _SE.START): (_S.SESSION, (_SA.ACCEPT,)),
        (_S.CONNECTED, _SE.START_TAKEN): (_S.CONNECTED, (_SA.REFUSE_START,)),
        (_S.CONNECTED, _SE.STOP): (_S.CONNECTED, (_SA.REFUSE,)),
        (_S.CONNECTED, _SE.RESET): (_S.CONNECTED, (_SA.REFUSE,)),
        (_S.CONNECTED, _SE.REQUEST): (_S.CONNECTED, (_SA.REFUSE,)),
        (_S.CONNECTED, _SE.UNREADABLE): (_S.CONNECTED, (_SA.COMPLAIN,)),
        (_S.CONNECTED, _SE.BROKEN): (_S.OVER, ()),
        (_S.SESSION, _SE.START_TAKEN): (_S.SESSION, (_SA.REFUSE_START,)),
        (_S.SESSION, _SE.STOP): (_S.CONNECTED, (_SA.FREE, _SA.CONFIRM_STOP)),
        (_S.SESSION, _SE.RESET): (_S.SESSION, (_SA.PROLONG,)),
        (_S.SESSION, _SE.REQUEST): (_S.SESSION, (_SA.SERVE,)),
        (_S.SESSION, _SE.UNREADABLE): (_S.SESSION, (_SA.COMPLAIN,)),
        (_S.SESSION, _SE.EXPIRED): (_S.OVER, (_SA.FREE, _SA.HANG_UP)),
        (_S.SESSION, _SE.REPLACED): (_S.OVER, (_SA.FREE, _SA.HANG_UP)),
        (_S.SESSION, _SE.BROKEN): (_S.OVER, (_SA.FREE,)),
    },
    SessionState.OVER,
    words.SESSION_SOURCE,
)
