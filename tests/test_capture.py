"""A trace as a pcapng file: every block, header and checksum, read back byte by byte."""

import json
from collections import Counter
from pathlib import Path
from struct import unpack, unpack_from
from typing import NamedTuple

import pytest

from genesys_ports.errors import OutputExistsError, OutputFormatError
from genesys_ports.packets import ACK, FIN, MOST_TCP, MOST_UDP, PSH, RST, SYN
from genesys_ports.trace import Kind, Participant, Trace
from tests.a_call import a_call

LINK = {"client": "scs", "server": "message_server", "host": "framework-host", "port": "5150/tcp"}
DATAGRAM = {"client": "phone", "server": "sip_server", "host": "sip-host", "port": "5060/udp"}
SCS, MS = ("scs", "message_server"), ("message_server", "scs")
PHONE, SIP_SERVER = ("phone", "sip_server"), ("sip_server", "phone")


# --- reading what was written


class Packet(NamedTuple):
    time: int
    protocol: int
    source: tuple[str, int]
    target: tuple[str, int]
    flags: int
    sequence: int
    acknowledged: int
    payload: bytes
    comment: str


def blocks(data):
    """The blocks of a file: type and body; both lengths of each agree."""
    at = 0
    while at < len(data):
        kind, length = unpack_from("<II", data, at)
        assert length % 4 == 0
        assert unpack_from("<I", data, at + length - 4)[0] == length
        yield kind, data[at + 8 : at + length - 4]
        at += length


def options(data):
    found, at = {}, 0
    while at < len(data):
        code, length = unpack_from("<HH", data, at)
        found[code] = data[at + 4 : at + 4 + length].decode()
        at += 4 + length + -length % 4
    return found


