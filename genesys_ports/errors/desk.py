"""Errors of a switch that came alive: at its phones, and on its console."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .lab import LabError
from .root import listed

__all__ = ["BusyError", "ConsoleError", "NotASwitchError", "SwitchCallError"]


@dataclass(eq=False)
class NotASwitchError(LabError):
    """An application that is no switch was asked to do what switches do."""

    application: str
    switches: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} is no switch: it has listening ports, and no ports that carry phone calls."
        if self.switches:
            yield f"The switches of this plan are: {listed(self.switches)}."
        else:
            yield "The plan has no switch: an application of the type 'Switch' is one."


@dataclass(eq=False)
class BusyError(LabError):
    """A call that found no free port of the switch; `problem` is a whole sentence that says which ports are taken."""

    caller: str
    number: str
    problem: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.caller} has called {self.number} and hears the busy tone."
        yield self.problem
        yield "A port of a switch carries one call at a time; the next call gets through when a port is free again."
        yield (
            "A TCP port that is taken is another thing: a second program that wants to listen on it is refused "
            "(EADDRINUSE), while any number of clients can connect to the program that has it."
        )


@dataclass(eq=False)
class SwitchCallError(LabError):
    """The switch refuses what somebody at its ports wants; `problem` and `advice` are whole sentences."""

    switch: str
    problem: str
    advice: str = ""

    def sentences(self) -> Iterable[str]:
        return (self.problem, self.advice)


@dataclass(eq=False)
class ConsoleError(LabError):
    """No console session, or none any more; `problem` and `advice` are whole sentences."""

    application: str
    problem: str
    advice: str = ""

    def sentences(self) -> Iterable[str]:
        return (self.problem, self.advice)
