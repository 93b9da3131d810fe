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


# --- SNMP: read, named, and the same on each run


def ber(tag, *content):
    """One element of BER; numbers of up to four bytes, texts, or the bytes of what it holds."""
    if tag in (0x02, 0x41, 0x42, 0x43):
        (number,) = content
        body = number.to_bytes(max(1, (number.bit_length() + 8) // 8), signed=True)
    else:
        body = b"".join(part.encode() if isinstance(part, str) else part for part in content)
    length = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2)
    return bytes([tag]) + length + body


def oid(dotted):
    first, second, *others = map(int, dotted.split("."))
    out = bytes([40 * first + second])
    for number in others:
        sevens = [number & 0x7F]
        while number := number >> 7:
            sevens.insert(0, number & 0x7F | 0x80)
        out += bytes(sevens)
    return ber(0x06, out)


NULL = ber(0x05)
SYS_NAME, SYS_UP_TIME, TRAP = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"


def bindings(*pairs):
    return ber(0x30, *(ber(0x30, oid(name), value) for name, value in pairs))


def pdu(kind, *pairs, first=0, second=0, request=77):
    return ber(0xA0 + kind, ber(2, request), ber(2, first), ber(2, second), bindings(*pairs))


def snmp(body, version=1, community="public"):
    return ber(0x30, ber(2, version), ber(4, community), body)


OBJECTS = {(1, 3, 6, 1, 2, 1, 1, 5): "sysName", (1, 3, 6, 1, 2, 1, 1, 3): "sysUpTime", (1, 3, 6): "dod"}
SNMP_NAMES = Names([Participant("nms", "nms-host", address="127.0.1.31")], {}, OBJECTS)


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        (
            snmp(pdu(0, (SYS_NAME, NULL))),
            ["SNMP version 2c", 'community: "public"', "get-request", "  sysName.0"],
        ),
        (
            snmp(pdu(2, (SYS_NAME, ber(4, "at 127.0.1.31")), (SYS_UP_TIME, ber(0x43, 8123))), version=0),
            [
                "SNMP version 1", 'community: "public"', "response",
                '  sysName.0 = "at nms-host"', "  sysUpTime.0 = (a time)",
            ],
        ),
        (
            snmp(pdu(2, ("1.3.6.9", NULL), first=2, second=1), community=""),
            ["SNMP version 2c", 'community: ""', "response", "error: noSuchName, at object 1", "  dod.9 = "],
        ),
        (snmp(pdu(2, first=99)), ["SNMP version 2c", 'community: "public"', "response", "error: 99"]),
        (
            snmp(pdu(3, (SYS_NAME, ber(4, "x\x00")), ("1.2.840.113549", ber(2, -5)))),
            [
                "SNMP version 2c", 'community: "public"', "set-request",
                "  sysName.0 = 78 00", "  1.2.840.113549 = -5",
            ],
        ),
        (
            snmp(pdu(5, (SYS_NAME, NULL), first=1, second=20)),
            [
                "SNMP version 2c", 'community: "public"', "get-bulk-request",
                "objects asked for once: 1; rows of the rest: 20", "  sysName.0",
            ],
        ),
        (
            snmp(pdu(7, (SYS_UP_TIME, ber(0x43, 1)), (TRAP, oid(SYS_NAME)))),
            [
                "SNMP version 2c", 'community: "public"', "trap",
                "  sysUpTime.0 = (a time)", f"  dod{TRAP[5:]} = sysName.0",
            ],
        ),
        (
            snmp(
                ber(
                    0xA4, oid("1.3.6.1"), ber(0x40, bytes([127, 0, 1, 31])), ber(2, 6), ber(2, 1), ber(0x43, 5),
                    bindings((SYS_NAME, ber(4, "x"))),
                ),
                version=0,
            ),
            [
                "SNMP version 1", 'community: "public"', "trap",
                "enterprise: dod.1; generic trap 6, specific trap 1", '  sysName.0 = "x"',
            ],
        ),
        (
            snmp(
                pdu(
                    2,
                    *((SYS_NAME, value) for value in (
                        ber(0x41, 7), ber(0x42, 9), ber(0x40, bytes([127, 0, 1, 31])), ber(0x40, b"abc"), ber(0x80),
                        ber(0x81), ber(0x82), ber(0x44, b"\x9f"), ber(4, b"\xff\xfe"), ber(4, "a\r\nb"),
                        ber(0x46, b"\0" + b"\xff" * 8), ber(4, "x" * 300),
                    )),
                )
            ),
            [
                "SNMP version 2c", 'community: "public"', "response",
                "  sysName.0 = 7", "  sysName.0 = 9", "  sysName.0 = nms-host", "  sysName.0 = 61 62 63",
                "  sysName.0 = no such object", "  sysName.0 = no such instance",
                "  sysName.0 = nothing comes after it", "  sysName.0 = 9f", "  sysName.0 = ff fe",
                '  sysName.0 = "a', 'b"', f"  sysName.0 = {2**64 - 1}", f'  sysName.0 = "{"x" * 200}…"',
            ],
        ),
    ],
)  # fmt: skip
def test_snmp_in_words(payload, lines):
    assert raw_text(payload, SNMP_NAMES, "snmp").splitlines() == lines


