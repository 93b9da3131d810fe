"""From raw rows to a plan: every bad cell is collected, and everything that can be understood is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import BadRow, PlanFileError
from ..model import DEFAULT, Application, Block, Connection, Deployment, Host, ListeningPort, Purpose, Transport
from ..origin import Origin, Place
from . import words
from .cells import LONGEST_KEPT, READ, READ_KEPT, host_and_address
from .columns import Column
from .elsewhere import row_text, runs_everywhere
from .port_cells import NONE, BadCell, opened
from .port_ids import PortIds
from .rows import RawRow

__all__ = ["MOST_BAD", "MOST_PORTS", "NONE", "Builder", "build"]

#: Bad cells kept of one file before the whole file is given up.
MOST_BAD = 10_000

#: Listening ports of one plan, and connections: a cell can hold hundreds of each, a file a million rows.
MOST_PORTS = 2_000_000

#: "No application on this host"; a dash is no application, and no name either.
_NO_APPLICATION = frozenset({NONE, "nenhum", "nenhuma"})
_LONGEST_NO_APPLICATION = max(map(len, _NO_APPLICATION))

_ORDER = {str(column): index for index, column in enumerate(Column)}

_OF_A_PORT = (Column.PORT_ID, Column.TRANSPORT, Column.PURPOSE, Column.ADDRESS)
#: What a row about a host alone cannot say. A team belongs to an application, or to the block of the row.
_OF_AN_APPLICATION = (
    Column.TYPE,
    *_OF_A_PORT,
    Column.PORT,
    Column.CONNECTS_TO,
    Column.BACKUP,
    Column.SERVER_INFO_PORT,
    Column.DN,
)

#: What is true of an application as a whole, and of a host: said once, or the same each time.
_APPLICATION_FACTS = {
    Column.TYPE: words.OTHER_TYPE,
    Column.BACKUP: words.OTHER_BACKUP,
    Column.TEAM: words.OTHER_TEAM,
    Column.SERVER_INFO_PORT: words.OTHER_SERVER_INFO_PORT,
    Column.DN: words.OTHER_DN,
}
_HOST_FACTS = {
    Column.HOST_ADDRESS: words.OTHER_HOST_ADDRESS,
    Column.HOST_PLATFORM: words.OTHER_PLATFORM,
    Column.LCA_PORT: words.OTHER_LCA_PORT,
}

#: Characters of a bad value that are kept.
LONGEST_VALUE = 200

_Opened = tuple[int, int | None, Transport]
_Facts = dict[Column, tuple[dict[str, tuple[Any, Place]], str]]


@dataclass(slots=True)
class _Application:
    """An application so far, with the row that first named it."""

    name: str
    host: str
    place: Place
    ports: list[ListeningPort] = field(default_factory=list)


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
        self._links: dict[Connection, Place] = {}
        #: What is said of each, with the row that says it first, and the sentence for one that says otherwise.
        self._of_applications: _Facts = {column: ({}, sentence) for column, sentence in _APPLICATION_FACTS.items()}
        self._of_hosts: _Facts = {column: ({}, sentence) for column, sentence in _HOST_FACTS.items()}
        self._ids = PortIds()
        self._blocks: dict[Block, None] = {}
        self._ignored: dict[Place, frozenset[str]] = {}
        self._ignored_by_all: frozenset[str] = frozenset()
        #: Names that stand for one application on each host, such as LCA.
        self._everywhere: set[str] = set()

    def start_file(self) -> None:
        """The rows that follow are of another file; each may have its number of bad cells."""
        self._bad_before = len(self.bad)

    def add(self, raw: RawRow) -> None:
        """Takes one row. Raises `PlanFileError` when there are too many bad ones."""
        before = len(self.bad)
        values, unread = self._read(raw)
        if Column.IGNORE in values and len(values) == 1 and not unread and not raw.surplus:
            # A row that says nothing else speaks of the whole plan.
            self._ignored[Place(raw.file, raw.sheet, raw.row)] = values[Column.IGNORE]
            self._ignored_by_all |= values[Column.IGNORE]
        elif any(values.values()) or unread or raw.surplus or Column.PORT in values:
            self._take(raw, Place(raw.file, raw.sheet, raw.row), values, unread)
        if len(self.bad) - before > 1:
            found = self.bad[before:]
            self.bad[before:] = sorted(found, key=lambda one: _ORDER.get(one.column, len(_ORDER)))

    def _read(self, raw: RawRow) -> tuple[dict[Column, Any], set[Column]]:
        """What the cells of a row say, and the columns that cannot be read."""
        values: dict[Column, Any] = {}
        unread: set[Column] = set()
        for column, cell in raw.cells.items():
            if cell:
                try:
                    values[column] = READ_KEPT[column](cell) if len(cell) <= LONGEST_KEPT else READ[column](cell)
                except BadCell as problem:
                    unread.add(column)
                    self._report(raw, column, str(problem), problem.code)
        return values, unread

    def _take(self, raw: RawRow, place: Place, values: dict[Column, Any], unread: set[Column]) -> None:
        host, name = values.get(Column.HOST), values.get(Column.APPLICATION)
        if host and " " in host:
            told, address = host_and_address(host)
            if address and values.get(Column.HOST_ADDRESS, address) == address and Column.HOST_ADDRESS not in unread:
                host, values[Column.HOST_ADDRESS] = told, address
        if not host and Column.HOST not in unread:
            self._report(raw, Column.HOST, words.NO_HOST)
        if not name and Column.APPLICATION not in unread:
            self._report(raw, Column.APPLICATION, words.NO_APPLICATION)
        if ignored := values.get(Column.IGNORE):
            self._ignored[place] = ignored
        for letters, cell in raw.surplus:
            self._report(raw, letters, words.SURPLUS, value=cell)
        # Where a separator too many shifts cells, each of them may stand under a wrong name.
        trusted = not raw.surplus
        if name and len(name) <= _LONGEST_NO_APPLICATION and name.casefold() in _NO_APPLICATION:
            self._only_host(raw, values)
            if host and trusted:
                self._host(raw, place, values, host)
            return
        ports = self._opened(raw, values, unread)
        if not (host and name and trusted and (application := self._application(raw, place, values, host, name))):
            return
        self._host(raw, place, values, host)
        name = application.name
        for column, (facts, sentence) in self._of_applications.items():
            if (value := values.get(column)) and facts.setdefault(name, (value, place))[0] != value:
                self._differ(raw, column, facts[name], name, value, sentence)
        if links := values.get(Column.CONNECTS_TO):
            for link in links:
                self._links.setdefault(link.of(name), place)
            if len(self._links) > MOST_PORTS:
                raise PlanFileError(place.file, words.TOO_MANY_CONNECTIONS.format(most=f"{MOST_PORTS:,}"))
        # The id of a row counts even where its port is bad.
        stated = values.get(Column.PORT_ID)
        if stated and values.get(Column.PORT) != ():
            holder = self._ids.places.setdefault((name, stated), place)
            if holder is not place and not self._give_way(raw, place, application, stated, holder):
                return
        if ports:
            self._open(application, place, values, stated, ports)

    def _opened(self, raw: RawRow, values: Mapping[Column, Any], unread: set[Column]) -> tuple[_Opened, ...]:
        """The ports that a row opens, as number, last number and transport; none where a cell of them is bad."""
        numbers = values.get(Column.PORT)
        if numbers:
            if unread and not unread.isdisjoint(_OF_A_PORT):
                return ()
            try:
                return opened(numbers, values.get(Column.TRANSPORT, ()))
            except BadCell as problem:
                self._report(raw, Column.PORT, str(problem))
        elif numbers is not None:
            for column in _OF_A_PORT:
                if values.get(column):
                    self._report(raw, column, words.PORT_NONE_WITH)
        elif Column.PORT not in unread:
            self._report(raw, Column.PORT, words.NO_PORT)
        return ()

    def _only_host(self, raw: RawRow, values: Mapping[Column, Any]) -> None:
        for column in _OF_AN_APPLICATION:
            if values.get(column):
                self._report(raw, column, words.APPLICATION_NONE_WITH)

    def _host(self, raw: RawRow, place: Place, values: Mapping[Column, Any], host: str) -> None:
        self._hosts.setdefault(host, place)
        for column, (facts, sentence) in self._of_hosts.items():
            if (value := values.get(column)) and facts.setdefault(host, (value, place))[0] != value:
                self._differ(raw, column, facts[host], host, value, sentence)
        if blocks := values.get(Column.BLOCK):
            team = values.get(Column.TEAM, "")
            owner = {"team": team} if team else {"host": host}
            self._blocks.update(dict.fromkeys(Block(first=first, last=last, **owner) for first, last in blocks))

    def _application(
        self, raw: RawRow, place: Place, values: Mapping[Column, Any], host: str, name: str
    ) -> _Application | None:
        """The application of a row; None where it stands on another host."""
        application = self._applications.get(name)
        if application is not None and application.host != host and runs_everywhere(name, values.get(Column.TYPE, "")):
            self._everywhere.add(name)
            name = f"{name}@{host}"
            application = self._applications.get(name)
        if application is None:
            application = self._applications[name] = _Application(name, host, place)
        elif application.host != host:
            row = row_text(application.place, raw)
            self._report(raw, Column.HOST, words.OTHER_HOST.format(name=name, value=application.host, row=row))
            return None
        return application

    def _differ(
        self, raw: RawRow, column: Column, said: tuple[Any, Place], name: str, value: Any, sentence: str
    ) -> None:
        if column is not Column.TYPE or said[0].casefold() != value.casefold():
            self._report(raw, column, sentence.format(name=name, value=said[0], row=row_text(said[1], raw)))

    def _give_way(self, raw: RawRow, place: Place, application: _Application, port_id: str, holder: Place) -> bool:
        """Whether the row that states a port id gets it: a port that was only given it takes another."""
        name = application.name
        index = self._ids.take_back(name, port_id, place)
        if index is None:
            told = words.PORT_ID_TWICE.format(name=name, value=port_id, row=row_text(holder, raw))
            self._report(raw, Column.PORT_ID, told)
            return False
        port = application.ports[index]
        application.ports[index] = replace(port, port_id=self._ids.give(name, port, index, holder))
        return True

    def _open(
        self,
        application: _Application,
        place: Place,
        values: Mapping[Column, Any],
        stated: str | None,
        ports: tuple[_Opened, ...],
    ) -> None:
        self.ports += len(ports)
        if self.ports > MOST_PORTS:
            raise PlanFileError(place.file, words.TOO_MANY_PORTS.format(most=f"{MOST_PORTS:,}"))
        purpose = values.get(Column.PURPOSE) or Purpose.COMMUNICATION
        address = values.get(Column.ADDRESS, "")
        beside: tuple[str, str] | None = None
        for number, last, transport in ports:
            port = ListeningPort(
                number=number,
                last=last,
                transport=transport,
                purpose=purpose,
                port_id=stated or DEFAULT,
                address=address,
            )
            if beside or not stated:
                port_id = self._ids.give(application.name, port, len(application.ports), place, beside)
                if port_id != port.port_id:
                    port = replace(port, port_id=port_id)
            if not beside and len(ports) > 1:
                beside = port.port_id, port.number_text
            application.ports.append(port)

    def _report(self, raw: RawRow, column: str, message: str, code: str = "", value: str | None = None) -> None:
        # The value is bounded too: thousands of bad rows are kept.
        value = (raw.cells.get(Column(column), "") if value is None else value)[: 4 * LONGEST_VALUE].strip()
        if len(value) > LONGEST_VALUE:
            value = value[: LONGEST_VALUE - 1] + "…"
        found = BadRow(
            file=raw.file, sheet=raw.sheet, row=raw.row, column=str(column), value=value, message=message, code=code
        )
        if not (raw.further and found in self.bad[-len(_ORDER) :]):
            self.bad.append(found)
        if len(self.bad) - self._bad_before > MOST_BAD:
            text = words.TOO_MANY_BAD.format(most=f"{MOST_BAD:,}", first=self.bad[self._bad_before])
            raise PlanFileError(raw.file, text)

    def plan(self, name: str) -> Deployment:
        """The plan of all that could be understood so far."""
        connections = dict(self._connections())
        places = self._ids.places
        if len(places) != self.ports:
            # The ids of bad rows too are taken, and stand for no port.
            keys = ((one.name, port.port_id) for one in self._applications.values() for port in one.ports)
            places = {key: places[key] for key in keys}
        origin = Origin(
            ports=places,
            applications={one.name: one.place for one in self._applications.values()},
            hosts=self._hosts,
            connections=connections,
            ignored=self._ignored,
            ignored_by_all=self._ignored_by_all,
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
                    dn=self._fact(Column.DN, one.name, ""),
                )
                for one in self._applications.values()
            ),
            connections=tuple(connections),
            blocks=tuple(self._blocks),
            origin=origin,
        )

    def _fact(self, column: Column, name: str, unknown: Any = None) -> Any:
        facts, _ = (self._of_hosts if column in self._of_hosts else self._of_applications)[column]
        fact = facts.get(name)
        return unknown if fact is None else fact[0]

    def _connections(self) -> Iterator[tuple[Connection, Place]]:
        # Grouped by client, whatever the order of the rows: a saved sheet then reads the same again.
        order = {name: index for index, name in enumerate(self._applications)}
        for connection, place in sorted(self._links.items(), key=lambda one: order[one[0].client]):
            if connection.server in self._everywhere:
                # Of what runs on every host, a client means that of its own.
                own = f"{connection.server}@{self._applications[connection.client].host}"
                if own in self._applications:
                    yield replace(connection, server=own), place
                    continue
            yield connection, place
