"""Managed objects: names and numbers, the tree in its order, answers by the standard, and the MIB file beside them."""

import re
import subprocess
from bisect import bisect_right
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.model import Purpose, Transport
from genesys_ports.snmp.answer import MOST_BINDINGS, Answer, Operation, Question, Status, answer, size_of
from genesys_ports.snmp.names import MIB, MIB_OPTIONS, OBJECTS, ROOT, TABLES, enumeration, name_of, oid_of, text_of
from genesys_ports.snmp.objects import (
    END_OF_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    ApplicationFacts,
    AppState,
    ConnectionFacts,
    PortFacts,
    Syntax,
    SystemFacts,
    Value,
)
from genesys_ports.snmp.telling import asked_name, bindings_text, report_name, response_name
from genesys_ports.snmp.tree import Tree, display_string
from genesys_ports.state import ConnectionStatus, PortStatus
from tests.helpers import PATIENCE, net_snmp, tool

SYSTEM = SystemFacts("Message Server", "message_server", lambda: 4_200, location="framework-host")
DEFAULT = PortFacts("default", 5150, Transport.TCP, Purpose.COMMUNICATION, PortStatus.LISTENING)
MEDIA = PortFacts("rtp", 20_000, Transport.UDP, Purpose.MEDIA, PortStatus.CLOSED, last=20_099)
LCA = ConnectionFacts("lca", "4999/tcp", ConnectionStatus.CONNECTED)
FIRST = ApplicationFacts(
    2, "message_server", "Message Server", "framework-host", AppState.RUNNING, 4_200, (DEFAULT, MEDIA), (LCA,), 3, 7, 9
)
SECOND = ApplicationFacts(5, "idle", state=AppState.STOPPED)
THIRD = ApplicationFacts(9, "stat_server", state=AppState.OVERLOADED, ports=(DEFAULT,), connections=(LCA, LCA))


def tree(*applications):
    return Tree(SYSTEM, lambda: applications)


def walk(objects, oid=(0,)):
    found = []
    while following := objects.next(oid):
        oid = following[0]
        found.append(following)
    return found


def known(name):
    """The number of what certainly has one."""
    oid = oid_of(name)
    assert oid is not None
    return oid


# --- names


@pytest.mark.parametrize(
    ("name", "oid"),
    [
        ("sysName.0", (1, 3, 6, 1, 2, 1, 1, 5, 0)),
        ("SNMPv2-MIB::sysName.0", (1, 3, 6, 1, 2, 1, 1, 5, 0)),
        (" system ", (1, 3, 6, 1, 2, 1, 1)),
        (".1.3.6.1", (1, 3, 6, 1)),
        ("1.3", (1, 3)),
        ("gpPortState.4.1", (*ROOT, 1, 2, 1, 7, 4, 1)),
        ("GENESYS-PORTS-MIB::gsServerUpTrap", (*ROOT, 0, 1)),
        ("gpPortEntry", (*ROOT, 1, 2, 1)),
        ("sysName.4294967295", (1, 3, 6, 1, 2, 1, 1, 5, 4294967295)),
        ("sysName.4294967296", None),
        ("sysname.0", None),
        ("sysName.", None),
        ("sysName.-1", None),
        ("nothing", None),
        ("", None),
        ("1." * 128 + "1", None),
        # The first two numbers are bounded (X.660, section 7.6); each branch is a number by itself, too.
        ("iso", (1,)),
        ("2", (2,)),
        ("2.999", (2, 999)),
        ("3", None),
        ("1.40", None),
        ("5.5.5", None),
        ("sysName.٣", None),
    ],
)
def test_names(name, oid):
    assert oid_of(name) == oid


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ((1, 3, 6, 1, 2, 1, 1, 5, 0), "sysName.0"),
        ((1, 3, 6, 1, 2, 1, 1), "system"),
        ((*ROOT, 1, 3, 1, 4, 2, 1), "gpConnectionState.2.1"),
        ((*ROOT, 99), "genesysPortsMIB.99"),
        ((1, 3, 6, 1), "1.3.6.1"),
        ((2, 5), "2.5"),
        ((), ""),
    ],
)
def test_names_of_numbers(oid, name):
    assert name_of(oid) == name


