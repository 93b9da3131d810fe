"""What a CSTA message is made of, as data: element by element, in the order in which they stand.

Services and events are those of ECMA-269 (CSTA III), their XML is that of ECMA-323, edition 4; sessions are those of
ECMA-354. The order and what is needed were compared with the ASN.1 of the same services (ECMA-285), and with what real
switches send. Not compared, because no source was at hand: `connectionListItem`, the name of an item of a list of
connections in XML. Elements that exist in the standard and carry nothing here are left out wherever nothing that we
write stands behind them: whatever we do not know is passed over when it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

__all__ = ["CSTA", "ERRORS", "LONGEST", "SESSION", "STRUCTURE", "Element", "Group", "Layout", "Need", "Text"]

#: The namespace we write: edition 4, which is what public traffic of switches shows most.
CSTA = "http://www.ecma-international.org/standards/ecma-323/csta/ed4"

#: The namespace of ECMA-354.
SESSION = "http://www.ecma-international.org/standards/ecma-354/appl_session"

#: Our limit for a piece of text; the standard leaves most of them open.
LONGEST = 256


class Need(StrEnum):
    """Whether an element has to be there."""

    NEEDED = "needed"
    #: We always write it. Real switches leave it out, so a message without it is read all the same.
    EXPECTED = "expected"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Text:
    """Text in an element, any text or one of some words; `empty` where the element itself says it all."""

    name: str
    values: tuple[str, ...] = ()
    empty: bool = False
    digits: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Elements in an element: all in their order, or exactly one of them."""

    name: str
    elements: tuple[Element, ...]
    choice: bool = False
    by_name: Mapping[str, Element] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.elements})


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name, what it holds, whether it is needed, and whether it may come more than once."""

    name: str
    of: Text | Group
    need: Need = Need.NEEDED
    many: bool = False


class Layout(NamedTuple):
    """A message: what it holds, its namespace, and where the standard describes it."""

    body: Group
    namespace: str
    source: str


def _maybe(name: str, of: Text | Group) -> Element:
    return Element(name, of, Need.OPTIONAL)


# --- simple types

_ANY_TEXT = Text("string")
_NUMBER = Text("number", digits=True)
_NOTHING = Text("empty", empty=True)
_DEVICE_ID = Text("DeviceID")

#: ECMA-269 6.1.3.
_STATE = Text("LocalConnectionState", ("null", "initiated", "alerting", "connected", "hold", "queued", "fail"))

#: More than a hundred words (ECMA-269 12.2.15); a switch may send any of them, so any is read.
_CAUSE = Text("EventCause")

#: ECMA-269 12.2.28.
_SYSTEM_STATUS = Text(
    "SystemStatus",
    (
        "disabled", "partiallyDisabled", "enabled", "initializing", "messagesLost", "normal", "overloadImminent",
        "overloadReached", "overloadRelieved",
    ),
)  # fmt: skip

#: The categories of ECMA-269 12.2.14, in the order of ECMA-285.
ERRORS = (
    "operation", "security", "stateIncompatibility", "systemResourceAvailability", "subscribedResourceAvailability",
    "performanceManagement", "privateData", "unspecified",
)  # fmt: skip

# --- types made of others

_CONNECTION = Group("ConnectionID", (Element("callID", _ANY_TEXT), _maybe("deviceID", _DEVICE_ID)))


def _device(name: str, *others: str) -> Group:
    alternatives = ("notKnown", *others)
    return Group(
        name, (_maybe("deviceIdentifier", _DEVICE_ID), *(_maybe(one, _NOTHING) for one in alternatives)), choice=True
    )


_SUBJECT = _device("SubjectDeviceID", "notRequired")
_CALLING = _device("CallingDeviceID", "notRequired")
_CALLED = _device("CalledDeviceID", "notRequired")
_ASSOCIATED = _device("AssociatedDeviceID", "notRequired")
_REDIRECTION = Group(
    "RedirectionDeviceID",
    (
        # Seen in real traffic as both; the standard's own XML says numberDialed.
        _maybe("numberDialed", _DEVICE_ID),
        _maybe("deviceIdentifier", _DEVICE_ID),
        _maybe("notKnown", _NOTHING),
        _maybe("notRequired", _NOTHING),
        _maybe("notSpecified", _NOTHING),
    ),
    choice=True,
)
_END_POINT = Group(
    "EndPoint",
    (_maybe("deviceID", _DEVICE_ID), _maybe("notKnown", _NOTHING), _maybe("restricted", _NOTHING)),
    choice=True,
)
_CONNECTIONS = Group(
    "ConnectionList",
    (
        Element(
            "connectionListItem",
            Group(
                "ConnectionListItem",
                (
                    _maybe("newConnection", _CONNECTION),
                    _maybe("oldConnection", _CONNECTION),
                    _maybe("endpoint", _END_POINT),
                ),
            ),
            many=True,
        ),
    ),
)
_MONITOR_OBJECT = Group(
    "CSTAObject", (_maybe("deviceObject", _DEVICE_ID), _maybe("callObject", _CONNECTION)), choice=True
)
_ERROR = Group(
    "UniversalFailure",
    # A switch may have errors of its own; `privateErrorCode` was seen in real traffic.
    tuple(_maybe(name, _ANY_TEXT) for name in (*ERRORS, "privateErrorCode")),
    choice=True,
)

# --- ECMA-354. The standard has more reasons than these; the two errors are those that public code names.

_SESSION_ERROR = Group("errorCode", (_maybe("definedError", _ANY_TEXT), _maybe("applError", _ANY_TEXT)), choice=True)
_END_REASON = Group(
    "sessionEndReason", (_maybe("definedEndReason", _ANY_TEXT), _maybe("appEndReason", _ANY_TEXT)), choice=True
)
_APPLICATION = Group("applicationInfo", (Element("applicationID", _ANY_TEXT),))
_VERSIONS = Group("requestedProtocolVersions", (Element("protocolVersion", _ANY_TEXT, many=True),))

# --- messages

_XREF = Element("monitorCrossRefID", _ANY_TEXT)
_LOCAL = _maybe("localConnectionInfo", _STATE)
_WHY = Element("cause", _CAUSE)
_LAST = Element("lastRedirectionDevice", _REDIRECTION)
_PARTIES = (Element("callingDevice", _CALLING), Element("calledDevice", _CALLED))
_OUTSIDE = (_maybe("associatedCallingDevice", _ASSOCIATED), _maybe("associatedCalledDevice", _ASSOCIATED))

_CALL_SERVICES = "ECMA-269 17.1"
_MONITORING = "ECMA-269, monitoring services"
_SYSTEM = "ECMA-269, system services"
_SESSIONS = "ECMA-354 4"


def _message(name: str, *elements: Element, source: str, namespace: str = CSTA) -> tuple[str, Layout]:
    return name, Layout(Group(name, elements), namespace, source)


def _event(name: str, *elements: Element, source: str) -> tuple[str, Layout]:
    return _message(name, _XREF, *elements, source=source)


def _session(name: str, *elements: Element) -> tuple[str, Layout]:
    return _message(name, *elements, source=_SESSIONS, namespace=SESSION)


#: Every message this room knows, by name.
STRUCTURE: Mapping[str, Layout] = dict(
    (
        _session(
            "StartApplicationSession",
            Element("applicationInfo", _APPLICATION),
            Element("requestedProtocolVersions", _VERSIONS),
            _maybe("requestedSessionDuration", _NUMBER),
        ),
        _session(
            "StartApplicationSessionPosResponse",
            Element("sessionID", _ANY_TEXT),
            Element("actualProtocolVersion", _ANY_TEXT),
            _maybe("actualSessionDuration", _NUMBER),
        ),
        _session("StartApplicationSessionNegResponse", Element("errorCode", _SESSION_ERROR)),
        _session("StopApplicationSession", Element("sessionID", _ANY_TEXT), Element("sessionEndReason", _END_REASON)),
        _session("StopApplicationSessionPosResponse"),
        _session(
            "ResetApplicationSessionTimer",
            Element("sessionID", _ANY_TEXT),
            _maybe("requestedSessionDuration", _NUMBER),
        ),
        _session("ResetApplicationSessionTimerPosResponse", _maybe("actualSessionDuration", _NUMBER)),
        _session("ResetApplicationSessionTimerNegResponse", Element("errorCode", _SESSION_ERROR, Need.EXPECTED)),
        _message("RequestSystemStatus", source=_SYSTEM),
        _message("RequestSystemStatusResponse", Element("systemStatus", _SYSTEM_STATUS, Need.EXPECTED), source=_SYSTEM),
        _message("SystemStatus", Element("systemStatus", _SYSTEM_STATUS, Need.EXPECTED), source=_SYSTEM),
        _message("SystemStatusResponse", source=_SYSTEM),
        _message(
            "MonitorStart",
            Element("monitorObject", _MONITOR_OBJECT),
            _maybe("monitorType", Text("MonitorType", ("call", "device"))),
            source=_MONITORING,
        ),
        _message("MonitorStartResponse", _XREF, source=_MONITORING),
        _message("MonitorStop", _XREF, source=_MONITORING),
        _message("MonitorStopResponse", source=_MONITORING),
        _message(
            "MakeCall",
            Element("callingDevice", _DEVICE_ID),
            Element("calledDirectoryNumber", _DEVICE_ID),
            _maybe("autoOriginate", Text("AutoOriginate", ("prompt", "doNotPrompt"))),
            source="ECMA-269 17.1.18",
        ),
        _message("MakeCallResponse", Element("callingDevice", _CONNECTION), source="ECMA-269 17.1.18"),
        _message("AnswerCall", Element("callToBeAnswered", _CONNECTION), source=_CALL_SERVICES),
        _message("AnswerCallResponse", source=_CALL_SERVICES),
        _message("ClearConnection", Element("connectionToBeCleared", _CONNECTION), source=_CALL_SERVICES),
        _message("ClearConnectionResponse", source=_CALL_SERVICES),
        _message("HoldCall", Element("callToBeHeld", _CONNECTION), source=_CALL_SERVICES),
        _message("HoldCallResponse", source=_CALL_SERVICES),
        _message("RetrieveCall", Element("callToBeRetrieved", _CONNECTION), source=_CALL_SERVICES),
        _message("RetrieveCallResponse", source=_CALL_SERVICES),
        _message(
            "SingleStepTransferCall",
            Element("activeCall", _CONNECTION),
            Element("transferredTo", _DEVICE_ID),
            source=_CALL_SERVICES,
        ),
        _message("SingleStepTransferCallResponse", Element("transferredCall", _CONNECTION), source=_CALL_SERVICES),
        ("CSTAErrorCode", Layout(_ERROR, CSTA, "ECMA-269 12.2.14")),
        _event(
            "ConnectionClearedEvent",
            Element("droppedConnection", _CONNECTION),
            Element("releasingDevice", _SUBJECT),
            _LOCAL,
            _WHY,
            source="ECMA-269 17.2.4",
        ),
        _event(
            "DeliveredEvent",
            Element("connection", _CONNECTION),
            Element("alertingDevice", _SUBJECT),
            *_PARTIES,
            _LAST,
            _LOCAL,
            _WHY,
            *_OUTSIDE,
            source="ECMA-269 17.2.5",
        ),
        _event(
            "EstablishedEvent",
            Element("establishedConnection", _CONNECTION),
            Element("answeringDevice", _SUBJECT),
            *_PARTIES,
            _LAST,
            _LOCAL,
            _WHY,
            *_OUTSIDE,
            source="ECMA-269 17.2.8",
        ),
        _event(
            "FailedEvent",
            Element("failedConnection", _CONNECTION),
            Element("failingDevice", _SUBJECT),
            *_PARTIES,
            _LAST,
            _LOCAL,
            _WHY,
            *_OUTSIDE,
            source="ECMA-269 17.2.9",
        ),
        _event(
            "HeldEvent",
            Element("heldConnection", _CONNECTION),
            Element("holdingDevice", _SUBJECT),
            _LOCAL,
            _WHY,
            source="ECMA-269 17.2.10",
        ),
        _event(
            "NetworkReachedEvent",
            Element("outboundConnection", _CONNECTION),
            Element("networkInterfaceUsed", _SUBJECT),
            *_PARTIES,
            _LAST,
            _LOCAL,
            _WHY,
            source="ECMA-269 17.2.12",
        ),
        _event(
            "OriginatedEvent",
            Element("originatedConnection", _CONNECTION),
            Element("callingDevice", _SUBJECT),
            Element("calledDevice", _CALLED),
            _LOCAL,
            _WHY,
            *_OUTSIDE,
            source="ECMA-269 17.2.14",
        ),
        _event(
            "RetrievedEvent",
            Element("retrievedConnection", _CONNECTION),
            Element("retrievingDevice", _SUBJECT),
            _LOCAL,
            _WHY,
            source="ECMA-269 17.2.16",
        ),
        _event(
            "TransferredEvent",
            Element("primaryOldCall", _CONNECTION),
            Element("transferringDevice", _SUBJECT),
            Element("transferredToDevice", _SUBJECT),
            Element("transferredConnections", _CONNECTIONS),
            _LOCAL,
            _WHY,
            source="ECMA-269 17.2.18",
        ),
        _event("BackInServiceEvent", Element("device", _SUBJECT), _maybe("cause", _CAUSE), source="ECMA-269 23.1.1"),
        _event("OutOfServiceEvent", Element("device", _SUBJECT), _maybe("cause", _CAUSE), source="ECMA-269 23.1"),
    )
)
