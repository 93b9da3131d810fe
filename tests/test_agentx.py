"""AgentX: PDUs and their bytes, framing, the session of a sub-agent, and a master agent with several of them."""

import re
from dataclasses import fields
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.agentx import SESSION, Framer, Master, Register, Registration, Registry, State, SubAgent
from genesys_ports.agentx.codec import encode
from genesys_ports.agentx.encoding import SearchRange, VarBind
from genesys_ports.agentx.framer import LARGEST_PAYLOAD
from genesys_ports.agentx.pdu import (
    AddAgentCaps,
    CleanupSet,
    Close,
    CommitSet,
    Get,
    GetBulk,
    GetNext,
    IndexAllocate,
    IndexDeallocate,
    Notify,
    Open,
    Ping,
    Reason,
    RemoveAgentCaps,
    Response,
    Status,
    TestSet,
    UndoSet,
    Unregister,
)
from genesys_ports.agentx.registry import after
from genesys_ports.agentx.sending import pack
from genesys_ports.agentx.session import MISSED, TIMEOUT, WAITING
from genesys_ports.agentx.summary import reason_text, status_text, text_of_pdu
from genesys_ports.snmp.names import ROOT, TRAP_OID
from genesys_ports.snmp.objects import END_OF_VIEW, LARGEST_NUMBER, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, Syntax, Value

SYS_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
HERE = (1, 3, 6, 1, 4, 1, 9)

COLD_START = Value(Syntax.OID, (1, 3, 6, 1, 6, 3, 1, 1, 5, 1))

# pytest takes every class of this name for a test.
TestSet.__test__ = False  # type: ignore[attr-defined]


def text(value):
    return Value(Syntax.STRING, value.encode())


def number(value):
    return Value(Syntax.INTEGER, value)


def notified(trap, *more):
    return Notify(varbinds=(VarBind(TRAP_OID, trap), *more))


def hexed(data):
    return bytes.fromhex(data)


# --- bytes: those of the examples follow the figures of RFC 2741, section 5 and 6


@pytest.mark.parametrize(
    ("pdu", "payload"),
    [
        (Close(reason=Reason.SHUTDOWN), "05 00 00 00"),
        (Ping(), ""),
        (CommitSet(), ""),
        (Ping(context=b"abc"), "00000003 61626300"),
        (Open(timeout=3, identifier=(1, 3, 6, 1, 4, 1), description=b"scs"),
         "03000000 01 04 00 00 00000001 00000003 73637300"),
        (Open(), "00000000 00000000 00000000"),
        (Register(subtree=(1, 3, 6, 1, 2, 1, 5)), "00 7f 00 00  02 02 00 00 00000001 00000005"),
        (Register(subtree=(1, 3, 6, 1, 2, 5), range_subid=6, upper_bound=9, timeout=2, priority=1),
         "02 01 06 00  01 02 00 00 00000005  00000009"),
        (Unregister(subtree=(1, 2)), "00 7f 00 00  02 00 00 00 00000001 00000002"),
        (Get(ranges=(SearchRange((1, 3, 6, 1, 1)),)), "00 01 00 00  00 00 00 00"),
        # 1.3.6.1 and 1.3.6.1.0 have no number that could stand in the one byte of the prefix.
        (GetNext(ranges=(SearchRange((1, 3, 6, 1), (1, 3, 6, 1, 0), True),)),
         "04 00 01 00 00000001 00000003 00000006 00000001  05 00 00 00 00000001 00000003 00000006 00000001 00000000"),
        (GetBulk(non_repeaters=1, max_repetitions=5), "0001 0005"),
        (Response(up_time=7, error=Status.NOT_WRITABLE, index=2), "00000007 0011 0002"),
        (Response(varbinds=(VarBind((1,), NO_SUCH_OBJECT),)), "00000000 0000 0000  0080 0000 01 00 00 00 00000001"),
        (Notify(varbinds=(VarBind((1,), Value(Syntax.ADDRESS, b"\x0a\0\0\1")), VarBind((2,), number(-2)))),
         "0040 0000 01000000 00000001 00000004 0a000001  0002 0000 01000000 00000002 fffffffe"),
        (TestSet(varbinds=(VarBind((1,), Value(Syntax.COUNTER64, 2**40)),)),
         "0046 0000 01000000 00000001 00000100 00000000"),
        (AddAgentCaps(identifier=(1,), description=b"me"), "01000000 00000001 00000002 6d650000"),
    ],
)  # fmt: skip
def test_bytes_of_a_pdu(pdu, payload):
    raw = encode(pdu, session=3, transaction=4, packet=5)
    assert raw[20:] == hexed(payload)
    assert raw[:2] == bytes((1, pdu.TYPE))
    assert raw[4:16] == hexed("00000003 00000004 00000005")
    (frame,) = Framer().feed(raw)
    assert (frame.pdu, frame.error, frame.raw) == (pdu, None, raw)
    assert (frame.header.session, frame.header.transaction, frame.header.packet) == (3, 4, 5)


def test_the_other_byte_order():
    raw = encode(Register(subtree=(1, 3, 6, 1, 2, 5), range_subid=6, upper_bound=9), session=1, network=False)
    assert raw == hexed("01 03 00 00 01000000 00000000 00000000 10000000  00 7f 06 00  01 02 00 00 05000000  09000000")
    (frame,) = Framer().feed(raw)
    assert not frame.header.network
    assert frame.pdu == Register(subtree=(1, 3, 6, 1, 2, 5), range_subid=6, upper_bound=9)


@pytest.mark.parametrize(
    ("pdu", "flags"),
    [
        (Ping(), 0x10),
        (Ping(context=b"x"), 0x18),
        (Register(subtree=(1,), instance=True), 0x11),
        (IndexAllocate(new=True), 0x12),
        (IndexAllocate(any=True), 0x14),
    ],
)
def test_flags(pdu, flags):
    raw = encode(pdu)
    assert raw[2] == flags
    assert Framer().feed(raw)[0].pdu == pdu


def test_a_null_identifier_stands_for_two_zeros():
    raw = encode(Response(varbinds=(VarBind(SYS_NAME, Value(Syntax.OID, ())),)))
    (found,) = Framer().feed(raw)[0].pdu.varbinds
    assert found.value == Value(Syntax.OID, (0, 0))


def test_a_context_of_no_letters_is_the_usual_one():
    raw = bytearray(encode(Ping()) + bytes(4))
    raw[2] |= 0x08
    raw[19] = 4
    assert Framer().feed(bytes(raw))[0].pdu == Ping()


