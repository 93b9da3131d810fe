"""Voice in a ladder: a call sends fifty packets a second each way, and they make one step."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from ..trace import Kind, Message

__all__ = ["Gathering", "Line", "gather"]


class Line(NamedTuple):
    """What one step of a ladder stands for: a message, or so many packets of voice with one way.

    `message` is the first of them, `lost` how many the network lost.
    """

    message: Message
    packets: int
    lost: int


class Gathering:
    """The steps of a ladder that grows: `lines`, in order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        # Voice that flows now, by its way: the place of its step.
        self._flowing: dict[Iterable[str], int] = {}

    def add(self, one: Message) -> None:
        """One message more. Voice between two other messages is one step for each way it takes."""
        lines, flowing = self.lines, self._flowing
        if one.kind is not Kind.MEDIA:
            flowing.clear()
            lines.append(Line(one, 1, int(one.dropped)))
            return
        way = (one.name, one.sender, one.receiver, one.port, one.call)
        at = flowing.setdefault(way, len(lines))
        if at == len(lines):
            lines.append(Line(one, 1, int(one.dropped)))
        else:
            first, packets, lost = lines[at]
            lines[at] = Line(first, packets + 1, lost + one.dropped)

    def forget(self, before: int) -> None:
        """Drop the steps that begin before this number."""
        gone = bisect_left(self.lines, before, key=_number)
        if gone:
            del self.lines[:gone]
            self._flowing = {way: at - gone for way, at in self._flowing.items() if at >= gone}

    def place(self, number: int) -> int:
        """The place of the last step that begins with this number or before it; -1 when there is none."""
        return bisect_right(self.lines, number, key=_number) - 1


def _number(line: Line) -> int:
    return line.message.number


def gather(messages: Iterable[Message]) -> list[Line]:
    """The steps of a ladder. Voice that flows between two other messages is one step for each way it takes."""
    gathering = Gathering()
    for one in messages:
        gathering.add(one)
    return gathering.lines
