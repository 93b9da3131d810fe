"""The lessons in a class's own names: what is renamed, what stays and why, and that the lessons still run and teach."""

import json
import os
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports import load_plan
from genesys_ports.cli import main
from genesys_ports.errors import InvalidValueError
from genesys_ports.exercises import question
from genesys_ports.exercises.questions import questions
from genesys_ports.plan.renaming import Renaming, renaming_for
from tests.helpers import ROOT, read
from tests.test_notebooks_answers import exercises, verdicts
from tests.test_notebooks_structure import load

pytestmark = pytest.mark.timeout(400)

OWN = """\
Host,Application,Type,Port ID,Port,Transport,Purpose,Connects to
srv-fra-01,CFG_P,Configuration Server,default,7020,tcp,communication,
srv-fra-01,LCA_FRA,Local Control Agent,default,4999,tcp,control,
srv-fra-01,MS_P,Message Server,default,7150,tcp,communication,CFG_P:default
srv-fra-01,MS_P,Message Server,snmp,7161,udp,management,
srv-fra-01,SCS_P,Solution Control Server,default,7600,tcp,communication,MS_P:default
srv-fra-02,SIP_P,SIP Server,default,7800,tcp,communication,MS_P:default
srv-fra-02,SIP_P,SIP Server,sip,5060,udp,sip,
srv-fra-02,SIP_P,SIP Server,sip-tcp,5060,tcp,sip,
srv-fra-02,STAT_P,Stat Server,default,7260,tcp,communication,
srv-fra-03,TS-1.fra,T-Server,default,7910,tcp,communication,
pbx,Avaya,Switch,cti-link,7450,tcp,cti-link,
"""

#: There each lesson is run in many ways, and time is short: these have the most names and numbers.
CI = os.environ.get("CI") == "true"

RENAMING = Renaming({"message_server": "MS_P", "framework-host": "srv-1", "switch": "Avaya"}, {5150: 7150, 5151: 7151})


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adapted")
    (folder / "site.csv").write_text(OWN)
    assert main(["adapt", str(folder / "site.csv"), str(folder / "lessons")]) == 0
    return folder / "lessons"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("`message_server` holds 5150/tcp.", "`MS_P` holds 7150/tcp."),
        ("framework-host:5150", "srv-1:7150"),
        ("Next free: 5151.", "Next free: 7151."),
        # Parts of other words and numbers are no names.
        ("message_server_b, my-framework-host, 15150, 5150.5, 5,150, 127.0.0.5150", None),
        ("5100-5199 and 5150-5160", None),
        # A plain word is a name where it is quoted.
        (
            'The switch: lab.switch("switch"), `switch`, "switch:cti-link"',
            'The switch: lab.switch("Avaya"), `Avaya`, "Avaya:cti-link"',
        ),
    ],
)  # fmt: skip
def test_prose(before, after):
    assert RENAMING.text(before) == (after or before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('await lab.start("message_server")  # on 5150', 'await lab.start("MS_P")  # on 7150'),
        ('lab.move("message_server", 5150)\n', 'lab.move("MS_P", 7150)\n'),
        ("message_server = lab.phone('switch')", "message_server = lab.phone('Avaya')"),
        ('f"{plan} framework-host"', 'f"{plan} srv-1"'),
        ('lab.start(\n    "message_server",\n    5151,\n)', 'lab.start(\n    "MS_P",\n    7151,\n)'),
        ('"message_server', '"message_server'),
        ("", ""),
    ],
)
def test_cells(before, after):
    assert RENAMING.code(before) == after


def test_sheets():
    head = "Host,Application,Type,Port,Connects to,DN\n"
    sheet = head + "framework-host,switch,Switch,5150,message_server:default; a:b,5150\n"
    assert RENAMING.sheet(sheet).splitlines()[1] == "srv-1,Avaya,Switch,7150,MS_P:default; a:b,5150"


def test_two_that_change_places():
    swapped = Renaming({"a_1": "b_2", "b_2": "a_1"}, {5000: 6000, 6000: 5000})
    assert swapped.text("a_1 5000 b_2 6000") == "b_2 6000 a_1 5000"


@given(st.text())
def test_any_text_is_renamed_or_stays(text):
    assert Renaming().text(text) == text
    assert Renaming().code(text) == text
    RENAMING.code(RENAMING.text(text))


def test_written_and_read_again():
    assert Renaming.from_json(RENAMING.to_json()) == RENAMING


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"names": [], "numbers": {}}', '{"names": {"a": "x<b>"}, "numbers": {}}',
        '{"names": {}, "numbers": {"5150": 70000}}', '{"names": {}, "numbers": {"a": 1}}', "[" * 10_000,
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours(text):
    with pytest.raises(InvalidValueError):
        Renaming.from_json(text)


# --- what stands for what


