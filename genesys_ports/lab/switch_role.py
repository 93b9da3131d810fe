"""A switch of the plan, alive: it owns the ports of its frame and the calls on them, for one run.

What happens on a physical port is no message, and so no line of the trace: voice runs through it, whoever listens. The
trace shows what is said about it: on the CTI link, on T-Server's communication port, on the console.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .roles import Role

if TYPE_CHECKING:
    from ..model import Switch
    from ..switch import CallEvent, Switching
    from .application import RunningApplication

__all__ = ["SWITCH", "SwitchRole", "call_name"]

#: The catalogue's key for a switch.
SWITCH = "switch"


def call_name(switch: str, call_id: str) -> str:
    """How the trace names a call of a switch: `switch call 1`; empty when there is no call."""
    return f"{switch} call {call_id}" if call_id else ""


class SwitchRole(Role):
    """What makes an application a switch. `begin` gives it its frame, before any port of it is open."""

    switching: Switching

    def __init__(self) -> None:
        self._listeners: dict[Callable[[CallEvent], None], None] = {}

    def begin(self, application: RunningApplication) -> None:
        """Every port of the frame is idle: the frame of this name in the plan, else a small one."""
        from ..switch import Switching

        self._application = application
        self.switching = Switching(frame_of(application), self._told)

    def subscribe(self, listener: Callable[[CallEvent], None]) -> Callable[[], None]:
        """Let `listener` hear every event from now on, after those who came before it. Calling the result ends it."""
        self._listeners[listener] = None
        return lambda: self._listeners.pop(listener, None)

    def _told(self, event: CallEvent) -> None:
        if event.old_call_id:
            name = self._application.name
            # A transferred call goes on under a new number; for whoever looks at the trace it is still the same call.
            self._application.lab.trace.relate(call_name(name, event.call_id), to=call_name(name, event.old_call_id))
        for listener in list(self._listeners):
            listener(event)


def frame_of(application: RunningApplication) -> Switch:
    """The frame of a switch, as of its start."""
    from ..switch import default_switch

    name = application.name
    planned = next((one for one in application.plan.switches if one.name == name), None)
    return planned or default_switch(name)
