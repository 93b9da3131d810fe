"""T-Server in the lab: client of its switch on the CTI link, server of T-Library's clients on its communication port.

It serves the DNs that the plan gives its switch (those of its stations, and the numbers of its IVR groups): a real one
reads them from the Switch object of the Configuration Layer. On the link it asks for a session, and then for a monitor
of each of them. What T-Library's clients ask for becomes a request of CSTA; their line is acknowledged at once, and
what comes of it are events, or EventError, when the switch has answered.

When the link is lost, every client hears EventLinkDisconnected, and nobody EventReleased: a T-Server watches calls, the
switch carries them, and they go on. Events and Models (General Events) has EventLinkConnected for the link that is
back, and for a client that has just connected; nothing there tells clients of calls that the loss would end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..csta import LinkSession, LinkState, Message
from ..errors import CSTAError
from ..model import Purpose, Transport, VoicePortKind
from ..sip.tlib import EventName, TEvent
from . import cti_words as words
from .roles import LINK_CONNECTED, LINK_LOST, Answer, Role, component_of
from .switch_role import SWITCH, call_name, frame_of
from .t_calls import CallWatch
from .t_requests import REQUESTS, Asking
from .tlib import Clients, error, is_request
from .wire import answer_id

if TYPE_CHECKING:
    from ..model import Connection, Deployment
    from .application import RunningApplication
    from .cti_stream import CtiStream
    from .link import Link

__all__ = ["T_SERVER", "Done", "LinkEnd", "TServer", "TServerRole", "dns_of", "is_link"]

T_SERVER = "t_server"

#: T-Library's names (docs.genesys.com, Events and Models: General Events; Call-Handling and Transfer/Conference).
EVENT_LINK_CONNECTED = "EventLinkConnected"
EVENT_LINK_DISCONNECTED = "EventLinkDisconnected"

#: Told what has come of an attempt to have the link.
Done = Callable[[LinkState], None]

#: Seconds between two heartbeats, and that T-Server waits for an answer. Both are ours: every T-Server has its own.
HEARTBEAT = 30.0
ANSWER_WITHIN = 10.0

#: Monitors that are asked for at the same time.
AT_ONCE = 100


class TServerRole(Role):
    """Answers T-Library's requests on the communication port."""

    server: TServer

    def begin(self, application: RunningApplication) -> None:
        """Nobody is connected yet."""
        self.server = TServer(application)

    def asked(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> Answer:
        """The answer to a request of a T-Library client."""
        return self.server.asked(link, fields) if is_request(fields) else Answer()

    def joined(self, application: RunningApplication, link: Link) -> None:
        """A client is told at once whether the link is up, as the answer to TOpenServer (General Events)."""
        self.server.tell_state(link)


class TServer:
    """Between the session on the CTI link and T-Library's clients.

    `link` is the planned connection to the switch; a T-Server has one switch. But for calls it keeps the plan it read
    at its start.
    """

    def __init__(self, application: RunningApplication) -> None:
        self.application = application
        plan = application.plan
        self.link: Connection | None = next(
            (one for one in plan.servers_of(application.name) if is_link(plan, one)), None
        )
        #: Its DNs, each with the devices it stands for.
        self.dns = dns_of(plan, self.switch)
        self.clients = Clients(application, frozenset(self.dns), calls=REQUESTS, unknown=words.UNKNOWN_REQUEST)
        self.watch = CallWatch(self.dns, lambda call_id: call_name(self.switch, call_id), self.clients.tell)
        self.stream: CtiStream | None = None
        #: Whether T-Library's clients have been told that the link is up.
        self.is_up = False
        # The seconds that have been made to pass while a heartbeat was waited for.
        self._ahead = 0.0
        self._clock = application.lab.signalling.clock
        self._done: Done = lambda state: None
        #: Whether it is about to end: nobody is told of the link any more.
        self.stopping = False
        self.session = LinkSession(
            self._send,
            lambda: self._clock.now() + self._ahead,
            on_event=self._heard,
            on_state=self._state,
            received=self._received,
            heartbeat=HEARTBEAT,
            answer_within=ANSWER_WITHIN,
        )

    @property
    def switch(self) -> str:
        """The name of its switch; empty where the plan has none for it."""
        return self.link.server if self.link else ""

    # --- the link

    def due(self) -> float | None:
        """When something has to be done, on the clock of the lab."""
        due = self.session.due()
        return None if due is None else due - self._ahead

    def advance(self) -> None:
        """Do what is due: heartbeats, and what has got no answer."""
        self.session.advance()
        self._clock.look(self)

    def hurry(self) -> None:
        """Let the time pass until the next thing is due."""
        due = self.session.due()
        if due is not None:
            self._ahead = max(self._ahead, due - self._clock.now())
            self.session.advance()

    def begin(self, stream: CtiStream, done: Done) -> None:
        """The connection stands: ask for a session. `done` is told of each state that comes of it."""
        self.stream, self._done = stream, done
        self._clock.join(self)
        self.session.connecting()
        self.session.start(self.application.name)
        self._clock.look(self)

    def receive(self, data: bytes) -> None:
        """Bytes have come from the switch."""
        self.session.receive(data)
        self._clock.look(self)

    def request(self, message: Message, answered: Callable[[Message | None], None]) -> int:
        """Ask the switch; the number of the request in the trace. Raises `LinkDownError`, `CSTAError`."""
        invoke_id = self.session.request(message, answered)
        self._clock.look(self)
        return self.stream.number_of(invoke_id) if self.stream is not None else 0

    def lost(self) -> None:
        """The connection is over."""
        self.stream = None
        self._clock.leave(self)
        self.session.lost()

    def stop(self) -> None:
        """End the session in good order; nobody is told that the link is down."""
        self.stopping = True
        if self.stream is not None:
            self.session.stop()

    def _monitor(self) -> None:
        """Ask for the events of every DN."""
        waiting, asked = list(reversed(self.dns)), set[str]()

        def answered(dn: str, answer: Message | None) -> None:
            asked.discard(dn)
            if answer is not None and answer.name != "MonitorStartResponse":
                # The switch does not have it, or not any more.
                self.clients.tell(TEvent(EventName.OUT_OF_SERVICE, dn))
            ask()

        def ask() -> None:
            while waiting and len(asked) < AT_ONCE and self.session.state is LinkState.UP:
                dn = waiting.pop()
                asked.add(dn)
                try:
                    self.session.monitor(dn, partial(answered, dn))
                except CSTAError:
                    # No switch has a DN that cannot be written in CSTA.
                    asked.discard(dn)
                    self.clients.tell(TEvent(EventName.OUT_OF_SERVICE, dn))
            if not waiting and not asked:
                self._ready()

        ask()

    def _send(self, raw: bytes, message: Message, invoke_id: int, call_id: str) -> None:
        if self.stream is not None:
            self.stream.sent(raw, message, invoke_id, call_id)

    def _received(self, frame: Any) -> None:
        if self.stream is not None:
            self.stream.received(frame)

    def _heard(self, event: Message) -> None:
        dn = self.session.device_of(event)
        if dn:
            self.watch.heard(dn, event)

    def _state(self, state: LinkState) -> None:
        if state is LinkState.UP:
            self._monitor()
        elif state not in (LinkState.CONNECTING, LinkState.STARTING):
            if self.is_up:
                self.is_up = False
                self.watch.link_lost()
                if not self.stopping:
                    self._tell_of_link()
            self._done(state)
            if self.stream is not None and not self.stopping:
                # What nobody answers any more is no link.
                self.stream.abort()

    def _ready(self) -> None:
        """Every monitor is there."""
        if self.session.state is LinkState.UP and self.stream is not None:
            self._done(LinkState.UP)
            self.is_up = True
            self._tell_of_link()

    def _tell_of_link(self) -> None:
        application = self.application
        name, text, code, logged = _LINK[self.is_up]
        self.clients.tell_all(name, text.format(server=self.switch), Server=self.switch)
        application.report(code, logged.format(server=self.switch), self.switch)
        if self.link is not None:
            application.link_status(self.link.port_id, self.is_up)

    # --- T-Library's clients

    def tell_state(self, link: Link) -> None:
        """Tell one client whether the link is up."""
        if self.link is not None and self.clients.is_client(link):
            name, text, *_ = _LINK[self.is_up]
            link.tell(name, text.format(server=self.switch), Server=self.switch)

    def asked(self, link: Link, fields: dict[str, Any]) -> Answer:
        """Carry out a request; what the switch says to it comes later."""
        if self.link is None:
            return error(words.NO_SWITCH.format(application=self.application.name), "")
        before = self.clients.is_client(link)
        answer = self.clients.asked(Asking(self, link, answer_id(fields)), link, fields)
        if not before:
            self.tell_state(link)
        return answer


class LinkEnd:
    """The session of one connection: what comes over an older one is of no use."""

    def __init__(self, server: TServer, stream: CtiStream, done: Done) -> None:
        self._server = server
        self._stream = stream
        self._done = done

    def begin(self) -> None:
        """The connection stands."""
        self._server.begin(self._stream, self._done)

    def receive(self, data: bytes) -> None:
        """Bytes have come."""
        if self._server.stream is self._stream:
            self._server.receive(data)

    def lost(self) -> None:
        """The connection is over."""
        if self._server.stream is self._stream:
            self._server.lost()
        self._done(LinkState.LOST)


class _Told(NamedTuple):
    name: str
    text: str
    code: str
    logged: str


_LINK = {
    True: _Told(EVENT_LINK_CONNECTED, words.LINK_IS_UP, LINK_CONNECTED, words.EVENT_LINK_CONNECTED),
    False: _Told(EVENT_LINK_DISCONNECTED, words.LINK_IS_DOWN, LINK_LOST, words.EVENT_LINK_LOST),
}


def is_link(plan: Deployment, connection: Connection) -> bool:
    """Whether a planned connection is meant as a CTI link.

    That is every one to a CTI-link port of a switch; and every other one that a T-Server opens to a switch over TCP,
    since it wants nothing else of one. Raises what looking the port up raises.
    """
    port = plan.application(connection.server).port(connection.port_id)
    if port.transport is Transport.UDP or component_of(plan, connection.server) != SWITCH:
        return False
    return port.purpose is Purpose.CTI_LINK or component_of(plan, connection.client) == T_SERVER


def dns_of(plan: Deployment, switch: str) -> dict[str, frozenset[str]]:
    """The DNs of a switch, and the devices that each stands for.

    Those of its stations come first, in the order of the frame; then the numbers of its IVR groups, which stand for
    their ports. The access number of a trunk group is none.
    """
    if not switch:
        return {}
    dns: dict[str, frozenset[str]] = {}
    for kind in (VoicePortKind.STATION, VoicePortKind.IVR):
        for port in frame_of(plan, switch).voice_ports:
            if port.kind is kind and port.dn:
                device = port.dn if kind is VoicePortKind.STATION else port.label
                dns[port.dn] = dns.get(port.dn, frozenset()) | {device}
    return dns
