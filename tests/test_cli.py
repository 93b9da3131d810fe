"""The command line, called in this process: words, exit codes, what goes where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import genesys_ports
from genesys_ports.cli import catalog, main, serve, words
from genesys_ports.cli.fit import fit
from genesys_ports.errors import NetworkRangeError, PortInUseError
from genesys_ports.model import ListeningPort, Transport
from genesys_ports.state import PortState, PortStatus, Socket
from genesys_ports.table import Table

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
ROOT = Path(genesys_ports.__file__).parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "genesys_ports", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60
    )


# --- all commands ----------------------------------------------------------------------------------------------


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"genesys-ports {genesys_ports.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [[], ["check"], ["firewall"], ["compare"], ["diff"], ["ripple"], ["serve"], ["catalog"], ["progress"], ["lab"]],
)
def test_help_shows_examples_that_start_with_the_command(arguments, capsys):
    assert main([*arguments, "--help"]) == 0
    shown = capsys.readouterr().out
    examples = shown.split("examples:\n")[1].splitlines()
    assert all(line.startswith(f"  genesys-ports {' '.join(arguments)}") for line in examples if line.startswith("  "))
    assert all(len(line) <= 112 for line in shown.splitlines())


def test_no_command_shows_the_help(capsys):
    assert main([]) == 2
    assert "examples:" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["nonsense"], ["serve"], ["catalog", "--nonsense"], ["--nonsense"]])
def test_a_line_that_cannot_be_read(arguments, capsys):
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "usage: genesys-ports" in output.err


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["serve", "plan.csv", "--jsn"], "genesys-ports serve PLAN [--only APP ...] [--trace OUT] [--json]"),
        (["catalog", "sip", "--jsn"], "genesys-ports catalog [-h] [--json] [WORD ...]"),
        (["--jsn"], "genesys-ports [-h] [--version] COMMAND ..."),
    ],
)
def test_an_unknown_option_shows_the_usage_of_its_command(arguments, usage, capsys):
    assert main(arguments) == 2
    shown = " ".join(capsys.readouterr().err.split())
    assert shown.startswith(f"usage: {usage} ")
    assert shown.endswith(": error: unrecognized arguments: --jsn")


def test_the_line_of_the_process_is_the_default(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["genesys-ports", "--version"])
    assert main() == 0
    assert "genesys-ports" in capsys.readouterr().out


def test_python_m():
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")


def test_it_imports_little():
    code = (
        "import sys, genesys_ports.cli\n"
        "heavy = {'asyncio', 'matplotlib', 'networkx', 'ipywidgets', 'jupyterlab', 'genesys_ports.lab',"
        " 'genesys_ports.draw', 'genesys_ports.plan'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows breaks pipes in another way")
def test_a_reader_that_has_seen_enough():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "genesys_ports", "catalog"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


CLOSED_OR_FULL = [
    ("catalog >&-", 0, ""),
    ("catalog lca --json >&-", 0, ""),
    ("--help >&-", 0, ""),
    ("catalog zzz >&- 2>&-", 1, ""),
    ("catalog zzz 2>&-", 1, ""),
    ("nonsense 2>&-", 2, ""),
    ("catalog >/dev/full", 3, f"{words.NO_OUTPUT}\n"),
    ("catalog lca >/dev/full", 3, f"{words.NO_OUTPUT}\n"),
    ("--help >/dev/full", 3, f"{words.NO_OUTPUT}\n"),
    ("lab --dry-run >/dev/full", 3, f"{words.NO_OUTPUT}\n"),
    ("catalog zzz 2>/dev/full", 1, ""),
    ("catalog >/dev/full 2>&1", 3, ""),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("line", "code", "errors"), CLOSED_OR_FULL)
def test_outputs_that_are_closed_or_full(line, code, errors, unbuffered):
    if unbuffered and "--help" in line:
        pytest.skip("argparse writes it, and is silent about what cannot be written at once")
    command = ["sh", "-c", f'"$0" -m genesys_ports {line}', sys.executable]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", errors)


def test_a_console_of_one_old_code_page():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "genesys_ports", "catalog", "lca"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4999/tcp" in done.stdout


# --- catalog ---------------------------------------------------------------------------------------------------


def test_catalog_shows_everything(capsys):
    assert main(["catalog"]) == 0
    shown = capsys.readouterr().out
    assert "Message Server" in shown
    assert "Basis" in shown


@pytest.mark.parametrize("word", [["5060/udp"], ["sip", "server"]])
def test_catalog_shows_what_fits(word, capsys):
    assert main(["catalog", *word]) == 0
    shown = capsys.readouterr().out
    assert "5060/udp" in shown
    assert "3600" not in shown


def test_catalog_as_json(capsys):
    assert main(["catalog", "lca", "--json"]) == 0
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["component"] == "lca"
    assert (line["port"], line["last"], line["transport"], line["basis"]) == (4999, None, "tcp", "default")
    assert line["source"]
    assert main(["catalog", "--json"]) == 0
    assert all(json.loads(line)["basis"] for line in capsys.readouterr().out.splitlines())


def test_catalog_shows_first_what_goes_by_the_word(capsys):
    assert main(["catalog", "log"]) == 0
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()[2:5]] == [
        "Log Database",
        "Message Server",
        "SIP Server",
    ]
    assert main(["catalog", "http", "--json"]) == 0
    named = ["http" in json.loads(line)["name"].lower() for line in capsys.readouterr().out.splitlines()]
    assert named == sorted(named, reverse=True)


def test_catalog_is_whole_where_no_terminal_is(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["catalog", "lca"]) == 0
    *_, line = capsys.readouterr().out.splitlines()
    assert line.startswith("Local Control Agent  4999/tcp  control  default  docs.genesys.com")
    assert line.endswith("acts only after LCA restarts.")


@pytest.mark.parametrize("width", [60, 80, 100, 132, 200, 1000])
@pytest.mark.parametrize("word", ["", "lca", "sip"])
def test_catalog_fits_the_terminal(word, width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["catalog", *word.split()]) == 0
    lines = capsys.readouterr().out.splitlines()
    has_notes = lines[0].endswith("Note")
    assert all(len(line) <= width for line in lines if line != words.NOTES_LEFT_OUT)
    assert (lines[-1] == words.NOTES_LEFT_OUT) is not has_notes
    assert has_notes or width <= 100
    assert not has_notes or width > 80


def test_a_table_in_little_room():
    table = Table(["Host", "Note"], [["framework-host", "a sentence of several words"], ["h", ""]])
    assert fit(table, 1000, "Note") == (str(table), True)
    shown, is_whole = fit(table, 24, "")
    assert (shown.splitlines(), is_whole) == (
        [
            "Host         Note",
            "───────────  ───────────",
            "framework-   a sentence",
            "host         of several",
            "             words",
            "h",
        ],
        True,
    )
    assert fit(table, 10, "Note") == ("Host\n──────────\nframework-\nhost\nh", False)
    assert max(map(len, fit(table, 1, "")[0].splitlines())) == 4


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_catalog_has_nothing(options, capsys):
    assert main(["catalog", "mesage servr", *options]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "Nothing in the catalogue fits 'mesage servr'. Did you mean 'message_server'? "
        "Type  genesys-ports catalog  for the whole list.\n"
    )


def test_a_long_word_is_said_back_in_part(capsys):
    assert main(["catalog", "9" * 5000]) == 1
    assert capsys.readouterr().err == (
        f"Nothing in the catalogue fits '{'9' * 59}…'. Type  genesys-ports catalog  for the whole list.\n"
    )


def test_catalog_has_nothing_similar(capsys):
    assert main(["catalog", "9"]) == 1
    assert capsys.readouterr().err == (
        "Nothing in the catalogue fits '9'. Type  genesys-ports catalog  for the whole list.\n"
    )


# --- serve: what goes wrong before anything opens --------------------------------------------------------------


def test_serve_without_a_plan_file(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["serve", "nosuch.csv"]) == 2
    assert capsys.readouterr() == ("", "nosuch.csv: There is no file of this name.\n")


def test_serve_with_bad_rows(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_text("Host,Application,Port\nh,a,0\nh,b,x\n")
    assert main(["serve", "bad.csv"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("bad.csv: 2 cells cannot be read.\n  row 2, column Port: '0': ")


def test_serve_only_an_application_that_is_not_there(capsys):
    assert main(["serve", str(PLANS / "two-servers.csv"), "--only", "message_serve"]) == 2
    assert capsys.readouterr().err.startswith(
        "The plan has no application 'message_serve'. Did you mean 'message_server'?"
    )


def test_serve_interrupted_before_anything_is_open(monkeypatch):
    import asyncio

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(serve, "_serve", lambda *_: None)
    monkeypatch.setattr(asyncio, "run", interrupted)
    assert main(["serve", str(PLANS / "two-servers.csv")]) == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PortInUseError("80/tcp", "h", "a"), 1),
        (NetworkRangeError("x", "GENESYS_PORTS_NETWORK holds no network."), 2),
    ],
)
def test_errors_are_printed_with_their_notes(error, code, monkeypatch, capsys):
    def fail(_):
        raise error

    error.add_note("On this machine it is so.")
    monkeypatch.setattr(catalog, "_run", fail)
    assert main(["catalog"]) == code
    assert capsys.readouterr() == ("", f"{error}\nOn this machine it is so.\n")


def test_lines_of_a_range_on_two_addresses():
    sockets = tuple(Socket(f"127.20.0.{host}", 40_000 + number + host) for number in (0, 10) for host in (1, 2))
    state = PortState(
        application="a",
        host="h",
        port=ListeningPort(number=7000, last=7001, transport=Transport.UDP),
        status=PortStatus.LISTENING,
        sockets=sockets,
    )
    assert [(one["planned"], one["address"], one["port"]) for one in serve.port_lines([state])] == [
        (7000, "127.20.0.1", 40_001),
        (7000, "127.20.0.2", 40_002),
        (7001, "127.20.0.1", 40_011),
        (7001, "127.20.0.2", 40_012),
    ]
