"""SIP Server and phones of the lab against programs we did not write: sipsak, sipp and baresip."""

import asyncio
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from genesys_ports import Lab
from tests.helpers import PATIENCE, own_address, tool, until
from tests.sip_lab import GATE, P1, P2, PLAN, SIP, address_of, request, speaker, stranger

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="these programs are packages of Linux"),
    pytest.mark.skipif(sys.platform == "darwin", reason="every planned host needs an address of its own"),
]

#: A caller that hangs up while it rings. CANCEL and the ACK to 487 have the branch of the INVITE (RFC 3261 9.1,
#: 17.1.1.3): in sipp's words, that of the message three, or six, before.
CANCELLING = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="hangs up while it rings">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:probe@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:probe@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio 6000 RTP/AVP 0
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180"/>
  <send retrans="500"><![CDATA[
    CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-3]
    From: <sip:probe@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 CANCEL
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <recv response="487"/>
  <send><![CDATA[
    ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-6]
    From: <sip:probe@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
</scenario>
"""

#: baresip without a sound card, a display or a keyboard.
BARESIP = """sip_listen {address}:5060
audio_source aubridge,b
audio_player aubridge,a
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_app account.so
module_app contact.so
module_app menu.so
module uuid.so
"""

ACCOUNT = "<sip:{dn}@{server};transport={transport}>;auth_user={dn};auth_pass=x;regint=60;answermode=auto\n"


@pytest.fixture
async def lab():
    async with await Lab.open(PLAN) as lab:
        await lab.start(SIP, P1, P2, GATE)
        yield lab


async def run(*command, **options):
    """A program, its exit status and what it has said."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return process.returncode, said.decode(errors="replace")


def where(lab, application=SIP):
    return "{}:{}".format(*address_of(lab, application))


def is_taken(address, number, transport):
    """Whether somebody has this port by now."""
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address, number))
        except OSError:
            return True
    return False


async def sipp(lab, *arguments, folder):
    """A sipp that calls SIP Server; every call has to succeed."""
    status, said = await run(tool("sipp"), where(lab), "-i", own_address("250.1"), "-nostdin", *arguments, cwd=folder)
    assert status == 0, said[-3_000:]


# --- sipsak


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_sipsak_asks(lab, transport):
    status, said = await run(tool("sipsak"), "-vv", "-E", transport, "-s", f"sip:ping@{where(lab)}")
    assert status == 0, said
    asked = [m for m in lab.trace if m.sender.startswith("outside") and m.name == "OPTIONS"]
    assert {m.port for m in asked} == {f"5060/{transport}"}


async def test_sipsak_registers_and_takes_it_back(lab):
    me = f"sip:1001@{own_address('250.1')}"
    for seconds, count in ((60, 2), (0, 1)):
        status, said = await run(tool("sipsak"), "-U", "-C", me, "-x", seconds, "-s", f"sip:1001@{where(lab)}")
        assert status == 0, said
        assert [row[0] for row in lab.registrations().rows].count("1001") == count


async def test_sipsak_has_no_number_here(lab):
    status, said = await run(tool("sipsak"), "-U", "-C", "sip:7@127.0.0.1", "-x", 60, "-s", f"sip:7777@{where(lab)}")
    assert (status, "404" in said) == (2, True) or status != 0
    assert lab.trace[-1].name == "404 Not Found"


# --- sipp


@pytest.mark.parametrize("transport", ["u1", "t1", "tn"])
@pytest.mark.parametrize("number", ["1002", "service"])
async def test_sipp_calls(lab, tmp_path, transport, number):
    await sipp(
        lab,
        "-sn",
        "uac",
        "-t",
        transport,
        "-s",
        number,
        "-r",
        40,
        "-m",
        40,
        "-d",
        50,
        "-max_socket",
        500,
        folder=tmp_path,
    )
    await until(lambda: not lab.calls().rows)


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_sipp_hangs_up_while_it_rings(lab, tmp_path, transport):
    (tmp_path / "cancel.xml").write_text(CANCELLING)
    lab.phone(P2).answers_itself = False
    # A phone that is answered by hand takes one call at a time.
    await sipp(lab, "-sf", "cancel.xml", "-t", transport, "-s", "1002", "-l", 1, "-m", 5, folder=tmp_path)
    assert sum(m.name.startswith("487 ") for m in lab.trace) == 10
    await until(lambda: not lab.calls().rows)


