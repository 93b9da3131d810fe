"""The phones of a plan: each has a DN of its own at its SIP Server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...model import Application
from ..findings import Finding
from . import words
from .ground import Ground

__all__ = ["one_dn"]

_PHONE = "softphone"
_SIP_SERVER = "sip_server"


def one_dn(ground: Ground) -> Iterator[Finding]:
    """GP504: phones of one SIP Server, or of none that the plan names, with one DN."""
    phones: dict[tuple[str, str], list[Application]] = defaultdict(list)
    for application in ground.plan.applications:
        if application.dn and _is(ground, application, _PHONE):
            for server in _servers(ground, application) or ("",):
                phones[application.dn, server].append(application)
    told: set[tuple[str, ...]] = set()
    for (dn, _), those in phones.items():
        names = tuple(one.name for one in those)
        rows = [ground.row_of_application(name) for name in names]
        if len(names) < 2 or names in told or ground.silent("GP504", rows):
            continue
        told.add(names)
        message = words.ONE_DN.format(dn=words.shown(dn), count=len(names), names=words.named(names))
        yield ground.found("GP504", message, rows=rows)


def _servers(ground: Ground, phone: Application) -> list[str]:
    """The SIP Servers that a phone registers with, an HA pair under the name of its primary."""
    called = (ground.applications.get(name) for name in ground.servers_of.get(phone.name, ()))
    servers = (one.name for one in called if one is not None and _is(ground, one, _SIP_SERVER))
    return list(dict.fromkeys(ground.primary_of.get(name, name) for name in servers))


def _is(ground: Ground, application: Application, key: str) -> bool:
    component = ground.component(application)
    return component is not None and component.key == key
