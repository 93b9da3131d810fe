"""`genesys-ports progress FILE|FOLDER…`: how far learners have come, from the files that their lessons keep."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ..output import save, shown_name
from . import words
from .console import complain, show
from .listing import show_sentences, show_table

__all__ = ["add_to"]

#: Files of one folder, at most.
MOST_FILES = 1000


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "progress",
        help=words.PROGRESS,
        usage=words.PROGRESS_USAGE,
        description=words.PROGRESS_DESCRIPTION,
        epilog=words.PROGRESS_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=words.PROGRESS_FILES)
    parser.add_argument("--csv", metavar="OUT.csv", help=words.PROGRESS_CSV)
    parser.add_argument("--json", action="store_true", help=words.PROGRESS_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..exercises.class_progress import class_progress

    missing = [path for path in arguments.files if not os.path.exists(path)]
    for path in missing:
        complain(words.PROGRESS_MISSING.format(file=shown_name(path)))
    if missing:
        return 2
    found = _named(arguments.files)
    if not found:
        complain(words.PROGRESS_NONE)
        return 1
    progress = class_progress(found)
    if arguments.json:
        show(json.dumps(progress.as_json()))
    else:
        for table in progress.tables():
            show_table(table, spare=("Kind", "Minutes ago"))
            show("")
        show_sentences(*progress.sentences())
    if arguments.csv:
        written = save(arguments.csv, {".csv": progress.to_csv})
        told = show_sentences if not arguments.json else complain
        told(words.PROGRESS_WRITTEN.format(file=shown_name(written)))
    return 0


def _named(paths: Sequence[Path]) -> dict[str, Path]:
    """The files by the name of their learner; of two with one name, the second has its whole path for a name."""
    found: dict[str, Path] = {}
    for path in paths:
        for name, file in [(_name_of(path), path)] if os.path.isfile(path) else sorted(_inside(path)):
            found.setdefault(name if name not in found else shown_name(file), file)
    return found


def _name_of(file: Path) -> str:
    from ..exercises.attempts import FILE

    return file.absolute().parent.name if file.name == FILE else file.stem


def _inside(folder: Path) -> Iterator[tuple[str, Path]]:
    """The progress files of a folder: its own, those of learners, or those in the learners' folders of lessons."""
    from ..exercises.attempts import FILE

    own = folder / FILE
    if os.path.isfile(own):
        yield _name_of(own), own
        return
    collected = ((file.stem, file) for file in folder.glob("*.jsonl"))
    theirs = (
        (file.relative_to(folder).parts[0], file) for deep in ("*", "*/*") for file in folder.glob(f"{deep}/{FILE}")
    )
    for every in (collected, theirs):
        yield from islice(every, MOST_FILES)
