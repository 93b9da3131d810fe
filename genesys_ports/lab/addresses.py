"""Which loopback addresses a lab may use, so that two labs, or two learners on one machine, never meet.

`GENESYS_PORTS_NETWORK` names the range of one learner: `127.40.0.0/16`, or `127.40.7.0/24`. The range is cut into
blocks; each lab claims the first free block for itself, and the very first block is kept for `genesys-ports serve`, so
that other tools always find it at the same addresses.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import islice

from ..errors import NetworkRangeError, TooManyPortsError
from . import words
from .sockets import IN_USE, NOT_ALLOWED, NOT_THERE, TOO_MANY, claiming_socket, socket_limit

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
    except ValueError:
        raise NetworkRangeError(value, words.RANGE_UNREADABLE.format(variable=VARIABLE)) from None
    if not network.subnet_of(_LOOPBACK):
        raise NetworkRangeError(value, words.RANGE_NOT_LOOPBACK.format(variable=VARIABLE))
    if network.prefixlen > _LONGEST_PREFIX:
        raise NetworkRangeError(value, words.RANGE_TOO_SMALL.format(variable=VARIABLE))
    return network


def blocks(network: IPv4Network) -> Iterator[IPv4Network]:
    """The blocks of a range: /24 each; a /24 itself gives eight, and a smaller range as many of 16 addresses as fit."""
    return network.subnets(new_prefix=min(max(24, network.prefixlen + 3), 28))


def fixed_block(network: IPv4Network) -> IPv4Network:
    """The block that `genesys-ports serve` uses: always the first."""
    return next(blocks(network))


class Claim:
    """A block of addresses of the range `whole`, which this process holds until `release()`, or until it ends."""

    def __init__(self, whole: IPv4Network, block: IPv4Network, holder: socket.socket | None) -> None:
        self.whole = whole
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
        try:
            return Claim(network, block, claiming_socket(str(block.broadcast_address - 1), CLAIM_PORT))
        except OSError as error:
            if error.errno in NOT_THERE:
                return None
            if error.errno in TOO_MANY:
                raise TooManyPortsError(socket_limit()) from None
            if error.errno not in IN_USE | NOT_ALLOWED:
                raise
    raise NetworkRangeError(str(network), words.RANGE_FULL)
