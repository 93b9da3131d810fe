"""`genesys-ports lab [FOLDER]`: a copy of the lessons for the learner, opened in JupyterLab at the first one."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..errors import OutputExistsError, OutputWriteError
from . import words
from .console import complain, show

__all__ = ["LESSONS", "add_to", "lay_out", "published", "split"]

PACKAGE = Path(__file__).resolve().parent.parent

FIRST_LESSON = "00-start-here.ipynb"

#: The learner's own copy of the lessons. `.gitignore` and the checkers' settings know this name too.
LESSONS = "genesys-ports-lessons"

#: In the learner's folder: what was published, by digest, when each file was copied. Only so can a lesson that the
#: learner has changed be told from one that a release has changed.
DELIVERED = ".genesys-ports-lessons.json"

#: How names begin that lessons give to what a learner keeps: progress, reports, plans.
OWN = "my-"

#: A configuration folder that only switches the news pop-up off. It is added to the learner's own folders, so
#: that settings of theirs stay in force; JUPYTERLAB_SETTINGS_DIR would hide them.
CONFIGURATION = Path(__file__).resolve().parent / "jupyter"


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "lab",
        help=words.LAB,
        description=words.LAB_DESCRIPTION,
        epilog=words.LAB_EPILOG,
        usage=words.LAB_USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help=words.LAB_FOLDER)
    parser.add_argument("--dry-run", action="store_true", help=words.LAB_DRY_RUN)
    parser.add_argument("--copy-only", action="store_true", help=words.LAB_COPY_ONLY)
    parser.set_defaults(run=_run, parser=parser)


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is ours of a `lab` line, and what goes on to JupyterLab.

    Only the first word can be the folder: in `--port 8890` the number belongs to the option before it.
    """
    ours, passed_on = list(arguments[:1]), list(arguments[1:])
    if passed_on and not passed_on[0].startswith("-"):
        ours.append(passed_on.pop(0))
    for option in ("--dry-run", "--copy-only", "--help", "-h"):
        if option in passed_on:
            ours.append(option)
            passed_on = [word for word in passed_on if word != option]
    return ours, passed_on


def _checkout() -> Path | None:
    """The folder of the project, where the package runs in it."""
    checkout = PACKAGE.parent
    return checkout if (checkout / "notebooks").is_dir() and (checkout / "pyproject.toml").is_file() else None


def published() -> Path | None:
    """The folder of the lessons as they were published; None where the package came without them."""
    checkout = _checkout()
    lessons = checkout / "notebooks" if checkout else PACKAGE / "_notebooks"
    return lessons if lessons.is_dir() else None


def _run(arguments: argparse.Namespace) -> int:
    lessons = published()
    if arguments.folder is None:
        root, first = _checkout() or Path.cwd(), f"{LESSONS}/{FIRST_LESSON}"
        folder = root / LESSONS
    else:
        root, first = Path(arguments.folder).absolute(), FIRST_LESSON
        folder = root
    command = _command(root, first, arguments.passed_on)
    if arguments.dry_run:
        show(_copyable(command))
        return 0
    if find_spec("jupyterlab") is None and not arguments.copy_only:
        complain(words.LAB_MISSING)
        return 2
    if lessons is None:
        complain(words.NO_LESSONS)
        return 2
    laid_out = lay_out(lessons, folder)
    sentence = words.LESSONS_KEPT if not laid_out.new else words.LAID_OUT_BESIDE if laid_out.kept else words.LAID_OUT
    show(sentence.format(count=laid_out.new, folder=folder), flush=True)
    if laid_out.beside:
        show(words.NEW_BESIDE.format(names=", ".join(laid_out.beside)), flush=True)
    return 0 if arguments.copy_only else _become(command)


class LaidOut(NamedTuple):
    """How many lessons were copied, how many were there and were kept, and the names of what came beside those."""

    new: int
    kept: int
    beside: tuple[str, ...]


