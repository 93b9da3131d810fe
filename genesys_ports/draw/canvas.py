"""A white page drawn with matplotlib: coordinates in pixels from the top left, the same bytes on every run.

Nothing of matplotlib's global state is used or changed: no pyplot, no style of the user's.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from .style import INK, PAPER

__all__ = ["LINE", "SHARPNESS", "Canvas", "render"]

DPI = 100
#: Picture points for one pixel of the page: sharp on a projector and on a fine screen.
SHARPNESS = 1.5
#: 12 points, the smallest text on a page, in pixels; and how far apart lines of it stand.
TEXT = 12 * DPI / 72
LINE = 24

_SETTINGS = {
    "font.family": ["DejaVu Sans"],
    "hatch.linewidth": 2.0,
    "lines.solid_capstyle": "projecting",
    "svg.fonttype": "path",
    "svg.hashsalt": "genesys_ports",
    "text.usetex": False,
}


class Canvas:
    """One page."""

    def __init__(self, wide: float, tall: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.wide, self.tall = wide, tall
        self.figure = Figure(figsize=(wide / DPI, tall / DPI), dpi=DPI, facecolor=PAPER)
        self._renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self._axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_xlim(0, wide)
        self._axes.set_ylim(tall, 0)
        self._axes.axis("off")

    def width(self, text: str, size: float = TEXT, *, bold: bool = False) -> float:
        """How wide the text stands, in pixels."""
        from matplotlib.font_manager import FontProperties

        font = FontProperties(family="DejaVu Sans", size=size * 72 / DPI, weight="bold" if bold else "normal")
        wide: float = self._renderer.get_text_width_height_descent(text, font, ismath=False)[0]
        return wide

    def fit(self, text: str, room: float, size: float = TEXT, *, bold: bool = False) -> str:
        """The text, cut to `room` pixels."""
        if self.width(text, size, bold=bold) <= room:
            return text
        low, high = 0, min(len(text), 200)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(f"{text[:middle]}…", size, bold=bold) <= room:
                low = middle
            else:
                high = middle - 1
        return f"{text[:low].rstrip()}…"

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        room: float,
        size: float = TEXT,
        bold: bool = False,
        align: str = "left",
        colour: str = INK,
    ) -> None:
        """A line of text whose middle stands at height `y`, cut to `room` pixels."""
        self._axes.text(
            x,
            y,
            self.fit(text, room, size, bold=bold),
            fontsize=size * 72 / DPI,
            fontweight="bold" if bold else "normal",
            ha=align,
            va="center_baseline",
            color=colour,
            # A dollar sign in a name is no formula.
            parse_math=False,
            zorder=5,
        )

    def box(
        self,
        x: float,
        y: float,
        wide: float,
        tall: float,
        *,
        edge: str = INK,
        fill: str = PAPER,
        line: float = 1.5,
        dashes: str | tuple[float, Sequence[float]] = "solid",
        hatch: str = "",
        level: float = 3,
    ) -> None:
        """A rectangle; `level` says what lies above what."""
        from matplotlib.patches import Rectangle

        self._axes.add_patch(
            Rectangle(
                (x, y),
                wide,
                tall,
                edgecolor=edge,
                facecolor=fill,
                linewidth=line,
                linestyle=dashes,
                hatch=hatch or None,
                zorder=level,
            )
        )

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        dashes: Sequence[float] = (),
        line: float = 2.0,
        level: float = 2,
    ) -> None:
        """A line through all the points; `dashes` are lengths on and off, in line widths."""
        from matplotlib.lines import Line2D

        xs, ys = zip(*points, strict=True)
        self._axes.add_line(
            Line2D(
                xs, ys, color=colour, linestyle=(0, tuple(dashes)) if dashes else "solid", linewidth=line, zorder=level
            )
        )

    def shape(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        edge: str = "",
        line: float = 1.0,
        dashes: str = "solid",
        hatch: str = "",
    ) -> None:
        """A filled shape with these corners; its border has the same colour unless `edge` gives another."""
        from matplotlib.patches import Polygon

        self._axes.add_patch(
            Polygon(
                points,
                closed=True,
                facecolor=colour,
                edgecolor=edge or colour,
                linewidth=line,
                linestyle=dashes,
                hatch=hatch or None,
                zorder=4,
            )
        )

    def dot(self, x: float, y: float, *, colour: str, radius: float = 4) -> None:
        """A small disc."""
        from matplotlib.patches import Circle

        self._axes.add_patch(Circle((x, y), radius, facecolor=colour, edgecolor=colour, zorder=4))


def render(draw: Callable[[], Canvas], form: str) -> bytes:
    """What `draw` draws, as "png" or "svg"."""
    import matplotlib.style

    out = io.BytesIO()
    with matplotlib.style.context(["default", _SETTINGS]), warnings.catch_warnings():
        # A character that the font lacks shows as an empty box; that is no reason to warn in every cell.
        warnings.filterwarnings("ignore", message="Glyph")
        metadata: dict[str, Any] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
        draw().figure.savefig(out, format=form, dpi=DPI * SHARPNESS, facecolor=PAPER, metadata=metadata)
    return out.getvalue()
