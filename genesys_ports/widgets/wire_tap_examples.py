"""Ready-made lines to send to each kind of port: right ones, and one at the wrong door."""

from __future__ import annotations

from dataclasses import dataclass

from ..csta import Message
from ..csta import encode as csta_frame
from ..csta.structure import CSTA
from ..lab.roles import CONFIGURATION_SERVER, NETWORK_MANAGEMENT_SYSTEM, READ_CONFIGURATION, component_of
from ..lab.sip_server import SIP_SERVER
from ..lab.snmp_messages import Packet, encode
from ..lab.t_server import T_SERVER
from ..lab.tap_data import LineEnd, habit
from ..lab.tap_place import Speaks, TapPlace
from ..model import Deployment
from ..snmp.names import SYS_UP_TIME, TRAP_OID, oid_of
from ..snmp.objects import Syntax, Value
from . import wire_tap_words as words

__all__ = ["Example", "examples_for"]

_GET = "GET / HTTP/1.1\nHost: {host}\nConnection: close\n\n"

_OPTIONS = """\
OPTIONS sip:{host} SIP/2.0
Via: SIP/2.0/{transport} you;rport;branch=z9hG4bK-you-{number}
Max-Forwards: 70
From: <sip:you@you>;tag=you-{number}
To: <sip:{host}>
Call-ID: you-{number}@you
CSeq: 1 OPTIONS
Content-Length: 0

"""

#: A request needs at least a Via, so that a refusal finds its way back (RFC 3261, section 8.1.1).
_OPTIONS_CUT = """\
OPTIONS sip:{host} SIP/2.0
Via: SIP/2.0/{transport} you;rport;branch=z9hG4bK-you-{number}
Content-Length: 0

"""

#: Version 2, PCMU, the first packet of 20 ms: a header alone (RFC 3550, section 5.1).
_RTP = bytes.fromhex("80000001000000a000000001")

#: Who opens a session, and with which edition of the standard.
_SESSION = {
    "applicationInfo": {"applicationID": "you"},
    "requestedProtocolVersions": {"protocolVersion": (CSTA,)},
    "requestedSessionDuration": "60",
}

#: The first trap of RFC 3418.
_TRAP = Packet(
    "trap",
    ((SYS_UP_TIME, Value(Syntax.TICKS, 0)), (TRAP_OID, Value(Syntax.OID, (1, 3, 6, 1, 6, 3, 1, 1, 5, 1)))),
    request=1,
)


@dataclass(frozen=True, slots=True)
class Example:
    """Something to send; with `hex` the text is bytes in hexadecimal digits."""

    name: str
    text: str
    end: LineEnd
    hex: bool = False


def examples_for(plan: Deployment, place: TapPlace, number: int) -> tuple[Example, ...]:
    """What suits this port. `number` tells one request from another where the protocol wants that."""
    speaks = place.speaks
    values = {"host": place.host, "transport": place.port.transport.upper(), "number": number}
    wrong = Example(words.WRONG_DOOR, _GET.format(host=place.host), LineEnd.CRLF)
    if speaks is Speaks.SIP:
        good = Example(words.OPTIONS, _OPTIONS.format(**values), LineEnd.CRLF)
        return (good, Example(words.OPTIONS_CUT, _OPTIONS_CUT.format(**values), LineEnd.CRLF), wrong)
    if speaks is Speaks.SNMP:
        if component_of(plan, place.server) == NETWORK_MANAGEMENT_SYSTEM:
            return (_hex(words.COLD_START, encode(_TRAP)),)
        return (
            _hex(words.GET_NAME, _get("public")),
            _hex(words.WRONG_COMMUNITY, _get("wrong")),
            Example(words.NO_SNMP, "sysName.0?", LineEnd.NONE),
        )
    if speaks is Speaks.CONSOLE:
        typed = ((words.LOGIN, "login admin"), (words.HELP, "help"), (words.SHOW_PORTS, "show ports"))
        return tuple(Example(name, text, habit(speaks)) for name, text in typed)
    if speaks is Speaks.CTI_LINK:
        return (
            _hex(words.START_SESSION, csta_frame(0, Message("StartApplicationSession", _SESSION))),
            _hex(words.SYSTEM_STATUS, csta_frame(1, Message("RequestSystemStatus"))),
            wrong,
        )
    if speaks is Speaks.VOICE:
        return (_hex(words.RTP, _RTP),)
    if speaks is Speaks.AGENTX:
        return (wrong,)
    return (*_teaching(plan, place.server), Example(words.AN_INTRODUCTION, '{"connect": "you"}', LineEnd.LF), wrong)


def _teaching(plan: Deployment, server: str) -> tuple[Example, ...]:
    component = component_of(plan, server)
    name, text = words.A_MESSAGE, '{"id": 1, "message": "hello", "text": "from a learner"}'
    if component in (SIP_SERVER, T_SERVER):
        name, text = words.A_CALL_REQUEST, '{"id": 1, "message": "RequestAnswerCall", "ThisDN": "1001"}'
    elif component == CONFIGURATION_SERVER:
        name, text = words.READ_CONFIGURATION, f'{{"id": 1, "message": "{READ_CONFIGURATION}"}}'
    return (Example(name, text, LineEnd.LF),)


def _get(community: str) -> bytes:
    oid = oid_of("sysName.0")
    assert oid is not None
    return encode(Packet("get", ((oid, Value(Syntax.NULL)),), request=1, community=community))


def _hex(name: str, data: bytes) -> Example:
    return Example(name, data.hex(" "), LineEnd.NONE, hex=True)
