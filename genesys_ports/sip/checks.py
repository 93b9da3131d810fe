"""What a user agent looks at before it does what a request asks for, in the order of RFC 3261 8.2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from . import agent_words as words
from .message import Request
from .uri import Uri

__all__ = ["Fault", "address_fault", "content_fault"]

#: The methods of SIP and its extensions: one of these is known, even where it is not taken (405, not 501).
KNOWN = frozenset(
    (
        *("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK"),
        *("SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER", "MESSAGE", "UPDATE"),
    )
)

SDP = "application/sdp"


class Fault(NamedTuple):
    """Why a request is refused; the sentence is that of the status unless there is a more exact one."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    sentence: str = ""


def address_fault(request: Request, methods: Iterable[str], user: str) -> Fault | None:
    """What is wrong with the method or the address of a request (8.2.1, 8.2.2.1), or None.

    `methods` are those taken here, `user` is the only number; empty: every number.
    """
    if request.method not in methods:
        return Fault(405 if request.method in KNOWN else 501, (("Allow", ", ".join(methods)),))
    if request.uri.partition(":")[0].lower() not in ("sip", "sips"):
        return Fault(416)
    if user and not request.to.tag and (other := Uri.read(request.uri).user) and other != user:
        return Fault(404, (), words.NOT_THIS_USER.format(user=user, other=other))
    return None


def content_fault(request: Request) -> Fault | None:
    """What is wrong with the extensions that a request needs, or with the body of an INVITE (8.2.2.3, 8.2.3)."""
    if "Require" in request.headers and (wanted := request.require):
        return Fault(420, (("Unsupported", ", ".join(wanted)),))
    return _body_fault(request) if request.method == "INVITE" else None


def _body_fault(request: Request) -> Fault | None:
    headers = request.headers
    optional = "handling=optional" in headers.get("Content-Disposition").replace(" ", "").lower()
    if request.body and not optional:
        if request.content_type != SDP:
            return Fault(415, (("Accept", SDP),))
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            return Fault(415, (("Accept-Encoding", "identity"),))
    if "Accept" in headers:
        kinds = {kind.partition(";")[0].strip().lower() for kind in ",".join(headers.all("Accept")).split(",")}
        # An empty Accept takes nothing at all (20.1).
        if not kinds & {SDP, "application/*", "*/*"}:
            return Fault(406)
    return None
