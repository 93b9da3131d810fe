"""A small table that reads well in a terminal, in a notebook and as CSV; and sentences that read well in a notebook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from .errors import InvalidValueError

__all__ = ["Table", "Tabled", "defused", "one_line", "sentences_html"]

#: Rows shown before a table only counts the rest; `to_csv` always has them all.
SHOWN = 200

#: Inherits colours and size from the page, so that it reads in a dark theme and on a projector.
_STYLE = "border-collapse:collapse;text-align:left;margin:0.4em 0;font-size:1.05em"
_CELL = "text-align:left;padding:0.25em 0.6em;border-bottom:1px solid currentColor"

#: A column of cells no longer than this is never broken into two lines: names and ports read as one word.
UNBROKEN = 26


#: What a terminal obeys instead of showing it: control characters, and those that turn the direction of text; and
#: halves of characters, which no file can hold.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Table:
    """Rows of text under column names. Every cell is plain text and is escaped wherever it is shown."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> None:
        self.columns = tuple(one_line(column) for column in columns)
        self.rows = tuple(tuple(one_line(cell) for cell in row) for row in rows)
        self.caption = one_line(caption)

    def without_empty_columns(self) -> Table:
        """The same table without the columns that no row fills."""
        kept = [i for i in range(len(self.columns)) if not self.rows or any(row[i] for row in self.rows)]
        return Table([self.columns[i] for i in kept], [[row[i] for i in kept] for row in self.rows], self.caption)

    def only(self, *columns: str) -> Table:
        """The same table with these columns alone, in this order. Raises `InvalidValueError`."""
        for name in columns:
            if name not in self.columns:
                raise InvalidValueError("column of this table", name, self.columns)
        kept = [self.columns.index(name) for name in columns]
        return Table(columns, [[row[i] for i in kept] for row in self.rows], self.caption)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        shown = self.rows[:SHOWN]
        widths = [max(len(row[i]) for row in (self.columns, *shown)) for i in range(len(self.columns))]
        lines = [self.caption] if self.caption else []
        for row in (self.columns, tuple("─" * width for width in widths), *shown):
            lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if len(self.rows) > len(shown):
            lines.append(self._rest())
        return "\n".join(lines)

    def _rest(self) -> str:
        hidden = len(self.rows) - SHOWN
        return "… and 1 more row" if hidden == 1 else f"… and {hidden} more rows"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        shown = self.rows[:SHOWN]
        longest = [max(len(row[i]) for row in (self.columns, *shown)) for i in range(len(self.columns))]
        styles = [f"{_CELL};white-space:nowrap" if length <= UNBROKEN else _CELL for length in longest]

        def cells(row: Sequence[str], tag: str, scope: str = "") -> str:
            styled = zip(row, styles, strict=True)
            return "".join(f'<{tag}{scope} style="{style}">{escape(cell)}</{tag}>' for cell, style in styled)

        head = cells(self.columns, "th", ' scope="col"')
        # A table wider than the page scrolls, by keyboard too.
        label = escape(self.caption) or "Table"
        parts = [
            f'<div tabindex="0" role="group" aria-label="{label}" style="overflow-x:auto"><table style="{_STYLE}">'
        ]
        if self.caption:
            parts.append(f'<caption style="text-align:left">{escape(self.caption)}</caption>')
        parts.append(f"<thead><tr>{head}</tr></thead>\n<tbody>")
        parts.append("\n".join(f"<tr>{cells(row, 'td')}</tr>" for row in shown))
        parts.append("</tbody></table></div>")
        if len(self.rows) > SHOWN:
            parts.append(f"<p>{escape(self._rest())}</p>")
        return "".join(parts)

    def to_csv(self) -> str:
        """All rows as CSV. What a spreadsheet would take for a formula is written with a leading apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([defused(cell) for cell in row] for row in (self.columns, *self.rows))
        return out.getvalue()


class Tabled:
    """What is shown as its table: in a terminal and in a notebook."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # IPython takes the __repr__ of a class, and every data class has one, before anything that it inherits.
        if "_repr_pretty_" not in cls.__dict__:
            cls._repr_pretty_ = Tabled._repr_pretty_  # type: ignore[method-assign]

    def table(self) -> Table:
        """The table."""
        raise NotImplementedError

    def __str__(self) -> str:
        return str(self.table())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def sentences_html(sentences: Iterable[str]) -> str:
    """Sentences as a notebook shows them, one below the other: escaped, in the page's own type."""
    lines = "".join(f"<div>{escape(sentence)}</div>" for sentence in sentences)
    return f'<div style="font-size:1.05em;line-height:1.5">{lines}</div>'


def one_line(cell: object) -> str:
    """The text of a cell in one line, without what a terminal obeys; empty for None."""
    # A line break inside a cell would let one row pass for two; a control character could repaint a terminal.
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(cell).split())) if cell is not None else ""


def defused(cell: str) -> str:
    """The cell, made safe against a spreadsheet that runs formulas (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
