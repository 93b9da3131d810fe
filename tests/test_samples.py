"""The sample plans: one that is clean and really opens, and sheets in which every mistake is found where it stands."""

import re

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.lab import is_open
from genesys_ports.plan.check import check
from genesys_ports.plan.codes import CODES
from genesys_ports.plan.correct import accept
from genesys_ports.plan.findings import Severity
from genesys_ports.plan.load import read_plans
from genesys_ports.plan.save import save_plan
from genesys_ports.state import ConnectionStatus, PortStatus
from tests.conftest import ROOT
from tools import build_worksheet
from tools.worksheet_rows import UNREADABLE

PLANS = ROOT / "notebooks" / "plans"
TRAINING = PLANS / "training.csv"

#: Every number that is no default has this one: they are the plan's own affair.
CONFIRM = "GP511"

#: About the plan as a whole: it names no row.
WITHOUT_ROWS = {"GP411"}


# --- training.csv


def test_the_training_plan_is_clean():
    findings = check(load_plan(TRAINING))
    assert {one.code for one in findings} == {CONFIRM}
    assert len(findings) <= 6


def test_the_training_plan_has_what_the_lessons_need():
    plan = load_plan(TRAINING)
    assert len(plan.hosts) == 6
    assert len(plan.applications) == 15
    assert {one.dn: one.name for one in plan.applications if one.dn} == {
        "1001": "phone_1001", "1002": "phone_1002", "9": "media_gateway",
    }  # fmt: skip
    ports = {str(port) for port in plan.application("sip_server").ports}
    assert {"5060/udp", "5060/tcp", "8000/tcp"} <= ports
    pair = plan.application("configuration_server")
    assert plan.application(pair.backup).host != pair.host
    purposes = {port.purpose for _, port in plan.ports()}
    assert {"management", "cti-link", "sip", "control", "communication"} <= purposes
    assert all(port.number >= 1024 for _, port in plan.ports())


@pytest.mark.parametrize("one_address", [None, True], ids=["own addresses", "one address"])
async def test_every_socket_of_the_training_plan_opens(one_address):
    async with await Lab.open(load_plan(TRAINING), name="samples", one_address=one_address) as lab:
        await lab.start_all()
        states = lab.port_states()
        assert {state.status for state in states} == {PortStatus.LISTENING}
        assert all(is_open(state) for state in states)
        # Over UDP nothing is opened.
        opened = [one for one in lab.connection_states() if not one.port.endswith("/udp")]
        assert {state.status for state in opened} == {ConnectionStatus.CONNECTED}


def test_the_training_plan_comes_back_from_its_own_sheet(tmp_path):
    plan = load_plan(TRAINING)
    save_plan(plan, tmp_path / "training.csv")
    assert load_plan(tmp_path / "training.csv") == plan


# --- the sheets with mistakes

SHEETS = {name: sheets for name, (sheets, _) in build_worksheet.FILES.items()}


@pytest.fixture(scope="module", params=list(SHEETS))
def sample(request):
    """(sheets as data, what was read of the file)."""
    return SHEETS[request.param], read_plans(PLANS / request.param)


def expected(sheets):
    """Every (sheet, row, code) that the data announce."""
    return {
        (sheet.name, number, code)
        for sheet in sheets
        for number, row in build_worksheet.numbered(sheet)
        for code in row.finds
    }


def test_the_sheets_are_as_the_tool_makes_them():
    for name, (sheets, notes) in build_worksheet.FILES.items():
        assert build_worksheet.same(build_worksheet.workbook(sheets, notes), PLANS / name), (
            "run  python tools/build_worksheet.py"
        )


def test_each_mistake_is_found_where_it_stands(sample):
    sheets, reading = sample
    found = {
        (place.sheet, place.row, one.code) for one in check(reading) for place in one.rows if one.code != CONFIRM
    } | {(bad.sheet, bad.row, bad.code or UNREADABLE) for bad in reading.bad}
    assert found == expected(sheets)


def test_the_good_rows_are_all_there(sample):
    sheets, reading = sample
    (read,) = reading.files
    assert read.rows == sum(len(build_worksheet.numbered(sheet)) for sheet in sheets)
    assert reading.unreadable == ()
    assert len({(bad.sheet, bad.row) for bad in reading.bad}) == len(reading.bad)
    assert read.ports >= read.rows - len(reading.bad)


def test_every_code_is_in_the_worksheet():
    reading = read_plans(PLANS / "worksheet-with-mistakes.xlsx")
    assert set(check(reading).codes) == set(CODES)


def test_the_notes_are_told_to_be_left_out():
    (skipped,) = read_plans(PLANS / "worksheet-with-mistakes.xlsx").skipped
    assert "'Notes'" in skipped


def test_accepted_proposals_leave_no_collision(sample):
    _, reading = sample
    after = check(accept(reading.plan, check(reading)))
    assert {code for code in after.codes if re.match("GP10[1235]|GP201|GP220", code)} == set()


def test_a_finding_of_each_severity():
    reading = read_plans(PLANS / "worksheet-with-mistakes.xlsx")
    assert {one.severity for one in check(reading)} == set(Severity)


def test_the_tool_says_what_it_did(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(build_worksheet, "FOLDER", tmp_path)
    assert build_worksheet.main(["--check"]) == 1
    assert build_worksheet.main([]) == 0
    assert build_worksheet.main(["--check"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in said] == [
        *["differs"] * 2,
        *["written"] * 2,
        *["as it should be"] * 2,
    ]
    for name in build_worksheet.FILES:
        assert (tmp_path / name).read_bytes() == build_worksheet.workbook(*build_worksheet.FILES[name])
