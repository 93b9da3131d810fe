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
from typing import Any

from ..errors import OutputExistsError, OutputWriteError
from . import words
from .console import complain, show

__all__ = ["LESSONS", "add_to", "lay_out", "split"]

PACKAGE = Path(__file__).resolve().parent.parent

FIRST_LESSON = "00-start-here.ipynb"

#: The learner's own copy of the lessons. `.gitignore` and the checkers' settings know this name too.
LESSONS = "genesys-ports-lessons"

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
    parser.set_defaults(run=_run, parser=parser)


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is ours of a `lab` line, and what goes on to JupyterLab.

    Only the first word can be the folder: in `--port 8890` the number belongs to the option before it.
    """
    ours, passed_on = list(arguments[:1]), list(arguments[1:])
    if passed_on and not passed_on[0].startswith("-"):
        ours.append(passed_on.pop(0))
    for option in ("--dry-run", "--help", "-h"):
        if option in passed_on:
            ours.append(option)
            passed_on = [word for word in passed_on if word != option]
    return ours, passed_on


def _run(arguments: argparse.Namespace) -> int:
    checkout = PACKAGE.parent
    in_checkout = (checkout / "notebooks").is_dir() and (checkout / "pyproject.toml").is_file()
    lessons = checkout / "notebooks" if in_checkout else PACKAGE / "_notebooks"
    if arguments.folder is None:
        root, first = checkout if in_checkout else Path.cwd(), f"{LESSONS}/{FIRST_LESSON}"
        folder = root / LESSONS
    else:
        root, first = Path(arguments.folder).absolute(), FIRST_LESSON
        folder = root
    command = _command(root, first, arguments.passed_on)
    if arguments.dry_run:
        show(_copyable(command))
        return 0
    if find_spec("jupyterlab") is None:
        complain(words.LAB_MISSING)
        return 2
    if not lessons.is_dir():
        complain(words.NO_LESSONS)
        return 2
    new, kept = lay_out(lessons, folder)
    sentence = words.LESSONS_KEPT if not new else words.LAID_OUT_BESIDE if kept else words.LAID_OUT
    show(sentence.format(count=new, folder=folder), flush=True)
    return _become(command)


def lay_out(lessons: Path, folder: Path) -> tuple[int, int]:
    """Copies every file that is not there yet, notebooks without their results; gives the lessons copied and kept.

    Raises `OutputWriteError` where the folder cannot be written.
    """
    from ..plan.files import write_new

    lessons, folder = lessons.resolve(), folder.resolve()
    new = kept = 0
    for source in sorted(lessons.rglob("*")):
        place = source.relative_to(lessons)
        # The learner's folder may be the lessons' own, or lie in it.
        if folder in source.parents or any(part.startswith((".", "__")) for part in place.parts):
            continue
        if source.is_dir():
            continue
        is_lesson = place.parent == Path() and place.suffix == ".ipynb"
        target = folder / place
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_new(target, _without_results(source) if source.suffix == ".ipynb" else source.read_bytes())
            new += is_lesson
        except OutputExistsError:
            kept += is_lesson
        except OSError:
            raise OutputWriteError(str(folder), words.NOT_A_FOLDER) from None
    return new, kept


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
