"""Requests of T-Library's clients on their way to the switch: what each becomes on the CTI link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ..csta import (
    Message,
    answer_call,
    clear_connection,
    hold_call,
    make_call,
    retrieve_call,
    transfer_call,
)
from ..errors import CSTAError, LinkDownError, NoCallError
from ..sip.server import LONGEST_NUMBER, NUMBER
from ..sip.tlib import EventName, PartyState
from . import cti_words as words
from .cti_stream import text_of
from .switch_role import call_name
from .t_calls import Party
from .tlib import CALLS, Request

if TYPE_CHECKING:
    from .link import Link
    from .t_server import TServer

__all__ = ["REQUESTS", "Asking"]

#: T-Library's name (docs.genesys.com, Events and Models: Call-Handling and Transfer/Conference Events).
SINGLE_STEP_TRANSFER = "RequestSingleStepTransfer"

#: Messages of the trace among which the acknowledgement of a request is looked for.
NEAR = 50

REQUESTS: Mapping[str, Request] = {
    **CALLS,
    SINGLE_STEP_TRANSFER: lambda asking, dn, fields: asking.transfer_call(
        dn, fields.get("OtherDN", ""), fields.get("ConnID", "")
    ),
}


class Asking:
    """One request of one client on its way to the switch; see `tlib.CallControl`."""

    def __init__(self, server: TServer, link: Link, reference: int | str | None) -> None:
        self._server = server
        self._link = link
        self._reference = reference
        # A client of this lab counts its questions as the trace does; that of another has just got its number.
        trace = server.application.lab.trace
        self._number = reference if link.partner is not None and isinstance(reference, int) else trace.last_number

    def make_call(self, this_dn: str, other_dn: str) -> str:
        """RequestMakeCall: MakeCall."""
        self._check(this_dn, other_dn)
        return self._ask(this_dn, make_call(this_dn, other_dn))

    def answer_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestAnswerCall: AnswerCall."""
        return self._about(answer_call, this_dn, conn_id, words.NOT_RINGING, PartyState.ALERTING)

    def release_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestReleaseCall: ClearConnection."""
        return self._about(clear_connection, this_dn, conn_id, words.NO_CALL)

    def hold_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestHoldCall: HoldCall."""
        return self._about(hold_call, this_dn, conn_id, words.NO_CALL_TO_HOLD, PartyState.CONNECTED)

    def retrieve_call(self, this_dn: str, conn_id: str = "") -> str:
        """RequestRetrieveCall: RetrieveCall."""
        return self._about(retrieve_call, this_dn, conn_id, words.NOT_HELD, PartyState.HELD)

    def transfer_call(self, this_dn: str, other_dn: str, conn_id: str = "") -> str:
        """RequestSingleStepTransfer: SingleStepTransferCall."""
        self._check(this_dn, other_dn)
        return self._about(
            partial(transfer_call, to=other_dn), this_dn, conn_id, words.NOT_TALKING, PartyState.CONNECTED
        )

    def _about(
        self,
        request: Callable[[str, str], Message],
        dn: str,
        conn_id: str,
        problem: str,
        state: PartyState | None = None,
    ) -> str:
        """Send a request about a call of this DN that is in this state, if one is named."""
        self._check(dn)
        party = self._party(dn, conn_id, problem, state)
        call_id = party.call.call_id
        return self._ask(dn, request(call_id, party.device), call_id)

    def _party(self, dn: str, conn_id: str, problem: str, state: PartyState | None) -> Party:
        for party in self._server.watch.parties(dn):
            if state in (None, party.state) and conn_id in ("", party.call.conn_id):
                return party
        raise NoCallError(dn, problem.format(dn=dn))

    def _check(self, dn: str, other_dn: str | None = None) -> None:
        server = self._server
        if dn not in server.dns:
            raise NoCallError(dn, words.NO_DN.format(dn=dn))
        if not server.is_up:
            application = server.application.name
            raise NoCallError(dn, words.LINK_DOWN.format(application=application, server=server.switch))
        if other_dn is not None and not NUMBER.fullmatch(other_dn):
            raise NoCallError(dn, words.NO_NUMBER.format(limit=LONGEST_NUMBER))

    def _ask(self, dn: str, message: Message, call_id: str = "") -> str:
        server = self._server
        asked = 0

        def answered(answer: Message | None) -> None:
            if answer is None:
                self._failed(dn, words.UNANSWERED.format(name=message.name))
            elif answer.name == "CSTAErrorCode":
                self._failed(dn, words.REFUSED.format(name=message.name, value=text_of(answer)))
            elif not call_id:
                self._belongs(asked, call_name(server.switch, answer.get("callingDevice/callID")))

        try:
            asked = server.request(message, answered)
        except (CSTAError, LinkDownError) as problem:
            raise NoCallError(dn, str(problem)) from None
        return call_name(server.switch, call_id)

    def _belongs(self, asked: int, call: str) -> None:
        """The request, its acknowledgement and what it has become on the link belong to the call they have made."""
        trace = self._server.application.lab.trace
        numbers = [self._number, asked]
        for back in range(1, min(NEAR, len(trace)) + 1):
            if trace[-back].reply_to == self._number:
                numbers.append(trace[-back].number)
                break
        for number in numbers:
            trace.assign(number, call)

    def _failed(self, dn: str, problem: str) -> None:
        """The switch has refused: whoever asked is told, and nobody else."""
        details = {"ThisDN": dn, "ErrorMessage": problem}
        if self._reference is not None:
            details["ReferenceID"] = str(self._reference)
        self._link.tell(EventName.ERROR, problem, **details)
