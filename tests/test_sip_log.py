"""SIP Server logs read as traces: whole and broken, in every line end, across midnight, without secrets."""

from __future__ import annotations

import gzip
import random
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genesys_ports import load_plan, read_sip_log
from genesys_ports.errors import LogFileError
from genesys_ports.sip import parse
from genesys_ports.sip.logs import lines, words
from genesys_ports.sip.logs.masking import masked, masked_command_line
from tests.helpers import HEADER as COLUMNS
from tests.sip_logs import HEADER, LEG_A, LEG_B, PHONE, SDP, UUID, call, on_wire, received, sample, sent, sip, subscribe

SAMPLE = Path(__file__).parent / "data" / "sip_server.log"

SECRETS = ("secret99", "n0nce", "d1gest", "WVNfX19z", "tr4nk")


@pytest.fixture
def read(tmp_path):
    """Reads a log with this text; the options are those of `read_sip_log`."""

    def read(text, **options):
        path = tmp_path / "SIP_P.log"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_sip_log(path, **options)

    return read


def told(log):
    """What a log says, in short."""
    return [(log.moment(m), m.sender, m.receiver, m.name, m.payload) for m in log]


def ask(number=1, *, start="OPTIONS sip:10.0.0.2 SIP/2.0", **parts):
    """Some message."""
    parts = {"call": f"call-{number}", "cseq": f"{number} OPTIONS", "via": "10.0.0.1:5060;branch=z9hG4bK1", **parts}
    return sip(start, **parts)


# --- a whole log


def test_the_sample_is_what_its_writer_writes():
    assert SAMPLE.read_bytes() == sample().encode()


@pytest.fixture(scope="module")
def log():
    return read_sip_log(SAMPLE)


def test_the_header_block(log):
    assert (log.application, log.host, log.read, log.skipped, log.notes) == ("SIP_P", "gen-sip-01", 26, 0, ())
    assert log.command_line == "sip_server -host gen-conf-01 -port 2020 -app SIP_P -l 7260@gen-lic-01 -password ***"


def test_every_message_is_byte_for_byte_what_the_parser_reads(log):
    for message in log:
        parsed = parse(message.payload)
        assert bytes(parsed) == message.payload
        assert parsed.call_id == message.call
        assert parsed.name() == message.name


def test_who_talks_with_whom(log):
    assert list(log.participants) == ["SIP_P", "1001", "1999", "1002", "10.0.0.30", "10.0.0.40"]
    assert [(one.host, one.address, one.ports) for one in log.participants.values()][:2] == [
        ("gen-sip-01", "10.0.0.1", ("5060/udp",)),
        ("", "10.0.0.11", ("5060/udp",)),
    ]


def test_a_call_is_found_by_either_leg(log):
    names = [
        (m.sender, m.receiver, m.name, m.port, m.client_number)
        for m in log.select(call=LEG_B)
        if m.name in ("INVITE", "200 OK", "BYE")
    ]
    assert names == [
        ("10.0.0.40", "SIP_P", "INVITE", "5060/udp", 5060),
        ("SIP_P", "1001", "INVITE", "5060/udp", 5060),
        ("1001", "SIP_P", "200 OK", "5060/udp", 5060),
        ("SIP_P", "10.0.0.40", "200 OK", "5060/udp", 5060),
        ("1001", "SIP_P", "BYE", "5060/udp", 5060),
        ("SIP_P", "1001", "200 OK", "5060/udp", 5060),
        ("SIP_P", "10.0.0.40", "BYE", "5060/udp", 5060),
        ("10.0.0.40", "SIP_P", "200 OK", "5060/udp", 5060),
    ]
    assert len(log.select(call=LEG_A)) == len(log.select(call=LEG_B)) == 13


def test_the_calls(log):
    calls = log.calls()
    assert [(one.call_id, one.messages, one.final_status, one.methods) for one in calls] == [
        ("reg-1001@10.0.0.11", 4, 200, ("REGISTER",)),
        ("reg-1999@10.0.0.19", 2, 404, ("REGISTER",)),
        ("reg-1002@10.0.0.12", 2, 200, ("REGISTER",)),
        ("sub@10.0.0.1", 5, None, ("SUBSCRIBE",)),
        (LEG_A, 13, 200, ("INVITE", "ACK", "BYE")),
    ]
    one = calls.told[LEG_A]
    assert (one.caller, one.called, one.legs, one.result) == ("2125550100", "1001", (LEG_A, LEG_B), "200 OK")
    assert (one.first, one.last) == ("2014-05-01T23:59:50.001", "2014-05-02T00:00:05.030")
    assert str(calls).splitlines()[0] == "5 calls"


