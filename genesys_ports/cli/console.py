"""Standard output and standard error, as they may be: of an old code page, closed, full, or read by nobody."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

__all__ = ["NoOutputError", "complain", "prepare", "show", "silence"]


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
