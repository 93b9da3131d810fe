"""The do-tasks of the lessons by key: each knows its check, and what came of it is noted in the learner's progress.

check_task("mend-the-plan", lab)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UnknownTaskError
from .checks import Check, check_collision, check_same_number
from .progress import AttemptKind, note

__all__ = ["TASKS", "Task", "check_task"]


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a lesson (its number, "03"): what it is called, and how what has happened is looked at."""

    lesson: str
    title: str
    check: Callable[..., Check]


TASKS: Mapping[str, Task] = {
    "mend-the-plan": Task(
        "03",
        "Mend the plan",
        lambda lab: check_collision(lab, "message_server", "solution_control_server", "log_server"),
    ),
    "one-number-two-servers": Task(
        "03",
        "One number, two servers, one host",
        lambda lab: check_same_number(lab, "web_services", "feature_server", 8090),
    ),
}


def check_task(key: str, *things: Any) -> Check:
    """Look at what a task of the lessons has come to, and note it in the learner's own progress.

    `things` are what the task is about: the lab, or a plan. Raises `UnknownTaskError`.
    """
    if key not in TASKS:
        raise UnknownTaskError(key, list(TASKS))
    result = TASKS[key].check(*things)
    note(AttemptKind.EXERCISE, key, result.passed)
    return result
