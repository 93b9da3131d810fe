"""The open ports of a running application: each can be closed and opened again while the application goes on."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ..model import ListeningPort, Transport
from ..trace import Kind
from . import words
from .datagram import DatagramPort
from .link import Link
from .listener import Listener
from .network import PortTaken
from .stream import Route
from .voice import is_voice

if TYPE_CHECKING:
    from .application import RunningApplication
    from .sides import Side

__all__ = ["Doors", "Shuts"]


@runtime_checkable
class Shuts(Protocol):
    """A side that can close one of its ports and let its others go on; `serve` opens it again."""

    def close_port(self, port: ListeningPort) -> None:
        """Take no more calls, hear no more datagrams on this port, and end its connections."""


class Doors:
    """What one run of an application listens on.

    `shut` are the planned ports that somebody has closed since the start.
    """

    def __init__(self, owner: RunningApplication) -> None:
        self.shut: set[ListeningPort] = set()
        self._owner = owner
        self._open: dict[ListeningPort, list[Listener | DatagramPort]] = {}
        self._coming: set[asyncio.Task[object]] = set()

    def bind(self, port: ListeningPort) -> list[socket.socket]:
        """The sockets of a planned port. Raises `PortInUseError`, `TooManyPortsError`."""
        owner = self._owner
        try:
            return owner.lab.network.bind(owner.name, owner.host, port)
        except PortTaken as taken:
            raise owner.lab.explain(taken, owner.application, port) from None

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Listen on the bound sockets of a planned port; a side that speaks on it does so itself."""
        if side := self._side_of(port):
            await side.serve(port, sockets)
            return
        for sock in sockets:
            if is_voice(port):
                await self._owner.voice.keep(port, sock)
            elif port.transport is Transport.UDP:
                await self._hear(port, sock)
            else:
                self._listen(port, sock)

    def _side_of(self, port: ListeningPort) -> Side | None:
        return next((side for side in self._owner.sides if side.serves(port)), None)

    async def _hear(self, port: ListeningPort, sock: socket.socket) -> None:
        datagram = DatagramPort(self._owner, port)
        self._open.setdefault(port, []).append(datagram)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: datagram, sock=sock)

    def _listen(self, port: ListeningPort, sock: socket.socket) -> None:
        owner, text = self._owner, str(port)
        tls = owner.lab.certificates.for_port(port, owner.host, sock)
        listener = Listener(
            sock, partial(_answer, owner, text), self._coming, tls=tls, unlike=partial(self._unlike, text)
        )
        self._open.setdefault(port, []).append(listener)

    def _unlike(self, port: str, caller: object) -> None:
        """Somebody has called a TLS port and speaks something else; an application of the lab tells so itself."""
        lab, owner = self._owner.lab, self._owner
        if caller not in lab.dialling:
            name = lab.outsiders.introduced(Transport.TCP, caller) or lab.outsiders.name_caller()
            lab.trace.add(Kind.REFUSED, "no TLS", name, owner.name, name, owner.name, owner.host, port, words.NOT_TLS)

    def record(self, kind: Kind, name: str, port: str) -> None:
        """Note in the trace that a port opens or closes."""
        owner = self._owner
        owner.lab.trace.add(kind, name, owner.name, owner.name, server=owner.name, host=owner.host, port=port)

    # --- one port alone

    def can_shut(self, port: ListeningPort) -> bool:
        """Whether this port can be closed by itself."""
        side: object = self._side_of(port)
        return isinstance(side, Shuts) if side else not is_voice(port)

    def is_shut(self, port: str) -> bool:
        """Whether the port written so (`5150/tcp`) is closed now."""
        return any(str(one) == port for one in self.shut)

    def close_one(self, port: ListeningPort) -> list[Link]:
        """Close a port; the connections that others have made to it, for whoever ends them."""
        self.shut.add(port)
        side: object = self._side_of(port)
        if isinstance(side, Shuts):
            side.close_port(port)
        for one in self._open.pop(port, ()):
            one.close()
        self._owner.lab.network.close_port(self._owner.name, self._owner.host, port)
        self.record(Kind.CLOSED, "closes port", str(port))
        return [link for link in self._owner.incoming if link.route.port == str(port)]

    async def open_one(self, port: ListeningPort) -> None:
        """Open it again. Raises `PortInUseError`, `TooManyPortsError`; it stays closed then."""
        try:
            sockets = self.bind(port)
        except BaseException:
            self._owner.lab.network.close_port(self._owner.name, self._owner.host, port)
            raise
        await self.serve(port, sockets)
        self.shut.discard(port)
        self.record(Kind.OPENED, "opens port", str(port))

    def close(self) -> None:
        """Close all. May be called again."""
        for one in [one for opened in self._open.values() for one in opened]:
            one.close()


def _answer(application: RunningApplication, port: str) -> Link:
    return Link(application, Route("", application.name, application.host, port), application.caller_gone)