def test_the_same_calls_as_any_trace_would_tell(log):
    from genesys_ports.calls import calls_of

    assert list(log.calls()) == list(calls_of(log))


def test_times_and_dates(log):
    assert log.moment(log[0]) == "2014-05-01T23:58:10.100"
    assert log.moment(log[-1]) == "2014-05-02T00:01:00.101"
    assert log[0].time == 0
    assert log[-1].time == pytest.approx(170.001)
    # Three hours behind UTC, as the header tells.
    assert datetime.fromtimestamp(log.began, UTC).isoformat(timespec="milliseconds") == "2014-05-02T02:58:10.100+00:00"


def test_a_request_that_nobody_answers_is_sent_again(log):
    again = [(m.time - log[6].time, m.again) for m in log.select(call="sub@10.0.0.1")]
    assert [(round(time, 3), again) for time, again in again] == [
        (0, False), (0.5, True), (1.5, True), (3.5, True), (7.5, True),
    ]  # fmt: skip
    assert sum(m.again for m in log) == 4


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_left(log, secret):
    kept = b"".join(m.payload for m in log) + repr([m._replace(payload=b"") for m in log]).encode()
    assert secret in sample()
    assert secret.encode() not in kept
    assert secret not in log.command_line


def test_only_some_calls_are_kept_with_their_numbers(log):
    part = read_sip_log(SAMPLE, calls=[LEG_B])
    assert [m.number for m in part] == [14, 15, 17, 18, 21, 22]
    assert (part.read, part.dropped, len(part.calls())) == (26, 0, 5)


def test_the_limit_keeps_the_newest_and_knows_all_calls(log):
    part = read_sip_log(SAMPLE, limit=10)
    assert told(part) == told(log)[-10:]
    assert (part.read, part.dropped, list(part.calls())) == (26, 16, list(log.calls()))


def test_progress_is_told_in_bytes(monkeypatch):
    monkeypatch.setattr(lines, "CHUNK", 2048)
    seen = []
    read_sip_log(SAMPLE, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == SAMPLE.stat().st_size
    assert len(seen) > 3


# --- the same, written otherwise


def windows(text):
    """SIP's own CR LF, written as text on Windows."""
    return text.replace("\n", "\r\r\n")


WRITTEN = {
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR CR LF": lambda text: windows(text).encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "messages in CR LF": lambda text: re.sub(r"\n(?=[A-Z][\w-]*[: ]|[a-z]=|\n)", "\r\n", text).encode(),
    "mixed": lambda text: "".join(
        line + random.Random(7).choice(["\n", "\r\n", "\r\r\n"]) for line in text.split("\n")
    ).encode(),
    "UTF-8 with a mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16, the other way round": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_line_ends_and_codes_make_no_difference(name, read, log):
    assert told(read(WRITTEN[name](sample()))) == told(log)


@pytest.mark.parametrize("size", [64, 333, 1000, 5000])
def test_pieces_make_no_difference(size, monkeypatch, log):
    monkeypatch.setattr(lines, "CHUNK", size)
    assert told(read_sip_log(SAMPLE)) == told(log)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SIPTR: Received [0,UDP]", "Received [0,UDP]"),
        ("SIPTR: Received [0,UDP]", "SIPTR: Received [12,UDP]"),
        ("Sending  [0,UDP]", "Sending [0, UDP]"),
        ("Sending  [0,UDP]", "SIPTR: Sending  [0,udp]"),
        (" <<<<<\n", " <<<<< \n"),
        ("Call-ID:", "i:"),
        ("Content-Length:", "l :"),
        ("Via: ", "VIA:  "),
        ("CSeq: ", "CSeq:\n "),
    ],
)
def test_lines_as_they_may_be_written(before, after, read, log):
    short = [one[:4] for one in told(log)]
    assert before in sample()
    assert [one[:4] for one in told(read(sample().replace(before, after)))] == short


@pytest.mark.parametrize("stamp", ["2014-05-01T{}", "@{}", "2014-05-01 {}"])
def test_times_as_they_may_be_written(stamp, read):
    log = read(HEADER + received(stamp.format("13:54:59.884"), "10.0.0.3:5061", ask()))
    assert log.moment(log[0]) == "2014-05-01T13:54:59.884"


# --- times


MIDNIGHT = [f"2014-05-0{moment}" for moment in ("1T23:59:59.990", "2T00:00:00.001", "1T23:59:59.999", "2T00:00:00.002")]
NEW_YEAR = ["2014-12-31T23:59:59.000", "2015-01-01T00:00:01.000"]


