"""A UDP socket of an application that SNMP is spoken on: it hands datagrams over in order, and writes the trace."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..model import ListeningPort, Transport
from ..trace import Kind
from .signalling import End, Place
from .snmp_messages import SNMP
from .stream import STRANGERS_KEPT
from .udp import Address, Datagrams

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["SnmpPort"]

#: Newest lines of the trace among which the request of an own application is looked for.
LOOKED_AT = 50


class SnmpPort(Datagrams):
    """One bound socket of a planned port. `heard` is called with each datagram, in the order they were sent."""

    def __init__(
        self,
        owner: RunningApplication,
        port: ListeningPort,
        sock: socket.socket,
        heard: Callable[[SnmpPort, bytes, Address], None],
    ) -> None:
        super().__init__()
        self.port = port
        address, number = sock.getsockname()[:2]
        self._trace = owner.lab.trace
        self._signalling = owner.lab.signalling
        self._network = owner.lab.network
        self._heard = heard
        self._end = End(owner.name, owner.host, str(port), port.number)
        self._place: Place = (Transport.UDP, address, number)
        self._sock = sock
        self._signalling.join(self._place, self._end)

    async def serve(self) -> None:
        """Hear what comes in, until it is closed."""
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=self._sock)

    def datagram_received(self, data: bytes, address: Any) -> None:
        where: Address = (address[0], address[1])
        if self._is_own(where):
            place: Place = (Transport.UDP, *where)
            self._signalling.flight.arrive((place, self._place), data, partial(self._heard, self, data, where))
        else:
            self._heard(self, data, where)

    def _is_own(self, where: Address) -> bool:
        return self._signalling.end((Transport.UDP, *where)) is not None

    def note_request(
        self, data: bytes, address: Address, name: str, text: str = "", kind: Kind = Kind.REQUEST
    ) -> int | None:
        """Note a datagram that has come from outside; gives its number in the trace, None where that is not known.

        An application of the lab has noted its own when it sent it.
        """
        if self._is_own(address):
            newest = (self._trace[-at] for at in range(1, min(LOOKED_AT, len(self._trace)) + 1))
            return next((one.number for one in newest if one.payload == data and one.protocol == SNMP), None)
        far = self._signalling.stranger((Transport.UDP, *address))
        return self._trace.add(
            kind, name[:STRANGERS_KEPT], far.name, self._end.name, far.name, self._end.name, self._end.host,
            self._end.port, text[:STRANGERS_KEPT], data[:STRANGERS_KEPT], protocol=SNMP, client_number=address[1],
        ).number  # fmt: skip

    def note_silence(self, text: str) -> None:
        """Note that a request gets no answer."""
        end = self._end
        self._trace.add(
            Kind.EVENT, text, end.name, end.name, server=end.name, host=end.host, port=end.port, protocol=SNMP
        )

    def answer(self, data: bytes, address: Address, name: str, text: str, reply_to: int | None) -> None:
        """Send an answer, and note it; a network that loses datagrams may lose it."""
        if self.closed:
            return
        place: Place = (Transport.UDP, *address)
        known = self._signalling.end(place)
        far = known or self._signalling.stranger(place)
        lost = self._network.lossy and self._network.loses(self._end.name, far.name, f"{name} {text}")
        if known is None:
            text = text[:STRANGERS_KEPT]
        self._trace.add(
            Kind.RESPONSE, name, self._end.name, far.name, far.name, self._end.name, self._end.host, self._end.port,
            text, data, reply_to, SNMP, client_number=address[1], dropped=lost,
        )  # fmt: skip
        if lost:
            return
        if known is not None:
            self._signalling.flight.depart((self._place, place), data)
        self.write(data, address)

    def close(self) -> None:
        """Close the port. May be called again."""
        if self.closed:
            return
        super().close()
        self._signalling.leave(self._place)
        if self._transport is None:
            self._sock.close()
