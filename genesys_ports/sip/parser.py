"""Bytes become a message, or are refused with the status that RFC 3261 gives them and the line that is to blame."""

from __future__ import annotations

import re
from zlib import crc32

from ..errors import SIPError
from .grammar import TOKEN, number
from .headers import LINE, NAMES, Headers
from .message import Request, Response
from .refusals import warning
from .uri import read_uri
from .usual import MOST_HEADERS, Head, usual
from .values import CHECKS, LONGEST, CSeq
from .words import (
    HTTP,
    LONG_BODY,
    LONG_HEAD,
    MANY_HEADERS,
    MISSING,
    NO_END,
    NO_HEADER,
    NO_REQUEST,
    NO_STATUS,
    NOTHING,
    OTHER_METHOD,
    SHORT_BODY,
    STAR,
    TWICE,
    URI_HEADERS,
    VERSION,
    refused,
)

__all__ = ["LARGEST_BODY", "LARGEST_HEAD", "parse", "refusal"]

#: Bytes of the first line with the headers, and bytes of a body, that are taken. A datagram holds 65,507.
LARGEST_HEAD = 65_536
LARGEST_BODY = 1_048_576

_FOLD = re.compile(r"\r\n[ \t]++")
_REQUEST = re.compile(rf"({TOKEN}) ([^\s<>\"]++) [Ss][Ii][Pp]/([0-9]++\.[0-9]++)")
_RESPONSE = re.compile(r"[Ss][Ii][Pp]/([0-9]++\.[0-9]++) ([1-6][0-9][0-9]) ([^\r\n]*+)")

_TAG = re.compile(r";[ \t]*+tag[ \t]*+=", re.IGNORECASE)

#: What no message does without, in the order in which it is missed.
_NEEDED = ("via", "from", "to", "call-id", "cseq")

#: Headers that a message has once (RFC 3261 7.3.1: only a list may be spread over several lines).
_ONCE = frozenset((*_NEEDED[1:], "max-forwards", "content-length", "content-type", "expires", "min-expires", "date"))


def parse(data: bytes) -> Request | Response:
    """The message of one datagram; bytes behind its body are dropped (RFC 3261 18.3).

    Raises `SIPError`: 400 for what is no valid SIP/2.0, 505 for another version, 413 and 513 for more than we take.
    What is valid and cannot be served (an unknown method, scheme or extension) is not refused here.
    """
    data = bytes(data)
    if data[:1] in b"\r\n":
        data = data.lstrip(b"\r\n")
        if not data:
            raise refused(400, NOTHING)
    end = data.find(b"\r\n\r\n", 0, LARGEST_HEAD)
    if end < 0:
        raise refused(400, NO_END) if len(data) < LARGEST_HEAD else refused(513, LONG_HEAD, limit=LARGEST_HEAD)
    text = _text(data[: end + 2])
    method, uri, status, reason, headers, length = usual(text) or _careful(text)
    have = len(data) - end - 4
    if length is None:
        length = have
    elif length > LARGEST_BODY:
        raise refused(413, LONG_BODY, f"Content-Length: {length}", length=length, limit=LARGEST_BODY)
    elif length > have:
        raise refused(400, SHORT_BODY, f"Content-Length: {length}", length=length, have=have)
    elif length < have:
        data = data[: end + 4 + length]
    body = data[end + 4 :]
    return Response(status, reason, headers, body, data) if status else Request(method, uri, headers, body, data)


def _text(data: bytes) -> str:
    # Whatever is no UTF-8 is kept as it came: display names in Latin-1 exist.
    return data.decode("utf-8", "surrogateescape")


def _careful(text: str) -> Head:
    """The first line and the headers of any message. Raises `SIPError`."""
    first_line, _, lines = text.partition("\r\n")
    method, uri, status, reason = _first_line(first_line)
    headers = Headers(_pairs(lines))
    _check(headers)
    named = CSeq.parse(headers["CSeq"]).method
    if method and method != named:
        raise refused(400, OTHER_METHOD, f"CSeq: {headers['CSeq']}", other=named, method=method)
    length = number(headers["Content-Length"], LONGEST) if "Content-Length" in headers else None
    return Head(method, uri, status, reason, headers, length)


def _first_line(line: str) -> tuple[str, str, int, str]:
    found = _RESPONSE.fullmatch(line)
    if found:
        (version, status, reason), method, uri = found.groups(), "", ""
    else:
        found = _REQUEST.fullmatch(line)
        if found is None:
            raise refused(400, _no_start(line), line)
        (method, uri, version), status, reason = found.groups(), "0", ""
    if version != "2.0":
        raise refused(505, VERSION, line, version=version)
    if uri and read_uri(uri).headers:
        raise refused(400, URI_HEADERS, line)
    return method, uri, int(status), reason


def _no_start(line: str) -> str:
    if line[:4].upper() == "SIP/":
        return NO_STATUS
    return HTTP if " HTTP/" in line else NO_REQUEST


def _pairs(lines: str) -> list[tuple[str, str]]:
    """The header lines as names and values; folded lines become one."""
    lines = _FOLD.sub(" ", lines)
    pairs: list[tuple[str, str]] = LINE.findall(lines)
    # A line end is CR LF: one of the two alone would end a line for some readers and not for others.
    if not len(pairs) == lines.count("\n") == lines.count("\r"):
        bad = (line for line in lines.split("\r\n") if "\r" in line or not LINE.fullmatch(f"{line}\r\n"))
        raise refused(400, NO_HEADER, next(bad))
    if len(pairs) > MOST_HEADERS:
        raise refused(513, MANY_HEADERS, limit=MOST_HEADERS)
    return pairs


def _check(headers: Headers) -> None:
    index = headers.by_key()
    for key in _NEEDED:
        if key not in index:
            raise refused(400, MISSING, header=NAMES[key])
    for key, check in CHECKS.items():
        values = index.get(key, ())
        if len(values) > 1 and key in _ONCE:
            raise refused(400, TWICE, f"{NAMES[key]}: {values[1]}", header=NAMES[key], count=len(values))
        for value in values:
            check(NAMES[key], value)
    if len(index.get("contact", ())) > 1 and "*" in index["contact"]:
        raise refused(400, STAR, "Contact: *")


def refusal(error: SIPError, data: bytes) -> Response | None:
    """The answer to bytes that `parse` refused, as far as what it has to repeat is found in them (RFC 3261 8.2.6).

    None where nothing is to be said: to a response, to an ACK, and to bytes without a Via, which are no request.
    """
    head = _text(bytes(data[:LARGEST_HEAD]).lstrip(b"\r\n").partition(b"\r\n\r\n")[0])
    first_line, _, lines = head.partition("\r\n")
    asked = Headers(LINE.findall(_FOLD.sub(" ", f"{lines}\r\n"))).by_key()
    if first_line[:4].upper() in ("SIP/", "ACK ") or asked.get("via", [""])[0][:3].upper() != "SIP":
        return None
    copied = [("Via", value) for value in asked["via"]]
    copied += [(NAMES[key], asked[key][0]) for key in _NEEDED[1:] if key in asked]
    # The same bytes get the same tag, since nothing is kept of them (RFC 3261 8.2.7).
    copied = [
        (name, f"{value};tag={crc32(data):08x}" if name == "To" and not _TAG.search(value) else value)
        for name, value in copied
    ]
    if error.line:
        copied.append(warning(error.status, "genesys-ports", error.line))
    # A lone CR or LF is one of the things that are refused, and must not come back in the answer.
    clean = [(name, value.replace("\r", " ").replace("\n", " ")) for name, value in copied]
    return Response(error.status, error.text, Headers(clean))
