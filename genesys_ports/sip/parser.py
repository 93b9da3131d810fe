"""Bytes become a message, or are refused with the status that RFC 3261 gives them and the line that is to blame."""

from __future__ import annotations

import re
from zlib import crc32

from ..errors import SIPError
from .grammar import TOKEN, number, quoted
from .headers import NAMES, Headers
from .message import Request, Response
from .uri import read_uri
from .values import CHECKS, LONGEST, CSeq
from .words import (
    LONG_BODY,
    LONG_HEAD,
    MANY_HEADERS,
    MISSING,
    NO_END,
    NO_HEADER,
    NO_STATUS,
    NOT_SIP,
    NOTHING,
    OTHER_METHOD,
    SHORT_BODY,
    STAR,
    TWICE,
    URI_HEADERS,
    VERSION,
    refused,
)

__all__ = ["LARGEST_BODY", "LARGEST_HEAD", "MOST_HEADERS", "parse", "refusal"]

#: Bytes of the first line and the headers, bytes of a body, and header lines that are taken. A datagram holds 65,507.
LARGEST_HEAD = 65_536
LARGEST_BODY = 1_048_576
MOST_HEADERS = 500

_LINE = re.compile(rf"^({TOKEN})[ \t]*+:[ \t]*+(.*)\r\n", re.MULTILINE)
_FOLD = re.compile(r"\r\n[ \t]+")
_REQUEST = re.compile(rf"({TOKEN}) ([^\s<>\"]++) [Ss][Ii][Pp]/([0-9]++\.[0-9]++)")
_RESPONSE = re.compile(r"[Ss][Ii][Pp]/([0-9]++\.[0-9]++) ([1-6][0-9][0-9]) ([^\r\n]*+)")

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
    first_line, _, lines = _text(data[: end + 2]).partition("\r\n")
    response = _RESPONSE.fullmatch(first_line)
    method, uri = ("", "") if response else _request(first_line)
    headers = Headers(_pairs(lines))
    _check(headers, method)
    start = end + 4
    body = data[start : start + _length(headers, len(data) - start)]
    raw = data[: start + len(body)]
    if response is None:
        return Request(method, uri, headers, body, raw)
    if response[1] != "2.0":
        raise refused(505, VERSION, first_line, version=response[1])
    return Response(int(response[2]), response[3], headers, body, raw)


def _text(data: bytes) -> str:
    # Whatever is no UTF-8 is kept as it came: display names in Latin-1 exist.
    return data.decode("utf-8", "surrogateescape")


def _request(line: str) -> tuple[str, str]:
    found = _REQUEST.fullmatch(line)
    if found is None:
        raise refused(400, NO_STATUS if line[:4].upper() == "SIP/" else NOT_SIP, line)
    method, uri, version = found.groups()
    if version != "2.0":
        raise refused(505, VERSION, line, version=version)
    if read_uri(uri).headers:
        raise refused(400, URI_HEADERS, line)
    return method, uri


def _pairs(lines: str) -> list[tuple[str, str]]:
    """The header lines as names and values; folded lines become one."""
    if lines.count("\n") > MOST_HEADERS * 2:
        raise refused(513, MANY_HEADERS, limit=MOST_HEADERS)
    if "\r\n " in lines or "\r\n\t" in lines:
        lines = _FOLD.sub(" ", lines)
    if " \r\n" in lines or "\t\r\n" in lines:
        lines = "\r\n".join(line.rstrip(" \t") for line in lines.split("\r\n"))
    pairs: list[tuple[str, str]] = _LINE.findall(lines)
    # A line end is CR LF: one of the two alone would end a line for some readers and not for others.
    if not len(pairs) == lines.count("\n") == lines.count("\r"):
        bad = (line for line in lines.split("\r\n") if "\r" in line or not _LINE.fullmatch(f"{line}\r\n"))
        raise refused(400, NO_HEADER, next(bad))
    if len(pairs) > MOST_HEADERS:
        raise refused(513, MANY_HEADERS, limit=MOST_HEADERS)
    return pairs


def _check(headers: Headers, method: str) -> None:
    index = headers.by_key()
    for key in _NEEDED:
        if key not in index:
            raise refused(400, MISSING, header=NAMES[key])
    for key, values in index.items():
        if key in CHECKS:
            name = NAMES[key]
            if len(values) > 1 and key in _ONCE:
                raise refused(400, TWICE, f"{name}: {values[1]}", header=name, count=len(values))
            check = CHECKS[key]
            for value in values:
                check(name, value)
    if "contact" in index and "*" in index["contact"] and len(index["contact"]) > 1:
        raise refused(400, STAR, "Contact: *")
    line = index["cseq"][0]
    if (named := CSeq.parse(line).method) != method and method:
        raise refused(400, OTHER_METHOD, f"CSeq: {line}", other=named, method=method)


def _length(headers: Headers, have: int) -> int:
    """How many of the bytes behind the headers are the body."""
    told = headers.get("Content-Length")
    length = number(told, LONGEST) if told else have
    assert length is not None  # _check saw to it
    if length > LARGEST_BODY:
        raise refused(413, LONG_BODY, f"Content-Length: {told}", length=length, limit=LARGEST_BODY)
    if length > have:
        raise refused(400, SHORT_BODY, f"Content-Length: {told}", length=length, have=have)
    return length


def refusal(error: SIPError, data: bytes) -> Response | None:
    """The answer to bytes that `parse` refused, as far as what it has to repeat is found in them (RFC 3261 8.2.6).

    None where nothing is to be said: to a response, to an ACK, and to bytes without a Via, which are no request.
    """
    head = _text(bytes(data[:LARGEST_HEAD]).lstrip(b"\r\n").partition(b"\r\n\r\n")[0])
    first_line, _, lines = head.partition("\r\n")
    asked = Headers(_LINE.findall(_FOLD.sub(" ", f"{lines}\r\n"))).by_key()
    if first_line[:4].upper() in ("SIP/", "ACK ") or asked.get("via", [""])[0][:3].upper() != "SIP":
        return None
    copied = [("Via", value) for value in asked["via"]]
    copied += [(NAMES[key], asked[key][0]) for key in _NEEDED[1:] if key in asked]
    # The same bytes get the same tag, since nothing is kept of them (RFC 3261 8.2.7).
    copied = [
        (name, f"{value};tag={crc32(data):08x}" if name == "To" and "tag" not in value else value)
        for name, value in copied
    ]
    if error.line:
        copied.append(("Warning", f"399 genesys-ports {quoted(error.line)}"))
    return Response(error.status, error.text, Headers(copied))
