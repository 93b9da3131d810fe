#!/usr/bin/env python3
"""Sets everything up and starts it: `python3 run.py lab` (Windows: `py run.py lab`).

Needs nothing but Python. Written so that a Python that is too old can still read it and say so:
no f-strings, no annotations, nothing newer than Python 2.7 in its grammar.
"""

import errno
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NEEDED = (3, 11)
DOWNLOADS = "https://www.python.org/downloads/"
ROOT = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"

USAGE = """\
usage: python3 run.py COMMAND [arguments]          (Windows: py run.py COMMAND)

  lab          open the lessons in JupyterLab; arguments go on to it (--no-browser, --port=8890)
  classroom    a JupyterHub for a class on this machine; `classroom --help` tells more
  test         run every check; with arguments, only pytest with these arguments
  notebooks    run the lessons and store their outputs anew; --check only compares
  benchmarks   measure; with words, only the benchmarks whose names contain one of them
  setup        only set up: for the lessons, or  setup test  for the tests

The first start sets up the folder .venv here, which takes about half a minute (for test: a minute).
It needs a network connection for that once. Later starts take a second or two.

options, right after the command:
  --python 3.12    use this Python, in an environment of its own (.venv-3.12)
  --all-pythons    test: repeat pytest and the notebooks with every other Python found, 3.11 and later; without coverage

examples:
  python3 run.py lab
  python3 run.py test
  python3 run.py test tests/test_model.py -k range
  python3 run.py notebooks --check
"""


class UsageError(Exception):
    """The command line cannot be understood; the text says why."""


class SetUpError(Exception):
    """Something is missing on this machine; the text says what to do."""


class Interrupted(Exception):
    """Ctrl-C reached the tool that was running."""


def say(text):
    try:
        sys.stdout.write(text + "\n")
    except UnicodeEncodeError:
        # A console of one old code page, and a path or a word from pip that it lacks.
        sys.stdout.write(text.encode("ascii", "replace").decode("ascii") + "\n")
    sys.stdout.flush()


# --- Which Python ----------------------------------------------------------------------------------


def version_text(version):
    return ".".join(str(part) for part in version)


def too_old_words(found, executable="", other=""):
    """What to say to a Python that is too old; None when it is new enough."""
    if tuple(found[:2]) >= NEEDED:
        return None
    lines = [
        "genesys_ports needs Python %s or later. This is Python %s%s."
        % (version_text(NEEDED), version_text(found[:3]), " (%s)" % executable if executable else ""),
    ]
    if other:
        lines.append("This machine has a newer one too. Try: %s" % other)
    lines.append("New ones are at %s" % DOWNLOADS)
    lines.append("On Debian and Ubuntu: sudo apt install python3 python3-venv")
    return "\n".join(lines)


