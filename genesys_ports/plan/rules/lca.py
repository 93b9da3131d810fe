"""Local Control Agent: the port each host has for it, and the numbers it does not take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..findings import Finding
from ..lca_number import LCA_LOWEST, lca_number
from . import words
from .ground import Ground, Stand

__all__ = ["LcaPort", "lca_below_2000", "lca_ports"]

_KEY = "lca"


class LcaPort(NamedTuple):
    """Where the LCA of a host listens, as the Host object says."""

    host: str
    number: int


def lca_ports(ground: Ground) -> dict[str, list[LcaPort]]:
    """The LCA ports of Host objects, by machine; left out where an application of the plan is that LCA."""
    ports: dict[str, list[LcaPort]] = {}
    for host in ground.plan.hosts:
        if not host.lca_port:
            continue
        machine = ground.machine_of[host.name]
        number = lca_number(host.lca_port)
        known = {one.number for one in ports.get(machine, ())}
        if number in known or any(
            port.number == number and _is_lca(ground, Stand(one, port))
            for one in ground.on_machine.get(machine, ())
            for port in one.ports
        ):
            continue
        ports.setdefault(machine, []).append(LcaPort(host.name, number))
    return ports


def _is_lca(ground: Ground, stand: Stand) -> bool:
    component = ground.component(stand.application)
    return component is not None and component.key == _KEY


def lca_below_2000(ground: Ground) -> Iterator[Finding]:
    """GP403: a number that LCA does not take."""
    for host in ground.plan.hosts:
        row = ground.origin.hosts.get(host.name)
        if host.lca_port is not None and 0 < host.lca_port < LCA_LOWEST and not ground.silent("GP403", (row,)):
            message = words.LCA_HOST.format(host=words.shown(host.name), number=host.lca_port)
            yield ground.found("GP403", message, rows=(row,))
    for odd in ground.survey.odd.values():
        for stand in (Stand(*one) for one in odd if one[1].number < LCA_LOWEST):
            application, port = stand
            rows = ground.rows((stand,))
            if _is_lca(ground, stand) and not ground.silent("GP403", rows):
                message = words.LCA_APPLICATION.format(
                    application=words.port_of(stand), host=words.shown(application.host), number=port.number
                )
                yield ground.found("GP403", message, rows=rows, stands=(stand,))
