"""Checks of the do-tasks. Each looks at what really happened in the lab, never at a learner's variable names."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import combinations, product
from typing import Any, NamedTuple

from ..binding import Outcome, who_blocks
from ..lab import Lab, is_open
from ..model import Deployment, ListeningPort, Transport, parse_word
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..trace import Kind
from . import words

__all__ = [
    "Check",
    "Step",
    "check_collision",
    "check_connected",
    "check_listening",
    "check_same_number",
    "check_travelled",
    "plan_of",
    "planned_ports",
]


class Step(NamedTuple):
    """One thing a check looked at: whether it is as asked, and a sentence on what was seen."""

    ok: bool
    sentence: str

    def __str__(self) -> str:
        return f"{'✓' if self.ok else '○'} {self.sentence}"


class Check:
    """The result of a check: `passed`, and what was seen, sentence by sentence.

    A `remark` is about the check itself, and stands below what was seen.
    """

    def __init__(self, steps: Sequence[Step], remark: str = "") -> None:
        self.steps = tuple(steps)
        self.remark = remark

    @property
    def passed(self) -> bool:
        """Whether everything is as asked."""
        return all(step.ok for step in self.steps)

    @property
    def _verdict(self) -> str:
        return words.DONE if self.passed else words.NOT_YET

    def __str__(self) -> str:
        seen = (f"  {step}" for step in self.steps)
        return "\n".join([self._verdict, *seen, *([self.remark] if self.remark else [])])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        lines = "".join(f"<li style='list-style:none'>{escape(str(step))}</li>" for step in self.steps)
        seen = f"<ul style='margin:0.2em 0'>{lines}</ul>"
        remark = f"<p style='margin:0.2em 0'>{escape(self.remark)}</p>" if self.remark else ""
        return f"<div style='font-size:1.05em'><strong>{self._verdict}</strong>{seen}{remark}</div>"


def plan_of(thing: Any) -> Deployment:
    """The plan that a check looks at: a plan itself, or the one that an editor holds."""
    plan: Deployment = getattr(thing, "plan", thing)
    return plan


def _state(lab: Lab, application: str, number: int, transport: Transport | None = None) -> PortState | None:
    """The state of the application's port that comes nearest to what was asked for: by number, then by transport."""

    def distance(state: PortState) -> tuple[bool, bool]:
        return number not in state.port.numbers, state.port.transport is not transport

    return min((state for state in lab.port_states() if state.application == application), key=distance, default=None)


def _open_step(state: PortState) -> Step:
    values = {"application": state.application, "port": state.port, "host": state.host, "holder": state.holder}
    if state.status is PortStatus.LISTENING and is_open(state):
        return Step(True, words.LISTENS.format(**values))
    if state.status is PortStatus.TAKEN:
        return Step(False, (words.TAKEN if state.holder else words.TAKEN_OUTSIDE).format(**values))
    return Step(False, words.CLOSED.format(**values))


def check_listening(lab: Lab, application: str, number: int, transport: str = "tcp") -> Check:
    """Whether the application really listens on this port."""
    wanted = parse_word(Transport, transport, "transport")
    state = _state(lab, application, number, wanted)
    if state is None:
        return Check([Step(False, words.MISSING.format(application=application))])
    step = _open_step(state)
    if step.ok and (number not in state.port.numbers or state.port.transport is not wanted):
        values = {"application": application, "port": state.port, "host": state.host, "wanted": f"{number}/{wanted}"}
        planned = any(number in port.numbers and port.transport is wanted for port in planned_ports(lab, application))
        step = Step(False, (words.RESTART if planned else words.WRONG_PORT).format(**values))
    return Check([step])


def planned_ports(lab: Lab, application: str) -> tuple[ListeningPort, ...]:
    """The ports of an application in the lab's plan of now; none when the plan does not have it."""
    return lab.plan.application(application).ports if lab.plan.has_application(application) else ()


