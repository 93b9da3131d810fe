"""What can keep a classroom from starting, in whole sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from genesys_ports.errors import PortsError

__all__ = ["ClassroomError"]


@dataclass(eq=False)
class ClassroomError(PortsError):
    """Something about the classroom is not as it has to be; `problem` says what, and what to do."""

    problem: str

    def sentences(self) -> Iterable[str]:
        """The problem."""
        return (self.problem,)
