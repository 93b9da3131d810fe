"""Calls of a user agent: made, taken, cancelled, changed and ended, whatever the other side does."""

import pytest

from genesys_ports.model import Transport
from genesys_ports.sip import Flow, Uri
from genesys_ports.sip.call_states import CALL, CallState
from genesys_ports.sip.user_agent import METHODS, MOST_ENDED
from tests.sip_bench import ANSWER, CONTACT, OFFER, PEER, SDP, TCP, UDP, Bench

LONG = b"v=0\r\n" + b"a=" + b"x" * 1300 + b"\r\n"


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- calls that we make


def test_an_invite_says_who_calls_whom_and_where_we_are(bench):
    call = bench.called(display="Ana")
    invite, flow = bench.sent[0]
    assert flow == UDP
    assert invite.uri == "sip:2002@127.0.0.9"
    assert invite.via.host == "127.0.0.1"
    assert invite.via.branch.startswith("z9hG4bK")
    assert "rport" in invite.via.params
    assert (invite.max_forwards, str(invite.cseq)) == (70, "1 INVITE")
    assert invite.headers["From"] == '"Ana" <sip:1001@127.0.0.1>;tag=' + call.tag
    assert invite.headers["To"] == "<sip:2002@127.0.0.9>"
    assert str(invite.contacts[0].uri) == "sip:1001@127.0.0.1:5060"
    assert invite.allow == METHODS
    assert (invite.body, invite.content_type) == (OFFER, "application/sdp")
    assert (call.number, call.caller, call.call_id, call.incoming) == ("2002", "1001", invite.call_id, False)
    assert repr(call) == "<Call 1001 → 2002, Calling>"


def test_a_call_may_be_made_for_somebody_else_and_with_more_headers(bench):
    bench.called(from_user="1005", headers=[("Max-Forwards", "69"), ("Subject", "test")])
    invite = bench.last("INVITE")
    assert (invite.from_.uri.user, invite.contacts[0].uri.user) == ("1005", "1005")
    assert (invite.headers.all("Max-Forwards"), invite.headers["Subject"]) == (("69",), "test")


def test_a_call_rings_is_answered_and_acknowledged(bench):
    call = bench.called()
    bench.reply(bench.last("INVITE"), 100, tag="")
    bench.reply(bench.last("INVITE"), 180)
    assert str(call.state) == "Proceeding"
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert call.state is CallState.ESTABLISHED
    assert bench.told() == [("progressed", 180), ("answered", 200)]
    assert bench.news() == ["INVITE", "ACK"]
    ack = bench.last("ACK")
    assert (ack.uri, str(ack.cseq), ack.to.tag) == ("sip:2002@127.0.0.9:5060", "1 ACK", "peer")
    assert ack.via.branch != bench.last("INVITE").via.branch
    assert (call.local_body, call.remote_body, call.status, call.reason) == (OFFER, ANSWER, 200, "OK")


def test_early_media_is_known_before_the_answer(bench):
    call = bench.called()
    bench.reply(bench.last("INVITE"), 183, body=ANSWER)
    assert call.remote_body == ANSWER


@pytest.mark.parametrize("status", [302, 404, 486, 603])
def test_a_refused_call(bench, status):
    call = bench.called()
    bench.reply(bench.last("INVITE"), status)
    assert bench.told() == [("refused", status)]
    assert (call.state, call.status, bench.agent.calls) == (CallState.ENDED, status, {})
    assert bench.news() == ["INVITE", "ACK"]


def test_a_call_that_nobody_answers_ends_with_408(bench):
    call = bench.called()
    bench.wait(32)
    assert bench.told() == [("refused", 408)]
    assert (call.reason, bench.agent.calls) == ("Request Timeout", {})


def test_a_call_whose_way_is_broken_ends_with_503(bench):
    bench.called()
    bench.agent.transactions.broken(UDP)
    assert bench.told() == [("refused", 503)]


def test_a_2xx_that_comes_again_is_acknowledged_again(bench):
    bench.established()
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert bench.repeated == ["ACK"]
    assert bench.told() == []


def test_a_2xx_that_comes_again_is_acknowledged_even_after_the_end(bench):
    bench.established().hang_up()
    bench.reply(bench.last("BYE"), 200)
    assert bench.agent.calls == {}
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert bench.repeated == ["ACK"]
    assert bench.told() == [("ended", "by us")]


def test_a_second_phone_that_answers_after_the_end_is_hung_up(bench):
    bench.established().hang_up()
    bench.reply(bench.last("BYE"), 200)
    bench.reply(bench.last("INVITE"), 200, "two", body=ANSWER)
    assert bench.news() == ["BYE", "ACK", "BYE"]
    assert bench.last("BYE").to.tag == "two"


def test_calls_that_are_over_take_little_room(bench):
    for _ in range(MOST_ENDED + 5):
        bench.called().hang_up()
        bench.reply(bench.last("INVITE"), 486)
        bench.sent.clear()
    assert len(bench.agent._ended) == MOST_ENDED


