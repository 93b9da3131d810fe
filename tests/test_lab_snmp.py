"""The SNMP agent on a management port: asked by Net-SNMP's tools, by garbage and by storms, and read by tshark."""

import asyncio
import gc
import random
import re
import subprocess
import sys

import pytest
from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v2c
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message

from genesys_ports import Application, Deployment, Lab, ListeningPort
from genesys_ports.lab import snmp_engine
from genesys_ports.lab.snmp_agent import Agent, engine_id
from genesys_ports.lab.snmp_messages import LARGEST, Packet, decode, encode
from genesys_ports.lab.snmp_users import USERS, User
from genesys_ports.model import Connection, Host, Purpose, Transport
from genesys_ports.snmp.names import MIB_OPTIONS
from genesys_ports.snmp.objects import END_OF_VIEW, ApplicationFacts, Syntax, SystemFacts, Value
from genesys_ports.snmp.tree import Tree
from genesys_ports.trace import Kind
from tests.helpers import PATIENCE, known, net_snmp, tool

MANAGEMENT = ListeningPort(number=5161, transport=Transport.UDP, purpose=Purpose.MANAGEMENT, port_id="management")
PLAN = Deployment(
    hosts=(Host(name="framework-host"), Host(name="nms-host")),
    applications=(
        Application(name="lca", host="framework-host", type="Local Control Agent", ports=(ListeningPort(number=4999),)),
        Application(
            name="message_server",
            host="framework-host",
            type="Message Server",
            ports=(ListeningPort(number=5150), MANAGEMENT),
        ),
        Application(name="quiet", host="nms-host", ports=(MANAGEMENT.at(6161),)),
        Application(name="stat_server", host="nms-host"),
        Application(
            name="nms",
            host="nms-host",
            type="Network Management System",
            ports=(ListeningPort(number=10162, transport=Transport.UDP, purpose=Purpose.MANAGEMENT, port_id="traps"),),
        ),
    ),
    connections=(
        Connection(client="message_server", server="lca"),
        Connection(client="stat_server", server="message_server"),
        Connection(client="nms", server="message_server", port_id="management"),
    ),
)
V1, V2 = ("-v1", "-c", "public"), ("-v2c", "-c", "public")
V3 = ("-v3", "-u", "trainee", "-a", "SHA", "-A", "training-auth", "-x", "AES", "-X", "training-priv", "-l")
NO_ANSWER = ("-t", "0.3", "-r", "0")


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start("lca", "message_server")
        yield lab


def place(lab, application="message_server", port_id="management"):
    states = [state for state in lab.port_states(application) if state.port.port_id == port_id]
    return states[0].sockets[0]


async def ask(lab, program, *arguments, application="message_server"):
    """What one of Net-SNMP's tools says; a failure to answer is part of that."""
    where = place(lab, application)
    command = [tool(program), *MIB_OPTIONS, "-t", str(PATIENCE), *arguments]
    # The address comes before the names of objects, so it takes the place of AGENT.
    command = [f"{where.address}:{where.number}" if one == "AGENT" else one for one in command]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=net_snmp()
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = said.decode().splitlines()
    # It says where its own files are, that a walk has come to the end, and of an error what it has done before.
    told = [re.sub(r" \(Sub-id .*", "", line) for line in lines]
    return [line for line in told if line and not re.search("persistent|Created directory|No more variables", line)]


def seen(lab):
    return [
        (message.name, message.text) for message in lab.trace.select(protocol="snmp") if message.kind is not Kind.OPENED
    ]


# --- Net-SNMP asks


@pytest.mark.parametrize("version", [V1, V2, (*V3, "authNoPriv"), (*V3, "authPriv"),
                                     ("-v3", "-u", "guest", "-l", "noAuthNoPriv")])  # fmt: skip
