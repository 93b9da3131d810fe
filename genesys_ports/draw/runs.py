"""Voice in a ladder: a call sends fifty packets a second each way, and they make one step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..trace import Kind, Message

__all__ = ["Line", "gather"]


class Line(NamedTuple):
    """What one step of a ladder stands for: a message, or so many packets of voice with one way.

    `message` is the first of them, `lost` how many the network lost.
    """

    message: Message
    packets: int
    lost: int


def gather(messages: Sequence[Message]) -> list[Line]:
    """The steps of a ladder. Voice that flows between two other messages is one step for each way it takes."""
    lines: list[Line] = []
    flowing: dict[Iterable[str], int] = {}
    for one in messages:
        if one.kind is not Kind.MEDIA:
            flowing.clear()
            lines.append(Line(one, 1, int(one.dropped)))
            continue
        way = (one.name, one.sender, one.receiver, one.port, one.call)
        at = flowing.setdefault(way, len(lines))
        if at == len(lines):
            lines.append(Line(one, 1, int(one.dropped)))
        else:
            first, packets, lost = lines[at]
            lines[at] = Line(first, packets + 1, lost + one.dropped)
    return lines
