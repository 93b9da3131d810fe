"""Communication in trouble while management goes on: a port that closes, an application that reads no more.

`Lab` has all of it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from ..errors import NotRunningError, PortStaysOpenError
from . import manager_words as words
from .manager import Manager
from .report import Report
from .roles import NETWORK_MANAGEMENT_SYSTEM, component_of
from .snmp_side import is_management
from .step import step
from .words import NOT_RUNNING

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["Overload"]


class Overload(Manager):
    """What may happen to a running application without ending it."""

    # --- what `Lab` brings

    def _alone(self) -> AbstractAsyncContextManager[None]:
        raise NotImplementedError

    def _heard(self) -> list[str]:
        raise NotImplementedError

    async def _call_all_again(self, one: RunningApplication) -> list[str]:
        raise NotImplementedError

    def _knows(self, application: str) -> RunningApplication | None:
        """The running application; None when it does not run. Raises `UnknownApplicationError`."""
        one = self.running(self._name(application))
        if one is None:
            self.plan.application(application)
        return one

    # --- one port

    @step
    async def close_port(self, application: str, port_id: str = "default") -> Report:
        """Close one port of a running application, which goes on running; its clients on that port lose it.

        Raises `UnknownPortIdError`, `PortStaysOpenError` (a SIP port, or one for voice).
        """
        async with self._alone():
            one = self._knows(application)
            if one is None:
                return Report([NOT_RUNNING.format(application=application)])
            port = one.application.port(port_id)
            if port in one.doors.shut:
                return Report([words.PORT_CLOSED_ALREADY.format(application=one.name, port=port)])
            if not one.doors.can_shut(port):
                raise PortStaysOpenError(one.name, str(port), port.purpose)
            await one.shut(port)
            return Report([words.PORT_CLOSED.format(application=one.name, port=port), *self._heard()])

    @step
    async def open_port(self, application: str, port_id: str = "default") -> Report:
        """Open it again; clients that have lost it connect anew.

        Raises `PortInUseError`, `UnknownPortIdError`, `NotRunningError`.
        """
        async with self._alone():
            one = self._knows(application)
            if one is None:
                raise NotRunningError(application)
            port = one.application.port(port_id)
            if port not in one.doors.shut:
                return Report([words.PORT_OPEN_ALREADY.format(application=one.name, port=port)])
            await one.doors.open_one(port)
            again = await self._call_all_again(one)
            await self.settle()
            said = words.PORT_OPENED.format(application=one.name, port=port, host=one.host)
            return Report([said, *again, *self._heard()])

    # --- overload

    @step
    async def overload(self, application: str) -> Report:
        """Let a running application read nothing any more of what its communication connections bring.

        Whoever asks it gets `NoAnswerError` after the usual limit; its management port answers as before. Raises
        `NotRunningError`.
        """
        async with self._alone():
            one = self._knows(application)
            if one is None:
                raise NotRunningError(application)
            if one.overloaded:
                return Report([words.OVERLOADED_ALREADY.format(application=one.name)])
            await self.settle()
            one.read(overloaded=True)
            asks_itself = component_of(one.plan, one.name) == NETWORK_MANAGEMENT_SYSTEM
            answers = not asks_itself and any(map(is_management, one.ports))
            sentence = words.OVERLOADED if answers else words.OVERLOADED_SILENT
            return Report([sentence.format(application=one.name)])

    @step
    async def relieve(self, application: str) -> Report:
        """Let it read again, beginning with what has waited."""
        async with self._alone():
            one = self._knows(application)
            if one is None or not one.overloaded:
                sentence = NOT_RUNNING if one is None else words.RELIEVED_ALREADY
                return Report([sentence.format(application=application)])
            one.read(overloaded=False)
            await self.settle()
            return Report([words.RELIEVED.format(application=one.name), *self._heard()])
