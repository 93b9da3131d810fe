"""A ladder as SVG. No ids, no scripts, nothing fetched: it can stand in a page any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from ..trace import Kind
from . import words
from .sheet import Head, Sheet, Step
from .style import BLUE, FAINT, GREEN, INK, ORANGE, PAPER, PURPLE, RED, fit, width

__all__ = ["DOT", "LOOKS", "PAGE", "arrow_of", "mark_at", "number", "path_of", "text_at", "write_svg"]

# Sizes in pixels; the text is large enough for the back of a classroom.
SIZE, SMALL = 17, 15
FULL, NARROWEST, PADDING = 900, 236, 14
HEAD, REPEAT, ARROW, BELOW, BOX, TALL_BOX, NOTE = 92, 44, 66, 21, 48, 68, 26

DOT = " · "

#: How far a datagram comes that the network drops.
BREAKS_AT = 0.75

#: After so many steps the names are written again, so that they never scroll out of sight.
NAMES_EVERY = 12

#: The theme of JupyterLab, with colours of our own where there is none.
PAGE = {"ink": f"var(--jp-content-font-color0,{INK})", "paper": f"var(--jp-layout-color0,{PAPER})"}
FILE = {"ink": INK, "paper": PAPER}

STYLE = """\
.{name}{{font-family:Arial,"Liberation Sans",Helvetica,sans-serif;font-size:{small}px}}
.{name} text{{fill:{ink}}}
.{name} .gp-b{{font-weight:bold;font-size:{size}px}}
.{name} .gp-m{{text-anchor:middle}}
.{name} .gp-paper{{fill:{paper}}}
.{name} .gp-head{{fill:{paper};stroke:{ink};stroke-width:2}}
.{name} .gp-life{{stroke:{faint};stroke-width:1.5}}
.{name} .gp-ink{{stroke:{ink};fill:none}}"""


class Look(NamedTuple):
    """How a kind is drawn: told apart by dashes and head first, by colour besides."""

    colour: str
    dashes: str
    head: str


LOOKS = {
    Kind.REQUEST: Look(BLUE, "", "filled"),
    Kind.RESPONSE: Look(BLUE, "10 6", "open"),
    Kind.EVENT: Look(PURPLE, "", "open"),
    Kind.CONNECT: Look(GREEN, "2 6", "open"),
    Kind.ACCEPT: Look(GREEN, "2 6", "open"),
    Kind.REFUSED: Look(RED, "", "cross"),
    Kind.DISCONNECT: Look(ORANGE, "2 6", "bar"),
    Kind.LOST: Look(RED, "", "broken"),
    Kind.OPENED: Look(GREEN, "", "full"),
    Kind.CLOSED: Look(FAINT, "6 4", "empty"),
    Kind.TAKEN: Look(RED, "", "crossed"),
    Kind.MEDIA: Look(GREEN, "16 4 4 4", "filled"),
}


def number(value: float) -> str:
    """A length in pixels: one digit behind the point at most."""
    return f"{value:.1f}".removesuffix(".0")


def text_at(x: float, y: float, text: str, css: str = "") -> str:
    """A line of words that begins here, or with a class of its own stands around here."""
    kind = f' class="{css}"' if css else ""
    return f'<text x="{number(x)}" y="{number(y)}"{kind}>{escape(text)}</text>'


def path_of(d: str, colour: str, *, dashes: str = "", fill: str = "none", wide: float = 2.5) -> str:
    """A line, or what lines enclose."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    round_ends = ' stroke-linecap="round"' if dashes.startswith("2 ") else ""
    return f'<path d="{d}" stroke="{colour}" stroke-width="{wide}" fill="{fill}"{dashed}{round_ends}/>'


def _cross(x: float, y: float, colour: str, half: float = 8) -> str:
    west, east, north, south = (number(v) for v in (x - half, x + half, y - half, y + half))
    return path_of(f"M{west} {north}L{east} {south}M{west} {south}L{east} {north}", colour, wide=3.5)


