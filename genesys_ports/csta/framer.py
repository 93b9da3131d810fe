"""Messages out of a stream of bytes, and into it: a header of eight bytes stands before each piece of XML.

Two zero bytes, the length of the whole in two (the larger first, header included), the invoke ID in four ASCII digits
(ECMA-323, annex J: CSTA XML over TCP without SOAP).
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import CSTAError
from . import words
from .message import Message
from .xml import decode, to_xml

__all__ = ["EVENT_ID", "HEADER", "Frame", "Framer", "encode"]

#: The invoke ID of all events.
EVENT_ID = 9999

#: Bytes of a header, and of the longest frame: what two bytes can say.
HEADER, LONGEST = 8, 65_535


class Frame(NamedTuple):
    """One message as it came: its invoke ID, the message or what is wrong with it, and its bytes, header included."""

    invoke_id: int
    message: Message | CSTAError
    raw: bytes


def encode(invoke_id: int, message: Message) -> bytes:
    """The bytes of a message, header and XML. Raises `CSTAError` when something in it is wrong, or it is too long."""
    if not 0 <= invoke_id <= EVENT_ID:
        raise CSTAError(words.INVOKE_ID.format(number=invoke_id))
    body = to_xml(message).encode()
    length = HEADER + len(body)
    if length > LONGEST:
        raise CSTAError(words.TOO_LONG.format(name=message.name, length=length, limit=LONGEST))
    return b"\x00\x00%b%04d%b" % (length.to_bytes(2, "big"), invoke_id, body)


class Framer:
    """The messages of one connection, however its bytes are cut into pieces.

    `error` is set when the stream cannot be followed any more: close the connection.
    """

    def __init__(self) -> None:
        self.error: CSTAError | None = None
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take in the next bytes and give the messages that are complete.

        A message that is wrong inside its frame comes as a `CSTAError` in its place. Raises `CSTAError` when the
        stream cannot be followed. Messages that were complete before come out first; then the error stands in `error`,
        and is raised at the next call.
        """
        if self.error:
            raise self.error
        self._buffer += data
        frames: list[Frame] = []
        at = 0
        while length := self._length(at):
            raw = bytes(self._buffer[at : at + length])
            at += length
            frames.append(Frame(int(raw[4:HEADER]), _read(raw[HEADER:]), raw))
        del self._buffer[:at]
        if self.error:
            self._buffer.clear()
            if not frames:
                raise self.error
        return frames

    def _length(self, at: int) -> int:
        """The length of the frame that begins there; 0 while it is not complete, or when it cannot be one."""
        head = self._buffer[at : at + HEADER]
        if len(head) >= 2 and head[:2] != b"\x00\x00":
            self.error = CSTAError(words.HEADER.format(shown=head[:2].hex(" ")), lost=True)
        elif len(head) == HEADER:
            length = int.from_bytes(head[2:4], "big")
            if length < HEADER:
                self.error = CSTAError(words.HEADER_LENGTH.format(length=length, header=HEADER), lost=True)
            elif not head[4:].isdigit():
                self.error = CSTAError(words.HEADER_INVOKE.format(shown=head[4:].hex(" ")), lost=True)
            elif len(self._buffer) - at >= length:
                return length
        return 0


def _read(body: bytes) -> Message | CSTAError:
    try:
        return decode(body)
    except CSTAError as error:
        return error
