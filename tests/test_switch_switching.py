"""Calls of a switch: what is told of each step, which ports they occupy, and what is refused."""

import pytest

from genesys_ports.errors import DuplicateNameError, PortKindError, SwitchError
from genesys_ports.model import ListeningPort, Switch, VoicePort
from genesys_ports.switch import ConnectionState, PortStatus, Switching, default_switch
from genesys_ports.switch.refusals import CATEGORY, ErrorValue


class Office:
    """A switch, and what it has told since somebody last asked."""

    def __init__(self, switch=None):
        self.events = []
        self.switching = Switching(switch or default_switch("switch"), self.events.append)

    def told(self):
        lines = [f"{one.call_id or '-'} {one.name} {one.device} {one.state} {one.cause}" for one in self.events]
        self.events.clear()
        return lines

    def busy_ports(self):
        return {one.port.label: f"{one.status} {one.call_id}" for one in self.switching.ports() if one.call_id}

    def status(self, label):
        return next(one.status for one in self.switching.ports() if one.port.label == label)

    def is_clean(self):
        idle = all(one[1:] == (PortStatus.IDLE, "", "", False) for one in self.switching.ports())
        return idle and self.switching.calls() == ()


def states(switching, call_id):
    """The connection of each device in a call."""
    (call,) = (one for one in switching.calls() if one.call_id == call_id)
    return {one.device: one.state for one in call.parties}


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def switching(office):
    return office.switching


# --- calls from beginning to end


def test_one_station_calls_another(office, switching):
    assert switching.make_call("2001", "2002") == "1"
    assert office.told() == ["1 Originated 2001 connected newCall", "1 Delivered 2002 alerting newCall"]
    assert office.busy_ports() == {"03-01": "waiting 1", "03-02": "ringing 1"}
    switching.answer("1", "2002")
    assert office.told() == ["1 Established 2002 connected newCall"]
    assert office.busy_ports() == {"03-01": "talking 1", "03-02": "talking 1"}
    switching.clear("1", "2001")
    assert office.told() == [
        "1 ConnectionCleared 2001 null normalClearing",
        "1 ConnectionCleared 2002 null normalClearing",
    ]
    assert office.is_clean()


def test_who_hears_of_it(office, switching):
    switching.make_call("2001", "2002")
    switching.clear("1", "2002")
    assert [one.devices for one in office.events] == [("2001",), ("2001", "2002"), ("2002", "2001"), ("2001",)]
    assert {(one.calling, one.called) for one in office.events} == {("2001", "2002")}
    _, delivered, cleared, last = office.events
    assert [delivered.state_of(one) for one in ("2001", "2002", "2003")] == ["connected", "alerting", "null"]
    assert [cleared.state_of(one) for one in ("2001", "2002")] == ["connected", "null"]
    assert last.state_of("2002") is ConnectionState.NULL


@pytest.mark.parametrize("who", ["2001", "2002"])
def test_hung_up_before_the_answer(office, switching, who):
    switching.make_call("2001", "2002")
    office.told()
    switching.clear("1", who)
    assert office.told()[0] == f"1 ConnectionCleared {who} null normalClearing"
    assert office.is_clean()


def test_a_call_goes_out_over_the_first_free_trunk_channel(office, switching):
    switching.make_call("2001", "95551234")
    switching.make_call("2002", "95551235")
    assert office.told() == [
        "1 Originated 2001 connected newCall",
        "1 NetworkReached 01-01 connected newCall",
        "1 Established 01-01 connected newCall",
        "2 Originated 2002 connected newCall",
        "2 NetworkReached 01-02 connected newCall",
        "2 Established 01-02 connected newCall",
    ]
    assert [(one.number, one.port) for one in switching.calls()[0].parties] == [("2001", "03-01"), ("5551234", "01-01")]
    switching.outside_clears("1")
    assert office.told()[0] == "1 ConnectionCleared 01-01 null normalClearing"
    switching.make_call("2001", "9" + "7" * 32)
    assert office.busy_ports()["01-01"] == "talking 3"


