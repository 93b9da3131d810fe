"""`genesys-ports serve` as a process of its own: ports really open, signals, a real clash."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import genesys_ports
from genesys_ports.cli import main, words
from tests.helpers import PATIENCE, own_address

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
