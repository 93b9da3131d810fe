"""One UDP port for voice: RTP packets leave from it and come to it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

from ..model import Transport
from ..sip.rtp import Arrivals, RtpPacket
from ..state import Socket
from ..trace import Kind
from .signalling import End, Place
from .sip_notes import SIP
from .udp import Datagrams

if TYPE_CHECKING:
    from .application import RunningApplication

__all__ = ["RTP", "RtpPort"]

#: The name of the protocol in a trace, and of its messages.
RTP = "rtp"
NAME = "RTP"

#: Datagrams from outside that the trace keeps of one call: ten seconds of voice. The rest is only counted.
NOTED = 500

#: Places outside that are remembered during a call.
FEW = 8

#: Bytes kept of each.
KEPT = 2_048

#: Names of payload types (RFC 3551, table 4).
_FORMATS = {0: "PCMU", 8: "PCMA"}


class RtpPort(Datagrams):
    """A bound socket of an application. `local` is where it is really reached, as SDP has to say; `number` is planned.

    `call` is the Call-ID of the call that uses it, and `arrivals` counts what has come in that call.
    """

    def __init__(self, owner: RunningApplication, sock: socket.socket, number: int) -> None:
        super().__init__()
        self.number = number
        self.local = Socket(*sock.getsockname()[:2])
        self.call = ""
        self.arrivals = Arrivals()
        self._trace = owner.lab.trace
        self._signalling = owner.lab.signalling
        self._sock = sock
        self._noted = 0
        self._strangers: dict[Place, End] = {}
        self._end = End(owner.name, owner.host, f"{number}/{Transport.UDP}", number)
        self._place: Place = (Transport.UDP, self.local.address, self.local.number)
        self._signalling.join(self._place, self._end)

    def begin(self, call: str) -> None:
        """It is for this call from now on."""
        self.call = call
        self.arrivals = Arrivals()
        self._noted = 0
        self._strangers.clear()

    async def serve(self) -> None:
        """Hear what comes in, until it is closed."""
        if not self.closed:
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=self._sock)

    def send(self, packet: RtpPacket, to: Socket) -> None:
        """Send a packet, and note it in the trace; a network that loses datagrams may lose it."""
        if self.closed:
            return
        place: Place = (Transport.UDP, to.address, to.number)
        end = self._signalling.end(place)
        far = end or self._stranger(place)
        data = bytes(packet)
        network = self._signalling.network
        dropped = network.lossy and network.loses(self._end.name, far.name, f"{packet.source} {packet.sequence}")
        self._note(self._end.name, far, packet, data, dropped=dropped)
        if dropped:
            return
        if end is not None:
            self._signalling.flight.depart((self._place, place), data)
        # Voice does not wait: what finds no place now is lost.
        with contextlib.suppress(OSError):
            self._sock.sendto(data, (to.address, to.number))

    def datagram_received(self, data: bytes, address: Any) -> None:
        """Something came in: voice, or anything else."""
        place: Place = (Transport.UDP, address[0], address[1])
        packet = RtpPacket.parse(data)
        if self._signalling.end(place) is not None:
            self._signalling.flight.arrive((place, self._place), data, partial(self._count, packet))
            return
        self._count(packet)
        if self._noted < NOTED:
            self._noted += 1
            far = self._stranger(place)
            self._note(far.name, far, packet, data[:KEPT])

    def _stranger(self, place: Place) -> End:
        """A program from outside, under the name that it has in the SIP of this call."""
        known = self._strangers.get(place)
        if known is None:
            few = len(self._strangers) < FEW
            known = self._signalling.stranger(place, self._known_in_call(place[1]) if few and self.call else "")
            if few:
                self._strangers[place] = known
        return known

    def _known_in_call(self, address: str) -> str:
        trace = self._trace
        met = {name for one in trace.select(call=self.call, protocol=SIP) for name in (one.sender, one.receiver)}
        found = [one for one in trace.participants.values() if one.name in met]
        outside = [one.name for one in found if not one.host and one.address == address]
        return outside[0] if len(outside) == 1 else ""

    def _count(self, packet: RtpPacket | None) -> None:
        if packet is not None:
            self.arrivals.add(packet)

    def _note(self, sender: str, far: End, packet: RtpPacket | None, data: bytes, *, dropped: bool = False) -> None:
        own = self._end
        receiver = far.name if sender == own.name else own.name
        kind, name, text = Kind.EVENT, "datagram", ""
        if packet is not None:
            kind, name, text = Kind.MEDIA, NAME, _FORMATS.get(packet.payload_type, "")
        self._trace.add(
            kind, name, sender, receiver, far.name, own.name, own.host, own.port, text, data,
            protocol=RTP, call=self.call, client_number=far.number, dropped=dropped,
        )  # fmt: skip

    def close(self) -> None:
        """Close the port. May be called again."""
        if self.closed:
            return
        super().close()
        self._signalling.leave(self._place)
        if self._transport is None:
            self._sock.close()
