"""A tap: a learner's own connection to any port of the lab, and what it shows of the bytes both ways."""

import asyncio
import contextlib
import gc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports import Deployment, Lab, load_plan
from genesys_ports.errors import (
    ConnectionRefusedByPeerError,
    InvalidPortError,
    InvalidValueError,
    LabClosedError,
    MessageTooLargeError,
    NoAnswerError,
    NotConnectedError,
    TLSMismatchError,
    TooManyPortsError,
    UnknownApplicationError,
    UnknownPortIdError,
)
from genesys_ports.lab import lab as lab_module
from genesys_ports.lab import link, tap_call
from genesys_ports.lab import tap as tap_module
from genesys_ports.lab.sockets import TOO_MANY
from genesys_ports.lab.tap_place import Speaks
from genesys_ports.lab.tap_seen import KEPT, Piece, Seen, Way
from genesys_ports.raw import Names
from genesys_ports.raw.text import visible
from tests.helpers import until

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
TRAINING = load_plan(PLANS / "training.csv")
PLAN = (
    Deployment(name="taps")
    .add("message_server", host="framework-host", port=5150)
    .add("over_tls", host="framework-host", port=5443, transport="tls", port_id="secure")
    .add("over_udp", host="framework-host", port=5150, transport="udp")
    .add("sip_server", host="sip-host", port=5060, transport="udp", purpose="sip", port_id="sip")
    .add("sip_server", host="sip-host", port=5060, transport="tcp", purpose="sip", port_id="sip-tcp")
    .add("sip_server", host="sip-host", port=5061, transport="tls", purpose="sip", port_id="sip-tls")
    .add("closed", host="framework-host", port=7000)
)

OPTIONS = """\
OPTIONS sip:sip-host SIP/2.0
Via: SIP/2.0/{transport} you;rport;branch=z9hG4bK-you-{transport}
Max-Forwards: 70
From: <sip:you@you>;tag=you-1
To: <sip:sip-host>
Call-ID: {transport}@you
CSeq: 1 OPTIONS
Content-Length: 0

"""


@pytest.fixture(params=[False, True], ids=["addresses", "one address"])
async def lab(request):
    async with await Lab.open(PLAN, one_address=request.param or None) as lab:
        await lab.start_all(["message_server", "over_tls", "over_udp", "sip_server"])
        lab.trace.clear()
        yield lab


def lines(lab):
    return [(one.kind, one.sender, one.receiver, one.port, one.name) for one in lab.trace]


# --- every kind of port


async def test_the_teaching_format(lab):
    tap = await lab.tap("message_server")
    assert str(tap) == "You are connected with message_server, port 5150/tcp of framework-host."
    assert str(await tap.send('{"message": "hello"}')) == "Sent 21 bytes to message_server."
    heard = await tap.hear()
    assert heard.bytes_came == b'{"ack":null}\n'
    assert str(await tap.close()) == "The tap is closed."
    assert str(tap.seen) == (
        '→ you to message_server\n    {"message": "hello"}␊\n'
        '← message_server to you\n    {"ack":null}␊\n'
        "· You have ended the connection."
    )
    you, server = "you", "message_server"
    assert lines(lab) == [
        ("connect", you, server, "5150/tcp", "connect"),
        ("request", you, server, "5150/tcp", "hello"),
        ("response", server, you, "5150/tcp", "ack"),
        ("disconnect", you, server, "5150/tcp", "disconnect"),
    ]
    assert str(await tap.close()) == "The tap was closed already."
    assert str(tap) == "This tap on port 5150/tcp of framework-host is closed."


@pytest.mark.parametrize(
    ("port", "transport"), [("sip", "UDP"), ("sip-tcp", "TCP"), ("sip-tls", "TLS"), ("5060/udp", "UDP")]
)
async def test_sip(lab, port, transport):
    tap = await lab.tap("sip_server", port)
    assert tap.speaks is Speaks.SIP
    await tap.send(OPTIONS.format(transport=transport))
    answer = (await tap.hear())[0].data
    assert answer.startswith(b"SIP/2.0 200 OK\r\n")
    text = str(tap.seen)
    assert f"    Via: SIP/2.0/{transport} you;rport=…;branch=z9hG4bK-you-{transport};received=you␍␊\n" in text
    assert "127." not in text
    await tap.close()
    assert ("request", "you", "sip_server", tap.place.planned, "OPTIONS") in lines(lab)


