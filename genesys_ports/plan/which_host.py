"""Which host of a plan a machine is."""

from __future__ import annotations

from collections.abc import Container, Iterable
from ipaddress import ip_address

from ..errors import WhichHostError
from ..model import Deployment
from .sockets import EVERY, Sockets, plain_address

__all__ = ["host_of", "is_loopback"]


def host_of(plan: Deployment, sockets: Sockets) -> str:
    """The one host of the plan that these open ports belong to.

    For this machine: the host with one of its addresses, else with its name. For a saved file: the host with an
    address that something listens on. A plan with one host, whose address says nothing else, is that host. Raises
    `WhichHostError`.
    """
    if sockets.saved:
        addresses: set[str] = {one.address for one in sockets}
        names: set[str] = set()
    else:
        addresses, names = _local_addresses(), _local_names()
    found = [host.name for host in plan.hosts if _has_address(host.address, addresses)]
    found = found or [host.name for host in plan.hosts if _short(host.name) & names]
    if not found and len(plan.hosts) == 1 and plan.hosts[0].address is None:
        found = [plan.hosts[0].name]
    if len(found) != 1:
        raise WhichHostError(sockets.source, found, [host.name for host in plan.hosts])
    return found[0]


def _has_address(planned: str | None, addresses: Container[str]) -> bool:
    # Loopback is the same on every machine, and "every address" too: neither tells one from another.
    if not planned or is_loopback(planned) or plain_address(planned) in (EVERY, "0.0.0.0", "::"):
        return False
    return plain_address(planned) in addresses


def is_loopback(address: str) -> bool:
    """Whether only the machine itself reaches this address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address.casefold() == "localhost"


def _local_addresses() -> set[str]:
    import psutil

    try:
        cards: Iterable[list[object]] = psutil.net_if_addrs().values()  # type: ignore[assignment]
    except (psutil.Error, OSError):
        return set()
    return {plain_address(getattr(one, "address", "")) for card in cards for one in card}


def _local_names() -> set[str]:
    import platform

    return _short(platform.node())


def _short(name: str) -> set[str]:
    """A host name, and its part before the first dot: sheets hold either. The 10 of 10.0.0.2 is no name."""
    whole = name.strip().casefold()
    first = whole.partition(".")[0]
    return {one for one in (whole, first) if one and not one.isdecimal() and one != "localhost"}
