"""The trace: order by number, bounded length, selection, and how it is shown."""

import itertools
import time

import pytest

from genesys_ports.trace import KEPT, Kind, Message, Participant, Trace


def numbers(trace):
    return [message.number for message in trace]


def filled(count=5, **options):
    trace = Trace(**options)
    for _ in range(count):
        trace.add(Kind.EVENT, "log", "scs", "message_server")
    return trace


def test_empty():
    trace = Trace()
    assert len(trace) == trace.last_number == trace.dropped == 0
    assert trace.limit == KEPT
    assert list(trace) == []
    assert str(trace).startswith("0 messages")


def test_numbers_run_from_one():
    assert numbers(filled(3)) == [1, 2, 3]


def test_add_gives_back_what_it_added():
    trace = Trace(clock=itertools.count(10.0, 0.5).__next__)
    message = trace.add(
        Kind.RESPONSE, "ack", "message_server", "scs", client="scs", server="message_server",
        host="framework-host", port="5150/tcp", text="read", payload=b"{}", reply_to=7, protocol="teaching",
    )  # fmt: skip
    assert message is trace[0]
    assert message == Message(
        1, 0.5, Kind.RESPONSE, "ack", "message_server", "scs", "scs", "message_server",
        "framework-host", "5150/tcp", "read", b"{}", 7, "teaching",
    )  # fmt: skip
    assert str(message) == "message_server → scs: ack (on port 5150/tcp)\nread"
    assert "ack (on port 5150/tcp)" in message._repr_html_()
    assert "read" in message._repr_html_()
    assert str(message._replace(text="")) == "message_server → scs: ack (on port 5150/tcp)"


def test_a_message_without_a_port():
    assert str(filled(1)[0]) == "scs → message_server: log"


@pytest.mark.parametrize("times", [[0, 1, 1, 1], [0, 3, 2, 1]], ids=["equal", "back"])
def test_order_is_the_number_whatever_the_clock_says(times):
    trace = Trace(clock=iter(times).__next__)
    for name in "abc":
        trace.add(Kind.EVENT, name, "x", "y")
    assert [(message.number, message.name) for message in trace] == [(1, "a"), (2, "b"), (3, "c")]


# --- bounds


def test_the_oldest_gives_way():
    trace = filled(10, limit=3)
    assert numbers(trace) == [8, 9, 10]
    assert (len(trace), trace.dropped, trace.last_number) == (3, 7, 10)
    assert str(trace).startswith("3 messages (7 older dropped)\n")


def test_many_bytes_give_way_too(monkeypatch):
    monkeypatch.setattr("genesys_ports.trace.KEPT_BYTES", 10)
    trace = Trace()
    for size in (4, 4, 3, 10, 11, 2):
        trace.add(Kind.REQUEST, "MESSAGE", "a", "b", payload=b"x" * size)
    assert numbers(trace) == [6]
    trace.add(Kind.REQUEST, "MESSAGE", "a", "b", payload=b"x" * 8)
    assert (numbers(trace), trace.dropped) == ([6, 7], 5)
    trace.clear()
    trace.add(Kind.REQUEST, "MESSAGE", "a", "b", payload=b"x" * 8)
    assert (numbers(trace), trace.dropped) == ([8], 5)


def test_nothing_dropped_below_the_limit():
    trace = filled(3, limit=3)
    assert trace.dropped == 0
    assert str(trace).startswith("3 messages\n")


def test_clear_is_not_dropping():
    trace = filled(3)
    trace.clear()
    assert (len(trace), trace.dropped, trace.last_number) == (0, 0, 3)
    assert trace.add(Kind.EVENT, "log", "a", "b").number == 4


def test_clear_after_dropping_keeps_the_count():
    trace = filled(5, limit=3)
    trace.clear()
    assert trace.dropped == 2
    for _ in range(4):
        trace.add(Kind.EVENT, "log", "a", "b")
    assert (len(trace), trace.dropped) == (3, 3)


def test_clear_keeps_participants():
    trace = Trace()
    trace.join(Participant("scs", "framework-host", ("3600/tcp",)))
    trace.clear()
    assert list(trace.participants) == ["scs"]


def test_join_again_keeps_the_place():
    trace = Trace()
    trace.join(Participant("a"))
    trace.join(Participant("b"))
    trace.join(Participant("a", ports=("1/tcp",)))
    assert list(trace.participants) == ["a", "b"]
    assert trace.participants["a"].ports == ("1/tcp",)


def test_adding_while_reading():
    trace = filled(3)
    for _ in trace:
        trace.add(Kind.EVENT, "log", "a", "b")
    assert len(trace) == 6


# --- selecting