@pytest.mark.parametrize(("request_id", "ticks"), [(1, 2), (2**31 - 1, 2**31 - 1)])
def test_snmp_reads_the_same_on_each_run(request_id, ticks):
    shown = raw_text(snmp(pdu(2, (SYS_UP_TIME, ber(0x43, ticks)), request=request_id)), SNMP_NAMES, "snmp")
    assert shown == 'SNMP version 2c\ncommunity: "public"\nresponse\n  sysUpTime.0 = (a time)'


def version_3(data, flags=b"\x03", user="operator"):
    header = ber(0x30, ber(2, 5), ber(2, 65507), ber(4, flags), ber(2, 3))
    security = ber(0x30, ber(4, b"\x80\0"), ber(2, 1), ber(2, 9), ber(4, user), ber(4, b"0" * 12), ber(4, b"1" * 8))
    return ber(0x30, ber(2, 3), header, ber(4, security), data)


ASKED = ["get-request", "  sysName.0"]
SCOPED = ber(0x30, ber(4, b"\x80"), ber(4, ""), pdu(0, (SYS_NAME, NULL)))


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        (version_3(ber(4, b"secret"), b"\x07"), ['user: "operator"', "authenticated and encrypted",
         "The request or answer itself is encrypted: without the password nobody reads it."]),
        (version_3(SCOPED, b"\x01"), ['user: "operator"', "authenticated, not encrypted", *ASKED]),
        (version_3(SCOPED, b"\x04", ""), ["user: none yet", "neither authenticated nor encrypted", *ASKED]),
        (version_3(SCOPED, b"", "x"), ['user: "x"', "neither authenticated nor encrypted", *ASKED]),
    ],
)  # fmt: skip
def test_snmp_version_3(payload, lines):
    assert raw_text(payload, SNMP_NAMES, "snmp").splitlines() == ["SNMP version 3", *lines]


def test_many_objects_are_counted():
    for count, last in ((61, "  … and 1 more object"), (99, "  … and 39 more objects")):
        shown = raw_text(snmp(pdu(0, *[(SYS_NAME, NULL)] * count)), SNMP_NAMES, "snmp").splitlines()
        assert (len(shown), shown[-1]) == (3 + 60 + 1, last)


GOOD = snmp(pdu(2, (SYS_NAME, ber(4, "x"))))


