"""A message of AgentX by its fields: its header, and the objects it speaks of by their names (RFC 2741, section 6)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from . import words
from .agentx import HEADER, RESPONSE
from .snmp import STATUSES, octets_text
from .text import Names

__all__ = ["agentx_fields"]

_VERSION, _CONTEXT, _NETWORK = 1, 0x08, 0x10
_OPEN, _CLOSE, _REGISTER, _UNREGISTER, _GET, _GET_NEXT, _GET_BULK, _ADD_CAPS = 1, 2, 3, 4, 5, 6, 7, 16
_REMOVE_CAPS = 17
#: Those whose payload is a list of objects with their values.
_WITH_VALUES = frozenset({8, 12, 14, 15})
#: Those that have a context, where a bit of the header says so.
_WITH_CONTEXT = frozenset({3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17})

#: What many names begin with; a byte stands for the number that follows (section 5.1).
_INTERNET = (1, 3, 6, 1)
_MOST_NUMBERS = 128

# v.type (section 5.4)
_INTEGER, _STRING, _OID, _ADDRESS, _OPAQUE, _COUNTER64, _TICKS = 2, 4, 6, 64, 68, 70, 67
_WORDS = frozenset({65, 66})
_NOT_THERE = {5: words.ASKED, **words.NOT_THERE}


class _Reader:
    """Takes a payload apart, and never reads beyond its end: `ValueError`."""

    def __init__(self, payload: bytes, order: str, names: Names) -> None:
        self._payload, self._order, self._names = payload, order, names
        self._at = 0

    @property
    def rest(self) -> int:
        return len(self._payload) - self._at

    def take(self, count: int) -> bytes:
        if count > self.rest:
            raise ValueError
        self._at += count
        return self._payload[self._at - count : self._at]

    def number(self, kind: str) -> int:
        value: int = struct.unpack(self._order + kind, self.take(struct.calcsize(self._order + kind)))[0]
        return value

    def oid(self) -> str:
        count, prefix, _, _ = self.take(4)
        if count > _MOST_NUMBERS:
            raise ValueError
        numbers = struct.unpack(f"{self._order}{count}I", self.take(4 * count))
        return self._names.object((*_INTERNET, prefix, *numbers) if prefix else numbers)

    def octets(self) -> str:
        length = self.number("I")
        return octets_text(self.take(length + -length % 4)[:length], self._names)

    def value(self, kind: int) -> str:
        if kind in _NOT_THERE:
            return _NOT_THERE[kind]
        if kind == _TICKS:
            # Hundredths of a second since something began: another number on each run.
            self.number("I")
            return words.TICKS
        if kind == _INTEGER:
            return str(self.number("i"))
        if kind in _WORDS:
            return str(self.number("I"))
        if kind == _COUNTER64:
            return str(self.number("Q"))
        if kind == _OID:
            return self.oid()
        if kind in (_STRING, _ADDRESS, _OPAQUE):
            return self.octets()
        raise ValueError


def agentx_fields(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    """The fields in their order. Raises `ValueError` where it is no AgentX."""
    if len(payload) < HEADER or payload[0] != _VERSION or not 0 < payload[1] <= len(words.AGENTX_NAMES):
        raise ValueError
    kind, flags = payload[1], payload[2]
    order = ">" if flags & _NETWORK else "<"
    session, transaction, packet, length = struct.unpack_from(f"{order}4I", payload, 4)
    yield words.AGENTX_FIELD, words.AGENTX_NAMES[kind - 1]
    yield words.SESSION_FIELD, str(session)
    yield words.TRANSACTION_FIELD, str(transaction)
    yield words.PACKET_FIELD, str(packet)
    yield words.ORDER_FIELD, words.BIG_END if flags & _NETWORK else words.LITTLE_END
    yield words.LENGTH_FIELD, words.LENGTH.format(count=length)
    if length != len(payload) - HEADER:
        raise ValueError
    reader = _Reader(payload[HEADER:], order, names)
    if flags & _CONTEXT and kind in _WITH_CONTEXT:
        yield words.CONTEXT_FIELD, reader.octets()
    yield from _content(kind, reader)


def _content(kind: int, reader: _Reader) -> Iterator[tuple[str, str]]:
    if kind == RESPONSE:
        yield words.UP_TIME_FIELD, reader.value(_TICKS)
        error, index = reader.number("H"), reader.number("H")
        yield words.ERROR_FIELD, _error(error, index)
        yield from _values(reader)
    elif kind in _WITH_VALUES:
        yield from _values(reader)
    elif kind == _GET_BULK:
        yield words.BULK_FIELD, words.BULK.format(once=reader.number("H"), rows=reader.number("H"))
        yield from _ranges(reader)
    elif kind in (_GET, _GET_NEXT):
        yield from _ranges(reader)
    elif kind == _OPEN:
        reader.take(4)
        yield words.IDENTIFIER_FIELD, reader.oid()
        yield words.DESCRIPTION_FIELD, reader.octets()
    elif kind == _CLOSE:
        reason = reader.number("B")
        yield words.REASON_FIELD, words.CLOSE_REASONS.get(reason, str(reason))
    elif kind in (_REGISTER, _UNREGISTER):
        yield words.PRIORITY_FIELD, str(reader.take(4)[1])
        yield words.SUBTREE_FIELD, reader.oid()
    elif kind in (_ADD_CAPS, _REMOVE_CAPS):
        yield words.IDENTIFIER_FIELD, reader.oid()
        if kind == _ADD_CAPS:
            yield words.DESCRIPTION_FIELD, reader.octets()


def _error(error: int, index: int) -> str:
    named = STATUSES[error] if error < len(STATUSES) else words.AGENTX_ERRORS.get(error, str(error))
    return (words.ERROR_VALUE_AT if index else words.ERROR_VALUE).format(error=named, place=index)


def _values(reader: _Reader) -> Iterator[tuple[str, str]]:
    while reader.rest:
        kind = reader.number("H")
        reader.take(2)
        name = reader.oid()
        yield name, reader.value(kind)


def _ranges(reader: _Reader) -> Iterator[tuple[str, str]]:
    while reader.rest:
        start, end = reader.oid(), reader.oid()
        yield start, words.UP_TO.format(end=end) if end else words.ASKED
