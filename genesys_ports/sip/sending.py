"""A request on its way: over TCP when it is long, and by the next way when one is broken (RFC 3261 18.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..model import Transport
from .flow import Flow
from .message import Request, Response
from .ways import sent_by

if TYPE_CHECKING:
    from .transactions import ClientTransaction
    from .user_agent import UserAgent

__all__ = ["LONGEST_DATAGRAM", "Sending"]

#: A request of more bytes does not go in a datagram: a packet that has to be cut up is easily lost.
LONGEST_DATAGRAM = 1300


class Sending:
    """One request, and the ways it can go, the best first. `request` and `flow` are the try that is under way.

    `answered` gets every response, `failed` the status that stands for none: 408 when no answer came in time, 503 when
    every way was broken. Only a broken way leads to the next one: what was silent may have heard.
    """

    def __init__(
        self,
        agent: UserAgent,
        draft: Request,
        flows: Iterable[Flow],
        answered: Callable[[Response], None],
        failed: Callable[[int], None],
    ) -> None:
        self._agent = agent
        self._draft = draft
        self._answered = answered
        self._failed = failed
        self._flows = iter(self._each_way(tuple(dict.fromkeys(flows))))
        self._transaction: ClientTransaction | None = None
        self._next()

    def _each_way(self, flows: tuple[Flow, ...]) -> list[Flow]:
        every = []
        for flow in flows:
            if flow.transport is Transport.UDP and self._too_long(flow):
                every.append(flow._replace(transport=Transport.TCP))
            every.append(flow)
        return every

    def _too_long(self, flow: Flow) -> bool:
        return Transport.TCP in self._agent.local and len(bytes(self._with_via(flow))) > LONGEST_DATAGRAM

    def _with_via(self, flow: Flow) -> Request:
        branch = self._agent.ids.branch()
        via = f"SIP/2.0/{flow.transport.upper()} {sent_by(flow.transport, self._agent.local)};branch={branch};rport"
        return self._draft.replaced(headers=self._draft.headers.with_first("Via", via))

    def _next(self) -> bool:
        flow = next(self._flows, None)
        if flow is None:
            return False
        self.flow, self.request = flow, self._with_via(flow)
        return True

    def start(self) -> None:
        """Send it."""
        self._transaction = None
        request = self.request
        transaction = self._agent.transactions.request(request, self.flow, answered=self._answered, failed=self._lost)
        if request is self.request:
            # Else this way was broken at once, and the next one is under way already.
            self._transaction = transaction

    def _lost(self) -> None:
        status = self._transaction.failure if self._transaction else 503
        if status == 503 and self._next():
            self.start()
        else:
            self._failed(status)
