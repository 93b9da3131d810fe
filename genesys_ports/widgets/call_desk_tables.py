"""A call desk as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..lab import Lab
from ..lab.switch_role import SwitchRole, switches_of
from ..table import Table
from . import call_desk_words as words
from .call_desk_devices import Action, Device

__all__ = ["calls_of", "devices_of", "servers_of"]


def devices_of(devices: Iterable[Device]) -> Table:
    """One row for each device: how it stands, and what is possible there."""
    rows = []
    for line in (one.line() for one in devices):
        possible = ", ".join(words.LABELS[action] for action in Action if action in line.can)
        rows.append((line.name, line.dn, line.what, line.service, line.state, possible))
    return Table(words.DEVICES_COLUMNS, rows, words.DEVICES)


def servers_of(servers: Iterable[Device]) -> Table:
    """One row for each server and switch."""
    lines = (one.line() for one in servers)
    return Table(words.SERVERS_COLUMNS, [(line.name, line.what, line.service) for line in lines], words.SERVERS)


def calls_of(lab: Lab) -> Table:
    """One row for each call that stands or rings now, of phones and of stations."""
    rows: list[Sequence[object]] = []
    if not lab.is_closed:
        rows += lab.calls().only(*words.CALLS_COLUMNS).rows
        for switch in filter(lab.is_running, switches_of(lab.plan)):
            rows += _calls_on(lab.switch_role(switch))
    return Table(words.CALLS_COLUMNS, rows, words.CALLS)


def _calls_on(role: SwitchRole) -> Iterable[Sequence[object]]:
    for call in role.switching.calls():
        others = ", ".join(one.number for one in call.parties[1:])
        states = ", ".join(words.PARTY.format(number=one.number, state=one.state) for one in call.parties)
        yield call.calling, others, call.called, states
