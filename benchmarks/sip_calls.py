"""Calls per second that SIP Server takes from sipp's caller, over UDP and TCP, against sipp's own server (which is C).

SIP Server is the complete one of the lab, in a process of its own: registrar, calls, transactions, the trace on. The
rate goes up by steps until a call fails or sipp cannot keep to it; the highest before that counts. Processor time is
that of the server alone, at that rate. Then calls from phone to phone, through both legs (three applications in one
process), and 100,000 calls: after the last timer (twice 64 times T1: 64 s) nothing of them may be left but the trace,
which is bounded.

Targets: 3,000 calls per second without a failed one; no growth in memory after calls end.

python benchmarks/sip_calls.py            everything: about seven minutes
python benchmarks/sip_calls.py --quick    short steps, and 5,000 calls
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import multiprocessing
import shutil
import socket
import subprocess
import sys
import time
from itertools import count
from multiprocessing.connection import Connection as Pipe

from genesys_ports import Application, Connection, Deployment, Host, Lab, ListeningPort
from genesys_ports.lab.sip_server import SipServerElement
from genesys_ports.model import Purpose, Transport

RATES = (250, 500, 750, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 5_000, 6_000, 8_000, 10_000)

#: A rate is kept if so much of it came about.
KEPT = 0.9

#: Calls to look at memory after, and calls between phones.
MANY, TALKS = 100_000, 500

#: Seconds after which nothing of a call may be left: 64 times T1 for an ACK that does not come, as much for the answer
#: to the BYE that goes out then, and a little. (One that stands, and whose BYE was lost, stays for five minutes.)
OVER = 70.0

#: Port numbers of sipp: of its server, and of its callers (one used a moment ago may not be free again).
RIVAL, CALLERS = 15_060, count(15_100)

SIP, P1, P2 = "sip_server", "phone_1001", "phone_1002"


def ports(number: int) -> tuple[ListeningPort, ...]:
    return tuple(
        ListeningPort(number=number, transport=one, purpose=Purpose.SIP, port_id=str(one))
        for one in (Transport.UDP, Transport.TCP)
    )


PLAN = Deployment(
    hosts=(Host(name="sip-host"), Host(name="agent-host")),
    applications=(
        Application(name=SIP, host="sip-host", type="SIP Server", ports=ports(5060)),
        Application(name=P1, host="agent-host", type="SIP Phone", ports=ports(5060), dn="1001"),
        Application(name=P2, host="agent-host", type="SIP Phone", ports=ports(5062), dn="1002"),
    ),
    connections=tuple(Connection(client=phone, server=SIP, port_id="udp") for phone in (P1, P2)),
)


# --- the server, in a process of its own


def resident() -> float:
    """Megabytes that this process has in memory; 0 where the system does not tell in this way."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
    return 0.0


def serving(pipe: Pipe) -> None:
    asyncio.run(serve(pipe))


async def serve(pipe: Pipe) -> None:
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP)
        where = next(state.sockets[0] for state in lab.port_states() if state.application == SIP)
        pipe.send((where.address, where.number))
        while wanted := await asyncio.to_thread(pipe.recv):
            if wanted == "talk":
                await talk(lab)
            side = lab._running[SIP].sip
            assert side is not None
            element = side.element
            assert isinstance(element, SipServerElement)
            told = {"seconds": time.process_time(), "calls": len(element.server.agent.calls)}
            if wanted == "memory":
                gc.collect()
            pipe.send({**told, "transactions": len(element.transactions), "trace": len(lab.trace), "MB": resident()})


async def talk(lab: Lab) -> None:
    """Calls from phone to phone, one after the other."""
    await lab.start(P1, P2)
    for _ in range(TALKS):
        await lab.call(P1, "1002")
        await lab.hang_up(P1)
        await lab.settle()


