"""A SIP user agent: it answers requests in the order of RFC 3261 8.2, makes and takes calls, and registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..model import Transport
from ..state import Socket
from . import agent_words as words
from .call import Call
from .call_states import CallEvent, CallState
from .checks import Fault, address_fault, content_fault
from .dialog import Dialog
from .draft import draft
from .flow import Flow
from .ids import Ids
from .listener import Listener
from .message import Request, Response
from .refusals import warning
from .registering import Registrations
from .seen import Key, Seen, key_of_request
from .sending import Sending
from .timers import Timers
from .transactions import ServerTransaction, Transactions, Wire
from .uri import Uri
from .values import NameAddr
from .ways import address_at, is_own, own_end, sent_by, ways

__all__ = ["Listener", "UserAgent"]

#: What every agent here answers by itself.
METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "NOTIFY")

#: The events that SIP Server tells its phones of, so that a button of the desktop works the phone.
EVENTS = ("talk", "hold")

#: More calls at one time than this are refused: each one is remembered until somebody ends it.
MOST_CALLS = 50_000

#: So many of our calls that are over are remembered: a 2xx that comes again is acknowledged again (13.2.2.4), even when
#: BYE has overtaken the ACK, and a second phone that answers late is hung up.
MOST_ENDED = 256


class UserAgent:
    """One SIP element: phone, gateway, or all sides of SIP Server.

    `user` is the number it answers for (any number with `allow_unknown_users`), `local` the address and port number of
    its own end for each transport it has. `calls` has the live calls, by the tag of our own side. `handlers` are the
    methods that the owner answers itself, by `respond`; they come after all checks but that of the body.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Callable[[], float],
        ids: Ids,
        *,
        user: str,
        local: Mapping[Transport, Socket],
        listener: Listener,
        timers: Timers | None = None,
        display: str = "",
        allow_unknown_users: bool = False,
    ) -> None:
        self.wire = wire
        self.clock = clock
        self.ids = ids
        self.user = user
        self.local = local
        self.listener = listener
        self.display = display
        self.allow_unknown_users = allow_unknown_users
        self.transactions = Transactions(wire, self, clock, timers=timers)
        self.calls: dict[str, Call] = {}
        self.handlers: dict[str, Callable[[ServerTransaction], None]] = {}
        # By the INVITE that began each live call; and whatever else was here.
        self._invites: dict[Key, Call] = {}
        self._seen = Seen(clock, self.transactions.timers.longest)
        # Calls of ours that ended not long ago, the oldest first.
        self._ended: dict[str, Call] = {}
        self._registrations = Registrations(ids)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods taken here."""
        return tuple(dict.fromkeys((*METHODS, *self.handlers))) if self.handlers else METHODS

    @property
    def allow(self) -> str:
        """The same as they stand in Allow."""
        return ", ".join(self.methods)

    # --- what the owner does

    def receive(self, message: Request | Response, flow: Flow) -> None:
        """Hand in a message that was parsed, with the way it came (`Request.received_from` has noted that already)."""
        self.transactions.receive(message, flow)

    def register(self, user: str, flow: Flow, *, expires: int = 3600, done: Callable[[Response | None], None]) -> None:
        """Tell the registrar at `flow` for how many seconds `user` is here; 0 takes it back. None: no answer."""
        contact = self.contact(user, flow.transport)
        self._send(self._registrations.draft(contact, self.display, flow, expires), flow, done)

    def invite(
        self,
        to: Uri,
        flow: Flow,
        *,
        body: bytes = b"",
        from_user: str = "",
        display: str = "",
        headers: Iterable[tuple[str, str]] = (),
    ) -> Call:
        """Call somebody; without a body it is a late offer (the SDP comes in the 2xx, ours goes in the ACK)."""
        user = from_user or self.user
        tag = self.ids.tag()
        request = draft(
            "INVITE",
            to._replace(headers={}),
            sender=self._sender(user, display, tag, flow),
            to=to._replace(headers={}),
            call_id=self.ids.call_id(),
            headers=(*self.about(flow, user), *headers),
            body=body,
            content_type="application/sdp",
        )
        call = Call(self, request, flow, tag=tag, number=to.user, caller=user, incoming=False)
        self.calls[tag] = call
        call.begin(CallEvent.USER_INVITE, request)
        return call

    def request(
        self,
        method: str,
        to: Uri,
        flow: Flow,
        *,
        done: Callable[[Response | None], None],
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str = "text/plain",
    ) -> None:
        """A request outside a dialog: OPTIONS, MESSAGE … `done` gets the final answer, None when there was none."""
        to = to._replace(headers={})
        sender = self._sender(self.user, "", self.ids.tag(), flow)
        call_id = self.ids.call_id()
        request = draft(
            method, to, sender=sender, to=to, call_id=call_id, headers=headers, body=body, content_type=content_type
        )
        self._send(request, flow, done)

    def respond(
        self,
        transaction: ServerTransaction,
        status: int,
        reason: str = "",
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str = "",
        tag: str = "",
        sentence: str = "",
    ) -> None:
        """Answer a request. A refusal says why in a Warning: `sentence`, or what its status means."""
        fields = list(headers)
        if status >= 400 and not any(name.lower() == "warning" for name, _ in fields):
            fields.append(warning(status, sent_by(transaction.flow.transport, self.local), sentence))
        # 8.2.6.2: every answer but 100 has a To tag.
        own = "" if status == 100 else tag or self.ids.tag()
        transaction.respond(
            transaction.request.answer(status, reason, to_tag=own, headers=fields, body=body, content_type=content_type)
        )

    # --- what calls need

    def contact(self, user: str, transport: Transport) -> Uri:
        """The own address of a user, as it stands in Contact."""
        return address_at(user, transport, *own_end(transport, self.local))

    def about(self, flow: Flow, user: str) -> list[tuple[str, str]]:
        """What the beginning of a dialog says of this side (12.1.1, 13.2.1)."""
        return [("Contact", f"<{self.contact(user, flow.transport)}>"), ("Allow", self.allow)]

    def flows(self, call: Call, dialog: Dialog) -> tuple[Flow, ...]:
        """The ways of requests in a dialog, the best first."""
        return ways(dialog.next_hop(), call.flow, self.local)

    def send_inside(
        self,
        call: Call,
        draft: Request,
        answered: Callable[[Response], None],
        failed: Callable[[int], None],
        *,
        dialog: Dialog | None = None,
    ) -> None:
        """Send a request in the call's dialog."""
        dialog = dialog or call.dialog
        assert dialog is not None
        Sending(self, draft, self.flows(call, dialog), answered, failed).start()

    def forget(self, call: Call) -> None:
        """A call is over."""
        self.calls.pop(call.tag, None)
        if call.incoming:
            key = key_of_request(call.request)
            self._invites.pop(key, None)
            if call.status not in range(200, 300):
                self._seen.add(key)
            return
        self._ended[call.tag] = call
        if len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]

    def _sender(self, user: str, display: str, tag: str, flow: Flow) -> NameAddr:
        host, _ = own_end(flow.transport, self.local)
        return NameAddr(Uri("sip", user, host), display or self.display, {"tag": tag})

    def _send(self, request: Request, flow: Flow, done: Callable[[Response | None], None]) -> None:
        def answered(response: Response) -> None:
            if response.status >= 200:
                done(response)

        Sending(self, request, (flow,), answered, lambda status: done(None)).start()

    # --- what the transactions tell

    def requested(self, transaction: ServerTransaction) -> None:
        """A new request: RFC 3261 8.2 says what is looked at, and in which order."""
        request = transaction.request
        if request.method == "CANCEL":
            self._cancel(transaction)
            return
        user = "" if self.allow_unknown_users else self.user
        found = address_fault(request, self.methods, user)
        if found is None and not request.to.tag and self._met_before(request):
            found = Fault(482)
        found = found or content_fault(request)
        if found:
            self._refuse(transaction, found)
        elif request.to.tag:
            self._inside(transaction)
        elif request.method in self.handlers:
            self.handlers[request.method](transaction)
        elif request.method == "INVITE":
            self._invited(transaction)
        elif request.method == "OPTIONS":
            self._options(transaction)
        else:
            self._refuse(transaction, Fault(481))  # BYE and NOTIFY belong into a dialog

    def acknowledged(self, request: Request, flow: Flow) -> None:
        """The ACK to a 2xx of ours."""
        if call := self.calls.get(request.to.tag):
            call.acknowledged(request)

    def unacknowledged(self, transaction: ServerTransaction) -> None:
        """A 2xx of ours never got its ACK."""
        request = transaction.request
        if call := self.calls.get(request.to.tag) or self._invites.get(key_of_request(request)):
            call.unacknowledged()

    def strayed(self, response: Response, flow: Flow) -> None:
        """A response that nobody waits for: dropped, unless it is a 2xx to an INVITE of ours."""
        tag = response.from_.tag
        call = self.calls.get(tag) or self._ended.get(tag)
        wanted = 200 <= response.status < 300 and response.cseq.method == "INVITE"
        # 18.1.2: it has to say itself that it goes to this element.
        if call and wanted and is_own(response.via, self.local):
            call.came_again(response)

    def _met_before(self, request: Request) -> bool:
        """Whether this is a copy that came by another way, with another branch (8.2.2.2). Remembers it, if not."""
        key = key_of_request(request)
        if key in self._invites or key in self._seen:
            return True
        # A call is remembered as long as it lives.
        if request.method != "INVITE":
            self._seen.add(key)
        return False

    def _refuse(self, transaction: ServerTransaction, found: Fault) -> None:
        self.respond(transaction, found.status, headers=found.headers, sentence=found.sentence)

    def _invited(self, transaction: ServerTransaction) -> None:
        if len(self.calls) >= MOST_CALLS:
            self.respond(transaction, 503, headers=[("Retry-After", "30")])
            return
        request, tag = transaction.request, self.ids.tag()
        number, caller = Uri.read(request.uri).user, request.from_.uri.user
        call = Call(self, request, transaction.flow, tag=tag, number=number, caller=caller, incoming=True)
        self.calls[tag] = self._invites[key_of_request(request)] = call
        call.begin(CallEvent.INVITE, transaction)

    def _cancel(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        call = self.calls.get(request.to.tag) or self._invites.get((*key_of_request(request)[:3], "INVITE"))
        if transaction.cancels is None:
            self._refuse(transaction, Fault(481))
            return
        # 9.2: this 200 has the same To tag as the answer to the INVITE, and comes whatever has become of that.
        self.respond(transaction, 200, tag=call.tag if call else "")
        if call:
            call.came(CallEvent.CANCEL, transaction.cancels)

    def _options(self, transaction: ServerTransaction) -> None:
        accept = [("Allow", self.allow), ("Accept", "application/sdp"), ("Allow-Events", ", ".join(EVENTS))]
        self.respond(transaction, 200, headers=accept)

    def _inside(self, transaction: ServerTransaction) -> None:
        """A request with a To tag: of a dialog that is here, or of none."""
        request = transaction.request
        call = self.calls.get(request.to.tag)
        dialog = call.dialog_with(request.from_.tag) if call and call.call_id == request.call_id else None
        if call is None or dialog is None:
            self._refuse(transaction, Fault(481))
            return
        number, last = request.cseq.number, dialog.remote_cseq
        if last is not None and number < last:
            self._refuse(transaction, Fault(500, sentence=words.TOO_OLD.format(number=number, last=last)))
            return
        dialog.remote_cseq = number
        call.flow = transaction.flow
        if request.method == "OPTIONS":
            self._options(transaction)
        elif request.method in self.handlers:
            self.handlers[request.method](transaction)
        elif request.method == "NOTIFY":
            self._notify(transaction, call)
        elif request.method == "BYE" and dialog is not call.dialog:
            # One more phone had answered, and got its BYE from us.
            self.respond(transaction, 200)
        elif not call.came(CallEvent(request.method), transaction):
            self._refuse(transaction, Fault(481))

    def _notify(self, transaction: ServerTransaction, call: Call) -> None:
        event = transaction.request.headers.get("Event").partition(";")[0].strip().lower()
        if event not in EVENTS:
            sentence = "" if event else words.NO_EVENT
            self._refuse(transaction, Fault(489, (("Allow-Events", ", ".join(EVENTS)),), sentence))
        elif call.state is CallState.ENDING:
            self._refuse(transaction, Fault(481))
        else:
            self.respond(transaction, 200)
            self.listener.notified(call, event)
