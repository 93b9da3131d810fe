"""run.py without a network: what it says, what it keeps, what it makes anew."""

import ast
import glob
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.helpers import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "run.py"

spec = importlib.util.spec_from_file_location("run", SOURCE)
assert spec is not None
assert spec.loader is not None
run = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run)


def old_pythons():
    """Pythons on this machine that are too old for the library: pyenv keeps some."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which("python2.7")]
    found += glob.glob(str(versions / "2.7.*/bin/python")) + glob.glob(str(versions / "3.[4-9].*/bin/python"))
    return [path for path in found if path and run.ask_python([path])]


@pytest.fixture
def project(tmp_path):
    """A repository with nothing in it but what the stamp looks at."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    return tmp_path


def environment(project, version=sys.version_info[:2]):
    return run.Environment(str(project), version, sys.executable)


def make_whole(env, extras=()):
    """What a finished set-up leaves, without its packages."""
    Path(env.scripts).mkdir(parents=True, exist_ok=True)
    Path(env.python).touch()
    Path(env.stamp).write_text(json.dumps(dict(env.wanted(), extras=list(extras))))


@pytest.fixture
def steps(monkeypatch):
    """The commands of a set-up, noted instead of run; the first makes the environment's Python."""
    noted = []

    def note(self, command, trouble, advice=None):
        noted.append(command)
        Path(self.scripts).mkdir(parents=True, exist_ok=True)
        Path(self.python).touch()

    monkeypatch.setattr(run.Environment, "run", note)
    return noted


# --- A Python that is too old -------------------------------------------------------------------------


def test_too_old():
    words = run.too_old_words((3, 9, 2), "/usr/bin/python3")
    assert "needs Python 3.11 or later" in words
    assert "This is Python 3.9.2 (/usr/bin/python3)." in words
    assert run.DOWNLOADS in words
    assert "apt install python3" in words


def test_too_old_but_a_newer_one_is_there():
    words = run.too_old_words((2, 7, 18), "", "python3.12 run.py lab")
    assert "This is Python 2.7.18." in words
    assert "Try: python3.12 run.py lab" in words


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
def test_new_enough(version):
    assert run.too_old_words(version) is None


def test_old_grammar():
    """Nothing in run.py that Python 2.7 or 3.6 could not read."""
    tree = ast.parse(SOURCE.read_text(encoding="ascii"), feature_version=(3, 7))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.YieldFrom, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        assert not isinstance(node, newer), ast.dump(node)
        if isinstance(node, ast.arguments):
            assert node.kwonlyargs == node.posonlyargs == [], ast.dump(node)
        if isinstance(node, ast.arg):
            assert node.annotation is None, node.lineno
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None, node.lineno
        if isinstance(node, ast.Raise):
            assert node.cause is None, node.lineno
        if isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load):
            assert not any(isinstance(part, ast.Starred) for part in node.elts), node.lineno
    imported = {
        name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names
    }  # with Python 2.7's library too
    assert imported <= {
        "errno", "glob", "hashlib", "json", "os", "re", "shutil", "signal", "subprocess", "sys", "tempfile", "time",
    }  # fmt: skip


