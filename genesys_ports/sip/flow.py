"""The way a message goes: the transport and the far end."""

from __future__ import annotations

from typing import NamedTuple

from ..model import Transport

__all__ = ["Flow"]


class Flow(NamedTuple):
    """The way to one peer: the transport, and the address and port number of its end.

    Over TCP and TLS `connection` is the number of the connection that a message came in on, 0 for "open one, or take
    one that is open"; over UDP it is always 0. An answer goes back the way its request came (RFC 3261 18.2.2, RFC
    3581).
    """

    transport: Transport
    address: str
    number: int
    connection: int = 0

    @property
    def reliable(self) -> bool:
        """Whether the transport looks after lost packets itself (TCP, TLS), so that SIP need not repeat anything."""
        return self.transport is not Transport.UDP
