"""From the objects of a configuration export, or of an inventory, to the cells of plan rows.

Objects come with the names of their values in small letters. What is no text where a text belongs becomes a bad cell,
and shows nothing of what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..catalog import load_catalog
from . import json_words as words
from .builder import NONE
from .rows import Column, Unread

__all__ = ["Export", "application_rows", "host_row", "inventory_row", "sections"]

Cells = dict[Column, str]

#: What a section of an export goes by, in plain and in raw form.
_SECTIONS = {
    "applications": "applications",
    "cfgapplication": "applications",
    "hosts": "hosts",
    "cfghost": "hosts",
    "appprototypes": "prototypes",
    "cfgappprototype": "prototypes",
}

#: An object that stands in no section is what these say.
_OF_AN_APPLICATION = frozenset(("portinfos", "serverinfo", "appservers", "appserverdbids", "hostdbid", "appprototype"))
_OF_A_HOST = frozenset(("lcaport", "osinfo", "ipaddress"))

#: What stands between a name and its object, or its list, in raw form and in that of the administration interface.
_WRAPPERS = frozenset(("cfgserver", "cfgos", "cfgportinfo", "portinfo", "cfgconninfo", "cfgconnectioninfo", "conninfo"))

#: The protocol of a listening port, and what it says of purpose and transport. Any other says nothing.
_PROTOCOLS = {
    "http": ("http", ""),
    "https": ("http", "tls"),
    "sip": ("sip", ""),
    "sips": ("sip", "tls"),
    "snmp": ("management", "udp"),
}

#: What the name of an operating system holds, and its platform: the first of them (names as in PSDK CfgOSType).
_PLATFORMS = {
    "darwin": "macos",
    "macos": "macos",
    "win": "windows",
    "linux": "linux",
    "redhat": "linux",
    "rhel": "linux",
    "centos": "linux",
    "suse": "linux",
    "ubuntu": "linux",
    "freebsd": "freebsd",
}

#: The version at the end of an application prototype's name: Message_Server_851, TServer 8.1.1.
_VERSION = re.compile(r"[\s_\-.]*v?[0-9][0-9.x]*$", re.IGNORECASE)

#: Transport parameters of a connection that a plan keeps (CORM, CommTransParms).
_PARAMETERS = ("port", "backup-port", "address", "tls")


#: In messages, in place of a value that is none.
_NOT_SHOWN = "…"


def sections(root: Any) -> dict[str, list[Any]]:
    """What a file holds: `applications`, `hosts`, `prototypes` and entries of an `inventory`."""
    found: dict[str, list[Any]] = {"applications": [], "hosts": [], "prototypes": [], "inventory": []}
    _collect(root, found, deeper=2)
    return found


def _collect(value: Any, found: dict[str, list[Any]], deeper: int) -> None:
    entries = value if isinstance(value, list) else [value]
    kinds = [_kind_of(one) for one in entries]
    known = [kind for kind in kinds if kind]
    if known:
        for kind, one in zip(kinds, entries, strict=True):
            # An entry among others that is none of them belongs to the reader's report, not to nobody's.
            found[kind or known[0]].append(one)
        return
    for one in entries if deeper else ():
        for key, inner in one.items() if isinstance(one, dict) else ():
            section = _SECTIONS.get(key)
            if section is None:
                if isinstance(inner, list):
                    _collect(inner, found, deeper - 1)
            elif section == "applications" and any(_kind_of(entry) == "inventory" for entry in _many(inner)):
                found["inventory"].extend(_many(inner))
            else:
                found[section].extend(_many(inner))


def _kind_of(value: Any) -> str:
    """What an object is, by the names in it; empty for anything else."""
    if not isinstance(value, dict):
        return ""
    if "appname" in value:
        return "inventory"
    if "name" in value and not _OF_AN_APPLICATION.isdisjoint(value):
        return "applications"
    return "hosts" if "name" in value and not _OF_A_HOST.isdisjoint(value) else ""


class Export:
    """What objects of one export say of each other: names by DBID, and the types of application prototypes."""

    def __init__(self, found: Mapping[str, Sequence[Any]]) -> None:
        self.names = {kind: dict(_names(found[kind])) for kind in ("applications", "hosts", "prototypes")}
        prototypes = [one for one in found["prototypes"] if isinstance(one, dict)]
        self._types = {_text(one.get("name")): _text(one.get("type")) for one in prototypes}
        self._known: dict[str, str] = {}

    def type_of(self, item: Mapping[str, Any]) -> str:
        """The type of an application: its prototype's name as far as the catalogue knows it, else that one's type."""
        prototype = self.named(item, "appprototype", "prototypes")
        if isinstance(prototype, Unread):
            return ""
        if prototype not in self._known:
            named = (prototype, _VERSION.sub("", prototype), self._types.get(prototype, ""))
            known = (name for name in named if load_catalog().known(name))
            self._known[prototype] = next(known, prototype)
        return self._known[prototype]

    def named(self, item: Mapping[str, Any], key: str, kind: str) -> str:
        """The name of another object: written out, or found by its DBID. Empty where there is none."""
        if key in item:
            return _text(item[key])
        dbid = _text(item.get(f"{key}dbid"))
        if dbid in ("", "0"):
            return ""
        return self.names[kind].get(dbid) or Unread(f"DBID {dbid[:20]}", words.NO_SUCH_DBID)


def _names(items: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for one in items:
        if isinstance(one, dict) and (dbid := _text(one.get("dbid"))):
            yield dbid, _text(one.get("name"))


# --- rows


def host_row(item: Any) -> Cells:
    """The row of a host."""
    if not isinstance(item, dict):
        return {Column.HOST: Unread(_NOT_SHOWN, words.NOT_AN_OBJECT), Column.APPLICATION: NONE}
    system = _one(item.get("osinfo"))
    name = _text(item.get("ostype") or system.get("type") or system.get("ostype")).casefold()
    return {
        Column.HOST: _text(item.get("name")),
        Column.APPLICATION: NONE,
        Column.HOST_ADDRESS: _text(item.get("ipaddress")),
        Column.HOST_PLATFORM: next((kind for mark, kind in _PLATFORMS.items() if mark in name), ""),
        Column.LCA_PORT: _unless_zero(_text(item.get("lcaport"))),
    }


def application_rows(item: Any, export: Export) -> list[Cells]:
    """The rows of an application, one for each listening port; none for a client, which has neither host nor port."""
    if not isinstance(item, dict):
        return [{Column.APPLICATION: Unread(_NOT_SHOWN, words.NOT_AN_OBJECT)}]
    # The administration interface has the values of serverInfo in the application itself.
    server = _one(item.get("serverinfo")) or item
    host = export.named(server, "host", "hosts")
    ports = _many(item.get("portinfos"))
    legacy = _unless_zero(_text(server.get("port")))
    if not host and not ports and not legacy:
        return []
    whole = {
        Column.HOST: host,
        Column.APPLICATION: _text(item.get("name")),
        Column.TYPE: export.type_of(item),
    }
    rows = [{**whole, **_port_cells(port)} for port in ports]
    _mark_repeats(rows)
    if not rows:
        rows = [{**whole, Column.PORT: legacy or NONE}]
    elif legacy:
        rows[0][Column.SERVER_INFO_PORT] = legacy
    beside: Cells = {Column.CONNECTS_TO: _connections(item, export)}
    # CfgFlag of the raw form: 1 is false.
    if _text(item.get("isprimary")).casefold() not in ("false", "cfgfalse", "1"):
        beside[Column.BACKUP] = export.named(server, "backupserver", "applications")
    if any(isinstance(cell, Unread) for cell in beside.values()):
        # A row of its own, so that the ports of the application stay in the plan.
        rows.append({**whole, Column.PORT: NONE, **beside})
    else:
        rows[0].update(beside)
    return rows


def _port_cells(port: Any) -> Cells:
    if not isinstance(port, dict):
        return {Column.PORT: Unread(_NOT_SHOWN, words.NOT_AN_OBJECT)}
    parameters = _parameters(_text(port.get("transportparams")))
    purpose, transport = _PROTOCOLS.get(_text(port.get("connprotocol")).casefold(), ("", ""))
    return {
        Column.PORT_ID: _text(port.get("id")),
        Column.PORT: _text(port.get("port")),
        Column.TRANSPORT: "tls" if parameters.get("tls") == "1" else transport,
        Column.PURPOSE: purpose,
    }


def _mark_repeats(rows: list[Cells]) -> None:
    # They would all have one row number, which is what tells repeats from each other.
    seen: set[str] = set()
    for cells in rows:
        port_id = cells.get(Column.PORT_ID, "")
        if port_id and port_id in seen:
            cells[Column.PORT_ID] = Unread(port_id, words.PORT_ID_TWICE)
        seen.add(port_id)


def _connections(item: Mapping[str, Any], export: Export) -> str:
    parts: list[str] = []
    for one in _many(item.get("appservers", item.get("appserverdbids"))):
        if not isinstance(one, dict):
            return Unread(_NOT_SHOWN, words.NOT_AN_OBJECT)
        server, port_id = export.named(one, "appserver", "applications"), _text(one.get("id"))
        for name in (server, port_id):
            if isinstance(name, Unread):
                return name
            if ":" in name or ";" in name:
                return Unread(name, words.NAME_WITH_MARK)
        if server:
            parameters = _parameters(_text(one.get("transportparams")))
            kept = (f"{key}={parameters[key]}" for key in _PARAMETERS if parameters.get(key))
            parts.append(" ".join((f"{server}:{port_id}" if port_id else server, *kept)))
    return "; ".join(parts)


def inventory_row(item: Any) -> Cells:
    """The row of an entry of an inventory."""
    if not isinstance(item, dict):
        return {Column.APPLICATION: Unread(_NOT_SHOWN, words.NOT_AN_OBJECT)}
    ports = item.get("appport")
    address = _text(item.get("appipaddress"))
    port = "; ".join(map(_text, ports)) if isinstance(ports, list) else _text(ports)
    return {
        Column.HOST: _text(item.get("apphostname")) or address,
        Column.APPLICATION: _text(item.get("appname")),
        Column.TYPE: _text(item.get("apptype")),
        Column.PORT: _unless_zero(port) or NONE,
        Column.HOST_ADDRESS: address,
    }


# --- values


def _text(value: Any) -> str:
    """The text of a value, or of the one an object holds; a bad cell for a list and any other object."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        for key in ("value", "name"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return Unread(_NOT_SHOWN, words.NOT_A_VALUE)


def _many(value: Any) -> list[Any]:
    """The entries of a list, also where an object wraps it, or where a list of one entry is that entry."""
    value = _unwrapped(value)
    return value if isinstance(value, list) else [value] if value else []


def _one(value: Any) -> Mapping[str, Any]:
    value = _unwrapped(value)
    return value if isinstance(value, dict) else {}


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        [(name, inner)] = value.items()
        return inner if name in _WRAPPERS else value
    return value


def _parameters(text: str) -> dict[str, str]:
    """Transport parameters, `tls=1;port=4500`, by name."""
    pairs = (part.partition("=") for part in text.split(";"))
    # A blank would end a parameter where a sheet writes it.
    return {name.strip().casefold(): "".join(value.split()) for name, _, value in pairs}


def _unless_zero(text: str) -> str:
    return "" if text.strip("0 ") == "" and not isinstance(text, Unread) else text
