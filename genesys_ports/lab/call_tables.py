"""Tables of the calls and registrations of a lab, in planned names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..model import Transport
from ..sip.call import Call, CallState
from ..sip.registrar import Binding
from ..table import Table
from ..trace import Trace
from . import sip_words as words
from .endpoint import Endpoint
from .signalling import Signalling
from .sip_server import SipServerElement
from .sip_side import SipSide
from .talker import Talker

__all__ = ["calls_now", "live_calls", "registrations_now"]


class _Leg(NamedTuple):
    """One side's view of one leg: whose it is, the call, and whether that is a phone (no server between two legs)."""

    side: SipSide
    call: Call

    @property
    def element(self) -> Talker | None:
        element = self.side.element
        return element if isinstance(element, Talker) else None

    @property
    def party(self) -> str:
        """Who talks at this end: the phone itself, or whoever the server has there."""
        return self.side.stack.name if self.element else self.side.stack.name_of(self.call.flow)


def live_calls(sides: Iterable[SipSide]) -> Iterator[tuple[SipSide, Call]]:
    """What each side knows of each leg that is not over: both ends of a leg, where both are in the lab."""
    for side in sides:
        element = side.element
        agent = element.server.agent if isinstance(element, SipServerElement) else None
        agent = element.agent if isinstance(element, Endpoint) else agent
        for call in agent.calls.values() if agent else ():
            yield side, call


def calls_now(sides: Iterable[SipSide], trace: Trace) -> Table:
    """One row for each call, however many legs it has."""
    whole: dict[str, list[_Leg]] = {}
    for side, call in live_calls(sides):
        whole.setdefault(trace.call_of(call.call_id), []).append(_Leg(side, call))
    rows = [_row(call_id, legs) for call_id, legs in whole.items()]
    return Table(words.CALLS_COLUMNS, rows, words.CALLS)


def _row(call_id: str, legs: list[_Leg]) -> tuple[str, str, str, str, str]:
    # A phone knows best who it is; where there is none, SIP Server knows whom it talks with.
    legs = sorted(legs, key=lambda leg: (leg.call.call_id != call_id, leg.element is None))
    first = legs[0]
    others = [leg for leg in legs if leg.call.call_id != call_id] or legs[1:]
    callee = others[0].party if others else ""
    if others and others[0].element is None and others[0].call.call_id == call_id:
        # Nobody behind it: SIP Server has answered itself.
        callee = others[0].side.stack.name
    number = others[0].call.number if first.call.incoming and others else first.call.number
    return first.party, callee, number, _state([leg.call for leg in legs], legs), call_id


def _state(calls: list[Call], legs: list[_Leg]) -> str:
    if any(leg.element and leg.element.is_held(leg.call) for leg in legs):
        return words.ON_HOLD
    if any(call.state is CallState.RINGING for call in calls):
        return CallState.RINGING.lower()
    return calls[0].state.lower()


def registrations_now(sides: Iterable[SipSide], signalling: Signalling) -> Table:
    """One row for each contact of a number."""
    rows = []
    for side in sides:
        element = side.element
        if isinstance(element, SipServerElement):
            for dn in element.users:
                for binding in element.server.registrar.bindings(dn):
                    name = side.stack.name_of(binding.flow)
                    rows.append((dn, name, side.stack.name, *_place(binding, signalling)))
    return Table(words.REGISTRATIONS_COLUMNS, rows, words.REGISTRATIONS)


def _place(binding: Binding, signalling: Signalling) -> tuple[str, str]:
    contact = binding.contact
    transport = contact.params.get("transport", "udp").lower()
    number = contact.port or (5061 if transport == "tls" else 5060)
    carrier = Transport.UDP if transport == "udp" else Transport.TCP
    end = signalling.end((carrier, contact.host, number))
    if end is not None:
        return f"{end.host}:{end.number}", transport
    return f"{contact.host}:{number}", transport
