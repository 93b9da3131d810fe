"""What applications say to each other, and what they do when somebody is missing, silent or gone."""

import asyncio
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Application, Deployment, Lab, load_plan
from genesys_ports.errors import (
    ConnectionLostError,
    ConnectionRefusedByPeerError,
    MessageTooLargeError,
    NoAnswerError,
    NoConnectionError,
    NotConnectedError,
    NotRunningError,
    OnlyUdpError,
    UnknownApplicationError,
    UnknownPortIdError,
)
from genesys_ports.lab import caller, link
from genesys_ports.lab.link import OPEN_QUESTIONS
from genesys_ports.lab.roles import PORTS_TOLD
from genesys_ports.lab.wire import LINE_LIMIT
from genesys_ports.model import Connection, Host, ListeningPort
from tests.helpers import PATIENCE

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])

SCS, MS, CS, STAT = "solution_control_server", "message_server", "configuration_server", "stat_server"


@pytest.fixture(params=[False, True], ids=["own addresses", "one address"])
async def lab(request):
    async with await Lab.open(load_plan(PLANS / "two-servers.csv"), one_address=request.param) as lab:
        yield lab


@pytest.fixture(params=[False, True], ids=["own addresses", "one address"])
async def framework(request):
    async with await Lab.open(load_plan(PLANS / "framework.csv"), one_address=request.param) as lab:
        yield lab


def last(lab, count=2):
    return [(one.kind, one.name, one.sender, one.receiver, one.client, one.port) for one in list(lab.trace)[-count:]]


def status(lab, client, server):
    (found,) = [s for s in lab.connection_states() if (s.connection.client, s.connection.server) == (client, server)]
    return found.status, found.port


# --- the note's example, in both directions


async def test_a_message_each_way_over_its_own_connection(lab):
    await lab.start(SCS, MS)
    answer = await lab.send(SCS, MS, "log event", "Hello")
    assert (answer.name, answer.sender, answer.receiver, answer.port) == ("ack", MS, SCS, "5150/tcp")
    assert last(lab) == [
        ("request", "log event", SCS, MS, SCS, "5150/tcp"),
        ("response", "ack", MS, SCS, SCS, "5150/tcp"),
    ]
    await lab.send(MS, SCS, "alarm", "Disk nearly full")
    assert last(lab) == [
        ("request", "alarm", MS, SCS, MS, "3600/tcp"),
        ("response", "ack", SCS, MS, MS, "3600/tcp"),
    ]
    assert lab.trace[-1].reply_to == lab.trace[-2].number


async def test_a_message_over_the_connection_that_the_other_side_opened(lab):
    lab.update(lab.plan.disconnect(MS, SCS))
    await lab.start(MS, SCS)
    await lab.send(MS, SCS, "alarm", "Disk nearly full")
    assert last(lab) == [
        ("request", "alarm", MS, SCS, SCS, "5150/tcp"),
        ("response", "ack", SCS, MS, SCS, "5150/tcp"),
    ]


TEXTS = ["", "ä → 電話 ☎", "line\nbreak\r\n", '{"ack": 1}', "\x00\x1b[31m", "a" * 60_000]


@pytest.mark.parametrize("text", TEXTS)
async def test_any_text_arrives(lab, text):
    await lab.start(MS, SCS)
    await lab.send(SCS, MS, "message", text)
    assert lab.trace[-2].text == text


async def test_a_number_is_a_text_too(lab):
    await lab.start(MS, SCS)
    await lab.send(SCS, MS, 7, 5)
    asked = list(lab.trace)[-2]
    assert (asked.name, asked.text) == ("7", "5")


async def test_what_utf_8_cannot_carry_is_replaced(lab):
    await lab.start(MS, SCS)
    await lab.send(SCS, MS, "message \ud800", "lone \ud800")
    assert lab.trace[-2].text == "lone ?"
    str(lab.trace).encode()


