"""The names of managed objects: those of GENESYS-PORTS-MIB, of the system group, and what SNMP itself reports.

`mibs/GENESYS-PORTS-MIB.txt` says the same to other tools; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..model import Purpose, Transport
from ..state import ConnectionStatus, PortStatus
from . import words
from .objects import AppState, Oid, Syntax, Value, is_oid

__all__ = [
    "MIB",
    "MIB_OPTIONS",
    "NAMES",
    "OBJECTS",
    "ROOT",
    "SYS_UP_TIME",
    "TABLES",
    "TRAP_ENTERPRISE",
    "TRAP_OID",
    "ObjectType",
    "TableType",
    "enumeration",
    "kind_of",
    "name_of",
    "oid_of",
    "text_of",
]

#: The MIB file. Beside it stand short ones for machines that have none of the IETF's.
MIB = Path(__file__).parent / "mibs" / "GENESYS-PORTS-MIB.txt"

#: What Net-SNMP's tools have to be told to know the names. With `-M -` the modules that a machine has take precedence.
MIB_OPTIONS = ("-M", f"-{MIB.parent}", "-m", "GENESYS-PORTS-MIB:SNMPv2-MIB")

#: MODULE-IDENTITY of GENESYS-PORTS-MIB: netSnmpPlaypen is where Net-SNMP leaves room for trials (NET-SNMP-MIB).
ROOT: Oid = (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 5150)

#: sysUpTime.0 and snmpTrapOID.0, the first two variables of every notification (RFC 3416, section 4.2.6), and
#: snmpTrapEnterprise.0, which a trap of version 1 brings besides (RFC 3584, section 3.1).
SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TRAP_OID: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
TRAP_ENTERPRISE: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0)

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_SNMP_MODULES: Oid = (1, 3, 6, 1, 6, 3)
_OBJECTS: Oid = (*ROOT, 1)


class ObjectType(NamedTuple):
    """A kind of managed object. `labels` name the numbers of an enumeration; an `index` is in the name of each row of
    its table, and nobody reads it.
    """

    name: str
    oid: Oid
    syntax: Syntax
    labels: Mapping[int, str] = {}
    is_index: bool = False


@dataclass(frozen=True, slots=True)
class TableType:
    """A table: its own name and number, the columns by which its rows are told apart, and all its columns."""

    name: str
    oid: Oid
    index: tuple[str, ...]
    columns: tuple[ObjectType, ...]


def _numbered(kind: type[Transport] | type[Purpose] | type[PortStatus] | type[ConnectionStatus]) -> dict[int, str]:
    # SMIv2 (RFC 2578, section 7.1.1): labels begin with a small letter and have no hyphen.
    return {number: re.sub(r"-(.)", lambda found: found[1].upper(), one) for number, one in enumerate(kind, 1)}


def enumeration(member: Transport | Purpose | PortStatus | ConnectionStatus) -> int:
    """The number that a member of one of our enumerations has in the MIB."""
    return _NUMBERS[member]


_NUMBERS = {
    member: number
    for kind in (Transport, Purpose, PortStatus, ConnectionStatus)
    for number, member in enumerate(kind, 1)
}  # fmt: skip


def _table(
    name: str, number: int, index: tuple[str, ...], *columns: tuple[str, Syntax, Mapping[int, str]]
) -> TableType:
    oid = (*_OBJECTS, number)
    kinds = (
        ObjectType(column, (*oid, 1, place), syntax, labels, column in index)
        for place, (column, syntax, labels) in enumerate(columns, 1)
    )
    return TableType(name, oid, index, tuple(kinds))


#: The tables of GENESYS-PORTS-MIB by name.
TABLES: Mapping[str, TableType] = {
    table.name: table
    for table in (
        _table(
            "gpApplicationTable", 1, ("gpApplicationIndex",),
            ("gpApplicationIndex", Syntax.GAUGE, {}),
            ("gpApplicationName", Syntax.STRING, {}),
            ("gpApplicationType", Syntax.STRING, {}),
            ("gpApplicationHost", Syntax.STRING, {}),
            ("gpApplicationState", Syntax.INTEGER, {one.value: one.name.lower() for one in AppState}),
            ("gpApplicationUpTime", Syntax.TICKS, {}),
            ("gpApplicationPorts", Syntax.GAUGE, {}),
            ("gpApplicationConnections", Syntax.GAUGE, {}),
            ("gpApplicationClients", Syntax.GAUGE, {}),
            ("gpApplicationSent", Syntax.COUNTER, {}),
            ("gpApplicationReceived", Syntax.COUNTER, {}),
        ),
        _table(
            "gpPortTable", 2, ("gpApplicationIndex", "gpPortIndex"),
            ("gpPortIndex", Syntax.GAUGE, {}),
            ("gpPortId", Syntax.STRING, {}),
            ("gpPortNumber", Syntax.GAUGE, {}),
            ("gpPortLastNumber", Syntax.GAUGE, {}),
            ("gpPortTransport", Syntax.INTEGER, _numbered(Transport)),
            ("gpPortPurpose", Syntax.INTEGER, _numbered(Purpose)),
            ("gpPortState", Syntax.INTEGER, _numbered(PortStatus)),
        ),
        _table(
            "gpConnectionTable", 3, ("gpApplicationIndex", "gpConnectionIndex"),
            ("gpConnectionIndex", Syntax.GAUGE, {}),
            ("gpConnectionServer", Syntax.STRING, {}),
            ("gpConnectionPort", Syntax.STRING, {}),
            ("gpConnectionState", Syntax.INTEGER, _numbered(ConnectionStatus)),
        ),
    )
}  # fmt: skip

#: Every kind of object that has values, by name: RFC 3418, RFC 3414 (what USM reports), RFC 3412, and our own.
OBJECTS: Mapping[str, ObjectType] = {
    kind.name: kind
    for kind in (
        ObjectType("sysDescr", (*_SYSTEM, 1), Syntax.STRING),
        ObjectType("sysObjectID", (*_SYSTEM, 2), Syntax.OID),
        ObjectType("sysUpTime", (*_SYSTEM, 3), Syntax.TICKS),
        ObjectType("sysContact", (*_SYSTEM, 4), Syntax.STRING),
        ObjectType("sysName", (*_SYSTEM, 5), Syntax.STRING),
        ObjectType("sysLocation", (*_SYSTEM, 6), Syntax.STRING),
        ObjectType("sysServices", (*_SYSTEM, 7), Syntax.INTEGER),
        ObjectType("snmpTrapOID", (*_SNMP_MODULES, 1, 1, 4, 1), Syntax.OID),
        ObjectType("snmpTrapEnterprise", (*_SNMP_MODULES, 1, 1, 4, 3), Syntax.OID),
        ObjectType("snmpUnknownSecurityModels", (*_SNMP_MODULES, 11, 2, 1, 1), Syntax.COUNTER),
        ObjectType("snmpInvalidMsgs", (*_SNMP_MODULES, 11, 2, 1, 2), Syntax.COUNTER),
        ObjectType("snmpUnknownPDUHandlers", (*_SNMP_MODULES, 11, 2, 1, 3), Syntax.COUNTER),
        ObjectType("snmpUnavailableContexts", (*_SNMP_MODULES, 12, 1, 4), Syntax.COUNTER),
        ObjectType("snmpUnknownContexts", (*_SNMP_MODULES, 12, 1, 5), Syntax.COUNTER),
        ObjectType("usmStatsUnsupportedSecLevels", (*_SNMP_MODULES, 15, 1, 1, 1), Syntax.COUNTER),
        ObjectType("usmStatsNotInTimeWindows", (*_SNMP_MODULES, 15, 1, 1, 2), Syntax.COUNTER),
        ObjectType("usmStatsUnknownUserNames", (*_SNMP_MODULES, 15, 1, 1, 3), Syntax.COUNTER),
        ObjectType("usmStatsUnknownEngineIDs", (*_SNMP_MODULES, 15, 1, 1, 4), Syntax.COUNTER),
        ObjectType("usmStatsWrongDigests", (*_SNMP_MODULES, 15, 1, 1, 5), Syntax.COUNTER),
        ObjectType("usmStatsDecryptionErrors", (*_SNMP_MODULES, 15, 1, 1, 6), Syntax.COUNTER),
        *(column for table in TABLES.values() for column in table.columns),
        ObjectType("gsServersLastTrap", (*_OBJECTS, 4, 1), Syntax.STRING),
        ObjectType("tsLastChangedLinkStatus", (*_OBJECTS, 4, 2), Syntax.STRING),
    )
}

#: Names of what has no value of its own: branches, tables, notifications.
_NODES: Mapping[str, Oid] = {
    "iso": (1,),
    "internet": (1, 3, 6, 1),
    "mib-2": (1, 3, 6, 1, 2, 1),
    "enterprises": (1, 3, 6, 1, 4, 1),
    "netSnmpPlaypen": ROOT[:-1],
    "system": _SYSTEM,
    "coldStart": (*_SNMP_MODULES, 1, 1, 5, 1),
    "warmStart": (*_SNMP_MODULES, 1, 1, 5, 2),
    "authenticationFailure": (*_SNMP_MODULES, 1, 1, 5, 5),
    "genesysPortsMIB": ROOT,
    "gsServerUpTrap": (*ROOT, 0, 1),
    "gsServerDownTrap": (*ROOT, 0, 2),
    "tsLinkStatusTrap": (*ROOT, 0, 3),
    "gpObjects": _OBJECTS,
    "gpNotificationObjects": (*_OBJECTS, 4),
    "gpAgent": (*ROOT, 3, 1),
    **{table.name: table.oid for table in TABLES.values()},
    **{table.name.replace("Table", "Entry"): (*table.oid, 1) for table in TABLES.values()},
}

_OIDS: Mapping[str, Oid] = {**_NODES, **{name: kind.oid for name, kind in OBJECTS.items()}}
_KINDS = {kind.oid: kind for kind in OBJECTS.values()}
_NAME = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,63}::)?([A-Za-z][A-Za-z0-9-]{0,63})((?:\.[0-9]{1,10})*)")
_BRANCHES = ((0,), (1,), (2,))
_NUMERIC = re.compile(r"\.?([0-9]{1,10}(?:\.[0-9]{1,10})*)")


def oid_of(name: str) -> Oid | None:
    """The number of what is called `sysName.0`, `GENESYS-PORTS-MIB::gpPortState.1.2` or `.1.3.6.1`; None if unknown."""
    text = name.strip()
    if found := _NUMERIC.fullmatch(text):
        oid = tuple(map(int, found[1].split(".")))
    elif (found := _NAME.fullmatch(text)) and found[1] in _OIDS:
        oid = (*_OIDS[found[1]], *map(int, found[2].split(".")[1:]))
    else:
        return None
    # A branch of the whole tree is a number by itself, too: `iso`.
    return oid if is_oid(oid) or oid in _BRANCHES else None


def kind_of(oid: Oid) -> ObjectType | None:
    """The kind of object that this is one of."""
    node = _node(oid)
    return None if node is None else _KINDS.get(node[0])


def _node(oid: Oid) -> tuple[Oid, str] | None:
    """The longest known number that this one begins with, and its name."""
    for length in range(min(len(oid), _LONGEST), 0, -1):
        if name := _BY_OID.get(oid[:length]):
            return oid[:length], name
    return None


_BY_OID = {oid: name for name, oid in _OIDS.items()}
_LONGEST = max(map(len, _BY_OID))


def name_of(oid: Oid) -> str:
    """The name of an object: `sysName.0`, `gpPortState.1.2`; its number where it has none."""
    node = _node(oid)
    if node is None or len(node[0]) < _SHORTEST:
        return ".".join(map(str, oid))
    known, name = node
    return ".".join([name, *map(str, oid[len(known) :])])


#: Numbers below `iso` and `internet` say more without a name.
_SHORTEST = len(_NODES["mib-2"])

#: Every name by its number, for whoever reads messages byte by byte.
NAMES: Mapping[Oid, str] = {oid: name for oid, name in _BY_OID.items() if len(oid) >= _SHORTEST}


def text_of(value: Value, oid: Oid | None = None) -> str:
    """A value as a reader wants it: text, numbers, how long. With its `oid` numbers of an enumeration have their names.

    Bytes that are no text are shown as numbers (`0x80 1f`).
    """
    syntax, content = value
    if isinstance(content, bytes):
        if syntax is Syntax.ADDRESS:
            return ".".join(map(str, content))
        printable = syntax is Syntax.STRING and all(32 <= byte < 127 for byte in content)
        return content.decode("ascii") if printable else f"0x{content.hex(' ')}"
    if isinstance(content, tuple):
        return name_of(content)
    if syntax in _SENTENCES:
        return _SENTENCES[syntax]
    if syntax is Syntax.TICKS:
        seconds, hundredths = divmod(content, 100)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return words.UP_TIME.format(days=days, hours=hours, minutes=minutes, seconds=seconds, hundredths=hundredths)
    kind = kind_of(oid) if oid is not None and syntax is Syntax.INTEGER else None
    label = kind.labels.get(content) if kind is not None else None
    return str(content) if label is None else words.LABELLED.format(label=label, number=content)


_SENTENCES = {
    Syntax.NULL: words.NULL,
    Syntax.NO_SUCH_OBJECT: words.NO_SUCH_OBJECT,
    Syntax.NO_SUCH_INSTANCE: words.NO_SUCH_INSTANCE,
    Syntax.END_OF_VIEW: words.END_OF_VIEW,
}
