"""The planned hosts, as loopback addresses of this machine.

Every planned host gets an address of its own, so that equal ports on two hosts coexist and equal ports on one host
really clash. Where the system cannot do that, ports are translated: the lab's own register then decides what clashes,
and the learner keeps seeing planned numbers.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..errors import TooManyPortsError
from ..model import Deployment, ListeningPort, Transport
from ..state import Socket
from . import words
from .addresses import Claim, claim_block, fixed_block, lab_range
from .hosts import HostAddresses
from .sockets import (
    IN_USE,
    NOT_ALLOWED,
    TOO_MANY,
    calling_socket,
    has_own_addresses,
    listening_socket,
    socket_limit,
)

__all__ = ["Bound", "Holder", "LoopbackNetwork", "Network", "PortTaken", "open_network"]

#: A range larger than this (media, mostly) is kept for its application instead of being opened number by number.
RANGE_OPENED = 256

#: A planned host, a number, TCP or UDP.
_Key: TypeAlias = tuple[str, int, Transport]

#: Who holds a port that a program outside the lab has.
_OUTSIDER = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a port of a host: an application; `outgoing` when it is its own end of a connection it opened."""

    application: str
    outgoing: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """One socket, bound and (over TCP) listening, and the planned port it belongs to."""

    socket: socket.socket
    port: ListeningPort


class PortTaken(Exception):
    """The port could not be opened because somebody has it; becomes `PortInUseError` where the plan is known.

    `holder` is None for a program outside the lab; `where` is then the socket to look for on this machine.
    """

    def __init__(self, port: str, holder: Holder | None, where: Socket | None) -> None:
        super().__init__(port)
        self.port = port
        self.holder = holder
        self.where = where


class Network(Protocol):
    """What a lab needs of a network. `LoopbackNetwork` is the real one, and says what each call does."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def notices(self) -> tuple[str, ...]: ...  # noqa: D102
    def prepare(self, plan: Deployment) -> None: ...  # noqa: D102
    def bind(self, owner: str, host: str, port: ListeningPort) -> list[Bound]: ...  # noqa: D102
    def sockets(self, owner: str, port: ListeningPort) -> tuple[Socket, ...]: ...  # noqa: D102
    def release(self, owner: str) -> None: ...  # noqa: D102
    def holder(self, host: str, number: int, transport: str = "tcp") -> Holder | None: ...  # noqa: D102
    async def connect(  # noqa: D102
        self, client: str, client_host: str, server_host: str, port: ListeningPort, client_port: int | None = None
    ) -> socket.socket: ...
    def reach(self, host: str, number: int, transport: str = "tcp") -> Socket | None: ...  # noqa: D102
    def hang_up(self, client: str, host: str, number: int) -> None: ...  # noqa: D102
    def admit_outsider(self, host: str, number: int) -> Socket: ...  # noqa: D102
    def forget_outsiders(self) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the register. `address` is the planned one; None is the host's own."""

    holder: Holder
    address: str | None
    port: ListeningPort | None = None


