"""A UDP socket that SIP is spoken on."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from .room import ROOM
from .udp import Datagrams

if TYPE_CHECKING:
    from .signalling import End, Place
    from .sip_stack import SipStack

__all__ = ["SipDatagrams"]

#: Far ends that are remembered, so that an application with several UDP sockets answers from the one that was asked.
REMEMBERED = 1_000

#: Datagrams that are read before others have their turn.
AT_ONCE = 50


class SipDatagrams(Datagrams):
    """Hands datagrams to the stack. `place` is where it is, `end` what the plan calls it."""

    def __init__(self, stack: SipStack, place: Place, end: End, sock: socket.socket) -> None:
        super().__init__()
        self.place = place
        self.end = end
        self._stack = stack
        # asyncio reads one datagram each time it has looked at all sockets; under load that look takes the most time.
        self._sock = sock if isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop) else None
        self._heard: dict[Place, None] = {}

    def datagram_received(self, data: bytes, address: Any) -> None:
        self._take(data, address)
        for _ in range(AT_ONCE if self._sock is not None else 0):
            try:
                data, address = self._sock.recvfrom(ROOM)  # type: ignore[union-attr] # none, then no turn
            except OSError:
                # Nothing more, or an error that asyncio will meet as well.
                return
            self._take(data, address)

    def _take(self, data: bytes, address: Any) -> None:
        place = (self.place[0], address[0], address[1])
        if place not in self._heard:
            self._heard[place] = None
            if len(self._heard) > REMEMBERED:
                del self._heard[next(iter(self._heard))]
        # A copy: what `recvfrom` gives was cut from a piece of 64 KB, and the trace keeps it for long; a hundred
        # thousand such leftovers leave memory full of holes.
        self._stack.datagram(bytes(memoryview(data)), place, self)

    def has_heard(self, place: Place) -> bool:
        """Whether something came from there."""
        return place in self._heard
