"""Headers in their order, and the values of those that have a type: addresses, Via, CSeq."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.errors import SIPError
from genesys_ports.sip import CSeq, Headers, NameAddr, Uri, Via

THREE = Headers([("Via", "1"), ("X-a", "x"), ("v", "2")])


def test_headers_are_found_by_every_name():
    assert [THREE[name] for name in ("Via", "via", "VIA", "v", "V")] == ["1"] * 5
    assert THREE.all("via") == ("1", "2")
    assert (THREE.get("x-A"), THREE.get("Y"), THREE.get("Y", "none"), THREE.all("Y")) == ("x", "", "none", ())
    assert "X-A" in THREE
    assert "Y" not in THREE
    assert 1 not in THREE
    with pytest.raises(KeyError, match="Y"):
        THREE["Y"]


def test_headers_keep_their_order():
    assert list(THREE) == [("Via", "1"), ("X-a", "x"), ("v", "2")]
    assert len(THREE) == 3
    assert repr(THREE) == "Headers([('Via', '1'), ('X-a', 'x'), ('v', '2')])"
    assert len(Headers()) == 0


def test_headers_are_values():
    assert Headers(iter(THREE)) == THREE
    assert hash(THREE) == hash(Headers(THREE))
    assert Headers() != THREE
    assert list(THREE) != THREE


@pytest.mark.parametrize(
    ("changed", "pairs"),
    [
        (THREE.with_first("To", "t"), [("To", "t"), ("Via", "1"), ("X-a", "x"), ("v", "2")]),
        (THREE.with_last("To", "t"), [("Via", "1"), ("X-a", "x"), ("v", "2"), ("To", "t")]),
        (THREE.replaced("VIA", "3"), [("VIA", "3"), ("X-a", "x")]),
        (THREE.replaced("X-A", "y"), [("Via", "1"), ("X-A", "y"), ("v", "2")]),
        (THREE.replaced("To", "t"), [("Via", "1"), ("X-a", "x"), ("v", "2"), ("To", "t")]),
        (THREE.without("V"), [("X-a", "x")]),
        (THREE.without("To"), list(THREE)),
    ],
)
def test_changed_headers_are_new_ones(changed, pairs):
    assert list(changed) == pairs
    assert len(THREE) == 3


# --- addresses


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:1001@sip-host", Uri("sip", "1001", "sip-host")),
        ("SIPS:Anna@SIP-Host:5061", Uri("sips", "Anna", "sip-host", 5061)),
        ("sip:sip-host", Uri("sip", "", "sip-host")),
        ("sip:[::1]:5060", Uri("sip", "", "[::1]", 5060)),
        ("sip:a:secret@h", Uri("sip", "a", "h", password="secret")),
        ("sip:a;x=1?y@h", Uri("sip", "a;x=1?y", "h")),
        ("sip:*72#@h", Uri("sip", "*72#", "h")),
        ("sip:a%40b@h;lr;Transport=TCP", Uri("sip", "a@b", "h", None, {"lr": "", "transport": "TCP"})),
        ("sip:a@h?Route=%3Csip:p%3E&x=", Uri("sip", "a", "h", None, {}, {"route": "<sip:p>", "x": ""})),
        ("tel:+49-30;ext=1", Uri("tel", "+49-30", "", None, {"ext": "1"})),
        ("tel:112", Uri("tel", "112", "")),
    ],
)
def test_addresses(text, uri):
    assert Uri.parse(text) == uri
    assert Uri.parse(str(uri)) == uri


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sip:%31001@h", "sip:1001@h"),
        ("sip:a b@h", None),
        ("sip:a%40b:%2F@h;x=%3B?y=%26", "sip:a%40b:%2F@h;x=%3B?y=%26"),
        ("sip:%e9@h", "sip:%E9@h"),
    ],
)
def test_addresses_are_written_with_the_escapes_they_need(text, written):
    if written is None:
        with pytest.raises(SIPError):
            Uri.parse(text)
    else:
        assert str(Uri.parse(text)) == written


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("sip", 400),
        ("sip:", 400),
        ("sip:@h", 400),
        ("sip:a@", 400),
        ("sip:a@h:x", 400),
        ("sip:a@h:65536", 400),
        ("sip:a@h:99999999", 400),
        ("sip:a@h:5_0", 400),
        ("sip:a@h:\u0665\u0660", 400),
        ("sip:a@h;", 400),
        ("sip:a@h;=1", 400),
        ("sip:ä@h", 400),
        ("sip:a%4@h", 400),
        ("sip:a<@h", 400),
        ("tel:", 400),
        ("tel:call-me", 400),
        ("1001", 400),
        ("http://h/", 416),
        ("isbn:1", 416),
    ],
)
def test_what_is_no_address(text, status):
    with pytest.raises(SIPError) as caught:
        Uri.parse(text)
    assert caught.value.status == status


def test_an_address_of_any_scheme():
    assert Uri.read("HTTP://h/") == Uri("http", "//h/", "")
    assert str(Uri.read("HTTP://h/")) == "http://h/"


def test_a_long_address_is_read_as_well():
    long = f"sip:{'a' * 300}@h"
    assert str(Uri.parse(long)) == long


ANY = st.text("aZ9 %@:;?&=+,é大<>\"'\\\0", min_size=1, max_size=12)
PARAMS = st.dictionaries(st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True), ANY, max_size=3)


@given(user=ANY, password=st.just("") | ANY, params=PARAMS, headers=PARAMS, port=st.none() | st.integers(1, 65535))
def test_every_address_comes_back(user, password, params, headers, port):
    uri = Uri("sip", user, "h", port, params, headers, password)
    assert Uri.parse(str(uri)) == uri


@pytest.mark.parametrize(
    ("text", "display", "user", "params"),
    [
        ("<sip:a@h>", "", "a", {}),
        ("sip:a@h", "", "a", {}),
        ("sip:a@h;tag=1", "", "a", {"tag": "1"}),
        ("<sip:a@h;x=1>;tag=1", "", "a", {"tag": "1"}),
        ("Anna<sip:a@h>", "Anna", "a", {}),
        ("Anna Maria  <sip:a@h>", "Anna Maria", "a", {}),
        ("Ännchen (1) <sip:a@h>", "Ännchen (1)", "a", {}),
        ('"A \\"B\\" \\\\ <;,>"\t<sip:a@h>', 'A "B" \\ <;,>', "a", {}),
        (' "A" <sip:a@h> ; TAG = 1 ; q="x;\\"y" ; z ', "A", "a", {"tag": "1", "q": 'x;"y', "z": ""}),
        ("<sip:a@h>;x=a=b:c[d]", "", "a", {"x": "a=b:c[d]"}),
    ],
)
def test_who_is_meant(text, display, user, params):
    address = NameAddr.parse(text)
    assert (address.display, address.uri.user, address.params) == (display, user, params)
    assert address.tag == params.get("tag", "")
    assert NameAddr.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna",
        "<>",
        "<sip:a@h",
        "sip:a@h>",
        "< sip:a@h>",
        '"Anna <sip:a@h>',
        "A, B <sip:a@h>",
        "<sip:a@h>;",
        "<sip:a@h>;;",
        "<sip:a@h>;=1",
        "<sip:a@h>;x=",
        "<sip:a@h> x",
        "sip:a@h?x=1",
        "<sip:a@h>,",
    ],
)
def test_nobody_is_meant(text):
    for read in (NameAddr.parse, NameAddr.each):
        with pytest.raises(SIPError) as caught:
            read(text)
        assert caught.value.status == 400


def test_several_addresses():
    found = NameAddr.each('"a,b" <sip:a@h>;q="1,2" , sip:b@h;x,\t<sip:c,d@h>')
    assert [one.uri.user for one in found] == ["a", "b", "c,d"]


# --- Via and CSeq


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("SIP/2.0/UDP h", "SIP/2.0/UDP h"),
        ("sip / 2.0 / tcp  h : 5060 ; Branch = z9hG4bK1 ; rport", "SIP/2.0/tcp h:5060;branch=z9hG4bK1;rport"),
        ("SIP/2.0/TLS [::1]:1;received=::1", "SIP/2.0/TLS [::1]:1;received=::1"),
        ('SIP/2.0/UDP h;x="a b"', 'SIP/2.0/UDP h;x="a b"'),
    ],
)
def test_hops(text, written):
    assert str(Via.parse(text)) == written
    assert Via.each(text) == [Via.parse(text)]


@pytest.mark.parametrize(
    "text", ["", "SIP/2.0 h", "SIP/2.0/UDP", "SIP/2.0/UDPh", "SIP/1.0/UDP h", "SIP/2.0/UDP h:x", "SIP/2.0/UDP h;", "h"]
)
def test_no_hop(text):
    for read in (Via.parse, Via.each):
        with pytest.raises(SIPError, match="Via"):
            read(text)


def test_several_hops():
    hops = Via.each("SIP/2.0/UDP a;branch=1, SIP/2.0/TCP b:1 ,SIP/2.0/UDP c")
    assert [(hop.host, hop.port, hop.branch) for hop in hops] == [("a", None, "1"), ("b", 1, ""), ("c", None, "")]


@pytest.mark.parametrize(
    ("text", "value"), [("1 INVITE", (1, "INVITE")), ("0009\t BYE", (9, "BYE")), ("2147483647 X", (2147483647, "X"))]
)
def test_cseq(text, value):
    cseq = CSeq.parse(text)
    assert tuple(cseq) == value
    assert CSeq.parse(str(cseq)) == cseq


@pytest.mark.parametrize(
    "text", ["", "1", "INVITE", "-1 INVITE", "1INVITE", "2147483648 INVITE", "1 INVITE x", "\u0661 INVITE"]
)
def test_no_cseq(text):
    with pytest.raises(SIPError, match="CSeq"):
        CSeq.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    for read in (NameAddr.each, Via.each, Uri.read, CSeq.parse):
        with suppress(SIPError):
            found = read(text)
            for one in found if isinstance(found, list) else [found]:
                again = Uri.read if isinstance(one, Uri) else type(one).parse
                assert again(str(one)) == one
