"""The tables of a voice port and of a connection: every state with everything that can happen in it."""

import pytest

from genesys_ports.model import VoicePort
from genesys_ports.switch import CONNECTION, VOICE_PORT, ConnectionState, EventName, PortStatus
from genesys_ports.switch.current_call import Side
from genesys_ports.switch.slot import Slot
from genesys_ports.switch.states import ConnectionEvent, PortEvent

I, W, R, T, H, O = "idle", "waiting", "ringing", "talking", "held", "out of service"  # noqa: E741

#: What follows, by state and by what happens; a dot where nothing changes.
# fmt: off
PORTS = {
    #                           idle  wait  ring  talk  held  out
    "is seized":                (W,    ".",  ".",  ".",  ".",  "."),
    "is called":                (R,    ".",  ".",  ".",  ".",  "."),
    "speech begins":            (".",  T,    T,    ".",  ".",  "."),
    "is put on hold":           (".",  ".",  ".",  H,    ".",  "."),
    "is retrieved":             (".",  ".",  ".",  ".",  T,    "."),
    "waits for another party":  (".",  ".",  ".",  W,    ".",  "."),
    "is freed":                 (".",  I,    I,    I,    I,    "."),
    "busy-out":                 (O,    ".",  ".",  ".",  ".",  "."),
    "release":                  (".",  ".",  ".",  ".",  ".",  I),
    "is installed":             (".",  ".",  ".",  ".",  ".",  "."),
}
CONNECTIONS = {
    #                      null         initiated    alerting     connected  hold         fail
    "receiver lifted":     ("initiated", ".",        ".",         ".",       ".",         "."),
    "number dialled":      (".",         "connected", ".",        ".",       ".",         "."),
    "call delivered":      ("alerting",  ".",        ".",         ".",       ".",         "."),
    "far end reached":     ("connected", ".",        ".",         ".",       ".",         "."),
    "call answered":       (".",         ".",        "connected", ".",       ".",         "."),
    "call held":           (".",         ".",        ".",         "hold",    ".",         "."),
    "call retrieved":      (".",         ".",        ".",         ".",       "connected", "."),
    "call cannot go on":   (".",         ".",        ".",         "fail",    ".",         "."),
    "connection cleared":  (".",         "null",     "null",      "null",    "null",      "null"),
}
# fmt: on

PORT_STATES = (I, W, R, T, H, O)
CONNECTION_STATES = ("null", "initiated", "alerting", "connected", "hold", "fail")

PORT_CASES = [
    (state, event, state if following == "." else following)
    for event, row in PORTS.items()
    for state, following in zip(PORT_STATES, row, strict=True)
]
CONNECTION_CASES = [
    (state, event, None if following == "." else following)
    for event, row in CONNECTIONS.items()
    for state, following in zip(CONNECTION_STATES, row, strict=True)
]


def a_slot(status=I, *, closing=False):
    slot = Slot(VoicePort(label="03-01", device="switch", dn="2001"))
    slot.status, slot.closing = PortStatus(status), closing
    return slot


@pytest.mark.parametrize(("state", "event", "following"), PORT_CASES)
def test_every_event_in_every_state_of_a_port(state, event, following):
    slot = a_slot(state)
    slot.step(PortEvent(event))
    assert slot.status == following


@pytest.mark.parametrize(("state", "event", "following"), CONNECTION_CASES)
def test_every_event_in_every_state_of_a_connection(state, event, following):
    side = Side(a_slot())
    side.state = ConnectionState(state)
    assert side.step(ConnectionEvent(event)) is (following is not None)
    assert side.state == (following or state)


def test_the_tables_above_have_every_state_and_every_event():
    assert set(PORTS) == set(PortEvent)
    assert set(PORT_STATES) == set(PortStatus) == set(VOICE_PORT.states)
    assert set(CONNECTIONS) == set(ConnectionEvent)
    # No call waits in a queue of this switch.
    assert {*CONNECTION_STATES, "queued"} == set(ConnectionState)
    assert set(CONNECTION_STATES) == set(CONNECTION.states)


def test_a_new_port_is_idle():
    assert Slot(VoicePort(label="1", device="switch")).status is PortStatus.IDLE


@pytest.mark.parametrize(
    ("state", "event", "told"),
    [
        (I, "busy-out", EventName.OUT_OF_SERVICE),
        (O, "release", EventName.BACK_IN_SERVICE),
        (O, "busy-out", None),
        (I, "release", None),
        *((seized, event, None) for seized in (R, T, H) for event in ("busy-out", "release", "is freed")),
    ],
)
def test_what_a_port_tells(state, event, told):
    assert a_slot(state).step(PortEvent(event)) is told


@pytest.mark.parametrize("state", [R, T, H])
def test_a_port_with_a_call_goes_out_of_service_when_the_call_has_ended(state):
    slot = a_slot(state)
    assert slot.step(PortEvent.BUSY_OUT) is None
    assert (slot.status, slot.closing) == (state, True)
    assert slot.step(PortEvent.FREE) is EventName.OUT_OF_SERVICE
    assert (slot.status, slot.closing) == (PortStatus.OUT_OF_SERVICE, False)


@pytest.mark.parametrize("state", [R, T, H])
def test_a_release_takes_that_back(state):
    slot = a_slot(state, closing=True)
    slot.step(PortEvent.RELEASE)
    assert slot.step(PortEvent.FREE) is None
    assert (slot.status, slot.closing) == (PortStatus.IDLE, False)


@pytest.mark.parametrize("machine", [VOICE_PORT, CONNECTION], ids=lambda machine: machine.name)
def test_the_tables_draw_themselves(machine):
    assert machine.to_mermaid().startswith("stateDiagram-v2")
    assert len(machine.table()) == len(machine.rows)
