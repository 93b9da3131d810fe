"""The side of a transaction that answers (RFC 3261 17.2, RFC 6026 7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .flow import Flow
from .message import Request, Response
from .parser import parse
from .states import INVITE_SERVER, SERVER, Event, State
from .transaction import Key, Transaction, compiled, repeating, waiting

if TYPE_CHECKING:
    from .transactions import Transactions

__all__ = ["ServerTransaction"]


class ServerTransaction(Transaction):
    """A request that came in, and the answers to it.

    `cancels` is the INVITE that a CANCEL is about (RFC 3261 9.2); None for every other request, and for a CANCEL that
    fits nothing: that one is answered 481, all others 200, and the INVITE 487, which is not sent if it comes too late.
    """

    __slots__ = ("_awaited", "_by_class", "_last", "cancels")

    def __init__(self, layer: Transactions, key: Key, request: Request, flow: Flow) -> None:
        invite = request.method == "INVITE"
        super().__init__(layer, key, request, flow, _INVITE_TABLE if invite else _TABLE)
        self._by_class = _INVITE_EVENTS if invite else _EVENTS
        self._last: Response | bytes | None = None
        self._awaited: Key | None = None
        self.cancels: ServerTransaction | None = None

    def respond(self, response: Response) -> None:
        """Send an answer. One that comes too late, after the final one, is not sent.

        A 2xx to an INVITE is repeated until the ACK comes (RFC 3261 13.3.1.4), any other final answer to an INVITE over
        UDP too; what is repeated besides is the last answer, whenever the request comes again.
        """
        event = self._by_class.get(response.status // 100)
        if event is not None:
            self.run(event, response)

    def begin(self) -> None:
        """Tell the user."""
        self._begin(Event.INVITE if self._table is _INVITE_TABLE else Event.REQUEST)
        if self.state is State.COMPLETED and isinstance(self._last, Response):
            self._slim(self._last)

    def receive(self, request: Request, flow: Flow) -> None:
        """The request came again, or an ACK with its branch."""
        # Answers go the way of the newest copy: the connection of the first one may be gone.
        self.flow = flow
        if request.method == "ACK":
            self.run(Event.ACK, request)
        else:
            self.run(Event.INVITE if self._table is _INVITE_TABLE else Event.REQUEST, request)

    def _slim(self, last: Response) -> None:
        """Keep what is needed to answer copies: the bytes of the answer, and not the request."""
        self._last = bytes(last)
        self.cancels = None
        del self.request

    def _forget(self) -> None:
        self._layer.forget_server(self._key)

    # --- actions of the table

    def _tell_request(self, message: None) -> None:
        self._layer.user.requested(self)

    def _send_response(self, response: Response) -> None:
        self._last = response
        self._layer.wire.send(response, self.flow)

    def _repeat_response(self, message: Request | None) -> None:
        last = parse(self._last) if isinstance(self._last, bytes) else self._last
        if last is not None:
            self._layer.wire.send(last, self.flow, again=True)

    def _send_trying(self, message: None) -> None:
        self._send_response(self.request.answer(100))

    def _tell_ack(self, request: Request) -> None:
        if self._awaited is not None:
            self._layer.forget_awaited(self._awaited)
            self._awaited = self._last = None
            self._stop_repeating()
            try:
                self._layer.user.acknowledged(request, self.flow)
            finally:
                del self.request

    def _tell_no_ack(self, message: None) -> None:
        if self._awaited is not None:
            self._layer.forget_awaited(self._awaited)
            self._layer.user.unacknowledged(self)

    def _start_100(self, message: None) -> None:
        if self.state is State.PROCEEDING and self._last is None:
            self._repeat_in(self._layer.timers.trying, Event.TIMER_100)

    def _stop_100(self, response: Response) -> None:
        self._stop_repeating()

    def _start_2xx(self, response: Response) -> None:
        request = self.request
        self._awaited = (request.call_id, request.cseq.number, request.from_.tag, response.to.tag)
        self._layer.await_ack(self._awaited, self)
        self._repeat_in(self._layer.timers.t1, Event.TIMER_2XX)

    _start_g, _double_g = repeating(Event.TIMER_G)
    _, _double_2xx = repeating(Event.TIMER_2XX)
    _start_h = waiting("H", Event.TIMER_H)
    _start_i = waiting("I", Event.TIMER_I)
    _start_j = waiting("J", Event.TIMER_J)
    _start_l = waiting("L", Event.TIMER_L)


_EVENTS = {1: Event.USER_1XX, **dict.fromkeys((2, 3, 4, 5, 6), Event.USER_FINAL)}
_INVITE_EVENTS = {1: Event.USER_1XX, 2: Event.USER_2XX, **dict.fromkeys((3, 4, 5, 6), Event.USER_3XX)}

_TABLE = compiled(SERVER, ServerTransaction)
_INVITE_TABLE = compiled(INVITE_SERVER, ServerTransaction)
