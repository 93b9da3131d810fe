"""A ladder of 10, 1,000 and 10,000 messages, in every form: time, and how the cost of one message grows."""

from __future__ import annotations

import time
from collections.abc import Callable

from genesys_ports import Trace, ladder
from genesys_ports.trace import Kind, Participant

SIZES = (10, 1_000, 10_000)
ROUNDS = 3


def trace_of(messages: int) -> Trace:
    """Requests and answers between two servers."""
    trace = Trace(clock=lambda: 0.0)
    trace.join(Participant("solution_control_server", "framework-host", ("3600/tcp",)))
    trace.join(Participant("message_server", "framework-host", ("5150/tcp",)))
    client, server = "solution_control_server", "message_server"
    for number in range(messages):
        pair = (client, server) if number % 2 == 0 else (server, client)
        kind, name = (Kind.REQUEST, "log event") if number % 2 == 0 else (Kind.RESPONSE, "ack")
        trace.add(kind, name, *pair, client, server, "framework-host", "5150/tcp", f"message {number}")
    return trace


def seconds(form: Callable[[Trace], object], trace: Trace) -> float:
    """Best of a few rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        form(trace)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    forms: dict[str, Callable[[Trace], object]] = {
        "build": ladder,
        "text": lambda trace: ladder(trace).to_text(),
        "SVG": lambda trace: ladder(trace).to_svg(),
        "Mermaid": lambda trace: ladder(trace).to_mermaid(),
        "CSV": lambda trace: ladder(trace).to_csv(),
        "in a notebook": lambda trace: ladder(trace)._repr_html_(),
    }
    traces = {size: trace_of(size) for size in SIZES}
    for name, form in forms.items():
        taken = {size: seconds(form, traces[size]) for size in SIZES}
        row = "   ".join(f"{size:>6,}: {taken[size] * 1000:8.1f} ms" for size in SIZES)
        growth = (taken[10_000] / 10_000) / (taken[1_000] / 1_000)
        print(f"{name:14} {row}   one message of 10,000 costs {growth:.2f} × one of 1,000")


if __name__ == "__main__":
    main()