def check_collision(lab: Lab, first: str, second: str, *more: str) -> Check:
    """Whether all these applications run at the same time, each on its own port."""
    applications = (first, second, *more)
    steps: list[Step] = []
    for name in applications:
        states = [state for state in lab.port_states() if state.application == name]
        steps += [_open_step(state) for state in states]
        if not states:
            steps.append(Step(False, words.MISSING.format(application=name)))
    # What runs may have been started with an older plan: the next start goes by the plan of now.
    for left, right in combinations([name for name in applications if lab.plan.has_application(name)], 2):
        one, other = lab.plan.application(left), lab.plan.application(right)
        for port, rival in product(one.ports, other.ports):
            if one.host == other.host and who_blocks(port, rival).outcome is Outcome.CLASH:
                values = {"first": left, "second": right, "port": port, "host": one.host}
                steps.append(Step(False, words.SAME_HOST_NUMBER.format(**values)))
    if all(step.ok for step in steps):
        steps.append(Step(True, words.ALL_OPEN.format(applications=len(set(applications)), ports=len(steps))))
    return Check(steps)


def check_same_number(lab: Lab, first: str, second: str, number: int) -> Check:
    """Whether two applications both listen on `number` at the same time; says why they may."""
    if first == second:
        return Check([Step(False, words.TWO_NAMES.format(application=first))])
    states: list[PortState] = []
    for name in (first, second):
        state = _state(lab, name, number)
        if state is None:
            return Check([Step(False, words.MISSING.format(application=name))])
        states.append(state)
    steps = [_open_step(state) for state in states]
    for state in states:
        if number not in state.port.numbers:
            seen = state.port.number_text
            steps.append(
                Step(False, words.NOT_THE_NUMBER.format(application=state.application, seen=seen, wanted=number))
            )
    if all(step.ok for step in steps):
        one, other = states
        if one.host != other.host:
            sentence = words.SAME_NUMBER_TWO_HOSTS
        elif one.port.transport.carrier is not other.port.transport.carrier:
            sentence = words.SAME_NUMBER_TWO_TRANSPORTS
        else:
            # Both listen, so the system has found nothing in common: their addresses differ.
            sentence = words.SAME_NUMBER_TWO_ADDRESSES
        steps.append(Step(True, sentence.format(number=number)))
    return Check(steps)


def check_connected(lab: Lab, client: str, server: str, number: int) -> Check:
    """Whether `client` is connected to `server`, and on port `number`."""
    pair = (client, server)
    states = [state for state in lab.connection_states() if (state.connection.client, state.connection.server) == pair]
    if states:
        # Of several connections the one that comes nearest to what was asked for.
        state = min(states, key=lambda one: (not _calls(one, number), one.status is not ConnectionStatus.CONNECTED))
        values = {"client": client, "server": server, "port": state.port, "status": state.status, "wanted": number}
        if state.status is not ConnectionStatus.CONNECTED:
            return Check([Step(False, words.NOT_CONNECTED.format(**values))])
        if not _calls(state, number):
            return Check([Step(False, words.OTHER_PORT.format(**values))])
        return Check([Step(True, words.CONNECTED.format(**values))])
    return Check([Step(False, words.NO_CONNECTION.format(client=client, server=server))])


def _calls(state: ConnectionState, number: int) -> bool:
    return state.port.partition("/")[0] == str(number)


def check_travelled(lab: Lab, sender: str, receiver: str, *, opened_by: str) -> Check:
    """Whether the last message from `sender` to `receiver` travelled over a connection that `opened_by` has opened."""
    sent = [
        message
        for message in lab.trace
        if (message.sender, message.receiver) == (sender, receiver) and message.kind in (Kind.REQUEST, Kind.EVENT)
    ]
    if not sent:
        return Check([Step(False, words.NO_MESSAGE.format(sender=sender, receiver=receiver))])
    last = sent[-1]
    values = {"sender": sender, "receiver": receiver, "client": last.client, "port": last.port, "wanted": opened_by}
    if last.client != opened_by:
        return Check([Step(False, words.TRAVELLED_OTHERWISE.format(**values))])
    return Check([Step(True, words.TRAVELLED.format(**values))])
