"""One application of the plan, running: its open ports, its connections, its log."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ConnectionRefusedByPeerError, LabError, NoAnswerError, TLSMismatchError
from ..model import Application, Connection, Deployment, ListeningPort, Purpose, Switch, Transport
from ..state import ConnectionStatus
from ..trace import Kind
from . import words
from .cast import role_of, sides_of
from .doors import Doors
from .link import Link
from .listener import SHUTDOWN_LIMIT
from .network import PortTaken
from .roles import (
    CONFIGURATION_SERVER,
    CONNECTED,
    LOST,
    MESSAGE_SERVER,
    READ_CONFIGURATION,
    component_of,
)
from .sides import Side
from .sip_side import SipSide, is_sip
from .stream import Route, Stream
from .traps import Traps
from .voice import Voice

if TYPE_CHECKING:
    from .lab import Lab

__all__ = ["LogEvent", "RunningApplication", "is_called"]

#: Seconds a client waits for a server to take the call and to say who it is. (Windows needs two to say "refused".)
GREETING_LIMIT = 3.0

#: Ports that a sentence names; the rest are counted.
PORTS_NAMED = 12

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
        self.statuses = dict.fromkeys(plan.servers_of(self.name), ConnectionStatus.CLOSED)
        self.outgoing: dict[Connection, Link] = {}
        self.incoming: dict[Link, None] = {}
        self.said: list[str] = []
        #: What it speaks besides the teaching format, while its ports are open.
        self.sides: list[Side] = []
        #: Its SIP side, where SIP is spoken on any of its ports.
        self.sip: SipSide | None = None
        #: Its numbers for voice.
        self.voice = Voice(self)
        #: What it tells its network management system.
        self.traps = Traps(self)
        #: When it started, by the clock of the event loop.
        self.began = asyncio.get_running_loop().time()
        #: Whether the planned ports are open; `doors` knows which of them somebody has closed since.
        self.listens = False
        self.doors = Doors(self)
        #: Whether it reads nothing of what its communication connections bring.
        self.overloaded = False
        self._outsiders = 0
        self._stopped = False

    def is_outdated(self, plan: Deployment) -> bool:
        """Whether `plan` tells this application anything else than the plan it read at its start."""
        if not plan.has_application(self.name) or plan.application(self.name) != self.application:
            return True
        if _servers(plan, self.name) != _servers(self.plan, self.name):
            return True
        return _frames(plan, self.name) != _frames(self.plan, self.name)

    @property
    def host(self) -> str:
        """The planned host it runs on."""
        return self.application.host

    @property
    def ports(self) -> tuple[ListeningPort, ...]:
        """Its planned ports, as of its start."""
        return self.application.ports

    def hear(self) -> list[str]:
        """What it has said since it was last asked."""
        said, self.said = self.said, []
        return said

    # --- start

    async def start(self) -> None:
        """Read the configuration, open every planned port, connect to every server of the plan; in this order.

        All or nothing: raises `PortInUseError`, `TooManyPortsError`, or what `failure()` says when Configuration Server
        does not answer, and leaves nothing open.
        """
        connections = [connection for connection in self.statuses if is_called(self.plan, connection)]
        first = [c for c in connections if component_of(self.plan, c.server) == CONFIGURATION_SERVER]
        try:
            for connection in first:
                await self._read_configuration(connection)
            await self._open_ports()
            for connection in self.statuses:
                if connection not in first and (connection in connections or self.side_of(connection)):
                    await self.connect(connection)
            self.traps.server_up()
        except BaseException:
            await self.stop(crash=True, silent=True)
            raise

    async def _read_configuration(self, connection: Connection) -> None:
        if await self.connect(connection) is not ConnectionStatus.CONNECTED:
            raise self.failure(connection)
        await self.outgoing[connection].ask(READ_CONFIGURATION, "")

    async def _open_ports(self) -> None:
        # All are bound before the first is served: a port that is taken stops everything before anybody can call.
        opened = [(port, str(port), self.doors.bind(port)) for port in self.ports]
        self.role.begin(self)
        if any(port.purpose is Purpose.SIP for port in self.ports):
            self.sip = SipSide(self)
            self.sides.append(self.sip)
        self.sides += sides_of(self)
        for port, _, sockets in opened:
            await self.doors.serve(port, sockets)
        for side in self.sides:
            await side.start()
        self.listens = True
        for _, text, _ in opened:
            self.doors.record(Kind.OPENED, "opens port", text)
        self.said.append(self._listens([text for _, text, _ in opened]))

    def _listens(self, ports: list[str]) -> str:
        sentence = (words.RUNS, words.LISTENS)[bool(ports)] if len(ports) < 2 else words.LISTENS_MANY
        if len(ports) > PORTS_NAMED:
            ports = [*ports[:PORTS_NAMED], words.MORE_PORTS.format(count=len(ports) - PORTS_NAMED)]
        return sentence.format(application=self.name, port=", ".join(ports), host=self.host)

    def clients_ends(self) -> Iterator[Stream]:
        """The connections over TCP that it has opened; those of SIP have a life of their own."""
        yield from self.outgoing.values()
        for side in self.sides:
            yield from (stream for stream in getattr(side, "streams", ()) if stream.is_client)

    # --- being called

    def admit(self, link: Link) -> None:
        """Somebody has connected; who it is, and what it wants, comes with the first line."""
        self.incoming[link] = None
        if self._stopped or self.doors.is_shut(link.route.port):
            # The system had taken the call before the port was closed.
            link.abort()
        if link.partner is None:
            self._outsiders += 1
            if self._outsiders > OUTSIDERS:
                link.refuse(words.ANSWER_TOO_MANY)

    def caller_gone(self, link: Link) -> None:
        """A connection that somebody had opened to us is over."""
        del self.incoming[link]
        self._outsiders -= link.partner is None
        if link.outsider:
            link.record(Kind.DISCONNECT, "disconnect", back=not link.closing)
        elif link.known:
            self.role.left(self, link)

    # --- calling

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Open one planned connection; says in `said` how it went."""
        if connection in self.outgoing:
            return ConnectionStatus.CONNECTED
        if side := self.side_of(connection):
            return await side.connect(connection)
        server = self.plan.application(connection.server)
        port = server.port(connection.port_id)
        link = Link(self, Route(self.name, server.name, server.host, str(port)), self._call_gone, connection)
        values = {"client": self.name, "server": server.name, "port": port}
        limit = min(GREETING_LIMIT, self.lab.patience)
        try:
            deadline = asyncio.get_running_loop().time() + limit
            await self.dial(link, connection, server, port, limit)
            async with asyncio.timeout_at(deadline):
                await link.greeted
        except PortTaken as taken:
            raise self.lab.explain(taken, self.application, None) from None
        except ConnectionRefusedError:
            link.record(Kind.REFUSED, "refused")
            self.said.append(words.REFUSED.format(**values))
            return self._status(connection, ConnectionStatus.REFUSED)
        except ssl.SSLError:
            said = words.NO_TRUST if port.transport is Transport.TLS else words.TLS_TO_PLAIN
            return self._unheard(link, "no TLS", said.format(**values))
        except OSError as error:
            if isinstance(error, TimeoutError):
                # One call of the lab may meet several silent servers, and has to end all the same.
                self.lab.patience = max(0.1, self.lab.patience - limit)
        except BaseException:
            link.abort()
            raise
        if not link.known:
            link.abort()
            if port.transport is Transport.TLS and not _speaks_tls(connection, port):
                return self._unheard(link, "no TLS", words.PLAIN_TO_TLS.format(**values))
            return self._unheard(link, "no answer", words.SILENT.format(**values))
        if link.gone.done():
            return self.statuses[connection]
        self.said.append(words.CONNECTED.format(**values))
        self._status(connection, ConnectionStatus.CONNECTED)
        self.report(
            CONNECTED, words.EVENT_CONNECTED.format(server=server.name, host=server.host, port=port), server.name
        )
        return ConnectionStatus.CONNECTED

    async def dial(
        self, end: Stream, connection: Connection, server: Application, port: ListeningPort, limit: float
    ) -> None:
        """Let `end` call a planned port; `hung_up` gives its number back once `end` is gone.

        Raises `OSError` when nobody takes the call within `limit` seconds, `PortTaken`, `TooManyPortsError`.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(limit):
            call = self.lab.network.dial(self.name, self.host, server.host, port, connection.client_port)
            end.client_number = call.number
            end.local_address = call.socket.getsockname()
            self.lab.dialling[end.local_address] = end
            try:
                await loop.sock_connect(call.socket, (call.where.address, call.where.number))
            except BaseException:
                call.socket.close()
                self.hung_up(end)
                raise
            # From here on the transport closes the socket, and tells its end when it is gone.
            if not _speaks_tls(connection, port):
                await loop.create_connection(lambda: end, sock=call.socket)
                return
            try:
                await loop.create_connection(
                    lambda: end,
                    sock=call.socket,
                    ssl=self.lab.certificates.client_context(),
                    server_hostname=call.where.address,
                    ssl_shutdown_timeout=SHUTDOWN_LIMIT,
                )
            except BaseException:
                # It has never been told of a connection, so nobody else will tell it of its end.
                end.connection_lost(None)
                raise

    def hung_up(self, end: Stream) -> None:
        """The end of a connection that this application has dialled is gone."""
        self.lab.dialling.pop(end.local_address, None)
        self.lab.network.hang_up(self.name, self.host, end.client_number)

    def _unheard(self, link: Link, name: str, sentence: str) -> ConnectionStatus:
        assert link.connection is not None
        link.record(Kind.LOST, name)
        self.said.append(sentence)
        return self._status(link.connection, ConnectionStatus.LOST)

    def side_of(self, connection: Connection) -> Side | None:
        """The side that makes a planned connection; None where it is one of the teaching format."""
        return next((side for side in self.sides if side.makes(connection)), None)

    def speaks_sip(self, connection: Connection) -> bool:
        """Whether a planned connection is one of SIP, and this application can speak it."""
        return self.sip is not None and is_sip(self.plan, connection)

    def sip_lost(self, connection: Connection) -> None:
        """What SIP had agreed over a planned connection counts no more."""
        self._status(connection, ConnectionStatus.LOST)
        self.lab.heard_loss(words.LOST.format(client=self.name, server=connection.server))

    def _status(self, connection: Connection, status: ConnectionStatus) -> ConnectionStatus:
        self.statuses[connection] = status
        return status

    def failure(self, connection: Connection) -> LabError:
        """The error for a planned connection that did not come about."""
        server = self.plan.application(connection.server)
        if self.statuses[connection] is ConnectionStatus.REFUSED:
            port = str(server.port(connection.port_id))
            return ConnectionRefusedByPeerError(self.name, server.name, server.host, port)
        one = server.port(connection.port_id)
        if _speaks_tls(connection, one) is not (one.transport is Transport.TLS):
            return TLSMismatchError(self.name, server.name, str(one), secure=one.transport is Transport.TLS)
        return NoAnswerError(server.name, GREETING_LIMIT)

    def _call_gone(self, link: Link) -> None:
        connection = link.connection
        assert connection is not None
        self.outgoing.pop(connection, None)
        self.hung_up(link)
        if not link.known:
            return
        if link.closing:
            self._status(connection, ConnectionStatus.CLOSED)
            return
        self._status(connection, ConnectionStatus.LOST)
        route = link.route
        link.record(Kind.LOST, "connection lost", back=True)
        self.report(LOST, words.EVENT_LOST.format(server=route.server, host=route.host, port=route.port), route.server)
        self.lab.heard_loss(words.LOST.format(client=self.name, server=route.server))

    # --- talking

    def links(self) -> list[Link]:
        """Its end of every connection; its own calls first."""
        return [*self.outgoing.values(), *self.incoming]

    def peers(self) -> Iterator[tuple[str, Link]]:
        """Every application this one is connected with, and over which connection; its own calls first."""
        return ((link.peer, link) for link in self.links() if link.known and not link.closing)

    def report(self, code: str, text: str, server: str) -> None:
        """Write a log event, and send it to Message Server over a connection that this application has opened."""
        self.lab.events.append(LogEvent(code, self.name, text))
        for connection, link in self.outgoing.items():
            if component_of(self.plan, connection.server) == MESSAGE_SERVER:
                link.tell(f"log event {code}", text, code=code, server=server)

    def link_status(self, link: str, up: bool) -> None:
        """Tell its network management system that the link to its switch has come up or gone down."""
        self.traps.link_status(link, up)

    # --- stop

    async def stop(self, *, crash: bool = False, silent: bool = False) -> None:
        """Close the ports, then end every connection, one after the other. `crash` breaks everything off instead;
        `silent` leaves no line about it in the trace (the start did not succeed).
        """
        listened = self.listens
        # Waiting may fail, ending may not: whatever is left after that is broken off.
        try:
            if listened and not (crash or silent):
                if self.traps.server_down():
                    await self.lab.settle()
                for side in self.sides:
                    await side.stop()
            self._close_ports()
            if listened and not silent:
                for port in self.ports:
                    if port not in self.doors.shut:
                        self.doors.record(Kind.CLOSED, "closes port", str(port))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.lab.patience):
                    for side in self.sides:
                        await side.close(crash=crash)
                    # One after the other, so that two runs see it in the same order.
                    for link in self.links():
                        await link.end(crash=crash, silent=silent)
        finally:
            self.let_go()

    async def shut(self, port: ListeningPort) -> None:
        """Close one port while the application goes on, and end the connections that others have made to it."""
        for link in self.doors.close_one(port):
            await link.end(crash=False)
        await self.lab.settle()

    def read(self, *, overloaded: bool) -> None:
        """Read nothing any more of what the communication connections bring (`overloaded`), or go on reading."""
        self.overloaded = overloaded
        for link in self.links():
            link.listen(deaf=overloaded)

    def _close_ports(self) -> None:
        self.listens = False
        self._stopped = True
        self.doors.close()
        self.voice.close()
        for side in self.sides:
            side.close_ports()

    def let_go(self) -> None:
        """Close the ports and break off every connection at once, without waiting for anything."""
        self._close_ports()
        self.traps.close()
        for side in self.sides:
            side.let_go()
        self.lab.network.release(self.name)
        for link in self.links():
            link.abort()


def is_called(plan: Deployment, connection: Connection) -> bool:
    """Whether the client opens this connection, as over TCP. Over UDP there is nothing to open; SIP has its own way."""
    # Looks the server up, so that a connection to nobody is an error here and not a silence later.
    port = plan.application(connection.server).port(connection.port_id)
    return port.transport.carrier is Transport.TCP and port.purpose is not Purpose.SIP


def _speaks_tls(connection: Connection, port: ListeningPort) -> bool:
    """Whether the client begins with TLS: as the connection says, else as the port wants it."""
    return port.transport is Transport.TLS if connection.secure is None else connection.secure


def _frames(plan: Deployment, name: str) -> list[Switch]:
    """The frames that an application has read in the plan: its own, and that of a switch it is a client of."""
    names = {name, *(connection.server for connection in plan.servers_of(name))}
    return [switch for switch in plan.switches if switch.name in names]


def _servers(plan: Deployment, client: str) -> list[tuple[Connection, Application | None]]:
    known = plan.has_application
    return [(c, plan.application(c.server) if known(c.server) else None) for c in plan.servers_of(client)]
