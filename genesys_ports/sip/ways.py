"""Which way a request goes, where every host is an address (RFC 3263 without a name server)."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from ..model import Transport
from ..state import Socket
from .flow import Flow
from .uri import Uri

__all__ = ["own_end", "sent_by", "way"]

#: RFC 3261 19.1.2.
DEFAULT_NUMBER = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}


def way(uri: Uri, came: Flow, local: Mapping[Transport, Socket]) -> Flow:
    """The way to the address in a Contact or Route, whose message came over `came`.

    The address wins over the place that the message came from: a phone may send from one port and listen on another.
    Only where nobody could go there (a host name, since nothing here asks a name server; 0.0.0.0; a transport that
    this side does not have) is it the way that the message came. A connection to the same peer is used again.
    """
    if uri.scheme == "sips":
        transport = Transport.TLS
    else:
        name = uri.params.get("transport", "udp" if Transport.UDP in local else came.transport).lower()
        if name not in local:
            return came
        transport = Transport(name)
    address = uri.params.get("maddr", uri.host).strip("[]")
    try:
        reachable = transport in local and not ip_address(address).is_unspecified
    except ValueError:
        reachable = False
    if not reachable:
        return came
    number = uri.port or DEFAULT_NUMBER[transport]
    same = transport is came.transport and address == came.address
    return Flow(transport, address, number, came.connection if same else 0)


def own_end(transport: Transport, local: Mapping[Transport, Socket]) -> tuple[str, int]:
    """The own host, as it stands in an address, and the own port number for a transport."""
    own = local.get(transport) or next(iter(local.values()))
    return f"[{own.address}]" if ":" in own.address else own.address, own.number


def sent_by(transport: Transport, local: Mapping[Transport, Socket]) -> str:
    """Both, as they stand in Via."""
    host, number = own_end(transport, local)
    return f"{host}:{number}"
