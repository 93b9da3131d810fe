"""State machines as tables.

The programs run on these tables, and the tables draw the diagrams, so that a diagram cannot be out of date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from .table import Table

__all__ = ["Machine"]

TABLE_COLUMNS = ("State", "What happens", "Next state", "What is done")

#: What is done when nothing is done, and the state stays.
ABSORBED = "absorbed"

#: A diagram for who cannot see it; the same content is in its table.
DIAGRAM_TITLE = "State diagram of {name}"
DIAGRAM_ALT = "The states are {states}. The table of this state machine has every step."

#: Colours that can be seen on white and on black: JupyterLab does not draw anew when its theme is changed.
LOOK = (
    '%%{init: {"theme": "base", "themeVariables": {"lineColor": "#808080", "transitionColor": "#808080", '
    '"primaryColor": "#e3ecf7", "primaryTextColor": "#111111", "primaryBorderColor": "#3b6ea5", '
    '"transitionLabelColor": "#111111", "edgeLabelBackground": "#e3ecf7", "specialStateColor": "#808080"}}}%%\n'
)

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, eq=False)
class Machine(Generic[S, E, A]):
    """A state machine: in this state, when this happens, go to that state and do these things, in this order.

    The state None is "not begun". What has no row changes nothing. `end` is the state in which all is over, `source`
    where the machine is written down, `labels` how a diagram calls events and actions (as they are, where it has
    none). In a notebook it shows its diagram, in a terminal its table.
    """

    name: str
    rows: Mapping[tuple[S | None, E], tuple[S, tuple[A, ...]]]
    end: S
    source: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def states(self) -> tuple[S, ...]:
        """All states, in the order of the table."""
        met: dict[S, None] = {}
        for (state, _), (following, _) in self.rows.items():
            met |= {one: None for one in (state, following) if one is not None}
        return tuple(met)

    def _label(self, word: str) -> str:
        return self.labels.get(word, word)

    def _done(self, state: S | None, following: S, actions: tuple[A, ...]) -> str:
        return ", ".join(map(self._label, actions)) or (ABSORBED if state is following else "")

    def table(self) -> Table:
        """One row for each thing that can happen in each state."""
        rows = [
            (state, self._label(event), following, self._done(state, following, actions))
            for (state, event), (following, actions) in self.rows.items()
        ]
        return Table(TABLE_COLUMNS, rows, f"{self.name} ({self.source})" if self.source else self.name)

    def to_mermaid(self, *, actions: bool = True) -> str:
        """Mermaid source (`stateDiagram-v2`): an arrow says what happens, and after the stroke what is done.

        What leaves the state as it is stands inside its box: Mermaid draws one arrow from a state to itself, and drops
        all others. Without `actions` the diagram of a large machine is easier to read.
        """
        inside: dict[S, list[str]] = {state: [] for state in self.states}
        arrows: dict[tuple[S | None, S], list[str]] = {}
        for (state, event), (following, to_do) in self.rows.items():
            done = self._done(state, following, to_do) if actions else ""
            label = _escape(f"{self._label(event)} / {done}" if done else self._label(event))
            (inside[following] if state is following else arrows.setdefault((state, following), [])).append(label)
        states = ", ".join(self.states)
        lines = [
            "stateDiagram-v2",
            f"  accTitle: {DIAGRAM_TITLE.format(name=self.name)}",
            f"  accDescr: {DIAGRAM_ALT.format(states=states)}",
        ]
        for state, labels in inside.items():
            lines.append(f'  state "{_escape(state)}" as {_id(state)}')
            lines += [f"  {_id(state)} : {label}" for label in labels]
        for (begin, following), labels in arrows.items():
            lines.append(f"  {'[*]' if begin is None else _id(begin)} --> {_id(following)} : {'<br/>'.join(labels)}")
        lines.append(f"  {_id(self.end)} --> [*]")
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return str(self.table())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # JupyterLab (from 4.1) draws Mermaid itself; whatever cannot shows the table.
        return {"text/plain": str(self), "text/vnd.mermaid": f"{LOOK}{self.to_mermaid(actions=False)}"}


# What Mermaid could take for its syntax.
_SPECIAL = re.compile(r"[^\w\s.,/()*-]")


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)


def _id(state: str) -> str:
    return re.sub(r"\W", "_", state)
