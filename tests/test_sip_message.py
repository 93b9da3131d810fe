"""SIP messages: what is read, what is refused and with which words, what is written, and answers."""

import pytest
import sipmessage
from hypothesis import given
from hypothesis import strategies as st

import genesys_ports.sip.parser as parser
from genesys_ports.errors import SIPError
from genesys_ports.sip import REASONS, Headers, Request, Response, Uri, parse, refusal
from genesys_ports.sip.usual import usual
from tests.sip_torture import FOLDER, torture

INVITE = (
    b"INVITE sip:1002@sip-host:5060 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.11:5060;branch=z9hG4bK-a-1;rport\r\n"
    b'From: "Anna" <sip:1001@sip-host>;tag=a-2\r\n'
    b"To: <sip:1002@sip-host>\r\n"
    b"Call-ID: call-1@a\r\n"
    b"CSeq: 1 INVITE\r\n"
    b"Contact: <sip:1001@127.0.0.11:5060>\r\n"
    b"Max-Forwards: 70\r\n"
    b"Allow: INVITE, ACK,BYE\r\n"
    b"Supported: replaces\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Content-Length: 4\r\n"
    b"\r\n"
    b"v=0\n"
)


def changed(old: str, new: str) -> bytes:
    """The INVITE with another line."""
    assert old.encode() in INVITE
    return INVITE.replace(old.encode(), new.encode("utf-8", "surrogateescape"), 1)


def refused(data: bytes) -> SIPError:
    with pytest.raises(SIPError) as caught:
        parse(data)
    return caught.value


# --- what is read


def test_a_request():
    message = parse(INVITE)
    assert isinstance(message, Request)
    assert (message.method, message.uri, message.body) == ("INVITE", "sip:1002@sip-host:5060", b"v=0\n")
    assert message.name() == "INVITE"
    assert (message.via.host, message.via.port, message.via.branch) == ("127.0.0.11", 5060, "z9hG4bK-a-1")
    assert (message.from_.display, message.from_.uri.user, message.from_.tag) == ("Anna", "1001", "a-2")
    assert (message.to.uri, message.to.tag) == (Uri("sip", "1002", "sip-host"), "")
    assert (message.call_id, message.cseq.number, message.cseq.method) == ("call-1@a", 1, "INVITE")
    assert [contact.uri.host for contact in message.contacts] == ["127.0.0.11"]
    assert (message.max_forwards, message.expires, message.content_type) == (70, None, "application/sdp")
    assert (message.allow, message.supported, message.require) == (("INVITE", "ACK", "BYE"), ("replaces",), ())
    assert (message.routes, message.record_routes, message.wildcard_contact) == ((), (), False)
    assert message.via is message.via


def test_a_response():
    message = parse(b"SIP/2.0 486 Busy Here\r\n" + INVITE.partition(b"\r\n")[2])
    assert isinstance(message, Response)
    assert (message.status, message.reason, message.name()) == (486, "Busy Here", "486 Busy Here")


@pytest.mark.parametrize(
    "data", [INVITE, b"\r\n\r\n" + INVITE, INVITE + b"more", bytearray(INVITE), memoryview(INVITE)]
)
def test_blank_lines_before_and_bytes_behind_are_dropped(data):
    assert bytes(parse(data)) == INVITE


def test_without_content_length_the_body_is_the_rest():
    assert parse(changed("Content-Length: 4\r\n", "") + b"s=-\n").body == b"v=0\ns=-\n"


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("Allow: INVITE, ACK,BYE", "Allow : INVITE, ACK,BYE", "INVITE, ACK,BYE"),
        ("Allow: INVITE, ACK,BYE", "aLLOW:INVITE, ACK,BYE \t", "INVITE, ACK,BYE"),
        ("Allow: INVITE, ACK,BYE", "Allow: INVITE,\r\n  ACK,BYE", "INVITE, ACK,BYE"),
        ("Allow: INVITE, ACK,BYE", "Allow:\r\n\tINVITE", "INVITE"),
        ("Allow: INVITE, ACK,BYE", "Allow:", ""),
        ("Allow: INVITE, ACK,BYE", "Allow: a\0b", "a\0b"),
        ("Allow: INVITE, ACK,BYE", "Allow: \udce9", "\udce9"),
    ],
    ids=["blank before the colon", "no blank, small letters", "folded", "folded at once", "empty", "NUL", "Latin-1"],
)
def test_ways_to_write_a_header(old, new, value):
    data = changed(old, new)
    assert parse(data).headers["Allow"] == value
    assert bytes(parse(data)) == data


