"""The planned hosts, as loopback addresses of this machine.

Every planned host gets an address of its own, so that equal ports on two hosts coexist and equal ports on one host
really clash. Where the system cannot do that, ports are translated: the lab's own register then decides what clashes,
and the learner keeps seeing planned numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeAlias

from ..errors import NetworkRangeError, TooManyPortsError
from ..model import Deployment, Host, ListeningPort, Platform, Transport
from ..state import Socket
from . import words
from .addresses import Claim, claim_block, fixed_block, lab_range

__all__ = ["Bound", "Holder", "LoopbackNetwork", "Network", "PortTaken", "open_network"]

#: A range larger than this (media, mostly) is kept for its application instead of being opened number by number.
RANGE_OPENED = 256

#: Connections the system keeps waiting for an accept.
BACKLOG = 100

_IN_USE = {errno.EADDRINUSE, 10048}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, 10013}
_TOO_MANY = {errno.EMFILE, errno.ENFILE, 10024}
_NOT_THERE = {errno.EADDRNOTAVAIL, 10049}

#: struct linger of the system.
_LINGER = "hh" if sys.platform == "win32" else "ii"


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
    number: int


class PortTaken(Exception):
    """The port could not be opened because somebody has it. Turned into `PortInUseError` by the application, which
    knows the plan. `holder` is None for a program outside the lab."""

    def __init__(self, port: str, holder: Holder | None, where: Socket | None) -> None:
        super().__init__(port)
        self.port = port
        self.holder = holder
        self.where = where


class Network(Protocol):
    """What a lab needs of a network. `LoopbackNetwork` is the real one."""

    @property
    def text(self) -> str: ...
    @property
    def notices(self) -> tuple[str, ...]: ...
    def prepare(self, plan: Deployment) -> None: ...
    def bind(self, owner: str, host: str, port: ListeningPort) -> list[Bound]: ...
    def sockets(self, owner: str, port: ListeningPort) -> tuple[Socket, ...]: ...
    def release(self, owner: str) -> None: ...
    async def connect(
        self,
        client: str,
        client_host: str,
        server_host: str,
        port: ListeningPort,
        client_port: int | None = None,
    ) -> socket.socket: ...
    def hang_up(self, client: str, host: str, number: int) -> None: ...
    def holder(self, host: str, number: int, transport: str = "tcp") -> Holder | None: ...
    def admit_outsider(self, host: str, number: int) -> Socket: ...
    def forget_outsider(self) -> None: ...
    def close(self) -> None: ...


#: A planned host, a number, TCP or UDP.
_Key: TypeAlias = tuple[str, int, Transport]

#: Stand for the host's own address, beside those its ports name.
_OWN = "<host>"
_OWN_V6 = "<host>:"

#: Who holds a port that a program outside the lab has.
_OUTSIDER = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    holder: Holder
    address: str
    port: ListeningPort | None


class LoopbackNetwork:
    """Planned hosts on 127.x.y.z. `claim` is the block of addresses; None translates every port to 127.0.0.1."""

    def __init__(self, claim: Claim | None) -> None:
        self._claim = claim
        self._block = claim.block if claim else fixed_block(lab_range())
        self._one_address = claim is None
        self._platforms: dict[str, Platform | None] = {}
        # planned (host, address) → the address it has in the lab
        self._addresses: dict[tuple[str, str], str] = {}
        self._covered: dict[tuple[str, str], tuple[str, ...]] = {}
        self._register: dict[_Key, list[_Entry]] = {}
        self._keys: dict[str, list[_Key]] = {}
        self._real: dict[tuple[str, int, Transport], Socket] = {}
        self._opened: dict[tuple[str, ListeningPort], list[Socket]] = {}
        self._notices: dict[str, None] = {}
        if self._one_address:
            self._notices[words.ONE_ADDRESS] = None

    @property
    def text(self) -> str:
        """The addresses in use, in words a network engineer knows: `127.20.1.0/24`."""
        return "127.0.0.1" if self._one_address else str(self._block)

    @property
    def notices(self) -> tuple[str, ...]:
        """Whole sentences on how this network differs from the plan."""
        return tuple(self._notices)

    # --- addresses

    def prepare(self, plan: Deployment) -> None:
        """Give every host of the plan, and every address its ports name, an address in the lab.

        Raises `NetworkRangeError` when the block is too small.
        """
        for host in plan.hosts:
            self._add_host(host)
        for application, port in plan.ports():
            self._covers(application.host, port.address)
        self._covered.clear()

    def _add_host(self, host: Host) -> None:
        self._platforms[host.name] = host.platform
        self._address(host.name, _OWN)

    def _address(self, host: str, planned: str) -> str:
        known = self._addresses.get((host, planned))
        if known is not None:
            return known
        # The first address names the network, the last two are the claim and the broadcast address.
        offset = len(self._addresses) + 1
        if offset >= self._block.num_addresses - 2:
            raise NetworkRangeError(str(self._block), words.TOO_MANY_HOSTS)
        given = str(self._block.network_address + offset)
        self._addresses[host, planned] = given
        self._covered.clear()
        return given

    def _covers(self, host: str, planned: str) -> tuple[str, ...]:
        """The lab's addresses that a planned address stands for; a wildcard stands for several."""
        cached = self._covered.get((host, planned))
        if cached is not None:
            return cached
        name = canonical(planned)
        if name in ("", "0.0.0.0", "::"):
            self._address(host, _OWN_V6 if name == "::" else _OWN)
            both = name == "::" and self._platforms.get(host) not in (Platform.WINDOWS, Platform.FREEBSD)
            v6 = name == "::"
            every = [key for key in self._addresses if key[0] == host and (both or (":" in key[1]) is v6)]
            found = tuple(self._addresses[key] for key in every)
        else:
            found = (self._address(host, name),)
        self._covered[host, planned] = found
        return found

    # --- listening

    def bind(self, owner: str, host: str, port: ListeningPort) -> list[Bound]:
        """Open every number of a planned port, on every address it stands for.

        All or nothing. Raises `PortTaken`, or `TooManyPortsError`.
        """
        carrier = port.transport.carrier
        reserved = len(port.numbers) > RANGE_OPENED
        bound: list[Bound] = []
        try:
            for number in port.numbers:
                if not reserved:
                    bound += self._bind_number(host, port, number, carrier)
                self._enter(Holder(owner), host, port.address, number, carrier, port)
        except BaseException:
            for one in bound:
                one.socket.close()
            self._leave(owner, port)
            raise
        if reserved:
            self._notices[words.RESERVED.format(port=port, application=owner)] = None
        self._opened[owner, port] = [Socket(*one.socket.getsockname()[:2]) for one in bound]
        return bound

    def _bind_number(self, host: str, port: ListeningPort, number: int, carrier: Transport) -> list[Bound]:
        bound: list[Bound] = []
        try:
            for address in self._covers(host, port.address):
                bound.append(Bound(self._bind_one(host, address, number, carrier), port, number))
        except OSError as error:
            for one in bound:
                one.socket.close()
            if error.errno in _TOO_MANY:
                raise TooManyPortsError(len(self._register) + 1, _socket_limit()) from None
            if error.errno in _IN_USE:
                holder = self._holder(host, port.address, number, carrier)
                text = f"{number}/{port.transport}"
                raise PortTaken(text, holder, None if holder else Socket(address, number)) from None
            raise
        return bound

    def _bind_one(self, host: str, address: str, number: int, carrier: Transport) -> socket.socket:
        if self._one_address:
            translated = _listening_socket("127.0.0.1", 0, carrier)
            self._real[address, number, carrier] = Socket(*translated.getsockname()[:2])
            return translated
        try:
            return _listening_socket(address, number, carrier)
        except OSError as error:
            if error.errno not in _NOT_ALLOWED:
                raise
        translated = _listening_socket(address, 0, carrier)
        self._real[address, number, carrier] = Socket(*translated.getsockname()[:2])
        self._notices[words.TRANSLATED.format(port=f"{number}/{carrier}", host=host)] = None
        return translated

    def _holder(self, host: str, address: str, number: int, carrier: Transport) -> Holder | None:
        wanted = set(self._covers(host, address))
        for entry in self._register.get((host, number, carrier), ()):
            if wanted.intersection(self._covers(host, entry.address)):
                return entry.holder
        return None

    def _enter(
        self,
        holder: Holder,
        host: str,
        address: str,
        number: int,
        carrier: Transport,
        port: ListeningPort | None,
    ) -> None:
        # The system has said yes by now. It cannot know of translated ports, nor of an address that joined the host
        # after a wildcard listener had opened all there were: there, the register has the last word.
        other = self._holder(host, address, number, carrier)
        if other is not None:
            named = other if other.application != _OUTSIDER else None
            raise PortTaken(f"{number}/{port.transport if port else carrier}", named, None)
        key = (host, number, carrier)
        self._register.setdefault(key, []).append(_Entry(holder, address, port))
        self._keys.setdefault(holder.application, []).append(key)

    def _leave(self, owner: str, port: ListeningPort | None) -> None:
        """Strike out what `owner` has entered: for one port, or (None) all of it."""
        kept: list[_Key] = []
        for key in self._keys.pop(owner, ()):
            entries = self._register.get(key, [])
            for entry in [
                e for e in entries if e.holder.application == owner and (port is None or e.port is port)
            ]:
                entries.remove(entry)
            if any(entry.holder.application == owner for entry in entries):
                kept.append(key)
            if not entries:
                self._register.pop(key, None)
        if kept:
            self._keys[owner] = kept

    def sockets(self, owner: str, port: ListeningPort) -> tuple[Socket, ...]:
        """What is really open for a planned port of an application."""
        return tuple(self._opened.get((owner, port), ()))

    def release(self, owner: str) -> None:
        """The application has closed all its sockets: strike it out of the register."""
        self._leave(owner, None)
        for key in [key for key in self._opened if key[0] == owner]:
            for number in key[1].numbers if len(key[1].numbers) <= RANGE_OPENED else ():
                for address in set(self._addresses.values()) if self._real else ():
                    self._real.pop((address, number, key[1].transport.carrier), None)
            del self._opened[key]

    # --- connecting

    async def connect(
        self,
        client: str,
        client_host: str,
        server_host: str,
        port: ListeningPort,
        client_port: int | None = None,
    ) -> socket.socket:
        """A connected TCP socket, from the client host's own address to the server's.

        Raises `ConnectionRefusedError` when nobody listens there, `PortTaken` when `client_port` is in use.
        """
        where = self._target(client_host, server_host, port)
        here = "127.0.0.1" if self._one_address else self._address(client_host, _OWN)
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if client_port is not None:
                self._enter(
                    Holder(client, outgoing=True), client_host, _OWN, client_port, Transport.TCP, None
                )
                # Closed with a reset, so that the next start finds the fixed number free instead of in TIME_WAIT.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
                _share_closed(sock)
            try:
                sock.bind((here, client_port if client_port is not None and not self._one_address else 0))
            except OSError as error:
                if error.errno not in _IN_USE:
                    raise
                assert client_port is not None
                raise PortTaken(f"{client_port}/tcp", None, Socket(here, client_port)) from None
            await asyncio.get_running_loop().sock_connect(sock, (where.address, where.number))
            if client_port is None and not self._one_address:
                # The number the system handed out is gone for listeners now, whatever the plan says.
                key = (client_host, int(sock.getsockname()[1]), Transport.TCP)
                self._register.setdefault(key, []).append(_Entry(Holder(client, outgoing=True), _OWN, None))
                self._keys.setdefault(client, []).append(key)
        except BaseException:
            sock.close()
            if client_port is not None:
                self.hang_up(client, client_host, client_port)
            raise
        return sock

    def _target(self, client_host: str, server_host: str, port: ListeningPort) -> Socket:
        # A server that listens on its host's own loopback only cannot be reached from elsewhere: callers from another
        # host try the host's address, where nobody listens.
        local_only = _is_loopback(port.address) and client_host != server_host
        address = self._covers(server_host, "" if local_only else port.address)[0]
        translated = self._real.get((address, port.number, Transport.TCP))
        if translated is not None:
            return translated
        if self._one_address:
            raise ConnectionRefusedError
        return Socket(address, port.number)

    def hang_up(self, client: str, host: str, number: int) -> None:
        """The client's own end of a connection is closed: its number is free again."""
        key = (host, number, Transport.TCP)
        entries = [e for e in self._register.get(key, ()) if e.holder != Holder(client, outgoing=True)]
        if entries:
            self._register[key] = entries
        else:
            self._register.pop(key, None)

    # --- the rest

    def holder(self, host: str, number: int, transport: str = "tcp") -> Holder | None:
        """Who of the lab has this number on any address of the host, as far as the lab knows."""
        return self._holder(host, "", number, Transport(transport).carrier)

    def admit_outsider(self, host: str, number: int) -> Socket:
        """Where a program outside the lab has to listen to hold `number` on `host`. Raises `PortTaken`."""
        if not self._one_address:
            return Socket(self._address(host, _OWN), number)
        self._enter(Holder(_OUTSIDER), host, _OWN, number, Transport.TCP, None)
        return Socket("127.0.0.1", 0)

    def forget_outsider(self) -> None:
        """The programs outside the lab have ended."""
        self._leave(_OUTSIDER, None)

    def close(self) -> None:
        """Give the block of addresses back. May be called again."""
        if self._claim is not None:
            self._claim.release()