def test_two_phones_ring_and_one_answers(bench):
    call = bench.called()
    for tag in ("one", "two"):
        bench.reply(bench.last("INVITE"), 180, tag)
    bench.reply(bench.last("INVITE"), 200, "two", body=ANSWER)
    assert bench.last("ACK").to.tag == "two"
    assert call.state is CallState.ESTABLISHED
    assert bench.told() == [("progressed", 180), ("progressed", 180), ("answered", 200)]


@pytest.mark.parametrize("rang", [True, False])
def test_the_second_phone_that_answers_is_acknowledged_and_hung_up(bench, rang):
    call = bench.called()
    if rang:
        bench.reply(bench.last("INVITE"), 180, "two")
    bench.reply(bench.last("INVITE"), 200, "one", body=ANSWER)
    bench.news()
    bench.reply(bench.last("INVITE"), 200, "two", headers=[("Contact", "<sip:2003@127.0.0.8>")], body=ANSWER)
    assert [(m.name(), m.to.tag, f.address) for m, f in bench.sent] == [
        ("ACK", "two", "127.0.0.8"),
        ("BYE", "two", "127.0.0.8"),
    ]
    bench.reply(bench.last("INVITE"), 200, "two", body=ANSWER)
    assert bench.repeated == ["ACK"]
    # The BYE that it may have sent meanwhile is welcome as well; the call with the first one stands.
    bench.inside("BYE", call, from_tag="two")
    assert bench.news()[-1] == "200 OK"
    assert call.state is CallState.ESTABLISHED


def test_a_thousand_phones_that_ring_are_not_all_remembered(bench):
    call = bench.called()
    for number in range(100):
        bench.reply(bench.last("INVITE"), 180, f"phone-{number}")
    assert len(call._dialogs) == 20
    bench.reply(bench.last("INVITE"), 200, "phone-99", body=ANSWER)
    assert bench.last("ACK").to.tag == "phone-99"
    bench.news()
    bench.reply(bench.last("INVITE"), 200, "phone-98", body=ANSWER)
    assert bench.news() == []


# --- CANCEL


def test_cancel_has_the_branch_of_its_invite(bench):
    call = bench.called()
    bench.reply(bench.last("INVITE"), 180)
    assert call.hang_up()
    invite, cancel = bench.last("INVITE"), bench.last("CANCEL")
    for name in ("Via", "From", "To", "Call-ID"):
        assert cancel.headers[name] == invite.headers[name]
    assert (cancel.uri, str(cancel.cseq), len(cancel.vias)) == (invite.uri, "1 CANCEL", 1)
    bench.reply(cancel, 200)
    bench.reply(invite, 487)
    assert bench.told() == [("progressed", 180), ("ended", "by us")]
    assert bench.news() == ["INVITE", "CANCEL", "ACK"]
    assert bench.agent.calls == {}


def test_cancel_waits_for_the_first_answer(bench):
    call = bench.called()
    assert call.hang_up()
    assert not call.hang_up()
    assert bench.news() == ["INVITE"]
    bench.reply(bench.last("INVITE"), 100, tag="")
    assert bench.news() == ["CANCEL"]
    assert call.state is CallState.CANCELLED


@pytest.mark.parametrize("cancelled", [True, False])
@pytest.mark.parametrize("offer", [b"", OFFER])
def test_a_call_that_is_answered_while_it_is_cancelled_is_hung_up(bench, cancelled, offer):
    call = bench.called(offer)
    if cancelled:
        bench.reply(bench.last("INVITE"), 180)
    call.hang_up()
    bench.news()
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert bench.news() == ["ACK", "BYE"]
    assert call.state is CallState.ENDING
    bench.reply(bench.last("BYE"), 200)
    assert bench.told()[-1] == ("ended", "by us")
    assert bench.agent.calls == {}


def test_a_call_that_is_refused_before_it_could_be_cancelled(bench):
    bench.called().hang_up()
    bench.reply(bench.last("INVITE"), 486)
    assert bench.told() == [("ended", "by us")]


@pytest.mark.parametrize("rings", [True, False])
def test_a_cancelled_call_ends_even_without_a_final_answer(bench, rings):
    call = bench.called()
    if rings:
        bench.reply(bench.last("INVITE"), 180)
    call.hang_up()
    bench.wait(33)
    assert bench.told()[-1] == ("ended", "by us")
    assert (bench.agent.calls, len(bench.agent.transactions)) == ({}, 0)


# --- the late offer


