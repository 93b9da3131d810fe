"""SIP Server's call control, with phones in memory and a clock that is set: legs, refusals, T-Library events."""

from dataclasses import dataclass

import pytest

from genesys_ports.errors import NoCallError
from genesys_ports.model import Transport
from genesys_ports.sip.dialog import MAX_FORWARDS
from genesys_ports.sip.flow import Flow
from genesys_ports.sip.headers import Headers
from genesys_ports.sip.message import Request
from genesys_ports.sip.parser import parse
from genesys_ports.sip.sdp import Sdp
from genesys_ports.sip.service import DISCARD, LONGEST, service_answer, wish
from genesys_ports.sip.states import diagram
from genesys_ports.sip.tlib import PARTY, EventName, PartyEvent
from genesys_ports.sip.uri import Uri
from tests.sip_world import SERVER, Phone, Switch, World, sdp

A, B, OUTSIDE = "10.0.0.11", "10.0.0.12", "10.0.0.13"

RINGS = [("EventDialing", "1001"), ("EventRinging", "1002")]
ESTABLISHED = [("EventEstablished", "1001"), ("EventEstablished", "1002")]


@dataclass
class Office:
    """SIP Server with phones 1001 and 1002, which have registered, and a gateway for numbers that begin with 9."""

    world: World
    switch: Switch
    a: Phone
    b: Phone
    gateway: Phone

    def rings(self):
        call = self.a.call("1002")
        self.world.run()
        assert self.switch.events() == RINGS
        return call

    def talk(self):
        call = self.rings()
        self.b.answer()
        self.world.run()
        assert self.switch.events() == ESTABLISHED
        return call


@pytest.fixture
def office():
    world = World()
    switch = Switch(world, "1001", "1002", "1003", _9=OUTSIDE, _8=OUTSIDE)
    one = Office(world, switch, Phone(world, "1001", A), Phone(world, "1002", B), Phone(world, "outside", OUTSIDE))
    one.a.register()
    one.b.register()
    switch.events()
    world.seen.clear()
    return one


# --- a call and its end


def test_a_call_has_two_legs(office):
    call = office.talk()
    assert office.world.between(A, SERVER) == ["→ INVITE", "← 100 Trying", "← 180 Ringing", "← 200 OK", "→ ACK"]
    assert office.world.between(SERVER, B) == ["→ INVITE", "← 180 Ringing", "← 200 OK", "→ ACK"]
    other = office.b.line
    assert call.call_id != other.call_id
    assert office.switch.related == {other.call_id: call.call_id}
    assert (other.caller, other.number) == ("1001", "1002")
    assert (call.remote_body, other.remote_body) == (sdp(B, 20_002), sdp(A))


@pytest.mark.parametrize(("who", "other"), [("a", "b"), ("b", "a")])
def test_either_side_hangs_up(office, who, other):
    office.talk()
    getattr(office, who).line.hang_up()
    office.world.run()
    dn, other_dn = (getattr(office, one).dn for one in (who, other))
    assert office.switch.events() == [("EventReleased", dn), ("EventReleased", other_dn)]
    assert office.a.said[-1] == office.b.said[-1] == "ended"
    assert office.switch.is_clean()


def test_an_event_has_its_attributes(office):
    call = office.a.call("1002")
    office.world.run()
    dialing, ringing = office.switch.told
    assert (dialing.this_dn, dialing.other_dn, dialing.call_id) == ("1001", "1002", call.call_id)
    assert (ringing.this_dn, ringing.other_dn, ringing.call_id) == ("1002", "1001", office.b.line.call_id)
    assert dialing.conn_id == ringing.conn_id == "0000000000000001"
    assert dialing.fields == {"ThisDNRole": "Origination", "OtherDNRole": "Destination"}
    assert ringing.fields == {"ThisDNRole": "Destination", "OtherDNRole": "Origination"}


def test_the_next_call_has_another_conn_id(office):
    office.talk()
    office.b.call("1003")
    office.world.run()
    assert office.switch.told[-1].conn_id == "0000000000000002"


def test_early_media_goes_through(office):
    office.b.rings = False
    call = office.a.call("1002")
    office.world.run()
    office.b.line.ring(183, sdp(B, 4000))
    office.world.run()
    assert (office.a.said, call.remote_body) == ([183], sdp(B, 4000))


def test_a_phone_that_answers_without_ringing(office):
    office.b.rings, office.b.answers = False, True
    office.a.call("1002")
    office.world.run()
    events = [("EventDialing", "1001"), ("EventEstablished", "1001"), ("EventRinging", "1002")]
    assert office.switch.events() == [*events, ("EventEstablished", "1002")]


