"""pysnmp's engine, as one agent needs it: bytes in, questions out, and back. Importing this loads pysnmp.

pysnmp brings what the standards ask of messages: their encoding, the processing models of versions 1, 2c and 3
(RFC 3412, RFC 3584), and the user-based security model (RFC 3414).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol

from pysnmp.carrier.asyncio.dgram.udp import SNMP_UDP_DOMAIN
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity.engine import SnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.proto import errind, rfc1905
from pysnmp.proto.api import v1, v2c
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.mpmod.rfc2576 import SnmpV1MessageProcessingModel, SnmpV2cMessageProcessingModel
from pysnmp.proto.mpmod.rfc3412 import SnmpV3MessageProcessingModel
from pysnmp.proto.rfc3412 import MsgAndPduDispatcher

from ..snmp.answer import Answer, Operation, Question
from ..snmp.objects import Oid, Syntax, Value, is_oid
from .snmp_messages import LARGEST
from .snmp_security import Community1, Community2, Users
from .snmp_types import SYNTAXES
from .snmp_users import User
from .snmp_variables import Variables

__all__ = ["Engine", "Request"]

#: Bytes of a message around its bindings: version, community or user, and what secures it.
AROUND = 256

#: After so many datagrams pysnmp's models are made anew: they remember whatever they could not read.
RENEWED = 500

#: Answers that may be waited for; further questions get none.
PENDING = 200

#: Security levels (RFC 3411, section 5).
LEVELS = {1: "noAuthNoPriv", 2: "authNoPriv", 3: "authPriv"}

_IN_PLACE = {
    Syntax.NULL: v2c.null,
    Syntax.NO_SUCH_OBJECT: rfc1905.noSuchObject,
    Syntax.NO_SUCH_INSTANCE: rfc1905.noSuchInstance,
    Syntax.END_OF_VIEW: rfc1905.endOfMibView,
}
#: Version 1 has types of its own for the same tags.
_SYNTAXES_1 = {
    Syntax.INTEGER: v1.Integer,
    Syntax.STRING: v1.OctetString,
    Syntax.OID: v1.ObjectIdentifier,
    Syntax.ADDRESS: v1.IpAddress,
    Syntax.COUNTER: v1.Counter,
    Syntax.GAUGE: v1.Gauge,
    Syntax.TICKS: v1.TimeTicks,
    Syntax.OPAQUE: v1.Opaque,
}
_OPERATIONS = {
    rfc1905.GetRequestPDU.tagSet: Operation.GET,
    rfc1905.GetNextRequestPDU.tagSet: Operation.NEXT,
    rfc1905.GetBulkRequestPDU.tagSet: Operation.BULK,
    rfc1905.SetRequestPDU.tagSet: Operation.SET,
}


class Request(NamedTuple):
    """A request, as far as it could be read. `user` and `level` belong to version 3."""

    operation: Operation | None = None
    oids: tuple[Oid, ...] = ()
    user: str = ""
    level: str = ""


class Responder(Protocol):
    """Whom an engine serves, while it reads one datagram."""

    def asked(self, request: Request, question: Question, told: Callable[[Answer], None]) -> None:
        """A request that is allowed; `told` may be called at once, or later."""

    def failed(self, request: Request, reason: str, report: Oid) -> None:
        """A request that is not answered: `reason` is a name of pysnmp's, `report` is told instead, if it is not ()."""

    def send(self, data: bytes, address: Any) -> None:
        """Send this."""


class _Transport(AbstractTransportDispatcher):  # type: ignore[misc] # pysnmp's classes have no types worth the name
    """Where pysnmp leaves what is to be sent."""

    def __init__(self, send: Callable[[bytes, Any], None]) -> None:
        super().__init__()
        self._send = send

    def send_message(self, message: Any, domain: Any, address: Any) -> None:
        self._send(bytes(message), address)


class _Dispatcher(MsgAndPduDispatcher):  # type: ignore[misc]
    """Hands messages of versions 1 and 2c on at once. pysnmp reads the version of each by decoding it twice."""

    def receive_message(self, engine: Any, domain: Any, address: Any, message: bytes) -> None:
        model = engine.message_processing_subsystems.get(_version(message))
        if model is None:
            super().receive_message(engine, domain, address, message)
            return
        told = model.prepare_data_elements(engine, domain, address, message)
        # The rest as RFC 3412, section 4.2.2, has it; these versions know no reports.
        if told[9] is None and (process := self.get_registered_app(told[4], told[8])):
            process(engine, *told[:8], told[10], told[12])


def _version(message: bytes) -> int | None:
    """Version 1 or 2c, as a message has it: 0 or 1."""
    # A sequence with its length in one byte or more, then the version as an integer of one byte (X.690).
    at = 2 + (message[1] & 0x7F if message[1] & 0x80 else 0)
    return message[at + 2] if message[at : at + 2] == b"\x02\x01" and message[at + 2] in (0, 1) else None


