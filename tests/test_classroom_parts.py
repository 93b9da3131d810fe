"""The parts of the classroom by themselves: the roll, the command line, the proxy, the page, folders and processes."""

import argparse
import asyncio
import csv
import json
import os
import re
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.helpers import ROOT

if sys.platform == "win32":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)
pytest.importorskip("jupyterhub")

from classroom import command, linux, page, place, processes, running, start, words
from classroom.authenticator import RollAuthenticator
from classroom.errors import ClassroomError
from classroom.proxy import BadRequest, Head, PassingProxy
from classroom.roll import INSTRUCTOR, MOST_LEARNERS, Person, Roll, check_accounts, new_password, password_list
from genesys_ports.errors import OutputExistsError
from tests.classroom_client import root


@pytest.fixture(autouse=True)
def quick_hash(monkeypatch):
    monkeypatch.setattr("classroom.roll.SCRYPT", {"n": 2, "r": 1, "p": 1, "dklen": 32})


@pytest.fixture
def roll(tmp_path):
    """A class of two."""
    made, _ = Roll.open(tmp_path / "roll.json")
    return made.add([("ana", "right"), ("ben", "other")])


# --- the roll


def test_a_new_roll_has_the_instructor(tmp_path):
    roll, password = Roll.open(tmp_path / "roll.json")
    assert [one.name for one in roll.people] == [INSTRUCTOR]
    assert roll.people[0].is_instructor
    assert password
    assert roll.people[0].has_password(password)
    assert Roll.open(roll.file) == (roll, None)


def test_passwords_are_not_in_the_file(roll):
    assert "right" not in roll.file.read_text()
    assert stat.S_IMODE(roll.file.stat().st_mode) == 0o600
    ana = Roll.read(roll.file).find("ana")
    assert ana.has_password("right")
    assert not ana.has_password("wrong")
    assert not ana.has_password("")


def test_the_same_password_looks_different_for_two(roll):
    after = roll.add([("cem", "right")])
    assert after.find("cem").hash != after.find("ana").hash


def test_a_new_password_keeps_the_place(roll):
    after = roll.with_password("ana", "new")
    assert after.find("ana").has_password("new")
    assert after.network(after.find("ana")) == roll.network(roll.find("ana"))
    with pytest.raises(ClassroomError, match="Nobody is called 'zoe' here"):
        roll.with_password("zoe", "x")


@pytest.mark.parametrize("name", ["", "Ana", "9ana", "ana/..", "..", "a" * 33, "ana ben", "<b>", "ana\n", "-ana"])
def test_no_name(roll, name):
    with pytest.raises(ClassroomError, match="is no name for an account"):
        roll.add([(name, "x")])


def test_a_name_given_twice(roll):
    for names in (["ana"], ["cem", "cem"]):
        with pytest.raises(ClassroomError, match="has an account already"):
            check_accounts(roll, names)


def test_the_classroom_is_full(tmp_path):
    roll, _ = Roll.open(tmp_path / "roll.json")
    names = [f"l-{number}" for number in range(MOST_LEARNERS)]
    full = roll.add((name, "x") for name in names)
    with pytest.raises(ClassroomError, match="Nobody was added"):
        full.add([("one-more", "x")])
    assert len({full.network(one) for one in full.people}) == len({full.user_id(one) for one in full.people}) == 64


@pytest.mark.parametrize("start", [0, 7, 8, 600])
def test_networks_and_user_ids(start):
    roll = Roll(Path("roll.json"), start, ())
    people = [Person("x", place, "", "") for place in range(64)]
    networks = [roll.network(one) for one in people]
    assert all(str(one).startswith("127.") and one.prefixlen == 20 for one in networks)
    assert all(32 <= one.network_address.packed[1] <= 63 for one in networks)
    assert not any(one.overlaps(other) for one, other in pairwise(networks))
    assert {roll.user_id(one) for one in people} <= set(range(20_000, 60_000))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"start": 1, "people": [{}]}', '{"start": 1, "people": [{"name": 1}]}']
)
def test_a_damaged_roll(tmp_path, text):
    (tmp_path / "roll.json").write_text(text)
    with pytest.raises(ClassroomError, match="Put a copy of it back"):
        Roll.open(tmp_path / "roll.json")
    assert (tmp_path / "roll.json").read_text() == text