def test_the_name_of_the_caller_goes_through(office):
    office.a.call("1002", display="Ana Sá")
    office.world.run()
    assert office.b.line.request.from_.display == "Ana Sá"


def test_a_call_to_oneself_is_for_the_phone_to_refuse(office):
    office.a.call("1001")
    office.world.run()
    assert office.switch.events() == [("EventDialing", "1001"), ("EventRinging", "1001")]
    office.a.line.reject(486)
    office.world.run()
    assert office.switch.events() == [
        ("EventDestinationBusy", "1001"), ("EventReleased", "1001"), ("EventReleased", "1001"),
    ]  # fmt: skip
    assert ("refused", 486) in office.a.said
    assert office.switch.is_clean()


def test_a_busy_dn_may_ring_all_the_same(office):
    office.talk()
    third = Phone(office.world, "1003", "10.0.0.14")
    third.call("1002")
    office.world.run()
    assert (third.said, len(office.b.calls)) == ([180], 2)


def test_over_tcp(office):
    office.b.register(transport=Transport.TCP)
    office.talk()
    assert office.b.line.flow.transport is Transport.TCP
    office.a.line.hang_up()
    office.world.run()
    assert office.switch.is_clean()


# --- calls that do not come about


@pytest.mark.parametrize(
    ("status", "passed_on", "busy"),
    [
        (486, 486, True), (600, 600, True), (404, 404, True), (484, 484, True), (603, 603, False), (488, 488, False),
        (480, 480, False), (408, 408, False), (302, 480, False), (401, 480, False), (407, 480, False),
        (503, 480, False), (481, 480, False), (500, 500, False),
    ],
)  # fmt: skip
def test_a_refusal_goes_back(office, status, passed_on, busy):
    office.rings()
    office.b.line.reject(status)
    office.world.run()
    events = [("EventReleased", "1002"), ("EventReleased", "1001")]
    assert office.switch.events() == [*([("EventDestinationBusy", "1001")] if busy else []), *events]
    assert office.a.said[-1] == ("refused", passed_on)
    assert office.switch.is_clean()


def refused_with(office, status, **options):
    """What the caller's phone hears when the called one refuses."""
    heard = []
    office.a.refused = lambda call, status, reason: heard.append((status, call.warning))
    office.rings()
    office.b.line.reject(status, **options)
    office.world.run()
    return heard


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(302, "answered 302: call me at another address"), (503, "it came to 503"), (401, "it came to 401")],
)
def test_a_refusal_that_does_not_go_back_is_told(office, status, sentence):
    ((status, warning),) = refused_with(office, status, headers=[("Contact", "<sip:1003@x>")])
    assert (status, sentence in warning) == (480, True)


def test_what_the_called_side_says_about_its_refusal_goes_back(office):
    warning = '399 media-server "Every port is in use."'
    assert refused_with(office, 486, headers=[("Warning", warning)]) == [(486, warning)]


KEY = (("Content-Type", "application/dtmf-relay"), b"Signal=5\r\n")


def press(office, call, *, takes=True):
    """Press a key: what the other phone hears of it, and the answer to the first."""
    heard, answers = [], []

    def take(transaction):
        heard.append((transaction.request.headers["Content-Type"], transaction.request.body))
        office.b.agent.respond(transaction, 200)

    if takes:
        office.b.agent.handlers["INFO"] = take
    header, body = KEY
    assert call.request_inside("INFO", [header], body, answers.append, answers.append)
    office.world.run()
    return heard, answers


def test_a_key_that_is_pressed_reaches_the_other_side(office):
    heard, (answer,) = press(office, office.talk())
    assert heard == [(KEY[0][1], KEY[1])]
    assert answer.status == 200


def test_a_key_that_the_other_side_does_not_take(office):
    _, (answer,) = press(office, office.talk(), takes=False)
    assert (answer.status, "INFO" in answer.allow, "INVITE" in answer.allow) == (405, False, True)
    assert "405" not in str(office.a.said)


@pytest.mark.parametrize("phone", ["a", "gateway"])
def test_a_key_for_the_test_number(office, phone):
    call = getattr(office, phone).call("service")
    office.world.run()
    assert [one.status for one in press(office, call)[1]] == [200]


def test_a_key_while_the_other_side_hangs_up(office):
    call = office.talk()
    office.world.lost = lambda message, sender, receiver: receiver == A
    office.b.line.hang_up()
    office.world.run()
    office.world.lost = lambda message, sender, receiver: False
    assert [one.status for one in press(office, call)[1]] == [481]


def test_a_key_outside_of_every_call(office):
    answers = []
    office.a.agent.request("INFO", Uri("sip", "1002", SERVER), Flow(Transport.UDP, SERVER, 5060), done=answers.append)
    office.world.run()
    assert [one.status for one in answers] == [481]


