"""Ports in each other's way: one number twice, ranges, TLS against TCP, HA partners, clients' own ends, LCA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ...binding import Outcome, who_blocks
from ...model import Application, ListeningPort, Platform, Transport
from ...origin import Place
from ..findings import Finding
from . import words
from .client_ends import ClientEnd, ends_of_plan
from .ground import Ground, Stand
from .lca import LcaPort, lca_ports
from .meeting import Socket, groups
from .moves import Moves

__all__ = ["collisions"]

#: Sockets of a large group among which a pair is looked for that shows the reason.
_LOOKED_AT = 12


def collisions(ground: Ground, moves: Moves) -> Iterator[Finding]:
    """Every collision of the plan: first all that clash, then those of which it depends."""
    ends, agents = ends_of_plan(ground), lca_ports(ground)
    perhaps: list[tuple[str, Transport, list[Socket]]] = []
    for machine, applications in ground.on_machine.items():
        beside = (*ends.get(machine, ()), *agents.get(machine, ()))
        if not beside and machine not in ground.survey.crowded:
            continue
        for transport, sockets in _meeting(applications, beside):
            # Only different addresses leave anything to the system.
            if len({socket.address for socket in sockets}) > 1:
                perhaps.append((machine, transport, sockets))
            for group in groups(sockets, transport, ground.platform_of[machine]):
                yield from _clash(ground, moves, machine, transport, group)
    for machine, transport, sockets in perhaps:
        yield from _perhaps(ground, moves, machine, transport, sockets)


# --- which sockets of a crowded machine share a number with another


def _meeting(
    applications: Sequence[Application], beside: Sequence[ClientEnd | LcaPort]
) -> Iterator[tuple[Transport, list[Socket]]]:
    for transport in (Transport.TCP, Transport.UDP):
        sockets = _overlapping(_sockets(applications, beside, transport))
        if sockets:
            yield transport, sockets


def _sockets(
    applications: Sequence[Application], beside: Sequence[ClientEnd | LcaPort], transport: Transport
) -> Iterator[Socket]:
    udp = transport is Transport.UDP
    for application in applications:
        for port in application.ports:
            if (port.transport is Transport.UDP) is udp:
                yield Socket(port.number, port.last or port.number, port.address, Stand(application, port))
    for one in beside:
        if isinstance(one, ClientEnd):
            if one.transport is transport:
                yield Socket(one.number, one.number, one.connection.client_address, one)
        elif not udp:
            yield Socket(one.number, one.number, "", one)


def _overlapping(sockets: Iterator[Socket]) -> list[Socket]:
    """Those that have a number in common with another, in their own order."""
    every = list(sockets)
    meeting: set[int] = set()
    farthest = -1
    for i in sorted(range(len(every)), key=lambda i: every[i].first):
        if farthest >= 0 and every[i].first <= every[farthest].last:
            meeting.update((i, farthest))
        if farthest < 0 or every[i].last > every[farthest].last:
            farthest = i
    return [every[i] for i in sorted(meeting)]


# --- what is told of a group


def _clash(
    ground: Ground, moves: Moves, machine: str, transport: Transport, group: Sequence[Socket]
) -> Iterator[Finding]:
    ends = [one.owner for one in group if isinstance(one.owner, ClientEnd)]
    if not ends:
        yield from _listening(ground, moves, transport, group)
        return
    servers = [one for one in group if not isinstance(one.owner, ClientEnd)]
    for inner in groups(servers, transport, ground.platform_of[machine]):
        yield from _listening(ground, moves, transport, inner)
    yield from _client_ends(ground, moves, transport, ends, [one.owner for one in servers])


def _listening(ground: Ground, moves: Moves, transport: Transport, group: Sequence[Socket]) -> Iterator[Finding]:
    stands = [one.owner for one in group if isinstance(one.owner, Stand)]
    agents = [one.owner for one in group if isinstance(one.owner, LcaPort)]
    code = "GP105" if agents else _code(ground, stands)
    rows = [*ground.rows(stands), *(ground.origin.hosts.get(one.host) for one in agents)]
    if ground.silent(code, rows):
        return
    proposal = moves.apart(stands, all_move=bool(agents))
    message = _message(code, ground, stands, transport)
    yield ground.found(code, message, rows=rows, stands=stands, proposal=proposal.text, changes=proposal.changes)


def _code(ground: Ground, stands: Sequence[Stand]) -> str:
    first = stands[0].application
    applications = {stand.application.name for stand in stands}
    if len(applications) == 1:
        return "GP201"
    partner = ground.partner(first)
    if partner is not None and applications == {first.name, partner.name}:
        return "GP220"
    if any(stand.port.last is not None for stand in stands):
        return "GP102"
    return "GP103" if len({stand.port.transport for stand in stands}) > 1 else "GP101"


def _message(code: str, ground: Ground, stands: Sequence[Stand], transport: Transport) -> str:
    first = stands[0]
    host = _hosts([one.application.host for one in stands])
    names = _names([words.port_of(one) for one in stands])
    port = _numbers(stands, transport)
    if code == "GP105":
        return words.LCA_PORT.format(port=port, host=host, applications=names)
    if code == "GP201":
        ids = words.named([one.port.port_id for one in stands])
        application = words.shown(first.application.name)
        return words.SAME_APPLICATION.format(application=application, host=host, port=port, ids=ids)
    if code == "GP220":
        partner = ground.partner(first.application)
        pair = [first.application.name, partner.name if partner else ""]
        # The primary is the one that names the other.
        primary, backup = pair if first.application.backup else reversed(pair)
        return words.PAIR_ON_ONE_HOST.format(
            primary=words.shown(primary), backup=words.shown(backup), port=port, host=host
        )
    if code == "GP102":
        return words.RANGE.format(host=host, ports=words.ports_of(stands))
    if code == "GP103":
        return words.SECURE_AND_PLAIN.format(port=port, host=host, ports=words.ports_of(stands))
    if len(stands) == 2:
        return words.TWICE.format(port=port, host=host, applications=names)
    return words.MANY_TIMES.format(port=port, host=host, count=f"{len(stands):,}", applications=names)


def _client_ends(
    ground: Ground, moves: Moves, transport: Transport, ends: Sequence[ClientEnd], servers: Sequence[object]
) -> Iterator[Finding]:
    code = "GP310" if servers else "GP311"
    stands = [one for one in servers if isinstance(one, Stand)]
    rows: list[Place | None] = [ground.row_of_connection(one.connection) for one in ends]
    rows += ground.rows(stands)
    if ground.silent(code, rows):
        return
    port = f"{ends[0].number}/{transport}"
    host = _hosts([one.application.host for one in ends])
    clients = _names([str(one) for one in ends[: words.NAMED]], len(ends))
    # Beside a server every client has to leave; among themselves the first may stay.
    proposal = _other_client_ports(moves, ends if servers else ends[1:])
    if servers:
        names = _names([words.port_of(one) if isinstance(one, Stand) else words.LCA for one in servers])
        message = words.CLIENT_AND_SERVER.format(port=port, host=host, clients=clients, applications=names)
    else:
        message = words.CLIENT_TWICE.format(port=port, host=host, clients=clients)
    yield ground.found(
        code,
        message,
        rows=rows,
        stands=stands,
        ports=[one.planned for one in ends],
        proposal=proposal,
    )


def _other_client_ports(moves: Moves, ends: Sequence[ClientEnd]) -> str:
    """Numbers for clients' own ends: only told, since a change moves listening ports."""
    sentences = []
    for one in ends[: words.PROPOSED]:
        number = moves.client_port(one.application, one.number)
        if number is not None:
            sentences.append(words.CLIENT_PROPOSAL.format(number=number, connection=one))
    return words.told_together(sentences)


