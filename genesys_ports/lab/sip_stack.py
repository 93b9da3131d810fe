"""The sockets of one application that speaks SIP: UDP ports, TCP and TLS ports, and its connections.

What comes in is parsed and handed to the application's element; what goes out is noted in the trace. (What the lab's
own applications send is noted by the sender; what comes from outside, on arrival.)
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import SIPError, TooManyPortsError
from ..model import ListeningPort, Purpose, Transport
from ..sip.flow import Flow
from ..sip.message import Request, Response
from ..sip.parser import parse, refusal
from ..sip.uri import Uri
from ..sip.ways import address_at
from ..state import Socket
from ..trace import Kind
from .listener import HANDSHAKE_LIMIT, Listener
from .signalling import End, Place, outside_name
from .sip_connections import SipConnections
from .sip_datagram import SipDatagrams
from .sip_notes import SipNotes
from .sip_stream import SipStream

if TYPE_CHECKING:
    from .application import RunningApplication
    from .elements import Element

__all__ = ["SipStack", "sip_ports"]

#: Programs outside that are known to listen.
REMEMBERED = 2_000

#: Bytes that may wait at a UDP socket, as far as the system allows it: a thousand calls can begin at one moment.
BURST = 4_194_304


def sip_ports(ports: tuple[ListeningPort, ...]) -> list[ListeningPort]:
    """The ports among these that SIP is spoken on."""
    return [port for port in ports if port.purpose is Purpose.SIP]


class SipStack:
    """Made once the ports are bound; `serve` begins to listen. See `elements.Stack` for what an element uses."""

    def __init__(self, owner: RunningApplication) -> None:
        self.name = owner.name
        self.owner = owner
        self.signalling = owner.lab.signalling
        self.ids = self.signalling.ids(owner.name)
        self.clock = self.signalling.clock.now
        self.timers = self.signalling.timers
        self.local: Mapping[Transport, Socket] = self._find_local()
        self.element: Element
        self._loop = asyncio.get_running_loop()
        self._datagrams: list[SipDatagrams] = []
        self._listeners: list[Listener] = []
        self._listening: list[Place] = []
        self._coming: set[asyncio.Task[object]] = set()
        self.notes = SipNotes(owner.lab.trace)
        self.connections = SipConnections()
        self._known: dict[Place, None] = {}
        self._looks = False
        self._closed = False

    def _find_local(self) -> dict[Transport, Socket]:
        network, owner = self.signalling.network, self.owner
        local: dict[Transport, Socket] = {}
        for port in sip_ports(owner.ports):
            local.setdefault(port.transport, network.sockets(owner.name, port)[0])
        for connection in owner.statuses:
            port = owner.plan.application(connection.server).port(connection.port_id)
            if port.purpose is Purpose.SIP and port.transport is not Transport.UDP:
                # It can call over TCP without listening there. Its number names it all the same.
                number = next(iter(local.values())).number
                local.setdefault(port.transport, Socket(network.address_of(owner.host), number))
        return local

    def begin(self, element: Element, lost: Callable[[Flow], None]) -> None:
        """The timers run from now on; `lost` is told of connections that the far end has closed."""
        self.element = element
        self._lost = lost
        self.signalling.clock.join(element.transactions)

    async def serve(self, port: ListeningPort, sock: socket.socket, number: int) -> None:
        """Listen on a bound socket of a planned port; `number` is the planned one."""
        address, opened = sock.getsockname()[:2]
        place = (port.transport.carrier, address, opened)
        end = End(self.name, self.owner.host, f"{number}/{port.transport}", number)
        self.signalling.join(place, end)
        self._listening.append(place)
        if port.transport is Transport.UDP:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BURST)
            datagrams = SipDatagrams(self, place, end, sock)
            self._datagrams.append(datagrams)
            await self._loop.create_datagram_endpoint(lambda: datagrams, sock=sock)
            return
        answer = partial(SipStream, self, port.transport, place, end)
        tls = self.owner.lab.certificates.for_port(port, self.owner.host, sock)
        self._listeners.append(Listener(sock, answer, self._coming, tls=tls))

    def tls_to(self, flow: Flow) -> dict[str, Any]:
        """What `create_connection` needs to speak TLS with whoever is at the far end of a way."""
        context = self.owner.lab.certificates.client_context()
        return {"ssl": context, "server_hostname": flow.address, "ssl_handshake_timeout": HANDSHAKE_LIMIT}

    # --- finding others

    def way_to(self, application: str, port_id: str | None = None) -> Flow | None:
        """The way to a planned SIP port of another application: UDP before TCP unless the port is named.

        None when the plan has no such port.
        """
        plan = self.owner.plan
        if not plan.has_application(application):
            return None
        other = plan.application(application)
        ports = [port for port in sip_ports(other.ports) if port_id in (None, port.port_id)]
        ports.sort(key=lambda port: (port.transport not in self.local, port.transport is not Transport.UDP))
        if not ports:
            return None
        port, network = ports[0], self.signalling.network
        way = network.way(self.owner.host, other.host, port)
        where = way or Socket(network.name_of(other.host), port.number)
        end = End(other.name, other.host, f"{port.number}/{port.transport}", port.number)
        self.signalling.expect((port.transport.carrier, where.address, where.number), end, reachable=way is not None)
        return Flow(port.transport, where.address, where.number)

    def uri_of(self, number: str, flow: Flow) -> Uri:
        """The address of a directory number at the far end of a way."""
        return address_at(number, flow.transport, flow.address, flow.number)

    def end_of(self, flow: Flow) -> End | None:
        """Who is at the far end of a way; None where nobody has been met yet."""
        stream = self.connections.find(flow) if flow.reliable else None
        if stream is not None:
            return stream.far
        place = (flow.transport.carrier, flow.address, flow.number)
        end = self.signalling.end(place)
        return end or (self.signalling.stranger(place) if place in self._known else self.signalling.expected(place))

    def name_of(self, flow: Flow) -> str:
        """The life line at the far end of a way; empty where nobody has been met yet."""
        end = self.end_of(flow)
        return end.name if end else ""

    # --- sending

    def send(self, message: Request | Response, flow: Flow, *, again: bool = False) -> None:
        """Send a message; nothing is raised, and a broken way is told to `transactions.broken`."""
        if self._closed:
            return
        # What this sets off happens at one time.
        self.clock()
        if not self._looks:
            self._looks = True
            self._loop.call_soon(self._look)
        if flow.transport is Transport.UDP:
            self._send_datagram(message, flow, again)
        elif stream := self._stream(flow):
            stream.send(message, again)
        else:
            self.dead_end(flow)

    def _send_datagram(self, message: Request | Response, flow: Flow, again: bool) -> None:
        if not self._datagrams:
            return self.dead_end(flow)
        place = (Transport.UDP, flow.address, flow.number)
        end = self.signalling.end(place)
        far = end or self._far(place)
        own = self._datagrams[0]
        if len(self._datagrams) > 1:
            # An answer comes from where the question went.
            own = next((one for one in self._datagrams if one.has_heard(place)), own)
        data = bytes(message)
        dropped = self.loses(message, self.name, far.name)
        self.notes.message(message, data, own.end, far, again=again, dropped=dropped)
        if dropped:
            return
        if end is not None:
            self.signalling.flight.depart((own.place, place), data)
        elif isinstance(message, Request) and not again and self._is_nobody(place):
            # The ICMP message "port unreachable". Systems tell programs of it in ways that differ.
            call = message.headers.get("Call-ID")
            self.notes.connection(Kind.REFUSED, "refused", own.end, far, own.end, call)
            return self.dead_end(flow)
        own.write(data, (flow.address, flow.number))

    def _far(self, place: Place) -> End:
        """Who is at a place where nobody of the lab is now: the planned name, until somebody else answers there."""
        expected = None if place in self._known else self.signalling.expected(place)
        return expected or self.signalling.stranger(place)

    def _is_nobody(self, place: Place) -> bool:
        return place not in self._known and self.signalling.is_nobody(place)

    def dead_end(self, flow: Flow) -> None:
        """Whoever waits for an answer by this way waits in vain."""
        self.signalling.dead_letter(partial(self._broken, flow))

    def _broken(self, flow: Flow) -> None:
        if not self._closed:
            self.element.transactions.broken(flow)
            self._look()

    def loses(self, message: Request | Response, sender: str, receiver: str) -> bool:
        """Whether the network loses this datagram."""
        headers = message.headers
        network = self.signalling.network
        what = f"{message.name()} {headers.get('CSeq')} {headers.get('Call-ID')}" if network.lossy else ""
        return network.lossy and network.loses(sender, receiver, what)

    def _look(self) -> None:
        self._looks = False
        if not self._closed:
            self.signalling.clock.look(self.element.transactions)

    # --- connections

    def _stream(self, flow: Flow) -> SipStream | None:
        place = (flow.transport.carrier, flow.address, flow.number)
        found = self.connections.find(flow)
        if found is not None or flow.connection:
            # A connection that somebody else had opened and closed: nobody listens at that number.
            return found
        end = self.signalling.end(place) or self._far(place)
        if self.signalling.is_nowhere(place):
            own = End(self.name, self.owner.host, "", 0)
            self.notes.connection(Kind.REFUSED, "refused", own, end, own)
            return None
        try:
            call = self.signalling.network.call(self.name, self.owner.host, Socket(flow.address, flow.number))
        except TooManyPortsError:
            return None
        address = call.socket.getsockname()[0]
        own = End(self.name, self.owner.host, "", call.number)
        local = (Transport.TCP, address, call.socket.getsockname()[1])
        stream = SipStream(self, flow.transport, local, own)
        self.signalling.join(local, own)
        stream.dial(call, flow, end)
        return stream

    def closed(self, stream: SipStream) -> None:
        """A connection is over."""
        self.connections.closed(stream)
        if stream.dialled:
            self.signalling.leave(stream.place)
            self.signalling.network.hang_up(self.name, self.owner.host, stream.own.number)
        if not self._closed:
            self.element.transactions.broken(stream.flow)
            self._lost(stream.flow)

    # --- receiving

    def datagram(self, data: bytes, place: Place, own: SipDatagrams) -> None:
        """A datagram came from somewhere."""
        end = self.signalling.end(place)
        if end is not None:
            take = partial(self._take_datagram, data, place, end, own)
            self.signalling.flight.arrive((place, own.place), data, take)
        elif data.strip(b"\r\n\0"):
            # Blank datagrams keep a firewall's door open, and say nothing.
            self._take_datagram(data, place, None, own)

    def _take_datagram(self, data: bytes, place: Place, end: End | None, own: SipDatagrams) -> None:
        if self._closed:
            return
        flow = Flow(Transport.UDP, place[1], place[2])
        try:
            message = parse(data)
        except SIPError as error:
            self.unreadable(error, data, flow, end or self.signalling.stranger(place), own.end)
            return
        if end is None:
            self._remember(place)
            far = self.signalling.stranger(place, outside_name(message))
            dropped = self.loses(message, far.name, self.name)
            self.notes.message(message, data, far, own.end, again=self.notes.is_copy(data, place), dropped=dropped)
            if dropped:
                return
        self.take(message, flow)

    def take(self, message: Request | Response, flow: Flow) -> None:
        """Hand in a message."""
        if isinstance(message, Request):
            message = message.received_from(flow.address, flow.number)
        # No need to look later, whatever is sent now.
        self._looks = True
        try:
            self.element.receive(message, flow)
        finally:
            self._look()

    def unreadable(self, error: SIPError, data: bytes, flow: Flow, sender: End, own: End) -> None:
        """Bytes came that are no SIP: note them, and answer as far as they tell whom."""
        self.notes.unreadable(error, data, sender, own)
        answer = refusal(error, data)
        if answer is not None:
            self.send(answer, flow)

    def _remember(self, place: Place) -> None:
        if place not in self._known:
            self._known[place] = None
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]

    # --- ending

    async def close(self, *, crash: bool) -> None:
        """End every connection, one after the other; `crash` breaks them off."""
        for stream in self.connections:
            await stream.end(crash=crash)

    def close_ports(self) -> None:
        """Hear nobody any more, and say nothing. May be called again."""
        if self._closed:
            return
        self._closed = True
        self.connections.rest()
        self.signalling.clock.leave(self.element.transactions)
        self.element.let_go()
        opened: list[SipDatagrams | Listener] = [*self._datagrams, *self._listeners]
        for one in opened:
            one.close()
        for place in self._listening:
            self.signalling.leave(place)

    def let_go(self) -> None:
        """Break off every connection, too. May be called again."""
        self.close_ports()
        for stream in self.connections:
            stream.abort()
