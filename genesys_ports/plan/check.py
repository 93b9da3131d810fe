"""`check`: every rule, over one plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..model import Deployment, Platform, parse_word
from .codes import switched_off
from .findings import Findings
from .load import Reading
from .rules.bad_cells import bad_cells
from .rules.client_ends import fixed_client_ports
from .rules.collisions import collisions
from .rules.connections import connections
from .rules.ground import Ground
from .rules.lca import lca_below_2000
from .rules.moves import Moves
from .rules.names import ignored_codes, names, one_machine, types
from .rules.numbers import blocks, numbers
from .rules.pairs import pairs
from .rules.servers import server_info, sip_transports

__all__ = ["check"]

#: Rules that ask the plan only. Those that propose moves stand in `check`, in the order in which they may choose.
_RULES = (
    server_info,
    sip_transports,
    connections,
    fixed_client_ports,
    bad_cells,
    lca_below_2000,
    numbers,
    blocks,
    names,
    types,
    one_machine,
    ignored_codes,
)


def check(
    plan: Deployment | Reading,
    *,
    platform: Platform | str | None = None,
    ignore: Iterable[str] = (),
    progress: Callable[[int], object] | None = None,
) -> Findings:
    """What is wrong with a plan, or may go wrong: the gravest first. `docs/findings.md` explains every code.

    `platform` is the system of hosts that do not state their own. `ignore` switches codes off (`"GP404"`), or families
    of codes (`"GP5"`); a row of a sheet does so for itself (`plan.origin.ignored`): a finding is dropped when every row
    it concerns switches its code off. A reading (`read_plans`) adds what its bad cells mean. `progress` is called with
    the number of listening ports looked at, every 1,000.

    Nothing is opened and nothing changed: `accept(plan, findings)` makes the plan of the proposals.

    Raises `InvalidValueError` for an unknown platform or code.
    """
    read, bad = (plan.plan, plan.bad) if isinstance(plan, Reading) else (plan, ())
    ground = Ground(
        read,
        platform=None if platform is None else parse_word(Platform, platform, "platform"),
        off=switched_off(ignore),
        bad=bad,
        progress=progress,
    )
    moves = Moves(ground)
    found = [*collisions(ground, moves), *pairs(ground, moves)]
    for rule in _RULES:
        found.extend(rule(ground))
    return Findings(found)
