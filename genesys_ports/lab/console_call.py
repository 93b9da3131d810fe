"""Calling the console of a switch from outside, and what it means when none greets."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import ConsoleError, NotASwitchError, TooManyPortsError
from ..model import Application, ListeningPort, Purpose, Transport
from ..state import PortState, PortStatus, Socket
from ..trace import Kind, Participant
from . import caller as calling
from . import switch_words as words
from .console_client import ConsoleClient, ConsoleSession
from .console_port import is_console
from .listener import SHUTDOWN_LIMIT
from .sockets import OUTSIDE, TOO_MANY, calling_socket, socket_limit
from .stream import Route
from .switch_role import is_switch, switches_of
from .words import YOU

if TYPE_CHECKING:
    from .desks import Desks

__all__ = ["open_console"]


async def open_console(
    lab: Desks, name: str, port: int | str | None, on_gone: Callable[[ConsoleClient], None]
) -> ConsoleSession:
    """Call the console of a switch, or (over TCP) another port of an application: its number, or its port id.

    Raises `ConsoleError`, `NotASwitchError`, `UnknownApplicationError`, `UnknownPortIdError`, `InvalidPortError`,
    `PortKindError`, `TooManyPortsError`.
    """
    one = lab.plan.application(name)
    planned = _planned(lab, one, port)
    there = _listener(lab, one.host, planned.number)
    text = str(there.port if there else planned) if planned.transport is not Transport.UDP else f"{planned.number}/tcp"
    server = there.application if there else one.name
    end = ConsoleClient(lab, Route(YOU, server, one.host, text), planned.port_id, on_gone)
    lab.trace.join(Participant(YOU))
    try:
        await _connect(lab, one, planned, end)
        if there is None or is_console(lab.plan, there.application, there.port):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(calling.GREETING_LIMIT):
                    await asyncio.shield(end.greeted)
        if end.far_end is None:
            end.record(Kind.CONNECT, "connect")
            end.record(Kind.DISCONNECT, "disconnect")
            raise _error(lab, one, end, words.SILENT[there.port.purpose if there else None].format(**_values(one, end)))
        await lab.settle()
        session = ConsoleSession(lab, end)
        if end.far_end.over:
            raise ConsoleError(one.name, session.greeting)
    except BaseException:
        end.abort()
        raise
    return session


def _planned(lab: Desks, one: Application, port: int | str | None) -> ListeningPort:
    """The port that is meant: that of the console, unless another one is named."""
    if isinstance(port, str) and not port.isdecimal():
        return one.port(port)
    if port is not None:
        wanted = ListeningPort(number=int(port) if isinstance(port, str) else port)
        same = [own for own in one.ports if wanted.number in own.numbers]
        return next((own for own in same if own.transport.carrier is Transport.TCP), (*same, wanted)[0])
    console = next((own for own in one.ports if is_console(lab.plan, one.name, own)), None)
    if console is not None:
        return console
    managed = next((own for own in one.ports if own.purpose is Purpose.MANAGEMENT), None)
    if managed is not None:
        raise ConsoleError(
            one.name,
            words.NO_CONSOLE_PORT.format(application=one.name),
            words.SNMP_INSTEAD.format(application=one.name, port=managed),
        )
    if not is_switch(lab.plan, one.name):
        raise NotASwitchError(one.name, switches_of(lab.plan))
    raise ConsoleError(
        one.name, words.NO_CONSOLE_PORT.format(application=one.name), words.PLAN_ONE.format(application=one.name)
    )


def _listener(lab: Desks, host: str, number: int) -> PortState | None:
    """Which application of the lab listens on a TCP port of a host now."""
    for state in lab.port_states():
        is_there = state.host == host and state.status is PortStatus.LISTENING and number in state.port.numbers
        if is_there and state.port.transport.carrier is Transport.TCP:
            return state
    return None


async def _connect(lab: Desks, one: Application, planned: ListeningPort, end: ConsoleClient) -> None:
    udp = planned.transport is Transport.UDP
    try:
        async with asyncio.timeout(calling.GREETING_LIMIT):
            await _dial(lab, end, lab.network.reach(one.host, planned.number), tls=planned.transport is Transport.TLS)
    except (TimeoutError, ssl.SSLError):
        # Somebody is there, and says nothing that could be understood.
        return
    except OSError as error:
        if error.errno in TOO_MANY:
            raise TooManyPortsError(socket_limit()) from None
        end.record(Kind.REFUSED, "refused")
        sentence = words.REFUSED_UDP if udp else words.REFUSED
        raise _error(lab, one, end, sentence.format(udp=planned, **_values(one, end))) from None


async def _dial(lab: Desks, end: ConsoleClient, where: Socket | None, *, tls: bool) -> None:
    """Connect `end`. Raises `OSError`."""
    if where is None:
        raise ConnectionRefusedError
    loop = asyncio.get_running_loop()
    sock = calling_socket(OUTSIDE, None)
    end.local_address = sock.getsockname()
    end.client_number = end.local_address[1]
    # The other end finds its partner by this address.
    lab.dialling[end.local_address] = end
    try:
        await loop.sock_connect(sock, (where.address, where.number))
        secure: dict[str, Any] = {"ssl": None}
        if tls:
            secure = {"ssl": lab.certificates.client_context(), "server_hostname": where.address}
            secure["ssl_shutdown_timeout"] = SHUTDOWN_LIMIT
        await loop.create_connection(lambda: end, sock=sock, **secure)
    except BaseException:
        sock.close()
        lab.dialling.pop(end.local_address, None)
        raise


def _values(one: Application, end: ConsoleClient) -> dict[str, str]:
    return {"application": one.name, "server": end.route.server, "port": end.route.port, "host": one.host}


def _error(lab: Desks, one: Application, end: ConsoleClient, problem: str) -> ConsoleError:
    """What went wrong, and what to do now."""
    console = next((own for own in one.ports if is_console(lab.plan, one.name, own)), None)
    advice = ""
    if console is not None and str(console) != end.route.port:
        advice = words.RIGHT_PORT.format(application=one.name, port=console)
    elif not lab.is_running(one.name):
        advice = words.NOT_STARTED.format(application=one.name)
    return ConsoleError(one.name, problem, advice)
