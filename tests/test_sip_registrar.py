"""The registrar: who is registered where, and for how long (RFC 3261 10.3)."""

import pytest

from genesys_ports.model import Transport
from genesys_ports.sip import Flow, Headers, Request, Response, Uri
from genesys_ports.sip.registrar import MOST_CONTACTS, Registrar, equivalent

FLOW = Flow(Transport.UDP, "127.0.0.9", 5060)
ONE, TWO = "sip:1001@127.0.0.9:5060", "sip:1001@127.0.0.8:5060"


class Desk:
    """A registrar that knows 1001 and 1002, and a clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0
        self.registrar = Registrar({"1001", "1002"}.__contains__, lambda: self.now)
        self.cseq = 0

    def register(
        self, *contacts: str, expires: object = None, cseq: int = 0, call_id: str = "reg", to: str = "<sip:1001@d>"
    ) -> Response:
        self.cseq = cseq or self.cseq + 1
        headers = [
            ("Via", "SIP/2.0/UDP 127.0.0.9;branch=z9hG4bK1"),
            ("From", "<sip:1001@d>;tag=a"),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{self.cseq} REGISTER"),
            *[("Contact", contact) for contact in contacts],
            *([] if expires is None else [("Expires", str(expires))]),
        ]
        return self.registrar.process(Request("REGISTER", "sip:d", Headers(headers)), FLOW)

    def contacts(self) -> list[str]:
        return [str(one.contact) for one in self.registrar.bindings("1001")]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_phone_registers(desk):
    answer = desk.register(f"<{ONE}>", expires=60)
    assert (answer.status, answer.headers["Contact"]) == (200, f"<{ONE}>;expires=60")
    assert answer.to.tag
    (binding,) = desk.registrar.bindings("1001")
    assert (binding.contact, binding.flow, binding.expires_at) == (Uri.parse(ONE), FLOW, 160.0)
    assert desk.registrar.bindings("1002") == ()


@pytest.mark.parametrize(
    ("contact", "header", "granted"),
    [
        (f"<{ONE}>", None, 3600),
        (f"<{ONE}>", 60, 60),
        (f"<{ONE}>;expires=90", 60, 90),
        (f"<{ONE}>;expires=soon", 60, 3600),
        (f"<{ONE}>", 999_999_999, 86_400),
        (ONE, 60, 60),
    ],
)
def test_for_how_long(desk, contact, header, granted):
    assert desk.register(contact, expires=header).headers["Contact"] == f"<{ONE}>;expires={granted}"


def test_the_answer_says_what_is_left(desk):
    desk.register(f"<{ONE}>", expires=60)
    desk.now += 20
    answer = desk.register(f"<{TWO}>", expires=60)
    assert answer.headers.all("Contact") == (f"<{TWO}>;expires=60", f"<{ONE}>;expires=40")


def test_asking_changes_nothing(desk):
    desk.register(f"<{ONE}>", expires=60)
    assert desk.register().headers.all("Contact") == (f"<{ONE}>;expires=60",)


def test_registering_again_takes_the_place_of_the_old(desk):
    desk.register(f"<{ONE}>", f"<{TWO}>", expires=60)
    desk.now += 30
    desk.register(f"<{ONE}>", expires=60)
    assert [(str(one.contact), one.expires_at) for one in desk.registrar.bindings("1001")] == [
        (ONE, 190.0),
        (TWO, 160.0),
    ]


@pytest.mark.parametrize(
    ("contacts", "expires", "left"),
    [
        ([f"<{ONE}>"], 0, [TWO]),
        ([f"<{ONE}>;expires=0"], 60, [TWO]),
        ([f"<{ONE}>;expires=0", f"<{TWO}>;expires=5"], None, [TWO]),
        (["<sip:1001@127.0.0.7>"], 0, [TWO, ONE]),
        (["*"], 0, []),
    ],
)
def test_taking_it_back(desk, contacts, expires, left):
    desk.register(f"<{ONE}>", f"<{TWO}>")
    assert desk.register(*contacts, expires=expires).status == 200
    assert desk.contacts() == left


@pytest.mark.parametrize("expires", [None, 60])
def test_a_star_needs_expires_0(desk, expires):
    desk.register(f"<{ONE}>")
    answer = desk.register("*", expires=expires)
    assert (answer.status, desk.contacts()) == (400, [ONE])
    assert "Expires: 0" in answer.headers["Warning"]


@pytest.mark.parametrize("contact", [f"<{ONE}>", "*"])
@pytest.mark.parametrize(
    ("cseq", "call_id", "status"), [(5, "reg", 500), (4, "reg", 500), (6, "reg", 200), (1, "new", 200)]
)
def test_an_old_register_changes_nothing(desk, contact, cseq, call_id, status):
    desk.register(f"<{ONE}>", cseq=5)
    answer = desk.register(contact, expires=0, cseq=cseq, call_id=call_id)
    assert answer.status == status
    assert desk.contacts() == ([] if status == 200 else [ONE])


def test_all_changes_are_made_or_none(desk):
    desk.register(f"<{TWO}>", cseq=5)
    assert desk.register(f"<{ONE}>", f"<{TWO}>", cseq=5).status == 500
    assert desk.contacts() == [TWO]


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("<sip:1003@d>", 404),
        ("<sip:d>", 404),
        ("isbn:2983792873", 400),
        ("<tel:1001>", 400),
        ("<sips:1001@d>", 200),
        ("sip:1001@elsewhere", 200),
    ],
)
def test_who_can_register(desk, to, status):
    answer = desk.register(f"<{ONE}>", to=to)
    assert answer.status == status
    assert ("Warning" in answer.headers) == (status != 200)


def test_registrations_run_out(desk):
    desk.register(f"<{ONE}>;expires=10", f"<{TWO}>;expires=20")
    desk.now += 10
    assert desk.contacts() == [TWO]
    desk.registrar.expire()
    assert [str(one.contact) for one in desk.registrar._bindings["1001"]] == [TWO]
    desk.now += 10
    desk.registrar.expire()
    assert desk.registrar._bindings == {}
    # An old number counts for nothing once its registration has run out.
    assert desk.register(f"<{ONE}>", cseq=1).status == 200


def test_one_number_cannot_have_any_number_of_contacts(desk):
    contacts = [f"<sip:1001@127.0.0.9:{6000 + number}>" for number in range(MOST_CONTACTS + 1)]
    assert desk.register(*contacts[:-1]).status == 200
    answer = desk.register(contacts[-1])
    assert (answer.status, len(desk.contacts())) == (403, MOST_CONTACTS)
    assert str(MOST_CONTACTS) in answer.headers["Warning"]


def test_a_registrar_that_takes_everybody_has_an_end_as_well(desk, monkeypatch):
    monkeypatch.setattr("genesys_ports.sip.registrar.MOST_USERS", 2)
    desk.registrar = Registrar(None, lambda: desk.now)
    statuses = [desk.register(f"<{ONE}>", to=f"<sip:{user}@d>", expires=60).status for user in (1, 2, 3, 1)]
    assert statuses == [200, 200, 503, 200]
    desk.now += 60
    assert desk.register(f"<{ONE}>", to="<sip:3@d>").status == 200


def test_a_contact_may_be_anything(desk):
    assert desk.register("<mailto:someone@somewhere>").headers["Contact"] == "<mailto:someone@somewhere>;expires=3600"


# --- RFC 3261 19.1.4: its own examples


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ],
)
def test_addresses_that_are_the_same(one, other):
    assert equivalent(Uri.read(one), Uri.read(other))
    assert equivalent(Uri.read(other), Uri.read(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:a@b", "sips:a@b"),
        ("sip:a@b;maddr=10.0.0.1", "sip:a@b"),
    ],
)
def test_addresses_that_are_not(one, other):
    assert not equivalent(Uri.read(one), Uri.read(other))
    assert not equivalent(Uri.read(other), Uri.read(one))
