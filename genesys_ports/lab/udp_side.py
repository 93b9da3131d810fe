"""What sides have in common that hear datagrams: they open no connection, and owe nobody a good-bye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..model import Connection, ListeningPort
    from ..state import ConnectionStatus
    from .application import RunningApplication

__all__ = ["OpenPort", "UdpSide"]


class OpenPort(Protocol):
    """A bound socket of a planned port."""

    @property
    def port(self) -> ListeningPort: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


class UdpSide:
    """The base of a `Side` of UDP ports. A subclass says which ports it serves, and keeps what it opens."""

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        #: What is open now.
        self.opened: list[OpenPort] = []

    def makes(self, connection: Connection) -> bool:
        """None: over UDP there is nothing to open."""
        return False

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Nothing to do."""
        return self._owner.statuses[connection]

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""

    def close_port(self, port: ListeningPort) -> None:
        """Hear nothing any more on this port."""
        for one in [one for one in self.opened if one.port is port]:
            self.opened.remove(one)
            one.close()

    def close_ports(self) -> None:
        """Hear nothing any more."""
        for one in self.opened:
            one.close()

    async def close(self, *, crash: bool) -> None:
        """Nothing to do: it has no connection."""

    def let_go(self) -> None:
        """The same as `close_ports`."""
        self.close_ports()
