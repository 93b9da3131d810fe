"""Requests that are refused: the status, the headers that belong to it, and a sentence that says why."""

import pytest

from genesys_ports.errors import SIPError
from genesys_ports.sip import REASONS, parse, refusal
from genesys_ports.sip.refusals import REFUSALS, warning
from genesys_ports.sip.registrar import Registrar
from tests.sip_bench import ANSWER, OFFER, PEER, SDP, UDP, Bench
from tests.sip_torture import ANSWERED, REFUSED, torture

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY"


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("method", "headers", "options", "status", "header", "value"),
    [
        ("INFO", [], {}, 405, "Allow", ALLOW),
        ("UPDATE", [], {}, 405, "Allow", ALLOW),
        ("SUBSCRIBE", [], {}, 405, "Allow", ALLOW),
        ("REFER", [], {}, 405, "Allow", ALLOW),
        ("PRACK", [], {}, 405, "Allow", ALLOW),
        ("PUBLISH", [], {}, 405, "Allow", ALLOW),
        ("MESSAGE", [], {}, 405, "Allow", ALLOW),
        ("REGISTER", [], {}, 405, "Allow", ALLOW),
        ("DANCE", [], {}, 501, "Allow", ALLOW),
        ("invite", [], {}, 501, "Allow", ALLOW),
        ("INVITE", [], {"uri": "tel:1001"}, 416, "", ""),
        ("OPTIONS", [], {"uri": "http:1001"}, 416, "", ""),
        ("INVITE", [], {"uri": "sip:1003@127.0.0.1"}, 404, "", ""),
        ("OPTIONS", [], {"uri": "sip:1003@127.0.0.1"}, 404, "", ""),
        ("INVITE", [("Require", "100rel")], {}, 420, "Unsupported", "100rel"),
        ("OPTIONS", [("Require", "a, b"), ("Require", "c")], {}, 420, "Unsupported", "a, b, c"),
        ("BYE", [("Require", "100rel")], {"to_tag": "x"}, 420, "Unsupported", "100rel"),
        ("INVITE", [("Content-Type", "text/plain")], {"body": b"hello"}, 415, "Accept", "application/sdp"),
        ("INVITE", [SDP, ("Content-Encoding", "gzip")], {"body": b"hello"}, 415, "Accept-Encoding", "identity"),
        ("INVITE", [("Accept", "text/plain")], {"body": OFFER}, 406, "", ""),
        ("INVITE", [("Accept", "")], {"body": OFFER}, 406, "", ""),
        ("BYE", [], {}, 481, "", ""),
        ("NOTIFY", [("Event", "talk")], {}, 481, "", ""),
        ("BYE", [], {"to_tag": "nobody"}, 481, "", ""),
        ("INVITE", [], {"to_tag": "nobody", "body": OFFER}, 481, "", ""),
        ("OPTIONS", [], {"to_tag": "nobody"}, 481, "", ""),
        ("NOTIFY", [("Event", "talk")], {"to_tag": "nobody"}, 481, "", ""),
        ("CANCEL", [], {}, 481, "", ""),
        ("CANCEL", [("Require", "100rel")], {}, 481, "", ""),
    ],
)
def test_a_request_is_refused(bench, method, headers, options, status, header, value):
    bench.ask(method, *headers, **options)
    (refusal, _), *others = bench.sent
    assert not others
    assert (refusal.status, refusal.reason) == (status, REASONS[status])
    assert refusal.to.tag
    assert refusal.headers["Warning"].startswith("399 127.0.0.1:5060 ")
    if header:
        assert refusal.headers[header] == value
    assert bench.told() == []
    assert bench.agent.calls == {}


