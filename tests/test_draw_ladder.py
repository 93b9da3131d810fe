import xml.etree.ElementTree as ET
from typing import Any

import pytest

from genesys_ports.draw import Ladder, ladder
from genesys_ports.errors import (
    InvalidValueError,
    UnknownParticipantError,
)
from genesys_ports.trace import Kind, Participant, Trace

SCS, MS = "solution_control_server", "message_server"
LINK = {"client": SCS, "server": MS, "host": "framework-host", "port": "5150/tcp"}


def new_trace(**kwargs):
    # Every message at the same time: the order must not depend on the clock.
    trace = Trace(clock=lambda: 0.0, **kwargs)
    trace.join(Participant(MS, "framework-host", ("5150/tcp",)))
    trace.join(Participant(SCS, "framework-host", ("3600/tcp",)))
    return trace


def talk():
    trace = new_trace()
    trace.add(Kind.OPENED, "opens port", MS, MS, server=MS, host="framework-host", port="5150/tcp")
    trace.add(Kind.CONNECT, "connect", SCS, MS, **LINK)
    trace.add(Kind.ACCEPT, "accept", MS, SCS, **LINK)
    trace.add(Kind.REQUEST, "alarm", SCS, MS, **LINK, text="=1+1")
    trace.add(Kind.RESPONSE, "ack", MS, SCS, **LINK, reply_to=4)
    trace.add(Kind.EVENT, "log", MS, SCS, **LINK)
    return trace


def trouble():
    trace = talk()
    trace.add(Kind.LOST, "connection lost", SCS, MS, **LINK)
    trace.add(Kind.CLOSED, "closes port", MS, MS, port="5150/tcp")
    trace.add(Kind.REFUSED, "refused", SCS, MS, **LINK)
    trace.add(Kind.TAKEN, "port is taken", "log_server", "log_server", port="5150/tcp", text="held by x")
    trace.add(Kind.DISCONNECT, "disconnect", SCS, MS, **LINK)
    trace.add(Kind.REQUEST, "note", "log_server", "log_server")
    return trace


class Lab:
    """As much of a lab as a ladder knows."""

    def __init__(self, trace, plan=None):
        self.trace, self.plan = trace, plan


class Plan:
    def has_application(self, name):
        return name == "log_server"


TALK = """\
message_server                     solution_control_server
framework-host                     framework-host
listens on 5150/tcp                listens on 3600/tcp
│                                  │
■ 1 opens 5150/tcp                 │
│<· 2 connect, to 5150/tcp ········│
│·· 3 accept, on 5150/tcp ········>│
│◀─ 4 alarm, to 5150/tcp, =1+1 ────│
│╌╌ 5 ack, back from 5150/tcp ╌╌╌╌>│
│── 6 log, back from 5150/tcp ────>│
│                                  │
────▶ request   ╌╌╌╌> response   ────> event   ■ port opened   ····> connect
····> accept"""


def test_text_is_the_picture():
    assert str(ladder(talk())) == TALK
    assert ladder(talk()).to_text() == TALK


def test_text_of_what_goes_wrong():
    lines = ladder(trouble()).to_text().splitlines()
    assert "message_server" in lines[0]
    assert "log_server" in lines[0]
    body = lines[10:16]
    assert "✗" in body[0]
    assert "lost on 5150/tcp" in body[0]
    assert body[1].startswith("□ 8 closes 5150/tcp")
    assert body[2].startswith("│✗─ 9 refused at 5150/tcp ─")
    assert body[3].endswith("☒ 10 taken: 5150/tcp, held by x")
    assert body[4].startswith("│├· 11 disconnect, leaves 5150/tcp ·")
    assert body[5].endswith("↺ 12 note")


def test_mermaid():
    assert ladder(talk(), title="One; alarm").to_mermaid() == (
        "sequenceDiagram\n"
        "  title One#59; alarm\n"
        "  participant p1 as message_server<br/>framework-host<br/>listens on 5150/tcp\n"
        "  participant p2 as solution_control_server<br/>framework-host<br/>listens on 3600/tcp\n"
        "  Note over p1: 1 opens 5150/tcp\n"
        "  p2-->p1: 2 connect, to 5150/tcp\n"
        "  p1-->p2: 3 accept, on 5150/tcp\n"
        "  p2->>p1: 4 alarm, to 5150/tcp, #61;1#43;1\n"
        "  p1-->>p2: 5 ack, back from 5150/tcp\n"
        "  p1-)p2: 6 log, back from 5150/tcp\n"
    )


