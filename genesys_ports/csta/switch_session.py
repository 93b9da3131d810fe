"""The switch's end of a CTI link: requests become calls of the switch, events of the switch become messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .framer import Frame
from .message import Message

__all__ = ["Sent", "SwitchLink", "SwitchSession"]

#: How a session gives away what it wants sent: bytes, message, invoke ID, call ID ("" when it is about no call).
Sent = Callable[[bytes, Message, int, str], object]


class SwitchLink:
    """What all connections to the CTI link of one switch share: at most one session at a time.

    `session` is the session that has the link now, or None.
    """

    def __init__(self) -> None:
        self.session: SwitchSession | None = None

    def heard(self, event: Any) -> None:
        """Something happened on the switch (`CallEvent`): whoever has the link and monitors it is told."""


class SwitchSession:
    """The switch's end of one connection. `send` is called with each message it wants sent.

    `received`, if given, is called with each frame before it is handled. `application` is the name under which the
    other end started its session, "" before that.
    """

    def __init__(
        self, switching: Any, link: SwitchLink, send: Sent, *, received: Callable[[Frame], object] | None = None
    ) -> None:
        self.application = ""

    def receive(self, data: bytes) -> None:
        """Take in bytes. Raises `CSTAError` when the stream cannot be followed any more: close the connection."""
        raise NotImplementedError

    def heard(self, event: Any) -> None:
        """Something happened on the switch: every monitor it concerns gets an event."""
        raise NotImplementedError

    def lost(self) -> None:
        """The connection is gone: the session and its monitors are over, and the link is free."""
        raise NotImplementedError