numbers = st.integers(0, 2**32 - 1)
oids = st.one_of(
    st.lists(numbers, max_size=20).map(tuple),
    st.lists(numbers, max_size=8).map(lambda rest: (1, 3, 6, 1, *rest)),
    st.lists(numbers, max_size=3).map(lambda rest: (*HERE, *rest)),
)
octets = st.binary(max_size=30)
values = st.one_of(
    st.builds(Value, st.just(Syntax.INTEGER), st.integers(-(2**31), 2**31 - 1)),
    st.builds(Value, st.sampled_from([Syntax.COUNTER, Syntax.GAUGE, Syntax.TICKS]), numbers),
    st.builds(Value, st.just(Syntax.COUNTER64), st.integers(0, 2**64 - 1)),
    st.builds(Value, st.sampled_from([Syntax.STRING, Syntax.OPAQUE]), octets),
    st.builds(Value, st.just(Syntax.ADDRESS), st.binary(min_size=4, max_size=4)),
    st.builds(Value, st.just(Syntax.OID), oids.map(lambda oid: oid or (0, 0))),
    st.sampled_from([NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW, Value(Syntax.NULL)]),
)
varbinds = st.lists(st.builds(VarBind, oids, values), max_size=5).map(tuple)
ranges = st.lists(st.builds(SearchRange, oids, oids, st.booleans()), max_size=5).map(tuple)
PARTS = {
    "timeout": st.integers(0, 255), "priority": st.integers(0, 255), "reason": st.integers(0, 255),
    "identifier": oids, "subtree": oids, "description": octets, "context": octets, "ranges": ranges,
    "varbinds": varbinds, "non_repeaters": st.integers(0, 65535), "max_repetitions": st.integers(0, 65535),
    "up_time": numbers, "error": st.integers(0, 65535), "index": st.integers(0, 65535),
    "instance": st.booleans(), "new": st.booleans(), "any": st.booleans(),
}  # fmt: skip
KINDS: list[Any] = [
    Open, Close, Register, Unregister, Get, GetNext, GetBulk, TestSet, CommitSet, UndoSet, CleanupSet, Notify, Ping,
    IndexAllocate, IndexDeallocate, AddAgentCaps, RemoveAgentCaps, Response,
]  # fmt: skip


@st.composite
def pdu_strategy(draw):
    kind = draw(st.sampled_from(KINDS))
    known = {one.name: draw(PARTS[one.name]) for one in fields(kind) if one.name in PARTS}
    if "subtree" in known and draw(st.booleans()):
        known |= {"range_subid": draw(st.integers(1, 255)), "upper_bound": draw(numbers)}
    return kind(**known)


@given(pdu_strategy(), numbers, numbers, numbers, st.booleans())
def test_every_pdu_comes_back(pdu, session, transaction, packet, network):
    raw = encode(pdu, session=session, transaction=transaction, packet=packet, network=network)
    assert len(raw) % 4 == 0
    (frame,) = Framer().feed(raw)
    assert frame.pdu is not None
    assert frame.pdu == pdu
    assert type(frame.pdu) is type(pdu)
    assert frame.header[2:5] == (session, transaction, packet)
    assert frame.header.network is network
    assert isinstance(text_of_pdu(frame.pdu), str)


@given(st.lists(pdu_strategy(), max_size=5), st.lists(st.integers(1, 60)))
def test_a_stream_may_be_cut_anywhere(sent, sizes):
    data = b"".join(encode(pdu) for pdu in sent)
    framer = Framer()
    heard = []
    for size in [*sizes, len(data)]:
        heard += framer.feed(data[:size])
        data = data[size:]
    assert [frame.pdu for frame in heard] == sent
    assert framer.rest == b""


@given(pdu_strategy(), st.data())
def test_damaged_bytes_are_an_error_or_something_else(pdu, data):
    raw = bytearray(encode(pdu))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(20 if len(raw) > 20 else 1, len(raw) - 1))] = data.draw(st.integers(0, 255))
    framer = Framer()
    frames = framer.feed(bytes(raw))
    for frame in frames:
        assert (frame.pdu is None) is (frame.error is not None)


@given(st.binary(max_size=200))
def test_garbage(data):
    framer = Framer()
    framer.feed(data)
    framer.feed(data)
    assert framer.error is None or not framer.feed(encode(Ping()))


def damaged(pdu, **bytes_at):
    raw = bytearray(encode(pdu))
    for place, value in bytes_at.items():
        raw[int(place[2:])] = value
    return bytes(raw)


def with_payload(kind, payload):
    raw = bytearray(encode(Ping()))
    raw[1] = kind
    raw[16:20] = len(payload).to_bytes(4, "big")
    return bytes(raw) + payload


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (with_payload(99, b""), "AgentX knows no PDU of type 99"),
        (with_payload(0, b""), "AgentX knows no PDU of type 0"),
        (with_payload(2, b""), "ends in the middle of a number"),
        (with_payload(1, bytes(4)), "ends in the middle of an object identifier"),
        (with_payload(1, bytes(4) + hexed("03000000")), "ends in the middle of an object identifier"),
        (with_payload(1, bytes(8) + hexed("00000005 61616161")), "ends in the middle of a string"),
        (with_payload(1, bytes(8) + hexed("ffffffff 61616161")), "ends in the middle of a string"),
        (with_payload(5, hexed("81000000") + bytes(4 * 129)), "has 129 numbers; it may have 128"),
        (with_payload(5, hexed("80020000") + bytes(4 * 128)), "has 133 numbers; it may have 128"),
        (with_payload(5, hexed("00000000")), "a beginning and no end"),
        (with_payload(13, bytes(4)), "4 bytes are left over"),
        (with_payload(12, hexed("00030000 00000000")), "type 3, which AgentX does not know"),
        (with_payload(12, hexed("00400000 00000000 00000003 0a000000")), "An IpAddress has 3 bytes"),
    ],
)  # fmt: skip
def test_a_pdu_that_cannot_be_read(raw, problem):
    framer = Framer()
    bad, good = framer.feed(raw + encode(Ping()))
    assert bad.pdu is None
    assert re.search(problem, str(bad.error))
    assert not bad.error.lost
    assert (good.pdu, framer.error) == (Ping(), None)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (damaged(Ping(), at0=2), "This is version 2 of AgentX"),
        (b'{"message": "hello"}\n', "This is version 123 of AgentX"),
        (damaged(Ping(), at19=3), "The length of a PDU, 3, is no multiple of four"),
        (damaged(Ping(), at16=1), f"takes {LARGEST_PAYLOAD} at most"),
    ],
)
def test_a_stream_that_cannot_be_followed(raw, problem):
    framer = Framer()
    assert [frame.pdu for frame in framer.feed(encode(Ping()) + raw)] == [Ping()]
    assert re.search(problem, str(framer.error))
    assert framer.error.lost
    assert framer.feed(encode(Ping())) == []