@given(st.sampled_from(sorted(OBJECTS)), st.lists(st.integers(0, 2**32 - 1), max_size=4))
def test_a_name_comes_back(name, index):
    oid = (*OBJECTS[name].oid, *index)
    assert oid_of(name_of(oid)) == oid


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (Value(Syntax.STRING, b"message_server"), None, "message_server"),
        (Value(Syntax.STRING, b"\x80\x1f"), None, "0x80 1f"),
        (Value(Syntax.OPAQUE, b"ab"), None, "0x61 62"),
        (Value(Syntax.ADDRESS, bytes([10, 0, 0, 1])), None, "10.0.0.1"),
        (Value(Syntax.OID, (*ROOT, 0, 1)), None, "gsServerUpTrap"),
        (Value(Syntax.TICKS, 9_000_042), None, "1:01:00:00.42"),
        (Value(Syntax.COUNTER, 7), None, "7"),
        (Value(Syntax.INTEGER, 1), "gpApplicationState.4", "running(1)"),
        (Value(Syntax.INTEGER, 99), "gpApplicationState.4", "99"),
        (Value(Syntax.INTEGER, 1), "sysServices.0", "1"),
        (Value(Syntax.INTEGER, 1), None, "1"),
        (Value(Syntax.NULL), None, "null"),
        (NO_SUCH_OBJECT, None, "no such object"),
        (NO_SUCH_INSTANCE, None, "no such instance"),
        (END_OF_VIEW, None, "nothing comes after it"),
    ],
)
def test_texts(value, name, text):
    assert text_of(value, known(name) if name else None) == text


# --- the tree


def test_a_walk_tells_everything_in_order():
    found = walk(tree(FIRST, SECOND, THIRD))
    assert [oid for oid, _ in found] == sorted({oid for oid, _ in found})
    told = {name_of(oid): text_of(value, oid) for oid, value in found}
    assert told["sysDescr.0"] == "Message Server"
    assert told["sysObjectID.0"] == "gpAgent"
    assert told["sysUpTime.0"] == "0:00:00:42.00"
    assert told["sysServices.0"] == "72"
    assert told["gpApplicationName.2"] == "message_server"
    assert [told[f"gpApplicationState.{index}"] for index in (2, 5, 9)] == ["running(1)", "stopped(3)", "overloaded(2)"]
    assert [told[f"gpApplication{what}.2"] for what in ("Ports", "Connections", "Clients", "Sent", "Received")] == [
        "2", "1", "3", "7", "9",
    ]  # fmt: skip
    assert [told[f"gpPort{what}.2.2"] for what in ("Id", "Number", "LastNumber", "Transport", "Purpose", "State")] == [
        "rtp", "20000", "20099", "udp(2)", "media(6)", "closed(1)",
    ]  # fmt: skip
    assert told["gpPortLastNumber.2.1"] == "5150"
    assert told["gpConnectionPort.9.2"] == "4999/tcp"
    assert told["gpConnectionState.9.2"] == "connected(2)"
    assert len(found) == 7 + 3 * 10 + 3 * 6 + 3 * 3


OIDS = [oid for oid, _ in walk(tree(FIRST, SECOND, THIRD))]
NEAR = st.one_of(
    st.lists(st.integers(0, 2**32 - 1), max_size=16),
    st.tuples(st.sampled_from(OIDS), st.integers(0, 16), st.lists(st.integers(0, 10), max_size=3)).map(
        lambda three: [*three[0][: three[1]], *three[2]]
    ),
)


@given(NEAR.map(tuple))
def test_next_is_the_first_behind_it(oid):
    at = bisect_right(OIDS, oid)
    following = tree(FIRST, SECOND, THIRD).next(oid)
    assert (following and following[0]) == (OIDS[at] if at < len(OIDS) else None)


@given(NEAR.map(tuple))
def test_get_finds_what_a_walk_finds(oid):
    objects = tree(FIRST, SECOND, THIRD)
    assert (objects.get(oid) is not None) == (oid in OIDS)
    if oid in OIDS:
        assert objects.get(oid) == objects.look(oid) == objects.next((*oid[:-1], oid[-1] - 1))[1] or oid[-1] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sysName", NO_SUCH_INSTANCE),
        ("sysName.1", NO_SUCH_INSTANCE),
        ("sysName.0.0", NO_SUCH_INSTANCE),
        ("gpApplicationName.3", NO_SUCH_INSTANCE),
        ("gpApplicationName.2.1", NO_SUCH_INSTANCE),
        ("gpPortId.2.3", NO_SUCH_INSTANCE),
        ("gpPortId.2.0", NO_SUCH_INSTANCE),
        ("gpPortIndex.2.1", NO_SUCH_OBJECT),
        ("system", NO_SUCH_OBJECT),
        ("system.8.0", NO_SUCH_OBJECT),
        ("gpPortTable", NO_SUCH_OBJECT),
        ("1.3", NO_SUCH_OBJECT),
    ],
)
def test_what_is_not_there(name, value):
    assert tree(FIRST).look(known(name)) is value
    assert tree(FIRST).get(known(name)) is None