def arrow_of(x1: float, x2: float, y: float, look: Look, *, again: bool = False, dropped: bool = False) -> str:
    """A line from x1 to x2 with the head that its kind has.

    What is sent again has two chevrons at its tail; what the network drops never arrives: its line breaks off.
    """
    ahead = 1 if x2 > x1 else -1
    y_ = number(y)
    if again:
        chevron = f"l{7 * ahead} 7l{-7 * ahead} 7"
        tails = "".join(f"M{number(x1 + at * ahead)} {number(y - 7)}{chevron}" for at in (5, 14))
        return path_of(tails, look.colour, wide=3) + arrow_of(x1 + 24 * ahead, x2, y, look, dropped=dropped)
    a, b = number(x1 + 2 * ahead), number(x2 - 2 * ahead)
    if dropped:
        stop = x1 + (x2 - x1) * BREAKS_AT
        return path_of(f"M{a} {y_}H{number(stop - 5 * ahead)}", look.colour, dashes=look.dashes) + _cross(
            stop, y, RED, 6
        )
    if look.head == "cross":
        stop = x2 - 16 * ahead
        return path_of(f"M{a} {y_}H{number(stop)}", look.colour) + _cross(stop, y, look.colour)
    if look.head == "broken":
        middle, half = (x1 + x2) / 2, min(26, abs(x2 - x1) / 4) * ahead
        left, right = number(middle - half), number(middle + half)
        parts = f"M{a} {y_}H{left}l{4 * ahead} -7M{right} {y_}H{b}M{right} {y_}l{-4 * ahead} 7"
        return path_of(parts, look.colour) + _cross(middle, y, look.colour)
    if look.head == "bar":
        line = path_of(f"M{a} {y_}H{number(x2 - 9 * ahead)}", look.colour, dashes=look.dashes)
        bar = f"M{number(x2 - 7 * ahead)} {number(y - 9)}V{number(y + 9)}"
        return line + path_of(bar, look.colour, wide=3.5)
    back, north, south = number(x2 - 15 * ahead), number(y - 8), number(y + 8)
    head = f"M{back} {north}L{b} {y_}L{back} {south}"
    if look.head == "filled":
        filled = path_of(f"{head}Z", look.colour, fill=look.colour, wide=1)
        return path_of(f"M{a} {y_}H{back}", look.colour, dashes=look.dashes) + filled
    return path_of(f"M{a} {y_}H{b}", look.colour, dashes=look.dashes) + path_of(head, look.colour)


def mark_at(x: float, y: float, look: Look) -> str:
    """The square before the words: full when a port opens, empty when it closes, crossed when taken."""
    fill = look.colour if look.head == "full" else "none"
    parts = f"M{number(x)} {number(y - 7)}h14v14h-14Z"
    if look.head == "crossed":
        parts += f"M{number(x)} {number(y - 7)}l14 14M{number(x)} {number(y + 7)}l14 -14"
    return path_of(parts, look.colour, fill=fill)


class _Sample(NamedTuple):
    """One entry of the legend."""

    look: Look
    word: str
    again: bool = False
    dropped: bool = False


def _lines(step: Step, room: float) -> list[str]:
    """What stands under the line: side by side as far as it fits. The port must never be what is cut off."""
    lines: list[str] = []
    for part in (step.phrase, step.mark, step.text):
        beside = f"{lines[-1]}{DOT}{part}" if lines else part
        if part and lines and width(beside, SMALL) <= room:
            lines[-1] = beside
        elif part:
            lines.append(part)
    return lines or [""]


def _halves(text: str, room: float) -> list[str]:
    """The text in one line, or broken between words into two where one is too short for it."""
    if width(text, SMALL) <= room:
        return [text]
    split = text.split(" ")
    fits = [count for count in range(1, len(split)) if width(" ".join(split[:count]), SMALL) <= room]
    at = fits[-1] if fits else len(split)
    return [" ".join(split[:at]), " ".join(split[at:])]


