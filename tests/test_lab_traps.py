"""Traps: what applications tell their network management system, and what it makes of whatever it hears."""

import asyncio
import socket
import subprocess
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports import Application, Deployment, Lab, ListeningPort, load_plan
from genesys_ports.errors import PortInUseError
from genesys_ports.lab.manager import TRAPS_KEPT
from genesys_ports.lab.snmp_messages import SNMP, Packet, decode, encode
from genesys_ports.lab.traps import LAST_TRAP
from genesys_ports.model import Connection, Purpose, Transport
from genesys_ports.snmp.names import MIB, SYS_UP_TIME, TRAP_OID, oid_of
from genesys_ports.snmp.objects import Syntax, Value
from genesys_ports.trace import Kind
from tests.helpers import HEADER, PATIENCE, ROOT, known, net_snmp, read, tool

ROWS = (
    "framework-host,message_server,Message Server,default,5150,tcp,communication,,nms:traps; nms_2:traps\n"
    "framework-host,stat_server,Stat Server,default,2060,tcp,communication,,message_server:default\n"
    "framework-host,snmp_master_agent,SNMP Master Agent,snmp,10161,udp,management,,nms:traps\n"
    "cti-host,t_server,T-Server,default,8010,tcp,communication,,nms:traps\n"
    "nms-host,nms,Network Management System,traps,10162,udp,management,,\n"
    "nms-host,nms_2,HP OpenView,traps,10163,udp,management,,\n"
    "framework-host,rival,Stat Server,default,5150,tcp,communication,,\n"
)
MS = "message_server"
UP, DOWN = "message_server:server is UP", "message_server:server is DOWN"
MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return read(HEADER + ROWS)


@pytest.fixture
async def lab(plan):
    async with await Lab.open(plan) as lab:
        await lab.start("nms")
        yield lab


def heard(lab):
    return [row[1:] for row in lab.traps().rows]


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


# --- what applications send


@MODES
async def test_up_and_down(plan, one_address):
    async with await Lab.open(plan, one_address=one_address) as lab:
        assert lab.traps().caption == "Traps: nobody has heard any yet"
        await lab.start("nms", MS)
        assert heard(lab) == [(MS, "gsServerUpTrap", UP)]
        await lab.stop(MS)
        assert heard(lab) == [(MS, "gsServerUpTrap", UP), (MS, "gsServerDownTrap", DOWN)]
        assert [row[0] for row in lab.traps().rows] == ["1", "2"]
        assert lab.traps().caption == "Traps heard by nms"


@pytest.mark.parametrize(
    ("name", "told"),
    [("müller", "m?ller"), ("two\nlines", "two?lines"), ("nul\0", "nul?"), ("\ud800", "?"), ("<b>=1", "<b>=1")],
)
async def test_names_in_texts_are_display_strings(plan, name, told):
    nms = ListeningPort(number=10162, transport=Transport.UDP, purpose=Purpose.MANAGEMENT, port_id="traps")
    odd = Deployment(
        hosts=plan.hosts,
        applications=(
            Application(name="nms", host="nms-host", type="Network Management System", ports=(nms,)),
            Application(name=name, host="cti-host"),
            Application(name="x" * 100_000, host="cti-host"),
        ),
        connections=tuple(Connection(client=one, server="nms", port_id="traps") for one in (name, "x" * 100_000)),
    )
    async with await Lab.open(odd) as lab:
        await lab.start_all()
        first, second = heard(lab)
    assert first[1:] == ("gsServerUpTrap", f"{told}:server is UP")
    assert second[2] == "x" * 255


async def test_the_trap_comes_before_the_ports_close(lab):
    await lab.start(MS)
    await lab.stop(MS)
    names = [one.name for one in lab.trace.select() if one.sender == MS]
    assert names.index("gsServerUpTrap") > names.index("opens port")
    assert names.index("gsServerDownTrap") < names.index("closes port")


