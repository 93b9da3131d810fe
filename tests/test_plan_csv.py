"""`load_plan`: cells separated by commas, semicolons or tabs, as the spreadsheet of the country writes them."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from genesys_ports.errors import BadRowsError
from genesys_ports.model import Connection, Deployment
from genesys_ports.plan import load_plan, save_plan
from tests.helpers import read
from tests.test_plan_save import plans

SEPARATORS = [",", ";", "\t"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@settings(deadline=None)
@given(plans())
def test_one_plan_in_three_separators_is_one_plan(plan):
    with tempfile.TemporaryDirectory() as folder:
        save_plan(plan, Path(folder) / "saved.csv")
        with open(Path(folder) / "saved.csv", encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.reader(opened))
        loaded = []
        for index, separator in enumerate(SEPARATORS):
            file = Path(folder) / str(index) / "plan.csv"
            file.parent.mkdir()
            with open(file, "w", encoding="utf-8", newline="") as opened:
                csv.writer(opened, delimiter=separator).writerows(rows)
            loaded.append(load_plan(file))
        assert loaded[0] == loaded[1] == loaded[2]
        assert loaded[0].applications == plan.applications


def test_as_excel_writes_it_in_portugal_and_brazil():
    plan = read(
        b'\xef\xbb\xbfHost;Application;Port;Connects to\r\nh;"a, b";5150;"c:default; d:sip"\r\n;;;\r\nh;c;5151;\r\n'
    )
    assert [application.name for application in plan.applications] == ["a, b", "c"]
    assert plan.connections == (
        Connection(client="a, b", server="c"),
        Connection(client="a, b", server="d", port_id="sip"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "\n;;\n Host ; Application ; Port \nh;a;1\n",
        '"Host";"Application";"Port"\n"h";"a";"1"\n',
        '"Site, hall, row";Host;Application;Port\n"1, 2, 3";h;a;1\n',
        "Host, Port;Host;Application;Port\nx;h;a;1\n",
        "Host\tApplication\tPort\tNote; mine, and yours\nh\ta\t1\t;,;,\n",
        'Host\t"Application"\tPort\r\nh\ta\t1\r\n',
        "Host,Application,Port,Type;Purpose\nh,a,1,x\n",
        'Host,Application,Port,"Type;Purpose;Address"\nh,a,1,x\n',
    ],
)
def test_the_header_decides(text):
    assert read(text) == Deployment(name="plan").add("a", host="h", port=1)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_cell_too_many(separator):
    with pytest.raises(BadRowsError) as caught:
        read("Host,Application,Port\nh,a,1,b\n".replace(",", separator))
    assert [str(row) for row in caught.value.rows] == [
        "row 2, column D: 'b': This cell stands to the right of the last named column. Name its column, or, where a "
        "comma, semicolon or tab belongs to a cell, put that cell in quotation marks."
    ]
