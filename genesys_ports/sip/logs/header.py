"""The header block of a log: which application wrote it, where and when.

One line for each fact: `Application name:`, `Command line:`, `Host name:`, `Local time:   2014-05-01T13:54:59.884`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from .masking import masked_command_line

__all__ = ["Header", "read_header"]

_FIELD = re.compile(
    rb"^(Application name|Command line|Host name|Local time|UTC time)[ \t]{0,40}:([^\n]{0,2000})", re.MULTILINE
)

#: Ways to write a date, as `time_format` of a log and the system's own.
_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %Y")


@dataclass(slots=True)
class Header:
    """What a header block tells; empty or None for what it leaves out. `ahead` is local time minus UTC."""

    application: str = ""
    command_line: str = ""
    host: str = ""
    local: datetime | None = None
    ahead: timedelta | None = None


def read_header(text: bytes) -> Header:
    """What the text tells; the last word counts."""
    header = Header()
    utc = None
    for found in _FIELD.finditer(text):
        value = found[2].decode("utf-8", "replace").strip()
        match found[1]:
            case b"Application name":
                header.application = value[:200]
            case b"Command line":
                header.command_line = masked_command_line(value)
            case b"Host name":
                header.host = value[:200]
            case b"Local time":
                header.local = _time(value)
            case _:
                utc = _time(value)
    if header.local is not None and utc is not None:
        # A quarter of an hour is the smallest step between time zones.
        quarters = round((header.local - utc) / timedelta(minutes=15))
        if abs(quarters) <= 14 * 4:
            header.ahead = timedelta(minutes=15) * quarters
    return header


def _time(value: str) -> datetime | None:
    whole, _, fraction = value.partition(".")
    for one in _FORMATS:
        try:
            told = datetime.strptime(whole.strip(), one)
        except ValueError:
            continue
        digits = fraction.strip()[:6]
        return told.replace(microsecond=int(digits.ljust(6, "0"))) if digits.isascii() and digits.isdigit() else told
    return None
