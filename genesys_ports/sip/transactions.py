"""The transaction layer of one element (RFC 3261 17, RFC 6026): it matches, repeats, absorbs and gives up.

Messages go in by `receive`, time by `advance`; what is to be sent goes out by the wire, and what happened to the user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..model import Transport
from .client_transaction import ClientTransaction
from .flow import Flow
from .headers import Headers
from .ids import MAGIC
from .message import Request, Response
from .server_transaction import ServerTransaction
from .states import State
from .timers import Alarms, Timers
from .transaction import Key

__all__ = ["ClientTransaction", "ServerTransaction", "TransactionUser", "Transactions", "Wire"]


class Wire(Protocol):
    """What takes messages to the network."""

    def send(self, message: Request | Response, flow: Flow, *, again: bool = False) -> None:
        """Send a message; `again` says that the same was sent before."""


class TransactionUser(Protocol):
    """Who uses the transactions: a user agent, a registrar, SIP Server."""

    def requested(self, transaction: ServerTransaction) -> None:
        """A new request came: never an ACK, and never a copy. Answer it by `transaction.respond`, now or later."""

    def acknowledged(self, request: Request, flow: Flow) -> None:
        """The ACK to a 2xx came; told once."""

    def strayed(self, response: Response, flow: Flow) -> None:
        """A response came that no request waits for. A 2xx to an INVITE has to be acknowledged again."""

    def unacknowledged(self, transaction: ServerTransaction) -> None:
        """No ACK to our 2xx came in all the time there is (64*T1): the call should be ended (RFC 3261 13.3.1.4)."""


class Transactions:
    """All transactions of one element. `clock` gives seconds that never go back.

    It holds nothing of a transaction that has ended, and little of one that only waits for copies. An INVITE that its
    user never answers stays, as RFC 3261 wants it.
    """

    def __init__(
        self, wire: Wire, user: TransactionUser, clock: Callable[[], float], *, timers: Timers | None = None
    ) -> None:
        self.wire = wire
        self.user = user
        self.timers = Timers() if timers is None else timers
        self.alarms = Alarms(clock)
        self._servers: dict[Key, ServerTransaction] = {}
        self._clients: dict[Key, ClientTransaction] = {}
        self._awaited: dict[Key, ServerTransaction] = {}
        self._waiting: dict[tuple[Transport, str, int], dict[ClientTransaction, None]] = {}

    # --- messages

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """Take a message that came in by this way."""
        if isinstance(message, Response):
            client = self._clients.get((message.via.branch, message.cseq.method))
            if client is None:
                self.user.strayed(message, flow)
            else:
                client.receive(message, flow)
            return
        key = _key(message)
        server = self._servers.get(key)
        if message.method == "ACK":
            # The ACK to a 2xx has a branch of its own (17.1.1.3): what it is about shows in dialog and number. One that
            # has the branch of its INVITE and another dialog must not pass for it: the call would wait for ever.
            if server is None or server.state is State.ACCEPTED:
                server = self._awaited.get((message.call_id, message.cseq.number, message.from_.tag, message.to.tag))
        elif server is None:
            server = self._servers[key] = ServerTransaction(self, key, message, flow)
            if message.method == "CANCEL":
                server.cancels = self._servers.get((*key[:-1], "INVITE"))
            server.begin()
            return
        if server is not None:
            server.receive(message, flow)

    def request(
        self, request: Request, flow: Flow, *, answered: Callable[[Response], None], failed: Callable[[], None]
    ) -> ClientTransaction:
        """Send a request, whose top Via has a branch of its own (a CANCEL that of its INVITE), and wait for the answer.

        `answered` is called with every provisional response and once with the final one. Where none comes `failed` is
        called instead: the transaction's `failure` says why. Each may be called before this method returns.
        """
        branch = request.via.branch
        key: Key = (branch, request.method)
        client = self._clients[key] = ClientTransaction(self, key, request, flow, answered, failed)
        self._waiting.setdefault(flow[:3], {})[client] = None
        if request.method == "CANCEL" and (invite := self._clients.get((branch, "INVITE"))):
            invite.cancelled()
        client.begin()
        return client

    def cancel(self, invite: Request, flow: Flow) -> None:
        """Send the CANCEL of an INVITE that went this way (RFC 3261 9.1). The INVITE's answer tells what came of it."""
        kept = ("via", "max-forwards", "route", "from", "to", "call-id")
        pairs = [(name, value) for name, value in invite.headers if name.lower() in kept]
        request = Request("CANCEL", invite.uri, Headers([*pairs, ("CSeq", f"{invite.cseq.number} CANCEL")]))
        self.request(request, flow, answered=lambda response: None, failed=lambda: None)

    def acknowledge(self, request: Request, flow: Flow) -> None:
        """Send the ACK to a 2xx. To send it again when the 2xx comes again is up to the user."""
        self.wire.send(request, flow)

    def broken(self, flow: Flow) -> None:
        """This way is gone: requests that wait for an answer by it fail at once."""
        for client in list(self._waiting.get(flow[:3], ())):
            # 0 stands for whichever connection there is.
            if client.flow.connection in (0, flow.connection) or flow.connection == 0:
                client.broken()

    # --- time

    def due(self) -> float | None:
        """When `advance` has something to do, by the clock; None when nothing waits."""
        return self.alarms.due()

    def advance(self) -> None:
        """Do what is due by now."""
        self.alarms.advance()

    def __len__(self) -> int:
        return len(self._servers) + len(self._clients)

    # --- what transactions say of themselves

    def await_ack(self, key: Key, server: ServerTransaction) -> None:
        """This 2xx waits for its ACK."""
        self._awaited[key] = server

    def forget_awaited(self, key: Key) -> None:
        """No ACK is awaited any more."""
        self._awaited.pop(key, None)

    def forget_server(self, key: Key) -> None:
        """A transaction has ended."""
        self._servers.pop(key, None)

    def forget_client(self, client: ClientTransaction, key: Key) -> None:
        """A transaction has ended."""
        self._clients.pop(key, None)
        self.forget_waiting(client)

    def forget_waiting(self, client: ClientTransaction) -> None:
        """A final answer came: no broken way can change that."""
        waiting = self._waiting.get(client.flow[:3], {})
        waiting.pop(client, None)
        if not waiting:
            self._waiting.pop(client.flow[:3], None)


def _key(request: Request) -> Key:
    """What copies of a request, its ACK and its CANCEL have in common (RFC 3261 17.2.3, 9.2); the method comes last."""
    via = request.via
    method = "INVITE" if request.method == "ACK" else request.method
    branch = via.branch
    if branch.startswith(MAGIC):
        return (branch, via.host, via.port, method)
    # A sender of RFC 2543's time: its branch, if there is any, is not unique.
    return (request.uri, request.from_.tag, request.call_id, request.cseq.number, str(via), method)
