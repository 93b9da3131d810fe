"""Rules that a plan needs and no connection of it shows: what is documented, and what has to be asked.

Sources: the documented start-up order (docs.genesys.com, FR/latest/Dep/Seq) and Framework course notes for Solution
Control Server; FR CORM CSSystemSect for HA synchronisation, which speaks of Configuration Server and its Proxy only;
FR/latest/MLUG/SNMPUI for SNMP; the catalogue for Resource Manager, Media Control Platform and Feature Server, which
SIP Server reaches through VoIP Service DNs and not through connections; RFC 3261, sections 18.1.1 and 18.2.2, for
phones and gateways: either side opens, over UDP or, for what is large, over TCP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..catalog import load_catalog
from ..model import DEFAULT, Application, ListeningPort, Purpose, Transport
from ..origin import Place
from . import firewall_words as words
from .firewall_rules import Basis, Classification, Collector, FirewallRule, Party, class_of
from .lca_number import LCA_DEFAULT, LCA_LOWEST, lca_number

__all__ = ["LCA", "imply"]

LCA = "lca"
_SCS = "solution_control_server"
_MASTER = "snmp_master_agent"
_SIP_SERVER = "sip_server"
_RM = "resource_manager"
_MCP = "media_control_platform"
_PHONE = "softphone"
_MEDIA_SERVER = "media_server"
_SWITCH = "switch"

#: What registers with SIP Server or is a trunk of it.
_DEVICES = (_PHONE, "media_gateway", "softswitch")

#: The components whose HA synchronisation is documented.
_HA_SYNC = ("configuration_server", "configuration_server_proxy")

#: Who sends SIP to whom among the components, the first of several that the plan has.
_SIP_PEERS: dict[str, tuple[tuple[str, ...], ...]] = {
    _SIP_SERVER: ((_RM, _MCP), ("sip_feature_server",), (_MEDIA_SERVER,), *((kind,) for kind in _DEVICES)),
    _RM: ((_SIP_SERVER,), (_MCP,)),
    _MCP: ((_RM, _SIP_SERVER),),
    "sip_feature_server": ((_SIP_SERVER,),),
    _MEDIA_SERVER: ((_SIP_SERVER,),),
    **dict.fromkeys(_DEVICES, ((_SIP_SERVER,),)),
}
#: What only components call; any other SIP port is there for phones and gateways too.
_INSIDE = (_RM, _MCP, "sip_feature_server", _MEDIA_SERVER, *_DEVICES)

#: Between whom voice flows.
_VOICE = (*_DEVICES, _MEDIA_SERVER, _MCP)

#: Applications of one kind that get rules of their own; more of them are one row, or the list would grow with the
#: square of the plan.
MOST_PEERS = 20

_TRAPS = 162


def imply(collector: Collector) -> None:
    """Adds to the planned rules those that their plan implies."""
    for make in (_agents, _sub_agents, _synchronisation, _signalling, _media, _snmp):
        for rule, called in make(collector):
            collector.add(rule, called)


_Made = Iterator[tuple[FirewallRule, tuple[str, str] | None]]


def _peers(collector: Collector, kind: str, of: Application | None = None) -> list[Party]:
    """The applications of one kind as parties. Of a SIP Server, those of its devices; of a device, its SIP Servers."""
    found = collector.kinds.get(kind, [])
    if of is not None and kind in _DEVICES and collector.kind(of) == _SIP_SERVER:
        found = [*collector.devices_of(of.name, kind), *collector.devices_of("", kind)]
    elif of is not None and kind == _SIP_SERVER and collector.kind(of) in _DEVICES:
        found = collector.servers_of(of.name) or found
    if len(found) > MOST_PEERS:
        return [Party(words.EVERY.format(component=load_catalog().component(kind).name))]
    return [collector.party(one) for one in found]


def _rule(
    collector: Collector,
    source: Party,
    application: Application,
    port: ListeningPort,
    basis: Basis,
    note: str,
    classification: Classification | None = None,
) -> tuple[FirewallRule, tuple[str, str]]:
    place = collector.plan.origin.ports.get((application.name, port.port_id))
    rule = FirewallRule(
        source=source,
        destination=collector.party(application, port.address),
        transport=port.transport,
        number=port.number,
        last=port.last,
        purpose=port.purpose,
        classification=classification or class_of(port.purpose),
        basis=basis,
        note=note,
        rows=() if place is None else (place,),
    )
    return rule, (application.name, port.port_id)


def _ports(applications: Iterable[Application], purpose: Purpose) -> Iterator[tuple[Application, ListeningPort]]:
    return ((one, port) for one in applications for port in one.ports if port.purpose is purpose)


def _agents(collector: Collector) -> _Made:
    """Solution Control Server to every Local Control Agent: those of the plan, and those that its hosts name."""
    sources = _peers(collector, _SCS)
    if not sources:
        return
    agents = collector.kinds.get(LCA, [])
    for agent in agents:
        for port in agent.ports:
            if port.transport is not Transport.UDP:
                for source in sources:
                    yield _rule(collector, source, agent, port, Basis.DOCUMENTED, words.SCS_TO_LCA)
    with_agent = {agent.host for agent in agents if agent.ports}
    for host in collector.plan.hosts:
        if host.lca_port is None or host.name in with_agent:
            continue
        number, note = host.lca_port, words.SCS_TO_LCA
        if number < LCA_LOWEST:
            note = words.SCS_TO_LCA_LOW.format(number=number, default=LCA_DEFAULT)
            number = lca_number(number)
        place: Place | None = collector.plan.origin.hosts.get(host.name)
        for source in sources:
            rule = FirewallRule(
                source=source,
                destination=Party(words.LCA, host.name, host.address or ""),
                transport=Transport.TCP,
                number=number,
                purpose=Purpose.CONTROL,
                classification=class_of(Purpose.CONTROL),
                basis=Basis.DOCUMENTED,
                note=note,
                rows=() if place is None else (place,),
            )
            yield rule, None


def _sub_agents(collector: Collector) -> _Made:
    """Solution Control Server to the AgentX port of an SNMP master agent."""
    for master, port in _ports(collector.kinds.get(_MASTER, ()), Purpose.MANAGEMENT):
        if port.transport is not Transport.UDP:
            for source in _peers(collector, _SCS):
                yield _rule(collector, source, master, port, Basis.DOCUMENTED, words.AGENTX)


def _synchronisation(collector: Collector) -> _Made:
    """Backup to primary: the port flagged for it, which any pair may have; without one, only where it is documented."""
    for primary in collector.plan.applications:
        backup = collector.backup(primary)
        if backup is None:
            continue
        documented = collector.kind(primary) in _HA_SYNC
        flagged = [port for port in primary.ports if port.purpose is Purpose.HA_SYNC]
        usual = [port for port in primary.ports if port.port_id == DEFAULT] if documented else []
        basis = Basis.DOCUMENTED if documented else Basis.TO_CONFIRM
        for port in flagged or usual:
            source = collector.party(backup)
            yield _rule(collector, source, primary, port, basis, words.HA_SYNC, Classification.HA)


def _signalling(collector: Collector) -> _Made:
    """To every SIP port: phones and gateways, and the components that no connection leads there."""
    for application, port in _ports(collector.plan.applications, Purpose.SIP):
        kind = collector.kind(application)
        inside = [
            (peer, words.SIP_DEVICE if kind in _DEVICES or kinds[0] in _DEVICES else words.SIP_INSIDE)
            for kinds in _SIP_PEERS.get(kind, ())
            for peer in _first(collector, kinds, application)
        ]
        for source, note in inside:
            yield _rule(collector, source, application, port, Basis.TO_CONFIRM, note)
        if kind not in _INSIDE or not inside:
            yield _rule(collector, Party(words.ANY_SIP), application, port, Basis.TO_CONFIRM, words.SIP_ENDPOINTS)


def _first(collector: Collector, kinds: Iterable[str], of: Application) -> list[Party]:
    return next((peers for kind in kinds if (peers := _peers(collector, kind, of))), [])


def _media(collector: Collector) -> _Made:
    """To every media port: all that sends voice there, named where the plan knows it."""
    for application, port in _ports(collector.plan.applications, Purpose.MEDIA):
        kind = collector.kind(application)
        own = collector.party(application)
        known = [peer for other in _VOICE for peer in _peers(collector, other) if peer != own]
        for source in known:
            yield _rule(collector, source, application, port, Basis.TO_CONFIRM, words.MEDIA)
        if kind not in _DEVICES or not known:
            yield _rule(collector, Party(words.ANY_SIP), application, port, Basis.TO_CONFIRM, words.MEDIA)


def _snmp(collector: Collector) -> _Made:
    """Polls to every management port that nobody is planned to call, and traps the other way; a switch's console."""
    masters = _peers(collector, _MASTER)
    for application, port in _ports(collector.plan.applications, Purpose.MANAGEMENT):
        trap = port.transport is Transport.UDP and port.number == _TRAPS
        if trap and collector.kind(application) == _MASTER:
            # The catalogue lists 162 with the master agent, and it is the network management system that listens.
            rule, called = _rule(collector, Party(words.NMS), application, port, Basis.TO_CONFIRM, words.SNMP_TRAP)
            yield replace(rule, source=rule.destination, destination=rule.source), called
        elif trap:
            for source in masters or [Party(words.ANY_MASTER)]:
                yield _rule(collector, source, application, port, Basis.TO_CONFIRM, words.SNMP_TRAP)
        elif port.transport is not Transport.UDP and collector.kind(application) == _MASTER:
            # AgentX: for sub-agents, which `_sub_agents` knows as far as the plan has them.
            continue
        elif not collector.is_called(application.name, port.port_id):
            console = port.transport is not Transport.UDP and collector.kind(application) == _SWITCH
            caller, note = (words.ADMINISTRATOR, words.CONSOLE) if console else (words.NMS, words.SNMP_POLL)
            yield _rule(collector, Party(caller), application, port, Basis.TO_CONFIRM, note)
