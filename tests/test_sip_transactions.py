"""SIP transactions: every arrow of their diagrams, on a clock that the test turns."""

import gc
import tracemalloc
from collections import Counter

import pytest

from genesys_ports.model import Transport
from genesys_ports.sip.flow import Flow
from genesys_ports.sip.headers import Headers
from genesys_ports.sip.message import Request, Response
from genesys_ports.sip.parser import parse
from genesys_ports.sip.states import MACHINES, State
from genesys_ports.sip.timers import Timers
from genesys_ports.sip.transaction import Transaction
from genesys_ports.sip.transactions import ClientTransaction, ServerTransaction, Transactions
from tests.helpers import only_new_objects

UDP = Flow(Transport.UDP, "127.9.0.2", 5060)
TCP = Flow(Transport.TCP, "127.9.0.2", 5060, 7)

BRANCH = "z9hG4bK-test-1"


def make(method, *, branch=BRANCH, to_tag="", call="call-1", number=1, from_tag="from", headers=()):
    return Request(
        method,
        "sip:1002@127.9.0.2",
        Headers(
            [
                ("Via", f"SIP/2.0/UDP 127.9.0.1:5070;branch={branch}"),
                *headers,
                ("Max-Forwards", "70"),
                ("From", f"<sip:1001@127.9.0.1>;tag={from_tag}"),
                ("To", f"<sip:1002@127.9.0.2>{';tag=' * bool(to_tag)}{to_tag}"),
                ("Call-ID", call),
                ("CSeq", f"{number} {method}"),
            ]
        ),
    )


class Element:
    """One element with a clock to turn, a wire and a user that write down what happens: `log`."""

    def __init__(self, timers=None):
        self.now = 0.0
        self.log = []
        self.sent = []
        self.servers = []
        self.replies = []
        self.transactions = Transactions(self, self, lambda: self.now, timers=timers)

    # the wire
    def send(self, message, flow, *, again=False):
        bytes(message)
        self.sent.append((message, flow, again))
        self.log.append(f"{message.name()} again" if again else message.name())

    # the user
    def requested(self, transaction):
        self.servers.append(transaction)
        self.log.append(f"told {transaction.request.method}")
        for status in self.replies:
            transaction.respond(transaction.request.answer(status, to_tag="to"))

    def acknowledged(self, request, flow):
        self.log.append("told ACK")

    def strayed(self, response, flow):
        self.log.append(f"told stray {response.status}")

    def unacknowledged(self, transaction):
        assert transaction.request.method == "INVITE"
        self.log.append("told no ACK")

    # the test
    def turn(self, seconds):
        """Let time pass, and everything happen at its time."""
        end = self.now + seconds
        while (due := self.transactions.due()) is not None and due <= end:
            self.now = max(self.now, due)
            self.transactions.advance()
        self.now = end

    def ask(self, request, flow=UDP):
        def answered(response):
            assert client.request is request
            self.log.append(f"told {response.status}")

        def failed():
            self.log.append(f"told failed {client.failure}" if request.method != "CANCEL" else "told CANCEL failed")

        client = self.transactions.request(request, flow, answered=answered, failed=failed)
        return client

    def nothing_left(self):
        layer = self.transactions
        assert len(layer) == 0
        assert layer.due() is None
        assert [layer._servers, layer._clients, layer._awaited, layer._waiting, layer.alarms._heap] == [
            {},
            {},
            {},
            {},
            [],
        ]
        return True


# --- the client's side: what comes in, and how much time passes; what happens then

