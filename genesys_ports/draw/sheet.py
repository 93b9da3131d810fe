"""What a ladder draws, worked out once for all its forms: the life lines, and one step for each message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..trace import Kind, Message, Participant
from . import words
from .style import cells, clean, short

__all__ = ["Head", "Sheet", "Step", "make_sheet", "sentence"]

#: Life lines drawn; whoever comes after shares the last one.
LIFE_LINES = 24

#: With more participants than this, those who took no part are left out.
ALL_SHOWN = 4

#: Ports named under a participant; the rest are counted.
PORTS_NAMED = 3

#: Kinds that concern one participant only, and stand as a box on its life line.
BOXES = frozenset({Kind.OPENED, Kind.CLOSED, Kind.TAKEN})

#: Kinds about a connection: when only one end is given, the connection's own ends say where to draw.
_LINKS = frozenset({Kind.CONNECT, Kind.ACCEPT, Kind.REFUSED, Kind.DISCONNECT, Kind.LOST})

#: Kinds whose phrase says already what happened.
_BROKEN = frozenset({Kind.REFUSED, Kind.LOST})


class Head(NamedTuple):
    """The top of a life line."""

    name: str
    host: str
    ports: str


class Step(NamedTuple):
    """One line of a ladder, from life line `start` to life line `end`; the same twice for a box or a loop."""

    number: int
    kind: Kind
    start: int
    end: int
    title: str
    phrase: str
    text: str
    sentence: str

    @property
    def boxed(self) -> bool:
        """Whether this is a box on one life line."""
        return self.kind in BOXES

    def label(self, columns: int) -> str:
        """The step in one line of text, `4 alarm, to 5150/tcp`. Where room is short the port stays."""
        lead = short(self.title, max(8, columns - cells(self.phrase) - 2))
        said = ", ".join(part for part in (lead, self.phrase) if part)
        room = columns - cells(said) - 2
        # Of a text only its first word would tell nothing.
        text = short(self.text, room) if room >= min(8, cells(self.text)) else ""
        return short(f"{said}, {text}" if text else said, columns)


class Sheet(NamedTuple):
    """A whole ladder, ready to draw. `notes` are whole sentences about what is not on it."""

    title: str
    heads: Sequence[Head]
    steps: Sequence[Step]
    notes: Sequence[str]
    kinds: Sequence[Kind]


def _port_phrase(participant: Participant) -> str:
    ports = [clean(port) for port in participant.ports[:PORTS_NAMED]]
    if not ports:
        return words.LISTENS_NOWHERE if participant.host else ""
    more = len(participant.ports) - len(ports)
    template = words.LISTENS_AND_MORE if more else words.LISTENS
    return template.format(ports=", ".join(ports), count=more)


def ends(message: Message) -> tuple[str, str]:
    """From whom to whom the line of this message runs."""
    sender, receiver, client, server = message.sender, message.receiver, message.client, message.server
    if message.kind in BOXES:
        return sender, sender
    if message.kind is Kind.REFUSED and client and server:
        return client, server
    if sender == receiver and message.kind in _LINKS and client and server:
        return (sender, client if sender == server else server)
    return sender, receiver


def sentence(message: Message) -> str:
    """The message as a whole sentence."""
    sender, receiver = ends(message)
    template = words.SENTENCES[message.kind].choose(message.port, _is_back(message, sender))
    return template.format(
        number=message.number,
        sender=clean(sender),
        receiver=clean(receiver),
        name=clean(message.name),
        port=clean(message.port),
    )


def _is_back(message: Message, sender: str) -> bool:
    return bool(message.server) and sender == message.server and message.client != message.server


def _step(message: Message, column: Callable[[str], int]) -> Step:
    sender, receiver = ends(message)
    kind, port = message.kind, clean(message.port)
    phrase = words.PHRASES[kind].choose(port, _is_back(message, sender)).format(port=port)
    name = clean(message.name) or words.LEGEND[kind]
    if kind in BOXES or (kind in _BROKEN and name in (kind, words.LEGEND[kind])):
        # What happened to the port is the title here; the name of the message would only repeat it.
        title, phrase = f"{message.number} {phrase}", ""
    else:
        title = f"{message.number} {name}"
    text = clean(message.text)
    if text in (port, name):
        text = ""
    start, end = column(sender), column(receiver)
    return Step(message.number, kind, start, end, title, phrase, text, sentence(message))


def mentioned(messages: Iterable[Message]) -> dict[str, None]:
    """Everyone a message touches, in order of first mention."""
    return {name: None for message in messages for name in ends(message)}


def make_sheet(
    title: str,
    participants: dict[str, Participant],
    messages: Sequence[Message],
    limit: int | None,
    dropped: int,
) -> Sheet:
    """The ladder of the newest `limit` messages (None: all)."""
    drawn = messages if limit is None else messages[max(0, len(messages) - limit) :]
    touched = mentioned(drawn)
    notes = []
    if dropped:
        notes.append(words.counted(words.DROPPED_ONE, words.DROPPED, dropped))
    if len(drawn) < len(messages):
        notes.append(words.counted(words.EARLIER_ONE, words.EARLIER, len(messages) - len(drawn)))
    shown = list(participants)
    if drawn and len(shown) > ALL_SHOWN:
        shown = [name for name in shown if name in touched]
        quiet = len(participants) - len(shown)
        if quiet:
            notes.append(words.counted(words.QUIET_ONE, words.QUIET, quiet))
    shown += [name for name in touched if name not in participants]
    heads = [_head(participants.get(name) or Participant(name)) for name in shown]
    if len(heads) > LIFE_LINES:
        others = len(heads) - LIFE_LINES + 1
        heads = [*heads[: LIFE_LINES - 1], Head(words.OTHERS.format(count=others), "", "")]
    columns = {name: min(index, LIFE_LINES - 1) for index, name in enumerate(shown)}
    steps = [_step(message, columns.__getitem__) for message in drawn]
    present = {step.kind for step in steps}
    kinds = [kind for kind in Kind if kind in present]
    return Sheet(clean(title, 200), heads, steps, notes, kinds)


def _head(participant: Participant) -> Head:
    return Head(clean(participant.name), clean(participant.host), _port_phrase(participant))
