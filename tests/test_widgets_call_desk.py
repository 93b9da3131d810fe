"""The call desk without a browser: buttons are clicked, calls are made in code, and what is shown is read."""

import gc
import weakref
from dataclasses import replace
from functools import partial
from html import unescape

import pytest

from genesys_ports import Lab, load_plan, load_switch
from genesys_ports.errors import (
    BusyError,
    CallFailedError,
    InvalidValueError,
    LabClosedError,
    NoCallError,
    NotRunningError,
    PortKindError,
    PortsError,
    SwitchCallError,
)
from genesys_ports.lab import signalling
from genesys_ports.model import Connection
from genesys_ports.sip.timers import Timers
from genesys_ports.widgets import CallDesk
from genesys_ports.widgets import call_desk_words as words
from genesys_ports.widgets.call_desk import SHOWN
from tests.helpers import ROOT, only_new_objects, until

PLANS = ROOT / "notebooks" / "plans"
SIP_PLAN = load_plan(PLANS / "sip.csv")
TRAINING = load_plan(PLANS / "training.csv")
CTI_PLAN = load_plan(PLANS / "cti.csv").with_switch(load_switch(PLANS / "switch-ports.csv"))

P1, P2, GATE, SIP, DESKTOP = "phone_1001", "phone_1002", "media_gateway", "sip_server", "agent_desktop"
EVIL = "<script>alert(1)</script>\u202e"


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(signalling, "Timers", partial(Timers, t1=0.05, t2=0.4, t4=0.5))


@pytest.fixture
async def phones():
    async with await Lab.open(SIP_PLAN) as lab:
        await lab.start_all()
        desk = CallDesk(lab)
        desk.widget()
        yield desk


@pytest.fixture
async def stations():
    async with await Lab.open(CTI_PLAN) as lab:
        await lab.start_all()
        desk = CallDesk(lab)
        desk.widget()
        yield desk


# --- reading the panel


def row(desk, name):
    return next(one for (_, known), one in desk._rows.items() if known == name)


def shown(desk, name):
    """What stands to the left of a row."""
    desk.refresh()
    return row(desk, name).text.value


def offered(desk, name):
    """The buttons that a row shows."""
    desk.refresh()
    buttons = row(desk, name).buttons.values()
    return [one.description for one in buttons if one.layout.display != "none"]


async def click(desk, name, label, number=None):
    one = row(desk, name)
    if number is not None:
        one.number.value = number
    next(button for button in one.buttons.values() if button.description == label).click()
    await desk.done()
    return desk.said


def state(desk, name):
    return desk.device(name).line().state


def states(desk, *names):
    return [state(desk, name) for name in names]


def service(desk, name):
    return desk.device(name).line().service


def travelled(desk):
    return [message.name for message in desk.ladder().messages]


def protocols(desk):
    return {message.protocol for message in desk.ladder().messages}


# --- phones


async def test_a_row_for_each_phone_gateway_and_desktop(phones):
    assert [one.name for one in phones.devices()] == [P1, P2, GATE, DESKTOP]
    assert [service(phones, name) for name in (P1, GATE, DESKTOP)] == [
        "registered with sip_server",
        "connected to sip_server",
        "connected to sip_server",
    ]
    assert [offered(phones, name) for name in (P1, P2, GATE, DESKTOP)] == [["Call"]] * 4


async def test_a_call_from_its_beginning_to_its_end_by_buttons(phones):
    assert await click(phones, P1, "Call", "1002") == "phone_1001 has called 1002, and phone_1002 has answered."
    assert states(phones, P1, P2) == ["talks with 1002", "talks with 1001"]
    assert offered(phones, P2) == ["Hold", "Release"]
    assert await click(phones, P2, "Hold") == "phone_1002 has put the call with 1001 on hold."
    assert states(phones, P1, P2) == ["is held by 1002", "holds the call with 1001"]
    assert await click(phones, P2, "Retrieve") == "phone_1002 talks with 1001 again."
    assert states(phones, P1, P2) == ["talks with 1002", "talks with 1001"]
    assert await click(phones, P2, "Release") == "phone_1002 has hung up; the call with 1001 is over."
    assert states(phones, P1, P2) == ["idle", "idle"]