class LoopbackNetwork:
    """Planned hosts on 127.x.y.z. `claim` is the block of addresses; None translates every port to 127.0.0.1."""

    def __init__(self, claim: Claim | None) -> None:
        self._claim = claim
        self._one_address = claim is None
        self._block = claim.block if claim else fixed_block(lab_range())
        self._hosts = HostAddresses(self._block)
        self._register: dict[_Key, list[_Entry]] = {}
        self._keys: dict[str, list[_Key]] = {}
        # Where the planned number could not be opened: (lab address, planned number, transport) → what was opened.
        self._translated: dict[_Key, Socket] = {}
        self._opened: dict[tuple[str, ListeningPort], list[Bound]] = {}
        self._notices: dict[str, None] = dict.fromkeys([words.ONE_ADDRESS] if self._one_address else ())

    @property
    def text(self) -> str:
        """The addresses in use, in words a network engineer knows: `127.20.1.0/24`."""
        return "127.0.0.1" if self._one_address else str(self._block)

    @property
    def probe_address(self) -> str:
        """An address of this network that no plan has yet."""
        return str(self._block.network_address + 1)

    @property
    def notices(self) -> tuple[str, ...]:
        """Whole sentences on how this network differs from the plan."""
        return tuple(self._notices)

    def prepare(self, plan: Deployment) -> None:
        """Give every host of the plan its addresses. Raises `NetworkRangeError` when the block is too small."""
        self._hosts.prepare(plan)

    def close(self) -> None:
        """Give the block of addresses back. May be called again."""
        if self._claim is not None:
            self._claim.release()

    # --- listening

    def bind(self, owner: str, host: str, port: ListeningPort) -> list[Bound]:
        """Open every number of a planned port, on every address it stands for.

        All or nothing. Raises `PortTaken`, or `TooManyPortsError`.
        """
        reserved = len(port.numbers) > RANGE_OPENED
        bound: list[Bound] = []
        try:
            for number in port.numbers:
                if not reserved:
                    bound += self._bind_number(host, port, number)
                # The system has said yes by now. It cannot know of translated ports, nor of an address that joined the
                # host after a wildcard listener had opened all there were: there, the register has the last word.
                self._enter((host, number, port.transport.carrier), _Entry(Holder(owner), port.address, port))
        except BaseException:
            for one in bound:
                one.socket.close()
            self._leave(owner, port)
            raise
        if reserved:
            self._notices[words.RESERVED.format(port=port, application=owner)] = None
        self._opened[owner, port] = bound
        return bound

    def _bind_number(self, host: str, port: ListeningPort, number: int) -> list[Bound]:
        bound: list[Bound] = []
        carrier = port.transport.carrier
        try:
            for address in self._hosts.covered(host, port.address):
                bound.append(Bound(self._bind_one(host, address, number, carrier), port))
        except OSError as error:
            for one in bound:
                one.socket.close()
            if error.errno in TOO_MANY:
                raise TooManyPortsError(len(self._register) + 1, socket_limit()) from None
            if error.errno in IN_USE:
                holder = self._holder((host, number, carrier), port.address)
                raise PortTaken(
                    f"{number}/{port.transport}", holder, None if holder else Socket(address, number)
                ) from None
            raise
        return bound

    def _bind_one(self, host: str, address: str, number: int, carrier: Transport) -> socket.socket:
        if not self._one_address:
            try:
                return listening_socket(address, number, carrier)
            except OSError as error:
                if error.errno not in NOT_ALLOWED:
                    raise
            self._notices[words.TRANSLATED.format(port=f"{number}/{carrier}", host=host)] = None
        stand_in = listening_socket("127.0.0.1" if self._one_address else address, 0, carrier)
        self._translated[address, number, carrier] = Socket(*stand_in.getsockname()[:2])
        return stand_in

    def sockets(self, owner: str, port: ListeningPort) -> tuple[Socket, ...]:
        """What is really open for a planned port of an application."""
        return tuple(Socket(*one.socket.getsockname()[:2]) for one in self._opened.get((owner, port), ()))

    def release(self, owner: str) -> None:
        """The application has closed all its sockets: strike it out of the register."""
        self._leave(owner, None)
        for name, port in [key for key in self._opened if key[0] == owner]:
            del self._opened[name, port]
            if self._translated:
                for number in port.numbers:
                    for address in self._hosts.every():
                        self._translated.pop((address, number, port.transport.carrier), None)

    # --- the register: who has what, in planned terms

    def holder(self, host: str, number: int, transport: str = "tcp") -> Holder | None:
        """Who of the lab has this number on any address of the host."""
        return self._holder((host, number, Transport(transport).carrier), "")

    def _holder(self, key: _Key, address: str | None) -> Holder | None:
        entries = self._register.get(key)
        if not entries:
            return None
        wanted = set(self._hosts.covered(key[0], address))
        found = (entry for entry in entries if wanted.intersection(self._hosts.covered(key[0], entry.address)))
        return next((entry.holder for entry in found), None)

    def _enter(self, key: _Key, entry: _Entry) -> None:
        other = self._holder(key, entry.address)
        if other is not None:
            transport = entry.port.transport if entry.port else key[2]
            raise PortTaken(f"{key[1]}/{transport}", other if other.application != _OUTSIDER else None, None)
        self._register.setdefault(key, []).append(entry)
        self._keys.setdefault(entry.holder.application, []).append(key)

    def _leave(self, owner: str, port: ListeningPort | None) -> None:
        """Strike out what `owner` has entered: for one port, or (None) all of it."""
        kept: list[_Key] = []
        for key in dict.fromkeys(self._keys.pop(owner, ())):
            entries = self._register.pop(key, [])
            left = [e for e in entries if e.holder.application != owner or (port is not None and e.port is not port)]
            if left:
                self._register[key] = left
            if any(entry.holder.application == owner for entry in left):
                kept.append(key)
        if kept:
            self._keys[owner] = kept

    # --- connecting

    async def connect(
        self, client: str, client_host: str, server_host: str, port: ListeningPort, client_port: int | None = None
    ) -> socket.socket:
        """A connected TCP socket, from the client host's own address to the server's.

        Raises `ConnectionRefusedError` when nobody listens there, `PortTaken` when `client_port` is in use.
        """
        address = self._hosts.reached_from(client_host, server_host, port.address)
        where = self._translated.get((address, port.number, Transport.TCP))
        if where is None:
            if self._one_address:
                raise ConnectionRefusedError
            where = Socket(address, port.number)
        entry = _Entry(Holder(client, outgoing=True), None)
        if client_port is not None:
            self._enter((client_host, client_port, Transport.TCP), entry)
        try:
            sock = self._calling_socket(client_host, client_port)
            try:
                await asyncio.get_running_loop().sock_connect(sock, (where.address, where.number))
                if client_port is None and not self._one_address:
                    # The number the system handed out is gone for listeners now, whatever the plan says.
                    key = (client_host, int(sock.getsockname()[1]), Transport.TCP)
                    self._register.setdefault(key, []).append(entry)
                    self._keys.setdefault(client, []).append(key)
            except BaseException:
                sock.close()
                raise
        except BaseException:
            if client_port is not None:
                self.hang_up(client, client_host, client_port)
            raise
        return sock

    def _calling_socket(self, host: str, number: int | None) -> socket.socket:
        if self._one_address:
            return calling_socket("127.0.0.1", None)
        here = self._hosts.own(host)
        try:
            return calling_socket(here, number)
        except OSError as error:
            if number is None or error.errno not in IN_USE:
                raise
            raise PortTaken(f"{number}/tcp", None, Socket(here, number)) from None

    def reach(self, host: str, number: int, transport: str = "tcp") -> Socket | None:
        """Where a program of this machine calls a planned port; None when the lab knows that nobody can answer."""
        address = self._hosts.own(host)
        known = self._translated.get((address, number, Transport(transport).carrier))
        return known or (None if self._one_address else Socket(address, number))

    def hang_up(self, client: str, host: str, number: int) -> None:
        """The client's own end of a connection is closed: its number is free again."""
        key = (host, number, Transport.TCP)
        left = [e for e in self._register.pop(key, ()) if e.holder != Holder(client, outgoing=True)]
        if left:
            self._register[key] = left

    # --- programs outside the lab

    def admit_outsider(self, host: str, number: int) -> Socket:
        """Where a program outside the lab has to listen to hold `number` on `host`. Raises `PortTaken`."""
        if not self._one_address:
            return Socket(self._hosts.own(host), number)
        self._enter((host, number, Transport.TCP), _Entry(Holder(_OUTSIDER), None))
        return Socket("127.0.0.1", 0)

    def forget_outsiders(self) -> None:
        """The programs outside the lab have ended."""
        self._leave(_OUTSIDER, None)


def open_network(*, fixed: bool = False, one_address: bool | None = None) -> LoopbackNetwork:
    """The network of one lab: a block of its own, or (`fixed`) the first block of the range, as other tools expect.

    `one_address` says whether to do as on a system with one loopback address only; None finds out.
    Raises `NetworkRangeError`.
    """
    network = lab_range()
    if one_address:
        return LoopbackNetwork(None)
    if fixed:
        block = fixed_block(network)
        return LoopbackNetwork(Claim(block, None) if has_own_addresses(str(block.network_address + 1)) else None)
    return LoopbackNetwork(claim_block(network))
