"""Findings: their rows, how codes are switched off, how they are shown, their page, and the time a check takes."""

import html
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from genesys_ports.errors import BadRow, InvalidValueError
from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort, Transport
from genesys_ports.origin import Origin, Place
from genesys_ports.plan import Finding, Findings, Severity, check
from genesys_ports.plan.codes import CODES, FAMILIES, covers, markdown, switched_off, unknown
from genesys_ports.plan.finding_words import listed, rows, shown
from genesys_ports.plan.findings import Change, PlannedPort
from genesys_ports.plan.load import Reading, read_plans
from genesys_ports.table import SHOWN
from tests.helpers import ROOT, outputs_of_two_processes

SHEET = """Host,Application,Type,Port ID,Port,Transport,Connects to,Ignore
h,a,,default,7001,tcp,,{first}
h,b,,default,7001,tcp,,{second}
h,c,,default,40000,tcp,nobody,{third}
h,d,,default,40001,tcp,,
"""


@pytest.fixture
def reading(tmp_path, monkeypatch):
    """Reads a plan of these rows; `first` to `third` are cells of the column Ignore."""
    monkeypatch.chdir(tmp_path)

    def read(text=SHEET, first="", second="", third=""):
        Path("p.csv").write_text(text.format(first=first, second=second, third=third))
        return read_plans("p.csv")

    return read


def places(*numbers):
    return tuple(Place("p.csv", "", number) for number in numbers)


# --- rows


def test_a_finding_names_its_rows(reading):
    findings = check(reading())
    assert {one.code: one.rows for one in findings} == {
        "GP101": places(2, 3),
        "GP302": places(4),
        "GP404": places(4, 5),
    }


def test_a_plan_written_in_code_has_no_rows():
    plan = Deployment().add("a", host="h", port=7001).add("b", host="h", port=7001)
    (found,) = check(plan)
    assert found.rows == ()
    assert found.ports == (
        PlannedPort("h", "a", "default", 7001, None, "tcp"),
        PlannedPort("h", "b", "default", 7001, None, "tcp"),
    )
    assert found.change == Change("b", "default", 7002)


BAD = """Host,Application,Type,Port ID,Port,Transport
h,a,,default,0,tcp
h,b,,default,70000,tcp
h,c,,default,1/2/3,tcp
h,d,,default,some,tcp
"""


def test_bad_cells_of_a_reading_become_findings(reading):
    read = reading(BAD)
    findings = check(read)
    assert {one.code: one.rows for one in findings} == {"GP402": places(2), "GP401": places(3), "GP408": places(4)}
    assert {one.severity for one in findings} == {Severity.ERROR}
    # The reason and the remedy stand beside it: what it is, is all there is to say.
    assert [one.message for one in findings] == [
        "'70000' in the column Port is no port.",
        "'0' in the column Port asks for port 0.",
        "'1/2/3' in the column Port is a voice port.",
    ]
    assert len(check(read, ignore=["GP4"])) == 0
    # The plan alone knows nothing of them.
    assert len(check(read.plan)) == 0


# --- switching off


@pytest.mark.parametrize(
    ("ignored", "codes"),
    [
        ({}, {"GP101", "GP302", "GP404"}),
        # One of two does not hide what the other did not agree to.
        ({"first": "GP101"}, {"GP101", "GP302", "GP404"}),
        ({"first": "GP101", "second": "gp101; GP404"}, {"GP302", "GP404"}),
        ({"first": "GP1", "second": "GP101"}, {"GP302", "GP404"}),
        ({"third": "GP302"}, {"GP101", "GP404"}),
        ({"third": "GP404"}, {"GP101", "GP302", "GP404"}),
        ({"third": "GP999"}, {"GP101", "GP302", "GP404", "GP603"}),
    ],
)
def test_rows_switch_codes_off(reading, ignored, codes):
    assert set(check(reading(**ignored)).codes) == codes


