"""Programs outside the lab that connect: they are answered, bounded, and cannot hurt anybody."""

import asyncio
import contextlib
import json
import socket

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genesys_ports import Deployment, Lab
from genesys_ports.lab import outsiders
from genesys_ports.lab.application import OUTSIDERS
from genesys_ports.lab.link import MISTAKES
from genesys_ports.lab.stream import STRANGERS_KEPT
from genesys_ports.lab.wire import LINE_LIMIT, WireError, answer_id, clean, decode, encode, text_of
from tests.helpers import PATIENCE, until

PLAN = (
    Deployment(name="three")
    .add("message_server", host="h", port=5150)
    .add("client", host="h", port=7000, connects_to=["message_server"])
    .add("over_udp", host="h", port=5060, transport="udp")
)

NOT_JSON = {"error": 'This port speaks a teaching format: one JSON object a line, such as {"message": "hello"}'}
TOO_LONG = {"error": f"This line is longer than {LINE_LIMIT} bytes; the connection is closed."}
TOO_MANY = {"error": "Too many programs from outside the lab are connected to this port."}


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start_all()
        yield lab


async def call(lab):
    where = lab.network.reach("h", 5150)
    return await asyncio.open_connection(where.address, where.number, limit=1_000_000)


async def hear(reader):
    line = await asyncio.wait_for(reader.readline(), PATIENCE)
    return json.loads(line) if line else None


DEEP = b"[" * 60_000 + b"]" * 1_000

LINES = [
    (b'{"message": "hello"}', {"ack": None}),
    (b'{"id": 7, "message": "hello", "text": "you"}', {"ack": 7}),
    (b'{"id": "x", "message": "hello"}', {"ack": "x"}),
    (b'{"id": [[1]], "message": "hello"}', {"ack": None}),
    (b'{"id": ' + b"[" * 900 + b"]" * 900 + b', "message": "hello"}', {"ack": None}),
    (b'{"id": 1, "message": ["no", "text"], "text": {}}', {"ack": 1}),
    (b'{"id": 1, "message": "\\ud800", "text": "\\ud800\\u0000"}', {"ack": 1}),
    (b'{"connect": "somebody"}', {"accept": "message_server"}),
    (b"hello", NOT_JSON),
    (b"[1, 2]", NOT_JSON),
    (b"5", NOT_JSON),
    (b"{}", NOT_JSON),
    (b'{"accept": "x"}', NOT_JSON),
    (b'{"message": "half', NOT_JSON),
    (b"\x00\x00\x00", NOT_JSON),
    (b"\xff\xfe{\x00}\x00", NOT_JSON),
    (b"\xef\xbb\xbf{}", NOT_JSON),
    (b"9" * 5_000, NOT_JSON),
    (DEEP, NOT_JSON),
    (b"GET / HTTP/1.1\r", NOT_JSON),
    (b"a" * (LINE_LIMIT - 1), NOT_JSON),
    (b"a" * LINE_LIMIT, TOO_LONG),
    (b"a" * 200_000, TOO_LONG),
]


@pytest.mark.parametrize(("line", "answer"), LINES)
async def test_a_line_from_outside(lab, line, answer):
    reader, writer = await call(lab)
    writer.write(line + b"\n")
    assert await hear(reader) == answer
    writer.close()
    await lab.send("client", "message_server")
    str(lab.trace).encode()


@pytest.mark.parametrize(
    "line",
    [
        b'{"ack": 1}', b'{"ack": true}', b'{"ack": [1]}', b'{"ack": {}}', b'{"ack": 99999999999999999999}',
        b'{"event": "log event 00-04504", "code": "00-04504", "server": "x"}', b'{"event": 5}', b"", b"  \t\r",
    ],
)  # fmt: skip
async def test_a_line_that_gets_no_answer(lab, line):
    reader, writer = await call(lab)
    writer.write(line + b'\n{"id": 1, "message": "end"}\n')
    assert await hear(reader) == {"ack": 1}
    writer.close()
    assert not [one for one in lab.trace if one.name == "alarm"]


@settings(max_examples=60, deadline=None)
@example([b"\x16\x03", b"", b"\x00"])
@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes(pieces):
    async def scenario():
        async with await Lab.open(PLAN, name="bytes") as lab:
            await lab.start("message_server", "client")
            reader, writer = await call(lab)
            try:
                for piece in pieces:
                    writer.write(piece)
                    await asyncio.sleep(0)
                writer.write_eof()
                await asyncio.wait_for(reader.read(), PATIENCE)
            except TimeoutError:
                raise
            except OSError:
                # Who begins as TLS does is shown the door, whatever else it has sent by then.
                pass
            writer.close()
            await lab.send("client", "message_server")

    asyncio.run(scenario())


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_the_format_there_and_back(fields):
    # What UTF-8 cannot carry arrives as question marks; all else as it was.
    plain = json.loads(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))
    line = encode(fields)
    assert line.count(b"\n") == 1
    assert decode(line) == plain


