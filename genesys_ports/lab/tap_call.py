"""Opening a tap: calling the port, and what it means when that does not work."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any

from ..errors import ConnectionRefusedByPeerError, NoAnswerError, TLSMismatchError, TooManyPortsError
from ..model import Transport
from ..state import Socket
from ..trace import Participant
from . import link
from .listener import SHUTDOWN_LIMIT
from .sockets import OUTSIDE, TOO_MANY, calling_socket, datagram_socket, socket_limit
from .tap import Tap
from .tap_ends import TapDatagrams, TapLine
from .tap_place import TapPlace
from .words import YOU

if TYPE_CHECKING:
    from .desks import Desks

__all__ = ["open_tap"]


async def open_tap(lab: Desks, place: TapPlace, *, tls: bool | None) -> Tap:
    """Connect with a port, or bind a socket to send it datagrams from. Raises as `Lab.tap` says."""
    secure = place.port.transport is Transport.TLS if tls is None else bool(tls) and not place.udp
    tap = Tap(lab, place, secure=secure)
    lab.trace.join(Participant(YOU))
    try:
        await (_bind(lab, tap) if place.udp else _connect(lab, tap))
    except OSError as error:
        if error.errno in TOO_MANY:
            raise TooManyPortsError(socket_limit()) from None
        raise
    return tap


async def _bind(lab: Desks, tap: Tap) -> None:
    sock = datagram_socket(OUTSIDE)
    end = TapDatagrams(tap)
    number = sock.getsockname()[1]
    try:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: end, sock=sock)
    except BaseException:
        sock.close()
        raise
    lab.outsiders.introduce(Transport.UDP, (OUTSIDE, number), YOU)
    tap.begin(end, number)


async def _connect(lab: Desks, tap: Tap) -> None:
    place, loop = tap.place, asyncio.get_running_loop()
    where = lab.network.way("", place.host, place.port)
    sock = calling_socket(OUTSIDE, None)
    number = sock.getsockname()[1]
    end, handed_over = TapLine(tap), False
    try:
        try:
            async with asyncio.timeout(link.WAIT_LIMIT):
                if where is None:
                    raise ConnectionRefusedError
                lab.outsiders.introduce(Transport.TCP, (OUTSIDE, number), YOU)
                await loop.sock_connect(sock, (where.address, where.number))
        except (TimeoutError, OSError) as error:
            if isinstance(error, OSError) and error.errno in TOO_MANY:
                raise
            tap.note_refused("refused")
            raise ConnectionRefusedByPeerError(YOU, place.server, place.host, place.planned) from None
        handed_over = True
        await _speak(lab, tap, end, sock, where)
    except BaseException:
        # A socket that asyncio has is closed by asyncio: closed under its hands, its number would soon be another's.
        if not handed_over:
            sock.close()
        lab.outsiders.forget(Transport.TCP, (OUTSIDE, number))
        raise
    tap.begin(end, number)


async def _speak(lab: Desks, tap: Tap, end: TapLine, sock: socket.socket, where: Socket) -> None:
    secure: dict[str, Any] = {"ssl": None}
    if tap.secure:
        secure = {"ssl": lab.certificates.client_context(), "server_hostname": where.address}
        secure["ssl_shutdown_timeout"] = SHUTDOWN_LIMIT
    try:
        async with asyncio.timeout(link.WAIT_LIMIT):
            await asyncio.get_running_loop().create_connection(lambda: end, sock=sock, **secure)
    except TimeoutError:
        raise NoAnswerError(tap.place.server, link.WAIT_LIMIT) from None
    except (ssl.SSLError, ConnectionError):
        raise TLSMismatchError(YOU, tap.place.server, tap.place.planned, secure=False) from None
