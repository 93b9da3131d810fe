"""Which loopback addresses a lab may use, so that two labs, or two learners on one machine, never meet.

`GENESYS_PORTS_NETWORK` names the range of one learner: `127.40.0.0/16`, or `127.40.7.0/24`. The range is cut into
blocks; each lab claims the first free block for itself, and the very first block is kept for `genesys-ports serve`, so
that other tools always find it at the same addresses.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import islice

from ..errors import NetworkRangeError
from . import words
from .sockets import NOT_THERE

__all__ = ["VARIABLE", "Claim", "blocks", "claim_block", "fixed_block", "lab_range"]

VARIABLE = "GENESYS_PORTS_NETWORK"

#: Far from 127.0.0.0/16, where systems keep services of their own (127.0.0.53, 127.0.1.1).
DEFAULT_RANGE = "127.20.0.0/16"

#: Bound, never listened on, at the last address of a block for as long as a lab has the block.
CLAIM_PORT = 20220

_LOOPBACK = IPv4Network("127.0.0.0/8")

#: The smallest range that can be cut into blocks with room for a few hosts.
_LONGEST_PREFIX = 27


def lab_range(text: str | None = None) -> IPv4Network:
    """The range of loopback addresses this learner may use: `text`, else the environment, else our own.

    Raises `NetworkRangeError` for anything that is not a loopback range of at least 32 addresses.
    """
    value = text if text is not None else os.environ.get(VARIABLE, "").strip() or DEFAULT_RANGE
    try:
        network = IPv4Network(value)
    except (ipaddress.AddressValueError, ipaddress.NetmaskValueError, ValueError):
        raise NetworkRangeError(value, words.RANGE_UNREADABLE.format(variable=VARIABLE)) from None
    if not network.subnet_of(_LOOPBACK):
        raise NetworkRangeError(value, words.RANGE_NOT_LOOPBACK.format(variable=VARIABLE))
    if network.prefixlen > _LONGEST_PREFIX:
        raise NetworkRangeError(value, words.RANGE_TOO_SMALL.format(variable=VARIABLE))
    return network


def blocks(network: IPv4Network) -> Iterator[IPv4Network]:
    """The blocks of a range: /24 each, or, where the range itself is a /24 or smaller, eight equal parts of it."""
    return network.subnets(new_prefix=24 if network.prefixlen < 24 else network.prefixlen + 3)


def fixed_block(network: IPv4Network) -> IPv4Network:
    """The block that `genesys-ports serve` uses: always the first."""
    return next(blocks(network))


class Claim:
    """A block of addresses this process holds until `release()`, or until it ends."""

    def __init__(self, block: IPv4Network, holder: socket.socket | None) -> None:
        self.block = block
        self._holder = holder

    def release(self) -> None:
        """Give the block back. May be called again."""
        if self._holder is not None:
            self._holder.close()
            self._holder = None


def claim_block(network: IPv4Network) -> Claim | None:
    """Claim the first free block after the fixed one. None where the system has one loopback address only (macOS).

    Raises `NetworkRangeError` when every block is held.
    """
    for block in islice(blocks(network), 1, None):
        holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # Without SO_REUSEADDR a bind alone excludes everyone else, and nothing shows up as listening.
            if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None):
                holder.setsockopt(socket.SOL_SOCKET, exclusive, 1)
            holder.bind((str(block.broadcast_address - 1), CLAIM_PORT))
        except OSError as error:
            holder.close()
            if error.errno in NOT_THERE:
                return None
            continue
        return Claim(block, holder)
    raise NetworkRangeError(str(network), words.RANGE_FULL)