def test_csv_runs_no_formula():
    assert ladder(talk(), kinds=["request", Kind.RESPONSE]).to_csv() == (
        "No.,Kind,From,To,Port,Name,Text,Client,Server,Host,Answers,Protocol,Call,Sent again,Lost\n"
        f"4,request,{SCS},{MS},5150/tcp,alarm,'=1+1,{SCS},{MS},framework-host,,,,,\n"
        f"5,response,{MS},{SCS},5150/tcp,ack,,{SCS},{MS},framework-host,4,,,,\n"
    )


def test_csv_has_no_direction_marks():
    trace = new_trace()
    trace.add(Kind.REQUEST, "שלש", SCS, MS)
    assert "\u2068" not in ladder(trace).to_csv()
    assert "\u2068שלש\u2069" in ladder(trace).to_text()


def svg_texts(svg):
    root = ET.fromstring(svg)
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_svg_says_what_the_text_says():
    texts = svg_texts(ladder(trouble(), title="Trouble").to_svg())
    heads = {"Trouble", "message_server", "listens on 5150/tcp"}
    steps = {"4 alarm", "back from 5150/tcp", "9 refused at 5150/tcp", "10 taken: 5150/tcp", "held by x"}
    legend = {"request", "connection lost", "port taken"}
    assert heads | steps | legend <= set(texts)
    assert "title>Trouble</title" in ladder(trouble(), title="Trouble").to_svg()


def test_svg_on_file_has_its_own_colours_and_in_a_page_those_of_the_page():
    one = ladder(talk())
    assert "var(" not in one.to_svg()
    assert "#ffffff" in one.to_svg()
    page = one._repr_html_()
    assert "var(--jp-content-font-color0,#111111)" in page
    assert "var(--jp-layout-color0,#ffffff)" in page
    assert " id=" not in page


def test_kinds_differ_without_colour():
    from genesys_ports.draw.svg import LOOKS

    shapes = {(look.dashes, look.head) for look in LOOKS.values()}
    assert set(LOOKS) == set(Kind)
    # Connect and accept are the two halves of one thing, told apart by their direction and their words.
    assert len(shapes) == len(Kind) - 1


def test_figure_describes_the_ladder():
    html = ladder(talk(), title="Hello")._repr_html_()
    assert html.startswith(
        '<figure role="img" tabindex="0" aria-label="Hello Ladder of 6 steps between message_server, '
    )
    assert "4: solution_control_server sends the request alarm to message_server, to port 5150/tcp. " in html
    assert "And 1 more." in html
    assert "<figcaption" in html
    assert "6 steps, in order from top to bottom." in html


def test_one_step_is_one():
    one = ladder(talk(), last=1)
    assert "Ladder of 1 step between" in one.describe()
    assert one.summary() == "1 step."
    assert [message.number for message in one.messages] == [6]


def test_nothing_seen():
    empty = ladder(new_trace())
    assert "Nothing was seen yet" in str(empty)
    assert "Nothing was seen yet" in empty.to_svg()
    assert "Nothing was seen yet" in empty.to_mermaid()
    assert empty.describe().startswith("Nothing was seen yet")
    assert "figcaption" not in empty._repr_html_()
    assert empty.summary().startswith("Nothing was seen yet")
    nobody = Ladder(Trace())
    assert str(nobody).startswith("Nothing was seen yet")
    ET.fromstring(nobody.to_svg())


def test_a_ladder_is_a_snapshot():
    trace = talk()
    before = ladder(trace)
    text = str(before)
    trace.add(Kind.EVENT, "later", MS, SCS, **LINK)
    trace.join(Participant("new", "host"))
    assert str(before) == text
    assert len(before) == 6
    assert len(ladder(trace)) == 7


def test_equal_times_keep_the_order_of_the_numbers():
    numbers = [int(line.split(",")[0]) for line in ladder(trouble()).to_csv().splitlines()[1:]]
    assert numbers == sorted(numbers)


