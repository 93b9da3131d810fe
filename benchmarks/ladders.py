"""Ladders and captures of 10, 1,000 and 10,000 messages, in every form: time, and how the cost of one message grows.

Half of the trace is talk of two servers; half are calls over SIP, with two legs, retransmissions and voice.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from genesys_ports import Trace, ladder
from genesys_ports.trace import Kind, Participant

SIZES = (10, 1_000, 10_000)
ROUNDS = 3

INVITE = (
    b"INVITE sip:1002@127.0.1.20 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.1.40:5060;branch=z9hG4bK-1\r\n"
    b"From: <sip:1001@127.0.1.20>;tag=a\r\nTo: <sip:1002@127.0.1.20>\r\nCall-ID: %b\r\nCSeq: 1 INVITE\r\n"
    b"Max-Forwards: 70\r\nContact: <sip:1001@127.0.1.40>\r\nContent-Length: 0\r\n\r\n"
)
WHO = (
    ("solution_control_server", "framework-host", "127.0.1.10", "3600/tcp"),
    ("message_server", "framework-host", "127.0.1.10", "5150/tcp"),
    ("sip_server", "sip-host", "127.0.1.20", "5060/udp"),
    ("phone_1001", "desk-1001", "127.0.1.40", "5060/udp"),
    ("phone_1002", "desk-1002", "127.0.1.41", "5062/udp"),
)


def trace_of(messages: int) -> Trace:
    """Requests and answers between two servers, and calls."""
    trace = Trace(clock=lambda: 0.0)
    for name, host, address, port in WHO:
        trace.join(Participant(name, host, (port,), address))
    client, server = "solution_control_server", "message_server"
    for number in range(messages // 2):
        pair = (client, server) if number % 2 == 0 else (server, client)
        kind, name = (Kind.REQUEST, "log event") if number % 2 == 0 else (Kind.RESPONSE, "ack")
        trace.add(kind, name, *pair, client, server, "framework-host", "5150/tcp", f"message {number}", b"{}\n")
    for number in range(messages // 2):
        first, second = f"a{number // 5}", f"b{number // 5}"
        trace.relate(second, first)
        leg = ("phone_1001", "sip_server") if number % 5 < 2 else ("sip_server", "phone_1002")
        port, call = ("5060/udp", first) if number % 5 < 2 else ("5062/udp", second)
        kind = Kind.REQUEST if number % 5 < 4 else Kind.MEDIA
        trace.add(
            kind, "INVITE", *leg, *leg, port=port, payload=INVITE % call.encode(), protocol="sip", call=call,
            client_number=5060, again=number % 5 == 1, dropped=number % 5 == 2,
        )  # fmt: skip
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
        "one call": lambda trace: ladder(trace, call="b0"),
        "text": lambda trace: ladder(trace).to_text(),
        "SVG": lambda trace: ladder(trace).to_svg(),
        "Mermaid": lambda trace: ladder(trace).to_mermaid(),
        "CSV": lambda trace: ladder(trace).to_csv(),
        "in a notebook": lambda trace: ladder(trace)._repr_html_(),
        "capture": lambda trace: trace.to_pcapng(),
        "list of calls": lambda trace: trace.calls(),
    }
    traces = {size: trace_of(size) for size in SIZES}
    for name, form in forms.items():
        taken = {size: seconds(form, traces[size]) for size in SIZES}
        row = "   ".join(f"{size:>6,}: {taken[size] * 1000:8.1f} ms" for size in SIZES)
        growth = (taken[10_000] / 10_000) / (taken[1_000] / 1_000)
        print(f"{name:14} {row}   one message of 10,000 costs {growth:.2f} × one of 1,000")


if __name__ == "__main__":
    main()
