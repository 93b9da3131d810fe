"""T-Server: requests of T-Library's clients become CSTA, and what the switch tells becomes their events."""

import asyncio
import gc
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports import Lab, load_plan
from genesys_ports.csta import Message
from genesys_ports.errors import PortsError
from genesys_ports.lab import t_calls
from genesys_ports.lab.t_calls import CallWatch
from genesys_ports.sip.tlib import PartyState
from genesys_ports.switch import PortStatus
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, only_new_objects

PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv")
DESKTOP, SERVER, SWITCH = "agent_desktop", "t_server", "switch"


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        lab.trace.clear()
        yield lab


def events(lab, receiver=DESKTOP, *fields):
    told = [one for one in lab.trace if one.kind is Kind.EVENT and one.receiver == receiver]
    wanted = fields or ("ThisDN",)
    return [(one.name, *(json.loads(one.payload).get(key, "") for key in wanted)) for one in told]


def names(lab):
    return [f"{name} {dn}" for name, dn in events(lab)]


async def ask(lab, name, dn, **details):
    return await lab.send(DESKTOP, SERVER, name, ThisDN=dn, **details)


# --- a call, port by port


async def test_one_ladder_shows_all_three_ports(lab):
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    await ask(lab, "RequestAnswerCall", "2002")
    await ask(lab, "RequestReleaseCall", "2001")
    lines = [(one.port, one.protocol, one.sender, one.name, one.text) for one in lab.trace]
    assert lines == [
        ("8010/tcp", "teaching", DESKTOP, "RequestMakeCall", "ThisDN=2001, OtherDN=2002"),
        ("7450/tcp", "csta", SERVER, "MakeCall", "2001 → 2002"),
        ("8010/tcp", "teaching", SERVER, "ack", ""),
        ("7450/tcp", "csta", SWITCH, "MakeCallResponse", ""),
        ("7450/tcp", "csta", SWITCH, "OriginatedEvent", "2001 → 2002"),
        ("7450/tcp", "csta", SWITCH, "DeliveredEvent", "2001 → 2002"),
        ("7450/tcp", "csta", SWITCH, "DeliveredEvent", "2001 → 2002"),
        ("8010/tcp", "teaching", SERVER, "EventDialing", "DN 2001, the other party is 2002"),
        ("8010/tcp", "teaching", SERVER, "EventRinging", "DN 2002, the other party is 2001"),
        ("8010/tcp", "teaching", DESKTOP, "RequestAnswerCall", "ThisDN=2002"),
        ("7450/tcp", "csta", SERVER, "AnswerCall", "2002"),
        ("8010/tcp", "teaching", SERVER, "ack", ""),
        ("7450/tcp", "csta", SWITCH, "AnswerCallResponse", ""),
        ("7450/tcp", "csta", SWITCH, "EstablishedEvent", "2001 → 2002"),
        ("7450/tcp", "csta", SWITCH, "EstablishedEvent", "2001 → 2002"),
        ("8010/tcp", "teaching", SERVER, "EventEstablished", "DN 2001, the other party is 2002"),
        ("8010/tcp", "teaching", SERVER, "EventEstablished", "DN 2002, the other party is 2001"),
        ("8010/tcp", "teaching", DESKTOP, "RequestReleaseCall", "ThisDN=2001"),
        ("7450/tcp", "csta", SERVER, "ClearConnection", "2001"),
        ("8010/tcp", "teaching", SERVER, "ack", ""),
        ("7450/tcp", "csta", SWITCH, "ClearConnectionResponse", ""),
        ("7450/tcp", "csta", SWITCH, "ConnectionClearedEvent", "2001"),
        ("7450/tcp", "csta", SWITCH, "ConnectionClearedEvent", "2001"),
        ("7450/tcp", "csta", SWITCH, "ConnectionClearedEvent", "2002"),
        ("8010/tcp", "teaching", SERVER, "EventReleased", "DN 2001, the other party is 2002"),
        ("8010/tcp", "teaching", SERVER, "EventReleased", "DN 2002, the other party is 2001"),
    ]
    call = lab.trace[0].call
    assert call
    assert len(lab.trace.select(call=call)) == len(lab.trace)


