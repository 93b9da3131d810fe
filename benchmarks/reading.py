"""Reading a plan: a workbook of 100,000 rows against openpyxl reading its bare cells, in the same run.

Targets: at most 1.5 times openpyxl's time, and a row of 100,000 costs no more than one of 10,000.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl

from genesys_ports.plan.load import read_plans

SIZES = (10_000, 100_000)
ROUNDS = 2
COLUMNS = ("Host", "Application", "Type", "Port ID", "Port", "Transport", "Purpose", "Address", "Connects to")


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Rows as in a plan: a hundred servers on each host, each a client of the one before."""
    yield COLUMNS
    for number in range(count):
        server = f"server_{number - 1}:default" if number else None
        host, name = f"gen-host-{number // 100}", f"server_{number}"
        yield host, name, "T-Server", "default", 2000 + number % 100, "tcp", "communication", None, server


def workbook(count: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Ports")
    for row in rows(count):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(count: int) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows(count))
    return out.getvalue().encode()


def export(count: int) -> bytes:
    """The same as an exported configuration."""
    body = list(rows(count))[1:]
    applications = [
        {
            "name": name,
            "appPrototype": kind,
            "portInfos": [{"id": port_id, "port": str(port), "connProtocol": "", "transportParams": ""}],
            "serverInfo": {"host": host},
            "appServers": [{"appServer": str(server).partition(":")[0], "id": "default"}] if server else [],
        }
        for host, name, kind, port_id, port, _, _, _, server in body
    ]
    return json.dumps({"applications": applications}, indent=1).encode()


def bare(path: Path) -> int:
    """What openpyxl does without us: every cell of every row, read-only and values only, as fast as it goes."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    cells = 0
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
    book.close()
    return cells


def plan(path: Path) -> int:
    reading = read_plans(path)
    assert not reading.bad
    assert not reading.unreadable
    return reading.files[0].ports


def seconds(read: Callable[[Path], int], path: Path) -> float:
    start = time.perf_counter()
    read(path)
    return time.perf_counter() - start


def peak(read: Callable[[Path], int], path: Path) -> float:
    """Megabytes, of what is in the plan as well."""
    tracemalloc.start()
    read(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1024**2


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths: dict[tuple[str, int], Path] = {}
        for end, make in {"xlsx": workbook, "csv": text, "json": export}.items():
            for size in SIZES:
                paths[end, size] = Path(folder, f"plan-{size}.{end}")
                paths[end, size].write_bytes(make(size))
        cases: dict[str, tuple[Callable[[Path], int], str]] = {
            "openpyxl, bare cells": (bare, "xlsx"),
            "a plan of XLSX": (plan, "xlsx"),
            "a plan of CSV": (plan, "csv"),
            "a plan of JSON": (plan, "json"),
        }
        best: dict[tuple[str, int], float] = {}
        # All cases in each round: where the machine has other work, it slows all of them.
        for _ in range(ROUNDS):
            for name, (read, end) in cases.items():
                for size in SIZES:
                    taken = seconds(read, paths[end, size])
                    best[name, size] = min(taken, best.get((name, size), taken))
        small, large = SIZES
        rival = best["openpyxl, bare cells", large]
        for name, (read, end) in cases.items():
            taken = best[name, large]
            growth = taken / large / (best[name, small] / small)
            print(
                f"{name:22} {small:>7,} rows: {best[name, small]:6.2f} s   {large:>7,} rows: {taken:6.2f} s   "
                f"{taken / rival:4.2f} × openpyxl   a row of {large:,} costs {growth:4.2f} × one of {small:,}   "
                f"peak {peak(read, paths[end, large]):5.0f} MB"
            )


if __name__ == "__main__":
    main()
