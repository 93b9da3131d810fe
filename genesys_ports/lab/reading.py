"""What an agent has answered: managed objects with their values, as Net-SNMP's tools write them (`-Os -OQ`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import UnknownObjectError
from ..snmp.names import name_of, oid_of, text_of
from ..snmp.objects import Oid, Value
from ..table import Table, Tabled, one_line

__all__ = ["Reading"]


class Reading(Tabled):
    """Objects and their values, in the order they came: `print(reading)`, `reading["sysName.0"]`, `reading.value`."""

    def __init__(self, variables: Iterable[tuple[Oid, Value]], caption: str = "") -> None:
        self.variables = tuple(variables)
        self.caption = caption

    @property
    def value(self) -> str:
        """The first value, as text; empty when nothing was read."""
        return next(iter(self), ("", ""))[1]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((name_of(oid), text_of(value, oid)) for oid, value in self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    def __getitem__(self, name: str) -> str:
        oid = oid_of(name) if isinstance(name, str) else None
        for one, value in self.variables:
            if one == oid:
                return text_of(value, one)
        raise UnknownObjectError(name, [known for known, _ in self])

    def table(self) -> Table:
        """One row for each object."""
        return Table(("Object", "Value"), self, self.caption)

    def __str__(self) -> str:
        return "\n".join(f"{one_line(name)} = {one_line(text)}" for name, text in self)

    __repr__ = __str__