async def test_the_same_by_code(phones):
    assert str(await phones.call(P1, 1002)) == "phone_1001 has called 1002, and phone_1002 has answered."
    await phones.hold(P1)
    await phones.retrieve(P1)
    assert states(phones, P1, P2) == ["talks with 1002", "talks with 1001"]
    await phones.release(P2)
    assert states(phones, P1, P2) == ["idle", "idle"]


async def test_a_phone_that_does_not_answer_by_itself_rings_until_somebody_does(phones):
    row(phones, P2).itself.value = False
    await phones.done()
    assert phones.lab.phone(P2).answers_itself is False
    assert phones.said == "From now on phone_1002 rings until somebody answers."
    assert await click(phones, P1, "Call", "1002") == "phone_1001 has called 1002, and phone_1002 rings: answer there."
    assert states(phones, P1, P2) == ["calls 1002", "rings: 1001 calls"]
    assert offered(phones, P1) == ["Call", "Release"]  # Call has just been pressed: the keyboard is there
    assert offered(phones, P2) == ["Answer", "Release"]
    assert await click(phones, P2, "Answer") == "phone_1002 has answered the call from 1001."
    assert states(phones, P1, P2) == ["talks with 1002", "talks with 1001"]


async def test_the_box_follows_what_a_cell_sets(phones):
    phones.lab.phone(P1).answers_itself = False
    phones.refresh()
    assert row(phones, P1).itself.value is False
    phones.answers_itself(P1)
    assert row(phones, P1).itself.value is True
    with pytest.raises(NoCallError, match="no phone that could answer"):
        phones.answers_itself(DESKTOP)


async def test_a_call_that_rings_is_refused_by_release(phones):
    phones.answers_itself(P2, False)
    await phones.call(P1, "1002")
    await click(phones, P2, "Release")
    assert states(phones, P1, P2) == ["idle", "idle"]


async def test_who_is_busy_refuses(phones):
    phones.answers_itself(P2, False)
    await phones.call(P1, "1002")
    await phones.answer(P2)
    said = await click(phones, GATE, "Call", "1002")
    assert said.startswith("media_gateway called 1002, and the call was refused with status 486.")
    assert state(phones, GATE) == "idle"
    with pytest.raises(CallFailedError):
        await phones.call(GATE, "1002")


@pytest.mark.parametrize("number", ["1777", "", EVIL, "9" * 300, "phone_1002", "1002 "])
async def test_a_number_that_nobody_has(phones, number):
    said = await click(phones, P1, "Call", number)
    if number.strip() == "1002":
        assert said.startswith("phone_1001 has called 1002")
        return
    assert said
    assert "\u202e" not in said
    assert "<script>" not in phones._status.value
    assert states(phones, P1, P2) == ["idle", "idle"]
    with pytest.raises(PortsError):
        await phones.call(P1, number)


async def test_what_is_not_possible_says_why(phones):
    for action, sentence in (
        (phones.answer, "No call is ringing at phone_1001."),
        (phones.hold, "phone_1001 has no call."),
        (phones.retrieve, "phone_1001 has no call."),
    ):
        with pytest.raises(NoCallError, match=sentence):
            await action(P1)
    assert str(await phones.release(P1)) == "phone_1001 has no call."
    with pytest.raises(NoCallError, match="offers no transfer"):
        await phones.transfer(P1, "1002")
    with pytest.raises(InvalidValueError, match=r"phone_1001, phone_1002, media_gateway, agent_desktop"):
        await phones.call("phone_1009", "1002")


async def test_whoever_holds_a_call_may_place_another(phones):
    await phones.call(P1, "1002")
    await phones.hold(P1)
    assert offered(phones, P1) == ["Call", "Retrieve", "Release"]
    await phones.call(P1, "95550123")
    assert state(phones, P1) == "holds the call with 1002; talks with 95550123"
    await phones.release(P1)
    assert states(phones, P1, P2, GATE) == ["idle"] * 3


# --- the same call, by click


