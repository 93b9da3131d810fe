"""The picture of a switch's frame: cards as in a rack, and in each a column of sockets.

A socket's shape says what it connects to, its letter and colour which call it carries, its filling what that call does.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import TYPE_CHECKING

from ..model import VoicePortKind
from . import portmaps, words
from .canvas import LINE, Canvas
from .style import PAPER, RED

if TYPE_CHECKING:
    from .frames import Frame, Slot

__all__ = ["CALL_COLOURS", "colour_of", "draw_frame"]

#: Ports drawn; the table has them all. Cards in one row, ports of one card drawn, calls explained.
DRAWN, ACROSS, IN_CARD, EXPLAINED = 96, 4, 24, 12

#: Told apart by eyes that see no red or no green, too; each stands out on white and on black, and white on each.
CALL_COLOURS = ("#0072B2", "#A23B8F", "#087F5B", "#7A6400", "#5A5FC7", "#3E7385", "#B8480A", "#8A5A44")

# Pixels.
CARD, SLOT, CARD_HEAD, CARD_FOOT, GAP, EAR, EDGE, TITLE = 242, 58, 44, 14, 10, 20, 16, 86
SOCKET, APART, LEGEND, NARROWEST = 17, 36, 46, 640

#: Pixels of a picture that a notebook on a projector of 1,280 pixels shows without cutting it off.
PROJECTED = 920

#: A TCP port beside the frame, and how far down the next one stands.
TCP = 216
NEXT_TCP = portmaps.TALL + LINE + portmaps.GAP

CHASSIS, RAIL, PLATE, HANDLE, DARK = "#39424c", "#2a3138", "#fbfbfa", "#c9ced3", "#5b6670"


def colour_of(mark: str) -> str:
    """The colour of a call: that of its letter."""
    place = 0
    for letter in mark:
        place = place * 26 + ord(letter) - ord("A") + 1
    return CALL_COLOURS[(place - 1) % len(CALL_COLOURS)]


def draw_frame(frame: Frame) -> Canvas:
    """The page: the frame, the TCP ports of its host beside it where they are wanted, and what the marks mean."""
    cards, notes = _drawn(frame)
    rows = [cards[at : at + ACROSS] for at in range(0, len(cards), ACROSS)]
    across = max((len(row) for row in rows), default=2)
    wide = 2 * EAR + across * (CARD + GAP) + GAP
    tall = sum(_card_height(row) + GAP for row in rows) + GAP if rows else 3 * LINE
    beside = frame.beside
    ports = beside.ports[: portmaps.DRAWN] if beside else ()
    right = EDGE + wide + APART
    # Where both do not fit side by side into a notebook on a projector, the ports of the host stand below.
    below = beside is not None and right + TCP + EDGE > PROJECTED
    page = max(NARROWEST, EDGE + wide + EDGE if below or not beside else right + TCP + EDGE)
    in_row = max(1, int((page - 2 * EDGE + portmaps.GAP) // (TCP + portmaps.GAP))) if below else 1
    tcp_tall = -(-len(ports) // in_row) * NEXT_TCP
    if beside and len(beside.ports) > len(ports):
        more = len(beside.ports) - len(ports)
        notes.append(words.counted(words.MORE_PORTS_ONE, words.MORE_PORTS, more))
    if beside and not ports:
        notes.append(words.HOST_EMPTY if beside.host else words.NO_HOST)
    body = tall + EDGE + TITLE + tcp_tall if below else max(tall, tcp_tall)
    legend = _legend(frame, page)
    canvas = Canvas(page, EDGE + TITLE + body + EDGE + LEGEND * len(legend) + LINE * len(notes) + EDGE)
    top = EDGE + TITLE
    _title(canvas, EDGE, wide, words.VOICE_SIDE, words.VOICE_SIDE_OF.format(switch=frame.name), words.VOICE_SIDE_RULE)
    _chassis(canvas, EDGE, top, wide, tall)
    y: float = top + GAP
    for row in rows:
        for place, (card, slots) in enumerate(row):
            _card(canvas, EDGE + EAR + GAP + place * (CARD + GAP), y, _card_height(row), card, slots)
        y += _card_height(row) + GAP
    if not rows:
        canvas.text(EDGE + EAR + GAP, top + tall / 2, words.FRAME_EMPTY, room=wide - 2 * EAR, colour=PAPER)
    if beside:
        x, y, room = (EDGE, EDGE + TITLE + tall + EDGE, page - 2 * EDGE) if below else (right, 0, TCP)
        host = words.TCP_SIDE_OF.format(host=beside.host) if beside.host else ""
        _title(canvas, x, room, words.TCP_SIDE, host, words.TCP_SIDE_RULE, y=y)
        between = (
            [(EDGE, y), (page - EDGE, y)] if below else [(right - APART / 2, EDGE), (right - APART / 2, top + body)]
        )
        canvas.line(between, colour=HANDLE, dashes=(3, 3), line=1.5)
        for place, (cell, clients) in enumerate(ports):
            # Without a planned client there may still be one from outside: nothing is said then.
            template = {0: "", 1: words.ONE_CLIENT}.get(len(clients), words.CLIENTS)
            note = template.format(count=len(clients), client="".join(clients[:1]))
            down, across_now = divmod(place, in_row)
            left = x + across_now * (TCP + portmaps.GAP)
            portmaps.port_box(canvas, left, y + top + down * NEXT_TCP, cell, TCP, note)
    y = top + body + EDGE
    for line in legend:
        _samples(canvas, y + LEGEND / 2, line)
        y += LEGEND
    for note in notes:
        canvas.text(EDGE, y + LINE / 2, note, room=page - 2 * EDGE)
        y += LINE
    return canvas


def _drawn(frame: Frame) -> tuple[list[tuple[str, Sequence[Slot]]], list[str]]:
    """The cards with the ports that are drawn, and whole sentences on what is not."""
    cards: list[tuple[str, Sequence[Slot]]] = []
    left = DRAWN
    for card, slots in frame.cards.items():
        if left > 0:
            cards.append((card, slots[: min(left, IN_CARD)]))
            left -= len(cards[-1][1])
    notes = []
    more = len(frame.slots) - sum(len(slots) for _, slots in cards)
    if more:
        notes.append(words.counted(words.UNDRAWN_VOICE_ONE, words.UNDRAWN_VOICE, more))
    if len(frame.calls) > EXPLAINED:
        notes.append(words.UNDRAWN_CALLS)
    if frame.others:
        notes.append(words.OTHER_SWITCHES.format(names=", ".join(frame.others)))
    return cards, notes


def _card_height(row: Sequence[tuple[str, Sequence[Slot]]]) -> float:
    return CARD_HEAD + SLOT * max(len(slots) for _, slots in row) + CARD_FOOT


def _title(canvas: Canvas, x: float, wide: float, title: str, *lines: str, y: float = 0) -> None:
    canvas.text(x, y + EDGE + 12, title, room=wide, size=21, bold=True)
    for place, text in enumerate(lines):
        canvas.text(x, y + EDGE + 40 + place * LINE, text, room=wide)


def _chassis(canvas: Canvas, x: float, y: float, wide: float, tall: float) -> None:
    """The frame itself, with the ears by which it is screwed into its rack."""
    canvas.box(x, y, wide, tall, edge=RAIL, fill=CHASSIS, line=2, level=1)
    for side in (x, x + wide - EAR):
        canvas.box(side, y, EAR, tall, edge=RAIL, fill=RAIL, line=1, level=1)
        for hole in (y + 22, y + tall - 22):
            canvas.dot(side + EAR / 2, hole, colour=HANDLE, radius=5)


def _card(canvas: Canvas, x: float, y: float, tall: float, card: str, slots: Sequence[Slot]) -> None:
    canvas.box(x, y, CARD, tall, edge=RAIL, fill=PLATE, line=1.5, level=2)
    canvas.box(x, y, CARD, 7, edge=HANDLE, fill=HANDLE, line=0)
    canvas.box(x, y + tall - 7, CARD, 7, edge=HANDLE, fill=HANDLE, line=0)
    kinds = {str(slot.kind) for slot in slots}
    kind = words.CARD_KINDS[kinds.pop() if len(kinds) == 1 else ""]
    name = words.CARD.format(card=card) if card else words.CARDLESS
    room = CARD - 24
    used = min(room / 2, canvas.width(name, 18, bold=True))
    canvas.text(x + 12, y + 27, name, room=used + 1, size=18, bold=True)
    canvas.text(x + CARD - 12, y + 27, kind, room=room - used - 8, align="right", colour=DARK)
    for place, slot in enumerate(slots):
        _slot(canvas, x, y + CARD_HEAD + place * SLOT, slot)


def _slot(canvas: Canvas, x: float, y: float, slot: Slot) -> None:
    canvas.line([(x + 12, y), (x + CARD - 12, y)], colour="#dfe3e6", line=1)
    middle = y + SLOT / 2
    _socket(canvas, x + 34, middle, slot.kind, slot.state, slot.mark)
    if slot.closing:
        _strike(canvas, x + 34, middle, 1)
    left, room = x + 64, CARD - 76
    used = min(room / 2, canvas.width(slot.label, 18, bold=True))
    canvas.text(left, middle - 12, slot.label, room=used + 1, size=18, bold=True)
    number = words.NUMBERS[slot.kind].format(dn=slot.dn) if slot.dn else ""
    canvas.text(left + room, middle - 12, number, room=room - used - 8, align="right")
    canvas.text(left, middle + 13, slot.told, room=room, colour=colour_of(slot.mark) if slot.mark else DARK)


def _outline(kind: VoicePortKind, x: float, y: float, half: float) -> list[tuple[float, float]]:
    """The rim of a socket: square for a telephone's plug, round for a trunk's, with six corners for an IVR's."""
    if kind is VoicePortKind.STATION:
        return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    corners = 48 if kind is VoicePortKind.TRUNK else 6
    half *= 1.06
    return [(x + half * cos(2 * pi * at / corners), y + half * sin(2 * pi * at / corners)) for at in range(corners)]


