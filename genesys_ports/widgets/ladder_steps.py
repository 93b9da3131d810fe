"""The steps of a trace that a ladder player looks at: those that fit its choice, kept up to date at little cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..draw.order import arranged
from ..draw.runs import Gathering, Line
from ..draw.sheet import ends, languages
from ..trace import Kind, Message, Participant, Trace

__all__ = ["Choice", "Listed", "Steps"]

#: Names, and Call-IDs, that are remembered to choose from.
REMEMBERED, CALLS_REMEMBERED = 10_000, 100_000

#: Up to so many participants, all stand on a ladder, also those that took no part.
ALL_SHOWN = 4

#: Of the first message of a call, the user of From and of To (RFC 3261, sections 20.20 and 20.39).
_HEAD = 8_192
_FROM, _TO = (
    re.compile(rb"^(?:%b|%b)[ \t]*:[^\r\n]*?sips?:([^@;>\r\n]{1,200})" % names, re.IGNORECASE | re.MULTILINE)
    for names in ((b"from", b"f"), (b"to", b"t"))
)


class Choice(NamedTuple):
    """Which messages: those of one call (the Call-ID of any leg), of some languages, of one participant; empty: all."""

    call: str = ""
    protocols: frozenset[str] = frozenset()
    participant: str = ""


class Listed(NamedTuple):
    """A call to choose: its Call-ID, who calls whom, and the number of its first message."""

    call: str
    caller: str
    called: str
    number: int


class Steps:
    """The steps that fit `choice`, and what there is to choose from. `update` brings in what the trace has of new.

    `version` changes with every change.
    """

    def __init__(self, trace: Trace, after: int = 0) -> None:
        self.trace = trace
        self.after = after
        self.choice = Choice()
        self.version = 0
        #: Everyone and every language met, in order, and the first message of each Call-ID.
        self.met: dict[str, None] = {}
        self.protocols: dict[str, None] = {}
        self.calls: dict[str, Message] = {}
        self._known = after
        self._listed: tuple[int, list[Listed]] = (-1, [])
        self._parties: dict[str, tuple[str, str]] = {}
        self._begin()

    @property
    def lines(self) -> list[Line]:
        """The steps, in order."""
        return self._gathering.lines

    def choose(self, choice: Choice) -> None:
        """Look at the steps that fit this choice."""
        self.choice = choice
        self._begin()

    def _begin(self) -> None:
        self._gathering = Gathering()
        self._touched: dict[str, None] = {}
        self._spoken: dict[tuple[Kind, str], Line] = {}
        self._seen = self.after
        self._arranged: tuple[int, dict[str, Participant]] | None = None
        self.version += 1
        self.update()

    def update(self) -> None:
        """Bring in what is new, and drop what the trace has dropped."""
        trace = self.trace
        oldest = trace[0].number if len(trace) else trace.last_number + 1
        lines = self._gathering.lines
        if lines and lines[0].message.number < oldest:
            self._gathering.forget(oldest)
            self.version += 1
        if not len(trace) or trace[-1].number <= self._seen:
            return
        new = list(self._newer())
        for message in new:
            self._remember(message)
        if self.choice.call and self._seen > self.after:
            # A message may have turned out to belong to the call after it was seen, and a leg too.
            self._gathering, self._touched, self._spoken = Gathering(), {}, {}
            new = [message for message in trace if message.number > self.after]
        self._seen = trace[-1].number
        add, fits = self._gathering.add, self.fits
        whole = self.choice != Choice()
        for message in new:
            if whole and not fits(message):
                continue
            add(message)
            for name in ends(message):
                self._touched[name] = None
            if (way := (message.kind, message.protocol)) not in self._spoken:
                self._spoken[way] = Line(message, 1, 0)
        self.version += 1

    def _newer(self) -> Iterator[Message]:
        trace, count = self.trace, 0
        if self._seen <= self.after:
            return (message for message in trace if message.number > self.after)
        # From the end, because that is where a trace grows.
        while count < len(trace) and trace[-1 - count].number > self._seen:
            count += 1
        return (trace[at] for at in range(-count, 0))

    def _remember(self, message: Message) -> None:
        if message.number <= self._known:
            return
        self._known = message.number
        if len(self.met) < REMEMBERED:
            for name in (message.sender, message.receiver, *ends(message)):
                self.met[name] = None
        if message.protocol and len(self.protocols) < REMEMBERED:
            self.protocols[message.protocol] = None
        if message.call and message.call not in self.calls:
            self.calls[message.call] = message
            while len(self.calls) > CALLS_REMEMBERED:
                oldest = next(iter(self.calls))
                del self.calls[oldest]
                self._parties.pop(oldest, None)

    def fits(self, message: Message) -> bool:
        """Whether this message is one of those looked at."""
        call, protocols, participant = self.choice
        if message.number <= self.after or (protocols and message.protocol not in protocols):
            return False
        if participant and participant not in (message.sender, message.receiver, *ends(message)):
            return False
        return not call or (bool(message.call) and self.trace.call_of(message.call) == self.trace.call_of(call))

    def place(self, number: int) -> int:
        """The place of the last step that has this number or a smaller one; -1 when there is none."""
        return self._gathering.place(number)

    def spoken(self) -> list[str]:
        """The languages to tell apart."""
        return languages(self._spoken.values())

    def participants(self) -> Mapping[str, Participant]:
        """The life lines, in their order."""
        if self._arranged is None or self._arranged[0] != self.version:
            self._arranged = self.version, self._ordered()
        joined = self.trace.participants
        # As they are now: an application may have opened another port since.
        return {name: joined.get(name) or one for name, one in self._arranged[1].items()}

    def _ordered(self) -> dict[str, Participant]:
        joined, touched = self.trace.participants, self._touched
        if self.choice.call:
            names: Iterable[str] = arranged(list(touched), (ends(line.message) for line in self.lines))
        elif self.choice.participant:
            chosen = {self.choice.participant: None, **touched}
            names = {**{name: None for name in joined if name in chosen}, **chosen}
        elif len(joined) <= ALL_SHOWN:
            names = {**dict.fromkeys(joined), **touched}
        else:
            names = {**{name: None for name in joined if name in touched}, **touched}
        return {name: joined.get(name) or Participant(name) for name in names}

    def whole_calls(self) -> list[Listed]:
        """Every call, in order of its first message; its other legs are none of their own."""
        if self._listed[0] != self.version:
            whole = [call for call in self.calls if self.trace.call_of(call) == call]
            self._listed = self.version, [Listed(call, *self._who(call), self.calls[call].number) for call in whole]
        return self._listed[1]

    def _who(self, call: str) -> tuple[str, str]:
        known = self._parties.get(call)
        if known is None:
            known = self._parties[call] = _parties(self.calls[call])
        return known


def _parties(message: Message) -> tuple[str, str]:
    if message.protocol == "sip":
        caller, called = (_user(pattern, message.payload) for pattern in (_FROM, _TO))
        if caller and called:
            return caller, called
    return ends(message)


def _user(pattern: re.Pattern[bytes], payload: bytes) -> str:
    found = pattern.search(payload, 0, _HEAD)
    return found[1].decode("utf-8", "replace") if found else ""
