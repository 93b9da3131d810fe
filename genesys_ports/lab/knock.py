"""Calling a port and hanging up at once."""

from __future__ import annotations

import asyncio
import socket

from ..model import Deployment, ListeningPort, Transport
from ..state import PortState, Socket
from ..trace import Kind, Participant, Trace
from . import words
from .link import WAIT_LIMIT
from .network import Network
from .report import Report

__all__ = ["is_open", "knock_on"]


async def knock_on(plan: Deployment, network: Network, trace: Trace, host: str, number: int) -> Report:
    """Call a TCP port of a planned host from outside the lab, and tell who answered; notes both in the trace.

    Raises `UnknownHostError`, `InvalidPortError`.
    """
    plan.host(host)
    port = str(ListeningPort(number=number))
    holder = network.holder(host, number)
    server = holder.application if holder and not holder.outgoing else ""
    heard = await _answers(network.reach(host, number))
    trace.join(Participant(words.YOU))
    called = server or _planned_for(plan, host, number) or host
    if called == host:
        trace.join(Participant(host))
    if not heard:
        trace.add(Kind.REFUSED, "knock", words.YOU, called, words.YOU, server, host, port)
        return Report([words.NOBODY.format(port=port, host=host)])
    trace.add(Kind.CONNECT, "knock", words.YOU, called, words.YOU, server, host, port)
    trace.add(Kind.ACCEPT, "answer", called, words.YOU, words.YOU, server, host, port)
    return Report([words.SOMEBODY.format(port=port, host=host, application=server or words.OUTSIDER_NAME)])


def _planned_for(plan: Deployment, host: str, number: int) -> str:
    """The application the plan gives this TCP port of the host to; empty when it gives it to nobody."""
    for application, port in plan.ports():
        if application.host == host and number in port.numbers and port.transport.carrier is Transport.TCP:
            return application.name
    return ""


async def _answers(where: Socket | None) -> bool:
    """Whether anybody takes a TCP call there; None is a place where nobody can."""
    if where is None:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                await asyncio.get_running_loop().sock_connect(caller, (where.address, where.number))
        except OSError:
            return False
    return True


def is_open(state: PortState) -> bool:
    """Whether a planned port really is open on this machine: over TCP, whether every socket of it takes a call.

    The system takes the call on behalf of a listener, so this needs no event loop.
    """
    if not state.sockets or state.port.transport.carrier is Transport.UDP:
        return bool(state.sockets)
    for one in state.sockets:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
            caller.settimeout(WAIT_LIMIT)
            if caller.connect_ex((one.address, one.number)) != 0:
                return False
    return True
