"""Reads a plan from a workbook (.xlsx, .xlsm): every sheet that holds one, hidden ones too.

A collision with a row that nobody sees is as real as any other, so hidden sheets, rows and columns are read, and hidden
sheets are named. Of a formula its stored result counts; no formula is computed, no macro run and no link followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import PlanFileError
from . import xlsx_words as words
from .rows import USUAL, BadSheetError, NoPlanError, RawRow, numbered_rows
from .xlsx_parts import open_workbook
from .xlsx_sheet import records
from .zip_guard import Parts

__all__ = ["read_xlsx"]


def read_xlsx(file: str, data: bytes) -> Iterator[RawRow | PlanFileError]:
    """The rows of every sheet with a plan, with a `BadSheetError` in the place of one that cannot be read to its end;
    then a `NoPlanError` for each sheet that is left out, or is hidden.

    Raises `PlanFileError` where the file is no workbook, is damaged, or none of its sheets holds a plan.
    """
    book = open_workbook(Parts(file, data))
    said: list[NoPlanError] = []
    problems: list[str] = []
    found = False
    for sheet in book.sheets:
        if not sheet.part:
            said.append(NoPlanError(file, words.NOT_CELLS.format(sheet=sheet.name)))
            continue
        try:
            yield from numbered_rows(file, records(book, sheet), sheet.name, shifts=False)
        except NoPlanError as error:
            problems.append(words.NO_PLAN.format(sheet=sheet.name, problem=error.problem))
            said.append(NoPlanError(file, problems[-1]))
            continue
        except BadSheetError as error:
            yield error
        found = True
        if sheet.hidden:
            said.append(NoPlanError(file, words.HIDDEN.format(sheet=sheet.name)))
    if not found:
        if not problems:
            raise PlanFileError(file, words.NO_SHEET.format(columns=", ".join(USUAL)))
        raise PlanFileError(file, words.NO_PLAN_AT_ALL.format(problems=" ".join(problems[:3])))
    yield from said
