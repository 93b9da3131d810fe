"""Ladders of calls: two legs and events in one picture, what is sent again or lost, voice, filters."""

import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from genesys_ports.draw import ladder
from genesys_ports.draw.order import TRIED, arranged
from genesys_ports.draw.style import RED
from genesys_ports.errors import InvalidValueError, UnknownCallError
from genesys_ports.trace import Kind, Participant, Trace
from tests.a_call import CALLED, CALLER, FIRST, SECOND, a_call, new_trace, sip
from tests.helpers import outputs_of_two_processes
from tests.test_draw_ladder import svg_texts

TEXT = """\
phone_1001                                sip_server                                             phone_1002                      agent_desktop
desk-1001                                 sip-host                                               desk-1002                       desk-1001
listens on 5060/udp, 5060/tcp             listens on 7010/tcp, 5060/udp, 5060/tcp                listens on 5062/udp, 5062/tcp   listens on no port
│                                         │                                                      │                               │
│── 1 INVITE, to 5060/udp ───────────────▶│                                                      │                               │
│<╌ 2 100 Trying, back from 5060/udp ╌╌╌╌╌│                                                      │                               │
│                                         │── 3 EventDialing, back from 7010/tcp, ThisDN 1001, OtherDN 1002 ────────────────────>│
│                                         │── 4 INVITE, to 5062/udp, lost ───────────✗           │                               │
│                                         │»─ 5 INVITE, to 5062/udp, again ─────────────────────▶│                               │
│                                         │<╌ 6 180 Ringing, back from 5062/udp ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│                               │
│                                         │── 7 EventRinging, back from 7010/tcp, ThisDN 1002, OtherDN 1001 ────────────────────>│
│<╌ 8 180 Ringing, back from 5060/udp ╌╌╌╌│                                                      │                               │
│                                         │   ✗╌ 9 200 OK, back from 5062/udp, lost ╌╌╌╌╌╌╌╌╌╌╌╌╌│                               │
│                                         │   ✗╌ 10 200 OK, back from 5062/udp, again, lost ╌╌╌╌«│                               │
│                                         │<╌ 11 200 OK, back from 5062/udp, again ╌╌╌╌╌╌╌╌╌╌╌╌╌«│                               │
│                                         │── 12 ACK, to 5062/udp ──────────────────────────────▶│                               │
│<╌ 13 200 OK, back from 5060/udp ╌╌╌╌╌╌╌╌│                                                      │                               │
│                                         │── 14 EventEstablished, back from 7010/tcp ──────────────────────────────────────────>│
│── 15 ACK, to 5060/udp ─────────────────▶│                                                      │                               │
│══ 16 RTP, 25 packets, to 20002/udp, 2 lost ═══════════════════════════════════════════════════▶│                               │
│◀═ 17 RTP, 25 packets, to 20000/udp ════════════════════════════════════════════════════════════│                               │
│── 66 BYE, to 5060/udp ─────────────────▶│                                                      │                               │
│<╌ 67 200 OK, back from 5060/udp ╌╌╌╌╌╌╌╌│                                                      │                               │
│                                         │── 68 BYE, to 5062/udp ──────────────────────────────▶│                               │
│                                         │<╌ 69 200 OK, back from 5062/udp ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│                               │
│                                         │── 70 EventReleased, back from 7010/tcp ─────────────────────────────────────────────>│
│                                         │                                                      │                               │
────▶ request   ╌╌╌╌> response   ────> event   ════▶ voice   »───▶ sent again
──✗   lost on the way"""  # noqa: E501

SVG = "{http://www.w3.org/2000/svg}"


def numbers(one):
    return [message.number for message in one.messages]


def tips(svg):
    return [title.text for title in ET.fromstring(svg).iter(f"{SVG}title") if title.text]


def test_a_call_as_text():
    assert str(ladder(a_call(), call=FIRST)) == TEXT


def test_either_leg_finds_both():
    assert str(ladder(a_call(), call=SECOND)) == TEXT


# --- sent again, and lost


