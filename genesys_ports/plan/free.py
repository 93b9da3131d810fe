"""`next_free_port`: the next number to plan on a host."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain

from ..binding import Outcome, ephemeral_range, privileged_below, who_blocks
from ..catalog import Basis, load_catalog
from ..errors import InvalidPortError, NoFreePortError
from ..model import HIGHEST_PORT, Deployment, ListeningPort, Platform, Transport, parse_word

__all__ = ["next_free_port"]

#: Numbers below this are assigned to something else (System Ports, RFC 6335), even where nobody guards them.
WELL_KNOWN_BELOW = 1024

#: The block searched when none is given: the hundred around the wanted number.
BLOCK = 100


def next_free_port(
    plan: Deployment, host: str, wanted: int, *, transport: str = "tcp", block: range | None = None, length: int = 1
) -> int:
    """The next number above `wanted` that nothing on `host` is planned on, on any address.

    With a `length`, the first number of so many free ones in a row. Looks through `block` from `wanted` on and
    then from its start; without a block, through the hundred around `wanted` (5150: 5100 to 5199), then above and
    then below it. Never gives a number that needs administrator rights or that the system hands out for outgoing
    connections, and one below 1024 or the documented default of a component only when no other is left.

    Raises `NoFreePortError` when nothing is left, `UnknownHostError`, `InvalidPortError`.
    """
    platform = plan.host(host).platform
    number = ListeningPort(number=wanted).number
    carrier = parse_word(Transport, transport, "transport")
    if not 1 <= length <= HIGHEST_PORT:
        raise InvalidPortError(f"{wanted}-{wanted + length - 1}")
    if block is not None and (not block or min(block) < 1 or max(block) > HIGHEST_PORT):
        raise InvalidPortError(f"{block.start}-{block.stop - 1}")
    searched = range(1, HIGHEST_PORT + 1) if block is None else range(min(block), max(block) + 1)
    barred = _taken(plan, host, carrier, platform)
    for kept_back in (range(privileged_below(platform)), ephemeral_range(platform), (number,)):
        for one in kept_back:
            barred[one] = True
    avoided = barred[:]
    for one in chain(range(WELL_KNOWN_BELOW), _documented()):
        avoided[one] = True
    order = list(_order(number, block))
    for flags in (avoided, barred):
        for candidate in order:
            end = candidate + length
            if end - 1 in searched and flags.find(True, candidate, end) < 0:
                return candidate
    raise NoFreePortError(host, searched[0], searched[-1])


def _order(wanted: int, block: range | None) -> Iterator[int]:
    first = wanted - wanted % BLOCK
    inside = range(max(1, first), min(first + BLOCK, HIGHEST_PORT + 1)) if block is None else block
    yield from (number for number in inside if number > wanted)
    yield from (number for number in inside if number < wanted)
    if block is None:
        yield from range(first + BLOCK, HIGHEST_PORT + 1)
        yield from reversed(range(1, first))


def _taken(plan: Deployment, host: str, transport: Transport, platform: Platform | None) -> bytearray:
    """One flag for each number: whether something planned on the host gets, or may get, in its way."""

    @cache
    def in_the_way(other: Transport, address: str) -> bool:
        # Numbers aside, the verdict hangs on transport and address alone: a large plan asks a few times only.
        candidate = ListeningPort(number=HIGHEST_PORT, transport=transport)
        planned = ListeningPort(number=HIGHEST_PORT, transport=other, address=address)
        return any(
            who_blocks(first, second, platform).outcome is not Outcome.NO_CLASH
            for first, second in ((planned, candidate), (candidate, planned))
        )

    # Where ranges begin and end, then one pass over all numbers: wide ranges cost no more than single ports.
    steps = [0] * (HIGHEST_PORT + 2)
    for port in chain.from_iterable(application.ports for application in plan.on_host(host)):
        if in_the_way(port.transport, port.address):
            steps[port.number] += 1
            steps[(port.last or port.number) + 1] -= 1
    taken = bytearray(HIGHEST_PORT + 1)
    depth = 0
    for number in range(HIGHEST_PORT + 1):
        depth += steps[number]
        taken[number] = depth > 0
    return taken


@cache
def _documented() -> frozenset[int]:
    """Numbers that a component has by default or by convention."""
    return frozenset(
        number
        for _, port in load_catalog().entries()
        if port.number is not None and port.basis in (Basis.DEFAULT, Basis.CONVENTION)
        for number in range(port.number, (port.last or port.number) + 1)
    )
