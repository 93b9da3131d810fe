"""`topology(lab)`: who connects to whom. Each arrow leads from a client to the port of its server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model import Connection, Deployment
from ..table import Table
from . import words
from .pictures import Picture
from .portmaps import plan_of
from .routes import Wire
from .style import clean

if TYPE_CHECKING:
    import networkx

    from .canvas import Canvas

__all__ = ["Topology", "topology"]

#: Applications in one picture; the table has every connection.
DRAWN = 48


class Arrow(NamedTuple):
    """One planned connection as the topology shows it."""

    client: str
    client_host: str
    server: str
    server_host: str
    port: str
    state: str


def topology(thing: Any) -> Topology:
    """The topology of a plan, or of a lab with the state of each connection."""
    plan = plan_of(thing, words.TOPOLOGY_WANTED)
    if hasattr(thing, "connection_states"):
        arrows = [_arrow(plan, state.connection, state.port, str(state.status)) for state in thing.connection_states()]
    else:
        arrows = [_arrow(plan, one, _planned_port(plan, one), "planned") for one in plan.connections]
    applications = [(clean(one.name), clean(one.host)) for one in plan.applications]
    return Topology(applications, arrows)


def _planned_port(plan: Deployment, connection: Connection) -> str:
    if plan.has_application(connection.server):
        for port in plan.application(connection.server).ports:
            if port.port_id == connection.port_id:
                return str(port)
    return ""


def _arrow(plan: Deployment, connection: Connection, port: str, state: str) -> Arrow:
    hosts = [
        plan.application(name).host if plan.has_application(name) else ""
        for name in (connection.client, connection.server)
    ]
    return Arrow(
        clean(connection.client),
        clean(hosts[0]),
        clean(connection.server),
        clean(hosts[1]),
        clean(port) or words.NO_PORT,
        # Nobody connects over UDP, however much is sent; SIP tells of those that have agreed on something.
        "datagrams" if state == "closed" and port.endswith("/udp") else state,
    )


class Topology(Picture):
    """A snapshot of who connects to whom: a picture in a notebook, a table as text."""

    def __init__(self, applications: Sequence[tuple[str, str]], arrows: Sequence[Arrow]) -> None:
        self._applications = tuple(applications)
        self.arrows = tuple(arrows)

    def graph(self) -> networkx.MultiDiGraph[str]:
        """The same as a networkx graph: applications with their `host`, connections with `port` and `state`."""
        import networkx

        graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        for name, host in self._applications:
            graph.add_node(name, host=host)
        for arrow in self.arrows:
            graph.add_edge(arrow.client, arrow.server, port=arrow.port, state=arrow.state)
        return graph

    def table(self) -> Table:
        """The same facts as rows."""
        rows = [(*arrow[:5], words.CONNECTION_WORDS[arrow.state]) for arrow in self.arrows]
        return Table(words.TOPOLOGY_COLUMNS, rows, caption=self.summary())

    def summary(self) -> str:
        """One sentence: how many connections, and how to read an arrow."""
        if not self._applications:
            return words.TOPOLOGY_EMPTY
        if not self.arrows:
            return words.TOPOLOGY_NONE
        return words.counted(words.TOPOLOGY_CAPTION_ONE, words.TOPOLOGY_CAPTION, len(self.arrows))

    def describe(self) -> str:
        """The topology in whole sentences, for who cannot see it."""
        told = [
            words.TOPOLOGY_CONNECTION.format(
                client=arrow.client,
                server=arrow.server,
                port=arrow.port,
                state=words.CONNECTION_WORDS[arrow.state],
            )
            for arrow in self.arrows[:8]
        ]
        return words.TOPOLOGY_ALT.format(connections=" ".join(told) or self.summary())

    # --- drawing

    def draw(self) -> Canvas:
        """The page."""
        from .layout import draw_map

        graph = self.graph()
        shown = [name for name, _ in self._applications[:DRAWN]]
        drawn = frozenset(shown)
        hosts: dict[str, list[str]] = {}
        for name in shown:
            hosts.setdefault(graph.nodes[name]["host"], []).append(name)
        wires = [
            Wire(client, server, data["port"], data["state"])
            for client, server, data in graph.edges(data=True)
            if client in drawn and server in drawn
        ]
        notes = []
        if not self.arrows:
            notes.append(self.summary())
        hidden = len(self._applications) - len(shown)
        if hidden:
            notes.append(words.counted(words.MORE_APPLICATIONS_ONE, words.MORE_APPLICATIONS, hidden))
        undrawn = len(self.arrows) - len(wires)
        if undrawn:
            notes.append(words.counted(words.UNDRAWN_ONE, words.UNDRAWN, undrawn))
        return draw_map(hosts, wires, notes)
