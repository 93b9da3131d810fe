"""From a click to the changed view, in the browser, for each handle; against a bare button of ipywidgets.

The clock runs inside the page: from the click until what is awaited stands in the output and the next frame is drawn.
The bare handle is a Button whose callback writes one HTML: JupyterLab, the kernel and the way between them, and nothing
else. Needs what the browser tests need: Playwright and Chromium.

Goal: a median of at most 100 ms for each handle.

python benchmarks/clicks.py              40 clicks for each handle
python benchmarks/clicks.py --clicks 100
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import Lesson, chromium, opened, running, written  # noqa: E402

#: Milliseconds.
GOAL = 100.0

#: The first clicks find nothing warm: neither the kernel nor the page.
WARM = 4


class Step(NamedTuple):
    """One click, or one value written into a field, and the text that is not there before and is there after."""

    button: str
    shows: str
    #: For a field: what is written into it; `button` is then its label.
    write: str | None = None


class Case(NamedTuple):
    """A handle: a name, the cell that shows it, and steps that lead back to where they began."""

    name: str
    cell: str
    steps: tuple[Step, ...]


BARE = Case(
    "bare button and HTML",
    """import ipywidgets
button, html = ipywidgets.Button(description="Press"), ipywidgets.HTML("odd")
button.on_click(lambda _: setattr(html, "value", "even" if html.value == "odd" else "odd"))
ipywidgets.VBox([button, html])""",
    (Step("Press", "even"), Step("Press", "odd")),
)

BOARD = """from genesys_ports import Lab, load_plan
from genesys_ports.widgets import PortBoard
lab = await Lab.open(load_plan("plans/training.csv"))
await lab.start_all()
PortBoard(lab)"""

PLAYER = """from genesys_ports.trace import Kind, Participant, Trace
from genesys_ports.widgets import LadderPlayer
trace = Trace()
for name in ("solution_control_server", "message_server"):
    trace.join(Participant(name, "framework-host"))
for number in range(5_000):
    for names in (("solution_control_server", "message_server"), ("message_server", "solution_control_server")):
        trace.add(Kind.EVENT, f"log event {number}", *names, *names, "framework-host", "5150/tcp", protocol="teaching")
LadderPlayer(trace)"""

MANY = """from genesys_ports import Deployment, Lab
from genesys_ports.widgets import PortBoard
plan = Deployment(name="many")
for number in range(600):
    servers = [f"app_{number - 1}"] if number % 15 else []
    plan = plan.add(f"app_{number}", host=f"host-{number // 15}", port=5100 + number % 15, connects_to=servers)
lab = await Lab.open(plan)
await lab.start_all()
PortBoard(lab)"""

CASES = (
    BARE,
    Case("port board, 15 applications", BOARD, (Step("Stop t_server", "□ 8010"), Step("Start t_server", "■ 8010"))),
    Case(
        "port board, server of five",
        BOARD,
        (Step("Stop message_server", "□ 5150"), Step("Start message_server", "■ 5150")),
    ),
    Case("ladder player, 10,000 messages", PLAYER, (Step("Forward", "Step 2 of"), Step("Back", "Step 1 of"))),
    Case("port board, 600 applications", MANY, (Step("Stop app_7", "□ 5107"), Step("Start app_7", "■ 5107"))),
)

#: One step; gives the milliseconds until the output shows what is awaited, and a frame has been drawn since.
CLICK = """({label, shows, write}) => new Promise((done, fail) => {
    const output = document.querySelector('.jp-CodeCell .jp-OutputArea-output');
    const named = kind => [...output.querySelectorAll(kind)].find(one => one.textContent.trim() === label);
    const shown = () => output.textContent.includes(shows);
    if (shown()) return fail(new Error(`already there: ${shows}`));
    const late = setTimeout(() => fail(new Error(`never came: ${shows}`)), 20000);
    let began;
    const seen = new MutationObserver(() => {
        if (!shown()) return;
        seen.disconnect();
        clearTimeout(late);
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    });
    seen.observe(output, {subtree: true, childList: true, characterData: true});
    if (write === null) {
        const button = named('button');
        began = performance.now();
        button.click();
    } else {
        const field = document.getElementById(named('label').htmlFor);
        began = performance.now();
        field.value = write;
        field.dispatchEvent(new Event('input', {bubbles: true}));
        field.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));
    }
})"""


@contextmanager
def jupyter_in_browser() -> Iterator[tuple[Any, Any]]:
    browsers = chromium()
    with tempfile.TemporaryDirectory() as folder:
        jupyters = running(Path(folder))
        try:
            yield next(browsers), next(jupyters)
        finally:
            jupyters.close()
            browsers.close()


def clicks(browser: Any, jupyter: Any, case: Case, count: int) -> list[float]:
    """Milliseconds of each click but the first ones."""
    pages = opened(browser, jupyter)
    page = next(pages)
    lesson = Lesson(page, jupyter, written(jupyter, "clicks.ipynb", case.cell))
    lesson.run_all()
    page.locator("button", has_text=case.steps[0].button).first.wait_for()
    times = []
    for step in islice(cycle(case.steps), WARM + count):
        asked = {"label": step.button, "shows": step.shows, "write": step.write}
        times.append(page.evaluate(CLICK, asked))
        # A person looks first; and what comes after the change is no part of the next click.
        page.wait_for_timeout(100)
    lesson.leave()
    next(pages, None)
    return times[WARM:]


def main() -> None:
    parser = argparse.ArgumentParser(description="From a click to the changed view, in the browser.")
    parser.add_argument("--clicks", type=int, default=40, help="clicks for each handle, at least 20")
    parser.add_argument("--only", default="", help="handles with this in their name")
    arguments = parser.parse_args()
    count = max(20, arguments.clicks)
    chosen = [BARE, *(case for case in CASES[1:] if arguments.only in case.name)]
    print(f"{count} clicks each; goal: a median of at most {GOAL:g} ms")
    print(f"{'handle':32} {'median':>9} {'95 of 100':>10} {'× bare':>7}  goal")
    with jupyter_in_browser() as (browser, jupyter):
        bare = 0.0
        for case in chosen:
            times = clicks(browser, jupyter, case, count)
            median, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            bare = bare or median
            met = "met" if median <= GOAL else "missed"
            print(f"{case.name:32} {median:6.1f} ms {slow:7.1f} ms {median / bare:7.2f}  {met}", flush=True)


if __name__ == "__main__":
    main()
