"""How far a learner has come: a table lesson by lesson, and what to do next.

progress()                                the learner's own
progress().save("my-progress.csv")        every question and exercise, for an instructor
progress().reset()                        puts the file aside; nothing is lost
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath
from typing import Any

from ..errors import OutputWriteError
from ..lab import Report
from ..output import save
from ..table import Table, sentences_html
from . import progress_words as words
from .attempts import AttemptKind, progress_file, read_attempts
from .lessons import lesson_name
from .standing import Standing, details, standings

__all__ = ["LessonProgress", "Progress", "lessons_of", "progress"]


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """How a learner stands in one lesson (its number, "03")."""

    lesson: str
    questions: int
    questions_right: int
    exercises: int
    exercises_done: int
    begun: bool

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return (self.questions_right, self.exercises_done) == (self.questions, self.exercises)

    @property
    def state(self) -> str:
        """Done, begun or not begun: a shape and a word."""
        return words.DONE if self.done else words.BEGUN if self.begun else words.NOT_BEGUN


def lessons_of(standing: Sequence[Standing]) -> tuple[LessonProgress, ...]:
    """The same, counted for each lesson."""
    every = dict.fromkeys(one.item.lesson for one in standing)
    return tuple(_lesson(lesson, [one for one in standing if one.item.lesson == lesson]) for lesson in every)


def _lesson(lesson: str, standing: Sequence[Standing]) -> LessonProgress:
    asked = [one.passed for one in standing if one.item.kind is AttemptKind.QUESTION]
    tasks = [one.passed for one in standing if one.item.kind is AttemptKind.EXERCISE]
    return LessonProgress(lesson, len(asked), sum(asked), len(tasks), sum(tasks), any(one.seen for one in standing))


class Progress:
    """What a file of attempts says, shown as a table lesson by lesson and the next thing to do."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        # A file of the learner's own may be a link.
        self.standings = standings(read_attempts(os.path.realpath(file)) if file else ())

    @property
    def lessons(self) -> tuple[LessonProgress, ...]:
        """Lesson by lesson."""
        return lessons_of(self.standings)

    def table(self) -> Table:
        """Lesson by lesson, as a table."""
        every = self.lessons
        return Table(
            words.LESSONS,
            (
                (
                    lesson_name(one.lesson),
                    _count(one.questions_right, one.questions),
                    _count(one.exercises_done, one.exercises),
                    one.state,
                )
                for one in every
            ),
            words.SUMMARY.format(
                questions_right=sum(one.questions_right for one in every),
                questions=sum(one.questions for one in every),
                exercises_done=sum(one.exercises_done for one in every),
                exercises=sum(one.exercises for one in every),
            ),
        )

    def details(self) -> Table:
        """Every question and every exercise, as a table."""
        return details(self.standings)

    def sentences(self) -> tuple[str, ...]:
        """What to do next, and where the progress is kept."""
        kept = words.KEPT.format(file=self.file.name) if self.file else words.KEPT_NOWHERE
        return self._next(), kept

    def _next(self) -> str:
        first = next((one for one in self.lessons if not one.done), None)
        if first is None:
            return words.ALL_DONE
        questions, exercises = first.questions - first.questions_right, first.exercises - first.exercises_done
        both = words.NEXT_BOTH if questions and exercises else words.NEXT_QUESTIONS
        sentence = both if questions else words.NEXT_EXERCISES
        return sentence.format(lesson=lesson_name(first.lesson), questions=questions, exercises=exercises)

    def save(self, path: str | os.PathLike[str]) -> Report:
        """Write every question and exercise as a new CSV file. Raises `OutputError`: nothing is replaced."""
        save(path, {".csv": lambda: self.details().to_csv()})
        return Report([words.SAVED.format(file=PurePath(path).name)])

    def reset(self) -> Report:
        """Begin anew: the file is put aside under a new name, and stays. Raises `OutputWriteError`."""
        if self.file is None or not self.file.is_file():
            return Report([words.NOTHING_TO_RESET])
        aside = _put_aside(self.file)
        self.standings = standings(())
        return Report([words.PUT_ASIDE.format(file=aside.name)])

    def __str__(self) -> str:
        return "\n".join([str(self.table()), "", *self.sentences()])

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return self.table()._repr_html_() + sentences_html(self.sentences())


def _count(done: int, total: int) -> str:
    return words.COUNT.format(done=done, total=total) if total else words.NONE


def _put_aside(file: Path) -> Path:
    """Rename a file to the first name with a number that nobody has taken."""
    try:
        aside = next(one for one in _numbered(file) if _taken_now(one))
    except OSError:
        raise OutputWriteError(file.name, words.NOT_RESET) from None
    try:
        os.replace(file, aside)
    except OSError:
        with suppress(OSError):
            os.unlink(aside)
        raise OutputWriteError(file.name, words.NOT_RESET) from None
    return aside


def _numbered(file: Path) -> Iterator[Path]:
    return (file.with_name(f"{file.stem}-{number}{file.suffix}") for number in count(1))


def _taken_now(name: Path) -> bool:
    """Make an empty file of this name, unless there is one: to take the name first is what keeps another's file."""
    try:
        with open(name, "xb"):
            return True
    except FileExistsError:
        return False


def progress(file: str | os.PathLike[str] | None = None) -> Progress:
    """The learner's progress, from a file of attempts; without one, from the learner's own."""
    return Progress(progress_file() if file is None else Path(file))
