"""What goes wrong with a CTI link: nobody there, wrong ports, garbage, slowness, cuts in each state of a call."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.csta import Framer, Message, encode
from genesys_ports.csta.structure import CSTA
from genesys_ports.errors import PortInUseError
from genesys_ports.lab import caller, cti_side, cti_stream
from genesys_ports.model import Connection, Switch
from genesys_ports.state import ConnectionStatus
from genesys_ports.switch import default_switch
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, until

PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv")
DESKTOP, SERVER, SWITCH = "agent_desktop", "t_server", "switch"
CALLED = "t_server called switch on port"


def status(lab):
    return next(one.status for one in lab.connection_states() if one.connection.server == SWITCH)


def told(lab):
    return [one.name for one in lab.trace if one.kind is Kind.EVENT and one.receiver == DESKTOP]


def link(lab):
    return lab._running[SERVER].role.server


def switch_side(lab):
    return next(side for side in lab._running[SWITCH].sides if isinstance(side, cti_side.CtiServer))


def moved(number):
    """The plan, but that the switch has its CTI link on another number."""
    switch = PLAN.application(SWITCH)
    ports = tuple(port.at(number) if port.port_id == "cti-link" else port for port in switch.ports)
    new = replace(switch, ports=ports)
    return replace(PLAN, applications=tuple(new if one is switch else one for one in PLAN.applications))


# --- the beginning


async def absent(lab):
    return "7450/tcp and was refused: nobody listens there. It tries again when switch starts."


async def closed(lab):
    """The switch has moved; T-Server still has the plan of before."""
    lab.update(moved(7451))
    await lab.start(SWITCH)
    return "7450/tcp and was refused: nobody listens there."


async def somebody_elses(lab):
    """A Genesys application listens where T-Server looks for the link."""
    lab.update(moved(7451).add("stranger", host="switch-host", port=7450))
    await lab.start(SWITCH, "stranger")
    return "7450/tcp and asked for a session, and whoever listens there gave no answer. Is it the CTI-link port?"


async def outside(lab):
    await lab.run_outsider("switch-host", 7450)
    return "7450/tcp and asked for a session, and whoever listens there gave no answer."


BEGINNINGS = [(absent, ConnectionStatus.REFUSED), (closed, ConnectionStatus.REFUSED),
              (somebody_elses, ConnectionStatus.LOST), (outside, ConnectionStatus.LOST)]  # fmt: skip


@pytest.mark.parametrize(("what", "outcome"), BEGINNINGS)
async def test_nobody_who_speaks_csta_is_there(monkeypatch, what, outcome):
    monkeypatch.setattr(caller, "GREETING_LIMIT", 0.2)
    async with await Lab.open(PLAN) as lab:
        sentence = await what(lab)
        plan, lab.plan = lab.plan, PLAN
        report = str(await lab.start(SERVER))
        lab.plan = plan
        assert f"{CALLED} {sentence}" in report
        assert status(lab) is outcome
        assert not link(lab).is_up
        assert lab._running[SERVER].listens


async def test_the_switchs_management_port():
    applications = tuple(one for one in PLAN.applications)
    wrong = tuple(
        Connection(client=SERVER, server=SWITCH, port_id="management") if one.server == SWITCH else one
        for one in PLAN.connections
    )
    async with await Lab.open(replace(PLAN, applications=applications, connections=wrong)) as lab:
        await lab.start(SWITCH)
        report = str(await lab.start(SERVER))
        assert (
            f"{CALLED} 2323/tcp and asked for a session, and whoever listens there does not speak CSTA. switch has its "
            "CTI link on port 7450/tcp."
        ) in report
        assert status(lab) is ConnectionStatus.LOST


# --- a switch, or a T-Server, that is a program from outside


class Talker:
    """A program from outside at one end of a link; it says what a test wants it to say."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.framer = Framer()

    async def hear(self):
        async with asyncio.timeout(PATIENCE):
            while True:
                data = await self.reader.read(65_536)
                if not data:
                    return []
                if frames := self.framer.feed(data):
                    return frames

    def say(self, number, name, **fields):
        self.writer.write(encode(number, Message(name, fields)))


