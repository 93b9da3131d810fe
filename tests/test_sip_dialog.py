"""Dialogs on their own, and the ways that requests take."""

import pytest

from genesys_ports.model import Transport
from genesys_ports.sip import Flow, Headers, Request, Uri, parse
from genesys_ports.sip.dialog import Dialog
from genesys_ports.sip.ways import sent_by, way, ways
from genesys_ports.state import Socket

BOTH = {Transport.UDP: Socket("127.0.0.1", 5060), Transport.TCP: Socket("127.0.0.1", 5080)}
ALL = {**BOTH, Transport.TLS: Socket("127.0.0.1", 5061)}
CAME = Flow(Transport.TCP, "127.0.0.9", 40_001, 3)


def invite(*more: tuple[str, str], sender: str = "<sip:1001@a>;tag=one", to: str = "<sip:1002@b>") -> Request:
    headers = [("Via", "SIP/2.0/UDP a;branch=z9hG4bK1"), ("From", sender), ("To", to), ("Call-ID", "x"), *more]
    return Request("INVITE", "sip:1002@b", Headers([*headers, ("CSeq", "7 INVITE"), ("Max-Forwards", "70")]))


def made(*more: tuple[str, str]) -> Dialog:
    """The dialog of the caller after a 180 with these headers."""
    return Dialog.of_caller(invite(), invite().answer(180, to_tag="two", headers=more))


def test_both_sides_know_the_same_dialog():
    caller = made(("Contact", "<sip:1002@10.0.0.2>"))
    called = Dialog.of_called(invite(("Contact", "<sip:1001@10.0.0.1>")), "two")
    assert (
        (caller.local, caller.remote)
        == (called.remote, called.local)
        == (
            "<sip:1001@a>;tag=one",
            "<sip:1002@b>;tag=two",
        )
    )
    assert (str(caller.target), str(called.target)) == ("sip:1002@10.0.0.2", "sip:1001@10.0.0.1")
    assert (caller.local_cseq, caller.remote_cseq, called.local_cseq, called.remote_cseq) == (7, None, 0, 7)


def test_numbers_go_up_and_an_ack_has_that_of_its_invite():
    dialog = made()
    assert [dialog.request(method).cseq.number for method in ("INFO", "INFO", "BYE")] == [8, 9, 10]
    assert str(dialog.request("ACK", cseq=7).cseq) == "7 ACK"
    assert dialog.local_cseq == 10


def test_a_request_in_a_dialog():
    request = made(("Contact", "<sip:1002@10.0.0.2>")).request("INFO", [("Event", "x")], b"body")
    with_via = request.replaced(headers=request.headers.with_first("Via", "SIP/2.0/UDP a;branch=z9hG4bK2"))
    written = parse(bytes(with_via))
    assert isinstance(written, Request)
    assert (written.uri, written.call_id, written.body) == ("sip:1002@10.0.0.2", "x", b"body")
    assert (written.from_.tag, written.to.tag, written.max_forwards) == ("one", "two", 70)


def test_without_a_contact_the_target_is_the_address_that_was_called():
    assert str(made().target) == "sip:1002@b"
    assert str(Dialog.of_called(invite(), "two").target) == "sip:1001@a"


def test_what_follows_a_question_mark_stays_out_of_the_first_line():
    assert made(("Contact", "<sip:1002@10.0.0.2?Subject=x>")).request("BYE").uri == "sip:1002@10.0.0.2"


def test_the_first_2xx_settles_the_routes_and_later_ones_only_the_target():
    dialog = made(("Contact", "<sip:1@e>"), ("Record-Route", "<sip:early;lr>"))
    for number in (1, 2):
        headers = [("Contact", f"<sip:{number}@late>"), ("Record-Route", f"<sip:p{number};lr>")]
        dialog.confirm(invite().answer(200, to_tag="two", headers=headers))
        assert [str(route) for route in dialog.routes] == ["<sip:p1;lr>"]
        assert str(dialog.target) == f"sip:{number}@late"


def test_a_caller_of_the_old_days_has_no_tag():
    dialog = Dialog.of_called(invite(sender="sip:1001@a"), "two")
    assert dialog.request("BYE").headers["To"] == "sip:1001@a"


