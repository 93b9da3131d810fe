"""What a call desk has in its rows: somebody, or something, that places and takes calls."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ..errors import NoCallError, PortsError
from ..lab import Lab, Report
from . import call_desk_words as words

__all__ = ["Action", "Device", "Line", "Stands", "summed_up"]

#: Calls of one device that are told one by one.
SHOWN = 3


class Action(StrEnum):
    """What can be done at a device."""

    CALL = "call"
    ANSWER = "answer"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    TRANSFER = "transfer"
    RELEASE = "release"


class Stands(StrEnum):
    """Where a device stands. Of several calls the one that wants somebody's hand counts most."""

    DOWN = "down"
    IDLE = "idle"
    ENDING = "ending"
    BUSY = "busy"
    CALLING = "calling"
    HELD = "held"
    HOLDING = "holding"
    TALKING = "talking"
    RINGING = "ringing"


class Line(NamedTuple):
    """A device at this moment: what it is, whether it can be used, what its calls are, and what is possible there.

    `start` is the application to start; empty where it runs, or where a row of its own says so.
    """

    name: str
    dn: str
    what: str
    service: str
    stands: Stands = Stands.DOWN
    state: str = ""
    can: frozenset[Action] = frozenset()
    start: str = ""


class Device:
    """Something at which calls are placed and taken. What is not possible raises an error that says why."""

    #: Whether it may answer by itself.
    has_hook = False

    #: The number that others reach it by, if there is one.
    number = ""

    def __init__(self, lab: Lab, name: str, dn: str, what: str) -> None:
        self.lab = lab
        self.name = name
        self.dn = dn
        self.what = what
        #: What has to run for it.
        self.application = name

    def line(self) -> Line:
        """How it stands now."""
        if self.lab.is_closed:
            return Line(self.name, self.dn, self.what, words.CLOSED)
        try:
            return self._line()
        except PortsError as error:
            return Line(self.name, self.dn, self.what, str(error))

    def _line(self) -> Line:
        raise NotImplementedError

    def _down(self, application: str, *, start: bool) -> Line:
        told = words.DOWN.format(name=application)
        return Line(self.name, self.dn, self.what, told, start=application if start else "")

    @property
    def answers_itself(self) -> bool:
        """Whether it lifts the receiver when it rings."""
        return False

    @answers_itself.setter
    def answers_itself(self, does: bool) -> None:
        raise NoCallError(self.name, words.NO_ANSWERING.format(name=self.name))

    async def call(self, number: str) -> Report:
        """Place a call."""
        raise NotImplementedError

    async def answer(self) -> Report:
        """Answer the call that rings."""
        raise NotImplementedError

    async def hold(self) -> Report:
        """Put the call on hold."""
        raise NotImplementedError

    async def retrieve(self) -> Report:
        """Take the call back from hold."""
        raise NotImplementedError

    async def release(self) -> Report:
        """Hang up."""
        raise NotImplementedError

    async def transfer(self, number: str) -> Report:
        """Hand the call on."""
        raise NotImplementedError


def summed_up(calls: list[tuple[Stands, str]]) -> tuple[Stands, str]:
    """Several calls of one device as one state."""
    if not calls:
        return Stands.IDLE, words.IDLE
    order = list(Stands)
    told = [state for _, state in calls[:SHOWN]]
    if len(calls) > SHOWN:
        told.append(words.AND_MORE.format(count=len(calls) - SHOWN))
    return max((stands for stands, _ in calls), key=order.index), "; ".join(told)
