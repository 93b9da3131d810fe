"""T-Server's end of a CTI link: its session, its requests and their answers, heartbeats, and what is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.csta import (
    EVENT_ID,
    LINK,
    Framer,
    LinkSession,
    LinkState,
    Message,
    answer_call,
    clear_connection,
    encode,
    link_session,
    make_call,
)
from genesys_ports.csta.states import LinkEvent
from genesys_ports.errors import CSTAError, LinkDownError
from tests.csta_world import Both, Clock, start_session

STATUS = Message("RequestSystemStatus")
CLOSED, CONNECTING, STARTING, UP, REFUSED, LOST = LinkState


class Alone:
    """T-Server's end, with the test at the other."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sent: list[tuple[int, Message]] = []
        self.states: list[LinkState] = []
        self.events: list[Message] = []
        self.answers: list[Message | None] = []
        self.heard: list[object] = []
        self.end = LinkSession(
            lambda raw, message, invoke_id, call_id: self.sent.append((invoke_id, message)),
            self.clock,
            on_event=self.events.append,
            on_state=self.states.append,
            received=self.heard.append,
        )

    def answer(self, name: str, **fields: object) -> None:
        """Answer the last request."""
        self.end.receive(encode(self.sent[-1][0], Message(name, fields)))

    def up(self) -> "Alone":
        self.end.start("t_server")
        self.answer("StartApplicationSessionPosResponse", sessionID="1", actualProtocolVersion="x")
        return self


# --- the session


def test_a_link_comes_up():
    both = Both()
    both.end.connecting()
    both.up("2001", "3000")
    assert both.states == [CONNECTING, STARTING, UP]
    assert both.end.monitors == {"2001": "1", "3000": "2"}
    assert both.asked == [(1, "StartApplicationSession"), (2, "MonitorStart"), (3, "MonitorStart")]
    assert both.end.waiting == 0


def test_calls_travel_both_ways():
    both = Both().up("2001", "2002")
    answers = []
    both.end.request(make_call("2001", "2002"), answers.append)
    both.end.request(answer_call("1", "2002"), answers.append)
    both.end.request(clear_connection("1", "2009"), answers.append)
    assert [one.name for one in answers] == ["MakeCallResponse", "AnswerCallResponse", "CSTAErrorCode"]
    assert both.events == [
        ("2001", "OriginatedEvent", "connected"),
        ("2001", "DeliveredEvent", "connected"),
        ("2002", "DeliveredEvent", "alerting"),
        ("2001", "EstablishedEvent", "connected"),
        ("2002", "EstablishedEvent", "connected"),
    ]


def test_a_monitor_that_is_refused():
    both = Both().up()
    answers = []
    both.end.monitor("2009", answers.append)
    assert answers == [Message("CSTAErrorCode", {"operation": "invalidDeviceID"})]
    assert both.end.monitors == {}


@pytest.mark.parametrize(
    ("name", "fields", "error"),
    [
        ("StartApplicationSessionNegResponse", {"errorCode": {"definedError": "tea"}}, "tea"),
        ("StartApplicationSessionNegResponse", {"errorCode": {"applError": "Tea time."}}, "Tea time."),
        ("CSTAErrorCode", {"operation": "generic"}, "CSTAErrorCode"),
    ],
)
def test_a_session_that_is_refused(name, fields, error):
    alone = Alone()
    alone.end.start("t_server")
    alone.answer(name, **fields)
    assert alone.states == [STARTING, REFUSED]
    assert alone.end.reason == (
        f"The switch starts no session for t_server ({error}). It serves one T-Server on its CTI link: look whether "
        "another one has it."
    )
    alone.end.lost()
    assert alone.end.state is REFUSED
    assert alone.end.due() is None


def test_a_second_t_server_is_refused_by_the_switch():
    both = Both()
    other = both.world.connection()
    other.ask(start_session("other"))
    both.end.start("t_server")
    assert both.end.state is REFUSED
    assert "invalidApplicationInfo" in both.end.reason
    other.session.lost()
    both.end.start("t_server")
    assert both.end.state is UP
    assert both.end.reason == ""


