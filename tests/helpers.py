"""What several test files need."""

import os
import subprocess
import sys
from pathlib import Path

from genesys_ports.model import Deployment
from genesys_ports.plan import load_plan

ROOT = Path(__file__).resolve().parent.parent

HEADER = "Host,Application,Type,Port ID,Port,Transport,Purpose,Address,Connects to\n"


def read(text: str | bytes, name: str = "plan.csv") -> Deployment:
    """The plan of a file with this text, in the folder of the test."""
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
