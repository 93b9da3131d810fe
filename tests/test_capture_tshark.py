"""Captures as Wireshark reads them: nothing malformed, no warning, checksums right, everything decoded."""

import subprocess
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genesys_ports.trace import Kind, Participant, Trace
from tests.a_call import a_call, new_trace, sip
from tests.helpers import PATIENCE, tool

CHECKED = [part for name in ("ip", "tcp", "udp") for part in ("-o", f"{name}.check_checksum:TRUE")]

#: A call that is refused is seen by Wireshark too, and it warns of that.
REFUSED = "tcp.connection.rst and tcp.seq == 1"
FAULTS = f"_ws.malformed or (_ws.expert.severity >= 6291456 and not ({REFUSED})) or tcp.analysis.flags"

#: What carries the messages, without what they say.
ONLY_PACKETS = ["-d", "tcp.port==1-65535,data", "-d", "udp.port==1-65535,data"]

DESK = {"client": "phone_1001", "server": "sip_server", "host": "sip-host"}
SNMP_GET = bytes.fromhex(
    "302902010104067075626c6963a01c020412345678020100020100300e300c06082b060102010101000500"
)  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """Asks tshark about a trace: one row of fields for each packet that the filter lets through."""
    program = tool("tshark")

    def ask(trace, fields, only="", *options):
        path = tmp_path / "capture.pcapng"
        path.unlink(missing_ok=True)
        trace.save(path)
        wanted = [part for field in fields for part in ("-e", field)]
        command = [program, "-r", str(path), *CHECKED, *options, "-T", "fields", *wanted]
        done = subprocess.run(
            command + (["-Y", only] if only else []), capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return [row[0] for row in rows] if len(fields) == 1 else rows

    return ask


def faults(read, trace, *options):
    return read(trace, ["frame.number", "frame.comment", "_ws.expert.message"], FAULTS, *options)


def say(trace, kind, name, port, payload, *, back=False, **more):
    pair = ("sip_server", "phone_1001") if back else ("phone_1001", "sip_server")
    trace.add(kind, name, *pair, **DESK, port=port, payload=payload, **more)


def test_faults_are_found(read, monkeypatch):
    monkeypatch.setattr("genesys_ports.packets._checksum", lambda _: 1)
    assert "Bad checksum" in str(faults(read, a_call()))


def test_a_call(read):
    trace = a_call()
    assert faults(read, trace) == []
    fields = ["sip.Method", "sip.Status-Code", "rtp.ssrc", "ip.checksum.status", "udp.checksum.status"]
    rows = read(trace, fields)
    spoken = Counter(row[0] or row[1] for row in rows)
    assert spoken == {"INVITE": 3, "100": 1, "180": 2, "200": 6, "ACK": 2, "BYE": 2, "": 57}
    assert sum(bool(row[2]) for row in rows) == 50
    assert {(row[3], row[4]) for row in rows} == {("1", "1"), ("1", "")}


def test_hosts_have_names_and_packets_comments(read):
    # "d" resolves by what the file itself says, not by this machine.
    rows = read(a_call(), ["ip.src_host", "ip.dst_host", "frame.comment"], "sip", "-N", "nd")
    assert rows[0] == ["desk-1001", "sip-host", "phone_1001 → sip_server: INVITE"]
    assert rows[2][2] == "sip_server → phone_1002: INVITE; lost by the network: phone_1002 never saw it"
    assert rows[3][2] == "sip_server → phone_1002: INVITE; sent again"


def test_times(read):
    first, second = (float(one) for one in read(a_call(), ["frame.time_epoch"], "sip")[:2])
    assert first == pytest.approx(1_700_000_000.0, abs=1)
    assert second - first == pytest.approx(0.02, abs=0.001)


def test_sip_on_any_port(read):
    trace = new_trace()
    ports = ("5060/udp", "5090/udp", "5060/tcp", "5090/tcp", "5061/tls", "7010/tcp")
    for port in ports:
        say(trace, Kind.REQUEST, "OPTIONS", port, sip("OPTIONS sip:1002@127.0.1.20 SIP/2.0", port, "OPTIONS"))
        say(trace, Kind.RESPONSE, "200 OK", port, sip("SIP/2.0 200 OK", port, "OPTIONS"), back=True)
    assert faults(read, trace) == []
    found = read(trace, ["sip.Call-ID", "sip.Method", "sip.Status-Code"], "sip")
    assert found == [row for port in ports for row in ([port, "OPTIONS", ""], [port, "", "200"])]


def test_messages_over_tcp_are_put_together(read):
    trace = new_trace()
    bodies = [b"a=" + b"x" * 3_000 + b"\r\n", b"a=" + b"y" * 80_000 + b"\r\n", b""]
    for number, body in enumerate(bodies):
        start = "INVITE sip:1002@127.0.1.20 SIP/2.0"
        payload = sip(start, f"c{number}", "INVITE", b"v=0\r\n" + body, transport="TCP").replace(
            b"application/sdp", b"text/plain"
        )
        say(trace, Kind.REQUEST, "INVITE", "5060/tcp", payload, client_number=40_001)
    trace.add(Kind.DISCONNECT, "bye", "phone_1001", "sip_server", **DESK, port="5060/tcp", client_number=40_001)
    assert faults(read, trace) == []
    assert read(trace, ["sip.Call-ID"], "sip") == ["c0", "c1", "c2"]
    assert set(read(trace, ["tcp.stream"], "tcp")) == {"0"}


def test_connections_that_fail(read):
    trace = new_trace()
    trace.add(Kind.REFUSED, "refused", "phone_1001", "sip_server", **DESK, port="5999/tcp")
    trace.add(Kind.CONNECT, "connect", "phone_1001", "sip_server", **DESK, port="7010/tcp")
    trace.add(Kind.LOST, "lost", "sip_server", "phone_1001", **DESK, port="7010/tcp")
    trace.add(Kind.REFUSED, "refused", "phone_1001", "sip_server", **DESK, port="5060/udp")
    assert faults(read, trace) == []
    assert read(trace, ["tcp.flags.str"], "tcp")[1].strip("·") == "A·R"
    assert read(trace, ["icmp.code", "udp.dstport"], "icmp") == [["3", "5060"]]


def test_teaching_messages_and_snmp(read):
    trace = new_trace()
    for port in (2020, 2060, 3600, 4999, 5150, 7010, 7260, 8000):
        where = {**DESK, "port": f"{port}/tcp"}
        trace.add(Kind.CONNECT, "connect", "phone_1001", "sip_server", **where, payload=b'{"connect":"x"}\n')
        trace.add(Kind.ACCEPT, "accept", "sip_server", "phone_1001", **where, payload=b'{"accept":"y"}\n')
        trace.add(Kind.DISCONNECT, "disconnect", "phone_1001", "sip_server", **where)
    say(trace, Kind.REQUEST, "get", "161/udp", SNMP_GET)
    assert faults(read, trace) == []
    rows = read(trace, ["tcp.stream", "snmp.community"])
    assert {row[0] for row in rows} == {*"01234567", ""}
    assert rows[-1] == ["", "public"]


def test_nothing_seen(read):
    assert read(Trace(), ["frame.number"]) == []


# --- whatever was seen

NAMES = st.one_of(st.sampled_from(["a", "b", "c"]), st.text(max_size=20))
PORTS = st.sampled_from(
    ["5060/udp", "5060/tcp", "5061/tls", "161/udp", "", "x", "0/tcp", "20000-20010/udp", "7010/tcp"]
)
PAYLOADS = st.one_of(st.binary(max_size=40), st.integers(1, 90_000).map(lambda size: b"x" * size))
MESSAGES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(list(Kind)), "name": st.text(max_size=20), "sender": NAMES, "receiver": NAMES,
        "client": st.sampled_from(["", "a", "b"]), "server": st.sampled_from(["", "b", "c"]), "port": PORTS,
        "payload": PAYLOADS, "again": st.booleans(), "dropped": st.booleans(),
    }
)  # fmt: skip
HOSTS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["", "127.0.0.1", "127.0.0.2", "::1", "x"])), max_size=4)


def test_any_trace_can_be_read(read):
    seen = []

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(HOSTS, st.lists(MESSAGES, max_size=20))
    def collect(hosts, messages):
        seen.append((hosts, messages))

    collect()
    # All of them as one capture: tshark takes longer to start than to read.
    trace = Trace(clock=iter(range(10**6)).__next__)
    for number, (hosts, messages) in enumerate(seen):
        for name, host, address in hosts:
            trace.join(Participant(f"{number}{name}", host, (), address and f"{address}{number}"))
        for message in messages:
            ends = ("sender", "receiver", "client", "server")
            own = {key: f"{number}{message[key]}" if message[key] else "" for key in ends}
            trace.add(**{**message, **own})
    assert len(trace) > 100
    assert faults(read, trace, *ONLY_PACKETS) == []
    statuses = {tuple(row) for row in read(trace, [f"{name}.checksum.status" for name in ("ip", "tcp", "udp")])}
    # Of what a message about an unreachable port quotes, no checksum is known.
    assert statuses <= {("1", "1", ""), ("1", "", "1"), ("1,1", "", "3")}
