"""A switch of the plan, alive: it owns the ports of its frame and the calls on them, for one run.

What happens on a physical port is no message, and so no line of the trace: voice runs through it, whoever listens. The
trace shows what is said about it: on the CTI link, on T-Server's communication port, on the console.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..model import Deployment, Switch
from ..switch import CallEvent, Switching, default_switch
from .roles import Role, component_of

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["SWITCH", "SwitchRole", "call_name", "frame_of", "is_switch", "switches_of"]

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
        #: Where each device has last transferred a call at the desk, and the call that came of it.
        self.handed_over: dict[str, tuple[str, str]] = {}

    def begin(self, application: RunningApplication) -> None:
        """Every port of the frame is idle: the frame of this name in the plan, else a small one."""
        self._application = application
        # A call of the next run is another one: the trace must not take the two for the same.
        self.switching = Switching(
            frame_of(application.plan, application.name), self._told, after=application.lab.last_calls[application.name]
        )

    def subscribe(self, listener: Callable[[CallEvent], None]) -> Callable[[], None]:
        """Let `listener` hear every event from now on, after those who came before it. Calling the result ends it."""
        self._listeners[listener] = None
        return lambda: self._listeners.pop(listener, None)

    def end_calls(self) -> None:
        """End every call: the switch goes down in order, and whoever listens hears of each."""
        for call in self.switching.calls():
            self.switching.clear(call.call_id, call.parties[0].device)

    def _told(self, event: CallEvent) -> None:
        name = self._application.name
        if event.call_id:
            last = self._application.lab.last_calls
            last[name] = max(last[name], int(event.call_id))
        if event.old_call_id:
            # A transferred call goes on under a new number; for whoever looks at the trace it is still the same call.
            self._application.lab.trace.relate(call_name(name, event.call_id), to=call_name(name, event.old_call_id))
        for listener in list(self._listeners):
            listener(event)


def is_switch(plan: Deployment, name: str) -> bool:
    """Whether an application of the plan is a switch."""
    return component_of(plan, name) == SWITCH


def switches_of(plan: Deployment) -> list[str]:
    """The applications of the plan that are switches."""
    return [one.name for one in plan.applications if is_switch(plan, one.name)]


def frame_of(plan: Deployment, name: str) -> Switch:
    """The frame of a switch: that of this name in the plan, else a small one."""
    return next((one for one in plan.switches if one.name == name), None) or default_switch(name)
