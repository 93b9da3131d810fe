"""`WireTap`: connect with any port of a lab as a learner, type, and see the bytes both ways."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ..errors import InvalidValueError
from ..errors.root import short
from ..lab import Lab, Report
from ..lab.step import step_of
from ..lab.tap import Tap
from ..lab.tap_data import LineEnd, bytes_of, habit
from ..lab.tap_place import Speaks, TapPlace, place_at, place_of_state
from ..lab.tap_seen import Seen, Way
from ..model import Transport
from ..raw.text import harmless
from . import wire_tap_words as words
from .handle import Handle, fill_list
from .wire_tap_examples import Example, examples_for

__all__ = ["WireTap"]

#: Pieces that the transcript of the handle shows, and letters of a name in the list of ports.
SHOWN, NAME = 30, 40

_FORMS = {
    words.AS_LF: (LineEnd.LF, False),
    words.AS_CRLF: (LineEnd.CRLF, False),
    words.AS_IT_IS: (LineEnd.NONE, False),
    words.AS_HEX: (LineEnd.NONE, True),
}

_STYLE = """<style>
.genesys-ports-handle .gp-wire {
  border: 1px solid var(--jp-border-color1, #767676); padding: 4px 8px; max-width: 100%; box-sizing: border-box;
}
.genesys-ports-handle .gp-wire .widget-html-content {min-width: 0}
.genesys-ports-handle .gp-wire pre {
  white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 6px 0; padding-left: 8px; text-align: left;
  color: inherit; font-family: var(--jp-code-font-family, monospace); font-size: 1em;
}
.genesys-ports-handle .gp-wire pre.gp-sent {border-left: 4px solid currentColor}
.genesys-ports-handle .gp-wire pre.gp-came {border-left: 4px double currentColor}
.genesys-ports-handle .gp-wire pre.gp-note {border-left: 4px dotted currentColor}
.genesys-ports-handle .gp-wire-text textarea, .genesys-ports-handle .gp-wire-text input {
  font-family: var(--jp-code-font-family, monospace);
}
</style>"""

#: Requests made so far in each lab: two with the same number would pass for one sent twice.
_made: WeakKeyDictionary[Lab, int] = WeakKeyDictionary()

_step = step_of("wire_tap")


class _Entry(NamedTuple):
    """A port in the list. It stays the same one however its state changes."""

    application: str
    port_id: str


class WireTap(Handle):
    """A list of the lab's ports, a field to type into, and what goes both ways.

    Whatever its buttons do, code does too: `choose`, `await connect()`, `example`, `await send("text")`,
    `await disconnect()`. `text` is what stands in the field; `tap` is the connection (see `Lab.tap`), or None. As text
    it is the transcript.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.trace)
        self.lab = lab
        self.tap: Tap | None = None
        self.text = ""
        #: Whether the transcript shows bytes in hex.
        self.as_hex = False
        #: Whether the next connection speaks TLS; None is as the plan has it.
        self.tls: bool | None = None
        self._form = words.AS_LF
        self._example: Example | None = None
        self._place: TapPlace | None = None
        self._choice: _Entry | None = None
        if entries := list(self._entries()):
            self._take(_Entry(*entries[0]))

    # --- the port

    def _entries(self) -> dict[_Entry, str]:
        """Every planned port, as the list names it."""
        entries = {}
        for state in self.lab.port_states():
            entry = words.ENTRY.format(
                application=_named(state.application),
                port=state.port,
                host=_named(state.host),
                state=words.STATES[state.status],
            )
            entries[_Entry(state.application, state.port.port_id)] = entry
        return entries

    @property
    def ports(self) -> tuple[str, ...]:
        """The entries of the list: every planned port, with its state."""
        return tuple(self._entries().values())

    def choose(self, name: str, port: int | str | None = None) -> str:
        """Choose a port, as for `Lab.tap`; a connection that is open stays. Raises what that raises for it."""
        place = place_at(self.lab, name, port)
        known = [state for state in self.lab.port_states() if state.host == place.host]
        number, carrier = place.port.number, place.port.transport.carrier
        fits = [one for one in known if number in one.port.numbers and one.port.transport.carrier is carrier]
        fits.sort(key=lambda one: (one.application != name, one.application != place.server))
        self._take(_Entry(fits[0].application, fits[0].port.port_id) if fits else None, place)
        self.refresh()
        return words.CHOSEN.format(entry=self._entries()[self._choice] if self._choice else place.planned)

    def _take(self, choice: _Entry | None, place: TapPlace | None = None) -> None:
        if place is None and choice is not None:
            states = self.lab.port_states()
            found = next((one for one in states if (one.application, one.port.port_id) == choice), None)
            place = place_of_state(self.lab, found) if found is not None else None
        self._choice, self._place, self._example, self.tls = choice, place, None, None
        self._form = _form_of(habit(place.speaks)) if place is not None else words.AS_LF

    @property
    def secure(self) -> bool:
        """Whether the next connection speaks TLS."""
        if self.tls is None:
            return self._place is not None and self._place.port.transport is Transport.TLS
        return self.tls

    @_step
    async def connect(self) -> str:
        """Connect with the chosen port; a connection that is open is closed first. Raises what `Lab.tap` raises."""
        place = self._place
        if place is None:
            return words.NO_PORTS
        await self._hang_up()
        self.tap = None
        self.refresh()
        if self._choice is not None and place.port.number == self._first(self._choice):
            self.tap = await self.lab.tap(*self._choice, tls=self.tls)
        else:
            self.tap = await self.lab.tap(place.host, f"{place.port.number}/{place.port.transport}", tls=self.tls)
        self.tap.watch(self._news)
        self.refresh()
        return str(self.tap)

    def _first(self, choice: _Entry) -> int:
        states = self.lab.port_states()
        return next((one.port.number for one in states if (one.application, one.port.port_id) == choice), 0)

    @_step
    async def disconnect(self) -> str:
        """Hang up. May be called again."""
        closed = await self._hang_up()
        self.refresh()
        return str(closed) if closed is not None else words.DISCONNECTED_ALREADY

    async def _hang_up(self) -> Report | None:
        return await self.tap.close() if self.tap is not None and self.tap.is_open else None

    # --- what is sent

    @property
    def form(self) -> str:
        """How the text becomes bytes: one of `forms`."""
        return self._form

    @form.setter
    def form(self, form: str) -> None:
        if form not in _FORMS:
            raise InvalidValueError(words.NO_SUCH_FORM, form, self.forms)
        self._form = form
        self.refresh()

    @property
    def forms(self) -> tuple[str, ...]:
        """The ways in which the text can become bytes."""
        return tuple(_FORMS)

    @property
    def examples(self) -> tuple[str, ...]:
        """Names of the examples that suit the chosen port."""
        return tuple(one.name for one in self._examples())

    def _examples(self) -> tuple[Example, ...]:
        number = _made.get(self.lab, 0) + 1
        return () if self._place is None else examples_for(self.lab.plan, self._place, number)

    def example(self, name: str) -> str:
        """Put an example into the field for text. Raises `InvalidValueError` when there is none of this name."""
        found = next((one for one in self._examples() if one.name == name), None)
        if found is None:
            raise InvalidValueError(words.NO_SUCH_EXAMPLE, name, self.examples)
        self._example, self.text = found, found.text
        self._form = _form_of(found.end, hex=found.hex)
        self.refresh()
        return words.EXAMPLE_TAKEN

    @_step
    async def send(self, text: str | None = None) -> str:
        """Send this text, or what stands in the field. Raises what `Tap.send` raises."""
        if text is not None:
            self.text = text
        tap = self.tap
        if tap is None or not tap.is_open:
            return words.NOT_CONNECTED
        end, as_hex = _FORMS[self._form]
        told = await tap.send(bytes_of(self.text, end, hex=as_hex))
        _made[self.lab] = _made.get(self.lab, 0) + 1
        if self._example is not None and self.text == self._example.text:
            # The next one is another request, and no repetition of this one.
            self.example(self._example.name)
        self.refresh()
        return str(told)

    # --- the view

    @property
    def seen(self) -> Seen | None:
        """What went both ways through the tap, as far as the handle shows it."""
        return None if self.tap is None else self.tap.seen.newest(SHOWN)

    def __str__(self) -> str:
        seen = self.seen
        if seen is None:
            return words.NOT_YET
        return f"{self.tap}\n{seen.hex() if self.as_hex else seen}"

    def _build(self, kit: Any) -> list[Any]:
        wide = {"width": "100%", "max_width": "820px"}
        label = {"description_width": "70px"}

        def menu(text: str, act: Callable[[Any], object], **layout: str) -> Any:
            made = kit.Dropdown(description=text, style=label, layout=kit.Layout(**layout))
            made.observe(lambda change: None if self.is_filling else self.do(partial(act, change.new)), "value")
            return made

        self._ports = menu(words.PORT, self._chosen, **wide)
        self._picker = menu(words.EXAMPLE, self._picked, width="400px", max_width="100%")
        self._forms = menu(words.SEND_AS, partial(setattr, self, "form"), width="400px", max_width="100%")
        self._forms.options = self.forms
        self._line = kit.Text(description=words.TEXT, style=label, layout=kit.Layout(**wide))
        self._lines = kit.Textarea(description=words.TEXT, style=label, rows=10, layout=kit.Layout(**wide))
        for field in (self._line, self._lines):
            field.add_class("gp-wire-text")
            field.observe(self._typed, "value")
        self._at_enter(self._line, self.send)
        self._secure = kit.Checkbox(description=words.TLS, indent=False, layout=kit.Layout(width="auto"))
        self._secure.observe(self._ticked, "value")
        self._hex = kit.Checkbox(description=words.HEX, indent=False, layout=kit.Layout(width="auto"))
        self._hex.observe(self._hexed, "value")
        self._wire = kit.HTML(
            layout=kit.Layout(
                max_height="380px", overflow="auto", flex_flow="column-reverse", width="auto", max_width="820px"
            )
        )
        self._wire.add_class("gp-wire")
        self._wire.tabbable = True
        self._head = kit.HTML()
        return [
            kit.HTML(_STYLE),
            self._ports,
            kit.HBox(
                [
                    self._button(kit, words.CONNECT, self.connect),
                    self._button(kit, words.DISCONNECT, self.disconnect),
                    self._secure,
                ]
            ),
            kit.HBox([self._picker, self._forms], layout=kit.Layout(flex_flow="row wrap")),
            self._line,
            self._lines,
            kit.HBox([self._button(kit, words.SEND, self.send), self._hex]),
            self._head,
            self._wire,
        ]

    def _fill(self) -> None:
        with self.filling():
            entries = self._entries()
            fill_list(self._ports, [(label, entry) for entry, label in entries.items()], self._choice)
            names = [(words.NO_EXAMPLE, ""), *((name, name) for name in self.examples)]
            fill_list(self._picker, names, self._example.name if self._example is not None else "")
            self._forms.value = self._form
            place = self._place
            many = "\n" in self.text or (place is not None and place.speaks is Speaks.SIP)
            self._lines.layout.display, self._line.layout.display = ("", "none") if many else ("none", "")
            field = self._lines if many else self._line
            if field.value != self.text:
                field.value = self.text
            self._secure.layout.display = "none" if place is not None and place.udp else ""
            self._secure.value = self.secure
            self._hex.value = self.as_hex
        head = str(self.tap) if self.tap is not None else words.NOT_YET if entries else words.NO_PORTS
        self._head.value = f'<p style="margin:0">{escape(harmless(head))}</p>'
        self._wire.value = self._wire_html()

    def _wire_html(self) -> str:
        seen = self.seen
        if seen is None or not len(seen):
            return f"<pre>{escape(str(seen) if seen is not None else words.TRANSCRIPT)}</pre>"
        kinds = {Way.SENT: "gp-sent", Way.CAME: "gp-came", Way.NOTE: "gp-note"}
        told = [f"<pre>{escape(seen.left_out)}</pre>"] if seen.left_out else []
        told += [
            f'<pre class="{kinds[piece.way]}">{escape(text)}</pre>' for piece, text in seen.shown(as_hex=self.as_hex)
        ]
        return "".join(told)

    # --- what the page tells

    def _chosen(self, entry: _Entry | None) -> str | None:
        # The list may be of a moment ago, when the plan still had it.
        if entry is None or (named := self._entries().get(_Entry(*entry))) is None:
            return None
        self._take(_Entry(*entry))
        return words.CHOSEN.format(entry=named)

    def _picked(self, name: str) -> str | None:
        if name:
            return self.example(name)
        self._example = None
        return None

    def _typed(self, change: Any) -> None:
        # At once: a click on Send may come right behind it.
        if not self.is_filling:
            self.text = change.new

    def _ticked(self, change: Any) -> None:
        if not self.is_filling:
            self.do(partial(setattr, self, "tls", change.new))

    def _hexed(self, change: Any) -> None:
        if not self.is_filling:
            self.do(partial(setattr, self, "as_hex", change.new))


def _form_of(end: LineEnd, *, hex: bool = False) -> str:
    return next(form for form, what in _FORMS.items() if what == (end, hex))


def _named(name: str) -> str:
    return short(harmless(name), NAME)