# --- one line about a PDU

DOWN = Value(Syntax.OID, (*ROOT, 0, 2))


@pytest.mark.parametrize(
    ("pdu", "line"),
    [
        (Open(description=b"scs"), "scs"),
        (Close(reason=Reason.TIMEOUTS), "timeouts"),
        (Close(reason=77), "77"),
        (Register(subtree=(*ROOT, 1)), "gpObjects"),
        (Unregister(subtree=(*ROOT, 1)), "gpObjects"),
        (Get(ranges=(SearchRange(SYS_NAME),)), "sysName.0"),
        (Get(ranges=(SearchRange(SYS_NAME),) * 5), "sysName.0, sysName.0, sysName.0, and 2 more"),
        (GetBulk(ranges=(SearchRange(SYS_NAME),)), "sysName.0, 10 times"),
        (Response(varbinds=(VarBind(SYS_NAME, text("scs")),)), "sysName.0 = scs"),
        # How long something runs is another time on each run.
        (Response(varbinds=(VarBind(UP_TIME, Value(Syntax.TICKS, 77)),)), "sysUpTime.0"),
        (Response(error=Status.NOT_WRITABLE, index=1), "notWritable (number 1)"),
        (Response(error=Status.DUPLICATE_REGISTRATION), "duplicateRegistration"),
        (Response(error=999), "999"),
        (Ping(), ""),
        (TestSet(varbinds=(VarBind(SYS_NAME, text("x")),)), "sysName.0 = x"),
        (Notify(varbinds=(VarBind(TRAP_OID, DOWN), VarBind((*ROOT, 1, 4, 1, 0), text("a")))),
         "gsServerDownTrap, gsServersLastTrap.0 = a"),
    ],
)  # fmt: skip
def test_what_a_trace_says_of_it(pdu, line):
    assert text_of_pdu(pdu) == line


def test_names_of_errors_and_reasons():
    assert [status_text(one) for one in (0, 5, 268)] == ["noError", "genErr", "processingError"]
    assert [reason_text(one) for one in (1, 6, 7)] == ["other", "byManager", "7"]


# --- the session of a sub-agent


class Objects:
    """Managed objects by name."""

    def __init__(self, objects):
        self.objects = dict(objects)

    def look(self, oid):
        return self.objects.get(oid, NO_SUCH_INSTANCE)

    def next(self, oid):
        return min(((name, value) for name, value in self.objects.items() if name > oid), default=None)


TABLE = Objects({(*HERE, 1, place): number(place) for place in (1, 2, 3)} | {(*HERE, 2, 0): text("last")})


ALL_HERE = (Register(subtree=HERE),)


class Story:
    """A sub-agent, whatever it sends, and whatever it tells."""

    def __init__(self, registrations=ALL_HERE, objects=TABLE):
        self.sent = []
        self.told = []
        self.agent = SubAgent(
            objects, registrations, description="scs", send=self.sent.append,
            told=lambda: self.told.append(self.agent.state),
        )  # fmt: skip

    def say(self, pdu, session=9, **header):
        """Something comes from the master agent."""
        (frame,) = Framer().feed(encode(pdu, session=session, **header))
        self.agent.receive(frame)

    def answer(self, session=9, **response):
        self.say(Response(**response), session, packet=self.sent[-1].header.packet)

    def open(self):
        self.agent.begin()
        self.answer()
        self.answer()
        assert self.agent.state is State.OPEN
        self.sent.clear()
        return self

    @property
    def pdus(self):
        return [sent.pdu for sent in self.sent]

    def ask(self, pdu, **header):
        self.sent.clear()
        self.say(pdu, **header)
        return self.pdus[0]


def test_a_session_opens_registers_and_closes():
    story = Story([Register(subtree=HERE), Register(subtree=SYS_NAME)])
    story.agent.begin()
    story.agent.begin()
    assert story.pdus == [Open(description=b"scs")]
    story.answer(session=9)
    assert (story.pdus[1:], story.sent[-1].header.session) == ([Register(subtree=HERE)], 9)
    story.answer()
    assert (story.pdus[2:], story.told) == ([Register(subtree=SYS_NAME)], [])
    story.answer()
    assert (story.told, story.agent.session) == ([State.OPEN], 9)
    story.agent.stop()
    story.agent.stop()
    assert (story.pdus[3:], story.told) == ([Close(reason=Reason.SHUTDOWN)], [State.OPEN])
    assert [sent.header.packet for sent in story.sent] == [1, 2, 3, 4]
    assert all(sent.header.network for sent in story.sent)


def test_a_session_is_refused():
    story = Story()
    story.agent.begin()
    story.answer(error=Status.OPEN_FAILED)
    assert (story.agent.state, story.told) == (State.CLOSED, [State.CLOSED])
    assert str(story.agent.error) == (
        "The master agent has refused the session: openFailed. AgentX calls it openFailed."
    )
    assert len(story.sent) == 1


def test_a_subtree_is_refused():
    story = Story([Register(subtree=(*ROOT, 1))])
    story.agent.begin()
    story.answer()
    story.answer(error=Status.DUPLICATE_REGISTRATION)
    assert story.told == [State.CLOSED]
    assert story.agent.error.problem == "The master agent has refused to register gpObjects: duplicateRegistration."
    assert story.pdus[-1] == Close(reason=Reason.OTHER)


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_a_connection_is_lost_in_each_state(answers):
    story = Story()
    story.agent.begin()
    for _ in range(answers):
        story.answer()
    sent = len(story.sent)
    story.told.clear()
    story.agent.lost()
    story.agent.lost()
    assert (story.agent.state, story.told, len(story.sent)) == (State.CLOSED, [State.CLOSED], sent)


@pytest.mark.parametrize(("answers", "says_good_bye"), [(0, False), (1, True), (2, True)])
def test_a_sub_agent_stops_in_each_state(answers, says_good_bye):
    story = Story()
    story.agent.begin()
    for _ in range(answers):
        story.answer()
    story.told.clear()
    story.agent.stop()
    assert (story.pdus[-1] == Close(), story.told) == (says_good_bye, [])
    story.answer()
    assert story.agent.state is State.CLOSED


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_a_master_agent_ends_the_session_in_each_state(answers):
    story = Story()
    story.agent.begin()
    for _ in range(answers):
        story.answer()
    story.told.clear()
    sent = len(story.sent)
    # While there is no session yet its number is 0.
    story.say(Close(reason=Reason.BY_MANAGER), 77)
    assert story.told == []
    story.say(Close(reason=Reason.BY_MANAGER), 9 if answers else 0)
    assert (story.told, len(story.sent)) == ([State.CLOSED], sent)
    assert story.agent.error.problem == "The master agent has closed the session: byManager."


