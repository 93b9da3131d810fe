"""The calls of a trace."""

import pytest

from genesys_ports.calls import CallSummary, calls_of
from genesys_ports.trace import Kind, Trace
from tests.a_call import FIRST, SECOND, a_call


def trace_of(*messages):
    """Each message as `call name`, or `call name cseq-method`."""
    trace = Trace()
    for call, name, *method in messages:
        kind = Kind.RESPONSE if name[0].isdigit() else Kind.REQUEST
        payload = f"SIP/2.0 {name}\r\nVia: x\r\nCSeq: 1 {method[0]}\r\n\r\n".encode() if method else b""
        trace.add(kind, name, "a", "b", call=call, protocol="sip", payload=payload)
    return trace


def test_a_call_of_two_legs_is_one():
    assert a_call().calls() == [CallSummary(FIRST, 70, 1, 70, ("INVITE", "ACK", "BYE"), 200)]


def test_without_calls():
    trace = Trace()
    trace.add(Kind.EVENT, "log", "a", "b")
    assert trace.calls() == calls_of(trace) == []
    assert str(trace.calls()).startswith("0 calls")


INVITE = ("c", "INVITE")


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([INVITE], None),
        ([INVITE, ("c", "100 Trying", "INVITE"), ("c", "180 Ringing", "INVITE")], None),
        ([INVITE, ("c", "486 Busy Here", "INVITE")], 486),
        ([INVITE, ("c", "407 Proxy Authentication Required", "INVITE"), INVITE, ("c", "200 OK", "INVITE")], 200),
        ([INVITE, ("c", "200 OK", "INVITE"), INVITE, ("c", "488 Not Acceptable Here", "INVITE")], 200),
        ([INVITE, ("c", "CANCEL"), ("c", "200 OK", "CANCEL"), ("c", "487 Request Terminated", "INVITE")], 487),
        ([INVITE, ("c", "200 OK", "BYE")], None),
        ([("c", "REGISTER"), ("c", "401 Unauthorized", "REGISTER"), ("c", "200 OK", "REGISTER")], 200),
        ([("c", "OPTIONS"), ("c", "200 OK")], 200),
        ([("c", "OPTIONS"), ("c", "2000 Strange"), ("c", "OK")], None),
        ([INVITE, ("c", "200 OK", "\r\nX: INVITE")], None),
    ],
)
def test_the_final_status(messages, status):
    (call,) = trace_of(*messages).calls()
    assert call.final_status == status


def test_what_the_caller_hears_counts():
    trace = trace_of(INVITE, ("d", "INVITE"), ("d", "486 Busy Here", "INVITE"), ("c", "200 OK", "INVITE"))
    trace.relate("d", "c")
    assert [(one.call_id, one.messages, one.final_status) for one in trace.calls()] == [("c", 4, 200)]
    trace = trace_of(INVITE, ("c", "200 OK", "INVITE"), ("d", "INVITE"), ("d", "486 Busy Here", "INVITE"))
    trace.relate("d", "c")
    assert trace.calls()[0].final_status == 200


def test_what_is_no_sip_counts_as_a_message_only():
    trace = trace_of(INVITE)
    trace.add(Kind.EVENT, "EventDialing", "a", "b", call="c", protocol="teaching")
    trace.add(Kind.REQUEST, "RequestReleaseCall", "a", "b", call="c", protocol="teaching")
    assert trace.calls() == [CallSummary("c", 3, 1, 3, ("INVITE",), None)]


def test_shown_as_a_table():
    assert str(trace_of(INVITE, ("d", "OPTIONS"), ("d", "200 OK")).calls()) == (
        "2 calls\n"
        "Call-ID  Messages  First  Last  Methods  Status\n"
        "───────  ────────  ─────  ────  ───────  ───────────────\n"
        "c        1         1      1     INVITE   no final answer\n"
        "d        2         2      3     OPTIONS  200"
    )
    assert "1 call<" in trace_of(INVITE).calls()._repr_html_()


def test_a_call_is_selected_by_any_of_its_legs():
    trace = a_call()
    assert len(trace.select(call=SECOND)) == len(trace.select(call=FIRST)) == len(trace)
    assert len(trace.select(call=SECOND, protocol=("sip", "rtp"))) == len(trace) - 4
