"""The teaching format: what the lab's applications say to each other, one JSON object a line.

Genesys' own wire formats are proprietary. This one carries the same names in the open, so that a learner can read every
byte. It is no Genesys protocol and works with no Genesys product.

    {"connect": "solution_control_server", "to": "message_server"}        the client introduces itself
    {"accept": "message_server"}                                          the server answers
    {"id": 7, "message": "alarm", "text": "…"}                            a message that wants an answer
    {"event": "log event", "text": "…"}                                   a message that wants none
    {"ack": 7}                                                            the answer

A message may have further fields of its own: `"ThisDN": "1001"`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = [
    "LINE_LIMIT",
    "PROTOCOL",
    "WireError",
    "answer_id",
    "clean",
    "decode",
    "details_of",
    "encode",
    "listed",
    "text_of",
]

#: What a trace calls this format.
PROTOCOL = "teaching"

#: Bytes one line may take, its line end included.
LINE_LIMIT = 65_536

#: The fields that the format itself needs.
_OWN = frozenset(("ack", "connect", "event", "id", "message", "text", "to"))

_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_DECODE = json.JSONDecoder().decode


class WireError(ValueError):
    """A line that is not one JSON object."""


def encode(fields: dict[str, Any]) -> bytes:
    """The line that carries these fields."""
    # A lone surrogate is no text that UTF-8 can carry; a question mark arrives in its place.
    return _ENCODE(fields).encode("utf-8", "replace") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The fields of one line. Raises `WireError`."""
    try:
        fields = _DECODE(line.decode())
    except (ValueError, RecursionError):
        raise WireError from None
    if not isinstance(fields, dict):
        raise WireError
    return fields


def clean(text: str) -> str:
    """The text as it arrives: what UTF-8 cannot carry is replaced, as in `encode`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def text_of(fields: dict[str, Any], key: str) -> str:
    """The text of one field; empty when it is missing or no text."""
    value = fields.get(key, "")
    return clean(value) if isinstance(value, str) else ""


def answer_id(fields: dict[str, Any]) -> int | str | None:
    """What the answer has to repeat. Only plain values: a nest of lists could be too deep to write again."""
    number = fields.get("id")
    return number if isinstance(number, int | str) else None


def details_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """The texts and whole numbers among the fields that the format itself has no use for."""
    plain = {key: value for key, value in fields.items() if key not in _OWN and type(value) in (str, int)}
    return {clean(key): clean(str(value)) for key, value in plain.items()}


def listed(details: Mapping[str, str]) -> str:
    """Further fields as a trace shows them: `ThisDN=1001, OtherDN=1002`."""
    return ", ".join(f"{key}={value}" for key, value in details.items())
