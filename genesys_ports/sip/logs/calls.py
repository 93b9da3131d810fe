"""The calls of a log, gathered while it is read, so that even those are known whose messages are not kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from ...calls import Calls, CallSummary
from ...table import Table
from ...trace import Kind
from . import words

__all__ = ["Leg", "LoggedCall", "LoggedCalls", "gathered", "named"]


@dataclass(slots=True)
class Leg:
    """What is known of one Call-ID so far. Times are those of the log's clock, numbers those of messages."""

    first: int
    began: float
    caller: str
    called: str
    last: int = 0
    ended: float = 0.0
    messages: int = 0
    methods: dict[bytes, int] = field(default_factory=dict)
    invited: bytes = b""
    other: bytes = b""

    def add(self, number: int, time: float, start: bytes, is_request: bool, cseq: bytes) -> None:
        """One message more, by its first line and its CSeq."""
        self.messages += 1
        self.last, self.ended = number, time
        if is_request:
            method = start.partition(b" ")[0]
            if method not in self.methods:
                self.methods[method] = number
        elif start[8:9] != b"1":
            if not cseq.endswith(b"INVITE"):
                self.other = start
            elif not self.invited.startswith(b"SIP/2.0 2"):
                # A call that stands is not undone by an INVITE inside it that is refused.
                self.invited = start


def named(start: bytes) -> tuple[Kind, str]:
    """What a message with this first line is, and its name in a ladder: `INVITE`, or `200 OK`."""
    if start.startswith(b"SIP/2.0 "):
        return Kind.RESPONSE, start[8:208].decode("utf-8", "replace").strip()
    return Kind.REQUEST, start.partition(b" ")[0].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """What the log tells of a call beyond its summary.

    `caller` and `called` are the users of From and To, `legs` every Call-ID of it, `first` and `last` when its first
    and last messages were logged (ISO date and time, or the time alone where the log tells no date), `result` the
    final answer with its words (`486 Busy Here`; empty while there is none).
    """

    caller: str
    called: str
    legs: tuple[str, ...]
    first: str
    last: str
    result: str


class LoggedCalls(Calls):
    """The calls of a log, in order of their first message. `told` has more of each, by its Call-ID."""

    def __init__(self, calls: Iterable[CallSummary], told: dict[str, LoggedCall]) -> None:
        super().__init__(calls)
        self.told = told

    def only(self, call_ids: Collection[str]) -> LoggedCalls:
        """Some of the calls, by their Call-IDs."""
        return LoggedCalls((one for one in self if one.call_id in call_ids), self.told)

    def table(self) -> Table:
        """One row for each call."""
        rows = []
        for one in self:
            told = self.told[one.call_id]
            rows.append(
                (one.call_id, told.caller, told.called, one.messages, told.first, told.last, ", ".join(one.methods),
                 told.result or words.NO_RESULT)
            )  # fmt: skip
        count = len(rows)
        return Table(words.CALL_COLUMNS, rows, words.ONE_CALL if count == 1 else words.CALLS.format(count=f"{count:,}"))

    def as_json(self) -> list[dict[str, Any]]:
        """One object for each call, ready for JSON."""
        return [
            {
                "call_id": one.call_id,
                "from": self.told[one.call_id].caller,
                "to": self.told[one.call_id].called,
                "messages": one.messages,
                "first": self.told[one.call_id].first,
                "last": self.told[one.call_id].last,
                "methods": list(one.methods),
                "final_status": one.final_status,
                "result": self.told[one.call_id].result,
                "legs": list(self.told[one.call_id].legs),
            }
            for one in self
        ]


def gathered(legs: dict[str, Leg], call_of: Callable[[str], str], shown: Callable[[float], str]) -> LoggedCalls:
    """The calls that these legs make up; `shown` writes a time."""
    wholes: dict[str, list[tuple[str, Leg]]] = {}
    for call_id, leg in legs.items():
        wholes.setdefault(call_of(call_id), []).append((call_id, leg))
    calls, told = [], {}
    for call_id, own in wholes.items():
        own.sort(key=lambda one: one[1].first)
        first = legs.get(call_id, own[0][1])
        methods = sorted(((number, name) for _, leg in own for name, number in leg.methods.items()))
        names = tuple(dict.fromkeys(name.decode() for _, name in methods))
        # The second leg may be refused and another tried: what the caller hears counts.
        others = [leg for _, leg in own if leg.other]
        final = first.invited
        if "INVITE" not in names:
            final = max(others, key=lambda leg: leg.last).other if others else b""
        result = named(final)[1] if final else ""
        last = max((leg for _, leg in own), key=lambda leg: leg.last)
        messages = sum(leg.messages for _, leg in own)
        status = int(result[:3]) if result else None
        calls.append(CallSummary(call_id, messages, own[0][1].first, last.last, names, status))
        ids = tuple(one for one, _ in own)
        told[call_id] = LoggedCall(first.caller, first.called, ids, shown(own[0][1].began), shown(last.ended), result)
    calls.sort(key=lambda one: one.first)
    return LoggedCalls(calls, told)