def test_compact_names():
    data = INVITE
    for name, letter in (
        ("Via", "v"),
        ("From", "f"),
        ("To", "t"),
        ("Call-ID", "i"),
        ("Contact", "m"),
        ("Supported", "k"),
    ):
        data = data.replace(f"\r\n{name}:".encode(), f"\r\n{letter}:".encode())
    data = data.replace(b"Content-Type", b"c").replace(b"Content-Length", b"L")
    short, long = parse(data), parse(INVITE)
    assert (short.vias, short.from_, short.to, short.call_id) == (long.vias, long.from_, long.to, long.call_id)
    assert (short.contacts, short.supported, short.body) == (long.contacts, long.supported, long.body)


def test_a_display_name_in_latin_1_comes_back_as_it_was():
    data = INVITE.replace(b"Anna", "Renée".encode("latin-1"))
    message = parse(data)
    assert bytes(message) == data
    assert "Ren\udce9e" in str(message.from_)
    assert "Renée".encode("latin-1") in bytes(message.replaced())


def test_every_contact():
    message = parse(changed("Contact: <sip:1001@127.0.0.11:5060>", "Contact: *"))
    assert message.wildcard_contact
    assert message.contacts == ()
    two = parse(changed("Contact: <", 'Contact: "a,b" <sip:a@h;x=1>;q=0.5,<sip:b@h>\r\nm: sip:c@h\r\nContact: <'))
    assert [(one.uri.user, one.display) for one in two.contacts] == [("a", "a,b"), ("b", ""), ("c", ""), ("1001", "")]


# --- what is refused

