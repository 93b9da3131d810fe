"""What every error has: its text from its data, the way a notebook shows it, and how lists of names are shortened."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import wrap
from typing import Any

__all__ = [
    "LISTED",
    "STREAM_LOST",
    "WIDTH",
    "PortsError",
    "did_you_mean",
    "listed",
    "short",
]

#: Characters in a line of an error shown by Jupyter: as many as fit beside the notebook's margins on a projector.
WIDTH = 80

#: How many names or rows an error lists before it only counts the rest.
LISTED = 12

#: What follows from bytes of a stream that nobody can read.
STREAM_LOST = "Where the next message begins cannot be told any more, so the connection has to be closed."


def listed(names: Iterable[str]) -> str:
    """Names with commas between them; of many, the first, and how many there are."""
    every = list(names)
    shown = ", ".join(every[:LISTED])
    return shown if len(every) <= LISTED else f"{shown}, … ({len(every)} in all)"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question about the name that comes nearest to a mistyped one; empty when none is near."""
    if not isinstance(name, str):
        return "A name belongs here, in quotation marks."  # type: ignore[unreachable] # a learner's cell has no types
    # People mistype letters, not only their case.
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[close[0]]!r}?" if close else ""


def short(text: str, limit: int = 60) -> str:
    """The beginning of a long text."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class PortsError(Exception):
    """The root of every error this package raises on purpose."""

    def sentences(self) -> Iterable[str]:
        """Whole sentences, in the order they are read."""
        return ()

    def __str__(self) -> str:
        return " ".join(sentence for sentence in self.sentences() if sentence)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(vars(self)))

    def _render_traceback_(self) -> list[str]:
        # Jupyter asks an exception for its own picture. A learner needs the sentences, not our stack frames; a note
        # (PEP 678) adds what is true of this machine only. Wrapped here, since Jupyter breaks lines inside words.
        first, *rest = [sentence for sentence in self.sentences() if sentence] or str(self).splitlines()
        lines = [f"{type(self).__name__}: {first}", *rest, *getattr(self, "__notes__", ())]
        return [
            wrapped
            for line in lines
            for wrapped in wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False) or [""]
        ]


def _rebuild(kind: type[PortsError], data: dict[str, Any]) -> PortsError:
    error = kind.__new__(kind)
    vars(error).update(data)
    return error
