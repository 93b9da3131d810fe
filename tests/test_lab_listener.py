"""Calls taken, on every kind of event loop, and in every moment of a listener's life."""

import asyncio
import contextlib
import errno
import socket

import pytest

from genesys_ports import Deployment, Lab
from genesys_ports.lab import listener
from genesys_ports.lab.listener import Listener
from genesys_ports.lab.sockets import listening_socket
from genesys_ports.model import Transport
from tests.helpers import PATIENCE

PLAN = Deployment().add("server", host="h", port=5150).add("client", host="h", port=7000, connects_to=["server"])


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


def no_readers(*_):
    raise NotImplementedError


@pytest.fixture(params=[False, True], ids=["loop that watches sockets", "loop that waits for calls"])
async def loop(request, monkeypatch):
    loop = asyncio.get_running_loop()
    if request.param:
        monkeypatch.setattr(loop, "add_reader", no_readers)
    return loop


class Tired(socket.socket):
    """A socket for which the system refuses the first calls with each of these errors."""

    refuses: tuple[OSError, ...] = ()

    def accept(self):
        if self.refuses:
            error, *rest = self.refuses
            self.refuses = tuple(rest)
            raise error
        return super().accept()


def listening(*refuses):
    sock = Tired(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    sock.refuses = refuses
    return sock


async def echoed(sock):
    reader, writer = await asyncio.open_connection(*sock.getsockname())
    writer.write(b"hello")
    assert await asyncio.wait_for(reader.readexactly(5), PATIENCE) == b"hello"
    writer.close()
    assert await asyncio.wait_for(reader.read(), PATIENCE) == b""


@pytest.mark.parametrize(
    "refuses",
    [
        (),
        (BlockingIOError(), InterruptedError(), ConnectionAbortedError()),
        (OSError(errno.EMFILE, "no"), OSError(errno.EMFILE, "no")),
    ],
    ids=["at once", "after a false alarm", "after the system had no socket left"],
)
async def test_a_call_is_taken(loop, monkeypatch, refuses):
    monkeypatch.setattr(listener, "AGAIN", 0.01)
    sock = listening(*refuses)
    one = Listener(sock, Echo, set())
    await echoed(sock)
    await echoed(sock)
    one.close()
    one.close()
    assert sock.fileno() == -1
    await asyncio.sleep(0)


async def test_closed_while_it_waits_for_a_socket(monkeypatch):
    monkeypatch.setattr(listener, "AGAIN", 0.01)
    sock = listening(*[OSError(errno.EMFILE, "no")] * 10)
    one = Listener(sock, Echo, set())
    caller = socket.create_connection(sock.getsockname())
    async with asyncio.timeout(PATIENCE):
        while len(sock.refuses) > 8:
            await asyncio.sleep(0.005)
    one.close()
    caller.close()
    # The next try comes, and finds nothing to do.
    await asyncio.sleep(0.02)


def test_closed_after_the_event_loop_has_ended():
    async def opened():
        return Listener(listening(), Echo, set())

    asyncio.run(opened()).close()


async def test_many_calls_at_once(loop):
    sock = listening_socket("127.0.0.1", 0, Transport.TCP)
    one = Listener(sock, Echo, set())
    await asyncio.gather(*(echoed(sock) for _ in range(300)))
    one.close()
    await asyncio.sleep(0)


async def test_a_lab_on_either_loop(loop):
    async with await Lab.open(PLAN) as lab:
        await lab.start_all()
        await lab.send("client", "server")
        await lab.restart("server", "client")
        await lab.send("client", "server")
        await lab.crash("server")


async def test_whoever_calls_as_the_server_closes_is_hung_up_on():
    # However few or many turns of the event loop have passed since the call.
    for turns in range(8):
        async with await Lab.open(PLAN) as lab:
            await lab.start("server")
            where = lab.network.reach("h", 5150)
            with socket.create_connection((where.address, where.number)) as caller:
                for _ in range(turns):
                    await asyncio.sleep(0)
                await lab.crash("server")
                caller.setblocking(False)
                heard = b""
                with contextlib.suppress(ConnectionResetError):
                    heard = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(caller, 10), PATIENCE)
                assert heard == b""
