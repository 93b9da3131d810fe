"""What a ladder draws, worked out once for all its forms: the life lines, and one step for each message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..raw import Names, raw_text
from ..trace import Kind, Message, Participant
from . import words
from .runs import Line
from .style import cells, clean, short

__all__ = ["Head", "Sheet", "Step", "ends", "languages", "make_sheet", "mentioned", "sentence"]

#: Life lines drawn; whoever comes after shares the last one.
LIFE_LINES = 24

#: With more participants than this, those who took no part are left out.
ALL_SHOWN = 4

#: Ports named under a participant; the rest are counted.
PORTS_NAMED = 3

#: Bytes looked at of the first line of a message.
FIRST_LINE = 400

#: Kinds that concern one participant only, and stand as a box on its life line.
BOXES = frozenset({Kind.OPENED, Kind.CLOSED, Kind.TAKEN})

#: Kinds about a connection: when only one end is given, the connection's own ends say where to draw.
_LINKS = frozenset({Kind.CONNECT, Kind.ACCEPT, Kind.REFUSED, Kind.DISCONNECT, Kind.LOST})

#: Kinds whose arrow says in which language it is; a packet of voice is voice.
_SPOKEN = frozenset({Kind.REQUEST, Kind.RESPONSE, Kind.EVENT})

#: Languages whose messages are named like those of another: MakeCall of CSTA, RequestMakeCall of T-Library. INVITE and
#: EventRinging need no such help.
_ALIKE = frozenset({"agentx", "console", "csta", "snmp"})

#: Kinds whose phrase says already what happened.
_BROKEN = frozenset({Kind.REFUSED, Kind.LOST})


class Head(NamedTuple):
    """The top of a life line."""

    name: str
    host: str
    ports: str


class Step(NamedTuple):
    """One line of a ladder, from life line `start` to life line `end`; the same twice for a box or a loop.

    `mark` is the word for what became of a datagram: it was sent `again`, or was `dropped` by the network and never
    reached `end`. `raw` is the first line of a message of SIP.
    """

    number: int
    kind: Kind
    start: int
    end: int
    title: str
    phrase: str
    mark: str
    text: str
    sentence: str
    raw: str
    again: bool
    dropped: bool

    @property
    def boxed(self) -> bool:
        """Whether this is a box on one life line."""
        return self.kind in BOXES

    def label(self, columns: int, *, text: bool = True) -> str:
        """The step in one line of text, `4 alarm, to 5150/tcp`. Where room is short the port and the mark stay."""
        rest = ", ".join(part for part in (self.phrase, self.mark) if part)
        lead = short(self.title, max(8, columns - cells(rest) - 2))
        said = ", ".join(part for part in (lead, rest) if part)
        room = columns - cells(said) - 2
        # Of a text only its first word would tell nothing.
        beside = short(self.text, room) if text and room >= min(8, cells(self.text)) else ""
        return short(f"{said}, {beside}" if beside else said, columns)


class Sheet(NamedTuple):
    """A whole ladder, ready to draw. `notes` are whole sentences about what is not on it.

    `kinds`, `again`, `dropped` and `protocols` (where there are several) say what its legend has to explain.
    """

    title: str
    heads: Sequence[Head]
    steps: Sequence[Step]
    notes: Sequence[str]
    kinds: Sequence[Kind]
    again: bool
    dropped: bool
    protocols: Sequence[str]


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


def sentence(line: Line, spoken: Sequence[str] = ()) -> str:
    """The step in whole sentences; `spoken` are the languages to tell apart."""
    message, packets, lost = line
    sender, receiver = ends(message)
    wording = words.SENTENCES[message.kind] if packets == 1 else words.RUN_SENTENCE
    told = [
        wording.choose(message.port, _is_back(message, sender)).format(
            number=message.number,
            sender=clean(sender),
            receiver=clean(receiver),
            name=clean(message.name),
            port=clean(message.port),
            count=packets,
        )
    ]
    if message.kind in _SPOKEN and message.protocol in spoken:
        told.append(words.SPOKEN_SENTENCE.format(protocol=_language(message)))
    if message.again:
        told.append(words.AGAIN_SENTENCE)
    if lost:
        several = words.ALL_DROPPED_SENTENCE if lost == packets else words.SOME_DROPPED_SENTENCE.format(lost=lost)
        told.append(words.DROPPED_SENTENCE if packets == 1 else several)
    return " ".join(told)


def _is_back(message: Message, sender: str) -> bool:
    return bool(message.server) and sender == message.server and message.client != message.server


def _mark(line: Line) -> str:
    if 0 < line.lost < line.packets:
        return words.SOME_DROPPED.format(lost=line.lost)
    if line.lost:
        return words.AGAIN_DROPPED if line.message.again else words.DROPPED
    return words.AGAIN if line.message.again else ""


def languages(lines: Iterable[Line]) -> list[str]:
    """The languages of the messages, in order of first mention; none where nobody could mistake one for another."""
    spoken = {line.message.protocol: None for line in lines if line.message.kind in _SPOKEN and line.message.protocol}
    return list(spoken) if len(spoken) > 1 and not _ALIKE.isdisjoint(spoken) else []


def _language(message: Message) -> str:
    return words.PROTOCOLS.get(message.protocol) or clean(message.protocol, 40)


def _step(line: Line, column: Callable[[str], int], names: Names, spoken: Sequence[str]) -> Step:
    message = line.message
    sender, receiver = ends(message)
    kind, port = message.kind, clean(message.port)
    phrase = words.PHRASES[kind].choose(port, _is_back(message, sender)).format(port=port)
    name = clean(message.name) or words.LEGEND[kind]
    if kind in _SPOKEN and message.protocol in spoken:
        language = _language(message)
        phrase = words.SPOKEN.format(phrase=phrase, protocol=language) if phrase else language
    if kind in BOXES or (kind in _BROKEN and name in (kind, words.LEGEND[kind])):
        # What happened to the port is the title here; the name of the message would only repeat it.
        title, phrase = f"{message.number} {phrase}", ""
    elif kind is Kind.MEDIA:
        run = words.RUN_ONE if line.packets == 1 else words.RUN
        title = f"{message.number} {run.format(name=name, count=line.packets)}"
    else:
        title = f"{message.number} {name}"
    text = clean(message.text)
    if text in (port, name):
        text = ""
    return Step(
        message.number, kind, column(sender), column(receiver), title, phrase, _mark(line), text,
        sentence(line, spoken), _first_line(message, names), message.again, line.lost == line.packets,
    )  # fmt: skip


def _first_line(message: Message, names: Names) -> str:
    if message.protocol != "sip":
        return ""
    return clean(raw_text(message.payload[:FIRST_LINE].split(b"\n", 1)[0].rstrip(b"\r"), names))


def mentioned(messages: Iterable[Message]) -> dict[str, None]:
    """Everyone a message touches, in order of first mention."""
    return {name: None for message in messages for name in ends(message)}


def make_sheet(
    title: str,
    participants: dict[str, Participant],
    lines: Sequence[Line],
    limit: int | None,
    gone: int,
    names: Names,
    *,
    all_shown: int = ALL_SHOWN,
    spoken: Sequence[str] | None = None,
) -> Sheet:
    """The ladder of the newest `limit` steps (None: all); `gone` are older ones that the trace had to drop.

    With more participants than `all_shown`, those who take no part are left out. `spoken` are the languages to tell
    apart, where these steps are only some of those that are looked at.
    """
    drawn = lines if limit is None else lines[max(0, len(lines) - limit) :]
    touched = mentioned(line.message for line in drawn)
    notes = []
    if gone:
        notes.append(words.counted(words.GONE_ONE, words.GONE, gone))
    if len(drawn) < len(lines):
        notes.append(words.counted(words.EARLIER_ONE, words.EARLIER, len(lines) - len(drawn)))
    shown = list(participants)
    if drawn and len(shown) > all_shown:
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
    spoken = languages(drawn) if spoken is None else spoken
    steps = [_step(line, columns.__getitem__, names, spoken) for line in drawn]
    present = {step.kind for step in steps}
    kinds = [kind for kind in Kind if kind in present]
    again, dropped = any(step.again for step in steps), any(step.dropped for step in steps)
    heard = {line.message.protocol for line in drawn}
    told = [protocol for protocol in spoken if protocol in heard]
    return Sheet(clean(title, 200), heads, steps, notes, kinds, again, dropped, told)


def _head(participant: Participant) -> Head:
    return Head(clean(participant.name), clean(participant.host), _port_phrase(participant))