#: The rim of a socket that carries a call in which it does not talk, and what fills it.
_RIMS = {"ringing": ("dashed", ""), "waiting": ("dotted", ""), "held": ("solid", "////")}


def _socket(canvas: Canvas, x: float, y: float, kind: VoicePortKind, state: str, mark: str) -> None:
    """One socket: empty, with a letter in a dashed rim (ringing) or a dotted one (waiting), full (talking), striped
    (held), crossed out.
    """
    rim = _outline(kind, x, y, SOCKET)
    if mark and state == "talking":
        canvas.shape(rim, colour=colour_of(mark), edge=colour_of(mark), line=2)
        canvas.text(x, y, mark, room=2 * SOCKET, size=19, bold=True, align="center", colour=PAPER)
    elif mark:
        colour = colour_of(mark)
        dashes, hatch = _RIMS[state]
        canvas.shape(rim, colour=PAPER, edge=colour, line=2.5, dashes=dashes, hatch=hatch)
        if hatch:
            canvas.shape(_outline(VoicePortKind.TRUNK, x, y, SOCKET * 0.68), colour=PAPER)
        canvas.text(x, y, mark, room=2 * SOCKET, size=19, bold=True, align="center", colour=colour)
    else:
        canvas.shape(rim, colour="#eef0f2", edge=DARK, line=1.8)
        if state != words.OUT_OF_SERVICE:
            canvas.shape(_outline(kind, x, y, SOCKET * 0.42), colour=HANDLE, edge=DARK, line=1.0)
    if state == words.OUT_OF_SERVICE:
        _strike(canvas, x, y, 1, -1)


