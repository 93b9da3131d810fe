"""Stations and IVR ports of a switch at a call desk, and whoever calls from outside."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import BusyError, NoCallError
from ..lab import Lab, Report
from ..lab.switch_desk import SwitchDesk
from ..lab.switch_role import frame_of
from ..lab.trunk import CALLER
from ..model import VoicePort, VoicePortKind
from ..switch import ConnectionState, Party, PortStatus, Switching, VoiceCall, VoicePortState
from . import call_desk_words as words
from .call_desk_devices import Action, Device, Line, Stands, summed_up

__all__ = ["Outside", "Station", "stations_of"]

#: The name of the row for everybody outside.
OUTSIDE = "outside"

#: Callers outside: 555-0100 to 555-0199 are nobody's numbers.
CALLERS = range(int(CALLER), int(CALLER) + 100)


class _AtSwitch(Device):
    """Something behind a physical port of a switch."""

    def __init__(self, lab: Lab, name: str, dn: str, what: str, switch: str) -> None:
        super().__init__(lab, name, dn, what)
        self.switch = self.application = switch

    @property
    def desk(self) -> SwitchDesk:
        """Where people use the switch."""
        return self.lab.switch(self.switch)

    @property
    def switching(self) -> Switching:
        """Its ports and calls."""
        return self.lab.switch_role(self.switch).switching

    def _line(self) -> Line:
        if not self.lab.is_running(self.switch):
            return self._down(self.switch, start=False)
        return self._in_use()

    def _in_use(self) -> Line:
        raise NotImplementedError


class Station(_AtSwitch):
    """A station by its DN, or an IVR port by its label."""

    def __init__(self, lab: Lab, name: str, port: VoicePort, switch: str) -> None:
        super().__init__(lab, name, port.dn, words.KINDS[port.kind].format(switch=switch), switch)
        self._label, self.number = port.label, port.dn
        #: What the switch calls it.
        self.device = port.dn if port.kind is VoicePortKind.STATION else port.label

    def _in_use(self) -> Line:
        port = next(one for one in self.switching.ports() if one.port.label == self._label)
        own = next(_parts_of(self.switching.calls(), self.device), None)
        out = port.status is PortStatus.OUT_OF_SERVICE
        service = words.OUT_OF_SERVICE if out else words.CLOSING if port.closing else words.IN_SERVICE
        if own is None:
            idle = frozenset({Action.CALL}) if not out else frozenset[Action]()
            return Line(self.name, self.dn, self.what, service, Stands.IDLE, words.IDLE, idle)
        stands, state = _state(*own, port)
        can = {Action.RELEASE}
        if stands is Stands.RINGING:
            can.add(Action.ANSWER)
        if stands in (Stands.TALKING, Stands.HELD) and port.status is PortStatus.TALKING:
            can |= {Action.HOLD, Action.TRANSFER}
        if stands is Stands.HOLDING:
            can.add(Action.RETRIEVE)
        return Line(self.name, self.dn, self.what, service, stands, state, frozenset(can))

    async def call(self, number: str) -> Report:  # noqa: D102
        return await self.desk.call(self.device, number)

    async def answer(self) -> Report:  # noqa: D102
        return await self.desk.answer(self.device)

    async def hold(self) -> Report:  # noqa: D102
        return await self.desk.hold(self.device)

    async def retrieve(self) -> Report:  # noqa: D102
        return await self.desk.retrieve(self.device)

    async def release(self) -> Report:  # noqa: D102
        return await self.desk.hang_up(self.device)

    async def transfer(self, number: str) -> Report:  # noqa: D102
        return await self.desk.transfer(self.device, number)


class Outside(_AtSwitch):
    """Everybody behind the trunks of a switch: each call comes from a number of its own."""

    def _parts(self) -> list[tuple[VoiceCall, Party]]:
        trunks = {one.port.label for one in self.switching.ports() if one.port.kind is VoicePortKind.TRUNK}
        return [(call, one) for call in self.switching.calls() for one in call.parties if one.port in trunks]

    def _in_use(self) -> Line:
        ports = {one.port.label: one for one in self.switching.ports()}
        calls = []
        for call, own in self._parts():
            stands, state = _state(call, own, ports[own.port])
            calls.append((stands, words.OUTSIDE_CALL.format(caller=own.number, state=state)))
        stands, state = summed_up(calls)
        can = {Action.CALL, Action.RELEASE} if calls else {Action.CALL}
        return Line(self.name, self.dn, self.what, words.IN_SERVICE, stands, state, frozenset(can))

    async def call(self, number: str) -> Report:  # noqa: D102
        talking = {own.number for _, own in self._parts()}
        caller = next((str(one) for one in CALLERS if str(one) not in talking), "")
        if not caller:
            raise BusyError(self.name, number, words.NO_OUTSIDE_FREE)
        return await self.desk.arrive(caller, number)

    async def release(self) -> Report:  # noqa: D102
        parts = self._parts()
        # The newest of them; one without a call says so.
        return await self.desk.outside_hangs_up(parts[-1][1].number if parts else CALLER)

    async def answer(self) -> Report:  # noqa: D102
        raise NoCallError(self.name, words.NO_OUTSIDE)

    async def hold(self) -> Report:  # noqa: D102
        raise NoCallError(self.name, words.NO_OUTSIDE)

    async def retrieve(self) -> Report:  # noqa: D102
        raise NoCallError(self.name, words.NO_OUTSIDE)

    async def transfer(self, number: str) -> Report:  # noqa: D102
        raise NoCallError(self.name, words.NO_OUTSIDE)


def _parts_of(calls: tuple[VoiceCall, ...], device: str) -> Iterator[tuple[VoiceCall, Party]]:
    return ((call, one) for call in calls for one in call.parties if one.device == device)


def _state(call: VoiceCall, own: Party, port: VoicePortState) -> tuple[Stands, str]:
    """Where one side of a call stands."""
    other = next((one for one in call.parties if one is not own), None)
    name = other.number if other is not None else call.called
    if own.state is ConnectionState.ALERTING:
        return Stands.RINGING, words.RINGING.format(other=name)
    if own.state is ConnectionState.HOLD:
        return Stands.HOLDING, words.HOLDING.format(other=name)
    if own.state is ConnectionState.FAIL:
        return Stands.BUSY, words.BUSY.format(other=name)
    if other is not None and other.state is ConnectionState.HOLD:
        return Stands.HELD, words.HELD.format(other=name)
    if port.status is PortStatus.TALKING:
        return Stands.TALKING, words.TALKING.format(other=name)
    return Stands.CALLING, words.CALLING.format(other=name)


def stations_of(lab: Lab, switch: str, name: str = "{name}") -> Iterator[Device]:
    """The stations that have a DN and the IVR ports of a switch; then everybody outside, where it has a trunk.

    `name` makes names of what the switch calls them, where there are several switches.
    """

    def named(device: str) -> str:
        return name.format(name=device, switch=switch)

    running = lab.is_running(switch) and not lab.is_closed
    ports = lab.switch_role(switch).switching.ports() if running else ()
    frame = tuple(one.port for one in ports) if running else frame_of(lab.plan, switch).voice_ports
    for port in frame:
        if port.kind is VoicePortKind.STATION and port.dn:
            yield Station(lab, named(port.dn), port, switch)
    for port in frame:
        if port.kind is VoicePortKind.IVR:
            yield Station(lab, named(port.label), port, switch)
    if trunk := next((one for one in frame if one.kind is VoicePortKind.TRUNK), None):
        what = words.KINDS["outside"].format(switch=switch)
        yield Outside(lab, named(OUTSIDE), trunk.dn, what, switch)