def renamed(*rows):
    samples = [load_plan(ROOT / "notebooks" / "plans" / f"{name}.csv") for name in ("two-servers", "cti", "sip")]
    header = "Host,Application,Type,Port ID,Port,Transport,Purpose\n"
    return renaming_for(samples, read(header + "".join(f"{row}\n" for row in rows)))


def test_by_type_and_port_id(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = renamed("h1,MS,Message Server,default,7150,tcp,communication")
    assert (found.names, found.numbers[5150], found.numbers[5160]) == (
        {"framework-host": "h1", "message_server": "MS"}, 7150, 7160,
    )  # fmt: skip
    assert found.notes == ()


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (["h1,MS <b>,Message Server,default,7150,tcp,communication"], "'MS <b>' stays message_server here"),
        # Phones dial numbers: a name that is one would be dialled.
        (["h1,5150,Message Server,default,7150,tcp,communication"], "'5150' stays message_server here"),
        (["h1,sip_server,Message Server,default,7150,tcp,communication"], "message_server stays: sip_server stands"),
        (["h1,SIP,SIP Server,sip,5070,udp,sip"], "Port 5060 stays: a standard fixes this number"),
        (["h1,MS,Message Server,default,3600,tcp,communication"], "Port 5150 stays: 3600 stands for another port"),
        (["h1,MS,Message Server,default,900,tcp,communication"], "Port 5150 stays: a standard fixes this number"),
    ],
)
def test_what_stays_and_why(rows, note, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert any(one.startswith(note) for one in renamed(*rows).notes), renamed(*rows).notes


@pytest.mark.parametrize(
    ("message_server", "solution_control_server"),
    [
        (5160, 5150),
        (5150, 5155),
        (3600, 5150),
        (5151, 5152),
        (3605, 3610),
        (65_530, 65_535),
        (5149, 3599),
        (5161, 5141),
    ],
)
def test_no_two_numbers_become_one(message_server, solution_control_server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    samples = [load_plan(ROOT / "notebooks" / "plans" / f"{name}.csv") for name in ("two-servers", "cti", "sip")]
    own = read(
        "Host,Application,Type,Port ID,Port,Transport,Purpose\n"
        f"h1,MS,Message Server,default,{message_server},tcp,communication\n"
        f"h1,SCS,Solution Control Server,default,{solution_control_server},tcp,communication\n"
    )
    written = {3600, 5150, 5151, 5160, 5161, 5162}
    numbers = renaming_for(samples, own, written).numbers
    every = {port.number for sample in samples for _, port in sample.ports()} | written | set(numbers)
    assert len({numbers.get(one, one) for one in every}) == len(every)


# --- the command


def test_the_folder(adapted):
    names = {path.name for path in adapted.iterdir()}
    assert {"own-names.json", "00-start-here.ipynb", "07-sip-server-ports.ipynb", "08-plan-your-ports.ipynb"} <= names
    assert load_plan(adapted / "plans" / "cti.csv").application("TS-1.fra").port().number == 7910
    text = (adapted / "03-port-collisions.ipynb").read_text()
    assert "message_server" not in text.replace("message_server_b", "")
    assert not any(cell.get("outputs") for cell in json.loads(text)["cells"])


def test_a_folder_that_is_there_is_left_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("site.csv").write_text(OWN)
    Path("mine").mkdir()
    assert main(["adapt", "site.csv", "mine"]) == 2
    assert list(Path("mine").iterdir()) == []
    assert "mine exists already" in capsys.readouterr().err


def test_a_plan_without_what_the_lessons_have(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("site.csv").write_text("Host,Application,Port\nh,coffee_machine,8080\n")
    assert main(["adapt", "site.csv", "mine"]) == 1
    assert not Path("mine").exists()
    assert "has no component that the lessons have" in capsys.readouterr().err


def test_questions_and_their_feedback(adapted, monkeypatch):
    assert "5150/tcp" in str(question("which-port"))
    monkeypatch.chdir(adapted)
    assert "7150/tcp" in str(question("which-port"))
    assert "7150 is where others" in question("which-port").answers[0].feedback
    # Lesson 08 has its plan as it was.
    assert question("take-3600") is questions()["take-3600"]


def test_every_cell_is_still_python(adapted):
    for path in sorted(adapted.glob("0[0-7]*.ipynb")):
        for cell in load(path).code:
            list(tokenize.generate_tokens(iter(cell.source.splitlines(keepends=True)).__next__))


@pytest.mark.parametrize("number", ["02", "03", "05", "07"] if CI else ["01", "02", "03", "04", "05", "06", "07"])
def test_the_lesson_still_teaches(adapted, number):
    """Every cell that has to raise does, the checks refuse the untouched exercise and accept its answer."""
    (path,) = adapted.glob(f"{number}*.ipynb")
    answers = dict(enumerate(answer for _, _, answer in exercises(load(path))))
    untouched, answered = verdicts(path, {}, answers)
    assert [one.partition("\n")[0] for one in untouched] == ["Not yet."] * len(answers), untouched
    assert [one.partition("\n")[0] for one in answered] == ["Done."] * len(answers), answered
