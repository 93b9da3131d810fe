"""Phones, gateways and softswitches: registering, calling, answering, holding; and what may go wrong."""

import asyncio
from dataclasses import replace

import pytest

from genesys_ports import Lab, ListeningPort, ladder, load_plan
from genesys_ports.errors import (
    CallFailedError,
    InvalidValueError,
    LabClosedError,
    NoCallError,
    NotAPhoneError,
    NotRunningError,
    PortInUseError,
    UnknownApplicationError,
)
from genesys_ports.lab.trunk import CALLER
from genesys_ports.model import Purpose, Transport
from genesys_ports.sip import parse
from tests.helpers import PATIENCE, ROOT, until
from tests.sip_lab import (
    GATE,
    P1,
    P2,
    PLAN,
    SERVER,
    SIP,
    address_of,
    request,
    sip_lines,
    sip_port,
    speaker,
    stranger,
    with_port,
)

EVERYBODY = (SIP, P1, P2, GATE)


@pytest.fixture(params=[False, True], ids=["own addresses", "one address"])
async def lab(request):
    async with await Lab.open(PLAN, one_address=request.param) as lab:
        await lab.start(*EVERYBODY)
        yield lab


def status(lab, client):
    (found,) = [s for s in lab.connection_states() if s.connection.client == client]
    return str(found.status)


def shown(table):
    return [tuple(str(cell) for cell in row) for row in table.rows]


# --- registering


async def test_a_phone_registers_at_its_start_and_takes_it_back_at_its_end(lab):
    assert shown(lab.registrations()) == [
        ("1001", P1, SIP, "agent-host:5060", "udp"),
        ("1002", P2, SIP, "agent-host:5062", "udp"),
    ]
    before = lab.trace.last_number
    await lab.stop(P1)
    assert sip_lines(lab, before) == [f"{P1} > {SIP} REGISTER", f"{SIP} > {P1} 200 OK"]
    asked = lab.trace.select(after=before, protocol="sip")[0]
    assert parse(asked.payload).expires == 0
    assert [row[0] for row in shown(lab.registrations())] == ["1002"]
    assert status(lab, P1) == "closed"


async def test_a_phone_that_crashes_says_nothing(lab):
    before = lab.trace.last_number
    await lab.crash(P1)
    assert sip_lines(lab, before) == []
    assert [row[0] for row in shown(lab.registrations())] == ["1001", "1002"]


@pytest.mark.parametrize("port_id", ["sip", "sip-tcp"])
async def test_a_phone_registers_again_when_sip_server_starts_again(port_id):
    async with await Lab.open(with_port(PLAN, P1, port_id)) as lab:
        await lab.start(P1)
        assert status(lab, P1) == "refused"
        assert str(await lab.start(SIP)).endswith(
            f"phone_1001 has registered number 1001 with sip_server on port 5060/{port_id[4:] or 'udp'}."
        )
        report = str(await lab.crash(SIP))
        # Over TCP the system tells a phone that the connection is gone; over UDP nobody does.
        assert status(lab, P1) == ("connected" if port_id == "sip" else "lost")
        assert ("phone_1001 has lost its connection to sip_server." in report) is (port_id == "sip-tcp")
        await lab.start(SIP)
        assert status(lab, P1) == "connected"
        assert [row[0] for row in shown(lab.registrations())] == ["1001"]


def with_number(dn):
    return replace(PLAN, applications=(SERVER, speaker(P1, "agent-host", 5060, dn=dn), *PLAN.applications[2:]))


async def test_a_number_that_sip_server_does_not_know():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1)
        await lab.crash(SIP)
        lab.update(with_number("1009"))
        refused = "to register number 1001 with sip_server on port 5060/udp, and was refused: 404 Not Found."
        assert refused in str(await lab.start(SIP))
        assert status(lab, P1) == "refused"
        with pytest.raises(NoCallError, match="phone_1001 is not registered, so it has no way to call anybody"):
            await lab.call(P1, "1002")


async def test_sip_server_learns_a_new_number_while_it_runs():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P2)
        lab.update(with_number("1009"))
        await lab.start(P1)
        assert [row[0] for row in shown(lab.registrations())] == ["1009", "1002"]
        await lab.call(P2, "1009")


async def test_a_phone_without_a_number():
    async with await Lab.open(
        replace(PLAN, applications=(SERVER, speaker(P1, "agent-host", 5060)), connections=PLAN.connections[:1])
    ) as lab:
        await lab.start(SIP)
        assert str(await lab.start(P1)).endswith(
            "phone_1001 has no directory number in the plan, so it does not register with sip_server."
        )
        assert status(lab, P1) == "closed"


