"""`report`: the capstone as one HTML file to keep and to print: score, plan, pictures, ladders, firewall list.

The file stands alone: no script, nothing that is fetched, light paper.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from html import escape
from pathlib import PurePath
from typing import Any

from .. import __version__
from ..draw import ladder, port_map, topology
from ..lab import Lab
from ..lab.report import Report
from ..model import Deployment
from ..output import save
from ..plan.firewall import firewall_list
from ..table import UNBROKEN, Table, one_line
from . import capstone_words as words
from .capstone_folder import Folder
from .capstone_lab import outside_calls
from .capstone_score import Score, Stage, score
from .checks import plan_of

__all__ = ["CapstoneReport", "report"]

#: Letters of a learner's name.
LONGEST_NAME = 120

#: Rows of one table.
MOST_ROWS = 1_000

#: What the firewall list of the report says of each rule; its file says more.
RULE_COLUMNS = (
    "Source", "Source host", "Destination", "Destination host", "Protocol", "Port", "Purpose", "Basis",
)  # fmt: skip

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{color-scheme: light}}
body {{font: 16px/1.45 system-ui, sans-serif; color: #111; background: #fff; max-width: 1080px; margin: 2em auto;
  padding: 0 1em}}
h1 {{font-size: 1.7em; margin: 0}}
h2 {{font-size: 1.25em; border-bottom: 2px solid #1565c0; padding-bottom: .2em; margin-top: 2em}}
.score {{font-size: 1.3em; font-weight: bold; margin: .3em 0}}
table.rows {{border-collapse: collapse; width: 100%}}
.rows th, .rows td {{text-align: left; vertical-align: top; padding: .35em .6em; border-bottom: 1px solid #777;
  min-width: 3.2em; overflow-wrap: anywhere}}
.rows .short {{white-space: nowrap}}
.rows caption {{text-align: left; padding-bottom: .3em}}
.rows ul {{margin: 0; padding: 0; list-style: none}}
figcaption, h1, .score {{overflow-wrap: anywhere}}
img, svg {{max-width: 100%; height: auto}}
@media print {{
  @page {{size: A4 landscape; margin: 12mm}}
  body {{max-width: none; margin: 0; padding: 0; font-size: 11pt}}
  section {{break-before: page}}
  section.first {{break-before: auto}}
  h2 {{break-after: avoid}}
  tr, img, svg {{break-inside: avoid}}
  thead {{display: table-header-group}}
  img {{width: auto !important; max-height: 235mm}}
  @page tall {{size: A4 portrait; margin: 12mm}}
  section.tall {{page: tall}}
  svg {{max-height: 240mm}}
  table {{font-size: 8.5pt !important}}
  [tabindex] {{overflow: visible !important}}
}}
</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="score">{head}</p>
<p>{made}</p>
</header>
<main>
{sections}
</main>
</body>
</html>
"""


class CapstoneReport:
    """What a learner has done, at one moment. What happens later does not change it."""

    def __init__(self, lab: Lab, editor: Any, folder: Folder, learner: str = "", day: date | None = None) -> None:
        plan = plan_of(editor)
        self.learner = one_line(learner)[:LONGEST_NAME]
        self.day = day or datetime.now(UTC).astimezone().date()
        self.score: Score = score(lab, editor, folder)
        # Snapshots, each with what draws it: drawing takes long, and only a file wants it.
        self._sections: list[tuple[str, Callable[[], str]]] = [
            (words.REPORT_SCORE, partial(_stages, self.score.stages)),
            (words.REPORT_PLAN, partial(_plan, plan)),
            *_pictures(plan, lab),
            *_ladders(lab),
            (words.REPORT_FIREWALL, partial(_firewall, plan)),
        ]

    @property
    def head(self) -> str:
        """Who has how many points."""
        values = {"learner": self.learner, "points": self.score.points, "most": self.score.most}
        return (words.REPORT_OF if self.learner else words.REPORT_PLAIN).format(**values)

    def to_html(self) -> str:
        """The report as a page."""
        sections = [
            f'<section class="{_page_of(title)}">\n<h2>{escape(title)}</h2>\n{draw()}\n</section>'
            for title, draw in self._sections
        ]
        return _PAGE.format(
            title=escape(words.REPORT_TITLE),
            head=escape(self.head),
            made=escape(words.MADE_ON.format(day=self.day.isoformat(), version=__version__)),
            sections="\n".join(sections),
        )

    def save(self, path: str | os.PathLike[str]) -> Report:
        """Write a new file, .html. Raises `OutputError`: nothing is overwritten."""
        save(path, {".html": self.to_html, ".htm": self.to_html})
        return Report([words.REPORT_SAVED.format(file=PurePath(path).name)])

    def __str__(self) -> str:
        return words.REPORT_TEXT.format(head=self.head)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return Report([str(self)])._repr_html_()


