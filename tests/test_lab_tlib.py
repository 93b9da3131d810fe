"""T-Library messages in the teaching format: fields of their own beside name and text."""

import asyncio
import json

import pytest

from genesys_ports import Application, Deployment, Lab, ListeningPort
from genesys_ports.lab.roles import Answer, Role
from genesys_ports.model import Connection, Host
from genesys_ports.trace import Kind

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


@pytest.mark.parametrize("key", ["id", "message", "ack", "connect", "event"])
async def test_no_field_takes_the_place_of_the_formats_own(lab, key):
    server = role(lab)
    await lab.send("desktop", "server", "request", "text", **{key: "x"})
    asked = list(lab.trace)[-2]
    assert (server.heard[0]["id"], server.heard[0]["message"]) == (asked.number, "request")


async def outsider(lab, **fields):
    (socket,) = next(state for state in lab.port_states() if state.application == "server").sockets
    reader, writer = await asyncio.open_connection(socket.address, socket.number)
    writer.write(json.dumps(fields).encode() + b"\n")
    answer = json.loads(await reader.readline())
    writer.close()
    return answer


async def test_a_program_from_outside(lab):
    server = role(lab)
    assert (await outsider(lab, id="a", message="RequestMakeCall", ThisDN=1001, more=["x"]))["ack"] == "a"
    assert server.heard[0]["ThisDN"] == 1001
    asked = next(one for one in lab.trace if one.name == "RequestMakeCall")
    assert (asked.text, asked.call) == ("ThisDN=1001", "call-7@lab")
