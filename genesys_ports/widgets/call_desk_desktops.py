"""Agent desktops of a call desk, which call by click: their buttons are requests of T-Library. And the servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import NoCallError
from ..lab import Lab, Report
from ..lab.roles import component_of
from ..lab.sip_server import SIP_SERVER
from ..lab.switch_role import SWITCH
from ..lab.t_requests import SINGLE_STEP_TRANSFER
from ..lab.t_server import T_SERVER, is_link
from ..model import Connection
from ..sip.tlib import EventName, RequestName
from ..state import ConnectionStatus
from . import call_desk_words as words
from .call_desk_devices import Action, Device, Line, Stands
from .call_desk_phones import Phone
from .call_desk_stations import Station

__all__ = ["Desktop", "Server", "desktops_of", "servers_of"]

AGENT_DESKTOP = "agent_desktop"


class Desktop(Device):
    """An agent desktop at one server of T-Library. It acts for a DN: `acting` has which, by the name of the desktop."""

    def __init__(
        self, lab: Lab, name: str, connection: Connection, devices: Sequence[Device], acting: dict[str, str]
    ) -> None:
        server = connection.server
        super().__init__(lab, name, "", words.KINDS["desktop"].format(server=server))
        self.application, self.server = connection.client, server
        self._connection = connection
        self._acting = acting
        self._at = {one.dn: one for one in devices}

    @property
    def dns(self) -> tuple[str, ...]:
        """The DNs it can act for."""
        return tuple(self._at)

    @property
    def acts_for(self) -> str:
        """The DN it acts for; empty where there is none."""
        chosen = self._acting.get(self.name, "")
        return chosen if chosen in self._at else next(iter(self._at), "")

    @acts_for.setter
    def acts_for(self, dn: str) -> None:
        if dn not in self._at:
            problem = words.NO_DN.format(desktop=self.name, dn=dn, known=", ".join(self._at))
            raise NoCallError(self.name, problem)
        self._acting[self.name] = dn

    def _line(self) -> Line:
        if not self.lab.is_running(self.application):
            return self._down(self.application, start=True)
        states = self.lab.connection_states(self.application)
        status = next((one.status for one in states if one.connection == self._connection), ConnectionStatus.CLOSED)
        reached = status is ConnectionStatus.CONNECTED
        service = (words.REACHED if reached else words.NOT_REACHED).format(server=self.server)
        dn = self.acts_for
        if not dn:
            return Line(self.name, "", self.what, service, Stands.IDLE, words.ACTS_FOR_NOBODY)
        there = self._at[dn].line()
        can = there.can
        if component_of(self.lab.plan, self.server) != T_SERVER:
            can -= {Action.TRANSFER}
        state = words.ACTS_FOR.format(dn=dn, state=there.state or there.service)
        return Line(self.name, dn, self.what, service, there.stands, state, can if reached else frozenset())

    async def _ask(self, request: str, **details: str) -> Report:
        dn = self.acts_for
        before = self.lab.trace.last_number
        answer = await self.lab.send(self.application, self.server, request, ThisDN=dn, **details)
        told = [answer, *self.lab.trace.select(after=before, participant=self.application)]
        # A switch may refuse what T-Server has taken already.
        if refused := next((one for one in told if one.name == EventName.ERROR and one.text), None):
            raise NoCallError(self.name, refused.text)
        values = {"desktop": self.name, "server": self.server, "request": request, "dn": dn}
        return Report([words.REQUESTED.format(**values)])

    async def call(self, number: str) -> Report:  # noqa: D102
        return await self._ask(RequestName.MAKE_CALL, OtherDN=number)

    async def answer(self) -> Report:  # noqa: D102
        return await self._ask(RequestName.ANSWER_CALL)

    async def hold(self) -> Report:  # noqa: D102
        return await self._ask(RequestName.HOLD_CALL)

    async def retrieve(self) -> Report:  # noqa: D102
        return await self._ask(RequestName.RETRIEVE_CALL)

    async def release(self) -> Report:  # noqa: D102
        return await self._ask(RequestName.RELEASE_CALL)

    async def transfer(self, number: str) -> Report:  # noqa: D102
        return await self._ask(SINGLE_STEP_TRANSFER, OtherDN=number)


class Server(Device):
    """A server, or a switch: a row that says whether it is there."""

    def _line(self) -> Line:
        if not self.lab.is_running(self.name):
            return self._down(self.name, start=True)
        for one in self.lab.connection_states(self.name):
            if is_link(self.lab.plan, one.connection):
                told = words.LINK_UP if one.status is ConnectionStatus.CONNECTED else words.LINK_DOWN
                return Line(self.name, "", self.what, told.format(server=one.connection.server), Stands.IDLE)
        return Line(self.name, "", self.what, words.RUNS, Stands.IDLE)


def servers_of(lab: Lab) -> Iterator[Server]:
    """SIP Servers, T-Servers and switches, in the order of the plan."""
    for one in lab.plan.applications:
        kind = component_of(lab.plan, one.name)
        if kind in (SIP_SERVER, T_SERVER, SWITCH):
            yield Server(lab, one.name, "", words.KINDS[kind])


def desktops_of(lab: Lab, devices: Sequence[Device], acting: dict[str, str]) -> Iterator[Desktop]:
    """The agent desktops of the plan: a row for each server of T-Library that one connects to."""
    plan = lab.plan
    for one in plan.applications:
        if component_of(plan, one.name) != AGENT_DESKTOP:
            continue
        ways = [way for way in plan.servers_of(one.name) if component_of(plan, way.server) in (SIP_SERVER, T_SERVER)]
        for way in ways:
            name = one.name if len(ways) == 1 else words.AT_SERVER.format(name=one.name, server=way.server)
            yield Desktop(lab, name, way, _served_by(lab, way.server, devices), acting)


def _served_by(lab: Lab, server: str, devices: Sequence[Device]) -> list[Device]:
    """The phones, or the stations, whose DNs a server of T-Library has."""
    plan = lab.plan
    if component_of(plan, server) == SIP_SERVER:
        calling = {way.client for way in plan.clients_of(server)}
        return [one for one in devices if isinstance(one, Phone) and one.number and one.name in calling]
    switches = {way.server for way in plan.servers_of(server) if is_link(plan, way)}
    stations = (one for one in devices if isinstance(one, Station) and one.switch in switches)
    return [one for one in stations if one.device == one.dn]
