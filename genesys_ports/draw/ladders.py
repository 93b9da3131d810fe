"""`ladder(lab)`: who sent what to which port, one life line for each participant, from top to bottom."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from ..errors import UnknownApplicationError
from ..model import parse_word
from ..output import save
from ..table import Table
from ..trace import Kind, Message, Participant, Trace
from . import words
from .mermaid import write_mermaid
from .plaintext import write_text
from .sheet import Sheet, ends, make_sheet, mentioned, sentence
from .style import clean
from .svg import write_svg

__all__ = ["Ladder", "ladder"]

#: Messages a notebook or `print` shows; the `to_…` forms and `save` have them all unless told otherwise.
SHOWN = 200

#: Messages told one by one to who cannot see the picture.
TOLD = 5


def ladder(
    thing: Any,
    *,
    after: int = 0,
    participant: str | None = None,
    kinds: Iterable[Kind | str] | Kind | str | None = None,
    last: int | None = None,
    title: str = "",
) -> Ladder:
    """The ladder of a trace, or of anything that has one as `.trace` (a lab).

    `after` leaves out everything up to that number, `participant` shows one application's messages,
    `kinds` some kinds only ("request", "response", …), `last` the newest so many.
    Raises `UnknownApplicationError`, `InvalidValueError`.
    """
    trace = thing if isinstance(thing, Trace) else getattr(thing, "trace", None)
    if not isinstance(trace, Trace):
        raise TypeError(words.LADDER_WANTED.format(kind=type(thing).__name__))
    plan = getattr(thing, "plan", None)
    known = plan is not None and participant is not None and plan.has_application(participant)
    return Ladder(trace, after=after, participant=participant, kinds=kinds, last=last, title=title, known=known)


class Ladder:
    """A snapshot of a trace as a ladder. The order is the trace's own, never the clock's.

    Shown in a notebook it is a picture with a description; `str()` gives the same as text. Takes what
    `ladder` takes; `known` says that the participant exists even if the trace has not met it.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        after: int = 0,
        participant: str | None = None,
        kinds: Iterable[Kind | str] | Kind | str | None = None,
        last: int | None = None,
        title: str = "",
        known: bool = False,
    ) -> None:
        if isinstance(kinds, str):
            kinds = (kinds,)
        if kinds is not None:
            kinds = {parse_word(Kind, kind, "kind of message") for kind in kinds}
        joined = dict(trace.participants)
        everything = tuple(trace)
        if participant is not None and participant not in joined and not known:
            met = {**joined, **mentioned(everything)}
            if participant not in met:
                raise UnknownApplicationError(participant, list(met))
        chosen = [
            message
            for message in everything
            if message.number > after
            and (kinds is None or message.kind in kinds)
            and (participant is None or participant in (message.sender, message.receiver, *ends(message)))
        ]
        if last is not None:
            chosen = chosen[max(0, len(chosen) - max(0, last)) :]
        if participant is not None:
            touched = {participant: None, **mentioned(chosen)}
            joined = {name: joined[name] for name in joined if name in touched}
            joined.setdefault(participant, Participant(participant))
        self.title = title
        self._participants: dict[str, Participant] = joined
        self._messages: tuple[Message, ...] = tuple(chosen)
        self._dropped = trace.dropped if trace.dropped > after and last is None else 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the ladder shows, in order."""
        return self._messages

    def __len__(self) -> int:
        return len(self._messages)

    def _sheet(self, limit: int | None) -> Sheet:
        return make_sheet(self.title, self._participants, self._messages, limit, self._dropped)

    # --- forms

    def to_text(self, limit: int | None = None) -> str:
        """Plain text; the newest `limit` messages, or all."""
        return write_text(self._sheet(limit))

    def to_svg(self, limit: int | None = None) -> str:
        """An SVG picture that stands alone: its own colours on white; the newest `limit` messages, or all."""
        return write_svg(self._sheet(limit), page=False)

    def to_mermaid(self, limit: int | None = None) -> str:
        """Mermaid source (`sequenceDiagram`); the newest `limit` messages, or all."""
        return write_mermaid(self._sheet(limit))

    def table(self) -> Table:
        """One row for each message, with who opened the connection it travelled on."""
        cells = [
            (
                m.number, m.kind, m.sender, m.receiver, m.port, m.name, m.text,
                m.client, m.server, m.host, m.reply_to, m.protocol,
            )
            for m in self._messages
        ]  # fmt: skip
        rows = [[None if cell is None else clean(cell, apart=False) for cell in row] for row in cells]
        return Table(words.LADDER_COLUMNS, rows)

    def to_csv(self) -> str:
        """CSV with every message; no cell can run as a formula."""
        return self.table().to_csv()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a new file; its ending says what: .txt, .svg, .mmd or .csv. Raises `OutputError`."""
        return save(path, {".txt": self._file_text, ".svg": self.to_svg, ".mmd": self.to_mermaid, ".csv": self.to_csv})

    def _file_text(self) -> str:
        return f"{self.to_text()}\n"

    # --- showing

    def summary(self) -> str:
        """One sentence: how many steps."""
        if not self._messages:
            return words.NOTHING_SEEN
        return words.counted(words.LADDER_ONE, words.LADDER_MANY, len(self._messages))

    def describe(self) -> str:
        """The ladder in whole sentences, for who cannot see it: who takes part, and the first messages."""
        told = [clean(self.title, 200)] if self.title else []
        if not self._messages:
            return " ".join([*told, words.NOTHING_SEEN])
        template = words.LADDER_ALT_ONE if len(self._messages) == 1 else words.LADDER_ALT
        names = ", ".join(head.name for head in self._sheet(SHOWN).heads)
        told.append(template.format(count=len(self._messages), participants=names))
        told += [sentence(message) for message in self._messages[:TOLD]]
        if len(self._messages) > TOLD:
            told.append(words.ALT_MORE.format(count=len(self._messages) - TOLD))
        return " ".join(told)

    def __str__(self) -> str:
        return self.to_text(SHOWN)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        picture = write_svg(self._sheet(SHOWN), page=True)
        # An empty ladder says in the picture what the caption would say.
        words_below = escape(self.summary()) if self._messages else ""
        caption = f'<figcaption style="font-size:1.05em">{words_below}</figcaption>' if words_below else ""
        # On the figure, because JupyterLab drops the description of a bare picture; focusable, because a wide
        # picture scrolls.
        return (
            f'<figure role="img" tabindex="0" aria-label="{escape(self.describe())}" '
            f'style="margin:0;overflow-x:auto">\n{picture}\n'
            f"{caption}</figure>"
        )
