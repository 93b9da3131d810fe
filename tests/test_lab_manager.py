"""Asking applications over SNMP, as a network management system does: what comes back, and what silence means."""

import asyncio
import contextlib
import errno
import re
import socket
import subprocess
from random import Random

import pytest
from pysnmp.entity.rfc3413.cmdgen import CommandGenerator
from pysnmp.proto import errind
from pysnmp.proto.error import StatusInformation

from genesys_ports import Lab
from genesys_ports.errors import (
    InvalidValueError,
    NoSnmpPortError,
    NotRunningError,
    SnmpRefusedError,
    SnmpSilentError,
    TooManyPortsError,
    UnknownApplicationError,
    UnknownObjectError,
    UnknownPortIdError,
)
from genesys_ports.lab.asker import Asker
from genesys_ports.lab.reading import Reading
from genesys_ports.lab.snmp_messages import SNMP, Packet, decode, encode
from genesys_ports.lab.snmp_secure import Secure
from genesys_ports.lab.snmp_users import User
from genesys_ports.snmp.objects import END_OF_VIEW, Syntax, Value
from genesys_ports.trace import Kind
from tests.helpers import HEADER, PATIENCE, known, net_snmp, read, tool

ROWS = (
    "framework-host,stat_server,Stat Server,default,2060,tcp,communication,,message_server:default; nms:traps\n"
    "framework-host,message_server,Message Server,default,5150,tcp,communication,,nms:traps\n"
    "framework-host,message_server,,management,5161,udp,management,,\n"
    "nms-host,nms,Network Management System,traps,10162,udp,management,,message_server:management\n"
    "nms-host,snmp_master_agent,SNMP Master Agent,snmp,10161,udp,management,,\n"
)
MS = "message_server"
MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return read(HEADER + ROWS)


@pytest.fixture
async def lab(plan):
    async with await Lab.open(plan) as lab:
        await lab.start("nms", MS, "stat_server")
        yield lab


@pytest.fixture
async def alone(plan):
    """Nobody runs but the network management system."""
    async with await Lab.open(plan) as lab:
        await lab.start("nms")
        yield lab


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.asker.LIMIT", 0.1)


def steps(lab):
    return [(one.name, one.sender, one.receiver, one.port, one.text) for one in lab.trace.select(protocol=SNMP)]


# --- what is asked and what comes


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["sysName.0"], "sysName.0 = message_server"),
        (["sysName"], "sysName.0 = message_server"),
        ([".1.3.6.1.2.1.1.5.0"], "sysName.0 = message_server"),
        ([], "sysName.0 = message_server"),
        (["SNMPv2-MIB::sysName.0", "sysServices"], "sysName.0 = message_server\nsysServices.0 = 72"),
        (["gpApplicationState"], "gpApplicationState.2 = running(1)"),
        (["gpApplicationState.2", "gpPortNumber.2.2"], "gpApplicationState.2 = running(1)\ngpPortNumber.2.2 = 5161"),
    ],
)
async def test_names_people_write(lab, names, text):
    assert str(await lab.snmpget(MS, *names)) == text


@pytest.mark.parametrize("name", ["sysName.1", "gpPortNumber", "gpPortNumber.9.9", "1.3.6.1.2.1.99", "gpPortTable"])
async def test_an_object_that_is_not_there_is_no_error(lab, name):
    (_, text), *_ = await lab.snmpget(MS, name)
    assert text.startswith("no such ")


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_versions(lab, version):
    assert (await lab.snmpget(MS, "sysName", version=version)).value == MS
    walked = await lab.snmpwalk(MS, "system", version=version)
    assert [name for name, _ in walked][0::4] == ["sysDescr.0", "sysName.0"]


async def test_who_asks(lab):
    await lab.snmpget(MS, "sysName.0")
    assert steps(lab)[-2:] == [
        ("get sysName.0", "nms", MS, "5161/udp", ""),
        ("response", MS, "nms", "5161/udp", "sysName.0 = message_server"),
    ]
    assert lab.trace[-1].reply_to == lab.trace[-2].number
    await lab.snmpget(MS, "sysName.0", by="stat_server")
    assert [one[1] for one in steps(lab)[-2:]] == ["stat_server", MS]
    await lab.snmpget(MS, "sysName.0", by="you")
    assert [one[1] for one in steps(lab)[-2:]] == ["you", MS]


