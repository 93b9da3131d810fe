"""The plan as data: what may stand in it, what is refused, and how one plan becomes another."""
# mypy: disable-error-code="arg-type, misc"
# Wrong types are handed in on purpose.

import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.errors import (
    DuplicateNameError,
    DuplicatePortIdError,
    InvalidPortError,
    InvalidValueError,
    OtherHostError,
    PortKindError,
    UnknownApplicationError,
    UnknownHostError,
    UnknownPortIdError,
)
from genesys_ports.model import (
    Application,
    Connection,
    Deployment,
    Host,
    ListeningPort,
    Platform,
    Purpose,
    Switch,
    Transport,
    VoicePort,
    VoicePortKind,
    parse_word,
)

VOICE = VoicePort(label="24", device="switch", kind=VoicePortKind.TRUNK)
PLAN = (
    Deployment(name="two-servers")
    .add("message_server", host="framework-host", port=5150, type="message_server")
    .add("scs", host="framework-host", port=3600, connects_to=["message_server"])
)

# --- ports


@pytest.mark.parametrize("number", [True, False, 0, -1, 65536, 5150.0, "5150", None, b"1", 10**30])
def test_not_a_port_number(number):
    with pytest.raises(InvalidPortError):
        ListeningPort(number=number)
    with pytest.raises(InvalidPortError):
        PLAN.move("scs", number)


@pytest.mark.parametrize("last", [True, 0, 65536, 5149, "5151", 5151.0])
def test_not_the_end_of_a_range(last):
    with pytest.raises(InvalidPortError):
        ListeningPort(number=5150, last=last)


def test_a_range_the_wrong_way_round_is_shown_whole():
    with pytest.raises(InvalidPortError, match="'45000-20000' is not a port number"):
        ListeningPort(number=45000, last=20000)


@pytest.mark.parametrize(
    ("number", "last", "text", "count"),
    [
        (1, None, "1/tcp", 1),
        (65535, None, "65535/tcp", 1),
        (5150, 5150, "5150/tcp", 1),
        (20000, 45000, "20000-45000/tcp", 25001),
        (1, 65535, "1-65535/tcp", 65535),
    ],
)
def test_numbers(number, last, text, count):
    port = ListeningPort(number=number, last=last)
    assert str(port) == text
    assert port.number_text == text.removesuffix("/tcp")
    assert len(port.numbers) == count
    assert port.numbers[0] == number


def test_a_range_of_one_is_one_number():
    assert ListeningPort(number=5150, last=5150) == ListeningPort(number=5150)


@given(first=st.integers(1, 65535), last=st.integers(1, 65535))
def test_a_range_holds_its_numbers(first, last):
    if last < first:
        with pytest.raises(InvalidPortError):
            ListeningPort(number=first, last=last)
    else:
        assert list(ListeningPort(number=first, last=last).numbers) == list(range(first, last + 1))


@pytest.mark.parametrize(("transport", "carrier"), [("tcp", "tcp"), ("udp", "udp"), ("tls", "tcp")])
def test_carrier(transport, carrier):
    assert Transport(transport).carrier is Transport(carrier)


@pytest.mark.parametrize(
    ("written", "purpose"),
    [("HA Sync", "ha-sync"), ("ha_sync", "ha-sync"), (" SIP ", "sip"), ("CTI-Link", "cti-link")],
)
def test_words_are_forgiven(written, purpose):
    assert ListeningPort(number=1, purpose=written).purpose is Purpose(purpose)


def test_words_of_every_field():
    assert ListeningPort(number=1, transport="TLS").transport is Transport.TLS
    assert Host(name="a", platform="Windows").platform is Platform.WINDOWS
    assert Host(name="a").platform is None
    assert VoicePort(label="1", device="ivr", kind="IVR").kind is VoicePortKind.IVR


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: ListeningPort(number=1, transport="sctp"), "'sctp' is not a transport"),
        (lambda: ListeningPort(number=1, purpose="fun"), "'fun' is not a purpose"),
        (lambda: Host(name="a", platform="os/2"), "'os/2' is not a platform"),
        (lambda: VoicePort(label="1", device="s", kind="usb"), "'usb' is not a kind of voice port"),
        (lambda: parse_word(Platform, None, "platform"), "'None' is not a platform"),
    ],
)
def test_unknown_words(make, text):
    with pytest.raises(InvalidValueError, match=text):
        make()


