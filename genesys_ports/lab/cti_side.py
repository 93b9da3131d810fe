"""CTI links: the switch's CTI-link port, and the connections that T-Server (or somebody else) opens to one."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING

from ..csta import LinkState, SwitchLink, SwitchSession
from ..errors.root import short
from ..model import Connection, Deployment, ListeningPort, Purpose, Transport
from ..state import ConnectionStatus
from ..trace import Kind
from . import cti_words, words
from .caller import SILENT, TLS_TO_PLAIN, Failure
from .cti_stream import CtiStream
from .listener import Listener
from .stream import Route
from .switch_role import SwitchRole
from .t_server import LinkEnd, TServerRole, is_link
from .wire import encode

if TYPE_CHECKING:
    from .application import RunningApplication
    from .sip_clock import SipClock
    from .t_server import Done, TServer

__all__ = ["CtiClient", "CtiServer", "cti_sides"]

#: Programs from outside that one CTI-link port serves at a time.
OUTSIDERS = 20


def cti_sides(application: RunningApplication) -> list[CtiServer | CtiClient]:
    """What an application needs for its CTI links."""
    role = application.role
    if isinstance(role, SwitchRole):
        return [CtiServer(application, role)]
    if any(is_link(application.plan, connection) for connection in application.statuses):
        return [CtiClient(application)]
    return []


class _Ends:
    """What both ends have: connections, and how they end."""

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        #: The connections, in the order in which they were opened.
        self.streams: dict[CtiStream, None] = {}

    async def start(self) -> None:
        """All ports are open."""

    async def close(self, *, crash: bool) -> None:
        """End every connection."""
        for stream in list(self.streams):
            await stream.end(crash=crash)

    def close_ports(self) -> None:
        """Take no more calls."""

    def let_go(self) -> None:
        """Break off everything."""
        self.close_ports()
        for stream in list(self.streams):
            stream.abort()


class CtiServer(_Ends):
    """The switch's end: every TCP or TLS port of purpose cti-link."""

    def __init__(self, owner: RunningApplication, role: SwitchRole) -> None:
        super().__init__(owner)
        self._switching = role.switching
        #: Who has the link.
        self.link = SwitchLink()
        self._listeners: list[Listener] = []
        self._coming: set[asyncio.Task[object]] = set()
        self._unsubscribe = role.subscribe(self.link.heard)

    def serves(self, port: ListeningPort) -> bool:
        """Every port for a CTI link, but over UDP: CSTA in XML is not for that."""
        return port.purpose is Purpose.CTI_LINK and port.transport is not Transport.UDP

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Listen on the bound sockets of a planned port."""
        owner = self._owner
        for sock in sockets:
            tls = owner.lab.certificates.for_port(port, owner.host, sock)
            self._listeners.append(Listener(sock, partial(self._answer, str(port)), self._coming, tls=tls))

    def makes(self, connection: Connection) -> bool:
        """A switch opens no CTI link."""
        return False

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Never asked for."""
        raise NotImplementedError

    def _answer(self, port: str) -> CtiStream:
        owner = self._owner
        stream = CtiStream(owner, Route("", owner.name, owner.host, port), self._gone)
        clock = owner.lab.signalling.clock
        session = SwitchSession(
            self._switching,
            self.link,
            stream.sent,
            received=stream.received,
            hang_up=stream.close,
            clock=clock.now,
        )
        stream.session = timed = Timed(session, clock)
        stream.on_begun = partial(self._begun, stream, timed)
        return stream

    def _begun(self, stream: CtiStream, timed: Timed) -> None:
        # Not before: whoever fails at TLS never has a connection, nor loses one.
        timed.begin()
        self.streams[stream] = None
        outsiders = sum(one.partner is None for one in self.streams)
        # The system may have taken the call before the port was closed.
        if not self._listeners or (stream.partner is None and outsiders > OUTSIDERS):
            stream.abort()

    def _gone(self, stream: CtiStream) -> None:
        self.streams.pop(stream, None)
        if stream.outsider:
            stream.record(Kind.DISCONNECT, "disconnect", back=not stream.closing)

    async def stop(self) -> None:
        """A switch says no good-bye on its link."""

    def close_ports(self) -> None:
        """Take no more calls; nobody is told of what happens on the switch any more."""
        self._unsubscribe()
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()


class Timed:
    """A session of the switch whose timer runs on the clock of the lab."""

    def __init__(self, session: SwitchSession, clock: SipClock) -> None:
        self._session = session
        self._clock = clock

    def begin(self) -> None:
        """The connection stands."""
        self._clock.join(self._session)

    def receive(self, data: bytes) -> None:
        """Bytes have come."""
        self._session.receive(data)
        self._clock.look(self._session)

    def lost(self) -> None:
        """The connection is over."""
        self._clock.leave(self._session)
        self._session.lost()


