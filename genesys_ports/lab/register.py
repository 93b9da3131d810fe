"""The register of a lab's network: who has which port of which planned host, in planned terms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ..model import Transport
from ..state import Socket
from .hosts import HostAddresses

__all__ = ["OUTSIDER", "Holder", "Key", "PortTaken", "Register", "taken"]

#: A planned host or a lab address, a number, TCP or UDP.
Key: TypeAlias = tuple[str, int, Transport]

#: Who holds a port that a program outside the lab has.
OUTSIDER = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a port of a host: an application; `outgoing` when it is its own end of a connection it opened."""

    application: str
    outgoing: bool = False


class PortTaken(Exception):
    """The port could not be opened because somebody has it; becomes `PortInUseError` where the plan is known.

    `holder` is None for a program outside the lab; `where` is then the socket to look for on this machine.
    """

    def __init__(self, port: str, holder: Holder | None, where: Socket | None) -> None:
        super().__init__(port)
        self.port = port
        self.holder = holder
        self.where = where


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the register. `address` is the planned one; None is the host's own."""

    holder: Holder
    address: str | None


@lru_cache(maxsize=1_000)
def _entry(application: str, address: str | None, outgoing: bool = False) -> _Entry:
    # Thousands of ports differ in their numbers only, and one line does for all of them.
    return _Entry(Holder(application, outgoing), address)


class Register:
    """What the system cannot know of: translated ports, and addresses that join a host later."""

    def __init__(self, hosts: HostAddresses) -> None:
        self._hosts = hosts
        self._entries: dict[Key, list[_Entry]] = {}
        self._keys: dict[str, dict[Key, None]] = {}

    @property
    def hosts(self) -> set[str]:
        """The hosts on which anybody has anything."""
        return {host for host, _, _ in self._entries}

    def holder(self, key: Key, address: str | None) -> Holder | None:
        """Who has this number on a planned address; None is the host's own."""
        entries = self._entries.get(key)
        if not entries:
            return None
        wanted = set(self._hosts.covered(key[0], address))
        found = (entry for entry in entries if wanted.intersection(self._hosts.covered(key[0], entry.address)))
        return next((entry.holder for entry in found), None)

    def enter(
        self, key: Key, application: str, address: str | None, transport: Transport, *, outgoing: bool = False
    ) -> None:
        """Give it to an application. Raises `PortTaken`."""
        if holder := self.holder(key, address):
            raise taken(key[1], transport, holder, None)
        self.note(key, application, address, outgoing=outgoing)

    def note(self, key: Key, application: str, address: str | None, *, outgoing: bool = False) -> None:
        """The system has given it already, whatever stands here."""
        self._entries.setdefault(key, []).append(_entry(application, address, outgoing))
        self._keys.setdefault(application, {})[key] = None

    def strike_out(self, key: Key, owner: str, *, only_outgoing: bool = False) -> None:
        """An application has let go of it."""
        entries = self._entries.pop(key, [])
        left = [
            entry
            for entry in entries
            if entry.holder.application != owner or (only_outgoing and not entry.holder.outgoing)
        ]
        if left:
            self._entries[key] = left
        if not any(entry.holder.application == owner for entry in left) and owner in self._keys:
            self._keys[owner].pop(key, None)
            if not self._keys[owner]:
                del self._keys[owner]

    def forget(self, owner: str) -> None:
        """It has let go of everything."""
        for key in list(self._keys.get(owner, ())):
            self.strike_out(key, owner)


def taken(number: int, transport: Transport, holder: Holder | None, where: Socket | None) -> PortTaken:
    """The exception for a number that somebody has."""
    port = f"{number}/{transport}"
    if holder is None or holder.application == OUTSIDER:
        return PortTaken(port, None, where)
    return PortTaken(port, holder, None)
