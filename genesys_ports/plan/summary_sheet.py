"""The summary of a checked plan as the rows of a sheet: what was read, what was found, and what to know of the copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..origin import Place
from . import finding_words
from . import suggest_words as words
from .findings import Findings, Severity
from .load import Reading
from .sheet_xml import LAST_ROW, Value

__all__ = ["summary_rows", "widths"]


def widths() -> dict[int, int]:
    """The width of each column, in characters."""
    return dict(enumerate((14, 12, 34, 60, 50, 40, 50), start=1))


def summary_rows(
    reading: Reading, findings: Findings, notes: Sequence[str]
) -> tuple[list[tuple[int, Sequence[Value]]], frozenset[int]]:
    """The numbered rows of the sheet, and which of them name columns."""
    every = list(_rows(reading, findings, notes))
    if len(every) > LAST_ROW:
        left = len(every) - LAST_ROW + 1
        every[LAST_ROW - 1 :] = [(False, (words.REST.format(count=f"{left:,}"),))]
    heads = frozenset(number for number, (is_head, _) in enumerate(every, start=1) if is_head)
    return [(number, values) for number, (_, values) in enumerate(every, start=1)], heads


def _rows(reading: Reading, findings: Findings, notes: Sequence[str]) -> Iterator[tuple[bool, Sequence[Value]]]:
    yield True, (words.TITLE,)
    yield False, ()
    yield True, words.READ
    for file in reading.files:
        yield False, (file.file, ", ".join(file.sheets), file.rows, file.ports)
    yield False, ()
    unread = [one for one in reading.bad if not one.code]
    counts = Counter(finding.severity for finding in findings)
    yield True, words.COUNTED
    for severity in Severity:
        yield False, (severity, counts[severity])
    yield False, (words.CELLS, len(unread))
    yield False, ()
    for sentence in (*notes, *map(str, reading.unreadable), *reading.skipped):
        yield False, (sentence,)
    yield False, ()
    if not findings and not unread:
        yield False, (words.NO_FINDING,)
        return
    yield True, words.FINDINGS
    for one in unread:
        told = words.UNREAD.format(column=one.column, message=one.message)
        where = finding_words.rows([Place(one.file, one.sheet, one.row)])
        yield False, (words.UNREAD_CODE, Severity.ERROR, where, told)
    for finding in findings:
        yield (
            False,
            (
                finding.code,
                finding.severity,
                finding_words.rows(finding.rows),
                finding.message,
                finding.why,
                finding.source,
                finding.proposal,
            ),
        )