def test_a_late_offer_waits_for_the_owner(bench):
    call = bench.called(b"")
    assert "Content-Type" not in bench.last("INVITE").headers
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    assert call.offered
    assert bench.told() == [("answered", 200)]
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    assert bench.news() == ["INVITE"]
    assert call.acknowledge(ANSWER)
    assert not call.acknowledge(ANSWER)
    ack = bench.last("ACK")
    assert (ack.body, ack.content_type, str(ack.cseq)) == (ANSWER, "application/sdp", "1 ACK")
    assert (call.remote_body, call.local_body, call.state) == (OFFER, ANSWER, CallState.ESTABLISHED)
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    assert bench.repeated == ["ACK"]


def test_a_late_offer_that_never_comes_is_acknowledged_at_once(bench):
    call = bench.called(b"")
    bench.reply(bench.last("INVITE"), 200)
    assert bench.news() == ["INVITE", "ACK"]
    assert call.state is CallState.ESTABLISHED


def test_hanging_up_instead_of_answering_the_offer(bench):
    call = bench.called(b"")
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    bench.news()
    call.hang_up()
    assert bench.news() == ["ACK", "BYE"]


def test_the_other_side_may_give_up_waiting_for_our_answer(bench):
    call = bench.called(b"")
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    bench.inside("INVITE", call, cseq=7, body=OFFER)
    bench.inside("BYE", call, cseq=8)
    assert bench.news() == ["INVITE", "491 Request Pending", "200 OK"]
    assert bench.told()[-1] == ("ended", "by them")


# --- the way of requests in the dialog


@pytest.mark.parametrize(
    ("routes", "uri", "sent", "address"),
    [
        ([], "sip:2002@127.0.0.9:5060", (), PEER),
        (
            ["<sip:127.0.0.8;lr>", "<sip:127.0.0.7;lr>"],
            "sip:2002@127.0.0.9:5060",
            ("<sip:127.0.0.7;lr>", "<sip:127.0.0.8;lr>"),
            "127.0.0.7",
        ),
        (
            ["<sip:127.0.0.8;lr>", "<sip:127.0.0.7>"],
            "sip:127.0.0.7",
            ("<sip:127.0.0.8;lr>", "<sip:2002@127.0.0.9:5060>"),
            "127.0.0.7",
        ),
    ],
    ids=["no route", "loose", "strict"],
)
def test_routes_of_a_call_we_make(bench, routes, uri, sent, address):
    call = bench.called()
    # The order of Record-Route is turned round for the caller.
    bench.reply(bench.last("INVITE"), 200, headers=[CONTACT, *(("Record-Route", one) for one in routes)])
    call.hang_up()
    for name in ("ACK", "BYE"):
        message, flow = next((m, f) for m, f in bench.sent if m.name() == name)
        assert (message.uri, message.headers.all("Route"), flow.address) == (uri, sent, address)


def test_routes_of_a_call_we_take(bench):
    routes = [("Record-Route", "<sip:127.0.0.8;lr>"), ("Record-Route", "<sip:127.0.0.7;lr>")]
    bench.ask("INVITE", *routes, body=OFFER)
    call = bench.diary.calls[0]
    call.answer(ANSWER)
    assert bench.last("200 OK").headers.all("Record-Route") == tuple(value for _, value in routes)
    bench.inside("ACK", call)
    call.hang_up()
    bye, flow = bench.sent[-1]
    assert (bye.headers.all("Route"), flow.address) == (tuple(value for _, value in routes), "127.0.0.8")


def test_a_broken_contact_is_left_for_where_the_call_comes_from(bench):
    bench.ask("INVITE", ("Contact", "<sip:2002@127.0.0.8:6000>"), body=OFFER)
    call = bench.diary.calls[0]
    call.answer(ANSWER)
    bench.inside("ACK", call)
    call.hang_up()
    first, flow = bench.sent[-1]
    assert flow == Flow(Transport.UDP, "127.0.0.8", 6000)
    bench.agent.transactions.broken(flow)
    second, flow = bench.sent[-1]
    assert (second.name(), flow, second.cseq) == ("BYE", UDP, first.cseq)
    assert second.via.branch != first.via.branch
    bench.agent.transactions.broken(flow)
    assert bench.told()[-1] == ("ended", "by us")


# --- long requests


def test_a_request_above_1300_bytes_goes_over_tcp(bench):
    bench.called(LONG)
    invite, flow = bench.sent[0]
    assert (flow, invite.via.transport) == (TCP, "TCP")


def test_exactly_1300_bytes_go_in_a_datagram(bench):
    bench.called(OFFER)
    rest = 1300 - len(bytes(bench.last("INVITE"))) + len(OFFER)
    bench.news()
    for length in range(rest - 20, rest + 20):
        bench.called(b"x" * length)
    went = {len(bytes(message)): flow.transport for message, flow in bench.sent}
    assert (went[1300], went[1301]) == (Transport.UDP, Transport.TCP)


def test_without_tcp_a_long_request_goes_in_a_datagram_all_the_same():
    bench = Bench(Transport.UDP)
    bench.called(LONG)
    assert bench.sent[0][1] == UDP


