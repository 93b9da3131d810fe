"""The services of call control: a request of CSTA becomes a call of the switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..switch import Switching
from .message import Message

__all__ = ["SERVICES", "Service", "call_of"]

#: Carries out a request, and gives the fields of its response. Raises `SwitchError`.
Service = Callable[[Switching, Message], Mapping[str, Any]]


def call_of(message: Message) -> str:
    """The call ID that a message is about; empty when it is about none."""
    for value in message.fields.values():
        if isinstance(value, Mapping) and "callID" in value:
            return str(value["callID"])
    return ""


def _make_call(switching: Switching, request: Message) -> Mapping[str, Any]:
    device = request.get("callingDevice")
    call_id = switching.make_call(device, request.get("calledDirectoryNumber"))
    return {"callingDevice": {"callID": call_id, "deviceID": device}}


def _transfer(switching: Switching, request: Message) -> Mapping[str, Any]:
    to = request.get("transferredTo")
    call_id = switching.transfer(request.get("activeCall/callID"), request.get("activeCall/deviceID"), to)
    return {"transferredCall": {"callID": call_id, "deviceID": to}}


def _about(element: str, what: Callable[[Switching, str, str], None]) -> Service:
    """A service about one connection, which answers nothing but yes."""

    def serve(switching: Switching, request: Message) -> Mapping[str, Any]:
        what(switching, request.get(f"{element}/callID"), request.get(f"{element}/deviceID"))
        return {}

    return serve


SERVICES: Mapping[str, Service] = {
    "MakeCall": _make_call,
    "AnswerCall": _about("callToBeAnswered", Switching.answer),
    "ClearConnection": _about("connectionToBeCleared", Switching.clear),
    "HoldCall": _about("callToBeHeld", Switching.hold),
    "RetrieveCall": _about("callToBeRetrieved", Switching.retrieve),
    "SingleStepTransferCall": _transfer,
}
