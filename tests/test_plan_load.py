"""`load_plan`: what it reads, and the exact words of what it cannot."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from genesys_ports.errors import BadRowsError, PlanFileError
from genesys_ports.model import Connection, Deployment, Host, ListeningPort, Platform, Purpose, Transport
from genesys_ports.plan import builder as builder_module
from genesys_ports.plan import files as files_module
from genesys_ports.plan import load_plan
from genesys_ports.plan.load import READERS
from genesys_ports.plan.rows import ALIASES, Column, RawRow, column_letters

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
HEADER = "Host,Application,Type,Port ID,Port,Transport,Purpose,Address,Connects to\n"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes, name: str = "plan.csv") -> Deployment:
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_plan(name)


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
        "solution_control_server → message_server:default",
        "message_server → solution_control_server:default",
    ]


@pytest.mark.parametrize("name", ["two-servers", "framework", "collisions"])
def test_sample_plans_use_names_of_the_catalogue_and_connect_to_what_is_there(name):
    from genesys_ports.catalog import load_catalog

    plan = load_plan(PLANS / f"{name}.csv")
    assert all(load_catalog().has(one.type) and "-" not in one.name for one in plan.applications)
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
    assert [str(one) for one in read(HEADER + text).connections] == ["a → x:default", "a → y:default", "b → x:default"]


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


# --- rows that cannot be read ----------------------------------------------------------------------------------

NUMBER = "Write a whole number from 1 to 65535, or a range such as 20000-45000, smaller number first."
PURPOSES = ", ".join(Purpose)

BAD_ROWS = [
    (",a,,,1,,,,", "row 2, column Host: '': No host stands here. Write the name of the host."),
    (
        "h,,,,1,,,,",
        "row 2, column Application: '': No application stands here. Write its name, or none when the plan has no "
        "application on this host.",
    ),
    (
        "h,a,,,,,,,",
        "row 2, column Port: '': No port stands here. Write a whole number from 1 to 65535, a range such as "
        "20000-45000, or none when the application opens no port.",
    ),
    *(
        (f"h,a,,,{text},,,,", f"row 2, column Port: {text!r}: This is not a port. {NUMBER}")
        for text in (
            "0",
            "65536",
            "-1",
            "5150.0",
            "45000-20000",
            "5150x",
            "\u0665\u0661\u0665\u0660",
            "1-2-3",
            "5150;5151",
            "99999999999",
        )
    ),
    (
        "h,a,,,5060/udp,,,,",
        "row 2, column Port: '5060/udp': Write the number alone here, and tcp, udp or tls in the column Transport.",
    ),
    ("h,a,,,1,sctp,,,", "row 2, column Transport: 'sctp': This is not a transport. Write one of: tcp, udp, tls."),
    ("h,a,,,1,,fun,,", f"row 2, column Purpose: 'fun': This is not a purpose. Write one of: {PURPOSES}."),
    (
        "h,a,,,1,,,localhost,",
        "row 2, column Address: 'localhost': This is not an IP address. Write one such as 10.0.0.2, or leave the cell "
        "empty for every address of the host.",
    ),
    (
        "h,a,,,1,,,,b:c:d",
        "row 2, column Connects to: 'b:c:d': 'b:c:d' names no port to connect to. Write application:port id, several "
        "separated by ; (message_server:default; lca:default).",
    ),
    (
        "h,a,,,1,,,,b; :sip",
        "row 2, column Connects to: 'b; :sip': ':sip' names no port to connect to. Write application:port id, several "
        "separated by ; (message_server:default; lca:default).",
    ),
    (
        "h,a,,,1,,,,b port=0",
        "row 2, column Connects to: 'b port=0': 'b port=0' fixes a client port that cannot be. Write a "
        "number from 1 to "
        "65535 after port= (message_server:default port=4500).",
    ),
    (
        "h,a:b,,,1,,,,",
        "row 2, column Application: 'a:b': A name holds neither : nor ; because the column Connects to uses them. "
        "Write an underscore instead.",
    ),
    (
        "h,a\x1b[31m,,,1,,,,",
        "row 2, column Application: 'a\\x1b[31m': The cell holds a character that cannot be seen. Type the text again.",
    ),
    (
        "h,a,,,1,,,,b,c",
        "row 2, column J: 'c': This cell stands to the right of the last named column. Name its column, or, where the "
        "comma belongs to a cell, put that cell in quotation marks.",
    ),
    (
        "h,a,,,1,,,,\ng,a,,x,2,,,,",
        "row 3, column Host: 'g': a stands on h in row 2, and runs on one host only. Write h, or another application.",
    ),
    (
        "h,a,LCA,,1,,,,\nh,a,GDA,x,2,,,,",
        "row 3, column Type: 'GDA': a has the type LCA in row 2. Write the same, or leave the cell empty.",
    ),
    (
        "h,a,,,1,,,,\nh,a,,,2,,,,",
        "row 3, column Port ID: '': a has a port with the id default in row 2. Write another id, such as management or "
        "sip.",
    ),
    (
        "h,a,,sip,none,,,,",
        "row 2, column Port ID: 'sip': The row says that no port is opened, so nothing belongs here. Empty this cell, "
        "or write the port.",
    ),
    (
        "h,none,,,5150,,,,",
        "row 2, column Port: '5150': The row says that the host has no application, so nothing belongs here. "
        "Empty "
        "this cell, or write the application.",
    ),
    (
        "h,none,,,,,,,b",
        "row 2, column Connects to: 'b': The row says that the host has no application, so nothing belongs here. Empty "
        "this cell, or write the application.",
    ),
]


@pytest.mark.parametrize(("rows", "text"), BAD_ROWS)
def test_a_bad_cell(rows, text):
    with pytest.raises(BadRowsError) as caught:
        read(HEADER + rows + "\n")
    assert [str(row) for row in caught.value.rows] == [text]
    assert str(caught.value) == (
        f"plan.csv: 1 cell cannot be read.\n  {text}\n"
        "Correct them in the file and load it again; the good rows are in .plan of this error."
    )


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            "h,a,1,10.0.0,",
            "row 2, column Host address: '10.0.0': This is not an IP address. Write one such as 10.0.0.2, or leave the "
            "cell empty.",
        ),
        (
            "h,a,1,,vms",
            "row 2, column Host platform: 'vms': This is not a platform. Write one of: linux, windows, macos, freebsd.",
        ),
        (
            "h,a,1,10.0.0.2,\nh,b,2,10.0.0.3,",
            "row 3, column Host address: '10.0.0.3': h has the address 10.0.0.2 in row 2. Write the same, or leave the "
            "cell empty.",
        ),
        (
            "h,a,1,,linux\nh,b,2,,macos",
            "row 3, column Host platform: 'macos': h has the platform linux in row 2. Write the same, or leave "
            "the cell "
            "empty.",
        ),
    ],
)
def test_a_bad_cell_about_a_host(rows, text):
    with pytest.raises(BadRowsError) as caught:
        read("Host,Application,Port,Host address,Host platform\n" + rows + "\n")
    assert [str(row) for row in caught.value.rows] == [text]


def test_every_bad_cell_at_once_and_the_good_rows_stay():
    text = "h,a,,,1,,,,b\n\n,,,,0,x,y,z,:\nh,b,LCA,,2,,,,\nh,b,,two,99999,,,,\nh,c,,,3,,,,\n"
    with pytest.raises(BadRowsError) as caught:
        read(HEADER + text)
    assert [(row.row, row.column) for row in caught.value.rows] == [
        (4, "Host"),
        (4, "Application"),
        (4, "Port"),
        (4, "Transport"),
        (4, "Purpose"),
        (4, "Address"),
        (4, "Connects to"),
        (6, "Port"),
    ]
    plan = caught.value.plan
    assert plan.name == "plan"
    assert [(one.name, [p.number for p in one.ports]) for one in plan.applications] == [
        ("a", [1]),
        ("b", [2]),
        ("c", [3]),
    ]
    assert len(plan.connections) == 1


def test_a_bad_row_still_counts_against_later_rows():
    with pytest.raises(BadRowsError) as caught:
        read(HEADER + "h,a,,,x,,,,\ng,a,,,2,,,,\n")
    assert [(row.row, row.column) for row in caught.value.rows] == [(2, "Port"), (3, "Host"), (3, "Port ID")]
    assert caught.value.plan == Deployment(name="plan")


def test_a_cell_over_the_limit():
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port\nh,{'a' * 10_001},1\n")
    [row] = caught.value.rows
    assert row.message == "The cell holds more than 10,000 characters. Is a quotation mark left open?"
    assert len(row.value) == 200


# --- files that cannot be read ---------------------------------------------------------------------------------

COLUMNS = "Host, Application, Type, Port ID, Port, Transport, Purpose, Address, Connects to"
SAVE_AS = "Save the sheet as 'CSV UTF-8 (comma delimited)'"

BAD_FILES = [
    ("plan.csv", b"", f"The file is empty. A plan starts with a row of column names: {COLUMNS}."),
    ("plan.csv", b" \r\n\n", f"The file is empty. A plan starts with a row of column names: {COLUMNS}."),
    ("plan.csv", b",,\n,\n", f"There is no row in the file. A plan starts with a row of column names: {COLUMNS}."),
    (
        "plan.csv",
        b"\nhost,Name,Number\nh,a,1\n",
        "Row 2 should name the columns, and these are missing: Application, Port. Found: 'host', 'Name', 'Number'.",
    ),
    (
        "plan.csv",
        b"framework-host,message_server,5150\n",
        "Row 1 should name the columns, and these are missing: Host, Application, Port. Found: 'framework-host', "
        "'message_server', '5150'.",
    ),
    (
        "plan.csv",
        ",".join(f"c{n:040}" for n in range(14)).encode(),
        "Row 1 should name the columns, and these are missing: Host, Application, Port. Found: "
        + ", ".join(repr(f"c{'0' * 28}…") for _ in range(12))
        + ", ….",
    ),
    (
        "plan.csv",
        b"Host;Application;Port\nh;a;1\n",
        f"Row 1 should name the columns, separated by commas; here they are separated by semicolons. {SAVE_AS}.",
    ),
    (
        "plan.csv",
        b"Host\tApplication\tPort\n",
        f"Row 1 should name the columns, separated by commas; here they are separated by tabs. {SAVE_AS}.",
    ),
    ("plan.csv", b"Host,Application,Port,port\n", "Row 1 names the column Port twice. Keep one of them."),
    ("plan.csv", b"Host,Application,Port\nh,a\0,1\n", f"This is not text. {SAVE_AS} and load that file."),
    ("plan.csv", b"PK\x03\x04\x14\0\x06\0", f"This is not text. {SAVE_AS} and load that file."),
    ("plan.csv", "Host,Application,Port\n".encode("utf-16"), f"This is not text. {SAVE_AS} and load that file."),
    (
        "plan.csv",
        b"Host,Application,Port\r\nh,a,1\r\nS\xe3o,b,2\r\n",
        f"Line 3 holds a character that is not UTF-8. {SAVE_AS} and load that file.",
    ),
    (
        "plan.csv",
        b'Host,Application,Port\nh,a,1\nh,"b,2\nh,c,3\n',
        "From row 3 on the cells cannot be told apart: a quotation mark is not closed, or does not stand at "
        "the edge of "
        'its cell. Write "" for a quotation mark inside a cell.',
    ),
    (
        "plan.csv",
        b'Host,Application,Port\nh,"a"b,1\n',
        "From row 2 on the cells cannot be told apart: a quotation mark is not closed, or does not stand at "
        "the edge of "
        'its cell. Write "" for a quotation mark inside a cell.',
    ),
    (
        "plan.csv",
        b"," * 200,
        "Row 1 has more than 200 columns. Keep the columns of the plan and a few of your own.",
    ),
    ("plan.csv", b"Host,Application,Port\n" + b"\n" * 200_000, "The sheet has more than 200,000 rows."),
    (
        "plan.csv",
        b"Host,Application,Port\n" + b"h,a,0\n" * 10_001,
        "More than 10,000 cells cannot be read, so this is hardly a port plan. The first: row 2, column Port: '0': "
        f"This is not a port. {NUMBER}",
    ),
    (
        "plan.xlsx",
        b"PK",
        "Only CSV can be read so far. Open the workbook and save the sheet as 'CSV UTF-8 (comma delimited)'.",
    ),
    (
        "plan.XLS",
        b"PK",
        "Only CSV can be read so far. Open the workbook and save the sheet as 'CSV UTF-8 (comma delimited)'.",
    ),
    ("plan.pdf", b"PK", "The name ends in '.pdf'; a plan file ends in one of: .csv."),
    ("plan", b"PK", "The name has no ending; a plan file ends in one of: .csv."),
]


@pytest.mark.parametrize(("name", "data", "problem"), BAD_FILES)
def test_a_bad_file(name, data, problem):
    with pytest.raises(PlanFileError) as caught:
        read(data, name)
    assert str(caught.value) == f"{name}: {problem}"
    assert caught.value.problem == problem


def test_no_such_file():
    with pytest.raises(PlanFileError, match=r"^nosuch\.csv: There is no file of this name\.$"):
        load_plan("nosuch.csv")


def test_no_such_folder():
    with pytest.raises(PlanFileError, match=r"^plans/a\.csv: There is no file of this name\.$"):
        load_plan(Path("plans") / "a.csv")


def test_no_such_file_but_a_similar_one():
    Path("two-servers.csv").write_text(HEADER)
    with pytest.raises(PlanFileError, match=r"There is no file of this name\. Did you mean 'two-servers\.csv'\?$"):
        load_plan("two_server.csv")


def test_a_folder():
    Path("plans.csv").mkdir()
    with pytest.raises(PlanFileError, match=r"^plans\.csv: This is a folder\. Give the name of a plan file"):
        load_plan("plans.csv")


@pytest.mark.parametrize("name", ["a\0b.csv", "a" * 5000 + ".csv"])
def test_a_name_no_system_takes(name):
    with pytest.raises(PlanFileError, match=r"The system cannot read this file\.$"):
        load_plan(name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_block():
    os.mkfifo("pipe.csv")
    with pytest.raises(PlanFileError, match=r"^pipe\.csv: This is not a file that can be read to its end\.$"):
        load_plan("pipe.csv")


def test_a_file_the_user_may_not_read(monkeypatch):
    def refuse(*_, **__):
        raise PermissionError

    Path("plan.csv").write_text(HEADER)
    monkeypatch.setattr(files_module, "open", refuse, raising=False)
    with pytest.raises(PlanFileError, match=r"^plan\.csv: The system does not let you read this file\. Ask its owner"):
        load_plan("plan.csv")


def test_a_file_over_the_limit():
    with open("plan.csv", "wb") as opened:
        opened.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(
        PlanFileError, match=r"^plan\.csv: The file is larger than 20 MB\. A port plan is a small sheet"
    ):
        load_plan("plan.csv")


def test_a_large_plan_takes_seconds_only():
    rows = "".join(f"h{n % 50},a{n},LCA,,{1 + n % 65535},,,,a{n - 1}\n" for n in range(100_000))
    started = time.monotonic()
    plan = read(HEADER + rows)
    assert len(plan.applications) == 100_000
    assert time.monotonic() - started < 30


def test_bad_cells_are_bounded():
    assert builder_module.MOST_BAD == 10_000