# --- two kinds of port

MIXED = [
    (lambda: ListeningPort(number=VOICE), "trunk channel 24 of switch is a voice port, and a listening port belongs"),
    (lambda: ListeningPort(number=1, last=VOICE), "is a voice port"),
    (lambda: Application(name="a", host="h", ports=[VOICE]), "is a voice port"),
    (lambda: PLAN.add("urs", host="framework-host", port=VOICE), "is a voice port"),
    (lambda: PLAN.move("scs", VOICE), "is a voice port"),
    (lambda: VoicePort(label=ListeningPort(number=24), device="s"), "port 24/tcp is a listening port, and a voice"),
    (lambda: Switch(name="s", voice_ports=[ListeningPort(number=24)]), "port 24/tcp is a listening port"),
    (lambda: VoicePort(label=7450, device="s"), "port 7450 is a listening port, and a voice port belongs"),
    (lambda: VoicePort(label="7450/tcp", device="s"), "port 7450/tcp is a listening port"),
    (lambda: VoicePort(label=" 161 / UDP ", device="s"), "port 161 / UDP is a listening port"),
    (lambda: ListeningPort(number="03-05"), "port 03-05 is a voice port, and a listening port belongs"),
    (lambda: PLAN.move("scs", "12-03"), "port 12-03 is a voice port"),
    (lambda: PLAN.add("urs", host="framework-host", port="01-1"), "port 01-1 is a voice port"),
]


@pytest.mark.parametrize(("make", "text"), MIXED)
def test_one_kind_of_port_never_stands_in_for_the_other(make, text):
    with pytest.raises(PortKindError, match=text):
        make()


def test_the_two_kinds_share_no_base_class():
    assert set(ListeningPort.__mro__) & set(VoicePort.__mro__) == {object}


def test_a_switch_has_voice_ports():
    switch = Switch(name="switch", voice_ports=[VOICE, VoicePort(label="25", device="switch")])
    assert [str(port) for port in switch.voice_ports] == ["trunk channel 24 of switch", "station port 25 of switch"]
    assert str(VoicePort(label="02-01", device="switch", kind="ivr")) == "IVR port 02-01 of switch"


@pytest.mark.parametrize(("label", "card"), [("03-05", "03"), ("24", ""), ("1-2-3", "1"), ("-5", "")])
def test_the_card_of_a_voice_port(label, card):
    assert VoicePort(label=label, device="switch").card == card


def test_a_voice_port_without_a_dn():
    assert VoicePort(label="03-05", device="switch").dn == ""


def test_a_plan_with_a_switch():
    one = Switch(name="one", voice_ports=[VOICE])
    two = Switch(name="two")
    plan = PLAN.with_switch(one).with_switch(two)
    assert plan.switches == (one, two)
    assert PLAN.switches == ()
    # The same name once more takes its place.
    assert plan.with_switch(Switch(name="one")).switches == (Switch(name="one"), two)


# --- a plan


def test_looking_up():
    assert PLAN.host("framework-host").name == "framework-host"
    assert PLAN.application("scs").port().number == 3600
    assert PLAN.has_application("scs")
    assert not PLAN.has_application("urs")
    assert [one.name for one in PLAN.on_host("framework-host")] == ["message_server", "scs"]
    assert [(one.name, port.number) for one, port in PLAN.ports()] == [("message_server", 5150), ("scs", 3600)]
    assert PLAN.servers_of("scs") == PLAN.clients_of("message_server") == PLAN.connections
    assert PLAN.clients_of("scs") == PLAN.servers_of("message_server") == ()
    assert str(PLAN.connections[0]) == "scs → message_server"


