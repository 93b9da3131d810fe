"""What is wrong with a message: compared with `STRUCTURE`, element by element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import words
from .elements import LONGEST, Element, Group, Need, Text
from .message import Message
from .structure import STRUCTURE

__all__ = ["check", "fits"]


def check(message: Message, *, received: bool = False) -> list[str]:
    """What is wrong with a message, in whole sentences; none when it is as the standard wants it.

    A message that was `received` may lack what others often leave out.
    """
    layout = STRUCTURE.get(message.name)
    if layout is None:
        return [words.UNKNOWN_MESSAGE.format(name=message.name)]
    return list(_group(message.name, layout.body, message.fields, "", received))


def _group(name: str, group: Group, value: object, path: str, received: bool) -> Iterator[str]:
    fields = value if isinstance(value, Mapping) else {}
    for one in fields:
        if one not in group.by_name:
            yield words.UNKNOWN_ELEMENT.format(name=name, path=path + one)
    if group.choice and len(fields) != 1:
        names = ", ".join(one.name for one in group.elements)
        yield words.NOT_ONE.format(name=name, path=path.rstrip("/") or name, names=names)
    for element in group.elements:
        inside = fields.get(element.name)
        if inside is None or (inside == () and element.many):
            if element.need is Need.NEEDED or (element.need is Need.EXPECTED and not received):
                yield words.MISSING.format(name=name, path=path + element.name)
            continue
        yield from _element(name, element, inside, path, received)


def _element(name: str, element: Element, value: object, path: str, received: bool) -> Iterator[str]:
    path += element.name
    every = value if isinstance(value, tuple) else (value,)
    if isinstance(value, tuple) and not element.many:
        yield words.TWICE.format(name=name, path=path)
    for one in every:
        if isinstance(element.of, Group):
            yield from _group(name, element.of, one, f"{path}/", received)
        elif isinstance(one, str):
            yield from _text(name, element.of, one, path)
        else:
            yield words.NOT_TEXT.format(name=name, path=path)


def fits(kind: Text, value: str) -> bool:
    """Whether this text may stand in an element of this kind."""
    if kind.values:
        return value in kind.values
    if kind.digits:
        return value.isascii() and value.isdigit() and len(value) < 10
    # What cannot be printed is no part of a number or a name, and XML cannot carry most of it.
    return (kind.empty or value != "") and value.isprintable() and value.strip() == value and len(value) <= LONGEST


def _text(name: str, kind: Text, value: str, path: str) -> Iterator[str]:
    if fits(kind, value):
        return
    if kind.values or kind.digits:
        values = ", ".join(kind.values) or words.DIGITS
        yield words.BAD_VALUE.format(name=name, value=value[:60], path=path, values=values)
    elif value:
        yield words.BAD_TEXT.format(name=name, path=path)
    else:
        yield words.MISSING.format(name=name, path=path)