def test_an_end_in_good_order():
    both = Both().up("2001")
    both.end.stop()
    assert both.states[-1] is CLOSED
    assert both.asked[-1][1] == "StopApplicationSession"
    assert both.world.link.session is None
    assert (both.end.monitors, both.end.waiting, both.end.due()) == ({}, 0, None)


@pytest.mark.parametrize("state", [CLOSED, CONNECTING, STARTING, REFUSED, LOST])
@pytest.mark.parametrize("what", ["request", "monitor", "beat"])
def test_nothing_is_asked_while_the_link_is_not_up(state, what):
    alone = Alone()
    alone.end.state = state
    ask = {
        "request": lambda: alone.end.request(STATUS, alone.answers.append),
        "monitor": lambda: alone.end.monitor("2001"),
        "beat": alone.end.beat,
    }[what]
    with pytest.raises(LinkDownError, match=f"it is {state}"):
        ask()
    assert alone.sent == []


# --- requests and answers


def test_invoke_ids_go_round_and_leave_out_that_of_events():
    alone = Alone().up()
    alone.end._last_id = 9997
    ids = [alone.end.request(STATUS, alone.answers.append) for _ in range(3)]
    assert ids == [9998, 0, 1]
    alone.end._last_id = 9997
    assert alone.end.request(STATUS, alone.answers.append) == 2


def test_requests_are_bounded(monkeypatch):
    monkeypatch.setattr(link_session, "MOST_WAITING", 2)
    alone = Alone().up()
    alone.end.request(STATUS, alone.answers.append)
    alone.end.request(STATUS, alone.answers.append)
    with pytest.raises(CSTAError, match="2 requests already wait"):
        alone.end.request(STATUS, alone.answers.append)
    # A heartbeat goes out all the same.
    alone.clock.now += 30
    alone.end.advance()
    assert len(alone.sent) == 4


def test_a_message_that_is_wrong_is_not_sent():
    alone = Alone().up()
    with pytest.raises(CSTAError):
        alone.end.request(make_call("", ""), alone.answers.append)
    assert alone.end.waiting == 0


def test_an_answer_finds_its_request():
    alone = Alone().up()
    first = alone.end.request(make_call("2001", "2002"), alone.answers.append)
    second = alone.end.request(make_call("2003", "2004"), alone.answers.append)
    for number in (second, first):
        fields = {"callingDevice": {"callID": str(number)}}
        alone.end.receive(encode(number, Message("MakeCallResponse", fields)))
    assert [one.get("callingDevice/callID") for one in alone.answers] == [str(second), str(first)]
    alone.end.receive(encode(first, Message("HoldCallResponse")))
    assert len(alone.answers) == 2


def test_a_request_without_an_answer():
    alone = Alone().up()
    alone.end.request(STATUS, alone.answers.append)
    assert alone.end.due() == 110.0
    alone.clock.now = 109.9
    alone.end.advance()
    assert alone.answers == []
    alone.clock.now = 110.0
    alone.end.advance()
    assert alone.answers == [None]


def test_an_answer_that_cannot_be_read_is_none():
    alone = Alone().up()
    number = alone.end.request(STATUS, alone.answers.append)
    alone.end.receive(b"\x00\x00\x00\x0b%04d<a>" % number)
    assert alone.answers == [None]
    assert alone.end.state is UP


def test_an_event_that_cannot_be_read_is_passed_over():
    alone = Alone().up()
    alone.end.receive(b"\x00\x00\x00\x0b9999<a>")
    assert (alone.events, alone.end.state, len(alone.heard)) == ([], UP, 2)


def test_events_count_only_while_the_link_is_up():
    event = encode(EVENT_ID, Message("OutOfServiceEvent", {"monitorCrossRefID": "1", "device": {"notKnown": ""}}))
    alone = Alone()
    alone.end.start("t_server")
    alone.end.receive(event)
    assert alone.events == []
    alone.answer("StartApplicationSessionPosResponse", sessionID="1", actualProtocolVersion="x")
    alone.end.receive(event)
    assert [one.name for one in alone.events] == ["OutOfServiceEvent"]
    assert alone.end.device_of(alone.events[0]) == ""


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (Message("SystemStatus", {"systemStatus": "overloadReached"}), Message("SystemStatusResponse")),
        (make_call("2001", "2002"), Message("CSTAErrorCode", {"operation": "serviceNotSupported"})),
    ],
)
def test_what_the_switch_asks(request_, answer):
    alone = Alone().up()
    alone.end.receive(encode(77, request_))
    assert alone.sent[-1] == (77, answer)