def test_a_call_comes_in_to_a_station(office, switching):
    assert switching.arrive("5551234", "2001") == "1"
    assert office.told() == ["1 Delivered 2001 alerting newCall"]
    assert office.busy_ports() == {"01-01": "waiting 1", "03-01": "ringing 1"}
    switching.answer("1", "2001")
    assert office.busy_ports() == {"01-01": "talking 1", "03-01": "talking 1"}
    assert switching.ports()[0].party == "5551234"
    switching.outside_clears("1")
    assert office.is_clean()


def test_an_ivr_port_answers_at_once_and_the_next_call_gets_the_next_port(office, switching):
    switching.arrive("5551234", "3000")
    assert office.told() == ["1 Delivered 02-01 alerting newCall", "1 Established 02-01 connected newCall"]
    switching.make_call("2001", "3000")
    assert office.busy_ports() == {
        "01-01": "talking 1", "02-01": "talking 1", "02-02": "talking 2", "03-01": "talking 2",
    }  # fmt: skip


def test_hold_and_retrieve(office, switching):
    switching.make_call("2001", "2002")
    switching.answer("1", "2002")
    office.told()
    switching.hold("1", "2001")
    assert office.busy_ports() == {"03-01": "held 1", "03-02": "talking 1"}
    switching.retrieve("1", "2001")
    assert office.told() == ["1 Held 2001 hold normal", "1 Retrieved 2001 connected normal"]
    assert office.busy_ports() == {"03-01": "talking 1", "03-02": "talking 1"}


@pytest.mark.parametrize("who", ["2001", "2002"])
def test_a_held_call_can_end(office, switching, who):
    switching.make_call("2001", "2002")
    switching.answer("1", "2002")
    switching.hold("1", "2001")
    switching.clear("1", who)
    assert office.is_clean()


# --- transfer


def test_the_ivr_hands_a_call_to_an_agent(office, switching):
    switching.arrive("5551234", "3000")
    office.told()
    assert switching.transfer("1", "02-01", "2001") == "2"
    transferred, delivered = office.events
    assert (transferred.old_call_id, delivered.old_call_id) == ("1", "")
    assert transferred.devices == ("02-01", "01-01")
    assert office.told() == [
        "2 Transferred 02-01 null singleStepTransfer",
        "2 Delivered 2001 alerting singleStepTransfer",
    ]
    # Free when the agent's station rings: the next caller gets the IVR port before anybody has answered.
    assert office.busy_ports() == {"01-01": "waiting 2", "03-01": "ringing 2"}
    switching.answer("2", "2001")
    assert office.busy_ports() == {"01-01": "talking 2", "03-01": "talking 2"}
    (call,) = switching.calls()
    assert (call.calling, call.called) == ("5551234", "2001")
    switching.clear("2", "2001")
    assert office.is_clean()


@pytest.mark.parametrize(
    ("to", "told", "ports"),
    [
        ("2003", ["Delivered 2003"], {"03-01": "waiting 2", "03-03": "ringing 2"}),
        ("3000", ["Delivered 02-01", "Established 02-01"], {"02-01": "talking 2", "03-01": "talking 2"}),
        ("9777", ["NetworkReached 01-01", "Established 01-01"], {"01-01": "talking 2", "03-01": "talking 2"}),
    ],
)
def test_a_station_hands_a_call_on(office, switching, to, told, ports):
    switching.make_call("2001", "2002")
    switching.answer("1", "2002")
    office.told()
    switching.transfer("1", "2002", to)
    assert [f"{one.name} {one.device}" for one in office.events[1:]] == told
    assert {one.cause for one in office.events} == {"singleStepTransfer"}
    assert office.busy_ports() == ports


