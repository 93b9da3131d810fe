"""A ladder in plain text, for a terminal, a mail, or a screen reader."""

from __future__ import annotations

from ..trace import Kind
from . import words
from .sheet import Sheet, Step
from .style import cells, short

__all__ = ["write_text"]

#: How far apart life lines stand, and how wide the whole should become, in columns of the terminal.
NEAREST, FARTHEST, WIDEST = 28, 64, 120

#: Longest label right of the last life line.
LONGEST_LABEL = 100

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


def write_text(sheet: Sheet) -> str:
    """The ladder, line by line; life lines stand under the names."""
    lines = [sheet.title, ""] if sheet.title else []
    lines += sheet.notes
    gap = _gap(sheet)
    for row in zip(*sheet.heads, strict=True):
        if any(row):
            lines.append("".join(_padded(short(text, gap - 2), gap) for text in row).rstrip())
    if not sheet.steps:
        return "\n".join([*lines, words.NOTHING_SEEN])
    base = "│".ljust(gap) * (len(sheet.heads) - 1) + "│"
    lines.append(base)
    lines += [_line(step, base, gap) for step in sheet.steps]
    lines += [base, *_legend(sheet)]
    return "\n".join(lines)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - cells(text))


def _gap(sheet: Sheet) -> int:
    needed = max((cells(text) + 3 for head in sheet.heads for text in head), default=0)
    last = len(sheet.heads) - 1
    farthest = max(NEAREST, min(FARTHEST, WIDEST // max(1, last)))
    for step in sheet.steps:
        if step.start != step.end:
            extra = 13 if step.dropped else 9
            needed = max(needed, -(-(cells(step.label(LONGEST_LABEL)) + extra) // abs(step.end - step.start)))
        elif step.start != last:
            needed = max(needed, cells(step.label(LONGEST_LABEL)) + 4)
        if needed >= farthest:
            break
    return max(NEAREST, min(farthest, needed))


def _line(step: Step, base: str, gap: int) -> str:
    if step.start == step.end:
        at = step.start * gap
        last = at == len(base) - 1
        label = step.label(LONGEST_LABEL if last else gap - 3)
        mark = MARKS.get(step.kind, LOOP)
        return f"{base[:at]}{mark} {label}{base[at + 2 + cells(label) :]}"
    left, right = sorted((step.start * gap, step.end * gap))
    room = right - left - 1
    label = f" {step.label(room - (10 if step.dropped else 6))} "
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
        body = f"{fill * half}{BROKEN}{' ' * (len(rest) - half)}" if rightward else f"   {BROKEN}{fill}"
        body = f"{tail}{fill}{label}{body}" if rightward else f"{body}{label}{rest[3:]}{tail}"
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
    return ["   ".join(samples[at : at + 5]) for at in range(0, len(samples), 5)]