@pytest.mark.parametrize(
    ("times", "moments"),
    [
        (["23:59:59.999", "00:00:00.001"], ["2014-05-01T23:59:59.999", "2014-05-02T00:00:00.001"]),
        # Two threads write in turn.
        (["23:59:59.990", "00:00:00.001", "23:59:59.999", "00:00:00.002"], MIDNIGHT),
        # The clock was set.
        (["10:00:00.000", "09:59:58.000"], ["2014-05-01T10:00:00.000", "2014-05-01T09:59:58.000"]),
        (["08:00:00.000", "21:00:00.000"], ["2014-05-01T08:00:00.000", "2014-05-01T21:00:00.000"]),
        (NEW_YEAR, NEW_YEAR),
        (["2014-13-45T10:00:00.000"], ["2014-05-01T10:00:00.000"]),
        (["10:00:00"], ["2014-05-01T10:00:00.000"]),
        (["10:00:00,5"], ["2014-05-01T10:00:00.500"]),
    ],
)  # fmt: skip
def test_dates(times, moments, read):
    log = read(HEADER + "".join(received(time, "10.0.0.3:5061", ask(n)) for n, time in enumerate(times)))
    assert [log.moment(m) for m in log] == moments


def test_a_quiet_night_is_still_a_night(read):
    quiet = "23:00:00.000: x\n00:30:00.000: x\n"
    log = read(HEADER + received("22:00:00.000", PHONE, ask(1)) + quiet + received("22:00:00.000", PHONE, ask(2)))
    assert [log.moment(m) for m in log] == ["2014-05-01T22:00:00.000", "2014-05-02T22:00:00.000"]


def test_without_a_header_there_is_a_time_and_no_date(read):
    log = read(received("23:59:59.999", "10.0.0.3:5061", ask(1)) + received("00:00:00.001", "10.0.0.3:5061", ask(2)))
    assert [log.moment(m) for m in log] == ["23:59:59.999", "00:00:00.001"]
    assert log[1].time == pytest.approx(0.002)
    assert (log.began, log.application, log[0].receiver) == (None, "", "sip_server")


def test_a_header_dates_what_came_before_it(read):
    late = HEADER.replace("2014-05-01T23:58", "2014-05-02T00:10")
    log = read(received("23:59:00.000", PHONE, ask(1)) + late + received("00:10:00.000", PHONE, ask(2)))
    assert [log.moment(m) for m in log] == ["2014-05-01T23:59:00.000", "2014-05-02T00:10:00.000"]


def test_logs_joined_to_one(read):
    backup = HEADER.replace("SIP_P", "SIP_B").replace("gen-sip-01", "gen-sip-02").replace("05-01T23", "05-09T23")
    log = read(HEADER + received("23:58:01.000", PHONE, ask(1)) + backup + received("23:58:01.000", PHONE, ask(2)))
    assert [(log.moment(m), m.receiver, m.host) for m in log] == [
        ("2014-05-01T23:58:01.000", "SIP_P", "gen-sip-01"),
        ("2014-05-09T23:58:01.000", "SIP_B", "gen-sip-02"),
    ]


@pytest.mark.parametrize(
    ("told_time", "moment"),
    [
        ("2014-05-01T23:58:00.000", "2014-05-01T23:58:01.000"),
        ("2014-05-01 23:58:00", "2014-05-01T23:58:01.000"),
        ("Thu May  1 23:58:00 2014", "2014-05-01T23:58:01.000"),
        ("1 de maio", "23:58:01.000"),
        ("9999-12-31T23:58:00", "9999-12-31T23:58:01.000"),
        ("0001-01-01T23:58:00", "0001-01-01T23:58:01.000"),
    ],
)
def test_how_the_header_writes_the_date(told_time, moment, read):
    log = read(HEADER.replace("2014-05-01T23:58:00.000", told_time) + received("23:58:01.000", PHONE, ask()))
    assert log.moment(log[0]) == moment


def test_a_header_without_a_time_zone(read):
    log = read(re.sub("UTC time:.*\n", "", HEADER) + received("23:58:01.000", PHONE, ask()))
    assert datetime.fromtimestamp(log.began, UTC).isoformat() == "2014-05-01T23:58:01+00:00"


# --- messages that are not whole

