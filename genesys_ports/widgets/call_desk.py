"""`CallDesk`: phones, agent desktop and switch in one panel, with the ladder of what each action lets travel."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

from ..draw import Ladder
from ..errors import InvalidValueError, NoCallError
from ..lab import Lab, Report
from ..lab.step import step_of
from ..lab.switch_role import SwitchRole, switches_of
from ..table import Table, one_line
from . import call_desk_tables as tables
from . import call_desk_words as words
from .call_desk_desktops import Desktop, Server, desktops_of, servers_of
from .call_desk_devices import Action, Device
from .call_desk_phones import phones_of
from .call_desk_row import ACTS_FOR, CSS, ITSELF, NUMBERED, START, Row
from .call_desk_stations import stations_of
from .call_desk_travel import Travel
from .handle import Handle

__all__ = ["CallDesk"]

#: Devices that are shown unless they are named.
SHOWN = 16

#: The button that starts all that is missing.
START_MISSING = "start missing"

_step = step_of("desk")


class CallDesk(Handle):
    """The telephones of a lab: `CallDesk(lab)`, or `CallDesk(lab, "phone_1001", "agent_desktop")` for some of them.

    Rows are the phones and gateways of the plan, the stations and IVR ports of its switches, everybody outside, and the
    agent desktops, whose buttons are requests of T-Library. Code does what buttons do: `await desk.call("phone_1001",
    "1002")`, `answer`, `hold`, `retrieve`, `transfer`, `release`, `start`. `protocol` ("all", "sip", "tlib", "cti") and
    `since` ("action", "call") choose what the ladder shows. Raises `InvalidValueError` for a name it does not have.
    """

    def __init__(self, lab: Lab, *shown: str) -> None:
        super().__init__(lab.trace)
        self.lab = lab
        self.travel = Travel(lab)
        self._acting: dict[str, str] = {}
        self._roles: weakref.WeakSet[SwitchRole] = weakref.WeakSet()
        self._named: tuple[str, ...] = ()
        # By whether it is a server, and its name.
        self._rows: dict[tuple[bool, str], Row] = {}
        # The row and the button that was pressed last.
        self._kept: tuple[Row | None, str] = (None, "")
        for name in shown:
            self.device(name)
        self._named = shown

    # --- who is there

    def devices(self) -> list[Device]:
        """Phones, gateways, stations, IVR ports, everybody outside, and desktops, each by a name of its own."""
        lab = self.lab
        found: list[Device] = list(phones_of(lab))
        switches = switches_of(lab.plan)
        for switch in switches:
            found += stations_of(lab, switch, "{name}" if len(switches) == 1 else words.OF_SWITCH)
        found += desktops_of(lab, found, self._acting)
        names: set[str] = set()
        for device in found:
            while device.name in names:
                device.name = words.ANOTHER.format(name=device.name)
            names.add(device.name)
        return [one for one in found if not self._named or one.name in self._named]

    def device(self, name: str) -> Device:
        """One of them. Raises `InvalidValueError`."""
        devices = self.devices()
        for one in devices:
            if one.name == str(name):
                return one
        raise InvalidValueError(words.DEVICE_WORD, str(name), [one.name for one in devices])

    # --- what is done

    @_step
    async def call(self, name: str, number: str, *, dn: str = "") -> Report:
        """Let a device call a number; an agent desktop asks for it with T-Library, for `dn`, and so on.

        Raises what the lab raises: `CallFailedError`, `BusyError`, `NoCallError`, `NotRunningError`, …
        """
        return await self._act(Action.CALL, name, number, dn=dn)

    @_step
    async def answer(self, name: str, *, dn: str = "") -> Report:
        """Answer the call that rings at a device. Raises `NoCallError`, …"""
        return await self._act(Action.ANSWER, name, dn=dn)

    @_step
    async def hold(self, name: str, *, dn: str = "") -> Report:
        """Put the call of a device on hold. Raises `NoCallError`, …"""
        return await self._act(Action.HOLD, name, dn=dn)

    @_step
    async def retrieve(self, name: str, *, dn: str = "") -> Report:
        """Take the call back that is on hold. Raises `NoCallError`, …"""
        return await self._act(Action.RETRIEVE, name, dn=dn)

    @_step
    async def transfer(self, name: str, number: str, *, dn: str = "") -> Report:
        """Hand the call of a device on to another number in one step, where the switch offers it.

        Raises `NoCallError`, `BusyError`, …
        """
        return await self._act(Action.TRANSFER, name, number, dn=dn)

    @_step
    async def release(self, name: str, *, dn: str = "") -> Report:
        """Hang up. A device without a call says so, or raises `NoCallError` where T-Library is asked."""
        return await self._act(Action.RELEASE, name, dn=dn)

    async def _act(self, action: Action, name: str, *number: str, dn: str = "") -> Report:
        device = self.device(name)
        if dn:
            self.act_for(name, dn)
        self.travel.begin()
        try:
            report: Report = await getattr(device, action)(*number)
        finally:
            self.refresh()
        return report

    def act_for(self, name: str, dn: str) -> Report:
        """Let an agent desktop act for this DN from now on. Raises `NoCallError`."""
        device = self.device(name)
        if not isinstance(device, Desktop):
            raise NoCallError(name, words.NO_DESKTOP_ROW.format(name=name))
        device.acts_for = dn
        self.refresh()
        return Report([words.NOW_FOR.format(desktop=name, dn=dn)])

    def answers_itself(self, name: str, does: bool = True) -> Report:
        """Let a phone lift the receiver when it rings, or leave that to somebody. Raises `NoCallError`, …"""
        self.device(name).answers_itself = does
        self.refresh()
        return Report([(words.BY_ITSELF if does else words.BY_HAND).format(name=name)])

    @_step
    async def start(self, *names: str) -> Report:
        """Start these applications; without a name all that is missing in this panel, and what that needs."""
        self.travel.begin()
        try:
            if names:
                return await self.lab.start(*names)
            missing = self._missing()
            await self.lab.start_all(only=missing)
        finally:
            self.refresh()
        started = [one.name for one in self.lab.start_order() if one.name in missing]
        return Report([words.STARTED.format(names=", ".join(started)) if started else words.NOTHING_TO_START])

    def _missing(self) -> list[str]:
        """Applications of the panel that do not run, and all that they connect to."""
        lines = [one.line() for one in (*servers_of(self.lab), *self.devices())]
        wanted = dict.fromkeys(line.start for line in lines if line.start)
        waiting = list(wanted)
        while waiting:
            for way in self.lab.plan.servers_of(waiting.pop()):
                if way.server not in wanted:
                    wanted[way.server] = None
                    waiting.append(way.server)
        return [name for name in wanted if not self.lab.is_running(name)]

    # --- what has travelled

    @property
    def protocol(self) -> str:
        """What the ladder shows: "all", "sip", "tlib" or "cti"."""
        return self.travel.protocol

    @protocol.setter
    def protocol(self, chosen: str) -> None:
        self.travel.protocol = chosen
        self.refresh()

    @property
    def since(self) -> str:
        """Where the ladder begins: with the last "action", or with the "call"."""
        return self.travel.since

    @since.setter
    def since(self, chosen: str) -> None:
        self.travel.since = chosen
        self.refresh()

    def ladder(self) -> Ladder:
        """The ladder as the panel shows it."""
        return self.travel.ladder()

    # --- as text

    def table(self) -> Table:
        """One row for each device: how it stands, and what is possible there."""
        return tables.devices_of(self.devices())

    def servers(self) -> Table:
        """One row for each server and switch."""
        return tables.servers_of(servers_of(self.lab))

    def calls(self) -> Table:
        """One row for each call that stands or rings now."""
        return tables.calls_of(self.lab)

    def __str__(self) -> str:
        if not self.devices():
            return words.NOTHING_HERE
        calls = self.calls()
        told = [str(self.servers()), str(self.table()), str(calls) if len(calls) else words.NO_CALLS]
        return "\n\n".join([*told, self.travel.text()])

    # --- as widgets

    def _build(self, kit: Any) -> list[Any]:
        self._kit = kit
        self._start = self._button(kit, words.START_MISSING, self._start_missing, words.START_MISSING_TIP)
        self._list = kit.VBox(layout=kit.Layout(width="100%"))
        self._more = kit.HTML()
        self._ladder = kit.HTML()
        wide = {"description_width": "initial"}
        self._protocol = kit.Dropdown(
            description=words.PROTOCOL, options=[(text, key) for key, text in words.PROTOCOLS.items()], style=wide
        )
        self._since = kit.Dropdown(
            description=words.SINCE, options=[(text, key) for key, text in words.SINCES.items()], style=wide
        )
        for field in (self._protocol, self._since):
            field.layout.width = "auto"
            field.observe(self._choose, "value")
        empty = self._button(kit, words.EMPTY, self.begin_anew, words.EMPTY_TIP)
        row = kit.Layout(flex_flow="row wrap", align_items="center")
        choices = kit.HBox([self._protocol, self._since, empty], layout=row)
        heading = kit.HTML(f"<b>{escape(words.LADDER)}</b>")
        return [kit.HTML(CSS), self._start, self._list, self._more, self._status, heading, choices, self._ladder]

    def _fill(self) -> None:
        self._hear_switches()
        servers: list[Device] = list(servers_of(self.lab))
        devices = self.devices()
        shown = [*servers, *(devices if self._named else devices[:SHOWN])]
        lines = [one.line() for one in shown]
        kept, pressed = self._kept
        for device, line, row in zip(shown, lines, self._lay_out(shown), strict=True):
            row.fill(device, line, pressed if row is kept else "")
        # The button that has just been pressed stays where it is: the keyboard is there.
        missing = any(line.start for line in lines) or pressed == START_MISSING
        self._start.layout.display = None if missing else "none"
        self._more.value = self._told_beside(devices, len(shown) - len(servers))
        with self.filling():
            self._protocol.value, self._since.value = self.travel.protocol, self.travel.since
        if (picture := self.travel.news()) is not None:
            self._ladder.value = picture

    def _told_beside(self, devices: Sequence[Device], shown: int) -> str:
        told = []
        if not devices:
            told.append(words.NOTHING_HERE)
        elif len(devices) > shown:
            told.append(words.MORE.format(count=len(devices) - shown, example=devices[shown].name))
        if devices and not self._named and not any(isinstance(one, Desktop) for one in devices):
            told.append(words.NO_DESKTOP)
        return "".join(f"<p style='margin:2px 0'>{escape(one_line(one))}</p>" for one in told)

    def _lay_out(self, devices: Sequence[Device]) -> list[Row]:
        """A row for each device; those that were there keep theirs."""
        rows: dict[tuple[bool, str], Row] = {}
        numbers = [one.number for one in devices if one.number]
        for one in devices:
            key = isinstance(one, Server), one.name
            own = one.acts_for if isinstance(one, Desktop) else one.number
            other = next((number for number in numbers if number != own), "")
            rows[key] = self._rows.get(key) or Row(self._kit, one, self._press, number=other)
        if list(rows) != list(self._rows):
            self._rows = rows
            self._list.children = [row.box for row in rows.values()]
        return list(rows.values())

    def _hear_switches(self) -> None:
        """Ask each run of a switch, once, to tell what happens at its stations: the trace has none of it."""
        for switch in switches_of(self.lab.plan):
            running = self.lab.running(switch)
            role = running.role if running is not None else None
            if isinstance(role, SwitchRole) and role not in self._roles:
                self._roles.add(role)
                _listen(role, self)

    # --- what buttons begin

    def _press(self, row: Row, what: str) -> None:
        self._kept = (row, what)
        # What a field holds is read at the click.
        itself, dn, number = row.itself.value, row.dn.value, row.number.value.strip()
        self.do(partial(self._pressed, row, what, itself=itself, dn=dn, number=number))

    def _pressed(self, row: Row, what: str, *, itself: bool, dn: str, number: str) -> object:
        if what == ITSELF:
            return self.answers_itself(row.name, itself)
        if what == ACTS_FOR:
            return self.act_for(row.name, dn)
        if what == START:
            return self.start(row.device.application)
        return self._act(Action(what), row.name, *([number] if what in NUMBERED else []))

    def _start_missing(self) -> object:
        self._kept = (None, START_MISSING)
        return self.start()

    def _choose(self, change: Any) -> None:
        if not self.is_filling:
            what = "protocol" if change.owner is self._protocol else "since"
            self.do(partial(setattr, self.travel, what, change.new))

    def begin_anew(self) -> str:
        """Empty the ladder: it shows what travels from now on."""
        self.travel.begin()
        self.refresh()
        return words.EMPTIED

    def say(self, sentence: str) -> None:
        """A sentence below the rows."""
        super().say(one_line(sentence))


def _listen(role: SwitchRole, desk: CallDesk) -> None:
    """Tell a desk of what happens at a switch, as long as somebody has the desk."""
    known = weakref.ref(desk)

    def told(event: object) -> None:
        there = known()
        if there is None:
            end()
        else:
            there._news()

    end = role.subscribe(told)
