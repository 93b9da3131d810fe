"""`accept`: what a check proposes is what changes, and nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.errors import InvalidPortError, UnknownApplicationError, UnknownPortIdError
from genesys_ports.model import Application, Block, Connection, Deployment, Host, ListeningPort, Transport
from genesys_ports.origin import Origin, Place
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
    started = time.monotonic()
    accepted = accept(plan, [finding("a", str(n), 20_000 + n) for n in range(10_000)])
    assert {port.number for _, port in accepted.ports()} == set(range(20_000, 30_000))
    assert time.monotonic() - started < 3
