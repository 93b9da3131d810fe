"""A table in the width of a terminal: long cells take several lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

from ..table import Table

__all__ = ["fit", "natural_width"]

GAP = "  "

#: Narrower than this, sentences are no pleasure to read, and an optional column is left out.
LEAST = 24


def fit(table: Table, width: int | None, optional: str = "") -> tuple[str, bool]:
    """The table in lines of `width` characters, and whether it is whole. Without a width, each row is one line.

    A last column of the name `optional` is shown only where it fits.
    """
    table = table.without_empty_columns()
    lines: list[Sequence[str]] = [table.columns, *table.rows]
    natural = _natural(lines)
    widths = _shrunk(natural, width)
    is_whole = table.columns[-1] != optional or widths[-1] >= min(LEAST, natural[-1])
    if not is_whole:
        lines = [line[:-1] for line in lines]
        widths = _shrunk(natural[:-1], width)
    head, *rows = [_wrapped(line, widths) for line in lines]
    rule = GAP.join("─" * one for one in widths)
    return "\n".join([head, rule, *rows]), is_whole


def natural_width(table: Table) -> int:
    """Characters of a line in which no cell is broken."""
    widths = _natural([table.columns, *table.rows])
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _natural(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def _shrunk(natural: Sequence[int], width: int | None) -> list[int]:
    widths = list(natural)
    if width is None:
        return widths
    room = width - len(GAP) * (len(widths) - 1)
    # The widest gives way first, so that short columns stay in one piece.
    while sum(widths) > max(room, len(widths)):
        widths[widths.index(max(widths))] -= 1
    return widths


def _wrapped(cells: Sequence[str], widths: Sequence[int]) -> str:
    columns = [[cell] if len(cell) <= width else wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return "\n".join(
        GAP.join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip()
        for line in zip_longest(*columns, fillvalue="")
    )