def report(lab: Lab, editor: Any, folder: Folder, learner: str = "") -> CapstoneReport:
    """The report on the capstone as it stands now; `learner` is the name that stands on it.

    `report(lab, editor, folder, "Ana").save("my-capstone.html")` writes it.
    """
    return CapstoneReport(lab, editor, folder, learner)


# --- the parts


def _page_of(title: str) -> str:
    """On which kind of page a section is printed."""
    tall = (words.REPORT_MAP, words.REPORT_TOPOLOGY, words.REPORT_IVR, words.REPORT_AGENT)
    return "first" if title == words.REPORT_SCORE else "tall" if title in tall else "wide"


def _stages(stages: tuple[Stage, ...]) -> str:
    rows = []
    for stage in stages:
        seen = "".join(f"<li>{escape(str(one))}</li>" for one in stage.check.steps)
        verdict = words.REPORT_DONE if stage.check.passed else words.REPORT_NOT_YET
        points = words.OF.format(points=stage.points, most=stage.most)
        name = words.NAMED.format(number=stage.number, title=stage.title)
        first = f'<td class="short">{escape(name)}<br>{escape(verdict)}</td>'
        rows.append(f"<tr>{first}{_cell(points)}<td><ul>{seen}</ul></td></tr>")
    return _rows((words.STAGE, words.POINTS, words.SEEN), rows)


def _rows(columns: Sequence[str], rows: Sequence[str], caption: str = "") -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in columns)
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<table class="rows">{above}<thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _table(table: Table) -> str:
    rows = [f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows[:MOST_ROWS]]
    more = len(table.rows) - MOST_ROWS
    return _rows(table.columns, rows, table.caption) + (_said(words.MORE.format(count=more)) if more > 0 else "")


def _cell(text: str) -> str:
    return f"<td{' class=short' if len(text) <= UNBROKEN else ''}>{escape(text)}</td>"


def _plan(plan: Deployment) -> str:
    return _table(plan.table()) if plan.applications else _said(words.REPORT_EMPTY)


def _pictures(plan: Deployment, lab: Lab) -> Iterator[tuple[str, Callable[[], str]]]:
    # Of the lab while it has the plan: then the pictures say what listens.
    shown: Any = lab if lab.plan.applications else plan
    for title, picture in ((words.REPORT_MAP, port_map(shown)), (words.REPORT_TOPOLOGY, topology(shown))):
        yield title, picture._repr_html_ if plan.applications else partial(_said, words.REPORT_EMPTY)


def _ladders(lab: Lab) -> Iterator[tuple[str, Callable[[], str]]]:
    for title, call in zip((words.REPORT_IVR, words.REPORT_AGENT), outside_calls(lab), strict=True):
        if call is None:
            yield title, partial(_said, words.REPORT_NO_CALL)
        else:
            yield title, ladder(lab, call=call.invite.call)._repr_html_


def _firewall(plan: Deployment) -> str:
    if not plan.applications:
        return _said(words.REPORT_EMPTY)
    rules = firewall_list(plan)
    notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in rules.sentences())
    return _table(rules.table().only(*RULE_COLUMNS)) + f"<ul>{notes}</ul>"


def _said(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>"
