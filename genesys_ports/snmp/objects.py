"""Managed objects: values as SNMP has them, and what there is to tell of an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeAlias

from ..model import Purpose, Transport
from ..state import ConnectionStatus, PortStatus

__all__ = [
    "END_OF_VIEW", "LARGEST_NUMBER", "LONGEST_STRING", "MOST_NUMBERS", "NO_SUCH_INSTANCE", "NO_SUCH_OBJECT",
    "AppState", "ApplicationFacts", "ConnectionFacts", "Oid", "PortFacts", "Syntax", "SystemFacts", "Value", "is_oid",
    "is_sound",
]  # fmt: skip

#: An object identifier: `1.3.6.1.2.1.1.5.0` is `(1, 3, 6, 1, 2, 1, 1, 5, 0)`.
Oid: TypeAlias = tuple[int, ...]

#: Numbers in one object identifier, and the largest of them (RFC 2578, section 3.5).
MOST_NUMBERS, LARGEST_NUMBER = 128, 2**32 - 1

#: Bytes of one string (RFC 2578, section 7.1.2).
LONGEST_STRING = 65_535


class Syntax(StrEnum):
    """What kind of value a managed object has (RFC 2578, section 7.1).

    The last three stand in place of a value (RFC 3416, section 3): there is no such kind of object, there is that kind
    but not this one of it, and nothing comes after it.
    """

    INTEGER = "INTEGER"
    STRING = "OCTET STRING"
    OID = "OBJECT IDENTIFIER"
    ADDRESS = "IpAddress"
    COUNTER = "Counter32"
    GAUGE = "Gauge32"
    TICKS = "TimeTicks"
    OPAQUE = "Opaque"
    COUNTER64 = "Counter64"
    NULL = "NULL"
    NO_SUCH_OBJECT = "noSuchObject"
    NO_SUCH_INSTANCE = "noSuchInstance"
    END_OF_VIEW = "endOfMibView"


class Value(NamedTuple):
    """A value with its syntax: a number, bytes (`STRING`, `OPAQUE`, the four of an `ADDRESS`), or an `Oid`."""

    syntax: Syntax
    value: int | bytes | Oid = 0

    @property
    def is_there(self) -> bool:
        """Whether it is a value, and not one of those that stand in place of one."""
        return self.syntax not in _NOT_THERE


NO_SUCH_OBJECT = Value(Syntax.NO_SUCH_OBJECT)
NO_SUCH_INSTANCE = Value(Syntax.NO_SUCH_INSTANCE)
END_OF_VIEW = Value(Syntax.END_OF_VIEW)
_NOT_THERE = frozenset({Syntax.NO_SUCH_OBJECT, Syntax.NO_SUCH_INSTANCE, Syntax.END_OF_VIEW})


def is_oid(oid: Oid) -> bool:
    """Whether SNMP can say this: two to 128 numbers of 32 bits, the first two as X.660, section 7.6, has them."""
    if not 2 <= len(oid) <= MOST_NUMBERS or max(oid) > LARGEST_NUMBER:
        return False
    return oid[0] == 2 or (oid[0] < 2 and oid[1] < 40)


def is_sound(value: Value) -> bool:
    """Whether SNMP can say this value."""
    _, content = value
    if isinstance(content, tuple):
        return is_oid(content)
    return not isinstance(content, bytes) or len(content) <= LONGEST_STRING


class AppState(IntEnum):
    """How an application is; the numbers are those of gpApplicationState."""

    RUNNING = 1
    OVERLOADED = 2
    STOPPED = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A listening port of an application. `last` is the last number of a range, 0 for one number."""

    port_id: str
    number: int
    transport: Transport
    purpose: Purpose
    state: PortStatus
    last: int = 0


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """A connection the application opens: to whom, on which port (`5150/tcp`), and how it stands."""

    server: str
    port: str
    state: ConnectionStatus


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """What there is to tell of one application.

    `index` is its number in the plan, from 1. `started` is how long ago it started, in hundredths of a second.
    `clients` counts who is connected to it now; `sent` and `received` count its messages, without SNMP and AgentX.
    """

    index: int
    name: str
    type: str = ""
    host: str = ""
    state: AppState = AppState.UNKNOWN
    started: int = 0
    ports: tuple[PortFacts, ...] = ()
    connections: tuple[ConnectionFacts, ...] = ()
    clients: int = 0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The system group (RFC 3418, section 2). `up_time` tells how long the agent runs, in hundredths of a second.

    `services` is the sum for what serves end to end and applications: 2 to the 3rd plus 2 to the 6th.
    """

    descr: str
    name: str
    up_time: Callable[[], int]
    contact: str = ""
    location: str = ""
    services: int = 72