@pytest.mark.parametrize(
    "payload",
    [
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x1f\x81\x01\x00",
        b"\x30\x85\x00\x00\x00\x00\x01\x00",
        b"\x30\x82\x01",
        b"\x30\x84\xff\xff\xff\xff",
        GOOD + b"\x05\x00",
        GOOD[:-1],
        ber(0x31, b"\0"),
        ber(0x30),
        ber(0x30, ber(2, 2), ber(4, "public"), pdu(0)),
        ber(0x30, ber(2, 1), ber(4, "public")),
        ber(0x30, ber(2, 1), ber(2, 1), pdu(0)),
        ber(0x30, ber(0x02, 1), ber(4, "x"), ber(0x30)),
        snmp(ber(0xA9, b"\0")),
        snmp(ber(0xA0, ber(2, 1))),
        snmp(ber(0xA0, ber(2, 1), ber(2, 0), ber(2, 0), ber(0x30, ber(4, "\0")))),
        snmp(ber(0xA0, ber(2, 1), ber(2, 0), ber(2, 0), ber(0x30, ber(0x30, oid("1.3"))))),
        snmp(pdu(2, ("1.3", b"\x02\x00"))),
        snmp(pdu(2, ("1.3", b"\x02\x0a" + b"\x01" * 10))),
        snmp(ber(0xA2, ber(2, 1), ber(2, 0), ber(2, 0), ber(0x30, ber(0x30, b"\x06\x00", NULL)))),
        snmp(ber(0xA2, ber(2, 1), ber(2, 0), ber(2, 0), ber(0x30, ber(0x30, ber(6, b"\x2b\x81"), NULL)))),
        snmp(ber(0xA2, ber(2, 1), ber(2, 0), ber(2, 0), ber(0x30, ber(0x30, ber(6, b"\xff" * 30 + b"\1"), NULL)))),
        snmp(ber(0xA2, ber(2, 1), ber(2, 0), ber(2, 0), ber(0x30, ber(0x30, ber(6, b"\1" * 129), NULL)))),
        version_3(ber(0x30, ber(4, "\0"))),
        version_3(b""),
    ],
)
def test_what_is_no_snmp_is_shown_byte_by_byte(payload):
    assert raw_text(payload, SNMP_NAMES, "snmp").startswith("0000  ")


def test_nothing_in_snmp_obeys():
    shown = raw_text(snmp(pdu(2, (SYS_NAME, ber(4, "\u202ea")))), SNMP_NAMES, "snmp")
    assert shown.endswith('"�a"')


# --- CSTA: the header in words, the XML indented


def csta(xml, invoke_id="0001"):
    payload = xml.encode()
    return b"\0\0" + (len(payload) + 8).to_bytes(2) + invoke_id.encode() + payload


MAKE_CALL = (
    '<?xml version="1.0" encoding="UTF-8"?><MakeCall xmlns="x"><callingDevice>2001</callingDevice>'
    "<extra/><!-- y --><device><deviceID>127.0.1.20</deviceID></device></MakeCall>"
)


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        (
            csta(MAKE_CALL),
            [
                "header: 0000, 178 bytes with this header, invoke ID 0001",
                '<?xml version="1.0" encoding="UTF-8"?>',
                '<MakeCall xmlns="x">',
                "  <callingDevice>2001</callingDevice>",
                "  <extra/>",
                "  <!-- y -->",
                "  <device>",
                "    <deviceID>sip-host</deviceID>",
                "  </device>",
                "</MakeCall>",
            ],
        ),
        (csta("<a></a>", "9999"), ["header: 0000, 15 bytes with this header, invoke ID 9999", "<a></a>"]),
        (csta(""), ["header: 0000, 8 bytes with this header, invoke ID 0001"]),
        (csta("no XML"), ["header: 0000, 14 bytes with this header, invoke ID 0001", "no XML"]),
        (csta("</a></b><c>x<d>y</d> z"), [
            "header: 0000, 30 bytes with this header, invoke ID 0001", "</a>", "</b>", "<c>x", "<d>y</d>", "z",
        ]),
        (csta("<a>1 < 2"), ["header: 0000, 16 bytes with this header, invoke ID 0001", "<a>1", "  < 2"]),
        (b"<a><b>1</b></a>", ["<a>", "  <b>1</b>", "</a>"]),
        (b"<a>\r\n <b/> </a>", ["<a>", "  <b/>", "</a>"]),
        (b"hello\r\n", ["hello"]),
        (csta("<a>\0</a>"), [
            "header: 0000, 16 bytes with this header, invoke ID 0001",
            "0000  3c 61 3e 00 3c 2f 61 3e                          <a>·</a>",
        ]),
        (b"\0\0\0\x08abcd", ["0000  00 00 00 08 61 62 63 64                          ····abcd"]),
    ],
)  # fmt: skip
def test_csta_in_lines(payload, lines):
    assert raw_text(payload, NAMES, "csta").splitlines() == lines