@pytest.mark.parametrize(
    ("use", "error"),
    [
        (lambda: PLAN.host("framework"), UnknownHostError),
        (lambda: PLAN.on_host("x"), UnknownHostError),
        (lambda: PLAN.application("x"), UnknownApplicationError),
        (lambda: PLAN.application("scs").port("x"), UnknownPortIdError),
        (lambda: PLAN.remove("x"), UnknownApplicationError),
        (lambda: PLAN.move("x", 1), UnknownApplicationError),
        (lambda: PLAN.move("scs", 1, "x"), UnknownPortIdError),
        (lambda: PLAN.connect("x", "scs"), UnknownApplicationError),
        (lambda: PLAN.connect("scs", "x"), UnknownApplicationError),
        (lambda: PLAN.connect("scs", "message_server", "x"), UnknownPortIdError),
        (lambda: PLAN.disconnect("x", "scs"), UnknownApplicationError),
        (lambda: PLAN.disconnect("scs", "x"), UnknownApplicationError),
        (lambda: Deployment(applications=[Application(name="a", host="x")]), UnknownHostError),
        (lambda: Deployment(hosts=[Host(name="a"), Host(name="a")]), DuplicateNameError),
        (lambda: Deployment(switches=[Switch(name="s"), Switch(name="s")]), DuplicateNameError),
        (lambda: PLAN.add("scs", host="other-host", port=1), OtherHostError),
        (lambda: PLAN.add("scs", host="framework-host", port=1), DuplicatePortIdError),
    ],
)
def test_refused(use, error):
    with pytest.raises(error):
        use()


def test_two_applications_of_one_name():
    with pytest.raises(DuplicateNameError, match="application with the name 'a'"):
        Deployment(hosts=[Host(name="h")], applications=[Application(name="a", host="h")] * 2)


def test_applications_are_numbered_in_the_order_of_the_plan():
    names = ["c", "a", "b"]
    plan = Deployment(hosts=[Host(name="h")], applications=[Application(name=name, host="h") for name in names])
    assert [plan.place_of(name) for name in names] == [1, 2, 3]
    with pytest.raises(UnknownApplicationError):
        plan.place_of("d")


def test_nothing_changes_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PLAN.name = "x"
    before = str(PLAN)
    PLAN.add("urs", host="h", port=1).move("scs", 2).remove("message_server")
    assert str(PLAN) == before


def test_add_a_new_application_on_a_new_host():
    plan = PLAN.add(
        "sip_server", host="sip-host", port=5060, transport="UDP", purpose="SIP", port_id="sip", address="10.0.0.1",
        type="sip_server", connects_to=["message_server", " scs : default", "scs:default"],
    )  # fmt: skip
    assert [host.name for host in plan.hosts] == ["framework-host", "sip-host"]
    (port,) = plan.application("sip_server").ports
    assert port == ListeningPort(number=5060, transport="udp", purpose="sip", port_id="sip", address="10.0.0.1")
    assert plan.application("sip_server").type == "sip_server"
    servers = [one.server for one in plan.servers_of("sip_server")]
    assert servers == ["message_server", "scs"]


def test_add_a_second_port():
    plan = PLAN.add("scs", host="framework-host", port=3601, port_id="tls", transport="tls")
    assert [str(port) for port in plan.application("scs").ports] == ["3600/tcp", "3601/tls"]
    assert plan.hosts == PLAN.hosts


def test_the_same_connection_twice_is_one():
    assert PLAN.connect("scs", "message_server") == PLAN


def test_a_plan_may_hold_a_collision():
    plan = PLAN.move("scs", 5150)
    assert [port.number for _, port in plan.ports()] == [5150, 5150]


def test_move_keeps_all_else():
    plan = PLAN.add("scs", host="framework-host", port=3601, port_id="tls", transport="tls", address="127.0.0.1")
    moved = plan.move("scs", 3700, "tls").application("scs")
    assert moved.port("tls") == dataclasses.replace(plan.application("scs").port("tls"), number=3700)
    assert moved.port() == plan.application("scs").port()


def test_move_to_another_address():
    assert PLAN.move("scs", 5150, address="127.0.0.1").application("scs").port().address == "127.0.0.1"
    assert PLAN.move("scs", 5150).application("scs").port().address == ""


def test_a_range_moves_as_a_whole():
    media = ListeningPort(number=20000, last=45000, transport="udp", purpose="media")
    plan = Deployment(hosts=[Host(name="h")], applications=[Application(name="mcp", host="h", ports=[media])])
    assert str(plan.move("mcp", 30000).application("mcp").port()) == "30000-55000/udp"


