"""What stands for a device or a number of a switch; the port of a program does not, and that is a lesson."""

from __future__ import annotations

import re

from ..errors import InvalidValueError, PortKindError, SwitchCallError
from ..errors.root import short
from ..model import Deployment, ListeningPort, VoicePort, VoicePortKind
from ..switch import Switching
from . import switch_words as words

__all__ = ["device_of", "number_of", "refuse_listening_port"]

#: A number as people write that of a TCP or UDP port.
_PORT_NUMBER = re.compile(r"([0-9]{1,5})(/(?:tcp|udp|tls))?", re.IGNORECASE)


def device_of(value: object, switching: Switching, plan: Deployment) -> str:
    """A device that the switch has: the DN of a station, else a label. Raises `SwitchCallError` and as `number_of`."""
    name = number_of(value, switching, plan)
    if not switching.has_device(name):
        refuse_listening_port(name, switching, plan)
        raise SwitchCallError(
            switching.switch.name, words.NO_DEVICE.format(switch=switching.switch.name, device=short(name))
        )
    return name


def number_of(value: object, switching: Switching, plan: Deployment) -> str:
    """A DN, or a number that can be dialled, as text; a voice port stands for its own device.

    Raises `PortKindError` for the port of a program, `InvalidValueError` for what is no number at all.
    """
    if isinstance(value, VoicePort):
        return value.dn if value.dn and value.kind is VoicePortKind.STATION else value.label
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    refuse_listening_port(value, switching, plan)
    if not isinstance(value, str):
        raise InvalidValueError(words.NUMBER_WORD, str(value), words.NUMBERS)
    return value


def refuse_listening_port(value: object, switching: Switching, plan: Deployment) -> None:
    """Raise `PortKindError` for a listening port, and for the number of a planned one that the switch does not have."""
    written = _PORT_NUMBER.fullmatch(value) if isinstance(value, str) else None
    if written is not None and not written[2]:
        number = int(written[1])
        planned = any(number in port.numbers for _, port in plan.ports())
        if switching.has_device(written[1]) or not planned:
            return
    if written is not None or isinstance(value, ListeningPort):
        raise PortKindError(used="listening port", wanted="voice port", what=f"port {value}")
