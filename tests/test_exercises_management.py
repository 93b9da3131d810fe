"""Checks of the tasks on management ports: each fails on the untouched task and wrong answers, passes on right ones."""

import contextlib

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import PortInUseError, SnmpRefusedError, SnmpSilentError
from genesys_ports.exercises import check_management_port, check_polled, check_trap
from tests.conftest import ROOT

PLAN = load_plan(ROOT / "notebooks" / "plans" / "management.csv")
MS, STAT, NMS = "message_server", "stat_server", "nms"


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as opened:
        await opened.start(NMS, MS)
        yield opened


# --- asked over SNMP


async def nobody(lab):
    pass


async def somebody_else(lab):
    await lab.start("snmp_master_agent")
    with contextlib.suppress(SnmpSilentError, SnmpRefusedError):
        await lab.snmpget("snmp_master_agent", "sysName")


async def only_a_trap(lab):
    await lab.restart(MS)


@pytest.mark.parametrize("answer", [nobody, somebody_else, only_a_trap])
async def test_not_asked(lab, answer):
    await answer(lab)
    assert str(check_polled(lab, MS, "sysName")) == (
        "Not yet.\n  ○ Nobody has asked message_server over SNMP yet:  await lab.snmpget(…)"
    )


async def wrong_community(lab):
    await lab.snmpget(MS, "sysName", community="secret")


async def stopped(lab):
    await lab.stop(MS)
    await lab.snmpget(MS, "sysName")


@pytest.mark.parametrize("answer", [wrong_community, stopped])
async def test_asked_in_vain(lab, answer):
    with pytest.raises(SnmpSilentError):
        await answer(lab)
    assert str(check_polled(lab, MS, "sysName")) == (
        "Not yet.\n  ○ nms asked message_server on port 5161/udp, and no answer came: the community was wrong, or the "
        "agent could not answer."
    )


async def test_a_refusal_is_no_answer(lab):
    with pytest.raises(SnmpRefusedError):
        await lab.snmpset(MS, "sysName", "mine")
    assert not check_polled(lab, MS).passed


async def test_another_object(lab):
    await lab.snmpget(MS, "sysDescr")
    check = check_polled(lab, MS, "sysName")
    assert not check.passed
    assert "sysName was not in it. It said: sysDescr.0 = " in str(check)
    assert check_polled(lab, MS).passed


async def get_it(lab):
    await lab.snmpget(MS, "sysName")


async def ask_as_you(lab):
    await lab.snmpget(MS, "sysName.0", by="you")


async def walk(lab):
    await lab.snmpwalk(MS, "system")


async def at_last(lab):
    with contextlib.suppress(SnmpSilentError):
        await lab.snmpget(MS, "sysName", community="secret")
    await lab.snmpget(MS, "sysDescr", "sysName")


async def securely(lab):
    await lab.snmpget(MS, "sysName", user="trainee")


@pytest.mark.parametrize("answer", [get_it, ask_as_you, walk, at_last, securely])
@pytest.mark.parametrize("wanted", ["sysName", "sysName.0"])
async def test_polled(lab, answer, wanted):
    await answer(lab)
    check = check_polled(lab, MS, wanted)
    assert check.passed
    assert " asked message_server over SNMP on port 5161/udp, and it answered: " in str(check)


async def test_polled_says_what_was_seen(lab):
    await get_it(lab)
    assert str(check_polled(lab, MS, "sysName")) == (
        "Done.\n  ✓ nms asked message_server over SNMP on port 5161/udp, and it answered: sysName.0 = message_server."
    )


# --- while nobody can talk to it


async def before_and_after(lab):
    await get_it(lab)
    await lab.close_port(MS)
    await lab.open_port(MS)
    await get_it(lab)


async def the_wrong_port_closed(lab):
    await lab.close_port(MS, "snmp")
    await lab.open_port(MS, "snmp")
    await get_it(lab)


