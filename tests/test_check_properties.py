"""Collisions against pairs looked at one by one, proposals carried out, and plans whose sockets are really opened."""

import errno
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.binding import Outcome, who_blocks
from genesys_ports.model import Application, Block, Connection, Deployment, Host, ListeningPort, Platform, Transport
from genesys_ports.plan import accept, check
from genesys_ports.plan.findings import Severity
from genesys_ports.plan.rules.choices import MENDED
from genesys_ports.plan.rules.meeting import Socket, groups
from tests.helpers import own_number


def has_ipv6():
    """Whether this machine has ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


ADDRESSES = ["", "*", "0.0.0.0", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2", "::", "[::]", "::1", "0:0::1", "h.example"]
ADDRESSES += ["fe80::1%eth0", "fe80::1%eth1", "fe80::1"]
#: Codes of ports that are in each other's way for certain.
CLASHES = {"GP101", "GP102", "GP103", "GP105", "GP201", "GP220", "GP310", "GP311"}

PLATFORMS = st.sampled_from([None, *Platform])


@st.composite
def listening(draw, addresses=ADDRESSES, most=12):
    first = draw(st.integers(5000, 5000 + most))
    last = draw(st.sampled_from([None, None, None, first + 1, first + 4]))
    transport = draw(st.sampled_from(Transport))
    return ListeningPort(number=first, last=last, transport=transport, address=draw(st.sampled_from(addresses)))


def linked(ports, platform, wanted):
    """Groups of ports linked by pairs of one of these outcomes, found the slow way."""
    heads = list(range(len(ports)))
    for i, j in combinations(range(len(ports)), 2):
        if who_blocks(ports[i], ports[j], platform).outcome in wanted:
            old, new = heads[j], heads[i]
            heads = [new if head == old else head for head in heads]
    together = {}
    for i, head in enumerate(heads):
        together.setdefault(head, set()).add(i)
    return {frozenset(group) for group in together.values() if len(group) > 1}


@settings(deadline=None, max_examples=150)
@given(st.lists(listening(), max_size=9), PLATFORMS, st.sampled_from([Transport.TCP, Transport.UDP]), st.booleans())
def test_groups_are_those_of_the_pairs(ports, platform, transport, perhaps):
    ports = [replace(port, transport=transport) for port in ports]
    sockets = [Socket(port.number, port.last or port.number, port.address, i) for i, port in enumerate(ports)]
    found = {frozenset(one.owner for one in group) for group in groups(sockets, transport, platform, perhaps=perhaps)}
    wanted = [Outcome.CLASH, Outcome.DEPENDS] if perhaps else [Outcome.CLASH]
    assert found == linked(ports, platform, wanted)


@st.composite
def badly_chosen(draw):
    """A number that somebody else has, or that nobody should have."""
    number = draw(st.sampled_from([900, 3306, 4999, 5060, 33000, 40000, 50000, 65000]))
    last = draw(st.sampled_from([None, None, number + 2]))
    purpose = draw(st.sampled_from(["communication", "sip", "media"]))
    return ListeningPort(number=number, last=last, purpose=purpose, transport=draw(st.sampled_from(Transport)))


@st.composite
def plans(draw, addresses=("", "10.0.0.1", "::1")):
    """Plans with few numbers, so that nearly everything gets in each other's way: pairs, blocks, clients' ends, LCA."""
    systems = st.sampled_from([None, *Platform])
    hosts = [
        Host(
            name=f"h{i}",
            address=draw(st.sampled_from([None, "10.0.0.9"])),
            platform=draw(systems),
            lca_port=draw(st.sampled_from([None, 4999, 1999])),
        )
        for i in range(3)
    ]
    applications = []
    for i in range(draw(st.integers(0, 7))):
        ports = draw(st.lists(listening(addresses, 4) | badly_chosen(), max_size=3))
        applications.append(
            Application(
                name=f"app_{i}",
                host=f"h{draw(st.integers(0, 2))}",
                type=draw(st.sampled_from(["", "Message Server", "LCA", "SIP Server", "Anything"])),
                ports=tuple(replace(port, port_id="default" if n == 0 else f"id{n}") for n, port in enumerate(ports)),
                backup=draw(st.sampled_from(["", "", "app_0", "app_1", "nobody"])),
                team=draw(st.sampled_from(["", "voice"])),
            )
        )
    names = st.sampled_from([one.name for one in applications] or ["nobody"])
    connections = [
        Connection(
            client=draw(names),
            server=draw(names),
            client_port=draw(st.sampled_from([None, 5000, 5001])),
            backup_client_port=draw(st.sampled_from([None, 5002])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    blocks = draw(
        st.lists(
            st.sampled_from([Block(first=5000, last=5010, host="h0"), Block(first=5000, last=5004, team="voice")]),
            max_size=2,
        )
    )
    return Deployment(
        hosts=tuple(hosts),
        applications=tuple(applications),
        connections=tuple(connections),
        blocks=tuple(blocks),
    )


@settings(deadline=None, max_examples=200)
@given(plans(), PLATFORMS)
def test_a_plan_of_its_proposals_has_no_collision(plan, platform):
    findings = check(plan, platform=platform)
    mended = check(accept(plan, findings), platform=platform)
    # The number of a client's own end is only told: no change could move it.
    left = [one for one in mended if not any(port.port_id == "" for port in one.ports)]
    assert not {"GP101", "GP102", "GP103", "GP104", "GP105", "GP201", "GP220"} & {one.code for one in left}, mended
    assert _kinds(mended) <= _kinds(findings)


@settings(deadline=None, max_examples=150)
@given(plans(), PLATFORMS)
def test_a_port_has_one_proposed_number_and_it_mends_what_was_found(plan, platform):
    findings = check(plan, platform=platform)
    changes = {change for one in findings for change in one.changes}
    assert len({change[:2] for change in changes}) == len(changes)
    left = {}
    for one in check(accept(plan, findings), platform=platform):
        left.setdefault(one.code, set()).update(port[1:3] for port in one.ports)
    for one in findings:
        if one.code in MENDED:
            moved = {change[:2] for change in one.changes} & {port[1:3] for port in one.ports}
            assert not moved & left.get(one.code, set()), one


@settings(deadline=None, max_examples=100)
@given(plans(), PLATFORMS)
def test_what_is_accepted_is_not_proposed_again(plan, platform):
    first = check(plan, platform=platform)
    once = accept(plan, first)
    second = check(once, platform=platform)
    # Where there was no room, what has moved away may have made some.
    if not any(" left" in one.proposal for one in first):
        assert not _moving(first) & _moving(second), second
    assert not _moving(check(accept(once, second), platform=platform))


def _moving(findings):
    return {one.code for one in findings if one.changes}


def _kinds(findings):
    # Whether a server or a second client has the number of a client's end: it is taken.
    return {"GP310" if one.code == "GP311" else one.code for one in findings.errors}


@settings(deadline=None, max_examples=60)
@given(plans())
def test_nothing_is_told_twice_and_the_order_is_that_of_gravity(plan):
    findings = check(plan)
    assert len(set(findings)) == len(findings)
    order = list(Severity)
    assert [order.index(one.severity) for one in findings] == sorted(order.index(one.severity) for one in findings)
    assert findings == check(plan)


# --- real sockets

SOCKETS = ["127.0.0.1", "127.0.0.2", "0.0.0.0", *(["::1", "::"] if has_ipv6() else [])]
TRIES = 5


@st.composite
def sockets(draw):
    """What is to be opened on one machine: which of three numbers, how, on which address, for listening or calling."""
    how = st.sampled_from(["tcp", "tcp", "udp", "tls", "call"])
    return draw(st.lists(st.tuples(st.integers(0, 2), how, st.sampled_from(SOCKETS)), max_size=5))


def all_open(wanted, numbers):
    """Whether every one of these sockets opens beside the others."""
    with ExitStack() as stack:
        for index, how, address in wanted:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            kind = socket.SOCK_DGRAM if how == "udp" else socket.SOCK_STREAM
            one = stack.enter_context(socket.socket(family, kind))
            try:
                one.bind((address, numbers[index]))
                if how in ("tcp", "tls"):
                    one.listen()
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                return False
    return True


def plan_of(wanted, numbers):
    applications = [Application(name="far", host="elsewhere", ports=(ListeningPort(number=5000),))]
    connections = []
    for i, (index, how, address) in enumerate(wanted):
        ports: tuple[ListeningPort, ...] = ()
        if how == "call":
            connections.append(
                Connection(client=f"app_{i}", server="far", client_port=numbers[index], client_address=address)
            )
        else:
            ports = (ListeningPort(number=numbers[index], transport=how, address=address),)
        applications.append(Application(name=f"app_{i}", host="here", ports=ports))
    hosts = (Host(name="here", platform=Platform.LINUX), Host(name="elsewhere"))
    return Deployment(hosts=hosts, applications=tuple(applications), connections=tuple(connections))


@pytest.mark.skipif(sys.platform != "linux", reason="measures what Linux does")
@settings(deadline=None, max_examples=100)
@given(sockets())
def test_a_plan_has_a_clash_if_and_only_if_a_socket_is_refused(wanted):
    for _ in range(TRIES):
        numbers = [own_number() for _ in range(3)]
        opened = all_open(wanted, numbers)
        clashes = CLASHES & set(check(plan_of(wanted, numbers)).codes)
        # A stranger may have taken a number since: others decide.
        if opened or clashes:
            break
    assert opened is not bool(clashes), clashes
