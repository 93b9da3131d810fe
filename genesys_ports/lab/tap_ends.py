"""The learner's end of a tap, as the event loop knows it: of a connection, or a UDP socket."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from .room import limit_room
from .udp import Datagrams

if TYPE_CHECKING:
    from .tap import Tap

__all__ = ["TapDatagrams", "TapLine"]


class TapLine(asyncio.Protocol):
    """The learner's end of a TCP connection."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self.transport: asyncio.Transport | None = None
        self.room = asyncio.Event()
        self.room.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        limit_room(transport)
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._tap.came(data)

    def pause_writing(self) -> None:
        self.room.clear()

    def resume_writing(self) -> None:
        self.room.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.room.set()
        self._tap.ended()


class TapDatagrams(Datagrams):
    """The learner's UDP socket."""

    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap

    def datagram_received(self, data: bytes, address: Any) -> None:
        self._tap.came_from(data, address)

    def connection_lost(self, error: Exception | None) -> None:
        self._tap.ended()
