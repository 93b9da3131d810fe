"""The fields of a message: names and values, hosts by name, the same on every run; of any bytes, without an error."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.agentx.codec import encode as agentx
from genesys_ports.agentx.encoding import SearchRange, VarBind
from genesys_ports.agentx.pdu import Close, Get, GetBulk, Notify, Open, Ping, Register, Response
from genesys_ports.csta import encode, make_call
from genesys_ports.raw import Names, fields_of
from genesys_ports.raw.fields import LONGEST, LONGEST_NAME, MOST, READERS
from genesys_ports.snmp.objects import Syntax, Value
from genesys_ports.trace import Kind, Message, Participant
from tests.a_call import a_call, rtp

NAMES = Names(
    [Participant("sip_server", "sip-host", address="127.0.1.20")],
    {},
    {(1, 3, 6, 1, 2, 1, 1, 5): "sysName", (1, 3, 6, 1, 2, 1, 1, 3): "sysUpTime"},
)
SYS_NAME, SYS_UP_TIME = (1, 3, 6, 1, 2, 1, 1, 5, 0), (1, 3, 6, 1, 2, 1, 1, 3, 0)


def fields(payload, protocol):
    return fields_of(Message(1, 0.0, Kind.REQUEST, "x", "a", "b", payload=payload, protocol=protocol), NAMES)


# --- SIP


def test_an_invite_has_its_start_line_headers_and_sdp():
    shown = fields(a_call()[0].payload, "sip")
    assert shown[0] == ("Request", "INVITE sip:1002@sip-host SIP/2.0")
    assert ("CSeq", "1 INVITE") in shown
    assert shown[-2:] == (("SDP m= (media)", "audio 20000 RTP/AVP 0"), ("SDP a= (attribute)", "rtpmap:0 PCMU/8000"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SIP/2.0 486 Busy Here\r\n\r\n", ("Status", "486 Busy Here")),
        ("OPTIONS sip:a SIP/2.0\r\nv: x\r\n\r\n", ("Via (short: v)", "x")),
        ("OPTIONS sip:a SIP/2.0\r\nSubject: one\r\n  two\r\n\r\n", ("Subject", "one two")),
        ("OPTIONS sip:a SIP/2.0\r\nnonsense\r\n\r\n", ("Note", "This line has no colon, so it is no header. nonsense")),
        ("INFO sip:a SIP/2.0\r\nContent-Type: text/plain\r\n\r\nhello", ("Body", "hello")),
        ("INFO sip:a SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nno sdp", ("Body", "no sdp")),
        ("INFO sip:a SIP/2.0\r\nc: application/sdp\r\n\r\nx=1\r\n", ("SDP x=", "1")),
    ],
)
def test_sip(text, found):
    assert found[1].split(" ", 1)[-1] in dict(fields(text.encode(), "sip"))[found[0]]


def test_a_name_that_stands_twice_is_shown_twice():
    shown = fields(b"OPTIONS sip:a SIP/2.0\r\nVia: one\r\nVia: two\r\n\r\n", "sip")
    assert shown[1:] == (("Via", "one"), ("Via", "two"))


# --- the others


def test_the_teaching_format():
    line = '{"message":"alarm","text":"from 127.0.1.20","n":7,"list":[1,"é"],"\\u001bkey":"\\u202e\\u001b[31m"}\n'
    assert fields(line.encode(), "teaching") == (
        ("message", "alarm"),
        ("text", "from sip-host"),
        ("n", "7"),
        ("list", '[1, "é"]'),
        ("�key", "��[31m"),
    )


def test_csta_by_path():
    shown = fields(encode(7, make_call("1001", "1002")), "csta")
    assert shown[0][1].endswith("invoke ID 0007")
    assert ("MakeCall/callingDevice", "1001") in shown
    assert ("MakeCall/calledDirectoryNumber", "1002") in shown


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        ("<a><b/></a>", ("a/b", "(empty)")),
        ("<a><b></b></a>", ("a/b", "(empty)")),
        ("<a>1 &lt; 2 &#x1b;[31m</a>", ("a", "1 < 2 [31m")),
        ("<x:a n='v'>t</x:a>", ("a @n", "v")),
        ("<?xml version='1.0'?><!-- c --><a>t</a>", ("a", "t")),
        ("</a></b><c>t</c>", ("c", "t")),
        ("<a><b>t", ("a/b", "t")),
    ],
)
def test_xml(xml, found):
    assert found in fields(xml.encode(), "csta")


def ber(tag, content):
    return bytes([tag, len(content)]) + content


def snmp(*bindings, kind=0xA2, error=0, place=0, version=1):
    numbers = b"".join(ber(2, bytes([number])) for number in (99, error, place))
    listed = ber(0x30, b"".join(ber(0x30, one) for one in bindings))
    return ber(0x30, ber(2, bytes([version])) + ber(4, b"public") + ber(kind, numbers + listed))


NAMED = ber(6, bytes([0x2B, 6, 1, 2, 1, 1, 5, 0]))


def test_snmp():
    shown = fields(snmp(NAMED + ber(4, b"127.0.1.20")), "snmp")
    assert shown == (
        ("Version", "SNMP version 2c"),
        ("Community", '"public"'),
        ("PDU", "response"),
        ("sysName.0", '"sip-host"'),
    )


def test_snmp_asks_and_refuses():
    assert fields(snmp(NAMED + ber(5, b""), kind=0xA0), "snmp")[-1] == ("sysName.0", "(asked for)")
    assert ("Error", "noSuchName, at object 1") in fields(snmp(error=2, place=1), "snmp")
    assert ("Error", "tooBig") in fields(snmp(error=1), "snmp")


def test_what_is_another_on_each_run_is_left_out_of_snmp():
    shown = fields(snmp(ber(6, bytes([0x2B, 6, 1, 2, 1, 1, 3, 0])) + ber(0x43, b"\x05")), "snmp")
    assert shown[-1] == ("sysUpTime.0", "(a time)")
    assert "99" not in str(shown)


OPEN = Open(timeout=0, identifier=(1, 3, 6, 1, 4, 1), description=b"solution_control_server")


@pytest.mark.parametrize(
    ("pdu", "found"),
    [
        (OPEN, [("AgentX", "Open"), ("Identifier", "1.3.6.1.4.1"), ("Description", '"solution_control_server"')]),
        (Register(subtree=SYS_NAME), [("AgentX", "Register"), ("Priority", "127"), ("Subtree", "sysName.0")]),
        (Get(ranges=(SearchRange(SYS_NAME),)), [("AgentX", "Get"), ("sysName.0", "(asked for)")]),
        (
            GetBulk(non_repeaters=1, max_repetitions=9, ranges=(SearchRange(SYS_NAME, (1, 3, 7)),)),
            [("Repetitions", "objects asked for once: 1; rows of the rest: 9"),
             ("sysName.0", "(asked for, up to 1.3.7)")],
        ),
        (Ping(context=b"here"), [("AgentX", "Ping"), ("Context", '"here"')]),
        (Close(reason=5), [("Reason", "shutdown")]),
        (Notify(varbinds=(VarBind(SYS_NAME, Value(Syntax.INTEGER, -1)),)), [("sysName.0", "-1")]),
        (
            Response(
                up_time=4711,
                error=266,
                index=2,
                varbinds=(
                    VarBind(SYS_NAME, Value(Syntax.STRING, b"127.0.1.20")),
                    VarBind(SYS_UP_TIME, Value(Syntax.TICKS, 4711)),
                    VarBind(SYS_NAME, Value(Syntax.COUNTER64, 5)),
                    VarBind(SYS_NAME, Value(Syntax.OID, SYS_UP_TIME)),
                    VarBind(SYS_NAME, Value(Syntax.END_OF_VIEW, b"")),
                ),
            ),
            [("Up time", "(a time)"), ("Error", "parseError, at object 2"), ("sysName.0", '"sip-host"'),
             ("sysUpTime.0", "(a time)"), ("sysName.0", "5"), ("sysName.0", "sysUpTime.0"),
             ("sysName.0", "nothing comes after it")],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("network", [True, False])
def test_agentx(pdu, found, network):
    shown = fields(agentx(pdu, session=1, transaction=2, packet=3, network=network), "agentx")
    assert [one for one in shown if one in found] == found
    assert "4711" not in str(shown)


def test_rtp():
    shown = dict(fields(rtp(3), "rtp"))
    assert (shown["Payload type"], shown["Sequence number"], shown["Timestamp"]) == (
        "0 (PCMU: G.711 µ-law)",
        "3",
        "480",
    )
    assert dict(fields(b"\x80\xe0" + bytes(10), "rtp"))["Payload type"] == "96 (agreed in SDP)"


def test_a_console():
    assert fields(b"show calls\r\n", "console") == (("Text", "show calls"),)
    assert fields(b"one\r\n\r\nthree\r\n", "console") == (("Line 1", "one"), ("Line 2", "(empty)"), ("Line 3", "three"))


# --- what cannot be read, and what is too long


@pytest.mark.parametrize(
    ("payload", "protocol", "note"),
    [
        (b"hello", "sip", "These bytes cannot be read as SIP."),
        (b"[1]\n", "teaching", "These bytes cannot be read as the teaching format."),
        (b"[" * 100_000, "teaching", "These bytes cannot be read as the teaching format."),
        (b"1" * 9_000, "teaching", "These bytes cannot be read as the teaching format."),
        (b"no xml", "csta", "These bytes cannot be read as CSTA."),
        (b"\x30\x80", "snmp", "These bytes cannot be read as SNMP."),
        (b"\x01" * 20, "agentx", "These bytes cannot be read as AgentX."),
        (b"\x01\x12\x10" + bytes(30), "agentx", "These bytes cannot be read as AgentX."),
        (b"\x80", "rtp", "These bytes cannot be read as RTP."),
        (bytes(12), "rtp", "These bytes cannot be read as RTP."),
        (b"\xff\xfd\x18", "console", "These bytes cannot be read as lines of a console."),
        (b"x", "gopher", "Nothing here knows how to read gopher."),
        (b"x", "", "What language this is in is not known."),
    ],
)
def test_what_cannot_be_read_says_so_and_shows_its_bytes(payload, protocol, note):
    shown = fields(payload, protocol)
    assert [name for name, _ in shown] == ["Note", "Bytes"]
    assert shown[0][1] == note
    assert shown[1][1].startswith(f"0000  {payload[0]:02x}")


def test_a_step_without_bytes():
    assert fields(b"", "sip") == (("Note", "This step is no message: no bytes were sent."),)


def test_what_is_too_long_is_cut_and_counted():
    many = b"OPTIONS sip:a SIP/2.0\r\n" + b"A: 1\r\n" * 300 + b"\r\n"
    shown = fields(many, "sip")
    assert len(shown) == MOST + 1
    assert shown[-1] == ("And more", "101 more fields are not shown.")
    assert len(fields(b'{"%b":"%b"}' % (b"n" * 500, b"v" * 5_000), "teaching")[0][0]) == LONGEST_NAME
    assert len(fields(b'{"a":"%b"}' % (b"v" * 5_000), "teaching")[0][1]) == LONGEST
    assert len(fields(pack("!I", 1) * 16_000, "csta")[1][1]) < 10_000


@given(payload=st.binary(max_size=200), protocol=st.sampled_from(sorted(READERS)))
def test_any_bytes_have_fields(payload, protocol):
    assert_harmless(fields(payload, protocol))


STARTS = {
    "agentx": agentx(OPEN, session=1, transaction=2, packet=3),
    "console": b"show calls\r\n",
    "csta": encode(7, make_call("1001", "1002")),
    "rtp": rtp(3),
    "sip": a_call()[0].payload,
    "snmp": snmp(NAMED + ber(4, b"x")),
    "teaching": b'{"message":"alarm","n":[1,2]}\n',
}


@given(data=st.data(), protocol=st.sampled_from(sorted(STARTS)))
def test_broken_messages_have_fields(data, protocol):
    good = STARTS[protocol]
    at = data.draw(st.integers(0, len(good)))
    broken = good[:at] + data.draw(st.binary(max_size=4)) + good[at + data.draw(st.integers(0, 4)) :]
    assert_harmless(fields(broken, protocol))


def assert_harmless(shown):
    assert shown
    for name, value in shown:
        assert name
        assert all(char in "\n\t" or ord(char) > 0x9F or char.isprintable() for char in name + value)
