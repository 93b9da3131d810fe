"""Every rule, and the order in which those that propose moves may choose."""

from __future__ import annotations

from ..findings import Finding
from .bad_cells import bad_cells
from .client_ends import fixed_client_ports
from .collisions import collisions
from .connections import connections
from .ground import Ground
from .lca import lca_below_2000
from .moves import Moves
from .names import ignored_codes, names, one_machine, types
from .numbers import blocks, numbers
from .pairs import pairs
from .phones import one_dn
from .servers import server_info, sip_transports

__all__ = ["every_finding"]

#: Rules that ask the plan only.
_RULES = (
    server_info,
    sip_transports,
    connections,
    fixed_client_ports,
    bad_cells,
    lca_below_2000,
    blocks,
    names,
    one_dn,
    types,
    one_machine,
    ignored_codes,
)


def every_finding(ground: Ground) -> list[Finding]:
    """What all rules find, in the order of the rules."""
    # A collision has to move something; drifted pairs, and bad numbers, need not: they take what is left.
    moves = Moves(ground)
    found = [*collisions(ground, moves), *pairs(ground, moves), *numbers(ground, moves)]
    for rule in _RULES:
        found.extend(rule(ground))
    return found
