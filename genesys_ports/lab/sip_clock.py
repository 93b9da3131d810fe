"""The clock of SIP's timers in one lab.

It stands still while messages are on their way, and the timers of all applications fire in the order of their times,
each to its end before the next. So what depends on timers (everything, once datagrams get lost) is the same in every
run, however busy the machine is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

__all__ = ["SipClock"]

#: Seconds the clock stands still at most: under load from outside something is always on its way.
LAG = 0.1

#: Timers so close to each other fire as one: sums of times differ in their last digits.
TOGETHER = 0.001

#: Seconds until the next look, when messages are on their way now. (SIP's shortest timer takes half a second.)
AGAIN = 0.002


class Timed(Protocol):
    """Whoever has timers: `Transactions`."""

    def due(self) -> float | None: ...
    def advance(self) -> None: ...


class SipClock:
    """Gives the time to every `Timed` of a lab, and runs their timers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, busy: Callable[[], bool]) -> None:
        self._loop = loop
        self._busy = busy
        self._now = loop.time()
        self._held = False
        self._timed: dict[Timed, None] = {}
        self._due = float("inf")
        self._handle: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds, on the scale of the event loop's clock."""
        if not self._held:
            time = self._loop.time()
            if time > self._now and (time > self._now + LAG or not self._busy()):
                self._now = time
        return self._now

    def join(self, timed: Timed) -> None:
        """Look after these timers from now on."""
        self._timed[timed] = None

    def leave(self, timed: Timed) -> None:
        """No more."""
        self._timed.pop(timed, None)

    def look(self, timed: Timed) -> None:
        """Something was set off in these: is its time nearer than what is waited for?"""
        due = timed.due()
        if due is not None and due < self._due:
            self._wait(due)

    def end(self) -> None:
        """No timer fires any more."""
        self._timed.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _wait(self, due: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._due = due
        self._handle = self._loop.call_at(max(due, self._loop.time() + (AGAIN if self._busy() else 0)), self._wake)

    def _next(self) -> float | None:
        return min((due for one in self._timed if (due := one.due()) is not None), default=None)

    def _wake(self) -> None:
        self._handle, self._due = None, float("inf")
        due = self._next()
        time = self._loop.time()
        if due is None:
            return
        if due <= time and (not self._busy() or time > due + LAG):
            self._fire(due)
            due = self._next()
        if due is not None:
            self._wait(due)

    def _fire(self, due: float) -> None:
        # For everything that these timers set off it is the time they were set to.
        self._now = max(self._now, due + TOGETHER)
        self._held = True
        try:
            for one in list(self._timed):
                if (own := one.due()) is not None and own <= due + TOGETHER:
                    one.advance()
        finally:
            self._held = False