async def test_in_the_trace(lab):
    await lab.start(MS)
    first, second = lab.trace.select(protocol=SNMP)
    assert (first.kind, first.name, first.sender, first.receiver, first.port, first.host, first.text) == (
        Kind.EVENT, "gsServerUpTrap", MS, "nms", "10162/udp", "nms-host", UP,
    )  # fmt: skip
    assert (first.client, first.server, second.receiver) == (MS, "nms", "nms_2")
    packet = decode(first.payload)
    assert [oid for oid, _ in packet.variables] == [SYS_UP_TIME, TRAP_OID, known(LAST_TRAP)]
    assert packet.variables[1:] == (
        (TRAP_OID, Value(Syntax.OID, known("gsServerUpTrap"))),
        (known(LAST_TRAP), Value(Syntax.STRING, UP.encode())),
    )
    assert (packet.kind, packet.version, packet.community) == ("trap", "2c", "public")


async def test_a_crash_sends_none(lab):
    await lab.start(MS)
    await lab.crash(MS)
    assert heard(lab) == [(MS, "gsServerUpTrap", UP)]


async def test_a_start_that_fails_sends_none(lab):
    await lab.start("rival")
    with pytest.raises(PortInUseError):
        await lab.start(MS)
    assert heard(lab) == []


async def test_restart(lab):
    await lab.start(MS)
    await lab.restart(MS)
    assert [one[-1] for one in heard(lab)] == [UP, DOWN, UP]


async def test_two_managers_hear_both(lab):
    await lab.start("nms_2", MS)
    assert lab.traps().columns == ("No.", "Heard by", "From", "Trap", "Text")
    assert heard(lab) == [("nms", MS, "gsServerUpTrap", UP), ("nms_2", MS, "gsServerUpTrap", UP)]


async def test_nobody_hears(plan):
    async with await Lab.open(plan) as lab:
        report = await lab.start(MS, "stat_server")
        await lab.stop(MS)
        assert "refused" not in str(report)
        assert heard(lab) == []
        assert len(lab.trace.select(protocol=SNMP)) == 4


async def test_without_a_connection_to_a_manager_there_is_no_trap(lab):
    await lab.start("stat_server")
    lab.running("stat_server").link_status("CTI-Link", up=True)
    await lab.stop("stat_server")
    assert not len(lab.trace.select(protocol=SNMP))


async def test_the_link_of_a_t_server(lab):
    await lab.start("t_server")
    running = lab.running("t_server")
    running.link_status("CTI-Link", up=True)
    running.link_status("CTI-Link", up=False)
    await lab.settle()
    assert heard(lab)[1:] == [
        ("t_server", "tsLinkStatusTrap", "server t_server (4) - link CTI-Link status changed - 1"),
        ("t_server", "tsLinkStatusTrap", "server t_server (4) - link CTI-Link status changed - 0"),
    ]


async def test_for_others(lab):
    await lab.start(MS)
    assert lab.running(MS).traps.tell("gsServerDownTrap", LAST_TRAP, "stat_server:server is DOWN")
    await lab.settle()
    assert heard(lab)[-1] == (MS, "gsServerDownTrap", "stat_server:server is DOWN")


async def test_a_master_agent_starts_as_the_standard_has_it(lab):
    await lab.start("snmp_master_agent")
    await lab.stop("snmp_master_agent")
    assert heard(lab) == [("snmp_master_agent", "coldStart", "")]


async def test_a_trap_that_gets_lost_is_lost(lab):
    lab.network.loss(1)
    await lab.start(MS)
    assert heard(lab) == []
    assert all(one.dropped for one in lab.trace.select(protocol=SNMP))


async def test_no_socket_left(lab, monkeypatch):
    def none(*arguments, **options):
        raise OSError

    await lab.start(MS)
    traps = lab.running(MS).traps
    traps.close()
    with monkeypatch.context() as patch:
        patch.setattr("genesys_ports.lab.traps.socket.socket", none)
        assert traps.tell("gsServerUpTrap", LAST_TRAP, "x")
    assert [one[-1] for one in heard(lab)] == [UP]


