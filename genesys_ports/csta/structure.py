"""What a CSTA message is made of, as data: element by element, in the order in which they stand.

Services and events are those of ECMA-269 (CSTA III), their XML is that of ECMA-323, edition 4; sessions are those of
ECMA-354. The order and what is needed were compared with the ASN.1 of the same services (ECMA-285), and with what real
switches and phones send; the schema files of ECMA-323 themselves were not at hand. Elements that exist in the standard
and carry nothing here are left out wherever nothing that we write stands behind them: whatever we do not know is passed
over when it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..switch import ConnectionState
from .elements import Element, Group, Need, Text, maybe

__all__ = ["CSTA", "ERRORS", "SESSION", "SPELLINGS", "STRUCTURE", "TRANSFERRED", "Layout"]

#: The namespace we write: edition 4, which is what public traffic of switches shows most.
CSTA = "http://www.ecma-international.org/standards/ecma-323/csta/ed4"

#: The namespace of ECMA-354.
SESSION = "http://www.ecma-international.org/standards/ecma-354/appl_session"

#: ECMA-269 calls the event Transferred; the XML of ECMA-323 spells it with one r, and so does what is made from its
#: schema (Avaya's DMCC: ch.ecma.csta.binding.TransferedEvent; phones with uaCSTA of edition 5).
TRANSFERRED = "TransferedEvent"

#: Other spellings of messages, which some switches send: they are read, and never written.
SPELLINGS = {"TransferredEvent": TRANSFERRED}


class Layout(NamedTuple):
    """A message: what it holds, its namespace, and where the standard describes it."""

    body: Group
    namespace: str
    source: str


# --- simple types

_ANY_TEXT = Text("string")
_NUMBER = Text("number", digits=True)
_NOTHING = Text("empty", empty=True)
_DEVICE_ID = Text("DeviceID")

#: ECMA-269 6.1.3.
_STATE = Text("LocalConnectionState", tuple(map(str, ConnectionState)))

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

_CONNECTION = Group("ConnectionID", (Element("callID", _ANY_TEXT), maybe("deviceID", _DEVICE_ID)))


def _device(name: str, *others: str) -> Group:
    alternatives = ("notKnown", *others)
    return Group(
        name, (maybe("deviceIdentifier", _DEVICE_ID), *(maybe(one, _NOTHING) for one in alternatives)), choice=True
    )


_SUBJECT = _device("SubjectDeviceID", "notRequired")
_CALLING = _device("CallingDeviceID", "notRequired")
_CALLED = _device("CalledDeviceID", "notRequired")
_ASSOCIATED = _device("AssociatedDeviceID", "notRequired")
_REDIRECTION = Group(
    "RedirectionDeviceID",
    (
        # Seen in real traffic as both; the standard's own XML says numberDialed.
        maybe("numberDialed", _DEVICE_ID),
        maybe("deviceIdentifier", _DEVICE_ID),
        maybe("notKnown", _NOTHING),
        maybe("notRequired", _NOTHING),
        maybe("notSpecified", _NOTHING),
    ),
    choice=True,
)
_END_POINT = Group(
    "EndPoint",
    (maybe("deviceID", _DEVICE_ID), maybe("notKnown", _NOTHING), maybe("restricted", _NOTHING)),
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
                    maybe("newConnection", _CONNECTION),
                    maybe("oldConnection", _CONNECTION),
                    maybe("endpoint", _END_POINT),
                ),
            ),
            many=True,
        ),
    ),
)
_MONITOR_OBJECT = Group(
    "CSTAObject", (maybe("deviceObject", _DEVICE_ID), maybe("callObject", _CONNECTION)), choice=True
)
_ERROR = Group(
    "UniversalFailure",
    # A switch may have errors of its own; `privateErrorCode` was seen in real traffic.
    tuple(maybe(name, _ANY_TEXT) for name in (*ERRORS, "privateErrorCode")),
    choice=True,
)

# --- ECMA-354. The standard has more reasons than these; the two errors are those that public code names.

_SESSION_ERROR = Group("errorCode", (maybe("definedError", _ANY_TEXT), maybe("applError", _ANY_TEXT)), choice=True)
_END_REASON = Group(
    "sessionEndReason", (maybe("definedEndReason", _ANY_TEXT), maybe("appEndReason", _ANY_TEXT)), choice=True
)
_APPLICATION = Group("applicationInfo", (Element("applicationID", _ANY_TEXT),))
_VERSIONS = Group("requestedProtocolVersions", (Element("protocolVersion", _ANY_TEXT, many=True),))

# --- messages

_XREF = Element("monitorCrossRefID", _ANY_TEXT)
_LOCAL = maybe("localConnectionInfo", _STATE)
_WHY = Element("cause", _CAUSE)
_LAST = Element("lastRedirectionDevice", _REDIRECTION)
_PARTIES = (Element("callingDevice", _CALLING), Element("calledDevice", _CALLED))
_OUTSIDE = (maybe("associatedCallingDevice", _ASSOCIATED), maybe("associatedCalledDevice", _ASSOCIATED))

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
            maybe("requestedSessionDuration", _NUMBER),
        ),
        _session(
            "StartApplicationSessionPosResponse",
            Element("sessionID", _ANY_TEXT),
            Element("actualProtocolVersion", _ANY_TEXT),
            maybe("actualSessionDuration", _NUMBER),
        ),
        _session("StartApplicationSessionNegResponse", Element("errorCode", _SESSION_ERROR)),
        _session("StopApplicationSession", Element("sessionID", _ANY_TEXT), Element("sessionEndReason", _END_REASON)),
        _session("StopApplicationSessionPosResponse"),
        _session(
            "ResetApplicationSessionTimer",
            Element("sessionID", _ANY_TEXT),
            maybe("requestedSessionDuration", _NUMBER),
        ),
        _session("ResetApplicationSessionTimerPosResponse", maybe("actualSessionDuration", _NUMBER)),
        _session("ResetApplicationSessionTimerNegResponse", Element("errorCode", _SESSION_ERROR, Need.EXPECTED)),
        _message("RequestSystemStatus", source=_SYSTEM),
        _message("RequestSystemStatusResponse", Element("systemStatus", _SYSTEM_STATUS, Need.EXPECTED), source=_SYSTEM),
        _message("SystemStatus", Element("systemStatus", _SYSTEM_STATUS, Need.EXPECTED), source=_SYSTEM),
        _message("SystemStatusResponse", source=_SYSTEM),
        _message(
            "MonitorStart",
            Element("monitorObject", _MONITOR_OBJECT),
            maybe("monitorType", Text("MonitorType", ("call", "device"))),
            source=_MONITORING,
        ),
        _message("MonitorStartResponse", _XREF, source=_MONITORING),
        _message("MonitorStop", _XREF, source=_MONITORING),
        _message("MonitorStopResponse", source=_MONITORING),
        _message(
            "MakeCall",
            Element("callingDevice", _DEVICE_ID),
            Element("calledDirectoryNumber", _DEVICE_ID),
            maybe("autoOriginate", Text("AutoOriginate", ("prompt", "doNotPrompt"))),
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
            TRANSFERRED,
            Element("primaryOldCall", _CONNECTION),
            Element("transferringDevice", _SUBJECT),
            Element("transferredToDevice", _SUBJECT),
            Element("transferredConnections", _CONNECTIONS),
            _LOCAL,
            _WHY,
            source="ECMA-269 17.2.18",
        ),
        _event("BackInServiceEvent", Element("device", _SUBJECT), maybe("cause", _CAUSE), source="ECMA-269 23.1.1"),
        _event("OutOfServiceEvent", Element("device", _SUBJECT), maybe("cause", _CAUSE), source="ECMA-269 23.1"),
    )
)