async def fake_switch(lab, behaves):
    """Let a program from outside be the switch, which does what `behaves` says with each caller."""
    where = lab.network.admit_outsider("switch-host", 7450)
    tasks = set()

    async def called(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            await behaves(Talker(reader, writer))
        finally:
            writer.close()

    server = await asyncio.start_server(called, where.address, where.number)
    lab.network.outsider_listens("switch-host", 7450, server.sockets[0].getsockname()[1])
    return server


async def says_garbage(talker):
    await talker.hear()
    talker.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await talker.hear()


async def hangs_up(talker):
    await talker.hear()


async def refuses(talker):
    (start,) = await talker.hear()
    error = {"definedError": "invalidApplicationInfo"}
    talker.say(start.invoke_id, "StartApplicationSessionNegResponse", errorCode=error)
    await talker.hear()


FAKES = [
    (says_garbage, "does not speak CSTA: it is no CTI-link port.", ConnectionStatus.LOST),
    (hangs_up, "does not speak CSTA: it is no CTI-link port.", ConnectionStatus.LOST),
    (refuses, "switch gave it no session. It tries again when it starts.", ConnectionStatus.REFUSED),
]


@pytest.mark.parametrize(("behaves", "sentence", "outcome"), FAKES)
async def test_a_switch_from_outside_that_gives_no_link(behaves, sentence, outcome):
    async with await Lab.open(PLAN) as lab:
        server = await fake_switch(lab, behaves)
        assert sentence in str(await lab.start(SERVER))
        assert status(lab) is outcome
        server.close()
        await server.wait_closed()


async def accepts(talker, *, then=None):
    """A plain switch: sessions, monitors and heartbeats."""
    monitors = 0
    while frames := await talker.hear():
        for frame in frames:
            name, fields = frame.message.name, {}
            if name == "StartApplicationSession":
                fields = {"sessionID": "1", "actualProtocolVersion": CSTA}
                name = "StartApplicationSessionPos"
            elif name == "MonitorStart":
                monitors += 1
                fields = {"monitorCrossRefID": str(monitors)}
            elif name == "RequestSystemStatus":
                fields = {"systemStatus": "normal"}
                if then is not None:
                    await then(talker)
            talker.say(frame.invoke_id, f"{name}Response", **fields)


async def test_a_switch_from_outside_that_works():
    async with await Lab.open(PLAN) as lab:
        server = await fake_switch(lab, accepts)
        assert "The CTI link is up: t_server has a session with switch and monitors 5 devices." in str(
            await lab.start(SERVER)
        )
        assert "got an answer" in str(await lab.beat(SERVER))
        lines = [(one.kind, one.sender, one.name) for one in lab.trace if one.protocol == "csta"]
        assert lines[:3] == [
            (Kind.CONNECT, SERVER, "connect"),
            (Kind.REQUEST, SERVER, "StartApplicationSession"),
            (Kind.RESPONSE, SWITCH, "StartApplicationSessionPosResponse"),
        ]
        answers = [one for one in lab.trace if one.name == "MonitorStartResponse"]
        assert [lab.trace[one.reply_to - 1].text for one in answers] == ["2001", "2002", "2003", "2004", "3000"]
        await lab.stop(SERVER)
        server.close()
        await server.wait_closed()


async def test_a_switch_from_outside_that_falls_silent(monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.link.WAIT_LIMIT", 0.2)

    async def sleeps(talker):
        await talker.reader.read()

    async def then(talker):
        await sleeps(talker)

    async with await Lab.open(PLAN) as lab:
        server = await fake_switch(lab, lambda talker: accepts(talker, then=then))
        await lab.start(SERVER)
        assert "gives the CTI link up" in str(await lab.beat(SERVER))
        assert status(lab) is ConnectionStatus.LOST
        server.close()
        await server.wait_closed()


async def dial(lab):
    socket = next(one for one in lab.port_states() if one.port.number == 7450).sockets[0]
    return Talker(*await asyncio.open_connection(socket.address, socket.number))


def start_of(name="their_t_server"):
    return {
        "applicationInfo": {"applicationID": name},
        "requestedProtocolVersions": {"protocolVersion": (CSTA,)},
    }


async def test_a_t_server_from_outside_holds_the_link_as_any_other():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH)
        talker = await dial(lab)
        talker.say(1, "StartApplicationSession", **start_of())
        assert [one.message.name for one in await talker.hear()] == ["StartApplicationSessionPosResponse"]
        assert "their_t_server holds the CTI link" in str(await lab.start(SERVER))
        talker.writer.close()
        await until(lambda: switch_side(lab).link.session is None)
        await lab.mend(SERVER, SWITCH)
        assert status(lab) is ConnectionStatus.CONNECTED
        names = [(one.sender, one.name) for one in lab.trace if "outside program 1" in (one.sender, one.receiver)]
        assert names == [
            ("outside program 1", "connect"), ("outside program 1", "StartApplicationSession"),
            (SWITCH, "StartApplicationSessionPosResponse"), ("outside program 1", "disconnect"),
        ]  # fmt: skip


async def test_a_slow_one_is_understood_byte_by_byte():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH)
        talker = await dial(lab)
        for byte in encode(7, Message("StartApplicationSession", start_of())):
            talker.writer.write(bytes([byte]))
            await talker.writer.drain()
            await asyncio.sleep(0)
        (answer,) = await talker.hear()
        assert (answer.invoke_id, answer.message.name) == (7, "StartApplicationSessionPosResponse")
        talker.writer.close()


