"""Checks of the capstone's stages on the lab: what listens, who is registered, which call came through, who watches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..lab import Lab, is_open
from ..model import Application, Deployment
from ..sip import parse
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..trace import Kind, Message
from . import capstone_words as words
from .capstone_brief import DESKTOP, GATEWAY, IVR, MANAGER, PHONE, of_kind, title_of
from .checks import Check, Step, plan_of
from .words import CLOSED, TAKEN, TAKEN_OUTSIDE

__all__ = ["check_from_outside", "check_phones", "check_running", "check_watched", "outside_calls", "same_plan"]

_OK = 200

#: Sentences of one kind that a check says before it only counts the rest.
MOST = 6


def same_plan(one: Deployment, other: Deployment) -> bool:
    """Whether two plans say the same, whatever they are called."""
    return all(
        sorted(map(str, getattr(one, part))) == sorted(map(str, getattr(other, part)))
        for part in ("hosts", "applications", "connections")
    )


def shortened(steps: list[Step]) -> list[Step]:
    """The first few steps, and how many more there are."""
    if len(steps) <= MOST:
        return steps
    return [*steps[:MOST], Step(False, words.MORE.format(count=len(steps) - MOST))]


def plan_steps(lab: Lab, editor: Any) -> list[Step]:
    """What is wrong with the plan that the lab has, beside that of the sheet."""
    if not lab.plan.applications:
        return [Step(False, words.LAB_EMPTY)]
    if not same_plan(lab.plan, plan_of(editor)):
        return [Step(False, words.OTHER_PLAN)]
    return []


def outdated_steps(lab: Lab) -> list[Step]:
    """Who still runs with an older plan than the lab has now."""
    old = [one.name for one in lab.plan.applications if (run := lab.running(one.name)) and run.is_outdated(lab.plan)]
    return [Step(False, _listed_old(old))] if old else []


def _listed_old(names: list[str]) -> str:
    sentence = words.OUTDATED_ONE if len(names) == 1 else words.OUTDATED
    return sentence.format(applications=", ".join(names))


# --- bring it up


def check_running(lab: Lab, editor: Any) -> Check:
    """Whether every planned port really listens, and every planned connection stands."""
    if wrong := plan_steps(lab, editor):
        return Check(wrong)
    down = [one.name for one in lab.plan.applications if not lab.is_running(one.name)]
    steps: list[Step] = []
    if down:
        sentence = words.NOT_RUNNING_ONE if len(down) == 1 else words.NOT_RUNNING
        steps.append(Step(False, sentence.format(count=len(down), applications=", ".join(down))))
    running = [one for one in lab.plan.applications if one.name not in down]
    old = [one.name for one in running if not _runs_as_planned(lab, one)]
    if old:
        steps.append(Step(False, _listed_old(old)))
    current = [one.name for one in running if one.name not in old]
    states = lab.port_states()
    steps += shortened(
        [
            Step(False, _closed(state).format(port=state.port, **_values(state)))
            for state in states
            if state.application in current and not (state.status is PortStatus.LISTENING and is_open(state))
        ]
    )
    lost = [
        Step(False, _not_connected(one))
        for one in lab.connection_states()
        if one.status in (ConnectionStatus.REFUSED, ConnectionStatus.LOST) and one.connection.client in current
    ]
    steps += shortened(lost)
    if not steps:
        hosts = {state.host for state in states}
        values = {"ports": len(states), "applications": len(lab.plan.applications), "hosts": len(hosts)}
        steps.append(Step(True, words.ALL_LISTEN.format(**values)))
        count = sum(one.status is ConnectionStatus.CONNECTED for one in lab.connection_states())
        steps.append(Step(True, words.ALL_CONNECTED.format(count=count)))
    return Check(steps)


def _runs_as_planned(lab: Lab, application: Application) -> bool:
    """Whether the ports and connections of a running application are those of the lab's plan.

    One that has only not heard of changes that do not concern it need not be restarted.
    """
    ports = {(one.port.port_id, str(one.port)) for one in lab.port_states(application.name)}
    calls = {
        (one.connection.server, one.connection.port_id, one.port) for one in lab.connection_states(application.name)
    }
    numbers = {(one.name, port.port_id): str(port) for one, port in lab.plan.ports()}
    wanted = {
        (one.server, one.port_id, numbers.get((one.server, one.port_id), ""))
        for one in lab.plan.servers_of(application.name)
    }
    return ports == {(port.port_id, str(port)) for port in application.ports} and calls == wanted


def _closed(state: PortState) -> str:
    if state.status is PortStatus.TAKEN:
        return TAKEN if state.holder else TAKEN_OUTSIDE
    return CLOSED


def _values(state: PortState) -> dict[str, str]:
    return {"application": state.application, "host": state.host, "holder": state.holder}


def _not_connected(one: ConnectionState) -> str:
    values = {"client": one.connection.client, "server": one.connection.server, "port": one.port, "status": one.status}
    return words.NOT_CONNECTED.format(**values)


# --- calls, as the trace has them


class Dialled(NamedTuple):
    """A call somebody has made: the first INVITE, the number, and the final status (0 while there is none)."""

    invite: Message
    number: str
    status: int


def _dialled(lab: Lab, callers: list[Application]) -> Iterator[Dialled]:
    names = {one.name for one in callers}
    for message in lab.trace.select(protocol="sip", kinds=[Kind.REQUEST]):
        if message.sender in names and message.name == "INVITE" and not message.again:
            to = parse(message.payload).to
            # Inside a dialog it is no call but a change of one.
            if "tag" not in to.params:
                yield Dialled(message, to.uri.user, _status(lab, message))


def _status(lab: Lab, invite: Message) -> int:
    came = (
        int(message.name[:3])
        for message in lab.trace.select(after=invite.number, protocol="sip", kinds=[Kind.RESPONSE])
        if message.call == invite.call and message.receiver == invite.sender and message.name[:3].isdigit()
    )
    return next((status for status in came if status >= _OK), 0)


def _best(calls: list[Dialled]) -> Dialled | None:
    """The newest call that was answered, else the newest."""
    return max(calls, key=lambda one: (one.status == _OK, one.invite.number), default=None)


def outside_calls(lab: Lab) -> tuple[Dialled | None, Dialled | None]:
    """The best call from a gateway to an announcement, and that to an agent's phone."""
    calls = list(_dialled(lab, of_kind(lab.plan, GATEWAY)))
    announcements = tuple(one.dn for one in of_kind(lab.plan, IVR) if one.dn)
    phones = {one.dn for one in of_kind(lab.plan, PHONE) if one.dn}
    to_ivr = [one for one in calls if announcements and one.number.startswith(announcements)]
    return _best(to_ivr), _best([one for one in calls if one.number in phones])


