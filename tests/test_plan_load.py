"""`load_plan`: what it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from genesys_ports.errors import BadRowsError
from genesys_ports.model import Connection, Deployment, Host, ListeningPort, Platform, Purpose, Transport
from genesys_ports.plan import load_plan
from genesys_ports.plan.columns import ALIASES, column_letters
from genesys_ports.plan.load import READERS, read_plans
from genesys_ports.plan.rows import Column, RawRow
from tests.helpers import HEADER, read

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def one_port(text: str | bytes) -> ListeningPort:
    [(_, port)] = read(text).ports()
    return port


# --- the plans that come along ---------------------------------------------------------------------------------


def test_two_servers():
    plan = load_plan(PLANS / "two-servers.csv")
    assert plan.name == "two-servers"
    assert [host.name for host in plan.hosts] == ["framework-host"]
    assert [(a.name, a.type, str(p)) for a, p in plan.ports()] == [
        ("solution_control_server", "Solution Control Server", "3600/tcp"),
        ("message_server", "Message Server", "5150/tcp"),
    ]
    assert [str(one) for one in plan.connections] == [
        "solution_control_server → message_server",
        "message_server → solution_control_server",
    ]


@pytest.mark.parametrize("name", ["two-servers", "framework", "collisions"])
def test_sample_plans_use_names_of_the_catalogue_and_connect_to_what_is_there(name):
    from genesys_ports.catalog import load_catalog

    plan = load_plan(PLANS / f"{name}.csv")
    assert all(load_catalog().known(one.type) and "-" not in one.name for one in plan.applications)
    for connection in plan.connections:
        plan.application(connection.server).port(connection.port_id)


# --- what is read ----------------------------------------------------------------------------------------------


def test_three_columns_are_enough():
    assert read("Host,Application,Port\nh,a,5150\n") == Deployment(name="plan").add("a", host="h", port=5150)


@pytest.mark.parametrize(
    "header", ["port,HOST, Application ", "PORT,host,APPLICATION", "Port,Host,application\t", "Po_rt,Host,Application"]
)
def test_header_in_any_order_and_case(header):
    assert one_port(f"{header}\n5150,h,a\n").number == 5150


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(ends):
    assert one_port(f"Host,Application,Port{ends}h,a,5150{ends}").number == 5150


def test_no_line_end_at_the_end():
    assert one_port("Host,Application,Port\nh,a,5150").number == 5150


def test_byte_order_mark():
    assert one_port(b"\xef\xbb\xbfHost,Application,Port\nh,a,5150\n").number == 5150


def test_blank_rows_and_rows_of_commas_are_skipped():
    assert one_port("\n,,\nHost,Application,Port\n\n , ,\nh,a,5150\n,,,,\n\n").number == 5150


def test_blanks_before_a_quotation_mark():
    assert read('Host, Application, "Port"\nh, "a, b", 1\n').has_application("a, b")


def test_other_columns_are_ignored():
    assert one_port("Host,Owner,Application,Port,\nh,=1+1,a,5150,note\n").number == 5150


def test_short_rows_have_empty_cells():
    assert one_port(HEADER + "h,a,,,5150\n").transport is Transport.TCP


def test_defaults():
    port = one_port(HEADER + "h,a,,,5150,,,,\n")
    assert (port.port_id, port.transport, port.purpose, port.address, port.last) == (
        "default",
        Transport.TCP,
        Purpose.COMMUNICATION,
        "",
        None,
    )


def test_blanks_around_and_inside_a_name():
    assert read("Host,Application,Port\n h , message\u00a0 server\n,5150\n".replace("\n,", ",")).has_application(
        "message server"
    )


@pytest.mark.parametrize(
    ("text", "number", "last"),
    [
        ("5150", 5150, None),
        (" 05150 ", 5150, None),
        ("1", 1, None),
        ("65535", 65535, None),
        ("20000-45000", 20000, 45000),
        ("20000 – 45000", 20000, 45000),
        ("7-7", 7, None),
    ],
)
def test_ports(text, number, last):
    port = one_port(f"Host,Application,Port\nh,a,{text}\n")
    assert (port.number, port.last) == (number, last)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("Transport", "UDP", Transport.UDP),
        ("Transport", " tls", Transport.TLS),
        ("Purpose", "CTI link", Purpose.CTI_LINK),
        ("Purpose", "ha_sync", Purpose.HA_SYNC),
        ("Address", "10.0.0.2", "10.0.0.2"),
        ("Address", "::1", "::1"),
        ("Address", "*", ""),
        ("Port ID", "sip-tcp", "sip-tcp"),
    ],
)
def test_cells_of_a_port(column, text, value):
    port = one_port(f"Host,Application,Port,{column}\nh,a,5150,{text}\n")
    assert getattr(port, column.lower().replace(" ", "_")) == value


def test_several_rows_of_one_application_are_several_ports():
    plan = read(
        HEADER + "h,sip,SIP Server,,8000,,,,\nh,b,,,1,,,,\nh,sip,,sip,5060,udp,sip,,\nh,sip,sip server,x,1,,,,\n"
    )
    assert [str(port) for port in plan.application("sip").ports] == ["8000/tcp", "5060/udp", "1/tcp"]
    assert plan.application("sip").type == "SIP Server"


def test_a_type_in_a_later_row():
    assert read(HEADER + "h,a,,,1,,,,\nh,a,LCA,x,2,,,,\n").application("a").type == "LCA"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("b", [("b", "default", None)]),
        ("b:", [("b", "default", None)]),
        ("b:sip", [("b", "sip", None)]),
        (" b : sip ;; c; ", [("b", "sip", None), ("c", "default", None)]),
        ("b;b:default", [("b", "default", None)]),
        ("b:default port=4500; c PORT = 1", [("b", "default", 4500), ("c", "default", 1)]),
        ("nobody:nothing", [("nobody", "nothing", None)]),
    ],
)
def test_connections(text, expected):
    plan = read(f'Host,Application,Port,Connects to\nh,a,5150,"{text}"\n')
    assert plan.connections == tuple(
        Connection(client="a", server=server, port_id=port_id, client_port=client_port)
        for server, port_id, client_port in expected
    )


def test_connections_are_grouped_by_client():
    text = "h,a,,,1,,,,x\nh,b,,,2,,,,x\nh,a,,more,3,,,,y\n"
    assert [str(one) for one in read(HEADER + text).connections] == ["a → x", "a → y", "b → x"]


def test_applications_without_a_port_and_hosts_without_an_application():
    plan = read("Host,Application,Port,Connects to\nh2,none,,\nh,desktop,None,b\n")
    assert [host.name for host in plan.hosts] == ["h2", "h"]
    assert plan.application("desktop").ports == ()
    assert len(plan.connections) == 1


def test_host_address_and_platform():
    plan = read(
        "Host,Application,Port,Host address,Host platform\nh,a,1,10.0.0.2,\nh,b,2,,Windows\nh,c,3,10.0.0.2,windows\n"
    )
    assert plan.hosts == (Host(name="h", address="10.0.0.2", platform=Platform.WINDOWS),)


def test_formula_guard_is_taken_away():
    plan = read("Host,Application,Port\n'=h,''@a,5150\n'h,b,1\n")
    assert [host.name for host in plan.hosts] == ["=h", "'h"]
    assert plan.has_application("'@a")


def test_a_header_alone_is_an_empty_plan():
    assert read(HEADER) == Deployment(name="plan")


def test_the_plan_is_named_like_the_file():
    assert read(HEADER, "Site A.v2.CSV").name == "Site A.v2"


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    Path("p.csv").write_text("Host,Application,Port\nh,a,5150\n")
    reading = read_plans("p.csv", "./p.csv", tmp_path / "p.csv", "p.csv", "none.csv", "none.csv")
    assert [one.file for one in reading.files] == ["p.csv", "none.csv"]
    assert [str(port) for _, port in reading.plan.ports()] == ["5150/tcp"]
    assert len(reading.unreadable) == 1


def test_a_further_reader_is_one_entry(monkeypatch):
    cells = {Column.HOST: "h", Column.APPLICATION: "a", Column.PORT: "x"}
    rows = [RawRow(file="p.list", sheet="SITE A", row=14, cells=cells)]
    monkeypatch.setitem(READERS, ".list", lambda file, data: rows)
    monkeypatch.setitem(ALIASES, "maquina", Column.HOST)
    with pytest.raises(BadRowsError) as caught:
        read("x", "p.list")
    assert str(caught.value.rows[0]).startswith("sheet 'SITE A', row 14, column Port: 'x': This is not a port.")
    assert read("maquina,application,port\nh,a,1\n").host("h")


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(index, letters):
    assert column_letters(index) == letters


def test_a_large_plan():
    rows = "".join(f"h{n % 50},a{n},LCA,,{1 + n % 65535},,,,a{n - 1}\n" for n in range(20_000))
    assert len(read(HEADER + rows).applications) == 20_000
