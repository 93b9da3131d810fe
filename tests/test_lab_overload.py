"""Management goes on while communication is down: ports that close alone, and applications that read no more."""

import asyncio

import pytest

from genesys_ports import Lab
from genesys_ports.errors import (
    ConnectionRefusedByPeerError,
    NoAnswerError,
    NotRunningError,
    PortInUseError,
    PortStaysOpenError,
    SnmpSilentError,
    UnknownApplicationError,
    UnknownPortIdError,
)
from genesys_ports.trace import Kind
from tests.helpers import HEADER, PATIENCE, read

ROWS = (
    "framework-host,solution_control_server,Solution Control Server,default,3600,tcp,communication,,"
    "message_server:default\n"
    "framework-host,message_server,Message Server,default,5150,tcp,communication,,\n"
    "framework-host,message_server,,secure,5151,tls,communication,,\n"
    "framework-host,message_server,,management,5161,udp,management,,\n"
    "framework-host,message_server,,extra,5170,udp,communication,,\n"
    "framework-host,stat_server,Stat Server,default,2060,tcp,communication,,message_server:default\n"
    "framework-host,secure_client,Stat Server,default,2061,tcp,communication,,message_server:secure\n"
    "framework-host,rival,Stat Server,default,5150,tcp,communication,,\n"
    "sip-host,sip_server,SIP Server,default,8000,tcp,communication,,\n"
    "sip-host,sip_server,,sip,5060,udp,sip,,\n"
    "sip-host,sip_server,,media,20000-20010,udp,media,,\n"
    "nms-host,nms,Network Management System,traps,10162,udp,management,,\n"
)
MS, STAT, SCS = "message_server", "stat_server", "solution_control_server"
MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return read(HEADER + ROWS)


@pytest.fixture
async def lab(plan):
    async with await Lab.open(plan) as lab:
        await lab.start("nms", MS, SCS, STAT)
        yield lab


@pytest.fixture
def hasty(monkeypatch):
    """Nobody waits long for an answer. (Greetings may take their time.)"""
    for module in ("lab", "link"):
        monkeypatch.setattr(f"genesys_ports.lab.{module}.WAIT_LIMIT", 0.3)


def port(lab, port_id="default", application=MS):
    return next(one.status for one in lab.port_states(application) if one.port.port_id == port_id)


def connection(lab, client=STAT):
    return next(one.status for one in lab.connection_states() if one.connection.client == client)


async def state(lab):
    return (await lab.snmpget(MS, "gpApplicationState")).value


# --- one port


@MODES
async def test_close_and_open(plan, one_address):
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start(MS, SCS, STAT)
        assert str(await lab.close_port(MS)) == (
            "message_server has closed port 5150/tcp and goes on running; its other ports are as before.\n"
            "solution_control_server has lost its connection to message_server.\n"
            "stat_server has lost its connection to message_server."
        )
        assert (port(lab), port(lab, "secure"), port(lab, "management")) == ("closed", "listening", "listening")
        assert (connection(lab), connection(lab, SCS)) == ("lost", "lost")
        assert "refused" in str(await lab.knock("framework-host", 5150))
        with pytest.raises(ConnectionRefusedByPeerError):
            await lab.send(STAT, MS, "hello")
        assert await state(lab) == "running(1)"
        assert dict(await lab.snmpwalk(MS, "gpPortState"))["gpPortState.2.1"] == "closed(1)"
        assert str(await lab.open_port(MS)) == (
            "message_server listens on port 5150/tcp of framework-host again.\n"
            "solution_control_server has connected to message_server on port 5150/tcp.\n"
            "stat_server has connected to message_server on port 5150/tcp."
        )
        assert (port(lab), connection(lab)) == ("listening", "connected")
        assert (await lab.send(STAT, MS, "hello")).name == "ack"