# --- register the phones


def check_phones(lab: Lab) -> Check:
    """Whether every phone of the plan is registered, and one has called another."""
    if not lab.plan.applications:
        return Check([Step(False, words.LAB_EMPTY)])
    phones = of_kind(lab.plan, PHONE)
    if not phones:
        return Check([Step(False, words.NO_PHONES)])
    rows = lab.registrations().only("Phone", "DN", "Reached at").rows
    places = {(phone, dn): place for phone, dn, place in rows}
    steps = []
    for one in phones:
        place = places.get((one.name, one.dn))
        values = {"phone": one.name, "dn": one.dn, "place": place}
        steps.append(Step(bool(place), (words.REGISTERED if place else words.NOT_REGISTERED).format(**values)))
    numbers = {one.dn for one in phones if one.dn}
    inside = _best([one for one in _dialled(lab, phones) if one.number in numbers])
    if inside is None:
        return Check([*steps, Step(False, words.NO_INSIDE_CALL)])
    told = {"caller": inside.invite.sender, "number": inside.number, "status": inside.status}
    right = inside.status == _OK
    return Check([*steps, Step(right, (words.INSIDE_CALL if right else words.INSIDE_UNANSWERED).format(**told))])


# --- take a call from outside


def check_from_outside(lab: Lab) -> Check:
    """Whether a call from outside heard the announcement, and one reached an agent's phone and desktop."""
    if not lab.plan.applications:
        return Check([Step(False, words.LAB_EMPTY)])
    missing = [key for key in (GATEWAY, IVR, PHONE) if not of_kind(lab.plan, key)]
    if missing:
        return Check([Step(False, words.NO_GATEWAY.format(component=title_of(key))) for key in missing])
    to_ivr, to_agent = outside_calls(lab)
    return Check([*_heard(lab, to_ivr), *_talked(lab, to_agent)])


