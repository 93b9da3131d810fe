"""The sessions of a master agent: one connection may carry several (RFC 2741, section 7.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..snmp.names import SYS_UP_TIME, TRAP_OID
from ..snmp.objects import Oid, Syntax, is_oid, is_sound
from .framer import Frame
from .pdu import (
    AddAgentCaps,
    Close,
    IndexAllocate,
    IndexDeallocate,
    Notify,
    Open,
    Pdu,
    Ping,
    Reason,
    Register,
    RemoveAgentCaps,
    Response,
    Status,
    Unregister,
)
from .registry import Registration
from .sending import Send, pack, reply

if TYPE_CHECKING:
    from .master import Master

__all__ = ["MISSED", "Peer", "Session"]

#: Requests in a row without an answer after which a session is over (README.agentx of Net-SNMP: three).
MISSED = 3

#: Requests that may wait for their turn in one session.
WAITING = 1_000

#: What one sub-agent may register, and how many numbers a range in the middle of a subtree may have.
MOST_REGISTERED = 2_000
WIDEST_RANGE = 1_000

#: Sessions on one connection.
MOST_SESSIONS = 100

#: Seconds a sub-agent gets for an answer, unless it has asked for another time. (RFC 2741 leaves it open; Net-SNMP's
#: agentXTimeout is 1.)
TIMEOUT = 1.0

Answered: TypeAlias = Callable[[Response | None], None]


class _Request(NamedTuple):
    pdu: Pdu
    transaction: int
    timeout: float
    answered: Answered


class Session:
    """One sub-agent, as its master agent knows it. One request at a time is on its way to it."""

    def __init__(self, peer: Peer, number: int, opened: Open, *, network: bool) -> None:
        self.number = number
        self.identifier = opened.identifier
        self.description = opened.description.decode("utf-8", "replace")
        self.is_open = True
        self.due: float | None = None
        self.capabilities: dict[Oid, bytes] = {}
        self._peer = peer
        # RFC 2741, 7.1.1: the byte order of the Open is that of all that the master agent sends.
        self._network = network
        self._timeout = opened.timeout or TIMEOUT
        self._queue: deque[_Request] = deque()
        self._current: _Request | None = None
        self._packet = 0
        self._missed = 0

    def ask(self, pdu: Pdu, transaction: int, timeout: int, answered: Answered) -> None:
        """Send a request when its turn comes; `answered` is called once, with None where no answer came."""
        if not self.is_open or len(self._queue) >= WAITING:
            return answered(None)
        self._queue.append(_Request(pdu, transaction, timeout or self._timeout, answered))
        self._next()

    def _next(self) -> None:
        if self._current is not None or not self._queue:
            return
        self._current = request = self._queue.popleft()
        self._packet += 1
        self.due = self._peer.master.now() + request.timeout
        self._peer.master.waits()
        self._transmit(request.pdu, request.transaction)

    def _transmit(self, pdu: Pdu, transaction: int = 0) -> None:
        self._peer.send(
            pack(pdu, session=self.number, transaction=transaction, packet=self._packet, network=self._network)
        )

    def answered(self, packet: int, response: Response | None) -> None:
        """An answer has come; one that cannot be read counts as none."""
        if self._current is not None and packet == self._packet:
            self._missed = 0
            self._done(response)

    def overdue(self) -> None:
        """No answer came in time."""
        self._missed += 1
        if self._missed >= MISSED:
            self.close(Reason.TIMEOUTS)
        else:
            self._done(None)

    def _done(self, response: Response | None) -> None:
        current, self._current, self.due = self._current, None, None
        assert current is not None
        current.answered(response)
        self._next()

    def close(self, reason: Reason) -> None:
        """Tell the sub-agent that the session is over."""
        self._packet += 1
        self._transmit(Close(reason=reason))
        self.end()

    def end(self) -> None:
        """It is over: its registrations go with it, and who waits for an answer gets none. May be called again."""
        self.is_open = False
        self._peer.forget(self)
        current, self._current, self.due = self._current, None, None
        waiting = [*([current] if current else ()), *self._queue]
        self._queue.clear()
        for request in waiting:
            request.answered(None)


class Peer:
    """A connection of a master agent, and the sessions that it carries."""

    def __init__(self, master: Master, send: Send) -> None:
        self.master = master
        self.send = send
        self.sessions: dict[int, Session] = {}

    def receive(self, frame: Frame) -> None:
        """A PDU has come (RFC 2741, sections 7.1 and 7.2.5)."""
        header, pdu = frame.header, frame.pdu
        session = self.sessions.get(header.session)
        if header.type == Response.TYPE:
            if session is not None:
                session.answered(header.packet, pdu if isinstance(pdu, Response) else None)
            return
        up_time = self.master.up_time()
        if pdu is None:
            answer = Response(up_time=up_time, error=Status.PARSE_ERROR)
        elif isinstance(pdu, Open):
            return self._opened(frame, pdu, up_time)
        elif session is None:
            answer = Response(up_time=up_time, error=Status.NOT_OPEN)
        else:
            answer = Response(up_time=up_time, error=self._carry_out(session, pdu))
        self.send(reply(frame, answer))
        if isinstance(pdu, Close) and session is not None:
            session.end()
        elif isinstance(pdu, Notify) and session is not None and not answer.error:
            self._notified(session, pdu)

    def _opened(self, frame: Frame, pdu: Open, up_time: int) -> None:
        if len(self.sessions) >= MOST_SESSIONS:
            return self.send(reply(frame, Response(up_time=up_time, error=Status.OPEN_FAILED)))
        number = self.master.new_session()
        session = Session(self, number, pdu, network=frame.header.network)
        self.sessions[number] = session
        opened = frame._replace(header=frame.header._replace(session=number))
        self.send(reply(opened, Response(up_time=up_time)))

    def _carry_out(self, session: Session, pdu: Pdu) -> Status:
        if getattr(pdu, "context", b""):
            return Status.UNSUPPORTED_CONTEXT
        if isinstance(pdu, Register | Unregister):
            return self._register(session, pdu)
        if isinstance(pdu, Notify):
            return Status.NO_ERROR if _trap_of(pdu) is not None and _can_be_told(pdu) else Status.PROCESSING_ERROR
        if isinstance(pdu, AddAgentCaps):
            if len(session.capabilities) >= MOST_REGISTERED:
                return Status.REQUEST_DENIED
            session.capabilities[pdu.identifier] = pdu.description
            return Status.NO_ERROR
        if isinstance(pdu, RemoveAgentCaps):
            known = session.capabilities.pop(pdu.identifier, None)
            return Status.UNKNOWN_AGENT_CAPS if known is None else Status.NO_ERROR
        if isinstance(pdu, IndexAllocate):
            # No table here is shared by several sub-agents.
            return Status.INDEX_NONE_AVAILABLE
        if isinstance(pdu, IndexDeallocate):
            return Status.INDEX_NOT_ALLOCATED
        # What only a sub-agent is asked.
        return Status.NO_ERROR if isinstance(pdu, Ping | Close) else Status.PROCESSING_ERROR

    def _register(self, session: Session, pdu: Register | Unregister) -> Status:
        place = pdu.range_subid
        if not pdu.subtree or place > len(pdu.subtree):
            return Status.PROCESSING_ERROR
        if place and not 0 <= pdu.upper_bound - pdu.subtree[place - 1] < (
            WIDEST_RANGE if place < len(pdu.subtree) else 2**32
        ):
            return Status.PROCESSING_ERROR
        timeout = pdu.timeout if isinstance(pdu, Register) else 0
        wanted: Registration[Session | None] = Registration(
            session, pdu.subtree, pdu.priority, place, pdu.upper_bound if place else 0, timeout
        )
        if isinstance(pdu, Unregister):
            return Status.NO_ERROR if self.master.registry.remove(wanted) else Status.UNKNOWN_REGISTRATION
        if len(self.master.registry) > MOST_REGISTERED or self.master.is_own(wanted):
            return Status.REQUEST_DENIED
        return Status.NO_ERROR if self.master.registry.add(wanted) else Status.DUPLICATE_REGISTRATION

    def _notified(self, session: Session, pdu: Notify) -> None:
        trap = _trap_of(pdu)
        assert trap is not None
        variables = [(one.name, one.value) for one in pdu.varbinds if one.name not in (SYS_UP_TIME, TRAP_OID)]
        self.master.notified(session, trap, variables)

    def forget(self, session: Session) -> None:
        """A session is over."""
        self.sessions.pop(session.number, None)
        self.master.registry.forget(session)

    def lost(self) -> None:
        """The connection is over, and every session on it. May be called again."""
        for session in list(self.sessions.values()):
            session.end()

    def close(self, reason: Reason = Reason.SHUTDOWN) -> None:
        """Tell every sub-agent on it that its session is over."""
        for session in list(self.sessions.values()):
            session.close(reason)


def _trap_of(pdu: Notify) -> Oid | None:
    """Which notification it is: snmpTrapOID.0 comes first, or after sysUpTime.0 (RFC 2741, sections 6.2.10, 7.1.10)."""
    varbinds = list(pdu.varbinds)
    if varbinds and varbinds[0].name == SYS_UP_TIME:
        del varbinds[0]
    if not varbinds or varbinds[0].name != TRAP_OID:
        return None
    syntax, value = varbinds[0].value
    return value if syntax is Syntax.OID and isinstance(value, tuple) else None


def _can_be_told(pdu: Notify) -> bool:
    """Whether SNMP has words for it: AgentX has numbers that SNMP has not."""
    return all(is_oid(one.name) and is_sound(one.value) for one in pdu.varbinds)
