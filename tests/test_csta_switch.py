"""The switch's end of a CTI link: who gets a session, what is served, what is told to whom."""

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.csta import (
    EVENT_ID,
    SESSION,
    STRUCTURE,
    Kind,
    Message,
    SessionState,
    SwitchSession,
    answer_call,
    clear_connection,
    encode,
    hold_call,
    make_call,
    retrieve_call,
    switch_session,
    transfer_call,
)
from genesys_ports.csta.states import SessionEvent
from genesys_ports.csta.structure import CSTA
from genesys_ports.errors import CSTAError
from genesys_ports.model import Switch, VoicePort, VoicePortKind
from genesys_ports.switch import Switching
from tests.csta_world import World, start_monitor, start_session

ED3 = "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
ACCEPTED, REFUSED = "StartApplicationSessionPosResponse", "StartApplicationSessionNegResponse"


# --- sessions


def test_a_session_is_started():
    world = World()
    wire = world.connection()
    answer = wire.ask(start_session("t_server", ED3, CSTA))
    assert answer.name == ACCEPTED
    assert answer.get("actualProtocolVersion") == CSTA
    assert answer.get("actualSessionDuration") == "600"
    assert wire.session.application == "t_server"
    assert world.link.session is wire.session


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (start_session("t_server", ED3), "requestedProtocolVersionNotSupported"),
        (start_session("other"), "invalidApplicationInfo"),
    ],
)
def test_a_session_is_refused(request_, error):
    world = World()
    world.with_session()
    wire = world.connection()
    answer = wire.ask(request_)
    assert (answer.name, answer.get("errorCode/definedError")) == (REFUSED, error)
    assert wire.session.application == ""
    assert wire.ask(start_monitor("2001")).get("stateIncompatibility") == "generic"


def test_one_connection_has_one_session():
    wire = World().with_session()
    assert wire.ask(start_session()).name == REFUSED
    assert wire.ask(start_monitor("2001")).name == "MonitorStartResponse"


def test_a_t_server_that_comes_back_takes_the_link_over_from_itself():
    world = World()
    old = world.with_session("2001")
    new = world.connection()
    assert new.ask(start_session()).name == ACCEPTED
    assert (old.hung_up, old.session.state, old.session.monitors) == (1, SessionState.OVER, {})
    old.session.lost()
    assert world.link.session is new.session
    old.take()
    old.session.receive(encode(1, start_session()))
    world.switching.make_call("2001", "2002")
    assert old.sent == []


@pytest.mark.parametrize("end", ["lost", "stopped"])
def test_the_next_one_gets_the_link_when_it_is_free(end):
    world = World()
    wire = world.with_session("2001")
    if end == "lost":
        wire.session.lost()
    else:
        fields = {"sessionID": wire.session.session_id, "sessionEndReason": {"appEndReason": "tea"}}
        assert wire.ask(Message("StopApplicationSession", fields)).name == "StopApplicationSessionPosResponse"
    assert world.link.session is None
    world.switching.make_call("2001", "2002")
    assert wire.take() == []
    assert world.connection().ask(start_session("other")).name == ACCEPTED


def test_after_a_stop_a_session_can_be_started_again():
    wire = World().with_session()
    wire.ask(Message("StopApplicationSession", {"sessionID": "1", "sessionEndReason": {"definedEndReason": "normal"}}))
    assert wire.ask(start_session("other")).name == ACCEPTED


REQUESTS: dict[str, Mapping[str, object]] = {
    "StopApplicationSession": {"sessionID": "1", "sessionEndReason": {"definedEndReason": "normal"}},
    "ResetApplicationSessionTimer": {"sessionID": "1"},
    "RequestSystemStatus": {},
    "SystemStatus": {"systemStatus": "normal"},
    "MonitorStart": {"monitorObject": {"deviceObject": "2001"}},
    "MonitorStop": {"monitorCrossRefID": "1"},
    "MakeCall": make_call("2001", "2002").fields,
    "AnswerCall": answer_call("1", "2001").fields,
    "ClearConnection": clear_connection("1", "2001").fields,
    "HoldCall": hold_call("1", "2001").fields,
    "RetrieveCall": retrieve_call("1", "2001").fields,
    "SingleStepTransferCall": transfer_call("1", "2001", "2002").fields,
}


