"""How a plan stands right now: the state of each planned port and of each planned connection.

The lab fills these in; tables, pictures and checks read them without knowing the lab.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .model import Connection, ListeningPort

__all__ = ["ConnectionState", "ConnectionStatus", "PortState", "PortStatus", "Socket"]


class PortStatus(StrEnum):
    """A planned port is closed until its application starts, then listening; or taken, when it could not be opened."""

    CLOSED = "closed"
    LISTENING = "listening"
    TAKEN = "taken"


class ConnectionStatus(StrEnum):
    """A planned connection, as its client sees it."""

    CLOSED = "closed"
    CONNECTED = "connected"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Socket:
    """One socket that is really open on this machine: its address and number, for other tools to find it."""

    address: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortState:
    """One planned port. `holder` names who has it when it is taken: an application, or empty for a stranger."""

    application: str
    host: str
    port: ListeningPort
    status: PortStatus
    holder: str = ""
    sockets: tuple[Socket, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState:
    """One planned connection: who calls whom, on which host and port (`5150/tcp`, as the client holds it)."""

    connection: Connection
    host: str
    port: str
    status: ConnectionStatus
