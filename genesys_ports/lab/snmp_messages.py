"""SNMP messages of versions 1 and 2c: their bytes, and back. pysnmp does the encoding, and is loaded on first use.

Sources: RFC 1157 (version 1), RFC 1901 and RFC 3416 (version 2c), RFC 3584, section 3.1 (traps of version 1).
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from ..raw.snmp import STATUSES
from ..snmp.names import SYS_UP_TIME, TRAP_ENTERPRISE, TRAP_OID
from ..snmp.objects import Oid, Syntax, Value
from .snmp_users import COMMUNITY

__all__ = ["LARGEST", "SNMP", "Packet", "decode", "encode", "packet_of", "pdu_of"]

#: What the trace calls the language.
SNMP = "snmp"

#: Bytes of the largest message that an agent here reads or writes. RFC 3417, section 3.2.1, wants 484 at least and
#: recommends 1,472; a table is told in several.
LARGEST = 4_096

#: snmpTraps: coldStart is its first (RFC 3418).
_SNMP_TRAPS: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5)

#: Kinds of message, as commands that people know call them.
KINDS = ("get", "getnext", "getbulk", "set", "response", "trap", "inform", "report")

#: Variables in one message that are read; a datagram holds no more than some thousands.
MOST_VARIABLES = 2_000


class Packet(NamedTuple):
    """A message of version `1` or `2c`. A trap of version 1 is given as version 2c has them (RFC 3584, section 3.1)."""

    kind: str
    variables: tuple[tuple[Oid, Value], ...]
    request: int = 0
    community: str = COMMUNITY
    version: str = "2c"
    status: str = "noError"

    @property
    def trap(self) -> Oid:
        """What it notifies of; empty for a message that is no trap."""
        return next((v.value for oid, v in self.variables if oid == TRAP_OID and isinstance(v.value, tuple)), ())


class _Codec:
    """pysnmp's classes by our names."""

    def __init__(self) -> None:
        from pyasn1.codec.ber import decoder, encoder
        from pyasn1.error import PyAsn1Error
        from pysnmp.error import PySnmpError
        from pysnmp.proto import api
        from pysnmp.proto.api import v1, v2c

        from .snmp_types import SYNTAXES

        self.ber_encode, self.ber_decode = encoder.encode, decoder.decode
        self.version_of = api.decodeMessageVersion
        #: What reading garbage raises.
        self.bad: tuple[type[Exception], ...] = (
            PyAsn1Error, PySnmpError, ValueError, IndexError, TypeError, KeyError, RecursionError,
        )  # fmt: skip
        self.modules: dict[str, Any] = {"1": v1, "2c": v2c}
        pdus = ("GetRequest", "GetNextRequest", "GetBulkRequest", "SetRequest", "Response", "Trap", "InformRequest")
        self.pdus = {
            kind: {"1": getattr(v1, f"{name}PDU", None), "2c": getattr(v2c, f"{name}PDU")}
            for kind, name in zip(KINDS, (*pdus, "Report"), strict=True)
        }
        self.pdus["response"]["1"] = v1.GetResponsePDU
        self.kinds = {
            version: {pdus[version].tagSet: kind for kind, pdus in self.pdus.items() if pdus[version] is not None}
            for version in self.modules
        }
        self.syntaxes = {
            **SYNTAXES,
            Syntax.NULL: v2c.Null,
            Syntax.NO_SUCH_OBJECT: v2c.NoSuchObject,
            Syntax.NO_SUCH_INSTANCE: v2c.NoSuchInstance,
            Syntax.END_OF_VIEW: v2c.EndOfMibView,
        }
        self.tags = {kind.tagSet: syntax for syntax, kind in self.syntaxes.items()}

    def to_wire(self, value: Value) -> Any:
        kind = self.syntaxes[value.syntax]
        return kind("") if value.syntax is Syntax.NULL or not value.is_there else kind(value.value)

    def from_wire(self, value: Any) -> Value:
        syntax = self.tags[value.tagSet]
        if syntax in (Syntax.STRING, Syntax.OPAQUE, Syntax.ADDRESS):
            return Value(syntax, value.asOctets())
        if syntax is Syntax.OID:
            return Value(syntax, tuple(value))
        return Value(syntax) if syntax is Syntax.NULL or not Value(syntax).is_there else Value(syntax, int(value))


@cache
def _codec() -> _Codec:
    return _Codec()


def pdu_of(packet: Packet) -> Any:
    """What pysnmp calls the PDU: the message without version and community."""
    codec = _codec()
    module = codec.modules[packet.version]
    pdu = codec.pdus[packet.kind][packet.version]()
    module.apiPDU.set_defaults(pdu)
    module.apiPDU.set_request_id(pdu, packet.request)
    if packet.status != "noError":
        module.apiPDU.set_error_status(pdu, STATUSES.index(packet.status))
    module.apiPDU.set_varbinds(pdu, [(oid, codec.to_wire(value)) for oid, value in packet.variables])
    return pdu


def encode(packet: Packet) -> bytes:
    """The bytes of a message."""
    codec = _codec()
    module = codec.modules[packet.version]
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, packet.community.encode("utf-8", "replace"))
    module.apiMessage.set_pdu(message, pdu_of(packet))
    return bytes(codec.ber_encode(message))


def packet_of(pdu: Any, version: str = "2c", community: str = "") -> Packet:
    """The message that a PDU of pysnmp stands for. Raises `ValueError` where it holds too much, or what is unknown."""
    codec = _codec()
    module = codec.modules[version]
    kind = codec.kinds[version][pdu.tagSet]
    trap_1 = version == "1" and kind == "trap"
    api = module.apiTrapPDU if trap_1 else module.apiPDU
    found = api.get_varbinds(pdu)
    if len(found) > MOST_VARIABLES:
        raise ValueError(kind)
    variables = tuple((tuple(oid), codec.from_wire(value)) for oid, value in found)
    if trap_1:
        return Packet(kind, _as_version_2(api, pdu, variables), 0, community, version)
    status = 0 if kind in ("getbulk", "trap") else int(api.get_error_status(pdu))
    name = STATUSES[status] if 0 <= status < len(STATUSES) else str(status)
    return Packet(kind, variables, int(api.get_request_id(pdu)), community, version, name)


def decode(data: bytes) -> Packet | None:
    """The message in a datagram; None where it holds none of version 1 or 2c."""
    codec = _codec()
    try:
        version = {0: "1", 1: "2c"}.get(int(codec.version_of(data)), "")
        module = codec.modules.get(version)
        if module is None:
            return None
        message, _ = codec.ber_decode(data, asn1Spec=module.Message())
        community = bytes(module.apiMessage.get_community(message)).decode("utf-8", "replace")
        return packet_of(module.apiMessage.get_pdu(message), version, community)
    except codec.bad:
        return None


def _as_version_2(api: Any, pdu: Any, variables: tuple[tuple[Oid, Value], ...]) -> tuple[tuple[Oid, Value], ...]:
    """The variables of a trap of version 1, as RFC 3584, section 3.1, translates them."""
    enterprise = tuple(api.get_enterprise(pdu))
    generic, specific = int(api.get_generic_trap(pdu)), int(api.get_specific_trap(pdu))
    trap = (*enterprise, 0, specific) if generic == 6 else (*_SNMP_TRAPS, generic + 1)
    return (
        (SYS_UP_TIME, Value(Syntax.TICKS, int(api.get_timestamp(pdu)))),
        (TRAP_OID, Value(Syntax.OID, trap)),
        *variables,
        (TRAP_ENTERPRISE, Value(Syntax.OID, enterprise)),
    )