def test_the_picture_says_it_in_words_and_shapes():
    trace = a_call()
    svg = ladder(trace, call=FIRST).to_svg()
    texts = svg_texts(svg)
    assert {"to 5062/udp · lost", "to 5062/udp · again", "again, lost", "sent again", "lost on the way"} <= set(texts)
    assert "to 20002/udp · 2 lost" in texts
    # Without loss the same step has a head and no cross, and no chevrons where it is not sent again.
    plain = Trace(clock=lambda: 0.0)
    lost, again = Trace(clock=lambda: 0.0), Trace(clock=lambda: 0.0)
    marked: Any = ((plain, {}), (lost, {"dropped": True}), (again, {"again": True}))
    for one, marks in marked:
        one.add(Kind.REQUEST, "INVITE", "phone_1001", "sip_server", **CALLER, **marks)
    svgs = [ladder(one).to_svg() for one in (plain, lost, again)]
    heads = [svg.count('Z" stroke') for svg in svgs]
    crosses = [svg.count(RED) for svg in svgs]
    chevrons = [svg.count("l7 7l-7 7") for svg in svgs]
    # The legend shows a request, and whatever else occurs.
    assert (heads, crosses, chevrons) == ([2, 1, 3], [0, 2, 0], [0, 0, 4])


def test_nothing_lost_needs_no_legend():
    for form in (str(ladder(a_call(), after=66)), ladder(a_call(), after=66).to_svg()):
        assert "sent again" not in form
        assert "lost" not in form


def test_mermaid_crosses_out_what_is_lost():
    lines = ladder(a_call(), call=FIRST).to_mermaid().splitlines()
    assert "  p2-xp3: 4 INVITE, to 5062/udp, lost" in lines
    assert "  p2->>p3: 5 INVITE, to 5062/udp, again" in lines
    assert "  p3--xp2: 10 200 OK, back from 5062/udp, again, lost" in lines
    assert "  p1->>p3: 16 RTP, 25 packets, to 20002/udp, 2 lost" in lines


def test_sentences_say_what_became_of_it():
    told = tips(ladder(a_call(), call=FIRST).to_svg())
    wanted = [
        "4: sip_server sends the request INVITE to phone_1002, to port 5062/udp. The network loses it on the way.\n"
        "INVITE sip:1002@desk-1002:5062 SIP/2.0",
        "5: sip_server sends the request INVITE to phone_1002, to port 5062/udp. "
        "It was sent before: no answer came, so it is sent again.\nINVITE sip:1002@desk-1002:5062 SIP/2.0",
        "11: phone_1002 sends the response 200 OK to sip_server, back from its port 5062/udp. "
        "It was sent before: no answer came, so it is sent again.\nSIP/2.0 200 OK",
        "16: phone_1001 sends 25 packets of voice to phone_1002, to port 20002/udp. "
        "The network loses 2 of them on the way.",
        "17: phone_1002 sends 25 packets of voice to phone_1001, to port 20000/udp.",
    ]
    assert [tip for tip in told if tip in wanted] == wanted


def test_a_loop_that_is_lost():
    trace = Trace(clock=lambda: 0.0)
    trace.add(Kind.REQUEST, "OPTIONS", "a", "a", port="5060/udp", dropped=True, again=True)
    assert "↺ 1 OPTIONS, to 5060/udp, again, lost" in str(ladder(trace))
    assert "to 5060/udp · again, lost" in svg_texts(ladder(trace).to_svg())


def test_a_line_that_breaks_off_in_little_room():
    trace = Trace(clock=lambda: 0.0)
    for index in range(20):
        name = "a" * 30
        trace.add(Kind.RESPONSE, name, f"app{index}", f"app{index + 1}", port="65535/udp", dropped=True, again=True)
        trace.add(Kind.REQUEST, name, f"app{index + 1}", f"app{index}", port="65535/udp", dropped=True, again=True)
    lines = str(ladder(trace)).splitlines()
    assert len({line.count("✗") for line in lines[2:-3]}) == 1
    assert all(line.endswith(("│", " ")) for line in lines[2:-3])


# --- voice


def voice(trace, count, *, lost=0, way=("a", "b")):
    for number in range(count):
        trace.add(Kind.MEDIA, "RTP", *way, *way, port="20000/udp", protocol="rtp", dropped=number < lost)


