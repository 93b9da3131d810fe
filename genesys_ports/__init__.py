"""Learn, plan and check the network ports of a Genesys contact centre.

    from genesys_ports import Lab, ladder, load_plan

    plan = load_plan("plans/two-servers.csv")
    lab = await Lab.open(plan)
    await lab.start("message_server")

Importing this package stays light: what needs sockets, matplotlib, networkx or ipywidgets loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import sip as sip
    from .binding import Verdict as Verdict
    from .binding import who_blocks as who_blocks
    from .catalog import Catalog as Catalog
    from .catalog import load_catalog as load_catalog
    from .draw import frame as frame
    from .draw import ladder as ladder
    from .draw import port_map as port_map
    from .draw import topology as topology
    from .errors import PortsError as PortsError
    from .lab import Lab as Lab
    from .lab import check_machine as check_machine
    from .model import Application as Application
    from .model import Connection as Connection
    from .model import Deployment as Deployment
    from .model import Host as Host
    from .model import ListeningPort as ListeningPort
    from .model import Platform as Platform
    from .model import Purpose as Purpose
    from .model import Switch as Switch
    from .model import Transport as Transport
    from .model import VoicePort as VoicePort
    from .plan import Finding as Finding
    from .plan import Findings as Findings
    from .plan import Severity as Severity
    from .plan import accept as accept
    from .plan import check as check
    from .plan import compare as compare
    from .plan import diff as diff
    from .plan import firewall_list as firewall_list
    from .plan import load_plan as load_plan
    from .plan import load_switch as load_switch
    from .plan import next_free_port as next_free_port
    from .plan import read_plans as read_plans
    from .plan import ripple as ripple
    from .sip.logs import read_sip_log as read_sip_log
    from .trace import Message as Message
    from .trace import Trace as Trace

#: Where each public name lives; looked up on first use (PEP 562).
_HOMES = {
    "Verdict": "binding",
    "who_blocks": "binding",
    "Catalog": "catalog",
    "load_catalog": "catalog",
    "frame": "draw",
    "ladder": "draw",
    "port_map": "draw",
    "topology": "draw",
    "PortsError": "errors",
    "Lab": "lab",
    "check_machine": "lab",
    "Application": "model",
    "Connection": "model",
    "Deployment": "model",
    "Host": "model",
    "ListeningPort": "model",
    "Platform": "model",
    "Purpose": "model",
    "Switch": "model",
    "Transport": "model",
    "VoicePort": "model",
    "Finding": "plan",
    "Findings": "plan",
    "Severity": "plan",
    "accept": "plan",
    "check": "plan",
    "compare": "plan",
    "diff": "plan",
    "firewall_list": "plan",
    "load_plan": "plan",
    "load_switch": "plan",
    "next_free_port": "plan",
    "read_plans": "plan",
    "ripple": "plan",
    "read_sip_log": "sip.logs",
    "Message": "trace",
    "Trace": "trace",
}

#: Rooms with names of their own, such as `genesys_ports.sip.parse`.
_ROOMS = ("sip",)

__all__ = ["__version__", *_HOMES, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
