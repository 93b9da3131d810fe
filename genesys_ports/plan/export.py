"""A table as a file for somebody else: CSV, XLSX or Markdown, safe to open, and never over another file."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from ..errors import OutputFormatError, OutputWriteError
from ..table import Table, one_line
from . import firewall_words as words
from .files import ending, shown_name, write_new
from .rows import LAST_ROW
from .sheet_xml import cell_text

__all__ = ["TooManyRows", "csv_bytes", "markdown", "workbook", "write_form"]

#: Rows of one sheet, its header among them.
MOST_ROWS = LAST_ROW

#: What Markdown would take for emphasis, code, a link, a picture, a cell border or HTML.
_MARKDOWN = re.compile(r"[\\`*\[\]|~#]")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NUMBER = re.compile(r"[1-9][0-9]{0,8}|0")

_WIDEST = 60


class TooManyRows(Exception):
    """The table has more rows than a sheet of a workbook can hold."""


def markdown(table: Table, notes: Iterable[str] = ()) -> str:
    """The table as a Markdown table below its caption, then the notes as a list. Nothing in it is taken for markup."""
    rows = [[_plain(cell) for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(table.columns))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    parts = ["\n".join(lines)]
    if table.caption:
        parts.insert(0, _plain(table.caption))
    if notes := "\n".join(f"- {_plain(one_line(note))}" for note in notes):
        parts.append(notes)
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", text.translate(_HTML))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def workbook(table: Table, title: str, numbers: Container[str] = (), notes: Sequence[str] = ()) -> bytes:
    """The table as an XLSX workbook: its header stays in view and filters; whole numbers under `numbers` sort as such.

    Every other cell is text, whatever it starts with. `title` names the sheet; the notes get a sheet of their own.
    Raises `TooManyRows`.
    """
    if len(table.rows) >= MOST_ROWS:
        raise TooManyRows
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    for index, name in enumerate(table.columns):
        widest = max(len(name) + 4, *(len(row[index]) for row in table.rows[:1000]), 6)
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(widest + 2, _WIDEST)

    def cell(text: str) -> object:
        # A plain string is text to the workbook unless it starts as a formula does; the mark keeps it text in Excel
        # when somebody edits the cell, without a character more in it.
        text = cell_text(text)
        if not text.startswith(("=", "+", "-", "@")):
            return text
        guarded = WriteOnlyCell(sheet, text)
        guarded.data_type = "s"
        guarded.quotePrefix = True
        return guarded

    header = []
    for name in table.columns:
        head = WriteOnlyCell(sheet, name)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="FFD9E1F2")
        head.alignment = Alignment(vertical="top", wrap_text=True)
        header.append(head)
    sheet.append(header)
    as_numbers = [name in numbers for name in table.columns]
    for row in table.rows:
        sheet.append(
            [
                int(text) if number and _NUMBER.fullmatch(text) else cell(text)
                for text, number in zip(row, as_numbers, strict=True)
            ]
        )
    if notes:
        beside = book.create_sheet(words.NOTES)
        beside.column_dimensions["A"].width = 2 * _WIDEST
        for note in notes:
            beside.append([cell(one_line(note))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_bytes(table: Table) -> bytes:
    """The table as a CSV file."""
    text = table.to_csv()
    # Excel takes a CSV without byte order mark for the local 8-bit code.
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


def write_form(path: str | os.PathLike[str], forms: Mapping[str, Callable[[], bytes]]) -> None:
    """Writes a new file in the form that the ending of its name says, one of `forms`.

    Raises `OutputFormatError`, `OutputExistsError`, and `OutputWriteError` when the form cannot hold so much, or the
    system does not let it be written.
    """
    form = forms.get(ending(path))
    if form is None:
        raise OutputFormatError(shown_name(path), tuple(forms))
    try:
        content = form()
    except TooManyRows:
        problem = words.TOO_MANY_FOR_A_SHEET.format(most=f"{MOST_ROWS:,}")
        raise OutputWriteError(shown_name(path), problem) from None
    write_new(path, content)
