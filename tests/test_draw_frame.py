"""Frames of switches: each port with what it carries, lit by call; the TCP ports of the host beside them."""

import re
import xml.etree.ElementTree as ET
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import genesys_ports
from genesys_ports import frame, load_switch
from genesys_ports.draw.faceplates import CALL_COLOURS, DRAWN, EXPLAINED, IN_CARD, colour_of
from genesys_ports.draw.frames import Frame, Slot
from genesys_ports.draw.style import PAPER
from genesys_ports.draw.words import VOICE_MARKS
from genesys_ports.errors import InvalidValueError, OutputFormatError, SwitchError
from genesys_ports.model import Deployment, Switch, VoicePort, VoicePortKind
from genesys_ports.plan import load_plan
from genesys_ports.state import ConnectionState, ConnectionStatus, PortState, PortStatus
from genesys_ports.switch import Switching
from tests.conftest import ROOT
from tests.test_draw_portmap import HOSTILE, drawn

PLANS = ROOT / "notebooks" / "plans"
SWITCH = load_switch(PLANS / "switch-ports.csv")
PLAN = load_plan(PLANS / "cti.csv").with_switch(SWITCH)


class Desk:
    """As much of a lab's switch as a frame knows."""

    def __init__(self, switching, name="switch"):
        self.switching, self.name = switching, name

    def states(self):
        return self.switching.ports()


class Lab:
    """As much of a lab as a frame knows."""

    def __init__(self, plan, **running):
        self.plan, self.running = plan, running

    def is_running(self, name):
        return name in self.running

    def switch(self, name):
        return Desk(self.running[name], name)

    def port_states(self):
        for one, port in self.plan.ports():
            status = PortStatus.LISTENING if one.name in self.running else PortStatus.CLOSED
            yield PortState(application=one.name, host=one.host, port=port, status=status)

    def connection_states(self):
        for one in self.plan.connections:
            up = ConnectionStatus.CONNECTED if one.server in self.running else ConnectionStatus.REFUSED
            yield ConnectionState(connection=one, host="switch-host", port="7450/tcp", status=up)


def busy_switch():
    switching = Switching(SWITCH, lambda event: None)
    switching.arrive("5551234", "2001")
    switching.answer("1", "2001")
    switching.arrive("5559876", "3000")
    switching.make_call("2002", "2003")
    switching.busy_out("01-04")
    switching.busy_out("03-01")
    switching.hold("1", "2001")
    return switching


TABLE = """\
switch has 12 voice ports. 3 calls take 6 of them.
Card  Port   Kind           DN    State                        Call  With
────  ─────  ─────────────  ────  ───────────────────────────  ────  ───────
01    01-01  trunk channel  9     ● talking                    A     5551234
01    01-02  trunk channel  9     ● talking                    B     5559876
01    01-03  trunk channel  9     ○ idle
01    01-04  trunk channel  9     ⊗ out of service
02    02-01  IVR port       3000  ● talking                    B     5559876
02    02-02  IVR port       3000  ○ idle
03    03-01  station        2001  ◑ held, then out of service  A     5551234
03    03-02  station        2002  ◌ waiting                    C     2003
03    03-03  station        2003  ◔ ringing                    C     2002
03    03-04  station        2004  ○ idle
03    03-05  station              ○ idle
03    03-06  station              ○ idle"""


def test_table():
    assert str(frame(Desk(busy_switch()))) == TABLE
    assert str(frame(Lab(PLAN, switch=busy_switch()))) == TABLE


def test_picture_says_what_the_table_says():
    texts = drawn(frame(Desk(busy_switch())))
    assert {"Voice ports", "of switch", "Card 01", "Card 02", "Card 03", "trunk channels", "IVR ports"} <= set(texts)
    for slot in frame(Desk(busy_switch())).slots:
        assert {slot.label, slot.told} <= set(texts)
    assert {"access 9", "group 3000", "DN 2004", "out of service", "held · 5551234"} <= set(texts)
    # Each call's letter stands at every port that it takes, and once under the picture.
    assert [texts.count(letter) for letter in "ABCD"] == [3, 3, 3, 0]
    assert "call B: 01-02, 02-01" in texts