GARBAGE = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01",
    b'{"connect": "me"}\n',
    b"\0\0\0\x030001",
    b"\xff" * 100,
]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_the_switch_hangs_up_on_garbage(garbage):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER)
        talker = await dial(lab)
        talker.writer.write(garbage)
        assert await talker.hear() == []
        await until(lambda: len(switch_side(lab).streams) == 1)
        assert lab.trace[-1].name == "disconnect"
        assert status(lab) is ConnectionStatus.CONNECTED
        talker.writer.close()


async def test_xml_that_is_none_is_answered_and_noted():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH)
        talker = await dial(lab)
        xml = b"<MakeCall>"
        talker.writer.write(b"\0\0" + (8 + len(xml)).to_bytes(2, "big") + b"0007" + xml)
        (answer,) = await talker.hear()
        assert (answer.invoke_id, answer.message.name) == (7, "CSTAErrorCode")
        noted = next(one for one in lab.trace if one.name == "unreadable")
        assert noted.text
        assert lab.trace[-1].reply_to == noted.number
        talker.writer.close()


async def test_whoever_sends_nothing_but_mistakes_is_shown_the_door():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH)
        talker = await dial(lab)
        # Messages with no XML at all, as many as one read takes.
        talker.writer.write(b"\0\0\0\x080007" * 30_000)
        answers = []
        with contextlib.suppress(ConnectionError):
            while frames := await talker.hear():
                answers += frames
        assert {one.message.name for one in answers} == {"CSTAErrorCode"}
        await until(lambda: not switch_side(lab).streams)
        assert sum(one.name == "unreadable" for one in lab.trace) == cti_stream.MISTAKES
        talker.writer.close()


HOSTILE = ["2003\n", "3" * 300, "20\x0003", "\ud800"]


