"""`save_plan`: a plan as the CSV that `load_plan` reads back."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from ..errors import OutputFormatError, OutputWriteError, PlanFileError
from ..model import Application, Deployment, Host, ListeningPort
from . import words
from .builder import NONE, build
from .cells import armed, connection_text, safe
from .csv_reader import read_csv
from .files import ending, shown_name, write_new
from .rows import USUAL, Column, RawRow

__all__ = ["plan_rows", "port_cells", "save_plan", "save_rows"]

#: Half of a character: no file can hold it.
_HALF = re.compile("[\ud800-\udfff]")


def save_plan(plan: Deployment, path: str | os.PathLike[str]) -> None:
    """Writes the plan as a new CSV file; loaded again it has the same hosts, applications and connections.

    Two things change: the plan is named like the file, and its connections come back by client, in the order of
    the applications, each once.

    Raises `OutputExistsError` when there is a file of this name, `OutputFormatError` when the name does not
    end in .csv, and `OutputWriteError` when it cannot be written, or a sheet cannot hold the plan (a switch,
    a name with a semicolon …): nothing is dropped without a word.
    """
    file = _named_csv(path)
    if plan.switches:
        raise OutputWriteError(file, words.SAVE_SWITCHES)
    text = _csv(list(plan_rows(plan)))
    if half := _HALF.search(text):
        line = text[max(0, half.start() - 20) : half.end()].splitlines()[-1]
        raise OutputWriteError(file, words.SAVE_HALF_CHARACTER.format(text=line))
    _prove(plan, file, text)
    _write(path, text)


def save_rows(rows: Iterable[Mapping[Column, str]], path: str | os.PathLike[str]) -> None:
    """Writes the cells of a sheet as they are, those that cannot be read too, as a new CSV file.

    Raises `OutputExistsError`, `OutputFormatError` and `OutputWriteError` like `save_plan`.
    """
    _named_csv(path)
    _write(path, _csv([{column: armed(cell) for column, cell in row.items()} for row in rows]))


def _named_csv(path: str | os.PathLike[str]) -> str:
    file = shown_name(path)
    if ending(path) != ".csv":
        raise OutputFormatError(file, [".csv"])
    return file


def _write(path: str | os.PathLike[str], text: str) -> None:
    # Excel takes a CSV without byte order mark for the local 8-bit code.
    write_new(path, text.encode("utf-8" if text.isascii() else "utf-8-sig", "replace"))


def _csv(rows: Sequence[Mapping[Column, str]]) -> str:
    filled = {column for row in rows for column, cell in row.items() if cell}
    columns = [column for column in Column if column in USUAL or column in filled]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(row.get(column, "")) for column in columns])
    return out.getvalue()


def plan_rows(plan: Deployment) -> Iterator[dict[Column, str]]:
    """The rows of a sheet that holds this plan, by column."""
    servers: dict[str, list[str]] = {}
    for connection in plan.connections:
        servers.setdefault(connection.client, []).append(connection_text(connection))
    blocks: dict[tuple[str, str], list[str]] = {}
    for block in plan.blocks:
        blocks.setdefault((block.host, block.team), []).append(str(block))
    waiting = {host.name: _host_cells(host) for host in plan.hosts}
    order = deque(waiting)
    for application in plan.applications:
        # Hosts come back in the order of their first rows: one whose applications come later gets a row here.
        while application.host in waiting and (name := order.popleft()) != application.host:
            if name in waiting:
                yield {**waiting.pop(name), Column.APPLICATION: NONE}
        first = waiting.pop(application.host, {Column.HOST: application.host})
        first |= _application_cells(application)
        first[Column.CONNECTS_TO] = "; ".join(servers.get(application.name, ()))
        # In a row with a team, a block is the team's; else it is the host's.
        owner = ("", application.team) if application.team else (application.host, "")
        first[Column.BLOCK] = "; ".join(blocks.pop(owner, ()))
        for cells in _port_rows(application):
            yield {**cells, **first, Column.IGNORE: _ignored(plan, application, cells)}
            first = {Column.HOST: application.host, Column.TYPE: application.type}
    if plan.origin.ignored_by_all:
        yield {Column.IGNORE: ", ".join(sorted(plan.origin.ignored_by_all))}
    for cells in waiting.values():
        yield {**cells, Column.APPLICATION: NONE}
    for (host, team), numbers in blocks.items():
        # A block of a team whose applications are not planned yet stands beside any host.
        beside = host or next((one.name for one in plan.hosts), "")
        yield {
            Column.HOST: beside,
            Column.APPLICATION: NONE,
            Column.TEAM: team,
            Column.BLOCK: "; ".join(numbers),
        }


def _host_cells(host: Host) -> dict[Column, str]:
    return {
        Column.HOST: host.name,
        Column.HOST_ADDRESS: host.address or "",
        Column.HOST_PLATFORM: host.platform or "",
        Column.LCA_PORT: _number(host.lca_port),
    }


def _application_cells(application: Application) -> dict[Column, str]:
    return {
        Column.TYPE: application.type,
        Column.BACKUP: application.backup,
        Column.TEAM: application.team,
        Column.SERVER_INFO_PORT: _number(application.server_info_port),
        Column.DN: application.dn,
    }


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _ignored(plan: Deployment, application: Application, cells: Mapping[Column, str]) -> str:
    """The finding codes switched off in the row that this port was read from, or its application without a port."""
    port_id = cells.get(Column.PORT_ID)
    origin = plan.origin
    place = origin.ports.get((application.name, port_id)) if port_id else origin.applications.get(application.name)
    return ", ".join(sorted(origin.ignored.get(place, ()))) if place else ""


def _port_rows(application: Application) -> Iterator[dict[Column, str]]:
    named = {Column.APPLICATION: application.name}
    if not application.ports:
        yield {**named, Column.PORT: NONE}
    for port in application.ports:
        yield {**named, **port_cells(port)}


def port_cells(port: ListeningPort) -> dict[Column, str]:
    """The cells that say everything of one port."""
    return {
        Column.PORT_ID: port.port_id,
        Column.PORT: port.number_text,
        Column.TRANSPORT: port.transport,
        Column.PURPOSE: port.purpose,
        Column.ADDRESS: port.address,
    }


def _prove(plan: Deployment, file: str, text: str) -> None:
    """Reads the text again before it becomes a file: what would come back changed is refused, by name."""
    try:
        # A row that is left out as a remark is missed below.
        rows = (raw for raw in read_csv(file, text.encode()) if isinstance(raw, RawRow))
        again, bad = build(plan.name, rows)
    except PlanFileError as error:
        raise OutputWriteError(file, words.SAVE_REFUSED.format(problem=error.problem)) from None
    if bad:
        raise OutputWriteError(file, words.SAVE_BAD.format(bad=bad[0]))
    parts: Iterable[tuple[Sequence[Any], Sequence[Any]]] = (
        (plan.hosts, again.hosts),
        (plan.applications, again.applications),
        (plan.connections, again.connections),
        (plan.blocks, again.blocks),
    )
    for before, after in parts:
        kept = set(after)
        for one in before:
            if one not in kept:
                raise OutputWriteError(file, words.SAVE_CHANGED.format(what=_told(one)))


def _told(one: Any) -> str:
    """A part of a plan in one line: what it says beyond the usual."""
    stated = ((member.name, getattr(one, member.name), member.default) for member in fields(one))
    text = ", ".join(f"{name}={value!r}" for name, value, usual in stated if value != usual)
    return f"{type(one).__name__}({text})"[:200]