async def test_a_phone_that_no_server_is_planned_for():
    async with await Lab.open(replace(PLAN, connections=())) as lab:
        await lab.start(P1)
        with pytest.raises(NoCallError, match="phone_1001 is connected to no SIP Server in the plan"):
            await lab.call(P1, "1002")


async def test_registrations_are_renewed_at_half_time(monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.phone.EXPIRES", 1)
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1)
        await until(lambda: len(sip_lines(lab)) == 4)
        assert sip_lines(lab) == [f"{P1} > {SIP} REGISTER", f"{SIP} > {P1} 200 OK"] * 2
        assert [row[0] for row in shown(lab.registrations())] == ["1001"]


async def test_a_renewal_that_is_refused_is_a_loss(lab):
    phone = lab.phone(P1)
    (connection,) = [c for c in PLAN.connections if c.client == P1]
    await lab.crash(SIP)
    phone._renew(connection, phone.stack.way_to(SIP))
    await until(lambda: status(lab, P1) == "lost")


async def test_a_phone_on_the_host_of_sip_server_finds_5060_taken():
    softphone = speaker("softphone", "sip-host", 5060, dn="1003")
    plan = replace(PLAN, applications=(*PLAN.applications, softphone))
    async with await Lab.open(plan) as lab:
        await lab.start(SIP)
        with pytest.raises(PortInUseError) as taken:
            await lab.start("softphone")
        assert (
            str(taken.value)
            .splitlines()[0]
            .startswith("port 5060/udp on sip-host is already open: sip_server holds it.")
        )
        assert taken.value.next_free == 5062
        moved = plan.move("softphone", 5062, "sip").move("softphone", 5062, "sip-tcp")
        lab.update(moved.connect("softphone", SIP, "sip"))
        await lab.start("softphone")
        assert lab.is_running("softphone")


async def test_what_does_not_fit_into_a_datagram_goes_over_tcp():
    async with await Lab.open(load_plan(ROOT / "notebooks" / "plans" / "sip.csv")) as lab:
        await lab.start_all()
        for video, port in ((True, "5060/tcp"), (False, "5060/udp")):
            lab.phone(P1).offers_video = video
            before = lab.trace.last_number
            await lab.call(P1, "1002")
            invites = [one for one in lab.trace if one.number > before and one.name == "INVITE"]
            assert [(one.sender, one.receiver, one.port) for one in invites] == [(P1, SIP, port), (SIP, P2, port)]
            assert all((len(one.payload) > 1_300) is video for one in invites)
            await lab.hang_up(P1)


# --- a call


async def test_a_call_from_phone_to_phone(lab):
    before = lab.trace.last_number
    assert str(await lab.call(P1, "1002")) == "phone_1001 has called 1002, and phone_1002 has answered."
    assert sip_lines(lab, before) == [
        f"{P1} > {SIP} INVITE",
        f"{SIP} > {P1} 100 Trying",
        f"{SIP} > {P2} INVITE",
        f"{P2} > {SIP} 180 Ringing",
        f"{SIP} > {P1} 180 Ringing",
        f"{P2} > {SIP} 200 OK",
        f"{SIP} > {P2} ACK",
        f"{SIP} > {P1} 200 OK",
        f"{P1} > {SIP} ACK",
    ]
    ((caller, called, number, state, call_id),) = shown(lab.calls())
    assert (caller, called, number, state) == (P1, P2, "1002", "established")
    # Both legs are one call.
    assert sip_lines(lab, before, call_id) == sip_lines(lab, before)
    assert str(await lab.hang_up(P2)) == "phone_1002 has hung up; the call with 1001 is over."
    assert sip_lines(lab)[-4:] == [
        f"{P2} > {SIP} BYE",
        f"{SIP} > {P2} 200 OK",
        f"{SIP} > {P1} BYE",
        f"{P1} > {SIP} 200 OK",
    ]
    assert shown(lab.calls()) == []


async def test_both_sides_say_where_the_voice_goes(lab):
    before = lab.trace.last_number
    await lab.call(P1, "1002")
    bodies = [parse(m.payload).sdp for m in lab.trace.select(after=before, protocol="sip") if parse(m.payload).body]
    numbers = {body.media[0].number for body in bodies}
    # Two phones of one host have two numbers.
    assert len(numbers) == 2
    assert {body.media[0].formats for body in bodies} == {("0", "8")}
    assert {body.address for body in bodies} == {lab.network.address_of("agent-host")}


