"""`Folder`: where a learner keeps the sheets, lists and reports of the capstone. Nothing in it is ever overwritten.

It lies beside the learner's progress. Where no progress is kept (GENESYS_PORTS_PROGRESS=off) it is a folder that goes
with the kernel.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from ..errors import OutputWriteError
from ..lab.report import Report
from ..model import Deployment
from ..plan.files import shown_name
from ..plan.load import read_plans
from ..plan.save import save_plan
from ..table import one_line
from . import capstone_words as words
from .attempts import progress_file
from .capstone_lab import same_plan
from .checks import plan_of

__all__ = ["EMPTY_SHEET", "Folder"]

#: The sheet that everybody begins with, among the lessons' plans.
EMPTY_SHEET = "plans/capstone-sheet.csv"

SHEET = "sheet.csv"

#: Its name where none is given.
USUAL = "my-capstone"

#: Files of a folder that are looked at, and the bytes of the largest.
MOST_FILES, MOST_BYTES = 200, 2_000_000


class Folder:
    """A learner's folder: `Folder("my-capstone")`. It is made when something is kept in it for the first time."""

    def __init__(self, name: str) -> None:
        # One folder beside the progress, whatever way leads through the name.
        self.name = PurePath(name).name.strip(". ") or USUAL
        progress = progress_file()
        if progress is None:
            beside = Path(mkdtemp(prefix="genesys-ports-"))
            finalize(self, rmtree, beside, ignore_errors=True)
        else:
            beside = progress.parent
        self.path = beside / self.name

    # --- what is there

    def files(self) -> tuple[Path, ...]:
        """Its newest files, of a name the oldest first: sheet.csv, sheet-2.csv, … Very large ones are left out."""
        try:
            found = [one for one in self.path.iterdir() if _is_small(one)]
        except OSError:
            return ()
        newest = sorted(found, key=_written)[-MOST_FILES:]
        return tuple(sorted(newest, key=_order))

    @property
    def sheet(self) -> str:
        """The sheet that was kept last; before that, the empty one."""
        kept = [one for one in self.files() if _family(one.name)[0] == PurePath(SHEET).stem and one.suffix == ".csv"]
        return str(kept[-1]) if kept else EMPTY_SHEET

    def new(self, name: str) -> str:
        """The path of a new file of this name: `firewall.csv`, or `firewall-2.csv` where that is there already.

        Raises `OutputWriteError` when the folder cannot be made.
        """
        plain = PurePath(name)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise OutputWriteError(shown_name(self.name), words.NO_FOLDER) from None
        return str(next(path for path in _names(self.path, plain) if not os.path.lexists(path)))

    def keep(self, editor: Any) -> Report:
        """Keep the plan (of an editor) as a new sheet. Raises what saving raises: `OutputError`."""
        plan = plan_of(editor)
        if not plan.applications and not getattr(editor, "rows", ()):
            return Report([words.NOTHING_TO_KEEP])
        if self.sheet != EMPTY_SHEET and not getattr(editor, "bad", ()):
            last = read_plans(self.sheet)
            if not last.bad and same_plan(last.plan, plan):
                return Report([words.KEPT_ALREADY.format(file=PurePath(self.sheet).name, folder=self.name)])
        path = self.new(SHEET)
        if isinstance(editor, Deployment):
            save_plan(editor, path)
        else:
            editor.save(path)
        return Report([words.KEPT.format(file=PurePath(path).name, folder=self.name)])

    def __str__(self) -> str:
        files = ", ".join(one_line(one.name) for one in self.files())
        return (words.KEPT_HERE if files else words.NOTHING_KEPT).format(folder=one_line(self.name), files=files)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return Report([str(self)])._repr_html_()


def _is_small(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST_BYTES


def _family(name: str) -> tuple[str, int]:
    """The name without its ending and its number, and the number: `sheet-2.csv` is the second `sheet`."""
    stem = PurePath(name).stem
    numbered = re.fullmatch(r"(.+)-([1-9][0-9]{0,5})", stem)
    return (numbered[1], int(numbered[2])) if numbered else (stem, 1)


def _written(path: Path) -> tuple[float, tuple[str, int, str]]:
    return path.stat().st_mtime, _order(path)


def _order(path: Path) -> tuple[str, int, str]:
    return *_family(path.name), path.suffix


def _names(folder: Path, name: PurePath) -> Iterator[Path]:
    yield folder / name.name
    number = 2
    while True:
        yield folder / f"{name.stem}-{number}{name.suffix}"
        number += 1
