"""Programs outside the lab: those it lets run to get in the way, and those that connect from elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any

from ..trace import Participant, Trace
from . import words
from .link import WAIT_LIMIT
from .network import Network, PortTaken

__all__ = ["Outsiders"]

#: Callers from outside over UDP whose life lines are remembered.
REMEMBERED = 1_000


class Outsiders:
    """The strangers of one lab. A program it has started is a process of its own that ends when its input ends."""

    def __init__(self, network: Network, trace: Trace) -> None:
        self._network = network
        self._trace = trace
        self._processes: list[asyncio.subprocess.Process] = []
        self._names: dict[Any, str] = {}
        self._seen = 0

    async def run(self, host: str, number: int) -> None:
        """Start a process that listens on `number` of `host`. Raises `PortTaken`."""
        where = self._network.admit_outsider(host, number)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "genesys_ports.lab.outsider",
            where.address,
            str(where.number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._processes.append(process)
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readline(), WAIT_LIMIT)
        if said.strip() != b"ready":
            raise PortTaken(f"{number}/tcp", self._network.holder(host, number), where)

    async def end(self) -> None:
        """End every process that was started."""
        self._network.forget_outsiders()
        while self._processes:
            process = self._processes.pop()
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.close()
            await asyncio.wait_for(process.wait(), WAIT_LIMIT)

    def name_caller(self) -> str:
        """A life line for somebody who has connected from outside the lab."""
        self._seen += 1
        name = words.OUTSIDER.format(number=self._seen)
        self._trace.join(Participant(name))
        return name

    def caller_at(self, address: Any) -> str:
        """The life line of whoever sends datagrams from this address."""
        if address not in self._names:
            if len(self._names) >= REMEMBERED:
                self._names.clear()
            self._names[address] = self.name_caller()
        return self._names[address]