async def test_sip_that_is_none(lab):
    tap = await lab.tap("sip_server", 5060)
    await tap.send("GET / HTTP/1.1\n\n")
    assert str(await tap.hear()) == "· sip_server has ended the connection."
    tap = await lab.tap("sip_server", 5060)
    await tap.send("OPTIONS sip:sip-host SIP/2.0\nVia: SIP/2.0/TCP you;branch=z9hG4bK1\nContent-Length: 0\n\n")
    assert b" 400 " in (await tap.hear()).bytes_came


async def test_a_port_that_speaks_tls(lab):
    tap = await lab.tap("over_tls")
    assert tap.secure
    assert str(tap) == "You are connected over TLS with over_tls, port 5443/tls of framework-host."
    await tap.send('{"id": 7, "message": "hello"}')
    assert (await tap.hear()).bytes_came == b'{"ack":7}\n'


async def test_plain_text_to_a_port_that_speaks_tls(lab):
    tap = await lab.tap("over_tls", tls=False)
    await tap.send('{"id": 7, "message": "hello"}')
    await until(lambda: not tap.is_open)
    assert b"ack" not in tap.seen.bytes_came
    assert str(tap.seen[-1].text) == "over_tls has ended the connection."
    await until(lambda: lines(lab))
    assert lines(lab) == [("refused", "you", "over_tls", "5443/tls", "no TLS")]


async def test_tls_to_a_port_that_speaks_plain_text(lab):
    with pytest.raises(TLSMismatchError, match=r"^You called port 5150/tcp of message_server with TLS"):
        await lab.tap("message_server", tls=True)
    assert not lab.outsiders._introduced


async def test_tls_to_a_port_that_says_nothing(lab, monkeypatch):
    monkeypatch.setattr(link, "WAIT_LIMIT", 0.2)
    with pytest.raises(NoAnswerError):
        await lab.tap("sip_server", "sip-tcp", tls=True)


async def test_over_udp(lab):
    tap = await lab.tap("over_udp", tls=True)
    assert not tap.secure
    assert str(tap) == "You can send datagrams to over_udp, port 5150/udp of framework-host."
    await tap.send('{"message": "hello"}')
    assert (await tap.hear()).bytes_came == b'{"ack":null}\n'
    await tap.close()
    assert lines(lab)[0] == ("request", "you", "over_udp", "5150/udp", "hello")
    assert str(tap.seen).endswith("· You have closed your socket.")


async def test_voice_listens_and_does_not_answer():
    async with await Lab.open(load_plan(PLANS / "sip.csv")) as lab:
        await lab.start("media_server")
        tap = await lab.tap("media-host", "20004/udp")
        assert (tap.speaks, tap.place.planned) == (Speaks.VOICE, "20000-20099/udp")
        await tap.send("80 00", hex=True)
        assert tap.seen[-1].text.startswith("No program listens on port 20000-20099/udp of media-host.")
        first = await lab.tap("media_server", "media")
        await first.send("80 00", hex=True)
        assert str(await first.hear(0)) == "Nothing came within 0 s."
        assert len(first.seen) == 1


async def test_snmp_the_console_and_the_cti_link():
    plan = load_plan(PLANS / "cti.csv")
    async with await Lab.open(plan) as lab:
        await lab.start("t_server", "switch")
        silent = await lab.tap("t_server", "management")
        await silent.send("no SNMP")
        assert str(await silent.hear(0)) == "Nothing came within 0 s."
        await until(lambda: lab.trace[-1].text == "This is no SNMP request: there is no answer.")
        assert (lab.trace[-1].sender, silent.speaks) == ("you", Speaks.SNMP)
        console = await lab.tap("switch", 2323)
        assert "switch: console of the switch␍␊" in str(await console.hear())
        await console.send("login admin")
        assert str(await console.hear()).endswith("Password: ")
        await console.send("quit")
        await console.hear()
        await console.send("quit")
        assert str(await console.hear()).endswith("· switch has ended the connection.")
        assert ("you", "login admin") in [(one.sender, one.name) for one in lab.trace]
        cti = await lab.tap("switch")
        assert cti.speaks is Speaks.CTI_LINK
        await cti.send("0000")
        assert str(await cti.hear()) == "· switch has ended the connection."
        assert "you" in (lab.trace[-1].sender, lab.trace[-1].receiver)