GOOD = received("10:00:05.000", "10.0.0.3:5061", ask(5))
WITH_BODY = sip("INVITE sip:1001@10.0.0.3 SIP/2.0", call="b", cseq="1 INVITE", via="10.0.0.3;branch=z9hG4bK1", body=SDP)
START, _, _ = WITH_BODY.partition("\n\n")


@pytest.mark.parametrize(
    ("text", "count", "skipped"),
    [
        # The end is missing: of the log, or because it goes on with something else.
        (GOOD + received("10:00:06.000", PHONE, ask(6))[:-40], 1, 1),
        (GOOD + received("10:00:06.000", PHONE, WITH_BODY)[:-60], 1, 1),
        (received("10:00:06.000", PHONE, WITH_BODY)[:-90] + "\n10:00:05.000: x\n" + GOOD, 1, 1),
        (received("10:00:06.000", PHONE, ask(6))[:150] + "\n" + GOOD, 1, 1),
        (received("10:00:06.000", PHONE, START) + GOOD, 1, 1),
        # The beginning is missing.
        (received("10:00:06.000", PHONE, ask(6))[100:] + GOOD, 1, 1),
        ("; x\n\n10:00:00.000: To: nobody\n" + GOOD, 1, 0),
        # What follows the line is something else.
        (received("10:00:06.000", PHONE, "GET / HTTP/1.1\nHost: x\n\n") + GOOD, 1, 1),
        (received("10:00:06.000", PHONE, "") + GOOD, 1, 0),
        (received("10:00:06.000", PHONE, "\n\n") + GOOD, 1, 0),
        (received("10:00:06.000", PHONE, "\0\0\0\0\0\0\0\0\0", count=9) + GOOD, 1, 0),
        (received("10:00:06.000", PHONE, ask(6).replace("Call-ID", "X-ID")) + GOOD, 1, 1),
        (received("10:00:06.000", PHONE, ask(6).replace("Length: 0", "Length: -1")) + GOOD, 1, 1),
        (received("10:00:06.000", PHONE, ask(6).replace("Length: 0", "Length: 1_0")) + GOOD, 1, 1),
        (received("10:00:06.000", PHONE, ask(6).replace("Length: 0", "Length: 999999")) + GOOD, 1, 1),
        # A number of bytes that is wrong is no reason.
        (received("10:00:06.000", PHONE, WITH_BODY, count=1) + GOOD, 2, 0),
        (received("10:00:06.000", PHONE, ask(6), count=99999999) + GOOD, 2, 0),
        # Nor an empty line that a converter has lost, when nothing else is missing.
        (received("10:00:06.000", PHONE, ask(6)).replace("\n\n", "\n") + "10:00:06.100: x\n" + GOOD, 2, 0),
        (received("10:00:06.000", PHONE, ask(6)).rstrip("\n"), 1, 0),
        # A body of another kind that ends in the middle of nowhere.
        (received("10:00:06.000", PHONE, WITH_BODY.replace(SDP, "text and text\n" * 20)) + GOOD, 1, 1),
    ],
)
def test_a_message_is_whole_or_left_out_and_counted(text, count, skipped, read):
    log = read(text)
    assert (len(log), log.skipped) == (count, skipped)
    assert len(log.notes) == bool(skipped)
    for message in log:
        assert bytes(parse(message.payload)) == message.payload


def test_other_log_lines_in_the_middle(read):
    whole = received("10:00:06.000", PHONE, WITH_BODY)
    lines = whole.split("\n")
    for at in range(2, len(lines) - 2):
        cut = [*lines[:at], "10:00:06.001: another thread", "   and more of it", *lines[at:]]
        log = read("\n".join(cut) + GOOD)
        assert log[0].payload == on_wire(WITH_BODY).replace(b"WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", b"x" * 40)
        assert (len(log), log.skipped) == (2, 0)


def test_another_message_in_the_middle(read):
    whole = received("10:00:06.000", PHONE, WITH_BODY)
    other = received("10:00:06.001", "10.0.0.9:5060", ask(9))
    lines = whole.split("\n")
    for at in range(2, len(lines) - 2):
        log = read("\n".join(lines[:at]) + "\n" + other.rstrip("\n") + "\n\n" + "\n".join(lines[at:]) + GOOD)
        assert sorted(m.name for m in log) == ["INVITE", "OPTIONS", "OPTIONS"], at
        assert log.skipped == 0


def test_messages_that_are_never_finished_do_not_pile_up(read):
    broken = received("10:00:06.000", PHONE, START).rstrip("\n") + "\n"
    log = read(broken * 50 + GOOD)
    assert (len(log), log.skipped) == (1, 50)
    assert log.notes == (words.SKIPPED[words.Skipped.CUT][1].format(count=50),)


