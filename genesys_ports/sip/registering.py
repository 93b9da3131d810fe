"""REGISTER as it is sent: all of one number at one registrar belong together (RFC 3261 10.2)."""

from __future__ import annotations

from .draft import draft
from .flow import Flow
from .ids import Ids
from .message import Request
from .uri import Uri
from .values import NameAddr

__all__ = ["Registrations"]


class Registrations:
    """The registrations of one element: their Call-ID stays the same, and their CSeq counts (10.2)."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._last: dict[tuple[str, Flow], tuple[str, int]] = {}

    def draft(self, contact: Uri, display: str, flow: Flow, expires: int) -> Request:
        """The next REGISTER for the user of `contact` at the registrar at `flow`; `expires` is in seconds."""
        user = contact.user
        call_id, cseq = self._last.get((user, flow), (self._ids.call_id(), 0))
        self._last[user, flow] = call_id, cseq + 1
        address = Uri("sip", user, flow.address)
        return draft(
            "REGISTER",
            Uri("sip", "", flow.address, flow.number),
            sender=NameAddr(address, display, {"tag": self._ids.tag()}),
            to=address,
            call_id=call_id,
            cseq=cseq + 1,
            headers=[("Contact", str(NameAddr(contact, "", {"expires": str(expires)}))), ("Expires", str(expires))],
        )
