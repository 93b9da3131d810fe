"""The connections of one application's stack: found again, counted, and those that are of no use closed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..sip.flow import Flow
from .signalling import Place

if TYPE_CHECKING:
    from .sip_stream import SipStream

__all__ = ["SipConnections"]

#: Connections from outside that one application serves at a time.
OUTSIDERS = 300

#: Seconds an outside connection may take for its first message, or for the rest of one; and be silent.
SLOW = 60.0
IDLE = 3_600.0

#: Seconds between two looks at that.
SWEEP = 5.0


class SipConnections:
    """Open connections, by the number that a `Flow` knows them by."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._streams: dict[int, SipStream] = {}
        self._by_place: dict[Place, SipStream] = {}
        self._count = 0
        self._sweeping: asyncio.TimerHandle | None = None

    def __iter__(self) -> Iterator[SipStream]:
        return iter(tuple(self._streams.values()))

    def __len__(self) -> int:
        return len(self._streams)

    def find(self, flow: Flow) -> SipStream | None:
        """The connection that a way means, or else one to the same place."""
        known = self._streams.get(flow.connection)
        return known or self._by_place.get((flow.transport.carrier, flow.address, flow.number))

    def opened(self, stream: SipStream) -> int:
        """A connection begins; gives its number."""
        self._count += 1
        self._streams[self._count] = stream
        self._by_place[stream.far_place] = stream
        if stream.is_outside and self._sweeping is None:
            self._sweeping = self._loop.call_later(SWEEP, self._sweep)
        return self._count

    def closed(self, stream: SipStream) -> None:
        """A connection is over."""
        self._streams.pop(stream.number, None)
        if self._by_place.get(stream.far_place) is stream:
            del self._by_place[stream.far_place]

    def has_room(self) -> bool:
        """Whether one more connection from outside is served. The one that was silent for longest makes room."""
        outside = self._outside()
        if len(outside) < OUTSIDERS:
            return True
        oldest = min(outside, key=lambda one: one.heard_at)
        if oldest.heard_at > self._loop.time() - SLOW:
            return False
        oldest.abort()
        return True

    def rest(self) -> None:
        """Look after them no more."""
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _outside(self) -> list[SipStream]:
        return [one for one in self._streams.values() if one.is_outside]

    def _sweep(self) -> None:
        self._sweeping = None
        now = self._loop.time()
        outside = self._outside()
        for stream in outside:
            if now - stream.heard_at > (SLOW if stream.is_pending else IDLE):
                stream.abort()
        if outside:
            self._sweeping = self._loop.call_later(SWEEP, self._sweep)
