"""What the elements of a message are, as data: text, groups of elements, and whether they have to be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["LONGEST", "Element", "Group", "Need", "Text", "maybe"]

#: Our limit for a piece of text; the standard leaves most of them open.
LONGEST = 256


class Need(StrEnum):
    """Whether an element has to be there."""

    NEEDED = "needed"
    #: We always write it. Real switches leave it out, so a message without it is read all the same.
    EXPECTED = "expected"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Text:
    """Text in an element, any text or one of some words; `empty` where the element itself says it all."""

    name: str
    values: tuple[str, ...] = ()
    empty: bool = False
    digits: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Elements in an element: all in their order, or exactly one of them."""

    name: str
    elements: tuple[Element, ...]
    choice: bool = False
    by_name: Mapping[str, Element] = field(init=False, repr=False, compare=False)
    #: The names of those that have to be there.
    needed: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        needed = frozenset(one.name for one in self.elements if one.need is Need.NEEDED)
        object.__setattr__(self, "by_name", {one.name: one for one in self.elements})
        object.__setattr__(self, "needed", needed)


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name, what it holds, whether it is needed, and whether it may come more than once."""

    name: str
    of: Text | Group
    need: Need = Need.NEEDED
    many: bool = False


def maybe(name: str, of: Text | Group) -> Element:
    """An element that may be there or not."""
    return Element(name, of, Need.OPTIONAL)
