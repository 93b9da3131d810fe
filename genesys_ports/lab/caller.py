"""The client side of a running application: the planned connections it opens to servers, and how each call went."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ConnectionRefusedByPeerError, LabError, NoAnswerError, TLSMismatchError
from ..model import Connection, Deployment, ListeningPort, Purpose, Transport
from ..state import ConnectionStatus
from ..trace import Kind
from . import words
from .link import Link
from .listener import SHUTDOWN_LIMIT
from .network import PortTaken
from .roles import CONNECTED, LOST
from .stream import Route, Stream

if TYPE_CHECKING:
    from .application import RunningApplication
    from .sides import Side

__all__ = ["GREETING_LIMIT", "SILENT", "TLS_TO_PLAIN", "Caller", "Failure", "is_called", "speaks_tls"]

#: Seconds a client waits for a server to take the call and to say who it is. (Windows needs two to say "refused".)
GREETING_LIMIT = 3.0


class Failure(NamedTuple):
    """How a call has failed: the status of its connection, the name of the line in the trace, and what is said."""

    status: ConnectionStatus
    line: str
    sentence: str


REFUSED = Failure(ConnectionStatus.REFUSED, "refused", words.REFUSED)
SILENT = Failure(ConnectionStatus.LOST, "no answer", words.SILENT)
NO_TRUST = Failure(ConnectionStatus.LOST, "no TLS", words.NO_TRUST)
PLAIN_TO_TLS = Failure(ConnectionStatus.LOST, "no TLS", words.PLAIN_TO_TLS)
TLS_TO_PLAIN = Failure(ConnectionStatus.LOST, "no TLS", words.TLS_TO_PLAIN)


class Caller:
    """What one run of an application calls over TCP; a side with a language of its own calls with its help.

    A call is `reach`, then either `stands`, or `failed` with what `why` makes of the error; whatever `reach` has been
    given ends with `gone`.
    """

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Open one planned connection; says in `said` of its application how it went.

        Raises `PortInUseError`, `TooManyPortsError` when the number of its own end cannot be had.
        """
        owner = self._owner
        if connection in owner.outgoing:
            return ConnectionStatus.CONNECTED
        if side := self.side_of(connection):
            return await side.connect(connection)
        link = Link(owner, self.route(connection), self._call_gone, connection)
        error = await self.reach(link, connection, link.greeted)
        if link.known:
            return owner.statuses[connection] if link.gone.done() else self.stands(connection)
        link.abort()
        port = self._port(connection)
        plain = port.transport is Transport.TLS and not speaks_tls(connection, port)
        return self.failed(link, self.why(connection, error, PLAIN_TO_TLS if plain else SILENT))

    def side_of(self, connection: Connection) -> Side | None:
        """The side that makes a planned connection; None where it is one of the teaching format."""
        return next((side for side in self._owner.sides if side.makes(connection)), None)

    def route(self, connection: Connection) -> Route:
        """The way of a planned connection."""
        owner, server = self._owner, self._owner.plan.application(connection.server)
        return Route(owner.name, server.name, server.host, str(server.port(connection.port_id)))

    def _port(self, connection: Connection) -> ListeningPort:
        return self._owner.plan.application(connection.server).port(connection.port_id)

    # --- calling

    async def reach(self, end: Stream, connection: Connection, heard: Awaitable[object]) -> OSError | None:
        """Let `end` call a planned port, and wait until `heard` is done: somebody has said who listens there.

        The error, where nobody takes the call, or nothing is heard in time. Raises `PortInUseError`,
        `TooManyPortsError`.
        """
        lab = self._owner.lab
        try:
            async with asyncio.timeout(min(GREETING_LIMIT, lab.patience)):
                await self._dial(end, connection)
                await heard
        except PortTaken as taken:
            raise lab.explain(taken, self._owner.application, None) from None
        except OSError as error:
            if isinstance(error, TimeoutError):
                lab.grow_impatient()
            return error
        except BaseException:
            end.abort()
            raise
        return None

    async def _dial(self, end: Stream, connection: Connection) -> None:
        owner, port = self._owner, self._port(connection)
        loop = asyncio.get_running_loop()
        server_host = owner.plan.application(connection.server).host
        call = owner.lab.network.dial(owner.name, owner.host, server_host, port, connection.client_port)
        end.client_number = call.number
        end.local_address = call.socket.getsockname()
        owner.lab.dialling[end.local_address] = end
        try:
            await loop.sock_connect(call.socket, (call.where.address, call.where.number))
        except BaseException:
            call.socket.close()
            self._hung_up(end)
            raise
        # From here on the transport closes the socket, and tells its end when it is gone.
        if not speaks_tls(connection, port):
            await loop.create_connection(lambda: end, sock=call.socket)
            return
        try:
            await loop.create_connection(
                lambda: end,
                sock=call.socket,
                ssl=owner.lab.certificates.client_context(),
                server_hostname=call.where.address,
                ssl_shutdown_timeout=SHUTDOWN_LIMIT,
            )
        except BaseException:
            # It has never been told of a connection, so nobody else will tell it of its end.
            end.connection_lost(None)
            raise

    def _hung_up(self, end: Stream) -> None:
        owner = self._owner
        owner.lab.dialling.pop(end.local_address, None)
        owner.lab.network.hang_up(owner.name, owner.host, end.client_number)

    # --- how it went

    def stands(self, connection: Connection, sentence: str = words.CONNECTED) -> ConnectionStatus:
        """A planned connection has come about: say it, and report it."""
        route = self.route(connection)
        self.say(connection, ConnectionStatus.CONNECTED, sentence)
        text = words.EVENT_CONNECTED.format(server=route.server, host=route.host, port=route.port)
        self._owner.report(CONNECTED, text, route.server)
        return ConnectionStatus.CONNECTED

    def why(self, connection: Connection, error: OSError | None, silence: Failure) -> Failure:
        """What an error of `reach` means: `silence`, unless nobody listens or TLS fails; None means it too."""
        if isinstance(error, ConnectionRefusedError):
            return REFUSED
        if isinstance(error, ssl.SSLError):
            return NO_TRUST if self._port(connection).transport is Transport.TLS else TLS_TO_PLAIN
        return silence

    def failed(self, end: Stream, failure: Failure, **values: str) -> ConnectionStatus:
        """A call has come to nothing: note it in the trace, and say it; `values` are further places of the sentence."""
        assert end.connection is not None
        refused = failure.status is ConnectionStatus.REFUSED
        end.record(Kind.REFUSED if refused else Kind.LOST, failure.line)
        return self.say(end.connection, failure.status, failure.sentence, **values)

    def say(self, connection: Connection, status: ConnectionStatus, sentence: str, **values: str) -> ConnectionStatus:
        """Say what has become of a planned connection, and keep it as its status."""
        owner = self._owner
        names = {"client": owner.name, "server": connection.server, "port": str(self._port(connection))}
        owner.said.append(sentence.format(**names, **values))
        owner.statuses[connection] = status
        return status

    def gone(self, end: Stream, *, known: bool, ended: bool, sentence: str = words.LOST) -> None:
        """A connection is over: `known` if it has come about at all, `ended` if its own end has ended it."""
        owner, route, connection = self._owner, end.route, end.connection
        assert connection is not None
        self._hung_up(end)
        if not known:
            return
        if ended:
            owner.statuses[connection] = ConnectionStatus.CLOSED
            return
        owner.statuses[connection] = ConnectionStatus.LOST
        end.record(Kind.LOST, "connection lost", back=True)
        owner.report(LOST, words.EVENT_LOST.format(server=route.server, host=route.host, port=route.port), route.server)
        owner.lab.heard_loss(sentence.format(client=owner.name, server=route.server))

    def _call_gone(self, link: Link) -> None:
        assert link.connection is not None
        self._owner.outgoing.pop(link.connection, None)
        self.gone(link, known=link.known, ended=link.closing)

    def failure(self, connection: Connection) -> LabError:
        """The error for a planned connection that did not come about."""
        owner, route, port = self._owner, self.route(connection), self._port(connection)
        if owner.statuses[connection] is ConnectionStatus.REFUSED:
            return ConnectionRefusedByPeerError(owner.name, route.server, route.host, route.port)
        listens = port.transport is Transport.TLS
        if speaks_tls(connection, port) is not listens:
            return TLSMismatchError(owner.name, route.server, route.port, secure=listens)
        return NoAnswerError(route.server, GREETING_LIMIT)


def is_called(plan: Deployment, connection: Connection) -> bool:
    """Whether the client opens this connection, as over TCP. Over UDP there is nothing to open; SIP has its own way."""
    # Looks the server up, so that a connection to nobody is an error here and not a silence later.
    port = plan.application(connection.server).port(connection.port_id)
    return port.transport.carrier is Transport.TCP and port.purpose is not Purpose.SIP


def speaks_tls(connection: Connection, port: ListeningPort) -> bool:
    """Whether the client begins with TLS: as the connection says, else as the port wants it."""
    return port.transport is Transport.TLS if connection.secure is None else connection.secure
