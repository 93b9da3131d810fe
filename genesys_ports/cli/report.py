"""What `genesys-ports check` prints: what was read, what cannot be read, the findings, and a closing line.

Files, sheets and cells are somebody else's text: nothing of them reaches the terminal but printable characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from ..origin import Place
from . import words
from .console import printable

if TYPE_CHECKING:
    from ..errors import BadRow
    from ..plan.findings import Finding, Findings
    from ..plan.load import FileRead, Reading

__all__ = ["as_json", "counted", "headings", "lines", "summary", "unread"]

#: Rows that one finding names before it only counts the rest.
MOST_ROWS = 8

#: Characters of a cell that is said back.
MOST_VALUE = 60


def as_json(reading: Reading, findings: Findings) -> dict[str, Any]:
    """The whole report as one object."""
    files = [{"file": one.file, "rows": one.rows, "ports": one.ports} for one in reading.files]
    unreadable = [
        {"file": one.file, "sheet": "", "row": None, "column": "", "value": "", "message": one.problem}
        for one in reading.unreadable
    ]
    cells = [
        {
            "file": one.file,
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "value": one.value,
            "message": one.message,
        }
        for one in reading.bad
    ]
    return {"files": files, "errors": [*unreadable, *cells], "findings": [one.as_json() for one in findings]}


def unread(reading: Reading) -> tuple[BadRow, ...]:
    """The cells that cannot be read at all; of the others, with a code, a check makes findings."""
    return tuple(one for one in reading.bad if not one.code)


def headings(reading: Reading) -> Iterator[str]:
    """One line for each file that was read: what it holds."""
    unreadable = {one.file for one in reading.unreadable}
    hosts = _hosts(reading)
    for file in reading.files:
        if file.file not in unreadable or file.rows:
            yield _heading(file, len(hosts.get(file.file, ())))


def _heading(file: FileRead, hosts: int) -> str:
    sentence = words.READ_SHEETS if file.sheets else words.READ
    return sentence.format(
        file=printable(file.file),
        sheets=counted(words.SHEETS, len(file.sheets)),
        rows=counted(words.DATA_ROWS, file.rows),
        ports=counted(words.PORTS, file.ports),
        hosts=counted(words.HOSTS, hosts),
    )


def _hosts(reading: Reading) -> dict[str, set[str]]:
    """The hosts that each file speaks of."""
    origin = reading.plan.origin
    hosts: dict[str, set[str]] = {}
    for name, place in origin.hosts.items():
        hosts.setdefault(place.file, set()).add(name)
    for application, port in reading.plan.ports():
        if row := origin.ports.get((application.name, port.port_id)):
            hosts.setdefault(row.file, set()).add(application.host)
    return hosts


def lines(
    reading: Reading, findings: Iterable[Finding], width: int | None = None, most: int | None = None
) -> Iterator[str]:
    """What cannot be read, then the findings, the gravest first: two lines each, or as many as a `width` asks for.

    No more than `most` of both together; the rest is counted. Why a code matters is said below its first finding.
    """
    name_file = len(reading.files) > 1
    proposals: dict[str, str] = {}
    told = [
        *(_cell(one, name_file) for one in unread(reading)),
        *(_finding(one, name_file, proposals) for one in findings),
    ]
    for what, more in told[:most]:
        yield from _wrapped(what, width, "", "    ")
        if more:
            yield from _wrapped(more, width, "  ", "  ")
    if most is not None and len(told) > most:
        yield from _wrapped(words.MORE_FOUND.format(count=f"{len(told) - most:,}"), width, "", "")


def _cell(bad: BadRow, name_file: bool) -> tuple[str, str]:
    what = (words.NOT_READ_CELL if bad.value else words.NOT_READ_EMPTY).format(
        where=_where([Place(bad.file, bad.sheet, bad.row)], name_file),
        column=printable(bad.column),
        value=bad.value if len(bad.value) <= MOST_VALUE else bad.value[: MOST_VALUE - 1] + "…",
    )
    return what, printable(bad.message)


def _finding(finding: Finding, name_file: bool, proposals: dict[str, str]) -> tuple[str, str]:
    what = (words.FOUND if finding.rows else words.FOUND_NOWHERE).format(
        where=_where(finding.rows, name_file),
        message=printable(finding.message),
        code=finding.code,
        severity=finding.severity,
    )
    before = proposals.get(finding.code)
    proposals[finding.code] = finding.proposal
    if before is None:
        more = words.WHY_PROPOSAL if finding.proposal else words.WHY
    else:
        more = words.PROPOSAL if finding.proposal and finding.proposal != before else ""
    return what, more.format(why=printable(finding.why), proposal=printable(finding.proposal))


def _where(places: Sequence[Place], name_file: bool) -> str:
    sheets: dict[tuple[str, str], list[int]] = {}
    for place in places:
        sheets.setdefault((place.file, place.sheet), []).append(place.row)
    parts = []
    for (file, sheet), rows in sheets.items():
        sentence = (words.IN_SHEET_OF_FILE if sheet else words.IN_FILE) if name_file else words.IN_SHEET
        if not (sheet or name_file):
            sentence = words.IN_PLAN
        parts.append(sentence.format(file=printable(file), sheet=sheet, rows=_rows(sorted(set(rows)))))
    text = "; ".join(parts)
    # A file keeps the name it has; everything else begins a sentence.
    return text if not parts or name_file else text[0].upper() + text[1:]


def _rows(rows: Sequence[int]) -> str:
    from ..plan.finding_words import listed

    return words.ROWS[len(rows) > 1].format(rows=listed(map(str, rows), MOST_ROWS))


def _wrapped(text: str, width: int | None, first: str, others: str) -> Iterable[str]:
    if width is None:
        return [first + text]
    return wrap(text, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def summary(reading: Reading, findings: Iterable[Finding]) -> str:
    """How many there are of each severity, in words."""
    severities = [str(one.severity) for one in findings]
    counts = (
        (words.FILES_UNREADABLE, len(reading.unreadable)),
        (words.CELLS_UNREADABLE, len(unread(reading))),
        (words.ERRORS, severities.count("error")),
        (words.WARNINGS, severities.count("warning")),
        (words.INFOS, severities.count("info")),
    )
    return ", ".join(counted(sentence, count) for sentence, count in counts if count) or words.NOTHING_FOUND


def counted(sentence: tuple[str, str], count: int) -> str:
    """So many of it: the first of two sentences for one, the second for any other number."""
    return sentence[count != 1].format(count=f"{count:,}")
