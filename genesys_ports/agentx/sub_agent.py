"""A sub-agent's end of AgentX: it opens a session, registers its subtrees, and answers for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from ..errors import AgentXError
from ..snmp.names import TRAP_OID, name_of
from ..snmp.objects import END_OF_VIEW, NO_SUCH_OBJECT, Oid, Syntax, Value
from . import words
from .encoding import SearchRange, VarBind
from .framer import Frame
from .pdu import (
    CleanupSet,
    Close,
    CommitSet,
    Get,
    GetBulk,
    GetNext,
    Notify,
    Open,
    Pdu,
    Ping,
    Reason,
    Register,
    Response,
    Status,
    TestSet,
    UndoSet,
)  # fmt: skip
from .search import Objects, first_in
from .sending import Send, pack, reply
from .states import SESSION, Action, Event, State
from .summary import reason_text, status_text

__all__ = ["MOST_ANSWERED", "SubAgent"]

#: Variable bindings of one answer to a GetBulk; RFC 2741, 7.2.3.3, lets an agent stop early.
MOST_ANSWERED = 1_000


class SubAgent:
    """One session, from `begin` to `stop` or to the end of its connection.

    It answers for `registrations` from `objects`. `told` is called once when all are registered (`state` is open then),
    and once when the session is over by no will of its own; `error` says why, where the master agent has said so.
    """

    def __init__(
        self,
        objects: Objects,
        registrations: Sequence[Register],
        *,
        description: str,
        send: Send,
        told: Callable[[], None],
        identifier: Oid = (),
    ) -> None:
        self.state: State | None = None
        self.error: AgentXError | None = None
        self.session = 0
        self._objects = objects
        self._registrations = tuple(registrations)
        self._description = description
        self._identifier = identifier
        self._send = send
        self._told = told
        self._packet = 0
        self._registered = 0
        # Requests that wait for an answer, by their packet, and what to do with it.
        self._waiting: dict[int, Callable[[Response, int], None]] = {}
        self._reason = Reason.SHUTDOWN

    # --- the session

    def begin(self) -> None:
        """The connection stands: ask for a session."""
        self._happen(Event.BEGIN)

    def stop(self) -> None:
        """Say good-bye. May be called again."""
        self._happen(Event.STOP)

    def lost(self) -> None:
        """The connection is over."""
        self._happen(Event.LOST)

    def ping(self, answered: Callable[[bool], None]) -> None:
        """Ask whether the master agent is there and still knows the session."""
        self._ask(Ping(), lambda response, session: answered(not response.error))

    def notify(
        self, trap: Oid, variables: Sequence[tuple[Oid, Value]], answered: Callable[[Status | int], None] | None = None
    ) -> bool:
        """Let the master agent send a notification, such as gsServerDownTrap; False while there is no session."""
        if self.state is not State.OPEN:
            return False
        varbinds = (
            VarBind(TRAP_OID, Value(Syntax.OID, trap)),
            *(VarBind(name, value) for name, value in variables),
        )
        self._ask(Notify(varbinds=varbinds), lambda response, session: answered and answered(response.error))
        return True

    def _happen(self, event: Event) -> None:
        found = SESSION.rows.get((self.state, event))
        if found is None:
            return
        self.state, actions = found
        if self.state is State.CLOSED:
            self._waiting.clear()
        for action in actions:
            self._ACTIONS[action](self)

    def _open(self) -> None:
        pdu = Open(identifier=self._identifier, description=self._description.encode("utf-8", "replace"))
        self._ask(pdu, self._opened)

    def _opened(self, response: Response, session: int) -> None:
        if response.error:
            self.error = _refusal(words.REFUSED_OPEN.format(status=status_text(response.error)), response)
            return self._happen(Event.REFUSED)
        self.session = session
        self._happen(Event.ACCEPTED)

    def _register(self) -> None:
        if self._registered == len(self._registrations):
            return self._happen(Event.REGISTERED)
        self._ask(self._registrations[self._registered], self._answered_registration)

    def _answered_registration(self, response: Response, session: int) -> None:
        if response.error:
            subtree = name_of(self._registrations[self._registered].subtree)
            status = status_text(response.error)
            self.error = _refusal(words.REFUSED_SUBTREE.format(subtree=subtree, status=status), response)
            self._reason = Reason.OTHER
            return self._happen(Event.REFUSED)
        self._registered += 1
        self._happen(Event.ACCEPTED)

    def _close(self) -> None:
        self._ask(Close(reason=self._reason), lambda response, session: None)

    def _tell(self) -> None:
        self._told()

    _ACTIONS: ClassVar = {Action.OPEN: _open, Action.REGISTER: _register, Action.CLOSE: _close, Action.TELL: _tell}

    def _ask(self, pdu: Pdu, answered: Callable[[Response, int], None]) -> None:
        self._packet += 1
        self._waiting[self._packet] = answered
        self._send(pack(pdu, session=self.session, packet=self._packet))

    # --- what the master agent sends

    def receive(self, frame: Frame) -> None:
        """A PDU has come (RFC 2741, section 7.2.2)."""
        pdu, header = frame.pdu, frame.header
        if isinstance(pdu, Response):
            answered = self._waiting.pop(header.packet, None)
            if answered is not None:
                answered(pdu, header.session)
        elif header.type == Response.TYPE:
            pass  # Cannot be read: dropped in silence.
        elif isinstance(pdu, Close):
            if header.session == self.session:
                self.error = AgentXError(words.CLOSED.format(reason=reason_text(pdu.reason)), "notOpen")
                self._happen(Event.CLOSED)
        elif not isinstance(pdu, CleanupSet):
            self._send(reply(frame, self._answer(pdu, header.session)))

    def _answer(self, pdu: Pdu | None, session: int) -> Response:
        if pdu is None:
            return Response(error=Status.PARSE_ERROR)
        if self.state not in (State.OPEN, State.REGISTERING) or session != self.session:
            return Response(error=Status.NOT_OPEN)
        if isinstance(pdu, GetNext):
            return Response(varbinds=tuple(self._next(one, pdu.context) for one in pdu.ranges))
        if isinstance(pdu, Get):
            return Response(varbinds=tuple(VarBind(one.start, self._look(one, pdu.context)) for one in pdu.ranges))
        if isinstance(pdu, GetBulk):
            return Response(varbinds=self._bulk(pdu))
        if isinstance(pdu, TestSet):
            # Everything here may be read and nothing changed.
            return Response(error=Status.NOT_WRITABLE, index=1) if pdu.varbinds else Response()
        if isinstance(pdu, CommitSet):
            return Response(error=Status.COMMIT_FAILED)
        if isinstance(pdu, UndoSet):
            return Response(error=Status.UNDO_FAILED)
        # What only a master agent is asked.
        return Response(error=Status.PROCESSING_ERROR)

    def _look(self, wanted: SearchRange, context: bytes) -> Value:
        return NO_SUCH_OBJECT if context else self._objects.look(wanted.start)

    def _next(self, wanted: SearchRange, context: bytes) -> VarBind:
        found = None if context else first_in(self._objects, wanted)
        return VarBind(wanted.start, END_OF_VIEW) if found is None else VarBind(*found)

    def _bulk(self, pdu: GetBulk) -> tuple[VarBind, ...]:
        """Section 7.2.3.3: some once, the others again and again, each time from where the last one was."""
        once, again = pdu.ranges[: pdu.non_repeaters], list(pdu.ranges[pdu.non_repeaters :])
        found = [self._next(one, pdu.context) for one in once]
        for _ in range(pdu.max_repetitions):
            if not again or len(found) + len(again) > MOST_ANSWERED:
                break
            row = [self._next(one, pdu.context) for one in again]
            found += row
            if not any(one.value.is_there for one in row):
                break
            again = [SearchRange(one.name, before.end) for one, before in zip(row, again, strict=True)]
        return tuple(found)


def _refusal(problem: str, response: Response) -> AgentXError:
    return AgentXError(problem, status_text(response.error))
