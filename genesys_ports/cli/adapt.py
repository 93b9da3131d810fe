"""`genesys-ports adapt PLAN FOLDER`: the lessons in a new folder, with the names and numbers of a class's own plan."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputExistsError, OutputWriteError
from ..output import write_new
from . import words
from .console import complain, show
from .lab import lay_out, published

if TYPE_CHECKING:
    from ..plan.renaming import Renaming

__all__ = ["add_to"]

#: Their plans, in the order of the lessons.
PLANS = ("two-servers", "first-ports", "framework", "collisions", "management", "cti", "sip")

#: The ports of the switch that stands in one of them.
SWITCH = "switch-ports"


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "adapt",
        help=words.ADAPT,
        description=words.ADAPT_DESCRIPTION,
        epilog=words.ADAPT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", metavar="PLAN", help=words.PLAN_FILE)
    parser.add_argument("folder", metavar="FOLDER", help=words.ADAPT_FOLDER)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    # Whoever asks for something else need not wait for these.
    from ..plan import load_plan
    from ..plan.own_names import FILE, LESSONS
    from ..plan.renaming import renaming_for

    lessons, folder = published(), Path(arguments.folder)
    if lessons is None:
        complain(words.NO_LESSONS)
        return 2
    own = load_plan(arguments.plan)
    if folder.exists():
        raise OutputExistsError(arguments.folder)
    notebooks = [one for one in sorted(lessons.glob("*.ipynb")) if int(one.name[:2]) in LESSONS]
    sources = [_sources(one.read_text("utf-8")) for one in notebooks]
    used = {int(number) for number in re.findall(r"(?<![\w.])\d{4,5}(?!\w)", "\n".join(sources))}
    samples = [load_plan(lessons / "plans" / f"{name}.csv") for name in PLANS]
    renaming = renaming_for(samples, own, used)
    if not renaming.names and not renaming.numbers:
        complain(words.NOTHING_TO_ADAPT.format(plan=arguments.plan))
        return 1
    _write(lessons, folder, renaming, [one.name for one in notebooks])
    write_new(folder / FILE, renaming.to_json().encode())
    show(words.ADAPTED.format(folder=arguments.folder))
    show(str(renaming.table()))
    for note in renaming.notes:
        show(note)
    show(words.ADAPTED_NEXT.format(folder=arguments.folder))
    return 0


def _sources(notebook: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])


def _write(lessons: Path, folder: Path, renaming: Renaming, notebooks: Iterable[str]) -> None:
    """Write what is renamed first: `lay_out` then brings the rest, and replaces nothing."""
    try:
        (folder / "plans").mkdir(parents=True)
    except OSError:
        raise OutputWriteError(str(folder), words.NOT_A_FOLDER) from None
    for name in notebooks:
        write_new(folder / name, _renamed((lessons / name).read_text("utf-8"), renaming).encode())
    for name in (*PLANS, SWITCH):
        text = (lessons / "plans" / f"{name}.csv").read_text("utf-8")
        write_new(folder / "plans" / f"{name}.csv", renaming.sheet(text).encode())
    lay_out(lessons, folder)


def _renamed(text: str, renaming: Renaming) -> str:
    """A lesson without its results, renamed: cells by their strings, prose by its words, the answers in it as well."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        change = renaming.code if cell["cell_type"] == "code" else renaming.text
        cell["source"] = change("".join(cell["source"]))
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
