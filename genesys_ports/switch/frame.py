"""The frame of a switch: cards with physical ports, the groups they are in, and the numbers that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..errors import DuplicateNameError, PortKindError
from ..errors.root import short
from ..model import Switch, VoicePort, VoicePortKind, must_be_voice
from . import words
from .refusals import ErrorValue, guess, refused
from .slot import Slot, Target

__all__ = ["LONGEST_NUMBER", "Frame", "as_number", "default_switch", "is_dialled"]

#: Digits of a telephone number (ITU-T E.164 allows 15), and room for what is dialled before them.
LONGEST_NUMBER = 32
LONGEST_DN = 15

_DIALLED = re.compile(rf"[0-9*#+]{{1,{LONGEST_NUMBER}}}")
_LABEL = re.compile(r"(?!00)[0-9]{2}-(?!00)[0-9]{2}")
_DN = re.compile(rf"[0-9]{{2,{LONGEST_DN}}}")
#: So many digits and no dash: nobody writes the place of a port like this, but the number of a TCP port.
_TCP_NUMBER = re.compile(r"[0-9]{4,5}")


def is_dialled(number: object) -> bool:
    """Whether a telephone outside can have this number, or dial it."""
    return isinstance(number, str) and _DIALLED.fullmatch(number) is not None


class Frame:
    """Every port of a switch, by its label and by the numbers that lead to it. Raises `DuplicateNameError` when two
    ports have one label, or one number leads to two stations, or to ports of two kinds.
    """

    def __init__(self, switch: Switch) -> None:
        self.name = switch.name
        self._slots: dict[str, Slot] = {}
        self._stations: dict[str, Slot] = {}
        groups: dict[str, list[Slot]] = {}
        for port in switch.voice_ports:
            if port.label in self._slots:
                raise DuplicateNameError("voice port", port.label)
            self._slots[port.label] = slot = Slot(port)
            if not port.dn:
                continue
            if port.dn in self._stations or any(one.port.kind is not port.kind for one in groups.get(port.dn, ())):
                raise DuplicateNameError("DN", port.dn)
            if port.kind is not VoicePortKind.STATION:
                groups.setdefault(port.dn, []).append(slot)
            else:
                self._stations[port.dn] = slot
        # Only stations come and go while the switch runs.
        self._groups = {number: tuple(slots) for number, slots in groups.items()}
        #: Every trunk channel, in the order of the frame.
        self.trunks = tuple(slot for slot in self if slot.port.kind is VoicePortKind.TRUNK)
        accesses = {slot.port.dn for slot in self.trunks if slot.port.dn}
        #: The numbers that lead to trunk channels, the longest first: of two that fit, it is the one dialled.
        self.accesses = sorted(accesses, key=lambda one: (-len(one), one))

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._slots.values())

    @property
    def switch(self) -> Switch:
        """The frame as data, with what the administrator has changed."""
        return Switch(name=self.name, voice_ports=tuple(slot.port for slot in self))

    def _kind_of(self, group: str) -> VoicePortKind:
        return self._groups[group][0].port.kind

    # --- looking things up

    def has_device(self, name: str) -> bool:
        """Whether a DN, the number of a group, or the label of a port that has no DN of its own is this."""
        return name in self._stations or name in self._groups or self._labelled(name) is not None

    def _labelled(self, name: str) -> Slot | None:
        slot = self._slots.get(name)
        return slot if slot is not None and slot.device == name else None

    def devices(self) -> list[str]:
        """The names of all devices that can take part in a call."""
        return [slot.device for slot in self]

    def caller(self, device: str) -> Slot:
        """The station or IVR port that begins a call. Raises `SwitchError`, `PortKindError`."""
        name = as_number(device, ErrorValue.INVALID_CALLING)
        slot = self._stations.get(name) or self._labelled(name)
        if slot is None:
            known = guess(name, self.devices(), words.DEVICES_ARE)
            raise refused(ErrorValue.INVALID_CALLING, words.UNKNOWN_DEVICE, device=short(name), guess=known)
        if slot.port.kind is VoicePortKind.TRUNK:
            raise refused(ErrorValue.INCOMPATIBLE_DEVICE, words.TRUNK_CANNOT, device=name)
        return slot

    def target(self, number: str, value: ErrorValue = ErrorValue.INVALID_CALLED) -> Target:
        """Where a number leads. Raises `SwitchError` with this error value, `PortKindError`."""
        name = as_number(number, value)
        station = self._stations.get(name)
        if station is not None:
            return Target(VoicePortKind.STATION, (station,), name)
        if name in self._groups and self._kind_of(name) is VoicePortKind.IVR:
            return Target(VoicePortKind.IVR, self._groups[name], name)
        for access in self.accesses:
            if name.startswith(access):
                outside = name[len(access) :]
                if not is_dialled(outside):
                    raise refused(value, words.NOT_DIALLED, number=short(name), most=LONGEST_NUMBER)
                return Target(VoicePortKind.TRUNK, self._groups[access], outside)
        inside = [one for one in self._groups if self._kind_of(one) is VoicePortKind.IVR]
        meant = guess(name, [*self._stations, *inside], words.NUMBERS_ARE)
        ways = [meant, *(words.OUTSIDE_BEGINS.format(access=access) for access in self.accesses[-1:])]
        raise refused(value, words.UNKNOWN_NUMBER, number=short(name), guess=" ".join(filter(None, ways)))

    def slot(self, label: str) -> Slot:
        """The port with this label. Raises `SwitchError`, and `PortKindError` for the number of a TCP or UDP port."""
        must_be_voice(label)
        name = as_number(label, ErrorValue.INVALID_DEVICE)
        slot = self._slots.get(name)
        if slot is not None:
            return slot
        if name in self._stations:
            where = self._stations[name].port.label
            raise refused(ErrorValue.INVALID_DEVICE, words.DN_IS_NO_PORT, dn=name, label=where)
        if name in self._groups:
            labels = ", ".join(one.port.label for one in self._groups[name])
            raise refused(ErrorValue.INVALID_DEVICE, words.GROUP_IS_NO_PORT, dn=name, labels=labels)
        if _TCP_NUMBER.fullmatch(name):
            raise PortKindError(used="listening port", wanted="voice port", what=f"port {name}")
        known = guess(name, self._slots, words.PORTS_ARE)
        raise refused(ErrorValue.INVALID_DEVICE, words.NO_SUCH_PLACE, label=short(name), guess=known)

    # --- what the administrator changes

    def add_station(self, label: str) -> None:
        """A further station port, without a DN. Raises `SwitchError`, `PortKindError`."""
        must_be_voice(label)
        name = as_number(label, ErrorValue.INVALID_PARAMETER)
        if name in self._slots:
            kind = self._slots[name].port.kind
            raise refused(ErrorValue.INVALID_PARAMETER, words.PLACE_TAKEN, label=name, kind=kind)
        if not _LABEL.fullmatch(name):
            if _TCP_NUMBER.fullmatch(name):
                raise PortKindError(used="listening port", wanted="voice port", what=f"port {name}")
            raise refused(ErrorValue.INVALID_PARAMETER, words.BAD_LABEL, label=short(name))
        port = VoicePort(label=name, device=self.name)
        for slot in self:
            if slot.port.card == port.card and slot.port.kind is not VoicePortKind.STATION:
                kind = slot.port.kind
                raise refused(ErrorValue.INVALID_PARAMETER, words.OTHER_CARD, card=port.card, kind=kind)
        self._slots[name] = Slot(port)
        if all(map(_LABEL.fullmatch, self._slots)):
            self._slots = dict(sorted(self._slots.items()))

    def assign(self, dn: str, label: str) -> None:
        """Give a station port its DN. Raises `SwitchError`, `PortKindError`."""
        slot = self.slot(label)
        name = as_number(dn, ErrorValue.INVALID_PARAMETER)
        if not _DN.fullmatch(name):
            raise refused(ErrorValue.INVALID_PARAMETER, words.BAD_DN, dn=short(name), most=LONGEST_DN)
        place = slot.port.label
        if slot.port.kind is not VoicePortKind.STATION:
            raise refused(ErrorValue.INCOMPATIBLE_DEVICE, words.NOT_A_STATION, label=place, kind=slot.port.kind)
        if slot.port.dn:
            raise refused(ErrorValue.INVALID_PARAMETER, words.HAS_DN, label=place, old=slot.port.dn)
        if name in self._stations:
            taken = self._stations[name].port.label
            raise refused(ErrorValue.INVALID_PARAMETER, words.DN_TAKEN, dn=name, label=taken)
        if name in self._groups:
            raise refused(ErrorValue.INVALID_PARAMETER, words.NUMBER_TAKEN, dn=name)
        for access in self.accesses:
            if name.startswith(access):
                raise refused(ErrorValue.INVALID_PARAMETER, words.ACCESS_TAKEN, dn=name, access=access)
        _must_be_free(slot)
        slot.port = replace(slot.port, dn=name)
        self._stations[name] = slot

    def unassign(self, dn: str) -> None:
        """Take a DN from its station port. Raises `SwitchError`."""
        name = as_number(dn, ErrorValue.INVALID_DEVICE)
        slot = self._stations.get(name)
        if slot is None:
            known = guess(name, self._stations, words.DNS_ARE)
            raise refused(ErrorValue.INVALID_DEVICE, words.NO_SUCH_DN, dn=short(name), guess=known)
        _must_be_free(slot)
        del self._stations[name]
        slot.port = replace(slot.port, dn="")


def _must_be_free(slot: Slot) -> None:
    if slot.call_id:
        raise refused(ErrorValue.DEVICE_STATE, words.CARRIES_CALL, label=slot.port.label, call=slot.call_id)


def as_number(value: object, refusal: ErrorValue) -> str:
    """A DN, a number or a label as text. Raises `PortKindError` for a listening port, `SwitchError` for no text."""
    if not isinstance(value, int):
        must_be_voice(value)
    if not isinstance(value, str):
        raise refused(refusal, words.NOT_TEXT)
    return value


def default_switch(name: str) -> Switch:
    """A small switch for a plan that has none: four trunk channels behind 9, an IVR with two ports behind 3000, and
    six stations, four of them with a DN (2001 to 2004).

    Numbers and places are examples of ours; every switch has its own.
    """
    station, trunk, ivr = VoicePortKind.STATION, VoicePortKind.TRUNK, VoicePortKind.IVR
    places: Iterable[tuple[str, VoicePortKind, str]] = (
        *((f"01-{at:02}", trunk, "9") for at in range(1, 5)),
        *((f"02-{at:02}", ivr, "3000") for at in range(1, 3)),
        *((f"03-{at:02}", station, f"200{at}" if at < 5 else "") for at in range(1, 7)),
    )
    ports = tuple(VoicePort(label=label, device=name, kind=kind, dn=dn) for label, kind, dn in places)
    return Switch(name=name, voice_ports=ports)
