"""One SIP message out of the text that follows its line in the log.

The number of bytes that the line tells is of little use: line ends are changed by who writes, copies and converts logs.
So a message ends where SIP says that it does (RFC 3261 section 7): at the empty line, and after the body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lines import LARGEST
from .words import Skipped

__all__ = ["CALL_UUID", "Cut", "Unfinished", "cut", "resume"]

#: The header that names the call in the contact centre.
CALL_UUID = b"X-Genesys-CallUUID"

_START = re.compile(rb"SIP/2\.0 [1-6][0-9]{2}(?: |\n|$)|[!%'*+.0-9A-Z_`a-z~-]{1,40} [^ \n]{1,4000} SIP/2\.0(?=\n|$)")
_LOG_LINE = re.compile(rb"@?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,6})?[: ]")
#: The beginning of a line that may be one. Lines of SIP and of SDP begin with letters.
_MAY_BE_LOG_LINE = re.compile(rb"\n(?=[0-9@])")
#: The same, and that of a line which continues the one before.
_MAY_BE_ODD = re.compile(rb"\n[0-9@ \t]")
_HEADER = re.compile(rb"[!%'*+.0-9A-Z_`a-z~-]{1,100}[ \t]{0,20}:")
_SDP = re.compile(rb"v=0\n(?:[a-z]=[^\n]*\n)+")
_LENGTH = re.compile(rb"^(content-length|l)([ \t]{0,20}:)[^\n]*", re.IGNORECASE | re.MULTILINE)

#: What every message has (RFC 3261 section 8.1.1), without Max-Forwards, which old ones lack.
_NEEDED = frozenset({b"Via", b"From", b"To", b"Call-ID", b"CSeq"})
_LENGTH_NAME = b"Content-Length"

#: The names of the headers that are looked at, by all ways to write them (RFC 3261 section 7.3.3), in small letters.
_USUAL_NAMES = {name.lower(): name for name in (*_NEEDED, _LENGTH_NAME, b"Contact", CALL_UUID)} | {
    b"v": b"Via",
    b"f": b"From",
    b"t": b"To",
    b"i": b"Call-ID",
    b"m": b"Contact",
    b"l": _LENGTH_NAME,
}
_LOOKED_AT = re.compile(rb"\n(%s)[ \t]{0,20}:([^\n]*)" % b"|".join(_USUAL_NAMES), re.IGNORECASE)

#: The same as most write them, which is found in half the time; and those that have to be there for that.
_AS_USUAL = re.compile(rb"\n(Via|From|To|Call-ID|CSeq|Contact|Content-Length|X-Genesys-CallUUID):([^\n]*)")
_USUAL = _NEEDED | {_LENGTH_NAME}

#: Lines of a header that are looked at.
_MOST_LINES = 1000


@dataclass(slots=True)
class Cut:
    """A whole message: its bytes with CR LF, its first line, and the first of each header by its usual name."""

    payload: bytes
    start: bytes
    headers: dict[bytes, bytes]


@dataclass(slots=True)
class Unfinished:
    """A message of which only the beginning is there, without the log lines that stood between its own."""

    text: bytes


Result = Cut | Unfinished | Skipped | None


def cut(text: bytes, declared: int, is_last: bool) -> tuple[Result, int]:
    """The message at the beginning of `text`, and where it ends there. None for a keep-alive, which is no message.

    `text` has LF line ends. `declared` is the number of bytes that the log tells; `is_last` tells that the log ends
    with the text.
    """
    if _START.match(text) is None:
        # RFC 5626 section 3.5.1: a keep-alive is CR LF, once or twice. Others send a few zeros.
        alive = declared <= 4 or (declared < 50 and not text[:declared].strip(b"\0\n "))
        return (None if alive else Skipped.NOT_SIP), 0
    if is_last and not text.endswith(b"\n"):
        text += b"\n"
    blank = text.find(b"\n\n")
    is_odd = _MAY_BE_ODD.search(text, 0, blank) is not None
    if blank > 0 and not (is_odd and _has_log_line(text, 0, blank)):
        result, end = _with_body(text, blank, declared, is_odd)
        if result is not None:
            return result, end
    own = _own_lines(text)
    if result := _strictly(own, declared):
        return result, 0
    if blank > 0 and (result := _with_other_length(text, blank, declared)):
        return result, blank
    return Unfinished(own), 0


def resume(unfinished: Unfinished, text: bytes, declared: int) -> Result:
    """Go on with a message where another one that interrupted it is over; None where that text is not of it."""
    own = _own_lines(text)
    whole = unfinished.text + own
    result = _strictly(whole, declared)
    if own.strip(b"\n"):
        if result or own.startswith(b"\n"):
            return result
        return Unfinished(whole) if len(whole) <= LARGEST else None
    # An empty line alone is nothing sure: it may as well belong to the log.
    return result if result and len(result.payload) == declared else None


def _headers(head: bytes, may_be_folded: bool = True) -> dict[bytes, bytes] | None:
    """The first of each header that is looked at, by its usual name; None when one that every message has is missing.

    Blanks may stand around the values.
    """
    if may_be_folded:
        # RFC 3261 section 7.3.1: a line that begins with a blank continues the one before.
        head = head.replace(b"\n\t", b"\n ").replace(b"\n ", b" ")
    # Backwards, so that the first of a name stays.
    usual = dict(_AS_USUAL.findall(head)[::-1])
    if usual.keys() >= _USUAL:
        return usual
    found = {_USUAL_NAMES[name.lower()]: value for name, value in _LOOKED_AT.findall(head)[::-1]}
    return found if found.keys() >= _NEEDED else None


def _with_body(text: bytes, blank: int, declared: int, may_be_folded: bool = True) -> tuple[Cut | Skipped | None, int]:
    """The message whose header ends at `blank`, when all of its body follows."""
    headers = _headers(text[:blank], may_be_folded)
    if headers is None:
        return Skipped.NOT_SIP, blank
    told = headers.get(_LENGTH_NAME)
    if told is not None:
        told = told.strip()
    if told is None:
        # RFC 3261 section 18.3: without this header, the body of a datagram goes to its end.
        size = max(0, declared - (blank + text.count(b"\n", 0, blank) + 4))
    elif told.isdigit() and len(told) < 10:
        size = int(told)
    else:
        return Skipped.NOT_SIP, blank
    if size > LARGEST:
        return Skipped.TOO_LARGE, blank
    end = _body_end(text, blank + 2, size)
    if end < 0:
        return None, 0
    body = text[blank + 2 : end]
    if len(body) != size:
        body = body.replace(b"\n", b"\r\n")
    return _made(text[:blank], body, headers), end


def _body_end(text: bytes, start: int, size: int) -> int:
    """Where a body of so many bytes ends in a text that has LF for its CR LF; -1 when it does not end with a line."""
    if size == 0:
        return start
    # Each line end counts twice. From a guess that is not too far, go on by half of what is missing.
    end = start + size - text.count(b"\n", start, start + size)
    while (missing := start + size - end - text.count(b"\n", start, end)) > 0:
        end += (missing + 1) // 2
    # The second: a body that has LF itself, as XML may.
    for one in (end, start + size):
        is_exact = one == start + size or one + text.count(b"\n", start, one) == start + size
        if is_exact and one <= len(text) and b"\n" in (text[one - 1 : one], text[one : one + 1]):
            return -1 if _has_log_line(text, start - 1, one) else one
    return -1


def _made(head: bytes, body: bytes, headers: dict[bytes, bytes]) -> Cut:
    return Cut(head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body, head[: head.find(b"\n")], headers)


def _has_log_line(text: bytes, start: int, end: int) -> bool:
    """Whether a line after the first, between these places, begins with a time."""
    if _MAY_BE_LOG_LINE.search(text, start, end) is None:
        return False
    return any(_LOG_LINE.match(text, found.end()) for found in _MAY_BE_LOG_LINE.finditer(text, start, end))


def _own_lines(text: bytes) -> bytes:
    """The text without the log lines in it, and without the lines after these that begin with a blank."""
    if _LOG_LINE.match(text) is None and not _has_log_line(text, 0, len(text)):
        return text
    kept = []
    after_log = False
    for line in text.split(b"\n"):
        if _LOG_LINE.match(line):
            after_log = True
        elif not (after_log and line.startswith((b" ", b"\t"))):
            after_log = False
            kept.append(line)
    return b"\n".join(kept)


def _strictly(text: bytes, declared: int) -> Cut | None:
    """The message in a text put together from pieces: each line has to look like one of SIP."""
    lines = text.split(b"\n\n", 1)[0].split(b"\n", _MOST_LINES)
    count = next((n for n, line in enumerate(lines) if n and not _is_header(line)), len(lines))
    head = b"\n".join(lines[:count])
    if count == len(lines) and text.startswith(b"\n\n", len(head)):
        result, _ = _with_body(text, len(head), declared)
        return result if isinstance(result, Cut) else None
    # Converters drop the empty line. Then the number of bytes has to tell that nothing else is missing.
    if len(head) + count - 1 + 4 != declared:
        return None
    result, _ = _with_body(head + b"\n\n", len(head), declared)
    return result if isinstance(result, Cut) else None


def _is_header(line: bytes) -> bool:
    return line.startswith((b" ", b"\t")) or _HEADER.match(line) is not None


def _with_other_length(text: bytes, blank: int, declared: int) -> Cut | None:
    """A message whose SDP is all there, but of another length: addresses and numbers in logs are made anonymous.

    Where the number of bytes that the log tells fits to the length that the header tells, the body had that length.
    """
    found = _SDP.match(text, blank + 2)
    if found is None or found.end() == len(text):
        return None
    following = text[found.end() : found.end() + 40]
    if not following.startswith(b"\n") and _LOG_LINE.match(following) is None:
        return None
    headers = _headers(text[:blank])
    if headers is None:
        return None
    told = headers.get(_LENGTH_NAME, b"").strip()
    size_of_head = blank + text.count(b"\n", 0, blank) + 4
    if not told.isdigit() or size_of_head + int(told[:9]) == declared:
        return None
    body = found[0].replace(b"\n", b"\r\n")
    return _made(_LENGTH.sub(rb"\1\2 %d" % len(body), text[:blank], count=1), body, headers)