async def test_each_answer_names_its_question(lab):
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    asked = {one.number: one.name for one in lab.trace if one.kind is Kind.REQUEST}
    answers = {asked[one.reply_to]: one.name for one in lab.trace if one.kind is Kind.RESPONSE}
    assert answers == {"RequestMakeCall": "ack", "MakeCall": "MakeCallResponse"}


async def test_the_bytes_are_those_of_csta(lab):
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    payload = next(one.payload for one in lab.trace if one.name == "MakeCall")
    assert payload[:2] == b"\0\0"
    assert int.from_bytes(payload[2:4], "big") == len(payload)
    assert b"<callingDevice>2001</callingDevice>" in payload


async def test_what_an_event_carries(lab):
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    ringing = next(one for one in lab.trace if one.name == "EventRinging")
    assert json.loads(ringing.payload) == {
        "event": "EventRinging", "text": "DN 2002, the other party is 2001", "ThisDN": "2002", "OtherDN": "2001",
        "ConnID": "0000000000000001", "ThisDNRole": "Destination", "OtherDNRole": "Origination",
    }  # fmt: skip


async def test_two_runs_tell_the_same():
    async def run():
        async with await Lab.open(PLAN) as lab:
            await lab.start_all()
            await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
            await lab.cut(SERVER, SWITCH)
            await lab.switch(SWITCH).answer("2002")
            await lab.mend(SERVER, SWITCH)
            await lab.switch(SWITCH).arrive("5551234", "3000")
            await lab.stop(SERVER)
            return [one._replace(time=0, client_number=0) for one in lab.trace]

    assert await run() == await run()


# --- calls as T-Library's clients see them: what people do at the switch, and the events


async def call(desk):
    await desk.call("2001", "2002")


async def talk(desk):
    await desk.call("2001", "2002")
    await desk.answer("2002")


async def hold_and_retrieve(desk):
    await talk(desk)
    await desk.hold("2001")
    await desk.retrieve("2001")
    await desk.hang_up("2002")


async def give_up(desk):
    await call(desk)
    await desk.hang_up("2001")


async def turn_down(desk):
    await call(desk)
    await desk.hang_up("2002")


async def busy(desk):
    await talk(desk)
    with pytest.raises(PortsError):
        await desk.call("2003", "2001")


async def outside(desk):
    await desk.call("2001", "95550100")
    await desk.hang_up("2001")


async def voice_menu(desk):
    await desk.call("2001", "3000")
    await desk.hang_up("2001")


async def customer(desk):
    await desk.arrive("5551234", "2001")
    await desk.answer("2001")
    await desk.outside_hangs_up("5551234")


async def customer_in_the_menu(desk):
    await desk.arrive("5551234", "3000")
    await desk.outside_hangs_up("5551234")


async def customer_gives_up(desk):
    await desk.arrive("5551234", "2001")
    await desk.outside_hangs_up("5551234")


async def transfer(desk):
    await talk(desk)
    await desk.transfer("2002", "2003")
    await desk.answer("2003")
    await desk.hang_up("2003")


async def customer_is_handed_on(desk):
    await desk.arrive("5551234", "2001")
    await desk.answer("2001")
    await desk.transfer("2001", "2002")
    await desk.answer("2002")


async def out_of_service(desk):
    await desk.busy_out("03-01")
    await desk.release("03-01")


TOLD = [
    (call, "Dialing 2001, Ringing 2002"),
    (talk, "Dialing 2001, Ringing 2002, Established 2001, Established 2002"),
    (hold_and_retrieve, "Dialing 2001, Ringing 2002, Established 2001, Established 2002, Held 2001, Retrieved 2001, "
                        "Released 2002, Released 2001"),
    (give_up, "Dialing 2001, Ringing 2002, Released 2001, Abandoned 2002"),
    (turn_down, "Dialing 2001, Ringing 2002, Released 2002, Released 2001"),
    (busy, "Dialing 2001, Ringing 2002, Established 2001, Established 2002, Dialing 2003, DestinationBusy 2003, "
           "Released 2003"),
    (outside, "Dialing 2001, NetworkReached 2001, Established 2001, Released 2001"),
    (voice_menu, "Dialing 2001, Ringing 3000, Established 2001, Established 3000, Released 2001, Released 3000"),
    (customer, "Ringing 2001, Established 2001, Released 2001"),
    (customer_in_the_menu, "Ringing 3000, Established 3000, Released 3000"),
    (customer_gives_up, "Ringing 2001, Abandoned 2001"),
    (transfer, "Dialing 2001, Ringing 2002, Established 2001, Established 2002, Released 2002, PartyChanged 2001, "
               "Ringing 2003, Established 2003, Released 2003, Released 2001"),
    (customer_is_handed_on, "Ringing 2001, Established 2001, Released 2001, Ringing 2002, Established 2002"),
    (out_of_service, "DNOutOfService 2001, DNBackInService 2001"),
]  # fmt: skip


