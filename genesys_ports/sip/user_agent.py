"""A SIP user agent: it answers requests in the order of RFC 3261 8.2, makes and takes calls, and registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ..model import Transport
from ..state import Socket
from .call import Call
from .flow import Flow
from .ids import Ids
from .listener import Listener

if TYPE_CHECKING:
    from .message import Request, Response
    from .timers import Timers
    from .transactions import ServerTransaction, Transactions, Wire
    from .uri import Uri

__all__ = ["Listener", "UserAgent"]


class UserAgent:
    """One SIP element: phone, gateway, or either side of SIP Server.

    `user` is the number it answers for (any with `allow_unknown_users`), `local` the address and port number of its
    own end for each transport it has. `handlers` are the methods that the owner answers itself.
    """

    transactions: Transactions
    calls: dict[str, Call]  # by our own tag; live calls only
    local: Mapping[Transport, Socket]
    handlers: dict[str, Callable[[ServerTransaction], None]]

    def __init__(
        self,
        wire: Wire,
        clock: Callable[[], float],
        ids: Ids,
        *,
        user: str,
        local: Mapping[Transport, Socket],
        listener: Listener,
        timers: Timers | None = None,
        display: str = "",
        allow_unknown_users: bool = False,
    ) -> None:
        raise NotImplementedError

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """Hand in a message that was parsed."""
        raise NotImplementedError

    def register(self, user: str, flow: Flow, *, expires: int = 3600, done: Callable[[Response | None], None]) -> None:
        """Tell the registrar at `flow` where `user` is; `expires=0` removes. `done(None)`: no answer came."""
        raise NotImplementedError

    def invite(
        self,
        to: Uri,
        flow: Flow,
        *,
        body: bytes = b"",
        from_user: str = "",
        display: str = "",
        headers: Iterable[tuple[str, str]] = (),
    ) -> Call:
        """Call somebody; without a body it is a late offer (the SDP comes in the 2xx, ours goes in the ACK)."""
        raise NotImplementedError

    def request(
        self,
        method: str,
        to: Uri,
        flow: Flow,
        *,
        done: Callable[[Response | None], None],
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str = "",
    ) -> None:
        """A request outside a dialog: OPTIONS, MESSAGE … `done(None)`: no answer came."""
        raise NotImplementedError

    def respond(
        self,
        transaction: ServerTransaction,
        status: int,
        reason: str = "",
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str = "",
    ) -> None:
        """Answer a request; a refusal gets its sentence as a `Warning` (for owners with `handlers`)."""
        raise NotImplementedError