CLIENT = [
    # INVITE
    (
        "nobody answers, over UDP",
        "INVITE",
        UDP,
        ["0.5", "1", "2", "4", "8", "16", "0.4", "0.1"],
        [
            *("INVITE", "INVITE again", "INVITE again", "INVITE again", "INVITE again", "INVITE again"),
            *("INVITE again", "told failed 408"),
        ],
        State.TERMINATED,
    ),
    ("nobody answers, over TCP", "INVITE", TCP, ["31.9", "0.1"], ["INVITE", "told failed 408"], State.TERMINATED),
    ("the way breaks", "INVITE", TCP, ["broken"], ["INVITE", "told failed 503"], State.TERMINATED),
    ("no port there, over UDP", "INVITE", UDP, ["broken"], ["INVITE", "told failed 503"], State.TERMINATED),
    (
        "the way breaks while it rings",
        "INVITE",
        TCP,
        ["180", "broken", "40"],
        ["INVITE", "told 180", "told failed 503"],
        State.TERMINATED,
    ),
    (
        "1xx ends the repeating",
        "INVITE",
        UDP,
        ["100", "31", "180"],
        ["INVITE", "told 100", "told 180"],
        State.PROCEEDING,
    ),
    ("2xx at once", "INVITE", UDP, ["200", "31.9"], ["INVITE", "told 200"], State.ACCEPTED),
    ("2xx at once, then the end", "INVITE", UDP, ["200", "32"], ["INVITE", "told 200"], State.TERMINATED),
    ("2xx after 1xx", "INVITE", TCP, ["180", "9", "200", "31.9"], ["INVITE", "told 180", "told 200"], State.ACCEPTED),
    (
        "copies of the 2xx",
        "INVITE",
        UDP,
        ["200", "0.5", "200", "1", "200"],
        ["INVITE", "told 200", "told stray 200", "told stray 200"],
        State.ACCEPTED,
    ),
    ("1xx that was overtaken by the 2xx", "INVITE", UDP, ["200", "180"], ["INVITE", "told 200"], State.ACCEPTED),
    ("refused at once", "INVITE", UDP, ["486", "31.9"], ["INVITE", "ACK", "told 486"], State.COMPLETED),
    (
        "refused after 1xx, and copies",
        "INVITE",
        UDP,
        ["180", "486", "0.5", "486", "180", "200"],
        ["INVITE", "told 180", "ACK", "told 486", "ACK again"],
        State.COMPLETED,
    ),
    ("refused, then the end", "INVITE", UDP, ["603", "32"], ["INVITE", "ACK", "told 603"], State.TERMINATED),
    ("refused over TCP", "INVITE", TCP, ["302"], ["INVITE", "ACK", "told 302"], State.TERMINATED),
    ("broken after the end", "INVITE", UDP, ["486", "broken"], ["INVITE", "ACK", "told 486"], State.COMPLETED),
    (
        "rings for ever, and is told to stop",
        "INVITE",
        TCP,
        ["100", "wait", "180", "wait", "wait", "487"],
        ["INVITE", "told 100", "told 180", "CANCEL", "ACK", "told 487"],
        State.TERMINATED,
    ),
    (
        "rings for ever, and hears nothing",
        "INVITE",
        TCP,
        ["180", "wait", "wait", "31.9", "0.1"],
        ["INVITE", "told 180", "CANCEL", "told failed 408"],
        State.TERMINATED,
    ),
    (
        "each 1xx gives three minutes more",
        "INVITE",
        UDP,
        ["100", "wait", "180", "wait", "90"],
        ["INVITE", "told 100", "told 180"],
        State.PROCEEDING,
    ),
    (
        "cancelled, and no final answer comes",
        "INVITE",
        TCP,
        ["180", "5", "CANCEL", "31.9", "0.1"],
        ["INVITE", "told 180", "CANCEL", "told failed 408", "told CANCEL failed"],
        State.TERMINATED,
    ),
    (
        "cancelled",
        "INVITE",
        TCP,
        ["180", "CANCEL", "487"],
        ["INVITE", "told 180", "CANCEL", "ACK", "told 487"],
        State.TERMINATED,
    ),
    # other requests
    (
        "nobody answers, over UDP",
        "OPTIONS",
        UDP,
        ["0.5", "1", "2", "4", "4", "4", "4", "4", "4", "4", "0.4", "0.1"],
        ["OPTIONS", *["OPTIONS again"] * 10, "told failed 408"],
        State.TERMINATED,
    ),
    ("nobody answers, over TCP", "OPTIONS", TCP, ["31.9", "0.1"], ["OPTIONS", "told failed 408"], State.TERMINATED),
    ("the way breaks", "OPTIONS", TCP, ["broken"], ["OPTIONS", "told failed 503"], State.TERMINATED),
    (
        "the way breaks after a 1xx",
        "OPTIONS",
        TCP,
        ["100", "broken"],
        ["OPTIONS", "told 100", "told failed 503"],
        State.TERMINATED,
    ),
    (
        "1xx makes the pauses long",
        "OPTIONS",
        UDP,
        ["100", "0.5", "3.9", "0.1", "183", "4"],
        ["OPTIONS", "told 100", "OPTIONS again", "OPTIONS again", "told 183", "OPTIONS again"],
        State.PROCEEDING,
    ),
    ("no final answer", "OPTIONS", TCP, ["100", "32"], ["OPTIONS", "told 100", "told failed 408"], State.TERMINATED),
    ("answered", "OPTIONS", UDP, ["200", "4.9"], ["OPTIONS", "told 200"], State.COMPLETED),
    ("answered after a 1xx", "OPTIONS", UDP, ["100", "200"], ["OPTIONS", "told 100", "told 200"], State.COMPLETED),
    ("answered twice", "OPTIONS", UDP, ["200", "200", "404"], ["OPTIONS", "told 200"], State.COMPLETED),
    ("refused, then the end", "OPTIONS", UDP, ["404", "5"], ["OPTIONS", "told 404"], State.TERMINATED),
    ("answered over TCP", "OPTIONS", TCP, ["200"], ["OPTIONS", "told 200"], State.TERMINATED),
]


