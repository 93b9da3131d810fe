"""Plan files in and out, what follows from a plan, and the next free port number. Each part loads on first use."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .check import check as check
    from .correct import accept as accept
    from .diff import diff as diff
    from .findings import Finding as Finding
    from .findings import Findings as Findings
    from .findings import Severity as Severity
    from .firewall import firewall_list as firewall_list
    from .free import next_free_port as next_free_port
    from .load import load_plan as load_plan
    from .load import read_plans as read_plans
    from .reality import compare as compare
    from .ripple import ripple as ripple
    from .save import save_plan as save_plan
    from .socket_listing import read_sockets as read_sockets
    from .sockets import local_sockets as local_sockets
    from .suggest import write_suggestions as write_suggestions
    from .switch_sheet import load_switch as load_switch

#: Where each public name lives; looked up on first use (PEP 562).
_HOMES = {
    "Finding": "findings",
    "Findings": "findings",
    "Severity": "findings",
    "accept": "correct",
    "check": "check",
    "compare": "reality",
    "diff": "diff",
    "firewall_list": "firewall",
    "load_plan": "load",
    "load_switch": "switch_sheet",
    "local_sockets": "sockets",
    "next_free_port": "free",
    "read_plans": "load",
    "read_sockets": "socket_listing",
    "ripple": "ripple",
    "save_plan": "save",
    "write_suggestions": "suggest",
}

__all__ = [*_HOMES]


class _Room(ModuleType):
    """This package: `check` is the function, also where somebody has imported the file `check` first."""

    def __setattr__(self, name: str, value: object) -> None:
        # Python makes each imported file an attribute of its package; three of ours have the name of what they hold.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


# The way that Python's reference names for this (data model, 3.3.2.1).
sys.modules[__name__].__class__ = _Room


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