async def test_the_limit_of_a_message(lab):
    await lab.start(MS, SCS)
    around = len(f'{{"id":{lab.trace.last_number + 1},"message":"m","text":""}}\n')
    with pytest.raises(MessageTooLargeError) as raised:
        await lab.send(SCS, MS, "m", "a" * (LINE_LIMIT - around + 1))
    assert (raised.value.size, raised.value.limit) == (LINE_LIMIT + 1, LINE_LIMIT)
    await lab.send(SCS, MS, "m", "a" * (LINE_LIMIT - around))


# --- errors of the sender


@pytest.mark.parametrize(
    ("started", "sender", "receiver", "error"),
    [
        ([], "a", "b", NotRunningError),
        (["a"], "a", "b", ConnectionRefusedByPeerError),
        (["b"], "b", "a", NotConnectedError),
        (["a", "b"], "b", "c", NoConnectionError),
        (["a", "b"], "a", "x", UnknownApplicationError),
        (["a", "b"], "a", "a", NoConnectionError),
    ],
)
async def test_a_message_that_cannot_be_sent(started, sender, receiver, error):
    plan = Deployment().add("b", host="h", port=2).add("c", host="h", port=3)
    plan = plan.add("a", host="h", port=7000, connects_to=["b"]).move("b", 5150).move("c", 5151)
    async with await Lab.open(plan) as lab:
        await lab.start(*started)
        with pytest.raises(error):
            await lab.send(sender, receiver)


@pytest.mark.parametrize(
    ("connection", "error"),
    [
        (Connection(client="a", server="nobody"), UnknownApplicationError),
        (Connection(client="a", server="b", port_id="other"), UnknownPortIdError),
    ],
)
async def test_a_connection_to_nobody_stops_the_start(connection, error):
    plan = Deployment().add("a", host="h", port=7000).add("b", host="h", port=5150)
    async with await Lab.open(replace(plan, connections=(connection,))) as lab:
        with pytest.raises(error):
            await lab.start("a")
        assert not lab.is_running("a")
        assert [one.port for one in lab.connection_states()] == [""]


async def test_a_connection_over_udp_is_not_called():
    plan = Deployment().add("b", host="h", port=5060, transport="udp")
    plan = plan.add("a", host="h", port=7000, connects_to=["b"])
    async with await Lab.open(plan) as lab:
        await lab.start("b", "a")
        assert lab.connection_states()[0].status == "closed"


UDP, TCP = Connection(client="c", server="u"), Connection(client="c", server="u", port_id="tcp")


@MODES
@pytest.mark.parametrize(
    ("connections", "sender", "receiver", "port"),
    [
        # v listens on the same number of the same host, over TCP: it has nothing to do with it.
        ([UDP], "c", "u", ""),
        ([UDP], "u", "c", ""),
        ([UDP, TCP], "c", "u", "5070/tcp"),
        ([UDP, TCP], "u", "c", "5070/tcp"),
    ],
)
async def test_messages_travel_over_tcp_connections_only(one_address, connections, sender, receiver, port):
    plan = Deployment().add("u", host="h", port=5060, transport="udp").add("u", host="h", port=5070, port_id="tcp")
    plan = plan.add("v", host="h", port=5060).add("c", host="g", port=7000)
    async with await Lab.open(replace(plan, connections=tuple(connections)), one_address=one_address) as lab:
        await lab.start("u", "v", "c")
        if port:
            assert (await lab.send(sender, receiver)).port == port
            return
        for _ in range(2):
            with pytest.raises(OnlyUdpError, match=r"connects c with u on port 5060/udp only"):
                await lab.send(sender, receiver)
            await lab.stop("v")


async def test_a_lost_tcp_link_beside_a_udp_connection_is_tried_again():
    plan = Deployment().add("u", host="h", port=5060, transport="udp").add("u", host="h", port=5070, port_id="tcp")
    plan = replace(plan.add("c", host="g", port=7000), connections=(UDP, TCP))
    async with await Lab.open(plan) as lab:
        await lab.start("u", "c")
        (lost,) = lab._running["u"].incoming
        lost.abort()
        await asyncio.wait([lost.partner.gone])
        assert (await lab.send("c", "u")).port == "5070/tcp"


# --- missing, lost, moved


