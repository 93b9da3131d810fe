"""A message of CSTA: its header of eight bytes in words, then its XML, indented."""

from __future__ import annotations

import re

from . import words
from .text import SHOWN, Names, plain, rest

__all__ = ["HEADER_BYTES", "PARTS", "csta", "header_line"]

#: Bytes before the XML: two zeros, the length of the whole, four digits (ECMA-323, annex J).
HEADER_BYTES = 8

#: Blanks that XML stands farther right by than what it stands in; and how deep that is done.
STEP, DEEPEST = 2, 20

#: Tags and what stands between them.
PARTS = re.compile(r"<[^<>]*>?|[^<]+")
_HEADER = re.compile(rb"\0\0(..)([0-9]{4})", re.DOTALL)


def csta(payload: bytes, names: Names) -> str:
    """The message in lines. What is no XML is shown as it is."""
    head = header_line(payload)
    if not head:
        shown = plain(payload, names)
        return _indented(shown) if shown.startswith("<") else shown
    xml = plain(payload[HEADER_BYTES:SHOWN], names)
    return "\n".join([head, _indented(xml) if xml.startswith("<") else xml]).rstrip("\n") + rest(len(payload) - SHOWN)


def header_line(payload: bytes) -> str:
    """The header in words; empty where there is none."""
    found = _HEADER.match(payload)
    if found is None:
        return ""
    return words.FRAME.format(length=int.from_bytes(found[1]), invoke_id=found[2].decode())


def _indented(xml: str) -> str:
    """Each element in a line of its own, one that holds text alone in one line with it.

    Nothing is parsed: broken XML comes out broken, and nothing in it is followed.
    """
    lines: list[str] = []
    depth, opened = 0, False
    for part in PARTS.findall(xml):
        text = part.strip()
        if not text:
            continue
        closing = text.startswith("</")
        if closing:
            depth -= 1
        if (closing and opened) or (not text.startswith("<") and opened):
            # What an element holds, and its end, stay in its line.
            lines[-1] += text
        else:
            lines.append(" " * (STEP * max(0, min(depth, DEEPEST))) + text)
        if text.startswith("<"):
            opened = not closing and not text.startswith(("<?", "<!")) and not text.endswith("/>")
            depth += opened
    return "\n".join(lines)
