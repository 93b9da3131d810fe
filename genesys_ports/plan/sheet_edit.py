"""Columns added to a sheet of a workbook, right of all it holds; nothing else of the sheet changes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from .columns import column_letters
from .sheet_xml import Styles, Value, cell, height
from .xlsx_sheet import LAST_COLUMN
from .xml_edit import CannotEdit, Edit, parser_of, spliced, tag_end, with_attribute

__all__ = ["with_columns"]

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")

_HEIGHT = re.compile(rb"\sht\s*=\s*[\"']([0-9]{1,3})(?:\.[0-9]*)?[\"']")

#: What makes a cell filled.
_CONTENT = frozenset(("v", "f", "is"))


@dataclass(slots=True)
class _Layout:
    """Where things stand in a sheet, by the byte: what has to be known before the first one is changed."""

    prefix: str = ""
    #: The last column that holds anything, or is merged in a row that gets more cells.
    used: int = 0
    #: Of each row, where its start tag and its end tag begin.
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: Empty cells of a row, which hold a format only: column, begin and end.
    blanks: dict[int, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    #: The style of the last filled cell of each row asked for.
    styles: dict[int, str] = field(default_factory=dict)
    #: Where the extent of the sheet is told, where its columns are, and where its cells begin; -1 for nowhere.
    dimension: int = -1
    columns: tuple[int, int] = (-1, -1)
    column: list[int] = field(default_factory=list)
    cells: int = -1


def with_columns(
    part: bytes,
    heads: Mapping[int, Sequence[Value]],
    rows: Mapping[int, Sequence[Value]],
    widths: Sequence[int],
    styles: Styles,
) -> bytes:
    """The sheet with new columns, each of a width; `heads` are their names, and take the style of the names there.

    Both go by row. Rows that the sheet does not have are left out. Raises `CannotEdit`.
    """
    targets = sorted({*heads, *rows})
    layout = _read(part, frozenset(heads), targets)
    first = layout.used + 1
    if first + len(widths) > LAST_COLUMN:
        raise CannotEdit
    edits: list[Edit] = []
    for number, values in {**rows, **heads}.items():
        if number in layout.rows:
            style = layout.styles.get(number, "") if number in heads else styles.wrapped
            points = height(zip(values, widths, strict=False))
            edits += _in_row(part, layout, number, first, values, style, points)
    edits += _in_columns(part, layout, first, widths)
    if layout.dimension >= 0:
        inner, _ = tag_end(part, layout.dimension)
        extent = f"A1:{column_letters(first + len(widths) - 2)}{max(layout.rows, default=1)}"
        edits.append((layout.dimension, inner, with_attribute(part[layout.dimension : inner], "ref", extent)))
    return spliced(part, edits)


def _in_row(
    part: bytes, layout: _Layout, number: int, first: int, values: Sequence[Value], style: str, points: int
) -> Iterator[Edit]:
    begin, end = layout.rows[number]
    cells = (cell(number, column, value, style, layout.prefix) for column, value in enumerate(values, start=first))
    beyond = [blank for blank in layout.blanks.get(number, ()) if blank[0] >= first]
    where = min((blank[1] for blank in beyond), default=end)
    yield where, where, b"".join(cells)
    for column, start, after in beyond:
        if column < first + len(values):
            yield start, after, b""
    inner, _ = tag_end(part, begin)
    tag = part[begin:inner]
    # What the row is said to span grows, and the row with what it holds now; a height that the user set stays.
    changed = with_attribute(tag, "spans", None)
    before = _HEIGHT.search(tag)
    if b"customHeight" not in tag and points > (float(before[1]) if before else 0):
        name = len(f"<{layout.prefix}row")
        changed = with_attribute(changed, "ht", None)
        changed = changed[:name] + f' ht="{points}"'.encode() + changed[name:]
    if changed != tag:
        yield begin, inner, changed


def _in_columns(part: bytes, layout: _Layout, first: int, widths: Sequence[int]) -> Iterator[Edit]:
    last = first + len(widths) - 1
    new = [
        (column, f'<{layout.prefix}col min="{column}" max="{column}" width="{width}" customWidth="1"/>'.encode())
        for column, width in enumerate(widths, start=first)
    ]
    # People hide or format all columns to the right at once: what is left of such a range stands around ours.
    for begin in layout.column:
        tag = part[begin : tag_end(part, begin)[0]]
        least, most = (_number(tag, name) for name in ("min", "max"))
        for low, high in ((least, min(most, first - 1)), (max(least, last + 1), most)):
            if low <= high:
                new.append((low, with_attribute(with_attribute(tag, "min", str(low)), "max", str(high))))
    inside = b"".join(tag for _, tag in sorted(new))
    name = f"{layout.prefix}cols>".encode()
    whole = b"<" + name + inside + b"</" + name
    begin, end = layout.columns if layout.columns[0] >= 0 else (layout.cells, layout.cells)
    yield begin, end, whole


def _number(tag: bytes, name: str) -> int:
    match = re.search(rb"\s" + name.encode() + rb"\s*=\s*[\"']([0-9]{1,5})[\"']", tag)
    if match is None:
        raise CannotEdit
    return int(match[1])


def _read(part: bytes, heads: frozenset[int], targets: Sequence[int]) -> _Layout:
    layout = _Layout()
    parser = parser_of(part)
    row = column = begin = 0
    style = ""
    filled = in_cell = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, begin, style, filled, in_cell
        prefix, _, name = name.rpartition(":")
        if name == "c":
            begin, style, in_cell, filled = parser.CurrentByteIndex, attributes.get("s", ""), True, False
            column = _place(attributes["r"])[0] if "r" in attributes else column + 1
        elif in_cell:
            filled = filled or name in _CONTENT
        elif name == "row":
            row, column = int(attributes.get("r", row + 1)), 0
            layout.rows[row] = parser.CurrentByteIndex, -1
        elif name == "worksheet":
            layout.prefix = f"{prefix}:" if prefix else ""
        elif name == "dimension":
            layout.dimension = parser.CurrentByteIndex
        elif name == "cols":
            layout.columns = parser.CurrentByteIndex, -1
        elif name == "col":
            layout.column.append(parser.CurrentByteIndex)
        elif name == "sheetData":
            layout.cells = parser.CurrentByteIndex
        elif name == "mergeCell":
            begins, _, ends = attributes.get("ref", "").partition(":")
            (_, top), (last, bottom) = _place(begins), _place(ends or begins)
            # A title may be merged over all columns there are.
            if bisect_right(targets, bottom) > bisect_left(targets, top):
                layout.used = max(layout.used, last)

    def end(name: str) -> None:
        nonlocal in_cell
        name = name.rpartition(":")[2]
        if name == "c":
            in_cell = False
            if not filled:
                layout.blanks[row].append((column, begin, _after(part, begin, parser.CurrentByteIndex)))
                return
            layout.used = max(layout.used, column)
            if row in heads:
                layout.styles[row] = style
        elif in_cell:
            return
        elif name == "row":
            start_tag, _ = layout.rows[row]
            layout.rows[row] = start_tag, parser.CurrentByteIndex
        elif name == "cols":
            layout.columns = layout.columns[0], _after(part, layout.columns[0], parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise CannotEdit from None
    if layout.cells < 0:
        raise CannotEdit
    return layout


def _after(part: bytes, begin: int, end: int) -> int:
    """Where an element ends, from where its tags begin."""
    inner, empty = tag_end(part, begin)
    return inner if empty else part.index(b">", end) + 1


def _place(place: str) -> tuple[int, int]:
    """Column and row of `K5`, counted from 1."""
    match = _PLACE.fullmatch(place)
    if match is None:
        raise CannotEdit
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number, int(match[2])