@pytest.mark.parametrize("python", old_pythons())
def test_old_python_itself(python, tmp_path):
    shutil.copy(SOURCE, tmp_path)
    result = subprocess.run([python, "run.py", "lab"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert result.stderr.startswith("genesys_ports needs Python 3.11 or later. This is Python ")
    assert "Traceback" not in result.stderr
    assert os.listdir(tmp_path) == ["run.py"]


# --- The command line ---------------------------------------------------------------------------------


def test_every_command_is_in_the_help():
    for command in run.COMMANDS:
        assert f"\n  {command} " in run.USAGE


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help(arguments, capsys):
    assert run.main(arguments) == 0
    assert "python3 run.py lab" in capsys.readouterr().out


def test_unknown_command(capsys):
    assert run.main(["labs"]) == 2
    known = "benchmarks, classroom, lab, notebooks, setup, test"
    assert f"There is no command 'labs'. There are: {known}." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "rest", "options"),
    [
        (["test"], [], {}),
        (["test", "--all-pythons"], [], {"all_pythons": True}),
        (
            ["test", "--python", "3.12", "--all-pythons", "-x"],
            ["-x"],
            {"all_pythons": True, "python": (3, 12)},
        ),
        (["test", "--python=3.12"], [], {"python": (3, 12)}),
        (["test", "--", "--python", "x"], ["--python", "x"], {}),
        (["test", "tests/test_run.py", "--python"], ["tests/test_run.py", "--python"], {}),
        (["test", "-k", "a"], ["-k", "a"], {}),
        (["lab", "--all-pythons"], ["--all-pythons"], {}),
        (["lab", "--no-browser", "--port=8890"], ["--no-browser", "--port=8890"], {}),
        (["notebooks", "--check"], ["--check"], {}),
    ],
)
def test_arguments(arguments, rest, options):
    assert run.read_command_line(arguments) == (arguments[0], rest, options)


@pytest.mark.parametrize("value", [[], [""], ["three"], ["3"], ["3.12.1"], ["--all-pythons"]])
def test_python_option_without_a_version(value, capsys):
    assert run.main(["test", "--python", *value]) == 2
    assert "--python wants a version such as 3.12" in capsys.readouterr().err


def test_python_option_too_old(capsys):
    assert run.main(["test", "--python", "3.10"]) == 1
    assert "needs Python 3.11 or later" in capsys.readouterr().err


def test_python_option_not_found(monkeypatch, capsys):
    monkeypatch.setattr(run, "find_pythons", list)
    assert run.main(["test", "--python", "3.99"]) == 1
    assert "Python 3.99 was not found" in capsys.readouterr().err


def test_python_option_has_a_folder_of_its_own(monkeypatch):
    monkeypatch.setattr(run, "find_pythons", lambda: [((3, 98, 1), "/opt/python3.98")])
    env = run.chosen_environment({"python": (3, 98)})
    assert (env.name, env.base) == (".venv-3.98", "/opt/python3.98")


def test_the_running_python_has_the_plain_folder():
    assert run.chosen_environment({}).name == ".venv"
    assert run.chosen_environment({"python": sys.version_info[:2]}).name == ".venv"


# --- The stamp ----------------------------------------------------------------------------------------


def test_ready(project):
    env = environment(project)
    assert not env.is_ready([])
    make_whole(env)
    assert env.is_ready([])
    assert not env.is_ready(["test"])
    make_whole(env, ["test"])
    assert env.is_ready([])
    assert env.is_ready(["test"])


def test_changed_project_is_not_ready(project):
    env = environment(project)
    make_whole(env)
    (project / "pyproject.toml").write_text("[project]\nname = 'y'\n")
    assert not env.is_ready([])
    assert env.can_be_kept()


def test_line_ends_do_not_count(project):
    env = environment(project)
    make_whole(env)
    (project / "pyproject.toml").write_bytes(b"[project]\r\nname = 'x'\r\n")
    assert env.is_ready([])


def test_other_python_is_not_ready(project):
    make_whole(environment(project))
    other = environment(project, (3, 99))
    assert not other.is_ready([])
    assert not other.can_be_kept()


def test_moved_repository_is_not_ready(project, tmp_path_factory):
    env = environment(project)
    make_whole(env)
    moved = environment(shutil.move(project, tmp_path_factory.mktemp("elsewhere") / "moved"))
    assert not moved.is_ready([])
    assert not moved.can_be_kept()


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_broken_stamp(project, text):
    env = environment(project)
    make_whole(env)
    Path(env.stamp).write_text(text)
    assert not env.is_ready([])
    assert env.held() == {}


def test_unfinished_is_not_ready(project):
    env = environment(project)
    make_whole(env)
    Path(env.unfinished).touch()
    assert not env.is_ready([])
    assert not env.can_be_kept()


# --- Setting up ---------------------------------------------------------------------------------------


