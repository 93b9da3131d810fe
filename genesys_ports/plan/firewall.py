"""`firewall_list`: who connects to whom, on which port, as the team that looks after the firewalls needs it.

From connections, not from messages: a firewall asks who opens. What a connection list cannot show (phones, voice, SNMP
polls, Local Control Agents) is listed below it, each row with its basis.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..model import Application, Connection, Deployment
from ..origin import Place
from ..table import Table, Tabled, one_line, sentences_html
from . import firewall_words as words
from .export import csv_bytes, markdown, workbook, write_form
from .firewall_rules import LISTED, Basis, Collector, FirewallRule, class_of
from .implied import LCA, imply

__all__ = ["FirewallList", "firewall_list"]


class FirewallList(Tabled):
    """The rules of one plan, in its order: first what it says, then what is documented, then what has to be asked.

    `notes` are sentences about what could not be made a rule; `local` counts the rules inside one host, which no
    firewall sees and which are left out.
    """

    __slots__ = ("local", "notes", "plan", "rows")

    def __init__(self, plan: str, rows: Sequence[FirewallRule], notes: Sequence[str] = (), local: int = 0) -> None:
        self.plan = plan
        self.rows = tuple(rows)
        self.notes = tuple(notes)
        self.local = local

    def __len__(self) -> int:
        return len(self.rows)

    def table(self) -> Table:
        """One row for each rule, without the columns that no rule fills; why a rule is there stands in `sentences`."""
        shown = (name for name in words.COLUMNS if name != words.NOTE)
        return self._table().only(*shown).without_empty_columns()

    def sentences(self) -> tuple[str, ...]:
        """Why rules are there that no connection names, each reason once; then the notes."""
        implied = (rule.note for rule in self.rows if rule.basis in (Basis.DOCUMENTED, Basis.TO_CONFIRM))
        reasons = list(dict.fromkeys(implied))
        if len(reasons) > LISTED:
            reasons[LISTED:] = [words.MORE_PROBLEMS.format(count=f"{len(reasons) - LISTED:,}")]
        return (*reasons, *self.notes)

    def _table(self) -> Table:
        count = len(self.rows)
        caption = words.CAPTIONS[count == 1, self.local > 0]
        cells = [_cells(rule) for rule in self.rows]
        return Table(words.COLUMNS, cells, caption.format(plan=self.plan, rules=f"{count:,}", local=f"{self.local:,}"))

    def __str__(self) -> str:
        return "\n".join([str(self.table()), *map(one_line, self.sentences())])

    def _repr_html_(self) -> str:
        return self.table()._repr_html_() + sentences_html(self.sentences())

    def to_csv(self) -> str:
        """Every rule and every column as CSV, safe to open in a spreadsheet."""
        return self._table().to_csv()

    def to_markdown(self) -> str:
        """Every rule as a Markdown table, and the sentences below it."""
        return markdown(self.table(), self.sentences())

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes a new file; its ending says which: .csv, .xlsx or .md.

        Raises `OutputFormatError`, `OutputExistsError`, `OutputWriteError`.
        """
        forms: dict[str, Callable[[], bytes]] = {
            ".csv": lambda: csv_bytes(self._table()),
            ".xlsx": lambda: workbook(self._table(), words.TITLE, (words.SOURCE_PORT, words.PORT), self.notes),
            ".md": lambda: self.to_markdown().encode(),
        }
        write_form(path, forms)

    def as_json(self) -> dict[str, Any]:
        """The list as JSON has it."""
        return {
            "plan": self.plan,
            "rows": [rule.as_json() for rule in self.rows],
            "local": self.local,
            "notes": list(self.notes),
        }


def _cells(rule: FirewallRule) -> tuple[object, ...]:
    return (
        *rule.source,
        words.ANY_PORT if rule.source_port is None else rule.source_port,
        *rule.destination,
        words.PROTOCOL[rule.transport],
        rule.port,
        rule.purpose,
        rule.classification,
        rule.basis,
        rule.note,
        "; ".join(_places(rule.rows)),
    )


def _places(places: Sequence[Place]) -> Iterator[str]:
    rows: dict[tuple[str, str], list[int]] = {}
    for place in places:
        rows.setdefault((place.file, place.sheet), []).append(place.row)
    for (file, sheet), numbers in rows.items():
        one, many = (words.PLACE_IN_SHEET, words.PLACES_IN_SHEET) if sheet else (words.PLACE, words.PLACES)
        listed = ", ".join(map(str, numbers))
        yield (one if len(numbers) == 1 else many).format(file=file, sheet=sheet, rows=listed)


def firewall_list(plan: Deployment) -> FirewallList:
    """What firewalls between the hosts of a plan have to let through.

    A connection to a server of an HA pair is a rule to its backup too (same port id), and one from the client's backup:
    four rules. Nothing is guessed without a word: see `FirewallRule.basis`. Takes time in proportion to the list.
    """
    collector = Collector(plan)
    for connection in plan.connections:
        _planned(collector, connection)
    imply(collector)
    notes = [*collector.problems(), *collector.uncalled()]
    return FirewallList(plan.name, collector.rules, notes, collector.local)


def _planned(collector: Collector, connection: Connection) -> None:
    applications = collector.applications
    client, server = applications.get(connection.client), applications.get(connection.server)
    if client is None:
        collector.problem(words.NO_CLIENT.format(connection=connection, client=connection.client))
    if server is None:
        collector.problem(words.NO_SERVER.format(connection=connection, server=connection.server))
    if client is None or server is None:
        return
    if (server.name, connection.port_id) not in collector.ports:
        named = words.NO_PORT_ID.format(connection=connection, server=server.name, port_id=connection.port_id)
        collector.problem(named)
        return
    clients: list[tuple[Application, int | None]] = [(client, connection.client_port)]
    # An application talks to the agent of its own host; its backup, to that of its own.
    own_agent = collector.kind(server) == LCA and server.host == client.host
    if not own_agent and (backup := collector.backup(client)):
        clients.append((backup, connection.backup_client_port))
    servers = [server]
    if backup := collector.backup(server):
        if (backup.name, connection.port_id) in collector.ports:
            servers.append(backup)
        else:
            missing = words.NO_BACKUP_PORT.format(
                backup=backup.name, application=server.name, port_id=connection.port_id
            )
            collector.problem(missing)
    for source, source_port in clients:
        for destination in servers:
            if source is not destination:
                _rule(collector, connection, client, server, source, source_port, destination)


def _rule(
    collector: Collector,
    connection: Connection,
    client: Application,
    server: Application,
    source: Application,
    source_port: int | None,
    destination: Application,
) -> None:
    port = collector.ports[destination.name, connection.port_id]
    named = source is client and destination is server
    unfixed = source is not client and source_port is None and connection.client_port is not None
    note = "" if named else (words.HA_NOTE_ANY if unfixed else words.HA_NOTE).format(connection=connection)
    origin = collector.plan.origin
    places = (origin.connections.get(connection), origin.ports.get((destination.name, port.port_id)))
    collector.add(
        FirewallRule(
            source=collector.party(source, connection.client_address if source is client else ""),
            source_port=source_port,
            destination=collector.party(destination, port.address),
            transport=port.transport,
            number=port.number,
            last=port.last,
            purpose=port.purpose,
            classification=class_of(port.purpose),
            basis=Basis.PLANNED if named else Basis.HA,
            note=note,
            rows=tuple(dict.fromkeys(place for place in places if place is not None)),
        ),
        called=(destination.name, port.port_id),
    )