async def test_twice(lab):
    await lab.close_port(MS)
    assert str(await lab.close_port(MS)) == "Port 5150/tcp of message_server is closed already."
    await lab.open_port(MS)
    assert str(await lab.open_port(MS)) == "Port 5150/tcp of message_server is open already."
    names = [(one.kind, one.port) for one in lab.trace if one.sender == MS and one.kind in (Kind.OPENED, Kind.CLOSED)]
    assert names.count((Kind.CLOSED, "5150/tcp")) == 1
    assert names.count((Kind.OPENED, "5150/tcp")) == 2


async def test_the_management_port_alone(lab):
    await lab.close_port(MS, "management")
    assert (await lab.send(STAT, MS, "hello")).name == "ack"
    with pytest.raises(SnmpSilentError, match="its port open"):
        await state(lab)
    await lab.open_port(MS, "management")
    assert await state(lab) == "running(1)"


async def test_the_manager_hears_nothing_on_a_closed_port(lab):
    await lab.close_port("nms", "traps")
    assert port(lab, "traps", "nms") == "closed"
    await lab.open_port("nms", "traps")
    assert port(lab, "traps", "nms") == "listening"


async def test_tls_and_plain_udp(lab):
    await lab.start("secure_client")
    await lab.close_port(MS, "secure")
    await lab.close_port(MS, "extra")
    assert (connection(lab, "secure_client"), connection(lab)) == ("lost", "connected")
    assert (port(lab, "secure"), port(lab, "extra")) == ("closed", "closed")
    await lab.open_port(MS, "secure")
    await lab.open_port(MS, "extra")
    assert connection(lab, "secure_client") == "connected"
    assert port(lab, "extra") == "listening"


async def test_while_it_is_closed_somebody_else_may_take_it(lab):
    await lab.close_port(MS)
    await lab.start("rival")
    with pytest.raises(PortInUseError, match="rival holds it"):
        await lab.open_port(MS)
    assert port(lab) == "taken"
    await lab.stop("rival")
    await lab.open_port(MS)
    assert (port(lab), connection(lab)) == ("listening", "connected")


async def test_restart_stop_and_close_clean_up(lab):
    await lab.close_port(MS)
    await lab.overload(MS)
    await lab.restart(MS)
    assert (port(lab), await state(lab)) == ("listening", "running(1)")
    await lab.close_port(MS)
    await lab.stop(MS)
    closed = [one.port for one in lab.trace if one.kind is Kind.CLOSED and one.sender == MS]
    # Once each time: what is closed already does not close again when the application stops.
    assert closed.count("5150/tcp") == 2
    await lab.start(MS)
    await lab.close_port(MS)
    assert str(await lab.close()) == "6 ports closed. Nothing is left open."


@pytest.mark.parametrize("port_id", ["sip", "media"])
async def test_ports_that_stay_open(lab, port_id):
    await lab.start("sip_server")
    with pytest.raises(PortStaysOpenError, match="stop the application"):
        await lab.close_port("sip_server", port_id)
    assert port(lab, port_id, "sip_server") == "listening"


async def test_mistakes(lab):
    for ask in (lab.close_port, lab.open_port):
        with pytest.raises(UnknownPortIdError):
            await ask(MS, "managment")
        with pytest.raises(UnknownApplicationError):
            await ask("mesage_server")
        with pytest.raises(UnknownApplicationError):
            await ask([MS])
    for ask in (lab.overload, lab.relieve):
        with pytest.raises(UnknownApplicationError):
            await ask("mesage_server")


async def test_who_does_not_run(lab):
    await lab.stop(MS)
    for ask in (lab.close_port, lab.relieve):
        assert str(await ask(MS)) == "message_server is not running."
    for ask in (lab.open_port, lab.overload):
        with pytest.raises(NotRunningError):
            await ask(MS)


# --- overload


