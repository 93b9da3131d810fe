"""Connections: does the server exist, has it that port id, and do both ends agree about TLS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ...model import Connection, ListeningPort, Transport
from ...origin import Place
from ..findings import Finding
from . import words
from .ground import Ground, Stand

__all__ = ["connections"]

#: What is wrong with a connection: the code, the server, and the port id where there is one.
_Fault = tuple[str, str, str]


def connections(ground: Ground) -> Iterator[Finding]:
    """GP301 to GP305; connections with one fault at one server are told together."""
    faults: dict[_Fault, list[Connection]] = defaultdict(list)
    applications = ground.applications
    for one in ground.plan.connections:
        # In order, as most are: nothing more to ask.
        server = applications.get(one.server)
        known = server is not None and one.client in applications and one.client != one.server
        if server is not None and known and one.secure is None and ground.port(server, one.port_id) is not None:
            continue
        for fault in _faults(ground, one):
            faults[fault].append(one)
    for (code, name, port_id), those in faults.items():
        heard = [one for one in those if not ground.silent(code, (ground.row_of_connection(one),))]
        if heard:
            yield _told(ground, code, name, port_id, heard)


def _faults(ground: Ground, one: Connection) -> Iterator[_Fault]:
    if one.client not in ground.applications:
        yield "GP302", one.client, _CLIENT
    server = ground.applications.get(one.server)
    if server is None:
        yield "GP302", one.server, ""
        return
    if one.client == one.server:
        yield "GP303", one.server, ""
    port = ground.port(server, one.port_id)
    if port is None:
        yield "GP301", one.server, one.port_id
    elif one.secure is not None and one.secure is not (port.transport is Transport.TLS):
        yield ("GP305" if one.secure else "GP304"), one.server, one.port_id


#: In place of a port id: the client is the one that is missing.
_CLIENT = ":client"


def _told(ground: Ground, code: str, server: str, port_id: str, those: Sequence[Connection]) -> Finding:
    rows: list[Place | None] = [ground.row_of_connection(one) for one in those]
    names = list(dict.fromkeys(one.client for one in those))
    clients = words.named(names)
    one_client = len(names) == 1
    if code == "GP303":
        return ground.found(code, words.ITSELF.format(application=words.shown(server)), rows=rows)
    if code == "GP302":
        return _nobody(ground, server, port_id, those, rows)
    application = ground.applications[server]
    if code == "GP301":
        ids = list(ground.port_ids(application))
        if ids:
            sentence = words.NO_PORT_ID_ONE if one_client else words.NO_PORT_ID
        else:
            sentence = words.NO_PORTS_ONE if one_client else words.NO_PORTS
        told = sentence.format(
            clients=clients,
            server=words.shown(server),
            port_id=words.shown(port_id),
            ids=words.named(ids) if ids else "",
        )
        # With two, nobody can tell which is meant.
        guess = words.MEANT.format(guess=words.shown(f"{server}:{ids[0]}")) if len(ids) == 1 else ""
        return ground.found(code, told, rows=rows, proposal=guess)
    port = ground.port_ids(application)[port_id]
    stand = Stand(application, port)
    sentence = words.PLAIN_TO_SECURE if code == "GP304" else words.SECURE_TO_PLAIN
    message = sentence.format(clients=clients, server=words.port_of(stand), port=port)
    other = _port_of_kind(application.ports, secure=code == "GP305")
    proposal = words.OTHER_PORT_ID.format(port_id=words.shown(other.port_id), port=other) if other else ""
    return ground.found(code, message, rows=[*rows, *ground.rows((stand,))], stands=(stand,), proposal=proposal)


def _nobody(
    ground: Ground, name: str, missing: str, those: Sequence[Connection], rows: Iterable[Place | None]
) -> Finding:
    if missing == _CLIENT:
        servers = words.named(list(dict.fromkeys(one.server for one in those)))
        told = words.NO_CLIENT.format(client=words.shown(name), servers=servers)
    else:
        clients = list(dict.fromkeys(one.client for one in those))
        sentence = words.NOBODY_ONE if len(clients) == 1 else words.NOBODY
        told = sentence.format(clients=words.named(clients), server=words.shown(name))
    return ground.found("GP302", told, rows=rows, proposal=ground.meant(name))


def _port_of_kind(ports: Iterable[ListeningPort], *, secure: bool) -> ListeningPort | None:
    wanted = Transport.TLS if secure else Transport.TCP
    return next((port for port in ports if port.transport is wanted), None)
