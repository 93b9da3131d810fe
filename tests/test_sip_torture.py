"""RFC 4475: every valid message is read and written back byte by byte, every other is refused as the RFC says."""

import pytest

from genesys_ports.errors import SIPError
from genesys_ports.sip import Request, parse, refusal
from tests.sip_torture import ANSWERED, FOLDER, REFUSED, torture

TYPED = ("vias", "via", "from_", "to", "cseq", "call_id", "contacts", "routes", "record_routes", "max_forwards")


def test_every_message_has_its_answer():
    assert REFUSED.keys() | ANSWERED.keys() == {file.stem for file in FOLDER.glob("*.dat")}
    assert not REFUSED.keys() & ANSWERED.keys()
    assert len(REFUSED) + len(ANSWERED) == 49


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_a_valid_one(name):
    data = torture(name)
    message = parse(data)
    for typed in TYPED:
        getattr(message, typed)
    if message.headers.get("Content-Length"):
        data = data[: data.index(b"\r\n\r\n") + 4 + int(message.headers["Content-Length"])]
    assert bytes(message) == data
    assert parse(bytes(message)) == message


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_a_valid_one_written_anew(name):
    message = parse(torture(name))
    again = parse(bytes(message.replaced()))
    for typed in TYPED:
        assert getattr(again, typed) == getattr(message, typed)
    assert (again.body, again.headers["Content-Length"]) == (message.body, str(len(message.body)))


@pytest.mark.parametrize(("name", "status"), sorted(REFUSED.items()))
def test_an_invalid_one(name, status):
    with pytest.raises(SIPError) as caught:
        parse(torture(name))
    assert caught.value.status == status
    assert caught.value.text.endswith(".")


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_answer_to_an_invalid_one(name):
    data = torture(name)
    with pytest.raises(SIPError) as caught:
        parse(data)
    answer = refusal(caught.value, data)
    if data.startswith(b"SIP/2.0 "):
        assert answer is None
        return
    assert answer is not None
    assert answer.status == REFUSED[name]
    assert answer.headers.all("Via")
    assert ";tag=" in answer.headers.get("To", ";tag=")
    assert f"SIP/2.0 {REFUSED[name]} ".encode() == bytes(answer)[:12]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("badinv01", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,"),
        ("clerr", "Content-Length: 9999"),
        ("quotbal", 'To: "Mr. J. User <sip:j.user@example.com>'),
        ("badvers", "OPTIONS sip:t.watson@example.org SIP/7.0"),
        ("mcl01", "Content-Length: 5"),
        ("insuf", ""),
    ],
)
def test_the_line_to_blame(name, line):
    with pytest.raises(SIPError) as caught:
        parse(torture(name))
    assert caught.value.line == line


def test_wsinv_in_its_parts():
    message = parse(torture("wsinv"))
    assert isinstance(message, Request)
    assert message.from_.display == 'J Rosenberg \\"'
    assert (message.from_.tag, message.to.tag) == ("98asjd8", "1918181833n")
    assert message.max_forwards == 68
    assert tuple(message.cseq) == (9, "INVITE")
    assert [(via.transport, via.host, via.branch) for via in message.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert message.headers["Subject"] == ""
    assert message.headers["NewFangledHeader"] == "newfangled value continued newfangled value"
    assert message.headers["UnknownHeaderWithUnusualValue"] == ";;,,;;,;"
    assert message.routes[0].uri.params == {"lr": "", "unknownwith": "value", "unknown-no-value": ""}
    assert message.contacts[0].display == 'Quoted string ""'
    assert message.contacts[0].params == {"newparam": "newvalue", "secondparam": "", "q": "0.33"}
    assert message.sdp.address == "192.0.2.4"
    assert [(media.kind, media.number) for media in message.sdp.media] == [("audio", 49217), ("video", 3227)]


def test_what_the_others_are_about():
    intmeth = parse(torture("intmeth"))
    assert intmeth.method == intmeth.cseq.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert intmeth.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert parse(torture("escnull")).contacts[1].uri.user == "\0\0"
    esc01 = parse(torture("esc01"))
    assert (esc01.to.uri.user, esc01.from_.uri.user) == ("user", "I have spaces")
    assert esc01.contacts[0].uri.params == {"lr": "", "name": "value%41"}
    assert len(parse(torture("esc02")).contacts) == 2
    assert len(parse(torture("longreq")).vias) == 34
    assert [via.transport for via in parse(torture("transports")).vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]
    assert parse(torture("unreason")).reason.endswith("простое")
    assert parse(torture("noreason")).name() == "100"
    assert parse(torture("cparam01")).contacts[0].params == {"unknownparam": ""}
    assert parse(torture("cparam02")).contacts[0].uri.params == {"unknownparam": ""}
    assert parse(torture("regescrt")).contacts[0].uri.headers == {"route": "<sip:sip.example.com>"}
    assert parse(torture("bext01")).require == ("nothingSupportsThis", "nothingSupportsThisEither")
    assert parse(torture("unksm2")).to.uri.scheme == "isbn"