NO_BODY = changed("Content-Length: 4\r\n\r\nv=0\n", "Content-Length: 0\r\n\r\n")
HEADERS = INVITE.partition(b"\r\n")[2]


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 400, "empty"),
        (b"\r\n\r\n", 400, "empty"),
        (INVITE[:100], 400, "empty line"),
        (b"\0" * 100, 400, "empty line"),
        (bytes(range(256)) * 4 + b"\r\n\r\n", 400, "first line"),
        (b"GET / HTTP/1.1\r\nHost: sip-host\r\n\r\n", 400, "HTTP"),
        (changed(" SIP/2.0", " SIP/1.0"), 505, "SIP/1.0"),
        (changed(" SIP/2.0", " SIP/2.00"), 505, "SIP/2.00"),
        (changed(" SIP/2.0", ""), 400, "first line"),
        (changed("INVITE sip", "IN VITE sip"), 400, "first line"),
        (changed("INVITE sip", "INV(TE sip"), 400, "first line"),
        (changed("sip:1002@sip-host:5060 ", "sip:1002@sip-host:99999 "), 400, "99999"),
        (changed("sip:1002@sip-host:5060 ", "sip:1002@sip-host:0 "), 400, "0 is no port"),
        (changed("sip:1002@sip-host:5060 ", "sip: "), 400, "no SIP address"),
        (changed("sip:1002@sip-host:5060 ", "1002 "), 400, "no SIP address"),
        (b"SIP/2.0 099 x\r\n" + HEADERS, 400, "status"),
        (b"SIP/2.0 700 x\r\n" + HEADERS, 400, "status"),
        (b"SIP/2.0 200\r\n" + HEADERS, 400, "status"),
        (b"SIP/3.0 200 OK\r\n" + HEADERS, 505, "SIP/3.0"),
        (changed("Allow: ", "Allow "), 400, "header line"),
        (changed("Allow: ", "Al low: "), 400, "header line"),
        (changed("Allow: ", ": "), 400, "header line"),
        (changed("Allow: ", "Allow: a\rb: "), 400, "header line"),
        (changed("Allow: ", "Allow: a\nTo: "), 400, "header line"),
        (changed("\r\nVia: ", "\r\n Via: "), 400, "header line"),
        (INVITE.replace(b"\r\n", b"\n"), 400, "empty line"),
        (changed("Via: ", "Way: "), 400, "Via"),
        (changed("Call-ID: ", "Call: "), 400, "Call-ID"),
        (changed("To: <", "To: <sip:x@h>\r\nt: <"), 400, "To stands here 2 times"),
        (changed("Via: SIP/2.0/UDP", "Via: SIP/3.0/UDP"), 400, "Via"),
        (changed(":5060;branch", ":70000;branch"), 400, "70000"),
        (changed("Contact: <", "Contact: *\r\nContact: <"), 400, "no other"),
        (changed("Contact: <", "Contact: <a>, <"), 400, "no SIP address"),
        (changed("Contact: <", "Contact: ,<"), 400, "Contact"),
        (changed("Contact: <sip:1001", "Contact: <sip:%4"), 400, "no SIP address"),
        (changed("Max-Forwards: 70", "Max-Forwards: 256"), 400, "0 to 255"),
        (changed("Max-Forwards: 70", "Max-Forwards: 1_0"), 400, "Max-Forwards"),
        (changed("Max-Forwards: 70", "Max-Forwards: \u0667\u0660"), 400, "Max-Forwards"),
        (changed("Max-Forwards: 70", "Expires: 4294967296"), 400, "4294967295"),
        (changed("CSeq: 1 ", "CSeq: 2147483648 "), 400, "CSeq"),
        (changed("CSeq: 1 ", "CSeq: "), 400, "CSeq"),
        (changed("CSeq: 1 INVITE", "CSeq: 1 BYE"), 400, "BYE"),
        (changed("Content-Length: 4", "Content-Length: 5"), 400, "5 bytes"),
        (changed("Content-Length: 4", "Content-Length: -4"), 400, "Content-Length"),
        (changed("Content-Length: 4", "Content-Length: 4\r\nl: 4"), 400, "2 times"),
        (changed("Content-Length: 4", f"Content-Length: {'9' * 5000}"), 400, "Content-Length"),
        (changed("Content-Length: 4", "Content-Length: 1048577"), 413, "1048577"),
        (changed("Content-Type: application/sdp", "Content-Type: sdp"), 400, "Content-Type"),
        (changed("Allow: ", "X: 1\r\n" * 500 + "Allow: "), 513, "500 header lines"),
        (changed("Allow: ", f"X: {'x' * 65_400}\r\nAllow: "), 513, "65536 bytes"),
        (b"x" * 70_000, 513, "65536 bytes"),
    ],
)
def test_what_is_refused(data, status, words):
    error = refused(data)
    assert error.status == status
    assert words in error.text
    assert error.text.endswith(".")
    assert len(error.line) <= 80


def test_many_zeros_are_still_a_number():
    message = parse(changed("Content-Length: 4", f"Content-Length: {'0' * 5000}4"))
    assert message.body == b"v=0\n"


@pytest.mark.parametrize(
    "uri", ["tel:+123;phone-context=x", "isbn:123", "soap.beep://h:1", "sip:h", "sips:a@[::1]:5061"]
)
def test_what_is_valid_and_perhaps_not_served(uri):
    assert parse(changed("sip:1002@sip-host:5060 ", f"{uri} ")).uri == uri


# --- the usual ones

#: As sipp's own caller writes it.
SIPP = (
    b"INVITE sip:service@127.0.0.20:5060 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-1-1-0\r\n"
    b"From: sipp <sip:sipp@127.0.0.1:5070>;tag=1SIPpTag001\r\n"
    b"To: service <sip:service@127.0.0.20:5060>\r\n"
    b"Call-ID: 1-1@127.0.0.1\r\n"
    b"CSeq: 1 INVITE\r\n"
    b"Contact: sip:sipp@127.0.0.1:5070\r\n"
    b"Max-Forwards: 70\r\n"
    b"Subject: Performance Test\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Content-Length:   5\r\n"
    b"\r\n"
    b"v=0\r\n"
)


