"""What went both ways through a tap, for eyes: the same text on every machine and in every run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

from ..raw import Names, raw_text
from ..raw.text import dump, harmless, visible
from . import tap_words as words
from .tap_place import Speaks

__all__ = ["KEPT", "Piece", "Seen", "Way"]

#: Bytes of one piece that a tap keeps, and that a transcript shows; the rest is counted.
KEPT, SHOWN = 16_384, 2_048

#: The tap's own address and number are no host's, and another on each run (RFC 3581, section 4).
_RETURN = re.compile(rb"(;received=)[0-9.]+|(;rport=)[0-9]+")

#: What messages of those protocols have, and text that somebody has typed has not.
_BINARY = re.compile(rb"[\x00-\x08]")

#: Protocols of bytes that are read in words: what `raw_text` calls them.
_DECODED = {Speaks.SNMP: "snmp", Speaks.CTI_LINK: "csta", Speaks.AGENTX: "agentx"}


class Way(StrEnum):
    """Which way something went; a note is a sentence of the tap itself."""

    SENT = "sent"
    CAME = "came"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Piece:
    """What went one way without a break: the bytes of a stream up to an answer, or one datagram.

    `data` holds the first 16,384 bytes, `size` counts them all. Of a note `text` is the sentence.
    """

    way: Way
    data: bytes = b""
    size: int = 0
    text: str = ""


class Seen:
    """Pieces in the order they went. `print(tap.seen)` shows them as text, `print(tap.seen.hex())` byte by byte."""

    def __init__(
        self, pieces: Iterable[Piece], server: str, speaks: Speaks, names: Names, *, dropped: int = 0, empty: str = ""
    ) -> None:
        self.pieces = tuple(pieces)
        #: Older pieces that are not kept.
        self.dropped = dropped
        self._server = server
        self._speaks = speaks
        self._names = names
        self._empty = empty or words.NOTHING_YET

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)

    def __len__(self) -> int:
        return len(self.pieces)

    def __getitem__(self, index: int) -> Piece:
        return self.pieces[index]

    @property
    def bytes_sent(self) -> bytes:
        """Everything sent that is kept, in one."""
        return b"".join(one.data for one in self.pieces if one.way is Way.SENT)

    @property
    def bytes_came(self) -> bytes:
        """Everything that came and is kept, in one."""
        return b"".join(one.data for one in self.pieces if one.way is Way.CAME)

    @property
    def left_out(self) -> str:
        """A line that counts older pieces; empty when there are none."""
        if not self.dropped:
            return ""
        return words.HIDDEN_ONE if self.dropped == 1 else words.HIDDEN.format(count=self.dropped)

    def newest(self, count: int) -> Seen:
        """The last pieces alone; those before them are counted."""
        kept = self.pieces[-count:]
        dropped = self.dropped + len(self.pieces) - len(kept)
        return Seen(kept, self._server, self._speaks, self._names, dropped=dropped, empty=self._empty)

    def shown(self, *, as_hex: bool = False) -> Iterator[tuple[Piece, str]]:
        """Each piece with its lines of the transcript."""
        for piece in self.pieces:
            yield piece, "\n".join(self._lines(piece, as_hex=as_hex))

    def hex(self) -> str:
        """The transcript with bytes as numbers. Addresses and numbers of this run stand in it as they are."""
        return self._transcript(as_hex=True)

    def __str__(self) -> str:
        return self._transcript(as_hex=False)

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        style = "white-space:pre-wrap;overflow-wrap:anywhere;text-align:left;margin:0.4em 0;font-size:1.05em"
        return f'<pre tabindex="0" style="{style}">{escape(str(self))}</pre>'

    def _transcript(self, *, as_hex: bool) -> str:
        lines = [self.left_out] if self.dropped else []
        lines += [text for _, text in self.shown(as_hex=as_hex)]
        return "\n".join(lines) or self._empty

    def _lines(self, piece: Piece, *, as_hex: bool) -> Iterator[str]:
        if piece.way is Way.NOTE:
            yield harmless(words.NOTE.format(sentence=piece.text))
            return
        yield harmless((words.SENT if piece.way is Way.SENT else words.CAME).format(server=self._server))
        text = words.EMPTY
        if piece.data:
            text = dump(piece.data[:SHOWN]) if as_hex else self._text(piece)
        yield from (f"    {line}" for line in text.split("\n"))
        more = piece.size - min(len(piece.data), SHOWN)
        if more > 0:
            yield "    " + (words.MORE_ONE if more == 1 else words.MORE.format(count=more))

    def _text(self, piece: Piece) -> str:
        data = piece.data[:SHOWN]
        if self._speaks in _DECODED and piece.size <= SHOWN and _BINARY.search(data):
            return raw_text(data, self._names, _DECODED[self._speaks])
        if self._speaks is Speaks.SIP:
            data = _RETURN.sub(lambda found: (found[1] + b"you") if found[1] else found[2] + "…".encode(), data)
            return visible(data, self._names, sip=piece.size <= SHOWN)
        return visible(data, self._names) if _is_text(data) else dump(data)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        # A character that is cut in the middle at the end is no reason to show numbers.
        return error.end == len(data) and error.reason == "unexpected end of data"
    return True
