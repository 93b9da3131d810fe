"""Which questions and exercises a learner has done: a file of the learner's own, one line for each attempt.

A line is only ever added, so that two lessons that are open at the same time lose nothing. The file is
`my-progress.jsonl` in the folder of the lessons; the environment variable GENESYS_PORTS_PROGRESS names another file,
or says `off`.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["FILE", "VARIABLE", "Attempt", "AttemptKind", "note", "progress_file", "read_attempts"]

FILE = "my-progress.jsonl"
VARIABLE = "GENESYS_PORTS_PROGRESS"
OFF = "off"

#: What is read of a file: a learner may write into it whatever he likes.
MOST_BYTES = 1_000_000
MOST_KEY = 80
#: A time after the year 3000 is no time of an attempt.
LATEST = 32_503_680_000.0


class AttemptKind(StrEnum):
    """What was attempted. A question or an exercise that was only shown is `seen`."""

    SEEN = "seen"
    QUESTION = "question"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: at what, whether it was right, and when (seconds since 1970)."""

    kind: AttemptKind
    key: str
    passed: bool
    when: float


def progress_file() -> Path | None:
    """The file of this learner; None where nothing is to be kept."""
    named = os.environ.get(VARIABLE, "").strip()
    if named.casefold() == OFF:
        return None
    return Path(named) if named else Path.cwd() / FILE


def note(kind: AttemptKind, key: str, passed: bool, file: Path | None = None) -> bool:
    """Add an attempt to the learner's file. Gives False when that cannot be written, which is no reason to stop.

    Where nothing is to be kept, there is nothing to write, and all is well.
    """
    path = file or progress_file()
    if path is None:
        return True
    line = json.dumps({"kind": kind, "key": key, "passed": passed, "when": round(time.time(), 3)})
    try:
        with open(path, "a+b", opener=_opened) as opened:
            # An editor, or a full disk, may have left a line without its end: that one would take ours with it.
            end = opened.tell()
            opened.seek(max(0, end - 1))
            before = b"\n" if end and opened.read(1) != b"\n" else b""
            # In one piece: another lesson may be writing, too.
            opened.write(b"%b%b\n" % (before, line.encode()))
    except (OSError, ValueError):
        return False
    return True


def _opened(path: str, flags: int) -> int:
    # A pipe with nobody at its other end would be waited for.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


def read_attempts(file: str | os.PathLike[str]) -> tuple[Attempt, ...]:
    """The attempts of a file, oldest first. Lines that say nothing are passed over; no file is no attempt.

    What is read is no more than the newest `MOST_BYTES` of a regular file; a link is not followed (on Windows it is).
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except (OSError, ValueError):
        return ()
    try:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode):
            return ()
        with open(descriptor, "rb", closefd=False) as opened:
            opened.seek(max(0, told.st_size - MOST_BYTES))
            data = opened.read(MOST_BYTES)
    except OSError:
        return ()
    finally:
        os.close(descriptor)
    return tuple(_attempts(data.decode("utf-8", "replace").splitlines()))


def _attempts(lines: Iterable[str]) -> Iterator[Attempt]:
    for line in lines:
        try:
            raw = json.loads(line)
            kind, key, passed, when = AttemptKind(raw["kind"]), raw["key"], raw["passed"], float(raw["when"])
        except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
            continue
        if isinstance(key, str) and 0 < len(key) <= MOST_KEY and isinstance(passed, bool) and 0 <= when < LATEST:
            yield Attempt(kind, key, passed, when)
