"""A table on standard output: in the width of a terminal and bounded there, whole everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from ..table import Table
from . import words
from .console import is_watched, printable, show, width
from .fit import fit, natural_width

__all__ = ["show_sentences", "show_table"]

#: Rows shown at a terminal before the rest is counted.
MOST = 200


def show_table(table: Table, spare: Sequence[str] = ()) -> None:
    """Prints a table, with its caption above it.

    In a terminal that is too narrow the `spare` columns give way, the first of them first; what is left out is said.
    """
    if table.caption:
        show_sentences(table.caption)
    if not table.rows:
        return
    if not is_watched():
        show(fit(table, None)[0])
        return
    shown = Table(table.columns, table.rows[:MOST]).without_empty_columns()
    left_out = []
    for column in spare:
        if natural_width(shown) > width() and column in shown.columns:
            shown = shown.only(*(name for name in shown.columns if name != column))
            left_out.append(column)
    show(fit(shown, width())[0])
    if len(shown) < len(table):
        show_sentences(words.ROWS_LEFT_OUT.format(count=f"{len(table) - len(shown):,}"))
    if left_out:
        show_sentences(words.COLUMNS_LEFT_OUT.format(columns=", ".join(reversed(left_out))))


def show_sentences(*sentences: str) -> None:
    """Prints sentences, each from a new line; a terminal gets them in its width."""
    for sentence in map(printable, sentences):
        show(*wrap(sentence, width(), break_on_hyphens=False) if is_watched() else [sentence])
