"""The widgets of one row of a call desk. They are made once and filled anew, so that the keyboard keeps its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ..table import one_line
from . import call_desk_words as words
from .call_desk_desktops import Desktop
from .call_desk_devices import Action, Device, Line, Stands

__all__ = ["ACTS_FOR", "CSS", "ITSELF", "NUMBERED", "START", "Row"]

#: What wants a number.
NUMBERED = (Action.CALL, Action.TRANSFER)

#: What else is in a row: a button that starts its application, whether it answers by itself, and whom it acts for.
START, ITSELF, ACTS_FOR = "start", "answers itself", "acts for"

#: A shape for each state: colours are not for everybody.
SHAPES = {
    Stands.DOWN: "✕",
    Stands.IDLE: "○",
    Stands.ENDING: "○",
    Stands.BUSY: "✕",
    Stands.CALLING: "▷",
    Stands.HELD: "❚❚",
    Stands.HOLDING: "❚❚",
    Stands.TALKING: "●",
    Stands.RINGING: "▲",
}

#: The states in which a row catches the eye.
LIVE = (Stands.CALLING, Stands.HELD, Stands.HOLDING, Stands.TALKING, Stands.RINGING)

#: Labels of numbers are for screen readers: what stands beside the field says it to everybody else.
CSS = """<style>
.genesys-ports-desk-row {
  border-top: 1px solid var(--jp-border-color1, #bdbdbd); border-left: 5px solid transparent;
  padding: 3px 0 3px 6px; align-items: center; overflow: hidden;
}
.genesys-ports-desk-live {border-left-color: var(--jp-brand-color1, #1565c0)}
.genesys-ports-desk-row .widget-html-content {line-height: 1.3; overflow-wrap: anywhere}
.genesys-ports-desk-quiet .widget-label {position: absolute; width: auto; font-size: 1px; clip-path: inset(50%)}
.genesys-ports-desk-row input[type=text] {font-size: 1em}
.genesys-ports-desk-row button.genesys-ports-desk-can {font-weight: bold; border: 1px solid currentColor}
.genesys-ports-desk-row button {color: var(--jp-content-font-color0, #111); padding: 0 9px}
</style>"""


class Row:
    """A device in the panel: what it is and how it stands to the left, what can be done to the right."""

    def __init__(self, kit: Any, device: Device, pressed: Callable[[Row, str], object], *, number: str) -> None:
        self.name = device.name
        self._pressed = pressed
        self._offering = False
        #: The device that the row shows now.
        self.device = device
        self.text = kit.HTML(layout=kit.Layout(flex="1 1 300px", min_width="0", max_width="365px"))
        # Sent when the field is left: letter by letter, the last ones may come after the click on the button beside it.
        field = kit.Text(value=number, continuous_update=False, layout=kit.Layout(width="92px"))
        self.number = self._quiet(field)
        self.number.description = words.NUMBER_OF.format(name=one_line(self.name))
        self.dn = self._quiet(kit.Dropdown(layout=kit.Layout(width="84px")))
        self.dn.description = words.DN_OF.format(name=one_line(self.name))
        self.dn.observe(self._choose, "value")
        self.itself = kit.Checkbox(
            description=words.ITSELF, indent=False, layout=kit.Layout(width="auto", margin="2px 2px 2px 10px")
        )
        self.itself.tooltip = words.ITSELF_TIP.format(name=one_line(self.name))
        self.itself.observe(self._switch, "value")
        self.buttons: dict[str, Any] = {START: self._button(kit, START, words.START, words.START_TIP)}
        for action in Action:
            self.buttons[action] = self._button(kit, action, words.LABELS[action], words.TIPS[action])
        parts = [self.dn, self.number, *self.buttons.values(), self.itself]
        right = kit.HBox(parts, layout=kit.Layout(flex="1 1 380px", flex_flow="row wrap", align_items="center"))
        self.box = kit.HBox([self.text, right], layout=kit.Layout(width="100%"))
        self.box.add_class("genesys-ports-desk-row")

    @staticmethod
    def _quiet(field: Any) -> Any:
        field.add_class("genesys-ports-desk-quiet")
        return field

    def _button(self, kit: Any, what: str, label: str, tip: str) -> Any:
        layout = kit.Layout(width="auto")
        button = kit.Button(description=label, tooltip=tip.format(name=one_line(self.name)), layout=layout)
        button.on_click(lambda _: self._pressed(self, what))
        return button

    # Filled by us, a field says what is so already. Clicks may come in another thread while we fill.

    def _switch(self, change: Mapping[str, Any]) -> None:
        if change["new"] is not self.device.answers_itself:
            self._pressed(self, ITSELF)

    def _choose(self, change: Mapping[str, Any]) -> None:
        named = not self._offering and change["new"] is not None
        if named and isinstance(self.device, Desktop) and change["new"] != self.device.acts_for:
            self._pressed(self, ACTS_FOR)

    def fill(self, device: Device, line: Line, kept: str) -> None:
        """Show how the device stands; the button `kept` has just been pressed, and stays where it is."""
        self.device = device
        self.text.value = _told(device, line)
        (self.box.add_class if line.stands in LIVE else self.box.remove_class)("genesys-ports-desk-live")
        for what, button in self.buttons.items():
            can = bool(line.start) if what == START else what in line.can
            _show(button, can or what == kept)
            (button.add_class if can else button.remove_class)("genesys-ports-desk-can")
        _show(self.number, kept in NUMBERED or any(one in line.can for one in NUMBERED))
        _show(self.itself, device.has_hook and line.stands is not Stands.DOWN)
        if line.stands is not Stands.DOWN:
            self.itself.value = device.answers_itself
        dns = device.dns if isinstance(device, Desktop) else ()
        _show(self.dn, len(dns) > 1)
        if self.dn.options != dns:
            # Other options begin with the first of them.
            self._offering = True
            self.dn.options = dns
            self._offering = False
        if isinstance(device, Desktop) and dns:
            self.dn.value = device.acts_for


def _show(widget: Any, shown: bool) -> None:
    widget.layout.display = None if shown else "none"


def _told(device: Device, line: Line) -> str:
    # Whom a desktop acts for, its state says.
    dn = "" if isinstance(device, Desktop) or line.dn == line.name else line.dn
    number = (words.DN if device.number else words.PREFIX).format(dn=dn) if dn else ""
    about = ", ".join(escape(one_line(text)) for text in (number, line.what, line.service) if text)
    head = f"<div><b>{escape(one_line(line.name))}</b> {about}</div>"
    if not line.state:
        return head
    shape = f'<span aria-hidden="true">{SHAPES[line.stands]}</span>'
    return f"{head}<div>{shape} <b>{escape(one_line(line.state))}</b></div>"
