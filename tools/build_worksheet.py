"""Make the sheets with mistakes that the lessons and the tests read, out of `worksheet_rows.py`.

    python tools/build_worksheet.py             write those that differ
    python tools/build_worksheet.py --check     write nothing, compare with what is there

Two runs give the same bytes. Exit codes: 0 all is well, 1 a sheet differs.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tools.worksheet_rows import MESSY, NOTES, WORKSHEET, Row, Sheet  # noqa: E402

FOLDER = ROOT / "notebooks" / "plans"

#: The file of each collection of sheets, and whether a sheet of notes stands at its end.
FILES: dict[str, tuple[Sequence[Sheet], bool]] = {
    "worksheet-with-mistakes.xlsx": (WORKSHEET, True),
    "messy-sheet.xlsx": (MESSY, False),
}

#: Row 1 is a title, row 2 empty, row 3 names the columns.
HEADER_ROW = 3
FIRST_ROW = 4

#: The moment every file says it was made: the real one would change its bytes each time.
MADE = "2024-05-06T07:08:09Z"
STAMP = (2024, 5, 6, 7, 8, 8)

_TITLE = PatternFill("solid", fgColor="1F3864")
_HEADER = PatternFill("solid", fgColor="D9E2F3")
_HOST = PatternFill("solid", fgColor="E2EFDA")
_REMARK = PatternFill("solid", fgColor="FFF2CC")


def numbered(sheet: Sheet) -> list[tuple[int, Row]]:
    """The rows of a sheet with their numbers in it."""
    return list(enumerate(sheet.rows(), start=FIRST_ROW))


def workbook(sheets: Sequence[Sheet], notes: bool) -> bytes:
    """The bytes of a workbook with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    if notes:
        name, lines = NOTES
        page = book.create_sheet(name)
        for line in lines:
            page.append([line])
    out = io.BytesIO()
    book.save(out)
    return _steady(out.getvalue())


def _fill(page: Any, sheet: Sheet) -> None:
    page.append([sheet.title])
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(sheet.columns))
    page["A1"].font, page["A1"].fill = Font(bold=True, size=14, color="FFFFFF"), _TITLE
    for index, column in enumerate(sheet.columns, start=1):
        cell = page.cell(HEADER_ROW, index, column)
        cell.font, cell.fill = Font(bold=True), _HEADER
        page.column_dimensions[get_column_letter(index)].width = 22 if "lica" in column else 14
    rows = numbered(sheet)
    for number, row in rows:
        for index, column in enumerate(sheet.columns, start=1):
            if text := row.cells.get(column, ""):
                cell = page.cell(number, index, int(text) if text.isdecimal() else text)
                if text.startswith("#"):
                    cell.data_type = "e"
                if "?" in text:
                    cell.fill = _REMARK
                    cell.comment = Comment("To be asked at the next meeting.", "Ana")
    starts = [number for number, row in rows if row.first]
    for start, following in zip(starts, [*starts[1:], FIRST_ROW + len(rows)], strict=True):
        for index in range(1, sheet.merged + 1):
            page.cell(start, index).fill = _HOST
            page.cell(start, index).alignment = Alignment(vertical="top")
            if following - start > 1:
                page.merge_cells(start_row=start, start_column=index, end_row=following - 1, end_column=index)
    page.freeze_panes = page.cell(FIRST_ROW, sheet.merged + 1)


def _steady(data: bytes) -> bytes:
    """The same workbook without what differs from run to run: the times of its parts and of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as steady:
        for name, part in _parts(made):
            if name == "docProps/core.xml":
                part = re.sub(rb">[^<]*Z</dcterms:", f">{MADE}</dcterms:".encode(), part)
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            # Else it tells on which system the file was made.
            entry.create_system = 3
            steady.writestr(entry, part)
    return out.getvalue()


def _parts(archive: zipfile.ZipFile) -> Iterable[tuple[str, bytes]]:
    return [(name, archive.read(name)) for name in archive.namelist()]


def same(data: bytes, path: Path) -> bool:
    """Whether the file holds these parts; how they are packed differs between versions of zlib."""
    if not path.exists():
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(path) as stored:
        return _parts(made) == _parts(stored)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is there")
    given = parser.parse_args(arguments)
    failed = 0
    for name, (sheets, notes) in FILES.items():
        data = workbook(sheets, notes)
        if same(data, FOLDER / name):
            said = "as it should be"
        elif given.check:
            said, failed = "differs: run  python tools/build_worksheet.py", 1
        else:
            (FOLDER / name).write_bytes(data)
            said = "written"
        print(f"{name}: {said}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