def test_a_list_of_passwords(tmp_path):
    password_list([("ana", "a-b")], tmp_path / "list.csv")
    assert (tmp_path / "list.csv").read_bytes() == b"Name,Password\r\nana,a-b\r\n"
    assert stat.S_IMODE((tmp_path / "list.csv").stat().st_mode) == 0o600
    with pytest.raises(OutputExistsError):
        password_list([], tmp_path / "list.csv")


def test_passwords_differ_and_can_be_read_out():
    many = {new_password() for _ in range(100)}
    assert len(many) == 100
    assert not any(set(one) & set("0O1lI") for one in many)


# --- logging in


async def log_in(roll, **form):
    return await RollAuthenticator(roll_file=str(roll.file)).authenticate(None, form)


async def test_who_may_log_in(roll, monkeypatch):
    monkeypatch.setattr("classroom.authenticator.PENALTY", 0)
    assert await log_in(roll, username="ana", password="right") == {"name": "ana", "admin": False}
    assert await log_in(roll, username=" Ana ", password="right") == {"name": "ana", "admin": False}
    after = roll.with_password(INSTRUCTOR, "i")
    assert await log_in(after, username=INSTRUCTOR, password="i") == {"name": INSTRUCTOR, "admin": True}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"username": "ana", "password": "wrong"},
        {"username": "ana", "password": ""},
        {"username": "ben", "password": "right"},
        {"username": "zoe", "password": "right"},
        {"username": "", "password": ""},
        {"username": "ana\0", "password": "right"},
        {"username": "ana", "password": "right" + "x" * 1_000_000},
        {"username": "ana", "password": "\ud800"},
    ],
)
async def test_who_may_not(roll, monkeypatch, form):
    monkeypatch.setattr("classroom.authenticator.PENALTY", 0)
    assert await log_in(roll, **form) is None


async def test_guesses_wait_for_each_other(roll, monkeypatch):
    monkeypatch.setattr("classroom.authenticator.PENALTY", 0.05)
    door = RollAuthenticator(roll_file=str(roll.file))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    guesses = (door.authenticate(None, {"username": "ana", "password": str(number)}) for number in range(5))
    assert set(await asyncio.gather(*guesses)) == {None}
    assert loop.time() - begun >= 0.25


# --- the command line


def run(capsys, *arguments):
    code = command.main(list(arguments))
    told = capsys.readouterr()
    return code, told.out + told.err


def test_accounts_by_command(tmp_path, capsys):
    folder, file = ("--folder", str(tmp_path / "room")), tmp_path / "learners.csv"
    code, text = run(capsys, "learners", "3", *folder, "--list", str(file))
    assert code == 0
    assert "The instructor's account:  instructor  " in text
    with open(file, newline="") as opened:
        rows = list(csv.reader(opened))
    assert [row[0] for row in rows] == ["Name", "learner-01", "learner-02", "learner-03"]
    roll = Roll.read(tmp_path / "room" / "roll.json")
    assert all(roll.find(name).has_password(password) for name, password in rows[1:])

    assert run(capsys, "learners", "2", *folder, "--list", str(file)) == (
        2, f"{file} exists already, and was left as it is. Choose another name, or remove the file first.\n",
    )  # fmt: skip
    assert len(Roll.read(roll.file).people) == 4
    code, text = run(capsys, "add", "ana", "ben", *folder, "--list", str(tmp_path / "more.csv"))
    assert (code, "instructor" in text) == (0, False)
    code, text = run(capsys, "users", *folder)
    assert [line.split()[0] for line in text.splitlines()] == [
        "instructor", "learner-01", "learner-02", "learner-03", "ana", "ben",
    ]  # fmt: skip
    code, text = run(capsys, "password", "ana", *folder)
    assert Roll.read(roll.file).find("ana").has_password(text.split()[1])
    assert run(capsys, "learners", "1", *folder, "--list", str(tmp_path / "x" / "y.csv"))[0] == 2
    assert len(Roll.read(roll.file).people) == 6


def test_nothing_there_yet(tmp_path, capsys):
    folder = ("--folder", str(tmp_path / "room"))
    code, text = run(capsys, "users", *folder)
    assert (code, f"python3 run.py classroom learners 30 --folder {tmp_path / 'room'}" in text) == (0, True)
    assert run(capsys, "stop", *folder) == (1, f"No classroom is running in {tmp_path / 'room'}.\n")
    assert not (tmp_path / "room").exists()


