"""A message of SIP by its fields: start line, headers, and the lines of its SDP."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import words
from .text import Names, plain

__all__ = ["sip_fields"]

#: RFC 3261, section 7: a request begins with its method, an answer with the version.
_REQUEST = re.compile(r"[^\s]{1,80} [^\n]{1,4000} SIP/2\.0")
_ANSWER = re.compile(r"SIP/2\.0 [1-6][0-9][0-9]")
_SDP_LINE = re.compile(r"([a-z])=(.*)")


def sip_fields(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    """The fields in their order. Raises `ValueError` where the start line is none of SIP."""
    head, _, body = plain(payload, names, sip=True).partition("\n\n")
    lines = head.lstrip("\n").split("\n")
    start = lines[0].strip()
    if _ANSWER.match(start):
        yield words.STATUS_FIELD, start
    elif _REQUEST.fullmatch(start):
        yield words.REQUEST_FIELD, start
    else:
        raise ValueError
    sdp = False
    for name, value in _headers(lines[1:]):
        sdp = sdp or (name.partition(" ")[0].casefold() == "content-type" and "application/sdp" in value.casefold())
        yield name, value
    if not body:
        return
    found = [_SDP_LINE.fullmatch(line) for line in body.rstrip("\n").split("\n")]
    if not sdp or not all(found):
        yield words.BODY_FIELD, body
        return
    for line in found:
        if line is not None:
            named = words.SDP.get(line[1])
            yield words.SDP_FIELD.format(letter=line[1], name=named) if named else f"SDP {line[1]}=", line[2]


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    unfolded: list[str] = []
    for line in lines:
        # A line that begins with a blank goes on with the one before (RFC 3261, section 7.3.1).
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1] += f" {line.strip()}"
        elif line:
            unfolded.append(line)
    for line in unfolded:
        name, colon, value = line.partition(":")
        if not colon:
            yield words.NOTE_FIELD, f"{words.NO_COLON} {line}"
            continue
        short = name.strip()
        long = words.COMPACT.get(short.casefold())
        yield words.COMPACT_FIELD.format(long=long, short=short) if long else short, value.strip()
