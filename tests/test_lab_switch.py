"""A switch in the lab: calls occupy its physical ports from end to end, and what the desk says of them."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Application, Deployment, Lab, ListeningPort, Switch, VoicePort, load_plan
from genesys_ports.errors import (
    BusyError,
    DuplicateNameError,
    InvalidValueError,
    LabClosedError,
    LabError,
    NoCallError,
    NotASwitchError,
    NotRunningError,
    PortKindError,
    SwitchCallError,
    UnknownApplicationError,
)
from genesys_ports.lab.switch_role import call_name
from genesys_ports.model import Host, Purpose, VoicePortKind
from genesys_ports.state import PortStatus as TcpStatus
from genesys_ports.switch import EventName, PortStatus

CTI_PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv")
SWITCH, OUTSIDE = "switch", "95551234"

ALONE = Deployment(
    hosts=(Host(name="switch-host"),),
    applications=(
        Application(
            name=SWITCH,
            host="switch-host",
            ports=(ListeningPort(number=2323, purpose=Purpose.MANAGEMENT, port_id="management"),),
        ),
    ),
)

SMALL = Switch(
    name=SWITCH,
    voice_ports=(
        VoicePort(label="01-01", device=SWITCH, kind=VoicePortKind.TRUNK, dn="9"),
        VoicePort(label="02-01", device=SWITCH, kind=VoicePortKind.IVR, dn="3000"),
        VoicePort(label="03-01", device=SWITCH, dn="2001"),
        VoicePort(label="03-02", device=SWITCH, dn="2002"),
        VoicePort(label="03-03", device=SWITCH),
    ),
)


@pytest.fixture
async def lab():
    async with await Lab.open(ALONE) as lab:
        await lab.start(SWITCH)
        yield lab


@pytest.fixture
def desk(lab):
    return lab.switch(SWITCH)


@pytest.fixture
async def small():
    async with await Lab.open(replace(ALONE, switches=(SMALL,))) as lab:
        await lab.start(SWITCH)
        yield lab.switch(SWITCH)


def busy_ports(desk):
    return {one.port.label: one.status for one in desk.states() if one.status is not PortStatus.IDLE}


def heard(lab):
    """The events that the switch tells from now on."""
    events = []
    lab.switch_role(SWITCH).subscribe(events.append)
    return events


# --- the frame


async def test_a_plan_without_a_frame_gets_a_small_one(desk):
    assert [(one.port.label, one.port.dn) for one in desk.states()][::5] == [
        ("01-01", "9"),
        ("02-02", "3000"),
        ("03-05", ""),
    ]


async def test_the_frame_of_the_plan(small):
    assert [one.port.label for one in small.states()] == ["01-01", "02-01", "03-01", "03-02", "03-03"]
    assert busy_ports(small) == {}


async def test_a_frame_that_cannot_be_leaves_nothing_open():
    twice = Switch(name=SWITCH, voice_ports=(SMALL.voice_ports[2], replace(SMALL.voice_ports[3], dn="2001")))
    async with await Lab.open(replace(ALONE, switches=(twice,))) as lab:
        with pytest.raises(DuplicateNameError):
            await lab.start(SWITCH)
        assert not lab.is_running(SWITCH)
        assert all(state.status is TcpStatus.CLOSED for state in lab.port_states())


# --- what becomes of a call


@pytest.mark.parametrize(
    ("caller", "number", "sentences"),
    [
        ("2001", "2002", "2001 calls 2002: it rings.\nOccupied: station ports 03-01 and 03-02."),
        (2001, 2002, "2001 calls 2002: it rings.\nOccupied: station ports 03-01 and 03-02."),
        ("2001", "3000", "2001 calls 3000: the IVR answers.\nOccupied: station port 03-01 and IVR port 02-01."),
        (
            "2004",
            OUTSIDE,
            "2004 calls 95551234: the call goes out over a trunk, and the far end answers.\n"
            "Occupied: station port 03-04 and trunk channel 01-01.",
        ),
        ("02-02", "2003", "02-02 calls 2003: it rings.\nOccupied: IVR port 02-02 and station port 03-03."),
        (
            VoicePort(label="03-01", device=SWITCH, dn="2001"),
            VoicePort(label="03-02", device=SWITCH, dn="2002"),
            "2001 calls 2002: it rings.\nOccupied: station ports 03-01 and 03-02.",
        ),
    ],
)
async def test_a_call(desk, caller, number, sentences):
    report = await desk.call(caller, number)
    assert str(report) == sentences
    assert report.call_id == "switch call 1"


@pytest.mark.parametrize(
    ("number", "sentences"),
    [
        ("3000", "5551234 calls 3000: the IVR answers.\nOccupied: trunk channel 01-01 and IVR port 02-01."),
        ("2001", "5551234 calls 2001: it rings.\nOccupied: trunk channel 01-01 and station port 03-01."),
    ],
)
async def test_a_customer_calls(desk, number, sentences):
    report = await desk.arrive("5551234", number)
    assert str(report) == sentences
    assert report.call_id == "switch call 1"


STEPS = [
    (lambda desk: desk.call("2001", "2002"), "2001 calls 2002: it rings.", "2001 has called 2002 already."),
    (
        lambda desk: desk.answer("2002"),
        "2002 has answered the call from 2001.",
        "2002 has answered the call from 2001 already.",
    ),
    (
        lambda desk: desk.hold("2001"),
        "2001 has put the call with 2002 on hold. A call on hold keeps its ports.",
        "2001 has the call with 2002 on hold already.",
    ),
    (lambda desk: desk.retrieve("2001"), "2001 talks with 2002 again.", "2001 talks with 2002 already."),
    (
        lambda desk: desk.hang_up("2002"),
        "2002 has hung up: the call with 2001 is over. Free again: station ports 03-01 and 03-02.",
        "2002 has no call.",
    ),
    (lambda desk: desk.arrive("5551234", "2003"), "5551234 calls 2003: it rings.", "5551234 has called 2003 already."),
    (
        lambda desk: desk.outside_hangs_up("5551234"),
        "5551234 has hung up: the call with 2003 is over. Free again: trunk channel 01-01 and station port 03-03.",
        "5551234 has no call.",
    ),
    (
        lambda desk: desk.busy_out("01-02"),
        "Trunk channel 01-02 is out of service: no call takes it until it is released.",
        "Trunk channel 01-02 is out of service: no call takes it until it is released.",
    ),
    (lambda desk: desk.release("01-02"), "Trunk channel 01-02 is in service.", "Trunk channel 01-02 is in service."),
]  # fmt: skip


async def test_every_step_twice(desk):
    for step, first, again in STEPS:
        assert (await step(desk)).sentences[0] == first
        states, calls = desk.states(), str(desk.calls())
        assert (await step(desk)).sentences[0] == again
        assert (desk.states(), str(desk.calls())) == (states, calls)
    assert busy_ports(desk) == {}


async def test_a_call_is_handed_on(lab, desk):
    first = await desk.arrive("5551234", "2001")
    await desk.answer("2001")
    report = await desk.transfer("2001", "2002")
    assert str(report) == (
        "2001 has transferred the call with 5551234 to 2002: it rings.\n"
        "Occupied: trunk channel 01-01 and station port 03-02."
    )
    # It goes on under a new number; to the trace it is one call.
    assert (report.call_id, lab.trace.call_of(report.call_id)) == ("switch call 2", first.call_id)
    await desk.answer("2002")
    report = await desk.transfer("2002", "3000")
    assert report.sentences[0] == "2002 has transferred the call with 5551234 to 3000, and the call is answered."
    assert busy_ports(desk) == {"01-01": PortStatus.TALKING, "02-01": PortStatus.TALKING}
    again = await desk.transfer("2002", "3000")
    assert again.sentences[0] == "2002 has transferred its call to 3000 already."
    assert again.call_id == report.call_id
    with pytest.raises(NoCallError, match=r"2002 has no call\."):
        await desk.transfer("2002", "2003")
    await desk.outside_hangs_up("5551234")
    with pytest.raises(NoCallError, match=r"2002 has no call\."):
        await desk.transfer("2002", "3000")


# --- no port left


async def test_busy(desk):
    await desk.call("2001", "2002")
    with pytest.raises(
        BusyError, match=r"2003 has called 2002 and hears the busy tone\. 2002 is busy: station port 03-02 "
    ):
        await desk.call("2003", "2002")
    # Whoever hears the busy tone hangs up.
    assert busy_ports(desk) == {"03-01": PortStatus.WAITING, "03-02": PortStatus.RINGING}


async def test_no_trunk_channel(small):
    await small.call("2001", OUTSIDE)
    with pytest.raises(BusyError, match=r"No trunk channel is free: trunk channel 01-01 \(talking\)\."):
        await small.call("2002", OUTSIDE)
    with pytest.raises(BusyError, match=r"5559999 has called 2002 .* No trunk channel is free"):
        await small.arrive("5559999", "2002")
    await small.hang_up("2001")
    assert (await small.call("2002", OUTSIDE)).call_id == "switch call 3"


async def test_whoever_hears_busy_dials_anew(lab):
    desk = lab.switch(SWITCH)
    await desk.call("2003", "2002")
    # As T-Server has it called: nobody hangs up on the busy tone.
    lab.switch_role(SWITCH).switching.make_call("2001", "2002")
    with pytest.raises(BusyError):
        await desk.call("2001", "2002")
    lab.switch_role(SWITCH).switching.make_call("2001", "2002")
    await desk.hang_up("2003")
    assert str(await desk.call("2001", "2002")).startswith("2001 calls 2002: it rings.")


async def test_a_switch_without_trunks():
    ports = tuple(port for port in SMALL.voice_ports if port.kind is not VoicePortKind.TRUNK)
    async with await Lab.open(ALONE.with_switch(Switch(name=SWITCH, voice_ports=ports))) as lab:
        await lab.start(SWITCH)
        with pytest.raises(BusyError, match="switch has no trunk channel, so no call comes in from outside"):
            await lab.switch(SWITCH).arrive("5551234", "2001")
        with pytest.raises(SwitchCallError, match="95551234"):
            await lab.switch(SWITCH).call("2001", "95551234")


async def test_everything_behind_a_number(desk):
    await desk.arrive("5550001", "3000")
    await desk.arrive("5550002", "3000")
    behind = r"Everything behind 3000 is busy: IVR ports 02-01 \(talking\) and 02-02 \(talking\)"
    with pytest.raises(BusyError, match=behind):
        await desk.arrive("5550003", "3000")
    with pytest.raises(BusyError, match=behind):
        await desk.call("2001", "3000")
    await desk.call("2001", "2002")
    await desk.answer("2002")
    with pytest.raises(BusyError, match=rf"2001 has called 3000 .* {behind}"):
        await desk.transfer("2001", "3000")
    assert busy_ports(desk)["03-01"] is PortStatus.TALKING
    with pytest.raises(BusyError, match="EADDRINUSE"):
        await desk.arrive("5550003", "2001")


async def test_a_channel_out_of_service_leaves_fewer_calls(desk):
    await desk.busy_out("01-01", "01-02", "01-03")
    await desk.arrive("5550001", "3000")
    with pytest.raises(BusyError, match=r"01-03 \(out of service\) and 01-04 \(talking\)"):
        await desk.arrive("5550002", "3000")
    report = await desk.busy_out("01-04")
    assert str(report) == "Trunk channel 01-04 carries a call, and goes out of service when that is over."
    assert desk.ports().rows[3][3] == "talking, then out of service"
    await desk.outside_hangs_up("5550001")
    assert [row[3] for row in desk.ports().rows[:4]] == ["out of service"] * 4


async def test_a_station_out_of_service(desk):
    await desk.busy_out("03-01")
    reached = r"2001 cannot be reached: station port 03-01 \(out of service\)\. .* desk\.release\(\"03-01\"\)"
    with pytest.raises(SwitchCallError, match=reached):
        await desk.call("2002", "2001")
    with pytest.raises(SwitchCallError, match="2001 is out of service"):
        await desk.arrive("5550001", "2001")
    with pytest.raises(SwitchCallError, match="its port 03-01 is out of service"):
        await desk.call("2001", "2002")
    assert busy_ports(desk) == {"03-01": PortStatus.OUT_OF_SERVICE}


# --- what the switch refuses


@pytest.mark.parametrize(
    ("step", "error", "text"),
    [
        (lambda desk: desk.call("2009", "2001"), SwitchCallError, "has no device '2009'"),
        (lambda desk: desk.call("2001", "5"), SwitchCallError, "no way to the number '5'"),
        (lambda desk: desk.call("01-01", "2001"), SwitchCallError, "01-01 is a trunk channel"),
        (lambda desk: desk.arrive("customer", "2001"), SwitchCallError, "cannot be dialled"),
        (lambda desk: desk.arrive("5551234", OUTSIDE), SwitchCallError, "leads out over a trunk"),
        (lambda desk: desk.answer("2001"), NoCallError, "No call rings at 2001."),
        (lambda desk: desk.answer("2009"), SwitchCallError, "switch has no device '2009'"),
        (lambda desk: desk.hang_up("2009"), SwitchCallError, "a station goes by its DN"),
        (lambda desk: desk.hold("2001"), NoCallError, "2001 has no call."),
        (lambda desk: desk.retrieve("2001"), NoCallError, "2001 has no call."),
        (lambda desk: desk.transfer("2001", "2002"), NoCallError, "2001 has no call."),
        (lambda desk: desk.busy_out("09-09"), SwitchCallError, "has no port '09-09'"),
        (lambda desk: desk.release("2001"), SwitchCallError, "2001 is a DN, and a port belongs here"),
        (lambda desk: desk.call(None, "2001"), InvalidValueError, "number that can be dialled"),
        (lambda desk: desk.call("2001", True), InvalidValueError, "number that can be dialled"),
    ],
)
async def test_refused(desk, step, error, text):
    with pytest.raises(error) as caught:
        await step(desk)
    assert text in str(caught.value)
    assert isinstance(caught.value, LabError) or error is InvalidValueError
    assert busy_ports(desk) == {}


LISTENING = ListeningPort(number=2323)


@pytest.mark.parametrize("value", [2323, "2323", "2323/tcp", "5060/udp", LISTENING])
@pytest.mark.parametrize(
    "step",
    [
        lambda desk, value: desk.call(value, "2001"),
        lambda desk, value: desk.call("2001", value),
        lambda desk, value: desk.arrive("5551234", value),
        lambda desk, value: desk.hang_up(value),
        lambda desk, value: desk.busy_out(value),
        lambda desk, value: desk.release(value),
    ],
)
async def test_a_port_of_a_program_is_no_port_of_the_switch(desk, step, value):
    with pytest.raises(PortKindError) as caught:
        await step(desk, value)
    assert "is a listening port, and a voice port belongs here." in str(caught.value)


async def test_a_state_that_does_not_fit(desk):
    await desk.call("2001", "2002")
    for step, error, text in [
        (lambda: desk.answer("2001"), NoCallError, "No call rings at 2001."),
        (lambda: desk.call("2001", "2003"), SwitchCallError, "carries call 1 already"),
        (lambda: desk.hold("2001"), SwitchCallError, "talks to nobody"),
        (lambda: desk.retrieve("2001"), SwitchCallError, "has not put call 1 on hold"),
        (lambda: desk.transfer("2001", "2003"), SwitchCallError, "talks to nobody"),
    ]:
        with pytest.raises(error) as caught:
            await step()
        assert text in str(caught.value)
    await desk.answer("2002")
    await desk.hold("2002")
    with pytest.raises(NoCallError, match="No call rings at 2002"):
        await desk.answer("2002")


# --- which switch


async def test_who_is_no_switch():
    async with await Lab.open(CTI_PLAN) as lab:
        await lab.start("message_server")
        for name, error in [
            ("message_server", NotASwitchError),
            ("t_server", NotASwitchError),
            (["switch"], NotASwitchError),
            ("switch", NotRunningError),
            ("swich", UnknownApplicationError),
        ]:
            with pytest.raises(error):
                lab.switch(name)  # type: ignore[arg-type]
    with pytest.raises(LabClosedError):
        lab.switch(SWITCH)


async def test_not_awaited_says_how_it_is_written(desk):
    step = desk.call("2001", "2002")
    assert repr(step) == "Nothing has happened yet: write await in front of it, as in  await desk.call(…)"
    step.close()


async def test_a_desk_is_shown_as_its_ports(desk):
    assert repr(desk) == str(desk.ports())
    assert desk._repr_html_() == desk.ports()._repr_html_()


# --- tables


async def test_tables(desk):
    await desk.arrive("5551234", "3000")
    assert desk.ports().columns == ("Port", "Kind", "DN", "State", "Carries", "Call")
    assert desk.ports().rows[0] == ("01-01", "trunk", "9", "talking", "5551234", "switch call 1")
    assert desk.ports().rows[4] == ("02-01", "ivr", "3000", "talking", "3000", "switch call 1")
    assert desk.calls().rows == (
        (
            "switch call 1",
            "5551234",
            "3000",
            "01-01: connected, 02-01: connected",
            "trunk channel 01-01 and IVR port 02-01",
        ),
    )


async def test_calls_need_voice_ports_and_clients_do_not():
    async with await Lab.open(CTI_PLAN) as lab:
        await lab.start("message_server", SWITCH)
        desk = lab.switch(SWITCH)
        listening = [state.status for state in lab.port_states()]
        rows = {row[0]: row[1:] for row in desk.capacity().rows}
        assert rows["trunk channels"] == ("4", "0", "4", "0", "finds a free port")
        assert rows["station ports"] == ("6", "0", "6", "0", "finds a free port")
        assert rows["port 8010/tcp of t_server (communication)"][1:2] == ("no client",)
        assert rows["port 8010/tcp of t_server (communication)"][-1] == "is refused: nobody listens"
        for n, number in enumerate(("3000", "3000", "2001")):
            await desk.arrive(f"555000{n}", number)
        await desk.busy_out("01-04")
        await lab.console(SWITCH)
        rows = {row[0]: row[1:] for row in desk.capacity().rows}
        assert rows["trunk channels"] == ("4", "3", "0", "1", "hears busy")
        assert rows["IVR ports"] == ("2", "2", "0", "0", "hears busy")
        assert rows["port 2323/tcp of switch (management)"][:3] == ("1", "1 client", "any number")
        # A call opens no port over TCP.
        assert [state.status for state in lab.port_states()] == listening


async def test_clients_of_a_t_server_are_counted():
    async with await Lab.open(CTI_PLAN) as lab:
        await lab.start("message_server", SWITCH, "t_server", "stat_server", "agent_desktop")
        (state,) = [one for one in lab.port_states() if (one.application, one.port.number) == ("t_server", 8010)]
        reader, writer = await asyncio.open_connection(state.sockets[0].address, state.sockets[0].number)
        writer.write(b'{"message": "hello", "id": 1}\n')
        await reader.readline()
        rows = {row[0]: row[2] for row in lab.switch(SWITCH).capacity().rows}
        assert rows["port 8010/tcp of t_server (communication)"] == "3 clients"
        assert rows["port 7450/tcp of switch (cti-link)"] == "1 client"
        writer.close()


# --- who hears of it


async def test_events_in_order_for_everybody(lab, desk):
    first, second, order = [], [], []
    role = lab.switch_role(SWITCH)

    def listener(heard, number):
        def listen(event):
            heard.append(event)
            order.append(number)

        return listen

    role.subscribe(listener(first, 1))
    end = role.subscribe(listener(second, 2))
    await desk.call("2001", "2002")
    assert first == second
    assert [event.name for event in first] == [EventName.ORIGINATED, EventName.DELIVERED]
    assert order == [1, 2] * 2
    end()
    end()
    await desk.answer("2002")
    assert (len(first), len(second)) == (3, 2)


async def test_physical_ports_leave_no_line_in_the_trace(lab, desk):
    before = lab.trace.last_number
    await desk.call("2001", OUTSIDE)
    await desk.hang_up("2001")
    assert lab.trace.last_number == before


def test_a_call_has_one_name():
    assert (call_name(SWITCH, "7"), call_name(SWITCH, "")) == ("switch call 7", "")


# --- the end of a switch


@pytest.mark.parametrize("way", ["stop", "crash"])
@pytest.mark.parametrize(
    ("calls", "sentences"),
    [
        ([], []),
        (["2001"], ["1 call has ended with switch: voice runs through the ports of the switch."]),
        (["2001", "2002"], ["2 calls have ended with switch: voice runs through the ports of the switch."]),
    ],
)
async def test_calls_end_with_the_switch(lab, desk, way, calls, sentences):
    events = heard(lab)
    for caller in calls:
        await desk.call(caller, "3000")
    events.clear()
    report = await getattr(lab, way)(SWITCH)
    assert list(report.sentences[1:]) == sentences
    # Nobody is left to tell of it after a crash.
    assert len(events) == (2 * len(calls) if way == "stop" else 0)
    with pytest.raises(NotRunningError):
        await desk.call("2001", "2002")
    await lab.start(SWITCH)
    assert busy_ports(desk) == {}
    # The trace must not take two calls for one.
    assert (await desk.call("2001", "2002")).call_id == f"switch call {len(calls) + 1}"


# --- many calls


def check_ports(desk):
    """No port serves two calls, and no call has a port that knows nothing of it."""
    seized = {one.port.label: one.call_id for one in desk.states() if one.call_id}
    calls = desk._switching.calls()
    of_calls = [(party.port, call.call_id) for call in calls for party in call.parties]
    assert len(of_calls) == len(dict(of_calls))
    assert dict(of_calls) == seized


@pytest.mark.parametrize("seed", range(4))
async def test_a_storm_of_calls_leaves_nothing(lab, desk, seed):
    pick = random.Random(seed)
    events = heard(lab)
    stations = ["2001", "2002", "2003", "2004", "02-01"]
    numbers = [*stations[:4], "3000", OUTSIDE, "95550000"]
    customers = ["5550001", "5550002", "5550003"]
    ports = [one.port.label for one in desk.states()]
    steps = [
        lambda: desk.call(pick.choice(stations), pick.choice(numbers)),
        lambda: desk.arrive(pick.choice(customers), pick.choice(numbers[:5])),
        lambda: desk.answer(pick.choice(stations)),
        lambda: desk.answer(pick.choice(stations)),
        lambda: desk.hang_up(pick.choice(stations)),
        lambda: desk.hold(pick.choice(stations)),
        lambda: desk.retrieve(pick.choice(stations)),
        lambda: desk.transfer(pick.choice(stations), pick.choice(numbers)),
        lambda: desk.outside_hangs_up(pick.choice(customers)),
        lambda: desk.busy_out(pick.choice(ports)),
        lambda: desk.release(pick.choice(ports)),
    ]
    refused = done = 0
    for _ in range(300):
        try:
            await pick.choice(steps)()
            done += 1
        except LabError:
            refused += 1
        check_ports(desk)
    assert done > 60
    assert refused > 20
    for station in stations:
        await desk.hang_up(station)
    for call in desk._switching.calls():
        await desk.hang_up(call.parties[-1].device)
    await desk.release(*ports)
    assert busy_ports(desk) == {}
    assert len(desk.calls()) == 0
    assert lab.on_their_way == 0
    names = {event.call_id for event in events if event.name is EventName.ORIGINATED}
    assert names <= {event.call_id for event in events if event.name is EventName.CONNECTION_CLEARED} | {
        event.old_call_id for event in events
    }
