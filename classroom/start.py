"""The start of a classroom: what has to be there first, the hub, and the end of everything with it."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from classroom import linux, running, words
from classroom.errors import ClassroomError
from classroom.place import ROOT, SETTINGS, Place, Settings
from classroom.processes import MARK, end_all, marked
from classroom.roll import INSTRUCTOR, Roll, changing

__all__ = ["Classroom"]


#: Seconds until the hub answers, on a machine that is busy.
PATIENCE = 90.0

#: Lines of the hub's log that are shown where it ends by itself.
SHOWN_LINES = 15

#: What every learner's server and kernel imports: compiled once, by who may write the result down.
WARM_UP = """\
import os, shutil, sys
import ipykernel.kernelapp, jupyterhub.singleuser.app, jupyterlab.labapp, matplotlib.font_manager, matplotlib.pyplot
import genesys_ports.draw, genesys_ports.exercises, genesys_ports.lab.lab, genesys_ports.plan, genesys_ports.widgets
import ipywidgets, networkx, classroom.server
from genesys_ports.cli import main
target = sys.argv[1]
if not os.path.exists(target):
    unfinished = target + ".new"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(unfinished)
    for name in os.listdir(matplotlib.get_cachedir()):
        if name.startswith("fontlist"):
            shutil.copyfile(os.path.join(matplotlib.get_cachedir(), name), os.path.join(unfinished, name))
            os.chmod(os.path.join(unfinished, name), 0o644)
    os.chmod(unfinished, 0o755)
    os.rename(unfinished, target)
