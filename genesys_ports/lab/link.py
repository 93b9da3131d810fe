"""One end of one TCP connection that speaks the teaching format.

The client's end introduces itself and asks; the server's end answers. Both may send messages once they know each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ..errors import ConnectionLostError, MessageTooLargeError, NoAnswerError
from ..trace import Kind, Message
from . import words
from .room import limit_room
from .stream import Route, Stream
from .wire import LINE_LIMIT, PROTOCOL, WireError, answer_id, clean, decode, details_of, encode, listed, text_of

if TYPE_CHECKING:
    from ..model import Connection
    from .application import RunningApplication

__all__ = ["OPEN_QUESTIONS", "WAIT_LIMIT", "Link"]

#: How many messages one end may have on their way without an answer; the next one waits for a place.
OPEN_QUESTIONS = 256

#: Seconds a question waits for its answer, and any call of the lab for whatever it waits for.
WAIT_LIMIT = 5.0

#: The same where the lab knows that the other end is overloaded: a learner need not wait that long to see it.
DEAF_LIMIT = 2.0

#: Lines that are no message a program from outside may send before it is shown the door.
MISTAKES = 20

#: How a caller begins that speaks TLS: a handshake record (RFC 8446, section 5.1). No line begins so.
TLS_BEGIN = b"\x16\x03"


class Link(Stream):
    """One end of a connection. `known` tells that the two have introduced themselves."""

    protocol = PROTOCOL

    def __init__(
        self,
        owner: RunningApplication,
        route: Route,
        on_gone: Callable[[Link], None],
        connection: Connection | None = None,
    ) -> None:
        super().__init__(owner, route, on_gone, connection)
        self.known = False
        self.greeted: asyncio.Future[None] = self._loop.create_future()
        self._rest = b""
        self._open: dict[int, tuple[asyncio.Future[Message], float, float]] = {}
        self._places = asyncio.Semaphore(OPEN_QUESTIONS)
        self._full = False
        self._mistakes = 0
        # Questions that came while this end read nothing.
        self._unread = 0

    # --- what the event loop tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        limit_room(transport)
        self._transport = cast(asyncio.Transport, transport)
        if self.connection is not None:
            self.owner.outgoing[self.connection] = self
            payload = encode({"connect": self.owner.name, "to": self.route.server})
            self.record(Kind.CONNECT, "connect", payload=payload)
            self._transport.write(payload)
            self.listen(deaf=self.owner.overloaded)
            return
        self.find_partner()
        self.listen(deaf=self.owner.overloaded)
        self.owner.admit(self)

    def data_received(self, data: bytes) -> None:
        if self.partner is None and not self.is_client and not self.outsider:
            self.meet_outsider()
        if data.startswith(TLS_BEGIN) and not self._rest and not self.is_client:
            return self.refuse(words.ANSWER_NOT_TLS)
        *lines, self._rest = (self._rest + data if self._rest else data).split(b"\n")
        for line in lines:
            if self._transport is None or self._transport.is_closing():
                return
            if len(line) >= LINE_LIMIT:
                return self._too_long()
            if line and not line.isspace():
                self._line(line)
        if len(self._rest) >= LINE_LIMIT:
            self._too_long()

    def _too_long(self) -> None:
        self._rest = b""
        self.refuse(words.ANSWER_TOO_LONG.format(limit=LINE_LIMIT))

    def pause_writing(self) -> None:
        self._full = True
        if self.partner is None and self._transport is not None:
            # Whoever asks without reading the answers gets no more answers. (Between our own ends the number of open
            # questions is bounded, so answers alone never fill the buffer.)
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._full = False
        if self._transport is not None:
            self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        for future, *_ in self._open.values():
            if not future.done():
                future.set_exception(self._lost())
        if not self.greeted.done():
            self.greeted.set_result(None)
        super().connection_lost(error)

    # --- sending

    async def ask(self, name: str, text: str, **details: str) -> Message:
        """Send a message and wait for its answer, which is returned; `details` are further fields of its line (but for
        the names that the format itself needs).

        Raises `MessageTooLargeError`, `ConnectionLostError`, `NoAnswerError`.
        """
        limit = min(WAIT_LIMIT, DEAF_LIMIT) if self.partner is not None and self.partner.deaf else WAIT_LIMIT
        deadline = self._loop.time() + limit
        async with self._places:
            if self._transport is None:
                raise self._lost()
            if self._loop.time() > deadline:
                raise NoAnswerError(self.peer, limit)
            # The trace counts every message, so the next number in it is one that no other question has.
            number = self._lab.trace.last_number + 1
            payload = _sized({"id": number, "message": name, "text": text}, details)
            self.record(Kind.REQUEST, clean(name), text=clean(text or listed(details)), payload=payload)
            answer: asyncio.Future[Message] = self._loop.create_future()
            self._open[number] = (answer, deadline, limit)
            if self.partner is not None and self.partner.deaf:
                self.partner.expect(1)
                self.partner._unread += 1
            self._transport.write(payload)
            try:
                return await answer
            finally:
                del self._open[number]

    def tell(self, name: str, text: str, *, call: str = "", **details: str) -> None:
        """Send a message that wants no answer; nothing happens when the connection is gone.

        `call` is the Call-ID of the call it is about, for the trace; `details` are further fields of its line.
        """
        if self._transport is None or self._transport.is_closing() or (self._full and self.partner is None):
            return
        payload = _sized({"event": name, "text": text}, details)
        self.record(Kind.EVENT, name, text=clean(text), payload=payload, call=call)
        if self.partner is not None and self.partner._transport is not None:
            self.partner.expect(1)
        self._transport.write(payload)

    def expire(self, now: float) -> None:
        """Give up on questions whose time is over; the oldest stand first."""
        for future, deadline, limit in self._open.values():
            if deadline > now:
                return
            if not future.done():
                future.set_exception(NoAnswerError(self.peer, limit))

    def _lost(self) -> ConnectionLostError:
        return ConnectionLostError(self.owner.name, self.peer, self.route.port)

    def refuse(self, sentence: str) -> None:
        """Say why, and end the connection."""
        self._answer_mistake(sentence)
        self.close()

    # --- receiving

    def _line(self, line: bytes) -> None:
        try:
            fields = decode(line)
        except WireError:
            self._mistake()
            return
        if "ack" in fields:
            self._acknowledged(fields, line)
        elif "message" in fields:
            self._asked(fields, line)
        elif "event" in fields:
            self._told(fields, line)
        elif "connect" in fields and not self.is_client:
            self._introduced()
        elif "accept" in fields and self.is_client:
            self.known = True
            if not self.greeted.done():
                self.greeted.set_result(None)
        else:
            self._mistake()

    def _introduced(self) -> None:
        payload = encode({"accept": self.owner.name})
        self.record(Kind.ACCEPT, "accept", payload=payload)
        self._reply(payload)
        if not self.outsider:
            self.known = True
            self.owner.role.joined(self.owner, self)

    def _asked(self, fields: dict[str, Any], line: bytes) -> None:
        name, text = text_of(fields, "message"), text_of(fields, "text")
        number = answer_id(fields)
        asked = number
        if self.partner is None:
            asked = self.record(
                Kind.REQUEST, name, text=text or listed(details_of(fields)), payload=line, back=True
            ).number
        answer = self.owner.role.asked(self.owner, self, fields)
        payload = encode(answer.fields(number))
        reply_to = asked if isinstance(asked, int) else None
        if answer.call and reply_to is not None:
            self._lab.trace.assign(reply_to, answer.call)
        said = answer.text or listed(answer.details)
        self.record(Kind.RESPONSE, answer.name, text=said, payload=payload, reply_to=reply_to, call=answer.call)
        self._reply(payload)
        if self._unread:
            self._unread -= 1
            self.arrived(1)

    def _told(self, fields: dict[str, Any], line: bytes) -> None:
        if self.partner is None:
            self.record(Kind.EVENT, text_of(fields, "event"), text=text_of(fields, "text"), payload=line, back=True)
        self.owner.role.told(self.owner, self, fields)
        self.arrived(1)

    def _acknowledged(self, fields: dict[str, Any], line: bytes) -> None:
        number = fields["ack"]
        known = self._open.get(number) if isinstance(number, int) else None
        if known is None or known[0].done():
            return
        route = self.route
        name = text_of(fields, "message") or "ack"
        known[0].set_result(
            Message(
                0, 0.0, Kind.RESPONSE, name, self.peer, self.owner.name,
                route.client, route.server, route.host, route.port,
                text_of(fields, "text"), line, number, PROTOCOL,
            )
        )  # fmt: skip

    def _mistake(self) -> None:
        self._mistakes += 1
        self._answer_mistake(words.ANSWER_NOT_JSON)
        if self._mistakes >= MISTAKES:
            self.close()

    def _answer_mistake(self, sentence: str) -> None:
        if not self.is_client:
            self._reply(encode({"error": sentence}))

    def _reply(self, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(payload)


def _sized(fields: dict[str, Any], details: dict[str, str]) -> bytes:
    payload = encode({**fields, **details_of(details)})
    if len(payload) > LINE_LIMIT:
        raise MessageTooLargeError(len(payload), LINE_LIMIT)
    return payload
