"""One connection that SIP is spoken on: TCP, or TLS."""

# The methods asyncio calls are described by asyncio.
# ruff: noqa: D102

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from ..errors import SIPError
from ..model import Transport
from ..sip.flow import Flow
from ..sip.framer import StreamFramer
from ..sip.message import Request, Response
from ..trace import Kind
from .room import limit_room
from .signalling import End, outside_name

if TYPE_CHECKING:
    from .network import Call
    from .signalling import Place
    from .sip_stack import SipStack

__all__ = ["SipStream"]

#: Seconds a server gets to take a call.
DIAL_LIMIT = 3.0

#: Bytes that may wait for a program outside that does not read; then it is cut off.
WAITING = 262_144

#: Invalid messages a program from outside may send before it is cut off.
MISTAKES = 20


class SipStream(asyncio.Protocol):
    """A connection that came in; with `dial` one that goes out.

    `place` is the own end, `far_place` the other; `own` and `far` are who is there.
    """

    far: End
    far_place: Place
    flow: Flow

    def __init__(self, stack: SipStack, transport: Transport, place: Place, own: End) -> None:
        self.stack = stack
        self.place = place
        self.own = own
        self.number = 0
        self.dialled = False
        self.is_outside = False
        self.partner: SipStream | None = None
        self.closing = False
        self._broken_off = False
        self._framer = StreamFramer()
        self._kind = transport
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._dialling: asyncio.Task[None] | None = None
        self._waiting: list[tuple[Request | Response, bool]] = []
        self._pings = 0
        self._mistakes = 0
        self._told = False
        self.heard_at = self._loop.time()
        self.gone: asyncio.Future[None] = self._loop.create_future()

    @property
    def is_pending(self) -> bool:
        """Whether no message has come yet, or the last one is not complete."""
        return not self._told or bool(self._framer.rest)

    # --- going out

    def dial(self, call: Call, flow: Flow, far: End) -> None:
        """Connect; what is sent meanwhile waits."""
        self.dialled = True
        self.far, self.far_place = far, (Transport.TCP, flow.address, flow.number)
        self.number = self.stack.connections.opened(self)
        self.flow = flow._replace(connection=self.number)
        signalling = self.stack.signalling
        signalling.streams[self.place, self.far_place] = self
        # Others wait until it is known whether anybody answers.
        signalling.flight.depart(self._way_of_dialling)
        self._dialling = self._loop.create_task(self._dial(call))

    @property
    def _way_of_dialling(self) -> tuple[str, Place, Place]:
        return ("dial", self.place, self.far_place)

    async def _dial(self, call: Call) -> None:
        try:
            async with asyncio.timeout(DIAL_LIMIT):
                await self._loop.sock_connect(call.socket, (call.where.address, call.where.number))
                tls = self.stack.tls_to(self.flow) if self._kind is Transport.TLS else {}
                await self._loop.create_connection(lambda: self, sock=call.socket, **tls)
        except OSError:
            call.socket.close()
            self._arrived(self._refused)
        except BaseException:
            call.socket.close()
            raise

    def _arrived(self, then: Callable[[], None]) -> None:
        self.stack.signalling.flight.arrive(self._way_of_dialling, b"", then)

    def _refused(self) -> None:
        if not self.gone.done():
            self._note(Kind.REFUSED, "refused")
            self._over()

    # --- what the event loop tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        limit_room(transport)
        self._transport = cast(asyncio.Transport, transport)
        if self.dialled:
            self._arrived(self._flush)
            return
        caller = transport.get_extra_info("peername")
        if caller is None:
            # It has broken off before it was let in; nobody knows who it was.
            self._transport.abort()
            return
        address, number = caller[:2]
        # One that listens on every address of its host is called at one of them.
        self.place = (self.place[0], *transport.get_extra_info("sockname")[:2])
        self.far_place = (Transport.TCP, address, number)
        signalling = self.stack.signalling
        end = signalling.end(self.far_place)
        self.is_outside = end is None
        self.far = end or End("", "", "", number)
        if end is not None:
            self.partner = signalling.streams.get((self.far_place, self.place))
            if self.partner is not None:
                self.partner.partner = self
        elif not self.stack.connections.has_room():
            transport.abort()  # type: ignore[attr-defined] # every stream transport can
            return
        self.number = self.stack.connections.opened(self)
        self.flow = Flow(self._kind, address, number, self.number)

    def _flush(self) -> None:
        if self.gone.done():
            return
        self._note(Kind.CONNECT, "connect")
        waiting, self._waiting = self._waiting, []
        for message, again in waiting:
            self.send(message, again)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._loop.time()
        try:
            messages = self._framer.feed(data)
        except SIPError:
            messages = []
        for message in messages:
            self._received(message)
        refused, self._framer.refused = self._framer.refused, []
        for error, frame in refused:
            self._meet(None)
            self.stack.unreadable(error, frame, self.flow, self.far, self.own)
        self._mistakes += len(refused)
        if self._framer.pings > self._pings and self._transport is not None:
            # RFC 5626 4.4.1: a double line end asks, a single one answers.
            self._pings = self._framer.pings
            self._transport.write(b"\r\n")
        if self._framer.error is not None:
            self._meet(None)
            self.stack.unreadable(self._framer.error, self._framer.rest, self.flow, self.far, self.own)
        if self._framer.error is not None or self._mistakes > MISTAKES:
            self.close()

    def _received(self, message: Request | Response) -> None:
        if self.partner is not None:
            way = (self.far_place, self.place)
            self.stack.signalling.flight.arrive(way, b"", partial(self.stack.take, message, self.flow))
            return
        self._meet(message)
        self.stack.notes.message(message, bytes(message), self.far, self.own, opener=self._opener)
        self.stack.take(message, self.flow)

    def _meet(self, message: Request | Response | None) -> None:
        # Only now: whoever connects and says nothing leaves no line in the trace.
        if self._told or not self.is_outside:
            return
        self._told = True
        name = outside_name(message) if message else ""
        self.far = self.stack.signalling.caller(self.far_place[1], self.far_place[2], name)
        self._note(Kind.CONNECT, "connect", back=True)

    def pause_writing(self) -> None:
        if self.partner is None and self._transport is not None:
            # Whoever asks without reading the answers gets no more answers.
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self.number or self.gone.done():
            return
        if not self._broken_off and not self.closing and not (self.partner and self.partner.closing):
            if self.far.host:
                self._note(Kind.LOST, "connection lost", back=True)
            elif self._told or self.dialled:
                self._note(Kind.DISCONNECT, "disconnect", back=True)
        self._over()

    def _over(self) -> None:
        self.gone.set_result(None)
        signalling = self.stack.signalling
        signalling.streams.pop((self.place, self.far_place), None)
        for way in ((self.place, self.far_place), (self.far_place, self.place), self._way_of_dialling):
            signalling.flight.drop(way)
        self.stack.closed(self)

    # --- sending

    def send(self, message: Request | Response, again: bool) -> None:
        """Send a message; it waits while the connection is being made."""
        if self._transport is None:
            if self._dialling is not None and len(self._waiting) < MISTAKES:
                self._waiting.append((message, again))
            return
        if self._transport.is_closing():
            return
        data = bytes(message)
        self.stack.notes.message(message, data, self.own, self.far, opener=self._opener, again=again)
        if self.far.host:
            self.stack.signalling.flight.depart((self.place, self.far_place))
        elif self._transport.get_write_buffer_size() > WAITING:
            return self.abort()
        self._transport.write(data)

    @property
    def _opener(self) -> End:
        return self.own if self.dialled else self.far

    def _note(self, kind: Kind, name: str, *, back: bool = False) -> None:
        sender, receiver = (self.far, self.own) if back else (self.own, self.far)
        self.stack.notes.connection(kind, name, sender, receiver, self._opener)

    # --- ending

    async def end(self, *, crash: bool) -> None:
        """End the connection, and wait until both ends know it."""
        if self.gone.done():
            return
        if not crash and (self._told or not self.is_outside):
            self._note(Kind.DISCONNECT, "disconnect")
        self.abort() if crash else self.close()
        await asyncio.wait([one.gone for one in (self.partner, self) if one is not None], timeout=DIAL_LIMIT)

    def close(self) -> None:
        """End the connection once everything written has gone out. May be called again."""
        self.closing = True
        if self._transport is None or (self.is_outside and self._transport.get_write_buffer_size()):
            # A program from outside that does not read would keep the connection open for ever.
            self.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Break the connection off. May be called again."""
        self._broken_off = True
        if self._dialling is not None:
            self._dialling.cancel()
        # An event loop that has ended takes no more calls; the lab looks after what is left open then.
        with contextlib.suppress(RuntimeError):
            if self._transport is not None:
                self._transport.abort()
            elif self.number and not self.gone.done():
                self._over()
