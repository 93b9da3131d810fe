"""The processes of a classroom: found by a mark in their environment, which children inherit, and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

import psutil

__all__ = ["MARK", "alive", "end_all", "marked"]

#: In the environment of every learner's process: the classroom's folder, a stroke, and the learner.
MARK = "GENESYS_PORTS_CLASSROOM"

#: Seconds that processes have to end by themselves.
PATIENCE = 5.0


def marked(mark: str) -> list[psutil.Process]:
    """Every process with this mark; with one that ends in a stroke, every process of that classroom."""
    found = []
    for process in psutil.process_iter():
        # Somebody else's environment may not be read, and then the process is not ours.
        with suppress(psutil.Error, OSError):
            value = process.environ().get(MARK, "")
            if value == mark or (mark.endswith("/") and value.startswith(mark)):
                found.append(process)
    return found


async def end_all(processes: Sequence[psutil.Process]) -> None:
    """Ask them to end, and end those that do not."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while alive(processes) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.05)
    for process in alive(processes):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended; one that only waits to be counted by its parent has."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
