"""Traps: what a running application tells its network management system of its own accord. Nobody answers a trap.

Names, variables and texts are those of docs.genesys.com, FR/latest/MLUG/SNMPtraps. Genesys' own object identifiers are
not public there; the numbers are those of GENESYS-PORTS-MIB.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..model import Connection, Transport
from ..snmp.names import SYS_UP_TIME, TRAP_ENTERPRISE, TRAP_OID, name_of, oid_of, text_of
from ..snmp.objects import Oid, Syntax, Value
from ..snmp.tree import display_string
from ..trace import Kind
from . import manager_words as words
from .roles import MASTER_AGENT, NETWORK_MANAGEMENT_SYSTEM, component_of, place_of
from .signalling import End, Place
from .snmp_messages import SNMP, Packet, encode
from .snmp_users import COMMUNITY

if TYPE_CHECKING:
    from ..model import Deployment
    from .application import RunningApplication

__all__ = ["LAST_LINK", "LAST_TRAP", "Traps", "trap_name", "trap_text"]

#: The variables of gsServerUpTrap and gsServerDownTrap, and of tsLinkStatusTrap.
LAST_TRAP, LAST_LINK = "gsServersLastTrap.0", "tsLastChangedLinkStatus.0"

#: What is said of the message itself, and not by the application.
_ENVELOPE = (SYS_UP_TIME, TRAP_OID, TRAP_ENTERPRISE)


def _goes_to_manager(plan: Deployment, connection: Connection) -> bool:
    """Whether traps travel this planned connection: to a UDP port of a network management system."""
    if component_of(plan, connection.server) != NETWORK_MANAGEMENT_SYSTEM:
        return False
    return plan.application(connection.server).port(connection.port_id).transport is Transport.UDP


class Traps:
    """What one run of an application sends to every network management system that the plan connects it with.

    `server_up` and `server_down` are for its start and its stop; `link_status` for the link of a T-Server.
    """

    def __init__(self, owner: RunningApplication) -> None:
        self._owner = owner
        self._sock: socket.socket | None = None
        self._place: Place | None = None
        self._sent = 0

    # --- what is told

    def server_up(self) -> None:
        """The application has started."""
        if self._is_master_agent():
            # Not made by Genesys: it announces itself as the standard has it (RFC 3418, coldStart).
            self.send("coldStart")
        else:
            self.tell("gsServerUpTrap", LAST_TRAP, words.SERVER_UP.format(name=self._owner.name))

    def server_down(self) -> bool:
        """The application is about to stop; tells whether anybody is told."""
        if self._is_master_agent():
            return False
        return self.tell("gsServerDownTrap", LAST_TRAP, words.SERVER_DOWN.format(name=self._owner.name))

    def link_status(self, link: str, up: bool) -> None:
        """The link of this T-Server to its switch has come up or gone down."""
        text = words.LINK_STATUS.format(
            name=self._owner.name, number=place_of(self._owner.plan, self._owner.name), link=link, status=int(up)
        )
        self.tell("tsLinkStatusTrap", LAST_LINK, text)

    def tell(self, trap: str, variable: str, text: str) -> bool:
        """Send a trap with one text: `tell("gsServerDownTrap", LAST_TRAP, "stat_server:server is DOWN")`."""
        oid = oid_of(variable)
        assert oid is not None
        return self.send(trap, [(oid, display_string(text))])

    def send(self, trap: str, variables: Sequence[tuple[Oid, Value]] = ()) -> bool:
        """Send a trap of this name to every manager that the plan connects this application with.

        Nothing happens, and it tells so, where there is none.
        """
        connections = self._connections()
        if not connections:
            return False
        oid = oid_of(trap)
        assert oid is not None
        self._sent += 1
        # RFC 3416, section 4.2.6: how long the sender runs and what it notifies of come first, in this order.
        packet = Packet(
            "trap",
            ((SYS_UP_TIME, Value(Syntax.TICKS, self._owner.up_time)), (TRAP_OID, Value(Syntax.OID, oid)), *variables),
            self._sent,
            COMMUNITY,
        )
        data = encode(packet)
        for connection in connections:
            self._send(connection, packet, data)
        return True

    def _connections(self) -> list[Connection]:
        plan = self._owner.plan
        return [one for one in self._owner.statuses if _goes_to_manager(plan, one)]

    def _is_master_agent(self) -> bool:
        return component_of(self._owner.plan, self._owner.name) == MASTER_AGENT

    # --- how it travels

    def _send(self, connection: Connection, packet: Packet, data: bytes) -> None:
        owner = self._owner
        server = owner.plan.application(connection.server)
        port = server.port(connection.port_id)
        network, signalling = owner.lab.network, owner.lab.signalling
        name, text = trap_name(packet), trap_text(packet)
        dropped = network.lossy and network.loses(owner.name, server.name, f"{name} {text}")
        sock = self._opened()
        owner.lab.trace.add(
            Kind.EVENT, name, owner.name, server.name, owner.name, server.name, server.host, str(port), text, data,
            protocol=SNMP, client_number=sock.getsockname()[1] if sock else 0, dropped=dropped,
        )  # fmt: skip
        way = network.way(owner.host, server.host, port)
        if dropped or sock is None or way is None:
            return
        there: Place = (Transport.UDP, way.address, way.number)
        if signalling.end(there) is not None:
            signalling.flight.depart((self._place, there), data)
        # A trap that finds no room, or nobody, is lost; whoever sends it never knows.
        with contextlib.suppress(OSError):
            sock.sendto(data, (way.address, way.number))

    def _opened(self) -> socket.socket | None:
        """Its own end, on the address of its host; None where the system has no socket left."""
        if self._sock is None:
            owner = self._owner
            with contextlib.suppress(OSError):
                self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self._sock.setblocking(False)
                self._sock.bind((owner.lab.network.address_of(owner.host), 0))
                address, number = self._sock.getsockname()
                self._place = (Transport.UDP, address, number)
                owner.lab.signalling.join(self._place, End(owner.name, owner.host, "", number))
        return self._sock

    def close(self) -> None:
        """Send nothing any more. May be called again."""
        if self._place is not None:
            self._owner.lab.signalling.leave(self._place)
        if self._sock is not None:
            self._sock.close()
        self._sock = self._place = None


def trap_name(packet: Packet) -> str:
    """What a trap is called: `gsServerUpTrap`; its number where it has no name here."""
    return name_of(packet.trap) if packet.trap else ""


def trap_text(packet: Packet) -> str:
    """What a trap says: the texts of its own variables, with the names of those that are nobody's text here."""
    return ", ".join(_said(packet))


def _said(packet: Packet) -> Iterator[str]:
    for oid, value in packet.variables:
        if oid in _ENVELOPE:
            continue
        name = name_of(oid)
        text = text_of(value, oid)
        yield text if name in (LAST_TRAP, LAST_LINK) else f"{name} = {text}"
