"""The parts that AgentX PDUs are made of: numbers, object identifiers, strings, values (RFC 2741, section 5)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple, cast

from ..errors import AgentXError
from ..snmp.objects import MOST_NUMBERS, Oid, Syntax, Value
from . import words

__all__ = ["Reader", "SearchRange", "VarBind", "Writer"]

#: Most names begin with it; AgentX leaves it out (the same section).
_INTERNET = (1, 3, 6, 1)

#: v.type (RFC 2741, section 5.4).
_TYPES = {
    Syntax.INTEGER: 2,
    Syntax.STRING: 4,
    Syntax.NULL: 5,
    Syntax.OID: 6,
    Syntax.ADDRESS: 64,
    Syntax.COUNTER: 65,
    Syntax.GAUGE: 66,
    Syntax.TICKS: 67,
    Syntax.OPAQUE: 68,
    Syntax.COUNTER64: 70,
    Syntax.NO_SUCH_OBJECT: 128,
    Syntax.NO_SUCH_INSTANCE: 129,
    Syntax.END_OF_VIEW: 130,
}
_SYNTAXES = {number: syntax for syntax, number in _TYPES.items()}

_BYTES = frozenset({Syntax.STRING, Syntax.OPAQUE, Syntax.ADDRESS})
_NUMBERS = {
    Syntax.INTEGER: "i",
    Syntax.COUNTER: "I",
    Syntax.GAUGE: "I",
    Syntax.TICKS: "I",
    Syntax.COUNTER64: "Q",
}


class VarBind(NamedTuple):
    """A variable binding: the name of an object and its value, or what stands in place of one."""

    name: Oid
    value: Value


class SearchRange(NamedTuple):
    """Where to look: from `start` (which counts itself with `include`) up to `end`, which counts no more.

    An empty `end` sets no bound (RFC 2741, section 5.2).
    """

    start: Oid
    end: Oid = ()
    include: bool = False


class Writer:
    """Puts the parts of a PDU together; `network` is the byte order, big end first."""

    def __init__(self, *, network: bool = True) -> None:
        self._order = ">" if network else "<"
        self._parts: list[bytes] = []

    def payload(self) -> bytes:
        """What was written so far."""
        return b"".join(self._parts)

    def number(self, kind: str, value: int) -> None:
        """A number of a kind that `struct` knows: B, H, I, i, Q."""
        self._parts.append(struct.pack(self._order + kind, value))

    def oid(self, oid: Oid, *, include: bool = False) -> None:
        """An object identifier; an empty one is null (section 5.1)."""
        prefix = 0
        if oid[:4] == _INTERNET and len(oid) > 4 and 0 < oid[4] < 256:
            prefix, oid = oid[4], oid[5:]
        self._parts.append(struct.pack(f"{self._order}4B{len(oid)}I", len(oid), prefix, include, 0, *oid))

    def octets(self, data: bytes) -> None:
        """A string of bytes, filled up to a multiple of four (section 5.3)."""
        self._parts += (struct.pack(self._order + "I", len(data)), data, bytes(-len(data) % 4))

    def ranges(self, ranges: Iterable[SearchRange]) -> None:
        """A list of search ranges (section 5.2)."""
        for one in ranges:
            self.oid(one.start, include=one.include)
            self.oid(one.end)

    def varbinds(self, varbinds: Iterable[VarBind]) -> None:
        """A list of variable bindings (section 5.4)."""
        for name, (syntax, value) in varbinds:
            self._parts.append(struct.pack(self._order + "HH", _TYPES[syntax], 0))
            self.oid(name)
            if syntax in _NUMBERS:
                self.number(_NUMBERS[syntax], cast(int, value))
            elif syntax in _BYTES:
                self.octets(cast(bytes, value))
            elif syntax is Syntax.OID:
                self.oid(cast(Oid, value))


class Reader:
    """Takes a payload apart, and never reads beyond its end. Everything raises `AgentXError`."""

    def __init__(self, payload: bytes, *, network: bool = True) -> None:
        self._payload = payload
        self._order = ">" if network else "<"
        self._at = 0

    @property
    def rest(self) -> int:
        """Bytes that nobody has read."""
        return len(self._payload) - self._at

    def _take(self, count: int, sentence: str) -> bytes:
        if count > self.rest:
            raise AgentXError(sentence)
        self._at += count
        return self._payload[self._at - count : self._at]

    def number(self, kind: str) -> int:
        """A number of a kind that `struct` knows."""
        data = self._take(struct.calcsize(self._order + kind), words.CUT_NUMBER)
        return cast(int, struct.unpack(self._order + kind, data)[0])

    def oid(self) -> tuple[Oid, bool]:
        """An object identifier, and whether it counts itself."""
        count, prefix, include, _ = self._take(4, words.CUT_OID)
        if count > MOST_NUMBERS:
            raise AgentXError(words.TOO_MANY_NUMBERS.format(count=count, limit=MOST_NUMBERS))
        oid = struct.unpack(f"{self._order}{count}I", self._take(4 * count, words.CUT_OID))
        whole = (*_INTERNET, prefix, *oid) if prefix else oid
        if len(whole) > MOST_NUMBERS:
            raise AgentXError(words.TOO_MANY_NUMBERS.format(count=len(whole), limit=MOST_NUMBERS))
        return whole, bool(include)

    def octets(self) -> bytes:
        """A string of bytes."""
        length = self.number("I")
        return self._take(length + -length % 4, words.CUT_STRING)[:length]

    def ranges(self) -> tuple[SearchRange, ...]:
        """Search ranges up to the end of the payload."""
        ranges = []
        while self.rest:
            start, include = self.oid()
            if not self.rest:
                raise AgentXError(words.HALF_RANGE)
            ranges.append(SearchRange(start, self.oid()[0], include))
        return tuple(ranges)

    def varbinds(self) -> tuple[VarBind, ...]:
        """Variable bindings up to the end of the payload."""
        varbinds = []
        while self.rest:
            number = self.number("H")
            self.number("H")
            syntax = _SYNTAXES.get(number)
            if syntax is None:
                raise AgentXError(words.NO_SYNTAX.format(number=number))
            varbinds.append(VarBind(self.oid()[0], Value(syntax, self._value(syntax))))
        return tuple(varbinds)

    def _value(self, syntax: Syntax) -> int | bytes | Oid:
        if syntax in _NUMBERS:
            return self.number(_NUMBERS[syntax])
        if syntax is Syntax.OID:
            # A null one stands for 0.0 (RFC 2741, section 5.1; Net-SNMP sends zeroDotZero so).
            return self.oid()[0] or (0, 0)
        if syntax not in _BYTES:
            return 0
        data = self.octets()
        if syntax is Syntax.ADDRESS and len(data) != 4:
            raise AgentXError(words.NO_ADDRESS.format(count=len(data)))
        return data