def ids(cases):
    return [f"{method}-{title}" for title, method, *_ in cases]


@pytest.mark.parametrize("case", CLIENT, ids=ids(CLIENT))
def test_client(case):
    _, method, flow, steps, log, state = case
    element = Element()
    request = make(method)
    client = element.ask(request, flow)
    for step in steps:
        if step == "broken":
            element.transactions.broken(flow)
        elif step == "CANCEL":
            element.ask(make("CANCEL"), flow)
        elif step == "wait":
            element.turn(90.5)
        elif is_status(step):
            element.transactions.receive(request.answer(int(step), to_tag="to"), flow)
        else:
            element.turn(float(step))
    assert element.log == log
    assert client.state is state
    element.turn(32 if client.state is not State.PROCEEDING else 181 + 32)
    assert element.nothing_left()


# --- the server's side: "INVITE" comes in, "ACK" has its branch, "own ACK" one of its own; numbers are answers

SERVER = [
    # INVITE
    ("100 by itself", "INVITE", UDP, ["0.1", "0.1"], ["told INVITE", "100 Trying"], State.PROCEEDING),
    (
        "an answer in time needs no 100",
        "INVITE",
        UDP,
        ["0.1", "180", "5"],
        ["told INVITE", "180 Ringing"],
        State.PROCEEDING,
    ),
    ("copies before any answer", "INVITE", UDP, ["INVITE", "INVITE"], ["told INVITE"], State.PROCEEDING),
    (
        "copies get the last answer",
        "INVITE",
        UDP,
        ["180", "INVITE", "183", "INVITE"],
        ["told INVITE", "180 Ringing", "180 Ringing again", "183 Session Progress", "183 Session Progress again"],
        State.PROCEEDING,
    ),
    (
        "2xx is repeated until the ACK",
        "INVITE",
        UDP,
        ["200", "0.5", "1", "2", "4", "4", "own ACK", "20"],
        ["told INVITE", "200 OK", *["200 OK again"] * 5, "told ACK"],
        State.ACCEPTED,
    ),
    (
        "2xx is repeated over TCP too",
        "INVITE",
        TCP,
        ["200", "0.5", "1", "own ACK"],
        ["told INVITE", "200 OK", "200 OK again", "200 OK again", "told ACK"],
        State.ACCEPTED,
    ),
    (
        "2xx without an ACK",
        "INVITE",
        UDP,
        ["200", "31.9", "0.1", "20"],
        ["told INVITE", "200 OK", *["200 OK again"] * 10, "told no ACK"],
        State.TERMINATED,
    ),
    (
        "copies after the 2xx",
        "INVITE",
        UDP,
        ["200", "INVITE", "own ACK", "INVITE"],
        ["told INVITE", "200 OK", "told ACK"],
        State.ACCEPTED,
    ),
    ("2xx, ACK, end", "INVITE", TCP, ["200", "own ACK", "32"], ["told INVITE", "200 OK", "told ACK"], State.TERMINATED),
    (
        "copies of the ACK",
        "INVITE",
        UDP,
        ["200", "own ACK", "own ACK", "ACK"],
        ["told INVITE", "200 OK", "told ACK"],
        State.ACCEPTED,
    ),
    (
        "the ACK has the branch of the INVITE",
        "INVITE",
        UDP,
        ["200", "ACK", "5"],
        ["told INVITE", "200 OK", "told ACK"],
        State.ACCEPTED,
    ),
    (
        "one final answer",
        "INVITE",
        UDP,
        ["200", "486", "180", "200", "own ACK"],
        ["told INVITE", "200 OK", "told ACK"],
        State.ACCEPTED,
    ),
    (
        "a refusal is repeated until the ACK",
        "INVITE",
        UDP,
        ["486", "0.5", "1", "2", "4", "4", "ACK"],
        ["told INVITE", "486 Busy Here", *["486 Busy Here again"] * 5],
        State.CONFIRMED,
    ),
    (
        "a refusal without an ACK",
        "INVITE",
        UDP,
        ["486", "31.9", "0.1"],
        ["told INVITE", "486 Busy Here", *["486 Busy Here again"] * 10],
        State.TERMINATED,
    ),
    ("a refusal over TCP", "INVITE", TCP, ["486", "31.9"], ["told INVITE", "486 Busy Here"], State.COMPLETED),
    (
        "a refusal over TCP without an ACK",
        "INVITE",
        TCP,
        ["486", "32"],
        ["told INVITE", "486 Busy Here"],
        State.TERMINATED,
    ),
    ("a refusal over TCP, ACK", "INVITE", TCP, ["486", "ACK"], ["told INVITE", "486 Busy Here"], State.TERMINATED),
    (
        "copies get the refusal",
        "INVITE",
        UDP,
        ["180", "486", "INVITE"],
        ["told INVITE", "180 Ringing", "486 Busy Here", "486 Busy Here again"],
        State.COMPLETED,
    ),
    (
        "copies after the ACK to a refusal",
        "INVITE",
        UDP,
        ["486", "ACK", "INVITE", "ACK", "200", "4.9"],
        ["told INVITE", "486 Busy Here"],
        State.CONFIRMED,
    ),
    ("refusal, ACK, end", "INVITE", UDP, ["603", "ACK", "5"], ["told INVITE", "603 Decline"], State.TERMINATED),
    ("ACK before any answer", "INVITE", UDP, ["180", "ACK"], ["told INVITE", "180 Ringing"], State.PROCEEDING),
    # other requests
    ("copies before any answer", "BYE", UDP, ["BYE", "5", "BYE"], ["told BYE"], State.TRYING),
    (
        "copies after a 1xx",
        "BYE",
        UDP,
        ["100", "BYE", "183", "BYE"],
        ["told BYE", "100 Trying", "100 Trying again", "183 Session Progress", "183 Session Progress again"],
        State.PROCEEDING,
    ),
    (
        "copies get the answer",
        "BYE",
        UDP,
        ["200", "BYE", "31.9", "BYE"],
        ["told BYE", "200 OK", "200 OK again", "200 OK again"],
        State.COMPLETED,
    ),
    ("answered after a 1xx", "BYE", UDP, ["100", "481", "9"], ["told BYE", "100 Trying", "481"], State.COMPLETED),
    ("one final answer", "BYE", UDP, ["200", "481", "100", "200"], ["told BYE", "200 OK"], State.COMPLETED),
    ("answered, then the end", "BYE", UDP, ["200", "32"], ["told BYE", "200 OK"], State.TERMINATED),
    ("answered over TCP", "BYE", TCP, ["200"], ["told BYE", "200 OK"], State.TERMINATED),
]


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "at once"])
@pytest.mark.parametrize("case", SERVER, ids=ids(SERVER))
def test_server(case, at_once):
    _, method, flow, steps, log, state = case
    element = Element()
    request = make(method)
    if at_once:
        # The user answers while it is told of the request, as far as it answers first thing.
        while steps and is_status(steps[0]):
            element.replies.append(int(steps[0]))
            steps = steps[1:]
    element.transactions.receive(request, flow)
    (server,) = element.servers
    for step in steps:
        if step == "ACK":
            element.transactions.receive(make("ACK", to_tag="to"), flow)
        elif step == "own ACK":
            element.transactions.receive(make("ACK", to_tag="to", branch="z9hG4bK-ack"), flow)
        elif step == method:
            element.transactions.receive(make(method), flow)
        elif is_status(step):
            server.respond(request.answer(int(step), to_tag="to"))
        else:
            element.turn(float(step))
    assert element.servers == [server]
    assert [line.removesuffix(" Call/Transaction Does Not Exist") for line in element.log] == log
    assert server.state is state
    if server.state in (State.TRYING, State.PROCEEDING):
        server.respond(request.answer(500, to_tag="to"))
    element.turn(32)
    assert element.nothing_left()


