"""`genesys-ports serve` as a process of its own: ports really open, signals, a real clash."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import genesys_ports
from genesys_ports.cli import main, serve, words
from genesys_ports.model import ListeningPort, Purpose, Transport
from genesys_ports.state import Socket
from genesys_ports.trace import Kind, Trace
from tests.helpers import PATIENCE, net_snmp, own_address, own_number, tool

ROOT = Path(genesys_ports.__file__).parent.parent
PLANS = ROOT / "notebooks" / "plans"
WINDOWS = os.name == "nt"

#: The first address of the block that `serve` takes.
ADDRESS = own_address("0.1")

one_address = pytest.mark.skipif(sys.platform == "darwin", reason="with one loopback address ports are translated")


@contextmanager
def serving(*arguments: str):
    """A running `serve`; it is ended in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", "genesys_ports", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def json_lines(process, count: int) -> list[dict[str, Any]]:
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def is_open(line: dict[str, Any]) -> bool:
    with socket.socket() as caller:
        caller.settimeout(PATIENCE)
        return caller.connect_ex((line["address"], line["port"])) == 0


def test_json_lines_name_what_is_open():
    with serving(str(PLANS / "framework.csv"), "--json") as process:
        lines = json_lines(process, 6)
        assert [(line["host"], line["application"], line["port_id"], line["planned"]) for line in lines] == [
            ("framework-host", "configuration_server", "default", 2020),
            ("framework-host", "lca_framework", "default", 4999),
            ("framework-host", "solution_control_server", "default", 3600),
            ("framework-host", "message_server", "default", 5150),
            ("agent-host", "lca_agent", "default", 4999),
            ("agent-host", "stat_server", "default", 2060),
        ]
        assert all(set(line) >= {"transport", "address", "port"} for line in lines)
        assert all(is_open(line) for line in lines)
        assert process.poll() is None


@one_address
def test_ports_are_those_of_the_plan():
    with serving(str(PLANS / "two-servers.csv"), "--json") as process:
        lines = json_lines(process, 2)
        assert [line["port"] for line in lines] == [3600, 5150]
        assert all(line["address"] == ADDRESS for line in lines)


@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_closes_everything(number):
    with serving(str(PLANS / "two-servers.csv"), "--json") as process:
        lines = json_lines(process, 2)
        process.send_signal(getattr(signal, number))
        rest, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, rest, errors) == (0, "", "")
        assert not any(is_open(line) for line in lines)
    with serving(str(PLANS / "two-servers.csv"), "--json") as process:
        assert json_lines(process, 2) == lines or sys.platform == "darwin"


@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
def test_a_signal_while_it_comes_up(tmp_path):
    rows = "".join(f"h,a{number},{10000 + number}\n" for number in range(300))
    (tmp_path / "many.csv").write_text("Host,Application,Port\n" + rows)
    with serving(str(tmp_path / "many.csv")) as process:
        while process.poll() is None and not is_open({"address": ADDRESS, "port": 10000}):
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
def test_what_a_person_sees():
    with serving(str(PLANS / "two-servers.csv"), "--only", "solution_control_server") as process:
        shown = [process.stdout.readline().rstrip() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE)
    assert shown[0].split() == ["Application", "Port", "ID", "Planned", "Open", "on", "this", "machine"]
    assert shown[2].split()[:3] == ["solution_control_server", "default", "framework-host:3600/tcp"]
    assert shown[3] == "No connection yet: solution_control_server → message_server (refused)."
    assert shown[4].startswith("Network ")
    assert rest == "Closed.\n"