def test_deep_xml_stands_no_farther_right_than_it_can_be_read():
    shown = raw_text(csta("<a>" * 500), NAMES, "csta").splitlines()
    assert max(len(line) for line in shown[1:]) == 3 + 40
    assert len(shown) == 501


def test_a_long_message_of_csta_is_counted():
    payload = b"\0\0\xff\xff0001<a>" + b"x" * (SHOWN - 7)
    shown = raw_text(payload, NAMES, "csta")
    assert shown.startswith("header: 0000, 65535 bytes with this header, invoke ID 0001\n<a>xxx")
    assert shown.endswith("\n… and 4 more bytes")


# --- AgentX: what it is, and its bytes


def agentx(kind, payload=b"", network=b"\x10"):
    return b"\x01" + bytes([kind]) + network + b"\0" + b"\0\0\0\x01" * 3 + len(payload).to_bytes(4) + payload


def test_agentx_in_words():
    assert raw_text(agentx(1, b"abcd"), NAMES, "agentx").splitlines() == [
        "AgentX Open: a header of 20 bytes, then 4 bytes",
        "0000  01 01 10 00 00 00 00 01 00 00 00 01 00 00 00 01  ················",
        "0010  00 00 00 04 61 62 63 64                          ····abcd",
    ]


@pytest.mark.parametrize("up_time", [b"\0\0\0\1", b"abcd"])
def test_the_time_in_a_response_of_agentx_is_not_shown(up_time):
    assert raw_text(agentx(18, up_time + b"\0\0\0\0"), NAMES, "agentx").splitlines()[1:] == [
        "The time in bytes 20 to 23 is another one on each run, and not shown.",
        "0000  01 12 10 00 00 00 00 01 00 00 00 01 00 00 00 01  ················",
        "0010  00 00 00 08 -- -- -- -- 00 00 00 00              ············",
    ]


@pytest.mark.parametrize(
    ("payload", "first"),
    [
        (agentx(13), "AgentX Ping: a header of 20 bytes, then 0 bytes"),
        (agentx(18), "AgentX Response: a header of 20 bytes, then 0 bytes"),
        (agentx(0), "AgentX type 0: a header of 20 bytes, then 0 bytes"),
        (agentx(19), "AgentX type 19: a header of 20 bytes, then 0 bytes"),
        (b"\x01\x01", "0000  01 01                                            ··"),
        (b"", ""),
    ],
)
def test_agentx_of_any_kind(payload, first):
    assert raw_text(payload, NAMES, "agentx").partition("\n")[0] == first


def test_console_is_text():
    assert raw_text(b"show ports\r\n", NAMES, "console") == "show ports"


# --- whatever it is


@pytest.mark.parametrize("protocol", ["snmp", "csta", "agentx", "console"])
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda data: csta(data.decode("latin-1")))))
def test_any_bytes_in_any_protocol(protocol, payload):
    shown = raw_text(payload, NAMES, protocol)
    assert all(char in "\n\t" or char.isprintable() or ord(char) > 0x9F for char in shown)


@given(st.data())
def test_a_broken_message_of_snmp(data):
    at = data.draw(st.integers(0, len(GOOD) - 1))
    broken = GOOD[:at] + bytes([data.draw(st.integers(0, 255))]) + GOOD[at + 1 :]
    assert raw_text(broken, SNMP_NAMES, "snmp").startswith(("SNMP version", "0000  "))


@pytest.mark.parametrize("protocol", ["csta", "snmp"])
@pytest.mark.parametrize("part", [b"<", b">", b"<a>", b"</a>", b"<a ", b"&", b"\x30\x02", b"\x30\x84", b"\x06\x01"])
def test_the_time_grows_with_the_length_alone_in_other_protocols(protocol, part):
    payload = part * (SHOWN // len(part))
    start = time.process_time()
    raw_text(payload, NAMES, protocol)
    assert time.process_time() - start < 1


def test_a_trace_knows_the_names_of_objects():
    trace = Trace()
    trace.objects.update(OBJECTS)
    trace.add(Kind.REQUEST, "get sysName.0", "a", "b", payload=snmp(pdu(0, (SYS_NAME, NULL))), protocol="snmp")
    for one in (trace.raw(1), trace.select().raw(1), ladder(trace).raw(1)):
        assert one.endswith("get-request\n  sysName.0")
