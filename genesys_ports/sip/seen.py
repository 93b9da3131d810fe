"""Which requests have been here not long ago, so that a copy that came by another way shows (RFC 3261 8.2.2.2)."""

from __future__ import annotations

from collections.abc import Callable

from .message import Request

__all__ = ["Key", "Seen", "key_of_request"]

#: Call-ID, From tag, CSeq number and method.
Key = tuple[str, str, int, str]


def key_of_request(request: Request) -> Key:
    """What copies of one request have in common, whatever their branches."""
    return request.call_id, request.from_.tag, request.cseq.number, request.method


class Seen:
    """Remembers requests for so many seconds of the clock. What is too old is dropped as new ones come."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._until: dict[Key, float] = {}

    def add(self, key: Key) -> None:
        """Remember this one."""
        now = self._clock()
        while self._until and self._until[oldest := next(iter(self._until))] <= now:
            del self._until[oldest]
        self._until[key] = now + self._seconds

    def __contains__(self, key: Key) -> bool:
        return self._until.get(key, 0.0) > self._clock()

    def __len__(self) -> int:
        return len(self._until)