async def test_without_a_manager_it_is_you(lab):
    await lab.stop("nms")
    await lab.snmpget(MS, "sysName.0")
    assert [one[1] for one in steps(lab)[-2:]] == ["you", MS]


@MODES
async def test_on_every_system(plan, one_address):
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start(MS, "nms")
        assert (await lab.snmpget(MS, "sysName")).value == MS
        assert (await lab.snmpget(MS, "sysName", by="you")).value == MS


async def test_two_runs_send_the_same_bytes(plan):
    payloads = []
    for _ in range(2):
        async with await Lab.open(plan) as lab:
            await lab.start("nms", MS)
            await lab.snmpget(MS, "sysName", "sysDescr")
            await lab.snmptable(MS)
            payloads.append([one.payload for one in lab.trace.select(protocol=SNMP) if one.kind is Kind.REQUEST])
    assert payloads[0] == payloads[1]
    assert len(payloads[0]) == 3


# --- a reading


async def test_a_reading(lab):
    reading = await lab.snmpget(MS, "sysName", "sysServices")
    assert (reading.value, len(reading), dict(reading)) == (
        MS, 2, {"sysName.0": MS, "sysServices.0": "72"},
    )  # fmt: skip
    assert reading["sysServices.0"] == reading["1.3.6.1.2.1.1.7.0"] == "72"
    assert repr(reading) == str(reading)
    assert "<td" in reading._repr_html_()
    for name in ("sysDescr.0", "nothing", 7):
        with pytest.raises(UnknownObjectError):
            reading[name]
    assert Reading([]).value == ""


def test_a_value_cannot_draw_on_the_page():
    reading = Reading([(known("1.3.6.1.4.1.1.0"), Value(Syntax.STRING, b"<b>\x1b[2J"))])
    assert "<b>" not in reading._repr_html_()
    assert "\x1b" not in str(reading)


# --- walks and tables


async def test_walk(lab):
    walked = await lab.snmpwalk(MS)
    assert [name for name, _ in walked] == [
        "sysDescr.0", "sysObjectID.0", "sysUpTime.0", "sysContact.0", "sysName.0", "sysLocation.0", "sysServices.0",
    ]  # fmt: skip
    assert dict(await lab.snmpwalk(MS, "gpPortNumber")) == {"gpPortNumber.2.1": "5150", "gpPortNumber.2.2": "5161"}
    assert str(await lab.snmpwalk(MS, "sysName.0")) == "sysName.0 = message_server"
    assert (await lab.snmpwalk(MS, "1.3.6.1.9")).value.startswith("no such ")
    assert len(await lab.snmpwalk(MS, "iso")) > 20
    assert (await lab.snmpget(MS, "iso")).value.startswith("no such ")
    assert (await lab.snmpget(MS, port_id="management")).value == MS


async def test_long_walks_end(lab, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.manager.WALKED", 1)
    assert len(await lab.snmpwalk(MS)) == 1
    assert len(await lab.snmptable(MS, "gpPortTable")) == 1


async def test_the_end_of_everything(lab):
    last = [name for name, _ in await lab.snmpwalk(MS, "genesysPortsMIB")][-1]
    for version in ("1", "2c"):
        with contextlib.suppress(SnmpRefusedError):
            assert len(await lab.snmpwalk(MS, last, version=version)) == 1
        assert len(await lab.snmpwalk(MS, "genesysPortsMIB", version=version)) > 10


async def test_table(lab):
    table = await lab.snmptable(MS, "gpPortTable")
    assert table.only("Index", "gpPortId", "gpPortNumber", "gpPortState").rows == (
        ("2.1", "default", "5150", "listening(2)"),
        ("2.2", "management", "5161", "listening(2)"),
    )
    assert table.caption == "message_server, port 5161/udp"
    table = await lab.snmptable(MS)
    assert table.only("gpApplicationName", "gpApplicationClients").rows == ((MS, "1"),)
    assert len(await lab.snmptable(MS, "gpConnectionTable")) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sysName", "'sysName' is no table. Tables are: gpApplicationTable, "),
        ("gpPortNumber", "'gpPortNumber' is no table. Did you mean 'gpPortTable'?"),
        ("1.3.6.1", "'1.3.6.1' is no table."),
        ("gpPortTabel", "No managed object here is called 'gpPortTabel'. Did you mean 'gpPortTable'?"),
        (5, "A name belongs here, in quotation marks."),
    ],
)
async def test_no_table(lab, name, said):
    with pytest.raises(UnknownObjectError, match=re.escape(said)):
        await lab.snmptable(MS, name)


