"""Who blocks whom, as a list of cases. What Linux really does is in test_binding_real.py."""

from itertools import product
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.binding import (
    Outcome,
    ephemeral_range,
    privileged_below,
    restart_table,
    verdict_table,
    who_blocks,
)
from genesys_ports.errors import InvalidValueError, PortKindError
from genesys_ports.model import ListeningPort, Platform, Transport, VoicePort

CLASH, FREE, DEPENDS = Outcome.CLASH, Outcome.NO_CLASH, Outcome.DEPENDS
LINUX, WINDOWS, MACOS, FREEBSD = Platform.LINUX, Platform.WINDOWS, Platform.MACOS, Platform.FREEBSD


def port(address="", number=5150, last=None, transport="tcp"):
    return ListeningPort(number=number, last=last, transport=transport, address=address)


def blocks(first, second, platform=None, **options):
    transport = options.pop("transport", "tcp")
    return who_blocks(port(first, transport=transport), port(second, transport=transport), platform, **options).outcome


# --- the measured table

MATRIX = """
                0.0.0.0 127.0.0.1 127.0.0.2 ::dual ::v6only ::1
0.0.0.0         clash   clash     clash     clash  ok       ok
127.0.0.1       clash   clash     ok        clash  ok       ok
127.0.0.2       clash   ok        clash     clash  ok       ok
::dual          clash   clash     clash     clash  clash    clash
::v6only        ok      ok        ok        clash  clash    clash
::1             ok      ok        ok        clash  clash    clash
"""


def test_linux_table():
    _, *lines = MATRIX.strip().splitlines()
    wanted = [[{"ok": "no clash"}.get(cell, cell) for cell in line.split()[1:]] for line in lines]
    assert [list(row[1:]) for row in verdict_table(LINUX).rows] == wanted
    assert [list(row[1:]) for row in verdict_table(LINUX, Transport.UDP).rows] == wanted


def test_table_names_its_rows_and_columns():
    table = verdict_table()
    assert table.columns[0] == "first ↓ second →"
    assert table.columns[1:] == tuple(row[0] for row in table.rows)


# --- addresses

SAME = [
    ("", ""),
    ("", "0.0.0.0"),
    ("", "*"),
    ("0.0.0.0", "0.0.0.0"),
    ("127.0.0.1", "127.0.0.1"),
    ("127.0.0.1", " 127.0.0.1 "),
    ("::1", "::1"),
    ("::1", "0:0:0:0:0:0:0:1"),
    ("::1", "[::1]"),
    ("2001:DB8::A", "2001:db8:0::a"),
    ("::", "::"),
    ("::", "0::0"),
    ("127.0.0.1", "::ffff:127.0.0.1"),
    ("127.0.0.1", "::ffff:7f00:1"),
    ("0.0.0.0", "::ffff:0.0.0.0"),
    ("fe80::1%eth0", "fe80::1%eth0"),
    ("localhost", "localhost"),
    ("Framework-Host", "framework-host"),
    ("framework-host.example", "framework-host.example."),
]


@pytest.mark.parametrize(("first", "second"), SAME)
@pytest.mark.parametrize("platform", [*Platform, None])
def test_one_address(first, second, platform):
    assert blocks(first, second, platform) is CLASH
    assert blocks(second, first, platform) is CLASH


APART = [
    ("127.0.0.1", "127.0.0.2"),
    ("127.0.0.1", "::1"),
    ("", "::1"),
    ("::1", "::2"),
    ("::ffff:127.0.0.1", "::ffff:127.0.0.2"),
    ("::ffff:127.0.0.1", "::1"),
]


@pytest.mark.parametrize(("first", "second"), APART)
@pytest.mark.parametrize("platform", [*Platform, None])
def test_two_addresses(first, second, platform):
    assert blocks(first, second, platform) is FREE
    assert blocks(second, first, platform) is FREE


UNCLEAR = [
    ("localhost", "127.0.0.1"),
    ("localhost", ""),
    ("localhost", "::"),
    ("host-a", "host-b"),
    ("127.0.0.01", "127.0.0.1"),
    ("fe80::1", "fe80::1%eth0"),
    ("fe80::1%2", "fe80::1%eth0"),
]


