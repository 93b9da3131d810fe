"""A plan as facts that can be compared: everything by its name, with the names that a second plan uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, TypeVar

from ..model import Connection, Deployment, ListeningPort
from ..origin import Place
from . import diff_words as words
from .free import one_spelling

__all__ = ["Entry", "Facts", "Part", "Rename", "Renamed", "facts_of", "renamed"]

_Key = TypeVar("_Key", bound=Hashable)
_Thing = TypeVar("_Thing")


class Part(StrEnum):
    """The kinds of thing a plan has."""

    HOST = "host"
    APPLICATION = "application"
    PORT = "port"
    HA_PAIR = "HA pair"
    CONNECTION = "connection"
    BLOCK = "block"
    VOICE_PORT = "voice port"


class Entry(NamedTuple):
    """One thing: what it is called, and what is known of it as (sentence, value)."""

    what: str
    facts: tuple[tuple[str, str], ...]
    row: Place | None = None


#: Of each part, its things by a key that does not hang on their order.
Facts = Mapping[Part, Mapping[Hashable, Entry]]


class Rename(NamedTuple):
    """A name that one thing had before, and the sentence that tells the name it has now."""

    part: Part
    what: str
    before: str
    after: str
    rows: tuple[Place, ...]


@dataclass(slots=True)
class Renamed:
    """The names of an old plan that a new one has replaced: old → new, and what to tell of them."""

    hosts: dict[str, str] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=dict)
    #: (application as it is called now, port id before) → port id now.
    port_ids: dict[tuple[str, str], str] = field(default_factory=dict)
    told: list[Rename] = field(default_factory=list)

    def host(self, name: str) -> str:
        """What a host of the old plan is called now."""
        return self.hosts.get(name, name)

    def application(self, name: str) -> str:
        """What an application of the old plan is called now."""
        return self.applications.get(name, name)

    def port_id(self, application: str, port_id: str) -> str:
        """The port id, at an application as it is called now, that had this one before."""
        return self.port_ids.get((application, port_id), port_id)

    def connection(self, one: Connection) -> Connection:
        """A connection of the old plan in the names of the new."""
        server = self.application(one.server)
        port_id = self.port_id(server, one.port_id)
        return replace(one, client=self.application(one.client), server=server, port_id=port_id)


# --- facts


def facts_of(plan: Deployment, names: Renamed | None = None) -> Facts:
    """The facts of a plan. Those of an old one take the `names` that a new one uses."""
    names = names or Renamed()
    return {
        Part.HOST: _hosts(plan, names),
        Part.APPLICATION: _applications(plan, names),
        Part.PORT: _ports(plan, names),
        Part.HA_PAIR: _pairs(plan, names),
        Part.CONNECTION: _connections(plan, names),
        Part.BLOCK: _blocks(plan, names),
        Part.VOICE_PORT: _voice_ports(plan),
    }


def _hosts(plan: Deployment, names: Renamed) -> dict[Hashable, Entry]:
    return {
        names.host(one.name): Entry(
            names.host(one.name),
            (
                (words.ADDRESS, one.address or ""),
                (words.PLATFORM, one.platform or ""),
                (words.LCA_PORT, _number(one.lca_port)),
            ),
            plan.origin.hosts.get(one.name),
        )
        for one in plan.hosts
    }


def _applications(plan: Deployment, names: Renamed) -> dict[Hashable, Entry]:
    return {
        names.application(one.name): Entry(
            names.application(one.name),
            (
                (words.HOST, names.host(one.host)),
                (words.TYPE, one.type),
                (words.TEAM, one.team),
                (words.SERVER_INFO, _number(one.server_info_port)),
                (words.DN, one.dn),
            ),
            plan.origin.applications.get(one.name),
        )
        for one in plan.applications
    }


def _ports(plan: Deployment, names: Renamed) -> dict[Hashable, Entry]:
    entries = []
    for one, port in sorted(plan.ports(), key=lambda pair: pair[1].number):
        name = names.application(one.name)
        port_id = names.port_id(name, port.port_id)
        facts = (
            (words.PLAIN, port.number_text),
            (words.PLAIN, str(port.transport)),
            (words.PLAIN, str(port.purpose)),
            (words.ADDRESS, port.address),
        )
        what = words.NAME.format(owner=name, name=port_id)
        entries.append(((name, port_id), Entry(what, facts, plan.origin.ports.get((one.name, port.port_id)))))
    return _numbered(entries)


def _pairs(plan: Deployment, names: Renamed) -> dict[Hashable, Entry]:
    return {
        names.application(one.name): Entry(
            names.application(one.name),
            ((words.PLAIN, names.application(one.backup)),),
            plan.origin.applications.get(one.name),
        )
        for one in plan.applications
        if one.backup
    }


def _connections(plan: Deployment, names: Renamed) -> dict[Hashable, Entry]:
    entries = []
    for connection in plan.connections:
        one = names.connection(connection)
        facts = (
            (words.CLIENT_PORT, _number(one.client_port)),
            (words.BACKUP_CLIENT_PORT, _number(one.backup_client_port)),
            (words.CLIENT_ADDRESS, one.client_address),
            (words.SECURE, _number(one.secure)),
        )
        entry = Entry(str(one), facts, plan.origin.connections.get(connection))
        entries.append(((one.client, one.server, one.port_id), entry))
    # Of several connections between two, in whatever order, equal ones meet.
    return _numbered(sorted(entries, key=lambda pair: (pair[0], pair[1].facts)))


def _blocks(plan: Deployment, names: Renamed) -> dict[Hashable, Entry]:
    entries = []
    for one in sorted(plan.blocks, key=lambda block: (block.first, block.last)):
        host = names.host(one.host)
        owner = (words.TEAM if one.team else words.HOST).format(value=one.team or host)
        entries.append(((host, one.team), Entry(owner, ((words.PLAIN, str(one)),))))
    return _numbered(entries)


def _voice_ports(plan: Deployment) -> dict[Hashable, Entry]:
    return _numbered(
        (
            (switch.name, port.label),
            Entry(words.NAME.format(owner=switch.name, name=port.label), ((words.PLAIN, str(port)),)),
        )
        for switch in plan.switches
        for port in switch.voice_ports
    )


def _numbered(things: Iterable[tuple[Hashable, _Thing]]) -> dict[Hashable, _Thing]:
    """By key, and by how many have had this key before: a plan with mistakes has one key twice."""
    seen: Counter[Hashable] = Counter()
    numbered: dict[Hashable, _Thing] = {}
    for key, thing in things:
        numbered[key, seen[key]] = thing
        seen[key] += 1
    return numbered


def _number(value: int | None) -> str:
    return "" if value is None else str(int(value))


# --- names that changed


def renamed(old: Deployment, new: Deployment) -> Renamed:
    """The names that `old` has and `new` does not, where exactly one new name stands for what they stood for."""
    names = Renamed()
    for marks, sentence in ((_addresses, words.SAME_ADDRESS), (_inhabitants, words.SAME_APPLICATIONS)):
        known = set(names.hosts.values())
        was = {name: mark for name, mark in marks(old).items() if name not in names.hosts}
        now = {name: mark for name, mark in marks(new).items() if name not in known}
        for before, after in _matched(was, now):
            names.hosts[before] = after
            rows = (old.origin.hosts.get(before), new.origin.hosts.get(after))
            _tell(names, Part.HOST, after, before, sentence.format(name=after), rows)
    for before, after in _matched(_on_hosts(old, names), _on_hosts(new, Renamed())):
        names.applications[before] = after
        places = (old.origin.applications.get(before), new.origin.applications.get(after))
        _tell(names, Part.APPLICATION, after, before, words.SAME_PORTS.format(name=after), places)
    for (application, before), (_, after) in _matched(_listening(old, names), _listening(new, Renamed())):
        names.port_ids[application, before] = after
        what = words.NAME.format(owner=application, name=after)
        _tell(names, Part.PORT, what, before, words.SAME_PORT.format(name=after), ())
    return names


def _tell(names: Renamed, part: Part, what: str, before: str, after: str, rows: tuple[Place | None, ...]) -> None:
    names.told.append(Rename(part, what, before, after, tuple(row for row in rows if row is not None)))


def _matched(was: Mapping[_Key, Hashable], now: Mapping[_Key, Hashable]) -> Iterator[tuple[_Key, _Key]]:
    """Keys that went and keys that came, in pairs, where their marks are equal and nobody else's; no mark is None."""
    gone = _by_mark((key, mark) for key, mark in was.items() if key not in now)
    come = _by_mark((key, mark) for key, mark in now.items() if key not in was)
    for mark, key in gone.items():
        other = come.get(mark)
        if key is not None and other is not None:
            yield key, other


