"""One application of the plan, running: its open ports, its connections, its log."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..model import Application, Connection, Deployment, ListeningPort, Purpose, Switch
from ..state import ConnectionStatus
from ..trace import Kind
from . import words
from .caller import Caller, is_called
from .cast import role_of, sides_of
from .doors import Doors
from .link import Link
from .roles import CONFIGURATION_SERVER, MESSAGE_SERVER, READ_CONFIGURATION, component_of
from .sides import Side
from .sip_side import SipSide, is_sip
from .stream import Stream
from .traps import Traps
from .voice import Voice

if TYPE_CHECKING:
    from .lab import Lab

__all__ = ["LogEvent", "RunningApplication"]

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
        # By the clock of the event loop.
        self._began = asyncio.get_running_loop().time()
        #: Whether the planned ports are open; `doors` knows which of them somebody has closed since.
        self.listens = False
        self.doors = Doors(self)
        self.caller = Caller(self)
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
    def up_time(self) -> int:
        """How long ago it started, in hundredths of a second, as SNMP counts (RFC 2578, section 7.1.8, TimeTicks)."""
        return int((asyncio.get_running_loop().time() - self._began) * 100)

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

        All or nothing: raises `PortInUseError`, `TooManyPortsError`, or what `Caller.failure` says when Configuration
        Server does not answer, and leaves nothing open.
        """
        connections = [connection for connection in self.statuses if is_called(self.plan, connection)]
        first = [c for c in connections if component_of(self.plan, c.server) == CONFIGURATION_SERVER]
        try:
            for connection in first:
                await self._read_configuration(connection)
            await self._open_ports()
            for connection in self.statuses:
                if connection not in first and (connection in connections or self.caller.side_of(connection)):
                    await self.caller.connect(connection)
            self.traps.server_up()
        except BaseException:
            await self.stop(crash=True, silent=True)
            raise

    async def _read_configuration(self, connection: Connection) -> None:
        if await self.caller.connect(connection) is not ConnectionStatus.CONNECTED:
            raise self.caller.failure(connection)
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

    # --- SIP

    def speaks_sip(self, connection: Connection) -> bool:
        """Whether a planned connection is one of SIP, and this application can speak it."""
        return self.sip is not None and is_sip(self.plan, connection)

    def sip_lost(self, connection: Connection) -> None:
        """What SIP had agreed over a planned connection counts no more."""
        self.statuses[connection] = ConnectionStatus.LOST
        self.lab.heard_loss(words.LOST.format(client=self.name, server=connection.server))

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


def _frames(plan: Deployment, name: str) -> list[Switch]:
    """The frames that an application has read in the plan: its own, and that of a switch it is a client of."""
    names = {name, *(connection.server for connection in plan.servers_of(name))}
    return [switch for switch in plan.switches if switch.name in names]


def _servers(plan: Deployment, client: str) -> list[tuple[Connection, Application | None]]:
    known = plan.has_application
    return [(c, plan.application(c.server) if known(c.server) else None) for c in plan.servers_of(client)]