class Engine:
    """One agent's engine. Give it each datagram that comes."""

    def __init__(
        self,
        engine_id: bytes,
        boots: int,
        now: Callable[[], float],
        responder: Responder,
        users: Mapping[str, User],
        community: str,
    ) -> None:
        self.variables = Variables(engine_id, boots, now)
        self._engine_id = engine_id
        self._responder = responder
        self._users = users
        self._community = community
        self._read = 0
        self._pending = 0
        self._engine = SnmpEngine(maxMessageSize=LARGEST, msgAndPduDsp=_Dispatcher(self.variables))
        self._engine.register_transport_dispatcher(_Transport(responder.send))
        dispatcher = self._engine.message_dispatcher
        dispatcher.register_context_engine_id(self._engine.snmpEngineID, tuple(_OPERATIONS), self._asked)
        self._renew()

    def _renew(self) -> None:
        self._read = self._pending = 0
        self._engine.message_processing_subsystems = {
            0: SnmpV1MessageProcessingModel(),
            1: SnmpV2cMessageProcessingModel(),
            3: SnmpV3MessageProcessingModel(),
        }
        self._engine.security_models = {
            1: Community1(self._community, self._engine_id, self._failed),
            2: Community2(self._community, self._engine_id, self._failed),
            3: Users(self._users, self._engine_id, self._failed),
        }

    def receive(self, data: bytes, address: Any) -> None:
        """Read a datagram. Never raises: what strangers send may break whatever it likes in there."""
        self._read += 1
        if self._read >= RENEWED and (not self._pending or self._read >= 10 * RENEWED):
            self._renew()
        with contextlib.suppress(Exception):
            self._engine.message_dispatcher.receive_message(self._engine, SNMP_UDP_DOMAIN, address, data)

    def _failed(self, error: StatusInformation, user: str, pdu: Any) -> None:
        operation, oids = (None, ()) if pdu is None else (_OPERATIONS.get(pdu.tagSet), _oids(v2c, pdu))
        reason = error.get("errorIndication")
        self._responder.failed(
            Request(operation, oids, user), type(reason).__name__, tuple(error["oid"]) if "oid" in error else ()
        )

    def _asked(
        self, engine: Any, model: Any, security: Any, name: Any, level: Any, context_engine: Any, context: Any,
        version: Any, pdu: Any, room: Any, reference: Any,
    ) -> None:  # fmt: skip
        """A request, in pysnmp's words."""
        module = v1 if int(model) == 0 else v2c
        operation = _OPERATIONS[pdu.tagSet]
        oids = _oids(module, pdu)
        once = again = 0
        if operation is Operation.BULK:
            once, again = int(v2c.apiBulkPDU.get_non_repeaters(pdu)), int(v2c.apiBulkPDU.get_max_repetitions(pdu))
        is_v3 = int(model) == 3
        user, level_name = (bytes(name).decode("utf-8", "replace"), LEVELS[int(level)]) if is_v3 else ("", "")
        request = Request(operation, oids, user, level_name)

        def respond(answer: Answer | None) -> None:
            response, status = None, {}
            if answer is None:
                unknown = self.variables.import_symbols("", "snmpUnknownContexts")[0]
                unknown.syntax += 1
                status = {"errorIndication": errind.noSuchContext, "oid": unknown.name, "val": unknown.syntax}
            else:
                response = _response(module, pdu, answer)
            with contextlib.suppress(PySnmpError):
                engine.message_dispatcher.return_response_pdu(
                    engine, model, security, name, level, context_engine, context, version,
                    response, room, reference, status,
                )  # fmt: skip

        if is_v3 and bytes(context):
            self._responder.failed(request, "NoSuchContext", self._context_report)
            respond(None)
            return
        if self._pending >= PENDING:
            return
        self._pending += 1
        question = Question(operation, oids, min(int(room), LARGEST) - AROUND, once, again, module is v1)
        self._responder.asked(request, question, partial(self._told, self._engine.security_models, respond))

    @property
    def _context_report(self) -> Oid:
        return self.variables.import_symbols("", "snmpUnknownContexts")[0].name

    def _told(self, models: Any, respond: Callable[[Answer], None], answer: Answer) -> None:
        if models is self._engine.security_models:
            # Otherwise nobody remembers the question.
            self._pending -= 1
            respond(answer)


def _oids(module: Any, pdu: Any) -> tuple[Oid, ...]:
    """The objects that a request names. Raises `ValueError`: a name out of bounds is no name, and this no request."""
    oids = tuple(tuple(oid) for oid, _ in module.apiPDU.get_varbinds(pdu))
    if not all(map(is_oid, oids)):
        raise ValueError
    return oids


def _response(module: Any, pdu: Any, answer: Answer) -> Any:
    # What is told is written down before the next one begins, so one PDU does for all that are no errors; making one
    # takes longer than all we do.
    if answer.status:
        response = module.apiPDU.get_response(pdu)
        module.apiPDU.set_error_status(response, int(answer.status))
        module.apiPDU.set_error_index(response, answer.index)
    else:
        response = _RESPONSES[module]
        response[0] = pdu[0]
    syntaxes = _SYNTAXES_1 if module is v1 else SYNTAXES
    module.apiPDU.set_varbinds(response, [(oid, _to_wire(value, syntaxes)) for oid, value in answer.bindings])
    return response


def _blank(module: Any) -> Any:
    pdu = module.GetResponsePDU()
    module.apiPDU.set_defaults(pdu)
    return pdu


_RESPONSES = {module: _blank(module) for module in (v1, v2c)}


def _to_wire(value: Value, syntaxes: Mapping[Syntax, Any]) -> Any:
    kind = syntaxes.get(value.syntax)
    return _IN_PLACE[value.syntax] if kind is None else kind(value.value)
