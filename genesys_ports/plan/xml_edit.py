"""XML changed where it stands: found with expat, cut and mended by the byte, and everything else left as it was.

A workbook holds more than any library knows of (pictures, shapes, results of formulas, extensions of later years). What
is never taken apart cannot be lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from html import escape
from typing import NamedTuple
from xml.parsers import expat

__all__ = [
    "CannotEdit",
    "Edit",
    "Element",
    "appended",
    "attribute",
    "elements",
    "parser_of",
    "spliced",
    "tag_end",
    "with_attribute",
]

#: A start tag to its end; an attribute may hold a > of its own.
_START_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*(/?)>")

#: Encodings in which a byte that expat counts is a byte of the file.
_ENCODINGS = (None, "utf-8", "us-ascii", "ascii")

#: Bytes from, to, and what to put in their place.
Edit = tuple[int, int, bytes]


class CannotEdit(Exception):
    """The XML is not what it should be, or is in an encoding that cannot be cut by the byte."""


class Element(NamedTuple):
    """An element, by the bytes where its start tag, its content and its end tag begin, and where it ends.

    `prefix` is that of its namespace with the colon, mostly empty.
    """

    name: str
    parent: str
    prefix: str
    attributes: Mapping[str, str]
    begin: int
    inner: int
    end: int
    after: int


def parser_of(data: bytes) -> expat.XMLParserType:
    """A parser for XML that is to be edited. Raises `CannotEdit`, also while it reads."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CannotEdit
    parser = expat.ParserCreate()

    def declared(_: str, encoding: str | None, __: int) -> None:
        if (encoding.lower() if encoding else None) not in _ENCODINGS:
            raise CannotEdit

    def refused(*_: object) -> None:
        raise CannotEdit

    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = refused
    return parser


def elements(data: bytes, wanted: Collection[str]) -> list[Element]:
    """The elements of these names, in the order of their ends. For small parts. Raises `CannotEdit`."""
    found: list[Element] = []
    path: list[tuple[str, dict[str, str], int]] = []
    parser = parser_of(data)

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append((name, attributes, parser.CurrentByteIndex))

    def end(_: str) -> None:
        name, attributes, begin = path.pop()
        prefix, colon, local = name.rpartition(":")
        if local in wanted:
            inner, empty = tag_end(data, begin)
            close = inner if empty else parser.CurrentByteIndex
            after = inner if empty else data.index(b">", close) + 1
            parent = path[-1][0].rpartition(":")[2] if path else ""
            found.append(Element(local, parent, prefix + colon, attributes, begin, inner, close, after))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        raise CannotEdit from None
    return found


def tag_end(data: bytes, begin: int) -> tuple[int, bool]:
    """Where the start tag that begins here ends, and whether it is the whole element."""
    match = _START_TAG.match(data, begin)
    if match is None:
        raise CannotEdit
    return match.end(), bool(match[1])


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The data with all these edits made; they do not overlap, and of two at one place the insertion comes first."""
    pieces: list[bytes] = []
    at = 0
    for begin, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += (data[at:begin], new)
        at = end
    pieces.append(data[at:])
    return b"".join(pieces)


def appended(data: bytes, element: Element, child: bytes) -> Edit:
    """The edit that makes `child` the last child of an element."""
    if element.inner < element.after:
        return element.end, element.end, child
    # <sheets/> becomes <sheets>…</sheets>.
    opening = data[element.begin : element.inner].rstrip(b">").rstrip(b"/").rstrip()
    return element.begin, element.inner, opening + b">" + child + f"</{element.prefix}{element.name}>".encode()


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with another value of an attribute that it has, or without it (None)."""
    new = b"" if value is None else f' {name}="{attribute(value)}"'.encode()
    return re.sub(rb"\s" + re.escape(name.encode()) + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", lambda _: new, tag, count=1)


def attribute(value: str) -> str:
    """A text as the value of an attribute in double quotation marks."""
    return escape(value).replace("\n", "&#10;").replace("\t", "&#9;")
