"""Names of applications and hosts, types, host names of one machine, and what the column Ignore says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...origin import Place
from ..codes import unknown
from ..findings import Finding
from ..free import one_spelling
from . import words
from .ground import Ground

__all__ = ["ignored_codes", "names", "one_machine", "types"]

# Genesys Framework course, naming: letters, digits, underscores. Letters of any language are letters.
_PLAIN = re.compile(r"\w+")
_WITH_DASH = re.compile(r"[\w-]+")

# RFC 1123, section 2.1. An underscore is no part of a host name in DNS, and the course's rule allows it: let it be.
_DNS = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")


def names(ground: Ground) -> Iterator[Finding]:
    """GP501 to GP503: those alike are told together."""
    special: list[str] = []
    dashed: list[str] = []
    for name in ground.applications:
        # Most names are words of a program too, and that is asked quickest.
        if not name.isidentifier() and not _PLAIN.fullmatch(name):
            (dashed if _WITH_DASH.fullmatch(name) else special).append(name)
    applications = ground.origin.applications
    hosts = [host.name for host in ground.plan.hosts if not _DNS.fullmatch(host.name)]
    for code, sentence, found, places in (
        ("GP501", words.SPECIAL, special, applications),
        ("GP502", words.DASH, dashed, applications),
        ("GP503", words.NOT_DNS, hosts, ground.origin.hosts),
    ):
        heard = [name for name in found if not ground.silent(code, (places.get(name),))]
        if heard:
            message = sentence.format(names=words.named(heard))
            yield ground.found(code, message, rows=[places.get(name) for name in heard])


def types(ground: Ground) -> Iterator[Finding]:
    """GP510: a type that the catalogue does not know, with everything that has it."""
    strange = {kind for kind, component in ground.types.items() if component is None}
    unknown_types: dict[str, list[str]] = defaultdict(list)
    if strange:
        for application in ground.plan.applications:
            if application.type in strange:
                unknown_types[application.type].append(application.name)
    for kind, of_kind in unknown_types.items():
        heard = [name for name in of_kind if not ground.silent("GP510", (ground.row_of_application(name),))]
        if heard:
            message = words.UNKNOWN_TYPE.format(type=words.shown(kind), names=words.named(heard))
            yield ground.found("GP510", message, rows=[ground.row_of_application(name) for name in heard])


def one_machine(ground: Ground) -> Iterator[Finding]:
    """GP601, GP602: several host names of what is, or seems to be, one machine."""
    addresses = {host.name: host.address for host in ground.plan.hosts}
    with_address: dict[str, list[str]] = defaultdict(list)
    for several in ground.hosts_of.values():
        # Spellings of one name are one machine too, with whatever address, or none.
        for name in several if len(several) > 1 else ():
            if addresses[name]:
                with_address[one_spelling(addresses[name] or "")].append(name)
    for those in with_address.values():
        if len(those) > 1:
            address = words.shown(addresses[those[0]] or "")
            yield from _hosts(
                ground, "GP601", words.ONE_ADDRESS.format(hosts=words.named(those), address=address), those
            )
    alike: dict[str, list[str]] = defaultdict(list)
    for name in addresses:
        alike[name.casefold().rstrip(".")].append(name)
    told: set[str] = set()
    for name, those in list(alike.items()):
        short = name.partition(".")[0]
        if short != name and short in alike and not _is_address(name):
            both = [*alike[short], *those]
            # With one address they have been told of, with two they are two machines.
            if not any(addresses[one] for one in alike[short]) or not any(addresses[one] for one in those):
                told.update((short, name))
                yield from _hosts(ground, "GP602", words.ONE_NAME.format(hosts=words.named(both)), both)
    for name, those in alike.items():
        if len(those) > 1 and name not in told:
            yield from _hosts(ground, "GP602", words.ONE_NAME.format(hosts=words.named(those)), those)


def _is_address(name: str) -> bool:
    return name.replace(".", "").isdigit()


def _hosts(ground: Ground, code: str, message: str, hosts: Sequence[str]) -> Iterator[Finding]:
    rows: list[Place | None] = [ground.origin.hosts.get(name) for name in hosts]
    if not ground.silent(code, rows):
        yield ground.found(code, message, rows=rows)


def ignored_codes(ground: Ground) -> Iterator[Finding]:
    """GP603: words in the column Ignore that switch nothing off."""
    for row, those in ground.origin.ignored.items():
        wrong = unknown(those)
        if wrong and not ground.silent("GP603", (row,)):
            yield ground.found("GP603", words.NO_SUCH_CODE.format(codes=words.named(wrong)), rows=(row,))