class CtiClient(_Ends):
    """T-Server's end. Whoever else plans a connection to a CTI-link port learns what that port is for."""

    def __init__(self, owner: RunningApplication) -> None:
        super().__init__(owner)
        role = owner.role
        #: What uses the link; None where the owner is no T-Server.
        self.server: TServer | None = role.server if isinstance(role, TServerRole) else None
        self._stopping = False

    def serves(self, port: ListeningPort) -> bool:
        """It has no port of its own for this."""
        return False

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Never asked for."""
        raise NotImplementedError

    def makes(self, connection: Connection) -> bool:
        """Every connection that is meant as a CTI link."""
        return is_link(self._owner.plan, connection)

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Open the link, start a session on it, and ask for a monitor of each DN."""
        owner = self._owner
        if self.server is not None and connection != self.server.link:
            return owner.caller.say(connection, ConnectionStatus.CLOSED, cti_words.ONE_SWITCH)
        if any(one.connection == connection and not one.closing for one in self.streams):
            return owner.statuses[connection]
        stream = CtiStream(owner, owner.caller.route(connection), self._gone, connection)
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(state: LinkState) -> None:
            # Later changes are no news to whoever has called, and why none came about is told by the call itself.
            if stream.stood and not over.done():
                self._outcome(stream, connection, state)
                over.set_result(None)

        stream.session = Foreigner(done) if self.server is None else LinkEnd(self.server, stream, done)
        stream.on_begun = partial(self._begun, stream)
        self.streams[stream] = None
        try:
            error = await owner.caller.reach(stream, connection, over)
        finally:
            if owner.statuses[connection] is not ConnectionStatus.CONNECTED:
                over.cancel()
                self.streams.pop(stream, None)
                stream.abort()
        # It may have come up in the very moment in which the time was over.
        if error is not None and owner.statuses[connection] is not ConnectionStatus.CONNECTED:
            owner.caller.failed(stream, owner.caller.why(connection, error, self._silence(connection, error)))
        return owner.statuses[connection]

    def _silence(self, connection: Connection, error: OSError) -> Failure:
        # Whoever speaks CSTA may hang up on TLS before TLS knows what is wrong.
        plain = self._port(connection).transport is not Transport.TLS
        if plain and connection.secure and not isinstance(error, TimeoutError):
            return TLS_TO_PLAIN
        return SILENT._replace(sentence=cti_words.SILENT)

    def _begun(self, stream: CtiStream) -> None:
        stream.record(Kind.CONNECT, "connect")
        if isinstance(stream.session, LinkEnd):
            stream.session.begin()
        else:
            stream.write(encode({"connect": self._owner.name, "to": stream.route.server}))

    def _outcome(self, stream: CtiStream, connection: Connection, state: LinkState) -> None:
        """What has become of a call: said, noted, and in the status of the connection."""
        owner, server, caller = self._owner, self.server, self._owner.caller
        if state is LinkState.REFUSED:
            holder = _holder(stream)
            sentence = cti_words.HELD_BY_OTHER if holder else cti_words.NO_SESSION
            caller.say(connection, ConnectionStatus.REFUSED, sentence, holder=holder)
        elif state is not LinkState.UP or server is None:
            failure = Failure(ConnectionStatus.LOST, "no CSTA", self._why_not(connection))
            caller.failed(stream, failure, right=_cti_port(owner.plan, connection.server))
        else:
            caller.stands(connection)
            monitors = len(server.session.monitors)
            sentence = cti_words.LINK_UP_ONE if monitors == 1 else cti_words.LINK_UP
            owner.said.append(sentence.format(client=owner.name, server=connection.server, count=monitors))

    def _why_not(self, connection: Connection) -> str:
        port = self._port(connection)
        if self.server is None:
            return cti_words.NO_T_SERVER
        if port.transport is Transport.TLS and connection.secure is False:
            return words.PLAIN_TO_TLS
        right = _cti_port(self._owner.plan, connection.server)
        return cti_words.NO_CSTA if right and right != str(port) else cti_words.NO_CSTA_AT_ALL

    def _port(self, connection: Connection) -> ListeningPort:
        return self._owner.plan.application(connection.server).port(connection.port_id)

    def _gone(self, stream: CtiStream) -> None:
        owner, connection = self._owner, stream.connection
        assert connection is not None
        # Whoever gives a call up strikes it out first.
        was_up = self.streams.pop(stream, True) is None and owner.statuses[connection] is ConnectionStatus.CONNECTED
        owner.caller.gone(stream, known=was_up, ended=self._stopping, sentence=cti_words.LOST)

    async def stop(self) -> None:
        """End the session in good order."""
        if self.server is not None:
            self.server.stop()
            await self._owner.lab.settle()

    def close_ports(self) -> None:
        """From now on nothing is said of what ends."""
        self._stopping = True
        if self.server is not None:
            self.server.stopping = True


class Foreigner:
    """The session of somebody who is no T-Server: it speaks no CSTA."""

    def __init__(self, done: Done) -> None:
        self._done = done

    def receive(self, data: bytes) -> None:
        """Whatever it is, it is not understood."""

    def lost(self) -> None:
        """The switch has hung up."""
        self._done(LinkState.LOST)


def _holder(stream: CtiStream) -> str:
    """The T-Server that has the link; empty where a program from outside refuses."""
    sides = stream.partner.owner.sides if stream.partner is not None else []
    sessions = (side.link.session for side in sides if isinstance(side, CtiServer))
    return short(next((session.application for session in sessions if session is not None), ""))


def _cti_port(plan: Deployment, server: str) -> str:
    """The CTI-link port of a switch, as the plan writes it; empty where it has none."""
    ports = plan.application(server).ports
    return next((str(port) for port in ports if port.purpose is Purpose.CTI_LINK), "")
