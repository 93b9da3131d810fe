"""`genesys-ports lab`: the command it starts, and the lessons it copies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import genesys_ports
from genesys_ports.cli import lab, main, words
from genesys_ports.errors import OutputWriteError

ROOT = Path(genesys_ports.__file__).parent.parent


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
def wheel(monkeypatch, tmp_path: Path) -> Path:
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
    waits = iter([None, 3])

    class Process:
        def __init__(self, command, env):
            assert env["JUPYTER_CONFIG_PATH"]

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def wait(self):
            code = next(waits)
            if code is None:
                raise KeyboardInterrupt
            return code

    monkeypatch.setattr(lab, "_windows", lambda: True)
    monkeypatch.setattr(subprocess, "Popen", Process)
    assert main(["lab", "--no-browser"]) == 3
