"""The client's own end of a connection, where its number is fixed: a second way to collide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...model import Application, Connection, Transport
from ..findings import Finding, PlannedPort
from . import words
from .ground import Ground
from .system import handed_out, outgoing_numbers

__all__ = ["ClientEnd", "client_ends", "ends_of_plan", "fixed_client_ports"]


class ClientEnd(NamedTuple):
    """One end: the application that opens the connection, and the number it does so from."""

    application: Application
    connection: Connection
    number: int
    transport: Transport

    @property
    def planned(self) -> PlannedPort:
        """How a finding names it: with no port id, since nobody can call it."""
        return PlannedPort(self.application.host, self.application.name, "", self.number, None, str(self.transport))

    def __str__(self) -> str:
        connection = words.shown(str(self.connection))
        if self.application.name == self.connection.client:
            return connection
        return words.CLIENT_OF_BACKUP.format(connection=connection, backup=words.shown(self.application.name))


def client_ends(ground: Ground) -> Iterator[ClientEnd]:
    """Every fixed end of the plan, those of HA backups too.

    A backup uses the connections of its primary (docs.genesys.com, FR/latest/CORM/CommTransParms): its own end has the
    `backup-port` of the connection, else the `port`, unless a connection of its own to that server fixes one.
    """
    own = {(one.client, one.server, one.port_id) for one in ground.fixed_ends if one.client_port}
    for one in ground.fixed_ends:
        client = ground.applications.get(one.client)
        if client is None:
            continue
        server = ground.applications.get(one.server)
        port = ground.port(server, one.port_id) if server is not None else None
        carrier = Transport.TCP if port is None else port.transport.carrier
        if one.client_port:
            yield ClientEnd(client, one, one.client_port, carrier)
        number = one.backup_client_port or one.client_port
        backup = ground.applications.get(client.backup)
        if number and backup is not None and backup is not client and (backup.name, one.server, one.port_id) not in own:
            yield ClientEnd(backup, one, number, carrier)


def ends_of_plan(ground: Ground) -> dict[str, list[ClientEnd]]:
    """The fixed ends by machine."""
    ends: dict[str, list[ClientEnd]] = defaultdict(list)
    for end in client_ends(ground):
        ends[ground.machine_of[end.application.host]].append(end)
    return ends


def fixed_client_ports(ground: Ground) -> Iterator[Finding]:
    """GP312: a fixed end on a number that the system may have handed out already."""
    for machine, ends in ends_of_plan(ground).items():
        taken = outgoing_numbers(ground.platform_of[machine])
        for end in ends:
            row = ground.row_of_connection(end.connection)
            if end.number not in taken or ground.silent("GP312", (row,)):
                continue
            message = words.CLIENT_EPHEMERAL.format(
                connection=end,
                number=end.number,
                host=words.shown(end.application.host),
                range=handed_out(ground.platform_of[machine]),
            )
            yield ground.found("GP312", message, rows=(row,), ports=(end.planned,))
