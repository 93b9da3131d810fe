"""Raw rows: what every reader of plan files yields, and the one way from a sheet to rows under their columns.

A reader turns bytes into records of text and knows its file format only; the builder turns rows into a plan and
knows no format.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Self

from ..errors import PlanFileError
from . import words
from .columns import (
    USUAL,
    Column,
    PortColumn,
    column_letters,
    columns_of,
    missing_columns,
    named_twice,
    port_columns,
)
from .port_cells import NO_ANSWERS
from .remarks import left_out, lone_text

__all__ = [
    "LAST_ROW",
    "LOOKED_AT",
    "MOST_CELL",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "UNNAMED_HOST",
    "USUAL",
    "BadSheetError",
    "Column",
    "NoPlanError",
    "RawRow",
    "Unread",
    "is_blank",
    "is_pair",
    "known_names",
    "names_columns",
    "number_text",
    "numbered_rows",
    "port_places",
    "sheet_rows",
]

#: The last row that a sheet of a workbook can have (Excel specifications and limits).
LAST_ROW = 1_048_576

MOST_ROWS = LAST_ROW
MOST_COLUMNS = 200
#: Characters of one cell; room for a few hundred connections.
MOST_CELL = 10_000

#: Filled rows from the top among which the column names are looked for: a title, an author, a date may stand above.
LOOKED_AT = 20

#: The host of every application in a sheet that holds names and numbers only.
UNNAMED_HOST = "unnamed-host"

#: A cell that is a port and nothing else; a number alone may be one.
_BARE_PORT = re.compile(r"\s*'?[0-9]{1,5}(?:[.,]0+)?\s*(?:/\s*(?:tcp|udp|tls)\s*)?", re.IGNORECASE)


class NoPlanError(PlanFileError):
    """A sheet without the columns of a plan: a workbook goes on with its other sheets."""


class BadSheetError(PlanFileError):
    """A sheet that must be a plan and cannot be read as one: a workbook goes on with its other sheets here too."""


class Unread(str):
    """The text of a cell that has no value (`#REF!` in a workbook, a list in an export); `problem` says why, and what
    to do.
    """

    problem: str

    def __new__(cls, text: str, problem: str) -> Self:
        """A cell that shows `text`."""
        cell = super().__new__(cls, text)
        cell.problem = problem
        return cell


class RawRow(NamedTuple):
    """One row as a reader found it. `row` counts from 1 as the sheet does.

    A column the sheet lacks is not in `cells`; `surplus` holds what stands to the right of the last named
    column, as (column letters, text). A row with several columns of ports is several raw rows; those after its first
    are `further`.
    """

    file: str
    row: int
    cells: Mapping[Column, str]
    sheet: str = ""
    surplus: tuple[tuple[str, str], ...] = ()
    further: bool = False


def sheet_rows(file: str, records: Iterable[Sequence[str]], sheet: str = "") -> Iterator[RawRow | NoPlanError]:
    """The rows of one sheet under their columns; blank ones, titles above the column names and column names that
    stand there once more are skipped. Rows of text alone are left out; a `NoPlanError` after the last row names them.

    A sheet of names and ports without column names is read too: its applications stand on `UNNAMED_HOST`.

    Raises `NoPlanError` when it holds no plan, and `PlanFileError` when a needed column is missing, one stands
    twice, or the sheet is over the limits.
    """
    return numbered_rows(file, enumerate(records, start=1), sheet)


def numbered_rows(
    file: str, records: Iterable[tuple[int, Sequence[str]]], sheet: str = "", *, shifts: bool = True
) -> Iterator[RawRow | NoPlanError]:
    """The same of records that come with their row numbers: a workbook leaves rows out.

    Without `shifts` no separator can move cells to the right, so what stands beyond the named columns is a remark.
    """
    remarks: list[int] = []
    yield from _plan_rows(file, _filled(file, records, sheet), sheet, remarks, shifts=shifts)
    if remarks:
        yield NoPlanError(file, left_out(sheet, remarks))


def _plan_rows(
    file: str, filled: Iterator[tuple[int, Sequence[str]]], sheet: str, remarks: list[int], *, shifts: bool
) -> Iterator[RawRow]:
    """The rows of the plan; the numbers of those that hold text alone are added to `remarks`."""
    first: list[tuple[int, Sequence[str]]] = []
    for number, record in filled:
        first.append((number, record))
        columns = columns_of(record)
        if not missing_columns(columns):
            header: tuple[int, Sequence[str]] | None = number, record
            while header:
                columns = columns_of(header[1])
                _refuse_twice(file, sheet, header[0], columns, header[1])
                header = yield from _rows(file, sheet, header[1], columns, filled, remarks, shifts=shifts)
            return
        if len(first) == LOOKED_AT:
            break
    if first and (pair := _pair_columns(first)):
        for row in _rows(file, sheet, (), pair, chain(first, filled), remarks, shifts=shifts):
            yield row._replace(cells={Column.HOST: UNNAMED_HOST, **row.cells})
        return
    raise _no_header(file, sheet, first)


def _refuse_twice(file: str, sheet: str, row: int, columns: Sequence[Column | None], record: Sequence[str]) -> None:
    if twice := named_twice(columns, record):
        column, first, second = twice
        sentence = words.COLUMN_TWICE if first.casefold() == second.casefold() else words.COLUMN_TWICE_AS
        raise _error(file, sheet, sentence.format(row=row, column=column, first=first, second=second))


def _filled(file: str, records: Iterable[tuple[int, Sequence[str]]], sheet: str) -> Iterator[tuple[int, Sequence[str]]]:
    for count, (number, record) in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise _error(file, sheet, words.TOO_MANY_ROWS.format(most=f"{MOST_ROWS:,}"))
        if len(record) > MOST_COLUMNS:
            raise _error(file, sheet, words.TOO_MANY_COLUMNS.format(row=number, most=MOST_COLUMNS))
        if not is_blank(record):
            yield number, record


def _rows(
    file: str,
    sheet: str,
    header: Sequence[str],
    columns: Sequence[Column | None],
    filled: Iterable[tuple[int, Sequence[str]]],
    remarks: list[int],
    *,
    shifts: bool,
) -> Generator[RawRow, None, tuple[int, Sequence[str]] | None]:
    """The rows below one row of column names; gives back the row that names other columns, or None at the end."""
    named = [(index, column) for index, column in enumerate(columns) if column is not None]
    width = len(columns)
    last = max(index for index, _ in named)
    again = list(header)
    ports = port_columns(header, columns) if header else ()
    host, name, above = "", "", -1
    # The row of a host that stands alone: the rows below it show whether it is one.
    title = 0
    header_below = None
    places = port_places(header, columns)
    for number, record in filled:
        if len(record) > last:
            cells = {column: record[index] for index, column in named}
        else:
            cells = {column: record[index] for index, column in named if index < len(record)}
        surplus: tuple[tuple[str, str], ...] = ()
        if shifts and len(record) > width:
            beyond = enumerate(record[width:], start=width)
            surplus = tuple((column_letters(index), cell) for index, cell in beyond if cell.strip())
        elif again and record[0] == again[0] and list(record) == again:
            # Where a sheet has sections, people repeat the column names above each.
            continue
        own = _own_ports(cells, record, ports) if ports else ()
        if not cells.get(Column.PORT, "")[:1].isdigit():
            below = bool(host) and above == number - 1
            lone = None if surplus else lone_text(cells, hosted=below or Column.HOST not in columns)
            if lone is Column.HOST:
                if title:
                    remarks.append(title)
                host, name, above, title = cells[lone], "", number, number
                continue
            if lone:
                remarks.append(number)
                # The rows below it stand on the host of those above it, as if it were not there.
                host, name, above = host if below else "", "", number
                continue
            if again and names_columns(record, places):
                header_below = number, record
                break
        if above == number - 1 and not cells.get(Column.HOST, "").strip():
            # Where a host stands once beside its applications, merged or not, the cells below it are empty. So are
            # those of the application beside further ports, and then no host is named again either.
            if not cells.get(Column.APPLICATION, "").strip() and cells.get(Column.PORT):
                cells[Column.APPLICATION] = name
            if host and cells.get(Column.APPLICATION):
                cells[Column.HOST] = host
                title = 0
        if title:
            remarks.append(title)
            title = 0
        host, name, above = cells.get(Column.HOST, ""), cells.get(Column.APPLICATION, ""), number
        yield RawRow(file, number, cells, sheet, surplus)
        for more in own:
            shared = {column: cells[column] for column in _OF_EACH_PORT if column in cells}
            yield RawRow(file, number, {**shared, **more}, sheet, surplus, further=True)
    if title:
        remarks.append(title)
    return header_below


#: What every port of a row with several columns of ports has in common.
_OF_EACH_PORT = (
    Column.HOST,
    Column.APPLICATION,
    Column.TYPE,
    Column.ADDRESS,
)


def _own_ports(cells: dict[Column, str], record: Sequence[str], ports: Sequence[PortColumn]) -> list[dict[Column, str]]:
    """Puts the first port of a row with several columns of ports among its cells, and gives back those of the others.

    What the name of a column states counts for its ports, whatever the row says of transport and purpose.
    """
    filled = [one for one in ports if one.at < len(record) and not record[one.at].isspace() and record[one.at]]
    found: list[dict[Column, str]] = []
    for at, transport, purpose in filled:
        if record[at].strip().casefold() not in NO_ANSWERS:
            stated = {Column.PORT: record[at], Column.TRANSPORT: transport, Column.PURPOSE: purpose}
            found.append({column: cell or cells.get(column, "") for column, cell in stated.items()})
    if not found:
        cells[Column.PORT] = record[filled[0].at] if filled else ""
        return found
    cells.update(found[0])
    return found[1:]


def _pair_columns(first: Sequence[tuple[int, Sequence[str]]]) -> list[Column | None] | None:
    """The columns of a sheet where each row is a name and a port and nothing else; None for any other sheet."""
    pairs = {is_pair(record) for _, record in first}
    pair = pairs.pop()
    if pairs or pair is None:
        return None
    columns: list[Column | None] = [None] * (max(pair) + 1)
    columns[pair[0]], columns[pair[1]] = Column.APPLICATION, Column.PORT
    return columns


def is_pair(record: Sequence[str]) -> tuple[int, int] | None:
    """Where a record holds one name and one port and nothing else: the index of each."""
    told = [index for index, cell in enumerate(record) if cell and not cell.isspace()]
    if len(told) != 2:
        return None
    ports = [index for index in told if _BARE_PORT.fullmatch(record[index])]
    if len(ports) != 1:
        return None
    return (told[0] if told[1] == ports[0] else told[1]), ports[0]


def number_text(text: str) -> str:
    """A number as a person writes it: 5150 where a file has 5150.0 or 5.15E3. Raises `ValueError` for no number."""
    number = float(text)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    # Programs write more digits than there are; repr has as many as it takes. Its e, though, is an "and" in Portuguese.
    short = repr(number)
    return f"{number:f}" if "e" in short else short


def is_blank(record: Sequence[str]) -> bool:
    """Whether no cell of a record holds anything."""
    return not any(cell and not cell.isspace() for cell in record)


def port_places(header: Sequence[str], columns: Sequence[Column | None]) -> list[int]:
    """Where the ports of a sheet stand: the index of each of its columns of ports."""
    several = port_columns(header, columns) if header else ()
    return [one.at for one in several] or [columns.index(Column.PORT)]


def names_columns(record: Sequence[str], places: Sequence[int]) -> bool:
    """Whether a row further down names the columns once more, as a second table in a sheet does.

    Asked of every row of a sheet, so a number or a dash in one of the `places` of ports is answer enough.
    """
    for at in places:
        if at < len(record) and (cell := record[at]) and (cell[0].isdigit() or cell.strip().casefold() in NO_ANSWERS):
            return False
    return not missing_columns(columns_of(record))


def known_names(record: Sequence[str]) -> int:
    """How many cells of a record name a column."""
    return sum(column is not None for column in columns_of(record))


def _no_header(file: str, sheet: str, first: Sequence[tuple[int, Sequence[str]]]) -> PlanFileError:
    if not first:
        problem = words.NO_ROWS.format(columns=", ".join(USUAL))
        return NoPlanError(file, problem)
    row, record = max(first, key=lambda one: known_names(one[1]))
    filled = [" ".join(name.split()) for name in record if name.strip()]
    shown = [repr(name if len(name) <= 30 else name[:29] + "…") for name in filled[:12]]
    found = ", ".join([*shown, "…"] if len(filled) > len(shown) else shown)
    missing = ", ".join(missing_columns(columns_of(record)))
    if {"switch", "port", "kind"} <= {name.casefold() for name in filled}:
        problem = words.SHEET_OF_A_SWITCH.format(row=row, missing=missing)
    else:
        problem = words.MISSING_COLUMNS.format(row=row, missing=missing, found=found)
    return NoPlanError(file, problem)


def _error(file: str, sheet: str, problem: str) -> PlanFileError:
    return BadSheetError(file, words.IN_SHEET.format(sheet=sheet, problem=problem) if sheet else problem)
