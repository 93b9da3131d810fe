"""What a switch refuses, by the error values of the standard (ECMA-269, 12.2.14; the words of ECMA-323)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ..errors import SwitchError
from ..errors.root import did_you_mean, listed, short
from ..table import one_line

__all__ = ["CATEGORY", "ErrorValue", "guess", "refused"]


class ErrorValue(StrEnum):
    """The error values of the standard that this switch uses."""

    INVALID_DEVICE = "invalidDeviceID"
    INVALID_CALLING = "invalidCallingDeviceID"
    INVALID_CALLED = "invalidCalledDeviceID"
    INVALID_DESTINATION = "invalidDestinationDeviceID"
    INVALID_CALL = "invalidCallID"
    INVALID_CONNECTION = "invalidConnectionID"
    INVALID_PARAMETER = "invalidParameterValue"
    SAME_DEVICE = "notDifferentDevices"
    INCOMPATIBLE_DEVICE = "requestIncompatibleWithDevice"
    CONNECTION_STATE = "invalidConnectionState"
    CALLING_STATE = "invalidCallingDeviceState"
    DEVICE_STATE = "invalidDeviceState"
    NO_CALL_TO_ANSWER = "noCallToAnswer"
    NO_HELD_CALL = "noHeldCall"
    RESOURCE_BUSY = "resourceBusy"
    NETWORK_BUSY = "networkBusy"
    CALLING_OUT = "callingDeviceOutOfService"
    CALLED_OUT = "calledDeviceOutOfService"
    DESTINATION_OUT = "destinationDeviceOutOfService"


_STATE = "stateIncompatibility"
_RESOURCE = "systemResourceAvailability"

#: The category of each value that is no error of the request itself (ECMA-269, 12.2.14.1 to 12.2.14.4).
_OTHERS = {
    ErrorValue.CONNECTION_STATE: _STATE,
    ErrorValue.CALLING_STATE: _STATE,
    ErrorValue.DEVICE_STATE: _STATE,
    ErrorValue.NO_CALL_TO_ANSWER: _STATE,
    ErrorValue.NO_HELD_CALL: _STATE,
    ErrorValue.RESOURCE_BUSY: _RESOURCE,
    ErrorValue.NETWORK_BUSY: _RESOURCE,
    ErrorValue.CALLING_OUT: _RESOURCE,
    ErrorValue.CALLED_OUT: _RESOURCE,
    ErrorValue.DESTINATION_OUT: _RESOURCE,
}

CATEGORY: dict[ErrorValue, str] = {value: _OTHERS.get(value, "operation") for value in ErrorValue}

#: Characters of a value in a sentence: a list of names is longer than a name.
_LONGEST = 300


def refused(value: ErrorValue, sentence: str, **places: object) -> SwitchError:
    """The error with this sentence. What came over a line stands in it without what a terminal would obey."""
    shown = {name: short(one_line(place), _LONGEST) for name, place in places.items()}
    return SwitchError(CATEGORY[value], value, sentence.format(**shown).strip())


def guess(name: str, known: Iterable[str], sentence: str) -> str:
    """What somebody who wrote an unknown name may have meant, or which names there are."""
    names = list(known)
    # Every number is near to some other one, and that says nothing.
    meant = did_you_mean(name, names) if any(map(str.isalpha, name)) else ""
    return meant or (sentence.format(known=listed(names)) if names else "")
