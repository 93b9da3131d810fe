"""PDUs of AgentX as bytes, and back (RFC 2741, section 6): the header, then what the `LAYOUT` of each tells."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple, get_args

from ..errors import AgentXError
from . import words
from .encoding import Reader, Writer
from .pdu import Pdu

__all__ = ["HEADER_LENGTH", "Header", "decode_header", "decode_payload", "encode"]

#: Bytes of the header, the same for every PDU (section 6.1).
HEADER_LENGTH = 20

VERSION = 1

# h.flags that any PDU may have (section 6.1)
NON_DEFAULT_CONTEXT = 0x08
NETWORK_BYTE_ORDER = 0x10


class Header(NamedTuple):
    """What every PDU begins with. `network` is its byte order; `length` counts the bytes that follow."""

    type: int
    flags: int
    session: int
    transaction: int
    packet: int
    length: int

    @property
    def network(self) -> bool:
        """Whether numbers have their big end first."""
        return bool(self.flags & NETWORK_BYTE_ORDER)


_KINDS: dict[int, type[Any]] = {kind.TYPE: kind for kind in get_args(Pdu)}


def encode(pdu: Pdu, *, session: int = 0, transaction: int = 0, packet: int = 0, network: bool = True) -> bytes:
    """The bytes of a PDU; `network` is the byte order that everybody understands: big end first."""
    flags = NETWORK_BYTE_ORDER if network else 0
    writer = Writer(network=network)
    context: bytes = getattr(pdu, "context", b"")
    if context:
        flags |= NON_DEFAULT_CONTEXT
        writer.octets(context)
    for name, bit in pdu.FLAGS.items():
        flags |= bit if getattr(pdu, name) else 0
    for name, kind in pdu.LAYOUT:
        value: Any = getattr(pdu, name) if name else 0
        if kind in ("oid", "octets", "ranges", "varbinds"):
            getattr(writer, kind)(value)
        elif kind != "bound":
            writer.number(kind, value)
        elif getattr(pdu, "range_subid", 0):
            writer.number("I", value)
    payload = writer.payload()
    order = ">" if network else "<"
    head = struct.pack(f"{order}4B4I", VERSION, pdu.TYPE, flags, 0, session, transaction, packet, len(payload))
    return head + payload


def decode_header(data: bytes) -> Header:
    """The header that a stream of bytes begins with, at least `HEADER_LENGTH` of them.

    Raises `AgentXError` where what follows cannot be told from it.
    """
    version, kind, flags, _ = data[:4]
    if version != VERSION:
        raise AgentXError(words.WRONG_VERSION.format(version=version), lost=True)
    order = ">" if flags & NETWORK_BYTE_ORDER else "<"
    header = Header(kind, flags, *struct.unpack_from(f"{order}4I", data, 4))
    if header.length % 4:
        raise AgentXError(words.WRONG_LENGTH.format(length=header.length), lost=True)
    return header


def decode_payload(header: Header, payload: bytes) -> Pdu:
    """What a PDU says. Raises `AgentXError`."""
    kind = _KINDS.get(header.type)
    if kind is None:
        raise AgentXError(words.WRONG_TYPE.format(type=header.type))
    reader = Reader(payload, network=header.network)
    fields: dict[str, Any] = {name: bool(header.flags & bit) for name, bit in kind.FLAGS.items()}
    if kind.HAS_CONTEXT and header.flags & NON_DEFAULT_CONTEXT:
        fields["context"] = reader.octets()
    for name, part in kind.LAYOUT:
        value = _part(reader, part, fields)
        if name:
            fields[name] = value
    if reader.rest:
        raise AgentXError(words.LEFT_OVER.format(count=reader.rest))
    pdu: Pdu = kind(**fields)
    return pdu


def _part(reader: Reader, part: str, fields: dict[str, Any]) -> Any:
    if part == "oid":
        return reader.oid()[0]
    if part in ("octets", "ranges", "varbinds"):
        return getattr(reader, part)()
    if part != "bound":
        return reader.number(part)
    return reader.number("I") if fields["range_subid"] else 0
