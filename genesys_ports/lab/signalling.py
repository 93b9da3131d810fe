"""What the SIP applications of one lab share: who is at which address, what is on its way, the clock of the timers."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..model import Transport
from ..sip.ids import Ids
from ..sip.message import Request, Response
from ..sip.timers import Timers
from ..state import Socket
from . import sip_words as words
from .flight import Flight
from .sip_clock import SipClock

if TYPE_CHECKING:
    from ..trace import Trace
    from .network import Network
    from .outsiders import Outsiders
    from .sip_stream import SipStream

__all__ = ["End", "Place", "Signalling", "outside_name"]

#: Where a socket is: TCP or UDP, the address, the port number.
Place: TypeAlias = tuple[Transport, str, int]


class End(NamedTuple):
    """Who is at a place: a planned name, its host, its port as the plan writes it (`5060/udp`), and the planned number.

    The end of a client has no port, since nobody can call it. A program from outside has no host.
    """

    name: str
    host: str
    port: str
    number: int


class Signalling:
    """The SIP side of one lab."""

    def __init__(self, network: Network, outsiders: Outsiders, trace: Trace) -> None:
        loop = asyncio.get_running_loop()
        self.network = network
        self.flight = Flight(loop)
        self.clock = SipClock(loop, lambda: self.flight.busy)
        #: How long SIP waits.
        self.timers = Timers()
        self._outsiders = outsiders
        self._trace = trace
        self._ends: dict[Place, End] = {}
        self._expected: dict[Place, End] = {}
        self._nowhere: set[Place] = set()
        self._ids: dict[str, Ids] = {}
        #: Connections that an application of the lab has opened: from where, to where.
        self.streams: dict[tuple[Place, Place], SipStream] = {}
        self._run = ""

    def set_apart(self) -> None:
        """Make up names that no earlier run has used: programs outside that saw those take them for copies."""
        self._run = f"-{int(time.time()):x}"

    def ids(self, application: str) -> Ids:
        """The names an application makes up. They go on counting when it is started again."""
        known = self._ids.get(application)
        if known is None:
            name = re.sub(r"[^A-Za-z0-9_.-]", "-", application)
            if any(one.name == name + self._run for one in self._ids.values()):
                name = f"{name}-{len(self._ids)}"
            known = self._ids[application] = Ids(name + self._run)
        return known

    # --- who is where

    def join(self, place: Place, end: End) -> None:
        """An application of the lab has a socket there."""
        self._ends[place] = end
        if end.port:
            self._tell_apart(place, end)

    def _tell_apart(self, place: Place, end: End) -> None:
        # What stands in messages is where things really are; a reader wants the planned host and number.
        _, address, number = place
        if self.network.one_address or number != end.number:
            self._trace.know(f"{address}:{number}", f"{end.host}:{end.number}")

    def leave(self, place: Place) -> None:
        """It is closed: what was on its way there arrives no more."""
        if self._ends.pop(place, None) is not None:
            self.flight.drop_ways(place)

    def end(self, place: Place) -> End | None:
        """Who of the lab is at this place; None is a program from outside, or nobody."""
        return self._ends.get(place)

    def expect(self, place: Place, end: End, *, reachable: bool) -> None:
        """Whoever the plan has at this place; not `reachable` tells that the lab has no such place on this machine."""
        self._expected[place] = end
        if reachable:
            self._nowhere.discard(place)
        else:
            self._nowhere.add(place)
            self._tell_apart(place, end)

    def expected(self, place: Place) -> End | None:
        """Whoever the plan has at this place, whether it is there or not."""
        return self._expected.get(place)

    def is_nobody(self, place: Place) -> bool:
        """Whether nobody at all has a UDP socket at this place."""
        return place in self._nowhere or self.network.is_silent(Socket(place[1], place[2]))

    def is_nowhere(self, place: Place) -> bool:
        """Whether the lab has no such place on this machine."""
        return place in self._nowhere

    def stranger(self, place: Place, name: str = "") -> End:
        """A program from outside at a place it sends datagrams from, or listens at."""
        transport, address, number = place
        return End(self._outsiders.caller_at((address, number), name), "", f"{number}/{transport}", number)

    def caller(self, address: str, number: int, name: str = "") -> End:
        """A program from outside that has opened a connection."""
        known = self._outsiders.introduced(Transport.TCP, (address, number))
        return End(known or self._outsiders.name_caller(name, address), "", "", number)

    def dead_letter(self, told: Callable[[], None]) -> None:
        """Nobody was there: `told` is called as if an answer to that had come over the network."""
        way = ("nobody", told)
        self.flight.depart(way)
        asyncio.get_running_loop().call_soon(self.flight.arrive, way, b"", told)

    def close(self) -> None:
        """Forget everything; no timer fires any more."""
        self.clock.end()
        self.flight.end()
        self._ends.clear()
        self.streams.clear()


def outside_name(message: Request | Response) -> str:
    """The name of a phone outside the lab that registers; empty for anybody else."""
    if isinstance(message, Request) and message.method == "REGISTER":
        number = message.to.uri.user
        if number.isascii() and number.isalnum() and len(number) <= 20:
            return words.OUTSIDE_PHONE.format(dn=number)
    return ""