"""

#: What a learner's user id has to be able to do before anybody logs in.
PROBE = "import classroom.server, jupyterhub, os, sys; os.listdir(sys.argv[1])"


class Classroom:
    """One run of a classroom."""

    def __init__(self, place: Place, options: argparse.Namespace) -> None:
        self.place = place
        self.options = options
        self.ended = asyncio.Event()

    async def run(self) -> int:
        """From the first check until everything has ended; gives the exit code."""
        self._check()
        os.umask(0o077)
        self.place.make()
        with changing(self.place.roll) as (roll, password):
            if self._is_running():
                raise ClassroomError(
                    words.IS_RUNNING.format(folder=self.place.folder, command=self.place.command("stop"))
                )
            run_folder = running.new_run_folder()
            running.note(self.place, run_folder, os.getpid())
        if password is not None:
            print(words.INSTRUCTOR_PASSWORD.format(name=INSTRUCTOR, password=password), flush=True)
        try:
            # What one that broke down has left would hold ports and folders.
            await end_all(marked(f"{self.place.folder}/"))
            return await self._run(roll, run_folder)
        finally:
            running.forget(self.place)

    def _is_running(self) -> bool:
        return any(one.pid != os.getpid() for one in running.processes(self.place))

    # --- before

    def _check(self) -> None:
        options = self.options
        if os.geteuid() == 0 and options.one_user:
            raise ClassroomError(words.NOT_ONE_USER_AS_ROOT)
        if os.geteuid() != 0 and not options.one_user:
            raise ClassroomError(words.ROOT_NEEDED)
        if options.namespaces and sys.platform != "linux":
            raise ClassroomError(words.NOT_ON_LINUX)
        if options.certificate or options.key:
            try:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(options.certificate, options.key, password=lambda: "")
            except (OSError, ValueError) as error:
                problem = getattr(error, "strerror", None) or type(error).__name__
                raise ClassroomError(words.BAD_CERTIFICATE.format(problem=problem)) from None
        if options.node_proxy:
            _check_node_proxy(options.node_proxy)
        _check_port(options.address, options.port)

    def _let_learners_in(self, roll: Roll, run_folder: Path) -> None:
        """See that a learner's user id can use Python, the packages, the lessons, and its folder."""
        needed = [Path(one).resolve() for one in (sys.prefix, sys.base_prefix, ROOT, self.place.folder)]
        staging = run_folder / "way"
        staging.mkdir()
        if sys.platform == "linux":
            with suppress(OSError):
                linux.open_a_way(needed, staging)
        for path in needed:
            if closed := linux.closed_folder(path):
                raise ClassroomError(words.CLOSED_FOLDERS.format(path=path, closed=closed))
        user_id = roll.user_id(roll.people[0])
        probe = self._as_learner(user_id, [sys.executable, "-c", PROBE, str(ROOT / "notebooks")])
        if probe.returncode:
            problem = (probe.stderr.strip().splitlines() or [""])[-1]
            raise ClassroomError(words.UNREACHABLE.format(python=sys.executable, problem=problem))

    def _check_namespaces(self, roll: Roll) -> None:
        code = "import sys; from classroom.linux import namespaces_work; sys.exit(not namespaces_work())"
        user_id = None if self.options.one_user else roll.user_id(roll.people[0])
        if self._as_learner(user_id, [sys.executable, "-c", code]).returncode:
            raise ClassroomError(words.NO_NAMESPACES)

    @staticmethod
    def _as_learner(user_id: int | None, command: list[str]) -> subprocess.CompletedProcess[str]:
        who: dict[str, Any] = {} if user_id is None else {"user": user_id, "group": user_id, "extra_groups": []}
        # In a folder that every user may stand in.
        return subprocess.run(command, capture_output=True, text=True, errors="replace", cwd="/", check=False, **who)

    # --- while

    async def _run(self, roll: Roll, run_folder: Path) -> int:
        options = self.options
        fonts = self.place.folder / "fonts"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.ended.set)
        with ExitStack() as stack:
            warm_up = stack.enter_context(_started([sys.executable, "-c", WARM_UP, str(fonts)]))
            if not fonts.exists():
                print(words.PREPARING, flush=True)
            if not options.one_user:
                self._let_learners_in(roll, run_folder)
            if options.namespaces:
                self._check_namespaces(roll)
            while warm_up.poll() is None and not fonts.exists() and not self.ended.is_set():
                await asyncio.sleep(0.05)
            hub_port, page_port, proxy_port = _free_ports(3)
            scheme = "https" if options.certificate else "http"
            settings = Settings(
                folder=str(self.place.folder),
                run_folder=str(run_folder),
                url=f"{scheme}://{options.address}:{options.port}/",
                certificate=os.path.abspath(options.certificate) if options.certificate else "",
                key=os.path.abspath(options.key) if options.key else "",
                node_proxy=options.node_proxy,
                one_user=options.one_user,
                namespaces=options.namespaces,
                memory=options.memory * 2**20,
                cull=options.cull,
                at_once=options.at_once,
                hub_port=hub_port,
                page_port=page_port,
                proxy_port=proxy_port,
                fonts=str(fonts) if fonts.exists() else "",
            )
            hub = stack.enter_context(self._hub(settings))
            running.note(self.place, run_folder, os.getpid(), hub.pid)
            if not await self._answers(hub, settings.url):
                return self._broken(words.DID_NOT_START)
            if not self.ended.is_set():
                self._tell(roll, settings)
            while hub.poll() is None and not self.ended.is_set():
                await asyncio.sleep(0.2)
            if not self.ended.is_set():
                return self._broken(words.ENDED_BY_ITSELF)
            print(words.ENDING, flush=True)
        await end_all(marked(f"{self.place.folder}/"))
        print(words.ENDED.format(folder=self.place.learners), flush=True)
        return 0

    @contextmanager
    def _hub(self, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
        environment = {name: value for name, value in os.environ.items() if name != MARK}
        environment[SETTINGS] = str(settings.write())
        # Only from this project, wherever else a `classroom` may lie.
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
        command = [sys.executable, "-m", "jupyterhub", "-f", str(ROOT / "classroom" / "jupyterhub_config.py")]
        # Ctrl-C is this process's: the hub gets one signal, from here.
        with (
            open(self.place.log, "wb") as log,
            _started(command, environment, cwd=settings.run_folder, stdout=log, stderr=log) as hub,
        ):
            yield hub

    async def _answers(self, hub: subprocess.Popen[bytes], url: str) -> bool:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while hub.poll() is None and not self.ended.is_set() and asyncio.get_running_loop().time() < deadline:
            with suppress(OSError):
                await asyncio.to_thread(_healthy, url)
                return True
            await asyncio.sleep(0.1)
        return self.ended.is_set()

    def _broken(self, sentence: str) -> int:
        print(sentence.format(log=self.place.log), file=sys.stderr)
        lines = self.place.log.read_text(encoding="utf-8", errors="replace").splitlines()
        print("\n".join(lines[-SHOWN_LINES:]), file=sys.stderr, flush=True)
        return 1

    def _tell(self, roll: Roll, settings: Settings) -> None:
        options = self.options
        print(words.STARTED.format(url=settings.url))
        if options.address == "0.0.0.0":
            found = [settings.url.replace("0.0.0.0", one) for one in _own_addresses()]
            print(words.OTHER_MACHINES.format(addresses=", ".join(found) or "-"))
        print(words.PAGE_AT.format(url=settings.url))
        learners = len(roll.learners)
        if learners:
            print(words.COUNT.format(learners=learners, at_once=options.at_once))
        else:
            print(words.NO_LEARNERS.format(command=self.place.command("learners", "30")))
        print(words.LIMITS.format(memory=options.memory, cull=options.cull))
        if options.one_user:
            print(words.OPEN_FILES_WARNING)
        if not options.certificate and not options.address.startswith("127."):
            print(words.WITHOUT_TLS)
        print(words.HOW_TO_END.format(folder=self.place.learners, command=self.place.command("stop")), flush=True)


@contextmanager
def _started(
    command: list[str], environment: dict[str, str] | None = None, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, which ends with this block."""
    quiet: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    } | options
    process = subprocess.Popen(command, env=environment, start_new_session=True, **quiet)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(running.PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _healthy(url: str) -> None:
    """Through the door that learners come by. Raises `OSError` while that is closed, or the hub behind it is."""
    # The certificate is for the name that learners know this machine by.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with urllib.request.urlopen(f"{url.replace('//0.0.0.0', '//127.0.0.1')}hub/health", timeout=5, context=context):
        pass


def _own_addresses() -> list[str]:
    every = [one for addresses in psutil.net_if_addrs().values() for one in addresses]
    return sorted(one.address for one in every if one.family == socket.AF_INET and not one.address.startswith("127."))


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _check_port(address: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            sentence = {errno.EADDRINUSE: words.PORT_TAKEN, errno.EACCES: words.PORT_REFUSED}.get(
                error.errno or 0, words.BAD_ADDRESS
            )
            raise ClassroomError(sentence.format(address=address, port=port)) from None


def _check_node_proxy(program: str) -> None:
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    version = told.strip().lstrip("v").split(".")[0]
    if not version.isdigit() or int(version) < 4:
        raise ClassroomError(words.NOT_NODE_PROXY.format(program=program))
