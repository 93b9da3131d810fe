"""Check of the capstone's last stage: firewall list and port document of the plan lie in the learner's folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import PortsError
from ..model import Deployment
from ..plan import firewall_words
from ..plan.firewall import firewall_list
from ..plan.load import READERS, read_plans
from . import capstone_words as words
from .capstone_folder import Folder
from .capstone_lab import same_plan
from .checks import Check, Step, plan_of

__all__ = ["check_handed_over"]

#: The columns of a firewall list by which its rules are told apart.
COLUMNS = ("Source", "Source host", "Destination", "Destination host", "Protocol", "Port")


class _Rule(NamedTuple):
    source: str
    source_host: str
    destination: str
    destination_host: str
    protocol: str
    port: str

    def __str__(self) -> str:
        values = {"source": self.source, "destination": self.destination, "protocol": self.protocol, "port": self.port}
        return words.RULE.format(**values)


def check_handed_over(folder: Folder, editor: Any) -> Check:
    """Whether the folder has the whole firewall list and the port document of the plan (of an editor)."""
    plan = plan_of(editor)
    if not plan.applications:
        return Check([Step(False, words.EMPTY)])
    files = folder.files()
    if not files:
        return Check([Step(False, words.FOLDER_EMPTY.format(folder=folder.name))])
    return Check([_list_step(folder, files, plan), _document_step(folder, files, plan)])


# --- the firewall list


def _list_step(folder: Folder, files: tuple[Path, ...], plan: Deployment) -> Step:
    wanted = _rules(firewall_list(plan).to_csv(), ".csv")
    lists = [(one.name, found) for one in files if (found := _rules(_text(one), one.suffix.lower()))]
    if not lists:
        return Step(False, words.NO_LIST.format(folder=folder.name))
    name, found = min(lists, key=lambda one: len(set(wanted) - set(one[1])))
    missing = [rule for rule in dict.fromkeys(wanted) if rule not in found]
    values = {"file": name, "count": len(wanted), "missing": len(missing), "rule": missing[0] if missing else ""}
    return Step(not missing, (words.LIST_LACKS if missing else words.LIST).format(**values))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig", "replace")
    except OSError:
        return ""


def _rules(text: str, ending: str) -> list[_Rule]:
    """The rules of a firewall list that was written as .csv or .md; none where it is something else."""
    if ending == ".csv":
        rows: Iterator[list[str]] = csv.reader(io.StringIO(text))
    elif ending == ".md":
        lines = (line for line in text.splitlines() if line.startswith("|"))
        rows = ([_unmarked(cell) for cell in line.strip().strip("|").split(" | ")] for line in lines)
    else:
        return []
    places: list[int] = []
    found = []
    try:
        for row in rows:
            if not places:
                cells = [cell.strip() for cell in row]
                if set(COLUMNS) <= set(cells) <= set(firewall_words.COLUMNS):
                    places = [cells.index(name) for name in COLUMNS]
            elif len(row) > max(places) and row[0].strip("- ") != "":
                found.append(_Rule(*(row[place].strip() for place in places)))
    except csv.Error:
        return []
    return found


def _unmarked(cell: str) -> str:
    """The text of a cell of a Markdown table, as `plan.export.markdown` writes it."""
    plain = cell.strip().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return plain.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")


# --- the port document


def _document_step(folder: Folder, files: tuple[Path, ...], plan: Deployment) -> Step:
    plans = [(one.name, held) for one in files if (held := _plan(one)) is not None]
    right = [name for name, held in plans if same_plan(held, plan)]
    if right:
        return Step(True, words.DOCUMENT.format(file=right[-1], plan=plan.summary()))
    if plans:
        return Step(False, words.OLD_DOCUMENT.format(file=plans[-1][0]))
    return Step(False, words.NO_DOCUMENT.format(folder=folder.name))


def _plan(path: Path) -> Deployment | None:
    """The plan in a file; None where it holds none."""
    if path.suffix.lower() not in READERS:
        return None
    try:
        reading = read_plans(path)
    except PortsError:
        return None
    return reading.plan if reading.plan.applications and not reading.unreadable else None