async def test_the_desktop_calls_by_click(phones):
    said = await click(phones, DESKTOP, "Call", "1002")
    assert said == "agent_desktop has asked sip_server: RequestMakeCall for DN 1001. sip_server has taken the request."
    assert states(phones, P1, P2, DESKTOP) == ["talks with 1002", "talks with 1001", "for DN 1001: talks with 1002"]
    assert travelled(phones)[:2] == ["RequestMakeCall", "INVITE"]
    assert "Transfer" not in offered(phones, DESKTOP)
    await click(phones, DESKTOP, "Hold")
    assert state(phones, DESKTOP) == "for DN 1001: holds the call with 1002"
    await click(phones, DESKTOP, "Retrieve")
    await click(phones, DESKTOP, "Release")
    assert states(phones, P1, P2) == ["idle", "idle"]
    assert travelled(phones)[0] == "RequestReleaseCall"


async def test_a_call_placed_at_the_phone_has_no_request_of_t_library(phones):
    await phones.call(P1, "1002")
    names = travelled(phones)
    assert names[0] == "INVITE"
    assert "EventDialing" in names
    assert not any(name.startswith("Request") for name in names)


async def test_the_desktop_acts_for_another_dn(phones):
    row(phones, DESKTOP).dn.value = "1002"
    await phones.done()
    assert phones.said == "agent_desktop acts for DN 1002."
    await phones.call(DESKTOP, "1001")
    assert travelled(phones)[0] == "RequestMakeCall"
    assert state(phones, DESKTOP) == "for DN 1002: talks with 1001"
    await phones.release(DESKTOP, dn="1001")
    assert states(phones, P1, P2, DESKTOP) == ["idle", "idle", "for DN 1001: idle"]
    with pytest.raises(NoCallError, match="There are: 1001, 1002"):
        await phones.call(DESKTOP, "1001", dn=EVIL)
    with pytest.raises(NoCallError, match="no agent desktop"):
        await phones.call(P1, "1002", dn="1001")


@pytest.mark.parametrize("number", ["", EVIL, "9" * 300])
async def test_sip_server_refuses_a_request_in_a_sentence(phones, number):
    assert (await click(phones, DESKTOP, "Call", number)).startswith("OtherDN says whom to call")
    assert state(phones, P1) == "idle"


async def test_the_desktop_has_nothing_to_answer(phones):
    with pytest.raises(NoCallError, match="DN 1001 is not ringing"):
        await phones.answer(DESKTOP)


# --- stations of a switch


async def test_a_row_for_each_station_ivr_port_and_everybody_outside(stations):
    names = [one.name for one in stations.devices()]
    assert names == ["2001", "2002", "2003", "2004", "02-01", "02-02", "outside", DESKTOP]
    assert [line[2] for line in stations.servers().rows] == ["runs; its CTI link to switch is up", "runs"]


async def test_stations_call_answer_hold_retrieve_and_release(stations):
    assert (await click(stations, "2001", "Call", "2002")).startswith("2001 calls 2002: it rings.")
    assert states(stations, "2001", "2002") == ["calls 2002", "rings: 2001 calls"]
    assert offered(stations, "2002") == ["Answer", "Release"]
    await click(stations, "2002", "Answer")
    assert states(stations, "2001", "2002") == ["talks with 2002", "talks with 2001"]
    assert offered(stations, "2001") == ["Hold", "Transfer", "Release"]
    await click(stations, "2001", "Hold")
    assert states(stations, "2001", "2002") == ["holds the call with 2002", "is held by 2001"]
    await click(stations, "2001", "Retrieve")
    assert states(stations, "2001", "2002") == ["talks with 2002", "talks with 2001"]
    assert (await click(stations, "2001", "Release")).startswith("2001 has hung up")
    assert states(stations, "2001", "2002") == ["idle", "idle"]


async def test_a_customer_the_ivr_and_two_agents(stations):
    await click(stations, "outside", "Call", "3000")
    assert states(stations, "outside", "02-01") == ["5550100: talks with 3000", "talks with 5550100"]
    await click(stations, "02-01", "Transfer", "2001")
    assert states(stations, "02-01", "2001") == ["idle", "rings: 5550100 calls"]
    await stations.answer("2001")
    await stations.transfer("2001", "2002")
    assert states(stations, "2001", "2002") == ["idle", "rings: 5550100 calls"]
    await click(stations, "outside", "Release")
    assert states(stations, "outside", "2002") == ["idle", "idle"]


