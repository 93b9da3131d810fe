"""Calling a port and hanging up at once."""

from __future__ import annotations

import asyncio
import socket

from ..model import Transport
from ..state import PortState, Socket
from .link import WAIT_LIMIT

__all__ = ["is_open", "knock"]


async def knock(where: Socket | None) -> bool:
    """Whether anybody takes a TCP call there; None is a place where nobody can."""
    if where is None:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                await asyncio.get_running_loop().sock_connect(caller, (where.address, where.number))
        except OSError:
            return False
    return True


def is_open(state: PortState) -> bool:
    """Whether a planned port really is open on this machine: over TCP, whether every socket of it takes a call.

    The system takes the call on behalf of a listener, so this needs no event loop.
    """
    if not state.sockets or state.port.transport.carrier is Transport.UDP:
        return bool(state.sockets)
    for one in state.sockets:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
            caller.settimeout(WAIT_LIMIT)
            if caller.connect_ex((one.address, one.number)) != 0:
                return False
    return True
