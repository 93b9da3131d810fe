"""Messages of CSTA: what we write is valid, what real switches send is read, what is hostile is refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.csta import STRUCTURE, Kind, Message, check, decode, encode, pretty
from genesys_ports.csta.elements import Element, Group, Text
from genesys_ports.csta.framer import HEADER
from genesys_ports.csta.structure import CSTA
from genesys_ports.errors import CSTAError
from tests.csta_world import is_valid, schema

# --- messages made at random, as the table allows them

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
NUMBERS = st.integers(0, 999_999_999).map(str)


def value(of: Text | Group) -> st.SearchStrategy[Any]:
    if isinstance(of, Group):
        return group(of)
    if of.empty:
        return st.just("")
    return st.sampled_from(of.values) if of.values else NUMBERS if of.digits else TEXTS


def element(one: Element) -> st.SearchStrategy[Any]:
    if one.many:
        return st.lists(value(one.of), min_size=1, max_size=3).map(tuple)
    return value(one.of)


def group(of: Group) -> st.SearchStrategy[dict[str, Any]]:
    if of.choice:
        return st.sampled_from(of.elements).flatmap(lambda one: element(one).map(lambda inside: {one.name: inside}))
    needed = {one.name: element(one) for one in of.elements if one.need != "optional"}
    return st.fixed_dictionaries(needed, optional={o.name: element(o) for o in of.elements if o.need == "optional"})


MESSAGES = st.sampled_from(sorted(STRUCTURE)).flatmap(
    lambda name: group(STRUCTURE[name].body).map(lambda fields: Message(name, fields))
)


@given(MESSAGES)
def test_what_is_written_is_read_again_and_is_valid(message):
    xml = encode(7, message)[HEADER:]
    assert decode(xml) == message
    is_valid(xml)


@pytest.mark.parametrize("name", STRUCTURE)
def test_every_message_is_in_the_schema_and_has_a_source(name):
    layout = STRUCTURE[name]
    assert name in schema(layout.namespace).elements
    assert layout.source.startswith("ECMA-")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MakeCall", Kind.REQUEST),
        ("MakeCallResponse", Kind.RESPONSE),
        ("StartApplicationSession", Kind.REQUEST),
        ("StartApplicationSessionNegResponse", Kind.RESPONSE),
        ("CSTAErrorCode", Kind.RESPONSE),
        ("SystemStatus", Kind.REQUEST),
        ("DeliveredEvent", Kind.EVENT),
    ],
)
def test_kind(name, kind):
    assert Message(name).kind is kind


LISTED = Message("X", {"a": ({"b": "1"}, {"c": "2"}, {"b": "3"}), "d": "4", "e": {"f": {"g": "5"}}})


@pytest.mark.parametrize(
    ("path", "texts"),
    [("d", ("4",)), ("a/b", ("1", "3")), ("e/f/g", ("5",)), ("e/f", ()), ("d/x", ()), ("e", ()), ("x", ()), ("", ())],
)
def test_paths(path, texts):
    assert LISTED.all(path) == texts
    assert LISTED.get(path, "none") == (texts[0] if texts else "none")


# --- what is wrong with a message

#: Names of elements anywhere inside, to spoil messages with.
NAMES = {"callID", "deviceID", "deviceIdentifier", "notKnown", "deviceObject", "connectionListItem", "newConnection"}

CONNECTION = {"callID": "1", "deviceID": "2001"}
# fmt: off
WRONG = [
    (Message("MakeTea"), "MakeTea is no message that this end of the CTI link knows."),
    (Message("MakeCall", {"callingDevice": "2001"}), "MakeCall needs the element calledDirectoryNumber."),
    (Message("MakeCall", {"callingDevice": "", "calledDirectoryNumber": "1"}),
     "MakeCall needs the element callingDevice."),
    (Message("HoldCall", {"callToBeHeld": {"deviceID": "2001"}}), "HoldCall needs the element callToBeHeld/callID."),
    (Message("HoldCall", {"callToBeHeld": "1"}), "HoldCall needs the element callToBeHeld/callID."),
    (Message("HoldCall", {"callToBeHeld": CONNECTION, "toDo": "tea"}), "HoldCall has no element toDo."),
    (Message("HoldCall", {"callToBeHeld": (CONNECTION, CONNECTION)}), "HoldCall has the element callToBeHeld twice."),
    (Message("MonitorStop", {"monitorCrossRefID": {"a": "1"}}),
     "MonitorStop: text belongs into monitorCrossRefID, and no elements."),
    (Message("MonitorStart", {"monitorObject": {}}),
     "MonitorStart: exactly one of these belongs into monitorObject: deviceObject, callObject."),
    (Message("MonitorStart", {"monitorObject": {"deviceObject": "1", "callObject": CONNECTION}}),
     "MonitorStart: exactly one of these belongs into monitorObject: deviceObject, callObject."),
    (Message("MonitorStart", {"monitorObject": {"deviceObject": "1"}, "monitorType": "tea"}),
     "MonitorStart: 'tea' is no value for monitorType. It may be: call, device."),
    (Message("CSTAErrorCode"),
     "CSTAErrorCode: exactly one of these belongs into CSTAErrorCode: operation, security, stateIncompatibility, "
     "systemResourceAvailability, subscribedResourceAvailability, performanceManagement, privateData, unspecified, "
     "privateErrorCode."),
    (Message("StartApplicationSession", {"applicationInfo": {"applicationID": "a"},
                                         "requestedProtocolVersions": {"protocolVersion": ("x", "")}}),
     "StartApplicationSession needs the element requestedProtocolVersions/protocolVersion."),
    (Message("StartApplicationSession", {"applicationInfo": {"applicationID": "a"},
                                         "requestedProtocolVersions": {"protocolVersion": ()}}),
     "StartApplicationSession needs the element requestedProtocolVersions/protocolVersion."),
    (Message("SystemStatus"), "SystemStatus needs the element systemStatus."),
    (Message("ResetApplicationSessionTimer", {"sessionID": "1", "requestedSessionDuration": "-1"}),
     "ResetApplicationSessionTimer: '-1' is no value for requestedSessionDuration. It may be: 0-999999999."),
    *((Message("MonitorStop", {"monitorCrossRefID": text}),
       "MonitorStop: the text of monitorCrossRefID has signs that cannot be printed, stands between blanks, or is too "
       "long.") for text in ("\0", "a\nb", " a", "a\u202e", "\ud800", "x" * 257)),
]
# fmt: on


@pytest.mark.parametrize(("message", "problem"), WRONG)
def test_what_is_wrong_is_said_and_not_sent(message, problem):
    assert check(message)[0] == problem
    with pytest.raises(CSTAError) as caught:
        encode(1, message)
    assert caught.value.problem == problem
    assert not caught.value.lost


def test_every_problem_is_listed():
    assert len(check(Message("DeliveredEvent", {"cause": "newCall"}))) == 6


@pytest.mark.parametrize("number", [-1, 10_000])
def test_no_invoke_id(number):
    with pytest.raises(CSTAError, match="An invoke ID is a number from 0 to 9999"):
        encode(number, Message("RequestSystemStatus"))


def test_a_message_that_is_too_long_for_a_frame():
    one = {"newConnection": {"callID": "9" * 250}}
    message = Message(
        "TransferedEvent",
        {
            "monitorCrossRefID": "1",
            "primaryOldCall": CONNECTION,
            "transferringDevice": {"notKnown": ""},
            "transferredToDevice": {"notKnown": ""},
            "transferredConnections": {"connectionListItem": (one,) * 250},
            "cause": "transfer",
        },
    )
    with pytest.raises(CSTAError, match="A frame carries 65535 at most"):
        encode(1, message)


ANY = st.recursive(
    st.sampled_from(["", "1", "2001", " ", "normal", "device"]),
    lambda inside: st.one_of(
        st.lists(inside, max_size=2).map(tuple),
        st.dictionaries(st.sampled_from(sorted(NAMES)), inside, max_size=2),
    ),
    max_leaves=4,
)


@given(MESSAGES, st.data())
def test_what_has_no_problem_is_written_and_nothing_else(message, data):
    spoilt = data.draw(st.sampled_from(sorted(STRUCTURE[message.name].body.by_name) or ["callID"]))
    message = Message(message.name, {**message.fields, spoilt: data.draw(ANY)})
    if check(message):
        with pytest.raises(CSTAError):
            encode(1, message)
    else:
        is_valid(encode(1, message)[HEADER:])


# --- what others send: shaped like the traffic of real switches and their clients

DELIVERED = """<?xml version="1.0" encoding="UTF-8"?>
<DeliveredEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4">
   <monitorCrossRefID>1170000001</monitorCrossRefID>
   <connection><callID>FF00010000000000AA01</callID><deviceID>301000002</deviceID></connection>
   <alertingDevice><deviceIdentifier>N&lt;301000002&gt;;noa=nk</deviceIdentifier></alertingDevice>
   <callingDevice><deviceIdentifier>N&lt;555100&gt;Line7;displayNumber=555100</deviceIdentifier></callingDevice>
   <calledDevice><deviceIdentifier>N&lt;301000002&gt;;noa=nk</deviceIdentifier></calledDevice>
   <lastRedirectionDevice><notRequired/></lastRedirectionDevice>
   <localConnectionInfo>alerting</localConnectionInfo>
   <correlatorData><string>
      75
      72
   </string></correlatorData>
   <cause>enteringDistribution</cause>
   <servicesPermitted><callControlServices><clearConnection>true</clearConnection></callControlServices>
     <callAssociatedServices/></servicesPermitted>
   <networkCalledDevice><deviceIdentifier>0900</deviceIdentifier></networkCalledDevice>
   <associatedCallingDevice><notKnown/></associatedCallingDevice>
   <mediaCallCharacteristics><mediaClass><voice>true</voice></mediaClass></mediaCallCharacteristics>
   <callCharacteristics><acdCall>true</acdCall></callCharacteristics>
   <extensions><privateData><private xmlns:v="http://vendor.example/csta"><v:cause>other</v:cause></private>
     </privateData></extensions>
