"""`load_plan` and `read_plans`: picks the reader by the ending of the name, and builds the plan from what it reads."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

from ..errors import BadRow, BadRowsError, PlanFileError
from ..model import Deployment
from . import words
from .builder import Builder
from .csv_reader import read_csv
from .files import distinct, ending, read_bytes, shown_name
from .rows import USUAL, NoPlanError, RawRow

__all__ = ["READERS", "FileRead", "Reader", "Reading", "load_plan", "read_plans", "rows_of"]

#: A reader takes the name to show in errors and the bytes of the file, and raises `PlanFileError` only. A sheet that it
#: leaves out is an error among the rows: `NoPlanError` where the sheet is no plan, else `PlanFileError`.
Reader = Callable[[str, bytes], Iterable[RawRow | PlanFileError]]


def _json(file: str, data: bytes) -> Iterable[RawRow | PlanFileError]:
    # Whoever reads a CSV need not wait for what other kinds of file take.
    from .json_reader import read_json

    return read_json(file, data)


def _workbook(file: str, data: bytes) -> Iterable[RawRow | PlanFileError]:
    from .xlsx_reader import read_xlsx

    return read_xlsx(file, data)


#: Endings of names and who reads them.
READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": _workbook,
    ".xlsm": _workbook,
    ".json": _json,
}

#: First bytes of what people take for a sheet.
_KINDS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "RTF",
}

_WORKBOOKS = (".xlsb", ".xls", ".ods")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What was read of one file: its sheets, how many rows of data they have, and how many listening ports."""

    file: str
    sheets: tuple[str, ...]
    rows: int
    ports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that was read of one or more files: the plan of every good row, and everything that could not be read.

    `bad` are the cells that cannot be read, `unreadable` the files; `skipped` says which sheets hold no plan,
    and which rows of the others hold text alone.
    """

    plan: Deployment
    bad: tuple[BadRow, ...]
    files: tuple[FileRead, ...]
    unreadable: tuple[PlanFileError, ...]
    skipped: tuple[str, ...]


def read_plans(
    *paths: str | os.PathLike[str], name: str | None = None, progress: Callable[[int], object] | None = None
) -> Reading:
    """One plan of all these files, named like the first; what cannot be read is in the reading too.

    A file that is named twice is read once.

    `progress` is called with the number of rows so far, every 1,000 rows.
    """
    builder = Builder()
    files: list[FileRead] = []
    unreadable: list[PlanFileError] = []
    skipped: list[str] = []
    total = 0
    with _without_collection():
        for path in distinct(paths):
            builder.start_file()
            sheets: dict[str, None] = {}
            rows, ports = 0, builder.ports
            try:
                for raw in rows_of(path):
                    if isinstance(raw, RawRow):
                        builder.add(raw)
                        if raw.further:
                            continue
                        rows += 1
                        if raw.sheet not in sheets:
                            sheets[raw.sheet] = None
                        if progress is not None and not (total + rows) % 1000:
                            progress(total + rows)
                    elif isinstance(raw, NoPlanError):
                        skipped.append(str(raw))
                    else:
                        unreadable.append(raw)
            except PlanFileError as error:
                unreadable.append(error)
            total += rows
            told = tuple(filter(None, sheets))
            files.append(FileRead(file=shown_name(path), sheets=told, rows=rows, ports=builder.ports - ports))
        plan = builder.plan(name or (PurePath(paths[0]).stem if paths else "plan"))
    return Reading(
        plan=plan, bad=tuple(builder.bad), files=tuple(files), unreadable=tuple(unreadable), skipped=tuple(skipped)
    )


@contextmanager
def _without_collection() -> Iterator[None]:
    """No search for reference cycles: there are none among the million objects that a large plan is made of, and the
    search takes a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def load_plan(path: str | os.PathLike[str]) -> Deployment:
    """The plan in a file (.csv, .xlsx, .json), named like the file without its ending.

    Three columns are needed: Host, Application, Port. Known too: Type, Port ID, Transport, Purpose, Address,
    Connects to, Host address, Host platform, Backup, Team, Block, Ignore, LCA port, Server Info port; any others
    are left alone. They stand in any order and case, under English or Portuguese names (Servidor, Aplicação,
    Porta …), and titles may stand above them. A sheet of two columns without names is read as application and port.

    A cell may hold several ports (`5060/udp; 5061/tls; 20000-45000/udp`). The host of a row that names none is that
    of the row right above, as where cells are merged.

    Raises `PlanFileError` when the file cannot be read at all, and `BadRowsError`, with every bad cell and the
    plan of all that could be read, when some of its cells cannot.
    """
    reading = read_plans(path)
    for error in reading.unreadable:
        raise error
    if reading.bad:
        raise BadRowsError(shown_name(path), reading.bad, reading.plan)
    return reading.plan


def rows_of(path: str | os.PathLike[str]) -> Iterable[RawRow | PlanFileError]:
    """The raw rows of a plan file, and in their places the sheets that cannot be read. Raises `PlanFileError`."""
    file, end = shown_name(path), ending(path)
    data = read_bytes(path)
    reader = READERS.get(end)
    if (reader is read_csv or reader is None) and (problem := _not_text(data, reader)):
        raise PlanFileError(file, problem)
    if reader is None:
        raise PlanFileError(file, _no_reader(end))
    if not data.strip():
        raise PlanFileError(file, words.EMPTY.format(columns=", ".join(USUAL)))
    return reader(file, data)


def _not_text(data: bytes, reader: Reader | None) -> str:
    """What a file is by its first bytes, as a sentence, where it is no text."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return words.OLD_WORKBOOK
    if data.startswith(b"PK\x03\x04") and reader is read_csv:
        return words.IS_ZIP
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), "")
    return words.IS_OTHER.format(kind=kind) if kind else ""


def _no_reader(end: str) -> str:
    if end in _WORKBOOKS:
        return words.OTHER_WORKBOOK
    if not end:
        return words.NO_ENDING.format(endings=", ".join(READERS))
    return words.WRONG_ENDING.format(ending=end, endings=", ".join(READERS))