def _strike(canvas: Canvas, x: float, y: float, *ways: int) -> None:
    """One stroke, or a cross of two, over a socket."""
    reach = SOCKET + 3
    for way in ways:
        canvas.line([(x - reach, y - way * reach), (x + reach, y + way * reach)], colour=RED, line=3.4, level=4.5)


def _legend(frame: Frame, page: float) -> list[list[tuple[float, VoicePortKind, str, str]]]:
    """The lines under the picture: a sample for each kind of socket, then one for each call."""
    kinds = [kind for kind in VoicePortKind if any(slot.kind is kind for slot in frame.slots)]
    entries = [(kind, "", words.VOICE_KINDS[kind]) for kind in kinds]
    calls = [
        (VoicePortKind.STATION, mark, words.CALL_AT.format(mark=mark, ports=", ".join(labels)))
        for mark, labels in list(frame.calls.items())[:EXPLAINED]
    ]
    lines: list[list[tuple[float, VoicePortKind, str, str]]] = []
    for group in (entries, calls):
        x = page
        for kind, mark, word in group:
            # About ten pixels a character: the room needs no measuring.
            wide = 70.0 + min(46, len(word)) * 10.4
            if x + wide > page - EDGE:
                x = float(EDGE)
                lines.append([])
            lines[-1].append((x, kind, mark, word))
            x += wide
    return lines


def _samples(canvas: Canvas, y: float, line: Sequence[tuple[float, VoicePortKind, str, str]]) -> None:
    for x, kind, mark, word in line:
        _socket(canvas, x + SOCKET + 2, y, kind, "talking" if mark else "idle", mark)
        canvas.text(x + 2 * SOCKET + 14, y, word, room=480)
