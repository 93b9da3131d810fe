"""The switches of a lab: the desks at which people call, and the consoles on which an administrator types."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..errors import NotASwitchError, NotRunningError
from ..model import Deployment
from .calls import Calls
from .console_call import open_console
from .console_client import ConsoleClient, ConsoleSession
from .network import Network
from .step import step
from .stream import Stream
from .switch_desk import SwitchDesk
from .switch_role import SwitchRole, is_switch, switches_of

__all__ = ["Desks"]


class Desks(Calls):
    """What a lab does with its switches. `Lab` has all of it."""

    #: Calls that no server has taken yet, by the address they come from.
    dialling: dict[Any, Stream]

    def __init__(self, plan: Deployment, network: Network) -> None:
        super().__init__(plan, network)
        #: The number of the last call of each switch: a switch that is started again counts on.
        self.last_calls: Counter[str] = Counter()
        self._consoles: dict[tuple[str, str], ConsoleSession] = {}

    def switch(self, name: str) -> SwitchDesk:
        """The stations, trunks and IVR ports of a running switch: `await lab.switch("switch").call("2001", "2002")`.

        Raises `NotASwitchError`, `NotRunningError`, `UnknownApplicationError`, `LabClosedError`.
        """
        self.switch_role(name)
        return SwitchDesk(self, name)

    def switch_role(self, name: str) -> SwitchRole:
        """What makes a running application a switch, for this run. Raises as `switch` does."""
        self._check_open()
        if not isinstance(name, str):
            raise NotASwitchError(str(name), switches_of(self.plan))
        running = self._running.get(name)
        if running is not None and isinstance(running.role, SwitchRole):
            return running.role
        if running is None and is_switch(self.plan, self.plan.application(name).name):
            raise NotRunningError(name)
        raise NotASwitchError(name, switches_of(self.plan))

    @step
    async def console(self, name: str, port: int | str | None = None) -> ConsoleSession:
        """Open a session at the console of a switch, as an administrator does from a terminal outside the lab.

        It calls the planned TCP port for management, or the `port` named (by its number or its port id). A session that
        is open there already is closed first. Raises `ConsoleError`, `NotASwitchError`, `UnknownApplicationError`,
        `UnknownPortIdError`, `InvalidPortError`, `PortKindError`, `LabClosedError`.
        """
        self._check_open()
        place = (name, str(port))
        if before := self._consoles.pop(place, None):
            await before.end()
        session = await open_console(self, name, port, self._console_gone)
        self._consoles[place] = session
        return session

    def _console_gone(self, end: ConsoleClient) -> None:
        self.dialling.pop(end.local_address, None)
