"""Calling a port and hanging up at once."""

from __future__ import annotations

import asyncio
import socket

from ..state import PortState, Socket
from .link import WAIT_LIMIT

__all__ = ["is_open", "knock"]


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


def is_open(state: PortState) -> bool:
    """Whether a planned port really is open on this machine: over TCP, whether every socket of it takes a call.

    The system takes the call on behalf of a listener, so this needs no event loop.
    """
    if not state.sockets or state.port.transport.carrier == "udp":
        return bool(state.sockets)
    for one in state.sockets:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
            caller.settimeout(WAIT_LIMIT)
            if caller.connect_ex((one.address, one.number)) != 0:
                return False
    return True
