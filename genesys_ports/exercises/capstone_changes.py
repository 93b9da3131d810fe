"""Checks of the capstone's stages that follow a change: a server that failed and is back, a port that has moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..lab import Lab
from ..model import Purpose
from ..state import ConnectionState, ConnectionStatus, PortStatus
from ..trace import Kind, Message
from . import capstone_words as words
from .capstone_lab import outdated_steps, plan_steps, shortened
from .capstone_plan import check_clear
from .checks import Check, Step

__all__ = ["check_moved", "check_survived"]

_DOWN_TRAP = "gsServerDownTrap"
_ALARM = "alarm"


class _Fall(NamedTuple):
    """One time that a server went: from the first port that closed to the next that opened, both by number."""

    server: str
    begin: int
    end: int
    orderly: bool
    lost: tuple[str, ...]
    alarm: str


def _falls(lab: Lab) -> Iterator[_Fall]:
    messages = list(lab.trace)
    for application in lab.plan.applications:
        name, begin = application.name, 0
        listens: set[str] = set()
        own = [one for one in messages if one.sender == name and one.kind in (Kind.OPENED, Kind.CLOSED)]
        for place, one in enumerate(own):
            if one.kind is Kind.OPENED:
                listens.add(one.port)
                begin = 0
                continue
            listens.discard(one.port)
            begin = begin or one.number
            if not listens:
                end = next((later.number for later in own[place:] if later.kind is Kind.OPENED), lab.trace.last_number)
                yield _fall(name, begin, end, messages)


def _fall(name: str, begin: int, end: int, messages: list[Message]) -> _Fall:
    meanwhile = [one for one in messages if begin < one.number <= end]
    # Who stops in an orderly way hangs up himself, and says good-bye to whoever hears his traps, right before.
    goodbye = any(one.kind is Kind.DISCONNECT and one.sender == name for one in meanwhile)
    before = [one for one in messages if one.number < begin and one.sender == name]
    goodbye = goodbye or (bool(before) and before[-1].name == _DOWN_TRAP)
    lost = dict.fromkeys(one.receiver for one in meanwhile if one.kind is Kind.LOST and one.sender == name)
    alarm = next((one.text for one in meanwhile if one.kind is Kind.EVENT and one.name == _ALARM), "")
    return _Fall(name, begin, end, goodbye, tuple(lost), alarm)


# --- a failed server


def check_survived(lab: Lab) -> Check:
    """Whether a server has crashed, its clients have noticed, and all is as it was before."""
    if not lab.plan.applications:
        return Check([Step(False, words.LAB_EMPTY)])
    falls = list(_falls(lab))
    crashed = [one for one in falls if not one.orderly]
    if not crashed:
        stopped = [one for one in falls if one.lost]
        said = words.ONLY_STOPPED.format(server=stopped[-1].server) if stopped else words.NO_CRASH
        return Check([Step(False, said)])
    noticed = [one for one in crashed if one.lost]
    if not noticed:
        return Check([Step(False, words.NOBODY_LOST.format(server=crashed[-1].server))])
    fall = noticed[-1]
    steps = [Step(True, words.LOST.format(server=fall.server, clients=", ".join(fall.lost)))]
    if fall.alarm:
        steps.append(Step(True, words.ALARM.format(text=fall.alarm)))
    return Check([*steps, *_recovered(lab, fall.server)])


def _recovered(lab: Lab, server: str) -> Iterator[Step]:
    states = lab.port_states(server)
    if not lab.is_running(server) or not all(one.status is PortStatus.LISTENING for one in states):
        yield Step(False, words.STILL_DOWN.format(server=server))
        return
    yield Step(True, words.UP_AGAIN.format(server=server, port=", ".join(str(one.port) for one in states)))
    clients = _clients(lab, server)
    away = [one for one in clients if one.status is not ConnectionStatus.CONNECTED]
    for one in away:
        yield Step(False, words.NOT_BACK.format(client=one.connection.client, server=server, status=one.status.value))
    if not away:
        names = dict.fromkeys(one.connection.client for one in clients)
        yield Step(True, words.ALL_BACK.format(clients=", ".join(names)))


def _clients(lab: Lab, server: str, port_id: str | None = None) -> list[ConnectionState]:
    """The planned connections to a server, SNMP and its traps apart: nobody connects there."""
    ports = {one.port_id: one for one in lab.plan.application(server).ports}
    return [
        one
        for one in lab.connection_states()
        if one.connection.server == server
        and port_id in (None, one.connection.port_id)
        and (port := ports.get(one.connection.port_id)) is not None
        and port.purpose is not Purpose.MANAGEMENT
    ]


# --- a moved port


class _Move(NamedTuple):
    server: str
    port_id: str
    old: str
    new: str


def _moves(lab: Lab) -> Iterator[_Move]:
    """Ports that listen now, of servers that had another number before, and gave it up before they opened this one."""
    steps = [one for one in lab.trace if one.kind in (Kind.OPENED, Kind.CLOSED)]
    for application in lab.plan.applications:
        planned = {str(port) for port in application.ports}
        own = [one for one in steps if one.sender == application.name]
        states = {one.port.port_id: one for one in lab.port_states(application.name)}
        for port in application.ports:
            state, new = states.get(port.port_id), str(port)
            if state is None or state.status is not PortStatus.LISTENING or str(state.port) != new:
                continue
            opened = next((one.number for one in own if one.kind is Kind.OPENED and one.port == new), 0)
            left = [one.port for one in own if one.kind is Kind.CLOSED and one.number < opened]
            left = [one for one in left if one not in planned and one.endswith(f"/{port.transport}")]
            if left:
                yield _Move(application.name, port.port_id, left[-1], new)


def check_moved(lab: Lab, editor: Any) -> Check:
    """Whether a server listens on another number than before, in the sheet and in the lab, and its clients know it."""
    if wrong := plan_steps(lab, editor):
        return Check(wrong)
    moves = list(_moves(lab))
    if not moves:
        return Check([*outdated_steps(lab), Step(False, words.NOT_MOVED)])
    called = [one for one in moves if _clients(lab, one.server, one.port_id)]
    if not called:
        return Check([Step(False, words.NO_CLIENTS.format(server=moves[-1].server))])
    move = called[-1]
    steps = [Step(True, words.MOVED.format(server=move.server, old=move.old, new=move.new))]
    clients = _clients(lab, move.server, move.port_id)
    behind = [one for one in clients if one.status is not ConnectionStatus.CONNECTED or one.port != move.new]
    steps += shortened([Step(False, _behind(one)) for one in behind])
    if not behind:
        names = dict.fromkeys(one.connection.client for one in clients)
        steps.append(Step(True, words.FOLLOWED.format(clients=", ".join(names))))
    return Check([*steps, *check_clear(editor).steps])


def _behind(one: ConnectionState) -> str:
    called = one.connection
    values = {"client": called.client, "server": called.server, "status": one.status.value, "port": one.port}
    return words.NOT_FOLLOWED.format(**values)