async def test_everybody_outside_calls_from_a_number_of_their_own(stations):
    for number in ("2001", "2002", "2003", "2004"):
        await stations.call("outside", number)
    assert state(stations, "outside") == ("5550100: calls 2001; 5550101: calls 2002; 5550102: calls 2003; and 1 more")
    with pytest.raises(BusyError, match="No trunk channel is free"):
        await stations.call("outside", "3000")
    await stations.release("outside")
    assert state(stations, "2004") == "idle"
    for action in (stations.answer, stations.hold, stations.retrieve):
        with pytest.raises(NoCallError, match="outside the switch"):
            await action("outside")
    with pytest.raises(NoCallError, match="outside the switch"):
        await stations.transfer("outside", "2001")


async def test_a_station_that_is_busy(stations):
    await stations.call("2001", "2002")
    said = await click(stations, "2003", "Call", "2001")
    assert "2001 is busy" in said
    assert state(stations, "2003") == "idle"


async def test_a_station_out_of_service(stations):
    await stations.lab.switch("switch").busy_out("03-04")
    assert service(stations, "2004") == "out of service"
    assert offered(stations, "2004") == []
    assert "out of service" in await click(stations, "2001", "Call", "2004")


@pytest.mark.parametrize("number", ["2777", "", EVIL, "9" * 300])
async def test_a_number_that_the_switch_does_not_have(stations, number):
    said = await click(stations, "2001", "Call", number)
    assert said
    assert "\u202e" not in said
    assert state(stations, "2001") == "idle"
    with pytest.raises(SwitchCallError):
        await stations.call("2001", number)


async def test_a_tcp_port_is_no_number_to_call(stations):
    with pytest.raises(PortKindError):
        await stations.call("2001", "7450")


async def test_a_click_goes_over_the_cti_link(stations):
    await click(stations, DESKTOP, "Call", "2002")
    assert states(stations, "2001", "2002", DESKTOP) == ["calls 2002", "rings: 2001 calls", "for DN 2001: calls 2002"]
    assert travelled(stations)[:3] == ["RequestMakeCall", "MakeCall", "ack"]
    assert protocols(stations) == {"teaching", "csta"}
    await stations.answer(DESKTOP, dn="2002")
    assert states(stations, "2001", "2002") == ["talks with 2002", "talks with 2001"]
    await click(stations, DESKTOP, "Transfer", "2003")
    assert states(stations, "2001", "2002", "2003") == ["calls 2003", "idle", "rings: 2001 calls"]


async def test_what_the_switch_refuses_reaches_the_desktop(stations):
    said = await click(stations, DESKTOP, "Call", "2777")
    assert "The switch has refused MakeCall" in said or "refused" in said
    assert state(stations, "2001") == "idle"


async def test_no_click_without_the_link(stations):
    await stations.lab.cut("t_server", "switch")
    assert [line[2] for line in stations.servers().rows] == ["runs; its CTI link to switch is down", "runs"]
    assert "link" in await click(stations, DESKTOP, "Call", "2002")
    # Telephones do not need it.
    await stations.call("2001", "2002")
    assert state(stations, "2002") == "rings: 2001 calls"
    assert str(stations).endswith(words.NOTHING_SPOKEN)


async def test_a_call_made_by_a_cell_shows_up(stations):
    # Nothing of it is in the trace before T-Server has its link.
    await stations.lab.stop("t_server")
    stations.refresh()
    await stations.lab.switch("switch").call("2003", "2004")
    await until(lambda: "rings: 2003 calls" in row(stations, "2004").text.value)


async def test_a_switch_that_has_started_again_is_heard_again(stations):
    lab = stations.lab
    await lab.stop("t_server")
    await lab.restart("switch")
    stations.refresh()
    await lab.switch("switch").call("2003", "2004")
    await until(lambda: "rings: 2003 calls" in row(stations, "2004").text.value)


