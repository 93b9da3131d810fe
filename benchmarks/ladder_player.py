"""The ladder player on traces of 100 to 100,000 messages: a step, a jump, a filter, a search, against a whole picture.

    python benchmarks/ladder_player.py               100, 1,000, 10,000 and 100,000 messages
    python benchmarks/ladder_player.py 5000          another size

Everything is measured with its widgets made, as in a notebook, but without a browser. Target at 10,000 messages: 100 ms
to open, to step and to follow what is new, 200 ms to filter. Memory is what the player adds to the trace.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ladders import trace_of

from genesys_ports import Trace, ladder
from genesys_ports.trace import Kind
from genesys_ports.widgets.ladder_player import LadderPlayer

SIZES = (100, 1_000, 10_000, 100_000)

#: A picture of more steps than this takes minutes.
MOST_DRAWN = 10_000


def milliseconds(act: Callable[[], object], rounds: int = 3) -> float:
    """Best of a few rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def opened(trace: Trace) -> LadderPlayer:
    """A player with its widgets."""
    player = LadderPlayer(trace)
    player.widget()
    return player


def news(trace: Trace, player: LadderPlayer) -> None:
    """A message more, and the player that follows it."""
    trace.add(Kind.EVENT, "log event", "message_server", "solution_control_server", payload=b"{}\n")
    player.refresh()


def measured(size: int) -> dict[str, float]:
    """What each thing takes in milliseconds; memory in MB."""
    trace = trace_of(size)
    taken = {"open": milliseconds(lambda: opened(trace))}
    player = opened(trace)
    player.go(len(trace) // 4)
    taken["step"] = milliseconds(player.forward, 20)
    taken["last"] = milliseconds(player.last)
    taken["news"] = milliseconds(lambda: news(trace, player), 20)
    call = trace.calls()[-1].call_id
    choices: dict[str, dict[str, str]] = {
        "language": {"protocol": "sip"},
        "participant": {"participant": "phone_1002"},
        "call": {"call": call},
        "everything": {},
    }
    for name, choice in choices.items():
        taken[name] = milliseconds(lambda choice=choice: player.show(**choice))  # type: ignore[misc]
    taken["search"] = milliseconds(lambda: player.find("nowhere"))
    taken["text"] = milliseconds(lambda: str(player))
    if size <= MOST_DRAWN:
        taken["whole SVG"] = milliseconds(lambda: ladder(trace).to_svg(), 1)
    tracemalloc.start()
    kept = opened(trace)
    taken["MB"] = tracemalloc.get_traced_memory()[0] / 1_000_000
    tracemalloc.stop()
    assert kept.count
    return taken


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    results = {size: measured(size) for size in sizes}
    print("milliseconds".ljust(12), *(f"{size:>10,}" for size in sizes))
    for name in results[sizes[0]]:
        row = (f"{results[size][name]:10.1f}" if name in results[size] else " " * 9 + "-" for size in sizes)
        print(name.ljust(12), *row)


if __name__ == "__main__":
    main()