def conversation():
    trace = Trace()
    for name in ("scs", "message_server", "lca"):
        trace.join(Participant(name))
    trace.add(Kind.OPENED, "opened", "message_server", "message_server", port="5150/tcp")
    trace.add(Kind.CONNECT, "connect", "scs", "message_server", port="5150/tcp")
    trace.add(Kind.REQUEST, "log", "scs", "message_server", port="5150/tcp")
    trace.add(Kind.RESPONSE, "ack", "message_server", "scs", port="5150/tcp", reply_to=3)
    trace.add(Kind.REQUEST, "status", "scs", "lca", port="4999/tcp")
    return trace


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"after": 3}, [4, 5]),
        ({"after": 5}, []),
        ({"participant": "message_server"}, [1, 2, 3, 4]),
        ({"participant": "lca"}, [5]),
        ({"participant": "urs"}, []),
        ({"kinds": [Kind.REQUEST]}, [3, 5]),
        ({"kinds": ["request", "response"]}, [3, 4, 5]),
        ({"kinds": []}, []),
        ({"where": lambda message: message.reply_to == 3}, [4]),
        ({"after": 1, "participant": "message_server", "kinds": ["request", "connect"]}, [2, 3]),
    ],
)
def test_select(wanted, found):
    trace = conversation()
    chosen = trace.select(**wanted)
    assert numbers(chosen) == found
    assert chosen.participants == trace.participants
    assert chosen.last_number == trace.last_number
    assert chosen.dropped == 0
    assert [message.time for message in chosen] == [trace[number - 1].time for number in found]


def test_select_takes_a_call_as_the_list_of_calls_has_it():
    trace = Trace()
    for call in ("one@a", "two@a", "one@a"):
        trace.add(Kind.REQUEST, "INVITE", "a", "b", call=call, protocol="sip")
    assert numbers(trace.select(call=trace.calls()[0])) == numbers(trace.select(call="one@a")) == [1, 3]


def test_select_leaves_the_trace_alone():
    trace = conversation()
    trace.select(after=2).clear()
    assert len(trace) == 5


def test_select_goes_on_where_the_trace_stood():
    chosen = conversation().select(after=3)
    assert chosen.add(Kind.EVENT, "log", "a", "b").number == 6
    assert (len(chosen), chosen.dropped) == (3, 0)


def test_select_knows_its_kinds():
    with pytest.raises(ValueError, match="telepathy"):
        conversation().select(kinds=["telepathy"])


def test_select_keeps_what_it_knows_of_the_whole():
    trace = conversation()
    trace.began, trace.known_as["127.0.0.1:41003"] = 5.0, "sip-host:5060"
    chosen = trace.select(after=3)
    assert (chosen.began, chosen.known_as) == (5.0, trace.known_as)


def test_a_trace_knows_when_it_began():
    before = time.time()
    assert before <= Trace().began <= time.time()


def test_as_many_places_are_known_as_messages():
    trace = Trace(limit=2)
    for number in (1, 2, 3):
        trace.know(f"127.0.0.1:{number}", "sip-host:5060")
    assert list(trace.known_as) == ["127.0.0.1:2", "127.0.0.1:3"]


# --- legs


def test_legs_of_legs_belong_to_the_first():
    trace = Trace()
    for call, to in (("b", "a"), ("c", "b"), ("a", "a"), ("x", "y")):
        trace.relate(call, to)
    assert [trace.call_of(call) for call in "abcxyz"] == ["a", "a", "a", "y", "y", "z"]


def test_as_many_legs_are_known_as_messages():
    trace = Trace(limit=2)
    for number in range(5):
        trace.relate(f"leg {number}", "first")
    assert [trace.call_of(f"leg {number}") for number in (2, 3, 4)] == ["leg 2", "first", "first"]


# --- showing


def test_table():
    assert str(conversation()) == (
        "5 messages\n"
        "No.  Kind      From            To              Port      Name\n"
        "───  ────────  ──────────────  ──────────────  ────────  ───────\n"
        "1    opened    message_server                  5150/tcp  opened\n"
        "2    connect   scs             message_server  5150/tcp  connect\n"
        "3    request   scs             message_server  5150/tcp  log\n"
        "4    response  message_server  scs             5150/tcp  ack\n"
        "5    request   scs             lca             4999/tcp  status"
    )


def test_shown_in_a_notebook():
    for shown in (conversation(), conversation()[0]):
        printed = []
        shown._repr_pretty_(type("Printer", (), {"text": printed.append})(), False)
        assert printed == [str(shown)]
    assert "<td" in conversation()._repr_html_()


def test_hostile_text_is_escaped():
    trace = Trace()
    trace.add(Kind.EVENT, "<script>", "<img>", "b", text='"><b>')
    html = trace._repr_html_()
    assert "<script>" not in html
    assert "<img>" not in html
    assert "<b>" not in html


def test_messages_are_counted_for_each_participant_and_language() -> None:
    trace = Trace(limit=2)
    trace.add(Kind.REQUEST, "alarm", "a", "b", protocol="teaching")
    trace.add(Kind.RESPONSE, "ack", "b", "a", protocol="teaching")
    trace.add(Kind.REQUEST, "get", "nms", "b", protocol="snmp")
    trace.add(Kind.EVENT, "lost", "a", "b", protocol="teaching", dropped=True)
    trace.add(Kind.OPENED, "opens port", "a", "a")
    trace.clear()
    assert trace.tally("a") == (2, 1)
    assert trace.tally("b") == (1, 2)
    assert trace.tally("b", without=("snmp",)) == (1, 1)
    assert trace.tally("nobody") == (0, 0)
