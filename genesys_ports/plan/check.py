"""`check`: every rule, over one plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..model import Deployment, Platform, parse_word
from .findings import Findings
from .load import Reading

__all__ = ["check"]


def check(
    plan: Deployment | Reading,
    *,
    platform: Platform | str | None = None,
    ignore: Iterable[str] = (),
    progress: Callable[[int], object] | None = None,
) -> Findings:
    """What is wrong with a plan, or may go wrong: the gravest first. `docs/findings.md` explains every code.

    `platform` is the system of hosts that do not state their own. `ignore` switches codes off (`"GP404"`), or families
    of codes (`"GP5"`). A row of a sheet does so for itself (`plan.origin.ignored`): a finding is dropped when every row
    it concerns switches its code off; and a row that says nothing else, for the whole plan (`ignored_by_all`). A
    reading (`read_plans`) adds what its bad cells mean. `progress` is called with the number of listening ports looked
    at, every 1,000.

    Nothing is opened and nothing changed: `accept(plan, findings)` makes the plan of the proposals.

    Raises `InvalidValueError` for an unknown platform or code.
    """
    # Whoever only loads a plan need not wait for the rules.
    from .codes import CODES, covers, switched_off
    from .rules.every import every_finding
    from .rules.ground import Ground

    read, bad = (plan.plan, plan.bad) if isinstance(plan, Reading) else (plan, ())
    # What a sheet switches off may be no code at all: that is a finding, and no error.
    by_plan = {code for code in CODES if covers(read.origin.ignored_by_all, code)}
    ground = Ground(
        read,
        platform=None if platform is None else parse_word(Platform, platform, "platform"),
        off=switched_off(ignore) | by_plan,
        bad=bad,
        progress=progress,
    )
    return Findings(every_finding(ground))
