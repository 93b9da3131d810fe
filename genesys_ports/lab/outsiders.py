"""Programs outside the lab: those it lets run to get in the way, and those that connect from elsewhere."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

from ..errors import NoAnswerError, TooManyPortsError
from ..model import Transport
from ..trace import Participant, Trace
from . import outsider, words
from .link import WAIT_LIMIT
from .network import Network, PortTaken
from .sockets import TOO_MANY, socket_limit

__all__ = ["Outsiders"]

#: Callers from outside that get a life line of their own; those after them share one.
REMEMBERED = 1_000


class Outsiders:
    """The strangers of one lab. A program it has started is a process of its own that ends when its input ends."""

    def __init__(self, network: Network, trace: Trace) -> None:
        self._network = network
        self._trace = trace
        self._programs: list[tuple[subprocess.Popen[bytes], str, int]] = []
        self._names: dict[Any, str] = {}
        self._named: set[str] = set()
        self._introduced: dict[tuple[Transport, Any], str] = {}
        self._seen = 0

    async def run(self, host: str, number: int) -> None:
        """Start a process that listens on `number` of `host`, unless one does. Raises `PortTaken`, `NoAnswerError`."""
        for program in [one for one in self._programs if one[1:] == (host, number)]:
            if program[0].poll() is None:
                return
            # Somebody else has ended it.
            self._programs.remove(program)
            self._end(*program)
        where = self._network.admit_outsider(host, number)
        try:
            # Not asyncio's subprocess: the event loop that Jupyter uses on Windows has none.
            process = subprocess.Popen(
                [sys.executable, "-I", outsider.__file__, where.address, str(where.number)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            self._network.forget_outsider(host, number)
            if error.errno in TOO_MANY:
                raise TooManyPortsError(socket_limit()) from None
            raise
        self._programs.append((process, host, number))
        try:
            assert process.stdout is not None
            # The thread ends with its line, and the line comes at the latest when the process is ended.
            said = await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), WAIT_LIMIT)
            if not said.strip().isdigit():
                raise PortTaken(f"{number}/tcp", None, where)
        except BaseException as error:
            self._end(*self._programs.pop())
            if isinstance(error, TimeoutError):
                raise NoAnswerError(words.OUTSIDER_NAME, WAIT_LIMIT) from None
            raise
        self._network.outsider_listens(host, number, int(said))

    def on(self, host: str) -> list[int]:
        """The numbers that its processes hold on a host now."""
        return [number for program, name, number in self._programs if name == host and program.poll() is None]

    def end(self) -> int:
        """End every process that was started; gives their number."""
        count = len(self._programs)
        while self._programs:
            self._end(*self._programs.pop())
        return count

    def _end(self, process: subprocess.Popen[bytes], host: str, number: int) -> None:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()
        # A thread that still reads has the other pipe: at its end it lets go of it.
        if process.stdout is not None and not process.stdout.closed:
            process.stdout.close()
        self._network.forget_outsider(host, number)

    def introduce(self, carrier: Transport, address: Any, name: str) -> None:
        """Whoever calls from this address, or sends datagrams from there, is known by `name` until it is forgotten."""
        self._introduced[carrier, address] = name

    def forget(self, carrier: Transport, address: Any) -> None:
        """Nobody known is at this address any more. May be called again."""
        self._introduced.pop((carrier, address), None)

    def introduced(self, carrier: Transport, address: Any) -> str:
        """The name of whoever is known to be at this address; empty for a stranger."""
        return self._introduced.get((carrier, address), "")

    def name_caller(self, name: str = "", address: str = "") -> str:
        """A life line for somebody outside the lab: of this `name`, where it has one, else numbered."""
        if name not in self._named:
            if self._seen >= REMEMBERED:
                name = words.OUTSIDERS_MORE
            else:
                self._seen += 1
                name = name or words.OUTSIDER.format(number=self._seen)
                self._named.add(name)
            self._trace.join(Participant(name, address=address))
        return name

    def caller_at(self, address: Any, name: str = "") -> str:
        """The life line of whoever sends datagrams from this address; `name` is for one not met before."""
        known = self.introduced(Transport.UDP, address) or self._names.get(address)
        if known is None:
            known = self.name_caller(name, address[0])
            if known != words.OUTSIDERS_MORE and len(self._names) < 2 * REMEMBERED:
                self._names[address] = known
        return known
