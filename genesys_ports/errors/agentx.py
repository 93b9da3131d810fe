"""Errors of AgentX, between a master agent and its sub-agents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .lab import LabError
from .root import STREAM_LOST, PortsError

__all__ = ["AgentXError", "OnlyAgentXError"]


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
            yield STREAM_LOST
        else:
            yield f"AgentX calls it {self.status}."


@dataclass(eq=False)
class OnlyAgentXError(LabError):
    """Every connection of the plan between two applications goes to an AgentX port; `port` is that of the first."""

    client: str
    server: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield f"The plan connects {self.client} with {self.server} on port {self.port} only, and that is AgentX."
        yield (
            "AgentX carries questions of a master agent and answers of its sub-agents; messages like this one travel "
            "between communication ports."
        )
        yield f"To see what {self.server} answers for {self.client}, ask {self.server} over SNMP."
