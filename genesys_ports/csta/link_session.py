"""T-Server's end of a CTI link: a session, monitors, requests with their answers, and a heartbeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .framer import Frame
from .message import Message
from .states import LinkState
from .switch_session import Sent

__all__ = ["Answered", "LinkSession"]

#: Who waits for the answer to a request; None when none came in time, or the link was lost.
Answered = Callable[[Message | None], object]


class LinkSession:
    """T-Server's end of the link, from one connection to the next.

    `send` is called with each message it wants sent, `on_event` with each event of a monitor, `on_state` when the link
    has got another state; `received`, if given, with each frame before it is handled. `clock` gives seconds that never
    go back: call `advance()` when `due()` is reached.
    """

    def __init__(
        self,
        send: Sent,
        clock: Callable[[], float],
        *,
        on_event: Callable[[Message], object] = lambda event: None,
        on_state: Callable[[LinkState], object] = lambda state: None,
        received: Callable[[Frame], object] | None = None,
        heartbeat: float = 30.0,
        answer_within: float = 10.0,
    ) -> None:
        self.state = LinkState.CLOSED
        #: Why the link was refused or lost, a whole sentence.
        self.reason = ""

    @property
    def monitors(self) -> Mapping[str, str]:
        """The cross reference of each monitor by the device it watches."""
        raise NotImplementedError

    def connecting(self) -> None:
        """A connection to the switch is being opened."""
        raise NotImplementedError

    def start(self, application_id: str) -> None:
        """The connection is open: ask for a session under this name. The state tells what comes of it."""
        raise NotImplementedError

    def monitor(self, dn: str, answered: Answered = lambda answer: None) -> None:
        """Ask for the events of a device. Raises `LinkDownError`."""
        raise NotImplementedError

    def request(self, message: Message, answered: Answered) -> int:
        """Send a request; its invoke ID. Raises `LinkDownError`; `CSTAError` when too many wait for their answer."""
        raise NotImplementedError

    def receive(self, data: bytes) -> None:
        """Take in bytes. Raises `CSTAError` when the stream cannot be followed any more: close the connection."""
        raise NotImplementedError

    def beat(self, answered: Answered = lambda answer: None) -> None:
        """Send a heartbeat now. Raises `LinkDownError`."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the session in good order."""
        raise NotImplementedError

    def due(self) -> float | None:
        """When `advance()` has to be called, by the clock; None when nothing is awaited."""
        raise NotImplementedError

    def advance(self) -> None:
        """Do what is due: heartbeats, and requests that got no answer."""
        raise NotImplementedError

    def lost(self, reason: str = "") -> None:
        """The connection is gone: who waits for an answer gets None, monitors are over."""
        raise NotImplementedError
