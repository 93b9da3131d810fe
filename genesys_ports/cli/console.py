"""Standard output and standard error, as they may be: of an old code page, closed, full, or read by nobody."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from typing import TextIO

__all__ = ["NoOutputError", "complain", "is_watched", "prepare", "printable", "show", "silence", "width"]

#: Narrower than this, a terminal breaks the lines itself.
LEAST_WIDTH = 40


class NoOutputError(Exception):
    """Standard output takes no more, and not because its reader has gone."""


def prepare() -> None:
    """Makes both streams fit to print to."""
    # Python has None for a stream that was closed before it started (>&-), and print(file=None) means standard output.
    # In this order, so that each takes the number of the one it stands for, and no socket does.
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        # A console of one old code page lacks some of our characters; a question mark beats a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def show(*lines: object, flush: bool = False) -> None:
    """Prints to standard output. Raises `NoOutputError`, and `BrokenPipeError` when nobody reads any more."""
    try:
        for line in lines:
            print(line)
        if flush:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError:
        raise NoOutputError from None


def is_watched() -> bool:
    """Whether standard output is a terminal. Who reads by program wants everything, one row a line."""
    return sys.stdout.isatty()


def width() -> int:
    """Characters in a line of the terminal."""
    return max(LEAST_WIDTH, shutil.get_terminal_size((100, 24)).columns)


def printable(text: str) -> str:
    """The text without what a terminal obeys instead of showing it."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def complain(*lines: str) -> None:
    """Prints to standard error; where nothing can be written there, the exit code has to do."""
    try:
        for line in lines:
            print(line, file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Lets nothing come of what is still to be written: Python would complain once more when it flushes at its end."""
    with suppress(OSError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
