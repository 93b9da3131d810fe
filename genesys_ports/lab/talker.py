"""Whoever makes and takes calls: phones, and the gateways and softswitches that speak for the world outside."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import NoCallError
from ..sip.call import Call, CallState
from ..sip.message import Request, Response
from ..sip.sdp import Media, Sdp
from ..state import ConnectionStatus
from . import sip_words as words
from .endpoint import Endpoint
from .offers import FORMATS, everything, reply
from .rtp_port import RtpPort

if TYPE_CHECKING:
    from .application import RunningApplication
    from .elements import Stack

__all__ = ["Dialled", "Talker"]

#: Seconds of ringing before a phone that answers by itself does. As long as messages are on their way the clock of SIP
#: stands still, so everybody has heard of the ringing by then.
RINGS = 0.05

#: The same for a call without SDP: SIP Server lets a phone ring that shall call somebody else, and then tells it to
#: answer.
RINGS_LONGER = 1.0

#: A status and its words.
Outcome: TypeAlias = "asyncio.Future[tuple[int, str]]"


class Dialled(NamedTuple):
    """A call that was begun, and what will become of it."""

    call: Call
    outcome: Outcome


class Talker(Endpoint):
    """An endpoint with a voice. `answers_itself` lifts the receiver when it rings; with `offers_video` it offers more
    codecs and video too, and its INVITE grows beyond 1,300 bytes, as those of softphones do.
    """

    #: Where it hears.
    voice: RtpPort

    def __init__(self, application: RunningApplication, stack: Stack, *, allow_unknown_users: bool = False) -> None:
        super().__init__(application, stack, allow_unknown_users=allow_unknown_users)
        self.answers_itself = True
        self.offers_video = False
        self._versions: dict[Call, int] = {}
        self._held: dict[Call, None] = {}
        self._outcomes: dict[Call, Outcome] = {}
        self._changes: dict[Call, Outcome] = {}

    @property
    def shown(self) -> str:
        """The number that those it calls see."""
        return self.dn

    @property
    def talks(self) -> tuple[Call, ...]:
        """Its calls, the oldest first."""
        return tuple(self.agent.calls.values())

    @property
    def ringing(self) -> Call | None:
        """The call that waits for somebody to lift the receiver."""
        return next((call for call in self.talks if call.state is CallState.RINGING), None)

    def is_held(self, call: Call) -> bool:
        """Whether this side has put the call on hold."""
        return call in self._held

    async def start(self) -> None:
        """Take a number for the voice."""
        self.voice = self.application.voice.take()

    # --- calling

    def dial(self, number: str) -> Dialled:
        """Call a number. Raises `NoCallError`."""
        own = self.application
        reached = [one for one, status in own.statuses.items() if status is ConnectionStatus.CONNECTED]
        ways = [self.stack.way_to(one.server, one.port_id) for one in reached]
        way = next((one for one in ways if one is not None), None)
        if way is None:
            some = words.NOT_CONNECTED if own.statuses else words.NO_SERVER
            raise NoCallError(own.name, some.format(phone=own.name))
        call = self.agent.invite(self.stack.uri_of(number, way), way, body=self._sdp(), from_user=self.shown)
        outcome: Outcome = asyncio.get_running_loop().create_future()
        if call.state is CallState.ENDED:
            outcome.set_result((call.status, call.reason))
        else:
            self._outcomes[call] = outcome
        return Dialled(call, outcome)

    def answered(self, call: Call, response: Response) -> None:
        """The other side has answered."""
        self.voice.begin(call.call_id)
        if call.offered:
            call.acknowledge(self._answer(call, call.remote_body) or b"")
        _tell(self._outcomes.pop(call, None), response.status, response.reason)

    def refused(self, call: Call, status: int, reason: str) -> None:
        """The call did not come about."""
        _tell(self._outcomes.pop(call, None), status, reason)
        self._forget(call)

    def ended(self, call: Call, by_us: bool) -> None:
        """The call is over."""
        _tell(self._outcomes.pop(call, None), 487, "")
        _tell(self._changes.pop(call, None), 0, "")
        self._forget(call)

    def _forget(self, call: Call) -> None:
        self._versions.pop(call, None)
        self._held.pop(call, None)

    # --- being called

    def invited(self, call: Call) -> None:
        """Somebody calls. One who lifts the receiver by hand has two hands and one ear; a machine has many."""
        if not self.answers_itself and len(self.agent.calls) > 1:
            call.reject(486)
        elif call.remote_body and self._answer(call, call.remote_body) is None:
            call.reject(488)
        else:
            call.ring()
            if not self.answers_itself:
                return
            rings = RINGS if call.remote_body else RINGS_LONGER
            self.transactions.alarms.set(rings, self.lift, call)

    def lift(self, call: Call) -> bool:
        """Lift the receiver; False when it does not ring any more."""
        self.voice.begin(call.call_id)
        return call.answer(self._answer(call, call.remote_body) or self._sdp(call))

    def notified(self, call: Call, event: str) -> None:
        """A button of the agent's desktop was pressed."""
        if event == "hold":
            self.change(call, hold=True)
        elif call.state is CallState.RINGING:
            self.lift(call)
        elif call in self._held:
            self.change(call, hold=False)

    # --- changing

    def change(self, call: Call, *, hold: bool) -> Outcome | None:
        """Put a call on hold, or take it back; None when it is not established."""
        if hold:
            self._held[call] = None
        else:
            self._held.pop(call, None)
        if not call.reinvite(self._sdp(call)):
            return None
        self._changes[call] = outcome = asyncio.get_running_loop().create_future()
        return outcome

    def changed(self, call: Call, response: Response) -> None:
        """The answer to our change."""
        if response.status < 300:
            _tell(self._changes.pop(call, None), response.status, "")
            return
        # All is as it was.
        if call in self._held:
            del self._held[call]
        else:
            self._held[call] = None
        _tell(self._changes.pop(call, None), response.status, response.reason)

    def change_asked(self, call: Call, request: Request) -> None:
        """The other side holds the call, takes it back, or asks what we can."""
        body = self._answer(call, request.body) if request.body else self._sdp(call)
        if body is None:
            call.refuse_change(488)
        else:
            call.accept_change(body)

    # --- what is said of the voice

    def _sdp(self, call: Call | None = None) -> bytes:
        """Our offer: voice at our number, both ways unless the call is on hold."""
        direction = "sendonly" if call in self._held else "sendrecv"
        number = self.voice.local.number
        if self.offers_video:
            return self._write(call, everything(number, direction))
        return self._write(call, (Media("audio", number, formats=FORMATS, direction=direction),))

    def _answer(self, call: Call, offer: bytes) -> bytes | None:
        """Our answer to an offer; None when we have nothing in common."""
        media = reply(offer, self.voice.local.number, _common, holding=call in self._held)
        return self._write(call, media) if media else None

    def _write(self, call: Call | None, media: tuple[Media, ...]) -> bytes:
        version = 1
        if call is not None:
            # A call that began with our offer has had version 1.
            version = self._versions[call] = self._versions.get(call, 0 if call.incoming else 1) + 1
        return bytes(Sdp.write(self.voice.local.address, media, version=version))


def _common(media: Media) -> tuple[str, ...]:
    voice = media.kind == "audio" and media.number and media.protocol == "RTP/AVP"
    return tuple(name for name in media.formats if name in FORMATS) if voice else ()


def _tell(outcome: Outcome | None, status: int, reason: str) -> None:
    if outcome is not None and not outcome.done():
        outcome.set_result((status, reason))