async def test_agentx():
    async with await Lab.open(load_plan(PLANS / "management.csv")) as lab:
        await lab.start("snmp_master_agent")
        tap = await lab.tap("snmp_master_agent", "agentx")
        assert tap.speaks is Speaks.AGENTX
        await tap.send(b"\x01\x01\x00\x00" + bytes(16))
        await tap.hear(0.2)
        await tap.close()


# --- which port


@pytest.mark.parametrize(
    ("where", "planned", "server"),
    [
        (("message_server", "default"), "5150/tcp", "message_server"),
        (("message_server", 5150), "5150/tcp", "message_server"),
        (("message_server", "5150"), "5150/tcp", "message_server"),
        (("framework-host", 5150), "5150/tcp", "message_server"),
        (("framework-host", "5150/UDP"), "5150/udp", "over_udp"),
        (("framework-host", 5443), "5443/tls", "over_tls"),
        (("closed", 5150), "5150/tcp", "message_server"),
        (("sip_server", 5060), "5060/tcp", "sip_server"),
        (("sip-host", "9/udp"), "9/udp", "sip-host"),
    ],
)
async def test_a_port_by_its_name(lab, where, planned, server):
    tap = await lab.tap(*where)
    assert (tap.place.planned, tap.place.server) == (planned, server)


@pytest.mark.parametrize(
    ("where", "error"),
    [
        (("mesage_server",), UnknownApplicationError),
        ((5150,), UnknownApplicationError),
        ((None,), UnknownApplicationError),
        ((["message_server"],), UnknownApplicationError),
        (("message_server", "sip"), UnknownPortIdError),
        (("message_server", "5150/sctp"), UnknownPortIdError),
        (("message_server", ""), UnknownPortIdError),
        (("framework-host",), UnknownPortIdError),
        (("framework-host", "default"), UnknownPortIdError),
        (("message_server", 0), InvalidPortError),
        (("message_server", 70_000), InvalidPortError),
        (("message_server", 51.5), InvalidPortError),
        (("message_server", True), InvalidPortError),
    ],
)
async def test_no_such_port(lab, where, error):
    with pytest.raises(error):
        await lab.tap(*where)


async def test_an_application_without_ports():
    async with await Lab.open(load_plan(PLANS / "cti.csv")) as lab:
        with pytest.raises(UnknownPortIdError, match="It has no listening port at all"):
            await lab.tap("agent_desktop")


async def test_nobody_listens(lab):
    with pytest.raises(ConnectionRefusedByPeerError) as caught:
        await lab.tap("closed")
    assert str(caught.value) == (
        "You called port 7000/tcp of framework-host, and were refused: no program listens there. "
        "The plan gives it to closed: is that started?"
    )
    with pytest.raises(ConnectionRefusedByPeerError, match="The plan gives this port to nobody"):
        await lab.tap("framework-host", 7001)
    assert lines(lab) == [
        ("refused", "you", "closed", "7000/tcp", "refused"),
        ("refused", "you", "framework-host", "7001/tcp", "refused"),
    ]
    assert not lab.outsiders._introduced


async def test_nobody_listens_over_udp(lab):
    await lab.stop("over_udp")
    lab.trace.clear()
    tap = await lab.tap("over_udp")
    await tap.send("x")
    sentence = "· No program listens on port 5150/udp of framework-host. Nobody answers, and a real host reports that"
    assert str(await tap.hear()).startswith(sentence)
    assert lines(lab) == [("refused", "you", "over_udp", "5150/udp", "port unreachable")]
    await lab.start("over_udp")
    await tap.send("x")
    assert b"error" in (await tap.hear()).bytes_came


