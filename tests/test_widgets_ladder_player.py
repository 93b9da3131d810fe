"""The ladder player without a browser: stepped, filtered, played and saved by code and by its buttons."""

import asyncio
import gc
import xml.etree.ElementTree as ET
from html import unescape

import ipywidgets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports import Trace, ladder, read_sip_log
from genesys_ports.errors import (
    InvalidValueError,
    NoRawMessageError,
    OutputExistsError,
    OutputFormatError,
    UnknownCallError,
    UnknownParticipantError,
)
from genesys_ports.trace import Kind, Participant
from genesys_ports.widgets import LadderPlayer
from genesys_ports.widgets.ladder_player import ROWS
from genesys_ports.widgets.ladder_player_view import OFFERED
from tests.a_call import FIRST, SECOND, a_call, new_trace
from tests.conftest import ROOT
from tests.helpers import outputs_of_two_processes, until

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def player():
    made = LadderPlayer(a_call())
    made.widget()
    return made


def parts(box):
    """Every widget inside a box, the box first."""
    yield box
    for child in getattr(box, "children", ()):
        yield from parts(child)


def part(player, description):
    (found,) = [one for one in parts(player.widget()) if getattr(one, "description", "") == description]
    return found


def click(player, label):
    button = part(player, label)
    assert isinstance(button, ipywidgets.Button)
    assert not button.disabled
    button.click()


def html(player):
    return "\n".join(one.value for one in parts(player.widget()) if isinstance(one, ipywidgets.HTML))


def seen(player):
    return unescape(html(player))


def labels(player, description):
    return [label for label, _ in part(player, description).options]


def choose(player, description, label):
    part(player, description).value = dict(part(player, description).options)[label]


def talk(trace, count=1, name="log event"):
    for _ in range(count):
        trace.add(
            Kind.EVENT, name, "sip_server", "agent_desktop", port="7010/tcp", payload=b"{}\n", protocol="teaching"
        )


# --- moving


def test_it_begins_at_the_first_step(player):
    assert (player.step, player.count) == (1, 22)
    assert player.message.name == "INVITE"


def test_the_buttons_step(player):
    for label, step in [("Forward", 2), ("Forward", 3), ("Back", 2), ("Last", 22), ("First", 1)]:
        click(player, label)
        assert player.step == step
        assert f"Step {step} of 22." in seen(player)
        assert part(player, "Step").value == step


@pytest.mark.parametrize(
    ("label", "at", "said"),
    [("Back", 1, "This is the first step."), ("Forward", 22, "This is the last step.")],
)
def test_beyond_the_ends_there_is_nothing(player, label, at, said):
    player.go(at)
    click(player, label)
    assert player.step == at
    assert player.said == said
    click(player, "First")
    assert player.said == ""


def test_code_steps_and_tells():
    player = LadderPlayer(a_call())
    assert str(player.forward()) == (
        "Step 2 of 22.\n2: sip_server sends the response 100 Trying to phone_1001, back from its port 5060/udp."
    )
    assert player.back().sentences[0] == "Step 1 of 22."
    assert player.back().sentences[:2] == ("This is the first step.", "Step 1 of 22.")
    assert player.last().sentences[0] == "Step 22 of 22."
    assert player.first().sentences[0] == "Step 1 of 22."


@pytest.mark.parametrize(("step", "there"), [(0, 1), (-5, 1), (7, 7), (10**9, 22)])
def test_a_jump_ends_at_a_step_there_is(step, there):
    player = LadderPlayer(a_call())
    player.go(step)
    assert player.step == there


def test_a_jump_by_the_field(player):
    part(player, "Step").value = 9
    assert player.step == 9
    assert "Step 9 of 22." in seen(player)
    assert (part(player, "Step").min, part(player, "Step").max) == (1, 22)


# --- the page


def test_the_ladder_grows_up_to_the_present_step(player):
    player.go(3)
    assert "3 EventDialing" in html(player)
    assert "4 INVITE" not in html(player)


def test_the_page_has_room_for_a_dozen_and_counts_the_others(player):
    player.go(ROWS + 2)
    assert "2 earlier steps are not shown here." in seen(player)
    assert "2 100 Trying" not in html(player)
    assert "3 EventDialing" in html(player)


def test_the_participants_stand_above_every_page(player):
    for step in (1, 12, 22):
        player.go(step)
        head = html(player).partition("<title>")[2]
        assert all(f">{name}<" in head for name in ("sip_server", "phone_1001", "phone_1002"))