# --- refused, unknown, the wrong door


@pytest.mark.parametrize(
    ("value", "version", "status"), [("x", "2c", "noAccess"), (5, "2c", "noAccess"), ("x", "1", "noSuchName")]
)
async def test_set_is_refused(lab, value, version, status):
    with pytest.raises(SnmpRefusedError, match=r"monitoring changes nothing|lets nobody write") as caught:
        await lab.snmpset(MS, "sysName", value, version=version)
    assert (caught.value.status, caught.value.what) == (status, "set sysName.0")


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**20_000], ids=["large", "small", "enormous"])
async def test_a_number_that_nobody_can_send(lab, number):
    with pytest.raises(InvalidValueError, match="32 bits"):
        await lab.snmpset(MS, "sysName.0", number)


async def test_letters_that_nobody_can_send(lab):
    with pytest.raises(SnmpSilentError):
        await lab.snmpget(MS, "sysName", community="\ud800")
    with pytest.raises(SnmpRefusedError, match="noAccess"):
        await lab.snmpset(MS, "sysName.0", "\ud800")
    with pytest.raises(SnmpSilentError):
        # Longer than a datagram.
        await lab.snmpset(MS, "sysName.0", "x" * 70_000)


@pytest.mark.parametrize("name", ["sysNam", "", "gpAppState", None, ["sysName"]])
async def test_unknown_names(lab, name):
    for ask in (lab.snmpget, lab.snmpwalk):
        with pytest.raises(UnknownObjectError):
            await ask(MS, name)
    with pytest.raises(UnknownObjectError):
        await lab.snmpset(MS, name, "x")


@pytest.mark.parametrize(
    ("application", "port_id", "text"),
    [
        (
            MS,
            "default",
            "Port 5150/tcp of message_server is for communication and speaks no SNMP.*5161/udp .management",
        ),
        ("stat_server", None, "stat_server has no management port over UDP"),
        ("nms", None, "nms has no management port"),
        ("nms", "traps", "Port 10162/udp of nms is for traps that others send"),
    ],
)
async def test_the_wrong_port(lab, application, port_id, text):
    with pytest.raises(NoSnmpPortError, match=text):
        await lab.snmpget(application, "sysName", port_id=port_id)


@pytest.mark.parametrize("port_id", [None, "management"])
async def test_a_switch_has_a_console(tmp_path, monkeypatch, port_id):
    monkeypatch.chdir(tmp_path)
    plan = read(HEADER + "switch-host,switch,Switch,management,2323,tcp,management,,\n")
    async with await Lab.open(plan) as lab:
        with pytest.raises(NoSnmpPortError, match=r'Port 2323/tcp is the console.*lab\.console\("switch"\)'):
            await lab.snmpget("switch", "sysName", port_id=port_id)


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (UnknownApplicationError, {"application": "mesage_server"}),
        (UnknownApplicationError, {"application": 5}),
        (UnknownApplicationError, {"application": MS, "by": "nobody"}),
        (UnknownApplicationError, {"application": MS, "by": ["nms"]}),
        (UnknownPortIdError, {"application": MS, "port_id": "managment"}),
        (NotRunningError, {"application": MS, "by": "nms"}),
    ],
)
async def test_mistakes(alone, error, arguments):
    await alone.stop("nms")
    with pytest.raises(error):
        await alone.snmpget(arguments.pop("application"), "sysName", **arguments)


# --- silence


