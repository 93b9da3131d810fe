"""Checks of the tasks on plans: each fails on the untouched task and on wrong answers, and passes on right ones."""

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import InvalidValueError
from genesys_ports.exercises import check_as_planned, check_holder, check_plan
from genesys_ports.model import Transport
from genesys_ports.plan.load import read_plans
from genesys_ports.plan.reality import compare
from genesys_ports.plan.sockets import OpenSocket, Sockets
from genesys_ports.widgets import PlanEditor
from tests.conftest import ROOT

PLANS = ROOT / "notebooks" / "plans"
MESSY = PLANS / "messy-sheet.xlsx"
TRAINING = load_plan(PLANS / "training.csv")
HOST = "routing-host"


@pytest.fixture
def messy():
    return read_plans(MESSY).plan


def sentences(result):
    return [step.sentence for step in result.steps]


# --- a plan


def test_a_clean_plan():
    assert str(check_plan(TRAINING)).startswith("Done.\n  ✓ training: 15 applications")


def test_errors_are_left(messy):
    result = check_plan(messy)
    assert not result.passed
    assert [one.split("[")[1] for one in sentences(result)] == ["GP101 error]", "GP302 error]"]


def test_findings_that_must_be_gone(messy):
    assert not check_plan(messy, ["GP210"]).passed
    same = messy.add("sip_server", host="sip-host", port=5060, transport="udp", purpose="sip", port_id="sip-2")
    assert not check_plan(same, ["GP210", "GP201"]).passed
    both = messy.add("sip_server", host="sip-host", port=5060, purpose="sip", port_id="sip-tcp")
    assert sentences(check_plan(both, ["gp210"], keeps=messy)) == [
        "GP210 is not found: A SIP port is planned for one transport only."
    ]
    assert not check_plan(messy.remove("sip_server"), ["GP210"], keeps=messy).passed


def test_leaving_an_application_out_is_no_answer():
    without = TRAINING.remove("t_server")
    assert check_plan(without).passed
    result = check_plan(without, keeps=TRAINING)
    assert not result.passed
    assert "t_server is no longer in the plan." in sentences(result)


def test_an_unknown_code():
    with pytest.raises(InvalidValueError):
        check_plan(TRAINING, ["GP999"])


def test_an_editor_with_unreadable_cells():
    editor = PlanEditor(MESSY)
    result = check_plan(editor)
    assert not result.passed
    assert sum(one.startswith("A cell cannot be read") for one in sentences(result)) == 2
    for row, port in ((5, 8100), (8, 8010)):
        editor.write(row, "Port", port)
    editor.write(9, "Connects to", "configuration_server; sip_server")
    for finding in editor.findings.by_code("GP101"):
        editor.accept(finding)
    assert check_plan(editor).passed


# --- a host


@pytest.fixture
async def lab():
    async with await Lab.open(TRAINING, name="exercises") as opened:
        yield opened


async def test_all_as_planned(lab):
    assert not check_as_planned(lab, TRAINING, HOST).passed
    await lab.start_all()
    assert str(check_as_planned(lab, TRAINING, HOST)) == (
        "Done.\n"
        "  ✓ All 4 planned ports of routing-host listen, each held by its own application, and nothing else does."
    )


async def test_silent_held_and_unplanned(lab):
    await lab.start_all()
    await lab.stop("stat_server")
    lab.update(TRAINING.move("universal_routing_server", 2060).move("stat_server", 2061))
    await lab.restart("universal_routing_server")
    await lab.run_outsider(HOST, 9099)
    told = sentences(check_as_planned(lab, TRAINING, HOST))
    assert told == [
        "Port 2060/tcp belongs to stat_server in the plan, and universal_routing_server holds it.",
        "Port 2070/tcp of universal_routing_server is planned, and nothing listens there.",
        "Port 9099/tcp is open, and the plan does not know it: a program outside this lab holds it.",
    ]


# --- the culprit


@pytest.fixture
def comparison():
    nginx = OpenSocket(transport=Transport.TCP, address="*", number=8010, program="nginx", pid=1)
    return compare(TRAINING, Sockets([nginx], "a file"), "sip-host")


@pytest.mark.parametrize(
    ("application", "program", "passed", "told"),
    [
        ("t_server", "nginx", True, "nginx holds port 8010/tcp of sip-host, which the plan gives to t_server."),
        ("t_server", " NGINX ", True, "holds port 8010/tcp"),
        ("t_server", "sshd", False, "sshd does not hold port 8010/tcp of sip-host."),
        ("t_server", "t_server", False, "does not hold"),
        ("t_server", ..., False, "does not hold"),
        ("sip_server", "nginx", False, "No port of sip_server on sip-host is held by another program."),
    ],
)
def test_holder(comparison, application, program, passed, told):
    result = check_holder(comparison, application, program)
    assert result.passed is passed
    assert told in str(result)
