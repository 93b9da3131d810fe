"""What timers and the labels of state diagrams say. One place, to be translated; names of states are the RFC's own."""

from __future__ import annotations

__all__ = [
    "LABELS",
    "MACHINE",
    "NOT_NEEDED",
    "NO_TIME",
    "SECONDS",
    "TIMERS",
    "TIMER_CAPTION",
    "TIMER_COLUMNS",
]

#: Completes "… is not a …".
MACHINE = "state machine of SIP transactions"

TIMER_COLUMNS = ("Timer", "UDP", "TCP", "What it is for")
TIMER_CAPTION = "The timers of SIP transactions (RFC 3261, table 4; RFC 6026)"

SECONDS = "{seconds} s"
#: A timer that this transport does without.
NOT_NEEDED = "not needed"
NO_TIME = "Every timer of SIP takes some time: give each a number of seconds above 0."

#: What each timer is for.
TIMERS: dict[str, str] = {
    "A": "repeats an INVITE; each pause is twice the one before",
    "B": "gives up an INVITE that got no answer at all, or none after CANCEL",
    "C": "cancels an INVITE that got a 1xx, and never a final answer",
    "D": "waits for copies of a refusal, to acknowledge them",
    "E": "repeats any other request; pauses grow to T2 and stay there",
    "F": "gives up any other request that got no final answer",
    "G": "repeats a refusal until the ACK comes; pauses grow to T2",
    "H": "gives up waiting for the ACK to a refusal",
    "I": "waits for copies of the ACK",
    "J": "waits for copies of the request, to answer them the same way",
    "K": "waits for copies of the answer",
    "L": "waits for the ACK to a 2xx, and for copies of the INVITE",
    "M": "waits for copies of a 2xx",
}

#: How a diagram writes an event or an action of the transactions' tables.
LABELS: dict[str, str] = {
    # events
    "user invite": "INVITE from the user",
    "user request": "request from the user",
    "user cancel": "CANCEL from the user",
    "user 1xx": "1xx from the user",
    "user 2xx": "2xx from the user",
    "user 3xx": "300-699 from the user",
    "user final": "200-699 from the user",
    "3xx": "300-699",
    "final": "200-699",
    "timer 100": "200 ms without an answer",
    "timer 2xx": "time to repeat the 2xx",
    "broken": "the way is broken",
    # actions
    "send request": "send it",
    "repeat request": "send it again",
    "send ack": "send ACK",
    "repeat ack": "send ACK again",
    "send cancel": "send CANCEL",
    "send response": "send it",
    "repeat response": "send the last response again",
    "send trying": "send 100",
    "tell request": "tell the user",
    "tell response": "tell the user",
    "tell final": "tell the user",
    "tell stray": "tell the user, who acknowledges again",
    "tell failure": "tell the user that it failed",
    "tell ack": "tell the user and stop repeating",
    "tell no ack": "tell the user if no ACK came",
    "start 100": "wait 200 ms for the user",
    "stop 100": "stop waiting 200 ms",
    "start cancelled": "wait 64*T1 more (Timer B)",
    "start 2xx": "repeat it from T1 on",
    "double 2xx": "double the pause, T2 at most",
    "double A": "double Timer A",
    "double E": "double Timer E, T2 at most",
    "slow E": "Timer E to T2",
    "double G": "double Timer G, T2 at most",
}
LABELS |= {f"timer {letter}": f"Timer {letter}" for letter in TIMERS}
LABELS |= {f"start {letter}": f"start Timer {letter}" for letter in TIMERS}
