"""The session of a sub-agent as a state machine (RFC 2741, sections 7.1 and 7.3)."""

from __future__ import annotations

from enum import StrEnum

from ..machine import Machine

__all__ = ["SESSION", "Action", "Event", "State"]


class State(StrEnum):
    """What a sub-agent knows of its session."""

    CLOSED = "closed"
    OPENING = "opening"
    REGISTERING = "registering"
    OPEN = "open"


class Event(StrEnum):
    """What can happen to a session."""

    BEGIN = "begin"
    ACCEPTED = "accepted"
    REGISTERED = "registered"
    REFUSED = "refused"
    STOP = "stop"
    CLOSED = "closed by master"
    LOST = "connection lost"


class Action(StrEnum):
    """What a sub-agent does."""

    OPEN = "send Open"
    REGISTER = "send Register"
    CLOSE = "send Close"
    TELL = "tell"


#: One `Register` goes out after the other; `REGISTERED` happens when the last has been accepted.
SESSION = Machine(
    "Session of a sub-agent",
    {
        (None, Event.BEGIN): (State.OPENING, (Action.OPEN,)),
        (State.OPENING, Event.ACCEPTED): (State.REGISTERING, (Action.REGISTER,)),
        (State.OPENING, Event.REFUSED): (State.CLOSED, (Action.TELL,)),
        (State.OPENING, Event.STOP): (State.CLOSED, ()),
        (State.OPENING, Event.CLOSED): (State.CLOSED, (Action.TELL,)),
        (State.OPENING, Event.LOST): (State.CLOSED, (Action.TELL,)),
        (State.REGISTERING, Event.ACCEPTED): (State.REGISTERING, (Action.REGISTER,)),
        (State.REGISTERING, Event.REGISTERED): (State.OPEN, (Action.TELL,)),
        (State.REGISTERING, Event.REFUSED): (State.CLOSED, (Action.CLOSE, Action.TELL)),
        (State.REGISTERING, Event.STOP): (State.CLOSED, (Action.CLOSE,)),
        (State.REGISTERING, Event.CLOSED): (State.CLOSED, (Action.TELL,)),
        (State.REGISTERING, Event.LOST): (State.CLOSED, (Action.TELL,)),
        (State.OPEN, Event.STOP): (State.CLOSED, (Action.CLOSE,)),
        (State.OPEN, Event.CLOSED): (State.CLOSED, (Action.TELL,)),
        (State.OPEN, Event.LOST): (State.CLOSED, (Action.TELL,)),
    },
    State.CLOSED,
    "RFC 2741, sections 7.1 and 7.3",
)
