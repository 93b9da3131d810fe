"""Checks of the tasks on management ports: who was asked over SNMP, what really answered, which trap was heard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..binding import Outcome, who_blocks
from ..lab import Lab
from ..model import Application, ListeningPort, Purpose, Transport
from ..state import PortStatus
from ..trace import Kind, Message
from . import management_words as words
from .checks import Check, Step, planned_ports
from .words import MISSING, RESTART

__all__ = ["check_management_port", "check_polled", "check_trap"]

_SNMP = "snmp"
#: The name of an answer in a trace; one that refuses has the name of the error behind it.
_ANSWER = "response"

# An object in an answer, `sysName.0 = message_server`, and in a question, `get sysName.0`.
_SAID = re.compile(r"([A-Za-z][\w-]*)(?:\.[0-9.]+)? =")
_ASKED = re.compile(r"([A-Za-z][\w-]*)(?:\.[0-9.]+)?")


def _answers(lab: Lab, application: str) -> list[Message]:
    """What the application has answered over SNMP, refusals apart."""
    return [
        message
        for message in lab.trace
        if message.protocol == _SNMP
        and message.kind is Kind.RESPONSE
        and message.sender == application
        and message.name == _ANSWER
        and not message.dropped
    ]


def _questions(lab: Lab, application: str) -> list[Message]:
    return [
        message
        for message in lab.trace
        if message.protocol == _SNMP and message.kind is Kind.REQUEST and message.receiver == application
    ]


def _objects(answer: Message, questions: list[Message]) -> set[str]:
    """The names of the objects in an answer; of one that is encrypted, those that were asked for."""
    said = set(_SAID.findall(answer.text))
    asked = next((one.name for one in questions if one.number == answer.reply_to), "")
    return said or set(_ASKED.findall(asked))


def check_polled(lab: Lab, application: str, wanted: str = "", *, while_closed: bool = False) -> Check:
    """Whether somebody asked the application over SNMP and got an answer, `wanted` (an object) in it if that is given.

    With `while_closed` it must have answered while its communication port was closed, or said (gpApplicationState) that
    it was overloaded.
    """
    questions = _questions(lab, application)
    answers = _answers(lab, application)
    values = {"application": application, "wanted": wanted}
    if not questions and not answers:
        return Check([Step(False, words.NOT_ASKED.format(**values))])
    if not answers:
        last = questions[-1]
        return Check([Step(False, words.SILENT.format(asker=last.sender, port=last.port, **values))])
    name = wanted.partition(".")[0]
    right = [one for one in answers if not name or name in _objects(one, questions)]
    if not right:
        return Check([Step(False, words.OTHER_OBJECT.format(said=answers[-1].text, **values))])
    if while_closed:
        down = [one for one in right if _is_down(lab, application, one)]
        if not down:
            return Check([_answered(right[-1]), Step(False, words.WHILE_OPEN.format(**values))])
        return Check([_answered(down[-1]), Step(True, words.WHILE_CLOSED.format(**values))])
    return Check([_answered(right[-1])])


def _answered(answer: Message) -> Step:
    values = {"application": answer.sender, "asker": answer.receiver, "port": answer.port, "said": answer.text}
    return Step(True, words.ANSWERED.format(**values))


def _is_down(lab: Lab, application: str, answer: Message) -> bool:
    """Whether a communication port of the application was closed, or the application overloaded, at that answer."""
    talking = {str(port) for port in planned_ports(lab, application) if port.purpose is not Purpose.MANAGEMENT}
    closed: set[str] = set()
    for message in lab.trace.select(kinds=(Kind.OPENED, Kind.CLOSED)):
        if message.number < answer.number and message.sender == application and message.port in talking:
            change = closed.add if message.kind is Kind.CLOSED else closed.discard
            change(message.port)
    return bool(closed) or words.OVERLOADED in answer.text


def check_management_port(lab: Lab, application: str, number: int) -> Check:
    """Whether the application has a management port of this number that nobody else has, and that answers."""
    if not lab.plan.has_application(application):
        return Check([Step(False, MISSING.format(application=application))])
    planned = [port for port in planned_ports(lab, application) if _is_management(port)]
    values = {"application": application, "wanted": f"{number}/{Transport.UDP}"}
    right = [port for port in planned if number in port.numbers]
    if not right:
        ports = ", ".join(str(port) for port in planned_ports(lab, application))
        sentence = words.NO_MANAGEMENT_PORT if not planned else words.OTHER_NUMBER
        return Check([Step(False, sentence.format(ports=ports, **values))])
    steps = [
        Step(False, words.SAME_NUMBER.format(other=other, **values)) for other in _rivals(lab, application, right[0])
    ]
    states = [one for one in lab.port_states() if one.application == application and number in one.port.numbers]
    if any(one.status is PortStatus.LISTENING and _is_management(one.port) for one in states):
        steps.append(Step(True, words.MANAGEMENT_LISTENS.format(host=states[0].host, **values)))
    elif lab.is_running(application):
        return Check([*steps, Step(False, RESTART.format(application=application))])
    else:
        return Check([*steps, Step(False, words.NOT_STARTED.format(**values))])
    answered = [one for one in _answers(lab, application) if one.port == str(right[0])]
    steps.append(_answered(answered[-1]) if answered else Step(False, words.ASK_IT.format(**values)))
    return Check(steps)


def _is_management(port: ListeningPort) -> bool:
    return port.purpose is Purpose.MANAGEMENT and port.transport is Transport.UDP


def _rivals(lab: Lab, application: str, port: ListeningPort) -> Iterator[str]:
    """Who else on that host is planned to listen where this port does."""
    host = lab.plan.application(application).host
    others: list[Application] = [one for one in lab.plan.on_host(host) if one.name != application]
    for other in others:
        if any(who_blocks(port, rival).outcome is Outcome.CLASH for rival in other.ports):
            yield other.name


def check_trap(lab: Lab, trap: str, about: str, by: str = "") -> Check:
    """Whether a network management system of the lab has heard this trap about this application.

    With `by` it must be that application which has sent it: a crash is reported by whoever is still there.
    """
    heard = lab.traps()
    values = {"trap": trap, "about": about, "by": by}
    rows = [tuple(row) for row in heard.only("From", "Trap", "Text").rows] if len(heard) else []
    if not rows:
        return Check([Step(False, words.NO_TRAPS.format(**values))])
    told = [row for row in rows if _is_about(row[2], about)]
    right = [row for row in told if row[1].casefold() == trap.casefold()]
    sent = [row for row in right if by in ("", row[0])]
    if right and not sent:
        return Check([Step(False, words.TRAP_BY_ANOTHER.format(sender=right[-1][0], **values))])
    if sent:
        sender, _, text = sent[-1]
        return Check([Step(True, words.TRAP_HEARD.format(sender=sender, text=text, **values))])
    if told:
        seen = ", ".join(dict.fromkeys(row[1] for row in told))
        return Check([Step(False, words.OTHER_TRAPS.format(seen=seen, **values))])
    sentence = words.NOT_ABOUT_ONE if len(rows) == 1 else words.NOT_ABOUT
    return Check([Step(False, sentence.format(count=len(rows), **values))])


def _is_about(text: str, name: str) -> bool:
    """Whether a trap names the application: `stat_server:server is DOWN`, `server t_server (4) - link …`."""
    return text.startswith((f"{name}:", f"server {name} "))
