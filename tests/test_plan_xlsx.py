"""Plans from workbooks: what is read of them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart

from genesys_ports.errors import BadRowsError, PlanFileError
from genesys_ports.model import Deployment
from genesys_ports.plan import load_plan
from genesys_ports.plan.load import Reading, read_plans
from genesys_ports.plan.rows import Column, RawRow
from genesys_ports.plan.xlsx_parts import open_workbook
from genesys_ports.plan.xlsx_reader import read_xlsx
from genesys_ports.plan.xlsx_sheet import records as records_of
from genesys_ports.plan.zip_guard import Parts
from tests.handmade import HEAD, STRICT, cell, packed, parts, row, sheet, workbook, written
from tests.helpers import read


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def reading(data: bytes, name: str = "plan.xlsx") -> Reading:
    Path(name).write_bytes(data)
    return read_plans(name)


def raw(data: bytes) -> list[RawRow]:
    """The rows alone."""
    return [one for one in read_xlsx("plan.xlsx", data) if isinstance(one, RawRow)]


def grid(data: bytes) -> list[tuple[int, list[str]]]:
    """The cells of the first sheet."""
    book = open_workbook(Parts("plan.xlsx", data))
    return list(records_of(book, book.sheets[0]))


def column(data: bytes, wanted: Column = Column.APPLICATION) -> list[str]:
    return [one.cells.get(wanted, "") for one in raw(data)]


def value(xml: str, **options: object) -> str:
    """The text of one cell of a sheet, given as XML."""
    [found] = column(workbook(sheet(row([cell("h"), xml, cell("1")])), **options))
    return found


def bad_cell(xml: str, wanted: Column = Column.APPLICATION) -> tuple[str, str]:
    cells = {Column.HOST: cell("h"), Column.APPLICATION: cell("a"), Column.PORT: cell("1"), wanted: xml}
    [bad] = reading(workbook(sheet(row(cells.values())))).bad
    assert (bad.file, bad.sheet, bad.row, bad.column) == ("plan.xlsx", "Sheet1", 2, wanted)
    return bad.value, bad.message


# --- sheets ----------------------------------------------------------------------------------------------------


def test_a_workbook():
    plan = read(written([HEAD, ["h", "a", 5150]]), "plan.xlsx")
    assert plan == Deployment(name="plan").add("a", host="h", port=5150)


def test_a_remark_beside_the_named_columns_is_left_alone():
    # No separator moves the cells of a workbook to the right, as a comma too many does in a text.
    got = reading(written([HEAD, ["h1", "a", 7000, "ask João"], ["h1", "b", 7000, None, "#x"]]))
    assert got.bad == ()
    assert [str(port) for _, port in got.plan.ports()] == ["7000/tcp", "7000/tcp"]


def test_a_workbook_with_macros():
    assert read(written([HEAD, ["h", "a", 5150]]), "plan.xlsm").has_application("a")


def test_every_sheet_with_a_plan():
    found = reading(written([HEAD, ["h", "a", 1]], [["Porta", "Servidor", "Aplicação"], [2, "h", "b"], [3, "h", "c"]]))
    assert [one.name for one in found.plan.applications] == ["a", "b", "c"]
    [file] = found.files
    assert (file.sheets, file.rows, file.ports) == (("Sheet", "Sheet1"), 3, 3)
    assert found.plan.origin.ports["c", "default"] == ("plan.xlsx", "Sheet1", 3)


def test_sheets_without_a_plan_are_named():
    found = reading(written([["Notes"], ["Ask Maria about the ports"]], [HEAD, ["h", "a", 1]], []))
    assert found.plan.has_application("a")
    assert not found.unreadable
    notes, empty = found.skipped
    assert notes.startswith(
        "plan.xlsx: Sheet 'Sheet' was left out. Row 1 should name the columns, and these are missing"
    )
    assert empty.startswith("plan.xlsx: Sheet 'Sheet2' was left out. There is no row")


def test_a_workbook_without_any_plan():
    with pytest.raises(
        PlanFileError, match=r"No sheet of the workbook holds a plan\. Sheet 'Sheet' was left out\. Row 1"
    ):
        read(written([["Notes", "Date"]], []), "plan.xlsx")


def test_marks_of_our_own_sentences_in_a_workbook_without_any_plan():
    with pytest.raises(PlanFileError, match=r"Found: 'Port \{0\}', '\{columns\}'"):
        read(written([["Port {0}", "{columns}"]]), "plan.xlsx")


def test_a_sheet_of_names_and_numbers():
    found = reading(written([["PORTA LCA - A porta padrao do Agente de Controle local", 4999], ["PORTA GDA", 5000.0]]))
    assert [port.number for _, port in found.plan.ports()] == [4999, 5000]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_and_named(state):
    data = packed(parts({"Now": sheet(["h", "a", "1"]), "Old": sheet(["h", "b", "1"])}, states={"Old": state}))
    found = reading(data)
    assert found.plan.has_application("b")
    assert found.skipped == (
        "plan.xlsx: Sheet 'Old' is hidden in the workbook; its rows are part of the plan all the same.",
    )


def test_a_chart_sheet_is_named():
    book = openpyxl.Workbook()
    for record in (HEAD, ["h", "a", 1]):
        book.active.append(record)
    book.create_chartsheet("Diagram").add_chart(BarChart())
    out = io.BytesIO()
    book.save(out)
    [said] = reading(out.getvalue()).skipped
    assert said == "plan.xlsx: Sheet 'Diagram' was left out: it holds a chart, a dialog or a macro, and no cells."


def test_a_workbook_of_a_chart_alone():
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.create_chartsheet("Diagram").add_chart(BarChart())
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(PlanFileError, match="The workbook has no sheet with cells"):
        read(out.getvalue(), "plan.xlsx")


def test_an_error_in_one_sheet_names_it_and_keeps_the_others():
    bad = sheet(["h", "b", "1", "2"], head=["Host", "Application", "Port", "Port"])
    found = reading(workbook(sheet(["h", "a", "1"]), bad, sheet(["h", "c", "3"])))
    [error] = found.unreadable
    assert "Sheet2" in str(error)
    assert [one.name for one in found.plan.applications] == ["a", "c"]


def test_hidden_rows_and_columns_are_read():
    hidden = row(["h", "a", "1"]).replace("<row", '<row hidden="1"')
    assert column(workbook(sheet(hidden, before='<cols><col min="1" max="3" hidden="1"/></cols>'))) == ["a"]


# --- rows ------------------------------------------------------------------------------------------------------


def test_row_numbers_are_those_of_the_sheet():
    data = workbook(sheet(row(["h", "a", "1"], 7), row([], 8), row(["h", "b", "2"], 1_048_576), head=HEAD))
    assert [one.row for one in raw(data)] == [7, 1_048_576]


def test_rows_and_cells_without_place():
    assert [(one.row, one.cells[Column.PORT]) for one in raw(workbook(sheet(["h", "a", "1"], ["h", "b", "2"])))] == [
        (2, "1"),
        (3, "2"),
    ]


def test_cells_left_out():
    data = workbook(sheet(row([cell("h", "A2"), cell("1", "C2")]), head=HEAD))
    [found] = raw(data)
    assert (found.cells[Column.HOST], found.cells[Column.APPLICATION], found.cells[Column.PORT]) == ("h", "", "1")


def test_cells_that_are_only_formatted_cost_no_column():
    wide = row([cell("h", "A2"), cell("a", "B2"), cell("1", "C2"), '<c r="XFD2" s="1"/>'])
    assert not reading(workbook(sheet(wide, '<row r="1048576" ht="15"/>'))).bad


def test_the_stated_size_of_a_sheet_is_not_believed():
    data = workbook(sheet(["h", "a", "1"], before='<dimension ref="A1:XFD1048576"/>'))
    assert len(raw(data)) == 1


@pytest.mark.parametrize(
    ("ranges", "records", "hosts"),
    [
        (["A2:A4"], [["h", "a"], ["", "b"], ["", "c"], ["i", "d"]], ["h", "h", "h", "i"]),
        (["A2:A3", "A4:A5"], [["h", "a"], ["", "b"], ["i", "c"], ["", "d"]], ["h", "h", "i", "i"]),
        (["$A$2:$A$3"], [["h", "a"], ["", "b"]], ["h", "h"]),
        # A value in the range that a person does not see is more than the one that is carried down.
        (["A2:A3"], [["h", "a"], ["i", "b"]], ["h", "i"]),
        # To the right, a range names its first column only.
        (["A2:B3"], [["h", ""], ["", "b"]], ["h", "h"]),
        (["A2:C2"], [["h", ""], ["", "b"]], ["h", ""]),
        (["A9:A10", "A1:A1"], [["h", "a"], ["", "b"]], ["h", ""]),
        (["A3:A4"], [["h", "a"], ["", "b"], ["", "c"]], ["h", "", ""]),
    ],
)
def test_merged_cells_are_filled_down(ranges, records, hosts):
    inner = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    body = sheet(*[[*record, "1"] for record in records], after=f"<mergeCells>{inner}</mergeCells>")
    # The records: rows under their columns take an empty host from above in any case.
    assert [record[0] for _, record in grid(workbook(body))][1:] == hosts


def test_a_merged_cell_in_the_last_column():
    body = sheet(["h", "a", "5150"], ["h", "b"], after='<mergeCells><mergeCell ref="C2:C3"/></mergeCells>')
    assert column(workbook(body), Column.PORT) == ["5150", "5150"]


def test_merged_rows_without_anything_of_their_own_stay_blank():
    body = sheet(
        row(["h", "a", "1"], 2), row(["h", "b", "1"], 6), after='<mergeCells><mergeCell ref="A2:A5"/></mergeCells>'
    )
    assert [one.row for one in raw(workbook(body))] == [2, 6]


def test_merged_cells_as_openpyxl_writes_them():
    book = openpyxl.Workbook()
    for record in (["Ports of the site"], HEAD, ["h", "a", 1], [None, "b", 2], [None, "c", 3]):
        book.active.append(record)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A3:A5")
    out = io.BytesIO()
    book.save(out)
    assert {one.name: one.host for one in reading(out.getvalue()).plan.applications} == {"a": "h", "b": "h", "c": "h"}


# --- cells -----------------------------------------------------------------------------------------------------

DATES = '<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf/><xf numFmtId="{id}"/></cellXfs>'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<c><v>5150</v></c>", "5150"),
        ('<c t="n"><v>5150.0</v></c>', "5150"),
        ("<c><v>5.15E3</v></c>", "5150"),
        ("<c><v>-1</v></c>", "-1"),
        ("<c><v>5150.5</v></c>", "5150.5"),
        ("<c><v>1E20</v></c>", "100000000000000000000.000000"),
        ("<c><v>1E-7</v></c>", "0.000000"),
        ("<c><v>524288.7659999999</v></c>", "524288.766"),
        ("<c><v>0</v></c>", "0"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="str"><f>A1</f><v>message &amp; log</v></c>', "message & log"),
        ("<c><f>5000+150</f><v>5150</v></c>", "5150"),
        ('<c t="d"><v>2026-10-21</v></c>', "2026-10-21"),
        ('<c t="inlineStr"><is><r><rPr><b/></rPr><t>message</t></r><r><t>_server</t></r></is></c>', "message_server"),
        ('<c t="inlineStr"><is><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh></is></c>', "漢字"),
        ('<c t="inlineStr"><is><t>a_x000D_\nb</t></is></c>', "a\r\nb"),
        ('<c t="inlineStr"><is><t>_x005F_x000D_</t></is></c>', "_x000D_"),
        ('<c t="inlineStr"><is><t>host_x1</t></is></c>', "host_x1"),
        ("<c><v>&#53;1<!-- -->50</v></c>", "5150"),
    ],
)
def test_the_text_of_a_cell(xml, text):
    assert value(xml) == text


@pytest.mark.parametrize(
    "empty", ["<c/>", '<c s="0"/>', "<c><v/></c>", "<c><v></v></c>", '<c t="str"><f>""</f><v></v></c>']
)
def test_an_empty_cell(empty):
    assert value(empty) == ""


@pytest.mark.parametrize(
    ("texts", "index", "text"),
    [
        ("<si><t>a</t></si><si><t>b</t></si>", 1, "b"),
        ("<si><r><t>mess</t></r><r><rPr><b/></rPr><t>age</t></r></si>", 0, "message"),
        ('<si><t>漢</t><rPh sb="0" eb="1"><t>かん</t></rPh></si>', 0, "漢"),
        ("<si/><si><t/></si><si><t>c</t></si>", 2, "c"),
    ],
)
def test_shared_texts(texts, index, text):
    assert value(f'<c t="s"><v>{index}</v></c>', texts=texts) == text


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("dd/mm/yyyy", "46000", "2025-12-09"),
        ('[$-416]d "de" mmmm', "46000", "2025-12-09"),
        ("yyyy\\-mm\\-dd hh:mm", "46000.5", "2025-12-09 12:00"),
        ("hh:mm", "0.5", "12:00"),
        ("[h]:mm", "1.5", "1899-12-31 12:00"),
        ("0.00", "46000", "46000"),
        ("[Red]0", "46000", "46000"),
        ('0 "ports and days"', "46000", "46000"),
        ("#,##0_d;@", "46000", "46000"),
        ("General", "46000", "46000"),
        ("dd/mm/yyyy", "1E20", "100000000000000000000.000000"),
    ],
)
def test_dates_are_dates_and_no_ports(code, number, text):
    styles = DATES.format(code=code.replace('"', "&quot;"), id=164)
    assert value(f'<c s="1"><v>{number}</v></c>', styles=styles) == text


@pytest.mark.parametrize(
    ("number_format", "text"), [(14, "2025-12-09"), (0, "46000"), (1, "46000"), (30, "2025-12-09")]
)
def test_dates_of_formats_without_code(number_format, text):
    assert value('<c s="1"><v>46000</v></c>', styles=DATES.format(code="0", id=number_format)) == text


def test_dates_from_1904():
    styles = DATES.format(code="d", id=164)
    assert value('<c s="1"><v>46000</v></c>', styles=styles, book='<workbookPr date1904="1"/>') == "2029-12-10"


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#NAME?"])
@pytest.mark.parametrize("wanted", [Column.HOST, Column.APPLICATION, Column.PORT])
def test_a_cell_that_shows_an_error(text, wanted):
    shown, message = bad_cell(f'<c t="e"><f>A1</f><v>{text}</v></c>', wanted)
    assert (shown, message) == (text, "The sheet shows an error here. Mend its formula, or write the value itself.")


@pytest.mark.parametrize("formula", ["<c><f>A1+1</f></c>", "<c><f>A1+1</f><v/></c>", '<c t="n"><f>A1+1</f><v></v></c>'])
@pytest.mark.parametrize("wanted", [Column.HOST, Column.APPLICATION, Column.PORT])
def test_a_formula_without_result_is_not_taken_for_an_empty_cell(formula, wanted):
    shown, message = bad_cell(formula, wanted)
    assert shown == "=A1+1"
    assert message.startswith("This formula has no stored result. Open the workbook in Excel or LibreOffice, save it,")


def test_errors_in_columns_of_no_interest_do_not_matter():
    data = workbook(
        sheet(row(["h", "a", "1", '<c t="e"><v>#REF!</v></c>', "<c><f>1</f></c>"]), head=[*HEAD, "Note", "Sum"])
    )
    assert not reading(data).bad


def test_the_good_rows_around_a_bad_one_load():
    data = workbook(sheet(["h", "a", "1"], row(["h", "b", '<c t="e"><v>#REF!</v></c>']), ["h", "c", "3"]))
    with pytest.raises(BadRowsError) as caught:
        read(data, "plan.xlsx")
    assert [(one.name, port.number) for one, port in caught.value.plan.ports()] == [("a", 1), ("c", 3)]
    assert str(caught.value.rows[0]).startswith("sheet 'Sheet1', row 3, column Port: '#REF!': The sheet shows an error")


# --- what other programs write ---------------------------------------------------------------------------------

PLAIN = parts({"Ports": sheet(["h", "a", "1"])})


def changed(**new: str | bytes) -> bytes:
    names = {"book": "xl/workbook.xml", "links": "xl/_rels/workbook.xml.rels", "sheet": "xl/worksheets/sheet1.xml"}
    return packed({**PLAIN, **{names[key]: data for key, data in new.items()}})


def test_the_strict_form():
    strict = {
        name: str(part).replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", STRICT)
        for name, part in PLAIN.items()
    }
    assert column(packed(strict)) == ["a"]


def test_elements_with_a_prefix():
    prefixed = re.sub(r"<(/?)(\w)", r"<\1x:\2", str(PLAIN["xl/worksheets/sheet1.xml"])).replace("xmlns=", "xmlns:x=")
    assert column(changed(sheet=prefixed)) == ["a"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_other_encodings(encoding):
    stated = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{stated}"?>' + sheet(["host-são", "a", "1"])
    assert column(changed(sheet=text.encode(encoding)), Column.HOST) == ["host-são"]


def test_names_of_parts_in_another_case_and_with_backslashes():
    assert column(packed({name.replace("/", "\\").upper(): part for name, part in PLAIN.items()})) == ["a"]


def test_no_list_of_the_parts_of_the_archive():
    assert column(packed({name: part for name, part in PLAIN.items() if name != "_rels/.rels"})) == ["a"]


def test_stored_without_compression():
    assert column(packed(PLAIN, compression=0)) == ["a"]


@pytest.mark.parametrize("name", ["Vertrieb & Co", "Ports 'A'", "Portas São Paulo"])
def test_names_of_sheets(name):
    assert raw(packed(parts({name: sheet(["h", "a", "1"])})))[0].sheet == name


def test_the_name_of_a_sheet_with_what_nobody_sees():
    [found] = raw(packed(parts({"a\u202eb\u0085c" + "x" * 100: sheet(["h", "a", "1"])})))
    assert found.sheet == "a?b c" + "x" * 55


def test_rich_text_of_openpyxl():
    bold = CellRichText("message", TextBlock(InlineFont(b=True), "_server"))
    assert column(written([HEAD, ["h", bold, 1]])) == ["message_server"]


# --- against openpyxl, and against CSV -------------------------------------------------------------------------

#: What a person may write into a cell, and what XML can hold.
CELLS = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3)),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")).filter(
        lambda text: "_x" not in text and not text.startswith(("=", "#"))
    ),
)


def as_shown(found: object) -> str:
    """A value of openpyxl's as our reader writes it."""
    match found:
        case None:
            return ""
        case bool():
            return str(found).upper()
        case float() if found.is_integer():
            return str(int(found))
        case datetime() if found.time() == time():
            return f"{found:%Y-%m-%d}"
        case datetime():
            return f"{found:%Y-%m-%d %H:%M}"
        case time():
            return f"{found:%H:%M}"
    return str(found)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_the_same_cells_as_openpyxl_finds(records):
    data = written([[*HEAD, "a", "b", "c"], *([*HEAD[:2], 1, *record] for record in records)])
    [found] = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets
    expected = [[as_shown(one) for one in line] for line in found.iter_rows(values_only=True)]
    ours = dict(grid(data))
    for number, line in enumerate(expected, start=1):
        assert ours.get(number, []) + [""] * (len(line) - len(ours.get(number, []))) == line


NAMES = st.text("abcxyz_0129é ", min_size=1, max_size=8).filter(lambda text: text.strip())
PORTS = st.one_of(
    st.integers(0, 70_000),
    st.floats(1, 9_999).map(round).map(float),
    st.sampled_from(["5060/udp", "none", "20000-20010", "", "x"]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES, PORTS, st.sampled_from(["", "tcp", "udp"])), min_size=1, max_size=8))
def test_a_workbook_reads_like_its_csv(tmp_path_factory, records):
    rows = [[*HEAD, "Transport"], *records]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    folder = tmp_path_factory.mktemp("same")
    (folder / "plan.csv").write_text(out.getvalue(), encoding="utf-8")
    (folder / "plan.xlsx").write_bytes(written(rows))
    ours, theirs = (read_plans(folder / f"plan.{end}") for end in ("xlsx", "csv"))
    assert ours.plan == theirs.plan
    assert [(one.row, one.column, one.message) for one in ours.bad] == [
        (one.row, one.column, one.message) for one in theirs.bad
    ]


def test_two_servers_as_a_workbook():
    path = Path(__file__).parent.parent / "notebooks" / "plans" / "two-servers.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert read(written(rows), "two-servers.xlsx") == load_plan(path)
