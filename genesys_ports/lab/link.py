"""One end of one TCP connection that speaks the teaching format.

The client's end introduces itself and asks; the server's end answers. Both may send messages once they know each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..errors import ConnectionLostError, MessageTooLargeError, NoAnswerError
from ..trace import Kind, Message, Trace
from . import words
from .wire import LINE_LIMIT, PROTOCOL, WireError, decode, encode

if TYPE_CHECKING:
    from ..model import Connection
    from .application import RunningApplication

__all__ = ["OPEN_QUESTIONS", "WAIT_LIMIT", "Link", "Route"]

#: How many messages one end may have on their way without an answer; the next one waits for a place.
OPEN_QUESTIONS = 256

#: Seconds a question waits for its answer.
WAIT_LIMIT = 5.0

#: Lines that are no message a program from outside may send before it is shown the door.
MISTAKES = 20


@dataclass(slots=True)
class Route:
    """Who opened the connection, who listens, and on which planned port. `client` is known once it has said so."""

    client: str
    server: str
    host: str
    port: str


class Link(asyncio.Protocol):
    """One end of a connection. `on_gone` is called once, when it is over, with whether we ended it ourselves."""

    def __init__(
        self,
        owner: RunningApplication,
        route: Route,
        trace: Trace,
        *,
        is_client: bool,
        on_gone: Callable[[Link], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.owner = owner
        self.route = route
        self.is_client = is_client
        self.peer = route.server if is_client else route.client
        self.closing = False
        self.outsider = False
        self.connection: Connection | None = None
        self.local_number = 0
        self.partner: Link | None = None
        self.gone: asyncio.Future[None] = loop.create_future()
        self.greeted: asyncio.Future[bool] = loop.create_future()
        self.unheard = 0
        self._trace = trace
        self._on_gone = on_gone
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._open: dict[int, tuple[asyncio.Future[Message], float]] = {}
        self._places = asyncio.Semaphore(OPEN_QUESTIONS)
        self._writable = asyncio.Event()
        self._writable.set()
        self._mistakes = 0

    # --- what the event loop tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self.is_client:
            payload = encode({"connect": self.owner.name, "to": self.route.server})
            self.record(Kind.CONNECT, "connect", payload=payload)
            self._transport.write(payload)
            self.owner.lab.dialling[self._transport.get_extra_info("sockname")] = self
        else:
            self.owner.admit(self)

    def data_received(self, data: bytes) -> None:
        if self.partner is None and not self.outsider and self._transport is not None:
            self._meet(self._transport.get_extra_info("peername"))
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        for line in lines:
            if self._transport is None or self._transport.is_closing():
                return
            if line.strip():
                self._line(bytes(line))
        if len(self._buffer) >= LINE_LIMIT:
            self._buffer.clear()
            self.refuse(words.ANSWER_TOO_LONG.format(limit=LINE_LIMIT))

    def _meet(self, peer_address: Any) -> None:
        # Both ends of a planned connection live in this lab, so each can find the other by its address; whoever cannot
        # be found is a program from outside.
        self.partner = self.owner.lab.dialling.pop(peer_address, None)
        if self.partner is not None:
            self.partner.partner = self
            self.peer = self.route.client = self.partner.owner.name
        else:
            self.outsider = True
            self.peer = self.route.client = self.owner.lab.outsiders.name_caller()
            self.record(Kind.CONNECT, "connect", back=True)

    def pause_writing(self) -> None:
        self._writable.clear()
        if self.outsider and self._transport is not None:
            # Whoever asks without reading the answers gets no more answers. (Between our own ends the number of open
            # questions is bounded, so answers alone never fill the buffer.)
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._writable.set()
        if self.outsider and self._transport is not None:
            self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self.unheard = 0
        lost = ConnectionLostError(self.owner.name, self.peer, self.route.port)
        for future, _ in self._open.values():
            if not future.done():
                future.set_exception(lost)
        self._open.clear()
        self._writable.set()
        if not self.greeted.done():
            self.greeted.set_result(False)
        self._on_gone(self)
        if not self.gone.done():
            self.gone.set_result(None)

    # --- sending

    async def ask(self, name: str, text: str) -> Message:
        """Send a message and wait for its answer, which is returned.

        Raises `MessageTooLargeError`, `ConnectionLostError`, `NoAnswerError`.
        """
        async with self._places:
            await self._writable.wait()
            number = self._trace.last_number + 1
            payload = self._sized({"id": number, "message": name, "text": text})
            if self._transport is None:
                raise ConnectionLostError(self.owner.name, self.peer, self.route.port)
            self.record(Kind.REQUEST, name, text=text, payload=payload)
            answer: asyncio.Future[Message] = self._loop.create_future()
            self._open[number] = (answer, self._loop.time() + WAIT_LIMIT)
            self._transport.write(payload)
            try:
                return await answer
            finally:
                self._open.pop(number, None)

    def tell(self, name: str, text: str, **details: str) -> None:
        """Send a message that wants no answer; nothing happens when the connection is gone."""
        if self._transport is None or self._transport.is_closing():
            return
        payload = self._sized({"event": name, "text": text, **details})
        self.record(Kind.EVENT, name, text=text, payload=payload)
        self.unheard += self.partner is not None
        self._transport.write(payload)

    def _sized(self, fields: dict[str, Any]) -> bytes:
        payload = encode(fields)
        if len(payload) > LINE_LIMIT:
            raise MessageTooLargeError(len(payload), LINE_LIMIT)
        return payload

    def expire(self, now: float) -> None:
        """Give up on questions whose time is over; the oldest stand first."""
        for future, deadline in list(self._open.values()):
            if deadline > now:
                return
            if not future.done():
                future.set_exception(NoAnswerError(self.peer, WAIT_LIMIT))

    def close(self) -> None:
        """End the connection from this side. May be called again."""
        self.closing = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Break the connection off, as a crash does."""
        self.closing = True
        if self._transport is not None:
            self._transport.abort()

    def refuse(self, sentence: str) -> None:
        """Say why, and end the connection."""
        self._answer_mistake(sentence)
        self.close()

    # --- receiving

    def _line(self, line: bytes) -> None:
        try:
            fields = decode(line)
        except WireError:
            self._mistake(words.ANSWER_NOT_JSON)
            return
        if "ack" in fields:
            self._acknowledged(fields, line)
        elif "message" in fields:
            self._asked(fields, line)
        elif "event" in fields:
            if self.outsider:
                self.record(Kind.EVENT, _text(fields, "event"), text=_text(fields, "text"), payload=line, back=True)
            self.owner.role.told(self.owner, self, fields)
            if self.partner is not None:
                self.partner.unheard -= 1
        elif "connect" in fields and not self.is_client:
            self._introduced()
        elif "accept" in fields and self.is_client:
            if not self.greeted.done():
                self.greeted.set_result(True)
        else:
            self._mistake(words.ANSWER_NOT_JSON)

    def _introduced(self) -> None:
        payload = encode({"accept": self.owner.name})
        self.record(Kind.ACCEPT, "accept", payload=payload)
        self._write(payload)
        if not self.outsider:
            self.owner.role.joined(self.owner, self)

    def _asked(self, fields: dict[str, Any], line: bytes) -> None:
        name, text = _text(fields, "message"), _text(fields, "text")
        number = fields.get("id")
        if self.outsider:
            number = self.record(Kind.REQUEST, name, text=text, payload=line, back=True).number
        answer, said = self.owner.role.asked(self.owner, self, name, text)
        payload = encode(
            {"ack": fields.get("id"), "message": answer, "text": said} if said else {"ack": fields.get("id")}
        )
        reply_to = number if isinstance(number, int) else None
        self.record(Kind.RESPONSE, answer, text=said, payload=payload, reply_to=reply_to)
        self._write(payload)

    def _acknowledged(self, fields: dict[str, Any], line: bytes) -> None:
        known = self._open.get(fields["ack"]) if isinstance(fields["ack"], int) else None
        if known is None or known[0].done():
            return
        known[0].set_result(
            Message(0, 0.0, Kind.RESPONSE, _text(fields, "message") or "ack", self.peer, self.owner.name,
                    self.route.client, self.route.server, self.route.host, self.route.port,
                    _text(fields, "text"), line, fields["ack"], PROTOCOL)
        )  # fmt: skip

    def _mistake(self, sentence: str) -> None:
        self._mistakes += 1
        self._answer_mistake(sentence)
        if self._mistakes >= MISTAKES:
            self.close()

    def _answer_mistake(self, sentence: str) -> None:
        if not self.is_client:
            self._write(encode({"error": sentence}))

    def _write(self, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(payload)

    def record(
        self,
        kind: Kind,
        name: str,
        *,
        text: str = "",
        payload: bytes = b"",
        reply_to: int | None = None,
        back: bool = False,
    ) -> Message:
        """Note in the trace what this end sends; with `back`, what it receives."""
        route = self.route
        sender, receiver = (self.peer, self.owner.name) if back else (self.owner.name, self.peer)
        return self._trace.add(
            kind, name, sender, receiver,
            route.client, route.server, route.host, route.port,
            text, payload, reply_to, PROTOCOL,
        )  # fmt: skip


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key, "")
    return value if isinstance(value, str) else ""
