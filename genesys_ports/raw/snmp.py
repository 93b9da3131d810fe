"""A message of SNMP in readable lines: version, community or user, what it is, and its objects by name.

What is another on each run is left out: request numbers, engine IDs, times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import words
from .ber import Element, NotBER, elements, integer, oid, one
from .text import Names, dump, harmless

__all__ = ["STATUSES", "Part", "octets_text", "snmp", "snmp_parts"]

#: Names of the error status, by its number (RFC 3416, section 3).
STATUSES = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip

#: Objects of one message that are shown; the rest are counted.
SHOWN_OBJECTS = 60

#: Bytes of one value that are shown.
SHOWN_VALUE = 200

_SEQUENCE, _INTEGER, _STRING, _NULL, _OID = 0x30, 0x02, 0x04, 0x05, 0x06
# RFC 3416, section 3.
_ADDRESS, _COUNTER, _GAUGE, _TICKS, _COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x46
_PDU = 0xA0
_RESPONSE, _TRAP_V1, _BULK = 2, 4, 5
#: What is asked: the value beside a name is none yet.
_ASKS = (0, 1, 5)


class Part(NamedTuple):
    """One line of a message, and the same as a field: its name and its value."""

    line: str
    name: str
    value: str


def snmp(payload: bytes, names: Names) -> str:
    """The message in lines; byte by byte where it is no SNMP."""
    try:
        return "\n".join(part.line for part in snmp_parts(payload, names))
    except NotBER:
        return dump(payload)


def snmp_parts(payload: bytes, names: Names) -> Iterator[Part]:
    """The message part by part. Raises `NotBER` at the first that is none of SNMP."""
    parts = list(elements(one(payload, _SEQUENCE)))
    version = integer(_content(parts, 0, _INTEGER))
    if version not in words.VERSIONS:
        raise NotBER
    yield Part(words.VERSIONS[version], words.VERSION_FIELD, words.VERSIONS[version])
    if version == 3:
        yield from _version3(parts, names)
        return
    community = octets_text(_content(parts, 1, _STRING), names)
    yield Part(words.COMMUNITY.format(community=community), words.COMMUNITY_FIELD, community)
    if len(parts) != 3:
        raise NotBER
    yield from _pdu(parts[2], names)


def _version3(parts: list[Element], names: Names) -> Iterator[Part]:
    """The frame of version 3 (RFC 3412, section 6) with the parameters of USM (RFC 3414, section 2.4)."""
    header = list(elements(_content(parts, 1, _SEQUENCE)))
    flags = _content(header, 2, _STRING)
    security = list(elements(one(_content(parts, 2, _STRING), _SEQUENCE)))
    user = _content(security, 3, _STRING)
    shown = octets_text(user, names) if user else words.NOBODY_YET
    yield Part(words.USER.format(user=shown), words.USER_FIELD, shown)
    # The third bit asks for a report, and says nothing of security.
    security_level = words.SECURITY.get((flags or b"\0")[0] & 3, words.SECURITY[0])
    yield Part(security_level, words.SECURITY_FIELD, security_level)
    if len(parts) != 4:
        raise NotBER
    if parts[3].tag == _STRING:
        yield Part(words.ENCRYPTED, words.PDU_FIELD, words.ENCRYPTED)
        return
    scoped = list(elements(_content(parts, 3, _SEQUENCE)))
    if len(scoped) != 3:
        raise NotBER
    yield from _pdu(scoped[2], names)


def _pdu(element: Element, names: Names) -> Iterator[Part]:
    kind = element.tag - _PDU
    if not 0 <= kind < len(words.PDUS):
        raise NotBER
    yield Part(words.PDUS[kind], words.PDU_FIELD, words.PDUS[kind])
    parts = list(elements(element.content))
    if kind == _TRAP_V1:
        told = words.TRAP_V1.format(
            enterprise=names.object(oid(_content(parts, 0, _OID))),
            generic=integer(_content(parts, 2, _INTEGER)),
            specific=integer(_content(parts, 3, _INTEGER)),
        )
        yield Part(told, words.TRAP_FIELD, told)
        yield from _objects(_content(parts, 5, _SEQUENCE), names, asked=False)
        return
    first, second = (integer(_content(parts, place, _INTEGER)) for place in (1, 2))
    if kind == _BULK:
        told = words.BULK.format(once=first, rows=second)
        yield Part(told, words.BULK_FIELD, told)
    elif first:
        error = STATUSES[first] if 0 < first < len(STATUSES) else str(first)
        line = (words.ERROR_AT if second else words.ERROR).format(error=error, place=second)
        value = (words.ERROR_VALUE_AT if second else words.ERROR_VALUE).format(error=error, place=second)
        yield Part(line, words.ERROR_FIELD, value)
    yield from _objects(_content(parts, 3, _SEQUENCE), names, asked=kind in _ASKS)


def _objects(content: bytes, names: Names, *, asked: bool) -> Iterator[Part]:
    for count, binding in enumerate(elements(content)):
        if binding.tag != _SEQUENCE:
            raise NotBER
        if count == SHOWN_OBJECTS:
            more = sum(1 for _ in elements(content)) - count
            told = words.MORE_OBJECTS_ONE if more == 1 else words.MORE_OBJECTS.format(count=more)
            yield Part(told, words.MORE_FIELD, told.strip())
            return
        pair = list(elements(binding.content))
        if len(pair) != 2:
            raise NotBER
        name = names.object(oid(_content(pair, 0, _OID)))
        if asked and pair[1].tag == _NULL:
            yield Part(words.OBJECT.format(name=name), name, words.ASKED)
        else:
            value = _value(pair[1], names)
            yield Part(words.VALUE.format(name=name, value=value), name, value)


def _value(value: Element, names: Names) -> str:
    tag, content = value
    if tag == _INTEGER:
        return str(integer(content))
    if tag in (_COUNTER, _GAUGE, _COUNTER64):
        return str(integer(content, signed=False))
    if tag == _TICKS:
        # Hundredths of a second since something began: another number on each run.
        return words.TICKS
    if tag == _OID:
        return names.object(oid(content))
    if tag == _ADDRESS and len(content) == 4:
        return names.rename(".".join(map(str, content)))
    if tag == _STRING:
        return octets_text(content, names)
    return words.NOT_THERE.get(tag) or content[:SHOWN_VALUE].hex(" ")


def octets_text(content: bytes, names: Names) -> str:
    """A text in quotation marks, or the bytes of what is none."""
    shown = content[:SHOWN_VALUE]
    try:
        text = shown.decode()
    except UnicodeDecodeError:
        text = "\0"
    cut = "…" if len(content) > SHOWN_VALUE else ""
    if any(char < " " and char not in "\t\r\n" for char in text):
        return shown.hex(" ") + cut
    return harmless(f'"{names.rename(text)}{cut}"'.replace("\r\n", "\n"))


def _content(parts: list[Element], place: int, tag: int) -> bytes:
    if place >= len(parts) or parts[place].tag != tag:
        raise NotBER
    return parts[place].content