@pytest.mark.parametrize(
    ("folder", "user", "sudo", "typed"),
    [
        (place.ROOT / place.DEFAULT, 0, "1000", "sudo python3 run.py classroom stop"),
        (place.ROOT / place.DEFAULT, 0, "", "python3 run.py classroom stop"),
        (place.ROOT / place.DEFAULT, 1000, "1000", "python3 run.py classroom stop"),
        ("/srv/room 2", 0, "1000", "sudo python3 run.py classroom stop --folder '/srv/room 2'"),
    ],
)
def test_what_to_type(folder, user, sudo, typed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("SUDO_UID", sudo)
    assert place.Place(Path(folder)).command("stop") == typed


def test_a_classroom_that_cannot_be_kept(tmp_path, capsys):
    (tmp_path / "room").write_text("mine")
    code, text = run(capsys, "learners", "1", "--folder", str(tmp_path / "room"), "--list", str(tmp_path / "l.csv"))
    assert (code, "Give a folder of your own" in text) == (2, True)
    assert not (tmp_path / "l.csv").exists()


def test_on_windows(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "win32")
    assert run(capsys) == (2, words.WRONG_SYSTEM + "\n")


def started(tmp_path, *arguments):
    """The checks of a start, and nothing more."""
    options = command._parser().parse_args(["start", "--folder", str(tmp_path / "room"), *arguments])
    start.Classroom(place.Place(tmp_path / "room"), options)._check()


def test_who_may_start_it(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ClassroomError, match="Start it with sudo"):
        started(tmp_path)
    started(tmp_path, "--one-user", "--port", "18000")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ClassroomError, match="make every learner root"):
        started(tmp_path, "--one-user")


def test_no_namespaces_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ClassroomError, match="Only Linux"):
        started(tmp_path, "--namespaces")


def test_no_certificate(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "key.pem").write_text("no key")
    for files in (("--certificate", "none.pem"), ("--key", "key.pem"), ("--certificate", str(tmp_path / "key.pem"))):
        with pytest.raises(ClassroomError, match="Certificate and key cannot be used"):
            started(tmp_path, *files)


def test_no_address(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ClassroomError, match="no address of this machine"):
        started(tmp_path, "--address", "192.0.2.1")


async def test_a_port_that_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        with pytest.raises(ClassroomError, match="another program has it"):
            started(tmp_path, "--port", str(server.sockets[0].getsockname()[1]))


@pytest.mark.parametrize("version", ["0.4.0", "configurable-http-proxy, version 0.4.0", "", "x"])
def test_a_program_that_is_not_the_proxy(tmp_path, monkeypatch, version):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program = tmp_path / "proxy"
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)
    with pytest.raises(ClassroomError, match="not JupyterHub's proxy for"):
        started(tmp_path, "--node-proxy", str(program))
    program.write_text("#!/bin/sh\necho 5.1.0\n")
    started(tmp_path, "--node-proxy", str(program), "--port", "18001")


# --- the proxy


def test_a_head():
    head = Head(b"GET /user/ana/lab?x=1 HTTP/1.1\r\nHost: here\r\nConnection: Keep-Alive\r\nX-Forwarded-For: 8.8.8.8")
    assert head.path == "/user/ana/lab"
    assert head.forwarded("10.0.0.7", 443, "https").decode().split("\r\n") == [
        "GET /user/ana/lab?x=1 HTTP/1.1", "Host: here", "Connection: close",
        "X-Forwarded-For: 10.0.0.7", "X-Forwarded-Port: 443", "X-Forwarded-Proto: https", "", "",
    ]  # fmt: skip


def test_a_head_of_a_websocket():
    head = Head(b"GET /x HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade")
    assert b"\r\nConnection: Upgrade\r\n" in head.forwarded("", 80, "http")
    assert b"\r\nUpgrade: websocket\r\n" in head.forwarded("", 80, "http")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET /",
        b"GET / HTTP/2",
        b"GET http://elsewhere/ HTTP/1.1",
        b"GET / x HTTP/1.1",
        b"GET / HTTP/1.1\r\nno colon",
        b"GET / HTTP/1.1\r\nContent-Length : 5",
        b"GET / HTTP/1.1\r\nA: b\r\n folded: c",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_no_head(data):
    with pytest.raises(BadRequest):
        Head(data)


@pytest.fixture
async def proxy():
    """The proxy, before a server at /user/ana/ that says what it got."""

    async def echo(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if b"Upgrade: websocket" in head:
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: v1\r\n\r\n")
            while data := await reader.read(1000):
                writer.write(data)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + head)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as behind:
        port = behind.sockets[0].getsockname()[1]
        made = PassingProxy(public_url=f"http://127.0.0.1:{start._free_ports(1)[0]}/")
        await made.add_route("/user/ana/", f"http://127.0.0.1:{port}", {"user": "ana"})
        await made.start()
        yield made
        await made.stop()


