"""Files on the disk: a plan read within bounds; what is written never replaces another (`genesys_ports.output`)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ..errors import PlanFileError
from ..output import ending, shown_name, write_new
from . import words

__all__ = ["MOST_BYTES", "distinct", "ending", "read_bytes", "shown_name", "write_new"]

MOST_BYTES = 100 * 1024 * 1024

_Path = TypeVar("_Path", bound=str | os.PathLike[str])


def distinct(paths: Iterable[_Path]) -> list[_Path]:
    """Each file once, by the first of its names: `Ports.csv` and `./Ports.csv` are one."""
    kept: dict[object, _Path] = {}
    for path in paths:
        try:
            told = os.stat(path)
        except (OSError, ValueError):
            # What is not there is told later, by its name.
            kept.setdefault(path, path)
        else:
            kept.setdefault((told.st_dev, told.st_ino), path)
    return list(kept.values())


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a plan file. Raises `PlanFileError` for what is no file, or over `MOST_BYTES`."""
    file = shown_name(path)
    try:
        if stat.S_ISDIR(mode := os.stat(path).st_mode):
            raise PlanFileError(file, words.FOLDER)
        # A pipe or a device may never end.
        if not stat.S_ISREG(mode):
            raise PlanFileError(file, words.NOT_A_FILE)
        with open(path, "rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise PlanFileError(file, _not_found(path)) from None
    except PermissionError:
        raise PlanFileError(file, words.NOT_ALLOWED) from None
    except (OSError, ValueError):
        raise PlanFileError(file, words.UNREADABLE) from None
    if len(data) > MOST_BYTES:
        raise PlanFileError(file, words.TOO_LARGE.format(megabytes=MOST_BYTES // 1024**2))
    return data


def _not_found(path: str | os.PathLike[str]) -> str:
    wanted = Path(path)
    try:
        with os.scandir(wanted.parent) as entries:
            names = [entry.name for entry in islice(entries, 1000) if ending(entry.name) == ending(wanted)]
    except OSError:
        return words.NOT_FOUND
    close = get_close_matches(wanted.name, sorted(names), n=1, cutoff=0.7)
    return words.NOT_FOUND_GUESS.format(name=close[0]) if close else words.NOT_FOUND
