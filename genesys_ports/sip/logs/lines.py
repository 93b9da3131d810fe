"""The lines of a SIP Server log: which begin a SIP message, and the text between two of them.

The format is known from logs and from programs that others wrote to read them; Genesys documents the header block only.

    13:54:59.884: Sending  [0,UDP] 494 bytes to 10.0.0.2:5060 >>>>>
    13:55:31.501: SIPTR: Received [0,UDP] 437 bytes from 10.0.0.3:5061 <<<<<

The time may have a date before it (`2014-05-01T13:54:59.884`, option `time_format` ISO8601), or an `@`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

__all__ = ["HEAD", "HEADER", "LARGEST", "MIDNIGHT", "STAMP", "UUID", "Part", "parts"]

#: Bytes of one message; nothing that a SIP Server sends comes near.
LARGEST = 256 * 1024

#: Bytes read at a time. Also the most that a line may have.
CHUNK = 1024 * 1024

#: Bytes of a line that is looked at to tell whether it begins a message.
LONGEST_HEAD = 300

_TIME = rb"@?(?:([0-9]{4})-([0-9]{2})-([0-9]{2})[T ])?([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,6}))?"

#: The time at the beginning of a log line: year, month, day, hour, minute, second, fraction.
STAMP = re.compile(_TIME + rb"(?=[: ])")

#: The line that begins a message: those seven, the direction, the transport, the bytes, the address, the port number.
HEAD = re.compile(
    _TIME
    + rb":? (?:[^\[\] ]{1,20} ){0,3}?(Sending|Received) {1,3}\[[^\],]{0,20}, ?([A-Za-z]{2,4})\] ([0-9]{1,9}) bytes "
    rb"(?:to|from) (\S{1,64}):([0-9]{1,5}) (?:>>>>>|<<<<<)[ \r]{0,4}$"
)

#: What every such line has, and few others: found many times faster than by a regular expression.
_MARK = b" bytes "

#: What makes other lines worth reading: the identifiers of calls, the header block, and the hour after midnight.
UUID, HEADER, MIDNIGHT = b"UUID>", (b"Application name", b"Local time", b"Host name"), b"\n00:"


class Part(NamedTuple):
    """A piece of the log, in order: the line that begins a message and the text after it, or text alone.

    `text` has LF line ends only. `is_last` tells that the log ends with it. `marks` are those of `UUID`, `HEADER` and
    `MIDNIGHT` that stand somewhere near: to look for them in a megabyte is cheaper than in each of its messages.
    """

    head: re.Match[bytes] | None
    text: bytes
    is_last: bool
    marks: tuple[bytes, ...]


#: The line that begins a message, and where the text after it begins and ends.
_Span = tuple[re.Match[bytes] | None, int, int]


def parts(file: BinaryIO, told: Callable[[int], object] | None = None) -> Iterator[Part]:
    """The whole log in parts, reading as it goes. `told` gets the number of bytes read so far."""
    kept = b""
    for chunk, is_last in _decoded(file, told):
        text = kept + chunk
        found, done = _split(text, is_last)
        kept = text[done:]
        del text, chunk
        yield from found


def _split(text: bytes, is_last: bool) -> tuple[list[Part], int]:
    """The parts of which no more can come, and how much of the text they are."""
    marks = tuple(mark for mark in (UUID, MIDNIGHT, *HEADER) if mark in text)
    # Lines end in LF, CR LF, and in CR CR LF where a program on Windows wrote SIP's own line ends as text.
    has_cr = b"\r" in text
    spans: list[_Span] = []
    # The line that begins a message was last seen at `done`, and its text begins at `body`: all before is in spans.
    done = body = 0
    head = None
    for line, start, end in _heads(text):
        spans.append((head, body, start))
        head, done, body = line, start, end
    # The last line may go on in the next chunk. One that never ends is of no use.
    end = text.rfind(b"\n") + 1
    if is_last or (end <= body and len(text) - body > CHUNK):
        end = len(text)
    if is_last or (end > body and (head is None or end - body > 2 * LARGEST)):
        spans.append((head, body, end))
        done = end
    found = [
        Part(head, text[start:end].replace(b"\r", b"") if has_cr else text[start:end], False, marks)
        for span in spans
        for head, start, end in _bounded(text, *span)
    ]
    if is_last and found:
        found[-1] = found[-1]._replace(is_last=True)
    return found, done


def _bounded(text: bytes, head: re.Match[bytes] | None, start: int, end: int) -> tuple[_Span, ...]:
    """One part, or two: that of a message is not long."""
    if head is None and start == end:
        return ()
    if head is None or end - start <= 2 * LARGEST:
        return ((head, start, end),)
    # Other log lines by the megabyte before the next message: what concerns this one is at the beginning.
    middle = text.rfind(b"\n", start, start + 2 * LARGEST) + 1 or start + 2 * LARGEST
    return (head, start, middle), (None, middle, end)


def _heads(text: bytes) -> Iterator[tuple[re.Match[bytes], int, int]]:
    """Each line that begins a message, where it begins, and where the next line does."""
    find, match = text.find, HEAD.match
    at = find(_MARK)
    while at >= 0:
        end = find(b"\n", at, at + LONGEST_HEAD)
        if end < 0:
            # The end of the chunk, or a line far too long.
            at = find(_MARK, at + 1)
            continue
        start = text.rfind(b"\n", max(0, at - LONGEST_HEAD), at) + 1
        if line := match(text, start, end):
            yield line, start, end + 1
        at = find(_MARK, end)


def _decoded(file: BinaryIO, told: Callable[[int], object] | None) -> Iterator[tuple[bytes, bool]]:
    """The file in chunks, as bytes of a code in which ASCII is ASCII; the last one is marked."""
    chunk = file.read(CHUNK)
    decoder = None
    for mark, code in ((codecs.BOM_UTF8, ""), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if chunk.startswith(mark):
            chunk = chunk.removeprefix(mark)
            # What PowerShell makes of a log that goes through it.
            decoder = codecs.getincrementaldecoder(code)("replace") if code else None
            break
    only_cr = decoder is None and b"\n" not in chunk and b"\r" in chunk
    so_far = 0
    while True:
        following = file.read(CHUNK)
        so_far += len(chunk)
        if told is not None:
            told(so_far)
        if decoder is not None:
            chunk = decoder.decode(chunk, not following).encode("utf-8", "surrogatepass")
        elif only_cr:
            chunk = chunk.replace(b"\r", b"\n")
        yield chunk, not following
        if not following:
            return
        chunk = following
