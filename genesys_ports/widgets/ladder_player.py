"""`LadderPlayer`: a trace step by step, the ladder growing as it plays, the fields of the present step beside it."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from ..draw import Ladder
from ..draw.ladders import PROTOCOLS
from ..draw.pages import Page
from ..draw.words import counted
from ..errors import InvalidValueError, UnknownCallError, UnknownParticipantError
from ..lab.report import Report
from ..output import save
from ..raw import Fields, Names, Raw, fields_of
from ..table import Table
from ..trace import Called, Message, Trace, raw_of
from . import ladder_player_words as words
from .handle import Handle, running_loop
from .ladder_player_view import View
from .ladder_search import found, says
from .ladder_steps import Choice, Steps

__all__ = ["ROWS", "SPEEDS", "LadderPlayer"]

#: Steps on the page: the present one and those before it.
ROWS = 12

#: Steps a second.
SPEEDS = (0.5, 1.0, 2.0, 4.0, 10.0)

#: Names of an error that are told.
NAMED = 60


class LadderPlayer(Handle):
    """A trace, or what has one (a lab, a SIP Server log), to step through.

    Shown in a notebook it has buttons; as text it is the ladder up to the present step, with that step marked, and its
    fields. Whatever the buttons do, code does too. What comes new is added without moving the learner away from a step;
    who is at the end follows. `after` leaves out everything up to that number; `call`, `protocol` and `participant`
    choose as in `ladder`. Raises `UnknownParticipantError`, `UnknownCallError`, `InvalidValueError`.
    """

    def __init__(
        self,
        thing: Any,
        *,
        after: int = 0,
        call: str | Called | None = None,
        protocol: Iterable[str] | str | None = None,
        participant: str | None = None,
    ) -> None:
        trace = thing if isinstance(thing, Trace) else getattr(thing, "trace", None)
        if not isinstance(trace, Trace):
            raise TypeError(words.WANTED.format(kind=type(thing).__name__))
        super().__init__(trace)
        self._plan = getattr(thing, "plan", None)
        self._source = trace
        self.steps = Steps(trace, after)
        #: The number of the message that the present step begins with.
        self._at = 0
        #: What the last move has met, such as the end.
        self.remark = ""
        self._timer: asyncio.TimerHandle | None = None
        self.speed = 1.0
        self._view: View | None = None
        self._named: tuple[tuple[int, int, int], Names] | None = None
        self.show(call=call, protocol=protocol, participant=participant)
        self._move(1)

    # --- where the learner is

    def _sync(self) -> int:
        """Bring in what is new; the place of the present step, -1 where there is none."""
        lines = self.steps.lines
        followed = not lines or lines[-1].message.number <= self._at
        self.steps.update()
        lines = self.steps.lines
        if not lines:
            return -1
        place = len(lines) - 1 if followed else max(0, self.steps.place(self._at))
        self._at = lines[place].message.number
        return place

    @property
    def step(self) -> int:
        """Which step is looked at, counted from 1; 0 while there is none."""
        return self._sync() + 1

    @property
    def count(self) -> int:
        """How many steps there are in this choice."""
        self._sync()
        return len(self.steps.lines)

    @property
    def message(self) -> Message | None:
        """The message of the present step (of voice the first); None while there is no step."""
        place = self._sync()
        return self.steps.lines[place].message if place >= 0 else None

    def fields(self) -> Table:
        """What the present message says, field by field."""
        return Table(words.COLUMNS, self.pairs())

    def pairs(self) -> Fields:
        """The same as names and values; none while there is no step."""
        message = self.message
        return fields_of(message, self.names()) if message is not None else ()

    def raw(self) -> Raw:
        """What the present message said on the wire, hosts by their names. Raises `NoRawMessageError`."""
        message = self.message
        return raw_of(message.number if message else 0, message, self.names())

    def names(self) -> Names:
        """What stands on the wire for which host."""
        trace = self._source
        key = (trace.last_number, len(trace.known_as), len(trace.participants))
        if self._named is None or self._named[0] != key:
            self._named = key, trace.names()
        return self._named[1]

    # --- moving

    def forward(self) -> Report:
        """One step on."""
        return self._go(self.step + 1, words.AT_END)

    def back(self) -> Report:
        """One step back."""
        return self._go(self.step - 1, words.AT_START)

    def first(self) -> Report:
        """To the first step."""
        return self._go(1)

    def last(self) -> Report:
        """To the last step; from there the player follows what comes."""
        return self._go(self.count)

    def go(self, step: int) -> Report:
        """To the step of this place, counted from 1 among those chosen; to the nearest one where there is none."""
        return self._go(int(step))

    def find(self, text: str) -> Report:
        """To the next step that says this, after the last from the beginning again; `#37`: to the arrow of number 37.

        Looked at are names, hosts, ports, texts and the bytes; large and small letters are the same.
        """
        place = self._sync()
        self.remark, to = found(self.steps, place, text)
        if to is not None:
            self.pause()
            self._move(to + 1)
        return self._told()

    def _go(self, step: int, edge: str = "") -> Report:
        self.pause()
        self.remark = edge if self._move(step) != step else ""
        return self._told()

    def _move(self, step: int) -> int:
        """To the nearest step there is; gives it."""
        self._sync()
        lines = self.steps.lines
        step = max(1, min(step, len(lines))) if lines else 0
        self._at = lines[step - 1].message.number if lines else 0
        return step

    def _told(self) -> Report:
        self.refresh()
        return Report([sentence for sentence in (self.remark, self.where(), self.page().sentence()) if sentence])

    def where(self) -> str:
        """`Step 12 of 140.`"""
        step = self.step
        if step:
            return words.PLACE.format(step=step, count=self.count)
        return words.NOTHING if self.steps.choice == Choice() else words.NONE_CHOSEN

    # --- choosing

    def show(
        self,
        *,
        call: str | Called | None = None,
        protocol: Iterable[str] | str | None = None,
        participant: str | None = None,
    ) -> Report:
        """Look at some messages only, as in `ladder`; without anything at all of them.

        The player stays at its message; where that is none of them any more, at the one before.
        """
        leg = "" if call is None else call if isinstance(call, str) else str(getattr(call, "call_id", call))
        choice = Choice(leg, self._protocols(protocol), participant or "")
        self.pause()
        self._sync()
        if call is not None and leg not in self.steps.calls:
            raise UnknownCallError(leg, [one.call for one in self.steps.whole_calls()[:NAMED]])
        if participant is not None and not self._knows(participant):
            raise UnknownParticipantError(participant, list({**self._source.participants, **self.steps.met})[:NAMED])
        return self.choose(choice)

    def choose(self, choice: Choice) -> Report:
        """Look at the messages that fit this choice."""
        self.steps.choose(choice)
        self._move(max(1, self.steps.place(self._at) + 1))
        self.remark = ""
        return self._told()

    def _knows(self, name: str) -> bool:
        if name in self._source.participants or name in self.steps.met:
            return True
        return self._plan is not None and bool(self._plan.has_application(name))

    def _protocols(self, given: Iterable[str] | str | None) -> frozenset[str]:
        if given is None:
            return frozenset()
        self.steps.update()
        known = {one.casefold(): one for one in (*PROTOCOLS, *self.steps.protocols)}
        chosen = set()
        for one in (given,) if isinstance(given, str) else given:
            if one.casefold() not in known:
                raise InvalidValueError("protocol of this trace", one, sorted(known.values())[:NAMED])
            chosen.add(known[one.casefold()])
        return frozenset(chosen)

    # --- playing

    @property
    def playing(self) -> bool:
        """Whether it steps forward by itself."""
        return self._timer is not None

    def play(self, speed: float | None = None) -> None:
        """Step forward by itself to the end, so many steps a second; from the end, all over again.

        It needs a running event loop, as every notebook has. Raises `InvalidValueError`.
        """
        if speed is not None:
            if speed not in SPEEDS:
                raise InvalidValueError(words.SPEED_WANTED, speed, [f"{one:g}" for one in SPEEDS])
            self.speed = float(speed)
        self.pause()
        if self.step >= self.count:
            self._move(1)
        self.remark = ""
        self._wait()
        self.refresh()

    def pause(self) -> None:
        """Stay at this step."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        loop = running_loop()
        if loop is None:
            self.remark = words.NO_LOOP
            self.say(self.remark)
            return
        # A timer must not keep alive a player that nobody has any more.
        self._timer = loop.call_later(1 / self.speed, _tick, weakref.ref(self))

    def _next(self) -> None:
        self._timer = None
        if self._box is not None and self._box.comm is None:
            # The box was closed.
            return
        step = self._move(self.step + 1)
        if step < self.count:
            self._wait()
        else:
            self.say(words.PLAYED if step else self.where())
        self.refresh()

    # --- exporting

    def save(self, path: str | os.PathLike[str]) -> Report:
        """Write what is chosen as a new file: .svg, .txt, .mmd, .csv or .pcapng. Raises `OutputError`."""
        forms: dict[str, Callable[[], str | bytes]] = {
            ".svg": lambda: self._ladder().to_svg(),
            ".txt": lambda: f"{self._ladder().to_text()}\n",
            ".mmd": lambda: self._ladder().to_mermaid(),
            ".csv": lambda: self._ladder().to_csv(),
            ".pcapng": lambda: self._source.select(after=self.steps.after, where=self.steps.fits).to_pcapng(),
        }
        self._sync()
        save(path, forms)
        return Report([words.SAVED.format(file=PurePath(path).name)])

    def _ladder(self) -> Ladder:
        call, protocols, participant = self.steps.choice
        return Ladder(
            self._source,
            after=self.steps.after,
            participant=participant or None,
            call=call or None,
            protocol=sorted(protocols) or None,
            known=True,
        )

    # --- showing

    def page(self) -> Page:
        """The present step, and those before it for which there is room."""
        place = self._sync()
        first = max(0, place + 1 - ROWS)
        lines = self.steps.lines[first : place + 1]
        return Page(
            lines,
            self.steps.participants(),
            self.names(),
            current=len(lines) - 1 if lines else None,
            spoken=self.steps.spoken(),
            rows=ROWS,
        )

    def notes(self) -> list[str]:
        """Whole sentences about what is chosen, and how many steps are not on the page."""
        told = [says(self.steps, self.steps.choice)] if self.steps.choice != Choice() else []
        gone = self._source.dropped if self._source.dropped > self.steps.after else 0
        if gone:
            told.append(counted(words.GONE_ONE, words.GONE, gone))
        place = self._sync()
        if earlier := max(0, place + 1 - ROWS):
            told.append(counted(words.EARLIER_ONE, words.EARLIER, earlier))
        return told

    def __str__(self) -> str:
        page = self.page()
        if not self.step:
            return "\n".join([self.where(), *self.notes()])
        return "\n".join(
            [
                self.where(),
                *self.notes(),
                "",
                page.to_text(),
                "",
                *self.present(page),
                "",
                *map(_field, self.pairs()),
            ]
        )

    def present(self, page: Page) -> list[str]:
        """The present step in whole sentences."""
        place = self._sync()
        packets = self.steps.lines[place].packets if place >= 0 else 1
        more = [words.PACKETS.format(count=packets)] if packets > 1 else []
        return [sentence for sentence in (page.sentence(), *more) if sentence]

    def _build(self, kit: Any) -> list[Any]:
        self._view = View(self, kit)
        return self._view.parts

    def _fill(self) -> None:
        if self._view is not None:
            self._view.fill()


def _field(pair: tuple[str, str]) -> str:
    name, value = pair
    lines = value.split("\n")
    # Bytes stand below each other; a text goes on farther right.
    return f"{name}: {lines[0]}" if len(lines) == 1 else "\n".join([f"{name}:", *(f"  {line}" for line in lines)])


def _tick(player: weakref.ref[LadderPlayer]) -> None:
    here = player()
    if here is not None:
        here._next()
