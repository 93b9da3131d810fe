"""What goes wrong at the console of a switch: the wrong language, slowness, connections that break in each state."""

import asyncio
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.csta import Message, encode
from genesys_ports.csta.structure import CSTA
from genesys_ports.errors import ConsoleError
from genesys_ports.lab.console_port import ConsoleSide
from tests.helpers import PATIENCE, until

PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv")
SWITCH, SERVER = "switch", "t_server"


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SWITCH, SERVER)
        yield lab


def sessions(lab):
    side = next(one for one in lab._running[SWITCH].sides if isinstance(one, ConsoleSide))
    return side.sessions("2323/tcp")


async def dial(lab, number):
    socket = next(one.sockets[0] for one in lab.port_states(SWITCH) if one.port.number == number)
    return await asyncio.open_connection(socket.address, socket.number)


async def heard(reader, end):
    async with asyncio.timeout(PATIENCE):
        return (await reader.readuntil(end)).decode()


# --- the connection breaks, and the next administrator begins anew

BEFORE_THE_PASSWORD = [b"login admin\r\n"]
LOGGED_IN = [*BEFORE_THE_PASSWORD, b"training\r\n"]
STATES = {
    "greeted": [],
    "asked for the password": BEFORE_THE_PASSWORD,
    "refused once": [*BEFORE_THE_PASSWORD, b"wrong\r\n"],
    "logged in": LOGGED_IN,
    "in the middle of a line": [*LOGGED_IN, b"assign 20"],
}


@pytest.mark.parametrize("aborted", [False, True])
@pytest.mark.parametrize("typed", STATES.values(), ids=STATES)
async def test_a_terminal_goes_in_each_state_of_a_session(lab, typed, aborted):
    reader, writer = await dial(lab, 2323)
    await heard(reader, b"switch> ")
    for line in typed:
        writer.write(line)
        if line.endswith(b"\n"):
            await heard(reader, b"# " if line == b"training\r\n" else b": " if b"login" in line else b"> ")
    await writer.drain()
    writer.transport.abort() if aborted else writer.close()
    await until(lambda: sessions(lab) == 0)
    # Nobody inherits what the one before was: neither the login, nor half a line.
    reader, writer = await dial(lab, 2323)
    await heard(reader, b"switch> ")
    writer.write(b"show ports\r\n")
    assert "Log in first" in await heard(reader, b"switch> ")
    writer.close()


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("logged_in", [False, True])
async def test_the_switch_goes_in_each_state_of_a_session(lab, logged_in, crash):
    console = await lab.console(SWITCH)
    if logged_in:
        await console.login("admin", "training")
    await (lab.crash if crash else lab.stop)(SWITCH)
    assert not console.is_open
    with pytest.raises(ConsoleError):
        await console.type("show ports")
    await lab.start(SWITCH)
    console = await lab.console(SWITCH)
    assert "Log in first" in str(await console.type("show ports"))


# --- slow, and the wrong language


async def test_one_who_types_slowly_is_understood(lab):
    reader, writer = await dial(lab, 2323)
    await heard(reader, b"switch> ")
    for byte in b"login admin\r\ntraining\r\nshow card 03\r\n":
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert "03-06" in await heard(reader, b"03-06")
    writer.close()


START = Message(
    "StartApplicationSession",
    {"applicationInfo": {"applicationID": "lost"}, "requestedProtocolVersions": {"protocolVersion": (CSTA,)}},
)
LANGUAGES = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: switch-host\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 4,
    "CSTA": encode(1, START),
    "T-Library": b'{"connect": "agent_desktop", "to": "switch"}\n',
}


@pytest.mark.parametrize("data", LANGUAGES.values(), ids=LANGUAGES)
async def test_other_languages_change_nothing(lab, data):
    desk = lab.switch(SWITCH)
    before = str(desk.ports())
    reader, writer = await dial(lab, 2323)
    await heard(reader, b"switch> ")
    writer.write(data + b"\r\n")
    # It is told that this is no command, or that the line is too long; nobody is logged in by it.
    async with asyncio.timeout(PATIENCE):
        assert await reader.read(1)
    writer.close()
    await until(lambda: sessions(lab) == 0)
    assert str(desk.ports()) == before
    assert "Log in first" in str(await (await lab.console(SWITCH)).type("show ports"))


async def test_a_terminal_at_the_ctilink_port_does_the_link_no_harm(lab):
    reader, writer = await dial(lab, 7450)
    writer.write(b"login admin\r\n")
    async with asyncio.timeout(PATIENCE):
        # No line of a console is CSTA: the switch hangs up, and T-Server keeps its session.
        assert await reader.read() == b""
    writer.close()
    assert "got an answer" in str(await lab.beat(SERVER))
