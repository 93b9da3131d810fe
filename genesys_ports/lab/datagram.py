"""A planned UDP port, open. It answers the teaching format; applications that speak UDP for real bring their own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from ..trace import Kind
from . import words
from .wire import PROTOCOL, WireError, decode, encode

if TYPE_CHECKING:
    from ..model import ListeningPort
    from .application import RunningApplication

__all__ = ["DatagramPort"]


class DatagramPort(asyncio.DatagramProtocol):
    """Notes every datagram in the trace, and answers a question with an `ack` to wherever it came from."""

    def __init__(self, owner: RunningApplication, port: ListeningPort) -> None:
        self._owner = owner
        self._port = port
        self._transport: asyncio.DatagramTransport | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self.gone.done():
            self.gone.set_result(None)

    def datagram_received(self, data: bytes, address: Any) -> None:
        sender = self._owner.lab.outsiders.caller_at(address)
        try:
            fields = decode(data)
        except WireError:
            self._note(Kind.EVENT, "datagram", sender, data)
            self._answer(encode({"error": words.ANSWER_NOT_JSON}), address)
            return
        name = str(fields.get("message", fields.get("event", "datagram")))
        if "message" not in fields:
            self._note(Kind.EVENT, name, sender, data)
            return
        asked = self._note(Kind.REQUEST, name, sender, data)
        payload = encode({"ack": fields.get("id")})
        self._note(Kind.RESPONSE, "ack", sender, payload, reply_to=asked)
        self._answer(payload, address)

    def _note(self, kind: Kind, name: str, outsider: str, payload: bytes, reply_to: int | None = None) -> int:
        owner = self._owner
        pair = (outsider, owner.name) if reply_to is None else (owner.name, outsider)
        return owner.lab.trace.add(
            kind, name, *pair,
            outsider, owner.name, owner.application.host, str(self._port),
            "", payload, reply_to, PROTOCOL,
        ).number  # fmt: skip

    def _answer(self, payload: bytes, address: Any) -> None:
        if self._transport is not None:
            self._transport.sendto(payload, address)

    def close(self) -> None:
        """Close the port. May be called again."""
        if self._transport is not None:
            self._transport.close()
