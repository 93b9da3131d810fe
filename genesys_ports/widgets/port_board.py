"""`PortBoard`: the hosts and applications of a lab, with buttons, and every planned port and connection lit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from html import escape
from typing import Any

from ..errors import LabClosedError, PortsError
from ..lab import Lab, Report
from ..lab.step import step_of
from ..table import Table
from . import port_board_words as words
from .handle import Handle
from .port_board_rows import HEADER, STYLE, Row, Rows, shortly

__all__ = ["PortBoard"]

#: Applications on one page.
ROWS = 16

#: Pixels of a button and beside it: as wide as the first word of its label.
BUTTON, GAP = 58, 4

#: Sentences about what a button has done; the board itself shows the rest.
SAID = 3

_step = step_of("board")


class PortBoard(Handle):
    """A lab to start and stop: each application with its buttons, each planned port and connection lit by its state.

    It follows whatever happens in the lab, whoever does it. `host` shows one host to begin with; see `show`. Whatever
    its buttons do, code does too: `await board.start("message_server")`, or the lab's own calls. As text it is a table.

    Raises `UnknownHostError`.
    """

    def __init__(self, lab: Lab, *, host: str | None = None) -> None:
        super().__init__(lab.trace)
        self.lab = lab
        self._rows = Rows(lab)
        self._page = 0
        self._slots: list[_Slot] = []
        #: The host that is shown alone, or a part of names; empty shows everything.
        self.wanted = "" if host is None else lab.plan.host(host).name

    # --- what the buttons do

    @_step
    async def start(self, *applications: str) -> Report:
        """Start applications by name, in the order given. Raises what `Lab.start` raises."""
        return await self._told(self.lab.start(*applications))

    @_step
    async def stop(self, *applications: str) -> Report:
        """Stop applications by name. Raises `UnknownApplicationError`, `LabClosedError`."""
        return await self._told(self.lab.stop(*applications))

    @_step
    async def crash(self, *applications: str) -> Report:
        """End applications the hard way. Raises `UnknownApplicationError`, `LabClosedError`."""
        return await self._told(self.lab.crash(*applications))

    @_step
    async def start_all(self) -> Report:
        """Start what the board shows, in the documented start-up order. It ends at the first that cannot start."""
        only = self._names() if self.wanted else None
        return await self._told(self.lab.start_all(only), words.ALL_RUN)

    @_step
    async def stop_all(self) -> Report:
        """Stop what the board shows and runs, in the reverse of the start-up order."""
        shown = set(self._names())
        planned = [one.name for one in reversed(self.lab.start_order())]
        order = [*(one.name for one in self.lab.unplanned()), *planned]
        names = [name for name in order if name in shown and self.lab.is_running(name)]
        return await self._told(self.lab.stop(*names), words.ALL_STOPPED if names else words.NONE_RUNS)

    def show(self, wanted: str = "") -> None:
        """Show one host; or each host and application that has `wanted` in its name; or, without it, all."""
        self._find(wanted)
        if self._box is not None:
            with self.filling():
                self._choice.value = self.wanted
        self.refresh()

    def _find(self, wanted: str) -> None:
        self.wanted = wanted.strip()
        self._page = 0

    async def _told(self, doing: Awaitable[Report], summary: str = "") -> Report:
        try:
            report = await doing
        except PortsError as error:
            self.say(str(error))
            raise
        if summary:
            names = self._names()
            self.say(summary.format(running=sum(map(self.lab.is_running, names)), count=len(names)))
        else:
            more = len(report.sentences) - SAID
            rest = [words.MORE_SAID_ONE if more == 1 else words.MORE_SAID.format(count=more)] if more > 0 else []
            self.say(" ".join([*report.sentences[:SAID], *rest]))
        return report

    # --- what it shows

    def _shown(self) -> dict[str, list[str]]:
        hosts = self._rows.hosts()
        if not self.wanted:
            return hosts
        if self.wanted in hosts:
            return {self.wanted: hosts[self.wanted]}
        part = self.wanted.casefold()
        found = {
            host: names if part in host.casefold() else [name for name in names if part in name.casefold()]
            for host, names in hosts.items()
        }
        return {host: names for host, names in found.items() if names or part in host.casefold()}

    def _names(self) -> list[str]:
        return [name for applications in self._shown().values() for name in applications]

    def table(self) -> Table:
        """The board as a table: a row for each port and for each connection, with its state."""
        rows = [cells for name in self._names() for cells in self._rows.row(name).cells()]
        caption = words.CAPTION_OF.format(wanted=self.wanted) if self.wanted else words.CAPTION
        return Table(words.TABLE, rows, caption).without_empty_columns()

    def __str__(self) -> str:
        names = self._names()
        notes = [note for name in names for note in self._rows.row(name).notes]
        return "\n".join([*self._closed(), str(self.table()) if names else self._nothing(), *notes])

    def _nothing(self) -> str:
        return words.NOT_FOUND.format(wanted=shortly(self.wanted)) if self.wanted else words.NOTHING

    def _closed(self) -> list[str]:
        return [*LabClosedError().sentences(), words.NEW_BOARD] if self.lab.is_closed else []

    # --- the widgets

    def _build(self, kit: Any) -> list[Any]:
        self._kit = kit
        self._start_all = self._button(kit, words.START_ALL, partial(_silently, self.start_all), words.START_ALL_TIP)
        self._stop_all = self._button(kit, words.STOP_ALL, partial(_silently, self.stop_all), words.STOP_ALL_TIP)
        # Not a list to choose from: JupyterLab takes its arrow keys for itself.
        self._choice = kit.Combobox(description=words.SHOW, value=self.wanted, style={"description_width": "initial"})
        self._choice.observe(self._chosen, "value")
        self._closed_note = kit.HTML()
        self._grid = kit.VBox(layout=kit.Layout(width="100%"))
        self._grid.add_class("genesys-ports-board")
        self._earlier = self._button(kit, words.EARLIER, partial(self._turn, -1))
        self._later = self._button(kit, words.LATER, partial(self._turn, 1))
        self._paging = kit.HTML()
        line = kit.Layout(flex_flow="row wrap", align_items="center")
        self._pages = kit.HBox(
            [self._earlier, self._paging, self._later], layout=kit.Layout(flex_flow="row wrap", align_items="center")
        )
        self._header = kit.HTML(HEADER, layout=kit.Layout(flex="1 1 auto"))
        # As wide as the rows below, which have buttons beside.
        room = kit.HTML(layout=kit.Layout(width=f"{2 * (BUTTON + GAP)}px", flex="none"))
        self._head = kit.HBox([self._header, room])
        self._head.add_class("gp-line")
        # Shared by all rows: each layout is one more thing to send.
        self._layouts = (
            kit.Layout(flex="1 1 auto", margin="0"),
            kit.Layout(width=f"{BUTTON}px", margin=f"0 0 0 {GAP}px", flex="none"),
            kit.Layout(width="100%", margin="0"),
        )
        every = kit.HBox([self._choice, self._start_all, self._stop_all], layout=line)
        return [kit.HTML(STYLE), every, self._closed_note, self._status, self._pages, self._grid]

    def _turn(self, by: int) -> None:
        self._page += by

    def _chosen(self, change: Mapping[str, Any]) -> None:
        # Never written back: the next letter may be in the field already. Filled by us, it says nothing new.
        if not self.is_filling:
            self.do(partial(self._find, change["new"]))

    def _fill(self) -> None:
        self._fill_choice()
        hosts = self._shown()
        # A host without applications has a line of its own.
        places = [(host, name) for host, names in hosts.items() for name in names or [""]]
        self._page = max(0, min(self._page, (len(places) - 1) // ROWS))
        first = self._page * ROWS
        shown = places[first : first + ROWS]
        while len(self._slots) < len(shown):
            self._slots.append(_Slot(self, self._kit, *self._layouts))
        before = ""
        for slot, (host, name) in zip(self._slots, shown, strict=False):
            slot.show(
                "" if host == before else self._rows.host_html(host, hosts[host]),
                self._rows.row(name) if name else None,
            )
            before = host
        boxes = (self._head, *(slot.box for slot in self._slots[: len(shown)]))
        if self._grid.children != boxes:
            self._grid.children = boxes
        paging = words.PAGE.format(first=first + 1, last=first + len(shown), count=len(places))
        self._paging.value = escape(paging if places else self._nothing())
        self._pages.layout.display = None if len(places) > ROWS or not places else "none"
        # At an end they lead nowhere, and stay: a button that has been pressed keeps the keyboard.
        self._earlier.layout.display = self._later.layout.display = None if places else "none"
        closed = "".join(f"<div>{escape(sentence)}</div>" for sentence in self._closed())
        self._closed_note.value = f'<div class="gp-note" role="status">{closed}</div>' if closed else ""

    def _fill_choice(self) -> None:
        hosts = tuple(self._rows.hosts())
        self._choice.placeholder = words.ALL_HOSTS.format(count=len(hosts))
        self._choice.options = hosts
        self._choice.layout.display = None if len(hosts) > 1 or self.wanted else "none"
        self._start_all.description = words.START_SHOWN if self.wanted else words.START_ALL
        self._stop_all.description = words.STOP_SHOWN if self.wanted else words.STOP_ALL


class _Slot:
    """A place for one application: made once and filled anew, so that the keyboard keeps its place."""

    def __init__(self, board: PortBoard, kit: Any, share: Any, narrow: Any, wide: Any) -> None:
        self._board = board
        self._name = ""
        self._runs = False
        self._heading = kit.HTML(layout=kit.Layout(margin="6px 0 2px 0"))
        self._html = kit.HTML(layout=share)
        self._toggle = board._button(kit, "", self._start_or_stop)
        self._crash = board._button(kit, "", self._end)
        self._toggle.layout = self._crash.layout = narrow
        self._line = kit.HBox([self._html, self._toggle, self._crash], layout=kit.Layout(width="100%"))
        self._line.add_class("gp-line")
        self.box = kit.VBox([self._heading, self._line], layout=wide)

    def show(self, heading: str, row: Row | None) -> None:
        """Fill it with a heading, where one stands above, and with a row, where the host has any."""
        self._heading.value = heading
        self._heading.layout.display = None if heading else "none"
        self._line.layout.display = None if row else "none"
        if row is None:
            return
        self._name, self._runs = row.name, row.runs
        self._html.value = row.html()
        label = words.STOP if row.runs else words.START
        name = shortly(row.name)
        told = label.format(application=name)
        # One message instead of two.
        with self._toggle.hold_sync():
            self._toggle.description = self._toggle.tooltip = told
        self._crash.description = words.CRASH.format(application=name)
        self._crash.tooltip = words.CRASH_TIP.format(application=name)

    # What its label says counts, also when the click is heard later.

    def _start_or_stop(self) -> Awaitable[None]:
        act = self._board.stop if self._runs else self._board.start
        return _silently(act, self._name)

    def _end(self) -> Awaitable[None]:
        return _silently(self._board.crash, self._name)


async def _silently(act: Callable[..., Awaitable[Report]], *names: str) -> None:
    # The board has said it already, and more shortly.
    await act(*names)