# --- time


def test_heartbeats():
    both = Both().up()
    both.wait(95)
    assert [name for _, name in both.asked].count("RequestSystemStatus") == 3
    assert both.end.state is UP


def test_two_heartbeats_without_an_answer():
    both = Both().up("2001")
    both.deaf = True
    answers = []
    both.wait(45)
    assert both.end.state is UP
    both.end.request(make_call("2001", "2002"), answers.append)
    both.wait(25)
    assert both.end.state is LOST
    assert answers == [None]
    assert both.end.reason == "The switch left 2 heartbeats unanswered, one after the other."
    assert (both.end.monitors, both.end.due()) == ({}, None)


def test_one_heartbeat_without_an_answer_is_forgiven():
    both = Both().up()
    for _ in range(3):
        both.deaf = True
        both.wait(30)
        both.deaf = False
        both.wait(30)
    assert both.end.state is UP


def test_a_heartbeat_by_hand():
    both = Both().up()
    answers = []
    both.end.beat(answers.append)
    assert answers[0].get("systemStatus") == "normal"


def test_a_switch_that_has_forgotten_the_session():
    both = Both().up()
    both.wire.lost()
    both.connect()
    both.end.beat()
    assert both.end.state is LOST
    assert both.end.reason == "The switch no longer knows the session."


def test_the_session_timer_is_begun_anew_in_time():
    both = Both().up()
    both.wait(1_000)
    assert [name for _, name in both.asked].count("ResetApplicationSessionTimer") == 3
    assert both.end.state is UP
    assert both.wire.due() > both.clock.now + 400


def test_a_session_timer_that_cannot_be_begun_anew():
    alone = Alone()
    alone.end.start("t_server")
    alone.answer(
        "StartApplicationSessionPosResponse", sessionID="1", actualProtocolVersion="x", actualSessionDuration="20"
    )
    alone.clock.now += 10
    alone.end.advance()
    assert alone.sent[-1][1].name == "ResetApplicationSessionTimer"
    # No answer: it is tried again.
    alone.clock.now += 10
    alone.end.advance()
    alone.clock.now += 10
    alone.end.advance()
    alone.answer("RequestSystemStatusResponse", systemStatus="normal")
    alone.clock.now += 20
    alone.end.advance()
    assert alone.sent[-1][1].name == "ResetApplicationSessionTimer"
    alone.answer("ResetApplicationSessionTimerNegResponse", errorCode={"definedError": "tea"})
    assert alone.end.state is LOST


def test_a_switch_that_says_nothing_to_the_start():
    alone = Alone()
    alone.end.start("t_server")
    alone.clock.now += 10
    alone.end.advance()
    assert alone.end.state is LOST
    assert alone.end.reason == "The switch did not answer when the session was to be started."


def test_nothing_is_due_before_the_link_is_up():
    alone = Alone()
    alone.end.advance()
    assert alone.end.due() is None
    alone.end.connecting()
    assert alone.end.due() is None


# --- losing the link


def test_a_broken_connection():
    both = Both().up("2001")
    both.deaf = True
    answers = []
    both.end.request(STATUS, answers.append)
    both.end.lost()
    both.end.lost("again")
    assert answers == [None]
    assert both.states == [STARTING, UP, LOST]
    assert both.end.reason == "The connection to the switch broke."


def test_a_connection_that_could_not_be_opened():
    alone = Alone()
    alone.end.connecting()
    alone.end.lost("Nobody listens there.")
    assert (alone.end.state, alone.end.reason) == (LOST, "Nobody listens there.")


def test_a_lost_link_comes_back():
    both = Both().up("2001")
    both.end.lost()
    both.wire.lost()
    both.connect()
    both.end.connecting()
    both.up("2001")
    assert both.states == [STARTING, UP, LOST, CONNECTING, STARTING, UP]
    both.world.switching.make_call("2001", "2002")
    assert len(both.events) == 2


