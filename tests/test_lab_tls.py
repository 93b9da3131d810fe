"""Ports that speak TLS: who trusts whom, who understands whom, and what is told when they do not."""

import asyncio
import re
import socket
import ssl
import subprocess
import sys
from dataclasses import replace

import pytest

from genesys_ports import Lab
from genesys_ports.errors import NoAnswerError, TLSMismatchError
from genesys_ports.lab import listener
from genesys_ports.lab.certificate import Certificates
from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort, Transport
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, tool, until

MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])

MS, STAT = "message_server", "stat_server"


def plan(transport="tls", secure=None):
    """Stat Server, which connects to Message Server."""
    port = ListeningPort(number=5151, transport=Transport(transport))
    return Deployment(
        hosts=(Host(name="h1"), Host(name="h2")),
        applications=(
            Application(name=MS, host="h1", type="Message Server", ports=(port,)),
            Application(name=STAT, host="h2", type="Stat Server"),
        ),
        connections=(Connection(client=STAT, server=MS, secure=secure),),
    )


@pytest.fixture(params=[False, True], ids=["own addresses", "one address"])
async def lab(request):
    async with await Lab.open(plan(), name="tls", one_address=request.param) as lab:
        await lab.start(MS)
        yield lab


def where(lab):
    (one,) = next(state for state in lab.port_states() if state.application == MS).sockets
    return one.address, one.number


# --- certificates