def test_all_requests_are_here():
    assert {*REQUESTS, "StartApplicationSession"} == {name for name in STRUCTURE if Message(name).kind is Kind.REQUEST}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_without_a_session_is_refused(name):
    world = World()
    answer = world.connection().ask(Message(name, REQUESTS[name]))
    assert (answer.name, answer.get("stateIncompatibility")) == ("CSTAErrorCode", "generic")
    assert world.switching.calls() == ()


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_in_a_session_has_its_response_or_an_error(name):
    answer = World().with_session().ask(Message(name, REQUESTS[name]))
    assert answer.name in (f"{name}Response", f"{name}PosResponse", "CSTAErrorCode")
    assert answer.get("operation") != "serviceNotSupported"


# --- the session timer


@pytest.mark.parametrize(("asked", "granted"), [("60", "60"), ("600", "600"), ("999999", "600")])
def test_a_session_ends_when_its_timer_is_not_begun_anew(asked, granted):
    world = World()
    wire = world.connection(clock=True)
    assert wire.session.due() is None
    assert wire.ask(start_session(duration=asked)).get("actualSessionDuration") == granted
    assert wire.session.due() == 100.0 + int(granted)
    world.clock.now += 50
    answer = wire.ask(Message("ResetApplicationSessionTimer", {"sessionID": "1", "requestedSessionDuration": asked}))
    assert answer.get("actualSessionDuration") == granted
    world.clock.now += int(granted) - 1
    wire.session.advance()
    assert wire.hung_up == 0
    world.clock.now += 1
    wire.session.advance()
    assert (wire.hung_up, world.link.session, wire.session.due()) == (1, None, None)


def test_without_a_clock_a_session_stays():
    wire = World().with_session()
    wire.session.advance()
    assert wire.session.due() is None


# --- services


def test_make_call_answers_first_and_tells_then():
    wire = World().with_session("2001", "2002")
    answer = wire.ask(make_call("2001", "2002"))
    assert answer == Message("MakeCallResponse", {"callingDevice": {"callID": "1", "deviceID": "2001"}})
    assert [(frame.invoke_id, frame.message.name) for frame in wire.sent] == [
        (EVENT_ID, "OriginatedEvent"),
        (EVENT_ID, "DeliveredEvent"),
        (EVENT_ID, "DeliveredEvent"),
    ]
    assert wire.call_ids[-4:] == ["1", "1", "1", "1"]


def test_a_call_from_beginning_to_end():
    wire = World().with_session("2001", "2002", "2003", "3000")
    story = []

    def tell(message: Message) -> Message:
        answer = wire.ask(message)
        story.append(answer.name)
        story.extend(
            f"{one.get('monitorCrossRefID')} {one.name} {one.get('localConnectionInfo')}" for one in wire.take()
        )
        return answer

    tell(make_call("2001", "2002"))
    tell(answer_call("1", "2002"))
    tell(hold_call("1", "2001"))
    tell(retrieve_call("1", "2001"))
    moved = tell(transfer_call("1", "2002", "2003"))
    assert moved.fields == {"transferredCall": {"callID": "2", "deviceID": "2003"}}
    tell(answer_call("2", "2003"))
    tell(clear_connection("2", "2003"))
    assert story == [
        "MakeCallResponse",
        "1 OriginatedEvent connected", "1 DeliveredEvent connected", "2 DeliveredEvent alerting",
        "AnswerCallResponse",
        "1 EstablishedEvent connected", "2 EstablishedEvent connected",
        "HoldCallResponse",
        "1 HeldEvent hold", "2 HeldEvent connected",
        "RetrieveCallResponse",
        "1 RetrievedEvent connected", "2 RetrievedEvent connected",
        "SingleStepTransferCallResponse",
        "2 TransferedEvent null", "1 TransferedEvent connected",
        "1 DeliveredEvent connected", "3 DeliveredEvent alerting",
        "AnswerCallResponse",
        "1 EstablishedEvent connected", "3 EstablishedEvent connected",
        "ClearConnectionResponse",
        "3 ConnectionClearedEvent null", "1 ConnectionClearedEvent connected",
        "1 ConnectionClearedEvent null",
    ]  # fmt: skip


