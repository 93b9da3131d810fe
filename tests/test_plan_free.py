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
)
def test_the_number_is_in_nobodys_way(ports, platform, wanted, transport):
    number = next_free_port(plan_of(*ports, platform=platform), "h", wanted, transport=transport)
    assert number != wanted
    assert number >= 1024
    assert not is_ephemeral(number, platform)
    proposed = ListeningPort(number=number, transport=transport)
    for port in ports:
        assert who_blocks(port, proposed, platform).outcome is Outcome.NO_CLASH
        assert who_blocks(proposed, port, platform).outcome is Outcome.NO_CLASH


def test_a_hundred_thousand_ports_take_seconds_only():
    ports = [ListeningPort(number=1024 + n % 30000, last=32000, port_id=str(n)) for n in range(100_000)]
    plan = plan_of(*ports)
    started = time.monotonic()
    assert next_free_port(plan, "h", 5150) == 32001
    assert time.monotonic() - started < 5