def test_a_key_that_nobody_answers(office):
    call = office.talk()
    del office.world.nodes[B]
    _, answers = press(office, call)
    office.world.run(40)
    assert [getattr(one, "status", one) for one in answers] == [408]


def test_why_the_destination_is_busy(office):
    office.rings()
    office.b.line.reject(486)
    office.world.run()
    assert office.switch.told[0].fields["CallState"] == "Busy"


UNREACHABLE = [("1003", 480, False), ("4711", 404, True)]


@pytest.mark.parametrize(("number", "status", "busy"), UNREACHABLE, ids=["not registered", "unknown number"])
def test_nobody_to_call(office, number, status, busy):
    office.a.call(number)
    office.world.run()
    assert office.a.said == [("refused", status)]
    busy_event = [("EventDestinationBusy", "1001")] if busy else []
    assert office.switch.events() == [("EventDialing", "1001"), *busy_event, ("EventReleased", "1001")]
    assert office.switch.is_clean()


def test_a_refusal_has_a_sentence(office):
    answers = []
    office.a.agent.transactions.wire.send = lambda message, flow, again=False: None
    office.world.nodes[A].receive = lambda message, flow: answers.append(message)
    office.world.put(invite("1003"), A, Flow(Transport.UDP, SERVER, 5060))
    office.world.run()
    assert answers[-1].status == 480
    assert "its phone is not registered" in answers[-1].headers["Warning"]


def test_the_caller_gives_up_while_it_rings(office):
    call = office.rings()
    call.hang_up()
    office.world.run()
    assert office.switch.events() == [("EventReleased", "1001"), ("EventAbandoned", "1002")]
    assert office.world.between(SERVER, B)[-4:] == ["→ CANCEL", "← 200 OK", "← 487 Request Terminated", "→ ACK"]
    assert office.switch.is_clean()


def test_the_caller_gives_up_before_it_rings(office):
    office.b.rings = False
    call = office.a.call("1002")
    office.world.run()
    call.hang_up()
    office.world.run()
    assert office.switch.events() == [("EventDialing", "1001"), ("EventReleased", "1001")]
    office.world.run(200)
    assert office.switch.is_clean()


def test_the_called_phone_answers_while_the_caller_gives_up(office):
    call = office.rings()
    call.hang_up()
    office.b.answer()
    office.world.run()
    assert office.switch.events() == [("EventReleased", "1001"), ("EventAbandoned", "1002")]
    assert office.b.said[-1] == "ended"
    assert office.switch.is_clean()


def test_nobody_answers_at_all(office):
    del office.world.nodes[B]
    office.a.call("1002")
    office.world.run(40)
    assert office.a.said == [("refused", 408)]
    assert office.switch.events() == [("EventDialing", "1001"), ("EventReleased", "1001")]
    office.world.run(100)
    assert office.switch.is_clean()
    assert len(office.switch.server.agent.transactions) == 0


def broken(office, address):
    """The way from SIP Server to this address is broken, and the system says so at once."""
    put = office.world.put

    def put_or_break(message, sender, flow, again=False):
        if (sender, flow.address) == (SERVER, address):
            office.switch.server.agent.transactions.broken(flow)
        else:
            put(message, sender, flow, again)

    office.world.put = put_or_break


def test_a_way_that_is_broken_at_once(office):
    broken(office, B)
    office.a.call("1002")
    office.world.run()
    assert office.a.said == [("refused", 480)]
    assert office.switch.events() == [("EventDialing", "1001"), ("EventReleased", "1001")]
    assert office.switch.is_clean()


def test_a_phone_that_rings_for_ever(office):
    office.rings()
    office.world.run(300)
    assert office.a.said[-1] == ("refused", 487)
    assert office.b.said[-1] == "ended"
    # The phone that calls counts the same three minutes.
    assert office.switch.events() == [("EventReleased", "1001"), ("EventAbandoned", "1002")]
    assert office.switch.is_clean()


def test_a_cancel_that_nobody_answers(office):
    call = office.rings()
    del office.world.nodes[B]
    call.hang_up()
    office.world.run(100)
    assert office.switch.events() == [("EventReleased", "1001"), ("EventAbandoned", "1002")]
    assert office.switch.is_clean()
    assert len(office.switch.server.agent.transactions) == 0


def test_a_caller_who_never_acknowledges(office):
    office.rings()
    del office.world.nodes[A]
    office.b.answer()
    office.world.run(100)
    assert office.switch.events() == [*ESTABLISHED, ("EventReleased", "1001"), ("EventReleased", "1002")]
    assert office.b.said[-1] == "ended"
    assert office.switch.is_clean()


