"""Cuts the bytes of a TCP connection into AgentX PDUs (RFC 2741, section 8.1)."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import AgentXError
from . import words
from .codec import HEADER_LENGTH, Header, decode_header, decode_payload
from .pdu import Pdu

__all__ = ["LARGEST_PAYLOAD", "Frame", "Framer"]

#: Bytes of one PDU after its header. The standard sets no bound; an SNMP message over UDP has 65,507 at most.
LARGEST_PAYLOAD = 262_144


class Frame(NamedTuple):
    """A PDU that has come: its header, what it says, and its bytes; `error` where it says nothing readable."""

    header: Header
    pdu: Pdu | None
    raw: bytes
    error: AgentXError | None = None


class Framer:
    """Fed with bytes as they come, however they were cut. Once `error` is set, nothing more can be told apart."""

    def __init__(self) -> None:
        self.error: AgentXError | None = None
        self._buffer = bytearray()

    @property
    def rest(self) -> bytes:
        """The beginning of a PDU whose end has not come."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """The PDUs that are complete now, in order."""
        frames: list[Frame] = []
        if self.error is not None:
            return frames
        self._buffer += data
        while len(self._buffer) >= HEADER_LENGTH:
            try:
                header = decode_header(bytes(self._buffer[:HEADER_LENGTH]))
                if header.length > LARGEST_PAYLOAD:
                    raise AgentXError(words.TOO_LONG.format(length=header.length, limit=LARGEST_PAYLOAD), lost=True)
            except AgentXError as error:
                self.error = error
                break
            end = HEADER_LENGTH + header.length
            if len(self._buffer) < end:
                break
            raw = bytes(self._buffer[:end])
            del self._buffer[:end]
            try:
                frames.append(Frame(header, decode_payload(header, raw[HEADER_LENGTH:]), raw))
            except AgentXError as error:
                frames.append(Frame(header, None, raw, error))
        return frames
