"""Looking for managed objects in a range (RFC 2741, section 7.2.3)."""

from __future__ import annotations

from typing import Protocol

from ..snmp.objects import END_OF_VIEW, Oid, Value
from .encoding import SearchRange

__all__ = ["Objects", "first_in"]


class Objects(Protocol):
    """What a sub-agent answers from: a `snmp.tree.Tree`."""

    def look(self, oid: Oid) -> Value: ...  # noqa: D102
    def next(self, oid: Oid) -> tuple[Oid, Value] | None: ...  # noqa: D102


def first_in(objects: Objects, wanted: SearchRange) -> tuple[Oid, Value] | None:
    """What comes first in a range: its start only where the range says so, its end never (section 7.2.3.2)."""
    here = objects.look(wanted.start) if wanted.include else END_OF_VIEW
    found = (wanted.start, here) if here.is_there else objects.next(wanted.start)
    return None if found is None or (wanted.end and found[0] >= wanted.end) else found