def test_the_wrong_port():
    alone = Alone()
    alone.end.start("t_server")
    with pytest.raises(CSTAError):
        alone.end.receive(b"switch management console\r\nlogin: ")
    alone.end.lost()
    assert alone.end.state is LOST
    assert "may be wrong" in alone.end.reason
    alone.up()
    assert alone.end.state is UP


def test_what_came_before_a_wrong_header_counts():
    alone = Alone().up()
    number = alone.end.request(STATUS, alone.answers.append)
    with pytest.raises(CSTAError):
        alone.end.receive(encode(number, Message("RequestSystemStatusResponse", {"systemStatus": "normal"})) + b"GET /")
    assert len(alone.answers) == 1


def test_whoever_begins_anew_hears_no_more_of_the_old_connection():
    alone = Alone().up()

    def begin_anew(answer):
        alone.end.lost()
        alone.end.start("t_server")

    number = alone.end.request(STATUS, begin_anew)
    event = Message("OutOfServiceEvent", {"monitorCrossRefID": "1", "device": {"notKnown": ""}})
    answer = Message("RequestSystemStatusResponse", {"systemStatus": "normal"})
    alone.end.receive(encode(number, answer) + encode(EVENT_ID, event))
    assert (alone.events, alone.end.state) == ([], STARTING)


# --- the table


def test_every_state_of_the_link_has_a_way_out():
    assert set(LINK.states) == set(LinkState)
    for state in LinkState:
        assert {following for (begin, _), (following, _) in LINK.rows.items() if begin is state} - {state}


STEPS = st.lists(
    st.sampled_from(["connecting", "start", "stop", "lost", "ask", "answer", "refuse", "garbage", "wait", "monitor"]),
    max_size=30,
)


@given(STEPS)
def test_whatever_happens_everybody_who_asked_is_told_once(steps):
    alone = Alone()
    told: dict[int, int] = {}

    def asked(what):
        number = len(told)
        told[number] = 0

        def answered(answer):
            told[number] += 1

        try:
            what(answered)
        except LinkDownError:
            del told[number]
            assert alone.end.state is not UP

    for step in steps:
        before = len(alone.states)
        match step:
            case "start":
                alone.end.start("t_server")
            case "ask":
                asked(lambda answered: alone.end.request(STATUS, answered))
            case "monitor":
                asked(lambda answered: alone.end.monitor("2001", answered))
            case "answer" if alone.sent:
                name = alone.sent[-1][1].name
                fields = {
                    "StartApplicationSession": {"sessionID": "1", "actualProtocolVersion": "x"},
                    "MonitorStart": {"monitorCrossRefID": "5"},
                    "RequestSystemStatus": {"systemStatus": "normal"},
                }.get(name, {})
                alone.end.receive(
                    encode(
                        alone.sent[-1][0],
                        Message(name + ("Pos" * (name[0:5] in ("Start", "StopA"))) + "Response", fields),
                    )
                )
            case "refuse" if alone.sent:
                alone.answer("CSTAErrorCode", operation="generic")
            case "garbage":
                alone.end.receive(b"\x00\x00\x00\x0b0001<a>")
            case "wait":
                alone.clock.now += 15
                alone.end.advance()
            case "connecting" | "stop" | "lost":
                getattr(alone.end, step)()
        assert all(
            (one, other) in {(begin, following) for (begin, _), (following, _) in LINK.rows.items()}
            for one, other in zip([CLOSED, *alone.states][before:], alone.states[before:], strict=False)
        )
        if alone.end.state not in (STARTING, UP):
            assert alone.end.monitors == {}
            assert alone.end.waiting <= (alone.end.state is CLOSED)
    alone.end.lost()
    alone.clock.now += 100
    alone.end.advance()
    assert set(told.values()) <= {1}


def test_events_of_the_link_are_all_in_the_table():
    assert {event for _, event in LINK.rows} == set(LinkEvent)


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes_from_the_switch(pieces):
    alone = Alone().up()
    for piece in pieces:
        try:
            alone.end.receive(piece)
        except CSTAError:
            alone.end.lost()
            break
    assert alone.end.state in (UP, LOST)
    assert Framer().feed(b"") == []
