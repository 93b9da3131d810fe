"""Checks of the tasks on a switch: what its ports carry at this moment, and how they are programmed."""

from __future__ import annotations

from ..lab import Lab
from ..lab.switch_role import switches_of
from ..model import VoicePortKind
from ..switch import PortStatus, VoicePortState
from . import switch_words as words
from .checks import Check, Step

__all__ = ["check_calls_at_once", "check_ports_free", "check_station"]


def _states(lab: Lab, name: str | None) -> tuple[str, tuple[VoicePortState, ...] | None]:
    """The switch that is meant, and its ports; none when it does not run, and no name when there is no switch."""
    known = [one for one in switches_of(lab.plan) if name is None or one == name]
    running = [one for one in known if lab.is_running(one)]
    chosen = next(iter([*running, *known]), "")
    return chosen, lab.switch(chosen).states() if running else None


def _not_there(name: str) -> Check:
    return Check([Step(False, words.NOT_RUNNING.format(switch=name) if name else words.NO_SWITCH)])


def check_calls_at_once(lab: Lab, count: int, switch: str | None = None) -> Check:
    """Whether the switch carries at least so many calls at this moment, and which ports they take."""
    name, states = _states(lab, switch)
    if states is None:
        return _not_there(name)
    calls: dict[str, list[str]] = {}
    for one in states:
        if one.call_id:
            calls.setdefault(one.call_id, []).append(one.port.label)
    steps = [Step(True, words.CALL_TAKES.format(ports=", ".join(labels))) for labels in calls.values()]
    enough = len(calls) >= int(count)
    if enough:
        sentence = words.ENOUGH_ONE if len(calls) == 1 else words.ENOUGH_CALLS
    else:
        few = {0: words.TOO_FEW_NONE, 1: words.TOO_FEW_ONE}
        sentence = few.get(len(calls), words.TOO_FEW_CALLS)
    steps.append(Step(enough, sentence.format(switch=name, seen=len(calls), wanted=count)))
    return Check(steps)


def check_ports_free(lab: Lab, switch: str | None = None) -> Check:
    """Whether no voice port of the switch carries a call, and none is out of service."""
    name, states = _states(lab, switch)
    if states is None:
        return _not_there(name)
    taken = [one for one in states if one.status is not PortStatus.IDLE]
    if not taken:
        return Check([Step(True, words.ALL_FREE.format(switch=name, count=len(states)))])
    values = [(one.port.label, str(one.status)) for one in taken]
    return Check([Step(False, words.NOT_FREE.format(port=port, state=state)) for port, state in values])


def check_station(lab: Lab, dn: str | int, port: str, switch: str | None = None, *, called_by: str | int = "") -> Check:
    """Whether the switch has a station at this port, with this DN, in service; and `called_by` calls it, if given."""
    name, states = _states(lab, switch)
    if states is None:
        return _not_there(name)
    dn = str(dn)
    values = {"switch": name, "dn": dn, "port": port}
    found = next((one for one in states if one.port.label == port), None)
    elsewhere = next((one.port.label for one in states if one.port.dn == dn and one is not found), "")
    if found is None:
        sentence = words.DN_ELSEWHERE if elsewhere else words.NO_PORT
        return Check([Step(False, sentence.format(elsewhere=elsewhere, **values))])
    if found.port.kind is not VoicePortKind.STATION:
        return Check([Step(False, words.NO_STATION.format(kind=found.port.kind, **values))])
    steps = [Step(True, words.STATION_THERE.format(**values))]
    if found.port.dn != dn:
        sentence = words.DN_ELSEWHERE if elsewhere else words.OTHER_DN if found.port.dn else words.NO_DN
        steps.append(Step(False, sentence.format(elsewhere=elsewhere, seen=found.port.dn, **values)))
    elif found.status is PortStatus.OUT_OF_SERVICE:
        steps.append(Step(False, words.OUT_OF_SERVICE.format(**values)))
    else:
        steps.append(Step(True, words.STATION_READY.format(**values)))
        if called_by:
            steps.append(_called(found, str(called_by), states, values))
    return Check(steps)


def _called(found: VoicePortState, caller: str, states: tuple[VoicePortState, ...], values: dict[str, str]) -> Step:
    """Whether a call joins the station with that of the caller at this moment."""
    other = next((one for one in states if one.port.dn == caller), None)
    joined = other is not None and bool(found.call_id) and other.call_id == found.call_id
    return Step(joined, (words.IS_CALLED if joined else words.NOT_CALLED).format(caller=caller, **values))
