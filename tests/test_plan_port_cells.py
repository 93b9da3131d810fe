"""What people write in the cells of port, transport, purpose and connections, and what is read of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import BadRowsError, PlanFileError
from genesys_ports.model import Connection, Platform, Purpose
from genesys_ports.plan import save_plan
from genesys_ports.plan.builder import build
from genesys_ports.plan.columns import Column
from genesys_ports.plan.rows import RawRow
from tests.helpers import read


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def plan_of(*rows: dict[Column, str]):
    plan, bad = build("plan", [RawRow("f", number, cells) for number, cells in enumerate(rows, start=2)])
    assert not bad
    return plan


def ports_of(port: str, transport: str = "", **more: str) -> list[str]:
    cells = {Column.HOST: "h", Column.APPLICATION: "a", Column.PORT: port, Column.TRANSPORT: transport}
    return [f"{one.port_id} {one}" for _, one in plan_of(cells).ports()]


PORTS = [
    ("5150.0", "", "default 5150/tcp"),
    ("5150,00", "", "default 5150/tcp"),
    ("'5150", "", "default 5150/tcp"),
    ("\xa05150 ", "", "default 5150/tcp"),
    ("Porta 5150", "", "default 5150/tcp"),
    ("5060/udp", "", "default 5060/udp"),
    ("5060 UDP", "udp", "default 5060/udp"),
    ("5060 (udp)", "", "default 5060/udp"),
    ("5060-udp", "", "default 5060/udp"),
    ("udp/5060", "", "default 5060/udp"),
    ("5060 (SIP)", "", "default 5060/tcp"),
    ("5060 (SIP)", "udp", "default 5060/udp"),
    ("3306 (MySQL)", "", "default 3306/tcp"),
    ("8080(GAX)", "", "default 8080/tcp"),
    ("(Config Server) 2020", "", "default 2020/tcp"),
    ("20000-45000 (RTP)", "", "default 20000-45000/udp"),
    ("5060 (SIP/UDP)", "", "default 5060/udp"),
    ("5060 (tcp e udp)", "", "default 5060/tcp, default-udp 5060/udp"),
    ("123 (NTP)", "", "default 123/udp"),
    ("5060 (SIP); 5061 (SIP over TLS)", "", "default 5060/tcp, default-5061 5061/tls"),
    ("5060 (SIP) 5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("TCP: 5060", "", "default 5060/tcp"),
    ("5061/ssl", "", "default 5061/tls"),
    ("5060 tcp/udp", "", "default 5060/tcp, default-udp 5060/udp"),
    ("5060/udp/tcp", "", "default 5060/udp, default-tcp 5060/tcp"),
    ("5060 TCP e UDP", "", "default 5060/tcp, default-udp 5060/udp"),
    ("5060 tcp, udp", "", "default 5060/tcp, default-udp 5060/udp"),
    ("tcp, udp 5060", "", "default 5060/tcp, default-udp 5060/udp"),
    ("udp 5060 tcp 5061", "", "default 5060/udp, default-5061 5061/tcp"),
    ("UDP 5060; TCP 5061", "", "default 5060/udp, default-5061 5061/tcp"),
    ("20000-45000", "udp", "default 20000-45000/udp"),
    ("20000 a 45000", "", "default 20000-45000/tcp"),
    ("20000 até 45000", "", "default 20000-45000/tcp"),
    ("20000 to 45000", "", "default 20000-45000/tcp"),
    ("20000..45000", "", "default 20000-45000/tcp"),
    ("20000—45000/udp", "", "default 20000-45000/udp"),
    ("5060;5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060, 5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060/5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060 5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060 e 5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060 & 5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060+5061", "", "default 5060/tcp, default-5061 5061/tcp"),
    ("5060 tcp+udp", "", "default 5060/tcp, default-udp 5060/udp"),
    ("80,443", "", "default 80/tcp, default-443 443/tcp"),
    ("5060\n5061/udp\n", "", "default 5060/tcp, default-5061 5061/udp"),
    ("5060; 5060", "", "default 5060/tcp"),
    ("5060 udp/udp", "", "default 5060/udp"),
    (
        "5060/udp; 5061/tls; 20000-45000/udp",
        "",
        "default 5060/udp, default-5061 5061/tls, default-20000-45000 20000-45000/udp",
    ),
    (
        "5060 tcp/udp; 5061 tcp/udp",
        "",
        "default 5060/tcp, default-udp 5060/udp, default-5061 5061/tcp, default-5061-udp 5061/udp",
    ),
    ("5060", "tcp/udp", "default 5060/tcp, default-udp 5060/udp"),
    ("5060", "TCP e UDP", "default 5060/tcp, default-udp 5060/udp"),
    ("5060", "TCP+UDP", "default 5060/tcp, default-udp 5060/udp"),
    ("5060", "Ambos", "default 5060/tcp, default-udp 5060/udp"),
    ("5060", "both", "default 5060/tcp, default-udp 5060/udp"),
    ("5060", "UDP\nTCP", "default 5060/udp, default-tcp 5060/tcp"),
    ("5060", "SIP/UDP", "default 5060/udp"),
    ("5061", "SIP over TLS 1.2", "default 5061/tls"),
    ("443", "HTTPS", "default 443/tls"),
    ("161", "SNMP", "default 161/udp"),
    ("5150", "TCP/IP", "default 5150/tcp"),
    ("5150", "-", "default 5150/tcp"),
    ("5150", "TLIB", "default 5150/tcp"),
    ("5150", "T-Lib / ADDP", "default 5150/tcp"),
    ("5150", "T-Library (TLS)", "default 5150/tls"),
    ("1433", "ODBC; JDBC", "default 1433/tcp"),
    ("389", "LDAP", "default 389/tcp"),
    ("636", "LDAPS", "default 636/tls"),
    ("8080", "SOAP over HTTPS", "default 8080/tls"),
    ("5000", "XML/UDP", "default 5000/udp"),
    ("5060", "SIP", "default 5060/tcp"),
    ("5060/udp", "SIP", "default 5060/udp"),
    ("5060", "any", "default 5060/tcp"),
    ("5060", "IP", "default 5060/tcp"),
    ("5060", "Todos", "default 5060/tcp"),
    ("5060", "SIP; UDP", "default 5060/udp"),
    ("5060; 5061", "SIP; UDP", "default 5060/tcp, default-5061 5061/udp"),
    ("none", "SIP", ""),
    ("5060; 5061", "udp; tls", "default 5060/udp, default-5061 5061/tls"),
    ("5060; 5061", "udp", "default 5060/udp, default-5061 5061/udp"),
    ("5061", "tcp/tls", "default 5061/tls"),
    ("5061/tcp", "tls", "default 5061/tls"),
    ("5061/tls", "tcp", "default 5061/tls"),
    ("5060/tcp", "tcp/tls", "default 5060/tcp"),
    ("5060/udp; 5061", "tcp/udp", "default 5060/udp, default-5061 5061/tcp, default-5061-udp 5061/udp"),
    ("none", "", ""),
    ("Nenhuma", "", ""),
    ("-", "", ""),
    ("n/a", "", ""),
]


@pytest.mark.parametrize(("port", "transport", "expected"), PORTS)
def test_ports(port, transport, expected):
    assert ", ".join(ports_of(port, transport)) == expected


NO_PORTS = [
    *((text, "This is a date, not a port.") for text in ("05/06/2024", "2024-05-06", "5.6.2024", "05/06/2024 00:00")),
    *((text, "This is not a port.") for text in ("0x13C4", "5060; 0X13", "6000+1", "6000 + 10", "1024+", "1024+;80")),
    # In parentheses: nothing that could be meant for a transport or a range is a remark.
    *((f"5060 ({text})", "This is not a port.") for text in ("tpc", "udpp", "sctp", "not udp", "to", "SIP?", "v 2")),
    *((text, "This is not a port.") for text in ("(SIP)", "5060 (SIP", "5060 SIP)", "5060 SIP", "20000 (a) 45000")),
    ("5060 (ramal)", "This is a port of a switch or an IVR"),
    ("70000 (SIP)", "No port has this number."),
]  # fmt: skip


@pytest.mark.parametrize(("port", "message"), NO_PORTS)
def test_no_port(port, message):
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port\nh,a,{port}\n")
    assert caught.value.rows[0].message.startswith(message)


@pytest.mark.parametrize("transport", ["sctp", "pombo", "tpc", "tcp/sctp", "SIP/sctp", "TLIB tpc", "e", "?", ";", "1"])
def test_no_transport(transport):
    with pytest.raises(BadRowsError, match=r"This is not a transport\. Write one of: tcp, udp, tls\."):
        read(f"Host,Application,Port,Transport\nh,a,1,{transport}\n")


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("", Purpose.COMMUNICATION),
        ("-", Purpose.COMMUNICATION),
        ("SIP signalling for phones", Purpose.SIP),
        ("Sinalização SIP", Purpose.SIP),
        ("Comunicação", Purpose.COMMUNICATION),
        ("TLib com o URS", Purpose.COMMUNICATION),
        ("Gerenciamento (SNMP)", Purpose.MANAGEMENT),
        ("Managment Port", Purpose.MANAGEMENT),
        ("Licença", Purpose.LICENCE),
        ("FlexLM licenses", Purpose.LICENCE),
        ("Link CTI com o PABX", Purpose.CTI_LINK),
        ("Mídia RTP", Purpose.MEDIA),
        ("Banco de dados", Purpose.DATABASE),
        ("web console", Purpose.HTTP),
        ("Sincronização HA", Purpose.HA_SYNC),
        ("Controle", Purpose.CONTROL),
        ("Alarmes e logs", Purpose.OTHER),
        ("fun", Purpose.OTHER),
    ],
)
def test_purposes(text, purpose):
    [(_, port)] = read(f"Servidor;App;Porta;Finalidade\nh;a;1;{text}\n").ports()
    assert port.purpose is purpose


@pytest.mark.parametrize("text", ["manegement", "mediaa", "contrl", "licnce", "databse"])
def test_a_purpose_one_letter_away_is_asked_about(text):
    with pytest.raises(BadRowsError, match="This is not a purpose"):
        read(f"Host,Application,Port,Purpose\nh,a,1,{text}\n")


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("Windows Server 2016", Platform.WINDOWS),
        ("Win2019", Platform.WINDOWS),
        ("RHEL 7.9", Platform.LINUX),
        ("Red Hat Enterprise Linux", Platform.LINUX),
        ("macOS 14", Platform.MACOS),
        ("FreeBSD", Platform.FREEBSD),
        ("W2K16", Platform.WINDOWS),
        ("WS2019", Platform.WINDOWS),
        ("2016 Server", Platform.WINDOWS),
        ("AIX 7.2", None),
        ("Solaris", None),
        ("HP-UX", None),
        ("Unix", None),
        ("Linux/Windows", None),
        ("-", None),
    ],
)
def test_platforms(text, platform):
    assert read(f"Host,App,Port,Sistema operacional\nh,a,1,{text}\n").host("h").platform is platform


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.1/24", "10.0.0.1"),
        ("10.0.0.1/255.255.255.0", "10.0.0.1"),
        ("10.0.0.0/31", "10.0.0.0"),
        ("fd00::5/64", "fd00::5"),
        ("[::1]", "::1"),
        ("[fe80::1%eth0]", "fe80::1%eth0"),
    ],
)
def test_addresses(text, address):
    plan = read(f"Host,Application,Port,Address,Host address\nh,a,1,{text},{text}\n")
    assert (plan.host("h").address, plan.application("a").ports[0].address) == (address, address)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/24", "10.0.0.1/99", "10.0.0.1/", "[10.0.0.1]", "[::1]:80", "[]", "10.0.0.1; 10.0.0.2"]
)
def test_no_address(text):
    with pytest.raises(BadRowsError, match="This is not an IP address"):
        read(f"Host,Application,Port,Host address\nh,a,1,{text}\n")


# --- connections -----------------------------------------------------------------------------------------------


CONNECTIONS = [
    ("b:default port=4500 backup-port=4501 address=10.0.0.2 tls=1", [("b", "default", 4500, 4501, "10.0.0.2", True)]),
    ("b TLS = 0", [("b", "default", None, None, "", False)]),
    ("b port=4500;address=10.0.0.2;backup-port=4501; c:sip", [
        ("b", "default", 4500, 4501, "10.0.0.2", None),
        ("c", "sip", None, None, "", None),
    ]),
    ("b;tls=1;c;tls=1;b:default", [
        ("b", "default", None, None, "", True),
        ("c", "default", None, None, "", True),
        ("b", "default", None, None, "", None),
    ]),
    ("b, c", [("b", "default", None, None, "", None), ("c", "default", None, None, "", None)]),
    ("b, c:default", [("b, c", "default", None, None, "", None)]),
    ("b:default, c:default", [("b", "default", None, None, "", None), ("c", "default", None, None, "", None)]),
    ("b:default address=::1, tls=1, c:sip,", [
        ("b", "default", None, None, "::1", True),
        ("c", "sip", None, None, "", None),
    ]),
    ("b:x,", [("b", "x,", None, None, "", None)]),
    ("b:x, y address=::1", [("b", "x, y", None, None, "::1", None)]),
    ("b\nc:sip", [("b", "default", None, None, "", None), ("c", "sip", None, None, "", None)]),
    ("-", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONNECTIONS)
def test_connections(text, expected, tmp_path):
    cells = {Column.HOST: "h", Column.APPLICATION: "a", Column.PORT: "1", Column.CONNECTS_TO: text}
    plan = plan_of(cells)
    assert plan.connections == tuple(
        Connection(
            client="a",
            server=server,
            port_id=port_id,
            client_port=port,
            backup_client_port=backup,
            client_address=address,
            secure=secure,
        )
        for server, port_id, port, backup, address, secure in expected
    )
    save_plan(plan, tmp_path / "plan.csv")
    assert read((tmp_path / "plan.csv").read_bytes(), "again.csv").connections == plan.connections


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b port=x", "'b port=x' fixes a client port that cannot be."),
        ("b backup-port=65536", "'b backup-port=65536' fixes a client port that cannot be."),
        ("b address=here", "'b address=here' fixes a client address that cannot be. Write an IP address after "),
        ("b tls=2", "'b tls=2' says neither tls=1 nor tls=0."),
        ("port=5", "'port=5' names no port to connect to."),
        (" port=1" * 1400, "names no port to connect to."),
    ],
)
def test_a_bad_connection(text, message):
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port,Connects to\nh,a,1,{text}\n")
    assert message in caught.value.rows[0].message


# --- all cells -------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *"0123456789/;, -–.'=:(+x²é\n\u200b\x00",
        *(
            "5060",
            "65535",
            "70000",
            " tcp",
            "udp",
            "tls",
            "sip",
            " to ",
            " a ",
            " e ",
            "port",
            "trunk",
            " (SIP)",
            "5/6/2024",
            "none",
            "GP101",
        ),
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from(Column), st.lists(PIECES, max_size=8).map("".join)), max_size=5))
def test_any_cells_give_a_plan_and_bad_rows(rows):
    try:
        plan, bad = build("plan", [RawRow("f", number, cells) for number, cells in enumerate(rows)])
    except PlanFileError:
        return
    for one in bad:
        assert rows[one.row].get(Column(one.column), "")[:5].strip()[:1] == one.value[:1]
    for application, port in plan.ports():
        assert plan.origin.ports[application.name, port.port_id].row in range(len(rows))
        assert application.port(port.port_id) is port
    assert set(plan.origin.connections) == set(plan.connections)
    assert set(plan.origin.applications) == {one.name for one in plan.applications}
    assert set(plan.origin.hosts) == {one.name for one in plan.hosts}