@pytest.mark.parametrize("dn", HOSTILE)
async def test_a_dn_that_no_link_can_carry(dn):
    ports = tuple(replace(port, dn=dn) if port.dn == "2003" else port for port in default_switch(SWITCH).voice_ports)
    async with await Lab.open(PLAN.with_switch(Switch(name=SWITCH, voice_ports=ports))) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        assert status(lab) is ConnectionStatus.CONNECTED
        assert link(lab).is_up
        await lab.switch(SWITCH).call("2001", "2002")
        assert told(lab)[-2:] == ["EventDialing", "EventRinging"]
        await lab.switch(SWITCH).hang_up("2001")
        await lab.switch(SWITCH).call("2001", dn)
        await lab.switch(SWITCH).hang_up(dn)
        assert status(lab) is ConnectionStatus.CONNECTED


async def test_many_from_outside_find_no_room():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER)
        talkers = [await dial(lab) for _ in range(cti_side.OUTSIDERS + 3)]
        await until(lambda: len(switch_side(lab).streams) == cti_side.OUTSIDERS + 1)
        assert "outside program 1" not in lab.trace.participants
        assert status(lab) is ConnectionStatus.CONNECTED
        for talker in talkers:
            talker.writer.close()


@pytest.mark.parametrize("from_switch", [False, True])
async def test_garbage_on_a_link_that_stands(from_switch):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        stream = link(lab).stream
        (stream.partner if from_switch else stream).write(b"garbage")
        await stream.gone
        await lab.settle()
        assert status(lab) is ConnectionStatus.LOST
        assert told(lab)[-1] == "EventLinkDisconnected"
        await lab.mend(SERVER, SWITCH)
        assert status(lab) is ConnectionStatus.CONNECTED


async def test_a_session_whose_time_is_over():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER)
        stream = link(lab).stream
        session = switch_side(lab).link.session
        session._ends = 0.0
        session.advance()
        await stream.gone
        assert status(lab) is ConnectionStatus.LOST


# --- the link is cut while a call stands, in each of its states; then it is there again, and the call goes on


async def rings(desk):
    await desk.call("2001", "2002")


async def talks(desk):
    await rings(desk)
    await desk.answer("2002")


async def holds(desk):
    await talks(desk)
    await desk.hold("2001")


async def busy(desk):
    desk._switching.make_call("2001", "2001")
    await desk._lab.settle()


async def outside_call(desk):
    await desk.call("2001", "95550100")


async def answers(desk):
    await desk.answer("2002")


async def retrieves(desk):
    await desk.retrieve("2001")


async def hands_on(desk):
    await desk.transfer("2002", "2003")


async def hangs_up_2001(desk):
    await desk.hang_up("2001")


async def nothing(desk):
    pass


async def anew(desk):
    await desk.hang_up("2001")
    await desk.call("2003", "2002")


#: What people do before the cut, while the link is down, and when it is back; and what clients hear of the last.
CUTS = [
    (nothing, nothing, rings, "Dialing, Ringing"),
    (rings, nothing, answers, "Established, Established"),
    (rings, answers, hangs_up_2001, "Released, Abandoned"),
    (talks, nothing, hangs_up_2001, "Released, Released"),
    (talks, nothing, hands_on, "Released, PartyChanged, Ringing"),
    (holds, nothing, retrieves, "Retrieved"),
    (holds, retrieves, hangs_up_2001, "Released, Released"),
    (busy, nothing, hangs_up_2001, "Released"),
    (outside_call, nothing, hangs_up_2001, "Released"),
    (nothing, rings, answers, "Dialing, Established, Ringing, Established"),
    (nothing, talks, hangs_up_2001, ""),
    (rings, hangs_up_2001, rings, "Released, Dialing, Released, Ringing"),
    (talks, hangs_up_2001, nothing, ""),
    (talks, anew, answers, "Dialing, Established, Released, Ringing, Established"),
]
IDS = [f"{before.__name__}-{meanwhile.__name__}-{after.__name__}" for before, meanwhile, after, _ in CUTS]