def test_a_tree_without_applications_has_the_system_group():
    assert [name_of(oid) for oid, _ in walk(tree())][-1] == "sysServices.0"


def test_only_what_is_asked_for_is_looked_up():
    class Counted(Sequence[ApplicationFacts]):
        def __init__(self):
            self.looked = 0

        def __len__(self):
            return 100_000

        def __getitem__(self, at):
            self.looked += 1
            return ApplicationFacts(at + 1, "name", ports=(DEFAULT,))

    counted = Counted()
    objects = Tree(SYSTEM, lambda: counted)
    assert objects.get(known("sysName.0"))
    assert counted.looked == 0
    assert objects.get(known("gpPortNumber.77777.1")) == Value(Syntax.GAUGE, 5150)
    assert objects.next(known("gpApplicationName.50000"))[0] == known("gpApplicationName.50001")
    assert objects.next(known("gpPortNumber.100000.1"))[0] == known("gpPortLastNumber.1.1")
    assert counted.looked < 100


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("message_server", b"message_server"),
        ("servidor_São_Paulo", b"servidor_S?o_Paulo"),
        ("a\r\nb\x00\x1b[1m", b"a??b??[1m"),
        ("x" * 300, b"x" * 255),
        ("\ud800", b"?"),
    ],
)
def test_texts_from_a_plan_are_sanitised(text, told):
    assert display_string(text) == Value(Syntax.STRING, told)


def test_numbers_stay_in_their_bounds():
    grown = ApplicationFacts(1, "a", started=2**32 + 5, clients=2**40, sent=2**32 + 1)
    told = {name_of(oid): value.value for oid, value in walk(tree(grown))}
    assert told["gpApplicationUpTime.1"] == 5
    assert told["gpApplicationClients.1"] == 2**32 - 1
    assert told["gpApplicationSent.1"] == 1


# --- answers


def ask(operation, *names, objects=None, limit=1_000, once=0, again=0, v1=False):
    told = []
    oids = tuple(known(name) for name in names)
    answer(Question(operation, oids, limit, once, again, v1), objects or tree(FIRST, SECOND, THIRD), told.append)
    (only,) = told
    return only


def blamed(found):
    return found.status, found.index


def names_in(found):
    return [name_of(oid) for oid, _ in found.bindings]


def test_get():
    found = ask(Operation.GET, "sysName.0", "gpPortId.2.9", "1.3")
    assert found.status is Status.NO_ERROR
    assert [value for _, value in found.bindings] == [
        Value(Syntax.STRING, b"message_server"), NO_SUCH_INSTANCE, NO_SUCH_OBJECT,
    ]  # fmt: skip


def test_get_in_version_1_blames_the_first_that_is_not_there():
    found = ask(Operation.GET, "sysName.0", "gpPortId.2.9", "1.3", v1=True)
    assert (found.status, found.index) == (Status.NO_SUCH_NAME, 2)
    assert names_in(found) == ["sysName.0", "gpPortId.2.9", "1.3"]


def test_next():
    found = ask(Operation.NEXT, "sysName", "sysServices.0", "2.5")
    assert names_in(found) == ["sysName.0", "gpApplicationName.2", "2.5"]
    assert found.bindings[2][1] is END_OF_VIEW


def test_next_in_version_1_ends_with_an_error():
    assert blamed(ask(Operation.NEXT, "gpConnectionState.9.2", v1=True)) == (Status.NO_SUCH_NAME, 1)
    assert names_in(ask(Operation.NEXT, "sysName", v1=True)) == ["sysName.0"]


class Wide:
    """Every second object is a Counter64; the last one, too."""

    def __init__(self, most):
        self.most = most

    def read(self, oids, told):
        told([Value(Syntax.COUNTER64, 1)] * len(oids))

    def read_next(self, oids, told):
        told([self.following(oid) for oid in oids])

    def following(self, oid):
        number = oid[-1] + 1
        kind = Syntax.COUNTER64 if number % 2 else Syntax.COUNTER
        return ((1, number), Value(kind, number)) if number <= self.most else (oid, END_OF_VIEW)