def test_when_tcp_is_refused_a_long_request_goes_in_a_datagram(bench):
    call = bench.called(LONG)
    bench.agent.transactions.broken(TCP)
    assert [flow.transport for _, flow in bench.sent] == [Transport.TCP, Transport.UDP]
    assert bench.last("INVITE").via.transport == "UDP"
    assert bench.told() == []
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert call.state is CallState.ESTABLISHED


def test_when_tcp_is_refused_at_once_too():
    class Refusing(Bench):
        def send(self, message, flow, *, again=False):
            super().send(message, flow, again=again)
            if flow.transport is Transport.TCP:
                self.agent.transactions.broken(flow)

    bench = Refusing()
    bench.called(LONG)
    assert [flow.transport for _, flow in bench.sent] == [Transport.TCP, Transport.UDP]
    bench.wait(33)
    assert bench.told() == [("refused", 408)]


def test_silence_over_tcp_is_no_reason_to_say_it_all_again(bench):
    bench.called(LONG)
    bench.wait(33)
    assert bench.news() == ["INVITE"]
    assert bench.told() == [("refused", 408)]


def test_a_connection_that_is_gone_is_opened_again(bench):
    came = Flow(Transport.TCP, PEER, 40_001, 3)
    bench.ask("INVITE", ("Contact", f"<sip:2002@{PEER}:5060;transport=tcp>"), body=OFFER, flow=came)
    call = bench.diary.calls[0]
    call.answer(ANSWER)
    bench.inside("ACK", call, flow=came)
    call.hang_up()
    assert bench.sent[-1][1] == came
    bench.agent.transactions.broken(came)
    assert bench.sent[-1][1] == Flow(Transport.TCP, PEER, 5060, 0)


def test_a_call_over_a_connection_that_is_gone_opens_another(bench):
    registered = Flow(Transport.TCP, PEER, 40_001, 3)
    bench.agent.invite(Uri.parse(f"sip:2002@{PEER}:5070;transport=tcp"), registered, body=OFFER)
    bench.agent.transactions.broken(registered)
    assert [flow for _, flow in bench.sent] == [registered, Flow(Transport.TCP, PEER, 5070)]


# --- calls that we take


def test_a_call_rings_and_is_answered(bench):
    call = bench.asked()
    assert bench.told() == [("invited", "1001")]
    assert (call.incoming, call.caller, call.number, call.remote_body) == (True, "2002", "1001", OFFER)
    assert call.ring()
    assert call.answer(ANSWER)
    assert bench.news() == ["180 Ringing", "200 OK"]
    ringing, ok = bench.last("180 Ringing"), bench.last("200 OK")
    assert ringing.to.tag == ok.to.tag == call.tag
    for response in (ringing, ok):
        assert str(response.contacts[0].uri) == "sip:1001@127.0.0.1:5060"
        assert response.allow == METHODS
    assert (ok.body, ok.content_type) == (ANSWER, "application/sdp")
    assert str(call.state) == "Answered"
    bench.inside("ACK", call)
    assert call.state is CallState.ESTABLISHED
    assert bench.told() == [("acknowledged", b"")]


def test_early_media_and_ringing_again(bench):
    call = bench.asked()
    assert call.ring(183, ANSWER)
    assert call.ring()
    assert bench.news() == ["183 Session Progress", "180 Ringing"]
    assert bench.last("183 Session Progress").body == ANSWER


def test_an_invite_without_an_offer_gets_ours(bench):
    call = bench.asked(body=b"")
    call.answer(OFFER)
    bench.inside("ACK", call, SDP, body=ANSWER)
    assert (call.local_body, call.remote_body) == (OFFER, ANSWER)
    assert bench.told()[-1] == ("acknowledged", ANSWER)


@pytest.mark.parametrize("rings", [True, False])
def test_a_call_is_rejected(bench, rings):
    call = bench.asked()
    if rings:
        call.ring()
    assert call.reject(486, "Busy as a bee", [("Retry-After", "60")])
    refusal, _ = bench.sent[-1]
    assert (refusal.name(), refusal.headers["Retry-After"]) == ("486 Busy as a bee", "60")
    assert bench.told()[-1] == ("ended", "by us")
    assert (call.status, bench.agent.calls) == (486, {})


@pytest.mark.parametrize("rings", [True, False])
def test_hanging_up_a_call_that_rings_declines_it(bench, rings):
    call = bench.asked()
    if rings:
        call.ring()
    assert call.hang_up()
    assert bench.news()[-1] == "603 Decline"


def test_a_call_is_cancelled(bench):
    call = bench.asked(branch="z9hG4bK-x")
    call.ring()
    bench.ask("CANCEL", branch="z9hG4bK-x")
    assert bench.news() == ["180 Ringing", "200 OK", "487 Request Terminated"]
    assert bench.last("200 OK").to.tag == bench.last("487 Request Terminated").to.tag == call.tag
    assert bench.told() == [("invited", "1001"), ("ended", "by them")]
    assert (call.status, bench.agent.calls) == (487, {})


