"""`diff`: what changed between two plans, each change once, and never because of the order of rows."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.model import (
    Application,
    Block,
    Connection,
    Deployment,
    Host,
    ListeningPort,
    Platform,
    Purpose,
    Switch,
    Transport,
    VoicePort,
)
from genesys_ports.origin import Origin, Place
from genesys_ports.plan.diff import diff


def port(number: int, port_id: str = "default", **rest: Any) -> ListeningPort:
    return ListeningPort(number=number, port_id=port_id, **rest)


PLAN = Deployment(
    name="v6",
    hosts=(Host(name="a", address="10.0.0.1", platform=Platform.LINUX), Host(name="b")),
    applications=(
        Application(name="ms", host="a", type="Message Server", ports=(port(5150), port(161, "snmp"))),
        Application(name="scs", host="a", ports=(port(3600),), backup="scs_b"),
        Application(name="scs_b", host="b", ports=(port(3600),)),
    ),
    connections=(Connection(client="scs", server="ms"), Connection(client="scs_b", server="ms", client_port=4500)),
    blocks=(Block(first=5100, last=5199, host="a"), Block(first=6000, last=6099, team="sip")),
    switches=(Switch(name="PBX", voice_ports=(VoicePort(label="7001", device="PBX"),)),),
)


def changed(name: str, **parts: Any) -> Deployment:
    """The plan with one application changed."""
    return replace(PLAN, applications=tuple(replace(o, **parts) if o.name == name else o for o in PLAN.applications))


def told(old: Deployment, new: Deployment) -> list[tuple[str, ...]]:
    return [(str(one.kind), str(one.part), one.what, one.before, one.after) for one in diff(old, new)]


MS, SCS, SCS_B = PLAN.applications
FIRST, SECOND = PLAN.connections

CASES = [
    (PLAN, []),
    (replace(PLAN, name="v7", origin=Origin(hosts={"a": Place("p.csv", "", 2)})), []),
    # Hosts.
    (replace(PLAN, hosts=(*PLAN.hosts, Host(name="c"))), [("added", "host", "c", "", "")]),
    (
        replace(PLAN, hosts=(*PLAN.hosts, Host(name="c", address="10.0.0.9", lca_port=4999))),
        [("added", "host", "c", "", "address 10.0.0.9, LCA port 4999")],
    ),
    (
        replace(PLAN, hosts=(Host(name="a", address="10.0.0.2", platform=Platform.LINUX), PLAN.hosts[1])),
        [("changed", "host", "a", "address 10.0.0.1", "address 10.0.0.2")],
    ),
    (
        replace(PLAN, hosts=(PLAN.hosts[0], Host(name="b", platform=Platform.WINDOWS, lca_port=4999))),
        [("changed", "host", "b", "platform none, LCA port none", "platform windows, LCA port 4999")],
    ),
    # Applications.
    (
        PLAN.add("new", host="b", port=7000),
        [
            ("added", "application", "new", "", "host b"),
            ("added", "port", "new: default", "", "7000, tcp, communication"),
        ],
    ),
    (
        PLAN.remove("ms"),
        [
            ("removed", "application", "ms", "host a, type Message Server", ""),
            ("removed", "port", "ms: snmp", "161, tcp, communication", ""),
            ("removed", "port", "ms: default", "5150, tcp, communication", ""),
            ("removed", "connection", "scs → ms", "", ""),
            ("removed", "connection", "scs_b → ms", "port=4500", ""),
        ],
    ),
    (changed("ms", host="b"), [("moved", "application", "ms", "host a", "host b")]),
    (
        changed("ms", dn="2000"),
        [("changed", "application", "ms", "DN none", "DN 2000")],
    ),
    (
        changed("ms", host="b", team="sip"),
        [("moved", "application", "ms", "host a, team none", "host b, team sip")],
    ),
    (
        changed("ms", type="", server_info_port=5150),
        [
            (
                "changed",
                "application",
                "ms",
                "type Message Server, port of Server Info none",
                "type none, port of Server Info 5150",
            )
        ],
    ),
    # Ports.
    (PLAN.move("ms", 5151), [("renumbered", "port", "ms: default", "5150", "5151")]),
    (
        changed("ms", ports=(port(5150, last=5159), port(161, "snmp"))),
        [("renumbered", "port", "ms: default", "5150", "5150-5159")],
    ),
    (
        changed("ms", ports=(port(5150, transport=Transport.TLS), port(161, "snmp"))),
        [("changed", "port", "ms: default", "tcp", "tls")],
    ),
    (
        changed("ms", ports=(port(5151, address="10.0.0.1"), port(161, "snmp", purpose=Purpose.MANAGEMENT))),
        [
            ("changed", "port", "ms: snmp", "communication", "management"),
            ("renumbered", "port", "ms: default", "5150, address none", "5151, address 10.0.0.1"),
        ],
    ),
    (
        changed("ms", ports=(port(5150),)),
        [("removed", "port", "ms: snmp", "161, tcp, communication", "")],
    ),
    (
        changed("ms", ports=(*MS.ports, port(5151, "two"))),
        [("added", "port", "ms: two", "", "5151, tcp, communication")],
    ),
    (
        changed("ms", ports=(port(5150), port(161, "agent"))),
        [("renamed", "port", "ms: agent", "snmp", "agent (a guess: it has the same number and transport)")],
    ),
    # Connections.
    (replace(PLAN, connections=(FIRST,)), [("removed", "connection", "scs_b → ms", "port=4500", "")]),
    (PLAN.connect("ms", "scs"), [("added", "connection", "ms → scs", "", "")]),
    (
        replace(
            PLAN,
            connections=(
                replace(FIRST, backup_client_port=4501, client_address="10.0.0.7", secure=False),
                replace(SECOND, client_port=4600, secure=True),
            ),
        ),
        [
            (
                "changed",
                "connection",
                "scs → ms",
                "backup-port=none, address=none, tls=none",
                "backup-port=4501, address=10.0.0.7, tls=0",
            ),
            ("changed", "connection", "scs_b → ms", "port=4500, tls=none", "port=4600, tls=1"),
        ],
    ),
    (
        PLAN.connect("scs", "ms", "snmp"),
        [("added", "connection", "scs → ms:snmp", "", "")],
    ),
    # HA pairs.
    (changed("scs", backup=""), [("removed", "HA pair", "scs", "scs_b", "")]),
    (changed("scs", backup="ms"), [("changed", "HA pair", "scs", "scs_b", "ms")]),
    (changed("ms", backup="scs_b"), [("added", "HA pair", "ms", "", "scs_b")]),
    # Blocks, and the voice ports of switches.
    (
        replace(PLAN, blocks=(Block(first=5100, last=5149, host="a"), Block(first=7000, last=7099, team="gvp"))),
        [
            ("changed", "block", "host a", "5100-5199", "5100-5149"),
            ("added", "block", "team gvp", "", "7000-7099"),
            ("removed", "block", "team sip", "6000-6099", ""),
        ],
    ),
    (
        replace(PLAN, switches=()),
        [("removed", "voice port", "PBX: 7001", "station port 7001 of PBX", "")],
    ),
]


@pytest.mark.parametrize(("new", "expected"), CASES)
def test_diff(new, expected):
    assert told(PLAN, new) == expected
    assert bool(diff(PLAN, new)) == bool(expected)
    assert len(diff(PLAN, new)) == len(diff(new, PLAN)) == len(expected)


SAME_PORTS = " (a guess: it has the same ports on the same host)"


def renamed_everywhere(plan: Deployment, before: str, after: str) -> Deployment:
    def name(text: str) -> str:
        return after if text == before else text

    return replace(
        plan,
        hosts=tuple(replace(one, name=name(one.name)) for one in plan.hosts),
        applications=tuple(
            replace(one, name=name(one.name), host=name(one.host), backup=name(one.backup)) for one in plan.applications
        ),
        connections=tuple(replace(one, client=name(one.client), server=name(one.server)) for one in plan.connections),
        blocks=tuple(replace(one, host=name(one.host)) for one in plan.blocks),
    )


RENAMED = [
    ("ms", "message_server", "application", "message_server" + SAME_PORTS),
    ("scs", "scs_p", "application", "scs_p" + SAME_PORTS),
    ("scs_b", "scs_2", "application", "scs_2" + SAME_PORTS),
    ("a", "gen-01", "host", "gen-01 (a guess: it has the same address)"),
    ("b", "gen-02", "host", "gen-02 (a guess: it has the same applications)"),
]


@pytest.mark.parametrize(("before", "after", "part", "text"), RENAMED)
def test_a_new_name_is_followed_everywhere(before, after, part, text):
    new = renamed_everywhere(PLAN, before, after)
    assert told(PLAN, new) == [("renamed", part, after, before, text)]


def test_host_application_and_port_id_renamed_at_once():
    new = renamed_everywhere(renamed_everywhere(PLAN, "a", "gen-01"), "ms", "message_server")
    first, *rest = new.applications
    first = replace(first, ports=(port(5150, "main"), port(161, "snmp")))
    connections = tuple(replace(one, port_id="main") for one in new.connections)
    new = replace(new, applications=(first, *rest), connections=connections)
    assert [(kind, part) for kind, part, *_ in told(PLAN, new)] == [
        ("renamed", "host"),
        ("renamed", "application"),
        ("renamed", "port"),
    ]


def test_a_guess_is_left_out_where_two_names_would_fit():
    two = Deployment(
        hosts=(Host(name="h"),),
        applications=tuple(Application(name=name, host="h", ports=(port(1),)) for name in ("x", "y")),
    )
    one = replace(two, applications=(Application(name="z", host="h", ports=(port(1),)),))
    assert [kind for kind, part, *_ in told(two, one) if part == "application"] == ["added", "removed", "removed"]
    assert "renamed" not in {kind for kind, *_ in told(one, two)}


def test_without_ports_or_address_nothing_is_guessed():
    old = Deployment(hosts=(Host(name="h"),), applications=(Application(name="x", host="h"),))
    new = Deployment(hosts=(Host(name="g"),), applications=(Application(name="y", host="g"),))
    assert [kind for kind, *_ in told(old, new)] == ["added", "removed", "added", "removed"]


def test_the_rows_of_both_plans():
    def read_from(file: str, plan: Deployment) -> Deployment:
        rows = {("ms", "default"): Place(file, "", 2)}
        return replace(plan, origin=Origin(ports=rows, connections={FIRST: Place(file, "S", 9)}))

    new = replace(PLAN.move("ms", 5151), connections=(SECOND,))
    changes = diff(read_from("old.csv", PLAN), read_from("new.csv", new)).changes
    assert [one.rows for one in changes] == [
        (Place("old.csv", "", 2), Place("new.csv", "", 2)),
        (Place("old.csv", "S", 9),),
    ]


def test_as_a_table_and_as_json():
    found = diff(PLAN, replace(PLAN.move("ms", 5151), name="v7"))
    assert found.table().caption == "v6 → v7: 1 change"
    assert found.table().columns == ("Change", "What", "Name", "Before", "After")
    assert found.table().rows == (("renumbered", "port", "ms: default", "5150", "5151"),)
    assert json.loads(json.dumps(found.as_json())) == {
        "old": "v6",
        "new": "v7",
        "changes": [
            {
                "kind": "renumbered",
                "part": "port",
                "what": "ms: default",
                "before": "5150",
                "after": "5151",
                "rows": [],
            }
        ],
    }
    assert diff(PLAN, PLAN).table().caption == "v6 → v6: nothing differs"
    assert diff(PLAN, PLAN.remove("ms")).table().caption == "v6 → v6: 5 changes"


NAMES = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def ports(draw) -> tuple[ListeningPort, ...]:
    numbers = draw(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(Transport)), max_size=3))
    return tuple(port(number, str(n), transport=transport) for n, (number, transport) in enumerate(numbers))


@st.composite
def plans(draw) -> Deployment:
    hosts = draw(st.lists(NAMES, unique=True, min_size=1))
    names = draw(st.lists(NAMES, unique=True))
    return Deployment(
        hosts=tuple(Host(name=name, address=draw(st.sampled_from([None, "1.1.1.1", "1.1.1.2"]))) for name in hosts),
        applications=tuple(
            Application(
                name=name,
                host=draw(st.sampled_from(hosts)),
                backup=draw(st.sampled_from(["", "a"])),
                ports=draw(ports()),
            )
            for name in names
        ),
        connections=tuple(
            draw(
                st.lists(
                    st.builds(Connection, client=NAMES, server=NAMES, client_port=st.none() | st.integers(1, 3)),
                    unique=True,
                    max_size=5,
                )
            )
        ),
        blocks=tuple(
            draw(st.lists(st.builds(Block, first=st.integers(1, 2), last=st.just(3), host=NAMES), max_size=3))
        ),
    )


def sorted_parts(plan: Deployment) -> list[Any]:
    return [
        *(sorted(map(repr, part)) for part in (plan.hosts, plan.connections, plan.blocks)),
        sorted(repr(replace(one, ports=tuple(sorted(one.ports, key=repr)))) for one in plan.applications),
    ]


@settings(max_examples=150, deadline=None)
@given(plans(), st.randoms(use_true_random=False))
def test_order_counts_for_nothing(plan, random):
    def shuffled(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(things, len(things)))

    other = Deployment(
        hosts=shuffled(plan.hosts),
        applications=tuple(replace(one, ports=shuffled(one.ports)) for one in shuffled(plan.applications)),
        connections=shuffled(plan.connections),
        blocks=shuffled(plan.blocks),
    )
    assert not diff(plan, other)


@settings(max_examples=150, deadline=None)
@given(plans(), plans())
def test_nothing_differs_only_between_equal_plans(old, new):
    assert bool(diff(old, new)) == (sorted_parts(old) != sorted_parts(new))


def test_ten_thousand_ports_take_a_second_or_two():
    plan = Deployment(
        hosts=(Host(name="h"),),
        applications=tuple(Application(name=str(n), host="h", ports=(port(1 + n),)) for n in range(10_000)),
        connections=tuple(Connection(client=str(n), server=str(n - 1)) for n in range(10_000)),
    )
    other = replace(plan, applications=tuple(replace(one, name=f"new {one.name}") for one in plan.applications[::-1]))
    started = time.process_time()
    # Each application renamed, each connection gone and another come.
    assert len(diff(plan, other)) == 30_000
    assert time.process_time() - started < 5
