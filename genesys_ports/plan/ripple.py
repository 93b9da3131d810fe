"""`ripple`: who must change if a port moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ..binding import Outcome, who_blocks
from ..catalog import CatalogPort, load_catalog
from ..errors import UnknownNumberError
from ..model import DEFAULT, Application, Connection, Deployment, ListeningPort, Purpose, Transport
from ..origin import Place
from ..table import Table, Tabled
from . import finding_words
from . import ripple_words as words
from .findings import PlannedPort
from .firewall import firewall_list
from .firewall_rules import FirewallRule
from .free import beside_applications, machines

__all__ = ["Concern", "Ripple", "Step", "ripple"]

#: Ports beside a number that nothing listens on.
NEAREST = 3


#: Components whose clients name the number on their command lines (docs.genesys.com, FR/8.5.1/Dep/DepCS).
_STARTED_WITH = ("configuration_server", "configuration_server_proxy")


class Concern(StrEnum):
    """What a step is about."""

    PORT = "the port itself"
    TAKEN = "the new number"
    SETTING = "a second setting"
    PARTNER = "HA partner"
    CLIENT = "client"
    FIREWALL = "firewall"
    OUTSIDE = "outside the plan"


class Step(NamedTuple):
    """One thing to do, in whole sentences: at which application and host, and the rows of the plan that say so."""

    concern: Concern
    application: str
    host: str
    todo: str
    rows: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripple(Tabled):
    """Everything that has to follow when `ports` move, `to` a number if one was named. Nothing has changed yet."""

    ports: tuple[PlannedPort, ...]
    to: int | None
    steps: tuple[Step, ...]

    def table(self) -> Table:
        """One row for each step."""
        rows = [(s.concern, s.application, s.host, s.todo, finding_words.rows(s.rows)) for s in self.steps]
        return Table(words.COLUMNS, rows, self._caption()).without_empty_columns()

    def _caption(self) -> str:
        first = self.ports[0]
        if len(self.ports) > 1:
            sentence = words.CAPTION_NUMBER if self.to is None else words.CAPTION_NUMBER_TO
            return sentence.format(number=first.port, to=self.to, count=len(self.ports))
        sentence = words.CAPTION if self.to is None else words.CAPTION_TO
        return sentence.format(port=first, application=first.application, host=first.host, to=self.to)

    def as_json(self) -> dict[str, Any]:
        """The steps as JSON has them."""
        return {
            "ports": [port._asdict() for port in self.ports],
            "to": self.to,
            "steps": [
                {
                    "concern": step.concern,
                    "application": step.application,
                    "host": step.host,
                    "to_do": step.todo,
                    "rows": [row._asdict() for row in step.rows],
                }
                for step in self.steps
            ],
        }


def ripple(plan: Deployment, application: str | int, port_id: str = DEFAULT, *, to: int | None = None) -> Ripple:
    """Who must change if this port of the application moves: itself, its HA partner, its clients, firewalls, others.

    A number in place of the application stands for every port that is or holds it (`port_id` is then not looked at).
    What no plan can show (phones, network management) is said as such.

    Raises `UnknownApplicationError`, `UnknownPortIdError`, `UnknownNumberError`, `InvalidPortError`.
    """
    moving = _moving(plan, application, port_id)
    work = _Work(plan)
    steps = [step for one, port in moving for step in work.steps(one, port, None if to is None else port.at(to))]
    planned = [
        PlannedPort(one.host, one.name, port.port_id, port.number, port.last, port.transport) for one, port in moving
    ]
    # Several ports of one number share firewall rules and clients.
    return Ripple(ports=tuple(planned), to=to, steps=tuple(dict.fromkeys(steps)))


def _moving(plan: Deployment, application: str | int, port_id: str) -> list[tuple[Application, ListeningPort]]:
    text = str(application)
    # An application may be called 5150 too, and its name is the narrower wish. Six digits are no port.
    if plan.has_application(text) or not (text.isascii() and text.isdigit() and len(text) < 6):
        one = plan.application(text)
        return [(one, one.port(port_id))]
    number = ListeningPort(number=int(text)).number
    found = [(one, port) for one, port in plan.ports() if port.number <= number <= (port.last or port.number)]
    if not found:
        near = sorted(plan.ports(), key=lambda pair: abs(pair[1].number - number))[:NEAREST]
        named = [words.NEAREST.format(port=port, application=one.name, host=one.host) for one, port in near]
        raise UnknownNumberError(number, named)
    return found


class _Work:
    """What is worked out once of a plan, however many of its ports move."""

    def __init__(self, plan: Deployment) -> None:
        self.plan = plan
        self.machines = machines(plan)
        self.rules: dict[tuple[object, ...], list[FirewallRule]] = {}
        for rule in firewall_list(plan).rows:
            key = (rule.destination.application, rule.number, rule.last, rule.transport)
            self.rules.setdefault(key, []).append(rule)
        #: What stands on each machine, for whoever moves there.
        self.there: dict[str, list[tuple[Application, ListeningPort]]] = {}
        for one, port in plan.ports():
            self.there.setdefault(self.machines[one.host], []).append((one, port))
        self.beside: dict[str, list[tuple[str, str, ListeningPort]]] = {}
        for host, owner, port in beside_applications(plan):
            self.beside.setdefault(self.machines[host], []).append((host, owner, port))
        self.callers: dict[tuple[str, str], list[Connection]] = {}
        for connection in plan.connections:
            self.callers.setdefault((connection.server, connection.port_id), []).append(connection)
        self.primaries: dict[str, list[Application]] = {}
        for one in plan.applications:
            if one.backup:
                self.primaries.setdefault(one.backup, []).append(one)

    def steps(self, one: Application, port: ListeningPort, new: ListeningPort | None) -> Iterator[Step]:
        """Everything to do when this port moves. Nothing, when it moves to where it is."""
        if new == port:
            return
        known = _documented(one, port)
        yield self._own(one, port, new, known)
        if new is not None:
            yield from self._taken(one, port, new)
        yield from self._settings(one, port)
        yield from self._partners(one, port)
        yield from self._clients(one, port)
        yield from self._firewall(one, port, new)
        if sentence := _outside(one, port):
            yield Step(Concern.OUTSIDE, one.name, one.host, sentence)
        if known is not None and known.used_by:
            sentences = [words.NAMED.format(used_by=known.used_by), *([known.note] if known.note else ())]
            yield Step(Concern.OUTSIDE, one.name, one.host, " ".join(sentences))

    def _own(self, one: Application, port: ListeningPort, new: ListeningPort | None, known: CatalogPort | None) -> Step:
        sentence = words.OWN if new is None else words.OWN_TO
        todo = sentence.format(port_id=port.port_id, port=port, new=new and new.number_text)
        if known is not None and known.set_where:
            todo = f"{todo} {words.SET_WHERE.format(set_where=known.set_where)}"
        return Step(Concern.PORT, one.name, one.host, todo, self._rows_of(one, port))

    def _taken(self, one: Application, port: ListeningPort, new: ListeningPort) -> Iterator[Step]:
        machine, platform = self.machines[one.host], self.plan.host(one.host).platform

        def meets(other: ListeningPort) -> bool:
            return any(
                who_blocks(first, second, platform).outcome is not Outcome.NO_CLASH
                for first, second in ((other, new), (new, other))
            )

        for there, other in self.there[machine]:
            if other is not port and meets(other):
                todo = words.IN_THE_WAY.format(new=new, taken=other)
                yield Step(Concern.TAKEN, there.name, there.host, todo, self._rows_of(there, other))
        for host, owner, other in self.beside.get(machine, ()):
            if meets(other):
                sentence = words.IN_THE_WAY_CLIENT if owner else words.IN_THE_WAY_LCA
                yield Step(Concern.TAKEN, owner, host, sentence.format(new=new))

    def _settings(self, one: Application, port: ListeningPort) -> Iterator[Step]:
        if port.port_id == DEFAULT and one.server_info_port is not None:
            todo = words.SERVER_INFO.format(number=one.server_info_port)
            yield Step(Concern.SETTING, one.name, one.host, todo, self._rows_of(one, port))
        for twin in one.ports:
            if twin.numbers == port.numbers and twin.transport.carrier is not port.transport.carrier:
                todo = words.TWIN.format(port_id=twin.port_id, port=twin)
                yield Step(Concern.SETTING, one.name, one.host, todo, self._rows_of(one, twin))
        host = self.plan.host(one.host)
        if host.lca_port == port.number and _kind(one) == "lca":
            todo = words.HOST_OBJECT.format(number=host.lca_port)
            yield Step(Concern.SETTING, one.name, host.name, todo, _places(self.plan.origin.hosts.get(host.name)))

    def _partners(self, one: Application, port: ListeningPort) -> Iterator[Step]:
        for partner in self._partners_of(one):
            same = next((other for other in partner.ports if other.port_id == port.port_id), None)
            if same is None:
                todo = words.PARTNER_WITHOUT
            elif self.machines[partner.host] == self.machines[one.host]:
                todo = words.PARTNER_BESIDE
            else:
                todo = words.PARTNER_ALIKE if same.numbers == port.numbers else words.PARTNER_APART
            rows = _places(self.plan.origin.applications.get(partner.name)) if same is None else ()
            yield Step(
                Concern.PARTNER,
                partner.name,
                partner.host,
                todo.format(port_id=port.port_id, port=same),
                rows if same is None else self._rows_of(partner, same),
            )

    def _clients(self, one: Application, port: ListeningPort) -> Iterator[Step]:
        own = words.CLIENT_STARTED if _kind(one) in _STARTED_WITH else words.CLIENT
        servers = [(one, own), *((partner, words.CLIENT_OF_PARTNER) for partner in self._partners_of(one))]
        # A client that names both servers of a pair is told once.
        told: set[str] = {one.name}
        for server, sentence in servers:
            for connection in self.callers.get((server.name, port.port_id), ()):
                rows = _places(self.plan.origin.connections.get(connection))
                todo = [sentence.format(target=connection.target)]
                if connection.client_port is not None:
                    todo.append(words.CLIENT_PORT.format(client_port=connection.client_port))
                yield from self._client(connection.client, " ".join(todo), rows, told)
                backup = self._backup_of(connection.client)
                also = words.CLIENT_BACKUP.format(client=connection.client, target=connection.target)
                yield from self._client(backup, also, rows, told)

    def _client(self, name: str, todo: str, rows: tuple[Place, ...], told: set[str]) -> Iterator[Step]:
        if name and name not in told:
            told.add(name)
            host = self.plan.application(name).host if self.plan.has_application(name) else ""
            yield Step(Concern.CLIENT, name, host, todo, rows)

    def _firewall(self, one: Application, port: ListeningPort, new: ListeningPort | None) -> Iterator[Step]:
        for rule in self.rules.get((one.name, port.number, port.last, port.transport), ()):
            sentence = words.RULE if new is None else words.RULE_TO
            source = rule.source.host or rule.source.application
            todo = [sentence.format(source=source, destination=rule.destination.host, port=port, new=new)]
            if rule.source_port is not None:
                todo.append(words.RULE_FROM.format(source_port=rule.source_port))
            yield Step(Concern.FIREWALL, rule.source.application, rule.source.host, " ".join(todo), rule.rows)

    def _partners_of(self, one: Application) -> Sequence[Application]:
        backup = self._backup_of(one.name)
        return [*([self.plan.application(backup)] if backup else ()), *self.primaries.get(one.name, ())]

    def _backup_of(self, name: str) -> str:
        """The HA backup of an application, where both are in the plan; empty otherwise."""
        backup = self.plan.application(name).backup if self.plan.has_application(name) else ""
        return backup if self.plan.has_application(backup) else ""

    def _rows_of(self, one: Application, port: ListeningPort) -> tuple[Place, ...]:
        return _places(self.plan.origin.ports.get((one.name, port.port_id)))


def _places(*places: Place | None) -> tuple[Place, ...]:
    return tuple(place for place in places if place is not None)


def _kind(one: Application) -> str:
    known = load_catalog().known(one.type)
    return known.key if known else ""


def _outside(one: Application, port: ListeningPort) -> str:
    """Who has the number without a connection of the plan that shows it; empty where nobody is known to."""
    component = load_catalog().known(one.type)
    if component is not None and port.purpose is Purpose.MANAGEMENT:
        special = words.OUTSIDE_MANAGEMENT.get((component.key, port.transport is Transport.UDP))
        if special is not None:
            return special
    return words.OUTSIDE.get(port.purpose, "")


def _documented(one: Application, port: ListeningPort) -> CatalogPort | None:
    """What the catalogue has of this port: that of its component with the same purpose, the same number first."""
    known = load_catalog().known(one.type)
    alike = [entry for entry in known.ports if entry.purpose is port.purpose] if known else []
    return next((entry for entry in alike if entry.has(port.number)), alike[0] if alike else None)
