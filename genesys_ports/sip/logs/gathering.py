"""What the reader notes of each message while it goes through the log; names come once all is read."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from ...model import Deployment
from ...trace import Kind, Message, Participant
from . import words
from .calls import Leg
from .cutting import Cut
from .header import Header
from .log import SipLog
from .masking import masked
from .peers import Peers

__all__ = ["Gathering"]

#: Messages that may be repeated: RFC 3261 gives up after 32 seconds, and nobody sends so many in that time.
_REMEMBERED = 50_000

#: Call-IDs that are remembered; the oldest give way.
_MOST_CALLS = 1_000_000

_UUIDS = re.compile(rb"CID:C?UUID>([^\n]{3,400})")
_USER = re.compile(rb"(?:sips?|tel):([^@:;>\s]{0,200})(?::[^@;>\s]{0,200})?(?:@([^;>:\s\]]{1,100}))?", re.IGNORECASE)
_VIA = re.compile(
    rb"SIP ?/ ?2\.0 ?/ ?[A-Za-z]{2,4} {1,3}(\[[0-9A-Fa-f:.]{2,45}\]|[^\s:;,\[\]]{1,100})(?: ?: ?([0-9]{1,5}))?"
)

_CARRIERS = {b"UDP": "udp", b"TCP": "tcp", b"TLS": "tls"}
SIP_PORT = {"udp": 5060, "tcp": 5060, "tls": 5061}


class _Record(NamedTuple):
    """One message, before names are known. `own` is the local port number, 0 where the message does not tell."""

    number: int
    time: float
    received: bool
    is_request: bool
    by_peer: bool
    name: str
    carrier: str
    address: str
    peer: int
    own: int
    payload: bytes
    call: str
    again: bool
    local: str


class Gathering:
    """Fills a `SipLog`, message by message."""

    def __init__(
        self, log: SipLog, names: Mapping[str, str] | None, plan: Deployment | None, wanted: Collection[str] | None
    ) -> None:
        self._log = log
        self._peers = Peers(names, plan)
        self._wanted = wanted
        self._records: deque[_Record] = deque(maxlen=log.limit)
        self._read = 0
        self._passed_over = 0
        self._local = ""
        self._hosts: dict[str, str] = {}
        self._ahead: timedelta | None = None
        self._days: dict[bytes, date | None] = {}
        self._seen: dict[tuple[bytes | bool, ...], None] = {}
        self._contacts: dict[tuple[bytes, bytes, bytes], None] = {}
        self._sent_by: dict[bytes, tuple[str, int]] = {}
        self._own: Counter[tuple[str, str, int]] = Counter()
        self._openers: dict[tuple[bytes, bytes], bool] = {}
        self._uuid_of: dict[str, str] = {}
        self._first_of: dict[str, str] = {}

    # --- while reading

    def header(self, header: Header) -> None:
        """A header block: what follows was written by this application, from this time on."""
        log = self._log
        if header.application:
            self._local = header.application
            log.application = log.application or header.application
        if header.host:
            log.host = log.host or header.host
            self._hosts.setdefault(self._local, header.host)
        log.command_line = log.command_line or header.command_line
        if header.ahead is not None and self._ahead is None:
            self._ahead = header.ahead
        if header.local is not None:
            log.log_clock.on(header.local.date())

    def time(self, stamp: re.Match[bytes]) -> float:
        """The time of a log line; it may tell the date too."""
        year, month, day, hour, minute, second, fraction = stamp.group(1, 2, 3, 4, 5, 6, 7)
        clock = self._log.log_clock
        if year is not None:
            key = year + month + day
            if key not in self._days:
                self._days[key] = _date(year, month, day)
            if (told := self._days[key]) is not None:
                clock.on(told)
        return clock.at(hour, minute, second, fraction)

    def related(self, text: bytes) -> None:
        """Lines that tell which call in the contact centre a Call-ID belongs to."""
        for found in _UUIDS.finditer(text):
            call, colon, uuid = found[1].strip().rstrip(b":").rpartition(b":")
            if colon:
                self._relate(call.decode("utf-8", "replace"), uuid.decode("utf-8", "replace"))

    def message(self, head: re.Match[bytes], cut: Cut) -> None:
        """A whole message, and the line before it."""
        log = self._log
        time = self.time(head)
        direction, carried, _, address, port = head.group(8, 9, 10, 11, 12)
        received = direction == b"Received"
        headers, start = cut.headers, cut.start
        via, cseq = headers[b"via"], headers[b"cseq"]
        key = (received, address, port, start, via, cseq)
        again = key in self._seen
        if not again:
            self._seen[key] = None
            if len(self._seen) > _REMEMBERED:
                for old in list(islice(self._seen, _REMEMBERED // 5)):
                    del self._seen[old]
        is_request = not start.startswith(b"SIP/2.0 ")
        name = _text(start.partition(b" ")[0] if is_request else start[8:].strip())
        call = _text(headers[b"call-id"])
        number = self._read = self._read + 1
        if number == 1:
            log.zero = time
        leg = log.legs.get(call)
        if leg is None:
            leg = log.legs[call] = Leg(number, time, _user(headers[b"from"]), _user(headers[b"to"]))
            if len(log.legs) > _MOST_CALLS:
                del log.legs[next(iter(log.legs))]
        leg.add(number, time, name, is_request, _text(cseq.rpartition(b" ")[2]))
        if (uuid := headers.get(b"x-genesys-calluuid")) is not None:
            self._relate(call, _text(uuid))
        if received and (contact := headers.get(b"contact")) is not None:
            self._learn(address, port, contact, headers[b"to"], start)
        carrier = _CARRIERS.get(carried.upper(), "tcp")
        own = 0
        if is_request != received:
            own = self._own_number(via, carrier)
        by_peer = received
        if carrier != "udp":
            by_peer = self._openers.setdefault((address, port), received)
        elif not is_request:
            by_peer = not received
        if self._wanted is not None and call not in self._wanted:
            self._passed_over += 1
            return
        self._records.append(
            _Record(
                number,
                time,
                received,
                is_request,
                by_peer,
                name,
                carrier,
                _text(address).strip("[]"),
                int(port),
                own,
                masked(cut.payload),
                call,
                again,
                self._local,
            )
        )

    def _own_number(self, via: bytes, carrier: str) -> int:
        """The local port number, from the Via that this application wrote."""
        written = via.partition(b";")[0]
        known = self._sent_by.get(written)
        if known is None:
            found = _VIA.match(written)
            known = (_text(found[1]).strip("[]"), int(found[2] or SIP_PORT[carrier])) if found else ("", 0)
            if len(self._sent_by) < _REMEMBERED:
                self._sent_by[written] = known
        if known[1]:
            self._own[(carrier, *known)] += 1
        return known[1]

    def _learn(self, address: bytes, port: bytes, contact: bytes, to: bytes, start: bytes) -> None:
        key = address, port, contact
        if key in self._contacts:
            return
        if len(self._contacts) < _REMEMBERED:
            self._contacts[key] = None
        place, number = _text(address).strip("[]"), int(port)
        if start.startswith(b"REGISTER "):
            self._peers.registers(place, number, _user(to))
        elif (found := _USER.search(contact)) and found[2] == address:
            self._peers.calls_itself(place, number, _text(found[1]))

    def _relate(self, call: str, uuid: str) -> None:
        # The first identifier that a leg has stays: it changes when calls are transferred or joined, and one chain of
        # such changes would make one call of many.
        if call in self._uuid_of:
            return
        self._uuid_of[call] = uuid
        first = self._first_of.setdefault(uuid, call)
        if first != call:
            self._log.relate(call, first)
        for known in (self._uuid_of, self._first_of):
            if len(known) > _MOST_CALLS:
                del known[next(iter(known))]

    # --- when all is read

    def finish(self) -> None:
        """Everybody has a name now: the trace is filled."""
        log = self._log
        clock = log.log_clock
        if clock.date is not None and self._read:
            # Without a time zone in the header, the log's local time is taken for UTC.
            began = (clock.date.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 + log.zero
            log.began = began - (self._ahead.total_seconds() if self._ahead else 0.0)
        self._join_local()
        log.fill(self._messages(), self._read, self._passed_over)

    def _join_local(self) -> None:
        """The life lines of who wrote the log."""
        log = self._log
        places = [place for place, _ in self._own.most_common()]
        address = places[0][1] if places else ""
        for local in dict.fromkeys(record.local for record in self._records):
            name = local or words.NO_APPLICATION
            host = self._hosts.get(local) or log.host
            log.join(Participant(name, host, (), address))
            for _, other, number in places:
                if host and other != address:
                    log.known_as[f"{other}:{number}"] = f"{host}:{number}"

    def _messages(self) -> Iterator[Message]:
        log, peers = self._log, self._peers
        usual = dict(SIP_PORT)
        for (carrier, _, number), _ in reversed(self._own.most_common()):
            usual[carrier] = number
        ports: dict[str, dict[str, None]] = {}
        for record in self._records:
            local = record.local or words.NO_APPLICATION
            peer = peers.name(record.address, record.peer)
            if peer not in log.participants:
                log.join(Participant(peer, peers.host(record.address), (), record.address))
            own = record.own or usual[record.carrier]
            client, server = (peer, local) if record.by_peer else (local, peer)
            client_number, number = (record.peer, own) if record.by_peer else (own, record.peer)
            port = f"{number}/{record.carrier}"
            ports.setdefault(server, {})[port] = None
            sender, receiver = (peer, local) if record.received else (local, peer)
            yield Message(
                record.number, record.time - log.zero, Kind.REQUEST if record.is_request else Kind.RESPONSE,
                record.name, sender, receiver, client, server, log.participants[server].host, port, "", record.payload,
                None, "sip", record.call, client_number, record.again, False,
            )  # fmt: skip
        for name, own_ports in ports.items():
            one = log.participants[name]
            log.join(Participant(name, one.host, tuple(islice(own_ports, 10)), one.address))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _user(value: bytes) -> str:
    """The user of the URI in From or To; the whole value where it has none."""
    found = _USER.search(value)
    return _text(found[1] if found else value[:200])


def _date(year: bytes, month: bytes, day: bytes) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
