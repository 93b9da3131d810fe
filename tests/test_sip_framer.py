"""Messages out of a stream, however it is cut."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.errors import SIPError
from genesys_ports.sip import StreamFramer, parse

REST = b"Via: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: 1\r\n"


def message(number: int = 1, body: bytes = b"", length: bytes | None = None) -> bytes:
    told = b"Content-Length: %d\r\n" % len(body) if length is None else length
    return b"OPTIONS sip:b@h SIP/2.0\r\n" + REST + b"CSeq: %d OPTIONS\r\n%s\r\n%s" % (number, told, body)


STREAM = (
    message(1)
    + message(2, b"a\r\n\r\nb\r\n\r\n")
    + b"\r\n\r\n"
    + message(3, b"xyz", b"l :\r\n 0003 \r\n")
    + b"\r\n"
    + message(4, bytes(range(256)))
    + b"\r\n\r\n\r\n\r\n"
    + message(5)
)


def numbers(messages) -> list[int]:
    return [one.cseq.number for one in messages]


def test_a_stream_at_once():
    framer = StreamFramer()
    found = framer.feed(STREAM)
    assert numbers(found) == [1, 2, 3, 4, 5]
    assert found[3].body == bytes(range(256))
    assert (framer.pings, framer.rest, framer.error, framer.refused) == (3, b"", None, [])


def test_a_stream_byte_by_byte():
    framer = StreamFramer()
    found = [one for at in range(len(STREAM)) for one in framer.feed(STREAM[at : at + 1])]
    assert found == StreamFramer().feed(STREAM)
    assert framer.pings == 3


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_a_stream_cut_anywhere(cuts):
    places = [0, *sorted(cuts), len(STREAM)]
    framer = StreamFramer()
    found = [one for start, end in pairwise(places) for one in framer.feed(STREAM[start:end])]
    assert found == StreamFramer().feed(STREAM)
    assert (framer.pings, framer.rest) == (3, b"")


def test_a_message_comes_when_it_is_complete():
    framer = StreamFramer()
    data = message(1, b"body")
    assert framer.feed(data[:-1]) == []
    assert framer.rest == data[:-1]
    assert framer.feed(data[-1:]) == [parse(data)]


def test_half_a_ping():
    framer = StreamFramer()
    assert framer.feed(b"\r\n") == []
    assert framer.feed(b"\r") == []
    assert framer.feed(b"\n") == []
    assert framer.pings == 1
    assert numbers(framer.feed(b"\r\n" + message())) == [1]
    assert framer.pings == 1


@pytest.mark.parametrize("piece", [b"\n", b"\r", b"\r\n", b"\r\n\r\n\r"])
def test_blank_lines_do_not_pile_up(piece):
    framer = StreamFramer()
    for _ in range(1_000):
        assert framer.feed(piece) == []
    assert len(framer.rest) <= 3
    assert numbers(framer.feed(message())) == [1]


def test_a_bad_message_whose_end_is_known_is_refused_alone():
    bad = message(2).replace(b"CSeq: 2 OPTIONS", b"CSeq: 2 BYE")
    framer = StreamFramer()
    assert numbers(framer.feed(message(1) + bad + message(3))) == [1, 3]
    [(error, data)] = framer.refused
    assert (error.status, data) == (400, bad)
    assert framer.error is None


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (message(length=b""), 400),
        (message(length=b"Content-Length: \r\n"), 400),
        (message(length=b"Content-Length: -1\r\n"), 400),
        (message(length=b"Content-Length: 1_0\r\n"), 400),
        (message(length=b"Content-Length: " + "٣".encode() + b"\r\n"), 400),
        (message(length=b"Content-Length: 1\r\nl: 2\r\n"), 400),
        (message(length=b"Content-Length: 1048577\r\n"), 413),
        (message(length=b"Content-Length: " + b"9" * 5000 + b"\r\n"), 400),
        (b"\0" * 70_000, 513),
        (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ],
)
def test_the_end_is_not_known(bad, status):
    framer = StreamFramer()
    # What was complete before comes out first.
    assert numbers(framer.feed(message(1) + bad)) == [1]
    assert framer.error is not None
    assert framer.error.status == status
    assert framer.rest == bad
    with pytest.raises(SIPError) as caught:
        framer.feed(message(2))
    assert caught.value is framer.error
    with pytest.raises(SIPError):
        StreamFramer().feed(bad)


def test_the_same_length_twice_is_refused_alone():
    framer = StreamFramer()
    twice = message(length=b"Content-Length: 0\r\nl: 0\r\n")
    assert numbers(framer.feed(twice + message(2))) == [2]
    assert len(framer.refused) == 1


@given(st.lists(st.binary(max_size=200) | st.just(message()) | st.just(b"\r\n"), max_size=6))
def test_whatever_comes_is_cut_or_refused(pieces):
    framer = StreamFramer()
    with suppress(SIPError):
        for piece in pieces:
            for one in framer.feed(piece):
                assert parse(bytes(one)) == one
    assert len(framer.rest) <= 1200


def test_a_long_head_in_small_pieces_is_searched_once():
    """The search goes on where it stopped: its work does not grow with the number of pieces."""

    class Counted(bytearray):
        searched = 0

        def find(self, what, start=0, end=None):
            Counted.searched += max(len(self) - start, 0)
            return super().find(what, start, end)

    framer = StreamFramer()
    framer._buffer = Counted()
    for _ in range(6_000):
        framer.feed(b"x" * 10)
    assert Counted.searched < 2 * 60_000
