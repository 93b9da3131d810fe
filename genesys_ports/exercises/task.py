"""What a task of a lesson is: its title, the things it looks at, and the check that looks at them.

Task("03", "Mend the plan", of_lab(check_collision, "message_server", "log_server"))
Task("08", "Mend the sheet", lambda mended, better: check_plan(mended, keeps=better), {"mended": PLAN, "better": PLAN})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import TaskThingsError
from ..lab import Lab
from ..model import Deployment
from ..plan.comparison import Comparison
from ..plan.own_names import own_names
from . import words
from .checks import Check

__all__ = ["COMPARISON", "LAB", "NAME", "PLAN", "PLAN_OR_EDITOR", "Task", "Thing", "of_lab"]


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of thing that a task looks at: how an error calls it, and how it is known."""

    said: str
    fits: Callable[[Any], bool]


LAB = Thing(words.A_LAB, lambda thing: isinstance(thing, Lab))
PLAN = Thing(words.A_PLAN, lambda thing: isinstance(thing, Deployment))
#: An editor holds the plan of its sheet.
PLAN_OR_EDITOR = Thing(
    words.A_PLAN_OR_EDITOR,
    lambda thing: not LAB.fits(thing) and isinstance(getattr(thing, "plan", thing), Deployment),
)
COMPARISON = Thing(words.A_COMPARISON, lambda thing: isinstance(thing, Comparison))
NAME = Thing(words.A_NAME, lambda thing: isinstance(thing, str))


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a lesson (its number, "03").

    `check` looks at what the task has come to, and `things` are what it is handed for that, in this order, each under
    the name that the lesson has given it. Most tasks look at the lab and nothing else.
    """

    lesson: str
    title: str
    check: Callable[..., Check]
    things: Mapping[str, Thing] = field(default_factory=lambda: {"lab": LAB})

    def look(self, key: str, *handed: Any) -> Check:
        """Look at these things. Raises `TaskThingsError` when they are not those that the task is about."""
        kinds = list(self.things.values())
        if len(handed) != len(kinds) or not all(kind.fits(one) for kind, one in zip(kinds, handed, strict=True)):
            wanted = {name: kind.said for name, kind in self.things.items()}
            raise TaskThingsError(key, wanted, [type(one).__name__ for one in handed])
        return self.check(*handed)


def of_lab(check: Callable[..., Check], *asked: object, **how: object) -> Callable[[Lab], Check]:
    """A check of the lab for these names and numbers of the lesson: in a class's own words, where it has some."""

    def look(lab: Lab) -> Check:
        own = own_names()
        return check(lab, *map(own.value, asked), **{name: own.value(value) for name, value in how.items()})

    return look
