"""Loopback ranges, the blocks they are cut into, and the address each planned host gets."""

import errno
import socket
from ipaddress import IPv4Network

import pytest

from genesys_ports.errors import NetworkRangeError, TooManyPortsError
from genesys_ports.lab import addresses, network, sockets
from genesys_ports.lab.addresses import VARIABLE, blocks, claim_block, fixed_block, lab_range
from genesys_ports.lab.hosts import HostAddresses, canonical, is_loopback
from genesys_ports.lab.network import open_network
from genesys_ports.model import Deployment, Host, Platform, Transport
from tests.helpers import own_address, own_network

OWN = own_address("200.1")


@pytest.mark.parametrize(
    ("text", "block", "count"),
    [
        ("127.0.0.0/8", "127.0.0.0/24", 65_536),
        ("127.40.0.0/16", "127.40.0.0/24", 256),
        ("127.40.8.0/21", "127.40.8.0/24", 8),
        ("127.40.7.0/24", "127.40.7.0/27", 8),
        ("127.40.7.0/25", "127.40.7.0/28", 8),
        ("127.40.7.0/26", "127.40.7.0/28", 4),
        ("127.40.7.96/27", "127.40.7.96/28", 2),
        ("127.40.0.0/255.255.0.0", "127.40.0.0/24", 256),
    ],
)
def test_a_range_and_its_blocks(text, block, count):
    assert str(fixed_block(lab_range(text))) == block
    assert sum(1 for _ in blocks(lab_range(text))) == count


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "must name a range of loopback addresses"),
        ("", "must name a range of loopback addresses"),
        ("127.40.7.1/24", "must name a range of loopback addresses"),
        ("127.40.0.0/33", "must name a range of loopback addresses"),
        ("127.40.0.0/16 ; rm", "must name a range of loopback addresses"),
        ("::1/128", "must name a range of loopback addresses"),
        ("127.300.0.0/16", "must name a range of loopback addresses"),
        ("127.40\x00", "must name a range of loopback addresses"),
        ("9" * 10_000, "must name a range of loopback addresses"),
        ("10.0.0.0/8", "must lie inside 127.0.0.0/8"),
        ("0.0.0.0/0", "must lie inside 127.0.0.0/8"),
        ("126.0.0.0/7", "must lie inside 127.0.0.0/8"),
        ("127.40.7.0", "must hold at least 32 addresses"),
        ("127.40.7.0/28", "must hold at least 32 addresses"),
    ],
)
def test_a_range_that_cannot_be(text, why):
    with pytest.raises(NetworkRangeError, match=why) as raised:
        lab_range(text)
    assert raised.value.value == text
    assert len(str(raised.value)) < 300


def test_the_environment_names_the_range(monkeypatch):
    monkeypatch.setenv(VARIABLE, " 127.41.0.0/16 ")
    assert str(lab_range()) == "127.41.0.0/16"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_without_the_variable_there_is_a_range_of_our_own(monkeypatch, value):
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    assert str(lab_range()) == addresses.DEFAULT_RANGE


def test_claims_follow_each_other_and_leave_the_first_block_alone():
    network = IPv4Network(own_address("240.0/21"))
    first, second = claim_block(network), claim_block(network)
    try:
        assert [str(first.block), str(second.block)] == [own_address("241.0/24"), own_address("242.0/24")]
    finally:
        first.release()
        first.release()
        second.release()
    again = claim_block(network)
    assert again.block == first.block
    again.release()


def test_a_full_range():
    network = IPv4Network(own_address("239.0/27"))
    claim = claim_block(network)
    with pytest.raises(NetworkRangeError, match="Every block of this range is held by another lab of yours"):
        claim_block(network)
    claim.release()
    claim_block(network).release()


def refusing(number):
    def refuse(*_):
        raise OSError(number, "no")

    return refuse


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, 10049])
def test_a_system_with_one_loopback_address(monkeypatch, number):
    monkeypatch.setattr(addresses, "claiming_socket", refusing(number))
    assert claim_block(IPv4Network("127.44.0.0/16")) is None
    assert open_network().text == "127.0.0.1"
    monkeypatch.setattr(sockets, "calling_socket", refusing(number))
    assert open_network(fixed=True).text == "127.0.0.1"


@pytest.mark.parametrize(("number", "error"), [(errno.EMFILE, TooManyPortsError), (errno.ENOBUFS, OSError)])
def test_a_claim_that_fails_for_other_reasons(monkeypatch, number, error):
    monkeypatch.setattr(addresses, "claiming_socket", refusing(number))
    with pytest.raises(error):
        claim_block(IPv4Network("127.44.0.0/16"))


def test_the_fixed_block_is_the_same_for_everyone(monkeypatch):
    monkeypatch.setenv(VARIABLE, own_address("238.0/24"))
    first, second = open_network(fixed=True), open_network(fixed=True)
    assert first.text == second.text == own_address("238.0/27")
    first.close()
    second.close()


# --- hosts


def hosts(*names, block="127.46.1.0/24", platform=None):
    given = HostAddresses(IPv4Network(block))
    given.prepare(Deployment(hosts=tuple(Host(name=name, platform=platform) for name in names)))
    return given


def test_each_host_has_its_address_in_the_order_of_the_plan():
    assert [hosts("a", "b").own(name) for name in ("a", "b")] == ["127.46.1.1", "127.46.1.2"]