def is_status(step):
    return len(step) == 3 and step.isdecimal()


def test_the_cases_above_go_along_every_arrow(monkeypatch):
    travelled = set()
    names = {"INVITE": "INVITE ", "CANCEL": "non-INVITE ", "OPTIONS": "non-INVITE ", "BYE": "non-INVITE "}
    run, begin = Transaction.run, Transaction._begin

    def watched_begin(self, event):
        method = self.request.method
        self_names[self] = names[method] + ("client" if isinstance(self, ClientTransaction) else "server")
        travelled.add((self_names[self], None, event))
        begin(self, event)

    def watched_run(self, event, message=None):
        travelled.add((self_names[self], self.state, event))
        run(self, event, message)

    self_names = {}
    monkeypatch.setattr(Transaction, "run", watched_run)
    monkeypatch.setattr(Transaction, "_begin", watched_begin)
    for case in CLIENT:
        test_client(case)
    for case in SERVER:
        test_server(case, False)
    rows = {(name, *row) for name, machine in MACHINES.items() for row in machine.rows}
    assert rows <= travelled


# --- which transaction a message belongs to (RFC 3261 17.1.3, 17.2.3)


OTHERS = [
    ("branch", make("INVITE", branch="z9hG4bK-other")),
    ("method", make("OPTIONS")),
    (
        "sent-by host",
        make("INVITE").replaced(
            headers=make("INVITE").headers.replaced("Via", "SIP/2.0/UDP 127.9.0.9:5070;branch=" + BRANCH)
        ),
    ),
    (
        "sent-by port",
        make("INVITE").replaced(
            headers=make("INVITE").headers.replaced("Via", "SIP/2.0/UDP 127.9.0.1;branch=" + BRANCH)
        ),
    ),
]


