"""State machines as tables: the four of SIP transactions (RFC 3261 17 with RFC 6026) and whatever else has states.

The programs run on these tables, and the tables draw the diagrams, so that a diagram cannot be out of date.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from ..errors import InvalidValueError
from ..machine import Machine
from ..table import Table
from . import state_words as words

__all__ = ["MACHINES", "Action", "Event", "Machine", "State", "diagram", "state_table"]


class State(StrEnum):
    """The states of transactions, by the names of RFC 3261 and RFC 6026."""

    CALLING = "Calling"
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    ACCEPTED = "Accepted"
    COMPLETED = "Completed"
    CONFIRMED = "Confirmed"
    TERMINATED = "Terminated"


class Event(StrEnum):
    """What can happen to a transaction. "User" is whoever uses it: a phone, a registrar, SIP Server."""

    USER_INVITE = "user invite"
    USER_REQUEST = "user request"
    USER_CANCEL = "user cancel"
    USER_1XX = "user 1xx"
    USER_2XX = "user 2xx"
    USER_3XX = "user 3xx"
    USER_FINAL = "user final"
    INVITE = "INVITE"
    REQUEST = "request"
    ACK = "ACK"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    REFUSAL = "3xx"
    FINAL = "final"
    BROKEN = "broken"
    TIMER_100 = "timer 100"
    TIMER_2XX = "timer 2xx"
    TIMER_A = "timer A"
    TIMER_B = "timer B"
    TIMER_C = "timer C"
    TIMER_D = "timer D"
    TIMER_E = "timer E"
    TIMER_F = "timer F"
    TIMER_G = "timer G"
    TIMER_H = "timer H"
    TIMER_I = "timer I"
    TIMER_J = "timer J"
    TIMER_K = "timer K"
    TIMER_L = "timer L"
    TIMER_M = "timer M"


class Action(StrEnum):
    """What a transaction does then. Each is a method of the transaction with this name."""

    SEND_REQUEST = "send request"
    REPEAT_REQUEST = "repeat request"
    SEND_ACK = "send ack"
    SEND_CANCEL = "send cancel"
    REPEAT_ACK = "repeat ack"
    SEND_RESPONSE = "send response"
    REPEAT_RESPONSE = "repeat response"
    SEND_TRYING = "send trying"
    TELL_REQUEST = "tell request"
    TELL_RESPONSE = "tell response"
    TELL_FINAL = "tell final"
    TELL_STRAY = "tell stray"
    TELL_FAILURE = "tell failure"
    TELL_ACK = "tell ack"
    TELL_NO_ACK = "tell no ack"
    START_100 = "start 100"
    STOP_100 = "stop 100"
    START_CANCELLED = "start cancelled"
    START_2XX = "start 2xx"
    DOUBLE_2XX = "double 2xx"
    START_A = "start A"
    DOUBLE_A = "double A"
    START_B = "start B"
    START_C = "start C"
    START_D = "start D"
    START_E = "start E"
    DOUBLE_E = "double E"
    SLOW_E = "slow E"
    START_F = "start F"
    START_G = "start G"
    DOUBLE_G = "double G"
    START_H = "start H"
    START_I = "start I"
    START_J = "start J"
    START_K = "start K"
    START_L = "start L"
    START_M = "start M"


def _told(name: str) -> Machine[Any, Any, Any]:
    if name not in MACHINES:
        raise InvalidValueError(words.MACHINE, name, list(MACHINES))
    return MACHINES[name]


def diagram(machine: Machine[Any, Any, Any] | str, *, actions: bool = True) -> str:
    """The state diagram of a machine, or of one of `MACHINES` by name, in Mermaid; perhaps without what is done.

    Raises `InvalidValueError`.
    """
    return (_told(machine) if isinstance(machine, str) else machine).to_mermaid(actions=actions)


def state_table(machine: Machine[Any, Any, Any] | str) -> Table:
    """The table of a machine, or of one of `MACHINES` by name. Raises `InvalidValueError`."""
    return (_told(machine) if isinstance(machine, str) else machine).table()


# A row that waits for something sets its timers first, so that no error on the way can leave a transaction without an
# end; a new limit stops the repeating before it. What tells the user comes last, because the user may act at once (the
# 200 ms begin after it: only a user that has not acted yet needs them).

INVITE_CLIENT: Machine[State, Event, Action] = Machine(
    "INVITE client",
    {
        (None, Event.USER_INVITE): (State.CALLING, (Action.START_B, Action.START_A, Action.SEND_REQUEST)),
        (State.CALLING, Event.TIMER_A): (State.CALLING, (Action.DOUBLE_A, Action.REPEAT_REQUEST)),
        (State.CALLING, Event.TIMER_B): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.CALLING, Event.BROKEN): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.CALLING, Event.PROVISIONAL): (State.PROCEEDING, (Action.START_C, Action.TELL_RESPONSE)),
        (State.CALLING, Event.SUCCESS): (State.ACCEPTED, (Action.START_M, Action.TELL_FINAL)),
        (State.CALLING, Event.REFUSAL): (State.COMPLETED, (Action.START_D, Action.SEND_ACK, Action.TELL_FINAL)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Action.START_C, Action.TELL_RESPONSE)),
        (State.PROCEEDING, Event.SUCCESS): (State.ACCEPTED, (Action.START_M, Action.TELL_FINAL)),
        (State.PROCEEDING, Event.REFUSAL): (State.COMPLETED, (Action.START_D, Action.SEND_ACK, Action.TELL_FINAL)),
        # RFC 3261 9.1: after a CANCEL the final answer has 64*T1 to come.
        (State.PROCEEDING, Event.USER_CANCEL): (State.PROCEEDING, (Action.START_CANCELLED,)),
        # RFC 3261 16.8: whoever rings has to be told to stop.
        (State.PROCEEDING, Event.TIMER_C): (State.PROCEEDING, (Action.SEND_CANCEL,)),
        (State.PROCEEDING, Event.TIMER_B): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.PROCEEDING, Event.BROKEN): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.ACCEPTED, Event.SUCCESS): (State.ACCEPTED, (Action.TELL_STRAY,)),
        (State.ACCEPTED, Event.TIMER_M): (State.TERMINATED, ()),
        (State.COMPLETED, Event.REFUSAL): (State.COMPLETED, (Action.REPEAT_ACK,)),
        (State.COMPLETED, Event.TIMER_D): (State.TERMINATED, ()),
    },
    State.TERMINATED,
    "RFC 3261 17.1.1, RFC 6026 8.4",
    words.LABELS,
)

CLIENT: Machine[State, Event, Action] = Machine(
    "non-INVITE client",
    {
        (None, Event.USER_REQUEST): (State.TRYING, (Action.START_F, Action.START_E, Action.SEND_REQUEST)),
        (State.TRYING, Event.TIMER_E): (State.TRYING, (Action.DOUBLE_E, Action.REPEAT_REQUEST)),
        (State.TRYING, Event.TIMER_F): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.TRYING, Event.BROKEN): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.TRYING, Event.PROVISIONAL): (State.PROCEEDING, (Action.TELL_RESPONSE,)),
        (State.TRYING, Event.FINAL): (State.COMPLETED, (Action.START_K, Action.TELL_FINAL)),
        (State.PROCEEDING, Event.TIMER_E): (State.PROCEEDING, (Action.SLOW_E, Action.REPEAT_REQUEST)),
        (State.PROCEEDING, Event.TIMER_F): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.PROCEEDING, Event.BROKEN): (State.TERMINATED, (Action.TELL_FAILURE,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Action.TELL_RESPONSE,)),
        (State.PROCEEDING, Event.FINAL): (State.COMPLETED, (Action.START_K, Action.TELL_FINAL)),
        (State.COMPLETED, Event.TIMER_K): (State.TERMINATED, ()),
    },
    State.TERMINATED,
    "RFC 3261 17.1.2",
    words.LABELS,
)

INVITE_SERVER: Machine[State, Event, Action] = Machine(
    "INVITE server",
    {
        (None, Event.INVITE): (State.PROCEEDING, (Action.TELL_REQUEST, Action.START_100)),
        (State.PROCEEDING, Event.TIMER_100): (State.PROCEEDING, (Action.SEND_TRYING,)),
        (State.PROCEEDING, Event.INVITE): (State.PROCEEDING, (Action.REPEAT_RESPONSE,)),
        (State.PROCEEDING, Event.USER_1XX): (State.PROCEEDING, (Action.STOP_100, Action.SEND_RESPONSE)),
        (State.PROCEEDING, Event.USER_2XX): (
            State.ACCEPTED,
            (Action.START_L, Action.START_2XX, Action.SEND_RESPONSE),
        ),
        (State.PROCEEDING, Event.USER_3XX): (State.COMPLETED, (Action.START_H, Action.START_G, Action.SEND_RESPONSE)),
        # RFC 3261 13.3.1.4: over TCP as well, because somewhere on the way there may be UDP.
        (State.ACCEPTED, Event.TIMER_2XX): (State.ACCEPTED, (Action.DOUBLE_2XX, Action.REPEAT_RESPONSE)),
        (State.ACCEPTED, Event.INVITE): (State.ACCEPTED, ()),
        (State.ACCEPTED, Event.ACK): (State.ACCEPTED, (Action.TELL_ACK,)),
        (State.ACCEPTED, Event.TIMER_L): (State.TERMINATED, (Action.TELL_NO_ACK,)),
        (State.COMPLETED, Event.TIMER_G): (State.COMPLETED, (Action.DOUBLE_G, Action.REPEAT_RESPONSE)),
        (State.COMPLETED, Event.INVITE): (State.COMPLETED, (Action.REPEAT_RESPONSE,)),
        (State.COMPLETED, Event.ACK): (State.CONFIRMED, (Action.START_I,)),
        (State.COMPLETED, Event.TIMER_H): (State.TERMINATED, ()),
        (State.CONFIRMED, Event.ACK): (State.CONFIRMED, ()),
        (State.CONFIRMED, Event.TIMER_I): (State.TERMINATED, ()),
    },
    State.TERMINATED,
    "RFC 3261 17.2.1, RFC 6026 7.1",
    words.LABELS,
)

SERVER: Machine[State, Event, Action] = Machine(
    "non-INVITE server",
    {
        (None, Event.REQUEST): (State.TRYING, (Action.TELL_REQUEST,)),
        (State.TRYING, Event.REQUEST): (State.TRYING, ()),
        (State.TRYING, Event.USER_1XX): (State.PROCEEDING, (Action.SEND_RESPONSE,)),
        (State.TRYING, Event.USER_FINAL): (State.COMPLETED, (Action.START_J, Action.SEND_RESPONSE)),
        (State.PROCEEDING, Event.REQUEST): (State.PROCEEDING, (Action.REPEAT_RESPONSE,)),
        (State.PROCEEDING, Event.USER_1XX): (State.PROCEEDING, (Action.SEND_RESPONSE,)),
        (State.PROCEEDING, Event.USER_FINAL): (State.COMPLETED, (Action.START_J, Action.SEND_RESPONSE)),
        (State.COMPLETED, Event.REQUEST): (State.COMPLETED, (Action.REPEAT_RESPONSE,)),
        (State.COMPLETED, Event.TIMER_J): (State.TERMINATED, ()),
    },
    State.TERMINATED,
    "RFC 3261 17.2.2",
    words.LABELS,
)

#: The machines of SIP transactions by name.
MACHINES: dict[str, Machine[Any, Any, Any]] = {
    machine.name: machine for machine in (INVITE_CLIENT, CLIENT, INVITE_SERVER, SERVER)
}
