"""The calls of a trace, one line for each: what `trace.calls()` shows, and what to ask a ladder for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .table import Table, Tabled

if TYPE_CHECKING:
    from .trace import Message, Trace

__all__ = ["CallSummary", "Calls", "calls_of"]

COLUMNS = ("Call-ID", "Messages", "First", "Last", "Methods", "Status")
ONE = "1 call"
MANY = "{count} calls"
#: `final_status` of a call that nobody has answered yet.
OPEN = "no final answer"

#: Of a message, only its head can name the method it answers.
HEAD = 8_192
_CSEQ = re.compile(rb"^cseq[ \t]*:[ \t]*[0-9]+[ \t]+([A-Za-z]+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"[1-6][0-9][0-9](?![0-9])")


class CallSummary(NamedTuple):
    """One call: everything that has its Call-ID, or that of a leg tied to it.

    `call_id` is that of its first leg, `messages` how many there are, `first` and `last` their numbers, `methods` the
    SIP methods asked for in order of first appearance. `final_status` is the final answer to the INVITE of the first
    leg (a 2xx if there ever was one, else the last), or without an INVITE the last final answer; None while there is
    none.
    """

    call_id: str
    messages: int
    first: int
    last: int
    methods: tuple[str, ...]
    final_status: int | None


class Calls(Tabled, list[CallSummary]):
    """The calls of a trace, in order of their first message; shown as a table."""

    def table(self) -> Table:
        """One row for each call."""
        rows = [
            (one.call_id, one.messages, one.first, one.last, ", ".join(one.methods), one.final_status or OPEN)
            for one in self
        ]
        return Table(COLUMNS, rows, caption=ONE if len(rows) == 1 else MANY.format(count=len(rows)))


class _Call:
    """What is known of one call so far."""

    def __init__(self, first: int) -> None:
        self.messages = 0
        self.first = self.last = first
        self.methods: dict[str, None] = {}
        self.invited: int | None = None
        self.other: int | None = None

    def answered(self, method: str, status: int) -> None:
        if method != "INVITE":
            self.other = status
        elif self.invited is None or not 200 <= self.invited < 300:
            self.invited = status


def calls_of(trace: Trace) -> Calls:
    """Every call of the trace, also those of one question only (REGISTER, OPTIONS)."""
    calls: dict[str, _Call] = {}
    for message in trace:
        if not message.call:
            continue
        whole = trace.call_of(message.call)
        call = calls.get(whole)
        if call is None:
            call = calls[whole] = _Call(message.number)
        call.messages += 1
        call.last = message.number
        if message.protocol == "sip":
            _note(call, message, first_leg=message.call == whole)
    return Calls(_summaries(calls.items()))


def _note(call: _Call, message: Message, *, first_leg: bool) -> None:
    if message.kind == "request":
        call.methods.setdefault(message.name)
        return
    status = _STATUS.match(message.name)
    if status is None or status[0] < "200":
        return
    named = _CSEQ.search(message.payload, 0, HEAD)
    method = named[1].decode() if named else ""
    # The second leg may be refused and another tried: what the caller hears counts.
    if method != "INVITE" or first_leg:
        call.answered(method, int(status[0]))


def _summaries(calls: Iterable[tuple[str, _Call]]) -> Iterable[CallSummary]:
    for call_id, call in calls:
        final = call.invited if "INVITE" in call.methods else call.other
        yield CallSummary(call_id, call.messages, call.first, call.last, tuple(call.methods), final)
