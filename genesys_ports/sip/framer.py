"""Messages out of a stream: over TCP, Content-Length alone tells where one ends (RFC 3261 18.3)."""

from __future__ import annotations

import re

from ..errors import SIPError
from .grammar import number
from .message import Request, Response
from .parser import LARGEST_BODY, LARGEST_HEAD, parse
from .words import LONG_BODY, LONG_HEAD, NO_LENGTH, WHICH_LENGTH, refused

__all__ = ["StreamFramer"]

_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*+:(?:\r\n[ \t]|[ \t])*([^\r\n]*+)", re.IGNORECASE | re.MULTILINE)

_BLANK = re.compile(rb"[\r\n]++")


class StreamFramer:
    """The messages of one connection, however its bytes are cut into pieces.

    `refused` are the messages that are not valid but whose end is known, each with its error: answer them
    (`refusal`) and go on. `error` is set when the stream cannot be followed any more, `rest` has the bytes from there
    on: answer, and close the connection. `pings` counts the double line ends that keep a connection open (RFC 5626).
    """

    def __init__(self) -> None:
        self.refused: list[tuple[SIPError, bytes]] = []
        self.error: SIPError | None = None
        self.pings = 0
        self._buffer = bytearray()
        self._searched = 0
        self._end = 0  # of the message that is coming in; 0 while its headers are not complete

    @property
    def rest(self) -> bytes:
        """What has come and is no complete message."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> list[Request | Response]:
        """Take in the next bytes and give the messages that are complete.

        Raises `SIPError` when the stream cannot be followed. Messages that were complete before come out first: then
        the error is raised at the next call.
        """
        if self.error:
            raise self.error
        self._buffer += data
        messages: list[Request | Response] = []
        try:
            while frame := self._next():
                try:
                    messages.append(parse(frame))
                except SIPError as error:
                    self.refused.append((error, frame))
        except SIPError as error:
            self.error = error
            if not messages:
                raise
        return messages

    def _next(self) -> bytes | None:
        if not self._end:
            self._skip_blank_lines()
            self._end = self._find_end()
        if not self._end or len(self._buffer) < self._end:
            return None
        frame = bytes(self._buffer[: self._end])
        del self._buffer[: self._end]
        self._searched = self._end = 0
        return frame

    def _skip_blank_lines(self) -> None:
        blank = _BLANK.match(self._buffer)
        if not blank:
            return
        pings = blank[0].count(b"\r\n\r\n")
        self.pings += pings
        # Where nothing follows yet, half of a ping may still be on its way.
        kept = min(blank.end() - 4 * pings, 3) if blank.end() == len(self._buffer) else 0
        del self._buffer[: blank.end() - kept]

    def _find_end(self) -> int:
        """The end of the message at the start of the buffer; 0 while it is not known."""
        # What was searched is not searched again, but for an end that was cut in two.
        head = self._buffer.find(b"\r\n\r\n", max(self._searched - 3, 0), LARGEST_HEAD)
        self._searched = len(self._buffer)
        if head < 0:
            if len(self._buffer) >= LARGEST_HEAD:
                raise refused(513, LONG_HEAD, limit=LARGEST_HEAD)
            return 0
        told = {value.strip() for value in _LENGTH.findall(self._buffer, 0, head + 2)}
        if not told:
            raise refused(400, NO_LENGTH)
        length = number(told.pop().decode("latin-1"), 2**32 - 1)
        if length is None or told:
            raise refused(400, WHICH_LENGTH)
        if length > LARGEST_BODY:
            raise refused(413, LONG_BODY, length=length, limit=LARGEST_BODY)
        return head + 4 + length