async def test_get_in_each_version_and_level(lab, version):
    assert await ask(lab, "snmpget", *version, "-OQ", "AGENT", "sysName.0") == [
        "SNMPv2-MIB::sysName.0 = message_server"
    ]
    assert seen(lab)[-2:] == [
        ("get sysName.0", f"version 3, user {version[2]}, {version[-1]}" if version[0] == "-v3" else ""),
        ("response", "sysName.0 = message_server"),
    ]


@pytest.mark.parametrize("sort", ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"])
async def test_users_of_a_lab(sort):
    async with await Lab.open(PLAN) as lab:
        lab.snmp_users[:] = [User("boss", "first-password", "other-password", sort)]
        await lab.start("quiet")
        options = ["-v3", "-u", "boss", "-a", sort, "-A", "first-password", "-x", "AES", "-X", "other-password"]
        said = await ask(lab, "snmpget", *options, "-l", "authPriv", "-OQv", "AGENT", "sysName.0", application="quiet")
        assert said == ["quiet"]
        said = await ask(lab, "snmpget", *V3, "authPriv", "AGENT", "sysName.0", application="quiet")
        assert said == ["snmpget: Unknown user name"]


async def test_getnext(lab):
    assert await ask(lab, "snmpgetnext", *V2, "-OQ", "AGENT", "system", "sysUpTime.0", "sysServices") == [
        "SNMPv2-MIB::sysDescr.0 = Message Server message_server in a lab of genesys-ports",
        "SNMPv2-MIB::sysContact.0 = you",
        "SNMPv2-MIB::sysServices.0 = 72",
    ]


@pytest.mark.parametrize(("program", "version"), [("snmpwalk", V1), ("snmpwalk", V2), ("snmpbulkwalk", V2),
                                                  ("snmpbulkwalk", (*V3, "authPriv"))])  # fmt: skip
async def test_walk(lab, program, version):
    said = await ask(lab, program, *version, "-OQs", "AGENT", "gpObjects")
    told = dict(line.split(" = ") for line in said if " = " in line)
    assert told["gpApplicationName.2"] == "message_server"
    assert told["gpApplicationState.2"] == "running"
    assert told["gpApplicationClients.2"] == "0"
    assert [told[f"gpPortNumber.2.{index}"] for index in (1, 2)] == ["5150", "5161"]
    assert [told[f"gpPortPurpose.2.{index}"] for index in (1, 2)] == ["communication", "management"]
    assert told["gpPortState.2.2"] == "listening"
    assert (told["gpConnectionServer.2.1"], told["gpConnectionPort.2.1"]) == ("lca", "4999/tcp")
    assert told["gpConnectionState.2.1"] == "connected"
    assert len(told) == 10 + 2 * 6 + 3


async def test_table(lab):
    said = await ask(lab, "snmptable", *V2, "AGENT", "gpPortTable")
    assert [line.split() for line in said[2:]] == [
        ["default", "5150", "5150", "tcp", "communication", "listening"],
        ["management", "5161", "5161", "udp", "management", "listening"],
    ]


async def test_what_changes_is_told(lab):
    async def told(*names):
        return await ask(lab, "snmpget", *V2, "-OQv", "AGENT", *names)

    counts = ["gpApplicationClients.2", "gpApplicationReceived.2", "gpConnectionState.2.1"]
    assert await told(*counts) == ["0", "0", "connected"]
    await lab.start("stat_server")
    await lab.stop("lca")
    clients, received, state = await told(*counts)
    assert (clients, state) == ("1", "lost")
    assert int(received) > 0
    assert await told(*counts) == [clients, received, state]


async def test_an_application_without_any_other_port(lab):
    await lab.start("quiet")
    assert await ask(lab, "snmpwalk", *V2, "-OQvs", "AGENT", "gpPortTable", application="quiet") == [
        "management", "6161", "6161", "udp", "management", "listening",
    ]  # fmt: skip


async def test_a_range_has_two_ends(lab):
    voice = ListeningPort(number=21_000, last=21_009, transport=Transport.UDP, purpose=Purpose.MEDIA, port_id="rtp")
    media = Application(name="media", host="nms-host", ports=(voice, MANAGEMENT.at(7161)))
    lab.update(Deployment(hosts=PLAN.hosts, applications=(*PLAN.applications, media)))
    await lab.start("media")
    said = await ask(
        lab, "snmpget", *V2, "-OQv", "AGENT", "gpPortNumber.6.1", "gpPortLastNumber.6.1", application="media"
    )
    assert said == ["21000", "21009"]


# --- who may not


async def test_a_wrong_community_hears_nothing(lab):
    agent = lab.running("message_server").sides[0].agent
    for version in ("-v1", "-v2c"):
        said = await ask(lab, "snmpget", version, "-c", "private", *NO_ANSWER, "AGENT", "sysName.0")
        assert said[0].startswith("Timeout")
    assert agent.ignored == 2
    assert (
        seen(lab)
        == [
            ("get sysName.0", "Wrong community: there is no answer."),
            ("no answer: wrong community", ""),
        ]
        * 2
    )


@pytest.mark.parametrize(
    ("options", "reason", "report"),
    [
        (["-u", "nobody", "-l", "noAuthNoPriv"], "Unknown user name", "usmStatsUnknownUserNames"),
        (["-u", "trainee", "-l", "noAuthNoPriv"], "Unsupported security level", "usmStatsUnsupportedSecLevels"),
        (
            ["-u", "guest", "-l", "authNoPriv", "-a", "SHA", "-A", "whatever-it-is"],
            "Unsupported security level",
            "usmStatsUnsupportedSecLevels",
        ),
        (
            ["-u", "trainee", "-l", "authNoPriv", "-a", "SHA", "-A", "wrong-password"],
            "Authentication failure (incorrect password, community or key)",
            "usmStatsWrongDigests",
        ),
        (
            [
                "-u",
                "trainee",
                "-l",
                "authPriv",
                "-a",
                "SHA",
                "-A",
                "training-auth",
                "-x",
                "AES",
                "-X",
                "wrong-password",
            ],
            "Decryption error",
            "usmStatsDecryptionErrors",
        ),
    ],
)
async def test_users_that_may_not_are_told_why(lab, options, reason, report):
    assert await ask(lab, "snmpget", "-v3", *options, "-r", "0", "AGENT", "sysName.0") == [f"snmpget: {reason}"]
    names = [name for name, _ in seen(lab)]
    assert names[1] == "report usmStatsUnknownEngineIDs.0"
    assert names[-1] == f"report {report}.0"
    assert names[-2] == f"request of {options[1]}"


async def test_another_context(lab):
    said = await ask(lab, "snmpget", *V3, "authPriv", "-n", "elsewhere", "AGENT", "sysName.0")
    assert said == ["snmpget: Bad context specified"]
    assert [name for name, _ in seen(lab)][-1] == "report snmpUnknownContexts.0"


@pytest.mark.parametrize(("version", "reason"), [(V1, "noSuchName"), (V2, "noAccess"),
                                                 ((*V3, "authPriv"), "noAccess")])  # fmt: skip
async def test_set_is_refused(lab, version, reason):
    said = await ask(lab, "snmpset", *version, "AGENT", "sysName.0", "s", "mine")
    assert said[0] == "Error in packet."
    assert reason in said[1]
    assert [name for name, _ in seen(lab)][-2:] == ["set sysName.0", f"response {reason}"]
    assert await ask(lab, "snmpget", *V2, "-OQv", "AGENT", "sysName.0") == ["message_server"]


@pytest.mark.parametrize(("version", "said"), [(V1, "noSuchName"), (V2, "No Such Instance")])
async def test_what_is_not_there(lab, version, said):
    assert said in " ".join(await ask(lab, "snmpget", *version, "AGENT", "sysName.7"))


async def test_an_agent_that_starts_again_counts_its_boots(lab):
    assert await ask(lab, "snmpget", *V3, "authPriv", "-OQv", "AGENT", "sysName.0") == ["message_server"]
    await lab.restart("message_server")
    assert lab.snmp_boots["message_server"] == 2
    assert await ask(lab, "snmpget", *V3, "authPriv", "-OQv", "AGENT", "sysName.0") == ["message_server"]


async def test_a_capture_of_it(lab, tmp_path):
    await ask(lab, "snmpget", *V2, "AGENT", "sysName.0")
    await ask(lab, "snmpset", *V1, "AGENT", "sysName.0", "s", "mine")
    lab.trace.save(tmp_path / "snmp.pcapng")
    fields = ["snmp.version", "snmp.name", "snmp.value.octets", "snmp.error_status", "udp.dstport", "frame.comment"]
    command = [
        tool("tshark"),
        "-r",
        str(tmp_path / "snmp.pcapng"),
        "-d",
        "udp.port==5161,snmp",
        "-Y",
        "snmp",
        "-Tfields",
    ]
    done = subprocess.run(
        [*command, *(part for field in fields for part in ("-e", field))], capture_output=True, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:4] for row in rows] == [
        ["1", "1.3.6.1.2.1.1.5.0", "", "0"],
        ["1", "1.3.6.1.2.1.1.5.0", b"message_server".hex(), "0"],
        ["0", "1.3.6.1.2.1.1.5.0", b"mine".hex(), "0"],
        ["0", "1.3.6.1.2.1.1.5.0", "", "2"],
    ]
    assert rows[0][4] == "5161"
    assert rows[1][4] not in ("5161", "0")
    assert rows[0][5] == "outside program 1 → message_server: get sysName.0"


