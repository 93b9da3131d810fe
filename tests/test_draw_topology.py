import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.draw import topology
from genesys_ports.draw.layout import _Map
from genesys_ports.draw.routes import LEFT, RIGHT, Wire, lanes
from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort
from genesys_ports.state import ConnectionState, ConnectionStatus
from tests.test_draw_portmap import drawn

STATES = ("planned", "connected", "closed", "refused", "lost")


def plan_of(*names, hosts=1, connections=()):
    """Applications spread over hosts, each with port 5000 and up."""
    return Deployment(
        name="plan",
        hosts=tuple(Host(name=f"host{index}") for index in range(hosts)),
        applications=tuple(
            Application(name=name, host=f"host{index % hosts}", ports=(ListeningPort(number=5000 + index),))
            for index, name in enumerate(names)
        ),
        connections=tuple(Connection(client=client, server=server) for client, server in connections),
    )


class Lab:
    """As much of a lab as a topology knows."""

    def __init__(self, plan, *states, port=None):
        self.plan, self.states, self.port = plan, states, port

    def connection_states(self):
        for index, one in enumerate(self.plan.connections):
            server = self.plan.application(one.server)
            yield ConnectionState(
                connection=one,
                host=server.host,
                port=self.port or str(server.ports[0]),
                status=ConnectionStatus(self.states[index % len(self.states)]),
            )


def two():
    return plan_of("message_server", "scs", connections=[("scs", "message_server"), ("message_server", "scs")])


def twelve(*states):
    names = [f"application_{index}" for index in range(12)]
    pairs = [(one, "application_0") for one in names[1:]]
    pairs += [
        ("application_1", "application_6"),
        ("application_11", "application_2"),
        ("application_3", "application_7"),
    ]
    pairs += [
        ("application_0", "application_3"),
        ("application_4", "application_8"),
        ("application_4", "application_7"),
    ]
    plan = plan_of(*names, hosts=4, connections=pairs)
    return Lab(plan, *states) if states else plan


TABLE = """\
2 connections. Each arrow leads from a client to the port of its server.
Client          Client's host  Server          Server's host  Port      State
──────────────  ─────────────  ──────────────  ─────────────  ────────  ─────────
scs             host0          message_server  host0          5000/tcp  connected
message_server  host0          scs             host0          5001/tcp  refused"""


def test_table():
    assert str(topology(Lab(two(), "connected", "refused"))) == TABLE


def test_picture_says_what_the_table_says():
    one = topology(twelve("connected", "refused", "lost", "closed"))
    texts = drawn(one)
    for arrow in one.arrows:
        assert {arrow.client, arrow.client_host, arrow.server, arrow.server_host, arrow.port} <= set(texts)
    states = [arrow.state for arrow in one.arrows]
    assert texts.count("✕ refused") == states.count("refused")
    assert texts.count("✕ lost") == states.count("lost")
    assert {"connected", "not connected", "refused", "lost"} <= set(texts)


def test_alt_text_says_it_too():
    html = topology(Lab(two(), "lost"))._repr_html_()
    assert 'alt="Topology: who connects to whom. scs connects to message_server, port 5000/tcp: lost. ' in html
    assert "The same as a table" not in html
    assert "The same as a table" in topology(twelve())._repr_html_()


def test_graph():
    graph = topology(two()).graph()
    assert graph.nodes["scs"]["host"] == "host0"
    assert list(graph.edges(data=True))[1] == ("scs", "message_server", {"port": "5000/tcp", "state": "planned"})


def test_states_differ_without_colour():
    from genesys_ports.draw.layout import LINES
    from genesys_ports.draw.words import CONNECTION_WORDS

    assert set(LINES) == {*STATES, "datagrams"}
    assert len(set(LINES.values())) == len(set(CONNECTION_WORDS.values())) == len(LINES)


def test_one_connection():
    assert topology(plan_of("a", "b", connections=[("a", "b")])).summary().startswith("1 connection.")


def test_a_plan_without_connections_or_applications():
    alone = topology(plan_of("a"))
    assert "The plan has no connection." in drawn(alone)
    assert "<table" not in alone._repr_html_()
    nothing = topology(plan_of())
    assert "The plan has no application to show." in drawn(nothing)
    assert nothing.describe().endswith("The plan has no application to show.")


def test_connections_that_lead_nowhere_are_listed():
    plan = plan_of("a", "b", connections=[("a", "ghost"), ("ghost", "a")])
    plan = plan.connect("a", "b")
    wrong = Deployment(
        hosts=plan.hosts,
        applications=plan.applications,
        connections=(*plan.connections, Connection(client="a", server="b", port_id="none")),
    )
    one = topology(wrong)
    assert [arrow.port for arrow in one.arrows] == ["?", "5000/tcp", "5001/tcp", "?"]
    assert "2 connections are in the table only." in drawn(one)
    one_ghost = topology(plan_of("a", connections=[("a", "ghost")]))
    assert "1 connection is in the table only." in drawn(one_ghost)


