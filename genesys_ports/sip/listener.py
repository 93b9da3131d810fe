"""What a user agent tells its owner: a phone, a gateway, SIP Server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .call import Call
    from .message import Request, Response

__all__ = ["Listener"]


class Listener:
    """The owner of a user agent overrides what it wants to know; each method here does nothing.

    A call ends with exactly one of `refused` and `ended`. Any method may be called while the owner is still inside one
    of its own calls to the agent (`call.reject()` tells `ended` before it returns).
    """

    def invited(self, call: Call) -> None:
        """Somebody calls: `call.ring()`, `call.answer(body)` or `call.reject(status)`, at once or later."""

    def progressed(self, call: Call, response: Response) -> None:
        """The called side sent 180, 183 … (not 100) to our INVITE; `response.body` may hold early media."""

    def answered(self, call: Call, response: Response) -> None:
        """The called side sent 2xx. After a late offer (`call.offered`) `call.acknowledge(body)` is up to the owner."""

    def acknowledged(self, call: Call, request: Request) -> None:
        """The ACK to our 2xx came: the call, or the change of it, stands. After a late offer it brings the SDP."""

    def refused(self, call: Call, status: int, reason: str) -> None:
        """Our INVITE ended without a call: a final status from 300 on, 408 without any answer, 503 on a broken way."""

    def ended(self, call: Call, by_us: bool) -> None:
        """The call is over by BYE, CANCEL or refusal; `by_us` says which side ended it."""

    def change_asked(self, call: Call, request: Request) -> None:
        """A re-INVITE came: `call.accept_change(body)` or `call.refuse_change(status)`, at once or later."""

    def changed(self, call: Call, response: Response) -> None:
        """The answer to our re-INVITE: 2xx, or a refusal that leaves all as it was (491: both asked at once).

        When none comes, or one that knows nothing of the call (408, 481), the call ends: `ended` is told instead.
        """

    def notified(self, call: Call, event: str) -> None:
        """A NOTIFY with this event came in the call: `talk` (answer now, or take off hold) or `hold`."""