# --- one agent, and bytes


class Port:
    """Remembers what an agent says."""

    def __init__(self):
        self.sent = []
        self.noted = []

    def note_request(self, data, address, name, text="", kind=Kind.REQUEST):
        self.noted.append((name, text))
        return len(self.noted)

    def note_silence(self, text):
        self.noted.append((text, ""))

    def answer(self, data, address, name, text, reply_to):
        self.noted.append((name, text, reply_to))
        self.sent.append(data)


ADDRESS = ("127.0.0.1", 40_000)
FACTS = tuple(ApplicationFacts(index, f"application_{index}") for index in range(1, 200))
NULL = Value(Syntax.NULL)


def an_agent(objects=None, **options):
    tree = Tree(SystemFacts("d", "n", lambda: 5), lambda: FACTS)
    return Agent(objects or tree, "message_server", now=lambda: 0.0, **options)


def asked(kind, *names, **more):
    return encode(Packet(kind, tuple((known(name), NULL) for name in names), 7, **more))


def answers(agent, *datagrams):
    port = Port()
    for one in datagrams:
        agent.handle(port, one, ADDRESS)
    return port


def test_what_it_says():
    port = answers(an_agent(), asked("get", "sysName.0"))
    packet = decode(port.sent[0])
    assert (packet.kind, packet.request, packet.version) == ("response", 7, "2c")
    assert packet.variables == ((known("sysName.0"), Value(Syntax.STRING, b"n")),)
    assert port.noted == [("get sysName.0", ""), ("response", "sysName.0 = n", 1)]