def test_an_answer_that_nobody_waits_for():
    story = Story()
    story.agent.begin()
    story.say(Response(error=Status.OPEN_FAILED), packet=77)
    assert story.agent.state == "opening"
    story.answer()
    # One that cannot be read is dropped in silence (RFC 2741, 7.2.2).
    (frame,) = Framer().feed(with_payload(18, b""))
    story.agent.receive(frame)
    assert story.agent.state == "registering"


def test_a_sub_agent_asks_whether_anybody_is_there():
    story, heard = Story().open(), []
    story.agent.ping(heard.append)
    story.answer()
    story.agent.ping(heard.append)
    story.answer(error=Status.NOT_OPEN)
    assert (story.pdus, heard) == ([Ping(), Ping()], [True, False])


def test_a_notification():
    story, heard = Story(), []
    assert not story.agent.notify((*ROOT, 0, 2), [])
    story.open()
    assert story.agent.notify((*ROOT, 0, 2), [((*HERE, 1, 1), text("down"))], heard.append)
    assert story.pdus == [
        Notify(varbinds=(VarBind(TRAP_OID, Value(Syntax.OID, (*ROOT, 0, 2))), VarBind((*HERE, 1, 1), text("down"))))
    ]
    story.answer(error=Status.PROCESSING_ERROR)
    assert heard == [Status.PROCESSING_ERROR]
    assert story.agent.notify((*ROOT, 0, 1), [])
    story.answer()


def test_every_row_of_the_machine_was_walked_and_it_draws_itself():
    states = {state for state, _ in SESSION.rows}
    assert states == {None, State.OPENING, State.REGISTERING, State.OPEN}
    assert SESSION.to_mermaid().startswith("stateDiagram-v2")


def near(*rest):
    return (*HERE, *rest)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        # RFC 2741, 7.2.3.2: the start counts itself only with `include`, the end never.
        (SearchRange(near(1, 1)), (near(1, 2), number(2))),
        (SearchRange(near(1, 1), (), True), (near(1, 1), number(1))),
        (SearchRange(near(1), (), True), (near(1, 1), number(1))),
        (SearchRange(near(), (), True), (near(1, 1), number(1))),
        (SearchRange(near(1, 1), near(1, 2)), (near(1, 1), END_OF_VIEW)),
        (SearchRange(near(1, 1), near(1, 2), True), (near(1, 1), number(1))),
        (SearchRange(near(1, 2), near(1, 2), True), (near(1, 2), END_OF_VIEW)),
        (SearchRange(near(1, 1), near(1, 2, 0)), (near(1, 2), number(2))),
        (SearchRange(near(1, 3), near(2)), (near(1, 3), END_OF_VIEW)),
        (SearchRange(near(1, 3)), (near(2, 0), text("last"))),
        (SearchRange(near(2, 0)), (near(2, 0), END_OF_VIEW)),
        (SearchRange(near(9), near(10), True), (near(9), END_OF_VIEW)),
        (SearchRange(()), (near(1, 1), number(1))),
    ],
)  # fmt: skip
def test_what_comes_next_in_a_range(wanted, found):
    assert Story().open().ask(GetNext(ranges=(wanted,))) == Response(varbinds=(VarBind(*found),))


def test_what_exactly_is_asked_for():
    asked = Get(ranges=(SearchRange(near(1, 2)), SearchRange(near(7))))
    assert Story().open().ask(asked) == Response(
        varbinds=(VarBind(near(1, 2), number(2)), VarBind(near(7), NO_SUCH_INSTANCE))
    )


def test_another_context_has_nothing():
    story = Story().open()
    (one,) = story.ask(Get(ranges=(SearchRange(near(1, 2)),), context=b"other")).varbinds
    assert one == VarBind(near(1, 2), NO_SUCH_OBJECT)
    (one,) = story.ask(GetNext(ranges=(SearchRange(near()),), context=b"other")).varbinds
    assert one == VarBind(near(), END_OF_VIEW)


@pytest.mark.parametrize(
    ("non_repeaters", "repetitions", "starts", "found"),
    [
        (0, 2, [near()], [near(1, 1), near(1, 2)]),
        (1, 2, [near(), near(1, 2)], [near(1, 1), near(1, 3), near(2, 0)]),
        (2, 5, [near(), near(1, 2)], [near(1, 1), near(1, 3)]),
        (0, 2, [near(), near(1, 2)], [near(1, 1), near(1, 3), near(1, 2), near(2, 0)]),
        # One row of ends is enough to know (RFC 2741, 7.2.3.3).
        (0, 9, [near(1, 3)], [near(2, 0), near(2, 0)]),
        (0, 0, [near()], []),
        (9, 9, [], []),
    ],
)
def test_again_and_again(non_repeaters, repetitions, starts, found):
    asked = GetBulk(non_repeaters=non_repeaters, max_repetitions=repetitions, ranges=tuple(map(SearchRange, starts)))
    answer = Story().open().ask(asked)
    assert [one.name for one in answer.varbinds] == found


def test_again_and_again_has_an_end(monkeypatch):
    monkeypatch.setattr("genesys_ports.agentx.sub_agent.MOST_ANSWERED", 20)
    many = Objects({near(place): number(place) for place in range(30)})
    asked = GetBulk(max_repetitions=65535, ranges=(SearchRange(near()), SearchRange(near())))
    assert len(Story(objects=many).open().ask(asked).varbinds) == 20


@pytest.mark.parametrize(
    ("asked", "error", "index"),
    [
        (TestSet(varbinds=(VarBind(near(1, 1), number(5)),)), Status.NOT_WRITABLE, 1),
        (TestSet(), Status.NO_ERROR, 0),
        (CommitSet(), Status.COMMIT_FAILED, 0),
        (UndoSet(), Status.UNDO_FAILED, 0),
        (Ping(), Status.PROCESSING_ERROR, 0),
        (Register(subtree=(1,)), Status.PROCESSING_ERROR, 0),
    ],
)
def test_nothing_can_be_changed(asked, error, index):
    assert Story().open().ask(asked) == Response(error=error, index=index)


def test_what_wants_no_answer():
    story = Story().open()
    story.say(CleanupSet())
    assert story.sent == []


@pytest.mark.parametrize("network", [True, False])
def test_the_answer_has_the_header_of_the_question(network):
    story = Story().open()
    raw = encode(Get(), session=9, transaction=6, packet=7, network=network)
    story.agent.receive(Framer().feed(raw)[0])
    (sent,) = story.sent
    assert sent.header[2:5] == (9, 6, 7)
    assert sent.header.network is network


