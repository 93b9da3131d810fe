"""Reads a plan from JSON: configuration exports, and what inventory scripts write.

Three forms of a configuration carry the same: objects with plain names (`applications` with `portInfos`, `hosts` with
`lcaPort`), the raw objects of the Configuration Layer (`CFGApplication`, `CFGHost`; a list of one entry is that entry,
and objects point at each other by DBID), and those of the administration interface (small letters, lists inside one
more object). So names are compared without case, and lists are found inside what wraps them. An inventory is a list of
objects with `AppName`, `AppHostName` and `AppPort`, or one such object in each line.

In messages, row 3 of `applications` is the third application. Of all else in an export, passwords among it, nothing is
kept or shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..errors import PlanFileError
from . import json_words as words
from .json_export import Export, application_rows, host_row, inventory_row, sections
from .rows import MOST_ROWS, NoPlanError, RawRow, number_text

__all__ = ["MOST_VALUES", "read_json"]

#: Values in a file; an export of 10,000 applications has about half as many.
MOST_VALUES = 2_000_000

#: Names that must not stand twice in one object: what of it is read.
_READ = frozenset(
    (
        *("applications", "hosts", "appprototypes", "cfgapplication", "cfghost", "cfgappprototype"),
        *("name", "dbid", "type", "portinfos", "serverinfo", "appservers", "appserverdbids", "appprototype"),
        *("appprototypedbid", "isprimary", "appserver", "appserverdbid", "id", "port", "connprotocol"),
        *("transportparams", "host", "hostdbid", "backupserver", "backupserverdbid", "ipaddress", "lcaport"),
        *("osinfo", "ostype", "appname", "apptype", "apphostname", "appipaddress", "appport"),
    )
)


class _TwiceError(Exception):
    """An object names something twice; its argument is what."""


def read_json(file: str, data: bytes) -> Iterator[RawRow | PlanFileError]:
    """The rows of an export. Raises `PlanFileError` where it is no JSON, or no export."""
    found = sections(_documents(file, _text(file, data)))
    if sum(map(len, found.values())) > MOST_ROWS:
        raise PlanFileError(file, words.TOO_MANY_VALUES.format(most=f"{MOST_ROWS:,}"))
    export = Export(found)
    clients = 0
    for row, item in enumerate(found["hosts"], start=1):
        yield RawRow(file=file, sheet="hosts", row=row, cells=host_row(item))
    for row, item in enumerate(found["applications"], start=1):
        rows = application_rows(item, export)
        clients += not rows
        for cells in rows:
            yield RawRow(file=file, sheet="applications", row=row, cells=cells)
    for row, item in enumerate(found["inventory"], start=1):
        yield RawRow(file=file, row=row, cells=inventory_row(item))
    if clients == sum(map(len, found.values())) - len(found["prototypes"]):
        raise PlanFileError(file, words.NO_EXPORT)
    if clients:
        yield NoPlanError(file, words.CLIENTS.format(count=f"{clients:,}", all=f"{len(found['applications']):,}"))


def _text(file: str, data: bytes) -> str:
    try:
        # Windows writes UTF-16 when a script redirects its output; RFC 8259 asks for UTF-8.
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        raise PlanFileError(file, words.NOT_UNICODE) from None
    if text.count(",") + text.count("\n{") > MOST_VALUES:
        raise PlanFileError(file, words.TOO_MANY_VALUES.format(most=f"{MOST_VALUES:,}"))
    return text.removeprefix("\ufeff")


def _documents(file: str, text: str) -> Any:
    """The value of a file; a list of them where several follow each other, as in one object a line."""
    # Numbers become text at once: nothing is computed with them, and none is too large.
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_int=str, parse_float=number_text, parse_constant=str, strict=False
    )
    documents: list[Any] = []
    at = _after_blanks(text, 0)
    try:
        while not documents or at < len(text):
            value, end = decoder.raw_decode(text, at)
            documents.append(value)
            at = _after_blanks(text, end)
    except json.JSONDecodeError as error:
        raise PlanFileError(file, words.NOT_JSON.format(line=error.lineno, character=error.colno)) from None
    except RecursionError:
        raise PlanFileError(file, words.TOO_DEEP) from None
    except _TwiceError as error:
        raise PlanFileError(file, words.KEY_TWICE.format(key=str(error))) from None
    return documents[0] if len(documents) == 1 else documents


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    stated: set[str] = set()
    for key, value in pairs:
        folded = key.casefold()
        if key in stated and folded in _READ:
            raise _TwiceError(key)
        stated.add(key)
        named[folded] = value
    return named
