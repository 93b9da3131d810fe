"""How things stand in a lab: the state of each planned port and connection, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..model import Application, Connection, Deployment, ListeningPort
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..table import Table
from . import words
from .application import RunningApplication

if TYPE_CHECKING:
    from .lab import Lab

__all__ = ["connection_state", "connection_table", "port_state", "port_table"]


def port_state(lab: Lab, one: Application | RunningApplication, port: ListeningPort) -> PortState:
    """The state of one planned port: what a running application has opened, else closed or taken."""
    holder = lab.taken_by(one.name, port.port_id)
    runs = isinstance(one, RunningApplication) and one.listens
    return PortState(
        application=one.name,
        host=one.host,
        port=port,
        status=PortStatus.LISTENING if runs else PortStatus.CLOSED if holder is None else PortStatus.TAKEN,
        holder="" if runs else holder or "",
        sockets=lab.network.sockets(one.name, port) if runs else (),
    )


def connection_state(plan: Deployment, connection: Connection, client: RunningApplication | None) -> ConnectionState:
    """The state of one planned connection, with the host and the port its client holds: those it read at its start."""
    held = client.plan if client and connection in client.statuses else plan
    server = held.application(connection.server) if held.has_application(connection.server) else None
    ports = [str(port) for port in server.ports if port.port_id == connection.port_id] if server else []
    return ConnectionState(
        connection=connection,
        host=server.host if server else "",
        port=ports[0] if ports else "",
        status=client.statuses.get(connection, ConnectionStatus.CLOSED) if client else ConnectionStatus.CLOSED,
    )


def port_table(states: Iterable[PortState]) -> Table:
    """Planned ports and their states."""
    rows = [(s.host, s.port, s.application, s.status, s.holder) for s in states]
    return Table(("Host", "Port", "Application", "State", "Held by"), rows, words.PORTS).without_empty_columns()


def connection_table(states: Iterable[ConnectionState]) -> Table:
    """Planned connections and their states."""
    rows = [(s.connection.client, s.connection.server, s.host, s.port, s.status) for s in states]
    return Table(("Client", "Server", "Host", "Port", "State"), rows, words.CONNECTIONS)
