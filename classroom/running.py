"""Which processes are the classroom while it runs, and how they are ended from outside."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from classroom import words
from classroom.errors import ClassroomError
from classroom.place import Place
from classroom.processes import alive, end_all, marked

__all__ = ["RUN_FOLDER", "forget", "new_run_folder", "note", "processes", "stop"]

#: How the folder for the time that a classroom runs begins.
RUN_FOLDER = "genesys-ports-"

#: Seconds that a classroom of thirty has to end everything by itself.
PATIENCE = 60.0


def new_run_folder() -> Path:
    """A folder for the sockets of kernels: where all learners can get to, and its name is short."""
    folder = Path(tempfile.mkdtemp(prefix=RUN_FOLDER, dir="/tmp"))
    folder.chmod(0o711)
    return folder


def note(place: Place, run_folder: Path, *pids: int) -> None:
    """Write down that these processes, the outermost first, are the classroom."""
    begun = [[pid, psutil.Process(pid).create_time()] for pid in pids]
    text = json.dumps({"processes": begun, "run_folder": str(run_folder)})
    unfinished = place.running.with_name(f"{place.running.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(place.running)


def _noted(place: Place) -> tuple[list[psutil.Process], Path | None]:
    try:
        raw = json.loads(place.running.read_bytes())
        found = [(int(pid), float(begun)) for pid, begun in raw["processes"]]
        folder = Path(raw["run_folder"])
    except (OSError, ValueError, LookupError, TypeError):
        return [], None
    known = []
    for pid, begun in found:
        # A number may have gone to another program since.
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.create_time() == begun:
                known.append(process)
    ours = folder.parent == Path("/tmp") and folder.name.startswith(RUN_FOLDER)
    return alive(known), folder if ours else None


def processes(place: Place) -> list[psutil.Process]:
    """The classroom's own processes that are alive, the outermost first."""
    return _noted(place)[0]


def forget(place: Place) -> None:
    """Take away what was only for the time that the classroom ran."""
    _, folder = _noted(place)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    place.running.unlink(missing_ok=True)


async def stop(place: Place) -> None:
    """End the classroom, and what one that broke down has left. Raises `ClassroomError` where it is another user's."""
    try:
        # The outermost ends the others in good order.
        for process in processes(place)[:1]:
            process.terminate()
    except psutil.AccessDenied:
        raise ClassroomError(words.NOT_YOURS.format(folder=place.folder)) from None
    except psutil.NoSuchProcess:
        pass
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while processes(place) and place.running.exists() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.1)
    await end_all([*processes(place), *marked(f"{place.folder}/")])
    forget(place)
