"""The timers of SIP transactions (RFC 3261 17 and table 4, RFC 6026), and the one clockwork that runs them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

from ..table import Table
from . import state_words as words

__all__ = ["Alarm", "Alarms", "Timers"]


@dataclass(frozen=True, slots=True)
class Timers:
    """How long SIP waits, in seconds. Everything follows from three values; tests take a small T1.

    `t1` is an estimate of a round trip, `t2` the longest pause between two copies of a message (but INVITE), `t4` how
    long a message can wander through the network. `c` is the time after which an INVITE that got no final answer is
    cancelled, `trying` the time after which one gets a 100 by itself. Raises `ValueError` where one is not above 0.
    """

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    #: "Larger than 3 minutes" (RFC 3261 16.6, step 11).
    c: float = 181.0
    #: RFC 3261 17.2.1.
    trying: float = 0.2

    def __post_init__(self) -> None:
        # What is repeated after no time at all is repeated for ever.
        if min(self.t1, self.t2, self.t4, self.c, self.trying) <= 0:
            raise ValueError(words.NO_TIME)

    @property
    def longest(self) -> float:
        """64 times T1: after this, nobody repeats anything."""
        return 64 * self.t1

    def seconds(self, letter: str, *, reliable: bool) -> float:
        """How long the timer with this letter waits, the first time; 0 where the transport does not need it.

        Raises `KeyError` for a letter that is no timer.
        """
        if letter == "C":
            return self.c
        if letter in "AEG":
            return 0.0 if reliable else self.t1
        if letter in "BFHLM":
            return self.longest
        # What wanders through the network may still arrive; TCP delivers in order, and once.
        return 0.0 if reliable else {"D": self.longest, "J": self.longest, "I": self.t4, "K": self.t4}[letter]

    def table(self) -> Table:
        """Table 4 of RFC 3261 with these values, and the two timers of RFC 6026."""

        def told(letter: str, reliable: bool) -> str:
            seconds = self.seconds(letter, reliable=reliable)
            return words.SECONDS.format(seconds=f"{seconds:g}") if seconds else words.NOT_NEEDED

        rows = [(letter, told(letter, False), told(letter, True), purpose) for letter, purpose in words.TIMERS.items()]
        return Table(words.TIMER_COLUMNS, rows, words.TIMER_CAPTION)


#: Time, serial number, what to call (None: cancelled), and with what. A list, because the heap compares lists in C.
Alarm = list[Any]


class Alarms:
    """All timers of an element in one heap. A cancelled one lets go of everything at once, and leaves the heap later.

    `clock` gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heap: list[Alarm] = []
        self._set = 0
        self._cancelled = 0

    def set(self, seconds: float, call: Callable[[Any], object], argument: object = None) -> Alarm:
        """Call `call(argument)` in so many seconds."""
        self._set += 1
        alarm: Alarm = [self._clock() + seconds, self._set, call, argument]
        heappush(self._heap, alarm)
        return alarm

    def cancel(self, alarm: Alarm) -> None:
        """The alarm will not ring. Nothing happens to one that has rung, or was cancelled before."""
        if alarm[2] is None:
            return
        alarm[2] = alarm[3] = None
        self._cancelled += 1
        # A sweep takes as long as the cancelling before it: cancelling costs the same however many alarms there are.
        if self._cancelled > 100 and self._cancelled * 2 > len(self._heap):
            self._heap = [kept for kept in self._heap if kept[2] is not None]
            heapify(self._heap)
            self._cancelled = 0

    def due(self) -> float | None:
        """When the next alarm rings, by the clock; None when none is set."""
        heap = self._heap
        while heap and heap[0][2] is None:
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def advance(self) -> None:
        """Ring every alarm whose time has come, in order of time."""
        now = self._clock()
        while (due := self.due()) is not None and due <= now:
            alarm = heappop(self._heap)
            call, argument = alarm[2:]
            alarm[2] = alarm[3] = None
            call(argument)

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled
