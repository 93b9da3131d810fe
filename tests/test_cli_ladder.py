"""`genesys-ports ladder`: the calls of a SIP Server log, and each of them as a ladder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from genesys_ports.cli import ladder, main, words
from genesys_ports.sip.logs import read_sip_log
from tests.helpers import HEADER as COLUMNS
from tests.helpers import tool
from tests.sip_logs import LEG_A, LEG_B, PHONE, received, sample, sip

NAME = "SIP_P.log"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(NAME).write_text(sample())


def run(capsys, *arguments):
    """The exit code, what was shown and what was complained of."""
    code = main(["ladder", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_the_calls(capsys):
    code, out, err = run(capsys, NAME)
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["SIP_P.log: 26 SIP messages, as SIP_P on gen-sip-01 saw them.", "5 calls"]
    assert out.splitlines()[2].split() == ["Call-ID", "From", "To", "Messages", "First", "Last", "Methods", "Result"]
    assert out.splitlines()[8].split(maxsplit=6) == [
        LEG_A, "2125550100", "1001", "13", "2014-05-01T23:59:50.001", "2014-05-02T00:00:05.030",
        "INVITE, ACK, BYE  200 OK",
    ]  # fmt: skip
    assert out.splitlines()[-1] == f"To see one of them:  genesys-ports ladder SIP_P.log --call {LEG_A}"


def test_json(capsys):
    code, out, err = run(capsys, NAME, "--json")
    told = json.loads(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert {name: told[name] for name in ("file", "application", "host", "messages", "skipped", "notes")} == {
        "file": NAME,
        "application": "SIP_P",
        "host": "gen-sip-01",
        "messages": 26,
        "skipped": 0,
        "notes": [],
    }
    assert told["calls"][4] == {
        "call_id": LEG_A,
        "from": "2125550100",
        "to": "1001",
        "messages": 13,
        "first": "2014-05-01T23:59:50.001",
        "last": "2014-05-02T00:00:05.030",
        "methods": ["INVITE", "ACK", "BYE"],
        "final_status": 200,
        "result": "200 OK",
        "legs": [LEG_A, LEG_B],
    }
    assert [one["final_status"] for one in told["calls"]] == [200, 404, 200, None, 200]


@pytest.mark.parametrize("call", [LEG_A, LEG_B, "a1b2", "0044"])
def test_one_call(call, capsys):
    code, out, err = run(capsys, NAME, "--call", call)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["10.0.0.40", "SIP_P", "1001"]
    assert sum(" INVITE, to 5060/udp " in line for line in out.splitlines()) == 2
    assert "REGISTER" not in out


def test_one_call_as_json(capsys):
    code, out, _ = run(capsys, NAME, "--call", "a1", "--json")
    assert (code, json.loads(out)["messages"], len(json.loads(out)["calls"])) == (0, 26, 1)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("nope", "No message here belongs to a call 'nope'."),
        ("", "No message here belongs to a call ''."),
        ("reg-1", "3 Call-IDs begin with 'reg-1'. Give more of the one you mean: reg-1001@10.0.0.11, "),
    ],
)
def test_a_call_that_is_not_there_or_not_clear(call, text, capsys):
    code, out, err = run(capsys, NAME, "--call", call)
    assert (code, out) == (2, "")
    assert err.startswith(text)


def test_too_many_calls_to_name(capsys):
    text = "".join(
        received("10:00:00.000", PHONE, sip("OPTIONS sip:x SIP/2.0", call=f"c{n}", cseq="1 OPTIONS", via="h;branch=z9"))
        for n in range(9)
    )
    Path(NAME).write_text(text)
    code, _, err = run(capsys, NAME, "--call", "c")
    assert (code, err) == (2, "9 Call-IDs begin with 'c'. Give more of the one you mean: c0, c1, c2, …\n")
    code, out, _ = run(capsys, NAME)
    assert (code, out.splitlines()[0]) == (0, "SIP_P.log: 9 SIP messages.")


def test_what_a_terminal_would_obey_is_never_shown(capsys):
    evil = "\x1b[2Jcall"
    message = sip("OPTIONS sip:x SIP/2.0", call=evil, cseq="1 OPTIONS", via="h;branch=z9", user="\x1b]0;x")
    Path(NAME).write_text(received("10:00:00.000", PHONE, message))
    for arguments in ([], ["--json"], ["--call", evil], ["--call", "nope"], ["--call", ""], ["--participant", "x"]):
        _, out, err = run(capsys, NAME, *arguments)
        assert "\x1b" not in out + err


def test_the_calls_of_one_participant(capsys):
    code, out, _ = run(capsys, NAME, "--participant", "1002")
    assert (code, out.splitlines()[1]) == (0, "1 call")
    code, out, _ = run(capsys, NAME, "--participant", "1001", "--json")
    assert [one["call_id"] for one in json.loads(out)["calls"]] == ["reg-1001@10.0.0.11", LEG_A]


def test_the_part_of_a_call_that_one_participant_sees(capsys):
    code, out, _ = run(capsys, NAME, "--call", "a1", "--participant", "1001")
    assert code == 0
    assert "10.0.0.40" not in out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--participant", "nobody"], "Nobody here is called 'nobody'."),
        (["--protocol", "h323"], "'h323' is not a protocol"),
    ],
)
def test_names_that_mean_nothing(arguments, text, capsys):
    code, out, err = run(capsys, NAME, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(text)


def test_nothing_fits(capsys):
    code, out, _ = run(capsys, NAME, "--participant", "1002", "--call", "a1")
    assert (code, "INVITE" in out) == (1, False)
    code, out, _ = run(capsys, NAME, "--protocol", "rtp")
    assert (code, out.splitlines()[-1]) == (1, words.NO_CALLS)


def test_protocol_sip_is_all_of_it(capsys):
    assert run(capsys, NAME, "--protocol", "sip") == run(capsys, NAME)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("call.svg", b"<svg"),
        ("call.txt", b"10.0.0.40 "),
        ("call.mmd", b"sequenceDiagram"),
        ("call.csv", b"No.,Kind,From,To,"),
        ("call.pcapng", b"\x0a\x0d\x0d\x0a"),
    ],
)
def test_a_new_file(name, begins, capsys):
    assert run(capsys, NAME, "--call", "a1", "-o", name) == (0, f"Written: {name} (13 SIP messages).\n", "")
    data = Path(name).read_bytes()
    assert begins in data[:200]
    if name.endswith(".csv"):
        assert data.count(b"\n") == 14
        # As the log has it, so that a line of one is found in the other.
        assert data.splitlines()[1].endswith(b",2014-05-01T23:59:50.001")
    code, out, err = run(capsys, NAME, "-o", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"{name} exists already")
    assert Path(name).read_bytes() == data


@pytest.mark.parametrize("name", ["call.png", "call", "nowhere/call.svg"])
def test_a_file_that_cannot_be_written_is_told_before_the_log_is_read(name, capsys):
    code, out, err = run(capsys, "no-such.log", "-o", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"{name}: ")
    assert not Path(name).exists()


def test_a_log_that_cannot_be_read_leaves_no_file(capsys):
    assert run(capsys, "no-such.log", "-o", "call.svg")[0] == 2
    assert not Path("call.svg").exists()


@pytest.mark.parametrize("name", ["no-such.log", ".", "a\0b"])
def test_no_log(name, capsys):
    code, out, err = run(capsys, name)
    assert (code, out) == (2, "")
    assert err.startswith(f"{name}: ")


def test_messages_left_out_are_told(capsys):
    Path(NAME).write_text(sample() + received("00:02:00.000", PHONE, "hello"))
    code, out, _ = run(capsys, NAME)
    note = "1 message is left out because what the log shows of it is no SIP message."
    assert (code, out.splitlines()[1]) == (0, note)
    code, out, err = run(capsys, NAME, "--call", "a1")
    assert (code, err, note in out) == (0, f"{note}\n", False)
    code, out, _ = run(capsys, NAME, "--json")
    assert (json.loads(out)["skipped"], json.loads(out)["notes"]) == (1, [note])


def test_a_plan_gives_names(capsys):
    Path("plan.csv").write_text(COLUMNS + "p-host,phone_1001,,sip,5060,udp,sip,10.0.0.11,\n")
    code, out, _ = run(capsys, NAME, "--call", "a1", "--plan", "plan.csv")
    assert (code, out.splitlines()[0].split()) == (0, ["10.0.0.40", "SIP_P", "phone_1001"])
    Path("plan.csv").write_text(COLUMNS + "p-host,phone_1001,,sip,5060,udp,sip,10.0.0.11,\nh,a,,x,high,udp,,,\n")
    code, _, err = run(capsys, NAME, "--plan", "plan.csv")
    assert (code, err.startswith("1 cell cannot be read")) == (2, True)


def test_a_log_without_a_header(capsys):
    Path(NAME).write_text(sample().partition("\n\n")[2])
    code, out, _ = run(capsys, NAME, "--json")
    told = json.loads(out)
    assert (code, told["application"], told["host"]) == (0, "", "")
    assert (told["calls"][0]["first"], told["calls"][0]["last"]) == ("23:58:10.100", "00:01:00.101")


def test_a_log_without_its_host(capsys):
    Path(NAME).write_text(sample().replace("Host name:", "Somewhere:"))
    assert run(capsys, NAME)[1].startswith("SIP_P.log: 26 SIP messages, as SIP_P saw them.\n")


def test_a_log_with_more_than_is_kept(capsys, monkeypatch):
    monkeypatch.setattr(ladder, "_read", _few)
    code, out, _ = run(capsys, NAME, "--call", "reg-1999")
    assert (code, "404 Not Found" in out) == (0, True)
    code, out, _ = run(capsys, NAME)
    assert (code, out.splitlines()[1]) == (0, "5 calls")
    code, out, _ = run(capsys, NAME, "-o", "all.csv")
    assert out.splitlines()[0] == "Written: all.csv (4 SIP messages)."
    assert out.splitlines()[1].startswith("These are the newest 4 of 26 messages.")


def _few(path, plan, calls=None):
    return read_sip_log(path, plan=plan, calls=calls, limit=4)


def test_the_capture_is_sip_for_wireshark(capsys):
    tshark = tool("tshark")
    run(capsys, NAME, "-o", "all.pcapng")
    fields = ["-e", "frame.time_epoch", "-e", "_ws.col.Protocol", "-e", "sip.Call-ID", "-e", "_ws.malformed"]
    command = [tshark, "-r", "all.pcapng", "-T", "fields", *fields]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in shown.splitlines()]
    assert len(rows) == 26
    assert rows[0][0].startswith("1398999490.100")
    assert {row[1] for row in rows} == {"SIP", "SIP/SDP"}
    assert {row[2] for row in rows} >= {LEG_A, LEG_B}
    assert not any(row[3:] and row[3] for row in rows)
