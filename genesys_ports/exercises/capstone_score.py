"""`score`: every stage of the capstone, its points, what was seen of it and what is missing."""

from __future__ import annotations

from html import escape
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
        return Table((words.STAGE, words.POINTS, words.SEEN, words.MISSING), rows, self.summary())

    def summary(self) -> str:
        """The points, in a sentence."""
        return words.TOTAL.format(points=self.points, most=self.most)

    def _repr_html_(self) -> str:
        # Sentence by sentence, as the checks themselves say it: in narrow columns nobody would read them.
        rows = "".join(_row(stage) for stage in self.stages)
        heads = (words.STAGE, words.POINTS, words.SEEN_AND_MISSING)
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(one)}</th>' for one in heads)
        return (
            f'<table style="border-collapse:collapse;font-size:1.05em"><caption style="text-align:left">'
            f"<strong>{escape(self.summary())}</strong></caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


_CELL = "text-align:left;vertical-align:top;padding:0.25em 0.6em;border-bottom:1px solid currentColor"


def _row(stage: Stage) -> str:
    name = words.NAMED.format(number=stage.number, title=stage.title)
    points = words.OF.format(points=stage.points, most=stage.most)
    seen = "".join(f"<div>{escape(str(one))}</div>" for one in stage.check.steps)
    cells = (escape(name), f'<span style="white-space:nowrap">{escape(points)}</span>', seen)
    style = f"{_CELL};overflow-wrap:anywhere;min-width:5.5em"
    return "".join(["<tr>", *(f'<td style="{style}">{cell}</td>' for cell in cells), "</tr>"])


def score(lab: Lab, editor: Any, folder: Folder) -> Score:
    """Look at every stage as it stands now. `editor` is the sheet (or its plan), `folder` what was handed over."""
    things = {"lab": lab, "editor": editor, "folder": folder}
    stages = []
    for number, (key, task) in enumerate(TASKS_OF_10.items(), start=1):
        check = task.look(key, *(things[name] for name in task.things))
        stages.append(Stage(number, task.title, POINTS[key], check))
    return Score(tuple(stages))
