"""Session descriptions: where sound goes, and in which format."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.errors import SIPError
from genesys_ports.sip import Media, Sdp

TEXT = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.11\r\ns=-\r\nc=IN IP4 127.0.0.11\r\nt=0 0\r\n"
    "m=audio 20000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\n"
    "m=video 0 RTP/AVP 31\r\nc=IN IP4 224.2.1.1/127\r\n"
)


def test_read():
    sdp = Sdp.parse(TEXT.encode())
    assert sdp.address == "127.0.0.11"
    assert sdp.media == (
        Media("audio", 20000, "RTP/AVP", ("0", "8"), "127.0.0.11", "sendonly", ("rtpmap:0 PCMU/8000",)),
        Media("video", 0, "RTP/AVP", ("31",), "224.2.1.1", "sendrecv"),
    )
    assert (sdp.text, bytes(sdp)) == (TEXT, TEXT.encode())


@pytest.mark.parametrize("text", [TEXT.replace("\r\n", "\n"), TEXT.rstrip(), TEXT + "\r\n"])
def test_line_ends_are_taken_as_they_come(text):
    assert Sdp.parse(text).media == Sdp.parse(TEXT).media


def test_a_direction_for_all():
    assert [media.direction for media in Sdp.parse(TEXT.replace("t=0 0", "a=inactive")).media] == [
        "sendonly",
        "inactive",
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no session description"),
        (b"hello", "no session description"),
        (b"v=0\r\nmore", "no session description"),
        (b"\xff\xfe", "no session description"),
        (b"m=audio\r\n", "media line"),
        (b"m=audio x RTP/AVP 0\r\n", "media line"),
        (b"m=audio 65536 RTP/AVP 0\r\n", "media line"),
        (b"m=audio -1 RTP/AVP 0\r\n", "media line"),
        (b"m=audio 1 RTP/AVP\r\n", "media line"),
    ],
)
def test_what_is_refused(body, words):
    with pytest.raises(SIPError, match=words) as caught:
        Sdp.parse(body)
    assert caught.value.status == 400


def test_write():
    sdp = Sdp.write("127.0.0.11", [Media("audio", 20000)], version=2)
    assert sdp.text == (
        "v=0\r\no=- 1 2 IN IP4 127.0.0.11\r\ns=-\r\nc=IN IP4 127.0.0.11\r\nt=0 0\r\n"
        "m=audio 20000 RTP/AVP 0\r\na=sendrecv\r\n"
    )
    assert Sdp.parse(bytes(sdp)) == sdp


ADDRESS = st.ip_addresses().map(str)
MEDIA = st.builds(
    Media,
    st.sampled_from(["audio", "video"]),
    st.integers(0, 65535),
    st.just("RTP/AVP"),
    st.lists(st.integers(0, 127).map(str), min_size=1, max_size=3).map(tuple),
    st.just("") | ADDRESS,
    st.sampled_from(["sendrecv", "sendonly", "recvonly", "inactive"]),
    st.lists(st.from_regex(r"x-[a-z0-9: ]{0,9}", fullmatch=True), max_size=3).map(tuple),
)


@given(ADDRESS, st.lists(MEDIA, max_size=3))
def test_what_is_written_is_read_again(address, media):
    sdp = Sdp.write(address, media)
    assert Sdp.parse(bytes(sdp)) == sdp


@given(st.binary(max_size=80) | st.text("vocatsm=019 /\r\naudio", max_size=80).map(str.encode))
def test_any_body_is_read_or_refused(body):
    with suppress(SIPError):
        assert bytes(Sdp.parse(body)) == body
