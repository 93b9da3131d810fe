"""The network management system: it hears traps on its UDP port. What it asks for itself, `manager.py` does."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

from ..model import ListeningPort, Transport
from ..trace import Kind
from . import manager_words as words
from .roles import NETWORK_MANAGEMENT_SYSTEM, component_of
from .signalling import End, Place
from .snmp_messages import SNMP, Packet, decode, encode
from .stream import STRANGERS_KEPT
from .traps import trap_name, trap_text
from .udp import Datagrams
from .udp_side import UdpSide

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["NmsSide", "TrapPort", "is_manager"]


def is_manager(application: RunningApplication) -> bool:
    """Whether this application is a network management system."""
    return component_of(application.plan, application.name) == NETWORK_MANAGEMENT_SYSTEM


class NmsSide(UdpSide):
    """What a network management system hears: traps, on each of its UDP ports."""

    def serves(self, port: ListeningPort) -> bool:
        """Every UDP port."""
        return port.transport is Transport.UDP

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Hear traps on the bound sockets of a planned port."""
        for sock in sockets:
            one = TrapPort(self._owner, port, sock)
            self.opened.append(one)
            await one.serve()


class TrapPort(Datagrams):
    """A bound UDP socket that hears traps of versions 1 and 2c. What is none is noted, and dropped."""

    def __init__(self, owner: RunningApplication, port: ListeningPort, sock: socket.socket) -> None:
        super().__init__()
        self.port = port
        self._owner = owner
        self._lab = owner.lab
        address, number = sock.getsockname()[:2]
        self._sock = sock
        self._place: Place = (Transport.UDP, address, number)
        self._lab.signalling.join(self._place, End(owner.name, owner.host, str(port), port.number))

    async def serve(self) -> None:
        """Hear what comes in, until it is closed."""
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=self._sock)

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