def test_first_set_up(project, steps, capsys):
    env = environment(project)
    env.ensure(["test"])
    venv, pip = steps
    assert venv == [sys.executable, "-m", "venv", env.path]
    assert pip[:4] == [env.python, "-m", "pip", "install"]
    assert pip[-2:] == ["-e", ".[test]"]
    assert env.is_ready(["test"])
    assert capsys.readouterr().out.startswith("Setting up .venv, this takes about a minute the first time ...\n")


def test_second_start_does_and_says_nothing(project, steps, capsys):
    env = environment(project)
    make_whole(env)
    env.ensure([])
    assert steps == []
    assert capsys.readouterr().out == ""


def test_tests_after_lab_add_packages(project, steps, capsys):
    env = environment(project)
    make_whole(env)
    env.ensure(["test"])
    assert steps[-1][-2:] == ["-e", ".[test]"]
    assert "Updating the packages in .venv: the tests need more" in capsys.readouterr().out


def test_changed_project_keeps_its_extras(project, steps, capsys):
    env = environment(project)
    make_whole(env, ["test"])
    (project / "pyproject.toml").write_text("[project]\nname = 'y'\n")
    env.ensure([])
    assert steps[-1][-2:] == ["-e", ".[test]"]
    assert env.is_ready(["test"])
    assert "the project has changed" in capsys.readouterr().out


def half_made(env, how):
    Path(env.path).mkdir()
    if how == "marked":
        make_whole(env)
        Path(env.unfinished).touch()
    elif how == "without Python":
        (Path(env.path) / "pyvenv.cfg").touch()
        (Path(env.path) / "lib").mkdir()
    elif how == "Python that does not start":
        make_whole(env)
        Path(env.stamp).unlink()
    (Path(env.path) / "lib").mkdir(exist_ok=True)


@pytest.mark.parametrize("how", ["empty", "marked", "without Python", "Python that does not start"])
def test_half_made_is_made_anew(project, steps, how):
    env = environment(project)
    half_made(env, how)
    env.ensure([])
    assert steps[0] == [sys.executable, "-m", "venv", env.path]
    assert env.is_ready([])
    assert not (Path(env.path) / "lib").exists()


def test_an_interruption_leaves_the_mark(project, monkeypatch):
    def interrupt(*arguments):
        raise run.Interrupted

    monkeypatch.setattr(run.Environment, "run", interrupt)
    env = environment(project)
    with pytest.raises(run.Interrupted):
        env.ensure([])
    assert Path(env.unfinished).exists()


@pytest.mark.parametrize("what", ["a file", "a folder"])
def test_what_is_not_ours_stays(project, steps, what):
    env = environment(project)
    if what == "a file":
        Path(env.path).write_text("mine")
    else:
        Path(env.path).mkdir()
        (Path(env.path) / "thesis.txt").write_text("mine")
    with pytest.raises(run.SetUpError, match="is in the way"):
        env.ensure([])
    assert steps == []
    assert Path(env.path).exists()


def test_environment_of_another_python_made_by_hand_stays(project, steps, monkeypatch):
    env = environment(project)
    make_whole(env)
    Path(env.stamp).unlink()
    monkeypatch.setattr(run, "ask_python", lambda command: ((3, 99, 1), command[0]))
    with pytest.raises(run.SetUpError, match=r"holds Python 3\.99\.1"):
        env.ensure([])
    assert steps == []


def test_missing_ensurepip():
    words = run.missing_venv_words("/usr/bin/python3", (3, 11, 2), works=lambda python, code: False)
    assert "python3-venv" in words
    assert "python3.11-venv" in words
    assert run.missing_venv_words(sys.executable, sys.version_info, works=lambda python, code: True) == ""


def test_missing_ensurepip_stops_before_anything_is_made(project, steps, monkeypatch):
    monkeypatch.setattr(run, "runs", lambda python, code: False)
    monkeypatch.setattr(run, "missing_venv_words", lambda python, version: "Install python3-venv")
    env = environment(project)
    with pytest.raises(run.SetUpError, match="Install python3-venv"):
        env.ensure([])
    assert steps == []
    assert not Path(env.path).exists()


