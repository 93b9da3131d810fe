"""Where the application that wrote the log is itself: its lines tell the other side's address only."""

from __future__ import annotations

import re

__all__ = ["CARRIERS", "Own"]

#: The port number of each transport that nobody has to name (RFC 3261 section 18.1.1).
CARRIERS = {"udp": 5060, "tcp": 5060, "tls": 5061}

_VIA = re.compile(
    rb"SIP ?/ ?2\.0 ?/ ?[A-Za-z]{2,4} {1,3}(\[[0-9A-Fa-f:.]{2,45}\]|[^\s:;,\[\]]{1,100})(?: ?: ?([0-9]{1,5}))?"
)

#: Different beginnings of Via that are remembered.
_MOST = 1000


class Own:
    """Learns its addresses and port numbers from each Via that it wrote."""

    def __init__(self) -> None:
        self._written: dict[str, dict[bytes, int]] = {carrier: {} for carrier in CARRIERS}
        self._places: dict[tuple[str, bytes], tuple[str, int]] = {}
        self._usual = dict(CARRIERS)

    def wrote(self, carrier: str, via: bytes) -> bytes:
        """It wrote this Via; gives what `number` wants to know later."""
        start = via.partition(b";")[0]
        known = self._written[carrier]
        known[start] = known.get(start, 0) + 1
        if len(known) > _MOST:
            del known[next(iter(known))]
        return start

    def settle(self) -> None:
        """All is read. The place that is told most often is the usual one of its transport."""
        for carrier, known in self._written.items():
            for start in sorted(known, key=known.__getitem__):
                if found := _VIA.match(start.strip()):
                    number = int(found[2] or CARRIERS[carrier])
                    self._places[carrier, start] = found[1].decode("utf-8", "replace").strip("[]"), number
                    self._usual[carrier] = number

    def number(self, carrier: str, start: bytes) -> int:
        """The port number that this beginning of a Via tells, or the usual one."""
        place = self._places.get((carrier, start))
        return place[1] if place else self._usual[carrier]

    def places(self) -> list[tuple[str, int]]:
        """Its addresses and port numbers, the most frequent first."""
        counted: dict[tuple[str, int], int] = {}
        for (carrier, start), place in self._places.items():
            counted[place] = counted.get(place, 0) + self._written[carrier][start]
        return sorted(counted, key=counted.__getitem__, reverse=True)
