"""One cell at a time: text in, value out, or a `BadCell` with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import ip_address
from typing import TypeVar

from ..errors import InvalidValueError
from ..model import DEFAULT, HIGHEST_PORT, Connection, Platform, Purpose, Transport, parse_word
from ..table import defused
from . import words
from .rows import MOST_CELL, Unread

__all__ = ["BadCell", "armed", "clean", "connection_text", "safe"]

_Word = TypeVar("_Word", bound=StrEnum)

_FORMULA = re.compile(r"'*[=+\-@]")
#: The client's own end, fixed as in the transport parameters of a connection.
_CLIENT_PORT = re.compile(r"\s+port\s*=\s*([0-9]{1,6})$", re.IGNORECASE)
_PORT = re.compile(r"([0-9]{1,5})(?:\s*[-–—]\s*([0-9]{1,5}))?")
_WITH_TRANSPORT = re.compile(r"[0-9]+\s*[/ ]\s*(?:tcp|udp|tls)", re.IGNORECASE)


class BadCell(Exception):
    """A cell that cannot be read; its argument is what to write instead, in whole sentences."""


def safe(text: str) -> str:
    """The cell as it is written: no spreadsheet takes it for a formula; `armed` gives the text back."""
    # A text that starts with apostrophe and formula mark itself gets one apostrophe more to lose again.
    return f"'{text}" if text.startswith("'") and _FORMULA.match(text) else defused(text)


def armed(text: str) -> str:
    """The cell as it was before `safe`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def clean(text: str) -> str:
    """The text of a cell: blanks at its edges and between words reduced, formula guard removed.

    Raises `BadCell` for a cell without a value, for one over the limit, and for characters that no one can see:
    they make two names look alike, and steer a terminal.
    """
    if isinstance(text, Unread):
        raise BadCell(text.problem)
    if len(text) > MOST_CELL:
        raise BadCell(words.TOO_LONG.format(most=f"{MOST_CELL:,}"))
    text = armed(" ".join(text.split()))
    if not text.isprintable():
        raise BadCell(words.UNSEEN_CHARACTER)
    return text


def read_name(text: str, if_empty: str) -> str:
    """The name of a host or an application; `if_empty` is the sentence for an empty cell."""
    if not text:
        raise BadCell(if_empty)
    if ":" in text or ";" in text:
        raise BadCell(words.NAME_WITH_MARK)
    return text


def read_port_id(text: str) -> str:
    """A port id; `default` when empty."""
    return read_name(text or DEFAULT, "")


def read_port(text: str) -> tuple[int, int | None]:
    """A number, or the two ends of a range. Raises `BadCell`."""
    if not text:
        raise BadCell(words.NO_PORT)
    match = _PORT.fullmatch(text)
    if match is None:
        raise BadCell(words.PORT_WITH_TRANSPORT if _WITH_TRANSPORT.fullmatch(text) else words.BAD_PORT)
    number = int(match[1])
    last = int(match[2]) if match[2] else number
    if not 1 <= number <= last <= HIGHEST_PORT:
        raise BadCell(words.BAD_PORT)
    return number, (None if last == number else last)


def read_transport(text: str) -> Transport:
    """A transport; TCP when empty."""
    return _word(Transport, text, words.BAD_TRANSPORT) if text else Transport.TCP


def read_purpose(text: str) -> Purpose:
    """A purpose; communication when empty."""
    return _word(Purpose, text, words.BAD_PURPOSE) if text else Purpose.COMMUNICATION


def read_platform(text: str) -> Platform | None:
    """A platform, or None when nobody has said."""
    return _word(Platform, text, words.BAD_PLATFORM) if text else None


def _word(kind: type[_Word], text: str, sentence: str) -> _Word:
    try:
        return parse_word(kind, text, "")
    except InvalidValueError as error:
        raise BadCell(sentence.format(allowed=", ".join(error.allowed))) from None


def read_address(text: str, sentence: str = words.BAD_ADDRESS) -> str:
    """An IP address as it was written; empty, like `*`, means every address."""
    if text == "*":
        return ""
    if text:
        try:
            ip_address(text)
        except ValueError:
            raise BadCell(sentence) from None
    return text


def read_connections(client: str, text: str) -> Iterator[Connection]:
    """The connections of one cell. Whether their servers exist is left to a check."""
    for part in text.split(";"):
        if not part.strip():
            continue
        named, client_port = part.strip(), None
        if fixed := _CLIENT_PORT.search(named):
            named, client_port = named[: fixed.start()], int(fixed[1])
            if not 1 <= client_port <= HIGHEST_PORT:
                raise BadCell(words.BAD_CLIENT_PORT.format(text=part.strip()))
        server, *ids = (piece.strip() for piece in named.split(":"))
        if not server or len(ids) > 1:
            raise BadCell(words.BAD_CONNECTION.format(text=part.strip()))
        port_id = (ids[0] if ids else "") or DEFAULT
        yield Connection(client=client, server=server, port_id=port_id, client_port=client_port)


def connection_text(connection: Connection) -> str:
    """A connection as a cell holds it: `message_server:default`, ` port=4500` after it for a client port."""
    text = f"{connection.server}:{connection.port_id}"
    return text if connection.client_port is None else f"{text} port={connection.client_port}"