async def test_a_station_that_an_administrator_adds(stations):
    lab = stations.lab
    before = len(stations.devices())
    lab.switch_role("switch").switching.assign("2005", "03-05")
    stations.refresh()
    assert len(stations.devices()) == before + 1
    assert offered(stations, "2005") == ["Call"]


# --- calls that cells make


async def test_calls_of_phones_made_by_cells_show_up(phones):
    await phones.lab.call(P2, "1001")
    await until(lambda: "talks with 1001" in row(phones, P2).text.value)
    assert "INVITE" in unescape(phones._ladder.value)


async def test_two_desks_on_one_lab(phones):
    other = CallDesk(phones.lab)
    other.widget()
    await phones.call(P1, "1002")
    await until(lambda: "talks with 1002" in row(other, P1).text.value)
    await click(other, P1, "Hold")
    await until(lambda: "holds" in row(phones, P1).text.value)
    assert str(phones.table()) == str(other.table())


# --- the ladder


async def test_the_ladder_shows_the_last_action_or_the_whole_call(phones):
    await phones.call(P1, "1002")
    await phones.hold(P1)
    assert travelled(phones)[0] == "INVITE"
    assert "EventHeld" in travelled(phones)
    assert "EventDialing" not in travelled(phones)
    phones.since = "call"
    assert {"EventDialing", "EventHeld"} <= set(travelled(phones))
    assert "REGISTER" not in travelled(phones)
    assert phones._since.value == "call"


async def test_a_choice_of_protocols(phones):
    await phones.call(DESKTOP, "1002")
    assert protocols(phones) == {"sip", "teaching"}
    phones._protocol.value = "sip"
    assert protocols(phones) == {"sip"}
    assert "RequestMakeCall" not in unescape(phones._ladder.value)
    phones.protocol = "tlib"
    assert protocols(phones) == {"teaching"}
    assert phones._protocol.value == "tlib"
    phones.protocol = "cti"
    assert len(phones.ladder()) == 0
    assert words.NOTHING_TRAVELLED in phones._ladder.value


async def test_the_ladder_can_begin_anew(phones):
    await phones.call(P1, "1002")
    assert len(phones.ladder())
    assert phones.begin_anew() == words.EMPTIED
    assert len(phones.ladder()) == 0


@pytest.mark.parametrize(("name", "value"), [("protocol", "snmp"), ("since", EVIL)])
async def test_what_the_ladder_cannot_show(phones, name, value):
    with pytest.raises(InvalidValueError):
        setattr(phones, name, value)


async def test_only_whoever_speaks_has_a_life_line(phones):
    await phones.call(P1, "1002")
    assert "media_gateway" not in str(phones.ladder())
    # SIP Server stands between the two.
    assert str(phones.ladder()).split()[:2] == [P1, SIP]


# --- what does not run


async def test_what_does_not_run_says_so_and_can_be_started():
    async with await Lab.open(SIP_PLAN) as lab:
        desk = CallDesk(lab)
        desk.widget()
        assert "sip_server does not run: start it" in shown(desk, SIP)
        assert "phone_1001 does not run: start it" in shown(desk, P1)
        assert offered(desk, P1) == ["Start"]
        await click(desk, P1, "Start")
        assert lab.is_running(P1)
        assert service(desk, P1) == "not registered with sip_server"
        assert offered(desk, P1) == ["Start"]
        with pytest.raises(NoCallError, match="not registered"):
            await desk.call(P1, "1002")
        with pytest.raises(NotRunningError):
            await desk.call(P2, "1001")
        await click(desk, SIP, "Start")
        assert service(desk, P1) == "registered with sip_server"
        desk._start.click()
        await desk.done()
        assert desk.said.startswith("Started: ")
        assert lab.is_running(DESKTOP)
        assert str(await desk.start()) == words.NOTHING_TO_START


async def test_what_is_missing_brings_what_it_needs():
    async with await Lab.open(TRAINING) as lab:
        desk = CallDesk(lab)
        desk.widget()
        await desk.start()
        assert lab.is_running("configuration_server")
        assert not lab.is_running("stat_server")
        assert service(desk, P1) == "registered with sip_server"
        assert words.NO_DESKTOP in unescape(desk._more.value)
        await desk.call(P1, "1002")
        await desk.call("2001", "2002")
        assert [row[0] for row in desk.calls().rows] == [P1, "2001"]