async def test_a_planned_media_port_is_used():
    phone = speaker(P1, "agent-host", 5060, dn="1001")
    voice = ListeningPort(number=30_000, transport=Transport.UDP, purpose=Purpose.MEDIA, port_id="rtp")
    plan = replace(PLAN, applications=(SERVER, replace(phone, ports=(*phone.ports, voice)), *PLAN.applications[2:]))
    async with await Lab.open(plan) as lab:
        await lab.start(*EVERYBODY)
        await lab.call(P1, "1002")
        (invite, *_) = [m for m in lab.trace if m.name == "INVITE"]
        assert parse(invite.payload).sdp.media[0].number == 30_000


async def test_a_number_typed_as_a_number(lab):
    assert "phone_1002 has answered" in str(await lab.call(P1, 1002))


@pytest.mark.parametrize("number", ["", "1 2", "1002@x", "x" * 65, "1002\r\nVia: x", "\uff11002", None, True, 1.5])
async def test_what_cannot_be_dialled(number):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1)
        with pytest.raises(InvalidValueError, match="is not a number that can be dialled"):
            await lab.call(P1, number)


async def test_a_number_that_nobody_has(lab):
    with pytest.raises(CallFailedError) as failed:
        await lab.call(P1, "7777")
    assert (failed.value.status, failed.value.caller, failed.value.number) == (404, P1, "7777")
    assert str(failed.value).startswith("phone_1001 called 7777, and the call was refused with status 404. ")


async def test_a_number_that_is_not_registered(lab):
    await lab.stop(P2)
    with pytest.raises(CallFailedError) as failed:
        await lab.call(P1, "1002")
    assert failed.value.status == 480


async def test_sip_server_is_gone(lab):
    await lab.crash(SIP)
    with pytest.raises(CallFailedError) as failed:
        await lab.call(P1, "1002")
    assert failed.value.status == 503
    assert sip_lines(lab)[-1].endswith(" INVITE")
    assert shown(lab.calls()) == []


async def test_the_test_number_of_sip_server(lab):
    assert str(await lab.call(P1, "service")) == "phone_1001 has called service, and the call was answered."
    assert shown(lab.calls())[0][:4] == (P1, SIP, "service", "established")


# --- answering by hand


async def test_a_phone_that_is_answered_by_hand(lab):
    lab.phone(P2).answers_itself = False
    assert str(await lab.call(P1, "1002")) == (
        "phone_1001 has called 1002, and phone_1002 rings. "
        'Nobody has lifted the receiver: await lab.answer("phone_1002")'
    )
    assert shown(lab.calls())[0][3] == "ringing"
    assert str(await lab.answer(P2)) == "phone_1002 has answered the call from 1001."
    assert shown(lab.calls())[0][3] == "established"
    with pytest.raises(NoCallError, match="No call is ringing at phone_1002"):
        await lab.answer(P2)


async def test_the_caller_gives_up(lab):
    lab.phone(P2).answers_itself = False
    await lab.call(P1, "1002")
    before = lab.trace.last_number
    assert str(await lab.hang_up(P1)) == "phone_1001 has hung up; the call with 1002 is over."
    lines = sip_lines(lab, before)
    assert lines[0] == f"{P1} > {SIP} CANCEL"
    assert f"{P2} > {SIP} 487 Request Terminated" in lines
    assert shown(lab.calls()) == []


async def test_the_called_refuses(lab):
    lab.phone(P2).answers_itself = False
    await lab.call(P1, "1002")
    await lab.hang_up(P2)
    assert f"{P2} > {SIP} 603 Decline" in sip_lines(lab)
    assert shown(lab.calls()) == []


async def test_busy(lab):
    lab.phone(P2).answers_itself = False
    await lab.call(P1, "1002")
    await lab.answer(P2)
    with pytest.raises(CallFailedError) as failed:
        await lab.call(GATE, "1002")
    assert failed.value.status == 486


async def test_nobody_answers_in_time(lab, monkeypatch):
    # It rings at a phone that would answer by itself, but never gets to it.
    monkeypatch.setattr(lab.phone(P2), "lift", lambda call: False)
    monkeypatch.setattr("genesys_ports.lab.link.WAIT_LIMIT", 0.1)
    with pytest.raises(CallFailedError) as failed:
        await lab.call(P1, "1002")
    assert failed.value.status == 408
    await until(lambda: shown(lab.calls()) == [])


