"""The names SIP makes up: branches, tags and Call-IDs.

They count instead of rolling dice, so that two runs of a lesson send the same bytes. A counter must outlive the
application it counts for: a name used twice within half a minute is taken for a retransmission.
"""

from __future__ import annotations

from itertools import count

__all__ = ["Ids"]

#: What every branch of RFC 3261 begins with (8.1.1.7).
MAGIC = "z9hG4bK"


class Ids:
    """Unique names for one element; `name` tells two elements apart, so it has to be unique itself."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._numbers = count(1)

    def branch(self) -> str:
        """The branch of a new transaction."""
        return f"{MAGIC}-{self.name}-{next(self._numbers)}"

    def tag(self) -> str:
        """A From or To tag."""
        return f"{self.name}-{next(self._numbers)}"

    def call_id(self) -> str:
        """The Call-ID of a new dialog."""
        return f"call-{next(self._numbers)}@{self.name}"
