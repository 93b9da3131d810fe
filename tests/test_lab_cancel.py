"""Interrupted at any moment, a call of the lab leaves either what it was asked for or nothing."""

import asyncio
import os
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.lab import is_open
from tests.helpers import PATIENCE

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
FRAMEWORK = load_plan(PLANS / "framework.csv").add("sip_server", host="agent-host", port=5060, transport="udp")

SCS, MS, CS, STAT = "solution_control_server", "message_server", "configuration_server", "stat_server"


def open_files():
    return len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0


async def settled(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.002)


async def interrupted(call, turns):
    """Cancels the call after so many turns of the event loop; whether it was still running then."""
    task = asyncio.ensure_future(call)
    for _ in range(turns):
        await asyncio.sleep(0)
    running = not task.done()
    task.cancel()
    await asyncio.wait([task], timeout=PATIENCE)
    assert task.done()
    if not task.cancelled():
        task.exception()
    return running


def consistent(lab):
    """Every application runs with all its ports open, or has none open."""
    for state in lab.port_states():
        runs = lab.is_running(state.application)
        assert (state.status == "listening") is runs, state
        assert bool(state.sockets) is runs, state
        assert not runs or is_open(state)


async def nothing(lab):
    pass


async def some(lab):
    await lab.start(CS, MS)


async def everything(lab):
    await lab.start_all()


CALLS = [
    ("start", some, lambda lab: lab.start(STAT, SCS, "sip_server")),
    ("start_all", nothing, lambda lab: lab.start_all()),
    ("stop", everything, lambda lab: lab.stop(STAT, SCS, "sip_server")),
    ("stop the server", everything, lambda lab: lab.stop(CS, MS)),
    ("crash", everything, lambda lab: lab.crash(CS, MS, STAT)),
    ("restart", everything, lambda lab: lab.restart(MS, STAT)),
    ("send", everything, lambda lab: lab.send(STAT, MS)),
    ("knock", everything, lambda lab: lab.knock("agent-host", 2060)),
    ("close", everything, lambda lab: lab.close()),
    ("open again", everything, lambda lab: Lab.open(FRAMEWORK, name=lab.name)),
]


@pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])
@pytest.mark.parametrize(("name", "prepare", "call"), CALLS, ids=[name for name, _, _ in CALLS])
async def test_interrupted_at_any_turn(name, prepare, call, one_address):
    before = open_files()
    turns, running = 0, True
    while running and turns < 400:
        lab = await Lab.open(FRAMEWORK, one_address=one_address)
        await prepare(lab)
        running = await interrupted(call(lab), turns)
        if name not in ("close", "open again"):
            await settled(lambda lab=lab: not lab.dialling)
            consistent(lab)
            # All of it still works.
            await lab.restart(*(one.name for one in lab.start_order()))
            consistent(lab)
            assert {one.status for one in lab.connection_states()} == {"connected"}
            await lab.send(STAT, MS)
        await lab.close()
        for left in list(Lab._open.values()):
            await left.close()
        await settled(lambda: open_files() <= before)
        # Most of what happens happens early.
        turns += 1 if turns < 24 else 6
    assert not running


async def test_a_loss_is_told_by_the_call_that_caused_it_or_not_at_all():
    for turns in range(0, 60, 3):
        async with await Lab.open(FRAMEWORK) as lab:
            await lab.start_all()
            await interrupted(lab.restart(MS), turns)
            said = (await lab.restart(MS)).sentences
            lost = [sentence for sentence in said if "has lost its connection" in sentence]
            assert len(lost) == len(set(lost))
            assert said[0] in ("message_server has stopped.", "message_server is not running.")
            assert not (lost and said[0] == "message_server is not running.")


async def test_an_outsider_interrupted_at_any_turn():
    before = open_files()
    for pause in (0, 0, 0.001, 0.005, 0.02, 0.05):
        async with await Lab.open(FRAMEWORK) as lab:
            task = asyncio.ensure_future(lab.run_outsider("agent-host", 2060))
            await asyncio.sleep(pause)
            task.cancel()
            await asyncio.wait([task], timeout=PATIENCE)
            await lab.end_outsiders()
            await lab.start(CS)
            await lab.start(STAT)
            consistent(lab)
        await settled(lambda: open_files() <= before)


async def test_a_close_interrupted_while_another_call_is_in_progress():
    before = open_files()
    for turns in range(0, 60, 2):
        lab = await Lab.open(FRAMEWORK)
        starting = asyncio.ensure_future(lab.start_all())
        for _ in range(turns):
            await asyncio.sleep(0)
        await interrupted(lab.close(), 1)
        await asyncio.wait([starting], timeout=PATIENCE)
        error = starting.exception()
        assert error is None or type(error).__name__ == "LabClosedError"
        await settled(lambda: open_files() <= before)
        assert lab.status() == "This lab is closed."


CTI = load_plan(PLANS / "cti.csv")
SWITCH, T_SERVER, DESKTOP = "switch", "t_server", "agent_desktop"

CTI_CALLS = [
    ("start the switch", lambda lab: lab.start(SWITCH)),
    ("stop the switch", lambda lab: lab.stop(SWITCH)),
    ("crash the switch", lambda lab: lab.crash(SWITCH)),
    ("stop T-Server", lambda lab: lab.stop(T_SERVER)),
    ("restart T-Server", lambda lab: lab.restart(T_SERVER)),
    ("cut", lambda lab: lab.cut(T_SERVER, SWITCH)),
    ("mend", lambda lab: lab.mend(T_SERVER, SWITCH)),
    ("beat", lambda lab: lab.beat(T_SERVER)),
    ("console", lambda lab: lab.console(SWITCH)),
    ("call", lambda lab: lab.switch(SWITCH).call("2003", "2004")),
    ("ask", lambda lab: lab.send(DESKTOP, T_SERVER, "RequestAnswerCall", ThisDN="2002")),
]


@pytest.mark.parametrize(("name", "call"), CTI_CALLS, ids=[name for name, _ in CTI_CALLS])
async def test_a_cti_link_interrupted_at_any_turn(name, call):
    before = open_files()
    turns, running = 0, True
    while running:
        async with await Lab.open(CTI) as lab:
            if name != "start the switch":
                await lab.start(SWITCH)
            await lab.start(T_SERVER, DESKTOP)
            if lab.is_running(SWITCH):
                await lab.switch(SWITCH).call("2001", "2002")
            if name == "mend":
                await lab.cut(T_SERVER, SWITCH)
            running = await interrupted(call(lab), turns)
            await settled(lambda lab=lab: not lab.dialling)
            consistent(lab)
            # All of it still works.
            await lab.restart(SWITCH, T_SERVER, DESKTOP)
            assert "the CTI link is alive" in str(await lab.beat(T_SERVER))
            await lab.switch(SWITCH).call("2001", "2002")
            assert lab.trace[-1].name == "EventRinging"
        assert lab.on_their_way == 0
        turns += 1 if turns < 16 else 5
    await settled(lambda: open_files() <= before)


async def test_a_switch_starts_again_before_its_lost_link_was_noticed():
    turns, running = 0, True
    while running:
        async with await Lab.open(CTI) as lab:
            await lab.start(SWITCH, T_SERVER)
            running = await interrupted(lab.stop(SWITCH), turns)
            await lab.start(SWITCH)
            # Whatever has become of the stop, the link stands.
            assert "the CTI link is alive" in str(await lab.beat(T_SERVER))
        turns += 1
