"""SIP as data and state (RFC 3261): bytes in, bytes out. Nothing here opens a socket or looks at a clock of its own."""

from __future__ import annotations

from .flow import Flow
from .framer import StreamFramer
from .headers import Headers
from .ids import Ids
from .message import Request, Response
from .parser import parse, refusal
from .sdp import Media, Sdp
from .states import MACHINES, Machine, diagram, state_table
from .timers import Timers
from .uri import Uri
from .values import CSeq, NameAddr, Via
from .words import REASONS

__all__ = [
    "MACHINES",
    "REASONS",
    "CSeq",
    "Flow",
    "Headers",
    "Ids",
    "Machine",
    "Media",
    "NameAddr",
    "Request",
    "Response",
    "Sdp",
    "StreamFramer",
    "Timers",
    "Uri",
    "Via",
    "diagram",
    "parse",
    "refusal",
    "state_table",
]
