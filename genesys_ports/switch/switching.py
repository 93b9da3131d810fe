"""What ECMA-269 calls the switching function: the calls of a switch, and the physical ports they occupy."""

from __future__ import annotations

from collections.abc import Callable

from ..model import Switch
from .calls import CallEvent, VoiceCall, VoicePortState
from .states import ConnectionState

__all__ = ["Switching"]


class Switching:
    """The calls of one switch. `told` hears every event, in order, when all that belongs to it has changed."""

    def __init__(self, switch: Switch, told: Callable[[CallEvent], None]) -> None:
        self.switch = switch
        self._told = told

    def make_call(self, device: str, number: str) -> str:
        """A call from this device to this number; its call id."""
        raise NotImplementedError

    def arrive(self, caller: str, number: str) -> str:
        """A call from the network; its call id."""
        raise NotImplementedError

    def answer(self, call_id: str, device: str) -> None:
        """Answer the call that rings at this device."""
        raise NotImplementedError

    def clear(self, call_id: str, device: str) -> None:
        """This device leaves the call."""
        raise NotImplementedError

    def hold(self, call_id: str, device: str) -> None:
        """Put the call on hold."""
        raise NotImplementedError

    def retrieve(self, call_id: str, device: str) -> None:
        """Take the call back from hold."""
        raise NotImplementedError

    def transfer(self, call_id: str, device: str, to: str) -> str:
        """Single-step transfer; the id under which the call goes on."""
        raise NotImplementedError

    def outside_clears(self, call_id: str) -> None:
        """The far end behind a trunk hangs up."""
        raise NotImplementedError

    def ports(self) -> tuple[VoicePortState, ...]:
        """Every physical port, in the order of the frame."""
        raise NotImplementedError

    def calls(self) -> tuple[VoiceCall, ...]:
        """Every call of this moment, in the order in which they began."""
        raise NotImplementedError

    def has_device(self, dn: str) -> bool:
        """Whether this DN, group number or port label is one of the switch."""
        raise NotImplementedError

    def connection_of(self, call_id: str, device: str) -> ConnectionState:
        """Where this device stands in this call; null where it has no part in it."""
        raise NotImplementedError

    def busy_out(self, label: str) -> None:
        """Take a port out of service: at once when it is idle, else when its call has ended."""
        raise NotImplementedError

    def release(self, label: str) -> None:
        """Bring a port back into service."""
        raise NotImplementedError

    def add_station(self, label: str) -> None:
        """A further station port."""
        raise NotImplementedError

    def assign(self, dn: str, label: str) -> None:
        """Give a station port its DN."""
        raise NotImplementedError

    def unassign(self, dn: str) -> None:
        """Take a DN from its station port."""
        raise NotImplementedError