def test_everybody_hangs_up(office):
    office.talk()
    office.gateway.call("service")
    office.a.call("1002")
    office.world.run()
    office.switch.server.hang_up()
    office.world.run()
    assert office.switch.is_clean()


# --- hold


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
def test_hold_and_retrieve(office, direction):
    call = office.talk()
    call.reinvite(sdp(A, direction=direction))
    office.world.run()
    assert office.switch.events() == [("EventHeld", "1001")]
    assert office.b.line.remote_body == sdp(A, direction=direction)
    assert office.a.said[-1] == ("changed", 200)
    call.reinvite(sdp(A))
    office.world.run()
    assert office.switch.events() == [("EventRetrieved", "1001")]
    office.b.line.reinvite(sdp(B, direction="sendonly"))
    office.world.run()
    assert office.switch.events() == [("EventHeld", "1002")]


def test_a_change_that_the_other_side_refuses(office):
    call = office.talk()
    office.b.change_asked = lambda call, request: call.refuse_change(488)
    office.b.agent.listener = office.b
    call.reinvite(sdp(A, direction="sendonly"))
    office.world.run()
    assert office.a.said[-1] == ("changed", 488)
    assert office.switch.events() == []


def test_a_change_without_sdp_brings_an_offer_back(office):
    call = office.talk()
    call.reinvite()
    office.world.run()
    assert office.a.said[-1] == ("changed", 200)
    assert office.b.line.remote_body == sdp(A)
    assert office.world.between(SERVER, B)[-3:] == ["→ INVITE", "← 200 OK", "→ ACK"]
    assert office.switch.events() == []


def test_both_sides_change_at_once(office):
    call = office.talk()
    call.reinvite(sdp(A, direction="sendonly"))
    office.b.line.reinvite(sdp(B, direction="sendonly"))
    office.world.run()
    assert ("changed", 491) in office.a.said
    assert ("changed", 491) in office.b.said
    assert office.switch.events() == []


def test_a_change_that_nobody_answers_ends_the_call(office):
    call = office.talk()
    del office.world.nodes[B]
    call.reinvite(sdp(A, direction="sendonly"))
    office.world.run(200)
    assert "ended" in office.a.said
    assert office.switch.events() == [("EventReleased", "1002"), ("EventReleased", "1001")]
    assert office.switch.is_clean()


def test_a_change_before_the_caller_has_acknowledged(office):
    office.rings()
    office.world.lost = lambda message, sender, receiver: message.name() == "ACK" and sender == A
    office.b.answer()
    office.world.run(0.1)
    office.b.line.reinvite(sdp(B, direction="sendonly"))
    office.world.run(0.1)
    assert office.b.said[-1] == ("changed", 491)


WISHES = [
    (sdp(A), PartyEvent.RETRIEVE),
    (sdp(A, direction="recvonly"), PartyEvent.RETRIEVE),
    (sdp(A, direction="sendonly"), PartyEvent.HOLD),
    (sdp("0.0.0.0"), PartyEvent.HOLD),
    (b"", None),
    (b"no sdp", None),
    (b"v=0\r\n", None),
]


@pytest.mark.parametrize(("body", "expected"), WISHES)
def test_what_a_change_comes_to(body, expected):
    assert wish(body) is expected


# --- offers in the 200


def test_a_caller_without_sdp(office):
    call = office.a.call("1002", b"")
    office.world.run()
    office.b.answer()
    office.world.run()
    assert call.remote_body == sdp(B, 20_002)
    assert office.b.line.remote_body == sdp(A)
    assert office.world.between(SERVER, B)[-2:] == ["← 200 OK", "→ ACK"]
    assert office.switch.events() == [*RINGS, *ESTABLISHED]


# --- the test number


def test_the_test_number_answers(office):
    call = office.gateway.call("service")
    office.world.run()
    assert office.world.between(OUTSIDE, SERVER) == ["→ INVITE", "← 200 OK", "→ ACK"]
    (media,) = Sdp.parse(call.remote_body).media
    assert (media.address, media.number, media.direction) == (SERVER, DISCARD, "inactive")
    assert office.switch.events() == []
    call.reinvite(sdp(OUTSIDE, direction="sendonly"))
    office.world.run()
    assert office.gateway.said == ["answered", ("changed", 200)]
    call.hang_up()
    office.world.run()
    assert office.switch.is_clean()


def test_a_dn_calls_the_test_number(office):
    call = office.a.call("service")
    office.world.run()
    assert office.switch.events() == [("EventDialing", "1001"), ("EventEstablished", "1001")]
    call.hang_up()
    office.world.run()
    assert office.switch.events() == [("EventReleased", "1001")]
    assert office.switch.is_clean()