def test_a_call_is_cancelled_before_it_rings(bench):
    bench.asked(branch="z9hG4bK-x")
    bench.ask("CANCEL", branch="z9hG4bK-x")
    assert bench.news() == ["200 OK", "487 Request Terminated"]


def test_cancel_comes_too_late(bench):
    call = bench.asked(branch="z9hG4bK-x")
    call.answer(ANSWER)
    bench.ask("CANCEL", branch="z9hG4bK-x")
    assert bench.news() == ["200 OK", "200 OK"]
    assert call.state is CallState.ANSWERED


def test_cancel_comes_after_a_refusal(bench):
    bench.asked(branch="z9hG4bK-x").reject(486)
    bench.ask("CANCEL", branch="z9hG4bK-x")
    assert bench.news()[0] == "486 Busy Here"
    assert bench.news() == []
    assert bench.told() == [("invited", "1001"), ("ended", "by us")]


def test_cancel_of_nothing(bench):
    bench.asked(branch="z9hG4bK-x")
    bench.ask("CANCEL", branch="z9hG4bK-y")
    assert bench.news() == ["481 Call/Transaction Does Not Exist"]


def test_bye_before_the_answer(bench):
    call = bench.asked()
    call.ring()
    bench.inside("BYE", call, cseq=2)
    assert bench.news() == ["180 Ringing", "200 OK", "487 Request Terminated"]
    assert bench.told()[-1] == ("ended", "by them")


def test_a_2xx_is_repeated_until_it_is_acknowledged(bench):
    call = bench.asked()
    call.answer(ANSWER)
    bench.wait(3.6)
    assert bench.repeated == ["200 OK"] * 3
    bench.inside("ACK", call)
    bench.wait(40)
    assert bench.repeated == ["200 OK"] * 3


def test_a_2xx_that_is_never_acknowledged_ends_in_bye(bench):
    call = bench.asked()
    call.answer(ANSWER)
    bench.wait(32)
    assert bench.news() == ["200 OK", "BYE"]
    bench.reply(bench.last("BYE"), 481)
    assert bench.told()[-1] == ("ended", "by us")
    assert call.state is CallState.ENDED


def test_hanging_up_waits_for_the_ack(bench):
    call = bench.asked()
    call.answer(ANSWER)
    assert call.hang_up()
    assert not call.hang_up()
    assert bench.news() == ["200 OK"]
    bench.inside("ACK", call)
    assert bench.news() == ["BYE"]


def test_hanging_up_without_an_ack(bench):
    call = bench.asked()
    call.answer(ANSWER)
    call.hang_up()
    bench.wait(32)
    assert bench.news() == ["200 OK", "BYE"]


@pytest.mark.parametrize(("hung_up", "told"), [(False, "by them"), (True, "by us")])
def test_bye_comes_before_the_ack(bench, hung_up, told):
    call = bench.asked()
    call.answer(ANSWER)
    if hung_up:
        call.hang_up()
    bench.inside("BYE", call, cseq=2)
    assert bench.news() == ["200 OK", "200 OK"]
    assert bench.told()[-1] == ("ended", told)
    bench.wait(33)
    assert bench.news() == []


def test_a_second_ack_changes_nothing(bench):
    call = bench.taken()
    bench.inside("ACK", call)
    bench.ask("ACK", to_tag="nobody")
    assert bench.told() == []


def test_a_call_too_many(bench, monkeypatch):
    monkeypatch.setattr("genesys_ports.sip.user_agent.MOST_CALLS", 1)
    bench.asked()
    bench.ask("INVITE", call_id="another", body=OFFER)
    assert bench.news() == ["503 Service Unavailable"]
    assert bench.last("503 Service Unavailable").headers["Retry-After"] == "30"


def test_an_ack_of_another_dialog_does_not_pass_for_ours(bench):
    call = bench.asked(branch="z9hG4bK-x")
    call.answer(ANSWER)
    bench.ask("ACK", branch="z9hG4bK-x")
    bench.ask("ACK", branch="z9hG4bK-x", to_tag="nobody")
    assert call.state is CallState.ANSWERED
    bench.wait(32)
    assert bench.news() == ["200 OK", "BYE"]


# --- BYE


@pytest.mark.parametrize("begin", [Bench.established, Bench.taken])
def test_we_hang_up(bench, begin):
    call = begin(bench)
    assert call.hang_up()
    assert bench.news() == ["BYE"]
    assert not call.hang_up()
    bench.reply(bench.last("BYE"), 100)
    assert bench.told() == []
    bench.reply(bench.last("BYE"), 200)
    assert bench.told() == [("ended", "by us")]
    assert bench.agent.calls == {}


@pytest.mark.parametrize("begin", [Bench.established, Bench.taken])
def test_they_hang_up(bench, begin):
    call = begin(bench)
    bench.inside("BYE", call, cseq=2)
    assert bench.news() == ["200 OK"]
    assert bench.told() == [("ended", "by them")]
    assert bench.agent.calls == {}


