"""The raw text of a message: hosts by name, lengths counted anew, nothing that harms a terminal or a page."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports import ladder
from genesys_ports.errors import NoRawMessageError
from genesys_ports.raw import SHOWN, SHOWN_BINARY, Names, Raw, raw_text
from genesys_ports.trace import Kind, Participant, Trace
from tests.a_call import a_call, rtp

NAMES = Names(
    [
        Participant("sip_server", "sip-host", address="127.0.1.20"),
        Participant("stat_server", "sip-host", address="127.0.1.20"),
        Participant("phone", "", address="10.0.0.1"),
        Participant("six", "six-host", address="2001:db8::1"),
        Participant("one", "one-host", address="127.0.0.1"),
        Participant("two", "two-host", address="127.0.0.1"),
        Participant("nowhere", "no-host"),
        Participant("stranger", "", address="127.0.1.20"),
        Participant("guest 1", "", address="127.9.9.9"),
        Participant("guest 2", "", address="127.9.9.9"),
    ],
    {"127.0.0.1:41003": "sip-host:5060", "[::1]:41004": "sip-host:5061"},
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sip:1001@127.0.1.20", "sip:1001@sip-host"),
        ("127.0.1.20:5060;rport", "sip-host:5060;rport"),
        ("It is 127.0.1.20.", "It is sip-host."),
        ("<sip:10.0.0.1>", "<sip:phone>"),
        ("10.0.0.11 10.0.0.1", "10.0.0.11 phone"),
        ("110.0.0.1 x10.0.0.1 1.10.0.0.1 10.0.0.1.5", "110.0.0.1 x10.0.0.1 1.10.0.0.1 10.0.0.1.5"),
        ("sip:[2001:db8::1]:5060", "sip:six-host:5060"),
        ("c=IN IP6 2001:db8::1", "c=IN IP6 six-host"),
        ("127.0.0.1:41003", "sip-host:5060"),
        ("127.0.0.1:4100", "127.0.0.1:4100"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.9.9.9", "127.9.9.9"),
        ("9.9.9.9 [::1]", "9.9.9.9 [::1]"),
        ("[::1]:41004", "sip-host:5061"),
        ("Via: SIP/2.0/UDP x;rport=41003;received=127.0.0.1", "Via: SIP/2.0/UDP x;rport=5060;received=127.0.0.1"),
        (";rport=410031 41003 ;rport=9", ";rport=410031 41003 ;rport=9"),
        ("v=0\nm=audio 41003 RTP/AVP 0\nm=video 0", "v=0\nm=audio 5060 RTP/AVP 0\nm=video 0"),
    ],
)
def test_addresses_become_hosts(text, shown):
    assert raw_text(text.encode(), NAMES) == shown


def message(length, body="c=IN IP4 127.0.1.20\r\n", name="Content-Length"):
    return f"INVITE sip:127.0.1.20 SIP/2.0\r\nVia: x\r\n{name}: {length}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        ("21", "Content-Length: 19"),
        ("021", "Content-Length: 19"),
        ("20", "Content-Length: 20"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_length_that_was_right_stays_right(length, shown):
    assert shown in raw_text(message(length), NAMES, "sip")


def test_the_short_name_of_the_length():
    assert "\nl: 19\n" in raw_text(message(21, name="l"), NAMES, "sip")


def test_an_empty_body_has_no_length_to_change():
    assert raw_text(message(0, ""), NAMES, "sip").endswith("Content-Length: 0")
    assert "Content-Length: 21" in raw_text(b"Content-Length: 21", NAMES, "sip")


def test_only_sip_has_a_content_length():
    assert "Content-Length: 21" in raw_text(message(21), NAMES)


def test_an_older_encoding():
    payload = message(25, "c=IN IP4 127.0.1.20 é\r\n\r\n").decode().encode("latin-1")
    shown = raw_text(payload, NAMES, "sip")
    assert shown.endswith("sip-host é")
    assert "Content-Length: 23" in shown


def test_text_cut_inside_a_character():
    assert raw_text("Zürich é".encode()[:-1], NAMES) == "Zürich "


def test_bytes_that_are_no_text():
    assert str(raw_text(rtp(1), NAMES)).splitlines()[:2] == [
        "0000  80 00 00 01 00 00 00 a0 00 00 12 34 ff ff ff ff  ···········4····",
        "0010  ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff  ················",
    ]
    assert str(raw_text(b"\0abc", NAMES)) == "0000  00 61 62 63                                      ·abc"


@pytest.mark.parametrize(
    ("payload", "end"),
    [
        (b"x" * (SHOWN + 1), "\n… and 1 more byte"),
        (b"x" * (SHOWN + 7), "\n… and 7 more bytes"),
        (b"\0" * (SHOWN_BINARY + 16), "\n… and 16 more bytes"),
    ],
)
def test_what_is_too_long_is_counted(payload, end):
    shown = raw_text(payload, NAMES, "sip")
    assert shown.endswith(end)
    assert len(shown) < SHOWN + 100


def test_nothing_that_a_terminal_or_a_page_obeys():
    shown = raw_text("\x1b[31m\u202e<script>\r\n\tx\x7f".encode(), NAMES)
    assert shown == "�[31m�<script>\n\tx�"
    html = shown._repr_html_()
    assert html.startswith('<pre tabindex="0" style="')
    assert "&lt;script&gt;" in html
    printed = []
    shown._repr_pretty_(type("Printer", (), {"text": printed.append})(), False)
    assert printed == [str(shown)]


@given(st.binary(max_size=300))
def test_any_bytes_can_be_shown(payload):
    shown = raw_text(payload, NAMES, "sip")
    assert isinstance(shown, Raw)
    assert all(char in "\n\t" or char.isprintable() or ord(char) > 0x9F for char in shown)


@pytest.mark.parametrize("part", [b" ", b"1", b"1.", b"127.0.1.20", b"[::", b"IP6 ", b"l: 1\r\n", b"l \t"])
def test_the_time_grows_with_the_length_alone(part):
    payload = part * (SHOWN // len(part))
    start = time.process_time()
    raw_text(payload, NAMES, "sip")
    assert time.process_time() - start < 1


# --- of a trace, and of a ladder


def test_raw_of_a_trace_and_of_its_ladder():
    trace = a_call()
    shown = trace.raw(1)
    assert shown.startswith("INVITE sip:1002@sip-host SIP/2.0\nVia: SIP/2.0/UDP desk-1001:5060;branch=")
    assert "127." not in shown
    assert len(shown.partition("\n\n")[2]) + 8 == int(shown.partition("Content-Length: ")[2].partition("\n")[0])
    assert ladder(trace).raw(1) == shown


def test_translated_numbers_are_planned_ones():
    trace = Trace()
    trace.known_as["127.0.0.1:41003"] = "sip-host:5060"
    trace.add(Kind.REQUEST, "OPTIONS", "a", "b", payload=b"OPTIONS sip:127.0.0.1:41003 SIP/2.0\r\n\r\n")
    assert trace.raw(1) == trace.select().raw(1) == "OPTIONS sip:sip-host:5060 SIP/2.0"


def test_no_message_and_no_bytes():
    trace = Trace(limit=2)
    for name in "abc":
        trace.add(Kind.OPENED, name, "x", "x")
    for number in (0, 1, 4):
        with pytest.raises(NoRawMessageError, match=f"raw to show for {number}. There is no step of this number"):
            trace.raw(number)
    with pytest.raises(NoRawMessageError, match=r"raw to show for 3. This step is no message: no bytes were sent\."):
        trace.raw(3)
    with pytest.raises(NoRawMessageError):
        ladder(trace, after=2).raw(2)
