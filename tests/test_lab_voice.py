"""Voice: a media server that plays to phones, from a number of its planned range for each call."""

import asyncio
import re
import socket
from dataclasses import replace

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import CallFailedError, NotAPhoneError
from genesys_ports.lab import caller, rtp_port
from genesys_ports.lab.voice import UNPLANNED
from genesys_ports.model import Application, Deployment, Host, ListeningPort, Purpose, Transport
from genesys_ports.sip.rtp import PCMU, RtpPacket
from genesys_ports.state import Socket
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, ROOT, until

PLAN = load_plan(ROOT / "notebooks" / "plans" / "sip.csv")
MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])

ONE, TWO, SERVER = "phone_1001", "phone_1002", "media_server"


def with_media(last=20099, first=20000):
    """The plan with another range for voice; without one when `last` is None."""
    server = PLAN.application(SERVER)
    ports = [port for port in server.ports if port.purpose is not Purpose.MEDIA]
    if last is not None:
        media = ListeningPort(number=first, last=last, transport=Transport.UDP, purpose=Purpose.MEDIA, port_id="media")
        ports.append(media)
    changed = replace(server, ports=tuple(ports))
    return replace(PLAN, applications=tuple(changed if one is server else one for one in PLAN.applications))


def opened(plan=PLAN, **options):
    return Lab.open(plan, name="voice", **options)


def element(lab, name=SERVER):
    return lab._running[name].sip.element


async def started(lab, packets=5):
    await lab.start_all()
    element(lab).packets = packets


def voice(lab):
    """Every packet in the trace: its number in the stream, and from where to where it went."""
    found = [one for one in lab.trace if one.kind is Kind.MEDIA]
    return [(RtpPacket.parse(one.payload).sequence, one.sender, one.port, one.receiver) for one in found]


# --- an announcement


@MODES
async def test_an_announcement(one_address):
    async with await opened(one_address=one_address) as lab:
        await started(lab)
        assert "port 20000/udp is open; the others are kept for media_server until calls need them." in lab.notices[-1]
        await lab.call(ONE, "2000")
        assert str(await lab.listen(ONE)) == (
            "phone_1001 has heard 0.1 seconds of voice: 5 packets, which came to port 16384/udp of agent-1-host."
        )
        assert voice(lab) == [(number, SERVER, "20000/udp", ONE) for number in (1, 2, 3, 4, 5)]
        packets = [one for one in lab.trace if one.kind is Kind.MEDIA]
        first = packets[0]
        assert (first.protocol, first.name, first.text) == ("rtp", "RTP", "PCMU")
        assert (first.server, first.host, first.client, first.client_number) == (SERVER, "media-host", ONE, UNPLANNED)
        # Between the ACK of its leg and its BYE, and part of the call.
        said = [one.name for one in lab.trace.select(call=first.call, participant=SERVER)]
        assert said == ["INVITE", "200 OK", "ACK", *["RTP"] * 5, "BYE", "200 OK"]
        # 20 ms of sound each: 160 samples at 8,000 a second.
        stamps = [RtpPacket.parse(one.payload).timestamp for one in packets]
        assert [stamp - stamps[0] for stamp in stamps] == [0, 160, 320, 480, 640]
        assert len(lab.calls()) == 0


async def test_two_runs_look_the_same():
    runs = []
    for _ in range(2):
        async with await opened() as lab:
            await started(lab)
            await lab.call(ONE, "2000")
            await lab.listen(ONE)
            runs.append([one[2:8] + one[9:] for one in lab.trace if one.protocol in ("sip", "rtp")])
    masked = [re.sub(r"127\.[0-9]+\.[0-9]+", "127.x", str(run)) for run in runs]
    assert masked[0] == masked[1]


