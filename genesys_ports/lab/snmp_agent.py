"""An SNMP agent: pysnmp's message processing over our own managed objects and our own socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..snmp.objects import Oid, Value

__all__ = ["COMMUNITY", "Agent", "Level", "Objects", "User"]

Address: TypeAlias = tuple[str, int]

#: Who knows this word may read everything, and change nothing (v1 and v2c).
COMMUNITY = "public"

Level: TypeAlias = str


@dataclass(frozen=True, slots=True)
class User:
    """A user of SNMPv3. Without passwords there is nothing to prove; with both, requests are encrypted, too.

    `authentication` is SHA, SHA-224, SHA-256, SHA-384 or SHA-512 (or MD5), `privacy` AES (AES-128).
    """

    name: str
    password: str = ""
    privacy_password: str = ""
    authentication: str = "SHA"
    privacy: str = "AES"


class Objects(Protocol):
    """What an agent answers from: a `Tree`, or what a master agent has behind it.

    `told` may be called at once, or later.
    """

    def read(self, oids: Sequence[Oid], told: Callable[[Sequence[Value]], None]) -> None:
        """The values of these objects, or what stands in place of one."""

    def read_next(self, oids: Sequence[Oid], told: Callable[[Sequence[tuple[Oid, Value]]], None]) -> None:
        """The object after each of these; `END_OF_VIEW` with the number asked for where there is none."""


class Agent:
    """Answers datagrams. pysnmp is loaded when the first one comes, or when the first trap goes."""

    def __init__(
        self,
        objects: Objects,
        name: str,
        send: Callable[[bytes, Address], None],
        *,
        users: Sequence[User] = (),
        community: str = COMMUNITY,
        now: Callable[[], float],
    ) -> None:
        """`name` makes up the engine ID; `now` is a clock in seconds, of which only differences count."""

    def handle(self, datagram: bytes, address: Address) -> None:
        """Answer a datagram, if it deserves an answer. Never raises."""

    def notify(
        self, name: str, variables: Sequence[tuple[Oid, Value]], to: Address, *, community: str = COMMUNITY
    ) -> None:
        """Send a notification (`gsServerUpTrap`) as a v2c trap."""

    def close(self) -> None:
        """Answer nothing any more. May be called again."""
