"""A port plan as data: hosts, applications, their listening ports, who connects to whom, and the ports of a switch.

Everything here is frozen: a changed plan is a new plan, and the old one stays as it was. Nothing here opens a socket,
reads a file or draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self, TypeVar

from .errors import (
    DuplicateNameError,
    DuplicatePortIdError,
    InvalidPortError,
    InvalidValueError,
    OtherHostError,
    PortKindError,
    UnknownApplicationError,
    UnknownHostError,
    UnknownPortIdError,
)
from .origin import NOWHERE, Origin
from .table import Table, Tabled

__all__ = [
    "Application",
    "Block",
    "Connection",
    "Deployment",
    "Host",
    "ListeningPort",
    "Platform",
    "Purpose",
    "Switch",
    "Transport",
    "VoicePort",
    "VoicePortKind",
]

#: The port id of an application's first listening port (Genesys Configuration Layer: portInfos, id "default").
DEFAULT = "default"

HIGHEST_PORT = 65535


class Transport(StrEnum):
    """What carries the bytes. TLS runs over TCP, and so takes a TCP port."""

    TCP = "tcp"
    UDP = "udp"
    TLS = "tls"

    @property
    def carrier(self) -> Transport:
        """The transport whose port numbers this one uses up: TCP or UDP."""
        return Transport.UDP if self is Transport.UDP else Transport.TCP


class Purpose(StrEnum):
    """What a listening port is for."""

    COMMUNICATION = "communication"
    MANAGEMENT = "management"
    CTI_LINK = "cti-link"
    SIP = "sip"
    HTTP = "http"
    MEDIA = "media"
    HA_SYNC = "ha-sync"
    CONTROL = "control"
    LICENCE = "licence"
    DATABASE = "database"
    OTHER = "other"


class Platform(StrEnum):
    """The operating system of a host, as far as its bind rules differ."""

    LINUX = "linux"
    WINDOWS = "windows"
    MACOS = "macos"
    FREEBSD = "freebsd"


class VoicePortKind(StrEnum):
    """What a physical port of a switch or an IVR connects to."""

    STATION = "station"
    TRUNK = "trunk"
    IVR = "ivr"


_Word = TypeVar("_Word", bound=StrEnum)


def parse_word(kind: type[_Word], value: str, name: str) -> _Word:
    """The member of `kind` that `value` names, whatever its case, blanks or underscores."""
    try:
        return kind(re.sub(r"[\s_]+", "-", str(value).strip().lower()))
    except ValueError:
        raise InvalidValueError(name, value, [str(member) for member in kind]) from None


#: How a place in the frame of a switch is written, card and port; a range of numbers has no leading zero.
_PLACE = re.compile(r"\s*(?:0[0-9]-[0-9]{1,2}|[0-9]{1,2}-0[0-9])\s*")


# The types say so already; a learner's cell is not type-checked, and the mix-up is worth a lesson.
def must_be_logical(value: object) -> None:
    """Raise `PortKindError` for a voice port, or its label, where a listening port or its number belongs."""
    if isinstance(value, str) and _PLACE.fullmatch(value):
        raise PortKindError(used="voice port", wanted="listening port", what=f"port {value.strip()}")
    if isinstance(value, VoicePort):
        raise PortKindError(used="voice port", wanted="listening port", what=str(value))


#: How a listening port is written; no label of a voice port is.
_LOGICAL = re.compile(r"\s*[0-9]{1,5}\s*/\s*(?:tcp|udp|tls)\s*", re.IGNORECASE)


def must_be_voice(value: object) -> None:
    """Raise `PortKindError` for a listening port, or its number, where a voice port or its label belongs."""
    if isinstance(value, int) or (isinstance(value, str) and _LOGICAL.fullmatch(value)):
        raise PortKindError(used="listening port", wanted="voice port", what=f"port {str(value).strip()}")
    if isinstance(value, ListeningPort):
        raise PortKindError(used="listening port", wanted="voice port", what=f"port {value}")


def number_text(number: int, last: int | None) -> str:
    """A number, or a range of them, as it is written everywhere: `5150`, `20000-45000`."""
    return str(number) if last is None else f"{number}-{last}"


def _port_number(value: object) -> int:
    must_be_logical(value)
    # bool is an int to Python, and True would be port 1.
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST_PORT:
        raise InvalidPortError(value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One machine of the plan.

    `address` is its planned IP address (optional; unique when given, PSDK CfgHost). `platform` decides its bind rules;
    None means nobody has said. `lca_port` is the port of its Local Control Agent as the Host object has it.
    """

    name: str
    address: str | None = None
    platform: Platform | None = None
    lca_port: int | None = None

    def __post_init__(self) -> None:
        if self.platform is not None:
            object.__setattr__(self, "platform", parse_word(Platform, self.platform, "platform"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningPort:
    """A logical port: a number on a host by which client programs find one server program.

    `number` is 1 to 65535; `last` makes it a range, both ends included. `address` is the one address of the host it
    listens on; empty means all of them, as Genesys servers do unless told otherwise. `port_id` is the name connections
    use for it.
    """

    number: int
    last: int | None = None
    transport: Transport = Transport.TCP
    purpose: Purpose = Purpose.COMMUNICATION
    port_id: str = DEFAULT
    address: str = ""

    def __post_init__(self) -> None:
        _port_number(self.number)
        if self.last is not None and _port_number(self.last) < self.number:
            raise InvalidPortError(f"{self.number}-{self.last}")
        if self.last == self.number:
            object.__setattr__(self, "last", None)
        if type(self.transport) is not Transport:
            object.__setattr__(self, "transport", parse_word(Transport, self.transport, "transport"))
        if type(self.purpose) is not Purpose:
            object.__setattr__(self, "purpose", parse_word(Purpose, self.purpose, "purpose"))

    @property
    def numbers(self) -> range:
        """Every number this port takes; one, unless it is a range."""
        return range(self.number, (self.last or self.number) + 1)

    @property
    def number_text(self) -> str:
        """The number or the range alone: `5150`, `20000-45000`."""
        return number_text(self.number, self.last)

    def at(self, number: int) -> Self:
        """The same port on another number; a range moves as a whole, and `number` is its first."""
        last = None if self.last is None else _port_number(number) + self.last - self.number
        return replace(self, number=number, last=last)

    def __str__(self) -> str:
        return f"{self.number_text}/{self.transport}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePort:
    """A physical port: an interface of a switch or an IVR that carries one phone call at a time.

    It has no transport and no number space of its own on any host, and shares no base class with `ListeningPort`: using
    one for the other is a `PortKindError`. `label` says where it is in the switch `device`: card and place, `03-05`.
    `dn` is the directory number of a station, the access number of the group that a trunk channel belongs to (`9`), the
    number of an IVR port's group (`3000`); empty while none is assigned.
    """

    label: str
    device: str
    kind: VoicePortKind = VoicePortKind.STATION
    dn: str = ""

    def __post_init__(self) -> None:
        must_be_voice(self.label)
        object.__setattr__(self, "kind", parse_word(VoicePortKind, self.kind, "kind of voice port"))

    @property
    def card(self) -> str:
        """The card it is on: `03` of the label `03-05`; empty for a label without a dash."""
        card, dash, _ = self.label.partition("-")
        return card if dash else ""

    def __str__(self) -> str:
        return f"{_VOICE_PORT[self.kind]} {self.label} of {self.device}"


_VOICE_PORT = {
    VoicePortKind.STATION: "station port",
    VoicePortKind.TRUNK: "trunk channel",
    VoicePortKind.IVR: "IVR port",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch or an IVR with its physical ports."""

    name: str
    voice_ports: tuple[VoicePort, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "voice_ports", tuple(self.voice_ports))
        for port in self.voice_ports:
            must_be_voice(port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A program of the plan: its name, its type (a component of the catalogue), its host and its listening ports.

    `backup` names the backup of an HA pair, at its primary (CfgServer.backupServer). `server_info_port` is the legacy
    port of CfgServer, which should be that of the port id `default`. `team` is who plans its ports. `dn` is the
    directory number of a phone; of a gateway or a softswitch it is the prefix of the numbers behind it (as the option
    `prefix` of a Trunk DN).
    """

    name: str
    host: str
    type: str = ""
    ports: tuple[ListeningPort, ...] = ()
    backup: str = ""
    server_info_port: int | None = None
    team: str = ""
    dn: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ports", tuple(self.ports))
        for port in self.ports:
            must_be_logical(port)

    def port(self, port_id: str = DEFAULT) -> ListeningPort:
        """The listening port with this id. Raises `UnknownPortIdError`."""
        for port in self.ports:
            if port.port_id == port_id:
                return port
        raise UnknownPortIdError(self.name, port_id, [port.port_id for port in self.ports])


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Who connects: `client` opens a connection to the port `port_id` of `server`.

    It says nothing about who sends: once open, messages travel both ways. The rest are its transport parameters:
    `client_port` fixes the number of the client's own end (`port=`; None means that the system hands one out),
    `backup_client_port` that of the client's HA backup (`backup-port=`), `client_address` its own address (`address=`);
    `secure` is `tls=1` or `tls=0`, None when it says neither.
    """

    client: str
    server: str
    port_id: str = DEFAULT
    client_port: int | None = None
    backup_client_port: int | None = None
    client_address: str = ""
    secure: bool | None = None

    def __post_init__(self) -> None:
        for number in (self.client_port, self.backup_client_port):
            if number is not None:
                _port_number(number)

    @property
    def target(self) -> str:
        """The server, with the port id unless it is the usual one: `message_server`, `sip_server:sip`."""
        return self.server if self.port_id == DEFAULT else f"{self.server}:{self.port_id}"

    def __str__(self) -> str:
        return f"{self.client} → {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Port numbers, both ends included, set aside for one host, or for one team on every host."""

    first: int
    last: int
    host: str = ""
    team: str = ""

    def __post_init__(self) -> None:
        if _port_number(self.last) < _port_number(self.first):
            raise InvalidPortError(f"{self.first}-{self.last}")

    @property
    def numbers(self) -> range:
        """Every number of the block."""
        return range(self.first, self.last + 1)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Tabled):
    """A port plan. Shown in a notebook it is a table of its listening ports.

    Names are unique and every application stands on a host of the plan; all else, collisions included, may be wrong: a
    plan with mistakes is what the checks are for. `origin` knows the rows it was read from; two plans that differ in
    nothing else are equal.
    """

    name: str = "plan"
    hosts: tuple[Host, ...] = ()
    applications: tuple[Application, ...] = ()
    connections: tuple[Connection, ...] = ()
    switches: tuple[Switch, ...] = ()
    blocks: tuple[Block, ...] = ()
    origin: Origin = field(default=NOWHERE, repr=False, compare=False)
    _hosts: dict[str, Host] = field(init=False, repr=False, compare=False)
    _applications: dict[str, Application] = field(init=False, repr=False, compare=False)
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part in ("hosts", "applications", "connections", "switches", "blocks"):
            object.__setattr__(self, part, tuple(getattr(self, part)))
        object.__setattr__(self, "_hosts", _by_name("host", self.hosts))
        object.__setattr__(self, "_applications", _by_name("application", self.applications))
        object.__setattr__(self, "_places", {name: place for place, name in enumerate(self._applications, 1)})
        _by_name("switch", self.switches)
        for application in self.applications:
            self.host(application.host)

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.hosts, self.applications, self.connections, self.switches, self.blocks)
        return _deployment, (self.name, *parts, self.origin)

    # --- looking things up

    def host(self, name: str) -> Host:
        """The host with this name. Raises `UnknownHostError`."""
        try:
            return self._hosts[name]
        except KeyError:
            raise UnknownHostError(name, list(self._hosts)) from None

    def application(self, name: str) -> Application:
        """The application with this name. Raises `UnknownApplicationError`."""
        try:
            return self._applications[name]
        except KeyError:
            raise UnknownApplicationError(name, list(self._applications)) from None

    def place_of(self, application: str) -> int:
        """The number of an application: its place in the plan, from 1. Raises `UnknownApplicationError`."""
        return self._places[self.application(application).name]

    def has_application(self, name: str) -> bool:
        """Whether the plan has an application with this name."""
        return name in self._applications

    def on_host(self, name: str) -> tuple[Application, ...]:
        """The applications of one host, in the order of the plan."""
        self.host(name)
        return tuple(application for application in self.applications if application.host == name)

    def ports(self) -> Iterator[tuple[Application, ListeningPort]]:
        """Every listening port of the plan with its application, in the order of the plan."""
        return ((application, port) for application in self.applications for port in application.ports)

    def block_of(self, application: str) -> range | None:
        """The numbers this application's ports are planned in: its team's block, else its host's; None without one."""
        one = self.application(application)
        return next(
            (
                block.numbers
                for wanted in (("", one.team), (one.host, ""))
                if any(wanted)
                for block in self.blocks
                if (block.host, block.team) == wanted
            ),
            None,
        )

    def servers_of(self, client: str) -> tuple[Connection, ...]:
        """The connections that `client` opens."""
        return tuple(connection for connection in self.connections if connection.client == client)

    def clients_of(self, server: str) -> tuple[Connection, ...]:
        """The connections that others open to `server`."""
        return tuple(connection for connection in self.connections if connection.server == server)

    # --- changing: each gives a new plan

    def add(
        self,
        application: str,
        *,
        host: str,
        port: int,
        type: str = "",
        transport: str = "tcp",
        purpose: str = "communication",
        port_id: str = DEFAULT,
        address: str = "",
        connects_to: str | Sequence[str] = (),
        dn: str = "",
    ) -> Self:
        """A new plan with one listening port more.

        An application of this name, on this host, gets a further port; a new name is a new application, a new host a
        new host. A port that is planned just so already changes nothing. `connects_to` names servers
        (`"message_server"` or `"message_server:port_id"`); `type` and `dn` are those of a new application. Raises
        `OtherHostError`, `DuplicatePortIdError`.
        """
        opened = ListeningPort(
            number=port,
            transport=Transport(parse_word(Transport, transport, "transport")),
            purpose=Purpose(parse_word(Purpose, purpose, "purpose")),
            port_id=port_id,
            address=address,
        )
        hosts = self.hosts if host in self._hosts else (*self.hosts, Host(name=host))
        known = self._applications.get(application)
        if known is None:
            applications = (
                *self.applications,
                Application(name=application, host=host, type=type, ports=(opened,), dn=dn),
            )
        elif known.host == host and opened in known.ports:
            # The same once more, as when a cell is run again.
            applications = self.applications
        elif known.host != host:
            raise OtherHostError(application, known.host, host)
        elif taken := [port for port in known.ports if port.port_id == port_id]:
            raise DuplicatePortIdError(application, port_id, str(taken[0]))
        else:
            grown = replace(known, ports=(*known.ports, opened))
            applications = tuple(grown if one is known else one for one in self.applications)
        # One name alone is a str, and a str is a sequence of letters too.
        servers = (connects_to,) if isinstance(connects_to, str) else connects_to
        wanted = tuple(_connection(application, text) for text in servers)
        return replace(
            self,
            hosts=hosts,
            applications=applications,
            connections=_without_repeats((*self.connections, *wanted)),
        )

    def remove(self, application: str, port_id: str | None = None) -> Self:
        """A new plan without this application, or without one of its ports, and without the connections there."""
        gone = self.application(application)
        if port_id is None:
            applications = tuple(one for one in self.applications if one is not gone)
        else:
            port = gone.port(port_id)
            left = replace(gone, ports=tuple(one for one in gone.ports if one is not port))
            applications = tuple(left if one is gone else one for one in self.applications)

        def stays(one: Connection) -> bool:
            if one.server == application:
                return port_id not in (None, one.port_id)
            return one.client != application or port_id is not None

        return replace(self, applications=applications, connections=tuple(filter(stays, self.connections)))

    def move(self, application: str, to: int, port_id: str = DEFAULT, address: str | None = None) -> Self:
        """A new plan in which this port of the application has the number `to`, and the `address` if one is given.

        A range moves as a whole: `to` is its first number.
        """
        moved = self.application(application)
        old = moved.port(port_id)
        new = replace(old.at(to), address=old.address if address is None else address)
        changed = replace(moved, ports=tuple(new if port is old else port for port in moved.ports))
        return replace(self, applications=tuple(changed if one is moved else one for one in self.applications))

    def connect(self, client: str, server: str, port_id: str = DEFAULT, client_port: int | None = None) -> Self:
        """A new plan in which `client` opens a connection to `server`, from its own `client_port` if that is given."""
        self.application(client)
        self.application(server).port(port_id)
        wanted = Connection(client=client, server=server, port_id=port_id, client_port=client_port)
        return replace(self, connections=_without_repeats((*self.connections, wanted)))

    def disconnect(self, client: str, server: str) -> Self:
        """A new plan in which `client` opens no connection to `server`. (The other way round is another connection.)"""
        self.application(client)
        self.application(server)
        kept = tuple(one for one in self.connections if (one.client, one.server) != (client, server))
        return replace(self, connections=kept)

    def with_switch(self, switch: Switch) -> Self:
        """A new plan with this switch, in the place of one of its name.

        It belongs to the application of the same name: the program on whose host its management port and its CTI link
        listen.
        """
        if any(one.name == switch.name for one in self.switches):
            switches = tuple(switch if one.name == switch.name else one for one in self.switches)
        else:
            switches = (*self.switches, switch)
        return replace(self, switches=switches)

    # --- showing

    def table(self) -> Table:
        """One row for each listening port."""
        rows = []
        called: dict[str, list[str]] = {}
        for one in self.connections:
            called.setdefault(one.client, []).append(one.target)
        for application, port in self.ports():
            servers = "; ".join(called.get(application.name, ()))
            first = port is application.ports[0]
            shown = (str(port), port.port_id, port.purpose, port.address, servers if first else "")
            rows.append((application.host, application.name, application.dn if first else "", *shown))
        columns = ("Host", "Application", "DN", "Port", "Port ID", "Purpose", "Address", "Connects to")
        return Table(columns, rows, caption=self.summary()).without_empty_columns()

    def summary(self) -> str:
        """What the plan holds, counted: `two-servers: 2 applications, 1 host, 2 listening ports`."""
        counts = (
            _count(len(self.applications), "application", "applications"),
            _count(len(self.hosts), "host", "hosts"),
            _count(sum(len(one.ports) for one in self.applications), "listening port", "listening ports"),
        )
        return f"{self.name}: {', '.join(counts)}"


def _deployment(
    name: str, hosts: Any, applications: Any, connections: Any, switches: Any, blocks: Any, origin: Origin
) -> Deployment:
    return Deployment(
        name=name,
        hosts=hosts,
        applications=applications,
        connections=connections,
        switches=switches,
        blocks=blocks,
        origin=origin,
    )


def _by_name(kind: str, things: Iterable[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for thing in things:
        if thing.name in named:
            raise DuplicateNameError(kind, thing.name)
        named[thing.name] = thing
    return named


def _connection(client: str, text: str) -> Connection:
    server, _, port_id = text.partition(":")
    return Connection(client=client, server=server.strip(), port_id=port_id.strip() or DEFAULT)


def _without_repeats(connections: Iterable[Connection]) -> tuple[Connection, ...]:
    return tuple(dict.fromkeys(connections))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
