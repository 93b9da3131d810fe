"""Raw rows: what every reader of plan files yields, and the one way from a header to columns.

A reader turns bytes into `RawRow`s and knows its file format only; the builder turns rows into a plan and
knows no format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Self

from ..errors import PlanFileError
from . import words

__all__ = [
    "ALIASES",
    "MOST_CELL",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "USUAL",
    "Column",
    "NoPlanError",
    "RawRow",
    "Unread",
    "column_letters",
    "is_blank",
    "known_names",
    "numbered_rows",
    "sheet_rows",
    "workbook_rows",
]

MOST_ROWS = 200_000
MOST_COLUMNS = 200
#: Characters of one cell; room for a few hundred connections.
MOST_CELL = 10_000


class Column(StrEnum):
    """The columns of a plan sheet, by the name a saved sheet gives them."""

    HOST = "Host"
    APPLICATION = "Application"
    TYPE = "Type"
    PORT_ID = "Port ID"
    PORT = "Port"
    TRANSPORT = "Transport"
    PURPOSE = "Purpose"
    ADDRESS = "Address"
    CONNECTS_TO = "Connects to"
    HOST_ADDRESS = "Host address"
    HOST_PLATFORM = "Host platform"
    BACKUP = "Backup"
    TEAM = "Team"
    BLOCK = "Block"
    IGNORE = "Ignore"
    LCA_PORT = "LCA port"
    SERVER_INFO_PORT = "Server Info port"


REQUIRED = (Column.HOST, Column.APPLICATION, Column.PORT)

#: The columns to show somebody who has none yet.
USUAL = tuple(Column)[:9]


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


#: Header text, without case, blanks and marks, to its column. Other names and languages are more entries.
ALIASES: dict[str, Column] = {_key(column): column for column in Column}


class NoPlanError(PlanFileError):
    """A sheet without the columns of a plan: a workbook goes on with its other sheets."""


class Unread(str):
    """What a workbook shows where a cell has no value, such as `#REF!`; `problem` says why, and what to do."""

    problem: str

    def __new__(cls, text: str, problem: str) -> Self:
        """A cell that shows `text`."""
        cell = super().__new__(cls, text)
        cell.problem = problem
        return cell


class RawRow(NamedTuple):
    """One row as a reader found it. `row` counts from 1 as the sheet does.

    A column the sheet lacks is not in `cells`; `surplus` holds what stands to the right of the last named
    column, as (column letters, text).
    """

    file: str
    row: int
    cells: Mapping[Column, str]
    sheet: str = ""
    surplus: tuple[tuple[str, str], ...] = ()


def sheet_rows(file: str, records: Iterable[Sequence[str]], sheet: str = "") -> Iterator[RawRow]:
    """The rows of one sheet: its first filled record names the columns, blank ones are skipped.

    Raises `PlanFileError` when a needed column is missing, one stands twice, or the sheet is over the limits.
    """
    return numbered_rows(file, enumerate(records, start=1), sheet)


def numbered_rows(file: str, records: Iterable[tuple[int, Sequence[str]]], sheet: str = "") -> Iterator[RawRow]:
    """The same of records that come with their row numbers: a workbook leaves rows out. Raises `PlanFileError`."""
    header: list[Column | None] | None = None
    for count, (number, record) in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise PlanFileError(file, words.TOO_MANY_ROWS.format(most=f"{MOST_ROWS:,}"))
        if len(record) > MOST_COLUMNS:
            raise PlanFileError(file, words.TOO_MANY_COLUMNS.format(row=number, most=MOST_COLUMNS))
        if is_blank(record):
            continue
        if header is None:
            header = _columns(file, number, record)
            continue
        cells = {column: cell for column, cell in zip(header, record, strict=False) if column is not None}
        surplus: tuple[tuple[str, str], ...] = ()
        if len(record) > len(header):
            beyond = enumerate(record[len(header) :], start=len(header))
            surplus = tuple((column_letters(index), cell) for index, cell in beyond if cell.strip())
        yield RawRow(file=file, row=number, cells=cells, sheet=sheet, surplus=surplus)
    if header is None:
        raise PlanFileError(file, words.NO_ROWS.format(columns=", ".join(USUAL)))


def workbook_rows(
    file: str, sheets: Iterable[tuple[str, Iterable[tuple[int, Sequence[str]]]]]
) -> Iterator[RawRow | PlanFileError]:
    """The rows of every sheet that holds a plan; for every other sheet, the error that says why it is skipped.

    A sheet is its name and its records, each with its row number.

    Raises that error where no sheet at all holds a plan, and `PlanFileError` when a sheet is over the limits.
    """
    without: list[NoPlanError] = []
    found = False
    for sheet, records in sheets:
        try:
            yield from numbered_rows(file, records, sheet)
            found = True
        except NoPlanError as error:
            without.append(error)
    if without and not found:
        raise without[0]
    yield from without


def is_blank(record: Sequence[str]) -> bool:
    """Whether no cell of a record holds anything."""
    return not any(cell and not cell.isspace() for cell in record)


def known_names(record: Sequence[str]) -> int:
    """How many cells of a record name a column."""
    return sum(_key(name) in ALIASES for name in record)


def _columns(file: str, row: int, record: Sequence[str]) -> list[Column | None]:
    columns = [ALIASES.get(_key(name)) for name in record]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise PlanFileError(file, _missing(row, missing, record))
    seen: set[Column] = set()
    for column in columns:
        if column in seen:
            raise PlanFileError(file, words.COLUMN_TWICE.format(row=row, column=column))
        if column is not None:
            seen.add(column)
    return columns


def _missing(row: int, missing: Iterable[Column], record: Sequence[str]) -> str:
    filled = [" ".join(name.split()) for name in record if name.strip()]
    shown = [repr(name if len(name) <= 30 else name[:29] + "…") for name in filled[:12]]
    found = ", ".join([*shown, "…"] if len(filled) > len(shown) else shown)
    return words.MISSING_COLUMNS.format(row=row, missing=", ".join(missing), found=found)


def column_letters(index: int) -> str:
    """The letters a sheet shows above its column `index` (from 0): A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