async def test_each_call_has_a_number_of_its_own_until_they_are_used_up():
    async with await opened(with_media(20003)) as lab:
        await started(lab, 500)
        await lab.call(ONE, "2000")
        await lab.call(TWO, "2000")
        await until(lambda: {receiver for *_, receiver in voice(lab)} == {ONE, TWO})
        with pytest.raises(CallFailedError) as caught:
            await lab.call("media_gateway", "2000")
        assert caught.value.status == 486
        (refusal,) = (one for one in lab.trace if one.name.startswith("486") and one.sender == SERVER)
        assert b'"Every number of media_server for voice is in use: 20000-20003/udp.' in refusal.payload
        assert str(await lab.hang_up(ONE)).startswith("phone_1001 has hung up")
        await lab.call("media_gateway", "2000")
        await until(lambda: {port for _, _, port, receiver in voice(lab) if receiver == "media_gateway"})
        ports = {receiver: port for _, _, port, receiver in voice(lab)}
        assert ports == {ONE: "20000/udp", TWO: "20002/udp", "media_gateway": "20000/udp"}


async def test_a_number_that_a_program_outside_has_is_left_out():
    async with await opened() as lab:
        await started(lab, 500)
        with socket.socket(type=socket.SOCK_DGRAM) as stranger:
            stranger.bind((lab.network.address_of("media-host"), 20002))
            await lab.call(ONE, "2000")
            await lab.call(TWO, "2000")
            await until(lambda: {port for *_, port, _ in voice(lab)} == {"20000/udp", "20004/udp"})


async def test_a_number_is_shut_again_after_the_call():
    async with await opened() as lab:
        await started(lab, 2)
        await lab.call(ONE, "2000")
        await lab.call(TWO, "2000")
        await lab.listen(TWO)
        await lab.listen(ONE)
        where = (lab.network.address_of("media-host"), 20002)
        await until(lambda: lab.network.is_silent(Socket(*where)))


@pytest.mark.parametrize(
    ("plan", "port"),
    [
        (with_media(None), f"{UNPLANNED}/udp"),
        (with_media(20001, 20001), "20001/udp"),
        (with_media(20004, 20001), "20002/udp"),
    ],
    ids=["no range", "one odd number", "a range that begins odd"],
)
async def test_other_ranges(plan, port):
    async with await opened(plan) as lab:
        await started(lab, 1)
        await lab.call(ONE, "2000")
        await lab.listen(ONE)
        assert voice(lab) == [(1, SERVER, port, ONE)]


async def test_phones_of_one_host_hear_at_different_numbers():
    async with await opened(load_plan(ROOT / "notebooks" / "plans" / "training.csv")) as lab:
        await lab.start("configuration_server", "sip_server", ONE, TWO)
        assert [lab.phone(name).voice.number for name in (ONE, TWO)] == [UNPLANNED, UNPLANNED + 2]


async def test_nothing_was_heard():
    async with await opened() as lab:
        await started(lab)
        assert str(await lab.listen(ONE)) == "phone_1001 has heard nothing."
        with pytest.raises(NotAPhoneError):
            await lab.listen(SERVER)


# --- hold, loss, the end


async def test_no_voice_while_the_call_is_on_hold():
    async with await opened() as lab:
        await started(lab, 10)
        await lab.call(ONE, "2000")
        await lab.hold(ONE)
        held = lab.trace.last_number
        await lab.listen(ONE)
        assert [one for one in lab.trace.select(after=held) if one.kind is Kind.MEDIA] == []
        await lab.retrieve(ONE)
        assert "10 packets" in str(await lab.listen(ONE))
        assert [number for number, *_ in voice(lab)] == list(range(1, 11))


async def test_lost_voice_is_not_sent_again():
    async with await opened() as lab:
        await started(lab, 30)
        await lab.call(ONE, "2000")
        lab.network.loss(0.3)
        await until(lambda: len(voice(lab)) == 30)
        lab.network.loss(0)
        said = str(await lab.listen(ONE))
        dropped = [one for one in lab.trace if one.kind is Kind.MEDIA and one.dropped]
        assert 0 < len(dropped) < 30
        assert f"{30 - len(dropped)} packets" in said
        assert "nobody sends them again." in said


