"""SIP Server in the lab: SIP with phones, gateways and softswitches, and T-Library beside it.

Its DNs are the numbers of the plan's phones; its trunks are the gateways and softswitches, by the prefix of the numbers
that lie behind them (as the option `prefix` of a Trunk DN), and so are its media servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..sip.flow import Flow
from ..sip.message import Request, Response
from ..sip.server import SipServer
from ..sip.transactions import Transactions
from ..state import ConnectionStatus
from . import sip_server_words as words
from .endpoint import all_over, is_there
from .media_server import MEDIA_SERVER
from .roles import Answer, Role, component_of
from .tlib import Clients, error, is_request
from .wire import details_of

if TYPE_CHECKING:
    from ..model import Connection, Deployment
    from .application import RunningApplication
    from .elements import Stack
    from .lab import Lab
    from .link import Link

__all__ = ["SIP_SERVER", "SipServerElement", "SipServerRole"]

SIP_SERVER = "sip_server"

#: Whose number is a DN, and whose is the prefix of a trunk.
PHONE = "softphone"
TRUNKS = ("media_gateway", "softswitch")


class SipServerRole(Role):
    """Answers T-Library's requests on the communication port."""

    def __init__(self) -> None:
        self._element: SipServerElement | None = None

    def element(self, application: RunningApplication, stack: Stack) -> SipServerElement:
        """Its SIP side."""
        self._element = SipServerElement(application, stack)
        return self._element

    def asked(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> Answer:
        """The answer to a request of a T-Library client."""
        if not is_request(fields):
            return Answer()
        if self._element is None:
            dn = details_of(fields).get("ThisDN", "")
            return error(words.NO_SIP_PORT.format(application=application.name), dn)
        return self._element.clients.asked(self._element.server, link, fields)


class Users:
    """The DNs of the plan that the lab has now: Configuration Server tells SIP Server of a new one while it runs."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._plan: Deployment | None = None
        self._numbers: dict[str, str] = {}

    def _read(self) -> dict[str, str]:
        if self._plan is not self._lab.plan:
            self._plan = self._lab.plan
            self._numbers = _numbers(self._plan, PHONE)
        return self._numbers

    def __contains__(self, number: object) -> bool:
        return number in self._read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())


class SipServerElement:
    """SIP Server between the stack of its sockets and its T-Library clients.

    But for its DNs it keeps the plan it read at its start.
    """

    def __init__(self, application: RunningApplication, stack: Stack) -> None:
        self._application = application
        self._stack = stack
        plan = application.plan
        #: Its DNs, in the order of the plan.
        self.users = Users(application.lab)
        self._trunks = sorted(_numbers(plan, *TRUNKS, MEDIA_SERVER).items(), key=lambda trunk: -len(trunk[0]))
        self.clients = Clients(application, self.users)
        self.server = SipServer(
            stack,
            stack.clock,
            stack.ids,
            local=stack.local,
            users=self.users.__contains__,
            route=self._route,
            told=self.clients.tell,
            related=application.lab.trace.relate,
            timers=stack.timers,
        )

    def _route(self, number: str) -> tuple[Flow, bool] | None:
        """The way to whoever has the longest prefix that fits, and whether that is a trunk."""
        name = next((name for prefix, name in self._trunks if number.startswith(prefix)), "")
        flow = self._stack.way_to(name)
        return None if flow is None else (flow, component_of(self._application.plan, name) in TRUNKS)

    @property
    def transactions(self) -> Transactions:
        """Whose timers the stack runs."""
        return self.server.agent.transactions

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """A message came in."""
        self.server.receive(message, flow)

    async def connect(self, connection: Connection, flow: Flow) -> ConnectionStatus:
        """Ask whether the other side is there."""
        return await is_there(self.server.agent, self._stack.uri_of("", flow), flow)

    def lost(self, flow: Flow) -> None:
        """A connection is gone: calls find another way, or end."""

    async def start(self) -> None:
        """The ports are open."""

    async def stop(self) -> None:
        """Hang up, and wait until the other sides have heard it; whoever calls sets a limit."""
        self.server.hang_up()
        await all_over(self.server.agent, self._application.lab)

    def let_go(self) -> None:
        """It is over."""


def _numbers(plan: Deployment, *components: str) -> dict[str, str]:
    return {one.dn: one.name for one in plan.applications if one.dn and component_of(plan, one.name) in components}
