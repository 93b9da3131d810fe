"""How fast the lab opens ports and carries messages, each against bare asyncio in the same run.

python benchmarks/lab.py            all sizes
python benchmarks/lab.py --quick    small ones only
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import suppress

from genesys_ports import Deployment, Lab
from genesys_ports.model import Application, Host, ListeningPort

#: Below the numbers that Linux hands out for outgoing connections.
FIRST = 20_000

#: Listening ports of one application.
EACH = 100

#: Targets: the lab's share of what bare asyncio takes.
OPENING, TALKING = 0.8, 2.0

#: Sockets and files that the program has open besides.
BESIDES = 100


def main() -> None:
    parser = argparse.ArgumentParser(description="Ports opened and messages carried, against bare asyncio.")
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    quick = parser.parse_args().quick
    limit = raise_limit()
    asyncio.run(listeners([100, 1_000] if quick else [100, 1_000, 10_000], limit))
    asyncio.run(messages([100, 1_000] if quick else [100, 1_000, 10_000]))


def raise_limit() -> int:
    """As many sockets as the system lets us have."""
    try:
        import resource
    except ImportError:
        return 512
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft if soft > 0 else 1_000_000


Opened = Callable[[], Awaitable[None]]
Open = Callable[[], Awaitable[Opened]]


async def listeners(sizes: list[int], limit: int) -> None:
    print("Opening listening ports (a plan through Lab.start, against asyncio.start_server)")
    print(f"{'ports':>7} {'lab, a second':>14} {'bare, a second':>15} {'time ratio':>11} "
          f"{'lab, bytes':>11} {'bare, bytes':>12} {'bytes ratio':>12}")  # fmt: skip
    costs = []
    for size in sizes:
        if size + BESIDES > limit:
            print(f"{size:>7}  left out: the system lets one program open {limit} sockets (ulimit -n).")
            continue
        through_lab, bare = lab_opens(size), bare_opens(size)
        rounds = max(5, 3_000 // size)
        times = await best_of(rounds, through_lab, bare)
        memory = [await bytes_each(one, size) for one in (through_lab, bare)]
        costs.append(times[0] / size)
        print(
            f"{size:>7} {size / times[0]:>14,.0f} {size / times[1]:>15,.0f} {times[0] / times[1]:>11.2f} "
            f"{memory[0]:>11,.0f} {memory[1]:>12,.0f} {memory[0] / memory[1]:>12.2f}"
        )
    print(f"target: time ratio at most {OPENING}. Cost of one port, largest against smallest size: "
          f"{costs[-1] / costs[0]:.2f} (1 is linear)\n")  # fmt: skip


def lab_opens(size: int) -> Open:
    numbers = range(FIRST, FIRST + size)
    applications = [
        Application(
            name=f"server_{first}",
            host="big-host",
            ports=tuple(ListeningPort(number=n, port_id=str(n)) for n in numbers[first : first + EACH]),
        )
        for first in range(0, size, EACH)
    ]
    plan = Deployment(name="many-ports", hosts=(Host(name="big-host"),), applications=tuple(applications))
    names = [one.name for one in applications]

    async def opens() -> Opened:
        lab = await Lab.open(plan, name="benchmark")
        await lab.start(*names)

        async def closes() -> None:
            await lab.close()

        return closes

    return opens


def bare_opens(size: int) -> Open:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def opens() -> Opened:
        servers = [await asyncio.start_server(serve, "127.30.1.1", FIRST + index) for index in range(size)]

        async def closes() -> None:
            for server in servers:
                server.close()
            await asyncio.sleep(0)

        return closes

    return opens


async def best_of(rounds: int, *opens: Open) -> list[float]:
    """The shortest time of each, taken in turns after one round that only warms up."""
    best = [float("inf")] * len(opens)
    for turn in range(rounds + 1):
        for index, one in enumerate(opens):
            gc.collect()
            begin = time.perf_counter()
            closes = await one()
            spent = time.perf_counter() - begin
            await closes()
            if turn:
                best[index] = min(best[index], spent)
    return best


async def bytes_each(opens: Open, size: int) -> float:
    gc.collect()
    tracemalloc.start()
    try:
        closes = await opens()
        gc.collect()
        used = tracemalloc.get_traced_memory()[0]
        await closes()
    finally:
        tracemalloc.stop()
    return used / size


async def messages(sizes: list[int]) -> None:
    print("Messages there and back, one after the other (lab.send with the trace on, against an asyncio streams echo)")
    print(f"{'messages':>9} {'lab, a second':>14} {'bare, a second':>15} {'time ratio':>11}")
    costs = []
    for size in sizes:
        best = [float("inf")] * 2
        for turn in range(6):
            for index, talk in enumerate((lab_talks, bare_talks)):
                spent = await talk(size)
                if turn:
                    best[index] = min(best[index], spent)
        costs.append(best[0] / size)
        print(f"{size:>9} {size / best[0]:>14,.0f} {size / best[1]:>15,.0f} {best[0] / best[1]:>11.2f}")
    print(f"target: time ratio at most {TALKING}. Cost of one message, largest against smallest size: "
          f"{costs[-1] / costs[0]:.2f} (1 is linear)")  # fmt: skip


TEXT = "The disk of the recording server is nearly full"


async def lab_talks(size: int) -> float:
    plan = Deployment(name="two").add("server", host="big-host", port=FIRST)
    plan = plan.add("client", host="big-host", port=FIRST + 1, connects_to=["server"])
    async with await Lab.open(plan, name="benchmark") as lab:
        await lab.start("server", "client")
        gc.collect()
        begin = time.perf_counter()
        for _ in range(size):
            await lab.send("client", "server", "alarm", TEXT)
        spent = time.perf_counter() - begin
        assert len(lab.trace) > 2 * size
    return spent


async def bare_talks(size: int) -> float:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    line = json.dumps({"id": 1, "message": "alarm", "text": TEXT}).encode() + b"\n"
    server = await asyncio.start_server(echo, "127.30.1.1", FIRST)
    reader, writer = await asyncio.open_connection("127.30.1.1", FIRST)
    gc.collect()
    begin = time.perf_counter()
    for _ in range(size):
        writer.write(line)
        await writer.drain()
        await reader.readline()
    spent = time.perf_counter() - begin
    writer.close()
    await writer.wait_closed()
    server.close()
    return spent


if __name__ == "__main__":
    main()