def _perhaps(
    ground: Ground, moves: Moves, machine: str, transport: Transport, sockets: Sequence[Socket]
) -> Iterator[Finding]:
    platform = ground.platform_of[machine]
    certain = {
        id(socket): number for number, group in enumerate(groups(sockets, transport, platform)) for socket in group
    }
    for group in groups(sockets, transport, platform, perhaps=True):
        parts = {certain.get(id(socket), -1) for socket in group}
        # All of them clash: that has been told.
        if len(parts) == 1 and -1 not in parts:
            continue
        stands = [one.owner for one in group if isinstance(one.owner, Stand)]
        ends = [one.owner for one in group if isinstance(one.owner, ClientEnd)]
        rows = [*ground.rows(stands), *(ground.row_of_connection(one.connection) for one in ends)]
        if ground.silent("GP104", rows):
            continue
        agents = [one.owner for one in group if isinstance(one.owner, LcaPort)]
        names = [words.port_of(one) for one in stands] + [str(one) for one in ends] + [words.LCA] * len(agents)
        proposal = moves.apart(stands, all_move=bool(agents))
        text = words.told_together(filter(None, (proposal.text, _other_client_ports(moves, ends))))
        if text and platform is None:
            text = words.STATE_PLATFORM.format(moves=text)
        message = words.DEPENDS.format(
            port=_numbers(stands, transport) if stands else f"{ends[0].number}/{transport}",
            host=_hosts([one.application.host for one in stands] + [one.application.host for one in ends]),
            applications=_names(names),
            reason=_reason(group, transport, platform),
        )
        yield ground.found(
            "GP104",
            message.rstrip(),
            rows=rows,
            stands=stands,
            ports=[one.planned for one in ends],
            proposal=text,
            changes=proposal.changes,
        )


def _reason(group: Sequence[Socket], transport: Transport, platform: Platform | None) -> str:
    for one, two in combinations(group[:_LOOKED_AT], 2):
        verdict = who_blocks(_listener(one, transport), _listener(two, transport), platform)
        if verdict.outcome is Outcome.DEPENDS:
            return verdict.reason
    return ""


def _listener(socket: Socket, transport: Transport) -> ListeningPort:
    return ListeningPort(number=socket.first, last=socket.last, transport=transport, address=socket.address)


def _numbers(stands: Sequence[Stand], transport: Transport) -> str:
    numbers = list(dict.fromkeys(stand.port.number_text for stand in stands))
    return f"{words.named(numbers)}/{transport}"


def _hosts(hosts: Sequence[str]) -> str:
    return " = ".join(words.shown(host) for host in list(dict.fromkeys(hosts))[: words.NAMED])


def _names(names: Sequence[str], count: int | None = None) -> str:
    return words.listed(names, words.NAMED, count or len(names))
