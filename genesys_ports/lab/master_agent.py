"""An SNMP master agent in a lab: it answers SNMP itself, and sub-agents have what it answers with (AgentX)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from ..agentx.master import Master
from ..agentx.pdu import Reason
from ..agentx.session import Peer, Session
from ..model import ListeningPort, Transport
from ..snmp.answer import Objects
from ..snmp.objects import Oid, SystemFacts, Value
from ..snmp.tree import Tree
from ..trace import Kind
from .agentx_ports import is_agentx
from .agentx_stream import AgentXStream
from .listener import Listener
from .snmp_side import SnmpSide, is_management
from .stream import Route

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["MasterAgentSide"]

#: Connections from outside the lab that one master agent keeps at a time.
OUTSIDERS = 100


class MasterAgentSide(SnmpSide):
    """The ports of a master agent: SNMP over UDP, AgentX over TCP.

    The system group is its own; everything else is asked of the sub-agent that has registered it, on each request.
    """

    def __init__(self, owner: RunningApplication) -> None:
        super().__init__(owner)
        self._peers: dict[AgentXStream, Peer] = {}
        self._listeners: list[tuple[ListeningPort, Listener]] = []
        self._coming: set[asyncio.Task[object]] = set()
        self._stopped = False
        owner.lab.signalling.clock.join(self.master)

    def _objects(self, system: SystemFacts) -> Objects:
        clock = self._owner.lab.signalling.clock
        #: The AgentX end, with its sessions and registrations.
        self.master = Master(
            Tree(system, lambda: ()),
            up_time=lambda: self._owner.up_time,
            now=clock.now,
            waits=lambda: clock.look(self.master),
            notified=self._notified,
        )
        return self.master

    def serves(self, port: ListeningPort) -> bool:
        """Every UDP port for management, and every TCP port that speaks AgentX."""
        return is_management(port) or is_agentx(self._owner.plan, self._owner.name, port)

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Answer, or take calls, on the bound sockets of a planned port."""
        if port.transport.carrier is Transport.UDP:
            return await super().serve(port, sockets)
        owner = self._owner
        for sock in sockets:
            tls = owner.lab.certificates.for_port(port, owner.host, sock)
            listener = Listener(sock, partial(self._answer, str(port)), self._coming, tls=tls)
            self._listeners.append((port, listener))

    def _answer(self, port: str) -> AgentXStream:
        owner = self._owner
        stream = AgentXStream(owner, Route("", owner.name, owner.host, port), self._caller_gone)
        stream.on_begun = partial(self._admit, stream)
        return stream

    def _admit(self, stream: AgentXStream) -> None:
        peer = self._peers[stream] = self.master.attach(stream.send)
        stream.on_frame = peer.receive
        stream.on_garbage = partial(peer.close, Reason.PARSE_ERROR)
        outsiders = sum(one.partner is None for one in self._peers)
        if self._stopped or (stream.partner is None and outsiders > OUTSIDERS):
            # The system had taken the call before the port was closed; or there are too many.
            stream.abort()

    def _caller_gone(self, stream: AgentXStream) -> None:
        peer = self._peers.pop(stream, None)
        if peer is not None:
            self.master.detach(peer)
        if stream.outsider:
            stream.record(Kind.DISCONNECT, "disconnect", back=not stream.closing)

    def _notified(self, session: Session, trap: Oid, variables: Sequence[tuple[Oid, Value]]) -> None:
        self._owner.traps.send(".".join(map(str, trap)), variables)

    async def stop(self) -> None:
        """Tell every sub-agent that its session is over."""
        self.master.close()
        await self._owner.lab.settle()

    def close_port(self, port: ListeningPort) -> None:
        """Answer nothing, or take no calls, any more on this port. Sub-agents that are connected stay."""
        super().close_port(port)
        for one, listener in self._listeners:
            if one is port:
                listener.close()
        self._listeners = [pair for pair in self._listeners if pair[0] is not port]

    def close_ports(self) -> None:
        """Answer nothing, and take no calls, any more."""
        super().close_ports()
        self._stopped = True
        self._owner.lab.signalling.clock.leave(self.master)
        for _, listener in self._listeners:
            listener.close()

    async def close(self, *, crash: bool) -> None:
        """End every connection, one after the other."""
        for stream in list(self._peers):
            await stream.end(crash=crash)

    def let_go(self) -> None:
        """Break off everything at once."""
        super().let_go()
        for stream in list(self._peers):
            stream.abort()
