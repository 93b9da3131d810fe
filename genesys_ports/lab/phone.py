"""A phone: it registers its number with SIP Server, and talks."""

from __future__ import annotations

import asyncio
from functools import partial

from ..model import Connection
from ..sip.flow import Flow
from ..sip.message import Response
from ..state import ConnectionStatus
from . import sip_words as words
from .endpoint import ask
from .talker import Talker

__all__ = ["Phone"]

#: Seconds a registration holds; it is renewed at half time.
EXPIRES = 3_600


class Phone(Talker):
    """See `elements.Element`. A phone without a number in the plan registers nowhere."""

    _renewals: dict[Connection, asyncio.TimerHandle]

    async def start(self) -> None:
        """Nothing is registered yet."""
        self._renewals = {}
        await super().start()

    async def connect(self, connection: Connection, flow: Flow) -> ConnectionStatus:
        """Register the number of this phone."""
        own = self.application
        port = own.plan.application(connection.server).port(connection.port_id)
        values = {"phone": own.name, "dn": self.dn, "server": connection.server, "port": str(port)}
        if not self.dn:
            own.said.append(words.NO_NUMBER.format(**values))
            return ConnectionStatus.CLOSED
        answer = await ask(partial(self.agent.register, self.dn, flow, expires=EXPIRES))
        if answer is None:
            return ConnectionStatus.REFUSED
        if answer.status >= 300:
            own.said.append(words.NOT_REGISTERED.format(status=answer.status, reason=answer.reason, **values))
            return ConnectionStatus.REFUSED
        self._renew_later(connection, flow)
        own.said.append(words.REGISTERED.format(**values))
        return ConnectionStatus.CONNECTED

    def _renew_later(self, connection: Connection, flow: Flow) -> None:
        self._forget_registration(connection)
        loop = asyncio.get_running_loop()
        self._renewals[connection] = loop.call_later(EXPIRES / 2, self._renew, connection, flow)

    def _renew(self, connection: Connection, flow: Flow) -> None:
        def done(answer: Response | None) -> None:
            if answer is None or answer.status >= 300:
                self.application.sip_lost(connection)

        self._renew_later(connection, flow)
        self.agent.register(self.dn, flow, expires=EXPIRES, done=done)

    def _forget_registration(self, connection: Connection) -> None:
        renewal = self._renewals.pop(connection, None)
        if renewal is not None:
            renewal.cancel()

    async def stop(self) -> None:
        """Hang up, then take back every registration."""
        await super().stop()
        for connection in list(self._renewals):
            self._forget_registration(connection)
            flow = self.stack.way_to(connection.server, connection.port_id)
            if flow is not None:
                await ask(partial(self.agent.register, self.dn, flow, expires=0))

    def let_go(self) -> None:
        """The application is over."""
        for connection in list(self._renewals):
            self._forget_registration(connection)