@pytest.mark.parametrize(("people", "told"), TOLD)
async def test_what_clients_are_told(lab, people, told):
    await people(lab.switch(SWITCH))
    assert ", ".join(names(lab)).replace("Event", "") == told
    parties = {connection.device for call in lab.switch(SWITCH)._switching.calls() for connection in call.parties}
    assert bool(lab._running[SERVER].role.server.watch) is any(len(party) == 4 for party in parties)


@pytest.mark.parametrize("people", [transfer, customer_is_handed_on])
async def test_a_transferred_call_keeps_its_conn_id(lab, people):
    await people(lab.switch(SWITCH))
    assert {conn for _, conn in events(lab, DESKTOP, "ConnID")} == {"0000000000000001"}
    assert len({one.call for one in lab.trace.select(call=lab.trace[-1].call)}) == 2


async def test_who_stays_hears_whom_the_call_was_handed_to(lab):
    await transfer(lab.switch(SWITCH))
    assert ("EventPartyChanged", "2001", "2003") in events(lab, DESKTOP, "ThisDN", "OtherDN")


async def test_every_client_hears_it():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP, "stat_server")
        await lab.switch(SWITCH).call("2001", "2002")
        told = events(lab, "stat_server")
        assert told == events(lab)
        assert [name for name, _ in told] == ["EventLinkConnected", "EventDialing", "EventRinging"]


# --- requests


async def test_every_request(lab):
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    await ask(lab, "RequestAnswerCall", "2002")
    await ask(lab, "RequestHoldCall", "2002")
    await ask(lab, "RequestRetrieveCall", "2002", ConnID="0000000000000001")
    await ask(lab, "RequestSingleStepTransfer", "2002", OtherDN="2003")
    await ask(lab, "RequestReleaseCall", "2003")
    assert names(lab)[4:] == [
        "EventHeld 2002", "EventRetrieved 2002", "EventReleased 2002", "EventPartyChanged 2001", "EventRinging 2003",
        "EventReleased 2003", "EventReleased 2001",
    ]  # fmt: skip
    csta = [one.name for one in lab.trace if one.protocol == "csta" and one.kind is Kind.REQUEST]
    assert csta == ["MakeCall", "AnswerCall", "HoldCall", "RetrieveCall", "SingleStepTransferCall", "ClearConnection"]


AT_ONCE = [
    ("RequestMakeCall", {"ThisDN": "4711", "OtherDN": "2002"}, "4711 is no DN of this switch in the plan. A DN "),
    ("RequestMakeCall", {"ThisDN": "2001"}, "OtherDN says whom to call"),
    ("RequestMakeCall", {"ThisDN": "2001", "OtherDN": "x" * 65}, "OtherDN says whom to call"),
    ("RequestMakeCall", {"OtherDN": "2002"}, "ThisDN is missing"),
    ("RequestAnswerCall", {"ThisDN": "2001"}, "DN 2001 is not ringing"),
    ("RequestReleaseCall", {"ThisDN": "2001", "ConnID": "1"}, "DN 2001 has no call"),
    ("RequestHoldCall", {"ThisDN": "2001"}, "DN 2001 has no call that could be held"),
    ("RequestRetrieveCall", {"ThisDN": "2001"}, "DN 2001 has put no call on hold"),
    ("RequestSingleStepTransfer", {"ThisDN": "2001", "OtherDN": "2002"}, "DN 2001 has no call that could be transfer"),
    ("RequestSingleStepTransfer", {"ThisDN": "2001"}, "OtherDN says whom to call"),
    ("RequestRegisterAddress", {"ThisDN": "4711"}, "4711 is no DN"),
    ("RequestAgentLogin", {"ThisDN": "2001"}, "T-Server in this lab does not know RequestAgentLogin. It knows: "),
]  # fmt: skip


