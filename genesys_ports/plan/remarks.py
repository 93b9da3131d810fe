"""Rows of text between the rows of a plan: titles of sections, notes, remarks. They are left out, and told of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from . import words
from .columns import Column

__all__ = ["MOST_NAMED", "left_out", "lone_text"]

#: Rows that are named in the sentence about them.
MOST_NAMED = 10

#: Where a person writes a title or a note; a text alone in any other column is a cell of the plan without its row.
_PLACES = frozenset({Column.HOST, Column.APPLICATION, Column.TYPE, Column.PURPOSE, Column.TEAM})

#: A number, a range or a list of them, with a transport or without.
_NUMBERS = re.compile(r"\s*+'?[-+]?[0-9][0-9;,/+\s-]*+(?:\.0++)?/?\s*+(?:tcp|udp|tls)?\s*+", re.IGNORECASE)

#: No application has a name of more words.
_MOST_WORDS = 4


def lone_text(cells: Mapping[Column, str], *, hosted: bool) -> Column | None:
    """The column of a text that stands alone in its row, where it may be a title or a remark; None for other rows.

    `hosted` says that the host of the rows above counts for this row: a short text is then an application, and what it
    lacks is its port.
    """
    told = [column for column, cell in cells.items() if cell and not cell.isspace()]
    if len(told) != 1 or told[0] not in _PLACES:
        return None
    text = cells[told[0]]
    # A cell that shows an error has no text.
    if type(text) is not str or _NUMBERS.fullmatch(text):
        return None
    if told[0] is Column.APPLICATION and hosted:
        text = text.strip()
        return told[0] if ":" in text or text.endswith(".") or len(text.split()) > _MOST_WORDS else None
    return told[0]


def left_out(sheet: str, rows: Sequence[int]) -> str:
    """The sentence about the rows of one sheet that were left out."""
    rows = sorted(rows)
    if len(rows) == 1:
        problem = words.REMARK.format(row=rows[0])
    elif len(rows) <= MOST_NAMED:
        problem = words.REMARKS.format(rows=", ".join(map(str, rows[:-1])), last=rows[-1])
    else:
        problem = words.REMARKS_MANY.format(count=f"{len(rows):,}", rows=", ".join(map(str, rows[:MOST_NAMED])))
    return words.IN_SHEET.format(sheet=sheet, problem=problem) if sheet else problem