async def test_a_wrong_community_is_silence_at_once(lab):
    began = asyncio.get_running_loop().time()
    with pytest.raises(SnmpSilentError, match="all look the same") as caught:
        await lab.snmpget(MS, "sysName.0", community="secret")
    assert asyncio.get_running_loop().time() - began < 0.5
    assert not caught.value.unreachable
    assert "secret" not in str(caught.value)


@MODES
@pytest.mark.parametrize("by", ["nms", "you"])
async def test_a_stopped_application(plan, one_address, by):
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("nms")
        with pytest.raises(SnmpSilentError, match="is message_server started, and its port open") as caught:
            await lab.snmpget(MS, "sysName.0", by=by)
        assert caught.value.unreachable
        assert steps(lab)[-1] == ("get sysName.0", by, MS, "5161/udp", "")


def where(lab):
    return lab.network.reach("framework-host", 5161, "udp")


@contextlib.asynccontextmanager
async def outsider(lab, answer):
    """A program outside the lab on message_server's management port."""
    loop = asyncio.get_running_loop()

    class Program(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            for one in answer(data):
                self.transport.sendto(one, address)

    place = where(lab)
    transport, _ = await loop.create_datagram_endpoint(Program, local_addr=(place.address, place.number))
    try:
        yield
    finally:
        transport.close()


def responded(packet, *variables, **changes):
    return encode(packet._replace(kind="response", variables=variables, **changes))


NAME = (known("sysName.0"), Value(Syntax.STRING, b"x"))


@pytest.mark.parametrize(
    "answer",
    [
        lambda data: [],
        lambda data: [b"", b"garbage", b"\x30\x82\xff\xff"],
        lambda data: [data],
        lambda data: [responded(decode(data), NAME, request=999)],
        lambda data: [encode(decode(data)._replace(kind="trap"))],
    ],
    ids=["nothing", "garbage", "echo", "another number", "a trap"],
)
async def test_a_program_outside_that_is_no_agent(alone, hasty, answer):
    async with outsider(alone, answer):
        with pytest.raises(SnmpSilentError) as caught:
            await alone.snmpget(MS, "sysName.0")
    assert not caught.value.unreachable


async def test_an_agent_outside(alone):
    async with outsider(alone, lambda data: [b"noise", *[responded(decode(data), NAME)] * 2]):
        assert (await alone.snmpget(MS, "sysName.0")).value == "x"
    assert steps(alone)[-2:] == [
        ("get sysName.0", "nms", MS, "5161/udp", ""),
        ("response", MS, "nms", "5161/udp", "sysName.0 = x"),
    ]


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ([(known("sysName.0"), END_OF_VIEW)], ""),
        ([(known("sysDescr.0"), Value(Syntax.STRING, b"back"))], ""),
        ([], ""),
    ],
)
async def test_an_agent_outside_that_goes_round_in_circles(alone, variables, text):
    async with outsider(alone, lambda data: [responded(decode(data), *variables)]):
        assert "sysServices" not in str(await alone.snmpwalk(MS, "sysServices"))
        assert len(await alone.snmptable(MS, "gpPortTable")) == 0


@pytest.mark.parametrize("status", ["genErr", "tooBig"])
async def test_an_agent_outside_that_refuses(alone, status):
    async with outsider(alone, lambda data: [responded(decode(data), NAME, status=status)]):
        for ask in (alone.snmpget, alone.snmpwalk, alone.snmptable):
            with pytest.raises(SnmpRefusedError, match=status):
                await ask(MS)


async def test_an_answer_from_elsewhere_is_not_heard(alone, hasty):
    def elsewhere(data):
        with socket.socket(type=socket.SOCK_DGRAM) as other:
            other.sendto(responded(decode(data), NAME), askers[-1]._place[1:])
        return []

    askers = []
    entered = Asker.__aenter__

    async def remembered(self):
        askers.append(self)
        return await entered(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Asker, "__aenter__", remembered)
        async with outsider(alone, elsewhere):
            with pytest.raises(SnmpSilentError):
                await alone.snmpget(MS, "sysName.0")