def test_the_same_request_gets_the_same_bytes():
    requests = [asked("get", "sysName.0"), asked("getnext", "gpApplicationTable"), asked("set", "sysName.0")]
    assert answers(an_agent(), *requests).sent == answers(an_agent(), *requests).sent


VALUES = [
    Value(Syntax.INTEGER, -5), Value(Syntax.STRING, b"\x00\xff"), Value(Syntax.OID, (1, 3, 6)),
    Value(Syntax.ADDRESS, bytes([10, 0, 0, 1])), Value(Syntax.COUNTER, 2**32 - 1), Value(Syntax.GAUGE, 7),
    Value(Syntax.TICKS, 9), Value(Syntax.OPAQUE, b"\x9f\x78"),
]  # fmt: skip


class Fixed:
    """Has one value of each kind."""

    def read(self, oids, told):
        told([VALUES[oid[-1]] for oid in oids])

    def read_next(self, oids, told):
        told([(oid, END_OF_VIEW) for oid in oids])


@pytest.mark.parametrize("version", ["1", "2c"])
def test_every_kind_of_value_travels(version):
    agent = an_agent(Fixed())
    names = [f"1.3.{number}" for number in range(len(VALUES))]
    packet = decode(answers(agent, asked("get", *names, version=version)).sent[0])
    assert packet.status == "noError"
    assert [value for _, value in packet.variables] == VALUES


