"""The verdicts for Linux against real sockets: every ordered pair of addresses, TCP and UDP.

Everywhere else the project listens on loopback only. A wildcard cannot be tested without one: the sockets here
live for a moment, and answer nobody.
"""

import errno
import socket
import sys
from contextlib import ExitStack
from itertools import product
from pathlib import Path

import pytest

from genesys_ports.binding import (
    Outcome,
    ephemeral_range,
    local_ephemeral_range,
    restart_after_close,
    who_blocks,
)
from genesys_ports.model import ListeningPort, Platform, Transport
from tests.helpers import own_address, own_number

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures what Linux does")

ADDRESSES = [
    ("0.0.0.0", None),
    ("127.0.0.1", None),
    ("127.0.0.2", None),
    ("::ffff:127.0.0.1", False),
    ("::", False),
    ("::", True),
    ("::1", True),
]
NAMES = ["any4", "one4", "other4", "mapped4", "dual", "v6only", "one6"]
TRIES = 5


def has_ipv6():
    """Whether this machine has ::1, as the kernel tells it."""
    try:
        return "0" * 31 + "1 " in Path("/proc/net/if_inet6").read_text(encoding="ascii")
    except OSError:
        return False


def listener(stack, where, number, transport, reuse):
    address, v6only = where
    family = socket.AF_INET if v6only is None else socket.AF_INET6
    kind = socket.SOCK_STREAM if transport is Transport.TCP else socket.SOCK_DGRAM
    opened = stack.enter_context(socket.socket(family, kind))
    if v6only is not None:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if reuse:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((address, number))
    if transport is Transport.TCP:
        # Two sockets with SO_REUSEADDR may both bind; only one of them may listen.
        opened.listen()
    return opened.getsockname()[1]


def clash_in_reality(first, second, transport, reuse):
    """Whether the second listener is refused; and the number it was about."""
    with ExitStack() as stack:
        number = listener(stack, first, own_number(), transport, reuse)
        try:
            listener(stack, second, number, transport, reuse)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return True, number
        return False, number


@pytest.mark.parametrize("reuse", [False, True], ids=["plain", "reuse"])
@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP], ids=str)
@pytest.mark.parametrize("second", ADDRESSES, ids=NAMES)
@pytest.mark.parametrize("first", ADDRESSES, ids=NAMES)
def test_pair(first, second, transport, reuse):
    if not has_ipv6() and (first[1] is not None or second[1] is not None):
        pytest.skip("this machine has no ::1")
    for _ in range(TRIES):
        really, number = clash_in_reality(first, second, transport, reuse)
        verdict = who_blocks(
            ListeningPort(number=number, transport=transport, address=first[0]),
            ListeningPort(number=number, transport=transport, address=second[0]),
            Platform.LINUX,
            first_v6only=first[1],
            second_v6only=second[1],
            reuse_address=reuse,
        )
        # A stranger may hold the number on the second address only: another number decides.
        if not really or verdict.outcome is Outcome.CLASH:
            break
    if transport is Transport.UDP and reuse:
        assert not really
        assert verdict.outcome in (Outcome.DEPENDS, Outcome.NO_CLASH)
    else:
        assert verdict.outcome is (Outcome.CLASH if really else Outcome.NO_CLASH), verdict


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_tcp_and_udp_side_by_side(address):
    for attempt in range(TRIES):
        with ExitStack() as stack:
            number = listener(stack, (address, None), own_number(), Transport.TCP, False)
            try:
                assert listener(stack, (address, None), number, Transport.UDP, False) == number
            except OSError:
                assert attempt < TRIES - 1
            else:
                break


def restarts(server_first, old, new):
    """Whether a server can listen again after a connection that the server, or the client, closed first."""
    here = own_address("203.1")
    with socket.socket() as server, socket.socket() as client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, old)
        server.bind((here, 0))
        server.listen()
        number = server.getsockname()[1]
        client.connect((here, number))
        accepted, _ = server.accept()
        # Whoever shuts down first keeps the waiting end; the other follows when it has read the end.
        early, late = (accepted, client) if server_first else (client, accepted)
        early.shutdown(socket.SHUT_WR)
        assert late.recv(1) == b""
        late.close()
        assert early.recv(1) == b""
        early.close()
    with socket.socket() as restarted:
        restarted.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, new)
        try:
            restarted.bind((here, number))
            restarted.listen()
        except OSError:
            return False
        return True


@pytest.mark.parametrize(("server_first", "old", "new"), list(product([True, False], repeat=3)))
def test_restart(server_first, old, new):
    verdict = restart_after_close(server_first, old, new, Platform.LINUX)
    if verdict.outcome is Outcome.CLASH:
        assert not restarts(server_first, old, new)
    else:
        # A stranger may take the number in between: once is enough.
        assert any(restarts(server_first, old, new) for _ in range(TRIES))


def test_the_system_hands_out_ephemeral_numbers():
    local = local_ephemeral_range() or ephemeral_range(Platform.LINUX)
    with ExitStack() as stack:
        assert listener(stack, ("127.0.0.1", None), 0, Transport.TCP, False) in local


def test_what_this_machine_says_of_itself():
    ephemeral = local_ephemeral_range()
    assert ephemeral is None or len(ephemeral) > 0