def test_a_question_of_another_session_or_one_that_cannot_be_read():
    story = Story().open()
    assert story.ask(Get(), session=8) == Response(error=Status.NOT_OPEN)
    story.sent.clear()
    story.agent.receive(Framer().feed(with_payload(5, bytes(4)))[0])
    assert story.pdus == [Response(error=Status.PARSE_ERROR)]
    story.agent.stop()
    assert story.ask(Get()) == Response(error=Status.NOT_OPEN)


# --- who answers for what


@pytest.mark.parametrize(
    ("subtree", "found"),
    [((1, 2), (1, 3)), ((1, LARGEST_NUMBER), (2,)), ((LARGEST_NUMBER,), ()), ((), ())],
)  # fmt: skip
def test_what_comes_after_a_subtree(subtree, found):
    assert after(subtree) == found


def registry(*registrations):
    made = Registry()
    added = [made.add(one) for one in registrations]
    return made, added


def reg(owner, *subtree, priority=127, range_subid=0, upper_bound=0):
    return Registration(owner, subtree, priority, range_subid, upper_bound)


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        (reg("a", 1, 2), reg("b", 1, 2), False),
        (reg("a", 1, 2), reg("a", 1, 2), False),
        (reg("a", 1, 2), reg("b", 1, 2, priority=1), True),
        (reg("a", 1, 2), reg("b", 1, 2, 3), True),
        (reg("a", 1, 2), reg("b", 1, 3), True),
        (reg("a", 1, 2, range_subid=2, upper_bound=9), reg("b", 1, 5), False),
        (reg("a", 1, 2, range_subid=2, upper_bound=9), reg("b", 1, 10), True),
        (reg("a", 1, 2, 7, range_subid=2, upper_bound=9), reg("b", 1, 5, 7), False),
        (reg("a", 1, 2, 7, range_subid=2, upper_bound=9), reg("b", 1, 5, 8), True),
        (reg("a", 1, 2, 7, range_subid=2, upper_bound=9), reg("b", 1, 5, 1, range_subid=3, upper_bound=7), False),
    ],
)
def test_two_at_one_place(first, second, taken):
    made, added = registry(first, second)
    assert added == [True, taken]
    assert len(made) == 1 + taken


def test_the_longest_and_then_the_first_answers():
    made, _ = registry(reg("all", 1), reg("low", 1, 2), reg("high", 1, 2, priority=5), reg("deep", 1, 2, 3))
    assert [made.find(name).owner for name in [(1, 1), (1, 2, 2), (1, 2, 3), (1, 2, 3, 9)]] == [
        "all", "high", "deep", "deep",
    ]  # fmt: skip
    assert made.find((2,)) is None
    assert [reg("a", 1, 2).covers(name) for name in [(1,), (1, 2), (1, 2, 3), (1, 3)]] == [False, True, True, False]
    made.forget("high")
    assert made.find((1, 2)).owner == "low"
    assert [one.owner for one in made] == ["all", "low", "deep"]


def test_what_is_given_back():
    made, _ = registry(reg("a", 1, 2, range_subid=2, upper_bound=4), reg("b", 1))
    assert not made.remove(reg("b", 1, 2, range_subid=2, upper_bound=4))
    assert not made.remove(reg("a", 1, 2))
    assert not made.remove(reg("a", 1, 2, range_subid=2, upper_bound=4, priority=1))
    assert made.remove(reg("a", 1, 2, range_subid=2, upper_bound=4))
    assert len(made) == 1


small = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)


@st.composite
def registration_strategy(draw):
    subtree = draw(small)
    place = draw(st.integers(0, len(subtree)))
    upper = draw(st.integers(subtree[place - 1], 4)) if place else 0
    return Registration(draw(st.sampled_from("abc")), subtree, draw(st.integers(1, 2)), place, upper)


@given(st.lists(registration_strategy(), max_size=6), st.lists(st.integers(0, 4), max_size=4).map(tuple))
def test_regions_follow_each_other_without_a_gap(registrations, start):
    made, _ = registry(*registrations)
    # Every name near by, in order: who has it, and who the regions say has it.
    names = sorted({*product(range(5)), *product(range(5), range(5)), *product(range(5), range(4), range(4))})
    owners = {name: made.find(name) for name in names if name >= start}
    said = dict.fromkeys(owners)
    here = start
    while here is not None and (region := made.region(here)) is not None:
        begin, (registration, end) = region
        assert begin >= here
        assert not end or end > begin
        said |= {name: registration for name in owners if begin <= name and (not end or name < end)}
        here = end or None
    assert said == owners


# --- a master agent

OWN = Objects({UP_TIME: Value(Syntax.TICKS, 5), SYS_NAME: text("master")})


class World:
    """A master agent, its clock, and connections to it: everything that is sent goes through bytes."""

    def __init__(self):
        self.time = 0.0
        self.notified = []
        self.waits = 0
        self.master = Master(
            OWN,
            up_time=lambda: 42,
            now=lambda: self.time,
            waits=self.count,
            notified=lambda session, trap, variables: self.notified.append((session.description, trap, variables)),
        )
        self.on_their_way = []

    def count(self):
        self.waits += 1

    def connect(self, objects, *registrations):
        """A sub-agent of ours."""
        agent = SubAgent(
            objects, registrations, description="agent",
            send=lambda sent: self.on_their_way.append((peer.receive, sent.raw)), told=lambda: None,
        )  # fmt: skip
        peer = self.master.attach(lambda sent: self.on_their_way.append((agent.receive, sent.raw)))
        agent.begin()
        self.settle()
        return agent, peer

    def settle(self):
        while self.on_their_way:
            receive, raw = self.on_their_way.pop(0)
            for frame in Framer().feed(raw):
                receive(frame)

    def read(self, *oids):
        told = []
        self.master.read(oids, told.append)
        self.settle()
        return told

    def read_next(self, *oids):
        told = []
        self.master.read_next(oids, told.append)
        self.settle()
        return told

    def walk(self, start=(0,)):
        found = []
        while True:
            (((name, value),),) = self.read_next(start)
            if not value.is_there:
                assert (name, value) == (start, END_OF_VIEW)
                return found
            assert name > start
            found.append((name, value))
            start = name


