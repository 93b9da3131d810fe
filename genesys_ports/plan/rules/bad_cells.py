"""Cells that were understood and still are no port: their findings, where a reading is checked."""

from __future__ import annotations

from collections.abc import Iterator

from ...origin import Place
from ..findings import Finding
from . import words
from .ground import Ground

__all__ = ["bad_cells"]


def bad_cells(ground: Ground) -> Iterator[Finding]:
    """GP401, GP402 and GP408, as the reader of the sheet has found them."""
    for bad in ground.bad:
        sentence = words.BAD_CELLS.get(bad.code)
        if sentence is None:
            continue
        row = Place(bad.file, bad.sheet, bad.row)
        if not ground.silent(bad.code, (row,)):
            message = sentence.format(value=words.shown(bad.value), column=bad.column)
            yield ground.found(bad.code, message, rows=(row,))
