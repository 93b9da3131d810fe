"""Frames as they would stand on a wire, and the blocks of a pcapng file. Bytes only: who said what is not known here.

Sources: RFC 791 (IPv4), RFC 768 (UDP), RFC 9293 (TCP), RFC 792 (ICMP), RFC 1071 (checksum), and
draft-ietf-opsawg-pcapng for the file.
"""

from __future__ import annotations

from struct import pack

__all__ = [
    "ACK", "FIN", "MOST_TCP", "MOST_UDP", "PSH", "RST", "SYN",
    "header_blocks", "icmp_unreachable", "names_block", "packet_block", "tcp_frame", "udp_frame",
]  # fmt: skip

#: Payload bytes that one IPv4 packet carries: 65,535 without the headers.
MOST_UDP = 65_535 - 20 - 8
MOST_TCP = 65_535 - 20 - 20

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

_ICMP, _TCP, _UDP = 1, 6, 17

#: A window that is never full, and in a SYN the largest segment.
_WINDOW = 65_535
_LARGEST_SEGMENT = pack("!BBH", 2, 4, MOST_TCP)

#: pcapng: block types, the link type of Ethernet, option codes.
_SECTION, _INTERFACE, _NAMES, _PACKET = 0x0A0D0D0A, 1, 4, 6
_ETHERNET = 1
_END, _COMMENT, _APPLICATION = 0, 1, 4
#: Bytes of one comment; its length has 16 bits.
_LONGEST_COMMENT = 2_000


def _checksum(data: bytes) -> int:
    # The sum of 16-bit words in ones' complement is the number modulo 65,535.
    return 0xFFFF - int.from_bytes(data + b"\0" * (len(data) % 2), "big") % 0xFFFF


def _ip(protocol: int, source: bytes, target: bytes, number: int, payload: bytes) -> bytes:
    start = pack("!BBHHHBB", 0x45, 0, 20 + len(payload), number & 0xFFFF, 0x4000, 64, protocol)
    checksum = pack("!H", _checksum(start + source + target))
    return start + checksum + source + target + payload


def _frame(source: bytes, target: bytes, packet: bytes) -> bytes:
    # A locally administered address (IEEE 802) that shows the IP address again.
    return b"\x02\x00" + target + b"\x02\x00" + source + b"\x08\x00" + packet


def _segment(protocol: int, source: bytes, target: bytes, before: bytes, after: bytes) -> bytes:
    """A header with its checksum between `before` and `after` (RFC 9293 3.1, RFC 768)."""
    pseudo = source + target + pack("!BBH", 0, protocol, len(before) + 2 + len(after))
    return before + pack("!H", _checksum(pseudo + before + b"\0\0" + after)) + after


def udp_frame(source: tuple[bytes, int], target: tuple[bytes, int], number: int, payload: bytes) -> bytes:
    """One datagram; `number` is that of the IP packet."""
    before = pack("!HHH", source[1], target[1], 8 + len(payload))
    segment = _segment(_UDP, source[0], target[0], before, payload)
    return _frame(source[0], target[0], _ip(_UDP, source[0], target[0], number, segment))


def tcp_frame(
    source: tuple[bytes, int],
    target: tuple[bytes, int],
    number: int,
    flags: int,
    sequence: int,
    acknowledged: int,
    payload: bytes = b"",
) -> bytes:
    """One segment."""
    options = _LARGEST_SEGMENT if flags & SYN else b""
    words = 5 + len(options) // 4
    window = 0 if flags & RST else _WINDOW
    before = pack(
        "!HHIIBBH", source[1], target[1], sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, words << 4, flags, window
    )
    segment = _segment(_TCP, source[0], target[0], before, b"\0\0" + options + payload)
    return _frame(source[0], target[0], _ip(_TCP, source[0], target[0], number, segment))


def icmp_unreachable(source: tuple[bytes, int], target: tuple[bytes, int], number: int) -> bytes:
    """Nobody listens at `target`: what its host sends back to `source` (type 3, code 3)."""
    # It quotes the packet that found nobody: its IP header and eight bytes.
    quoted = _ip(_UDP, source[0], target[0], number, pack("!HHHH", source[1], target[1], 8, 0))
    after = b"\0\0\0\0" + quoted
    message = b"\x03\x03" + pack("!H", _checksum(b"\x03\x03\0\0" + after)) + after
    return _frame(target[0], source[0], _ip(_ICMP, target[0], source[0], number, message))


# --- pcapng


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _option(code: int, text: str) -> bytes:
    # Cut between characters, never inside one.
    value = text.encode("utf-8", "replace")[:_LONGEST_COMMENT].decode("utf-8", "ignore").encode()
    return pack("<HH", code, len(value)) + _padded(value)


def _block(kind: int, body: bytes, options: bytes = b"") -> bytes:
    if options:
        options += pack("<HH", _END, 0)
    length = pack("<I", 12 + len(body) + len(options))
    return pack("<I", kind) + length + body + options + length


def header_blocks(application: str, comment: str) -> bytes:
    """What a file begins with: the section, and one Ethernet interface that counts microseconds."""
    section = pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    options = _option(_COMMENT, comment) + _option(_APPLICATION, application)
    return _block(_SECTION, section, options) + _block(_INTERFACE, pack("<HHI", _ETHERNET, 0, 0))


def names_block(names: dict[bytes, str]) -> bytes:
    """Which IPv4 address is which host."""
    records = []
    for address, name in names.items():
        value = address + name.encode() + b"\0"
        records.append(pack("<HH", 1, len(value)) + _padded(value))
    return _block(_NAMES, b"".join(records) + pack("<HH", 0, 0))


def packet_block(microseconds: int, frame: bytes, comment: str = "") -> bytes:
    """One frame at this time, counted from 1970."""
    body = pack("<IIIII", 0, microseconds >> 32, microseconds & 0xFFFFFFFF, len(frame), len(frame)) + _padded(frame)
    return _block(_PACKET, body, _option(_COMMENT, comment) if comment else b"")
