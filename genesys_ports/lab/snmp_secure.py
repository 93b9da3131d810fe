"""Version 3, as whoever asks speaks it: pysnmp's engine over a socket of our own. Importing this loads pysnmp.

Sources: RFC 3412 (messages), RFC 3414 (the user-based security model), RFC 3826 (AES).
"""

# Modules of pysnmp have no types worth the name; what goes in and out of this module has.
# mypy: disable-error-code="misc,no-untyped-call,attr-defined,arg-type"

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram.udp import SNMP_UDP_DOMAIN, UdpAsyncioTransport
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.cmdgen import CommandGenerator
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.error import StatusInformation

from ..errors import InvalidValueError
from . import manager_words as words
from .snmp_messages import Packet, packet_of, pdu_of
from .snmp_types import AUTHENTICATION, PRIVACY
from .snmp_users import User

__all__ = ["Secure"]

#: What reading garbage raises.
_GARBAGE = (PyAsn1Error, PySnmpError, TypeError, ValueError, LookupError, AttributeError)

#: Bytes of the name of a user, and of a password (RFC 3414, sections 2.1 and 11.2).
LONGEST_NAME, SHORTEST_PASSWORD = 32, 8

#: Datagrams sent for one question: pysnmp asks again when the agent says who it is, or what time it is there. It would
#: answer, too, where a program outside asks back without end.
MOST_SENT = 4

#: What pysnmp calls the reports of RFC 3414, section 3.2, by the names that teach.
_REPORTS = {
    errind.UnknownUserName: "unknownUserName",
    errind.UnknownSecurityName: "unknownUserName",
    errind.WrongDigest: "wrongDigest",
    errind.AuthenticationFailure: "wrongDigest",
    errind.DecryptionError: "decryptionError",
    errind.UnsupportedSecurityLevel: "unsupportedSecLevel",
    errind.NotInTimeWindow: "notInTimeWindow",
    errind.UnknownEngineID: "unknownEngineID",
}

#: Where the engine believes its agent to be: what it sends goes out on a socket that knows better.
_NOWHERE = ("127.0.0.1", 161)


class _Dispatcher(AbstractTransportDispatcher):
    """Hands over what the engine sends. It has no timer: whoever asks knows when no answer comes any more."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        super().__init__()
        self._send = send

    def get_transport(self, domain: Any) -> Any:
        """Pysnmp asks for the kind of its addresses."""
        return UdpAsyncioTransport

    def send_message(self, message: Any, domain: Any, address: Any) -> None:
        self._send(bytes(message))


class Secure:
    """Asks one agent as one user. Say `ask`, and give what comes to `hear`. Raises `InvalidValueError`."""

    def __init__(self, user: User) -> None:
        self._engine = engine = SnmpEngine()
        self._generator = CommandGenerator()
        self._send: Callable[..., None] = _nowhere
        self._first = True
        self._sent = 0
        engine.register_transport_dispatcher(_Dispatcher(self._sends))
        if not 0 < len(user.name.encode("utf-8", "replace")) <= LONGEST_NAME or not user.name.isprintable():
            raise InvalidValueError(words.USER_NAME, user.name, [words.USER_NAMES.format(most=LONGEST_NAME)])
        level = "noAuthNoPriv"
        protocols: dict[str, Any] = {}
        if user.password:
            level = "authNoPriv"
            protocols = {"authProtocol": _known(AUTHENTICATION, words.AUTHENTICATION, user.authentication)}
            protocols["authKey"] = _password(user.password)
            if user.privacy_password:
                level = "authPriv"
                protocols["privProtocol"] = _known(PRIVACY, words.PRIVACY, user.privacy)
                protocols["privKey"] = _password(user.privacy_password)
        config.add_v3_user(engine, user.name, **protocols)
        config.add_target_parameters(engine, "user", user.name, level)
        config.add_target_address(engine, "agent", SNMP_UDP_DOMAIN, _NOWHERE, "user", retryCount=0)

    def _sends(self, data: bytes) -> None:
        self._sent += 1
        if self._sent <= MOST_SENT:
            self._send(data, first=self._first)
        self._first = False

    def ask(self, packet: Packet, send: Callable[..., None], answer: asyncio.Future[Packet]) -> None:
        """Begin to ask. `send` is called with each datagram, `first` for the one that only asks who the agent is."""
        self._send = send
        self._sent = 0

        def told(engine: Any, handle: Any, indication: Any, pdu: Any, context: Any) -> None:
            if answer.done():
                return
            if indication is not None:
                answer.set_result(Packet("report", (), status=_REPORTS.get(type(indication), str(indication))))
            else:
                answer.set_result(packet_of(pdu))

        try:
            self._generator.send_pdu(self._engine, "agent", None, "", pdu_of(packet), told, None)
        except StatusInformation as status:
            told(None, None, status["errorIndication"], None, None)

    def hear(self, data: bytes) -> None:
        """A datagram has come."""
        # Garbage goes wrong in many places of pysnmp; to whoever asks it is no answer.
        with contextlib.suppress(*_GARBAGE):
            self._engine.message_dispatcher.receive_message(self._engine, SNMP_UDP_DOMAIN, _NOWHERE, data)

    def close(self) -> None:
        """Let go of everything."""
        self._engine.unregister_transport_dispatcher()


def _known(protocols: dict[str, Any], what: str, name: str) -> Any:
    if name not in protocols:
        raise InvalidValueError(what, name, list(protocols))
    return protocols[name]


def _password(text: str) -> bytes:
    password = text.encode("utf-8", "replace")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidValueError(words.PASSWORD, text, [words.PASSWORDS.format(least=SHORTEST_PASSWORD)])
    return password


def _nowhere(data: bytes, *, first: bool) -> None:
    """Nobody asked yet."""
