"""The summary of a checked plan as the rows of a sheet: what was read, what was found, and what to know of the copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum

from ..origin import Place
from . import finding_words
from . import suggest_words as words
from .findings import Findings, Severity
from .load import Reading
from .rows import LAST_ROW
from .sheet_xml import Value

__all__ = ["summary_rows", "widths"]


def widths() -> dict[int, int]:
    """The width of each column, in characters."""
    return dict(enumerate((12, 11, 28, 56, 46, 34, 46), start=1))


def summary_rows(
    reading: Reading, findings: Findings, notes: Sequence[str]
) -> tuple[list[tuple[int, Sequence[Value]]], frozenset[int], frozenset[int]]:
    """The numbered rows of the sheet, which of them name columns, and which are sentences that run across columns."""
    every = list(_rows(reading, findings, notes))
    if len(every) > LAST_ROW:
        left = len(every) - LAST_ROW + 1
        every[LAST_ROW - 1 :] = [(_Kind.SENTENCE, (words.REST.format(count=f"{left:,}"),))]
    kinds = {number: kind for number, (kind, _) in enumerate(every, start=1)}
    heads = frozenset(number for number, kind in kinds.items() if kind in (_Kind.TITLE, _Kind.HEAD))
    plain = frozenset(number for number, kind in kinds.items() if kind in (_Kind.TITLE, _Kind.SENTENCE))
    return [(number, values) for number, (_, values) in enumerate(every, start=1)], heads, plain


class _Kind(Enum):
    TITLE, HEAD, SENTENCE, ENTRY = range(4)


def _rows(reading: Reading, findings: Findings, notes: Sequence[str]) -> Iterator[tuple[_Kind, Sequence[Value]]]:
    yield _Kind.TITLE, (words.TITLE,)
    yield _Kind.ENTRY, ()
    for sentence in (*notes, *map(str, reading.unreadable), *reading.skipped):
        yield _Kind.SENTENCE, (sentence,)
    yield _Kind.ENTRY, ()
    yield _Kind.HEAD, words.READ
    for file in reading.files:
        yield _Kind.ENTRY, (file.rows, file.ports, file.file, ", ".join(file.sheets))
    yield _Kind.ENTRY, ()
    unread = [one for one in reading.bad if not one.code]
    counts = Counter(finding.severity for finding in findings)
    yield _Kind.HEAD, words.COUNTED
    for severity in Severity:
        yield _Kind.ENTRY, (severity, counts[severity])
    yield _Kind.ENTRY, (words.CELLS, len(unread))
    yield _Kind.ENTRY, ()
    if not findings and not unread:
        yield _Kind.SENTENCE, (words.NO_FINDING,)
        return
    yield _Kind.HEAD, words.FINDINGS
    for one in unread:
        told = words.UNREAD.format(column=one.column, message=one.message)
        where = finding_words.rows([Place(one.file, one.sheet, one.row)])
        yield _Kind.ENTRY, (words.UNREAD_CODE, Severity.ERROR, where, told)
    for finding in findings:
        yield (
            _Kind.ENTRY,
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
