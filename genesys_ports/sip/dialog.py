"""The dialog: what both sides know of one call leg, so that requests inside it find their way (RFC 3261 12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from .flow import Flow
from .headers import Headers
from .message import Request, Response
from .uri import Uri
from .values import NameAddr

__all__ = ["MAX_FORWARDS", "Dialog"]

#: How far a request may go that says nothing else (RFC 3261 8.1.1.6).
MAX_FORWARDS = 70


@dataclass(slots=True, eq=False)
class Dialog:
    """One dialog as one side sees it; `local` and `remote` are From and To as this side sends them, with their tags.

    `target` is where the other side wants its requests (its Contact), `routes` the servers that want to stay in between
    (Record-Route), the nearest first. `remote_cseq` is None until the other side has sent a request. `ack` is the last
    ACK to a 2xx and its way: a 2xx that comes again gets it again.
    """

    call_id: str
    local: str
    remote: str
    target: Uri
    routes: tuple[NameAddr, ...] = ()
    local_cseq: int = 0
    remote_cseq: int | None = None
    confirmed: bool = False
    ack: tuple[Request, Flow] | None = None

    @classmethod
    def of_caller(cls, request: Request, response: Response) -> Self:
        """Of the side that sent INVITE, from a response to it (12.1.2). It is confirmed by a 2xx (`confirm`)."""
        dialog = cls(request.call_id, request.headers["From"], response.headers["To"], Uri.read(request.uri))
        dialog.local_cseq = request.cseq.number
        dialog._take(response)
        return dialog

    @classmethod
    def of_called(cls, request: Request, tag: str) -> Self:
        """Of the side that got INVITE and answers with this To tag (12.1.1)."""
        dialog = cls(request.call_id, f"{request.headers['To']};tag={tag}", request.headers["From"], request.from_.uri)
        dialog.remote_cseq = request.cseq.number
        dialog.routes = request.record_routes
        dialog.refresh(request)
        return dialog

    def _take(self, response: Response) -> None:
        self.routes = response.record_routes[::-1]
        self.refresh(response)

    def confirm(self, response: Response) -> None:
        """Take over what a 2xx says. The routes are final with the first one (13.2.2.4)."""
        if self.confirmed:
            self.refresh(response)
        else:
            self.confirmed = True
            self._take(response)

    def refresh(self, message: Request | Response) -> None:
        """Take the Contact of a re-INVITE, or of the 2xx to one, as the new target (12.2)."""
        if message.contacts:
            # What follows a question mark is for new requests, and must not stand in a first line (19.1.1).
            self.target = message.contacts[0].uri._replace(headers={})

    def next_hop(self) -> Uri:
        """The address that the next request goes to: the nearest server on the route, else the target."""
        return self.routes[0].uri if self.routes else self.target

    def request(
        self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, cseq: int = 0
    ) -> Request:
        """A request inside the dialog, still without its Via (12.2.1.1).

        It gets the next CSeq; an ACK has that of its INVITE (`cseq`).
        """
        if not cseq:
            self.local_cseq = cseq = self.local_cseq + 1
        uri, routes = self.target, self.routes
        if routes and "lr" not in routes[0].uri.params:
            # A strict router of RFC 2543 wants to stand in the first line itself, and the target at the end.
            uri = routes[0].uri
            routes = (*routes[1:], NameAddr(self.target))
        pairs = [
            ("Max-Forwards", str(MAX_FORWARDS)),
            *(("Route", str(route)) for route in routes),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            *headers,
        ]
        return Request(method, str(uri), Headers(pairs), body)
