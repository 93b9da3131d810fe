"""Where the lines of a topology run: in channels between columns of hosts and in gaps between rows, so that none
crosses an application or a word.

Wires to one port with one state share a trunk; every other line has a lane of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["LEFT", "RIGHT", "Net", "Place", "Wire", "lanes", "nets_of"]

LEFT, RIGHT = "left", "right"


class Wire(NamedTuple):
    """One connection to draw."""

    client: str
    server: str
    port: str
    state: str


class Place(NamedTuple):
    """The cell of an application: column of hosts, row of the page."""

    column: int
    row: int


@dataclass
class Net:
    """All wires that end at one port on one side of its server, with one state.

    `near` wires leave their client into the channel where the port is; `far` wires cross other columns first, through
    the gap under the server's row.
    """

    server: str
    port: str
    state: str
    side: str
    channel: int
    near: list[Wire] = field(default_factory=list)
    far: list[Wire] = field(default_factory=list)

    @property
    def wires(self) -> list[Wire]:
        """Near and far."""
        return [*self.near, *self.far]


def leaves(client: Place, server: Place) -> str:
    """The side on which a wire leaves its client."""
    return RIGHT if client.column <= server.column else LEFT


def enters(client: Place, server: Place) -> str:
    """The side on which a wire enters its server."""
    return LEFT if client.column < server.column else RIGHT


def channel(place: Place, side: str) -> int:
    """The channel at this side of a column; channel 0 is left of column 0."""
    return place.column + (side == RIGHT)


def nets_of(wires: Iterable[Wire], places: Mapping[str, Place]) -> list[Net]:
    """The wires, gathered into nets, in the order in which the nets first occur."""
    nets: dict[tuple[str, str, str, str], Net] = {}
    for wire in wires:
        client, server = places[wire.client], places[wire.server]
        side = enters(client, server)
        key = (wire.server, wire.port, wire.state, side)
        net = nets.setdefault(key, Net(wire.server, wire.port, wire.state, side, channel(server, side)))
        near = channel(client, leaves(client, server)) == net.channel
        (net.near if near else net.far).append(wire)
    return list(nets.values())


def lanes(spans: Sequence[tuple[float, float]], apart: float = 10) -> list[int]:
    """A lane for each span so that no two in one lane come closer than `apart`; short spans get the first lanes."""
    taken: list[list[tuple[float, float]]] = []
    chosen = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][1] - spans[i][0], i)):
        low, high = spans[index]
        free = (
            lane
            for lane, others in enumerate(taken)
            if all(high + apart < other_low or other_high + apart < low for other_low, other_high in others)
        )
        chosen[index] = next(free, len(taken))
        if chosen[index] == len(taken):
            taken.append([])
        taken[chosen[index]].append((low, high))
    return chosen
