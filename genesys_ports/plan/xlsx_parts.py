"""What stands around the sheets of a workbook (ECMA-376, SpreadsheetML): their list, shared texts, date formats.

The XML is read by expat alone. A part with a document type declaration is refused, so there is no entity to expand and
nothing outside to fetch; names of elements are compared without their namespace, which differs between the two editions
of the standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath, split
from typing import NamedTuple
from xml.parsers import expat

from ..errors import PlanFileError
from . import xlsx_words as words
from .rows import MOST_CELL
from .zip_guard import MOST_PARTS, Parts

__all__ = [
    "MOST_DEPTH",
    "MOST_SHEETS",
    "MOST_TEXTS",
    "Sheet",
    "Workbook",
    "feed",
    "new_parser",
    "open_workbook",
    "unescaped",
]

MOST_SHEETS = 250
#: Different texts of a workbook: ten in each row of the largest plan.
MOST_TEXTS = 2_000_000
#: Cell styles of a workbook; Excel has at most 65,490 (Excel specifications and limits).
MOST_STYLES = 100_000
#: Elements in each other; a workbook has about ten.
MOST_DEPTH = 100
#: Bytes of one tag. An older expat reads a tag again with every piece of it.
MOST_TAG = 4 * 1024 * 1024

#: Number formats that are dates without being spelled out (ECMA-376 part 1, 18.8.30), East Asian ones included.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
#: Of a number format: quoted text, escaped characters, colours and conditions, none of which is a part of a date.
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
#: A character that XML cannot hold, or one Excel keeps apart, as Excel writes it (ECMA-376 part 1, 22.4.2.4).
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Sheet(NamedTuple):
    """One sheet: `part` is where its cells stand, empty where it has none; `hidden` ones a person does not see."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that is open: its sheets, the texts its cells point at, and which of its styles show dates."""

    parts: Parts
    sheets: tuple[Sheet, ...]
    texts: list[str]
    dates: frozenset[str]
    from_1904: bool


def open_workbook(parts: Parts) -> Workbook:
    """Everything but the cells. Raises `PlanFileError`."""
    part = _workbook_part(parts)
    related = _related(parts, part)
    sheets: list[Sheet] = []
    from_1904 = False
    for parent, name, attributes in _elements(parts, part):
        if not parent and name != "workbook":
            raise PlanFileError(parts.file, words.OTHER_ARCHIVE)
        if name == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet" and parent == "sheets":
            sheets.append(_sheet(attributes, related))
            if len(sheets) > MOST_SHEETS:
                raise PlanFileError(parts.file, words.MANY_SHEETS.format(most=MOST_SHEETS))
    kinds = {kind: target for kind, target in related.values() if target in parts}
    texts = _texts(parts, kinds["sharedStrings"]) if "sharedStrings" in kinds else []
    dates = _date_styles(parts, kinds["styles"]) if "styles" in kinds else frozenset[str]()
    return Workbook(parts, tuple(sheets), texts, dates, from_1904)


# --- finding the parts


def _workbook_part(parts: Parts) -> str:
    part = "xl/workbook.xml"
    if "_rels/.rels" in parts:
        # The part that the archive is about, whatever its name.
        found = [target for kind, target in _related(parts, "").values() if kind == "officeDocument"]
        part = found[0] if found else part
    if part.endswith(".bin"):
        raise PlanFileError(parts.file, words.BINARY_FORMAT)
    if part not in parts:
        # An archive with a list of its parts is an Office file, only not a whole one.
        raise PlanFileError(parts.file, words.DAMAGED if "[Content_Types].xml" in parts else words.OTHER_ARCHIVE)
    return part


