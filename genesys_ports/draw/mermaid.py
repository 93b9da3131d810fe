"""A ladder as Mermaid source, for documents and wikis that draw it themselves."""

from __future__ import annotations

import re

from ..trace import Kind
from . import words
from .sheet import Head, Sheet, Step
from .style import short

__all__ = ["write_mermaid"]

LONGEST = 120

ARROWS = {
    Kind.REQUEST: "->>",
    Kind.RESPONSE: "-->>",
    Kind.EVENT: "-)",
    Kind.CONNECT: "-->",
    Kind.ACCEPT: "-->",
    Kind.REFUSED: "-x",
    Kind.DISCONNECT: "-->",
    Kind.LOST: "--x",
    Kind.MEDIA: "->>",
}

#: A line that ends in a cross instead of its head.
BROKEN = {"->>": "-x", "-->>": "--x", "-)": "-x"}

# What Mermaid could take for its syntax: any ASCII mark but these, and the word "end" that closes a block.
_SPECIAL = re.compile(r"[^\w\s.,/()\u0080-\U0010ffff-]")
_END = re.compile(r"\bend\b", re.IGNORECASE)


def escape(text: str) -> str:
    """The text as Mermaid shows it unchanged: every mark with a meaning is written as its code, `#59;`."""
    coded = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", short(text, LONGEST))
    return _END.sub(lambda match: f"#{ord(match[0][0])};{match[0][1:]}", coded)


def write_mermaid(sheet: Sheet) -> str:
    """A `sequenceDiagram`: one line for each participant and one for each message."""
    lines = ["sequenceDiagram"]
    if sheet.title:
        lines.append(f"  title {escape(sheet.title)}")
    lines += [f"  %% {escape(note)}" for note in sheet.notes]
    lines += [f"  participant p{index} as {_head(head)}" for index, head in enumerate(sheet.heads, 1)]
    lines += [_line(step) for step in sheet.steps]
    if not sheet.steps:
        lines.append(f"  %% {escape(words.NOTHING_SEEN)}")
    return "\n".join(lines) + "\n"


def _head(head: Head) -> str:
    return "<br/>".join(escape(part) for part in head if part) or "#32;"


def _line(step: Step) -> str:
    label = escape(step.label(LONGEST))
    if step.boxed:
        return f"  Note over p{step.start + 1}: {label}"
    arrow = ARROWS[step.kind]
    if step.dropped:
        arrow = BROKEN.get(arrow, arrow)
    return f"  p{step.start + 1}{arrow}p{step.end + 1}: {label}"
