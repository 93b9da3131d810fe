"""The cells of one sheet of a workbook, as text, row by row; merged ranges are filled downwards.

Read with handlers of expat's, and not through a tree of elements: a plan of 100,000 rows has a million cells. Rows and
cells that a sheet leaves out, or formats and leaves empty, cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ..errors import PlanFileError
from . import xlsx_words as words
from .rows import LAST_ROW, MOST_CELL, MOST_COLUMNS, Unread, number_text
from .xlsx_parts import MOST_DEPTH, Sheet, Workbook, feed, new_parser, unescaped

__all__ = ["LAST_COLUMN", "MOST_MERGES", "records"]

MOST_MERGES = 100_000

#: The last column there is (Excel specifications and limits): XFD.
LAST_COLUMN = 2**14

_DIGITS = "0123456789"

_MERGE = re.compile(
    rb"<(?:[\w.-]+:)?mergeCell\s[^<>]*?\bref\s*=\s*[\"']"
    rb"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?[A-Z]{1,3}\$?([0-9]{1,7})[\"']"
)
#: Bytes of a tag that may be cut in two by the end of a piece.
_TAG = 1024

Record = tuple[int, list[str]]


def records(book: Workbook, sheet: Sheet) -> Iterator[Record]:
    """The rows that hold anything, each with its number and its cells up to the last filled one.

    Raises `PlanFileError`.
    """
    merges = _merges(book, sheet)
    found = _records(book, sheet.part)
    return _filled_down(found, merges) if merges else found


def _records(book: Workbook, part: str) -> Iterator[Record]:
    done: list[Record] = []
    parser = new_parser(book.parts.file)

    def root(name: str, attributes: dict[str, str]) -> None:
        prefix, _, kind = name.rpartition(":")
        if kind != "worksheet":
            raise PlanFileError(book.parts.file, words.DAMAGED)
        handlers = _handlers(book, f"{prefix}:" if prefix else "", done)
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = handlers

    parser.StartElementHandler = root
    for _ in feed(book.parts, part, parser):
        yield from done
        done.clear()


_Handlers = tuple[Callable[[str, dict[str, str]], None], Callable[[str], None], Callable[[str], None]]


def _handlers(book: Workbook, prefix: str, done: list[Record]) -> _Handlers:
    """What expat calls at the start of an element, at its end, and for the text between."""
    cell_tag, value_tag, row_tag = f"{prefix}c", f"{prefix}v", f"{prefix}row"
    formula_tag, text_tag, spoken_tag = f"{prefix}f", f"{prefix}t", f"{prefix}rPh"
    read_tags = (value_tag, formula_tag)
    texts, dates = book.texts, book.dates
    columns: dict[str, int] = {}

    row = column = depth = 0
    record: list[str] = []
    kind: str | None = None
    style: str | None = None
    value = formula = ""
    in_row = in_cell = computed = spoken = False
    taking = ""

    def damaged() -> PlanFileError:
        return PlanFileError(book.parts.file, words.DAMAGED)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, depth, record, kind, style, value, formula, in_row, in_cell, computed, spoken, taking
        if name == cell_tag:
            if in_cell or not in_row:
                raise damaged()
            in_cell = True
            place = attributes.get("r")
            if place is None:
                column += 1
            else:
                letters = place.rstrip(_DIGITS)
                column = columns.get(letters) or columns.setdefault(letters, _column(letters))
            if column > LAST_COLUMN:
                raise damaged()
            kind, style = attributes.get("t"), attributes.get("s")
            value = formula = ""
            computed = False
        elif name in read_tags:
            if taking:
                raise damaged()
            taking = name
            computed = computed or name == formula_tag
        elif name == row_tag:
            number = int(attributes.get("r", row + 1))
            if in_row or not row < number <= LAST_ROW:
                raise damaged()
            row, column, record, in_row = number, 0, [], True
        else:
            depth += 1
            if depth > MOST_DEPTH:
                raise damaged()
            if name == spoken_tag:
                spoken = True
            elif name == text_tag and not spoken:
                taking = name

    def end(name: str) -> None:
        nonlocal depth, in_row, in_cell, spoken, taking
        if name in read_tags:
            taking = ""
        elif name == cell_tag:
            in_cell = False
            if value or computed:
                keep()
        elif name == row_tag:
            in_row = False
            if record:
                done.append((row, record))
        else:
            depth -= 1
            if name == spoken_tag:
                spoken = False
            elif name == text_tag:
                taking = ""

    def characters(data: str) -> None:
        nonlocal value, formula
        # One character over the limit is enough to be called too long later.
        if taking == formula_tag:
            formula += data if len(formula) <= MOST_CELL else ""
        elif taking:
            value += data if len(value) <= MOST_CELL else ""

    def keep() -> None:
        cell: str
        if not value:
            # A formula whose result is an empty text says so by its type.
            cell = "" if kind == "str" else Unread(f"={formula}", words.NO_RESULT)
        elif kind == "s":
            cell = texts[_index(value)]
        elif (kind is None or kind == "n") and style in dates:
            cell = _date(value, book.from_1904)
        elif kind is None or kind == "n":
            cell = value if value.isdigit() else number_text(value)
        elif kind == "b":
            cell = "TRUE" if value == "1" else "FALSE"
        elif kind == "e":
            cell = Unread(value, words.SHOWS_ERROR)
        else:
            cell = unescaped(value)
        if cell:
            missing = column - len(record) - 1
            if missing < 0:
                raise damaged()
            if missing:
                record.extend([""] * missing)
            record.append(cell)

    return start, end, characters


def _column(letters: str) -> int:
    """A is 1. Raises `ValueError`."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or number > LAST_COLUMN:
            raise ValueError(letters[:10])
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _index(text: str) -> int:
    # int() takes signs and blanks; an index has none.
    if not text.isdigit():
        raise ValueError(text[:10])
    return int(text)