async def test_overload_and_relief(lab, hasty):
    assert str(await lab.overload(MS)) == (
        "message_server is overloaded: it reads nothing any more of what its communication connections bring. "
        "Its management port still answers."
    )
    assert str(await lab.overload(MS)) == "message_server is overloaded already."
    for silent in (STAT, "nms"):
        assert str(await lab.overload(silent)).endswith("It has no port for SNMP, so nothing tells why it is silent.")
        await lab.relieve(silent)
    with pytest.raises(NoAnswerError, match="message_server gave no answer"):
        await lab.send(STAT, MS, "hello")
    assert await state(lab) == "overloaded(2)"
    assert (port(lab), connection(lab)) == ("listening", "connected")
    assert str(await lab.relieve(MS)) == (
        "message_server reads its communication connections again, beginning with what has waited."
    )
    asked = next(one.number for one in lab.trace if one.name == "hello")
    assert (lab.trace[-1].name, lab.trace[-1].reply_to) == ("ack", asked)
    assert str(await lab.relieve(MS)) == "message_server is not overloaded."
    assert (await lab.send(STAT, MS, "again")).name == "ack"
    assert await state(lab) == "running(1)"
    assert lab.on_their_way == 0


async def test_events_wait_too(lab):
    await lab.overload(MS)
    began = asyncio.get_running_loop().time()
    # What it is told waits unread, and nobody waits for it.
    lab.running(STAT).report("00-04503", "connected", "somebody")
    await lab.settle()
    assert asyncio.get_running_loop().time() - began < 5
    assert lab.on_their_way == 0
    await lab.relieve(MS)
    assert lab.on_their_way == 0


async def test_an_overloaded_client(lab, hasty):
    await lab.overload(STAT)
    with pytest.raises(NoAnswerError):
        await lab.send(STAT, MS, "hello")
    assert [one.name for one in lab.trace][-2:] == ["hello", "ack"]
    await lab.relieve(STAT)
    assert (await lab.send(STAT, MS, "hello")).name == "ack"


@pytest.mark.parametrize("end", ["stop", "crash", "restart"])
@pytest.mark.parametrize("who", [MS, STAT])
async def test_whoever_ends_meanwhile(lab, hasty, end, who):
    await lab.overload(MS)
    with pytest.raises(NoAnswerError):
        await lab.send(STAT, MS, "hello")
    if (end, who) == ("restart", STAT):
        # Who connects to an overloaded server waits for its greeting in vain.
        await lab.stop(STAT)
        await lab.relieve(MS)
        await lab.start(STAT)
    else:
        await asyncio.wait_for(getattr(lab, end)(who), PATIENCE / 2)
    assert lab.on_their_way == 0
    assert connection(lab) == {MS: "connected" if end == "restart" else "lost"}.get(
        who, "connected" if end == "restart" else "closed"
    )


async def test_a_server_stops_while_its_client_is_overloaded(lab):
    await lab.overload(STAT)
    assert "stat_server has lost its connection to message_server." in str(await lab.stop(MS))
    assert connection(lab) == "lost"


@pytest.mark.parametrize("overloaded", [MS, STAT])
async def test_a_connection_of_the_overloaded_is_cut(lab, overloaded):
    await lab.overload(overloaded)
    async with asyncio.timeout(PATIENCE):
        assert "stat_server has lost its connection to message_server." in str(await lab.cut(STAT, MS))
    assert connection(lab) == "lost"
    await lab.relieve(overloaded)
    await lab.mend(STAT, MS)
    assert connection(lab) == "connected"


async def test_a_new_client_hears_nothing(lab, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.caller.GREETING_LIMIT", 0.2)
    await lab.stop(STAT)
    await lab.overload(MS)
    assert "whoever listens there gave no answer" in str(await lab.start(STAT))
    await lab.relieve(MS)
    assert "connected" in str(await lab.restart(STAT))


async def test_a_program_from_outside_waits_as_well(lab):
    await lab.overload(MS)
    where = lab.network.reach("framework-host", 5150)
    reader, writer = await asyncio.open_connection(where.address, where.number)
    writer.write(b'{"message": "hello"}\n')
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), 0.1)
    await lab.relieve(MS)
    assert b"ack" in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    await writer.wait_closed()


async def test_a_closed_lab_leaves_nothing(plan):
    async with await Lab.open(plan) as lab:
        await lab.start(MS, STAT)
        await lab.overload(MS)
        await lab.close_port(MS)
    assert lab.on_their_way == 0
    assert not [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
