"""The lessons in a real kernel, run as learners run them: twice, in any order, interrupted, restarted, side by side."""

import random
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from queue import Empty

import psutil
import pytest
from jupyter_client.manager import KernelManager

from genesys_ports import errors
from tests.conftest import ROOT
from tests.helpers import HURRY, own_network
from tests.test_notebooks_structure import LESSONS, load, tagged
from tools import build_notebooks, kernels

pytestmark = pytest.mark.timeout(400)

#: Seconds after which a cell hangs; the longest wait of the library is five.
LIMIT = 60

#: Seconds a cell sleeps that is interrupted.
SLEEP = 300

OURS = {name for name in vars(errors) if name.endswith("Error")}


@dataclass
class Outcome:
    """What a cell gave: the name of its error, if any, and its outputs as text."""

    error: str = ""
    shown: list[str] = field(default_factory=list)


class Kernel:
    """A kernel of its own, run cell by cell."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory()
        self.manager = KernelManager(kernel_name="python3", **kernels.options(self.profile.name))
        try:
            self.manager.start_kernel(
                cwd=str(ROOT / "notebooks"),
                env=build_notebooks.environment(self.profile.name),
                extra_arguments=["--IPKernelApp.log_level=40"],
            )
            self.client = self.manager.client()
            self.client.start_channels()
            self.make_ready()
        except BaseException:
            self.end()
            raise

    def make_ready(self):
        self.client.wait_for_ready(timeout=60)
        assert self.run(HURRY).error == ""

    def begin(self, source):
        return self.client.execute(source, allow_stdin=False, stop_on_error=False)

    def finish(self, request, limit=LIMIT):
        """Reads what the kernel publishes until it is idle again."""
        outcome = Outcome()
        deadline = time.monotonic() + limit
        while True:
            message = self.published(request, deadline)
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return outcome
            if kind == "error":
                outcome.error = content["ename"]
                outcome.shown.append(content["evalue"])
            elif kind == "stream":
                outcome.shown.append(content["text"])
            elif kind in ("execute_result", "display_data"):
                outcome.shown.append(content["data"]["text/plain"])

    def published(self, request, deadline):
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                raise AssertionError("the cell hangs") from None
            if message["parent_header"].get("msg_id") == request:
                return message

    def run(self, source):
        return self.finish(self.begin(source))

    def interrupt_when_waiting(self, source):
        """Runs `source`, which prints before it waits, and interrupts it then; (outcome, seconds until it ended)."""
        request = self.begin(source)
        while self.published(request, time.monotonic() + LIMIT)["msg_type"] != "stream":
            pass
        begin = time.monotonic()
        self.manager.interrupt_kernel()
        return self.finish(request), time.monotonic() - begin

    def restart(self):
        self.manager.restart_kernel(now=True)
        self.make_ready()

    def end(self):
        if hasattr(self, "client"):
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self.profile.cleanup()


#: macOS has one loopback address for all, and shows connections to administrators only.
SEES = sys.platform != "darwin"


def left_open():
    """Every port in our range that listens, TCP or UDP."""
    if not SEES:
        return []
    return sorted(
        f"{one.laddr.ip}:{one.laddr.port}"
        for one in psutil.net_connections("inet4")
        if one.laddr
        and ip_address(one.laddr.ip) in ip_network(own_network())
        and one.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
    )


def wait_until_nothing_is_open():
    deadline = time.monotonic() + LIMIT
    while (ports := left_open()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ports == []


@contextmanager
def started(count=1):
    """So many kernels; afterwards no port may listen."""
    with ExitStack() as stack:
        yield [_one(stack) for _ in range(count)]
    wait_until_nothing_is_open()


def _one(stack):
    kernel = kernels.patient(Kernel)()
    stack.callback(kernel.end)
    return kernel


def assert_as_tagged(cell, outcome):
    assert bool(outcome.error) == tagged(cell, "raises-exception"), (cell.source, outcome)


each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
LONG = [path for path in LESSONS if path.stem[:2] in ("03", "07")]
long_lessons = pytest.mark.parametrize("path", LONG, ids=lambda path: path.stem[:2])


@each_lesson
def test_each_cell_twice_then_in_any_order(path):
    cells = load(path).code
    with started() as (kernel,):
        for cell in cells:
            assert_as_tagged(cell, kernel.run(cell.source))
            again = kernel.run(cell.source)
            # Provoked once, a mistake may be mended by the second try, but nothing new goes wrong.
            assert not again.error or tagged(cell, "raises-exception"), (cell.source, again)
        assert left_open() == []
        # A kernel that knows nothing again, without the time of its start.
        assert kernel.run("%reset -f").error == ""
        for cell in random.Random(1).sample(cells, len(cells)):
            outcome = kernel.run(cell.source)
            assert outcome.error in {"", "NameError", *OURS}, (cell.source, outcome)
        assert kernel.run("1 + 1").shown == ["2"]


@long_lessons
def test_restarted_in_the_middle(path):
    cells = load(path).code
    with started() as (kernel,):
        for cell in cells[: len(cells) // 2]:
            kernel.run(cell.source)
        assert left_open() or not SEES
        kernel.restart()
        wait_until_nothing_is_open()
        for cell in cells:
            assert_as_tagged(cell, kernel.run(cell.source))


@long_lessons
def test_two_learners_at_the_same_time(path):
    with started(2) as both:
        for cell in load(path).code:
            requests = [kernel.begin(cell.source) for kernel in both]
            one, other = (kernel.finish(request) for kernel, request in zip(both, requests, strict=True))
            assert_as_tagged(cell, one)
            assert one == other


OPEN = """
import asyncio
from genesys_ports import Lab, load_plan
lab = await Lab.open(load_plan("plans/framework.csv"))
"""

#: Somebody who accepts and never answers, where Configuration Server should be: the start waits for it.
SILENT_SERVER = """
server = next(port for port in lab.port_states() if port.application == "configuration_server")
await lab.run_outsider(server.host, server.port.number)
"""


@pytest.mark.parametrize(
    ("before", "waiting"),
    [
        ("await lab.start_all()", f"await asyncio.sleep({SLEEP})"),
        (SILENT_SERVER, "await lab.start('stat_server')"),
    ],
    ids=["sleep", "start"],
)
def test_interrupted_while_it_waits(before, waiting):
    with started() as (kernel,):
        for source in (OPEN, before):
            assert kernel.run(source).error == ""
        outcome, seconds = kernel.interrupt_when_waiting(f"print('now', flush=True)\n{waiting}")
        assert outcome.error in ("CancelledError", "KeyboardInterrupt"), outcome
        # Long before the sleep is over; how soon exactly is the machine's affair.
        assert seconds < SLEEP / 2
        assert kernel.run("1 + 1").shown == ["2"]
        assert kernel.run("lab.status()").error == ""
        closed = kernel.run("await lab.close()")
        assert closed.error == "", closed
        assert left_open() == []
        # And the lesson can begin again.
        for source in (OPEN, "await lab.start_all()", "await lab.close()"):
            assert kernel.run(source).error == ""
