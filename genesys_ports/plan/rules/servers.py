"""The ports of one server among themselves: SIP over UDP and TCP, and the legacy port of Server Info."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model import DEFAULT, Application, ListeningPort, Transport
from ..findings import Finding
from . import words
from .choices import UNTOLD
from .ground import Ground, Stand

__all__ = ["server_info", "sip_transports"]

_KEY = "sip_server"

#: SIP and SIP over TLS (RFC 3261, section 19.1.2).
_SIP_NUMBERS = frozenset((5060, 5061))

#: SNMP, whatever the sheet says of its purpose.
_SNMP_NUMBERS = frozenset((161, 162))


def sip_transports(ground: Ground) -> Iterator[Finding]:
    """GP210, GP211: a SIP Server opens its SIP port over UDP and over TCP, on one number."""
    told = ground.survey.sip
    for name, sip in told.items():
        application = ground.applications[name]
        if _is_sip_server(ground, application):
            yield from _one_only(ground, application, sip)
    kinds = {kind for kind, component in ground.types.items() if component is not None and component.key == _KEY}
    for application in ground.plan.applications:
        if (application.type and application.type not in kinds) or application.name in told:
            continue
        likely = [port for port in application.ports if _is_likely(port)]
        # Asked last: what a name says takes longest to find out.
        if likely and _is_sip_server(ground, application):
            yield from _one_only(ground, application, likely)
        elif application.type and not likely:
            yield from _none(ground, application)


def _is_likely(port: ListeningPort) -> bool:
    """Whether it is a SIP Server's SIP port, where the sheet states no purpose: T-Library and the others are TCP."""
    if port.purpose not in UNTOLD or port.last is not None or port.number in _SNMP_NUMBERS:
        return False
    return port.number in _SIP_NUMBERS or port.transport is Transport.UDP or port.port_id.casefold().startswith("sip")


def _is_sip_server(ground: Ground, application: Application) -> bool:
    component = ground.component(application)
    return component is not None and component.key == _KEY


def _none(ground: Ground, application: Application) -> Iterator[Finding]:
    row = ground.row_of_application(application.name)
    if not ground.silent("GP211", (row,)):
        message = words.SIP_NONE.format(application=words.shown(application.name))
        yield ground.found("GP211", message, rows=(row,))


def _one_only(ground: Ground, application: Application, sip: Sequence[ListeningPort]) -> Iterator[Finding]:
    # A secure port has no other transport beside it.
    plain = [port for port in sip if port.transport is not Transport.TLS]
    there = {(port.number, port.transport) for port in application.ports}
    for port in plain:
        missing = Transport.TCP if port.transport is Transport.UDP else Transport.UDP
        if (port.number, missing) in there:
            continue
        stand = Stand(application, port)
        rows = ground.rows((stand,))
        if ground.silent("GP210", rows):
            continue
        wanted = f"{port.number_text}/{missing}"
        name = words.shown(application.name)
        yield ground.found(
            "GP210",
            words.SIP_ONE.format(application=name, port=port, missing=wanted),
            rows=rows,
            stands=(stand,),
            proposal=words.SIP_ADD.format(application=name, missing=wanted),
        )


def server_info(ground: Ground) -> Iterator[Finding]:
    """GP202: the port of Server Info is that of the port id default."""
    for application in ground.plan.applications:
        told = application.server_info_port
        if told is None or not application.ports:
            continue
        default = ground.port(application, DEFAULT)
        numbers = [default.number] if default is not None else [port.number for port in application.ports]
        if told in numbers:
            continue
        stands = (Stand(application, default),) if default is not None else ()
        rows = ground.rows(stands) if stands else [ground.row_of_application(application.name)]
        if ground.silent("GP202", rows):
            continue
        name = words.shown(application.name)
        if default is None:
            yield ground.found("GP202", words.SERVER_INFO_ELSE.format(application=name, port=told), rows=rows)
            continue
        yield ground.found(
            "GP202",
            words.SERVER_INFO.format(application=name, port=told, default=default.number, port_id=DEFAULT),
            rows=rows,
            stands=stands,
            proposal=words.SERVER_INFO_MEND.format(default=default.number),
        )
