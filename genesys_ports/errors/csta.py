"""Errors of a CTI link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .root import STREAM_LOST, PortsError

__all__ = ["CSTAError", "LinkDownError"]


@dataclass(eq=False)
class CSTAError(PortsError):
    """Bytes that are no CSTA message, or a message that has to be refused.

    `problem` is a whole sentence. `category` and `value` are the error ECMA-269 (clause 12.3) has for it, as they stand
    in the CSTAErrorCode that answers it. `lost` is true when the stream of bytes cannot be followed any more: then the
    only thing left is to close the connection.
    """

    problem: str
    category: str = "operation"
    value: str = "generic"
    lost: bool = False

    def sentences(self) -> Iterable[str]:
        yield self.problem
        if self.lost:
            yield STREAM_LOST
        else:
            yield f"CSTA calls it {self.value} (category {self.category})."


@dataclass(eq=False)
class LinkDownError(PortsError):
    """Something was to be asked of the switch while the CTI link is not up; `state` is the state the link is in."""

    state: str

    def sentences(self) -> Iterable[str]:
        yield f"The CTI link is not up: it is {self.state}."
        yield "Nothing can be asked of the switch until the session is started on it."
