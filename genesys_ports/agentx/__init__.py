"""AgentX: how a sub-agent lets a master agent answer SNMP for it (RFC 2741). Bytes in, bytes out; no sockets.

sub_agent = SubAgent(tree, [Register(subtree=ROOT)], description="solution_control_server", send=…, told=…)
master = Master(own_tree, up_time=…, now=…, waits=…, notified=…)
"""

from __future__ import annotations

from ..errors import AgentXError
from .encoding import SearchRange, VarBind
from .framer import Frame, Framer
from .master import Master
from .pdu import Register
from .registry import Registration, Registry
from .session import Peer, Session
from .states import SESSION, State
from .sub_agent import SubAgent

__all__ = [
    "SESSION",
    "AgentXError",
    "Frame",
    "Framer",
    "Master",
    "Peer",
    "Register",
    "Registration",
    "Registry",
    "SearchRange",
    "Session",
    "State",
    "SubAgent",
    "VarBind",
]
