"""SIP Server's call control: a back-to-back user agent that T-Library's clients can tell what to do.

A call for somebody else (third-party call) goes in the order that a real SIP Server's log shows: INVITE without SDP to
the caller's phone, NOTIFY `Event: talk` when it rings, and what the phone offers in its 200 goes to the called party;
the answer comes back in the ACK (RFC 3725 4.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import NoCallError
from . import server_words as words
from .b2bua import BackToBack
from .call import CallState
from .tlib import EventName, PartyState

if TYPE_CHECKING:
    from .bridge import Bridge, Party

__all__ = ["NUMBER", "SipServer"]

#: How many characters a number may have.
LONGEST_NUMBER = 64

#: What can be dialled: the characters of the user part of an address that need no escape.
NUMBER = re.compile(rf"[0-9A-Za-z*#+._-]{{1,{LONGEST_NUMBER}}}")


class SipServer(BackToBack):
    """SIP Server without its sockets: `receive` takes messages in, `agent.transactions` has the timers.

    `users` says which numbers are DNs of this switch. `route` gives the way to whoever has another number, and whether
    the call leaves the switch there (gateways and softswitches: Trunk DNs). `told` is called with each event for
    T-Library's clients, `related` with the Call-ID of a second leg and that of its first.

    Each request of a T-Library client gives the Call-ID of the call it is about. Where it comes to nothing it raises
    `NoCallError`. Of several calls that fit, it is about the newest, unless `conn_id` names one.
    """

    def make_call(self, this_dn: str, other_dn: str) -> str:
        """RequestMakeCall: the phone of `this_dn` calls `other_dn`."""
        if not self._users(this_dn):
            raise NoCallError(this_dn, words.NO_DN.format(dn=this_dn))
        bindings = self.registrar.bindings(this_dn)
        if not bindings:
            raise NoCallError(this_dn, words.NOT_REGISTERED.format(dn=this_dn))
        if not NUMBER.fullmatch(other_dn):
            raise NoCallError(this_dn, words.NO_NUMBER.format(limit=LONGEST_NUMBER))
        call = self.agent.invite(bindings[0].contact, self._way(bindings[0]), from_user=other_dn)
        bridge = self._bridge(this_dn, other_dn, call)
        if call.state is CallState.ENDED:
            self._fail(bridge, call.status)
        return call.call_id

    def answer_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestAnswerCall: NOTIFY `Event: talk` to the phone that rings."""
        return self._notify("talk", this_dn, conn_id, words.NOT_RINGING, PartyState.ALERTING)

    def hold_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestHoldCall: NOTIFY `Event: hold`; the phone sends the re-INVITE."""
        return self._notify("hold", this_dn, conn_id, words.NOT_CONNECTED, PartyState.CONNECTED)

    def retrieve_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestRetrieveCall: NOTIFY `Event: talk`; the phone sends the re-INVITE."""
        return self._notify("talk", this_dn, conn_id, words.NOT_HELD, PartyState.HELD)

    def release_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestReleaseCall: both legs end, by CANCEL, refusal or BYE, as their states ask for."""
        party = self._party(this_dn, conn_id, words.NO_CALL)
        call_id = party.leg.call_id if party.call else party.other.leg.call_id
        self._end(party.bridge, party)
        return call_id

    def _notify(self, event: str, dn: str, conn_id: str, problem: str, state: PartyState) -> str:
        party = self._party(dn, conn_id, problem, state)
        if not party.leg.notify(event):
            raise NoCallError(dn, words.NO_DIALOG.format(dn=dn))
        return party.leg.call_id

    def _party(self, dn: str, conn_id: str, problem: str, state: PartyState | None = None) -> Party:
        if not self._users(dn):
            raise NoCallError(dn, words.NO_DN.format(dn=dn))
        for party in reversed(self.parties.get(dn, ())):
            if state in (None, party.state) and conn_id in ("", party.bridge.conn_id):
                return party
        raise NoCallError(dn, problem.format(dn=dn))

    def _fail(self, bridge: Bridge, status: int) -> None:
        caller = bridge.caller
        if caller.is_dn and caller.state is None:
            # The phone that was to call did not take part, so nobody has dialled anything yet.
            caller.tell(EventName.ERROR, ErrorMessage=words.DID_NOT_ANSWER.format(dn=caller.dn, status=status))
        super()._fail(bridge, status)
