"""The managed objects of applications, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .objects import END_OF_VIEW, ApplicationFacts, Oid, SystemFacts, Value

__all__ = ["Tree"]


class Tree:
    """What an agent answers from: the system group, and a table of applications, of their ports, and of connections.

    `applications` is asked anew for each answer that needs it; its sequence is in the order of `index`, and need not be
    a list: only what is asked for is taken out of it.
    """

    def __init__(self, system: SystemFacts, applications: Callable[[], Sequence[ApplicationFacts]]) -> None:
        self._system = system
        self._applications = applications

    def get(self, oid: Oid) -> Value | None:
        """The value of exactly this object; None where there is none."""
        raise NotImplementedError

    def next(self, oid: Oid) -> tuple[Oid, Value] | None:
        """The first object after this number, which need not exist; None at the end."""
        raise NotImplementedError

    def look(self, oid: Oid) -> Value:
        """The value of exactly this object, or what RFC 3416, section 4.2.1, says in its place."""
        raise NotImplementedError

    def read(self, oids: Sequence[Oid], told: Callable[[Sequence[Value]], None]) -> None:
        """Tell what `look` says of each."""
        told([self.look(oid) for oid in oids])

    def read_next(self, oids: Sequence[Oid], told: Callable[[Sequence[tuple[Oid, Value]]], None]) -> None:
        """Tell what `next` says of each; `END_OF_VIEW` where there is none."""
        told([self.next(oid) or (oid, END_OF_VIEW) for oid in oids])