class Server:
    """The other end of the pipe."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=serving, args=(far,), daemon=True)
        self._process.start()
        self.where = self._pipe.recv()

    def ask(self, wanted: str = "state") -> dict[str, float]:
        """Let it do what is wanted, and say how it stands then."""
        self._pipe.send(wanted)
        return dict(self._pipe.recv())

    def seconds(self) -> float:
        """Its processor time."""
        return self.ask()["seconds"]

    def end(self) -> None:
        """End it."""
        self._pipe.send("")
        self._process.join()


class Rival:
    """sipp's own server."""

    def __init__(self, transport: str) -> None:
        self.where = socket.gethostbyname("localhost"), RIVAL
        command = ["sipp", "-sn", "uas", "-i", self.where[0], "-p", str(RIVAL), "-t", f"{transport[0]}1", "-nostdin"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)

    def seconds(self) -> float:
        """Its processor time."""
        with open(f"/proc/{self._process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


# --- the caller


def calls(where: tuple[str, int], transport: str, rate: int, number: int) -> float:
    """Let sipp make so many calls; the rate that came about, 0 where one failed."""
    address, port = where
    command = ["sipp", "-sn", "uac", f"{address}:{port}", "-i", "127.0.0.1", "-p", str(next(CALLERS)), "-nostdin"]
    command += ["-t", f"{transport[0]}1", "-r", str(rate), "-m", str(number), "-l", "50000", "-d", "0"]
    command += ["-timeout", "120", "-trace_stat", "-stf", "/dev/null"]
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # sipp looks once in a second whether all is done.
    return 0.0 if done.returncode else number / max(time.perf_counter() - begin - 1, number / rate)


def highest(server: Server | Rival, transport: str, seconds: int) -> tuple[float, float]:
    """The highest clean rate, and the server's processor time for a call at that rate."""
    best = (0.0, 0.0)
    for rate in RATES:
        before = server.seconds()
        reached = calls(server.where, transport, rate, rate * seconds)
        used = (server.seconds() - before) / (rate * seconds)
        if reached < KEPT * rate:
            break
        best = (rate, used)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls per second, against sipp's own server.")
    parser.add_argument("--quick", action="store_true", help="short steps, and few calls")
    quick = parser.parse_args().quick
    if not shutil.which("sipp") or sys.platform != "linux":
        sys.exit("This benchmark needs sipp (Debian's package sip-tester), and Linux.")
    results: dict[str, float] = {}
    for transport in ("udp", "tcp"):
        for name, make in (("SIP Server", Server), ("sipp", lambda transport=transport: Rival(transport))):
            server = make()
            rate, used = highest(server, transport, 2 if quick else 6)
            server.end()
            results[f"{name}, {transport}, calls/s"] = rate
            results[f"{name}, {transport}, µs for a call"] = used * 1e6
    server = Server()
    before, begin = server.seconds(), time.perf_counter()
    used = server.ask("talk")["seconds"] - before
    results["phone to phone, calls/s"] = TALKS / (time.perf_counter() - begin)
    results["phone to phone, µs for a call"] = used / TALKS * 1e6
    server.end()
    results |= memory(5_000 if quick else MANY, results["SIP Server, tcp, calls/s"] / 2)
    print(json.dumps({name: round(value, 1) for name, value in results.items()}, indent=1, ensure_ascii=False))


def memory(number: int, rate: float) -> dict[str, float]:
    """What is left of many calls: after the first half, and after the second. What grows shows in between."""
    server = Server()
    told = {}
    for part in ("half", "all"):
        # 0 where a call failed: then what is left may be calls that sipp gave up.
        told[f"{number:,} calls, {part}: calls/s"] = calls(server.where, "udp", max(int(rate), 1), number // 2)
        time.sleep(OVER)
        state = server.ask("memory")
        told |= {f"{number:,} calls, {part}: {name}": state[name] for name in ("MB", "transactions", "calls", "trace")}
    server.end()
    return told


if __name__ == "__main__":
    main()
