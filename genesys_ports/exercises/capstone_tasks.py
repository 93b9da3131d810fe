"""The stages of the capstone as tasks of lesson 10, and the points of each.

check_task("capstone-plan", editor)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import capstone_words as words
from .capstone_brief import check_asked
from .capstone_changes import check_moved, check_survived
from .capstone_folder import Folder
from .capstone_handover import check_handed_over
from .capstone_lab import check_from_outside, check_phones, check_running, check_watched
from .capstone_plan import check_clear
from .checks import Check
from .task import LAB, PLAN_OR_EDITOR, Task, Thing

__all__ = ["FOLDER", "POINTS", "TASKS_OF_10"]

LESSON = "10"

FOLDER = Thing(words.A_FOLDER, lambda thing: isinstance(thing, Folder))

_SHEET = {"editor": PLAN_OR_EDITOR}
_LAB = {"lab": LAB}
_BOTH = {"lab": LAB, "editor": PLAN_OR_EDITOR}


def _task(key: str, check: Callable[..., Check], things: Mapping[str, Thing]) -> Task:
    return Task(LESSON, words.TITLES[key], check, things)


TASKS_OF_10: Mapping[str, Task] = {
    "capstone-plan": _task("capstone-plan", check_asked, _SHEET),
    "capstone-findings": _task("capstone-findings", check_clear, _SHEET),
    "capstone-running": _task("capstone-running", check_running, _BOTH),
    "capstone-phones": _task("capstone-phones", check_phones, _LAB),
    "capstone-call": _task("capstone-call", check_from_outside, _LAB),
    "capstone-watched": _task("capstone-watched", check_watched, _LAB),
    "capstone-failure": _task("capstone-failure", check_survived, _LAB),
    "capstone-move": _task("capstone-move", check_moved, _BOTH),
    "capstone-handover": _task("capstone-handover", check_handed_over, {"folder": FOLDER, **_SHEET}),
}

#: A hundred in all.
POINTS: Mapping[str, int] = {
    "capstone-plan": 20,
    "capstone-findings": 10,
    "capstone-running": 10,
    "capstone-phones": 10,
    "capstone-call": 15,
    "capstone-watched": 10,
    "capstone-failure": 10,
    "capstone-move": 10,
    "capstone-handover": 5,
}