@pytest.mark.parametrize(
    ("headers", "options"),
    [
        ([("Accept", "text/plain, application/sdp;level=1")], {"body": OFFER}),
        ([("Accept", "application/*")], {"body": OFFER}),
        ([("Accept", "text/plain"), ("Accept", "*/*")], {"body": OFFER}),
        ([SDP, ("Content-Encoding", "identity")], {"body": OFFER}),
        ([("Content-Type", "Application/SDP;charset=utf-8")], {"body": OFFER}),
        ([("Content-Type", "text/plain"), ("Content-Disposition", "icon; handling = optional")], {"body": b"hello"}),
        ([("Supported", "100rel, timer")], {"body": OFFER}),
        ([("Max-Forwards", "0")], {"body": OFFER}),
        ([], {}),
        ([], {"uri": "sip:127.0.0.1", "body": OFFER}),
        ([], {"uri": "sips:1001@127.0.0.1", "body": OFFER}),
    ],
)
def test_a_call_that_is_none_too_strange(bench, headers, options):
    bench.ask("INVITE", *headers, **options)
    assert [what for what, _ in bench.told()] == ["invited"]
    assert bench.news() == []


def test_any_number_is_known_to_whoever_routes_calls():
    bench = Bench(allow_unknown_users=True)
    assert bench.asked(uri="sip:0800@127.0.0.1").number == "0800"


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_a_request_that_comes_by_two_ways(bench, method):
    bench.ask(method, branch="z9hG4bK-one-way", body=OFFER)
    bench.news()
    bench.ask(method, branch="z9hG4bK-other-way", body=OFFER)
    assert bench.news() == ["482 Loop Detected"]
    # A copy of the first one is no loop, and the next number no copy.
    bench.ask(method, branch="z9hG4bK-one-way", body=OFFER)
    assert bench.news() == []
    bench.ask(method, cseq=2, body=OFFER)
    assert "482" not in " ".join(bench.news())


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_a_number_may_be_used_again_after_a_while(bench, method):
    def ask() -> None:
        bench.ask(method, body=OFFER)
        if method == "INVITE":
            bench.diary.calls[-1].reject(486)

    ask()
    bench.news()
    bench.ask(method, body=OFFER)
    assert bench.news() == ["482 Loop Detected"]
    bench.wait(33)
    ask()
    assert bench.news() != ["482 Loop Detected"]
    assert len(bench.agent._seen) == 1


def test_a_request_that_was_overtaken(bench):
    call = bench.taken()
    bench.inside("OPTIONS", call, cseq=10)
    bench.news()
    bench.inside("BYE", call, cseq=9)
    assert bench.news() == ["500 Server Internal Error"]
    assert "CSeq 9 came after CSeq 10" in bench.last("500 Server Internal Error").headers["Warning"]
    bench.inside("BYE", call, cseq=11)
    assert bench.news() == ["200 OK"]


@pytest.mark.parametrize("what", [{"call_id": "another"}, {"from_tag": "another"}])
def test_the_tag_alone_makes_no_dialog(bench, what):
    call = bench.taken()
    bench.ask("BYE", to_tag=call.tag, cseq=2, **what)
    assert bench.news() == ["481 Call/Transaction Does Not Exist"]
    assert call in bench.agent.calls.values()


@pytest.mark.parametrize("inside", [True, False])
def test_a_method_that_the_owner_answers(bench, inside):
    def take(transaction) -> None:
        bench.agent.respond(transaction, 202, headers=[("X-Seen", "yes")], body=b"fine", content_type="text/plain")

    bench.agent.handlers["INFO"] = take
    call = bench.taken()
    bench.ask("INFO", ("Content-Type", "text/plain"), cseq=2, to_tag=call.tag if inside else "", body=b"hello")
    answer = bench.last("202 Accepted")
    assert (answer.headers["X-Seen"], answer.content_type, answer.body) == ("yes", "text/plain", b"fine")
    bench.ask("OPTIONS")
    assert bench.last("200 OK").headers["Allow"] == ALLOW + ", INFO"


def test_a_warning_of_the_owner_stays_the_only_one(bench):
    bench.asked().reject(480, headers=[("Warning", '399 sip-server "The phone is not registered."')])
    assert bench.last("480 Temporarily Unavailable").headers.all("Warning") == (
        '399 sip-server "The phone is not registered."',
    )


