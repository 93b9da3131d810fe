"""One scenario, told the same way on every run and on every system."""

import asyncio
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import PortsError

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"

SCS, MS, CS, STAT = "solution_control_server", "message_server", "configuration_server", "stat_server"


async def note(lab):
    lab.update(lab.plan.disconnect(MS, SCS))
    yield lab.start(SCS)
    yield lab.start(MS)
    yield lab.send(SCS, MS, "log event", "one")
    yield lab.send(MS, SCS, "alarm", "two")
    yield asyncio.gather(*(lab.send(SCS, MS, "message", str(n)) for n in range(50)))
    yield lab.stop(MS)
    yield lab.send(SCS, MS)
    yield lab.start(MS)
    yield lab.crash(SCS)
    yield lab.send(MS, SCS)
    yield lab.start(SCS)
    lab.update(lab.plan.move(MS, 5160))
    yield lab.restart(MS)
    yield lab.send(SCS, MS)
    yield lab.restart(SCS)
    yield lab.send(SCS, MS)
    yield lab.knock("framework-host", 5160)
    yield lab.knock("framework-host", 5150)


async def framework(lab):
    yield lab.start(STAT)
    yield lab.start_all()
    yield lab.crash("lca_agent")
    yield lab.crash(CS)
    yield lab.start(CS, "lca_agent")
    yield lab.stop(MS, STAT)
    yield lab.start(STAT, MS)
    yield lab.restart(CS, MS, SCS)


async def collisions(lab):
    yield lab.start(MS, SCS)
    yield lab.start("log_server")
    yield lab.start("message_server_b", "sip_server")
    yield lab.start("web_services")
    yield lab.start("feature_server")
    yield lab.stop("web_services")
    yield lab.start("feature_server")
    yield lab.start("web_services")
    yield lab.run_outsider("framework-host", 5151)
    yield lab.run_outsider("framework-host", 3600)
    lab.update(lab.plan.move("log_server", 5151))
    yield lab.start("log_server")
    yield lab.knock("framework-host", 5151)
    yield lab.end_outsiders()
    yield lab.start("log_server")
    lab.update(lab.plan.connect("log_server", SCS, client_port=21001).add("late", host="framework-host", port=21001))
    yield lab.restart("log_server")
    yield lab.start("late")
    yield lab.crash("log_server")
    yield lab.start("late")
    yield lab.start("log_server")


STORIES = [("two-servers.csv", note), ("framework.csv", framework), ("collisions.csv", collisions)]


async def told(plan, story, one_address):
    lines = []
    async with await Lab.open(load_plan(PLANS / plan), name="story", one_address=one_address) as lab:
        async for call in story(lab):
            try:
                lines.append(str(await call))
            except PortsError as error:
                lines.append(f"{type(error).__name__}: {error}")
        lines += [str(lab.trace), str(lab.ports()), str(lab.connections()), str(lab.log())]
        lines.append(str(await lab.close()))
    return lines


@pytest.mark.parametrize(("plan", "story"), STORIES, ids=[story.__name__ for _, story in STORIES])
def test_every_run_tells_one_story_in_both_modes(plan, story):
    first = asyncio.run(told(plan, story, False))
    assert not [line for line in first if "127." in line or "rrno" in line]
    for run in range(1, 8):
        assert asyncio.run(told(plan, story, bool(run % 2))) == first
