"""What an application of the lab does with SIP: the base of phone, gateway, softswitch, media server and SIP Server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..model import Connection, Transport
    from ..sip.flow import Flow
    from ..sip.ids import Ids
    from ..sip.message import Request, Response
    from ..sip.timers import Timers
    from ..sip.transactions import Transactions
    from ..sip.uri import Uri
    from ..state import ConnectionStatus, Socket

__all__ = ["Element", "Stack"]


class Stack(Protocol):
    """What an element knows of the sockets it speaks through; `SipStack` is the real one."""

    #: The application's planned name.
    name: str
    #: Its own end for each transport: what stands in Via and Contact.
    local: Mapping[Transport, Socket]
    #: The names it makes up. They go on counting when the application is started again.
    ids: Ids
    #: Seconds, for every timer of SIP.
    clock: Callable[[], float]
    #: How long SIP waits.
    timers: Timers

    def send(self, message: Request | Response, flow: Flow, *, again: bool = False) -> None:
        """Send a message; nothing is raised, a broken way is told to `transactions.broken`."""

    def way_to(self, application: str, port_id: str | None = None) -> Flow | None:
        """The way to a planned SIP port of another application: UDP before TCP unless the port is named.

        None when the plan has no such port, or it lies on no host of the lab.
        """

    def uri_of(self, number: str, flow: Flow) -> Uri:
        """The address of a directory number at the far end of a way: `sip:1002@127.20.1.3:5060`."""

    def name_of(self, flow: Flow) -> str:
        """The life line at the far end: a planned name, or the name that a program from outside got."""


class Element(Protocol):
    """A running application's SIP side. The stack hands in what was parsed, and looks after the timers."""

    @property
    def transactions(self) -> Transactions:
        """Whose timers the stack runs, and who is told of broken ways."""

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """A message came in whole and well-formed."""

    async def connect(self, connection: Connection, flow: Flow) -> ConnectionStatus:
        """Bring a planned connection to a SIP port about: a phone registers, others ask with OPTIONS."""

    def lost(self, flow: Flow) -> None:
        """The far end has closed a connection (TCP, TLS)."""

    async def start(self) -> None:
        """The ports are open."""

    async def stop(self) -> None:
        """Hang up and take back what was registered. Whoever calls sets a limit."""

    def let_go(self) -> None:
        """The application is over, said or unsaid; nothing more is sent."""
