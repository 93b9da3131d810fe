"""What SIP Server says and hears about media: its test number's answer, and what a hold looks like (RFC 3264)."""

from __future__ import annotations

from functools import lru_cache

from ..errors import SIPError
from .sdp import Media, Sdp
from .tlib import PartyEvent

__all__ = ["LONGEST", "SERVICE", "service_answer", "wish"]

#: The number that SIP Server answers itself: the one that sipp calls unless told otherwise.
SERVICE = "service"

#: Seconds after which it hangs up: of a caller that is gone no BYE comes, and the call would stay for ever.
LONGEST = 300.0

#: Where the sound for `service` would go: nobody listens there (RFC 863), and `inactive` says so.
DISCARD = 9


# Whoever tests with thousands of calls offers the same each time.
@lru_cache(maxsize=32)
def service_answer(offer: bytes, address: str) -> bytes:
    """The SDP with which `service` answers an offer, or makes one when there is none. Raises `SIPError` (400)."""
    media = [Media("audio", DISCARD, direction="inactive")]
    if offer:
        # RFC 3264 6: a line for each one offered, and port 0 for those that are not wanted.
        media = [
            one._replace(
                number=DISCARD if one.kind == "audio" and one.number else 0,
                formats=one.formats[:1],
                address="",
                direction="inactive",
            )
            for one in Sdp.parse(offer).media
        ]
    return bytes(Sdp.write(address, media))


def wish(body: bytes) -> PartyEvent | None:
    """What a re-INVITE with this SDP comes to: hold, or retrieve; None without SDP (RFC 3264 8.4)."""
    try:
        media = Sdp.parse(body).media if body else ()
    except SIPError:
        return None
    if not media:
        return None
    held = all(one.direction in ("sendonly", "inactive") or one.address == "0.0.0.0" for one in media)
    return PartyEvent.HOLD if held else PartyEvent.RETRIEVE