async def test_sip_server_stops_in_the_middle_of_a_call(phones):
    await phones.call(P1, "1002")
    await phones.lab.stop(SIP)
    assert states(phones, P1, P2) == ["idle", "idle"]
    assert service(phones, P1) == "registered with sip_server, which does not run"
    assert "sip_server does not run: start it" in shown(phones, SIP)
    await click(phones, SIP, "Start")
    await phones.call(P1, "1002")
    assert state(phones, P2) == "talks with 1001"


async def test_sip_server_crashes_in_the_middle_of_a_call(phones):
    await phones.call(P1, "1002")
    await phones.lab.crash(SIP)
    # Nobody has told the phones; and their good-bye reaches nobody.
    assert states(phones, P1, P2) == ["talks with 1002", "talks with 1001"]
    assert "hung up" in await click(phones, P1, "Release")
    assert "refused" in await click(phones, P1, "Call", "1002")
    assert "sip_server" in await click(phones, DESKTOP, "Call", "1002")


async def test_a_desktop_that_does_not_run(phones):
    await phones.lab.stop(DESKTOP)
    assert offered(phones, DESKTOP) == ["Start"]
    with pytest.raises(NotRunningError):
        await phones.call(DESKTOP, "1002")


async def test_the_switch_stops_in_the_middle_of_a_call(stations):
    await stations.call("2001", "2002")
    await stations.lab.stop("switch")
    assert service(stations, "2001") == "switch does not run: start it"
    assert offered(stations, "2001") == []
    with pytest.raises(NotRunningError):
        await stations.release("2001")
    await click(stations, "switch", "Start")
    assert states(stations, "2001", "2002") == ["idle", "idle"]


# --- the lab is closed


async def test_a_closed_lab(phones):
    await phones.call(P1, "1002")
    await phones.lab.close()
    assert words.CLOSED in shown(phones, P1)
    assert offered(phones, P1) == []
    row(phones, P1).buttons["call"].click()
    await phones.done()
    assert phones.said.startswith("This lab is closed")
    with pytest.raises(LabClosedError):
        await phones.call(P1, "1002")
    assert words.CLOSED in str(phones)
    assert words.NO_CALLS in str(phones)


async def test_a_desk_of_a_lab_that_is_closed_while_a_call_is_on_its_way(phones):
    phones.answers_itself(P2, False)
    row(phones, P1).buttons["call"].click()
    await phones.lab.close()
    await phones.done()
    assert words.CLOSED in shown(phones, P1)


# --- as text, and what a plan may hold


async def test_the_text_says_what_the_panel_shows(phones):
    await phones.call(P1, "1002")
    text = str(phones)
    assert "phone_1001     1001  SIP phone" in text
    assert "talks with 1002" in text
    assert "Hold, Release" in text
    assert "phone_1001  phone_1002  1002    established" in text
    assert " INVITE, to 5060/udp" in text
    assert phones._repr_mimebundle_()["text/plain"] == text


async def test_before_anything_has_happened(stations):
    assert words.NO_CALLS in str(stations)


async def test_the_text_is_the_same_in_each_lab():
    async def told():
        async with await Lab.open(SIP_PLAN) as lab:
            desk = CallDesk(lab)
            await desk.start()
            await desk.call(DESKTOP, "1002")
            return str(desk)

    assert await told() == await told()


async def test_a_plan_without_telephones():
    async with await Lab.open(load_plan(PLANS / "two-servers.csv")) as lab:
        desk = CallDesk(lab)
        desk.widget()
        assert str(desk) == words.NOTHING_HERE
        assert words.NOTHING_HERE in desk._more.value


async def test_only_those_that_are_named(phones):
    desk = CallDesk(phones.lab, P1, DESKTOP)
    desk.widget()
    assert [name for _, name in desk._rows] == [SIP, P1, DESKTOP]
    with pytest.raises(InvalidValueError):
        CallDesk(phones.lab, EVIL)


