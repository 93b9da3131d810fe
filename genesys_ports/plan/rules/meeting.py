"""Which of many sockets of one machine get in each other's way: a sweep over their numbers, never pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from ...binding import Outcome, who_blocks
from ...model import ListeningPort, Platform, Transport

__all__ = ["Socket", "groups"]


class Socket(NamedTuple):
    """Numbers on an address: what an application listens on, or a client's own end. `owner` is the caller's."""

    first: int
    last: int
    address: str
    owner: object


class _Kind(NamedTuple):
    """A kind of address: two different addresses of two kinds always stand to each other in the same way."""

    sample: str
    other: str


_ANY4 = _Kind("0.0.0.0", "")
_ANY6 = _Kind("::", "")
_IPV4 = _Kind("192.0.2.1", "192.0.2.2")
_IPV6 = _Kind("2001:db8::1", "2001:db8::2")
_NAME = _Kind("a.example", "b.example")


@lru_cache(maxsize=65536)
def _kind_of(address: str) -> tuple[_Kind, str, str]:
    """The kind of an address, its one spelling, and that without an IPv6 scope."""
    text = address.strip().strip("[]").casefold()
    if text in ("", "*"):
        return _ANY4, _ANY4.sample, _ANY4.sample
    try:
        ip = ip_address(text)
    except ValueError:
        name = text.rstrip(".")
        return _NAME, name, name
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            bare = str(IPv6Address(int(ip)))
            # The system asks for no scope of `::`, and takes every one.
            return (_ANY6, bare, bare) if ip.is_unspecified else (_IPV6, str(ip), bare)
        ip = ip.ipv4_mapped
    return (_ANY4 if ip.is_unspecified else _IPV4), str(ip), str(ip)


@lru_cache(maxsize=1024)
def _outcome(one: _Kind, two: _Kind, transport: Transport, platform: Platform | None) -> Outcome:
    """What becomes of two sockets on one number and two different addresses of these kinds."""
    sample = two.other if one is two else two.sample
    if one is two and not sample:
        return Outcome.NO_CLASH
    first = ListeningPort(number=1, transport=transport, address=one.sample)
    second = ListeningPort(number=1, transport=transport, address=sample)
    return who_blocks(first, second, platform).outcome


def groups(
    sockets: Sequence[Socket], transport: Transport, platform: Platform | None, *, perhaps: bool = False
) -> list[list[Socket]]:
    """Sockets that clash, each group together; with `perhaps`, those too of which it depends.

    A group holds everything that is linked by clashes, whether or not its first and last meet. Time grows with the
    number of sockets (and of the logarithm, for sorting), however many of them meet.
    """
    heads = list(range(len(sockets)))

    def head(i: int) -> int:
        while heads[i] != i:
            heads[i] = heads[heads[i]]
            i = heads[i]
        return i

    def join(i: int, j: int) -> None:
        i, j = head(i), head(j)
        heads[max(i, j)] = min(i, j)

    meets = _meets(transport, platform, perhaps)
    # Of what has begun: on each address the socket that reaches farthest, and by kind those not yet linked.
    on_address: dict[str, int] = {}
    of_kind: dict[_Kind, list[int]] = {}
    for i in sorted(range(len(sockets)), key=lambda i: sockets[i].first):
        first, last, address, _ = sockets[i]
        kind, exact, bare = _kind_of(address)
        # The same IPv6 address with two scopes is one address perhaps.
        place = bare if perhaps else exact
        before = on_address.get(place)
        if before is not None and sockets[before].last >= first:
            join(before, i)
        if before is None or sockets[before].last < last:
            on_address[place] = i
        for other, begun in of_kind.items():
            if not meets(kind, other):
                continue
            reaching = [j for j in begun if sockets[j].last >= first]
            for j in reaching:
                join(j, i)
            # Linked now: for whoever comes later, the one that reaches farthest stands for them all. That is what
            # keeps the work linear.
            of_kind[other] = [max(reaching, key=lambda j: sockets[j].last)] if reaching else []
        of_kind.setdefault(kind, []).append(i)
    together: dict[int, list[Socket]] = {}
    for i, socket in enumerate(sockets):
        together.setdefault(head(i), []).append(socket)
    return [group for group in together.values() if len(group) > 1]


def _meets(transport: Transport, platform: Platform | None, perhaps: bool) -> Callable[[_Kind, _Kind], bool]:
    wanted = (Outcome.CLASH, Outcome.DEPENDS) if perhaps else (Outcome.CLASH,)

    def meets(one: _Kind, two: _Kind) -> bool:
        return _outcome(one, two, transport, platform) in wanted

    return meets
