"""Reading a SIP Server log, MB/s, against the least that any reader does: a loop over its lines with one expression.

That rival finds the lines which begin a message and nothing else: no message is cut out, dated, named or masked.
Target: 50 MB/s, and no more memory for 200 MB than for 20 MB, beside what each call of the list takes.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from genesys_ports import read_sip_log

MEGABYTES = (20, 200)
LIMIT = 20_000
ROUNDS = 3

HEADER = """\
Application name:  SIP_P
Application type:  T-Server (2)
Command line:      sip_server -host gen-conf-01 -port 2020 -app SIP_P -l 7260@gen-lic-01
Host name:         gen-sip-01
Local time:        2014-05-01T08:00:00.000
File:              (1) SIP_P.20140501_080000_000.log

"""

SDP = """\
v=0
o=- 1 1 IN IP4 10.0.0.{host}
s=-
c=IN IP4 10.0.0.{host}
t=0 0
m=audio 20000 RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=sendrecv
"""

#: What a server writes between two messages.
OTHERS = """\
{time}: SIPCONN({dn}): state e=0,p=0,s=2 : 'InviteReceived'
{time}: SIPDLG[{call}]: set monitor: 0x7f21a40b1c80
{time} Trc 04541 RequestQueryCall received from [66] (00000e85 URS_P 10.0.0.20:49280)
message RequestQueryCall
\tAttributeReferenceID\t{call}
\tAttributeThisDN\t'{dn}'
{time}: $+NET:SIP::0:0
@{time}0 [0] 8.1.101.58 distribute_event: message EventRinging
\tAttributeEventSequenceNumber\t000000000000{call:04x}
\tAttributeThisDN\t'{dn}'
{time}: $-NET:SIP::0:312
"""


def clock(number: int) -> str:
    seconds, thousandths = divmod(8 * 3_600_000 + number * 3, 1000)
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"


def call(number: int) -> Iterator[tuple[bool, str]]:
    """The messages of one call to a phone, as SIP Server sends and receives them."""
    host, dn = 10 + number % 200, 1001 + number % 200
    common = (
        f"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK{number}\n"
        f"From: <sip:2000@10.0.0.1:5060>;tag=A{number}\n"
        f"To: <sip:{dn}@10.0.0.{host}:5060>;tag=B{number}\n"
        f"Call-ID: 0044E04E-33A9-13E4-8A2B-0100007FAA77-{number}@10.0.0.1\n"
    )
    body = SDP.format(host=host)
    length = len(body.replace("\n", "\r\n"))
    typed = f"Content-Type: application/sdp\nContent-Length: {length}\n\n{body}"
    uri = f"sip:{dn}@10.0.0.{host}:5060"
    more = "Max-Forwards: 70\nUser-Agent: SIPServer/8.1.101.58\nAllow: INVITE, ACK, PRACK, CANCEL, BYE, REFER, INFO\n"
    contact = f"Contact: <{uri}>\n"
    yield True, f"INVITE {uri} SIP/2.0\n{common}CSeq: 1 INVITE\nContact: <sip:2000@10.0.0.1:5060>\n{more}{typed}"
    yield False, f"SIP/2.0 100 Trying\n{common}CSeq: 1 INVITE\nContent-Length: 0\n\n"
    yield False, f"SIP/2.0 180 Ringing\n{common}CSeq: 1 INVITE\n{contact}Content-Length: 0\n\n"
    yield False, f"SIP/2.0 200 OK\n{common}CSeq: 1 INVITE\n{contact}{more}{typed}"
    yield True, f"ACK {uri} SIP/2.0\n{common}CSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n\n"
    yield True, f"BYE {uri} SIP/2.0\n{common}CSeq: 2 BYE\n{more}Content-Length: 0\n\n"
    yield False, f"SIP/2.0 200 OK\n{common}CSeq: 2 BYE\n{contact}Content-Length: 0\n\n"


def write(path: Path, megabytes: int) -> int:
    """Writes a log of this size; gives how many messages it has."""
    count = size = number = 0
    with open(path, "w", newline="") as out:
        size += out.write(HEADER)
        while size < megabytes * 1_000_000:
            number += 1
            address = f"10.0.0.{10 + number % 200}:5060"
            for sent, message in call(number):
                now = clock(count)
                length = len(message) + message.count("\n")
                way = f"Sending  [0,UDP] {length} bytes to {address} >>>>>"
                if not sent:
                    way = f"SIPTR: Received [0,UDP] {length} bytes from {address} <<<<<"
                others = OTHERS.format(time=now, dn=1001 + number % 200, call=number % 10_000)
                size += out.write(f"{now}: {way}\n{message}\n{others}")
                count += 1
    return count


RIVAL = re.compile(
    r"^([0-9.:]+):? (?:SIPTR: Received|Sending ) \[(\S+)\] (\d+) bytes (?:from|to) (\S+) (?:<<<<<|>>>>>)$"
)


def lines_only(path: Path) -> int:
    """The rival."""
    match = RIVAL.match
    count = 0
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if match(line):
                count += 1
    return count


def ours(path: Path) -> int:
    return read_sip_log(path, limit=LIMIT).read


def best(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak(path: Path) -> float:
    """Megabytes of memory at the highest point of a reading."""
    tracemalloc.start()
    ours(path)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest / 1e6


def main() -> None:
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        small, large = (Path(folder) / f"{megabytes}.log" for megabytes in MEGABYTES)
        count = write(small, MEGABYTES[0])
        sip = sum(len(message.payload.replace(b"\r", b"")) for message in read_sip_log(small, limit=count))
        assert ours(small) == lines_only(small) == count
        size = small.stat().st_size / 1e6
        results["read_sip_log, MB/s"] = size / best(lambda: ours(small))
        results["lines and one expression, MB/s"] = size / best(lambda: lines_only(small))
        results["messages in the log"] = count
        results["share of SIP in the log"] = sip / small.stat().st_size
        results["SIP messages read, thousand/s"] = count / 1000 / (size / results["read_sip_log, MB/s"])
        if "--fast" not in sys.argv:
            write(large, MEGABYTES[1])
            results[f"memory for {MEGABYTES[0]} MB"] = peak(small)
            results[f"memory for {MEGABYTES[1]} MB"] = peak(large)
    print(json.dumps({name: round(value, 2) for name, value in results.items()}, indent=1))


if __name__ == "__main__":
    main()