@pytest.mark.parametrize(
    ("cell", "codes"),
    [("GP101", {"GP302", "GP404"}), ("GP1; gp4", {"GP302"}), ("GP999", {"GP101", "GP302", "GP404", "GP603"})],
)
def test_a_row_of_nothing_else_switches_codes_off_for_the_plan(reading, cell, codes):
    assert set(check(reading(f"{SHEET},,,,,,,{cell}\n")).codes) == codes


def test_a_row_that_switches_off_is_left_out_of_a_list(reading):
    (found,) = check(reading(third="GP404")).by_code("GP404")
    assert found.rows == places(5)
    assert [port.application for port in found.ports] == ["d"]


@pytest.mark.parametrize(
    ("ignore", "codes"),
    [
        ([], {"GP101", "GP302", "GP404"}),
        (["GP101"], {"GP302", "GP404"}),
        ("gp101", {"GP302", "GP404"}),
        ({" GP3 ", "GP404"}, {"GP101"}),
        (list(FAMILIES), set()),
    ],
)
def test_a_call_switches_codes_off(reading, ignore, codes):
    assert set(check(reading(), ignore=ignore).codes) == codes


def test_what_is_switched_off_moves_nothing(reading):
    read = reading()
    assert {one.code for one in check(read, ignore=["GP101"]) if one.changes} == {"GP404"}
    assert not any(one.changes for one in check(read, ignore=["GP101", "GP404"]))


@pytest.mark.parametrize("word", ["GP999", "GP", "101", "GP10", "", "GP1011"])
def test_an_unknown_code(word):
    with pytest.raises(InvalidValueError) as caught:
        check(Deployment(), ignore=[word])
    assert caught.value.allowed == [*FAMILIES, *CODES]
    assert unknown([word]) == [word]


def test_an_unknown_platform():
    with pytest.raises(InvalidValueError):
        check(Deployment(), platform="beos")


def test_words_that_name_codes():
    assert switched_off(["gp101"]) == {"GP101"}
    assert switched_off(["GP6"]) == {code for code in CODES if code.startswith("GP6")}
    assert covers(["gp1"], "GP101")
    assert not covers(["GP1"], "GP201")


# --- as a set


def finding(code="GP101", severity=Severity.ERROR, message="One.", **more):
    return Finding(code=code, severity=severity, message=message, why="Why.", source="RFC", **more)


def test_the_gravest_first_then_by_code():
    findings = Findings(
        [
            finding("GP404", Severity.WARNING),
            finding("GP511", Severity.INFO),
            finding("GP302"),
            finding(message="First."),
            finding(message="Second."),
        ]
    )
    assert [one.code for one in findings] == ["GP101", "GP101", "GP302", "GP404", "GP511"]
    assert [one.message for one in findings[:2]] == ["First.", "Second."]
    assert [len(those) for those in (findings.errors, findings.warnings, findings.infos)] == [3, 1, 1]
    assert findings.codes == {"GP101": 2, "GP302": 1, "GP404": 1, "GP511": 1}
    assert len(findings.by_code("gp101")) == 2
    assert len(findings.by_code("GP4")) == 1
    assert findings.summary() == "3 errors, 1 warning, 1 info"
    assert Findings([]).summary() == "no finding"


def test_as_json():
    found = finding(
        rows=places(2),
        ports=(PlannedPort("h", "a", "default", 7001, 7002, "tcp"),),
        proposal="Move it.",
        change=Change("a", "default", 7003),
        further=(Change("b", "default", 7003),),
    )
    assert json.loads(json.dumps(Findings([found]).as_json())) == [
        {
            "code": "GP101",
            "severity": "error",
            "message": "One.",
            "why": "Why.",
            "source": "RFC",
            "rows": [{"file": "p.csv", "sheet": "", "row": 2}],
            "ports": [
                {
                    "host": "h",
                    "application": "a",
                    "port_id": "default",
                    "port": 7001,
                    "last": 7002,
                    "transport": "tcp",
                }
            ],
            "proposal": "Move it.",
            "change": {"application": "a", "port_id": "default", "to": 7003},
            "further": [{"application": "b", "port_id": "default", "to": 7003}],
        }
    ]
    assert found.changes == (Change("a", "default", 7003), Change("b", "default", 7003))
    assert finding().changes == ()
    assert str(found.ports[0]) == "7001-7002/tcp"
    assert str(found.ports[0]._replace(last=None)) == "7001/tcp"