def test_only_the_present_step_is_marked(player):
    player.go(5)
    assert html(player).count('class="gp-edge"') == html(player).count('class="gp-point"') == 1


def test_the_page_is_as_high_at_each_step(player):
    def height():
        return html(player).partition('viewBox="')[2].partition('"')[0]

    first = height()
    player.last()
    assert height() == first


def test_the_fields_and_the_bytes_stand_beside_it(player):
    shown = html(player)
    assert "<th scope='row' dir='auto'>CSeq</th><td dir='auto'>1 INVITE</td>" in shown
    assert "<pre>INVITE sip:1002@sip-host SIP/2.0" in shown
    player.go(3)
    assert "teaching: the real names, in a format made for learning" in seen(player)


def test_voice_is_one_step_and_says_so(player):
    player.go(16)
    assert player.message.kind is Kind.MEDIA
    assert "These are 25 packets of voice; the fields are those of the first." in seen(player)
    assert dict(player.pairs())["Sequence number"] == "0"


def test_a_step_without_bytes():
    trace = new_trace()
    trace.add(Kind.OPENED, "opens port", "sip_server", "sip_server", port="5060/udp")
    player = LadderPlayer(trace)
    player.widget()
    assert "This step is no message: no bytes were sent." in seen(player)
    assert "On the wire" not in seen(player)
    with pytest.raises(NoRawMessageError):
        player.raw()


def test_fields_and_bytes_by_code():
    player = LadderPlayer(a_call())
    assert player.fields().rows[0] == ("Request", "INVITE sip:1002@sip-host SIP/2.0")
    assert player.raw().startswith("INVITE sip:1002@sip-host SIP/2.0")


# --- choosing


def test_the_lists_offer_what_there_is(player):
    assert labels(player, "Participant")[:3] == ["all participants", "sip_server", "agent_desktop"]
    assert labels(player, "Protocol") == ["all protocols", "RTP", "SIP", "teaching"]
    assert labels(player, "Call") == ["all calls", "1: 1001 → 1002, from step #1"]


@pytest.mark.parametrize(
    ("field", "label", "count", "said"),
    [
        ("Protocol", "teaching", 4, "Only teaching."),
        ("Participant", "agent_desktop", 4, "Only what agent_desktop sends or gets."),
        ("Call", "1: 1001 → 1002, from step #1", 22, "Only the call 1: 1001 → 1002, from step #1."),
    ],
)
def test_a_list_chooses(player, field, label, count, said):
    choose(player, field, label)
    assert player.count == count
    assert said in seen(player)
    choose(player, field, labels(player, field)[0])
    assert player.count == 22


def test_choices_add_up(player):
    choose(player, "Protocol", "SIP")
    choose(player, "Participant", "phone_1001")
    assert [player.count, player.message.name] == [7, "INVITE"]


def test_code_chooses():
    player = LadderPlayer(a_call())
    player.show(call=SECOND, protocol=["SIP", "rtp"], participant="phone_1001")
    assert player.count == 9
    player.show(protocol="teaching")
    assert player.count == 4
    player.show()
    assert player.count == 22


def test_a_choice_from_the_beginning():
    call = a_call().calls()[0]
    assert LadderPlayer(a_call(), call=call, protocol="sip").count == 16
    assert LadderPlayer(a_call(), after=65).count == 5
    assert LadderPlayer(a_call(), participant="agent_desktop").message.name == "EventDialing"


def test_what_code_chooses_stands_in_the_lists(player):
    player.show(call=SECOND, protocol=("sip", "rtp"), participant="phone_1001")
    assert part(player, "Call").value == FIRST
    assert part(player, "Protocol").label == "RTP, SIP"
    assert part(player, "Participant").value == "phone_1001"


def test_the_player_stays_at_its_message(player):
    player.go(5)
    player.show(protocol="sip")
    assert player.message.number == 5
    player.show(protocol="teaching")
    assert player.message.number == 3


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        ({"participant": "nobody"}, UnknownParticipantError),
        ({"call": "none"}, UnknownCallError),
        ({"call": ""}, UnknownCallError),
        ({"protocol": "gopher"}, InvalidValueError),
    ],
)
def test_what_cannot_be_chosen(choice, error):
    with pytest.raises(error):
        LadderPlayer(a_call(), **choice)
    player = LadderPlayer(a_call())
    player.go(4)
    with pytest.raises(error):
        player.show(**choice)
    assert (player.step, player.count) == (4, 22)


