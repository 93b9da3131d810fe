"""Which loopback address each planned host has in the lab.

A host has one address of its own, and one more for each other address its ports name; a wildcard stands for all of
them. So the address rules of a real host, wildcard against specific address, hold on loopback too.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Container
from functools import cache
from ipaddress import IPv4Network

from ..errors import NetworkRangeError
from ..model import Deployment, Platform
from . import words
from .addresses import VARIABLE

__all__ = ["HostAddresses"]

#: Addresses for hosts in the largest block a lab can have, a /24.
_MOST = 253

#: Stand for the host's own address, beside those its ports name.
_OWN = "<host>"
_OWN_V6 = "<host>:"


class HostAddresses:
    """Hands out the addresses of a block to the hosts of a plan, in the order of the plan."""

    def __init__(self, block: IPv4Network, whole: IPv4Network | None = None) -> None:
        # The range the block is cut from, as the user gave it: an error names that one.
        self._whole = whole or block
        # The first address names the network; the last two are the claim and the broadcast address.
        self._addresses = [str(block[offset]) for offset in range(1, block.num_addresses - 2)]
        self._platforms: dict[str, Platform | None] = {}
        self._planned: dict[str, str] = {}
        self._given: dict[tuple[str, str], str] = {}
        self._covered: dict[tuple[str, str], tuple[str, ...]] = {}

    def prepare(self, plan: Deployment, in_use: Container[str] = ()) -> None:
        """Give an address to every host of the plan, and to every address its ports name.

        What neither the plan nor a host `in_use` needs is given back. Raises `NetworkRangeError`, and changes
        nothing, when the block is too small.
        """
        before = self._platforms.copy(), self._planned.copy(), self._given.copy()
        try:
            self._prepare(plan, in_use)
        except BaseException:
            self._platforms, self._planned, self._given = before
            raise
        finally:
            self._covered.clear()

    def _prepare(self, plan: Deployment, in_use: Container[str]) -> None:
        kept = {(host.name, own) for host in plan.hosts for own in (_OWN, _OWN_V6)}
        kept.update((application.host, canonical(port.address)) for application, port in plan.ports())
        self._given = {key: given for key, given in self._given.items() if key in kept or key[0] in in_use}
        self._covered.clear()
        for host in plan.hosts:
            self._platforms[host.name] = host.platform
            self._planned[host.name] = canonical(host.address or "")
            self.own(host.name)
        for application, port in plan.ports():
            self.covered(application.host, port.address)

    def own(self, host: str) -> str:
        """The host's own address: where its programs call from."""
        return self._address(host, _OWN)

    def covered(self, host: str, planned: str | None) -> tuple[str, ...]:
        """The addresses that a planned address stands for: one, or for a wildcard several; None is the host's own."""
        if planned is None:
            return (self.own(host),)
        known = self._covered.get((host, planned))
        if known is None:
            known = self._covered[host, planned] = self._cover(host, canonical(planned))
        return known

    def _cover(self, host: str, name: str) -> tuple[str, ...]:
        if name not in ("", "0.0.0.0", "::"):
            # Its own IPv6 address stays one beside: a listener on every IPv4 address does not stand in its way.
            return (self._address(host, _OWN if name == self._planned.get(host) and ":" not in name else name),)
        v6 = name == "::"
        self._address(host, _OWN_V6 if v6 else _OWN)
        # `::` takes IPv4 too, but not on Windows and FreeBSD (IPV6_V6ONLY is on there unless a program turns it off).
        both = v6 and self._platforms.get(host) not in (Platform.WINDOWS, Platform.FREEBSD)
        return tuple(
            given for (one, planned), given in self._given.items() if one == host and (both or (":" in planned) is v6)
        )

    def reached_from(self, client_host: str, server_host: str, planned: str) -> str:
        """Where a client calls a server that listens on a planned address."""
        # A server that listens on its host's own loopback only cannot be reached from elsewhere: a caller from another
        # host tries the host's address, where nobody listens.
        if is_loopback(planned) and client_host != server_host:
            return self.own(server_host)
        return self.covered(server_host, planned)[0]

    def _address(self, host: str, planned: str) -> str:
        known = self._given.get((host, planned))
        if known is not None:
            return known
        taken = set(self._given.values())
        given = next((address for address in self._addresses if address not in taken), None)
        if given is None:
            small = len(self._addresses) < _MOST
            sentence = words.TOO_MANY_HOSTS_SMALL if small else words.TOO_MANY_HOSTS
            count = len(self._addresses)
            raise NetworkRangeError(str(self._whole), sentence.format(count=count, most=_MOST, variable=VARIABLE))
        self._given[host, planned] = given
        self._covered.clear()
        return given


@cache
def canonical(planned: str) -> str:
    """One spelling for each address: `::1` for `0:0:0:0:0:0:0:1`, `10.0.0.1` for `::ffff:10.0.0.1`, and so on."""
    text = planned.strip().strip("[]").casefold()
    if text == "*":
        return ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text.rstrip(".")
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def is_loopback(planned: str) -> bool:
    """Whether a planned address is one that only programs of the same host can reach."""
    try:
        return ipaddress.ip_address(canonical(planned)).is_loopback
    except ValueError:
        return canonical(planned) == "localhost"
