"""An administrator's terminal: a session at the console of a switch, over a real TCP connection from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, cast

from ..errors import ConsoleError
from ..model import Connection
from ..trace import Kind
from . import switch_words as words
from .console_port import CONSOLE, ConsoleStream, is_secret, shown_line
from .report import Report
from .step import step_of
from .stream import Route, Stream
from .telnet import to_wire
from .words import YOU

if TYPE_CHECKING:
    from .application import RunningApplication
    from .desks import Desks

__all__ = ["Answer", "ConsoleClient", "ConsoleSession"]

_step = step_of("console")


class Answer(str):
    """What the console has answered: text of one or several lines, shown as a terminal shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return f'<pre style="text-align:left;margin:0.4em 0;font-size:1.05em">{escape(self)}</pre>'


@dataclass(frozen=True, slots=True)
class _You:
    """Whoever sits at the terminal: no application of the plan."""

    lab: Desks
    name: str = YOU


class ConsoleClient(Stream):
    """The administrator's end of one session. `greeted` is done when the first text has come."""

    protocol = CONSOLE

    def __init__(self, lab: Desks, route: Route, port_id: str, on_gone: Callable[[ConsoleClient], None]) -> None:
        connection = Connection(client=YOU, server=route.server, port_id=port_id)
        super().__init__(cast("RunningApplication", _You(lab)), route, on_gone, connection)
        self.greeted: asyncio.Future[None] = self._loop.create_future()
        self._text = b""

    @property
    def far_end(self) -> ConsoleStream | None:
        """The switch's end, where it is a console of this lab."""
        return cast("ConsoleStream | None", self.partner)

    def heard(self, data: bytes) -> None:
        """What the console says."""
        self._text += data
        if not self.greeted.done():
            self.greeted.set_result(None)

    def take(self) -> tuple[str, str]:
        """What has come since the last time: the text, and the prompt behind it."""
        text, self._text = self._text.decode("utf-8", "replace"), b""
        before, _, prompt = text.rpartition("\r\n")
        return before.replace("\r\n", "\n"), prompt

    def send_line(self, line: str, *, secret: bool) -> None:
        """Type a line and press Enter."""
        shown = shown_line(line, secret=secret)
        asked = self.record(Kind.REQUEST, shown, payload=to_wire(f"{shown}\n")).number
        if self.far_end is not None:
            self.far_end.asked = asked
        self.write(to_wire(f"{line}\n"))

    def connection_lost(self, error: Exception | None) -> None:  # noqa: D102 - as asyncio has it
        # Whoever ends a session in order has said so itself.
        if self.far_end is not None and not (self.closing or self.far_end.over):
            self.record(Kind.LOST, "connection lost", back=True)
        if not self.greeted.done():
            self.greeted.set_result(None)
        super().connection_lost(error)


class ConsoleSession:
    """A session at the console of a switch. Get one with `console = await lab.console("switch")`."""

    def __init__(self, lab: Desks, end: ConsoleClient) -> None:
        self._lab = lab
        self._end = end
        self._turn = asyncio.Lock()
        text, self._prompt = end.take()
        #: What the console said first.
        self.greeting = Answer(text)

    @property
    def is_open(self) -> bool:
        """Whether something can still be typed."""
        return self._end.is_open

    @_step
    async def type(self, line: str) -> Answer:
        """Type one line, and wait for the answer of the console. Raises `ConsoleError` when the session is over."""
        async with self._turn:
            return await self._ask(line)

    @_step
    async def login(self, name: str, password: str) -> Answer:
        """Log in: type `login` with the name, and the password when the console asks for it.

        The password is never shown, in no trace and in no picture. Raises `ConsoleError` when the session is over.
        """
        async with self._turn:
            answer = await self._ask(f"login {name}")
            return await self._ask(password) if is_secret(self._prompt) else answer

    @_step
    async def close(self) -> Report:
        """Hang up. May be called again."""
        if not self.is_open:
            return Report([words.CLOSED_ALREADY])
        await self.end()
        return Report([words.CLOSED])

    async def end(self) -> None:
        """Hang up, and wait until both ends know it."""
        end = self._end
        if end.is_open:
            end.record(Kind.DISCONNECT, "disconnect")
        end.close()
        await asyncio.wait([one.gone for one in (end.partner, end) if one is not None])
        await self._lab.settle()

    async def _ask(self, line: str) -> Answer:
        application = self._end.route.server
        if not isinstance(line, str):
            raise ConsoleError(application, words.NO_TEXT)
        if len(line.splitlines()) > 1 or line.endswith(("\n", "\r")):
            raise ConsoleError(application, words.ONE_LINE)
        if not self.is_open:
            raise ConsoleError(application, words.OVER, words.OPEN_AGAIN.format(application=application))
        end = self._end
        # Whoever broke off a line did not see its answer, nor the prompt behind it: a password may be asked for.
        await self._lab.settle()
        text, prompt = end.take()
        self._prompt = prompt if text or prompt else self._prompt
        end.send_line(line, secret=is_secret(self._prompt))
        await self._lab.settle()
        text, self._prompt = end.take()
        if end.far_end is None or end.far_end.over:
            await asyncio.wait([end.gone])
        if not (text or self._prompt):
            raise ConsoleError(application, words.OVER, words.OPEN_AGAIN.format(application=application))
        return Answer(text)

    def __repr__(self) -> str:
        route = self._end.route
        sentence = words.CONSOLE_OPEN if self.is_open else words.OVER
        return sentence.format(application=route.server, port=route.port, host=route.host)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self) if not self.is_open else f"{self!r}\n{self.greeting}")
