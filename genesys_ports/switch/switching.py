"""What ECMA-269 calls the switching function: the calls of a switch, and the physical ports they occupy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ..model import Switch, VoicePortKind
from . import words
from .calls import CallEvent, Cause, EventName, VoiceCall, VoicePortState
from .current_call import Call, Side
from .frame import LONGEST_NUMBER, Frame, as_number, is_dialled
from .refusals import ErrorValue, refused
from .slot import Slot, Target
from .states import ConnectionEvent, ConnectionState, PortEvent, PortStatus

__all__ = ["Switching"]

_STATION, _TRUNK, _IVR = VoicePortKind.STATION, VoicePortKind.TRUNK, VoicePortKind.IVR


class Switching:
    """The calls of one switch. Each of them occupies physical ports from end to end, one port for each party.

    `told` hears every event in the order of the standard, after the whole of what was asked for has been done: an event
    carries the states of its own moment. What cannot be done raises `SwitchError`, and nothing has changed then. Calls
    are counted from 1, or from the number behind `after`.

    Decided where the standard leaves a choice (ECMA-269, 17.1 and 17.2): a called party that cannot be reached puts
    the *caller's* connection into the state fail, and the caller hears busy until it is cleared; when one of two
    parties leaves, the other's connection is cleared too; after a single-step transfer the call goes on under a new
    call ID, and the port of the device that transferred it is free as soon as the new party's port is seized: when it
    rings, not when it is answered. The far end behind a trunk, and an IVR port, answer at once.
    """

    def __init__(self, switch: Switch, told: Callable[[CallEvent], None], *, after: int = 0) -> None:
        self._frame = Frame(switch)
        self._told = told
        self._calls: dict[str, Call] = {}
        self._count = after
        self._waiting: deque[CallEvent] = deque()
        self._telling = False

    # --- looking

    @property
    def switch(self) -> Switch:
        """The switch as data, with what its administrator has changed."""
        return self._frame.switch

    def ports(self) -> tuple[VoicePortState, ...]:
        """Every physical port, in the order of the frame."""
        return tuple(
            VoicePortState(slot.port, slot.status, slot.call_id, slot.party, slot.closing) for slot in self._frame
        )

    def calls(self) -> tuple[VoiceCall, ...]:
        """Every call of this moment, in the order in which they began."""
        return tuple(call.seen() for call in self._calls.values())

    def has_device(self, dn: str) -> bool:
        """Whether this is a device of the switch: a DN, the number of a group, or the label of a port without DN."""
        return self._frame.has_device(dn)

    # --- calls

    def make_call(self, device: str, number: str) -> str:
        """A call from a station (by its DN) or an IVR port (by its label); the call ID.

        The caller's receiver is lifted at once. A station rings; an IVR port, and the far end behind a trunk, answer.
        When nobody can be reached the call is there all the same, and its caller hears busy: event Failed.
        """
        slot = self._frame.caller(device)
        target = self._frame.target(number)
        label = slot.port.label
        if slot.status is PortStatus.OUT_OF_SERVICE:
            raise refused(ErrorValue.CALLING_OUT, words.CALLER_OUT, device=device, label=label)
        if slot.status is not PortStatus.IDLE:
            raise refused(ErrorValue.CALLING_STATE, words.CALLER_BUSY, device=device, label=label, call=slot.call_id)
        call = self._new_call(slot.device, number)
        caller = self._seize(call, slot, slot.port.dn or label, ConnectionEvent.LIFT)
        caller.step(ConnectionEvent.DIAL)
        self._tell(EventName.ORIGINATED, call, caller, Cause.NEW_CALL)
        reached = target.hunt()
        if reached is None:
            caller.step(ConnectionEvent.FAIL)
            self._tell(EventName.FAILED, call, caller, _why(target))
        else:
            self._reach(call, target, reached, Cause.NEW_CALL)
        self._flush()
        return call.call_id

    def arrive(self, caller: str, number: str) -> str:
        """A call from the network, over the first free trunk channel, to a station or an IVR group; the call ID.

        Raises `SwitchError` when no channel is free, or nobody can be reached: the caller hears busy, and no port stays
        seized.
        """
        outside = as_number(caller, ErrorValue.INVALID_CALLING)
        if not is_dialled(outside):
            raise refused(ErrorValue.INVALID_CALLING, words.NOT_DIALLED, number=outside, most=LONGEST_NUMBER)
        target = self._frame.target(number)
        if target.kind is _TRUNK:
            raise refused(ErrorValue.INVALID_CALLED, words.ONLY_INSIDE, number=number)
        trunks = Target(_TRUNK, self._frame.trunks, outside)
        slot = trunks.hunt()
        if slot is None:
            every, out = len(trunks.slots), trunks.out
            raise refused(ErrorValue.NETWORK_BUSY, words.TRUNKS_BUSY, every=every, seized=every - out, out=out)
        call = self._new_call(outside, number)
        trunk = self._seize(call, slot, outside, ConnectionEvent.JOIN)
        reached = target.hunt()
        if reached is not None:
            self._reach(call, target, reached, Cause.NEW_CALL)
            self._flush()
            return call.call_id
        cause = _why(target)
        trunk.step(ConnectionEvent.FAIL)
        self._tell(EventName.FAILED, call, trunk, cause)
        self._leave(call, trunk)
        self._flush()
        if cause is Cause.BUSY:
            raise refused(ErrorValue.RESOURCE_BUSY, words.BUSY, number=number)
        raise refused(ErrorValue.CALLED_OUT, words.OUT_OF_ORDER, number=number)

    def answer(self, call_id: str, device: str) -> None:
        """Lift the receiver of a station that rings (ECMA-269, 17.1.3 Answer Call)."""
        call, side = self._side(call_id, device)
        if not side.step(ConnectionEvent.ANSWER):
            raise refused(
                ErrorValue.NO_CALL_TO_ANSWER, words.NOTHING_TO_ANSWER, device=device, call=call_id, state=side.state
            )
        self._establish(call, side, Cause.NEW_CALL)
        self._flush()

    def clear(self, call_id: str, device: str) -> None:
        """A device leaves its call (ECMA-269, 17.1.8 Clear Connection). Of two parties the other leaves with it."""
        call, side = self._side(call_id, device)
        self._leave(call, side)
        self._flush()

    def outside_clears(self, call_id: str) -> None:
        """The far end behind a trunk hangs up."""
        call = self._call(call_id)
        side = next((one for one in call.sides if one.slot.port.kind is _TRUNK), None)
        if side is None:
            raise refused(ErrorValue.INVALID_CONNECTION, words.NO_TRUNK, call=call_id)
        self._leave(call, side)
        self._flush()

    def hold(self, call_id: str, device: str) -> None:
        """Put a call on hold: the port stays seized, and nobody talks (Hold Call)."""
        call, side = self._own_side(call_id, device)
        if side.slot.status is not PortStatus.TALKING or not side.step(ConnectionEvent.HOLD):
            raise refused(ErrorValue.CONNECTION_STATE, words.NOBODY_TO_HOLD, device=device, call=call_id)
        self._port(side.slot, PortEvent.HOLD)
        self._tell(EventName.HELD, call, side, Cause.NORMAL)
        self._flush()

    def retrieve(self, call_id: str, device: str) -> None:
        """Take a call back from hold (Retrieve Call)."""
        call, side = self._own_side(call_id, device)
        if not side.step(ConnectionEvent.RETRIEVE):
            raise refused(ErrorValue.NO_HELD_CALL, words.NOT_HELD, device=device, call=call_id)
        self._port(side.slot, PortEvent.RETRIEVE)
        self._tell(EventName.RETRIEVED, call, side, Cause.NORMAL)
        self._flush()

    def transfer(self, call_id: str, device: str, to: str) -> str:
        """Hand the call on to another number in one step (Single Step Transfer Call); the call ID it goes on under.

        The device leaves, and its port is free when the other one rings. When that one cannot be reached nothing
        changes.
        """
        call, side = self._own_side(call_id, device)
        if side.slot.status is not PortStatus.TALKING:
            raise refused(ErrorValue.CONNECTION_STATE, words.NOBODY_TO_TRANSFER, device=device, call=call_id)
        target = self._frame.target(to, ErrorValue.INVALID_DESTINATION)
        if target.slots == (side.slot,):
            raise refused(ErrorValue.SAME_DEVICE, words.SAME_DEVICE, device=device, call=call_id)
        reached = target.hunt()
        if reached is None:
            value, sentence = _NOT_TRANSFERRED[_why(target)]
            raise refused(value, sentence, call=call_id, number=to, device=device)
        (kept,) = (one for one in call.sides if one is not side)
        del self._calls[call_id]
        new = self._new_call(kept.slot.party, to)
        new.sides.append(kept)
        kept.slot.call_id = new.call_id
        self._port(kept.slot, PortEvent.HAND_ON)
        side.step(ConnectionEvent.CLEAR)
        self._tell(EventName.TRANSFERRED, new, side, Cause.TRANSFER, old_call_id=call_id)
        self._free(side.slot)
        self._reach(new, target, reached, Cause.TRANSFER)
        self._flush()
        return new.call_id

    # --- what the administrator changes

    def busy_out(self, label: str) -> None:
        """Take a port out of service: at once when it is idle, else when its call has ended.

        Raises `SwitchError`, and `PortKindError` for the number of a TCP or UDP port.
        """
        self._port(self._frame.slot(label), PortEvent.BUSY_OUT)
        self._flush()

    def release(self, label: str) -> None:
        """Bring a port back into service. Raises as `busy_out` does."""
        self._port(self._frame.slot(label), PortEvent.RELEASE)
        self._flush()

    def add_station(self, label: str) -> None:
        """A further station port; it has no DN yet. Raises as `busy_out` does."""
        self._frame.add_station(label)

    def assign(self, dn: str, label: str) -> None:
        """Give a station port its DN: from now on it can call and be called. Raises as `busy_out` does."""
        self._frame.assign(dn, label)

    def unassign(self, dn: str) -> None:
        """Take a DN from its port: nobody can call it any more. Raises as `busy_out` does."""
        self._frame.unassign(dn)

    # --- steps

    def _call(self, call_id: str) -> Call:
        call = self._calls.get(call_id)
        if call is None:
            raise refused(ErrorValue.INVALID_CALL, words.UNKNOWN_CALL, call=call_id)
        return call

    def _side(self, call_id: str, device: str) -> tuple[Call, Side]:
        call = self._call(call_id)
        name = as_number(device, ErrorValue.INVALID_CONNECTION)
        for side in call.sides:
            if side.device == name:
                return call, side
        parties = ", ".join(side.device for side in call.sides)
        raise refused(ErrorValue.INVALID_CONNECTION, words.NO_PART, device=name, call=call_id, parties=parties)

    def _own_side(self, call_id: str, device: str) -> tuple[Call, Side]:
        """A side with somebody on the switch: not a trunk channel."""
        call, side = self._side(call_id, device)
        if side.slot.port.kind is _TRUNK:
            raise refused(ErrorValue.INCOMPATIBLE_DEVICE, words.TRUNK_CANNOT, device=device)
        return call, side

    def _new_call(self, calling: str, called: str) -> Call:
        self._count += 1
        call = Call(str(self._count), calling, called)
        self._calls[call.call_id] = call
        return call

    def _seize(self, call: Call, slot: Slot, party: str, event: ConnectionEvent) -> Side:
        self._port(slot, PortEvent.RING if event is ConnectionEvent.RING else PortEvent.SEIZE)
        slot.call_id, slot.party = call.call_id, party
        side = Side(slot)
        side.step(event)
        call.sides.append(side)
        return side

    def _reach(self, call: Call, target: Target, slot: Slot, cause: Cause) -> None:
        """The port found takes the call: it rings, or answers at once."""
        outgoing = target.kind is _TRUNK
        side = self._seize(call, slot, target.number, ConnectionEvent.JOIN if outgoing else ConnectionEvent.RING)
        self._tell(EventName.NETWORK_REACHED if outgoing else EventName.DELIVERED, call, side, cause)
        if target.kind is not _STATION:
            side.step(ConnectionEvent.ANSWER)
            self._establish(call, side, cause)

    def _establish(self, call: Call, side: Side, cause: Cause) -> None:
        for one in call.sides:
            self._port(one.slot, PortEvent.TALK)
        self._tell(EventName.ESTABLISHED, call, side, cause)

    def _leave(self, call: Call, side: Side) -> None:
        """This side goes, and then the other: nobody stays in a call alone."""
        del self._calls[call.call_id]
        for one in (side, *(other for other in call.sides if other is not side)):
            call.sides.remove(one)
            one.step(ConnectionEvent.CLEAR)
            self._tell(EventName.CONNECTION_CLEARED, call, one, Cause.NORMAL_CLEARING)
            self._free(one.slot)

    def _free(self, slot: Slot) -> None:
        slot.call_id = slot.party = ""
        self._port(slot, PortEvent.FREE)

    def _port(self, slot: Slot, event: PortEvent) -> None:
        name = slot.step(event)
        if name is not None:
            null, device = ConnectionState.NULL, slot.device
            self._waiting.append(
                CallEvent(
                    name=name,
                    call_id="",
                    device=device,
                    calling="",
                    called="",
                    state=null,
                    cause=Cause.MAINTENANCE,
                    devices=(device,),
                    states=(null,),
                )
            )

    def _tell(self, name: EventName, call: Call, side: Side, cause: Cause, old_call_id: str = "") -> None:
        self._waiting.append(call.event(name, side, cause, old_call_id))

    def _flush(self) -> None:
        # Whoever is told may ask for the next thing at once: its events come after those that wait.
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                self._told(self._waiting.popleft())
        finally:
            self._telling = False


def _why(target: Target) -> Cause:
    """Why no port of a target can be had."""
    if target.kind is _TRUNK:
        return Cause.TRUNKS_BUSY
    return Cause.OUT_OF_ORDER if target.out == len(target.slots) else Cause.BUSY


_NOT_TRANSFERRED = {
    Cause.BUSY: (ErrorValue.RESOURCE_BUSY, words.TRANSFER_BUSY),
    Cause.OUT_OF_ORDER: (ErrorValue.DESTINATION_OUT, words.TRANSFER_OUT_OF_ORDER),
    Cause.TRUNKS_BUSY: (ErrorValue.NETWORK_BUSY, words.TRANSFER_TRUNKS_BUSY),
}