@pytest.mark.parametrize(("what", "other"), OTHERS)
def test_a_request_of_its_own(what, other):
    element = Element()
    element.transactions.receive(make("INVITE"), UDP)
    element.transactions.receive(other, UDP)
    assert len(element.servers) == 2


def test_a_copy_may_have_grown_other_headers():
    element = Element()
    element.transactions.receive(make("INVITE"), UDP)
    element.transactions.receive(make("INVITE", headers=[("X-Hop", "2")]), UDP)
    assert len(element.servers) == 1


OLD_OTHERS = [
    ("From tag", {"from_tag": "other"}),
    ("Call-ID", {"call": "call-2"}),
    ("CSeq", {"number": 2}),
    ("top Via", {"branch": "2"}),
]


def test_senders_of_rfc_2543_have_no_unique_branch():
    element = Element()
    for _ in range(2):
        element.transactions.receive(make("INVITE", branch="1"), UDP)
    assert element.log == ["told INVITE"]
    (server,) = element.servers
    server.respond(server.request.answer(486, to_tag="to"))
    element.transactions.receive(make("ACK", branch="1", to_tag="to"), UDP)
    assert server.state is State.CONFIRMED


@pytest.mark.parametrize(("what", "changed"), OLD_OTHERS)
def test_requests_of_rfc_2543_that_differ(what, changed):
    element = Element()
    element.transactions.receive(make("INVITE", branch="1"), UDP)
    element.transactions.receive(make("INVITE", **{"branch": "1", **changed}), UDP)
    assert len(element.servers) == 2


def test_the_ack_of_rfc_2543_to_a_2xx():
    element = Element()
    element.replies = [200]
    element.transactions.receive(make("INVITE", branch="1"), UDP)
    element.transactions.receive(make("ACK", branch="1", to_tag="to"), UDP)
    assert element.log == ["told INVITE", "200 OK", "told ACK"]


WRONG_ACKS = [
    ("Call-ID", {"call": "call-2"}),
    ("CSeq", {"number": 2}),
    ("From tag", {"from_tag": "other"}),
    ("To tag", {"to_tag": "other"}),
]


@pytest.mark.parametrize(("what", "changed"), WRONG_ACKS)
def test_an_ack_that_fits_no_2xx_is_dropped(what, changed):
    element = Element()
    element.replies = [200]
    element.transactions.receive(make("INVITE"), UDP)
    element.transactions.receive(make("ACK", **{"branch": "z9hG4bK-ack", "to_tag": "to", **changed}), UDP)
    element.turn(0.5)
    assert element.log == ["told INVITE", "200 OK", "200 OK again"]


def test_two_invites_of_one_call_each_get_their_ack():
    element = Element()
    element.replies = [200]
    for number in (1, 2):
        element.transactions.receive(make("INVITE", branch=f"{BRANCH}{number}", number=number), UDP)
    element.transactions.receive(make("ACK", branch="z9hG4bK-ack", number=2, to_tag="to"), UDP)
    element.turn(0.5)
    assert element.log == ["told INVITE", "200 OK"] * 2 + ["told ACK", "200 OK again"]


STRAYS = [
    ("no such branch", {"branch": "z9hG4bK-other"}, "INVITE"),
    ("another method", {}, "BYE"),
]


@pytest.mark.parametrize(("what", "changed", "method"), STRAYS)
def test_a_response_that_nobody_waits_for(what, changed, method):
    element = Element()
    client = element.ask(make("INVITE"))
    element.transactions.receive(make(method, **changed).answer(200), UDP)
    assert element.log == ["INVITE", "told stray 200"]
    assert client.state is State.CALLING


