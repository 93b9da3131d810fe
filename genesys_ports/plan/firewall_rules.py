"""One rule of a firewall list, and the collector that merges them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from ..catalog import load_catalog
from ..model import Application, Deployment, ListeningPort, Purpose, Transport, number_text
from ..origin import Place
from . import firewall_words as words

__all__ = ["LISTED", "Basis", "Classification", "Collector", "FirewallRule", "Party", "class_of"]

#: Sentences of one kind, and ports named in one sentence, before the rest is only counted.
LISTED = 12

#: Every way to say "all addresses of the host".
_ALL = ("", "*", "0.0.0.0", "::")


class Classification(StrEnum):
    """What kind of traffic it is, as official port tables classify it."""

    COMMUNICATION = "communication"
    SIGNALLING = "signalling"
    MEDIA = "media"
    MANAGEMENT = "management"
    CTI_LINK = "CTI link"
    DATABASE = "database"
    HA = "HA synchronisation"
    LICENCES = "licences"
    WEB = "web"
    OTHER = "other"


_CLASSES = {
    Purpose.COMMUNICATION: Classification.COMMUNICATION,
    Purpose.MANAGEMENT: Classification.MANAGEMENT,
    Purpose.CONTROL: Classification.MANAGEMENT,
    Purpose.CTI_LINK: Classification.CTI_LINK,
    Purpose.SIP: Classification.SIGNALLING,
    Purpose.HTTP: Classification.WEB,
    Purpose.MEDIA: Classification.MEDIA,
    Purpose.HA_SYNC: Classification.HA,
    Purpose.LICENCE: Classification.LICENCES,
    Purpose.DATABASE: Classification.DATABASE,
    Purpose.OTHER: Classification.OTHER,
}


def class_of(purpose: Purpose) -> Classification:
    """The classification of a port with this purpose."""
    return _CLASSES[purpose]


class Basis(StrEnum):
    """Why a rule is in the list, the surest first."""

    PLANNED = "planned"
    HA = "planned, for HA"
    DOCUMENTED = "documented, not planned"
    TO_CONFIRM = "to confirm"


_SUREST = list(Basis)


class Party(NamedTuple):
    """One end of a rule. What the plan does not name has no host."""

    application: str
    host: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """One flow that a firewall has to let through: `source` opens, `destination` listens.

    `source_port` None means any. `last` is None unless it is a range of ports, both ends included.
    """

    source: Party
    source_port: int | None = None
    destination: Party
    transport: Transport
    number: int
    last: int | None = None
    purpose: Purpose
    classification: Classification
    basis: Basis
    note: str = ""
    rows: tuple[Place, ...] = ()

    @property
    def port(self) -> str:
        """The number or the range alone: `5150`, `20000-45000`."""
        return number_text(self.number, self.last)

    def as_json(self) -> dict[str, Any]:
        """The rule as JSON has it."""
        return {
            "source": self.source._asdict(),
            "source_port": self.source_port,
            "destination": self.destination._asdict(),
            "protocol": self.transport.carrier,
            "tls": self.transport is Transport.TLS,
            "port": self.number,
            "last": self.last,
            "purpose": self.purpose,
            "classification": self.classification,
            "basis": self.basis,
            "note": self.note,
            "rows": [row._asdict() for row in self.rows],
        }


class Collector:
    """Rules as they come: equal ones become one, those inside one host are only counted."""

    def __init__(self, plan: Deployment) -> None:
        self.plan = plan
        self.applications = {one.name: one for one in plan.applications}
        self.ports: dict[tuple[str, str], ListeningPort] = {}
        for application, port in plan.ports():
            self.ports.setdefault((application.name, port.port_id), port)
        self.kinds: dict[str, list[Application]] = {}
        self._keys: dict[str, str] = {}
        for application in plan.applications:
            self.kinds.setdefault(self.kind(application), []).append(application)
        self._rules: dict[tuple[object, ...], FirewallRule] = {}
        self._local: set[tuple[object, ...]] = set()
        self._called: set[tuple[str, str]] = set()
        self._problems: dict[str, None] = {}
        self._sip_servers: dict[str, list[Application]] = {}
        self._devices: dict[tuple[str, str], list[Application]] = {}
        self._relate()

    @property
    def rules(self) -> tuple[FirewallRule, ...]:
        """The rules so far."""
        return tuple(self._rules.values())

    @property
    def local(self) -> int:
        """How many rules were left out because both ends are on one host."""
        return len(self._local)

    def kind(self, application: Application) -> str:
        """The catalogue's key for its type; empty when it has none, or one that the catalogue does not know."""
        kind = application.type
        if kind not in self._keys:
            known = load_catalog().known(kind)
            self._keys[kind] = known.key if known else ""
        return self._keys[kind]

    def backup(self, application: Application) -> Application | None:
        """Its HA backup, where the plan has it."""
        if not application.backup:
            return None
        found = self.applications.get(application.backup)
        if found is None:
            self.problem(words.NO_BACKUP.format(application=application.name, backup=application.backup))
        return found

    def servers_of(self, device: str) -> list[Application]:
        """The SIP Servers that a phone or a trunk connects to, with their partners in an HA pair."""
        return self._sip_servers.get(device, [])

    def devices_of(self, server: str, kind: str) -> list[Application]:
        """The phones or trunks, by kind, that connect to a SIP Server; without a name, those that connect to none."""
        return self._devices.get((server, kind), [])

    def _relate(self) -> None:
        partners = {one.backup: one.name for one in self.plan.applications if one.backup}
        servers = {one.name for one in self.kinds.get("sip_server", ())}
        named: dict[str, dict[str, None]] = {}
        for one in self.plan.connections:
            if one.server in servers:
                partner = self.applications[one.server].backup or partners.get(one.server, "")
                both = dict.fromkeys(name for name in (one.server, partner) if name in servers)
                named.setdefault(one.client, {}).update(both)
        for application in self.plan.applications:
            called = named.get(application.name, {})
            self._sip_servers[application.name] = [self.applications[name] for name in called]
            for server in called or ("",):
                self._devices.setdefault((server, self.kind(application)), []).append(application)

    def party(self, application: Application, address: str = "") -> Party:
        """This application as one end of a rule, at its own address or else at that of its host."""
        planned = self.plan.host(application.host).address or ""
        return Party(application.name, application.host, planned if address in _ALL else address)

    def problem(self, sentence: str) -> None:
        """Keeps a sentence about what could not be made a rule."""
        self._problems[sentence] = None

    def is_called(self, application: str, port_id: str) -> bool:
        """Whether a rule, or a connection inside one host, leads to this port."""
        return (application, port_id) in self._called

    def add(self, rule: FirewallRule, called: tuple[str, str] | None = None) -> None:
        """Takes a rule. `called` is the (application, port id) it leads to."""
        if called is not None:
            self._called.add(called)
        key = (rule.source, rule.source_port, rule.destination, rule.transport, rule.number, rule.last)
        if _on_one_machine(rule.source, rule.destination):
            self._local.add(key)
            return
        known = self._rules.get(key)
        if known is None:
            self._rules[key] = rule
            return
        surer = min(known, rule, key=lambda one: _SUREST.index(one.basis))
        self._rules[key] = replace(surer, rows=tuple(dict.fromkeys((*known.rows, *rule.rows))))

    def problems(self) -> Iterator[str]:
        """The sentences kept, and how many more there are."""
        every = list(self._problems)
        yield from every[:LISTED]
        if len(every) > LISTED:
            yield words.MORE_PROBLEMS.format(count=f"{len(every) - LISTED:,}")

    def uncalled(self) -> Iterator[str]:
        """One sentence about the ports that no rule and no connection leads to; none where every port is called."""
        left = [
            f"{application.name} {port}"
            for application, port in self.plan.ports()
            if (application.name, port.port_id) not in self._called
        ]
        if left:
            shown = ", ".join(left[:LISTED])
            ports = words.UNCALLED_MORE.format(ports=shown) if len(left) > LISTED else shown
            sentence = words.UNCALLED_ONE if len(left) == 1 else words.UNCALLED
            yield sentence.format(count=f"{len(left):,}", ports=ports)


def _on_one_machine(first: Party, second: Party) -> bool:
    # Two Host names with one address are one machine too.
    return (first.host != "" and first.host == second.host) or (first.address != "" and first.address == second.address)