def open_network(*, fixed: bool = False, one_address: bool | None = None) -> LoopbackNetwork:
    """The network of one lab: a block of its own, or (`fixed`) the first block of the range, as other tools expect.

    `one_address` says whether to do as on a system with one loopback address only; None finds out.
    Raises `NetworkRangeError`.
    """
    network = lab_range()
    if one_address or (fixed and not has_own_addresses(str(fixed_block(network).network_address + 1))):
        return LoopbackNetwork(None)
    return LoopbackNetwork(Claim(fixed_block(network), None) if fixed else claim_block(network))


def has_own_addresses(address: str) -> bool:
    """Whether this system lets us bind a loopback address other than 127.0.0.1 without any set-up."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            return error.errno not in _NOT_THERE
    return True


@cache
def canonical(planned: str) -> str:
    """One spelling for each address: `::1` for `0:0:0:0:0:0:0:1`, `10.0.0.1` for `::ffff:10.0.0.1`."""
    try:
        address = ipaddress.ip_address(planned.strip())
    except ValueError:
        return planned.strip().lower()
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _is_loopback(planned: str) -> bool:
    try:
        return ipaddress.ip_address(canonical(planned)).is_loopback
    except ValueError:
        return canonical(planned) == "localhost"


def _share_closed(sock: socket.socket) -> None:
    if sys.platform != "win32":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _listening_socket(address: str, number: int, carrier: Transport) -> socket.socket:
    """A bound socket; over TCP it listens. Raises `OSError` and leaves nothing open."""
    udp = carrier is Transport.UDP
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # SO_REUSEADDR lets a server come back while old connections still time out. On Windows it means something else
        # (steal the port), and over UDP two sockets would both bind and the last one get everything.
        if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None):
            sock.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        elif not udp:
            _share_closed(sock)
        sock.bind((address, number))
        if not udp:
            # The clash of two binders that both set SO_REUSEADDR shows only here.
            sock.listen(BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def _socket_limit() -> int:
    try:
        import resource
    except ImportError:  # Windows: the select() of the event loop is the limit
        return 512
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