def test_a_port_the_client_still_holds_is_shown():
    texts = drawn(topology(Lab(two(), "refused", port="5150/tcp")))
    assert "5150/tcp" in texts
    assert "5000/tcp" not in texts


def test_a_large_plan_is_drawn_in_part():
    names = [f"a{index}" for index in range(60)]
    texts = drawn(topology(plan_of(*names, hosts=9, connections=[("a1", "a59"), ("a1", "a2")])))
    assert "12 more applications are not drawn." in texts
    assert "1 connection is in the table only." in texts
    assert "a47" in texts
    assert "a48" not in texts
    assert "1 more application is not drawn." in drawn(topology(plan_of(*names[:49])))


def test_only_what_has_a_plan():
    with pytest.raises(TypeError, match="this is a NoneType"):
        topology(None)


def test_long_names_break_or_are_cut():
    names = ("solution_control_server_of_the_first_site", "x" * 90)
    texts = drawn(topology(plan_of(*names, connections=[names])))
    assert "solution_control_" in texts[1] or any(text.startswith("solution_control_") for text in texts)
    assert any(text.startswith("xxx") and text.endswith("…") for text in texts)


def boxes(place):
    """The rectangle of every application of a layout."""
    for name, where in place.places.items():
        left = place.column_x[where.column]
        yield name, (left, place.tops[where.row], left + 236, place.bottoms[where.row])


def wires_of(thing):
    return [Wire(arrow.client, arrow.server, arrow.port, arrow.state) for arrow in topology(thing).arrows]


def check_layout(thing):
    hosts = {}
    for one in thing.plan.applications if isinstance(thing, Lab) else thing.applications:
        hosts.setdefault(one.host, []).append(one.name)
    place = _Map(hosts, wires_of(thing))
    rectangles = dict(boxes(place))
    for one, other in combinations(rectangles.values(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    # Corridors run between rows, and no two trunks lie on each other.
    for y in place.corridors.values():
        assert not any(box[1] <= y <= box[3] for box in rectangles.values())
    for (one, first), (other, second) in combinations(place.trunks.items(), 2):
        if one[1] == other[1] and place.lane_x[one] == place.lane_x[other]:
            assert max(first) < min(second) or max(second) < min(first)
    # Nothing leaves or meets a side of one application at the same height.
    for name in place.places:
        for side in (LEFT, RIGHT):
            heights = [place.chip_y(name, side, chip) for chip in place.chips.get((name, side), ())]
            heights += [
                place.exit_y(net, wire)
                for net in place.nets
                for wire in net.wires
                if wire.client == name and place.leaving(wire) == side and net.state not in ("refused", "lost")
            ]
            assert len(set(heights)) == len(heights)
    return place


def test_nothing_overlaps():
    for thing in (two(), twelve(), twelve("connected", "refused", "lost", "closed")):
        check_layout(thing)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=30),
    st.lists(st.sampled_from(STATES[1:]), min_size=1),
)
def test_nothing_overlaps_in_any_plan(hosts, pairs, states):
    names = [f"a{index}" for index in range(16)]
    unique = list(dict.fromkeys((names[one], names[other]) for one, other in pairs))
    check_layout(Lab(plan_of(*names, hosts=hosts, connections=unique), *states))


def test_lanes():
    assert lanes([(0, 10), (5, 15), (40, 50)]) == [0, 1, 0]
    assert lanes([]) == []


@pytest.mark.parametrize("name", ["<script>", "$x$", "a--b", "\u202e\x00", "😀", "=1+1", "a b" * 99])
def test_hostile_names(name, tmp_path):
    one = topology(plan_of(name, "peer", connections=[(name, "peer"), ("peer", name)]))
    ET.fromstring(one.to_svg())
    assert "<script" not in one._repr_html_()
    assert one.save(tmp_path / "t.csv").read_text(encoding="utf-8").count("\n") == 3


def test_over_udp_nobody_connects():
    plan = Deployment(name="polls").add("nms", host="a", port=162, transport="udp", purpose="management")
    plan = plan.add("scs", host="a", port=3600, connects_to="nms")
    one = topology(Lab(plan, "closed"))
    assert [(arrow.port, arrow.state) for arrow in one.arrows] == [("162/udp", "datagrams")]
    assert "over UDP" in str(one)
    assert "over UDP" in drawn(one)