@pytest.mark.parametrize("answer", [get_it, before_and_after, the_wrong_port_closed])
async def test_polled_while_it_was_open(lab, answer):
    await answer(lab)
    check = check_polled(lab, MS, "sysName", while_closed=True)
    assert [step.ok for step in check.steps] == [True, False]
    assert "while its communication port was open" in str(check)


async def while_closed(lab):
    await lab.close_port(MS)
    await get_it(lab)


async def while_closed_and_opened_again(lab):
    await while_closed(lab)
    await lab.open_port(MS)
    await get_it(lab)


async def while_overloaded(lab):
    await lab.overload(MS)
    await lab.snmpget(MS, "sysName", "gpApplicationState")
    await lab.relieve(MS)


@pytest.mark.parametrize("answer", [while_closed, while_closed_and_opened_again, while_overloaded])
async def test_polled_while_it_was_closed(lab, answer):
    await answer(lab)
    check = check_polled(lab, MS, "sysName", while_closed=True)
    assert check.passed
    assert check.steps[-1].sentence == (
        "It answered while nobody could talk to it on its communication port: that is what a second port is for."
    )


# --- a management port of its own


def with_port(number=5162, transport="udp", purpose="management", plan=PLAN):
    return plan.add(
        STAT, host="framework-host", port=number, transport=transport, purpose=purpose, port_id="management"
    )


async def test_no_such_application(lab):
    assert "The lab's plan has no application statserver" in str(check_management_port(lab, "statserver", 5162))


@pytest.mark.parametrize("plan", [PLAN, with_port(transport="tcp"), with_port(purpose="other")])
async def test_no_management_port(lab, plan):
    lab.update(plan)
    await lab.start(STAT)
    check = check_management_port(lab, STAT, 5162)
    assert not check.passed
    assert "In the lab's plan stat_server has no management port over UDP. Its ports are 2060/tcp" in str(check)


async def test_another_number(lab):
    lab.update(with_port(5163))
    await lab.start(STAT)
    assert str(check_management_port(lab, STAT, 5162)) == (
        "Not yet.\n"
        "  ○ stat_server has a management port, and not on 5162/udp. Its planned ports are 2060/tcp, 5163/udp."
    )


async def test_a_number_that_another_has(lab):
    lab.update(with_port(5161))
    with pytest.raises(PortInUseError):
        await lab.start(STAT)
    check = check_management_port(lab, STAT, 5161)
    assert not check.passed
    assert "message_server is planned to listen on 5161/udp of the same host, too" in str(check)


async def test_planned_and_not_started(lab):
    lab.update(with_port())
    assert str(check_management_port(lab, STAT, 5162)) == (
        "Not yet.\n  ○ stat_server is planned with the management port 5162/udp, and does not listen there: start it."
    )


async def test_planned_anew_and_not_restarted(lab):
    await lab.start(STAT)
    lab.update(with_port())
    assert "stat_server still runs with the one it read at its start: restart it." in str(
        check_management_port(lab, STAT, 5162)
    )


async def test_nobody_has_asked_it(lab):
    lab.update(with_port())
    await lab.start(STAT)
    assert str(check_management_port(lab, STAT, 5162)) == (
        "Not yet.\n"
        "  ✓ stat_server listens on its management port 5162/udp of framework-host.\n"
        "  ○ Nobody has got an answer from 5162/udp yet. Ask it:  await lab.snmpget(…)"
    )


async def test_the_answer_of_another_port_does_not_count(lab):
    lab.update(with_port(5163))
    await lab.start(STAT)
    await lab.snmpget(STAT, "sysName")
    lab.update(with_port())
    await lab.restart(STAT)
    assert not check_management_port(lab, STAT, 5162).passed


async def straight_away(lab):
    lab.update(with_port())
    await lab.start(STAT)
    await lab.snmpget(STAT)


async def on_the_second_try(lab):
    lab.update(with_port(5161))
    with contextlib.suppress(PortInUseError):
        await lab.start(STAT)
    lab.update(lab.plan.move(STAT, 5162, port_id="management"))
    await lab.start(STAT)
    await lab.snmpwalk(STAT, "gpPortTable", by="you")


