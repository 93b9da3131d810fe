"""`next_free_port`: in the block, not in anybody's way, and never a number nobody should plan."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.binding import Outcome, ephemeral_range, who_blocks
from genesys_ports.errors import InvalidPortError, InvalidValueError, NoFreePortError, UnknownHostError
from genesys_ports.model import (
    Application,
    Block,
    Connection,
    Deployment,
    Host,
    ListeningPort,
    Platform,
    Transport,
)
from genesys_ports.plan import next_free_port
from genesys_ports.plan.free import FreePorts, machines


def plan_of(*ports: str | ListeningPort, platform: Platform | None = None) -> Deployment:
    """A plan with one host `h`; a port is `5150`, `5150-5199`, `5060/udp`, or whole."""
    listening = []
    for index, text in enumerate(ports):
        if isinstance(text, ListeningPort):
            listening.append(text)
            continue
        numbers, _, transport = text.partition("/")
        first, _, last = numbers.partition("-")
        listening.append(
            ListeningPort(
                number=int(first),
                last=int(last) if last else None,
                transport=Transport(transport or "tcp"),
                port_id=str(index),
            )
        )
    return Deployment(
        hosts=(Host(name="h", platform=platform), Host(name="other")),
        applications=(
            Application(name="a", host="h", ports=tuple(listening)),
            Application(name="b", host="other", ports=(ListeningPort(number=5151),)),
        ),
    )


CASES = [
    (plan_of("5150"), 5150, {}, 5151),
    (plan_of("5150", "5151"), 5150, {}, 5152),
    # What everybody takes for something else is no proposal, unless the block leaves nothing besides.
    (plan_of("3305"), 3305, {}, 3307),
    (plan_of("5059"), 5059, {}, 5062),
    (plan_of("3305"), 3305, {"block": range(3305, 3307)}, 3306),
    (plan_of("5150", "5151/udp"), 5150, {}, 5151),
    (plan_of("5150", "5151/tls"), 5150, {}, 5152),
    (plan_of("5150", "5151/tls"), 5150, {"transport": "udp"}, 5151),
    (plan_of("5150-5198"), 5150, {}, 5199),
    (plan_of("5150-5199"), 5150, {}, 5100),
    (plan_of("5199"), 5199, {}, 5100),
    (plan_of("5100-5198", "5199"), 5150, {}, 5200),
    (plan_of("5100-32767"), 5150, {}, 5099),
    (plan_of("5150"), 5150, {"block": range(5150, 5160)}, 5151),
    (plan_of("5150-5159"), 5159, {"block": range(5100, 5160)}, 5100),
    (plan_of(), 7000, {"block": range(5100, 5160)}, 5100),
    (plan_of(), 5100, {"block": range(5100, 5160, 10)}, 5110),
    (plan_of(), 1000, {}, 1024),
    (plan_of(), 80, {}, 1024),
    # Windows guards no number, and those below 1024 belong to something else all the same.
    (plan_of(platform=Platform.WINDOWS), 80, {}, 1024),
    (plan_of("80", "81", platform=Platform.WINDOWS), 80, {"block": range(80, 90)}, 82),
    (plan_of("1024-65535", platform=Platform.WINDOWS), 5150, {}, 1023),
    # Several in a row.
    (plan_of("5150-5153", "5158"), 5150, {"length": 4}, 5154),
    (plan_of("5150-5153", "5157"), 5150, {"length": 4}, 5158),
    (plan_of("5150", "5152", "5156-5199"), 5150, {"length": 3}, 5153),
    (plan_of("5153-5199"), 5150, {"length": 3}, 5100),
    (plan_of("5101-5148", "5153-5199"), 5150, {"length": 3}, 5200),
    (plan_of("5150"), 5150, {"length": 3, "block": range(5148, 5154)}, 5151),
    (plan_of("5150", "5153"), 5150, {"length": 2, "block": range(5147, 5153)}, 5151),
    (plan_of("5150", "5152"), 5150, {"length": 2, "block": range(5147, 5153)}, 5147),
    (plan_of("5100-32767"), 5150, {"length": 90}, 4909),
    (plan_of(), 30000, {"length": 20000}, 10000),
    # 4999 is LCA's default, 5061 SIP over TLS by convention: left out while another is free.
    (plan_of(), 4998, {}, 4900),
    (plan_of("5060"), 5060, {"transport": "udp"}, 5062),
    (plan_of(), 4998, {"block": range(4998, 5000)}, 4999),
    # Outgoing connections: Linux from 32768, Windows from 49152, and both where nobody has said.
    (plan_of(), 40000, {}, 32767),
    (plan_of(platform=Platform.LINUX), 40000, {}, 61000),
    (plan_of(platform=Platform.WINDOWS), 40000, {}, 40001),
    # On every address, or on one of them: in the way all the same.
    (plan_of(ListeningPort(number=5151, address="10.0.0.2")), 5150, {}, 5152),
    (plan_of(ListeningPort(number=5151, address="10.0.0.2"), platform=Platform.WINDOWS), 5150, {}, 5152),
    (plan_of(ListeningPort(number=5151, address="::1")), 5150, {}, 5151),
]


@pytest.mark.parametrize(("plan", "wanted", "options", "expected"), CASES)
def test_next_free_port(plan, wanted, options, expected):
    assert next_free_port(plan, "h", wanted, **options) == expected


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        ({}, 1, 65535),
        ({"block": range(5150, 5153)}, 5150, 5152),
        ({"block": range(40000, 40010)}, 40000, 40009),
        ({"block": range(80, 90)}, 80, 89),
        ({"block": range(5150, 5151)}, 5150, 5150),
        ({"block": range(5153, 5160), "length": 8}, 5153, 5159),
        ({"length": 30000}, 1, 65535),
    ],
)
def test_a_used_up_block(options, first, last):
    with pytest.raises(NoFreePortError) as caught:
        next_free_port(plan_of("5150-5152" if options else "1-65535"), "h", 5150, **options)
    assert str(caught.value) == (
        f"No port from {first} to {last} is left to plan on h. Each is planned already, needs administrator rights, "
        "or serves outgoing connections. Choose a larger block, or another host."
    )


@pytest.mark.parametrize(
    ("host", "wanted", "options", "error"),
    [
        ("nobody", 5150, {}, UnknownHostError),
        ("h", 0, {}, InvalidPortError),
        ("h", 5150, {"transport": "sctp"}, InvalidValueError),
        ("h", 5150, {"block": range(0)}, InvalidPortError),
        ("h", 5150, {"length": 0}, InvalidPortError),
        ("h", 5150, {"length": 65536}, InvalidPortError),
        ("h", 5150, {"block": range(65000, 70000)}, InvalidPortError),
    ],
)
def test_what_cannot_be_asked(host, wanted, options, error):
    with pytest.raises(error):
        next_free_port(plan_of(), host, wanted, **options)


ADDRESSES = st.sampled_from(["", "0.0.0.0", "10.0.0.2", "::", "::1"])
NUMBERS = st.integers(5000, 5250) | st.integers(1, 65535)


@st.composite
def listening(draw) -> ListeningPort:
    first = draw(NUMBERS)
    last = draw(st.none() | st.integers(first, min(65535, first + 200)))
    transport = draw(st.sampled_from(Transport))
    return ListeningPort(number=first, last=last, transport=transport, address=draw(ADDRESSES))


@settings(deadline=None)
@given(
    st.lists(listening(), max_size=12),
    st.sampled_from([None, *Platform]),
    NUMBERS,
    st.sampled_from(Transport),
    st.integers(1, 40),
)
def test_the_number_is_in_nobodys_way(ports, platform, wanted, transport, length):
    number = next_free_port(plan_of(*ports, platform=platform), "h", wanted, transport=transport, length=length)
    last = number + length - 1
    assert not number <= wanted <= last
    assert number >= 1024
    assert not any(one in ephemeral_range(platform) for one in (number, last))
    proposed = ListeningPort(number=number, last=last if length > 1 else None, transport=transport)
    for port in ports:
        assert who_blocks(port, proposed, platform).outcome is Outcome.NO_CLASH
        assert who_blocks(proposed, port, platform).outcome is Outcome.NO_CLASH


def test_a_hundred_thousand_ports_take_seconds_only():
    ports = [ListeningPort(number=1024 + n % 30000, last=32000, port_id=str(n)) for n in range(100_000)]
    plan = plan_of(*ports)
    started = time.process_time()
    assert next_free_port(plan, "h", 5150) == 32001
    assert time.process_time() - started < 5


def test_the_longest_row_is_looked_for_at_once():
    plan = plan_of(*(ListeningPort(number=number, port_id=str(number)) for number in range(1024, 32768, 10_000)))
    started = time.process_time()
    assert next_free_port(plan, "h", 5150, length=9_999) == 11025
    with pytest.raises(NoFreePortError):
        next_free_port(plan, "h", 5150, length=10_000)
    assert time.process_time() - started < 5


# --- many numbers of one plan


TAKEN_ONE_AFTER_THE_OTHER = [
    # Each number is given once …
    ([("h", 5150, {}), ("h", 5150, {}), ("h", 5152, {})], [5151, 5152, 5153]),
    # … by each host and carrier, and TLS runs over TCP.
    ([("h", 5150, {}), ("other", 5150, {}), ("h", 5150, {"transport": "udp"})], [5151, 5152, 5151]),
    ([("h", 5150, {}), ("h", 5150, {"transport": "tls"})], [5151, 5152]),
    # Several in a row are all given.
    ([("h", 5150, {"length": 10}), ("h", 5155, {}), ("h", 5150, {"length": 2})], [5151, 5161, 5162]),
    ([("h", 5150, {"block": range(5151, 5153)}), ("h", 5150, {"block": range(5150, 5153)})], [5151, 5152]),
    # What is given counts on every address.
    ([("h", 5150, {"address": "::1"}), ("h", 5150, {}), ("h", 5150, {"address": "10.0.0.2"})], [5151, 5152, 5153]),
]


@pytest.mark.parametrize(("asked", "expected"), TAKEN_ONE_AFTER_THE_OTHER)
def test_what_has_been_given_is_not_given_again(asked, expected):
    free = FreePorts(plan_of("5150"))
    assert [free.take(host, wanted, **options) for host, wanted, options in asked] == expected


def test_a_used_up_block_stays_used_up():
    free = FreePorts(plan_of())
    assert free.take("h", 5150, block=range(5150, 5152)) == 5151
    for _ in range(2):
        with pytest.raises(NoFreePortError):
            free.take("h", 5150, block=range(5150, 5152))


def test_a_port_on_another_address_is_in_the_way_of_its_own_only():
    plan = plan_of(
        ListeningPort(number=5151, address="10.0.0.2"), ListeningPort(number=5152, port_id="6", address="::1")
    )
    taken = {address: FreePorts(plan).take("h", 5150, address=address) for address in ("", "10.0.0.3", "::1", "::")}
    assert taken == {"": 5152, "10.0.0.3": 5151, "::1": 5151, "::": 5153}


@pytest.mark.parametrize(
    ("stated", "told", "expected"),
    [
        (None, None, 32767),
        (None, "linux", 61000),
        (None, Platform.WINDOWS, 40001),
        (Platform.WINDOWS, "linux", 40001),
        (Platform.LINUX, Platform.WINDOWS, 61000),
    ],
)
def test_a_platform_for_hosts_that_state_none(stated, told, expected):
    assert FreePorts(plan_of(platform=stated), told).take("h", 40000) == expected


def test_an_unknown_platform():
    with pytest.raises(InvalidValueError):
        FreePorts(plan_of(), "amiga")


SAME = [
    ("10.0.0.2", "10.0.0.2", True),
    ("10.0.0.2", "::ffff:10.0.0.2", True),
    ("fd00::5", "[FD00:0::5]", True),
    ("10.0.0.2", "10.0.0.3", False),
    ("gen-fw-01.example", "GEN-FW-01.example", True),
    (None, None, False),
]


@pytest.mark.parametrize(("first", "second", "same"), SAME)
def test_hosts_with_one_address_are_one_machine(first, second, same):
    plan = Deployment(
        hosts=(Host(name="x", address=first), Host(name="y", address=second)),
        applications=(Application(name="a", host="x", ports=(ListeningPort(number=5151),)),),
    )
    assert machines(plan) == {"x": "x", "y": "x" if same else "y"}
    free = FreePorts(plan)
    assert [free.take(host, 5150) for host in "yx"] == ([5152, 5153] if same else [5151, 5152])


def test_names_that_differ_in_capital_letters_are_one_machine():
    known = [("x", "10.0.0.1"), ("y", "10.0.0.2"), ("Z", "10.0.0.3"), ("X", "10.0.0.2"), ("Y", None), ("z.corp", None)]
    plan = Deployment(hosts=tuple(Host(name=name, address=address) for name, address in known))
    # The fourth shows that the first and the second are one.
    assert machines(plan) == {"x": "x", "y": "x", "Z": "Z", "X": "x", "Y": "x", "z.corp": "z.corp"}


def test_two_names_of_one_machine_that_disagree_about_its_system():
    hosts = [
        Host(name=str(system), address="10.0.0.2", platform=system) for system in (Platform.LINUX, Platform.WINDOWS)
    ]
    assert FreePorts(Deployment(hosts=tuple(hosts))).take("windows", 40000) == 32767


@pytest.mark.parametrize(("planned", "taken"), [(1500, 4999), (1999, 4999), (2000, 2000), (4999, 4999)])
def test_a_local_control_agent_takes_the_number_it_starts_on(planned, taken):
    plan = Deployment(hosts=(Host(name="h", lca_port=planned),))
    with pytest.raises(NoFreePortError):
        next_free_port(plan, "h", 7000, block=range(taken, taken + 1))


def pair(**ends: Any) -> Deployment:
    """A client on `h` with its backup on `b`, connected to a server elsewhere, from the `ends` given."""
    return Deployment(
        hosts=(Host(name="h", lca_port=5151), Host(name="b"), Host(name="s")),
        applications=(
            Application(name="client", host="h", backup="client_b"),
            Application(name="client_b", host="b"),
            Application(
                name="server", host="s", ports=(ListeningPort(number=5150, transport=Transport.UDP, port_id="u"),)
            ),
        ),
        connections=(
            Connection(client="client", server="server", **ends),
            Connection(client="nobody", server="server", client_port=5152),
        ),
    )


@pytest.mark.parametrize(
    ("ends", "transport", "expected"),
    [
        # The LCA of h listens on 5151.
        ({}, "tcp", {"h": 5152, "b": 5151, "s": 5151}),
        ({}, "udp", {"h": 5151, "b": 5151, "s": 5151}),
        ({"client_port": 5152}, "tcp", {"h": 5153, "b": 5151, "s": 5151}),
        ({"client_port": 5151, "backup_client_port": 5152}, "tcp", {"h": 5152, "b": 5151, "s": 5151}),
        ({"client_port": 5151}, "tcp", {"h": 5152, "b": 5152, "s": 5151}),
        ({"backup_client_port": 5151}, "tcp", {"h": 5152, "b": 5152, "s": 5151}),
        ({"client_port": 5151, "port_id": "u"}, "udp", {"h": 5152, "b": 5152, "s": 5151}),
    ],
)
def test_agents_and_the_own_ends_of_clients_are_in_the_way_too(ends, transport, expected):
    free = FreePorts(pair(**ends))
    assert {host: free.take(host, 5150, transport=transport) for host in "hbs"} == expected


def test_what_a_team_has_set_aside_is_for_others_the_last_choice():
    plan = Deployment(hosts=(Host(name="h"),), blocks=(Block(first=5150, last=5190, team="sip"),))
    free = FreePorts(plan)
    assert free.take("h", 5150) == 5191
    assert free.take("h", 5150, block=plan.blocks[0].numbers) == 5151
    whole = Deployment(hosts=(Host(name="h"),), blocks=(Block(first=1, last=65535, team="sip"),))
    assert next_free_port(whole, "h", 5150) == 5151


def test_ten_thousand_numbers_take_a_second_or_two():
    hosts = [f"h{n}" for n in range(200)]
    plan = Deployment(
        hosts=tuple(Host(name=name) for name in hosts),
        applications=tuple(
            Application(name=f"{name}-{n}", host=name, ports=(ListeningPort(number=5000 + n),))
            for name in hosts
            for n in range(50)
        ),
    )
    started = time.process_time()
    free = FreePorts(plan)
    given = [free.take(name, 5000 + n) for name in hosts for n in range(50)]
    assert given[:10] == [*range(5050, 5060)]
    assert len(set(given[:50])) == 50
    assert time.process_time() - started < 5
