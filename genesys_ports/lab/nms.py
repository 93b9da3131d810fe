"""The network management system: it hears traps on its UDP port. What it asks for itself, `manager.py` does."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

from ..model import Connection, ListeningPort, Transport
from ..state import ConnectionStatus
from ..trace import Kind
from . import manager_words as words
from .roles import NETWORK_MANAGEMENT_SYSTEM, component_of
from .signalling import End, Place
from .snmp_messages import SNMP, Packet, decode, encode
from .stream import STRANGERS_KEPT
from .traps import trap_name, trap_text
from .udp import Datagrams

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["NmsSide", "TrapPort", "is_manager"]


def is_manager(application: RunningApplication) -> bool:
    """Whether this application is a network management system."""
    return component_of(application.plan, application.name) == NETWORK_MANAGEMENT_SYSTEM


class NmsSide:
    """What a network management system hears: traps, on each of its UDP ports."""

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        self._ports: list[TrapPort] = []

    def serves(self, port: ListeningPort) -> bool:
        """Every UDP port."""
        return port.transport is Transport.UDP

    def makes(self, connection: Connection) -> bool:
        """None: it asks over UDP, where there is nothing to open."""
        return False

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Hear traps on the bound sockets of a planned port."""
        loop = asyncio.get_running_loop()
        for sock in sockets:
            heard = TrapPort(self._owner, port, sock)
            self._ports.append(heard)
            await loop.create_datagram_endpoint(partial(_same, heard), sock=sock)

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Nothing to do."""
        return self._owner.statuses[connection]

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do: a trap receiver owes nobody a good-bye."""

    def close_port(self, port: ListeningPort) -> None:
        """Hear nothing any more on this port."""
        for one in [one for one in self._ports if one.port is port]:
            self._ports.remove(one)
            one.close()

    def close_ports(self) -> None:
        """Hear nothing any more."""
        for one in self._ports:
            one.close()

    async def close(self, *, crash: bool) -> None:
        """Nothing to do: it has no connection."""

    def let_go(self) -> None:
        """The same as `close_ports`."""
        self.close_ports()


class TrapPort(Datagrams):
    """A bound UDP socket that hears traps of versions 1 and 2c. What is none is noted, and dropped."""

    def __init__(self, owner: RunningApplication, port: ListeningPort, sock: socket.socket) -> None:
        super().__init__()
        self.port = port
        self._owner = owner
        self._lab = owner.lab
        address, number = sock.getsockname()[:2]
        self._place: Place = (Transport.UDP, address, number)
        self._lab.signalling.join(self._place, End(owner.name, owner.host, str(port), port.number))

    def datagram_received(self, data: bytes, address: Any) -> None:
        place: Place = (Transport.UDP, address[0], address[1])
        end = self._lab.signalling.end(place)
        if end is not None:
            self._lab.signalling.flight.arrive((place, self._place), data, partial(self._hear, data, address, end.name))
        else:
            self._hear(data, address, "")

    def _hear(self, data: bytes, address: Any, sender: str) -> None:
        packet = decode(data)
        fits = packet is not None and packet.kind in ("trap", "inform") and bool(packet.trap)
        if not sender:
            sender = self._lab.outsiders.caller_at(address)
            self._note(packet if fits else None, sender, address[1], data)
        if packet is None or not fits:
            return
        self._lab.heard_trap(self._owner.name, sender, packet)
        if packet.kind == "inform":
            self._confirm(packet, sender, address)

    def _note(self, packet: Packet | None, sender: str, number: int, data: bytes) -> None:
        name, text = ("datagram", words.NO_TRAP) if packet is None else (trap_name(packet), trap_text(packet))
        owner = self._owner
        self._lab.trace.add(
            Kind.EVENT, name[:STRANGERS_KEPT], sender, owner.name, sender, owner.name, owner.host, str(self.port),
            text[:STRANGERS_KEPT], data[:STRANGERS_KEPT], protocol=SNMP, client_number=number,
        )  # fmt: skip

    def _confirm(self, packet: Packet, sender: str, address: Any) -> None:
        # An inform is a trap whose sender wants to know (RFC 3416, section 4.2.7): the same variables go back.
        data = encode(packet._replace(kind="response"))
        owner = self._owner
        self._lab.trace.add(
            Kind.RESPONSE, "response", owner.name, sender, sender, owner.name, owner.host, str(self.port),
            trap_name(packet)[:STRANGERS_KEPT], data[:STRANGERS_KEPT], protocol=SNMP, client_number=address[1],
        )  # fmt: skip
        self.write(data, address)

    def close(self) -> None:
        """Close the port. May be called again."""
        if not self.closed:
            super().close()
            self._lab.signalling.leave(self._place)


def _same(one: TrapPort) -> TrapPort:
    return one