@given(st.binary())
def test_no_line_makes_the_format_fail(line):
    try:
        fields = decode(line)
    except WireError:
        return
    assert isinstance(text_of(fields, "text"), str)
    encode({"ack": answer_id(fields)})


@given(st.text())
def test_clean_text_is_text_that_can_be_written(text):
    clean(text).encode()


async def test_what_comes_from_outside_is_in_the_trace(lab):
    reader, writer = await call(lab)
    own = writer.get_extra_info("sockname")[1]
    writer.write(b'{"message": "hello", "text": "you"}\n{"event": "note"}\n{"connect": "x"}\n')
    assert [await hear(reader), await hear(reader)] == [{"ack": None}, {"accept": "message_server"}]
    writer.close()
    await until(lambda: lab.trace[-1].kind == "disconnect")
    seen = [one for one in lab.trace if "outside program 1" in (one.sender, one.receiver)]
    assert {one.client_number for one in seen} == {own}
    assert [(one.kind, one.name, one.port) for one in seen] == [
        ("connect", "connect", "5150/tcp"),
        ("request", "hello", "5150/tcp"),
        ("response", "ack", "5150/tcp"),
        ("event", "note", "5150/tcp"),
        ("accept", "accept", "5150/tcp"),
        ("disconnect", "disconnect", "5150/tcp"),
    ]
    assert seen[2].reply_to == seen[1].number


async def test_half_a_line_waits_for_the_other_half(lab):
    reader, writer = await call(lab)
    for byte in b'{"message": "slow"}\n':
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert await hear(reader) == {"ack": None}
    writer.close()


async def test_half_a_line_at_the_end_is_forgotten(lab):
    _, writer = await call(lab)
    writer.write(b'{"message": "ha')
    writer.close()
    await writer.wait_closed()
    await lab.send("client", "message_server")


async def test_after_many_mistakes_the_connection_ends(lab):
    reader, writer = await call(lab)
    writer.write(b"x\n" * 1_000)
    answers = (await asyncio.wait_for(reader.read(), PATIENCE)).splitlines()
    assert len(answers) == MISTAKES
    writer.close()


async def test_a_line_without_end(lab):
    reader, writer = await call(lab)
    writer.write(b"x" * 10_000_000)
    assert await hear(reader) == TOO_LONG
    writer.close()


async def test_only_so_many_at_a_time_and_never_instead_of_our_own(lab):
    strangers = [await call(lab) for _ in range(OUTSIDERS)]
    reader, writer = await call(lab)
    assert await hear(reader) == TOO_MANY
    assert await hear(reader) is None
    writer.close()
    await lab.restart("client")
    await lab.send("client", "message_server")
    for _, one in strangers:
        one.close()
    server = lab._running["message_server"]
    await until(lambda: len(server.incoming) == 1)
    reader, writer = await call(lab)
    writer.write(b'{"message": "again"}\n')
    assert await hear(reader) == {"ack": None}
    writer.close()


async def test_a_thousand_connects(lab):
    async def connect(number):
        reader, writer = await call(lab)
        writer.write(b'{"message": "hello"}\n')
        heard = await hear(reader)
        writer.close()
        return heard

    heard = await asyncio.gather(*(connect(number) for number in range(1_000)))
    assert all(one in ({"ack": None}, TOO_MANY) for one in heard)
    assert {"ack": None} in heard
    await until(lambda: len(lab._running["message_server"].incoming) == 1)
    await lab.send("client", "message_server")


async def test_life_lines_of_strangers_are_bounded(lab, monkeypatch):
    monkeypatch.setattr(outsiders, "REMEMBERED", 3)
    for _ in range(5):
        reader, writer = await call(lab)
        writer.write(b'{"message": "hello"}\n')
        await hear(reader)
        writer.close()
    names = [name for name in lab.trace.participants if "outside" in name]
    assert names == [*(f"outside program {number}" for number in (1, 2, 3)), "other outside programs"]


LONG_ANSWER = json.dumps({"id": "x" * 2_000, "message": "hello"}).encode() + b"\n"


async def call_with_little_room(lab):
    where = lab.network.reach("h", 5150)
    caller = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    caller.setblocking(False)
    await asyncio.get_running_loop().sock_connect(caller, (where.address, where.number))
    # The reader stops reading by itself when nobody takes what it has.
    return await asyncio.open_connection(sock=caller, limit=10_000)


