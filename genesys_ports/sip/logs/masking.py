"""Secrets of a log, masked: what proves who somebody is, passwords, and keys of encrypted voice.

Headers that carry credentials: RFC 3261 sections 20.7, 20.27, 20.28, 20.44; keys in SDP: RFC 4568 section 6.
"""

from __future__ import annotations

import re

__all__ = ["MASK", "masked", "masked_command_line"]

MASK = b"***"

#: One of these stands, in small letters, in every message with a secret; a password in a URI shows otherwise.
_SIGNS = (b"auth", b"pass", b"inline:")

#: Headers whose whole value is secret, by their names and by what their names tell.
_HEADERS = re.compile(
    rb"^((?:proxy-)?authorization|(?:www|proxy)-authenticate|(?:proxy-)?authentication-info"
    rb"|[^\s:]{0,80}passw[^\s:]{0,80})([ \t]{0,20}:)"
    rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)

#: The password in `sip:1001:password@host` (RFC 3261 section 19.1.1), in small letters. It begins with plain letters,
#: because that is fast.
_USER_INFO = re.compile(rb"ips?:[^\s:@<>\"]{0,200}:([^\s@<>\"]{1,200})@")

#: The key in `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:…` and `k=base64:…`: as many characters, so that lengths stay.
_SDP_KEYS = re.compile(rb"(inline:|^k=(?:clear|base64|uri):)([^\s|;]{1,500})", re.IGNORECASE | re.MULTILINE)

#: `password=…` in a parameter or in text, also inside bodies.
_PAIRS = re.compile(rb"((?:password|passwd)\"?[ \t]?[=:][ \t]?\"?)([^\s\"&;,<>']{1,200})", re.IGNORECASE)

_OPTION = re.compile(
    r"((?:^|[ \t])[-/]{1,2}(?:[a-z_-]{0,30}(?:password|passwd|pwd|secret)|pass)[ \t=:])(\"[^\"]*\"|\S+)",
    re.IGNORECASE,
)


def masked(message: bytes) -> bytes:
    """The message without its secrets. Its body keeps its length."""
    lowered = message.lower()
    for sign in _SIGNS:
        if sign in lowered:
            head, blank, body = message.partition(b"\r\n\r\n")
            head = _PAIRS.sub(rb"\1" + MASK, _HEADERS.sub(_hidden, head))
            body = _PAIRS.sub(_starred, _SDP_KEYS.sub(_crossed, body))
            message = head + blank + body
            lowered = message.lower()
            break
    return message if _USER_INFO.search(lowered) is None else _without_user_info(message, lowered)


def _without_user_info(message: bytes, lowered: bytes) -> bytes:
    done = 0
    parts = []
    for found in _USER_INFO.finditer(lowered):
        start, end = found.span(1)
        parts += [message[done:start], b"*" * (end - start)]
        done = end
    return b"".join((*parts, message[done:]))


def _hidden(found: re.Match[bytes]) -> bytes:
    # Credentials have a form (RFC 3261 section 25.1), and without it Wireshark would call the packet malformed.
    value = b'Digest masked="%s"' % MASK if b"auth" in found[1].lower() else MASK
    return found[1] + found[2] + b" " + value


def _crossed(found: re.Match[bytes]) -> bytes:
    # A key is written in Base64 (RFC 4568 section 6.1): with stars, Wireshark would call the packet malformed.
    return found[1] + b"x" * len(found[2])


def _starred(found: re.Match[bytes]) -> bytes:
    return found[1] + b"*" * len(found[2])


def masked_command_line(line: str) -> str:
    """A command line without the values of its passwords: `-password x` becomes `-password ***`."""
    return _OPTION.sub(lambda found: found[1] + MASK.decode(), line)
