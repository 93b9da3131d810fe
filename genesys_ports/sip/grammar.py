"""The pieces that SIP's headers are made of (RFC 3261 25.1).

Nothing here takes longer than the text is long: each character fits one part of a pattern only, and runs of characters
are possessive (`++`), so that no pattern tries shorter ones. Groups never are: Python before 3.11.5 goes wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

__all__ = ["DIGITS", "PARAMS", "QUOTED", "TOKEN", "WS", "items", "number", "params", "quoted", "unquoted", "written"]

#: A word: a method, the name of a header or of a parameter.
TOKEN = r"[A-Za-z0-9!%'*+.\-_`~]++"

#: Blanks, or none. Folded lines have become one line before anything here reads them.
WS = r"[ \t]*+"

QUOTED = r'"(?:[^"\\\r\n]++|\\[^\r\n])*"'

#: Parameters as they follow an address. Values are taken as wide as they occur: a branch may hold `=` or `:`.
PARAMS = rf'(?:{WS};{WS}{TOKEN}(?:{WS}={WS}(?:[^ \t;,"<>]++|{QUOTED}))?)*{WS}'

#: A port number as it stands behind a host; whether it exists is looked at afterwards.
DIGITS = "[0-9]{1,6}+"

_PARAM = re.compile(rf';{WS}({TOKEN})(?:{WS}={WS}([^ \t;,"<>]++|{QUOTED}))?')
_PLAIN = re.compile(r'[^ \t;,"<>\\]++')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def params(text: str) -> dict[str, str]:
    """Parameters by their names in small letters; one without a value, as `lr`, has an empty one."""
    if not text:
        return {}
    if '"' in text or " " in text or "\t" in text:
        return {name.lower(): unquoted(value) for name, value in _PARAM.findall(text)}
    found = {}
    for part in text[1:].split(";"):
        name, _, value = part.partition("=")
        found[name.lower()] = value
    return found


def written(values: Mapping[str, str]) -> str:
    """Parameters as text, each with its semicolon."""
    return "".join(
        f";{name}={value if _PLAIN.fullmatch(value) else quoted(value)}" if value else f";{name}"
        for name, value in values.items()
    )


def quoted(text: str) -> str:
    """A text in quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    """What quotation marks hold; a text without them as it is."""
    if text[:1] != '"':
        return text
    return _ESCAPED.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def number(text: str, highest: int) -> int | None:
    """A whole number from 0 to `highest`, leading zeros allowed; None if the text is none.

    Python's own `int` takes `1_0`, signs and the digits of every script, and refuses very long texts in its own way.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) > 15:
        text = text.lstrip("0") or "0"
        if len(text) > 15:
            return None
    value = int(text)
    return value if value <= highest else None


def items(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str] | None]:
    """The matches of a list with commas between its values; None, and the end, at what does not match."""
    end = -1
    while end < len(text):
        found = pattern.match(text, end + 1)
        yield found
        if found is None:
            return
        end = found.end()
        if end < len(text) and text[end] != ",":
            yield None
            return
