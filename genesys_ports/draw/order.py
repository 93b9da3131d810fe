"""In which order life lines stand, so that arrows stay short: SIP Server between the phones it connects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import permutations

__all__ = ["arranged"]

#: Every order of so many life lines is tried; of more the order of first mention stays.
TRIED = 6


def arranged(names: Sequence[str], arrows: Iterable[tuple[str, str]]) -> list[str]:
    """The names in the order in which the arrows between them are shortest; of equals the one nearest to the given."""
    if len(names) > TRIED:
        return list(names)
    at = {name: index for index, name in enumerate(names)}
    pairs = Counter((min(at[one], at[other]), max(at[one], at[other])) for one, other in arrows)

    def length(order: tuple[int, ...]) -> int:
        place = {index: position for position, index in enumerate(order)}
        return sum(count * abs(place[one] - place[other]) for (one, other), count in pairs.items())

    # The first of equals is that with the earliest names first.
    best = min(permutations(range(len(names))), key=length)
    return [names[index] for index in best]