def lay_out(lessons: Path, folder: Path) -> LaidOut:
    """Copies every file that is not there yet, notebooks without their results. What is there is never touched.

    A file that was published anew since it was copied, and of which the learner's copy differs, comes beside it:
    `03-port-collisions (0.2.0).ipynb`. Raises `OutputWriteError` where the folder cannot be written.
    """
    # Whoever asks for something else need not wait for these.
    from hashlib import sha256

    from ..plan.files import write_new

    lessons, folder = lessons.resolve(), folder.resolve()
    before = _delivered(folder)
    now: dict[str, str] = {}
    new = kept = 0
    beside = []
    for source in sorted(lessons.rglob("*")):
        place = source.relative_to(lessons)
        # The learner's folder may be the lessons' own, or lie in it.
        if folder in source.parents or any(part.startswith((".", "__")) for part in place.parts):
            continue
        # Whoever works in the folder of the lessons leaves progress and results there; those are nobody else's.
        if source.is_dir() or source.name.startswith(OWN):
            continue
        is_lesson = place.parent == Path() and place.suffix == ".ipynb"
        target = folder / place
        data = _without_results(source) if source.suffix == ".ipynb" else source.read_bytes()
        now[place.as_posix()] = sha256(data).hexdigest()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                write_new(target, data)
                new += is_lesson
                continue
            except OutputExistsError:
                kept += is_lesson
            if before.get(place.as_posix(), now[place.as_posix()]) == now[place.as_posix()] or _holds(target, data):
                continue
            other = target.with_name(f"{target.stem} ({__version__}){target.suffix}")
            # It may be there since an attempt that was interrupted.
            with suppress(OutputExistsError):
                write_new(other, data)
                beside.append(other.relative_to(folder).as_posix())
        except OSError:
            raise OutputWriteError(str(folder), words.NOT_A_FOLDER) from None
    if lessons != folder and now != before:
        _note_delivered(folder, {**before, **now})
    return LaidOut(new, kept, tuple(beside))


def _delivered(folder: Path) -> dict[str, str]:
    try:
        raw = json.loads((folder / DELIVERED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(raw, dict):
        return {}
    return {name: digest for name, digest in raw.items() if isinstance(digest, str)}


def _note_delivered(folder: Path, digests: dict[str, str]) -> None:
    """Without this note the next release brings nothing beside; that is no reason to stop a learner now."""
    text = json.dumps(digests, indent=1, sort_keys=True) + "\n"
    unfinished = folder / f"{DELIVERED}.{os.getpid()}"
    with suppress(OSError):
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(folder / DELIVERED)


def _holds(target: Path, data: bytes) -> bool:
    """Whether the learner's copy says the same; what JupyterLab notes in a notebook when it runs does not count."""
    try:
        there = target.read_bytes()
        return there == data or (target.suffix == ".ipynb" and _cells(there) == _cells(data))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False


def _cells(notebook: bytes) -> list[tuple[str, str]]:
    return [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(notebook)["cells"]]


def _without_results(source: Path) -> bytes:
    """The notebook as nobody has run it: results would give every answer away, and JupyterLab trusts none of them."""
    data = source.read_bytes()
    try:
        notebook = json.loads(data)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"execution_count": None, "outputs": []}
    except (ValueError, LookupError, TypeError):
        # No notebook of this format: JupyterLab says what is wrong with it.
        return data
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _command(root: Path, first: str, passed_on: Sequence[str]) -> list[str]:
    ours = {
        "--ServerApp.root_dir": str(root),
        "--LabApp.default_url": f"/lab/tree/{first}",
    }
    # Traitlets refuses one option given twice; the learner's own wins.
    given = {word.split("=", 1)[0] for word in passed_on}
    command = [sys.executable, "-m", "jupyterlab"]
    command += [f"{name}={value}" for name, value in ours.items() if name not in given]
    # Jupyter refuses root unless told; in a container there is often nobody else.
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in given:
        command.append("--allow-root")
    return [*command, *passed_on]


def _windows() -> bool:
    return os.name == "nt"


def _configuration_path() -> str:
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    return f"{others}{os.pathsep}{CONFIGURATION}" if others else str(CONFIGURATION)


def _copyable(command: Sequence[str]) -> str:
    if _windows():
        return f'set "JUPYTER_CONFIG_PATH={_configuration_path()}" && {subprocess.list2cmdline(command)}'
    return shlex.join(["env", f"JUPYTER_CONFIG_PATH={_configuration_path()}", *command])


def _become(command: list[str]) -> int:
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": _configuration_path()}
    sys.stdout.flush()
    if not _windows():
        # In our place, so that signals reach JupyterLab and none is left behind.
        os.execve(command[0], command, environment)
    with subprocess.Popen(command, env=environment) as process:
        while True:
            # Ctrl-C goes to both of us; JupyterLab asks whether it is meant.
            with suppress(KeyboardInterrupt):
                return process.wait()
