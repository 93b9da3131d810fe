"""Reads a plan from CSV: commas, UTF-8 with or without byte order mark (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..errors import PlanFileError
from . import words
from .rows import RawRow, sheet_rows

__all__ = ["read_csv"]


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
    # Not strict, an open quotation mark would swallow every row after it without a word.
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
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