# --- what a manager hears from outside


@pytest.fixture
def say(lab):
    """Sends a datagram to the manager from outside; gives what comes back, if anything is waited for."""
    where = lab.network.reach("nms-host", 10162, "udp")

    async def send(data, *, answered=False):
        before = lab.trace.last_number
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.settimeout(PATIENCE)
            sock.sendto(data, (where.address, where.number))
            await until(lambda: lab.trace.last_number > before)
            return await asyncio.to_thread(sock.recv, 65_536) if answered else b""

    return send


def trap(*variables, kind="trap", name="linkDown"):
    number = oid_of(name) or (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)
    head = ((SYS_UP_TIME, Value(Syntax.TICKS, 5)), (TRAP_OID, Value(Syntax.OID, number)))
    return encode(Packet(kind, (*head, *variables), 7))


async def test_a_trap_of_a_stranger(lab, say):
    await say(trap((known("sysName.0"), Value(Syntax.STRING, b"<b>x"))))
    assert heard(lab) == [("outside program 1", "1.3.6.1.6.3.1.1.5.3", "sysName.0 = <b>x")]
    assert "<b>x" not in lab.traps()._repr_html_()


async def test_an_inform_is_answered(lab, say):
    answer = decode(await say(trap(kind="inform", name="gsServerUpTrap"), answered=True))
    assert (answer.kind, answer.request, answer.trap) == ("response", 7, known("gsServerUpTrap"))
    assert [one.name for one in lab.trace.select(protocol=SNMP)] == ["gsServerUpTrap", "response"]


@pytest.mark.parametrize(
    "data",
    [
        lambda: b"x",
        lambda: b"\x30\x80\x02\x01\x01",
        lambda: trap()[:-4],
        lambda: encode(Packet("get", ((known("sysName.0"), Value(Syntax.NULL)),))),
        lambda: encode(Packet("trap", ((SYS_UP_TIME, Value(Syntax.TICKS, 5)),))),
        lambda: encode(Packet("trap", ((TRAP_OID, Value(Syntax.STRING, b"x")),))),
        lambda: trap(*[((1, 3), Value(Syntax.NULL))] * 19),
        lambda: b"\x30" * 60_000,
        lambda: bytes.fromhex("3003020103"),
    ],
    ids=["x", "no end", "cut", "a question", "no name", "a name that is none", "too many", "deep", "version 3"],
)
async def test_what_is_no_trap_is_noted_and_dropped(lab, say, data, monkeypatch):
    monkeypatch.setattr("genesys_ports.lab.snmp_messages.MOST_VARIABLES", 20)
    await say(data())
    (noted,) = lab.trace.select(protocol=SNMP)
    assert (noted.name, noted.text) == ("datagram", "no SNMP trap: dropped")
    assert len(noted.payload) <= 2_048
    assert heard(lab) == []
    await say(trap())
    assert len(heard(lab)) == 1


async def test_only_so_many_are_kept(lab):
    packet = decode(trap())
    for _ in range(TRAPS_KEPT + 4):
        lab.heard_trap("nms", "a", packet)
    lab.heard_trap("nms", "a", decode(trap((known("sysName.0"), Value(Syntax.STRING, b"x" * 5_000)))))
    rows = lab.traps().rows
    assert (len(rows), rows[-1][0]) == (TRAPS_KEPT, str(TRAPS_KEPT + 5))
    assert len(rows[-1][-1]) <= 2_048


@given(st.binary(max_size=80) | st.binary(max_size=30).map(lambda noise: trap()[:20] + noise))
def test_reading_garbage_never_fails(data):
    assert decode(data) is None or isinstance(decode(data), Packet)


async def test_the_manager_stops_and_forgets_nothing(lab, say):
    await say(trap())
    await lab.stop("nms")
    assert len(heard(lab)) == 1


# --- against tools no one here wrote


