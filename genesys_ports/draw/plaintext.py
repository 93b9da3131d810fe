"""A ladder in plain text, for a terminal, a mail, or a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from ..trace import Kind
from . import words
from .sheet import Sheet, Step
from .style import cells, short

__all__ = ["write_text"]

#: How far apart life lines stand, and how wide the whole should become, in columns of the terminal.
NEAREST, FARTHEST, WIDEST = 28, 64, 120

#: Longest label right of the last life line.
LONGEST_LABEL = 100

#: Columns that a line takes beside its label, the life line included; one that breaks off takes more. And how many
#: more it gets where it can.
FRAME, BROKEN_FRAME, SPARE = 7, 11, 2

#: The line's own character, its head to the right, its head to the left.
LINES = {
    Kind.REQUEST: ("─", "▶", "◀"),
    Kind.RESPONSE: ("╌", ">", "<"),
    Kind.EVENT: ("─", ">", "<"),
    Kind.CONNECT: ("·", ">", "<"),
    Kind.ACCEPT: ("·", ">", "<"),
    Kind.REFUSED: ("─", "✗", "✗"),
    Kind.DISCONNECT: ("·", "┤", "├"),
    Kind.LOST: ("─", "─", "─"),
    Kind.MEDIA: ("═", "▶", "◀"),
}
#: What stands at the tail of a line that is sent again, to the right and to the left, and where one breaks off.
AGAIN, BROKEN = ("»", "«"), "✗"
MARKS = {Kind.OPENED: "■", Kind.CLOSED: "□", Kind.TAKEN: "☒"}
LOOP = "↺"

#: Left of the step that is looked at.
MARGIN = "▶ "


def write_text(sheet: Sheet, current: int | None = None) -> str:
    """The ladder, line by line; life lines stand under the names. `current` is the place of a step to mark."""
    lines = [sheet.title, ""] if sheet.title else []
    lines += sheet.notes
    places = _places(sheet)
    rooms = [right - left for left, right in pairwise(places)] + [FARTHEST]
    for row in zip(*sheet.heads, strict=True):
        if any(row):
            cut = (_padded(short(text, room - 2), room) for text, room in zip(row, rooms, strict=True))
            lines.append("".join(cut).rstrip())
    if not sheet.steps:
        return "\n".join([*lines, words.NOTHING_SEEN])
    base = "".join("│".ljust(room) for room in rooms).rstrip()
    lines.append(base)
    first = len(lines)
    lines += [_line(step, base, places) for step in sheet.steps]
    lines += [base, *_legend(sheet)]
    if current is not None:
        # A margin for all, so that life lines stay straight.
        lines = [
            f"{MARGIN if at == first + current else '':{len(MARGIN)}}{line}".rstrip() for at, line in enumerate(lines)
        ]
    return "\n".join(lines)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - cells(text))


def _places(sheet: Sheet) -> list[int]:
    """The column of each life line: far enough apart for names and ports, and for texts where there is room."""
    last = len(sheet.heads) - 1
    widest = [max(cells(text) for text in head) + 3 for head in sheet.heads[:-1]]
    gaps = [max(NEAREST, min(FARTHEST, columns)) for columns in widest]
    for texts in (False, True):
        needed: dict[tuple[int, int], int] = {}
        for step in sheet.steps:
            left, right = sorted((step.start, step.end))
            columns = cells(step.label(LONGEST_LABEL, text=texts))
            if left < right:
                columns += SPARE + (BROKEN_FRAME if step.dropped else FRAME)
            elif left == last:
                continue
            else:
                right, columns = left + 1, columns + 4
            needed[left, right] = max(columns, needed.get((left, right), 0))
        # Neighbours first: what they need may be enough for those farther apart.
        for (left, right), columns in sorted(needed.items(), key=lambda item: (item[0][1] - item[0][0], item)):
            lack = min(columns, FARTHEST * (right - left)) - sum(gaps[left:right])
            if texts:
                lack = min(lack, WIDEST - sum(gaps))
            for at in range(left, right):
                gaps[at] += -(-max(0, lack) // (right - left))
    return [0, *accumulate(gaps)]


def _line(step: Step, base: str, places: Sequence[int]) -> str:
    if step.start == step.end:
        at = places[step.start]
        room = LONGEST_LABEL if step.start == len(places) - 1 else places[step.start + 1] - at - 3
        label = step.label(room)
        mark = MARKS.get(step.kind, LOOP)
        return f"{base[:at]}{mark} {label}{base[at + 2 + cells(label) :]}"
    left, right = sorted((places[step.start], places[step.end]))
    room = right - left - 1
    label = f" {step.label(right - left - (BROKEN_FRAME if step.dropped else FRAME))} "
    fill, to_right, to_left = LINES[step.kind]
    rightward = step.start < step.end
    tail = AGAIN[0 if rightward else 1] if step.again else fill
    rest = fill * (room - cells(label) - 3)
    if step.kind is Kind.LOST:
        half = len(rest) // 2
        rest = f"{fill * half}{BROKEN}{fill * (len(rest) - half - 1)}"
    if step.dropped:
        # The rest of the way stays empty.
        half = len(rest) // 2
        end = f"{fill * half}{BROKEN}{' ' * (len(rest) - half)}" if rightward else f"   {BROKEN}{fill}"
        body = f"{tail}{fill}{label}{end}" if rightward else f"{end}{label}{rest[3:]}{tail}"
    else:
        body = f"{tail}{fill}{label}{rest}{to_right}" if rightward else f"{to_left}{fill}{label}{rest}{tail}"
    return f"{base[: left + 1]}{body}{base[right:]}"


def _legend(sheet: Sheet) -> list[str]:
    samples = []
    for kind in sheet.kinds:
        sample = MARKS.get(kind) or (LINES[kind][0] * 4 + LINES[kind][1])
        if kind is Kind.LOST:
            sample = f"──{BROKEN}──"
        samples.append(f"{sample} {words.LEGEND[kind]}")
    if sheet.again:
        samples.append(f"{AGAIN[0]}───▶ {words.AGAIN_LEGEND}")
    if sheet.dropped:
        samples.append(f"──{BROKEN}   {words.DROPPED_LEGEND}")
    lines = ["   ".join(samples[at : at + 5]) for at in range(0, len(samples), 5)]
    return lines + [words.PROTOCOL_LEGEND[one] for one in sheet.protocols if one in words.PROTOCOL_LEGEND]
