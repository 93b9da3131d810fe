"""What is said around findings: their rows, their number, the heads of their columns. A translation replaces it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from pathlib import PureWindowsPath

from ..origin import Place

__all__ = ["COLUMNS", "PROPOSAL", "SOURCE", "listed", "rows", "shown", "summary"]

COLUMNS = ("Code", "Severity", "Where", "Finding", "Proposal")

PROPOSAL = "Proposal: {proposal}"
SOURCE = "Source: {source}"

#: Rows named before a finding only counts the rest.
ROWS_SHOWN = 6

_NO_FINDING = "no finding"
_COUNTS = (("1 error", "{count} errors"), ("1 warning", "{count} warnings"), ("1 info", "{count} infos"))

# Sheet and number of rows decide the sentence; a file is named where findings come from several files.
_PLACES = {
    (True, False): "Sheet '{sheet}', row {rows}",
    (True, True): "Sheet '{sheet}', rows {rows}",
    (False, False): "{file}, row {rows}",
    (False, True): "{file}, rows {rows}",
}
_LAST = "{first} and {last}"
_REST = "{first} and {count} more"


def rows(places: Sequence[Place]) -> str:
    """The rows of a finding: `Sheet 'SITE A', rows 14 and 87`, or `ports.csv, row 9`; empty without any."""
    told = []
    for (file, sheet), group in groupby(places, key=lambda place: (place.file, place.sheet)):
        numbers = [str(place.row) for place in group]
        sentence = _PLACES[bool(sheet), len(numbers) > 1]
        # Its folders would fill a column; this knows both kinds of slashes.
        name = PureWindowsPath(file).name
        told.append(sentence.format(file=shown(name), sheet=shown(sheet), rows=listed(numbers, ROWS_SHOWN)))
    return "; ".join(told[:ROWS_SHOWN])


def listed(names: Iterable[str], most: int, count: int | None = None) -> str:
    """Names as a sentence has them: `a`, `a and b`, `a, b and c`, `a, b and 7 more`.

    `count` is how many there are in all, where `names` gives the first of them only.
    """
    every = list(islice(names, most)) if count is not None else list(names)
    total = len(every) if count is None else count
    if total > most:
        return _REST.format(first=", ".join(every[: most - 1]), count=total - most + 1)
    *first, last = every
    return _LAST.format(first=", ".join(first), last=last) if first else last


def shown(text: str, most: int = 60) -> str:
    """A name from a sheet as a sentence may hold it: bounded, and without what steers a terminal."""
    text = text if len(text) <= most else f"{text[: most - 1]}…"
    return (
        text
        if text.isprintable()
        else "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    )


def summary(errors: int, warnings: int, infos: int) -> str:
    """`3 errors, 11 warnings, 2 infos`, those that there are."""
    told = [
        (one if count == 1 else many).format(count=count)
        for count, (one, many) in zip((errors, warnings, infos), _COUNTS, strict=True)
        if count
    ]
    return ", ".join(told) or _NO_FINDING