async def test_a_network_that_loses_datagrams(lab):
    lab.network.loss(0.2)
    for _ in range(4):
        assert (await lab.snmpget(MS, "sysName.0")).value == MS
    lost = [one for one in lab.trace.select(protocol=SNMP) if one.dropped]
    assert lost
    assert any(one.again for one in lab.trace.select(protocol=SNMP))
    lab.network.loss(1)
    with pytest.raises(SnmpSilentError):
        await lab.snmpget(MS, "sysName.0")
    assert len([one for one in lab.trace if one.name == "get sysName.0"][-6:]) == 6
    with pytest.raises(InvalidValueError):
        lab.network.loss(2)


async def test_who_may_have_to_ask_others_first_gets_time(alone, hasty):
    await alone.start("snmp_master_agent")
    assert (await alone.snmpget("snmp_master_agent", "sysName")).value
    with pytest.raises(SnmpSilentError):
        await alone.snmpget("snmp_master_agent", "sysName", community="secret")


# --- version 3


@pytest.mark.parametrize("user", ["trainee", User("trainee", "training-auth"), "guest"], ids=["all", "signed", "none"])
async def test_users(lab, user):
    assert (await lab.snmpget(MS, "sysName.0", user=user)).value == MS
    names = [one[0] for one in steps(lab)[-4:]]
    assert names == ["get (who are you?)", "report usmStatsUnknownEngineIDs.0", "get sysName.0", "response"]


async def test_a_user_walks(lab):
    assert len(await lab.snmptable(MS, "gpPortTable", user="trainee")) == 2
    with pytest.raises(SnmpRefusedError):
        await lab.snmpset(MS, "sysName", "x", user="trainee")


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("nobody", "unknownUserName"),
        (User("nobody", "password-1", "password-2"), "unknownUserName"),
        (User("trainee", "wrong-password", "training-priv"), "wrongDigest"),
        (User("trainee", "training-auth", "wrong-password"), "decryptionError"),
        (User("trainee"), "unsupportedSecLevel"),
        (User("guest", "password-1"), "unsupportedSecLevel"),
    ],
    ids=["unknown", "unknown with passwords", "wrong password", "wrong privacy", "too little", "too much"],
)
async def test_users_that_are_refused(lab, user, status):
    with pytest.raises(SnmpRefusedError) as caught:
        await lab.snmpget(MS, "sysName.0", user=user)
    assert caught.value.status == status


@pytest.mark.parametrize(
    "answer",
    [
        lambda data: [],
        lambda data: [b"garbage", b"", data[:40], data.replace(b"\x02\x01\x03", b"\x02\x01\x04")],
    ],
    ids=["nothing", "garbage"],
)
async def test_a_user_hears_nothing(alone, hasty, answer):
    async with outsider(alone, answer):
        with pytest.raises(SnmpSilentError):
            await alone.snmpget(MS, "sysName.0", user="trainee")
    assert len(alone.trace.select(protocol=SNMP)) < 100


async def test_a_user_hears_noise(alone):
    secure = Secure(alone.user_called("trainee"))
    sent = []
    answer = asyncio.get_running_loop().create_future()
    secure.ask(Packet("get", (NAME,)), lambda data, first: sent.append(data), answer)
    rolled = Random(1)
    for _ in range(100):
        noise = bytearray(sent[0])
        noise[rolled.randrange(len(noise))] = rolled.randrange(256)
        secure.hear(bytes(noise))
    assert len(sent) <= 4
    assert not answer.done()
    secure.close()


async def test_a_question_that_pysnmp_cannot_send(alone, monkeypatch):
    def fails(*arguments):
        raise StatusInformation(errorIndication=errind.encryptionError)

    monkeypatch.setattr(CommandGenerator, "send_pdu", fails)
    with pytest.raises(SnmpRefusedError, match="Ciphering"):
        await alone.snmpget(MS, "sysName", user="trainee")


@pytest.mark.parametrize(
    ("user", "text"),
    [
        ("", "1 to 32 bytes"),
        ("u" * 33, "1 to 32 bytes"),
        ("two\nlines", "1 to 32 bytes"),
        ("\ud800", "1 to 32 bytes"),
        (User("trainee", "seven77"), "8 bytes or more"),
        (User("trainee", "training-auth", "seven77"), "8 bytes or more"),
    ],
)
async def test_users_that_cannot_be(lab, user, text):
    with pytest.raises(InvalidValueError, match=text):
        await lab.snmpget(MS, "sysName", user=user)