def test_choose_by_participant():
    one = ladder(trouble(), participant="log_server")
    assert [message.number for message in one.messages] == [10, 12]
    assert "message_server" not in str(one).splitlines()[0]


def test_a_planned_participant_may_not_have_spoken():
    one = ladder(Lab(talk(), Plan()), participant="log_server")
    assert str(one).splitlines()[0] == "log_server"
    with pytest.raises(UnknownParticipantError, match="Did you mean 'message_server'"):
        ladder(Lab(talk(), Plan()), participant="mesage_server")


def test_choose_after_last_kinds():
    assert len(ladder(talk(), after=4)) == 2
    assert len(ladder(talk(), last=2)) == 2
    assert len(ladder(talk(), last=0)) == 0
    assert len(ladder(talk(), kinds="request")) == 1
    with pytest.raises(InvalidValueError, match="not a kind of message"):
        ladder(talk(), kinds=["requests"])


def test_only_what_has_a_trace():
    assert len(ladder(Lab(talk()))) == 6
    with pytest.raises(TypeError, match="this is a str"):
        ladder("trace")


def test_ends_come_from_the_connection_where_the_message_has_one_end_only():
    trace = new_trace()
    trace.add(Kind.LOST, "lost", MS, MS, **LINK)
    trace.add(Kind.DISCONNECT, "bye", SCS, SCS, **LINK)
    trace.add(Kind.REFUSED, "refused", MS, MS, **LINK)
    trace.add(Kind.LOST, "gone", MS, MS)
    lines = str(ladder(trace)).splitlines()
    assert lines[4].startswith("│── 1 lost on 5150/tcp")
    assert lines[5].startswith("│├· 2 bye")
    assert lines[6].startswith("│✗─ 3 refused")
    assert lines[7].startswith("↺ 4 gone")


def test_a_message_without_name_or_port():
    trace = new_trace()
    trace.add(Kind.REQUEST, "", SCS, MS)
    trace.add(Kind.LOST, "", SCS, MS)
    text = str(ladder(trace))
    assert "1 request ─" in text
    assert "2 lost ─" in text


def test_a_server_that_sends_on_a_clients_connection():
    trace = new_trace()
    trace.add(Kind.REQUEST, "ask", MS, SCS, **LINK)
    assert "1 ask, back from 5150/tcp" in str(ladder(trace))


def test_many_ports_are_counted():
    trace = Trace()
    trace.join(Participant("sip", "h", ("1/udp", "2/tcp", "3/tcp", "4/tcp", "5/tcp")))
    trace.join(Participant("client", "h"))
    text = str(ladder(trace))
    assert "listens on 1/udp, 2/tcp, 3/tcp and 2 more" in text
    assert "listens on no port" in text


def test_pretty_printing():
    class Printer:
        said = ""

        def text(self, text):
            self.said += text

    printer = Printer()
    ladder(talk())._repr_pretty_(printer, False)
    assert printer.said == TALK


# --- several languages in one ladder

DESKTOP, T_SERVER, SWITCH = "agent_desktop", "t_server", "switch"
TLIB: dict[str, Any] = {
    "client": DESKTOP,
    "server": T_SERVER,
    "host": "cti-host",
    "port": "8010/tcp",
    "protocol": "teaching",
}
LINK_TO_SWITCH: dict[str, Any] = {
    "client": T_SERVER,
    "server": SWITCH,
    "host": "switch-host",
    "port": "7450/tcp",
    "protocol": "csta",
}


def cti():
    trace = Trace(clock=lambda: 0.0)
    trace.join(Participant(DESKTOP, "agent-host"))
    trace.join(Participant(T_SERVER, "cti-host", ("8010/tcp",)))
    trace.join(Participant(SWITCH, "switch-host", ("7450/tcp",)))
    trace.add(Kind.CONNECT, "connect", T_SERVER, SWITCH, **LINK_TO_SWITCH)
    trace.add(Kind.REQUEST, "RequestMakeCall", DESKTOP, T_SERVER, **TLIB)
    trace.add(Kind.REQUEST, "MakeCall", T_SERVER, SWITCH, **LINK_TO_SWITCH, text="2001 → 2002")
    trace.add(Kind.RESPONSE, "MakeCallResponse", SWITCH, T_SERVER, **LINK_TO_SWITCH)
    trace.add(Kind.EVENT, "DeliveredEvent", SWITCH, T_SERVER, **LINK_TO_SWITCH)
    trace.add(Kind.EVENT, "EventRinging", T_SERVER, DESKTOP, **TLIB)
    return trace


