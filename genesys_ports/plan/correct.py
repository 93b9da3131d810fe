"""`accept`: the proposals of a check, carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..model import Application, Deployment
from .findings import Finding

__all__ = ["accept"]


def accept(plan: Deployment, findings: Iterable[Finding]) -> Deployment:
    """A new plan in which all of every `Finding.changes` is made; findings without one change nothing.

    A range moves as a whole. Where two findings move one port, the first of them counts: the graver one, in the
    findings of a check. Accepting the same again changes nothing.

    Raises `UnknownApplicationError`, `UnknownPortIdError`, `InvalidPortError` for the findings of another plan.
    """
    moves: dict[str, dict[str, int]] = {}
    for finding in findings:
        for change in finding.changes:
            moves.setdefault(change.application, {}).setdefault(change.port_id, change.to)
    moved = {name: _moved(plan.application(name), numbers) for name, numbers in moves.items()}
    return replace(plan, applications=tuple(moved.get(one.name, one) for one in plan.applications))


def _moved(application: Application, numbers: Mapping[str, int]) -> Application:
    waiting = dict(numbers)
    # Taken out of those that wait: of two ports with one id the first moves, as `Application.port` finds it.
    ports = tuple(port.at(waiting.pop(port.port_id)) if port.port_id in waiting else port for port in application.ports)
    for port_id in waiting:
        application.port(port_id)
    return replace(application, ports=ports)
