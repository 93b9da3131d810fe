"""Where a plan was read from: the file, sheet and row of every port, application, host and connection.

A finding names rows, so the plan remembers them; nothing else depends on them, and a plan written in code has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["NOWHERE", "Origin", "Place"]


class Place(NamedTuple):
    """One row of a plan file. `row` counts from 1, as a sheet does; `sheet` is empty where the file has none."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The rows of a plan's parts.

    `ports` goes by (application, port id), `connections` by the connection itself, the others by name. `ignored` holds
    the finding codes that a row switches off, `ignored_by_all` those that a row of nothing else switches off for the
    whole plan.
    """

    ports: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    applications: Mapping[str, Place] = field(default_factory=dict)
    hosts: Mapping[str, Place] = field(default_factory=dict)
    connections: Mapping[Any, Place] = field(default_factory=dict)
    ignored: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    ignored_by_all: frozenset[str] = frozenset()


#: Of a plan that was written in code.
NOWHERE = Origin()
