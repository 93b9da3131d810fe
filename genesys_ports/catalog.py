"""What is documented of each Genesys component: its ports, and how well each number is known.

The data stands in `catalog.toml`. A number never goes without its basis and its source, so that nobody takes
an example for a default; what is unknown has no number.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from .errors import CatalogError, PortsError
from .model import ListeningPort, Purpose, Transport, number_text, parse_word
from .table import Table, Tabled

__all__ = ["Basis", "Catalog", "CatalogPort", "Component", "load_catalog", "parse_catalog"]


class Basis(StrEnum):
    """How well a number is known."""

    #: The official documentation calls it the default.
    DEFAULT = "default"
    #: An official example shows it, and does not call it a default.
    EXAMPLE = "example"
    #: The official course teaches with it.
    COURSE = "course"
    #: It was seen in a real log or in lab notes.
    FIELD = "field"
    #: It comes from an RFC, IANA or another vendor, and from no Genesys text.
    CONVENTION = "convention"
    #: It was looked for and not found: ask the site.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPort:
    """One port of a component.

    `number` is None when it is unknown or not fixed; `last` makes it a range, both ends included. `transport`
    is None where the source does not say. `used_by` names who connects, `set_where` where the number is set.
    """

    number: int | None
    basis: Basis
    source: str
    last: int | None = None
    transport: Transport | None = Transport.TCP
    purpose: Purpose = Purpose.COMMUNICATION
    set_where: str = ""
    used_by: str = ""
    note: str = ""

    @property
    def number_text(self) -> str:
        """The number or the range alone: `5150`, `20000-45000`, `unknown`, `not fixed`."""
        if self.number is None:
            return "unknown" if self.basis is Basis.UNKNOWN else "not fixed"
        return number_text(self.number, self.last)

    def has(self, number: int) -> bool:
        """Whether this port is, or its range holds, `number`."""
        return self.number is not None and self.number <= number <= (self.last or self.number)

    def __str__(self) -> str:
        if self.number is None or self.transport is None:
            return self.number_text
        return f"{self.number_text}/{self.transport}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Tabled):
    """A kind of application. `key` names it in plans; `start_order` is its place in the start-up order."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    start_order: int | None = None
    ports: tuple[CatalogPort, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it goes by."""
        return (self.key, self.name, *self.aliases)

    def table(self) -> Table:
        """One row for each of its ports, with all that is known."""
        columns = ("Port", "For", "Basis", "Source", "Set where", "Used by", "Note")
        rows = [(p, p.purpose, p.basis, p.source, p.set_where, p.used_by, p.note) for p in self.ports]
        return Table(columns, rows, caption=f"{self.name} ({self.key})").without_empty_columns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(Tabled):
    """Every component that is known. `start_source` says where the start-up order is documented."""

    components: tuple[Component, ...]
    start_source: str = ""
    _names: dict[str, Component] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, Component] = {}
        for component in self.components:
            for name in map(_squeezed, component.names):
                if names.setdefault(name, component) is not component:
                    raise ValueError(f"Two components of the catalogue go by the name {name!r}.")
        object.__setattr__(self, "_names", names)

    def __reduce__(self) -> tuple[Any, ...]:
        return _catalog, (self.components, self.start_source)

    def component(self, name: str) -> Component:
        """The component of this name: key, full name or alias, whatever its case, blanks and accents.

        Raises `CatalogError`, with a guess.
        """
        found = self.known(name)
        if found is None:
            raise CatalogError(name, [known for one in self.components for known in one.names])
        return found

    def known(self, name: str) -> Component | None:
        """The same component; None where the catalogue has none of this name."""
        squeezed = _squeezed(name)
        # The Configuration Layer writes CFGMessageServer where people write Message Server.
        return self._names.get(squeezed) or self._names.get(squeezed.removeprefix("cfg"))

    def entries(self, word: str = "") -> tuple[tuple[Component, CatalogPort], ...]:
        """Every port with its component; with a word, those it fits.

        A number fits the ports that are or hold it (`5060`, `5060/udp`); the exact name of a component fits
        that one; any other word is looked for in names, purposes, transports, places, users and notes, and inside
        of longer words only where none begins with it.
        """
        every = tuple((component, port) for component in self.components for port in component.ports)
        word = word.strip()
        if not word:
            return every
        number, transport = (part.strip() for part in word.lower().partition("/")[::2])
        if number.isascii() and number.isdigit():
            # Six digits are too many for a port already; Python refuses to read some thousands of them.
            wanted = int(number.lstrip("0")[:6] or 0)
            return tuple(
                (component, port) for component, port in every if port.has(wanted) and transport in ("", port.transport)
            )
        exact = self.known(word)
        if exact is not None:
            return tuple(entry for entry in every if entry[0] is exact)
        found = tuple(entry for entry in every if _fits(word, *entry))
        # "CTI" stands inside connection and Interaction, too; whoever asks for it means neither.
        return tuple(entry for entry in found if _begins(word, *entry)) or found

    def table(self, word: str = "") -> Table:
        """One row for each port, or for each that fits `word`."""
        columns = ("Component", "Port", "For", "Basis", "Source", "Note")
        rows = [(c.name, p, p.purpose, p.basis, p.source, p.note) for c, p in self.entries(word)]
        return Table(columns, rows)


def _catalog(components: tuple[Component, ...], start_source: str) -> Catalog:
    return Catalog(components=components, start_source=start_source)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", _plain(text))


def _fits(word: str, component: Component, port: CatalogPort) -> bool:
    squeezed = _squeezed(word)
    if squeezed and any(squeezed in _squeezed(name) for name in component.names):
        return True
    return any(_plain(word) in _plain(text) for text in _texts(port))


def _begins(word: str, component: Component, port: CatalogPort) -> bool:
    """Whether what fits stands at the beginning of a word; names are read without blanks, as they are written."""
    squeezed = _squeezed(word)
    for name in component.names if squeezed else ():
        starts = (start.start() for start in _WORD_START.finditer(_plain(name)))
        if any(_squeezed(_plain(name)[start:]).startswith(squeezed) for start in starts):
            return True
    wanted = re.compile(rf"(?<![a-z0-9]){re.escape(_plain(word))}")
    return any(wanted.search(_plain(text)) for text in _texts(port))


_WORD_START = re.compile(r"(?<![a-z0-9])[a-z0-9]")


def _texts(port: CatalogPort) -> tuple[str, ...]:
    spoken = port.purpose.replace("-", " ")
    return str(port), port.transport or "", port.purpose, spoken, port.set_where, port.used_by, port.note


# --- reading catalog.toml -----------------------------------------------------------------------------------


@cache
def load_catalog() -> Catalog:
    """The catalogue that comes with the package; read once."""
    return parse_catalog(files(__package__).joinpath("catalog.toml").read_text(encoding="utf-8"))


def parse_catalog(text: str) -> Catalog:
    """A catalogue from TOML text. Raises `ValueError` that lists every entry it refuses."""
    data = tomllib.loads(text)
    problems: list[str] = []
    components = [_component(row, data, problems) for row in data.get("component", ())]
    if problems:
        raise ValueError("\n".join(["The catalogue cannot be used as it is.", *problems]))
    return Catalog(components=tuple(components), start_source=data.get("start_source", ""))


#: A component of which nothing is documented still has a communication port; only its number is unknown.
def _unknown(source: str) -> dict[str, Any]:
    return {"basis": "unknown", "source": source}


_COMPONENT_FIELDS = {"key", "name", "aliases", "start", "ports"}
_PORT_FIELDS = {"number", "last", "transport", "purpose", "basis", "source", "set_where", "used_by", "note"}


def _component(row: Mapping[str, Any], data: Mapping[str, Any], problems: list[str]) -> Component:
    key = row.get("key", "")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key) or not row.get("name"):
        problems.append(f"{key!r}: a component needs a key in snake_case and a name.")
    _only(_COMPONENT_FIELDS, row, key, problems)
    entries = row.get("ports") or [_unknown(data.get("unknown_source", ""))]
    ports = [_port(entry, key, problems) for entry in entries]
    return Component(
        key=key,
        name=row.get("name", ""),
        aliases=tuple(row.get("aliases", ())),
        start_order=row.get("start"),
        ports=tuple(port for port in ports if port is not None),
    )


def _only(fields: set[str], row: Mapping[str, Any], key: str, problems: list[str]) -> None:
    problems.extend(f"{key!r}: the field {name!r} is not known." for name in row if name not in fields)


def _port(entry: Mapping[str, Any], key: str, problems: list[str]) -> CatalogPort | None:
    _only(_PORT_FIELDS, entry, key, problems)
    number, last = entry.get("number"), entry.get("last")
    if not entry.get("basis") or not entry.get("source"):
        problems.append(f"{key!r}: port {number} has no basis or no source.")
        return None
    try:
        basis = parse_word(Basis, entry["basis"], "basis")
        transport = _transport(entry.get("transport", "tcp"))
        purpose = parse_word(Purpose, entry.get("purpose", "communication"), "purpose")
        if number is not None:
            ListeningPort(number=number, last=last)
    except PortsError as error:
        problems.append(f"{key!r}: {error}")
        return None
    if (basis is Basis.UNKNOWN and number is not None) or (number is None and last is not None):
        problems.append(f"{key!r}: an unknown port has no number, and a range has a first one.")
        return None
    return CatalogPort(
        number=number,
        last=last,
        transport=transport,
        purpose=purpose,
        basis=basis,
        **{name: entry.get(name, "") for name in ("source", "set_where", "used_by", "note")},
    )


def _transport(word: str) -> Transport | None:
    return None if word == "" else parse_word(Transport, word, "transport")
