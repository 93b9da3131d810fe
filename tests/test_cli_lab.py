"""`genesys-ports lab`: the command it starts, and the lessons it lays out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
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


CELLS: list[dict[str, object]] = [
    {"cell_type": "markdown", "id": "00-001", "metadata": {}, "source": ["# São"]},
    {
        "cell_type": "code",
        "execution_count": 1,
        "id": "00-002",
        "metadata": {"tags": ["raises-exception"]},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": ["the answer"]}],
        "source": ["await lab.knock(5150)"],
    },
]


def fill(lessons: Path) -> None:
    (lessons / "plans").mkdir(parents=True)
    (lessons / ".ipynb_checkpoints").mkdir()
    (lessons / ".ipynb_checkpoints" / "00-start-here.ipynb").write_text("old")
    for name in ("00-start-here", "01-what-is-a-port"):
        text = json.dumps({"cells": CELLS, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)
        (lessons / f"{name}.ipynb").write_text(text, encoding="utf-8")
    (lessons / "my-progress.jsonl").write_text("somebody's")
    (lessons / "plans" / "two-servers.csv").write_bytes(b"Host;Port\r\n\xe3")


@pytest.fixture
def home(monkeypatch, tmp_path: Path) -> Path:
    """An empty folder to stand in."""
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def wheel(monkeypatch, home: Path) -> Path:
    """An installed package with two lessons; gives the current folder."""
    package = home.parent / "site-packages" / "genesys_ports"
    fill(package / "_notebooks")
    monkeypatch.setattr(lab, "PACKAGE", package)
    return home


@pytest.fixture
def checkout(monkeypatch, home: Path) -> Path:
    """A checkout with two lessons, elsewhere than the current folder; gives its root."""
    root = home.parent / "checkout"
    fill(root / "notebooks")
    (root / "pyproject.toml").touch()
    monkeypatch.setattr(lab, "PACKAGE", root / "genesys_ports")
    return root


@pytest.fixture(params=["wheel", "checkout"])
def place(request) -> Path:
    """Where the learner's folder goes by itself."""
    where: Path = request.getfixturevalue(request.param)
    return where


def start(*arguments: str) -> None:
    with pytest.raises(SystemExit):
        main(["lab", *arguments])


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Each file with its bytes and the time of its last change."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_lab_opens_a_copy_of_the_lessons(place, started, capsys):
    before = everything(place)
    start("--no-browser")
    [(command, environment)] = started
    assert command[:5] == [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={place}",
        "--LabApp.default_url=/lab/tree/genesys-ports-lessons/00-start-here.ipynb",
    ]
    assert command[-1] == "--no-browser"
    assert environment["JUPYTER_CONFIG_PATH"] == str(lab.CONFIGURATION)
    lessons = place / "genesys-ports-lessons"
    assert capsys.readouterr().out == f"Lessons laid out in {lessons}: 2.\n"
    assert set(everything(lessons)) == {
        lab.DELIVERED,
        "00-start-here.ipynb",
        "01-what-is-a-port.ipynb",
        str(Path("plans") / "two-servers.csv"),
    }
    assert (lessons / "plans" / "two-servers.csv").read_bytes() == b"Host;Port\r\n\xe3"
    assert everything(place).items() >= before.items()