async def test_a_stranger_that_never_reads(lab):
    _, writer = await call_with_little_room(lab)
    for _ in range(20):
        writer.write(LONG_ANSWER * 500)
    stranger = next(one for one in lab._running["message_server"].incoming if one.partner is None)
    await until(lambda: stranger._full)

    async def unheard():
        before = lab.trace.last_number
        for _ in range(50):
            await lab.send("client", "message_server")
        return lab.trace.last_number == before + 100

    async with asyncio.timeout(PATIENCE):
        while not await unheard():
            pass
    assert stranger._transport.get_write_buffer_size() < 3_000_000
    # It does not wait for the stranger, as long as it would for an answer.
    async with asyncio.timeout(PATIENCE / 2):
        await lab.stop("message_server")
    writer.transport.abort()


async def test_a_stranger_that_reads_again_is_answered_again(lab):
    reader, writer = await call_with_little_room(lab)
    stranger = next(one for one in lab._running["message_server"].incoming if one.partner is None)
    for _ in range(4):
        writer.write(LONG_ANSWER * 500)
    await until(lambda: stranger._full)
    for _ in range(2_000):
        assert (await hear(reader))["ack"]
    writer.close()


async def test_what_a_stranger_sends_is_kept_in_part(lab):
    reader, writer = await call(lab)
    long = "x" * 30_000
    writer.write(json.dumps({"message": long, "text": long}).encode() + b"\n")
    await hear(reader)
    writer.close()
    (asked,) = [one for one in lab.trace if one.name.startswith("xx")]
    assert [len(one) for one in (asked.name, asked.text, asked.payload)] == [STRANGERS_KEPT] * 3


async def test_strangers_are_let_go_with_the_server(lab):
    pairs = [await call(lab) for _ in range(10)]
    for reader, writer in pairs:
        writer.write(b'{"message": "hello"}\n')
        await hear(reader)
    await lab.stop("message_server")
    for reader, writer in pairs:
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


async def test_whoever_comes_as_the_port_closes_is_let_go(lab):
    server = lab._running["message_server"]
    where = lab.network.reach("h", 5150)
    with socket.create_connection((where.address, where.number)) as caller:
        # The system has taken the call; the application stops before it hears of it.
        await lab.stop("message_server")
        caller.setblocking(False)
        await until(lambda: not server.incoming)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(caller, 100), PATIENCE) == b""


# --- over UDP


async def exchange(lab, data, answers=True):
    where = lab.network.reach("h", 5060, "udp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        caller.connect((where.address, where.number))
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(caller, data)
        return json.loads(await asyncio.wait_for(loop.sock_recv(caller, 100_000), PATIENCE)) if answers else None


@pytest.mark.parametrize(
    ("data", "answer", "name"),
    [
        (b'{"id": 7, "message": "hello"}', {"ack": 7}, "hello"),
        (b'{"id": ' + b"[" * 900 + b"]" * 900 + b', "message": 5}', {"ack": None}, ""),
        (b"\x00", NOT_JSON, "datagram"),
        (b"", NOT_JSON, "datagram"),
        (b"x" * 60_000, NOT_JSON, "datagram"),
    ],
)
async def test_a_datagram(lab, data, answer, name):
    assert await exchange(lab, data) == answer
    first = next(one for one in lab.trace if one.receiver == "over_udp" and one.sender != "over_udp")
    assert (first.name, first.sender, first.port) == (name, "outside program 1", "5060/udp")
    assert first.client_number > 0
    assert len(first.payload) <= STRANGERS_KEPT


async def test_a_datagram_that_wants_no_answer(lab):
    await exchange(lab, b'{"event": "note"}', answers=False)
    await exchange(lab, b"{}", answers=False)
    await until(lambda: [one.name for one in lab.trace][-2:] == ["note", "datagram"])


async def test_one_caller_has_one_life_line(lab, monkeypatch):
    monkeypatch.setattr(outsiders, "REMEMBERED", 2)
    where = lab.network.reach("h", 5060, "udp")
    senders = []

    def more_than(seen):
        return lambda: len(lab.trace) > seen

    for _ in range(3):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.connect((where.address, where.number))
            for _ in range(2):
                seen = len(lab.trace)
                caller.send(b'{"event": "note"}')
                await until(more_than(seen))
                senders.append(lab.trace[-1].sender)
    one, two, others = "outside program 1", "outside program 2", "other outside programs"
    assert senders == [one, one, two, two, others, others]


async def test_answers_that_find_no_place_are_lost(lab):
    (port,) = next(iter(lab._running["over_udp"].doors._open.values()))
    port.pause_writing()
    await exchange(lab, b'{"message": "hello"}', answers=False)
    await until(lambda: lab.trace[-1].name == "ack")
    port.resume_writing()
    assert await exchange(lab, b'{"message": "hello"}') == {"ack": None}
