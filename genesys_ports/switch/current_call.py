"""A call while it lasts: its sides, each with a connection and a port, and the events that tell of it."""

from __future__ import annotations

from .calls import CallEvent, Cause, EventName, Party, VoiceCall
from .slot import Slot
from .states import CONNECTION, ConnectionEvent, ConnectionState

__all__ = ["Call", "Side"]


class Side:
    """One device in one call, and the port that it occupies."""

    __slots__ = ("device", "slot", "state")

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.device = slot.device
        self.state = ConnectionState.NULL

    def step(self, event: ConnectionEvent) -> bool:
        """Do what the table of connections says; whether it has a row for that."""
        row = CONNECTION.rows.get((self.state, event))
        if row is None:
            return False
        self.state = row[0]
        return True


class Call:
    """A call of this moment, its sides in the order in which they came."""

    __slots__ = ("call_id", "called", "calling", "sides")

    def __init__(self, call_id: str, calling: str, called: str) -> None:
        self.call_id = call_id
        self.calling = calling
        self.called = called
        self.sides: list[Side] = []

    def seen(self) -> VoiceCall:
        """The call as others may see it."""
        parties = [Party(one.device, one.slot.party, one.slot.port.label, one.state) for one in self.sides]
        return VoiceCall(self.call_id, self.calling, self.called, tuple(parties))

    def event(self, name: EventName, side: Side, cause: Cause, old_call_id: str = "") -> CallEvent:
        """What has just happened to one side: it may have left, and is told of that too."""
        sides = self.sides if side in self.sides else [side, *self.sides]
        return CallEvent(
            name=name,
            call_id=self.call_id,
            device=side.device,
            calling=self.calling,
            called=self.called,
            state=side.state,
            cause=cause,
            devices=tuple([one.device for one in sides]),
            states=tuple([one.state for one in sides]),
            old_call_id=old_call_id,
        )