def shake(server, client, name):
    """The version of TLS that two contexts agree on, without a network."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return ends[0].version()


@pytest.mark.parametrize("name", ["sip-host", "127.20.1.3", "gen_fw-01.example.com"])
def test_a_host_is_trusted_under_its_names(name):
    certificates = Certificates()
    server = certificates.server_context(["sip-host", "gen_fw-01.example.com"], ["127.20.1.3"])
    client = certificates.client_context()
    # What Python 3.13 asks of every chain.
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    assert shake(server, client, name) == "TLSv1.3"


@pytest.mark.parametrize("name", ["other-host", "127.20.1.4"])
def test_a_host_is_trusted_under_no_other_name(name):
    certificates = Certificates()
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(certificates.server_context(["sip-host"], ["127.20.1.3"]), certificates.client_context(), name)


@pytest.mark.parametrize("client", [Certificates().client_context(), ssl.create_default_context()])
def test_nobody_else_trusts_it(client):
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(Certificates().server_context(["sip-host"], []), client, "sip-host")


@pytest.mark.parametrize("name", ["Framework Host 3", "ç" * 80, "-a", "", "\ud800", "a..b", "x" * 300])
def test_a_name_that_no_certificate_can_hold(name):
    certificates = Certificates()
    server = certificates.server_context([name], ["127.0.0.1"])
    assert shake(server, certificates.client_context(), "127.0.0.1")


def test_contexts_are_made_once():
    certificates = Certificates()
    assert certificates.server_context(["a"], ["127.0.0.1"]) is certificates.server_context(["a"], ["127.0.0.1"])
    assert certificates.server_context(["a"], ["127.0.0.1"]) is not certificates.server_context(["b"], ["127.0.0.1"])
    assert certificates.client_context() is certificates.client_context()


def test_no_key_is_left_in_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []
    monkeypatch.setattr(
        ssl.SSLContext, "load_cert_chain", lambda _, file: seen.append((file, [one.stat().st_mode for one in files()]))
    )

    def files():
        return list(tmp_path.iterdir())

    Certificates().server_context(["a"], [])
    ((_, modes),) = seen
    assert files() == []
    assert len(modes) == 1
    assert sys.platform == "win32" or modes[0] & 0o777 == 0o600


def test_no_key_is_left_where_it_could_not_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def refuse(self, file):
        raise OSError("no room")

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", refuse)
    with pytest.raises(OSError, match="no room"):
        Certificates().server_context(["a"], [])
    assert list(tmp_path.iterdir()) == []


def test_loading_a_lab_loads_no_cryptography():
    code = "import sys, genesys_ports.lab.lab as lab; print('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# --- in a lab


@MODES
async def test_applications_speak_tls_with_each_other(one_address):
    async with await Lab.open(plan(), name="tls", one_address=one_address) as lab:
        said = str(await lab.start_all())
        assert f"{STAT} has connected to {MS} on port 5151/tls." in said
        answer = await lab.send(STAT, MS, "log", "a line")
        assert (answer.name, answer.port) == ("ack", "5151/tls")
        assert not any("TLS" in notice or "encrypt" in notice for notice in lab.notices)
    assert [one.kind for one in lab.trace if one.name == "disconnect"] == [Kind.DISCONNECT]


@MODES
async def test_a_crash_is_told(one_address):
    async with await Lab.open(plan(), name="tls", one_address=one_address) as lab:
        await lab.start_all()
        assert f"{STAT} has lost its connection to {MS}." in str(await lab.crash(MS))
        assert f"{MS} is running and listens on port 5151/tls of h1." in str(await lab.start(MS))
        assert (await lab.send(STAT, MS)).name == "ack"


@pytest.mark.parametrize(
    ("transport", "secure", "error", "said"),
    [
        (
            "tls",
            False,
            "stat_server called port 5151/tls of message_server in plain text, and that port speaks TLS. Take tls=0 "
            "away from the connection, or name a plain port.",
            "in plain text, and that port speaks TLS only: they did not understand each other.",
        ),
        (
            "tcp",
            True,
            "stat_server called port 5151/tcp of message_server with TLS, and that port speaks plain text. Take tls=1 "
            "away from the connection, or name a secure port.",
            "with TLS, and that port speaks plain text: they did not understand each other.",
        ),
    ],
)
async def test_one_side_speaks_tls_and_the_other_does_not(transport, secure, error, said):
    async with await Lab.open(plan(transport, secure), name="tls") as lab:
        await lab.start(MS)
        assert said in str(await lab.start(STAT))
        (state,) = lab.connection_states()
        assert state.status == "lost"
        with pytest.raises(TLSMismatchError) as caught:
            await lab.send(STAT, MS)
        assert str(caught.value) == error
        assert lab.dialling == {}
        told = [(one.kind, one.sender, one.receiver) for one in lab.trace if one.name == "no TLS"]
        assert told == [(Kind.LOST, STAT, MS)] * 2


@pytest.mark.parametrize(("transport", "secure"), [("tls", True), ("tcp", False)])
async def test_what_the_connection_says_may_be_what_the_port_wants(transport, secure):
    async with await Lab.open(plan(transport, secure), name="tls") as lab:
        await lab.start_all()
        assert (await lab.send(STAT, MS)).name == "ack"


async def test_a_stranger_with_a_certificate_of_its_own():
    stranger = Certificates()
    async with await Lab.open(plan(), name="tls") as lab:
        host = lab.network.address_of("h1")
        context = stranger.server_context([], [host])
        server = await asyncio.start_server(lambda reader, writer: writer.close(), host, 5151, ssl=context)
        try:
            said = str(await lab.start(STAT))
            assert "whoever listens there has no certificate that stat_server trusts." in said
            with pytest.raises(NoAnswerError):
                await lab.send(STAT, MS)
        finally:
            server.close()
            await server.wait_closed()


# --- programs from outside


def client(lab):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=lab.certificates.authority)
    return context


async def test_a_program_from_outside_that_trusts_the_authority(lab):
    address, number = where(lab)
    reader, writer = await asyncio.open_connection(address, number, ssl=client(lab), server_hostname="h1")
    writer.write(b'{"message":"hello","id":1}\n')
    assert await asyncio.wait_for(reader.readline(), PATIENCE) == b'{"ack":1}\n'
    writer.close()
    await writer.wait_closed()
    await until(lambda: any(one.name == "disconnect" for one in lab.trace))
    assert [one.name for one in lab.trace if one.client == "outside program 1"] == [
        "connect",
        "hello",
        "ack",
        "disconnect",
    ]


@pytest.mark.parametrize("words", [b'{"message":"hello"}\n', b"GET / HTTP/1.1\r\n\r\n", b"\0" * 99])
async def test_a_program_from_outside_that_speaks_plain_text(lab, words):
    reader, writer = await asyncio.open_connection(*where(lab))
    writer.write(words)
    try:
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionResetError:
        answer = b""
    writer.close()
    # An alert of TLS, and no line of ours.
    assert b"{" not in answer
    await until(lambda: any(one.name == "no TLS" for one in lab.trace))
    (told,) = (one for one in lab.trace if one.name == "no TLS")
    assert (told.kind, told.sender, told.receiver, told.port) == (Kind.REFUSED, "outside program 1", MS, "5151/tls")
    assert told.text.startswith("This port speaks TLS only.")


async def test_a_program_from_outside_that_does_not_trust_the_lab(lab):
    def call():
        with socket.create_connection(where(lab)) as sock, pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(sock, server_hostname="h1")

    await asyncio.to_thread(call)
    await until(lambda: any(one.name == "no TLS" for one in lab.trace))


def listeners(lab):
    return [one for opened in lab._running[MS].doors._open.values() for one in opened]


async def test_whoever_connects_and_says_nothing_leaves_no_line(lab):
    before = lab.trace.last_number
    for _ in range(3):
        _, writer = await asyncio.open_connection(*where(lab))
        writer.close()
        await writer.wait_closed()
    await lab.knock("h1", 5151)
    await until(lambda: not any(one._shaking for one in listeners(lab)))
    assert [one.name for one in lab.trace][before:] == ["knock", "answer"]


async def test_a_silent_caller_does_not_keep_a_port_from_closing(lab):
    _, writer = await asyncio.open_connection(*where(lab))
    await until(lambda: any(one._shaking for one in listeners(lab)))
    async with asyncio.timeout(PATIENCE / 10):
        await lab.stop(MS)
    writer.close()


async def test_a_silent_caller_is_let_go(lab, monkeypatch):
    monkeypatch.setattr(listener, "HANDSHAKE_LIMIT", 0.05)
    reader, writer = await asyncio.open_connection(*where(lab))
    assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
    writer.close()


async def test_of_many_silent_callers_the_oldest_makes_room(lab, monkeypatch):
    monkeypatch.setattr(listener, "SHAKING", 2)
    silent = [await asyncio.open_connection(*where(lab)) for _ in range(3)]
    assert await asyncio.wait_for(silent[0][0].read(), PATIENCE) == b""
    await lab.start(STAT)
    assert (await lab.send(STAT, MS)).name == "ack"
    for _, writer in silent:
        writer.close()


async def test_a_caller_that_never_says_goodbye(lab):
    address, number = where(lab)
    with socket.create_connection((address, number)) as sock:
        tls = await asyncio.to_thread(client(lab).wrap_socket, sock, server_hostname=address)
        tls.sendall(b'{"message":"hello","id":1}\n')
        async with asyncio.timeout(PATIENCE):
            await lab.stop(MS)
        tls.close()


async def test_openssl_agrees(lab, tmp_path):
    openssl = tool("openssl")
    (tmp_path / "lab.pem").write_text(lab.certificates.authority)
    address, number = where(lab)
    process = await asyncio.create_subprocess_exec(
        *(openssl, "s_client", "-connect", f"{address}:{number}", "-CAfile", str(tmp_path / "lab.pem")),
        *("-verify_return_error", "-verify_hostname", "h1", "-quiet", "-no_ign_eof"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"message":"hello","id":7}\n')
        assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b'{"ack":7}\n'
        process.stdin.close()
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
    assert not re.search(rb"(?i)error", said)


async def test_a_program_from_outside_that_begins_tls_at_a_plain_port():
    async with await Lab.open(plan("tcp"), name="tls") as lab:
        await lab.start(MS)
        reader, writer = await asyncio.open_connection(*where(lab))
        writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        assert answer == b'{"error":"This port speaks plain text: connect without TLS."}\n'
        writer.close()
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection(*where(lab), ssl=ssl.create_default_context(), server_hostname="h1")


def test_an_application_without_tls_makes_no_certificate(monkeypatch):
    monkeypatch.setattr(Certificates, "server_context", None)

    async def scenario():
        async with await Lab.open(replace(plan("tcp")), name="tls") as lab:
            await lab.start_all()

    asyncio.run(scenario())