def test_a_log_made_anonymous_has_bodies_of_other_lengths(read):
    log = read(received("10:00:06.000", PHONE, WITH_BODY.replace("10.0.0.40", "192.168.100.140")) + "10:00:06.1: x\n")
    message = parse(log[0].payload)
    assert message.sdp.address == "192.168.100.140"
    assert int(message.headers["Content-Length"]) == len(message.body)


@pytest.mark.parametrize("body", ["<a>\n<b/>\n</a>", "<a>\n<b/>\n</a>\n", "x", "x\n", "\n", "\n\n\n", "é"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_bodies(body, line_end, read):
    size = len(body.replace("\n", line_end).encode())
    message = ask(1).replace("Content-Length: 0", f"Content-Length: {size}") + body
    log = read(received("10:00:00.000", PHONE, message, count=1) + GOOD)
    assert parse(log[0].payload).body == body.replace("\n", line_end).encode()
    assert len(log) == 2


def test_without_content_length_the_number_of_bytes_counts(read):
    message = re.sub("Content-Length: [0-9]+\n", "", WITH_BODY)
    assert message != WITH_BODY
    log = read(received("10:00:00.000", PHONE, message) + GOOD)
    assert parse(log[0].payload).sdp.address == "10.0.0.40"


def test_a_body_that_looks_like_the_next_message(read):
    inside = ask(7).replace("OPTIONS sip", "MESSAGE sip")
    message = ask(6).replace("Content-Length: 0", f"Content-Length: {len(inside) + inside.count(chr(10))}") + inside
    log = read(received("10:00:00.000", PHONE, message) + GOOD)
    assert [m.name for m in log] == ["OPTIONS", "OPTIONS"]
    assert parse(log[0].payload).body == on_wire(inside)


def test_megabytes_of_other_lines(monkeypatch, read):
    monkeypatch.setattr(lines, "CHUNK", 20_000)
    monkeypatch.setattr(lines, "LARGEST", 10_000)
    other = "10:00:00.000: so many bytes of something\n" * 3_000
    long = "x" * 100_000
    log = read(other + GOOD + other + GOOD.replace("call-5", "call-6") + long + "\n" + GOOD + long)
    assert (len(log), log.skipped) == (3, 0)


HOSTILE = {
    "marks": " bytes " * 40_000,
    "line ends": "\n" * 300_000,
    "blanks": GOOD.replace("Call-ID", " " * 300_000 + "Call-ID"),
    "folds": GOOD.replace("Call-ID", "X: 1\n" + " \n" * 100_000 + "Call-ID"),
    "headers": GOOD.replace("Call-ID", "X: 1\n" * 50_000 + "Call-ID"),
    "user info": GOOD.replace("Call-ID", "X: " + "sip:a:" * 40_000 + "\nCall-ID"),
    "passwords": GOOD.replace("Call-ID", "X: " + "password" * 40_000 + "\nCall-ID"),
    "names": GOOD.replace("Call-ID", "pass" * 60_000 + ": 1\nCall-ID"),
    "times": "10:00:00.000: " * 30_000,
    "beginnings": received("10:00:06.000", PHONE, "\n".join(START.split("\n")[:3])) * 1_500,
    "identifiers": "10:00:00.000: CID:UUID>" + "a:" * 150_000,
    "header block": "Local time" + " " * 300_000 + ":",
    "body": received("10:00:00.000", PHONE, WITH_BODY.replace("a=", "\n" * 100_000 + "a=")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_takes_long(name, read):
    start = time.process_time()
    with suppress(LogFileError):
        read(HOSTILE[name] + "\n" + GOOD)
    assert time.process_time() - start < 5


# --- names


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({}, "1001"),
        ({"10.0.0.11": "front_desk"}, "front_desk"),
        ({"10.0.0.11:5060": "front_desk", "10.0.0.11": "other"}, "front_desk"),
        ({"10.0.0.12": "front_desk"}, "1001"),
    ],
)
def test_names_that_are_given(names, shown):
    assert read_sip_log(SAMPLE, names=names)[0].sender == shown


def test_names_of_a_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        "gw-host,border,,default,2222,tcp,communication,10.0.0.40,",
        "gw-host,gateway,Media Gateway,sip,5060,udp,sip,10.0.0.40,",
        "phone-host,phone_1001,,sip,5060,udp,sip,10.0.0.11,",
        "phone-host,phone_1011,,sip,5070,udp,sip,10.0.0.11,",
    ]
    Path("plan.csv").write_text(COLUMNS + "\n".join(rows) + "\n")
    log = read_sip_log(SAMPLE, plan=load_plan("plan.csv"))
    assert list(log.participants) == ["SIP_P", "phone_1001", "1999", "1002", "10.0.0.30", "gateway"]
    assert [log.participants[name].host for name in ("phone_1001", "gateway")] == ["phone-host", "gw-host"]


def registered(dn, address):
    message = ask(
        1, start="REGISTER sip:x SIP/2.0", call=f"r{dn}", cseq="1 REGISTER", user=dn, more=["Contact: <sip:x>"]
    )
    return received("10:00:00.000", address, message)


def contacting(user, address, host=""):
    contact = f"Contact: <sip:{user}@{host or address}>"
    message = ask(1, start="INVITE sip:x SIP/2.0", call=f"c{user}", cseq="1 INVITE", more=[contact])
    return received("10:00:01.000", address, message)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Softphones side by side on one host; a TCP connection of one more.
        (registered("1", "10.0.0.5:5060") + registered("2", "10.0.0.5:5062"), ["1", "2"]),
        (registered("1", "10.0.0.5:5060") + registered("1", "10.0.0.5:49152"), ["1"]),
        # A gateway that registers for many.
        (registered("1", "10.0.0.5:5060") + registered("2", "10.0.0.5:5060"), ["10.0.0.5"]),
        (contacting("1001", "10.0.0.5:5060"), ["1001"]),
        (contacting("1001", "10.0.0.5:5060") + contacting("1002", "10.0.0.5:5060"), ["10.0.0.5"]),
        (contacting("12125550100", "10.0.0.5:5060"), ["10.0.0.5"]),
        (contacting("1001", "10.0.0.5:5060", "10.9.9.9"), ["10.0.0.5"]),
        (contacting("1001", "10.0.0.5:5060") + registered("2002", "10.0.0.5:5060"), ["2002"]),
        (received("10:00:00.000", "[2001:db8::5]:5060", ask()), ["2001:db8::5"]),
    ],
)
def test_names_that_the_log_tells(text, names, read):
    assert [name for name in read(text).participants if name != "sip_server"] == names