@pytest.mark.parametrize("end", ["stop", "crash"])
async def test_the_server_ends_in_the_middle(end):
    async with await opened() as lab:
        await started(lab, 500)
        await lab.call(ONE, "2000")
        await until(lambda: voice(lab))
        await getattr(lab, end)(SERVER)
        count = len(voice(lab))
        await lab.listen(ONE)
        assert len(voice(lab)) == count


async def test_the_lab_is_closed_in_the_middle():
    async with await opened() as lab:
        await started(lab, 500)
        await lab.call(ONE, "2000")


# --- calls from outside, straight to the media server


class Outside:
    """A program outside: one socket for SIP, one for voice."""

    def __init__(self, lab):
        self.lab = lab
        (self.to,) = (
            state.sockets[0]
            for state in lab.port_states()
            if (state.application, str(state.port)) == (SERVER, "5060/udp")
        )
        self.sip, self.rtp = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
        for one in (self.sip, self.rtp):
            one.setblocking(False)
            one.bind(("127.0.0.1", 0))
        self.tag = ""

    def close(self):
        self.sip.close()
        self.rtp.close()

    def sdp(self, address="127.0.0.1", formats="0 8", after="", number=None):
        number = self.rtp.getsockname()[1] if number is None else number
        lines = (
            "v=0",
            "o=- 1 1 IN IP4 x",
            "s=-",
            f"c=IN IP4 {address}",
            "t=0 0",
            f"m=audio {number} RTP/AVP {formats}",
        )
        return "".join(f"{line}\r\n" for line in lines) + after

    def say(self, method, body="", number="2000", sequence=1):
        host, port = self.sip.getsockname()
        target = f"{self.to.address}:{self.to.number}"
        lines = [
            f"{method} sip:{number}@{target} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{method}{sequence}",
            f"From: <sip:out@{host}:{port}>;tag=1",
            f"To: <sip:{number}@{target}>{self.tag}",
            f"Call-ID: outside-call-{port}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:out@{host}:{port}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.sip.sendto("\r\n".join([*lines, "", body]).encode(), (self.to.address, self.to.number))

    async def hear(self, sock=None):
        async with asyncio.timeout(PATIENCE):
            data, _ = await asyncio.get_running_loop().sock_recvfrom(sock or self.sip, 4096)
        return data

    async def invite(self, body="", **options):
        """Its final answer, acknowledged unless it is a 2xx."""
        self.say("INVITE", body, **options)
        while (answer := (await self.hear()).decode()).startswith("SIP/2.0 1"):
            pass
        self.tag = re.search(r"(?m)^To:.*(;tag=[^;\r\n]+)", answer)[1]
        return answer


@pytest.fixture(params=[False, True], ids=["own addresses", "one address"])
async def outside(request, monkeypatch):
    # It does not answer BYE, and nobody needs to wait for that.
    monkeypatch.setattr(caller, "GREETING_LIMIT", 0.1)
    async with await opened(one_address=request.param) as lab:
        await lab.start("sip_server", SERVER)
        element(lab).packets = 3
        program = Outside(lab)
        try:
            yield program
        finally:
            program.close()


async def test_a_caller_from_outside_hears_it(outside):
    answer = await outside.invite(outside.sdp(after="m=video 6000 RTP/AVP 99\r\n"))
    assert re.search(r"(?m)^m=audio [1-9][0-9]* RTP/AVP 0\r$", answer)
    assert "m=video 0 RTP/AVP 99" in answer
    outside.say("ACK")
    packets = [RtpPacket.parse(await outside.hear(outside.rtp)) for _ in range(3)]
    assert [(one.sequence, one.payload_type, len(one.payload)) for one in packets] == [
        (n, PCMU, 160) for n in (1, 2, 3)
    ]
    assert (await outside.hear()).startswith(b"BYE ")
    # Its voice and its SIP are one life line.
    assert {one[3] for one in voice(outside.lab)} == {"outside program 1"}
    assert [name for name in outside.lab.trace.participants if "outside" in name] == ["outside program 1"]


async def test_an_offer_that_comes_with_the_ack(outside):
    answer = await outside.invite()
    assert re.search(r"(?m)^m=audio [1-9][0-9]* RTP/AVP 0\r$", answer)
    outside.say("ACK", outside.sdp())
    assert RtpPacket.parse(await outside.hear(outside.rtp)).sequence == 1


async def test_an_ack_without_an_answer_gets_no_voice(outside):
    await outside.invite()
    outside.say("ACK")
    outside.say("BYE", sequence=2)
    assert (await outside.hear()).startswith(b"SIP/2.0 200")
    assert voice(outside.lab) == []


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        ({"formats": "8 101"}, 488, "This server plays G.711"),
        ({"address": "192.0.2.1"}, 488, "to an IP address of this machine"),
        ({"address": "phone.example.com"}, 488, "to an IP address of this machine"),
        ({"number": 0}, 488, "This server plays G.711"),
    ],
)
async def test_what_it_cannot_play(outside, options, status, sentence):
    answer = await outside.invite(outside.sdp(**options))
    assert answer.startswith(f"SIP/2.0 {status}")
    assert sentence in answer
    assert await _next_number(outside) == 20000


