"""SIP as data and state (RFC 3261): bytes in, bytes out. Nothing here opens a socket or looks at a clock of its own.

Messages load at once, and whatever keeps calls or registrations on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import SIPError
from ..machine import Machine
from .flow import Flow
from .framer import StreamFramer
from .headers import Headers
from .ids import Ids
from .message import Request, Response
from .parser import parse, refusal
from .refusals import REFUSALS
from .sdp import Media, Sdp
from .states import MACHINES, diagram, state_table
from .timers import Timers
from .uri import Uri
from .values import CSeq, NameAddr, Via
from .words import REASONS

if TYPE_CHECKING:
    from .call import Call as Call
    from .call_states import CALL as CALL
    from .listener import Listener as Listener
    from .registrar import Registrar as Registrar
    from .user_agent import UserAgent as UserAgent

#: Where the names live that are looked up on first use (PEP 562).
_HOMES = {
    "CALL": "call_states",
    "Call": "call",
    "Listener": "listener",
    "Registrar": "registrar",
    "UserAgent": "user_agent",
}

__all__ = [
    "CALL",
    "MACHINES",
    "REASONS",
    "REFUSALS",
    "CSeq",
    "Call",
    "Flow",
    "Headers",
    "Ids",
    "Listener",
    "Machine",
    "Media",
    "NameAddr",
    "Registrar",
    "Request",
    "Response",
    "SIPError",
    "Sdp",
    "StreamFramer",
    "Timers",
    "Uri",
    "UserAgent",
    "Via",
    "diagram",
    "parse",
    "refusal",
    "state_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
