"""`port_map(lab)`: the ports of each host, and what became of them. A square says it besides the colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..model import Deployment
from ..table import Table
from . import words
from .canvas import LINE, Canvas
from .pictures import Picture
from .style import BLUE, FAINT, GREEN, RED, clean

__all__ = ["Cell", "PortMap", "port_box", "port_map"]

#: Boxes in one picture; the table has them all.
DRAWN = 60

# Pixels.
ACROSS, WIDE, TALL, GAP, EDGE, TITLE = 2, 342, 4 * LINE + 22, 14, 16, 44


class Cell(NamedTuple):
    """One planned port as the map shows it."""

    host: str
    application: str
    port: str
    port_id: str
    purpose: str
    address: str
    state: str
    holder: str

    @property
    def kind(self) -> str:
        """What the port is for, and on which address, where the plan names one."""
        return words.PURPOSE_AT.format(purpose=self.purpose, address=self.address) if self.address else self.purpose

    @property
    def outcome(self) -> str:
        """The state in words, with who holds a taken port."""
        if self.state != "taken":
            return words.PORT_WORDS[self.state]
        return words.TAKEN_BY.format(holder=self.holder) if self.holder else words.TAKEN_BY_STRANGER


class Style(NamedTuple):
    """How a state looks: its border, and the band at the left of the box."""

    edge: str
    line: float
    dashes: str
    band: str
    hatch: str


STYLES = {
    "planned": Style(BLUE, 2.0, "solid", "#ffffff", ""),
    "closed": Style(FAINT, 2.0, "dashed", "#ffffff", ""),
    "listening": Style(GREEN, 3.0, "solid", GREEN, ""),
    "taken": Style(RED, 3.0, "solid", "#ffffff", "xx"),
}


def plan_of(thing: Any, wanted: str) -> Deployment:
    """The plan that `thing` is or has; `wanted` is the sentence for anything else."""
    plan = thing if isinstance(thing, Deployment) else getattr(thing, "plan", None)
    if not isinstance(plan, Deployment):
        raise TypeError(wanted.format(kind=type(thing).__name__))
    return plan


def port_map(thing: Any, host: str | None = None) -> PortMap:
    """The port map of a plan, or of a lab with the state of each port; of one host, or of all.

    Raises `UnknownHostError`.
    """
    plan = plan_of(thing, words.PORT_MAP_WANTED)
    hosts = [plan.host(host).name] if host is not None else [one.name for one in plan.hosts]
    if hasattr(thing, "port_states"):
        every = [
            _cell(state.application, state.host, state.port, str(state.status), state.holder)
            for state in thing.port_states()
        ]
    else:
        every = [_cell(one.name, one.host, port, "planned", "") for one, port in plan.ports()]
    shown: dict[str, list[Cell]] = {clean(name): [] for name in hosts}
    for cell in every:
        if cell.host in shown:
            shown[cell.host].append(cell)
    return PortMap(shown)


def _cell(application: str, host: str, port: Any, state: str, holder: str) -> Cell:
    return Cell(
        clean(host),
        clean(application),
        clean(port),
        clean(port.port_id),
        clean(port.purpose),
        clean(port.address),
        state,
        clean(holder),
    )


class PortMap(Picture):
    """A snapshot of the ports of some hosts: a picture in a notebook, a table as text."""

    def __init__(self, hosts: dict[str, list[Cell]]) -> None:
        self._hosts = {name: tuple(cells) for name, cells in hosts.items()}

    @property
    def cells(self) -> Sequence[Cell]:
        """Every port of the map, host by host."""
        return [cell for cells in self._hosts.values() for cell in cells]

    def table(self) -> Table:
        """The same facts as rows."""
        rows = []
        for cell in self.cells:
            holder = cell.holder or (words.STRANGER if cell.state == "taken" else "")
            state = f"{words.PORT_MARKS[cell.state]} {words.PORT_WORDS[cell.state]}"
            rows.append((*cell[:6], state, holder))
        return Table(words.PORT_MAP_COLUMNS, rows, caption=self.summary()).without_empty_columns()

    def summary(self) -> str:
        """One sentence: how many ports, on which hosts."""
        count = len(self.cells)
        if not count:
            return words.PORT_MAP_EMPTY
        template = words.PORT_MAP_CAPTION_ONE if count == 1 else words.PORT_MAP_CAPTION
        return template.format(count=count, hosts=", ".join(self._hosts))

    def describe(self) -> str:
        """The map in whole sentences, for who cannot see it."""
        told = [
            words.PORT_MAP_PORT.format(host=cell.host, port=cell.port, application=cell.application, state=cell.outcome)
            for cell in self.cells[:8]
        ]
        return words.PORT_MAP_ALT.format(ports=" ".join(told) or words.PORT_MAP_EMPTY)

    # --- drawing

    def _panels(self) -> list[tuple[str, Sequence[Cell]]]:
        """Each host with the ports that are drawn; hosts past the limit are left to the table."""
        panels: list[tuple[str, Sequence[Cell]]] = []
        left = DRAWN
        for name, cells in self._hosts.items():
            if left > 0:
                panels.append((name, cells[:left]))
                left -= max(1, len(cells))
        return panels

    def draw(self) -> Canvas:
        """The page."""
        panels = self._panels()
        rows = [max(1, -(-len(cells) // ACROSS)) for _, cells in panels]
        wide = EDGE * 2 + GAP * (ACROSS + 1) + WIDE * ACROSS
        more = len(self.cells) - sum(len(cells) for _, cells in panels)
        note = words.counted(words.MORE_PORTS_ONE, words.MORE_PORTS, more) if more else ""
        note = note if panels else words.PORT_MAP_EMPTY
        tall = EDGE + sum(TITLE + count * (TALL + GAP) + EDGE for count in rows) + (2 * LINE if note else 0)
        canvas = Canvas(wide, tall)
        y: float = EDGE
        for (name, cells), count in zip(panels, rows, strict=True):
            high = TITLE + count * (TALL + GAP)
            canvas.box(EDGE, y, wide - 2 * EDGE, high, edge="#444444", fill="#f2f2f2", level=1)
            canvas.text(EDGE + GAP, y + TITLE / 2, name, room=wide - 4 * EDGE, size=20, bold=True)
            if not cells:
                canvas.text(EDGE + GAP, y + TITLE + LINE, words.HOST_EMPTY, room=wide - 4 * EDGE)
            for index, cell in enumerate(cells):
                down, across = divmod(index, ACROSS)
                port_box(canvas, EDGE + GAP + across * (WIDE + GAP), y + TITLE + down * (TALL + GAP), cell)
            y += high + EDGE
        canvas.text(EDGE, y + LINE / 2, note, room=wide - 2 * EDGE)
        return canvas


def port_box(canvas: Canvas, x: float, y: float, cell: Cell, wide: float = WIDE, note: str = "") -> None:
    """One port of a map with its state, and with a `note` in a line of its own."""
    style, band = STYLES[cell.state], 22
    tall = TALL + LINE if note else TALL
    canvas.box(x, y, wide, tall, edge="none")
    edge = "none" if cell.state == "planned" else style.edge
    canvas.box(x, y, band, tall, edge=edge, fill=style.band, hatch=style.hatch, line=0)
    canvas.box(x, y, wide, tall, edge=style.edge, fill="none", line=style.line, dashes=style.dashes)
    left, room = x + band + 10, wide - band - 18
    outcome = f"{words.PORT_MARKS[cell.state]} {cell.outcome}"
    canvas.text(left, y + 23, cell.port, room=room, size=22, bold=True)
    canvas.text(left, y + 25 + LINE, cell.application, room=room, bold=True)
    canvas.text(left, y + 25 + 2 * LINE, cell.kind, room=room)
    canvas.text(left, y + 25 + 3 * LINE, outcome, room=room)
    canvas.text(left, y + 25 + 4 * LINE, note, room=room)
