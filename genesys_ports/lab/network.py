"""The planned hosts, as loopback addresses of this machine.

Every planned host gets an address of its own, so that equal ports on two hosts coexist and equal ports on one host
really clash. Where the system cannot do that, ports are translated: the lab's own register then decides what clashes,
and the learner keeps seeing planned numbers.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from ..errors import TooManyPortsError
from ..model import Deployment, ListeningPort, Purpose, Transport
from ..state import Socket
from . import words
from .addresses import Claim, claim_block, fixed_block, lab_range
from .hosts import HostAddresses
from .loss import SEED, Loss
from .owners import owner_sentence
from .register import OUTSIDER, Holder, Key, PortTaken, Register, taken
from .report import Report
from .sockets import (
    IN_USE,
    NOT_ALLOWED,
    TOO_MANY,
    calling_socket,
    has_own_addresses,
    listening_socket,
    socket_limit,
)

__all__ = ["Call", "Holder", "LoopbackNetwork", "Network", "PortTaken", "open_network"]

#: Of a range larger than this (media, mostly) only the first number is opened, and the rest kept for its application.
RANGE_OPENED = 256


@dataclass(frozen=True, slots=True)
class Call:
    """A client's own socket, the (planned) number of its end, and where to connect it."""

    socket: socket.socket
    number: int
    where: Socket


