"""An SNMP agent: whoever may ask gets an answer, whoever may not gets what the standard says, and all is noted.

pysnmp does the messages and their security. It is loaded when the first datagram comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from ..snmp.answer import Answer, Objects, Question, answer
from ..snmp.objects import Oid, Syntax, Value
from ..snmp.telling import asked_name, bindings_text, report_name, response_name
from ..trace import Kind
from . import snmp_words as words
from .snmp_messages import LARGEST
from .snmp_users import COMMUNITY, USERS, User
from .udp import Address

if TYPE_CHECKING:
    from .snmp_engine import Engine, Request

__all__ = ["Agent", "Port", "engine_id"]

#: Enterprise number of Net-SNMP, in whose playground our objects are, and "text follows" (RFC 3411, SnmpEngineID).
_ENGINE_ID = (0x8000_0000 | 8072).to_bytes(4, "big") + b"\x04"
_TEXT = 27


class Port(Protocol):
    """The socket of an agent, and what it notes in the trace."""

    def note_request(
        self, data: bytes, address: Address, name: str, text: str = "", kind: Kind = Kind.REQUEST
    ) -> int | None:
        """A datagram has come; its number in the trace."""

    def note_silence(self, text: str) -> None:
        """It gets no answer."""

    def answer(self, data: bytes, address: Address, name: str, text: str, reply_to: int | None) -> None:
        """Send an answer to it."""


def engine_id(name: str) -> bytes:
    """The engine ID of an agent, the same on each run: its name, or what stands for one that is too long."""
    text = name.encode("ascii", "replace")
    if len(text) > _TEXT:
        text = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_TEXT].encode()
    return _ENGINE_ID + text


_COMMUNITY = "UnknownCommunityName"

#: Why a request is not answered, by the names of pysnmp's error indications.
_REASONS = {
    _COMMUNITY: words.WRONG_COMMUNITY,
    "UnknownEngineID": words.DISCOVERED,
    "UnknownSecurityName": words.UNKNOWN_USER,
    "AuthenticationFailure": words.WRONG_KEY,
    "UnsupportedSecurityLevel": words.WRONG_LEVEL,
    "NotInTimeWindow": words.WRONG_TIME,
    "DecryptionError": words.WRONG_CIPHER,
    "NoSuchContext": words.NO_CONTEXT,
}

_NOTHING = Value(Syntax.NULL)


class _Datagram:
    """One that is being read, or waits for its answer."""

    __slots__ = ("address", "data", "noted", "number", "port")

    def __init__(self, port: Port, data: bytes, address: Address) -> None:
        self.port = port
        self.data = data
        self.address = address
        self.noted = False
        self.number: int | None = None

    def note(self, name: str, text: str = "", kind: Kind = Kind.REQUEST) -> None:
        if not self.noted:
            self.noted = True
            self.number = self.port.note_request(self.data, self.address, name, text, kind)


class Agent:
    """Answers datagrams from `objects`. `name` makes up its engine ID, `boots` counts its starts from 1.

    `users` may be changed by its owner at any time.
    """

    def __init__(
        self,
        objects: Objects,
        name: str,
        *,
        users: Sequence[User] = USERS,
        community: str = COMMUNITY,
        boots: int = 1,
        now: Callable[[], float],
    ) -> None:
        self._objects = objects
        self._name = name
        self._users = users
        self._community = community
        self._boots = boots
        self._now = now
        self._closed = False
        self._engine: Engine | None = None
        self._current: _Datagram | None = None
        # What the next datagram that goes out is called.
        self._saying = ("", "")
        #: Requests without an answer: wrong communities, and what was no request at all.
        self.ignored = 0

    def handle(self, port: Port, datagram: bytes, address: Address) -> None:
        """Answer a datagram from `port`, if it deserves an answer. Never raises."""
        if self._closed:
            return
        current = self._current = _Datagram(port, datagram, address)
        if len(datagram) > LARGEST:
            self.ignored += 1
            current.note(words.DATAGRAM, words.TOO_LARGE.format(most=LARGEST), Kind.EVENT)
            return
        if self._engine is None:
            from .snmp_engine import Engine

            users = {user.name: user for user in self._users}
            self._engine = Engine(engine_id(self._name), self._boots, self._now, self, users, self._community)
        self._engine.receive(datagram, address)
        if not current.noted:
            self.ignored += 1
            current.note(words.DATAGRAM, words.UNREADABLE, Kind.EVENT)

    # --- what the engine tells

    def asked(self, request: Request, question: Question, told: Callable[[Answer], None]) -> None:
        """A request that is allowed."""
        current = self._current
        assert current is not None
        secured = words.SECURED.format(user=request.user, level=request.level) if request.user else ""
        current.note(asked_name(question.operation, question.oids), secured)

        def say(found: Answer) -> None:
            if not self._closed:
                self._current = current
                self._saying = response_name(found.status), "" if found.status else bindings_text(found.bindings)
                told(found)

        answer(question, self._objects, say)

    def failed(self, request: Request, reason: str, report: Oid) -> None:
        """A request that gets no answer, or a report instead."""
        current = self._current
        assert current is not None
        if request.operation is None:
            name = words.REQUEST_OF.format(user=request.user) if request.user else words.REQUEST_OF_NOBODY
        else:
            name = asked_name(request.operation, request.oids)
        text = _REASONS.get(reason, words.UNREADABLE)
        current.note(name, text)
        if report:
            self._saying = report_name([(report, _NOTHING)]), text
        else:
            self.ignored += 1
            current.port.note_silence(words.NO_ANSWER if reason == _COMMUNITY else text)

    def send(self, data: bytes, address: Address) -> None:
        """Send an answer."""
        current = self._current
        if current is not None and not self._closed:
            current.note(words.DATAGRAM, words.UNREADABLE, Kind.EVENT)
            current.port.answer(data, address, *self._saying, current.number)

    def close(self) -> None:
        """Answer nothing any more. May be called again."""
        self._closed = True
        self._engine = self._current = None
