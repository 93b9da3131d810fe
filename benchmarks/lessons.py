"""Seconds from Run All to finished for each lesson, in JupyterLab in Chromium, against the start of a bare kernel.

What a learner waits for, with the times that learners have. The rival, in the same browser and the same run, is a
notebook with one cell, `1 + 1`: whatever it takes is JupyterLab's and the kernel's, not ours. Beside it stands what the
same cells take without a browser, in a kernel that nbclient drives, so that one sees what the page costs.

python -m benchmarks.lessons         every lesson
python -m benchmarks.lessons 03 07   some
"""

from __future__ import annotations

import copy
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.browser import Lesson, chromium, opened, running, written
from tests.test_notebooks_structure import LESSONS, load
from tools import build_notebooks

ROUNDS = 3


def in_the_browser(page: Any, jupyter: Any, path: Path) -> float:
    """Seconds from the click to the end of the last cell; the kernel has just been started."""
    lesson = Lesson(page, jupyter, path)
    seconds = float(lesson.run_all())
    lesson.leave()
    return seconds


def without(path: Path) -> float:
    """Seconds for all cells, with the start of the kernel."""
    begin = time.perf_counter()
    build_notebooks.execute(copy.deepcopy(load(path).notebook), path.parent, path.name)
    return time.perf_counter() - begin


def rounds(measure: Any, *things: Any) -> float:
    return median(measure(*things) for _ in range(ROUNDS))


def main() -> None:
    wanted = sys.argv[1:]
    chosen = [path for path in LESSONS if not wanted or any(path.stem.startswith(one) for one in wanted)]
    with tempfile.TemporaryDirectory() as folder:
        for browser in chromium():
            for jupyter in running(Path(folder), hurry=False):
                for page in opened(browser, jupyter):
                    bare = written(jupyter, "bare.ipynb", "1 + 1")
                    floor, kernel = rounds(in_the_browser, page, jupyter, bare), rounds(without, bare)
                    print(f"{'lesson':34}  Run All, s   × one cell   without browser, s   × bare kernel")
                    print(f"{'one cell, 1 + 1':34}  {floor:10.1f}   {1:10.1f}   {kernel:18.1f}   {1:13.1f}")
                    for path in chosen:
                        seen, cells = rounds(in_the_browser, page, jupyter, path), rounds(without, path)
                        ratios = seen / floor, cells / kernel
                        print(
                            f"{path.stem:34}  {seen:10.1f}   {ratios[0]:10.1f}   {cells:18.1f}   {ratios[1]:13.1f}",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