class Caller:
    """Somebody who speaks AgentX by hand."""

    def __init__(self, world, *, network=True):
        self.heard = []
        self.network = network
        self.peer = world.master.attach(self.heard.append)

    def say(self, pdu, session=0, packet=7, transaction=0):
        raw = encode(pdu, session=session, packet=packet, transaction=transaction, network=self.network)
        before = len(self.heard)
        for frame in Framer().feed(raw):
            self.peer.receive(frame)
        return self.heard[before] if len(self.heard) > before else None

    def open(self, **details):
        return self.say(Open(**details)).header.session

    def answer(self, **response):
        """Answer what was asked last."""
        header = self.heard[-1].header
        return self.say(Response(**response), header.session, header.packet, header.transaction)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def caller(world):
    return Caller(world)


def test_a_session_begins(world, caller):
    sent = caller.say(Open(description=b"a", identifier=(1, 2), timeout=3), packet=5, transaction=6)
    assert (sent.pdu, sent.header[2:5]) == (Response(up_time=42), (1, 6, 5))
    assert caller.open(description=b"b") == 2
    assert [(one.number, one.description) for one in world.master.sessions] == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (Register(subtree=HERE), Status.NO_ERROR),
        (Register(subtree=HERE, range_subid=7, upper_bound=2**32 - 1), Status.NO_ERROR),
        (Register(subtree=HERE, range_subid=6, upper_bound=1000), Status.NO_ERROR),
        (Register(subtree=HERE, range_subid=6, upper_bound=1001), Status.PROCESSING_ERROR),
        (Register(subtree=HERE, range_subid=7, upper_bound=8), Status.PROCESSING_ERROR),
        (Register(subtree=HERE, range_subid=8, upper_bound=8), Status.PROCESSING_ERROR),
        (Register(subtree=()), Status.PROCESSING_ERROR),
        (Register(subtree=(1, 3, 6, 1, 2, 1, 1)), Status.REQUEST_DENIED),
        (Register(subtree=SYS_NAME), Status.REQUEST_DENIED),
        (Register(subtree=(1, 3, 6, 1, 2, 1)), Status.NO_ERROR),
        # Rows of subtrees, one of which is the system group or stands in it.
        (Register(subtree=(1, 3, 6, 1, 2, 1, 0), range_subid=7, upper_bound=5), Status.REQUEST_DENIED),
        (Register(subtree=(1, 3, 6, 1, 2, 0, 1, 5), range_subid=6, upper_bound=5), Status.REQUEST_DENIED),
        (Register(subtree=(1, 3, 6, 0, 2, 1, 1, 5), range_subid=4, upper_bound=5), Status.REQUEST_DENIED),
        (Register(subtree=(1, 3, 6, 1, 2, 2, 1, 5), range_subid=6, upper_bound=5), Status.NO_ERROR),
        (Register(subtree=HERE, context=b"other"), Status.UNSUPPORTED_CONTEXT),
        (Unregister(subtree=HERE), Status.UNKNOWN_REGISTRATION),
        (Ping(), Status.NO_ERROR),
        (Ping(context=b"other"), Status.UNSUPPORTED_CONTEXT),
        (Notify(), Status.PROCESSING_ERROR),
        (Notify(varbinds=(VarBind(UP_TIME, Value(Syntax.TICKS, 1)),)), Status.PROCESSING_ERROR),
        (Notify(varbinds=(VarBind(TRAP_OID, text("x")),)), Status.PROCESSING_ERROR),
        # Numbers and texts that AgentX has and SNMP has not: no trap could say them.
        (notified(Value(Syntax.OID, (1,))), Status.PROCESSING_ERROR),
        (notified(Value(Syntax.OID, (1, 40, 2))), Status.PROCESSING_ERROR),
        (notified(Value(Syntax.OID, (7, 7))), Status.PROCESSING_ERROR),
        (notified(COLD_START, VarBind((), number(1))), Status.PROCESSING_ERROR),
        (notified(COLD_START, VarBind((5, 5), number(1))), Status.PROCESSING_ERROR),
        (notified(COLD_START, VarBind(HERE, Value(Syntax.OID, (9, 9, 9)))), Status.PROCESSING_ERROR),
        (notified(COLD_START, VarBind(HERE, Value(Syntax.STRING, bytes(65_536)))), Status.PROCESSING_ERROR),
        (notified(COLD_START, VarBind(HERE, Value(Syntax.OID, (0, 0)))), Status.NO_ERROR),
        (AddAgentCaps(identifier=(1,)), Status.NO_ERROR),
        (RemoveAgentCaps(identifier=(1,)), Status.UNKNOWN_AGENT_CAPS),
        (IndexAllocate(), Status.INDEX_NONE_AVAILABLE),
        (IndexDeallocate(), Status.INDEX_NOT_ALLOCATED),
        (Get(), Status.PROCESSING_ERROR),
        (CommitSet(), Status.PROCESSING_ERROR),
        (Close(), Status.NO_ERROR),
    ],
)
def test_what_a_master_agent_answers(caller, asked, error):
    session = caller.open()
    sent = caller.say(asked, session, packet=8, transaction=9)
    assert (sent.pdu, sent.header[2:5]) == (Response(up_time=42, error=error), (session, 9, 8))
    # Nobody who has no session is told anything.
    assert caller.say(asked, session + 1).pdu.error == Status.NOT_OPEN


def test_what_is_registered_twice_and_given_back(caller):
    one, two = caller.open(), caller.open()
    errors = [
        caller.say(asked, session).pdu.error
        for session, asked in [
            (one, Register(subtree=HERE)), (two, Register(subtree=HERE)), (two, Register(subtree=HERE, priority=1)),
            (two, Unregister(subtree=HERE)), (one, Unregister(subtree=HERE)), (two, Register(subtree=HERE)),
        ]
    ]  # fmt: skip
    assert errors == [
        Status.NO_ERROR, Status.DUPLICATE_REGISTRATION, Status.NO_ERROR,
        Status.UNKNOWN_REGISTRATION, Status.NO_ERROR, Status.NO_ERROR,
    ]  # fmt: skip


def test_capabilities_come_and_go(caller):
    session = caller.open()
    for asked in (AddAgentCaps(identifier=(1,), description=b"x"), RemoveAgentCaps(identifier=(1,))):
        assert caller.say(asked, session).pdu.error == Status.NO_ERROR


def test_there_are_limits(world, caller, monkeypatch):
    monkeypatch.setattr("genesys_ports.agentx.session.MOST_REGISTERED", 2)
    monkeypatch.setattr("genesys_ports.agentx.session.MOST_SESSIONS", 3)
    session = caller.open()
    errors = [caller.say(Register(subtree=(*HERE, place)), session).pdu.error for place in range(3)]
    assert errors == [Status.NO_ERROR, Status.NO_ERROR, Status.REQUEST_DENIED]
    errors = [caller.say(AddAgentCaps(identifier=(place,)), session).pdu.error for place in range(3)]
    assert errors == [Status.NO_ERROR, Status.NO_ERROR, Status.REQUEST_DENIED]
    assert [caller.say(Open()).pdu.error for _ in range(3)] == [0, 0, Status.OPEN_FAILED]
    assert len(world.master.sessions) == 3