def test_remove_takes_connections_along():
    plan = PLAN.remove("message_server")
    assert [one.name for one in plan.applications] == ["scs"]
    assert plan.connections == ()
    assert plan.hosts == PLAN.hosts


def test_remove_one_port_takes_the_connections_to_it_along():
    plan = PLAN.add("message_server", host="framework-host", port=5151, port_id="second")
    plan = plan.connect("scs", "message_server", port_id="second").connect("message_server", "scs")
    without = plan.remove("message_server", "second")
    assert [port.port_id for port in without.application("message_server").ports] == ["default"]
    assert [str(one) for one in without.connections] == ["scs → message_server", "message_server → scs"]
    assert without.application("scs") is plan.application("scs")
    with pytest.raises(UnknownPortIdError):
        without.remove("message_server", "second")


def test_connect_and_disconnect():
    plan = PLAN.connect("message_server", "scs")
    assert [str(one) for one in plan.connections] == [
        "scs → message_server",
        "message_server → scs",
    ]
    assert plan.disconnect("scs", "message_server").connections == (Connection(client="message_server", server="scs"),)
    assert PLAN.disconnect("message_server", "scs") == PLAN


def test_a_client_may_fix_its_own_number():
    plan = PLAN.disconnect("scs", "message_server").connect("scs", "message_server", client_port=40000)
    assert plan.connections[0].client_port == 40000
    with pytest.raises(InvalidPortError):
        Connection(client="a", server="b", client_port=0)


def test_a_plan_is_a_value():
    twin = pickle.loads(pickle.dumps(PLAN))
    assert twin == PLAN
    assert twin.application("scs") == PLAN.application("scs")
    assert dataclasses.replace(PLAN, name="x") != PLAN


@pytest.mark.parametrize("thing", [*PLAN.hosts, *PLAN.applications, *PLAN.connections, VOICE])
def test_parts_are_values(thing):
    assert pickle.loads(pickle.dumps(thing)) == thing
    assert hash(thing) == hash(dataclasses.replace(thing))


# --- showing


def test_table():
    table = PLAN.table()
    assert table.columns == ("Host", "Application", "Port", "Port ID", "Purpose", "Connects to")
    assert table.rows == (
        ("framework-host", "message_server", "5150/tcp", "default", "communication", ""),
        ("framework-host", "scs", "3600/tcp", "default", "communication", "message_server"),
    )


def test_connections_stand_on_the_first_row_of_an_application():
    plan = PLAN.add("scs", host="framework-host", port=3601, port_id="b")
    assert [row[-1] for row in plan.table().rows] == ["", "message_server", ""]


@pytest.mark.parametrize(
    ("plan", "summary"),
    [
        (Deployment(), "plan: 0 applications, 0 hosts, 0 listening ports"),
        (PLAN, "two-servers: 2 applications, 1 host, 2 listening ports"),
        (
            Deployment(name="x").add("a", host="h", port=1),
            "x: 1 application, 1 host, 1 listening port",
        ),
    ],
)
def test_summary(plan, summary):
    assert plan.summary() == summary
    assert str(plan).startswith(summary)


def test_shown_in_a_notebook():
    printed = []
    PLAN._repr_pretty_(type("Printer", (), {"text": printed.append})(), False)
    assert printed == [str(PLAN)]
    assert "<td" in PLAN._repr_html_()
    hostile = Deployment(name="<b>").add("<script>", host="<img>", port=1)._repr_html_()
    assert "<script>" not in hostile
    assert "<img>" not in hostile


def test_adding_the_same_port_once_more_changes_nothing():
    wanted = {"host": "framework-host", "port": 40001, "port_id": "archive"}
    once = PLAN.add("archive_server", **wanted)
    assert once.add("archive_server", **wanted) == once
    with pytest.raises(DuplicatePortIdError):
        once.add("archive_server", **{**wanted, "port": 40002})


def test_one_name_alone_is_one_server():
    plan = Deployment().add("a", host="h", port=5150, connects_to="message_server")
    assert [one.server for one in plan.connections] == ["message_server"]