def test_a_block_with_too_few_addresses():
    larger = "GENESYS_PORTS_NETWORK name a range of /16 or larger, whose labs have 253"
    for block, count, whole, advice in [
        ("127.46.1.0/28", 13, "127.46.1.0/25", larger),
        ("127.46.1.0/27", 29, "127.46.1.0/24", larger),
        ("127.46.1.0/24", 253, "127.46.0.0/16", "leave hosts out of the plan that you open here"),
    ]:
        names = [f"h{number}" for number in range(count + 1)]
        given = HostAddresses(IPv4Network(block), IPv4Network(whole))
        given.prepare(Deployment(hosts=tuple(Host(name=name) for name in names[:-1])))
        with pytest.raises(NetworkRangeError, match=f"needs more than {count} host addresses.*{advice}") as raised:
            given.prepare(Deployment(hosts=tuple(Host(name=name) for name in names)))
        assert str(raised.value).endswith(f"The range asked for: '{whole}'.")


def test_a_plan_that_does_not_fit_changes_nothing():
    given = hosts("a", "b", block="127.46.1.0/28")
    fits = Deployment(hosts=tuple(Host(name=name, address="10.0.0.1") for name in "bcdefghijklmn"))
    with pytest.raises(NetworkRangeError):
        given.prepare(fits.add("one", host="o", port=5150))
    with pytest.raises(NetworkRangeError):
        given.prepare(fits, in_use={"a"})
    assert [given.own(name) for name in "abc"] == ["127.46.1.1", "127.46.1.2", "127.46.1.3"]
    assert given.covered("b", "10.0.0.1") == ("127.46.1.4",)
    given.prepare(fits)
    assert [given.own(name) for name in "bcd"] == ["127.46.1.2", "127.46.1.3", "127.46.1.1"]


@pytest.mark.parametrize(
    ("planned", "one"),
    [
        ("", ""),
        ("*", ""),
        (" 10.0.0.5 ", "10.0.0.5"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("[::1]", "::1"),
        ("SIP-Host.", "sip-host"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_one_spelling_for_each_address(planned, one):
    assert canonical(planned) == one


@pytest.mark.parametrize(
    ("planned", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("", False), ("10.0.0.5", False), ("::", False)],
)
def test_addresses_that_only_the_host_itself_reaches(planned, local):
    assert is_loopback(planned) is local


@pytest.mark.parametrize(
    ("platform", "covered"), [(None, 4), (Platform.LINUX, 4), (Platform.WINDOWS, 2), (Platform.FREEBSD, 2)]
)
def test_what_the_ipv6_wildcard_stands_for(platform, covered):
    given = hosts("a", platform=platform)
    given.covered("a", "10.0.0.5")
    given.covered("a", "::1")
    assert len(given.covered("a", "::")) == covered


@pytest.mark.parametrize(
    ("of_host", "of_port", "same"),
    [
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.5", " ::ffff:10.0.0.5", True),
        ("SIP-Host.", "sip-host", True),
        ("10.0.0.5", "10.0.0.6", False),
        ("", "10.0.0.5", False),
        (None, "10.0.0.5", False),
        ("fd00::5", "fd00::5", False),
    ],
)
def test_the_planned_address_of_a_host_is_its_own(of_host, of_port, same):
    given = HostAddresses(IPv4Network("127.46.1.0/24"))
    given.prepare(Deployment(hosts=(Host(name="h", address=of_host),)))
    assert (given.covered("h", of_port) == (given.own("h"),)) is same
    assert given.covered("h", of_port)[0] in given.covered("h", "::")


# --- sockets, as other systems open them


def test_windows_asks_for_exclusive_use(monkeypatch):
    # SO_KEEPALIVE stands in: Linux has no such option.
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    for opened in (
        sockets.listening_socket(OWN, 5150, Transport.TCP),
        sockets.claiming_socket(OWN, 5151),
    ):
        with opened:
            assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert not opened.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)


def test_udp_sockets_never_share_a_number():
    with sockets.listening_socket(OWN, 5060, Transport.UDP) as first:
        assert not first.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        with pytest.raises(OSError, match="in use"):
            sockets.listening_socket(OWN, 5060, Transport.UDP)


def test_the_second_claim_and_the_second_caller_are_refused():
    with sockets.claiming_socket(OWN, 20220), pytest.raises(OSError, match="in use"):
        sockets.claiming_socket(OWN, 20220)
    with sockets.calling_socket(OWN, 21001) as first:
        first.listen()
        with pytest.raises(OSError, match="in use"):
            sockets.calling_socket(OWN, 21001)


def test_where_nobody_limits_sockets(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "resource", None)
    assert sockets.socket_limit() == 512


def test_own_addresses_are_tried(monkeypatch):
    assert sockets.has_own_addresses(OWN) is True
    assert sockets.has_own_addresses("192.0.2.1") is False
    monkeypatch.setattr(sockets, "calling_socket", refusing(errno.EACCES))
    assert sockets.has_own_addresses(OWN) is True


def test_a_network_closes_what_it_opened():
    plan = Deployment().add("a", host="h", port=5150)
    net = network.LoopbackNetwork(claim_block(IPv4Network(own_network())))
    net.prepare(plan)
    (opened,) = net.bind("a", "h", plan.application("a").port())
    net.close()
    net.close()
    assert opened.fileno() == -1
    assert net.sockets("a", plan.application("a").port()) == ()
