"""The requests of call control, as messages."""

from __future__ import annotations

from .message import Message

__all__ = ["answer_call", "clear_connection", "hold_call", "make_call", "retrieve_call", "transfer_call"]


def make_call(device: str, number: str) -> Message:
    """A call from a device to a number. The device's own receiver is lifted at once, nobody is prompted to do it."""
    fields = {"callingDevice": device, "calledDirectoryNumber": number, "autoOriginate": "doNotPrompt"}
    return Message("MakeCall", fields)


def answer_call(call_id: str, device: str) -> Message:
    """Answer the call that rings at a device."""
    return Message("AnswerCall", {"callToBeAnswered": {"callID": call_id, "deviceID": device}})


def clear_connection(call_id: str, device: str) -> Message:
    """A device leaves a call."""
    return Message("ClearConnection", {"connectionToBeCleared": {"callID": call_id, "deviceID": device}})


def hold_call(call_id: str, device: str) -> Message:
    """A device puts its call on hold."""
    return Message("HoldCall", {"callToBeHeld": {"callID": call_id, "deviceID": device}})


def retrieve_call(call_id: str, device: str) -> Message:
    """A device takes its call back from hold."""
    return Message("RetrieveCall", {"callToBeRetrieved": {"callID": call_id, "deviceID": device}})


def transfer_call(call_id: str, device: str, to: str) -> Message:
    """A device hands its call on to another number in one step."""
    return Message(
        "SingleStepTransferCall", {"activeCall": {"callID": call_id, "deviceID": device}, "transferredTo": to}
    )
