"""Whether a number is a good choice for a port, whoever else is on the host, and what is wrong with it if not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ...catalog import Basis, CatalogPort, Component
from ...model import Platform, Purpose, Transport
from ..free import WELL_KNOWN_BELOW
from ..well_known import WELL_KNOWN, Service
from .ground import Ground, Stand
from .survey import catalogued
from .system import outgoing_numbers, rights_below

__all__ = ["MENDED", "UNTOLD", "Fault", "faults", "keeps", "may_be_own", "outside", "wrong"]

#: Codes that another number mends.
MENDED = frozenset(("GP404", "GP406", "GP407", "GP409", "GP410", "GP512"))

#: What a sheet without a word on the purpose is read as.
UNTOLD = frozenset((Purpose.COMMUNICATION, Purpose.OTHER))


class Fault(NamedTuple):
    """What is wrong, and with whom it is told together: a machine, a service, a component and its number, a block."""

    code: str
    machine: str = ""
    what: str = ""


def wrong(ground: Ground, stand: Stand) -> frozenset[str]:
    """The codes of everything wrong with its number that another number mends; those switched off left out."""
    machine = ground.machine_of[stand.application.host]
    found = {fault.code for fault in faults(ground, machine, ground.platform_of[machine], stand)}
    if ground.plan.blocks and outside(ground, stand) is not None:
        found.add("GP410")
    return (MENDED & found) - ground.off


def faults(ground: Ground, machine: str, platform: Platform | None, stand: Stand) -> Iterator[Fault]:
    """GP404 to GP409, GP511 and GP512 of one port."""
    port = stand.port
    service = WELL_KNOWN.get((port.number, port.transport.carrier)) if port.last is None else None
    if port.number < rights_below(platform) and not _documented(ground, stand):
        yield Fault("GP406", machine)
    taken = outgoing_numbers(platform)
    if port.number < taken.stop and (port.last or port.number) >= taken.start:
        if port.purpose is Purpose.MEDIA and port.last is not None:
            yield Fault("GP405", machine)
        else:
            yield Fault("GP407" if platform is Platform.WINDOWS else "GP404", machine)
    if service is not None:
        if not _is_the_service(service, stand) and not _documented(ground, stand):
            yield Fault("GP409", machine, service.name)
    elif port.last is None and port.number in catalogued():
        yield from _of_catalogue(ground, stand)


def outside(ground: Ground, stand: Stand) -> Fault | None:
    """GP410 of one port."""
    application, port = stand
    block = ground.block_of(application)
    if block is None or (port.number in block and (port.last is None or port.last in block)):
        return None
    # 4999 is LCA's, 5060 SIP's and 443 that of the web, whatever block a site hands out.
    if keeps(ground, stand):
        return None
    team = application.team if application.team and ("", application.team) in ground.blocks else ""
    return Fault("GP410", "" if team else application.host, f"{block.start}-{block.stop - 1}/{team}")


def keeps(ground: Ground, stand: Stand) -> bool:
    """Whether its number is its own, by documentation or as that of the service it is: no other would do as well."""
    port = stand.port
    if not _is_known(port.number):
        return False
    if ground.has_by_nature(stand):
        return True
    if port.last is not None:
        return False
    # SNMP over TCP and LDAP over UDP are rare, and are what they are.
    if any(
        service is not None and _is_the_service(service, stand)
        for service in (WELL_KNOWN.get((port.number, carrier)) for carrier in (Transport.TCP, Transport.UDP))
    ):
        return True
    if port.purpose in UNTOLD or not any(entry.purpose is port.purpose for _, entry in _entries(stand)):
        return False
    return ground.component(stand.application) is None


def may_be_own(ground: Ground, stand: Stand) -> bool:
    """Whether a service may have just this number, and the plan does not say what the application is."""
    application, port = stand
    if not _is_known(port.number) or port.purpose not in UNTOLD:
        return False
    known = port.number < WELL_KNOWN_BELOW or (
        port.last is None
        and (
            (port.number, port.transport.carrier) in WELL_KNOWN
            or any(entry.basis in (Basis.DEFAULT, Basis.CONVENTION) for _, entry in _entries(stand))
        )
    )
    if not known or ground.component(application) is not None:
        return False
    # Of a pair, one may say what both are.
    partner = ground.partner(application)
    return partner is None or ground.component(partner) is None


def _is_known(number: int) -> bool:
    """Whether a number may be somebody's own at all: most are nobody's, and that is asked quickest."""
    return number < WELL_KNOWN_BELOW or number in _known_numbers()


@cache
def _known_numbers() -> frozenset[int]:
    usual = {
        number
        for number, entries in catalogued().items()
        if any(
            entry.basis in (Basis.DEFAULT, Basis.CONVENTION) or entry.purpose is not Purpose.COMMUNICATION
            for _, entry in entries
        )
    }
    return frozenset({*usual, *(number for number, _ in WELL_KNOWN)})


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


def _of_catalogue(ground: Ground, stand: Stand) -> Iterator[Fault]:
    entries = _entries(stand)
    if not entries:
        return
    component, port = ground.component(stand.application), stand.port
    own = [entry for one, entry in entries if one is component]
    if own:
        if not any(entry.basis in (Basis.DEFAULT, Basis.CONVENTION) for entry in own):
            yield Fault("GP511", what=f"{port.number}/{component.key if component else ''}")
        return
    for other, entry in entries:
        # Web servers share the numbers of the web; and who does that work, of no known type, may be that component.
        alike = port.purpose is entry.purpose and (component is None or port.purpose is Purpose.HTTP)
        if entry.basis is Basis.DEFAULT and not alike:
            yield Fault("GP512", what=f"{port.number}/{other.key}")
