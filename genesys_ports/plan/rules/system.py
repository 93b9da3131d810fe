"""What a system does with numbers, each asked once and not for every port."""

from __future__ import annotations

from functools import cache

from ...binding import ephemeral_range, privileged_below
from ...model import Platform
from . import words

__all__ = ["handed_out", "outgoing_numbers", "rights_below"]


@cache
def outgoing_numbers(platform: Platform | None) -> range:
    """The numbers it hands out for outgoing connections."""
    return ephemeral_range(platform)


def handed_out(platform: Platform | None) -> str:
    """The same in words: those of Linux and Windows apart where the plan does not name the system."""
    if platform is not None:
        numbers = outgoing_numbers(platform)
        return f"{numbers.start}-{numbers.stop - 1}"
    return words.EITHER.format(linux=handed_out(Platform.LINUX), windows=handed_out(Platform.WINDOWS))


@cache
def rights_below(platform: Platform | None) -> int:
    """The first number that needs no administrator."""
    return privileged_below(platform)