async def with_two_ports(lab):
    lab.update(
        with_port().add(STAT, host="framework-host", port=5170, transport="udp", purpose="management", port_id="m2")
    )
    await lab.start(STAT)
    await lab.snmpget(STAT, port_id="management")


@pytest.mark.parametrize("answer", [straight_away, on_the_second_try, with_two_ports])
async def test_a_management_port(lab, answer):
    await answer(lab)
    check = check_management_port(lab, STAT, 5162)
    assert check.passed
    assert [step.sentence.partition(" ")[2][:32] for step in check.steps] == [
        "listens on its management port 5",
        "asked stat_server over SNMP on p",
    ]


# --- traps

CONTROL = ("lca_framework", "snmp_master_agent", "solution_control_server", STAT)


async def test_no_trap(lab):
    await lab.stop(NMS)
    async with await Lab.open(PLAN, name="silent") as silent:
        assert str(check_trap(silent, "gsServerDownTrap", about=STAT)) == (
            "Not yet.\n  ○ No network management system has heard a trap yet."
        )


async def test_a_trap_about_another(lab):
    await lab.stop(MS)
    check = check_trap(lab, "gsServerDownTrap", about=STAT)
    assert str(check) == "Not yet.\n  ○ 2 traps were heard, and none is about stat_server."
    assert check_trap(lab, "gsServerDownTrap", about=MS).passed


async def test_one_trap_about_another(lab):
    assert str(check_trap(lab, "gsServerUpTrap", about=STAT)).endswith(
        "○ 1 trap was heard, and it is not about stat_server."
    )


async def test_crashed_and_nobody_watches(lab):
    await lab.start(STAT)
    await lab.crash(STAT)
    assert not check_trap(lab, "gsServerDownTrap", about=STAT).passed


async def test_another_trap_about_it(lab):
    await lab.start(*CONTROL)
    assert str(check_trap(lab, "gsServerDownTrap", about=STAT)) == (
        "Not yet.\n  ○ Traps about stat_server were heard, and no gsServerDownTrap: gsServerUpTrap."
    )


@pytest.mark.parametrize("how", ["crash", "stop"])
async def test_a_trap(lab, how):
    await lab.start(*CONTROL)
    await getattr(lab, how)(STAT)
    assert str(check_trap(lab, "gsServerDownTrap", about=STAT)) == (
        "Done.\n  ✓ gsServerDownTrap was heard, sent by snmp_master_agent: stat_server:server is DOWN."
    )


async def test_a_trap_of_its_own(lab):
    lab.update(with_port().connect(STAT, NMS, "traps"))
    await lab.start(STAT)
    await lab.restart(STAT)
    await lab.start(*CONTROL)
    master = {"about": STAT, "by": "snmp_master_agent"}
    assert check_trap(lab, "gsServerDownTrap", about=STAT).passed
    assert str(check_trap(lab, "gsServerDownTrap", **master)) == (
        "Not yet.\n  ○ gsServerDownTrap about stat_server was heard, sent by stat_server. The exercise asks for one "
        "that snmp_master_agent sends, because stat_server has crashed and can send none itself."
    )
    await lab.crash(STAT)
    assert "sent by snmp_master_agent: stat_server:server is DOWN." in str(
        check_trap(lab, "gsServerDownTrap", **master)
    )


async def test_a_trap_about_a_link():
    plan = load_plan(ROOT / "notebooks" / "plans" / "cti.csv")
    plan = plan.add(
        NMS, type="Network Management System", host="nms-host", port=162, transport="udp", purpose="management"
    )
    async with await Lab.open(plan.connect("t_server", NMS)) as lab:
        await lab.start(NMS, "switch", "t_server")
        check = check_trap(lab, "tsLinkStatusTrap", about="t_server")
        assert check.passed, (str(check), str(lab.traps()))
        assert "server t_server (3) - link cti-link status changed - 1" in str(check)
