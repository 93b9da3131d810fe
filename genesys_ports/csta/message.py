"""One message of CSTA III: its name and what it says, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Kind", "Message", "Sent"]


class Kind(StrEnum):
    """What a message is for; an event answers nothing and is not answered."""

    REQUEST = "request"
    RESPONSE = "response"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Message:
    """A message by the name of its element (`MakeCall`, `DeliveredEvent`), and its fields by the names of theirs.

    A field is text, again fields by name, or a tuple where an element comes more than once. `namespace` is the one it
    came in; empty for one that is to be sent.
    """

    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
    namespace: str = field(default="", compare=False)

    @property
    def kind(self) -> Kind:
        """Request, response or event, as its name tells."""
        if self.name.endswith("Event"):
            return Kind.EVENT
        return Kind.RESPONSE if self.name.endswith("Response") or self.name == "CSTAErrorCode" else Kind.REQUEST

    def all(self, path: str) -> tuple[str, ...]:
        """Every text at this path (`callingDevice/deviceID`), in the order it came."""
        return tuple(_texts(self.fields, path.split("/")))

    def get(self, path: str, default: str = "") -> str:
        """The first text at this path; `default` where there is none."""
        value: object = self.fields
        for name in path.split("/"):
            if not isinstance(value, dict):
                # More than one of them, or none.
                return next(_texts(self.fields, path.split("/")), default)
            value = value.get(name)
        return value if isinstance(value, str) else next(_texts(self.fields, path.split("/")), default)


#: How a session gives away what it wants sent: bytes, message, invoke ID, call ID ("" when it is about no call).
Sent = Callable[[bytes, Message, int, str], object]


def _texts(value: object, path: list[str]) -> Iterator[str]:
    if isinstance(value, tuple):
        for one in value:
            yield from _texts(one, path)
    elif isinstance(value, Mapping):
        if path and path[0] in value:
            yield from _texts(value[path[0]], path[1:])
    elif not path:
        yield str(value)