def test_runs():
    assert run.runs(sys.executable, "import os")
    assert not run.runs(sys.executable, "import no_such_module_here")
    assert not run.runs("/no/such/python", "pass")


def test_failed_step_shows_its_last_lines_and_advice(project):
    env = environment(project)
    Path(env.path).mkdir()
    code = "for i in range(100): print('line', i)\nraise SystemExit(1)"
    with pytest.raises(run.SetUpError) as caught:
        env.run([sys.executable, "-c", code], "It failed.", run.pip_help)
    words = str(caught.value)
    assert words.startswith("It failed.\n    line 85\n")
    assert "line 99" in words
    assert "line 84" not in words
    assert "HTTPS_PROXY" in words
    assert "line 0\n" in Path(env.log).read_text()


def test_failed_pip_is_tried_again_without_starting_over(project, monkeypatch):
    def fail_pip(self, command, trouble, advice=None):
        Path(self.scripts).mkdir(parents=True, exist_ok=True)
        Path(self.python).touch()
        if "pip" in command:
            raise run.SetUpError("no network")

    monkeypatch.setattr(run.Environment, "run", fail_pip)
    env = environment(project)
    with pytest.raises(run.SetUpError, match="no network"):
        env.ensure([])
    assert not Path(env.unfinished).exists()
    assert not env.is_ready([])


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("Temporary failure in name resolution", "online"),
        ("ProxyError: Cannot connect to proxy", "HTTPS_PROXY"),
        ("SSLError CERTIFICATE_VERIFY_FAILED", "PIP_CERT"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("[Errno 13] Permission denied", "may not be written"),
    ],
)
def test_pip_help(output, word):
    assert word in run.pip_help(output)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that may not be written to")
def test_read_only_folder(project, steps):
    project.chmod(0o555)
    try:
        with pytest.raises(run.SetUpError, match="could not be set up"):
            environment(project).ensure([])
    finally:
        project.chmod(0o755)


def test_one_set_up_at_a_time(project, monkeypatch):
    path = str(project / ".venv.lock")
    order = []
    waits = threading.Event()

    def say(text):
        order.append(text)
        waits.set()

    def second():
        with run.SetUpLock(path):
            order.append("second")

    monkeypatch.setattr(run, "say", say)
    thread = threading.Thread(target=second)
    with run.SetUpLock(path):
        thread.start()
        assert waits.wait(PATIENCE)
        order.append("first leaves")
    thread.join(PATIENCE)
    assert order == ["Another run.py is setting up here; waiting for it ...", "first leaves", "second"]


# --- Other Pythons ------------------------------------------------------------------------------------


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return str(path)


def test_python_search(tmp_path):
    shim = touch(tmp_path / "shims" / "python3.12")
    on_path = touch(tmp_path / "bin" / "python3.12")
    for name in ("python3.10", "python3.13t", "python3.13-config", "python3", "python2.7"):
        touch(tmp_path / "bin" / name)
    pyenv = tmp_path / "pyenv"
    older = touch(pyenv / "versions" / "3.13.2" / "bin" / "python")
    newer = touch(pyenv / "versions" / "3.13.10" / "bin" / "python")
    touch(pyenv / "versions" / "3.9.1" / "bin" / "python")
    touch(pyenv / "versions" / "3.14-dev" / "bin" / "python")
    path = os.pathsep.join([str(tmp_path / "shims"), str(tmp_path / "missing"), str(tmp_path / "bin")])
    environ = {"PATH": path, "PYENV_ROOT": str(pyenv)}
    assert run.python_candidates(environ) == {(3, 12): [[shim], [on_path]], (3, 13): [[newer], [older]]}

    # A shim that starts nothing is passed over; so is a Python that is not what its name says.
    answers = {on_path: ((3, 12, 4), on_path), newer: ((3, 12, 4), on_path), older: ((3, 13, 2), older)}
    found = run.find_pythons(environ, ask=lambda command: answers.get(command[0]))
    assert found == [((3, 12, 4), on_path), ((3, 13, 2), older)]


