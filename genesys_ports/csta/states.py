"""The states of a CTI link, as T-Server and as the switch see it."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["LinkState"]


class LinkState(StrEnum):
    """What T-Server knows of its link to the switch."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    STARTING = "starting"
    UP = "up"
    REFUSED = "refused"
    LOST = "lost"
