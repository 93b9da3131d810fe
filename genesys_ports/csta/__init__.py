"""CSTA III in XML (ECMA-269, ECMA-323): messages, framing, and both ends of a CTI link. Bytes in, bytes out."""

from .check import check
from .framer import EVENT_ID, Frame, Framer, encode
from .link_session import LinkSession
from .message import Kind, Message
from .pretty import pretty
from .requests import answer_call, clear_connection, hold_call, make_call, retrieve_call, transfer_call
from .states import LINK, SESSION, LinkState, SessionState
from .structure import STRUCTURE
from .switch_session import SwitchLink, SwitchSession
from .xml import decode

__all__ = [
    "EVENT_ID",
    "LINK",
    "SESSION",
    "STRUCTURE",
    "Frame",
    "Framer",
    "Kind",
    "LinkSession",
    "LinkState",
    "Message",
    "SessionState",
    "SwitchLink",
    "SwitchSession",
    "answer_call",
    "check",
    "clear_connection",
    "decode",
    "encode",
    "hold_call",
    "make_call",
    "pretty",
    "retrieve_call",
    "transfer_call",
]
