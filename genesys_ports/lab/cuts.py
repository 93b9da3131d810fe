"""Cutting connections in a lab, and mending them: what a loose cable or a firewall does. `Lab` has all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager

from ..csta import LinkState, Message
from ..csta.link_session import MISSED
from ..errors import NoLinkError, NotRunningError
from ..model import Connection
from ..state import ConnectionStatus
from . import cti_words as words
from .application import RunningApplication
from .calls import Calls
from .cti_stream import CtiStream
from .report import Report
from .step import step
from .stream import Stream
from .t_server import ANSWER_WITHIN, TServer, TServerRole, is_link

__all__ = ["Cuts"]

#: Things that fall due, at most, until a T-Server has given up a switch that does not answer.
HURRIED = 10


class Cuts(Calls):
    """What happens to connections between the applications of a lab."""

    def _alone(self) -> AbstractAsyncContextManager[None]:
        """One change at a time."""
        raise NotImplementedError

    def _name(self, name: str) -> str:
        """The name of an application, if it is a name at all."""
        raise NotImplementedError

    def _heard(self) -> list[str]:
        """What clients have told of losses since they were last asked."""
        raise NotImplementedError

    @step
    async def cut(self, one: str, other: str, *, silently: bool = False) -> Report:
        """Cut the connection between two applications, whichever of them has opened it; `mend` brings it back.

        Both ends notice at once, as when a device in between resets the connection. `silently` lets nothing travel any
        more while both ends think that the connection stands (half-open), as when a cable is pulled: then the heartbeat
        notices (`beat`). Raises `NoLinkError`, `NotRunningError`, `UnknownApplicationError`, `LabClosedError`.
        """
        async with self._alone():
            client, connections = self._planned_between(one, other)
            values = {"client": client.name, "server": connections[0].server}
            stream = next(self._streams(client, values["server"]), None)
            if stream is None:
                if _is_lost(client, connections):
                    return Report([words.CUT_ALREADY.format(**values)])
                raise NoLinkError(client.name, words.NOT_CONNECTED.format(**values))
            if silently:
                if not isinstance(stream, CtiStream) or stream.partner is None:
                    raise NoLinkError(values["client"], words.ONLY_CTI_SILENTLY.format(**values))
                stream.cut = stream.partner.cut = True
                return Report([words.CUT_SILENTLY.format(**values)])
            partner = stream.partner
            stream.break_off()
            for end in (stream, partner):
                if end is not None:
                    await end.gone
            await self.settle()
            return Report([words.CUT.format(**values), *self._heard()])

    @step
    async def mend(self, one: str, other: str) -> Report:
        """Make the network between two applications whole again: the client connects anew where it has noticed the cut.

        Raises `NoLinkError`, `NotRunningError`, `UnknownApplicationError`, `LabClosedError`.
        """
        async with self._alone():
            client, connections = self._planned_between(one, other)
            values = {"client": client.name, "server": connections[0].server}
            sentences = [words.MENDED.format(**values)]
            standing = next(self._streams(client, values["server"]), None)
            if isinstance(standing, CtiStream) and standing.cut:
                for end in (standing, standing.partner):
                    if end is not None:
                        end.mend()
                await self.settle()
                return Report(sentences)
            down = [one for one in connections if client.statuses[one] is not ConnectionStatus.CONNECTED]
            for connection in down:
                await client.caller.connect(connection)
            await self.settle()
            return Report([*sentences, *client.hear()] if down else [words.NOT_CUT.format(**values)])

    @step
    async def beat(self, application: str) -> Report:
        """Let a T-Server ask now whether its switch is still there; it does so by itself every 30 seconds, too.

        Where no answer comes, the time until T-Server gives up passes at once. Raises `NoLinkError`, `NotRunningError`,
        `UnknownApplicationError`, `LabClosedError`.
        """
        async with self._alone():
            server = self._t_server(application)
            stream = server.stream
            if stream is None or not _is_up(server):
                client = self._running_or_planned(application)
                if any(_is_lost(client, [one]) for one in client.statuses if is_link(client.plan, one)):
                    return Report([words.LOST_ALREADY.format(application=application)])
                raise NoLinkError(application, words.NO_LINK.format(application=application))
            answers: list[Message | None] = []
            ends = [end for end in (stream, stream.partner) if end is not None]
            for end in ends:
                end.noted = True
            try:
                server.session.beat(answers.append)
                await self._until(lambda: bool(answers) or stream.cut)
                for _ in range(HURRIED):
                    if any(answers) or not _is_up(server):
                        break
                    server.hurry()
                    await self.settle()
            finally:
                for end in ends:
                    end.noted = False
            values = {"client": application, "server": stream.route.server}
            if any(answers):
                return Report([words.BEAT.format(**values)])
            await stream.gone
            await self.settle()
            sentence = words.NO_BEAT.format(**values, count=MISSED, seconds=ANSWER_WITHIN)
            return Report([sentence, *self._heard()])

    # --- who is connected

    def _t_server(self, name: str) -> TServer:
        running = self._running_or_planned(name)
        if not isinstance(running.role, TServerRole):
            raise NoLinkError(name, words.NO_LINK.format(application=name))
        return running.role.server

    def _running_or_planned(self, name: str) -> RunningApplication:
        running = self._running.get(self._name(name))
        if running is None:
            # Whoever is not planned is another error than whoever does not run.
            self.plan.application(name)
            raise NotRunningError(name)
        return running

    def _planned_between(self, one: str, other: str) -> tuple[RunningApplication, list[Connection]]:
        for name in (one, other):
            self.plan.application(self._name(name))
        for client, server in ((one, other), (other, one)):
            running = self._running.get(client)
            plan = running.plan if running else self.plan
            connections = [connection for connection in plan.servers_of(client) if connection.server == server]
            if connections:
                return self._running_or_planned(client), connections
        raise NoLinkError(one, words.NO_PLAN.format(client=one, server=other))

    @staticmethod
    def _streams(client: RunningApplication, server: str) -> Iterator[Stream]:
        """The connections over TCP that an application has opened to another; those of SIP have a life of their own."""
        sides = (stream for side in client.sides for stream in getattr(side, "streams", ()))
        for stream in (*client.outgoing.values(), *sides):
            if stream.is_client and stream.route.server == server and stream.is_open:
                yield stream


def _is_lost(client: RunningApplication, connections: Sequence[Connection]) -> bool:
    return all(client.statuses.get(one) is ConnectionStatus.LOST for one in connections)


def _is_up(server: TServer) -> bool:
    return server.session.state is LinkState.UP
