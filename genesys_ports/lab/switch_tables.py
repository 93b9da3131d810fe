"""Tables of a switch in a lab: its physical ports, the calls on them, and who is connected over TCP meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..model import Application, ListeningPort, Purpose, Transport, VoicePort, VoicePortKind
from ..state import ConnectionStatus
from ..switch import PortStatus, VoiceCall, VoicePortState
from ..table import Table
from . import switch_words as words
from .console_port import ADMINISTRATORS, ConsoleSide
from .roles import component_of
from .switch_role import call_name
from .t_server import T_SERVER

if TYPE_CHECKING:
    from .desks import Desks

__all__ = ["calls_of", "capacity_of", "named", "ports_of", "with_states"]

#: What becomes of one client more, where not every one that connects is served.
_FOLLOWING = {
    Purpose.CTI_LINK: words.CONNECTS_LINK,
    Purpose.MANAGEMENT: words.CONNECTS_CONSOLE.format(limit=ADMINISTRATORS),
}


def ports_of(switch: str, states: Iterable[VoicePortState]) -> Table:
    """One row for each physical port of a switch."""
    rows = [
        (one.port.label, one.port.kind, one.port.dn, _state(one), one.party, call_name(switch, one.call_id))
        for one in states
    ]
    return Table(words.PORTS_COLUMNS, rows, words.PORTS.format(switch=switch))


def calls_of(switch: str, calls: Iterable[VoiceCall], states: Sequence[VoicePortState]) -> Table:
    """One row for each call: who called whom, and from end to end the ports it occupies."""
    by_label = {one.port.label: one.port for one in states}
    rows = [
        (
            call_name(switch, call.call_id),
            call.calling,
            call.called,
            ", ".join(f"{one.device}: {one.state}" for one in call.parties),
            named(by_label[one.port] for one in call.parties),
        )
        for call in calls
    ]
    return Table(words.CALLS_COLUMNS, rows, words.CALLS.format(switch=switch))


def capacity_of(lab: Desks, switch: str, states: Sequence[VoicePortState]) -> Table:
    """By kind, how many physical ports there are, are in use and are free; beside them, who is connected over TCP."""
    rows = [*_voice_rows(states), *_tcp_rows(lab, switch)]
    return Table(words.CAPACITY_COLUMNS, rows, words.CAPACITY.format(switch=switch))


def _voice_rows(states: Sequence[VoicePortState]) -> Iterator[tuple[object, ...]]:
    for kind in dict.fromkeys(one.port.kind for one in states):
        same = [one.status for one in states if one.port.kind is kind]
        free, out = same.count(PortStatus.IDLE), same.count(PortStatus.OUT_OF_SERVICE)
        following = words.FINDS_PORT if free else words.HEARS_BUSY
        yield words.KINDS[kind], len(same), len(same) - free - out, free, out, following


def _tcp_rows(lab: Desks, switch: str) -> Iterator[tuple[object, ...]]:
    """The ports over TCP of the switch, and the communication ports of the T-Servers that are its clients."""
    plan = lab.plan
    clients = dict.fromkeys(one.client for one in plan.clients_of(switch))
    t_servers = [name for name in clients if component_of(plan, name) == T_SERVER]
    for one in (plan.application(name) for name in (switch, *t_servers)):
        for port in one.ports:
            is_tcp = port.transport.carrier is Transport.TCP
            if is_tcp and (one.name == switch or port.purpose is Purpose.COMMUNICATION):
                what = words.TCP_PORT.format(port=port, application=one.name, purpose=port.purpose)
                following = _FOLLOWING.get(port.purpose, words.CONNECTS)
                if not lab.is_running(one.name):
                    following = words.REFUSED_NOW
                yield what, 1, _count(_clients(lab, one, port)), words.NO_LIMIT, "", following


def _count(clients: int) -> str:
    return (words.NO_CLIENT, words.ONE_CLIENT)[clients] if clients < 2 else words.CLIENTS.format(count=clients)


def _clients(lab: Desks, one: Application, port: ListeningPort) -> int:
    """How many clients are connected to a planned port now: planned ones, and programs from outside."""
    planned = sum(
        state.status is ConnectionStatus.CONNECTED
        for state in lab.connection_states()
        if (state.connection.server, state.connection.port_id) == (one.name, port.port_id)
    )
    running = lab.running(one.name)
    if running is None:
        return 0
    outside = sum(link.outsider and link.route.port == str(port) for link in running.incoming)
    typing = sum(side.sessions(str(port)) for side in running.sides if isinstance(side, ConsoleSide))
    return planned + outside + typing


def named(ports: Iterable[VoicePort]) -> str:
    """Ports in words, by kind: `station ports 03-01 and 03-02`, `station port 03-01 and trunk channel 01-01`."""
    by_kind: dict[VoicePortKind, list[str]] = {}
    for port in ports:
        by_kind.setdefault(port.kind, []).append(port.label)
    return _and([_of_kind(kind, labels) for kind, labels in by_kind.items()])


def with_states(states: Iterable[VoicePortState]) -> str:
    """Ports in words, each with its state: `trunk channels 01-01 (talking) and 01-02 (out of service)`."""
    by_kind: dict[VoicePortKind, list[str]] = {}
    for one in states:
        text = words.STATE_OF_PORT.format(port=one.port.label, state=one.status)
        by_kind.setdefault(one.port.kind, []).append(text)
    return _and([_of_kind(kind, labels) for kind, labels in by_kind.items()])


def _of_kind(kind: VoicePortKind, labels: Sequence[str]) -> str:
    return (words.PORT_WORDS if len(labels) == 1 else words.PORT_WORDS_MANY)[kind].format(ports=_and(labels))


def _and(parts: Sequence[str]) -> str:
    *first, last = parts
    return words.AND.format(first=", ".join(first), last=last) if first else last


def _state(one: VoicePortState) -> str:
    return words.CLOSING.format(state=one.status) if one.closing else one.status