def test_alt_text_says_it_too():
    html = frame(Desk(busy_switch()))._repr_html_()
    assert html.startswith("<figure")
    alt = unescape(re.search('alt="([^"]*)"', html)[1])
    assert alt == (
        "Frame of a switch. switch has 12 voice ports. 3 calls take 6 of them. Call A takes 01-01, 03-01. "
        "Call B takes 01-02, 02-01. Call C takes 03-02, 03-03. Out of service: 01-04."
    )
    assert "<details><summary>The same as a table</summary>" in html
    assert "<td" in html


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda switching: None, "switch has 12 voice ports. No call is on."),
        (lambda switching: switching.make_call("2001", "2002"), "switch has 12 voice ports. 1 call takes 2 of them."),
    ],
)
def test_summary(change, said):
    switching = Switching(SWITCH, lambda event: None)
    change(switching)
    assert frame(Desk(switching)).summary() == said


def test_a_call_keeps_its_letter_from_picture_to_picture():
    switching = busy_switch()
    assert list(frame(Desk(switching)).calls) == ["A", "B", "C"]
    switching.clear("1", "2001")
    assert frame(Desk(switching)).calls == {"B": ["01-02", "02-01"], "C": ["03-02", "03-03"]}


def states(*calls):
    return [state_of(place, call) for place, call in enumerate(calls)]


def state_of(place, call):
    port = VoicePort(label=f"01-{place:02}", device="switch")
    return busy_switch().ports()[0]._replace(port=port, call_id=call, party="")


@pytest.mark.parametrize(
    ("calls", "marks"),
    [
        (["26", "27", "703", "18278"], ["Z", "AA", "AAA", "ZZZ"]),
        (["18279", "7"], ["A", "B"]),
        (["0", "7"], ["A", "B"]),
        (["x", "7", "x", ""], ["A", "B", "A", ""]),
        (["٣"], ["A"]),
        (["9" * 5000], ["A"]),
    ],
)
def test_letters(calls, marks):
    class Any:
        def states(self):
            return states(*calls)

    assert [slot.mark for slot in frame(Any()).slots] == marks


def test_calls_stand_in_the_order_of_their_letters():
    slots = [
        Slot("01", f"01-0{n}", VoicePortKind.STATION, "", "talking", mark) for n, mark in enumerate(["AA", "Z", "B"])
    ]
    assert list(Frame("switch", slots).calls) == ["B", "Z", "AA"]


# --- colours and shapes


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", CALL_COLOURS)
def test_a_call_stands_out_on_white_and_on_black(colour):
    # WCAG 2.2: 4.5 for text (1.4.3), 3 for what is no text (1.4.11).
    assert contrast(colour, PAPER) >= 4.5
    assert contrast(colour, "#111111") >= 3


def test_neighbours_have_colours_of_their_own_and_then_they_come_again():
    colours = [colour_of(letter) for letter in "ABCDEFGHI"]
    assert len(set(colours[:8])) == 8
    assert colours[8] == colours[0]
    assert colour_of("AA") == CALL_COLOURS[26 % 8]


def shapes(kind, state, mark=""):
    """The lines and outlines of one port, as the picture has them."""
    axes = Frame("switch", [Slot("01", "01-01", kind, "9", state, mark)]).draw().figure.axes[0]
    patches = [
        (str(one.get_path().vertices.round(1).tolist()), one.get_linestyle(), one.get_hatch(), one.get_facecolor())
        for one in axes.patches
    ]
    return str(patches), len(axes.lines)


def test_kinds_and_states_differ_without_words():
    looks = {shapes(kind, "idle") for kind in VoicePortKind}
    for state in ("waiting", "ringing", "talking", "held"):
        looks.add(shapes(VoicePortKind.STATION, state, "A"))
    looks.add(shapes(VoicePortKind.STATION, "out of service"))
    assert len(looks) == len(VoicePortKind) + 5
    assert len(set(VOICE_MARKS.values())) == len(VOICE_MARKS)


# --- what a frame is drawn from


@pytest.mark.parametrize("thing", [SWITCH, PLAN, Lab(PLAN)])
def test_a_switch_that_does_not_run_is_planned(thing):
    one = frame(thing)
    assert one.summary() == "switch has 12 voice ports. This is its plan: the switch does not run."
    assert {slot.state for slot in one.slots} == {"planned"}
    assert "◇ planned" in str(one)


