"""What a port board knows: one row for each application of a lab, as facts, as cells of a table, and as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from ..draw.words import PORT_MARKS, PORT_WORDS, TAKEN_BY, TAKEN_BY_STRANGER
from ..errors import LabError, PortInUseError
from ..errors.root import short
from ..lab import Lab
from ..model import DEFAULT, Connection, Deployment, ListeningPort, Transport
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..table import one_line
from . import port_board_words as words

__all__ = ["HEADER", "STYLE", "PortSeen", "Row", "Rows", "shortly"]

#: Ports of an application, and its servers in one state, that the board names; it counts the rest. The table has all.
NAMED = 8

#: Letters of a name; what is longer would push everything else aside.
LETTERS = 60

#: Colours that read on light and on dark; a word and a shape stand beside each.
STYLE = """<style>
.genesys-ports-board .gp-row {
  display: grid; grid-template-columns: minmax(0, 8fr) minmax(0, 11fr) minmax(0, 12fr); gap: 0 10px;
  overflow-wrap: anywhere; line-height: 1.35;
}
.genesys-ports-board .gp-host {font-size: 1.1em; font-weight: bold; overflow-wrap: anywhere}
.genesys-ports-board .gp-whole {white-space: nowrap}
.genesys-ports-board .gp-wide {grid-column: 1 / -1}
.genesys-ports-board .gp-line {border-top: 1px solid var(--jp-border-color1, #bdbdbd); padding: 3px 0}
.genesys-ports-board .gp-line > .widget-html {min-width: 0; height: auto}
.genesys-ports-board .gp-line .jupyter-button {
  height: 28px; padding: 0 2px; line-height: 28px; white-space: normal; overflow-wrap: anywhere;
}
.genesys-ports-board .gp-port {
  display: inline-block; max-width: 100%; box-sizing: border-box; margin: 0 4px 2px 0; padding: 0 4px;
  border: 2px dashed #808080; border-radius: 4px;
}
.genesys-ports-board .gp-listening {border: 2px solid #3a8f3e; background: rgba(46, 125, 50, .2)}
.genesys-ports-board .gp-taken, .genesys-ports-handle .gp-note {
  border: 2px solid #d32f2f; background: rgba(211, 47, 47, .16)
}
.genesys-ports-board .gp-taken {border-style: double; border-width: 4px}
.genesys-ports-handle .gp-note {margin: 3px 0; padding: 2px 6px; border-width: 0 0 0 4px}
.genesys-ports-board .gp-refused, .genesys-ports-board .gp-lost {
  border-left: 4px solid #d32f2f; padding-left: 5px; background: rgba(211, 47, 47, .16)
}
.genesys-ports-board .gp-connected {border-left: 4px solid #3a8f3e; padding-left: 5px}
.genesys-ports-board .gp-closed-to {border-left: 4px dotted #808080; padding-left: 5px}
</style>"""


def shortly(text: object) -> str:
    """A name in one line, without what turns text around, and no longer than the board has room for."""
    return short(one_line(text), LETTERS)


def apart(text: str) -> str:
    """Text as HTML that may be broken after the underscores of a long name."""
    return escape(text).replace("_", "_<wbr>")


class PortSeen(NamedTuple):
    """One port: its state, who is connected to it, and what its clash says."""

    state: PortState
    #: Planned connections to it, and those of them that are connected.
    planned: int
    clients: int
    outsiders: int
    next_free: int | None
    #: Applications that could not open the same port.
    wanted: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """The state in words; of a taken port with who holds it."""
        if self.state.status is not PortStatus.TAKEN:
            return PORT_WORDS[self.state.status]
        return TAKEN_BY.format(holder=shortly(self.state.holder)) if self.state.holder else TAKEN_BY_STRANGER

    def callers(self) -> Iterator[str]:
        """Who is connected, counted: clients of the plan, and programs from outside the lab."""
        if self.state.status is not PortStatus.LISTENING:
            return
        if self.clients or self.planned:
            few = words.ONE_CLIENT if self.clients else words.NO_CLIENT
            yield few if self.clients < 2 else words.CLIENTS.format(count=self.clients)
        if self.outsiders:
            yield words.ONE_OUTSIDE if self.outsiders == 1 else words.OUTSIDE.format(count=self.outsiders)

    def html(self) -> str:
        """A lamp: a square, the number, the state, and who is connected."""
        port = self.state.port
        template = words.PORT if port.port_id == DEFAULT else words.PORT_NAMED
        told = template.format(
            mark=PORT_MARKS[self.state.status], port=port, port_id=shortly(port.port_id), state=self.outcome
        )
        more = [*self.callers(), *(words.WANTED.format(application=shortly(name)) for name in self.wanted[:NAMED])]
        if self.next_free is not None:
            more.append(words.NEXT_FREE.format(number=self.next_free))
        look = "taken" if self.wanted else self.state.status
        return f'<span class="gp-port gp-{look}">{escape(" · ".join([told, *more]))}</span>'


class Row(NamedTuple):
    """One application as it stands now."""

    host: str
    name: str
    runs: bool
    ports: tuple[PortSeen, ...]
    connections: tuple[ConnectionState, ...]
    #: Whole sentences: why it could not start, and whether it runs with an older plan.
    notes: tuple[str, ...]
    #: What is true of this machine only, and so in no text that is to be the same everywhere.
    here: tuple[str, ...]

    def html(self) -> str:
        """The row without its buttons."""
        state = words.RUNS if self.runs else words.RUNS_NOT
        name = f'<b>{apart(shortly(self.name))}</b> <span class="gp-whole">{state}</span>'
        notes = "".join(f"<div>{escape(sentence)}</div>" for sentence in (*self.notes, *self.here))
        note = f'<div class="gp-wide gp-note">{notes}</div>' if notes else ""
        return (
            f'<div class="gp-row"><div>{name}</div><div>{self._ports()}</div><div>{self._servers()}</div>{note}</div>'
        )

    def _ports(self) -> str:
        # What is in the way stands first.
        every = sorted(self.ports, key=lambda one: one.state.status is not PortStatus.TAKEN and not one.wanted)
        lamps = [one.html() for one in every[:NAMED]]
        if rest := every[NAMED:]:
            counts = Counter(PORT_WORDS[one.state.status] for one in rest)
            states = ", ".join(words.COUNTED.format(count=count, state=state) for state, count in counts.items())
            lamps.append(words.MORE_PORTS.format(count=len(rest), states=states))
        return "".join(lamps) or words.NO_PORT

    def _servers(self) -> str:
        groups: dict[str, list[str]] = {}
        for one in self.connections:
            server = shortly(one.connection.server)
            groups.setdefault(state_of(one), []).append(words.SERVER.format(server=server, port=one.port))
        parts = []
        # Those that are in trouble first.
        for state in sorted(groups, key=list(words.CONNECTION_MARKS)[::-1].index):
            servers = ", ".join(groups[state][:NAMED])
            if (more := len(groups[state]) - NAMED) > 0:
                servers = words.MORE_SERVERS.format(servers=servers, count=more)
            told = words.SERVERS.format(mark=words.CONNECTION_MARKS[state], state=state, servers=servers)
            look = state if state in ("connected", "refused", "lost") else "closed-to"
            parts.append(f'<div class="gp-{look}">{escape(told)}</div>')
        return "".join(parts) or words.NO_SERVER

    def cells(self) -> Iterator[tuple[object, ...]]:
        """Rows of the table: one for each port, then one for each connection."""
        blank = ("", "")
        for seen in self.ports:
            state = seen.state
            mark = words.STATE.format(mark=PORT_MARKS[state.status], state=PORT_WORDS[state.status])
            holder = (state.holder or words.STRANGER) if state.status is PortStatus.TAKEN else ""
            callers = ", ".join(seen.callers())
            yield self.host, self.name, state.port, state.port.port_id, "", mark, callers, holder
        for one in self.connections:
            word = state_of(one)
            mark = words.STATE.format(mark=words.CONNECTION_MARKS[word], state=word)
            server = words.TO.format(server=one.connection.server, port=one.port)
            yield self.host, self.name, *blank, server, mark, *blank
        if not self.ports and not self.connections:
            yield self.host, self.name, *blank, "", words.RUNS if self.runs else words.RUNS_NOT, *blank


HEADER = '<div class="gp-row">{cells}</div>'.format(
    cells="".join(f"<div>{escape(name)}</div>" for name in words.COLUMNS)
)


def state_of(one: ConnectionState) -> str:
    """The word for a connection. Nobody connects over UDP; SIP tells of those that have agreed on something."""
    return words.DATAGRAMS if one.status is ConnectionStatus.CLOSED and one.port.endswith("/udp") else one.status


class Rows:
    """The applications of a lab, host by host. What the plan says is looked up once for each plan."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._plan: Deployment | None = None
        self._hosts: dict[str, list[str]] = {}
        self._clients: dict[str, list[Connection]] = {}

    def _look(self) -> None:
        plan = self._lab.plan
        if plan is self._plan:
            return
        self._plan = plan
        self._hosts = {host.name: [] for host in plan.hosts}
        for application in plan.applications:
            self._hosts[application.host].append(application.name)
        self._clients = {}
        for connection in plan.connections:
            self._clients.setdefault(connection.server, []).append(connection)

    def hosts(self) -> dict[str, list[str]]:
        """The hosts with their applications: those of the plan, then those that run although no plan has them."""
        self._look()
        gone = self._lab.unplanned()
        if not gone:
            return self._hosts
        hosts = {name: list(applications) for name, applications in self._hosts.items()}
        for one in gone:
            hosts.setdefault(one.host, []).append(one.name)
        return hosts

    def host_html(self, host: str, applications: list[str]) -> str:
        """The heading of a host: how many of its applications run, and which other programs are in the way there."""
        running = sum(map(self._lab.is_running, applications))
        template = words.HOST if applications else words.HOST_EMPTY
        told = template.format(host=shortly(host), running=running, count=len(applications))
        others = "".join(
            f"<div>{escape(words.OUTSIDER.format(port=ListeningPort(number=number)))}</div>"
            for number in self._lab.outsiders.on(host)[:NAMED]
        )
        note = f'<div class="gp-note">{others}</div>' if others else ""
        return f'<div class="gp-host">{escape(told)}</div>{note}'

    def row(self, name: str) -> Row:
        """One application as it stands now."""
        self._look()
        lab = self._lab
        running = lab.running(name)
        one = running or lab.plan.application(name)
        problem = lab.problems().get(name)
        notes = [] if problem is None else [" ".join(sentence for sentence in problem.sentences() if sentence)]
        if not lab.plan.has_application(name):
            notes.append(words.UNPLANNED.format(application=shortly(name)))
        elif running is not None and running.plan is not lab.plan and running.is_outdated(lab.plan):
            notes.append(words.OUTDATED.format(application=shortly(name)))
        return Row(
            host=one.host,
            name=name,
            runs=running is not None,
            ports=self._ports(name, problem),
            connections=lab.connection_states(name),
            notes=tuple(map(one_line, notes)),
            here=tuple(getattr(problem, "__notes__", ())),
        )

    def _ports(self, name: str, problem: LabError | None) -> tuple[PortSeen, ...]:
        lab = self._lab
        running = lab.running(name)
        clashes = [one for one in lab.problems().values() if isinstance(one, PortInUseError) and one.holder == name]
        planned, connected = Counter[str](), Counter[str]()
        for connection in self._clients.get(name, ()):
            client = lab.running(connection.client)
            planned[connection.port_id] += 1
            if client and client.statuses.get(connection) is ConnectionStatus.CONNECTED:
                connected[connection.port_id] += 1
        strangers = Counter(link.route.port for link in running.incoming if link.outsider) if running else Counter()
        seen = []
        for state in lab.port_states(name):
            port = state.port
            own = isinstance(problem, PortInUseError) and is_of(problem, state)
            wanted = [one.application for one in clashes if one.application != name and is_of(one, state)]
            seen.append(
                PortSeen(
                    state,
                    planned[port.port_id],
                    connected[port.port_id],
                    strangers[str(port)],
                    problem.next_free if own and isinstance(problem, PortInUseError) else None,
                    tuple(wanted) if state.status is PortStatus.LISTENING else (),
                )
            )
        return tuple(seen)


def is_of(clash: PortInUseError, state: PortState) -> bool:
    """Whether a clash is about this port."""
    number, _, transport = clash.port.partition("/")
    return (
        clash.host == state.host
        and int(number) in state.port.numbers
        and Transport(transport).carrier is state.port.transport.carrier
    )
