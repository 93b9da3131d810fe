"""A planned UDP port, open. It answers the teaching format; applications that speak UDP for real bring their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..trace import Kind
from . import words
from .stream import STRANGERS_KEPT
from .udp import Datagrams
from .wire import PROTOCOL, WireError, answer_id, decode, encode, text_of

if TYPE_CHECKING:
    from ..model import ListeningPort
    from .application import RunningApplication

__all__ = ["DatagramPort"]


class DatagramPort(Datagrams):
    """Notes every datagram in the trace, and answers a question with an `ack` to wherever it came from."""

    def __init__(self, owner: RunningApplication, port: ListeningPort) -> None:
        super().__init__()
        self._owner = owner
        self._port = port

    def datagram_received(self, data: bytes, address: Any) -> None:
        sender, number = self._owner.lab.outsiders.caller_at(address), address[1]
        try:
            fields = decode(data)
        except WireError:
            self._note(Kind.EVENT, "datagram", sender, number, data)
            self.write(encode({"error": words.ANSWER_NOT_JSON}), address)
            return
        if "message" not in fields:
            self._note(Kind.EVENT, text_of(fields, "event") or "datagram", sender, number, data)
            return
        asked = self._note(Kind.REQUEST, text_of(fields, "message"), sender, number, data)
        payload = encode({"ack": answer_id(fields)})
        self._note(Kind.RESPONSE, "ack", sender, number, payload, reply_to=asked)
        self.write(payload, address)

    def _note(
        self, kind: Kind, name: str, outsider: str, number: int, payload: bytes, reply_to: int | None = None
    ) -> int:
        owner = self._owner
        pair = (outsider, owner.name) if reply_to is None else (owner.name, outsider)
        return owner.lab.trace.add(
            kind, name[:STRANGERS_KEPT], *pair,
            outsider, owner.name, owner.host, str(self._port),
            "", payload[:STRANGERS_KEPT], reply_to, PROTOCOL, client_number=number,
        ).number  # fmt: skip
