"""Checks of the tasks on SIP: each fails on the untouched task and on wrong answers, and passes on right ones."""

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import CallFailedError, InvalidValueError, PortInUseError
from genesys_ports.exercises import check_call, check_registered
from tests.conftest import ROOT

PLAN = load_plan(ROOT / "notebooks" / "plans" / "sip.csv")
P1, P2, SIP, SOFT = "phone_1001", "phone_1002", "sip_server", "softphone"


def over(plan, port_id, *phones):
    for phone in phones:
        plan = plan.disconnect(phone, SIP).connect(phone, SIP, port_id=port_id)
    return plan


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as opened:
        await opened.start(SIP, P1, P2)
        yield opened


async def call(lab, number="1002"):
    await lab.call(P1, number)
    await lab.hang_up(P1)


# --- exercise 1: the same call over TCP


async def test_nobody_has_called(lab):
    assert str(check_call(lab, P1, "1002", transport="tcp")) == "Not yet.\n  ○ phone_1001 has not called 1002 yet."


async def planned_only(lab):
    await call(lab)
    lab.update(over(PLAN, "sip-tcp", P1))


async def untouched(lab):
    await call(lab)
    lab.update(over(PLAN, "sip", P1))


async def not_restarted(lab):
    lab.update(over(PLAN, "sip-tcp", P1))
    await call(lab)


async def the_other_phone(lab):
    lab.update(over(PLAN, "sip-tcp", P2))
    await lab.restart(P2)
    await call(lab)


async def another_number(lab):
    await call(lab)
    lab.update(over(PLAN, "sip-tcp", P1))
    await lab.restart(P1)
    await lab.start("media_server")
    await call(lab, "2000")


async def called_back(lab):
    await call(lab)
    lab.update(over(PLAN, "sip-tcp", P1, P2))
    await lab.restart(P1, P2)
    await lab.call(P2, "1001")


@pytest.mark.parametrize(
    "answer", [untouched, planned_only, not_restarted, the_other_phone, another_number, called_back]
)
async def test_a_call_over_udp_is_not_yet_one_over_tcp(lab, answer):
    await answer(lab)
    assert str(check_call(lab, P1, "1002", transport="tcp")) == (
        "Not yet.\n"
        "  ✓ phone_1001 called 1002, and the call was answered with 200.\n"
        "  ○ The INVITE went to port 5060/udp; a call over tcp was asked for."
    )


async def test_over_tcp_and_refused(lab):
    lab.update(over(PLAN, "sip-tcp", P1))
    await lab.restart(P1)
    await lab.stop(P2)
    with pytest.raises(CallFailedError) as failed:
        await call(lab)
    result = check_call(lab, P1, "1002", transport="tcp")
    assert [step.ok for step in result.steps] == [False, True]
    assert f"status {failed.value.status}" in str(result)


async def one_phone(lab):
    lab.update(over(PLAN, "sip-tcp", P1))
    await lab.restart(P1)
    await call(lab)


async def both_phones(lab):
    lab.update(over(PLAN, "sip-tcp", P1, P2))
    await lab.restart(P1, P2)
    await lab.call(P1, "1002")


async def one_after_another(lab):
    await call(lab)
    await lab.stop(P1)
    lab.update(over(PLAN, "sip-tcp", P1))
    await lab.start(P1)
    await call(lab)


async def another_number_later(lab):
    await one_phone(lab)
    await lab.start("media_server")
    await call(lab, "2000")


@pytest.mark.parametrize("answer", [one_phone, both_phones, one_after_another, another_number_later])
async def test_a_call_over_tcp(lab, answer):
    await answer(lab)
    assert str(check_call(lab, P1, "1002", transport="tcp")) == (
        "Done.\n  ✓ phone_1001 called 1002, and the call was answered with 200.\n  ✓ The INVITE went to port 5060/tcp."
    )


async def test_no_such_transport(lab):
    with pytest.raises(InvalidValueError):
        check_call(lab, P1, "1002", transport="pigeon")


# --- exercise 2: a port beside SIP Server


def beside(plan=PLAN, port=5090, transport="udp", port_id="sip"):
    return plan.add(
        SOFT, type="SIP Phone", dn="1003", host="sip-host", port=port, transport=transport, purpose="sip",
        port_id=port_id, connects_to="sip_server:sip",
    )  # fmt: skip


async def test_not_even_planned(lab):
    assert str(check_registered(lab, SOFT, 5090)).startswith("Not yet.\n  ○ The lab's plan has no application softph")


async def test_untouched(lab):
    lab.update(beside(port=5060))
    with pytest.raises(PortInUseError):
        await lab.start(SOFT)
    lab.update(lab.plan.move(SOFT, 5060, port_id="sip"))
    assert str(check_registered(lab, SOFT, 5090)) == (
        "Not yet.\n"
        "  ○ softphone does not listen on port 5090/udp. Its planned ports are 5060/udp: give it the one that is asked "
        "for, hand the lab the plan, and start softphone."
    )


@pytest.mark.parametrize("port", [5062, 5091])
async def test_planned_elsewhere(lab, port):
    lab.update(beside(port=port))
    await lab.start(SOFT)
    result = check_registered(lab, SOFT, 5090)
    assert not result.passed
    assert f"softphone does not listen on port 5090/udp. Its planned ports are {port}/udp" in str(result)


async def test_planned_and_not_started(lab):
    lab.update(beside())
    assert "does not listen on port 5090/udp" in str(check_registered(lab, SOFT, 5090))


async def test_the_other_transport(lab):
    lab.update(beside(transport="tcp"))
    await lab.start(SOFT)
    assert not check_registered(lab, SOFT, 5090).passed


async def test_started_without_sip_server(lab):
    lab.update(beside())
    await lab.stop(SIP)
    await lab.start(SOFT)
    assert str(check_registered(lab, SOFT, 5090)) == (
        "Not yet.\n"
        "  ✓ softphone listens on port 5090/udp of sip-host.\n"
        "  ○ SIP Server has not taken a registration of softphone yet."
    )


async def test_planned_anew_and_not_restarted(lab):
    lab.update(beside(port=5062))
    await lab.start(SOFT)
    lab.update(lab.plan.move(SOFT, 5090, port_id="sip"))
    assert str(check_registered(lab, SOFT, 5090)) == (
        "Not yet.\n  ○ The plan is right, and softphone still runs with the one it read at its start: restart it."
    )


DONE = (
    "Done.\n"
    "  ✓ softphone listens on port 5090/udp of sip-host.\n"
    "  ✓ SIP Server has taken its registration, and knows to call it on port 5090/udp."
)


async def test_registered(lab):
    lab.update(beside(port=5060))
    lab.update(lab.plan.move(SOFT, 5090, port_id="sip"))
    await lab.start(SOFT)
    assert str(check_registered(lab, SOFT, 5090)) == DONE
    await lab.call(P1, "1003")


async def test_registered_on_the_second_try(lab):
    lab.update(beside(port=5062))
    await lab.start(SOFT)
    lab.update(lab.plan.move(SOFT, 5090, port_id="sip"))
    await lab.restart(SOFT)
    assert str(check_registered(lab, SOFT, 5090)) == DONE


async def test_another_plan_for_the_same(lab):
    lab.update(beside(beside(), port=5090, transport="tcp", port_id="sip-tcp"))
    await lab.start(SOFT)
    assert str(check_registered(lab, SOFT, 5090)) == DONE
