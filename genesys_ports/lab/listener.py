"""A listening TCP socket at work: each call it takes becomes a connection.

Not `asyncio.Server`: closed in the moment a call comes in, that one loses the call without hanging up (and says so on
standard error); besides, it takes twice as long to open.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

__all__ = ["Listener"]

#: Calls taken in one go, before others have their turn.
AT_ONCE = 100

#: Seconds until the next try, when the system had no socket left for a call.
AGAIN = 0.2


class Listener:
    """Takes calls from now on, until `close()`."""

    __slots__ = ("_answer", "_coming", "_loop", "_sock", "_task")

    def __init__(
        self, sock: socket.socket, answer: Callable[[], asyncio.BaseProtocol], coming: set[asyncio.Task[object]]
    ) -> None:
        self._sock = sock
        self._answer = answer
        # Nobody else holds on to the task that makes a connection.
        self._coming = coming
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
        task: asyncio.Task[object] = self._loop.create_task(self._loop.connect_accepted_socket(self._answer, call))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    def close(self) -> None:
        """Take no more calls. Whoever has been let in stays. May be called again."""
        # An event loop that has ended takes no more calls of ours either.
        with contextlib.suppress(RuntimeError):
            if self._task is not None:
                self._task.cancel()
            elif self._sock.fileno() != -1:
                self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