def test_version_1_has_no_counters_of_64_bits():
    assert blamed(ask(Operation.GET, "1.5", objects=Wide(9), v1=True)) == (Status.NO_SUCH_NAME, 1)
    assert ask(Operation.NEXT, "1.4", "1.3", objects=Wide(9), v1=True).bindings == (
        ((1, 6), Value(Syntax.COUNTER, 6)),
        ((1, 4), Value(Syntax.COUNTER, 4)),
    )
    assert blamed(ask(Operation.NEXT, "1.8", objects=Wide(9), v1=True)) == (Status.NO_SUCH_NAME, 1)
    assert names_in(ask(Operation.NEXT, "1.8", objects=Wide(9))) == ["1.9"]


def test_bulk_tells_a_table_row_by_row():
    found = ask(Operation.BULK, "sysUpTime", "gpPortId", "gpPortNumber", once=1, again=3)
    assert names_in(found) == [
        "sysUpTime.0", "gpPortId.2.1", "gpPortNumber.2.1", "gpPortId.2.2", "gpPortNumber.2.2", "gpPortId.9.1",
        "gpPortNumber.9.1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("once", "again", "names"),
    [
        (0, 0, []),
        (-5, -5, []),
        (1, 0, ["sysName.0"]),
        (9, 5, ["sysName.0"]),
        (0, 2, ["sysName.0", "sysLocation.0"]),
    ],
)
def test_bulk_at_its_edges(once, again, names):
    assert names_in(ask(Operation.BULK, "sysName", once=once, again=again)) == names


def test_bulk_that_has_no_room_even_for_those_asked_once():
    assert ask(Operation.BULK, "sysDescr", "sysName", once=2, again=5, limit=10) == Answer(Status.NO_ERROR)


def test_bulk_ends_where_everything_has_ended():
    found = ask(Operation.BULK, "gpConnectionState.9.1", again=2_147_483_647)
    assert names_in(found) == ["gpConnectionState.9.2", "gpConnectionState.9.2"]
    assert found.bindings[1][1] is END_OF_VIEW


def test_bulk_is_bounded_in_bytes_and_in_number():
    many = tree(*(ApplicationFacts(index, f"application_{index}") for index in range(1, 400)))
    found = ask(Operation.BULK, "gpApplicationTable", objects=many, again=2_147_483_647)
    assert 10 < len(found.bindings) < 40
    assert sum(size_of(one) for one in found.bindings) <= 1_000
    found = ask(Operation.BULK, "gpApplicationTable", objects=many, again=2_147_483_647, limit=10**9)
    assert len(found.bindings) == MOST_BINDINGS


@pytest.mark.parametrize("operation", [Operation.GET, Operation.NEXT])
def test_what_does_not_fit_is_too_big(operation):
    assert ask(operation, "sysName.0", limit=10) == Answer(Status.TOO_BIG)
    found = ask(operation, "sysName.0", limit=10, v1=True)
    assert (found.status, found.index, names_in(found)) == (Status.TOO_BIG, 0, ["sysName.0"])


@pytest.mark.parametrize("operation", [Operation.GET, Operation.NEXT, Operation.BULK])
def test_too_many_names_are_too_big(operation):
    assert ask(operation, *["sysName.0"] * (MOST_BINDINGS + 1), limit=10**9) == Answer(Status.TOO_BIG)


@pytest.mark.parametrize("operation", list(Operation))
def test_nothing_asked_nothing_told(operation):
    assert ask(operation) == Answer(Status.NO_ERROR)


@pytest.mark.parametrize(("v1", "status"), [(False, Status.NO_ACCESS), (True, Status.NO_SUCH_NAME)])
def test_set_is_refused(v1, status):
    found = ask(Operation.SET, "sysName.0", "1.3", v1=v1)
    assert (found.status, found.index, names_in(found)) == (status, 1, ["sysName.0", "1.3"])


@given(st.lists(st.sampled_from(OIDS), max_size=5), st.integers(0, 2_000), st.integers(-1, 6), st.integers(-1, 500))
def test_a_bulk_answer_always_fits(oids, limit, once, again):
    told = []
    answer(Question(Operation.BULK, tuple(oids), limit, once, again), tree(FIRST, SECOND, THIRD), told.append)
    assert len(told) == 1
    sizes: list[int] = [size_of(one) for one in told[0].bindings]
    assert sum(sizes) <= limit


# --- how datagrams are called


