"""A tap: a learner's own connection (or UDP socket) to any port of the lab, to type into and to listen at."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import (
    InvalidValueError,
    MessageTooLargeError,
    NoAnswerError,
    NotConnectedError,
)
from ..raw.text import harmless
from ..state import Socket
from ..trace import Kind, Participant
from . import link
from . import tap_words as words
from .report import Report
from .sockets import OUTSIDE
from .step import step_of
from .tap_data import LineEnd, bytes_of, habit
from .tap_ends import TapDatagrams, TapLine
from .tap_place import Speaks, TapPlace
from .tap_seen import KEPT, Piece, Seen, Way
from .words import YOU

if TYPE_CHECKING:
    from .desks import Desks

__all__ = ["HEAR_LIMIT", "PIECES", "Tap"]

#: Seconds that `hear` waits for something to come, and how long it must be quiet then.
HEAR_LIMIT, QUIET = 5.0, 0.1

#: Seconds in which the other end notices that a tap was closed.
NOTICED = 0.5

#: Newest lines of the trace among which that is looked for.
LOOKED_AT = 50

#: Pieces that a tap keeps.
PIECES = 100

#: Bytes that can be sent at once: over TCP, and in one datagram (RFC 768: 65,535 with the headers of UDP and IPv4).
LARGEST, LARGEST_DATAGRAM = 1_048_576, 65_507

_step = step_of("tap")


class Tap:
    """You, connected with a port of the lab. Get one with `tap = await lab.tap("message_server")`.

    `await tap.send("text")`, `await tap.hear()`; `tap.seen` is what went both ways. `speaks` tells what is spoken
    there, `place` where it is, `secure` whether you speak TLS.
    """

    def __init__(self, lab: Desks, place: TapPlace, *, secure: bool) -> None:
        self.place = place
        self.secure = secure
        self._lab = lab
        self._end: TapLine | TapDatagrams | None = None
        self._number = 0
        self._pieces: deque[Piece] = deque(maxlen=PIECES)
        self._count = 0
        self._heard = 0
        self._news = asyncio.Event()
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._goodbye = ""
        self._watchers: list[Callable[[], None]] = []

    @property
    def speaks(self) -> Speaks:
        """What is spoken on this port."""
        return self.place.speaks

    @property
    def line_end(self) -> LineEnd:
        """How lines end there, when nobody says otherwise."""
        return habit(self.speaks)

    @property
    def is_open(self) -> bool:
        """Whether something can still be sent."""
        return self._end is not None and not self._goodbye and not self._gone.done()

    @property
    def seen(self) -> Seen:
        """What went both ways, in order."""
        return self._seen(self._pieces, self._count - len(self._pieces))

    def _seen(self, pieces: Iterable[Piece], dropped: int = 0, empty: str = "") -> Seen:
        names = self._lab.trace.names()
        return Seen(pieces, self.place.server, self.speaks, names, dropped=dropped, empty=empty)

    def watch(self, told: Callable[[], None]) -> None:
        """Let somebody know whenever something went through, or the tap has closed."""
        self._watchers.append(told)

    # --- to and fro

    @_step
    async def send(self, data: str | bytes, end: LineEnd | str | None = None, *, hex: bool = False) -> Report:
        """Send text, or bytes as they are; with `hex` the text names bytes (`"0d 0a"`).

        Every line of a text gets the line end that is usual on this port, or `end`: "LF", "CRLF", or "none" to send it
        as it stands. Raises `NotConnectedError` when the tap is closed, `NoAnswerError` when the other side reads
        nothing any more, `MessageTooLargeError`, `InvalidValueError`.
        """
        payload = bytes_of(data, self.line_end if end is None else end, hex=hex)
        place = self.place
        limit = LARGEST_DATAGRAM if place.udp else LARGEST
        if len(payload) > limit:
            raise MessageTooLargeError(len(payload), limit)
        if isinstance(self._end, TapLine):
            try:
                async with asyncio.timeout(link.WAIT_LIMIT):
                    await self._end.room.wait()
            except TimeoutError:
                raise NoAnswerError(place.server, link.WAIT_LIMIT) from None
        if not self.is_open:
            raise NotConnectedError(YOU, place.server)
        self._add(Piece(Way.SENT, payload[:KEPT], len(payload)))
        self._write(payload)
        sentence = words.SENT_REPORT_ONE if len(payload) == 1 else words.SENT_REPORT
        return Report([sentence.format(count=len(payload), server=place.server)])

    def _write(self, payload: bytes) -> None:
        place = self.place
        if isinstance(self._end, TapLine) and self._end.transport is not None:
            self._end.transport.write(payload)
        elif isinstance(self._end, TapDatagrams):
            where = self._where()
            if where is None or self._lab.network.is_silent(where):
                self.note_refused(words.UNREACHABLE)
                self._note(words.NOBODY_UDP.format(port=place.planned, host=place.host))
            else:
                self._end.write(payload, (where.address, where.number))

    def _where(self) -> Socket | None:
        # Looked up each time: over UDP the server may have come back, in another place behind the scenes.
        return self._lab.network.way("", self.place.host, self.place.port)

    @_step
    async def hear(self, seconds: float = HEAR_LIMIT) -> Seen:
        """Wait until something comes and it is quiet again, for `seconds` at most (5 and no more); gives what came."""
        if not isinstance(seconds, int | float) or not 0 <= seconds <= HEAR_LIMIT:
            raise InvalidValueError(words.TIMES, seconds, words.TIMES_ALLOWED)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._unheard() and not self._gone.done():
                    self._news.clear()
                    await self._news.wait()
                await self._quiet()
        new = self._unheard()
        self._heard = self._count
        empty = words.NOTHING_MORE if self._gone.done() else words.NOTHING_CAME.format(seconds=f"{seconds:g}")
        return self._seen(new, empty=empty)

    async def _quiet(self) -> None:
        while not self._gone.done():
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), QUIET)
            except TimeoutError:
                return

    def _unheard(self) -> list[Piece]:
        new = self._count - self._heard
        return [one for one in list(self._pieces)[-new:] if one.way is not Way.SENT] if new else []

    def came(self, data: bytes) -> None:
        """Bytes have come over the connection."""
        last = self._pieces[-1] if self._pieces else None
        if last is not None and last.way is Way.CAME and self._heard < self._count:
            # A stream has no borders: what comes without a break is one piece, however the network cuts it.
            room = max(0, KEPT - len(last.data))
            self._pieces[-1] = replace(last, data=last.data + data[:room], size=last.size + len(data))
            self._tell()
        else:
            self._add(Piece(Way.CAME, data[:KEPT], len(data)))

    def came_from(self, data: bytes, address: tuple[str, int]) -> None:
        """A datagram has come; those from anywhere else belong to nobody here."""
        where = self._where()
        if where is not None and (where.address, where.number) == address[:2] and not self._goodbye:
            self._add(Piece(Way.CAME, data[:KEPT], len(data)))

    def _note(self, sentence: str) -> None:
        self._add(Piece(Way.NOTE, text=sentence))

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._count += 1
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        for told in tuple(self._watchers):
            told()

    def note_refused(self, name: str) -> None:
        """Note in the trace that nobody is there."""
        place, trace = self.place, self._lab.trace
        server = "" if place.server == place.host else place.server
        if not server:
            trace.join(Participant(place.host))
        trace.add(Kind.REFUSED, name, YOU, place.server, YOU, server, place.host, place.planned)

    # --- the beginning, and the end

    def begin(self, end: TapLine | TapDatagrams, number: int) -> None:
        """The connection stands, or the socket is bound; `number` is the port number of the learner's own end."""
        self._end, self._number = end, number

    @_step
    async def close(self) -> Report:
        """Hang up, and wait until the other side has noticed. May be called again."""
        if not self.is_open:
            return Report([words.CLOSED_ALREADY])
        await self.end(words.YOU_ENDED_UDP if self.place.udp else words.YOU_ENDED)
        await self._noticed()
        await self._lab.settle()
        return Report([words.CLOSED])

    async def end(self, sentence: str) -> None:
        """Close the socket; `sentence` is the last note. Nothing happens when that was done already."""
        if not self.let_go(sentence):
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._gone), link.WAIT_LIMIT)

    def let_go(self, sentence: str) -> bool:
        """The same without waiting; whether there was something to close."""
        if not self.is_open:
            return False
        self._goodbye = sentence
        if self._gone.get_loop().is_closed():
            # It takes no more calls; the lab looks after what is left open then.
            self._end = None
            self.ended()
        elif isinstance(self._end, TapDatagrams):
            self._end.close()
        elif self._end is not None and self._end.transport is not None:
            transport = self._end.transport
            # Whoever does not read would keep the connection open for ever.
            transport.abort() if transport.get_write_buffer_size() else transport.close()
        return True

    def ended(self) -> None:
        """The socket is closed, from whichever side."""
        if self._gone.done():
            return
        self._gone.set_result(None)
        carrier = self.place.port.transport.carrier
        self._lab.outsiders.forget(carrier, (OUTSIDE, self._number))
        self._note(self._goodbye or words.THEY_ENDED.format(server=self.place.server))

    async def _noticed(self) -> None:
        # The other end writes the trace; what a cell shows next should have its last line, too.
        loop = asyncio.get_running_loop()
        deadline = loop.time() + NOTICED
        while not self.place.udp and loop.time() < deadline:
            newest = (self._lab.trace[-at] for at in range(1, min(LOOKED_AT, len(self._lab.trace)) + 1))
            mine = next((one for one in newest if one.client == YOU and one.client_number == self._number), None)
            if mine is None or mine.kind in (Kind.DISCONNECT, Kind.LOST, Kind.REFUSED):
                return
            await asyncio.sleep(QUIET / 20)

    def __str__(self) -> str:
        place = self.place
        sentence = words.OVER
        if self.is_open:
            sentence = words.OPEN_UDP if place.udp else words.OPEN_TLS if self.secure else words.OPEN
        return harmless(sentence.format(server=place.server, port=place.planned, host=place.host))

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self}\n{self.seen}" if len(self.seen) else str(self))
