"""Numbers that are a bad choice, whoever else is on the host: too low, handed out by the system, known for another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...catalog import Basis, CatalogPort, Component
from ...model import Block, Platform, Purpose
from ..findings import Finding
from ..well_known import WELL_KNOWN, Service
from . import words
from .ground import Ground, Stand
from .survey import catalogued
from .system import outgoing_numbers, rights_below

__all__ = ["blocks", "numbers"]


class _Fault(NamedTuple):
    """What is wrong, and with whom it is told together: a machine, a service, a component and its number, a block."""

    code: str
    machine: str = ""
    what: str = ""


def numbers(ground: Ground) -> Iterator[Finding]:
    """GP404 to GP410, GP511 and GP512. What is alike is told together: on one host, or of one number."""
    together: dict[_Fault, list[Stand]] = defaultdict(list)
    for machine, odd in ground.survey.odd.items():
        platform = ground.platform_of[machine]
        for one in odd:
            stand = Stand(*one)
            for fault in _faults(ground, machine, platform, stand):
                together[fault].append(stand)
    if ground.plan.blocks:
        for fault, stand in _outside(ground):
            together[fault].append(stand)
    for fault, stands in together.items():
        heard = ground.heard(fault.code, stands)
        if heard:
            yield ground.found(fault.code, _message(ground, fault, heard), rows=ground.rows(heard), stands=heard)


# --- what is wrong with one port


def _faults(ground: Ground, machine: str, platform: Platform | None, stand: Stand) -> Iterator[_Fault]:
    port = stand.port
    service = WELL_KNOWN.get((port.number, port.transport.carrier)) if port.last is None else None
    if port.number < rights_below(platform) and not _documented(ground, stand):
        yield _Fault("GP406", machine)
    taken = outgoing_numbers(platform)
    if port.number < taken.stop and (port.last or port.number) >= taken.start:
        if port.purpose is Purpose.MEDIA and port.last is not None:
            yield _Fault("GP405", machine)
        else:
            yield _Fault("GP407" if platform is Platform.WINDOWS else "GP404", machine)
    if service is not None:
        if not _is_the_service(service, stand) and not _documented(ground, stand):
            yield _Fault("GP409", machine, service.name)
    elif port.last is None and port.number in catalogued():
        yield from _of_catalogue(ground, stand)


def _entries(stand: Stand) -> list[tuple[Component, CatalogPort]]:
    carrier = stand.port.transport.carrier
    return [
        (component, entry)
        for component, entry in catalogued().get(stand.port.number, ())
        if entry.transport is None or entry.transport.carrier is carrier
    ]


def _documented(ground: Ground, stand: Stand) -> bool:
    """Whether the catalogue has this number for this kind of application."""
    entries = _entries(stand)
    return bool(entries) and any(component is ground.component(stand.application) for component, _ in entries)


def _is_the_service(service: Service, stand: Stand) -> bool:
    if stand.port.purpose in service.purposes:
        return True
    told = f"{stand.application.type} {stand.application.name}".casefold()
    return any(word in told for word in service.words)


def _of_catalogue(ground: Ground, stand: Stand) -> Iterator[_Fault]:
    entries = _entries(stand)
    if not entries:
        return
    component, port = ground.component(stand.application), stand.port
    own = [entry for one, entry in entries if one is component]
    if own:
        if not any(entry.basis in (Basis.DEFAULT, Basis.CONVENTION) for entry in own):
            yield _Fault("GP511", what=f"{port.number}/{component.key if component else ''}")
        return
    for other, entry in entries:
        # Web servers share the numbers of the web; and who does that work, of no known type, may be that component.
        alike = port.purpose is entry.purpose and (component is None or port.purpose is Purpose.HTTP)
        if entry.basis is Basis.DEFAULT and not alike:
            yield _Fault("GP512", what=f"{port.number}/{other.key}")


# --- blocks


def _outside(ground: Ground) -> Iterator[tuple[_Fault, Stand]]:
    for application in ground.plan.applications:
        block = ground.block_of(application)
        if block is None:
            continue
        for port in application.ports:
            if port.number in block and (port.last is None or port.last in block):
                continue
            stand = Stand(application, port)
            # 4999 is LCA's and 5060 SIP's, whatever block a site hands out.
            if not ground.has_by_nature(stand):
                team = application.team if ("", application.team) in ground.blocks and application.team else ""
                place = "" if team else application.host
                yield _Fault("GP410", place, f"{block.start}-{block.stop - 1}/{team}"), stand


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


def _message(ground: Ground, fault: _Fault, stands: Sequence[Stand]) -> str:
    code, machine, what = fault
    ports = words.ports_of(stands)
    if code in ("GP511", "GP512"):
        number, key = what.split("/")
        component, entry = next((one, entry) for one, entry in catalogued()[int(number)] if one.key == key)
        if code == "GP511":
            return words.EXAMPLE.format(number=number, component=component.name, basis=entry.basis, ports=ports)
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
    taken = outgoing_numbers(ground.platform_of[machine])
    sentence = {"GP404": words.EPHEMERAL, "GP405": words.MEDIA_EPHEMERAL, "GP407": words.WINDOWS}[code]
    return sentence.format(host=host, range=f"{taken.start}-{taken.stop - 1}", ports=ports)
