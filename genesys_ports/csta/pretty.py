"""A message for people: its header in words, its XML indented."""

from __future__ import annotations

from ..raw import Names
from ..raw.csta import csta

__all__ = ["pretty"]

#: Bytes shown: more than one frame never has.
SHOWN = 65_535


def pretty(raw: bytes) -> str:
    """The bytes of one message for people: the header in words, then each element in a line of its own.

    Nothing is parsed, so broken XML is shown as it came; what a terminal would obey is shown, and not obeyed. More than
    one frame is cut off.
    """
    return csta(raw[:SHOWN], Names((), {}))