async def test_requests_that_come_to_nothing_at_once(lab):
    for name, details, text in AT_ONCE:
        answer = await lab.send(DESKTOP, SERVER, name, **details)
        assert answer.name == "EventError"
        assert answer.text.startswith(text)
    assert not lab.trace.select(protocol="csta")


async def test_what_the_switch_refuses_comes_as_an_event_to_who_asked():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP, "stat_server")
        lab.trace.clear()
        asked = lab.trace.last_number + 1
        assert (await ask(lab, "RequestMakeCall", "2001", OtherDN="8888")).name == "ack"
        error = lab.trace[-1]
        assert (error.name, error.receiver) == ("EventError", DESKTOP)
        assert error.text == "The switch refused MakeCall: invalidCalledDeviceID."
        assert json.loads(error.payload)["ReferenceID"] == str(asked)
        assert events(lab, "stat_server") == []


async def test_anything_else_is_acknowledged(lab):
    assert (await lab.send(DESKTOP, SERVER, "hello", ThisDN="2001")).name == "ack"


async def test_a_t_server_without_a_switch():
    plan = PLAN.disconnect(SERVER, SWITCH)
    async with await Lab.open(plan) as lab:
        await lab.start(SERVER, DESKTOP)
        answer = await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
        assert answer.text == "t_server has no connection to a CTI-link port in the plan, so it has no switch."
        assert events(lab) == []


# --- a program from outside


async def connect(lab, application=SERVER):
    socket = next(state for state in lab.port_states() if state.application == application).sockets[0]
    return await asyncio.open_connection(socket.address, socket.number)


async def hear(reader):
    async with asyncio.timeout(PATIENCE):
        return json.loads(await reader.readline())


async def test_a_program_from_outside_hears_the_dns_it_registers_for(lab):
    reader, writer = await connect(lab)
    writer.write(b'{"id": "a", "message": "RequestRegisterAddress", "ThisDN": "2002"}\n')
    answers = [await hear(reader) for _ in range(2)]
    assert [one.get("message") or one.get("event") for one in answers] == ["EventLinkConnected", "EventRegistered"]
    await lab.switch(SWITCH).call("2001", "2002")
    assert (await hear(reader))["event"] == "EventRinging"
    writer.write(b'{"id": "b", "message": "RequestMakeCall", "ThisDN": "2002", "OtherDN": "2003"}\n')
    assert (await hear(reader)) == {"ack": "b"}
    error = await hear(reader)
    assert (error["event"], error["ReferenceID"]) == ("EventError", "b")
    await lab.cut(SERVER, SWITCH)
    assert (await hear(reader))["event"] == "EventLinkDisconnected"
    writer.close()


# --- what never happens, however people and programs storm

DNS = ("2001", "2002", "2003", "2004", "3000")
NUMBERS = (*DNS, "95550100", "8888")
#: What can happen; the more often it stands here, the more often it does.
HAPPENS = (
    *("RequestMakeCall", "RequestAnswerCall") * 4, *("RequestSingleStepTransfer", "arrive") * 2,
    "RequestReleaseCall", "RequestHoldCall", "RequestRetrieveCall", "outside",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(HAPPENS), st.sampled_from(DNS), st.sampled_from(NUMBERS)), min_size=5, max_size=20
)


BEGINS, ENDS = {"EventDialing", "EventRinging"}, {"EventReleased", "EventAbandoned"}


class Screen:
    """What an agent's desktop has on its screen: who takes part in which call, by the events alone."""

    def __init__(self):
        self.parties = set()

    def look(self, lab):
        """Take in the events since the last look; each one belongs to a call that it shows, or begins one."""
        for name, dn, conn in events(lab, DESKTOP, "ThisDN", "ConnID"):
            if name == "EventError":
                continue
            assert conn, name
            party = dn, conn
            if name in BEGINS:
                assert party not in self.parties, f"{name} {party} begins twice"
                self.parties.add(party)
            else:
                assert party in self.parties, f"{name} {party} has no call"
            if name in ENDS:
                self.parties.remove(party)


