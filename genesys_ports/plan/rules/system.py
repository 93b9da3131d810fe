"""What a system does with numbers, each asked once and not for every port."""

from __future__ import annotations

from functools import cache

from ...binding import ephemeral_range, privileged_below
from ...model import Platform

__all__ = ["outgoing_numbers", "rights_below"]


@cache
def outgoing_numbers(platform: Platform | None) -> range:
    """The numbers it hands out for outgoing connections."""
    return ephemeral_range(platform)


@cache
def rights_below(platform: Platform | None) -> int:
    """The first number that needs no administrator."""
    return privileged_below(platform)
