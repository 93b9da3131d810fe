"""`frame(lab)`: a switch from the front, its cards side by side, each voice port lit by the call it carries.

With `beside=True` the TCP ports of the switch's host stand beside it: a call lights ports on the left and opens none on
the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..catalog import load_catalog
from ..errors import CatalogError, InvalidValueError
from ..model import Application, Deployment, Switch, VoicePortKind
from ..switch import default_switch
from ..table import Table
from . import words
from .canvas import Canvas
from .pictures import Picture
from .portmaps import Cell, port_map
from .style import clean

__all__ = ["Frame", "Slot", "frame"]

#: Letters of a call's mark, at most; a call with a higher number is marked by its place among those on the picture.
LETTERS = 3

PLANNED = "planned"


class Slot(NamedTuple):
    """One voice port as the frame shows it.

    `state` is "planned", or what a switch that runs says: "idle", "waiting", "ringing", "talking", "held", "out
    of service".
    `mark` is the letter of the call it carries, the same for all ports of that call. `party` is who is at its other
    end: behind a trunk channel the number outside, else whom the call connects it with. `closing` says that it goes
    out of service when its call ends.
    """

    card: str
    label: str
    kind: VoicePortKind
    dn: str
    state: str
    mark: str = ""
    party: str = ""
    closing: bool = False

    @property
    def told(self) -> str:
        """The state in words, with whom the port carries."""
        return words.CARRIES.format(state=self.state, party=self.party) if self.party else self.state


class Beside(NamedTuple):
    """The TCP ports that stand beside a frame: of which host, and which clients are connected to each."""

    host: str
    ports: tuple[tuple[Cell, tuple[str, ...]], ...]


def frame(thing: Any, name: str | None = None, *, beside: bool = False) -> Frame:
    """The frame of a switch: of a `Switch`, of a plan, or of a lab with what each port carries now.

    `name` chooses one of several switches, else it is the first. `beside` adds the TCP ports of the switch's host.
    Raises `InvalidValueError` for a name that no switch has.
    """
    if isinstance(thing, Switch):
        if beside:
            raise TypeError(words.FRAME_BESIDE_WANTED)
        return Frame(thing.name, _slots_of(thing))
    plan = getattr(thing, "plan", thing)
    if not isinstance(plan, Deployment):
        return _of_desk(thing, beside)
    found = _switches(thing, plan)
    if not found:
        return Frame("", (), _beside(thing, plan, "") if beside else None)
    chosen = next(iter(found)) if name is None else name
    if chosen not in found:
        raise InvalidValueError(words.SWITCH_NAME, name, list(found))
    others = tuple(one for one in found if one != chosen) if name is None else ()
    return Frame(chosen, found[chosen](), _beside(thing, plan, chosen) if beside else None, others)


def _of_desk(thing: Any, beside: bool) -> Frame:
    """The frame of what a lab gives for a switch."""
    states = getattr(thing, "states", None)
    if not callable(states):
        raise TypeError(words.FRAME_WANTED.format(kind=type(thing).__name__))
    if beside:
        raise TypeError(words.FRAME_BESIDE_WANTED)
    return Frame(str(getattr(thing, "name", "")), _lit(states()))


def _switches(thing: Any, plan: Deployment) -> dict[str, Callable[[], list[Slot]]]:
    """The switches of a plan, and how to see each: those that run show what their ports carry now."""
    found: dict[str, Callable[[], list[Slot]]] = {}
    for one in plan.switches:
        found[one.name] = partial(_slots_of, one)
    for name in (one.name for one in plan.applications if _is_switch(one)):
        found.setdefault(name, partial(_default, name))
    if hasattr(thing, "switch"):
        for name in found:
            if thing.is_running(name):
                found[name] = partial(_running, thing, name)
    return found


def _is_switch(application: Application) -> bool:
    try:
        component = load_catalog().component(application.type or application.name)
    except CatalogError:
        return False
    return component.key == "switch"


def _default(name: str) -> list[Slot]:
    """The frame that a switch gets in a lab when the plan has none for it."""
    return _slots_of(default_switch(name))


def _running(lab: Any, name: str) -> list[Slot]:
    return _lit(lab.switch(name).states())


def _slots_of(switch: Switch) -> list[Slot]:
    return [
        Slot(clean(port.card), clean(port.label), port.kind, clean(port.dn), PLANNED) for port in switch.voice_ports
    ]


def _lit(states: Iterable[Any]) -> list[Slot]:
    """The ports of a switch that runs, with a mark for each call."""
    every = list(states)
    marks = _marks(dict.fromkeys(one.call_id for one in every if one.call_id))
    parties: dict[str, list[tuple[str, str]]] = {}
    for one in every:
        parties.setdefault(one.call_id, []).append((one.port.label, one.party))
    slots = []
    for one in every:
        port = one.port
        if port.kind is VoicePortKind.TRUNK or not one.call_id:
            party = one.party
        else:
            party = ", ".join(party for label, party in parties[one.call_id] if label != port.label)
        slots.append(
            Slot(
                clean(port.card), clean(port.label), port.kind, clean(port.dn), str(one.status),
                marks.get(one.call_id, ""), clean(party), one.closing,
            )
        )  # fmt: skip
    return slots


def _marks(calls: Iterable[str]) -> dict[str, str]:
    """The letter of each call: that of its number, so that it keeps it from picture to picture."""
    found = list(calls)
    numbers = {call: int(call) for call in found if call.isascii() and call.isdigit() and len(call) < 6}
    by_number = len(numbers) == len(found) and all(
        one > 0 and len(_letters(one)) <= LETTERS for one in numbers.values()
    )
    return {call: _letters(numbers[call] if by_number else place) for place, call in enumerate(found, 1)}


def _letters(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    text = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        text = chr(ord("A") + letter) + text
    return text


def _beside(thing: Any, plan: Deployment, switch: str) -> Beside:
    if not plan.has_application(switch):
        return Beside("", ())
    host = plan.application(switch).host
    clients: dict[tuple[str, str], list[str]] = {}
    for state in thing.connection_states() if hasattr(thing, "connection_states") else ():
        if state.status == "connected":
            key = (clean(state.connection.server), clean(state.connection.port_id))
            clients.setdefault(key, []).append(clean(state.connection.client))
    cells = port_map(thing, host).cells
    return Beside(clean(host), tuple((one, tuple(clients.get((one.application, one.port_id), ()))) for one in cells))


class Frame(Picture):
    """A snapshot of the voice ports of one switch: a picture in a notebook, a table as text."""

    # A lesson shows one frame after the other, and the sockets are labelled.
    rows_open = 0

    def __init__(
        self, name: str, slots: Sequence[Slot], beside: Beside | None = None, others: Sequence[str] = ()
    ) -> None:
        self.name = clean(name)
        self.slots = tuple(slots)
        self.beside = beside
        self.others = tuple(clean(one) for one in others)

    @property
    def cards(self) -> dict[str, list[Slot]]:
        """The ports of each card, in the order of the switch."""
        cards: dict[str, list[Slot]] = {}
        for slot in self.slots:
            cards.setdefault(slot.card, []).append(slot)
        return cards

    @property
    def calls(self) -> dict[str, list[str]]:
        """The ports that each call takes, by its mark."""
        calls: dict[str, list[str]] = {}
        for slot in self.slots:
            if slot.mark:
                calls.setdefault(slot.mark, []).append(slot.label)
        return dict(sorted(calls.items(), key=lambda call: (len(call[0]), call[0])))

    def table(self) -> Table:
        """The same facts as rows."""
        rows = [
            (*slot[:2], words.VOICE_KINDS[slot.kind], slot.dn, _marked(slot), slot.mark, slot.party)
            for slot in self.slots
        ]
        for cell, clients in self.beside.ports if self.beside else ():
            state = f"{words.PORT_MARKS[cell.state]} {cell.outcome}"
            kind = words.TCP_KIND.format(purpose=cell.kind, application=cell.application)
            rows.append((cell.host, cell.port, kind, "", state, "", ", ".join(clients)))
        columns = words.BESIDE_COLUMNS if self.beside else words.FRAME_COLUMNS
        return Table(columns, rows, caption=self.summary()).without_empty_columns()

    def summary(self) -> str:
        """One sentence or two: how many ports, how many of them carry calls, and what stands beside them."""
        if not self.slots:
            return words.FRAME_EMPTY
        count, busy = len(self.slots), sum(bool(slot.mark) for slot in self.slots)
        template = words.VOICE_PORTS_ONE if count == 1 else words.VOICE_PORTS
        told = [template.format(switch=self.name, count=count)]
        if all(slot.state == PLANNED for slot in self.slots):
            told.append(words.FRAME_PLANNED)
        elif not busy:
            told.append(words.FRAME_QUIET)
        else:
            template = words.FRAME_CALL if len(self.calls) == 1 else words.FRAME_CALLS
            told.append(template.format(calls=len(self.calls), busy=busy))
        if self.beside and self.beside.host:
            told.append(words.BESIDE_CAPTION.format(host=self.beside.host))
        return " ".join(told)

    def describe(self) -> str:
        """The frame in whole sentences, for who cannot see it: each call, then each port that is out of service."""
        told = [self.summary()]
        shown = list(self.calls.items())[:8]
        told += [words.CALL_TAKES.format(mark=mark, ports=", ".join(labels[:12])) for mark, labels in shown]
        out = [slot.label for slot in self.slots if slot.state == words.OUT_OF_SERVICE]
        if out:
            told.append(words.OUT_ALT.format(ports=", ".join(out[:12])))
        for cell, clients in self.beside.ports[:8] if self.beside else ():
            state = words.WITH_CLIENTS.format(state=cell.outcome, clients=_named(clients)) if clients else cell.outcome
            told.append(
                words.PORT_MAP_PORT.format(host=cell.host, port=cell.port, application=cell.application, state=state)
            )
        return words.FRAME_ALT.format(sentences=" ".join(told))

    def draw(self) -> Canvas:
        """The page."""
        from .faceplates import draw_frame

        return draw_frame(self)


def _marked(slot: Slot) -> str:
    state = words.CLOSING.format(state=slot.state) if slot.closing else slot.state
    return f"{words.VOICE_MARKS[slot.state]} {state}"


def _named(clients: Sequence[str]) -> str:
    """Who is connected, in few words."""
    if len(clients) <= 2:
        return ", ".join(clients)
    return words.AND_MORE.format(first=clients[0], count=len(clients) - 1)
