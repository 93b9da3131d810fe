"""What each kind of application does with what it hears. A role is chosen by the component the application is of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..catalog import load_catalog
from ..errors import CatalogError
from . import cti_words, words
from .wire import text_of

if TYPE_CHECKING:
    from ..model import Deployment
    from .application import RunningApplication
    from .elements import Element, Stack
    from .link import Link

__all__ = [
    "APPLICATION_STATUS",
    "CONFIGURATION_SERVER",
    "CONNECTED",
    "LCA",
    "LINK_CONNECTED",
    "LINK_LOST",
    "LOST",
    "MASTER_AGENT",
    "MESSAGE_SERVER",
    "NETWORK_MANAGEMENT_SYSTEM",
    "READ_CONFIGURATION",
    "SOLUTION_CONTROL_SERVER",
    "STARTED",
    "STOPPED",
    "Answer",
    "Role",
    "component_of",
    "place_of",
]

CONFIGURATION_SERVER = "configuration_server"
LCA = "lca"
MASTER_AGENT = "snmp_master_agent"
MESSAGE_SERVER = "message_server"
NETWORK_MANAGEMENT_SYSTEM = "network_management_system"
SOLUTION_CONTROL_SERVER = "solution_control_server"

#: Log events that carry host and port, reported by the client (MLUG/PreDefAlms: detect and cancel event of the
#: predefined alarm condition Connection Failure).
CONNECTED = "00-04503"
LOST = "00-04504"

#: Log events of T-Server that begin and end the predefined alarm condition CTI Link Failure (MLUG/PreDefAlms). No
#: source for their numbers was at hand: they go by words.
LINK_CONNECTED = "CTI link connected"
LINK_LOST = "CTI link disconnected"

#: What a Local Control Agent tells Solution Control Server of an application, and what has become of that.
APPLICATION_STATUS, STARTED, STOPPED = "application status", "started", "stopped"

#: What an application asks Configuration Server before it opens its own ports.
READ_CONFIGURATION = "read configuration"

#: Ports that Configuration Server names in one answer; an application with more gets a summary, so that it fits a line.
PORTS_TOLD = 100


class Answer(NamedTuple):
    """What a role answers a question with; `call` is the Call-ID of the call that the two are about."""

    name: str = "ack"
    text: str = ""
    details: Mapping[str, str] = {}
    call: str = ""

    def fields(self, number: int | str | None) -> dict[str, Any]:
        """The fields of the line that answers question `number`."""
        if self.name == "ack" and not self.text and not self.details:
            return {"ack": number}
        return {"ack": number, "message": self.name, "text": self.text, **self.details}


class Role:
    """An application without special duties: it answers every question with `ack`."""

    def begin(self, application: RunningApplication) -> None:
        """Its ports are bound, and nobody is served yet; its sides are made after this."""

    def asked(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> Answer:
        """The answer to a question; `fields` are those of its line, `message` its name and `text` its text."""
        return Answer()

    def told(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> None:
        """A message came that wants no answer."""

    def joined(self, application: RunningApplication, link: Link) -> None:
        """A client has connected and introduced itself."""

    def left(self, application: RunningApplication, link: Link) -> None:
        """The connection of a client is over."""

    def element(self, application: RunningApplication, stack: Stack) -> Element | None:
        """What it does with SIP, for an application that has a SIP port. It is asked once, before the ports open."""
        return None


class ConfigurationServer(Role):
    """Tells each application which ports it shall open."""

    def asked(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> Answer:
        plan = application.lab.plan
        if text_of(fields, "message") != READ_CONFIGURATION or not plan.has_application(link.peer):
            return Answer()
        ports = plan.application(link.peer).ports
        told = [f"{port.port_id} = {port}" for port in ports[:PORTS_TOLD]]
        if len(ports) > len(told):
            told.append(words.MORE_PORTS.format(count=len(ports) - len(told)))
        return Answer("configuration", ", ".join(told))


class Condition(NamedTuple):
    """A predefined alarm condition: the log events that detect and cancel it, and what is said of each."""

    detect: str
    cancel: str
    raised: str
    cleared: str


#: Those that the lab has (MLUG/PreDefAlms).
CONDITIONS = (
    Condition(LOST, CONNECTED, words.ALARM_RAISED, words.ALARM_CLEARED),
    Condition(LINK_LOST, LINK_CONNECTED, cti_words.ALARM_RAISED, cti_words.ALARM_CLEARED),
)


class MessageServer(Role):
    """Collects log events, and raises the predefined alarms with Solution Control Server (and clears them)."""

    def __init__(self) -> None:
        self._raised: set[tuple[Condition, str, str]] = set()

    def told(self, application: RunningApplication, link: Link, fields: dict[str, Any]) -> None:
        code, server = fields.get("code"), fields.get("server")
        if link.outsider or not isinstance(server, str):
            return
        for condition in CONDITIONS:
            alarm = (condition, link.peer, server)
            if code == condition.detect and alarm not in self._raised:
                self._raised.add(alarm)
                _tell_control(application, "alarm", condition.raised.format(client=link.peer, server=server))
            elif code == condition.cancel and alarm in self._raised:
                self._raised.discard(alarm)
                _tell_control(application, "alarm cleared", condition.cleared.format(client=link.peer, server=server))


class LocalControlAgent(Role):
    """Tells Solution Control Server which applications of its host have started and stopped."""

    def joined(self, application: RunningApplication, link: Link) -> None:
        self._report(application, link, STARTED, words.STATUS_STARTED)

    def left(self, application: RunningApplication, link: Link) -> None:
        self._report(application, link, STOPPED, words.STATUS_STOPPED)

    def _report(self, application: RunningApplication, link: Link, status: str, sentence: str) -> None:
        if component_of(application.plan, link.peer) != SOLUTION_CONTROL_SERVER:
            text = sentence.format(application=link.peer)
            _tell_control(application, APPLICATION_STATUS, text, application=link.peer, status=status)


def _tell_control(teller: RunningApplication, event: str, sentence: str, **details: str) -> None:
    for peer, link in teller.peers():
        if component_of(teller.plan, peer) == SOLUTION_CONTROL_SERVER:
            link.tell(event, sentence, **details)


def component_of(plan: Any, name: str) -> str:
    """The catalogue's key for what an application is: by its type, else by its name; empty when it is neither."""
    if not plan.has_application(name):
        return ""
    application = plan.application(name)
    return _component(application.type) or _component(name)


def place_of(plan: Deployment, name: str) -> int:
    """The number of an application: its place in the plan, from 1, as in gpApplicationTable.

    Raises `UnknownApplicationError`.
    """
    return plan.place_of(name)


@cache
def _component(word: str) -> str:
    try:
        return load_catalog().component(word).key if word else ""
    except CatalogError:
        return ""
