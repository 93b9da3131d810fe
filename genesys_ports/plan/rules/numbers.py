"""Numbers that are a bad choice, whoever else is on the host: too low, handed out by the system, known for another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...model import Block
from ..findings import Finding
from . import words
from .choices import MENDED, Fault, faults, outside
from .ground import Ground, Stand
from .moves import Moves
from .survey import catalogued
from .system import handed_out, rights_below

__all__ = ["blocks", "numbers"]


def numbers(ground: Ground, moves: Moves) -> Iterator[Finding]:
    """GP404 to GP410, GP511 and GP512. What is alike is told together: on one host, or of one number."""
    together: dict[Fault, list[Stand]] = defaultdict(list)
    for machine, odd in ground.survey.odd.items():
        platform = ground.platform_of[machine]
        for one in odd:
            stand = Stand(*one)
            for fault in faults(ground, machine, platform, stand):
                together[fault].append(stand)
    if ground.plan.blocks:
        for application in ground.plan.applications:
            for port in application.ports:
                stand = Stand(application, port)
                place = outside(ground, stand)
                if place is not None:
                    together[place].append(stand)
    for fault, stands in together.items():
        heard = ground.heard(fault.code, stands)
        if heard:
            proposal = moves.away(fault.code, heard) if fault.code in MENDED else None
            yield ground.found(
                fault.code,
                _message(ground, fault, heard),
                rows=ground.rows(heard),
                stands=heard,
                proposal=proposal.text if proposal else "",
                changes=proposal.changes if proposal else (),
            )


def blocks(ground: Ground) -> Iterator[Finding]:
    """GP411: blocks of two teams that overlap."""
    if "GP411" in ground.off:
        return
    farthest: Block | None = None
    for block in sorted((one for one in ground.plan.blocks if one.team), key=lambda one: (one.first, one.last)):
        if farthest is not None and block.first <= farthest.last and block.team != farthest.team:
            message = words.BLOCKS.format(
                one=words.shown(farthest.team), first=farthest, two=words.shown(block.team), second=block
            )
            yield ground.found("GP411", message)
        if farthest is None or block.last > farthest.last:
            farthest = block


# --- words


def _message(ground: Ground, fault: Fault, stands: Sequence[Stand]) -> str:
    code, machine, what = fault
    ports = words.ports_of(stands)
    if code in ("GP511", "GP512"):
        number, key = what.split("/")
        component, entry = next((one, entry) for one, entry in catalogued()[int(number)] if one.key == key)
        if code == "GP511":
            return words.KNOWN_NUMBER[entry.basis].format(number=number, component=component.name, ports=ports)
        return words.OTHERS_DEFAULT.format(number=number, component=component.name, ports=ports)
    host = words.shown(machine)
    if code == "GP406":
        return words.PRIVILEGED.format(host=host, bound=rights_below(ground.platform_of[machine]), ports=ports)
    if code == "GP409":
        return words.WELL_KNOWN.format(host=host, service=what, ports=ports)
    if code == "GP410":
        block, _, team = what.partition("/")
        if team:
            return words.OUTSIDE_TEAM.format(team=words.shown(team), block=block, ports=ports)
        return words.OUTSIDE_HOST.format(host=host, block=block, ports=ports)
    sentence = {"GP404": words.EPHEMERAL, "GP405": words.MEDIA_EPHEMERAL, "GP407": words.WINDOWS}[code]
    return sentence.format(host=host, range=handed_out(ground.platform_of[machine]), ports=ports)
