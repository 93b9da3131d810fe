"""SIP ports of the lab: what strangers get to hear, connections, what is noted, order and time."""

import asyncio
import socket
import ssl
import struct
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from genesys_ports import Application, Lab
from genesys_ports.lab import sip_connections, sip_notes, sip_stack, sip_stream
from genesys_ports.lab.flight import Flight
from genesys_ports.lab.sip_clock import SipClock
from genesys_ports.lab.sip_words import OUTSIDE_PHONE
from genesys_ports.model import Connection
from genesys_ports.sip import parse
from genesys_ports.trace import Kind, Participant
from tests.helpers import PATIENCE, until
from tests.sip_lab import (
    P1,
    P2,
    PLAN,
    SERVER,
    SIP,
    address_of,
    names,
    request,
    sip_lines,
    sip_port,
    speaker,
    stranger,
    with_port,
)  # fmt: skip

MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        yield lab


@pytest.fixture
async def outside():
    protocol = await stranger()
    yield protocol
    protocol.transport.close()


async def dialled(lab, application=SIP, port_id="sip-tcp", **options):
    return await asyncio.open_connection(*address_of(lab, application, port_id), **options)


async def answer_on(reader):
    """The next message of a stream."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    return head


# --- datagrams from outside


@MODES
async def test_a_stranger_asks_and_is_answered(one_address, outside):
    async with await Lab.open(PLAN, one_address=one_address) as lab:
        await lab.start(SIP)
        outside.send(request(via=f"UDP {outside.address[0]}:{outside.address[1]};rport"), address_of(lab))
        await until(lambda: outside.heard)
        answer = parse(outside.heard[0])
        assert (answer.status, answer.via.rport) == (200, outside.address[1])
        asked, answered = lab.trace.select(protocol="sip")
        assert (asked.kind, asked.name, asked.sender, asked.receiver) == (
            Kind.REQUEST,
            "OPTIONS",
            "outside program 1",
            SIP,
        )
        assert (asked.client, asked.server, asked.host, asked.port) == (
            "outside program 1",
            SIP,
            "sip-host",
            "5060/udp",
        )
        assert (asked.client_number, answered.client_number) == (outside.address[1], outside.address[1])
        assert (answered.kind, answered.sender, answered.receiver) == (Kind.RESPONSE, SIP, "outside program 1")
        assert asked.call == answered.call == "call-1@outside"
        assert asked.payload == request(via=f"UDP {outside.address[0]}:{outside.address[1]};rport").encode()
        assert answered.payload == outside.heard[0]
        assert lab.trace.participants["outside program 1"].address == "127.0.0.1"


async def test_hosts_tell_their_addresses(lab):
    assert lab.trace.participants[SIP].address == lab.network.address_of("sip-host")


async def test_an_address_that_hosts_share_is_no_strangers_either():
    async with await Lab.open(PLAN, one_address=True) as lab:
        lab.trace.join(Participant("outside program 1", address="127.0.0.1"))
        assert lab.trace.names().rename("127.0.0.1") == "127.0.0.1"


async def test_a_copy_is_marked_and_answered_again(lab, outside):
    await lab.start(SIP)
    for _ in range(2):
        outside.send(request(), address_of(lab))
    await until(lambda: len(outside.heard) == 2)
    assert sip_lines(lab) == [
        "outside program 1 > sip_server OPTIONS",
        "sip_server > outside program 1 200 OK",
        "outside program 1 > sip_server OPTIONS again",
        "sip_server > outside program 1 200 OK again",
    ]


@pytest.mark.parametrize(
    ("data", "status", "answered"),
    [
        (b"hello", 400, False),
        (request().replace("SIP/2.0\r\n", "SIP/3.0\r\n", 1), 505, True),
        (request(CSeq="x OPTIONS"), 400, True),
        (bytes(range(256)), 400, False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400, False),
    ],
)
async def test_bytes_that_are_no_sip(lab, outside, data, status, answered):
    await lab.start(SIP)
    outside.send(data, address_of(lab))
    outside.send(request(branch="after"), address_of(lab))
    await until(lambda: any(b"after" in heard for heard in outside.heard))
    noted = lab.trace.select(protocol="sip")[0]
    assert (noted.kind, noted.name) == (Kind.EVENT, f"unreadable ({status})")
    assert noted.payload == (data if isinstance(data, bytes) else data.encode())
    assert len(outside.heard) == 1 + answered
    if answered:
        assert outside.heard[0].startswith(f"SIP/2.0 {status} ".encode())


async def test_blank_datagrams_say_nothing(lab, outside):
    await lab.start(SIP)
    for data in (b"\r\n\r\n", b"\0\0\0\0", b""):
        outside.send(data, address_of(lab))
    outside.send(request(), address_of(lab))
    await until(lambda: outside.heard)
    assert names(lab) == ["OPTIONS", "200 OK"]


async def test_of_long_messages_the_trace_keeps_the_beginning(lab, outside):
    await lab.start(SIP)
    outside.send(request(Subject="x" * 20_000), address_of(lab))
    await until(lambda: outside.heard)
    assert len(lab.trace.select(protocol="sip")[0].payload) == sip_notes.KEPT


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("1003", OUTSIDE_PHONE.format(dn="1003")),
        ("x" * 21, "outside program 1"),
        ("a.b", "outside program 1"),
        ("", "outside program 1"),
    ],
)
async def test_a_phone_outside_is_called_by_its_number(lab, outside, number, name):
    await lab.start(SIP)
    who = f"<sip:{number}@sip-host>" if number else "<sip:sip-host>"
    contact = f"<sip:{number or 'x'}@127.0.0.1:9>"
    outside.send(request("REGISTER", "sip:sip-host", To=who, From=f"{who};tag=1", Contact=contact), address_of(lab))
    await until(lambda: outside.heard)
    assert lab.trace.select(protocol="sip")[0].sender == name


async def test_what_is_remembered_of_strangers_is_bounded(lab, outside, monkeypatch):
    monkeypatch.setattr(sip_stack, "REMEMBERED", 3)
    monkeypatch.setattr(sip_notes, "REMEMBERED", 3)
    monkeypatch.setattr("genesys_ports.lab.sip_datagram.REMEMBERED", 1)
    await lab.start(SIP)
    for number in range(6):
        outside.send(request(branch=str(number)), address_of(lab))
    other = await stranger()
    other.send(request(branch="other"), address_of(lab))
    await until(lambda: len(outside.heard) == 6 and other.heard)
    stack = lab._running[SIP].sip.stack
    assert (len(stack.notes._seen), len(stack._known)) == (3, 2)
    assert len(stack._datagrams[0]._heard) == 1
    other.transport.close()


# --- connections from outside


@pytest.mark.parametrize("step", [1, 7, 10_000])
async def test_messages_in_pieces(lab, step):
    await lab.start(SIP)
    reader, writer = await dialled(lab)
    data = (request(branch="a", via="TCP 127.0.0.1:9") + request(branch="b", via="TCP 127.0.0.1:9")).encode()
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
        await writer.drain()
    assert b"SIP/2.0 200 OK" in await answer_on(reader)
    assert b"SIP/2.0 200 OK" in await answer_on(reader)
    assert names(lab) == ["connect", "OPTIONS", "200 OK", "OPTIONS", "200 OK"]
    message = lab.trace.select(protocol="sip")[2]
    # Over TCP whoever has opened the connection is the client, and its number tells one connection from another.
    assert (message.client, message.server, message.port) == ("outside program 1", SIP, "5060/tcp")
    assert message.client_number == writer.get_extra_info("sockname")[1]
    writer.close()
    await until(lambda: names(lab)[-1] == "disconnect")


@pytest.mark.parametrize("port_id", ["sip-tcp", "default"])
async def test_whoever_breaks_off_before_being_let_in_leaves_nothing(lab, port_id):
    problems = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
    await lab.start(SIP)
    for _ in range(3):
        with socket.create_connection(address_of(lab, SIP, port_id), PATIENCE) as sock:
            at_once = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    reader, writer = await dialled(lab)
    writer.write(request(via="TCP 127.0.0.1:9").encode())
    assert b"SIP/2.0 200 OK" in await answer_on(reader)
    writer.close()
    assert problems == []
    assert names(lab)[:3] == ["connect", "OPTIONS", "200 OK"]


async def test_a_ping_is_answered(lab):
    await lab.start(SIP)
    reader, writer = await dialled(lab)
    writer.write(b"\r\n\r\n")
    assert await asyncio.wait_for(reader.readexactly(2), PATIENCE) == b"\r\n"
    assert names(lab) == []
    writer.close()


async def test_one_bad_message_is_answered_and_the_next_is_heard(lab):
    await lab.start(SIP)
    reader, writer = await dialled(lab)
    writer.write((request(CSeq="x OPTIONS") + request(branch="2")).encode())
    heard = [(await answer_on(reader)).split(b" ")[1] for _ in range(2)]
    assert sorted(heard) == [b"200", b"400"]
    assert "unreadable (400)" in names(lab)
    writer.close()


async def test_a_stream_that_cannot_be_followed_is_answered_and_closed(lab):
    await lab.start(SIP)
    reader, writer = await dialled(lab)
    writer.write(request().replace("Content-Length: 0\r\n", "").encode())
    assert (await answer_on(reader)).startswith(b"SIP/2.0 400 ")
    assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
    writer.close()


async def test_who_only_sends_rubbish_is_shown_the_door(lab, monkeypatch):
    monkeypatch.setattr(sip_stream, "MISTAKES", 3)
    await lab.start(SIP)
    reader, writer = await dialled(lab)
    for number in range(5):
        writer.write(request(CSeq="x OPTIONS", branch=str(number)).encode())
        await asyncio.sleep(0)
    # Some of what it has sent may be unread when it is cut off, and then the system tells so.
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), PATIENCE)
    await until(lambda: not lab._running[SIP].sip.stack.connections)
    assert names(lab).count("unreadable (400)") <= 5
    writer.close()


async def test_a_caller_that_says_nothing_leaves_no_line_and_is_not_kept(lab, monkeypatch):
    monkeypatch.setattr(sip_connections, "SLOW", 0.02)
    monkeypatch.setattr(sip_connections, "SWEEP", 0.01)
    await lab.start(SIP)
    silent, (half, half_writer) = await dialled(lab), await dialled(lab)
    half_writer.write(b"OPTIONS sip:")
    for reader, writer in (silent, (half, half_writer)):
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), PATIENCE)
        writer.close()
    assert names(lab) == []
    await until(lambda: not lab._running[SIP].sip.stack.connections)


async def test_an_idle_connection_that_has_spoken_may_stay(lab, monkeypatch):
    monkeypatch.setattr(sip_connections, "SLOW", 0.02)
    monkeypatch.setattr(sip_connections, "SWEEP", 0.01)
    await lab.start(SIP)
    reader, writer = await dialled(lab)
    writer.write(request().encode())
    await answer_on(reader)
    await asyncio.sleep(0.1)
    writer.write(request(branch="2").encode())
    await answer_on(reader)
    writer.close()


async def test_the_number_of_connections_is_bounded(lab, monkeypatch):
    monkeypatch.setattr(sip_connections, "OUTSIDERS", 2)
    await lab.start(SIP)
    first, second = await dialled(lab), await dialled(lab)
    for reader, writer in (first, second):
        writer.write(request(branch=str(id(writer))).encode())
        await answer_on(reader)
    reader, writer = await dialled(lab)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), PATIENCE)
    writer.close()
    # One that has been silent for long makes room.
    monkeypatch.setattr(sip_connections, "SLOW", 0.0)
    reader, writer = await dialled(lab)
    writer.write(request(branch="room").encode())
    await answer_on(reader)
    for one in (first[1], second[1], writer):
        one.close()


async def test_who_does_not_read_is_cut_off(lab, monkeypatch):
    monkeypatch.setattr(sip_stream, "WAITING", 1_000)
    await lab.start(SIP)
    _reader, writer = await dialled(lab)
    writer.transport.pause_reading()
    data = b"".join(request(branch=str(number), Call_ID="x" * 3_000).encode() for number in range(200))
    stack = lab._running[SIP].sip.stack
    await until(lambda: stack.connections)
    for _ in range(400):
        if not stack.connections:
            break
        writer.write(data)
        await asyncio.sleep(0.005)
    assert not stack.connections
    writer.transport.abort()


async def test_tls_is_spoken_with_the_certificate_of_the_lab():
    server = replace(SERVER, ports=(*SERVER.ports, sip_port(5061, "tls")))
    plan = replace(PLAN, applications=(server, *PLAN.applications[1:]))
    plan = with_port(with_port(plan, P1, "sip-tls"), P2, "sip-tls")
    async with await Lab.open(plan) as lab:
        await lab.start(SIP, P1)
        assert names(lab) == ["connect", "REGISTER", "200 OK"]
        assert lab.trace[-1].port == "5061/tls"
        trusting = lab.certificates.client_context()
        host, _ = address_of(lab, SIP, "sip-tls")
        reader, writer = await dialled(lab, SIP, "sip-tls", ssl=trusting, server_hostname=host)
        writer.write(request(via="TLS 127.0.0.1:9").encode())
        assert b"200 OK" in await answer_on(reader)
        writer.close()
        with pytest.raises(ssl.SSLError):
            await dialled(lab, SIP, "sip-tls", ssl=ssl.create_default_context(), server_hostname=host)
        # Plain text at a port that speaks TLS.
        reader, writer = await dialled(lab, SIP, "sip-tls")
        writer.write(request(via="TCP 127.0.0.1:9").encode())
        assert b"SIP/2.0" not in await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        await lab.start(P2)
        assert str(await lab.call(P1, "1002")) == "phone_1001 has called 1002, and phone_1002 has answered."


# --- ways that lead nowhere


async def test_nobody_listens_over_udp(lab):
    report = str(await lab.start(P1))
    assert report.endswith(
        "phone_1001 called sip_server on port 5060/udp and was refused: nobody listens there. "
        "It tries again when sip_server starts."
    )
    assert [(m.kind, m.name, m.sender, m.receiver, m.port) for m in lab.trace.select(protocol="sip")] == [
        (Kind.REQUEST, "REGISTER", P1, SIP, "5060/udp"),
        (Kind.REFUSED, "refused", P1, SIP, "5060/udp"),
    ]


async def test_nobody_listens_over_tcp():
    async with await Lab.open(with_port(PLAN, P1, "sip-tcp")) as lab:
        assert "was refused: nobody listens there" in str(await lab.start(P1))
        assert [m.kind for m in lab.trace.select(protocol="sip")] == [Kind.REFUSED]
        assert str(lab.connection_states()[0].status) == "refused"


async def test_a_stranger_holds_the_port_and_is_silent(monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.caller.GREETING_LIMIT", 0.1)
    async with await Lab.open(PLAN) as lab:
        loop = asyncio.get_running_loop()
        silent, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(lab.network.address_of("sip-host"), 5060)
        )
        assert str(await lab.start(P1)).endswith(
            "phone_1001 has asked sip_server on port 5060/udp, again and again, and got no answer."
        )
        assert str(lab.connection_states()[0].status) == "lost"
        silent.close()


async def test_an_application_without_the_transport():
    only_tcp = replace(PLAN.applications[1], ports=(sip_port(5060, "tcp"),))
    plan = replace(PLAN, applications=(SERVER, only_tcp), connections=PLAN.connections[:1])
    async with await Lab.open(plan) as lab:
        await lab.start(SIP)
        assert "was refused" in str(await lab.start(P1))


async def test_a_client_over_tcp_that_listens_over_udp_only():
    only_udp = replace(PLAN.applications[1], ports=(sip_port(5070),))
    plan = replace(with_port(PLAN, P1, "sip-tcp"), applications=(SERVER, only_udp, *PLAN.applications[2:]))
    async with await Lab.open(plan) as lab:
        await lab.start(SIP, P1, P2)
        assert str(await lab.call(P2, "1001")) == "phone_1002 has called 1001, and phone_1001 has answered."
        # SIP Server calls back over the connection that the phone has opened.
        assert {m.port for m in lab.trace if P1 in (m.sender, m.receiver) and m.protocol == "sip"} == {"5060/tcp"}


# --- applications without a part of their own


async def test_an_application_with_a_sip_port_answers_options_and_takes_no_calls(outside):
    plan = replace(PLAN, applications=(speaker("something", "sip-host", 5080, kind=""),), connections=())
    async with await Lab.open(plan) as lab:
        await lab.start("something")
        to = address_of(lab, "something")
        outside.send(request(), to)
        outside.send(request("INVITE", "sip:1@sip-host", branch="2", Contact="<sip:a@127.0.0.1>"), to)
        await until(lambda: sum(b"SIP/2.0 100" not in heard for heard in outside.heard) == 2)
        answers = [parse(heard) for heard in outside.heard]
        assert [one.status for one in answers] == [200, 480]


async def test_it_asks_its_servers_whether_they_are_there():
    other = speaker("something", "agent-host", 5080, kind="")
    plan = replace(
        PLAN, applications=(SERVER, other), connections=(Connection(client=other.name, server=SIP, port_id="sip"),)
    )
    async with await Lab.open(plan) as lab:
        assert "was refused" in str(await lab.start("something"))
        assert str(await lab.start(SIP)).endswith(
            "something has asked sip_server on port 5060/udp whether it is there, and got an answer."
        )
        assert sip_lines(lab)[-2:] == ["something > sip_server OPTIONS", "sip_server > something 200 OK"]


async def test_an_application_without_a_sip_port_calls_no_sip_port():
    desktop = Application(name="desktop", host="agent-host")
    for port_id in ("sip", "sip-tcp"):
        plan = replace(
            PLAN,
            applications=(SERVER, desktop),
            connections=(Connection(client="desktop", server=SIP, port_id=port_id),),
        )
        async with await Lab.open(plan) as lab:
            await lab.start(SIP, "desktop")
            assert str(lab.connection_states()[0].status) == "closed"
            assert not sip_lines(lab)


async def test_names_are_made_of_what_sip_allows():
    odd = [
        speaker(name, "agent-host", 5080 + 2 * n, dn=str(n))
        for n, name in enumerate(("Téléphone 1", "T l phone 1", "T-l-phone-1"))
    ]
    plan = replace(
        PLAN,
        applications=(SERVER, *odd),
        connections=tuple(Connection(client=one.name, server=SIP, port_id="sip") for one in odd),
    )
    async with await Lab.open(plan) as lab:
        await lab.start(SIP, *(one.name for one in odd))
        calls = {m.call.partition("@")[2] for m in lab.trace.select(protocol="sip")}
        assert len(calls) == 3
        assert all(name.isascii() and " " not in name for name in calls)


async def test_names_of_serve_are_new_each_time():
    async with await Lab.open(PLAN, fixed=True) as lab:
        assert lab.signalling.ids("a").name.startswith("a-")


# --- order and time


class Clock:
    """A loop whose time stands still."""

    def __init__(self):
        self.now = 100.0
        self.set = []

    def time(self):
        return self.now

    def call_at(self, when, call):
        handle = _Handle(when, call)
        self.set.append(handle)
        return handle

    def call_later(self, seconds, call, *arguments):
        return self.call_at(self.now + seconds, lambda: call(*arguments))

    def run(self, until):
        while due := [one for one in self.set if not one.cancelled and one.when <= until]:
            first = min(due, key=lambda one: one.when)
            self.set.remove(first)
            self.now = max(self.now, first.when)
            first.call()
        self.now = until


def still_loop() -> Any:
    """One of these, for those who want a whole event loop."""
    return Clock()


class _Handle:
    def __init__(self, when, call):
        self.when, self.call, self.cancelled = when, call, False

    def cancel(self):
        self.cancelled = True


class Timed:
    """Timers that note the time they were told."""

    def __init__(self, clock, log, *dues):
        self.clock, self.log, self.dues = clock, log, sorted(dues)

    def due(self):
        return self.dues[0] if self.dues else None

    def advance(self):
        while self.dues and self.dues[0] <= self.clock.now():
            self.dues.pop(0)
            self.log.append((self, self.clock.now()))


def clock_and(busy=lambda: False):
    loop = still_loop()
    return loop, SipClock(loop, busy)


def test_timers_fire_in_the_order_of_their_times_and_at_their_times():
    loop, clock = clock_and()
    log = []
    late, early = Timed(clock, log, 100.5, 101.5), Timed(clock, log, 100.5, 101.0)
    for one in (late, early):
        clock.join(one)
        clock.look(one)
    # The machine was busy: the loop wakes up late, and they do not notice.
    loop.now = 103.0
    loop.run(103.0)
    assert log == [
        (late, pytest.approx(100.501)), (early, pytest.approx(100.501)),
        (early, pytest.approx(101.001)), (late, pytest.approx(101.501)),
    ]  # fmt: skip


def test_the_clock_stands_still_while_messages_are_on_their_way():
    busy = [True]
    loop, clock = clock_and(lambda: busy[0])
    begin = clock.now()
    loop.now += 0.05
    assert clock.now() == begin
    loop.now += 0.1
    # Under load from outside something is always on its way.
    assert clock.now() == loop.now
    busy[0] = False
    loop.now += 0.01
    assert clock.now() == loop.now


def test_timers_wait_for_messages_but_not_for_ever():
    busy = [True]
    loop, clock = clock_and(lambda: busy[0])
    log = []
    one = Timed(clock, log, 100.01)
    clock.join(one)
    clock.look(one)
    loop.run(100.05)
    assert log == []
    loop.run(100.2)
    assert len(log) == 1


def test_who_has_left_is_not_called():
    loop, clock = clock_and()
    log = []
    one = Timed(clock, log, 100.01)
    clock.join(one)
    clock.look(one)
    clock.leave(one)
    loop.run(101)
    clock.end()
    assert log == []


def test_delivered_in_the_order_sent():
    loop = still_loop()
    flight, log = Flight(loop), []
    flight.depart(("a", "b"), b"1")
    flight.depart(("c", "d"), b"2")
    flight.depart(("a", "b"), b"3")
    flight.arrive(("c", "d"), b"2", lambda: log.append(2))
    assert log == []
    assert flight.busy
    flight.arrive(("a", "b"), b"1", lambda: log.append(1))
    assert log == [1, 2]
    flight.arrive(("a", "b"), b"3", lambda: log.append(3))
    assert log == [1, 2, 3]
    assert not flight.busy


def test_ways_that_nothing_is_on_are_forgotten():
    flight = Flight(still_loop())
    for number in range(3):
        flight.depart(("nobody", number))
        flight.arrive(("nobody", number), b"", lambda: None)
    assert not flight._ways


def test_what_the_system_has_lost_holds_nobody_up():
    loop = still_loop()
    flight, log = Flight(loop), []
    flight.depart(("a", "b"), b"lost")
    flight.depart(("c", "d"), b"2")
    flight.arrive(("c", "d"), b"2", lambda: log.append(2))
    loop.run(loop.now + 0.3)
    assert log == [2]
    assert not flight.busy
    # It comes after all.
    flight.arrive(("a", "b"), b"lost", lambda: log.append(9))
    assert log == [2, 9]


def test_many_that_the_system_has_lost_hold_nobody_up_any_longer():
    loop = still_loop()
    flight, log = Flight(loop), []
    for number in range(100):
        flight.depart(("a", number), b"lost")
    flight.depart(("c", "d"), b"2")
    flight.arrive(("c", "d"), b"2", lambda: log.append(2))
    loop.run(loop.now + 0.3)
    assert log == [2]
    assert not flight.busy


def test_a_later_datagram_tells_that_an_earlier_one_is_lost():
    flight, log = Flight(still_loop()), []
    flight.depart(("a", "b"), b"lost")
    flight.depart(("a", "b"), b"2")
    flight.arrive(("a", "b"), b"2", lambda: log.append(2))
    assert log == [2]
    assert not flight.busy


def test_a_port_that_is_closed_gets_nothing_more():
    flight, log = Flight(still_loop()), []
    flight.depart(("a", "b"), b"1")
    flight.depart(("c", "a"), b"2")
    flight.depart(("c", "d"), b"3")
    flight.arrive(("c", "d"), b"3", lambda: log.append(3))
    flight.drop_ways("a")
    assert log == [3]
    assert not flight.busy


def test_what_is_sent_while_delivering_waits_its_turn():
    flight, log = Flight(still_loop()), []

    def first():
        flight.depart(("b", "a"), b"answer")
        flight.arrive(("b", "a"), b"answer", lambda: log.append("answer"))
        log.append("first")

    flight.depart(("a", "b"), b"1")
    flight.arrive(("a", "b"), b"1", first)
    assert log == ["first", "answer"]
    flight.end()
    assert not flight.busy
