"""How much room the event loop makes before it reads from a socket."""

from __future__ import annotations

import asyncio

__all__ = ["ROOM", "limit_room"]

#: Bytes that are read at once: the largest datagram.
ROOM = 65_536


def limit_room(transport: asyncio.BaseTransport) -> None:
    """Let this transport read 64 KB at a time.

    asyncio makes room for four times as much before each look, which takes several times as long as the look.
    """
    if isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop):
        transport.max_size = ROOM  # type: ignore[attr-defined] # every transport of a selector loop has it
