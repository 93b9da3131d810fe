"""What several test files need."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The library is imported on first use: pytest reads this file before coverage begins to count.
if TYPE_CHECKING:
    from genesys_ports.model import Deployment

ROOT = Path(__file__).resolve().parent.parent

HEADER = "Host,Application,Type,Port ID,Port,Transport,Purpose,Address,Connects to\n"


def read(text: str | bytes, name: str = "plan.csv") -> "Deployment":
    """The plan of a file with this text, in the folder of the test."""
    from genesys_ports.plan import load_plan

    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_plan(name)


def outputs_of_two_processes(code: str) -> set[bytes]:
    """What a program prints under two orders of sets and dictionaries; one element when both print the same."""
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }


#: How often a kernel may be started until one lives.
TRIES = 3


def patient(start: Callable[..., Any]) -> Callable[..., Any]:
    """Start a kernel, and once more where it dies at once.

    Ports for a kernel are chosen before it opens them, and another program may be quicker.
    """

    @wraps(start)
    def started(*args: Any, **kwargs: Any) -> Any:
        for _ in range(TRIES - 1):
            try:
                return start(*args, **kwargs)
            except RuntimeError:
                continue
        return start(*args, **kwargs)

    return started