def test_what_an_event_says():
    wire = World().with_session("2001")
    wire.ask(make_call("2001", "2002"))
    originated, delivered = wire.take()
    assert originated.fields == {
        "monitorCrossRefID": "1",
        "originatedConnection": {"callID": "1", "deviceID": "2001"},
        "callingDevice": {"deviceIdentifier": "2001"},
        "calledDevice": {"deviceIdentifier": "2002"},
        "localConnectionInfo": "connected",
        "cause": "newCall",
    }
    assert delivered.fields == {
        "monitorCrossRefID": "1",
        "connection": {"callID": "1", "deviceID": "2002"},
        "alertingDevice": {"deviceIdentifier": "2002"},
        "callingDevice": {"deviceIdentifier": "2001"},
        "calledDevice": {"deviceIdentifier": "2002"},
        "lastRedirectionDevice": {"notRequired": ""},
        "localConnectionInfo": "connected",
        "cause": "newCall",
    }


def test_a_transfer_lists_the_connection_that_is_kept():
    wire = World().with_session("2001")
    wire.ask(make_call("2001", "2002"))
    wire.ask(answer_call("1", "2002"))
    wire.ask(transfer_call("1", "2002", "3000"))
    event = wire.take()[0]
    # With one r, as the XML of the standard has it.
    assert event.name == "TransferedEvent"
    assert event.get("primaryOldCall/callID") == "1"
    assert event.get("transferringDevice/deviceIdentifier") == "2002"
    assert event.get("transferredToDevice/deviceIdentifier") == "3000"
    kept = "transferredConnections/connectionListItem"
    assert event.all(f"{kept}/newConnection/callID") == ("2",)
    assert event.all(f"{kept}/oldConnection/callID") == ("1",)
    assert event.all(f"{kept}/endpoint/deviceID") == ("2001",)


def test_a_call_from_outside_names_its_trunk_channel():
    world = World()
    wire = world.with_session("2001", "9")
    world.switching.arrive("5551234", "2001")
    (delivered,) = wire.take()
    assert delivered.get("callingDevice/deviceIdentifier") == "5551234"
    assert delivered.get("associatedCallingDevice/deviceIdentifier") == "01-01"
    world.switching.outside_clears("1")
    # The group of trunk channels hears what its ports do.
    assert [(one.get("monitorCrossRefID"), one.get("releasingDevice/deviceIdentifier")) for one in wire.take()] == [
        ("1", "01-01"), ("2", "01-01"), ("1", "2001"),
    ]  # fmt: skip


def test_a_call_to_the_outside_names_its_trunk_channel():
    wire = World().with_session("2001")
    wire.ask(make_call("2001", "95551234"))
    originated, reached, established = wire.take()
    assert originated.get("associatedCalledDevice/deviceIdentifier", "none") == "none"
    assert reached.name == "NetworkReachedEvent"
    assert reached.get("networkInterfaceUsed/deviceIdentifier") == "01-01"
    assert established.get("associatedCalledDevice/deviceIdentifier") == "01-01"


def test_a_busy_number():
    wire = World().with_session("2001")
    wire.ask(make_call("2003", "2002"))
    answer = wire.ask(make_call("2001", "2002"))
    assert answer.name == "MakeCallResponse"
    _, failed = wire.take()
    assert (failed.name, failed.get("cause"), failed.get("localConnectionInfo")) == ("FailedEvent", "busy", "fail")


def test_ports_out_of_service():
    world = World()
    wire = world.with_session("2001", "9")
    world.switching.busy_out("03-01")
    world.switching.busy_out("01-01")
    world.switching.release("03-01")
    assert [one.fields for one in wire.take()] == [
        {"monitorCrossRefID": "1", "device": {"deviceIdentifier": "2001"}, "cause": "maintenance"},
        {"monitorCrossRefID": "2", "device": {"deviceIdentifier": "01-01"}, "cause": "maintenance"},
        {"monitorCrossRefID": "1", "device": {"deviceIdentifier": "2001"}, "cause": "maintenance"},
    ]