async def test_a_program_outside_the_lab(lab):
    await lab.run_outsider("framework-host", 7000)
    tap = await lab.tap("framework-host", 7000)
    assert str(tap) == "You are connected with closed, port 7000/tcp of framework-host."
    await lab.end_outsiders()
    await until(lambda: not tap.is_open)
    await lab.run_outsider("framework-host", 7001)
    assert (await lab.tap("framework-host", 7001)).place.server == "a program outside this lab"


async def test_a_server_at_one_address_of_its_host():
    plan = Deployment(name="one").add("web", host="h", port=8090, purpose="http", address="10.0.0.12")
    async with await Lab.open(plan) as lab:
        await lab.start("web")
        tap = await lab.tap("web")
        await tap.send("GET / HTTP/1.1\nHost: h\n\n", "CRLF")
        assert b"error" in (await tap.hear()).bytes_came


# --- what is sent


@pytest.mark.parametrize(
    ("data", "end", "sent"),
    [
        ("a", None, b"a\n"),
        ("a", "none", b"a"),
        ("a", "LF", b"a\n"),
        ("a", "crlf", b"a\r\n"),
        ("a\nb", "CRLF", b"a\r\nb\r\n"),
        ("a\r\nb\n", "CRLF", b"a\r\nb\r\n"),
        ("a\n\n", "LF", b"a\n\n"),
        ("a\r\nb", "none", b"a\r\nb"),
        ("", "LF", b"\n"),
        ("olá", "none", "olá".encode()),
        ("\ud800", "none", b"?"),
        (b"a\nb", "CRLF", b"a\nb"),
        (bytearray(b"\xff\x00"), None, b"\xff\x00"),
        (5, "none", b"5"),
    ],
)
async def test_line_ends(lab, data, end, sent):
    tap = await lab.tap("message_server")
    await tap.send(data, end)
    assert tap.seen.bytes_sent == sent


@pytest.mark.parametrize("text", ["0d0a", "0D 0A", "0d:0a", " 0d\n0a "])
async def test_bytes_as_numbers(lab, text):
    tap = await lab.tap("message_server")
    await tap.send(text, hex=True)
    assert tap.seen.bytes_sent == b"\r\n"


@pytest.mark.parametrize("text", ["0", "0x0d", "hello", "0d 0", "\u0660\u0660"])
async def test_numbers_that_are_none(lab, text):
    tap = await lab.tap("message_server")
    with pytest.raises(InvalidValueError, match="is not a row of bytes"):
        await tap.send(text, hex=True)
    assert len(tap.seen) == 0


async def test_other_mistakes(lab):
    tap = await lab.tap("over_udp")
    with pytest.raises(InvalidValueError, match="is not a line end"):
        await tap.send("x", "CR")
    with pytest.raises(MessageTooLargeError):
        await tap.send("x" * 65_507)
    for seconds in (-1, 6, "5", None):
        with pytest.raises(InvalidValueError, match="is not a time to wait"):
            await tap.hear(seconds)
    assert (await tap.send("x" * 65_506, "LF")) is not None
    assert b"error" in (await tap.hear()).bytes_came
    stream = await lab.tap("message_server")
    with pytest.raises(MessageTooLargeError):
        await stream.send(b"x" * 1_048_577)


async def test_nothing_can_be_sent_after_the_end(lab):
    tap = await lab.tap("message_server")
    await tap.close()
    with pytest.raises(NotConnectedError, match=r"^You have no connection to message_server any more"):
        await tap.send("x")
    assert str(await tap.hear()) == "· You have ended the connection."
    assert str(await tap.hear()) == "Nothing came, and nothing more can come: the tap is closed."


async def test_a_forgotten_await(lab):
    tap = await lab.tap("message_server")
    step = tap.send("x")
    assert repr(step).startswith("Nothing has happened yet")
    step.close()


# --- what came


