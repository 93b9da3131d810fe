"""Addresses: `sip:1001@sip-host:5060;transport=tcp` (RFC 3261 19.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from .grammar import DIGITS
from .words import BAD_PORT, BAD_URI, SCHEME, refused

__all__ = ["HOST", "Uri", "check_port", "read_uri"]

#: A host: a name, an IPv4 address, or an IPv6 address in brackets. The underscore is no rule but occurs.
HOST = r"(?:\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9.\-_]++)"

_UNRESERVED = r"A-Za-z0-9\-_.!~*'()"
_ESCAPE = "%[0-9A-Fa-f]{2}"
# `#` belongs escaped; phones with star codes send it plain.
_USER = rf"(?:[{_UNRESERVED}&=+$,;?/#]++|{_ESCAPE})+"
_PASSWORD = rf"(?:[{_UNRESERVED}&=+$,]++|{_ESCAPE})*"
_WORD = rf"(?:[{_UNRESERVED}\[\]/:&+$]++|{_ESCAPE})+"
_PARAMS = rf"(?:;{_WORD}(?:={_WORD})?)*"

_SIP = re.compile(
    rf"([Ss][Ii][Pp][Ss]?+):(?:({_USER})(?::({_PASSWORD}))?@)?({HOST})(?::({DIGITS}))?({_PARAMS})"
    rf"(?:\?((?:[{_UNRESERVED}\[\]/?:+$=&]++|{_ESCAPE})*))?"
)
_TEL = re.compile(rf"([Tt][Ee][Ll]):([0-9A-Fa-f*#+\-.()]++)({_PARAMS})")
_OTHER = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*+):([^\s<>\"]++)")

# What may stand unescaped in each part, beside letters and digits.
_IN_USER = "-_.!~*'()&=+$,;?/#"
_IN_PASSWORD = "-_.!~*'()&=+$,"
_IN_PARAM = "-_.!~*'()[]/:&+$"
_IN_HEADER = "-_.!~*'()[]/?:+$"


class Uri(NamedTuple):
    """An address, its escapes resolved (`%40` is `@`), its scheme and host in small letters.

    A `tel:` address has its number as `user`, and one of another scheme all that follows the colon; both have no host.
    `headers` are those behind a question mark.
    """

    scheme: str
    user: str
    host: str
    port: int | None = None
    params: Mapping[str, str] = {}  # nobody changes it
    headers: Mapping[str, str] = {}
    password: str = ""

    @staticmethod
    def read(text: str) -> Uri:
        """Read an address of any scheme. Raises `SIPError` (400)."""
        return read_uri(text)

    @staticmethod
    def parse(text: str) -> Uri:
        """Read an address. Raises `SIPError`: 416 for a scheme other than sip, sips and tel, else 400."""
        uri = read_uri(text)
        if uri.scheme not in ("sip", "sips", "tel"):
            raise refused(416, SCHEME, text, scheme=f"{uri.scheme}:")
        return uri

    def __str__(self) -> str:
        text = f"{self.scheme}:{_escaped(self.user, _IN_USER) if self.host else self.user}"
        if self.password:
            text += f":{_escaped(self.password, _IN_PASSWORD)}"
        if self.host:
            text += f"@{self.host}" if self.user else self.host
        if self.port is not None:
            text += f":{self.port}"
        if self.params:
            text += "".join(f";{_written(one, _IN_PARAM)}" for one in self.params.items())
        if self.headers:
            text += "?" + "&".join(_written(one, _IN_HEADER) for one in self.headers.items())
        return text


def read_uri(text: str) -> Uri:
    """Read an address of any scheme. Raises `SIPError` (400)."""
    # The same few addresses stand in all messages of a call. Endless ones are not worth the memory.
    return _remembered(text) if len(text) <= 128 else _read(text)


def _read(text: str) -> Uri:
    if found := _SIP.fullmatch(text):
        scheme, user, password, host, port, params, headers = found.groups()
        check_port(port, text)
        return Uri(
            scheme.lower(),
            _plain(user or ""),
            host.lower(),
            None if port is None else int(port),
            _pairs(params[1:].split(";")) if params else {},
            _pairs(headers.split("&")) if headers else {},
            _plain(password or ""),
        )
    if found := _TEL.fullmatch(text):
        return Uri("tel", found[2], "", None, _pairs(found[3][1:].split(";")) if found[3] else {})
    other = _OTHER.fullmatch(text)
    if other is None or other[1].lower() in ("sip", "sips", "tel"):
        raise refused(400, BAD_URI, uri=text)
    return Uri(other[1].lower(), other[2], "")


_remembered = lru_cache(maxsize=4096)(_read)


def check_port(text: str | None, line: str) -> None:
    """Raise `SIPError` (400) for digits that are no port number; None, where none is given, is fine."""
    if text is not None and not 0 < int(text) <= 65535:
        raise refused(400, BAD_PORT, line, number=text)


def _plain(text: str) -> str:
    return unquote(text, errors="surrogateescape") if "%" in text else text


def _pairs(parts: list[str]) -> dict[str, str]:
    named = (part.partition("=") for part in parts)
    return {_plain(name).lower(): _plain(value) for name, _, value in named}


def _escaped(text: str, safe: str) -> str:
    return text if text.isascii() and text.isalnum() else quote(text, safe=safe, errors="surrogateescape")


def _written(pair: tuple[str, str], safe: str) -> str:
    name, value = (_escaped(part, safe) for part in pair)
    return f"{name}={value}" if value else name
