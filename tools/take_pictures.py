"""Takes the pictures of the README anew, from the lessons in JupyterLab and Chromium: `python -m tools.take_pictures`.

Needs the packages of the tests and a Chromium. Words after the command take only the pictures whose names contain one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageOps
from playwright.sync_api import expect

from tests.browser import Jupyter, Lesson, chromium, running
from tests.test_notebooks_structure import LESSONS

DOCS = Path(__file__).resolve().parent.parent / "docs"

#: Dots for each point: GitHub shows a README some 830 points wide, and fine screens have two dots for a point.
CRISP = 1.5

#: Milliseconds that a step of the animation stays, and that its last one does.
STEP, LAST = 1_300, 4_000

#: Colours of a picture that stay as they are, the most frequent ones, and how many stand for all others together.
EXACT, OTHERS = 32, 64

#: Points of white around a picture.
MARGIN = 8

#: What stands in the picture, from the left edge of the code to the right, without the numbers of the cells.
EDGES = """cell => {
    const [code, whole] = [cell.querySelector('.jp-InputArea-editor'), cell.getBoundingClientRect()];
    const {left, right} = code.getBoundingClientRect();
    return {x: left, y: whole.top, width: right - left, height: whole.height};
}"""

#: JupyterLab's marks of the chosen cell say nothing to whoever only looks.
PLAIN = """
.jp-Collapser, .jp-cell-toolbar { visibility: hidden !important; }
.jp-Cell, .jp-InputArea-editor { box-shadow: none !important; }
"""


class Picture(Lesson):
    """A lesson of which a part is photographed."""

    def __init__(self, page: Any, jupyter: Jupyter, number: str) -> None:
        super().__init__(page, jupyter, next(path for path in LESSONS if path.stem.startswith(number)))
        page.add_style_tag(content=PLAIN)

    def first(self, pattern: str) -> Any:
        """The first stored cell of code that has this in it."""
        return self.cells(pattern)[0]

    def run_to(self, stored: Any) -> Any:
        """Run all cells down to this one, and give it as the page has it."""
        shown = self.cell(stored)
        shown.locator(".cm-content").click()
        self.choose("Run", "Run All Above Selected Cell")
        shown.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+Enter")
        expect(shown.locator(".jp-InputPrompt")).to_have_text(r"[" + str(self._place(stored)) + "]:")
        self.wait_until_idle()
        return shown

    def _place(self, stored: Any) -> int:
        return 1 + next(place for place, one in enumerate(self.stored.code) if one is stored)

    def taken(self, first: Any, last: Any | None = None) -> Image.Image:
        """The cells from the first to the last, as they are shown."""
        self.page.mouse.move(0, 0)
        self.page.evaluate("document.activeElement.blur()")
        first.evaluate("it => it.scrollIntoView({block: 'center'})")
        top, bottom = (one.evaluate(EDGES) for one in (first, last or first))
        height = bottom["y"] + bottom["height"] - top["y"]
        clip = top | {"height": height}
        return Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")


def cropped(picture: Image.Image) -> Image.Image:
    """Without empty edges, but for a margin."""
    white = Image.new("RGB", picture.size, "white")
    box = ImageChops.difference(picture, white).getbbox()
    assert box, "the picture is empty"
    return ImageOps.expand(picture.crop((0, box[1], picture.width, box[3])), round(MARGIN * CRISP), "white")


def painted(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """The same with few colours, one palette for all: small files, and no background that flickers."""
    last = pictures[-1]
    counted = last.getcolors(last.width * last.height) or []
    frequent: list[Any] = [colour for _, colour in sorted(counted, reverse=True)[:EXACT]]
    others = last.quantize(OTHERS, Image.Quantize.MAXCOVERAGE).getpalette() or []
    colours = np.array(frequent + np.reshape(others[: 3 * OTHERS], (-1, 3)).tolist(), dtype=np.int32)
    return [_in_colours(np.asarray(one, dtype=np.int32), colours) for one in pictures]


def _in_colours(pixels: Any, colours: Any) -> Image.Image:
    # Pillow's own choice is by groups of similar colours: white would be nearly white.
    seen, which = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    nearest = ((seen[:, None] - colours[None]) ** 2).sum(axis=2).argmin(axis=1)
    made = Image.fromarray(nearest.astype(np.uint8)[which].reshape(pixels.shape[:2]))
    made.putpalette(colours.astype(np.uint8).tobytes())
    return made


def written(picture: Image.Image, name: str) -> None:
    """The picture, as a file of docs/."""
    place = DOCS / name
    painted([picture])[0].save(place, optimize=True)
    print(f"{name}: {picture.width} × {picture.height}, {place.stat().st_size:,} bytes")


def lesson(page: Any, jupyter: Jupyter) -> None:
    """lesson.png: a message, its ladder, and a question that was answered."""
    shown = Picture(page, jupyter, "02")
    asked = shown.first(r'question\("which-port"\)')
    box = shown.run_to(asked)
    box.get_by_role("button", name="3600/tcp").click()
    expect(box.get_by_role("status")).to_contain_text("Right")
    sends = shown.cell(shown.first('"alarm", "Disk nearly full"'))
    written(cropped(shown.taken(sends, box)), "lesson.png")
    shown.leave()


def board(page: Any, jupyter: Jupyter) -> None:
    """port-board.png: two applications that want one port."""
    shown = Picture(page, jupyter, "03")
    box = shown.run_to(shown.first(r"^PortBoard\("))
    box.get_by_role("button", name="Start log_server", exact=True).click()
    expect(box).to_contain_text("taken by message_server")
    written(cropped(shown.taken(box)), "port-board.png")
    shown.leave()


def player(page: Any, jupyter: Jupyter) -> None:
    """ladder-player.gif: a call over SIP, step by step; ladder-player.png: its last step, without motion."""
    shown = Picture(page, jupyter, "07")
    box = shown.run_to(shown.first(r"^LadderPlayer\("))
    forward = box.get_by_role("button", name="Forward", exact=True)
    where = box.get_by_role("status").first
    steps = int(where.inner_text().partition(" of ")[2].partition(".")[0])
    frames = []
    for step in range(1, steps + 1):
        if step > 1:
            forward.click()
        expect(where).to_contain_text(f"Step {step} of {steps}.")
        frames.append(shown.taken(box))
    shown.leave()
    animated(frames)


def animated(frames: Sequence[Image.Image]) -> None:
    """The steps as one moving picture, all of one size."""
    framed = [cropped(one) for one in frames]
    written(framed[-1], "ladder-player.png")
    whole = Image.new("RGB", (framed[0].width, max(one.height for one in framed)), "white")
    sized = [whole.copy() for _ in framed]
    for canvas, one in zip(sized, framed, strict=True):
        canvas.paste(one)
    few = painted(sized)
    place = DOCS / "ladder-player.gif"
    durations = [STEP] * (len(few) - 1) + [LAST]
    few[0].save(place, save_all=True, append_images=few[1:], duration=durations, loop=0, optimize=True)
    print(f"{place.name}: {whole.width} × {whole.height}, {len(few)} steps, {place.stat().st_size:,} bytes")


PICTURES: tuple[Callable[[Any, Jupyter], None], ...] = (lesson, board, player)


def main(arguments: Sequence[str]) -> None:
    """Take them all, or those whose names contain one of these words."""
    chosen = [one for one in PICTURES if not arguments or any(word in one.__name__ for word in arguments)]
    with TemporaryDirectory() as folder, contextmanager(chromium)() as context:
        crisp = context.browser.new_context(viewport={"width": 1280, "height": 2400}, device_scale_factor=CRISP)
        crisp.set_default_timeout(60_000)
        with contextmanager(running)(Path(folder), hurry=False) as jupyter:
            page = crisp.new_page()
            for take in chosen:
                take(page, jupyter)


if __name__ == "__main__":
    main(sys.argv[1:])
