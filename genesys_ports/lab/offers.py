"""What phones say they can: the few formats of every phone, and the long list of a softphone with video."""

from __future__ import annotations

from ..sip.sdp import Media

__all__ = ["FORMATS", "everything"]

#: Payload types of RFC 3551: PCMU and PCMA, what every phone speaks.
FORMATS = ("0", "8")

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