async def test_a_peer_that_has_not_started(lab):
    said = await lab.start(SCS)
    assert said.sentences[1] == (
        "solution_control_server called message_server on port 5150/tcp and was refused: nobody listens there. "
        "It tries again when message_server starts."
    )
    assert status(lab, SCS, MS) == ("refused", "5150/tcp")
    assert last(lab, 1) == [("refused", "refused", SCS, MS, SCS, "5150/tcp")]
    with pytest.raises(ConnectionRefusedByPeerError):
        await lab.send(SCS, MS)
    assert await lab.start(MS)
    assert status(lab, SCS, MS) == ("connected", "5150/tcp")


@pytest.mark.parametrize("end", ["stop", "crash"])
async def test_a_peer_that_ends_in_mid_conversation(lab, end):
    lab.update(lab.plan.disconnect(MS, SCS))
    await lab.start(MS, SCS)
    await lab.send(SCS, MS)
    said = await getattr(lab, end)(MS)
    assert said.sentences[1:] == ("solution_control_server has lost its connection to message_server.",)
    assert status(lab, SCS, MS) == ("lost", "5150/tcp")
    assert last(lab, 1) == [("lost", "connection lost", MS, SCS, SCS, "5150/tcp")]
    assert lab.log(SCS).rows[-1] == (
        "00-04504", SCS, "connection to message_server on framework-host, port 5150/tcp, lost",
    )  # fmt: skip
    with pytest.raises(ConnectionRefusedByPeerError):
        await lab.send(SCS, MS)
    await lab.start(MS)
    assert lab.log(SCS).rows[-1] == (
        "00-04503", SCS, "connected to message_server on framework-host, port 5150/tcp",
    )  # fmt: skip
    await lab.send(SCS, MS)


@pytest.mark.parametrize("end", ["stop", "crash"])
async def test_a_client_that_ends(lab, end):
    lab.update(lab.plan.disconnect(MS, SCS))
    await lab.start(MS, SCS)
    said = await getattr(lab, end)(SCS)
    assert len(said.sentences) == 1
    assert status(lab, SCS, MS) == ("closed", "5150/tcp")
    assert [one[0] for one in last(lab, 1)] == ["disconnect" if end == "stop" else "closed"]
    with pytest.raises(NotConnectedError):
        await lab.send(MS, SCS)


async def test_questions_on_their_way_when_the_peer_ends(lab):
    await lab.start(MS, SCS)
    asked = [asyncio.ensure_future(lab.send(SCS, MS)) for _ in range(1_000)]
    await asyncio.sleep(0)
    await lab.crash(MS)
    ended = await asyncio.gather(*asked, return_exceptions=True)
    lost = [one for one in ended if isinstance(one, Exception)]
    assert lost
    assert {type(one) for one in lost} == {ConnectionLostError}
    assert len({id(one) for one in lost}) == len(lost)


async def test_a_peer_that_has_moved(lab):
    lab.update(lab.plan.disconnect(MS, SCS))
    await lab.start(MS, SCS)
    lab.update(lab.plan.move(MS, 5160))
    said = await lab.restart(MS)
    assert said.sentences[-1].startswith(
        "solution_control_server called message_server on port 5150/tcp and was refused"
    )
    assert status(lab, SCS, MS) == ("refused", "5150/tcp")
    with pytest.raises(ConnectionRefusedByPeerError, match="5150/tcp"):
        await lab.send(SCS, MS)
    await lab.restart(SCS)
    assert status(lab, SCS, MS) == ("connected", "5160/tcp")
    await lab.send(SCS, MS)


# --- log events and alarms, Configuration Server, Local Control Agent


async def test_an_alarm_is_raised_and_cleared(framework):
    await framework.start_all()
    before = framework.trace.last_number
    await framework.crash(CS)
    await framework.crash(CS)
    raised = framework.trace.select(after=before, kinds=["event"])
    assert [(one.name, one.sender, one.receiver) for one in raised if STAT in one.text or one.sender == STAT] == [
        ("log event 00-04504", STAT, MS),
        ("alarm", MS, SCS),
    ]
    assert raised[-1].text == "Connection Failure: stat_server has lost configuration_server"
    await framework.start(CS)
    cleared = [one for one in framework.trace if one.name == "alarm cleared"]
    assert [(one.sender, one.receiver) for one in cleared] == [(MS, SCS)] * 2
    assert cleared[-1].text == "Connection Failure is over: stat_server is connected to configuration_server again"