@pytest.mark.parametrize(
    ("text", "port", "client"),
    [
        (received("10:00:00.000", "10.0.0.5:49152", ask(), transport="TCP"), "5060/tcp", "10.0.0.5"),
        (received("10:00:00.000", "10.0.0.5:49152", ask(), transport="TLS"), "5061/tls", "10.0.0.5"),
        (sent("10:00:00.000", "10.0.0.5:5060", ask(), transport="TCP"), "5060/tcp", "sip_server"),
        (sent("10:00:00.000", "10.0.0.5:5070", ask()), "5070/udp", "sip_server"),
        (received("10:00:00.000", "10.0.0.5:5070", ask(start="SIP/2.0 200 OK")), "5070/udp", "sip_server"),
    ],
)
def test_which_port_and_who_opened_the_connection(text, port, client, read):
    (message,) = read(text)
    assert (message.port, message.client) == (port, client)


def test_a_connection_stays_that_of_who_opened_it(read):
    address = "10.0.0.5:49152"
    log = read(
        received("10:00:00.000", address, ask(1), transport="TCP")
        + sent("10:00:01.000", address, ask(2), transport="TCP")
    )
    assert [(m.client, m.server, m.port, m.client_number) for m in log] == [
        ("10.0.0.5", "sip_server", "5060/tcp", 49152)
    ] * 2


def test_several_addresses_of_its_own(read):
    other = ask(2, via="10.0.0.2:5070;branch=z9hG4bK2")
    log = read(HEADER + sent("23:58:01.000", PHONE, ask(1)) * 2 + sent("23:58:02.000", PHONE, other))
    assert log.participants["SIP_P"].address == "10.0.0.1"
    assert log.known_as == {"10.0.0.2:5070": "gen-sip-01:5070"}
    assert [m.client_number for m in log] == [5060, 5060, 5070]


# --- legs of one call


@pytest.mark.parametrize(
    ("ids", "calls"),
    [
        ({"a": ["U"], "b": ["U"]}, 1),
        ({"a": ["U"], "b": ["W"]}, 2),
        ({"a": [], "b": []}, 2),
        # A transfer: the leg keeps its first identifier, or one call would grow over the whole log.
        ({"a": ["U"], "b": ["U", "W"], "c": ["W"]}, 2),
    ],
)
def test_legs_belong_together_only_when_the_log_says_so(ids, calls, read):
    text = ""
    for number, (leg, uuids) in enumerate(ids.items()):
        text += received("10:00:00.000", PHONE, ask(number, call=leg))
        text += "".join(f"10:00:00.001: CID:UUID>{leg}:{uuid}:\n" for uuid in uuids)
    assert len(read(text).calls()) == calls


