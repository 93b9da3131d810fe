"""One look at every port of a plan: which machines are crowded, and which ports a rule has something to ask of.

Most ports are nothing to any rule, so this pass is most of what a check costs. It makes no object for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ...catalog import CatalogPort, Component, load_catalog
from ...model import Application, ListeningPort, Platform, Purpose, Transport
from ..well_known import WELL_KNOWN
from .system import outgoing_numbers, rights_below

__all__ = ["ASKED_BELOW", "Survey", "catalogued", "look"]

#: Numbers that are always asked about: rights (1024) and Local Control Agent (2000).
ASKED_BELOW = 2000


class Survey(NamedTuple):
    """Machines on which one number is planned more than once, or a range; the odd ports by machine; the SIP ports."""

    crowded: frozenset[str]
    odd: Mapping[str, Sequence[tuple[Application, ListeningPort]]]
    sip: Mapping[str, Sequence[ListeningPort]]


def look(
    on_machine: Mapping[str, Sequence[Application]],
    platform_of: Mapping[str, Platform | None],
    progress: Callable[[int], object] | None = None,
) -> Survey:
    """The survey of a plan. `progress` gets the number of ports so far, every 1,000."""
    crowded: set[str] = set()
    odd: dict[str, list[tuple[Application, ListeningPort]]] = {}
    sip: dict[str, list[ListeningPort]] = {}
    looked = 0
    udp_transport, sip_purpose = Transport.UDP, Purpose.SIP
    for machine, applications in on_machine.items():
        asked = _asked(platform_of[machine])
        tcp: list[int] = []
        udp: list[int] = []
        ranges = False
        for application in applications:
            for port in application.ports:
                number = port.number
                (udp if port.transport is udp_transport else tcp).append(number)
                if port.last is not None:
                    ranges = True
                    odd.setdefault(machine, []).append((application, port))
                elif number in asked:
                    odd.setdefault(machine, []).append((application, port))
                if port.purpose is sip_purpose:
                    sip.setdefault(application.name, []).append(port)
        if ranges or len(set(tcp)) < len(tcp) or len(set(udp)) < len(udp):
            crowded.add(machine)
        if progress is not None:
            before, looked = looked, looked + len(tcp) + len(udp)
            if before // 1000 != looked // 1000:
                progress(looked)
    return Survey(frozenset(crowded), odd, sip)


@cache
def _asked(platform: Platform | None) -> frozenset[int]:
    """Every number of which there is something to ask."""
    known = {number for number, _ in WELL_KNOWN}
    below = max(ASKED_BELOW, rights_below(platform))
    return frozenset({*range(below), *outgoing_numbers(platform), *known, *catalogued()})


@cache
def catalogued() -> Mapping[int, Sequence[tuple[Component, CatalogPort]]]:
    """The entries of the catalogue that have one number, by this number."""
    entries: dict[int, list[tuple[Component, CatalogPort]]] = {}
    for component, entry in load_catalog().entries():
        if entry.number is not None and entry.last is None:
            entries.setdefault(entry.number, []).append((component, entry))
    return entries
