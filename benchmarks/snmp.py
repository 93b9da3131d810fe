"""SNMP GET/s of an application's management port, against a bare command responder of pysnmp in the same run.

    python benchmarks/snmp.py             about a minute
    python benchmarks/snmp.py --quick     a few seconds

Each server is a process of its own. One caller asks each in turn for sysName.0 with version 2c, one question at a time,
and takes the best of several rounds. Target: at least 0.8 times as many GET/s as the bare responder, although every
question and every answer is noted in the trace of the lab.

Then what one question costs by the number of applications in the tables (four ports each), and what the first one
costs: pysnmp is loaded then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe

from genesys_ports import Application, Deployment, Host, Lab, ListeningPort
from genesys_ports.lab.snmp_agent import Agent
from genesys_ports.lab.snmp_messages import Packet, decode, encode
from genesys_ports.model import Purpose, Transport
from genesys_ports.snmp.names import oid_of
from genesys_ports.snmp.objects import ApplicationFacts, AppState, PortFacts, Syntax, SystemFacts, Value
from genesys_ports.snmp.tree import Tree
from genesys_ports.state import PortStatus

NAME = "message_server"
PLAN = Deployment(
    hosts=(Host(name="framework-host"),),
    applications=(
        Application(
            name=NAME,
            host="framework-host",
            type="Message Server",
            ports=(
                ListeningPort(number=5150),
                ListeningPort(number=5161, transport=Transport.UDP, purpose=Purpose.MANAGEMENT, port_id="management"),
            ),
        ),
    ),
)
ROWS = (1, 10, 100, 1_000, 10_000)
NULL = Value(Syntax.NULL)


# --- the two servers, each in a process of its own


def ours(pipe: Pipe) -> None:
    async def serve() -> None:
        async with await Lab.open(PLAN) as lab:
            await lab.start(NAME)
            (where,) = (state.sockets[0] for state in lab.port_states(NAME) if state.port.port_id == "management")
            pipe.send((where.address, where.number))
            while await asyncio.to_thread(pipe.recv):
                pipe.send(time.process_time())

    asyncio.run(serve())


def bare(pipe: Pipe) -> None:
    from pysnmp.carrier.asyncio.dgram import udp
    from pysnmp.entity import config, engine
    from pysnmp.entity.rfc3413 import cmdrsp, context

    async def serve() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
            found.bind(("127.0.0.1", 0))
            where = found.getsockname()
        agent = engine.SnmpEngine()
        config.add_transport(agent, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode(where))
        config.add_v1_system(agent, "area", "public")
        config.add_vacm_user(agent, 2, "area", "noAuthNoPriv", (1, 3, 6, 1, 2, 1))
        cmdrsp.GetCommandResponder(agent, context.SnmpContext(agent))
        await asyncio.sleep(0.2)
        pipe.send(where)
        while await asyncio.to_thread(pipe.recv):
            pipe.send(time.process_time())

    asyncio.run(serve())


class Server:
    """The other end of the pipe."""

    def __init__(self, target: Callable[[Pipe], None]) -> None:
        self._pipe, far = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=target, args=(far,), daemon=True)
        self._process.start()
        self.where = self._pipe.recv()

    def seconds(self) -> float:
        """Its processor time."""
        self._pipe.send("seconds")
        return float(self._pipe.recv())

    def end(self) -> None:
        """End it."""
        self._pipe.send("")
        self._process.join()


# --- the caller


def request(kind: str, name: str, number: int) -> bytes:
    oid = oid_of(name)
    assert oid is not None
    return encode(Packet(kind, ((oid, NULL),), number))


def rate(server: Server, count: int) -> tuple[float, float]:
    """Questions a second, and the server's microseconds of processor time for each."""
    asked = [request("get", "sysName.0", number) for number in range(1, 101)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.settimeout(5)
        caller.connect(server.where)
        # The first loads pysnmp, or fills its tables.
        caller.send(asked[0])
        answer = decode(caller.recv(65_536))
        assert answer is not None
        assert answer.status == "noError", answer
        before, begin = server.seconds(), time.perf_counter()
        for number in range(count):
            caller.send(asked[number % 100])
            caller.recv(65_536)
        taken, used = time.perf_counter() - begin, server.seconds() - before
    return count / taken, used / count * 1e6


# --- rows


class Nobody:
    """A port without a network."""

    def note_request(self, *note: object) -> int:
        """Nothing to note."""
        return 1

    def note_silence(self, text: str) -> None:
        """Nothing to note."""

    def answer(self, data: bytes, *note: object) -> None:
        """Keep the answer."""
        self.data = data


def rows(count: int, questions: int) -> dict[str, float]:
    """Microseconds for one question in tables of so many applications."""
    port = PortFacts("default", 5150, Transport.TCP, Purpose.COMMUNICATION, PortStatus.LISTENING)
    facts = [
        ApplicationFacts(index, f"application_{index}", "Stat Server", "host", AppState.RUNNING, 1, (port,) * 4)
        for index in range(1, count + 1)
    ]
    tree = Tree(SystemFacts("d", "n", lambda: 1), lambda: facts)
    agent = Agent(tree, "master", now=time.monotonic)
    near, last = oid_of(f"gpPortNumber.{count // 2 + 1}.2"), oid_of(f"gpPortNumber.{count}.4")
    assert near
    assert last
    told = {}
    for name, kind, asked in (
        ("get", "get", f"gpPortNumber.{count // 2 + 1}.2"),
        ("getnext", "getnext", f"gpPortNumber.{count // 2 + 1}.2"),
    ):
        data = request(kind, asked, 1)
        nobody = Nobody()
        agent.handle(nobody, data, ("127.0.0.1", 1))
        begin = time.perf_counter()
        for _ in range(questions):
            agent.handle(nobody, data, ("127.0.0.1", 1))
        told[f"{name}, µs"] = (time.perf_counter() - begin) / questions * 1e6
    begin = time.perf_counter()
    for _ in range(questions):
        tree.next(near)
    told["tree.next in the middle, µs"] = (time.perf_counter() - begin) / questions * 1e6
    begin = time.perf_counter()
    for _ in range(questions):
        tree.next(last)
    told["tree.next at the end of a column, µs"] = (time.perf_counter() - begin) / questions * 1e6
    return told


FIRST = """
import time
from genesys_ports.lab.snmp_agent import Agent
from genesys_ports.snmp.objects import SystemFacts
from genesys_ports.snmp.tree import Tree
class Port:
    def note_request(self, *note): return 1
    def answer(self, data, *note): self.data = data
data = bytes.fromhex("302602010104067075626c6963a019020107020100020100300e300c06082b060102010105000500")
for _ in range(2):
    agent, port = Agent(Tree(SystemFacts("d", "n", lambda: 1), lambda: ()), "a", now=time.monotonic), Port()
    begin = time.perf_counter()
    agent.handle(port, data, ("127.0.0.1", 1))
    print((time.perf_counter() - begin) * 1e3, len(port.data))
"""


def first() -> dict[str, float]:
    """Milliseconds of the first question to the first agent, and of the first question to the next one."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    begun, next_one = (float(line.split()[0]) for line in done.stdout.splitlines())
    return {"first question to the first agent, ms": begun, "first question to another agent, ms": next_one}


def main() -> None:
    parser = argparse.ArgumentParser(description="SNMP GET/s, against a bare responder of pysnmp.")
    parser.add_argument("--quick", action="store_true", help="few questions, few rounds")
    quick = parser.parse_args().quick
    count, rounds = (300, 2) if quick else (3_000, 5)
    servers = {"management port": Server(ours), "bare pysnmp": Server(bare)}
    best = dict.fromkeys(servers, (0.0, 0.0))
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            stack.callback(server.end)
        for _ in range(rounds):
            for name, server in servers.items():
                best[name] = max(best[name], rate(server, count))
    results: dict[str, float] = {}
    for name, (reached, used) in best.items():
        results[f"{name}, GET/s"] = reached
        results[f"{name}, µs of processor time for a GET"] = used
    results["times as fast"] = best["management port"][0] / best["bare pysnmp"][0]
    for applications in ROWS:
        told = rows(applications, 100 if quick else 500)
        results |= {f"{applications:,} applications, {name}": value for name, value in told.items()}
    results |= first()
    print(json.dumps({name: round(value, 2) for name, value in results.items()}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
