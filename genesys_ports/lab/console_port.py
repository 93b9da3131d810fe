"""A switch's management port: each TCP connection is a session of an administrator who types commands.

It is another thing than the management port of other applications, over which a network management system asks by
SNMP. It works with telnet and nc; line ends are CR LF.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from ..model import Connection, Deployment, ListeningPort, Purpose, Transport
from ..state import ConnectionStatus
from ..switch import Console
from ..switch.console import USERS
from ..switch.console_words import PASSWORD
from ..trace import Kind
from . import switch_words as words
from .listener import Listener
from .stream import Route, Stream
from .switch_role import SwitchRole, is_switch
from .telnet import LINE_LIMIT, Lines, to_wire

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["ADMINISTRATORS", "CONSOLE", "ConsoleSide", "ConsoleStream", "is_console", "is_secret", "shown_line"]

#: What the trace calls the language.
CONSOLE = "console"

#: Administrators at one console at a time.
ADMINISTRATORS = 10

#: Lines that are answered in one go, before others have their turn. Whoever types sends one.
AT_ONCE = 20


def is_console(plan: Deployment, application: str, port: ListeningPort) -> bool:
    """Whether a planned port is the console of a switch: a TCP port (or TLS) for management."""
    is_management = port.purpose is Purpose.MANAGEMENT and port.transport.carrier is Transport.TCP
    return is_management and is_switch(plan, application)


def is_secret(prompt: str) -> bool:
    """Whether what is typed after this prompt is a password."""
    return prompt == PASSWORD


def shown_line(line: str, *, secret: bool) -> str:
    """A typed line as the trace may have it: without any password."""
    command, *rest = line.split() or [words.EMPTY_LINE]
    if secret:
        return words.HIDDEN
    if command.casefold() == "login" and len(rest) > 1:
        return " ".join((command, rest[0], words.HIDDEN))
    return hidden(" ".join((command, *rest)))


def hidden(text: str) -> str:
    """Text without the passwords of this console, wherever somebody has typed one by mistake."""
    return _PASSWORDS.sub(words.HIDDEN, text)


_PASSWORDS = re.compile(rf"\b(?:{'|'.join(map(re.escape, USERS.values()))})\b", re.IGNORECASE)


class ConsoleStream(Stream):
    """The switch's end of one session."""

    protocol = CONSOLE

    def __init__(self, side: ConsoleSide, owner: RunningApplication, port: str) -> None:
        super().__init__(owner, Route("", owner.name, owner.host, port), side.gone)
        self.console = Console(side.role.switching, owner.name)
        #: The number of the line in the trace that is to be answered next, where the lab itself has typed it.
        self.asked: int | None = None
        #: The switch has ended the session.
        self.over = False
        self._side = side
        self._lines = Lines()
        # Lines that wait for their turn; nothing more is read meanwhile.
        self._typed: deque[str] = deque()
        self._greeting = ""

    def begun(self) -> None:
        """Greet: on a console it is the server who speaks first."""
        if self.partner is not None:
            self.record(Kind.CONNECT, "connect", back=True)
        if self._side.admit(self):
            self._say(Kind.EVENT, words.GREETING, self.console.greeting())
        else:
            self._refuse(words.TOO_MANY.format(limit=ADMINISTRATORS))

    def heard(self, data: bytes) -> None:
        """What an administrator has typed."""
        if self._greeting:
            # Whoever only looks whether the port is open leaves no line in the trace.
            self._tell(Kind.EVENT, words.GREETING, self._greeting)
            self._greeting = ""
        self._typed.extend(self._lines.feed(data))
        self._work()

    def _work(self) -> None:
        for _ in range(AT_ONCE):
            if self._typed and self.is_open:
                self._line(self._typed.popleft())
        if not self.is_open:
            self._typed.clear()
        elif self._typed:
            self._read_on(False)
            self._loop.call_soon(self._work)
        elif self._lines.too_long:
            self._refuse(words.TOO_LONG.format(limit=LINE_LIMIT))
        else:
            self._read_on(True)

    def _read_on(self, on: bool) -> None:
        if self._transport is not None:
            self._transport.resume_reading() if on else self._transport.pause_reading()

    def _line(self, line: str) -> None:
        asked, self.asked = self.asked, None
        secret = is_secret(self.console.prompt)
        if self.partner is None:
            shown = shown_line(line, secret=secret)
            asked = self.record(Kind.REQUEST, shown, payload=to_wire(f"{shown}\n"), back=True).number
        answer = self.console.line(line)
        self._say(Kind.RESPONSE, words.ANSWER, answer, reply_to=asked)
        if self.console.over:
            self._end()

    def _say(self, kind: Kind, name: str, text: str, *, reply_to: int | None = None) -> None:
        prompt = "" if self.console.over or self.over else self.console.prompt
        whole = f"{text}\n{prompt}" if text else prompt
        if self.partner is None and not self.outsider:
            self._greeting = whole
        else:
            self._tell(kind, name, whole, reply_to=reply_to)
        self.write(to_wire(whole))

    def _tell(self, kind: Kind, name: str, whole: str, *, reply_to: int | None = None) -> None:
        shown = hidden(whole)
        first = next((line for line in shown.splitlines() if line.strip()), "")
        self.record(kind, name, text=first, payload=to_wire(shown), reply_to=reply_to)

    def _refuse(self, sentence: str) -> None:
        self.over = True
        self._say(Kind.RESPONSE, words.ANSWER, sentence)
        self._end()

    def _end(self) -> None:
        self.over = True
        if self.partner is not None:
            self.record(Kind.DISCONNECT, "disconnect")
        self.close()


