"""Plan files for every command that reads them: several are one plan, with a progress bar, and bad rows are told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import words
from .console import complain
from .progress import progress

if TYPE_CHECKING:
    from ..plan.load import Reading

__all__ = ["add_files", "read", "read_or_complain"]


def add_files(parser: argparse.ArgumentParser, sentence: str) -> None:
    """Adds FILE… to the parser of a command."""
    parser.add_argument("files", metavar="FILE", nargs="+", help=sentence)


def read(paths: Sequence[str]) -> Reading:
    """All that is in these files, good and bad."""
    from ..plan.load import read_plans

    with progress(words.READING, words.READING_UNIT) as told:
        return read_plans(*paths, progress=told)


def read_or_complain(paths: Sequence[str]) -> tuple[Reading, bool]:
    """The same for a command that wants the plan only, and whether all of it could be read; if not, that is told.

    Raises `PlanFileError` for a file that cannot be read at all: half of the files are another plan.
    """
    reading = read(paths)
    for error in reading.unreadable:
        raise error
    if count := len(reading.bad):
        sentence = words.NOT_READ_ONE if count == 1 else words.NOT_READ
        complain(sentence.format(count=f"{count:,}", files=" ".join(paths)))
    return reading, not reading.bad
