"""Errors of a lab that concern its CTI links, and connections that are cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .lab import LabError

__all__ = ["NoLinkError", "OnlyCtiLinkError"]


@dataclass(eq=False)
class OnlyCtiLinkError(LabError):
    """Every connection of the plan between two applications goes to a CTI-link port; `port` is that of the first."""

    client: str
    server: str
    port: str

    def sentences(self) -> Iterable[str]:
        yield f"The plan connects {self.client} with {self.server} on port {self.port} only, and that is the CTI link."
        yield (
            "A CTI link carries CSTA between a T-Server and its switch; messages like this one travel between "
            "communication ports."
        )
        yield "Who wants something of the switch asks its T-Server, on the T-Server's communication port."


@dataclass(eq=False)
class NoLinkError(LabError):
    """There is no connection, or no CTI link, with which that could be done; `problem` is a whole sentence."""

    application: str
    problem: str

    def sentences(self) -> Iterable[str]:
        return (self.problem,)
