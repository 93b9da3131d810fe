"""What Solution Control Server does with what it hears of applications: it lets master agents notify (AgentX)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..snmp.names import oid_of
from ..snmp.tree import display_string
from .agentx_ports import is_sub_agent
from .manager_words import SERVER_DOWN, SERVER_UP
from .roles import APPLICATION_STATUS, LCA, STARTED, STOPPED, Role, component_of
from .traps import LAST_TRAP
from .wire import text_of

if TYPE_CHECKING:
    from .application import RunningApplication
    from .link import Link

__all__ = ["SolutionControlServer"]

#: What a Local Control Agent has seen of an application → which notification, and its text. A crash is told as well
#: as an orderly stop: the Local Control Agent sees the application go, whoever ends it.
#: That it is these two is ours: docs.genesys.com (FR/latest/MLUG/SNMPtraps) has them made by servers themselves, and
#: alarm traps (gSmlSCserverAlarm) by Solution Control Server on behalf of any server.
_NOTIFICATIONS = {STARTED: ("gsServerUpTrap", SERVER_UP), STOPPED: ("gsServerDownTrap", SERVER_DOWN)}


class SolutionControlServer(Role):
    """Local Control Agents tell it which applications start and stop; master agents tell the management system."""

    def told(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> None:
        """An application of some host has started or stopped."""
        if link.outsider or component_of(application.plan, link.peer) != LCA:
            return
        name, status = text_of(fields, "application"), text_of(fields, "status")
        if text_of(fields, "event") != APPLICATION_STATUS or status not in _NOTIFICATIONS:
            return
        trap, sentence = _NOTIFICATIONS[status]
        variable = oid_of(LAST_TRAP)
        assert variable is not None
        text = display_string(sentence.format(name=name))
        if not is_sub_agent(application):
            return
        from .agentx_side import SubAgentSide  # on first use, as in cast.py

        for side in application.sides:
            if isinstance(side, SubAgentSide):
                side.notify(trap, [(variable, text)])
