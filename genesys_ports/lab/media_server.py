"""A media server: it answers a call, plays an announcement as RTP, and hangs up (RFC 4240, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING
from zlib import crc32

from ..sip.call import Call
from ..sip.message import Request
from ..sip.refusals import warning
from ..sip.rtp import MILLISECONDS, PCMU, RtpPacket, announcement
from ..sip.sdp import Media, Sdp
from ..sip.timers import Alarm
from ..state import Socket
from . import voice_words as words
from .endpoint import Endpoint
from .offers import offered, reply
from .rtp_port import RtpPort
from .voice import VoiceUsedUp

if TYPE_CHECKING:
    from .application import RunningApplication
    from .elements import Stack

__all__ = ["MEDIA_SERVER", "PACKETS", "MediaServer"]

MEDIA_SERVER = "media_server"

#: Packets of an announcement unless told otherwise: half a second.
PACKETS = 25


class _Play:
    """One announcement: from which port, what is left of it, and where to (None while the call is on hold)."""

    __slots__ = ("alarm", "due", "packets", "port", "to", "version")

    def __init__(self, port: RtpPort, packets: Iterator[RtpPacket]) -> None:
        self.port = port
        self.packets = packets
        self.to: Socket | None = None
        self.alarm: Alarm | None = None
        self.due = 0.0
        self.version = 0


class MediaServer(Endpoint):
    """See `elements.Element`. Its numbers begin with its DN. `packets` is how long its announcement is."""

    def __init__(self, application: RunningApplication, stack: Stack) -> None:
        super().__init__(application, stack)
        self.packets = PACKETS
        self._plays: dict[Call, _Play] = {}

    def plays_to(self, port: RtpPort) -> bool:
        """Whether an announcement is on its way to this port, or about to begin: the ACK of its call may be late."""
        return any(
            play.to == port.local or (play.alarm is None and _target(call.remote_body) == port.local)
            for call, play in self._plays.items()
        )

    # --- a call

    def invited(self, call: Call) -> None:
        """Answer, if there is a number for the voice."""
        if not call.number.startswith(self.dn):
            call.reject(404)
            return
        try:
            port = self.application.voice.take(call.call_id)
        except VoiceUsedUp as used:
            numbers = str(used) or words.NOT_PLANNED
            self._refuse(call, 486, words.USED_UP.format(application=self.application.name, numbers=numbers))
            return
        play = _Play(port, announcement(self.packets, source=crc32(call.call_id.encode("utf-8", "surrogateescape"))))
        body = _answer(play, call.remote_body) if call.remote_body else _offer(play)
        if body is None:
            self.application.voice.give_back(port)
            self._refuse(call, 488, words.NO_FORMAT)
            return
        self._plays[call] = play
        call.answer(body)

    def _refuse(self, call: Call, status: int, sentence: str) -> None:
        call.reject(status, headers=[warning(status, self.application.name, sentence)])

    def acknowledged(self, call: Call, request: Request) -> None:
        """Begin, or go on to wherever the other side wants the voice now."""
        play = self._plays.get(call)
        if play is None:
            return
        play.to = _target(call.remote_body)
        if play.alarm is None:
            play.due = self.stack.clock()
            self._wait(call, play)

    def _wait(self, call: Call, play: _Play) -> None:
        # A packet leaves when the last of its sound has been heard here.
        play.due += MILLISECONDS / 1_000
        play.alarm = self.transactions.alarms.set(max(0.0, play.due - self.stack.clock()), self._next, call)

    def _next(self, call: Call) -> None:
        play = self._plays[call]
        if play.to is not None:
            packet = next(play.packets, None)
            if packet is None:
                call.hang_up()
                return
            play.port.send(packet, play.to)
        self._wait(call, play)

    def change_asked(self, call: Call, request: Request) -> None:
        """The other side holds the call, takes it back, or wants the voice elsewhere."""
        play = self._plays[call]
        body = _answer(play, request.body) if request.body else _offer(play)
        if body is None:
            call.refuse_change(488)
        else:
            call.accept_change(body)

    def ended(self, call: Call, by_us: bool) -> None:
        """Be silent, and give the number back."""
        self._end(call)

    def let_go(self) -> None:
        """The application is over."""
        for call in list(self._plays):
            self._end(call)

    def _end(self, call: Call) -> None:
        play = self._plays.pop(call, None)
        if play is not None:
            if play.alarm is not None:
                self.transactions.alarms.cancel(play.alarm)
            self.application.voice.give_back(play.port)


# --- what is said of the voice


def _offer(play: _Play) -> bytes:
    return _written(play, (Media("audio", play.port.local.number, formats=(str(PCMU),)),))


def _answer(play: _Play, offer: bytes) -> bytes | None:
    """Our answer to an offer; None when no line of it is one that we can serve."""
    media = reply(offer, play.port.local.number, lambda one: (str(PCMU),) if _is_served(one) else ())
    return _written(play, media) if media else None


def _written(play: _Play, media: tuple[Media, ...]) -> bytes:
    play.version += 1
    return bytes(Sdp.write(play.port.local.address, media, version=play.version))


def _target(body: bytes) -> Socket | None:
    """Where the other side wants the voice; None while it wants none."""
    one = next(filter(_is_served, offered(body)), None)
    if one is None or one.direction in ("sendonly", "inactive"):
        return None
    return Socket(one.address, one.number)


def _is_served(media: Media) -> bool:
    voice = media.kind == "audio" and media.number and media.protocol == "RTP/AVP" and str(PCMU) in media.formats
    try:
        # Whoever calls says where voice shall go; a lab sends nothing that leaves this machine.
        return bool(voice) and ip_address(media.address).is_loopback
    except ValueError:
        return False