def test_a_choice_without_a_step(player):
    choose(player, "Protocol", "teaching")
    choose(player, "Participant", "phone_1002")
    assert (player.step, player.count, player.message) == (0, 0, None)
    assert "No step fits this choice." in seen(player)
    assert "No step fits this choice." in str(player)
    for label in ("Forward", "Back", "First", "Last", "Find next"):
        click(player, label)
    assert player.step == 0


def test_an_application_of_the_plan_that_nobody_has_met():
    class Plan:
        def has_application(self, name):
            return name == "log_server"

    class Lab:
        trace, plan = a_call(), Plan()

    assert LadderPlayer(Lab(), participant="log_server").count == 0


def test_nothing_but_a_trace_is_played():
    with pytest.raises(TypeError, match="this is a list"):
        LadderPlayer([])


def test_of_many_calls_the_newest_are_offered():
    trace = new_trace()
    for number in range(OFFERED + 5):
        trace.add(Kind.REQUEST, "x", "sip_server", f"phone {number}", call=f"c{number}", protocol="csta")
    player = LadderPlayer(trace, call="c1")
    player.widget()
    shown = labels(player, "Call")
    assert shown[0] == f"all calls (the newest {OFFERED} are listed)"
    assert shown[1] == "2: sip_server → phone 1, from step #2"
    assert len(shown) == OFFERED + 2


# --- finding


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("bye", [18, 19, 20, 21, 18]),
        ("#15", [15]),
        ("# 66", [18]),
        ("DESK-1002", [4, 5, 6]),
        ("rtpmap", [4, 5]),
        ("ThisDN 1002", [7]),
    ],
)
def test_find(player, text, steps):
    part(player, "Find").value = text
    for step in steps:
        click(player, "Find next")
        assert player.step == step


async def test_enter_finds(player):
    field = part(player, "Find")
    field._handle_custom_msg({"event": "submit"}, [])
    # The page may tell of Enter before it tells of the text.
    field.value = "bye"
    await player.done()
    assert player.step == 18


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nowhere\x1b", "No step says nowhere�."),
        ("", "Write a word to look for, or the number of an arrow such as #37."),
        ("#20", "No step of this choice has the number 20. This is the one before it."),
    ],
)
def test_what_is_not_found(player, text, said):
    part(player, "Find").value = text
    click(player, "Find next")
    assert player.said == said


def test_a_number_before_the_first():
    player = LadderPlayer(a_call(), after=5)
    assert player.find("#2").sentences[0] == "No step of this choice has the number 2, nor one before it."


# --- playing


async def test_it_plays_to_the_end_and_stops(player):
    player.go(20)
    part(player, "Steps a second").value = 10
    click(player, "Play")
    assert player.playing
    assert part(player, "Pause")
    await until(lambda: not player.playing)
    assert player.step == 22
    assert player.said == "The last step is reached."
    assert part(player, "Play")


async def test_at_the_end_it_plays_all_over_again(player):
    player.last()
    player.play(10)
    assert (player.step, player.playing) == (1, True)
    player.pause()


@pytest.mark.parametrize("label", ["Pause", "Forward", "Back", "First", "Last"])
async def test_whoever_moves_pauses(player, label):
    player.go(5)
    player.play(0.5)
    click(player, label)
    assert not player.playing
    assert part(player, "Play")


async def test_the_speed_changes_while_it_plays(player):
    player.play(0.5)
    part(player, "Steps a second").value = 10.0
    await until(lambda: player.step > 2)
    player.pause()


async def test_a_speed_that_there_is_not(player):
    with pytest.raises(InvalidValueError, match="speed in steps a second"):
        player.play(3)


def test_without_a_loop_nothing_plays(player):
    player.play()
    assert not player.playing
    assert player.said.startswith("Playing needs a notebook")


async def test_a_closed_box_plays_no_more(player):
    player.play(10)
    player.widget().close()
    await until(lambda: not player.playing)
    assert player.step == 1


async def test_a_player_that_nobody_has_plays_no_more(caplog):
    player = LadderPlayer(a_call())
    player.play(10)
    timer = player._timer
    assert timer is not None
    del player
    gc.collect()
    await asyncio.sleep(max(0, timer.when() - asyncio.get_running_loop().time()) + 0.01)
    assert not caplog.records


# --- live


async def test_at_the_end_the_player_follows():
    trace = a_call()
    player = LadderPlayer(trace)
    player.widget()
    player.last()
    talk(trace, 3)
    await until(lambda: "Step 25 of 25." in seen(player))
    assert part(player, "Step").value == 25