@pytest.mark.parametrize(("phone", "events"), [("gateway", []), ("a", [("EventReleased", "1001")])])
def test_the_test_number_hangs_up_by_itself(office, phone, events):
    caller = getattr(office, phone)
    caller.call("service")
    office.world.run(LONGEST - 1)
    office.switch.events()
    assert caller.said == ["answered"]
    office.world.run(2)
    assert caller.said == ["answered", "ended"]
    assert office.switch.events() == events
    assert office.switch.is_clean()


@pytest.mark.parametrize(
    ("call", "lost", "seconds"),
    [
        (lambda office: office.gateway.call("service"), "BYE", LONGEST),
        (lambda office: office.a.call("service"), "BYE", LONGEST),
        (lambda office: office.switch.server.make_call("1001", "service"), "BYE", LONGEST),
        (lambda office: office.gateway.call("service"), "ACK", 32),
        (lambda office: office.a.call("service"), "ACK", 32),
    ],
)
def test_nothing_is_left_of_callers_that_are_gone(office, call, lost, seconds):
    office.world.lost = lambda message, sender, receiver: message.name() == lost
    call(office)
    office.world.run()
    office.world.nodes = {SERVER: office.world.nodes[SERVER]}
    # Nobody answers the BYE either: 64*T1.
    office.world.run(seconds + 32 + 1)
    agent = office.switch.server.agent
    assert office.switch.is_clean()
    assert len(agent.transactions) == 0
    # The alarms for the ends of the two registrations.
    assert len(agent.transactions.alarms) == 2


def test_a_call_of_the_test_number_that_is_ending_when_its_time_is_over(office):
    office.a.call("service")
    office.world.run(LONGEST - 1)
    office.world.lost = lambda message, sender, receiver: message.name() == "BYE"
    office.switch.server.release_call("1001")
    office.world.run(40)
    assert [name for name, _ in office.switch.events()] == ["EventDialing", "EventEstablished", "EventReleased"]
    assert office.switch.is_clean()


@pytest.mark.parametrize(("phone", "events"), [("gateway", []), ("a", ["EventDialing", "EventReleased"])])
def test_the_test_number_refuses_what_is_no_sdp(office, phone, events):
    caller = getattr(office, phone)
    caller.call("service", b"no sdp")
    office.world.run()
    assert caller.said == [("refused", 400)]
    assert [name for name, _ in office.switch.events()] == events
    assert office.switch.is_clean()


def test_the_test_number_refuses_a_change_that_is_no_sdp(office):
    call = office.gateway.call("service")
    office.world.run()
    call.reinvite(b"no sdp")
    office.world.run()
    assert office.gateway.said[-1] == ("changed", 400)


ANSWERS = [
    (b"", [("audio", DISCARD, ("0",))]),
    (sdp(A), [("audio", DISCARD, ("0",))]),
    (b"m=audio 4000 RTP/AVP 8 0 101\r\n", [("audio", DISCARD, ("8",))]),
    (b"m=video 4000 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\n", [("video", 0, ("96",)), ("audio", 0, ("0",))]),
]


@pytest.mark.parametrize(("offer", "expected"), ANSWERS)
def test_the_answer_of_the_test_number(offer, expected):
    media = Sdp.parse(service_answer(offer, SERVER)).media
    assert [(one.kind, one.number, one.formats) for one in media] == expected


# --- how far a call may go


def invite(number, *headers, via=f"SIP/2.0/UDP {A}:5060;branch=z9hG4bK-x"):
    pairs = [
        ("Via", via), *headers, ("From", "<sip:2000@x>;tag=x"), ("To", f"<sip:{number}@x>"), ("Call-ID", "x"),
        ("CSeq", "1 INVITE"), ("Contact", f"<sip:2000@{A}>"),
    ]  # fmt: skip
    return Request("INVITE", f"sip:{number}@{SERVER}", Headers(pairs))


def raw(office, request):
    heard = []
    office.world.nodes[A] = office.a
    office.a.receive = lambda message, flow: heard.append(message)
    office.world.put(parse(bytes(request)), A, Flow(Transport.UDP, SERVER, 5060))
    office.world.run()
    return [message.status for message in heard]


OURS = f"SIP/2.0/UDP {SERVER}:5060;branch=z9hG4bK-ours"
TOO_FAR = [
    (invite("1002", ("Max-Forwards", "0")), [483]),
    (invite("service", ("Max-Forwards", "0")), [483]),
    (invite("1002", ("Via", OURS)), [482]),
    (invite("1002", via=OURS), [482]),
]


@pytest.mark.parametrize(("request_", "statuses"), TOO_FAR)
def test_a_call_that_went_too_far(office, request_, statuses):
    assert raw(office, request_) == statuses
    assert office.b.said == []
    assert office.switch.is_clean()


