"""Checks of the tasks on the CTI link: each fails on the untouched task and wrong answers, and passes on right ones."""

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.exercises import check_link, check_link_restored, check_switch_call
from tests.conftest import ROOT

PLAN = load_plan(ROOT / "notebooks" / "plans" / "cti.csv")
T, SWITCH, DESKTOP, STAT = "t_server", "switch", "agent_desktop", "stat_server"


def linked_to(port_id, plan=PLAN):
    return plan.disconnect(T, SWITCH).connect(T, SWITCH, port_id=port_id)


@pytest.fixture
async def open_lab():
    labs = []

    async def opened(plan=PLAN, *start):
        labs.append(await Lab.open(plan))
        await labs[-1].start(*start)
        return labs[-1]

    yield opened
    for lab in labs:
        await lab.close()


# --- the link


async def test_no_such_application(open_lab):
    lab = await open_lab()
    for one in (check_link(lab, "tserver", SWITCH), check_link(lab, T, "pbx")):
        assert not one.passed
        assert "The lab's plan has no application" in str(one)


async def test_no_link_is_planned(open_lab):
    lab = await open_lab(PLAN.disconnect(T, SWITCH), SWITCH, T)
    assert str(check_link(lab, T, SWITCH, port=7450)) == (
        "Not yet.\n"
        "  ○ The lab's plan has no connection from t_server to switch: T-Server is the client of the CTI link."
    )


@pytest.mark.parametrize(("started", "status"), [((), "closed"), ((T,), "refused"), ((SWITCH,), "closed")])
async def test_link_untouched(open_lab, started, status):
    lab = await open_lab(PLAN, *started)
    assert str(check_link(lab, T, SWITCH, port=7450)) == (
        f"Not yet.\n  ○ The CTI link from t_server to switch is {status}; it calls port 7450/tcp."
    )


async def test_the_console_is_not_the_link(open_lab):
    lab = await open_lab(linked_to("management"), SWITCH, T)
    check = check_link(lab, T, SWITCH, port=7450)
    assert not check.passed
    assert [step.ok for step in check.steps] == [False, False]
    assert "it calls port 2323/tcp, and the CTI-link port of switch is 7450/tcp." in str(check)


async def test_another_number(open_lab):
    lab = await open_lab(PLAN.move(SWITCH, 7451, port_id="cti-link"), SWITCH, T)
    assert str(check_link(lab, T, SWITCH, port=7450)) == (
        "Not yet.\n  ✓ t_server has its CTI link with switch, on port 7451/tcp.\n"
        "  ○ The exercise asks for a link on port 7450."
    )
    assert check_link(lab, T, SWITCH).passed


@pytest.mark.parametrize("order", [(SWITCH, T), (T, SWITCH)])
async def test_the_link_is_up(open_lab, order):
    lab = await open_lab(PLAN, *order)
    assert str(check_link(lab, T, SWITCH, port=7450)) == (
        "Done.\n  ✓ t_server has its CTI link with switch, on port 7450/tcp."
    )


async def test_a_second_t_server_has_none(open_lab):
    plan = PLAN.add("t_server_2", type="T-Server", host="cti-host", port=8011, connects_to="switch:cti-link")
    lab = await open_lab(plan, SWITCH, T, "t_server_2")
    assert check_link(lab, T, SWITCH, port=7450).passed
    assert "is refused" in str(check_link(lab, "t_server_2", SWITCH, port=7450))


# --- a call over it


async def make_call(lab, caller="2001", number="2002"):
    await lab.send(DESKTOP, T, "RequestMakeCall", ThisDN=caller, OtherDN=number)
    await lab.settle()


ALL = (SWITCH, T, STAT, DESKTOP)


async def nothing(lab):
    pass


async def the_other_way_round(lab):
    await make_call(lab, "2002", "2001")


async def somebody_else(lab):
    await make_call(lab, "2001", "2003")


@pytest.mark.parametrize("answer", [nothing, the_other_way_round, somebody_else])
async def test_nobody_has_asked_for_it(open_lab, answer):
    lab = await open_lab(PLAN, *ALL)
    await answer(lab)
    assert str(check_switch_call(lab, "2001", "2002")) == (
        "Not yet.\n  ○ No client of T-Server has asked for a call from 2001 to 2002 yet."
    )


