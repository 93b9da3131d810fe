"""An application with a user agent of its own: the base of whatever speaks SIP and is no SIP Server.

As it is, it answers OPTIONS and takes no calls: that is what an application with a SIP port and no other duties does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ..model import Connection
from ..sip.call import Call
from ..sip.flow import Flow
from ..sip.listener import Listener
from ..sip.message import Request, Response
from ..sip.transactions import Transactions
from ..sip.uri import Uri
from ..sip.user_agent import UserAgent
from ..state import ConnectionStatus

if TYPE_CHECKING:
    from .application import RunningApplication
    from .elements import Stack
    from .lab import Lab

__all__ = ["Endpoint", "all_over", "ask", "is_there"]

#: Seconds between two looks whether the calls of an application that stops are over.
LOOK = 0.01


async def ask(send: Callable[..., None]) -> Response | None:
    """Send a request (by a method that takes what to call as `done`) and wait for its final answer.

    None when the way is broken: nobody is there. Whoever calls sets a limit.
    """
    answer: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()

    def done(response: Response | None) -> None:
        if not answer.done():
            answer.set_result(response)

    send(done=done)
    return await answer


async def is_there(agent: UserAgent, to: Uri, flow: Flow) -> ConnectionStatus:
    """Ask the other side with OPTIONS whether it is there, since SIP over UDP knows no connections.

    Whatever it says, it is.
    """
    answer = await ask(partial(agent.request, "OPTIONS", to, flow))
    return ConnectionStatus.REFUSED if answer is None else ConnectionStatus.CONNECTED


async def all_over(agent: UserAgent, lab: Lab) -> None:
    """Wait until the other sides have heard that the calls of an agent are over; whoever calls sets a limit."""
    await lab.settle()
    while agent.calls:
        await asyncio.sleep(LOOK)


class Endpoint(Listener):
    """See `elements.Element`."""

    def __init__(self, application: RunningApplication, stack: Stack, *, allow_unknown_users: bool = True) -> None:
        self.application = application
        self.stack = stack
        self.dn = application.application.dn
        self.agent = UserAgent(
            stack,
            stack.clock,
            stack.ids,
            user=self.dn,
            local=stack.local,
            listener=self,
            timers=stack.timers,
            allow_unknown_users=allow_unknown_users,
        )

    @property
    def transactions(self) -> Transactions:
        """The transactions of its user agent."""
        return self.agent.transactions

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """A message came in whole and well-formed."""
        self.agent.receive(message, flow)

    # --- planned connections

    async def connect(self, connection: Connection, flow: Flow) -> ConnectionStatus:
        """Ask whether the other side is there."""
        return await is_there(self.agent, self.stack.uri_of("", flow), flow)

    def lost(self, flow: Flow) -> None:
        """The far end has closed a connection."""

    # --- being called

    def invited(self, call: Call) -> None:
        """Somebody calls, and there is nobody to talk to."""
        call.reject(480)

    def change_asked(self, call: Call, request: Request) -> None:
        """Nothing to change."""
        call.refuse_change()

    # --- start and stop

    async def start(self) -> None:
        """The ports are open."""

    async def stop(self) -> None:
        """Hang up; whoever calls sets a limit."""
        for call in list(self.agent.calls.values()):
            call.hang_up()
        await all_over(self.agent, self.application.lab)

    def let_go(self) -> None:
        """The application is over."""
