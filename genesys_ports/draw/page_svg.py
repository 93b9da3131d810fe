"""A page of a ladder as SVG: each step in a low row, its words as wide as the page; a dozen fit on a screen."""

from __future__ import annotations

import re
from html import escape

from ..trace import Kind
from . import words
from .sheet import Sheet, Step
from .style import FAINT, fit, width
from .svg import DOT, LOOKS, PAGE, arrow_of, mark_at, number, path_of, text_at

__all__ = ["write_page"]

# Sizes in pixels.
SIZE, SMALL, EDGE = 15, 13, 10
ROW, LINE = 42, 19

#: How wide a page is with few life lines, with which the fields of a step find room beside it, and with more.
NARROW, WIDE, FEW = 540, 800, 4

#: The narrowest that a life line's own part of the page becomes.
GAP = 96

#: Lines on which a long name stands.
NAME_LINES = 3

_PARTS = re.compile(r"[^_\-. ]*[_\-. ]?")

STYLE = f"""\
.gp-page{{font-family:Arial,"Liberation Sans",Helvetica,sans-serif;font-size:{SIZE}px}}
.gp-page text{{fill:{PAGE["ink"]}}}
.gp-page .gp-s{{font-size:{SMALL}px}}
.gp-page .gp-b{{font-weight:bold}}
.gp-page .gp-m{{text-anchor:middle}}
.gp-page .gp-paper{{fill:{PAGE["paper"]}}}
.gp-page .gp-head{{fill:{PAGE["paper"]};stroke:{PAGE["ink"]};stroke-width:2}}
.gp-page .gp-life{{stroke:{FAINT};stroke-width:1.5}}
.gp-page .gp-now{{fill:var(--jp-layout-color2,#eeeeee)}}
.gp-page .gp-edge{{fill:none;stroke:{PAGE["ink"]};stroke-width:2}}
.gp-page .gp-point{{fill:{PAGE["ink"]}}}"""


