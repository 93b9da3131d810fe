"""One task of the lessons, tried out: the scene its lesson has set, and what a learner may then do.

A scene opens the lab as the lesson has it when the exercise begins. `untouched` runs the starter as it stands, `wrong`
are typical mistakes, `right` are solutions, the lesson's own first. Where a task looks at no lab, each gives what it is
handed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from genesys_ports import Lab, load_plan
from tests.helpers import ROOT

PLANS = ROOT / "notebooks" / "plans"

#: What is done in a lab; without a lab, what is handed over.
Deed = Callable[[Any], Awaitable[Sequence[Any] | None]]


@dataclass
class Case:
    """One task: the plan of its lab, what the lesson does before it, and what learners do."""

    plan: Any
    before: Deed
    untouched: Deed
    wrong: Sequence[Deed]
    right: Sequence[Deed]


def plan_of(name: str) -> Any:
    return load_plan(PLANS / f"{name}.csv")


async def nothing(lab: Lab | None) -> None:
    pass


def with_sip(plan, port=5060, transport="tcp", port_id="sip-tcp"):
    return plan.add("sip_server", host="sip-host", port=port, transport=transport, port_id=port_id, purpose="sip")