class Printer:
    def __init__(self):
        self.lines = []

    def text(self, text):
        self.lines += text.splitlines()


def test_one_finding_shown():
    printer = Printer()
    finding(rows=places(2, 3), proposal="Move it.")._repr_pretty_(printer, False)
    assert printer.lines == [
        "p.csv, rows 2 and 3: One.  [GP101 error]",
        "Why.",
        "Proposal: Move it.",
        "Source: RFC",
    ]
    assert "<div>One.  [GP101 error]</div><div>Why.</div><div>Source: RFC</div>" in finding()._repr_html_()


def test_the_table():
    findings = Findings([finding(proposal="Move it.", rows=places(2)), finding("GP511", Severity.INFO, "Look.")])
    table = findings.table()
    assert table.columns == ("Code", "Severity", "Where", "Finding", "Proposal")
    assert table.rows[0] == ("GP101", "error", "p.csv, row 2", "One.", "Move it.")
    assert table.caption == "1 error, 1 info"
    assert "Look." in str(findings)


EVIL = "<script>alert(1)</script>\x1b[2J\u202e" + "x" * 200


def test_what_a_sheet_holds_is_shown_safely():
    plan = Deployment(
        hosts=(Host(name=EVIL, lca_port=1),),
        applications=(
            Application(name=EVIL, host=EVIL, type=EVIL, backup=EVIL + "b", ports=(ListeningPort(number=22),)),
            Application(name="b", host=EVIL, ports=(ListeningPort(number=22, port_id=EVIL),)),
        ),
        connections=(Connection(client="b", server=EVIL, port_id=EVIL), Connection(client="b", server=EVIL + "c")),
    )
    bad = (BadRow(file=EVIL, sheet=EVIL, row=2, column="Port", value=EVIL, message="No.", code="GP401"),)
    findings = check(Reading(plan=plan, bad=bad, files=(), unreadable=(), skipped=()))
    assert len(findings) > 8
    for one in findings:
        for text in (one.message, one.proposal, rows(one.rows)):
            assert text.isprintable(), text
            assert "x" * 60 not in text
        assert "<script" not in one._repr_html_()
    assert "<script" not in findings._repr_html_()
    assert html.escape("<script>") in findings._repr_html_()


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([], ""),
        ([Place("p.csv", "", 2)], "p.csv, row 2"),
        ([Place("p.xlsx", "SITE A", 14), Place("p.xlsx", "SITE A", 87)], "Sheet 'SITE A', rows 14 and 87"),
        ([Place("p.xlsx", "A", 1), Place("p.xlsx", "B", 2)], "Sheet 'A', row 1; Sheet 'B', row 2"),
        ([Place("p.csv", "", row) for row in range(1, 10)], "p.csv, rows 1, 2, 3, 4, 5 and 4 more"),
    ],
)
def test_rows_in_words(places, told):
    assert rows(places) == told


def test_names_in_words():
    assert listed(["a"], 4) == "a"
    assert listed("abcd", 4) == "a, b, c and d"
    assert listed("abcde", 4) == "a, b, c and 2 more"
    assert listed(iter("abcde"), 4, 5) == "a, b, c and 2 more"
    assert listed(iter("ab"), 4, 2) == "a and b"
    assert shown("a" * 61) == "a" * 59 + "…"


