"""What port maps and topologies share: a matplotlib picture and a table of the same facts, shown and saved alike."""

from __future__ import annotations

import base64
import os
from html import escape
from pathlib import Path

from ..output import save
from ..table import Table, Tabled
from . import words
from .canvas import SHARPNESS, Canvas, render
from .style import PAPER

__all__ = ["Picture"]


class Picture(Tabled):
    """A snapshot: a picture with its table in a notebook, the table as text."""

    #: A table of more rows is folded beneath its picture.
    rows_open = 12

    def draw(self) -> Canvas:
        """The page."""
        raise NotImplementedError

    def summary(self) -> str:
        """One sentence: the caption."""
        raise NotImplementedError

    def describe(self) -> str:
        """The picture in whole sentences, for who cannot see it."""
        raise NotImplementedError

    def to_png(self) -> bytes:
        """The picture as PNG, on white."""
        return render(self.draw, "png")

    def to_svg(self) -> str:
        """The picture as SVG, on white."""
        return render(self.draw, "svg").decode()

    def to_csv(self) -> str:
        """The table as CSV; no cell can run as a formula."""
        return self.table().to_csv()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a new file; its ending says what: .png, .svg, .txt or .csv. Raises `OutputError`."""
        text = f"{self}\n"
        return save(path, {".png": self.to_png, ".svg": self.to_svg, ".txt": text.__str__, ".csv": self.to_csv})

    def _repr_html_(self) -> str:
        png, table, caption = self.to_png(), self.table(), escape(self.summary())
        # The width stands in the first chunk of a PNG file (PNG specification, 11.2.1). A picture is never shrunk so
        # far that its words become too small, and stands on its own white ground in a dark theme too.
        wide = int.from_bytes(png[16:20]) / SHARPNESS
        style = f"width:{wide:.0f}px;max-width:max(100%,{wide * 0.9:.0f}px);height:auto;background:{PAPER}"
        rows = Table(table.columns, table.rows)._repr_html_() if table.rows else ""
        if len(table) > self.rows_open:
            rows = f"<details><summary>{escape(words.AS_TABLE)}</summary>{rows}</details>"
        return (
            f'<figure style="margin:0"><div tabindex="0" role="group" aria-label="{caption}" style="overflow-x:auto">'
            f'<img alt="{escape(self.describe())}" style="{style}" '
            f'src="data:image/png;base64,{base64.b64encode(png).decode()}"></div>\n'
            f'<figcaption style="font-size:1.05em">{caption}</figcaption>\n{rows}</figure>'
        )