def test_a_label_that_no_message_can_carry_does_no_harm():
    world = World()
    ports = tuple(
        VoicePort(label=label, device="switch", kind=VoicePortKind.IVR, dn="3000") for label in ("a\u00a0b", "x" * 300)
    )
    station = VoicePort(label="03-01", device="switch", kind=VoicePortKind.STATION, dn="2001")
    world.switching = Switching(Switch(name="switch", voice_ports=(*ports, station)), world.link.heard)
    wire = world.with_session("2001", "3000")
    wire.ask(make_call("2001", "3000"))
    assert wire.take()[1].get("alertingDevice/deviceIdentifier") == "a?b"
    world.switching.busy_out("x" * 300)
    assert len(wire.take()[0].get("device/deviceIdentifier")) == 256


# fmt: off
ERRORS = [
    (make_call("2009", "2001"), "operation", "invalidCallingDeviceID"),
    (make_call("2001", "2009"), "operation", "invalidCalledDeviceID"),
    (make_call("2001", "5150/tcp"), "operation", "invalidDeviceID"),
    (answer_call("7", "2001"), "operation", "invalidCallID"),
    (clear_connection("7", "2001"), "operation", "invalidCallID"),
    (hold_call("7", "2001"), "operation", "invalidCallID"),
    (Message("HoldCall", {"callToBeHeld": {"callID": "1"}}), "operation", "invalidConnectionID"),
    (hold_call("1", "2003"), "operation", "invalidConnectionID"),
    (hold_call("1", "2001"), "stateIncompatibility", "invalidConnectionState"),
    (answer_call("1", "2001"), "stateIncompatibility", "noCallToAnswer"),
    (retrieve_call("1", "2001"), "stateIncompatibility", "noHeldCall"),
    (make_call("2001", "2003"), "stateIncompatibility", "invalidCallingDeviceState"),
    (start_monitor("2009"), "operation", "invalidDeviceID"),
    (Message("MonitorStart", {"monitorObject": {"callObject": {"callID": "1"}}}),
     "operation", "invalidMonitorObjectType"),
    (Message("MonitorStart", {"monitorObject": {"deviceObject": "2001"}, "monitorType": "call"}),
     "operation", "monitorTypeNotSupported"),
    (Message("MonitorStop", {"monitorCrossRefID": "9"}), "operation", "invalidMonitorCrossRefID"),
]
# fmt: on


@pytest.mark.parametrize(("request_", "category", "value"), ERRORS)
def test_what_the_switch_refuses_is_an_error_of_the_standard(request_, category, value):
    wire = World().with_session()
    wire.ask(make_call("2001", "2002"))
    answer = wire.ask(request_)
    assert answer == Message("CSTAErrorCode", {category: value})
    assert wire.take() == []


# --- monitors


def test_monitors():
    wire = World().with_session("2001", "2001", "2002")
    assert wire.session.monitors == {"1": "2001", "2": "2001", "3": "2002"}
    stop = [wire.ask(Message("MonitorStop", {"monitorCrossRefID": one})).name for one in "123"]
    assert stop == ["MonitorStopResponse"] * 3
    wire.ask(make_call("2001", "2002"))
    assert wire.take() == []
    assert wire.ask(start_monitor("2001")).get("monitorCrossRefID") == "4"


def test_monitors_are_bounded(monkeypatch):
    monkeypatch.setattr(switch_session, "MOST_MONITORS", 2)
    wire = World().with_session("2001", "2002")
    assert wire.ask(start_monitor("2003")).get("subscribedResourceAvailability") == "generic"


def test_monitors_of_one_device_are_bounded(monkeypatch):
    monkeypatch.setattr(switch_session, "MOST_OF_ONE", 2)
    wire = World().with_session("2001", "2002", "2001")
    assert wire.ask(start_monitor("2001")).get("subscribedResourceAvailability") == "generic"
    assert wire.ask(start_monitor("2002")).name == "MonitorStartResponse"


def test_without_a_session_nobody_is_told():
    world = World()
    world.connection()
    assert world.switching.make_call("2001", "2002") == "1"


# --- what cannot be served


