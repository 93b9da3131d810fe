"""The management port of an application: an SNMP agent that tells how the application is."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from ..model import ListeningPort, Purpose, Transport
from ..snmp.answer import Objects
from ..snmp.objects import ApplicationFacts, AppState, ConnectionFacts, PortFacts, SystemFacts
from ..snmp.tree import Tree
from . import snmp_words as words
from .agentx_ports import AGENTX
from .roles import MASTER_AGENT, NETWORK_MANAGEMENT_SYSTEM, component_of, place_of
from .snmp_agent import Agent
from .snmp_messages import SNMP
from .snmp_port import SnmpPort
from .udp_side import UdpSide

if TYPE_CHECKING:
    from ..model import Application
    from .application import RunningApplication
    from .lab import Lab

__all__ = ["SnmpSide", "facts_of", "has_agent", "is_management"]


def is_management(port: ListeningPort) -> bool:
    """Whether an agent answers on this port: over UDP, for management."""
    return port.transport is Transport.UDP and port.purpose is Purpose.MANAGEMENT


def has_agent(application: RunningApplication) -> bool:
    """Whether this application has an agent of its own: it has a port for one, and is not what manages the others."""
    if component_of(application.plan, application.name) in (NETWORK_MANAGEMENT_SYSTEM, MASTER_AGENT):
        return False
    return any(map(is_management, application.ports))


class SnmpSide(UdpSide):
    """What an application with a management port tells about itself, and only about itself."""

    def __init__(self, owner: RunningApplication) -> None:
        super().__init__(owner)
        lab, application = owner.lab, owner.application
        system = SystemFacts(
            descr=words.DESCRIPTION.format(type=application.type or words.NO_TYPE, name=owner.name),
            name=owner.name,
            up_time=lambda: owner.up_time,
            contact=words.CONTACT,
            location=owner.host,
        )
        lab.snmp_boots[owner.name] += 1
        self.agent = Agent(
            self._objects(system),
            owner.name,
            users=lab.snmp_users,
            boots=lab.snmp_boots[owner.name],
            now=asyncio.get_running_loop().time,
        )

    def _objects(self, system: SystemFacts) -> Objects:
        lab, name = self._owner.lab, self._owner.name
        return Tree(system, lambda: (facts_of(lab, name),))

    def serves(self, port: ListeningPort) -> bool:
        """Every UDP port for management."""
        return is_management(port)

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Answer on the bound sockets of a planned port."""
        for sock in sockets:
            one = SnmpPort(self._owner, port, sock, self.agent.handle)
            self.opened.append(one)
            await one.serve()

    def close_ports(self) -> None:
        """Answer nothing any more."""
        super().close_ports()
        self.agent.close()


def facts_of(lab: Lab, name: str) -> ApplicationFacts:
    """What there is to tell of an application of the lab now, whether it runs or not.

    Its index is its place in the plan, from 1. Raises `UnknownApplicationError`.
    """
    one = lab.running(name)
    plan = lab.plan if lab.plan.has_application(name) or one is None else one.plan
    application: Application = one.application if one is not None else plan.application(name)
    sent, received = lab.trace.tally(name, without=(SNMP, AGENTX))
    return ApplicationFacts(
        index=place_of(plan, name),
        name=name,
        type=application.type,
        host=application.host,
        state=_state(one),
        started=one.up_time if one is not None and one.listens else 0,
        ports=tuple(
            PortFacts(
                state.port.port_id, state.port.number, state.port.transport, state.port.purpose, state.status,
                state.port.last or 0,
            )
            for state in lab.port_states(name)
        ),
        connections=tuple(
            ConnectionFacts(state.connection.server, state.port, state.status) for state in lab.connection_states(name)
        ),
        clients=0 if one is None else sum(link.known and not link.closing for link in one.incoming),
        sent=sent,
        received=received,
    )  # fmt: skip


def _state(one: RunningApplication | None) -> AppState:
    if one is None or not one.listens:
        return AppState.STOPPED
    return AppState.OVERLOADED if one.overloaded else AppState.RUNNING
