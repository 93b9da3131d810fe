"""What the brief of the capstone asks for, as rules, and the check of a plan against them.

Nothing here goes by the names of applications, hosts or port ids, nor by numbers that a learner may choose: what an
application is, its type says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from ..catalog import load_catalog
from ..lab.roles import component_of
from ..model import Application, Deployment, ListeningPort, Purpose, Transport
from . import capstone_words as words
from .checks import Check, Step, plan_of

__all__ = ["APPLICATIONS", "GROUPS", "check_asked", "of_kind", "title_of"]

CONFIGURATION, MESSAGE, CONTROL = "configuration_server", "message_server", "solution_control_server"
SIP_SERVER, STAT, ROUTING = "sip_server", "stat_server", "universal_routing_server"
IVR, GATEWAY, PHONE = "media_server", "media_gateway", "softphone"
DESKTOP, MANAGER = "agent_desktop", "network_management_system"

#: Which components share a host; each group has one of its own.
GROUPS = ((CONFIGURATION, MESSAGE, CONTROL), (SIP_SERVER, STAT, ROUTING), (IVR, GATEWAY), (PHONE, DESKTOP, MANAGER))

#: How many applications of each component there are, at least.
APPLICATIONS = {key: 2 if key == PHONE else 1 for group in GROUPS for key in group}

FIRST, LAST = 2000, 9999
SIP_FIRST, SIP_LAST = 8000, 8099
CONFIGURATION_PORT, SIP_PORT, TRAP_PORT = 2020, 5060, 162
MEDIA_FIRST, MEDIA_LAST, MEDIA_NUMBERS = 20000, 20999, 20

PortRule = Callable[[Application], bool]


def _ports(application: Application, purpose: Purpose, carrier: Transport) -> Iterator[ListeningPort]:
    return (one for one in application.ports if one.purpose is purpose and one.transport.carrier is carrier)


def _talks(first: int, last: int) -> PortRule:
    return lambda one: any(
        first <= port.number and (port.last or port.number) <= last
        for port in _ports(one, Purpose.COMMUNICATION, Transport.TCP)
    )


def _sip(number: int | None = None) -> PortRule:
    def has(one: Application) -> bool:
        over = [{port.number for port in _ports(one, Purpose.SIP, by)} for by in (Transport.UDP, Transport.TCP)]
        return number in set.intersection(*over) if number else bool(set.intersection(*over))

    return has


def _has_media(one: Application) -> bool:
    return any(
        port.number >= MEDIA_FIRST and (port.last or 0) <= MEDIA_LAST and len(port.numbers) >= MEDIA_NUMBERS
        for port in _ports(one, Purpose.MEDIA, Transport.UDP)
    )


def _is_managed(one: Application) -> bool:
    return any(_ports(one, Purpose.MANAGEMENT, Transport.UDP))


def _hears_traps(one: Application) -> bool:
    return any(TRAP_PORT in port.numbers for port in _ports(one, Purpose.MANAGEMENT, Transport.UDP))


#: Component → what it has to listen on: the rule, and its words.
_BETWEEN = words.COMMUNICATION.format(first=FIRST, last=LAST)
PORTS: tuple[tuple[str, PortRule, str], ...] = (
    (
        CONFIGURATION,
        _talks(CONFIGURATION_PORT, CONFIGURATION_PORT),
        words.COMMUNICATION_AT.format(number=CONFIGURATION_PORT),
    ),
    *((key, _talks(FIRST, LAST), _BETWEEN) for key in (MESSAGE, CONTROL, STAT, ROUTING)),
    (SIP_SERVER, _talks(SIP_FIRST, SIP_LAST), words.COMMUNICATION.format(first=SIP_FIRST, last=SIP_LAST)),
    (SIP_SERVER, _sip(SIP_PORT), words.SIP_AT.format(number=SIP_PORT)),
    *((key, _sip(), words.SIP_BOTH) for key in (IVR, GATEWAY, PHONE)),
    (IVR, _has_media, words.MEDIA_RANGE.format(count=MEDIA_NUMBERS, first=MEDIA_FIRST, last=MEDIA_LAST)),
    *((key, _is_managed, words.MANAGEMENT) for key in (MESSAGE, SIP_SERVER)),
    (MANAGER, _hears_traps, words.TRAPS_AT.format(number=TRAP_PORT)),
)

#: Component → how many digits its DN has, and the words for that.
NUMBERS = ((PHONE, 4, words.PHONE_DN), (IVR, 4, words.IVR_DN), (GATEWAY, 1, words.PREFIX_DN))


class _Call(NamedTuple):
    """Who shall connect to whom, on a port of which purpose."""

    client: str
    server: str
    purpose: Purpose
    wanted: str


def _calls() -> Iterator[_Call]:
    talk, sip, manage = Purpose.COMMUNICATION, Purpose.SIP, Purpose.MANAGEMENT
    for client in (MESSAGE, CONTROL, SIP_SERVER, STAT, ROUTING):
        yield _Call(client, CONFIGURATION, talk, words.TO_COMMUNICATION)
    for client in (CONTROL, SIP_SERVER, STAT, ROUTING):
        yield _Call(client, MESSAGE, talk, words.TO_COMMUNICATION)
    for client in (STAT, ROUTING, DESKTOP):
        yield _Call(client, SIP_SERVER, talk, words.TO_COMMUNICATION)
    yield _Call(ROUTING, STAT, talk, words.TO_COMMUNICATION)
    for client in (PHONE, GATEWAY):
        yield _Call(client, SIP_SERVER, sip, words.TO_SIP)
    for server in (MESSAGE, SIP_SERVER):
        yield _Call(MANAGER, server, manage, words.TO_MANAGEMENT)
        yield _Call(server, MANAGER, manage, words.TO_TRAPS)


CALLS = tuple(_calls())


def of_kind(plan: Deployment, *components: str) -> list[Application]:
    """The applications of a plan that are of these components, in its order."""
    return [one for one in plan.applications if component_of(plan, one.name) in components]


def title_of(component: str) -> str:
    """What people call a component: `Stat Server`."""
    return load_catalog().component(component).name


def check_asked(editor: Any) -> Check:
    """Whether a plan (or an editor's) has all that the brief asks for; more than that is no mistake."""
    plan = plan_of(editor)
    if not plan.applications:
        return Check([Step(False, words.EMPTY)])
    missing = list(_missing(plan))
    steps = missing or [Step(True, words.PLANNED.format(count=sum(APPLICATIONS.values())))]
    steps += _places(plan)
    for part, said in ((_ports_wanted, words.PORTS), (_numbers, words.DNS), (_connections, words.CONNECTIONS)):
        found = list(part(plan))
        # Nothing is wrong with the ports of who is not there.
        steps += found or ([] if missing else [Step(True, said)])
    return Check(steps)


def _missing(plan: Deployment) -> Iterator[Step]:
    for component, wanted in APPLICATIONS.items():
        seen = len(of_kind(plan, component))
        values = {"component": title_of(component), "seen": seen, "wanted": wanted}
        if seen < wanted:
            yield Step(False, (words.MISSING_MANY if wanted > 1 else words.MISSING_ONE).format(**values))


def _homes(plan: Deployment, group: Sequence[str]) -> list[str]:
    """The hosts that have all of a group."""
    found = []
    for host in plan.hosts:
        here = [component_of(plan, one.name) for one in plan.on_host(host.name)]
        if all(here.count(component) >= APPLICATIONS[component] for component in group):
            found.append(host.name)
    return found


def _places(plan: Deployment) -> Iterator[Step]:
    homes = []
    for group in GROUPS:
        there = [component for component in group if of_kind(plan, component)]
        homes.append(_homes(plan, group))
        if not homes[-1] and len(there) == len(group):
            hosts = dict.fromkeys(one.host for one in of_kind(plan, *group))
            yield Step(False, words.SHARE.format(components=_listed(map(title_of, group)), hosts=", ".join(hosts)))
    if not all(homes):
        return
    # Of so many hosts, the other groups leave one: more need not be looked at.
    some = (hosts[: len(GROUPS)] for hosts in homes)
    apart = next((hosts for hosts in product(*some) if len(set(hosts)) == len(GROUPS)), None)
    if apart:
        yield Step(True, words.PLACED.format(hosts=", ".join(apart)))
    else:
        hosts = dict.fromkeys(host for each in homes for host in each)
        yield Step(False, words.NOT_FOUR.format(hosts=", ".join(hosts)))


def _listed(names: Iterator[str]) -> str:
    *first, last = names
    return words.AND.format(first=", ".join(first), second=last) if first else last


def _ports_wanted(plan: Deployment) -> Iterator[Step]:
    for component, rule, wanted in PORTS:
        there = of_kind(plan, component)
        lacking = [one for one in there if not rule(one)]
        if len(there) - len(lacking) >= APPLICATIONS[component] or not there:
            continue
        ports = ", ".join(f"{port} ({port.purpose})" for one in lacking for port in one.ports)
        values = {"component": title_of(component), "applications": _names(lacking), "wanted": wanted, "ports": ports}
        yield Step(False, (words.NO_PORT if ports else words.NO_PORTS).format(**values))


def _numbers(plan: Deployment) -> Iterator[Step]:
    for component, digits, wanted in NUMBERS:
        there = of_kind(plan, component)
        lacking = [one for one in there if not (one.dn.isascii() and one.dn.isdigit() and len(one.dn) == digits)]
        if lacking and len(there) - len(lacking) < APPLICATIONS[component]:
            seen = ", ".join(one.dn for one in lacking if one.dn)
            values = {"component": title_of(component), "applications": _names(lacking), "wanted": wanted, "seen": seen}
            yield Step(False, (words.NO_DN if seen else words.NO_DNS).format(**values))
    owners: dict[str, str] = {}
    inside = of_kind(plan, PHONE, IVR)
    for one in inside:
        if one.dn in owners:
            yield Step(False, words.DN_TWICE.format(dn=one.dn, first=owners[one.dn], second=one.name))
        if one.dn:
            owners.setdefault(one.dn, one.name)
    for gateway, one in product(of_kind(plan, GATEWAY), inside):
        if gateway.dn and one.dn.startswith(gateway.dn):
            values = {"dn": one.dn, "application": one.name, "prefix": gateway.dn, "gateway": gateway.name}
            yield Step(False, words.BEHIND_PREFIX.format(**values))


def _connections(plan: Deployment) -> Iterator[Step]:
    for call in CALLS:
        clients, servers = of_kind(plan, call.client), of_kind(plan, call.server)
        lacking = [one for one in clients if not _connects(plan, one, servers, call.purpose)]
        if not servers or not lacking or len(clients) - len(lacking) >= APPLICATIONS[call.client]:
            continue
        seen = ", ".join(each.target for one in lacking for each in plan.servers_of(one.name))
        values = {
            "client": title_of(call.client),
            "clients": _names(lacking),
            "wanted": call.wanted,
            "server": title_of(call.server),
            "servers": _names(servers),
            "seen": seen,
        }
        yield Step(False, (words.NO_CONNECTION if seen else words.NO_CONNECTIONS).format(**values))


def _connects(plan: Deployment, client: Application, servers: Sequence[Application], purpose: Purpose) -> bool:
    ports = {(one.name, port.port_id): port.purpose for one in servers for port in one.ports}
    return any(ports.get((one.server, one.port_id)) is purpose for one in plan.servers_of(client.name))


def _names(applications: Sequence[Application]) -> str:
    return ", ".join(one.name for one in applications)
