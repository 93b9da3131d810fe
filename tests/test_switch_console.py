"""The console of a switch: login, commands, what an administrator changes, and what nobody gets to see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.model import Switch, VoicePort
from genesys_ports.switch import Console, PortStatus, Switching, default_switch
from genesys_ports.switch import console_words as words
from genesys_ports.switch.console import _COMMANDS, LONGEST_LINE


@pytest.fixture
def switching():
    return Switching(default_switch("switch"), lambda event: None)


@pytest.fixture
def guest(switching):
    return Console(switching, "switch")


@pytest.fixture
def console(guest):
    guest.line("login admin")
    guest.line("training")
    return guest


def port(switching, label):
    return next(one for one in switching.ports() if one.port.label == label)


# --- the session


def test_a_session(guest):
    assert guest.greeting() == (
        "switch: console of the switch\nType  login NAME  to log in, or  help  for the list of commands."
    )
    said = []
    for line in ("login admin", "training", "show calls", "quit", "help"):
        said += [guest.prompt + ("…" if guest.prompt == words.PASSWORD else line), guest.line(line)]
    assert said == [
        "switch> login admin", "",
        "Password: …", "Welcome, admin.",
        "switch# show calls", "switch has no call now. All its ports are free, or out of service.",
        "switch# quit", "Goodbye.",
        "switch# help", "",
    ]  # fmt: skip
    assert guest.over


def test_three_wrong_passwords_end_it(guest):
    said = []
    for password in ("x", "", "Training"):
        assert not guest.over
        guest.line("login admin")
        said.append(guest.line(password))
    assert guest.over
    assert said == list(words.WRONG.values())
    assert guest.line("login admin") == ""


def test_an_unknown_name_is_asked_for_a_password_too(guest):
    assert (guest.line("login root"), guest.prompt) == ("", "Password: ")
    assert guest.line("") == words.WRONG[2]


def test_other_users(switching):
    console = Console(switching, "pbx", {"ana": "olá"})
    for line in ("login admin", "training", "login ana", "olá\r\n"):
        answer = console.line(line)
    assert (answer, console.prompt) == ("Welcome, ana.", "pbx# ")
    assert console.line("login ana") == "You are logged in already, as ana."


@pytest.mark.parametrize("line", [one for one in words.HELP if one not in ("login", "help", "quit")])
def test_before_the_login(guest, line):
    assert guest.line(f"{line} 03-05") == "Log in first:  login NAME"


@pytest.mark.parametrize("line", ["login admin geheim", "lgoin admin geheim", "login admin x geheim"])
def test_no_password_is_ever_shown(guest, line):
    assert "geheim" not in guest.line(line)
    guest.line("login admin")
    assert "geheim" not in guest.line("geheim") + guest.prompt


def test_a_password_is_no_command(console):
    console.line("login x")
    assert console.prompt == "switch# "


# --- what is typed


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", ""),
        ("   ", ""),
        ("sh po", "There is no command 'sh po'. Did you mean  show ports?"),
        ("shw ports", "There is no command 'shw ports'. Did you mean  show ports?"),
        ("show", "There is no command 'show'. Did you mean  show ports?"),
        ("sh c", "There is no command 'sh c'. Did you mean  show calls?"),
        ("add 03-07", "There is no command 'add 03-07'. Did you mean  add station?"),
        ("busy 01-01", "There is no command 'busy 01-01'. Did you mean  busy-out?"),
        ("busyout 01-01", "There is no command 'busyout 01-01'. Did you mean  busy-out?"),
        ("relaese 01-01", "There is no command 'relaese 01-01'. Did you mean  release?"),
        ("EXIT", "There is no command 'EXIT'. Did you mean  quit?"),
        ("reboot", "There is no command 'reboot'. Type  help  for the list."),
        ("help reboot", "There is no command 'reboot'. Type  help  for the list."),
        ("help sh po", "There is no command 'sh po'. Did you mean  show ports?"),
        ("assign 2005", "Type it like this:  assign DN PORT\nFor example:  assign 2005 03-05"),
        ("show ports now", "Type it like this:  show ports\nFor example:  show ports"),
        ("login", "Type it like this:  login NAME\nFor example:  login admin"),
        ("show\x1b[2J", "This line holds characters that cannot be seen. Type the command again."),
        ("x" * 201, "This line has more than 200 characters. A command is short: type  help  for the list."),
        (
            "help BUSY-OUT",
            "Take a port out of service: at once, or when its call has ended.\nType it like this:  busy-out PORT\n"
            "For example:  busy-out 01-02",
        ),
    ],
)
def test_lines(console, line, answer):
    assert console.line(line) == answer


def test_every_command_has_its_help(console):
    assert list(words.HELP) == list(_COMMANDS)
    listed = console.line("help")
    assert all(one.usage in listed and one.text in listed for one in words.HELP.values())


@pytest.mark.parametrize("name", [name for name in words.HELP if name not in ("quit", "login")])
def test_every_example_can_be_typed(console, name):
    console.line("assign 2005 03-06")
    console.line("busy-out 01-02")
    if name == "assign":
        console.line("unassign 2005")
    answer = console.line(words.HELP[name].example)
    assert "no command" not in answer
    assert "Type it like this" not in answer or name == "help"


def test_case_and_blanks(console):
    assert console.line("  SHOW\t Ports  ") == console.line("show ports")


# --- looking


def test_show_ports(console, switching):
    switching.arrive("5551234", "3000")
    switching.busy_out("01-02")
    switching.busy_out("02-01")
    lines = console.line("show ports").splitlines()
    assert lines[0] == "switch: 12 ports, 2 with a call, 1 out of service"
    assert [line.split() for line in lines[3:7]] == [
        ["01-01", "trunk", "9", "talking", "1", "5551234"],
        ["01-02", "trunk", "9", "out", "of", "service"],
        ["01-03", "trunk", "9", "idle"],
        ["01-04", "trunk", "9", "idle"],
    ]
    assert "talking, then out of service" in lines[7]


def test_show_card(console):
    lines = console.line("show card 02").splitlines()
    assert lines[0] == "Card 02 of switch: 2 ports, 0 with a call, 0 out of service"
    assert len(lines) == 5
    assert console.line("show card 2") == "\n".join(lines)
    assert console.line("show card 7") == "The frame has no card '7'. Its cards are: 01, 02, 03."


def test_show_calls(console, switching):
    switching.make_call("2001", "2002")
    one = console.line("show calls")
    assert one.startswith("switch: 1 call\n")
    assert "1     2001  2002  2002   03-02  alerting" in one
    switching.make_call("2003", "2004")
    assert console.line("show calls").startswith("switch: 2 calls\n")


# --- programming


def test_a_station_is_added_and_gets_its_dn(console, switching):
    assert console.line("add station 03-07") == ("Station port 03-07 is there now. It has no DN yet:  assign DN 03-07")
    assert console.line("assign 2007 03-07") == "Port 03-07 has the DN 2007 now."
    assert switching.make_call("2001", "2007") == "1"
    switching.clear("1", "2001")
    assert console.line("unassign 2007") == "The DN 2007 is free now; port 03-07 has none."
    assert not switching.has_device("2007")


def test_out_of_service_and_back(console, switching):
    said = [console.line(line) for line in ("busy-out 01-01", "busy-out 01-01", "release 01-01", "release 01-01")]
    assert said == [
        "Port 01-01 is out of service now.",
        "Port 01-01 is out of service already.",
        "Port 01-01 is back in service.",
        "Port 01-01 is in service already.",
    ]


def test_out_of_service_when_the_call_has_ended(console, switching):
    switching.make_call("2001", "9555")
    assert console.line("busy-out 01-01") == (
        "Port 01-01 carries call 1. It goes out of service when that call has ended."
    )
    assert console.line("release 01-01") == "Port 01-01 stays in service when call 1 has ended."
    console.line("busy-out 01-01")
    switching.clear("1", "2001")
    assert port(switching, "01-01").status is PortStatus.OUT_OF_SERVICE


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("assign 03-05 2005", "The DN comes first, then the port:  assign 2005 03-05"),
        ("assign 2001 03-05", "The DN 2001 is on port 03-01 already. A DN leads to one port."),
        ("unassign 2009", "No port has the DN '2009'. Its DNs are: 2001, 2002, 2003, 2004."),
        ("busy-out 2001", "2001 is a DN, and a port belongs here. The DN 2001 is on port 03-01: write 03-01."),
        ("add station 01-01", "Port 01-01 is there already: it is a trunk port."),
    ],
)
def test_what_is_refused(console, switching, line, answer):
    before = switching.ports()
    assert console.line(line) == answer
    assert switching.ports() == before


@pytest.mark.parametrize("line", ["busy-out 7450", "release 7450/tcp", "add station 7450/tcp", "show card 7450/tcp"])
def test_a_tcp_port_where_a_voice_port_belongs(console, line):
    first, *rest = console.line(line).splitlines()
    assert first == f"port {line.split()[-1]} is a listening port, and a voice port belongs here."
    assert len(rest) == 3


# --- hostile


def test_names_of_the_frame_repaint_no_terminal():
    evil = VoicePort(label="03-\x1b[2J", device="s", dn="20\x07")
    console = Console(Switching(Switch(name="s", voice_ports=(evil,)), lambda event: None), "s\x1b[1m")
    said = [console.greeting(), console.prompt]
    for line in ("login admin", "training", "show ports", "show card 9", "busy-out 9", "unassign 9", "assign 23 x"):
        said.append(console.line(line))
    assert all(line.isprintable() for text in said for line in text.split("\n"))


TYPED = st.one_of(
    st.text(max_size=300),
    st.tuples(
        st.sampled_from([*words.HELP, "login admin", "training"]),
        st.lists(
            st.one_of(st.sampled_from(["2001", "2005", "03-05", "01-01", "7450/tcp"]), st.text(max_size=8)), max_size=3
        ),
    ).map(lambda one: " ".join((one[0], *one[1]))),
)


@given(st.lists(TYPED, max_size=12), st.booleans())
def test_whatever_is_typed(lines, logged_in):
    console = Console(Switching(default_switch("switch"), lambda event: None), "switch")
    if logged_in:
        console.line("login admin")
        console.line("training")
    for line in lines:
        answer = console.line(line)
        assert all(part.isprintable() for part in (*answer.split("\n"), console.prompt))
        assert len(answer) < LONGEST_LINE * 20
        assert "training" not in answer or "training" in line
