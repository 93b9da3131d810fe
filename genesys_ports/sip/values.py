"""What stands behind the names of headers: Via, addresses with a display name, CSeq, and which values are valid."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Self

from .grammar import DIGITS, PARAMS, QUOTED, TOKEN, WS, items, number, params, quoted, unquoted, written
from .uri import HOST, Uri, check_port, read_uri
from .words import BAD_CSEQ, BAD_DATE, BAD_NUMBER, BAD_VALUE, refused

__all__ = ["CHECKS", "CSeq", "NameAddr", "Via"]

_VIA = re.compile(rf"{WS}[Ss][Ii][Pp]{WS}/{WS}2\.0{WS}/{WS}({TOKEN})[ \t]++({HOST})(?:{WS}:{WS}({DIGITS}))?({PARAMS})")
# The name before the brackets is words by the rules; names of all scripts occur.
_ADDRESS = re.compile(rf'{WS}(?:({QUOTED}|[^"<>,;:]*+){WS}<([^<>" \t]++)>|([^<>",;? \t]++))({PARAMS})')
_CSEQ = re.compile(rf"([0-9]++)[ \t]++({TOKEN})")
_TYPE = re.compile(rf"{TOKEN}{WS}/{WS}{TOKEN}{PARAMS}")
_CALL_ID = re.compile(r"[^\s@]++(?:@[^\s@]++)?")
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")

#: Seconds, and most other numbers, have 32 bits (RFC 3261 25.1, delta-seconds; 20.19).
LONGEST = 2**32 - 1


class Via(NamedTuple):
    """One hop a request made (RFC 3261 20.42): an answer goes back along them.

    `transport` is as it is written there: mostly UDP.
    """

    transport: str
    host: str
    port: int | None
    params: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of one hop. Raises `SIPError` (400)."""
        found = _VIA.fullmatch(text)
        if found is None:
            raise refused(400, BAD_VALUE, f"Via: {text}", header="Via")
        return cls._of(found)

    @classmethod
    def each(cls, text: str) -> list[Self]:
        """Read the hops of one header line. Raises `SIPError` (400)."""
        found = _VIA.fullmatch(text)
        return [cls._of(found)] if found else [cls._of(one) for one in _each(_VIA, text, "Via")]

    @classmethod
    def _of(cls, found: re.Match[str]) -> Self:
        transport, host, port, rest = found.groups()
        return cls(transport, host, None if port is None else int(port), params(rest))

    @property
    def branch(self) -> str:
        """The name of the transaction."""
        return self.params.get("branch", "")

    @property
    def received(self) -> str:
        """The address that the request really came from, where it is not `host` (RFC 3261 18.2.1)."""
        return self.params.get("received", "")

    @property
    def rport(self) -> int | None:
        """The port number that the request really came from, if the sender asked for it and got it (RFC 3581)."""
        return number(self.params.get("rport", ""), 65535)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {self.host}{port}{written(self.params)}"


class NameAddr(NamedTuple):
    """Who is meant (RFC 3261 20.10): the value of From, To, Contact, Route and Record-Route."""

    uri: Uri
    display: str = ""
    params: dict[str, str] = {}  # noqa: RUF012 # nobody changes it

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one address. Raises `SIPError` (400)."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise refused(400, BAD_VALUE, text, header="an address")
        return cls._of(found)

    @classmethod
    def each(cls, text: str) -> list[Self]:
        """Read the addresses of one header line. Raises `SIPError` (400)."""
        found = _ADDRESS.fullmatch(text)
        return [cls._of(found)] if found else [cls._of(one) for one in _each(_ADDRESS, text, "an address")]

    @classmethod
    def _of(cls, found: re.Match[str]) -> Self:
        display, inside, bare, rest = found.groups()
        return cls(read_uri(inside or bare), unquoted(display.strip(" \t")) if display else "", params(rest))

    @property
    def tag(self) -> str:
        """What tells one dialog with this party from another."""
        return self.params.get("tag", "")

    def __str__(self) -> str:
        display = f"{quoted(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{written(self.params)}"


class CSeq(NamedTuple):
    """The number of a request in its dialog, and its method (RFC 3261 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value. Raises `SIPError` (400)."""
        found = _CSEQ.fullmatch(text)
        # RFC 3261 8.1.1.5: less than 2**31.
        value = None if found is None else number(found[1], 2**31 - 1)
        if found is None or value is None:
            raise refused(400, BAD_CSEQ, f"CSeq: {text}")
        return cls(value, found[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def _each(pattern: re.Pattern[str], text: str, header: str) -> list[re.Match[str]]:
    every = list(items(pattern, text))
    if None in every:
        raise refused(400, BAD_VALUE, f"{header}: {text}", header=header)
    return [found for found in every if found]


# --- which values are valid, without making anything of them ----------------------------------------------------------


def _via(name: str, value: str) -> None:
    for found in _each(_VIA, value, name):
        check_port(found[3], value)


def _addresses(name: str, value: str) -> None:
    for found in _each(_ADDRESS, value, name):
        read_uri(found[2] or found[3])


def _address(name: str, value: str) -> None:
    found = _ADDRESS.fullmatch(value)
    if found is None:
        raise refused(400, BAD_VALUE, f"{name}: {value}", header=name)
    read_uri(found[2] or found[3])


def _contact(name: str, value: str) -> None:
    if value != "*":
        _addresses(name, value)


def _cseq(name: str, value: str) -> None:
    CSeq.parse(value)


def _number(highest: int) -> Callable[[str, str], None]:
    def check(name: str, value: str) -> None:
        if number(value, highest) is None:
            raise refused(400, BAD_NUMBER, f"{name}: {value}", header=name, highest=highest)

    return check


def _shape(pattern: re.Pattern[str], sentence: str = BAD_VALUE) -> Callable[[str, str], None]:
    def check(name: str, value: str) -> None:
        if not pattern.fullmatch(value):
            raise refused(400, sentence, f"{name}: {value}", header=name)

    return check


#: What a value has to be, by header.
CHECKS: dict[str, Callable[[str, str], None]] = {
    "via": _via,
    "from": _address,
    "to": _address,
    "contact": _contact,
    "route": _addresses,
    "record-route": _addresses,
    "cseq": _cseq,
    "call-id": _shape(_CALL_ID),
    "content-length": _number(LONGEST),
    "content-type": _shape(_TYPE),
    "max-forwards": _number(255),
    "expires": _number(LONGEST),
    "min-expires": _number(LONGEST),
    "date": _shape(_DATE, BAD_DATE),
}
