"""Calls of a switch, and what is told of them: events by their names in CSTA (ECMA-269, ECMA-323)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ..model import VoicePort
from .states import ConnectionState, PortStatus

__all__ = ["CallEvent", "Cause", "EventName", "Party", "VoiceCall", "VoicePortState"]


class EventName(StrEnum):
    """What a switch tells (ECMA-269, 17.2: call control; 23.1: maintenance of devices)."""

    ORIGINATED = "Originated"
    DELIVERED = "Delivered"
    ESTABLISHED = "Established"
    NETWORK_REACHED = "NetworkReached"
    HELD = "Held"
    RETRIEVED = "Retrieved"
    FAILED = "Failed"
    TRANSFERRED = "Transferred"
    CONNECTION_CLEARED = "ConnectionCleared"
    OUT_OF_SERVICE = "OutOfService"
    BACK_IN_SERVICE = "BackInService"


class Cause(StrEnum):
    """Why something happened (ECMA-269, 12.2.15; the words of ECMA-323)."""

    NEW_CALL = "newCall"
    NORMAL = "normal"
    NORMAL_CLEARING = "normalClearing"
    BUSY = "busy"
    TRUNKS_BUSY = "trunksBusy"
    OUT_OF_ORDER = "destOutOfOrder"
    TRANSFER = "singleStepTransfer"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One thing that happened to a call, or to a port.

    `device` is whose connection changed: the DN of a station, else the label of a trunk channel or of an IVR port;
    `state` is that connection's state after it. `devices` are all that have a connection in the call then, and the one
    that has just left: whose monitors hear the event; `states` are the states of their connections at that moment, in
    the same order. `call_id`, `calling` and `called` are empty where a port went out of service or came back. A call
    that is transferred goes on under a new `call_id`; `old_call_id` is that of before.
    """

    name: EventName
    call_id: str
    device: str
    calling: str
    called: str
    state: ConnectionState
    cause: str
    devices: tuple[str, ...] = ()
    states: tuple[ConnectionState, ...] = ()
    old_call_id: str = ""

    def state_of(self, device: str) -> ConnectionState:
        """The state of this device's own connection right after the event (the local connection state of a monitor,
        ECMA-269, 12.2.17); null where it has none.
        """
        for one, state in zip(self.devices, self.states, strict=False):
            if one == device:
                return state
        return self.state if device == self.device else ConnectionState.NULL


class Party(NamedTuple):
    """One side of a call: its device, the number it goes by, the port that it occupies, and its connection's state."""

    device: str
    number: str
    port: str
    state: ConnectionState


class VoiceCall(NamedTuple):
    """A call of this moment: who called which number, and its parties in the order in which they came."""

    call_id: str
    calling: str
    called: str
    parties: tuple[Party, ...]


class VoicePortState(NamedTuple):
    """A physical port at this moment: what it is doing, for which call, and whom it carries.

    `party` is the station's own DN, the IVR group's number, or the outside number behind a trunk channel.
    `closing` says that it goes out of service as soon as its call has ended.
    """

    port: VoicePort
    status: PortStatus
    call_id: str = ""
    party: str = ""
    closing: bool = False