def test_windows_launcher(tmp_path):
    listing = (
        " -V:3.13 *        C:\\Users\\Ann Lee\\Python313\\python.exe\r\n"
        " -V:3.12          C:\\Python312\\python.exe\r\n"
        " -V:3.9           C:\\Python39\\python.exe\r\n"
        " -3.11-64         C:\\Python311\\python.exe\r\n"
    )
    found = run.python_candidates({"PATH": "", "PYENV_ROOT": str(tmp_path)}, listing)
    assert found == {
        (3, 11): [["C:\\Python311\\python.exe"]],
        (3, 12): [["C:\\Python312\\python.exe"]],
        (3, 13): [["C:\\Users\\Ann Lee\\Python313\\python.exe"]],
    }


def test_ask_python():
    version, path = run.ask_python([sys.executable])
    assert version == tuple(sys.version_info[:3])
    assert os.path.samefile(path, sys.executable)
    assert run.ask_python(["/no/such/python"]) is None
    assert run.ask_python([sys.executable, "-c", "raise SystemExit(127)"]) is None


# --- The steps of a test ------------------------------------------------------------------------------


def test_steps_in_order():
    assert [name for group in run.test_steps(True) for name, _ in group] == [
        "ruff check",
        "ruff format",
        "mypy",
        "import-linter",
        "pytest finds the tests",
        "pytest",
        "notebooks, run and compared",
        "notebooks, rebuilt and compared",
    ]


def test_nothing_compares_loosely():
    assert not any("lax" in word for group in run.test_steps(True) for _, words in group for word in words)


@pytest.fixture
def outcomes(monkeypatch, project):
    """What each step was started with; its exit code is looked up by a word in its command line."""
    started: list[tuple[str, list[str]]] = []
    codes: dict[str, int] = {}

    def note(env, arguments):
        started.append((env.name, arguments))
        return next((code for word, code in codes.items() if word in arguments), 0), False

    def together(commands):
        return [(note(env, arguments)[0], 1.5, f"of {env.name}\n") for env, arguments in commands]

    monkeypatch.setattr(run, "start", note)
    monkeypatch.setattr(run, "start_together", together)
    monkeypatch.setattr(run, "set_up_early", lambda environments: [])
    monkeypatch.setattr(run.Environment, "ensure", lambda self, extras: None)
    return started, codes


def test_a_failure_does_not_stop_the_rest(project, outcomes, capsys):
    started, codes = outcomes
    codes["mypy"] = 1
    assert run.command_test(environment(project), [], {}) == 1
    assert len(started) == sum(map(len, run.test_steps(True)))
    out = capsys.readouterr().out
    assert "FAILED  mypy" in out
    assert "passed  pytest" in out
    assert out.endswith("1 of 8 steps failed.\n")


def test_all_passed(project, outcomes, capsys):
    assert run.command_test(environment(project), [], {}) == 0
    assert capsys.readouterr().out.endswith("All 8 steps passed.\n")


def test_arguments_run_only_pytest(project, outcomes):
    started, codes = outcomes
    codes["pytest"] = 5
    assert run.command_test(environment(project), ["tests/test_x.py", "-x"], {}) == 5
    assert started == [(".venv", ["-m", "pytest", "tests/test_x.py", "-x"])]


def test_all_pythons(project, outcomes, monkeypatch, capsys):
    started, _ = outcomes
    here = tuple(sys.version_info[:3])
    pythons = [(here, sys.executable), ((3, 98, 0), "/opt/python3.98"), ((3, 99, 1), "/opt/python3.99")]
    monkeypatch.setattr(run, "find_pythons", lambda: pythons)
    assert run.command_test(environment(project), [], {"all_pythons": True}) == 0
    assert [name for name, _ in started] == [".venv"] * 8 + [".venv-3.98", ".venv-3.99"] * 2
    out = capsys.readouterr().out
    assert out.count("\nof .venv-3.98\n") == 2
    assert "Tested too: Python 3.98.0 (/opt/python3.98), Python 3.99.1 (/opt/python3.99)." in out
    assert "Python 3.99: pytest" in out


