"""One end of one TCP connection: the base of whatever is spoken over TCP but SIP.

A subclass says what it hears (`heard`); this class knows who is at the other end, writes the trace, keeps what waits
within bounds, and lets the lab wait until everything on its way has arrived.
"""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

from ..model import Transport
from ..trace import Kind, Message
from .room import limit_room

if TYPE_CHECKING:
    from ..model import Connection
    from .application import RunningApplication

__all__ = ["STRANGERS_KEPT", "Route", "Stream", "remember"]

#: Bytes of each message of a program from outside that the trace keeps.
STRANGERS_KEPT = 2_048

#: Bytes that may wait for somebody who does not read; then the connection is broken off.
WAITING = 1_048_576

#: Requests whose numbers in the trace one end remembers until they are answered.
REMEMBERED = 1_000


@dataclass(slots=True)
class Route:
    """Who opened the connection, who listens, and on which planned port. `client` is known once it has said so."""

    client: str
    server: str
    host: str
    port: str


class Stream(asyncio.Protocol):
    """One end of a connection. `on_gone` is called once, when it is over.

    The end of the client has a `connection` of the plan. `partner` is the other end, where that belongs to this lab
    and speaks the same; `outsider` tells that a program from outside has called, `closing` that this end has ended the
    connection. `client_number` is the port number of the client's own end.
    """

    #: What the trace calls the language.
    protocol = ""

    def __init__(
        self,
        owner: RunningApplication,
        route: Route,
        on_gone: Callable[[Self], None],
        connection: Connection | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.owner = owner
        self.route = route
        self.connection = connection
        self.is_client = connection is not None
        self.peer = route.server if self.is_client else route.client
        self.client_number = 0
        self.local_address: Any = None
        self.partner: Self | None = None
        self.closing = False
        self.outsider = False
        self.gone: asyncio.Future[None] = loop.create_future()
        self._lab = owner.lab
        self._on_gone: Callable[[Any], None] = on_gone
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._on_their_way = 0
        #: Whether this end reads nothing: what comes waits in the system.
        self.deaf = False
        # The planned name of a caller that speaks something else.
        self._stranger = ""

    # --- for subclasses

    def begun(self) -> None:
        """The connection stands; the client speaks first."""

    def heard(self, data: bytes) -> None:
        """Bytes have come."""

    # --- what the event loop tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        limit_room(transport)
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(WAITING)
        if not self.is_client:
            self.find_partner()
        self.begun()

    def data_received(self, data: bytes) -> None:
        if self.partner is None and not self.is_client and not self.outsider:
            self.meet_outsider()
        try:
            self.heard(data)
        finally:
            self.arrived(len(data))

    def pause_writing(self) -> None:
        # Whoever does not read what it is told gets no more of it.
        self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self.arrived(self._on_their_way)
        self._on_gone(self)
        if not self.gone.done():
            self.gone.set_result(None)

    # --- what is on its way to this end

    def expect(self, count: int) -> None:
        """The other end has sent something; the lab waits until it has arrived, unless this end reads nothing."""
        self._on_their_way += count
        if not self.deaf:
            self._lab.on_their_way += count

    def arrived(self, count: int) -> None:
        """So much of it has arrived, or never will."""
        count = min(count, self._on_their_way)
        self._on_their_way -= count
        if not self.deaf:
            self._lab.on_their_way -= count

    def listen(self, *, deaf: bool) -> None:
        """Read nothing from now on (`deaf`), or go on reading with what has come meanwhile."""
        if deaf is self.deaf:
            return
        self._lab.on_their_way += -self._on_their_way if deaf else self._on_their_way
        self.deaf = deaf
        if self._transport is None or self._transport.is_closing():
            return
        if deaf:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _reach_the_deaf(self) -> None:
        # Who does not read does not see the end of a connection either; the system tells it all the same.
        partner = self.partner
        if partner is not None and partner.deaf and partner._transport is not None:
            partner._transport.abort()

    # --- who is there

    def find_partner(self) -> None:
        """Both ends of a planned connection live in this lab, so each can find the other by its address.

        Whoever cannot be found is a program from outside.
        """
        assert self._transport is not None
        caller = self._transport.get_extra_info("peername")
        self.client_number = caller[1] if caller else 0
        found = self._lab.dialling.pop(caller, None)
        if found is None:
            self._stranger = self._lab.outsiders.introduced(Transport.TCP, caller)
            return
        self.client_number = found.client_number
        if found.protocol != self.protocol:
            self._stranger = found.owner.name
            return
        self.partner, found.partner = cast(Self, found), self
        self.peer = self.route.client = found.owner.name

    def meet_outsider(self) -> None:
        """The first bytes of a program from outside have come."""
        # Only now: whoever connects and says nothing leaves no line in the trace.
        self.outsider = True
        self.peer = self.route.client = self._stranger or self._lab.outsiders.name_caller()
        self.record(Kind.CONNECT, "connect", back=True)

    # --- sending

    @property
    def is_open(self) -> bool:
        """Whether anything that is written now can still go out."""
        return self._transport is not None and not self._transport.is_closing()

    def write(self, payload: bytes) -> None:
        """Send bytes; nothing happens when the connection is gone. `record` notes them in the trace."""
        if self._transport is None or self._transport.is_closing():
            return
        partner = self.partner
        if partner is not None and partner._transport is not None:
            partner.expect(len(payload))
        self._transport.write(payload)

    def close(self) -> None:
        """End the connection from this side, once everything written has gone out. May be called again."""
        self.closing = True
        if self._transport is None:
            return
        self._reach_the_deaf()
        if self.partner is None and self._transport.get_write_buffer_size():
            # A program from outside that does not read would keep the connection open for ever.
            self.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Break the connection off, as a crash does. May be called again."""
        self.closing = True
        if self._transport is not None:
            self._reach_the_deaf()
            # An event loop that has ended takes no more calls; the lab looks after what is left open then.
            with contextlib.suppress(RuntimeError):
                self._transport.abort()

    async def end(self, *, crash: bool, silent: bool = False) -> None:
        """End the connection, and wait until both ends know it, and all that follows from it has happened.

        `crash` breaks it off; `silent` leaves no line about it in the trace.
        """
        if self.gone.done():
            return
        if self.is_client and not (crash or silent or self.closing):
            self.record(Kind.DISCONNECT, "disconnect")
        self.abort() if crash else self.close()
        await asyncio.wait([one.gone for one in (self.partner, self) if one is not None])
        await self._lab.settle()

    def break_off(self) -> None:
        """The network breaks the connection off: neither end has ended it, and both notice."""
        if self._transport is not None:
            self._reach_the_deaf()
            self._transport.abort()

    # --- the trace

    def record(
        self,
        kind: Kind,
        name: str,
        *,
        text: str = "",
        payload: bytes = b"",
        reply_to: int | None = None,
        back: bool = False,
        call: str = "",
        dropped: bool = False,
        again: bool = False,
    ) -> Message:
        """Note in the trace what this end sends; with `back`, what it receives. `call` names the call it is about,
        `dropped` tells that the network loses it, `again` that it was sent before.
        """
        route = self.route
        sender, receiver = (self.peer, self.owner.name) if back else (self.owner.name, self.peer)
        if self.partner is None:
            name, text, payload = name[:STRANGERS_KEPT], text[:STRANGERS_KEPT], payload[:STRANGERS_KEPT]
        return self._lab.trace.add(
            kind, name, sender, receiver,
            route.client, route.server, route.host, route.port,
            text, payload, reply_to, self.protocol, call, self.client_number, again, dropped,
        )  # fmt: skip


def remember(numbers: dict[int, int], request: int, number: int) -> None:
    """Keep the number in the trace of a request that waits for its answer, and forget the oldest of too many."""
    numbers[request] = number
    if len(numbers) > REMEMBERED:
        del numbers[next(iter(numbers))]