@pytest.mark.parametrize(("headers", "left"), [([("Max-Forwards", "7")], 6), ([], MAX_FORWARDS - 1)])
def test_each_leg_counts_down(office, headers, left):
    raw(office, invite("1002", *headers))
    assert office.b.line.request.max_forwards == left


def test_a_loop_through_the_gateway_ends(office):
    gateway = office.gateway

    def send_back(call):
        hops = str(call.request.max_forwards - 1)
        again = gateway.call("9123", headers=[("Max-Forwards", hops)])
        again.owner_data = call

    gateway.invited = send_back
    gateway.refused = lambda call, status, reason: call.owner_data.reject(status)
    gateway.agent.listener = gateway
    office.a.call("9123")
    office.world.run(20)
    assert office.a.said[-1] == ("refused", 483)
    assert len(office.switch.related) == MAX_FORWARDS // 2
    assert office.switch.is_clean()


def test_a_phone_that_registers_with_sip_servers_own_address(office):
    office.a.agent.register("1003", Flow(Transport.UDP, SERVER, 5060), done=lambda response: None)
    office.world.run()
    (binding,) = office.switch.server.registrar.bindings("1003")
    own = Uri("sip", "1003", SERVER, 5060)
    office.switch.server.registrar._bindings["1003"] = [type(binding)(own, *list(_values(binding))[1:])]
    office.a.call("1003")
    office.world.run()
    assert office.a.said[-1] == ("refused", 482)
    assert office.switch.is_clean()


def _values(binding):
    return (getattr(binding, name) for name in binding.__dataclass_fields__)


# --- trunks


def test_a_call_over_a_trunk(office):
    call = office.a.call("9123")
    office.world.run()
    assert office.switch.events() == [("EventDialing", "1001"), ("EventNetworkReached", "1001")]
    office.gateway.answer()
    office.world.run()
    assert office.switch.events() == [("EventEstablished", "1001")]
    assert (office.gateway.line.number, office.gateway.line.caller) == ("9123", "1001")
    call.hang_up()
    office.world.run()
    assert office.switch.events() == [("EventReleased", "1001")]
    assert office.switch.is_clean()


def test_a_trunk_that_answers_at_once(office):
    office.gateway.rings, office.gateway.answers = False, True
    office.a.call("9123")
    office.world.run()
    names = [name for name, _ in office.switch.events()]
    assert names == ["EventDialing", "EventNetworkReached", "EventEstablished"]


def test_a_call_from_outside(office):
    office.gateway.call("1002")
    office.world.run()
    assert office.switch.told[0].other_dn == "outside"
    assert office.switch.events() == [("EventRinging", "1002")]
    office.b.answer()
    office.world.run()
    assert office.switch.events() == [("EventEstablished", "1002")]


@pytest.mark.parametrize("status", [486, 603])
def test_a_trunk_that_refuses(office, status):
    office.a.call("9123")
    office.world.run()
    office.gateway.line.reject(status)
    office.world.run()
    names = [name for name, _ in office.switch.events()]
    busy = ["EventDestinationBusy"] if status == 486 else []
    assert names == ["EventDialing", "EventNetworkReached", *busy, "EventReleased"]


def test_a_media_server_is_no_trunk(office):
    office.gateway.answers = True
    office.a.call("8000")
    office.world.run()
    assert office.switch.events() == [("EventDialing", "1001"), ("EventEstablished", "1001")]


def test_a_trunk_over_tcp(office):
    office.switch.server._route = lambda number: (Flow(Transport.TCP, OUTSIDE, 5060), True)
    office.a.call("9123")
    office.world.run()
    assert office.gateway.line.request.uri == f"sip:9123@{OUTSIDE}:5060;transport=tcp"


# --- registrations


def test_a_dn_comes_into_service_and_leaves_it(office):
    phone = Phone(office.world, "1003", "10.0.0.14")
    phone.register()
    assert office.switch.events() == [("EventDNBackInService", "1003")]
    phone.register()
    assert office.switch.events() == []
    phone.register(0)
    assert office.switch.events() == [("EventDNOutOfService", "1003")]
    phone.register(0)
    assert office.switch.events() == []


def test_a_registration_runs_out(office):
    phone = Phone(office.world, "1003", "10.0.0.14")
    phone.register(60)
    office.world.run(30)
    phone.register(60)
    office.world.run(40)
    assert office.switch.events() == [("EventDNBackInService", "1003")]
    office.world.run(30)
    assert office.switch.events() == [("EventDNOutOfService", "1003")]
    assert "1003" not in office.switch.server.registrar._bindings


@pytest.mark.parametrize("dn", ["4711", "service", ""])
def test_nobody_else_can_register(office, dn):
    phone = Phone(office.world, dn, "10.0.0.14")
    (answer,) = phone.register()
    assert answer.status == 404
    assert office.switch.events() == []


