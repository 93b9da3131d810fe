"""The command line, called in this process: words, exit codes, what goes where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import genesys_ports
from genesys_ports.cli import catalog, lab, main, serve, words
from genesys_ports.errors import NetworkRangeError, OutputWriteError, PortNotAllowedError
from genesys_ports.model import ListeningPort
from genesys_ports.state import PortState, PortStatus, Socket

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


@pytest.mark.parametrize("arguments", [[], ["serve"], ["catalog"], ["lab"]])
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


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_catalog_has_nothing(options, capsys):
    assert main(["catalog", "mesage servr", *options]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "Nothing in the catalogue fits 'mesage servr'. Did you mean 'message_server'? "
        "Type  genesys-ports catalog  for the whole list.\n"
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
    assert output.err.startswith("bad.csv: 2 cells cannot be read.\n  row 2, column Port: '0': This is not a port.")


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
        (PortNotAllowedError("80/tcp", "h", "a"), 1),
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
        port=ListeningPort(number=7000, last=7001, transport="udp"),
        status=PortStatus.LISTENING,
        sockets=sockets,
    )
    assert [(one["planned"], one["address"], one["port"]) for one in serve.port_lines([state])] == [
        (7000, "127.20.0.1", 40_001),
        (7000, "127.20.0.2", 40_002),
        (7001, "127.20.0.1", 40_011),
        (7001, "127.20.0.2", 40_012),
    ]


# --- lab -------------------------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch) -> list[tuple[list[str], dict[str, str]]]:
    """Every JupyterLab that would have been started: its command and its environment."""
    seen: list[tuple[list[str], dict[str, str]]] = []

    def become(_, command, environment):
        seen.append((command, environment))
        raise SystemExit(0)

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setattr(lab, "_windows", lambda: False)
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    return seen


@pytest.fixture
def wheel(monkeypatch, tmp_path) -> Path:
    """An installed package with two lessons, and an empty folder to stand in."""
    package = tmp_path / "site-packages" / "genesys_ports"
    (package / "_notebooks" / "plans").mkdir(parents=True)
    (package / "_notebooks" / ".ipynb_checkpoints").mkdir()
    (package / "_notebooks" / ".ipynb_checkpoints" / "00-start-here.ipynb").write_text("old")
    (package / "_notebooks" / "00-start-here.ipynb").write_text("start")
    (package / "_notebooks" / "plans" / "two-servers.csv").write_text("plan")
    monkeypatch.setattr(lab, "PACKAGE", package)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def test_lab_in_a_checkout(started):
    with pytest.raises(SystemExit):
        main(["lab", "--no-browser"])
    [(command, environment)] = started
    assert command[:5] == [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb",
    ]
    assert command[-1] == "--no-browser"
    assert environment["JUPYTER_CONFIG_PATH"] == str(lab.CONFIGURATION)


def test_lab_leaves_the_learners_own_settings_in_force(started, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    with pytest.raises(SystemExit):
        main(["lab", "--LabApp.default_url=/lab", "--allow-root"])
    [(command, environment)] = started
    assert environment["JUPYTER_CONFIG_PATH"] == f"/mine{os.pathsep}{lab.CONFIGURATION}"
    assert "JUPYTERLAB_SETTINGS_DIR" not in set(environment) - set(os.environ)
    assert [word for word in command if word.startswith("--LabApp.default_url")] == ["--LabApp.default_url=/lab"]
    assert command.count("--allow-root") == 1


def test_the_news_pop_up_is_off():
    page = json.loads((lab.CONFIGURATION / "labconfig" / "page_config.json").read_text())
    assert page == {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


def test_lab_dry_run_only_prints(wheel, capsys, started):
    assert main(["lab", "--dry-run", "--port", "8890"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("env JUPYTER_CONFIG_PATH=")
    assert shown.endswith(" --port 8890\n")
    assert "--LabApp.default_url=/lab/tree/00-start-here.ipynb" in shown
    assert list(wheel.iterdir()) == started == []


def test_lab_dry_run_on_windows(wheel, capsys, monkeypatch):
    monkeypatch.setattr(lab, "_windows", lambda: True)
    assert main(["lab", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith('set "JUPYTER_CONFIG_PATH=')


def test_lab_of_a_wheel_copies_the_lessons_once(wheel, started, capsys):
    with pytest.raises(SystemExit):
        main(["lab"])
    lessons = wheel / "genesys-ports-lessons"
    assert (lessons / "plans" / "two-servers.csv").read_text() == "plan"
    assert not (lessons / ".ipynb_checkpoints").exists()
    assert capsys.readouterr().out == (f"2 files copied to {lessons}. 0 were there already and stay as they are.\n")
    (lessons / "00-start-here.ipynb").write_text("my work")
    (lessons / "plans" / "two-servers.csv").unlink()
    with pytest.raises(SystemExit):
        main(["lab"])
    assert (lessons / "00-start-here.ipynb").read_text() == "my work"
    assert (lessons / "plans" / "two-servers.csv").read_text() == "plan"
    assert capsys.readouterr().out == (f"1 files copied to {lessons}. 1 were there already and stay as they are.\n")
    assert f"--ServerApp.root_dir={lessons}" in started[0][0]


def test_lab_in_a_folder_of_choice(wheel, started):
    with pytest.raises(SystemExit):
        main(["lab", "mine", "--port", "8890"])
    assert (wheel / "mine" / "00-start-here.ipynb").read_text() == "start"
    assert started[0][0][-2:] == ["--port", "8890"]


def test_lab_where_nothing_can_be_written(wheel, capsys):
    (wheel / "mine").write_text("a file")
    assert main(["lab", "mine"]) == 2
    assert capsys.readouterr().err == f"{wheel / 'mine'}: {words.NOT_A_FOLDER}\n"
    with pytest.raises(OutputWriteError):
        lab.copy_lessons(lab.PACKAGE / "_notebooks", wheel / "mine")


def test_lab_without_lessons(wheel, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "PACKAGE", tmp_path)
    assert main(["lab"]) == 2
    assert capsys.readouterr().err == f"{words.NO_LESSONS}\n"


def test_lab_without_jupyterlab(wheel, capsys, monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda _: None)
    assert main(["lab"]) == 2
    assert capsys.readouterr().err == f"{words.LAB_MISSING}\n"


@pytest.mark.parametrize(
    ("line", "ours", "passed_on"),
    [
        ("lab", "lab", ""),
        ("lab mine", "lab mine", ""),
        ("lab --port 8890", "lab", "--port 8890"),
        ("lab mine --port 8890 --dry-run", "lab mine --dry-run", "--port 8890"),
        ("lab --no-browser --help", "lab --help", "--no-browser"),
        ("lab --help-all", "lab", "--help-all"),
    ],
)
def test_what_goes_on_to_jupyterlab(line, ours, passed_on):
    assert lab.split(line.split()) == (ours.split(), passed_on.split())


def test_lab_waits_on_windows_through_ctrl_c(monkeypatch):
    waits = iter([KeyboardInterrupt, 3])

    class Process:
        def __init__(self, command, env):
            assert env["JUPYTER_CONFIG_PATH"]

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def wait(self):
            now = next(waits)
            if isinstance(now, int):
                return now
            raise now

    monkeypatch.setattr(lab, "_windows", lambda: True)
    monkeypatch.setattr(subprocess, "Popen", Process)
    assert main(["lab", "--no-browser"]) == 3