@pytest.mark.parametrize(
    ("count", "lost", "line"),
    [
        (1, 0, "1 RTP, 1 packet, to 20000/udp ═"),
        (2, 0, "1 RTP, 2 packets, to 20000/udp ═"),
        (2, 1, "1 RTP, 2 packets, to 20000/udp, 1 lost ═"),
        (1, 1, "1 RTP, 1 packet, to 20000/udp, lost ═"),
        (3, 3, "1 RTP, 3 packets, to 20000/udp, lost ═"),
    ],
)
def test_packets_of_voice_are_counted(count, lost, line):
    trace = Trace()
    voice(trace, count, lost=lost)
    one = ladder(trace)
    assert line in str(one)
    assert ("✗" in str(one)) == (count == lost)
    assert len(one) == 1
    assert one.summary() == "1 step."
    assert len(one.messages) == count


def test_sentences_of_voice():
    trace = Trace()
    voice(trace, 1)
    voice(trace, 2, lost=2, way=("b", "a"))
    assert (
        ladder(trace)
        .describe()
        .endswith(
            "1: a sends a packet of voice to b, to port 20000/udp. "
            "2: b sends 2 packets of voice to a, to port 20000/udp. The network loses all of them on the way."
        )
    )


def test_voice_is_one_step_until_something_else_is_said():
    trace = Trace()
    voice(trace, 3)
    trace.add(Kind.REQUEST, "INVITE", "a", "b")
    voice(trace, 3)
    assert [line for line in str(ladder(trace)).splitlines() if "RTP" in line][1].startswith("│══ 5 RTP, 3 packets")


def test_the_newest_steps_are_counted_as_steps():
    one = ladder(a_call(), last=7)
    assert "16 RTP, 25 packets" in str(one)
    assert numbers(one)[0] == 16
    assert "15 earlier steps are not shown here." in ladder(a_call()).to_text(7)


# --- choosing


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"protocol": "teaching"}, [3, 7, 14, 70]),
        ({"protocol": ["SIP"], "participant": "phone_1001", "after": 2}, [8, 13, 15, 66, 67]),
        ({"protocol": ("sip", "teaching"), "kinds": "request"}, [1, 4, 5, 12, 15, 66, 68]),
        ({"call": SECOND, "protocol": "sip", "last": 2}, [68, 69]),
        ({"call": FIRST, "after": 70}, []),
        ({"protocol": []}, []),
    ],
)
def test_choosing(chosen, expected):
    assert numbers(ladder(a_call(), **chosen)) == expected


def test_other_calls_are_left_out():
    trace = a_call()
    trace.add(Kind.REQUEST, "OPTIONS", "phone_1001", "sip_server", **{**CALLER, "call": "other"}, protocol="sip")
    assert numbers(ladder(trace, call="other")) == [71]
    assert str(ladder(trace, call="other")).startswith("phone_1001  ")
    assert numbers(ladder(trace, call=FIRST))[-1] == 70


@pytest.mark.parametrize("call", ["", "call-1@phone_1002", 3])
def test_an_unknown_call(call):
    with pytest.raises(UnknownCallError, match=r"The calls are: call-1@phone_1001\."):
        ladder(a_call(), call=call)


def test_an_unknown_protocol():
    known = r"'sips' is not a protocol of this trace\..*rtp, sip, snmp, teaching\."
    with pytest.raises(InvalidValueError, match=known):
        ladder(a_call(), protocol=["sip", "sips"])
    assert len(ladder(Trace(), protocol="sip")) == 0


# --- life lines


@pytest.mark.parametrize(
    ("names", "arrows", "expected"),
    [
        ("", [], ""),
        ("a", ["aa"], "a"),
        ("ab", ["ab"], "ab"),
        ("abc", ["ab", "ac"], "bac"),
        ("sab", ["as", "sb"], "asb"),
        ("asdb", ["as", "sb", "sb", "sd"], "asbd"),
        ("abcdefg", ["ag"] * 9, "abcdefg"),
    ],
)
def test_life_lines_stand_so_that_arrows_are_short(names, arrows, expected):
    assert len(names) <= TRIED or names == expected
    assert "".join(arranged(list(names), [tuple(arrow) for arrow in arrows])) == expected


