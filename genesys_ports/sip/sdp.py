"""What a body says of the media: where to send sound to, and in which format (RFC 8866)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from .grammar import number
from .words import BAD_MEDIA, BAD_SDP, refused

__all__ = ["Media", "Sdp"]

_LINE = re.compile(r"([a-z])=(.*)")
_MEDIA = re.compile(r"(\S++) ++([0-9]++)(?:/[0-9]++)? ++(\S++) ++(\S.*)")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


class Media(NamedTuple):
    """One media line: what is sent, and to which port. `formats` are RTP payload types: 0 is PCMU, 8 is PCMA.

    `attributes` are its other lines, without their `a=`.
    """

    kind: str
    number: int
    protocol: str = "RTP/AVP"
    formats: tuple[str, ...] = ("0",)
    address: str = ""
    direction: str = "sendrecv"
    attributes: tuple[str, ...] = ()


class Sdp(NamedTuple):
    """A session description. `address` is that of the whole session, `text` all of it as it is sent."""

    address: str
    media: tuple[Media, ...]
    text: str

    @classmethod
    def parse(cls, body: bytes | str) -> Self:
        """Read a description. Raises `SIPError` (400)."""
        text = body if isinstance(body, str) else body.decode("utf-8", "surrogateescape")
        session: dict[str, Any] = {"address": "", "direction": "sendrecv"}
        media: list[tuple[Media, dict[str, Any]]] = []
        for line in text.replace("\r\n", "\n").rstrip("\n").split("\n"):
            found = _LINE.fullmatch(line)
            if found is None:
                raise refused(400, BAD_SDP, line)
            letter, value = found.groups()
            # What is said before the first media line holds for all that say nothing else.
            about = media[-1][1] if media else session
            if letter == "m":
                media.append((_media(value), {}))
            elif letter == "c":
                about["address"] = value.split(" ")[-1].partition("/")[0]
            elif letter == "a" and value in _DIRECTIONS:
                about["direction"] = value
            elif letter == "a" and media:
                about.setdefault("attributes", []).append(value)
        for _, own in media:
            own["attributes"] = tuple(own.get("attributes", ()))
        return cls(session["address"], tuple(one._replace(**{**session, **own}) for one, own in media), text)

    @classmethod
    def write(cls, address: str, media: Iterable[Media], *, session: int = 1, version: int = 1) -> Self:
        """A description of `media` at `address`; each changed one of a call has the next `version`."""
        every = tuple(one if one.address else one._replace(address=address) for one in media)
        lines = ["v=0", f"o=- {session} {version} IN {_family(address)}", "s=-", f"c=IN {_family(address)}", "t=0 0"]
        for one in every:
            lines.append(f"m={one.kind} {one.number} {one.protocol} {' '.join(one.formats)}")
            if one.address != address:
                lines.append(f"c=IN {_family(one.address)}")
            lines += [f"a={one.direction}", *(f"a={attribute}" for attribute in one.attributes)]
        return cls(address, every, "".join(f"{line}\r\n" for line in lines))

    def __bytes__(self) -> bytes:
        return self.text.encode("utf-8", "surrogateescape")


def _family(address: str) -> str:
    return f"IP{6 if ':' in address else 4} {address}"


def _media(value: str) -> Media:
    found = _MEDIA.fullmatch(value)
    at = None if found is None else number(found[2], 65535)
    if found is None or at is None:
        raise refused(400, BAD_MEDIA, f"m={value}")
    return Media(found[1], at, found[3], tuple(found[4].split()))
