"""What a sub-agent has to show: Solution Control Server every application, as far as it knows; anybody else itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from ..model import Application
from ..snmp.objects import ApplicationFacts, SystemFacts
from ..snmp.tree import Tree
from ..state import ConnectionStatus
from .roles import LCA, SOLUTION_CONTROL_SERVER, component_of
from .snmp_side import facts_of

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["KnownApplications", "is_solution_control", "tree_of"]


def is_solution_control(application: RunningApplication) -> bool:
    """Whether this application is Solution Control Server."""
    return component_of(application.plan, application.name) == SOLUTION_CONTROL_SERVER


def tree_of(owner: RunningApplication) -> Tree:
    """The managed objects of a sub-agent. Its system group is nobody's business: that is the master agent's own."""
    system = SystemFacts(descr="", name=owner.name, up_time=lambda: 0)
    if is_solution_control(owner):
        return Tree(system, lambda: KnownApplications(owner))
    return Tree(system, lambda: (facts_of(owner.lab, owner.name),))


class KnownApplications(Sequence[ApplicationFacts]):
    """All applications of the plan, as Solution Control Server knows them at this moment.

    Local Control Agents tell it (docs.genesys.com, FR/latest/MLUG): of a host whose agent it is not connected with it
    knows nothing, and the state of every application there is unknown; nor are ports and connections told then.
    """

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        self._planned = owner.lab.plan.applications
        self._known: dict[int, ApplicationFacts] = {}
        plan = owner.plan
        self._hosts = {
            plan.application(connection.server).host
            for connection, status in owner.statuses.items()
            if status is ConnectionStatus.CONNECTED and component_of(plan, connection.server) == LCA
        }

    def __len__(self) -> int:
        return len(self._planned)

    @overload
    def __getitem__(self, index: int) -> ApplicationFacts: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ApplicationFacts]: ...
    def __getitem__(self, index: int | slice) -> ApplicationFacts | Sequence[ApplicationFacts]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        if place not in self._known:
            self._known[place] = self._facts(place + 1, self._planned[place])
        return self._known[place]

    def __iter__(self) -> Iterator[ApplicationFacts]:
        return (self[place] for place in range(len(self)))

    def _facts(self, number: int, application: Application) -> ApplicationFacts:
        if application.name == self._owner.name or application.host in self._hosts:
            return facts_of(self._owner.lab, application.name)
        return ApplicationFacts(number, application.name, application.type, application.host)
