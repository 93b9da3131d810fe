"""Offers of voice, and answers to them: the few formats of every phone, the long list of a softphone with video."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import SIPError
from ..sip.sdp import Media, Sdp

__all__ = ["FORMATS", "everything", "offered", "reply"]

#: Payload types of RFC 3551: PCMU and PCMA, what every phone speaks.
FORMATS = ("0", "8")

#: What a side may do with the voice, by what the other side says (RFC 3264, section 6.1); and while it holds the call.
_MIRRORED = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
_HOLDING = {"sendrecv": "sendonly", "sendonly": "inactive", "recvonly": "sendonly", "inactive": "inactive"}

#: Further voices, and their payload types (RFC 3551; above 95 each session says what it means).
_VOICES = {
    "9": "G722/8000",
    "18": "G729/8000",
    "96": "opus/48000/2",
    "97": "G7221/16000",
    "98": "iLBC/8000",
    "99": "speex/16000",
    "100": "AMR-WB/16000",
    "101": "telephone-event/8000",
}

_PICTURES = {"102": "H264/90000", "103": "VP8/90000", "104": "VP9/90000", "105": "H265/90000", "106": "AV1/90000"}

#: What a codec wants to have said of it (RFC 7587, RFC 6184), and what may be asked of a picture (RFC 4585, RFC 5104).
_DETAILS = (
    "fmtp:96 maxplaybackrate=48000;sprop-maxcapturerate=48000;stereo=1;useinbandfec=1",
    "fmtp:101 0-16",
)
_PROFILE = "fmtp:102 profile-level-id=42e01f;packetization-mode=1;max-mbps=108000;max-fs=3600"
_FEEDBACK = ("nack", "nack pli", "ccm fir", "ccm tmmbr")


def everything(number: int, direction: str) -> tuple[Media, ...]:
    """Voice at this port number in every format, and video beside it."""
    named = tuple(f"rtpmap:{key} {name}" for key, name in _VOICES.items())
    shown = tuple(f"rtpmap:{key} {name}" for key, name in _PICTURES.items())
    wishes = tuple(f"rtcp-fb:{key} {wish}" for key in _PICTURES for wish in _FEEDBACK)
    voice = Media("audio", number, formats=(*FORMATS, *_VOICES), direction=direction, attributes=(*named, *_DETAILS))
    # The next two numbers: each kind of media has one for RTP and one for RTCP.
    video = Media("video", number + 2, formats=tuple(_PICTURES), direction=direction)
    return voice, video._replace(attributes=(*shown, _PROFILE, *wishes))


def offered(body: bytes) -> tuple[Media, ...]:
    """The media lines of a session description; none where it is none."""
    try:
        return Sdp.parse(body).media if body else ()
    except SIPError:
        return ()


def reply(
    offer: bytes, number: int, common: Callable[[Media], tuple[str, ...]], *, holding: bool = False
) -> tuple[Media, ...]:
    """Our answer to an offer (RFC 3264, section 6): one line for each of its lines; empty when nothing fits.

    It is yes to the first line whose formats and ours have anything in `common`, with voice at our port `number`.
    """
    lines: list[Media] = []
    found = False
    for one in offered(offer):
        formats = () if found else common(one)
        if formats:
            found = True
            direction = (_HOLDING if holding else _MIRRORED)[one.direction]
            lines.append(Media("audio", number, formats=formats, direction=direction))
        else:
            lines.append(one._replace(number=0, address="", attributes=()))
    return tuple(lines) if found else ()
