"""Reads a plan from CSV (RFC 4180): cells separated by commas, semicolons or tabs; UTF-8, byte order mark or not.

Where a comma stands before decimals, as in Portugal and Brazil, Excel writes semicolons under any name of CSV.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from ..errors import PlanFileError
from . import words
from .rows import MOST_ROWS, RawRow, is_blank, known_names, sheet_rows

__all__ = ["read_csv"]

#: In this order: the first of those that fit equally well is taken.
SEPARATORS = (",", ";", "\t")


def read_csv(file: str, data: bytes) -> Iterator[RawRow]:
    """The rows of a CSV file. Raises `PlanFileError` where it is not text, or cells cannot be told apart."""
    return sheet_rows(file, _records(file, _text(file, data)))


def _text(file: str, data: bytes) -> str:
    # Workbooks, pictures and UTF-16 all hold zero bytes; no CSV in UTF-8 does.
    if b"\0" in data:
        raise PlanFileError(file, words.NOT_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        raise PlanFileError(file, words.NOT_UTF8.format(line=before.count(b"\n") + 1)) from None


def _records(file: str, text: str) -> Iterator[list[str]]:
    reader = _reader(text, max(SEPARATORS, key=lambda separator: _names_found(text, separator)))
    row = 0
    while True:
        row += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise PlanFileError(file, words.OPEN_QUOTE.format(row=row)) from None
        yield record


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    # Not strict, an open quotation mark would swallow every row after it without a word.
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)


def _names_found(text: str, separator: str) -> int:
    """How many names of columns the header line holds when its cells are told apart in this way."""
    try:
        for record in islice(_reader(text, separator), MOST_ROWS):
            if not is_blank(record):
                return known_names(record)
    except csv.Error:
        pass
    return 0
