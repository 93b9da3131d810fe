"""`next_free_port`: in the block, not in anybody's way, and never a number nobody should plan."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.binding import Outcome, is_ephemeral, who_blocks
from genesys_ports.errors import InvalidPortError, InvalidValueError, NoFreePortError, UnknownHostError
from genesys_ports.model import Application, Deployment, Host, ListeningPort, Platform, Transport
from genesys_ports.plan import next_free_port


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
    assert not any(is_ephemeral(one, platform) for one in (number, last))
    proposed = ListeningPort(number=number, last=last if length > 1 else None, transport=transport)
    for port in ports:
        assert who_blocks(port, proposed, platform).outcome is Outcome.NO_CLASH
        assert who_blocks(proposed, port, platform).outcome is Outcome.NO_CLASH


def test_a_hundred_thousand_ports_take_seconds_only():
    ports = [ListeningPort(number=1024 + n % 30000, last=32000, port_id=str(n)) for n in range(100_000)]
    plan = plan_of(*ports)
    started = time.monotonic()
    assert next_free_port(plan, "h", 5150) == 32001
    assert time.monotonic() - started < 5


def test_the_longest_row_is_looked_for_at_once():
    plan = plan_of(*(ListeningPort(number=number, port_id=str(number)) for number in range(1024, 32768, 10_000)))
    started = time.monotonic()
    assert next_free_port(plan, "h", 5150, length=9_999) == 11025
    with pytest.raises(NoFreePortError):
        next_free_port(plan, "h", 5150, length=10_000)
    assert time.monotonic() - started < 5
