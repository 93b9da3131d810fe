"""`WireTap`: a list of ports, a field to type into, and what went both ways."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Deployment, Lab, load_plan
from genesys_ports.errors import ConnectionRefusedByPeerError, InvalidValueError, UnknownApplicationError
from genesys_ports.lab.tap_seen import Way
from genesys_ports.model import Host
from genesys_ports.widgets import WireTap, wire_tap
from genesys_ports.widgets import wire_tap_words as words
from genesys_ports.widgets.wire_tap_examples import examples_for
from tests.helpers import until

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
PLAN = (
    Deployment(name="taps")
    .add("message_server", host="framework-host", port=5150)
    .add("over_tls", host="framework-host", port=5443, transport="tls", port_id="secure")
    .add("sip_server", host="sip-host", port=5060, transport="udp", purpose="sip", port_id="sip")
    .add("sip_server", host="sip-host", port=5060, transport="tcp", purpose="sip", port_id="sip-tcp")
    .add("sip_server", host="sip-host", port=5061, transport="tls", purpose="sip", port_id="sip-tls")
    .add("closed", host="framework-host", port=7000)
)
RUNNING = ("message_server", "over_tls", "sip_server")


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start(*RUNNING)
        yield lab


@pytest.fixture
async def handle(lab):
    handle = made(lab)
    handle.widget()
    return handle


def made(lab):
    return WireTap(lab)


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def named(handle, description):
    """The widget with this label that is to be seen."""
    shown = [one for one in every(handle.widget()) if getattr(one, "description", "") == description]
    return next(one for one in shown if one.layout.display != "none")


async def click(handle, description):
    named(handle, description).click()
    await handle.done()


def answered(handle):
    return lambda: "200 OK" in str(handle)


def shown(handle):
    return handle._wire.value


# --- connecting


async def test_the_ports_of_the_lab_with_their_states(lab, handle):
    assert handle.ports == (
        "message_server 5150/tcp on framework-host: listening",
        "over_tls 5443/tls on framework-host: listening",
        "sip_server 5060/udp on sip-host: listening",
        "sip_server 5060/tcp on sip-host: listening",
        "sip_server 5061/tls on sip-host: listening",
        "closed 7000/tcp on framework-host: closed",
    )
    ports = named(handle, "Port")
    assert tuple(label for label, _ in ports.options) == handle.ports
    ports.index = 5
    await lab.start("closed")
    await until(lambda: ports.options[5][0] == "closed 7000/tcp on framework-host: listening")
    assert ports.index == 5


async def test_connect_send_and_disconnect(handle):
    assert str(handle) == "You are not connected."
    await click(handle, "Connect")
    assert handle.said == "You are connected with message_server, port 5150/tcp of framework-host."
    named(handle, "Text").value = '{"message": "<script>"}'
    await click(handle, "Send")
    assert handle.said == "Sent 24 bytes to message_server."
    await until(lambda: "message_server to you" in shown(handle))
    assert "&lt;script&gt;" in shown(handle)
    assert "<script" not in shown(handle)
    await click(handle, "Disconnect")
    assert handle.said == "The tap is closed."
    assert str(handle) == (
        "This tap on port 5150/tcp of framework-host is closed.\n"
        '→ you to message_server\n    {"message": "<script>"}␊\n'
        '← message_server to you\n    {"ack":null}␊\n'
        "· You have ended the connection."
    )
    await click(handle, "Disconnect")
    assert handle.said == "You were not connected."


async def test_enter_sends(handle):
    await click(handle, "Connect")
    field = named(handle, "Text")
    field.value = '{"message": "hello"}'
    field._handle_custom_msg({"event": "submit"}, [])
    await handle.done()
    await until(lambda: len(handle.tap.seen) == 2)
    # Enter may come before the last letters.
    field._handle_custom_msg({"event": "submit"}, [])
    field.value = '{"message": "later"}'
    await handle.done()
    await until(lambda: len(handle.tap.seen) == 4)
    assert b"later" in handle.tap.seen[2].data
    for nothing in ({"event": "other"}, {}, "submit"):
        field._handle_custom_msg(nothing, [])
    await handle.done()
    assert len(handle.tap.seen) == 4


async def test_what_comes_by_itself_appears(lab, handle):
    await click(handle, "Connect")
    await lab.stop("message_server")
    await until(lambda: "message_server has ended the connection." in shown(handle))
    assert "This tap on port 5150/tcp" in handle._head.value
    await click(handle, "Send")
    assert handle.said == "You are not connected, so nothing can be sent. Connect first."
    await click(handle, "Connect")
    await lab.start("message_server")
    await click(handle, "Connect")
    await click(handle, "Disconnect")
    await click(handle, "Send")
    assert handle.said == "You are not connected, so nothing can be sent. Connect first."


async def test_nobody_listens(handle):
    named(handle, "Port").index = 5
    assert handle.said == "Chosen: closed 7000/tcp on framework-host: closed."
    await click(handle, "Connect")
    assert handle.said.startswith("You called port 7000/tcp of framework-host, and were refused")
    assert str(handle) == "You are not connected."
    await click(handle, "Send")
    assert handle.said == "You are not connected, so nothing can be sent. Connect first."


async def test_another_port_while_connected(handle):
    await click(handle, "Connect")
    first = handle.tap
    named(handle, "Port").index = 1
    assert first.is_open
    await click(handle, "Connect")
    assert not first.is_open
    assert str(handle.tap).startswith("You are connected over TLS with over_tls")


async def test_plain_text_at_a_port_that_speaks_tls(handle):
    handle.choose("over_tls")
    box = named(handle, "Speak TLS")
    assert box.value
    box.value = False
    await click(handle, "Connect")
    await handle.send("hello")
    await until(lambda: "over_tls has ended the connection." in shown(handle))
    named(handle, "Port").index = 0
    assert not named(handle, "Speak TLS").value
    named(handle, "Speak TLS").value = True
    await click(handle, "Connect")
    assert handle.said.startswith("You called port 5150/tcp of message_server with TLS, and that port speaks plain")


async def test_no_tls_over_udp(handle):
    handle.choose("sip_server", "sip")
    assert handle._secure.layout.display == "none"


async def test_the_lab_is_closed_meanwhile(lab, handle):
    await click(handle, "Connect")
    await lab.close()
    await until(lambda: "The lab was closed, and the tap with it." in shown(handle))
    await click(handle, "Connect")
    assert handle.said.startswith("This lab is closed")


async def test_two_handles_on_one_lab(lab, handle):
    other = made(lab)
    for one in (handle, other):
        one.choose("sip_server", "sip")
        await one.connect()
        one.example(words.OPTIONS)
        await one.send()
        await until(answered(one))
    assert "z9hG4bK-you-1" in str(handle)
    assert "z9hG4bK-you-2" in str(other)


# --- in code


async def test_code_does_what_buttons_do(lab):
    handle = made(lab)
    assert handle.choose("framework-host", 5443) == "Chosen: over_tls 5443/tls on framework-host: listening."
    assert handle.secure
    assert await handle.connect() == "You are connected over TLS with over_tls, port 5443/tls of framework-host."
    assert await handle.send('{"message": "a"}') == "Sent 17 bytes to over_tls."
    await until(lambda: len(handle.seen) == 2)
    assert await handle.disconnect() == "The tap is closed."
    handle.choose("closed")
    with pytest.raises(ConnectionRefusedByPeerError):
        await handle.connect()
    with pytest.raises(UnknownApplicationError):
        handle.choose("nobody")
    with pytest.raises(InvalidValueError, match="is not a example for this port"):
        handle.example("no such one")
    with pytest.raises(InvalidValueError, match="way to send"):
        handle.form = "letters"


async def test_a_number_that_nobody_has_planned(lab, handle):
    assert handle.choose("sip-host", "9/udp") == "Chosen: 9/udp."
    assert named(handle, "Port").index is None
    await handle.connect()
    await handle.send("x")
    assert str(handle.seen[-1].text).startswith("No program listens on port 9/udp of sip-host.")


async def test_a_port_of_a_range():
    async with await Lab.open(load_plan(PLANS / "sip.csv")) as lab:
        await lab.start("media_server")
        handle = made(lab)
        handle.choose("media_server", 20004)
        await handle.connect()
        assert handle.tap.place.port.number == 20004
        handle.choose("media_server", "media")
        await handle.connect()
        handle.example(words.RTP)
        assert await handle.send() == "Sent 12 bytes to media_server."


# --- what is typed


@pytest.mark.parametrize(
    ("form", "text", "sent"),
    [
        (words.AS_LF, "a", b"a\n"),
        (words.AS_CRLF, "a", b"a\r\n"),
        (words.AS_IT_IS, "a", b"a"),
        (words.AS_HEX, "61 00", b"a\x00"),
        (words.AS_LF, "", b"\n"),
    ],
)
async def test_ways_to_send(handle, form, text, sent):
    await click(handle, "Connect")
    named(handle, "Send as").value = form
    named(handle, "Text").value = text
    await click(handle, "Send")
    assert handle.tap.seen.bytes_sent == sent


async def test_hex_that_is_none(handle):
    await click(handle, "Connect")
    handle.form = words.AS_HEX
    await handle.done()
    named(handle, "Text").value = "<script>"
    await click(handle, "Send")
    assert handle.said.startswith("'<script>' is not a row of bytes in hexadecimal digits.")
    assert "<script" not in handle._status.value


async def test_a_field_of_several_lines_for_sip(handle):
    assert named(handle, "Text") is handle._line
    handle.choose("sip_server", "sip-tcp")
    assert named(handle, "Text") is handle._lines
    handle._lines.value = "OPTIONS sip:sip-host SIP/2.0\nVia: SIP/2.0/TCP you;branch=z9hG4bK1\nContent-Length: 0\n\n"
    await click(handle, "Connect")
    await click(handle, "Send")
    await until(lambda: "SIP/2.0 400" in shown(handle))


async def test_bytes_in_hex(handle):
    await click(handle, "Connect")
    await handle.send("a")
    named(handle, "Show bytes in hex").value = True
    assert "0000  61 0a" in shown(handle)
    assert "0000  61 0a" in str(handle)
    named(handle, "Show bytes in hex").value = False
    assert "    a␊" in str(handle)


async def test_a_huge_answer_and_many_pieces(handle, monkeypatch):
    monkeypatch.setattr(wire_tap, "SHOWN", 3)
    await click(handle, "Connect")
    handle.form = words.AS_IT_IS
    for _ in range(3):
        await handle.send(f'{{"id": "{"x" * 5_000}", "message": "a"}}\n' * 9)
        await handle.tap.hear()
    handle.refresh()
    assert len(shown(handle)) < 12_000
    assert str(handle).splitlines()[1] == "(3 older entries are not kept)"


# --- examples


async def test_an_example_is_chosen_and_sent(handle):
    menu = named(handle, "Example")
    assert menu.options[0][0] == "choose one"
    menu.value = words.WRONG_DOOR
    assert named(handle, "Text") is handle._lines
    assert handle.form == words.AS_CRLF
    assert handle._lines.value == "GET / HTTP/1.1\nHost: framework-host\nConnection: close\n\n"
    await click(handle, "Connect")
    await click(handle, "Send")
    await until(lambda: "This port speaks a teaching format" in shown(handle))
    menu.value = words.A_MESSAGE
    assert named(handle, "Text") is handle._line
    menu.value = ""
    assert handle.text == '{"id": 1, "message": "hello", "text": "from a learner"}'


async def test_a_second_request_is_another_one(handle):
    handle.choose("sip_server", "sip")
    handle.example(words.OPTIONS)
    await click(handle, "Connect")
    await click(handle, "Send")
    assert "z9hG4bK-you-2" in handle._lines.value
    await click(handle, "Send")
    await until(lambda: shown(handle).count("200 OK") == 2)
    handle._lines.value = "changed\n"
    await click(handle, "Send")
    assert handle.text == "changed\n"


ANSWERS = {
    words.A_MESSAGE: '{"ack":1}',
    words.A_CALL_REQUEST: "EventError",
    words.READ_CONFIGURATION: '{"ack":1}',
    words.AN_INTRODUCTION: '"accept"',
    words.OPTIONS: "SIP/2.0 200 OK",
    words.OPTIONS_CUT: "SIP/2.0 400",
    words.LOGIN: "Password: ",
    words.HELP: "help",
    words.SHOW_PORTS: "Log in first",
    words.GET_NAME: 'sysName.0 = "',
    words.START_SESSION: "StartApplicationSessionNegResponse",
    words.SYSTEM_STATUS: "CSTAErrorCode",
    words.COLD_START: None,
    words.WRONG_COMMUNITY: None,
    words.NO_SNMP: None,
    words.RTP: None,
}


async def transcripts(plan, one_address):
    """What each example of each port looks like, as text."""
    found = {}
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start_all()
        kinds = set()
        for state in lab.port_states():
            handle = made(lab)
            handle.choose(state.application, state.port.port_id)
            for name in handle.examples:
                kind = (name, handle._place.speaks, state.port.transport)
                if kind in kinds:
                    continue
                kinds.add(kind)
                await handle.connect()
                # A console greets first.
                if handle.tap.speaks == "console":
                    await handle.tap.hear()
                handle.example(name)
                await handle.send()
                answer = ANSWERS.get(name, "to you" if kind[1] == "teaching format" else "has ended the connection")
                if answer is not None and (name in ANSWERS or not handle.tap.place.udp):
                    heard = str(await handle.tap.hear())
                    assert answer in heard, (state, name, heard)
                await handle.disconnect()
                found[state.application, state.port.port_id, name] = str(handle)
    return found


@pytest.mark.parametrize("name", ["training", "cti", "management", "sip"])
async def test_examples_are_answered_and_look_the_same_on_every_machine(name):
    plan = load_plan(PLANS / f"{name}.csv")
    first = await transcripts(plan, None)
    assert first == await transcripts(plan, True)
    assert not [text for text in first.values() if "127." in text]
    assert not [text for text in first.values() if "\x00" in text]


async def test_examples_of_all_kinds():
    kinds = set()
    for plan in ("cti", "management", "sip", "training"):
        async with await Lab.open(load_plan(PLANS / f"{plan}.csv")) as lab:
            for state in lab.port_states():
                handle = made(lab)
                handle.choose(state.application, state.port.port_id)
                kinds.add(handle._place.speaks)
                assert examples_for(lab.plan, handle._place, 1)
    assert len(kinds) == 7


# --- plans that are hostile, or empty


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "x" * 300, "\u202eevil", 'a"b', "سلام"])
async def test_hostile_names(name):
    plan = Deployment(name="bad").add("server", host="h", port=5150)
    plan = replace(
        plan,
        hosts=(Host(name=name),),
        applications=tuple(replace(one, name=name, host=name) for one in plan.applications),
    )
    async with await Lab.open(plan) as lab:
        await lab.start(name)
        handle = made(lab)
        handle.widget()
        await click(handle, "Connect")
        await handle.send(name)
        await until(lambda: len(handle.seen) == 2)
        handle.refresh()
        for value in (shown(handle), handle._head.value, handle._status.value):
            assert "<script" not in value
        assert len(handle.ports[0]) < 150
        assert "\u202e" not in handle.ports[0] + shown(handle) + handle._head.value + str(handle)


async def test_a_plan_without_ports():
    async with await Lab.open(Deployment(name="none")) as lab:
        handle = made(lab)
        handle.widget()
        assert named(handle, "Port").options == ()
        assert words.NO_PORTS in handle._head.value
        await click(handle, "Connect")
        assert handle.said == words.NO_PORTS
        assert handle.examples == ()


async def test_a_plan_that_changes(lab, handle):
    handle.choose("closed")
    lab.update(PLAN.remove("closed").add("new", host="framework-host", port=7100))
    handle.refresh()
    assert handle.ports[-1] == "new 7100/tcp on framework-host: closed"
    assert named(handle, "Port").index is None
    await click(handle, "Connect")
    assert handle.said.startswith("You called port 7000/tcp")
    named(handle, "Port").index = len(handle.ports) - 1
    await click(handle, "Connect")
    assert handle.said.startswith("You called port 7100/tcp")


async def test_its_text_in_a_notebook(handle):
    bundle = handle._repr_mimebundle_()
    assert bundle["text/plain"] == "You are not connected."
    assert "application/vnd.jupyter.widget-view+json" in bundle


async def test_ways_are_told_apart_by_more_than_colour(handle):
    await click(handle, "Connect")
    await handle.send("a")
    await handle.tap.hear()
    await handle.disconnect()
    assert [piece.way for piece in handle.seen] == [Way.SENT, Way.CAME, Way.NOTE]
    for kind, sign in (("gp-sent", "→ you to"), ("gp-came", "← message_server to you"), ("gp-note", "· You have")):
        assert f'<pre class="{kind}">{sign}' in shown(handle)


async def test_what_is_chosen_in_another_thread_is_done_where_the_handle_was_shown(lab, monkeypatch):
    places = set()
    fill = WireTap._fill

    def filled(self):
        places.add(threading.get_ident())
        fill(self)

    monkeypatch.setattr(WireTap, "_fill", filled)
    handle = WireTap(lab)
    handle.widget()

    def choose():
        handle._ports.index = 1
        handle._forms.value = words.AS_HEX
        handle._hex.value = True

    await asyncio.to_thread(choose)
    await until(lambda: handle.as_hex)
    assert (handle._choice.application, handle.form) == ("over_tls", words.AS_HEX)
    assert places == {threading.get_ident()}


async def test_a_port_that_is_in_the_list_and_no_more_in_the_plan(lab, handle):
    gone = next(entry for entry in handle._entries() if entry.application == "closed")
    await lab.stop(*RUNNING)
    lab.update(Deployment(name="other").add("message_server", host="framework-host", port=5150))
    handle.do(lambda: handle._chosen(gone))
    assert (handle._choice.application, handle.said) == ("message_server", "")
