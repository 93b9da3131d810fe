"""Storms: calls, answers, hang-ups, holds and losses in any order. Every call ends, and nothing of it is left."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import NoCallError
from genesys_ports.sip.tlib import PARTY, EventName
from tests.sip_world import Phone, Switch, World, sdp

DNS = ["1001", "1002", "1003"]
NUMBERS = [*DNS, "9123", "service", "4711"]

phones = st.integers(0, 3)
buttons = st.sampled_from(["answer", "answer", "hang up", "reject", "hold", "retrieve", "ask"])
requests = st.sampled_from(["answer_call", "release_call", "hold_call", "retrieve_call"])
STEPS = st.tuples(
    st.one_of(
        st.tuples(st.just("call"), phones, st.sampled_from(NUMBERS), st.booleans()),
        st.tuples(st.just("make"), st.sampled_from(DNS), st.sampled_from(NUMBERS)),
        st.tuples(buttons, phones, st.integers(-2, -1)),
        st.tuples(requests, st.sampled_from(DNS)),
    ),
    # Messages take a hundredth of a second.
    st.sampled_from([0, 0.005, 0.015, 0.1, 0.1, 0.1, 3]),
)


class Storm:
    """SIP Server, three phones and a gateway in bad weather."""

    def __init__(self, losses: list[bool]) -> None:
        self.world = World()
        self.switch = Switch(self.world, *DNS, _9="10.0.0.20")
        self.phones = [Phone(self.world, dn, f"10.0.0.{11 + at}") for at, dn in enumerate(DNS)]
        self.phones.append(Phone(self.world, "outside", "10.0.0.20"))
        for phone in self.phones[:3]:
            phone.register()
        self.switch.told.clear()
        if losses:
            weather = iter(losses)
            self.world.lost = lambda message, sender, receiver: next(weather, False)

    def do(self, what, *details):
        server = self.switch.server
        if what == "call":
            phone, number, early = details
            self.phones[phone].call(number, None if early else b"")
        elif what == "make":
            self.third_party(server.make_call, *details)
        elif what.endswith("_call"):
            self.third_party(getattr(server, what), *details)
        else:
            at, line = details
            self.press(what, self.phones[at], line)

    def third_party(self, request, *details):
        try:
            request(*details)
        except NoCallError as error:
            assert str(error)  # noqa: PT017 # it may come, and has a sentence then

    def press(self, what, phone, line):
        if len(phone.calls) < -line:
            return
        call, address = phone.calls[line], phone.address
        if what == "answer":
            call.answer(sdp(address))
        elif what == "hang up":
            call.hang_up()
        elif what == "reject":
            call.reject(486)
        else:
            direction = "sendonly" if what == "hold" else "sendrecv"
            call.reinvite(b"" if what == "ask" else sdp(address, direction=direction))


@settings(max_examples=100)
@given(st.lists(STEPS, max_size=25), st.lists(st.sampled_from([True, False, False]), max_size=60), st.booleans())
def test_every_call_ends_and_leaves_nothing(steps, losses, eager):
    storm = Storm(losses)
    storm.phones[1].answers = eager
    for step, pause in steps:
        storm.do(*step)
        storm.world.run(pause)
    # Whatever is left is hung up, time and again, as people do; and then nobody does anything any more.
    for _ in range(3):
        storm.world.run(70)
        for phone in storm.phones:
            for call in phone.calls:
                call.hang_up()
    storm.world.run(300)

    server = storm.switch.server
    assert storm.switch.is_clean()
    assert len(server.agent.transactions) == 0
    assert len(server.agent.transactions.alarms) == 3
    assert all(not phone.agent.calls for phone in storm.phones)
    told = defaultdict(list)
    for event in storm.switch.told:
        assert event.this_dn in DNS
        assert event.conn_id
        assert event.call_id
        told[event.conn_id, event.this_dn, event.fields["ThisDNRole"]].append(event.name)
    for names in told.values():
        follow(names)


ENDS = {EventName.RELEASED, EventName.ABANDONED}


def follow(names):
    """The events of one DN in one call are a way through the table, to its end."""
    if names == [EventName.ERROR]:
        return
    state = None
    rest = list(names)
    while rest:
        following, told = next(
            (after, names)
            for (before, _), (after, names) in PARTY.rows.items()
            if before == state and list(names) == rest[: len(names)]
        )
        state, rest = following, rest[len(told) :]
    assert state is PARTY.end
    assert names[-1] in ENDS
    assert names.count(EventName.RINGING) <= 1