def test_a_header_of_the_message_ties_legs_too(read):
    more = [f"X-Genesys-CallUUID: {UUID}"]
    log = read("".join(received("10:00:00.000", PHONE, ask(n, call=f"{n}", more=more)) for n in range(3)))
    assert log.call_of("2") == "0"


def answers(*statuses, method="INVITE"):
    text = received("10:00:00.000", PHONE, ask(1, start=f"{method} sip:x SIP/2.0", cseq=f"1 {method}"))
    for status in statuses:
        text += sent("10:00:01.000", PHONE, ask(1, start=f"SIP/2.0 {status}", cseq=f"1 {method}"))
    return text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (answers("100 Trying", "180 Ringing"), None),
        (answers("180 Ringing", "486 Busy Here"), 486),
        (answers("401 Unauthorized", "200 OK"), 200),
        (answers("200 OK", "488 Not Acceptable Here"), 200),
        (answers("200 OK", "404 Not Found", method="REGISTER"), 404),
    ],
)
def test_how_a_call_ended(text, status, read):
    assert [one.final_status for one in read(text).calls()] == [status]


# --- secrets


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('Authorization: Digest username="1", response="abc"', b'Authorization: Digest masked="***"'),
        ("PROXY-AUTHORIZATION:Digest x", b'PROXY-AUTHORIZATION: Digest masked="***"'),
        ("Authorization: Digest a,\r\n\tresponse=abc", b'Authorization: Digest masked="***"'),
        ("WWW-Authenticate: Digest nonce=abc", b'WWW-Authenticate: Digest masked="***"'),
        ('Authentication-Info: rspauth="abc"', b'Authentication-Info: Digest masked="***"'),
        ("X-Agent-Password: abc", b"X-Agent-Password: ***"),
        ("X-My-PASSWD : abc", b"X-My-PASSWD : ***"),
        ("Contact: <sip:1:abc@h>", b"Contact: <sip:1:***@h>"),
        ("Contact: <SIPS:1:aBc@h:5061>, <sip:2:x@h>", b"Contact: <SIPS:1:***@h:5061>, <sip:2:*@h>"),
        ("Contact: <sip:h:5060;x=y>", b"Contact: <sip:h:5060;x=y>"),
        ("Refer-To: <sip:1@h?password=abc&x=1>", b"Refer-To: <sip:1@h?password=***&x=1>"),
        ("Subject: how to pass", b"Subject: how to pass"),
    ],
)
def test_secrets_in_headers(line, left):
    message = b"INVITE sip:1@h SIP/2.0\r\n%s\r\nTo: x\r\n\r\n"
    assert masked(message % line.encode()) == message % left


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("a=crypto:1 AES inline:abcd|2^20", "a=crypto:1 AES inline:xxxx|2^20"),
        ("a=crypto:1 AES INLINE:abcd", "a=crypto:1 AES INLINE:xxxx"),
        ("password=abcd;x", "password=****;x"),
        ('{"password": "abcd"}', '{"password": "****"}'),
        ("From: sip:1:abcd@h", "From: sip:1:****@h"),
    ],
)
def test_secrets_in_bodies_keep_their_length(line, left):
    assert (
        masked(b"INVITE sip:1@h SIP/2.0\r\n\r\n" + line.encode()) == b"INVITE sip:1@h SIP/2.0\r\n\r\n" + left.encode()
    )


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("s -app X -password y -l 7260@l", "s -app X -password *** -l 7260@l"),
        ('s -password "y z" -l 7260@l', "s -password *** -l 7260@l"),
        ("s --db-password=y", "s --db-password=***"),
        ("s /password:y", "s /password:***"),
        ("-pass y", "-pass ***"),
        ("s -passive y -port 1", "s -passive y -port 1"),
        ("s -password", "s -password"),
    ],
)
def test_secrets_on_command_lines(line, left):
    assert masked_command_line(line) == left


