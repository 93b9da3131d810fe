"""The telephony side of a lab's switch: who calls, answers and hangs up, and which physical ports that occupies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..errors import BusyError, NoCallError, SwitchCallError, SwitchError
from ..model import VoicePort, VoicePortKind
from ..switch import (
    CallEvent,
    Cause,
    ConnectionState,
    EventName,
    Party,
    PortStatus,
    Switching,
    VoiceCall,
    VoicePortState,
)
from ..switch.refusals import ErrorValue
from ..table import Table
from . import switch_words as words
from .report import CallReport, Report
from .step import step_of
from .switch_names import device_of, number_of, refuse_listening_port
from .switch_role import SwitchRole, call_name
from .switch_tables import calls_of, capacity_of, named, ports_of, with_states

if TYPE_CHECKING:
    from .desks import Desks

__all__ = ["SwitchDesk"]

_step = step_of("desk")

#: What the switch refuses when no port is left for a call, and the cause of the event that goes with it.
_BUSY = {ErrorValue.NETWORK_BUSY: Cause.TRUNKS_BUSY, ErrorValue.RESOURCE_BUSY: Cause.BUSY}


class SwitchDesk:
    """Everything that people do at the ports of one switch: `desk = lab.switch("switch")`.

    Devices are named as the switch names them: a station by its DN ("2001"), an IVR port by its label ("02-01"). Each
    step waits until what follows from it has happened, at T-Server and at its clients, too. Raises what `Lab.switch`
    raises when the switch does not run any more.
    """

    def __init__(self, lab: Desks, name: str) -> None:
        self._lab = lab
        self.name = name

    @property
    def _role(self) -> SwitchRole:
        return self._lab.switch_role(self.name)

    @property
    def _switching(self) -> Switching:
        return self._role.switching

    # --- calls

    @_step
    async def call(self, caller: str, number: str) -> CallReport:
        """Let a station (or an IVR port) call a number: a DN, an IVR group, or 9 and a number outside.

        A caller that has called this number already has done so, and nothing changes; one that hears busy hangs up and
        dials anew. Raises `BusyError` (the caller has hung up again by then), `SwitchCallError`, `PortKindError`.
        """
        caller, number = self._number(caller), self._number(number)
        before = self._call_of(caller)
        if before is not None and (before.calling, before.called) == (caller, number):
            if before.parties[-1].state is ConnectionState.FAIL:
                self._switching.clear(before.call_id, caller)
                return await self._call(caller, number)
            return self._report(before.call_id, words.CALLS_ALREADY.format(caller=caller, number=number))
        return await self._call(caller, number)

    async def _call(self, caller: str, number: str) -> CallReport:
        with self._hearing() as events, self._refusals(number, caller):
            call_id = self._switching.make_call(caller, number)
        failed = next((one for one in events if one.name is EventName.FAILED), None)
        await self._lab.settle()
        if failed is None:
            return self._report(call_id, self._outcome(call_id).format(caller=caller, number=number))
        problem = self._why(number, failed.cause)
        self._switching.clear(call_id, caller)
        await self._lab.settle()
        if failed.cause == Cause.OUT_OF_ORDER:
            out = next(one.port.label for one in self.states() if one.port.dn == number)
            raise SwitchCallError(self.name, problem, words.RELEASE_FIRST.format(port=out))
        raise BusyError(caller, number, problem)

    @_step
    async def arrive(self, caller: str, number: str) -> CallReport:
        """A call comes in from the network, over the first free trunk channel: a customer calls a DN, or an IVR group.

        One that has come in from this caller to this number, and goes on, is left as it is. Raises `BusyError`,
        `SwitchCallError`, `PortKindError`.
        """
        caller, number = self._number(caller), self._number(number)
        before = self._call_from(caller)
        if before is not None and before.called == number:
            return self._report(before.call_id, words.CALLS_ALREADY.format(caller=caller, number=number))
        try:
            with self._refusals(number, caller):
                call_id = self._switching.arrive(caller, number)
        finally:
            await self._lab.settle()
        return self._report(call_id, self._outcome(call_id).format(caller=caller, number=number))

    @_step
    async def answer(self, device: str) -> CallReport:
        """Lift the receiver of a station that rings. Raises `NoCallError`, `SwitchCallError`, `PortKindError`."""
        call, own = self._own(device, words.NO_RINGING)
        if own.state is ConnectionState.ALERTING:
            with self._refusals(own.device):
                self._switching.answer(call.call_id, own.device)
            await self._lab.settle()
            sentence = words.ANSWERED
        elif own.device == call.calling or own.state is not ConnectionState.CONNECTED:
            raise NoCallError(own.device, words.NO_RINGING.format(device=own.device))
        else:
            sentence = words.ANSWERED_ALREADY
        return self._report(call.call_id, sentence.format(device=own.device, other=_other(call, own)))

    @_step
    async def hang_up(self, device: str) -> Report:
        """Let a device leave its call; of two parties the other is cleared, too. One without a call says so."""
        device = self._device(device)
        call = self._call_of(device)
        if call is None:
            return Report([words.NO_CALL.format(device=device)])
        return await self._end(call, device)

    @_step
    async def outside_hangs_up(self, caller: str) -> Report:
        """The far end behind a trunk, named by its number, hangs up. One without a call says so."""
        caller = self._number(caller)
        call = self._call_from(caller)
        if call is None:
            return Report([words.NO_CALL.format(device=caller)])
        return await self._end(call, caller)

    async def _end(self, call: VoiceCall, device: str) -> CallReport:
        ports = self._occupied(call)
        own = next(one for one in call.parties if device in (one.device, one.number))
        with self._refusals(own.device):
            self._switching.clear(call.call_id, own.device)
        await self._lab.settle()
        sentence = words.HUNG_UP.format(device=device, other=_other(call, own), ports=ports)
        return CallReport([sentence], call_name(self.name, call.call_id))

    @_step
    async def hold(self, device: str) -> CallReport:
        """Put the call of a device on hold. Raises `NoCallError`, `SwitchCallError`, `PortKindError`."""
        return await self._change(device, hold=True)

    @_step
    async def retrieve(self, device: str) -> CallReport:
        """Take the call back that is on hold. Raises `NoCallError`, `SwitchCallError`, `PortKindError`."""
        return await self._change(device, hold=False)

    async def _change(self, device: str, *, hold: bool) -> CallReport:
        call, own = self._own(device, words.NO_CALL)
        values = {"device": own.device, "other": _other(call, own)}
        if (own.state is ConnectionState.HOLD) is hold:
            already = words.HELD_ALREADY if hold else words.TALKS_ALREADY
            if hold or self._talks(call):
                return self._report(call.call_id, already.format(**values))
        with self._refusals(own.device):
            (self._switching.hold if hold else self._switching.retrieve)(call.call_id, own.device)
        await self._lab.settle()
        return self._report(call.call_id, (words.HELD if hold else words.RETRIEVED).format(**values))

    @_step
    async def transfer(self, device: str, to: str) -> CallReport:
        """Hand the call of a device on to another number in one step: its own port is free as soon as that one rings.

        One that it has handed on there already, and that goes on, is left as it is. Raises `NoCallError`, `BusyError`,
        `SwitchCallError`, `PortKindError`.
        """
        to = self._number(to)
        handed, call_id = self._role.handed_over.get(str(device), ("", ""))
        if handed == to and self._call_of(self._device(device)) is None and self._goes_on(call_id):
            return self._report(call_id, words.TRANSFERRED_ALREADY.format(device=device, to=to))
        call, own = self._own(device, words.NO_CALL)
        with self._refusals(to, own.device):
            call_id = self._switching.transfer(call.call_id, own.device, to)
        self._role.handed_over[own.device] = to, call_id
        await self._lab.settle()
        rings = any(one.state is ConnectionState.ALERTING for one in self._find(call_id).parties)
        sentence = words.TRANSFERRED if rings else words.TRANSFERRED_ANSWERED
        return self._report(call_id, sentence.format(device=own.device, other=_other(call, own), to=to))

    # --- the ports themselves

    @_step
    async def busy_out(self, *ports: str | VoicePort) -> Report:
        """Take ports out of service: at once, or when the call that they carry is over. May be said again.

        Raises `SwitchCallError`, `PortKindError`.
        """
        return await self._service(ports, out=True)

    @_step
    async def release(self, *ports: str | VoicePort) -> Report:
        """Bring ports back into service. May be said again. Raises `SwitchCallError`, `PortKindError`."""
        return await self._service(ports, out=False)

    async def _service(self, ports: Iterable[str | VoicePort], *, out: bool) -> Report:
        sentences = []
        for port in ports:
            label = port.label if isinstance(port, VoicePort) else port
            with self._refusals(label):
                (self._switching.busy_out if out else self._switching.release)(label)
            state = next(one for one in self.states() if one.port.label == label)
            sentence = words.BACK if not out else words.OUT_LATER if state.closing else words.OUT_NOW
            sentences.append(sentence.format(port=_at_the_beginning(named([state.port]))))
        await self._lab.settle()
        return Report(sentences)

    # --- how things stand

    def states(self) -> tuple[VoicePortState, ...]:
        """Every physical port as it is now, for whoever draws it."""
        return self._switching.ports()

    def ports(self) -> Table:
        """A table of the physical ports: what each is, whom it carries, and for which call."""
        return ports_of(self.name, self.states())

    def calls(self) -> Table:
        """A table of the calls that stand or ring now, and the ports that each occupies."""
        return calls_of(self.name, self._switching.calls(), self.states())

    def capacity(self) -> Table:
        """A table that counts: how many calls find a port of the switch, and how many clients are connected."""
        return capacity_of(self._lab, self.name, self.states())

    def __repr__(self) -> str:
        return str(self.ports())

    def _repr_html_(self) -> str:
        return self.ports()._repr_html_()

    # --- finding

    def _find(self, call_id: str) -> VoiceCall:
        return next(one for one in self._switching.calls() if one.call_id == call_id)

    def _call_of(self, device: str) -> VoiceCall | None:
        """The call in which a device of the switch has its part."""
        calls = self._switching.calls()
        return next((call for call in calls if any(one.device == device for one in call.parties)), None)

    def _call_from(self, caller: str) -> VoiceCall | None:
        """The call with somebody behind a trunk."""
        trunks = {one.port.label for one in self.states() if one.port.kind is VoicePortKind.TRUNK}
        calls = self._switching.calls()
        return next(
            (call for call in calls if any(one.number == caller and one.port in trunks for one in call.parties)), None
        )

    def _goes_on(self, call_id: str) -> bool:
        return any(call.call_id == call_id for call in self._switching.calls())

    def _own(self, device: object, sentence: str) -> tuple[VoiceCall, Party]:
        """The call of a device, and its part in it. Raises `NoCallError`, `SwitchCallError`, `PortKindError`."""
        name = self._device(device)
        call = self._call_of(name)
        if call is None:
            raise NoCallError(name, sentence.format(device=name))
        return call, next(one for one in call.parties if one.device == name)

    def _talks(self, call: VoiceCall) -> bool:
        return any(one.status is PortStatus.TALKING for one in self.states() if one.call_id == call.call_id)

    def _occupied(self, call: VoiceCall) -> str:
        """The ports of a call from end to end, in words."""
        by_label = {one.port.label: one.port for one in self.states()}
        return named(by_label[one.port] for one in call.parties)

    # --- telling

    def _report(self, call_id: str, sentence: str) -> CallReport:
        ports = self._occupied(self._find(call_id))
        return CallReport([sentence, words.OCCUPIED.format(ports=ports)], call_name(self.name, call_id))

    def _outcome(self, call_id: str) -> str:
        """The sentence for what has become of a new call."""
        call = self._find(call_id)
        if any(one.state is ConnectionState.ALERTING for one in call.parties):
            return words.RINGS
        last = next(one.port for one in self.states() if one.port.label == call.parties[-1].port)
        return words.OUTSIDE_ANSWERS if last.kind is VoicePortKind.TRUNK else words.IVR_ANSWERS

    def _why(self, number: str, cause: str) -> str:
        """Which ports keep a call from getting through."""
        states = self.states()
        if cause == Cause.TRUNKS_BUSY:
            trunks = [one for one in states if one.port.kind is VoicePortKind.TRUNK]
            if not trunks:
                return words.NO_TRUNKS.format(switch=self.name)
            same = [one for one in trunks if one.port.dn and number.startswith(one.port.dn)]
            return words.NO_CHANNEL.format(ports=with_states(same or trunks))
        behind = [one for one in states if one.port.dn == number]
        sentence = words.BUSY if len(behind) == 1 else words.BUSY_MANY
        if cause == Cause.OUT_OF_ORDER:
            sentence = words.OUT_OF_ORDER
        return sentence.format(number=number, ports=with_states(behind))

    @contextlib.contextmanager
    def _hearing(self) -> Iterator[list[CallEvent]]:
        events: list[CallEvent] = []
        end = self._role.subscribe(events.append)
        try:
            yield events
        finally:
            end()

    @contextlib.contextmanager
    def _refusals(self, number: str, caller: str = "") -> Iterator[None]:
        """What the switch refuses, as an error of the lab."""
        try:
            yield
        except SwitchError as error:
            cause = _BUSY.get(ErrorValue(error.value))
            if cause is not None:
                raise BusyError(caller, number, self._why(number, cause)) from None
            if error.category == "operation":
                refuse_listening_port(number, self._switching, self._lab.plan)
            raise SwitchCallError(self.name, error.problem) from None

    def _number(self, value: object) -> str:
        return number_of(value, self._switching, self._lab.plan)

    def _device(self, value: object) -> str:
        return device_of(value, self._switching, self._lab.plan)


def _other(call: VoiceCall, own: Party) -> str:
    """The number at the other end of a call."""
    return next((one.number for one in call.parties if one is not own), call.called)


def _at_the_beginning(text: str) -> str:
    """Words as a sentence begins with them."""
    return text[:1].upper() + text[1:]
