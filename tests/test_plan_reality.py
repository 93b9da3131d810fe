"""`compare`: planned and listening, planned and silent, held by another program, open and not planned."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import UnknownHostError, WhichHostError
from genesys_ports.model import Application, Deployment, Host, ListeningPort, Platform, Purpose, Transport
from genesys_ports.plan import compare, local_sockets, read_sockets, reality
from genesys_ports.plan.comparison import Group
from genesys_ports.plan.programs import is_planned
from genesys_ports.plan.sockets import OpenSocket, Sockets, local_platform
from tests.helpers import own_number

DATA = Path(__file__).resolve().parent / "data" / "sockets"


def port(text, port_id="default", address="", purpose="communication"):
    """A listening port from `5150`, `5060/udp` or `20000-45000/udp`."""
    numbers, _, transport = text.partition("/")
    first, _, last = numbers.partition("-")
    return ListeningPort(
        number=int(first),
        last=int(last) if last else None,
        transport=Transport(transport or "tcp"),
        port_id=port_id,
        address=address,
        purpose=Purpose(purpose),
    )


def opened(text, program="", pid=None):
    """An open socket from `10.0.0.2 5150`, `:: 5060/udp`; `::4` takes IPv4 as well, `::6` does not."""
    address, _, rest = text.partition(" ")
    number, _, transport = rest.partition("/")
    dual = {"::4": True, "::6": False}.get(address)
    return OpenSocket(
        transport=Transport(transport or "tcp"),
        address="::" if dual is not None else address,
        number=int(number),
        program=program,
        pid=pid,
        dual=dual,
    )


def plan_of(*ports, type="Message Server", address=None, name="message_server", **host):
    return Deployment(
        hosts=(Host(name="h", address=address, **host), Host(name="other")),
        applications=(
            Application(name=name, host="h", type=type, ports=ports),
            Application(name="elsewhere", host="other", ports=(port("9999"),)),
        ),
    )


def lines(comparison):
    """Each row as one line: `planned and silent: 5150/tcp message_server. Remark.`"""
    shown = []
    for one in comparison.rows:
        named = f"{one.group}: {one.port} {one.application}".strip()
        shown.append(" ".join([named, *one.remarks]))
    return shown


LISTENING = "planned and listening: 5150/tcp message_server"
SILENT = "planned and silent: 5150/tcp message_server"
HELD = "held by another program: 5150/tcp message_server"
LOOPBACK = SILENT + " It listens on loopback only: no other machine reaches it."
ONLY_6 = SILENT + " It listens on IPv6 only, and the plan wants IPv4."
ONLY_4 = SILENT + " It listens on IPv4 only, and the plan wants IPv6."
PERHAPS_4 = LISTENING + " It listens on ::, which takes IPv4 too unless the program says otherwise."


def elsewhere(addresses, wanted):
    return f"{SILENT} It listens on {addresses}, and the plan wants {wanted}."


#: The address of the host, that of the port, what is open, and what is found.
ADDRESSES = [
    (None, "", [], SILENT),
    (None, "", ["0.0.0.0 5151/tcp"], SILENT),
    (None, "", ["0.0.0.0 5150/udp"], SILENT),
    (None, "", ["0.0.0.0 5150"], LISTENING),
    (None, "", ["* 5150"], LISTENING),
    (None, "", ["10.0.0.2 5150"], LISTENING),
    (None, "", ["127.0.0.1 5150"], LOOPBACK),
    (None, "", ["::1 5150"], LOOPBACK),
    (None, "", ["127.0.0.1 5150", "10.0.0.2 5150"], LISTENING),
    (None, "", [":: 5150"], PERHAPS_4),
    (None, "", ["::6 5150"], PERHAPS_4),
    ("10.0.0.2", "", ["0.0.0.0 5150"], LISTENING),
    ("10.0.0.2", "", ["* 5150"], LISTENING),
    ("10.0.0.2", "", ["10.0.0.2 5150"], LISTENING),
    ("10.0.0.2", "0.0.0.0", ["10.0.0.2 5150"], LISTENING),
    ("10.0.0.2", "", ["10.0.0.3 5150"], elsewhere("10.0.0.3", "10.0.0.2")),
    ("10.0.0.2", "", ["10.0.0.3 5150", "127.0.0.1 5150"], elsewhere("10.0.0.3", "10.0.0.2")),
    ("10.0.0.2", "", ["127.0.0.1 5150"], LOOPBACK),
    ("10.0.0.2", "", [":: 5150"], PERHAPS_4),
    ("10.0.0.2", "", ["::4 5150"], LISTENING),
    ("10.0.0.2", "", ["::6 5150"], ONLY_6),
    ("10.0.0.2", "", ["::6 5150", "0.0.0.0 5150"], LISTENING),
    ("10.0.0.2", "10.0.0.9", ["10.0.0.9 5150"], LISTENING),
    ("10.0.0.2", "10.0.0.9", ["10.0.0.2 5150"], elsewhere("10.0.0.2", "10.0.0.9")),
    ("10.0.0.2", "::", ["0.0.0.0 5150"], ONLY_4),
    ("10.0.0.2", "::", ["::6 5150"], LISTENING),
    ("10.0.0.2", "::", ["fd00::2 5150"], LISTENING),
    ("10.0.0.2", "::", ["10.0.0.2 5150"], elsewhere("10.0.0.2", "::")),
    ("fd00::2", "", ["0.0.0.0 5150"], ONLY_4),
    ("fd00:0::2", "", ["fd00::2 5150"], LISTENING),
    ("fd00::2", "", ["::6 5150"], LISTENING),
    ("::ffff:10.0.0.2", "", ["10.0.0.2 5150"], LISTENING),
    ("gen-fw-01.example", "", ["0.0.0.0 5150"], LISTENING),
    (
        "gen-fw-01.example",
        "",
        ["10.0.0.2 5150"],
        LISTENING + " It listens on 10.0.0.2; whether that is the planned address cannot be told.",
    ),
    ("gen-fw-01.example", "", ["127.0.0.1 5150"], LOOPBACK),
    # A plan of loopback hosts, as in a lab.
    ("127.10.0.2", "", ["127.10.0.2 5150"], LISTENING),
    ("127.10.0.2", "", ["127.10.0.3 5150"], SILENT),
    ("127.10.0.2", "", ["0.0.0.0 5150"], LISTENING),
]


@pytest.mark.parametrize(("host", "planned", "there", "wanted"), ADDRESSES)
def test_addresses(host, planned, there, wanted):
    found = compare(plan_of(port("5150", address=planned), address=host), [opened(one) for one in there], "h")
    assert lines(found)[0] == wanted
    assert found.clean is (found.rows[0].group is Group.LISTENING)


def test_the_address_can_be_another_than_the_planned_one():
    plan = plan_of(port("5150"), address="10.0.0.2")
    assert lines(compare(plan, [opened("127.9.0.2 5150")], "h", address="127.9.0.2")) == [LISTENING]


OWNERS = [
    ("", LISTENING),
    ("MessageServer", LISTENING),
    ("MessageServer.exe", LISTENING),
    ("messageserver_64", LISTENING),
    ("message_server", LISTENING),
    ("java", LISTENING),
    ("python3.11", LISTENING),
    ("svchost.exe", LISTENING),
    ("sshd", HELD + " The program is sshd, which is not message_server."),
    ("sshd: /usr/sbin", HELD + " The program is sshd: /usr/sbin, which is not message_server."),
    ("systemd-resolve", HELD + " The program is systemd-resolve, which is not message_server."),
    ("scs", HELD + " The program is scs, which is not message_server."),
    ("nginx", HELD + " The program is nginx, which is not message_server."),
    ("postgres", HELD + " The program is postgres, which is not message_server."),
]


@pytest.mark.parametrize(("program", "wanted"), OWNERS)
def test_owners(program, wanted):
    found = compare(plan_of(port("5150")), [opened("0.0.0.0 5150", program, 7)], "h")
    assert lines(found) == [wanted]
    assert found.rows[0].pids == (7,)


def test_one_socket_of_the_right_program_is_enough():
    there = [opened("0.0.0.0 5150", "systemd", 1), opened("0.0.0.0 5150", "MessageServer", 7)]
    assert lines(compare(plan_of(port("5150")), there, "h")) == [LISTENING]


#: A program, the type and the name of the planned application, and whether it is it.
PROGRAMS = [
    ("scs", "Solution Control Server", "scs_p", True),
    ("lca.exe", "LCA", "lca_1", True),
    ("SIPServer", "", "sip_server_p", True),
    ("postgres", "PostgreSQL", "db", True),
    ("oracle", "Configuration Database", "db", None),
    ("nginx", "GWS", "gws", None),
    ("nginx", "", "proxy", None),
    ("nginx", "URS", "urs", False),
    ("haproxy", "", "balancer", None),
    ("haproxy", "", "haproxy_1", True),
    ("haproxy", "SIP Server", "sip", False),
    ("sshd", "", "anything", False),
    ("sshd", "", "sshd", True),
    ("ss", "Supplementary Services Gateway", "ssg", False),
    ("unheard_of", "SIP Server", "sip", None),
    ("snmpd", "SNMP Master Agent", "agent", True),
    ("snmptrapd", "SNMP Master Agent", "agent", None),
    ("lmgrd", "License Manager", "flex", True),
    ("solution_contro", "Solution Control Server", "scs", True),
    ("systemd-network", "", "x", False),
    (" .exe", "LCA", "lca", None),
    ("", "LCA", "lca", None),
]


@pytest.mark.parametrize(("program", "type", "name", "wanted"), PROGRAMS)
def test_program_names(program, type, name, wanted):
    assert is_planned(program, Application(name=name, host="h", type=type)) is wanted


def test_udp_is_bound_and_ranges_are_counted():
    plan = plan_of(
        port("5060/udp", "sip"),
        port("20000-45000/udp", "rtp", purpose="media"),
        port("6000-6009", "pool"),
    )
    there = [opened(f"0.0.0.0 {number}") for number in ("5060/udp", "20000/udp", "45000/udp", "30000", "6009")]
    assert lines(compare(plan, there, "h")) == [
        "planned and listening: 5060/udp message_server UDP has no listening: the port is bound.",
        "planned range: 6000-6009/tcp message_server 1 of 10 are open now.",
        "planned range: 20000-45000/udp message_server 2 of 25,001 are open now. Media ports are opened for each call, "
        "so silence is normal.",
        "open, not planned: 30000/tcp",
    ]


def test_ranges_that_overlap_hide_what_is_inside_any_of_them():
    plan = plan_of(port("100-200", "a"), port("120-130", "b"), port("180-300", "c"), port("500-600", "d"))
    there = [opened(f"0.0.0.0 {number}") for number in (99, 100, 150, 250, 300, 301, 499, 500, 600, 601)]
    unplanned = compare(plan, there, "h").group("open, not planned")
    assert [one.number for one in unplanned] == [99, 301, 499, 601]


def test_tls_is_a_tcp_socket():
    assert compare(plan_of(port("5061/tls")), [opened("0.0.0.0 5061")], "h").clean


def test_what_is_not_planned():
    there = [
        opened("0.0.0.0 22", "sshd", 1),
        opened(":: 22", "sshd", 1),
        opened("127.0.0.1 631", "cupsd", 2),
        opened("0.0.0.0 9999"),
        opened("0.0.0.0 40000/udp"),
        opened("0.0.0.0 40000"),
    ]
    found = compare(plan_of(), there, "h")
    assert lines(found) == [
        "open, not planned: 22/tcp",
        "open, not planned: 631/tcp Loopback only.",
        "open, not planned: 9999/tcp",
        "open, not planned: 40000/tcp",
    ]
    assert found.rows[0].listens_on == ("0.0.0.0", "::")
    assert found.clean
    assert found.notes == (
        "The plan has no listening port on h.",
        "1 UDP port among those for outgoing traffic is bound too; clients come and go there, so it is not listed.",
        "The file does not tell which program owns 3 of 6 open ports. Save it as administrator, and with the option "
        "that shows programs:  ss -lntup  (Linux).  netstat -ano  (Windows) shows numbers of processes only.",
    )


@pytest.mark.parametrize(
    ("planned", "seen", "counted"),
    [
        (Platform.WINDOWS, None, 1),
        (None, Platform.WINDOWS, 1),
        (None, Platform.LINUX, 1),
        (None, None, 2),
        (Platform.FREEBSD, Platform.LINUX, 2),
    ],
)
def test_udp_for_outgoing_traffic_by_platform(planned, seen, counted):
    there = Sockets([opened("0.0.0.0 40000/udp"), opened("0.0.0.0 65000/udp")], "x", seen)
    found = compare(plan_of(platform=planned), there, "h")
    assert found.ephemeral == counted
    assert len(found.rows) == 2 - counted


def test_this_machine_knows_its_own_range(monkeypatch):
    monkeypatch.setattr(reality, "local_ephemeral_range", lambda: range(1, 100))
    there = Sockets([opened("0.0.0.0 50/udp"), opened("0.0.0.0 40000/udp")], "x", None, saved=False)
    assert compare(plan_of(), there, "h").ephemeral == 1


def test_a_file_without_any_udp_port_may_have_been_saved_without_them(tmp_path):
    (tmp_path / "ss.txt").write_text("State Recv-Q Send-Q Local Peer\nLISTEN 0 128 0.0.0.0:5150 0.0.0.0:*\n")
    plan = plan_of(port("5060/udp", "sip"), port("5150"))
    found = compare(plan, read_sockets(tmp_path / "ss.txt"), "h")
    assert lines(found)[0] == "planned and silent: 5060/udp message_server"
    assert found.notes[0].startswith("The file has no UDP port at all, so every planned one counts as silent. Where")
    # What is there proves that the command was asked for it; ports from elsewhere are no file.
    with (tmp_path / "ss.txt").open("a") as more:
        more.write("UNCONN 0 0 0.0.0.0:514 0.0.0.0:*\n")
    assert not any("no UDP port" in note for note in compare(plan, read_sockets(tmp_path / "ss.txt"), "h").notes)
    assert not any("no UDP port" in note for note in compare(plan, [], "h").notes)


def test_a_server_that_listens_beside_its_planned_port():
    plan = plan_of(port("5150"), port("5160", "second"))
    found = compare(plan, [opened("0.0.0.0 5151", "MessageServer"), opened("0.0.0.0 5152", "java")], "h")
    assert lines(found) == [
        SILENT,
        "planned and silent: 5160/tcp message_server",
        "open, not planned: 5151/tcp message_server does not have its planned port 5150/tcp: does it listen here "
        "instead?",
        "open, not planned: 5152/tcp",
    ]


def test_who_lost_its_port_is_known_by_its_own_name_first():
    plan = (
        Deployment()
        .add("sip_server", host="h", type="SIP Server", port=5060)
        .add("t_server", host="h", type="T-Server", port=8010)
    )
    found = compare(plan, [opened("0.0.0.0 8010", "nginx"), opened("0.0.0.0 8011", "T_Server.exe")], "h")
    assert [(row.application, row.group) for row in found.rows[:2]] == [
        ("t_server", Group.HELD),
        ("sip_server", Group.SILENT),
    ]
    assert found.rows[2].remarks == ("t_server does not have its planned port 8010/tcp: does it listen here instead?",)


def test_the_agent_of_the_host():
    assert lines(compare(plan_of(lca_port=4999), [opened("0.0.0.0 4999", "lca")], "h")) == [
        "planned and listening: 4999/tcp Local Control Agent"
    ]
    assert lines(compare(plan_of(lca_port=4999), [], "h")) == ["planned and silent: 4999/tcp Local Control Agent"]
    assert len(compare(plan_of(port("4999"), lca_port=4999), [], "h").rows) == 1
    assert len(compare(plan_of(port("4999/udp"), lca_port=4999), [], "h").rows) == 2


# --- which host ---------------------------------------------------------------------------------------------


def hosts(*named):
    return Deployment(hosts=tuple(Host(name=name, address=address) for name, address in named))


HERE = [
    (hosts(("a", "10.0.0.1"), ("b", "10.0.0.2")), "b"),
    (hosts(("a", "10.0.0.1"), ("b", "fd00::2")), "b"),
    (hosts(("a", None), ("gen-fw-01", None)), "gen-fw-01"),
    (hosts(("a", None), ("GEN-FW-01.other.example", None)), "GEN-FW-01.other.example"),
    (hosts(("gen-fw-01", None), ("b", "10.0.0.2")), "b"),
    (hosts(("only", None)), "only"),
    (hosts(("a", "127.0.0.1"), ("b", "10.0.0.2")), "b"),
]


@pytest.fixture
def machine(monkeypatch):
    """A machine with the addresses 127.0.0.1, 10.0.0.2 and fd00::2, called gen-fw-01.example."""
    import platform

    cards = {
        "lo": [SimpleNamespace(address="127.0.0.1")],
        "eth0": [SimpleNamespace(address="10.0.0.2"), SimpleNamespace(address="fd00::2%eth0")],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: cards)
    monkeypatch.setattr(platform, "node", lambda: "Gen-FW-01.example")
    monkeypatch.setattr(psutil, "net_connections", lambda kind: [])


@pytest.mark.parametrize(("plan", "wanted"), HERE)
@pytest.mark.usefixtures("machine")
def test_this_machine(plan, wanted):
    assert compare(plan).host == wanted


UNKNOWN = [
    (hosts(("a", None), ("b", None)), "No address and no name of a planned host tells. The plan's hosts: a, b."),
    (hosts(("a", "10.0.0.1")), "No address and no name of a planned host tells."),
    (hosts(("a", "0.0.0.0"), ("b", "")), "No address and no name of a planned host tells."),
    (hosts(("10.0.0.9", None), ("10.1.1.1", None)), "No address and no name of a planned host tells."),
    (hosts(("a", "10.0.0.2"), ("b", "fd00::2")), "It may be each of these: a, b."),
    (hosts(), "The plan has no host."),
]


@pytest.mark.parametrize(("plan", "problem"), UNKNOWN)
@pytest.mark.usefixtures("machine")
def test_this_machine_is_none_of_them_or_several(plan, problem):
    with pytest.raises(WhichHostError) as caught:
        compare(plan)
    assert problem in str(caught.value)
    if plan.hosts:
        assert "Which host of the plan is this machine?" in str(caught.value)
        assert f"--host {plan.hosts[0].name}" in str(caught.value)


def test_a_system_without_addresses(monkeypatch, machine):
    def denied():
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_if_addrs", denied)
    assert compare(hosts(("a", "10.0.0.2"), ("gen-fw-01", None))).host == "gen-fw-01"


def test_a_saved_file_knows_its_host_by_an_address_that_listens():
    plan = hosts(("framework-host", "10.0.0.11"), ("sip-host", "10.0.0.13"))
    assert compare(plan, read_sockets(DATA / "ss.txt")).host == "sip-host"
    assert compare(plan, read_sockets(DATA / "netstat-windows.txt")).host == "framework-host"
    with pytest.raises(WhichHostError, match=r"Which host of the plan is .*netstat-linux\.txt\? No address"):
        compare(plan, read_sockets(DATA / "netstat-linux.txt"))


def test_a_host_the_plan_does_not_have():
    with pytest.raises(UnknownHostError):
        compare(plan_of(), [], "g")


# --- shown --------------------------------------------------------------------------------------------------


def sample():
    plan = plan_of(port("5150"), port("5151", "second"), port("5152", "third"))
    there = [
        opened("0.0.0.0 5150", "MessageServer", 4711),
        opened("0.0.0.0 5152", "sshd", 12),
        opened("0.0.0.0 6000", "<b>java</b>\x1b", 13),
    ]
    return compare(plan, Sockets(there, "h.txt"), "h")


def test_shown_as_a_table():
    assert str(sample()) == (
        "h (plan) against h.txt: 1 held by another program, 1 silent, 1 as planned, 1 not planned\n"
        "Found                    Port      Application     Port ID  Listens on  Program        PID   Remark\n"
        "───────────────────────  ────────  ──────────────  ───────  ──────────  ─────────────  ────  "
        "──────────────────────────────────────────────────\n"
        "held by another program  5152/tcp  message_server  third    0.0.0.0     sshd           12    "
        "The program is sshd, which is not message_server.\n"
        "planned and silent       5151/tcp  message_server  second\n"
        "planned and listening    5150/tcp  message_server  default  0.0.0.0     MessageServer  4711\n"
        "open, not planned        6000/tcp                           0.0.0.0     <b>java</b>�   13"
    ).replace("─" * 50, "─" * 49)


def test_a_lesson_shows_what_is_the_same_everywhere():
    text = str(sample().table(owners=False, unplanned=False))
    assert text.startswith("h (plan): 1 held by another program, 1 silent, 1 as planned\n")
    assert "4711" not in text
    assert "java" not in text


def test_html_is_escaped():
    assert "<b>" not in sample()._repr_html_()


def test_json():
    shown = sample().as_json()
    assert (shown["host"], shown["clean"], shown["open"], shown["hidden"]) == ("h", False, 3, 0)
    assert shown["rows"][0] == {
        "group": "held by another program",
        "application": "message_server",
        "port_id": "third",
        "port": 5152,
        "last": None,
        "transport": "tcp",
        "address": "",
        "listens_on": ["0.0.0.0"],
        "open": 1,
        "programs": ["sshd"],
        "pids": [12],
        "remarks": ["The program is sshd, which is not message_server."],
    }


# --- the real machine, any plan, large plans ----------------------------------------------------------------


@pytest.mark.skipif(local_platform() is Platform.MACOS, reason="macOS shows sockets to administrators only")
def test_a_real_listener():
    with socket.create_server(("127.0.0.1", own_number())) as server:
        number = server.getsockname()[1]
        plan = plan_of(port(str(number)))
        assert lines(compare(plan, host="h", address="127.0.0.1"))[0].startswith("planned and listening")
        silent = [one for one in compare(plan, host="h").rows if one.number == number]
        assert [one.group for one in silent] == [Group.SILENT]
    assert compare(plan, local_sockets(), "h").group(Group.SILENT)[0].remarks == ()


ANY_ADDRESS = st.sampled_from(["0.0.0.0", "*", "::", "127.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::2", "fe80::1", "a.b"])
ANY_SOCKET = st.builds(
    OpenSocket,
    transport=st.sampled_from([Transport.TCP, Transport.UDP]),
    address=ANY_ADDRESS,
    number=st.integers(5150, 5156),
    program=st.sampled_from(["", "java", "sshd", "MessageServer", "\x00"]),
    pid=st.one_of(st.none(), st.integers(1, 9)),
    dual=st.sampled_from([None, True, False]),
)
ANY_PORT = st.builds(
    ListeningPort,
    number=st.integers(5150, 5156),
    last=st.one_of(st.none(), st.integers(5156, 5160)),
    transport=st.sampled_from(list(Transport)),
    purpose=st.sampled_from(list(Purpose)),
    address=st.sampled_from(["", "0.0.0.0", "::", "10.0.0.2", "fd00::2", "127.0.0.1"]),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(ANY_PORT, max_size=4),
    st.lists(ANY_SOCKET, max_size=6),
    st.sampled_from([None, "10.0.0.2", "fd00::2", "127.0.0.1", "name"]),
)
def test_every_port_is_told_once(ports, there, address):
    found = compare(plan_of(*ports, address=address), there, "h")
    planned = [one for one in found.rows if one.group is not Group.UNPLANNED]
    assert sorted(one.port for one in planned) == sorted(map(str, ports))
    taken = {(one.transport.carrier, number) for one in ports for number in one.numbers}
    unplanned = {(one.transport, one.number) for one in there} - taken
    assert {(one.transport, one.number) for one in found.group(Group.UNPLANNED)} == unplanned
    for one in found.group(Group.LISTENING):
        assert one.sockets
    assert str(found)
    assert found.as_json() == compare(plan_of(*ports, address=address), there, "h").as_json()


def test_large_plans_take_time_in_proportion():
    def seconds(count):
        plan = plan_of(*(port(str(1024 + n), f"p{n}") for n in range(count)))
        there = [opened(f"0.0.0.0 {1024 + n * 2 % 60000}", f"program{n}") for n in range(count)]
        start = time.process_time()
        compare(plan, there, "h")
        return time.process_time() - start

    seconds(100)
    small, large = min(seconds(1000) for _ in range(3)), seconds(8000)
    assert large < small * 8 * 5
