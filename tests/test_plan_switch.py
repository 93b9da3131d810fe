"""The sheet of a switch's ports: what can be read, every cell that cannot, and files that are no such sheet."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports import load_switch
from genesys_ports.errors import BadRowsError, PlanFileError
from genesys_ports.model import Switch, VoicePort, VoicePortKind
from genesys_ports.plan import switch_sheet
from genesys_ports.switch import Switching, default_switch
from tests.helpers import ROOT

HEADER = "Switch,Port,Kind,DN\n"


def load(text, name="switch.csv"):
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_switch(name)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_sample_is_the_switch_of_a_plan_without_one():
    assert load_switch(ROOT / "notebooks/plans/switch-ports.csv") == default_switch("switch")


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "s,01-01,trunk,9\ns,03-01,station,2001\n",
        # The name once, in other columns' order, with titles and blank rows above.
        "Ports of our PBX\n\nDN;Kind;Port;Switch\n9;Trunk;01-01;s\n2001; STATION ;03-01;\n\n",
        "PABX\tPorta\tTipo\tRamal\ns\t01-01\ttronco\t9\ns\t03-01\tramal\t2001\n",
        "\ufeffswitch,voice port,type,extension,remark\ns,01-01,trunk channel,9,x\ns,03-01,extension,2001,y\n",
    ],
)
def test_ways_to_write_it(text):
    assert load(text) == Switch(
        name="s",
        voice_ports=(
            VoicePort(label="01-01", device="s", kind=VoicePortKind.TRUNK, dn="9"),
            VoicePort(label="03-01", device="s", dn="2001"),
        ),
    )


@pytest.mark.parametrize("row", ["s,03-01,station,", "s,03-01,station", "s,03-01,station,-", "s,03-01,station,none"])
def test_a_station_without_a_dn(row):
    assert load(HEADER + row).voice_ports[0].dn == ""


def test_without_a_column_of_dns():
    assert load("Switch,Port,Kind\ns,1,ivr\n").voice_ports[0] == VoicePort(
        label="1", device="s", kind=VoicePortKind.IVR
    )


# fmt: off
BAD = [
    (",01-01,trunk,9", "Switch", "", "No switch stands here."),
    ("s,,trunk,9", "Port", "", "No port stands here."),
    ("s,01-01,,9", "Kind", "", "No kind stands here. Write one of: station, trunk, ivr."),
    ("s,01-01,fax,9", "Kind", "fax", "This is not a kind of voice port. Write one of: station, trunk, ivr."),
    ("s,7450/tcp,trunk,9", "Port", "7450/tcp", "This is a listening port, a number on a host"),
    ("s,161 / UDP,trunk,9", "Port", "161 / UDP", "This is a listening port, a number on a host"),
    ("s,05/mar,station,2001", "Port", "05/mar", "where the spreadsheet made a date of it"),
    ("s,card 3 port 5,station,2001", "Port", "card 3 port 5", "This is not a place in the frame of a switch."),
    (f"s,{'1' * 17},station,2001", "Port", "1" * 17, "This is not a place in the frame of a switch."),
    ("s,03-01,station,two", "DN", "two", "This is not a number that can be dialled."),
    ("s,03-01,station," + "2" * 16, "DN", "2" * 16, "This is not a number that can be dialled."),
    ("s,03-01,station,2001\u200b", "DN", "2001\u200b", "The cell holds a character that cannot be seen."),
    ("s,03-01,station,2001\nt,03-02,station,2002", "Switch", "t", "This sheet is of the switch s."),
    ("s,03-01,station,2001\ns,03-01,station,2002", "Port", "03-01", "Port 03-01 stands in row 2 already."),
    ("s,03-01,station,2001\ns,03-02,station,2001", "DN", "2001", "The DN 2001 stands in row 2 already."),
    ("s,02-01,ivr,3000\ns,03-02,station,3000", "DN", "3000", "3000 leads to the ivr ports of row 2."),
    ("s,03-01,station,9\ns,01-01,trunk,9", "DN", "9", "9 leads to the station ports of row 2."),
]
# fmt: on


@pytest.mark.parametrize(("rows", "column", "value", "message"), BAD)
def test_a_cell_that_cannot_be_read(rows, column, value, message):
    with pytest.raises(BadRowsError) as caught:
        load(HEADER + rows)
    (bad,) = caught.value.rows
    assert (bad.row, bad.column, bad.value) == (rows.count("\n") + 2, column, value)
    assert bad.message.startswith(message) or message in bad.message
    assert caught.value.file == "switch.csv"


def test_every_bad_cell_at_once_and_the_rows_that_can_be_read():
    with pytest.raises(BadRowsError) as caught:
        load(HEADER + "s,01-01,trunk,9\ns,,fax,x y\ns,03-01,station,2001\n")
    assert [(bad.row, bad.column) for bad in caught.value.rows] == [(3, "Port"), (3, "Kind"), (3, "DN")]
    assert [port.label for port in caught.value.plan.voice_ports] == ["01-01", "03-01"]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("s.csv", b"", "The file is empty."),
        ("s.csv", b" \n", "The file is empty."),
        ("s.csv", b"a,b\n1,2\n", "No row names the columns of a switch's ports. They are: Switch, Port, Kind, DN;"),
        ("s.csv", b"\n" * 30 + HEADER.encode(), "No row names the columns"),
        ("s.csv", HEADER.encode(), "no port stands below them"),
        ("s.csv", b"Switch,Port,Kind,Tipo\ns,1,ivr,ivr\n", "Row 1 names the column Kind twice."),
        ("s.csv", b"PK\x03\x04\0\0", "This is not text."),
        ("s.csv", HEADER.encode() + b's,"01-01,trunk,9\n', "a quotation mark is not closed"),
        ("s.xlsx", b"", "The name ends in '.xlsx'; the sheet of a switch ends in one of: .csv, .tsv, .txt."),
    ],
)
def test_what_is_no_such_sheet(name, data, problem):
    with pytest.raises(PlanFileError) as caught:
        load(data, name)
    assert problem in str(caught.value)


def test_no_file():
    with pytest.raises(PlanFileError, match=r"nowhere\.csv: There is no file of this name"):
        load_switch("nowhere.csv")


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(switch_sheet, "MOST_VOICE_PORTS", 50)
    rows = "".join(f"s,{number},station,\n" for number in range(80))
    with pytest.raises(PlanFileError, match=r"more than 50 rows"):
        load(HEADER + rows)


def test_a_formula_is_text():
    with pytest.raises(BadRowsError) as caught:
        load(HEADER + "s,03-01,station,=1+1\n")
    assert caught.value.rows[0].column == "DN"


CELLS = st.one_of(
    st.sampled_from(["s", "t", "01-01", "03-01", "trunk", "ivr", "station", "9", "2001", "7450/tcp", "", "-"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='",\n\r;\t\0'), max_size=20),
)


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_whatever_stands_in_it(rows):
    text = HEADER + "".join(",".join(row) + "\n" for row in rows)
    try:
        switch = load(text)
    except BadRowsError as error:
        switch = error.plan
    except PlanFileError:
        return
    # What could be read is a switch that works.
    assert len(Switching(switch, print).ports()) == len(switch.voice_ports)
