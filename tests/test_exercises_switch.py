"""Checks of the tasks on a switch: each fails on the untouched task and on wrong answers, and passes on right ones."""

import pytest

from genesys_ports import Lab, load_plan, load_switch
from genesys_ports.exercises import check_calls_at_once, check_ports_free, check_station
from genesys_ports.model import VoicePort
from tests.conftest import ROOT

PLANS = ROOT / "notebooks" / "plans"
FRAME = load_switch(PLANS / "switch-ports.csv")
PLAN = load_plan(PLANS / "cti.csv").with_switch(FRAME)
SWITCH = "switch"


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as opened:
        await opened.start(SWITCH)
        yield opened


@pytest.fixture
def desk(lab):
    return lab.switch(SWITCH)


CHECKS = [
    lambda lab, name: check_calls_at_once(lab, 1, name),
    lambda lab, name: check_ports_free(lab, name),
    lambda lab, name: check_station(lab, "2001", "03-01", name),
]


@pytest.mark.parametrize("check", CHECKS)
async def test_no_switch(check):
    async with await Lab.open(load_plan(PLANS / "two-servers.csv")) as lab:
        assert str(check(lab, None)) == "Not yet.\n  ○ The lab's plan has no such switch."


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", [None, SWITCH])
async def test_a_switch_that_does_not_run(lab, check, name):
    assert not str(check(lab, "pbx")).startswith("Done")
    await lab.stop(SWITCH)
    assert "switch does not run" in str(check(lab, name))


# --- calls at once


async def one_call(desk):
    await desk.call("2001", "2002")


async def one_after_another(desk):
    for caller, number in (("2001", "2002"), ("2003", "2004")):
        await desk.call(caller, number)
        await desk.hang_up(caller)
    await desk.call("2001", "2002")


@pytest.mark.parametrize("answer", [one_call, one_after_another])
async def test_too_few_calls_at_once(lab, desk, answer):
    await answer(desk)
    assert str(check_calls_at_once(lab, 2)) == (
        "Not yet.\n"
        "  ✓ A call takes the ports 03-01, 03-02.\n"
        "  ○ switch carries 1 call at this moment; the exercise asks for 2."
    )


async def test_no_call_at_all(lab):
    assert str(check_calls_at_once(lab, 2)).endswith(
        "○ switch carries no call at this moment; the exercise asks for 2."
    )


async def two_inside(desk):
    await desk.call("2001", "2002")
    await desk.call("2003", "2004")


async def from_outside(desk):
    await desk.arrive("5551234", "2001")
    await desk.arrive("5559876", "3000")


async def to_outside_and_more(desk):
    await from_outside(desk)
    await desk.call("2002", "95550000")


@pytest.mark.parametrize(
    ("answer", "last"),
    [
        (two_inside, "A call takes the ports 03-03, 03-04."),
        (from_outside, "A call takes the ports 01-02, 02-01."),
        (to_outside_and_more, "A call takes the ports 01-03, 03-02."),
    ],
)
async def test_calls_at_once(lab, desk, answer, last):
    await answer(desk)
    check = check_calls_at_once(lab, 2)
    assert check.passed
    assert check.steps[-2].sentence == last


# --- all ports free


async def test_ports_are_not_free_while_a_call_is_on(lab, desk):
    await desk.arrive("5551234", "2001")
    assert str(check_ports_free(lab)) == (
        "Not yet.\n  ○ Voice port 01-01 is not free: waiting.\n  ○ Voice port 03-01 is not free: ringing."
    )


async def test_a_port_out_of_service_is_not_free(lab, desk):
    await desk.busy_out("01-02")
    assert str(check_ports_free(lab)) == "Not yet.\n  ○ Voice port 01-02 is not free: out of service."


async def never_used(desk):
    pass


async def used_and_hung_up(desk):
    await desk.arrive("5551234", "2001")
    await desk.answer("2001")
    await desk.hang_up("2001")


async def hung_up_outside(desk):
    await desk.arrive("5551234", "3000")
    await desk.outside_hangs_up("5551234")


