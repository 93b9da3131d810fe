"""A trace as a pcapng file, to open in Wireshark.

The trace has messages; a capture needs packets. So each message becomes one packet with true checksums, and around
those of TCP stand the packets that every connection has: its opening, acknowledgements, and its end. A datagram that
the network lost is there too, as at its sender's, and its comment says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address
from itertools import chain

from .packets import (
    ACK,
    FIN,
    MOST_TCP,
    MOST_UDP,
    PSH,
    RST,
    SYN,
    header_blocks,
    icmp_unreachable,
    names_block,
    packet_block,
    tcp_frame,
    udp_frame,
)
from .table import one_line
from .trace import Kind, Message, Participant, Trace

__all__ = ["write_pcapng"]

APPLICATION = "genesys_ports"
ABOUT = (
    "Messages seen by genesys_ports, written as packets. The openings, acknowledgements and ends of TCP connections "
    "are put in where they belong."
)
SENT = "{sender} → {receiver}: {name}"
OPENS = "{client} opens a connection to {server}"
CLOSES = "{sender} closes the connection"
BREAKS = "The connection between {client} and {server} is lost"
REFUSES = "{client} calls {server} and is refused"
AGAIN = "sent again"
DROPPED = "lost by the network: {receiver} never saw it"
DECRYPTED = "encrypted on the wire, and shown here as it was before"
CUT = "{count} bytes did not fit"

#: Characters of a name that stand in a comment.
NAME = 200

#: Bytes one end may send before the other end acknowledges them, if it has nothing to say meanwhile.
UNACKNOWLEDGED = 16_384

#: The first port number of clients whose own number nobody knows (RFC 6335 8.1.2).
EPHEMERAL, NUMBERS = 49_152, 65_536

#: The number written for a port that the trace does not know.
UNKNOWN_PORT = EPHEMERAL - 1

#: Seconds from 1970 that 64 bits of microseconds hold, with room to spare.
LATEST = 1e12

_PORT = re.compile(r"([0-9]{1,5})(?:-[0-9]{1,5})?/(tcp|udp|tls)")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")

_End = tuple[bytes, int]


def write_pcapng(trace: Trace) -> bytes:
    """The capture of a trace, in the order of its numbers. Its times begin at `trace.began`, or in 1970."""
    capture = _Capture(trace)
    blocks = [block for message in trace for block in capture.blocks(message)]
    head = header_blocks(APPLICATION, ABOUT)
    return b"".join([head, names_block(capture.hosts.names), *blocks])


class _Hosts:
    """The address of each participant: its own, or one made up where it has none or two hosts have the same.

    Programs without a host that share an address are on one machine, whatever they are called.
    """

    def __init__(self, participants: dict[str, Participant]) -> None:
        self.names: dict[bytes, str] = {}
        self._participants = participants
        self._made_up: dict[str, bytes] = {}
        self._owners: dict[bytes, dict[str, None]] = {}
        for one in participants.values():
            if (address := _address(one.address)) is not None:
                hosts = self._owners.setdefault(address, {})
                if one.host:
                    hosts[one.host] = None

    def address(self, name: str) -> bytes:
        """The address of the host of this participant."""
        one = self._participants.get(name) or Participant(name)
        address, host = _address(one.address), one.host or one.name
        hosts = self._owners.get(address, {}) if address is not None else {}
        if address is None or len(hosts) > 1:
            address = self._made_up.get(host) or self._make_up(host)
        self.names.setdefault(address, _host_name(next(iter(hosts), host) if len(hosts) == 1 else host))
        return address

    def _make_up(self, host: str) -> bytes:
        number = len(self._made_up) + 1
        while (address := bytes([10, number >> 16 & 255, number >> 8 & 255, number & 255])) in self._owners:
            number += 1 << 16
        self._made_up[host] = address
        return address


def _host_name(host: str) -> str:
    return _NOT_IN_NAMES.sub("-", host)[:63].strip(".-") or "host"


def _address(text: str) -> bytes | None:
    """The four bytes of an address that one host can have."""
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return None
    return None if address.is_multicast or address.is_unspecified or address.packed[0] >= 240 else address.packed


class _Connection:
    """One TCP connection, open."""

    def __init__(self, client: _End, server: _End, number: int) -> None:
        self.client, self.server = client, server
        # Each end begins to count somewhere else (RFC 9293 3.4.1).
        self.sent = {True: number * 64_000_001 & 0xFFFFFFFF, False: number * 91_000_003 & 0xFFFFFFFF}
        self.heard = {True: 0, False: 0}

    def segment(self, by_client: bool, number: int, flags: int, payload: bytes = b"") -> bytes:
        """The next segment of one end; it acknowledges all that this end has got."""
        source, target = (self.client, self.server) if by_client else (self.server, self.client)
        acknowledged = self.sent[not by_client] if flags & ACK else 0
        frame = tcp_frame(source, target, number, flags, self.sent[by_client], acknowledged, payload)
        self.sent[by_client] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        if flags & ACK:
            self.heard[by_client] = self.sent[not by_client]
        return frame

    def owes(self, by_client: bool) -> int:
        """How many bytes this end has got and not acknowledged."""
        return self.sent[not by_client] - self.heard[by_client]


class _Capture:
    """What is open at this point of the trace."""

    def __init__(self, trace: Trace) -> None:
        self.hosts = _Hosts(trace.participants)
        self._began = trace.began or 0.0
        self._packets = 0
        self._made = 0
        self._open: dict[tuple[str, str, str], dict[int, _Connection]] = {}
        self._own: dict[tuple[str, str, str], int] = {}
        self._taken = {message.client_number for message in trace}
        self._last = EPHEMERAL - 1

    # --- one message

    def blocks(self, message: Message) -> Iterator[bytes]:
        """The packets that a message puts on the wire."""
        if message.kind in (Kind.OPENED, Kind.CLOSED, Kind.TAKEN):
            return
        at = max(0, round(max(0.0, min(self._began + message.time, LATEST)) * 1e6))
        for frame, comment in self._udp(message) if _is_udp(message.port) else self._tcp(message):
            yield packet_block(at, frame, comment)

    def _number(self) -> int:
        self._packets += 1
        return self._packets

    def _ends(self, message: Message) -> tuple[str, str, bool]:
        """Who called, who listens, and whether the caller is who sends now."""
        client, server = message.client, message.server
        sender, receiver = message.sender, message.receiver
        if client and server and sender in (client, server):
            back = sender == server and (sender != client or message.kind is Kind.RESPONSE)
            return client, server, not back
        answers = message.kind in (Kind.RESPONSE, Kind.ACCEPT) or self._open.get((receiver, sender, message.port))
        return (receiver, sender, False) if answers else (sender, receiver, True)

    def _client_number(self, key: tuple[str, str, str], message: Message) -> int:
        return message.client_number if 0 < message.client_number < NUMBERS else self._own.get(key) or self._new(key)

    def _new(self, key: tuple[str, str, str]) -> int:
        following = chain(range(self._last + 1, NUMBERS), range(EPHEMERAL, self._last + 1))
        self._last = next((number for number in following if number not in self._taken), EPHEMERAL)
        self._own[key] = self._last
        return self._last

    # --- UDP

    def _udp(self, message: Message) -> Iterator[tuple[bytes, str]]:
        client, server, forth = self._ends(message)
        key = client, server, message.port
        ends = (
            (self.hosts.address(client), self._client_number(key, message)),
            (self.hosts.address(server), _port_number(message.port)),
        )
        source, target = ends if forth else ends[::-1]
        if message.kind is Kind.REFUSED:
            yield icmp_unreachable(*ends, self._number()), _told(message, REFUSES, client, server)
        elif message.payload:
            payload = message.payload[:MOST_UDP]
            comment = _told(message, SENT, client, server, cut=len(message.payload) - len(payload))
            yield udp_frame(source, target, self._number(), payload), comment

    # --- TCP

    def _tcp(self, message: Message) -> Iterator[tuple[bytes, str]]:
        client, server, forth = self._ends(message)
        key = client, server, message.port
        opened = self._open.setdefault(key, {})
        known = (
            next(reversed(opened.values()), None) if not message.client_number else opened.get(message.client_number)
        )
        if message.kind is Kind.REFUSED:
            one = self._connection(key, message)
            yield one.segment(True, self._number(), SYN), _told(message, REFUSES, client, server)
            yield one.segment(False, self._number(), RST | ACK), ""
            return
        if message.kind in (Kind.DISCONNECT, Kind.LOST):
            if known is not None:
                yield from self._end(known, message, client, server, forth)
                self._open[key] = {number: one for number, one in opened.items() if one is not known}
            return
        if known is None or message.kind is Kind.CONNECT:
            known = self._connection(key, message)
            opened.pop(known.client[1], None)
            opened[known.client[1]] = known
            yield known.segment(True, self._number(), SYN), _told(message, OPENS, client, server)
            yield known.segment(False, self._number(), SYN | ACK), ""
            yield known.segment(True, self._number(), ACK), ""
        for at in range(0, len(message.payload), MOST_TCP):
            part = message.payload[at : at + MOST_TCP]
            comment = _told(message, SENT, client, server) if at + MOST_TCP >= len(message.payload) else ""
            yield known.segment(forth, self._number(), PSH | ACK, part), comment
            if known.owes(not forth) >= UNACKNOWLEDGED:
                yield known.segment(not forth, self._number(), ACK), ""

    def _connection(self, key: tuple[str, str, str], message: Message) -> _Connection:
        self._made += 1
        client, server, port = key
        self._own.pop(key, None)
        return _Connection(
            (self.hosts.address(client), self._client_number(key, message)),
            (self.hosts.address(server), _port_number(port)),
            self._made,
        )

    def _end(
        self, one: _Connection, message: Message, client: str, server: str, forth: bool
    ) -> Iterator[tuple[bytes, str]]:
        # A program that is killed ends its connections as well: the system sends FIN for it, not RST.
        sentence = BREAKS if message.kind is Kind.LOST else CLOSES
        yield one.segment(forth, self._number(), FIN | ACK), _told(message, sentence, client, server)
        yield one.segment(not forth, self._number(), FIN | ACK), ""
        yield one.segment(forth, self._number(), ACK), ""


def _is_udp(port: str) -> bool:
    return port.endswith("/udp")


def _port_number(port: str) -> int:
    found = _PORT.fullmatch(port)
    number = int(found[1]) if found else 0
    return number if 0 < number < NUMBERS else UNKNOWN_PORT


def _told(message: Message, template: str, client: str, server: str, *, cut: int = 0) -> str:
    """The comment of a packet."""
    names = {
        "sender": message.sender,
        "receiver": message.receiver,
        "client": client,
        "server": server,
        "name": message.name,
    }
    short = {key: one_line(name)[:NAME] for key, name in names.items()}
    told = [template]
    if message.again:
        told.append(AGAIN)
    if message.dropped:
        told.append(DROPPED)
    if message.port.endswith("/tls"):
        told.append(DECRYPTED)
    return "; ".join(told).format(**short) + (f"; {CUT.format(count=cut)}" if cut > 0 else "")
