"""How one learner stands with each question and each exercise: counted from the attempts that a file holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..table import Table
from . import progress_words as words
from .attempts import Attempt, AttemptKind
from .questions import questions
from .tasks import TASKS

__all__ = ["Item", "Standing", "details", "items", "standings"]


@dataclass(frozen=True, slots=True)
class Item:
    """A question or an exercise of a lesson."""

    lesson: str
    kind: AttemptKind
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One item and one learner. `tries` are the attempts until it was passed, that one among them."""

    item: Item
    seen: bool = False
    tries: int = 0
    passed: bool = False
    #: From when it was first shown or tried until it was passed.
    minutes: float | None = None

    @property
    def failed(self) -> int:
        """How often it was tried in vain."""
        return self.tries - self.passed


def items() -> tuple[Item, ...]:
    """Everything that can be done, lesson by lesson: its questions first."""
    every = [Item(one.lesson, AttemptKind.QUESTION, one.key, one.text) for one in questions().values()]
    every += [Item(task.lesson, AttemptKind.EXERCISE, key, task.title) for key, task in TASKS.items()]
    return tuple(sorted(every, key=lambda one: one.lesson))


def standings(attempts: Iterable[Attempt]) -> tuple[Standing, ...]:
    """How the learner stands with every item. Attempts at what the lessons do not have are passed over."""
    made: dict[str, list[Attempt]] = {}
    for one in attempts:
        made.setdefault(one.key, []).append(one)
    return tuple(_standing(item, made.get(item.key, ())) for item in items())


def _standing(item: Item, made: Sequence[Attempt]) -> Standing:
    ours = [one for one in made if one.kind in (item.kind, AttemptKind.SEEN)]
    tries = [one for one in ours if one.kind is item.kind]
    first_right = next((number for number, one in enumerate(tries) if one.passed), None)
    if first_right is None:
        return Standing(item, bool(ours), len(tries))
    seconds = tries[first_right].when - ours[0].when
    return Standing(item, True, first_right + 1, True, round(max(0.0, seconds) / 60, 1))


def details(standing: Iterable[Standing]) -> Table:
    """Everything that is known of one learner: a row for each question and exercise."""
    return Table(
        words.DETAILS,
        (
            (
                one.item.lesson,
                one.item.kind,
                one.item.key,
                one.item.title,
                words.YES if one.seen else words.NO,
                one.tries,
                words.YES if one.passed else words.NO,
                one.tries if one.passed else None,
                one.minutes,
            )
            for one in standing
        ),
    )