CTI = """\
agent_desktop                                        t_server                                             switch
agent-host                                           cti-host                                             switch-host
listens on no port                                   listens on 8010/tcp                                  listens on 7450/tcp
│                                                    │                                                    │
│                                                    │·· 1 connect, to 7450/tcp ·························>│
│── 2 RequestMakeCall, to 8010/tcp, teaching ───────▶│                                                    │
│                                                    │── 3 MakeCall, to 7450/tcp, CSTA, 2001 → 2002 ─────▶│
│                                                    │<╌ 4 MakeCallResponse, back from 7450/tcp, CSTA ╌╌╌╌│
│                                                    │<─ 5 DeliveredEvent, back from 7450/tcp, CSTA ──────│
│<─ 6 EventRinging, back from 8010/tcp, teaching ────│                                                    │
│                                                    │                                                    │
────▶ request   ╌╌╌╌> response   ────> event   ····> connect
teaching: the real names, in a format made for learning
CSTA: the standard itself, ECMA-323"""  # noqa: E501


def test_where_languages_meet_each_arrow_names_its_own():
    assert str(ladder(cti())) == CTI


def test_the_picture_and_mermaid_name_the_language_too():
    one = ladder(cti())
    assert {"to 8010/tcp, teaching", "to 7450/tcp, CSTA · 2001 → 2002", "back from 7450/tcp, CSTA"} <= set(
        svg_texts(one.to_svg())
    )
    assert {"CSTA: the standard itself, ECMA-323"} <= set(svg_texts(one.to_svg()))
    assert "  p2->>p3: 3 MakeCall, to 7450/tcp, CSTA, 2001 → 2002" in one.to_mermaid().splitlines()
    assert "to port 8010/tcp. Its language is teaching. 3: t_server sends" in one.describe()
    assert "opens a connection to switch, to port 7450/tcp. 2:" in one.describe()


@pytest.mark.parametrize("protocol", ["csta", "CSTA", ["teaching"]])
def test_one_language_needs_no_name(protocol):
    one = ladder(cti(), protocol=protocol)
    assert len(one) in (2, 4)
    for form in (str(one), one.to_svg(), one.describe()):
        assert "CSTA" not in form.replace("CSTA to", "")
        assert "standard itself" not in form


@pytest.mark.parametrize(
    ("protocols", "named"),
    [
        (("sip", "teaching"), ()),
        (("teaching", "", "rtp"), ()),
        (("sip", "snmp"), ("SIP", "SNMP")),
        (("console", "csta", "console"), ("console", "CSTA")),
        (("agentx", "", "snmp"), ("AgentX", "SNMP")),
        (("console", "<b>odd</b>"), ("console", "<b>odd</b>")),
    ],
)
def test_names_stand_only_where_one_language_could_pass_for_another(protocols, named):
    trace = new_trace()
    for protocol in protocols:
        kind = Kind.MEDIA if protocol == "rtp" else Kind.REQUEST
        trace.add(kind, "x", SCS, MS, port="1/tcp", protocol=protocol)
    shown = [line for line in str(ladder(trace)).splitlines() if line.startswith("│◀") and ", RTP" not in line]
    found = [
        name for name in ("console", "CSTA", "SNMP", "AgentX", "SIP", "<b>odd</b>") if f", {name} " in "\n".join(shown)
    ]
    assert sorted(found) == sorted(named)
    ET.fromstring(ladder(trace).to_svg())


def test_a_message_without_a_port_names_its_language():
    trace = new_trace()
    for protocol in ("csta", "teaching"):
        trace.add(Kind.REQUEST, "x", SCS, MS, protocol=protocol)
    assert "1 x, CSTA" in str(ladder(trace))
