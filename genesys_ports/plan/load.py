"""`load_plan`: picks the reader by the ending of the name, and builds the plan from what it reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import PurePath

from ..errors import BadRowsError, PlanFileError
from ..model import Deployment
from . import words
from .builder import build
from .csv_reader import read_csv
from .files import ending, read_bytes, shown_name
from .rows import USUAL, RawRow

__all__ = ["READERS", "Reader", "load_plan"]

#: A reader takes the name to show in errors and the bytes of the file, and raises `PlanFileError` only.
Reader = Callable[[str, bytes], Iterable[RawRow]]

#: Endings of names and who reads them.
READERS: dict[str, Reader] = {".csv": read_csv}

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def load_plan(path: str | os.PathLike[str]) -> Deployment:
    """The plan in a file, named like the file without its ending.

    Columns, in any order and case: Host, Application, Port (these three are needed), Type, Port ID,
    Transport, Purpose, Address, Connects to. Commas, semicolons or tabs separate the cells.

    Raises `PlanFileError` when the file cannot be read at all, and `BadRowsError`, with every bad cell and the
    plan of all good rows, when some of its rows cannot.
    """
    file = shown_name(path)
    data = read_bytes(path)
    reader = READERS.get(ending(path))
    if reader is None:
        raise PlanFileError(file, _no_reader(ending(path)))
    if not data.strip():
        raise PlanFileError(file, words.EMPTY.format(columns=", ".join(USUAL)))
    plan, bad = build(PurePath(path).stem, reader(file, data))
    if bad:
        raise BadRowsError(file, bad, plan)
    return plan


def _no_reader(end: str) -> str:
    if end in _WORKBOOKS:
        return words.WORKBOOK
    if not end:
        return words.NO_ENDING.format(endings=", ".join(READERS))
    return words.WRONG_ENDING.format(ending=end, endings=", ".join(READERS))
