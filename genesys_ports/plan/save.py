"""`save_plan`: a plan as the CSV that `load_plan` reads back."""

from __future__ import annotations

import csv
import io
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..errors import OutputFormatError, OutputWriteError, PlanFileError
from ..model import Application, Deployment, Host, ListeningPort
from . import words
from .builder import NONE, build
from .cells import armed, connection_text, safe
from .csv_reader import read_csv
from .files import ending, shown_name, write_new
from .rows import USUAL, Column

__all__ = ["plan_rows", "port_cells", "save_plan", "save_rows"]


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
    waiting = {host.name: _host_cells(host) for host in plan.hosts}
    order = deque(waiting)
    for application in plan.applications:
        # Hosts come back in the order of their first rows: one whose applications come later gets a row here.
        while application.host in waiting and (name := order.popleft()) != application.host:
            if name in waiting:
                yield {**waiting.pop(name), Column.APPLICATION: NONE}
        first = waiting.pop(application.host, {Column.HOST: application.host})
        first |= {
            Column.TYPE: application.type,
            Column.CONNECTS_TO: "; ".join(servers.get(application.name, ())),
        }
        for cells in _port_rows(application):
            yield {**cells, **first}
            first = {Column.HOST: application.host, Column.TYPE: application.type}
    for cells in waiting.values():
        yield {**cells, Column.APPLICATION: NONE}


def _host_cells(host: Host) -> dict[Column, str]:
    return {
        Column.HOST: host.name,
        Column.HOST_ADDRESS: host.address or "",
        Column.HOST_PLATFORM: host.platform or "",
    }


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
        again, bad = build(plan.name, read_csv(file, text.encode("utf-8", "surrogatepass")))
    except PlanFileError as error:
        raise OutputWriteError(file, words.SAVE_REFUSED.format(problem=error.problem)) from None
    if bad:
        raise OutputWriteError(file, words.SAVE_BAD.format(bad=bad[0]))
    parts: Iterable[tuple[Sequence[object], Sequence[object]]] = (
        (plan.hosts, again.hosts),
        (plan.applications, again.applications),
        (plan.connections, again.connections),
    )
    for before, after in parts:
        kept = set(after)
        for one in before:
            if one not in kept:
                raise OutputWriteError(file, words.SAVE_CHANGED.format(what=repr(one)[:200]))