def test_the_phones_stand_beside_sip_server_however_many_are_told_of_the_call():
    trace = a_call()
    for listener in ("stat_server", "universal_routing_server"):
        for number in range(9):
            trace.add(Kind.EVENT, f"Event{number}", "sip_server", listener, port="7010/tcp", call=FIRST)
    heads = str(ladder(trace, call=FIRST)).splitlines()[0].split()
    assert abs(heads.index("sip_server") - heads.index("phone_1001")) == 1
    assert abs(heads.index("sip_server") - heads.index("phone_1002")) == 1


def test_ports_that_are_too_long_for_one_line_take_two():
    texts = svg_texts(ladder(a_call(), call=FIRST).to_svg())
    assert texts[texts.index("sip-host") + 1 :][:2] == ["listens on 7010/tcp,", "5060/udp, 5060/tcp"]


def test_a_port_that_no_line_holds_is_cut():
    trace = new_trace()
    trace.add(Kind.OPENED, "x", "sip_server", "sip_server", port="1" * 60)
    trace.join(Participant("sip_server", "h", ("1" * 60,)))
    texts = svg_texts(ladder(trace).to_svg())
    assert any(text.endswith("…") for text in texts)


# --- many, hostile, and always the same


SAME = """
import sys
sys.path[:0] = ["."]
from genesys_ports.draw import ladder
from tests.a_call import FIRST, a_call
trace = a_call()
one = ladder(trace, call=FIRST, protocol={"sip", "rtp", "teaching"})
forms = one.to_text(), one._repr_html_(), one.to_svg(), one.to_mermaid(), one.to_csv(), one.raw(1)
sys.stdout.buffer.write("".join(forms).encode() + trace.to_pcapng() + str(trace.calls()).encode())
"""


def test_the_same_bytes_in_two_processes():
    assert len(outputs_of_two_processes(SAME)) == 1


def test_the_same_picture_on_another_network():
    other = a_call()
    text = ladder(other, call=FIRST).to_svg()
    moved = Trace(clock=lambda: 0.0)
    for one in other.participants.values():
        moved.join(Participant(one.name, one.host, one.ports, one.address.replace("127.0.1.", "127.77.3.")))
    moved.relate(SECOND, FIRST)
    for message in other:
        payload = message.payload.replace(b"127.0.1.", b"127.77.3.")
        fields: Any = message._asdict()
        moved.add(
            **{key: value for key, value in fields.items() if key not in ("number", "time")} | {"payload": payload}
        )
    assert ladder(moved, call=FIRST).to_svg() == text


def test_a_hostile_first_line():
    trace = Trace()
    payload = b"INVITE sip:<script>\x1b\xff" + b"x" * 10_000 + b"\r\n\r\n"
    trace.add(Kind.REQUEST, "INVITE", "a", "b", protocol="sip", payload=payload)
    svg = ladder(trace).to_svg()
    assert "<script" not in svg
    assert "\x1b" not in svg
    assert len(svg) < 6_000
    ET.fromstring(svg)


def busy(count):
    trace = new_trace()
    for number in range(count // 4):
        call = f"c{number}"
        payload = sip("INVITE sip:1002@127.0.1.20 SIP/2.0", call, "INVITE")
        for way, ends in ((CALLER, ("phone_1001", "sip_server")), (CALLED, ("sip_server", "phone_1002"))):
            trace.add(Kind.REQUEST, "INVITE", *ends, **{**way, "call": call}, payload=payload, protocol="sip")
            trace.add(Kind.MEDIA, "RTP", *ends, **{**way, "call": call}, protocol="rtp")
    return trace


def test_the_time_grows_with_the_number_of_messages():
    def seconds(count):
        trace = busy(count)
        start = time.process_time()
        one = ladder(trace)
        one.to_text(), one.to_svg(), one.to_mermaid(), one._repr_html_()
        trace.to_pcapng(), trace.to_csv(), trace.calls(), ladder(trace, call="c0"), trace.raw(1)
        return time.process_time() - start

    seconds(100)
    assert seconds(3_000) < 30 * max(seconds(300), 0.02)