# --- holding


async def test_who_holds_a_call_lets_nobody_else_be_heard_who_holds_it_too(lab):
    await lab.call(P1, "1002")
    await lab.hold(P1)
    before = lab.trace.last_number
    await lab.hold(P2)
    said = [parse(m.payload).sdp for m in lab.trace.select(after=before, protocol="sip")]
    # RFC 3264, section 6.1: the answer to sendonly is recvonly or inactive.
    assert [body.media[0].direction for body in said if body] == ["sendonly", "sendonly", "inactive", "inactive"]


async def test_hold_and_retrieve(lab):
    await lab.call(P1, "1002")
    before = lab.trace.last_number
    assert str(await lab.hold(P1)) == "phone_1001 has put the call with 1002 on hold."
    assert shown(lab.calls())[0][3] == "on hold"
    said = [parse(m.payload).sdp for m in lab.trace.select(after=before, protocol="sip")]
    assert [body.media[0].direction for body in said if body] == ["sendonly", "sendonly", "recvonly", "recvonly"]
    assert str(await lab.hold(P1)) == "phone_1001 has the call with 1002 on hold already."
    assert str(await lab.retrieve(P1)) == "phone_1001 talks with 1002 again."
    assert str(await lab.retrieve(P1)) == "phone_1001 talks with 1002 already."
    assert shown(lab.calls())[0][3] == "established"
    # Each description of a call has the next version: o=- session version …
    bodies = [parse(m.payload).sdp.text for m in lab.trace if (m.name, m.sender) == ("INVITE", P1)]
    assert [body.split("o=- 1 ")[1][0] for body in bodies] == ["1", "2", "3"]


async def test_hold_that_is_refused(lab, monkeypatch):
    await lab.call(P1, "1002")
    phone = lab.phone(P2)
    monkeypatch.setattr(phone, "change_asked", lambda call, request: call.refuse_change(488))
    with pytest.raises(NoCallError, match=r"did not agree to the change \(488"):
        await lab.hold(P1)
    assert shown(lab.calls())[0][3] == "established"


async def test_hold_without_a_call(lab):
    with pytest.raises(NoCallError, match="phone_1001 has no call"):
        await lab.hold(P1)
    assert str(await lab.hang_up(P1)) == "phone_1001 has no call."
    lab.phone(P2).answers_itself = False
    await lab.call(P1, "1002")
    with pytest.raises(NoCallError, match="The call of phone_1001 is not established yet"):
        await lab.hold(P1)


async def test_hold_that_nobody_answers(lab, monkeypatch):
    await lab.call(P1, "1002")
    await lab.crash(SIP)
    with pytest.raises(NoCallError):
        await lab.hold(P1)


# --- third-party calls: SIP Server works the phone


async def test_sip_server_works_the_phones(lab):
    server = lab._running[SIP].sip.element.server
    for phone in (P1, P2):
        lab.phone(phone).answers_itself = False
    server.make_call("1001", "1002")
    await lab.settle()
    assert shown(lab.calls())[0][:3] == (P1, P2, "1002")
    server.answer_call("1002")
    await lab.settle()
    assert shown(lab.calls())[0][3] == "established"
    server.hold_call("1001")
    await lab.settle()
    assert shown(lab.calls())[0][3] == "on hold"
    server.retrieve_call("1001")
    await lab.settle()
    assert shown(lab.calls())[0][3] == "established"
    server.release_call("1002")
    await lab.settle()
    assert shown(lab.calls()) == []


