"""Errors of asking an application over its management port, as a network management system does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .lab import LabError
from .root import did_you_mean, listed, short

__all__ = ["NoSnmpPortError", "PortStaysOpenError", "SnmpRefusedError", "SnmpSilentError", "UnknownObjectError"]

#: What the answers mean that carry no value: error statuses of RFC 3416 (section 3) and of version 1 (RFC 1157, section
#: 4.1.1), and the reports of the user-based security model (RFC 3414, section 3.2).
_MEANINGS = {
    "noSuchName": "In version 1 an agent says so of an object that it does not have, or lets nobody write.",
    "readOnly": "Agents here let themselves be read and not written: monitoring changes nothing.",
    "noAccess": "Agents here let themselves be read and not written: monitoring changes nothing.",
    "notWritable": "Agents here let themselves be read and not written: monitoring changes nothing.",
    "authorizationError": "This user may not see what was asked for.",
    "tooBig": "The answer would not fit a datagram: ask for less at a time.",
    "genErr": "The agent could not find the value, and does not say why.",
    "unknownUserName": "The agent has no user of this name.",
    "wrongDigest": "The password for authentication is another one there.",
    "decryptionError": "The password for privacy is another one there.",
    "unsupportedSecLevel": "The agent wants this user to ask with more security, or with less.",
    "notInTimeWindow": "The two clocks are too far apart: a message this old could be a copy.",
    "unknownEngineID": "The message names another agent than the one that got it.",
}
_NO_MEANING = "RFC 3416 says what this status means."


@dataclass(eq=False)
class SnmpSilentError(LabError):
    """No answer came to an SNMP request. `asker` is who asked.

    `unreachable` tells that the host reported the port as closed (ICMP port unreachable); otherwise whoever asks cannot
    know what the reason is.
    """

    asker: str
    application: str
    host: str
    port: str
    unreachable: bool = False

    def sentences(self) -> Iterable[str]:
        yield f"{self.asker} asked {self.application} on {self.host}, port {self.port}, and no answer came."
        if self.unreachable:
            yield f"The host reported that nobody listens there: is {self.application} started, and its port open?"
            yield (
                "Many hosts and firewalls keep that report to themselves; then a closed port is as silent as any other."
            )
            return
        yield (
            "Over UDP there is no connection to refuse, and an SNMP agent says nothing to a wrong community: that, "
            "a closed port behind a firewall, and a program that is stopped or hangs all look the same."
        )
        yield f"Check the community, the number of the port, and whether {self.application} is running."


@dataclass(eq=False)
class SnmpRefusedError(LabError):
    """The agent answered, and refused; `what` was asked (`set sysName.0`), `status` is the name in its answer."""

    application: str
    what: str
    status: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.application} refused {short(self.what)}, with the answer {self.status}."
        yield _MEANINGS.get(self.status, _NO_MEANING)


@dataclass(eq=False)
class UnknownObjectError(LabError):
    """A name that no managed object here has; or, with `no_table`, that of an object where a table was wanted."""

    name: str
    known: Sequence[str]
    no_table: bool = False

    def sentences(self) -> Iterable[str]:
        if self.no_table:
            yield f"{short(str(self.name))!r} is no table."
            yield did_you_mean(self.name, self.known)
            yield f"Tables are: {listed(self.known)}."
            return
        yield f"No managed object here is called {short(str(self.name))!r}."
        yield did_you_mean(self.name, self.known)
        yield f"Names are those of the MIB, such as {listed(self.known[:3])}, or numbers, such as 1.3.6.1.2.1.1.5.0."


@dataclass(eq=False)
class NoSnmpPortError(LabError):
    """A question over SNMP to a port that speaks something else, or to an application without a management port.

    `port` is the port asked (`5150/tcp`) and `purpose` what it is for; both are empty where none was named. `others`
    are its ports that do speak SNMP; `console` is the management port of a switch, where people type.
    """

    application: str
    port: str = ""
    purpose: str = ""
    others: Sequence[str] = ()
    console: str = ""

    def sentences(self) -> Iterable[str]:
        if self.port:
            yield f"Port {self.port} of {self.application} is for {self.purpose} and speaks no SNMP."
            yield "Network management asks over UDP, on a management port: a door of its own beside the others."
        else:
            yield f"{self.application} has no management port over UDP, so nobody can ask it by SNMP."
        if self.others:
            yield f"Ports of {self.application} that speak SNMP: {listed(self.others)}."
        elif self.console:
            yield f"{self.console} is the console of the switch, at which an administrator types commands:"
            yield f' await lab.console("{self.application}")'
        else:
            yield "Plan one, or ask the SNMP master agent, which answers for the applications of its site."


@dataclass(eq=False)
class PortStaysOpenError(LabError):
    """A port that an application cannot close while it goes on running; `purpose` is what the port is for."""

    application: str
    port: str
    purpose: str

    def sentences(self) -> Iterable[str]:
        yield f"Port {self.port} of {self.application} is for {self.purpose}, and stays open as long as it runs."
        yield f'To close it, stop the application:  await lab.stop("{self.application}")'
