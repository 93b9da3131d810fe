"""A message of CSTA by its fields: each text under the path of the elements it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from . import words
from .csta import HEADER_BYTES, PARTS, header_line
from .text import SHOWN, Names, plain

__all__ = ["csta_fields"]

#: Elements inside one another whose names a path has.
DEEPEST = 20

_NAME = re.compile(r"</?\s*([^\s/>]+)")
_ATTRIBUTE = re.compile(r"""([^\s=<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def csta_fields(payload: bytes, names: Names) -> Iterator[tuple[str, str]]:
    """The fields in their order. Raises `ValueError` where there is no XML.

    Nothing is parsed that could lead elsewhere: of entities only those of characters are resolved.
    """
    head = header_line(payload)
    if head:
        yield words.HEADER_FIELD, head
    xml = plain(payload[HEADER_BYTES if head else 0 : SHOWN], names)
    if not xml.startswith("<"):
        raise ValueError
    path: list[str] = []
    empty = False
    for part in PARTS.findall(xml):
        if not part.startswith("<"):
            if text := unescape(part).strip():
                yield "/".join(path[:DEEPEST]), text
                empty = False
            continue
        named = _NAME.match(part)
        if named is None or part.startswith(("<?", "<!")):
            continue
        if part.startswith("</"):
            if empty:
                yield "/".join(path[:DEEPEST]), words.EMPTY
            del path[-1:]
            empty = False
            continue
        # The prefix of a namespace says nothing about the element.
        path.append(named[1].rpartition(":")[2])
        empty = True
        for name, double, single in _ATTRIBUTE.findall(part[named.end() :]):
            yield f"{'/'.join(path[:DEEPEST])} @{name}", unescape(double or single)
        if part.endswith("/>"):
            yield "/".join(path[:DEEPEST]), words.EMPTY
            del path[-1:]
            empty = False
