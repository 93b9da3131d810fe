"""A table on standard output: in the width of a terminal and bounded there, whole everywhere else."""

from __future__ import annotations

from ..table import Table
from . import words
from .console import is_watched, show, width
from .fit import fit

__all__ = ["show_table"]

#: Rows shown at a terminal before the rest is counted.
MOST = 200


def show_table(table: Table) -> None:
    """Prints a table, with its caption above it."""
    watched = is_watched()
    if table.caption:
        show(table.caption)
    if table.rows:
        rows = table.rows[:MOST] if watched else table.rows
        show(fit(Table(table.columns, rows), width() if watched else None)[0])
        if len(rows) < len(table.rows):
            show(words.ROWS_LEFT_OUT.format(count=f"{len(table.rows) - len(rows):,}"))
