"""`load_plan`: the exact words of what it cannot read in a row."""

from __future__ import annotations

import pytest

from genesys_ports.errors import BadRowsError
from genesys_ports.model import Application, Deployment, Host, Purpose
from tests.helpers import HEADER, read


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# --- rows that cannot be read ----------------------------------------------------------------------------------

NUMBER = (
    "Write a whole number from 1 to 65535, or a range such as 20000-45000, smaller number first; several with ; "
    "between them."
)
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
            "45000-20000",
            "5150x",
            "5150.5",
            "5150-",
            "5 150",
            "10.0.0.1:5150",
            "5060-5061-5062",
            "5060\u00b2",
            "\u0665\u0661\u0665\u0660",
            "udp",
            "5060 sctp",
            ";",
        )
    ),
    (
        "h,a,,,5060/udp,tcp,,,",
        "row 2, column Port: '5060/udp': The transport beside the number is none of those in the column Transport. "
        "Write the same in both, or only one.",
    ),
    (
        'h,a,,,"5,150",,,,',
        "row 2, column Port: '5,150': This may be one port or two. Write 5150 for one, without a mark for thousands, "
        "or 5; 150 for two.",
    ),
    ("h,a,,,1,sctp,,,", "row 2, column Transport: 'sctp': This is not a transport. Write one of: tcp, udp, tls."),
    ("h,a,,,1,,contrl,,", f"row 2, column Purpose: 'contrl': This is not a purpose. Write one of: {PURPOSES}."),
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
        "row 2, column J: 'c': This cell stands to the right of the last named column. Name its column, or, where a "
        "comma, semicolon or tab belongs to a cell, put that cell in quotation marks.",
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
        "h,a,,x,1,,,,\nh,a,,x,2,,,,",
        "row 3, column Port ID: 'x': a has a port with the id x in row 2. Write another id, such as management or sip.",
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
        f"plan.csv: 1 cell cannot be read.\n  {text}\nCorrect them in the file and load it again."
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
    text = "h,a,,,1,,,,b\n\n,,,,0,x,sips,z,:\nh,b,LCA,,2,,,,\nh,b,,two,99999,,,,\nh,c,,,3,,,,\n"
    with pytest.raises(BadRowsError) as caught:
        read(HEADER + text)
    assert [(row.row, row.column) for row in caught.value.rows] == [
        (4, "Host"),
        (4, "Application"),
        (4, "Port"),
        (4, "Transport"),
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


OUTSIDE = "No port has this number. Write a whole number from 1 to 65535."
ZERO = (
    "Port 0 is no port: it asks the system for any free one, which no client could find. Write a whole number from 1 "
    "to 65535, or none when the application opens no port."
)
VOICE = (
    "This is a port of a switch or an IVR: a physical interface that carries one phone call. A listening port is a "
    "number on a host, by which client programs find a server program. Write that number here, and keep the port of "
    "the switch in a column of its own."
)
NO_PORTS = [
    *((text, "GP402", ZERO) for text in ("0", "00", "0.0", "0-100", "5060; 0", "0/udp")),
    *(
        (text, "GP401", OUTSIDE)
        for text in ("65536", "70000", "-1", "'-1", "- 5150", "99999999999", "20000-70000", "5060/70000", "9" * 5000)
    ),
    *(
        (text, "GP408", VOICE)
        for text in (
            "E1 2/3",
            "T1 1/2",
            "trunk 24",
            "slot 3 port 4",
            "tronco 12",
            "Ramal 2001",
            "IVR port 7",
            "URA 3",
            "DN 2001",
            "canal 5",
            "linha 3",
            "station 12",
            "1-2-14",
            "1-2-2001",
            "1/2/14",
        )
    ),
]


@pytest.mark.parametrize(("text", "code", "message"), NO_PORTS)
def test_what_is_understood_and_is_no_port(text, code, message):
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port,Connects to\nh,a,{text},b\nh,b,1,a\n")
    [row] = caught.value.rows
    assert (row.code, row.message) == (code, message)
    assert "".join(str(row).splitlines()) == str(row)
    # Its application is there all the same, with what else the row says of it.
    plan = caught.value.plan
    assert [(one.name, len(one.ports)) for one in plan.applications] == [("a", 0), ("b", 1)]
    assert [str(one) for one in plan.connections] == ["a → b", "b → a"]


def test_what_cannot_be_read_at_all_has_no_code():
    with pytest.raises(BadRowsError) as caught:
        read("Host,Application,Port\nh,a,Trunk\n")
    assert [row.code for row in caught.value.rows] == [""]


def test_a_bad_row_still_counts_against_later_rows():
    with pytest.raises(BadRowsError) as caught:
        read(HEADER + "h,a,,,x,,,,\ng,a,,,2,,,,\n")
    assert [(row.row, row.column) for row in caught.value.rows] == [(2, "Port"), (3, "Host")]
    assert caught.value.plan == Deployment(
        name="plan", hosts=(Host(name="h"),), applications=(Application(name="a", host="h"),)
    )


def test_a_cell_over_the_limit():
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port\nh,{'a' * 10_001},1\n")
    [row] = caught.value.rows
    assert row.message == "The cell holds more than 10,000 characters. Is a quotation mark left open?"
    assert len(row.value) == 200
