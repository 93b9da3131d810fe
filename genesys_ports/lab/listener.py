"""A listening TCP socket at work: each call it takes becomes a connection.

Not `asyncio.Server`: closed in the moment a call comes in, that one loses the call without hanging up (and says so on
standard error); besides, it takes twice as long to open.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

__all__ = ["HANDSHAKE_LIMIT", "SHUTDOWN_LIMIT", "Listener"]

#: Calls taken in one go, before others have their turn.
AT_ONCE = 100

#: Seconds until the next try, when the system had no socket left for a call.
AGAIN = 0.2

#: Calls that may be in their TLS handshake at a time: each takes a quarter of a megabyte. The oldest makes room.
SHAKING = 200

#: Seconds that the two ends of a TLS connection have to agree, and to part.
HANDSHAKE_LIMIT = 10.0
SHUTDOWN_LIMIT = 1.0


class Listener:
    """Takes calls from now on, until `close()`.

    With `tls` every call begins with a handshake. `unlike` is told the address of a caller that has said something
    else; one that hangs up before the handshake is over has said nothing.
    """

    __slots__ = ("_answer", "_coming", "_loop", "_shaking", "_sock", "_task", "_tls", "_unlike")

    def __init__(
        self,
        sock: socket.socket,
        answer: Callable[[], asyncio.BaseProtocol],
        coming: set[asyncio.Task[object]],
        *,
        tls: ssl.SSLContext | None = None,
        unlike: Callable[[Any], None] | None = None,
    ) -> None:
        self._sock = sock
        self._answer = answer
        # Nobody else holds on to the task that makes a connection.
        self._coming = coming
        self._tls = tls
        self._unlike = unlike
        self._shaking: dict[asyncio.Task[object], None] = {}
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._listen()

    def _listen(self) -> None:
        number = self._sock.fileno()
        if number == -1:
            return
        try:
            self._loop.add_reader(number, self._take)
        except NotImplementedError:
            # The event loop that Windows programs have outside Jupyter watches no sockets; it waits for a call instead.
            self._task = self._loop.create_task(self._wait())

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            try:
                call, _ = self._sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(self._sock.fileno())
                self._loop.call_later(AGAIN, self._listen)
                return
            self._connect(call)

    async def _wait(self) -> None:
        while True:
            try:
                call, _ = await self._loop.sock_accept(self._sock)
            except OSError:
                await asyncio.sleep(AGAIN)
            else:
                self._connect(call)

    def _connect(self, call: socket.socket) -> None:
        call.setblocking(False)
        task: asyncio.Task[object]
        if self._tls is None:
            task = self._loop.create_task(self._loop.connect_accepted_socket(self._answer, call))
        else:
            task = self._loop.create_task(self._shake(call, self._tls))
            self._shaking[task] = None
            task.add_done_callback(lambda task: self._shaking.pop(task, None))
            if len(self._shaking) > SHAKING:
                oldest = next(iter(self._shaking))
                del self._shaking[oldest]
                oldest.cancel()
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _shake(self, call: socket.socket, tls: ssl.SSLContext) -> None:
        try:
            caller = call.getpeername()
            await self._loop.connect_accepted_socket(
                self._answer,
                call,
                ssl=tls,
                ssl_handshake_timeout=HANDSHAKE_LIMIT,
                ssl_shutdown_timeout=SHUTDOWN_LIMIT,
            )
        except ssl.SSLEOFError:
            pass
        except ssl.SSLError:
            if self._unlike is not None:
                self._unlike(caller)
        except OSError:
            # Gone, or silent for too long.
            call.close()

    def close(self) -> None:
        """Take no more calls. Whoever has been let in stays. May be called again."""
        # An event loop that has ended takes no more calls of ours either.
        with contextlib.suppress(RuntimeError):
            if self._task is not None:
                self._task.cancel()
            elif self._sock.fileno() != -1:
                self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        # Whoever has not come in by now stays outside; a caller that is silent would keep the lab waiting.
        with contextlib.suppress(RuntimeError):
            for task in list(self._shaking):
                task.cancel()
