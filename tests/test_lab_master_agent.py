"""A master agent in a lab, Solution Control Server and others as its sub-agents, and Net-SNMP's own in each place."""

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.agentx import Framer
from genesys_ports.agentx.codec import encode
from genesys_ports.agentx.encoding import VarBind
from genesys_ports.agentx.pdu import Close, Get, GetNext, Notify, Open, Ping, Reason, Register, Response, Status
from genesys_ports.agentx.session import MISSED
from genesys_ports.errors import OnlyAgentXError, PortInUseError, SnmpRefusedError
from genesys_ports.lab.agentx_ports import AGENTX
from genesys_ports.lab.agentx_side import SubAgentSide
from genesys_ports.lab.agentx_stream import MISTAKES
from genesys_ports.lab.known_applications import KnownApplications
from genesys_ports.lab.snmp_messages import Packet
from genesys_ports.lab.snmp_messages import encode as encode_packet
from genesys_ports.model import Connection
from genesys_ports.snmp.names import MIB_OPTIONS, ROOT
from genesys_ports.snmp.objects import AppState, Syntax, Value
from genesys_ports.state import ConnectionStatus
from genesys_ports.trace import Kind
from tests.helpers import ONE_ADDRESS, PATIENCE, net_snmp, tool

SAMPLE = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "management.csv")
MASTER, SCS, STAT, NMS, LCA = (
    "snmp_master_agent",
    "solution_control_server",
    "stat_server",
    "nms",
    "lca_framework",
)
HIGH = {161: 7161, 162: 7162, 705: 7705}


def with_high_ports(plan):
    """The same plan on numbers that anybody may open, so that programs outside the lab find them as planned."""
    return replace(
        plan,
        applications=tuple(
            replace(one, ports=tuple(port.at(HIGH.get(port.number, port.number)) for port in one.ports))
            for one in plan.applications
        ),
    )


PLAN = with_high_ports(SAMPLE)
elsewhere = pytest.mark.skipif(ONE_ADDRESS, reason="a port outside the lab needs an address of its own")


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        yield lab


@pytest.fixture
async def running(lab):
    await lab.start(NMS)
    await lab.start_all()
    return lab


def status(lab, client=SCS, server=MASTER):
    return next(
        one.status
        for one in lab.connection_states()
        if (one.connection.client, one.connection.server) == (client, server)
    )


def lines(lab, after=0):
    """What AgentX looks like in a trace, without what is another on each run."""
    chosen = lab.trace.select(protocol=AGENTX, after=after)
    return [(one.kind, one.sender, one.receiver, one.name, one.text) for one in chosen]