@pytest.mark.parametrize(("first", "second"), UNCLEAR)
@pytest.mark.parametrize("platform", [*Platform, None])
def test_only_the_host_knows(first, second, platform):
    assert blocks(first, second, platform) is DEPENDS
    assert blocks(second, first, platform) is DEPENDS


# --- wildcards, by platform and by what the servers set

WILDCARDS = [
    # first, second, platform, options, outcome
    ("", "127.0.0.1", LINUX, {}, CLASH),
    ("", "127.0.0.1", LINUX, {"reuse_address": True}, CLASH),
    ("", "127.0.0.1", LINUX, {"reuse_address": False, "exclusive": False}, CLASH),
    ("", "127.0.0.1", WINDOWS, {}, DEPENDS),
    ("", "127.0.0.1", WINDOWS, {"exclusive": True}, CLASH),
    ("", "127.0.0.1", WINDOWS, {"exclusive": False}, DEPENDS),
    ("127.0.0.1", "", WINDOWS, {"exclusive": False}, FREE),
    ("127.0.0.1", "", WINDOWS, {"exclusive": True}, CLASH),
    ("", "", WINDOWS, {"exclusive": False}, CLASH),
    ("", "", WINDOWS, {"reuse_address": True}, DEPENDS),
    ("", "", WINDOWS, {"reuse_address": True, "exclusive": True}, CLASH),
    ("", "127.0.0.1", MACOS, {}, DEPENDS),
    ("", "127.0.0.1", MACOS, {"reuse_address": True}, FREE),
    ("", "127.0.0.1", MACOS, {"reuse_address": False}, CLASH),
    ("", "127.0.0.1", FREEBSD, {}, DEPENDS),
    ("", "127.0.0.1", FREEBSD, {"reuse_address": True}, FREE),
    ("", "127.0.0.1", FREEBSD, {"transport": "udp"}, CLASH),
    ("", "127.0.0.1", LINUX, {"transport": "udp", "reuse_address": True}, DEPENDS),
    ("127.0.0.1", "127.0.0.1", LINUX, {"transport": "udp", "reuse_address": True}, DEPENDS),
    ("127.0.0.1", "127.0.0.1", MACOS, {"reuse_address": True}, CLASH),
    ("", "127.0.0.1", None, {}, DEPENDS),
    ("", "127.0.0.1", None, {"exclusive": True, "reuse_address": False}, CLASH),
    ("::", "0.0.0.0", LINUX, {}, CLASH),
    ("::", "0.0.0.0", WINDOWS, {}, FREE),
    ("::", "0.0.0.0", FREEBSD, {}, FREE),
    ("::", "0.0.0.0", MACOS, {}, DEPENDS),
    ("::", "0.0.0.0", None, {}, DEPENDS),
    ("::", "0.0.0.0", None, {"first_v6only": True}, FREE),
    ("::", "0.0.0.0", WINDOWS, {"first_v6only": False}, DEPENDS),
    ("::", "0.0.0.0", WINDOWS, {"first_v6only": False, "exclusive": True}, CLASH),
    ("::", "127.0.0.1", LINUX, {}, CLASH),
    ("::", "127.0.0.1", LINUX, {"first_v6only": True}, FREE),
    ("127.0.0.1", "::", LINUX, {"second_v6only": True}, FREE),
    ("127.0.0.1", "::", WINDOWS, {"second_v6only": False, "exclusive": False}, FREE),
    ("::", "::", None, {"first_v6only": False, "second_v6only": True}, CLASH),
    ("::", "::1", LINUX, {}, CLASH),
    ("::", "::1", LINUX, {"first_v6only": True}, CLASH),
    ("::", "::1", WINDOWS, {}, DEPENDS),
    ("::", "::ffff:127.0.0.1", LINUX, {"first_v6only": True}, FREE),
]


@pytest.mark.parametrize(("first", "second", "platform", "options", "outcome"), WILDCARDS)
def test_wildcards(first, second, platform, options, outcome):
    assert blocks(first, second, platform, **options) is outcome


# --- transports and numbers

