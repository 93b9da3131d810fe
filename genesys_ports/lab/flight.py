"""Messages on their way between the lab's own applications, handed over in the order they were sent.

Which of two sockets an event loop looks at first differs from system to system. What a cell shows must not.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from itertools import takewhile

__all__ = ["Flight"]

#: Seconds after which a message that has not arrived never will: the system had no room for the datagram.
OVERDUE = 0.25


class _Message:
    __slots__ = ("data", "deliver", "gone", "since")

    def __init__(self, data: bytes, since: float) -> None:
        self.data = data
        self.since = since
        self.deliver: Callable[[], None] | None = None
        self.gone = False


class Flight:
    """Counts what was sent and not yet handed over, and keeps its order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._order: deque[_Message] = deque()
        self._ways: dict[Hashable, deque[_Message]] = {}
        self._delivering = False
        self._watch: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is on its way, or being handed over."""
        return self._delivering or bool(self._order)

    def depart(self, way: Hashable, data: bytes = b"") -> None:
        """A message sets out. On one way none overtakes another; a datagram that gets lost is told by its `data`."""
        message = _Message(data, self._loop.time())
        self._order.append(message)
        self._ways.setdefault(way, deque()).append(message)
        if self._watch is None:
            self._watch = self._loop.call_later(OVERDUE, self._look, message)

    def arrive(self, way: Hashable, data: bytes, deliver: Callable[[], None]) -> None:
        """A message has come; it is handed over once everything sent before it has been."""
        waiting = self._ways.get(way)
        while waiting:
            message = waiting.popleft()
            if not waiting:
                # Many ways are used once.
                del self._ways[way]
            if message.data == data and not message.gone:
                message.deliver = deliver
                return self._run()
            if message.data == data:
                break
            message.gone = True
        # Given up on before, and here after all.
        deliver()

    def drop(self, way: Hashable) -> None:
        """Nothing more comes this way: the connection has ended, or nobody listens any more."""
        for message in self._ways.pop(way, ()):
            message.gone = True
        self._run()

    def drop_ways(self, end: Hashable) -> None:
        """The same for every way with this end."""
        for way in [one for one in self._ways if isinstance(one, tuple) and end in one]:
            self.drop(way)

    def end(self) -> None:
        """Forget everything."""
        self._order.clear()
        self._ways.clear()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _run(self) -> None:
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._order and (self._order[0].deliver or self._order[0].gone):
                message = self._order.popleft()
                if message.deliver is not None:
                    message.deliver()
        finally:
            self._delivering = False

    def _look(self, first: _Message) -> None:
        self._watch = None
        if self._order and self._order[0] is first:
            # Where one was lost, others of the same moment were, too: one wait is enough for all.
            late = self._loop.time() - OVERDUE
            for message in takewhile(lambda message: message is first or message.since <= late, self._order):
                message.gone = message.deliver is None
            self._run()
        if self._order:
            self._watch = self._loop.call_later(OVERDUE, self._look, self._order[0])
