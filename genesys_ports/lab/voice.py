"""The numbers that one application has for voice: of a planned range, one for each call that needs it.

An even number is for RTP and the next one above it for RTCP (RFC 3550, section 11); nothing here sends RTCP, so the odd
ones stay shut. The first number of a planned range is open all the time, the others while a call uses them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..model import ListeningPort, Purpose, Transport
from .network import PortTaken
from .rtp_port import RtpPort

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["Voice", "VoiceUsedUp", "is_voice"]

#: Where numbers for voice begin that no plan names, and how many of them are tried.
UNPLANNED = 16_384
TRIED = 500


class VoiceUsedUp(Exception):
    """Every number is in use; the argument says which those are, as the plan writes them."""


def is_voice(port: ListeningPort) -> bool:
    """Whether a planned port is for voice."""
    return port.purpose is Purpose.MEDIA and port.transport is Transport.UDP


class Voice:
    """Made with its application. `take` and `give_back` need no waiting."""

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        self._planned: list[ListeningPort] = []
        #: By number: what is open all the time, and what is in use.
        self._open: dict[int, RtpPort] = {}
        self._used: dict[int, RtpPort] = {}
        self._serving: set[asyncio.Task[None]] = set()

    async def keep(self, port: ListeningPort, sock: socket.socket) -> None:
        """A planned range, with the socket that its first number has been opened with."""
        self._planned.append(port)
        self._open[port.number] = rtp = RtpPort(self._owner, sock, port.number)
        await rtp.serve()

    def take(self, call: str = "") -> RtpPort:
        """A number for a call: the lowest that is free. Raises `VoiceUsedUp`."""
        for number, port in self._numbers():
            if number not in self._used and (rtp := self._open.get(number) or self._opened(number, port)):
                self._used[number] = rtp
                rtp.begin(call)
                return rtp
        raise VoiceUsedUp(", ".join(map(str, self._planned)))

    def give_back(self, rtp: RtpPort) -> None:
        """The call is over. May be called again."""
        if self._used.get(rtp.number) is rtp:
            del self._used[rtp.number]
            if rtp.number not in self._open:
                rtp.close()

    def close(self) -> None:
        """Close every number. May be called again."""
        for rtp in [*self._open.values(), *self._used.values()]:
            rtp.close()

    def _numbers(self) -> Iterator[tuple[int, ListeningPort]]:
        for port in self._planned:
            # A plan with one odd number has no pair to offer; voice itself needs only the one.
            for number in range(port.number + port.number % 2, port.numbers.stop, 2) or port.numbers:
                yield number, port
        if not self._planned:
            for number in range(UNPLANNED, UNPLANNED + 2 * TRIED, 2):
                yield number, ListeningPort(number=number, transport=Transport.UDP, purpose=Purpose.MEDIA)

    def _opened(self, number: int, port: ListeningPort) -> RtpPort | None:
        """The number, opened now; None where somebody else has it."""
        owner, network = self._owner, self._owner.lab.network
        try:
            if self._planned:
                rtp = RtpPort(owner, network.lend(owner.host, port, number), number)
            else:
                rtp = self._open[number] = RtpPort(owner, network.bind(owner.name, owner.host, port)[0], number)
        except PortTaken:
            return None
        task = asyncio.get_running_loop().create_task(rtp.serve())
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return rtp
