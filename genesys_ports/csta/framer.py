"""Messages out of a stream of bytes, and into it: the header of eight bytes before each piece of XML."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import CSTAError
from .message import Message

__all__ = ["EVENT_ID", "Frame", "Framer", "encode"]

#: The invoke ID of all events.
EVENT_ID = 9999


class Frame(NamedTuple):
    """One message as it came: its invoke ID, the message or what is wrong with it, and its bytes, header included."""

    invoke_id: int
    message: Message | CSTAError
    raw: bytes


def encode(invoke_id: int, message: Message) -> bytes:
    """The bytes of a message, header and XML. Raises `CSTAError` when it lacks an element, or is too long."""
    raise NotImplementedError


class Framer:
    """The messages of one connection, however its bytes are cut into pieces.

    `error` is set when the stream cannot be followed any more: close the connection.
    """

    def __init__(self) -> None:
        self.error: CSTAError | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """Take in the next bytes and give the messages that are complete.

        A message that is wrong inside its frame comes as a `CSTAError` in its place. Raises `CSTAError` when the
        stream cannot be followed; messages that were complete before come out first, and the error at the next call.
        """
        raise NotImplementedError
