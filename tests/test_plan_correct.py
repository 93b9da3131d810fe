"""`accept`: what a check proposes is what changes, and nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import InvalidPortError, UnknownApplicationError, UnknownPortIdError
from genesys_ports.model import Application, Block, Connection, Deployment, Host, ListeningPort, Platform, Transport
from genesys_ports.origin import Origin, Place
from genesys_ports.plan.check import check
from genesys_ports.plan.correct import accept
from genesys_ports.plan.findings import Change, Finding, Severity


def finding(*change: object) -> Finding:
    return Finding(
        code="GP101",
        severity=Severity.ERROR,
        message="Two on one.",
        why="One runs.",
        source="",
        change=Change(*change) if change else None,  # type: ignore[arg-type]
    )


PLAN = Deployment(
    name="p",
    hosts=(Host(name="h", address="10.0.0.2"),),
    applications=(
        Application(name="a", host="h", backup="b", ports=(ListeningPort(number=5150),), server_info_port=5150),
        Application(
            name="b",
            host="h",
            ports=(
                ListeningPort(number=5150, transport=Transport.UDP, address="10.0.0.2"),
                ListeningPort(number=20000, last=20099, port_id="media"),
            ),
        ),
    ),
    connections=(Connection(client="a", server="b", client_port=4500),),
    blocks=(Block(first=5100, last=5199, host="h"),),
    origin=Origin(ports={("a", "default"): Place("p.csv", "", 2)}),
)


def numbers(plan: Deployment) -> list[str]:
    return [str(port) for _, port in plan.ports()]


CASES = [
    ([], ["5150/tcp", "5150/udp", "20000-20099/tcp"]),
    ([()], ["5150/tcp", "5150/udp", "20000-20099/tcp"]),
    ([("a", "default", 5151)], ["5151/tcp", "5150/udp", "20000-20099/tcp"]),
    ([("b", "default", 5151), ()], ["5150/tcp", "5151/udp", "20000-20099/tcp"]),
    ([("b", "media", 30000), ("b", "default", 1)], ["5150/tcp", "1/udp", "30000-30099/tcp"]),
    # One port twice: the first counts.
    ([("a", "default", 5151), ("a", "default", 5152)], ["5151/tcp", "5150/udp", "20000-20099/tcp"]),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_accept(changes, expected):
    accepted = accept(PLAN, [finding(*change) for change in changes])
    assert numbers(accepted) == expected
    assert accepted.origin is PLAN.origin


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("c", "default", 5151), UnknownApplicationError),
        (("a", "media", 5151), UnknownPortIdError),
        (("a", "default", 0), InvalidPortError),
        (("b", "media", 65500), InvalidPortError),
    ],
)
def test_findings_of_another_plan(change, error):
    with pytest.raises(error):
        accept(PLAN, [finding(*change)])


def test_of_two_ports_with_one_id_the_first_moves():
    twice = Application(name="a", host="h", ports=(ListeningPort(number=1), ListeningPort(number=2)))
    plan = Deployment(hosts=(Host(name="h"),), applications=(twice,))
    assert numbers(accept(plan, [finding("a", "default", 3)])) == ["3/tcp", "2/tcp"]


CHANGES = st.lists(
    st.tuples(
        st.sampled_from([("a", "default"), ("b", "default"), ("b", "media")]),
        st.integers(1, 65000),
    ),
    unique_by=lambda change: change[0],
)


@given(CHANGES)
def test_all_at_once_is_one_after_the_other_and_nothing_else_changes(changes):
    findings = [finding(*where, to) for where, to in changes]
    expected = PLAN
    for (application, port_id), to in changes:
        expected = expected.move(application, to, port_id)
    accepted = accept(PLAN, findings)
    assert accepted == expected
    assert accept(accepted, findings) == accepted
    back = [finding(*where, PLAN.application(where[0]).port(where[1]).number) for where, _ in changes]
    assert accept(accepted, back) == PLAN


def test_ten_thousand_proposals_take_a_second_or_two():
    ports = tuple(ListeningPort(number=1 + n, port_id=str(n)) for n in range(10_000))
    plan = Deployment(hosts=(Host(name="h"),), applications=(Application(name="a", host="h", ports=ports),))
    started = time.process_time()
    accepted = accept(plan, [finding("a", str(n), 20_000 + n) for n in range(10_000)])
    assert {port.number for _, port in accepted.ports()} == set(range(20_000, 30_000))
    assert time.process_time() - started < 3


# --- with the check: what it proposes, once accepted, leaves no collision

#: What a move can mend. A client's own end and the LCA port of a host are no listening ports: nobody moves those.
COLLISIONS = ("GP101", "GP102", "GP103", "GP105", "GP201", "GP220")


@st.composite
def colliding(draw) -> Deployment:
    """A plan in which little fits: few numbers, few hosts, some of them one machine."""
    hosts = tuple(
        Host(
            name=name,
            address=draw(st.sampled_from([None, "10.0.0.1", "10.0.0.2"])),
            platform=draw(st.sampled_from([None, *Platform])),
            lca_port=draw(st.sampled_from([None, None, 4999, 5151])),
        )
        for name in ("x", "y", "z")
    )
    applications = []
    for n in range(draw(st.integers(1, 7))):
        ports = []
        for port_id in ("default", "second", "third")[: draw(st.integers(0, 3))]:
            number = draw(st.integers(5148, 5153) | st.sampled_from([1024, 4999, 5060, 32767, 60000]))
            last = draw(st.sampled_from([None, None, number + 1, number + 30]))
            address = draw(st.sampled_from(["", "", "0.0.0.0", "10.0.0.1", "::", "::1"]))
            transport = draw(st.sampled_from(Transport))
            ports.append(ListeningPort(number=number, last=last, transport=transport, address=address, port_id=port_id))
        host = draw(st.sampled_from(hosts)).name
        backup, team = draw(st.sampled_from(["", "a0", "a1"])), draw(st.sampled_from(["", "sip"]))
        applications.append(Application(name=f"a{n}", host=host, ports=tuple(ports), backup=backup, team=team))
    names = st.sampled_from([one.name for one in applications])
    ends = st.none() | st.integers(5148, 5153)
    connections = st.builds(Connection, client=names, server=names, client_port=ends, backup_client_port=ends)
    blocks = st.sampled_from([Block(first=5150, last=5155, team="sip"), Block(first=5150, last=5199, host="x")])
    return Deployment(
        hosts=hosts,
        applications=tuple(applications),
        connections=tuple(draw(st.lists(connections, max_size=3))),
        blocks=tuple(draw(st.lists(blocks, max_size=2, unique=True))),
    )


@settings(max_examples=150, deadline=None)
@given(colliding(), st.sampled_from([None, *Platform]))
def test_what_is_accepted_leaves_no_collision(plan, platform):
    findings = check(plan, platform=platform)
    accepted = accept(plan, findings)
    assert not [one for one in check(accepted, platform=platform) if one.code in COLLISIONS]
    assert accept(accepted, findings) == accepted
    # Where all the moved ports go back, it is the same plan: nothing else has changed.
    moved = {(change.application, change.port_id) for one in findings for change in one.changes}
    back = [finding(*key, plan.application(key[0]).port(key[1]).number) for key in moved]
    assert accept(accepted, back) == plan
