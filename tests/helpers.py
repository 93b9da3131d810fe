"""What several test files need."""

import asyncio
import atexit
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# The library is imported on first use: pytest reads this file before coverage begins to count.
if TYPE_CHECKING:
    from genesys_ports.model import Deployment
    from genesys_ports.snmp.objects import Oid

ROOT = Path(__file__).resolve().parent.parent

HEADER = "Host,Application,Type,Port ID,Port,Transport,Purpose,Address,Connects to\n"

#: Seconds after which something hangs. Never reached where all is well, however busy the machine is.
PATIENCE = 30

#: Run in a kernel before a lesson: what SIP and the lab wait for in real time takes a fifth of it. The lessons are also
#: built, and compared, with the times that learners see.
HURRY = """\
from functools import partial as _partial
from genesys_ports.lab import link as _link, signalling as _signalling
_link.DEAF_LIMIT /= 5
_signalling.Timers = _partial(_signalling.Timers, t1=0.1, t2=0.8, t4=1.0)
"""

#: macOS has one loopback address for all.
ONE_ADDRESS = sys.platform == "darwin"


def read(text: str | bytes, name: str = "plan.csv") -> "Deployment":
    """The plan of a file with this text, in the folder of the test."""
    from genesys_ports.plan import load_plan

    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_plan(name)


def known(name: str) -> "Oid":
    """The number of what SNMP certainly has one for: `sysName.0`."""
    from genesys_ports.snmp.names import oid_of

    oid = oid_of(name)
    assert oid is not None
    return oid


# --- loopback addresses


@cache
def _own_octet() -> tuple[int, socket.socket | None]:
    """The x of 127.x.0.0/16 that this process has for itself, and the socket that keeps others away until it ends."""
    # The labs' own range and those that tests write out lie below 64.
    for number in count(os.getpid()):
        octet = 64 + number % 190
        holder = socket.socket()
        try:
            # Bound and not listening: nothing shows up as open.
            holder.bind((f"127.{octet}.255.253", 20219))
        except OSError:
            holder.close()
            if ONE_ADDRESS or number > os.getpid() + 190:
                return octet, None
        else:
            return octet, holder
    raise AssertionError


def own_address(end: str) -> str:
    """A loopback address that no other process of the tests uses: `own_address("200.1")` is 127.x.200.1.

    Labs of the tests use the low ones: their first block is 1.0/24, and that of `serve` 0.0/24.
    """
    return f"127.{_own_octet()[0]}.{end}"


def own_network() -> str:
    """The range of this process, for `GENESYS_PORTS_NETWORK`."""
    return own_address("0.0/16")


_handed_out = count()


def own_number() -> int:
    """A free port number that no other process of the tests uses, for sockets at addresses that all of them share.

    A number that the system picks is free where it was asked for. At `0.0.0.0` it clashes with whoever has it at any
    other address, and at the next moment somebody else may have got it: other tests open thousands of connections.
    """
    while True:
        # Below what Linux hands out, and beside what the plans of the tests use.
        number = 22_000 + (_own_octet()[0] - 64) * 40 + next(_handed_out) % 40
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, suppress(OSError):
            for one in (tcp, udp):
                one.bind(("0.0.0.0", number))
            return number


# --- processes


def unmeasured() -> dict[str, str]:
    """The environment for a process whose lines coverage need not count: that would take twice the time."""
    return {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}


def outputs_of_two_processes(code: str) -> set[bytes]:
    """What a program prints under two orders of sets and dictionaries; one element when both print the same."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**unmeasured(), "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    outputs = {one.communicate()[0] for one in running}
    assert [one.returncode for one in running] == [0, 0]
    return outputs


# --- what comes when it comes


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that comes over the network; a test about silence sets a limit of its own."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.005)


@cache
def _snmp_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="net-snmp-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_snmp_runs = count()


def net_snmp() -> dict[str, str]:
    """The environment for one run of a tool of Net-SNMP, with a folder of its own.

    Each of them keeps files; an administrator's all keep the same, and two at a time garble it for those that follow.
    """
    folder = _snmp_folder() / str(next(_snmp_runs))
    # A folder that it has to make first, it would speak of.
    (folder / "cert_indexes").mkdir(parents=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SNMP_PERSISTENT_DIR": str(folder),
        "SNMPCONFPATH": str(folder),
    }


# --- memory


@contextmanager
def only_new_objects() -> Iterator[None]:
    """Let the collector, and who asks it what there is, look at what is made in here only: other tests leave much."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


# --- programs we did not write


def tool(name: str) -> str:
    """The path of a program that a test asks for its opinion. Without it the test is skipped; in CI it fails."""
    if path := shutil.which(name):
        return path
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed: .ci/run has to install it")
    pytest.skip(f"{name} is not installed")
