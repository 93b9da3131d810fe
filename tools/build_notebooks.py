"""Run the notebooks and store their outputs, so that two runs give the same bytes.

    python3 run.py notebooks                 every notebook of notebooks/
    python3 run.py notebooks 03              only 03-…
    python3 run.py notebooks --check         run, write nothing, compare with what is stored

A cell that raises needs the tag `raises-exception`, and a cell with the tag has to raise. Nothing is written when a
cell fails. Exit codes: 0 all is well, 1 a notebook failed or differs, 2 no such notebook.
"""

from __future__ import annotations

import argparse
import copy
import difflib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from textwrap import wrap
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from tools import kernels
from tools.kernels import patient

# nbformat has no type hints of its own for these.
reads: Any = nbformat.reads
writes: Any = nbformat.writes
node: Any = nbformat.NotebookNode

ROOT = Path(__file__).resolve().parent.parent

FOLDER = ROOT / "notebooks"

#: Seconds one cell may take.
CELL_LIMIT = 60

#: Lines of a difference that are shown for one cell.
DIFFERENCE_SHOWN = 16

RAISES = "raises-exception"

#: nbval's own tag: what the cell shows is about this machine.
OWN_OUTPUT = "nbval-ignore-output"

WIDGET = "application/vnd.jupyter.widget-view+json"

#: Everything else (folded, scrolled, timing, trusted) is how one author's editor looked that day.
CELL_METADATA = ("tags",)

METADATA = {
    # As slides, what is longer than the screen scrolls.
    "rise": {"scroll": True},
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # No version: it differs from one author to the next.
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}

#: The kind of a cell that a slide show leaves out.
SKIPPED = "skip"

CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]+")


class BuildError(Exception):
    """A notebook that cannot be built; the text names notebook and cell."""


class NameUnknownError(Exception):
    """No notebook of that name."""


# --- which notebooks


def choose(names: Sequence[str], folder: Path = FOLDER) -> list[Path]:
    """The notebooks of these names (`03`, `03-port-collisions`, or a path), or all of the folder."""
    every = sorted(folder.glob("*.ipynb"))
    if not names:
        return every
    chosen: list[Path] = []
    for name in names:
        path = Path(name)
        found = [path] if path.suffix == ".ipynb" and path.is_file() else []
        found = found or [one for one in every if one.stem == path.stem]
        found = found or [one for one in every if one.stem.startswith(f"{name}-")]
        if not found:
            known = ", ".join(one.stem for one in every) or "none"
            raise NameUnknownError(f"No notebook {name!r} in {folder.name}/. There are: {known}.")
        chosen += [one for one in found if one not in chosen]
    return chosen


# --- read


def parse(text: str) -> nbformat.NotebookNode:
    """A notebook of the text of its file. A cell without a usable id of its own gets one by its place."""
    raw = json.loads(text)
    taken: set[str] = set()
    for index, cell in enumerate(raw["cells"]):
        cell["id"] = _cell_id(cell.get("id"), index, taken)
    raw["nbformat_minor"] = 5
    notebook: nbformat.NotebookNode = reads(json.dumps(raw), as_version=4)
    return notebook


def _cell_id(given: str | None, index: int, taken: set[str]) -> str:
    usable = given is not None and CELL_ID.fullmatch(given) and given not in taken
    name = given if usable and given else f"cell-{index + 1:02}"
    while name in taken:
        name += "b"
    taken.add(name)
    return name


# --- run


