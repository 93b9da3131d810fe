"""Import time against `import asyncio`, in the same run. Target: the package at most 2 times as long."""

from __future__ import annotations

import compileall
import subprocess
import sys
from pathlib import Path

import genesys_ports

ROUNDS = 15
RIVAL = "import asyncio"
CASES = (
    ("the package alone", "import genesys_ports"),
    ("plan and model", "from genesys_ports import load_plan"),
    ("the lab", "from genesys_ports import Lab, load_plan"),
    ("lab and ladder", "from genesys_ports import Lab, ladder, load_plan"),
)


def seconds(statement: str) -> float:
    """Best of several fresh interpreters, without their own start."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    times = []
    for _ in range(ROUNDS):
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(float(ran.stdout))
    return min(times)


def main() -> None:
    # Else each start would compile the package anew where Python is told to write no byte code.
    compileall.compile_dir(Path(genesys_ports.__file__).parent, quiet=1)
    rival = seconds(RIVAL)
    print(f"{RIVAL}: {rival * 1000:.1f} ms")
    for name, statement in CASES:
        taken = seconds(statement)
        print(f"{name:18} {taken * 1000:6.1f} ms   {taken / rival:5.2f} × asyncio   ({statement})")


if __name__ == "__main__":
    main()