def test_bye_is_not_answered(bench):
    bench.taken().hang_up()
    bench.wait(32)
    assert bench.told() == [("ended", "by us")]


def test_both_hang_up_at_once(bench):
    call = bench.taken()
    call.hang_up()
    bench.inside("BYE", call, cseq=2)
    assert bench.news() == ["BYE", "200 OK"]
    bench.reply(bench.last("BYE"), 200)
    assert bench.told() == [("ended", "by us")]


@pytest.mark.parametrize("method", ["INVITE", "NOTIFY", "BYE"])
def test_what_comes_when_all_is_over(bench, method):
    call = bench.taken()
    call.hang_up()
    if method == "BYE":
        bench.reply(bench.last("BYE"), 200)
    bench.inside(method, call, ("Event", "talk"), cseq=2, body=OFFER)
    assert bench.news()[-1] == "481 Call/Transaction Does Not Exist"


# --- re-INVITE


def test_we_change_a_call(bench):
    call = bench.established()
    assert call.reinvite(OFFER + b"a=sendonly\r\n")
    assert not call.reinvite(OFFER)
    again = bench.last("INVITE")
    assert (again.to.tag, str(again.cseq), again.call_id) == ("peer", "2 INVITE", call.call_id)
    assert str(again.contacts[0].uri) == "sip:1001@127.0.0.1:5060"
    bench.reply(again, 180)
    bench.reply(again, 200, headers=[("Contact", "<sip:2002@127.0.0.9:7000>")], body=ANSWER + b"a=recvonly\r\n")
    assert bench.told() == [("changed", 200)]
    ack, flow = bench.sent[-1]
    assert (ack.uri, str(ack.cseq), flow.number) == ("sip:2002@127.0.0.9:7000", "2 ACK", 7000)
    assert (call.state, call.status) == (CallState.ESTABLISHED, 200)
    assert call.remote_body == ANSWER + b"a=recvonly\r\n"
    bench.reply(again, 200, body=ANSWER)
    assert bench.repeated == ["ACK"]


def test_we_change_a_call_that_we_took(bench):
    call = bench.taken()
    call.reinvite(OFFER)
    again = bench.last("INVITE")
    assert (str(again.cseq), again.from_.tag, again.to.tag) == ("1 INVITE", call.tag, "peer")
    assert again.contacts[0].uri.user == "1001"


def test_we_change_a_call_and_they_make_the_offer(bench):
    call = bench.established()
    call.reinvite()
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    assert bench.told() == [("changed", 200)]
    assert call.offered
    call.acknowledge(ANSWER)
    assert str(bench.last("ACK").cseq) == "2 ACK"


@pytest.mark.parametrize("status", [488, 491, 500])
def test_a_refused_change_leaves_the_call_as_it_was(bench, status):
    call = bench.established()
    call.reinvite(OFFER)
    bench.reply(bench.last("INVITE"), status)
    assert bench.told() == [("changed", status)]
    assert (call.state, call.remote_body) == (CallState.ESTABLISHED, ANSWER)
    assert call.reinvite(OFFER)


@pytest.mark.parametrize("status", [408, 481, None])
def test_a_call_that_the_other_side_has_forgotten_ends(bench, status):
    call = bench.established()
    call.reinvite(OFFER)
    if status:
        bench.reply(bench.last("INVITE"), status)
    else:
        bench.wait(32)
    assert bench.news()[-1] == "BYE"
    assert call.state is CallState.ENDING


def test_both_change_the_call_at_once(bench):
    call = bench.established()
    call.reinvite(OFFER)
    bench.inside("INVITE", call, cseq=5, body=OFFER)
    assert bench.news() == ["INVITE", "491 Request Pending"]
    assert bench.told() == []
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert bench.told() == [("changed", 200)]


def test_hanging_up_while_a_change_is_under_way(bench):
    call = bench.established()
    call.reinvite(OFFER)
    call.hang_up()
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert bench.news() == ["INVITE", "BYE", "ACK"]
    bench.reply(bench.last("BYE"), 200)
    assert bench.told() == [("ended", "by us")]


def test_the_answer_to_a_change_comes_after_the_end(bench):
    call = bench.established()
    call.reinvite(OFFER)
    bench.inside("BYE", call, cseq=5)
    bench.reply(bench.last("INVITE"), 200, body=ANSWER)
    assert bench.news() == ["INVITE", "200 OK", "ACK"]
    assert bench.told() == [("ended", "by them")]