class _Drawing:
    """The parts of one picture, and how far down it reaches."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        count = len(sheet.heads)
        self.gap = max(NARROWEST, FULL / max(count, 1))
        self.width = max(FULL, self.gap * count)
        self.columns = [self.gap * (index + 0.5) for index in range(count)]
        self.parts: list[str] = []
        self.lives: list[str] = []
        self.y: float = PADDING

    def note(self, text: str, css: str = "") -> None:
        """A line of words over the whole width."""
        bold = css == "gp-b"
        size = SIZE if bold else SMALL
        shown = fit(text, self.width - 2 * PADDING, size, bold=bold)
        self.parts.append(text_at(PADDING, self.y + 17, shown, css))
        self.y += NOTE

    def heads(self) -> None:
        """The boxes with name, host and ports."""
        wide = min(self.gap - PADDING, 330)
        lines = [[head.name, head.host, *_halves(head.ports, wide - 12)] for head in self.sheet.heads]
        tall = HEAD + 23 * max(0, max(map(len, lines)) - 3)
        for x, head, shown in zip(self.columns, self.sheet.heads, lines, strict=True):
            self._head(x, head, [line for line in shown if line], wide, tall)
        self.y += tall

    def _head(self, x: float, head: Head, shown: Sequence[str], wide: float, tall: float) -> None:
        tip = escape("\n".join(part for part in head if part))
        box = f'x="{number(x - wide / 2)}" y="{number(self.y)}" width="{number(wide)}" height="{number(tall - 8)}"'
        self.parts.append(f'<g><title>{tip}</title><rect class="gp-head" {box} rx="8"/>')
        top = self.y + (tall - 8 - 23 * len(shown)) / 2 + 17
        for row, text in enumerate(shown):
            size, css = (SIZE, "gp-b gp-m") if row == 0 and head.name else (SMALL, "gp-m")
            bold = "gp-b" in css
            self.parts.append(text_at(x, top + 23 * row, fit(text, wide - 12, size, bold=bold), css))
        self.parts.append("</g>")

    def names(self) -> None:
        """The names once more, without the rest."""
        self.y += 8
        for x, head in zip(self.columns, self.sheet.heads, strict=True):
            name = fit(head.name, self.gap - PADDING - 16, SIZE, bold=True)
            wide = width(name, SIZE, bold=True) + 16
            box = f'x="{number(x - wide / 2)}" y="{number(self.y)}" width="{number(wide)}" height="28"'
            self.parts.append(f'<rect class="gp-head" {box} rx="6"/>')
            self.parts.append(text_at(x, self.y + 20, name, "gp-b gp-m"))
        self.y += REPEAT - 8

    def step(self, step: Step) -> None:
        """One message, or one box."""
        tip = fit(f"{step.sentence} {step.text}".strip(), 4000, SMALL)
        first = f"\n{step.raw}" if step.raw else ""
        self.parts.append(f"<g><title>{escape(tip + first)}</title>")
        if step.boxed:
            self._box(step)
        elif step.start == step.end:
            self._loop(step)
        else:
            self._message(step)
        self.parts.append("</g>")

    def _message(self, step: Step) -> None:
        x1, x2 = self.columns[step.start], self.columns[step.end]
        middle, room = (x1 + x2) / 2, abs(x2 - x1) - 16
        self._words(middle, self.y + 21, step.title, room, bold=True)
        self.parts.append(arrow_of(x1, x2, self.y + 33, LOOKS[step.kind], again=step.again, dropped=step.dropped))
        for line in _lines(step, room):
            self._words(middle, self.y + 54, line, room)
            self.y += BELOW
        self.y += ARROW - BELOW

    def _words(self, x: float, y: float, text: str, room: float, *, bold: bool = False) -> None:
        if not text:
            return
        size = SIZE if bold else SMALL
        text = fit(text, room, size, bold=bold)
        # A life line that passes behind the words must not strike them through.
        if room > self.gap:
            wide = width(text, size, bold=bold) + 6
            box = f'x="{number(x - wide / 2)}" y="{number(y - 15)}" width="{number(wide)}" height="19"'
            self.parts.append(f'<rect class="gp-paper" {box}/>')
        self.parts.append(text_at(x, y, text, "gp-b gp-m" if bold else "gp-m"))

    def _box(self, step: Step) -> None:
        look, x = LOOKS[step.kind], self.columns[step.start]
        room = self.gap - PADDING - 44
        title = fit(step.title, room, SIZE, bold=True)
        text = fit(step.text, room, SMALL)
        wide = max(width(title, SIZE, bold=True), width(text, SMALL)) + 40
        tall = (TALL_BOX if text else BOX) - 14
        left, top = x - wide / 2, self.y + 7
        dashed = f' stroke-dasharray="{look.dashes}"' if look.dashes else ""
        box = f'x="{number(left)}" y="{number(top)}" width="{number(wide)}" height="{tall}"'
        self.parts.append(
            f'<rect class="gp-paper" {box} rx="4" stroke="{look.colour}" stroke-width="2"{dashed}/>'
            f"{mark_at(left + 9, top + 17, look)}{text_at(left + 31, top + 23, title, 'gp-b')}"
        )
        if text:
            self.parts.append(text_at(left + 31, top + 44, text))
        self.y += tall + 14

    def _loop(self, step: Step) -> None:
        look, x, y = LOOKS[step.kind], self.columns[step.start], self.y + 18
        line = path_of(f"M{number(x + 2)} {number(y)}h30v22h-18", look.colour, dashes=look.dashes)
        self.parts.append(line + arrow_of(x + 20, x, y + 22, look._replace(head="open", dashes="")))
        self.parts.append(text_at(x + 40, y + 8, fit(step.title, self.gap / 2 - 44, SIZE, bold=True), "gp-b"))
        below = DOT.join(part for part in (step.phrase, step.mark, step.text) if part)
        self.parts.append(text_at(x + 40, y + 28, fit(below, self.gap / 2 - 44, SMALL)))
        self.y += ARROW

    def legend(self) -> None:
        """One sample for each kind that occurs, and for what is sent again or lost."""
        samples = [_Sample(LOOKS[kind], words.LEGEND[kind]) for kind in self.sheet.kinds]
        samples += [_Sample(LOOKS[Kind.REQUEST], words.AGAIN_LEGEND, again=True)] * self.sheet.again
        samples += [_Sample(LOOKS[Kind.REQUEST], words.DROPPED_LEGEND, dropped=True)] * self.sheet.dropped
        x: float = PADDING
        self.y += 18
        for look, word, again, dropped in samples:
            boxed = look.head in ("full", "empty", "crossed")
            wide = (22 if boxed else 66) + width(word, SMALL) + 26
            if x + wide > self.width - PADDING and x > PADDING:
                x, self.y = PADDING, self.y + 28
            arrow = arrow_of(x, x + 58, self.y, look, again=again, dropped=dropped)
            sample = mark_at(x, self.y, look) if boxed else arrow
            self.parts.append(f"{sample}{text_at(x + (22 if boxed else 66), self.y + 5, word)}")
            x += wide
        self.y += 20
        for protocol in self.sheet.protocols:
            if protocol in words.PROTOCOL_LEGEND:
                self.note(words.PROTOCOL_LEGEND[protocol])

    def life_lines(self, top: float, bottom: float) -> None:
        """The lines under the heads; drawn first, so that everything else lies on them."""
        for x in self.columns:
            line = f'x1="{number(x)}" y1="{number(top)}" x2="{number(x)}" y2="{number(bottom)}"'
            self.lives.append(f'<line class="gp-life" {line}/>')


def write_svg(sheet: Sheet, *, page: bool) -> str:
    """The picture; with `page` it takes the colours of the notebook it stands in."""
    drawing = _Drawing(sheet)
    if sheet.title:
        drawing.note(sheet.title, "gp-b")
    for note in sheet.notes:
        drawing.note(note)
    if sheet.heads:
        drawing.heads()
    top = drawing.y - 8
    drawing.y += 8
    for index, step in enumerate(sheet.steps):
        if index and index % NAMES_EVERY == 0 and len(sheet.steps) - index > 2:
            drawing.names()
        drawing.step(step)
    if sheet.steps:
        drawing.y += 8
        drawing.life_lines(top, drawing.y)
        drawing.legend()
    else:
        drawing.note(words.NOTHING_SEEN)
    return _whole(drawing, page)


def _whole(drawing: _Drawing, page: bool) -> str:
    name, colours = ("gp-ladder", PAGE) if page else ("gp-ladder-file", FILE)
    wide, tall = number(drawing.width), number(drawing.y + PADDING)
    # A picture with many life lines keeps its size and scrolls: shrunk to fit, nobody could read it.
    shrink = "max-width:100%;height:auto" if drawing.width <= 1.25 * FULL else "max-width:none"
    style = STYLE.format(name=name, small=SMALL, size=SIZE, faint=FAINT, **colours)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" width="{wide}" height="{tall}" '
            f'viewBox="0 0 {wide} {tall}" style="{shrink}">',
            f"<title>{escape(drawing.sheet.title)}</title>" if drawing.sheet.title else "",
            f"<style>{style}</style>",
            '<rect class="gp-paper" width="100%" height="100%"/>',
            *drawing.lives,
            *drawing.parts,
            "</svg>",
        ]
    )
