"""Which ports and connections of a plan speak AgentX, and who needs it: without loading the protocol itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import Connection, Deployment, ListeningPort, Purpose, Transport
from .roles import MASTER_AGENT, component_of

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["AGENTX", "is_agentx", "is_master_agent", "is_sub_agent", "speaks_agentx"]

#: What the trace calls the language; and the id of a port that speaks it, whoever has it.
AGENTX = "agentx"


def is_agentx(plan: Deployment, server: str, port: ListeningPort) -> bool:
    """Whether a port of an application speaks AgentX: by its id, or as what manages a master agent over TCP."""
    if port.transport.carrier is not Transport.TCP:
        return False
    return port.port_id == AGENTX or (port.purpose is Purpose.MANAGEMENT and component_of(plan, server) == MASTER_AGENT)


def speaks_agentx(plan: Deployment, connection: Connection) -> bool:
    """Whether a planned connection goes to an AgentX port."""
    server = plan.application(connection.server)
    return is_agentx(plan, server.name, server.port(connection.port_id))


def is_master_agent(application: RunningApplication) -> bool:
    """Whether an application is a master agent: by its component, or since it has a port that speaks AgentX."""
    plan, name = application.plan, application.name
    return component_of(plan, name) == MASTER_AGENT or any(is_agentx(plan, name, port) for port in application.ports)


def is_sub_agent(application: RunningApplication) -> bool:
    """Whether the plan connects an application with an AgentX port."""
    return any(speaks_agentx(application.plan, connection) for connection in application.statuses)
