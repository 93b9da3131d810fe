"""What every picture shares: colours, and text from outside made harmless and short enough."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate

__all__ = ["BLUE", "GREEN", "INK", "ORANGE", "PAPER", "PURPLE", "RED", "clean", "fit", "short", "width"]

# Okabe and Ito's colours, told apart by colour-blind readers too; they stand out on white and on black.
BLUE, GREEN, RED, ORANGE, PURPLE = "#0072B2", "#009E73", "#D55E00", "#E69F00", "#CC79A7"
INK, PAPER, FAINT = "#111111", "#ffffff", "#767676"

#: Characters read of one value; the rest is never looked at.
LONGEST = 2000

# Control characters, lone surrogates and non-characters have no place in XML; marks that turn the direction
# of writing could make one text look like another (Unicode TR 36, 2.6). Both become visible.
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff0-\ufffb"
    "\ud800-\udfff\ufffe\uffff]"
)
_NON_CHARACTER = 0xFFFE


def clean(value: object, longest: int = LONGEST, *, apart: bool = True) -> str:
    """One line of harmless text: no control characters, no line breaks, no marks that reverse what follows.

    A value written from right to left is set `apart` by marks, so that it does not drag its neighbours along.
    """
    text = str(value)
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = " ".join(_UNSAFE.sub("\ufffd", text).split())
    if text.isascii():
        return text
    text = "".join("\ufffd" if ord(char) & _NON_CHARACTER == _NON_CHARACTER else char for char in text)
    if apart and any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text):
        return f"\u2068{text}\u2069"
    return text


def _balanced(text: str) -> str:
    return f"{text}\u2069" if text.count("\u2068") > text.count("\u2069") else text


@lru_cache(maxsize=4096)
def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(_cells(char) for char in text)


def short(text: str, columns: int) -> str:
    """The text, cut to so many columns of a terminal."""
    if cells(text) <= columns:
        return text
    # One column is the ellipsis; a sum that grows with each character says how many of them have room.
    kept = sum(used <= columns for used in accumulate(map(_cells, text), initial=1)) - 1
    return _balanced(f"{text[: max(0, kept)].rstrip()}…")


@lru_cache(maxsize=4096)
def _em(char: str) -> int:
    # Widths of Arial and of the fonts made to measure with it, rounded up, in hundredths of the font size. Whole
    # numbers, since Python 3.12 adds floats in another way than 3.11, and pictures are the same bytes everywhere.
    if char in "ijlI.,:;'|!/ ()[]tfr-":
        return 34
    if char in "mwMW@%…—":
        return 100
    if char.isascii():
        return 72 if char.isupper() else 57
    return 62 * _cells(char)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide the text stands in a browser, in pixels; `size` is the font size in pixels."""
    return sum(_em(char) for char in text) * size * (107 if bold else 100) / 10_000


def fit(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, cut to `room` pixels."""
    if width(text, size, bold=bold) <= room:
        return text
    widths = (width(char, size, bold=bold) for char in text)
    kept = sum(used <= room for used in accumulate(widths, initial=width("…", size, bold=bold))) - 1
    return _balanced(f"{text[: max(0, kept)].rstrip()}…")