def test_lab_takes_results_away_and_nothing_else(wheel, started):
    start()
    notebook = json.loads((wheel / "genesys-ports-lessons" / "00-start-here.ipynb").read_text(encoding="utf-8"))
    assert notebook == {
        "cells": [CELLS[0], {**CELLS[1], "execution_count": None, "outputs": []}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_the_published_lessons_lose_their_results_and_keep_their_lines(tmp_path):
    lab.lay_out(ROOT / "notebooks", tmp_path)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        lines = (tmp_path / path.name).read_bytes().splitlines()
        assert b'   "outputs": [],' in lines
        assert b'   "outputs": [' not in lines
        assert not any(line.startswith(b'   "execution_count": ') and b"null" not in line for line in lines)
        # What is left stands as in the published file, so that the two compare well.
        assert {line for line in lines if b'"outputs"' not in line and b'"execution_count"' not in line} <= set(
            path.read_bytes().splitlines()
        )


@pytest.mark.parametrize("text", ["start", "[]", "{}", '{"cells": [1]}'])
def test_what_is_no_notebook_is_copied_as_it_is(wheel, text):
    (lab.PACKAGE / "_notebooks" / "09-broken.ipynb").write_text(text)
    assert lab.lay_out(lab.PACKAGE / "_notebooks", wheel) == (3, 0, ())
    assert (wheel / "09-broken.ipynb").read_text() == text


def test_lab_keeps_what_is_there(place, started, capsys):
    start()
    lessons = place / "genesys-ports-lessons"
    (lessons / "00-start-here.ipynb").write_text("my work")
    before = everything(place)
    capsys.readouterr()
    start()
    assert capsys.readouterr().out == f"Your lessons in {lessons} are kept as they are.\n"
    assert everything(place) == before


def test_a_lesson_begun_afresh(place, started, capsys):
    start()
    lessons = place / "genesys-ports-lessons"
    (lessons / "00-start-here.ipynb").write_text("my work")
    (lessons / "00-start-here.ipynb").rename(lessons / "mine.ipynb")
    capsys.readouterr()
    start()
    assert capsys.readouterr().out == (
        f"Lessons laid out in {lessons}: 1. Those that were there are kept as they are.\n"
    )
    assert (lessons / "mine.ipynb").read_text() == "my work"
    assert "lab.knock" in (lessons / "00-start-here.ipynb").read_text(encoding="utf-8")


def publish(name: str, text: bytes) -> None:
    """A later release changes this file."""
    (published() / name).write_bytes(text)


def published() -> Path:
    folder = lab.published()
    assert folder is not None
    return folder


def again(folder: Path) -> tuple[str, ...]:
    return lab.lay_out(published(), folder).beside


NEWER = json.dumps({"cells": [CELLS[0]], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.fixture
def copied(wheel: Path, monkeypatch) -> Path:
    """The learner's copy of the lessons of release 0.1.0; the release now is 0.2.0."""
    lab.lay_out(published(), wheel)
    monkeypatch.setattr(lab, "__version__", "0.2.0")
    return wheel


def test_a_changed_lesson_arrives_beside_the_learners(copied):
    (copied / "00-start-here.ipynb").write_text("my work")
    publish("00-start-here.ipynb", NEWER)
    publish("plans/two-servers.csv", b"Host,Port")
    before = everything(copied)
    del before[lab.DELIVERED]
    assert again(copied) == ("00-start-here (0.2.0).ipynb", "plans/two-servers (0.2.0).csv")
    assert everything(copied).items() >= before.items()
    assert json.loads((copied / "00-start-here (0.2.0).ipynb").read_bytes())["cells"] == [CELLS[0]]


def test_it_arrives_once(copied):
    publish("00-start-here.ipynb", NEWER)
    assert again(copied) == ("00-start-here (0.2.0).ipynb",)
    (copied / "00-start-here (0.2.0).ipynb").unlink()
    before = everything(copied)
    assert again(copied) == ()
    assert everything(copied) == before


def test_what_lies_where_it_would_arrive_is_kept(copied):
    (copied / "00-start-here (0.2.0).ipynb").write_text("mine")
    publish("00-start-here.ipynb", NEWER)
    assert again(copied) == ()
    assert (copied / "00-start-here (0.2.0).ipynb").read_text() == "mine"


def test_the_learners_own_change_brings_nothing(copied):
    (copied / "00-start-here.ipynb").write_text("my work")
    assert again(copied) == ()


def test_a_lesson_that_the_learner_has_already_comes_no_second_time(copied):
    run = json.loads(NEWER) | {"metadata": {"language_info": {"name": "python"}}}
    (copied / "00-start-here.ipynb").write_text(json.dumps(run))
    publish("00-start-here.ipynb", NEWER)
    assert again(copied) == ()


@pytest.mark.parametrize("note", ["", "[]", "{", '{"00-start-here.ipynb": 1}', "[" * 100_000])
def test_without_a_note_what_is_there_counts_as_the_learners(copied, note):
    (copied / lab.DELIVERED).write_text(note)
    publish("00-start-here.ipynb", NEWER)
    assert again(copied) == ()
    publish("00-start-here.ipynb", b"newer still")
    assert again(copied) == ("00-start-here (0.2.0).ipynb",)


def test_what_arrives_beside_is_said(copied, capsys):
    publish("00-start-here.ipynb", NEWER)
    assert main(["lab", str(copied), "--copy-only"]) == 0
    assert capsys.readouterr().out == (
        f"Your lessons in {copied} are kept as they are.\n"
        "New in this release, and laid beside yours: 00-start-here (0.2.0).ipynb.\n"
    )


def test_lab_can_only_copy(place, home, started, monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda _: None)
    assert main(["lab", "mine", "--copy-only"]) == 0
    assert (home / "mine" / "00-start-here.ipynb").exists()
    assert started == []


def test_lab_opens_the_published_lessons_and_changes_nothing(checkout, started, capsys):
    before = everything(checkout)
    start(str(checkout / "notebooks"))
    assert everything(checkout) == before
    assert capsys.readouterr().out == f"Your lessons in {checkout / 'notebooks'} are kept as they are.\n"
    assert started[0][0][3:5] == [
        f"--ServerApp.root_dir={checkout / 'notebooks'}",
        "--LabApp.default_url=/lab/tree/00-start-here.ipynb",
    ]


def test_a_folder_inside_the_published_lessons_is_not_copied_into_itself(checkout, started):
    mine = checkout / "notebooks" / "mine"
    start(str(mine))
    before = everything(checkout)
    start(str(mine))
    assert everything(checkout) == before
    assert not (mine / "mine").exists()


def test_no_checker_looks_into_the_learners_folder():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert lab.LESSONS in settings["ruff"]["extend-exclude"]
    assert lab.LESSONS not in settings["mypy"]["files"] + settings["pytest"]["ini_options"]["testpaths"]
    assert f"/{lab.LESSONS}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_lab_leaves_the_learners_own_settings_in_force(wheel, started, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    start("--LabApp.default_url=/lab", "--allow-root")
    [(command, environment)] = started
    assert environment["JUPYTER_CONFIG_PATH"] == f"/mine{os.pathsep}{lab.CONFIGURATION}"
    assert "JUPYTERLAB_SETTINGS_DIR" not in set(environment) - set(os.environ)
    assert [word for word in command if word.startswith("--LabApp.default_url")] == ["--LabApp.default_url=/lab"]
    assert command.count("--allow-root") == 1


def test_the_news_pop_up_is_off():
    page = json.loads((lab.CONFIGURATION / "labconfig" / "page_config.json").read_text())
    assert page == {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


def test_lab_dry_run_only_prints(place, capsys, started):
    before = everything(place)
    assert main(["lab", "--dry-run", "--port", "8890"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("env JUPYTER_CONFIG_PATH=")
    assert shown.endswith(" --port 8890\n")
    assert "--LabApp.default_url=/lab/tree/genesys-ports-lessons/00-start-here.ipynb" in shown
    assert everything(place) == before
    assert not (place / "genesys-ports-lessons").exists()
    assert started == []


def test_lab_dry_run_on_windows(wheel, capsys, monkeypatch):
    monkeypatch.setattr(lab, "_windows", lambda: True)
    assert main(["lab", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith('set "JUPYTER_CONFIG_PATH=')


def test_lab_in_a_folder_of_choice(place, home, started):
    start("mine", "--port", "8890")
    assert (home / "mine" / "plans" / "two-servers.csv").exists()
    assert not (place / "genesys-ports-lessons").exists()
    command = started[0][0]
    assert command[3:5] == [
        f"--ServerApp.root_dir={home / 'mine'}",
        "--LabApp.default_url=/lab/tree/00-start-here.ipynb",
    ]
    assert command[-2:] == ["--port", "8890"]


def test_lab_where_nothing_can_be_written(wheel, capsys):
    (wheel / "mine").write_text("a file")
    assert main(["lab", "mine"]) == 2
    assert capsys.readouterr().err == f"{wheel / 'mine'}: {words.NOT_A_FOLDER}\n"
    with pytest.raises(OutputWriteError):
        lab.lay_out(lab.PACKAGE / "_notebooks", wheel / "mine")


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
        ("lab mine --copy-only", "lab mine --copy-only", ""),
        ("lab --no-browser --help", "lab --help", "--no-browser"),
        ("lab --help-all", "lab", "--help-all"),
    ],
)
def test_what_goes_on_to_jupyterlab(line, ours, passed_on):
    assert lab.split(line.split()) == (ours.split(), passed_on.split())


def test_lab_waits_on_windows_through_ctrl_c(wheel, monkeypatch):
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
