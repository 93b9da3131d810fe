"""A registrar and back-to-back user agent (RFC 3261 3, 6, 10), and T-Library's view of what it does.

To the caller it is the called side, to the called phone the caller: two dialogs, two Call-IDs, one call. What one side
does to its leg, it does to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING

from ..errors import SIPError
from . import server_words as words
from .bridge import Bridge, Party
from .call import CallState
from .dialog import MAX_FORWARDS
from .listener import Listener
from .refusals import warning
from .registrar import Registrar
from .service import LONGEST, SERVICE, service_answer, wish
from .tlib import EventName, PartyEvent, TEvent, conn_id
from .uri import Uri
from .user_agent import UserAgent
from .ways import address_at, is_own, sent_by, way

if TYPE_CHECKING:
    from ..model import Transport
    from ..state import Socket
    from .call import Call
    from .flow import Flow
    from .ids import Ids
    from .message import Request, Response
    from .registrar import Binding
    from .timers import Alarm, Timers
    from .transactions import ServerTransaction, Wire

__all__ = ["BackToBack"]

#: What a refusal says about the called side, in T-Library's words (TCallState).
CALL_STATES = {486: "Busy", 600: "Busy", 404: "SitInvalidnum", 410: "SitInvalidnum", 484: "SitInvalidnum"}

#: What is wrong between this server and the called phone is no fault of the caller's (RFC 3261 16.7, step 6): a
#: challenge was not meant for the caller, and only our leg is unknown or broken.
NOT_PASSED_ON = frozenset((401, 407, 481, 503))

#: What an INFO and the answer to it take along to the other leg.
PASSED_ON = ("Info-Package", "Content-Type", "Content-Disposition", "Accept", "Allow", "Recv-Info", "Warning")


class BackToBack(Listener):
    """Ties two legs to one call. `receive` takes messages in, `agent.transactions` has the timers."""

    def __init__(
        self,
        wire: Wire,
        clock: Callable[[], float],
        ids: Ids,
        *,
        local: Mapping[Transport, Socket],
        users: Callable[[str], bool],
        route: Callable[[str], tuple[Flow, bool] | None],
        told: Callable[[TEvent], None],
        related: Callable[[str, str], None],
        timers: Timers | None = None,
    ) -> None:
        self.agent = UserAgent(
            wire, clock, ids, user="", local=local, listener=self, timers=timers, allow_unknown_users=True
        )
        self.agent.handlers |= {"REGISTER": self._register, "INFO": self._inform}
        self.registrar = Registrar(users, clock)
        #: The parties of each DN that has calls, the oldest first.
        self.parties: dict[str, dict[Party, None]] = {}
        self._clock = clock
        self._users = users
        self._route = route
        self._told = told
        self._related = related
        self._conn_ids = count(1)
        self._expiries: dict[str, Alarm] = {}
        # When calls of the test number have lasted long enough.
        self._served: dict[Call, Alarm] = {}

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """Hand in a message that was parsed, and the way it came."""
        self.agent.receive(message, flow)

    # --- registrations

    def _register(self, transaction: ServerTransaction) -> None:
        transaction.respond(self.registrar.process(transaction.request, transaction.flow))
        self._watch(transaction.request.to.uri.user)

    def _watch(self, dn: str) -> None:
        """A registration has changed, or its time is over: set the alarm anew, and tell whether that is news."""
        alarms = self.agent.transactions.alarms
        before = self._expiries.pop(dn, None)
        if before is not None:
            alarms.cancel(before)
        bindings = self.registrar.bindings(dn)
        if bindings:
            last = max(binding.expires_at for binding in bindings)
            self._expiries[dn] = alarms.set(last - self._clock(), self._watch, dn)
        if bool(bindings) is not bool(before):
            self._told(TEvent(EventName.BACK_IN_SERVICE if bindings else EventName.OUT_OF_SERVICE, dn))

    # --- a call comes in

    def invited(self, call: Call) -> None:
        """The first leg of a call, or a call to the test number."""
        request = call.request
        if request.max_forwards == 0:
            call.reject(483)
        elif any(is_own(via, self.agent.local) for via in request.vias):
            # It has been here before: somebody has sent it back, or a phone has registered with this address.
            call.reject(482)
        elif call.number == SERVICE and not self._users(call.caller):
            if status := self._serve(call):
                call.reject(status)
        else:
            call.ring(100)
            self._dial(self._bridge(call.caller, call.number, call), call.remote_body)

    def _bridge(self, caller: str, called: str, call: Call) -> Bridge:
        bridge = Bridge(conn_id(next(self._conn_ids)), self._told)
        bridge.caller = Party(bridge, caller, "Origination", is_dn=self._users(caller))
        bridge.called = Party(bridge, called, "Destination", is_dn=self._users(called))
        bridge.caller.call = call
        call.owner_data = bridge.caller
        for party in bridge.parties():
            self.parties.setdefault(party.dn, {})[party] = None
        return bridge

    def _dial(self, bridge: Bridge, offer: bytes) -> None:
        """The second leg, with what the first one offers; without an offer the called side makes one (late offer)."""
        caller, called, first = bridge.caller, bridge.called, bridge.caller.leg
        caller.happens(PartyEvent.DIAL)
        if called.dn == SERVICE and not called.is_dn:
            if status := self._serve(first):
                self._fail(bridge, status)
            else:
                caller.happens(PartyEvent.CONNECT)
            return
        found = self._where(called)
        if isinstance(found, int):
            self._fail(bridge, found)
            return
        hops = first.request.max_forwards if first.incoming else None
        second = self.agent.invite(
            *found,
            body=offer,
            from_user=caller.dn,
            display=first.request.from_.display if first.incoming else "",
            headers=[("Max-Forwards", str((hops or MAX_FORWARDS) - 1))],
        )
        called.call = second
        second.owner_data = called
        self._related(second.call_id, first.call_id)
        if second.state is CallState.ENDED:
            self._fail(bridge, second.status)

    def _where(self, called: Party) -> tuple[Uri, Flow] | int:
        """The address of a number and the way there, or the status that says why there is none."""
        if called.is_dn:
            bindings = self.registrar.bindings(called.dn)
            return (bindings[0].contact, self._way(bindings[0])) if bindings else 480
        found = self._route(called.dn)
        if found is None:
            return 404
        flow, called.bridge.trunk = found
        return address_at(called.dn, flow.transport, flow.address, flow.number), flow

    def _way(self, binding: Binding) -> Flow:
        return way(binding.contact, binding.flow, self.agent.local)

    def _serve(self, call: Call) -> int:
        """Answer a call to the test number; the status of the refusal where that cannot be, else 0."""
        try:
            _answer(call, service_answer(call.remote_body, self._address(call)))
        except SIPError as error:
            return error.status
        self._served[call] = self.agent.transactions.alarms.set(LONGEST, self._enough, call)
        return 0

    def _enough(self, call: Call) -> None:
        """A call of the test number has lasted long enough."""
        party: Party | None = call.owner_data
        if party is None:
            call.hang_up()
        elif not party.bridge.over:
            self._end(party.bridge, party.other)

    def _address(self, call: Call) -> str:
        return self.agent.local[call.flow.transport].address

    # --- what the legs do

    def progressed(self, call: Call, response: Response) -> None:
        """It rings: the caller's leg is told the same."""
        party: Party = call.owner_data
        bridge = party.bridge
        if party is bridge.caller:
            # The phone that a T-Library client calls from rings: it shall answer by itself. Once is enough.
            if party.wants is None and call.notify("talk"):
                party.wants = PartyEvent.DIAL
            return
        party.happens(PartyEvent.RING)
        if bridge.trunk:
            bridge.caller.happens(PartyEvent.REACH)
        if bridge.caller.leg.incoming:
            bridge.caller.leg.ring(response.status, response.body)

    def answered(self, call: Call, response: Response) -> None:
        """The answer goes to the caller; that of a phone to call with begins the second leg."""
        party: Party = call.owner_data
        bridge = party.bridge
        if party is bridge.caller:
            self._dial(bridge, response.body)
            return
        if bridge.trunk:
            bridge.caller.happens(PartyEvent.REACH)
        if _answer(bridge.caller.leg, response.body):
            bridge.caller.happens(PartyEvent.CONNECT)
            party.happens(PartyEvent.CONNECT)
        else:
            self._end(bridge, None)

    def acknowledged(self, call: Call, request: Request) -> None:
        """An ACK may bring the answer to a late offer of the other side."""
        party: Party | None = call.owner_data
        other = party.other.call if party else None
        if other is not None and other.state is CallState.OFFERED:
            other.acknowledge(request.body)

    def change_asked(self, call: Call, request: Request) -> None:
        """A re-INVITE (hold, retrieve) goes to the other leg."""
        party: Party | None = call.owner_data
        other = party.other.call if party else None
        if party is None or other is None:
            try:
                call.accept_change(service_answer(request.body, self._address(call)))
            except SIPError as error:
                call.refuse_change(error.status)
            return
        party.wants = wish(request.body)
        if not other.reinvite(request.body):
            # RFC 3261 14.2: the other side is changing the call at this moment.
            call.refuse_change(491)

    def changed(self, call: Call, response: Response) -> None:
        """What came of a re-INVITE goes back to whoever asked."""
        asker: Party = call.owner_data.other
        if response.status >= 300:
            asker.leg.refuse_change(response.status)
        elif asker.leg.accept_change(response.body) and asker.wants:
            asker.happens(asker.wants)

    def _inform(self, transaction: ServerTransaction) -> None:
        """INFO (a key that was pressed while they talk, RFC 6086) goes to the other leg, and the answer to it back."""
        agent, request = self.agent, transaction.request

        def answered(response: Response) -> None:
            if response.status >= 200:
                agent.respond(transaction, response.status, response.reason, headers=_passed(response))

        def failed(status: int) -> None:
            agent.respond(transaction, status)

        call = agent.calls.get(request.to.tag)
        party: Party | None = call.owner_data if call else None
        other = party.other.call if party else None
        if call and other is None:
            # The test number hears no keys, and takes no offence at them.
            agent.respond(transaction, 200)
        elif other is None or not other.request_inside("INFO", _passed(request), request.body, answered, failed):
            failed(481)

    def refused(self, call: Call, status: int, reason: str) -> None:
        """A leg did not come about: the other ends with the same status."""
        party: Party | None = call.owner_data
        if party is not None:
            self._fail(party.bridge, status)

    def ended(self, call: Call, by_us: bool) -> None:
        """A leg is over, so the other is to be."""
        if alarm := self._served.pop(call, None):
            self.agent.transactions.alarms.cancel(alarm)
        party: Party | None = call.owner_data
        if party is not None and not party.bridge.over:
            self._end(party.bridge, party)

    # --- how a call ends

    def hang_up(self) -> None:
        """End every call; those of the test number, too."""
        for bridge in {party.bridge: None for parties in self.parties.values() for party in parties}:
            self._end(bridge, None)
        for call in list(self.agent.calls.values()):
            call.hang_up()

    def _fail(self, bridge: Bridge, status: int) -> None:
        """The called side cannot be reached, or does not want to."""
        if status in CALL_STATES:
            bridge.caller.happens(PartyEvent.BUSY, CallState=CALL_STATES[status])
        self._close(bridge, bridge.called)
        first = bridge.caller.leg
        if not first.incoming:
            first.hang_up()
        elif status < 400:
            # Where somebody has moved to is not where we look.
            self._unreachable(first, words.MOVED.format(status=status))
        elif status in NOT_PASSED_ON:
            self._unreachable(first, words.BETWEEN_US.format(status=status))
        else:
            second = bridge.called.call
            first.reject(status, headers=[("Warning", second.warning)] if second and second.warning else ())

    def _unreachable(self, call: Call, sentence: str) -> None:
        call.reject(480, headers=[warning(480, sent_by(call.flow.transport, self.agent.local), sentence)])

    def _end(self, bridge: Bridge, by: Party | None) -> None:
        """One side has ended its leg, or wants the call to end; None: this server does."""
        self._close(bridge, by)
        for party in bridge.parties():
            if party.call is not None:
                # Nothing happens to the leg that is over already.
                party.call.hang_up()

    def _close(self, bridge: Bridge, by: Party | None) -> None:
        bridge.ends(by)
        for party in bridge.parties():
            of_dn = self.parties[party.dn]
            del of_dn[party]
            if not of_dn:
                del self.parties[party.dn]


def _answer(call: Call, body: bytes) -> bool:
    # A call that this server has made itself, for a T-Library client, gets its SDP in the ACK.
    return call.answer(body) if call.incoming else call.acknowledge(body)


def _passed(message: Request | Response) -> list[tuple[str, str]]:
    return [(name, message.headers[name]) for name in PASSED_ON if name in message.headers]
