"""Which port of the lab a tap is on: who is there, by which name a learner asks for it, and what is spoken on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ..errors import UnknownApplicationError, UnknownPortIdError
from ..model import Deployment, ListeningPort, Purpose, Transport
from ..state import PortState, PortStatus
from . import words
from .agentx_ports import is_agentx
from .console_port import is_console
from .voice import is_voice

if TYPE_CHECKING:
    from .standing import Standing

__all__ = ["Speaks", "TapPlace", "place_at", "place_of_state", "speaks"]

#: A number with or without its transport: `5060`, `5060/udp`.
_NUMBER = re.compile(r"([0-9]{1,6})(?:/(tcp|udp|tls))?", re.IGNORECASE)


class Speaks(StrEnum):
    """What is spoken on a port of the lab."""

    TEACHING = "teaching format"
    SIP = "SIP"
    SNMP = "SNMP"
    CONSOLE = "console"
    CTI_LINK = "CSTA XML"
    AGENTX = "AgentX"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class TapPlace:
    """One port number of a host. `server` is who listens there, or would: an application, else the host's own name.

    `planned` is the port as the plan writes it (`20000-20099/udp`), `port` the one number of it.
    """

    server: str
    host: str
    port: ListeningPort
    planned: str
    speaks: Speaks

    @property
    def udp(self) -> bool:
        """Whether datagrams go there, instead of a connection."""
        return self.port.transport is Transport.UDP


def speaks(plan: Deployment, application: str, port: ListeningPort) -> Speaks:
    """What an application of this lab speaks on one of its ports."""
    if port.purpose is Purpose.SIP:
        return Speaks.SIP
    if is_voice(port):
        return Speaks.VOICE
    if is_agentx(plan, application, port):
        return Speaks.AGENTX
    if is_console(plan, application, port):
        return Speaks.CONSOLE
    if port.purpose is Purpose.CTI_LINK and port.transport.carrier is Transport.TCP:
        return Speaks.CTI_LINK
    if port.purpose is Purpose.MANAGEMENT and port.transport is Transport.UDP:
        return Speaks.SNMP
    return Speaks.TEACHING


def place_of_state(lab: Standing, state: PortState, number: int | None = None) -> TapPlace:
    """The place of a planned port, or of one `number` of a range."""
    wanted = state.port.number if number is None else number
    single = replace(state.port, number=wanted, last=None)
    there = _listener(lab, state.host, single) if state.status is not PortStatus.LISTENING else None
    if there is not None:
        return place_of_state(lab, there, wanted)
    return TapPlace(
        state.application, state.host, single, str(state.port), speaks(lab.plan, state.application, state.port)
    )


def place_at(lab: Standing, name: str, port: int | str | None) -> TapPlace:
    """The place that `name` (an application, or a host) and `port` mean.

    Raises `UnknownApplicationError`, `UnknownPortIdError`, `InvalidPortError`, `PortKindError`.
    """
    states = lab.port_states()
    if isinstance(name, str):
        if lab.plan.has_application(name) or lab.is_running(name):
            own = [state for state in states if state.application == name]
            host = (lab.running(name) or lab.plan.application(name)).host
            return _of(lab, host, name, own, port)
        if any(host.name == name for host in lab.plan.hosts):
            return _of(lab, name, "", [state for state in states if state.host == name], port)
    known = [one.name for one in lab.plan.applications]
    raise UnknownApplicationError(name, [*known, *(host.name for host in lab.plan.hosts)])


def _of(lab: Standing, host: str, application: str, states: list[PortState], port: int | str | None) -> TapPlace:
    ids = list(dict.fromkeys(state.port.port_id for state in states))
    if port is None and application and states:
        return place_of_state(lab, states[0])
    if application and isinstance(port, str):
        for state in states:
            if state.port.port_id == port:
                return place_of_state(lab, state)
    found = _NUMBER.fullmatch(port.strip()) if isinstance(port, str) else None
    if port is None or (isinstance(port, str) and found is None):
        raise UnknownPortIdError(application or host, str(port), ids)
    transport = Transport((found[2] or "tcp").lower()) if found else Transport.TCP
    wanted = ListeningPort(number=int(found[1]) if found else port, transport=transport)  # type: ignore[arg-type]
    same = [state for state in states if wanted.number in state.port.numbers]
    if found is not None and found[2]:
        same = [state for state in same if state.port.transport.carrier is transport.carrier]
    # A connection is the usual meaning, and what somebody listens on.
    same.sort(key=lambda one: (one.port.transport is Transport.UDP, one.status is not PortStatus.LISTENING))
    if same:
        return place_of_state(lab, same[0], wanted.number)
    there = _listener(lab, host, wanted)
    if there is not None:
        return place_of_state(lab, there, wanted.number)
    outside = wanted.number in lab.outsiders.on(host) and transport.carrier is Transport.TCP
    return TapPlace(words.OUTSIDER_NAME if outside else host, host, wanted, str(wanted), Speaks.TEACHING)


def _listener(lab: Standing, host: str, port: ListeningPort) -> PortState | None:
    """Which application listens there now, whoever was planned for it."""
    for state in lab.port_states():
        listens = state.status is PortStatus.LISTENING and state.host == host and port.number in state.port.numbers
        if listens and state.port.transport.carrier is port.transport.carrier:
            return state
    return None
