"""What T-Server makes of CSTA events: the calls of its DNs, and the events that T-Library's clients are told.

T-Server owns no call: the switch does, and tells of it. A call that is in progress when the CTI link is lost goes on,
and so nobody is told that it is released. T-Server keeps what it knew, as the documentation's "stuck calls" have it
(MLUG, How to Handle Stuck Calls: the switch has released a call, and word of it never came), and corrects it with the
first event that contradicts it: a DN that takes part in another call, or a call of that number with other parties.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from enum import StrEnum

from ..csta import Message
from ..sip.tlib import PARTY, EventName, PartyEvent, PartyState, TEvent, conn_id

__all__ = ["CALLS_KEPT", "CallWatch", "Party", "TransferEvent"]

#: Calls that T-Server remembers; the oldest give way. More than any switch of a lesson has ports for.
CALLS_KEPT = 10_000

#: Calls that have been handed on, and of which nobody has told yet who has them.
HANDED_ON = 100

ORIGINATION, DESTINATION = "Origination", "Destination"


class TransferEvent(StrEnum):
    """What T-Library's clients are told of a transfer, beside the events that the others have (Events and Models)."""

    PARTY_CHANGED = "EventPartyChanged"


class Party:
    """One DN in one call: its device, where it stands in T-Library's view, and with whom it talks."""

    __slots__ = ("call", "device", "dn", "other", "role", "state")

    def __init__(self, call: WatchedCall, dn: str, device: str, role: str, other: str) -> None:
        self.call = call
        self.dn = dn
        self.device = device
        self.role = role
        self.other = other
        self.state: PartyState | None = None


class WatchedCall:
    """A call of the switch as T-Server knows it."""

    __slots__ = ("call_id", "conn_id", "parties", "somebody_left")

    def __init__(self, call_id: str, conn_id: str) -> None:
        self.call_id = call_id
        self.conn_id = conn_id
        self.somebody_left = False
        self.parties: dict[str, Party] = {}


