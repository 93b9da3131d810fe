"""What a message said on the wire, for eyes: hosts by name, so that it reads the same on every machine."""

from __future__ import annotations

from .agentx import agentx
from .csta import csta
from .fields import Fields, fields_of
from .snmp import snmp
from .text import SHOWN, SHOWN_BINARY, Names, Raw, plain

__all__ = ["SHOWN", "SHOWN_BINARY", "Fields", "Names", "Raw", "fields_of", "raw_text"]


def raw_text(payload: bytes, names: Names, protocol: str = "") -> Raw:
    """The payload of a message as text, in the way of its protocol; byte by byte where it is none."""
    if protocol == "csta":
        return Raw(csta(payload, names))
    if protocol == "snmp":
        return Raw(snmp(payload, names))
    if protocol == "agentx":
        return Raw(agentx(payload))
    return Raw(plain(payload, names, sip=protocol == "sip"))
