"""What a message says, field by field: name and value, hosts by their names, the same on every run."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors.root import short
from . import words
from .agentx_fields import agentx_fields
from .csta_fields import csta_fields
from .sip_fields import sip_fields
from .snmp import snmp_parts
from .text import Names, dump, harmless, plain

if TYPE_CHECKING:
    from ..trace import Message

__all__ = ["LONGEST", "MOST", "Fields", "fields_of"]

#: Fields of one message, and characters of one value, that are shown.
MOST, LONGEST = 200, 2_000

#: Characters of the name of a field.
LONGEST_NAME = 120

#: The header of RTP (RFC 3550, section 5.1).
_RTP = struct.Struct("!BBHII")

Fields = tuple[tuple[str, str], ...]


def fields_of(message: Message, names: Names) -> Fields:
    """The fields of a message in their order: name and value; never raises, whatever the bytes are.

    SIP: start line, headers, lines of SDP. CSTA: elements by their path. SNMP and AgentX: objects by their names. RTP:
    its header. The teaching format: its own fields. What cannot be read says so, and its bytes follow; of what is too
    long the rest is counted.
    """
    if not message.payload:
        return ((words.NOTE_FIELD, words.NO_BYTES),)
    found = list(islice(_read(message.payload, names, message.protocol), 10 * MOST))
    shown = [(_name(name), _value(value)) for name, value in found[:MOST]]
    more = len(found) - MOST
    if more > 0:
        told = words.MORE_FIELDS_ONE if more == 1 else words.MORE_FIELDS.format(count=more)
        shown.append((words.MORE_FIELD, told))
    return tuple(shown)


def _read(payload: bytes, names: Names, protocol: str) -> Iterator[tuple[str, str]]:
    reader = READERS.get(protocol)
    language = words.LANGUAGES.get(protocol, protocol)
    if reader is None:
        note = words.UNKNOWN.format(protocol=language) if language else words.NO_PROTOCOL
    else:
        try:
            # All of it or nothing: a message half understood would pass for a whole one.
            if found := list(islice(reader(payload, names), 10 * MOST)):
                yield from found
                return
            note = words.UNREADABLE.format(protocol=language)
        # `NotBER` is a ValueError, and so is a text that is no UTF-8.
        except (ValueError, RecursionError, struct.error):
            note = words.UNREADABLE.format(protocol=language)
    yield words.NOTE_FIELD, note
    yield words.BYTES_FIELD, dump(payload)


def _name(text: str) -> str:
    return short(harmless(" ".join(text.split())) or words.EMPTY, LONGEST_NAME)


def _value(text: str) -> str:
    value = harmless(text.replace("\r\n", "\n"))
    # Bytes that cannot be read are bounded already, and a line of them that is cut tells nothing.
    return value if value.startswith("0000  ") else short(value, LONGEST)


def _teaching(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    for line in payload.decode().splitlines():
        if not line.strip():
            continue
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise ValueError
        for name, value in fields.items():
            yield name, names.rename(_json(value))


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _snmp(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    return ((part.name, part.value) for part in snmp_parts(payload, names))


def _console(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    shown = plain(payload, names)
    # Where a terminal and the switch agree on echo and the like, there is no text (RFC 854).
    if b"\xff" in payload or shown.startswith("0000  "):
        raise ValueError
    lines = shown.split("\n")
    for number, line in enumerate(lines, start=1):
        yield words.LINE_FIELD.format(number=number) if len(lines) > 1 else words.TEXT_FIELD, line or words.EMPTY


def _rtp(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    first, second, sequence, timestamp, source = _RTP.unpack_from(payload)
    if first >> 6 != 2:
        raise ValueError
    kind = second & 0x7F
    yield words.VERSION_FIELD, str(first >> 6)
    yield words.TYPE_FIELD, words.RTP_TYPES.get(kind) or words.DYNAMIC_TYPE.format(number=kind)
    yield words.MARKER_FIELD, words.YES if second & 0x80 else words.NO
    yield words.SEQUENCE_FIELD, str(sequence)
    yield words.TIMESTAMP_FIELD, str(timestamp)
    yield words.SOURCE_FIELD, f"{source:08x}"
    yield words.VOICE_FIELD, words.VOICE.format(count=max(0, len(payload) - _RTP.size - 4 * (first & 0x0F)))


READERS: dict[str, Callable[[bytes, Names], Iterator[tuple[str, str]]]] = {
    "agentx": agentx_fields,
    "console": _console,
    "csta": csta_fields,
    "rtp": _rtp,
    "sip": sip_fields,
    "snmp": _snmp,
    "teaching": _teaching,
}
