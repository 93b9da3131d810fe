"""What a row has to know of other rows: how to name one, and what may stand on every host under one name."""

from __future__ import annotations

from functools import lru_cache

from ..catalog import load_catalog
from ..origin import Place
from . import words
from .rows import RawRow

__all__ = ["row_text", "runs_everywhere"]


def row_text(place: Place, raw: RawRow) -> str:
    """The place of another row as a sentence about `raw` names it: with its sheet and file where these differ."""
    sheet = place.sheet if place.file != raw.file or place.sheet != raw.sheet else ""
    if place.file == raw.file:
        sentence = words.ROW_OF_SHEET if sheet else words.ROW
    else:
        sentence = words.ROW_OF_SHEET_OF_FILE if sheet else words.ROW_OF_FILE
    return sentence.format(row=place.row, sheet=sheet, file=place.file)


@lru_cache(maxsize=1024)
def runs_everywhere(name: str, kind: str) -> bool:
    """Whether this is a component that each host has for itself: its port is set in the Host object (LCA, GDA)."""
    catalog = load_catalog()
    known = catalog.known(kind) or catalog.known(name)
    return known is not None and any(port.set_where.startswith("Host object") for port in known.ports)
