"""What both ends of an AgentX connection hand to whoever has the socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from .codec import Header, decode_header, encode
from .framer import Frame
from .pdu import Pdu, Response

__all__ = ["Send", "Sent", "pack", "reply"]


class Sent(NamedTuple):
    """A PDU to send: its header, what it says, and its bytes."""

    header: Header
    pdu: Pdu
    raw: bytes


Send: TypeAlias = Callable[[Sent], None]


def pack(pdu: Pdu, *, session: int = 0, transaction: int = 0, packet: int = 0, network: bool = True) -> Sent:
    """A PDU ready to send."""
    raw = encode(pdu, session=session, transaction=transaction, packet=packet, network=network)
    return Sent(decode_header(raw), pdu, raw)


def reply(asked: Frame, response: Response) -> Sent:
    """The answer to a PDU, with the header of that but for its type (RFC 2741, sections 7.1 and 7.2.2)."""
    header = asked.header
    return pack(
        response,
        session=header.session,
        transaction=header.transaction,
        packet=header.packet,
        network=header.network,
    )