class CallWatch:
    """The calls of T-Server's DNs. `told` gets each event for T-Library's clients.

    `dns` has the devices that each DN stands for: a station has one, the number of an IVR group one for each port.
    `name_of` gives the name of a call in the trace.
    """

    def __init__(
        self, dns: Mapping[str, Container[str]], name_of: Callable[[str], str], told: Callable[[TEvent], None]
    ) -> None:
        self._dns = dns
        self._name_of = name_of
        self._told = told
        self._calls: dict[str, WatchedCall] = {}
        # Where each DN takes part, the oldest call first.
        self._parties: dict[str, dict[Party, None]] = {}
        # Those known from before the link was lost, of which nobody has told since.
        self._old: dict[WatchedCall, None] = {}
        self._handed_on: dict[str, str] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._calls)

    def parties(self, dn: str) -> Iterator[Party]:
        """Where a DN takes part, the newest call first."""
        return reversed(self._parties.get(dn, {}))

    def link_lost(self) -> None:
        """From now on nothing is known to be true any more."""
        self._old = dict.fromkeys(self._calls.values())

    def heard(self, dn: str, event: Message) -> None:
        """The monitor of a DN has told of something."""
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, dn, event)

    # --- events

    def _originated(self, dn: str, event: Message) -> None:
        if device := self._own(dn, event, "callingDevice"):
            self._begin(dn, device, event, ORIGINATION, PartyEvent.DIAL)

    def _delivered(self, dn: str, event: Message) -> None:
        if device := self._own(dn, event, "alertingDevice"):
            self._begin(dn, device, event, DESTINATION, PartyEvent.RING)

    def _established(self, dn: str, event: Message) -> None:
        self._calls_on(dn, event, PartyEvent.CONNECT)
        if device := self._own(dn, event, "answeringDevice"):
            self._happens(self._party(dn, device, event, DESTINATION), PartyEvent.CONNECT)

    def _network_reached(self, dn: str, event: Message) -> None:
        self._calls_on(dn, event, PartyEvent.REACH)

    def _failed(self, dn: str, event: Message) -> None:
        self._calls_on(dn, event, PartyEvent.BUSY)

    def _held(self, dn: str, event: Message) -> None:
        self._changes(dn, event, "holdingDevice", PartyEvent.HOLD)

    def _retrieved(self, dn: str, event: Message) -> None:
        self._changes(dn, event, "retrievingDevice", PartyEvent.RETRIEVE)

    def _cleared(self, dn: str, event: Message) -> None:
        call = self._calls.get(event.get("droppedConnection/callID"))
        if call is None:
            return
        self._old.pop(call, None)
        party = call.parties.get(dn)
        if not self._own(dn, event, "releasingDevice"):
            call.somebody_left = True
        elif party is not None:
            # Whoever rings and is cleared after the caller has hung up, was not waited for.
            gave_up = call.somebody_left and party.state is PartyState.ALERTING
            self._leave(party, PartyEvent.ABANDON if gave_up else PartyEvent.RELEASE)

    def _transferred(self, dn: str, event: Message) -> None:
        old, new = event.get("primaryOldCall/callID"), event.get(NEW_CALL)
        call = self._calls.pop(old, None) or self._calls.get(new)
        if call is None:
            return
        before = self._calls.get(new)
        if before is not None and before is not call:
            # Only a switch that makes mistakes has two calls of one number.
            self._forget(before)
        call.call_id = new or old
        self._old.pop(call, None)
        self._calls[call.call_id] = call
        party = call.parties.get(dn)
        if party is None:
            return
        if self._own(dn, event, "transferringDevice"):
            self._leave(party, PartyEvent.RELEASE)
            if not call.parties:
                # Whoever it was handed on to takes part under the same ConnID.
                self._handed_on[call.call_id] = call.conn_id
                if len(self._handed_on) > HANDED_ON:
                    del self._handed_on[next(iter(self._handed_on))]
        else:
            party.other = _number(event, "transferredToDevice")
            self._tell(party, TransferEvent.PARTY_CHANGED)

    def _out_of_service(self, dn: str, event: Message) -> None:
        self._told(TEvent(EventName.OUT_OF_SERVICE, dn))

    def _back_in_service(self, dn: str, event: Message) -> None:
        self._told(TEvent(EventName.BACK_IN_SERVICE, dn))

    # --- what follows

    def _own(self, dn: str, event: Message, who: str) -> str:
        """The device of this DN that the event names there; empty when it names another."""
        device = _number(event, who)
        return device if device in self._dns.get(dn, ()) else ""

    def _begin(self, dn: str, device: str, event: Message, role: str, what: PartyEvent) -> None:
        call_id = _call_id(event)
        known = self._calls.get(call_id)
        if known in self._old and (dn in known.parties or what is PartyEvent.DIAL):
            # Call numbers may begin anew when a switch does.
            self._forget(known)
        self._happens(self._party(dn, device, event, role), what)

    def _calls_on(self, dn: str, event: Message, what: PartyEvent) -> None:
        """Something happens to the call of a DN that has called."""
        if device := self._own(dn, event, "callingDevice"):
            self._happens(self._party(dn, device, event, ORIGINATION), what)

    def _changes(self, dn: str, event: Message, who: str, what: PartyEvent) -> None:
        call = self._calls.get(_call_id(event))
        if call is not None and self._own(dn, event, who) and dn in call.parties:
            self._old.pop(call, None)
            self._step(call.parties[dn], what)

    def _party(self, dn: str, device: str, event: Message, role: str) -> Party:
        call_id = _call_id(event)
        call = self._calls.get(call_id)
        if call is None:
            known = self._handed_on.pop(call_id, "")
            if not known:
                self._count += 1
            call = self._calls[call_id] = WatchedCall(call_id, known or conn_id(self._count))
            while len(self._calls) > CALLS_KEPT:
                self._forget(next(iter(self._calls.values())))
        self._old.pop(call, None)
        party = call.parties.get(dn)
        if party is None:
            for old in list(self._old):
                stuck = old.parties.get(dn)
                if stuck is not None and stuck.device == device:
                    # A device takes part in one call: that one has ended while nobody could tell.
                    self._leave(stuck, PartyEvent.RELEASE)
            other = _number(event, "calledDevice" if role == ORIGINATION else "callingDevice")
            party = call.parties[dn] = Party(call, dn, device, role, other)
            self._parties.setdefault(dn, {})[party] = None
        return party

    def _happens(self, party: Party, what: PartyEvent) -> None:
        """Go where the table says, and tell of it. A call that began unheard has its beginning told first."""
        if party.state is None:
            self._step(party, PartyEvent.DIAL if party.role == ORIGINATION else PartyEvent.RING)
        self._step(party, what)

    def _step(self, party: Party, what: PartyEvent) -> None:
        row = PARTY.rows.get((party.state, what))
        if row is not None:
            party.state, names = row
            for name in names:
                self._tell(party, name)

    def _leave(self, party: Party, what: PartyEvent) -> None:
        self._step(party, what)
        call = party.call
        del call.parties[party.dn]
        del self._parties[party.dn][party]
        if not call.parties:
            self._calls.pop(call.call_id, None)
            self._old.pop(call, None)

    def _forget(self, call: WatchedCall) -> None:
        for party in list(call.parties.values()):
            self._leave(party, PartyEvent.RELEASE)
        self._calls.pop(call.call_id, None)

    def _tell(self, party: Party, name: str) -> None:
        other = DESTINATION if party.role == ORIGINATION else ORIGINATION
        fields = {"ThisDNRole": party.role, "OtherDNRole": other}
        call = party.call
        self._told(TEvent(name, party.dn, party.other, call.conn_id, self._name_of(call.call_id), fields))


Handler = Callable[[CallWatch, str, Message], None]

_HANDLERS: dict[str, Handler] = {
    "OriginatedEvent": CallWatch._originated,
    "DeliveredEvent": CallWatch._delivered,
    "EstablishedEvent": CallWatch._established,
    "NetworkReachedEvent": CallWatch._network_reached,
    "FailedEvent": CallWatch._failed,
    "HeldEvent": CallWatch._held,
    "RetrievedEvent": CallWatch._retrieved,
    "ConnectionClearedEvent": CallWatch._cleared,
    "TransferedEvent": CallWatch._transferred,
    "OutOfServiceEvent": CallWatch._out_of_service,
    "BackInServiceEvent": CallWatch._back_in_service,
}

#: Where a transfer has the number under which the call goes on.
NEW_CALL = "transferredConnections/connectionListItem/newConnection/callID"

#: Where each event has the call it is about.
_CONNECTIONS = {
    "OriginatedEvent": "originatedConnection",
    "DeliveredEvent": "connection",
    "EstablishedEvent": "establishedConnection",
    "NetworkReachedEvent": "outboundConnection",
    "FailedEvent": "failedConnection",
    "HeldEvent": "heldConnection",
    "RetrievedEvent": "retrievedConnection",
}


def _call_id(event: Message) -> str:
    return event.get(f"{_CONNECTIONS[event.name]}/callID")


def _number(event: Message, who: str) -> str:
    return event.get(f"{who}/deviceIdentifier")
