"""What the lab has just done, in sentences; shown by the notebook when it is the last line of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..table import sentences_html

__all__ = ["Report"]


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
