"""Phones and gateways of a call desk: whoever speaks SIP."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import NoCallError, NotAPhoneError
from ..lab import Lab, Report
from ..lab.calls import other_of
from ..lab.report import CallReport
from ..lab.roles import component_of
from ..lab.sip_server import PHONE, SIP_SERVER, TRUNKS
from ..lab.talker import Talker
from ..sip.call import Call, CallState
from ..state import ConnectionStatus
from . import call_desk_words as words
from .call_desk_devices import Action, Device, Line, Stands, summed_up

__all__ = ["Phone", "phones_of"]

_CALLING = (CallState.CALLING, CallState.PROCEEDING)
_RINGING = (CallState.INVITED, CallState.RINGING)
_ENDING = (CallState.CANCEL_WANTED, CallState.CANCELLED, CallState.HANGING_UP, CallState.ENDING, CallState.ENDED)


class Phone(Device):
    """A phone, or a gateway that speaks for everybody outside. `phones` are all of them, itself included."""

    has_hook = True

    def __init__(self, lab: Lab, name: str, dn: str, what: str, phones: list[Phone]) -> None:
        super().__init__(lab, name, dn, what)
        self._phones = phones
        #: Of a gateway the DN is a prefix.
        self.number = dn if component_of(lab.plan, name) == PHONE else ""

    @property
    def talker(self) -> Talker | None:
        """Its running self."""
        try:
            return self.lab.phone(self.name) if self.lab.is_running(self.name) else None
        except NotAPhoneError:
            return None

    def _line(self) -> Line:
        if not self.lab.is_running(self.name):
            return self._down(self.name, start=True)
        talker = self.talker
        if talker is None:
            return Line(self.name, self.dn, self.what, words.NO_SIP_PORT)
        service, reached = self._service()
        calls = [self._state(talker, call) for call in talker.talks]
        stands, state = summed_up(calls)
        has = {one for one, _ in calls}
        can = {Action.RELEASE} if calls else set()
        if Stands.RINGING in has:
            can.add(Action.ANSWER)
        if has & {Stands.TALKING, Stands.HELD}:
            can.add(Action.HOLD)
        if Stands.HOLDING in has:
            can.add(Action.RETRIEVE)
        # Whoever holds everybody has a hand free for another call.
        if reached and has <= {Stands.HOLDING}:
            can.add(Action.CALL)
        return Line(self.name, self.dn, self.what, service, stands, state, frozenset(can))

    def _service(self) -> tuple[str, bool]:
        plan, lab = self.lab.plan, self.lab
        ways = [
            one for one in lab.connection_states(self.name) if component_of(plan, one.connection.server) == SIP_SERVER
        ]
        if not ways:
            return words.NO_SERVER, False
        best = next((one for one in ways if one.status is ConnectionStatus.CONNECTED), ways[0])
        reached = best.status is ConnectionStatus.CONNECTED
        registers = component_of(plan, self.name) == PHONE
        if not reached:
            told = words.NOT_REGISTERED if registers else words.NOT_REACHED
        elif lab.is_running(best.connection.server):
            told = words.REGISTERED if registers else words.REACHED
        else:
            told = words.REGISTERED_DOWN if registers else words.REACHED_DOWN
        return told.format(server=best.connection.server), reached

    def _state(self, talker: Talker, call: Call) -> tuple[Stands, str]:
        other = other_of(call)
        if call.state in _RINGING:
            return Stands.RINGING, words.RINGING.format(other=other)
        if call.state in _CALLING:
            return Stands.CALLING, words.CALLING.format(other=other)
        if call.state in _ENDING:
            return Stands.ENDING, words.ENDING
        if talker.is_held(call):
            return Stands.HOLDING, words.HOLDING.format(other=other)
        if self._is_held_by_other(call):
            return Stands.HELD, words.HELD.format(other=other)
        return Stands.TALKING, words.TALKING.format(other=other)

    def _is_held_by_other(self, call: Call) -> bool:
        trace = self.lab.trace
        whole = trace.call_of(call.call_id)
        others = (one.talker for one in self._phones if one is not self)
        legs = ((other, leg) for other in others if other is not None for leg in other.talks if other.is_held(leg))
        return any(trace.call_of(leg.call_id) == whole for _, leg in legs)

    @property
    def answers_itself(self) -> bool:
        """Whether it lifts the receiver when it rings."""
        talker = self.talker
        return talker is not None and talker.answers_itself

    @answers_itself.setter
    def answers_itself(self, does: bool) -> None:
        self.lab.phone(self.name).answers_itself = does

    async def call(self, number: str) -> Report:  # noqa: D102
        report = await self.lab.call(self.name, number)
        # Here it is answered with a button, and not with a line of code.
        if called := next((one.name for one in self._phones if self._rings_for(one, report)), ""):
            return CallReport([words.RINGS.format(caller=self.name, number=number, called=called)], report.call_id)
        return report

    def _rings_for(self, one: Phone, report: CallReport) -> bool:
        trace = self.lab.trace
        whole = trace.call_of(report.call_id)
        legs = one.talker.talks if one is not self and one.talker is not None else ()
        return any(leg.state is CallState.RINGING and trace.call_of(leg.call_id) == whole for leg in legs)

    async def answer(self) -> Report:  # noqa: D102
        return await self.lab.answer(self.name)

    async def hold(self) -> Report:  # noqa: D102
        return await self.lab.hold(self.name)

    async def retrieve(self) -> Report:  # noqa: D102
        return await self.lab.retrieve(self.name)

    async def release(self) -> Report:  # noqa: D102
        return await self.lab.hang_up(self.name)

    async def transfer(self, number: str) -> Report:  # noqa: D102
        raise NoCallError(self.name, words.NO_TRANSFER)


def phones_of(lab: Lab) -> Iterator[Phone]:
    """The phones of the plan, then its gateways."""
    plan, phones = lab.plan, list[Phone]()
    for components, kind in (((PHONE,), "phone"), (TRUNKS, "gateway")):
        for one in plan.applications:
            if component_of(plan, one.name) in components:
                phones.append(Phone(lab, one.name, one.dn, words.KINDS[kind], phones))
    yield from phones
