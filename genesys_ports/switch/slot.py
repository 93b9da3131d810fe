"""One place of the frame at run time: a port, what it is doing, and for which call."""

from __future__ import annotations

from typing import NamedTuple

from ..model import VoicePort, VoicePortKind
from .calls import EventName
from .states import VOICE_PORT, PortAction, PortEvent, PortStatus

__all__ = ["Slot", "Target"]


class Slot:
    """A port that carries one call at a time. `closing`: it goes out of service when its call has ended."""

    __slots__ = ("call_id", "closing", "party", "port", "status")

    def __init__(self, port: VoicePort) -> None:
        self.port = port
        self.status: PortStatus = VOICE_PORT.rows[None, PortEvent.INSTALL][0]
        self.call_id = self.party = ""
        self.closing = False

    @property
    def device(self) -> str:
        """The name by which calls know it: a station's DN, else the label."""
        return (self.port.kind is VoicePortKind.STATION and self.port.dn) or self.port.label

    def step(self, event: PortEvent) -> EventName | None:
        """Do what the table of voice ports says; the event to tell, if the port went out of service or came back."""
        row = VOICE_PORT.rows.get((self.status, event))
        told: EventName | None = None
        if row is not None:
            self.status, actions = row
            for action in actions:
                told = self._do(action)
        return told

    def _do(self, action: PortAction) -> EventName | None:
        if action is PortAction.TELL_OUT:
            return EventName.OUT_OF_SERVICE
        if action is PortAction.TELL_BACK:
            return EventName.BACK_IN_SERVICE
        asked, self.closing = self.closing, action is PortAction.REMEMBER
        return self.step(PortEvent.BUSY_OUT) if asked and action is PortAction.BUSY_OUT_IF_ASKED else None


class Target(NamedTuple):
    """Where a number leads: ports, of which the first that is free takes the call, and the number behind them."""

    kind: VoicePortKind
    slots: tuple[Slot, ...]
    number: str

    def hunt(self) -> Slot | None:
        """The first free port."""
        return next((slot for slot in self.slots if slot.status is PortStatus.IDLE), None)

    @property
    def out(self) -> int:
        """How many of the ports are out of service."""
        return sum(slot.status is PortStatus.OUT_OF_SERVICE for slot in self.slots)