async def asked(proxy, data):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy._port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


async def test_the_proxy_passes_on(proxy):
    answer = await asked(proxy, b"GET /user/ana/api HTTP/1.1\r\nHost: here\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200 OK")
    assert "GET /user/ana/api HTTP/1.1\r\nHost: here" in answer
    assert "X-Forwarded-For: 127.0.0.1" in answer


async def test_the_proxy_passes_websockets_both_ways(proxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy._port)
    writer.write(b"GET /user/ana/ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert b"Sec-WebSocket-Protocol: v1" in await reader.readuntil(b"\r\n\r\n")
    for size in (1, 1000, 300_000):
        writer.write(b"x" * size)
        assert await reader.readexactly(size) == b"x" * size
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("path", ["/", "/user/anastasia/", "/user/ben/", "/hub"])
async def test_what_leads_nowhere(proxy, path):
    assert (await asked(proxy, f"GET {path} HTTP/1.1\r\n\r\n".encode())).startswith("HTTP/1.1 503 ")


async def test_what_is_no_request(proxy):
    assert (await asked(proxy, b"hello\r\n\r\n")).startswith("HTTP/1.1 400 ")
    assert (await asked(proxy, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n")).startswith("HTTP/1.1 431 ")


async def test_routes_come_and_go(proxy):
    assert await proxy.get_all_routes() == {"/user/ana/": await proxy.get_route("/user/ana")}
    await proxy.add_route("/", "http://127.0.0.1:1", {})
    assert proxy.target_of("/x") == proxy.target_of("/user") == ("127.0.0.1", 1)
    assert proxy.target_of("/user/ana") == proxy.target_of(Head(b"GET /user/%61na/x HTTP/1.1").path)
    await proxy.delete_route("/user/ana/")
    await proxy.delete_route("/user/ana/")
    assert proxy.target_of("/user/ana/x") == ("127.0.0.1", 1)
    assert (await asked(proxy, b"GET /user/ana/ HTTP/1.1\r\n\r\n")).startswith("HTTP/1.1 503 ")


@pytest.fixture
def certificate(tmp_path):
    """A certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "classroom")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    made = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for file, data in (("hub.crt", made), ("hub.key", private)):
        (tmp_path / file).write_bytes(data)
    return str(tmp_path / "hub.crt"), str(tmp_path / "hub.key")


async def test_the_proxy_speaks_tls(proxy, certificate):
    await proxy.stop()
    proxy.ssl_cert, proxy.ssl_key = certificate
    await proxy.start()
    context = ssl.create_default_context(cafile=certificate[0])
    context.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy._port, ssl=context)
    writer.write(b"GET /user/ana/ HTTP/1.1\r\n\r\n")
    assert b"X-Forwarded-Proto: https" in await reader.read()
    writer.close()


def test_a_certificate_that_fits(tmp_path, monkeypatch, certificate):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    started(tmp_path, "--certificate", certificate[0], "--key", certificate[1], "--port", "18002")


async def test_the_proxy_ends_with_all_its_connections(proxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy._port)
    writer.write(b"GET /user/ana/ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await proxy.stop()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy._port)


# --- the instructor's page


def settings(folder, **other):
    usual = {"one_user": True, "namespaces": False, "memory": 0, "cull": 0, "at_once": 30}
    texts = dict.fromkeys(("run_folder", "url", "certificate", "key", "node_proxy", "fonts"), "")
    ports = dict.fromkeys(("hub_port", "page_port", "proxy_port"), 0)
    return place.Settings(folder=str(folder), **usual | texts | ports | other)


def attempt(folder, name, line):
    (folder / "learners" / name).mkdir(parents=True)
    (folder / "learners" / name / "my-progress.jsonl").write_text(line)


LINE = json.dumps({"kind": "question", "key": "<script>", "passed": False, "when": 1}) + "\n"


def test_the_page_shows_everybody_and_nothing_that_runs(tmp_path, roll):
    attempt(tmp_path, "ana", LINE * 3)
    text = page.page_of(page.progress_of(settings(tmp_path)), datetime(2026, 1, 2, 9, 30), still=False)
    assert "09:30:00" in text
    assert ">ana<" in text
    assert ">ben<" in text
    assert INSTRUCTOR not in text
    assert "<script" not in text
    assert 'http-equiv="refresh"' in text
    assert 'http-equiv="refresh"' not in page.page_of(page.progress_of(settings(tmp_path)), datetime.now(), still=True)


def test_only_a_file_of_the_learners_own_is_read(tmp_path):
    file = tmp_path / "file"
    file.write_text(LINE)
    (tmp_path / "link").symlink_to(file)
    os.mkfifo(tmp_path / "pipe")
    assert page.trusted(file, None)
    assert page.trusted(file, os.geteuid())
    assert not page.trusted(file, os.geteuid() + 1)
    assert not any(page.trusted(tmp_path / name, None) for name in ("link", "pipe", "none", "."))
    os.link(file, tmp_path / "second")
    assert not page.trusted(file, None)


# --- folders and processes


def test_a_private_folder(tmp_path):
    place.make_private(tmp_path / "ana", None)
    place.make_private(tmp_path / "ana", None)
    assert stat.S_IMODE((tmp_path / "ana").stat().st_mode) == 0o700


@pytest.mark.skipif(not root(), reason="only root gives folders away")
def test_a_folder_with_somebody_elses_work(tmp_path):
    place.make_private(tmp_path / "ana", 20_001)
    assert (tmp_path / "ana").stat().st_uid == 20_001
    for user_id in (20_002, None):
        with pytest.raises(ClassroomError, match="belongs to another user id"):
            place.make_private(tmp_path / "ana", user_id)
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "work").touch()
    with pytest.raises(ClassroomError, match="stays as it is"):
        place.make_private(tmp_path / "ben", 20_001)


def test_a_closed_folder(tmp_path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a").chmod(0o700)
    assert linux.closed_folder(tmp_path / "a" / "b" / "c") in (tmp_path / "a", *tmp_path.parents, tmp_path)


@pytest.mark.skipif(not root() or sys.platform != "linux", reason="only root may do this, on Linux")
def test_a_way_into_a_closed_folder(tmp_path):
    (tmp_path / "a" / "open").mkdir(parents=True)
    (tmp_path / "a" / "secret").mkdir()
    (tmp_path / "a" / "open" / "file").write_text("read me")
    staging = running.new_run_folder()
    for one in (tmp_path / "a", *tmp_path.parents[:1]):
        one.chmod(0o700)
    code = f"""
import os, sys
from itertools import pairwise
from pathlib import Path
from classroom.linux import open_a_way
open_a_way([Path({str(tmp_path / "a" / "open")!r})], Path({str(staging)!r}))
os.setgroups([]); os.setgid(20001); os.setuid(20001)
print(Path({str(tmp_path / "a" / "open" / "file")!r}).read_text(), os.path.exists({str(tmp_path / "a" / "secret")!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    # Nothing of it is seen from here.
    staging.rmdir()
    assert (done.stdout, done.stderr) == ("read me False\n", "")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert (tmp_path / "a" / "secret").exists()


async def test_only_marked_processes_are_ended(tmp_path):
    def sleeper(mark):
        return subprocess.Popen(["sleep", "100"], env={"PATH": os.environ["PATH"], processes.MARK: mark})

    ana, ben, other = sleeper(f"{tmp_path}/ana"), sleeper(f"{tmp_path}/ben"), sleeper(f"{tmp_path}-x/ana")
    try:
        assert {one.pid for one in processes.marked(f"{tmp_path}/ana")} == {ana.pid}
        assert {one.pid for one in processes.marked(f"{tmp_path}/")} == {ana.pid, ben.pid}
        await processes.end_all(processes.marked(f"{tmp_path}/"))
        assert ana.wait() == ben.wait() == -15
        assert other.poll() is None
    finally:
        for one in (ana, ben, other):
            one.kill()
            one.wait()


async def test_what_does_not_end_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(100)"
    )
    environment = {**os.environ, processes.MARK: f"{tmp_path}/ana"}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"on\n"
        await processes.end_all(processes.marked(f"{tmp_path}/ana"))
        assert process.wait() == -9


@pytest.mark.parametrize(
    "text", ["", "[]", '{"processes": [[1]]}', '{"processes": [[999999999, 1.0]], "run_folder": "/"}']
)
async def test_a_damaged_note_ends_and_removes_nothing(tmp_path, text):
    where = place.Place(tmp_path)
    where.running.write_text(text)
    assert running.processes(where) == []
    await running.stop(where)
    assert Path("/").exists()
    assert not where.running.exists()


async def test_a_number_that_another_program_has_now(tmp_path):
    where = place.Place(tmp_path)
    with subprocess.Popen(["sleep", "100"]) as other:
        where.running.write_text(json.dumps({"processes": [[other.pid, 1.0]], "run_folder": str(tmp_path)}))
        await running.stop(where)
        assert other.poll() is None
        other.kill()
    assert tmp_path.exists()


def test_options_of_a_start():
    options = command._parser().parse_args(["start"])
    assert isinstance(options, argparse.Namespace)
    assert (options.address, options.port, options.at_once, options.cull) == ("127.0.0.1", 8000, 30, 120)


# --- elsewhere


def config_of(file):
    """What a configuration file of JupyterHub sets, when it is run."""
    from traitlets.config import Config

    config = Config()
    names = {"get_config": lambda: config, "__name__": "config"}
    exec(compile(file.read_text(encoding="utf-8"), file, "exec"), names)
    return config, names


def test_the_littlest_jupyterhub():
    from types import SimpleNamespace

    from jupyterhub.spawner import Spawner

    config, names = config_of(ROOT / "classroom" / "tljh" / "genesys_ports.py")
    assert set(config) == {"Spawner"}
    assert set(config.Spawner) <= set(Spawner.class_trait_names(config=True))
    shared = {"LANG": "C"}
    spawner = SimpleNamespace(environment=shared, user=SimpleNamespace(orm_user=SimpleNamespace(id=3)))
    config.Spawner.pre_spawn_hook(spawner)
    assert spawner.environment == {"LANG": "C", "GENESYS_PORTS_NETWORK": "127.32.48.0/20"}
    assert shared == {"LANG": "C"}
    assert len({names["network_of"](number) for number in range(1, 513)}) == 512


def test_the_littlest_jupyterhubs_command(tmp_path):
    config, _ = config_of(ROOT / "classroom" / "tljh" / "genesys_ports.py")
    for name in ("genesys-ports", "jupyterhub-singleuser"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\nexit 1\n')
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/bin:/usr/bin", "HOME": "/home/a b"}
    done = subprocess.run([*config.Spawner.cmd, "--one", "two words"], env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "genesys-ports lab /home/a b/genesys-ports-lessons --copy-only",
        "jupyterhub-singleuser --one two words",
    ]
    assert done.stderr == "The lessons could not be copied.\n"


#: Of the chart's own schema (zero-to-jupyterhub-k8s, jupyterhub/values.schema.yaml): what may stand where.
CHART = {
    "": {"hub", "singleuser", "cull", "proxy", "scheduling", "ingress", "prePuller"},
    "hub": {"activeServerLimit", "allowNamedServers", "config"},
    "singleuser": {
        "image", "defaultUrl", "startTimeout", "memory", "cpu", "storage", "extraEnv", "lifecycleHooks",
    },
    "singleuser.memory": {"guarantee", "limit"},
    "singleuser.cpu": {"guarantee", "limit"},
    "singleuser.storage": {"capacity"},
    "singleuser.lifecycleHooks": {"postStart", "preStop"},
    "cull": {"enabled", "timeout", "every"},
}  # fmt: skip


def test_kubernetes():
    yaml = pytest.importorskip("yaml")
    values = yaml.safe_load((ROOT / "classroom" / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))
    for where, known in CHART.items():
        part = values
        for key in filter(None, where.split(".")):
            part = part[key]
        assert set(part) <= known
    command_line = values["singleuser"]["lifecycleHooks"]["postStart"]["exec"]["command"]
    assert command_line[:2] == ["sh", "-c"]
    folder = command_line[2].split()[2]
    assert values["singleuser"]["extraEnv"]["GENESYS_PORTS_PROGRESS"] == f"{folder}/my-progress.jsonl"
    assert values["singleuser"]["defaultUrl"].endswith("/genesys-ports-lessons/00-start-here.ipynb")


def test_the_image_holds_what_a_wheel_is_made_of():
    text = (ROOT / "classroom" / "kubernetes" / "Dockerfile").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "README.md", "LICENSE", "genesys_ports", "notebooks"):
        assert name in text
        assert (ROOT / name).exists()


def test_the_page_in_docs_tells_every_option():
    text = (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "classroom", "start", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    options = set(re.findall(r"--[a-z-]+", done.stdout)) - {"--help", "--folder"}
    assert {one for one in options if one not in text} == set()
