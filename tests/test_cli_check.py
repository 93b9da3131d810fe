"""`genesys-ports check`: real sheets through the real rooms; words, exit codes, the object, what is written."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import genesys_ports
from genesys_ports.cli import main, words

ROOT = Path(genesys_ports.__file__).parent.parent
PLANS = ROOT / "notebooks" / "plans"

CLEAN = "Host,Application,Port\ngen-fw-01,alpha,7001\ngen-fw-01,beta,7002\n"
CLASH = "Host,Application,Port\ngen-fw-01,alpha,7001\ngen-fw-01,beta,7001\n"
BAD = "Host,Application,Port\ngen-fw-01,alpha,seven\ngen-fw-01,beta,7002\n"
ZERO = "Host,Application,Port\ngen-fw-01,alpha,0\ngen-fw-01,beta,7002\n"
ONE_ADDRESS = "Host,Application,Port,Address\ngen-fw-01,alpha,7001,\ngen-fw-01,beta,7001,10.0.0.11\n"
SIP_UDP = "Host,Application,Type,Port,Transport,Purpose\ngen-sip-01,SIP_P,SIP Server,5060,udp,sip\n"


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = {"clean": CLEAN, "clash": CLASH, "bad": BAD, "zero": ZERO, "one_address": ONE_ADDRESS, "sip": SIP_UDP}
    for name, text in {**texts, "both": CLASH + "gen-fw-01,gamma,x\n", "empty": ""}.items():
        Path(f"{name}.csv").write_text(text, encoding="utf-8")


def check(*arguments: str) -> int:
    return main(["check", *arguments])


EXIT_CODES = [
    (["clean.csv"], 0),
    (["sip.csv"], 0),
    (["clash.csv"], 1),
    (["zero.csv"], 1),
    (["bad.csv"], 2),
    (["both.csv"], 2),
    (["empty.csv"], 2),
    (["nosuch.csv"], 2),
    (["clean.csv", "clash.csv"], 1),
    (["clash.csv", "nosuch.csv"], 2),
    (["clash.csv", "--ignore", "GP101"], 0),
    (["clash.csv", "--ignore", "gp101,GP402"], 0),
    (["clash.csv", "--ignore", "GP402", "--ignore", "GP101"], 0),
    (["zero.csv", "--ignore", "GP402"], 0),
    (["zero.csv", "--ignore", "GP101"], 1),
    (["clash.csv", "--ignore", "GP999"], 2),
    (["clash.csv", "--platform", "beos"], 2),
    (["one_address.csv", "--platform", "linux"], 1),
    (["one_address.csv", "--platform", "LINUX"], 1),
    (["one_address.csv", "--platform", "windows"], 0),
]


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize(("arguments", "code"), EXIT_CODES)
def test_exit_codes(arguments, code, options, capsys):
    assert check(*arguments, *options) == code


def test_the_report_of_a_clash(capsys):
    assert check("clash.csv") == 1
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert output.err == ""
    assert lines[0] == "clash.csv: 2 rows, 2 ports on 1 host"
    assert lines[1].startswith("Rows 2 and 3: Port 7001/tcp on gen-fw-01 ")
    assert lines[1].endswith("   [GP101 error]")
    assert "alpha" in lines[1]
    assert "beta" in lines[1]
    assert lines[2].startswith("  ")
    assert " Proposal: " in lines[2]
    assert lines[-1].startswith("1 error")


def test_a_cell_that_cannot_be_read(capsys):
    assert check("bad.csv") == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Row 2, column Port: 'seven' cannot be read   [unreadable]"
    assert lines[2].startswith("  This is not a port.")
    assert lines[-1].startswith("1 cell that cannot be read")


def test_a_cell_that_is_no_port_is_a_finding(capsys):
    assert check("zero.csv") == 1
    shown = capsys.readouterr().out
    assert "[GP402 error]" in shown
    assert "[unreadable]" not in shown


def test_a_warning_is_clean(capsys):
    assert check("sip.csv") == 0
    assert "[GP210 warning]" in capsys.readouterr().out


def test_several_files_are_one_plan_and_every_line_names_its_file(capsys):
    Path("other.csv").write_text("Host,Application,Port\ngen-fw-01,gamma,7002\n")
    assert check("clean.csv", "other.csv", "nosuch.csv") == 2
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[:2] == ["clean.csv: 2 rows, 2 ports on 1 host", "other.csv: 1 row, 1 port on 1 host"]
    assert lines[2].startswith("clean.csv, row 3; other.csv, row 2: Port 7002/tcp on gen-fw-01 ")
    assert output.err == "nosuch.csv: There is no file of this name.\n"
    assert lines[-1].startswith("1 file or sheet that cannot be read, 1 error")


def test_a_file_that_is_named_twice_is_one_file(capsys):
    assert check("clash.csv", "./clash.csv", "--suggest", "out.xlsx") == 1
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith(("clash.csv:", "./clash.csv:"))]) == 1
    assert lines[-1].endswith("Written: out.xlsx (your file is unchanged).")


@pytest.mark.parametrize("code", ["GP999", "warning", "\x1b[2J", "9" * 5000])
def test_a_code_that_is_none(code, capsys):
    assert check("clash.csv", "--ignore", code) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert output.err.rstrip("\n").isprintable()
    assert " is not a finding code. Write one of: GP1, " in output.err
    assert len(output.err) < 1000


def test_a_platform_that_is_none(capsys):
    assert check("clash.csv", "--platform", "beos") == 2
    assert "invalid choice: 'beos'" in capsys.readouterr().err


# --- the object ------------------------------------------------------------------------------------------------

SHAPE = {
    "files": {"file": str, "rows": int, "ports": int},
    "errors": {"file": str, "sheet": str, "row": (int, type(None)), "column": str, "value": str, "message": str},
    "findings": {
        "code": str,
        "severity": str,
        "message": str,
        "why": str,
        "source": str,
        "rows": list,
        "ports": list,
        "proposal": str,
        "change": (dict, type(None)),
        "further": list,
    },
}
ROW = {"file": str, "sheet": str, "row": int}
PORT = {
    "host": str,
    "application": str,
    "port_id": str,
    "port": int,
    "last": (int, type(None)),
    "transport": str,
}


def assert_shape(things, shape):
    for thing in things:
        assert set(thing) == set(shape)
        assert all(isinstance(thing[key], kind) for key, kind in shape.items())


@pytest.mark.parametrize("file", ["clean", "clash", "bad", "zero", "one_address", "sip", "both", "empty", "nosuch"])
def test_one_object_and_nothing_else(file, capsys):
    check(f"{file}.csv", "--json")
    output = capsys.readouterr()
    assert output.err == ""
    assert output.out.isascii()
    whole = json.loads(output.out)
    assert list(whole) == ["files", "errors", "findings"]
    for part, shape in SHAPE.items():
        assert_shape(whole[part], shape)
    for finding in whole["findings"]:
        assert_shape(finding["rows"], ROW)
        assert_shape(finding["ports"], PORT)


def test_what_the_object_holds(capsys):
    assert check("both.csv", "--json") == 2
    whole = json.loads(capsys.readouterr().out)
    assert whole["files"] == [{"file": "both.csv", "rows": 3, "ports": 2}]
    [error] = whole["errors"]
    assert {key: error[key] for key in error if key != "message"} == {
        "file": "both.csv",
        "sheet": "",
        "row": 4,
        "column": "Port",
        "value": "x",
    }
    assert error["message"].startswith("This is not a port.")
    finding = whole["findings"][0]
    assert (finding["code"], finding["severity"]) == ("GP101", "error")
    assert finding["rows"] == [{"file": "both.csv", "sheet": "", "row": row} for row in (2, 3)]
    assert [port["application"] for port in finding["ports"]] == ["alpha", "beta"]
    assert finding["change"]["to"] != 7001


def test_a_file_that_cannot_be_read_is_an_error_of_the_object(capsys):
    assert check("nosuch.csv", "--json") == 2
    [error] = json.loads(capsys.readouterr().out)["errors"]
    assert error == {
        "file": "nosuch.csv",
        "sheet": "",
        "row": None,
        "column": "",
        "value": "",
        "message": "There is no file of this name.",
    }


# --- what is written -------------------------------------------------------------------------------------------


def test_suggestions_are_written_to_a_new_file(capsys):
    before = Path("clash.csv").read_bytes()
    assert check("clash.csv", "--suggest", "checked.xlsx") == 1
    assert capsys.readouterr().out.endswith(" Written: checked.xlsx (your file is unchanged).\n")
    assert Path("clash.csv").read_bytes() == before
    assert Path("checked.xlsx").read_bytes().startswith(b"PK")


def test_suggestions_for_several_files(capsys):
    assert check("clash.csv", "clean.csv", "--suggest", "checked.xlsx") == 1
    assert capsys.readouterr().out.endswith(" Written: checked.xlsx (your files are unchanged).\n")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_file_that_is_there_is_left_alone_and_the_findings_are_told(options, capsys):
    Path("checked.xlsx").write_bytes(b"mine")
    assert check("clash.csv", "--suggest", "checked.xlsx", *options) == 2
    output = capsys.readouterr()
    assert "GP101" in output.out
    assert "Written" not in output.out
    assert output.err.startswith("checked.xlsx exists already, and was left as it is.")
    assert Path("checked.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize("out", ["clash.csv", "nosuch/checked.xlsx", "checked.pdf"])
def test_suggestions_that_cannot_be_written(out, capsys):
    assert check("clash.csv", "--suggest", out) == 2
    output = capsys.readouterr()
    assert "GP101" in output.out
    assert output.err.startswith(out)
    assert output.err.count("\n") == 1
    assert Path("clash.csv").read_text() == CLASH


def test_nothing_is_written_of_nothing(capsys):
    assert check("nosuch.csv", "--suggest", "checked.xlsx") == 2
    assert not Path("checked.xlsx").exists()
    output = capsys.readouterr()
    assert "Written" not in output.out
    assert output.err.endswith("checked.xlsx was not written, because no row was read.\n")


# --- terminals, pipes and texts that mean no good --------------------------------------------------------------


@pytest.mark.parametrize("cell", ["7001\x1b[2J", "\x1b]0;title\x07", "70‮01", "\x9b31m"])
def test_cells_do_not_steer_the_terminal(cell, capsys):
    Path("hostile.csv").write_text(f"Host,Application,Port\ngen-fw-01,{cell},{cell}\n", encoding="utf-8")
    check("hostile.csv")
    output = capsys.readouterr()
    assert all(line.isprintable() for line in (output.out + output.err).splitlines())


def test_a_terminal_gets_its_width_and_a_bounded_list(monkeypatch, capsys):
    rows = "".join(f"gen-fw-01,app{number},7001\n" for number in range(400))
    Path("many.csv").write_text("Host,Application,Port,Transport\n" + rows.replace("7001", "none of these"))
    assert check("many.csv") == 2
    assert capsys.readouterr().out.count("[unreadable]") == 400
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert check("many.csv") == 2
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(lines).count("[unreadable]") == 50
    assert any(line.startswith("… and ") for line in lines)


def test_the_bar_counts_rows_and_ports(monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    times = iter(range(0, 10_000_000, 2))
    monkeypatch.setattr("tqdm.std.time", lambda: next(times))
    rows = "".join(f"gen-{number // 50},app{number},{7000 + number % 50}\n" for number in range(3000))
    Path("large.csv").write_text("Host,Application,Port\n" + rows)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    assert check("large.csv", "--json") == 0
    assert f"{words.READING}: 2000 rows" in terminal.getvalue()
    assert f"{words.CHECKING}: 100%" in terminal.getvalue()
    assert json.loads(capsys.readouterr().out)["files"][0]["ports"] == 3000


def process(line: str, file: str = "clash.csv") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["sh", "-c", f'"$0" -m genesys_ports check "$1" {line}', sys.executable, file]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="Windows has another shell")
@pytest.mark.parametrize(
    ("line", "code"), [("", 1), ("--json", 1), (">&-", 1), ("2>&-", 1), ("--json >&- 2>&-", 1), (">&- --ignore x", 2)]
)
def test_as_a_process_of_its_own(line, code):
    done = process(line)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert ("GP101" in done.stdout) is not (">&-" in line.replace("2>&-", ""))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk():
    done = process(">/dev/full")
    assert (done.returncode, done.stderr) == (3, f"{words.NO_OUTPUT}\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows breaks pipes in another way")
def test_a_reader_that_has_seen_enough():
    Path("many.csv").write_text("Host,Application,Port\n" + "h,a,x\n" * 2000)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "genesys_ports", "check", "many.csv"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("genesys_ports.cli.check.read", interrupted)
    assert check("clash.csv") == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("plan", "code"), [("two-servers", 0), ("first-ports", 0), ("framework", 0), ("training", 0), ("collisions", 1)]
)
def test_our_own_plans(plan, code, capsys):
    assert check(str(PLANS / f"{plan}.csv")) == code
    assert capsys.readouterr().err == ""


def test_a_workbook_as_the_deployment_engineer_has_it(capsys):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "SITE A"
    for row in (
        ["Ports Prod v7"],
        [],
        ["Servidor", "Aplicação", "Porta", "Bloco"],
        ["gen-fw-01", "MessageServer_P", 5150, "5100-5199"],
        ["gen-fw-01", "LogDB_MS", 5150.0],
        ["gen-fw-01", "DBServer_P", "?"],
    ):
        book.active.append(row)
    book.create_sheet("Contacts").append(["Ana", "+55 11 1234"])
    book.save("Ports.xlsx")
    before = Path("Ports.xlsx").read_bytes()
    assert check("Ports.xlsx", "--suggest", "Ports_checked.xlsx") == 2
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[0] == "Ports.xlsx: 1 sheet, 3 rows, 2 ports on 1 host"
    assert "Contacts" in lines[1]
    assert lines[2] == "Sheet 'SITE A', row 6, column Port: '?' cannot be read   [unreadable]"
    assert lines[4].startswith("Sheet 'SITE A', rows 4 and 5: Port 5150/tcp on gen-fw-01 is planned twice: ")
    assert "MessageServer_P and LogDB_MS" in lines[4]
    assert " Proposal: 5151 for LogDB_MS (next free in block 5100-5199)." in lines[5]
    assert lines[-1].startswith("1 cell that cannot be read, 1 error")
    assert lines[-1].endswith(". Written: Ports_checked.xlsx (your file is unchanged).")
    assert Path("Ports.xlsx").read_bytes() == before