def test_a_display_name_is_kept_as_it_was_written():
    dialog = Dialog.of_called(invite(to='"B <b> \\" " <sip:1002@b>'), "two")
    assert dialog.request("BYE").headers["From"] == '"B <b> \\" " <sip:1002@b>;tag=two'


# --- ways


@pytest.mark.parametrize(
    ("uri", "local", "flow"),
    [
        ("sip:1@127.0.0.2:6000", BOTH, Flow(Transport.UDP, "127.0.0.2", 6000)),
        ("sip:1@127.0.0.2", BOTH, Flow(Transport.UDP, "127.0.0.2", 5060)),
        ("sip:1@127.0.0.2;transport=TCP", BOTH, Flow(Transport.TCP, "127.0.0.2", 5060)),
        ("sip:1@127.0.0.2;transport=tls", ALL, Flow(Transport.TLS, "127.0.0.2", 5061)),
        ("sips:1@127.0.0.2", ALL, Flow(Transport.TLS, "127.0.0.2", 5061)),
        ("sip:1@[::1]:6000", {Transport.UDP: Socket("::1", 5060)}, Flow(Transport.UDP, "::1", 6000)),
        ("sip:1@10.0.0.1", {Transport.UDP: Socket("10.0.0.2", 5060)}, Flow(Transport.UDP, "10.0.0.1", 5060)),
        ("sip:1@127.0.0.2;maddr=127.0.0.3", BOTH, Flow(Transport.UDP, "127.0.0.3", 5060)),
        # The connection that the same peer has opened is used again.
        ("sip:1@127.0.0.9:5070;transport=tcp", BOTH, CAME),
        ("sip:1@127.0.0.9:5070", BOTH, Flow(Transport.UDP, "127.0.0.9", 5070)),
        # Without UDP, an address that leaves the transport open means the one there is.
        ("sip:1@127.0.0.9:5070", {Transport.TCP: BOTH[Transport.TCP]}, CAME),
        # Where nobody can go from here.
        ("sip:1@phone-host", BOTH, CAME),
        ("sip:1@0.0.0.0", BOTH, CAME),
        ("sip:1@127.0.0.2;transport=sctp", BOTH, CAME),
        ("sip:1@127.0.0.2;transport=tls", BOTH, CAME),
        ("sips:1@127.0.0.2", BOTH, CAME),
        ("sip:1@[::1]", BOTH, CAME),
        # What leaves a loopback address must not leave the machine.
        ("sip:1@10.0.0.1:6000", BOTH, CAME),
        ("sip:1@10.0.0.1;transport=tcp", BOTH, CAME),
        ("sip:1@127.0.0.2;maddr=10.0.0.2", BOTH, CAME),
        ("sips:1@[::ffff:10.0.0.1]", ALL, CAME),
        ("sip:1@255.255.255.255", BOTH, CAME),
        ("tel:1001", BOTH, CAME),
        ("mailto:me@here", BOTH, CAME),
    ],
)
def test_the_way_to_an_address(uri, local, flow):
    assert way(Uri.read(uri), CAME, local) == flow


@pytest.mark.parametrize(
    ("uri", "came", "flows"),
    [
        (
            "sip:1@127.0.0.9:5070",
            Flow(Transport.UDP, "127.0.0.9", 6000),
            (Flow(Transport.UDP, "127.0.0.9", 5070), Flow(Transport.UDP, "127.0.0.9", 6000)),
        ),
        ("sip:1@127.0.0.9:5070;transport=tcp", CAME, (CAME, Flow(Transport.TCP, "127.0.0.9", 5070))),
        ("sip:1@127.0.0.8;transport=tcp", CAME, (Flow(Transport.TCP, "127.0.0.8", 5060), CAME)),
        ("sip:1@phone-host", CAME, (CAME,)),
    ],
)
def test_there_is_a_second_way(uri, came, flows):
    assert ways(Uri.read(uri), came, BOTH) == flows


@pytest.mark.parametrize(
    ("transport", "own", "text"),
    [
        (Transport.TCP, BOTH, "127.0.0.1:5080"),
        (Transport.TLS, BOTH, "127.0.0.1:5060"),
        (Transport.UDP, {Transport.UDP: Socket("::1", 5060)}, "[::1]:5060"),
    ],
)
def test_the_own_address(transport, own, text):
    assert sent_by(transport, own) == text