def _heard(lab: Lab, call: Dialled | None) -> Iterator[Step]:
    gateway, ivr = of_kind(lab.plan, GATEWAY)[0], of_kind(lab.plan, IVR)[0]
    values: dict[str, Any] = {"gateway": gateway.name, "ivr": ivr.name, "number": ivr.dn}
    if call is None:
        yield Step(False, words.NO_IVR_CALL.format(**values))
        return
    values |= {"gateway": call.invite.sender, "number": call.number, "status": call.status}
    answered = call.status == _OK
    yield Step(answered, (words.IVR_CALL if answered else words.IVR_UNANSWERED).format(**values))
    if answered:
        voice = [one for one in lab.trace.select(call=call.invite.call, kinds=[Kind.MEDIA]) if not one.dropped]
        values["port"] = voice[0].port if voice else ""
        yield Step(bool(voice), (words.VOICE if voice else words.NO_VOICE).format(count=len(voice), **values))


def _talked(lab: Lab, call: Dialled | None) -> Iterator[Step]:
    numbers = ", ".join(one.dn for one in of_kind(lab.plan, PHONE) if one.dn)
    if call is None:
        gateway = of_kind(lab.plan, GATEWAY)[0].name
        yield Step(False, words.NO_AGENT_CALL.format(gateway=gateway, numbers=numbers))
        return
    values = {"gateway": call.invite.sender, "number": call.number, "status": call.status}
    answered = call.status == _OK
    yield Step(answered, (words.AGENT_CALL if answered else words.AGENT_UNANSWERED).format(**values))
    if not answered:
        return
    desktops = [one.name for one in of_kind(lab.plan, DESKTOP)]
    told = [
        one
        for one in lab.trace.select(call=call.invite.call, kinds=[Kind.EVENT])
        if one.receiver in desktops and one.name == "EventEstablished"
    ]
    if told:
        seen = {"desktop": told[0].receiver, "event": f"{told[0].name}, {told[0].text}", "port": told[0].port}
        yield Step(True, words.DESKTOP.format(**seen))
    else:
        yield Step(False, words.NO_DESKTOP.format(desktop=", ".join(desktops) or title_of(DESKTOP)))


# --- watch it over SNMP


def check_watched(lab: Lab) -> Check:
    """Whether the network management system asked a server and heard that it runs, and has heard a trap."""
    if not lab.plan.applications:
        return Check([Step(False, words.LAB_EMPTY)])
    managers = [one.name for one in of_kind(lab.plan, MANAGER)]
    if not managers:
        return Check([Step(False, words.NO_NMS)])
    return Check([_polled(lab, managers), _trapped(lab, managers)])


def _polled(lab: Lab, managers: list[str]) -> Step:
    said = list(lab.trace.select(protocol="snmp"))
    asked = [one for one in said if one.kind is Kind.REQUEST and one.sender in managers]
    answers = [one for one in said if one.kind is Kind.RESPONSE and one.receiver in managers and not one.dropped]
    if not asked:
        return Step(False, words.NOT_ASKED.format(nms=managers[0]))
    right = [one for one in answers if "gpApplicationState" in one.text and "running" in one.text]
    shown = (right or answers or asked)[-1]
    server = shown.receiver if shown in asked else shown.sender
    nms = shown.sender if shown in asked else shown.receiver
    values = {"nms": nms, "server": server, "port": shown.port, "said": shown.text}
    if right:
        return Step(True, words.ANSWERED.format(**values))
    return Step(False, (words.NO_ANSWER if answers else words.NO_ANSWER_AT_ALL).format(**values))


def _trapped(lab: Lab, managers: list[str]) -> Step:
    heard = lab.traps()
    rows = heard.only("From", "Text").rows if len(heard) else ()
    known = [row for row in rows if lab.plan.has_application(row[0])]
    if not known:
        return Step(False, words.NO_TRAP.format(nms=managers[0]))
    server, text = known[-1]
    return Step(True, words.TRAP.format(nms=managers[0], server=server, text=text))