@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
def test_how_to_ask_a_management_port():
    snmpwalk = tool("snmpwalk")
    only = ("--only", "configuration_server", "lca_framework", "message_server")
    with serving(str(PLANS / "training.csv"), *only) as process:
        shown = []
        while not shown or not shown[-1].startswith("Network "):
            shown.append(process.stdout.readline().rstrip())
        (told,) = (line for line in shown if line.startswith("Ask message_server by SNMP:"))
        command = shlex.split(told.partition("SNMP:")[2])
        assert (command[0], command[-1]) == ("snmpwalk", "gpObjects")
        (user,) = (line for line in shown if line.startswith("With version 3"))
        secure = [*shlex.split(user.partition("public:")[2]), *command[4:]]
        for arguments in (command[1:], secure):
            done = subprocess.run(
                [snmpwalk, *arguments], capture_output=True, text=True, timeout=PATIENCE, env=net_snmp()
            )
            assert "gpApplicationName.4 = STRING: message_server" in done.stdout
            assert "gpPortState.4.2 = INTEGER: listening(2)" in done.stdout
            assert done.returncode == 0


@pytest.mark.parametrize(
    ("plan", "told", "not_told"),
    [
        ("management.csv", "Ask snmp_master_agent by SNMP:", "No connection yet"),
        ("cti.csv", "Program switch at its console:  telnet ", "No connection yet"),
        ("cti.csv", "(login admin, password training)", "Program t_server"),
        ("training.csv", "Ask sip_server by SNMP:", "at its console"),
    ],
)
def test_what_is_told_of_new_kinds_of_ports(plan, told, not_told):
    with serving(str(PLANS / plan)) as process:
        shown = ""
        while "Network " not in shown:
            shown += process.stdout.readline()
    assert told in shown
    assert not_told not in shown


@one_address
def test_a_second_start_meets_a_real_clash(capsys):
    with serving(str(PLANS / "two-servers.csv"), "--json") as process:
        lines = json_lines(process, 2)
        assert main(["serve", str(PLANS / "two-servers.csv")]) == 1
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err.startswith(
            "port 3600/tcp on framework-host is already open: a program outside this lab holds it."
        )
        assert all(is_open(line) for line in lines)


def test_a_clash_in_the_plan_opens_nothing(capsys):
    before = [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)]
    assert main(["serve", str(PLANS / "collisions.csv")]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "port 5150/tcp on framework-host is already open: message_server holds it. "
        "Two applications on one host cannot listen on the same port. Next free port on this host: 5151.\n"
    )
    assert not is_open({"address": ADDRESS, "port": 5150})
    assert [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)] == before