class ConsoleSide:
    """What a switch speaks on its management port; made for every switch, since with it its calls end, too."""

    def __init__(self, owner: RunningApplication, role: SwitchRole) -> None:
        self.role = role
        self._owner = owner
        self._streams: dict[ConsoleStream, None] = {}
        self._listeners: list[Listener] = []
        self._coming: set[asyncio.Task[object]] = set()

    def serves(self, port: ListeningPort) -> bool:
        """TCP ports for management."""
        return is_console(self._owner.plan, self._owner.name, port)

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Listen on the bound sockets of a planned port."""
        owner = self._owner
        for sock in sockets:
            tls = owner.lab.certificates.for_port(port, owner.host, sock)
            answer = partial(ConsoleStream, self, owner, str(port))
            self._listeners.append(Listener(sock, answer, self._coming, tls=tls))

    def makes(self, connection: Connection) -> bool:
        """A switch opens none."""
        return False

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Never asked."""
        raise NotImplementedError

    async def start(self) -> None:
        """All ports are open."""

    def admit(self, stream: ConsoleStream) -> bool:
        """A session begins, unless there are too many."""
        self._streams[stream] = None
        return len(self._streams) <= ADMINISTRATORS

    def gone(self, stream: ConsoleStream) -> None:
        """A session is over."""
        self._streams.pop(stream, None)
        if stream.outsider:
            stream.record(Kind.DISCONNECT, "disconnect", back=not stream.closing)

    def sessions(self, port: str) -> int:
        """How many administrators are connected to a planned port (`2323/tcp`) now."""
        return sum(stream.route.port == port for stream in self._streams)

    # --- the end

    async def stop(self) -> None:
        """End every call in order, so that whoever listens on the CTI link hears of it."""
        self._count_calls()
        self.role.end_calls()
        await self._owner.lab.settle()

    def _count_calls(self) -> None:
        calls = self.role.switching.calls()
        if calls:
            sentence = words.CALLS_ENDED_ONE if len(calls) == 1 else words.CALLS_ENDED_MANY
            self._owner.lab.heard_loss(sentence.format(switch=self._owner.name, count=len(calls)))

    def close_ports(self) -> None:
        """Take no more calls."""
        for one in self._listeners:
            one.close()

    async def close(self, *, crash: bool) -> None:
        """End every session, one after the other. After a crash nobody is told of the calls that ended with it."""
        self._count_calls()
        for stream in list(self._streams):
            stream.abort() if crash else stream.close()
            await asyncio.wait([end.gone for end in (stream.partner, stream) if end is not None])
            await self._owner.lab.settle()

    def let_go(self) -> None:
        """Break off everything."""
        for stream in list(self._streams):
            for end in (stream, stream.partner):
                if end is not None:
                    end.abort()