async def test_an_alarm_is_raised_once(framework):
    await framework.start_all()
    for _ in range(3):
        await framework.crash("lca_agent")
        server = framework._running[MS]
        (incoming,) = [one for one in server.incoming if one.peer == STAT]
        server.role.told(server, incoming, {"code": "00-04504", "server": "lca_agent"})
    alarms = [one for one in framework.trace if one.name == "alarm" and STAT in one.text]
    assert len(alarms) == 1


async def test_without_configuration_server_nothing_starts(framework):
    with pytest.raises(ConnectionRefusedByPeerError) as raised:
        await framework.start(STAT)
    assert str(raised.value) == (
        "stat_server called configuration_server on framework-host, port 2020/tcp, and was refused. The host answered "
        "that no program listens on this port. Is configuration_server started, and does it listen on the number that "
        "stat_server holds?"
    )
    assert not framework.is_running(STAT)
    assert not any(state.sockets for state in framework.port_states())


async def test_configuration_server_tells_the_ports(framework):
    await framework.start(CS)
    framework.update(framework.plan.add(STAT, host="agent-host", port=2061, port_id="second"))
    await framework.start(STAT)
    (told,) = [one for one in framework.trace if one.name == "configuration"]
    assert told.text == "default = 2060/tcp, second = 2061/tcp"
    assert (await framework.send(STAT, CS, "anything else")).name == "ack"


async def test_configuration_server_sums_up_many_ports():
    ports = tuple(ListeningPort(number=20000 + n, port_id=f"port-{n}") for n in range(PORTS_TOLD + 7))
    plan = Deployment(hosts=(Host(name="h"),), applications=(Application(name="big", host="h", ports=ports),))
    plan = plan.add(CS, host="h", port=2020).connect("big", CS)
    async with await Lab.open(plan) as lab:
        await lab.start(CS, "big")
        (told,) = [one for one in lab.trace if one.name == "configuration"]
        assert told.text.endswith(", and 7 more")


async def test_local_control_agent_reports_starts_and_stops(framework):
    await framework.start_all()
    await framework.stop(STAT)
    said = [one.text for one in framework.trace if one.name == "application status"]
    assert said == ["message_server has started", "stat_server has started", "stat_server has stopped"]


# --- many


async def test_ten_thousand_messages_one_after_the_other(lab):
    await lab.start(MS, SCS)
    for number in range(10_000):
        assert (await lab.send(SCS, MS, "message", str(number))).reply_to == lab.trace.last_number - 1
    texts = [one.text for one in lab.trace.select(kinds=["request"])]
    assert texts == [str(number) for number in range(10_000)]


async def test_ten_thousand_messages_at_once(lab):
    await lab.start(MS, SCS)
    most = 0

    async def send(sender, receiver, number):
        nonlocal most
        answer = await lab.send(sender, receiver, "message", str(number))
        most = max(most, *(len(one._open) for one in lab._running[sender].links()))
        return answer.reply_to

    numbers = range(5_000)
    both = await asyncio.gather(
        asyncio.gather(*(send(SCS, MS, number) for number in numbers)),
        asyncio.gather(*(send(MS, SCS, number) for number in numbers)),
    )
    for sender, replies in zip((SCS, MS), both, strict=True):
        sent = [one for one in lab.trace.select(kinds=["request"]) if one.sender == sender]
        assert [one.text for one in sent] == [str(number) for number in numbers]
        assert [one.number for one in sent] == replies
    assert most < OPEN_QUESTIONS


async def test_large_messages_at_once(lab):
    await lab.start(MS, SCS)
    await asyncio.gather(*(lab.send(SCS, MS, "message", "a" * 60_000) for _ in range(500)))


async def test_what_is_kept_is_bounded(lab):
    await lab.start(MS, SCS)
    assert lab.trace.limit == 100_000
    assert lab.events.maxlen == 10_000
    assert lab._losses.maxlen == 1_000


# --- somebody else where a server should be