def test_a_redirection_needs_no_warning(bench):
    bench.asked().reject(302, headers=[("Contact", "<sip:1003@127.0.0.1>")])
    assert "Warning" not in bench.last("302 Moved Temporarily").headers


@pytest.mark.parametrize("status", [481, 487])
def test_a_stray_refusal_is_dropped(bench, status):
    call = bench.established()
    bench.reply(bench.last("INVITE").replaced(), status, tag="other")
    bench.reply(bench.last("ACK"), 200)
    assert bench.news() == []
    assert call in bench.agent.calls.values()


def test_an_answer_to_nobody_is_dropped(bench):
    request = bench.called().request
    bench.reply(bench.last("INVITE").replaced(headers=request.headers.with_first("Via", "SIP/2.0/UDP 1.1.1.1")), 200)
    assert bench.news() == ["INVITE"]


# --- RFC 4475: the torture messages, from end to end


def answers_to(bench: Bench, data: bytes) -> list[int]:
    """The final statuses that whoever sends these bytes gets."""
    try:
        bench.agent.receive(parse(data), UDP)
    except SIPError as error:
        answer = refusal(error, data)
        return [answer.status] if answer else []
    for call in bench.diary.calls:
        call.answer(ANSWER)
    return [message.status for message, _ in bench.sent]


def full_bench(**options) -> Bench:
    """An agent that is a registrar as well."""
    bench = Bench(**options)
    registrar = Registrar(None, lambda: 0.0)
    bench.agent.handlers["REGISTER"] = lambda one: one.respond(registrar.process(one.request, one.flow))
    return bench


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_invalid_message_is_refused_or_dropped(name):
    dropped = torture(name).startswith(b"SIP/2.0")
    assert answers_to(full_bench(), torture(name)) == ([] if dropped else [REFUSED[name]])


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_a_valid_message_is_answered_by_whoever_knows_the_user(name):
    # sdp01 takes back none of the bodies that we could send.
    wanted = (406,) if name == "sdp01" else ANSWERED[name][:1]
    assert answers_to(full_bench(allow_unknown_users=True), torture(name)) == list(wanted)


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_a_valid_message_is_answered_by_whoever_does_not(name):
    answers = answers_to(full_bench(), torture(name))
    assert len(answers) == bool(ANSWERED[name])
    # The user is looked at before what the request needs (RFC 3261 8.2.2).
    assert set(answers) <= {404, *ANSWERED[name]}


# --- the sentences


@pytest.mark.parametrize("status", sorted(REFUSALS))
def test_a_sentence_is_whole(status):
    sentence = REFUSALS[status]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) < 120


@pytest.mark.parametrize(
    "status", [400, 404, 405, 408, 413, 415, 420, 480, 481, 482, 483, 486, 487, 488, 501, 505, 513]
)
def test_every_refusal_that_is_taught_has_a_sentence(status):
    assert status in REFUSALS


@pytest.mark.parametrize("status", [status for status in REASONS if status >= 400])
def test_every_status_gets_some_sentence(status):
    assert warning(status, "sip-server")[1].endswith('."')


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("", '399 sip-server "Nobody here has this number."'),
        ("Plain.", '399 sip-server "Plain."'),
        ('A "word", a \\.', r'399 sip-server "A \"word\", a \\."'),
        ("Two\r\nlines: \x00.", '399 sip-server "Two  lines:  ."'),
    ],
)
def test_a_warning_cannot_break_out_of_its_line(sentence, value):
    assert warning(404, "sip-server", sentence) == ("Warning", value)


def test_a_status_that_nobody_knows_is_explained_by_its_hundred():
    assert REFUSALS[400] in warning(499, "x")[1]
    assert REFUSALS[600] in warning(699, "x")[1]


def test_a_number_from_the_wire_is_quoted_in_the_sentence(bench):
    bench.ask("INVITE", uri="sip:%22%5C%0D%0AX:x@127.0.0.1", body=OFFER)
    refusal, _ = bench.sent[0]
    assert refusal.status == 404
    assert len(refusal.headers.all("Warning")) == 1
    assert PEER not in refusal.headers["Warning"]
