"""Two user agents in a storm: messages lost, doubled, late, broken and made up. Nothing raises, and every call ends."""

from __future__ import annotations

import heapq
import re
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import SIPError
from genesys_ports.model import Transport
from genesys_ports.sip import Flow, Ids, Request, Uri, parse, refusal
from genesys_ports.sip.listener import Listener
from genesys_ports.sip.user_agent import UserAgent
from genesys_ports.state import Socket
from tests.sip_bench import ANSWER, OFFER

ADDRESSES = ("127.0.0.1", "127.0.0.2")
METHODS = (b"INVITE", b"ACK", b"BYE", b"CANCEL", b"OPTIONS", b"NOTIFY", b"INFO", b"REGISTER", b"DANCE")
STATUSES = (
    b"100",
    b"180",
    b"183",
    b"200",
    b"202",
    b"302",
    b"408",
    b"481",
    b"486",
    b"487",
    b"491",
    b"500",
    b"603",
    b"699",
)


class Owner(Listener):
    """Somebody who presses any button at any time."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.begun = 0
        self.over: list[Any] = []

    def invited(self, call):
        self.begun += 1
        self.dice.choice([call.ring, call.answer, lambda: call.answer(ANSWER), lambda: call.reject(486), int, int])()

    def progressed(self, call, response):
        self.dice.choice([lambda: call.notify("talk"), int, int])()

    def answered(self, call, response):
        if call.offered and self.dice.random() < 0.9:
            call.acknowledge(ANSWER)

    changed = answered

    def refused(self, call, status, reason):
        self.over.append(call)

    def ended(self, call, by_us):
        self.over.append(call)

    def change_asked(self, call, request):
        self.dice.choice([lambda: call.accept_change(ANSWER), call.refuse_change, call.hang_up, int])()

    def notified(self, call, event):
        self.dice.choice([lambda: call.answer(ANSWER), lambda: call.reinvite(OFFER), int])()


class Storm:
    """The network between the two, its clock, and whoever interferes."""

    def __init__(self, seed: int, transport: Transport, loss: float) -> None:
        self.dice = Random(seed)
        self.now = 0.0
        self.loss = loss
        self.transport = transport
        self.on_the_way: list[tuple[float, int, bytes, str, str]] = []
        self.caught: list[bytes] = []
        self.count = 0
        self.agents: dict[str, UserAgent] = {}
        self.owners: dict[str, Owner] = {}
        for number, address in enumerate(ADDRESSES):
            owner = Owner(self.dice)
            local = {one: Socket(address, 5060) for one in {transport, Transport.TCP}}
            self.owners[address] = owner
            self.agents[address] = UserAgent(
                Wire(self, address),
                lambda: self.now,
                Ids(f"agent{number}"),
                user=f"100{number}",
                local=local,
                listener=owner,
                allow_unknown_users=bool(number),
            )

    def put(self, data: bytes, sender: str, receiver: str) -> None:
        if len(self.caught) < 500:
            self.caught.append(data)
        copies = 1
        if self.transport is Transport.UDP:
            copies = 0 if self.dice.random() < self.loss else 2 if self.dice.random() < 0.1 else 1
        for _ in range(copies):
            late = self.dice.random() * (1.0 if self.transport is Transport.UDP else 0.0)
            self.count += 1
            heapq.heappush(self.on_the_way, (self.now + late, self.count, data, sender, receiver))

    def arrive(self, data: bytes, sender: str, receiver: str) -> None:
        agent = self.agents.get(receiver)
        if agent is None:
            return
        flow = Flow(self.transport, sender, 5060, 1 if self.transport is Transport.TCP else 0)
        try:
            message = parse(data)
        except SIPError as error:
            if answer := refusal(error, data):
                self.put(bytes(answer), receiver, sender)
            return
        if isinstance(message, Request):
            message = message.received_from(sender, 5060)
        agent.receive(message, flow)

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            times = [due for agent in self.agents.values() if (due := agent.transactions.due()) is not None]
            times += [way[0] for way in self.on_the_way[:1]]
            if not times or min(times) > end:
                break
            self.now = max(self.now, min(times))
            for agent in self.agents.values():
                agent.transactions.advance()
            while self.on_the_way and self.on_the_way[0][0] <= self.now:
                _, _, data, sender, receiver = heapq.heappop(self.on_the_way)
                self.arrive(data, sender, receiver)
        self.now = end

    # --- what somebody does

    def call(self, who: str) -> None:
        to = ADDRESSES[who == ADDRESSES[0]]
        body = self.dice.choice([b"", OFFER, OFFER + b"a=x\r\n" * 300])
        owner = self.owners[who]
        owner.begun += 1
        self.agents[who].invite(Uri.parse(f"sip:100{to[-1]}@{to}"), Flow(self.transport, to, 5060), body=body)

    def press(self, who: str) -> None:
        calls = list(self.agents[who].calls.values())
        if calls:
            call = self.dice.choice(calls)
            self.dice.choice(
                [
                    call.ring,
                    call.answer,
                    lambda: call.answer(ANSWER),
                    lambda: call.reject(480),
                    call.hang_up,
                    lambda: call.reinvite(OFFER),
                    call.reinvite,
                    lambda: call.accept_change(ANSWER),
                    call.refuse_change,
                    lambda: call.acknowledge(ANSWER),
                    lambda: call.notify("hold"),
                ]
            )()

    def break_way(self, who: str) -> None:
        to = ADDRESSES[who == ADDRESSES[0]]
        self.agents[who].transactions.broken(Flow(self.dice.choice([self.transport, Transport.TCP]), to, 5060))

    def interfere(self, who: str) -> None:
        """Somebody sends what was seen before, with something changed."""
        if not self.caught:
            return
        data = self.dice.choice(self.caught)
        for _ in range(self.dice.randint(0, 3)):
            data = self.changed(data)
        sender = self.dice.choice([*ADDRESSES, "127.0.0.3"])
        self.arrive(data, sender, who)

    def changed(self, data: bytes) -> bytes:
        dice = self.dice
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        at = dice.randrange(len(lines))
        match dice.randrange(9):
            case 0:
                method = dice.choice(METHODS)
                lines[0] = re.sub(rb"^[A-Z]+ (?=sip)", method + b" ", lines[0])
                lines = [re.sub(rb"(?i)^(CSeq: \d+) \w+", rb"\1 " + method, line) for line in lines]
            case 1:
                lines[0] = re.sub(rb"^SIP/2.0 \d+", b"SIP/2.0 " + dice.choice(STATUSES), lines[0])
            case 2:
                lines = [
                    re.sub(rb"(?i)^(CSeq: )\d+", rb"\g<1>%d" % dice.choice([0, 1, 2, 3, 2**31 - 1]), x) for x in lines
                ]
            case 3:
                lines = [re.sub(rb"branch=[^;]*", b"branch=z9hG4bK%d" % dice.randrange(50), line) for line in lines]
            case 4:
                name = dice.choice([b"To", b"From"])
                lines = [
                    re.sub(rb"tag=.*", b"tag=%d" % dice.randrange(9), x) if x.startswith(name) else x for x in lines
                ]
            case 5:
                del lines[at]
            case 6:
                lines.insert(at + 1, lines[at])
            case 7:
                lines.append(
                    dice.choice(
                        [
                            b"Record-Route: <sip:127.0.0.3;lr>, <sip:x>",
                            b"Contact: <mailto:x>",
                            b"Contact: <sip:1001@127.0.0.3;transport=tcp?a=b>",
                            b"Require: 100rel",
                            b"Event: talk",
                            b"Accept: text/plain",
                            b"Route: <sip:127.0.0.3>",
                        ]
                    )
                )
            case _:
                spot = dice.randrange(len(head))
                return data[:spot] + bytes([dice.randrange(256)]) + data[spot + 1 :]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    def garbage(self, who: str) -> None:
        self.arrive(self.dice.randbytes(self.dice.randrange(60)), "127.0.0.3", who)

    def end(self) -> None:
        """Everybody hangs up, and whatever is still waiting runs out."""
        for _ in range(3):
            for agent in self.agents.values():
                for call in list(agent.calls.values()):
                    call.hang_up()
            self.wait(100)
        self.wait(200)


class Wire:
    """What one agent sends by."""

    def __init__(self, storm: Storm, address: str) -> None:
        self.storm = storm
        self.address = address

    def send(self, message, flow, *, again=False):
        assert parse(bytes(message)).name() == message.name()
        self.storm.put(bytes(message), self.address, flow.address)


DEEDS = ("call", "press", "press", "press", "interfere", "interfere", "garbage", "break_way")
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from(ADDRESSES), st.sampled_from([0.0, 0.1, 0.7, 5.0, 40.0])),
    min_size=15,
    max_size=60,
)


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), loss=st.sampled_from([0.0, 0.3, 0.9]), steps=STEPS)
def test_nothing_raises_and_every_call_ends(transport, seed, loss, steps):
    storm = Storm(seed, transport, loss)
    for deed, who, seconds in steps:
        getattr(storm, deed)(who)
        storm.wait(seconds)
    storm.end()
    for address, agent in storm.agents.items():
        owner = storm.owners[address]
        assert agent.calls == {}
        assert agent._invites == {}
        assert len(agent.transactions) == 0
        assert agent.transactions.due() is None
        # Each call was told to be over once, and only once.
        assert len(owner.over) == len(set(map(id, owner.over))) == owner.begun