def execute(notebook: nbformat.NotebookNode, folder: Path, name: str) -> nbformat.NotebookNode:
    """A copy of the notebook with the outputs of a fresh kernel that runs in `folder`. Raises `BuildError`."""
    fresh = copy.deepcopy(notebook)
    with tempfile.TemporaryDirectory() as profile, ExitStack() as stack:
        client = _started(fresh, stack, profile, cwd=str(folder), env=environment(profile))
        for index, cell in enumerate(fresh.cells):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise BuildError(
                    f"{_where(name, index, cell)} raised {error.ename}: {error.evalue}\n"
                    f"  (tag the cell {RAISES!r} where that is the lesson)"
                ) from None
            except CellTimeoutError:
                raise BuildError(f"{_where(name, index, cell)} took longer than {CELL_LIMIT} s.") from None
            except DeadKernelError:
                raise BuildError(f"{_where(name, index, cell)} ended the kernel.") from None
            if _is_tagged(cell, RAISES) and not any(one.output_type == "error" for one in cell.get("outputs", ())):
                raise BuildError(f"{_where(name, index, cell)} has the tag {RAISES!r}, and raised nothing.")
    return fresh


@patient
def _started(notebook: nbformat.NotebookNode, stack: ExitStack, folder: str, **options: Any) -> NotebookClient:
    """A client with a running kernel, which ends with `stack`."""
    client = NotebookClient(
        notebook,
        config=Config(KernelManager=kernels.options(folder)),
        timeout=CELL_LIMIT,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        # ipykernel warns about its own transport at each start.
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    stack.enter_context(client.setup_kernel(**options))
    return client


def environment(profile: str) -> dict[str, str]:
    """The environment a kernel runs in; `profile` is a folder that takes the place of the author's IPython folder."""
    # An author's own IPython start-up files and drawing backend must not show in the lessons, and who counts the lines
    # that tests run does not count those of kernels: it would take them twice the time.
    kept = {key: value for key, value in os.environ.items() if key != "MPLBACKEND" and not key.startswith("COVERAGE_")}
    # The library of this checkout, installed or not.
    path = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    # Nobody learns here.
    ours = {"IPYTHONDIR": profile, "PYTHONPATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {**kept, **ours, "GENESYS_PORTS_PROGRESS": "off"}


def _is_tagged(cell: nbformat.NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", ())


def _where(name: str, index: int, cell: nbformat.NotebookNode) -> str:
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "empty")
    return f"{name}: cell {index + 1} ({first})"


# --- normalise


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The same notebook without anything that differs from run to run or from author to author."""
    plain = copy.deepcopy(notebook)
    plain.metadata = node(METADATA)
    count, before = 0, ""
    for cell in plain.cells:
        kept = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        kind = slide(cell, before)
        before = before if kind == SKIPPED else cell.cell_type
        cell.metadata = node({**kept, "slideshow": {"slide_type": kind}})
        if cell.cell_type != "code":
            continue
        ran = bool(cell.source.strip())
        count += ran
        cell.execution_count = count if ran else None
        cell.outputs = [_output(one, cell.execution_count) for one in cell.outputs]
    return plain


def slide(cell: nbformat.NotebookNode, before: str) -> str:
    """What a cell is in a slide show; `before` is the kind of the last one that is shown.

    A heading begins a slide. A cell comes below its text when one asks for it, so that everybody predicts first; what
    follows comes on a slide of its own. Hints and answers are not shown.
    """
    if cell.cell_type == "markdown":
        if cell.source.lstrip().startswith("<details"):
            return SKIPPED
        return "slide" if cell.source.startswith("#") else "subslide"
    return "fragment" if before == "markdown" else "subslide"


def _output(output: nbformat.NotebookNode, count: int | None) -> nbformat.NotebookNode:
    plain = copy.deepcopy(output)
    if "execution_count" in plain:
        plain.execution_count = count
    if plain.output_type == "error":
        # Frames hold paths and addresses of one machine, and a note is about that machine only. Wrapped, for a reader
        # of the stored notebook: JupyterLab breaks long lines inside words.
        lines = f"{plain.ename}: {plain.evalue}".splitlines()
        plain.traceback = [part for line in lines for part in wrap(line, 100, break_on_hyphens=False)]
    if "data" in plain:
        # It names a model that only the kernel of that run had. The text form beside it stays.
        plain.data.pop(WIDGET, None)
    return plain


def to_text(notebook: nbformat.NotebookNode) -> str:
    """The file: sorted keys, one space of indent, one line feed at the end."""
    nbformat.validate(notebook)
    text: str = writes(notebook, version=4)
    return text.rstrip("\n") + "\n"


# --- compare


def masked(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what rightly differs: outputs about this machine, and the bytes of PNG and JPEG pictures,
    which change with the version of matplotlib.
    """
    plain = copy.deepcopy(notebook)
    for cell in plain.cells:
        if _is_tagged(cell, OWN_OUTPUT):
            cell.outputs = []
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for kind, value in data.items():
                if kind in ("image/png", "image/jpeg"):
                    data[kind] = "…"
                elif isinstance(value, str):
                    data[kind] = PICTURE.sub(r"data:image/\1;base64,…", value)
    return plain


def differences(name: str, stored: str, fresh: nbformat.NotebookNode) -> list[str]:
    """What differs between the stored text of a notebook and its fresh run, cell by cell; empty when nothing does."""
    before_all = parse(stored)
    if stored != to_text(before_all):
        return [f"{name}: the file is not laid out as the builder writes it."]
    before, after = masked(before_all), masked(fresh)
    found: list[str] = []
    for index, (old, new) in enumerate(zip(before.cells, after.cells, strict=True)):
        if old != new:
            lines = difflib.unified_diff(_lines(old), _lines(new), "stored", "now", lineterm="", n=1)
            found.append("\n".join([f"{_where(name, index, new)} differs:", *_shortened(lines)]))
    if before.metadata != after.metadata:
        found.append(f"{name}: the metadata differs.")
    return found


def _lines(cell: nbformat.NotebookNode) -> list[str]:
    return list(_flat(cell, ""))


def _flat(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _flat(value[key], f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _flat(one, f"{place}[{number}]")
    else:
        yield from (f"{place}: {line}" for line in str(value).splitlines() or [""])


def _shortened(lines: Iterator[str]) -> list[str]:
    every = [f"  {line[:200]}" for line in lines]
    if len(every) <= DIFFERENCE_SHOWN:
        return every
    return [*every[:DIFFERENCE_SHOWN], f"  … and {len(every) - DIFFERENCE_SHOWN} more lines"]


# --- the command


def build(path: Path) -> bool:
    """Run one notebook and store it; whether the file changed. Raises `BuildError`, and then leaves the file alone."""
    before = path.read_bytes()
    fresh = normalise(execute(_read(before, path), path.parent, path.name))
    after = to_text(fresh).encode()
    if path.read_bytes() != before:
        raise BuildError(f"{path.name} was saved by someone else meanwhile. Run this again.")
    if after == before:
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(after)
    os.replace(beside, path)
    return True


def check(path: Path) -> list[str]:
    """Run one notebook and say what differs from the stored file. Raises `BuildError`."""
    stored = path.read_bytes()
    notebook = _read(stored, path)
    fresh = normalise(execute(notebook, path.parent, path.name))
    # A checkout on Windows may have other line ends.
    return differences(path.name, stored.decode().replace("\r\n", "\n"), fresh)


def _read(content: bytes, path: Path) -> nbformat.NotebookNode:
    try:
        return parse(content.decode())
    except (ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError):
        raise BuildError(f"{path.name} is not a notebook of format 4.") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="run.py notebooks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="03, 03-port-collisions, or a path (default: all)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="the same as NAME")
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is stored")
    given = parser.parse_args(arguments)
    try:
        paths = choose([*given.names, *given.only])
    except NameUnknownError as error:
        print(error, file=sys.stderr)
        return 2
    failed = 0
    for path in paths:
        begin = time.monotonic()
        try:
            if given.check:
                problems = check(path)
                said = "as stored" if not problems else "differs"
            else:
                problems = []
                said = "written" if build(path) else "unchanged"
        except BuildError as error:
            problems, said = [str(error)], "failed"
        print(f"{path.name}: {said} ({time.monotonic() - begin:.1f} s)", flush=True)
        for problem in problems:
            print(problem, file=sys.stderr, flush=True)
        failed += bool(problems)
    if failed and given.check:
        print("Run  python3 run.py notebooks  and look at the difference before you commit.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