async def test_passwords_of_any_language(plan):
    async with await Lab.open(plan) as lab:
        lab.snmp_users.append(User("müller", "schlüssel", "geheimnïs"))
        await lab.start(MS)
        assert (await lab.snmpget(MS, "sysName", user="müller")).value == MS


@pytest.mark.parametrize(
    "user", [User("a", "password-1", authentication="ROT13"), User("a", "password-1", "password-2", privacy="DES")]
)
async def test_protocols_that_nobody_speaks(alone, user):
    with pytest.raises(InvalidValueError, match="Write one of"):
        await alone.snmpget(MS, "sysName", user=user)


@pytest.mark.parametrize(("number", "error"), [(errno.EMFILE, TooManyPortsError), (errno.EINVAL, OSError)])
async def test_no_socket_left(lab, monkeypatch, number, error):
    def none(*arguments):
        raise OSError(number, "no")

    monkeypatch.setattr("genesys_ports.lab.asker.socket.socket", none)
    with pytest.raises(error):
        await lab.snmpget(MS, "sysName")


# --- against an agent no one here wrote


@contextlib.asynccontextmanager
async def snmpd(lab, tmp_path):
    place = where(lab)
    (tmp_path / "snmpd.conf").write_text(
        "rocommunity public\nsysName net-snmp\nsysLocation here\n"
        "createUser trainee SHA training-auth AES training-priv\nrouser trainee priv\n"
    )
    process = subprocess.Popen(
        [
            tool("snmpd"), "-f", "-C", "-c", str(tmp_path / "snmpd.conf"), "-Lf", str(tmp_path / "log"),
            "-p", str(tmp_path / "pid"), f"udp:{place.address}:{place.number}",
        ],
        env=net_snmp(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            while lab.signalling.network.is_silent(place):
                await asyncio.sleep(0.01)
        yield
    finally:
        process.terminate()
        process.wait()


async def test_net_snmps_agent(alone, tmp_path):
    async with snmpd(alone, tmp_path):
        assert (await alone.snmpget(MS, "sysName")).value == "net-snmp"
        assert (await alone.snmpget(MS, "sysName", version="1")).value == "net-snmp"
        assert (await alone.snmpget(MS, "sysName", user="trainee")).value == "net-snmp"
        assert "sysLocation.0 = here" in str(await alone.snmpwalk(MS, "system"))
        with pytest.raises(SnmpRefusedError):
            await alone.snmpset(MS, "sysName", "x")
        with pytest.raises(SnmpRefusedError, match="wrongDigest"):
            await alone.snmpget(MS, "sysName", user=User("trainee", "wrong-password", "training-priv"))


# --- messages as bytes


@pytest.mark.parametrize("kind", ["get", "getnext", "getbulk", "set", "response", "trap", "inform", "report"])
def test_round_trip(kind):
    variables = (
        (known("sysName.0"), Value(Syntax.STRING, b"a\xff")),
        (known("sysUpTime.0"), Value(Syntax.TICKS, 7)),
        (known("snmpTrapOID.0"), Value(Syntax.OID, (1, 3, 6, 1, 4, 1, 9))),
        ((1, 3, 1), Value(Syntax.ADDRESS, b"\x7f\0\0\1")),
        ((1, 3, 2), Value(Syntax.COUNTER64, 2**64 - 1)),
        ((1, 3, 3), END_OF_VIEW),
        ((1, 3, 4), Value(Syntax.NULL)),
        ((1, 3, 5), Value(Syntax.INTEGER, -5)),
        ((1, 3, 6), Value(Syntax.GAUGE, 2**32 - 1)),
    )
    packet = Packet(kind, variables, 7, "öffentlich")
    assert decode(encode(packet)) == packet


@pytest.mark.parametrize("version", ["3", "x", 2])
async def test_a_version_without_communities_is_not_asked(lab, version):
    with pytest.raises(InvalidValueError, match="version of SNMP with a community"):
        await lab.snmpget(MS, "sysName.0", version=version)