def test_a_plan_without_a_frame_has_the_one_that_its_lab_has():
    plan = load_plan(PLANS / "cti.csv")
    assert [slot.label for slot in frame(plan).slots] == [slot.label for slot in frame(SWITCH).slots]


def test_one_of_several():
    ivr = Switch(name="ivr", voice_ports=(VoicePort(label="1", device="ivr", kind=VoicePortKind.IVR),))
    plan = PLAN.with_switch(ivr)
    assert "More switches here: ivr. Choose one with name=." in drawn(frame(plan))
    one = frame(plan, "ivr")
    assert one.summary() == "ivr has 1 voice port. This is its plan: the switch does not run."
    assert "Ports" in drawn(one)
    with pytest.raises(InvalidValueError, match=r"'ivt' is not a switch of this plan\. Write one of: switch, ivr\."):
        frame(plan, name="ivt")


def test_nothing_to_show():
    for nothing in (frame(Deployment()), frame(Deployment(), beside=True)):
        assert str(nothing).startswith("The plan has no switch with voice ports to show.")
        assert "The plan has no switch with voice ports to show." in drawn(nothing)
        assert "Frame of a switch. The plan has no switch" in nothing._repr_html_()
    assert "The plan has no host for this switch." in drawn(frame(Deployment(switches=(SWITCH,)), beside=True))


@pytest.mark.parametrize("thing", [5, "switch", None])
def test_only_what_has_a_switch(thing):
    with pytest.raises(TypeError, match=f"this is a {type(thing).__name__}"):
        frame(thing)


@pytest.mark.parametrize("thing", [SWITCH, Desk(busy_switch())])
def test_beside_needs_a_plan(thing):
    with pytest.raises(TypeError, match=r"frame\(lab, beside=True\)"):
        frame(thing, beside=True)


def test_a_frame_is_a_snapshot():
    switching = busy_switch()
    one = frame(Desk(switching))
    before = str(one)
    switching.clear("1", "2001")
    assert str(one) == before


# --- beside the TCP ports of its host


def test_a_call_lights_the_left_and_opens_nothing_on_the_right():
    quiet, busy = Switching(SWITCH, lambda event: None), busy_switch()
    without, with_calls = (frame(Lab(PLAN, switch=one), beside=True) for one in (quiet, busy))
    assert [row for row in without.table().rows if row[0] == "switch-host"] == [
        ("switch-host", "7450/tcp", "TCP port, cti-link, of switch", "", "■ listening", "t_server"),
        ("switch-host", "2323/tcp", "TCP port, management, of switch", "", "■ listening", ""),
    ]
    assert [row[-3:] for row in with_calls.table().rows if row[0] == "switch-host"] == [
        ("■ listening", "", "t_server"),
        ("■ listening", "", ""),
    ]
    assert with_calls.summary().endswith(
        "3 calls take 6 of them. Beside them the TCP ports of switch-host: a call opens none."
    )
    texts = drawn(with_calls)
    assert {"TCP ports", "of switch-host", "7450/tcp", "■ listening", "from t_server", "2323/tcp"} <= set(texts)
    assert "switch-host, port 7450/tcp: switch, listening, connected: t_server." in with_calls.describe()


async def test_a_lab():
    async with await genesys_ports.Lab.open(PLAN) as lab:
        assert "This is its plan: the switch does not run." in frame(lab).summary()
        await lab.start("switch", "t_server")
        before = frame(lab, beside=True)
        await lab.switch("switch").arrive("5551234", "2001")
        after = frame(lab, beside=True)
        assert after.calls == {"A": ["01-01", "03-01"]}
        assert after.beside == before.beside
        assert [clients for _, clients in after.beside.ports] == [("t_server",), ()]
        assert after.slots == frame(lab.switch("switch")).slots


def test_of_many_clients_the_number_is_told():
    plan = PLAN
    for name in ("spare_a", "spare_b"):
        plan = plan.add(name, host="cti-host", port=9000 + len(plan.applications), connects_to="switch:cti-link")
    one = frame(Lab(plan, switch=busy_switch()), beside=True)
    assert "from 3 clients" in drawn(one)
    assert "connected: t_server and 2 more" in one.describe()
    assert ("t_server, spare_a, spare_b") in one.to_csv()