# --- what is no log


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", words.EMPTY),
        (b"hello\n", words.NO_SIP),
        (HEADER.encode(), words.NO_SIP),
        (gzip.compress(b"x", mtime=0), words.PACKED),
        (b"PK\x03\x04 and more", words.PACKED),
        (
            received("10:00:00.000", PHONE, "hello").encode(),
            words.NO_WHOLE_SIP.format(sentences=words.SKIPPED[words.Skipped.NOT_SIP][0]),
        ),
    ],
)
def test_no_log_at_all(data, problem, read):
    with pytest.raises(LogFileError) as caught:
        read(data)
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("path", "problem"), [("nowhere.log", words.NOT_FOUND), (".", words.FOLDER), ("a\0b", words.UNREADABLE)]
)
def test_no_file_at_all(path, problem):
    with pytest.raises(LogFileError) as caught:
        read_sip_log(path)
    assert caught.value.problem == problem


def test_what_the_system_refuses(monkeypatch, tmp_path):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("genesys_ports.sip.logs.reader.os.stat", refuse)
    with pytest.raises(LogFileError, match="does not let you read"):
        read_sip_log(SAMPLE)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no device")
def test_a_device_is_no_log():
    with pytest.raises(LogFileError, match="no ordinary file"):
        read_sip_log("/dev/null")


# --- any bytes

CALLS = st.lists(st.integers(0, 3), max_size=6)


def read_bytes(folder, data):
    path = folder / "x.log"
    path.write_bytes(data)
    with suppress(LogFileError):
        return read_sip_log(path)
    return None


def sound(log):
    """What holds for every log."""
    numbers = [m.number for m in log]
    assert numbers == sorted(set(numbers))
    assert sum(one.messages for one in log.calls()) == log.read
    for m in log:
        assert m.sender in log.participants
        assert m.receiver in log.participants
        assert m.payload.startswith(m.name.encode()) or m.payload.startswith(b"SIP/2.0 ")


PIECES = st.sampled_from(
    [
        *(f"{one}\n" for one in sample().split("\n")[::3]), *call().split("10.0.0.1")[:8], subscribe(), GOOD,
        "\r", "\n", "\n\n", " bytes ", "10:00:00.000: ", "SIP/2.0 ", "Content-Length: 5\n", "\0", "é", "<<<<<\n",
        "Local time: 1\n", "CID:UUID>x:y:\n", "\n00:00:00.000: x\n",
    ]
)  # fmt: skip


@given(st.binary(max_size=300) | st.lists(PIECES, max_size=30).map(lambda parts: "".join(parts).encode()))
@example(b"\xff\xfe\x00")
@example(b"\n\n")
def test_any_bytes(tmp_path_factory, data):
    if log := read_bytes(tmp_path_factory.getbasetemp(), data):
        sound(log)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(sample())), st.integers(0, 300), st.binary(max_size=20)), max_size=5))
def test_any_damage_to_a_log(tmp_path_factory, damages):
    data = sample().encode()
    for at, length, new in damages:
        data = data[:at] + new + data[at + length :]
    if log := read_bytes(tmp_path_factory.getbasetemp(), data):
        sound(log)
        # Each of these spoils the messages it touches, and at most one beside each.
        lost = sum(2 + length // 150 for _, length, _ in damages)
        assert log.read >= 26 - lost


WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-.", min_size=1, max_size=12)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=("Cs", "Cc")), max_size=30)


@st.composite
def entries(draw):
    """Messages, each with the way it went and its time."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        more = [f"X-{draw(WORDS)}: {draw(TEXTS)}" for _ in range(draw(st.integers(0, 3)))]
        lines = draw(
            st.lists(TEXTS.filter(lambda text: not text[:1].isdigit() and not text.startswith("@")), max_size=4)
        )
        body = "".join(f"{line}\n" for line in lines)
        start = draw(st.sampled_from(["OPTIONS sip:x SIP/2.0", "SIP/2.0 200 OK", "SIP/2.0 404 Not Found"]))
        size = len(on_wire(body))
        message = ask(number, start=start, call=draw(WORDS), more=more)
        made.append((message.replace("Content-Length: 0", f"Content-Length: {size}") + body, draw(st.booleans())))
    return made


@given(entries(), st.sampled_from(["\n", "\r\n"]), st.integers(100, 4000))
def test_what_is_written_is_read(tmp_path_factory, entries, line_end, size):
    text = HEADER
    for number, (message, is_sent) in enumerate(entries):
        text += (sent if is_sent else received)(f"23:58:0{number}.000", PHONE, message)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", size)
        log = read_bytes(tmp_path_factory.getbasetemp(), text.replace("\n", line_end).encode())
    assert [(m.payload, m.sender == "SIP_P") for m in log] == [
        (masked(on_wire(message)), is_sent) for message, is_sent in entries
    ]
    assert log.skipped == 0
