"""A CTI link without a network: a switch, its end of the link, and whatever is at the other end."""

from functools import cache
from pathlib import Path
from typing import Any

import xmlschema

from genesys_ports.csta import Frame, Framer, LinkSession, LinkState, Message, SwitchLink, SwitchSession, encode
from genesys_ports.csta.framer import HEADER
from genesys_ports.csta.structure import CSTA, SESSION
from genesys_ports.switch import Switching, default_switch

DATA = Path(__file__).parent / "data" / "csta"


@cache
def schema(namespace: str) -> xmlschema.XMLSchema:
    """The schemas are written by hand, apart from the product's own table."""
    return xmlschema.XMLSchema(DATA / {CSTA: "csta-ed4.xsd", SESSION: "appl-session.xsd"}[namespace])


def is_valid(xml: bytes) -> None:
    schema(SESSION if b"ecma-354" in xml else CSTA).validate(xml.decode())


def start_session(application: str = "t_server", *versions: str, duration: str = "600") -> Message:
    fields = {
        "applicationInfo": {"applicationID": application},
        "requestedProtocolVersions": {"protocolVersion": versions or (CSTA,)},
        "requestedSessionDuration": duration,
    }
    return Message("StartApplicationSession", fields)


def start_monitor(device: str) -> Message:
    return Message("MonitorStart", {"monitorObject": {"deviceObject": device}})


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class World:
    """A switch and any number of connections to its link."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.link = SwitchLink()
        self.switching = Switching(default_switch("switch"), self.link.heard)

    def connection(self, *, clock: bool = False) -> "Wire":
        return Wire(self, clock=clock)

    def with_session(self, *monitored: str) -> "Wire":
        wire = self.connection()
        wire.ask(start_session())
        for device in monitored:
            wire.ask(start_monitor(device))
        return wire


class Wire:
    """A connection to the switch; the test is at the other end of it."""

    def __init__(self, world: World, *, clock: bool) -> None:
        self.sent: list[Frame] = []
        self.call_ids: list[str] = []
        self.heard: list[Frame] = []
        self.hung_up = 0
        self.session = SwitchSession(
            world.switching,
            world.link,
            self._send,
            received=self.heard.append,
            hang_up=self._hang_up,
            clock=world.clock if clock else None,
        )
        self._framer = Framer()
        self._asked = 0

    def _send(self, raw: bytes, message: Message, invoke_id: int, call_id: str) -> None:
        is_valid(raw[HEADER:])
        (frame,) = self._framer.feed(raw)
        assert frame.message == message
        assert frame.invoke_id == invoke_id
        self.sent.append(frame)
        self.call_ids.append(call_id)

    def _hang_up(self) -> None:
        self.hung_up += 1

    def take(self) -> list[Message]:
        """What has been sent since the last time."""
        frames, self.sent = self.sent, []
        return [frame.message for frame in frames if isinstance(frame.message, Message)]

    def ask(self, message: Message) -> Message:
        """Send a request; its answer, which is the first thing sent and has its invoke ID. Events wait in `sent`."""
        self._asked += 1
        self.sent.clear()
        self.session.receive(encode(self._asked, message))
        answer = self.sent.pop(0)
        assert answer.invoke_id == self._asked
        assert isinstance(answer.message, Message)
        return answer.message


class Both:
    """T-Server's end and the switch's, with nothing in between; `deaf` loses what goes to the switch."""

    def __init__(self, **settings: Any) -> None:
        self.world = World()
        self.clock = self.world.clock
        self.events: list[tuple[str, str, str]] = []
        self.states: list[LinkState] = []
        self.asked: list[tuple[int, str]] = []
        self.deaf = False
        self.end = LinkSession(self._send, self.clock, on_event=self._heard, on_state=self.states.append, **settings)
        self.connect()

    def connect(self) -> None:
        self.wire = SwitchSession(
            self.world.switching, self.world.link, lambda raw, *_: self.end.receive(raw), clock=self.clock
        )

    def up(self, *monitored: str) -> "Both":
        self.end.start("t_server")
        for device in monitored:
            self.end.monitor(device)
        return self

    def _send(self, raw: bytes, message: Message, invoke_id: int, call_id: str) -> None:
        is_valid(raw[HEADER:])
        self.asked.append((invoke_id, message.name))
        if not self.deaf:
            self.wire.receive(raw)

    def _heard(self, event: Message) -> None:
        self.events.append((self.end.device_of(event), event.name, event.get("localConnectionInfo")))

    def wait(self, seconds: float) -> None:
        """Let time pass, as an event loop would."""
        until = self.clock.now + seconds
        while (due := self.end.due()) is not None and due <= until:
            self.clock.now = max(due, self.clock.now)
            self.end.advance()
        self.clock.now = until
        self.end.advance()
