"""What a ladder player finds, and how it says what it has chosen."""

from __future__ import annotations

import re

from ..draw.style import clean
from ..draw.words import PROTOCOLS
from ..trace import Message
from . import ladder_player_words as words
from .ladder_steps import Choice, Listed, Steps

__all__ = ["LONGEST", "call_label", "found", "protocol_label", "says"]

#: Characters of a name in a label.
LONGEST = 60

_NUMBER = re.compile(r"#\s*([0-9]{1,12})")


def found(steps: Steps, place: int, text: str) -> tuple[str, int | None]:
    """What to say, and the place of the next step that says `text`, or of the arrow with that number; None: of none."""
    wanted = text.strip()
    if not wanted:
        return words.FOUND_WRITE, None
    if number := _NUMBER.fullmatch(wanted):
        return _numbered(steps, int(number[1]))
    needle, raw = wanted.casefold(), wanted.lower().encode("utf-8", "replace")
    lines = steps.lines
    for at in (*range(place + 1, len(lines)), *range(place + 1)):
        if _holds(steps, lines[at].message, needle, raw):
            return "", at
    return words.FOUND_NONE.format(text=clean(wanted, LONGEST)), None


def _numbered(steps: Steps, number: int) -> tuple[str, int | None]:
    at = steps.place(number)
    if at < 0:
        return words.FOUND_NOTHING_BEFORE.format(number=number), None
    if steps.lines[at].message.number == number:
        return "", at
    return words.FOUND_NO_NUMBER.format(number=number), at


def _holds(steps: Steps, message: Message, needle: str, raw: bytes) -> bool:
    told = [message.name, message.sender, message.receiver, message.port, message.host, message.text]
    joined = steps.trace.participants
    told += [joined[name].host for name in (message.sender, message.receiver) if name in joined]
    return any(needle in one.casefold() for one in told) or raw in message.payload.lower()


def protocol_label(protocols: frozenset[str]) -> str:
    """The names of languages as they are written."""
    return ", ".join(PROTOCOLS.get(one) or clean(one, LONGEST) for one in sorted(protocols))


def call_label(place: int, one: Listed) -> str:
    """A call by its place among all calls, and who calls whom."""
    caller, called = clean(one.caller, LONGEST), clean(one.called, LONGEST)
    return words.CALL_LABEL.format(place=place, caller=caller, called=called, number=one.number)


def says(steps: Steps, choice: Choice) -> str:
    """What is chosen, in sentences."""
    told = []
    if choice.call:
        whole = steps.trace.call_of(choice.call)
        calls = enumerate(steps.whole_calls(), start=1)
        label = next((call_label(place, one) for place, one in calls if one.call == whole), "")
        told.append(words.ONLY_CALL.format(call=label or clean(whole, LONGEST)))
    if choice.protocols:
        told.append(words.ONLY_PROTOCOL.format(protocol=protocol_label(choice.protocols)))
    if choice.participant:
        told.append(words.ONLY_PARTICIPANT.format(name=clean(choice.participant, LONGEST)))
    return " ".join(told)