def test_bad_xml_is_answered_and_the_stream_goes_on():
    wire = World().with_session()
    wire.take()
    wire.session.receive(b"\x00\x00\x00\x0b0003<a>" + encode(4, Message("RequestSystemStatus")))
    assert [(one.invoke_id, one.message.name) for one in wire.sent] == [
        (3, "CSTAErrorCode"),
        (4, "RequestSystemStatusResponse"),
    ]
    assert wire.take()[1].get("systemStatus") == "normal"


@pytest.mark.parametrize(
    ("xml", "category", "value"),
    [
        (b"tea", "operation", "generic"),
        (b"<MakeTea/>", "operation", "serviceNotSupported"),
        (b"<MakeCall/>", "operation", "invalidParameterValue"),
        (b"<StartApplicationSession/>", "operation", "invalidParameterValue"),
    ],
)
@pytest.mark.parametrize("session", [True, False])
def test_a_message_that_cannot_be_read(xml, category, value, session):
    wire = World().with_session() if session else World().connection()
    wire.take()
    wire.session.receive(b"\x00\x00" + (8 + len(xml)).to_bytes(2, "big") + b"0042" + xml)
    assert wire.take() == [Message("CSTAErrorCode", {category: value})]


@pytest.mark.parametrize(
    "message",
    [
        Message("SystemStatusResponse"),
        Message("CSTAErrorCode", {"operation": "generic"}),
        Message("BackInServiceEvent", {"monitorCrossRefID": "1", "device": {"notKnown": ""}}),
    ],
)
def test_answers_to_nothing_and_events_are_passed_over(message):
    wire = World().with_session()
    wire.take()
    wire.session.receive(encode(1, message))
    assert wire.take() == []
    assert wire.heard[-1].message == message


def test_a_wrong_header_is_an_error_after_what_came_before_it():
    wire = World().with_session()
    with pytest.raises(CSTAError) as caught:
        wire.session.receive(encode(1, Message("RequestSystemStatus")) + b"GET /")
    assert caught.value.lost
    assert wire.take()[-1].name == "RequestSystemStatusResponse"
    with pytest.raises(CSTAError):
        wire.session.receive(b"")


# --- storms

DEVICES = st.sampled_from(["2001", "2002", "2003", "3000", "9", "95551234", "02-01", "01-01", "2009"])
CALLS = st.integers(1, 6).map(str)
ANY_REQUEST = st.one_of(
    st.builds(make_call, DEVICES, DEVICES),
    st.builds(transfer_call, CALLS, DEVICES, DEVICES),
    *(st.builds(one, CALLS, DEVICES) for one in (answer_call, clear_connection, hold_call, retrieve_call)),
    st.builds(start_monitor, DEVICES),
    st.builds(lambda number: Message("MonitorStop", {"monitorCrossRefID": number}), CALLS),
)


@settings(max_examples=25)
@given(st.lists(ANY_REQUEST, max_size=30))
def test_in_any_storm_each_request_has_one_valid_answer_and_events_have_monitors(requests):
    wire = World().with_session("2001", "2002", "2003")
    known = {"1", "2", "3"}
    for request in requests:
        answer = wire.ask(request)
        if answer.name == "MonitorStartResponse":
            known.add(answer.get("monitorCrossRefID"))
        for event in wire.take():
            assert event.kind is Kind.EVENT
            assert event.get("monitorCrossRefID") in known
            assert answer.name != "CSTAErrorCode"
    assert set(wire.session.monitors) <= known


# --- the table


def test_the_table_of_sessions():
    assert {state for state, _ in SESSION.rows} == {None, SessionState.CONNECTED, SessionState.SESSION}
    rows = set(product((SessionState.CONNECTED, SessionState.SESSION), SessionEvent)) - set(SESSION.rows)
    # What cannot happen there: a second beginning, and the end of what has not begun.
    assert rows == {
        (SessionState.CONNECTED, SessionEvent.OPENED),
        (SessionState.SESSION, SessionEvent.OPENED),
        (SessionState.SESSION, SessionEvent.START),
        (SessionState.CONNECTED, SessionEvent.EXPIRED),
        (SessionState.CONNECTED, SessionEvent.REPLACED),
    }
    assert isinstance(SwitchSession, type)
    assert "session" in SESSION.to_mermaid()