def test_who_is_on_hold_can_be_handed_on(office, switching):
    switching.make_call("2001", "2002")
    switching.answer("1", "2002")
    switching.hold("1", "2001")
    switching.transfer("1", "2002", "2003")
    switching.answer("2", "2003")
    assert office.busy_ports() == {"03-01": "held 2", "03-03": "talking 2"}
    assert states(switching, "2")["2001"] is ConnectionState.HOLD


def test_a_port_that_transfers_can_go_out_of_service_then(office, switching):
    switching.arrive("5551234", "3000")
    switching.busy_out("02-01")
    office.told()
    switching.transfer("1", "02-01", "2001")
    assert office.told()[:2] == ["2 Transferred 02-01 null singleStepTransfer", "- OutOfService 02-01 null maintenance"]


# --- busy


def test_a_busy_station(office, switching):
    switching.make_call("2001", "2002")
    office.told()
    switching.make_call("2003", "2001")
    assert office.told() == ["2 Originated 2003 connected newCall", "2 Failed 2003 fail busy"]
    assert office.busy_ports()["03-03"] == "waiting 2"
    assert states(switching, "2") == {"2003": ConnectionState.FAIL}
    switching.clear("2", "2003")
    assert office.told() == ["2 ConnectionCleared 2003 null normalClearing"]


def test_who_calls_oneself_hears_busy(office, switching):
    switching.make_call("2001", "2001")
    assert office.told()[-1] == "1 Failed 2001 fail busy"


def test_the_fifth_call_finds_no_trunk_channel(office, switching):
    for station in ("2001", "2002", "2003"):
        switching.make_call(station, "9555")
    switching.arrive("777", "2004")
    office.told()
    with pytest.raises(SwitchError) as caught:
        switching.arrive("778", "3000")
    assert (caught.value.category, caught.value.value) == ("systemResourceAvailability", "networkBusy")
    assert str(caught.value) == (
        "No trunk channel is free: of 4, 4 carry a call and 0 are out of service. The caller hears busy. No TCP port "
        "has anything to do with it."
    )
    assert office.told() == []
    switching.clear("1", "2001")
    switching.busy_out("01-01")
    office.told()
    switching.make_call("2001", "9555")
    assert office.told() == ["5 Originated 2001 connected newCall", "5 Failed 2001 fail trunksBusy"]


@pytest.mark.parametrize(("number", "taken"), [("2001", ["2001"]), ("3000", ["2001", "2002"])])
def test_a_call_from_outside_to_a_busy_number(office, switching, number, taken):
    for station in taken:
        switching.make_call(station, "3000")
    before = office.busy_ports()
    office.told()
    with pytest.raises(SwitchError, match=f"^{number} is busy: every port that leads to it carries a call") as caught:
        switching.arrive("777", number)
    assert caught.value.value == "resourceBusy"
    assert [line[2:] for line in office.told()] == [
        "Failed 01-01 fail busy",
        "ConnectionCleared 01-01 null normalClearing",
    ]
    assert office.busy_ports() == before


def test_a_number_that_is_out_of_service(office, switching):
    for label in ("02-01", "02-02", "03-02"):
        switching.busy_out(label)
    office.told()
    switching.make_call("2001", "2002")
    assert office.told()[-1] == "1 Failed 2001 fail destOutOfOrder"
    with pytest.raises(SwitchError, match="3000 is out of service") as caught:
        switching.arrive("777", "3000")
    assert caught.value.value == "calledDeviceOutOfService"


# --- out of service


def test_a_port_goes_out_of_service_and_comes_back(office, switching):
    switching.busy_out("01-01")
    switching.busy_out("01-01")
    switching.make_call("2001", "9555")
    assert "01-01" not in office.busy_ports()
    switching.release("01-01")
    switching.release("01-01")
    told = office.told()
    assert (told[0], told[-1]) == ("- OutOfService 01-01 null maintenance", "- BackInService 01-01 null maintenance")
    assert sum("Service" in line for line in told) == 2


