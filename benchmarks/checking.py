"""Check of a plan against the plain pandas way, each in a process of its own, both from the same rows.

    python benchmarks/checking.py                    1,000, 100,000 and 1,000,000 listening ports
    python benchmarks/checking.py 1000 10000         other sizes

Pandas reads the CSV and looks for `duplicated` host, number and transport: that and nothing else. Ours is `check`, with
every rule, on the plan in memory. Target at 100,000 ports: at most 3 times as long as pandas with its load.
"""

from __future__ import annotations

import gc
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 3
PORTS_PER_HOST = 50
PORTS_PER_APPLICATION = 2


def rows(count: int, kind: str) -> list[tuple[str, str, str, str, int, str]]:
    """Host, application, type, port id, port and transport of each listening port.

    `kept` is a plan in order but for one collision in a thousand, with an HA pair, a connection and an LCA on each
    host; `crash` has everything on one number of one host.
    """
    made = []
    for n in range(count):
        if kind == "crash":
            made.append(("host-1", f"app_{n}", "", "default", 5150, "tcp"))
            continue
        host, place = divmod(n, PORTS_PER_HOST)
        application, which = divmod(n, PORTS_PER_APPLICATION)
        number = 4999 if place == 0 else 5100 + place - 2 * (n % 1000 == 999)
        kind_of = "Local Control Agent" if place == 0 else "Stat Server"
        made.append(
            (f"host-{host}", f"app_{application}", kind_of, f"id-{which}" if which else "default", number, "tcp")
        )
    return made


def write(file: Path, count: int, kind: str) -> None:
    lines = [",".join(map(str, row)) for row in rows(count, kind)]
    file.write_text("Host,Application,Type,Port ID,Port,Transport\n" + "\n".join(lines) + "\n", encoding="utf-8")


# --- the two ways, each run in a process of its own


def pandas_way(file: str) -> dict[str, float]:
    began = time.perf_counter()
    import pandas as pd

    imported = time.perf_counter()
    table = pd.read_csv(file)
    loaded = time.perf_counter()
    found = int(table.duplicated(["Host", "Port", "Transport"], keep=False).sum())
    ended = time.perf_counter()
    return {
        "import": imported - began,
        "load": loaded - imported,
        "check": ended - loaded,
        "found": found,
        "memory": peak(),
    }


def our_way(file: str) -> dict[str, float]:
    import csv

    began = time.perf_counter()
    from genesys_ports import check
    from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort
    from genesys_ports.origin import Origin, Place

    imported = time.perf_counter()
    ports: dict[str, list[ListeningPort]] = {}
    about: dict[str, tuple[str, str]] = {}
    places = {}
    with open(file, newline="", encoding="utf-8") as opened:
        for number, (host, name, kind, port_id, port, transport) in enumerate(csv.reader(opened)):
            if number:
                ports.setdefault(name, []).append(
                    ListeningPort(number=int(port), port_id=port_id, transport=transport)  # type: ignore[arg-type]
                )
                # As a sheet is read: the first row of an application tells its type.
                about.setdefault(name, (host, kind))
                places[name, port_id] = Place("plan.csv", "", number + 1)
    names = list(about)
    plan = Deployment(
        hosts=tuple(Host(name=host) for host in dict.fromkeys(host for host, _ in about.values())),
        applications=tuple(
            Application(
                name=name,
                host=about[name][0],
                type=about[name][1],
                ports=tuple(listening),
                backup=names[i + 25] if i % 50 == 1 and i + 25 < len(names) else "",
            )
            for i, (name, listening) in enumerate(ports.items())
        ),
        connections=tuple(Connection(client=one, server=two) for one, two in zip(names[1:], names, strict=False)),
        origin=Origin(ports=places),
    )
    gc.collect()
    before = peak()
    loaded = time.perf_counter()
    findings = check(plan)
    ended = time.perf_counter()
    return {
        "import": imported - began,
        "load": loaded - imported,
        "check": ended - loaded,
        "found": len(findings),
        "memory": peak(),
        "more": peak() - before,
    }


def peak() -> float:
    """The most memory this process has had, in megabytes."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def best(way: str, file: Path) -> dict[str, float]:
    runs = []
    for _ in range(ROUNDS):
        ran = subprocess.run([sys.executable, __file__, way, str(file)], capture_output=True, text=True, check=True)
        runs.append(json.loads(ran.stdout))
    return min(runs, key=lambda run: run["check"] + run["load"])


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] in ("pandas", "ours"):
        print(json.dumps((pandas_way if sys.argv[1] == "pandas" else our_way)(sys.argv[2])))
        return
    if len(sys.argv) > 4 and sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
        return
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    for kind, those in (("kept", sizes), ("crash", [min(100_000, max(sizes))])):
        print(f"\n{'a plan in order, one collision in a thousand' if kind == 'kept' else 'everything on one number'}")
        print(
            f"{'ports':>10} {'check':>9} {'memory +':>9} {'findings':>8} {'pandas':>9} {'ratio':>6} {'+ import':>9} "
            f"{'ratio':>6} {'µs/port':>8} {'all ours':>9} {'all pandas':>9}"
        )
        for count in those:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "plan.csv"
                # Not here: on Linux a new process counts the most that the one before it had as its own.
                subprocess.run([sys.executable, __file__, "write", str(file), str(count), kind], check=True)
                theirs, ours = best("pandas", file), best("ours", file)
            rival = theirs["load"] + theirs["check"]
            whole = rival + theirs["import"]
            print(
                f"{count:10,} {ours['check']:7.3f} s {ours['more']:6.0f} MB {ours['found']:8,.0f} {rival:7.3f} s "
                f"{ours['check'] / rival:5.1f}× {whole:7.3f} s {ours['check'] / whole:5.1f}× "
                f"{ours['check'] / count * 1e6:8.2f} {ours['memory']:6.0f} MB {theirs['memory']:6.0f} MB"
            )


if __name__ == "__main__":
    main()
