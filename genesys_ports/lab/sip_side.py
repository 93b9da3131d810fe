"""The SIP side of a running application: its sockets, its element, and its planned connections to SIP ports."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from ..model import Connection, Deployment, ListeningPort, Purpose, Transport
from ..sip.flow import Flow
from ..state import ConnectionStatus
from . import sip_words as words
from .elements import Element
from .endpoint import Endpoint
from .sip_stack import SipStack

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["SipSide", "is_sip"]


def is_sip(plan: Deployment, connection: Connection) -> bool:
    """Whether the server's port of a planned connection speaks SIP. Raises what looking it up raises."""
    return plan.application(connection.server).port(connection.port_id).purpose is Purpose.SIP


class SipSide:
    """Made when the ports of an application are bound, and over with it."""

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        self.stack = SipStack(owner)
        #: What the application does with SIP.
        self.element: Element = owner.role.element(owner, self.stack) or Endpoint(owner, self.stack)
        self.stack.begin(self.element, self.lost)

    def serves(self, port: ListeningPort) -> bool:
        """Every SIP port."""
        return port.purpose is Purpose.SIP

    def makes(self, connection: Connection) -> bool:
        """Every connection to a SIP port."""
        return is_sip(self._owner.plan, connection)

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Listen on the bound sockets of a planned port."""
        numbers = port.numbers
        for index, sock in enumerate(sockets):
            # A port on several addresses has as many sockets for each of its numbers, number by number.
            await self.stack.serve(port, sock, numbers[index * len(numbers) // len(sockets)])

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Bring a planned connection about; says in `said` of its application how it went."""
        owner = self._owner
        server = owner.plan.application(connection.server)
        flow = self.stack.way_to(server.name, connection.port_id)
        values = {"client": owner.name, "server": server.name, "port": server.port(connection.port_id)}
        said = len(owner.said)
        status = ConnectionStatus.REFUSED
        try:
            if flow is not None:
                async with asyncio.timeout(owner.lab.sip_patience):
                    status = await self.element.connect(connection, flow)
        except TimeoutError:
            owner.lab.grow_impatient()
            status = ConnectionStatus.LOST
        if len(owner.said) == said:
            owner.said.append(_SENTENCES[status].format(**values))
        owner.statuses[connection] = status
        return status

    async def start(self) -> None:
        """All ports are open."""
        await self.element.start()

    def lost(self, flow: Flow) -> None:
        """The far end has closed a connection; what was agreed over it counts no more."""
        owner = self._owner
        self.element.lost(flow)
        for connection, status in owner.statuses.items():
            if status is not ConnectionStatus.CONNECTED or not is_sip(owner.plan, connection):
                continue
            way = self.stack.way_to(connection.server, connection.port_id)
            if flow.transport is not Transport.UDP and way is not None and way[:3] == flow[:3]:
                owner.sip_lost(connection)

    async def stop(self) -> None:
        """Hang up and take back what was registered, as far as the patience of the lab goes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._owner.lab.sip_patience):
                await self.element.stop()
                return
        self._owner.lab.grow_impatient()

    def close_ports(self) -> None:
        """Take no more calls, hear no more datagrams."""
        self.stack.close_ports()

    async def close(self, *, crash: bool) -> None:
        """End every connection."""
        await self.stack.close(crash=crash)

    def let_go(self) -> None:
        """Break off everything."""
        self.stack.let_go()


_SENTENCES = {
    ConnectionStatus.CONNECTED: words.REACHED,
    ConnectionStatus.REFUSED: words.REFUSED,
    ConnectionStatus.LOST: words.SILENT,
    ConnectionStatus.CLOSED: words.NOT_ASKED,
}