def test_a_response_after_the_end_is_a_stray():
    element = Element()
    element.ask(make("BYE"), TCP)
    for _ in range(2):
        element.transactions.receive(make("BYE").answer(200), TCP)
    assert element.log == ["BYE", "told 200", "told stray 200"]


@pytest.mark.parametrize("status", [0, 99, 700, 999])
def test_a_status_that_is_none_changes_nothing(status):
    element = Element()
    client = element.ask(make("INVITE"))
    element.transactions.receive(Response(status, "", make("INVITE").answer(200).headers), UDP)
    assert client.state is State.CALLING
    element.transactions.receive(make("INVITE", branch="z9hG4bK-2"), UDP)
    (server,) = element.servers
    server.respond(Response(status, "", server.request.answer(200).headers))
    assert server.state is State.PROCEEDING
    assert element.log == ["INVITE", "told INVITE"]


# --- CANCEL (RFC 3261 9)


def test_a_cancel_knows_its_invite():
    element = Element()
    element.transactions.receive(make("INVITE"), UDP)
    element.transactions.receive(make("CANCEL"), UDP)
    invite, cancel = element.servers
    assert cancel.cancels is invite
    assert invite.cancels is None
    cancel.respond(cancel.request.answer(200))
    invite.respond(invite.request.answer(487, to_tag="to"))
    element.transactions.receive(make("CANCEL"), UDP)
    assert element.log == ["told INVITE", "told CANCEL", "200 OK", "487 Request Terminated", "200 OK again"]


CANCELS_NOTHING = [
    ("another branch", "INVITE", "z9hG4bK-other"),
    ("another method", "OPTIONS", BRANCH),
]


@pytest.mark.parametrize(("what", "method", "branch"), CANCELS_NOTHING)
def test_a_cancel_that_fits_nothing(what, method, branch):
    element = Element()
    element.transactions.receive(make(method), UDP)
    element.transactions.receive(make("CANCEL", branch=branch), UDP)
    assert element.servers[1].cancels is None


def test_a_cancel_that_comes_too_late_still_knows_its_invite():
    element = Element()
    element.replies = [200]
    element.transactions.receive(make("INVITE"), UDP)
    element.replies = []
    element.transactions.receive(make("CANCEL"), UDP)
    invite, cancel = element.servers
    assert cancel.cancels is invite
    invite.respond(make("INVITE").answer(487))
    assert invite.state is State.ACCEPTED
    assert element.log == ["told INVITE", "200 OK", "told CANCEL"]


def test_a_cancel_of_rfc_2543():
    element = Element()
    for method in ("INVITE", "CANCEL"):
        element.transactions.receive(make(method, branch="1"), UDP)
    assert element.servers[1].cancels is element.servers[0]


def test_a_cancel_of_ours_without_its_invite():
    element = Element()
    element.ask(make("CANCEL"))
    element.turn(32)
    assert element.log[-1] == "told CANCEL failed"
    assert element.nothing_left()


# --- the ACK to a refusal (RFC 3261 17.1.1.3)


def test_the_ack_to_a_refusal():
    element = Element()
    routes = [("Route", "<sip:127.9.0.5;lr>"), ("Route", "<sip:127.9.0.6;lr>")]
    request = make("INVITE", number=314, headers=[("Via", "SIP/2.0/TCP 127.9.0.7;branch=z9hG4bK-older"), *routes])
    element.ask(request)
    element.transactions.receive(request.answer(486, to_tag="to"), UDP)
    ack, flow, again = element.sent[1]
    assert (flow, again) == (UDP, False)
    assert bytes(ack) == (
        b"ACK sip:1002@127.9.0.2 SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP 127.9.0.1:5070;branch=z9hG4bK-test-1\r\n"
        b"Max-Forwards: 70\r\n"
        b"Route: <sip:127.9.0.5;lr>\r\n"
        b"Route: <sip:127.9.0.6;lr>\r\n"
        b"From: <sip:1001@127.9.0.1>;tag=from\r\n"
        b"To: <sip:1002@127.9.0.2>;tag=to\r\n"
        b"Call-ID: call-1\r\n"
        b"CSeq: 314 ACK\r\n"
        b"Content-Length: 0\r\n"
        b"\r\n"
    )
    assert bytes(parse(bytes(ack))) == bytes(ack)
    element.transactions.receive(request.answer(486, to_tag="to"), UDP)
    assert element.sent[2] == (ack, UDP, True)


def test_the_ack_to_a_2xx_goes_straight_out():
    element = Element()
    element.transactions.acknowledge(make("ACK", to_tag="to"), TCP)
    assert element.sent == [(make("ACK", to_tag="to"), TCP, False)]
    assert element.nothing_left()


