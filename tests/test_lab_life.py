"""Starting, stopping and closing, in any order, at once, twice; and labs beside each other."""

import asyncio
import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Application, Deployment, Host, Lab, load_plan
from genesys_ports.errors import (
    LabClosedError,
    LabElsewhereError,
    NetworkRangeError,
    PlanFileError,
    UnknownApplicationError,
    UnknownHostError,
)
from genesys_ports.lab import Report, is_open, standing
from tests.helpers import PATIENCE

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])

PLAN = (
    Deployment(name="three")
    .add("server", host="h", port=5150)
    .add("client", host="h", port=7000, connects_to=["server"])
    .add("over_udp", host="g", port=5060, transport="udp")
)
NAMES = ("server", "client", "over_udp")


def sockets_open():
    # Windows has no such folder, and nothing to compare then.
    return sum(map(is_socket, os.listdir("/dev/fd"))) if os.path.isdir("/dev/fd") else 0


def is_socket(one):
    try:
        return os.readlink(f"/dev/fd/{one}").startswith("socket:")
    except OSError:  # the folder itself, while it was read
        return False


async def settled(condition, limit=PATIENCE):
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)


def listening(lab):
    return [one.application for one in lab.port_states() if one.status == "listening" and is_open(one)]


START, STOP, CRASH, RESTART = "start", "stop", "crash", "restart"

ORDERS = [
    ([], []),
    ([(START, NAMES)], NAMES),
    ([(START, NAMES), (START, NAMES)], NAMES),
    ([(START, ["server", "server"])], ["server"]),
    ([(START, [])], []),
    ([(STOP, NAMES)], []),
    ([(CRASH, NAMES)], []),
    ([(RESTART, NAMES)], NAMES),
    ([(START, NAMES), (STOP, NAMES)], []),
    ([(START, NAMES), (STOP, ["server", "server"])], ["client", "over_udp"]),
    ([(START, NAMES), (CRASH, ["server"]), (START, ["server"])], NAMES),
    ([(START, NAMES), (CRASH, ["client"]), (CRASH, ["client"])], ["server", "over_udp"]),
    ([(START, ["client"]), (START, ["server"]), (STOP, ["client"])], ["server"]),
    ([(START, NAMES), (RESTART, ["client"]), (RESTART, ["server"]), (RESTART, NAMES)], NAMES),
    ([(START, NAMES), (STOP, NAMES), (START, NAMES[::-1]), (CRASH, ["over_udp"])], ["server", "client"]),
]


@MODES
@pytest.mark.parametrize(("calls", "left"), ORDERS)
async def test_in_any_order(one_address, calls, left):
    before = sockets_open()
    lab = await Lab.open(PLAN, one_address=one_address)
    for call, names in [(call, list(names)) for call, names in calls]:
        said = await getattr(lab, call)(*names)
        assert isinstance(said, Report)
        assert len(said.sentences) >= len(names)
    assert set(listening(lab)) == set(left)
    connected = {"server", "client"} <= set(left)
    assert (lab.connection_states()[0].status == "connected") is connected
    await lab.close()
    assert sockets_open() <= before
    assert lab.on_their_way == 0
    assert not lab.dialling


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ([(START, "server")], "server is running and listens on port 5150/tcp of h."),
        ([(START, "server"), (START, "server")], "server is running already."),
        ([(STOP, "server")], "server is not running."),
        ([(START, "server"), (STOP, "server")], "server has stopped."),
        (
            [(START, "server"), (CRASH, "server")],
            "server has crashed: its connections broke off, and the system closed its ports.",
        ),
        ([(CRASH, "server")], "server is not running."),
    ],
)
async def test_what_is_said(calls, said):
    async with await Lab.open(PLAN) as lab:
        for call, name in calls:
            report = await getattr(lab, call)(name)
        assert str(report) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "No port was open. Nothing is left open."),
        (["server"], "1 port closed. Nothing is left open."),
        (["server", "client"], "2 ports closed. Nothing is left open."),
    ],
)
async def test_closing_says_how_many(names, said):
    lab = await Lab.open(PLAN)
    await lab.start(*names)
    assert str(await lab.close()) == said
    for _ in range(2):
        assert str(await lab.close()) == "The lab was closed already. Nothing is left open."


