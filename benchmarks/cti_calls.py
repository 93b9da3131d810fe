"""Calls through a switch, its CTI link and T-Server, as an agent desktop sees them: rate, latency, memory.

Each call is three requests of a desktop (make, answer, release), each of which travels desktop → T-Server → switch, and
the events back to every client: 26 lines of the trace, which is on. All of it runs in one process, over real
sockets. Latency is from the moment when the switch hands an event to the system, to the moment when the desktop has
read what T-Server has made of it.

The rival does the same work without CSTA and without T-Library: a bare asyncio server that answers the same number of
frames of the same size, after parsing each with the standard library's XML reader; a client in the same process sends
as many requests, and waits for what comes back. It knows no call, no state and no trace.

Targets: memory flat from 1,000 calls to the last, and the last calls cost no more of the processor than the first. On a
machine that has other work, too, calls per second say more about that work; time of the processor does not.

python benchmarks/cti_calls.py            10,000 calls
python benchmarks/cti_calls.py --quick    1,000 calls
python benchmarks/cti_calls.py --profile  where the time goes
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import gc
import json
import pstats
import time
from pathlib import Path
from statistics import median, quantiles
from xml.etree import ElementTree

from genesys_ports import Lab, load_plan
from genesys_ports.lab.cti_stream import CtiStream
from genesys_ports.lab.link import Link

PLAN = Path(__file__).parent.parent / "notebooks" / "plans" / "cti.csv"
DESKTOP, SERVER, SWITCH = "agent_desktop", "t_server", "switch"

CALL = (("RequestMakeCall", "2001"), ("RequestAnswerCall", "2002"), ("RequestReleaseCall", "2001"))


def resident() -> float:
    """Megabytes that this process has in memory; 0 where the system does not tell in this way."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
    return 0.0


class Stopwatch:
    """When each event left the switch, and when the desktop heard what became of it, in the order of both."""

    #: The event of T-Library that each of CSTA leads to, in a call between two stations.
    PAIRS = (("OriginatedEvent", "EventDialing"), ("DeliveredEvent", "EventRinging"))

    def __init__(self, desktop: str) -> None:
        self.left: dict[str, float] = {}
        self.taken: list[float] = []
        self._before = sent, told = CtiStream.sent, Link._told

        def sending(stream, raw, message, invoke_id, call_id):  # type: ignore[no-untyped-def]
            sent(stream, raw, message, invoke_id, call_id)
            self.left[message.name] = time.perf_counter()

        def hearing(link, fields, line):  # type: ignore[no-untyped-def]
            told(link, fields, line)
            if link.owner.name == desktop:
                for cause, event in self.PAIRS:
                    if fields["event"] == event:
                        self.taken.append(time.perf_counter() - self.left[cause])

        CtiStream.sent, Link._told = sending, hearing  # type: ignore[method-assign]

    def end(self) -> None:
        """Take the measuring out again."""
        CtiStream.sent, Link._told = self._before  # type: ignore[method-assign]


async def one_call(lab: Lab) -> None:
    for name, dn in CALL:
        await lab.send(DESKTOP, SERVER, name, ThisDN=dn, OtherDN="2002")


async def calls(number: int) -> dict[str, float]:
    """So many calls, one after the other."""
    told: dict[str, float] = {}
    # A session holds on to what it sends through, so this comes first.
    watch = Stopwatch(DESKTOP)
    async with await Lab.open(load_plan(PLAN)) as lab:
        await lab.start(SWITCH, SERVER, DESKTOP)
        # The trace is bounded; to see what else grows it is made small.
        lab.trace.limit = 10_000
        lab.trace._messages = type(lab.trace._messages)(maxlen=10_000)
        frames = await shape(lab)
        server = lab._running[SERVER].role.server  # type: ignore[attr-defined]
        watch.taken.clear()
        begin, first = time.perf_counter(), min(1_000, number)
        spent: list[float] = []
        for done in range(1, number + 1):
            before = time.process_time()
            await one_call(lab)
            spent.append(time.process_time() - before)
            if done == first:
                gc.collect()
                told[f"MB after {done:,} calls"] = resident()
        seconds = time.perf_counter() - begin
        watch.end()
        gc.collect()
        told[f"MB after {number:,} calls"] = resident()
        told["calls/s"] = number / seconds
        told["µs for a call"] = seconds / number * 1e6
        told["processor, µs for a call of the first thousand, median"] = median(spent[:first]) * 1e6
        told["processor, µs for a call of the last thousand, median"] = median(spent[-first:]) * 1e6
        told["event from switch to desktop, median µs"] = median(watch.taken) * 1e6
        told["event from switch to desktop, 99 of 100, µs"] = quantiles(watch.taken, n=100)[98] * 1e6
        told["calls T-Server still knows"] = len(server.watch)
        told["requests without an answer"] = server.session.waiting
    told["rival, calls/s"] = await rival(frames, min(number, 2_000))
    told["calls/s, as a share of the rival's"] = told["calls/s"] / told["rival, calls/s"]
    return told


async def shape(lab: Lab) -> list[tuple[bytes, list[bytes]]]:
    """What travels for one call: for each request of CSTA the frame, and the frames that come back."""
    await one_call(lab)
    after = lab.trace.last_number
    await one_call(lab)
    found: list[tuple[bytes, list[bytes]]] = []
    for message in lab.trace.select(after=after, protocol="csta"):
        if message.sender == SERVER:
            found.append((message.payload, []))
        else:
            found[-1][1].append(message.payload)
    return found


# --- the rival: the same frames over the same kind of socket, parsed, and nothing else


def whole(data: bytes) -> tuple[list[bytes], bytes]:
    frames = []
    while len(data) >= 8 and len(data) >= (length := int.from_bytes(data[2:4], "big")):
        frames.append(data[:length])
        data = data[length:]
    return frames, data


async def rival(frames: list[tuple[bytes, list[bytes]]], number: int) -> float:
    answers = {ElementTree.fromstring(frame[8:]).tag: b"".join(back) for frame, back in frames}
    counts = [len(back) for _, back in frames]
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = b""
        while data := await reader.read(65_536):
            requests, rest = whole(rest + data)
            for request in requests:
                writer.write(answers[ElementTree.fromstring(request[8:]).tag])
        writer.close()
        over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    begin = time.perf_counter()
    for _ in range(number):
        for (request, _), count in zip(frames, counts, strict=True):
            writer.write(request)
            rest, heard = b"", 0
            while heard < count:
                came, rest = whole(rest + await reader.read(65_536))
                for frame in came:
                    ElementTree.fromstring(frame[8:])
                heard += len(came)
    seconds = time.perf_counter() - begin
    writer.close()
    await over.wait()
    server.close()
    await server.wait_closed()
    return number / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls through a switch, its CTI link and T-Server.")
    parser.add_argument("--quick", action="store_true", help="1,000 calls")
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    options = parser.parse_args()
    number = 1_000 if options.quick or options.profile else 10_000
    if options.profile:
        with cProfile.Profile() as profile:
            asyncio.run(calls(number))
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        return
    results = asyncio.run(calls(number))
    print(json.dumps({name: round(value, 2) for name, value in results.items()}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
