"""T-Library's view of a call: what its clients are told of a directory number (DN), and which requests they have.

The names are T-Library's own (docs.genesys.com, Genesys Events and Models: Registration Events, Call-Handling Events,
Unified Call-Party States, Basic Call Models). Which SIP message leads to which event is illustrative: Genesys does not
publish it, and a real SIP Server may tell more, or at another moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..machine import Machine
from .server_words import PARTY as PARTY_NAME
from .server_words import PARTY_LABELS, PARTY_SOURCE

__all__ = ["PARTY", "EventName", "PartyEvent", "PartyState", "RequestName", "TEvent", "conn_id"]


class RequestName(StrEnum):
    """What a T-Library client can ask SIP Server for here."""

    REGISTER_ADDRESS = "RequestRegisterAddress"
    UNREGISTER_ADDRESS = "RequestUnregisterAddress"
    MAKE_CALL = "RequestMakeCall"
    ANSWER_CALL = "RequestAnswerCall"
    RELEASE_CALL = "RequestReleaseCall"
    HOLD_CALL = "RequestHoldCall"
    RETRIEVE_CALL = "RequestRetrieveCall"


class EventName(StrEnum):
    """What SIP Server tells its T-Library clients here."""

    REGISTERED = "EventRegistered"
    UNREGISTERED = "EventUnregistered"
    BACK_IN_SERVICE = "EventDNBackInService"
    OUT_OF_SERVICE = "EventDNOutOfService"
    DIALING = "EventDialing"
    NETWORK_REACHED = "EventNetworkReached"
    DESTINATION_BUSY = "EventDestinationBusy"
    RINGING = "EventRinging"
    ESTABLISHED = "EventEstablished"
    HELD = "EventHeld"
    RETRIEVED = "EventRetrieved"
    RELEASED = "EventReleased"
    ABANDONED = "EventAbandoned"
    ERROR = "EventError"


@dataclass(frozen=True, slots=True)
class TEvent:
    """One event: its name, the DN it is told about, the other party, and the call.

    `conn_id` is T-Library's name for the call, the same for both parties. `call_id` is SIP's name for this party's leg,
    or for the other's where this one has none. `fields` are further attributes by their T-Library names.
    """

    name: str
    this_dn: str
    other_dn: str = ""
    conn_id: str = ""
    call_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


class PartyState(StrEnum):
    """Where one DN stands in one call."""

    DIALING = "dialing"
    REACHED = "network reached"
    FAILED = "failed"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HELD = "held"
    GONE = "gone"


class PartyEvent(StrEnum):
    """What happens to a DN in a call. `RELEASE` is the end, `ABANDON` the end by a caller who did not wait."""

    DIAL = "dial"
    REACH = "reach"
    BUSY = "busy"
    RING = "ring"
    CONNECT = "connect"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    ABANDON = "abandon"
    RELEASE = "release"


#: One DN in one call: what happens to it, where it stands then, and the events that tell of it, in their order.
PARTY: Machine[PartyState, PartyEvent, EventName] = Machine(
    PARTY_NAME,
    {
        (None, PartyEvent.DIAL): (PartyState.DIALING, (EventName.DIALING,)),
        (PartyState.DIALING, PartyEvent.REACH): (PartyState.REACHED, (EventName.NETWORK_REACHED,)),
        (PartyState.DIALING, PartyEvent.CONNECT): (PartyState.CONNECTED, (EventName.ESTABLISHED,)),
        (PartyState.REACHED, PartyEvent.CONNECT): (PartyState.CONNECTED, (EventName.ESTABLISHED,)),
        (PartyState.DIALING, PartyEvent.BUSY): (PartyState.FAILED, (EventName.DESTINATION_BUSY,)),
        (PartyState.REACHED, PartyEvent.BUSY): (PartyState.FAILED, (EventName.DESTINATION_BUSY,)),
        (None, PartyEvent.RING): (PartyState.ALERTING, (EventName.RINGING,)),
        # A phone that answers without a word before has rung all the same.
        (None, PartyEvent.CONNECT): (PartyState.CONNECTED, (EventName.RINGING, EventName.ESTABLISHED)),
        (PartyState.ALERTING, PartyEvent.CONNECT): (PartyState.CONNECTED, (EventName.ESTABLISHED,)),
        (PartyState.ALERTING, PartyEvent.ABANDON): (PartyState.GONE, (EventName.ABANDONED,)),
        (PartyState.CONNECTED, PartyEvent.HOLD): (PartyState.HELD, (EventName.HELD,)),
        (PartyState.HELD, PartyEvent.RETRIEVE): (PartyState.CONNECTED, (EventName.RETRIEVED,)),
        **{
            (state, PartyEvent.RELEASE): (PartyState.GONE, (EventName.RELEASED,))
            for state in PartyState
            if state is not PartyState.GONE
        },
    },
    PartyState.GONE,
    PARTY_SOURCE,
    PARTY_LABELS,
)


def conn_id(number: int) -> str:
    """The connection ID of call `number`, as T-Library writes it: 16 hexadecimal digits."""
    return f"{number:016x}"
