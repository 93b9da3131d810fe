"""Calling a port and hanging up at once."""

from __future__ import annotations

import asyncio

from ..state import Socket
from .link import WAIT_LIMIT

__all__ = ["knock"]


async def knock(where: Socket | None) -> bool:
    """Whether anybody takes a TCP call there; None is a place where nobody can."""
    if where is None:
        return False
    try:
        calling = asyncio.open_connection(where.address, where.number)
        _, writer = await asyncio.wait_for(calling, WAIT_LIMIT)
    except (OSError, TimeoutError):
        return False
    writer.close()
    await writer.wait_closed()
    return True