def carries_one_call_each(desk):
    """Whether no voice port serves two calls, and each party of a call has a port that says so."""
    parties = [(party.port, call.call_id) for call in desk._switching.calls() for party in call.parties]
    ports = [(one.port.label, one.call_id) for one in desk._switching.ports() if one.call_id]
    return sorted(parties) == sorted(ports) and len({label for label, _ in parties}) == len(parties)


async def storm(lab, steps):
    desk, server = lab.switch(SWITCH), lab._running[SERVER].role.server
    screen = Screen()
    for name, dn, number in steps:
        ringing = [one for one in DNS if any(party.state is PartyState.ALERTING for party in server.watch.parties(one))]
        if name == "RequestAnswerCall" and ringing:
            # Whoever answers has mostly been called.
            dn = ringing[len(number) % len(ringing)]
        try:
            if name == "arrive":
                await desk.arrive("5551234", number)
            elif name == "outside":
                await desk.outside_hangs_up("5551234")
            else:
                await ask(lab, name, dn, OtherDN=number)
        except PortsError:
            continue
        screen.look(lab)
        assert carries_one_call_each(desk)
        at_switch = {
            (call.call_id, party.device)
            for call in desk._switching.calls()
            for party in call.parties
            if any(party.device in devices for devices in server.dns.values())
        }
        known = {(party.call.call_id, party.device) for dn in DNS for party in server.watch.parties(dn)}
        assert known == at_switch
        watched = {(dn, party.call.conn_id) for dn in DNS for party in server.watch.parties(dn)}
        assert screen.parties == watched
        lab.trace.clear()
    while calls := desk._switching.calls():
        desk._switching.clear(calls[0].call_id, calls[0].parties[0].device)
    await lab.settle()
    screen.look(lab)
    assert screen.parties == set()
    assert {one.status for one in desk._switching.ports()} == {PortStatus.IDLE}
    assert (len(server.watch), server.session.waiting, lab.on_their_way) == (0, 0, 0)
    lab.trace.clear()


def test_t_server_and_switch_agree_after_every_storm():
    async def opened():
        lab = await Lab.open(PLAN)
        await lab.start(SWITCH, SERVER, DESKTOP)
        lab.trace.clear()
        return lab

    with asyncio.Runner() as runner:
        lab = runner.run(opened())

        @settings(max_examples=40)
        @given(STEPS)
        def check(steps):
            runner.run(storm(lab, steps))

        try:
            check()
        finally:
            runner.run(lab.close())


async def test_calls_leave_nothing_in_memory(lab):
    async def calls(count):
        for _ in range(count):
            await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
            await ask(lab, "RequestAnswerCall", "2002")
            await ask(lab, "RequestReleaseCall", "2001")
        # The trace remembers much, and has limits of its own.
        lab.trace.clear()
        gc.collect()
        return len(gc.get_objects())

    with only_new_objects():
        await calls(5)
        before = await calls(5)
        # Less than one object for each call: switch, CTI link, T-Server and desktop keep none.
        assert await calls(50) - before < 50


# --- calls that T-Server has not seen begin, or not seen end


def event(name, call, where, **devices):
    numbers = {key: {"deviceIdentifier": value} for key, value in devices.items()}
    return Message(f"{name}Event", {where: {"callID": call}, **numbers})


def established(call, calling, called):
    devices = {"callingDevice": calling, "calledDevice": called, "answeringDevice": called}
    return event("Established", call, "establishedConnection", **devices)


class Watched(CallWatch):
    """Calls of three DNs, and what has been told of them."""

    def __init__(self):
        self.told = []
        dns = {dn: frozenset({dn}) for dn in ("2001", "2002", "2003")}
        super().__init__(dns, lambda call_id: f"call {call_id}", self.told.append)

    def events(self):
        return [f"{one.name.removeprefix('Event')} {one.this_dn} {int(one.conn_id)}" for one in self.told]


@pytest.fixture
def watched():
    return Watched()


