"""What one application's stack notes in the trace of the lab."""

from __future__ import annotations

from ..errors import SIPError
from ..sip.message import Request, Response
from ..trace import Kind, Trace
from . import sip_words as words
from .signalling import End, Place
from .wire import clean

__all__ = ["SIP", "SipNotes"]

#: The name of the protocol in a trace.
SIP = "sip"

#: Bytes of each message from outside that the trace keeps, and characters of a name or a Call-ID.
KEPT = 8_192
NAME_KEPT = 256

#: Messages from outside that are remembered, to tell a copy.
REMEMBERED = 2_000


class SipNotes:
    """Writes into a trace. Text from outside is cut."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._seen: dict[int, None] = {}

    def message(
        self,
        message: Request | Response,
        data: bytes,
        sender: End,
        receiver: End,
        *,
        opener: End | None = None,
        again: bool = False,
        dropped: bool = False,
    ) -> None:
        """A message. Over UDP whoever asks is the client; over TCP whoever has opened the connection."""
        if isinstance(message, Request):
            kind, client, server = Kind.REQUEST, sender, receiver
        else:
            kind, client, server = Kind.RESPONSE, receiver, sender
        if opener is server:
            client, server = server, client
        name, call = message.name(), message.headers.get("Call-ID")
        if not sender.host:
            name, call, data = clean(name[:NAME_KEPT]), clean(call[:NAME_KEPT]), data[:KEPT]
        self._trace.add(
            kind, name, sender.name, receiver.name, client.name, server.name, server.host, server.port,
            "", data, None, SIP, call, client.number, again, dropped,
        )  # fmt: skip

    def unreadable(self, error: SIPError, data: bytes, sender: End, receiver: End) -> None:
        """Bytes that are no SIP."""
        client, server = (sender, receiver) if receiver.port else (receiver, sender)
        self._trace.add(
            Kind.EVENT, words.UNREADABLE.format(status=error.status), sender.name, receiver.name,
            client.name, server.name, server.host, server.port,
            clean(error.line[:NAME_KEPT]), data[:KEPT], protocol=SIP, client_number=client.number,
        )  # fmt: skip

    def connection(self, kind: Kind, name: str, sender: End, receiver: End, opener: End, call: str = "") -> None:
        """What happens to a connection, or what came of a request to somebody who is not there."""
        client, server = (sender, receiver) if opener is sender else (receiver, sender)
        self._trace.add(
            kind, name, sender.name, receiver.name, client.name, server.name, server.host, server.port,
            protocol=SIP, call=call[:NAME_KEPT], client_number=client.number,
        )  # fmt: skip

    def is_copy(self, data: bytes, place: Place) -> bool:
        """Whether the same came from there a short time ago."""
        seen = hash((data, place))
        if seen in self._seen:
            return True
        self._seen[seen] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return False