@pytest.mark.parametrize(("options", "counted"), [({}, True), ({"all_pythons": True}, False)])
def test_lines_are_counted_when_one_python_is_tested(project, outcomes, monkeypatch, options, counted):
    started, _ = outcomes
    monkeypatch.setattr(run, "find_pythons", lambda: [])
    assert run.command_test(environment(project), [], options) == 0
    assert any("--cov=genesys_ports" in words for _, words in started) is counted


def test_the_newest_python_runs_more_than_one_in_between():
    between, newest = (
        [name for ((_, words), *_) in run.other_python_steps(is_newest) for name in words]
        for is_newest in (False, True)
    )
    assert "tests/" in newest
    assert "tests/" not in between
    assert os.path.join("tests", "test_lab_life.py") in between


def test_all_pythons_when_there_is_one(project, outcomes, monkeypatch, capsys):
    monkeypatch.setattr(run, "find_pythons", list)
    assert run.command_test(environment(project), [], {"all_pythons": True}) == 0
    assert "No other Python" in capsys.readouterr().out


def test_a_python_that_cannot_be_set_up_is_a_failure(project, outcomes, monkeypatch, capsys):
    def ensure(self, extras):
        if self.name != ".venv":
            raise run.SetUpError("no wheels for it")

    monkeypatch.setattr(run.Environment, "ensure", ensure)
    monkeypatch.setattr(run, "find_pythons", lambda: [((3, 99, 1), "/opt/python3.99")])
    assert run.command_test(environment(project), [], {"all_pythons": True}) == 1
    out = capsys.readouterr().out
    assert "no wheels for it" in out
    assert "FAILED  Python 3.99: set-up" in out


def test_other_pythons_are_set_up_early(project, monkeypatch):
    code = "import sys, time\nprint(sys.argv)\ntime.sleep(60)"
    (project / "run.py").write_text(code)
    monkeypatch.setattr(run, "ROOT", str(project))
    (early,) = run.set_up_early([environment(project, (3, 99))])
    try:
        assert early.args == [sys.executable, str(project / "run.py"), "setup", "--python", "3.99", "test"]
        assert early.poll() is None
    finally:
        early.kill()
        early.wait()


def test_what_was_begun_early_ends_with_the_test(project, outcomes, monkeypatch):
    early = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(run, "set_up_early", lambda environments: [early])
    monkeypatch.setattr(run, "find_pythons", list)
    assert run.command_test(environment(project), [], {"all_pythons": True}) == 0
    assert early.returncode


def test_the_classroom_has_packages_of_its_own(project, monkeypatch):
    wanted = []
    monkeypatch.setattr(run.Environment, "ensure", lambda self, extras: wanted.append(extras))

    def become(environment, arguments):
        wanted.append(arguments)
        return 0

    monkeypatch.setattr(run, "become", become)
    assert run.command_classroom(environment(project), ["stop"], {}) == 0
    assert wanted == [["classroom"], ["-m", "classroom", "stop"]]


def test_setup_only_sets_up(project, monkeypatch):
    wanted = []
    monkeypatch.setattr(run.Environment, "ensure", lambda self, extras: wanted.append(extras))
    assert run.command_setup(environment(project), ["test"], {}) == 0
    assert wanted == [["test"]]


def test_ctrl_c_ends_all_steps(project, outcomes, monkeypatch):
    monkeypatch.setattr(run, "start", lambda env, arguments: (1, True))
    with pytest.raises(run.Interrupted):
        run.command_test(environment(project), [], {})


