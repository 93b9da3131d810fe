"""A table as text, as HTML and as CSV, with hostile cells."""

import csv
import io

import pytest

from genesys_ports import Deployment
from genesys_ports.errors import InvalidValueError
from genesys_ports.table import SHOWN, Table, defused

PORTS = Table(("Host", "Port"), [("framework-host", 5150), ("sip-host", "5060/udp")], caption="Two ports")


def test_text():
    assert str(PORTS) == (
        "Two ports\nHost            Port\n──────────────  ────────\nframework-host  5150\nsip-host        5060/udp"
    )


def test_text_without_caption_and_rows():
    assert str(Table(("A", "Bc"), [])) == "A  Bc\n─  ──"


def test_html():
    html = PORTS._repr_html_()
    assert '<caption style="text-align:left">Two ports</caption>' in html
    assert html.count('<th scope="col" ') == 2
    assert html.count("</th>") == 2
    assert html.count("<td ") == 4
    assert "<caption" not in Table(("A",), [])._repr_html_()


def test_csv():
    assert PORTS.to_csv() == "Host,Port\nframework-host,5150\nsip-host,5060/udp\n"


def test_shown_in_a_notebook():
    printed = []
    PORTS._repr_pretty_(type("Printer", (), {"text": printed.append})(), False)
    assert printed == [str(PORTS)]


def test_length_counts_rows():
    assert len(PORTS) == 2


def test_none_is_an_empty_cell():
    assert Table(("A",), [(None,)]).rows == (("",),)


def test_columns_that_no_row_fills_go():
    table = Table(("A", "B", "C"), [("1", "", ""), ("", "", "3")], caption="x").without_empty_columns()
    assert table.columns == ("A", "C")
    assert table.rows == (("1", ""), ("", "3"))
    assert table.caption == "x"


def test_an_empty_table_keeps_its_columns():
    assert Table(("A", "B"), []).without_empty_columns().columns == ("A", "B")


def test_many_rows_are_counted_and_all_in_the_csv():
    table = Table(("No.",), [(number,) for number in range(SHOWN + 5)])
    assert str(table).endswith(f"{SHOWN - 1}\n… and 5 more rows")
    assert table._repr_html_().endswith("<p>… and 5 more rows</p>")
    assert table._repr_html_().count("<tr>") == 1 + SHOWN
    assert len(table.to_csv().splitlines()) == 1 + SHOWN + 5


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;b&gt;",
    "</td></tr></table><h1>",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells_are_escaped(cell):
    html = Table((cell,), [(cell,)], caption=cell)._repr_html_()
    assert html == Table((cell,), [(cell,)], caption=cell)._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "<h1" not in html
    assert "onmouseover='" not in html
    assert "<b>" not in html
    assert html.count("<td ") == html.count("</td>") == 1


BROKEN = ["two\nlines", "two\r\nlines", "two\u2028lines", "two\x85lines", " two \t lines "]


@pytest.mark.parametrize("cell", BROKEN)
def test_one_cell_is_one_line(cell):
    assert Table(("A",), [(cell,)]).rows == (("two lines",),)


@pytest.mark.parametrize("cell", ["\x1b[31mred", "\x07bell", "\x9b2J", "\u202eturned", "\x00"])
def test_terminals_get_no_orders(cell):
    shown = str(Table((cell,), [(cell,)], caption=cell))
    assert not set(cell) & set("\x1b\x07\x9b\u202e\x00") & set(shown)
    assert shown.count("\N{REPLACEMENT CHARACTER}") == 3


def test_columns_and_caption_are_one_line_too():
    assert str(Table(("a\nb",), [], caption="c\nd")) == "c d\na b\n───"


FORMULAS = [
    ("=1+1", "'=1+1"),
    ("+1", "'+1"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("a=1", "a=1"),
    ("'=1", "'=1"),
    ("", ""),
    ("5150", "5150"),
]


@pytest.mark.parametrize(("cell", "safe"), FORMULAS)
def test_formulas_are_defused(cell, safe):
    assert defused(cell) == safe


@pytest.mark.parametrize("cell", [cell for cell, safe in FORMULAS if cell != safe])
def test_no_formula_in_a_csv(cell):
    ((_,), (read,)) = csv.reader(io.StringIO(Table(("A",), [(cell,)]).to_csv()))
    assert not read.startswith(("=", "+", "-", "@"))


def test_no_formula_in_a_csv_header():
    ((read,),) = csv.reader(io.StringIO(Table(("=A",), []).to_csv()))
    assert read == "'=A"


def test_some_columns_alone():
    table = Table(["Host", "Port", "State"], [["a", "1", "open"], ["b", "2", "shut"]], "Ports").only("Port", "Host")
    assert (table.columns, table.rows, table.caption) == (("Port", "Host"), (("1", "a"), ("2", "b")), "Ports")
    with pytest.raises(InvalidValueError, match=r"'Colour' is not a column of this table\. Write one of: Port, Host\."):
        table.only("Host", "Colour")


def test_a_data_class_is_shown_as_its_table():
    from IPython.lib.pretty import pretty

    plan = Deployment().add("message_server", host="a", port=5150)
    assert pretty(plan) == str(plan)
    assert repr(plan).startswith("Deployment(")