async def test_elsewhere_it_stays():
    trace = a_call()
    player = LadderPlayer(trace)
    player.widget()
    player.go(5)
    talk(trace, 3)
    await until(lambda: "Step 5 of 25." in seen(player))
    assert (part(player, "Step").value, part(player, "Step").max) == (5, 25)


async def test_it_begins_with_nothing():
    trace = Trace()
    player = LadderPlayer(trace)
    player.widget()
    assert "Nothing was seen yet" in seen(player)
    assert str(player) == "Nothing was seen yet: the ladder has no step."
    talk(trace)
    await until(lambda: "Step 1 of 1." in seen(player))
    assert "sip_server" in labels(player, "Participant")


def test_what_is_new_has_to_fit_the_choice():
    trace = a_call()
    player = LadderPlayer(trace, protocol="teaching")
    trace.add(Kind.REQUEST, "OPTIONS", "sip_server", "phone_1001", protocol="sip")
    talk(trace)
    assert player.count == 5


def test_a_message_that_turns_out_to_belong_to_the_call():
    trace = a_call()
    player = LadderPlayer(trace, call=FIRST)
    asked = trace.add(Kind.REQUEST, "MakeCall", "sip_server", "phone_1001", protocol="csta")
    assert player.count == 22
    trace.assign(asked.number, FIRST)
    trace.add(Kind.RESPONSE, "MakeCallResponse", "phone_1001", "sip_server", protocol="csta", call=FIRST)
    assert player.count == 24


def test_a_full_trace_drops_the_oldest():
    trace = new_trace(limit=10)
    talk(trace, 10)
    player = LadderPlayer(trace)
    player.go(4)
    talk(trace, 2)
    assert (player.message.number, player.step, player.count) == (4, 2, 10)
    assert "2 older steps are gone: the trace was full." in str(player)
    talk(trace, 5)
    assert (player.message.number, player.step) == (8, 1)


def test_a_cleared_trace():
    trace = a_call()
    player = LadderPlayer(trace)
    player.go(9)
    trace.clear()
    assert (player.step, player.count) == (0, 0)
    talk(trace)
    assert (player.step, player.count) == (1, 1)


@given(cut=st.integers(1, 70), choice=st.sampled_from([{}, {"call": FIRST}, {"protocol": "sip"}, {"protocol": "rtp"}]))
def test_what_grows_ends_as_what_was_whole(cut, choice):
    whole = a_call()
    growing = new_trace()
    growing.relate(SECOND, FIRST)
    player = LadderPlayer(growing)
    for number, one in enumerate(whole):
        growing.add(*one[2:])
        if number == cut:
            player.show(**choice)
        assert player.count <= number + 1
    chosen = {} if cut >= len(whole) else choice
    assert [str(line.message) for line in player.steps.lines] == [
        str(line.message) for line in ladder(whole, **chosen)._lines
    ]


# --- as text, and as files


def test_as_text():
    player = LadderPlayer(a_call(), protocol="sip", participant="phone_1001")
    player.go(3)
    assert str(player).startswith(
        """\
Step 3 of 7.
Only SIP. Only what phone_1001 sends or gets.

  sip_server                                phone_1001
  sip-host                                  desk-1001
  listens on 7010/tcp, 5060/udp, 5060/tcp   listens on 5060/udp, 5060/tcp
  │                                         │
  │◀─ 1 INVITE, to 5060/udp ────────────────│
  │╌╌ 2 100 Trying, back from 5060/udp ╌╌╌╌>│
▶ │╌╌ 8 180 Ringing, back from 5060/udp ╌╌╌>│
  │                                         │
  ────▶ request   ╌╌╌╌> response

8: sip_server sends the response 180 Ringing to phone_1001, back from its port 5060/udp.

Status: SIP/2.0 180 Ringing
Via: SIP/2.0/UDP desk-1001:5060;branch=z9hG4bK-call-1@phone_1001-INVITE
"""
    )


def test_shown_it_has_its_text_beside_it(player):
    assert player._repr_mimebundle_()["text/plain"] == str(player)


def test_bytes_below_each_other():
    trace = new_trace()
    trace.add(Kind.REQUEST, "x", "sip_server", "phone_1001", payload=b"\0" * 20, protocol="sip")
    assert "Bytes:\n  0000  00 00" in str(LadderPlayer(trace))


def test_two_processes_say_the_same():
    code = "from tests.a_call import *; from genesys_ports.widgets import LadderPlayer; print(LadderPlayer(a_call()))"
    assert len(outputs_of_two_processes(code)) == 1