# --- ways


def test_what_is_repeated_is_the_same():
    element = Element()
    element.ask(make("OPTIONS"))
    element.transactions.receive(make("BYE"), UDP)
    element.servers[0].respond(make("BYE").answer(200, to_tag="to"))
    element.transactions.receive(make("BYE"), UDP)
    element.turn(0.5)
    asked, answered, repeated, asked_again = element.sent
    assert asked == (make("OPTIONS"), UDP, False)
    assert asked_again == (make("OPTIONS"), UDP, True)
    assert answered[0] == repeated[0]
    assert (answered[2], repeated[2]) == (False, True)


def test_answers_go_the_way_of_the_newest_copy():
    element = Element()
    element.transactions.receive(make("INVITE"), TCP)
    newer = TCP._replace(connection=8)
    element.transactions.receive(make("INVITE"), newer)
    (server,) = element.servers
    server.respond(server.request.answer(486, to_tag="to"))
    assert element.sent[0][1] == newer


#: The way of the request, the way that broke, and whether that ends the request.
BROKEN = [
    (UDP, UDP, True),
    (TCP, TCP, True),
    (TCP, TCP._replace(connection=8), False),
    (TCP, TCP._replace(connection=0), True),
    (TCP._replace(connection=0), TCP, True),
    (TCP, UDP, False),
    (TCP, TCP._replace(number=5061), False),
    (TCP, TCP._replace(address="127.9.0.3"), False),
]


@pytest.mark.parametrize(("flow", "broken", "fails"), BROKEN)
def test_which_requests_a_broken_way_ends(flow, broken, fails):
    element = Element()
    client = element.ask(make("OPTIONS"), flow)
    element.transactions.broken(broken)
    assert client.failure == (503 if fails else 0)
    assert (client.state is State.TERMINATED) is fails


def test_a_broken_way_ends_all_that_wait_and_leaves_what_was_answered():
    element = Element()
    clients = [element.ask(make("INVITE", branch=f"z9hG4bK-{number}"), TCP) for number in range(3)]
    element.transactions.receive(make("INVITE", branch="z9hG4bK-1").answer(200, to_tag="to"), TCP)
    element.transactions.broken(TCP)
    element.transactions.broken(TCP)
    assert element.log[3:] == ["told 200", "told failed 503", "told failed 503"]
    assert [client.failure for client in clients] == [503, 0, 503]
    assert len(element.transactions) == 1


def test_a_way_that_breaks_while_the_request_is_sent():
    class Broken(Element):
        def send(self, message, flow, *, again=False):
            self.log.append(message.name())
            self.transactions.broken(flow)

    element = Broken()
    log = element.log
    client = element.transactions.request(
        make("INVITE"), UDP, answered=lambda response: log.append("answered"), failed=lambda: log.append("failed")
    )
    assert log == ["INVITE", "failed"]
    assert client.failure == 503
    assert element.nothing_left()


def test_a_user_that_asks_again_when_it_is_told_of_the_failure():
    element = Element()
    flows = [TCP, UDP]

    def ask():
        flow = flows.pop(0)
        branch = f"z9hG4bK-{flow.transport}"
        element.transactions.request(make("INVITE", branch=branch), flow, answered=ignore, failed=ask)

    ask()
    element.transactions.broken(TCP)
    assert [flow for _, flow, _ in element.sent] == [TCP, UDP]
    assert len(element.transactions) == 1


# --- errors of the user, and of the wire


def test_a_user_that_fails_leaves_a_transaction_that_ends():
    element = Element()

    def answered(response):
        raise RuntimeError

    element.transactions.request(make("INVITE"), UDP, answered=answered, failed=ignore)
    with pytest.raises(RuntimeError):
        element.transactions.receive(make("INVITE").answer(200, to_tag="to"), UDP)
    element.turn(32)
    assert element.nothing_left()


def test_a_wire_that_fails_leaves_transactions_that_end():
    class Deaf(Element):
        def send(self, message, flow, *, again=False):
            raise ConnectionError

    element = Deaf()
    log = element.log
    with pytest.raises(ConnectionError):
        element.transactions.request(make("INVITE"), TCP, answered=ignore, failed=lambda: log.append("failed"))
    element.transactions.receive(make("BYE"), UDP)
    with pytest.raises(ConnectionError):
        element.servers[0].respond(make("BYE").answer(200))
    element.turn(32)
    assert log == ["told BYE", "failed"]
    assert element.nothing_left()


# --- what stays of a transaction


