"""Reading a SIP Server log: from the first byte to the last, once, a piece at a time."""

from __future__ import annotations

import gc
import os
import re
import stat
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from ...errors import LogFileError
from ...model import Deployment
from ...output import shown_name
from ...trace import KEPT
from . import words
from .cutting import Cut, Unfinished, cut, resume
from .gathering import Gathering
from .header import read_header
from .lines import MIDNIGHT, STAMP, UUID, Part, parts
from .log import SipLog
from .words import Skipped

__all__ = ["read_sip_log"]

#: Messages that may be waiting for their rest at a time, and how many others may pass before it comes.
_WAITING = 8

#: Beginnings of packed files: gzip, zip, bzip2, xz, 7z, zstandard.
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")

#: A header line of SIP, where a log begins in the middle of a message.
_TAIL = re.compile(rb"^(?:via|from|to|call-id|cseq|content-length)[ \t]{0,20}:", re.IGNORECASE | re.MULTILINE)


def read_sip_log(
    path: str | os.PathLike[str],
    *,
    limit: int = KEPT,
    names: Mapping[str, str] | None = None,
    plan: Deployment | None = None,
    calls: Collection[str] | None = None,
    progress: Callable[[int], object] | None = None,
) -> SipLog:
    """The SIP messages of a SIP Server log as a trace: for `ladder`, `select` and `save` like any other.

    Reads logs of any size in one go; the newest `limit` messages are kept. Times have the date of the log's header
    block, across midnight too. Passwords, keys and credentials are masked. A message that is not whole is left out and
    counted: `skipped`, `notes`.

    Participants are the application of the header block, and for the addresses it talks to: what `names` says
    (`{"10.0.0.2": "gateway"}`, or `"10.0.0.2:5060"`), the application that `plan` has at the address, the directory
    number that registers from there, or the address itself. `calls` are Call-IDs: only their messages are kept.
    `progress` is called with the number of bytes read so far.

    Raises `LogFileError`.
    """
    file = shown_name(path)
    log = SipLog(file, limit=limit)
    reading = _Reading(log, Gathering(log, names, plan, calls))
    try:
        if stat.S_ISDIR(mode := os.stat(path).st_mode):
            raise LogFileError(file, words.FOLDER)
        # A pipe or a device may never end.
        if not stat.S_ISREG(mode):
            raise LogFileError(file, words.NOT_A_FILE)
        with open(path, "rb") as opened:
            first = opened.read(8)
            opened.seek(0)
            if first.startswith(_PACKED):
                raise LogFileError(file, words.PACKED)
            with _uncollected():
                reading.read(opened, progress)
    except FileNotFoundError:
        raise LogFileError(file, words.NOT_FOUND) from None
    except PermissionError:
        raise LogFileError(file, words.NOT_ALLOWED) from None
    except (OSError, ValueError):
        raise LogFileError(file, words.UNREADABLE) from None
    if not log.read:
        if not first:
            raise LogFileError(file, words.EMPTY)
        if log.notes:
            raise LogFileError(file, words.NO_WHOLE_SIP.format(sentences=" ".join(log.notes)))
        raise LogFileError(file, words.NO_SIP)
    return log


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for circles of objects: there are none here, and looking takes a fifth of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class _Reading:
    """Goes through a log, part by part."""

    def __init__(self, log: SipLog, gathering: Gathering) -> None:
        self._log = log
        self._gathering = gathering
        # Messages that were interrupted by another, the newest at the right, and how many have passed since.
        self._waiting: deque[tuple[re.Match[bytes], Unfinished, int]] = deque()

    def read(self, file: BinaryIO, progress: Callable[[int], object] | None) -> None:
        """The whole file."""
        is_first = True
        for part in parts(file, progress):
            if part.head is None:
                if is_first and _begins_inside(part.text):
                    self._log.left_out[Skipped.HEADLESS] += 1
                self._between(part.text, part.marks)
            else:
                self._message(part.head, part)
            is_first = False
        self._log.left_out[Skipped.CUT] += len(self._waiting)
        self._log.left_out = +self._log.left_out
        self._gathering.finish()

    def _message(self, head: re.Match[bytes], part: Part) -> None:
        declared = int(head[10])
        result, end = cut(part.text, declared, part.is_last)
        if isinstance(result, Cut):
            self._gathering.message(head, result)
            rest = part.text[end:]
            if self._waiting and end:
                self._go_on(rest)
        else:
            rest = part.text
            if isinstance(result, Unfinished) and not part.is_last:
                self._waiting.append((head, result, 0))
                if len(self._waiting) > _WAITING:
                    self._give_up()
            elif result is not None:
                self._log.left_out[result if isinstance(result, Skipped) else Skipped.CUT] += 1
        if part.marks:
            self._between(rest, part.marks)

    def _go_on(self, rest: bytes) -> None:
        """Another message is over: does the one that it interrupted go on here?"""
        head, unfinished, passed = self._waiting.pop()
        result = resume(unfinished, rest, int(head[10]))
        if isinstance(result, Cut):
            self._gathering.message(head, result)
        elif passed + 1 < _WAITING:
            self._waiting.append((head, result if isinstance(result, Unfinished) else unfinished, passed + 1))
        else:
            self._log.left_out[Skipped.CUT] += 1

    def _give_up(self) -> None:
        self._waiting.popleft()
        self._log.left_out[Skipped.CUT] += 1

    def _between(self, text: bytes, marks: tuple[bytes, ...]) -> None:
        """Other log lines: what they tell of the time, of the application, and of calls."""
        gathering = self._gathering
        for mark in marks:
            at = text.find(mark)
            if at < 0:
                continue
            if mark == UUID:
                gathering.related(text)
            elif mark == MIDNIGHT:
                # Were there no SIP for hours, nothing else would tell that a day has passed.
                if stamp := STAMP.match(text, at + 1):
                    gathering.time(stamp)
            else:
                gathering.header(read_header(text))
                break


def _begins_inside(text: bytes) -> bool:
    """Whether a log begins with the rest of a message."""
    lines = []
    for line in text[:4000].split(b"\n"):
        if STAMP.match(line):
            break
        lines.append(line)
    return _TAIL.search(b"\n".join(lines)) is not None