def test_what_a_master_agent_cannot_read(caller):
    for raw, error in [(with_payload(3, b""), Status.PARSE_ERROR), (with_payload(99, b""), Status.PARSE_ERROR)]:
        caller.peer.receive(Framer().feed(raw)[0])
        assert caller.heard[-1].pdu == Response(up_time=42, error=error)


@pytest.mark.parametrize("network", [True, False])
def test_the_byte_order_of_a_session_is_that_of_its_open(world, network):
    caller = Caller(world, network=network)
    session = caller.open()
    assert caller.heard[-1].header.network is network
    caller.say(Register(subtree=HERE), session)
    world.master.read([near(1)], lambda values: None)
    assert (caller.heard[-1].pdu, caller.heard[-1].header.network) == (Get(ranges=(SearchRange(near(1)),)), network)
    # Its answer may be in any order.
    caller.network = not network
    caller.answer(varbinds=(VarBind(near(1), number(1)),))
    caller.peer.close()
    assert (caller.heard[-1].pdu, caller.heard[-1].header.network) == (Close(), network)


def test_a_notification_arrives(world):
    agent, _ = world.connect(TABLE, Register(subtree=HERE))
    answers = []
    agent.notify((*ROOT, 0, 1), [(near(1, 1), text("up"))], answers.append)
    world.settle()
    assert (answers, world.notified) == ([0], [("agent", (*ROOT, 0, 1), [(near(1, 1), text("up"))])])


def test_a_notification_may_bring_its_time(world, caller):
    session = caller.open(description=b"x")
    trap = VarBind(TRAP_OID, Value(Syntax.OID, (1, 2)))
    caller.say(Notify(varbinds=(VarBind(UP_TIME, Value(Syntax.TICKS, 1)), trap)), session)
    assert world.notified == [("x", (1, 2), [])]


def test_the_system_group_is_the_masters_own(world):
    assert world.read(SYS_NAME) == [[text("master")]]
    assert world.read(near(1, 1)) == [[NO_SUCH_OBJECT]]
    assert world.read_next((1,)) == [[(UP_TIME, Value(Syntax.TICKS, 5))]]
    assert world.walk() == sorted(OWN.objects.items())
    assert world.read_next((9,)) == [[((9,), END_OF_VIEW)]]


def test_sub_agents_have_the_rest(world):
    world.connect(TABLE, Register(subtree=HERE))
    assert world.read(SYS_NAME, near(1, 2), near(1, 9), (9,)) == [
        [text("master"), number(2), NO_SUCH_INSTANCE, NO_SUCH_OBJECT]
    ]
    assert world.read_next(SYS_NAME, near(1, 2), near(2, 0)) == [
        [(near(1, 1), number(1)), (near(1, 3), number(3)), (near(2, 0), END_OF_VIEW)]
    ]
    assert world.walk() == [*sorted(OWN.objects.items()), *sorted(TABLE.objects.items())]
    assert world.read() == [[]]


def test_nothing_comes_after_the_last_subtree_of_all(world):
    world.connect(Objects({}), Register(subtree=(LARGEST_NUMBER,)))
    assert world.read_next((9,)) == [[((9,), END_OF_VIEW)]]


def test_a_sub_agent_is_asked_once_for_all_its_objects(world, caller):
    session = caller.open()
    caller.say(Register(subtree=HERE), session)
    told = []
    world.master.read([near(1), SYS_NAME, near(2)], told.append)
    assert caller.heard[-1].pdu == Get(ranges=(SearchRange(near(1)), SearchRange(near(2))))
    assert caller.heard[-1].header.transaction == 1
    caller.answer(varbinds=(VarBind(near(1), number(1)), VarBind(near(2), number(2))))
    assert told == [[number(1), text("master"), number(2)]]


def test_a_sub_agent_that_has_gone_takes_its_registrations_along(world):
    agent, peer = world.connect(TABLE, Register(subtree=HERE))
    assert world.read(near(1, 2)) == [[number(2)]]
    world.master.detach(peer)
    world.master.detach(peer)
    assert (world.read(near(1, 2)), world.master.sessions) == ([[NO_SUCH_OBJECT]], ())
    again, _ = world.connect(TABLE, Register(subtree=HERE))
    assert world.read(near(1, 2)) == [[number(2)]]
    again.stop()
    world.settle()
    assert world.read(near(1, 2)) == [[NO_SUCH_OBJECT]]
    assert (agent.state, again.state) == (State.OPEN, State.CLOSED)


def test_a_master_agent_says_good_bye(world):
    agent, _ = world.connect(TABLE, Register(subtree=HERE))
    world.master.close()
    world.settle()
    assert (agent.state, agent.error.problem) == (
        State.CLOSED,
        "The master agent has closed the session: shutdown.",
    )


OTHER = Objects({(*HERE, 1, 2): text("other"), (*HERE, 1, 9): text("hidden")})


def test_a_row_of_another_sub_agent_inside_a_table(world):
    world.connect(TABLE, Register(subtree=HERE))
    world.connect(OTHER, Register(subtree=(*HERE, 1, 2)))
    assert world.walk(near()) == [
        (near(1, 1), number(1)), (near(1, 2), text("other")), (near(1, 3), number(3)), (near(2, 0), text("last")),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.lists(registration_strategy(), max_size=3),
            st.dictionaries(small, st.integers(0, 9).map(number), max_size=8),
        ),
        max_size=3,
    )
)
def test_a_walk_finds_what_each_sub_agent_has_in_its_own_regions(agents):
    world = World()
    for registrations, objects in agents:
        wanted = [
            Register(
                subtree=(*HERE, *one.subtree), priority=one.priority, upper_bound=one.upper_bound,
                range_subid=one.range_subid + len(HERE) if one.range_subid else 0,
            )
            for one in registrations
        ]  # fmt: skip
        world.connect(Objects({(*HERE, *name): value for name, value in objects.items()}), *wanted)
    expected = {}
    for number_, (_, objects) in enumerate(agents, 1):
        for name, value in objects.items():
            found = world.master.registry.find((*HERE, *name))
            if found is not None and found.owner is not None and found.owner.number == number_:
                expected[(*HERE, *name)] = value
    assert world.walk(HERE) == sorted(expected.items())
    for name, value in expected.items():
        assert world.read(name) == [[value]]


# --- sub-agents that do not behave


