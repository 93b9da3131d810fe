"""Checks of the tasks on plans: of a plan itself, and of what is open on a host beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors.root import short
from ..lab import Lab
from ..model import Deployment
from ..plan.check import check
from ..plan.codes import CODES, switched_off
from ..plan.comparison import Comparison, Group
from ..plan.findings import Severity
from ..plan.reality import compare
from . import words
from .checks import Check, Step, plan_of

__all__ = ["check_as_planned", "check_holder", "check_plan"]


def check_plan(plan: Any, codes: Iterable[str] = (), *, keeps: Deployment | None = None) -> Check:
    """Whether these findings are gone from a plan; without codes, all that are errors, and every unreadable cell.

    `plan` is a plan or an editor. `keeps` is a plan whose applications must all be there still. Raises
    `InvalidValueError` for an unknown code.
    """
    wanted = switched_off(codes)
    held = plan_of(plan)
    bad = () if wanted else getattr(plan, "bad", ())
    steps = [Step(False, words.UNREAD.format(bad=one)) for one in bad]
    steps += [
        Step(False, words.LOST.format(application=one.name))
        for one in (keeps.applications if keeps else ())
        if not held.has_application(one.name)
    ]
    found = [one for one in check(held) if (one.code in wanted if wanted else one.severity is Severity.ERROR)]
    steps += [Step(False, words.LEFT.format(finding=one)) for one in found]
    gone = sorted(wanted - {one.code for one in found})
    steps += [Step(True, words.GONE.format(code=code, title=CODES[code].title)) for code in gone]
    if not steps:
        steps.append(Step(True, words.CLEAN_PLAN.format(plan=held.summary())))
    return Check(steps)


def check_as_planned(lab: Lab, plan: Deployment, host: str) -> Check:
    """Whether the ports that are open on a host of the lab are those of this plan: all of them, and no others."""
    comparison = compare(plan, lab.sockets(host), host)
    steps = list(_differences(comparison))
    if not steps:
        count = len(comparison.group(Group.LISTENING))
        steps.append(Step(True, words.AS_PLANNED.format(host=host, count=count)))
    return Check(steps)


def _differences(comparison: Comparison) -> Iterator[Step]:
    sentences = {Group.HELD: words.HELD_BY, Group.SILENT: words.SILENT, Group.UNPLANNED: words.UNPLANNED}
    for row in comparison.rows:
        if sentence := sentences.get(row.group):
            programs = ", ".join(row.programs)
            yield Step(False, sentence.format(port=row.port, application=row.application, program=programs))


def check_holder(comparison: Comparison, application: str, program: str) -> Check:
    """Whether this program holds a port that the plan gives to the application."""
    held = [row for row in comparison.group(Group.HELD) if row.application == application]
    if not held:
        return Check([Step(False, words.NOT_HELD.format(application=application, host=comparison.host))])
    (row, *_) = held
    values = {
        "application": application,
        "port": row.port,
        "host": comparison.host,
        "program": short(str(program).strip()),
    }
    right = str(program).strip().casefold() in {name.casefold() for name in row.programs}
    return Check([Step(right, (words.HOLDER if right else words.OTHER_HOLDER).format(**values))])
