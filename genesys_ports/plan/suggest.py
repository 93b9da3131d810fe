"""`write_suggestions`: a plan's own sheets once more, in a new workbook, with what was found and what is proposed."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath

from ..errors import OutputFormatError, OutputWriteError, PlanFileError
from ..origin import Place
from . import suggest_words as words
from .columns import REQUIRED, Column, columns_of, missing_columns
from .csv_reader import csv_records, read_csv
from .files import ending, read_bytes, shown_name, write_new
from .findings import Findings
from .load import READERS, Reading, rows_of
from .package import Package
from .rows import LAST_ROW, LOOKED_AT, RawRow, is_blank, names_columns, port_places
from .sheet_edit import with_columns
from .sheet_xml import Styles, Value, sheet
from .summary_sheet import summary_rows, widths
from .xlsx_parts import Workbook, open_workbook
from .xlsx_sheet import records
from .xml_edit import CannotEdit
from .zip_guard import Parts

__all__ = ["write_suggestions"]

HEAD = (words.FINDING, words.PROPOSAL, words.PROPOSED)

#: Width of each column that is added, in characters.
WIDTHS = (60, 45, 14)

_WORKBOOKS = (".xlsx", ".xlsm")

#: Rows that hold anything, with their numbers.
Records = Sequence[tuple[int, Sequence[str]]]


def write_suggestions(
    paths: Sequence[str | os.PathLike[str]], reading: Reading, findings: Findings, out: str | os.PathLike[str]
) -> None:
    """Writes a new workbook: the sheets of these files, three columns right of all they hold, and a summary.

    The first workbook among them keeps all that it has (formatting, pictures, formulas and their results …); what
    cannot be kept is told in the summary. Read again it is the same plan. The files themselves are not touched.

    Raises `OutputFormatError` unless `out` ends in .xlsx, `OutputExistsError`, `OutputWriteError`.
    """
    file = shown_name(out)
    if ending(out) != ".xlsx":
        raise OutputFormatError(file, [".xlsx"])
    book = _Book(_beside(reading, findings))
    by_name = {shown_name(path): path for path in paths}
    # The first workbook is the one that the others join.
    names = sorted(by_name, key=lambda name: ending(name) not in _WORKBOOKS)
    try:
        for name in names:
            book.add(name, by_name[name])
        whole = book.finished(reading, findings)
    except CannotEdit:
        raise OutputWriteError(file, words.NO_MORE_SHEETS.format(file=names[0])) from None
    write_new(out, whole)


# --- what to write beside each row

Beside = Mapping[tuple[str, str], Mapping[int, tuple[Value, Value, Value]]]


def _beside(reading: Reading, findings: Findings) -> Beside:
    """Of each (file, sheet): of each row, what was found, what is proposed, and the proposed number."""
    found: defaultdict[Place, list[str]] = defaultdict(list)
    proposed: defaultdict[Place, dict[str, None]] = defaultdict(dict)
    numbers: defaultdict[Place, dict[str, None]] = defaultdict(dict)
    origin = reading.plan.origin.ports
    moved: set[tuple[str, str]] = set()
    for finding in findings:
        told = words.FOUND.format(code=finding.code, severity=finding.severity, message=finding.message)
        for place in dict.fromkeys(finding.rows):
            found[place].append(told)
            if finding.proposal:
                proposed[place][finding.proposal] = None
        for change in finding.changes:
            key = (change.application, change.port_id)
            # The first finding that moves a port is the one that counts, as in `accept`.
            if key in origin and key not in moved:
                moved.add(key)
                port = reading.plan.application(change.application).port(change.port_id).at(change.to)
                numbers[origin[key]][port.number_text] = None
    for bad in reading.bad:
        if not bad.code:
            told = words.UNREAD.format(column=bad.column, message=bad.message)
            found[Place(bad.file, bad.sheet, bad.row)].append(told)
    beside: defaultdict[tuple[str, str], dict[int, tuple[Value, Value, Value]]] = defaultdict(dict)
    for place in {**found, **numbers}:
        beside[place.file, place.sheet][place.row] = (
            "\n".join(found[place]),
            "\n".join(proposed[place]),
            _number("; ".join(numbers[place])),
        )
    return beside


def _number(text: str) -> Value:
    """A text that is a plain number, as that number; any other as it is."""
    plain = text.isascii() and text.isdigit() and len(text) <= 15 and (text == "0" or text[0] != "0")
    return int(text) if plain else text


# --- the workbook


class _Book:
    """The workbook while it grows."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._package: Package | None = None
        self._styles = Styles()
        self.notes = [words.COPIED]

    @property
    def package(self) -> Package:
        """The first workbook, or else a new one."""
        if self._package is None:
            self._package = Package()
            self._styles = self._package.add_styles()
        return self._package

    def finished(self, reading: Reading, findings: Findings) -> bytes:
        """The whole as a file."""
        package = self.package
        rows, heads, plain = summary_rows(reading, findings, self.notes)
        package.add_sheet(words.SUMMARY, sheet(rows, widths(), self._styles, heads, plain=plain))
        return package.to_bytes()

    def add(self, file: str, path: str | os.PathLike[str]) -> None:
        """Adds the sheets of one file. What cannot be read is in the reading; its place here stays empty."""
        try:
            if ending(path) in _WORKBOOKS:
                self._add_workbook(file, read_bytes(path))
            elif READERS.get(ending(path)) is read_csv:
                every = enumerate(csv_records(file, read_bytes(path)), start=1)
                self._add_cells(file, "", PurePath(file).stem, [one for one in every if not is_blank(one[1])])
            else:
                self._add_rows(file, path)
        except PlanFileError as error:
            self.notes.append(words.NOT_READ.format(problem=error))

    def _add_workbook(self, file: str, data: bytes) -> None:
        book = open_workbook(Parts(file, data))
        if self._package is None:
            try:
                self._package, self._styles = self._edited(file, data, book)
            except CannotEdit:
                self.notes.append(words.NOT_KEPT.format(file=file))
            else:
                return
        else:
            self.notes.append(words.CELLS_ALONE.format(file=file))
        for one in book.sheets:
            if one.part:
                self._add_cells(file, one.name, one.name, list(records(book, one)))

    def _edited(self, file: str, data: bytes, book: Workbook) -> tuple[Package, Styles]:
        package = Package(file, data)
        styles = package.add_styles()
        notes = [words.NO_MACROS.format(file=file)] if package.without_macros else []
        if package.is_signed:
            notes.append(words.SIGNED.format(file=file))
        for one in book.sheets:
            beside = self._beside.get((file, one.name))
            if one.part and beside:
                heads = _heads(records(book, one))
                if heads:
                    package[one.part] = with_columns(
                        package[one.part], dict.fromkeys(heads, HEAD), beside, WIDTHS, styles
                    )
                else:
                    notes.append(words.NO_HEADER.format(file=file, sheet=one.name))
        self.notes += notes
        return package, styles

    def _add_cells(self, file: str, name: str, wanted: str, rows: Records) -> None:
        """Adds a sheet of cells alone, in the rows where they stood; none for a file that holds nothing."""
        if not rows:
            return
        beside = self._beside.get((file, name), {})
        heads = _heads(rows)
        if beside and not heads:
            self.notes.append(words.NO_HEADER.format(file=file, sheet=name or wanted))
        width = max((len(record) for _, record in rows), default=0)
        filled: list[tuple[int, Sequence[Value]]] = []
        for number, record in rows:
            cells = [_number(cell) for cell in record]
            more = HEAD if number in heads else beside.get(number, ()) if heads else ()
            filled.append((number, [*cells, *[""] * (width - len(cells)), *more]))
        self._add_sheet(file, wanted, filled, frozenset(heads), width)

    def _add_rows(self, file: str, path: str | os.PathLike[str]) -> None:
        """Adds what has rows and no cells (an export, an inventory) in our own columns, sheet by sheet."""
        sheets: dict[str, list[RawRow]] = {}
        for raw in rows_of(path):
            if not isinstance(raw, PlanFileError):
                sheets.setdefault(raw.sheet, []).append(raw)
        for name, raws in sheets.items():
            used = {column for raw in raws for column, cell in raw.cells.items() if cell}
            columns = [column for column in Column if column in used or column in REQUIRED]
            beside = dict(self._beside.get((file, name), {}))
            filled: list[tuple[int, Sequence[Value]]] = [(1, [*columns, words.ROW_BEFORE, *HEAD])]
            number = 1
            for raw in raws:
                # Below a filled row, a row that names no host stands on the host of that one.
                number += 1 if raw.cells.get(Column.HOST) else 2
                cells = [_number(raw.cells.get(column, "")) for column in columns]
                # One application is several rows; what was found of it stands in the first.
                filled.append((number, [*cells, raw.row, *beside.pop(raw.row, ())]))
            self._add_sheet(file, name or words.SHEET, filled, frozenset((1,)), len(columns) + 1)

    def _add_sheet(
        self, file: str, wanted: str, rows: list[tuple[int, Sequence[Value]]], heads: frozenset[int], width: int
    ) -> None:
        package = self.package
        sizes = dict.fromkeys(range(1, width + 1), 18) | dict(enumerate(WIDTHS, start=width + 1))
        name = package.add_sheet(wanted, sheet(rows[:LAST_ROW], sizes, self._styles, heads, width + 1))
        if name != wanted:
            self.notes.append(words.RENAMED.format(file=file, sheet=wanted, name=name))


def _heads(rows: Iterable[tuple[int, Sequence[str]]]) -> list[int]:
    """The rows of column names: the first, those that repeat it, and those of further tables below; empty where a
    sheet has none.
    """
    heads: list[int] = []
    names: list[str] = []
    places: list[int] = []
    looked_at = 0
    for number, record in rows:
        if is_blank(record):
            continue
        looked_at += 1
        if heads:
            if list(record) == names:
                heads.append(number)
                continue
            if not names_columns(record, places):
                continue
        elif missing_columns(columns_of(record)):
            if looked_at == LOOKED_AT:
                break
            continue
        heads.append(number)
        names, places = list(record), port_places(record, columns_of(record))
    return heads
