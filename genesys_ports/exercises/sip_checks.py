"""Checks of the tasks on SIP: they look at the messages that really travelled, and at the ports they travelled to."""

from __future__ import annotations

from ..lab import Lab
from ..model import Transport, parse_word
from ..sip import parse
from ..state import PortStatus
from ..trace import Kind, Message
from . import words
from .checks import Check, Step, planned_ports

__all__ = ["check_call", "check_registered"]

_SIP = "sip"
#: The status of a yes.
_OK = 200


def _status(message: Message) -> int:
    """The status of a SIP response as a trace names it: `200 OK`."""
    first = message.name.partition(" ")[0]
    return int(first) if message.kind is Kind.RESPONSE and first.isdigit() else 0


def _spoken(lab: Lab, sender: str, method: str) -> list[Message]:
    """The SIP requests with this method that the application has sent, without those sent once more."""
    return [
        message
        for message in lab.trace
        if message.protocol == _SIP
        and message.kind is Kind.REQUEST
        and message.sender == sender
        and message.name.partition(" ")[0] == method
        and not message.again
    ]


def _answer(lab: Lab, request: Message) -> int:
    """The final status that came back to a request; 0 when none did."""
    came = (
        _status(message)
        for message in lab.trace
        if message.number > request.number and message.call == request.call and message.receiver == request.sender
    )
    return next((status for status in came if status >= _OK), 0)


def check_call(lab: Lab, caller: str, number: str, *, transport: str = "udp") -> Check:
    """Whether the last call from `caller` to `number` was answered, and went to a SIP port of this transport."""
    wanted = parse_word(Transport, transport, "transport")
    calls = [message for message in _spoken(lab, caller, "INVITE") if parse(message.payload).to.uri.user == str(number)]
    values = {"caller": caller, "number": number, "wanted": wanted}
    if not calls:
        return Check([Step(False, words.NO_CALL.format(**values))])
    last = calls[-1]
    status = _answer(lab, last)
    over = last.port.partition("/")[2]
    steps = [
        Step(status == _OK, (words.ANSWERED if status == _OK else words.UNANSWERED).format(status=status, **values)),
        Step(over == wanted, (words.OVER if over == wanted else words.OVER_OTHER).format(port=last.port, **values)),
    ]
    return Check(steps)


def check_registered(lab: Lab, phone: str, number: int, transport: str = "udp") -> Check:
    """Whether a phone listens on this SIP port, and SIP Server has taken its registration with that port."""
    wanted = parse_word(Transport, transport, "transport")
    values = {"phone": phone, "wanted": f"{number}/{wanted}"}
    states = [one for one in lab.port_states() if one.application == phone]
    if not states:
        return Check([Step(False, words.MISSING.format(application=phone))])
    right = [one for one in states if number in one.port.numbers and one.port.transport is wanted]
    if not any(one.status is PortStatus.LISTENING for one in right):
        planned = planned_ports(lab, phone)
        if lab.is_running(phone) and any(number in one.numbers and one.transport is wanted for one in planned):
            return Check([Step(False, words.RESTART.format(application=phone))])
        ports = ", ".join(str(one) for one in planned)
        return Check([Step(False, words.LISTENS_ELSEWHERE.format(ports=ports, **values))])
    steps = [Step(True, words.PHONE_LISTENS.format(host=states[0].host, **values))]
    sent = _spoken(lab, phone, "REGISTER")
    status = _answer(lab, sent[-1]) if sent else 0
    named = bool(sent) and any(one.uri.port == number for one in parse(sent[-1].payload).contacts)
    if status == _OK and named:
        steps.append(Step(True, words.REGISTERED.format(**values)))
    else:
        steps.append(
            Step(False, (words.REGISTERED_ELSEWHERE if status == _OK else words.UNREGISTERED).format(**values))
        )
    return Check(steps)
