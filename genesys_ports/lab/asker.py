"""Asking one agent over SNMP: a socket of whoever asks, one question at a time."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..errors import SnmpRefusedError, SnmpSilentError, TooManyPortsError
from ..model import Application, ListeningPort, Transport
from ..snmp.names import name_of, text_of
from ..snmp.objects import Oid, Value
from ..state import Socket
from ..trace import Kind
from . import manager_words as words
from .signalling import End, Place
from .snmp_messages import SNMP, Packet, decode, encode
from .sockets import TOO_MANY, socket_limit
from .stream import STRANGERS_KEPT
from .udp import Datagrams

if TYPE_CHECKING:
    from .calls import Calls
    from .snmp_secure import Secure

__all__ = ["LIMIT", "Asker", "Target"]

#: Seconds that whoever asks waits for a program outside the lab. (What is on its way inside is known to be.)
LIMIT = 1.0

#: Questions repeated at most, on a network that loses datagrams (as many as Net-SNMP's tools).
RETRIES = 5

Variables: TypeAlias = Sequence[tuple[Oid, Value]]
Answer: TypeAlias = "asyncio.Future[Packet]"


class Target(NamedTuple):
    """Who asks whom: the name and the address of whoever asks, its planned host, and the agent's application and port.

    `way` is where that port really is; None when the lab knows that nobody can be there. `patient` tells that the
    agent may have to ask somebody else first.
    """

    asker: str
    asker_host: str
    address: str
    application: Application
    port: ListeningPort
    way: Socket | None
    patient: bool = False


class Asker(Datagrams):
    """One end of a conversation with an agent. Open it as a context."""

    def __init__(self, lab: Calls, target: Target) -> None:
        super().__init__()
        self._lab = lab
        self._target = target
        self._signalling = lab.signalling
        self._place: Place = (Transport.UDP, target.address, 0)
        self._there: Place | None = (Transport.UDP, *_pair(target.way)) if target.way else None
        self._heard: Callable[[bytes], None] = _nothing

    async def __aenter__(self) -> Asker:
        target = self._target
        try:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        except OSError as error:
            if error.errno in TOO_MANY:
                raise TooManyPortsError(socket_limit()) from None
            raise
        sock.setblocking(False)
        sock.bind((target.address, 0))
        self._place = (Transport.UDP, target.address, sock.getsockname()[1])
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=sock)
        self._signalling.join(self._place, End(target.asker, target.asker_host, "", self._place[2]))
        return self

    async def __aexit__(self, *error: object) -> None:
        self._heard = _nothing
        self._signalling.leave(self._place)
        self.close()

    # --- what comes

    def datagram_received(self, data: bytes, address: Any) -> None:
        place: Place = (Transport.UDP, address[0], address[1])
        if place != self._there:
            return
        if self._is_inside:
            self._signalling.flight.arrive((place, self._place), data, partial(self._hear, data))
        else:
            self._hear(data)

    def _hear(self, data: bytes) -> None:
        self._heard(data)

    @property
    def _is_inside(self) -> bool:
        """Whether the agent belongs to this lab: it writes its answers into the trace itself."""
        return self._there is not None and self._signalling.end(self._there) is not None

    # --- asking

    async def ask(self, packet: Packet) -> Variables:
        """Ask in version 1 or 2c, and wait for the answer; its variables. Raises `SnmpSilentError`, `SnmpRefusedError`.

        On a network that loses datagrams the question is repeated, as Net-SNMP's tools do.
        """
        answer: Answer = asyncio.get_running_loop().create_future()
        data = encode(packet)
        asked: list[int] = []

        def heard(data: bytes) -> None:
            said = decode(data)
            if said is None or said.kind != "response" or said.request != packet.request or answer.done():
                return
            self._note_answer(said, data, asked[-1])
            answer.set_result(said)

        self._heard = heard
        for again in range(RETRIES + 1 if self._lab.network.lossy else 1):
            asked.append(self._send(line(packet), data, again=again > 0))
            await self._wait(answer)
            if answer.done():
                break
        return self._read(answer, packet)

    async def ask_securely(self, secure: Secure, packet: Packet) -> Variables:
        """The same in version 3, as a user. The first question asks who the agent is, as the standard has it."""
        answer: Answer = asyncio.get_running_loop().create_future()
        asked: list[int] = []

        def send(data: bytes, *, first: bool) -> None:
            asked.append(self._send(words.WHO_ARE_YOU if first else line(packet), data))

        def heard(data: bytes) -> None:
            before = asked[-1]
            secure.hear(data)
            self._note_answer(answer.result() if answer.done() else Packet("report", ()), data, before)

        self._heard = heard
        secure.ask(packet, send, answer)
        await self._wait(answer)
        return self._read(answer, packet)

    def _read(self, answer: Answer, packet: Packet) -> Variables:
        target = self._target
        name, host, port = target.application.name, target.application.host, str(target.port)
        if not answer.done():
            raise SnmpSilentError(target.asker, name, host, port, self._is_nobody)
        said = answer.result()
        if said.status != "noError":
            raise SnmpRefusedError(name, line(packet), said.status)
        return said.variables

    @property
    def _is_nobody(self) -> bool:
        """Whether the host would report the port as closed."""
        if self._is_inside:
            return False
        return self._there is None or self._signalling.is_nobody(self._there)

    def _send(self, name: str, data: bytes, *, again: bool = False) -> int:
        target, network = self._target, self._lab.network
        server = target.application
        lost = network.lossy and network.loses(target.asker, server.name, name)
        number = self._lab.trace.add(
            Kind.REQUEST, name, target.asker, server.name, target.asker, server.name, server.host, str(target.port),
            "", data, protocol=SNMP, client_number=self._place[2], again=again, dropped=lost,
        ).number  # fmt: skip
        if self._there is not None and not lost:
            if self._is_inside:
                self._signalling.flight.depart((self._place, self._there), data)
            self.write(data, self._there[1:])
        return number

    async def _wait(self, answer: Answer) -> None:
        """Wait as long as an answer can still come."""
        if self._is_nobody:
            return
        if self._is_inside:
            await self._lab.settle()
            if not self._target.patient:
                return
        if not answer.done():
            await asyncio.wait([answer], timeout=LIMIT)

    def _note_answer(self, said: Packet, data: bytes, asked: int) -> None:
        """A program outside the lab has answered; those inside note what they send themselves."""
        if self._is_inside:
            return
        target = self._target
        pair = (target.asker, target.application.name)
        self._lab.trace.add(
            Kind.RESPONSE, said.kind, *pair[::-1], *pair, target.application.host, str(target.port),
            told(said.variables)[:STRANGERS_KEPT], data[:STRANGERS_KEPT], asked,
            protocol=SNMP, client_number=self._place[2],
        )  # fmt: skip


def line(packet: Packet) -> str:
    """A question in one line: `get sysName.0, sysUpTime.0`."""
    names = ", ".join(name_of(oid) for oid, _ in packet.variables)
    return f"{packet.kind} {names}".rstrip()


def told(variables: Variables) -> str:
    """Values in one line: `sysName.0 = message_server`."""
    return ", ".join(f"{name_of(oid)} = {text_of(value, oid)}" for oid, value in variables)


def _pair(way: Socket) -> tuple[str, int]:
    return way.address, way.number


def _nothing(data: bytes) -> None:
    """Nothing was asked yet."""
