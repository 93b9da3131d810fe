"""A page of a long ladder: a few steps, the one that is looked at marked, the participants above them each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ..raw import Names
from ..trace import Participant
from . import words
from .page_svg import write_page
from .plaintext import write_text
from .runs import Line
from .sheet import languages, make_sheet, sentence

__all__ = ["Page"]

#: With more participants than this, a page shows those of its own steps only.
ALL_SHOWN = 8


class Page:
    """Some steps of a ladder; `current` is the place of the one that is looked at, counted from 0.

    `participants` are those of the whole ladder, in their order, so that life lines stay where they are from page to
    page. `spoken` are the languages of the whole ladder (none: those of these steps). `rows` is for how many steps the
    picture has room, so that it stays as high while a ladder grows.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        participants: Mapping[str, Participant],
        names: Names,
        *,
        current: int | None = None,
        spoken: Sequence[str] | None = None,
        rows: int = 0,
    ) -> None:
        self._current = current
        self._lines = tuple(lines)
        self._rows = max(rows, len(lines))
        self._spoken = languages(lines) if spoken is None else spoken
        self._sheet = make_sheet(
            "", dict(participants), lines, None, 0, names, all_shown=ALL_SHOWN, spoken=self._spoken
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Whole sentences about what is not on it."""
        return tuple(self._sheet.notes)

    @property
    def heads(self) -> int:
        """How many life lines it has."""
        return len(self._sheet.heads)

    def sentence(self) -> str:
        """The step that is looked at in whole sentences; empty when there is none."""
        return "" if self._current is None else sentence(self._lines[self._current], self._spoken)

    def describe(self) -> str:
        """The picture in whole sentences, for who cannot see it."""
        if not self._lines:
            return words.NOTHING_SEEN
        template = words.LADDER_ALT_ONE if len(self._lines) == 1 else words.LADDER_ALT
        names = ", ".join(head.name for head in self._sheet.heads)
        told = template.format(count=len(self._lines), participants=names)
        return f"{told} {self.sentence()}".rstrip()

    def to_text(self) -> str:
        """Plain text, with a mark at the step that is looked at."""
        return write_text(self._sheet, self._current)

    def to_html(self) -> str:
        """The picture with its description, in the colours of the notebook."""
        picture = write_page(self._sheet, self._current, self._rows)
        return f'<figure role="img" aria-label="{escape(self.describe())}" style="margin:0">\n{picture}\n</figure>'
