"""RTP: packets as the standard draws them, the sound in them, and what is missing."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.sip.rtp import MILLISECONDS, PCMU, SAMPLES, Arrivals, RtpPacket, announcement, mu_law

HEADER = bytes.fromhex("80 80 0001 00000000 12345678".replace(" ", ""))


# --- packets

PACKETS = [
    (
        "the first of a stretch of sound",
        HEADER + b"\xff" * 3,
        RtpPacket(1, 0, 0x12345678, b"\xff\xff\xff", marker=True),
    ),
    (
        "a later one",
        bytes.fromhex("8000 fffe 000000a0 00000001".replace(" ", "")) + b"ab",
        RtpPacket(65534, 160, 1, b"ab"),
    ),
    ("no sound", bytes.fromhex("8008000200000140deadbeef"), RtpPacket(2, 320, 0xDEADBEEF, b"", payload_type=8)),
    (
        "mixed of two",
        bytes.fromhex("8265 0003 00000000 00000001 0000000a 0000000b 41".replace(" ", "")),
        RtpPacket(3, 0, 1, b"A", payload_type=101, contributors=(10, 11)),
    ),
    (
        "a header extension",
        bytes.fromhex("9000 0004 00000000 00000001 bede 0001 10aa0000 42".replace(" ", "")),
        RtpPacket(4, 0, 1, b"B", extension=(0xBEDE, b"\x10\xaa\0\0")),
    ),
]


@pytest.mark.parametrize(("data", "packet"), [case[1:] for case in PACKETS], ids=[case[0] for case in PACKETS])
def test_a_packet(data, packet):
    assert RtpPacket.parse(data) == packet
    assert bytes(packet) == data


def test_padding_is_taken_off():
    data = bytes([HEADER[0] | 0x20]) + HEADER[1:] + b"abc\0\0\3"
    assert RtpPacket.parse(data) == RtpPacket(1, 0, 0x12345678, b"abc", marker=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEADER[:11],
        b"OPTIONS sip:x SIP/2.0\r\n\r\n",
        b"\x40" + HEADER[1:],
        b"\xc0" + HEADER[1:],
        b"\x81" + HEADER[1:],
        b"\x90" + HEADER[1:],
        b"\x90" + HEADER[1:] + b"\xbe\xde\0\2\0\0\0\0",
        b"\xa0" + HEADER[1:],
        b"\xa0" + HEADER[1:] + b"\0",
        b"\xa0" + HEADER[1:] + b"ab\4",
    ],
)
def test_no_packet(data):
    assert RtpPacket.parse(data) is None


WORDS = st.integers(0, 2**32 - 1)


@given(
    st.builds(
        RtpPacket,
        st.integers(0, 65535),
        WORDS,
        WORDS,
        st.binary(max_size=200),
        st.integers(0, 127),
        st.booleans(),
        st.lists(WORDS, max_size=15).map(tuple),
        st.none()
        | st.tuples(
            st.integers(0, 65535), st.integers(0, 20).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))
        ),
    )
)
def test_there_and_back(packet):
    assert RtpPacket.parse(bytes(packet)) == packet


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda data: b"\x80" + data))
def test_any_bytes(data):
    packet = RtpPacket.parse(data)
    assert packet is None or len(bytes(packet)) <= len(data)


# --- sound


@pytest.mark.parametrize(
    ("sample", "byte"),
    # ITU-T G.711, table 2a, and its mirror: silence, the ends of segments, the loudest.
    [
        (0, 0xFF),
        (-1, 0x7F),
        (8, 0xFE),
        (-8, 0x7E),
        (120, 0xF0),
        (124, 0xEF),
        (32635, 0x80),
        (32767, 0x80),
        (-32768, 0x00),
    ],
)
def test_mu_law(sample, byte):
    assert mu_law(sample) == byte


def loudness(byte):
    """The sample of a byte, as G.711's decoder has it."""
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -magnitude if byte & 0x80 else magnitude


@given(st.integers(-32768, 32767))
def test_what_is_heard_is_near_what_was_said(sample):
    assert abs(loudness(mu_law(sample)) - sample) <= max(8, abs(sample) // 16)


def test_an_announcement():
    packets = list(announcement(25, source=7, sequence=65530, timestamp=2**32 - 320))
    assert len(packets) * MILLISECONDS == 500
    assert [one.sequence for one in packets[4:8]] == [65534, 65535, 0, 1]
    assert [one.timestamp for one in packets[:4]] == [2**32 - 320, 2**32 - 160, 0, 160]
    assert [one.marker for one in packets] == [True] + [False] * 24
    assert {(one.source, one.payload_type, len(one.payload)) for one in packets} == {(7, PCMU, SAMPLES)}
    sound = [loudness(byte) for one in packets for byte in one.payload]
    assert 4_000 < max(sound) < 32_000
    # Each of its notes is heard as it begins.
    assert all(max(sound[at * 8 : at * 8 + 400]) > 5_000 for at in (0, 160, 320))
    assert [bytes(one) for one in packets] == [
        bytes(one) for one in announcement(25, source=7, sequence=65530, timestamp=2**32 - 320)
    ]


def test_no_announcement():
    assert list(announcement(0, source=1)) == []


# --- what has come


@pytest.mark.parametrize(
    ("sequences", "received", "lost"),
    [
        ([], 0, 0),
        ([7], 1, 0),
        ([7, 8, 9], 3, 0),
        ([7, 9, 10], 3, 1),
        ([7, 9, 8], 3, 0),
        ([7, 8, 8], 3, 0),
        ([65534, 65535, 0, 1], 4, 0),
        ([65534, 1, 2], 3, 2),
        ([8, 7], 2, 0),
    ],
)
def test_arrivals(sequences, received, lost):
    arrivals = Arrivals()
    for sequence in sequences:
        arrivals.add(RtpPacket(sequence, 0, 1, b""))
    assert (arrivals.received, arrivals.lost) == (received, lost)


def test_another_stream_counts_anew():
    arrivals = Arrivals()
    for source, sequence in ((1, 1), (1, 5), (2, 30000), (2, 30001)):
        arrivals.add(RtpPacket(sequence, 0, source, b""))
    assert (arrivals.received, arrivals.lost) == (2, 0)


def test_a_packet_of_twenty_milliseconds_is_as_long_as_on_every_wire():
    (packet,) = announcement(1, source=1)
    assert len(bytes(packet)) == 172
    assert struct.unpack("!BBHII", bytes(packet)[:12]) == (0x80, 0x80, 1, 0, 1)