@pytest.mark.parametrize(
    ("server", "text"),
    [
        ("nobody:default", "The plan has no application 'nobody'."),
        ("b:sip", "b has no port with the id 'sip'. Its port ids: default."),
    ],
)
def test_a_connection_to_nothing_is_a_problem_of_the_plan(server, text, capsys, tmp_path):
    (tmp_path / "p.csv").write_text(f"Host,Application,Port,Connects to\nh,a,5150,{server}\nh,b,5151,\n")
    assert main(["serve", str(tmp_path / "p.csv")]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(text)


@one_address
def test_too_many_hosts_are_a_problem_of_the_plan(capsys, tmp_path):
    rows = "".join(f"h{number},a{number},5150\n" for number in range(300))
    (tmp_path / "p.csv").write_text("Host,Application,Port\n" + rows)
    assert main(["serve", str(tmp_path / "p.csv")]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("The plan needs more than ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_closes_everything(options):
    command = [sys.executable, "-m", "genesys_ports", "serve", str(PLANS / "two-servers.csv"), *options]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr) == (3, f"{words.NO_OUTPUT}\n")


@pytest.mark.skipif(WINDOWS, reason="Windows has another shell, and sends no such signal")
def test_closed_outputs_are_no_hindrance():
    line = 'exec "$0" -m genesys_ports serve "$1" >&- 2>&-'
    process = subprocess.Popen(["sh", "-c", line, sys.executable, str(PLANS / "two-servers.csv")], cwd=ROOT)
    try:
        place = {"address": ADDRESS, "port": 5150}
        while process.poll() is None and not is_open(place):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        process.kill()


@one_address
def test_only_some_of_them():
    names = ["message_server", "message_server_b", "web_services"]
    with serving(str(PLANS / "collisions.csv"), "--json", "--only", *names) as process:
        lines = [json.loads(process.stdout.readline())]
        while lines[-1]["application"] != "web_services":
            lines.append(json.loads(process.stdout.readline()))
        assert {line["application"] for line in lines} == set(names)


def test_a_wide_range_is_kept_and_not_opened_in_full(tmp_path):
    (tmp_path / "media.csv").write_text("Host,Application,Port,Transport\nh,mcp,20000-45000,udp\n")
    with serving(str(tmp_path / "media.csv")) as process:
        shown = [process.stdout.readline().rstrip() for _ in range(3)]
    assert shown[2].endswith(":20000, the others are kept") or sys.platform == "darwin"


@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
def test_a_plan_without_any_port(tmp_path):
    (tmp_path / "desktops.csv").write_text("Host,Application,Port\nh,desktop,none\n")
    with serving(str(tmp_path / "desktops.csv")) as process:
        assert process.stdout.readline() == (
            "No application that was started has a port in this plan, so none is open. Ctrl-C ends this.\n"
        )
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE) == ("Closed.\n", "")
        assert process.returncode == 0


def test_a_range_that_makes_no_sense(monkeypatch, capsys):
    monkeypatch.setenv("GENESYS_PORTS_NETWORK", "10.0.0.0/24")
    assert main(["serve", str(PLANS / "two-servers.csv")]) == 2
    assert "10.0.0.0/24" in capsys.readouterr().err


# --- SIP


def sip_caller():
    """A UDP socket that a SIP tool would have."""
    caller = socket.socket(type=socket.SOCK_DGRAM)
    caller.bind((own_address("200.7"), 0))
    caller.settimeout(PATIENCE)
    return caller


def heard(caller: socket.socket, start: str) -> str:
    """The next message that begins so; others are passed over."""
    while not (text := caller.recv(65_536).decode()).startswith(start):
        pass
    return text


def message(start: str, caller: socket.socket, cseq: str, to: str, *more: str) -> bytes:
    address, number = caller.getsockname()
    lines = [
        start,
        f"Via: SIP/2.0/UDP {address}:{number};branch=z9hG4bK-{cseq.replace(' ', '')}",
        f"From: <sip:9000@{address}:{number}>;tag=caller",
        f"To: {to}",
        "Call-ID: from-outside",
        f"CSeq: {cseq}",
        f"Contact: <sip:9000@{address}:{number}>",
        "Max-Forwards: 70",
        *more,
    ]
    body = f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"
    if not start.startswith("INVITE"):
        body = ""
    elif not more:
        lines.append("Content-Type: application/sdp")
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()


@one_address
@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
def test_ctrl_c_hangs_up_and_keeps_the_trace(tmp_path):
    out = tmp_path / "calls.csv"
    with serving(str(PLANS / "training.csv"), "--trace", str(out)) as process, sip_caller() as caller:
        shown = []
        while not shown or not shown[-1].startswith("Network "):
            shown.append(process.stdout.readline())
        server = next(line.split()[-1] for line in shown if " sip-host:5060/udp " in line)
        assert shown[-2] == (
            f"Registered with sip_server: 1001, 1002. Any SIP tool can call them: sip:1001@{server} (udp, tcp).\n"
        )
        address, _, number = server.partition(":")
        place = address, int(number)
        to = f"<sip:1001@{server}>"
        caller.sendto(message(f"INVITE sip:1001@{server} SIP/2.0", caller, "1 INVITE", to), place)
        answer = heard(caller, "SIP/2.0 200 ")
        to = next(line for line in answer.splitlines() if line.startswith("To: "))[4:]
        caller.sendto(message(f"ACK sip:1001@{server} SIP/2.0", caller, "1 ACK", to), place)
        process.send_signal(signal.SIGINT)
        bye = heard(caller, "BYE ")
        assert "Call-ID: from-outside\r\n" in bye
        headers = [line for line in bye.split("\r\n") if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        caller.sendto("\r\n".join(["SIP/2.0 200 OK", *headers, "Content-Length: 0", "", ""]).encode(), place)
        rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")
    assert rest.splitlines()[0].startswith(f"Written: {out} (")
    assert rest.splitlines()[1:] == ["Closed."]
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    names = [row["Name"] for row in rows if row["Call"] == "from-outside"]
    assert [names[0], names[-2], names[-1]] == ["INVITE", "BYE", "200 OK"]
    # The phones take their registrations back.
    sip = [row["Name"] for row in rows if row["Protocol"] == "sip"]
    assert sip[sip.index("ACK") :].count("REGISTER") == 2


@one_address
@pytest.mark.skipif(WINDOWS, reason="Windows sends no such signal to another process")
@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_sipp_calls_the_phones(transport, tmp_path):
    sipp = tool("sipp")
    out = tmp_path / "calls.pcapng"
    with serving(str(PLANS / "training.csv"), "--trace", str(out), "--json") as process:
        lines = json_lines(process, 22)
        (server,) = (one for one in lines if (one["application"], one["port_id"]) == ("sip_server", "sip"))
        place = f"{server['address']}:{server['port']}"
        caller = ["-i", own_address("200.8"), "-p", str(own_number()), "-s", "1002", "-t", transport]
        command = [sipp, "-sn", "uac", place, *caller, "-m", "10", "-r", "20", "-nostdin", "-timeout", str(PATIENCE)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=2 * PATIENCE)
        assert done.returncode == 0, done.stdout
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest, errors) == (0, "", "")
    data = out.read_bytes()
    assert data.startswith(b"\x0a\x0d\x0d\x0a")
    assert data.count(b"INVITE sip:1002@") >= 20


def test_no_line_about_sip_without_sip():
    with serving(str(PLANS / "two-servers.csv")) as process:
        shown = [process.stdout.readline() for _ in range(5)]
    assert not any("Registered" in line for line in shown)


@pytest.mark.parametrize("name", ["there.csv", "calls.pcap", "nowhere/calls.csv"])
def test_a_trace_that_could_not_be_written_is_told_at_the_start(name, capsys, tmp_path):
    (tmp_path / "there.csv").write_text("mine")
    assert main(["serve", str(PLANS / "two-servers.csv"), "--trace", str(tmp_path / name)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert name in output.err
    assert [one.name for one in tmp_path.iterdir()] == ["there.csv"]
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_what_was_seen_is_kept_when_the_plan_is_wrong(capsys, tmp_path):
    out = tmp_path / "seen.csv"
    assert main(["serve", str(PLANS / "collisions.csv"), "--trace", str(out)]) == 1
    assert capsys.readouterr().out == ""
    assert ",taken," in out.read_text()


@pytest.mark.parametrize(
    ("dropped", "sentence"),
    [(0, "Written: x.csv (3 steps).\n"), (7, "Written: x.csv (the newest 3 of 10 steps).\n")],
)
def test_how_much_was_kept(dropped, sentence, capsys):
    trace = Trace(limit=3)
    for _ in range(3 + dropped):
        trace.add(Kind.EVENT, "x", "a", "b")
    lab: Any = SimpleNamespace(trace=trace)
    serve._tell_trace("x.csv", lab)
    assert capsys.readouterr().out == sentence


def test_many_numbers_are_counted():
    rows = [(str(1000 + n), "p", "sip_server", "", "") for n in range(12)]
    lab: Any = SimpleNamespace(registrations=lambda: SimpleNamespace(rows=rows))
    states: list[Any] = [
        SimpleNamespace(
            application="sip_server",
            port=ListeningPort(number=number, transport=transport, purpose=Purpose.SIP),
            sockets=[Socket("127.0.0.3", number)],
        )
        for number, transport in ((5060, Transport.UDP), (5060, Transport.TCP), (5061, Transport.TLS))
    ]
    (sentence,) = serve._registrations(lab, states)
    assert sentence.startswith("Registered with sip_server: 1000, 1001, ")
    assert sentence.endswith("1009 and 2 more. Any SIP tool can call them: sip:1000@127.0.0.3:5060 (udp, tcp).")
