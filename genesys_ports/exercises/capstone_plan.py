"""Check of the capstone's second stage: nothing is left that the check of plans finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..plan.check import check
from ..plan.finding_words import rows
from ..plan.findings import Severity
from . import capstone_words as words
from .checks import Check, Step, plan_of

__all__ = ["CONFIRMED", "check_clear"]

#: The customer has confirmed the numbers that no document has as a default.
CONFIRMED = ("GP511",)

#: Findings that are named; the rest is counted.
MOST = 8


def check_clear(editor: Any) -> Check:
    """Whether a plan (or an editor's) has no finding, and no cell that cannot be read.

    An error is one also where the sheet switches it off; a warning or an info may be meant so.
    """
    plan = plan_of(editor)
    steps = [Step(False, words.UNREAD.format(bad=one)) for one in getattr(editor, "bad", ())]
    if not plan.applications:
        return Check([*steps, Step(False, words.EMPTY)])
    nothing_off = replace(plan.origin, ignored={}, ignored_by_all=frozenset())
    errors = check(replace(plan, origin=nothing_off)).errors
    others = (one for one in check(plan, ignore=CONFIRMED) if one.severity is not Severity.ERROR)
    named = [*errors, *others]
    for one in named[:MOST]:
        where = rows(one.rows)
        steps.append(Step(False, words.ROW_OF.format(rows=where, finding=one) if where else str(one)))
    if len(named) > MOST:
        steps.append(Step(False, words.MORE.format(count=len(named) - MOST)))
    return Check(steps or [Step(True, words.CLEAR.format(plan=plan.summary()))])
