"""From raw rows to a plan: every bad cell is collected, and everything that can be understood is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ..catalog import load_catalog
from ..errors import BadRow, PlanFileError
from ..model import DEFAULT, Application, Block, Connection, Deployment, Host, ListeningPort, Purpose, Transport
from ..origin import Origin, Place
from . import words
from .cells import LONGEST_KEPT, READ, READ_KEPT, Link
from .columns import Column
from .port_cells import NONE, BadCell, opened
from .port_ids import PortIds
from .rows import RawRow

__all__ = ["MOST_BAD", "NONE", "Builder", "build"]

#: Bad cells kept of one file before the whole file is given up.
MOST_BAD = 10_000

#: "No application on this host"; a dash is no application, and no name either.
_NO_APPLICATION = frozenset({NONE, "nenhum", "nenhuma"})

_ORDER = {str(column): index for index, column in enumerate(Column)}

_OF_A_PORT = (Column.PORT_ID, Column.TRANSPORT, Column.PURPOSE, Column.ADDRESS)
#: What a row about a host alone cannot say. A team belongs to an application, or to the block of the row.
_OF_AN_APPLICATION = (Column.TYPE, *_OF_A_PORT, Column.CONNECTS_TO, Column.BACKUP, Column.SERVER_INFO_PORT)

#: What is true of an application as a whole, and of a host: said once, or the same each time.
_APPLICATION_FACTS = {
    Column.TYPE: words.OTHER_TYPE,
    Column.BACKUP: words.OTHER_BACKUP,
    Column.TEAM: words.OTHER_TEAM,
    Column.SERVER_INFO_PORT: words.OTHER_SERVER_INFO_PORT,
}
_HOST_FACTS = {
    Column.HOST_ADDRESS: words.OTHER_HOST_ADDRESS,
    Column.HOST_PLATFORM: words.OTHER_PLATFORM,
    Column.LCA_PORT: words.OTHER_LCA_PORT,
}


#: Characters of a bad value that are kept.
LONGEST_VALUE = 200

_Opened = tuple[int, int | None, Transport]


@dataclass(slots=True)
class _Application:
    """An application so far, with the row that first named it. `real` when a row that can be understood does."""

    name: str
    host: str
    place: Place
    ports: list[ListeningPort] = field(default_factory=list)
    connections: dict[Connection, Place] = field(default_factory=dict)
    real: bool = False


def build(name: str, rows: Iterable[RawRow]) -> tuple[Deployment, list[BadRow]]:
    """The plan of all that can be understood, and every bad cell. Raises `PlanFileError` when there are too many."""
    builder = Builder()
    for raw in rows:
        builder.add(raw)
    return builder.plan(name), builder.bad


class Builder:
    """A plan while its rows come in, of one file or of several.

    A cell that cannot be read takes nothing else with it: the host and the application of its row stay, so that what
    other rows say of them is still true. Only a port needs all of its cells.
    """

    def __init__(self) -> None:
        self.bad: list[BadRow] = []
        #: Listening ports so far.
        self.ports = 0
        self._bad_before = 0
        self._hosts: dict[str, Place] = {}
        self._applications: dict[str, _Application] = {}
        self._facts: dict[Column, dict[str, tuple[Any, Place]]] = {
            column: {} for column in (*_APPLICATION_FACTS, *_HOST_FACTS)
        }
        self._ids = PortIds()
        self._blocks: dict[Block, None] = {}
        self._ignored: dict[Place, frozenset[str]] = {}
        #: Names that stand for one application on each host, such as LCA.
        self._everywhere: set[str] = set()

    def start_file(self) -> None:
        """The rows that follow are of another file; each may have its number of bad cells."""
        self._bad_before = len(self.bad)

    def add(self, raw: RawRow) -> None:
        """Takes one row. Raises `PlanFileError` when there are too many bad ones."""
        before = len(self.bad)
        place = Place(raw.file, raw.sheet, raw.row)
        values, unread = self._read(raw)
        if values or unread or raw.surplus:
            self._take(raw, place, values, unread)
        if len(self.bad) - before > 1:
            found = self.bad[before:]
            self.bad[before:] = sorted(found, key=lambda one: _ORDER.get(one.column, len(_ORDER)))

    def _read(self, raw: RawRow) -> tuple[dict[Column, Any], set[Column]]:
        """What the cells of a row say, and the columns that cannot be read."""
        values: dict[Column, Any] = {}
        unread: set[Column] = set()
        for column, cell in raw.cells.items():
            if cell:
                read = READ_KEPT if len(cell) <= LONGEST_KEPT else READ
                try:
                    value = read[column](cell)
                except BadCell as problem:
                    unread.add(column)
                    self._report(raw, column, str(problem), problem.code)
                else:
                    if value or (column is Column.PORT and value is not None):
                        values[column] = value
        return values, unread

    def _take(self, raw: RawRow, place: Place, values: dict[Column, Any], unread: set[Column]) -> None:
        host, name = values.get(Column.HOST), values.get(Column.APPLICATION)
        if host is None and Column.HOST not in unread:
            self._report(raw, Column.HOST, words.NO_HOST)
        if name is None and Column.APPLICATION not in unread:
            self._report(raw, Column.APPLICATION, words.NO_APPLICATION)
        if Column.IGNORE in values:
            self._ignored[place] = values[Column.IGNORE]
        for letters, cell in raw.surplus:
            self._report(raw, letters, words.SURPLUS, value=cell)
        if name is not None and name.casefold() in _NO_APPLICATION:
            self._only_host(raw, place, values, unread, host)
            return
        ports = self._opened(raw, values, unread, name)
        # Where a separator too many shifts cells, each of them may stand under a wrong name.
        if host is None or name is None or raw.surplus:
            return
        application = self._application(raw, place, values, host, name)
        if application is None:
            return
        self._host(raw, place, values, host)
        name = application.name
        application.real = True
        for column, sentence in _APPLICATION_FACTS.items():
            if column in values:
                self._agree(raw, place, column, name, values[column], sentence)
        if Column.BLOCK in values:
            self._block(values, host)
        for link in values.get(Column.CONNECTS_TO, ()):
            application.connections.setdefault(_connection(name, link), place)
        # The id of a row counts even where its port is bad.
        stated = values.get(Column.PORT_ID)
        if stated is None or values.get(Column.PORT) == () or self._states(raw, place, application, stated):
            self._open(application, place, values, ports)

    def _opened(
        self, raw: RawRow, values: Mapping[Column, Any], unread: set[Column], name: str | None
    ) -> Iterable[_Opened]:
        """The ports that a row opens, as number, last number and transport; none where a cell of them is bad."""
        numbers = values.get(Column.PORT)
        if numbers:
            if unread and not unread.isdisjoint(_OF_A_PORT):
                return ()
            groups = values.get(Column.TRANSPORT, ())
            try:
                return tuple(opened(numbers, groups))
            except BadCell as problem:
                self._report(raw, Column.PORT, str(problem))
        elif numbers is not None:
            for column in _OF_A_PORT:
                if column in values:
                    self._report(raw, column, words.PORT_NONE_WITH)
        elif Column.PORT not in unread:
            self._report(raw, Column.PORT, words.NO_PORT)
        return ()

    def _only_host(
        self, raw: RawRow, place: Place, values: dict[Column, Any], unread: set[Column], host: str | None
    ) -> None:
        for column in _OF_AN_APPLICATION:
            if column in values:
                self._report(raw, column, words.APPLICATION_NONE_WITH)
        if values.get(Column.PORT):
            self._report(raw, Column.PORT, words.APPLICATION_NONE_WITH)
        if host is None or raw.surplus:
            return
        self._host(raw, place, values, host)
        if Column.BLOCK in values:
            self._block(values, host)

    def _host(self, raw: RawRow, place: Place, values: dict[Column, Any], host: str) -> None:
        self._hosts.setdefault(host, place)
        for column, sentence in _HOST_FACTS.items():
            if column in values:
                self._agree(raw, place, column, host, values[column], sentence)

    def _application(
        self, raw: RawRow, place: Place, values: Mapping[Column, Any], host: str, name: str
    ) -> _Application | None:
        """The application of a row; None where it stands on another host."""
        application = self._applications.get(name)
        if application is not None and application.host != host and _runs_everywhere(name, values.get(Column.TYPE, "")):
            self._everywhere.add(name)
            name = f"{name}@{host}"
            application = self._applications.get(name)
        if application is None:
            application = self._applications[name] = _Application(name, host, place)
        elif application.host != host:
            row = _row(application.place, raw)
            self._report(raw, Column.HOST, words.OTHER_HOST.format(name=name, value=application.host, row=row))
            return None
        return application

    def _agree(self, raw: RawRow, place: Place, column: Column, name: str, value: Any, sentence: str) -> None:
        said, where = self._facts[column].setdefault(name, (value, place))
        if said != value and not (column is Column.TYPE and said.casefold() == value.casefold()):
            self._report(raw, column, sentence.format(name=name, value=said, row=_row(where, raw)))

    def _block(self, values: Mapping[Column, Any], host: str) -> None:
        team = values.get(Column.TEAM, "")
        for first, last in values[Column.BLOCK]:
            self._blocks[Block(first=first, last=last, host="" if team else host, team=team)] = None

    def _states(self, raw: RawRow, place: Place, application: _Application, port_id: str) -> bool:
        """Whether the row that states this port id has it; a port that was only given it gets another."""
        name = application.name
        if holder := self._ids.state(name, port_id, place):
            told = words.PORT_ID_TWICE.format(name=name, value=port_id, row=_row(holder, raw))
            self._report(raw, Column.PORT_ID, told)
            return False
        if holder := self._ids.give_way(name, port_id, place):
            index = next(index for index, port in enumerate(application.ports) if port.port_id == port_id)
            port = application.ports[index]
            application.ports[index] = replace(port, port_id=self._ids.give(name, port, holder))
        return True

    def _open(
        self, application: _Application, place: Place, values: Mapping[Column, Any], ports: Iterable[_Opened]
    ) -> None:
        stated = values.get(Column.PORT_ID)
        beside: tuple[str, str] | None = None
        for number, last, transport in ports:
            port = ListeningPort(
                number=number,
                last=last,
                transport=transport,
                purpose=values.get(Column.PURPOSE, Purpose.COMMUNICATION),
                port_id=stated or DEFAULT,
                address=values.get(Column.ADDRESS, ""),
            )
            if beside or not stated:
                port_id = self._ids.give(application.name, port, place, beside)
                if port_id != port.port_id:
                    port = replace(port, port_id=port_id)
            beside = beside or (port.port_id, port.number_text)
            application.ports.append(port)
            self.ports += 1

    def _report(self, raw: RawRow, column: str, message: str, code: str = "", value: str | None = None) -> None:
        # The value is bounded too: thousands of bad rows are kept.
        value = (raw.cells.get(Column(column), "") if value is None else value)[: 4 * LONGEST_VALUE].strip()
        if len(value) > LONGEST_VALUE:
            value = value[: LONGEST_VALUE - 1] + "…"
        found = BadRow(
            file=raw.file, sheet=raw.sheet, row=raw.row, column=str(column), value=value, message=message, code=code
        )
        self.bad.append(found)
        if len(self.bad) - self._bad_before > MOST_BAD:
            text = words.TOO_MANY_BAD.format(most=f"{MOST_BAD:,}", first=self.bad[self._bad_before])
            raise PlanFileError(raw.file, text)

    def plan(self, name: str) -> Deployment:
        """The plan of all that could be understood so far."""
        real = [one for one in self._applications.values() if one.real]
        connections = dict(self._connections(real))
        origin = Origin(
            ports={
                key: self._ids.places[key] for one in real for port in one.ports for key in ((one.name, port.port_id),)
            },
            applications={one.name: one.place for one in real},
            hosts=self._hosts,
            connections=connections,
            ignored=self._ignored,
        )
        return Deployment(
            name=name,
            hosts=tuple(
                Host(
                    name=host,
                    address=self._fact(Column.HOST_ADDRESS, host),
                    platform=self._fact(Column.HOST_PLATFORM, host),
                    lca_port=self._fact(Column.LCA_PORT, host),
                )
                for host in self._hosts
            ),
            applications=tuple(
                Application(
                    name=one.name,
                    host=one.host,
                    type=self._fact(Column.TYPE, one.name, ""),
                    ports=tuple(one.ports),
                    backup=self._fact(Column.BACKUP, one.name, ""),
                    server_info_port=self._fact(Column.SERVER_INFO_PORT, one.name),
                    team=self._fact(Column.TEAM, one.name, ""),
                )
                for one in real
            ),
            connections=tuple(connections),
            blocks=tuple(self._blocks),
            origin=origin,
        )

    def _fact(self, column: Column, name: str, unknown: Any = None) -> Any:
        fact = self._facts[column].get(name)
        return unknown if fact is None else fact[0]

    def _connections(self, applications: Iterable[_Application]) -> Iterator[tuple[Connection, Place]]:
        # Grouped by client, whatever the order of the rows: a saved sheet then reads the same again.
        for application in applications:
            for connection, place in application.connections.items():
                own = f"{connection.server}@{application.host}"
                if connection.server in self._everywhere and own in self._applications:
                    # Of what runs on every host, a client means that of its own.
                    connection = replace(connection, server=own)
                yield connection, place


def _connection(client: str, link: Link) -> Connection:
    return Connection(client=client, **link._asdict())


@lru_cache(maxsize=1024)
def _runs_everywhere(name: str, kind: str) -> bool:
    """Whether this is a component that each host has for itself: its port is set in the Host object (LCA, GDA)."""
    catalog = load_catalog()
    known = next((one for one in (kind, name) if one and catalog.has(one)), None)
    return known is not None and any(
        port.set_where.startswith("Host object") for port in catalog.component(known).ports
    )


def _row(place: Place, raw: RawRow) -> str:
    """The place of another row as a sentence about `raw` names it."""
    sheet = place.sheet if place.file != raw.file or place.sheet != raw.sheet else ""
    if place.file == raw.file:
        sentence = words.ROW_OF_SHEET if sheet else words.ROW
    else:
        sentence = words.ROW_OF_SHEET_OF_FILE if sheet else words.ROW_OF_FILE
    return sentence.format(row=place.row, sheet=sheet, file=place.file)
