"""From raw rows to a plan: every bad cell is collected, and every good row is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ..errors import BadRow, PlanFileError
from ..model import Application, Connection, Deployment, Host, ListeningPort, Platform
from . import words
from .cells import (
    BadCell,
    clean,
    read_address,
    read_connections,
    read_name,
    read_platform,
    read_port,
    read_port_id,
    read_purpose,
    read_transport,
)
from .rows import Column, RawRow

__all__ = ["MOST_BAD", "NONE", "Builder", "build"]

#: Bad cells kept before the whole file is given up.
MOST_BAD = 10_000

#: What stands for "no application on this host" and "no port of this application".
NONE = "none"

_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Host:
    """A host so far, with the rows that first told what is known; `real` when a good row names it."""

    name: str
    address: str = ""
    address_row: int = 0
    platform: Platform | None = None
    platform_row: int = 0
    real: bool = False


@dataclass(slots=True)
class _Application:
    """An application so far. A bad row still counts against later rows; only good rows enter the plan."""

    name: str
    host: str
    row: int
    type: str = ""
    type_row: int = 0
    id_rows: dict[str, int] = field(default_factory=dict)
    ports: list[ListeningPort] = field(default_factory=list)
    connections: dict[Connection, None] = field(default_factory=dict)
    real: bool = False


class _Row:
    """One raw row while it is read: hands out values, and files what is bad."""

    def __init__(self, raw: RawRow, bad: list[BadRow]) -> None:
        self.raw = raw
        self.number = raw.row
        self._bad = bad
        self._before = len(bad)

    @property
    def good(self) -> bool:
        return len(self._bad) == self._before

    def text(self, column: Column) -> str:
        cell = self.raw.cells.get(column, "")
        if not cell:
            return ""
        try:
            return clean(cell)
        except BadCell as problem:
            self.report(column, str(problem), cell)
            return ""

    def value(self, column: Column, read: Callable[[str], _Value]) -> _Value | None:
        before = len(self._bad)
        text = self.text(column)
        if len(self._bad) > before:
            return None
        try:
            return read(text)
        except BadCell as problem:
            self.report(column, str(problem))
            return None

    def report(self, column: str, message: str, value: str | None = None) -> None:
        if value is None:
            value = self.raw.cells.get(Column(column), "").strip()
        place = self.raw
        # The value is bounded too: thousands of bad rows are kept.
        value = value if len(value) <= 200 else value[:199] + "…"
        found = BadRow(
            file=place.file,
            sheet=place.sheet,
            row=place.row,
            column=str(column),
            value=value,
            message=message,
        )
        self._bad.append(found)
        if len(self._bad) > MOST_BAD:
            text = words.TOO_MANY_BAD.format(most=f"{MOST_BAD:,}", first=self._bad[0])
            raise PlanFileError(place.file, text)


def build(name: str, rows: Iterable[RawRow]) -> tuple[Deployment, list[BadRow]]:
    """The plan of all good rows, and every bad cell. Raises `PlanFileError` when there are too many."""
    builder = Builder()
    for raw in rows:
        builder.add(raw)
    return builder.plan(name), builder.bad


class Builder:
    """A plan while its rows come in, of one file or of several."""

    def __init__(self) -> None:
        self.bad: list[BadRow] = []
        self.ports = 0
        self.hosts: dict[str, _Host] = {}
        self.applications: dict[str, _Application] = {}

    def add(self, raw: RawRow) -> None:
        """Takes one row. Raises `PlanFileError` when there are too many bad ones."""
        row = _Row(raw, self.bad)
        for letters, cell in raw.surplus:
            row.report(letters, words.SURPLUS, cell.strip())
        host = self._host(row)
        name = row.value(Column.APPLICATION, lambda text: read_name(text, words.NO_APPLICATION))
        if name is not None and name.casefold() == NONE:
            self._only_host(row, host)
            return
        port_id = row.value(Column.PORT_ID, read_port_id)
        port = self._port(row, port_id)
        connections = row.value(Column.CONNECTS_TO, lambda text: list(read_connections(name or "", text)))
        kind = row.text(Column.TYPE)
        if host is None or name is None:
            return
        application = self.applications.setdefault(name, _Application(name, host.name, row.number))
        self._same_application(row, application, host, kind)
        if port_id is not None and not self._says_none(row):
            first = application.id_rows.setdefault(port_id, row.number)
            if first != row.number:
                message = words.PORT_ID_TWICE.format(application=name, port_id=port_id, row=first)
                row.report(Column.PORT_ID, message)
        if not row.good:
            return
        host.real = application.real = True
        if port is not None:
            application.ports.append(port)
            self.ports += 1
        application.connections.update(dict.fromkeys(connections or ()))

    def _host(self, row: _Row) -> _Host | None:
        name = row.value(Column.HOST, lambda text: read_name(text, words.NO_HOST))
        address = row.value(Column.HOST_ADDRESS, lambda text: read_address(text, words.BAD_HOST_ADDRESS))
        platform = row.value(Column.HOST_PLATFORM, read_platform)
        if name is None:
            return None
        host = self.hosts.setdefault(name, _Host(name))
        if address and not host.address:
            host.address, host.address_row = address, row.number
        elif address and address != host.address:
            told = words.OTHER_HOST_ADDRESS.format(host=name, address=host.address, row=host.address_row)
            row.report(Column.HOST_ADDRESS, told)
        if platform and not host.platform:
            host.platform, host.platform_row = platform, row.number
        elif platform and platform is not host.platform:
            told = words.OTHER_PLATFORM.format(host=name, platform=host.platform, row=host.platform_row)
            row.report(Column.HOST_PLATFORM, told)
        return host

    def _only_host(self, row: _Row, host: _Host | None) -> None:
        for column in (Column.TYPE, *_OF_A_PORT, Column.CONNECTS_TO):
            if row.text(column):
                row.report(column, words.APPLICATION_NONE_WITH)
        if not self._says_none(row) and row.text(Column.PORT):
            row.report(Column.PORT, words.APPLICATION_NONE_WITH)
        if host is not None and row.good:
            host.real = True

    @staticmethod
    def _says_none(row: _Row) -> bool:
        return row.raw.cells.get(Column.PORT, "").strip().casefold() == NONE

    def _port(self, row: _Row, port_id: str | None) -> ListeningPort | None:
        if self._says_none(row):
            for column in _OF_A_PORT:
                if row.text(column):
                    row.report(column, words.PORT_NONE_WITH)
            return None
        numbers = row.value(Column.PORT, read_port)
        transport = row.value(Column.TRANSPORT, read_transport)
        purpose = row.value(Column.PURPOSE, read_purpose)
        address = row.value(Column.ADDRESS, read_address)
        if numbers is None or transport is None or purpose is None or address is None or port_id is None:
            return None
        number, last = numbers
        return ListeningPort(
            number=number, last=last, transport=transport, purpose=purpose, port_id=port_id, address=address
        )

    @staticmethod
    def _same_application(row: _Row, application: _Application, host: _Host, kind: str) -> None:
        if application.host != host.name:
            told = words.OTHER_HOST.format(application=application.name, host=application.host, row=application.row)
            row.report(Column.HOST, told)
        if kind and not application.type:
            application.type, application.type_row = kind, row.number
        elif kind and kind.casefold() != application.type.casefold():
            told = words.OTHER_TYPE.format(
                application=application.name, type=application.type, row=application.type_row
            )
            row.report(Column.TYPE, told)

    def plan(self, name: str) -> Deployment:
        """The plan of all good rows so far."""
        real = [one for one in self.applications.values() if one.real]
        return Deployment(
            name=name,
            hosts=tuple(
                Host(name=host.name, address=host.address or None, platform=host.platform)
                for host in self.hosts.values()
                if host.real
            ),
            applications=tuple(
                Application(name=one.name, host=one.host, type=one.type, ports=tuple(one.ports)) for one in real
            ),
            connections=tuple(_connections(real)),
        )


_OF_A_PORT = (Column.PORT_ID, Column.TRANSPORT, Column.PURPOSE, Column.ADDRESS)


def _connections(applications: Iterable[_Application]) -> Iterator[Connection]:
    # Grouped by client, whatever the order of the rows: a saved sheet then reads the same again.
    for application in applications:
        yield from application.connections