@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", b"<svg"), ("txt", b"sip_server"), ("mmd", b"sequenceDiagram"), ("csv", b"No.,")]
)
def test_save(player, tmp_path, monkeypatch, ending, begins):
    monkeypatch.chdir(tmp_path)
    player.show(protocol="sip")
    part(player, "File name").value = f"call.{ending}"
    click(player, "Save as a new file")
    assert player.said == f"Written: call.{ending}."
    written = (tmp_path / f"call.{ending}").read_bytes()
    assert begins in written
    assert b"EventDialing" not in written
    click(player, "Save as a new file")
    assert "call." in player.said
    assert "Written" not in player.said


def test_save_a_capture(player, tmp_path):
    player.show(protocol="rtp")
    player.save(tmp_path / "call.pcapng")
    assert (tmp_path / "call.pcapng").read_bytes() == a_call().select(protocol="rtp").to_pcapng()
    with pytest.raises(OutputExistsError):
        player.save(tmp_path / "call.pcapng")
    with pytest.raises(OutputFormatError):
        player.save(tmp_path / "call.png")


def test_save_without_a_name(player):
    click(player, "Save as a new file")
    assert player.said.startswith("Write a name for the new file first")


def test_a_sip_log():
    log = read_sip_log(ROOT / "tests" / "data" / "sip_server.log")
    player = LadderPlayer(log, call=log.calls()[0])
    player.widget()
    player.last()
    assert player.message is not None
    assert len(labels(player, "Call")) == len(log.calls()) + 1


# --- whatever names and bytes there are


def test_hostile_names_and_bytes():
    trace = Trace()
    name, other = f"{EVIL}{'x' * 300}", "\u202emoor\u05d0\x1b[31m"
    trace.join(Participant(name, EVIL, (EVIL,)))
    for kind in Kind:
        trace.add(kind, EVIL, name, other, port=EVIL, text=EVIL, payload=EVIL.encode(), protocol=EVIL, call=EVIL)
        trace.add(kind, EVIL, name, name, port=EVIL, text=EVIL, payload=EVIL.encode(), protocol="sip", call=name)
    player = LadderPlayer(trace)
    player.widget()
    for _ in range(player.count):
        shown = html(player)
        assert "<script" not in shown.replace("&lt;script", "")
        assert "<img" not in shown
        assert not any(char in shown + str(player) for char in "\u202e\x1b")
        picture = shown[shown.index("<svg") : shown.index("</svg>") + 6]
        ET.fromstring(picture)
        player.forward()


@pytest.mark.parametrize("count", [1, 4, 5, 9, 40])
def test_many_participants(count):
    trace = Trace()
    for number in range(count):
        trace.join(Participant(f"application_server_{number}", "host", ("5060/udp",)))
        trace.add(Kind.REQUEST, "x", "application_server_0", f"application_server_{number}", port="5060/udp")
    player = LadderPlayer(trace)
    player.widget()
    player.last()
    ET.fromstring(html(player)[html(player).index("<svg") : html(player).index("</svg>") + 6])
    left_out = count - ROWS - 1
    told = f"{left_out} participants took no part and are left out."
    assert seen(player).count(told) == str(player).count(told) == int(left_out > 1)


MOVES = st.lists(
    st.one_of(
        st.sampled_from(["forward", "back", "first", "last"]).map(lambda name: (name, (), {})),
        st.integers(-3, 99).map(lambda step: ("go", (step,), {})),
        st.text(max_size=3).map(lambda text: ("find", (text,), {})),
        st.fixed_dictionaries(
            {},
            optional={
                "call": st.sampled_from([FIRST, SECOND]),
                "protocol": st.sampled_from(["sip", "rtp", "teaching", "csta"]),
                "participant": st.sampled_from(["phone_1002", "agent_desktop", "media_server"]),
            },
        ).map(lambda choice: ("show", (), choice)),
    ),
    max_size=8,
)


@settings(max_examples=30)
@given(MOVES)
def test_wherever_one_goes_there_is_a_step(moves):
    player = LadderPlayer(a_call())
    for name, given_, choice in moves:
        assert str(getattr(player, name)(*given_, **choice))
        assert 1 <= player.step <= player.count or (player.step, player.count) == (0, 0)
        assert str(player)


# --- long traces


def test_a_step_of_a_long_trace_draws_the_page_only(monkeypatch):
    trace = new_trace()
    talk(trace, 5_000)
    player = LadderPlayer(trace)
    player.widget()
    player.go(2_500)
    assert html(player).count("<title>") == ROWS + 2
    drawn: list[int] = []
    monkeypatch.setattr(type(player.steps), "_begin", lambda self: drawn.append(1))
    player.forward()
    assert drawn == []
