"""SNMP in each version, traps and AgentX as Wireshark reads them: what a lab has seen, written down and decoded."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from genesys_ports import Lab, load_plan
from tests.helpers import PATIENCE, tool

PLAN = load_plan(Path(__file__).parent.parent / "notebooks" / "plans" / "management.csv")
NAME = "1.3.6.1.2.1.1.5.0"

#: A plan may use any number; Wireshark has to be told of one that is not SNMP's own.
OPTIONS = ["-d", "udp.port==5161,snmp"]

#: The user of the lab, for what is encrypted: name, protocols and passwords in the order in which tshark wants them.
USER = ["-o", 'uat:snmp_users:"","trainee","SHA1","training-auth","AES","training-priv"']

FIELDS = (
    "snmp.version", "snmp.community", "snmp.data", "snmp.name", "snmp.value.octets", "snmp.msgUserName",
    "snmp.encryptedPDU", "udp.dstport", "agentx.type", "tcp.dstport", "_ws.malformed", "frame.comment",
)  # fmt: skip

#: RFC 2741, section 6.1.
OPEN, REGISTER, GET, GET_NEXT, NOTIFY, RESPONSE = 1, 3, 5, 6, 12, 18

TRAP = "7"


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """What was seen on one morning in a lab."""
    path = tmp_path_factory.mktemp("capture") / "management.pcapng"

    async def morning():
        async with await Lab.open(PLAN) as lab:
            await lab.start("nms")
            await lab.start_all()
            await lab.snmpget("message_server", "sysName.0")
            await lab.snmpget("message_server", "sysName.0", user="trainee")
            await lab.snmptable("snmp_master_agent", "gpApplicationTable")
            await lab.snmpget("snmp_master_agent", "gpApplicationState.2")
            await lab.crash("stat_server")
            async with asyncio.timeout(PATIENCE):
                while "gsServerDownTrap" not in str(lab.traps()):
                    await asyncio.sleep(0.01)
            lab.trace.save(path)

    asyncio.run(morning())
    return path


def decoded(path, *options):
    """Each packet of SNMP and AgentX as tshark reads it: its fields by name."""
    wanted = [part for field in FIELDS for part in ("-e", field)]
    command = [tool("tshark"), "-r", str(path), *OPTIONS, *options, "-Y", "snmp or agentx", "-T", "fields", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def closed(capture):
    return decoded(capture)


@pytest.fixture(scope="module")
def opened(capture):
    """The same, read by somebody who has the passwords of version 3."""
    return decoded(capture, *USER)


def kinds(row):
    return [int(one) for one in row["agentx.type"].split(",") if one]


def test_nothing_is_malformed(opened):
    # Wireshark 4.0 loses its way in AgentX at every value, in what Net-SNMP's own agentxtrap sends, too.
    with_values = {NOTIFY, RESPONSE}
    lost = [row["frame.comment"] for row in opened if row["_ws.malformed"] and not with_values & set(kinds(row))]
    assert lost == []


def test_version_2c(closed):
    asked, answered = [row for row in closed if row["snmp.version"] == "1" and row["snmp.name"] == NAME]
    assert (asked["snmp.community"], asked["snmp.data"], asked["udp.dstport"]) == ("public", "0", "5161")
    assert (answered["snmp.data"], answered["snmp.value.octets"]) == ("2", b"message_server".hex())


def test_version_3_is_encrypted_and_can_be_read_with_the_passwords(closed, opened):
    secret = [place for place, row in enumerate(closed) if row["snmp.encryptedPDU"]]
    assert [(closed[one]["snmp.msgUserName"], closed[one]["snmp.name"]) for one in secret] == [("trainee", "")] * 2
    assert [opened[one]["snmp.name"] for one in secret] == [NAME] * 2
    assert opened[secret[1]]["snmp.value.octets"] == b"message_server".hex()


def test_traps(closed):
    traps = [row for row in closed if row["snmp.data"] == TRAP]
    assert {row["udp.dstport"] for row in traps} == {"162"}
    texts = [bytes.fromhex(row["snmp.value.octets"]).decode() for row in traps]
    assert "message_server:server is UP" in texts
    assert texts[-1] == "stat_server:server is DOWN"


def test_agentx(closed):
    to_master = {kind for row in closed if row["tcp.dstport"] == "705" for kind in kinds(row)}
    from_master = {kind for row in closed if row["tcp.dstport"] != "705" for kind in kinds(row)}
    assert to_master == {OPEN, REGISTER, NOTIFY, RESPONSE}
    assert from_master == {GET, GET_NEXT, RESPONSE}
