"""Calls of a lab: what its phones do, and who talks with whom. `Lab` has all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from ..errors import CallFailedError, InvalidValueError, NoCallError, NotAPhoneError, NotRunningError
from ..model import Deployment
from ..sip.call import Call, CallState
from ..sip.refusals import REFUSALS
from ..sip.rtp import MILLISECONDS
from ..sip.server import NUMBER
from ..table import Table
from . import caller as calling
from . import link, voice_words
from . import sip_words as words
from .call_tables import calls_now, live_calls, registrations_now
from .media_server import MediaServer
from .network import Network
from .report import CallReport, Report
from .roles import component_of
from .rtp_port import RtpPort
from .signalling import Signalling
from .sip_server import PHONE, TRUNKS
from .sip_side import SipSide
from .standing import Standing
from .step import step
from .talker import Dialled, Outcome, Talker

__all__ = ["Calls"]

#: So much longer everything takes when datagrams get lost.
LOSSY = 6

#: Seconds between two looks at what a call has come to.
LOOK = 0.02

#: States of a call in which both sides talk.
_TALKING = (CallState.ESTABLISHED, CallState.CHANGING, CallState.ASKED)


class Calls(Standing):
    """What a lab does with SIP."""

    #: Seconds that the call in progress may still wait for those who do not answer.
    patience: float

    def __init__(self, plan: Deployment, network: Network) -> None:
        super().__init__(plan, network)
        #: What the SIP applications share.
        self.signalling = Signalling(network, self.outsiders, self.trace)

    async def settle(self) -> None:
        """Wait until every message on its way has arrived."""
        raise NotImplementedError

    def _check_open(self) -> None:
        raise NotImplementedError

    @property
    def sip_patience(self) -> float:
        """Seconds to wait for an answer over SIP: longer, when it may get lost."""
        return min(calling.GREETING_LIMIT, self.patience) * self._slowness

    @property
    def _slowness(self) -> int:
        return LOSSY if self.network.lossy else 1

    def grow_impatient(self) -> None:
        """Somebody was silent: one call of the lab may meet several of those, and has to end all the same."""
        self.patience = max(0.1, self.patience - calling.GREETING_LIMIT)

    # --- what phones do

    def phone(self, name: str) -> Talker:
        """A running phone (or gateway): `lab.phone("phone_1002").answers_itself = False`.

        Raises `NotAPhoneError`, `NotRunningError`.
        """
        self._check_open()
        running = self._running.get(name) if isinstance(name, str) else None
        element = running.sip.element if running is not None and running.sip is not None else None
        if isinstance(element, Talker):
            return element
        phones = [one.name for one in self.plan.applications if component_of(self.plan, one.name) in (PHONE, *TRUNKS)]
        if not (isinstance(name, str) and self.plan.has_application(name)):
            owner = next((one for one in phones if self.plan.application(one).dn == str(name)), "")
            if owner:
                raise NotAPhoneError(str(name), phones, owner)
        self.plan.application(name)
        raise NotRunningError(name) if name in phones and running is None else NotAPhoneError(name, phones)

    @step
    async def call(self, caller: str, number: str) -> CallReport:
        """Let a phone (or the world behind a gateway) call a number, and wait for what becomes of it.

        It returns when the call is answered, or rings at a phone of this lab that does not answer by itself. Raises
        `CallFailedError` when it is refused or nobody answers in time, `NoCallError`, `NotAPhoneError`,
        `NotRunningError`.
        """
        phone = self.phone(caller)
        if type(number) not in (str, int) or not NUMBER.fullmatch(str(number)):
            raise InvalidValueError(words.NUMBER, str(number), words.NUMBERS)
        number = str(number)
        dn = self.plan.application(number).dn if self.plan.has_application(number) else ""
        if dn:
            raise NoCallError(caller, words.NAME_DIALLED.format(name=number, dn=dn, caller=caller))
        dialled = phone.dial(number)
        values = {"caller": caller, "number": number}
        if other := await self._ringing(dialled):
            return CallReport([words.RINGS.format(called=other, **values)], dialled.call.call_id)
        if not dialled.outcome.done():
            # Whoever calls has other things to do.
            dialled.call.hang_up()
            await self.settle()
            raise CallFailedError(caller, number, 408, words.NO_ANSWER.format(seconds=self._limit))
        status, _ = dialled.outcome.result()
        await self.settle()
        if status >= 300:
            raise CallFailedError(caller, number, status, reason_of(status))
        # An ACK that got lost comes again later; what a cell shows must not depend on how soon the next one runs.
        await self._until(lambda: self._all_confirmed(dialled.call))
        called = next((name for name, _ in self._legs(dialled.call) if name != caller), "")
        sentence = words.ANSWERED_BY if called else words.ANSWERED
        return CallReport([sentence.format(called=called, **values)], dialled.call.call_id)

    @property
    def _limit(self) -> float:
        return link.WAIT_LIMIT * self._slowness

    async def _ringing(self, dialled: Dialled) -> str:
        """Wait for the outcome of a call, at most as long as the lab waits; the phone where it rings, and nobody is."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limit
        while not dialled.outcome.done() and loop.time() < deadline:
            await self.settle()
            for name, leg in self._legs(dialled.call):
                if leg.state is CallState.RINGING and not self.phone(name).answers_itself:
                    return name
            await asyncio.wait([dialled.outcome], timeout=LOOK)
        return ""

    def _legs(self, call: Call) -> Iterator[tuple[str, Call]]:
        """The legs of a call that phones of this lab have, and whose they are."""
        whole = self.trace.call_of(call.call_id)
        for name, talker in self._talkers():
            for leg in talker.talks:
                if self.trace.call_of(leg.call_id) == whole:
                    yield name, leg

    def _all_confirmed(self, call: Call) -> bool:
        """Whether each end that answered, of each leg of this call, has got its ACK."""
        whole = self.trace.call_of(call.call_id)
        answered = (leg.call_id for _, leg in live_calls(self._sides()) if leg.state is CallState.ANSWERED)
        return all(self.trace.call_of(one) != whole for one in answered)

    def _talkers(self) -> Iterator[tuple[str, Talker]]:
        for name, one in self._running.items():
            if one.sip is not None and isinstance(one.sip.element, Talker):
                yield name, one.sip.element

    @step
    async def answer(self, phone: str) -> Report:
        """Lift the receiver of a phone that rings. Raises `NoCallError`, `NotAPhoneError`, `NotRunningError`."""
        talker = self.phone(phone)
        call = talker.ringing
        if call is None:
            raise NoCallError(phone, words.NO_RINGING_CALL.format(phone=phone))
        talker.lift(call)
        await self._until(lambda: call.state is not CallState.ANSWERED)
        return Report([words.LIFTED.format(phone=phone, other=call.caller)])

    @step
    async def hang_up(self, phone: str) -> Report:
        """End every call of a phone, as each stands: CANCEL, refusal or BYE. One without a call says so.

        Raises `NotAPhoneError`, `NotRunningError`.
        """
        talker = self.phone(phone)
        calls = talker.talks
        if not calls:
            return Report([words.NO_CALL.format(phone=phone)])
        for call in calls:
            call.hang_up()
        await self._until(lambda: all(call.state is CallState.ENDED for call in calls))
        return Report([words.HUNG_UP.format(phone=phone, other=other_of(call)) for call in calls])

    @step
    async def listen(self, phone: str) -> Report:
        """Listen until the announcement is over that a media server plays to a phone, and tell what has come.

        Raises `NotAPhoneError`, `NotRunningError`.
        """
        talker = self.phone(phone)
        voice = talker.voice
        while any(server.plays_to(voice) for server in self._media_servers()):
            await asyncio.sleep(LOOK)
        await self.settle()
        return Report([_heard(phone, talker.application.host, voice)])

    def _media_servers(self) -> Iterator[MediaServer]:
        for side in self._sides():
            if isinstance(side.element, MediaServer):
                yield side.element

    @step
    async def hold(self, phone: str) -> Report:
        """Put the newest call of a phone on hold. Raises `NoCallError`, `NotAPhoneError`, `NotRunningError`."""
        return await self._change(phone, hold=True)

    @step
    async def retrieve(self, phone: str) -> Report:
        """Take the call back that is on hold. Raises `NoCallError`, `NotAPhoneError`, `NotRunningError`."""
        return await self._change(phone, hold=False)

    async def _change(self, phone: str, *, hold: bool) -> Report:
        talker = self.phone(phone)
        calls = [call for call in talker.talks if call.state in _TALKING]
        if not calls:
            problem = words.NOT_ESTABLISHED if talker.talks else words.NO_CALL
            raise NoCallError(phone, problem.format(phone=phone))
        fitting = [call for call in calls if talker.is_held(call) is not hold]
        if not fitting:
            sentence = words.HELD_ALREADY if hold else words.TALKS_ALREADY
            return Report([sentence.format(phone=phone, other=other_of(calls[-1]))])
        call = fitting[-1]
        outcome = talker.change(call, hold=hold)
        status, _ = await self._changed(outcome) if outcome is not None else (491, "")
        if status == 0 or call.state is CallState.ENDED:
            raise NoCallError(phone, words.CHANGE_UNANSWERED.format(phone=phone))
        if status >= 300:
            raise NoCallError(phone, words.CHANGE_REFUSED.format(phone=phone, status=status, reason=reason_of(status)))
        return Report([(words.HELD if hold else words.RETRIEVED).format(phone=phone, other=other_of(call))])

    async def _changed(self, outcome: Outcome) -> tuple[int, str]:
        await asyncio.wait([outcome], timeout=self._limit)
        await self.settle()
        return outcome.result() if outcome.done() else (408, "")

    async def calm(self) -> None:
        """Wait until every call stands, is over, or rings at a phone that somebody has to answer."""
        await self._until(self._is_calm)

    def _is_calm(self) -> bool:
        legs = [(talker, call) for _, talker in self._talkers() for call in talker.talks]
        if any(call.state is CallState.RINGING and not talker.answers_itself for talker, call in legs):
            return True
        return all(call.state is CallState.ESTABLISHED for _, call in legs)

    async def _until(self, done: Callable[[], bool]) -> None:
        """Wait for what a button has set off, at most as long as the lab waits."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limit
        await self.settle()
        while not done() and loop.time() < deadline:
            await asyncio.sleep(LOOK)
        await self.settle()

    # --- how things stand

    def calls(self) -> Table:
        """A table of the calls that stand or ring now: from whom to whom, and the Call-ID of the first leg."""
        return calls_now(self._sides(), self.trace)

    def registrations(self) -> Table:
        """A table of the numbers that are registered with SIP Server now, and where each is reached."""
        return registrations_now(self._sides(), self.signalling)

    def _sides(self) -> list[SipSide]:
        return [one.sip for one in self._running.values() if one.sip is not None]


def _heard(phone: str, host: str, voice: RtpPort) -> str:
    count, lost = voice.arrivals.received, voice.arrivals.lost
    seconds = f"{count * MILLISECONDS / 1_000:g}"
    sentence = voice_words.HEARD_LOSSY if lost else voice_words.HEARD if count else voice_words.HEARD_NOTHING
    return sentence.format(phone=phone, seconds=seconds, count=count, lost=lost, port=f"{voice.number}/udp", host=host)


def other_of(call: Call) -> str:
    """The number at the other end of a call."""
    return call.caller if call.incoming else call.number


def reason_of(status: int) -> str:
    """A whole sentence that says what a status means."""
    return REFUSALS.get(status) or REFUSALS.get(status // 100 * 100) or words.UNKNOWN_STATUS