class Quiet(Element):
    """Writes nothing down, and answers each request at once."""

    status = 200

    def send(self, message, flow, *, again=False):
        pass

    def requested(self, transaction):
        transaction.respond(transaction.request.answer(self.status, to_tag="to"))


def ignore(response=None):
    pass


@pytest.fixture
def counting():
    """`alive` counts what the test makes."""
    with only_new_objects():
        yield


def alive():
    gc.collect()
    return Counter(
        type(one).__name__
        for one in gc.get_objects()
        if type(one) in (Request, Response, ClientTransaction, ServerTransaction)
    )


def test_an_answered_request_keeps_the_bytes_of_its_answer_alone(counting):
    element = Quiet()
    before = alive()
    for number in range(10):
        element.transactions.receive(make("BYE", branch=f"z9hG4bK-{number}"), UDP)
    assert alive() - before == Counter(ServerTransaction=10)
    element.turn(32)
    assert alive() == before


def test_an_acknowledged_2xx_keeps_nothing(counting):
    element = Quiet()
    before = alive()
    for number in range(10):
        element.transactions.receive(make("INVITE", branch=f"z9hG4bK-{number}", number=number), UDP)
        element.transactions.receive(make("ACK", branch="z9hG4bK-ack", number=number, to_tag="to"), UDP)
    assert alive() - before == Counter(ServerTransaction=10)
    element.turn(32)
    assert alive() == before


def test_an_answer_keeps_nothing_of_the_request(counting):
    element = Quiet()
    before = alive()
    for number in range(10):
        request = make("INVITE", branch=f"z9hG4bK-{number}")
        element.transactions.request(request, UDP, answered=ignore, failed=ignore)
        element.transactions.receive(request.answer(200, to_tag="to"), UDP)
        del request
    assert alive() - before == Counter(ClientTransaction=10)
    element.turn(32)
    assert alive() == before


def test_a_cancel_does_not_keep_its_invite(counting):
    element = Quiet()
    before = alive()
    element.status = 487
    element.transactions.receive(make("INVITE"), UDP)
    element.transactions.receive(make("CANCEL"), UDP)
    element.transactions.receive(make("ACK", to_tag="to"), UDP)
    element.turn(5)
    assert alive() - before == Counter(ServerTransaction=1)


#: Bytes that one ended transaction takes, at most.
SMALL = [("INVITE", 1200), ("BYE", 1500)]


@pytest.mark.parametrize(("method", "most"), SMALL)
def test_what_stays_is_small(method, most):
    class Looking(Quiet):
        def send(self, message, flow, *, again=False):
            # Whoever writes the message down looks at all of it.
            assert message.call_id
            assert message.to.tag

    element = Looking()
    times = 500
    tracemalloc.start()
    for number in range(times):
        branch = f"z9hG4bK-{number}"
        element.transactions.receive(parse(bytes(make(method, branch=branch, number=number))), UDP)
        if method == "INVITE":
            ack = make("ACK", branch=branch + "a", number=number, to_tag="to")
            element.transactions.receive(parse(bytes(ack)), UDP)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(element.transactions) == times
    assert taken / times < most


@pytest.mark.parametrize("flow", [UDP, TCP], ids=["UDP", "TCP"])
def test_nothing_stays_of_many_calls(flow, counting):
    """4,000 calls that come in and as many that go out: accepted, refused, cancelled, without an answer."""
    calls = 4_000
    element = Quiet()
    before = alive()
    layer = element.transactions
    for number in range(calls):
        element.now += 0.001
        layer.advance()
        branch = f"z9hG4bK-{number}"
        status = element.status = (200, 200, 486, 487)[number % 4]
        invite, call = make("INVITE", branch=branch, number=number), {"branch": branch, "number": number}
        if number % 2:
            layer.receive(invite, flow)
            if status == 487:
                layer.receive(make("CANCEL", **call), flow)
            layer.receive(make("ACK", **{**call, "branch": branch + "a" * (status == 200)}, to_tag="to"), flow)
            element.status = 200
            layer.receive(make("BYE", **{**call, "branch": branch + "b"}), flow)
        else:
            layer.request(invite, flow, answered=ignore, failed=ignore)
            if number % 8:
                layer.receive(invite.answer(status, to_tag="to"), flow)
    del invite
    assert len(layer) > 0
    element.turn(64 * 0.5)
    assert element.nothing_left()
    assert alive() == before


def test_small_timers_end_sooner():
    element = Element(Timers(t1=0.01, t2=0.02, t4=0.03))
    element.ask(make("INVITE"))
    element.turn(0.64)
    assert element.log[-1] == "told failed 408"
    assert element.nothing_left()
