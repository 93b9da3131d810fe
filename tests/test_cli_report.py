"""The report of a check in words: places, wrapping, bounds, counts, and text that means no good."""

from __future__ import annotations

import pytest

from genesys_ports.cli import report
from genesys_ports.errors import BadRow, PlanFileError
from genesys_ports.model import Deployment
from genesys_ports.origin import Origin, Place
from genesys_ports.plan.findings import Finding, Findings, Severity
from genesys_ports.plan.load import FileRead, Reading

SHEET = "Ports.xlsx"


def reading(*bad: BadRow, files: tuple[str, ...] = (SHEET,), unreadable: tuple[str, ...] = ()) -> Reading:
    return Reading(
        plan=Deployment(),
        bad=bad,
        files=tuple(FileRead(file=file, sheets=(), rows=0, ports=0) for file in files),
        unreadable=tuple(PlanFileError(file, "The file is empty.") for file in unreadable),
        skipped=(),
    )


def finding(
    *rows: Place,
    severity: str = "error",
    message: str = "port 5150/tcp is planned twice",
    why: str = "Only the first to start will run.",
    proposal: str = "",
) -> Finding:
    return Finding(
        code="GP101",
        severity=Severity(severity),
        message=message,
        why=why,
        source="bind rules",
        rows=rows,
        proposal=proposal,
    )


def bad(
    sheet: str = "", row: int = 3, value: str = "x", code: str = "", message: str = "This is not a port."
) -> BadRow:
    return BadRow(file=SHEET, sheet=sheet, row=row, column="Port", value=value, message=message, code=code)


def test_a_finding_has_two_lines():
    one = finding(Place(SHEET, "SITE A", 14), Place(SHEET, "SITE A", 87), proposal="5152 for LogDB_MS.")
    assert list(report.lines(reading(), [one])) == [
        "Sheet 'SITE A', rows 14 and 87: port 5150/tcp is planned twice   [GP101 error]",
        "  Only the first to start will run. Proposal: 5152 for LogDB_MS.",
    ]


def test_a_reason_is_given_once_and_a_proposal_where_it_is_another():
    findings = [finding(Place(SHEET, "", row), proposal=f"{number} for b.") for row, number in [(1, 5), (2, 5), (3, 6)]]
    assert [line.partition(" port")[0] for line in report.lines(reading(), findings)] == [
        "Row 1:",
        "  Only the first to start will run. Proposal: 5 for b.",
        "Row 2:",
        "Row 3:",
        "  Proposal: 6 for b.",
    ]


def test_what_cannot_be_read_comes_first():
    assert list(report.lines(reading(bad("SITE A")), [finding(Place(SHEET, "", 2))])) == [
        "Sheet 'SITE A', row 3, column Port: 'x' cannot be read   [unreadable]",
        "  This is not a port.",
        "Row 2: port 5150/tcp is planned twice   [GP101 error]",
        "  Only the first to start will run.",
    ]


def test_a_cell_that_is_a_finding_is_told_once():
    assert list(report.lines(reading(bad(code="GP402")), [])) == []


A, B = "a.csv", "b.xlsx"

WHERE = [
    ([], 1, ""),
    ([Place(A, "", 14)], 1, "Row 14: "),
    ([Place(A, "", 87), Place(A, "", 14)], 1, "Rows 14 and 87: "),
    ([Place(A, "", 14), Place(A, "", 14)], 1, "Row 14: "),
    ([Place(A, "", row) for row in (2, 3, 5)], 1, "Rows 2, 3 and 5: "),
    ([Place(A, "", row) for row in range(1, 9)], 1, "Rows 1, 2, 3, 4, 5, 6, 7 and 8: "),
    ([Place(A, "", row) for row in range(1, 41)], 1, "Rows 1, 2, 3, 4, 5, 6, 7 and 33 more: "),
    ([Place(B, "SIP", 9)], 1, "Sheet 'SIP', row 9: "),
    ([Place(B, "SIP", 9), Place(B, "T", 2), Place(B, "T", 3)], 1, "Sheet 'SIP', row 9; sheet 'T', rows 2 and 3: "),
    ([Place(A, "", 14)], 2, "a.csv, row 14: "),
    ([Place(A, "", 14), Place(B, "SIP", 9)], 2, "a.csv, row 14; b.xlsx, sheet 'SIP', row 9: "),
    ([Place(B, "It's\x1b[2J", 9)], 1, 'Sheet "It\'s\\x1b[2J", row 9: '),
]


@pytest.mark.parametrize(("rows", "files", "where"), WHERE)
def test_where_a_finding_is(rows, files, where):
    first, _ = report.lines(reading(files=(A, B)[:files]), [finding(*rows)])
    assert first == f"{where}port 5150/tcp is planned twice   [GP101 error]"


