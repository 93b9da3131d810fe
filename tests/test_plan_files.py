"""`load_plan`: the exact words for files that cannot be read at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from genesys_ports.errors import PlanFileError
from genesys_ports.plan import files as files_module
from genesys_ports.plan import load_plan
from genesys_ports.plan.rows import MOST_ROWS
from tests.helpers import HEADER, read


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


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
        "Row 2 should name the columns, and these are missing: Port. Found: 'host', 'Name', 'Number'.",
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
        b"Host;Owner;Port\nh;a;1\n",
        "Row 1 should name the columns, and these are missing: Application. Found: 'Host', 'Owner', 'Port'.",
    ),
    (
        "plan.csv",
        b"Switch,Port,Kind,DN\nswitch,03-01,station,2001\n",
        "Row 1 names the columns of a switch's physical ports, each of which carries one phone call; in Python "
        "load_switch reads them. A plan has the listening ports of applications, and its columns are missing here: "
        "Host, Application.",
    ),
    (
        "plan.csv",
        b"Host|Application|Port\nh|a|1\n",
        "Row 1 should name the columns, and these are missing: Host, Application, Port. Found: "
        "'Host|Application|Port'.",
    ),
    ("plan.csv", b"Host,Application,Port,port\n", "Row 1 names the column Port twice. Keep one of them."),
    (
        "plan.csv",
        "Máquina;Aplicação;Porta;Servidor\n".encode("cp1252"),
        "Row 1 names the column Host twice, as 'Máquina' and as 'Servidor'. Give one of them another name.",
    ),
    ("plan.csv", b"Host,Application,Port\nh,a\0,1\n", f"This is not text. {SAVE_AS} and load that file."),
    ("plan.csv", b"\xff\xfeH\0o", f"This is not text. {SAVE_AS} and load that file."),
    ("plan.csv", b"\xff\xfe" + b"\0\xd8" * 3, f"This is not text. {SAVE_AS} and load that file."),
    (
        "plan.csv",
        b"PK\x03\x04\x14\0\x06\0",
        "This is not text, but a zip archive or a workbook. A workbook is read under a name that ends in .xlsx; a zip "
        "archive is unpacked first.",
    ),
    (
        "plan.tsv",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "This is a workbook of the old form, or one with a password. Open it in Excel or LibreOffice and save it as "
        ".xlsx without a password.",
    ),
    *(
        (
            "plan.csv",
            start,
            f"This is not text, but a file of the kind {kind}. Save the sheet that it shows as .xlsx, or as 'CSV UTF-8 "
            "(comma delimited)', and load that file.",
        )
        for start, kind in ((b"%PDF-1.7\n", "PDF"), (b"\x89PNG\r\n", "PNG"), (b"\xff\xd8\xff\xe0", "JPEG"))
    ),
    (
        "plan.csv",
        b"Host,Application,Port\r\nh,a,1\r\nS\x81o,b,2\r\n",
        f"Line 3 holds a character that is neither UTF-8 nor Windows-1252. {SAVE_AS} and load that file.",
    ),
    (
        "plan.csv",
        "Host,Application,Port\r\nhá,a,1\r\n".encode() + b"S\xe3o,b,2\r\n",
        f"Line 3 holds a character that is not UTF-8, and other lines hold some that are. {SAVE_AS} and load that "
        "file.",
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
    (
        "plan.csv",
        b"a;" * 1_000_001,
        "Row 1 has more than 200 columns. Keep the columns of the plan and a few of your own.",
    ),
    *(
        (
            "plan.csv",
            data,
            f"Row {row} holds a cell of more than 10,000 characters. A plan has short cells: is a quotation mark left "
            "open?",
        )
        for row, data in (
            (1, b"a" * 3_000_000),
            (2, b"Host,Application,Port\n" + b"a" * 200_000),
            (2, b'Host,Application,Port\nh,"a,1\n' + b"h,a,1\n" * 50_000),
        )
    ),
    (
        "plan.csv",
        b"Host,Application,Port\n" + b"h,a,0\n" * 10_001,
        "More than 10,000 cells cannot be read, so this is hardly a port plan. The first: row 2, column Port: '0': "
        "Port 0 is no port: it asks the system for any free one, which no client could find. Write a whole number "
        "from 1 to 65535, or none when the application opens no port.",
    ),
    (
        "plan.XLS",
        b"PK",
        "This kind of workbook cannot be read. Open it in Excel or LibreOffice and save it as .xlsx.",
    ),
    ("plan.pdf", b"PK", "The name ends in '.pdf'; a plan file ends in one of: .csv, .tsv, .txt, .xlsx, .xlsm, .json."),
    ("plan", b"PK", "The name has no ending; a plan file ends in one of: .csv, .tsv, .txt, .xlsx, .xlsm, .json."),
]


def test_more_rows_than_a_sheet_can_have(monkeypatch):
    assert MOST_ROWS == 1_048_576
    # A million takes its time.
    monkeypatch.setattr("genesys_ports.plan.rows.MOST_ROWS", 1_000)
    with pytest.raises(PlanFileError, match="The sheet has more than 1,000 rows"):
        read(b"Host,Application,Port\n" + b"\n" * 1_000)
    assert read(b"Host,Application,Port\nh,a,5150\n" + b"\n" * 998)


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
        opened.truncate(100 * 1024 * 1024 + 1)
    with pytest.raises(
        PlanFileError, match=r"^plan\.csv: The file is larger than 100 MB\. A port plan is a small sheet"
    ):
        load_plan("plan.csv")