def test_a_plan_beside():
    assert "◇ planned" in drawn(frame(PLAN, beside=True))


def test_a_host_with_many_ports_is_drawn_in_part():
    plan = PLAN
    for number in range(1, 80):
        plan = plan.add("switch", host="switch-host", port=number, port_id=f"p{number}")
    one = frame(plan, beside=True)
    assert "21 more ports are in the table only." in drawn(one)
    assert len(one.to_csv().splitlines()) == 1 + 12 + 81


# --- bounds, forms, hostile text


def large(cards, ports):
    return Switch(
        name="large",
        voice_ports=tuple(
            VoicePort(label=f"{card:02}-{port:02}", device="large")
            for card in range(1, cards + 1)
            for port in range(1, ports + 1)
        ),
    )


def test_a_large_frame_is_drawn_in_part_and_listed_in_full():
    one = frame(large(40, 30))
    texts = drawn(one)
    assert sum(bool(re.fullmatch("[0-9]{2}-[0-9]{2}", text)) for text in texts) == DRAWN
    assert f"01-{IN_CARD}" in texts
    assert f"{1200 - DRAWN} more voice ports are in the table only." in texts
    assert len(one.to_csv().splitlines()) == 1201
    assert "1 more voice port is in the table only." in drawn(frame(large(1, IN_CARD + 1)))


def test_many_calls():
    slots = [Slot("01", f"01-{n:02}", VoicePortKind.STATION, "", "talking", chr(65 + n)) for n in range(20)]
    texts = drawn(Frame("switch", slots))
    assert sum(text.startswith("call ") for text in texts) == EXPLAINED
    assert "More calls are on: the table has them all." in texts
    assert len(Frame("switch", slots).describe()) < 1000


def test_a_card_of_several_kinds():
    assert "several kinds" in drawn(
        Frame("switch", [Slot("01", f"01-0{n}", kind, "", "idle") for n, kind in enumerate(VoicePortKind)])
    )


def test_save(tmp_path):
    one = frame(SWITCH)
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".txt", b"switch has"), (".csv", b"Card,")):
        assert one.save(tmp_path / f"frame{ending}").read_bytes().startswith(start)
    with pytest.raises(OutputFormatError):
        one.save(tmp_path / "frame.jpg")


def lit(*texts):
    states = [
        busy_switch()
        .ports()[0]
        ._replace(port=VoicePort(label=f"0x-{text}", device=text, dn=text), call_id=text, party=text)
        for text in texts
    ]

    class Any:
        name = texts[0]

        def states(self):
            return states

    return Any()


def test_hostile_names():
    one = frame(lit(*HOSTILE))
    ET.fromstring(one.to_svg())
    html = one._repr_html_()
    assert "<script" not in html
    ET.fromstring(re.sub("(<img[^>]*)>", r"\1/>", html))
    assert len(str(one).splitlines()) == 3 + len(HOSTILE)
    assert not re.search(r"(^|,)=", one.to_csv())
    assert not {"\u202e", "\x00"} & set(html + str(one))


@settings(max_examples=3)
@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), min_size=1), min_size=10, max_size=30))
def test_any_names(texts):
    one = frame(lit(*texts))
    ET.fromstring(one.to_svg())
    assert len(str(one).splitlines()) == 3 + len(texts)


# --- the switch itself, under a storm of calls


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from(["make", "arrive", "answer", "clear"]), st.sampled_from(["2001", "2002", "3000"]))
    )
)
def test_the_marks_are_the_calls(steps):
    switching = Switching(SWITCH, lambda event: None)
    for what, number in steps:
        try:
            if what == "make":
                switching.make_call("2003", number)
            elif what == "arrive":
                switching.arrive("5551234", number)
            for call in switching.calls() if what in ("answer", "clear") else ():
                getattr(switching, what)(call.call_id, number)
        except SwitchError:
            continue
    calls = {frozenset(party.port for party in call.parties if party.port) for call in switching.calls()}
    assert {frozenset(labels) for labels in frame(Desk(switching)).calls.values()} == calls - {frozenset()}