def test_they_change_a_call(bench):
    call = bench.taken()
    bench.inside("INVITE", call, ("Contact", "<sip:2002@127.0.0.9:7000>"), cseq=2, body=OFFER + b"a=sendonly\r\n")
    assert bench.told() == [("change asked", OFFER + b"a=sendonly\r\n")]
    assert str(call.state) == "Asked to change"
    assert call.remote_body == OFFER
    assert call.accept_change(ANSWER + b"a=recvonly\r\n")
    assert (call.local_body, call.remote_body) == (ANSWER + b"a=recvonly\r\n", OFFER + b"a=sendonly\r\n")
    ok = bench.last("200 OK")
    assert (ok.to.tag, str(ok.contacts[0].uri)) == (call.tag, "sip:1001@127.0.0.1:5060")
    bench.inside("ACK", call, cseq=2)
    assert call.state is CallState.ESTABLISHED
    call.hang_up()
    assert bench.sent[-1][0].uri == "sip:2002@127.0.0.9:7000"


def test_they_change_a_call_without_an_offer(bench):
    call = bench.taken()
    bench.inside("INVITE", call, cseq=2)
    call.accept_change(OFFER)
    bench.inside("ACK", call, SDP, cseq=2, body=ANSWER)
    assert bench.told()[-1] == ("acknowledged", ANSWER)
    assert call.remote_body == ANSWER


def test_we_refuse_their_change(bench):
    call = bench.taken()
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    assert call.refuse_change(488)
    assert not call.refuse_change(488)
    assert bench.news() == ["488 Not Acceptable Here"]
    assert (call.state, call.status) == (CallState.ESTABLISHED, 200)


def test_they_cancel_their_change(bench):
    call = bench.taken()
    bench.inside("INVITE", call, cseq=2, body=OFFER, branch="z9hG4bK-x")
    bench.inside("CANCEL", call, cseq=2, branch="z9hG4bK-x")
    assert bench.news() == ["200 OK", "487 Request Terminated"]
    assert (call.state, call.status) == (CallState.ESTABLISHED, 200)


def test_cancel_of_the_first_invite_does_not_cancel_a_change(bench):
    call = bench.asked(branch="z9hG4bK-x")
    call.answer(ANSWER)
    bench.inside("ACK", call)
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    bench.news()
    bench.ask("CANCEL", branch="z9hG4bK-x")
    assert bench.news() == ["200 OK"]
    assert call.state is CallState.ASKED


def test_they_ask_for_a_second_change_before_the_first_is_answered(bench):
    call = bench.taken()
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    bench.inside("INVITE", call, cseq=3, body=OFFER)
    assert bench.news() == ["500 Server Internal Error"]
    assert "Retry-After" in bench.last("500 Server Internal Error").headers
    assert call.accept_change(ANSWER)


def test_they_ask_for_a_change_before_the_ack(bench):
    call = bench.asked()
    call.answer(ANSWER)
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    assert bench.news() == ["200 OK", "491 Request Pending"]


def test_they_ask_for_a_change_before_our_answer(bench):
    call = bench.asked()
    call.ring()
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    assert bench.news() == ["180 Ringing", "500 Server Internal Error"]


def test_the_called_side_asks_for_a_change_before_it_answers(bench):
    call = bench.called()
    bench.reply(bench.last("INVITE"), 180)
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    assert bench.news() == ["INVITE", "491 Request Pending"]


@pytest.mark.parametrize("who", ["we", "they"])
def test_hanging_up_while_they_wait_for_their_change(bench, who):
    call = bench.taken()
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    if who == "we":
        call.hang_up()
        assert bench.news() == ["487 Request Terminated", "BYE"]
    else:
        bench.inside("BYE", call, cseq=3)
        assert bench.news() == ["200 OK", "487 Request Terminated"]
    assert call.status == 200


def test_a_change_that_is_never_acknowledged_ends_the_call(bench):
    call = bench.taken()
    bench.inside("INVITE", call, cseq=2, body=OFFER)
    call.accept_change(ANSWER)
    bench.news()
    bench.wait(32)
    assert bench.news() == ["BYE"]


# --- buttons pressed too late


@pytest.mark.parametrize(
    "press",
    [
        lambda call: call.ring(),
        lambda call: call.answer(ANSWER),
        lambda call: call.reject(486),
        lambda call: call.hang_up(),
        lambda call: call.reinvite(OFFER),
        lambda call: call.accept_change(ANSWER),
        lambda call: call.refuse_change(),
        lambda call: call.acknowledge(ANSWER),
        lambda call: call.notify("talk"),
    ],
    ids=["ring", "answer", "reject", "hang_up", "reinvite", "accept", "refuse", "acknowledge", "notify"],
)
def test_a_button_pressed_too_late_does_nothing(bench, press):
    call = bench.asked()
    call.reject(486)
    bench.news()
    assert press(call) is False
    assert bench.news() == []


# --- NOTIFY and OPTIONS


def test_a_notify_needs_a_dialog_that_both_sides_know(bench):
    call = bench.asked()
    assert not call.notify("talk")
    call.ring()
    assert call.notify("talk")
    assert str(bench.last("NOTIFY").cseq) == "1 NOTIFY"


