"""SIP in the lab as a whole: the same trace in each run, both ports of SIP Server, the training plan."""

import asyncio
import re
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from genesys_ports.errors import CallFailedError, OnlySipError
from genesys_ports.state import ConnectionStatus
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, until
from tests.sip_lab import GATE, P1, P2, PLAN, SIP, address_of, names, request, sip_lines, stranger, with_port

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"


def told(lab):
    """Every line of a trace, but for what differs from run to run: times, numbers that the system hands out."""
    return [
        (
            m.number,
            m.kind,
            m.name,
            m.sender,
            m.receiver,
            m.client,
            m.server,
            m.host,
            m.port,
            m.text,
            m.call,
            m.again,
            m.dropped,
        )
        for m in lab.trace
    ]


async def story(plan, **options):
    async with await Lab.open(plan, **options) as lab:
        await lab.start(SIP, P1, P2, GATE)
        await lab.call(P1, "1002")
        await lab.hold(P2)
        await lab.call(GATE, "1001")
        await lab.retrieve(P2)
        await lab.hang_up(P1)
        await lab.call(P2, "service")
        await lab.crash(P1)
        await lab.close()
        return told(lab)


@pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])
async def test_two_runs_tell_the_same(one_address):
    plan = with_port(PLAN, P2, "sip-tcp")
    assert await story(plan, one_address=one_address) == await story(plan, one_address=one_address)


async def test_messages_show_planned_hosts_and_numbers_where_they_are_translated():
    async with await Lab.open(PLAN, one_address=True) as lab:
        await lab.start(SIP, P1, P2)
        program = await stranger()
        try:
            program.send(request("OPTIONS"), address_of(lab))
            await until(lambda: program.heard)
        finally:
            program.transport.close()
        after = lab.trace.last_number
        call = await lab.call(P1, "1002")
        await lab.hang_up(P1)
        shown = "".join(lab.trace.raw(m.number) for m in lab.trace.select(after=after, call=call.call_id) if m.payload)
    assert "INVITE sip:1002@sip-host:5060 SIP/2.0" in shown
    assert "INVITE sip:1002@agent-host:5062 SIP/2.0" in shown
    assert "rport=5060" in shown
    assert "m=audio 16384 RTP/AVP" in shown
    # An address without a number is that of every host, and of the program outside.
    assert "outside program" not in shown
    assert set(re.findall(r"[:= ]([0-9]{5})\b", shown)) == {"16384", "16386"}


async def test_with_one_address_it_is_the_same_story():
    assert await story(PLAN, one_address=True) == await story(PLAN, one_address=False)


async def test_many_calls_at_a_time():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1, P2, GATE)
        await asyncio.gather(
            *(lab.call(phone, number) for phone, number in [(P1, "1002"), (P2, "1001"), (GATE, "1001")] * 5)
        )
        assert len(lab.calls().rows) == 15
        # Each of them has phone 1001 at one of its ends.
        await lab.hang_up(P1)
        assert len(lab.calls().rows) == 0
        assert not any(line.endswith("again") for line in sip_lines(lab))
        assert not lab._running[SIP].sip.element.server.agent.calls


async def test_the_training_plan():
    async with await Lab.open(load_plan(PLANS / "training.csv")) as lab:
        await lab.start_all()
        assert {
            str(s.connection): s.status for s in lab.connection_states() if s.status is not ConnectionStatus.CONNECTED
        } == {}
        assert [row[0] for row in lab.registrations().rows] == ["1001", "1002"]
        assert "phone_1002 has answered" in str(await lab.call(P1, "1002"))
        # Phone 1002 has chosen TCP, phone 1001 UDP: one call, both transports.
        assert {m.port for m in lab.trace if m.name == "INVITE"} == {"5060/udp", "5060/tcp"}


async def test_sip_ports_are_no_way_for_other_messages():
    async with await Lab.open(with_port(PLAN, P2, "sip-tcp")) as lab:
        await lab.start(SIP, P1, P2)
        for phone in (P1, P2):
            with pytest.raises(OnlySipError, match="and that is a SIP port"):
                await lab.send(phone, SIP, "hello")


async def test_what_a_cell_shows_is_complete():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1, P2)
        lab.phone(P1).dial("1002")
        assert names(lab)[-1] == "INVITE"
        await lab.settle()
        # Phone 1002 rings, and phone 1001 has heard of it.
        assert names(lab)[-2:] == ["180 Ringing", "180 Ringing"]
        assert not lab.signalling.flight.busy


async def test_a_lost_datagram_is_not_waited_for():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1)
        # A datagram that the system had no room for: it has set out, and never arrives.
        lab.signalling.flight.depart(("a", "b"), b"lost")
        await asyncio.wait_for(lab.settle(), PATIENCE)
        assert not lab.signalling.flight.busy


async def test_nothing_is_open_after_the_lab():
    outside = await stranger()
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1, P2, GATE)
        await lab.call(P1, "1002")
        to = address_of(lab)
        outside.send(request(), to)
        await until(lambda: outside.heard)
    assert not lab.signalling._ends
    assert not lab.signalling.clock._timed
    outside.send(request(branch="2"), to)
    outside.transport.close()


async def test_cut_off_in_the_middle_of_a_call():
    lab = await Lab.open(PLAN)
    await lab.start(SIP, P1, P2)
    lab.phone(P1).dial("1002")
    lab._cut()
    lab._closed = True
    Lab._open.clear()
    await asyncio.sleep(0)
    assert not lab.signalling.flight.busy


def test_a_lab_whose_loop_is_gone():
    async def begin():
        lab = await Lab.open(with_port(PLAN, P2, "sip-tcp"), name="gone")
        await lab.start(SIP, P1, P2)
        await lab.call(P1, "1002")
        return lab

    async def again():
        async with await Lab.open(PLAN, name="gone") as lab:
            await lab.start(SIP, P1, P2)
            return str(await lab.call(P1, "1002"))

    lab = asyncio.run(begin())
    assert asyncio.run(again()) == "phone_1001 has called 1002, and phone_1002 has answered."
    assert lab._closed


async def test_a_phone_that_the_plan_has_no_more():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1, P2)
        lab.update(PLAN.remove(P2))
        # It runs on with the plan it read at its start; its DN is gone.
        with pytest.raises(CallFailedError) as failed:
            await lab.call(P1, "1002")
        assert failed.value.status == 404
        assert "phone_1001 has answered" in str(await lab.call(P2, "1001"))
        await lab.stop(P2)


async def test_ports_close_before_nothing_is_said_any_more():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1)
        before = lab.trace.last_number
        await lab.stop(P1)
        kinds = [m.kind for m in lab.trace.select(after=before)]
        assert kinds == [Kind.REQUEST, Kind.RESPONSE, Kind.CLOSED, Kind.CLOSED]