@pytest.mark.parametrize(("transport", "option"), [("udp", "u1"), ("tcp", "t1")])
async def test_sipp_is_a_phone_that_we_call(lab, tmp_path, transport, option):
    address = own_address("250.2")
    await lab.stop(P2)
    uas = asyncio.ensure_future(
        run(tool("sipp"), "-sn", "uas", "-i", address, "-p", 5066, "-t", option, "-m", 1, "-nostdin", cwd=tmp_path)
    )
    await until(lambda: is_taken(address, 5066, transport))
    me, contact = "<sip:1002@sip-host>", f"<sip:1002@{address}:5066;transport={transport}>"
    outside = await stranger()
    outside.send(request("REGISTER", "sip:sip-host", To=me, From=f"{me};tag=1", Contact=contact), address_of(lab))
    await until(lambda: outside.heard)
    outside.transport.close()
    assert str(await lab.call(P1, "1002")) == "phone_1001 has called 1002, and the call was answered."
    await lab.hang_up(P1)
    status, said = await uas
    assert status == 0, said[-3_000:]
    assert {m.port for m in lab.trace if m.name == "INVITE"} == {"5060/udp", f"5066/{transport}"}


# --- baresip


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_baresip_registers_and_calls_a_phone(tmp_path, transport):
    plan = replace(PLAN, applications=(*PLAN.applications, speaker("desk", "agent-host", 5064, dn="1003")))
    async with await Lab.open(plan) as lab:
        await lab.start(SIP, P1, P2)
        host = address_of(lab)[0]
        (tmp_path / "config").write_text(BARESIP.format(address=own_address("250.3")))
        (tmp_path / "accounts").write_text(ACCOUNT.format(dn="1003", server=host, transport=transport))
        dial = f"/dial sip:1002@{host}"
        if transport == "tcp":
            dial += ";transport=tcp"
        process = await asyncio.create_subprocess_exec(
            tool("baresip"), "-4", "-f", str(tmp_path), "-e", dial, "-t", "20",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            await until(lambda: ("1003", "outside phone 1003") in [row[:2] for row in lab.registrations().rows])
            await until(
                lambda: [row[:4] for row in lab.calls().rows] == [("outside phone 1003", P2, "1002", "established")]
            )
            await lab.hang_up(P2)
            await until(lambda: not lab.calls().rows)
            # The other way round: it answers by itself.
            assert "1003" in str(await lab.call(P1, "1003"))
            await lab.hang_up(P1)
            process.terminate()
            await until(lambda: "1003" not in [row[0] for row in lab.registrations().rows])
        finally:
            if process.returncode is None:
                process.terminate()
            said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode in (0, -15), said.decode(errors="replace")[-3_000:]


# --- serve


def test_serve_lets_any_sip_tool_call_its_phones(tmp_path):
    plan = Path(__file__).parent.parent / "notebooks" / "plans" / "training.csv"
    command = [sys.executable, "-m", "genesys_ports", "serve", str(plan), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        # The last line of what it opens: everybody is registered by then.
        while '"phone_1002"' not in process.stdout.readline():
            pass
        server = f"{own_address('0.3')}:5060"
        caller = [tool("sipp"), server, "-sn", "uac", "-i", own_address("250.4"), "-s", "1002", "-nostdin"]
        done = subprocess.run([*caller, "-r", "20", "-m", "10"], cwd=tmp_path, capture_output=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout[-3_000:]
        process.send_signal(2)
        _, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (0, "")
    finally:
        process.kill()
        process.communicate()
