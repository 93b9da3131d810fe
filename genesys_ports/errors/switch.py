"""Errors of a telephone switch: what its call processing, or its administrator's console, has to refuse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .root import PortsError

__all__ = ["SwitchError"]


@dataclass(eq=False)
class SwitchError(PortsError):
    """The switch refused what was asked of it; nothing has changed.

    `category` and `value` are the error of the standard, as a CTI link carries it (ECMA-269, 12.2.14 "ErrorValue";
    ECMA-323): `("stateIncompatibility", "invalidConnectionState")`. `problem` are whole sentences: what
    is wrong, and what to do.
    """

    category: str
    value: str
    problem: str

    def sentences(self) -> Iterable[str]:
        yield self.problem
