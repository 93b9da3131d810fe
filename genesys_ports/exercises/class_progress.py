"""How a class stands, for its instructor: who is where, and which question or exercise stops people.

class_progress({"ana": "/home/ana/lessons/my-progress.jsonl", "ben": "…"})
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ..table import Table, sentences_html
from . import progress_words as words
from .attempts import Attempt, AttemptKind, read_attempts
from .standing import Item, Standing, details, items, standings

__all__ = ["STUCK", "ClassProgress", "ItemProgress", "Learner", "class_progress"]

#: So many attempts in vain, and none that passed: stuck.
STUCK = 3


def _stuck(standing: Standing) -> bool:
    return not standing.passed and standing.failed >= STUCK


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner: how he stands with everything, and what he tried last."""

    name: str
    standings: tuple[Standing, ...]
    last: Item | None = None
    #: Minutes from the last attempt until now.
    minutes_ago: int | None = None

    def passed(self, kind: AttemptKind) -> int:
        """How many items of this kind are done."""
        return sum(one.passed for one in self.standings if one.item.kind is kind)

    @property
    def stuck(self) -> tuple[Item, ...]:
        """At what the learner is stuck."""
        return tuple(one.item for one in self.standings if _stuck(one))


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """One question or exercise: how many have tried it, how many passed, and who is stuck."""

    item: Item
    tried: int
    passed: int
    #: The median of those who passed.
    tries: float | None
    stuck: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """All learners of a class. As text, a table of the learners and one of what they have tried."""

    learners: tuple[Learner, ...]

    @property
    def items(self) -> tuple[ItemProgress, ...]:
        """Every question and exercise that somebody has tried, lesson by lesson."""
        every = (_item(number, item, self.learners) for number, item in enumerate(items()))
        return tuple(one for one in every if one.tried)

    @property
    def stops(self) -> tuple[ItemProgress, ...]:
        """Where people are stuck: what stops most of them first."""
        return tuple(sorted((one for one in self.items if one.stuck), key=lambda one: -len(one.stuck)))

    def table(self) -> Table:
        """Who is where: a row for each learner."""
        count = len(self.learners)
        caption = words.CLASS_SUMMARY_ONE if count == 1 else words.CLASS_SUMMARY.format(learners=count)
        return Table(words.LEARNERS, (_row(one) for one in self.learners), caption)

    def items_table(self) -> Table:
        """What stops people: a row for each question and exercise that somebody has tried."""
        return Table(
            words.EXERCISES,
            (
                (
                    one.item.lesson,
                    one.item.kind,
                    one.item.key,
                    one.tried,
                    one.passed,
                    None if one.tries is None else f"{one.tries:g}",
                    len(one.stuck),
                    ", ".join(one.stuck),
                )
                for one in self.items
            ),
            words.EXERCISES_CAPTION,
        )

    def tables(self) -> tuple[Table, ...]:
        """The learners, and what they have tried, if anything."""
        return (self.table(), self.items_table()) if self.items else (self.table(),)

    def sentences(self) -> tuple[str, ...]:
        """What stops most people, and what is counted as stuck."""
        means = words.STUCK_MEANS.format(failed=STUCK)
        if not self.stops:
            return words.STOPS_NOBODY, means
        worst = self.stops[0]
        values = {"key": worst.item.key, "lesson": worst.item.lesson, "stuck": len(worst.stuck), "tried": worst.tried}
        return words.STOPS.format(**values), means

    def to_csv(self) -> str:
        """Everything, for a spreadsheet: a row for each learner and each question or exercise."""
        rows = ((learner.name, *row) for learner in self.learners for row in details(learner.standings).rows)
        return Table((words.LEARNERS[0], *words.DETAILS), rows).to_csv()

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return {
            "learners": [
                {
                    "name": one.name,
                    "lesson": one.last.lesson if one.last else None,
                    "last": one.last.key if one.last else None,
                    "minutes_ago": one.minutes_ago,
                    "questions_right": one.passed(AttemptKind.QUESTION),
                    "exercises_done": one.passed(AttemptKind.EXERCISE),
                    "stuck": [item.key for item in one.stuck],
                }
                for one in self.learners
            ],
            "items": [
                {
                    "lesson": one.item.lesson,
                    "kind": str(one.item.kind),
                    "key": one.item.key,
                    "tried": one.tried,
                    "passed": one.passed,
                    "tries": one.tries,
                    "stuck": list(one.stuck),
                }
                for one in self.items
            ],
        }

    def __str__(self) -> str:
        return "\n".join([*(f"{table}\n" for table in self.tables()), *self.sentences()])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return "".join(table._repr_html_() for table in self.tables()) + sentences_html(self.sentences())


def _row(learner: Learner) -> Sequence[object]:
    every = learner.standings
    totals = {
        kind: words.COUNT.format(done=learner.passed(kind), total=sum(one.item.kind is kind for one in every))
        for kind in (AttemptKind.QUESTION, AttemptKind.EXERCISE)
    }
    return (
        learner.name,
        learner.last.lesson if learner.last else None,
        learner.last.key if learner.last else words.NOTHING_TRIED,
        learner.minutes_ago,
        totals[AttemptKind.QUESTION],
        totals[AttemptKind.EXERCISE],
        ", ".join(one.key for one in learner.stuck),
    )


def _item(number: int, item: Item, learners: Sequence[Learner]) -> ItemProgress:
    tried = [(one.name, one.standings[number]) for one in learners if one.standings[number].tries]
    passed = [standing.tries for _, standing in tried if standing.passed]
    stuck = tuple(name for name, standing in tried if _stuck(standing))
    return ItemProgress(item, len(tried), len(passed), float(median(passed)) if passed else None, stuck)


def _learner(name: str, attempts: Sequence[Attempt], now: float) -> Learner:
    known = {item.key: item for item in items()}
    ours = [one for one in attempts if one.key in known]
    if not ours:
        return Learner(name, standings(ours))
    last = ours[-1]
    # The clock of another machine may be ahead.
    return Learner(name, standings(ours), known[last.key], int(max(0.0, now - last.when) // 60))


def class_progress(files: Mapping[str, str | os.PathLike[str]], now: float | None = None) -> ClassProgress:
    """How the learners of a class stand, from the file of each; who has none has not begun.

    `now` are seconds since 1970; without it, the present. The files are the learners' own and are read with care:
    bounded, no links followed, and what the lessons do not have is passed over.
    """
    when = time.time() if now is None else now
    return ClassProgress(tuple(_learner(name, read_attempts(file), when) for name, file in files.items()))
