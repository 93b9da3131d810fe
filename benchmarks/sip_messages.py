"""SIP messages: read, read with typed headers, and written, against sipmessage and aiosipua in the same run.

Targets: reading with validation at least 1.3 times as fast as sipmessage (which validates little while it reads), with
typed headers at least 2 times; reading takes under 15 µs, answering under 10 µs; a message that is made to be slow
costs, per byte, no more than a few times an ordinary one, however long it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import aiosipua
import sipmessage

from genesys_ports.errors import SIPError
from genesys_ports.sip import Request, StreamFramer, parse

CALLS = 200
ROUNDS = 15


def call(number: int) -> list[bytes]:
    """The messages of one call as a phone sends them, each call with its own numbers, tags and branches."""
    caller, called = 1000 + number % 40, 2000 + number % 35
    sdp = (
        f"v=0\r\no=- {number} 1 IN IP4 127.40.0.11\r\ns=-\r\nc=IN IP4 127.40.0.11\r\nt=0 0\r\n"
        f"m=audio {20000 + number * 2} RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )

    def headers(method: str, branch: str, tag: str = "") -> str:
        return (
            f"Via: SIP/2.0/UDP 127.40.0.11:5060;branch=z9hG4bK-{number}-{branch};rport\r\n"
            f'From: "Agent {caller}" <sip:{caller}@sip-host>;tag=f{number}\r\n'
            f"To: <sip:{called}@sip-host>{tag}\r\n"
            f"Call-ID: call-{number}@phone-{caller}\r\n"
            f"CSeq: {1 if method in ('INVITE', 'ACK') else 2} {method}\r\n"
        )

    def request(method: str, branch: str, tag: str, more: str = "", body: str = "") -> str:
        line = f"{method} sip:{called}@127.40.0.12:5060 SIP/2.0\r\n"
        return (
            f"{line}{headers(method, branch, tag)}Max-Forwards: 70\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def response(status: str, method: str, branch: str, more: str = "", body: str = "") -> str:
        line = f"SIP/2.0 {status}\r\n"
        return f"{line}{headers(method, branch, tag)}{more}Content-Length: {len(body)}\r\n\r\n{body}"

    tag = f";tag=t{number}"
    known = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY\r\nSupported: replaces\r\nUser-Agent: phone 1.0\r\n"
    media = "Content-Type: application/sdp\r\n"
    here, there = (f"Contact: <sip:{who}@127.40.0.1{end}:5060>\r\n" for who, end in ((caller, 1), (called, 2)))
    texts = [
        request("INVITE", "a", "", here + known + media, sdp),
        response("180 Ringing", "INVITE", "a", there),
        response("200 OK", "INVITE", "a", there + known + media, sdp),
        request("ACK", "b", tag, here),
        request("BYE", "c", tag),
        response("200 OK", "BYE", "c"),
    ]
    return [text.encode() for text in texts]


MESSAGES = [message for number in range(CALLS) for message in call(number)]


def ours_typed(data: bytes) -> object:
    message = parse(data)
    return (message.via, message.from_, message.to, message.cseq, message.contacts, message.call_id)


def sipmessage_typed(data: bytes) -> object:
    message = sipmessage.Message.parse(data)
    return (message.via, message.from_address, message.to_address, message.cseq, message.contact, message.call_id)


def aiosipua_typed(data: bytes) -> object:
    message = aiosipua.SipMessage.parse(data)
    return (message.via, message.from_addr, message.to_addr, message.cseq, message.contact, message.call_id)


def framed(data: bytes) -> object:
    return StreamFramer().feed(data)


def seconds(work: Callable[[bytes], object], messages: list[bytes]) -> float:
    """Seconds of processor time for one message."""
    start = time.process_time()
    for message in messages:
        work(message)
    return (time.process_time() - start) / len(messages)


def best(cases: dict[str, Callable[[bytes], object]], messages: list[bytes]) -> dict[str, float]:
    """The best of several rounds; all cases in each round: where the machine has other work, it slows all of them."""
    rounds = [{name: seconds(work, messages) for name, work in cases.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in cases}


def reading() -> None:
    plain = best(
        {"ours": parse, "sipmessage": sipmessage.Message.parse, "aiosipua": aiosipua.SipMessage.parse}, MESSAGES
    )
    typed = best({"ours": ours_typed, "sipmessage": sipmessage_typed, "aiosipua": aiosipua_typed}, MESSAGES)
    for title, taken in (("read", plain), ("read, with typed headers", typed)):
        for name, one in taken.items():
            print(f"{title:26} {name:12} {one * 1e6:6.1f} µs   {taken[name] / taken['ours']:5.2f} × ours")
    stream = best({"ours": framed}, MESSAGES)["ours"]
    print(f"{'read from a stream':26} {'ours':12} {stream * 1e6:6.1f} µs")


def writing() -> None:
    """Answers to requests, written; the others have no call for it, so they write what they have read."""
    messages = {data: parse(data) for data in MESSAGES if not data.startswith(b"ACK")}
    asked = {data: message for data, message in messages.items() if isinstance(message, Request)}
    theirs = {data: sipmessage.Message.parse(data) for data in asked}
    third = {data: aiosipua.SipMessage.parse(data) for data in asked}
    taken = best(
        {
            "ours, an answer": lambda data: bytes(asked[data].answer(200, to_tag="t")),
            "ours, changed": lambda data: bytes(asked[data].replaced(body=b"")),
            "ours, as it came": lambda data: bytes(asked[data]),
            "sipmessage": lambda data: bytes(theirs[data]),
            "aiosipua": lambda data: bytes(third[data]),
        },
        list(asked),
    )
    for name, one in taken.items():
        print(f"{'write':26} {name:16} {one * 1e6:6.1f} µs")


HEAD = "OPTIONS sip:1001@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
REST = "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n"

#: Headers of a length that is asked for, made to set a careless pattern back again and again.
SLOW: dict[str, Callable[[int], str]] = {
    "blanks in a value": lambda n: f"X: a{' ' * n}b\r\n",
    "blanks before a colon": lambda n: f"X{' ' * n}y: b\r\n",
    "blanks at the end": lambda n: f"X: a{' ' * n}\r\n",
    "folds": lambda n: f"X: a{chr(13) + chr(10) + ' '}{(chr(13) + chr(10) + ' ') * (n // 3)}b\r\n",
    "an endless quotation": lambda n: f'Contact: "{"a" * n}\r\n',
    "backslashes": lambda n: f'Contact: "{chr(92) * n}\r\n',
    "semicolons": lambda n: f"Contact: <sip:a@h>{';' * n}\r\n",
    "parameters": lambda n: f"Contact: <sip:a@h>{';a=b' * (n // 4)} ,\r\n",
    "contacts": lambda n: f"Contact: {'<sip:a@h>,' * (n // 10)}<sip:a@h>\r\n",
    "hops": lambda n: f"Via: {'SIP/2.0/UDP h,' * (n // 14)}SIP/2.0/UDP\r\n",
    "brackets": lambda n: f"Contact: {'<' * n}\r\n",
    "blanks in a display name": lambda n: f"Contact: {'a ' * (n // 2)}\r\n",
    "escapes": lambda n: f"Contact: <sip:{'%41' * (n // 3)}%4@h>\r\n",
    "a long number": lambda n: f"Expires: {'9' * n}\r\n",
    "zeros": lambda n: f"Expires: {'0' * n}\r\n",
}


def refuse(data: bytes) -> None:
    with suppress(SIPError):
        parse(data)


def slow() -> None:
    """What a byte costs in a message four times as long: about the same, or less, where time grows with length."""
    for name, made in SLOW.items():
        short, long = ((HEAD + REST + made(size) + "\r\n").encode() for size in (15_000, 60_000))
        taken = [best({"": refuse}, [data])[""] / len(data) for data in (short, long)]
        print(f"{name:26} {taken[1] * 1e9:6.1f} ns for a byte of 60,000   {taken[1] / taken[0]:5.2f} × one of 15,000")


if __name__ == "__main__":
    reading()
    writing()
    slow()
