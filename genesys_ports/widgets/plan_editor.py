"""`PlanEditor`: a plan as a grid of cells in a notebook, with its findings as you type."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from html import escape
from typing import Any

from ..errors import PortsError
from ..lab.report import Report
from ..model import Deployment, Platform
from ..plan.findings import Finding
from ..plan.rows import Column
from . import words
from .plan_sheet import PlanSheet

__all__ = ["PlanEditor"]

#: Rows on one page, and findings that are shown at once.
ROWS, FINDINGS = 12, 8

#: Rows up to which every letter is checked; a larger plan is checked when a cell is left.
AS_YOU_TYPE = 500

#: How wide a column is, in shares of the page; any other column takes one share.
SHARES = {
    Column.HOST: 1.8,
    Column.PORT: 1.4,
    Column.APPLICATION: 2.6,
    Column.TYPE: 2,
    Column.PORT_ID: 1.2,
    Column.PURPOSE: 1.8,
    Column.CONNECTS_TO: 3,
}

#: With more columns than these, a row takes two lines: what says where a port is, and below it what the application is.
IN_ONE_LINE = 7
BELOW = (Column.TYPE, Column.DN, Column.CONNECTS_TO)
#: Shares where a row takes two lines.
SHARES_OF_TWO = {
    Column.HOST: 1.6,
    Column.APPLICATION: 2.4,
    Column.PORT_ID: 1.1,
    Column.PORT: 2,
    Column.PURPOSE: 1.6,
    Column.TYPE: 2.2,
    Column.DN: 0.8,
    Column.CONNECTS_TO: 5,
}

#: Columns of every grid, and those that a grid has when it begins with a cell in them.
ALWAYS = (Column.HOST, Column.APPLICATION, Column.PORT, Column.TRANSPORT)
IF_FILLED = (Column.PORT_ID, Column.PURPOSE)

#: Labels of cells are for screen readers: the header of the column says it to everybody else.
_CSS = """<style>
.genesys-ports-grid .widget-label {position: absolute; width: auto; font-size: 1px; clip-path: inset(50%)}
.genesys-ports-grid .widget-inline-hbox {margin: 1px; width: auto; min-width: 0}
.genesys-ports-grid input, .genesys-ports-grid textarea {font-size: 1em; padding: 2px 4px; min-width: 0}
.genesys-ports-grid textarea {resize: vertical; min-height: 0}
.genesys-ports-editor .widget-html-content {line-height: 1.4}
</style>"""


class PlanEditor(PlanSheet):
    """A plan to edit. Shown in a notebook it is a grid with its findings; as text it is a table and a list.

    Made of a plan or of the name of a plan file. Whatever the grid does, code does too: `write`, `add_row`,
    `remove_row`, `accept`, `undo`, `save`. `columns` names columns to show beside the usual ones.
    """

    def __init__(
        self,
        plan: Deployment | str | os.PathLike[str],
        *,
        platform: Platform | str | None = None,
        ignore: Iterable[str] = (),
        columns: Iterable[str] = (),
    ) -> None:
        super().__init__(plan, platform=platform, ignore=ignore)
        filled = {column for row in self.rows for column in IF_FILLED if row.get(column, "").strip()}
        self._shown = {*ALWAYS, *filled, *map(self._column, columns)}
        self._view: _View | None = None

    def widget(self) -> Any:
        """The grid (an ipywidgets box). Every display shows the same one."""
        if self._view is None:
            self._view = _View(self)
        return self._view.box

    def shown_columns(self) -> tuple[Column, ...]:
        """The columns of the grid: the usual ones, those asked for, and those with a cell that cannot be read."""
        wanted = {*self._shown, *(bad.column for bad in self.bad)}
        return tuple(column for column in Column if column in wanted)

    def _changed(self) -> None:
        super()._changed()
        if self._view is not None:
            self._view.refresh()

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        # Our own text/plain: that of ipywidgets differs from version to version.
        return {**self.widget()._repr_mimebundle_(**options), "text/plain": str(self)}


class _View:
    """The widgets of one editor. They are made once and filled anew, so that the keyboard keeps its place."""

    def __init__(self, editor: PlanEditor) -> None:
        import ipywidgets

        self._kit: Any = ipywidgets
        self._editor = editor
        self._page = 0
        self._filling = False
        self._columns: tuple[Column, ...] = ()
        self._cells: list[dict[Column, Any]] = []
        self._status = self._text()
        self._said = self._text()
        self._grid = ipywidgets.VBox()
        self._grid.add_class("genesys-ports-grid")
        self._paging = self._text()
        self._earlier = self._button(words.EARLIER, partial(self._turn, -1))
        self._later = self._button(words.LATER, partial(self._turn, 1))
        self._pages = self._row_of(self._earlier, self._paging, self._later)
        self._findings = [_Slot(self, number) for number in range(FINDINGS)]
        self._rest = self._text()
        self._name = ipywidgets.Text(description=words.SAVE_NAME, style={"description_width": "initial"})
        row = self._row_of
        self.box = ipywidgets.VBox(
            [
                ipywidgets.HTML(_CSS),
                self._status,
                self._grid,
                self._pages,
                row(self._button(words.ADD_ROW, self._add), self._button(words.UNDO, self._undo)),
                self._said,
                *(slot.box for slot in self._findings),
                self._rest,
                row(self._name, self._button(words.SAVE, self._save)),
            ]
        )
        self.box.add_class("genesys-ports-editor")
        self.refresh()

    # --- parts

    def _text(self) -> Any:
        return self._kit.HTML(layout=self._kit.Layout(margin="2px 0"))

    def _row_of(self, *parts: Any) -> Any:
        return self._kit.HBox(parts, layout=self._kit.Layout(flex_flow="row wrap", align_items="center"))

    def _button(self, label: str, act: Callable[[], Report | None], tip: str | None = None) -> Any:
        button = self._kit.Button(
            description=label, tooltip=tip, layout=self._kit.Layout(width="auto", align_self="flex-start")
        )
        button.on_click(lambda _: self._do(act))
        return button

    def _do(self, act: Callable[[], Report | None]) -> None:
        try:
            report = act()
        except PortsError as error:
            report = Report([str(error)])
        if report is not None:
            self.say(report.sentences[0])

    def say(self, sentence: str) -> None:
        # A screen reader reads it when it appears.
        self._said.value = f'<p role="status" style="margin:0;font-weight:bold">{escape(sentence)}</p>'

    # --- what buttons do

    def _turn(self, by: int) -> None:
        self._page += by
        self.refresh()

    def _add(self) -> Report:
        report = self._editor.add_row()
        self._page = (len(self._editor.rows) - 1) // ROWS
        self.refresh()
        return report

    def _undo(self) -> Report:
        return self._editor.undo()

    def _save(self) -> Report:
        if not self._name.value.strip():
            return Report([words.SAVE_FIRST])
        return self._editor.save(self._name.value.strip())

    def _remove(self, place: int) -> Report:
        return self._editor.remove_row(self._first + place + 1)

    def accept(self, number: int) -> Report:
        return self._editor.accept(self._editor.findings[number])

    # --- the grid

    @property
    def _first(self) -> int:
        return self._page * ROWS

    def _lay_out(self) -> None:
        """Make the cells of one page."""
        kit, columns = self._kit, self._columns
        two = len(columns) > IN_ONE_LINE
        above = [column for column in columns if not (two and column in BELOW)]
        below = [column for column in columns if column not in above]
        heads = [kit.HTML(f"<b>{escape(name)}</b>") for name in ("", *above, "")]
        header = [kit.GridBox(heads, layout=self._grid_of(above, two=two))]
        if below:
            heads = [kit.HTML(f"<b>{escape(name)}</b>") for name in ("", *below, "")]
            header.append(kit.GridBox(heads, layout=self._grid_of(below, two=two)))
        wide = kit.Layout(width="auto")
        at_once = len(self._editor.rows) <= AS_YOU_TYPE
        self._cells, self._numbers, self._notes, lines = [], [], [], []
        for place in range(ROWS):
            cells = {}
            for column in columns:
                long = column is Column.CONNECTS_TO
                cell = kit.Textarea(rows=1 if two else 2, layout=wide) if long else kit.Text(layout=wide)
                cell.continuous_update = at_once
                cell.observe(partial(self._write, place, column), "value")
                cells[column] = cell
            number, note = self._text(), self._text()
            remove = self._button("✕", partial(self._remove, place))
            remove.layout.width, remove.layout.padding = "2.2em", "0"
            parts = [number, *(cells[column] for column in above), remove]
            line = [kit.GridBox(parts, layout=self._grid_of(above, two=two))]
            if below:
                parts = [self._text(), *(cells[column] for column in below), self._text()]
                line.append(kit.GridBox(parts, layout=self._grid_of(below, two=two)))
            apart = kit.Layout(width="100%", margin="0 0 8px 0" if below else "0")
            lines.append(kit.VBox([*line, note], layout=apart))
            self._cells.append(cells)
            self._numbers.append((number, remove))
            self._notes.append(note)
        self._lines = lines
        self._grid.children = [*header, *lines]

    def _grid_of(self, columns: Iterable[Column], *, two: bool) -> Any:
        """The layout of one line: place for the number of the row, the columns by their shares, place for a button."""
        shares = SHARES_OF_TWO if two else SHARES
        wide = " ".join(f"minmax(0, {shares.get(column, 1)}fr)" for column in columns)
        return self._kit.Layout(grid_template_columns=f"2.2em {wide} 2.6em", width="100%", align_items="center")

    def _write(self, place: int, column: Column, change: Mapping[str, Any]) -> None:
        # Filled by us, a cell says nothing new.
        if not self._filling:
            self._do(partial(self._editor.write, self._first + place + 1, column, change["new"]))

    def refresh(self) -> None:
        """Fill every widget with what the editor has now."""
        editor = self._editor
        self._page = max(0, min(self._page, (len(editor.rows) - 1) // ROWS))
        if editor.shown_columns() != self._columns:
            self._columns = editor.shown_columns()
            self._lay_out()
        self._filling = True
        try:
            self._fill()
        finally:
            self._filling = False
        self._status.value = "".join(f"<p style='margin:0'>{escape(sentence)}</p>" for sentence in editor.summary())
        for slot, finding in zip(self._findings, [*editor.findings[:FINDINGS], *[None] * FINDINGS], strict=False):
            slot.show(finding)
        more = len(editor.findings) - FINDINGS
        self._rest.value = escape(words.MORE_FINDINGS.format(count=more)) if more > 0 else ""

    def _fill(self) -> None:
        editor, notes = self._editor, self._editor.notes()
        for place in range(ROWS):
            number = self._first + place + 1
            there = number <= len(editor.rows)
            self._lines[place].layout.display = None if there else "none"
            if not there:
                continue
            for column, cell in self._cells[place].items():
                cell.description = words.CELL.format(column=column, row=number)
                cell.value = editor.rows[number - 1].get(column, "")
            label, remove = self._numbers[place]
            label.value = str(number)
            remove.tooltip = words.REMOVE_ROW_TIP.format(row=number)
            told = "".join(f"<div>{escape(note)}</div>" for note in notes.get(number, ()))
            self._notes[place].value = told
            self._notes[place].layout.display = None if told else "none"
        last = min(self._first + ROWS, len(editor.rows))
        paging = words.PAGE.format(first=self._first + 1, last=last, count=len(editor.rows))
        self._paging.value = escape(paging if editor.rows else words.NO_ROWS)
        # Buttons that lead nowhere are in the way of those that do.
        self._pages.layout.display = None if not editor.rows or len(editor.rows) > ROWS else "none"
        self._earlier.disabled = self._page == 0
        self._later.disabled = last == len(editor.rows)


class _Slot:
    """A place for one finding, with the button that accepts its proposal."""

    def __init__(self, view: _View, number: int) -> None:
        self._html = view._text()
        self._button = view._button("", partial(view.accept, number))
        self.box = view._kit.VBox([self._html, self._button], layout=view._kit.Layout(margin="0 0 6px 0"))

    def show(self, finding: Finding | None) -> None:
        self.box.layout.display = None if finding else "none"
        if finding is None:
            return
        more = [words.WHY.format(why=finding.why), words.SOURCE.format(source=finding.source)]
        if finding.proposal:
            more.insert(0, words.PROPOSAL.format(proposal=finding.proposal))
        inside = "".join(f"<p style='margin:0 0 0 1.2em'>{escape(sentence)}</p>" for sentence in more)
        self._html.value = (
            f"<details><summary>{words.MARKS[finding.severity]} {escape(str(finding))}</summary>{inside}</details>"
        )
        told = (words.ACCEPT_CHANGE.format(application=one.application, to=one.to) for one in finding.changes)
        # A number that moves over both transports is told once.
        moves = list(dict.fromkeys(told))
        self._button.layout.display = None if moves else "none"
        self._button.description = words.ACCEPT.format(changes=", ".join(moves)) if len(moves) < 3 else words.ACCEPT_ALL
