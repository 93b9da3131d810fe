"""The ports that are really open on a machine: TCP sockets that listen, UDP sockets that are bound."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import overload

from ..errors import PlanFileError
from ..model import Platform, Transport
from ..table import Table, Tabled
from . import reality_words as words

__all__ = ["EVERY", "MOST_NAME", "OpenSocket", "Sockets", "local_platform", "local_sockets", "plain_address"]

#: An address that stands for all of them, IPv4 and IPv6.
EVERY = "*"

#: Characters of a program's name that are kept.
MOST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSocket:
    """One open port. `transport` is tcp or udp: whether TLS is spoken on it, no socket tells.

    `address` is `*` for every address, IPv4 and IPv6; `::` for every IPv6 address, and whether IPv4 with them is
    `dual` (None: not told). `program` is empty and `pid` None where the system did not tell.
    """

    transport: Transport
    address: str
    number: int
    program: str = ""
    pid: int | None = None
    dual: bool | None = None

    def __str__(self) -> str:
        return f"{self.number}/{self.transport}"


class Sockets(Sequence[OpenSocket], Tabled):
    """The open ports of one machine, by number. Shown in a notebook they are a table.

    `source` says where they are from, for people; `saved` whether that is a file. `platform` is that of the machine,
    None where the file does not show it. `lacking` are the transports of which the file has no row at all.
    """

    def __init__(
        self,
        sockets: Iterable[OpenSocket],
        source: str = "",
        platform: Platform | None = None,
        saved: bool = True,
        lacking: Iterable[Transport] = (),
    ) -> None:
        # Shared by several processes, a socket is listed once for each address all the same.
        kept = {(one.transport, one.number, one.address, one.program, one.pid): one for one in sockets}
        self._sockets = tuple(kept[key] for key in sorted(kept, key=_order))
        self.source = source
        self.platform = platform
        self.saved = saved
        self.lacking = frozenset(lacking)

    @overload
    def __getitem__(self, index: int) -> OpenSocket: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[OpenSocket, ...]: ...
    def __getitem__(self, index: int | slice) -> OpenSocket | tuple[OpenSocket, ...]:
        return self._sockets[index]

    def __len__(self) -> int:
        return len(self._sockets)

    def __iter__(self) -> Iterator[OpenSocket]:
        return iter(self._sockets)

    @property
    def hidden(self) -> int:
        """How many have an owner that the system did not tell."""
        return sum(not one.program for one in self._sockets)

    def table(self) -> Table:
        """One row for each."""
        rows = [(one, one.address, one.program, one.pid) for one in self._sockets]
        caption = words.SOCKETS_CAPTION_ONE if len(rows) == 1 else words.SOCKETS_CAPTION
        named = caption.format(source=self.source, count=f"{len(rows):,}")
        return Table(words.SOCKETS_COLUMNS, rows, named).without_empty_columns()


def _order(key: tuple[Transport, int, str, str, int | None]) -> tuple[int, str, str, str, int]:
    transport, number, address, program, pid = key
    return number, transport, address, program, pid or 0


def plain_address(text: str) -> str:
    """The address in its usual spelling, without its interface; as it stands where it is none (a name, a cut one)."""
    bare = text.partition("%")[0].strip("[]")
    if bare in ("", EVERY):
        return EVERY
    try:
        ip = ip_address(bare)
    except ValueError:
        return bare[:MOST_NAME]
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def local_sockets() -> Sockets:
    """The open ports of this machine, as psutil sees them.

    Without administrator rights the owners of other users' sockets stay hidden (Linux, Windows); macOS tells a plain
    user nothing at all. Raises `PlanFileError` there, with another way.
    """
    import psutil

    try:
        found = psutil.net_connections(kind="inet")
    except (psutil.Error, OSError):
        raise PlanFileError(words.THIS_MACHINE, words.NEED_RIGHTS) from None
    programs: dict[int, str] = {}
    sockets = []
    for one in found:
        udp = one.type.name == "SOCK_DGRAM"
        # A UDP socket with a far end is a client that has chosen its server.
        if not one.laddr or (one.raddr if udp else one.status != psutil.CONN_LISTEN):
            continue
        if one.pid is not None and one.pid not in programs:
            programs[one.pid] = _program(one.pid)
        opened = OpenSocket(
            transport=Transport.UDP if udp else Transport.TCP,
            address=plain_address(one.laddr.ip),
            number=one.laddr.port,
            program=programs.get(one.pid, "") if one.pid is not None else "",
            pid=one.pid,
        )
        sockets.append(opened)
    return Sockets(sockets, words.THIS_MACHINE, local_platform(), saved=False)


def _program(pid: int) -> str:
    import psutil

    try:
        return psutil.Process(pid).name()[:MOST_NAME]
    except (psutil.Error, OSError):
        return ""


def local_platform(name: str = sys.platform) -> Platform | None:
    """The operating system of this machine, as far as its bind rules are known."""
    for start, platform in _PLATFORMS.items():
        if name.startswith(start):
            return platform
    return None


_PLATFORMS = {
    "linux": Platform.LINUX,
    "win": Platform.WINDOWS,
    "darwin": Platform.MACOS,
    "freebsd": Platform.FREEBSD,
}