class Late:
    """Answers when it is told to."""

    def __init__(self):
        self.waiting = []

    def read(self, oids, told):
        self.waiting.append(lambda: told([Value(Syntax.INTEGER, oid[-1]) for oid in oids]))

    def read_next(self, oids, told):
        raise NotImplementedError


def test_answers_may_come_later_and_in_another_order():
    late = Late()
    agent = an_agent(late)
    port = answers(agent, asked("get", "1.3.1"), asked("get", "1.3.2", version="1"))
    assert port.sent == []
    for one in reversed(late.waiting):
        one()
    assert [decode(data).variables[0][0] for data in port.sent] == [(1, 3, 2), (1, 3, 1)]
    assert [decode(data).version for data in port.sent] == ["1", "2c"]
    assert port.noted[2:] == [("response", "1.3.2 = 2", 2), ("response", "1.3.1 = 1", 1)]


def test_who_waits_is_bounded(monkeypatch):
    monkeypatch.setattr(snmp_engine, "PENDING", 3)
    late = Late()
    port = answers(an_agent(late), *[asked("get", "1.3.1")] * 5)
    assert len(late.waiting) == 3
    late.waiting[0]()
    assert len(port.sent) == 1


def test_a_late_answer_of_a_closed_agent_is_not_sent():
    late = Late()
    agent = an_agent(late)
    port = answers(agent, asked("get", "1.3.1"))
    agent.close()
    agent.close()
    late.waiting[0]()
    agent.handle(port, asked("get", "1.3.1"), ADDRESS)
    assert port.sent == []


def test_an_answer_that_nobody_remembers_is_not_sent(monkeypatch):
    monkeypatch.setattr(snmp_engine, "RENEWED", 2)
    late = Late()
    agent = an_agent(late)
    port = answers(agent, asked("get", "1.3.1"), *[asked("get", "1.3.1", community="x")] * 30)
    late.waiting[0]()
    assert port.sent == []
    assert len(late.waiting) == 1


@pytest.mark.parametrize("kind", ["response", "trap", "inform", "report"])
def test_what_is_no_request_gets_no_answer(kind):
    agent = an_agent()
    port = answers(agent, asked(kind, "sysName.0"))
    assert port.sent == []
    assert port.noted == [("datagram", "This is no SNMP request: there is no answer.")]
    assert agent.ignored == 1


@pytest.mark.parametrize("kind", ["get", "getnext", "getbulk", "set"])
@pytest.mark.parametrize("name", [(1, 3, 6, 2**32), (1, 3, 6, 2**100), (1, 3, *[1] * 127)], ids=["33", "101", "long"])
def test_a_number_out_of_bounds_makes_it_no_request(kind, name):
    agent = an_agent()
    port = answers(agent, *[encode(Packet(kind, ((name, NULL),), 7))] * (snmp_engine.PENDING + 5))
    assert port.sent == []
    assert set(port.noted) == {("datagram", "This is no SNMP request: there is no answer.")}
    assert decode(answers(agent, GOOD[0]).sent[0]).status == "noError"