async def test_a_call_without_sdp_rings_a_moment(lab, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.talker.RINGS_LONGER", 0.05)
    outside = await stranger()
    contact = f"<sip:x@{outside.address[0]}:{outside.address[1]}>"
    outside.send(request("INVITE", "sip:1001@sip-host", Contact=contact), address_of(lab, P1))
    await until(lambda: any(b"SIP/2.0 200" in heard for heard in outside.heard))
    answer = next(parse(heard) for heard in outside.heard if b"SIP/2.0 200" in heard)
    assert answer.sdp.media[0].formats == ("0", "8")
    # The stranger hangs up without a word.
    await lab.crash(P1)
    outside.transport.close()


# --- what the other side offers


OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{}"


@pytest.mark.parametrize(
    ("media", "status", "answer"),
    [
        ("m=audio 4000 RTP/AVP 8 0 101\r\n", 200, [("audio", True, ("8", "0"))]),
        (
            "m=video 4002 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0\r\n",
            200,
            [("video", False, ("31",)), ("audio", True, ("0",))],
        ),
        (
            "m=audio 4000 RTP/AVP 0\r\nm=audio 4004 RTP/AVP 0\r\n",
            200,
            [("audio", True, ("0",)), ("audio", False, ("0",))],
        ),
        ("m=audio 4000 RTP/AVP 18\r\n", 488, []),
        ("m=audio 0 RTP/AVP 0\r\n", 488, []),
        ("m=audio 4000 RTP/SAVP 0\r\n", 488, []),
        ("m=audio\r\n", 488, []),
    ],
)
async def test_offers(media, status, answer):
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1)
        outside = await stranger()
        body = OFFER.format(media)
        contact = f"<sip:x@{outside.address[0]}:{outside.address[1]}>"
        outside.send(
            request("INVITE", "sip:1001@sip-host", body=body, Contact=contact, Content_Type="application/sdp"),
            address_of(lab, P1),
        )
        await until(lambda: any(f"SIP/2.0 {status}".encode() in heard for heard in outside.heard))
        final = next(parse(heard) for heard in outside.heard if f"SIP/2.0 {status}".encode() in heard)
        found = final.sdp.media if final.sdp else ()
        assert [(one.kind, bool(one.number), one.formats) for one in found] == answer
        await lab.crash(P1)
        outside.transport.close()


# --- the world outside


async def test_the_world_outside_calls_in(lab):
    assert "phone_1001 has answered" in str(await lab.call(GATE, "1001"))
    (invite, *_) = [m for m in lab.trace if m.name == "INVITE"]
    assert parse(invite.payload).from_.uri.user == f"9{CALLER}"
    assert str(await lab.hang_up(P1)) == f"phone_1001 has hung up; the call with 9{CALLER} is over."


@pytest.mark.parametrize("kind", ["Media Gateway", "Softswitch"])
async def test_a_call_to_the_world_outside(kind):
    trunk = speaker("trunk", "gateway-host", 5060, kind, "9")
    plan = replace(PLAN, applications=(*PLAN.applications[:3], trunk), connections=PLAN.connections[:2]).connect(
        "trunk", SIP, "sip"
    )
    async with await Lab.open(plan) as lab:
        await lab.start(SIP, P1, "trunk")
        assert str(await lab.call(P1, "95550123")) == "phone_1001 has called 95550123, and trunk has answered."
        assert shown(lab.calls())[0][:3] == (P1, "trunk", "95550123")
        await lab.hang_up("trunk")


async def test_a_gateway_has_only_the_numbers_of_its_prefix(lab):
    outside = await stranger()
    contact = f"<sip:x@{outside.address[0]}:{outside.address[1]}>"
    outside.send(request("INVITE", "sip:12@gateway-host", Contact=contact), address_of(lab, GATE))
    await until(lambda: any(b"SIP/2.0 404" in heard for heard in outside.heard))
    outside.transport.close()


async def test_a_phone_takes_only_calls_to_its_own_number(lab):
    outside = await stranger()
    contact = f"<sip:x@{outside.address[0]}:{outside.address[1]}>"
    outside.send(request("INVITE", "sip:1002@agent-host", Contact=contact), address_of(lab, P1))
    await until(lambda: any(b"SIP/2.0 404" in heard for heard in outside.heard))
    outside.transport.close()


async def test_an_outside_phone_is_listed(lab):
    outside = await stranger()
    host, number = outside.address
    contact = f"<sip:1001@{host}:{number}>"
    outside.send(
        request("REGISTER", "sip:sip-host", To="<sip:1001@x>", From="<sip:1001@x>;tag=1", Contact=contact),
        address_of(lab),
    )
    await until(lambda: outside.heard)
    assert ("1001", "outside phone 1001", SIP, f"{host}:{number}", "udp") in shown(lab.registrations())
    outside.transport.close()


async def test_a_change_at_whose_end_the_call_is_over(lab):
    await lab.call(P1, "1002")
    await lab.crash(P2)
    with pytest.raises(NoCallError, match="so the call of phone_1001 is over"):
        await lab.hold(P1)


# --- who is a phone


