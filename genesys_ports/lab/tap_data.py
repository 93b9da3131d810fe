"""What a learner types into a tap, and the bytes that it means."""

from __future__ import annotations

from enum import StrEnum

from ..errors import InvalidValueError
from . import tap_words as words
from .tap_place import Speaks

__all__ = ["LineEnd", "bytes_of", "habit"]


class LineEnd(StrEnum):
    """What stands at the end of each line that is sent."""

    NONE = "none"
    LF = "LF"
    CRLF = "CRLF"


_ENDS = {LineEnd.LF: "\n", LineEnd.CRLF: "\r\n"}

#: How lines end in what is spoken on a port; in all else that is no text, they do not.
_HABITS = {Speaks.TEACHING: LineEnd.LF, Speaks.SIP: LineEnd.CRLF, Speaks.CONSOLE: LineEnd.CRLF}


def habit(speaks: Speaks) -> LineEnd:
    """How lines end in what is spoken on a port."""
    return _HABITS.get(speaks, LineEnd.NONE)


def bytes_of(data: str | bytes, end: LineEnd | str, *, hex: bool = False) -> bytes:
    """The bytes to send: of a text with this line end, or (`hex`) of a row of numbers. Raises `InvalidValueError`."""
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    text = str(data)
    if hex:
        try:
            return bytes.fromhex(text.replace(":", " "))
        except ValueError:
            raise InvalidValueError(words.HEX, text, words.HEX_EXAMPLES) from None
    end = _line_end(end)
    if end is not LineEnd.NONE:
        plain = text.replace("\r\n", "\n")
        text = (plain if plain.endswith("\n") else f"{plain}\n").replace("\n", _ENDS[end])
    return text.encode("utf-8", "replace")


def _line_end(end: LineEnd | str) -> LineEnd:
    for one in LineEnd:
        if str(end).casefold() == one.casefold():
            return one
    raise InvalidValueError(words.LINE_END, end, tuple(LineEnd))
