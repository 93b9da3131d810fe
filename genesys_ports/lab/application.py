"""One application of the plan, running: its open ports, its connections, its log."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ConnectionRefusedByPeerError
from ..model import Application, Connection, Deployment, ListeningPort, Transport
from ..state import ConnectionStatus
from ..trace import Kind
from . import words
from .datagram import DatagramPort
from .link import WAIT_LIMIT, Link, Route
from .network import Bound, PortTaken
from .roles import (
    CONFIGURATION_SERVER,
    CONNECTED,
    LOST,
    MESSAGE_SERVER,
    READ_CONFIGURATION,
    component_of,
    role_of,
)

if TYPE_CHECKING:
    from .lab import Lab

__all__ = ["LogEvent", "RunningApplication"]

#: Log events an application keeps.
LOG_KEPT = 1_000

#: Seconds a client waits for a server that took the call to say who it is.
GREETING_LIMIT = 2.0

#: Connections from outside the lab that one application serves at a time.
OUTSIDERS = 100


class LogEvent(NamedTuple):
    """A line of an application's log: the number of the event (`00-04504`), who reports it, and its text."""

    code: str
    application: str
    text: str


class RunningApplication:
    """An application between its start and its stop. It keeps the plan it read at its start, as a server does."""

    def __init__(self, lab: Lab, application: Application, plan: Deployment) -> None:
        self.lab = lab
        self.application = application
        self.plan = plan
        self.name = application.name
        self.role = role_of(component_of(plan, application.name))
        self.log: deque[LogEvent] = deque(maxlen=LOG_KEPT)
        self.statuses = dict.fromkeys(plan.servers_of(self.name), ConnectionStatus.CLOSED)
        self.outgoing: dict[Connection, Link] = {}
        self.incoming: list[Link] = []
        self.said: list[str] = []
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[DatagramPort] = []
        self._sockets: list[socket.socket] = []

    def is_outdated(self, plan: Deployment) -> bool:
        """Whether `plan` tells this application anything else than the plan it read at its start."""
        if not plan.has_application(self.name) or plan.application(self.name) != self.application:
            return True
        return _servers(plan, self.name) != _servers(self.plan, self.name)

    # --- start

    async def start(self) -> None:
        """Read the configuration, open every planned port, connect to every server of the plan; in this order.

        All or nothing: raises `PortInUseError`, or `ConnectionRefusedByPeerError` when Configuration Server does not
        answer, and leaves nothing open.
        """
        connections = [connection for connection in self.statuses if self._reaches(connection)]
        first = [c for c in connections if component_of(self.plan, c.server) == CONFIGURATION_SERVER]
        try:
            for connection in first:
                await self._read_configuration(connection)
            await self._open_ports()
            for connection in connections:
                if connection not in first:
                    await self.connect(connection)
        except BaseException:
            await self.stop(crash=True, silent=True)
            raise

    def _reaches(self, connection: Connection) -> bool:
        # Looks the server up, so that a connection to nobody is an error here and not a silence later.
        port = self.plan.application(connection.server).port(connection.port_id)
        return port.transport.carrier is Transport.TCP

    async def _read_configuration(self, connection: Connection) -> None:
        if await self.connect(connection) is not ConnectionStatus.CONNECTED:
            raise self.refusal(connection)
        await self.outgoing[connection].ask(READ_CONFIGURATION, "")

    async def _open_ports(self) -> None:
        bound: list[Bound] = []
        try:
            for port in self.application.ports:
                bound += self._bind(port)
            self._sockets = [one.socket for one in bound]
            for one in bound:
                await self._serve(one)
        except BaseException:
            for one in bound:
                one.socket.close()
            raise
        for port in self.application.ports:
            self._record_port(Kind.OPENED, "opens port", port)

    async def _serve(self, bound: Bound) -> None:
        loop = asyncio.get_running_loop()
        if bound.port.transport is Transport.UDP:
            datagram = DatagramPort(self, bound.port)
            self._datagrams.append(datagram)
            await loop.create_datagram_endpoint(lambda: datagram, sock=bound.socket)
        else:
            self._servers.append(await loop.create_server(self._answering(bound.port), sock=bound.socket))

    def _bind(self, port: ListeningPort) -> list[Bound]:
        try:
            return self.lab.network.bind(self.name, self.application.host, port)
        except PortTaken as taken:
            raise self.lab.explain(taken, self.application, port) from None

    def _record_port(self, kind: Kind, name: str, port: ListeningPort, text: str = "") -> None:
        self.lab.trace.add(
            kind,
            name,
            self.name,
            self.name,
            server=self.name,
            host=self.application.host,
            port=str(port),
            text=text,
        )

    # --- being called

    def _answering(self, port: ListeningPort) -> Callable[[], Link]:
        text = str(port)

        def answer() -> Link:
            route = Route("", self.name, self.application.host, text)
            return Link(self, route, self.lab.trace, is_client=False, on_gone=self._caller_gone)

        return answer

    def admit(self, link: Link) -> None:
        """Somebody has connected; who it is comes with the first line."""
        self.incoming.append(link)
        if sum(one.partner is None for one in self.incoming) > OUTSIDERS:
            link.refuse(words.ANSWER_TOO_MANY)

    def _caller_gone(self, link: Link) -> None:
        self.incoming.remove(link)
        if link.outsider:
            link.record(Kind.DISCONNECT, "disconnect", back=not link.closing)
        elif link.partner is not None:
            self.role.left(self, link)

    # --- calling

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Open one planned connection; says in `said` how it went."""
        if connection in self.outgoing:
            return ConnectionStatus.CONNECTED
        server = self.plan.application(connection.server)
        port = server.port(connection.port_id)
        route = Route(self.name, server.name, server.host, str(port))
        link = Link(self, route, self.lab.trace, is_client=True, on_gone=self._call_gone)
        link.connection = connection
        values = {"client": self.name, "server": server.name, "port": port}
        try:
            sock = await asyncio.wait_for(
                self.lab.network.connect(self.name, self.application.host, server.host, port, connection.client_port),
                WAIT_LIMIT,
            )
        except (ConnectionRefusedError, TimeoutError):
            link.record(Kind.REFUSED, "refused")
            self.said.append(words.REFUSED.format(**values))
            return self._status(connection, ConnectionStatus.REFUSED)
        except PortTaken as taken:
            raise self.lab.explain(taken, self.application, None) from None
        link.local_number = connection.client_port or sock.getsockname()[1]
        await asyncio.get_running_loop().create_connection(lambda: link, sock=sock)
        self.outgoing[connection] = link
        try:
            greeted = await asyncio.wait_for(asyncio.shield(link.greeted), GREETING_LIMIT)
        except TimeoutError:
            greeted = False
            link.abort()
            await link.gone
        if not greeted:
            self.said.append(words.SILENT.format(**values))
            return self._status(connection, ConnectionStatus.LOST)
        self.said.append(words.CONNECTED.format(**values))
        self._status(connection, ConnectionStatus.CONNECTED)
        self.report(
            CONNECTED,
            words.EVENT_CONNECTED.format(server=server.name, host=server.host, port=port),
            server.name,
        )
        return ConnectionStatus.CONNECTED

    def _status(self, connection: Connection, status: ConnectionStatus) -> ConnectionStatus:
        self.statuses[connection] = status
        return status

    def refusal(self, connection: Connection) -> ConnectionRefusedByPeerError:
        """The error for a planned connection that found nobody."""
        server = self.plan.application(connection.server)
        return ConnectionRefusedByPeerError(self.name, server.name, server.host, str(server.port(connection.port_id)))

    def _call_gone(self, link: Link) -> None:
        connection = link.connection
        assert connection is not None
        self.outgoing.pop(connection, None)
        self.lab.network.hang_up(self.name, self.application.host, link.local_number)
        if link.closing:
            self._status(connection, ConnectionStatus.CLOSED)
            return
        self._status(connection, ConnectionStatus.LOST)
        route = link.route
        link.record(Kind.LOST, "connection lost", back=True)
        self.report(LOST, words.EVENT_LOST.format(server=route.server, host=route.host, port=route.port), route.server)
        self.lab.heard_loss(words.LOST.format(client=self.name, server=route.server))

    # --- talking

    def peers(self) -> Iterator[tuple[str, Link]]:
        """Every application of the lab this one is connected with, and over which connection; its own calls first."""
        for link in (*self.outgoing.values(), *self.incoming):
            if link.peer and not link.outsider and not link.closing:
                yield link.peer, link

    def report(self, code: str, text: str, server: str) -> None:
        """Write a log event, and send it to Message Server over a connection that this application has opened."""
        event = LogEvent(code, self.name, text)
        self.log.append(event)
        self.lab.events.append(event)
        for connection, link in self.outgoing.items():
            if component_of(self.plan, connection.server) == MESSAGE_SERVER:
                link.tell(f"log event {code}", text, code=code, server=server)

    # --- stop

    async def stop(self, *, crash: bool = False, silent: bool = False) -> None:
        """Close the ports, then end every connection, one after the other. `crash` breaks everything off instead;
        `silent` leaves no line about it in the trace (the start did not succeed).
        """
        opened = bool(self._servers or self._datagrams)
        for server in self._servers:
            server.close()
        for datagram in self._datagrams:
            datagram.close()
        self.lab.network.release(self.name)
        if opened and not silent:
            for port in self.application.ports:
                self._record_port(Kind.CLOSED, "closes port", port)
        links = [*self.outgoing.values(), *self.incoming]
        try:
            for link in links:
                if link.is_client and not (crash or silent or link.closing):
                    link.record(Kind.DISCONNECT, "disconnect")
                link.abort() if crash else link.close()
                # One after the other, and the far end first, so that two runs see losses in the same order.
                for end in (link.partner, link):
                    if end is not None:
                        await asyncio.wait_for(asyncio.shield(end.gone), WAIT_LIMIT)
        finally:
            for link in links:
                link.abort()
        for datagram in self._datagrams:
            await datagram.gone
        self._servers.clear()
        self._datagrams.clear()

    def cut(self) -> None:
        """Let go of everything at once, without the event loop: for a lab whose loop has ended."""
        for sock in self._sockets:
            sock.close()


def _servers(plan: Deployment, client: str) -> list[tuple[Connection, Application | None]]:
    known = plan.has_application
    return [(c, plan.application(c.server) if known(c.server) else None) for c in plan.servers_of(client)]
