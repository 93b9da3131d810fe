"""`firewall`, `compare`, `diff` and `ripple`: real plans through the real rooms; words, exit codes, what is written."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

from genesys_ports.cli import main, words
from genesys_ports.cli.listing import show_sentences, show_table
from genesys_ports.plan.firewall_words import COLUMNS
from genesys_ports.table import Table

PLAN = """\
Host,Application,Type,Port,Transport,Purpose,Connects to
fw-01,message_server,Message Server,5150,tcp,communication,
fw-01,scs,Solution Control Server,3600,tcp,communication,message_server
sip-01,sip_server,SIP Server,5060,udp,sip,message_server
sip-01,stat_server,Stat Server,2060,tcp,communication,message_server
"""
SAVED = """\
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128          0.0.0.0:5150      0.0.0.0:*     users:(("message_server",pid=11,fd=5))
tcp   LISTEN 0      128          0.0.0.0:{port}      0.0.0.0:*     users:(("scs",pid=12,fd=5))
"""
HOSTILE = "\x1b[31m\u202e\x07"


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = {
        "plan.csv": PLAN,
        "moved.csv": PLAN.replace("5150", "5152"),
        "bad.csv": PLAN + "fw-01,x,,none of these,,,\n",
        "empty.csv": "",
        "nobody.csv": PLAN.replace(",message_server\nsip", ",nobody\nsip"),
        "as_planned.txt": SAVED.format(port=3600),
        "deviates.txt": SAVED.format(port=3601),
        "nonsense.txt": "nothing that listens\n",
    }
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")


@pytest.fixture
def terminal(monkeypatch):
    """Standard output is a terminal of so many columns."""

    def of(columns: int) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    return of


EXIT_CODES = [
    ("firewall plan.csv", 0),
    ("firewall plan.csv moved.csv", 0),
    ("firewall nobody.csv", 0),
    ("firewall bad.csv", 2),
    ("firewall empty.csv", 2),
    ("firewall plan.csv nosuch.csv", 2),
    ("diff plan.csv plan.csv", 0),
    ("diff plan.csv moved.csv", 1),
    ("diff plan.csv bad.csv", 2),
    ("diff bad.csv plan.csv", 2),
    ("diff plan.csv nosuch.csv", 2),
    ("ripple plan.csv message_server", 0),
    ("ripple plan.csv message_server:default --to 5160", 0),
    ("ripple plan.csv 5150", 0),
    ("ripple plan.csv 5999", 2),
    ("ripple plan.csv 0", 2),
    ("ripple plan.csv message_serve", 2),
    ("ripple plan.csv message_server:sip", 2),
    ("ripple plan.csv message_server --to 70000", 2),
    ("ripple plan.csv message_server --to many", 2),
    ("ripple bad.csv message_server", 2),
    ("ripple nosuch.csv message_server", 2),
    ("compare plan.csv --host fw-01 --from as_planned.txt", 0),
    ("compare plan.csv --host fw-01 --from deviates.txt", 1),
    ("compare plan.csv --host fw-02 --from as_planned.txt", 2),
    ("compare plan.csv --host fw-01 --from nonsense.txt", 2),
    ("compare plan.csv --host fw-01 --from nosuch.txt", 2),
    ("compare bad.csv --host fw-01 --from as_planned.txt", 2),
    ("compare nosuch.csv", 2),
]


@pytest.mark.parametrize("option", [[], ["--json"]])
@pytest.mark.parametrize(("line", "code"), EXIT_CODES)
def test_exit_codes(line, code, option, capsys):
    assert main([*line.split(), *option]) == code
    output = capsys.readouterr()
    if code == 2:
        assert output.err
        assert "Traceback" not in output.err
    else:
        assert output.err == ""
    if output.out and option:
        assert output.out.isascii()
        assert isinstance(json.loads(output.out), dict)


@pytest.mark.parametrize("command", ["firewall {}", "diff {} plan.csv", "ripple {} scs", "compare {} --host fw-01"])
def test_rows_that_are_left_out_are_told(command, capsys):
    assert main([*command.format("bad.csv").split()]) == 2
    output = capsys.readouterr()
    assert output.err == (
        "1 cell cannot be read, and what it says is left out here. To see it:  genesys-ports check bad.csv\n"
    )
    assert output.out


# --- firewall --------------------------------------------------------------------------------------------------


def test_the_firewall_list(capsys):
    assert main(["firewall", "plan.csv"]) == 0
    caption, head, _, *rows = capsys.readouterr().out.splitlines()
    assert caption.startswith("plan: ")
    assert head.startswith("Source ")
    assert any("stat_server" in row and "message_server" in row and "5150" in row for row in rows)


@pytest.mark.parametrize(("form", "start"), [("csv", "Source,"), ("markdown", "plan: "), ("text", "plan: ")])
def test_forms_of_the_firewall_list(form, start, capsys):
    assert main(["firewall", "plan.csv", "--format", form]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(start)
    assert not shown.endswith("\n\n")
    if form == "csv":
        columns, *rows = csv.reader(shown.splitlines())
        assert all(len(row) == len(columns) for row in rows)


@pytest.mark.parametrize("form", ["text", "csv", "markdown", "json", "file"])
def test_what_could_not_be_made_a_rule_is_told(form, capsys):
    options = {"json": ["--json"], "file": ["-o", "rules.csv"]}.get(form, ["--format", form])
    assert main(["firewall", "nobody.csv", *options]) == 0
    output = capsys.readouterr()
    told, other = (output.err, output.out) if form == "csv" else (output.out, output.err)
    assert "the plan has no application 'nobody'" in told
    assert "nobody'" not in other


@pytest.mark.parametrize("file", ["rules.csv", "rules.xlsx", "rules.md", "RULES.XLSX"])
def test_the_firewall_list_as_a_file(file, capsys):
    assert main(["firewall", "plan.csv", "-o", file]) == 0
    assert capsys.readouterr().out.startswith(f"Written: {file} (")
    assert Path(file).stat().st_size > 100
    before = Path(file).read_bytes()
    assert main(["firewall", "plan.csv", "--out", file]) == 2
    assert capsys.readouterr().err.startswith(f"{file} exists already, and was left as it is.")
    assert Path(file).read_bytes() == before


@pytest.mark.parametrize("file", ["rules.pdf", "rules", "nosuch/rules.csv"])
def test_a_firewall_list_that_cannot_be_written(file, capsys):
    assert main(["firewall", "plan.csv", "-o", file]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"{file}: ")


def test_one_way_to_give_the_firewall_list(capsys):
    assert main(["firewall", "plan.csv", "-o", "rules.csv", "--json"]) == 2
    assert "not allowed with" in capsys.readouterr().err
    assert not Path("rules.csv").exists()


def test_the_firewall_list_in_a_terminal(terminal, capsys):
    terminal(90)
    assert main(["firewall", "plan.csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 90
    assert " ".join(lines).count("Columns that have no room here: ") == 1
    assert "Port" in lines[1]
    terminal(1000)
    assert main(["firewall", "plan.csv"]) == 0
    _, head, *_ = capsys.readouterr().out.splitlines()
    assert head.split()[-1] == COLUMNS[-1]


# --- compare ---------------------------------------------------------------------------------------------------


def test_a_machine_as_planned(capsys):
    assert main(["compare", "plan.csv", "--host", "fw-01", "--from", "as_planned.txt"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("fw-01 (plan) against as_planned.txt: ")
    assert shown.count("planned and listening") == 2


def test_a_machine_that_deviates(capsys):
    assert main(["compare", "plan.csv", "--host", "fw-01", "--from", "deviates.txt", "--json"]) == 1
    whole = json.loads(capsys.readouterr().out)
    assert (whole["host"], whole["clean"]) == ("fw-01", False)
    assert {(row["port"], row["group"]) for row in whole["rows"]} == {
        (3600, "planned and silent"),
        (5150, "planned and listening"),
        (3601, "open, not planned"),
    }


def test_a_machine_that_may_be_any_host(capsys):
    assert main(["compare", "plan.csv", "--from", "as_planned.txt"]) in (1, 2)
    output = capsys.readouterr()
    assert "fw-01" in output.out + output.err


# --- diff ------------------------------------------------------------------------------------------------------


def test_plans_that_differ(capsys):
    assert main(["diff", "plan.csv", "moved.csv"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("plan → moved: 1 change\n")
    assert "renumbered" in shown
    assert main(["diff", "plan.csv", "moved.csv", "--json"]) == 1
    [change] = json.loads(capsys.readouterr().out)["changes"]
    assert change["kind"] == "renumbered"


def test_plans_that_are_equal(capsys):
    assert main(["diff", "plan.csv", "plan.csv"]) == 0
    assert capsys.readouterr().out == "plan → plan: nothing differs\n"


# --- ripple ----------------------------------------------------------------------------------------------------

PORTS_WITHOUT_DEFAULT = [
    ("nms", 0, "Who must change if port 162/udp of nms on nms-host moves"),
    ("snmp_master_agent:agentx", 0, "Who must change if port 705/tcp of snmp_master_agent on framework-host moves"),
    (
        "snmp_master_agent",
        2,
        "snmp_master_agent has several ports, and none with the id 'default'. "
        "Say which: snmp_master_agent:snmp or snmp_master_agent:agentx.\n",
    ),
]


@pytest.mark.parametrize(("what", "code", "told"), PORTS_WITHOUT_DEFAULT)
def test_ripple_where_no_port_is_the_default_one(what, code, told, capsys):
    plan = Path(__file__).parent.parent / "notebooks" / "plans" / "management.csv"
    assert main(["ripple", str(plan), what]) == code
    shown = capsys.readouterr()
    assert (shown.err if code else shown.out).startswith(told)


@pytest.mark.parametrize("what", ["message_server", "message_server:default", " message_server : default ", "5150"])
def test_who_must_change(what, capsys):
    assert main(["ripple", "plan.csv", what, "--to", "5160"]) == 0
    shown = capsys.readouterr().out
    assert "moves to 5160" in shown.splitlines()[0]
    assert all(name in shown for name in ("scs", "sip_server", "stat_server"))


def test_who_must_change_as_json(capsys):
    assert main(["ripple", "plan.csv", "message_server", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert list(whole) == ["ports", "to", "steps"]
    assert whole["ports"][0]["port"] == 5150
    assert whole["to"] is None


# --- tables and sentences --------------------------------------------------------------------------------------


def test_a_long_table_is_whole_where_no_terminal_is(terminal, capsys):
    table = Table(["Name"], [[f"row {number}"] for number in range(1234)], caption="Many")
    show_table(table)
    assert len(capsys.readouterr().out.splitlines()) == 1237
    terminal(100)
    show_table(table)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Many"
    assert lines[-1] == words.ROWS_LEFT_OUT.format(count="1,034")
    assert len(lines) == 204


def test_columns_give_way_one_by_one(terminal, capsys):
    table = Table(["Host", "Note", "Row"], [["framework-host", "a sentence of several words", "plan.csv row 12"]])
    for columns, left_out in [(60, None), (50, "Row"), (40, "Note, Row")]:
        terminal(columns)
        show_table(table, spare=["Row", "Note", "Colour"])
        shown = capsys.readouterr().out.splitlines()
        assert "framework-host" in shown[2]
        sentence = words.COLUMNS_LEFT_OUT.format(columns=left_out)
        assert (" ".join(shown[3:]) == sentence) if left_out else (len(shown) == 3)


def test_sentences_do_not_steer_the_terminal(terminal, capsys):
    for columns in (40, 1000):
        terminal(columns)
        show_sentences(f"{HOSTILE} word" * 30)
        assert all(line.isprintable() and len(line) <= columns for line in capsys.readouterr().out.splitlines())


def test_nothing_of_a_plan_steers_the_terminal(capsys):
    rows = [f'"h{HOSTILE}","a{HOSTILE}",5150,"b{HOSTILE}"', "h,b,5151,nobody"]
    Path("hostile.csv").write_text("Host,Application,Port,Connects to\n" + "\n".join(rows), encoding="utf-8")
    for line in (
        "firewall hostile.csv",
        "diff hostile.csv plan.csv",
        f"ripple hostile.csv a{HOSTILE}",
        "compare plan.csv",
    ):
        main([*line.split(" ")])
        output = capsys.readouterr()
        assert all(text.isprintable() for text in (output.out + output.err).splitlines())
