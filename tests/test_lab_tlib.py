"""T-Library's clients and SIP Server: messages with fields of their own, requests, and who hears which event."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Application, Deployment, Lab, ListeningPort, load_plan
from genesys_ports.lab.roles import Answer, Role
from genesys_ports.model import Connection, Host, Purpose
from genesys_ports.trace import Kind, Trace
from tests.helpers import PATIENCE, until

SIP_PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "sip.csv")
DESKTOP, SERVER = "agent_desktop", "sip_server"

PLAN = Deployment(
    hosts=(Host(name="sip-host"),),
    applications=(
        Application(name="server", host="sip-host", ports=(ListeningPort(number=8000),)),
        Application(name="desktop", host="sip-host"),
    ),
    connections=(Connection(client="desktop", server="server"),),
)


class Listening(Role):
    """Remembers what it was asked."""

    def __init__(self):
        self.heard = []

    def asked(self, application, link, fields):
        self.heard.append(fields)
        return Answer("EventRegistered", details={"ThisDN": "1001"}, call="call-7@lab")


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start("server", "desktop")
        yield lab


def role(lab):
    lab._running["server"].role = Listening()
    return lab._running["server"].role


async def test_fields_of_its_own(lab):
    server = role(lab)
    answer = await lab.send("desktop", "server", "RequestRegisterAddress", ThisDN=1001)
    asked, answered = list(lab.trace)[-2:]
    assert server.heard == [
        {"id": asked.number, "message": "RequestRegisterAddress", "text": "", "ThisDN": "1001"},
    ]
    assert json.loads(answered.payload) == {
        "ack": asked.number, "message": "EventRegistered", "text": "", "ThisDN": "1001",
    }  # fmt: skip
    assert (answer.name, answered.reply_to) == ("EventRegistered", asked.number)
    assert (asked.text, answered.text) == ("ThisDN=1001", "ThisDN=1001")


async def test_question_and_answer_belong_to_the_call_they_made(lab):
    role(lab)
    await lab.send("desktop", "server", "RequestMakeCall", ThisDN="1001")
    assert [one.kind for one in lab.trace.select(call="call-7@lab")] == [Kind.REQUEST, Kind.RESPONSE]


@pytest.mark.parametrize(("number", "call"), [(1, ""), (2, "call"), (3, ""), (9, "")])
def test_a_message_that_has_gone_belongs_to_no_call(number, call):
    trace = Trace(limit=2)
    for _ in range(3):
        trace.add(Kind.EVENT, "event", "a", "b")
    trace.assign(number, "call")
    assert trace[0].call == call
    assert trace[1].call == ("call" if number == 3 else "")


@pytest.mark.parametrize("key", ["id", "message", "ack", "connect", "event"])
async def test_no_field_takes_the_place_of_the_formats_own(lab, key):
    server = role(lab)
    await lab.send("desktop", "server", "request", "text", **{key: "x"})
    asked = list(lab.trace)[-2]
    assert (server.heard[0]["id"], server.heard[0]["message"]) == (asked.number, "request")


async def connect(lab, application="server"):
    (socket,) = next(state for state in lab.port_states() if state.application == application).sockets
    return await asyncio.open_connection(socket.address, socket.number)


async def hear(reader):
    async with asyncio.timeout(PATIENCE):
        return json.loads(await reader.readline())


async def outsider(lab, **fields):
    reader, writer = await connect(lab)
    writer.write(json.dumps(fields).encode() + b"\n")
    answer = await hear(reader)
    writer.close()
    return answer


async def test_a_program_from_outside(lab):
    server = role(lab)
    assert (await outsider(lab, id="a", message="RequestMakeCall", ThisDN=1001, more=["x"]))["ack"] == "a"
    assert server.heard[0]["ThisDN"] == 1001
    asked = next(one for one in lab.trace if one.name == "RequestMakeCall")
    assert (asked.text, asked.call) == ("ThisDN=1001", "call-7@lab")


# --- SIP Server


@pytest.fixture
async def office():
    async with await Lab.open(SIP_PLAN) as lab:
        await lab.start(SERVER, DESKTOP, "phone_1001", "phone_1002", "media_gateway")
        lab.trace.clear()
        yield lab


def events(lab, receiver=DESKTOP):
    told = [one for one in lab.trace if one.kind is Kind.EVENT and one.receiver == receiver]
    return [(one.name, json.loads(one.payload)["ThisDN"]) for one in told]


def established(lab):
    return [name for name, _ in events(lab)].count("EventEstablished") == 2


async def test_a_call_by_request(office):
    await office.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN=1001, OtherDN=1002)
    await until(lambda: established(office))
    await office.settle()
    assert events(office) == [
        ("EventDialing", "1001"), ("EventRinging", "1002"), ("EventEstablished", "1001"), ("EventEstablished", "1002"),
    ]  # fmt: skip
    call = office.trace[0].call
    assert len(office.trace.select(call=call)) == len(office.trace)
    assert [one.name for one in office.trace.select(call=call, protocol="sip", participant="phone_1002")] == [
        "INVITE", "180 Ringing", "200 OK", "ACK",
    ]  # fmt: skip
    first = [one.name for one in office.trace.select(call=call, protocol="sip", participant="phone_1001")]
    assert sorted(first) == sorted(["INVITE", "180 Ringing", "NOTIFY", "200 OK", "200 OK", "ACK"])
    await office.send(DESKTOP, SERVER, "RequestReleaseCall", ThisDN="1002")
    await until(lambda: events(office)[4:] == [("EventReleased", "1002"), ("EventReleased", "1001")])


async def test_hold_and_retrieve_by_request(office):
    await office.call("phone_1001", "1002")
    await office.send(DESKTOP, SERVER, "RequestHoldCall", ThisDN="1002")
    await until(lambda: events(office)[-1] == ("EventHeld", "1002"))
    await office.settle()
    await office.send(DESKTOP, SERVER, "RequestRetrieveCall", ThisDN="1002")
    await until(lambda: events(office)[-1] == ("EventRetrieved", "1002"))


async def test_answer_by_request(office):
    office.phone("phone_1002").answers_itself = False
    await office.call("phone_1001", "1002")
    assert events(office) == [("EventDialing", "1001"), ("EventRinging", "1002")]
    await office.send(DESKTOP, SERVER, "RequestAnswerCall", ThisDN="1002")
    await until(lambda: established(office))


async def test_what_an_event_carries(office):
    await office.call("phone_1001", "1002")
    ringing = next(one for one in office.trace if one.name == "EventRinging")
    assert json.loads(ringing.payload) == {
        "event": "EventRinging", "text": "DN 1002, the other party is 1001", "ThisDN": "1002", "OtherDN": "1001",
        "ConnID": "0000000000000001", "ThisDNRole": "Destination", "OtherDNRole": "Origination",
    }  # fmt: skip
    assert (ringing.text, ringing.port) == ("DN 1002, the other party is 1001", "8000/tcp")


async def test_a_call_over_the_trunk_and_one_to_the_media_server(office):
    await office.start("media_server")
    await office.call("phone_1001", "9123")
    await until(lambda: ("EventEstablished", "1001") in events(office))
    assert [name for name, _ in events(office)] == ["EventDialing", "EventNetworkReached", "EventEstablished"]
    await office.hang_up("phone_1001")
    office.trace.clear()
    await office.call("phone_1001", "2000")
    assert [name for name, _ in events(office)][:2] == ["EventDialing", "EventEstablished"]


async def test_a_phone_that_stops_is_out_of_service(office):
    await office.stop("phone_1002")
    assert events(office) == [("EventDNOutOfService", "1002")]
    await office.start("phone_1002")
    assert events(office)[1:] == [("EventDNBackInService", "1002")]


COMES_TO_NOTHING = [
    ("RequestMakeCall", {"ThisDN": "4711", "OtherDN": "1002"}, "4711 is no DN"),
    ("RequestMakeCall", {"ThisDN": "1001"}, "OtherDN says whom to call"),
    ("RequestMakeCall", {}, "ThisDN is missing"),
    ("RequestAnswerCall", {"ThisDN": "1001"}, "The phone of DN 1001 is not ringing"),
    ("RequestReleaseCall", {"ThisDN": "1001", "ConnID": "1"}, "DN 1001 has no call"),
    ("RequestHoldCall", {"ThisDN": "1001"}, "DN 1001 has no call that could be held"),
    ("RequestRetrieveCall", {"ThisDN": "1001"}, "DN 1001 has put no call on hold"),
    ("RequestRegisterAddress", {"ThisDN": "4711"}, "4711 is no DN"),
    ("RequestUnregisterAddress", {"ThisDN": "4711"}, "4711 is no DN"),
    ("RequestAgentLogin", {"ThisDN": "1001"}, "SIP Server in this lab does not know RequestAgentLogin."),
    ("requestmakecall", {"ThisDN": "1001"}, "SIP Server in this lab does not know requestmakecall."),
    ("MakeCall", {"ThisDN": "1001"}, "SIP Server in this lab does not know MakeCall."),
]


async def test_requests_that_come_to_nothing(office):
    for name, details, text in COMES_TO_NOTHING:
        answer = await office.send(DESKTOP, SERVER, name, **details)
        assert answer.name == "EventError"
        assert answer.text.startswith(text)
    assert not office.trace.select(protocol="sip")


async def test_anything_else_is_acknowledged(office):
    assert (await office.send(DESKTOP, SERVER, "hello", ThisDN="1001")).name == "ack"


async def test_a_program_from_outside_hears_the_dns_it_registers_for(office):
    reader, writer = await connect(office, SERVER)

    async def ask(name, dn):
        writer.write(json.dumps({"message": name, "ThisDN": dn}).encode() + b"\n")
        return await hear(reader)

    answer = await ask("RequestRegisterAddress", "1002")
    assert (answer["message"], answer["ThisDN"]) == ("EventRegistered", "1002")
    await office.call("phone_1001", "1002")
    assert [(await hear(reader))["event"] for _ in range(2)] == ["EventRinging", "EventEstablished"]
    await office.hang_up("phone_1001")
    assert (await hear(reader))["event"] == "EventReleased"
    assert (await ask("RequestUnregisterAddress", "1002"))["message"] == "EventUnregistered"
    await office.call("phone_1001", "1002")
    assert (await ask("hello", "1002")) == {"ack": None}
    writer.close()


async def test_who_is_connected_to_another_port_hears_nothing():
    http = ListeningPort(number=8080, port_id="http", purpose=Purpose.HTTP)
    server = SIP_PLAN.application(SERVER)
    server = replace(server, ports=(*server.ports, http))
    plan = replace(
        SIP_PLAN,
        applications=(
            server,
            Application(name="web", host="desktop-host"),
            *(one for one in SIP_PLAN.applications if one.name != SERVER),
        ),
        connections=(*SIP_PLAN.connections, Connection(client="web", server=SERVER, port_id="http")),
    )
    async with await Lab.open(plan) as lab:
        await lab.start(SERVER, "web", DESKTOP, "phone_1001")
        assert events(lab) == [("EventDNBackInService", "1001")]
        assert events(lab, "web") == []


async def test_a_sip_server_without_a_sip_port():
    server = SIP_PLAN.application(SERVER)
    server = replace(server, ports=server.ports[:1])
    desktop = SIP_PLAN.application(DESKTOP)
    connections = (Connection(client=DESKTOP, server=SERVER),)
    plan = replace(SIP_PLAN, applications=(server, desktop), connections=connections)
    async with await Lab.open(plan) as lab:
        await lab.start(SERVER, DESKTOP)
        answer = await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="1001", OtherDN="1002")
        assert answer.text == "sip_server has no SIP port in the plan, so it has no phones."


async def test_sip_server_hangs_up_before_it_stops(office):
    await office.call("phone_1001", "1002")
    office.trace.clear()
    await office.stop(SERVER)
    names = [(one.name, one.receiver) for one in office.trace if one.name == "BYE"]
    assert sorted(names) == [("BYE", "phone_1001"), ("BYE", "phone_1002")]
    assert len(office.calls().rows) == 0


async def test_sip_server_asks_whom_it_connects_to():
    plan = replace(
        SIP_PLAN, connections=(*SIP_PLAN.connections, Connection(client=SERVER, server="media_server", port_id="sip"))
    )
    async with await Lab.open(plan) as lab:
        await lab.start("media_server")
        report = str(await lab.start(SERVER))
        assert "sip_server has asked media_server on port 5060/udp whether it is there" in report
        assert [one.name for one in lab.trace if one.protocol == "sip"] == ["OPTIONS", "200 OK"]


async def test_who_asks_for_a_call_finds_it_done():
    async with await Lab.open(SIP_PLAN) as lab:
        await lab.start_all()
        await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="1001", OtherDN="1002")
        assert [row[3] for row in lab.calls().rows] == ["established"]
        await lab.send(DESKTOP, SERVER, "RequestReleaseCall", ThisDN="1001")
        assert not lab.calls().rows
        lab.phone("phone_1002").answers_itself = False
        await lab.send(DESKTOP, SERVER, "RequestMakeCall", ThisDN="1001", OtherDN="1002")
        assert lab.phone("phone_1002").ringing is not None
