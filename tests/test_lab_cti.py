"""The CTI link in a lab: how it begins, is lost and comes back, and who is told of it."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import (
    ConnectionRefusedByPeerError,
    NoLinkError,
    NotRunningError,
    OnlyCtiLinkError,
    UnknownApplicationError,
)
from genesys_ports.lab import cti_stream, t_server
from genesys_ports.model import Transport
from genesys_ports.state import ConnectionStatus
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, until

PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv")
DESKTOP, SERVER, SWITCH, CONTROL = "agent_desktop", "t_server", "switch", "solution_control_server"

SECOND = PLAN.add(
    "t_server_2", host="cti-host", port=8020, type="T-Server", connects_to=["switch:cti-link", "message_server"]
)


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start("message_server", CONTROL, SWITCH, SERVER, DESKTOP)
        lab.trace.clear()
        yield lab


def told(lab, receiver, kind=Kind.EVENT):
    return [one.name for one in lab.trace if one.kind is kind and one.receiver == receiver]


def alarms(lab):
    return [f"{one.name}: {one.text}" for one in lab.trace if one.receiver == CONTROL and "alarm" in one.name]


def status(lab, client=SERVER):
    return next(
        state.status for state in lab.connection_states()
        if (state.connection.client, state.connection.server) == (client, SWITCH)
    )  # fmt: skip


# --- the beginning


async def test_how_a_link_begins():
    async with await Lab.open(PLAN) as lab:
        await lab.start("message_server", SWITCH)
        report = str(await lab.start(SERVER))
        assert "t_server has connected to switch on port 7450/tcp.\n" in report
        assert "The CTI link is up: t_server has a session with switch and monitors 5 devices." in report
        lines = [(one.kind, one.sender, one.name, one.text) for one in lab.trace if one.protocol == "csta"]
        dns = ("2001", "2002", "2003", "2004", "3000")
        assert lines == [
            (Kind.CONNECT, SERVER, "connect", ""),
            (Kind.REQUEST, SERVER, "StartApplicationSession", "t_server"),
            (Kind.RESPONSE, SWITCH, "StartApplicationSessionPosResponse", ""),
            *((Kind.REQUEST, SERVER, "MonitorStart", dn) for dn in dns),
            *((Kind.RESPONSE, SWITCH, "MonitorStartResponse", "") for _ in dns),
        ]
        assert [event.code for event in lab.events if event.application == SERVER] == [
            "00-04503", "00-04503", "CTI link connected",
        ]  # fmt: skip


async def test_one_device_is_one_device():
    switch = replace(PLAN, switches=()).with_switch(one_station())
    async with await Lab.open(switch) as lab:
        assert "and monitors 1 device." in str(await lab.start(SWITCH, SERVER))


def one_station():
    from genesys_ports.model import Switch, VoicePort

    return Switch(name=SWITCH, voice_ports=(VoicePort(label="03-01", device=SWITCH, dn="2001"),))


async def test_a_switch_without_any_dn():
    from genesys_ports.model import Switch

    async with await Lab.open(PLAN.with_switch(Switch(name=SWITCH))) as lab:
        assert "and monitors 0 devices." in str(await lab.start(SWITCH, SERVER))


async def test_a_large_switch():
    from genesys_ports.model import Switch, VoicePort

    ports = tuple(
        VoicePort(label=f"{10 + n // 100}-{n % 100:02}", device=SWITCH, dn=str(3000 + n)) for n in range(1200)
    )
    async with await Lab.open(PLAN.with_switch(Switch(name=SWITCH, voice_ports=ports))) as lab:
        assert "and monitors 1200 devices." in str(await lab.start(SWITCH, SERVER))


async def test_a_client_is_told_how_the_link_is_whenever_it_comes(lab):
    await lab.restart(DESKTOP)
    assert told(lab, DESKTOP) == ["EventLinkConnected"]
    await lab.stop(SWITCH)
    lab.trace.clear()
    await lab.restart(DESKTOP)
    assert told(lab, DESKTOP) == ["EventLinkDisconnected"]


async def test_a_dn_that_the_switch_has_not_is_out_of_service(lab):
    told_so = str(lab.update(PLAN.with_switch(one_station())))
    assert told_so.endswith("restart them: switch, t_server.")
    await lab.restart(SWITCH)
    outside = [one.text for one in lab.trace if one.name == "EventDNOutOfService"]
    assert outside == ["DN 2002", "DN 2003", "DN 2004", "DN 3000"]
    assert told(lab, DESKTOP)[-1] == "EventLinkConnected"


async def test_over_tls():
    switch = PLAN.application(SWITCH)
    ports = tuple(replace(port, transport=Transport.TLS) if port.number == 7450 else port for port in switch.ports)
    secure = replace(switch, ports=ports)
    plan = replace(PLAN, applications=tuple(secure if one is switch else one for one in PLAN.applications))
    async with await Lab.open(plan) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        assert status(lab) is ConnectionStatus.CONNECTED
        await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="2001", OtherDN="2002")
        assert told(lab, DESKTOP)[-1] == "EventRinging"
        # Whoever calls without TLS leaves nothing behind that the clock has to look after.
        timed = len(lab.signalling.clock._timed)
        where = lab.network.reach("switch-host", 7450)
        for _ in range(3):
            reader, writer = await asyncio.open_connection(where.address, where.number)
            writer.write(b"no handshake")
            async with asyncio.timeout(PATIENCE):
                with contextlib.suppress(ConnectionError):
                    await reader.read()
            writer.close()
        assert len(lab.signalling.clock._timed) == timed


# --- lost, and back


def lost_and_told(lab):
    assert status(lab) is ConnectionStatus.LOST
    assert told(lab, DESKTOP)[-1] == "EventLinkDisconnected"
    assert alarms(lab) == [
        "alarm: Connection Failure: t_server has lost switch",
        "alarm: CTI Link Failure: t_server has lost its CTI link to switch",
    ]
    lab.trace.clear()


def back_and_told(lab):
    assert status(lab) is ConnectionStatus.CONNECTED
    assert told(lab, DESKTOP)[-1] == "EventLinkConnected"
    assert alarms(lab) == [
        "alarm cleared: Connection Failure is over: t_server is connected to switch again",
        "alarm cleared: CTI Link Failure is over: t_server has its CTI link to switch again",
    ]


async def test_cut_and_mended(lab):
    report = str(await lab.cut(SWITCH, SERVER))
    assert report == (
        "The connection between t_server and switch is cut. Both ends have noticed.\n"
        "t_server has lost its CTI link to switch, and hears of no call until it is back."
    )
    lost_and_told(lab)
    report = str(await lab.mend(SERVER, SWITCH))
    assert report.startswith("The network between t_server and switch is whole again.\nt_server has connected to")
    back_and_told(lab)
    assert str(await lab.mend(SERVER, SWITCH)) == "Nothing is cut between t_server and switch."


@pytest.mark.parametrize("crash", [False, True])
async def test_the_switch_goes_and_comes_back(lab, crash):
    report = str(await (lab.crash if crash else lab.stop)(SWITCH))
    assert "t_server has lost its CTI link to switch, and hears of no call until it is back." in report
    lost_and_told(lab)
    await lab.start(SWITCH)
    back_and_told(lab)


async def test_a_trap_can_tell_of_it(lab):
    seen = []
    lab._running[SERVER].link_status = lambda link, up: seen.append((link, up))
    await lab.cut(SERVER, SWITCH)
    await lab.mend(SERVER, SWITCH)
    assert seen == [("cti-link", False), ("cti-link", True)]


async def test_t_server_stops_in_good_order(lab):
    await lab.stop(SERVER)
    sent = [one.name for one in lab.trace if one.protocol == "csta"]
    assert sent == ["StopApplicationSession", "StopApplicationSessionPosResponse", "disconnect"]
    assert told(lab, DESKTOP) == []
    assert alarms(lab) == []


async def test_a_t_server_that_crashes_tells_nobody_of_the_link(lab):
    await lab.crash(SERVER)
    assert told(lab, DESKTOP) == []
    assert not any("CTI" in alarm for alarm in alarms(lab))
    await lab.start(SERVER)
    assert status(lab) is ConnectionStatus.CONNECTED


async def test_any_connection_can_be_cut(lab):
    assert str(await lab.cut(DESKTOP, SERVER)) == (
        "The connection between agent_desktop and t_server is cut. Both ends have noticed.\n"
        "agent_desktop has lost its connection to t_server."
    )
    assert "agent_desktop has connected to t_server on port 8010/tcp." in str(await lab.mend(DESKTOP, SERVER))


# --- requests meanwhile


async def test_requests_while_the_link_is_down(lab):
    await lab.cut(SERVER, SWITCH)
    answer = await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="2001", OtherDN="2002")
    assert (answer.name, answer.text) == (
        "EventError",
        "The CTI link between t_server and switch is down: until it is back, t_server can neither watch calls nor have "
        "any made.",
    )


# --- half-open: nothing travels, and nobody has noticed


async def test_a_half_open_link_is_found_by_the_heartbeat(lab):
    report = str(await lab.cut(SERVER, SWITCH, silently=True))
    assert report.startswith("Nothing travels between t_server and switch any more, and neither has noticed")
    assert status(lab) is ConnectionStatus.CONNECTED
    await lab.switch(SWITCH).call("2001", "2002")
    await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="2003", OtherDN="2004")
    assert told(lab, DESKTOP) == []
    assert {one.name for one in lab.trace if one.dropped} == {"OriginatedEvent", "DeliveredEvent", "MakeCall"}
    report = str(await lab.beat(SERVER))
    assert report.startswith("t_server has asked switch 2 times whether it is there, each time for 10 seconds, and got")
    assert told(lab, DESKTOP)[0] == "EventError"
    assert status(lab) is ConnectionStatus.LOST
    await lab.mend(SERVER, SWITCH)
    assert status(lab) is ConnectionStatus.CONNECTED
    assert "got an answer" in str(await lab.beat(SERVER))


async def test_a_half_open_link_that_is_mended_before_anybody_noticed(lab):
    await lab.cut(SERVER, SWITCH, silently=True)
    assert str(await lab.mend(SERVER, SWITCH)) == "The network between t_server and switch is whole again."
    await lab.switch(SWITCH).call("2001", "2002")
    assert told(lab, DESKTOP) == ["EventDialing", "EventRinging"]


async def test_what_was_sent_while_nothing_travelled_comes_when_the_network_is_back(lab):
    desk = lab.switch(SWITCH)
    await desk.call("2001", "2002")
    await desk.answer("2002")
    lab.trace.clear()
    await lab.cut(SERVER, SWITCH, silently=True)
    await desk.hang_up("2001")
    assert told(lab, DESKTOP) == []
    await lab.mend(SERVER, SWITCH)
    assert told(lab, DESKTOP) == ["EventReleased", "EventReleased"]
    lost = [one.name for one in lab.trace if one.dropped]
    assert lost == [one.name for one in lab.trace if one.again]
    assert set(lost) == {"ConnectionClearedEvent"}
    # A request too, and its answer.
    await lab.cut(SERVER, SWITCH, silently=True)
    await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="2001", OtherDN="2002")
    assert len(desk.calls()) == 0
    await lab.mend(SERVER, SWITCH)
    assert len(desk.calls()) == 1
    assert told(lab, DESKTOP)[-2:] == ["EventDialing", "EventRinging"]


async def test_too_much_to_wait_for_breaks_the_connection_off(lab, monkeypatch):
    monkeypatch.setattr(cti_stream, "HELD_BACK", 3)
    desk = lab.switch(SWITCH)
    await lab.cut(SERVER, SWITCH, silently=True)
    await desk.call("2001", "2002")
    await desk.answer("2002")
    await until(lambda: status(lab) is ConnectionStatus.LOST)


async def test_a_heartbeat_that_is_asked_for_stands_in_the_trace(lab):
    assert str(await lab.beat(SERVER)) == (
        "t_server has asked switch whether it is there, and got an answer: the CTI link is alive."
    )
    assert [one.name for one in lab.trace] == ["RequestSystemStatus", "RequestSystemStatusResponse"]


async def test_heartbeats_of_its_own_do_not(monkeypatch):
    monkeypatch.setattr(t_server, "HEARTBEAT", 0.02)
    monkeypatch.setattr(t_server, "ANSWER_WITHIN", 0.02)
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        role = lab._running[SERVER].role
        assert isinstance(role, t_server.TServerRole)
        session = role.server.session
        beats = []
        ask = session._ask

        def noted(message, then):
            beats.append(message.name)
            return ask(message, then)

        monkeypatch.setattr(session, "_ask", noted)
        lab.trace.clear()
        await until(lambda: len(beats) >= 3)
        await lab.settle()
        assert set(beats) == {"RequestSystemStatus"}
        assert status(lab) is ConnectionStatus.CONNECTED
        assert len(lab.trace) == 0
        # Nobody asks; it notices by itself.
        await lab.cut(SERVER, SWITCH, silently=True)
        await until(lambda: status(lab) is ConnectionStatus.LOST)
        assert told(lab, DESKTOP) == ["EventLinkDisconnected"]


# --- two T-Servers


async def test_a_second_t_server_gets_no_session():
    async with await Lab.open(SECOND) as lab:
        await lab.start("message_server", CONTROL, SWITCH, SERVER, DESKTOP)
        report = str(await lab.start("t_server_2"))
        assert (
            "t_server_2 called switch on port 7450/tcp, and switch gave it no session: t_server holds the CTI link, "
            "and one T-Server at a time can have it."
        ) in report
        assert status(lab, "t_server_2") is ConnectionStatus.REFUSED
        assert [one.name for one in lab.trace if one.protocol == "csta"][-2:] == [
            "StartApplicationSession", "StartApplicationSessionNegResponse",
        ]  # fmt: skip
        await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="2001", OtherDN="2002")
        assert told(lab, DESKTOP)[-1] == "EventRinging"
        await lab.stop(SERVER)
        assert "The CTI link is up: t_server_2" in str(await lab.mend("t_server_2", SWITCH))
        assert alarms(lab) == []


# --- what a CTI link is not for


@pytest.mark.parametrize(
    ("sender", "receiver", "client"),
    [(SERVER, SWITCH, SERVER), (SWITCH, SERVER, SERVER), ("stat_server", SWITCH, "stat_server")],
)
async def test_messages_do_not_travel_over_it(sender, receiver, client):
    async with await Lab.open(PLAN.connect("stat_server", SWITCH, "cti-link")) as lab:
        await lab.start(SWITCH, SERVER, "stat_server")
        with pytest.raises(OnlyCtiLinkError, match="and that is the CTI link") as caught:
            await lab.send(sender, receiver, "hello")
        assert (caught.value.client, caught.value.server, caught.value.port) == (client, SWITCH, "7450/tcp")


async def test_whoever_is_no_t_server_learns_what_the_port_is_for():
    async with await Lab.open(PLAN.connect("stat_server", SWITCH, "cti-link")) as lab:
        await lab.start(SWITCH)
        report = str(await lab.start("stat_server"))
        assert (
            "stat_server called switch on port 7450/tcp in its own language, and switch has hung up: that is the CTI "
            "link, which speaks CSTA, and its client is a T-Server."
        ) in report
        assert status(lab, "stat_server") is ConnectionStatus.LOST


# --- mistakes with cut, mend and beat


WRONG = [
    (lambda lab: lab.cut(SERVER, CONTROL), NoLinkError, "The plan has no connection between t_server and"),
    (lambda lab: lab.cut(DESKTOP, SERVER, silently=True), NoLinkError, "Silently only a CTI link can be cut here"),
    (lambda lab: lab.cut("stat_server", SERVER), NotRunningError, "stat_server is not running"),
    (lambda lab: lab.cut("nobody", SERVER), UnknownApplicationError, "nobody"),
    (lambda lab: lab.mend(SWITCH, CONTROL), NoLinkError, "The plan has no connection"),
    (lambda lab: lab.beat(DESKTOP), NoLinkError, "agent_desktop has no CTI link now"),
    (lambda lab: lab.beat("stat_server"), NotRunningError, "stat_server is not running"),
    (lambda lab: lab.beat(["t_server"]), UnknownApplicationError, "t_server"),
]


@pytest.mark.parametrize(("does", "error", "text"), WRONG)
async def test_mistakes(lab, does, error, text):
    with pytest.raises(error, match=text):
        await does(lab)


async def test_a_link_that_is_down_is_not_cut_and_nobody_is_asked(lab):
    await lab.cut(SERVER, SWITCH)
    again = await lab.cut(SERVER, SWITCH, silently=True)
    assert str(again).startswith("The connection between t_server and switch is down already")
    assert "has lost its CTI link already" in str(await lab.beat(SERVER))


async def test_a_link_that_never_was_cannot_be_cut(lab):
    await lab.stop(SERVER, SWITCH)
    await lab.start(SERVER)
    with pytest.raises(NoLinkError, match="t_server has no connection to switch that could be cut"):
        await lab.cut(SERVER, SWITCH)
    with pytest.raises(NoLinkError, match="t_server has no CTI link now, so it has nobody to ask"):
        await lab.beat(SERVER)
    assert "was refused" in str(await lab.mend(SERVER, SWITCH))
    with pytest.raises(OnlyCtiLinkError):
        await lab.send(SERVER, SWITCH, "hello")


async def test_a_server_that_is_not_there_refuses_as_ever():
    async with await Lab.open(PLAN) as lab:
        await lab.start(DESKTOP)
        with pytest.raises(ConnectionRefusedByPeerError):
            await lab.send(DESKTOP, SERVER, "hello")


async def test_a_t_server_has_one_switch():
    other = PLAN.add("switch_2", host="switch-host", port=7460, type="Switch", purpose="cti-link", port_id="cti-link")
    async with await Lab.open(other.connect(SERVER, "switch_2", "cti-link")) as lab:
        await lab.start(SWITCH, "switch_2")
        report = str(await lab.start(SERVER))
        assert "and a T-Server serves one switch: it does not call switch_2 on port 7460/tcp." in report


async def test_nothing_is_left_when_the_lab_closes(lab):
    await lab.switch(SWITCH).call("2001", "2002")
    clock = lab.signalling.clock
    await lab.close()
    assert clock._timed == {}
    assert len(asyncio.all_tasks()) == 1