async def test_what_comes_in_several_pieces_is_one(lab):
    tap = await lab.tap("message_server")
    await tap.send('{"id": 1, "message": "a"}\n{"id": 2, "message": "b"}')
    assert [one.data for one in await tap.hear()] == [b'{"ack":1}\n{"ack":2}\n']
    await tap.send('{"id": 3, "message": "c"}')
    assert [one.data for one in await tap.hear()] == [b'{"ack":3}\n']
    assert [one.way for one in tap.seen] == [Way.SENT, Way.CAME] * 2


async def test_a_huge_answer(lab):
    tap = await lab.tap("message_server")
    await tap.send((f'{{"id": "{"x" * 2_000}", "message": "a"}}\n' * 500).encode())
    await until(lambda: tap.seen[-1].way is Way.CAME and tap.seen[-1].size > 1_000_000)
    piece = tap.seen[-1]
    assert (piece.way, len(piece.data)) == (Way.CAME, KEPT)
    assert len(str(tap.seen)) < 5_000
    assert str(tap.seen).endswith(f"    ({piece.size - 2_048} more bytes)")
    assert str(await tap.close()) == "The tap is closed."


async def test_only_so_many_pieces_are_kept(lab, monkeypatch):
    monkeypatch.setattr(tap_module, "PIECES", 3)
    tap = await lab.tap("over_udp")
    for number in range(3):
        await tap.send(str(number))
        await tap.hear()
    assert len(tap.seen) == 3
    assert str(tap.seen).startswith("(3 older entries are not kept)\n← over_udp to you\n")


async def test_the_other_side_ends_it(lab):
    tap = await lab.tap("message_server")
    await tap.send("x" * 70_000)
    await until(lambda: not tap.is_open)
    assert tap.seen[-1].text == "message_server has ended the connection."
    other = await lab.tap("message_server")
    await other.send('{"message": "hello"}')
    await lab.stop("message_server")
    await until(lambda: not other.is_open)
    assert other.seen[-1].text == "message_server has ended the connection."


async def test_it_breaks_off(lab):
    tap = await lab.tap("message_server")
    await tap.send('{"message": "hello"}')
    await tap.hear()
    await lab.crash("message_server")
    assert str(await tap.hear()) == "· message_server has ended the connection."


async def test_somebody_who_does_not_read(lab, monkeypatch):
    monkeypatch.setattr(link, "WAIT_LIMIT", 0.2)
    await lab.run_outsider("framework-host", 7000)
    tap = await lab.tap("closed")

    async def fill():
        while True:
            await tap.send(b"x" * 1_000_000)

    with pytest.raises(NoAnswerError):
        await fill()
    await tap.close()
    assert not tap.is_open


async def test_datagrams_of_others_are_not_shown(lab):
    tap = await lab.tap("over_udp")
    tap.came_from(b"x", ("127.0.0.1", 9))
    assert len(tap.seen) == 0


async def test_somebody_is_told(lab):
    told = []
    tap = await lab.tap("message_server")
    tap.watch(lambda: told.append(len(tap.seen)))
    await tap.send('{"message": "hello"}')
    await tap.hear()
    await tap.close()
    assert told[0] == 1
    assert told[-1] == 3


# --- what is shown


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\n", "a␍␊\n    b␊"),
        (b"\ta\x1b[0m\x7f", "␉a␛[0m␡"),
        ("\u202eevil\u200b".encode(), "\ufffdevil\ufffd"),
        ("שלום".encode(), "שלום"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
        (b"\x00\xff", "0000  00 ff                                            ··"),
        (b"\xff\xfe", "0000  ff fe                                            ··"),
        ("é".encode()[:1], ""),
        (b"", "(no bytes)"),
        ("\u2028x".encode(), "\u2028x"),
    ],
)
def test_bytes_for_eyes(data, text):
    seen = Seen([Piece(Way.SENT, data, len(data))], "s", Speaks.TEACHING, Names([], {}))
    assert str(seen) == f"→ you to s\n    {text}"
    assert "<script" not in seen._repr_html_()