def test_bulk_is_bounded():
    port = Port()
    agent = an_agent()
    # max-repetitions stands where other requests have error-index.
    request = bytearray(asked("getbulk", "gpApplicationTable"))
    before = b"\x02\x01\x07\x02\x01\x00\x02\x01"
    request[request.index(before) + len(before)] = 127
    agent.handle(port, bytes(request), ADDRESS)
    assert len(port.sent[0]) < LARGEST
    packet = decode(port.sent[0])
    assert packet.status == "noError"
    assert 50 <= len(packet.variables) <= 100


def test_an_answer_that_would_be_too_large():
    long = Tree(SystemFacts("d" * 255, "n", lambda: 5), lambda: FACTS)
    packet = decode(answers(an_agent(long), asked("get", *["sysDescr.0"] * 30)).sent[0])
    assert (packet.status, packet.variables) == ("tooBig", ())
    packet = decode(answers(an_agent(long), asked("get", *["sysDescr.0"] * 30, version="1")).sent[0])
    assert (packet.status, len(packet.variables)) == ("tooBig", 30)


def test_datagrams_that_are_too_large_are_not_read():
    port = answers(an_agent(), b"0" * (LARGEST + 1), asked("get", *["sysName.0"] * 90))
    assert port.noted[0] == ("datagram", "More than 4096 bytes: nobody reads on, and there is no answer.")
    assert len(port.sent) == 1


GOOD = [asked("get", "sysName.0"), asked("getbulk", "system"), asked("set", "sysName.0", version="1")]


def garbage(count):
    dice = random.Random(5)
    yield from (b"", b"\x30", b"\x30\x80", b"0\x84\xff\xff\xff\xff", b"\x30\x80" * 2_000, b"hello", b"\xff" * 300)
    for number in range(count):
        one = bytearray(dice.choice(GOOD))
        if number % 4 == 0:
            one = bytearray(dice.randbytes(dice.randrange(80)))
        elif number % 4 == 1:
            del one[dice.randrange(len(one)) :]
        else:
            for _ in range(dice.randrange(1, 4)):
                one[dice.randrange(len(one))] = dice.randrange(256)
        yield bytes(one)


def test_garbage_never_raises_and_a_request_is_answered_after_it(capfd):
    agent = an_agent()
    port = answers(agent, *garbage(600))
    assert len(port.noted) >= 607
    assert decode(answers(agent, GOOD[0]).sent[0]).status == "noError"
    assert capfd.readouterr() == ("", "")


def test_storms_leave_nothing_behind(monkeypatch):
    monkeypatch.setattr(snmp_engine, "RENEWED", 40)
    agent = an_agent()
    port = answers(agent, version_3(1), version_3(2, b"guest", engine_id("message_server")))
    assert [name for name, *_ in port.noted] == [
        "get", "report usmStatsUnknownEngineIDs.0", "get", "response",
    ]  # fmt: skip

    def left(begin):
        # Each may leave something behind in pysnmp: an engine to be known, a user who has asked, a community.
        for number in range(begin, begin + 40):
            agent.handle(Port(), version_3(number), ADDRESS)
            agent.handle(Port(), version_3(number, b"guest", engine_id("message_server")), ADDRESS)
            agent.handle(Port(), asked("get", "sysName.0", community=str(number)), ADDRESS)
        gc.collect()
        return len(gc.get_objects())

    left(0)
    before = left(100)
    assert left(200) - before < 30


