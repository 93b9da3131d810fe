"""A sub-agent in a lab: an application that lets a master agent answer SNMP for it, over AgentX."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..agentx.pdu import Register
from ..agentx.states import State
from ..agentx.sub_agent import SubAgent
from ..model import Connection, ListeningPort, Transport
from ..snmp.names import ROOT, TABLES, oid_of
from ..snmp.objects import Oid, Value
from ..state import ConnectionStatus
from . import agentx_words, words
from .agentx_ports import speaks_agentx
from .agentx_stream import AgentXStream
from .caller import SILENT, speaks_tls
from .known_applications import is_solution_control, tree_of
from .roles import place_of

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["SubAgentSide"]


class SubAgentSide:
    """Every planned connection of an application to an AgentX port."""

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        self._ends: dict[Connection, _End] = {}

    @property
    def streams(self) -> list[AgentXStream]:
        """Its connections."""
        return [end.stream for end in self._ends.values()]

    def serves(self, port: ListeningPort) -> bool:
        """None: a sub-agent calls."""
        return False

    async def serve(self, port: ListeningPort, sockets: list[socket.socket]) -> None:
        """Never asked to."""

    def makes(self, connection: Connection) -> bool:
        """Every connection to an AgentX port."""
        return speaks_agentx(self._owner.plan, connection)

    async def start(self) -> None:
        """Nothing to do: its connections come later."""

    async def connect(self, connection: Connection) -> ConnectionStatus:
        """Open a session, and register what it answers for; says in `said` of its application how it went."""
        if connection in self._ends:
            return ConnectionStatus.CONNECTED
        caller = self._owner.caller
        end = self._ends[connection] = _End(self, self._owner, connection)
        try:
            error = await caller.reach(end.stream, connection, end.decided)
        finally:
            if not end.is_open:
                self._ends.pop(connection, None)
        if end.is_open:
            end.is_known = True
            return caller.stands(connection, agentx_words.SESSION_OPEN)
        end.stream.abort()
        if end.agent.error is not None:
            why = end.agent.error.problem
            return caller.say(connection, ConnectionStatus.REFUSED, agentx_words.SESSION_REFUSED, why=why)
        silence = SILENT._replace(sentence=self._silence(connection))
        return caller.failed(end.stream, caller.why(connection, error, silence))

    def _silence(self, connection: Connection) -> str:
        """What is said of a master agent that gives no answer."""
        port = self._owner.plan.application(connection.server).port(connection.port_id)
        listens = port.transport is Transport.TLS
        if speaks_tls(connection, port) is listens:
            return words.SILENT
        return words.PLAIN_TO_TLS if listens else words.TLS_TO_PLAIN

    def notify(self, trap: str, variables: Sequence[tuple[Oid, Value]]) -> bool:
        """Let every master agent send a notification, such as gsServerDownTrap; False where there is none to tell."""
        oid = oid_of(trap)
        assert oid is not None
        told = [end.agent.notify(oid, variables) for end in list(self._ends.values())]
        return any(told)

    def gone(self, end: _End) -> None:
        """A connection is over."""
        if self._ends.get(end.connection) is end:
            del self._ends[end.connection]
        ended = end.stream.closing and not end.is_lost
        self._owner.caller.gone(end.stream, known=end.is_known, ended=ended)

    async def stop(self) -> None:
        """Take leave of every master agent."""
        for end in list(self._ends.values()):
            end.agent.stop()
        await self._owner.lab.settle()

    def close_ports(self) -> None:
        """It has none."""

    async def close(self, *, crash: bool) -> None:
        """End every connection, one after the other."""
        for end in list(self._ends.values()):
            await end.stream.end(crash=crash)

    def let_go(self) -> None:
        """Break off every connection at once."""
        for end in list(self._ends.values()):
            end.stream.abort()


class _End:
    """One connection to a master agent, with the session on it."""

    def __init__(self, side: SubAgentSide, owner: RunningApplication, connection: Connection) -> None:
        self.connection = connection
        self.stream = AgentXStream(owner, owner.caller.route(connection), self._gone, connection)
        #: Done once the master agent has taken it, or not.
        self.decided: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        #: Whether its application has said that it is connected.
        self.is_known = False
        #: Whether the master agent has ended the session.
        self.is_lost = False
        self._over = False
        self._side = side
        self._owner = owner
        self.agent = SubAgent(
            tree_of(owner),
            registrations_of(owner),
            description=owner.name,
            send=self.stream.send,
            told=self._told,
        )
        self.stream.on_begun = self.agent.begin
        self.stream.on_frame = self.agent.receive
        self.stream.on_garbage = self._garbage

    @property
    def is_open(self) -> bool:
        """Whether the session is open, and everything registered."""
        return self.agent.state is State.OPEN

    def _told(self) -> None:
        if not self.decided.done():
            self.decided.set_result(None)
        if not self.is_open and self.is_known and not self._over:
            self.is_lost = True
            self.stream.close()

    def _garbage(self) -> None:
        self.is_lost = True
        self.agent.stop()

    def _gone(self, stream: AgentXStream) -> None:
        self._over = True
        self.agent.lost()
        if not self.decided.done():
            self.decided.set_result(None)
        self._side.gone(self)


def registrations_of(owner: RunningApplication) -> list[Register]:
    """What a sub-agent answers for: Solution Control Server all there is, anybody else its own rows.

    A row of a table is registered as a range: its number stands behind that of the column (RFC 2741, 7.1.4).
    """
    if is_solution_control(owner):
        return [Register(subtree=(*ROOT, 1))]
    number = place_of(owner.plan, owner.name)
    return [
        Register(
            subtree=(*table.columns[0].oid, number),
            range_subid=len(table.columns[0].oid),
            upper_bound=table.columns[-1].oid[-1],
        )
        for table in TABLES.values()
    ]