async def run(*arguments):
    process = await asyncio.create_subprocess_exec(*arguments, stderr=asyncio.subprocess.PIPE, env=net_snmp())
    async with asyncio.timeout(PATIENCE):
        _, said = await process.communicate()
    assert process.returncode == 0, said


MIBS = ("-M", f"+{MIB.parent}", "-m", "")


def place_of(lab):
    where = lab.network.reach("nms-host", 10162, "udp")
    return f"{where.address}:{where.number}"


@pytest.mark.parametrize("program", ["snmptrap", "snmpinform"])
async def test_net_snmp_sends(lab, program):
    number = ".".join(map(str, known("gsServerDownTrap")))
    variable = ".".join(map(str, known(LAST_TRAP)))
    await run(
        tool(program), "-v2c", "-c", "public", *MIBS, place_of(lab), "", number, variable, "s", "urs:server is DOWN"
    )
    await until(lambda: heard(lab))
    assert heard(lab) == [("outside program 1", "gsServerDownTrap", "urs:server is DOWN")]


@pytest.mark.parametrize(
    ("generic", "specific", "name"),
    [("0", "0", "coldStart"), ("4", "0", "authenticationFailure"), ("6", "5", "enterprises.9.9.0.5")],
)
async def test_net_snmp_sends_version_1(lab, generic, specific, name):
    await run(
        tool("snmptrap"), "-v1", "-c", "public", *MIBS, place_of(lab), "1.3.6.1.4.1.9.9", "127.0.0.1", generic,
        specific, "7", "1.3.6.1.2.1.1.5.0", "s", "router",
    )  # fmt: skip
    await until(lambda: heard(lab))
    assert heard(lab) == [("outside program 1", name, "sysName.0 = router")]


@pytest.fixture
async def snmptrapd(plan, tmp_path):
    """A lab whose manager is Net-SNMP's: what it has logged."""
    async with await Lab.open(plan) as lab:
        (tmp_path / "snmptrapd.conf").write_text("disableAuthorization yes\n")
        process = subprocess.Popen(
            [
                tool("snmptrapd"), "-f", "-n", "-C", "-c", str(tmp_path / "snmptrapd.conf"), "-Lo", "-OQ",
                "-p", str(tmp_path / "pid"), "-M", f"+{MIB.parent}", "-m", "+GENESYS-PORTS-MIB",
                f"udp:{place_of(lab)}",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=net_snmp(),
        )  # fmt: skip
        assert process.stdout is not None
        output, logged = process.stdout, []
        reader = threading.Thread(target=lambda: logged.extend(output))
        reader.start()
        try:
            where = lab.network.reach("nms-host", 10162, "udp")
            assert where is not None
            await until(lambda: not lab.network.is_silent(where))
            yield lab, logged
        finally:
            process.terminate()
            process.wait()
            reader.join()
            output.close()


async def test_net_snmp_hears(snmptrapd):
    lab, logged = snmptrapd
    await lab.start(MS, "t_server")
    lab.running("t_server").link_status("CTI-Link", up=False)
    await lab.stop(MS)
    await until(lambda: sum("ver is " in line or "status changed" in line for line in logged) >= 4)
    said = "".join(logged)
    for text in (UP, DOWN, "server t_server (4) - link CTI-Link status changed - 0"):
        assert text in said
    assert said.index(UP) < said.index(DOWN)
    if MIB.exists():
        assert "gsServerUpTrap" in said


async def test_the_manager_is_there_before_all_that_it_hears_of():
    plan = load_plan(ROOT / "notebooks" / "plans" / "management.csv")
    async with await Lab.open(plan) as lab:
        assert lab.start_order()[0].name == "nms"
        await lab.start_all(["message_server", "nms"])
        assert [row[2:] for row in lab.traps().only("No.", "From", "Trap").rows] == [("gsServerUpTrap",)]


async def test_the_switch_is_there_before_its_t_server():
    async with await Lab.open(load_plan(ROOT / "notebooks" / "plans" / "cti.csv")) as lab:
        assert lab.start_order()[0].name == "switch"