def test_a_port_with_a_call_goes_out_of_service_when_it_has_ended(office, switching):
    switching.make_call("2001", "2002")
    switching.busy_out("03-01")
    assert (office.status("03-01"), switching.ports()[6].closing) == (PortStatus.WAITING, True)
    switching.clear("1", "2002")
    assert office.told()[-1] == "- OutOfService 2001 null maintenance"
    assert office.status("03-01") is PortStatus.OUT_OF_SERVICE


# --- what the administrator adds


def test_a_station_is_added_and_can_call(office, switching):
    switching.add_station("03-07")
    switching.assign("2007", "03-07")
    assert switching.has_device("2007")
    switching.make_call("2007", "2001")
    assert office.busy_ports() == {"03-01": "ringing 1", "03-07": "waiting 1"}
    switching.clear("1", "2007")
    switching.unassign("2007")
    assert not switching.has_device("2007")
    assert switching.switch.voice_ports[-1] == VoicePort(label="03-07", device="switch")


def test_added_ports_stand_where_their_labels_say(switching):
    for label in ("04-01", "03-07"):
        switching.add_station(label)
    assert [one.port.label for one in switching.ports()][-3:] == ["03-06", "03-07", "04-01"]
    plain = Switching(Switch(name="s", voice_ports=(VoicePort(label="24", device="s"),)), print)
    plain.add_station("01-01")
    assert [one.port.label for one in plain.ports()] == ["24", "01-01"]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("2001", True),
        ("3000", True),
        ("9", True),
        ("01-01", True),
        ("02-02", True),
        ("03-05", True),
        # A station with a DN goes by its DN.
        ("03-01", False),
        ("2009", False),
        ("", False),
    ],
)
def test_devices(switching, name, known):
    assert switching.has_device(name) is known


# --- what is refused


def talking(one):
    one.make_call("2001", "2002")
    one.answer("1", "2002")


def ringing(one):
    one.make_call("2001", "2002")


def outside(one):
    one.make_call("2001", "9555")


def nothing(one):
    pass


def out(one):
    one.busy_out("03-01")


def busy_agents(one):
    talking(one)
    one.make_call("2003", "2004")


def no_agents(one):
    talking(one)
    one.busy_out("03-03")


def no_trunks(one):
    talking(one)
    for label in ("01-01", "01-02", "01-03", "01-04"):
        one.busy_out(label)