def test_options_are_answered(office):
    answers = []
    flow = Flow(Transport.UDP, SERVER, 5060)
    office.a.agent.request("OPTIONS", Uri("sip", "ping", SERVER), flow, done=answers.append)
    office.world.run()
    assert answers[0].status == 200
    assert {"INVITE", "REGISTER"} < set(answers[0].allow)


# --- what T-Library's clients ask for


def test_a_call_for_somebody_else(office):
    call_id = office.switch.server.make_call("1001", "1002")
    office.world.run()
    assert office.switch.events() == RINGS
    office.b.answer()
    office.world.run()
    assert office.switch.events() == ESTABLISHED
    to_a, to_b = office.world.between(SERVER, A), office.world.between(SERVER, B)
    assert [name for name in to_a if "NOTIFY" not in name] == [
        "→ INVITE", "← 180 Ringing", "← 200 OK", "← 200 OK", "→ ACK",
    ]  # fmt: skip
    assert to_a.index("→ NOTIFY") == 2
    assert to_b == ["→ INVITE", "← 180 Ringing", "← 200 OK", "→ ACK"]
    assert (office.a.line.call_id, office.a.line.caller) == (call_id, "1002")
    assert (office.a.line.remote_body, office.b.line.remote_body) == (sdp(B, 20_002), sdp(A, 20_002))
    office.b.line.hang_up()
    office.world.run()
    assert office.switch.events() == [("EventReleased", "1002"), ("EventReleased", "1001")]
    assert office.a.said[-1] == "ended"
    assert office.switch.is_clean()


def test_a_call_for_somebody_else_that_is_refused(office):
    office.switch.server.make_call("1001", "1002")
    office.world.run()
    office.b.line.reject(486)
    office.world.run()
    assert office.switch.events()[2:] == [
        ("EventDestinationBusy", "1001"), ("EventReleased", "1002"), ("EventReleased", "1001"),
    ]  # fmt: skip
    assert office.a.said[-1] == "ended"
    assert office.switch.is_clean()


@pytest.mark.parametrize("status", [603, 302])
def test_a_phone_that_will_not_make_the_call(office, status):
    office.a.invited = lambda call: call.reject(status)
    office.a.agent.listener = office.a
    office.switch.server.make_call("1001", "1002")
    office.world.run()
    (error,) = office.switch.told
    assert (error.name, error.this_dn, error.other_dn) == (EventName.ERROR, "1001", "1002")
    assert str(status) in error.fields["ErrorMessage"]
    assert office.switch.is_clean()


def test_a_phone_that_cannot_be_reached_makes_no_call(office):
    broken(office, A)
    office.switch.server.make_call("1001", "1002")
    assert office.switch.events() == [("EventError", "1001")]
    assert office.switch.is_clean()


def test_talk_is_said_once(office):
    office.a.notified = lambda call, event: office.a.said.append(event)
    office.switch.server.make_call("1001", "1002")
    office.world.run()
    office.a.line.ring(183)
    office.world.run()
    assert office.a.said == ["invited", "talk"]
    office.a.line.reject(480)
    office.world.run()
    assert office.switch.is_clean()


def test_a_phone_that_rings_without_a_tag(office):
    flow = Flow(Transport.UDP, SERVER, 5060)
    office.b.agent.receive = lambda message, came: office.world.put(message.answer(180), B, flow)
    office.a.call("1002")
    office.world.run()
    assert office.switch.events() == RINGS
    with pytest.raises(NoCallError, match="rings without a tag"):
        office.switch.server.answer_call("1002")


def test_a_phone_that_offers_no_sdp_makes_no_call(office):
    def take(call):
        office.a.calls.append(call)
        call.answer(b"")

    office.a.invited = take
    office.a.agent.listener = office.a
    office.b.answers = True
    office.switch.server.make_call("1001", "1002")
    office.world.run(1)
    assert "EventEstablished" not in [name for name, _ in office.switch.events()]
    assert office.switch.is_clean()


def test_a_call_to_the_test_number_for_somebody_else(office):
    office.switch.server.make_call("1001", "service")
    office.world.run()
    assert office.switch.events() == [("EventDialing", "1001"), ("EventEstablished", "1001")]
    (media,) = Sdp.parse(office.a.line.remote_body).media
    assert media.number == DISCARD


def test_the_caller_for_whom_it_rings_gives_up(office):
    office.switch.server.make_call("1001", "1002")
    office.world.run()
    office.a.line.hang_up()
    office.world.run(40)
    assert office.switch.events()[2:] == [("EventReleased", "1001"), ("EventAbandoned", "1002")]
    assert office.switch.is_clean()


