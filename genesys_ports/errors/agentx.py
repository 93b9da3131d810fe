"""Errors of AgentX, between a master agent and its sub-agents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .root import PortsError

__all__ = ["AgentXError"]


@dataclass(eq=False)
class AgentXError(PortsError):
    """Bytes that are no AgentX, or something that the other end has refused.

    `problem` is a whole sentence, `status` the name of the error in the Response (RFC 2741, section 6.2.16). `lost` is
    true when the stream of bytes cannot be followed any more: then the only thing left is to close the connection.
    """

    problem: str
    status: str = "parseError"
    lost: bool = False

    def sentences(self) -> Iterable[str]:
        yield self.problem
        if self.lost:
            yield "Where the next message begins cannot be told any more, so the connection has to be closed."
        else:
            yield f"AgentX calls it {self.status}."