def test_notify_talk_answers_a_phone_that_rings(bench):
    call = bench.called(b"")
    assert not call.notify("talk")
    bench.reply(bench.last("INVITE"), 180)
    assert call.notify("talk")
    notify = bench.last("NOTIFY")
    assert (notify.headers["Event"], notify.headers["Subscription-State"]) == ("talk", "active")
    assert (notify.to.tag, str(notify.cseq), notify.uri) == ("peer", "2 NOTIFY", "sip:2002@127.0.0.9:5060")
    bench.reply(notify, 200)
    bench.reply(bench.last("INVITE"), 200, body=OFFER)
    assert bench.told() == [("progressed", 180), ("answered", 200)]
    call.acknowledge(ANSWER)
    # The ACK belongs to the INVITE, however many requests came between.
    assert str(bench.last("ACK").cseq) == "1 ACK"


@pytest.mark.parametrize("event", ["talk", "hold", "Talk;id=1"])
def test_a_notify_comes(bench, event):
    call = bench.asked()
    call.ring()
    bench.inside("NOTIFY", call, ("Event", event), ("Subscription-State", "active"), cseq=2)
    assert bench.news() == ["180 Ringing", "200 OK"]
    assert bench.told()[-1] == ("notified", event.partition(";")[0].lower())


@pytest.mark.parametrize("headers", [[("Event", "weather")], []])
def test_a_notify_of_something_unknown(bench, headers):
    bench.inside("NOTIFY", bench.taken(), *headers, cseq=2)
    assert bench.news() == ["489 Bad Event"]
    assert bench.last("489 Bad Event").headers["Allow-Events"] == "talk, hold"


@pytest.mark.parametrize("inside", [True, False])
def test_options_tell_what_is_taken_here(bench, inside):
    call = bench.taken()
    bench.ask("OPTIONS", cseq=2, to_tag=call.tag if inside else "")
    ok = bench.last("200 OK")
    assert (ok.allow, ok.headers["Accept"]) == (METHODS, "application/sdp")
    assert call.state is CallState.ESTABLISHED


def test_a_request_outside_of_calls(bench):
    answers = []
    bench.agent.request("MESSAGE", Uri.parse("sip:2002@127.0.0.9"), UDP, done=answers.append, body=b"hello")
    message = bench.last("MESSAGE")
    assert (message.body, message.content_type) == (b"hello", "text/plain")
    bench.reply(message, 100)
    assert answers == []
    bench.reply(message, 200)
    assert [answer.status for answer in answers] == [200]


def test_a_request_outside_of_calls_that_nobody_answers(bench):
    answers = []
    bench.agent.request("OPTIONS", Uri.parse("sip:2002@127.0.0.9"), UDP, done=answers.append)
    bench.wait(32)
    assert answers == [None]


# --- registration


def test_registering_twice_and_taking_it_back(bench):
    answers = []
    for number, expires in ((1, 3600), (2, 3600), (3, 0)):
        bench.agent.register("1001", UDP, expires=expires, done=answers.append)
        request = bench.last("REGISTER")
        assert (request.uri, str(request.cseq)) == (f"sip:{PEER}:5060", f"{number} REGISTER")
        assert (request.expires, str(request.contacts[0].uri)) == (expires, "sip:1001@127.0.0.1:5060")
        assert request.to.uri == request.from_.uri
        bench.reply(request, 200)
    assert len({message.call_id for message, _ in bench.sent}) == 1
    assert [answer.status for answer in answers] == [200] * 3


def test_registering_over_tcp_names_it_in_the_contact(bench):
    bench.agent.register("1001", TCP, done=lambda answer: None)
    assert str(bench.last("REGISTER").contacts[0].uri) == "sip:1001@127.0.0.1:5060;transport=tcp"


# --- what goes wrong in the owner


def test_an_error_of_the_owner_is_not_hidden_and_does_no_lasting_harm(bench):
    def fail(call):
        raise RuntimeError("the phone fell down")

    bench.diary.invited = fail
    with pytest.raises(RuntimeError, match="fell down"):
        bench.ask("INVITE", body=OFFER, branch="z9hG4bK-x")
    bench.ask("CANCEL", branch="z9hG4bK-x")
    assert bench.news() == ["200 OK", "487 Request Terminated"]
    assert bench.agent.calls == {}


# --- the table


def test_the_table_draws_the_diagram_of_a_call():
    drawn = CALL.to_mermaid()
    assert "Established --> Ending : the user hangs up / send BYE" in drawn
    ends = {(state, following) for (state, _), (following, _) in CALL.rows.items() if state != following}
    assert drawn.count("-->") == len(ends) + 1


def test_every_state_leads_to_the_end():
    reached = {CallState.ENDED}
    for _ in CallState:
        reached |= {state for (state, _), (following, _) in CALL.rows.items() if state and following in reached}
    assert reached == set(CallState)
