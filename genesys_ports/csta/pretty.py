"""A message for people: its header in words, its XML indented."""

from __future__ import annotations

import re

from . import words
from .framer import EVENT_ID, HEADER

__all__ = ["pretty"]

#: Characters shown of one message, and how deep lines are indented at most.
SHOWN, DEEPEST = 16_384, 16

# A tag, or text between tags. Found by its signs alone: what is no XML is shown, too.
_PIECE = re.compile(r"<[^>]*+>|[^<]++|<")


def pretty(raw: bytes) -> str:
    """The bytes of one message for people: the header in words, then each element in a line of its own.

    Whatever cannot be read as UTF-8 is shown by a replacement sign; of a long message, the beginning is shown.
    """
    head, body = _split(raw)
    text = body.decode("utf-8", "replace")
    lines = [*head, *_lines(text[:SHOWN])]
    if len(text) > SHOWN:
        lines.append(words.PRETTY_REST.format(count=len(text) - SHOWN))
    return "\n".join(lines)


def _split(raw: bytes) -> tuple[list[str], bytes]:
    if raw[:2] != b"\x00\x00" or not raw[4:HEADER].isdigit() or len(raw) < HEADER:
        return [], raw
    invoke_id = int(raw[4:HEADER])
    told = words.PRETTY_EVENT if invoke_id == EVENT_ID else words.PRETTY_HEADER
    return [told.format(length=int.from_bytes(raw[2:4], "big"), invoke_id=f"{invoke_id:04}")], raw[HEADER:]


def _lines(text: str) -> list[str]:
    lines: list[str] = []
    depth = 0
    opened = False
    for piece in _PIECE.findall(text):
        closing = piece.startswith("</")
        depth -= closing
        indent = "  " * max(0, min(depth, DEEPEST))
        if not piece.strip():
            continue
        if opened and (closing or not piece.startswith("<")):
            # Text stands in the line of its element, and so does the end of it.
            lines[-1] += piece.strip()
            opened = not closing
            continue
        lines.append(indent + piece.strip())
        opened = piece.startswith("<") and not closing and not piece.endswith("/>") and piece[1:2] not in "?!"
        depth += opened
    return lines
