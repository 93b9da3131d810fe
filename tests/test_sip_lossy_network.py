"""SIP transactions on a network that loses, copies and reorders: each request is seen once and ends once."""

from collections import Counter
from heapq import heappop, heappush
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.model import Transport
from genesys_ports.sip.flow import Flow
from genesys_ports.sip.headers import Headers
from genesys_ports.sip.message import Request
from genesys_ports.sip.parser import parse
from genesys_ports.sip.transactions import Transactions

UDP = Flow(Transport.UDP, "127.9.0.2", 5060)


def make(method, *, branch="", to_tag=""):
    # CANCEL has the branch and the number of the INVITE.
    call = "OPTIONS" if method == "OPTIONS" else "INVITE"
    return Request(
        method,
        "sip:1002@127.9.0.2",
        Headers(
            [
                ("Via", f"SIP/2.0/UDP 127.9.0.1:5070;branch=z9hG4bK-{branch or call}"),
                ("Max-Forwards", "70"),
                ("From", "<sip:1001@127.9.0.1>;tag=from"),
                ("To", f"<sip:1002@127.9.0.2>{';tag=' * bool(to_tag)}{to_tag}"),
                ("Call-ID", call),
                ("CSeq", f"1 {method}"),
            ]
        ),
    )


class Network:
    """Two elements, and datagrams between them. `fates`: the delays of each copy of a datagram, none if it is lost."""

    def __init__(self, fates, replies, pauses, cancel):
        self.now = 0.0
        self.fates = iter(fates)
        self.travelling = []
        self.order = count()
        self.caller = Caller(self)
        self.called = Called(self, replies, pauses)
        self.caller.start(cancel)

    def later(self, seconds, run, *arguments):
        heappush(self.travelling, (self.now + seconds, next(self.order), run, arguments))

    def carry(self, data, to):
        # Beyond the pattern, all is well.
        for delay in next(self.fates, [0.01]):
            self.later(delay, to, data)

    def run(self):
        elements = (self.caller, self.called)
        while True:
            dues = [element.transactions.due() for element in elements]
            dues.append(self.travelling[0][0] if self.travelling else None)
            waiting = [due for due in dues if due is not None]
            if not waiting:
                return
            self.now = max(self.now, min(waiting))
            while self.travelling and self.travelling[0][0] <= self.now:
                _, _, run, arguments = heappop(self.travelling)
                run(*arguments)
            for element in elements:
                element.transactions.advance()


class End:
    def __init__(self, network):
        self.network = network
        self.transactions = Transactions(self, self, lambda: network.now)
        self.told = []

    def send(self, message, flow, *, again=False):
        other = self.network.called if self is self.network.caller else self.network.caller
        self.network.carry(bytes(message), other.arrived)

    def arrived(self, data):
        self.transactions.receive(parse(data), UDP)

    def requested(self, transaction):
        raise AssertionError

    def acknowledged(self, request, flow):
        self.told.append("ACK")

    def strayed(self, response, flow):
        raise AssertionError

    def unacknowledged(self, transaction):
        self.told.append("no ACK")


class Caller(End):
    """Sends INVITE and OPTIONS, acknowledges each 2xx, perhaps cancels."""

    def start(self, cancel):
        for method in ("INVITE", "OPTIONS"):
            self.ask(make(method))
        self.cancel = cancel

    def ask(self, request):
        method = request.method
        self.transactions.request(
            request,
            UDP,
            answered=lambda response: self.answered(method, response),
            failed=lambda: self.told.append((method, "failed")),
        )

    def answered(self, method, response):
        if response.status >= 200:
            self.told.append((method, response.status))
            if method == "INVITE" and response.status < 300:
                self.strayed(response, UDP)
        elif method == "INVITE" and self.cancel:
            self.cancel = False
            self.ask(make("CANCEL"))

    def strayed(self, response, flow):
        # Copies of other answers may come when their transaction has ended.
        if response.cseq.method == "INVITE" and 200 <= response.status < 300:
            self.transactions.acknowledge(make("ACK", branch="ack", to_tag=response.to.tag), flow)


class Called(End):
    def __init__(self, network, replies, pauses):
        super().__init__(network)
        self.replies = replies
        self.pauses = pauses

    def requested(self, transaction):
        method = transaction.request.method
        self.told.append(method)
        seconds = 0.0
        for status, pause in zip(self.replies[method], self.pauses, strict=False):
            seconds += pause
            answer = transaction.request.answer(status, to_tag="to")
            if seconds:
                self.network.later(seconds, transaction.respond, answer)
            else:
                transaction.respond(answer)
        if method == "CANCEL" and transaction.cancels is not None:
            transaction.cancels.respond(make("INVITE").answer(487, to_tag="to"))


# No datagram is on its way longer than T1: with a longer way, RFC 3261's own timers let late copies pass for new ones.
FATES = st.lists(st.lists(st.floats(0.001, 0.45), max_size=3), max_size=60)
LOSSES = st.lists(st.sampled_from([[], [], [0.01], [0.3, 0.01]]), max_size=120)
REPLIES = st.sampled_from([(200,), (180, 200), (180, 183, 486), (100, 603), (302,)])


@settings(max_examples=150)
@given(
    st.one_of(FATES, LOSSES),
    st.fixed_dictionaries({"INVITE": REPLIES, "OPTIONS": REPLIES, "CANCEL": st.just((200,))}),
    st.lists(st.sampled_from([0, 0.1, 0.3, 2, 9]), min_size=3, max_size=3),
    st.booleans(),
)
def test_whatever_the_network_does_each_request_is_seen_once_and_ends_once(fates, replies, pauses, cancel):
    network = Network(fates, replies, pauses, cancel)
    network.run()
    caller, called = Counter(network.caller.told), Counter(network.called.told)
    for method in ("INVITE", "OPTIONS"):
        assert sum(times for (asked, _), times in caller.items() if asked == method) == 1
        assert called[method] <= 1
        # Whoever was answered was asked.
        assert called[method] == 1 or caller[method, "failed"] == 1
    assert called["CANCEL"] <= 1
    # A 2xx is acknowledged, or known not to be.
    accepted = replies["INVITE"][-1] == 200 and called["INVITE"] and not called["CANCEL"]
    if accepted:
        assert called["ACK"] + called["no ACK"] == 1
    for layer in (network.caller.transactions, network.called.transactions):
        assert len(layer) == 0
        assert [layer._servers, layer._clients, layer._awaited, layer._waiting, layer.alarms._heap] == [
            {},
            {},
            {},
            {},
            [],
        ]


def test_a_network_without_any_fault():
    network = Network([], {"INVITE": (180, 200), "OPTIONS": (200,)}, [0, 1], False)
    network.run()
    assert sorted(network.caller.told) == [("INVITE", 200), ("OPTIONS", 200)]
    assert sorted(network.called.told) == ["ACK", "INVITE", "OPTIONS"]


def test_a_network_that_carries_nothing():
    network = Network([[]] * 200, {"INVITE": (200,), "OPTIONS": (200,)}, [0], False)
    network.run()
    assert sorted(network.caller.told) == [("INVITE", "failed"), ("OPTIONS", "failed")]
    assert network.called.told == []