def _by_mark(marked: Iterable[tuple[_Key, Hashable]]) -> dict[Hashable, _Key | None]:
    keys: dict[Hashable, _Key | None] = {}
    for key, mark in marked:
        if mark is not None:
            keys[mark] = None if mark in keys else key
    return keys


def _addresses(plan: Deployment) -> dict[str, Hashable]:
    return {host.name: one_spelling(host.address) if host.address else None for host in plan.hosts}


def _inhabitants(plan: Deployment) -> dict[str, Hashable]:
    on: dict[str, set[str]] = {host.name: set() for host in plan.hosts}
    for one in plan.applications:
        on[one.host].add(one.name)
    return {name: frozenset(inhabitants) or None for name, inhabitants in on.items()}


def _on_hosts(plan: Deployment, names: Renamed) -> dict[str, Hashable]:
    return {
        one.name: (names.host(one.host), frozenset(_socket(port) for port in one.ports)) if one.ports else None
        for one in plan.applications
    }


def _listening(plan: Deployment, names: Renamed) -> dict[tuple[str, str], Hashable]:
    return {
        (names.application(one.name), port.port_id): (names.application(one.name), *_socket(port))
        for one, port in plan.ports()
    }


def _socket(port: ListeningPort) -> tuple[Hashable, ...]:
    return port.number, port.last, port.transport, port.address
