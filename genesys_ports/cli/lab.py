"""`genesys-ports lab [FOLDER]`: JupyterLab, opened at the first lesson."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import OutputWriteError
from . import words

__all__ = ["add_to", "copy_lessons", "split"]

PACKAGE = Path(__file__).resolve().parent.parent

FIRST_LESSON = "00-start-here.ipynb"

#: Where an installed package puts the lessons, beside where the command was typed.
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
    parser.set_defaults(run=_run)


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
    checkout = PACKAGE.parent / "notebooks"
    in_checkout = checkout.is_dir() and (PACKAGE.parent / "pyproject.toml").is_file()
    lessons = checkout if in_checkout else PACKAGE / "_notebooks"
    in_place = in_checkout and arguments.folder is None
    if in_place:
        root, first = PACKAGE.parent, f"notebooks/{FIRST_LESSON}"
    else:
        root, first = Path(arguments.folder or LESSONS).absolute(), FIRST_LESSON
    command = _command(root, first, arguments.passed_on)
    if arguments.dry_run:
        print(_copyable(command))
        return 0
    if find_spec("jupyterlab") is None:
        print(words.LAB_MISSING, file=sys.stderr)
        return 2
    if not in_place:
        if not lessons.is_dir():
            print(words.NO_LESSONS, file=sys.stderr)
            return 2
        copied, kept = copy_lessons(lessons, root)
        print(words.COPIED.format(copied=copied, folder=root, kept=kept), flush=True)
    return _become(command)


def copy_lessons(lessons: Path, folder: Path) -> tuple[int, int]:
    """Copies every file that is not there yet; gives how many were copied, and how many were there.

    Raises `OutputWriteError` where the folder cannot be written.
    """
    copied = kept = 0
    try:
        for source in sorted(lessons.rglob("*")):
            place = source.relative_to(lessons)
            if source.is_dir() or any(part.startswith((".", "__")) for part in place.parts):
                continue
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(target, "xb") as opened:
                    opened.write(source.read_bytes())
                copied += 1
            except FileExistsError:
                kept += 1
    except OSError:
        raise OutputWriteError(str(folder), words.NOT_A_FOLDER) from None
    return copied, kept


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
