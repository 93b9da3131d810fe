"""`read_sockets`: saved output of `ss` and `netstat`, any system, any language; `local_sockets`: this machine."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from shutil import which
from types import SimpleNamespace

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import PlanFileError
from genesys_ports.model import Platform, Transport
from genesys_ports.plan import local_sockets, read_sockets
from genesys_ports.plan.socket_listing import MOST_BYTES
from genesys_ports.plan.sockets import OpenSocket, Sockets, local_platform, plain_address
from tests.helpers import own_number

DATA = Path(__file__).resolve().parent / "data" / "sockets"


def lines(sockets):
    """Each socket as one line: `tcp 127.0.0.1 5150 java 4711`."""
    shown = []
    for one in sockets:
        address = one.address + {None: "", True: "(dual)", False: "(IPv6 only)"}[one.dual]
        shown.append(f"{one.transport} {address} {one.number} {one.program} {one.pid or ''}".strip())
    return shown


SAVED = {
    "ss.txt": (
        Platform.LINUX,
        "tcp 0.0.0.0 22 sshd 2952",
        "tcp 0.0.0.0 22 systemd 1",
        "udp 127.0.0.53 53 systemd-resolve 8515",
        "udp 10.0.0.13 68 systemd-network 529",
        "udp fe80::250:56ff:fe8f:1 546",
        "udp 0.0.0.0 5060 sip_server 2211",
        "tcp * 8000 sip_server 2211",
        "tcp 10.0.0.13 8090 Web Content 77",
        "udp * 45062",
        "tcp 127.0.0.1 45150 java 23448",
        "tcp ::(IPv6 only) 45152 java 23448",
    ),
    "ss-old-no-netid.txt": (
        Platform.LINUX,
        "tcp * 22 sshd 1023",
        "udp * 123",
        "tcp :: 5150",
        "tcp 127.0.0.1 9333",
    ),
    "ss-narrow.txt": (Platform.LINUX, "tcp 0.0.0.0 5150 MessageServer 4711", "tcp 127.0.0.1 6010"),
    "ss-all.txt": (Platform.LINUX, "udp 0.0.0.0 45060 python3 23448", "tcp 0.0.0.0 45150"),
    "netstat-linux.txt": (
        Platform.LINUX,
        "tcp 0.0.0.0 22 sshd: /usr/sbin 618",
        "udp 0.0.0.0 5060 sip_server 2211",
        "tcp :: 5150 java 2344",
        "udp ::1 45061",
        "tcp 127.0.0.1 45150",
    ),
    "netstat-linux-pt.txt": (Platform.LINUX, "tcp :: 22", "tcp 0.0.0.0 2020 confserv 576"),
    "netstat-windows.txt": (
        Platform.WINDOWS,
        "tcp 0.0.0.0 135  1240",
        "tcp 10.0.0.11 139  4",
        "udp fe80::1c2b:8f21 1900  5644",
        "udp 0.0.0.0 5060  3120",
        "tcp 0.0.0.0 5150  8872",
        "tcp :: 5150  8872",
        "tcp ::1 51822  12476",
    ),
    "netstat-windows-de.txt": (Platform.WINDOWS, "tcp 127.0.0.1 9876  8872"),
    "netstat-windows-pt.txt": (Platform.WINDOWS, "tcp 0.0.0.0 3600  200"),
    "netstat-windows-names.txt": (
        Platform.WINDOWS,
        "tcp 0.0.0.0 135 svchost.exe 1244",
        "tcp 0.0.0.0 445  4",
        "tcp 0.0.0.0 5150 MessageServer.exe 4711",
    ),
    "netstat-macos.txt": (
        Platform.MACOS,
        "udp fe80::1 123",
        "tcp 127.0.0.1 631",
        "tcp ::1 631",
        "tcp * 3283",
        "udp 0.0.0.0 5353",
        "tcp 0.0.0.0 5900",
        "tcp ::(IPv6 only) 5900",
        "tcp fe80::aede:48ff: 49159",
    ),
}


@pytest.mark.parametrize("name", SAVED)
def test_saved_output(name):
    platform, *wanted = SAVED[name]
    sockets = read_sockets(DATA / name)
    assert lines(sockets) == wanted
    assert (sockets.platform, sockets.saved) == (platform, True)


def test_every_sample_is_read():
    assert {path.name for path in DATA.iterdir()} == set(SAVED)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp850", "cp1252", "cp437"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_of_consoles(tmp_path, encoding, newline):
    text = (DATA / "netstat-windows-de.txt").read_text(encoding="utf-8")
    (tmp_path / "ports.txt").write_bytes(newline.join(text.splitlines()).encode(encoding))
    assert lines(read_sockets(tmp_path / "ports.txt")) == ["tcp 127.0.0.1 9876  8872"]


@pytest.mark.parametrize(
    "header",
    [
        "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess",
        "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess",
        "\nAktive Verbindungen\n\n  Proto  Lokale Adresse         Remoteadresse          Status           PID\n",
    ],
)
def test_a_machine_without_any_open_port(tmp_path, header):
    (tmp_path / "ports.txt").write_text(header)
    sockets = read_sockets(tmp_path / "ports.txt")
    assert (len(sockets), sockets.platform) == (0, None)


GOOD = "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n"

BAD = [
    ("", "This is not a list of open ports. Save the output of  ss -lntup"),
    ("Host,Application,Port\nh,a,5150\n", "This is not a list of open ports."),
    ("TCP is a transport.\nUDP is another.\n", "This is not a list of open ports."),
    ("\0\1\2", "This is not a list of open ports."),
    (GOOD + "tcp LISTEN 0 128 0.0.0.0:2", "Line 2 starts as an open port does, and cannot be read: 'tcp LISTEN"),
    (GOOD + "tcp LISTEN 0 128 0.0.0.0:70000 0.0.0.0:*", "Line 2 starts as an open port does"),
    (GOOD + "tcp LISTEN 0 128 0.0.0.0:123456 0.0.0.0:*", "Line 2 starts as an open port does"),
    (GOOD + "\n\ntcp LISTEN 0 5 localhost:ipp 0.0.0.0:*", "Line 4 has the name of a service in place of a port number"),
    ("udp4 0 0 *.mdns *.*", "Line 1 has the name of a service"),
    (GOOD + "tcp \x1b[31m\x07", r"Line 2 starts as an open port does, and cannot be read: 'tcp \x1b[31m\x07'"),
    # `ss` without -l, `netstat` without -a.
    ("tcp ESTAB 0 0 10.0.0.1:5150 10.0.0.2:40001\n", "The file lists connections and no port that listens."),
    ("  TCP    10.0.0.1:5150   10.0.0.2:40001   HERGESTELLT     8872\n", "The file lists connections and no port"),
    (GOOD + "tcp\n" + "noise\n" * 50, "Line 2 starts as an open port does, and cannot be read: 'tcp noise"),
]


@pytest.mark.parametrize(("text", "problem"), BAD)
def test_what_cannot_be_read(tmp_path, text, problem):
    (tmp_path / "ports.txt").write_text(text)
    with pytest.raises(PlanFileError) as caught:
        read_sockets(tmp_path / "ports.txt")
    assert problem in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(PlanFileError, match=r"This is a folder\. Give the name of a file with the saved output"):
        read_sockets(tmp_path)
    with pytest.raises(PlanFileError, match="There is no file of this name"):
        read_sockets(tmp_path / "none.txt")
    with (tmp_path / "large.txt").open("wb") as large:
        large.truncate(MOST_BYTES + 1)
    with pytest.raises(PlanFileError, match=r"The file is larger than 50 MB\. Save the open ports alone"):
        read_sockets(tmp_path / "large.txt")


WORDS = st.sampled_from(
    [
        *("tcp", "TCP", "udp6", "tcp46", "LISTEN", "UNCONN", "ESTAB", "ABHÖREN", "0", "128", "-", "", "0.0.0.0:22"),
        *("*:*", "[::]:0", ":::", ":::5150", "*.*", "*.80", "1.2.3.4:ssh", 'users:(("a",pid=1,fd=2))', "12/java"),
        *("99999999999", "[x.exe]", "Proto", "Netid", "\n", "\n", "\n"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.lists(WORDS, max_size=40).map(" ".join).map(str.encode), st.binary(max_size=200)))
def test_any_file_is_a_list_or_one_clear_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.txt"
    path.write_bytes(data)
    try:
        sockets = read_sockets(path)
    except PlanFileError as caught:
        error: PlanFileError | None = caught
        sockets = Sockets([])
    else:
        error = None
    assert error is None or (error.problem.endswith(".") and str(error).isprintable())
    if error is None:
        assert all(1 <= one.number <= 65535 and one.transport in ("tcp", "udp") for one in sockets)
        assert "\n" not in "".join(one.address + one.program for one in sockets)


ADDRESS = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str))
OPEN = st.builds(
    OpenSocket,
    transport=st.sampled_from([Transport.TCP, Transport.UDP]),
    address=ADDRESS.map(plain_address),
    number=st.integers(1, 65535),
    pid=st.integers(1, 10**6),
    program=st.sampled_from(["java", "sip_server"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(OPEN, min_size=1, max_size=8))
def test_what_ss_writes_comes_back(tmp_path_factory, opened):
    def end(one):
        return f"[{one.address}]:{one.number}" if ":" in one.address else f"{one.address}:{one.number}"

    text = "".join(
        f"{one.transport} {'LISTEN' if one.transport == 'tcp' else 'UNCONN'} 0 128 {end(one)} *:* "
        f'users:(("{one.program}",pid={one.pid},fd=3))\n'
        for one in opened
    )
    path = tmp_path_factory.getbasetemp() / "round.txt"
    path.write_text(text)
    assert lines(one for one in read_sockets(path) if one.address != "::") == lines(
        one for one in Sockets(opened) if one.address != "::"
    )


def test_long_files_are_read_in_time_in_proportion(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("tcp " + "a.:" * 6000 + "\n" + "tcp x\n" * 200_000 + GOOD)
    with pytest.raises(PlanFileError, match="Line 1 starts"):
        read_sockets(path)


# --- this machine -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "kind", "address"),
    [
        (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1"),
        (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
        (socket.AF_INET6, socket.SOCK_STREAM, "::1"),
    ],
)
@pytest.mark.skipif(local_platform() is Platform.MACOS, reason="macOS shows sockets to administrators only")
def test_a_port_of_our_own_is_found(family, kind, address):
    with socket.socket(family, kind) as opened:
        try:
            opened.bind((address, own_number()))
        except OSError:
            pytest.skip("no IPv6 here")
        if kind == socket.SOCK_STREAM:
            opened.listen()
        number = opened.getsockname()[1]
        found = [one for one in local_sockets() if (one.number, one.address) == (number, address)]
    assert [(one.transport, one.pid) for one in found] == [
        ("tcp" if kind == socket.SOCK_STREAM else "udp", os.getpid()),
    ]
    assert found[0].program == psutil.Process().name()[:100]


@pytest.mark.skipif(local_platform() is not Platform.LINUX or not which("ss"), reason="needs ss")
def test_ss_of_this_machine_says_the_same(tmp_path):
    listens = ("127.0.0.1", own_number())
    with socket.create_server(listens) as opened, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", own_number()))
        client.connect(("127.0.0.1", 9))
        number = opened.getsockname()[1]
        saved = subprocess.run(["ss", "-antup"], capture_output=True, check=True).stdout
        ours = {number, client.getsockname()[1]}
    (tmp_path / "ports.txt").write_bytes(saved)
    found = [one for one in read_sockets(tmp_path / "ports.txt") if one.number in ours]
    assert [(one.address, one.number, one.pid) for one in found] == [("127.0.0.1", number, os.getpid())]


def connection(kind="SOCK_STREAM", status="LISTEN", ip="0.0.0.0", port=5150, raddr=(), pid=None):
    laddr = SimpleNamespace(ip=ip, port=port) if ip else ()
    return SimpleNamespace(type=SimpleNamespace(name=kind), status=status, laddr=laddr, raddr=raddr, pid=pid)


def test_what_is_no_open_port(monkeypatch):
    far = SimpleNamespace(ip="10.0.0.1", port=1)
    seen = [
        connection(status="ESTABLISHED", raddr=far),
        connection("SOCK_DGRAM", "NONE", raddr=far),
        connection(ip=""),
        connection("SOCK_DGRAM", "NONE", port=5060, pid=4),
        connection("SOCK_DGRAM", "NONE", "::", 5060, pid=4),
    ]

    def gone(pid):
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(psutil, "net_connections", lambda kind: seen)
    monkeypatch.setattr(psutil, "Process", gone)
    sockets = local_sockets()
    assert lines(sockets) == ["udp 0.0.0.0 5060  4", "udp :: 5060  4"]
    assert (sockets.hidden, sockets.source) == (2, "this machine")


def test_a_system_that_tells_nothing(monkeypatch):
    def denied(kind):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", denied)
    with pytest.raises(PlanFileError, match=r"this machine: The system does not tell this user.*netstat -an"):
        local_sockets()


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("linux", Platform.LINUX),
        ("win32", Platform.WINDOWS),
        ("darwin", Platform.MACOS),
        ("freebsd14", Platform.FREEBSD),
        ("sunos5", None),
    ],
)
def test_platforms(name, platform):
    assert local_platform(name) is platform


def test_shown_as_a_table():
    sockets = read_sockets(DATA / "ss-narrow.txt")
    assert str(sockets).splitlines()[1:] == [
        "Port      Address    Program        PID",
        "────────  ─────────  ─────────────  ────",
        "5150/tcp  0.0.0.0    MessageServer  4711",
        "6010/tcp  127.0.0.1",
    ]
    assert str(sockets).splitlines()[0].endswith("ss-narrow.txt: 2 open ports")
    assert str(Sockets(sockets[:1], "x")).startswith("x: 1 open port\n")
    assert sockets[0].program == "MessageServer"
