"""Why a request is refused, in a sentence for each status. It travels as `Warning: 399`."""

from __future__ import annotations

__all__ = ["REFUSALS"]

#: RFC 3261 21, in words for people who read a ladder.
REFUSALS: dict[int, str] = {}