def test_a_terminal_gets_lines_of_its_width():
    one = finding(Place(SHEET, "SITE A", 14), message="port 5150/tcp " * 12, proposal="5152 " * 30)
    lines = list(report.lines(reading(bad(message="word " * 40)), [one], width=60))
    assert max(map(len, lines)) <= 60
    assert all(line.startswith(("  ", "Sheet", "Row")) for line in lines)
    assert " ".join(" ".join(lines).split()) == " ".join(
        " ".join(report.lines(reading(bad(message="word " * 40)), [one])).split()
    )


@pytest.mark.parametrize(("count", "told"), [(3, 3), (4, 3), (1500, 3)])
def test_a_terminal_gets_a_bounded_list(count, told):
    findings = [finding(Place(SHEET, "", row)) for row in range(1, count + 1)]
    lines = list(report.lines(reading(), findings, width=100, most=3))
    assert sum("GP101" in line for line in lines) == told
    if count > told:
        assert " ".join(lines[4:]).startswith(f"… and {count - told:,} more. For all of them,")
    assert len(list(report.lines(reading(), findings))) == count + 1


HOSTILE = "\x1b[31m\x07\u202e\r\nrow 9: all is well"


def test_nothing_steers_the_terminal():
    one = finding(Place(HOSTILE, HOSTILE, 1), message=HOSTILE, why=HOSTILE, proposal=HOSTILE)
    bad_one = BadRow(file=HOSTILE, sheet=HOSTILE, row=1, column=HOSTILE, value=HOSTILE, message=HOSTILE)
    shown = reading(bad_one, files=(HOSTILE, SHEET))
    lines = [*report.headings(shown), *report.lines(shown, [one])]
    assert len(lines) == 6
    assert all(line.isprintable() for line in lines)


def test_a_long_cell_is_said_back_in_part():
    first, _ = report.lines(reading(bad(value="9" * 10_000)), [])
    assert first == f"Row 3, column Port: '{'9' * 59}…' cannot be read   [unreadable]"


SUMMARIES = [
    ((), (), (), "No findings"),
    (("error",), (), (), "1 error"),
    (("error", "error", "warning", "info"), (), (), "2 errors, 1 warning, 1 info"),
    (("warning",) * 11, (bad(),), (), "1 cell that cannot be read, 11 warnings"),
    (
        (),
        (bad(), bad(row=4), bad(row=5, code="GP402")),
        ("x.csv",),
        "1 file or sheet that cannot be read, 2 cells that cannot be read",
    ),
    (("info",) * 1200, (), (), "1,200 infos"),
]


@pytest.mark.parametrize(("severities", "rows", "unreadable", "text"), SUMMARIES)
def test_the_closing_line_counts(severities, rows, unreadable, text):
    findings = Findings(finding(severity=one) for one in severities)
    assert report.summary(reading(*rows, unreadable=unreadable), findings) == text


def test_headings_count_the_hosts_of_each_file():
    plan = Deployment().add("a", host="h1", port=1).add("a", host="h1", port=2, port_id="x").add("b", host="h2", port=1)
    plan = plan.add("of nowhere", host="h3", port=1)
    places = {("a", "default"): Place(A, "", 2), ("a", "x"): Place(B, "S", 5), ("b", "default"): Place(B, "S", 6)}
    plan = Deployment(
        hosts=plan.hosts,
        applications=plan.applications,
        origin=Origin(ports=places, hosts={"h1": Place(A, "", 2), "h2": Place(B, "S", 6)}),
    )
    files = (
        FileRead(file=A, sheets=(), rows=1, ports=1),
        FileRead(file=B, sheets=("S", "T"), rows=1200, ports=2),
        FileRead(file="c.csv", sheets=(), rows=0, ports=0),
    )
    errors = (PlanFileError("c.csv", "The file is empty."),)
    whole = Reading(plan=plan, bad=(), files=files, unreadable=errors, skipped=())
    assert list(report.headings(whole)) == [
        "a.csv: 1 row, 1 port on 1 host",
        "b.xlsx: 2 sheets, 1,200 rows, 2 ports on 2 hosts",
    ]


def test_the_object():
    one = finding(Place(SHEET, "SITE A", 14))
    whole = reading(bad("SITE A"), bad(code="GP402"), unreadable=("x.csv",))
    assert report.as_json(whole, Findings([one])) == {
        "files": [{"file": SHEET, "rows": 0, "ports": 0}],
        "errors": [
            {"file": "x.csv", "sheet": "", "row": None, "column": "", "value": "", "message": "The file is empty."},
            {
                "file": SHEET,
                "sheet": "SITE A",
                "row": 3,
                "column": "Port",
                "value": "x",
                "message": "This is not a port.",
            },
            {"file": SHEET, "sheet": "", "row": 3, "column": "Port", "value": "x", "message": "This is not a port."},
        ],
        "findings": [one.as_json()],
    }
