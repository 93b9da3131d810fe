"""Who plays which role: the component an application is of decides what it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from .agentx_ports import is_master_agent, is_sub_agent
from .console_port import ConsoleSide
from .cti_side import cti_sides
from .media_server import MEDIA_SERVER, MediaServer
from .nms import NmsSide, is_manager
from .phone import Phone
from .roles import (
    CONFIGURATION_SERVER,
    LCA,
    MESSAGE_SERVER,
    SOLUTION_CONTROL_SERVER,
    ConfigurationServer,
    LocalControlAgent,
    MessageServer,
    Role,
)
from .sip_server import PHONE, SIP_SERVER, TRUNKS, SipServerRole
from .snmp_side import SnmpSide, has_agent
from .solution_control import SolutionControlServer
from .switch_role import SWITCH, SwitchRole
from .t_server import T_SERVER, TServerRole
from .trunk import Trunk

if TYPE_CHECKING:
    from .application import RunningApplication
    from .elements import Element, Stack
    from .sides import Side

__all__ = ["role_of", "sides_of"]


class _Speaker(Role):
    """Has nothing to say on its other ports; what it does is SIP."""

    def __init__(self, kind: Callable[[RunningApplication, Stack], Element]) -> None:
        self._kind = kind

    def element(self, application: RunningApplication, stack: Stack) -> Element:
        return self._kind(application, stack)


_ROLES: dict[str, Callable[[], Role]] = {
    CONFIGURATION_SERVER: ConfigurationServer,
    LCA: LocalControlAgent,
    MESSAGE_SERVER: MessageServer,
    SIP_SERVER: SipServerRole,
    SOLUTION_CONTROL_SERVER: SolutionControlServer,
    SWITCH: SwitchRole,
    T_SERVER: TServerRole,
    PHONE: partial(_Speaker, Phone),
    MEDIA_SERVER: partial(_Speaker, MediaServer),
    **dict.fromkeys(TRUNKS, partial(_Speaker, Trunk)),
}


def role_of(component: str) -> Role:
    """A fresh role for one run of an application of this component."""
    return _ROLES.get(component, Role)()


def sides_of(application: RunningApplication) -> list[Side]:
    """What this application speaks besides the teaching format and SIP, for one run."""
    sides: list[Side] = [NmsSide(application)] if is_manager(application) else []
    # AgentX takes longer to load than all other sides together, and few plans have it.
    if is_master_agent(application):
        from .master_agent import MasterAgentSide

        sides.append(MasterAgentSide(application))
    elif has_agent(application):
        sides.append(SnmpSide(application))
    if isinstance(application.role, SwitchRole):
        sides.append(ConsoleSide(application, application.role))
    if is_sub_agent(application):
        from .agentx_side import SubAgentSide

        sides.append(SubAgentSide(application))
    return [*sides, *cti_sides(application)]