def test_answer_hold_retrieve_release(office):
    server, call = office.switch.server, office.rings()
    assert server.answer_call("1002") == office.b.line.call_id
    office.world.run()
    assert office.switch.events() == ESTABLISHED
    assert server.hold_call("1001") == call.call_id
    with pytest.raises(NoCallError):
        server.retrieve_call("1002")
    office.world.run()
    assert office.switch.events() == [("EventHeld", "1001")]
    assert server.release_call("1002") == office.b.line.call_id


def test_hold_and_retrieve_by_a_desktop(office):
    server = office.switch.server
    office.talk()
    server.hold_call("1002")
    office.world.run()
    assert office.switch.events() == [("EventHeld", "1002")]
    server.retrieve_call("1002")
    office.world.run()
    assert office.switch.events() == [("EventRetrieved", "1002")]
    assert office.b.said[-4:] == ["hold", ("changed", 200), "talk", ("changed", 200)]


@pytest.mark.parametrize("dn", ["1001", "1002"])
@pytest.mark.parametrize("stage", ["rings", "talk"])
def test_release_ends_both_legs(office, dn, stage):
    getattr(office, stage)()
    office.switch.server.release_call(dn)
    office.world.run()
    names = {name for name, _ in office.switch.events()}
    assert names == ({"EventReleased", "EventAbandoned"} if (dn, stage) == ("1001", "rings") else {"EventReleased"})
    assert office.a.said[-1] in ("ended", ("refused", 603))
    assert office.b.said[-1] == "ended"
    assert office.switch.is_clean()


def test_release_before_the_phone_has_answered(office):
    office.a.rings = False
    office.switch.server.make_call("1001", "1002")
    office.world.run()
    office.switch.server.release_call("1002")
    office.world.run(100)
    assert office.switch.events() == []
    assert office.switch.is_clean()


def test_conn_id_names_the_call(office):
    office.talk()
    other = Phone(office.world, "1003", "10.0.0.14")
    other.call("1002")
    office.world.run()
    office.b.answer()
    office.world.run()
    office.switch.events()
    # Without one it is the newest.
    office.switch.server.hold_call("1002")
    office.world.run()
    assert office.switch.told[-1].conn_id == "0000000000000002"
    office.switch.server.hold_call("1002", "0000000000000001")
    office.world.run()
    assert office.switch.told[-1].conn_id == "0000000000000001"


COMES_TO_NOTHING = [
    (lambda server: server.make_call("4711", "1002"), "4711 is no DN of this switch."),
    (lambda server: server.make_call("1003", "1002"), "The phone of DN 1003 is not registered"),
    (lambda server: server.make_call("1001", ""), "OtherDN says whom to call"),
    (lambda server: server.make_call("1001", "1002\r\nX: y"), "OtherDN says whom to call"),
    (lambda server: server.make_call("1001", "1" * 65), "OtherDN says whom to call"),
    (lambda server: server.make_call("1001", "\uff11\uff10"), "OtherDN says whom to call"),
    (lambda server: server.answer_call("4711"), "4711 is no DN"),
    (lambda server: server.answer_call("1001"), "The phone of DN 1001 is not ringing"),
    (lambda server: server.hold_call("1001"), "DN 1001 has no call that could be held"),
    (lambda server: server.retrieve_call("1001"), "DN 1001 has put no call on hold"),
    (lambda server: server.release_call("1001"), "DN 1001 has no call"),
    (lambda server: server.release_call("4711"), "4711 is no DN"),
]


@pytest.mark.parametrize(("request_", "text"), COMES_TO_NOTHING)
def test_a_request_that_comes_to_nothing(office, request_, text):
    with pytest.raises(NoCallError) as raised:
        request_(office.switch.server)
    assert str(raised.value).startswith(text)
    assert office.switch.is_clean()


def test_the_wrong_conn_id(office):
    office.talk()
    with pytest.raises(NoCallError):
        office.switch.server.release_call("1001", "0000000000000009")


# --- the table


def test_the_table_draws_its_diagram():
    assert diagram(PARTY).startswith("stateDiagram-v2")
    assert {name for _, names in PARTY.rows.values() for name in names} < set(EventName)


# --- memory


def test_nothing_is_left_of_calls_that_are_over(office):
    office.gateway.answers = True
    office.b.answers = True
    for number in ("service", "1002", "9123") * 20:
        call = office.a.call(number)
        office.world.run(0.2)
        call.hang_up()
        office.world.run(0.2)
    office.world.run(100)
    server = office.switch.server
    assert office.switch.is_clean()
    assert len(server.agent.transactions) == 0
    # The alarms for the ends of the two registrations.
    assert len(server.agent.transactions.alarms) == 2
