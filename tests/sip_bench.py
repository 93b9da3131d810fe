"""One user agent on a test bench: what it sends is kept, and the test plays the other side by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genesys_ports.model import Transport
from genesys_ports.sip import Flow, Headers, Ids, Request, Response, Uri, parse
from genesys_ports.sip.call import Call
from genesys_ports.sip.listener import Listener
from genesys_ports.sip.user_agent import UserAgent
from genesys_ports.state import Socket

#: The other side: its address, and the ways to it.
PEER = "127.0.0.9"
UDP = Flow(Transport.UDP, PEER, 5060)
TCP = Flow(Transport.TCP, PEER, 5060)
CONTACT = ("Contact", f"<sip:2002@{PEER}:5060>")
OFFER = b"v=0\r\ns=offer\r\n"
ANSWER = b"v=0\r\ns=answer\r\n"
SDP = ("Content-Type", "application/sdp")


class Diary(Listener):
    """A listener that writes down what it is told, as (what, about what)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.calls: list[Call] = []

    def invited(self, call):
        self.calls.append(call)
        self.told.append(("invited", call.number))

    def progressed(self, call, response):
        self.told.append(("progressed", response.status))

    def answered(self, call, response):
        self.told.append(("answered", response.status))

    def acknowledged(self, call, request):
        self.told.append(("acknowledged", request.body))

    def refused(self, call, status, reason):
        self.told.append(("refused", status))

    def ended(self, call, by_us):
        self.told.append(("ended", "by us" if by_us else "by them"))

    def change_asked(self, call, request):
        self.told.append(("change asked", request.body))

    def changed(self, call, response):
        self.told.append(("changed", response.status))

    def notified(self, call, event):
        self.told.append(("notified", event))


class Bench:
    """The agent 1001 at 127.0.0.1, with UDP and TCP unless told otherwise, and a clock that stands still."""

    def __init__(self, *transports: Transport, **options: Any) -> None:
        self.now = 0.0
        self.sent: list[tuple[Request | Response, Flow]] = []
        self.repeated: list[str] = []
        self.diary = Diary()
        local = {one: Socket("127.0.0.1", 5060) for one in transports or (Transport.UDP, Transport.TCP)}
        self.agent = UserAgent(
            self, lambda: self.now, Ids("me"), user="1001", local=local, listener=self.diary, **options
        )
        self._branches = iter(range(1000))

    # --- the wire

    def send(self, message, flow, *, again=False):
        # Through bytes and back, so that whatever is sent is known to be SIP.
        message = parse(bytes(message))
        if again:
            self.repeated.append(message.name())
        else:
            self.sent.append((message, flow))

    def news(self) -> list[str]:
        """The names of what was sent since the last look."""
        names = [message.name() for message, _ in self.sent]
        self.sent_before, self.sent = self.sent, []
        return names

    def last(self, name: str) -> Any:
        """The last message of this name."""
        every = [*getattr(self, "sent_before", []), *self.sent]
        return next(message for message, _ in reversed(every) if message.name() == name)

    def told(self) -> list[tuple[str, Any]]:
        """What the owner was told since the last look."""
        told, self.diary.told = self.diary.told, []
        return told

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while (due := self.agent.transactions.due()) is not None and due <= end:
            self.now = due
            self.agent.transactions.advance()
        self.now = end

    # --- the other side, called

    def reply(
        self,
        request: Request,
        status: int,
        tag: str = "peer",
        headers: Iterable[tuple[str, str]] = (CONTACT,),
        body: bytes = b"",
        flow: Flow = UDP,
    ) -> None:
        """Answer a request of the agent's."""
        self.receive(request.answer(status, to_tag=tag, headers=headers, body=body), flow)

    def receive(self, message: Request | Response, flow: Flow = UDP) -> None:
        self.agent.receive(parse(bytes(message)), flow)

    def called(self, body: bytes = OFFER, **options: Any) -> Call:
        """A call of the agent's, just begun."""
        return self.agent.invite(Uri.parse(f"sip:2002@{PEER}"), UDP, body=body, **options)

    def established(self) -> Call:
        """A call of the agent's that was answered."""
        call = self.called()
        self.reply(self.last("INVITE"), 200, body=ANSWER)
        self.news()
        self.told()
        return call

    # --- the other side, calling

    def ask(
        self,
        method: str,
        *headers: tuple[str, str],
        cseq: int = 1,
        to_tag: str = "",
        from_tag: str = "peer",
        call_id: str = "their-call",
        uri: str = "sip:1001@127.0.0.1",
        branch: str = "",
        body: bytes = b"",
        flow: Flow = UDP,
    ) -> Request:
        """Send the agent a request."""
        via = f"SIP/2.0/{flow.transport.upper()} {PEER}:5060;branch={branch or f'z9hG4bK-peer-{next(self._branches)}'}"
        pairs = [
            ("Via", via),
            *[("Max-Forwards", "70")] * ("Max-Forwards" not in dict(headers)),
            ("From", f"<sip:2002@{PEER}>;tag={from_tag}"),
            ("To", "<sip:1001@127.0.0.1>" + (f";tag={to_tag}" if to_tag else "")),
            ("Call-ID", call_id),
            ("CSeq", f"{cseq} {method}"),
            *headers,
        ]
        if method == "INVITE":
            pairs += [CONTACT] * ("Contact" not in dict(headers))
            pairs += [SDP] * (bool(body) and "Content-Type" not in dict(headers))
        request = Request(method, uri, Headers(pairs), body)
        self.receive(request, flow)
        return request

    def asked(self, **options: Any) -> Call:
        """A call to the agent, not answered yet."""
        self.ask("INVITE", body=options.pop("body", OFFER), **options)
        return self.diary.calls[-1]

    def taken(self) -> Call:
        """A call to the agent that it answered."""
        call = self.asked()
        call.answer(ANSWER)
        self.inside("ACK", call)
        self.news()
        self.told()
        return call

    def inside(self, method: str, call: Call, *headers: tuple[str, str], cseq: int = 1, **options: Any) -> Request:
        """Send the agent a request in the dialog of a call."""
        own = {} if call.incoming else {"call_id": call.call_id}
        return self.ask(method, *headers, cseq=cseq, to_tag=call.tag, **{**own, **options})
