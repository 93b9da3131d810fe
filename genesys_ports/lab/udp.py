"""A bound UDP socket at work: the base of whatever hears datagrams."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, TypeAlias, cast

from .room import limit_room

__all__ = ["Address", "Datagrams"]

#: Where a datagram comes from, or goes to: the real address and number.
Address: TypeAlias = tuple[str, int]


class Datagrams(asyncio.DatagramProtocol):
    """Open from the moment that the event loop has its socket, until `close()`."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: asyncio.DatagramTransport | None = None
        self._full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        limit_room(transport)
        self._transport = cast(asyncio.DatagramTransport, transport)
        if self.closed:
            self._transport.abort()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False

    def write(self, data: bytes, address: Any) -> None:
        """Send a datagram. UDP may lose what finds no room; nothing waits in memory without end."""
        if self._transport is not None and not self._full:
            self._transport.sendto(data, address)

    def close(self) -> None:
        """Close the socket. May be called again."""
        self.closed = True
        if self._transport is not None:
            # An event loop that has ended takes no more calls; the lab looks after what is left open then.
            with contextlib.suppress(RuntimeError):
                self._transport.abort()