async def test_an_application_without_ports():
    plan = PLAN.add("client", host="h", port=7001, port_id="more")
    plan = replace(plan, applications=(*plan.applications, Application(name="quiet", host="h")))
    async with await Lab.open(plan) as lab:
        assert str(await lab.start("quiet")) == "quiet is running on h; it has no listening port."
        said = await lab.start("client")
        assert said.sentences[0] == "client is running and listens on ports 7000/tcp, 7001/tcp of h."


@pytest.mark.parametrize(
    "call",
    [
        lambda lab: lab.start("server", "nobody"),
        lambda lab: lab.stop("server", "nobody"),
        lambda lab: lab.crash("nobody"),
        lambda lab: lab.restart("server", "nobody"),
        lambda lab: lab.start_all(["nobody"]),
        lambda lab: lab.send("nobody", "server"),
    ],
)
async def test_an_unknown_name_changes_nothing(call):
    async with await Lab.open(PLAN) as lab:
        await lab.start("client")
        with pytest.raises(UnknownApplicationError):
            await call(lab)
        assert listening(lab) == ["client"]


@pytest.mark.parametrize(
    "call",
    [
        lambda lab: lab.start("server"),
        lambda lab: lab.start_all(),
        lambda lab: lab.stop("server"),
        lambda lab: lab.crash("server"),
        lambda lab: lab.restart("server"),
        lambda lab: lab.send("client", "server"),
        lambda lab: lab.knock("h", 5150),
        lambda lab: lab.run_outsider("h", 5150),
        lambda lab: lab.end_outsiders(),
    ],
)
async def test_a_closed_lab_says_so(call):
    lab = await Lab.open(PLAN)
    await lab.close()
    with pytest.raises(LabClosedError):
        await call(lab)
    with pytest.raises(LabClosedError):
        lab.update(PLAN)
    assert lab.status() == str(lab) == "This lab is closed."
    assert "This lab is closed." in lab._repr_html_()
    assert len(lab.port_states()) == 3


# --- slips of a learner's cell


@pytest.mark.parametrize(
    ("call", "runs"),
    [
        (lambda lab: lab.start(["client", "server"]), ["server", "client"]),
        (lambda lab: lab.start("client", ("over_udp", "server")), list(NAMES)),
        (lambda lab: lab.start([]), ["over_udp"]),
        (lambda lab: lab.start_all("client"), ["client"]),
        (lambda lab: lab.start_all(["client"]), ["client"]),
        (lambda lab: lab.start_all([]), []),
        (lambda lab: lab.restart(["over_udp"]), ["over_udp"]),
        (lambda lab: lab.stop(["over_udp", "server"]), []),
        (lambda lab: lab.crash({"over_udp"}), []),
    ],
)
async def test_a_list_of_names(call, runs):
    async with await Lab.open(PLAN) as lab:
        await lab.start("over_udp")
        await call(lab)
        assert {*listening(lab), "over_udp"} == {*runs, "over_udp"}


@pytest.mark.parametrize("name", [5, None, 2.5, {}, PLAN.applications[0]])
@pytest.mark.parametrize(
    "call",
    [
        lambda lab, name: lab.start(name),
        lambda lab, name: lab.stop(name),
        lambda lab, name: lab.crash(["server", name]),
        lambda lab, name: lab.restart(name),
        lambda lab, name: lab.start_all([name]),
        lambda lab, name: lab.send(name, "server"),
        lambda lab, name: lab.send("server", name),
    ],
)
async def test_what_is_no_name_changes_nothing(call, name):
    async with await Lab.open(PLAN) as lab:
        await lab.start("server")
        with pytest.raises(UnknownApplicationError, match="A name belongs here, in quotation marks"):
            await call(lab, name)
        assert listening(lab) == ["server"]


@pytest.mark.parametrize(
    ("plan", "named"),
    [("plans/x.csv", "plans/x.csv"), (Path("x.csv"), "x.csv"), (None, "NoneType"), (PLAN.hosts, "tuple")],
)
async def test_what_is_no_plan(plan, named):
    async with await Lab.open(PLAN) as lab:
        for call in (Lab.open, lambda plan, lab=lab: asyncio.to_thread(lab.update, plan)):
            with pytest.raises(PlanFileError) as raised:
                await call(plan)
            assert str(raised.value) == (
                f'{named}: This is no plan. Load one first, or make one:  plan = load_plan("plans/two-servers.csv")'
            )
        assert lab.plan is PLAN
        assert lab.status() != "This lab is closed."