class Network(Protocol):
    """What a lab needs of a network. `LoopbackNetwork` is the real one, and says what each call does."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def notices(self) -> tuple[str, ...]: ...  # noqa: D102
    def prepare(self, plan: Deployment, in_use: Iterable[str] = ()) -> None: ...  # noqa: D102
    def bind(self, owner: str, host: str, port: ListeningPort) -> list[socket.socket]: ...  # noqa: D102
    def sockets(self, owner: str, port: ListeningPort) -> tuple[Socket, ...]: ...  # noqa: D102
    def lend(self, host: str, port: ListeningPort, number: int) -> socket.socket: ...  # noqa: D102
    def release(self, owner: str) -> None: ...  # noqa: D102
    def close_port(self, owner: str, host: str, port: ListeningPort) -> None: ...  # noqa: D102
    def holder(self, host: str, number: int, transport: str = "tcp") -> Holder | None: ...  # noqa: D102
    def is_free(self, host: str, number: int, transport: str = "tcp") -> bool: ...  # noqa: D102
    def dial(  # noqa: D102
        self, client: str, client_host: str, server_host: str, port: ListeningPort, client_port: int | None = None
    ) -> Call: ...
    def call(self, client: str, host: str, where: Socket) -> Call: ...  # noqa: D102
    def hang_up(self, client: str, host: str, number: int) -> None: ...  # noqa: D102
    def way(self, client_host: str, server_host: str, port: ListeningPort) -> Socket | None: ...  # noqa: D102
    @property
    def one_address(self) -> bool: ...  # noqa: D102
    def address_of(self, host: str) -> str: ...  # noqa: D102
    def name_of(self, host: str) -> str: ...  # noqa: D102
    def is_silent(self, where: Socket) -> bool: ...  # noqa: D102
    def loss(self, share: float, *, seed: int = SEED) -> Report: ...  # noqa: D102
    @property
    def lossy(self) -> bool: ...  # noqa: D102
    def loses(self, sender: str, receiver: str, what: str) -> bool: ...  # noqa: D102
    def reach(self, host: str, number: int, transport: str = "tcp") -> Socket | None: ...  # noqa: D102
    def admit_outsider(self, host: str, number: int) -> Socket: ...  # noqa: D102
    def outsider_listens(self, host: str, number: int, opened: int) -> None: ...  # noqa: D102
    def forget_outsider(self, host: str, number: int) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class LoopbackNetwork:
    """Planned hosts on 127.x.y.z. `claim` is the block of addresses; None translates every port to 127.0.0.1."""

    def __init__(self, claim: Claim | None) -> None:
        self._claim = claim
        self._one_address = claim is None
        whole = claim.whole if claim else lab_range()
        self._block = claim.block if claim else fixed_block(whole)
        self._hosts = HostAddresses(self._block, whole)
        self._register = Register(self._hosts)
        # Where the planned number could not be opened: (lab address, planned number, transport) → what was opened.
        self._translated: dict[Key, Socket] = {}
        self._stand_ins: dict[str, list[Key]] = {}
        self._opened: dict[str, dict[ListeningPort, list[socket.socket]]] = {}
        self._loss = Loss()
        self._notices: dict[str, None] = dict.fromkeys([words.ONE_ADDRESS] if self._one_address else ())

    @property
    def text(self) -> str:
        """The addresses in use, in words a network engineer knows: `127.20.1.0/24`."""
        return "127.0.0.1" if self._one_address else str(self._block)

    @property
    def one_address(self) -> bool:
        """Whether every planned host has the same address, and ports are translated."""
        return self._one_address

    @property
    def probe_address(self) -> str:
        """An address of this network that no plan has yet."""
        return str(self._block.network_address + 1)

    @property
    def notices(self) -> tuple[str, ...]:
        """Whole sentences on how this network differs from the plan."""
        return tuple(self._notices)

    def prepare(self, plan: Deployment, in_use: Iterable[str] = ()) -> None:
        """Give every host of the plan its addresses; other hosts lose theirs, but for those `in_use`.

        Raises `NetworkRangeError`, and changes nothing, when the block is too small.
        """
        self._hosts.prepare(plan, {*in_use, *self._register.hosts})

    def close(self) -> None:
        """Close what is still open, and give the block of addresses back. May be called again."""
        for owner in list(self._opened):
            self.release(owner)
        if self._claim is not None:
            self._claim.release()

    # --- listening

    def bind(self, owner: str, host: str, port: ListeningPort) -> list[socket.socket]:
        """Open every number of a planned port, on every address it stands for; over TCP the sockets listen.

        Of a range for voice, or of more than `RANGE_OPENED` numbers, only the first is opened, on the first address.

        Raises `PortTaken`, or `TooManyPortsError`; what was opened by then stays open until `release(owner)`.
        """
        opened = self._opened.setdefault(owner, {}).setdefault(port, [])
        numbers, opens, addresses = port.numbers, port.numbers, self._hosts.covered(host, port.address)
        if len(numbers) > RANGE_OPENED or (len(numbers) > 1 and port.purpose is Purpose.MEDIA):
            opens, addresses = numbers[:1], addresses[:1]
            first = f"{port.number}/{port.transport}"
            self._notices[words.RESERVED.format(port=port, first=first, application=owner)] = None
        for number in opens:
            for address in addresses:
                opened.append(self._bind(owner, host, address, number, port))
        # The system has said yes by now. It cannot know of translated ports, nor of an address that joined the host
        # after a wildcard listener had opened all there were: there, the register has the last word.
        carrier = port.transport.carrier
        for number in numbers:
            self._register.enter((host, number, carrier), owner, port.address, port.transport)
        return opened

    def _bind(self, owner: str, host: str, address: str, number: int, port: ListeningPort) -> socket.socket:
        carrier = port.transport.carrier
        try:
            if not self._one_address:
                try:
                    return listening_socket(address, number, carrier)
                except OSError as error:
                    if error.errno not in NOT_ALLOWED:
                        raise
            # The stand-in always opens, so whoever has the planned number already is asked for first.
            holder = self._register.holder((host, number, carrier), port.address)
            # Windows says "not allowed" of a port that a program holds for itself alone, too.
            unsure = hasattr(socket, "SO_EXCLUSIVEADDRUSE") and not self._one_address
            if holder or (unsure and owner_sentence(Socket(address, number))):
                raise taken(number, port.transport, holder, Socket(address, number))
            stand_in = listening_socket("127.0.0.1" if self._one_address else address, 0, carrier)
        except OSError as error:
            if error.errno in TOO_MANY:
                raise TooManyPortsError(socket_limit()) from None
            if error.errno in IN_USE:
                holder = self._register.holder((host, number, carrier), port.address)
                raise taken(number, port.transport, holder, Socket(address, number)) from None
            raise
        if not self._one_address:
            self._notices[words.TRANSLATED.format(port=f"{number}/{carrier}", host=host)] = None
        key = (address, number, carrier)
        self._translated[key] = Socket(*stand_in.getsockname()[:2])
        self._stand_ins.setdefault(owner, []).append(key)
        return stand_in

    def lend(self, host: str, port: ListeningPort, number: int) -> socket.socket:
        """Another number of a UDP range that `bind` has kept; whoever borrows it closes it.

        Raises `PortTaken` when a program outside the lab has it, `TooManyPortsError`.
        """
        address = "127.0.0.1" if self._one_address else self._hosts.covered(host, port.address)[0]
        try:
            return listening_socket(address, 0 if self._one_address else number, Transport.UDP)
        except OSError as error:
            if error.errno in TOO_MANY:
                raise TooManyPortsError(socket_limit()) from None
            raise taken(number, port.transport, None, Socket(address, number)) from None

    def sockets(self, owner: str, port: ListeningPort) -> tuple[Socket, ...]:
        """What is really open for a planned port of an application."""
        return tuple(Socket(*one.getsockname()[:2]) for one in self._opened.get(owner, {}).get(port, ()))

    def release(self, owner: str) -> None:
        """Close what an application has opened, and strike it out of the register. May be called again."""
        for sock in chain.from_iterable(self._opened.pop(owner, {}).values()):
            sock.close()
        for key in self._stand_ins.pop(owner, ()):
            del self._translated[key]
        self._register.forget(owner)

    def close_port(self, owner: str, host: str, port: ListeningPort) -> None:
        """Close one port of an application, and strike it out of the register. May be called again."""
        for sock in self._opened.get(owner, {}).pop(port, ()):
            sock.close()
        carrier = port.transport.carrier
        stand_ins = self._stand_ins.get(owner, [])
        for key in [one for one in stand_ins if one[1] in port.numbers and one[2] is carrier]:
            stand_ins.remove(key)
            del self._translated[key]
        for number in port.numbers:
            self._register.strike_out((host, number, carrier), owner)

    # --- the register: who has what, in planned terms

    def holder(self, host: str, number: int, transport: str = "tcp") -> Holder | None:
        """Who of the lab has this number on the host's own address."""
        holder = self._register.holder((host, number, Transport(transport).carrier), None)
        return holder if holder != Holder(OUTSIDER) else None

    def is_free(self, host: str, number: int, transport: str = "tcp") -> bool:
        """Whether a server could listen on this number of the host now, on every address."""
        carrier = Transport(transport).carrier
        if self._register.holder((host, number, carrier), ""):
            return False
        if not self._one_address:
            try:
                for address in self._hosts.covered(host, ""):
                    listening_socket(address, number, carrier).close()
            except OSError as error:
                return error.errno not in IN_USE
        return True

    # --- datagrams

    def loss(self, share: float, *, seed: int = SEED) -> Report:
        """Lose this share of the datagrams from now on: 0.3 is three of ten, 0 ends it.

        Which ones depends on `seed` and on the datagrams, so that two runs lose the same. Raises `InvalidValueError`.
        """
        return self._loss.begin(share, seed)

    @property
    def lossy(self) -> bool:
        """Whether datagrams get lost now."""
        return self._loss.share > 0

    def loses(self, sender: str, receiver: str, what: str) -> bool:
        """Whether a datagram that is to be sent now gets lost; `what` tells it from others of the same pair."""
        return self._loss.loses(sender, receiver, what)

    def is_silent(self, where: Socket) -> bool:
        """Whether nobody on this machine has a UDP socket there: a real host would say "port unreachable"."""
        try:
            listening_socket(where.address, where.number, Transport.UDP).close()
        except OSError:
            return False
        return True

    # --- connecting

    def address_of(self, host: str) -> str:
        """The address that a planned host calls from, as it stands in messages."""
        return "127.0.0.1" if self._one_address else self._hosts.own(host)

    def dial(
        self, client: str, client_host: str, server_host: str, port: ListeningPort, client_port: int | None = None
    ) -> Call:
        """A TCP socket at the client host's own address, and where it has to call. `hang_up` gives its number back.

        Raises `ConnectionRefusedError` when the lab knows that nobody can answer, `PortTaken` when `client_port` is in
        use, `TooManyPortsError`.
        """
        if client_port is None:
            where = self.way(client_host, server_host, port)
            if where is None:
                raise ConnectionRefusedError
            return self.call(client, client_host, where)
        key = client_host, client_port, Transport.TCP
        self._register.enter(key, client, None, Transport.TCP, outgoing=True)
        try:
            where = self.way(client_host, server_host, port)
            if where is None:
                raise ConnectionRefusedError
            sock = self._calling_socket(client_host, client_port)
        except BaseException:
            self.hang_up(client, client_host, client_port)
            raise
        return Call(sock, client_port, where)

    def way(self, client_host: str, server_host: str, port: ListeningPort) -> Socket | None:
        """Where a client on one host finds a planned port of another; None when the lab knows that nobody is there."""
        address = self._hosts.reached_from(client_host, server_host, port.address)
        known = self._translated.get((address, port.number, port.transport.carrier))
        return known or (None if self._one_address else Socket(address, port.number))

    def name_of(self, host: str) -> str:
        """The address that a planned host has or would have, if this system had more than one."""
        return self._hosts.own(host)

    def call(self, client: str, host: str, where: Socket) -> Call:
        """A TCP socket at the host's own address, for a call to any place of this machine. `hang_up` gives it back."""
        sock = self._calling_socket(host, None)
        number = int(sock.getsockname()[1])
        if not self._one_address:
            # The number the system has handed out is gone for listeners now, whatever the plan says.
            self._register.note((host, number, Transport.TCP), client, None, outgoing=True)
        return Call(sock, number, where)

    def _calling_socket(self, host: str, number: int | None) -> socket.socket:
        here = self.address_of(host)
        try:
            return calling_socket(here, None if self._one_address else number)
        except OSError as error:
            if error.errno in TOO_MANY:
                raise TooManyPortsError(socket_limit()) from None
            if number is not None and error.errno in IN_USE:
                raise taken(number, Transport.TCP, None, Socket(here, number)) from None
            if number is None or error.errno not in NOT_ALLOWED:
                raise
        self._notices[words.TRANSLATED.format(port=f"{number}/tcp", host=host)] = None
        return calling_socket(here, None)

    def reach(self, host: str, number: int, transport: str = "tcp") -> Socket | None:
        """Where a program of this machine calls a planned port; None when the lab knows that nobody can answer."""
        address = self._hosts.own(host)
        known = self._translated.get((address, number, Transport(transport).carrier))
        return known or (None if self._one_address else Socket(address, number))

    def hang_up(self, client: str, host: str, number: int) -> None:
        """The client's own end of a connection is closed: its number is free again."""
        self._register.strike_out((host, number, Transport.TCP), client, only_outgoing=True)

    # --- programs outside the lab

    def admit_outsider(self, host: str, number: int) -> Socket:
        """Where a program outside the lab has to listen to hold `number` on `host`; 0 is any. Raises `PortTaken`."""
        self._register.enter((host, number, Transport.TCP), OUTSIDER, None, Transport.TCP)
        return Socket("127.0.0.1", 0) if self._one_address else Socket(self._hosts.own(host), number)

    def outsider_listens(self, host: str, number: int, opened: int) -> None:
        """It listens now: on `number`, or on another one where it could not have that."""
        own = self._hosts.own(host)
        if opened != number:
            self._translated[own, number, Transport.TCP] = Socket("127.0.0.1" if self._one_address else own, opened)
            if not self._one_address:
                self._notices[words.TRANSLATED.format(port=f"{number}/tcp", host=host)] = None

    def forget_outsider(self, host: str, number: int) -> None:
        """The program outside the lab has ended."""
        self._register.strike_out((host, number, Transport.TCP), OUTSIDER)
        self._translated.pop((self._hosts.own(host), number, Transport.TCP), None)


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
        return LoopbackNetwork(
            Claim(network, block, None) if has_own_addresses(str(block.network_address + 1)) else None
        )
    return LoopbackNetwork(claim_block(network))