async def eventually(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


# --- the usual picture


@pytest.mark.parametrize("one_address", [None, True])
async def test_a_manager_sees_every_application_through_solution_control_server(one_address):
    async with await Lab.open(SAMPLE, one_address=one_address) as lab:
        await lab.start(NMS)
        report = await lab.start_all()
        assert (
            "solution_control_server has connected to snmp_master_agent on port 705/tcp and is its sub-agent (AgentX)."
            in str(report)
        )
        assert status(lab) is ConnectionStatus.CONNECTED
        # The system group is the master agent's own.
        assert (await lab.snmpget(MASTER, "sysName.0")).value == MASTER
        table = await lab.snmptable(MASTER, "gpApplicationTable")
        assert [(row[1], row[4]) for row in table.rows] == [
            (LCA, "running(1)"), ("message_server", "running(1)"), (STAT, "running(1)"), (SCS, "running(1)"),
            (MASTER, "running(1)"), (NMS, "unknown(4)"),
        ]  # fmt: skip
        ports = await lab.snmptable(MASTER, "gpPortTable")
        assert ("5.2", "agentx", "705") in [row[:3] for row in ports.rows]


async def test_the_ladder_of_one_question(running):
    last = running.trace.last_number
    await running.snmpget(MASTER, "gpApplicationState.3")
    assert lines(running, last) == [
        (Kind.REQUEST, MASTER, SCS, "Get", "gpApplicationState.3"),
        (Kind.RESPONSE, SCS, MASTER, "Response", "gpApplicationState.3 = running(1)"),
    ]
    asked, answered = running.trace.select(protocol=AGENTX, after=last)
    assert answered.reply_to == asked.number
    assert [one.protocol for one in running.trace.select(after=last)] == ["snmp", AGENTX, AGENTX, "snmp"]
    assert (asked.client, asked.server, asked.port) == (SCS, MASTER, "7705/tcp")


async def test_how_a_session_begins_and_ends(running):
    said = [line for line in lines(running) if line[3] != "Notify"]
    begins = [
        (Kind.REFUSED, SCS, MASTER, "refused", ""),
        (Kind.CONNECT, SCS, MASTER, "connect", ""),
        (Kind.REQUEST, SCS, MASTER, "Open", SCS),
        (Kind.RESPONSE, MASTER, SCS, "Response", ""),
        (Kind.REQUEST, SCS, MASTER, "Register", "gpObjects"),
        (Kind.RESPONSE, MASTER, SCS, "Response", ""),
    ]
    assert said[:6] == begins
    last = running.trace.last_number
    await running.stop(SCS)
    assert lines(running, last) == [
        (Kind.REQUEST, SCS, MASTER, "Close", "shutdown"),
        (Kind.RESPONSE, MASTER, SCS, "Response", ""),
        (Kind.DISCONNECT, SCS, MASTER, "disconnect", ""),
    ]


async def test_two_runs_look_the_same():
    async def run():
        async with await Lab.open(PLAN) as lab:
            await lab.start(NMS)
            await lab.start_all()
            await lab.crash(STAT)
            await lab.snmptable(MASTER)
            await lab.restart(MASTER)
            await lab.crash(SCS)
            await lab.start(SCS, STAT)
        return [
            (one.number, one.kind, one.name, one.sender, one.receiver, one.client, one.port, one.text, one.reply_to)
            for one in lab.trace
        ]

    first = await run()
    assert len(first) > 80
    assert await run() == first


async def test_without_a_sub_agent_there_is_nothing(lab):
    await lab.start(MASTER)
    assert (await lab.snmpget(MASTER, "gpApplicationState.3")).value == "no such object"
    assert (await lab.snmpget(MASTER, "sysName.0")).value == MASTER
    assert len(await lab.snmpwalk(MASTER, "internet")) == 7


async def test_what_scs_knows_local_control_agents_have_told(running):
    await running.stop(LCA)
    states = [row[4] for row in (await running.snmptable(MASTER)).rows]
    # It still knows itself.
    assert states == ["unknown(4)"] * 3 + ["running(1)"] + ["unknown(4)"] * 2
    assert (await running.snmpget(MASTER, "gpPortState.3.1")).value == "no such instance"
    await running.start(LCA)
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "running(1)"


async def test_a_stopped_application_is_there_and_stopped(running):
    await running.stop(STAT)
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "stopped(3)"
    assert (await running.snmpget(MASTER, "gpPortState.3.1")).value == "closed(1)"


async def test_an_overloaded_application_is_overloaded_and_sub_agents_answer_all_the_same(running):
    await running.overload(STAT)
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "overloaded(2)"
    await running.overload(SCS)
    assert (await running.snmpget(MASTER, "gpApplicationState.4")).value == "overloaded(2)"


async def test_what_is_known_is_a_sequence(running):
    known = KnownApplications(running._running[SCS])
    assert [one.name for one in known] == [one.name for one in PLAN.applications]
    assert [one.index for one in known[1:3]] == [2, 3]
    assert known[-1].state is AppState.UNKNOWN


async def test_nothing_can_be_set(running):
    with pytest.raises(SnmpRefusedError):
        await running.snmpset(MASTER, "gpApplicationState.3", 1)


async def test_looking_at_the_counters_does_not_move_them(running):
    names = [f"{name}.{place}" for name in ("gpApplicationSent", "gpApplicationReceived") for place in range(1, 7)]
    first = list(await running.snmpget(MASTER, *names))
    assert list(await running.snmpget(MASTER, *names)) == first


@pytest.mark.parametrize(("sender", "receiver"), [(SCS, MASTER), (MASTER, SCS)])
async def test_no_message_of_ours_travels_over_agentx(running, sender, receiver):
    with pytest.raises(OnlyAgentXError):
        await running.send(sender, receiver, "hello")


# --- notifications


async def test_a_crash_is_told_although_the_application_says_nothing(running):
    heard = len(running.traps().rows)
    last = running.trace.last_number
    await running.crash(STAT)
    await running.start(STAT)
    await running.stop(STAT)
    assert [row[1:] for row in running.traps().rows[heard:]] == [
        (MASTER, "gsServerDownTrap", "stat_server:server is DOWN"),
        (MASTER, "gsServerUpTrap", "stat_server:server is UP"),
        (MASTER, "gsServerDownTrap", "stat_server:server is DOWN"),
    ]
    assert [line[1:] for line in lines(running, last)][:2] == [
        (SCS, MASTER, "Notify", "gsServerDownTrap, gsServersLastTrap.0 = stat_server:server is DOWN"),
        (MASTER, SCS, "Response", ""),
    ]


async def test_without_a_master_agent_nobody_is_told(running):
    await running.stop(MASTER)
    heard = len(running.traps().rows)
    await running.crash(STAT)
    assert len(running.traps().rows) == heard


async def test_only_local_control_agents_are_believed(running):
    heard = len(running.traps().rows)
    for event, details in [
        ("application status", {"application": STAT, "status": "on fire"}),
        ("weather", {"application": STAT, "status": "stopped"}),
    ]:
        running._running[LCA].links()[0].tell(event, "text", **details)
    (link,) = [link for peer, link in running._running["message_server"].peers() if peer == SCS]
    link.tell("application status", "text", application=STAT, status="stopped")
    await running.settle()
    assert len(running.traps().rows) == heard


# --- the ends come and go


@pytest.mark.parametrize("end", ["stop", "crash"])
async def test_the_master_agent_goes_and_comes_back(running, end):
    report = await getattr(running, end)(MASTER)
    assert "solution_control_server has lost its connection to snmp_master_agent." in str(report)
    assert status(running) is ConnectionStatus.LOST
    assert (running.events[-1].code, running.events[-1].application) == ("00-04504", SCS)
    report = await running.start(MASTER)
    assert "is its sub-agent" in str(report)
    assert (status(running), running.events[-1].code) == (ConnectionStatus.CONNECTED, "00-04503")
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "running(1)"


@pytest.mark.parametrize("end", ["stop", "crash"])
async def test_the_sub_agent_goes_and_comes_back(running, end):
    report = await getattr(running, end)(SCS)
    # Whoever ends a connection itself has not lost it.
    assert "has lost its connection to snmp_master_agent" not in str(report)
    assert "connection lost" not in [line[3] for line in lines(running)]
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "no such object"
    await running.start(SCS)
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "running(1)"


async def test_the_connection_is_cut_and_mended(running):
    report = await running.cut(SCS, MASTER)
    assert "solution_control_server has lost its connection to snmp_master_agent." in str(report)
    assert status(running) is ConnectionStatus.LOST
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "no such object"
    await running.mend(SCS, MASTER)
    assert status(running) is ConnectionStatus.CONNECTED
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "running(1)"


async def test_starting_again_what_is_connected_changes_nothing(running):
    one = running._running[SCS]
    connection = next(c for c in one.statuses if c.server == MASTER)
    last = running.trace.last_number
    assert await one.caller.connect(connection) is ConnectionStatus.CONNECTED
    assert await one.caller.side_of(connection).connect(connection) is ConnectionStatus.CONNECTED
    assert lines(running, last) == []


async def test_the_agentx_port_closes_and_sub_agents_stay(running):
    await running.close_port(MASTER, "agentx")
    assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "running(1)"
    await running.crash(SCS)
    report = await running.start(SCS)
    assert "snmp_master_agent on port 7705/tcp and was refused" in str(report)
    await running.open_port(MASTER, "agentx")
    await running.restart(SCS)
    assert status(running) is ConnectionStatus.CONNECTED


async def test_the_snmp_port_closes_and_opens(running):
    await running.close_port(MASTER, "snmp")
    await running.open_port(MASTER, "snmp")
    assert (await running.snmpget(MASTER, "sysName.0")).value == MASTER


# --- several sub-agents


def also(client, plan=PLAN):
    return replace(plan, connections=(*plan.connections, Connection(client=client, server=MASTER, port_id="agentx")))


async def test_an_application_may_be_a_sub_agent_for_itself():
    async with await Lab.open(also(STAT)) as lab:
        await lab.start_all()
        assert status(lab, STAT) is ConnectionStatus.CONNECTED
        last = lab.trace.last_number
        assert (await lab.snmpget(MASTER, "gpApplicationName.3")).value == STAT
        assert {line[2] for line in lines(lab, last)} == {STAT, MASTER}
        walked = [name for name, _ in await lab.snmpwalk(MASTER, "gpPortTable")]
        await lab.stop(STAT)
        # Whoever has the whole table tells of it again.
        assert (await lab.snmpget(MASTER, "gpApplicationState.3")).value == "stopped(3)"
        assert [name for name, _ in await lab.snmpwalk(MASTER, "gpPortTable")] == walked


async def test_a_second_one_for_the_same_is_refused():
    scs = PLAN.application(SCS)
    second = replace(scs, name="scs_2", ports=(scs.ports[0].at(3601),))
    plan = replace(PLAN, applications=(*PLAN.applications, second))
    async with await Lab.open(also("scs_2", plan)) as lab:
        await lab.start(MASTER, SCS)
        report = await lab.start("scs_2")
        assert (
            "scs_2 has connected to snmp_master_agent on port 7705/tcp, and snmp_master_agent does not take it as a "
            "sub-agent. The master agent has refused to register gpObjects: duplicateRegistration." in str(report)
        )
        assert status(lab, "scs_2") is ConnectionStatus.REFUSED
        assert status(lab) is ConnectionStatus.CONNECTED
        # It tries again when the master agent starts, and may be the first then.
        await lab.stop(SCS)
        await lab.restart(MASTER)
        assert status(lab, "scs_2") is ConnectionStatus.CONNECTED


def over_tls(*, port, secure):
    """The plan with an AgentX port of this transport, and with what its client says of TLS."""
    return replace(
        PLAN,
        applications=tuple(
            replace(
                one,
                ports=tuple(replace(own, transport=port) if own.port_id == "agentx" else own for own in one.ports),
            )
            for one in PLAN.applications
        ),
        connections=tuple(replace(c, secure=secure) if c.port_id == "agentx" else c for c in PLAN.connections),
    )


async def test_a_connection_with_tls():
    async with await Lab.open(over_tls(port="tls", secure=None)) as lab:
        await lab.start_all()
        assert status(lab) is ConnectionStatus.CONNECTED
        assert (await lab.snmpget(MASTER, "gpApplicationName.3")).value == STAT


@pytest.mark.parametrize(
    ("port", "secure", "said"),
    [
        ("tls", False, "in plain text, and that port speaks TLS only"),
        ("tcp", True, "with TLS, and that port speaks plain text"),
    ],
)
async def test_one_speaks_tls_and_the_other_does_not(port, secure, said):
    async with await Lab.open(over_tls(port=port, secure=secure)) as lab:
        report = await lab.start(MASTER, SCS)
        assert said in str(report)
        assert status(lab) is ConnectionStatus.LOST


@elsewhere
@pytest.mark.parametrize(
    ("port", "secure", "said"),
    [
        ("tls", True, "has no certificate that solution_control_server trusts"),
        ("tcp", True, "with TLS, and that port speaks plain text"),
    ],
)
async def test_somebody_who_never_heard_of_tls(port, secure, said):
    async with (
        await Lab.open(over_tls(port=port, secure=secure)) as lab,
        Impostor(greeting=b"220 ready\r\n" * 9).listening(lab),
    ):
        assert said in str(await lab.start(SCS))


@elsewhere
async def test_the_number_of_its_own_end_is_taken():
    fixed = tuple(replace(c, client_port=3600) if c.port_id == "agentx" else c for c in PLAN.connections)
    async with await Lab.open(replace(PLAN, connections=fixed)) as lab:
        with pytest.raises(PortInUseError):
            await lab.start(MASTER, SCS)
        assert not lab.is_running(SCS)


async def test_a_start_that_is_cancelled_leaves_nothing(lab, monkeypatch):
    async with contextlib.AsyncExitStack() as stack:
        if not ONE_ADDRESS:
            await stack.enter_async_context(Impostor().listening(lab))
        starting = asyncio.ensure_future(lab.start(SCS))
        await asyncio.sleep(0.02)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
        await eventually(lambda: ONE_ADDRESS or not lab.is_running(SCS))


async def test_numbers_that_nobody_can_have_hurt_no_sub_agent(running):
    states = running.port_states(MASTER)
    where = next(one.sockets[0] for one in states if one.port.port_id == "snmp")
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stranger:
        for name in ((*ROOT, 1, 2**32), (*ROOT, 1, *[1] * 120)):
            for kind in ("get", "getnext", "getbulk"):
                data = encode_packet(Packet(kind, ((name, Value(Syntax.NULL)),), 7))
                stranger.sendto(data, (where.address, where.number))
    said = [line[3] for line in lines(running)]
    await eventually(lambda: [one.name for one in running.trace.select(protocol="snmp")].count("datagram") == 6)
    assert [line[3] for line in lines(running)] == said
    assert status(running) is ConnectionStatus.CONNECTED
    assert (await running.snmpget(MASTER, "gpApplicationName.1")).value == LCA


# --- programs from outside at the master agent's port


class Caller:
    """A sub-agent from outside the lab, by hand."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.framer = Framer()
        self.frames = []

    @classmethod
    async def connect(cls, lab):
        socket = next(
            one.sockets[0] for one in lab.port_states() if (one.application, one.port.port_id) == (MASTER, "agentx")
        )
        return cls(*await asyncio.open_connection(socket.address, socket.number))

    def say(self, pdu, **header):
        self.writer.write(encode(pdu, **header))

    async def hear(self):
        async with asyncio.timeout(PATIENCE):
            while not self.frames:
                data = await self.reader.read(65536)
                if not data:
                    return None
                self.frames += self.framer.feed(data)
        return self.frames.pop(0)

    async def open(self, *subtrees):
        self.say(Open(description=b"outside"))
        session = (await self.hear()).header.session
        for subtree in subtrees:
            self.say(Register(subtree=subtree), session=session)
            assert (await self.hear()).pdu.error == 0
        return session

    async def close(self):
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@pytest.fixture
async def caller(lab):
    await lab.start(MASTER)
    caller = await Caller.connect(lab)
    yield caller
    await caller.close()


async def test_a_sub_agent_from_outside(lab, caller):
    session = await caller.open((*ROOT, 1))
    asked = asyncio.ensure_future(lab.snmpget(MASTER, "gpApplicationName.1"))
    question = await caller.hear()
    name = question.pdu.ranges[0].start
    caller.say(
        Response(varbinds=(VarBind(name, Value(Syntax.STRING, b"mine")),)),
        session=session, packet=question.header.packet,
    )  # fmt: skip
    assert (await asked).value == "mine"
    caller.say(Close(), session=session)
    assert (await caller.hear()).pdu.error == 0
    await caller.close()
    await eventually(lambda: lines(lab)[-1][3] == "disconnect")
    said = [(kind, name, text) for kind, sender, receiver, name, text in lines(lab)]
    assert said == [
        (Kind.CONNECT, "connect", ""),
        (Kind.REQUEST, "Open", "outside"),
        (Kind.RESPONSE, "Response", ""),
        (Kind.REQUEST, "Register", "gpObjects"),
        (Kind.RESPONSE, "Response", ""),
        (Kind.REQUEST, "Get", "gpApplicationName.1"),
        (Kind.RESPONSE, "Response", "gpApplicationName.1 = mine"),
        (Kind.REQUEST, "Close", "shutdown"),
        (Kind.RESPONSE, "Response", ""),
        (Kind.DISCONNECT, "disconnect", ""),
    ]
    assert all("outside program 1" in line[1:3] for line in lines(lab))
    numbers = {one.number: one for one in lab.trace}
    answers = [one for one in lab.trace.select(protocol=AGENTX) if one.kind is Kind.RESPONSE]
    assert [numbers[one.reply_to].name for one in answers] == ["Open", "Register", "Get", "Close"]


async def test_one_that_does_not_answer(lab, caller, monkeypatch):
    monkeypatch.setattr("genesys_ports.agentx.session.TIMEOUT", 0.02)
    await caller.open((*ROOT, 1))
    for _ in range(MISSED):
        with pytest.raises(SnmpRefusedError, match="genErr"):
            await lab.snmpget(MASTER, "gpApplicationName.1")
    assert [type((await caller.hear()).pdu) for _ in range(MISSED)] == [Get] * MISSED
    assert (await caller.hear()).pdu == Close(reason=Reason.TIMEOUTS)
    assert (await lab.snmpget(MASTER, "gpApplicationName.1")).value == "no such object"


@pytest.mark.parametrize("name", ["snmpget", "snmpwalk"])
async def test_one_that_dies_while_it_is_asked(lab, caller, name):
    await caller.open((*ROOT, 1))
    asked = asyncio.ensure_future(getattr(lab, name)(MASTER, "gpApplicationName"))
    assert type((await caller.hear()).pdu) in (Get, GetNext)
    await caller.close()
    with pytest.raises(SnmpRefusedError, match="genErr"):
        await asked


async def test_one_that_is_slow(caller):
    for byte in encode(Open()) + encode(Ping(), session=1):
        caller.writer.write(bytes([byte]))
        await caller.writer.drain()
        await asyncio.sleep(0)
    assert [(await caller.hear()).pdu.error for _ in range(2)] == [0, 0]


async def test_one_that_says_nothing_leaves_no_line(lab, caller):
    await lab.stop(MASTER)
    assert await caller.hear() is None
    assert lines(lab) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"connect": "somebody", "to": "snmp_master_agent"}\n', "This is version 123 of AgentX"),
        (b"\x16\x03\x01\x02\x00" + bytes(40), "This is version 22 of AgentX"),
        (encode(Open())[:16] + b"\xff\xff\xff\xfc", "takes 262144 at most"),
    ],
)
async def test_one_that_speaks_something_else(lab, caller, data, problem):
    session = await caller.open()
    caller.writer.write(data)
    closed = await caller.hear()
    assert (closed.pdu, closed.header.session) == (Close(reason=Reason.PARSE_ERROR), session)
    assert await caller.hear() is None
    await eventually(lambda: lines(lab)[-1][3] == "disconnect")
    (line,) = [line for line in lines(lab) if line[3] == "no AgentX"]
    assert problem in line[4]


async def test_one_that_cannot_be_understood_is_shown_the_door(lab, caller):
    unreadable = bytearray(encode(Ping()))
    unreadable[1] = 99
    caller.writer.write(bytes(unreadable) * (MISTAKES + 5))
    for _ in range(MISTAKES + 1):
        assert (await caller.hear()).pdu.error == Status.PARSE_ERROR
    while await caller.hear() is not None:
        pass
    assert len([line for line in lines(lab) if line[3] == "no AgentX"]) <= MISTAKES + 5


async def test_an_answer_that_cannot_be_read_and_one_to_nothing(lab, caller):
    session = await caller.open()
    unreadable = bytearray(encode(Response(), session=session)[:-8])
    unreadable[19] = 0
    caller.writer.write(bytes(unreadable))
    caller.say(Response(), session=session)
    caller.say(Ping(), session=session)
    assert (await caller.hear()).pdu.error == 0
    assert [line[3] for line in lines(lab)][3:5] == ["Response", "Response"]


async def test_too_many_from_outside(lab, caller, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.master_agent.OUTSIDERS", 2)
    second, third = await Caller.connect(lab), await Caller.connect(lab)
    await second.open()
    with contextlib.suppress(ConnectionError):
        assert await third.hear() is None
    for one in (second, third):
        await one.close()


async def test_a_notification_from_outside(lab, caller):
    await lab.start(NMS)
    session = await caller.open()
    up = VarBind((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), Value(Syntax.OID, (*ROOT, 0, 1)))
    caller.say(
        Notify(varbinds=(up, VarBind((*ROOT, 1, 4, 1, 0), Value(Syntax.STRING, b"x:server is UP")))), session=session
    )
    assert (await caller.hear()).pdu.error == 0
    await eventually(lambda: lab.traps().rows)
    assert lab.traps().rows[-1][1:] == (MASTER, "gsServerUpTrap", "x:server is UP")


async def test_an_application_that_speaks_something_else_calls(lab):
    (connection,) = [c for c in PLAN.connections if c.server == MASTER and c.client == SCS]
    plan = replace(PLAN, connections=(*PLAN.connections, replace(connection, client=STAT, port_id="snmp")))
    lab.update(plan)
    await lab.start(MASTER, STAT)
    assert lines(lab) == []


# --- programs from outside in place of the master agent


class Impostor:
    """Whoever listens at the master agent's port instead of it: answers each PDU with the next of `answers`."""

    def __init__(self, *answers, greeting=b""):
        self.answers = list(answers)
        self.greeting = greeting
        self.heard = []
        self.writers = []

    @contextlib.asynccontextmanager
    async def listening(self, lab):
        address = lab.network.address_of("framework-host")
        server = await asyncio.start_server(self._serve, address, HIGH[705])
        try:
            yield self
        finally:
            server.close()
            for writer in self.writers:
                writer.close()
            await server.wait_closed()

    async def _serve(self, reader, writer):
        self.writers.append(writer)
        writer.write(self.greeting)
        framer = Framer()
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                for frame in framer.feed(data):
                    self.heard.append(frame.pdu)
                    answer = self.answers.pop(0) if self.answers else None
                    if answer is None:
                        continue
                    if isinstance(answer, bytes):
                        writer.write(answer)
                    elif answer is Close:
                        writer.close()
                    else:
                        self.answer(answer, frame.header.packet)
        writer.close()

    def answer(self, pdu, packet=0):
        self.writers[-1].write(encode(pdu, session=5, packet=packet))


OK = Response()


@elsewhere
@pytest.mark.parametrize(
    ("answers", "said", "known"),
    [
        ([], "gave no answer", ConnectionStatus.LOST),
        ([OK], "gave no answer", ConnectionStatus.LOST),
        ([b"SSH-2.0-OpenSSH_9.6\r\n"], "gave no answer", ConnectionStatus.LOST),
        ([Close], "gave no answer", ConnectionStatus.LOST),
        ([OK, Close], "gave no answer", ConnectionStatus.LOST),
        ([Response(error=Status.OPEN_FAILED)], "refused the session: openFailed", ConnectionStatus.REFUSED),
        ([OK, Response(error=Status.REQUEST_DENIED)], "gpObjects: requestDenied", ConnectionStatus.REFUSED),
    ],
)
async def test_a_master_agent_that_does_not_behave(lab, monkeypatch, answers, said, known):
    monkeypatch.setattr("genesys_ports.lab.caller.GREETING_LIMIT", 0.1)
    async with Impostor(*answers).listening(lab):
        report = await lab.start(SCS)
        assert said in str(report)
        assert status(lab) is known
        assert lab.is_running(SCS)
        await lab.stop(SCS)


@elsewhere
@pytest.mark.parametrize("end", ["close", "hang up", "garbage"])
async def test_a_master_agent_ends_the_session(lab, end):
    async with Impostor(OK, OK).listening(lab) as impostor:
        await lab.start(SCS)
        assert status(lab) is ConnectionStatus.CONNECTED
        if end == "close":
            impostor.answer(Close(reason=Reason.BY_MANAGER))
        elif end == "garbage":
            impostor.writers[-1].write(b"\xff" * 40)
        else:
            impostor.writers[-1].close()
        await eventually(lambda: status(lab) is ConnectionStatus.LOST)
        assert lab.events[-1].code == "00-04504"
    await lab.start(MASTER)
    assert status(lab) is ConnectionStatus.CONNECTED


@elsewhere
async def test_a_master_agent_asks_from_outside(lab):
    async with Impostor(OK, OK).listening(lab) as impostor:
        await lab.start(SCS)
        impostor.answer(Get(), packet=77)
        await eventually(lambda: Response() in impostor.heard)
        impostor.writers[-1].write(encode(Get(), packet=78)[:-4] + b"\0\0\0\4" + bytes(4))
        await eventually(lambda: Response(error=Status.PARSE_ERROR) in impostor.heard)


@elsewhere
async def test_what_comes_behind_a_good_bye_is_not_heard(lab):
    async with Impostor(OK, OK).listening(lab) as impostor:
        await lab.start(SCS)
        said = len(lines(lab))
        impostor.writers[-1].write(encode(Close(), session=5) + encode(Get(), session=5))
        await eventually(lambda: status(lab) is ConnectionStatus.LOST)
        assert [line[3] for line in lines(lab)[said:]] == ["Close", "connection lost"]


@elsewhere
async def test_questions_without_an_answer_are_not_remembered_for_ever(lab, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.stream.REMEMBERED", 3)
    async with Impostor(OK, OK).listening(lab) as impostor:
        await lab.start(SCS)
        (side,) = [side for side in lab._running[SCS].sides if isinstance(side, SubAgentSide)]
        (stream,) = side.streams
        for _ in range(6):
            assert side.notify("gsServerUpTrap", [])
        await eventually(lambda: len(impostor.heard) == 8)
        assert len(stream._asked) == 3
        stream.close()
        said = len(lines(lab))
        # Nothing travels over what is closed, and nothing is noted.
        assert side.notify("gsServerUpTrap", [])
        await stream.gone
        await stream.end(crash=False)
        assert lines(lab)[said:] == []


# --- nothing is left


@pytest.mark.parametrize("when", ["open", "cut"])
async def test_nothing_survives_the_lab(when):
    before = asyncio.all_tasks()
    lab = await Lab.open(PLAN)
    await lab.start_all()
    caller = await Caller.connect(lab)
    await caller.open((*ROOT, 2))
    if when == "cut":
        lab._cut()
    await lab.close()
    assert await caller.hear() is None or when == "open"
    await caller.close()
    assert asyncio.all_tasks() == before
    assert lab.signalling.clock.now() > 0


# --- Net-SNMP


async def run(program, *arguments):
    """The lines that a tool of Net-SNMP prints."""
    process = await asyncio.create_subprocess_exec(
        tool(program), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=net_snmp(),
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        output, _ = await process.communicate()
    return [one for one in output.decode().splitlines() if one and not re.search("persistent|Created directory", one)]


def options(lab, port=HIGH[161]):
    address = lab.network.address_of("framework-host")
    return [*MIB_OPTIONS, "-v2c", "-c", "public", "-OQs", "-t", str(PATIENCE), "-r", "0", f"{address}:{port}"]


@elsewhere
async def test_net_snmp_asks_our_master_agent(running):
    asked = await run("snmpget", *options(running), "sysName.0", "gpApplicationState.3", "gpApplicationState.99")
    assert asked == [
        "sysName.0 = snmp_master_agent",
        "gpApplicationState.3 = running",
        "gpApplicationState.99 = No Such Instance currently exists at this OID",
    ]
    assert [line.partition(" = ")[2] for line in await run("snmpwalk", *options(running), "gpApplicationName")] == [
        LCA, "message_server", STAT, SCS, MASTER, NMS,
    ]  # fmt: skip
    walked = await run("snmpwalk", *options(running), "enterprises")
    assert len(walked) == len(await run("snmpbulkwalk", *options(running), "enterprises")) > 100


class Daemon:
    """Net-SNMP's agent, as a process of the test."""

    def __init__(self, process):
        self.process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, folder, *conf, arguments=()):
        (folder / "snmpd.conf").write_text("\n".join(conf) + "\n")
        process = await asyncio.create_subprocess_exec(
            tool("snmpd"), "-f", "-Lo", "-C", "-c", str(folder / "snmpd.conf"), *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={**net_snmp(), "MIBS": ""},
        )  # fmt: skip
        try:
            yield cls(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            async with asyncio.timeout(PATIENCE):
                await process.communicate()

    async def says(self, words):
        async with asyncio.timeout(PATIENCE):
            while line := (await self.process.stdout.readline()).decode():
                if words in line:
                    return
        raise AssertionError(words)


@elsewhere
async def test_solution_control_server_is_a_sub_agent_of_net_snmp(lab, tmp_path):
    address = lab.network.address_of("framework-host")
    manager = lab.network.address_of("nms-host")
    conf = [
        "master agentx", f"agentXSocket tcp:{address}:{HIGH[705]}", "rocommunity public",
        f"agentaddress udp:{address}:{HIGH[161]}", f"trap2sink {manager}:{HIGH[162]} public", "sysName net-snmp",
    ]  # fmt: skip
    async with Daemon.running(tmp_path, *conf) as daemon:
        await daemon.says("NET-SNMP version")
        await lab.start(NMS)
        report = await lab.start(LCA, SCS, STAT)
        assert "is its sub-agent (AgentX)" in str(report)
        walked = await run("snmpwalk", *options(lab), "gpApplicationState")
        assert walked == [
            "gpApplicationState.1 = running", "gpApplicationState.2 = stopped", "gpApplicationState.3 = running",
            "gpApplicationState.4 = running", "gpApplicationState.5 = stopped", "gpApplicationState.6 = unknown",
        ]  # fmt: skip
        assert await run("snmpget", *options(lab), "sysName.0", "gpApplicationName.3") == [
            "sysName.0 = net-snmp", "gpApplicationName.3 = stat_server",
        ]  # fmt: skip
        whole = await run("snmpwalk", *options(lab), "gpObjects")
        assert len(whole) > 90
        # Up times go on between two walks; all else is the same.
        again = await run("snmpbulkwalk", *options(lab), "gpObjects")
        assert [line.split(" = ")[0] for line in again] == [line.split(" = ")[0] for line in whole]
        (refused,) = [
            line
            for line in await run("snmpset", *options(lab), "gpApplicationState.3", "i", "1")
            if line.startswith("Reason")
        ]
        assert "access" in refused.lower() or "writable" in refused.lower()
        await lab.crash(STAT)
        await eventually(lambda: any("stat_server:server is DOWN" in str(row) for row in lab.traps().rows))
        await lab.stop(SCS)
        assert await run("snmpwalk", *options(lab), "gpObjects") == [
            "gpObjects = No Such Object available on this agent at this OID"
        ]
        await lab.start(SCS)
        assert len(await run("snmpwalk", *options(lab), "gpApplicationName")) == 6
    await eventually(lambda: status(lab) is ConnectionStatus.LOST)


@elsewhere
async def test_net_snmp_is_a_sub_agent_of_our_master_agent(running, tmp_path):
    address = running.network.address_of("framework-host")
    conf = ["agentXSocket " + f"tcp:{address}:{HIGH[705]}", "sysName net-snmp"]
    async with Daemon.running(tmp_path, *conf, arguments=["-X"]):
        # What it is able to do it says after it has registered everything.
        await eventually(lambda: any(line[3] == "AddAgentCaps" for line in lines(running)))
        session = running._running[MASTER].sides[0].master.sessions[-1]
        assert "Net-SNMP" in session.description
        await running.settle()
        # What it has registered is answered by it, in its own byte order; the system group stays the master agent's.
        walked = await run("snmpwalk", *options(running), ".1.3.6.1.2.1.11")
        assert len(walked) > 5
        assert (await running.snmpget(MASTER, "sysName.0")).value == MASTER
        assert (await running.snmpget(MASTER, "gpApplicationState.3")).value == "running(1)"
    await eventually(lambda: len(running._running[MASTER].sides[0].master.sessions) == 1)
    (gone,) = await run("snmpwalk", *options(running), ".1.3.6.1.2.1.11")
    assert "No Such Object" in gone


def test_agentx_is_loaded_when_it_is_needed():
    code = "import sys; from genesys_ports import Lab; print([name for name in sys.modules if name.startswith('%s')])"
    said = subprocess.run(
        [sys.executable, "-c", code % "genesys_ports.agentx"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "[]\n"