def test_names_of_datagrams():
    many = [known(name) for name in ("sysName.0", "sysDescr.0", "sysUpTime.0", "sysContact.0", "sysLocation.0")]
    assert asked_name(Operation.GET, many[:1]) == "get sysName.0"
    assert asked_name(Operation.BULK, many) == "getbulk sysName.0, sysDescr.0, sysUpTime.0, and 2 more"
    assert asked_name(Operation.NEXT, []) == "getnext"
    assert response_name() == "response"
    assert response_name(6) == "response noAccess"
    assert response_name(99) == "response 99"
    assert report_name([(known("usmStatsWrongDigests.0"), Value(Syntax.COUNTER, 1))]) == (
        "report usmStatsWrongDigests.0"
    )


def test_a_time_is_not_told():
    found = ask(Operation.GET, "sysUpTime.0", "sysName.0", "gpApplicationState.2")
    assert bindings_text(found.bindings) == (
        "sysUpTime.0, sysName.0 = message_server, gpApplicationState.2 = running(1)"
    )


def test_long_texts_are_cut():
    said = bindings_text([(known("sysDescr.0"), Value(Syntax.STRING, b"x" * 200))])
    assert said == f"sysDescr.0 = {'x' * 66}…"


# --- the MIB file


def translated(*arguments):
    done = subprocess.run(
        [tool("snmptranslate"), *MIB_OPTIONS, "-Pu", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=net_snmp(),
    )
    assert done.stderr == ""
    return done.stdout


#: What Net-SNMP calls our syntaxes.
KINDS = {
    Syntax.STRING: "String", Syntax.INTEGER: "EnumVal", Syntax.TICKS: "TimeTicks", Syntax.GAUGE: "Gauge",
    Syntax.COUNTER: "Counter",
}  # fmt: skip


def test_the_mib_file_says_what_the_tree_says():
    drawn = translated("-Tp", "-IR", "gpObjects")
    columns = re.findall(r"\+-- (\S+) +(\S+) +(\w+)\((\d+)\)\n(?:[ |]+(?:Textual.*\n))?(?:[ |]+Values: (.*))?", drawn)
    in_mib = {name: (access, kind, int(number), labels) for access, kind, name, number, labels in columns}
    ours = [column for table in TABLES.values() for column in table.columns]
    assert list(in_mib) == [*(one.name for one in ours), "gsServersLastTrap", "tsLastChangedLinkStatus"]
    for one in ours:
        access, kind, number, labels = in_mib[one.name]
        assert number == one.oid[-1]
        assert access == ("----" if one.is_index else "-R--")
        assert kind == ("Unsigned" if one.is_index else KINDS[one.syntax])
        # A long list goes on in further lines.
        assert labels.split(", ")[0] == next((f"{label}({n})" for n, label in one.labels.items()), "")
    indices = re.findall(r"(\w+)Entry\(1\)\n[ |]+Index: (.*)", drawn)
    assert {name: tuple(index.split(", ")) for name, index in indices} == {
        name.removesuffix("Table"): table.index for name, table in TABLES.items()
    }


@pytest.mark.parametrize("name", ["gpApplicationState", "gpPortTransport", "gpPortPurpose", "gpPortState",
                                  "gpConnectionState"])  # fmt: skip
def test_the_mib_file_has_our_words(name):
    detail = " ".join(translated("-Td", "-IR", name).split())
    labels = ", ".join(f"{label}({number})" for number, label in OBJECTS[name].labels.items())
    assert f"INTEGER {{{labels}}}" in detail


def test_the_mib_file_has_our_numbers():
    lines = translated("-Tl", "-IR", "-On").splitlines()
    numbers = {}
    for line in lines:
        parts = re.findall(r"\.([\w-]+)\((\d+)\)", line)
        numbers[parts[-1][0]] = tuple(int(number) for _, number in parts)
    named = ["gsServerUpTrap", "gsServerDownTrap", "tsLinkStatusTrap", "gpAgent", "system", "netSnmpPlaypen",
             "snmpTrapEnterprise", "coldStart", "authenticationFailure"]  # fmt: skip
    ours = [name for name in OBJECTS if not name.startswith(("usm", "snmpUn", "snmpInv"))]
    assert {name: numbers[name] for name in [*named, *ours]} == {name: known(name) for name in [*named, *ours]}


def test_the_mib_file_has_short_lines():
    for file in MIB.parent.glob("*.txt"):
        text = file.read_text("ascii")
        assert max(map(len, text.splitlines())) <= 80, file.name
        assert "\t" not in text


def test_enumerations():
    assert enumeration(PortStatus.LISTENING) == 2
    assert OBJECTS["gpPortPurpose"].labels[enumeration(Purpose.CTI_LINK)] == "ctiLink"
