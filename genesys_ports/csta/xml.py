"""A message as XML, and XML as a message. Only what `STRUCTURE` knows is read; the rest is passed over.

XML from the wire is not trusted: UTF-8 only, no document type (so no entities), and limits for depth and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from ..errors import CSTAError
from . import words
from .check import check, fits
from .elements import Element, Group, Need, Text
from .message import Message
from .structure import SPELLINGS, STRUCTURE

__all__ = ["decode", "to_xml"]

#: Elements inside one another, and elements in all. Real messages have some 6 and some 60.
DEEPEST, MOST = 16, 2_000

#: The editions of CSTA III differ in what we do not use. No namespace at all was seen in real traffic, too.
_NAMESPACE = re.compile(
    r"(?:http://www\.ecma(?:-international\.org|\.ch)/standards/ecma-(?:323/csta/ed\d{1,2}(?:/priv\d{1,3})?"
    r"|354/appl_session))?"
)


def _names(group: Group) -> Iterator[str]:
    for element in group.elements:
        yield element.name
        if isinstance(element.of, Group):
            yield from _names(element.of)


#: Every element we know as the parser writes it, by its name alone: those of our own edition need no look at the rest.
_OURS = {f"{layout.namespace} {name}": name for layout in STRUCTURE.values() for name in _names(layout.body)}

#: XML declares UTF-8 by this name; "utf8" is a mistake that is often made.
_UTF_8 = frozenset({"utf-8", "utf8"})
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def to_xml(message: Message) -> str:
    """The XML of a message, its elements in the order of the standard. Raises `CSTAError` when something is wrong."""
    layout = STRUCTURE.get(message.name)
    parts = [_DECLARATION]
    # Writing sees whether anything is wrong; `check` takes longer, and says what.
    if layout is None or not _write(message.name, layout.body, message.fields, parts):
        raise _refused(check(message))
    parts[1] = f'<{message.name} xmlns="{layout.namespace}">'
    return "".join(parts)


def _refused(problems: list[str]) -> CSTAError:
    return CSTAError(problems[0], "operation", "invalidParameterValue")


def _write(name: str, group: Group, fields: Any, parts: list[str]) -> bool:
    """Write a group of elements; False as soon as something in it is not as it has to be."""
    # A dict is seen at once, any other mapping only after a search.
    if not isinstance(fields, (dict, Mapping)):
        return False
    parts.append(f"<{name}>")
    count = 0
    for element in group.elements:
        value = fields.get(element.name)
        if value is not None and not (value == () and element.many):
            count += 1
            if element.many and isinstance(value, tuple):
                if not all(_write_one(element, one, parts) for one in value):
                    return False
            elif not _write_one(element, value, parts):
                return False
        elif element.need is not Need.OPTIONAL:
            return False
    parts.append(f"</{name}>")
    all_known = count == len(fields) or group.by_name.keys() >= fields.keys()
    return all_known and (count == 1 or not group.choice)


def _write_one(element: Element, value: Any, parts: list[str]) -> bool:
    of = element.of
    if isinstance(of, Group):
        return _write(element.name, of, value, parts)
    if not isinstance(value, str) or not fits(of, value):
        return False
    text = value if value.isalnum() else value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parts.append(f"<{element.name}>{text}</{element.name}>" if text else f"<{element.name}/>")
    return True


def decode(data: bytes) -> Message:
    """The message in these bytes of XML.

    Raises `CSTAError` when they are no XML, no message of CSTA that is known here, or lack something.
    """
    reader = _Reader()
    try:
        # Where bytes look like UTF-16, the parser takes them for that, whatever encoding it has been told.
        if "\0" in data.decode():
            raise CSTAError(words.NOT_UTF_8)
        reader.parser.Parse(data, True)
    except UnicodeDecodeError:
        raise CSTAError(words.NOT_UTF_8) from None
    except expat.ExpatError as error:
        raise CSTAError(words.XML_WRONG.format(line=error.lineno, column=error.offset + 1)) from None
    finally:
        # The parser knows its handlers, and they know the parser: neither would go before the garbage is collected.
        del reader.parser
    message = Message(reader.name, reader.fields, reader.namespace)
    if reader.doubtful and (problems := check(message, received=True)):
        raise _refused(problems)
    return message


def _tolerated(qualified: str) -> str:
    """The name of an element in a namespace that is read; empty for one of another language."""
    namespace, _, name = qualified.rpartition(" ")
    return name if _NAMESPACE.fullmatch(namespace) else ""


class _Reader:
    """Builds the fields of one message while the parser goes through it."""

    def __init__(self) -> None:
        self.name = ""
        self.namespace = ""
        self.fields: dict[str, Any] = {}
        #: Something was seen that may be wrong.
        self.doubtful = False
        self._groups: list[tuple[Group, dict[str, Any]]] = []
        # The element that is open and holds text, and the pieces of it that have come.
        self._text: Element | None = None
        self._pieces: list[str] = []
        self._skipped = 0
        self._count = 0
        # The encoding is ours, whatever the bytes say: others are refused, and wrong bytes are no UTF-8.
        self.parser = parser = expat.ParserCreate("UTF-8", " ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in _UTF_8:
            raise CSTAError(words.WHICH_ENCODING.format(encoding=encoding[:40]))

    def _doctype(self, *_: object) -> None:
        raise CSTAError(words.XML_DOCTYPE)

    def _start(self, qualified: str, attributes: object) -> None:
        self._count += 1
        if self._count > MOST:
            raise CSTAError(words.TOO_MANY_ELEMENTS.format(limit=MOST))
        if len(self._groups) + self._skipped + (self._text is not None) >= DEEPEST:
            raise CSTAError(words.XML_DEEP.format(limit=DEEPEST))
        if not self._groups:
            namespace, _, name = qualified.rpartition(" ")
            self._begin(name, namespace)
            return
        name = _OURS.get(qualified) or _tolerated(qualified)
        element = self._groups[-1][0].by_name.get(name)
        if self._skipped or self._text or element is None:
            self._skipped += 1
        elif isinstance(element.of, Text):
            self._text = element
        else:
            inside: dict[str, Any] = {}
            self._put(element, inside)
            self._groups.append((element.of, inside))

    def _begin(self, name: str, namespace: str) -> None:
        shown = name[:60]
        if not _NAMESPACE.fullmatch(namespace):
            problem = words.XML_NAMESPACE.format(name=shown, namespace=namespace[:120])
            raise CSTAError(problem, "operation", "serviceNotSupported")
        name = SPELLINGS.get(name, name)
        layout = STRUCTURE.get(name)
        if layout is None:
            raise CSTAError(words.UNKNOWN_MESSAGE.format(name=shown), "operation", "serviceNotSupported")
        self.name, self.namespace = name, namespace
        self._groups.append((layout.body, self.fields))

    def _characters(self, text: str) -> None:
        if self._text and not self._skipped:
            self._pieces.append(text)

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif self._text:
            element, self._text = self._text, None
            text = "".join(self._pieces).strip()
            self._pieces.clear()
            self._put(element, text)
            self.doubtful = self.doubtful or not (isinstance(element.of, Text) and fits(element.of, text))
        else:
            group, fields = self._groups.pop()
            # Nothing unknown is in it, and nothing twice.
            if not fields.keys() >= group.needed or (group.choice and len(fields) != 1):
                self.doubtful = True

    def _put(self, element: Element, value: object) -> None:
        name, fields = element.name, self._groups[-1][1]
        if element.many:
            fields[name] = (*fields.get(name, ()), value)
        elif name in fields:
            problem = words.TWICE.format(name=self.name, path=name)
            raise CSTAError(problem, "operation", "invalidParameterValue")
        else:
            fields[name] = value