def summed(data):
    """The sum of a receiver, word by word as RFC 1071 writes it: 0xFFFF when the checksum in the data is right."""
    data += b"\0" * (len(data) % 2)
    total = sum(unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def packet(body):
    interface, high, low, captured, original = unpack_from("<IIIII", body)
    assert interface == 0
    assert captured == original
    frame = body[20 : 20 + captured]
    comment = options(body[20 + captured + -captured % 4 :]).get(1, "")
    assert frame[12:14] == b"\x08\x00"
    assert frame[2:6] == frame[30:34]
    assert frame[8:12] == frame[26:30]
    ip = frame[14:]
    assert len(ip) == unpack_from("!H", ip, 2)[0]
    assert summed(ip[:20]) == 0xFFFF
    protocol, addresses, rest = ip[9], ip[12:20], ip[20:]
    source, target = (".".join(map(str, part)) for part in (addresses[:4], addresses[4:]))
    time = high << 32 | low
    if protocol == 1:
        assert summed(rest) == 0xFFFF
        return Packet(time, 1, (source, 0), (target, 0), 0, 0, 0, rest, comment)
    assert summed(addresses + bytes([0, protocol]) + len(rest).to_bytes(2, "big") + rest) == 0xFFFF
    ports = unpack_from("!HH", rest)
    ends = (source, ports[0]), (target, ports[1])
    if protocol == 17:
        assert unpack_from("!H", rest, 4)[0] == len(rest)
        return Packet(time, 17, *ends, 0, 0, 0, rest[8:], comment)
    sequence, acknowledged, header, flags = unpack_from("!IIBB", rest, 4)
    return Packet(time, 6, *ends, flags, sequence, acknowledged, rest[(header >> 4) * 4 :], comment)


def packets(trace):
    return [packet(body) for kind, body in blocks(trace.to_pcapng()) if kind == 6]


def names(trace):
    body = next(body for kind, body in blocks(trace.to_pcapng()) if kind == 4)
    found, at = {}, 0
    while (length := unpack_from("<H", body, at + 2)[0]) > 0:
        value = body[at + 4 : at + 4 + length]
        found[".".join(map(str, value[:4]))] = value[4:-1].decode()
        at += 4 + length + -length % 4
    return found


def new_trace(*participants):
    ticks = iter(range(1000))
    trace = Trace(clock=lambda: next(ticks) / 2)
    trace.began = 1_000.0
    for one in participants:
        trace.join(one)
    return trace


def talk():
    trace = new_trace()
    trace.add(Kind.OPENED, "opens", "message_server", "message_server", port="5150/tcp")
    trace.add(Kind.CONNECT, "connect", *SCS, **LINK, payload=b"hello\n")
    trace.add(Kind.ACCEPT, "accept", *MS, **LINK, payload=b"welcome\n")
    trace.add(Kind.REQUEST, "alarm", *SCS, **LINK, payload=b"fire\n")
    trace.add(Kind.RESPONSE, "ack", *MS, **LINK, payload=b"ok\n")
    trace.add(Kind.DISCONNECT, "disconnect", *SCS, **LINK)
    trace.add(Kind.DISCONNECT, "disconnect", *MS, **LINK)
    trace.add(Kind.CLOSED, "closes", "message_server", "message_server", port="5150/tcp")
    return trace


# --- the file


def test_a_file_begins_with_a_section_and_an_interface():
    found = list(blocks(talk().to_pcapng()))
    assert [kind for kind, _ in found[:3]] == [0x0A0D0D0A, 1, 4]
    assert found[0][1][:8] == bytes.fromhex("4d3c2b1a01000000")
    said = options(found[0][1][16:])
    assert said[1].startswith("Messages seen by genesys_ports")
    assert said[4] == "genesys_ports"
    assert found[1][1] == bytes.fromhex("0100000000000000")


def test_nothing_seen_is_an_empty_capture():
    assert [kind for kind, _ in blocks(Trace().to_pcapng())] == [0x0A0D0D0A, 1, 4]


def test_the_same_trace_gives_the_same_bytes():
    assert a_call().to_pcapng() == a_call().to_pcapng()


@pytest.mark.parametrize(
    ("began", "first"),
    [(1_000.0, 1_000_500_000), (None, 500_000), (-5_000.0, 0), (float("nan"), 0), (float("inf"), int(1e18))],
)
def test_times_begin_where_the_trace_began(began, first):
    trace = new_trace()
    trace.began = began
    trace.add(Kind.EVENT, "x", *PHONE, **DATAGRAM, payload=b"x")
    assert packets(trace)[0].time == first


# --- TCP


def test_a_connection_from_its_opening_to_its_end():
    flags = [(one.flags, one.payload) for one in packets(talk())]
    assert flags == [
        (SYN, b""),
        (SYN | ACK, b""),
        (ACK, b""),
        (PSH | ACK, b"hello\n"),
        (PSH | ACK, b"welcome\n"),
        (PSH | ACK, b"fire\n"),
        (PSH | ACK, b"ok\n"),
        (FIN | ACK, b""),
        (FIN | ACK, b""),
        (ACK, b""),
    ]


def test_every_byte_is_counted_and_acknowledged():
    expected, acknowledged = {}, {}
    for one in packets(talk()):
        if one.source in expected:
            assert one.sequence == expected[one.source]
        if one.flags & ACK:
            assert one.acknowledged == expected[one.target]
            acknowledged[one.target] = one.acknowledged
        length = len(one.payload) + bool(one.flags & (SYN | FIN))
        expected[one.source] = one.sequence + length & 0xFFFFFFFF
    assert acknowledged == expected


def test_comments_say_who_said_what():
    assert [one.comment for one in packets(talk())] == [
        "scs opens a connection to message_server", "", "",
        "scs → message_server: connect",
        "message_server → scs: accept",
        "scs → message_server: alarm",
        "message_server → scs: ack",
        "scs closes the connection", "", "",
    ]  # fmt: skip


def test_a_connection_seen_in_its_middle_is_opened_first():
    trace = new_trace()
    trace.add(Kind.RESPONSE, "ack", *MS, **LINK, payload=b"ok\n")
    found = packets(trace)
    assert [one.flags for one in found] == [SYN, SYN | ACK, ACK, PSH | ACK]
    assert found[0].target[1] == found[3].source[1] == 5150


def test_the_end_of_a_connection_that_was_never_seen_is_nothing():
    trace = new_trace()
    trace.add(Kind.DISCONNECT, "bye", *SCS, **LINK)
    trace.add(Kind.LOST, "lost", *SCS, **LINK)
    assert packets(trace) == []


def test_a_connection_that_breaks_off():
    trace = new_trace()
    trace.add(Kind.CONNECT, "connect", *SCS, **LINK)
    trace.add(Kind.LOST, "connection lost", "message_server", "message_server", **LINK)
    found = packets(trace)
    assert [one.flags for one in found] == [SYN, SYN | ACK, ACK, FIN | ACK, FIN | ACK, ACK]
    assert found[3].source == found[0].target
    assert found[3].comment == "The connection between scs and message_server is lost"


def test_a_call_that_is_refused():
    trace = new_trace()
    trace.add(Kind.REFUSED, "refused", *SCS, **LINK)
    trace.add(Kind.REFUSED, "knock", "you", "framework-host", client="you", port="3600/tcp")
    found = packets(trace)
    assert [one.flags for one in found] == [SYN, RST | ACK] * 2
    assert found[1].acknowledged == found[0].sequence + 1
    assert found[0].comment == "scs calls message_server and is refused"
    assert found[2].target[1] == 3600


def test_each_connection_has_a_number_of_its_own():
    trace = new_trace()
    for _ in range(3):
        trace.add(Kind.CONNECT, "connect", *SCS, **LINK)
    trace.add(Kind.CONNECT, "connect", *SCS, **LINK, client_number=40_001)
    trace.add(Kind.CONNECT, "connect", *SCS, **LINK, client_number=49_153)
    opened = [one.source[1] for one in packets(trace) if one.flags == SYN]
    assert opened == [49_152, 49_154, 49_155, 40_001, 49_153]


def test_two_connections_side_by_side():
    trace = new_trace()
    for number in (40_001, 40_002):
        trace.add(Kind.CONNECT, "connect", *SCS, **LINK, client_number=number)
    for number in (40_001, 40_002):
        trace.add(Kind.REQUEST, f"alarm {number}", *SCS, **LINK, client_number=number, payload=b"x")
    trace.add(Kind.DISCONNECT, "bye", *SCS, **LINK, client_number=40_001)
    trace.add(Kind.EVENT, "log", *MS, **LINK, payload=b"y")
    found = packets(trace)
    assert Counter(one.flags for one in found)[SYN] == 2
    assert found[-1].target[1] == 40_002


@pytest.mark.parametrize("size", [1, 3_000, MOST_TCP, MOST_TCP + 1, 200_000])
def test_long_messages(size):
    trace = new_trace()
    payload = bytes(number % 251 for number in range(size))
    trace.add(Kind.REQUEST, "long", *SCS, **LINK, payload=payload)
    sent = [one for one in packets(trace) if one.payload]
    assert b"".join(one.payload for one in sent) == payload
    assert [bool(one.comment) for one in sent] == [False] * (len(sent) - 1) + [True]


def test_who_only_listens_acknowledges():
    trace = new_trace()
    for _ in range(20):
        trace.add(Kind.EVENT, "log", *MS, **LINK, payload=b"x" * 5_000)
    found = packets(trace)
    assert sum(one.flags == ACK for one in found[3:]) == 5
    unheard = found[-1].sequence + len(found[-1].payload) - max(one.acknowledged for one in found if one.flags == ACK)
    assert unheard < 65_535


# --- UDP


def test_datagrams():
    trace = new_trace()
    trace.add(Kind.REQUEST, "OPTIONS", *PHONE, **DATAGRAM, payload=b"one", client_number=5062)
    trace.add(Kind.RESPONSE, "200 OK", *SIP_SERVER, **DATAGRAM, payload=b"two", client_number=5062)
    trace.add(Kind.REQUEST, "nothing", *PHONE, **DATAGRAM)
    one, two = packets(trace)
    assert (one.source[1], one.target[1], one.payload) == (5062, 5060, b"one")
    assert (two.source, two.target, two.payload) == (one.target, one.source, b"two")


def test_an_answer_goes_to_the_number_that_was_made_up_for_its_question():
    trace = new_trace()
    trace.add(Kind.REQUEST, "OPTIONS", *PHONE, **DATAGRAM, payload=b"one")
    trace.add(Kind.RESPONSE, "200 OK", *SIP_SERVER, **DATAGRAM, payload=b"two")
    one, two = packets(trace)
    assert one.source == two.target


def test_without_client_and_server_the_sender_is_the_client():
    trace = new_trace()
    for port in ("5060/udp", "5060/tcp"):
        trace.add(Kind.REQUEST, "ask", *PHONE, port=port, payload=b"one")
        trace.add(Kind.RESPONSE, "answer", *SIP_SERVER, port=port, payload=b"two")
    trace.add(Kind.EVENT, "log", *SIP_SERVER, port="5060/tcp", payload=b"three")
    spoken = [(one.source[1] == 5060, one.payload) for one in packets(trace) if one.payload]
    assert spoken == [(False, b"one"), (True, b"two"), (False, b"one"), (True, b"two"), (True, b"three")]


def test_what_became_of_a_datagram():
    trace = new_trace()
    trace.add(Kind.REQUEST, "INVITE", *PHONE, **DATAGRAM, payload=b"x", dropped=True)
    trace.add(Kind.REQUEST, "INVITE", *PHONE, **DATAGRAM, payload=b"x", again=True)
    trace.add(Kind.REQUEST, "INVITE", *PHONE, **DATAGRAM, payload=b"x", again=True, dropped=True)
    trace.add(Kind.REQUEST, "INVITE", *PHONE, **{**DATAGRAM, "port": "5061/tls"}, payload=b"x")
    assert [one.comment for one in packets(trace) if one.payload] == [
        "phone → sip_server: INVITE; lost by the network: sip_server never saw it",
        "phone → sip_server: INVITE; sent again",
        "phone → sip_server: INVITE; sent again; lost by the network: sip_server never saw it",
        "phone → sip_server: INVITE; encrypted on the wire, and shown here as it was before",
    ]


def test_a_datagram_that_nobody_listens_for():
    trace = new_trace()
    trace.add(Kind.REFUSED, "refused", *PHONE, **DATAGRAM, client_number=5062)
    (one,) = packets(trace)
    assert (one.protocol, one.payload[:2]) == (1, b"\x03\x03")
    assert summed(one.payload[8:28]) == 0xFFFF
    assert unpack_from("!HH", one.payload, 28) == (5062, 5060)
    assert one.comment == "phone calls sip_server and is refused"


def test_more_than_a_datagram_holds():
    trace = new_trace()
    trace.add(Kind.EVENT, "long", *PHONE, **DATAGRAM, payload=b"x" * (MOST_UDP + 7))
    (one,) = packets(trace)
    assert len(one.payload) == MOST_UDP
    assert one.comment == "phone → sip_server: long; 7 bytes did not fit"


@pytest.mark.parametrize(
    ("port", "number"),
    [
        ("20000-20010/udp", 20000),
        ("5060/udp", 5060),
        ("0/udp", 49_151),
        ("99999/udp", 49_151),
        ("x/udp", 49_151),
        ("", 49_151),
    ],
)
def test_port_numbers(port, number):
    trace = new_trace()
    trace.add(Kind.EVENT, "x", *PHONE, **{**DATAGRAM, "port": port}, payload=b"x")
    assert packets(trace)[0].target[1] == number


# --- hosts


def test_addresses_are_those_of_the_hosts():
    assert names(a_call()) == {"127.0.1.20": "sip-host", "127.0.1.40": "desk-1001", "127.0.1.41": "desk-1002"}
    assert {one.source[0] for one in packets(a_call())} == {"127.0.1.20", "127.0.1.40", "127.0.1.41"}


@pytest.mark.parametrize(
    "address", ["", "sip-host", "::1", "0.0.0.0", "224.0.0.5", "255.255.255.255", "1.2.3", "٣.1.1.1"]
)
def test_hosts_without_an_address_of_their_own_get_one(address):
    trace = new_trace(Participant("phone", "desk", (), "127.0.1.1"), Participant("sip_server", "h", (), address))
    trace.add(Kind.EVENT, "x", *PHONE, **DATAGRAM, payload=b"x")
    assert names(trace) == {"127.0.1.1": "desk", "10.0.0.1": "h"}


def test_hosts_that_share_one_address_are_told_apart():
    trace = new_trace(*(Participant(name, f"{name}-host", (), "127.0.0.1") for name in PHONE))
    trace.join(Participant("beside", "sip_server-host", (), "127.0.0.1"))
    trace.add(Kind.EVENT, "x", *PHONE, **DATAGRAM, payload=b"x")
    trace.add(Kind.EVENT, "x", "phone", "beside", port="1/udp", payload=b"x")
    assert names(trace) == {"10.0.0.1": "phone-host", "10.0.0.2": "sip_server-host"}


def test_programs_without_a_host_that_share_an_address_are_on_one_machine():
    trace = new_trace(*(Participant(name, "", (), "127.0.0.1") for name in PHONE))
    trace.add(Kind.EVENT, "x", *PHONE, **DATAGRAM, payload=b"x")
    assert names(trace) == {"127.0.0.1": "phone"}
    trace.join(Participant("a", "desk", (), "127.0.0.1"))
    assert names(trace) == {"127.0.0.1": "desk"}


def test_an_address_that_is_made_up_is_nobody_elses():
    trace = new_trace(Participant("phone", "desk", (), "10.0.0.1"))
    trace.add(Kind.EVENT, "x", *PHONE, **DATAGRAM, payload=b"x")
    assert names(trace) == {"10.0.0.1": "desk", "10.1.0.1": "sip_server"}


@pytest.mark.parametrize(
    ("host", "name"),
    [("sip host\n", "sip-host"), ("Zürich", "Z-rich"), ("<b>", "b"), ("...", "host"), ("a" * 300, "a" * 63)],
)
def test_host_names_are_what_a_host_name_can_be(host, name):
    trace = new_trace(Participant("phone", host))
    trace.add(Kind.EVENT, "x", *PHONE, **DATAGRAM, payload=b"x")
    assert names(trace)["10.0.0.1"] == name


def test_comments_hold_no_control_characters_and_end_somewhere():
    trace = new_trace()
    trace.add(Kind.EVENT, "\x1b[31m\n{name}\ud800" + "🎧" * 70_000, *PHONE, **DATAGRAM, payload=b"x")
    comment = packets(trace)[0].comment
    assert comment.startswith("phone → sip_server: �[31m {name}�🎧")
    assert len(comment) < 300


# --- saving


def test_save_by_ending_and_never_over_a_file(tmp_path):
    trace = talk()
    assert trace.save(tmp_path / "talk.pcapng").read_bytes() == trace.to_pcapng()
    assert trace.save(str(tmp_path / "talk.CSV")) == Path(tmp_path / "talk.CSV")
    with pytest.raises(OutputExistsError):
        trace.save(tmp_path / "talk.pcapng")
    with pytest.raises(OutputFormatError, match=r"\.pcapng, \.csv"):
        trace.save(tmp_path / "talk.pcap")


def test_saving_as_csv(tmp_path):
    trace = new_trace()
    trace.add(
        Kind.REQUEST, "=INVITE", *PHONE, **DATAGRAM, payload=json.dumps({}).encode(), call="c1", protocol="sip",
        client_number=5062, again=True, dropped=True,
    )  # fmt: skip
    assert trace.save(tmp_path / "t.csv").read_text().splitlines() == [
        "No.,Kind,From,To,Port,Name,Text,Client,Server,Host,Answers,Protocol,Call,Sent again,Lost,Client number,Time",
        "1,request,phone,sip_server,5060/udp,'=INVITE,,phone,sip_server,sip-host,,sip,c1,yes,yes,5062,0.500000",
    ]