async def stranger(lab, behave):
    """A program that holds Message Server's planned port, outside the lab."""
    where = lab.network.reach("framework-host", 5150)
    return await asyncio.start_server(behave, where.address, where.number)


async def silence(reader, writer):
    await reader.read()
    writer.close()


async def hang_up(reader, writer):
    writer.close()


async def accept_only(reader, writer):
    await reader.readline()
    writer.write(b'{"accept": "message_server"}\n')
    await reader.read()
    writer.close()


async def accept_and_hang_up(reader, writer):
    await reader.readline()
    writer.write(b'{"accept": "message_server"}\n')
    writer.close()


async def chatter(reader, writer):
    await reader.readline()
    writer.write(b'{"accept": "message_server"}\n' + b'{"id": "x", "message": "m", "text": "t"}\n' * 100)
    writer.write(b"not JSON\n" * 100)
    await reader.read()
    writer.close()


@pytest.fixture
async def alone():
    async with await Lab.open(load_plan(PLANS / "two-servers.csv").disconnect(MS, SCS)) as lab:
        yield lab


@pytest.mark.parametrize(
    ("behave", "state", "error"),
    [
        (silence, "lost", NoAnswerError),
        (hang_up, "lost", NoAnswerError),
        (accept_only, "connected", NoAnswerError),
        (accept_and_hang_up, None, None),
        (chatter, None, None),
    ],
)
async def test_a_stranger_answers_the_call(alone, monkeypatch, behave, state, error):
    if behave is silence:
        monkeypatch.setattr(caller, "GREETING_LIMIT", 0.2)
    monkeypatch.setattr(link, "WAIT_LIMIT", 0.3)
    async with await stranger(alone, behave), asyncio.timeout(PATIENCE):
        said = await alone.start(SCS)
        if state == "lost":
            assert said.sentences[1].endswith("and whoever listens there gave no answer.")
            assert last(alone, 1) == [("lost", "no answer", SCS, MS, SCS, "5150/tcp")]
        if state is not None:
            assert status(alone, SCS, MS)[0] == state
        if error is not None:
            with pytest.raises(error, match="message_server gave no answer"):
                await alone.send(SCS, MS)
        await alone.stop(SCS)
    assert not alone.dialling


async def test_many_questions_to_somebody_silent_end_together(alone, monkeypatch):
    monkeypatch.setattr(link, "WAIT_LIMIT", 0.3)
    async with await stranger(alone, accept_only):
        await alone.start(SCS)
        begin = time.monotonic()
        ended = await asyncio.gather(
            *(alone.send(SCS, MS, "m", "a" * 30_000) for _ in range(1_000)), return_exceptions=True
        )
        assert {type(one) for one in ended} == {NoAnswerError}
        # One after the other they would take five minutes.
        assert time.monotonic() - begin < PATIENCE
        await alone.crash(SCS)


async def test_several_silent_servers_share_one_patience(monkeypatch):
    monkeypatch.setattr(caller, "GREETING_LIMIT", 1)
    monkeypatch.setattr("genesys_ports.lab.lab.WAIT_LIMIT", 1.2)
    plan = Deployment().add("client", host="h", port=7000)
    for number in range(6):
        plan = plan.add(f"server{number}", host="h", port=5150 + number).connect("client", f"server{number}")
    async with await Lab.open(plan) as lab:
        holders = []
        for number in range(6):
            where = lab.network.reach("h", 5150 + number)
            holders.append(socket.create_server((where.address, where.number)))
        begin = time.monotonic()
        said = await lab.start("client")
        # One after the other they would take six seconds.
        assert time.monotonic() - begin < 5
        assert str(said).count("gave no answer") == 6
        for holder in holders:
            holder.close()


async def test_a_silent_configuration_server(monkeypatch):
    monkeypatch.setattr(caller, "GREETING_LIMIT", 0.2)
    async with await Lab.open(load_plan(PLANS / "framework.csv")) as lab:
        where = lab.network.reach("framework-host", 2020)
        with socket.create_server((where.address, where.number)):
            with pytest.raises(NoAnswerError, match="configuration_server gave no answer"):
                await lab.start(STAT)
            assert not any(state.sockets for state in lab.port_states())