def ask_python(executable):
    """(version as three numbers, path) of a Python that works and is a final release, or None."""
    code = "import sys; v = sys.version_info; print('%d %d %d %s ' % tuple(v[:4]) + sys.executable)"
    try:
        process = subprocess.Popen(
            executable + ["-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE
        )
        output = process.communicate()[0].decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
    match = re.match(r"(\d+) (\d+) (\d+) final (.+)", output.strip())
    if process.returncode != 0 or match is None:
        return None
    return tuple(int(part) for part in match.groups()[:3]), match.group(4).strip()


def listing(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def launcher_listing():
    """What the Windows launcher says is installed; asking it for a version could install one."""
    try:
        process = subprocess.Popen(["py", "-0p"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return process.communicate()[0].decode("utf-8", "replace")
    except OSError:
        return ""


def python_candidates(environ, launcher=""):
    """{(3, minor): [commands that may start it]}, the likeliest first."""
    found = {}

    def add(minor, path):
        if (3, minor) >= NEEDED:
            found.setdefault((3, minor), []).append([path])

    for minor, path in re.findall(r"3\.(\d+)(?:-64)?[ *]+(\S.*python\.exe)\s*$", launcher, re.MULTILINE):
        add(int(minor), path)
    for folder in environ.get("PATH", "").split(os.pathsep):
        for name in listing(folder):
            match = re.match(r"python3\.(\d+)(\.exe)?$", name)
            if match:
                add(int(match.group(1)), os.path.join(folder, name))
    versions = os.path.join(environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
    by_patch = []
    for name in listing(versions):
        match = re.match(r"3\.(\d+)\.(\d+)$", name)
        if match:
            by_patch.append((int(match.group(1)), int(match.group(2)), name))
    for minor, _patch, name in sorted(by_patch, reverse=True):
        add(minor, os.path.join(versions, name, "bin", "python"))
    return found


def find_pythons(environ=None, ask=ask_python):
    """[(version, path)] of each supported Python on this machine that works, one for each minor version."""
    pythons = []
    candidates = python_candidates(environ or os.environ, launcher_listing() if WINDOWS else "")
    for wanted, commands in sorted(candidates.items()):
        for command in commands:
            answer = ask(command)
            if answer and answer[0][:2] == wanted:
                pythons.append(answer)
                break
    return pythons


def newer_python_hint(arguments):
    """A command line with a Python that is new enough, or an empty text."""
    try:
        pythons = find_pythons()
    except Exception:
        return ""
    if not pythons:
        return ""
    path = pythons[-1][1]
    return " ".join([path if " " not in path else '"%s"' % path, "run.py"] + list(arguments))


# --- The environment -------------------------------------------------------------------------------


class Environment:
    """A virtual environment inside the repository, with a stamp that says what it holds."""

    def __init__(self, root, version, executable, own_name=False):
        self.root = root
        self.version = tuple(version[:2])
        self.base = executable
        self.name = ".venv-" + version_text(self.version) if own_name else ".venv"
        self.path = os.path.join(root, self.name)
        self.stamp = os.path.join(self.path, "genesys-ports.json")
        self.unfinished = os.path.join(self.path, "genesys-ports-unfinished")
        self.log = os.path.join(self.path, "genesys-ports-setup.log")

    @property
    def scripts(self):
        return os.path.join(self.path, "Scripts" if WINDOWS else "bin")

    @property
    def python(self):
        return os.path.join(self.scripts, "python.exe" if WINDOWS else "python")

    def wanted(self):
        with open(os.path.join(self.root, "pyproject.toml"), "rb") as file:
            digest = hashlib.sha256(file.read().replace(b"\r\n", b"\n")).hexdigest()
        # The path too: an environment moved with its repository points to where it was.
        return {"pyproject": digest, "python": version_text(self.version), "path": self.path}

    def held(self):
        try:
            with open(self.stamp) as file:
                stamp = json.load(file)
            return stamp if isinstance(stamp, dict) else {}
        except (OSError, ValueError):
            return {}

    def is_ready(self, extras):
        if not os.path.exists(self.python) or os.path.exists(self.unfinished):
            return False
        held = self.held()
        if any(held.get(key) != value for key, value in self.wanted().items()):
            return False
        return set(extras) <= set(held.get("extras", []))

    def can_be_kept(self):
        """Whether what is there works and only lacks packages."""
        if os.path.exists(self.unfinished) or not os.path.exists(self.python):
            return False
        held = self.held()
        if held:
            return held.get("python") == version_text(self.version) and held.get("path") == self.path
        answer = ask_python([self.python])
        if answer is None:
            return False
        if answer[0][:2] != self.version:
            raise SetUpError(
                "%s holds Python %s and was made by other means than run.py.\n"
                "Start run.py with that Python, or rename the folder, then start this command again."
                % (self.path, version_text(answer[0]))
            )
        return True

    def make(self, extras):
        """Bring the environment up to date; what an interruption left behind is made anew."""
        begun = time.time()
        held = self.held()
        keep = self.can_be_kept()
        if keep and held:
            extras = set(extras) | set(held.get("extras", []))
            why = "the tests need more" if extras != set(held.get("extras", [])) else "the project has changed"
            say("Updating the packages in %s: %s ..." % (self.name, why))
        else:
            minute = "a minute" if extras else "half a minute"
            say("Setting up %s, this takes about %s the first time ..." % (self.name, minute))
        if not keep:
            words = missing_venv_words(self.base, self.version)
            if words:
                raise SetUpError(words)
            self.remove()
            os.makedirs(self.path)
        with open(self.unfinished, "w"):
            pass
        if not (keep and runs(self.python, "import pip")):
            self.run([self.base, "-m", "venv", self.path], "Python could not make %s." % self.path)
        what = ".[%s]" % ",".join(sorted(extras)) if extras else "."
        # Compiling every module ahead takes as long as fetching them, and most are never imported.
        command = [self.python, "-m", "pip", "install", "--no-compile", "--no-input"]
        command += ["--disable-pip-version-check", "-e", what]
        try:
            self.run(command, "The packages could not be installed.", pip_help)
        except SetUpError:
            # pip leaves an environment whole when it fails, so the next start goes on from there.
            os.remove(self.unfinished)
            raise
        # Once for all Pythons of this user. The first picture of a lesson would wait for it, and say so in red.
        runs(self.python, "import matplotlib.font_manager")
        with open(self.stamp, "w") as file:
            json.dump(dict(self.wanted(), extras=sorted(extras)), file, indent=1)
        os.remove(self.unfinished)
        say("Set up in %d seconds." % max(1, round(time.time() - begun)))

    def looks_like_ours(self):
        if os.path.islink(self.path) or not os.path.isdir(self.path):
            return False
        usual = {"bin", "etc", "include", "lib", "lib64", "man", "scripts", "share", ".gitignore"}
        names = {name.lower() for name in listing(self.path)}
        return os.path.exists(self.stamp) or os.path.exists(self.unfinished) or "pyvenv.cfg" in names or names <= usual

    def remove(self):
        if not os.path.lexists(self.path):
            return
        if not self.looks_like_ours():
            raise SetUpError(
                "%s is in the way: run.py keeps the packages in a folder of this name.\n"
                "Rename it, then start this command again." % self.path
            )
        try:
            shutil.rmtree(self.path)
        except OSError as error:
            raise SetUpError(
                "%s must be made anew, and could not be deleted (%s).\n"
                "Close what still uses it, such as a running JupyterLab, then start this command again."
                % (self.path, error.strerror or error)
            )

    def run(self, command, trouble, advice=None):
        """Run one step of the set-up quietly; if it fails, show how it ended."""
        environ = child_environ(self)
        environ["PIP_USER"] = "0"
        with Children() as children:
            try:
                process = children.start(
                    command,
                    cwd=self.root,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
            except OSError as error:
                raise SetUpError("%s\n%s: %s" % (trouble, command[0], error.strerror or error))
            output = process.communicate()[0].decode("utf-8", "replace")
        if children.interrupted:
            raise Interrupted()
        with open(self.log, "ab") as file:
            file.write(output.encode("utf-8"))
        if process.returncode:
            last = [line for line in output.splitlines() if line.strip()][-15:]
            lines = [trouble] + ["    " + line for line in last] + ["All of it: %s" % self.log]
            raise SetUpError("\n".join(lines + ([advice(output)] if advice else [])))

    def ensure(self, extras):
        if self.is_ready(extras):
            return
        try:
            with SetUpLock(self.path + ".lock"):
                # Another run.py may have done it while this one waited.
                if not self.is_ready(extras):
                    self.make(extras)
        except OSError as error:
            raise SetUpError(
                "The folder %s could not be set up (%s).\n"
                "If it may not be written to, copy the project to a folder of your own." % (self.path, error)
            )


class SetUpLock:
    """Lets one run.py at a time set up; the system drops the lock even when that one is killed."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.file = open(self.path, "a+")
        told = False
        while not self.take():
            if not told:
                say("Another run.py is setting up here; waiting for it ...")
                told = True
            time.sleep(0.3)

    def take(self):
        try:
            if WINDOWS:
                import msvcrt

                self.file.seek(0)
                msvcrt.locking(self.file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system without locks must not make us wait for ever.
            return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
        return True

    def __exit__(self, *error):
        self.file.close()


def runs(python, code):
    """Whether this Python can run this line."""
    try:
        process = subprocess.Popen(
            [python, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.communicate()
    except OSError:
        return False
    return process.returncode == 0


def missing_venv_words(python, version, works=runs):
    """What to install when Python cannot make environments; an empty text when it can."""
    if works(python, "import ensurepip, venv"):
        return ""
    return (
        "This Python (%s) lacks its module venv or ensurepip, which makes the folder for the packages.\n"
        "On Debian and Ubuntu: sudo apt install python3-venv   (or python%s-venv for exactly this version)\n"
        "Elsewhere: install Python from %s\n"
        "Then start this command again." % (python, version_text(version[:2]), DOWNLOADS)
    )


def pip_help(output):
    """What usually helps, by what pip said."""
    lines = []
    text = output.lower()
    if "certificate" in text or "ssl" in text:
        lines.append("  - Your network may check encrypted traffic: point PIP_CERT to your company's certificate file.")
    if "no space left" in text:
        lines.append("  - The disk is full: the packages need about 600 MB.")
    if "permission denied" in text or "access is denied" in text:
        lines.append("  - This folder may not be written to: copy the project to a folder of your own.")
    if not lines:
        lines = [
            "  - Is this machine online? The first start fetches packages.",
            "  - Behind a proxy: set HTTPS_PROXY=http://your-proxy:port first.",
            "  - With a package server of your own: set PIP_INDEX_URL to its address.",
        ]
    return "\n".join(["What usually helps:"] + lines + ["Then start this command again; it goes on from here."])


# --- Starting tools --------------------------------------------------------------------------------


def child_environ(environment):
    environ = dict(os.environ)
    # These would lead the environment's Python to another one's packages.
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        environ.pop(name, None)
    environ["VIRTUAL_ENV"] = environment.path
    environ["PATH"] = environment.scripts + os.pathsep + environ.get("PATH", os.defpath)
    return environ


class Children:
    """Processes that end with this block; Ctrl-C is theirs to handle, and an end by any other way ends them."""

    def __enter__(self):
        self.interrupted = False
        self.processes = []
        # Before there is any: its signal may come at once.
        self.before = signal.signal(signal.SIGINT, self.note)
        self.before_term = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        return self

    def note(self, number, frame):
        self.interrupted = True

    def start(self, command, **options):
        process = subprocess.Popen(command, **options)
        self.processes.append(process)
        return process

    def __exit__(self, *error):
        try:
            running = [process for process in self.processes if process.poll() is None]
            for process in running:
                process.terminate()
            for process in running:
                process.wait()
        finally:
            signal.signal(signal.SIGINT, self.before)
            signal.signal(signal.SIGTERM, self.before_term)


def start(environment, arguments):
    """Run a Python command line in the environment: (its exit code, whether Ctrl-C was pressed)."""
    with Children() as children:
        process = children.start([environment.python] + arguments, cwd=ROOT, env=child_environ(environment))
        code = process.wait()
    return exit_code(code), children.interrupted


def start_together(commands):
    """Run [(environment, Python command line)] at the same time: [(exit code, seconds, output)] in their order."""
    begun = time.time()
    running = []
    ended = {}
    with Children() as children:
        for environment, arguments in commands:
            output = tempfile.TemporaryFile()
            process = children.start(
                [environment.python] + arguments,
                cwd=ROOT,
                env=dict(child_environ(environment), PYTHONIOENCODING="utf-8"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            running.append((process, output))
        while len(ended) < len(running):
            for process, _output in running:
                if process not in ended and process.poll() is not None:
                    ended[process] = time.time() - begun
            time.sleep(0.02)
    answers = []
    for process, output in running:
        output.seek(0)
        answers.append((exit_code(process.returncode), ended[process], output.read().decode("utf-8", "replace")))
        output.close()
    if children.interrupted:
        raise Interrupted()
    return answers


def start_step(environment, arguments):
    """The exit code of one step of several; Ctrl-C ends them all."""
    code, interrupted = start(environment, arguments)
    if interrupted:
        raise Interrupted()
    return code


def exit_code(code):
    """As a shell counts it: a process ended by a signal gives 128 and the signal's number."""
    return 128 - code if code < 0 else code


def become(environment, arguments):
    """Let the tool take this process's place, where the system can, so that every signal reaches it."""
    if WINDOWS:
        return start(environment, arguments)[0]
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(environment.python, [environment.python] + arguments, child_environ(environment))


# --- Commands --------------------------------------------------------------------------------------


def command_lab(environment, arguments, options):
    environment.ensure([])
    return become(environment, ["-m", "genesys_ports", "lab"] + arguments)


def command_classroom(environment, arguments, options):
    environment.ensure(["classroom"])
    return become(environment, ["-m", "classroom"] + arguments)


def command_setup(environment, arguments, options):
    environment.ensure(arguments)
    return 0


def command_notebooks(environment, arguments, options):
    environment.ensure(["test"])
    return become(environment, ["-m", "tools.build_notebooks"] + arguments)


def benchmark_files(folder, words):
    names = [name for name in listing(folder) if name.endswith(".py") and not name.startswith("_")]
    return [name for name in names if not words or any(word in name for word in words)]


def command_benchmarks(environment, arguments, options):
    words = [argument for argument in arguments if not argument.startswith("-")]
    flags = [argument for argument in arguments if argument.startswith("-")]
    names = benchmark_files(os.path.join(ROOT, "benchmarks"), words)
    if not names:
        there = [name[: -len(".py")] for name in benchmark_files(os.path.join(ROOT, "benchmarks"), [])]
        named = " or ".join(words) if words else "anything"
        say("No benchmark has %s in its name. There are: %s." % (named, ", ".join(there) or "none"))
        return 2
    environment.ensure(["benchmarks", "test"])
    codes = []
    for name in names:
        heading(name[:-3])
        # As a module, so that those that need a browser find the tests, which know how to start one.
        codes.append(start_step(environment, ["-m", "benchmarks." + name[: -len(".py")]] + flags))
    return 1 if any(codes) else 0


def processors():
    return os.cpu_count() or 2


def pytest_words():
    # One process more than processors: kernels and the browser keep those that test waiting.
    return ["-m", "pytest", "-n", str(min(processors(), 7) + 1)]


COVERAGE = [
    "--cov=genesys_ports",
    "--cov-branch",
    "--cov-report=term-missing:skip-covered",
    "--cov-fail-under=95",
]
NBVAL = [
    "-m",
    "pytest",
    "--nbval",
    "--nbval-current-env",
    "--nbval-cell-timeout=60",
    "--nbval-sanitize-with=tests/nbval-sanitize.cfg",
]


def test_steps(coverage):
    """[[(heading, Python command line)]] of a full test, in order; the steps of a group run at the same time."""
    return [
        [
            ("ruff check", ["-m", "ruff", "check", "."]),
            ("ruff format", ["-m", "ruff", "format", "--check", "."]),
            ("mypy", ["-m", "mypy"]),
            (
                "import-linter",
                ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
            ),
            # Every module is compiled then, once, before the processes that test import them all at the same time.
            ("pytest finds the tests", ["-m", "pytest", "--collect-only", "-qq", "tests/"]),
        ],
        [("pytest", pytest_words() + (COVERAGE if coverage else []) + ["--durations=15", "tests/"])],
        [
            ("notebooks, run and compared", NBVAL + ["notebooks/"]),
            ("notebooks, rebuilt and compared", ["-m", "tools.build_notebooks", "--check"]),
        ],
    ]


# What would say little new with another Python: the browser's side of JupyterLab, programs we did not write, files that
# are only read, long tables of plain rules, protocols without their sockets (the labs speak them too), and further
# walks through the lessons beside the one that compares them.
ONCE = [
    "--ignore=tests/test_%s.py" % name
    for name in (
        "adapt",
        "agentx",
        "browser_call_desk",
        "browser_classroom",
        "browser_ladder_player",
        "browser_lessons",
        "browser_port_board",
        "browser_voila",
        "browser_wire_tap",
        "capstone",
        "capture_tshark",
        "check_findings",
        "check_properties",
        "classroom",
        "classroom_parts",
        "csta_framer",
        "csta_link",
        "csta_messages",
        "csta_switch",
        "docs",
        "draw_frame",
        "draw_ladder_limits",
        "draw_page",
        "draw_portmap",
        "draw_same",
        "draw_topology",
        "environment",
        "exercises_cti",
        "exercises_management",
        "exercises_plan",
        "exercises_sip",
        "exercises_switch",
        "exercises_tasks",
        "kernel_lessons",
        "lab_strangers",
        "lab_talk",
        "notebooks_answers",
        "notebooks_build",
        "notebooks_structure",
        "plan_correct",
        "plan_diff",
        "plan_firewall",
        "plan_free",
        "plan_hostile",
        "plan_reality",
        "plan_suggest",
        "progress_class",
        "raw_fields",
        "run",
        "sip_agent_storm",
        "sip_lossy_network",
        "sip_peers",
        "sip_refusals",
        "sip_server_storm",
        "sip_torture",
        "snmp_objects",
        "switch_console",
        "switch_states",
        "switch_storm",
        "switch_switching",
        "widgets_call_desk",
        "widgets_ladder_player",
        "widgets_plan_editor",
        "widgets_port_board",
        "widgets_wire_tap",
    )
]


# What a Python between the oldest and the newest may still do in its own way: sockets, event loops, processes.
BETWEEN = ("binding_*", "cli_serve", "lab_life", "lab_sip", "lab_story", "plan_sockets")


def files_between():
    """The files of those tests, as a shell would name them: pytest has no patterns."""
    found = [path for name in BETWEEN for path in glob.glob(os.path.join(ROOT, "tests", "test_%s.py" % name))]
    return sorted(os.path.relpath(path, ROOT) for path in found)


def other_python_steps(is_newest):
    """The steps for another Python; all others are tested at the same time."""
    words = ONCE + ["tests/"] if is_newest else files_between()
    return [
        [("pytest", ["-m", "pytest", "-n", str(processors()), "--durations=5"] + words)],
        [("notebooks, run and compared", NBVAL + ["notebooks/"])],
    ]


def heading(text):
    say("\n=== %s %s" % (text, "=" * max(3, 90 - len(text))))


def run_group(steps, results):
    """Run [(environment, heading, Python command line)] at the same time, and say of each how it ended."""
    if len(steps) == 1:
        environment, name, arguments = steps[0]
        heading(name)
        begun = time.time()
        code = start_step(environment, arguments)
        results.append((name, code, time.time() - begun))
        return
    answers = start_together([(environment, arguments) for environment, _name, arguments in steps])
    for number, (code, seconds, output) in enumerate(answers):
        name = steps[number][1]
        heading(name)
        say(output.rstrip())
        results.append((name, code, seconds))


def summary(results):
    """The closing lines of a test, one for each step."""
    lines = ["\nSummary"]
    for name, code, seconds in results:
        word = "passed" if code == 0 else "FAILED"
        end = "" if code == 0 else "   exit code %d" % code
        lines.append("  %s  %-44s %6.1f s%s" % (word, name, seconds, end))
    failed = sum(1 for _name, code, _seconds in results if code)
    lines.append("%d of %d steps failed." % (failed, len(results)) if failed else "All %d steps passed." % len(results))
    return "\n".join(lines)


def other_pythons(environment):
    """The environments of the other Pythons found here."""
    others = [each for each in find_pythons() if each[0][:2] != environment.version]
    words = ["Python %s (%s)" % (version_text(version), path) for version, path in others]
    say("Tested too: %s." % ", ".join(words) if words else "No other Python, 3.11 or later, was found here.")
    return [Environment(ROOT, version, path, own_name=True) for version, path in others]


def set_up_early(environments):
    """Begin to set these up while other things are done; whoever needs one waits for it, and hears what failed."""
    begun = []
    for each in environments:
        if not each.is_ready(["test"]):
            command = [sys.executable, os.path.join(ROOT, "run.py"), "setup"]
            command += ["--python", version_text(each.version), "test"]
            nowhere = subprocess.DEVNULL
            begun.append(subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere))
    return begun


def set_up(environments, results):
    """Those of the environments that can be set up."""
    ready = []
    for each in environments:
        begun = time.time()
        try:
            each.ensure(["test"])
            ready.append(each)
        except SetUpError as error:
            say(str(error))
            results.append(("Python %s: set-up" % version_text(each.version), 1, time.time() - begun))
    return ready


def command_test(environment, arguments, options):
    # Whoever tests the lessons does not learn by them.
    os.environ["GENESYS_PORTS_PROGRESS"] = "off"
    others = other_pythons(environment) if options.get("all_pythons") else []
    only = [[("pytest", ["-m", "pytest"] + arguments)]]
    results = []
    early = set_up_early(others)
    try:
        environment.ensure(["test"])
        # Counting lines takes a third of the time, and where every Python is tested there is none to spare.
        for group in only if arguments else test_steps(coverage=not options.get("all_pythons")):
            run_group([(environment, name, words) for name, words in group], results)
        others = set_up(others, results)
        newest = max(each.version for each in [environment] + others)
        of_each = [(each, only if arguments else other_python_steps(each.version == newest)) for each in others]
        for number in range(len(of_each[0][1]) if of_each else 0):
            steps = []
            for each, groups in of_each:
                prefix = "Python %s: " % version_text(each.version)
                steps += [(each, prefix + name, words) for name, words in groups[number]]
            run_group(steps, results)
    finally:
        for process in early:
            if process.poll() is None:
                process.terminate()
            process.wait()
    if len(results) == 1:
        return results[0][1]
    say(summary(results))
    return 1 if any(code for _name, code, _seconds in results) else 0


COMMANDS = {
    "classroom": command_classroom,
    "lab": command_lab,
    "setup": command_setup,
    "test": command_test,
    "notebooks": command_notebooks,
    "benchmarks": command_benchmarks,
}


def read_command_line(arguments):
    """(command, its arguments, options); no command means help."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return None, [], {}
    command, rest = arguments[0], list(arguments[1:])
    if command not in COMMANDS:
        raise UsageError("There is no command %r. There are: %s." % (str(command), ", ".join(sorted(COMMANDS))))
    options = {}
    while rest and rest[0].startswith("--"):
        name, _equals, value = rest[0].partition("=")
        if name == "--all-pythons" and command == "test":
            options["all_pythons"] = True
        elif name == "--python":
            value = value or (rest.pop(1) if len(rest) > 1 else "")
            if not re.match(r"3\.\d+$", value):
                raise UsageError("--python wants a version such as 3.12, not %r." % str(value))
            options["python"] = tuple(int(part) for part in value.split("."))
        elif name != "--":
            break
        rest.pop(0)
        if name == "--":
            break
    return command, rest, options


def chosen_environment(options):
    here = tuple(sys.version_info[:2])
    wanted = options.get("python", here)
    if wanted == here:
        # Started from inside an environment, perhaps the one to be made anew: what lies beneath it.
        return Environment(ROOT, here, getattr(sys, "_base_executable", None) or sys.executable)
    if wanted < NEEDED:
        raise SetUpError("genesys_ports needs Python %s or later." % version_text(NEEDED))
    for version, path in find_pythons():
        if version[:2] == wanted:
            return Environment(ROOT, version, path, own_name=True)
    raise SetUpError("Python %s was not found on this machine. Get it from %s" % (version_text(wanted), DOWNLOADS))


def main(arguments):
    words = too_old_words(sys.version_info, sys.executable)
    if words:
        other = newer_python_hint(arguments)
        sys.stderr.write(too_old_words(sys.version_info, sys.executable, other) + "\n")
        return 1
    try:
        command, rest, options = read_command_line(arguments)
        if command is None:
            say(USAGE)
            return 0
        return COMMANDS[command](chosen_environment(options), rest, options)
    except UsageError as error:
        sys.stderr.write("%s\n`python3 run.py --help` shows what each does.\n" % error)
        return 2
    except SetUpError as error:
        sys.stderr.write("%s\n" % error)
        return 1
    except (Interrupted, KeyboardInterrupt):
        sys.stderr.write("\nStopped.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
