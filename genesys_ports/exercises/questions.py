"""Questions with answers to choose from; every answer, right or wrong, has feedback of its own.

The questions are data (`questions.toml`), so that a cell asks without giving the answer away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from ..errors import UnknownQuestionError
from ..plan.own_names import LESSONS, own_names
from . import words
from .attempts import AttemptKind, note

__all__ = ["Answer", "Question", "question", "questions"]


#: A button of ipywidgets keeps its text in one line and cuts it off; an answer is a sentence.
_BUTTON_STYLE = (
    "<style>.genesys-ports-answer "
    "{white-space: normal; text-align: left; line-height: 1.4; padding: 0.4em 0.8em}</style>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, what to say to whoever chooses it, and whether it is the right one."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a lesson (its number, "03"). In a notebook each answer is a button; as text it reads as a list."""

    key: str
    text: str
    answers: tuple[Answer, ...]
    lesson: str

    def feedback(self, answer: int) -> str:
        """What to say to whoever chooses this answer (counted from 0)."""
        chosen = self.answers[answer]
        return f"{words.RIGHT if chosen.right else words.WRONG} {chosen.feedback}"

    def __str__(self) -> str:
        letters = "abcdefgh"
        return "\n".join([self.text, *(f"  {letters[i]}) {a.text}" for i, a in enumerate(self.answers)), words.RUN_ME])

    def widget(self) -> Any:
        """The question as buttons with a place for the feedback (an ipywidgets box)."""
        import ipywidgets as widgets

        style = "font-size:1.1em;line-height:1.5;margin:0.3em 0"
        feedback = widgets.HTML()
        buttons: list[widgets.Button] = []
        for number, answer in enumerate(self.answers):
            button = widgets.Button(
                description=answer.text,
                layout=widgets.Layout(
                    width="auto", max_width="44em", height="auto", min_height="2.4em", margin="0.2em 0"
                ),
            )
            button.style.font_size = "1.05em"
            button.add_class("genesys-ports-answer")

            def choose(_: object, number: int = number) -> None:
                note(AttemptKind.QUESTION, self.key, self.answers[number].right)
                mark = "✓" if self.answers[number].right else "✗"
                for other, shown in enumerate(buttons):
                    text = self.answers[other].text
                    shown.description = f"{mark} {text}" if other == number else text
                # aria-live: a screen reader reads the feedback when it appears.
                feedback.value = (
                    f'<p role="status" aria-live="polite" style="{style}">{escape(self.feedback(number))}</p>'
                )

            button.on_click(choose)
            buttons.append(button)
        asked = widgets.HTML(f'{_BUTTON_STYLE}<p style="{style}">{escape(self.text)}</p>')
        return widgets.VBox([asked, *buttons, feedback])

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        note(AttemptKind.SEEN, self.key, False)
        # Our own text/plain: that of ipywidgets differs from version to version.
        return {**self.widget()._repr_mimebundle_(**options), "text/plain": str(self)}


@cache
def questions() -> Mapping[str, Question]:
    """Every question of the lessons, by key."""
    data = tomllib.loads((files(__package__) / "questions.toml").read_text("utf-8"))
    asked = (
        Question(key, entry["text"], tuple(Answer(**answer) for answer in entry["answers"]), entry["lesson"])
        for key, entry in data.items()
    )
    return {one.key: one for one in asked}


def question(key: str) -> Question:
    """The question with this key. Raises `UnknownQuestionError`."""
    known = questions()
    if key not in known:
        raise UnknownQuestionError(key, list(known))
    asked = known[key]
    return _in_own_words(asked) if int(asked.lesson) in LESSONS else asked


def _in_own_words(asked: Question) -> Question:
    """The question in the names of a class's own plan, where its lessons have them."""
    own = own_names().text
    answers = tuple(Answer(own(one.text), own(one.feedback), one.right) for one in asked.answers)
    return Question(asked.key, own(asked.text), answers, asked.lesson)