class _Page:
    """The parts of one picture."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        count = max(1, len(sheet.heads))
        self.width = max(NARROW if count <= FEW else WIDE, GAP * count)
        self.gap = self.width / count
        self.columns = [self.gap * (index + 0.5) for index in range(count)]
        self.parts: list[str] = []

    def heads(self) -> float:
        """The boxes with name and host; how far down they reach."""
        wide = min(self.gap - 6, 250)
        named = [_broken(head.name, wide - 8) for head in self.sheet.heads]
        tall = LINE * max(map(len, named), default=1) + 10
        if any(head.host for head in self.sheet.heads):
            tall += LINE - 2
        for x, head, lines in zip(self.columns, self.sheet.heads, named, strict=False):
            left = number(x - wide / 2)
            tip = "\n".join(part for part in head if part)
            box = f'<rect class="gp-head" x="{left}" y="2" width="{number(wide)}" height="{tall}" rx="7"/>'
            self.parts.append(f"<g>{_tip(tip)}{box}")
            rows = [(line, "gp-b gp-m") for line in lines]
            rows += [(fit(head.host, wide - 8, SMALL), "gp-s gp-m")] * bool(head.host)
            top = 2 + (tall - LINE * len(rows)) / 2 + 14
            self.parts += [text_at(x, top + LINE * row, shown, css) for row, (shown, css) in enumerate(rows)]
            self.parts.append("</g>")
        return 2 + tall

    def step(self, step: Step, y: float, *, now: bool) -> None:
        """One row, from `y` down."""
        self.parts.append(f"<g>{_tip(step.sentence)}")
        if now:
            box = f'x="1.5" y="{number(y + 1)}" width="{number(self.width - 3)}" height="{ROW - 2}" rx="5"'
            self.parts.append(f'<rect class="gp-now" {box}/>')
            # The life lines go on through it.
            self.parts += [_life(x, y + 1, y + ROW - 1) for x in self.columns[: len(self.sheet.heads)]]
            self.parts.append(f'<rect class="gp-edge" {box}/>')
            middle = number(y + ROW / 2)
            self.parts.append(f'<path class="gp-point" d="M3 {number(y + 10)}L13 {middle}L3 {number(y + ROW - 10)}Z"/>')
        x1, x2 = self.columns[step.start], self.columns[step.end]
        look = LOOKS[step.kind]
        if step.boxed:
            self._words(step, x1, y + 26, now=now, look=step.kind)
        elif step.start == step.end:
            right = -1 if step.start == len(self.columns) - 1 else 1
            self._words(step, x1, y + 16, now=now)
            self.parts.append(path_of(f"M{number(x1)} {number(y + 24)}h{28 * right}v11h{-14 * right}", look.colour))
            self.parts.append(arrow_of(x1 + 16 * right, x1, y + 35, look._replace(head="open", dashes="")))
        else:
            self._words(step, (x1 + x2) / 2, y + 16, now=now)
            self.parts.append(arrow_of(x1, x2, y + 29, look, again=step.again, dropped=step.dropped))
        self.parts.append("</g>")

    def _words(self, step: Step, x: float, y: float, *, now: bool, look: Kind | None = None) -> None:
        """The words of a step around `x`, moved so far that they stay on the page."""
        left, right = EDGE + 8, self.width - EDGE
        room = right - left - (22 if look else 0)
        said = fit(step.title, room, SIZE, bold=now)
        for part in (step.phrase, step.mark, step.text):
            beside = f"{said}{DOT}{part}" if part else said
            if width(beside, SIZE, bold=now) <= room:
                said = beside
        wide = width(said, SIZE, bold=now) + (22 if look else 0)
        start = max(left, min(x - wide / 2, right - wide))
        # A life line that passes behind the words must not strike them through.
        css = "gp-now" if now else "gp-paper"
        box = f'x="{number(start - 3)}" y="{number(y - 14)}" width="{number(wide + 6)}" height="18"'
        self.parts.append(f'<rect class="{css}" {box}/>')
        if look:
            self.parts.append(mark_at(start, y - 5, LOOKS[look]))
        # In the middle of its room: the width of the words is only about what the browser makes of them.
        middle = start + (22 if look else 0) + width(said, SIZE, bold=now) / 2
        self.parts.append(text_at(middle, y, said, "gp-b gp-m" if now else "gp-m"))


def _tip(tip: str) -> str:
    return f"<title>{escape(tip)}</title>"


def _life(x: float, top: float, bottom: float) -> str:
    at = number(x)
    return f'<line class="gp-life" x1="{at}" y1="{number(top)}" x2="{at}" y2="{number(bottom)}"/>'


def _broken(name: str, room: float) -> list[str]:
    """A name on a few lines, broken behind `_`, `-`, a dot or a blank."""
    lines = [""]
    for part in _PARTS.findall(name[:400]):
        if width(lines[-1] + part, SIZE, bold=True) <= room or not lines[-1]:
            lines[-1] += part
        else:
            lines.append(part)
    kept = lines[: NAME_LINES - 1] + ["".join(lines[NAME_LINES - 1 :])] * (len(lines) >= NAME_LINES)
    return [fit(line.strip(), room, SIZE, bold=True) for line in kept]


def write_page(sheet: Sheet, current: int | None, rows: int) -> str:
    """The picture; `rows` is for how many steps it has room."""
    page = _Page(sheet)
    top = page.heads() + 4
    tall = top + ROW * max(1, rows) + 4
    lives = [_life(x, top - 4, tall - 2) for x in page.columns[: len(sheet.heads)]]
    for place, step in enumerate(sheet.steps):
        page.step(step, top + ROW * place, now=place == current)
    if not sheet.steps:
        page.parts.append(text_at(EDGE, top + 24, fit(words.NOTHING_SEEN, page.width - 2 * EDGE, SIZE)))
    wide = number(page.width)
    # A picture with many life lines keeps its size and scrolls: shrunk to fit, nobody could read it.
    style = "width:100%;height:auto;display:block;max-width:" + (f"{wide}px" if page.width <= 1.25 * WIDE else "none")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="gp-page" viewBox="0 0 {wide} {number(tall)}" '
            f'width="{wide}" height="{number(tall)}" style="{style}">',
            f"<style>{STYLE}</style>",
            '<rect class="gp-paper" width="100%" height="100%"/>',
            *lives,
            *page.parts,
            "</svg>",
        ]
    )