# fmt: off
REFUSED = [
    (nothing, lambda one: one.make_call("2009", "2001"), "invalidCallingDeviceID",
     "The switch has no device '2009'. Its devices are: 01-01, 01-02, 01-03, 01-04, 02-01, 02-02, 2001, 2002, 2003, "
     "2004, 03-05, 03-06."),
    (nothing, lambda one: one.make_call("01-01", "2001"), "requestIncompatibleWithDevice",
     "01-01 is a trunk channel: behind it is the network, and nobody who could do this on the switch."),
    (nothing, lambda one: one.make_call("2001", "2009"), "invalidCalledDeviceID",
     "The switch knows no way to the number '2009'. Its numbers are: 2001, 2002, 2003, 2004, 3000. An outside number "
     "begins with 9."),
    (nothing, lambda one: one.make_call("2001", ""), "invalidCalledDeviceID", "no way to the number ''"),
    (nothing, lambda one: one.make_call("2001", "9"), "invalidCalledDeviceID",
     "'9' cannot be dialled. A number behind a trunk has 1 to 32 characters: digits, and also * and # and +."),
    (nothing, lambda one: one.make_call("2001", "9\x1b[2J"), "invalidCalledDeviceID", "'9�[2J' cannot be dialled."),
    (nothing, lambda one: one.make_call("2001", "9" + "7" * 33), "invalidCalledDeviceID", "cannot be dialled."),
    (nothing, lambda one: one.make_call("2001", 2002), "invalidCalledDeviceID",
     "A DN, the number of a group, or the label of a port belongs here, in quotation marks: '2001'."),
    (ringing, lambda one: one.make_call("2001", "2003"), "invalidCallingDeviceState",
     "2001 cannot begin a call: its port 03-01 carries call 1 already. A voice port carries one call at a time; a "
     "listening port serves many connections."),
    (out, lambda one: one.make_call("2001", "2003"), "callingDeviceOutOfService",
     "2001 cannot begin a call: its port 03-01 is out of service. Bring it back first: release 03-01."),
    (nothing, lambda one: one.arrive("anonymous", "2001"), "invalidCallingDeviceID", "'anonymous' cannot be dialled."),
    (nothing, lambda one: one.arrive("555", "9777"), "invalidCalledDeviceID", "9777 leads out over a trunk"),
    (nothing, lambda one: one.arrive("555", "2009"), "invalidCalledDeviceID", "knows no way to the number '2009'"),
    (nothing, lambda one: one.answer("7", "2001"), "invalidCallID", "The switch has no call '7' now."),
    (ringing, lambda one: one.answer("1", "2003"), "invalidConnectionID",
     "2003 has no part in call 1. Its parties are: 2001, 2002."),
    (ringing, lambda one: one.answer("1", "2001"), "noCallToAnswer",
     "2001 has nothing to answer in call 1: its connection there is in the state 'connected'."),
    (talking, lambda one: one.answer("1", "2002"), "noCallToAnswer", "2002 has nothing to answer in call 1"),
    (ringing, lambda one: one.hold("1", "2001"), "invalidConnectionState",
     "2001 cannot put call 1 on hold: it talks to nobody there now."),
    (ringing, lambda one: one.hold("1", "2002"), "invalidConnectionState", "2002 cannot put call 1 on hold"),
    (outside, lambda one: one.hold("1", "01-01"), "requestIncompatibleWithDevice", "01-01 is a trunk channel"),
    (talking, lambda one: one.retrieve("1", "2001"), "noHeldCall",
     "2001 has not put call 1 on hold, so there is nothing to take back."),
    (ringing, lambda one: one.transfer("1", "2002", "2003"), "invalidConnectionState", "2002 cannot transfer call 1"),
    (outside, lambda one: one.transfer("1", "01-01", "2003"), "requestIncompatibleWithDevice", "is a trunk channel"),
    (talking, lambda one: one.transfer("1", "2002", "2009"), "invalidDestinationDeviceID", "no way to the number"),
    (talking, lambda one: one.transfer("1", "2002", "2002"), "notDifferentDevices",
     "2002 cannot transfer call 1 to itself. Name another device."),
    (talking, lambda one: one.transfer("1", "2002", "2001"), "resourceBusy",
     "Call 1 is not transferred: 2001 is busy. Nothing has changed for 2002."),
    (busy_agents, lambda one: one.transfer("1", "2002", "2003"), "resourceBusy", "2003 is busy"),
    (no_agents, lambda one: one.transfer("1", "2002", "2003"), "destinationDeviceOutOfService", "2003 is out of"),
    (no_trunks, lambda one: one.transfer("1", "2002", "9555"), "networkBusy", "no trunk channel is free"),
    (talking, lambda one: one.clear("1", "2003"), "invalidConnectionID", "2003 has no part in call 1"),
    (talking, lambda one: one.outside_clears("1"), "invalidConnectionID",
     "Call 1 runs over no trunk, so nobody outside can hang up."),
    (nothing, lambda one: one.busy_out("01-09"), "invalidDeviceID",
     "The switch has no port '01-09'. Its ports are: 01-01, 01-02, 01-03, 01-04, 02-01, 02-02, 03-01, 03-02, 03-03, "
     "03-04, 03-05, 03-06."),
    (nothing, lambda one: one.busy_out("trunk1"), "invalidDeviceID", "The switch has no port 'trunk1'."),
    (nothing, lambda one: one.busy_out("2001"), "invalidDeviceID",
     "2001 is a DN, and a port belongs here. The DN 2001 is on port 03-01: write 03-01."),
    (nothing, lambda one: one.release("3000"), "invalidDeviceID",
     "3000 is the number of a group of ports, and one port belongs here. The ports of the group: 02-01, 02-02."),
    (nothing, lambda one: one.busy_out(None), "invalidDeviceID", "A DN, the number of a group, or the label"),
    (nothing, lambda one: one.add_station("01-01"), "invalidParameterValue",
     "Port 01-01 is there already: it is a trunk port."),
    (nothing, lambda one: one.add_station("01-09"), "invalidParameterValue",
     "Card 01 has trunk ports. A card has ports of one kind: choose a card of stations, or a new one."),
    (nothing, lambda one: one.add_station("3-7"), "invalidParameterValue",
     "'3-7' is no place in the frame. Write card and port, two digits each: 03-07."),
    (nothing, lambda one: one.add_station("00-01"), "invalidParameterValue", "'00-01' is no place in the frame."),
    (nothing, lambda one: one.assign("2", "03-05"), "invalidParameterValue",
     "'2' is no DN. Write 2 to 15 digits: 2005."),
    (nothing, lambda one: one.assign("2005", "01-01"), "requestIncompatibleWithDevice",
     "Port 01-01 is a trunk port. A DN is assigned to a station port."),
    (nothing, lambda one: one.assign("2005", "03-01"), "invalidParameterValue",
     "Port 03-01 has the DN 2001 already. Take it away first: unassign 2001."),
    (nothing, lambda one: one.assign("2001", "03-05"), "invalidParameterValue",
     "The DN 2001 is on port 03-01 already. A DN leads to one port."),
    (nothing, lambda one: one.assign("3000", "03-05"), "invalidParameterValue", "3000 is the number of a group"),
    (nothing, lambda one: one.assign("9001", "03-05"), "invalidParameterValue",
     "9001 begins with 9, which leads to the trunk channels. Choose a DN that begins otherwise."),
    (ringing, lambda one: one.unassign("2001"), "invalidDeviceState",
     "Port 03-01 carries call 1 now. Wait until the call has ended."),
    (nothing, lambda one: one.unassign("2009"), "invalidDeviceID",
     "No port has the DN '2009'. Its DNs are: 2001, 2002, 2003, 2004."),
]
# fmt: on


