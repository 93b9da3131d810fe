"""Voice as it travels: RTP packets (RFC 3550) of G.711 µ-law sound, twenty milliseconds each.

Which port a call uses for it is agreed in SDP: an even number, and the next one above it is for RTCP (RFC 3550, section
11), which nothing here sends.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Self

__all__ = ["MILLISECONDS", "PCMU", "SAMPLES", "Arrivals", "RtpPacket", "announcement", "mu_law"]

#: The payload type of G.711 µ-law (RFC 3551, section 6): 8,000 samples a second, a byte each.
PCMU = 0
RATE = 8_000

#: What one packet holds (RFC 3551, section 4.2: 20 ms unless agreed otherwise).
MILLISECONDS = 20
SAMPLES = RATE * MILLISECONDS // 1_000

_HEADER = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")
_VERSION = 2


class RtpPacket(NamedTuple):
    """One packet. `source` (SSRC) names its stream, `sequence` its place in it; `timestamp` counts samples.

    `extension` is the profile and the data of a header extension, in whole words of four bytes.
    """

    sequence: int
    timestamp: int
    source: int
    payload: bytes
    payload_type: int = PCMU
    marker: bool = False
    contributors: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """The packet in a datagram; None where it holds none (RFC 3550, section A.1)."""
        if len(data) < _HEADER.size:
            return None
        first, second, sequence, timestamp, source = _HEADER.unpack_from(data)
        if first >> 6 != _VERSION:
            return None
        count = first & 0x0F
        at, end = _HEADER.size + 4 * count, len(data)
        if at > end:
            return None
        contributors = struct.unpack_from(f"!{count}I", data, _HEADER.size)
        extension = None
        if first & 0x10:
            if at + _EXTENSION.size > end:
                return None
            profile, words = _EXTENSION.unpack_from(data, at)
            at += _EXTENSION.size
            if at + 4 * words > end:
                return None
            extension = (profile, data[at : at + 4 * words])
            at += 4 * words
        if first & 0x20:
            # The last byte says how many are padding, itself included.
            padding = data[-1]
            if not 0 < padding <= end - at:
                return None
            end -= padding
        marker, kind = bool(second & 0x80), second & 0x7F
        return cls(sequence, timestamp, source, data[at:end], kind, marker, contributors, extension)

    def __bytes__(self) -> bytes:
        first = _VERSION << 6 | (self.extension is not None) << 4 | len(self.contributors)
        second = self.marker << 7 | self.payload_type
        extension = b""
        if self.extension is not None:
            profile, data = self.extension
            extension = _EXTENSION.pack(profile, len(data) // 4) + data
        return b"".join(
            (
                _HEADER.pack(first, second, self.sequence, self.timestamp, self.source),
                struct.pack(f"!{len(self.contributors)}I", *self.contributors),
                extension,
                self.payload,
            )
        )


class Arrivals:
    """How many packets of a stream have come, and how many should have (RFC 3550, section A.3).

    A stream is that of the first packet; when another source begins, everything counts from there.
    """

    def __init__(self) -> None:
        self.received = 0
        self._source: int | None = None
        self._first = 0
        self._highest = 0

    def add(self, packet: RtpPacket) -> None:
        """A packet has come."""
        if packet.source != self._source:
            self._source, self.received = packet.source, 0
            self._first = self._highest = packet.sequence
        self.received += 1
        # Numbers have 16 bits: one that is a little above the highest, wrapped or not, is the next highest.
        ahead = (packet.sequence - self._highest) & 0xFFFF
        if ahead < 0x8000:
            self._highest += ahead

    @property
    def lost(self) -> int:
        """How many of the stream are missing, as far as anybody can tell."""
        expected = self._highest - self._first + 1 if self.received else 0
        return max(0, expected - self.received)


def mu_law(sample: int) -> int:
    """A sample of 16 bits as the byte of G.711 µ-law (ITU-T G.711, table 2a)."""
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, 32_635) + 132
    exponent = magnitude.bit_length() - 8
    mantissa = magnitude >> (exponent + 3) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


#: A chime of three notes, which begin one after the other: when (in milliseconds), and how high (in hertz).
_NOTES = ((0, 659.26), (160, 523.25), (320, 392.0))
_LOUD = 9_000
#: Seconds in which a note loses two thirds of its loudness.
_FADE = 0.18


@lru_cache(maxsize=4)
def _chime(count: int) -> bytes:
    sound = bytearray()
    for index in range(count * SAMPLES):
        at = index / RATE
        level = sum(
            math.exp(-(at - begin / 1_000) / _FADE) * math.sin(2 * math.pi * hertz * (at - begin / 1_000))
            for begin, hertz in _NOTES
            if at >= begin / 1_000
        )
        sound.append(mu_law(round(level * _LOUD)))
    return bytes(sound)


def announcement(count: int, *, source: int, sequence: int = 1, timestamp: int = 0) -> Iterator[RtpPacket]:
    """The packets of an announcement: a chime, `count` times twenty milliseconds of it.

    The first has the marker of a new stretch of sound (RFC 3551, section 4.1).
    """
    sound = _chime(count)
    for index in range(count):
        yield RtpPacket(
            (sequence + index) & 0xFFFF,
            (timestamp + index * SAMPLES) & 0xFFFFFFFF,
            source,
            sound[index * SAMPLES : (index + 1) * SAMPLES],
            marker=index == 0,
        )