@pytest.mark.parametrize("answer", [never_used, used_and_hung_up, hung_up_outside])
async def test_ports_free(lab, desk, answer):
    await answer(desk)
    assert str(check_ports_free(lab)) == "Done.\n  ✓ All 12 voice ports of switch are idle."


# --- a station, programmed at the console


async def type_in(lab, *lines):
    console = await lab.console(SWITCH)
    for line in ("login admin", "training", *lines):
        await console.type(line)


NO_DN = (
    "Not yet.\n"
    "  ✓ switch has a station at port 03-05.\n"
    "  ○ It has no DN yet: assign 2005 to it on the console of the switch."
)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), NO_DN),
        (("assign 2005 03-05", "unassign 2005"), NO_DN),
        (("assign 2006 03-05",), "Its DN is 2006; 2005 was asked for."),
        (("assign 2005 03-06",), "switch has DN 2005 at port 03-06; port 03-05 was asked for."),
        (("assign 2005 03-05", "busy-out 03-05"), "Its DN is 2005, and it is out of service: release it"),
    ],
)
async def test_not_yet_a_station(lab, lines, said):
    await type_in(lab, *lines)
    check = check_station(lab, "2005", "03-05")
    assert not check.passed
    assert said in str(check)


async def test_typed_without_login(lab):
    console = await lab.console(SWITCH)
    await console.type("assign 2005 03-05")
    assert str(check_station(lab, "2005", "03-05")) == NO_DN


async def test_a_port_that_is_not_there(lab):
    assert "switch has no port 03-07, and no station with DN 2005." in str(check_station(lab, "2005", "03-07"))
    assert "switch has DN 2001 at port 03-01" in str(check_station(lab, "2001", "03-07"))


async def test_a_trunk_channel_is_no_station(lab):
    assert "Port 01-01 of switch is no station: trunk." in str(check_station(lab, "9", "01-01"))


DONE = "Done.\n  ✓ switch has a station at port {port}.\n  ✓ Its DN is 2005, and it is in service."


@pytest.mark.parametrize(
    ("port", "lines"),
    [
        ("03-05", ("assign 2005 03-05",)),
        ("03-05", ("assign 2005 03-06", "unassign 2005", "assign 2005 03-05")),
        ("03-07", ("add station 03-07", "assign 2005 03-07")),
    ],
)
async def test_a_station(lab, port, lines):
    await type_in(lab, *lines)
    assert str(check_station(lab, 2005, port)) == DONE.format(port=port)


async def test_a_station_that_somebody_calls(lab, desk):
    await type_in(lab, "assign 2005 03-05")
    done = DONE.format(port="03-05")
    alone = done.replace("Done", "Not yet") + (
        '\n  ○ No call joins 2001 and 2005 at this moment:  await desk.call("2001", "2005")'
    )
    assert str(check_station(lab, "2005", "03-05", called_by="2001")) == alone
    await desk.call("2001", "2002")
    assert str(check_station(lab, "2005", "03-05", called_by="2001")) == alone
    await desk.hang_up("2001")
    await desk.call("2001", "2005")
    assert str(check_station(lab, "2005", "03-05", called_by=2001)) == (
        done + "\n  ✓ A call joins 2001 and 2005 at this moment."
    )


async def test_a_station_that_is_planned(lab):
    planned = tuple(
        VoicePort(label=one.label, device=SWITCH, kind=one.kind, dn=one.dn or "2005") if one.label == "03-05" else one
        for one in FRAME.voice_ports
    )
    lab.update(PLAN.with_switch(type(FRAME)(name=SWITCH, voice_ports=planned)))
    assert not check_station(lab, "2005", "03-05").passed
    await lab.restart(SWITCH)
    assert check_station(lab, "2005", "03-05").passed


async def test_one_call_may_be_enough(lab, desk):
    await one_call(desk)
    assert str(check_calls_at_once(lab, 1)).endswith("✓ switch carries 1 call at this moment.")
    await desk.call("2003", "2004")
    assert str(check_calls_at_once(lab, 3)).endswith("switch carries 2 calls at this moment; the exercise asks for 3.")