async def test_dialled_at_the_phone(open_lab):
    lab = await open_lab(PLAN, *ALL)
    await lab.switch(SWITCH).call("2001", "2002")
    assert "it was dialled at the phone" in str(check_switch_call(lab, "2001", "2002"))


async def test_asked_while_the_link_is_down(open_lab):
    lab = await open_lab(PLAN, T, DESKTOP)
    await make_call(lab)
    check = check_switch_call(lab, "2001", "2002")
    assert [step.ok for step in check.steps] == [True, False]
    assert "t_server answered with EventError: " in str(check)


async def test_the_called_one_is_busy(open_lab):
    lab = await open_lab(PLAN, *ALL)
    await lab.switch(SWITCH).call("2003", "2002")
    await make_call(lab)
    check = check_switch_call(lab, "2001", "2002")
    assert str(check).splitlines()[-1] == "  ○ switch could not carry the call: 2002 was busy, or no port was free."


async def test_a_dn_that_does_not_exist(open_lab):
    lab = await open_lab(PLAN, *ALL)
    await make_call(lab, "2001", "2999")
    check = check_switch_call(lab, "2001", "2999")
    assert not check.passed


async def ask(lab):
    await make_call(lab)


async def ask_again_after_busy(lab):
    desk = lab.switch(SWITCH)
    await desk.call("2003", "2002")
    await make_call(lab)
    await desk.hang_up("2003")
    await desk.hang_up("2001")
    await make_call(lab)


async def ask_and_answer(lab):
    await make_call(lab)
    await lab.switch(SWITCH).answer("2002")
    await lab.switch(SWITCH).hang_up("2001")


@pytest.mark.parametrize("answer", [ask, ask_again_after_busy, ask_and_answer])
async def test_a_call_through_t_server(open_lab, answer):
    lab = await open_lab(PLAN, *ALL)
    await answer(lab)
    assert str(check_switch_call(lab, "2001", "2002")) == (
        "Done.\n"
        "  ✓ agent_desktop asked t_server on port 8010/tcp for a call from 2001 to 2002.\n"
        "  ✓ t_server passed it on over the CTI link, port 7450/tcp, and switch carried the call to 2002."
    )


async def test_the_other_client_asks(open_lab):
    lab = await open_lab(PLAN, *ALL)
    await lab.send(STAT, T, "RequestMakeCall", ThisDN="2001", OtherDN="2002")
    await lab.settle()
    assert "stat_server asked t_server" in str(check_switch_call(lab, "2001", "2002"))
    assert check_switch_call(lab, "2001", "2002").passed


# --- lost and restored


async def test_never_lost(open_lab):
    lab = await open_lab(PLAN, *ALL)
    assert str(check_link_restored(lab, T)) == "Not yet.\n  ○ The CTI link of t_server has not been lost yet."


async def test_lost_and_still_down(open_lab):
    lab = await open_lab(PLAN, *ALL)
    await lab.cut(T, SWITCH)
    assert str(check_link_restored(lab, T)) == (
        "Not yet.\n"
        "  ✓ The CTI link from t_server to switch was lost.\n"
        "  ○ It is still down: t_server has no session with switch."
    )


async def mended(lab):
    await lab.cut(T, SWITCH)
    await lab.mend(T, SWITCH)


async def switch_restarted(lab):
    await lab.crash(SWITCH)
    await lab.start(SWITCH)


@pytest.mark.parametrize("answer", [mended, switch_restarted])
async def test_restored(open_lab, answer):
    lab = await open_lab(PLAN, *ALL)
    await answer(lab)
    assert str(check_link_restored(lab, T)) == (
        "Done.\n"
        "  ✓ The CTI link from t_server to switch was lost.\n"
        "  ✓ It is up again: t_server has a session with switch.\n"
        "  ✓ t_server told its clients with EventLinkConnected: stat_server, agent_desktop."
    )


async def test_restored_without_clients(open_lab):
    lab = await open_lab(PLAN, SWITCH, T)
    await mended(lab)
    assert [step.ok for step in check_link_restored(lab, T).steps] == [True, True]
