"""The widgets of a ladder player. They are made once and filled anew, so that the keyboard keeps its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from ..draw.pages import Page
from ..draw.style import clean
from ..draw.words import PROTOCOL_LEGEND
from ..errors import NoRawMessageError
from . import ladder_player_words as words
from .handle import fill_list
from .ladder_search import LONGEST, call_label, protocol_label
from .ladder_steps import Choice

if TYPE_CHECKING:
    from .ladder_player import LadderPlayer

__all__ = ["View"]

#: What a list offers at most; of calls the newest.
OFFERED = 300

#: Characters of the bytes that are shown.
RAW_SHOWN = 8_000

#: Life lines with which the fields find room beside the ladder; with more they stand below it.
BESIDE = 4

STYLE = """<style>
.genesys-ports-player .widget-inline-hbox .widget-label {width: auto; min-width: 0; margin-right: 6px}
.genesys-ports-player table.gp-fields {border-collapse: collapse; width: 100%; table-layout: fixed; margin: 0 0 6px 0;
  font-size: 1em}
.genesys-ports-player .gp-fields th, .genesys-ports-player .gp-fields td {
  text-align: left; vertical-align: top; padding: 2px 6px; border-top: 1px solid var(--jp-border-color1, #bdbdbd);
  white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.3; background: none; max-width: none}
.genesys-ports-player .gp-fields th {width: 34%; font-weight: bold}
.genesys-ports-player .gp-scroll {overflow-x: hidden; overflow-y: auto}
.genesys-ports-player pre {
  white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 4px 6px; line-height: 1.3; font-size: 0.92em;
  color: inherit; background: var(--jp-layout-color2, #eeeeee)}
.genesys-ports-player p {margin: 0 0 4px 0; overflow-wrap: anywhere}
</style>"""


class View:
    """The widgets of one player; `parts` from above to below."""

    def __init__(self, player: LadderPlayer, kit: Any) -> None:
        from .ladder_player import SPEEDS

        self._player, self._kit = player, kit
        self._filled: object = None
        self._offered: object = None
        self._play = player._button(kit, words.PLAY, self._toggle)
        self._step = kit.BoundedIntText(
            description=words.STEP, min=0, max=0, layout=kit.Layout(width="9.5em"), continuous_update=False
        )
        self._of = kit.HTML(layout=kit.Layout(margin="2px 1em 2px 4px"))
        self._speed = kit.Dropdown(
            description=words.SPEED,
            options=[(f"{speed:g}", speed) for speed in SPEEDS],
            value=player.speed,
            layout=kit.Layout(width="auto"),
        )
        self._call = self._list(words.CALL)
        self._protocol = self._list(words.PROTOCOL)
        self._participant = self._list(words.PARTICIPANT)
        # A text is sent when its field is left: sent letter by letter, it could arrive after the click on its button.
        self._find = kit.Text(
            description=words.FIND,
            placeholder=words.FIND_HINT,
            layout=kit.Layout(width="18em"),
            continuous_update=False,
        )
        self._name = kit.Text(
            description=words.SAVE_NAME,
            placeholder=words.SAVE_HINT,
            layout=kit.Layout(width="22em"),
            continuous_update=False,
        )
        self._heading, self._picture, self._notes, self._details = (self._text() for _ in range(4))
        self._left = kit.VBox([self._picture, self._notes], layout=kit.Layout(min_width="0"))
        self._right = kit.VBox([self._details], layout=kit.Layout(min_width="0"))
        self.parts = self._arranged()
        self._step.observe(self._jump, "value")
        player._at_enter(self._find, self._search)
        self._speed.observe(self._faster, "value")
        for chooser in (self._call, self._protocol, self._participant):
            chooser.observe(self._choose, "value")

    # --- parts

    def _arranged(self) -> list[Any]:
        player, kit = self._player, self._kit
        button: Callable[..., Any] = partial(player._button, kit)
        moves = [
            button(words.FIRST, partial(self._turn, player.first)),
            button(words.BACK, partial(self._turn, player.back)),
            self._play,
            button(words.FORWARD, partial(self._turn, player.forward)),
            button(words.LAST, partial(self._turn, player.last)),
        ]
        both = kit.HBox([self._left, self._right], layout=kit.Layout(flex_flow="row wrap", align_items="flex-start"))
        box = kit.VBox(
            [
                kit.HTML(STYLE),
                self._row(*moves, self._step, self._of, self._speed),
                self._row(self._call, self._protocol, self._participant),
                self._row(self._find, button(words.FIND_NEXT, self._search)),
                self._heading,
                both,
                self._row(self._name, button(words.SAVE, self._save, words.SAVE_TIP)),
            ]
        )
        box.add_class("genesys-ports-player")
        return [box]

    def _text(self) -> Any:
        return self._kit.HTML(layout=self._kit.Layout(margin="2px 0", min_width="0"))

    def _row(self, *parts: Any) -> Any:
        return self._kit.HBox(parts, layout=self._kit.Layout(flex_flow="row wrap", align_items="center"))

    def _list(self, label: str) -> Any:
        return self._kit.Dropdown(
            description=label, options=[("", "")], layout=self._kit.Layout(width="auto", max_width="24em")
        )

    # --- what buttons do

    def _turn(self, act: Callable[[], object]) -> None:
        act()
        self._player.say(self._player.remark)

    def _toggle(self) -> None:
        if self._player.playing:
            self._player.pause()
            self._player.say(words.PAUSED)
        else:
            self._player.say("")
            self._player.play(self._speed.value)

    def _faster(self, change: Mapping[str, Any]) -> None:
        if not self._player.is_filling and self._player.playing:
            self._player.do(partial(self._player.play, change["new"]))

    def _jump(self, change: Mapping[str, Any]) -> None:
        # Filled by us, a field says nothing new.
        if not self._player.is_filling:
            self._player.do(partial(self._turn, partial(self._player.go, change["new"])))

    def _choose(self, _change: Mapping[str, Any]) -> None:
        if not self._player.is_filling:
            choice = Choice(self._call.value or "", self._protocol.value or frozenset(), self._participant.value or "")
            self._player.do(partial(self._turn, partial(self._chosen, choice)))

    def _chosen(self, choice: Choice) -> None:
        self._player.pause()
        self._player.choose(choice)

    def _search(self) -> None:
        self._turn(partial(self._player.find, self._find.value))

    def _save(self) -> object:
        name = self._name.value.strip()
        return self._player.save(name) if name else words.SAVE_FIRST

    # --- filling

    def fill(self) -> None:
        """Fill every widget with what is so now."""
        player = self._player
        step, count = player.step, player.count
        with player.filling():
            self._play.description = words.PAUSE if player.playing else words.PLAY
            self._speed.value = player.speed if player.playing else self._speed.value
            self._number(step, count)
            self._offer()
        now = (player.steps.version, step, len(player._source.participants))
        if now != self._filled:
            self._filled = now
            self._draw(player.page())

    def _number(self, step: int, count: int) -> None:
        field = self._step
        if field.max != count:
            # Never a moment in which the value lies outside.
            field.min, field.max = 0, max(count, field.value)
        field.value = step
        field.min, field.max = min(1, count), count
        self._of.value = escape(words.OF.format(count=count))

    def _draw(self, page: Page) -> None:
        player = self._player
        sentences = "".join(f"<span dir='auto'>{escape(one)}</span> " for one in player.present(page))
        self._heading.value = f"<p role='status'><b>{escape(player.where())}</b> {sentences}</p>"
        self._picture.value = page.to_html()
        self._notes.value = "".join(f"<p>{escape(note)}</p>" for note in (*player.notes(), *page.notes))
        beside = page.heads <= BESIDE
        self._left.layout.flex = "3 1 500px" if beside else "1 1 100%"
        self._right.layout.flex = "2 1 270px" if beside else "1 1 100%"
        self._details.value = self._said()

    def _said(self) -> str:
        player = self._player
        message = player.message
        if message is None:
            return ""
        rows = "".join(
            f"<tr><th scope='row' dir='auto'>{escape(name)}</th><td dir='auto'>{escape(value)}</td></tr>"
            for name, value in player.pairs()
        )
        legend = PROTOCOL_LEGEND.get(message.protocol, "")
        told = f"<p>{escape(legend)}</p>" if legend else ""
        try:
            raw = player.raw()
        except NoRawMessageError:
            raw_part = ""
        else:
            cut = f"{raw[:RAW_SHOWN]}…" if len(raw) > RAW_SHOWN else raw
            raw_part = f"<p><b>{words.RAW}</b></p>{_region(words.RAW, f'<pre>{escape(cut)}</pre>', 17)}"
        table = f"<table class='gp-fields'>{rows}</table>"
        return f"<p><b>{words.FIELDS}</b></p>{told}{_region(words.FIELDS, table, 26)}{raw_part}"

    def _offer(self) -> None:
        """Fill the lists to choose from."""
        player, steps = self._player, self._player.steps
        choice = steps.choice
        key = (choice, len(steps.calls), len(steps.protocols), len(steps.met), len(player._source.participants))
        if key == self._offered:
            return
        self._offered = key
        whole = player._source.call_of(choice.call) if choice.call else ""
        calls = list(enumerate(steps.whole_calls(), start=1))
        listed = [(place, one) for place, one in calls[:-OFFERED] if one.call == whole] + calls[-OFFERED:]
        every = words.NEWEST_CALLS.format(count=OFFERED) if len(calls) > OFFERED else words.ALL_CALLS
        options = [(call_label(place, one), one.call) for place, one in listed]
        if whole and whole not in [call for _, call in options]:
            options.append((clean(whole, LONGEST), whole))
        fill_list(self._call, [(every, ""), *options], whole)
        languages = dict.fromkeys(frozenset({one}) for one in sorted(steps.protocols)[:OFFERED])
        if choice.protocols:
            languages[choice.protocols] = None
        named = [(protocol_label(one), one) for one in languages]
        fill_list(self._protocol, [(words.ALL_PROTOCOLS, frozenset()), *named], choice.protocols)
        names = list({**player._source.participants, **steps.met})[:OFFERED]
        if choice.participant and choice.participant not in names:
            names.append(choice.participant)
        people = [(clean(name, LONGEST), name) for name in names]
        fill_list(self._participant, [(words.ALL_PARTICIPANTS, ""), *people], choice.participant)


def _region(label: str, inside: str, height: int) -> str:
    """A part that scrolls, reached by keyboard."""
    return (
        f"<div class='gp-scroll' role='group' tabindex='0' aria-label='{escape(label)}' "
        f"style='max-height:{height}em'>{inside}</div>"
    )