def test_a_call_that_began_unheard_is_told_from_its_beginning(watched):
    for dn in ("2001", "2002"):
        watched.heard(dn, established("7", "2001", "2002"))
    assert watched.events() == ["Dialing 2001 1", "Established 2001 1", "Ringing 2002 1", "Established 2002 1"]


@pytest.mark.parametrize(
    "message",
    [
        event("Held", "7", "heldConnection", holdingDevice="2001"),
        event("Retrieved", "7", "retrievedConnection", retrievingDevice="2001"),
        event("ConnectionCleared", "7", "droppedConnection", releasingDevice="2001"),
        event("Transfered", "7", "primaryOldCall", transferringDevice="2001", transferredToDevice="2002"),
        event("Established", "7", "establishedConnection", answeringDevice="9"),
        Message("DivertedEvent", {}),
        Message("DeliveredEvent", {}),
    ],
)
def test_what_says_too_little_of_an_unknown_call_is_passed_over(watched, message):
    watched.heard("2001", message)
    assert watched.events() == []
    assert len(watched) == 0


def test_a_stuck_call_is_over_when_its_dn_takes_part_in_another(watched):
    watched.heard("2002", established("7", "2001", "2002"))
    watched.link_lost()
    watched.heard("2002", event("Delivered", "8", "connection", alertingDevice="2002", callingDevice="2003"))
    assert watched.events()[2:] == ["Released 2002 1", "Ringing 2002 2"]


def test_a_call_of_the_same_number_is_another_after_the_switch_was_started_again(watched):
    watched.heard("2001", established("1", "2001", "2002"))
    watched.heard("2002", established("1", "2001", "2002"))
    watched.link_lost()
    watched.heard("2003", event("Originated", "1", "originatedConnection", callingDevice="2003", calledDevice="2001"))
    assert watched.events()[4:] == ["Released 2001 1", "Released 2002 1", "Dialing 2003 2"]


def test_a_call_that_went_on_while_the_link_was_down_is_the_same(watched):
    watched.heard("2002", established("1", "2001", "2002"))
    watched.link_lost()
    watched.heard("2002", event("Held", "1", "heldConnection", holdingDevice="2002"))
    assert watched.events()[2:] == ["Held 2002 1"]


def test_a_switch_that_never_tells_of_an_end_fills_no_memory(watched, monkeypatch):
    monkeypatch.setattr(t_calls, "CALLS_KEPT", 100)
    for number in range(500):
        watched.heard("2001", established(str(number), "2001", "2002"))
        left = event("Transfered", str(number), "primaryOldCall", transferringDevice="2001")
        watched.heard("2001", left) if number % 2 else None
    assert len(watched) == sum(map(len, watched._parties.values())) <= 100
    assert len(watched._handed_on) <= 100


def test_two_calls_of_one_number_are_a_mistake_that_leaves_nothing(watched):
    watched.heard("2001", established("7", "2001", "2002"))
    watched.heard("2003", established("8", "2003", "2002"))
    moved = {
        "primaryOldCall": {"callID": "7"},
        "transferringDevice": {"deviceIdentifier": "2002"},
        "transferredToDevice": {"deviceIdentifier": "2003"},
        "transferredConnections": {"connectionListItem": {"newConnection": {"callID": "8"}}},
    }
    watched.heard("2001", Message("TransferedEvent", moved))
    watched.heard("2002", Message("TransferedEvent", moved))
    assert watched.events()[4:] == ["Released 2003 2", "PartyChanged 2001 1"]
    assert len(watched) == 1


async def test_more_requests_than_the_link_takes_at_a_time(lab, monkeypatch):
    monkeypatch.setattr("genesys_ports.csta.link_session.MOST_WAITING", 1)
    await lab.cut(SERVER, SWITCH, silently=True)
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    answer = await ask(lab, "RequestMakeCall", "2003", OtherDN="2004")
    assert answer.name == "EventError"
    assert answer.text.startswith("1 requests already wait for an answer on this link.")


async def test_a_call_whose_acknowledgement_is_far_back_in_the_trace(lab, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.t_requests.NEAR", 0)
    await ask(lab, "RequestMakeCall", "2001", OtherDN="2002")
    assert [one.name for one in lab.trace if not one.call] == ["ack"]