TRANSPORTS = [
    ("tcp", "tcp", CLASH),
    ("udp", "udp", CLASH),
    ("tls", "tls", CLASH),
    ("tcp", "tls", CLASH),
    ("tls", "tcp", CLASH),
    ("tcp", "udp", FREE),
    ("tls", "udp", FREE),
]


@pytest.mark.parametrize(("first", "second", "outcome"), TRANSPORTS)
@pytest.mark.parametrize("platform", [*Platform, None])
def test_transports(first, second, outcome, platform):
    assert who_blocks(port(transport=first), port(transport=second), platform).outcome is outcome


NUMBERS = [
    ((5150, None), (5151, None), FREE),
    ((20000, 45000), (30000, None), CLASH),
    ((20000, 45000), (45000, None), CLASH),
    ((20000, 45000), (19999, None), FREE),
    ((20000, 45000), (45001, 45002), FREE),
    ((20000, 20010), (20005, 20020), CLASH),
]


@pytest.mark.parametrize(("first", "second", "outcome"), NUMBERS)
def test_numbers(first, second, outcome):
    ports = (port(number=first[0], last=first[1]), port(number=second[0], last=second[1]))
    assert who_blocks(*ports).outcome is outcome
    assert who_blocks(*reversed(ports)).outcome is outcome


# --- what is said

# fmt: off
REASONS = [
    (port(""), port("0.0.0.0"), LINUX, {},
     "clash: 0.0.0.0 (no address is given) and 0.0.0.0 are one address in two spellings, and both want port 5150/tcp "
     "on it."),
    (port("10.0.0.1"), port("10.0.0.1"), None, {},
     "clash: Both want port 5150/tcp on the same address: 10.0.0.1."),
    (port("10.0.0.1"), port("10.0.0.1", transport="tls"), LINUX, {},
     "clash: TLS runs over TCP, so both want port 5150/tcp on the same address: 10.0.0.1."),
    (port("10.0.0.1", 5000, 5010), port("", 5005, 5020), LINUX, {},
     "clash: 0.0.0.0 (no address is given) means every address, 10.0.0.1 among them, so port 5005-5010/tcp is taken "
     "there too."),
    (port("10.0.0.1"), port("::"), LINUX, {},
     "clash: :: (dual-stack) takes IPv4 as well, 10.0.0.1 with it, so port 5150/tcp is taken there too."),
    (port("0.0.0.0"), port("::"), LINUX, {},
     "clash: :: (dual-stack) takes IPv4 as well, 0.0.0.0 with it, so port 5150/tcp is taken there too."),
    (port("::"), port("::"), LINUX, {"first_v6only": True},
     "clash: :: (IPv6 only) and :: (dual-stack) both take port 5150/tcp on every IPv6 address of the host."),
    (port("10.0.0.1"), port("10.0.0.2"), LINUX, {},
     "no clash: 10.0.0.1 and 10.0.0.2 are different addresses, and each has port 5150/tcp for itself."),
    (port("10.0.0.1"), port("::"), WINDOWS, {},
     "no clash: 10.0.0.1 and :: (IPv6 only) are of different families, and IPv4 and IPv6 each have a port 5150/tcp."),
    (port(transport="tcp"), port(transport="udp"), LINUX, {},
     "no clash: TCP and UDP count their ports separately, so 5150/tcp and 5150/udp can stand side by side."),
    (port(), port(number=3600), LINUX, {},
     "no clash: The numbers 5150 and 3600 have nothing in common."),
    (port("host-a"), port("10.0.0.2"), LINUX, {},
     "depends: host-a and 10.0.0.2 may be one address or two: only the host knows what a name stands for."),
    (port("10.0.0.2"), port(), WINDOWS, {},
     "depends: On Windows 0.0.0.0 (no address is given) and 10.0.0.2 share port 5150/tcp unless a server sets "
     "SO_EXCLUSIVEADDRUSE."),
    (port("10.0.0.2"), port("0.0.0.0"), WINDOWS, {"exclusive": False},
     "no clash: 0.0.0.0 and 10.0.0.2 may share port 5150/tcp here: the exact address gets its own calls."),
    (port("10.0.0.2"), port("0.0.0.0"), MACOS, {},
     "depends: On this system 0.0.0.0 and 10.0.0.2 can share port 5150/tcp if both servers set SO_REUSEADDR."),
    (port("10.0.0.2"), port("0.0.0.0"), None, {},
     "depends: Operating systems differ here, and the plan does not say which one this host runs."),
]
# fmt: on


