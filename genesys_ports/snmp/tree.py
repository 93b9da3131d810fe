"""The managed objects of applications, in the order of their numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from .names import OBJECTS, ROOT, TABLES, TableType, enumeration, oid_of
from .objects import (
    END_OF_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    ApplicationFacts,
    ConnectionFacts,
    Oid,
    PortFacts,
    Syntax,
    SystemFacts,
    Value,
)

__all__ = ["LONGEST_TEXT", "Tree", "display_string"]

#: Characters of a text (DisplayString, RFC 2579, section 2).
LONGEST_TEXT = 255

#: What a number of 32 bits can hold: a gauge stays at its most, a counter begins anew (RFC 2578, sections 7.1.6 and
#: 7.1.7).
_MOST = 2**32 - 1

_Facts = ApplicationFacts | PortFacts | ConnectionFacts
_index = attrgetter("index")


def display_string(text: str) -> Value:
    """The text as a DisplayString: letters of NVT ASCII alone, 255 of them at most; a `?` for each other one."""
    kept = "".join(letter if " " <= letter <= "~" else "?" for letter in text[:LONGEST_TEXT])
    return Value(Syntax.STRING, kept.encode("ascii"))


def _gauge(number: int) -> Value:
    return Value(Syntax.GAUGE, min(max(number, 0), _MOST))


def _counter(number: int) -> Value:
    return Value(Syntax.COUNTER, number & _MOST)


def _ticks(hundredths: int) -> Value:
    return Value(Syntax.TICKS, hundredths & _MOST)


_APPLICATION: dict[str, Callable[[ApplicationFacts], Value]] = {
    "gpApplicationName": lambda one: display_string(one.name),
    "gpApplicationType": lambda one: display_string(one.type),
    "gpApplicationHost": lambda one: display_string(one.host),
    "gpApplicationState": lambda one: Value(Syntax.INTEGER, int(one.state)),
    "gpApplicationUpTime": lambda one: _ticks(one.started),
    "gpApplicationPorts": lambda one: _gauge(len(one.ports)),
    "gpApplicationConnections": lambda one: _gauge(len(one.connections)),
    "gpApplicationClients": lambda one: _gauge(one.clients),
    "gpApplicationSent": lambda one: _counter(one.sent),
    "gpApplicationReceived": lambda one: _counter(one.received),
}
_PORT: dict[str, Callable[[PortFacts], Value]] = {
    "gpPortId": lambda port: display_string(port.port_id),
    "gpPortNumber": lambda port: _gauge(port.number),
    "gpPortLastNumber": lambda port: _gauge(port.last or port.number),
    "gpPortTransport": lambda port: Value(Syntax.INTEGER, enumeration(port.transport)),
    "gpPortPurpose": lambda port: Value(Syntax.INTEGER, enumeration(port.purpose)),
    "gpPortState": lambda port: Value(Syntax.INTEGER, enumeration(port.state)),
}
_CONNECTION: dict[str, Callable[[ConnectionFacts], Value]] = {
    "gpConnectionServer": lambda one: display_string(one.server),
    "gpConnectionPort": lambda one: display_string(one.port),
    "gpConnectionState": lambda one: Value(Syntax.INTEGER, enumeration(one.state)),
}


class _Column:
    """One column of a table. `rows` gives the rows of one application; None where the application itself is the row."""

    def __init__(
        self, oid: Oid, cell: Callable[..., Value], rows: Callable[[ApplicationFacts], Sequence[_Facts]] | None
    ) -> None:
        self.oid = oid
        self._cell = cell
        self._rows = rows
        self._depth = 1 if rows is None else 2

    def get(self, place: Oid, applications: Sequence[ApplicationFacts]) -> Value | None:
        """The cell of this row."""
        if len(place) != self._depth:
            return None
        at = bisect_left(applications, place[0], key=_index)
        if at == len(applications) or applications[at].index != place[0]:
            return None
        one = applications[at]
        if self._rows is None:
            return self._cell(one)
        rows = self._rows(one)
        return self._cell(rows[place[1] - 1]) if 0 < place[1] <= len(rows) else None

    def next(self, place: Oid, applications: Sequence[ApplicationFacts]) -> tuple[Oid, Value] | None:
        """The first cell behind this place in the column, with its own place."""
        first = place[0] if place else 0
        if self._rows is None:
            at = bisect_right(applications, first, key=_index) if place else 0
            if at == len(applications):
                return None
            one = applications[at]
            return (*self.oid, one.index), self._cell(one)
        for at in range(bisect_left(applications, first, key=_index) if place else 0, len(applications)):
            one = applications[at]
            rows = self._rows(one)
            after = place[1] if len(place) > 1 and one.index == first else 0
            if after < len(rows):
                return (*self.oid, one.index, after + 1), self._cell(rows[after])
        return None


class _Scalar:
    """One object that exists once."""

    def __init__(self, oid: Oid, value: Callable[[], Value]) -> None:
        self.oid = oid
        self._value = value

    def get(self, place: Oid) -> Value | None:
        """Its value, at its only place."""
        return self._value() if place == (0,) else None

    def next(self, place: Oid) -> tuple[Oid, Value] | None:
        """It, unless that place is its own or behind it."""
        return None if place else ((*self.oid, 0), self._value())


class Tree:
    """What an agent answers from: the system group, and a table of applications, of their ports, and of connections.

    `applications` is asked anew for each answer that needs it; its sequence is in the order of `index`, and need not be
    a list: only what is asked for is taken out of it.
    """

    def __init__(self, system: SystemFacts, applications: Callable[[], Sequence[ApplicationFacts]]) -> None:
        self._applications = applications
        nodes: list[_Scalar | _Column] = [*_scalars(system), *_columns()]
        nodes.sort(key=attrgetter("oid"))
        self._nodes = {node.oid: node for node in nodes}
        self._oids = [node.oid for node in nodes]
        self._lengths = sorted({len(oid) for oid in self._oids})

    def get(self, oid: Oid) -> Value | None:
        """The value of exactly this object; None where there is none."""
        value = self.look(oid)
        return value if value.is_there else None

    def look(self, oid: Oid) -> Value:
        """The value of exactly this object, or what stands in its place (RFC 3416, section 4.2.1)."""
        for length in self._lengths:
            node = self._nodes.get(oid[:length])
            if node is not None:
                place = oid[length:]
                value = node.get(place) if isinstance(node, _Scalar) else node.get(place, self._applications())
                return NO_SUCH_INSTANCE if value is None else value
        return NO_SUCH_OBJECT

    def next(self, oid: Oid) -> tuple[Oid, Value] | None:
        """The first object after this number, which need not exist; None at the end."""
        # The last node whose number is not behind this one may have it; if not, the next one that has anything.
        at = max(bisect_right(self._oids, oid) - 1, 0)
        applications: Sequence[ApplicationFacts] | None = None
        for number in self._oids[at:]:
            node = self._nodes[number]
            if oid[: len(number)] == number:
                place = oid[len(number) :]
            elif oid < number:
                place = ()
            else:
                continue
            if isinstance(node, _Scalar):
                found = node.next(place)
            else:
                if applications is None:
                    applications = self._applications()
                found = node.next(place, applications)
            if found is not None:
                return found
        return None

    def read(self, oids: Sequence[Oid], told: Callable[[Sequence[Value]], None]) -> None:
        """Tell what `look` says of each."""
        told([self.look(oid) for oid in oids])

    def read_next(self, oids: Sequence[Oid], told: Callable[[Sequence[tuple[Oid, Value]]], None]) -> None:
        """Tell what `next` says of each; `END_OF_VIEW` where there is none."""
        told([self.next(oid) or (oid, END_OF_VIEW) for oid in oids])


def _scalars(system: SystemFacts) -> Iterator[_Scalar]:
    agent = oid_of("gpAgent") or ROOT
    values: dict[str, Callable[[], Value]] = {
        "sysDescr": lambda: display_string(system.descr),
        "sysObjectID": lambda: Value(Syntax.OID, agent),
        "sysUpTime": lambda: _ticks(system.up_time()),
        "sysContact": lambda: display_string(system.contact),
        "sysName": lambda: display_string(system.name),
        "sysLocation": lambda: display_string(system.location),
        "sysServices": lambda: Value(Syntax.INTEGER, system.services),
    }
    return (_Scalar(OBJECTS[name].oid, value) for name, value in values.items())


def _columns() -> Iterator[_Column]:
    yield from _table(TABLES["gpApplicationTable"], _APPLICATION, None)
    yield from _table(TABLES["gpPortTable"], _PORT, attrgetter("ports"))
    yield from _table(TABLES["gpConnectionTable"], _CONNECTION, attrgetter("connections"))


def _table(
    table: TableType,
    cells: dict[str, Callable[..., Value]],
    rows: Callable[[ApplicationFacts], Sequence[_Facts]] | None,
) -> Iterator[_Column]:
    return (_Column(one.oid, cells[one.name], rows) for one in table.columns if not one.is_index)