def _related(parts: Parts, part: str) -> dict[str, tuple[str, str]]:
    """Kind and target of what a part points at inside the archive, by the id it uses. Links elsewhere are left out."""
    folder, name = split(part)
    listed = join(folder, "_rels", f"{name}.rels")
    if listed not in parts:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for _, name, attributes in _elements(parts, listed):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = normpath(join("/", dirname(part), attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = attributes.get("Type", "").rpartition("/")[2], target
            if len(found) > MOST_PARTS:
                raise PlanFileError(parts.file, words.MANY_PARTS.format(most=f"{MOST_PARTS:,}"))
    return found


def _sheet(attributes: dict[str, str], related: dict[str, tuple[str, str]]) -> Sheet:
    name = " ".join(attributes.get("name", "").split())
    shown = "".join(character if character.isprintable() else "?" for character in name[:60])
    link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id" and ":" in key), "")
    kind, part = related.get(link, ("worksheet", ""))
    # Excel asks a person to unhide a sheet, and hides "very hidden" ones from that list too.
    return Sheet(shown, part if kind == "worksheet" else "", attributes.get("state", "visible") != "visible")


# --- reading XML


def new_parser(file: str) -> expat.XMLParserType:
    """A parser that refuses a document type declaration with `PlanFileError`."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise PlanFileError(file, words.DOCTYPE)

    parser.StartDoctypeDeclHandler = refuse
    return parser


def feed(parts: Parts, part: str, parser: expat.XMLParserType) -> Iterator[None]:
    """Reads a part, and stops after each piece of it. Raises `PlanFileError`."""
    fed = 0
    try:
        for chunk in parts.chunks(part):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MOST_TAG:
                raise PlanFileError(parts.file, words.DAMAGED)
            yield
        parser.Parse(b"", True)
    # Handlers look values up and convert them; a part that names none, or a code nobody knows, is no better than
    # one that is no XML.
    except (expat.ExpatError, ValueError, LookupError):
        raise PlanFileError(parts.file, words.DAMAGED) from None
    yield


def _elements(parts: Parts, part: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each element of a small part: the names of its parent and its own, and its attributes."""
    found: list[tuple[str, str, dict[str, str]]] = []
    above = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        found.append((above[-1], name, attributes))
        above.append(name)
        if len(above) > MOST_DEPTH:
            raise PlanFileError(parts.file, words.DAMAGED)

    def end(_: str) -> None:
        above.pop()

    parser = new_parser(parts.file)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for _ in feed(parts, part, parser):
        yield from found
        found.clear()


def _texts(parts: Parts, part: str) -> list[str]:
    """The texts that cells point at by number; runs of a formatted one are joined, and how it is spoken is left out."""
    texts: list[str] = []
    text = ""
    depth = taking = spoken = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal text, depth, taking, spoken
        depth += 1
        if depth > MOST_DEPTH:
            raise PlanFileError(parts.file, words.DAMAGED)
        name = name.rpartition(":")[2]
        if name == "si":
            text = ""
        elif name == "t":
            taking = depth if not spoken else 0
        elif name == "rPh":
            spoken = depth

    def end(name: str) -> None:
        nonlocal depth, taking, spoken
        name = name.rpartition(":")[2]
        if name == "si":
            texts.append(unescaped(text))
            if len(texts) > MOST_TEXTS:
                raise PlanFileError(parts.file, words.MANY_TEXTS.format(most=f"{MOST_TEXTS:,}"))
        elif name == "t":
            taking = 0
        elif name == "rPh":
            spoken = 0
        depth -= 1

    def characters(data: str) -> None:
        nonlocal text
        # One character over the limit is enough to be called too long later.
        if taking and len(text) <= MOST_CELL:
            text += data

    parser = new_parser(parts.file)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    for _ in feed(parts, part, parser):
        pass
    return texts


def unescaped(text: str) -> str:
    """The text with the characters that Excel writes as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date_styles(parts: Parts, part: str) -> frozenset[str]:
    """The numbers of the cell styles that show a number as a date or a time."""
    formats: set[str] = set(map(str, _DATES))
    dates: set[str] = set()
    style = 0
    for parent, name, attributes in _elements(parts, part):
        if name == "numFmt" and parent == "numFmts":
            code = attributes.get("formatCode", "").partition(";")[0]
            (formats.add if _is_date(code) else formats.discard)(attributes.get("numFmtId", ""))
        elif name == "xf" and parent == "cellXfs":
            if attributes.get("numFmtId") in formats:
                dates.add(str(style))
            style += 1
        if max(style, len(formats)) > MOST_STYLES:
            raise PlanFileError(parts.file, words.DAMAGED)
    return frozenset(dates)


def _is_date(code: str) -> bool:
    return bool(re.search("[dmyhs]", _NOT_FORMAT.sub("", code), re.IGNORECASE))
