"""`write_suggestions`: the sheet once more, with findings and proposals beside its rows, and nothing else changed."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from genesys_ports.errors import OutputExistsError, OutputFormatError, OutputWriteError
from genesys_ports.origin import Place
from genesys_ports.plan import columns, package, sheet_xml, suggest_words, summary_sheet
from genesys_ports.plan.findings import Change, Finding, Findings, Severity
from genesys_ports.plan.load import Reading, read_plans
from genesys_ports.plan.sheet_edit import with_columns
from genesys_ports.plan.suggest import HEAD, write_suggestions
from genesys_ports.plan.xml_edit import CannotEdit, appended, elements, spliced, tag_end, with_attribute
from tests.handmade import MAIN, cell, packed, parts, row, sheet, workbook, written

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"
NAMES = ["Host", "Application", "Port"]
ROWS: list[list[object]] = [["h", "a", 5150], ["h", "b", 5150], ["h", "c", 7000]]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def finding(*rows: int, file: str = "plan.xlsx", in_sheet: str = "Sheet", **rest: Any) -> Finding:
    return Finding(
        **{
            "code": "GP101",
            "severity": Severity.ERROR,
            "message": "Planned twice.",
            "why": "Only the first will run.",
            "source": "Measured.",
            "proposal": "5151 for b.",
            "rows": tuple(Place(file, in_sheet, number) for number in rows),
            **rest,
        }
    )


TWICE = finding(2, 3, change=Change("b", "default", 5151))


def suggested(
    data: bytes, *findings: Finding, name: str = "plan.xlsx", more: Sequence[str] = (), out: str = "out.xlsx"
) -> tuple[Reading, Any]:
    """The reading of the file, and the workbook that was written of it."""
    Path(name).write_bytes(data)
    paths = [name, *more]
    reading = read_plans(*paths)
    write_suggestions(paths, reading, Findings(findings), out)
    assert Path(name).read_bytes() == data
    return reading, openpyxl.load_workbook(out, rich_text=True)


def values(sheet: Any) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def told(book: Any) -> str:
    """All that the summary says."""
    return "\n".join(str(value) for row in values(book["Summary"]) for value in row if value is not None)


def same(one: Reading, out: str = "out.xlsx") -> bool:
    """Whether what was written reads as the same plan."""
    return read_plans(out, name=one.plan.name).plan == one.plan


# --- columns and summary


def test_findings_stand_beside_their_rows():
    reading, book = suggested(written([NAMES, *ROWS]), TWICE)
    assert book.sheetnames == ["Sheet", "Summary"]
    assert values(book["Sheet"]) == [
        [*NAMES, "Finding", "Proposal", "Proposed port"],
        ["h", "a", 5150, "GP101 error: Planned twice.", "5151 for b.", None],
        ["h", "b", 5150, "GP101 error: Planned twice.", "5151 for b.", 5151],
        ["h", "c", 7000, None, None, None],
    ]
    assert same(reading)


def test_several_findings_of_a_row():
    other = finding(3, code="GP404", severity=Severity.WARNING, message="Low.", proposal="")
    range_ = finding(2, code="GP999", severity=Severity.INFO, message="Look.", proposal="5151 for b.")
    _, book = suggested(written([NAMES, *ROWS]), other, TWICE, range_)
    assert book["Sheet"]["D3"].value == "GP101 error: Planned twice.\nGP404 warning: Low."
    assert book["Sheet"]["D2"].value == "GP101 error: Planned twice.\nGP999 info: Look."
    assert book["Sheet"]["E2"].value == "5151 for b."
    assert book["Sheet"]["D3"].alignment.wrap_text


def test_the_number_stands_in_the_row_of_the_port_that_moves():
    rows: list[list[object]] = [["h", "m", "20000-20099"], ["h", "two", "5060;5061"], ["h", "three", 1]]
    moves = (Change("two", "default", 6060), Change("two", "default-5061", 6061), Change("m", "default", 30000))
    found = finding(4, change=moves[0], further=moves[1:])
    # What an earlier finding moves stays with that; a port that the plan has from elsewhere has no row.
    again = finding(4, severity=Severity.INFO, change=Change("m", "default", 1), further=(Change("x", "default", 1),))
    _, book = suggested(written([NAMES, *rows]), found, again)
    assert [book["Sheet"][f"F{n}"].value for n in (2, 3, 4)] == ["30000-30099", "6060; 6061", None]


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_a_second_table_in_a_sheet_has_the_added_columns_too(name):
    rows: list[list[object]] = [
        [*NAMES],
        ["h", "a", 1],
        ["SITE B", "", ""],
        ["Port", "Application", "Host"],
        [2, "b", "g"],
    ]
    data = written(rows) if name.endswith("xlsx") else "\n".join(",".join(map(str, row)) for row in rows).encode()
    place = {"file": name, "in_sheet": "Sheet" if name.endswith("xlsx") else ""}
    _, book = suggested(data, finding(2, 5, **place), name=name)
    one = book.worksheets[0]
    assert [one[f"D{n}"].value for n in (1, 3, 4)] == ["Finding", None, "Finding"]
    assert [one[f"D{n}"].value.split()[0] for n in (2, 5)] == ["GP101", "GP101"]
    again = read_plans("out.xlsx", name="plan")
    assert again.plan == read_plans(name).plan
    assert len(list(again.plan.ports())) == 2


def test_cells_that_cannot_be_read_are_told_too():
    _, book = suggested(written([NAMES, ["h", "a", "51500x"], ["h", "b", 0]]), finding(3))
    assert book["Sheet"]["D2"].value.startswith("Cannot be read, column Port: ")
    # Of a cell with a code, the check has made a finding.
    assert book["Sheet"]["D3"].value == "GP101 error: Planned twice."
    assert "Sheet 'Sheet', row 2" in told(book)


def test_the_summary():
    more = finding(2, severity=Severity.INFO, code="GP510", rows=())
    _, book = suggested(written([NAMES, *ROWS], [["nothing", "here"], ["at", "all"]]), TWICE, more)
    summary = values(book["Summary"])
    assert [3, 3, "plan.xlsx", "Sheet", None, None, None] in summary
    assert [row[:2] for row in summary if row[0] in ("error", "warning", "info", suggest_words.CELLS)] == [
        ["error", 1],
        ["warning", 0],
        ["info", 1],
        ["Cells that cannot be read", 0],
    ]
    assert summary[-2] == [
        "GP101",
        "error",
        "Sheet 'Sheet', rows 2 and 3",
        "Planned twice.",
        "Only the first will run.",
        "Measured.",
        "5151 for b.",
    ]
    assert "Sheet 'Sheet1' was left out" in told(book)
    assert book["Summary"]["A1"].font.bold


def test_the_summary_is_readable_as_it_is_opened():
    long = finding(2, message="This is wrong. " * 20)
    _, book = suggested(written([NAMES, *ROWS]), long)
    summary, beside = book["Summary"], book["Sheet"]
    # A sentence alone in its row runs over the cells beside it; the findings are wrapped, in rows of their height.
    assert [summary[cell].alignment.wrap_text for cell in ("A1", "A3", "D15")] == [None, None, True]
    assert summary["D15"].value == long.message
    assert summary.row_dimensions[15].height >= 15 * len(long.message) / summary.column_dimensions["D"].width
    assert (summary.page_setup.orientation, summary.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert summary.page_setup.fitToHeight == 0
    # Beside the rows, too: three lines and more of 15 points.
    assert beside.row_dimensions[2].height >= 15 * len(long.message) / 60
    assert beside.row_dimensions[3].height is None


@pytest.mark.parametrize(
    ("row", "after"),
    [
        ("<row>", '<row ht="30">'),
        ('<row ht="12.75">', '<row ht="30">'),
        ('<row ht="45">', '<row ht="45">'),
        ('<row r="2" ht="12" customHeight="1">', '<row r="2" ht="12" customHeight="1">'),
    ],
)
def test_a_row_is_as_high_as_what_it_holds_unless_the_user_said_otherwise(row, after):
    cells = '<c t="str"><v>h</v></c><c t="str"><v>a</v></c><c><v>5150</v></c></row>'
    names = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in NAMES)
    part = f'<worksheet xmlns="{MAIN}"><sheetData><row>{names}</row>{row}{cells}</sheetData></worksheet>'
    suggested(proper(part), finding(2, in_sheet="Sheet1", message="Two words " * 8))
    assert f"</row>{after}<c t" in unpacked(Path("out.xlsx").read_bytes())["xl/worksheets/sheet1.xml"].decode()


def test_nothing_found():
    _, book = suggested(written([NAMES, *ROWS]))
    assert values(book["Sheet"]) == [NAMES, *ROWS]
    assert "No finding." in told(book)


def test_a_summary_longer_than_a_sheet(monkeypatch):
    monkeypatch.setattr(summary_sheet, "LAST_ROW", 20)
    _, book = suggested(written([NAMES, *ROWS]), *[TWICE] * 30)
    assert len(values(book["Summary"])) == 20
    assert book["Summary"]["A20"].value == "… and 25 more, which this sheet has no room for"


@pytest.mark.parametrize("name", [*HEAD, suggest_words.ROW_BEFORE])
def test_no_added_column_is_one_of_a_plan(name):
    assert columns.columns_of([name]) == [None]


# --- what was there stays


def full_workbook() -> bytes:
    """A workbook with much of what people put into one."""
    book = openpyxl.Workbook()
    made: Any = book.active
    made.title = "SITE A"
    made["A1"] = "Ports of site A"
    made.merge_cells("A1:C1")
    for column, name in enumerate([*NAMES, "Owner"], start=1):
        head = made.cell(3, column, name)
        head.font, head.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF203864")
    lines: list[list[object]] = [*ROWS, ["h", "d", "=C6+1"]]
    for number, line in enumerate(lines, start=4):
        for column, value in enumerate([*line, "Ana"], start=1):
            made.cell(number, column, value)
    made["C4"].number_format = "#,##0"
    made["C4"].comment = Comment("why?", "Ana")
    made["D4"].hyperlink = "https://intranet.example/ana"
    made.column_dimensions["A"].width = 33
    made.row_dimensions[5].height = 40
    made.freeze_panes = "A4"
    made.auto_filter.ref = "A3:D7"
    made.conditional_formatting.add("C4:C7", CellIsRule(operator="lessThan", formula=["1024"], font=Font(bold=True)))
    choice = DataValidation(type="list", formula1='"Ana,Rui"')
    choice.add("D4:D7")
    made.add_data_validation(choice)
    made.add_chart(BarChart(), "H3")
    made.protection.sheet = True
    hidden = book.create_sheet("old")
    hidden.append(["nothing"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Summary").append(["of the user"])
    book.defined_names["ports"] = openpyxl.workbook.defined_name.DefinedName("ports", attr_text="'SITE A'!$C$4:$C$7")
    out = io.BytesIO()
    book.save(out)
    # What openpyxl does not know, and the result of a formula as Excel stores it.
    made_parts = unpacked(out.getvalue())
    made_parts["customXml/item1.xml"] = b"<mine/>"
    made_parts["xl/ctrlProps/ctrlProp1.xml"] = b"<formControlPr/>"
    first = made_parts["xl/worksheets/sheet1.xml"].replace(b"<f>C6+1</f><v />", b"<f>C6+1</f><v>7001</v>")
    assert first != made_parts["xl/worksheets/sheet1.xml"]
    return packed(made_parts | {"xl/worksheets/sheet1.xml": first})


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


FOUND = finding(4, 5, in_sheet="SITE A", change=Change("b", "default", 5151))


def test_every_part_of_the_workbook_is_still_there():
    before = full_workbook()
    reading, book = suggested(before, FOUND)
    after = unpacked(Path("out.xlsx").read_bytes())
    added = {name for name in after if name not in unpacked(before)}
    assert added == {"xl/worksheets/sheet4.xml"}
    changed = {name for name, data in unpacked(before).items() if after[name] != data}
    assert changed == {
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    }
    assert book.sheetnames == ["SITE A", "old", "Summary", "Summary (2)"]
    assert same(reading)


def looks(one: Any) -> str:
    return repr((one.font, one.fill, one.alignment, one.border))


def test_every_cell_and_format_is_as_it_was():
    before = openpyxl.load_workbook(io.BytesIO(full_workbook()))
    _, after = suggested(full_workbook(), FOUND)
    for old in before:
        new = after[old.title]
        for line in old.iter_rows():
            for one in line:
                other = new[one.coordinate]
                assert (one.value, one.data_type, one.number_format) == (
                    other.value,
                    other.data_type,
                    other.number_format,
                )
                assert looks(one) == looks(other)
        assert (new.sheet_state, new.freeze_panes, new.merged_cells.ranges) == (
            old.sheet_state,
            old.freeze_panes,
            old.merged_cells.ranges,
        )
    site = after["SITE A"]
    assert site["C4"].comment.text == "why?"
    assert site["D4"].hyperlink.target == "https://intranet.example/ana"
    assert site.column_dimensions["A"].width == 33
    assert site.row_dimensions[5].height == 40
    assert site.auto_filter.ref == "A3:D7"
    assert len(site._charts) == len(site.conditional_formatting) == len(site.data_validations.dataValidation) == 1
    assert site.protection.sheet
    assert "ports" in after.defined_names
    assert openpyxl.load_workbook("out.xlsx", data_only=True)["SITE A"]["C7"].value == 7001


def test_the_added_columns_look_as_they_should():
    _, book = suggested(full_workbook(), FOUND)
    site = book["SITE A"]
    assert [site[f"{letter}3"].value for letter in "EFG"] == list(HEAD)
    assert looks(site["E3"]) == looks(site["D3"])
    assert site["E4"].alignment == Alignment(horizontal="left", vertical="top", wrap_text=True)
    assert site["E4"].quotePrefix
    assert site.column_dimensions["E"].width == 60


def test_the_same_bytes_every_time():
    data = full_workbook()
    suggested(data, FOUND)
    suggested(data, FOUND, out="again.xlsx")
    assert Path("out.xlsx").read_bytes() == Path("again.xlsx").read_bytes()


# --- sheets as people have them


def test_columns_go_right_of_all_that_is_filled_or_merged():
    book = openpyxl.load_workbook(io.BytesIO(written([NAMES, *ROWS])))
    book.active["F9"] = "a note far out"
    book.active.merge_cells("C3:H4")
    # Where nothing is written, a merged range is in nobody's way.
    book.active.merge_cells("A11:Z11")
    out = io.BytesIO()
    book.save(out)
    _, after = suggested(out.getvalue(), TWICE)
    assert [after["Sheet"].cell(1, column).value for column in (9, 10, 11)] == list(HEAD)


def test_a_sheet_that_is_full():
    part = sheet(row([cell("h"), cell("a"), cell("1"), cell("x", "XFC2")]))
    with pytest.raises(CannotEdit):
        with_columns(part.encode(), {1: HEAD}, {}, (9, 9, 9), sheet_xml.Styles())


def test_formatted_empty_cells_and_hidden_columns_give_way():
    fill = PatternFill("solid", fgColor="FFFF0000")
    book = openpyxl.load_workbook(io.BytesIO(written([NAMES, *ROWS])))
    for letter in "DEFGH":
        book.active[f"{letter}2"].fill = fill
    book.active.column_dimensions.group("D", "XFD", hidden=True)
    book.active.column_dimensions["B"].width = 44
    out = io.BytesIO()
    book.save(out)
    _, after = suggested(out.getvalue(), TWICE)
    site = after["Sheet"]
    assert [site[f"{letter}2"].value for letter in "DEF"] == ["GP101 error: Planned twice.", "5151 for b.", None]
    assert [site[f"{letter}2"].fill == fill for letter in "DEFGH"] == [False, False, False, True, True]
    part = unpacked(Path("out.xlsx").read_bytes())["xl/worksheets/sheet1.xml"].decode()
    ranges = [(int(low), int(high)) for low, high in re.findall(r'<col [^>]*min="(\d+)" max="(\d+)"', part)] or [
        (int(low), int(high)) for low, high in re.findall(r'min="(\d+)"[^>]*max="(\d+)"', part)
    ]
    assert ranges == [(2, 2), (4, 4), (5, 5), (6, 6), (7, 16384)]
    assert not site.column_dimensions["D"].hidden
    assert site.column_dimensions["G"].hidden


def test_blank_rows_above_the_column_names():
    reading, book = suggested(written([[" "], NAMES, *ROWS]), TWICE)
    assert book["Sheet"]["D2"].value == "Finding"
    assert same(reading)


def test_column_names_that_are_repeated_get_the_new_ones_too():
    reading, book = suggested(written([["Site A"], NAMES, *ROWS, NAMES, ["h", "d", 9]]), finding(3))
    assert [book["Sheet"][f"D{n}"].value for n in (2, 6)] == ["Finding", "Finding"]
    assert same(reading)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_without_column_names_the_summary_has_the_findings(name):
    data = written([["PORTA LCA", 4999], ["PORTA GDA", 5000]]) if name.endswith("x") else b"PORTA LCA,4999\nB,5000\n"
    file_sheet = "Sheet" if name.endswith("x") else ""
    reading, book = suggested(data, finding(1, file=name, in_sheet=file_sheet), name=name)
    assert len(values(book.worksheets[0])[0]) == 2
    assert "it has no column names, so nothing was written beside its rows" in told(book)
    assert same(reading)


def test_title_rows_alone_are_no_column_names():
    rows = [[f"line {n}", "x", "y"] for n in range(30)]
    Path("plan.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    reading = read_plans("plan.csv")
    assert reading.unreadable
    write_suggestions(["plan.csv"], reading, Findings([]), "out.xlsx")
    book = openpyxl.load_workbook("out.xlsx")
    assert len(values(book["plan"])) == 30
    assert "plan.csv: " in told(book)


def typed(made: dict[str, str | bytes]) -> dict[str, str | bytes]:
    """Parts made by hand with the list of their types, so that spreadsheet programs open them, too."""
    kinds = {"workbook": "sheet.main", "styles": "styles"}
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
        f'{kinds.get(Path(part).stem, "worksheet")}+xml"/>'
        for part in made
        if part.startswith("xl/") and part.endswith(".xml")
    )
    links = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
    return made | {"[Content_Types].xml": f'<Types xmlns="{namespace}">{links}{overrides}</Types>'}


def proper(sheet: str, **options: Any) -> bytes:
    return packed(typed(parts({"Sheet1": sheet}, **options)))


PREFIXED = (
    f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1:C3"/><x:sheetData><x:row spans="1:3" ht="12">'
    + "".join(f'<x:c t="inlineStr"><x:is><x:t>{name}</x:t></x:is></x:c>' for name in NAMES)
    + '</x:row><x:row ht="12" customHeight="1"><x:c t="str"><x:v>h</x:v></x:c><x:c t="str"><x:v>a</x:v></x:c>'
    "<x:c><x:v>5150</x:v></x:c><x:c/></x:row></x:sheetData></x:worksheet>"
)


def test_a_sheet_with_prefixes_and_without_places():
    _, book = suggested(proper(PREFIXED), finding(2, in_sheet="Sheet1"))
    assert values(book["Sheet1"])[1][:4] == ["h", "a", 5150, "GP101 error: Planned twice."]
    part = unpacked(Path("out.xlsx").read_bytes())["xl/worksheets/sheet1.xml"].decode()
    assert '<x:dimension ref="A1:F2"/><x:cols><x:col min="4" max="4"' in part
    assert "spans" not in part
    assert part.count('ht="12"') == 2


def test_a_row_that_is_gone():
    _, book = suggested(written([NAMES, *ROWS]), finding(2, 99))
    assert len(values(book["Sheet"])) == 4


def test_macros_are_left_out_and_that_is_said():
    made = unpacked(written([NAMES, *ROWS]))
    made["xl/vbaProject.bin"] = b"macros"
    types = made["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    override = b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    made["[Content_Types].xml"] = types.replace(b"</Types>", override)
    link = b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
    made["xl/_rels/workbook.xml.rels"] = made["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>", link + b'Target="vbaProject.bin"/></Relationships>'
    )
    reading, book = suggested(packed(made), finding(2, file="plan.xlsm"), name="plan.xlsm")
    assert "its macros were left out" in told(book)
    after = unpacked(Path("out.xlsx").read_bytes())
    assert not any(b"vbaProject" in data or b"macroEnabled" in data for data in after.values())
    assert same(reading)


def test_a_signature_is_said_to_be_broken():
    made = unpacked(written([NAMES, *ROWS])) | {"_xmlsignatures/sig1.xml": b"<s/>"}
    _, book = suggested(packed(made), TWICE)
    assert "no longer bears a valid signature" in told(book)


def test_without_styles():
    _, book = suggested(proper(sheet(["h", "a", "1"])), finding(2, in_sheet="Sheet1"))
    assert book["Sheet1"]["D2"].value == "GP101 error: Planned twice."


STYLED = [
    ("<fonts/>", sheet_xml.Styles(), 0),
    ('<cellXfs count="1"><xf/></cellXfs>', sheet_xml.Styles("1", "2", "3", "4", "5"), 0),
    (
        '<fonts count="1"><font/></fonts><cellXfs count="2"><xf/><xf/></cellXfs>',
        sheet_xml.Styles("2", "3", "4", "5", "6"),
        1,
    ),
    ("<fonts><font><b/></font></fonts><cellXfs/>", sheet_xml.Styles("0", "1", "2", "3", "4"), 2),
    (
        '<fonts><font><sz val="9"/></font></fonts><cellXfs><xf/></cellXfs><dxfs><dxf><font><b/></font></dxf></dxfs>',
        sheet_xml.Styles("1", "2", "3", "4", "5"),
        2,
    ),
]


@pytest.mark.parametrize(("styles", "expected", "bold"), STYLED)
def test_styles_are_added_behind_those_there_are(styles, expected, bold):
    made = package.Package("plan.xlsx", proper(sheet(["h", "a", "1"]), styles=styles))
    assert made.add_styles() == expected
    part = made["xl/styles.xml"].decode()
    assert part.count("<b/>") == bold
    assert part.count("quotePrefix") == (4 if expected.head else 0)
    if "count=" in styles:
        assert f'<cellXfs count="{int(expected.other) + 1}">' in part


# A sheet in another encoding, or a package that is put together otherwise: it cannot be cut by the byte.
UTF_16 = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet(["h", "a", "1"])).encode("utf-16")
LATIN = ('<?xml version="1.0" encoding="ISO-8859-1"?>' + sheet(["h", "ação", "1"])).encode("latin-1")
PLAIN = typed(parts({"Sheet": sheet(["h", "a", "1"])}))
NOT_EDITED = [
    PLAIN | {"xl/worksheets/sheet1.xml": UTF_16},
    PLAIN | {"xl/worksheets/sheet1.xml": LATIN},
    PLAIN | {"xl/worksheets/sheet1.xml": sheet(["h", "a", "1"], before='<cols><col min="x" max="1"/></cols>')},
    PLAIN | {"xl/worksheets/sheet1.xml": sheet(["h", "a", "1"], after='<m><mergeCell ref="x"/></m>')},
    {name: data for name, data in PLAIN.items() if name != "_rels/.rels"},
    {name: data for name, data in PLAIN.items() if name != "[Content_Types].xml"},
    PLAIN | {"[Content_Types].xml": "<Types/>"},
]


@pytest.mark.parametrize(
    "made", NOT_EDITED, ids=["utf-16", "latin-1", "columns", "merged", "no relations", "no types", "no type"]
)
def test_what_cannot_be_edited_is_written_without_its_formatting(made):
    reading, book = suggested(packed(made), finding(2, in_sheet="Sheet"))
    assert "it is built in a way that cannot be added to" in told(book)
    assert book["Sheet"]["D2"].value == "GP101 error: Planned twice."
    assert same(reading)


# --- hostile text


def test_nothing_we_write_is_a_formula():
    evil = '=HYPERLINK("http://evil.example","x")'
    found = finding(2, message=evil, proposal=evil, code="=1+1", why="+1", source="@SUM(A1)")
    _, book = suggested(b"Host,Application,Port\n=1+1,'=cmd|x,5150\n-2,+b,1\n", found, name="plan.csv")
    written_cells = [one for made in book for line in made.iter_rows() for one in line if one.value is not None]
    assert {one.data_type for one in written_cells} <= {"s", "n"}
    for one in written_cells:
        if isinstance(one.value, str) and one.value.startswith(("=", "+", "-", "@")):
            assert one.quotePrefix, one.coordinate
    assert all(b"<f" not in data for name, data in unpacked(Path("out.xlsx").read_bytes()).items() if "sheet" in name)


HOSTILE = [
    ("bell\x07 and nul\x00", "bell\ufffd and nul\ufffd"),
    ("half \ud800 character", "half \ufffd character"),
    ('a < b & c > d "quoted"', 'a < b & c > d "quoted"'),
    ("lines\r\nand\rlines", "lines\nand\nlines"),
    ("]]> <!-- <x/>", "]]> <!-- <x/>"),
    ("  blanks  ", "  blanks  "),
    ("\ufffe\uffff", "\ufffd\ufffd"),
]


@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_hostile_text(text, expected):
    _, book = suggested(written([NAMES, *ROWS]), finding(2, proposal=text))
    assert book["Sheet"]["E2"].value == expected


def test_what_looks_like_an_escaped_character_is_escaped():
    suggested(written([NAMES, *ROWS]), finding(2, proposal="_x0041_"))
    assert b"_x005F_x0041_" in unpacked(Path("out.xlsx").read_bytes())["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("letter", ["x", "\U0001f4de"])
def test_a_cell_holds_so_much_and_no_more(letter):
    _, book = suggested(written([NAMES, *ROWS]), finding(2, proposal=letter * 40_000))
    assert len(book["Sheet"]["E2"].value.encode("utf-16-le")) // 2 in (32_766, 32_767)


# --- other files


def test_csv():
    reading, book = suggested(
        b"My ports;;\n\nHost;Application;Port\nh;a;5150\n\nh;b;05150\n",
        finding(4, 6, file="plan.csv", in_sheet="", change=Change("b", "default", 5151)),
        name="plan.csv",
    )
    made = book["plan"]
    assert [made["A1"].value, made["A2"].value, made["A5"].value] == ["My ports", None, None]
    assert [one.value for one in made[3]] == [*NAMES, *HEAD]
    assert [one.value for one in made[6]] == ["h", "b", "05150", "GP101 error: Planned twice.", "5151 for b.", 5151]
    assert made["C4"].value == 5150
    assert made["A3"].font.bold
    assert same(reading)


@pytest.mark.parametrize("name", ["plan.tsv", "plan.txt"])
def test_text_keeps_its_own_columns_under_every_ending(name):
    reading, book = suggested(b"Mine\tHost\tApplication\tPort\nkeep\th\ta\t5150\n", finding(2, file=name), name=name)
    assert [one.value for one in book["plan"][1]] == ["Mine", *NAMES, *HEAD]
    assert book["plan"]["A2"].value == "keep"
    assert same(reading)


EXPORT = {
    "applications": [
        {
            "name": "ms",
            "portInfos": [{"id": "default", "port": "5150"}, {"id": "tls", "port": "5151"}],
            "serverInfo": {"host": "h"},
        },
        {"name": "a client", "portInfos": []},
        {"name": "lost", "portInfos": [{"id": "default", "port": "7000"}], "serverInfo": {}},
    ],
    "hosts": [{"name": "h", "ipAddress": "10.0.0.1", "lcaPort": "4999"}],
}


def test_json():
    reading, book = suggested(
        json.dumps(EXPORT).encode(),
        finding(1, file="plan.json", in_sheet="applications", change=Change("ms", "tls", 5152)),
        name="plan.json",
    )
    made = book["applications"]
    names = [one.value for one in made[1]]
    assert names[-4:] == ["Row in the file", *HEAD]
    assert [one.value for one in made[2]][-4:] == [1, "GP101 error: Planned twice.", "5151 for b.", 5152]
    assert [one.value for one in made[3]][-4:] == [1, None, None, None]
    assert same(reading)
    assert len(read_plans("out.xlsx").bad) == len(reading.bad) > 0


def test_several_files_in_one_workbook():
    second = openpyxl.load_workbook(io.BytesIO(written([NAMES, [" "], ["h2", "d", 8000]])))
    second.create_chartsheet("a chart").add_chart(BarChart())
    second.save("b.xlsx")
    Path("c.csv").write_text("Host,Application,Port\nh3,e,8000\n", encoding="utf-8")
    Path("gone.csv").write_text("", encoding="utf-8")
    reading, book = suggested(
        written([NAMES, *ROWS]),
        TWICE,
        finding(3, file="b.xlsx"),
        finding(2, file="c.csv", in_sheet=""),
        more=["b.xlsx", "c.csv", "gone.csv", "plan.xlsx"],
    )
    assert book.sheetnames == ["Sheet", "Sheet (2)", "c", "Summary"]
    found = [book[name][place].value for name, place in zip(book.sheetnames[:3], ("D2", "D3", "D2"), strict=True)]
    assert found == ["GP101 error: Planned twice."] * 3
    assert "b.xlsx: of several workbooks the first keeps its formatting" in told(book)
    assert "b.xlsx: sheet Sheet is called Sheet (2) here" in told(book)
    assert "gone.csv: " in told(book)
    assert {one.name for one in read_plans("out.xlsx").plan.applications} == set("abcde")
    assert reading.unreadable


SHEET_NAMES = [
    ("Summary", "Summary (2)"),
    ("x" * 40, "x" * 31),
    ("a/b\\c?*[d]:", "a_b_c___d__"),
    ("'quoted'", "quoted"),
    ("''", "_"),
    ("tab\there", "tab_here"),
    ("ação & <co>", "ação & <co>"),
]


@pytest.mark.parametrize(("wanted", "expected"), SHEET_NAMES)
def test_the_name_of_a_sheet(wanted, expected):
    made = package.Package()
    made.add_sheet("SUMMARY", b"")
    assert made.add_sheet(wanted, b"") == expected


def test_a_part_that_nothing_points_at_is_left_alone():
    made = package.Package()
    made["xl/worksheets/sheet1.xml"] = b"old"
    made.add_sheet("new", b"new")
    assert (made["xl/worksheets/sheet1.xml"], made["xl/worksheets/sheet2.xml"]) == (b"old", b"new")


def test_a_package_without_its_lists():
    made = package.Package()
    made["xl/_rels/workbook.xml.rels"] = b"<none/>"
    with pytest.raises(CannotEdit):
        made.add_sheet("new", b"")


def test_names_that_are_taken_again_and_again():
    made = package.Package()
    assert [made.add_sheet("x" * 40, b"") for _ in range(3)] == ["x" * 31, "x" * 27 + " (2)", "x" * 27 + " (3)"]


# --- writing


def test_it_never_replaces_a_file():
    Path("out.xlsx").write_bytes(b"mine")
    with pytest.raises(OutputExistsError):
        suggested(written([NAMES, *ROWS]), TWICE)
    assert Path("out.xlsx").read_bytes() == b"mine"


def test_not_over_the_file_itself():
    with pytest.raises(OutputExistsError):
        suggested(written([NAMES, *ROWS]), TWICE, out="plan.xlsx")


@pytest.mark.parametrize("out", ["out.csv", "out.xlsm", "out"])
def test_the_ending_is_xlsx(out):
    with pytest.raises(OutputFormatError):
        suggested(written([NAMES, *ROWS]), TWICE, out=out)
    assert not Path(out).exists()


def test_a_file_that_has_gone_since_it_was_read():
    Path("plan.csv").write_text("Host,Application,Port\nh,a,1\n", encoding="utf-8")
    reading = read_plans("plan.csv")
    Path("plan.csv").unlink()
    write_suggestions(["plan.csv"], reading, Findings([]), "out.xlsx")
    assert "There is no file of this name" in told(openpyxl.load_workbook("out.xlsx"))


def test_a_workbook_that_breaks_off_at_its_end(monkeypatch):
    def refuse(*_: object) -> str:
        raise CannotEdit

    monkeypatch.setattr(package.Package, "add_sheet", refuse)
    with pytest.raises(OutputWriteError, match=r"^out\.xlsx: No sheet can be added to plan\.xlsx"):
        suggested(written([NAMES, *ROWS]), TWICE)
    assert not Path("out.xlsx").exists()


NO_MORE_SHEETS = {
    "number": ("xl/workbook.xml", str(PLAIN["xl/workbook.xml"]).replace('sheetId="1"', 'sheetId="one"')),
    "utf-16": ("xl/workbook.xml", ('<?xml version="1.0"?>' + str(PLAIN["xl/workbook.xml"])).encode("utf-16")),
}


@pytest.mark.parametrize("part", NO_MORE_SHEETS.values(), ids=NO_MORE_SHEETS)
@pytest.mark.parametrize("more", [[], ["more.csv"]], ids=["alone", "with another"])
def test_a_workbook_that_takes_no_further_sheet(part, more):
    Path("more.csv").write_text("Host,Application,Port\nh,z,7001\n", encoding="utf-8")
    with pytest.raises(OutputWriteError, match=r"No sheet can be added to plan\.xlsx"):
        suggested(packed(PLAIN | dict([part])), more=more)
    assert not Path("out.xlsx").exists()


@pytest.mark.parametrize("name", ["worksheet-with-mistakes.xlsx", "messy-sheet.xlsx", "training.csv", "collisions.csv"])
def test_a_sample_plan_reads_the_same_again(name):
    from genesys_ports.plan.check import check

    reading = read_plans(PLANS / name)
    write_suggestions([PLANS / name], reading, check(reading), "out.xlsx")
    again = read_plans("out.xlsx", name=reading.plan.name)
    assert again.plan == reading.plan
    assert [(one.row, one.column, one.message) for one in again.bad] == [
        (one.row, one.column, one.message) for one in reading.bad
    ]


def test_three_thousand_rows_take_a_second_or_two():
    rows = [[f"h{n % 100}", f"application_{n}", 5000 + n // 100, "tcp", "", "a remark"] for n in range(3_000)]
    data = written([[*NAMES, "Transport", "Team", "Remarks"], *rows])
    Path("plan.xlsx").write_bytes(data)
    reading = read_plans("plan.xlsx")
    findings = Findings(finding(n, n + 1) for n in range(2, 3_000))
    started = time.process_time()
    write_suggestions(["plan.xlsx"], reading, findings, "out.xlsx")
    assert time.process_time() - started < 4


CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.integers(-5, 70000).map(str)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_whatever_a_sheet_holds_reads_the_same_again(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("sheet")
    data = workbook(sheet(*[row([cell(clean_xml(text)) for text in line]) for line in rows]))
    (folder / "plan.xlsx").write_bytes(data)
    reading = read_plans(folder / "plan.xlsx")
    file = (folder / "plan.xlsx").as_posix()
    findings = Findings([finding(number, file=file, in_sheet="Sheet1") for number in range(2, len(rows) + 2)])
    write_suggestions([folder / "plan.xlsx"], reading, findings, folder / "out.xlsx")
    again = read_plans(folder / "out.xlsx", name="plan")
    assert again.plan == reading.plan
    assert replace(again.plan, name="") == replace(reading.plan, name="")


def clean_xml(text: str) -> str:
    return sheet_xml._NOT_XML.sub("?", text).replace("\r", " ")


# --- XML edited by the byte


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (b"<a><l/></a>", b"<a><l><x/></l></a>"),
        (b"<a><l ></l ></a>", b"<a><l ><x/></l ></a>"),
        (b"<a><l k='>/'/></a>", b"<a><l k='>/'><x/></l></a>"),
        (b"<a><n:l xmlns:n='u'><y/></n:l></a>", b"<a><n:l xmlns:n='u'><y/><x/></n:l></a>"),
    ],
)
def test_a_child_is_appended(xml, expected):
    [found] = elements(xml, ("l",))
    assert spliced(xml, [appended(xml, found, b"<x/>")]) == expected


@pytest.mark.parametrize(
    ("tag", "value", "expected"),
    [
        (b'<a b="1" c="2">', "9", b'<a b="9" c="2">'),
        (b"<a b = '1'/>", "9", b'<a b="9"/>'),
        (b'<a b="1" c="2">', None, b'<a c="2">'),
        (b'<a x:b="1">', "9", b'<a x:b="1">'),
        (b'<a b="1">', '<&"\n', b'<a b="&lt;&amp;&quot;&#10;">'),
    ],
)
def test_an_attribute_is_changed(tag, value, expected):
    assert with_attribute(tag, "b", value) == expected


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<a>",
        b"<!DOCTYPE a><a/>",
        b"\xff\xfe<\0a\0/\0>\0",
        b'<?xml version="1.0" encoding="windows-1252"?><a/>',
    ],
)
def test_what_cannot_be_cut_by_the_byte(xml):
    with pytest.raises(CannotEdit):
        elements(xml, ("a",))
    with pytest.raises(CannotEdit):
        with_columns(xml, {}, {}, (), sheet_xml.Styles())


@pytest.mark.parametrize("xml", [b"<worksheet/>", b"<worksheet><sheetData><row r='x'/></sheetData></worksheet>"])
def test_what_is_no_sheet(xml):
    with pytest.raises(CannotEdit):
        with_columns(xml, {}, {}, (), sheet_xml.Styles())


def test_where_no_tag_begins():
    with pytest.raises(CannotEdit):
        tag_end(b"text <a>", 0)