@pytest.mark.parametrize(("before", "asked", "value", "sentence"), REFUSED)
def test_what_is_refused_changes_nothing(office, switching, before, asked, value, sentence):
    before(switching)
    office.told()
    ports, calls = switching.ports(), switching.calls()
    with pytest.raises(SwitchError) as caught:
        asked(switching)
    assert caught.value.value == value
    assert caught.value.category == CATEGORY[ErrorValue(value)]
    assert sentence in str(caught.value)
    assert str(caught.value).isprintable()
    assert (switching.ports(), switching.calls(), office.told()) == (ports, calls, [])


def test_every_error_value_is_used():
    used = {value for *_, value, _ in REFUSED}
    # Of a call from outside to a number out of service: tested above, since it does change something on its way.
    assert set(ErrorValue) - used == {"calledDeviceOutOfService"}


@pytest.mark.parametrize(
    "asked",
    [
        lambda one, port: one.busy_out(port),
        lambda one, port: one.release(port),
        lambda one, port: one.add_station(port),
        lambda one, port: one.assign("2005", port),
    ],
)
@pytest.mark.parametrize("port", [7450, "7450", "7450/tcp", "161 / UDP", ListeningPort(number=7450)])
def test_a_tcp_port_where_a_voice_port_belongs(switching, asked, port):
    with pytest.raises(PortKindError, match="is a listening port, and a voice port belongs here") as caught:
        asked(switching, port)
    assert "it carries one phone call" in str(caught.value)


