"""One end of an AgentX connection: real AgentX over TCP, and its lines in the trace.

What is said, a `SubAgent` or a `Master` knows; this is what they send through and hear from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..agentx.framer import Frame, Framer
from ..agentx.pdu import CleanupSet, Close, Pdu, Response
from ..agentx.sending import Sent
from ..agentx.summary import text_of_pdu
from ..errors import AgentXError
from ..trace import Kind
from . import agentx_words as words
from .agentx_ports import AGENTX
from .stream import Route, Stream, remember

if TYPE_CHECKING:
    from ..model import Connection
    from .application import RunningApplication

__all__ = ["AgentXStream"]

#: PDUs that cannot be read which a program from outside may send before it is shown the door.
MISTAKES = 20


class AgentXStream(Stream):
    """One end of a connection to an AgentX port.

    `on_begun` is called when the connection stands, `on_frame` with each PDU; `on_garbage` when what comes cannot be
    followed any more, before the connection is closed.
    """

    protocol = AGENTX

    def __init__(
        self,
        owner: RunningApplication,
        route: Route,
        on_gone: Callable[[AgentXStream], None],
        connection: Connection | None = None,
    ) -> None:
        super().__init__(owner, route, on_gone, connection)
        self.on_begun: Callable[[], None] = lambda: None
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self.on_garbage: Callable[[], None] = lambda: None
        self._framer = Framer()
        self._mistakes = 0
        # The numbers in the trace of requests that wait for an answer, by packet: own ones, and those from outside.
        self._asked: dict[int, int] = {}
        self._heard: dict[int, int] = {}

    def begun(self) -> None:
        """The connection stands; the client speaks first."""
        if self.is_client:
            self.record(Kind.CONNECT, "connect")
        self.on_begun()

    def heard(self, data: bytes) -> None:
        """Hand over what has come; hang up on whoever speaks something else."""
        for frame in self._framer.feed(data):
            if not self.is_open:
                return
            if self.partner is None:
                self._note_outsider(frame)
            self._mistakes += frame.pdu is None
            self.on_frame(frame)
        if self._mistakes > MISTAKES or (self._framer.error is not None and not self.closing):
            if self.partner is None and self._framer.error is not None:
                self._note_garbage(self._framer.error, self._framer.rest)
            self.on_garbage()
            self.close()

    def send(self, sent: Sent) -> None:
        """Send a PDU, and note it."""
        if not self.is_open:
            return
        header, pdu, raw = sent
        if isinstance(pdu, Response):
            waiting = self._heard if self.partner is None else self.partner._asked
            reply_to = waiting.pop(header.packet, None)
            self.record(Kind.RESPONSE, pdu.name, text=text_of_pdu(pdu), payload=raw, reply_to=reply_to)
        else:
            number = self.record(self._kind(pdu), pdu.name, text=text_of_pdu(pdu), payload=raw).number
            remember(self._asked, header.packet, number)
        self.write(raw)

    def _kind(self, pdu: Pdu) -> Kind:
        # A master agent's good-bye wants no answer.
        wants_none = isinstance(pdu, CleanupSet) or (isinstance(pdu, Close) and not self.is_client)
        return Kind.EVENT if wants_none else Kind.REQUEST

    def _note_outsider(self, frame: Frame) -> None:
        header, pdu, raw, error = frame
        if header.type == Response.TYPE:
            text = text_of_pdu(pdu) if pdu is not None else ""
            reply_to = self._asked.pop(header.packet, None)
            self.record(Kind.RESPONSE, Response.__name__, text=text, payload=raw, reply_to=reply_to, back=True)
        elif pdu is not None:
            number = self.record(Kind.REQUEST, pdu.name, text=text_of_pdu(pdu), payload=raw, back=True).number
            remember(self._heard, header.packet, number)
        else:
            remember(self._heard, header.packet, self._note_garbage(error, raw))

    def _note_garbage(self, error: AgentXError | None, raw: bytes) -> int:
        text = error.problem if error is not None else ""
        return self.record(Kind.REQUEST, words.UNREADABLE, text=text, payload=raw, back=True).number