# --- at once


def calls_of(lab):
    return {
        "start": lambda: lab.start(*NAMES),
        "start_all": lab.start_all,
        "stop": lambda: lab.stop(*NAMES),
        "crash": lambda: lab.crash(*NAMES),
        "restart": lambda: lab.restart("server", "client"),
        "send": lambda: lab.send("client", "server"),
        "close": lab.close,
    }


@MODES
@pytest.mark.parametrize("second", ["start", "start_all", "stop", "crash", "restart", "send", "close"])
@pytest.mark.parametrize("first", ["start", "start_all", "stop", "crash", "restart", "close"])
async def test_two_calls_at_once(one_address, first, second):
    before = sockets_open()
    for started in (False, True):
        lab = await Lab.open(PLAN, one_address=one_address)
        if started:
            await lab.start(*NAMES)
        calls = calls_of(lab)
        async with asyncio.timeout(PATIENCE):
            ended = await asyncio.gather(calls[first](), calls[second](), return_exceptions=True)
        for one in ended:
            assert not isinstance(one, Exception) or type(one).__module__.startswith("genesys_ports.errors"), one
        await lab.close()
        await settled(lambda: sockets_open() <= before)


async def test_everything_at_once():
    before = sockets_open()
    lab = await Lab.open(PLAN)
    calls = [call for _ in range(5) for name, call in calls_of(lab).items() if name != "close"]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(call() for call in calls), return_exceptions=True)
        await asyncio.gather(lab.close(), lab.close(), *(call() for call in calls), return_exceptions=True)
    assert sockets_open() <= before


# --- labs beside each other


async def test_two_labs_in_one_process():
    async with await Lab.open(PLAN, name="one") as one, await Lab.open(PLAN, name="two") as two:
        await asyncio.gather(one.start_all(), two.start_all())
        assert listening(one) == listening(two) == list(NAMES)
        assert one.network.text != two.network.text
        assert len([await one.send("client", "server"), await two.send("client", "server")]) == 2


