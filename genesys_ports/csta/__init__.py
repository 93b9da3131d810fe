"""CSTA III in XML (ECMA-269, ECMA-323): messages, framing, and both ends of a CTI link. Bytes in, bytes out."""

from .framer import EVENT_ID, Frame, Framer, encode
from .link_session import LinkSession
from .message import Kind, Message
from .pretty import pretty
from .states import LinkState
from .switch_session import SwitchLink, SwitchSession

__all__ = [
    "EVENT_ID",
    "Frame",
    "Framer",
    "Kind",
    "LinkSession",
    "LinkState",
    "Message",
    "SwitchLink",
    "SwitchSession",
    "encode",
    "pretty",
]
