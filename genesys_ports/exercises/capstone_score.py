"""`score`: every stage of the capstone, its points, what was seen of it and what is missing."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..lab import Lab
from ..table import Table, Tabled
from . import capstone_words as words
from .capstone_folder import Folder
from .capstone_tasks import POINTS, TASKS_OF_10
from .checks import Check

__all__ = ["Score", "Stage", "score"]


class Stage(NamedTuple):
    """One stage: its number, its title, what it is worth, and what a look at it has given."""

    number: int
    title: str
    most: int
    check: Check

    @property
    def points(self) -> int:
        """All its points, or none: a stage that is half done does not carry the next one."""
        return self.most if self.check.passed else 0


class Score(Tabled):
    """How the capstone stands. Shown in a notebook it is a table."""

    def __init__(self, stages: tuple[Stage, ...]) -> None:
        self.stages = stages

    @property
    def points(self) -> int:
        """The points of every stage that is done."""
        return sum(stage.points for stage in self.stages)

    @property
    def most(self) -> int:
        """The points that can be had."""
        return sum(stage.most for stage in self.stages)

    def table(self) -> Table:
        """One row for each stage."""
        rows = [
            (
                words.NAMED.format(number=stage.number, title=stage.title),
                words.OF.format(points=stage.points, most=stage.most),
                " ".join(step.sentence for step in stage.check.steps if step.ok),
                " ".join(step.sentence for step in stage.check.steps if not step.ok),
            )
            for stage in self.stages
        ]
        caption = words.TOTAL.format(points=self.points, most=self.most)
        return Table((words.STAGE, words.POINTS, words.SEEN, words.MISSING), rows, caption)


def score(lab: Lab, editor: Any, folder: Folder) -> Score:
    """Look at every stage as it stands now. `editor` is the sheet (or its plan), `folder` what was handed over."""
    things = {"lab": lab, "editor": editor, "folder": folder}
    stages = []
    for number, (key, task) in enumerate(TASKS_OF_10.items(), start=1):
        check = task.look(key, *(things[name] for name in task.things))
        stages.append(Stage(number, task.title, POINTS[key], check))
    return Score(tuple(stages))