@pytest.mark.parametrize(("first", "second", "platform", "options", "text"), REASONS)
def test_reasons(first, second, platform, options, text):
    assert str(who_blocks(first, second, platform, **options)) == text


# --- properties

ADDRESSES = [
    "",
    "0.0.0.0",
    "127.0.0.1",
    "127.0.0.2",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "host-a",
    "10.0.0.1",
    "fe80::1%a",
]
ports = st.builds(
    lambda first, length, transport, address: port(address, first, min(first + length, 65535), transport),
    st.integers(1, 65535) | st.integers(5060, 5064),
    st.integers(0, 5),
    st.sampled_from(Transport),
    st.sampled_from(ADDRESSES),
)
maybe = st.sampled_from([True, False, None])


@given(first=ports, second=ports, first_v6only=maybe, second_v6only=maybe, reuse=maybe)
def test_on_linux_it_does_not_matter_who_is_first(first, second, first_v6only, second_v6only, reuse):
    there = who_blocks(
        first, second, LINUX, first_v6only=first_v6only, second_v6only=second_v6only, reuse_address=reuse
    )
    back = who_blocks(second, first, LINUX, first_v6only=second_v6only, second_v6only=first_v6only, reuse_address=reuse)
    assert there.outcome is back.outcome


@given(first=ports, second=ports, platform=st.sampled_from([*Platform, None]), options=maybe)
def test_tcp_and_udp_never_clash(first, second, platform, options):
    verdict = who_blocks(first, second, platform, exclusive=options, reuse_address=options)
    if first.transport.carrier is not second.transport.carrier:
        assert verdict.outcome is FREE


@given(first=ports, second=ports, platform=st.sampled_from([*Platform, None]))
def test_ranges_clash_as_their_numbers_do(first, second, platform):
    singles = {
        who_blocks(
            port(first.address, one, transport=first.transport),
            port(second.address, other, transport=second.transport),
            platform,
        ).outcome
        for one, other in product(first.numbers, second.numbers)
    }
    outcome = who_blocks(first, second, platform).outcome
    assert outcome in singles
    assert singles <= {outcome, FREE}


@given(first=ports, second=ports, first_v6only=maybe, second_v6only=maybe, exclusive=maybe, reuse_address=maybe)
def test_without_a_platform_all_must_agree(first, second, **options):
    each = {who_blocks(first, second, platform, **options).outcome for platform in Platform}
    common = who_blocks(first, second, **options).outcome
    assert common is (each.pop() if len(each) == 1 else DEPENDS)


@given(first=ports, second=ports, platform=st.sampled_from([*Platform, None]), options=maybe)
def test_every_reason_is_a_sentence(first, second, platform, options):
    verdict = who_blocks(first, second, platform, exclusive=options, reuse_address=options)
    assert verdict.reason.endswith(".")
    assert "{" not in verdict.reason
    assert str(verdict) == f"{verdict.outcome}: {verdict.reason}"


def test_restart_table():
    assert restart_table("linux").rows == (
        ("yes", "yes", "no clash"),
        ("yes", "no", "clash"),
        ("no", "yes", "clash"),
        ("no", "no", "clash"),
    )
    assert {row[-1] for row in restart_table().rows} == {"no clash", "depends"}


def test_a_platform_may_be_given_by_name():
    assert ephemeral_range("Windows") == ephemeral_range(Platform.WINDOWS)
    assert privileged_below("windows") == 0
    with pytest.raises(InvalidValueError):
        verdict_table("amiga")


def test_a_verdict_in_a_notebook():
    verdict = who_blocks(ListeningPort(number=1), ListeningPort(number=2))
    assert str(verdict) in verdict._repr_html_()


def test_a_voice_port_is_no_listening_port():
    with pytest.raises(PortKindError):
        who_blocks(ListeningPort(number=24), cast(ListeningPort, VoicePort(label="24", device="Switch 1")))
