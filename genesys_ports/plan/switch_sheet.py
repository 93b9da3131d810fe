"""`load_switch`: the physical ports of a switch from a sheet, with every cell that cannot be read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from enum import StrEnum

from ..errors import BadRow, BadRowsError, PlanFileError
from ..model import Switch, VoicePort, VoicePortKind
from . import switch_words as words
from .cells import clean
from .columns import plain
from .csv_reader import csv_records
from .files import ending, read_bytes, shown_name
from .port_cells import NO_ANSWERS, BadCell
from .rows import LOOKED_AT, is_blank

__all__ = ["MOST_VOICE_PORTS", "load_switch"]

#: Rows of one sheet; the largest private exchanges have some ten thousand ports.
MOST_VOICE_PORTS = 20_000

ENDINGS = (".csv", ".tsv", ".txt")


class _Column(StrEnum):
    SWITCH = "Switch"
    PORT = "Port"
    KIND = "Kind"
    DN = "DN"


_NAMES = {
    _Column.SWITCH: "switch pbx pabx comutador central device equipamento",
    _Column.PORT: "port porta voiceport label posicao position",
    _Column.KIND: "kind type tipo kindofport tipodeporta",
    _Column.DN: "dn number numero directorynumber extension ramal",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}
_NEEDED = (_Column.SWITCH, _Column.PORT, _Column.KIND)

_KINDS = {
    **{str(kind): kind for kind in VoicePortKind},
    "ramal": VoicePortKind.STATION,
    "extension": VoicePortKind.STATION,
    "tronco": VoicePortKind.TRUNK,
    "trunk channel": VoicePortKind.TRUNK,
    "ura": VoicePortKind.IVR,
    "ivr port": VoicePortKind.IVR,
}

_LABEL = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,15}")
_LISTENING = re.compile(r"[0-9]{1,5} ?/ ?(?:tcp|udp|tls)", re.IGNORECASE)
_DIALLED = re.compile(r"[0-9*#]{1,15}")


def load_switch(path: str | os.PathLike[str]) -> Switch:
    """The switch in a CSV file: its columns are Switch, Port, Kind (station, trunk or ivr) and DN, in any order.

    DN is the directory number of a station, the access number of a trunk channel's group, the number of an IVR port's
    group; it may be empty. Where the name of the switch is left out it is that of the row above.

    Raises `PlanFileError` when the file cannot be read at all, and `BadRowsError`, with every bad cell and the switch
    of all rows that could be read, when some of its cells cannot.
    """
    file, end = shown_name(path), ending(path)
    if end not in ENDINGS:
        raise PlanFileError(file, words.WRONG_ENDING.format(ending=end, endings=", ".join(ENDINGS)))
    data = read_bytes(path)
    if not data.strip():
        raise PlanFileError(file, words.EMPTY.format(columns=", ".join(_Column)))
    sheet = _Sheet(file)
    records = _filled(csv_records(file, data))
    columns = _header(file, records)
    for row, record in records:
        if row > MOST_VOICE_PORTS + LOOKED_AT:
            raise PlanFileError(file, words.TOO_MANY.format(most=f"{MOST_VOICE_PORTS:,}"))
        cells = {column: record[at] if at < len(record) else "" for column, at in columns.items()}
        sheet.take(row, cells)
    switch = Switch(name=sheet.name, voice_ports=tuple(sheet.ports))
    if sheet.bad:
        raise BadRowsError(file, sheet.bad, switch)
    if not sheet.ports:
        raise PlanFileError(file, words.NO_PORTS)
    return switch


def _filled(records: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((row, record) for row, record in enumerate(records, start=1) if not is_blank(record))


def _header(file: str, records: Iterator[tuple[int, list[str]]]) -> dict[_Column, int]:
    """Where each column stands. Titles may stand above the row that names them."""
    for row, record in records:
        if row > LOOKED_AT:
            break
        names = [_COLUMNS.get(_key(cell)) for cell in record]
        if all(column in names for column in _NEEDED):
            for column in _Column:
                if names.count(column) > 1:
                    raise PlanFileError(file, words.COLUMN_TWICE.format(row=row, column=column))
            return {column: at for at, column in enumerate(names) if column is not None}
    raise PlanFileError(file, words.NO_HEADER.format(columns=", ".join(_Column)))


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, plain(name[:200])))


class _Sheet:
    """The rows of a sheet so far."""

    def __init__(self, file: str) -> None:
        self.name = ""
        self.ports: list[VoicePort] = []
        self.bad: list[BadRow] = []
        self._file = file
        self._rows: dict[str, int] = {}
        self._numbers: dict[str, tuple[VoicePortKind, int]] = {}

    def take(self, row: int, cells: dict[_Column, str]) -> None:
        """Reads one row; a port needs all of its cells."""
        before = len(self.bad)

        def read(column: _Column, reader: Callable[[str], str]) -> str:
            try:
                return reader(clean(cells.get(column, "")))
            except BadCell as problem:
                value = cells[column][:200]
                bad = BadRow(file=self._file, row=row, column=column, value=value, message=str(problem))
                self.bad.append(bad)
                return ""

        name = read(_Column.SWITCH, self._switch)
        label = read(_Column.PORT, self._label)
        kind = read(_Column.KIND, _kind)
        dn = read(_Column.DN, lambda text: self._dn(text, kind))
        if len(self.bad) > before:
            return
        self._rows[label] = row
        if dn:
            self._numbers.setdefault(dn, (VoicePortKind(kind), row))
        self.ports.append(VoicePort(label=label, device=name, kind=VoicePortKind(kind), dn=dn))

    def _switch(self, text: str) -> str:
        if not text and not self.name:
            raise BadCell(words.NO_SWITCH)
        if text and self.name and text != self.name:
            raise BadCell(words.OTHER_SWITCH.format(name=self.name))
        self.name = self.name or text
        return self.name

    def _label(self, text: str) -> str:
        if not text:
            raise BadCell(words.NO_LABEL)
        if _LISTENING.fullmatch(text):
            raise BadCell(words.LISTENING)
        if not _LABEL.fullmatch(text):
            raise BadCell(words.BAD_LABEL)
        if text in self._rows:
            raise BadCell(words.LABEL_TWICE.format(label=text, row=self._rows[text]))
        return text

    def _dn(self, text: str, kind: str) -> str:
        if text.casefold() in NO_ANSWERS:
            return ""
        if text and not _DIALLED.fullmatch(text):
            raise BadCell(words.BAD_DN)
        if kind and text in self._numbers:
            other, row = self._numbers[text]
            if other != kind:
                raise BadCell(words.DN_OF_OTHERS.format(dn=text, kind=other, row=row))
            if kind == VoicePortKind.STATION:
                raise BadCell(words.DN_TWICE.format(dn=text, row=row))
        return text


def _kind(text: str) -> str:
    kind = _KINDS.get(plain(text))
    if kind is None:
        sentence = words.BAD_KIND if text else words.NO_KIND
        raise BadCell(sentence.format(allowed=", ".join(VoicePortKind)))
    return kind