def version_3(number, user=b"", engine=b""):
    """A request of version 3; without a user and an engine ID it asks for that (RFC 3414, section 4)."""
    pdu = v2c.GetRequestPDU()
    v2c.apiPDU.set_defaults(pdu)
    message = SNMPv3Message()
    message[0] = 3
    message.setComponentByPosition(1)
    for at, value in enumerate((number, 4_096, b"\x04", 3)):
        message[1][at] = value
    parts = [(4, engine), (2, b"\0"), (2, b"\0"), (4, user), (4, b""), (4, b"")]
    parameters = b"".join(bytes([tag, len(content)]) + content for tag, content in parts)
    message[2] = b"\x30" + bytes([len(parameters)]) + parameters
    message.setComponentByPosition(3)
    scoped = message[3].setComponentByPosition(0)[0]
    scoped[0], scoped[1] = engine, b""
    scoped.setComponentByPosition(2)
    scoped[2].setComponentByType(pdu.tagSet, pdu)
    return bytes(encoder.encode(message))


def test_engine_ids():
    assert engine_id("message_server") == b"\x80\x00\x1f\x88\x04message_server"
    assert len({engine_id("x" * 27), engine_id("x" * 28), engine_id("x" * 29)}) == 3
    assert all(len(engine_id("é" * count)) <= 32 for count in range(60))


def test_users_of_every_lab():
    assert [user.name for user in USERS] == ["trainee", "guest"]


def test_pysnmp_is_loaded_when_it_is_needed():
    said = subprocess.run(
        [sys.executable, "-c", "import sys; from genesys_ports import Lab; print('pysnmp' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "False\n"


# --- in a lab


async def knock(lab, *datagrams):
    """Send bytes from outside, and wait until all are in the trace."""
    loop = asyncio.get_running_loop()
    where = place(lab)
    before = len(lab.trace)
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(where.address, 0))
    for one in datagrams:
        transport.sendto(one, (where.address, where.number))
    async with asyncio.timeout(PATIENCE):
        while len(lab.trace) < before + len(datagrams):
            await asyncio.sleep(0.001)
    transport.close()


async def test_outsiders_have_a_name_and_large_datagrams_are_cut(lab):
    await knock(lab, b"x" * 5_000)
    note = lab.trace[-1]
    assert (note.kind, note.name, note.sender, note.port) == (Kind.EVENT, "datagram", "outside program 1", "5161/udp")
    assert len(note.payload) == 2_048


async def test_two_runs_see_the_same():
    def told(lab):
        return [message._replace(time=0.0, client_number=0) for message in lab.trace.select(protocol="snmp")]

    runs = []
    for _ in range(2):
        async with await Lab.open(PLAN) as lab:
            await lab.start("lca", "message_server", "nms")
            await lab.snmpget("message_server", "sysName.0", "gpApplicationSent.2")
            await lab.snmpwalk("message_server", "gpPortTable")
            runs.append(told(lab))
    assert runs[0] == runs[1]
    assert runs[0][1].reply_to == runs[0][0].number


async def test_a_closed_port_is_silent_and_forgets_nothing(lab):
    await lab.close_port("message_server", "management")
    said = await ask_closed(lab)
    assert said == "closed"
    await lab.open_port("message_server", "management")
    assert await ask(lab, "snmpget", *V2, "-OQv", "AGENT", "sysName.0") == ["message_server"]


async def ask_closed(lab):
    states = [state for state in lab.port_states("message_server") if state.port.port_id == "management"]
    return str(states[0].status)


async def test_an_overloaded_application_still_tells(lab):
    await lab.overload("message_server")
    assert await ask(lab, "snmpget", *V2, "-OQv", "AGENT", "gpApplicationState.2") == ["overloaded"]


async def test_nothing_is_left_of_it():
    async with await Lab.open(PLAN) as lab:
        await lab.start("lca", "message_server")
        where = place(lab)
        await knock(lab, GOOD[0])
        side = lab.running("message_server").sides[0]
    assert side.opened[0].closed
    assert lab.network.is_silent(where)


async def test_a_network_may_lose_the_answer(lab):
    lab.network.loss(1)
    await knock(lab, GOOD[0])
    assert [(message.name, message.dropped) for message in lab.trace][-2:] == [
        ("get sysName.0", False), ("response", True),
    ]  # fmt: skip
