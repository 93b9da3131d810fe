"""One call as one side sees it: a dialog from INVITE to BYE (RFC 3261 12 to 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .agent_words import STILL_ASKING
from .call_states import CALL, CallEvent, CallState
from .dialog import Dialog
from .flow import Flow
from .message import Request, Response
from .sending import Sending
from .uri import Uri
from .ways import ways
from .words import REASONS

if TYPE_CHECKING:
    from .transactions import ServerTransaction
    from .user_agent import UserAgent

__all__ = ["Call", "CallState"]

#: So many phones may ring for one call of ours; whoever forks further is not listened to.
MOST_FORKS = 20

#: Where bodies of calls say what they are.
SDP = (("Content-Type", "application/sdp"),)


def _ignore(answer: object) -> None:
    pass


class Call:
    """One dialog (leg) seen from our side. Made by `UserAgent.invite` and by an INVITE that comes in.

    Every action gives True, or False when the state does not allow it: then nothing was sent and nothing changed (a
    button pressed too late). `number` is the user part that was called, `caller` the one that calls; `request` is the
    first INVITE, `flow` the way that this dialog's messages come. `local_body` is our SDP as last sent, `remote_body`
    the other side's as last received. `status` is the final status of the INVITE, 0 while there is none, `reason` its
    words, and `warning` what the other side says about its refusal. `owner_data` is the owner's.
    """

    state: CallState

    def __init__(
        self, agent: UserAgent, request: Request, flow: Flow, *, tag: str, number: str, caller: str, incoming: bool
    ) -> None:
        self._agent = agent
        self.request = request
        self.flow = flow
        self.tag = tag
        self.number = number
        self.caller = caller
        self.incoming = incoming
        self.local_body = b""
        self.remote_body = b""
        self.status = 0
        self.reason = self.warning = ""
        self.owner_data: Any = None
        #: The dialog, once there is one; of several that are early, the first.
        self.dialog: Dialog | None = None
        # By the tag of the other side: a call of ours that several phones ring for has several.
        self._dialogs: dict[str, Dialog] = {}
        # The INVITE of the other side that waits for our answer or its ACK, and ours that waits for theirs.
        self._server: ServerTransaction | None = None
        self._sending: Sending | None = None
        self._late = False
        self._acked = 0

    @property
    def call_id(self) -> str:
        """What all messages of this call have in common."""
        return self.request.call_id

    @property
    def offered(self) -> bool:
        """Whether the other side has made its offer in the 2xx, and waits for our `acknowledge(body)`."""
        return self.state is CallState.OFFERED

    def __repr__(self) -> str:
        return f"<Call {self.caller} → {self.number}, {self.state}>"

    # --- what the owner does

    def ring(self, status: int = 180, body: bytes = b"") -> bool:
        """180 (or 183 with early media) to the caller."""
        return self._run(CallEvent.USER_RING, (status, "", (), body))

    def answer(self, body: bytes = b"") -> bool:
        """200 to the caller; `body` is our SDP: the answer, or the offer when the INVITE had none."""
        return self._run(CallEvent.USER_ANSWER, (200, "", (), body))

    def reject(self, status: int, reason: str = "", headers: Iterable[tuple[str, str]] = ()) -> bool:
        """A final refusal (3xx to 6xx) to the caller; from 400 on it has a sentence of `refusals.REFUSALS` with it."""
        return self._run(CallEvent.USER_REJECT, (status, reason, headers, b""))

    def hang_up(self) -> bool:
        """End the call by what its state asks for: CANCEL, 603 or BYE."""
        return self._run(CallEvent.USER_HANG_UP, (603, "", (), b""))

    def reinvite(self, body: bytes = b"") -> bool:
        """Re-INVITE, to hold or to change the media; without a body the other side makes the offer.

        The answer comes as `Listener.changed`.
        """
        return self._run(CallEvent.USER_CHANGE, body)

    def accept_change(self, body: bytes = b"") -> bool:
        """200 to the re-INVITE of the other side."""
        return self._run(CallEvent.USER_ACCEPT, (200, "", (), body))

    def refuse_change(self, status: int = 488, reason: str = "") -> bool:
        """A refusal to the re-INVITE of the other side; the call goes on as it was (14.2)."""
        return self._run(CallEvent.USER_REFUSE, (status, reason, (), b""))

    def acknowledge(self, body: bytes = b"") -> bool:
        """ACK with our SDP after a late offer; every other ACK goes out by itself."""
        return self._run(CallEvent.USER_ACK, body)

    def notify(self, event: str, body: bytes = b"") -> bool:
        """NOTIFY in the dialog, even while it is early: `talk` (answer, or take off hold) or `hold`."""
        return self.request_inside("NOTIFY", [("Event", event), ("Subscription-State", "active")], body)

    def request_inside(
        self,
        method: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        answered: Callable[[Response], None] = _ignore,
        failed: Callable[[int], None] = _ignore,
    ) -> bool:
        """A request in the dialog, even while it is early, that leaves the call as it is: NOTIFY, INFO."""
        if self.dialog is None or self.state in (CallState.INVITED, CallState.ENDING, CallState.ENDED):
            return False
        self._agent.send_inside(self, self.dialog.request(method, headers, body), answered, failed)
        return True

    # --- what comes in

    def _run(self, event: CallEvent, detail: Any = None) -> bool:
        row = _TABLE.get((self.state, event))
        if row is None:
            return False
        self.state, actions = row
        for action in actions:
            action(self, detail)
        return True

    def begin(self, event: CallEvent, detail: Any) -> None:
        """The first event: our INVITE (as a draft), or the transaction of the other side's."""
        self.state, actions = _TABLE[None, event]
        for action in actions:
            action(self, detail)

    def dialog_with(self, tag: str) -> Dialog | None:
        """The dialog with the side that has this tag."""
        return self._dialogs.get(tag)

    def came(self, event: CallEvent, transaction: ServerTransaction) -> bool:
        """INVITE or BYE came in our dialog, or CANCEL (with the transaction it cancels)."""
        if event is CallEvent.CANCEL and transaction is not self._server:
            return False
        return self._run(event, transaction)

    def acknowledged(self, request: Request) -> None:
        """The ACK to our 2xx came."""
        self._run(CallEvent.ACK, request)

    def unacknowledged(self) -> None:
        """It never came."""
        self._run(CallEvent.NO_ACK)

    def came_again(self, response: Response) -> None:
        """A 2xx to our INVITE that no request waits for: a copy, or one more phone that has answered (13.2.2.4)."""
        tag = response.to.tag
        dialog = self._dialogs.get(tag)
        if dialog is None and len(self._dialogs) < MOST_FORKS:
            dialog = self._dialogs[tag] = Dialog.of_caller(self.request, response)
        if dialog is None:
            return
        if dialog.ack is not None:
            self._agent.wire.send(*dialog.ack, again=True)
        elif dialog is not self.dialog:
            dialog.confirm(response)
            self._acknowledge(dialog, response.cseq.number)
            self._agent.send_inside(self, dialog.request("BYE"), _ignore, _ignore, dialog=dialog)

    def _answered(self, response: Response) -> None:
        if response.status < 200:
            if response.to.tag and response.to.tag not in self._dialogs and len(self._dialogs) < MOST_FORKS:
                self._dialogs[response.to.tag] = early = Dialog.of_caller(self.request, response)
                self.dialog = self.dialog or early
            self._run(CallEvent.PROVISIONAL, response)
        elif response.status < 300:
            self._run(CallEvent.OFFER if self._late and response.body else CallEvent.SUCCESS, response)
        elif self.status and response.status in (408, 481):
            # The other side of a call that stands knows nothing of it (12.2.1.2).
            self._run(CallEvent.LOST, response.status)
        else:
            self._run(CallEvent.REFUSAL, response)

    def _failed(self, status: int) -> None:
        self._run(CallEvent.LOST, status)

    def _bye_answered(self, response: Response) -> None:
        if response.status >= 200:
            self._run(CallEvent.BYE_OVER)

    def _bye_failed(self, status: int) -> None:
        self._run(CallEvent.BYE_OVER)

    # --- actions of the table

    def _send_invite(self, detail: Request | bytes) -> None:
        if isinstance(detail, bytes):
            assert self.dialog is not None
            headers = [*self._agent.about(self.flow, self._own_user()), *(SDP if detail else ())]
            draft = self.dialog.request("INVITE", headers, detail)
            flows = self._agent.flows(self, self.dialog)
        else:
            draft = detail
            flows = (self.flow,)
            if self.flow.connection:
                # It may be gone, and its far end still listen.
                flows += ways(Uri.read(draft.uri), self.flow, self._agent.local)
        self.local_body = draft.body or self.local_body
        self._late = not draft.body
        self._sending = Sending(self._agent, draft, flows, self._answered, self._failed)
        self._sending.start()

    def _own_user(self) -> str:
        return self.number if self.incoming else self.caller

    def _send_cancel(self, detail: object) -> None:
        assert self._sending is not None
        self._agent.transactions.cancel(self._sending.request, self._sending.flow)

    def _take_dialog(self, response: Response) -> None:
        tag = response.to.tag
        dialog = self._dialogs.get(tag)
        if dialog is None:
            dialog = self._dialogs[tag] = Dialog.of_caller(self.request, response)
        dialog.confirm(response)
        self.dialog = dialog
        self._acked = response.cseq.number
        self.remote_body = response.body or self.remote_body
        if not self.status:
            self.status, self.reason = response.status, response.reason

    def _send_ack(self, detail: object) -> None:
        assert self.dialog is not None
        number = detail.cseq.number if isinstance(detail, Response) else self._acked
        body = detail if isinstance(detail, bytes) else b""
        self.local_body = body or self.local_body
        self._acknowledge(self.dialog, number, body)

    def _acknowledge(self, dialog: Dialog, number: int, body: bytes = b"") -> None:
        request = dialog.request("ACK", SDP if body else (), body, cseq=number)
        sending = Sending(self._agent, request, self._agent.flows(self, dialog), _ignore, _ignore)
        dialog.ack = sending.request, sending.flow
        self._agent.transactions.acknowledge(*dialog.ack)

    def _send_bye(self, detail: object) -> None:
        assert self.dialog is not None
        self._agent.send_inside(self, self.dialog.request("BYE"), self._bye_answered, self._bye_failed)

    def _send_provisional(self, detail: tuple[int, str, Iterable[tuple[str, str]], bytes]) -> None:
        status, reason, headers, body = detail
        assert self._server is not None
        self.local_body = body or self.local_body
        own = self._agent.about(self.flow, self._own_user()) if 100 < status < 300 else ()
        self._agent.respond(self._server, status, reason, headers=(*own, *headers), body=body, tag=self.tag)

    def _send_success(self, detail: tuple[int, str, Iterable[tuple[str, str]], bytes]) -> None:
        assert self._server is not None
        self.remote_body = self._server.request.body or self.remote_body
        self.status = self.status or detail[0]
        self._send_provisional(detail)

    def _send_refusal(self, detail: tuple[int, str, Iterable[tuple[str, str]], bytes]) -> None:
        self.status = self.status or detail[0]
        self._send_provisional(detail)

    def _send_cancelled(self, detail: object) -> None:
        self._send_refusal((487, "", (), b""))

    def _send_glare(self, transaction: ServerTransaction) -> None:
        self._agent.respond(transaction, 491)

    def _send_wait(self, transaction: ServerTransaction) -> None:
        self._agent.respond(transaction, 500, headers=[("Retry-After", "5")], sentence=STILL_ASKING)

    def _confirm_bye(self, transaction: ServerTransaction) -> None:
        self._agent.respond(transaction, 200)

    def _keep_request(self, transaction: ServerTransaction) -> None:
        self._server = transaction
        if self.dialog is None:
            self.dialog = Dialog.of_called(transaction.request, self.tag)
            self._dialogs[transaction.request.from_.tag] = self.dialog
        else:
            self.dialog.refresh(transaction.request)

    def _forget(self, detail: object) -> None:
        self._sending = None
        self._agent.forget(self)

    def _tell_invited(self, transaction: ServerTransaction) -> None:
        self.remote_body = transaction.request.body
        self._agent.listener.invited(self)

    def _tell_progress(self, response: Response) -> None:
        if response.status > 100:
            self.remote_body = response.body or self.remote_body
            self._agent.listener.progressed(self, response)

    def _tell_answered(self, response: Response) -> None:
        self._agent.listener.answered(self, response)

    def _tell_refused(self, detail: Response | int) -> None:
        if isinstance(detail, Response):
            self.status, self.reason = detail.status, detail.reason
            self.warning = detail.headers.get("Warning")
        else:
            self.status, self.reason = detail, REASONS[detail]
        self._agent.listener.refused(self, self.status, self.reason)

    def _tell_ack(self, request: Request) -> None:
        self.remote_body = request.body or self.remote_body
        self._agent.listener.acknowledged(self, request)

    def _tell_change_asked(self, transaction: ServerTransaction) -> None:
        self._agent.listener.change_asked(self, transaction.request)

    def _tell_changed(self, response: Response) -> None:
        self._agent.listener.changed(self, response)

    def _tell_ended_by_us(self, detail: object) -> None:
        self._agent.listener.ended(self, True)

    def _tell_ended_by_them(self, detail: object) -> None:
        self._agent.listener.ended(self, False)


_TABLE = {
    key: (state, tuple(getattr(Call, f"_{action.name.lower()}") for action in actions))
    for key, (state, actions) in CALL.rows.items()
}