async def test_not_a_phone(lab):
    for call in (
        lambda: lab.call(SIP, "1001"),
        lambda: lab.hang_up(SIP),
        lambda: lab.answer(SIP),
        lambda: lab.hold(SIP),
    ):
        with pytest.raises(NotAPhoneError, match=r"sip_server is no phone.* phone_1001, phone_1002, media_gateway"):
            await call()
    with pytest.raises(UnknownApplicationError):
        lab.phone("nobody")
    for number in ("1001", 1001):
        with pytest.raises(NotAPhoneError, match="1001 is the number of phone_1001"):
            lab.phone(number)
    with pytest.raises(UnknownApplicationError):
        lab.phone(4711)
    with pytest.raises(NoCallError, match=r'phone_1002 is a name.* await lab\.call\("phone_1001", "1002"\)'):
        await lab.call(P1, P2)
    await lab.stop(P1)
    with pytest.raises(NotRunningError):
        lab.phone(P1)


# --- the end


async def test_closing_hangs_up_and_takes_back_in_order(lab):
    await lab.call(P1, "1002")
    before = lab.trace.last_number
    await lab.close()
    said = [line for line in sip_lines(lab, before) if "200 OK" not in line]
    # Those that started last stop first.
    assert said == [
        f"{P2} > {SIP} BYE",
        f"{SIP} > {P1} BYE",
        f"{P2} > {SIP} REGISTER",
        f"{P1} > {SIP} REGISTER",
    ]
    with pytest.raises(LabClosedError):
        lab.phone(P1)


async def test_closing_loses_nothing(lab):
    await lab.call(P1, "1002")
    lab.network.loss(1.0)
    before = lab.trace.last_number
    await lab.close()
    assert not [line for line in sip_lines(lab, before) if line.endswith(("again", "dropped"))]


async def test_sip_server_hangs_up_when_it_stops(lab):
    await lab.call(P1, "1002")
    before = lab.trace.last_number
    await lab.stop(SIP)
    assert [line for line in sip_lines(lab, before) if "BYE" in line] == [f"{SIP} > {P1} BYE", f"{SIP} > {P2} BYE"]
    assert shown(lab.calls()) == []


async def test_a_phone_that_stops_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.lab.WAIT_LIMIT", 0.1)
    async with await Lab.open(PLAN) as lab:
        await lab.start(*EVERYBODY)
        await lab.call(P1, "1002")
        # SIP Server hears, and does not answer any more.
        monkeypatch.setattr(lab._running[SIP].sip.element, "receive", lambda message, flow: None)
        await asyncio.wait_for(lab.stop(P1), PATIENCE)
        assert not lab.is_running(P1)


async def test_a_call_in_progress_when_the_lab_closes(lab, monkeypatch):
    monkeypatch.setattr(lab.phone(P2), "lift", lambda call: False)
    calling = asyncio.ensure_future(lab.call(P1, "1002"))
    await until(lambda: any("180" in line for line in sip_lines(lab)))
    await lab.close()
    with pytest.raises((LabClosedError, CallFailedError)):
        await asyncio.wait_for(calling, PATIENCE)


async def test_connections_over_tcp_end_with_a_goodbye():
    plan = with_port(PLAN, P1, "sip-tcp")
    async with await Lab.open(plan) as lab:
        await lab.start(SIP, P1)
        before = lab.trace.last_number
        await lab.stop(P1)
        assert [m.name for m in lab.trace.select(after=before, protocol="sip")] == ["REGISTER", "200 OK", "disconnect"]
        await lab.start(P1)
        before = lab.trace.last_number
        report = str(await lab.stop(SIP))
        assert "phone_1001 has lost its connection to sip_server." in report
        assert [(m.kind, m.sender) for m in lab.trace.select(after=before, protocol="sip")] == [("disconnect", SIP)]
        await lab.start(SIP)
        before = lab.trace.last_number
        await lab.crash(SIP)
        assert [(m.kind, m.sender) for m in lab.trace.select(after=before, protocol="sip")] == [("lost", SIP)]


async def test_a_sip_port_of_another_kind_of_plan():
    plan = replace(PLAN, applications=(replace(SERVER, ports=(sip_port(5060),)), *PLAN.applications[1:]))
    async with await Lab.open(plan) as lab:
        await lab.start(*EVERYBODY)
        assert "phone_1002 has answered" in str(await lab.call(P1, "1002"))


async def test_a_ladder_of_the_call_that_was_just_made(lab):
    call = await lab.call(P1, "1002")
    assert call.call_id == lab.calls().rows[0][-1]
    assert ladder(lab, call=call).messages == ladder(lab, call=call.call_id).messages
    assert ladder(lab, call=lab.trace.calls()[-1]).messages == ladder(lab, call=call).messages