</DeliveredEvent>"""

# fmt: off
REAL = [
    (DELIVERED, "DeliveredEvent", {
        "monitorCrossRefID": "1170000001", "connection/callID": "FF00010000000000AA01",
        "alertingDevice/deviceIdentifier": "N<301000002>;noa=nk", "localConnectionInfo": "alerting",
        "cause": "enteringDistribution", "lastRedirectionDevice/notRequired": "",
    }),
    # No namespace at all, and one that is declared and not used.
    ('<?xml version="1.0" encoding="UTF-8"?><StartApplicationSessionPosResponse xmlns:aps="http://www.ecma-international'
     '.org/standards/ecma-354/appl_session"><sessionID>009</sessionID><actualProtocolVersion>http://www.ecma-internation'
     'al.org/standards/ecma-323/csta/ed4</actualProtocolVersion><actualSessionDuration>600</actualSessionDuration>'
     "<extensions><actualHBT>0</actualHBT></extensions></StartApplicationSessionPosResponse>",
     "StartApplicationSessionPosResponse", {"sessionID": "009", "actualSessionDuration": "600"}),
    # A prefix, attributes, and lines.
    ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<n:MonitorStart xmlns:s="http://schemas.xmlsoap.org/soap/'
     'envelope/" xmlns:n="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><n:monitorObject>\n'
     '<n:deviceObject typeOfNumber="dialingNumber">3021033</n:deviceObject></n:monitorObject></n:MonitorStart>\n',
     "MonitorStart", {"monitorObject/deviceObject": "3021033"}),
    # Other editions, an extension of a vendor among them, and a status that says nothing.
    ('<SystemStatus xmlns="http://www.ecma.ch/standards/ecma-323/csta/ed2"><systemStatus>normal</systemStatus>'
     "</SystemStatus>", "SystemStatus", {"systemStatus": "normal"}),
    ('<SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"/>', "SystemStatus", {}),
    ('<MonitorStartResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3/priv6">'
     "<monitorCrossRefID>5</monitorCrossRefID></MonitorStartResponse>",
     "MonitorStartResponse", {"monitorCrossRefID": "5"}),
    ('<RequestSystemStatusResponse xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"/>',
     "RequestSystemStatusResponse", {}),
    ("<CSTAErrorCode><privateErrorCode>URM Denied</privateErrorCode></CSTAErrorCode>", "CSTAErrorCode",
     {"privateErrorCode": "URM Denied"}),
    # Elements in another order, an unknown one, one of another language, text in pieces, and a UTF-8 sign in front.
    ("\ufeff<HoldCall><callToBeHeld><deviceID>20<!-- a note -->01</deviceID><callID>&#55;</callID></callToBeHeld>"
     '<later>x</later><v:callToBeHeld xmlns:v="urn:x"><callID>9</callID></v:callToBeHeld></HoldCall>',
     "HoldCall", {"callToBeHeld/deviceID": "2001", "callToBeHeld/callID": "7"}),
    # The event of a transfer is spelled with one r in the XML of the standard, and with two by some switches.
    *((f"<{name}><monitorCrossRefID>4</monitorCrossRefID><primaryOldCall><callID>1</callID></primaryOldCall>"
       "<transferringDevice><notKnown/></transferringDevice><transferredToDevice><notKnown/></transferredToDevice>"
       "<transferredConnections><connectionListItem><newConnection><callID>2</callID></newConnection>"
       f"</connectionListItem></transferredConnections><cause>transfer</cause></{name}>",
       "TransferedEvent", {"transferredConnections/connectionListItem/newConnection/callID": "2"})
      for name in ("TransferedEvent", "TransferredEvent")),
    # Elements inside text are passed over.
    ("<MonitorStop><monitorCrossRefID>1<b>2</b>3</monitorCrossRefID></MonitorStop>", "MonitorStop",
     {"monitorCrossRefID": "13"}),
]
# fmt: on


@pytest.mark.parametrize(("xml", "name", "texts"), REAL)
def test_what_others_send_is_read(xml, name, texts):
    message = decode(xml.encode())
    assert message.name == name
    assert {path: message.get(path, "none") for path in texts} == texts


def test_the_schema_knows_real_traffic_too():
    is_valid(DELIVERED.encode())


# --- hostile XML

BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><HoldCall>&c;</HoldCall>'
DEEP = "<HoldCall>" + "<a>" * 5_000 + "</a>" * 5_000 + "</HoldCall>"
DEEP_KNOWN = "<HoldCall><callToBeHeld>" + "<callID>" * 20 + "</callID>" * 20 + "</callToBeHeld></HoldCall>"
WIDE = "<HoldCall>" + "<a/>" * 5_000 + "</HoldCall>"

# fmt: off
HOSTILE = [
    (b"", "cannot be read: line 1, character 1"),
    (b"\0", "are not UTF-8"),
    (b"tea", "cannot be read: line 1, character 1"),
    (b"<HoldCall>", "cannot be read"),
    (b"<HoldCall/><HoldCall/>", "cannot be read"),
    (b"<a:HoldCall/>", "cannot be read"),
    (b"<HoldCall a='1' a='2'/>", "cannot be read"),
    (b"<HoldCall>&nbsp;</HoldCall>", "cannot be read"),
    (b"<HoldCall>\xff\xfe</HoldCall>", "are not UTF-8"),
    (b"<HoldCall>\xc0\x80</HoldCall>", "are not UTF-8"),
    (b"<HoldCall>&#0;</HoldCall>", "cannot be read"),
    ("<HoldCall/>".encode("utf-16"), "are not UTF-8"),
    ("<HoldCall/>".encode("utf-16-le"), "are not UTF-8"),
    (b'<?xml version="1.0" encoding="ISO-8859-1"?><HoldCall/>', "written in ISO-8859-1"),
    (b'<?xml version="1.0" encoding="UTF-16"?><HoldCall/>', "written in UTF-16"),
    (BOMB.encode(), "declares a document type"),
    (b'<!DOCTYPE HoldCall SYSTEM "file:///etc/hostname"><HoldCall/>', "declares a document type"),
    (DEEP.encode(), "more than 16 deep"),
    (DEEP_KNOWN.encode(), "more than 16 deep"),
    (WIDE.encode(), "more than 2000 elements"),
    (b'<HoldCall xmlns="urn:tea"/>', "of a namespace that is not of CSTA: urn:tea"),
    (b'<HoldCall xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4x"/>', "not of CSTA"),
    (b"<MakeTea/>", "MakeTea is no message"),
    (b"<" + b"x" * 5_000 + b"/>", "is no message"),
    (b"<HoldCall/>", "HoldCall needs the element callToBeHeld."),
    (b"<HoldCall><callToBeHeld><callID>1</callID><callID>2</callID></callToBeHeld></HoldCall>",
     "HoldCall has the element callID twice."),
    (b"<HoldCall><callToBeHeld><callID>1</callID></callToBeHeld><callToBeHeld/></HoldCall>", "twice"),
    (b"<HoldCall><callToBeHeld><callID>a&#10;b</callID></callToBeHeld></HoldCall>", "cannot be printed"),
    (b"<HoldCall><callToBeHeld><callID>" + b"1" * 300 + b"</callID></callToBeHeld></HoldCall>", "too long"),
]
# fmt: on


@pytest.mark.parametrize(("xml", "problem"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_xml_is_refused_with_an_error_of_the_standard(xml, problem):
    with pytest.raises(CSTAError) as caught:
        decode(xml)
    assert problem in caught.value.problem
    assert len(caught.value.problem) < 300
    assert not caught.value.lost
    assert check(Message("CSTAErrorCode", {caught.value.category: caught.value.value})) == []


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data):
    with suppress(CSTAError):
        assert check(decode(data), received=True) == []


# --- for people


def test_pretty():
    message = Message("HoldCall", {"callToBeHeld": {"callID": "1", "deviceID": "a&b"}})
    assert pretty(encode(12, message)).splitlines()[1:] == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<HoldCall xmlns="{CSTA}">',
        "  <callToBeHeld>",
        "    <callID>1</callID>",
        "    <deviceID>a&amp;b</deviceID>",
        "  </callToBeHeld>",
        "</HoldCall>",
    ]
    assert "0012" in pretty(encode(12, message)).splitlines()[0]


@given(st.binary(max_size=100), st.sampled_from([b"", b"\0\0\0\x0a9999", b"\0\0\0\x0a9999<"]))
def test_pretty_of_anything(data, head):
    shown = pretty(head + data)
    assert "\x1b" not in shown
    assert "\0" not in shown


def test_pretty_is_bounded():
    assert len(pretty(b"<a>" * 1_000_000)) < 3_000_000