@pytest.mark.parametrize("data", [INVITE, SIPP])
def test_the_messages_of_phones_and_of_sipp_need_one_look(data):
    assert usual(data.partition(b"\r\n\r\n")[0].decode() + "\r\n") is not None


def test_headers_that_needed_one_look_are_found_whatever_their_case():
    headers = parse(SIPP).headers
    assert (headers["subject"], headers.get("s"), headers.get("Test"), "Require" in headers) == (
        *["Performance Test"] * 2,
        "",
        False,
    )


CORPUS = [INVITE, NO_BODY, SIPP, *(torture(file.stem) for file in sorted(FOLDER.glob("*.dat")))]


@st.composite
def spoilt(draw):
    """A message with a few bytes replaced, taken out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(CORPUS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        upto = at + draw(st.integers(0, 30))
        data[at:upto] = draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from([b"\r\n", b" ", b"\t", b"<", b">", b'"', b";", b",", b":", b"%41", b"@", b"\r", b"\n"]),
                st.just(bytes(data[at:upto]) * 2),
            )
        )
    return bytes(data)


def outcome(data):
    try:
        return parse(data)
    except SIPError as error:
        return error


@given(spoilt())
def test_one_look_decides_as_the_careful_one_does(data):
    at_once = outcome(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "usual", lambda text: None)
        carefully = outcome(data)
    if isinstance(at_once, SIPError):
        assert str(at_once) == str(carefully)
    else:
        assert at_once == carefully
        for name in ("Via", "From", "t", "Contact", "contenT-length", "Expires", "X"):
            assert at_once.headers.all(name) == carefully.headers.all(name)
            assert (name in at_once.headers) == (name in carefully.headers)


@given(spoilt() | st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(data):
    message = outcome(data)
    if isinstance(message, SIPError):
        assert message.status in (400, 413, 505, 513)
        answer = refusal(message, data)
        assert answer is None or bytes(answer).startswith(b"SIP/2.0 ")
        return
    # What was accepted has values of every type, and is written and read again.
    for name in (
        "vias",
        "via",
        "from_",
        "to",
        "cseq",
        "call_id",
        "contacts",
        "routes",
        "record_routes",
        "content_type",
    ):
        getattr(message, name)
    assert parse(bytes(message)) == message
    again = parse(bytes(message.replaced()))
    assert (again.vias, again.from_, again.to, again.body) == (message.vias, message.from_, message.to, message.body)
    if isinstance(message, Request):
        answered = parse(bytes(message.answer(200, to_tag="t")))
        assert (answered.vias, answered.from_, answered.call_id) == (message.vias, message.from_, message.call_id)
        assert answered.to.tag == (message.to.tag or "t")


WORD = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-.", min_size=1, max_size=12)


@given(user=WORD, host=st.from_regex(r"[a-z]{1,8}", fullmatch=True), tag=WORD, name=WORD, port=st.integers(1, 65535))
def test_sipmessage_reads_the_same(user, host, tag, name, port):
    address = f'"{name}" <sip:{user}@{host}:{port};x=1>;tag={tag}'
    data = changed('From: "Anna" <sip:1001@sip-host>;tag=a-2', f"From: {address}")
    ours, theirs = parse(data), sipmessage.Message.parse(data)
    other = theirs.from_address
    assert (ours.from_.display, ours.from_.tag) == (other.name, other.parameters["tag"])
    assert ours.from_.uri[:4] == (other.uri.scheme, other.uri.user, other.uri.host, other.uri.port)
    assert (ours.via.host, ours.via.port, ours.via.branch) == (
        theirs.via[0].host,
        theirs.via[0].port,
        theirs.via[0].parameters["branch"],
    )
    assert (ours.cseq.number, ours.cseq.method) == (theirs.cseq.sequence, theirs.cseq.method)
    # And what we write, they read.
    answer = sipmessage.Message.parse(bytes(ours.answer(180, to_tag="b")))
    assert (answer.code, answer.phrase, answer.to_address.parameters["tag"]) == (180, "Ringing", "b")


# --- what is written


def test_a_message_made_here():
    message = Request("OPTIONS", "sip:1002@h", Headers([("Via", "SIP/2.0/UDP h"), ("content-length", "7")]), b"ab")
    assert bytes(message) == b"OPTIONS sip:1002@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nContent-Length: 2\r\n\r\nab"
    assert bytes(Response(200, "OK", Headers())) == b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "message",
    [
        Request("OPTIONS", "sip:h", Headers([("X", "a\r\nTo: b")])),
        Request("OPTIONS", "sip:h", Headers([("X", "a\nb")])),
        Request("OPTIONS", "sip:h", Headers([("X\r", "a")])),
        Request("OPTIONS", "sip:h SIP/2.0\r\nX: 1\r\n", Headers()),
        Response(200, "OK\r\n", Headers()),
        Response(200, "\ud800", Headers()),
    ],
)
def test_a_line_end_in_a_value_is_not_written(message):
    with pytest.raises(SIPError, match="line end"):
        bytes(message)


def test_changed_copies():
    message = parse(INVITE)
    assert isinstance(message, Request)
    assert bytes(message.replaced(headers=message.headers)) == INVITE
    other = message.replaced(uri=Uri("sip", "1003", "h"), body=b"x")
    assert bytes(other).startswith(b"INVITE sip:1003@h SIP/2.0\r\n")
    assert other.headers == message.headers
    assert parse(bytes(other)).body == b"x"
    answer = message.answer(200).replaced(body=b"y", headers=message.headers)
    assert (answer.status, answer.body, answer.headers) == (200, b"y", message.headers)


@pytest.mark.parametrize("name", ["via", "from_", "to", "cseq", "call_id"])
def test_a_message_without_its_headers(name):
    with pytest.raises(SIPError, match="is missing"):
        getattr(Request("OPTIONS", "sip:h", Headers()), name)


def test_values_describe_themselves():
    assert Request.via.__doc__.startswith("The hop")


# --- where a request came from


@pytest.mark.parametrize(
    ("via", "address", "number", "noted"),
    [
        ("SIP/2.0/UDP 10.0.0.1:5060;branch=b", "10.0.0.1", 5060, "SIP/2.0/UDP 10.0.0.1:5060;branch=b"),
        ("SIP/2.0/UDP h;branch=b", "10.0.0.1", 5060, "SIP/2.0/UDP h;branch=b;received=10.0.0.1"),
        ("SIP/2.0/UDP h;rport;branch=b", "1.2.3.4", 9, "SIP/2.0/UDP h;rport=9;branch=b;received=1.2.3.4"),
        ("SIP/2.0/UDP h, SIP/2.0/TCP i:1", "1.2.3.4", 9, "SIP/2.0/UDP h;received=1.2.3.4, SIP/2.0/TCP i:1"),
    ],
)
def test_received_from(via, address, number, noted):
    old = "Via: SIP/2.0/UDP 127.0.0.11:5060;branch=z9hG4bK-a-1;rport"
    message = parse(changed(old, f"X: 1\r\nVia: {via}\r\nVia: SIP/2.0/UDP last"))
    received = message.received_from(address, number)
    assert received.headers.all("Via") == (noted, "SIP/2.0/UDP last")
    assert received.headers["X"] == "1"


def test_where_it_came_from_is_in_the_values():
    via = parse(INVITE).received_from("10.0.0.1", 40000).via
    assert (via.received, via.rport) == ("10.0.0.1", 40000)
    assert (parse(INVITE).via.received, parse(INVITE).via.rport) == ("", None)


# --- answers


def test_an_answer():
    answer = parse(INVITE).answer(200, to_tag="b-1", headers=[("Contact", "<sip:1002@h>")], body=b"v=0\r\n")
    assert bytes(answer).decode() == (
        "SIP/2.0 200 OK\r\n"
        "Via: SIP/2.0/UDP 127.0.0.11:5060;branch=z9hG4bK-a-1;rport\r\n"
        'From: "Anna" <sip:1001@sip-host>;tag=a-2\r\n'
        "To: <sip:1002@sip-host>;tag=b-1\r\n"
        "Call-ID: call-1@a\r\n"
        "CSeq: 1 INVITE\r\n"
        "Contact: <sip:1002@h>\r\n"
        "Content-Type: application/sdp\r\n"
        "Content-Length: 5\r\n"
        "\r\n"
        "v=0\r\n"
    )


ROUTED = changed(
    "Max-Forwards: 70", "Record-Route: <sip:p2;lr>\r\nRecord-Route: <sip:p1;lr>\r\nTimestamp: 54\r\nMax-Forwards: 70"
)


@pytest.mark.parametrize(
    ("status", "routes", "timestamp"), [(100, 0, True), (180, 2, False), (200, 2, False), (404, 0, False)]
)
def test_what_an_answer_repeats(status, routes, timestamp):
    answer = parse(ROUTED).answer(status)
    assert len(answer.record_routes) == routes
    assert ("Timestamp" in answer.headers) == timestamp
    assert answer.reason == REASONS[status]


@pytest.mark.parametrize(
    ("to", "answered"),
    [
        ("<sip:b@h>", "<sip:b@h>;tag=new"),
        ("<sip:b@h>;tag=old", "<sip:b@h>;tag=old"),
        ("<sip:b@h;transport=tcp>", "<sip:b@h;transport=tcp>;tag=new"),
        ("sip:b@h", "sip:b@h;tag=new"),
        ("sip:b@h;TAG=old", "sip:b@h;TAG=old"),
    ],
)
def test_the_tag_of_an_answer(to, answered):
    message = parse(changed("To: <sip:1002@sip-host>", f"To: {to}"))
    assert message.answer(200, to_tag="new").headers["To"] == answered


def test_an_answer_of_another_type():
    answer = parse(INVITE).answer(299, "Fine", body=b"x", content_type="text/plain")
    assert (answer.reason, answer.content_type) == ("Fine", "text/plain")
    assert parse(INVITE).answer(299).reason == ""


# --- answers to what cannot be read


def test_refusal_says_what_and_where():
    data = changed("Max-Forwards: 70", "Max-Forwards: seventy")
    answer = refusal(refused(data), data)
    assert answer is not None
    assert answer.name() == "400 The value of Max-Forwards is not a whole number from 0 to 255."
    assert answer.headers["Warning"] == '399 genesys-ports "Max-Forwards: seventy"'
    assert answer.to.tag
    assert refusal(refused(data), data) == answer
    assert parse(bytes(answer)).call_id == "call-1@a"


@pytest.mark.parametrize(("to", "tags"), [("<sip:stage@h>", 1), ("<sip:b@h> ; Tag = old", 0), ("<sip:b@h>;tag=old", 0)])
def test_refusal_adds_a_tag_where_there_is_none(to, tags):
    data = changed("To: <sip:1002@sip-host>", f"To: {to}").replace(b"Max-Forwards: 70", b"Max-Forwards: x")
    assert to in data.decode()
    answer = refusal(refused(data), data)
    assert answer is not None
    assert answer.headers["To"].count(";tag=") == tags + (";tag=" in to)


def test_refusal_of_what_has_no_line():
    data = changed("Call-ID: call-1@a\r\n", "")
    answer = refusal(refused(data), data)
    assert answer is not None
    assert "Warning" not in answer.headers
    assert "Call-ID" not in answer.headers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 50,
        b"GET / HTTP/1.1\r\nVia: 1.1 proxy\r\n\r\n",
        b"ACK" + changed("CSeq: 1 INVITE", "CSeq: x")[6:],
        b"SIP/2.0 99 x\r\n" + HEADERS,
        changed("Via: ", "Way: "),
    ],
    ids=["nothing", "zeros", "HTTP", "ACK", "a response", "no Via"],
)
def test_some_are_dropped(data):
    assert refusal(refused(data), data) is None