def test_together(capfd):
    codes = ["print('\u2570')", "import sys; sys.stderr.write('two'); raise SystemExit(3)"]
    answers = run.start_together([(HerePython, ["-c", code]) for code in codes])
    assert [(code, output.strip()) for code, _seconds, output in answers] == [(0, "\u2570"), (3, "two")]
    assert all(seconds > 0 for _code, seconds, _output in answers)
    assert capfd.readouterr().out == ""


@pytest.mark.skipif(os.name == "nt", reason="signals between processes are a matter of POSIX systems")
def test_ctrl_c_ends_what_runs_together():
    code = "import os, signal\nos.kill(os.getppid(), signal.SIGINT)"
    with pytest.raises(run.Interrupted):
        run.start_together([(HerePython, ["-c", code]), (HerePython, ["-c", "pass"])])


def test_benchmarks_by_name(tmp_path):
    for name in ("bench_import.py", "bench_ladder.py", "_common.py", "notes.md"):
        (tmp_path / name).touch()
    assert run.benchmark_files(str(tmp_path), []) == ["bench_import.py", "bench_ladder.py"]
    assert run.benchmark_files(str(tmp_path), ["ladder", "x"]) == ["bench_ladder.py"]
    assert run.benchmark_files(str(tmp_path), ["x"]) == []
    assert run.benchmark_files(str(tmp_path / "missing"), []) == []


def test_no_benchmark_of_that_name(project, monkeypatch, capsys):
    (project / "benchmarks").mkdir(exist_ok=True)
    (project / "benchmarks" / "snmp.py").touch()
    monkeypatch.setattr(run, "ROOT", str(project))
    assert run.command_benchmarks(environment(project), ["snpm"], {}) == 2
    assert "No benchmark has snpm in its name. There are: snmp." in "".join(capsys.readouterr())


# --- Starting tools -----------------------------------------------------------------------------------


def test_child_environ(project, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    env = environment(project)
    environ = run.child_environ(env)
    assert "PYTHONHOME" not in environ
    assert environ["PATH"].split(os.pathsep)[0] == env.scripts
    assert environ["VIRTUAL_ENV"] == env.path


def test_exit_code():
    assert run.exit_code(0) == 0
    assert run.exit_code(3) == 3
    assert run.exit_code(-signal.SIGTERM) == 143


class HerePython:
    """An environment whose Python is the one that runs the tests."""

    python, path, scripts = sys.executable, sys.prefix, os.path.dirname(sys.executable)


def test_start_gives_the_exit_code():
    assert run.start(HerePython, ["-c", "raise SystemExit(7)"]) == (7, False)


def test_windows_keeps_this_process(monkeypatch):
    monkeypatch.setattr(run, "WINDOWS", True)
    assert run.become(HerePython, ["-c", "raise SystemExit(7)"]) == 7


def test_windows_paths(project, monkeypatch):
    monkeypatch.setattr(run, "WINDOWS", True)
    assert environment(project).python == os.path.join(str(project), ".venv", "Scripts", "python.exe")


@pytest.mark.skipif(os.name == "nt", reason="signals between processes are a matter of POSIX systems")
def test_ctrl_c_is_the_childs_to_handle():
    code = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(0.2)\nraise SystemExit(4)"
    before = signal.getsignal(signal.SIGINT)
    assert run.start(HerePython, ["-c", code]) == (4, True)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(os.name == "nt", reason="signals between processes are a matter of POSIX systems")
def test_sigterm_ends_the_child_too():
    code = "import os, signal, time\nos.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)"
    begun = time.perf_counter()
    with pytest.raises(SystemExit) as caught:
        run.start(HerePython, ["-c", code])
    assert caught.value.code == 143
    assert time.perf_counter() - begun < PATIENCE


def test_a_console_without_our_letters(monkeypatch, capsys):
    class Console:
        written = ""

        def write(self, text):
            text.encode("cp1252")
            self.written += text

        def flush(self):
            pass

    console = Console()
    monkeypatch.setattr(sys, "stdout", console)
    run.say("caf\u00e9 \u2570")
    assert console.written == "caf? ?\n"
