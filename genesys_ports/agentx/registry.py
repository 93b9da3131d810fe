"""Who answers for which part of the tree of managed objects (RFC 2741, sections 7.1.4.1 and 7.2.1)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from ..snmp.objects import LARGEST_NUMBER, Oid

__all__ = ["Region", "Registration", "Registry", "after"]

T = TypeVar("T")


def after(subtree: Oid) -> Oid:
    """The first name that comes after everything in a subtree; empty where nothing can."""
    while subtree and subtree[-1] == LARGEST_NUMBER:
        subtree = subtree[:-1]
    return (*subtree[:-1], subtree[-1] + 1) if subtree else ()


@dataclass(frozen=True, slots=True, eq=False)
class Registration(Generic[T]):
    """A subtree, or with `range_subid` a row of them: that number of the subtree (from 1) runs up to `upper_bound`.

    `owner` answers for it, within `timeout` seconds (0: as its session has it).
    """

    owner: T
    subtree: Oid
    priority: int = 127
    range_subid: int = 0
    upper_bound: int = 0
    timeout: int = 0

    @property
    def _varies(self) -> int | None:
        return self.range_subid - 1 if self.range_subid else None

    def covers(self, name: Oid) -> bool:
        """Whether a name stands in it."""
        length = len(self.subtree)
        varies = self._varies
        if varies is None:
            return name[:length] == self.subtree
        return (
            len(name) >= length
            and name[:varies] == self.subtree[:varies]
            and self.subtree[varies] <= name[varies] <= self.upper_bound
            and name[varies + 1 : length] == self.subtree[varies + 1 :]
        )

    def bounds(self, name: Oid) -> Iterator[Oid]:
        """Where the subtrees of a row begin and end near `name`; the bound that comes next after it is among them."""
        varies = self.range_subid - 1
        low, high = self.subtree[varies], self.upper_bound
        if varies == len(self.subtree) - 1:
            # One after the other without a gap.
            yield from (self.subtree, after((*self.subtree[:varies], high)))
            return
        near = name[varies] if len(name) > varies and name[:varies] == self.subtree[:varies] else low
        for number in {low, min(max(near, low), high), min(max(near + 1, low), high)}:
            one = (*self.subtree[:varies], number, *self.subtree[varies + 1 :])
            yield from (one, after(one))

    def same_place(self, other: Registration[T]) -> bool:
        """Whether some subtree belongs to both, and neither comes first."""
        if len(self.subtree) != len(other.subtree) or self.priority != other.priority:
            return False
        return all(
            low <= other_high and other_low <= high
            for (low, high), (other_low, other_high) in zip(self.spans(), other.spans(), strict=True)
        )

    def is_like(self, other: Registration[T]) -> bool:
        """Whether it is the same place, owner and priority."""
        same = self.owner == other.owner and self.priority == other.priority
        return same and self.spans() == other.spans()

    def spans(self) -> list[tuple[int, int]]:
        """From where to where each number of the subtree runs."""
        return [
            (number, self.upper_bound if place == self._varies else number) for place, number in enumerate(self.subtree)
        ]


class Region(NamedTuple, Generic[T]):
    """Where one registration answers, from some name on up to `end` (empty: to the very end)."""

    registration: Registration[T]
    end: Oid


class Registry(Generic[T]):
    """All registrations. The longest subtree answers; of two of one length, that with the lower priority."""

    def __init__(self) -> None:
        self._all: list[Registration[T]] = []
        # What a look-up goes through: subtrees by name, rows of them, and where subtrees begin and end, in order.
        self._plain: dict[Oid, Registration[T]] = {}
        self._rows: list[Registration[T]] = []
        self._bounds: list[Oid] = []
        self._lengths: list[int] = []

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Registration[T]]:
        return iter(tuple(self._all))

    def add(self, registration: Registration[T]) -> bool:
        """Take it in; False when another has the same place already."""
        if any(one.same_place(registration) for one in self._all):
            return False
        self._keep([*self._all, registration])
        return True

    def remove(self, wanted: Registration[T]) -> bool:
        """Strike out what is the same as this; False when there is none."""
        kept = [one for one in self._all if not one.is_like(wanted)]
        found = len(kept) < len(self._all)
        self._keep(kept)
        return found

    def forget(self, owner: T) -> None:
        """Strike out everything of an owner."""
        self._keep([one for one in self._all if one.owner != owner])

    def _keep(self, registrations: list[Registration[T]]) -> None:
        self._all = registrations
        self._rows = [one for one in registrations if one.range_subid]
        plain = [one for one in registrations if not one.range_subid]
        self._plain = {one.subtree: one for one in sorted(plain, key=lambda one: -one.priority)}
        self._bounds = sorted({bound for subtree in self._plain for bound in (subtree, after(subtree)) if bound})
        self._lengths = sorted({len(subtree) for subtree in self._plain}, reverse=True)

    def find(self, name: Oid) -> Registration[T] | None:
        """Who answers for a name."""
        found = next((one for n in self._lengths if n <= len(name) and (one := self._plain.get(name[:n]))), None)
        candidates = [one for one in self._rows if one.covers(name)]
        if found is not None:
            candidates.append(found)
        return min(candidates, key=lambda one: (-len(one.subtree), one.priority), default=None)

    def _next_bound(self, name: Oid) -> Oid:
        at = bisect_right(self._bounds, name)
        bounds = self._bounds[at : at + 1]
        bounds += (bound for one in self._rows for bound in one.bounds(name) if bound > name)
        return min(bounds, default=())

    def region(self, name: Oid) -> tuple[Oid, Region[T]] | None:
        """The first region that has names from `name` on, this one included, and the name it has to begin with.

        None where nobody answers for anything that comes.
        """
        while (found := self.find(name)) is None:
            name = self._next_bound(name)
            if not name:
                return None
        end = self._next_bound(name)
        while end and self.find(end) is found:
            end = self._next_bound(end)
        return name, Region(found, end)
