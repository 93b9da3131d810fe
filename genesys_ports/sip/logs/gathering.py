"""What the reader notes of each message while it goes through the log; names come once all is read."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice

from ...model import Deployment
from ...trace import Kind, Message, Participant
from . import words
from .calls import Leg, named
from .cutting import CALL_UUID, Cut
from .header import Header
from .log import SipLog
from .masking import masked
from .own import Own
from .peers import Peers

__all__ = ["Gathering"]

#: Messages that may be repeated: RFC 3261 gives up after 32 seconds, and nobody sends so many in that time.
_REMEMBERED = 50_000

#: Call-IDs that are remembered; the oldest give way.
_MOST_CALLS = 1_000_000

_UUIDS = re.compile(rb"CID:C?UUID>([^\n]{3,400})")
_USER = re.compile(rb"(?:sips?|tel):([^@:;>\s]{0,200})(?::[^@;>\s]{0,200})?(?:@([^;>:\s\]]{1,100}))?", re.IGNORECASE)
_CARRIERS = {b"UDP": "udp", b"TCP": "tcp", b"TLS": "tls"}


#: One message, before names are known: number, time, received, first line, transport, address and port number of the
#: peer, the beginning of a Via of its own, whether the peer opened the connection, payload, Call-ID,
#: sent again, who wrote the log. A plain tuple of plain values, because there are many: Python need not look after it.
_Record = tuple[int, float, bool, bytes, str, bytes, bytes, bytes, bool, bytes, str, bool, str]


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
        self._second = b""
        self._seen: dict[int, None] = {}
        self._contacts: dict[tuple[bytes, bytes, bytes], None] = {}
        self._own = Own()
        self._openers: dict[tuple[bytes, bytes], bool] = {}
        self._named: dict[bytes, tuple[Kind, str]] = {}
        self._met: dict[tuple[bytes, bytes], tuple[str, int]] = {}
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
        self._second = b""
        if header.local is not None:
            log.log_clock.on(header.local.date(), header.local.time())

    def time(self, stamp: re.Match[bytes]) -> float:
        """The time of a log line; it may tell the date too."""
        second = stamp.string[stamp.start() : stamp.end(6)]
        clock = self._log.log_clock
        if second == self._second:
            # Many messages share a second.
            return clock.within(stamp[7])
        self._second = second
        year, month, day, hour, minute, second, fraction = stamp.group(1, 2, 3, 4, 5, 6, 7)
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
        carrier = _CARRIERS.get(carried) or _CARRIERS.get(carried.upper(), "tcp")
        headers, start = cut.headers, cut.start
        via, cseq, call = headers[b"Via"], headers[b"CSeq"].strip(), _text(headers[b"Call-ID"].strip())
        number = self._read = self._read + 1
        if number == 1:
            log.zero = time
        is_request = start[:8] != b"SIP/2.0 "
        leg = log.legs.get(call)
        if leg is None:
            leg = self._new_leg(call, number, time, headers)
        leg.add(number, time, start, is_request, cseq)
        if (uuid := headers.get(CALL_UUID)) is not None:
            self._relate(call, _text(uuid.strip()))
        if received and (contact := headers.get(b"Contact")) is not None:
            self._learn(address, port, contact, headers[b"To"], start)
        own = self._own.wrote(carrier, via) if is_request != received else b""
        by_peer = received if is_request else not received
        if carrier != "udp":
            by_peer = self._openers.setdefault((address, port), received)
        # A number of 64 bits instead of six texts: there are many.
        again = self._is_again(hash((received, address, port, start, via, cseq)))
        if self._wanted is not None and call not in self._wanted:
            self._passed_over += 1
            return
        self._records.append(
            (
                number,
                time,
                received,
                start,
                carrier,
                address,
                port,
                own,
                by_peer,
                masked(cut.payload),
                call,
                again,
                self._local,
            )
        )

    def _new_leg(self, call: str, number: int, time: float, headers: Mapping[bytes, bytes]) -> Leg:
        legs = self._log.legs
        leg = legs[call] = Leg(number, time, _user(headers[b"From"]), _user(headers[b"To"]))
        if len(legs) > _MOST_CALLS:
            del legs[next(iter(legs))]
        return leg

    def _is_again(self, key: int) -> bool:
        """Whether the same went the same way before: the same first line, transaction and number."""
        seen = self._seen
        if key in seen:
            return True
        seen[key] = None
        if len(seen) > _REMEMBERED:
            for old in list(islice(seen, _REMEMBERED // 5)):
                del seen[old]
        return False

    def _learn(self, address: bytes, port: bytes, contact: bytes, to: bytes, start: bytes) -> None:
        registers = start.startswith(b"REGISTER ")
        key = address, port, to if registers else contact
        if key in self._contacts:
            return
        if len(self._contacts) < _REMEMBERED:
            self._contacts[key] = None
        place, number = _text(address).strip("[]"), int(port)
        if registers:
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
        self._own.settle()
        self._join_local()
        log.fill(self._messages(), self._read, self._passed_over)

    def _join_local(self) -> None:
        """The life lines of who wrote the log."""
        log = self._log
        places = self._own.places()
        address = places[0][0] if places else ""
        for local in dict.fromkeys(record[-1] for record in self._records):
            host = self._hosts.get(local) or log.host
            log.join(Participant(local or words.NO_APPLICATION, host, (), address))
            for other, number in places:
                if host and other != address:
                    log.known_as[f"{other}:{number}"] = f"{host}:{number}"

    def _messages(self) -> Iterator[Message]:
        log, participants = self._log, self._log.participants
        ports: dict[str, dict[str, None]] = {}
        while self._records:
            record = self._records.popleft()
            number, time, received, start, carrier, address, peer_port, own, by_peer, payload, call, again, wrote = (
                record
            )
            local = wrote or words.NO_APPLICATION
            peer, peer_number = self._peer(address, peer_port)
            own_number = self._own.number(carrier, own)
            client, server = (peer, local) if by_peer else (local, peer)
            client_number, served = (peer_number, own_number) if by_peer else (own_number, peer_number)
            port = f"{served}/{carrier}"
            ports.setdefault(server, {})[port] = None
            sender, receiver = (peer, local) if received else (local, peer)
            kind, name = self._named.get(start) or self._name(start)
            yield Message(
                number, time - log.zero, kind, name, sender, receiver, client, server, participants[server].host, port,
                "", payload, None, "sip", call, client_number, again, False,
            )  # fmt: skip
        for name, own_ports in ports.items():
            one = participants[name]
            log.join(Participant(name, one.host, tuple(islice(own_ports, 10)), one.address))

    def _name(self, start: bytes) -> tuple[Kind, str]:
        known = named(start)
        if len(self._named) < _REMEMBERED:
            self._named[start] = known
        return known

    def _peer(self, address: bytes, port: bytes) -> tuple[str, int]:
        """The name of a peer, which has a life line then, and its port number."""
        known = self._met.get((address, port))
        if known is None:
            place, number = _text(address).strip("[]"), int(port)
            name = self._peers.name(place, number)
            if name not in self._log.participants:
                self._log.join(Participant(name, self._peers.host(place), (), place))
            known = name, number
            if len(self._met) < _REMEMBERED:
                self._met[(address, port)] = known
        return known


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _user(value: bytes) -> str:
    """The user of the URI in From or To; the whole value where it has none."""
    found = _USER.search(value)
    return _text(found[1] if found else value.strip()[:200])


def _date(year: bytes, month: bytes, day: bytes) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
