"""A message of AgentX: what it is in words, then byte by byte."""

from __future__ import annotations

from . import words
from .text import dump

__all__ = ["HEADER", "RESPONSE", "agentx"]

#: Bytes of the header; its second is the type, its last four the length of what follows (RFC 2741, section 6.1).
HEADER = 20

#: The type of a Response. It begins with the time that the master agent has been up (section 6.2.16).
RESPONSE, TIME = 18, range(20, 24)


def agentx(payload: bytes) -> str:
    """The message in lines."""
    if len(payload) < HEADER:
        return dump(payload)
    number = payload[1]
    known = 0 < number <= len(words.AGENTX_NAMES)
    name = words.AGENTX_NAMES[number - 1] if known else words.AGENTX_UNKNOWN.format(number=number)
    lines = [words.AGENTX.format(name=name, count=len(payload) - HEADER)]
    timed = number == RESPONSE and len(payload) >= TIME.stop
    if timed:
        lines.append(words.AGENTX_TIMED)
    return "\n".join([*lines, dump(payload, TIME if timed else range(0))])
