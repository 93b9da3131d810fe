"""Cells and sheets as a workbook has them (ECMA-376, SpreadsheetML): text is always text, never a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from .columns import column_letters

__all__ = ["MOST_TEXT", "Styles", "Value", "cell", "cell_text", "height", "sheet"]

#: What a cell is to hold; an empty text is no cell.
Value = str | int

#: Characters of one cell, counted in UTF-16 as Excel does (Excel specifications and limits).
MOST_TEXT = 32_767

#: Points that one line of text takes in the usual font, and the most that a row has (Excel specifications and limits).
LINE = 15
MOST_HEIGHT = 409

#: Characters that XML 1.0 has no way to write (section 2.2); a workbook with one of them is called damaged.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: What Excel would take for a character written as its number (ECMA-376 part 1, 22.4.2.4).
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: What a spreadsheet may take for a formula once somebody edits the cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class Styles(NamedTuple):
    """Numbers of the cell styles we add. Only the second and the third break lines."""

    #: Text that stays text when somebody edits it, the same in lines, names of columns, a title, and any other cell.
    text: str = ""
    wrapped: str = ""
    head: str = ""
    title: str = ""
    other: str = ""


def cell(row: int, column: int, value: Value, style: str = "", prefix: str = "") -> bytes:
    """One cell; `column` counts from 1. A text is an inline string, which no spreadsheet computes."""
    if value == "":
        return b""
    begin = f'<{prefix}c r="{column_letters(column - 1)}{row}"' + (f' s="{style}"' if style else "")
    if isinstance(value, int):
        return f"{begin}><{prefix}v>{value}</{prefix}v></{prefix}c>".encode()
    text = f'<{prefix}is><{prefix}t xml:space="preserve">{_text(value)}</{prefix}t></{prefix}is>'
    return f'{begin} t="inlineStr">{text}</{prefix}c>'.encode()


def _text(value: str) -> str:
    text = cell_text(value.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(_LIKE_ESCAPED.sub("_x005F_", text), quote=False)


def cell_text(value: str) -> str:
    """What a cell can hold of a text: only characters that XML can write, and no more of them than `MOST_TEXT`."""
    text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)
    if len(text) > MOST_TEXT // 2:
        text = text.encode("utf-16-le")[: 2 * MOST_TEXT].decode("utf-16-le", "ignore")
    return text


def height(cells: Iterable[tuple[Value, int]]) -> int:
    """The points that a row needs for wrapped cells, each with its column's width; 0 where one line is enough.

    Nobody else works it out: a row whose height a workbook does not tell is shown one line high by LibreOffice.
    """
    lines = max((_lines(value, width) for value, width in cells), default=1)
    return min(lines * LINE, MOST_HEIGHT) if lines > 1 else 0


def _lines(value: Value, width: int) -> int:
    # Words are not broken, so that lines are rarely full; letters are narrower than the digits that widths count.
    return sum(max(1, -(-len(line) // width)) for line in value.split("\n")) if isinstance(value, str) else 1


def sheet(
    rows: Iterable[tuple[int, Sequence[Value]]],
    widths: Mapping[int, int],
    styles: Styles,
    heads: frozenset[int] = frozenset(),
    wrapped_from: int = 1,
    plain: frozenset[int] = frozenset(),
) -> bytes:
    """A sheet of these numbered rows, printed across, as wide as a page.

    `heads` are the rows of column names; text is wrapped from a column on, but not in the rows that are `plain`: there
    it runs over the empty cells beside it. A head that is plain is a title.
    """
    columns = "".join(
        f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        for column, width in sorted(widths.items())
    )
    parts = [f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_NAMESPACE}">'.encode()]
    parts.append(b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>')
    parts.append(f"<cols>{columns}</cols><sheetData>".encode())
    for number, values in rows:
        first = len(values) + 1 if number in plain else wrapped_from
        points = height((value, widths[column]) for column, value in enumerate(values, start=1) if column >= first)
        told = f' ht="{points}"' if points else ""
        parts.append(f'<row r="{number}"{told}>'.encode())
        for column, value in enumerate(values, start=1):
            if value != "":
                style = _style(value, number in heads, column >= first, number in plain, styles)
                parts.append(cell(number, column, value, style))
        parts.append(b"</row>")
    parts.append(b'</sheetData><pageSetup orientation="landscape" fitToHeight="0"/></worksheet>')
    return b"".join(parts)


def _style(value: Value, head: bool, wrapped: bool, plain: bool, styles: Styles) -> str:
    if head:
        return styles.title if plain else styles.head
    if wrapped:
        return styles.wrapped
    kept = isinstance(value, str) and (plain or value.startswith(_FORMULA))
    return styles.text if kept else styles.other