@pytest.fixture
def silent(world, caller):
    """One that has registered, and waits for what we let it say."""
    caller.say(Register(subtree=HERE), caller.open())
    return caller


def told_by(world, *oids, what="read"):
    told = []
    getattr(world.master, what)(oids or [near(1)], told.append)
    return told


@pytest.mark.parametrize(
    ("what", "response"),
    [
        ("read", Response(error=Status.GEN_ERR, index=1)),
        ("read", Response(error=Status.NOT_OPEN)),
        ("read", Response()),
        ("read", Response(varbinds=(VarBind(near(2), number(1)),))),
        ("read", Response(varbinds=(VarBind(near(1), number(1)),) * 2)),
        # What SNMP has no words for.
        ("read", Response(varbinds=(VarBind(near(1), Value(Syntax.OID, (9, 9))),))),
        ("read", Response(varbinds=(VarBind(near(1), Value(Syntax.STRING, bytes(65_536))),))),
        ("read_next", Response(varbinds=(VarBind(near(1, *[1] * 128), number(1)),))),
        ("read_next", Response(error=Status.PARSE_ERROR)),
        ("read_next", Response()),
        # A walk must never stand still, go back, or leave the region.
        ("read_next", Response(varbinds=(VarBind(near(1), number(1)),))),
        ("read_next", Response(varbinds=(VarBind(near(0), number(1)),))),
        ("read_next", Response(varbinds=(VarBind((2,), number(1)),))),
    ],
)
def test_an_answer_that_is_none(world, silent, what, response):
    told = told_by(world, what=what)
    header = silent.heard[-1].header
    silent.say(response, header.session, header.packet)
    assert told == [None]


def test_an_answer_that_cannot_be_read(world, silent):
    told = told_by(world)
    header = silent.heard[-1].header
    raw = bytearray(with_payload(18, b""))
    raw[7], raw[15] = header.session, header.packet
    silent.peer.receive(Framer().feed(bytes(raw))[0])
    assert told == [None]


def test_no_answer_in_time(world, silent):
    told = told_by(world)
    assert (world.master.due(), world.waits) == (TIMEOUT, 1)
    world.time = TIMEOUT / 2
    world.master.advance()
    assert told == []
    world.time = TIMEOUT
    world.master.advance()
    assert (told, world.master.due()) == ([None], None)
    # What comes too late counts no more.
    silent.answer(varbinds=(VarBind(near(1), number(1)),))
    again = told_by(world)
    silent.answer(varbinds=(VarBind(near(1), number(1)),))
    assert (told, again) == ([None], [[number(1)]])


def test_three_times_no_answer(world, silent):
    told = [told_by(world) for _ in range(MISSED + 2)]
    for passed in range(1, MISSED + 1):
        world.time += TIMEOUT
        world.master.advance()
        assert sum(map(bool, told)) == (passed if passed < MISSED else MISSED + 2)
    assert silent.heard[-1].pdu == Close(reason=Reason.TIMEOUTS)
    assert (world.master.sessions, world.read(near(1))) == ((), [[NO_SUCH_OBJECT]])
    said = len(silent.heard)
    silent.peer.close()
    assert len(silent.heard) == said


def test_an_answer_in_time_makes_up_for_it(world, silent):
    for _ in range(2 * MISSED):
        told = told_by(world)
        world.time += TIMEOUT
        world.master.advance()
        assert told == [None]
        told = told_by(world)
        silent.answer(varbinds=(VarBind(near(1), number(1)),))
        assert told == [[number(1)]]
    assert len(world.master.sessions) == 1


@pytest.mark.parametrize(
    ("opened", "registered", "due"),
    [(0, 0, TIMEOUT), (5, 0, 5), (0, 7, 7), (5, 7, 7)],
)
def test_a_sub_agent_may_ask_for_more_time(world, caller, opened, registered, due):
    session = caller.open(timeout=opened)
    caller.say(Register(subtree=HERE, timeout=registered), session)
    told_by(world)
    assert world.master.due() == due


def test_one_question_at_a_time(world, silent):
    first, second = told_by(world, near(1)), told_by(world, near(2))
    assert [sent.pdu for sent in silent.heard if isinstance(sent.pdu, Get)] == [Get(ranges=(SearchRange(near(1)),))]
    silent.answer(varbinds=(VarBind(near(1), number(1)),))
    assert (first, second) == ([[number(1)]], [])
    silent.answer(varbinds=(VarBind(near(2), number(2)),))
    assert second == [[number(2)]]


@pytest.mark.parametrize("asked", ["read", "read_next"])
def test_it_dies_while_somebody_waits(world, silent, asked):
    told = [told_by(world, what=asked) for _ in range(3)]
    world.master.detach(silent.peer)
    assert told == [[None]] * 3
    assert world.master.due() is None


def test_it_dies_between_two_steps_of_a_search(world, silent):
    world.connect(Objects({}), Register(subtree=(*HERE, 5)))
    told = told_by(world, near(1), near(7), what="read_next")
    # It is asked for both at once; before it comes to the second step, it is gone.
    world.master.sessions[0].end()
    world.settle()
    assert told == [None]


def test_too_many_wait(world, silent):
    told = [told_by(world) for _ in range(WAITING + 2)]
    assert told[-1] == [None]
    assert told[-2] == []


def test_an_answer_for_another_session(world, silent):
    told = told_by(world)
    header = silent.heard[-1].header
    silent.say(Response(varbinds=(VarBind(near(1), number(1)),)), header.session + 1, header.packet)
    silent.say(Response(varbinds=(VarBind(near(1), number(1)),)), header.session, header.packet + 1)
    assert told == []


def test_sessions_of_one_connection_are_independent(world, caller):
    one, two = caller.open(), caller.open()
    caller.say(Register(subtree=near(1)), one)
    caller.say(Register(subtree=near(2)), two)
    caller.say(Close(), one)
    assert [session.number for session in world.master.sessions] == [two]
    assert world.master.registry.find(near(1)) is None
    assert world.master.registry.find(near(2)).owner.number == two


def test_types_and_names_are_those_of_the_standard():
    # RFC 2741, section 6.1
    assert [kind.__name__ for kind in sorted(KINDS, key=lambda kind: kind.TYPE)] == [
        "Open", "Close", "Register", "Unregister", "Get", "GetNext", "GetBulk", "TestSet", "CommitSet", "UndoSet",
        "CleanupSet", "Notify", "Ping", "IndexAllocate", "IndexDeallocate", "AddAgentCaps", "RemoveAgentCaps",
        "Response",
    ]  # fmt: skip
    assert sorted(kind.TYPE for kind in KINDS) == list(range(1, 19))
    assert pack(Ping()).pdu.name == "Ping"