@pytest.mark.parametrize("port", ["7450/tcp", ListeningPort(number=7450)])
@pytest.mark.parametrize(
    "asked",
    [
        lambda one, port: one.make_call("2001", port),
        lambda one, port: one.make_call(port, "2001"),
        lambda one, port: one.arrive("555", port),
    ],
)
def test_a_tcp_port_where_a_number_belongs(switching, asked, port):
    with pytest.raises(PortKindError, match="is a listening port, and a voice port belongs here"):
        asked(switching, port)


def test_an_empty_switch_refuses_everything():
    empty = Switching(Switch(name="empty"), print)
    for asked in (lambda: empty.make_call("2001", "2002"), lambda: empty.busy_out("01-01")):
        with pytest.raises(SwitchError, match="The switch has no"):
            asked()
    assert (empty.ports(), empty.calls()) == ((), ())


def test_no_trunk_channel_at_all():
    station = VoicePort(label="03-01", device="s", dn="2001")
    with pytest.raises(SwitchError, match="No trunk channel is free: of 0, 0 carry a call"):
        Switching(Switch(name="s", voice_ports=(station,)), print).arrive("555", "2001")


# --- frames


def a_port(label, kind, dn):
    return VoicePort(label=label, device="s", kind=kind, dn=dn)


@pytest.mark.parametrize(
    ("ports", "name"),
    [
        ([("01-01", "trunk", "9"), ("01-01", "trunk", "9")], "01-01"),
        ([("03-01", "station", "2001"), ("03-02", "station", "2001")], "2001"),
        ([("03-01", "station", "3000"), ("02-01", "ivr", "3000")], "3000"),
        ([("02-01", "ivr", "3000"), ("03-01", "station", "3000")], "3000"),
        ([("01-01", "trunk", "3000"), ("02-01", "ivr", "3000")], "3000"),
    ],
)
def test_a_frame_that_cannot_be(ports, name):
    with pytest.raises(DuplicateNameError, match=name):
        Switching(Switch(name="s", voice_ports=tuple(a_port(*one) for one in ports)), print)


def test_the_longest_access_number_counts():
    ports = [
        ("01-01", "trunk", "9"),
        ("01-02", "trunk", "95"),
        ("03-01", "station", "2001"),
        ("03-02", "station", "9555"),
    ]
    office = Office(Switch(name="s", voice_ports=tuple(a_port(*one) for one in ports)))
    office.switching.make_call("2001", "9577")
    assert office.busy_ports() == {"03-01": "talking 1", "01-02": "talking 1"}
    office.switching.clear("1", "2001")
    # A DN counts before any access number.
    office.switching.make_call("2001", "9555")
    assert office.busy_ports() == {"03-01": "waiting 2", "03-02": "ringing 2"}


def test_an_ivr_port_calls_out(office, switching):
    switching.make_call("02-01", "9555")
    assert [(one.device, one.number) for one in switching.calls()[0].parties] == [("02-01", "3000"), ("01-01", "555")]


# --- who is told


def test_who_is_told_may_ask_for_the_next_thing_at_once():
    events = []

    def told(event):
        if event.name == "Delivered":
            eager.answer(event.call_id, event.device)
        if event.name == "Established":
            eager.clear(event.call_id, event.device)
        # Of several who are told, the last hears of everything in the same order.
        events.append(f"{event.call_id} {event.name} {event.device}")

    eager = Switching(default_switch("switch"), told)
    eager.make_call("2001", "2002")
    assert events == [
        "1 Originated 2001",
        "1 Delivered 2002",
        "1 Established 2002",
        "1 ConnectionCleared 2002",
        "1 ConnectionCleared 2001",
    ]


def test_who_fails_when_told_stops_nothing():
    events = []

    def told(event):
        events.append(event.name)
        if event.name == "Originated":
            raise ZeroDivisionError

    switching = Switching(default_switch("switch"), told)
    with pytest.raises(ZeroDivisionError):
        switching.make_call("2001", "2002")
    switching.answer("1", "2002")
    assert events == ["Originated", "Delivered", "Established"]
