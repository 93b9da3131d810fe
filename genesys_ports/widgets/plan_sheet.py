"""`PlanSheet`: a plan as rows of cells that change, checked after each change, with a way back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from ..errors import BadRow, InvalidValueError
from ..lab.report import Report
from ..model import Deployment, Platform
from ..plan.builder import build
from ..plan.check import check
from ..plan.correct import accept
from ..plan.findings import Change, Finding, Findings, Severity
from ..plan.load import Reading, rows_of
from ..plan.rows import Column, NoPlanError, RawRow, is_blank
from ..plan.save import plan_rows, port_cells, save_rows
from ..table import Table, one_line
from . import words

__all__ = ["PlanSheet"]

Row = Mapping[Column, str]

#: Changes that can be taken back.
KEPT = 200


class PlanSheet:
    """The cells of a plan by row, and what they amount to: `plan`, `bad` (cells that cannot be read) and `findings`.

    Made of a plan, or of the name of a plan file; then the rows are those of the file, unreadable cells included. Rows
    count from 1. The cells are read by the same readers as those of a file.
    """

    def __init__(
        self,
        plan: Deployment | str | os.PathLike[str],
        *,
        platform: Platform | str | None = None,
        ignore: Iterable[str] = (),
    ) -> None:
        if isinstance(plan, Deployment):
            self.name = plan.name
            self.rows: tuple[Row, ...] = tuple(plan_rows(plan))
        else:
            self.name = PurePath(plan).stem
            self.rows = tuple(_cells(plan))
        self._platform, self._ignore = platform, tuple(ignore)
        self._before: list[tuple[Row, ...]] = []
        self._typing: tuple[int, Column] | None = None
        self._read()

    def _read(self) -> None:
        cells = ((number, row) for number, row in enumerate(self.rows, start=1) if not is_blank(list(row.values())))
        self.plan, bad = build(self.name, (RawRow(file=self.name, row=number, cells=row) for number, row in cells))
        self.bad: tuple[BadRow, ...] = tuple(bad)
        reading = Reading(plan=self.plan, bad=self.bad, files=(), unreadable=(), skipped=())
        self.findings: Findings = check(reading, platform=self._platform, ignore=self._ignore)

    # --- changing

    def write(self, row: int, column: str, value: object) -> Report:
        """Write a value into one cell. Raises `InvalidValueError` where there is no such row or column."""
        self._row(row)
        target, text = self._column(column), str(value)
        if self.rows[row - 1].get(target, "") != text:
            # Letter by letter into one cell is one change.
            same = self._typing == (row, target)
            cells = {**self.rows[row - 1], target: text}
            self._change([*self.rows[: row - 1], cells, *self.rows[row:]], keep=not same)
            self._typing = (row, target)
        told = words.WRITTEN if text else words.EMPTIED
        return self._report(told.format(row=row, column=target, value=text))

    def add_row(self) -> Report:
        """Add an empty row at the end."""
        self._change([*self.rows, {}])
        return self._report(words.ADDED.format(row=len(self.rows)))

    def remove_row(self, row: int) -> Report:
        """Take one row out. Raises `InvalidValueError`."""
        self._row(row)
        self._change([*self.rows[: row - 1], *self.rows[row:]])
        return self._report(words.REMOVED.format(row=row))

    def accept(self, finding: Finding) -> Report:
        """Do what a finding proposes."""
        if not finding.changes:
            return self._report(words.NO_CHANGE)
        if finding not in self.findings:
            return self._report(words.OUTDATED)
        self._change(self._moved(accept(self.plan, [finding])))
        return Report([*(_accepted(self.plan, change) for change in finding.changes), *self.summary()])

    def _moved(self, after: Deployment) -> Iterator[Row]:
        """The rows, with the ports of those rows that hold a moved one as `after` has them."""
        held: dict[int, list[tuple[str, str]]] = {}
        for key, place in self.plan.origin.ports.items():
            held.setdefault(place.row, []).append(key)
        for number, row in enumerate(self.rows, start=1):
            ports = [
                (self.plan.application(name).port(port_id), after.application(name).port(port_id))
                for name, port_id in held.get(number, ())
            ]
            if all(old == new for old, new in ports):
                yield row
                continue
            # Where one cell holds several ports, each gets a row of its own.
            for _, new in ports:
                yield {**row, **port_cells(new)}
                row = {column: row[column] for column in (Column.HOST, Column.APPLICATION) if column in row}

    def undo(self) -> Report:
        """Take the last change back."""
        if not self._before:
            return self._report(words.NOTHING_TO_UNDO)
        self.rows = self._before.pop()
        self._changed()
        return self._report(words.UNDONE)

    def _change(self, rows: Iterable[Row], *, keep: bool = True) -> None:
        after = tuple(rows)
        if keep:
            self._before = [*self._before[1 - KEPT :], self.rows]
        self.rows = after
        self._changed()

    def _changed(self) -> None:
        self._typing = None
        self._read()

    def save(self, path: str | os.PathLike[str]) -> Report:
        """Write the rows as a new CSV file, unreadable cells as they are. Raises `OutputError`: nothing is replaced."""
        save_rows(self.rows, path)
        told = words.SAVED_UNREAD if self.bad else words.SAVED
        return Report([told.format(file=PurePath(path).name)])

    # --- looking

    def columns(self) -> tuple[Column, ...]:
        """The columns that any row fills."""
        filled = {column for row in self.rows for column, cell in row.items() if cell.strip()}
        return tuple(column for column in Column if column in filled)

    def notes(self) -> dict[int, list[str]]:
        """What is wrong, by row: whole sentences for cells that cannot be read, the codes of errors and warnings."""
        told: dict[int, list[str]] = {}
        for bad in self.bad:
            told.setdefault(bad.row, []).append(words.UNREAD_CELL.format(column=bad.column, message=bad.message))
        explained = {(bad.row, bad.code) for bad in self.bad}
        for severity, findings in ((Severity.ERROR, self.findings.errors), (Severity.WARNING, self.findings.warnings)):
            codes: dict[int, dict[str, None]] = {}
            for number, code in ((place.row, one.code) for one in findings for place in one.rows):
                if (number, code) not in explained:
                    codes.setdefault(number, {})[code] = None
            for number, found in codes.items():
                sentence = words.CODES.format(mark=words.MARKS[severity], codes=", ".join(found))
                told.setdefault(number, []).append(sentence)
        return told

    def summary(self) -> tuple[str, ...]:
        """How the plan stands, in sentences."""
        told = words.SUMMARY.format(plan=self.plan.summary(), findings=self.findings.summary())
        if not self.bad:
            return (told,)
        return (told, words.UNREAD_ONE if len(self.bad) == 1 else words.UNREAD.format(count=len(self.bad)))

    def table(self) -> Table:
        """The grid as a table."""
        notes, columns = self.notes(), self.columns()
        rows = [
            (number, *(row.get(column, "") for column in columns), " ".join(notes.get(number, ())))
            for number, row in enumerate(self.rows, start=1)
        ]
        return Table((words.ROW, *columns, words.NOTE), rows, words.GRID)

    def __str__(self) -> str:
        found = [str(finding) for finding in self.findings] or ([] if self.bad else [words.CLEAN])
        return "\n".join([*self.summary(), str(self.table()), *map(one_line, found)])

    def _report(self, sentence: str) -> Report:
        return Report([sentence, *self.summary()])

    def _row(self, row: int) -> None:
        if not 1 <= row <= len(self.rows):
            raise InvalidValueError(words.ROW_WANTED, row, [words.ROWS_KNOWN.format(last=len(self.rows))])

    def _column(self, name: str) -> Column:
        named = {column.casefold(): column for column in Column}
        column = named.get(str(name).strip().casefold())
        if column is None:
            raise InvalidValueError(words.COLUMN_WANTED, name, list(Column))
        return column


def _accepted(plan: Deployment, change: Change) -> str:
    moved = plan.application(change.application).port(change.port_id)
    return words.ACCEPTED.format(application=change.application, port=moved)


def _cells(path: str | os.PathLike[str]) -> Iterator[Row]:
    for one in rows_of(path):
        if isinstance(one, RawRow):
            yield one.cells
        elif not isinstance(one, NoPlanError):
            # A sheet that holds no plan is left out; one that should hold it would be lost without a word.
            raise one
