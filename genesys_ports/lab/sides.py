"""What an application speaks on ports of one kind, in place of the teaching format: SIP, SNMP, CSTA, AgentX."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..model import Connection, ListeningPort
    from ..state import ConnectionStatus

__all__ = ["Side"]


class Side(Protocol):
    """Made when an application starts, before its ports are bound, and over with it.

    An application asks its sides in turn: the first that `serves` a port gets its sockets, the first that `makes` a
    planned connection brings it about.
    """

    def serves(self, port: ListeningPort) -> bool:
        """Whether it speaks on this port of its application."""

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Listen on the bound sockets of a planned port."""

    def makes(self, connection: Connection) -> bool:
        """Whether it is this planned connection of its application that speaks its language."""

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Bring a planned connection about. It says in `said` of its application how it went, and sets its status."""

    async def start(self) -> None:
        """All ports are open."""

    async def stop(self) -> None:
        """Say good-bye. Never raises for a peer that is silent; sets itself a limit."""

    def close_ports(self) -> None:
        """Take no more calls, hear no more datagrams. May be called again."""

    async def close(self, *, crash: bool) -> None:
        """End every connection, one after the other; `crash` breaks them off. Whoever calls sets a limit."""

    def let_go(self) -> None:
        """Break off everything at once, without waiting. May be called again."""