def _date(text: str, from_1904: bool) -> str:
    """A date, a time, or both, where a sheet shows one: never the number of days that stands behind it."""
    number = float(text)
    try:
        moment = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        moment += timedelta(seconds=round(number * 86400))
    except (OverflowError, ValueError):
        return number_text(text)
    if 0 <= number < 1:
        return f"{moment:%H:%M}"
    return f"{moment:%Y-%m-%d}" if number.is_integer() else f"{moment:%Y-%m-%d %H:%M}"


# --- merged ranges

#: Of the rows where merged ranges begin: the column of each, from 0, and its last row.
Merges = dict[int, list[tuple[int, int]]]


def _merges(book: Workbook, sheet: Sheet) -> Merges:
    """The merged ranges of more than one row. They stand behind the cells, so they are looked for first."""
    merges: Merges = {}
    count = 0
    rest = b""
    for chunk in book.parts.chunks(sheet.part):
        piece = rest + chunk
        begin = piece.find(b"mergeCell ")
        if begin >= 0:
            for found in _MERGE.finditer(piece, max(0, begin - _TAG)):
                first, top, bottom = found.groups()
                column = _column(first.decode())
                count += 1
                if top != bottom and column <= MOST_COLUMNS:
                    merges.setdefault(int(top), []).append((column - 1, int(bottom)))
        if count > MOST_MERGES:
            text = words.MANY_MERGES.format(sheet=sheet.name, most=f"{MOST_MERGES:,}")
            raise PlanFileError(book.parts.file, text)
        rest = piece[-_TAG:]
    return merges


def _filled_down(found: Iterator[Record], merges: Merges) -> Iterator[Record]:
    """The same rows, with the value of a merged range in every row of it: people merge the cells of a host.

    Only downwards: a range over several columns names the first of them. A row that a merged range passes and that
    holds nothing of its own stays empty.
    """
    open_ranges: dict[int, tuple[int, str]] = {}
    starts = iter(sorted(merges))
    following = next(starts, None)
    for row, record in found:
        for column, (bottom, value) in list(open_ranges.items()):
            if row > bottom:
                del open_ranges[column]
            elif column >= len(record):
                record.extend([""] * (column - len(record)))
                record.append(value)
            elif not record[column]:
                record[column] = value
        while following is not None and following <= row:
            if following == row:
                for column, bottom in merges[row]:
                    if column < len(record) and record[column]:
                        open_ranges[column] = bottom, record[column]
            following = next(starts, None)
        yield row, record
