"""`ladder(lab)`: who sent what to which port, one life line for each participant, from top to bottom."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from ..errors import InvalidValueError, UnknownCallError, UnknownParticipantError
from ..model import parse_word
from ..output import save
from ..raw import Raw
from ..table import Table
from ..trace import Called, Kind, Message, Participant, Trace, raw_of, table_of
from . import words
from .mermaid import write_mermaid
from .order import arranged
from .pages import Page
from .plaintext import write_text
from .runs import gather
from .sheet import Sheet, ends, languages, make_sheet, mentioned, sentence
from .style import clean
from .svg import write_svg

__all__ = ["Ladder", "ladder"]

#: Steps a notebook or `print` shows; the `to_…` forms and `save` have them all unless told otherwise.
SHOWN = 200

#: Steps told one by one to who cannot see the picture.
TOLD = 5

#: How much a step counts where life lines are put in order: an event is told to many, and the call itself comes first.
WEIGHT, WEIGHTS = 4, {Kind.EVENT: 1}

#: What the lab's applications speak; a trace may know more.
PROTOCOLS = ("agentx", "console", "csta", "rtp", "sip", "snmp", "teaching")


def ladder(
    thing: Any,
    *,
    after: int = 0,
    participant: str | None = None,
    kinds: Iterable[Kind | str] | Kind | str | None = None,
    call: str | Called | None = None,
    protocol: Iterable[str] | str | None = None,
    last: int | None = None,
    title: str = "",
) -> Ladder:
    """The ladder of a trace, or of anything that has one as `.trace` (a lab).

    `after` leaves out everything up to that number, `participant` shows one application's messages, `kinds` some kinds
    only ("request", "response", …), `call` one call with all its legs (the Call-ID of any of them, or what has one as
    `.call_id`: one of `trace.calls()`, or what `lab.call` gives), `protocol` one protocol or several ("sip",
    "csta", "snmp", "agentx", "console", "teaching", "rtp"), `last` the newest so many steps. Where languages
    with like names meet, as CSTA and T-Library do, each arrow names its own.
    Raises `UnknownParticipantError`, `UnknownCallError`, `InvalidValueError`.
    """
    trace = thing if isinstance(thing, Trace) else getattr(thing, "trace", None)
    if not isinstance(trace, Trace):
        raise TypeError(words.LADDER_WANTED.format(kind=type(thing).__name__))
    plan = getattr(thing, "plan", None)
    known = plan is not None and participant is not None and plan.has_application(participant)
    return Ladder(
        trace, after=after, participant=participant, kinds=kinds, call=call, protocol=protocol, last=last, title=title,
        known=known,
    )  # fmt: skip


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
        call: str | Called | None = None,
        protocol: Iterable[str] | str | None = None,
        last: int | None = None,
        title: str = "",
        known: bool = False,
    ) -> None:
        if kinds is not None:
            kinds = {parse_word(Kind, kind, "kind of message") for kind in _each(kinds)}
        if protocol is not None:
            protocol = _protocols(_each(protocol), trace)
        joined = dict(trace.participants)
        if participant is not None and participant not in joined and not known:
            met = {**joined, **mentioned(trace)}
            if participant not in met:
                raise UnknownParticipantError(participant, list(met))
        leg = call if call is None or isinstance(call, str) else str(getattr(call, "call_id", call))
        if leg is not None and not (leg and any(trace.call_of(leg) == trace.call_of(one.call) for one in trace)):
            raise UnknownCallError(leg, [one.call_id for one in trace.calls()])
        chosen = [
            message
            for message in trace.select(after=after, kinds=kinds, call=leg, protocol=protocol)
            if participant is None or participant in (message.sender, message.receiver, *ends(message))
        ]
        lines = gather(chosen)
        if last is not None:
            lines = lines[max(0, len(lines) - max(0, last)) :]
            first = lines[0].message.number if lines else trace.last_number + 1
            chosen = [message for message in chosen if message.number >= first]
        if leg is not None:
            arrows = [ends(line.message) for line in lines for _ in range(WEIGHTS.get(line.message.kind, WEIGHT))]
            joined = {name: joined.get(name) or Participant(name) for name in arranged(list(mentioned(chosen)), arrows)}
        elif participant is not None:
            touched = {participant: None, **mentioned(chosen)}
            joined = {name: joined[name] for name in joined if name in touched}
            joined.setdefault(participant, Participant(participant))
        self.title = title
        self._participants: dict[str, Participant] = joined
        self._messages: tuple[Message, ...] = tuple(chosen)
        self._lines = tuple(lines)
        self._names = trace.names()
        self._gone = trace.dropped if trace.dropped > after and last is None else 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the ladder shows, in order; of voice each packet."""
        return self._messages

    def __len__(self) -> int:
        return len(self._lines)

    def raw(self, number: int) -> Raw:
        """What the message of this number said on the wire, as text: hosts by their names.

        Raises `NoRawMessageError`.
        """
        found = next((message for message in self._messages if message.number == number), None)
        return raw_of(number, found, self._names)

    def _sheet(self, limit: int | None) -> Sheet:
        return make_sheet(self.title, self._participants, self._lines, limit, self._gone, self._names)

    # --- forms

    def page(self) -> Page:
        """The ladder in low rows, no wider than a notebook's page with up to eight participants."""
        return Page(self._lines, self._participants, self._names)

    def to_text(self, limit: int | None = None) -> str:
        """Plain text; the newest `limit` steps, or all."""
        return write_text(self._sheet(limit))

    def to_svg(self, limit: int | None = None) -> str:
        """An SVG picture that stands alone: its own colours on white; the newest `limit` steps, or all."""
        return write_svg(self._sheet(limit), page=False)

    def to_mermaid(self, limit: int | None = None) -> str:
        """Mermaid source (`sequenceDiagram`); the newest `limit` steps, or all."""
        return write_mermaid(self._sheet(limit))

    def table(self) -> Table:
        """One row for each message, with who opened the connection it travelled on."""
        return table_of(self._messages)

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
        if not self._lines:
            return words.NOTHING_SEEN
        return words.counted(words.LADDER_ONE, words.LADDER_MANY, len(self._lines))

    def describe(self) -> str:
        """The ladder in whole sentences, for who cannot see it: who takes part, and the first messages."""
        told = [clean(self.title, 200)] if self.title else []
        if not self._lines:
            return " ".join([*told, words.NOTHING_SEEN])
        template = words.LADDER_ALT_ONE if len(self._lines) == 1 else words.LADDER_ALT
        names = ", ".join(head.name for head in self._sheet(SHOWN).heads)
        told.append(template.format(count=len(self._lines), participants=names))
        spoken = languages(self._lines)
        told += [sentence(line, spoken) for line in self._lines[:TOLD]]
        if len(self._lines) > TOLD:
            told.append(words.ALT_MORE.format(count=len(self._lines) - TOLD))
        return " ".join(told)

    def __str__(self) -> str:
        return self.to_text(SHOWN)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        picture = write_svg(self._sheet(SHOWN), page=True)
        # An empty ladder says in the picture what the caption would say.
        words_below = escape(self.summary()) if self._lines else ""
        caption = f'<figcaption style="font-size:1.05em">{words_below}</figcaption>' if words_below else ""
        # On the figure, because JupyterLab drops the description of a bare picture; focusable, because a wide
        # picture scrolls.
        return (
            f'<figure role="img" tabindex="0" aria-label="{escape(self.describe())}" '
            f'style="margin:0;overflow-x:auto">\n{picture}\n'
            f"{caption}</figure>"
        )


def _each(given: Iterable[str] | str) -> Iterable[str]:
    return (given,) if isinstance(given, str) else given


def _protocols(given: Iterable[str], trace: Trace) -> set[str]:
    known = sorted({*PROTOCOLS, *(message.protocol for message in trace if message.protocol)})
    folded = {one.casefold(): one for one in known}
    chosen = set()
    for one in given:
        if one.casefold() not in folded:
            raise InvalidValueError("protocol of this trace", one, known)
        chosen.add(folded[one.casefold()])
    return chosen