def test_a_long_list_is_shown_in_part_and_kept_whole():
    findings = Findings(finding(message=f"{n}.") for n in range(SHOWN + 5))
    assert "… and 5 more rows" in str(findings)
    assert len(findings.as_json()) == SHOWN + 5


# --- codes and their page


def test_every_code_is_told_whole():
    for code, one in CODES.items():
        assert code[:3] in FAMILIES
        assert len(code) == 5
        for text in (one.why, one.remedy):
            assert text.endswith(".")
        assert one.title
        assert one.source
        assert one.example
    assert CODES["GP101"].severity is Severity.ERROR
    assert CODES["GP210"].severity is Severity.WARNING
    assert "Only the first to start" in str(CODES["GP101"])


def test_the_page_is_up_to_date():
    page = ROOT / "docs" / "findings.md"
    assert page.read_text(encoding="utf-8") == markdown(), "run: python tools/build_findings_page.py"
    assert all(f"### {code} · " in markdown() for code in CODES)


# --- always the same, and at once


def test_two_processes_find_the_same():
    code = (
        "from genesys_ports import check, Deployment\n"
        "plan = Deployment()\n"
        "for n in range(40): plan = plan.add(f'a-{n}', host=f'h{n % 3}', port=7000 + n % 5, type='Some', "
        "connects_to=f'b{n % 7}')\n"
        "print(check(plan).as_json())"
    )
    assert len(outputs_of_two_processes(code)) == 1


def test_progress_is_told_every_thousand():
    plan = crowd(2500, lambda n: n % 2 + 5000 + n // 2)
    told = []
    check(plan, progress=told.append)
    assert told == sorted(told)
    assert told
    assert told[-1] <= 2500
    check(plan)


def crowd(count, number, hosts=lambda n: f"h{n // 100}", **more):
    """So many applications, each with one port."""
    return Deployment(
        hosts=tuple(Host(name=name) for name in dict.fromkeys(hosts(n) for n in range(count))),
        applications=tuple(
            Application(name=f"a{n}", host=hosts(n), ports=(ListeningPort(number=number(n), **more),))
            for n in range(count)
        ),
        origin=Origin(ports={(f"a{n}", "default"): Place("p", "", n) for n in range(count)}),
    )


def one_host(n):
    return "h"


@pytest.mark.parametrize(
    "plan",
    [
        crowd(8_000, lambda n: 5000 + n % 100),
        # Everything on one number.
        crowd(5_000, lambda n: 7001, one_host),
        # Every number, twice.
        crowd(10_000, lambda n: 7001 + n // 2, one_host),
        # Each a range through all the others.
        crowd(5_000, lambda n: 7001 + n, one_host, last=30_000),
        # A range on each of many hosts.
        crowd(5_000, lambda n: 20_000, lambda n: f"h{n}", last=45_000, transport=Transport.UDP),
        crowd(8_000, lambda n: 40_000 + n % 100),
    ],
    ids=["kept", "one number", "pairs", "ranges", "wide", "ephemeral"],
)
def test_a_large_plan_takes_seconds_only(plan):
    started = time.process_time()
    check(plan)
    # Far above what it takes, far below what looking pair by pair would.
    assert time.process_time() - started < 6


def test_many_addresses_on_one_number():
    ports = tuple(
        ListeningPort(number=7001, address=f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", port_id=str(n))
        for n in range(10_000)
    )
    plan = Deployment(hosts=(Host(name="h"),), applications=(Application(name="a", host="h", ports=ports),))
    started = time.process_time()
    assert not check(plan)
    assert time.process_time() - started < 6


def test_the_check_loads_nothing_heavy():
    code = (
        "import json, sys\n"
        "from genesys_ports import Deployment, check\n"
        "check(Deployment().add('a', host='h', port=5150))\n"
        "print(json.dumps([*sys.modules]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"openpyxl", "pandas", "psutil", "matplotlib", "tqdm", "asyncio"} & set(json.loads(ran.stdout))
