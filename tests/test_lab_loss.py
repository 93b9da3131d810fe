"""A network that loses datagrams: UDP repeats, TCP need not, and two runs lose the same."""

import asyncio

import pytest

from genesys_ports import Lab
from genesys_ports.errors import CallFailedError, InvalidValueError
from genesys_ports.lab.loss import COUNTED, Loss
from genesys_ports.sip.timers import Timers
from tests.helpers import until
from tests.sip_lab import GATE, P1, P2, PLAN, SIP, address_of, names, request, sip_lines, stranger, with_port

#: Everything repeats ten times as fast.
FAST = Timers(t1=0.05, t2=0.4, t4=0.5)


async def opened(plan=PLAN, timers=FAST, **options):
    lab = await Lab.open(plan, **options)
    lab.signalling.timers = timers
    return lab


def fates(loss, count=1000):
    return [loss.loses("a", "b", str(number)) for number in range(count)]


# --- which ones


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (0.3, 250, 350), (0.5, 450, 550), (1, 1000, 1000)])
def test_share(share, least, most):
    loss = Loss()
    loss.begin(share, 1)
    assert least <= sum(fates(loss)) <= most


def test_the_same_seed_loses_the_same():
    first, second, other = Loss(), Loss(), Loss()
    for loss, seed in ((first, 1), (second, 1), (other, 2)):
        loss.begin(0.5, seed)
    assert fates(first) == fates(second) != fates(other)


def test_fate_does_not_depend_on_what_was_sent_between():
    loss = Loss()
    loss.begin(0.5, 1)
    alone = [loss.loses("a", "b", "INVITE") for _ in range(20)]
    loss.begin(0.5, 1)
    mixed = [(loss.loses("c", "d", str(n)), loss.loses("a", "b", "INVITE"))[1] for n in range(20)]
    assert alone == mixed
    # A repeat has a fate of its own, or a lost message would be lost for ever.
    assert len(set(alone)) == 2


def test_what_was_counted_does_not_grow_without_end():
    loss = Loss()
    loss.begin(0.1, 1)
    fates(loss, COUNTED + 10)
    assert len(loss._sent) == COUNTED


@pytest.mark.parametrize("share", [-0.1, 1.1, True, "0.3", None, float("nan")])
def test_no_share(share):
    with pytest.raises(InvalidValueError, match="is not a share of lost datagrams"):
        Loss().begin(share, 1)


def test_words():
    loss = Loss()
    assert str(loss.begin(0.3, 1)).startswith("From now on this network loses about 30 of 100 datagrams.")
    assert str(loss.begin(0, 1)) == "This network loses nothing any more."


# --- in a lab


async def call_with_loss(seed, plan=PLAN, share=0.4):
    async with await opened(plan) as lab:
        await lab.start(SIP, P1, P2)
        lab.network.loss(share, seed=seed)
        before = lab.trace.last_number
        await lab.call(P1, "1002")
        lab.network.loss(0)
        return sip_lines(lab, before)


async def test_udp_repeats_until_it_is_heard():
    lines = await call_with_loss(3)
    lost = [line for line in lines if line.endswith(" dropped")]
    repeated = [line for line in lines if " again" in line]
    assert lost
    assert repeated
    # What was lost first came through in the end, or was not needed any more.
    assert f"{P1} > {SIP} ACK" in "\n".join(lines)


async def test_two_runs_lose_and_repeat_the_same():
    assert await call_with_loss(5) == await call_with_loss(5)


@pytest.mark.parametrize("seed", [1, 3, 5])
async def test_a_call_is_complete_when_it_has_been_made(seed):
    async with await opened() as lab:
        await lab.start(SIP, P1, P2)
        lab.network.loss(0.3, seed=seed)
        await lab.call(P1, "1002")
        made = lab.trace.last_number
        # Ten times as long as until the first repeat.
        await asyncio.sleep(10 * FAST.t1)
        assert lab.trace.last_number == made


async def test_tcp_loses_nothing():
    plan = with_port(with_port(PLAN, P1, "sip-tcp"), P2, "sip-tcp")
    lines = await call_with_loss(3, plan, share=0.9)
    assert not any("again" in line or "dropped" in line for line in lines)


async def test_everything_lost_ends_all_the_same(monkeypatch):
    async with await opened() as lab:
        await lab.start(SIP, P1, P2)
        lab.network.loss(1)
        monkeypatch.setattr("genesys_ports.lab.link.WAIT_LIMIT", 0.05)
        with pytest.raises(CallFailedError) as failed:
            await lab.call(P1, "1002")
        assert failed.value.status == 408
        assert "Nobody answered within 0.3 seconds" in str(failed.value)
        # What nobody hears any more is waited for a moment, and no longer.
        monkeypatch.setattr("genesys_ports.lab.lab.WAIT_LIMIT", 0.1)
        await lab.close()


async def test_datagrams_from_outside_get_lost_too():
    async with await opened() as lab:
        await lab.start(SIP)
        outside = await stranger()
        lab.network.loss(1)
        outside.send(request(), address_of(lab))
        await until(lambda: names(lab))
        assert [(m.name, m.dropped) for m in lab.trace.select(protocol="sip")] == [("OPTIONS", True)]
        outside.transport.close()


async def test_registration_survives_losses():
    async with await opened() as lab:
        await lab.start(SIP)
        lab.network.loss(0.5, seed=4)
        await lab.start(P1, P2, GATE)
        assert [str(s.status) for s in lab.connection_states()] == ["connected"] * 3
        lab.network.loss(0)