def test_labs_in_two_processes():
    code = """
        import asyncio, sys
        from genesys_ports import Deployment, Lab
        async def main():
            plan = Deployment().add("server", host="h", port=5150)
            async with await Lab.open(plan) as lab:
                print(lab.network.text, await lab.start("server"), flush=True)
                await asyncio.to_thread(sys.stdin.read)
        asyncio.run(main())
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (one.stdout.readline() for one in running)
    assert [one.communicate("")[0] for one in running] == ["", ""]
    assert [one.returncode for one in running] == [0, 0]
    assert first.split()[0] != second.split()[0]
    assert first.split()[1:] == second.split()[1:]


async def test_opening_again_closes_the_one_before():
    one = await Lab.open(PLAN)
    await one.start_all()
    two = await Lab.open(PLAN)
    assert one.status() == "This lab is closed."
    assert one.network.text == two.network.text
    await two.start_all()
    assert str(await one.close()) == "The lab was closed already. Nothing is left open."
    await two.close()


async def test_opening_again_many_at_once():
    before = sockets_open()
    first = await Lab.open(PLAN)
    await first.start_all()
    labs = await asyncio.gather(*(Lab.open(PLAN) for _ in range(5)))
    assert [lab.status() == "This lab is closed." for lab in labs].count(False) == 1
    for lab in labs:
        await lab.close()
    assert sockets_open() <= before


async def opened_and_left(one_address=None):
    lab = await Lab.open(PLAN, one_address=one_address)
    await lab.start_all()
    await lab.run_outsider("h", 6000)
    await lab.send("client", "server")
    return lab


async def opened_again():
    async with await Lab.open(PLAN) as lab:
        await lab.start_all()
        return listening(lab)


@MODES
def test_opening_again_after_the_event_loop_has_ended(one_address):
    before = sockets_open()
    lab = asyncio.run(opened_and_left(one_address))
    with pytest.raises(LabClosedError):
        asyncio.run(lab.start("server"))
    assert asyncio.run(opened_again()) == list(NAMES)
    assert lab.status() == "This lab is closed."
    assert sockets_open() <= before


def test_closing_after_the_event_loop_has_ended():
    before = sockets_open()
    lab = asyncio.run(opened_and_left())
    assert str(asyncio.run(lab.close())) == "3 ports closed. Nothing is left open."
    assert sockets_open() <= before


def test_a_lab_of_another_thread_is_left_alone():
    before = sockets_open()
    opened, ended = threading.Event(), threading.Event()

    async def elsewhere():
        async with await Lab.open(PLAN) as lab:
            await lab.start_all()
            opened.set()
            await settled(ended.is_set)
            assert listening(lab) == list(NAMES)
            assert (await lab.send("client", "server")).name == "ack"

    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(asyncio.run, elsewhere())
        assert opened.wait(PATIENCE)
        assert asyncio.run(opened_again()) == list(NAMES)
        ended.set()
        there.result(PATIENCE)
    assert sockets_open() <= before


def test_a_lab_is_used_only_where_it_was_opened():
    before = sockets_open()
    loop = asyncio.new_event_loop()
    lab = loop.run_until_complete(Lab.open(PLAN))
    loop.run_until_complete(lab.start("server"))

    async def update():
        lab.update(PLAN)

    for call in (lambda: lab.start("client"), lambda: lab.stop("server"), lambda: lab.knock("h", 5150), update):
        with pytest.raises(LabElsewhereError):
            asyncio.run(call())
    assert str(lab.update(PLAN)) == "The lab has the new plan."
    loop.run_until_complete(lab.start("client"))
    with pytest.raises(LabElsewhereError):
        asyncio.run(lab.close())
    loop.run_until_complete(lab.close())
    loop.close()
    assert sockets_open() <= before


# --- what cannot be opened, and changed plans


async def test_a_plan_with_more_hosts_than_addresses():
    before = sockets_open()
    plan = Deployment()
    for number in range(300):
        plan = plan.add(f"a{number}", host=f"h{number}", port=5150)
    with pytest.raises(NetworkRangeError, match="needs more than 253 host addresses"):
        await Lab.open(plan)
    assert sockets_open() <= before
    async with await Lab.open(PLAN) as lab:
        await lab.start("server")
        with pytest.raises(NetworkRangeError):
            lab.update(plan)
        assert lab.plan is PLAN
        # Neither the plan that did not fit nor hosts that have gone are in the way of what fits.
        await lab.start_all()
        for first in (0, 250):
            hosts = tuple(Host(name=f"n{number}") for number in range(first, first + 250))
            lab.update(Deployment(hosts=hosts))
        assert (await lab.send("client", "server")).name == "ack"
        await lab.stop(*NAMES)
        lab.update(Deployment(hosts=tuple(Host(name=f"m{number}") for number in range(253))))


async def test_a_lab_that_cannot_be_made_gives_its_block_back(monkeypatch):
    before = sockets_open()
    monkeypatch.setattr(standing, "Outsiders", None)
    with pytest.raises(TypeError):
        await Lab.open(PLAN)
    assert sockets_open() <= before


async def test_a_changed_plan_is_read_at_the_next_start():
    async with await Lab.open(PLAN) as lab:
        await lab.start("server", "client")
        assert str(lab.update(PLAN)) == "The lab has the new plan."
        assert str(lab.update(PLAN.move("server", 5160))) == (
            "The lab has the new plan.\n"
            "These applications still run with the plan they read at their start; restart them: server, client."
        )
        assert str(await lab.start("server")) == (
            "server is running already, with the plan it read at its start. To read the new one: restart it."
        )
        assert [str(one.port) for one in lab.port_states()] == ["5150/tcp", "7000/tcp", "5060/udp"]
        assert str(lab.update(PLAN.remove("server"))) == (
            "The lab has the new plan.\n"
            "These applications still run with the plan they read at their start; restart them: client.\n"
            "The new plan does not have these running applications any more; stop them: server."
        )
        assert str(await lab.stop("server")).startswith("server has stopped.")


# --- in the documented order


async def test_everything_starts_in_the_documented_order():
    async with await Lab.open(load_plan(PLANS / "framework.csv")) as lab:
        order = [one.name for one in lab.start_order()]
        assert order == [
            "configuration_server",
            "lca_framework",
            "lca_agent",
            "solution_control_server",
            "message_server",
            "stat_server",
        ]
        said = str(await lab.start_all())
        assert [name for name in order if f"{name} is running" in said] == order
        assert [one.status for one in lab.connection_states()] == ["connected"] * len(lab.plan.connections)


async def test_only_some_start_in_the_documented_order():
    async with await Lab.open(load_plan(PLANS / "framework.csv")) as lab:
        await lab.start_all(["message_server", "configuration_server"])
        assert listening(lab) == ["configuration_server", "message_server"]
    async with await Lab.open(PLAN) as lab:
        assert [one.name for one in lab.start_order()] == list(NAMES)


# --- shown


async def test_a_lab_shows_its_ports_and_notices():
    async with await Lab.open(PLAN, one_address=True) as lab:
        assert repr(lab).startswith("Lab ready: h, g. Nothing is listening yet.\nPorts\n")
        await lab.start("server")
        assert repr(lab).startswith("Lab ready: h, g.\nPorts\n")
        assert repr(lab).endswith("You see the planned hosts and ports everywhere.")
        assert "<p>This system has one loopback address only" in lab._repr_html_()
        assert "listening" in str(lab.ports())
        assert "closed" in str(lab.connections())


async def test_nobody_connects_over_udp():
    plan = Deployment().add("nms", host="h", port=162, transport="udp", purpose="management", port_id="traps")
    plan = plan.add("server", host="h", port=5150, connects_to="nms:traps")
    async with await Lab.open(plan) as lab:
        await lab.start("nms", "server")
        assert [row[3:] for row in lab.connections().rows] == [("162/udp", "over UDP")]


async def test_names_of_a_plan_are_escaped():
    plan = Deployment().add("<b>", host="<script>", port=5150)
    async with await Lab.open(plan) as lab:
        assert "<script>" not in lab._repr_html_()
        await lab.start("<b>")
        assert "<b>" not in lab._repr_html_()


@MODES
@pytest.mark.parametrize(
    ("host", "number", "said"),
    [
        ("h", 5150, "Port 5150/tcp of h: answered. server listens there."),
        ("h", 5060, "Port 5060/tcp of h: refused. Nobody listens there."),
        ("g", 5060, "Port 5060/tcp of g: refused. Nobody listens there."),
        ("g", 5150, "Port 5150/tcp of g: refused. Nobody listens there."),
    ],
)
async def test_knocking(one_address, host, number, said):
    async with await Lab.open(PLAN, one_address=one_address) as lab:
        await lab.start_all()
        assert str(await lab.knock(host, number)) == said


async def test_knocking_at_a_host_the_plan_does_not_have():
    async with await Lab.open(PLAN) as lab:
        with pytest.raises(UnknownHostError):
            await lab.knock("x", 5150)


async def test_an_open_port_that_has_gone_is_not_open():
    lab = await Lab.open(PLAN)
    await lab.start_all()
    states = lab.port_states()
    assert [is_open(one) for one in states] == [True] * 3
    await lab.close()
    assert is_open(states[0]) is False
    assert is_open(lab.port_states()[0]) is False


async def test_a_forgotten_await_says_so():
    shown: list[str] = []

    class Printer:
        text = staticmethod(shown.append)

    async with await Lab.open(PLAN) as lab:
        lab.start("server")._repr_pretty_(Printer(), False)
        assert shown == ["Nothing has happened yet: write await in front of it, as in  await lab.start(…)"]
        assert not lab.is_running("server")


async def test_a_call_is_a_coroutine():
    async with await Lab.open(PLAN) as lab:
        call = lab.start("server")
        assert asyncio.iscoroutine(call)
        await asyncio.create_task(call)
        assert lab.is_running("server")


async def test_an_error_thrown_into_a_call_arrives():
    async with await Lab.open(PLAN) as lab:
        call = lab.close()
        with pytest.raises(KeyError):
            call.throw(KeyError())