def test_numbers_for_eyes():
    seen = Seen([Piece(Way.CAME, b"a\r\n", 4)], "s", Speaks.TEACHING, Names([], {}))
    assert seen.hex() == f"← s to you\n    0000  61 0d 0a {' ' * 39} a··\n    (1 more byte)"


@given(st.binary(max_size=300), st.sampled_from(list(Speaks)))
def test_anything_for_eyes(data, speaks):
    seen = Seen([Piece(Way.CAME, data, len(data))], "s", speaks, Names([], {}))
    for text in (str(seen), seen.hex(), visible(data, Names([], {}))):
        assert not set(map(ord, text)) & (set(range(32)) - {9, 10})
        text.encode()


# --- beginning and end


async def test_a_lab_has_so_many(lab):
    taps = [await lab.tap("message_server") for _ in range(lab_module.TAPS + 1)]
    assert [tap.is_open for tap in taps] == [False] + [True] * lab_module.TAPS
    assert taps[0].seen[-1].text.startswith("Another tap was opened, and a lab has 16 at most")


@pytest.mark.parametrize("where", [("message_server",), ("over_tls",), ("over_udp",), ("sip_server", "sip-tcp")])
async def test_they_end_with_the_lab(where):
    lab = await Lab.open(PLAN)
    await lab.start("message_server", "over_tls", "over_udp", "sip_server")
    taps = [await lab.tap(*where) for _ in range(2)]
    await taps[0].send("x")
    await lab.close()
    assert not any(tap.is_open for tap in taps)
    assert str(taps[1].seen) == "· The lab was closed, and the tap with it."
    with pytest.raises(LabClosedError):
        await lab.tap(*where)
    with pytest.raises(NotConnectedError):
        await taps[0].send("x")


async def test_the_lab_is_closed_meanwhile():
    lab = await Lab.open(PLAN)
    await lab.start("over_tls")
    opening = asyncio.ensure_future(lab.tap("over_tls"))
    await asyncio.sleep(0)
    await lab.close()
    with pytest.raises((LabClosedError, ConnectionRefusedByPeerError, TLSMismatchError)):
        await opening


def test_a_loop_that_ends_first():
    async def scenario():
        lab = await Lab.open(PLAN, name="left")
        await lab.start("message_server", "over_udp")
        return lab, await lab.tap("message_server"), await lab.tap("over_udp")

    async def again():
        await (await Lab.open(PLAN, name="next")).close()

    kept = asyncio.run(scenario())
    asyncio.run(again())
    assert not any(tap.is_open for tap in kept[1:])
    gc.collect()


async def test_no_socket_is_left(lab, monkeypatch):
    def none(*_):
        raise OSError(next(iter(TOO_MANY)), "too many")

    for name in ("calling_socket", "datagram_socket"):
        monkeypatch.setattr(tap_call, name, none)
    for name in ("message_server", "over_udp"):
        with pytest.raises(TooManyPortsError):
            await lab.tap(name)
    assert not lab.outsiders._introduced


async def test_a_tap_that_is_given_up(lab):
    opening = asyncio.ensure_future(lab.tap("over_tls"))
    for _ in range(3):
        await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert not lab.outsiders._introduced
    gc.collect()


async def test_two_runs_show_the_same():
    async def run(one_address):
        shown = []
        async with await Lab.open(TRAINING, one_address=one_address) as lab:
            await lab.start_all()
            for name, port, text in (
                ("sip_server", "sip", OPTIONS.format(transport="UDP")),
                ("sip_server", "sip-tcp", OPTIONS.format(transport="TCP")),
                ("message_server", None, "GET / HTTP/1.1"),
            ):
                tap = await lab.tap(name, port)
                await tap.send(text)
                await tap.hear()
                await tap.close()
                shown.append(str(tap.seen))
            shown.append(str(lab.trace.select(participant="you")))
        return shown

    assert await run(None) == await run(True)


async def test_a_tap_given_up_at_any_moment_leaves_the_next_one_alone(lab):
    for turns in range(30):
        opening = asyncio.ensure_future(lab.tap("over_tls"))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await (await opening).close()
        assert str(await (await lab.tap("message_server")).close()) == "The tap is closed."
