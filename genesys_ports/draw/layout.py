"""The picture of a topology: hosts as frames, applications as boxes with their ports, wires in channels between.

The places follow from the plan's order alone; nothing is drawn by chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from . import words
from .canvas import LINE, TEXT, Canvas
from .routes import LEFT, RIGHT, Net, Place, Wire, channel, lanes, leaves, nets_of
from .style import BLUE, GREEN, INK, ORANGE, PURPLE, RED

__all__ = ["draw_map"]

COLUMNS = 3

# Pixels.
WIDE, FRAME, EDGE, HEADER, NAME, CHIP, GAP = 232, 14, 16, 40, 56, 32, 24
EXIT, LANE, BESIDE, NARROWEST = 9, 12, 20, 620

#: One colour for each server, so that a line can be followed; red is kept for what went wrong.
COLOURS = (BLUE, GREEN, PURPLE, ORANGE, "#333333", "#3A8FBF", "#8A6D00")
BAD = ("refused", "lost")

#: Dashes and width of a line.
LINES: dict[str, tuple[tuple[float, ...], float]] = {
    "planned": ((), 2.0),
    "connected": ((), 2.6),
    "closed": ((1.2, 2.4), 1.5),
    "datagrams": ((1.2, 5), 2.0),
    "refused": ((4, 2.2), 2.2),
    "lost": ((6, 2, 1.2, 2), 2.2),
}


class _Map:
    """Where everything stands."""

    def __init__(self, hosts: Mapping[str, Sequence[str]], wires: Sequence[Wire]) -> None:
        self.places: dict[str, Place] = {}
        self.frames: list[tuple[str, int, int, int]] = []
        used = [0] * COLUMNS
        for index, (host, names) in enumerate(hosts.items()):
            column = index % COLUMNS
            top = used[column]
            for row, name in enumerate(names, top + 1):
                self.places[name] = Place(column, row)
            used[column] = top + 1 + len(names)
            self.frames.append((host, column, top, used[column] - 1))
        self.columns = min(COLUMNS, len(hosts))
        self.nets = nets_of(wires, self.places)
        servers = list(dict.fromkeys(net.server for net in self.nets))
        self.colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(servers)}
        self._slots(max(used))
        self._rows(max(used))
        self._channels()

    def colour(self, net: Net) -> str:
        """The colour of its lines."""
        return RED if net.state in BAD else self.colours[net.server]

    def leaving(self, wire: Wire) -> str:
        """The side on which the wire leaves its client."""
        return leaves(self.places[wire.client], self.places[wire.server])

    def _slots(self, rows: int) -> None:
        # Under the name stand the ports of a server, each across the whole box and reached from both sides; under them,
        # at the side where the line leaves, what went wrong for a client.
        self.ports: dict[str, list[str]] = defaultdict(list)
        self.chips: dict[tuple[str, str], list[Wire]] = defaultdict(list)
        self.exits: dict[tuple[str, str], list[Wire]] = defaultdict(list)
        for net in self.nets:
            if net.port not in self.ports[net.server]:
                self.ports[net.server].append(net.port)
        for net in self.nets:
            for wire in net.wires:
                out = self.chips if net.state in BAD else self.exits
                out[wire.client, self.leaving(wire)].append(wire)
        self.names = [float(NAME)] * rows
        slots = [0] * rows
        for name, place in self.places.items():
            for side in (LEFT, RIGHT):
                leaving = 24 + EXIT * len(self.exits.get((name, side), ()))
                self.names[place.row] = max(self.names[place.row], leaving)
                used = len(self.ports.get(name, ())) + len(self.chips.get((name, side), ()))
                slots[place.row] = max(slots[place.row], used)
        self.slots = slots

    def _rows(self, rows: int) -> None:
        headers = {top for _, _, top, _ in self.frames}
        filled = {place.row for place in self.places.values()}
        self.corridors: dict[int, float] = {}
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        y = 0.0
        for row in range(rows):
            tall = self.names[row] + CHIP * self.slots[row] + 4 if row in filled else 0.0
            tall = max(tall, HEADER if row in headers else 0)
            self.tops.append(y)
            self.bottoms.append(y + tall)
            y += tall + (16 if row in headers and row not in filled else GAP)
            for index, net in enumerate(self.nets):
                if net.far and self.places[net.server].row == row:
                    self.corridors[index] = y - GAP + BESIDE
                    y += LANE
        self.tall = y

    def exit_y(self, net: Net, wire: Wire) -> float:
        """The height at which a wire leaves its client. Sides differ a little, so that no two lines coincide."""
        side, place = self.leaving(wire), self.places[wire.client]
        if net.state in BAD:
            return self.chip_y(wire.client, side, wire)
        index = self.exits[wire.client, side].index(wire)
        return self.tops[place.row] + 14 + EXIT * index + (0 if side == RIGHT else EXIT / 2)

    def chip_y(self, name: str, side: str, chip: str | Wire) -> float:
        """The height at which lines meet a chip."""
        row = self.places[name].row
        ports = self.ports[name]
        slot = ports.index(chip) if isinstance(chip, str) else len(ports) + self.chips[name, side].index(chip)
        return self.tops[row] + self.names[row] + CHIP * (slot + 0.5) + (3 if side == RIGHT else -3)

    def _channels(self) -> None:
        # A trunk for each net where its port is, and one in each other channel that its far wires leave into.
        self.trunks: dict[tuple[int, int], list[float]] = {}
        for index, net in enumerate(self.nets):
            heights = [self.chip_y(net.server, net.side, net.port)]
            heights += [self.exit_y(net, wire) for wire in net.near]
            self.trunks[index, net.channel] = heights
            for wire in net.far:
                leaving = channel(self.places[wire.client], self.leaving(wire))
                self.trunks.setdefault((index, leaving), [self.corridors[index]]).append(self.exit_y(net, wire))
            if net.far:
                heights.append(self.corridors[index])
        self.lane_x: dict[tuple[int, int], float] = {}
        self.column_x: list[float] = []
        x = 0.0
        for number in range(self.columns + 1):
            keys = [key for key in self.trunks if key[1] == number]
            chosen = lanes([(min(self.trunks[key]), max(self.trunks[key])) for key in keys])
            count = max(chosen, default=-1) + 1
            for key, lane in zip(keys, chosen, strict=True):
                self.lane_x[key] = x + BESIDE + LANE * lane
            x += 2 * BESIDE + LANE * (count - 1) if count else (BESIDE if 0 < number < self.columns else 0)
            if number < self.columns:
                self.column_x.append(x)
                x += WIDE + 2 * FRAME
        self.wide = x


def draw_map(hosts: Mapping[str, Sequence[str]], wires: Sequence[Wire], notes: Sequence[str]) -> Canvas:
    """The page: applications by host, wires, and a legend of the states that occur."""
    plan = _Map(hosts, wires) if hosts else None
    inner, tall = (plan.wide, plan.tall) if plan else (0.0, 0.0)
    wide = max(NARROWEST, inner + 2 * EDGE)
    states = [state for state in LINES if any(wire.state == state for wire in wires)]
    canvas = Canvas(wide, EDGE + tall + (2 * LINE if states else 0) + LINE * len(notes) + EDGE)
    y = EDGE + tall
    if plan:
        pen = _Pen(canvas, plan, EDGE, EDGE)
        pen.frames()
        pen.applications()
        for index in range(len(plan.nets)):
            pen.net(index)
    if states:
        _legend(canvas, states, y + LINE)
        y += 2 * LINE
    for note in notes:
        canvas.text(EDGE, y + LINE / 2, note, room=wide - 2 * EDGE)
        y += LINE
    return canvas


def _legend(canvas: Canvas, states: Sequence[str], y: float) -> None:
    x: float = EDGE
    for state in states:
        dashes, line = LINES[state]
        colour = RED if state in BAD else INK
        canvas.line([(x, y), (x + 44, y)], colour=colour, dashes=dashes, line=line)
        _head(canvas, x + 54, y, RIGHT, colour)
        word = words.CONNECTION_WORDS[state]
        canvas.text(x + 64, y, word, room=200)
        x += 64 + canvas.width(word) + 34


def _head(canvas: Canvas, x: float, y: float, towards: str, colour: str) -> None:
    back = -12 if towards == RIGHT else 12
    canvas.shape([(x, y), (x + back, y - 6), (x + back, y + 6)], colour=colour)


class _Pen:
    """Draws a map on a page, moved by (`dx`, `dy`)."""

    def __init__(self, canvas: Canvas, plan: _Map, dx: float, dy: float) -> None:
        self.canvas, self.plan, self.dx, self.dy = canvas, plan, dx, dy

    def frames(self) -> None:
        """The hosts."""
        plan = self.plan
        for host, column, first, last in plan.frames:
            x, y = self.dx + plan.column_x[column], self.dy + plan.tops[first]
            tall = plan.bottoms[last] - plan.tops[first] + FRAME - 2
            self.canvas.box(x, y, WIDE + 2 * FRAME, tall, edge="#444444", fill="#f2f2f2", level=1)
            self.canvas.text(x + FRAME, y + HEADER / 2 + 4, host, room=WIDE, size=18, bold=True)

    def applications(self) -> None:
        """The applications with their chips."""
        plan = self.plan
        for name, place in plan.places.items():
            x = self.dx + plan.column_x[place.column] + FRAME
            top, bottom = plan.tops[place.row], plan.bottoms[place.row]
            self.canvas.box(x, self.dy + top, WIDE, bottom - top, line=2)
            self._name(x + WIDE / 2, self.dy + top + plan.names[place.row] / 2, name)
            for port in plan.ports.get(name, ()):
                self._port(x, name, port)
            for side in (LEFT, RIGHT):
                for wire in plan.chips.get((name, side), ()):
                    self._chip(x, name, side, wire)

    def _name(self, x: float, y: float, name: str) -> None:
        room = WIDE - 20
        lines = [name]
        if self.canvas.width(name, bold=True) > room:
            breaks = [at for at, char in enumerate(name, 1) if char in "_-. " and at < len(name)]
            fitting = [at for at in breaks if self.canvas.width(name[:at], bold=True) <= room]
            if fitting:
                lines = [name[: fitting[-1]].rstrip(), name[fitting[-1] :]]
        for index, line in enumerate(lines):
            middle = y + (index - (len(lines) - 1) / 2) * LINE
            self.canvas.text(x, middle, line, room=room, bold=True, align="center")

    def _middle(self, name: str, side: str, chip: str | Wire) -> float:
        return self.dy + self.plan.chip_y(name, side, chip) - (3 if side == RIGHT else -3)

    def _port(self, x: float, name: str, port: str) -> None:
        y = self._middle(name, LEFT, port)
        self.canvas.box(x, y - CHIP / 2 + 2, WIDE, CHIP - 4, line=1.5, fill="#ffffff")
        self.canvas.text(x + WIDE / 2, y, port, room=WIDE - 24, size=TEXT, align="center")

    def _chip(self, x: float, name: str, side: str, wire: Wire) -> None:
        y = self._middle(name, side, wire)
        text = f"✕ {words.CONNECTION_WORDS[wire.state]}"
        other = len(self.plan.chips.get((name, RIGHT if side == LEFT else LEFT), ()))
        alone = other <= self.plan.chips[name, side].index(wire)
        room = WIDE - 24 if alone else WIDE / 2 - 18
        wide = min(room, self.canvas.width(text)) + 12
        left = x if side == LEFT else x + WIDE - wide
        self.canvas.box(left, y - CHIP / 2 + 2, wide, CHIP - 4, edge=RED, line=1.5, fill="#ffffff")
        self.canvas.text(left + 6, y, text, room=room, size=TEXT)

    def _edge_x(self, name: str, side: str) -> float:
        x = self.plan.column_x[self.plan.places[name].column] + FRAME
        return self.dx + (x if side == LEFT else x + WIDE)

    def net(self, index: int) -> None:
        """All lines to one port from one side."""
        plan, net = self.plan, self.plan.nets[index]
        dashes, line = LINES[net.state]
        colour = plan.colour(net)
        runs: list[list[tuple[float, float]]] = []
        for (owner, number), heights in plan.trunks.items():
            if owner == index:
                x = self.dx + plan.lane_x[owner, number]
                low, high = self.dy + min(heights), self.dy + max(heights)
                runs.append([(x, low), (x, high)])
                for height in heights:
                    if low < self.dy + height < high:
                        self.canvas.dot(x, self.dy + height, colour=colour)
        trunk = self.dx + plan.lane_x[index, net.channel]
        if net.far:
            across = [self.dx + plan.lane_x[key] for key in plan.trunks if key[0] == index]
            y = self.dy + plan.corridors[index]
            runs.append([(min(across), y), (max(across), y)])
            for x in across:
                if min(across) < x < max(across):
                    self.canvas.dot(x, y, colour=colour)
        for wire in net.wires:
            side = plan.leaving(wire)
            x = self.dx + plan.lane_x[index, channel(plan.places[wire.client], side)]
            y = self.dy + plan.exit_y(net, wire)
            runs.append([(self._edge_x(wire.client, side), y), (x, y)])
        y = self.dy + plan.chip_y(net.server, net.side, net.port)
        end = self._edge_x(net.server, net.side)
        runs.append([(trunk, y), (end + (-10 if net.side == LEFT else 10), y)])
        for run in runs:
            self.canvas.line(run, colour=colour, dashes=dashes, line=line)
        _head(self.canvas, end, y, RIGHT if net.side == LEFT else LEFT, colour)
