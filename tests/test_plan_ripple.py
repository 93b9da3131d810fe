"""`ripple`: everybody who has to follow when a port moves, and nobody else."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from genesys_ports.errors import InvalidPortError, UnknownApplicationError, UnknownNumberError, UnknownPortIdError
from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort, Platform, Purpose, Transport
from genesys_ports.origin import Origin, Place
from genesys_ports.plan.ripple import Concern, ripple


def port(number: int, port_id: str = "default", **rest: Any) -> ListeningPort:
    return ListeningPort(number=number, port_id=port_id, **rest)


A_HOST, B_HOST, C_HOST = (
    Host(name=name, address=f"10.0.0.{n}", platform=Platform.LINUX)
    for n, name in enumerate(["host_a", "host_b", "host_c"], start=1)
)
CALL = Connection(client="client", server="server")
PLAN = Deployment(
    hosts=(A_HOST, B_HOST, C_HOST),
    applications=(
        Application(name="server", host="host_a", ports=(port(5150), port(5151, "second")), backup="server_b"),
        Application(name="server_b", host="host_b", ports=(port(5150),)),
        Application(name="client", host="host_c", backup="client_b"),
        Application(name="client_b", host="host_a"),
        Application(name="other", host="host_a", ports=(port(5160),)),
    ),
    connections=(CALL, Connection(client="other", server="server", port_id="second")),
    origin=Origin(
        ports={("server", "default"): Place("p.csv", "", 2), ("server_b", "default"): Place("p.csv", "", 4)},
        connections={CALL: Place("p.csv", "", 5)},
    ),
)


def told(plan: Deployment, *asked: Any, **options: Any) -> list[tuple[str, str, str]]:
    return [(str(step.concern), step.application, step.todo) for step in ripple(plan, *asked, **options).steps]


AGAIN = "Let it connect again: "


def test_everybody_who_has_to_follow():
    assert told(PLAN, "server", to=5170) == [
        ("the port itself", "server", "Give the port id default the number 5170: it has 5150/tcp."),
        (
            "HA partner",
            "server_b",
            "Move the port id default of this HA partner too: it has the same number, 5150/tcp.",
        ),
        (
            "client",
            "client",
            AGAIN + "it connects to server. The connection names the port id, and stays as it is.",
        ),
        ("client", "client_b", AGAIN + "as HA backup of client it connects to server."),
        (
            "firewall",
            "client",
            "Change the rule host_c → host_a: it lets 5150/tcp through, and 5170/tcp is needed.",
        ),
    ]


def test_without_a_new_number():
    assert told(PLAN, "server", "second") == [
        ("the port itself", "server", "Give the port id second another number: it has 5151/tcp."),
        ("HA partner", "server_b", "Look at this HA partner: it has no port with the id second."),
        (
            "client",
            "other",
            AGAIN + "it connects to server:second. The connection names the port id, and stays as it is.",
        ),
    ]


def test_clients_come_to_the_backup_when_it_takes_over():
    steps = [step for step in told(PLAN, "server_b", to=5170) if step[0] in ("client", "firewall")]
    assert steps[0] == (
        "client",
        "client",
        AGAIN + "it connects to server, and comes here when the HA partner takes over.",
    )
    assert {step[1] for step in steps} == {"client", "client_b"}
    assert "Change the rule host_c → host_b: it lets 5150/tcp through, and 5170/tcp is needed." in {
        step[2] for step in steps
    }


def test_rows_are_named():
    steps = ripple(PLAN, "server", to=5170).steps
    assert [[row.row for row in step.rows] for step in steps] == [[2], [4], [5], [5], [5, 2]]


def changed(**parts: Any) -> Deployment:
    return replace(PLAN, **parts)


def with_server(**parts: Any) -> Deployment:
    first, *rest = PLAN.applications
    return changed(applications=(replace(first, **parts), *rest))


def with_backup(**parts: Any) -> Deployment:
    first, second, *rest = PLAN.applications
    return changed(applications=(first, replace(second, **parts), *rest))


ONE_MORE = [
    # Another number for the second of a pair.
    (
        with_backup(ports=(port(5155),)),
        5170,
        Concern.PARTNER,
        "Look at the port id default of this HA partner: it has 5155/tcp, another number on another machine.",
    ),
    (
        with_backup(host="host_a", ports=(port(5155),)),
        5170,
        Concern.PARTNER,
        "Keep clear of this HA partner: it is on the same machine, and its port id default has 5155/tcp.",
    ),
    # The new number.
    (
        PLAN,
        5160,
        Concern.TAKEN,
        "Choose another number: 5160/tcp meets 5160/tcp of this application on the same machine.",
    ),
    (
        PLAN,
        5151,
        Concern.TAKEN,
        "Choose another number: 5151/tcp meets 5151/tcp of this application on the same machine.",
    ),
    (
        changed(hosts=(replace(A_HOST, lca_port=5170), B_HOST, C_HOST)),
        5170,
        Concern.TAKEN,
        "Choose another number: 5170/tcp is the LCA port of this host.",
    ),
    (
        changed(connections=(CALL, Connection(client="other", server="server_b", client_port=5170))),
        5170,
        Concern.TAKEN,
        "Choose another number: this application fixes 5170/tcp as its own end of a connection on the machine.",
    ),
    # What says the number a second time.
    (
        with_server(server_info_port=5150),
        5170,
        Concern.SETTING,
        "Write the new number into the port of Server Info too: it says 5150.",
    ),
    (
        with_server(ports=(port(5150), port(5150, "udp", transport=Transport.UDP))),
        5170,
        Concern.SETTING,
        "Move the port id udp too where one option sets both: it has the same number, 5150/udp.",
    ),
    (
        replace(with_server(type="LCA"), hosts=(replace(A_HOST, lca_port=5150), B_HOST, C_HOST)),
        5170,
        Concern.SETTING,
        "Write the new number into the LCA port of the Host object too: it says 5150.",
    ),
    # Clients.
    (
        changed(connections=(replace(CALL, client_port=4500),)),
        5170,
        Concern.CLIENT,
        AGAIN + "it connects to server. The connection names the port id, and stays as it is. "
        "It calls from the fixed port 4500, which stays as it is.",
    ),
    (
        with_server(type="Configuration Server"),
        5170,
        Concern.CLIENT,
        "Start it with the new number (-port on its command line): it connects to server.",
    ),
    (
        changed(connections=(Connection(client="stranger", server="server"),)),
        5170,
        Concern.CLIENT,
        AGAIN + "it connects to server. The connection names the port id, and stays as it is.",
    ),
    # Firewalls.
    (
        changed(connections=(replace(CALL, client_port=4500),)),
        5170,
        Concern.FIREWALL,
        "Change the rule host_c → host_a: it lets 5150/tcp through, and 5170/tcp is needed. Its source port is 4500.",
    ),
    (changed(), None, Concern.FIREWALL, "Change the rule host_c → host_a: it lets 5150/tcp through."),
    # What no connection list shows.
    *(
        (with_server(ports=(port(5150, purpose=purpose),)), None, Concern.OUTSIDE, None)
        for purpose in (
            Purpose.SIP,
            Purpose.MEDIA,
            Purpose.MANAGEMENT,
            Purpose.HTTP,
            Purpose.CTI_LINK,
            Purpose.LICENCE,
            Purpose.DATABASE,
        )
    ),
    (
        with_server(type="Configuration Server"),
        None,
        Concern.OUTSIDE,
        "Ask who else has the number written down. In the catalogue it is used by: every server and every user "
        "interface. Clients are started with -host, -port and -app. One site was seen to use 2025.",
    ),
]


@pytest.mark.parametrize(("plan", "to", "concern", "todo"), ONE_MORE)
def test_one_more_thing_to_do(plan, to, concern, todo):
    found = [step.todo for step in ripple(plan, "server", to=to).steps if step.concern is concern]
    assert todo in found if todo else found


def test_phones_and_voip_service_dns_are_said_to_be_unseen():
    plan = with_server(type="SIP Server", ports=(port(5060, "sip", purpose=Purpose.SIP, transport=Transport.UDP),))
    outside = [step.todo for step in ripple(plan, "server", "sip").steps if step.concern is Concern.OUTSIDE]
    assert "VoIP Service DNs" in outside[0]
    assert "no connection shows them" in outside[0]


@pytest.mark.parametrize("concern", [Concern.TAKEN, Concern.SETTING, Concern.OUTSIDE])
def test_nothing_is_made_up(concern):
    assert concern not in {step.concern for step in ripple(PLAN, "server", to=5170).steps}


def test_a_range_moves_as_a_whole():
    plan = with_server(ports=(port(20000, last=20099),))
    assert (
        told(plan, "server", to=30000)[0][2]
        == "Give the port id default the number 30000-30099: it has 20000-20099/tcp."
    )


def test_to_where_it_is():
    assert ripple(PLAN, "server", to=5150).steps == ()


@pytest.mark.parametrize(("asked", "found"), [(5150, ["server", "server_b"]), ("5160", ["other"])])
def test_a_number_stands_for_every_port_that_has_it(asked, found):
    assert [one.application for one in ripple(PLAN, asked).ports] == found


def test_a_number_inside_a_range():
    assert [one.port for one in ripple(with_server(ports=(port(20000, last=20099),)), 20050).ports] == [20000]


def test_an_application_may_be_called_like_a_number():
    plan = PLAN.add("5150", host="host_c", port=7000)
    assert [one.port for one in ripple(plan, "5150").ports] == [7000]


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        (("sever",), UnknownApplicationError, "Did you mean 'server'?"),
        (("server", "third"), UnknownPortIdError, "'third'"),
        ((0,), InvalidPortError, "'0'"),
        ((70000,), InvalidPortError, "'70000'"),
        (("9" * 5000,), UnknownApplicationError, "has no application"),
        (
            (5153,),
            UnknownNumberError,
            "Nothing in the plan listens on 5153. The nearest that are planned: 5151/tcp (server on host_a), 5150/tcp "
            "(server on host_a), 5150/tcp (server_b on host_b).",
        ),
    ],
)
def test_nothing_to_move(asked, error, text):
    with pytest.raises(error) as caught:
        ripple(PLAN, *asked)
    assert text in str(caught.value)


def test_a_number_no_port_has():
    with pytest.raises(InvalidPortError):
        ripple(PLAN, "server", to=70000)
    with pytest.raises(UnknownNumberError, match="It plans no port at all"):
        ripple(Deployment(), 5150)


CAPTIONS = [
    (("server",), {}, "Who must change if port 5150/tcp of server on host_a moves"),
    (("server",), {"to": 5170}, "Who must change if port 5150/tcp of server on host_a moves to 5170"),
    ((5150,), {}, "Who must change if port 5150 moves: 2 ports have it"),
    ((5150,), {"to": 5170}, "Who must change if port 5150 moves to 5170: 2 ports have it"),
]


@pytest.mark.parametrize(("asked", "options", "caption"), CAPTIONS)
def test_shown_as_a_table(asked, options, caption):
    table = ripple(PLAN, *asked, **options).table()
    assert table.caption == caption
    assert table.columns == ("Concerns", "Application", "Host", "What to do", "Row")
    assert table.rows[0][-1] == "p.csv, row 2"


def test_the_caption_of_a_range():
    plan = with_server(ports=(port(20000, last=20099),))
    assert ripple(plan, "server").table().caption == "Who must change if port 20000-20099/tcp of server on host_a moves"


def test_as_json():
    found = json.loads(json.dumps(ripple(PLAN, "server", to=5170).as_json()))
    assert found["to"] == 5170
    assert found["ports"] == [
        {
            "host": "host_a",
            "application": "server",
            "port_id": "default",
            "port": 5150,
            "last": None,
            "transport": "tcp",
        }
    ]
    assert found["steps"][0] == {
        "concern": "the port itself",
        "application": "server",
        "host": "host_a",
        "to_do": "Give the port id default the number 5170: it has 5150/tcp.",
        "rows": [{"file": "p.csv", "sheet": "", "row": 2}],
    }


def test_a_number_that_many_have_takes_time_in_proportion():
    hosts = tuple(Host(name=f"h{n}") for n in range(2000))
    applications = tuple(
        Application(name=f"a{n}", host=f"h{n}", ports=(port(5150), port(5151, "sip"))) for n in range(2000)
    )
    calls = tuple(Connection(client=f"a{n}", server=f"a{(n + 1) % 2000}") for n in range(2000))
    started = time.process_time()
    found = ripple(Deployment(hosts=hosts, applications=applications, connections=calls), 5150, to=5151)
    assert sum(step.concern is Concern.TAKEN for step in found.steps) == 2000
    assert sum(step.concern is Concern.FIREWALL for step in found.steps) == 2000
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("component", "transport", "told"),
    [
        ("Switch", "tcp", "Administrators type here"),
        ("Switch", "udp", "Network management systems ask here"),
        ("SNMP Master Agent", "tcp", "Sub-agents name this number"),
        ("SNMP Master Agent", "udp", "Network management systems ask here"),
        ("Network Management System", "udp", "Whoever sends traps names this number"),
        ("T-Server", "udp", "Network management systems ask here"),
        ("", "tcp", "Network management systems ask here"),
    ],
)
def test_who_has_the_number_of_a_management_port(component, transport, told):
    plan = Deployment().add("one", type=component, host="h", port=7000, transport=transport, purpose="management")
    outside = [step.todo for step in ripple(plan, "one").steps if step.concern is Concern.OUTSIDE]
    assert outside[0].startswith(told)
