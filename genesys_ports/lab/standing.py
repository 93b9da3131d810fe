"""How things stand in a lab: the state of each planned port and connection, tables of them, and the log."""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from html import escape
from typing import Any

from ..errors import LabError, NoFreePortError, PortInUseError
from ..model import Application, Connection, Deployment, ListeningPort
from ..plan import next_free_port
from ..plan.sockets import Sockets
from ..snmp.names import NAMES
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..table import Table
from ..trace import Kind, Trace
from . import words
from .application import LogEvent, RunningApplication
from .certificate import Certificates
from .network import Network, PortTaken
from .outsiders import Outsiders
from .owners import owner_sentence
from .seen import seen_on
from .snmp_users import USERS, User

__all__ = ["Standing"]

#: Numbers that are tried to find one that is free on this machine, too.
NUMBERS_TRIED = 100

#: Log events a lab keeps.
EVENTS_KEPT = 10_000


class Standing:
    """What a lab knows and shows of itself. It starts and stops nothing: that is what `Lab` adds."""

    def __init__(self, plan: Deployment, network: Network) -> None:
        self.plan = plan
        self.network = network
        self.trace = Trace()
        self.trace.objects.update(NAMES)
        self.certificates = Certificates()
        #: Programs outside the lab: those it lets run, and those that call.
        self.outsiders = Outsiders(network, self.trace)
        self.events: deque[LogEvent] = deque(maxlen=EVENTS_KEPT)
        #: Users of SNMPv3 that every agent of this lab has from its start on; and how often each agent has started.
        self.snmp_users: list[User] = list(USERS)
        self.snmp_boots: Counter[str] = Counter()
        self._running: dict[str, RunningApplication] = {}
        # (application, port id) → who had the port when the application last tried to open it; empty is a stranger.
        self._taken: dict[tuple[str, str], str] = {}
        # application → why it could not be started, or a port of it not be opened, when that was last tried.
        self._problems: dict[str, LabError] = {}
        self._closed = False

    @property
    def notices(self) -> tuple[str, ...]:
        """Whole sentences on how this lab differs from the plan it brings to life."""
        return self.network.notices

    def is_running(self, application: str) -> bool:
        """Whether the application has been started and not stopped since."""
        return application in self._running

    def running(self, application: str) -> RunningApplication | None:
        """The run of an application, between its start and its stop."""
        return self._running.get(application)

    @property
    def is_closed(self) -> bool:
        """Whether the lab has been closed; it opens no more."""
        return self._closed

    def unplanned(self) -> tuple[RunningApplication, ...]:
        """What still runs although the plan has it no more."""
        return tuple(one for one in self._running.values() if not self.plan.has_application(one.name))

    def problems(self) -> dict[str, LabError]:
        """Why applications could not be started, or a port of them not be opened, when that was last tried.

        By application; what has succeeded since is not among them, nor what was so in an earlier plan.
        """
        return {name: error for name, error in self._problems.items() if self._stands(name)}

    def _stands(self, application: str) -> bool:
        one = self._running.get(application)
        return one is None or any((one.name, port.port_id) in self._taken for port in one.doors.shut)

    def port_states(self, application: str | None = None) -> tuple[PortState, ...]:
        """Every planned port with its state; a running application's ports are those it has opened.

        Those of one `application` alone, where it is named. Raises `UnknownApplicationError`.
        """
        if application is not None:
            named = self._running.get(application) or self.plan.application(application)
            return tuple(self._port_state(named, port) for port in named.ports)
        planned = [self._running.get(one.name, one) for one in self.plan.applications]
        return tuple(self._port_state(one, port) for one in (*planned, *self.unplanned()) for port in one.ports)

    def connection_states(self, client: str | None = None) -> tuple[ConnectionState, ...]:
        """Every planned connection with its state, and the host and port as its client holds them.

        Those of one `client` alone, where it is named.
        """
        planned = self.plan.connections if client is None else self.plan.servers_of(client)
        return tuple(self._connection_state(connection) for connection in planned)

    def ports(self) -> Table:
        """A table of the planned ports and their states."""
        rows = [(s.host, s.port, s.application, s.status, s.holder) for s in self.port_states()]
        return Table(("Host", "Port", "Application", "State", "Held by"), rows, words.PORTS).without_empty_columns()

    def sockets(self, host: str) -> Sockets:
        """The open ports of a planned host, as `ss -lntup` would show them there; `compare` takes them.

        Raises `UnknownHostError`.
        """
        platform = self.plan.host(host).platform
        return seen_on(host, self.port_states(), self.outsiders.on(host), platform)

    def connections(self) -> Table:
        """A table of the planned connections and their states: who connects, to whom, on which port."""
        rows = [(s.connection.client, s.connection.server, s.host, s.port, _told(s)) for s in self.connection_states()]
        return Table(("Client", "Server", "Host", "Port", "State"), rows, words.CONNECTIONS)

    def log(self, application: str | None = None) -> Table:
        """A table of the log events of one application, or of all."""
        rows = [event for event in self.events if application in (None, event.application)]
        return Table(("Event", "Reported by", "Text"), rows, words.LOG)

    def status(self) -> str:
        """One or two sentences: what this lab is, and whether anything listens."""
        if self._closed:
            return words.CLOSED
        ready = words.READY.format(hosts=", ".join(host.name for host in self.plan.hosts))
        return ready if self._running else f"{ready} {words.NOTHING_LISTENS}"

    def __repr__(self) -> str:
        return "\n".join([self.status(), *([str(self.ports())] if not self._closed else ()), *self.notices])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        table = "" if self._closed else self.ports()._repr_html_()
        notices = "".join(f"<p>{escape(notice)}</p>" for notice in self.notices)
        return f"<p>{escape(self.status())}</p>{table}{notices}"

    def _port_state(self, one: Application | RunningApplication, port: ListeningPort) -> PortState:
        runs = isinstance(one, RunningApplication) and one.listens and port not in one.doors.shut
        holder = self._taken.get((one.name, port.port_id))
        return PortState(
            application=one.name,
            host=one.host,
            port=port,
            status=PortStatus.LISTENING if runs else PortStatus.CLOSED if holder is None else PortStatus.TAKEN,
            holder="" if runs else holder or "",
            sockets=self.network.sockets(one.name, port) if runs else (),
        )

    def _connection_state(self, connection: Connection) -> ConnectionState:
        client = self._running.get(connection.client)
        # What the client holds is what it read at its start.
        held = client.plan if client and connection in client.statuses else self.plan
        server = held.application(connection.server) if held.has_application(connection.server) else None
        ports = [str(port) for port in server.ports if port.port_id == connection.port_id] if server else []
        return ConnectionState(
            connection=connection,
            host=server.host if server else "",
            port=ports[0] if ports else "",
            status=client.statuses.get(connection, ConnectionStatus.CLOSED) if client else ConnectionStatus.CLOSED,
        )

    def explain(self, taken: PortTaken, application: Application, port: ListeningPort | None) -> PortInUseError:
        """The error for a port that could not be opened; notes it in the trace and in the state of the port."""
        holder = taken.holder.application if taken.holder else None
        number = int(taken.port.partition("/")[0])
        error = PortInUseError(
            port=taken.port,
            host=application.host,
            application=application.name,
            holder=holder,
            next_free=self._next_free(application.host, number, port),
            outgoing=bool(taken.holder and taken.holder.outgoing),
            address=port.address if port else "",
        )
        if taken.where is not None and (note := owner_sentence(taken.where)):
            error.add_note(note)
        if port is not None:
            self._taken[application.name, port.port_id] = holder or ""
            self._problems[application.name] = error
        self.trace.add(
            Kind.TAKEN, "port is taken", application.name, application.name, server=application.name,
            host=application.host, port=taken.port, text=holder or words.OUTSIDER_NAME,
        )  # fmt: skip
        return error

    def _next_free(self, host: str, number: int, port: ListeningPort | None) -> int | None:
        transport = port.transport if port else "tcp"
        # A range moves as a whole.
        length = len(port.numbers) if port else 1
        with contextlib.suppress(NoFreePortError):
            for _ in range(NUMBERS_TRIED):
                number = next_free_port(self.plan, host, number, transport=transport, length=length)
                if self.network.is_free(host, number, transport):
                    return number
        return None


def _told(one: ConnectionState) -> str:
    """How a connection stands. Nobody connects over UDP; SIP tells of those that have agreed on something."""
    return words.OVER_UDP if one.status is ConnectionStatus.CLOSED and one.port.endswith("/udp") else one.status
