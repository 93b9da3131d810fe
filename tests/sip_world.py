"""A small world for SIP without sockets: a network in memory, a clock that is set, phones, and SIP Server."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

from genesys_ports.model import Transport
from genesys_ports.sip.call import Call
from genesys_ports.sip.call_states import CallState
from genesys_ports.sip.flow import Flow
from genesys_ports.sip.ids import Ids
from genesys_ports.sip.message import Request, Response
from genesys_ports.sip.parser import parse
from genesys_ports.sip.sdp import Media, Sdp
from genesys_ports.sip.server import SipServer
from genesys_ports.sip.tlib import TEvent
from genesys_ports.sip.uri import Uri
from genesys_ports.sip.user_agent import Listener, UserAgent
from genesys_ports.state import Socket

#: Seconds a message takes.
DELAY = 0.01

SERVER = "10.0.0.1"


def sdp(address: str, number: int = 20_000, direction: str = "sendrecv") -> bytes:
    """An offer or an answer with one line for sound."""
    return bytes(Sdp.write(address, [Media("audio", number, direction=direction)]))


class World:
    """The network and its clock. `seen` has every message as it was sent: from, to, name."""

    def __init__(self) -> None:
        self.now = 0.0
        self.nodes: dict[str, Any] = {}
        self.agents: list[UserAgent] = []
        self.seen: list[tuple[str, str, str]] = []
        self.lost: Callable[[Request | Response, str, str], bool] = lambda message, sender, receiver: False
        self._ways: list[tuple[float, int, str, Flow, bytes]] = []
        self._numbers = count()

    def clock(self) -> float:
        """The time."""
        return self.now

    def wire(self, address: str) -> Wire:
        """The wire of whoever is at this address."""
        return Wire(self, address)

    def join(self, address: str, node: Any, agent: UserAgent) -> None:
        """Somebody is at this address now."""
        self.nodes[address] = node
        self.agents.append(agent)

    def put(self, message: Request | Response, sender: str, flow: Flow, again: bool = False) -> None:
        """Send something."""
        self.seen.append((sender, flow.address, message.name() + (" again" if again else "")))
        if flow.transport is not Transport.UDP or not self.lost(message, sender, flow.address):
            came = Flow(flow.transport, sender, 5060, 1 if flow.reliable else 0)
            heapq.heappush(self._ways, (self.now + DELAY, next(self._numbers), flow.address, came, bytes(message)))

    def run(self, seconds: float = 0.5) -> None:
        """Let time pass: what is on its way arrives, and timers ring."""
        end = self.now + seconds
        while (then := self._next()) is not None and then <= end:
            self.now = max(self.now, then)
            for agent in self.agents:
                agent.transactions.advance()
            while self._ways and self._ways[0][0] <= self.now:
                _, _, address, flow, data = heapq.heappop(self._ways)
                if address in self.nodes:
                    self.nodes[address].receive(parse(data), flow)
        self.now = end

    def _next(self) -> float | None:
        times = [due for agent in self.agents if (due := agent.transactions.due()) is not None]
        return min([*times, *(way[0] for way in self._ways[:1])], default=None)

    def between(self, *addresses: str) -> list[str]:
        """The names of what these two sent each other, with an arrow for the direction."""
        first, second = addresses
        return [
            f"{'→' if sender == first else '←'} {name}"
            for sender, receiver, name in self.seen
            if {sender, receiver} == {first, second}
        ]


class Wire:
    """What one element sends through."""

    def __init__(self, world: World, address: str) -> None:
        self._world = world
        self._address = address

    def send(self, message: Request | Response, flow: Flow, *, again: bool = False) -> None:
        """Send a message."""
        self._world.put(message, self._address, flow, again)


def local(address: str, *transports: Transport) -> dict[Transport, Socket]:
    """The own end of somebody for these transports."""
    return {transport: Socket(address, 5060) for transport in transports or (Transport.UDP, Transport.TCP)}


class Phone(Listener):
    """A phone that rings by itself, and with `answers` answers, too. `said` is what happened to it."""

    def __init__(self, world: World, dn: str, address: str, *, answers: bool = False) -> None:
        self.world = world
        self.dn = dn
        self.address = address
        self.answers = answers
        self.rings = True
        self.said: list[Any] = []
        self.calls: list[Call] = []
        self.agent = UserAgent(
            world.wire(address), world.clock, Ids(f"phone-{dn}"), user="", local=local(address), listener=self,
            allow_unknown_users=True,
        )  # fmt: skip
        world.join(address, self.agent, self.agent)

    def register(self, expires: int = 3600, transport: Transport = Transport.UDP) -> list[Response | None]:
        """Register with SIP Server."""
        answers: list[Response | None] = []
        self.agent.register(self.dn, Flow(transport, SERVER, 5060), expires=expires, done=answers.append)
        self.world.run()
        return answers

    def call(self, number: str, body: bytes | None = None, **options: Any) -> Call:
        """Call somebody through SIP Server."""
        flow = Flow(Transport.UDP, SERVER, 5060)
        body = sdp(self.address) if body is None else body
        call = self.agent.invite(Uri("sip", number, SERVER), flow, body=body, from_user=self.dn, **options)
        self.calls.append(call)
        return call

    @property
    def line(self) -> Call:
        """Its newest call."""
        return self.calls[-1]

    def answer(self) -> bool:
        """Answer the newest call."""
        return self.line.answer(sdp(self.address, 20_002))

    # --- what its agent tells

    def invited(self, call: Call) -> None:
        self.calls.append(call)
        self.said.append("invited")
        if self.rings:
            call.ring()
        if self.answers:
            self.answer()

    def progressed(self, call: Call, response: Response) -> None:
        self.said.append(response.status)

    def answered(self, call: Call, response: Response) -> None:
        self.said.append("answered")
        if call.offered:
            call.acknowledge(sdp(self.address))

    def refused(self, call: Call, status: int, reason: str) -> None:
        self.said.append(("refused", status))

    def ended(self, call: Call, by_us: bool) -> None:
        self.said.append("ended")

    def change_asked(self, call: Call, request: Request) -> None:
        self.said.append("change asked")
        call.accept_change(sdp(self.address, 20_002, "recvonly" if b"sendonly" in request.body else "sendrecv"))

    def changed(self, call: Call, response: Response) -> None:
        self.said.append(("changed", response.status))
        if call.offered:
            call.acknowledge(sdp(self.address))

    def notified(self, call: Call, event: str) -> None:
        self.said.append(event)
        if event == "hold":
            call.reinvite(sdp(self.address, direction="sendonly"))
        elif call.state in (CallState.INVITED, CallState.RINGING):
            self.answer()
        else:
            call.reinvite(sdp(self.address))


class Switch:
    """SIP Server with its DNs; `told` are its events, `related` the Call-IDs of second legs and their first."""

    def __init__(self, world: World, *users: str, **trunks: str) -> None:
        self.told: list[TEvent] = []
        self.related: dict[str, str] = {}
        self.trunks = trunks
        self.server = SipServer(
            world.wire(SERVER), world.clock, Ids("sip-server"), local=local(SERVER),
            users=frozenset(users).__contains__, route=self.route,
            told=self.told.append, related=self.related.__setitem__,
        )  # fmt: skip
        world.join(SERVER, self.server, self.server.agent)

    def route(self, number: str) -> tuple[Flow, bool] | None:
        """The way to whoever has the prefix of a number; `_9` is a trunk, any other is a media server."""
        fits = (item for item in self.trunks.items() if number.startswith(item[0][1:]))
        return next(((Flow(Transport.UDP, to, 5060), key == "_9") for key, to in fits), None)

    def events(self) -> list[tuple[str, str]]:
        """Names and DNs of the events since the last look."""
        told, self.told[:] = [(str(event.name), event.this_dn) for event in self.told], []
        return told

    def is_clean(self) -> bool:
        """Whether nothing of any call is left."""
        agent = self.server.agent
        return not (agent.calls or agent._invites or self.server.parties)
