"""The console of a switch: an administrator's session over a real TCP connection, by our own terminal and by others."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports import Lab, Transport, load_plan
from genesys_ports.errors import (
    ConsoleError,
    InvalidPortError,
    LabClosedError,
    NotASwitchError,
    PortKindError,
    TooManyPortsError,
    UnknownApplicationError,
    UnknownPortIdError,
)
from genesys_ports.lab import caller, console_call, console_port
from genesys_ports.lab.console_client import Answer
from genesys_ports.lab.console_port import shown_line
from genesys_ports.lab.sockets import TOO_MANY
from genesys_ports.lab.telnet import LINE_LIMIT, Lines, to_wire
from genesys_ports.model import VoicePort
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, until

CTI_PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv")
SWITCH = "switch"
IAC = b"\xff"


@pytest.fixture
async def lab():
    async with await Lab.open(CTI_PLAN) as lab:
        await lab.start("message_server", SWITCH)
        lab.trace.clear()
        yield lab


def spoken(transport):
    """The plan, with this transport for the console."""
    switch = CTI_PLAN.application(SWITCH)
    ports = (switch.ports[0], replace(switch.ports[1], transport=transport))
    others = tuple(one for one in CTI_PLAN.applications if one.name != SWITCH)
    return replace(CTI_PLAN, applications=(*others, replace(switch, ports=ports)))


def console_lines(lab):
    return [one for one in lab.trace if one.protocol == "console"]


def seen(lab):
    return [(one.kind, one.sender, one.name, one.text) for one in console_lines(lab)]


# --- lines as terminals send them


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"help\r\n", ["help"]),
        (b"help\n", ["help"]),
        (b"help\r", ["help"]),
        (b"help\r\0", ["help"]),
        (b"a\r\nb\nc\rd\r\0e", ["a", "b", "c", "d"]),
        (b"\r\n\n", ["", ""]),
        (b"a\tb\r\n", ["a b"]),
        (b"shiw\b\b\bhow\r\n", ["show"]),
        (b"x\x7f\x7fhelp\n", ["help"]),
        (b"he\x1blp\x07\n", ["help"]),
        ("olá\n".encode(), ["olá"]),
        (b"\xe9\n", ["\N{REPLACEMENT CHARACTER}"]),
        # WILL and DO of options, a command, a subnegotiation, and the byte 255 itself.
        (IAC + b"\xfb\x18" + IAC + b"\xfd\x01help\n", ["help"]),
        (IAC + b"\xf1help\n", ["help"]),
        (IAC + b"\xfa\x18\x00xterm\n" + IAC + IAC + b"y" + IAC + b"\xf0help\n", ["help"]),
        (b"a" + IAC + IAC + b"b\n", ["a\N{REPLACEMENT CHARACTER}b"]),
    ],
)
def test_lines(data, lines):
    assert Lines().feed(data) == lines
    # However the network cuts it.
    one_by_one = Lines()
    assert [line for byte in data for line in one_by_one.feed(bytes([byte]))] == lines


def test_a_line_too_long():
    lines = Lines()
    assert lines.feed(b"a" * LINE_LIMIT + b"\n") == ["a" * LINE_LIMIT]
    assert not lines.too_long
    assert lines.feed(b"help\n" + b"a" * (LINE_LIMIT + 1) + b"\nhelp\n") == ["help"]
    assert lines.too_long
    assert lines.feed(b"help\n") == []


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_lines_of_anything(pieces):
    lines, whole = Lines(), Lines()
    found = [line for piece in pieces for line in lines.feed(piece)]
    assert found == whole.feed(b"".join(pieces))
    assert all(line.isprintable() and len(line) <= LINE_LIMIT for line in found)


def test_text_goes_out_with_the_line_ends_of_terminals():
    assert to_wire("a\nb\n") == b"a\r\nb\r\n"


@pytest.mark.parametrize(
    ("line", "secret", "shown"),
    [
        ("show ports", False, "show ports"),
        ("  show   ports ", False, "show ports"),
        ("", False, "(empty line)"),
        ("training", True, "********"),
        ("any other", True, "********"),
        ("", True, "********"),
        ("login admin", False, "login admin"),
        ("LOGIN  admin my secret", False, "LOGIN admin ********"),
        ("logn admin Training", False, "logn admin ********"),
        ("training", False, "********"),
        ("show trainings", False, "show trainings"),
    ],
)
def test_no_password_is_shown(line, secret, shown):
    assert shown_line(line, secret=secret) == shown


# --- a session of ours


async def test_a_session(lab):
    console = await lab.console(SWITCH)
    assert console.greeting.splitlines()[0] == "switch: console of the switch"
    assert repr(console) == "A console of switch is open on port 2323/tcp of switch-host."
    assert await console.type("show ports") == "Log in first:  login NAME"
    assert await console.login("admin", "training") == "Welcome, admin."
    assert await console.login("admin", "training") == "You are logged in already, as admin."
    assert "03-06" in await console.type("show ports")
    assert await console.type("") == ""
    assert await console.type("quit") == "Goodbye."
    assert not console.is_open
    assert repr(console) == "This console session is over."
    for step in (console.type("help"), console.login("admin", "training")):
        with pytest.raises(
            ConsoleError, match=r'This console session is over\. Open another: .* lab\.console\("switch"\)'
        ):
            await step
    assert str(await console.close()) == "The console session was closed already."
    await lab.console(SWITCH)


async def test_what_it_says_is_traced_and_no_password_is(lab):
    console = await lab.console(SWITCH)
    await console.login("admin", "wrong-secret")
    await console.login("admin", "training")
    await console.type("login admin training")
    await console.type("logn admin training")
    await console.close()
    you, switch = "you", SWITCH
    assert seen(lab) == [
        (Kind.CONNECT, you, "connect", ""),
        (Kind.EVENT, switch, "greeting", "switch: console of the switch"),
        (Kind.REQUEST, you, "login admin", ""),
        (Kind.RESPONSE, switch, "answer", "Password: "),
        (Kind.REQUEST, you, "********", ""),
        (Kind.RESPONSE, switch, "answer", "Wrong name or password. You have two more attempts."),
        (Kind.REQUEST, you, "login admin", ""),
        (Kind.RESPONSE, switch, "answer", "Password: "),
        (Kind.REQUEST, you, "********", ""),
        (Kind.RESPONSE, switch, "answer", "Welcome, admin."),
        (Kind.REQUEST, you, "login admin ********", ""),
        (
            Kind.RESPONSE,
            switch,
            "answer",
            "login takes the name alone, and asks for the password on the next line:  login NAME",
        ),
        (Kind.REQUEST, you, "logn admin ********", ""),
        (Kind.RESPONSE, switch, "answer", "There is no command 'logn'. Did you mean  login?"),
        (Kind.DISCONNECT, you, "disconnect", ""),
    ]
    lines = console_lines(lab)
    assert [one.reply_to for one in lines if one.kind is Kind.RESPONSE] == [
        one.number for one in lines if one.kind is Kind.REQUEST
    ]
    assert {(one.client, one.server, one.host, one.port) for one in lines} == {
        (you, switch, "switch-host", "2323/tcp"),
    }  # fmt: skip
    every = b"\n".join(one.payload for one in lab.trace) + repr([one[:11] for one in lab.trace]).encode()
    assert b"training" not in every
    assert b"wrong-secret" not in every
    assert lines[6].payload == b"login admin\r\n"
    assert lines[9].payload == b"Welcome, admin.\r\nswitch# "


async def test_three_wrong_passwords_end_it(lab):
    console = await lab.console(SWITCH)
    for _ in range(3):
        assert console.is_open
        await console.login("admin", "x")
    assert not console.is_open
    assert seen(lab)[-1] == (Kind.DISCONNECT, SWITCH, "disconnect", "")


async def test_what_it_does_is_seen_at_the_desk(lab):
    desk = lab.switch(SWITCH)
    console = await lab.console(SWITCH)
    await console.login("admin", "training")
    for _ in range(2):
        await console.type("assign 2005 03-05")
        await console.type("add station 03-07")
        await console.type("busy-out 01-01")
    assert str(await desk.call("2001", "2005")).startswith("2001 calls 2005: it rings.")
    assert [row[0] for row in desk.ports().rows][-1] == "03-07"
    assert "trunk channel 01-02" in str(await desk.call("2002", "95551234"))
    await console.type("release 01-01")
    assert desk.ports().rows[0][3] == "idle"
    assert "2001" in await console.type("show calls")


async def test_a_connection_that_breaks_while_somebody_types(lab):
    console = await lab.console(SWITCH)
    console._end.far_end.abort()
    with pytest.raises(ConsoleError, match="This console session is over"):
        await console.type("help")
    assert lab.on_their_way == 0


async def test_again_is_a_new_session_and_the_old_one_is_over(lab):
    first = await lab.console(SWITCH)
    second = await lab.console(SWITCH)
    assert (first.is_open, second.is_open) == (False, True)
    assert [one.kind for one in console_lines(lab)].count(Kind.CONNECT) == 2


async def test_two_cells_type_at_once(lab):
    console = await lab.console(SWITCH)
    answers = await asyncio.gather(console.login("admin", "training"), console.type("show calls"))
    assert answers[0] == "Welcome, admin."
    assert "no call" in answers[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a\nb", "One line at a time"),
        ("a\r", "One line at a time"),
        ("help\n", "One line at a time"),
        (7, "A console wants text, in quotation marks"),
        (None, "A console wants text, in quotation marks"),
    ],
)
async def test_one_line_at_a_time(lab, line, said):
    console = await lab.console(SWITCH)
    with pytest.raises(ConsoleError, match=said):
        await console.type(line)


async def test_a_line_of_ours_too_long(lab):
    console = await lab.console(SWITCH)
    answer = await console.type("a" * (LINE_LIMIT + 1))
    assert answer == "This line is longer than 512 bytes; the connection is closed."
    assert not console.is_open


def test_an_answer_is_shown_as_a_terminal_shows_it(capsys):
    answer = Answer("a  <b>\n  c")
    assert repr(answer) == "a  <b>\n  c"
    assert answer._repr_html_() == (
        '<pre style="text-align:left;margin:0.4em 0;font-size:1.05em">a  &lt;b&gt;\n  c</pre>'
    )


class Printer:
    def __init__(self):
        self.said = ""

    def text(self, text):
        self.said += text


async def test_shown_in_a_notebook(lab):
    console = await lab.console(SWITCH)
    printer = Printer()
    console._repr_pretty_(printer, False)
    assert printer.said == f"{console!r}\n{console.greeting}"
    printer = Printer()
    (await console.type("help"))._repr_pretty_(printer, False)
    assert "busy-out" in printer.said
    await console.close()
    printer = Printer()
    console._repr_pretty_(printer, False)
    assert printer.said == "This console session is over."
    step = console.type("help")
    assert repr(step) == "Nothing has happened yet: write await in front of it, as in  await console.type(…)"
    step.close()


# --- where there is no console


@pytest.mark.parametrize(
    ("place", "error", "text"),
    [
        (
            (SWITCH, 7450),
            ConsoleError,
            "that is the CTI link of switch, on which it talks with T-Server in CSTA. The console",
        ),
        ((SWITCH, "cti-link"), ConsoleError, "The console of switch listens on port 2323/tcp:"),
        ((SWITCH, "7450"), ConsoleError, "You have connected to port 7450/tcp of switch-host"),
        (
            (SWITCH, 2324),
            ConsoleError,
            "You called port 2324/tcp of switch-host, and were refused: nobody listens there. The",
        ),
        (("message_server", 5150), ConsoleError, "the communication port of message_server"),
        (("message_server",), NotASwitchError, "message_server is no switch"),
        (("t_server",), ConsoleError, "Its management port 8161/udp speaks SNMP"),
        (("t_server", 8161), ConsoleError, "The plan has 8161/udp there, and a port over UDP is another one"),
        (("t_server", 8010), ConsoleError, 't_server is not running. Start it first:  await lab.start("t_server")'),
        (("nobody",), UnknownApplicationError, "'nobody'"),
        ((SWITCH, "snmp"), UnknownPortIdError, "'snmp'"),
        ((SWITCH, 70000), InvalidPortError, "70000"),
        ((SWITCH, VoicePort(label="03-01", device=SWITCH)), PortKindError, "is a voice port"),
    ],
)
async def test_no_console(lab, place, error, text):
    for _ in range(2):
        with pytest.raises(error) as caught:
            await lab.console(*place)
        assert text in str(caught.value)
    assert lab.dialling == {}
    assert {one.kind for one in console_lines(lab)} <= {Kind.CONNECT, Kind.DISCONNECT, Kind.REFUSED}
    # The console is as it was.
    await lab.console(SWITCH)


async def test_a_switch_without_a_console():
    switch = CTI_PLAN.application(SWITCH)
    others = tuple(one for one in CTI_PLAN.applications if one.name != SWITCH)
    plan = replace(CTI_PLAN, applications=(*others, replace(switch, ports=switch.ports[:1])))
    async with await Lab.open(plan) as lab:
        with pytest.raises(ConsoleError, match=r"switch has no console: .* Plan a TCP port for management of switch"):
            await lab.console(SWITCH)


async def test_a_switch_that_does_not_run(lab):
    console = await lab.console(SWITCH)
    await lab.crash(SWITCH)
    assert seen(lab)[-1] == (Kind.LOST, SWITCH, "connection lost", "")
    for step in (lambda: console.type("help"), lambda: lab.console(SWITCH)):
        with pytest.raises(ConsoleError):
            await step()
    with pytest.raises(ConsoleError, match=r"nobody listens there\. switch is not running"):
        await lab.console(SWITCH)
    await lab.start(SWITCH)
    await lab.console(SWITCH)
    await lab.close()
    with pytest.raises(LabClosedError):
        await lab.console(SWITCH)


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.TLS])
async def test_a_program_from_outside_has_the_port(monkeypatch, transport):
    monkeypatch.setattr(caller, "GREETING_LIMIT", 0.05)
    async with await Lab.open(spoken(transport)) as lab:
        await lab.run_outsider("switch-host", 2323)
        with pytest.raises(ConsoleError, match="whoever listens there is no console: nobody greets you"):
            await lab.console(SWITCH)


async def test_no_socket_is_left(lab, monkeypatch):
    def none_left(*_):
        raise OSError(next(iter(TOO_MANY)), "")

    monkeypatch.setattr(console_call, "calling_socket", none_left)
    with pytest.raises(TooManyPortsError):
        await lab.console(SWITCH)


async def test_a_connection_that_cannot_be_made(lab, monkeypatch):
    async def gone(*_, **__):
        raise ConnectionResetError

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", gone, raising=False)
    with pytest.raises(ConsoleError, match="were refused"):
        await lab.console(SWITCH)
    assert lab.dialling == {}


@pytest.mark.parametrize("one_address", [False, True])
async def test_a_console_over_tls(one_address):
    async with await Lab.open(spoken(Transport.TLS), one_address=one_address) as lab:
        await lab.start("message_server", SWITCH)
        console = await lab.console(SWITCH)
        assert await console.login("admin", "training") == "Welcome, admin."
        assert repr(console) == "A console of switch is open on port 2323/tls of switch-host."


async def test_translated_ports_are_not_seen():
    async with await Lab.open(CTI_PLAN, one_address=True) as lab:
        await lab.start("message_server", SWITCH)
        console = await lab.console(SWITCH)
        assert "2323/tcp of switch-host" in repr(console)
        assert {one.port for one in console_lines(lab)} == {"2323/tcp"}
        with pytest.raises(ConsoleError, match="7450/tcp"):
            await lab.console(SWITCH, 7450)
        with pytest.raises(ConsoleError, match="2324/tcp of switch-host, and were refused"):
            await lab.console(SWITCH, 2324)


# --- terminals of others


async def connect(lab):
    (state,) = [one for one in lab.port_states() if (one.application, one.port.number) == (SWITCH, 2323)]
    return await asyncio.open_connection(state.sockets[0].address, state.sockets[0].number)


async def read(reader, end):
    async with asyncio.timeout(PATIENCE):
        return (await reader.readuntil(end)).decode()


async def rest(reader):
    async with asyncio.timeout(PATIENCE):
        return (await reader.read()).decode()


async def test_a_terminal_of_others(lab):
    reader, writer = await connect(lab)
    assert (await read(reader, b"switch> ")).startswith("switch: console of the switch\r\n")
    # Telnet says first what it can do; whoever uses nc sends no CR.
    writer.write(IAC + b"\xfb\x18" + IAC + b"\xfd\x03" + b"login admin\r\n")
    assert await read(reader, b": ") == "Password: "
    writer.write(b"training\n")
    assert await read(reader, b"# ") == "Welcome, admin.\r\nswitch# "
    writer.write(b"assign 2005 03-05\r\nunassign 2005\r\nquit\r\nshow ports\r\n")
    assert (await rest(reader)).split("\r\n") == [
        "Port 03-05 has the DN 2005 now.",
        "switch# The DN 2005 is free now; port 03-05 has none.",
        "switch# Goodbye.",
        "",
    ]
    writer.close()
    outside = "outside program 1"
    assert [one[:3] for one in seen(lab)] == [
        (Kind.CONNECT, outside, "connect"),
        (Kind.EVENT, SWITCH, "greeting"),
        (Kind.REQUEST, outside, "login admin"),
        (Kind.RESPONSE, SWITCH, "answer"),
        (Kind.REQUEST, outside, "********"),
        (Kind.RESPONSE, SWITCH, "answer"),
        (Kind.REQUEST, outside, "assign 2005 03-05"),
        (Kind.RESPONSE, SWITCH, "answer"),
        (Kind.REQUEST, outside, "unassign 2005"),
        (Kind.RESPONSE, SWITCH, "answer"),
        (Kind.REQUEST, outside, "quit"),
        (Kind.RESPONSE, SWITCH, "answer"),
        (Kind.DISCONNECT, SWITCH, "disconnect"),
    ]
    assert b"training" not in b"".join(one.payload for one in lab.trace)


async def test_a_terminal_that_hangs_up(lab):
    reader, writer = await connect(lab)
    writer.write(b"help\n")
    for _ in range(2):
        await read(reader, b"switch> ")
    writer.close()
    await until(lambda: seen(lab)[-1][:2] == (Kind.DISCONNECT, "outside program 1"))


async def test_whoever_only_looks_leaves_no_line(lab):
    await lab.knock("switch-host", 2323)
    reader, writer = await connect(lab)
    await read(reader, b"switch> ")
    writer.close()
    await writer.wait_closed()
    await lab.console(SWITCH)
    assert {one.client for one in console_lines(lab)} == {"you"}


async def test_garbage_and_a_line_too_long(lab):
    reader, writer = await connect(lab)
    await read(reader, b"switch> ")
    writer.write(bytes(range(14, 32)) + bytes(range(128, 256)) + b"\xf1\n")
    assert "There is no command" in await read(reader, b"switch> ")
    writer.write(b"x" * (LINE_LIMIT + 1))
    assert await rest(reader) == "This line is longer than 512 bytes; the connection is closed.\r\n"
    writer.close()
    assert max(len(one.payload) for one in lab.trace) < 5_000


async def test_administrators_are_bounded(lab, monkeypatch):
    monkeypatch.setattr(console_port, "ADMINISTRATORS", 2)
    terminals = [await connect(lab) for _ in range(2)]
    for reader, _ in terminals:
        await read(reader, b"switch> ")
    reader, writer = await connect(lab)
    full = "2 administrators are at this console already; try again when one has gone."
    assert await rest(reader) == f"{full}\r\n"
    writer.close()
    with pytest.raises(ConsoleError, match=full):
        await lab.console(SWITCH)
    terminals[0][1].close()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await lab.console(SWITCH)
            except ConsoleError:
                await asyncio.sleep(0.01)
            else:
                break
    terminals[1][1].close()


async def test_two_administrators_at_once(lab):
    console = await lab.console(SWITCH)
    reader, writer = await connect(lab)
    await read(reader, b"switch> ")
    await console.login("admin", "training")
    await console.type("add station 03-09")
    # Each logs in for itself.
    writer.write(b"show ports\r\n")
    assert "Log in first" in await read(reader, b"switch> ")
    writer.write(b"login admin\r\ntraining\r\nshow card 03\r\n")
    assert "03-09" in await read(reader, b"03-09")
    writer.close()


async def ask_without_end(writer):
    while True:
        writer.write(b"help\r\n" * 5_000)
        await writer.drain()
        await asyncio.sleep(0)


async def test_whoever_does_not_read_is_cut_off(lab):
    reader, writer = await connect(lab)
    await read(reader, b"switch> ")
    writer.transport.pause_reading()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ConnectionError):
            await ask_without_end(writer)
    writer.close()
    assert lab.on_their_way == 0


async def test_many_lines_at_once_leave_others_their_turn(lab, monkeypatch):
    longest = 0
    work = console_port.ConsoleStream._line

    def line(stream, text):
        nonlocal longest
        done[-1] += 1
        longest = max(longest, done[-1])
        work(stream, text)

    async def others():
        while True:
            done.append(0)
            await asyncio.sleep(0)

    done = [0]
    monkeypatch.setattr(console_port.ConsoleStream, "_line", line)
    task = asyncio.create_task(others())
    reader, writer = await connect(lab)
    writer.write(b"\n" * 5_000 + b"quit\n")
    assert (await rest(reader)).endswith("switch> Goodbye.\r\n")
    assert sum(done) == 5_001
    assert longest <= 2 * console_port.AT_ONCE
    task.cancel()
    writer.close()


async def test_a_line_that_is_broken_off(lab):
    console = await lab.console(SWITCH)
    typing = asyncio.create_task(console.type("login admin"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    typing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await typing
    # The console asks for a password now: what comes next is one, and no trace shows it.
    assert str(await console.type("secret-of-mine")).startswith("Wrong name or password.")
    assert "secret-of-mine" not in "".join(one.name for one in lab.trace)
    assert str(await console.type("help quit")).startswith("End this session.")


async def test_the_end_of_the_lab_ends_every_session():
    lab = await Lab.open(CTI_PLAN)
    await lab.start("message_server", SWITCH)
    console = await lab.console(SWITCH)
    reader, writer = await connect(lab)
    await read(reader, b"switch> ")
    await lab.close()
    assert await rest(reader) == ""
    writer.close()
    assert not console.is_open
    assert str(await console.close()) == "The console session was closed already."
    with pytest.raises(ConsoleError):
        await console.type("help")


async def test_a_lab_that_is_cut_off_leaves_no_session():
    lab = await Lab.open(CTI_PLAN)
    await lab.start("message_server", SWITCH)
    console = await lab.console(SWITCH)
    lab._cut()
    assert not console.is_open
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
