"""What the lab has just done, in sentences; shown by the notebook when it is the last line of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..table import sentences_html

__all__ = ["CallReport", "Report"]


class Report:
    """Whole sentences, one a line."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return sentences_html(self.sentences)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


class CallReport(Report):
    """What became of a call; `call_id` is the Call-ID of its first leg, so that `ladder(lab, call=…)` finds it."""

    def __init__(self, sentences: Iterable[str], call_id: str) -> None:
        super().__init__(sentences)
        self.call_id = call_id
