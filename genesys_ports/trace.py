"""What was seen, in the order of a sequence number.

The order is that number, never the clock: two messages may carry the same time, and a clock may step back.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .errors import NoRawMessageError
from .output import save
from .table import Table, Tabled, sentences_html

if TYPE_CHECKING:
    from .calls import Calls
    from .raw import Names, Raw

__all__ = ["Called", "Kind", "Message", "Participant", "Trace", "raw_of", "table_of"]

#: How many messages a trace keeps unless told otherwise; older ones are dropped, and counted.
KEPT = 100_000

#: Bytes that all of them together may carry: large ones from programs outside must not fill the memory.
KEPT_BYTES = 100_000_000

#: Participants (and the languages of each) whose messages are counted.
TALLIES_KEPT = 10_000

#: Who is told of news at once: a cell that shows a handle adds one each time it is run.
WATCHERS_KEPT = 16

#: The columns of a trace as CSV, and those that are others on each run.
COLUMNS = (
    "No.", "Kind", "From", "To", "Port", "Name", "Text", "Client", "Server", "Host", "Answers", "Protocol", "Call",
    "Sent again", "Lost",
)  # fmt: skip
RUN_COLUMNS = ("Client number", "Time")
YES = "yes"

NO_MESSAGE = "There is no step of this number: it was never seen, or the trace was full and had to drop it."
NO_BYTES = "This step is no message: no bytes were sent."


class Kind(StrEnum):
    """What a line of the trace is.

    The first three travel inside a connection, and so does media (voice); the others are about ports and connections
    themselves.
    """

    REQUEST = "request"
    RESPONSE = "response"
    EVENT = "event"
    OPENED = "opened"
    CLOSED = "closed"
    TAKEN = "taken"
    CONNECT = "connect"
    ACCEPT = "accept"
    REFUSED = "refused"
    DISCONNECT = "disconnect"
    LOST = "lost"
    MEDIA = "media"


#: What counts as a message; the others are about ports and connections, and voice is counted in packets.
_SAID = (Kind.REQUEST, Kind.RESPONSE, Kind.EVENT)


class Message(NamedTuple):
    """One thing that was seen.

    `sender` and `receiver` are who sends and who gets it; `client` and `server` are who opened the connection it
    travelled on and who listened. For what concerns one participant only (a port opened), sender and receiver are the
    same. `port` is the server's planned listening port (`5150/tcp`) and `host` the server's planned host. `time` is in
    seconds since the trace began. `reply_to` is the number of the message this one answers.

    `call` is the Call-ID of the call it belongs to (`Trace.relate` ties the legs of one call together).
    `client_number` is the port number of the client's own end, 0 where nobody knows it. `again` says that the same was
    sent before, and is repeated because no answer came; `dropped` that the network lost it, so that the receiver never
    saw it.
    """

    number: int
    time: float
    kind: Kind
    name: str
    sender: str
    receiver: str
    client: str = ""
    server: str = ""
    host: str = ""
    port: str = ""
    text: str = ""
    payload: bytes = b""
    reply_to: int | None = None
    protocol: str = ""
    call: str = ""
    client_number: int = 0
    again: bool = False
    dropped: bool = False

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _sentences(self) -> list[str]:
        words = f"{self.sender} → {self.receiver}: {self.name}"
        head = f"{words} (on port {self.port})" if self.port else words
        # An answer that gives a reason is no answer without it.
        return [head, self.text] if self.kind is Kind.RESPONSE and self.text else [head]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return sentences_html(self._sentences())


@dataclass(frozen=True, slots=True)
class Participant:
    """A life line: an application by its planned name, its host, and the ports it listens on (`5150/tcp`).

    `address` is the IP address that its host has on the wire, as messages carry it; empty when it is not known.
    """

    name: str
    host: str = ""
    ports: tuple[str, ...] = ()
    address: str = ""


class Called(Protocol):
    """What belongs to a call, and knows its Call-ID."""

    @property
    def call_id(self) -> str:
        """The Call-ID of one of its legs."""


class Trace(Tabled):
    """A bounded list of messages, and who took part.

    When `limit` messages are kept, or 100 MB of their bytes, the oldest give way to the next; `dropped` counts those
    that have gone. `began` is when it began, in seconds since 1970, or None where nobody knows. `known_as` says what
    stands on the wire for a planned host and port where their numbers differ: `{"127.0.0.1:41003": "sip-host:5060"}`.
    `objects` are the names of SNMP's managed objects by their numbers.
    """

    def __init__(self, *, limit: int = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self.participants: dict[str, Participant] = {}
        self.known_as: dict[str, str] = {}
        self.objects: dict[tuple[int, ...], str] = {}
        self.began: float | None = time.time()
        self.limit = limit
        self._messages: deque[Message] = deque(maxlen=limit)
        self._bytes = 0
        # A later leg of a call → its first.
        self._related: dict[str, str] = {}
        # (who, language) → messages sent and received, those included that were dropped or cleared.
        self._tally: dict[tuple[str, str], list[int]] = {}
        self._moment: Callable[[Message], str] = _seconds
        self._watchers: deque[Callable[[], None]] = deque(maxlen=WATCHERS_KEPT)
        self._clock = clock
        self._start = clock()
        self._next = 1

    @property
    def dropped(self) -> int:
        """How many messages the limits have pushed out."""
        return self._next - 1 - len(self._messages) - self._cleared

    _cleared = 0

    def join(self, participant: Participant) -> None:
        """Add a life line, or bring it up to date; life lines stand in the order they first joined."""
        self.participants[participant.name] = participant
        self.tell()

    def watch(self, told: Callable[[], None]) -> None:
        """Let somebody know whenever there is something new, at once and without words: it only makes a note of it.

        Of many watchers the oldest give way. A selection of a trace has none.
        """
        self._watchers.append(told)

    def unwatch(self, told: Callable[[], None]) -> None:
        """Tell this one nothing more."""
        if told in self._watchers:
            self._watchers.remove(told)

    def tell(self) -> None:
        """Let the watchers know of news that no message tells of."""
        for told in tuple(self._watchers):
            told()

    def add(
        self,
        kind: Kind,
        name: str,
        sender: str,
        receiver: str,
        client: str = "",
        server: str = "",
        host: str = "",
        port: str = "",
        text: str = "",
        payload: bytes = b"",
        reply_to: int | None = None,
        protocol: str = "",
        call: str = "",
        client_number: int = 0,
        again: bool = False,
        dropped: bool = False,
    ) -> Message:
        """Append what was just seen; gives it the next number and the time now."""
        number = self._next
        self._next = number + 1
        message = Message(
            number, self._clock() - self._start, kind, name, sender, receiver,
            client, server, host, port, text, payload, reply_to, protocol, call, client_number, again, dropped,
        )  # fmt: skip
        messages = self._messages
        self._bytes += len(payload)
        while messages and (len(messages) >= self.limit or self._bytes > KEPT_BYTES):
            self._bytes -= len(messages.popleft().payload)
        messages.append(message)
        if kind in _SAID:
            self._count(sender, protocol, 0)
            if not dropped:
                self._count(receiver, protocol, 1)
        if self._watchers:
            self.tell()
        return message

    def _count(self, name: str, protocol: str, way: int) -> None:
        tally = self._tally.get((name, protocol))
        if tally is None:
            tally = self._tally[name, protocol] = [0, 0]
            while len(self._tally) > TALLIES_KEPT:
                del self._tally[next(iter(self._tally))]
        tally[way] += 1

    def tally(self, name: str, *, without: Container[str] = ()) -> tuple[int, int]:
        """How many messages a participant has sent and received so far, in all languages but those of `without`."""
        counts = [count for (who, protocol), count in self._tally.items() if who == name and protocol not in without]
        return sum(count[0] for count in counts), sum(count[1] for count in counts)

    def know(self, where: str, planned: str) -> None:
        """On the wire `where` (`127.0.0.1:41003`) is what the plan calls `planned`; see `known_as`."""
        self.known_as[where] = planned
        while len(self.known_as) > self.limit:
            del self.known_as[next(iter(self.known_as))]

    def relate(self, call: str, to: str) -> None:
        """Tie a leg to the call it belongs to: both Call-IDs mean one call from now on, so either finds both legs."""
        if call == to:
            return
        self._related[call] = self.call_of(to)
        while len(self._related) > self.limit:
            del self._related[next(iter(self._related))]

    def call_of(self, call: str) -> str:
        """The Call-ID of the first leg of the call that this Call-ID is a leg of; itself when it is tied to none."""
        return self._related.get(call, call)

    def assign(self, number: int, call: str) -> None:
        """Message `number` has turned out to belong to this call; nothing happens when it has gone already.

        A request that makes a call is seen before the call has a Call-ID.
        """
        # Counted from the end: numbers have no gaps here, and it is one of the newest.
        index = number - self._next
        if -len(self._messages) <= index < 0:
            self._messages[index] = self._messages[index]._replace(call=call)

    def clear(self) -> None:
        """Forget what was seen so far; numbers go on, participants stay."""
        self._cleared += len(self._messages)
        self._messages.clear()
        self._bytes = 0
        self.tell()

    def select(
        self,
        *,
        after: int = 0,
        participant: str | None = None,
        kinds: Iterable[Kind | str] | None = None,
        call: str | Called | None = None,
        protocol: Iterable[str] | str | None = None,
        where: Callable[[Message], bool] | None = None,
    ) -> Trace:
        """A trace of some of the messages; numbers and times stay as they were.

        Those that come after number `after`, touch `participant`, are of one of `kinds`, belong to `call` (the Call-ID
        of any of its legs, or what has one), speak `protocol` (or one of several), and fulfil `where`.
        """
        spoken = {protocol} if isinstance(protocol, str) else None if protocol is None else set(protocol)
        wanted = None if kinds is None else {Kind(kind) for kind in kinds}
        whole = None if call is None else self.call_of(call if isinstance(call, str) else call.call_id)
        chosen = Trace(limit=self.limit, clock=self._clock)
        chosen.participants = dict(self.participants)
        chosen.known_as, chosen.began = dict(self.known_as), self.began
        chosen.objects = dict(self.objects)
        chosen._related, chosen._moment = dict(self._related), self._moment
        for message in self._messages:
            if message.number <= after:
                continue
            if participant is not None and participant not in (message.sender, message.receiver):
                continue
            if wanted is not None and message.kind not in wanted:
                continue
            if whole is not None and self.call_of(message.call) != whole:
                continue
            if spoken is not None and message.protocol not in spoken:
                continue
            if where is None or where(message):
                chosen._messages.append(message)
        chosen._start, chosen._next = self._start, self._next
        chosen._cleared = self._next - 1 - len(chosen._messages)
        return chosen

    @property
    def last_number(self) -> int:
        """The number of the newest message; 0 when nothing was ever seen. Good for `select(after=…)`."""
        return self._next - 1

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(tuple(self._messages))

    def __getitem__(self, index: int) -> Message:
        return self._messages[index]

    # --- what each message said, and the calls they make up

    def names(self) -> Names:
        """What stands on the wire for which host, as `raw` uses it."""
        from .raw import Names

        return Names(self.participants.values(), self.known_as, self.objects)

    def raw(self, number: int) -> Raw:
        """What this message said on the wire, as text: hosts by their names. Raises `NoRawMessageError`."""
        found = next((message for message in self._messages if message.number == number), None)
        return raw_of(number, found, self.names())

    def calls(self) -> Calls:
        """The calls that messages belong to, one row for each."""
        from .calls import calls_of

        return calls_of(self)

    # --- as a file

    def to_csv(self) -> str:
        """CSV with every message and its time: seconds since the trace began, or as a log had it. No cell can run as a
        formula.
        """
        return table_of(self._messages, moment=self._moment).to_csv()

    def to_pcapng(self) -> bytes:
        """A capture that Wireshark opens, with the names of the hosts and a comment for each packet."""
        from .capture import write_pcapng

        return write_pcapng(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a new file; its ending says what: .pcapng (for Wireshark) or .csv. Raises `OutputError`."""
        return save(path, {".pcapng": self.to_pcapng, ".csv": self.to_csv})

    def table(self) -> Table:
        """One row for each message: what, from whom to whom, on which port; no clock, so it reads the same again."""
        rows = [
            (m.number, m.kind, m.sender, "" if m.receiver == m.sender else m.receiver, m.port, m.name, m.text)
            for m in self._messages
        ]
        columns = ("No.", "Kind", "From", "To", "Port", "Name", "Text")
        count = "1 message" if len(rows) == 1 else f"{len(rows)} messages"
        caption = f"{count} ({self.dropped} older dropped)" if self.dropped else count
        return Table(columns, rows, caption=caption).without_empty_columns()


def raw_of(number: int, message: Message | None, names: Names) -> Raw:
    """What a message said. Raises `NoRawMessageError` where there is none, or where it carried no bytes."""
    from .raw import raw_text

    if message is None:
        raise NoRawMessageError(number, NO_MESSAGE)
    if not message.payload:
        raise NoRawMessageError(number, NO_BYTES)
    return raw_text(message.payload, names, message.protocol)


def _seconds(message: Message) -> str:
    return f"{message.time:.6f}"


def table_of(messages: Iterable[Message], *, moment: Callable[[Message], str] | None = None) -> Table:
    """Everything about the messages but their bytes.

    With `moment` also what is another on each run: when each was seen, and the number of the client's own port.
    """
    columns = (*COLUMNS, *RUN_COLUMNS) if moment else COLUMNS
    rows = [
        (
            m.number, m.kind, m.sender, m.receiver, m.port, m.name, m.text, m.client, m.server, m.host, m.reply_to,
            m.protocol, m.call, YES if m.again else "", YES if m.dropped else "",
            *((m.client_number or None, moment(m)) if moment else ()),
        )
        for m in messages
    ]  # fmt: skip
    return Table(columns, rows)
