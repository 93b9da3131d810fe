"""Which way a request goes, where every host is an address (RFC 3263 without a name server)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address

from ..model import Transport
from ..state import Socket
from .flow import Flow
from .uri import Uri
from .values import Via

__all__ = ["address_at", "is_own", "own_end", "sent_by", "way", "ways"]

#: RFC 3261 19.1.2.
DEFAULT_NUMBER = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}


def ways(uri: Uri, came: Flow, local: Mapping[Transport, Socket]) -> tuple[Flow, ...]:
    """The ways to the address in a Contact or Route, the best first; its message came over `came`.

    The address wins over the place that the message came from: a phone may send from one port and listen on another.
    But a connection that its host has opened is used again, and where nobody could go to the address (a host name,
    since nothing here asks a name server; 0.0.0.0; a transport that this side does not have; any other machine, for a
    side on loopback), the way that the message came is the only one.
    """
    target = _target(uri, came, local)
    if target is None:
        return (came,)
    if came.connection and (target.transport, target.address) == (came.transport, came.address):
        return came, target
    return target, came


def way(uri: Uri, came: Flow, local: Mapping[Transport, Socket]) -> Flow:
    """The best of these ways."""
    return ways(uri, came, local)[0]


def _target(uri: Uri, came: Flow, local: Mapping[Transport, Socket]) -> Flow | None:
    if uri.scheme == "sips":
        name = "tls"
    else:
        name = uri.params.get("transport", "udp" if Transport.UDP in local else came.transport).lower()
    if name not in local:
        return None
    transport = Transport(name)
    address = uri.params.get("maddr", uri.host).strip("[]")
    if not _is_reached(address, local[transport].address):
        return None
    return Flow(transport, address, uri.port or DEFAULT_NUMBER[transport])


@lru_cache(maxsize=1_024)
def _is_reached(address: str, own: str) -> bool:
    """Whether a way leads from an address of this side to another one."""
    try:
        there, here = ip_address(address), ip_address(own)
    except ValueError:
        return False
    # RFC 1122 3.2.1.3: what a loopback address sends must not leave its host.
    leaves = here.is_loopback and not there.is_loopback
    return there.version == here.version and not there.is_unspecified and not leaves


def address_at(user: str, transport: Transport, host: str, number: int) -> Uri:
    """The SIP address of a user at a host. UDP is what an address means that says nothing (RFC 3261 19.1.2)."""
    params = {} if transport is Transport.UDP else {"transport": str(transport)}
    return Uri("sip", user, host, number, params)


def own_end(transport: Transport, local: Mapping[Transport, Socket]) -> tuple[str, int]:
    """The own host, as it stands in an address, and the own port number for a transport."""
    own = local.get(transport) or next(iter(local.values()))
    return f"[{own.address}]" if ":" in own.address else own.address, own.number


def sent_by(transport: Transport, local: Mapping[Transport, Socket]) -> str:
    """Both, as they stand in Via."""
    host, number = own_end(transport, local)
    return f"{host}:{number}"


def is_own(via: Via, local: Mapping[Transport, Socket]) -> bool:
    """Whether this hop is the own element."""
    host, number = via.host.strip("[]"), via.port or 5060
    return any((own.address, own.number) == (host, number) for own in local.values())