async def test_more_devices_than_fit():
    plan = SIP_PLAN
    for number in range(1003, 1030):
        plan = plan.add(f"phone_{number}", type="SIP Phone", dn=str(number), host="agent-1-host", port=number)
    async with await Lab.open(plan) as lab:
        desk = CallDesk(lab)
        desk.widget()
        assert len(desk._list.children) == SHOWN + 1
        assert f"and {len(desk.devices()) - SHOWN} more devices" in desk._more.value


async def test_a_plan_that_changes_keeps_the_rows_that_stay(phones):
    before = row(phones, P1)
    plan = phones.lab.plan.add("phone_1003", type="SIP Phone", dn="1003", host="agent-1-host", port=5090)
    phones.lab.update(plan)
    phones.refresh()
    assert row(phones, P1) is before
    assert [name for _, name in phones._rows] == [SIP, P1, P2, "phone_1003", GATE, DESKTOP]


async def test_a_desktop_keeps_its_dn_when_another_phone_is_planned(phones):
    phones.act_for(DESKTOP, "1002")
    phones.lab.update(phones.lab.plan.add("phone_1003", type="SIP Phone", dn="1003", host="agent-1-host", port=5090))
    phones.lab.update(
        replace(
            phones.lab.plan,
            connections=(*phones.lab.plan.connections, Connection(client="phone_1003", server=SIP, port_id="sip")),
        )
    )
    phones.refresh()
    assert row(phones, DESKTOP).dn.options == ("1001", "1002", "1003")
    assert row(phones, DESKTOP).dn.value == "1002"


async def test_hostile_names():
    evil = EVIL + "x" * 300
    applications = tuple(replace(one, name=evil) if one.name == P1 else one for one in SIP_PLAN.applications)
    connections = tuple(replace(one, client=evil) if one.client == P1 else one for one in SIP_PLAN.connections)
    async with await Lab.open(replace(SIP_PLAN, applications=applications, connections=connections)) as lab:
        desk = CallDesk(lab)
        desk.widget()
        await desk.start()
        await desk.call(evil, "1002")
        for html in (row(desk, evil).text.value, desk._status.value, desk._ladder.value, desk._more.value):
            assert "<script" not in html
            assert "\u202e" not in html
        assert "\u202e" not in str(desk)
        await click(desk, evil, "Release")
        assert "\u202e" not in desk.said


async def test_two_that_have_one_name():
    plan = CTI_PLAN.add("outside", type="SIP Phone", dn="1001", host="agent-host", port=5060)
    async with await Lab.open(plan) as lab:
        desk = CallDesk(lab)
        desk.widget()
        names = [one.name for one in desk.devices()]
        assert "outside" in names
        assert "outside (another)" in names
        assert len(desk._list.children) == len(names) + 2


async def test_two_switches_and_a_desktop_at_two_servers():
    plan = load_plan(PLANS / "cti.csv").add(
        "switch_b", type="Switch", host="switch-host", port=7451, purpose="cti-link", port_id="cti-link"
    )
    plan = plan.add("t_server_b", type="T-Server", host="cti-host", port=8011, connects_to="switch_b:cti-link")
    both = Connection(client=DESKTOP, server="t_server_b")
    plan = replace(plan, connections=(*plan.connections, both))
    async with await Lab.open(plan) as lab:
        desk = CallDesk(lab)
        await desk.start()
        await desk.call("2001 of switch_b", "2002")
        assert state(desk, "2002 of switch_b") == "rings: 2001 calls"
        assert state(desk, "2002 of switch") == "idle"
        await desk.call("agent_desktop at t_server_b", "2004", dn="2003")
        assert states(desk, "2004 of switch", "2004 of switch_b") == ["idle", "rings: 2003 calls"]


# --- nothing is left behind


async def test_a_desk_that_nobody_has_is_told_nothing(stations):
    role = stations.lab.switch_role("switch")
    before = len(role._listeners)
    with only_new_objects():
        desk = CallDesk(stations.lab)
        desk.widget()
        assert len(role._listeners) == before + 1
        stations.lab.trace.unwatch(desk._news)
        desk._box.close_all()
        known = weakref.ref(desk)
        del desk
        gc.collect()
    assert known() is None
    await stations.lab.switch("switch").call("2001", "2002")
    assert len(role._listeners) == before
