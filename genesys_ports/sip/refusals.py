"""Why a request is refused, in a sentence for each status. On the wire it travels as a `Warning` (RFC 3261 20.43)."""

from __future__ import annotations

from .agent_words import WORDS

__all__ = ["REFUSALS", "warning"]

#: Status → sentence.
REFUSALS: dict[int, str] = WORDS


def warning(status: int, name: str, sentence: str = "") -> tuple[str, str]:
    """The header that carries the sentence of this status, or a more exact one; `name` is who says it.

    399 is the code for whatever has no code of its own.
    """
    text = sentence or REFUSALS.get(status) or REFUSALS[status // 100 * 100]
    quoted = "".join(letter if letter.isprintable() else " " for letter in text)
    quoted = quoted.replace("\\", "\\\\").replace('"', '\\"')
    return "Warning", f'399 {name} "{quoted}"'