@pytest.mark.parametrize("silently", [False, True])
@pytest.mark.parametrize(("before", "meanwhile", "after", "events"), CUTS, ids=IDS)
async def test_a_call_goes_on_while_the_link_is_down(before, meanwhile, after, events, silently):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        desk = lab.switch(SWITCH)
        await before(desk)
        lab.trace.clear()
        await lab.cut(SERVER, SWITCH, silently=silently)
        await meanwhile(desk)
        if silently:
            await lab.beat(SERVER)
        await lab.mend(SERVER, SWITCH)
        assert told(lab) == ["EventLinkDisconnected", "EventLinkConnected"]
        lab.trace.clear()
        await after(desk)
        assert ", ".join(told(lab)).replace("Event", "") == events
        while calls := desk._switching.calls():
            desk._switching.clear(calls[0].call_id, calls[0].parties[0].device)
        await lab.settle()


@pytest.mark.parametrize("before", [rings, talks, holds])
async def test_the_calls_of_a_switch_that_crashed_are_over_with_the_next(before):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        await before(lab.switch(SWITCH))
        await lab.crash(SWITCH)
        await lab.start(SWITCH)
        lab.trace.clear()
        await lab.switch(SWITCH).call("2001", "2002")
        assert sorted(told(lab)) == ["EventDialing", "EventReleased", "EventReleased", "EventRinging"]
        assert len(link(lab).watch) == 1


@pytest.mark.parametrize("before", [rings, talks, holds])
async def test_a_t_server_that_starts_again_knows_of_calls_by_their_next_event(before):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        desk = lab.switch(SWITCH)
        await before(desk)
        await lab.crash(SERVER)
        await lab.start(SERVER)
        lab.trace.clear()
        await desk.hang_up("2001")
        assert told(lab) == []
        await desk.call("2001", "2002")
        assert told(lab) == ["EventDialing", "EventRinging"]
        assert len(link(lab).watch) == 1


# --- the network in between


def with_link(transport=None, **fields):
    """The plan with another transport of the CTI-link port, and other parameters of T-Server's connection to it."""
    switch = PLAN.application(SWITCH)
    ports = tuple(
        replace(port, transport=transport) if transport and port.port_id == "cti-link" else port
        for port in switch.ports
    )
    new = replace(switch, ports=ports)
    return replace(
        PLAN,
        applications=tuple(new if one is switch else one for one in PLAN.applications),
        connections=tuple(replace(one, **fields) if one.server == SWITCH else one for one in PLAN.connections),
    )


MISFITS = [
    (with_link(secure=True), "with TLS, and that port speaks plain text"),
    (with_link("tls", secure=False), "in plain text, and that port speaks TLS only"),
]


@pytest.mark.parametrize(("plan", "sentence"), MISFITS)
async def test_one_side_speaks_tls(plan, sentence):
    async with await Lab.open(plan) as lab:
        await lab.start(SWITCH)
        said = str(await lab.start(SERVER))
        assert sentence in said
        # Once, and nothing of CSTA: so far nobody has got.
        assert "CSTA" not in said
        assert len([one for one in lab.trace if one.sender == SERVER and one.kind is Kind.LOST]) == 1
        assert status(lab) is ConnectionStatus.LOST


async def test_a_client_port_that_is_taken():
    plan = with_link(client_port=8010)
    async with await Lab.open(plan) as lab:
        await lab.start(SWITCH)
        with pytest.raises(PortInUseError):
            await lab.start(SERVER)
        assert not lab.is_running(SERVER)
        await lab.settle()
        assert not switch_side(lab).streams


async def test_a_link_over_udp_is_none():
    async with await Lab.open(with_link("udp")) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        answer = await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="2001", OtherDN="2002")
        assert answer.text.endswith("so it has no switch.")


async def test_the_lab_closes_while_a_switch_gives_no_answer(monkeypatch):
    async with await Lab.open(PLAN) as lab:
        await lab.run_outsider("switch-host", 7450)
        starting = asyncio.ensure_future(lab.start(SERVER))
        await until(lambda: any(one.name == "StartApplicationSession" for one in lab.trace))
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert not lab.is_running(SERVER)
