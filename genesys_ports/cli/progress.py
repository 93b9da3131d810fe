"""A progress bar on standard error, for a person who has waited for a second."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["progress"]

#: Seconds without a bar: most sheets are read in less, and a bar that flashes by tells nothing.
DELAY = 1.0

#: Characters of the bar in a terminal that does not tell its width.
USUAL_WIDTH = 79


@contextmanager
def progress(sentence: str, unit: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """Gives the function that takes "so many so far". The bar comes after a second and leaves nothing behind.

    Where nobody watches standard error, there is none.
    """
    if not sys.stderr.isatty():
        yield lambda so_far: None
        return
    # Imported for a person at a terminal only.
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg] # its stub is generic, the class is not
        # tqdm would start a thread that wakes slow bars up.
        monitor_interval = 0

    bar = Bar(
        total=total,
        desc=sentence,
        unit=f" {unit}",
        delay=DELAY,
        leave=False,
        file=sys.stderr,
        ncols=_fixed_width(),
        # A terminal that tells no height would have the bar below its last line.
        nrows=20,
    )

    def advance(so_far: int) -> None:
        # A terminal that has hung up is no reason to stop the work.
        with suppress(OSError):
            bar.update(so_far - bar.n)

    try:
        yield advance
    finally:
        with suppress(OSError):
            bar.close()


def _fixed_width() -> int | None:
    """None where the bar can follow the width of the terminal: of one that says 0, tqdm would draw none."""
    try:
        told = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return USUAL_WIDTH
    return None if told else USUAL_WIDTH
