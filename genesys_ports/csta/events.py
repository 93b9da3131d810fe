"""What happened on a switch as an event of CSTA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..switch import CallEvent, EventName
from .elements import LONGEST

__all__ = ["fields_of"]

Fields = dict[str, Any]

#: Where each event has the connection that changed, and the device it belongs to (ECMA-269 17.2).
_PLACES: dict[EventName, tuple[str, str]] = {
    EventName.ORIGINATED: ("originatedConnection", "callingDevice"),
    EventName.DELIVERED: ("connection", "alertingDevice"),
    EventName.ESTABLISHED: ("establishedConnection", "answeringDevice"),
    EventName.NETWORK_REACHED: ("outboundConnection", "networkInterfaceUsed"),
    EventName.FAILED: ("failedConnection", "failingDevice"),
    EventName.HELD: ("heldConnection", "holdingDevice"),
    EventName.RETRIEVED: ("retrievedConnection", "retrievingDevice"),
    EventName.CONNECTION_CLEARED: ("droppedConnection", "releasingDevice"),
}

#: Events that say who calls whom, too; and those that name the trunk channel of an outside call.
_WITH_PARTIES = frozenset((EventName.DELIVERED, EventName.ESTABLISHED, EventName.NETWORK_REACHED, EventName.FAILED))
_WITH_TRUNK = frozenset((EventName.ORIGINATED, EventName.DELIVERED, EventName.ESTABLISHED, EventName.FAILED))

_OF_A_PORT = frozenset((EventName.OUT_OF_SERVICE, EventName.BACK_IN_SERVICE))


def _device(number: str) -> Fields:
    return {"deviceIdentifier": _name(number)} if number else {"notKnown": ""}


def _name(device: str) -> str:
    """A label comes from a sheet, and may hold signs that no message can carry."""
    if device.isprintable() and len(device) <= LONGEST:
        return device.strip()
    return "".join(sign if sign.isprintable() else "?" for sign in device[:LONGEST]).strip()


def fields_of(event: CallEvent, trunk: str, is_outside: Callable[[str], bool]) -> Fields:
    """The fields of the event, but those that are others for each monitor.

    `trunk` is the label of the trunk channel that the call uses, "" for none; `is_outside` tells whether a number is
    of no device of this switch.
    """
    if event.name in _OF_A_PORT:
        return {"device": _device(event.device), "cause": event.cause}
    if event.name is EventName.TRANSFERRED:
        return _transferred(event)
    connection, device = _PLACES[event.name]
    fields: Fields = {
        connection: {"callID": event.call_id, "deviceID": _name(event.device)},
        device: _device(event.device),
        "cause": event.cause,
    }
    if event.name is EventName.ORIGINATED:
        fields["calledDevice"] = _device(event.called)
    elif event.name in _WITH_PARTIES:
        fields["callingDevice"] = _device(event.calling)
        fields["calledDevice"] = _device(event.called)
        # No call is forwarded on this switch: there is no such device.
        fields["lastRedirectionDevice"] = {"notRequired": ""}
    if trunk and event.name in _WITH_TRUNK:
        # The network interface device stands for the party behind it (ECMA-269 6.1.1): calling, or called.
        outside = is_outside(event.calling)
        fields["associatedCallingDevice" if outside else "associatedCalledDevice"] = _device(trunk)
    return fields


def _transferred(event: CallEvent) -> Fields:
    """The call goes on under a new call ID: the connections that are kept are listed by their old and new ones."""
    kept = tuple(
        {
            "newConnection": {"callID": event.call_id, "deviceID": _name(device)},
            "oldConnection": {"callID": event.old_call_id, "deviceID": _name(device)},
            "endpoint": {"deviceID": _name(device)},
        }
        for device in event.devices
        if device != event.device
    )
    return {
        "primaryOldCall": {"callID": event.old_call_id, "deviceID": _name(event.device)},
        "transferringDevice": _device(event.device),
        "transferredToDevice": _device(event.called),
        "transferredConnections": {"connectionListItem": kept},
        "cause": event.cause,
    }