async def test_an_offer_that_cannot_be_read(outside):
    assert (await outside.invite("v=0\r\nnonsense\r\n")).startswith("SIP/2.0 488")


async def _next_number(outside):
    rtp = outside.lab._running[SERVER].voice.take()
    outside.lab._running[SERVER].voice.give_back(rtp)
    outside.lab._running[SERVER].voice.give_back(rtp)
    return rtp.number


async def test_a_number_that_is_not_its_own(outside):
    assert (await outside.invite(outside.sdp(), number="2999")).startswith("SIP/2.0 404")


async def test_a_change_that_it_cannot_follow(outside):
    await outside.invite(outside.sdp())
    outside.say("ACK")
    outside.say("INVITE", outside.sdp(formats="8"), sequence=2)
    while not (answer := await outside.hear()).startswith(b"SIP/2.0 488"):
        assert answer.startswith((b"SIP/2.0 1", b"BYE"))


async def test_a_change_without_an_offer(outside):
    element(outside.lab).packets = 500
    await outside.invite(outside.sdp())
    outside.say("ACK")
    outside.say("INVITE", sequence=2)
    while not (answer := await outside.hear()).startswith(b"SIP/2.0 200"):
        assert answer.startswith(b"SIP/2.0 1")
    assert b"m=audio" in answer


# --- a port for voice by itself


async def test_a_port_for_voice_speaks_no_other_language(monkeypatch):
    monkeypatch.setattr(rtp_port, "NOTED", 2)
    ports = (ListeningPort(number=20000, last=20009, transport=Transport.UDP, purpose=Purpose.MEDIA),)
    plan = Deployment(hosts=(Host(name="h"),), applications=(Application(name="recorder", host="h", ports=ports),))
    async with await opened(plan) as lab:
        await lab.start("recorder")
        rtp = lab._running["recorder"].voice.take("call-1")
        with socket.socket(type=socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.setblocking(False)
            sent = [b'{"message":"hello"}', *(bytes(RtpPacket(n, 0, 1, b"x", payload_type=n)) for n in (8, 0, 99))]
            for data in sent:
                stranger.sendto(data, (rtp.local.address, rtp.local.number))
            await until(lambda: rtp.arrivals.received == 3)
            with pytest.raises(BlockingIOError):
                stranger.recv(100)
        noted = [(one.kind, one.name, one.text, one.sender, one.call) for one in lab.trace if one.protocol == "rtp"]
        assert noted == [
            (Kind.EVENT, "datagram", "", "outside program 1", "call-1"),
            (Kind.MEDIA, "RTP", "PCMA", "outside program 1", "call-1"),
        ]
        await lab.stop("recorder")
        rtp.send(RtpPacket(1, 0, 1, b""), Socket("127.0.0.1", 9))
        rtp.close()
        assert noted == [
            (one.kind, one.name, one.text, one.sender, one.call) for one in lab.trace if one.protocol == "rtp"
        ]
