"""One look at a whole message.

Nearly all messages that phones and servers send look alike, and one pattern tells that such a one is valid. Whatever
the pattern does not know is taken apart and looked at header by header (`parser`), which alone decides what is refused:
this only saves time.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .grammar import QUOTED, TOKEN
from .headers import COMPACT, NAMES, Headers
from .values import CHECKS

__all__ = ["MOST_HEADERS", "Head", "usual"]

#: Header lines that are taken.
MOST_HEADERS = 500


class Head(NamedTuple):
    """What stands before the body: a request has a method and an address, a response a status and a reason."""

    method: str
    uri: str
    status: int
    reason: str
    headers: Headers
    length: int | None


_PLACE = r"[A-Za-z0-9.\-_]++(?::[1-9][0-9]{0,3}+)?"
_PARAMS = rf'(?:;{TOKEN}(?:=[^\s;,"<>]++)?)*'
_SIP = rf"sip:(?:[A-Za-z0-9+*.\-_]++@)?{_PLACE}(?:;[A-Za-z0-9.\-_]++(?:=[A-Za-z0-9.\-_]++)?)*"
_ADDRESS = rf"(?:{QUOTED}\ ?|[A-Za-z0-9\ ]*+)<{_SIP}>{_PARAMS}"

#: Headers whose values are not to be taken unseen, in every spelling.
_KNOWN = "|".join((*COMPACT, *(NAMES[key] for key in CHECKS)))

#: Which groups of the pattern have the values of these headers.
_GROUPS = {
    name: 6 + place
    for place, name in enumerate(
        (
            *("via", "from", "to", "call-id", "cseq", "contact"),
            *("max-forwards", "expires", "content-type", "content-length"),
        )
    )
}

# A header that stands once begins with (?(n)(?!)): no match if group n, its value, has been there.
_USUAL = re.compile(
    rf"""
    (?: ({TOKEN})\ ({_SIP})\ SIP/2\.0 | SIP/2\.0\ ([1-6][0-9][0-9])\ ([^\r\n]*+) )\r\n
    (?P<lines>(?:
          Via:\ (?(6)(?!))(SIP/2\.0/{TOKEN}\ {_PLACE}{_PARAMS})\r\n
        | From:\ (?(7)(?!))({_ADDRESS})\r\n
        | To:\ (?(8)(?!))({_ADDRESS})\r\n
        | Call-ID:\ (?(9)(?!))([^\s@]++(?:@[^\s@]++)?)\r\n
        | CSeq:\ (?(10)(?!))([0-9]{{1,9}}+\ {TOKEN})\r\n
        | Contact:\ (?(11)(?!))({_ADDRESS}|{_SIP})\r\n
        | Max-Forwards:\ (?(12)(?!))([0-9]{{1,2}}+)\r\n
        | Expires:\ (?(13)(?!))([0-9]{{1,9}}+)\r\n
        | Content-Type:\ (?(14)(?!))(application/sdp)\r\n
        | Content-Length:\ ++(?(15)(?!))([0-9]{{1,9}}+)\r\n
        | (?!(?i:{_KNOWN})[ \t]*:){TOKEN}:[^\r\n]*+\r\n
        ){{1,{MOST_HEADERS}}}
    )""",
    re.VERBOSE,
)


def usual(text: str) -> Head | None:
    """The first line and the headers of a message that is seen to be valid at once; None for every other."""
    found = _USUAL.fullmatch(text)
    if found is None:
        return None
    method, uri, status, reason, via, from_, to, call_id, cseq, length = found.group(1, 2, 3, 4, 6, 7, 8, 9, 10, 15)
    if not (via and from_ and to and call_id and cseq) or (method and not cseq.endswith(f" {method}")):
        return None
    headers = Headers.of_match(found, _GROUPS)
    told = None if length is None else int(length)
    return Head(method or "", uri or "", int(status or 0), reason or "", headers, told)
