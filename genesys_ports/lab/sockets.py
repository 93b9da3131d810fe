"""Sockets as this package opens them, and what the system's refusals mean."""

from __future__ import annotations

import errno
import socket
import struct
import sys

from ..model import Transport

__all__ = [
    "IN_USE",
    "NOT_ALLOWED",
    "NOT_THERE",
    "OUTSIDE",
    "TOO_MANY",
    "calling_socket",
    "claiming_socket",
    "datagram_socket",
    "has_own_addresses",
    "listening_socket",
    "socket_limit",
]

# Error numbers by meaning; those above 10000 are Windows' own (Winsock).
IN_USE = {errno.EADDRINUSE, 10048}
NOT_ALLOWED = {errno.EACCES, errno.EPERM, 10013}
NOT_THERE = {errno.EADDRNOTAVAIL, 10049}
TOO_MANY = {errno.EMFILE, errno.ENFILE, 10024}

#: Where programs call from that are on no planned host.
OUTSIDE = "127.0.0.1"

#: Connections the system keeps waiting for an accept.
BACKLOG = 1_024

#: struct linger of the system.
_LINGER = "hh" if sys.platform == "win32" else "ii"


def _socket(kind: socket.SocketKind) -> socket.socket:
    # asyncio switches Nagle's delays off for sockets whose protocol is said, not left at 0.
    protocol = socket.IPPROTO_TCP if kind is socket.SOCK_STREAM else socket.IPPROTO_UDP
    sock = socket.socket(socket.AF_INET, kind, protocol)
    sock.setblocking(False)
    return sock


def listening_socket(address: str, number: int, carrier: Transport) -> socket.socket:
    """A bound socket; over TCP it listens. Raises `OSError` and leaves nothing open."""
    udp = carrier is Transport.UDP
    sock = _socket(socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    try:
        # SO_REUSEADDR lets a server come back while old connections still time out. On Windows it means something else
        # (steal the port), and over UDP two sockets would both bind and the last one get everything.
        if not _exclude_others(sock) and not udp:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, number))
        if not udp:
            # The clash of two binders that both set SO_REUSEADDR shows only here.
            sock.listen(BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def claiming_socket(address: str, number: int) -> socket.socket:
    """A socket that is bound and nothing else: it keeps a block of addresses. Raises `OSError`."""
    sock = _socket(socket.SOCK_STREAM)
    try:
        # Without SO_REUSEADDR a bind alone excludes everyone else, and nothing shows up as listening.
        _exclude_others(sock)
        sock.bind((address, number))
    except BaseException:
        sock.close()
        raise
    return sock


def _exclude_others(sock: socket.socket) -> bool:
    """Ask for exclusive use, where the system (Windows) knows how."""
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    if exclusive is not None:
        sock.setsockopt(socket.SOL_SOCKET, exclusive, 1)
    return exclusive is not None


def calling_socket(address: str, number: int | None) -> socket.socket:
    """A TCP socket bound to the caller's own address, and to a fixed `number` when one is given. Raises `OSError`."""
    sock = _socket(socket.SOCK_STREAM)
    try:
        if number is not None:
            # Closed with a reset, so that the next start finds the fixed number free instead of in TIME_WAIT.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
            if sys.platform != "win32":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, number or 0))
    except BaseException:
        sock.close()
        raise
    return sock


def datagram_socket(address: str) -> socket.socket:
    """A UDP socket bound to the caller's own address, on a number of the system's choice. Raises `OSError`."""
    return listening_socket(address, 0, Transport.UDP)


def has_own_addresses(address: str) -> bool:
    """Whether this system lets us bind a loopback address other than 127.0.0.1 without any set-up."""
    try:
        calling_socket(address, None).close()
    except OSError as error:
        return error.errno not in NOT_THERE
    return True


def socket_limit() -> int:
    """How many sockets one program may have open."""
    try:
        import resource
    except ImportError:  # Windows: what select(), and so the event loop of a kernel, can watch
        return 512
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
