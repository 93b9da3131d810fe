"""Frames out of a stream, however it is cut; what cannot be one ends the stream."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.csta import EVENT_ID, Framer, Message, encode, make_call
from genesys_ports.errors import CSTAError

STATUS = Message("RequestSystemStatus")
CALL = make_call("2001", "2002")
BAD = b"\x00\x00\x00\x0b0003<a>"
STREAM = encode(0, STATUS) + encode(17, CALL) + BAD + b"\x00\x00\x00\x080004" + encode(EVENT_ID, STATUS)


def seen(frames):
    return [(one.invoke_id, one.message if isinstance(one.message, Message) else one.message.problem) for one in frames]


def test_a_header_is_eight_bytes():
    raw = encode(17, STATUS)
    assert raw[:8] == b"\x00\x00" + len(raw).to_bytes(2, "big") + b"0017"
    assert raw[8:].startswith(b'<?xml version="1.0" encoding="UTF-8"?><RequestSystemStatus xmlns=')


def test_a_stream_at_once():
    framer = Framer()
    frames = framer.feed(STREAM)
    assert [one.invoke_id for one in frames] == [0, 17, 3, 4, 9999]
    assert [one.message for one in frames if isinstance(one.message, Message)] == [STATUS, CALL, STATUS]
    assert b"".join(one.raw for one in frames) == STREAM
    assert framer.error is None
    assert framer.feed(b"") == []


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_a_stream_cut_anywhere(cuts):
    framer = Framer()
    places = [0, *sorted(cuts), len(STREAM)]
    assert seen(one for start, end in pairwise(places) for one in framer.feed(STREAM[start:end])) == seen(
        Framer().feed(STREAM)
    )


LOST = [
    (b"GET / HTTP/1.1\r\n", "here stand the bytes 47 45"),
    (b"\x16\x03\x01\x02\x00", "here stand the bytes 16 03"),
    (b"\x00\x01\x00\x000001", "here stand the bytes 00 01"),
    (b"\x00\x00\x00\x000001", "The header says that the message has 0 bytes. The header alone has 8."),
    (b"\x00\x00\x00\x070001", "has 7 bytes"),
    (b"\x00\x00\x00\x1000a1", "here stand the bytes 30 30 61 31"),
    ("\x00\x00\x00\x20\u0661\u0662".encode(), "An invoke ID has four digits"),
]


@pytest.mark.parametrize(("data", "problem"), LOST)
def test_a_wrong_header_ends_the_stream(data, problem):
    framer = Framer()
    assert seen(framer.feed(encode(5, STATUS) + data)) == [(5, STATUS)]
    assert framer.error
    assert problem in framer.error.problem
    assert framer.error.lost
    with pytest.raises(CSTAError, match="the connection has to be closed"):
        framer.feed(encode(6, STATUS))


@pytest.mark.parametrize(("data", "problem"), LOST)
def test_a_wrong_header_byte_by_byte(data, problem):
    framer = Framer()
    with suppress(CSTAError):
        for at in range(len(data)):
            assert framer.feed(data[at : at + 1]) == []
    assert framer.error
    assert problem in framer.error.problem


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_in_any_pieces_give_the_same(pieces):
    def run(parts):
        framer = Framer()
        found = []
        for part in parts:
            try:
                found += framer.feed(part)
            except CSTAError:
                break
        return seen(found), framer.error and framer.error.problem

    whole = b"".join(pieces)
    assert run(pieces) == run([whole]) == run([whole[at : at + 1] for at in range(len(whole))])
