"""Checks of the tasks on the CTI link: whether it is up, who asked for a call over it, and whether it came back."""

from __future__ import annotations

from ..lab import Lab
from ..model import Purpose
from ..state import ConnectionState, ConnectionStatus
from ..trace import Kind, Message
from . import cti_words as words
from .checks import Check, Step, planned_ports
from .words import MISSING

__all__ = ["check_link", "check_link_restored", "check_switch_call"]

_CSTA, _TLIB = "csta", "teaching"
_MAKE_CALL = "RequestMakeCall"
#: What the switch tells of a call that it carries: it rings, or it is answered (ECMA-323).
_CARRIED = ("DeliveredEvent", "EstablishedEvent")


def _links(lab: Lab, client: str, server: str) -> list[ConnectionState]:
    """The planned connections between the two, those to a CTI-link port first."""
    pair = (client, server)
    found = [one for one in lab.connection_states() if (one.connection.client, one.connection.server) == pair]
    return sorted(found, key=lambda one: not _is_link(lab, one))


def _is_link(lab: Lab, state: ConnectionState) -> bool:
    ports = planned_ports(lab, state.connection.server)
    return any(port.purpose is Purpose.CTI_LINK and str(port) == state.port for port in ports)


def check_link(lab: Lab, client: str, server: str, port: int | None = None) -> Check:
    """Whether `client` (a T-Server) has its CTI link with `server` (a switch), on `port` if that is given."""
    for name in (client, server):
        if not lab.plan.has_application(name):
            return Check([Step(False, MISSING.format(application=name))])
    states = _links(lab, client, server)
    values = {"client": client, "server": server}
    if not states:
        return Check([Step(False, words.NO_LINK.format(**values))])
    state = states[0]
    values.update(port=state.port, status=str(state.status), wanted=str(port))
    elsewhere = port is not None and state.port.partition("/")[0] != str(port)
    asked = [Step(False, words.OTHER_PORT.format(**values))] if elsewhere else []
    if state.status is not ConnectionStatus.CONNECTED:
        right = next((str(one) for one in planned_ports(lab, server) if one.purpose is Purpose.CTI_LINK), "")
        sentence = words.LINK_DOWN if state.port == right or not right else words.WRONG_PORT
        return Check([Step(False, sentence.format(right=right, **values)), *asked])
    return Check([Step(True, words.LINK_UP.format(**values)), *asked])


def check_switch_call(lab: Lab, caller: str, number: str) -> Check:
    """Whether a client of T-Server asked for a call from `caller` to `number`, and the switch carried that call."""
    wanted = {"ThisDN": str(caller), "OtherDN": str(number)}
    asked = [
        message
        for message in lab.trace
        if message.protocol == _TLIB and message.name == _MAKE_CALL and wanted.items() <= _fields(message.text).items()
    ]
    values = {"caller": caller, "number": number}
    if not asked:
        said = f"{caller} → {number}"
        dialled = any(one.protocol == _CSTA and one.name in _CARRIED and one.text == said for one in lab.trace)
        return Check([Step(False, (words.DIALLED if dialled else words.NOT_ASKED).format(**values))])
    last = asked[-1]
    steps = [Step(True, words.ASKED.format(client=last.sender, server=last.receiver, port=last.port, **values))]
    return Check([*steps, *_carried(lab, last, values)])


def _fields(text: str) -> dict[str, str]:
    """The fields of a request as a trace shows them: `ThisDN=2001, OtherDN=2002`."""
    pairs = (part.partition("=") for part in text.split(", "))
    return {name: value for name, equals, value in pairs if equals}


def _carried(lab: Lab, request: Message, values: dict[str, str]) -> list[Step]:
    """What became of a request on the CTI link."""
    call = lab.trace.call_of(request.call)
    after = [one for one in lab.trace if one.number > request.number]
    same = [one for one in after if call and lab.trace.call_of(one.call) == call]
    on_link = [one for one in same if one.protocol == _CSTA]
    answer = next((one for one in after if one.reply_to == request.number and one.name == "EventError"), None)
    if answer is None:
        answer = next((one for one in same if one.name == "EventError"), None)
    if answer is not None:
        return [Step(False, words.REFUSED.format(server=request.receiver, problem=answer.text, **values))]
    rung = next((one for one in on_link if one.name in _CARRIED and one.kind is Kind.EVENT), None)
    failed = next((one for one in on_link if one.name == "FailedEvent"), None)
    if failed is not None and (rung is None or rung.number > failed.number):
        return [Step(False, words.FAILED.format(switch=failed.sender, **values))]
    if rung is None:
        return [Step(False, words.NOT_CARRIED.format(server=request.receiver, **values))]
    return [Step(True, words.CARRIED.format(server=rung.client, switch=rung.sender, port=rung.port, **values))]


def check_link_restored(lab: Lab, client: str) -> Check:
    """Whether the CTI link of `client` was lost, and is up again; and whether its clients heard both."""
    lost = [
        message
        for message in lab.trace
        if message.protocol == _CSTA and message.kind in (Kind.LOST, Kind.DISCONNECT) and message.client == client
    ]
    values = {"client": client}
    if not lost:
        return Check([Step(False, words.NEVER_LOST.format(**values))])
    steps = [Step(True, words.WAS_LOST.format(server=lost[-1].server, **values))]
    states = _links(lab, client, lost[-1].server)
    if not any(one.status is ConnectionStatus.CONNECTED and _is_link(lab, one) for one in states):
        return Check([*steps, Step(False, words.STILL_LOST.format(server=lost[-1].server, **values))])
    steps.append(Step(True, words.UP_AGAIN.format(server=lost[-1].server, **values)))
    told = [
        one.receiver
        for one in lab.trace
        if one.number > lost[-1].number and one.sender == client and one.name == "EventLinkConnected"
    ]
    if told:
        steps.append(Step(True, words.CLIENTS_TOLD.format(clients=", ".join(dict.fromkeys(told)), **values)))
    return Check(steps)
