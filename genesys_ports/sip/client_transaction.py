"""The side of a transaction that asks (RFC 3261 17.1, RFC 6026 8.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .dialog import MAX_FORWARDS
from .flow import Flow
from .headers import Headers
from .message import Request, Response
from .states import CLIENT, INVITE_CLIENT, Event
from .transaction import Key, Transaction, compiled, repeating, waiting

if TYPE_CHECKING:
    from .transactions import Transactions

__all__ = ["ClientTransaction"]


class ClientTransaction(Transaction):
    """A request that was sent, and the wait for its answer.

    `failure` is 0 while it has not failed, then the status that stands for what happened (RFC 3261 8.1.3.1): 408 when
    no answer came in time, 503 when the way broke.
    """

    __slots__ = ("_ack", "_answered", "_by_class", "_failed", "failure")

    def __init__(
        self,
        layer: Transactions,
        key: Key,
        request: Request,
        flow: Flow,
        answered: Callable[[Response], None],
        failed: Callable[[], None],
    ) -> None:
        invite = request.method == "INVITE"
        super().__init__(layer, key, request, flow, _INVITE_TABLE if invite else _TABLE)
        self._by_class = _INVITE_EVENTS if invite else _EVENTS
        self._answered = answered
        self._failed = failed
        self._ack: Request | None = None
        self.failure = 0

    def begin(self) -> None:
        """Send the request."""
        self._begin(Event.USER_INVITE if self._table is _INVITE_TABLE else Event.USER_REQUEST)

    def receive(self, response: Response, flow: Flow) -> None:
        """A response with our branch came in."""
        event = self._by_class.get(response.status // 100)
        if event is not None:
            self.run(event, response)

    def broken(self) -> None:
        """The way is gone."""
        self.failure = 503
        self.run(Event.BROKEN)

    def cancelled(self) -> None:
        """Its CANCEL goes out."""
        self.run(Event.USER_CANCEL)

    def _forget(self) -> None:
        self._layer.forget_client(self, self._key)

    # --- actions of the table

    def _send_request(self, message: None) -> None:
        self._layer.wire.send(self.request, self.flow)

    def _repeat_request(self, message: None) -> None:
        self._layer.wire.send(self.request, self.flow, again=True)

    def _send_ack(self, response: Response) -> None:
        self._ack = _ack(self.request, response)
        self._layer.wire.send(self._ack, self.flow)

    def _repeat_ack(self, response: Response) -> None:
        assert self._ack is not None
        self._layer.wire.send(self._ack, self.flow, again=True)

    def _send_cancel(self, message: None) -> None:
        self._layer.cancel(self.request, self.flow)

    def _tell_response(self, response: Response) -> None:
        self._answered(response)

    def _tell_final(self, response: Response) -> None:
        self._layer.forget_waiting(self)
        try:
            self._answered(response)
        finally:
            # What is left only waits for copies.
            del self.request, self._answered, self._failed

    def _tell_stray(self, response: Response) -> None:
        self._layer.user.strayed(response, self.flow)

    def _tell_failure(self, message: None) -> None:
        self.failure = self.failure or 408
        self._failed()

    def _double_a(self, message: None) -> None:
        self._repeat_in(2 * self._interval, Event.TIMER_A)

    def _slow_e(self, message: None) -> None:
        self._repeat_in(self._layer.timers.t2, Event.TIMER_E)

    _start_a, _ = repeating(Event.TIMER_A)
    _start_e, _double_e = repeating(Event.TIMER_E)
    _start_b = waiting("B", Event.TIMER_B)
    _start_c = waiting("C", Event.TIMER_C)
    _start_cancelled = waiting("B", Event.TIMER_B)
    _start_d = waiting("D", Event.TIMER_D)
    _start_f = waiting("F", Event.TIMER_F)
    _start_k = waiting("K", Event.TIMER_K)
    _start_m = waiting("M", Event.TIMER_M)


_EVENTS = {1: Event.PROVISIONAL, **dict.fromkeys((2, 3, 4, 5, 6), Event.FINAL)}
_INVITE_EVENTS = {1: Event.PROVISIONAL, 2: Event.SUCCESS, **dict.fromkeys((3, 4, 5, 6), Event.REFUSAL)}

_TABLE = compiled(CLIENT, ClientTransaction)
_INVITE_TABLE = compiled(INVITE_CLIENT, ClientTransaction)


def _ack(request: Request, response: Response) -> Request:
    """The ACK of a refusal: part of the INVITE's transaction, so it has the INVITE's branch (RFC 3261 17.1.1.3)."""
    headers = [
        ("Via", str(request.via)),
        ("Max-Forwards", str(MAX_FORWARDS)),
        *(("Route", route) for route in request.headers.all("Route")),
        ("From", request.headers["From"]),
        ("To", response.headers["To"]),
        ("Call-ID", request.call_id),
        ("CSeq", f"{request.cseq.number} ACK"),
    ]
    return Request("ACK", request.uri, Headers(headers))
