"""Reads a plan from CSV (RFC 4180): cells separated by commas, semicolons or tabs, in the encodings Excel writes.

Where a comma stands before decimals, as in Portugal and Brazil, Excel writes semicolons under any name of CSV. It
writes UTF-8 with a byte order mark, UTF-16 with tabs as "Unicode text", and Windows-1252 as plain CSV.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

from ..errors import PlanFileError
from . import words
from .rows import LOOKED_AT, MOST_CELL, MOST_COLUMNS, NoPlanError, RawRow, is_blank, is_pair, known_names, sheet_rows

__all__ = ["csv_records", "read_csv"]

#: In this order: the first of those that fit equally well is taken.
SEPARATORS = (",", ";", "\t")

#: Characters of one line; no row within the limits is longer.
MOST_LINE = MOST_COLUMNS * MOST_CELL

#: Characters from the start in which the separator is looked for.
_START = 256 * 1024

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Ã, Â, â … with what follows them where UTF-8 is taken for Windows-1252.
_UTF_8_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
#: Excel's own hint, in a line above the header.
_HINT = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)


def read_csv(file: str, data: bytes) -> Iterator[RawRow | NoPlanError]:
    """The rows of a CSV file. Raises `PlanFileError` where it is not text, or cells cannot be told apart."""
    return sheet_rows(file, csv_records(file, data))


def csv_records(file: str, data: bytes) -> Iterator[list[str]]:
    """The cells of every row, blank ones too, whatever they mean. Raises `PlanFileError`."""
    encoding = _encoding(file, data)
    start = _opened(data, encoding).read(_START)
    separator = _separator(start)
    return _records(file, _opened(data, encoding), separator)


def _opened(data: bytes, encoding: str) -> io.TextIOWrapper:
    # Decoded line by line: the whole text would take up to four times the memory of its bytes.
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _encoding(file: str, data: bytes) -> str:
    if data.startswith(_UTF_16):
        try:
            data.decode("utf-16")
        except UnicodeDecodeError:
            raise PlanFileError(file, words.NOT_TEXT) from None
        return "utf-16"
    # Workbooks, pictures and UTF-16 all hold zero bytes; no CSV in UTF-8 or Windows-1252 does.
    if b"\0" in data:
        raise PlanFileError(file, words.NOT_TEXT)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _UTF_8_CHARACTER.search(data, 0, error.start) or data.startswith(codecs.BOM_UTF8):
            raise PlanFileError(file, words.NOT_ONE_ENCODING.format(line=_line(data, error.start))) from None
    else:
        return "utf-8-sig"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise PlanFileError(file, words.NO_ENCODING.format(line=_line(data, error.start))) from None
    return "cp1252"


def _line(data: bytes, at: int) -> int:
    return data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1


def _lines(file: str, text: io.TextIOWrapper, separator: str) -> Iterator[str]:
    """The lines of a text, none of them longer than a row may be."""
    row = 0
    while line := text.readline(MOST_LINE + 1):
        row += 1
        if len(line) > MOST_LINE:
            if line.count(separator) > MOST_COLUMNS:
                raise PlanFileError(file, words.TOO_MANY_COLUMNS.format(row=row, most=MOST_COLUMNS))
            raise PlanFileError(file, words.CELL_TOO_LARGE.format(row=row, most=f"{MOST_CELL:,}"))
        yield line


def _records(file: str, text: io.TextIOWrapper, separator: str) -> Iterator[list[str]]:
    reader = _reader(_lines(file, text, separator), separator)
    row = 1
    try:
        for record in reader:
            yield record
            row += 1
    except csv.Error as error:
        # The module says so in words alone. An open quotation mark may be the reason here too, and the sentence asks.
        if "larger than field limit" in str(error):
            raise PlanFileError(file, words.CELL_TOO_LARGE.format(row=row, most=f"{MOST_CELL:,}")) from None
        raise PlanFileError(file, words.OPEN_QUOTE.format(row=row)) from None


def _reader(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    # Not strict, an open quotation mark would swallow every row after it without a word.
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def _separator(start: str) -> str:
    """The separator that tells the most names of columns apart in one row; without names, the most pairs; without
    pairs, the one that stands there most often.
    """
    hint = _HINT.match(start)
    if hint and hint[1] in SEPARATORS:
        return hint[1]
    return max(SEPARATORS, key=lambda separator: _fit(start, separator))


def _fit(start: str, separator: str) -> tuple[int, int, int]:
    names, pairs, seen = 0, 0, 0
    try:
        for record in _reader(io.StringIO(start, newline=""), separator):
            if is_blank(record):
                continue
            names = max(names, known_names(record[:MOST_COLUMNS]))
            pairs += is_pair(record) is not None
            seen += 1
            if seen == LOOKED_AT:
                break
    except csv.Error:
        pass
    return names, pairs, start.count(separator)
