"""Workbooks that would do harm, or are none: one clear error each, in bounded time and memory."""

from __future__ import annotations

import io
import random
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genesys_ports.errors import PlanFileError
from genesys_ports.plan import xlsx_parts, xlsx_sheet, xlsx_words, zip_guard
from genesys_ports.plan.load import read_plans
from genesys_ports.plan.rows import RawRow
from genesys_ports.plan.xlsx_reader import read_xlsx
from tests.handmade import HEAD, MAIN, cell, links, packed, parts, row, sheet, workbook

MEGABYTE = 1024 * 1024
PLAIN = parts({"Ports": sheet(["h", "a", "1"])})
SHEET, BOOK, RELATED = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def problem(data: bytes) -> str:
    """The one error that reading ends in."""
    with pytest.raises(PlanFileError) as caught:
        list(read_xlsx("plan.xlsx", data))
    assert caught.value.file == "plan.xlsx"
    return caught.value.problem


def changed(**new: str | bytes | None) -> bytes:
    names = {"book": BOOK, "links": RELATED, "sheet": SHEET}
    made = {**PLAIN, **{names.get(key, f"xl/{key}.xml"): data for key, data in new.items()}}
    return packed({name: data for name, data in made.items() if data is not None})


# --- no workbook -----------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

NO_WORKBOOK = {
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), xlsx_words.PASSWORD),
    "the old format": (OLE + "Workbook".encode("utf-16-le"), xlsx_words.OLD_FORMAT),
    "CSV": (b"Host;Application;Port\nh;a;1\n", xlsx_words.TEXT),
    "JSON": (b'{"applications": []}', xlsx_words.TEXT),
    "a web page": (b"\xef\xbb\xbf\r\n<HTML><body><table>", xlsx_words.WEB_PAGE),
    "a table of a web page": (b"<table><tr><td>Host</td></tr></table>", xlsx_words.WEB_PAGE),
    "a PDF": (b"%PDF-1.7\n\0\0", xlsx_words.PDF),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", xlsx_words.NO_WORKBOOK),
    "two letters": (b"PK", xlsx_words.DAMAGED),
    "an empty archive": (packed({}), xlsx_words.OTHER_ARCHIVE),
    "another archive": (packed({"plan.csv": "Host,Application,Port"}), xlsx_words.OTHER_ARCHIVE),
    "a text document": (
        packed(
            {
                "[Content_Types].xml": "<Types/>",
                "_rels/.rels": links([("r", "officeDocument", 'Target="word/document.xml"')]),
                "word/document.xml": "<w:document xmlns:w='w'/>",
            }
        ),
        xlsx_words.OTHER_ARCHIVE,
    ),
    "a binary workbook": (
        packed(
            {
                "_rels/.rels": links([("r", "officeDocument", 'Target="xl/workbook.bin"')]),
                "xl/workbook.bin": b"\x83\x01\0",
            }
        ),
        xlsx_words.BINARY_FORMAT,
    ),
}


@pytest.mark.parametrize("what", NO_WORKBOOK)
def test_no_workbook(what):
    data, sentence = NO_WORKBOOK[what]
    assert problem(data) == sentence


# --- damaged ---------------------------------------------------------------------------------------------------

SOUND = packed(PLAIN)


def cells(xml: str) -> bytes:
    return changed(sheet=sheet(row([cell("h"), xml, cell("1")])))


DAMAGED = {
    "cut in the middle": SOUND[: len(SOUND) // 2],
    "cut at the end": SOUND[:-10],
    "no workbook part": changed(book=None),
    "no sheet part": changed(sheet=None),
    "no XML": changed(sheet="Host,Application,Port"),
    "an empty part": changed(sheet=""),
    "XML that ends early": changed(sheet=sheet(["h", "a", "1"])[:-20]),
    "an entity that nobody declared": changed(sheet=sheet("<row><c><v>&port;</v></c></row>")),
    "a code nobody knows": changed(sheet='<?xml version="1.0" encoding="x-nothing"?>' + sheet()),
    "a code of several bytes": changed(sheet='<?xml version="1.0" encoding="shift_jis"?>' + sheet()),
    "another kind of part": changed(sheet=f'<chartsheet xmlns="{MAIN}"/>'),
    "a row in a row": changed(sheet=sheet("<row><row/></row>")),
    "a cell in a cell": cells("<c><c/></c>"),
    "a cell outside a row": changed(sheet=f'<worksheet xmlns="{MAIN}"><sheetData><c/></sheetData></worksheet>'),
    "a value in a value": cells("<c><v><v>1</v></v></c>"),
    "rows that go back": changed(sheet=sheet(row(["h", "a", "1"], 9), row(["h", "b", "2"], 8))),
    "a row twice": changed(sheet=sheet(row(["h", "a", "1"], 9), row(["h", "b", "2"], 9))),
    "row 0": changed(sheet=sheet(row(HEAD, 0))),
    "a row below the last": changed(sheet=sheet(row(["h", "a", "1"], 1_048_577))),
    "a row far below the last": changed(sheet=sheet(row(["h", "a", "1"], 10**30))),
    "a row that is no number": changed(sheet=sheet('<row r="x"/>')),
    "cells that go back": cells('<c r="A2"><v>1</v></c>'),
    "a column behind the last": cells('<c r="XFE2"><v>1</v></c>'),
    "a column far behind the last": cells(f'<c r="{"Z" * 1000}2"><v>1</v></c>'),
    "a column in small letters": cells('<c r="b2"><v>1</v></c>'),
    "a number that is none": cells("<c><v>port</v></c>"),
    "a text that is not there": cells('<c t="s"><v>99</v></c>'),
    "a text before the first": cells('<c t="s"><v>-1</v></c>'),
    "a date that is none": packed(
        parts({"a": sheet(row(["h", '<c s="0"><v>x</v></c>', "1"]))}, styles='<cellXfs><xf numFmtId="14"/></cellXfs>')
    ),
    "elements without end": changed(sheet=sheet("<a>" * 200 + "</a>" * 200)),
    "elements without end in a cell": cells("<c><is>" + "<t>" * 200 + "</t>" * 200 + "</is></c>"),
    "elements without end in a list of parts": changed(links="<a>" * 200 + "</a>" * 200),
    "texts without end": packed(
        parts({"a": sheet(["h", "a", "1"])}, texts="<si>" + "<r>" * 200 + "</r>" * 200 + "</si>")
    ),
    "a tag without end": changed(sheet=sheet(f'<row x="{"x" * 5 * MEGABYTE}"/>')),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged(what):
    assert problem(DAMAGED[what]) == xlsx_words.DAMAGED


def test_a_checksum_that_does_not_fit():
    data = bytearray(packed(PLAIN, compression=zipfile.ZIP_STORED))
    at = data.index(b">h<")
    data[at + 1 : at + 2] = b"i"
    assert problem(bytes(data)) == xlsx_words.DAMAGED


def test_nothing_is_fetched():
    """Links to elsewhere are not followed: such a sheet is named and left out."""
    elsewhere = links([("s1", "worksheet", 'Target="http://203.0.113.1/sheet1.xml" TargetMode="External"')])
    assert problem(changed(links=elsewhere)).startswith("The workbook has no sheet with cells.")
    outside = links([("s1", "worksheet", 'Target="../../../../etc/passwd"')])
    assert problem(changed(links=outside)) == xlsx_words.DAMAGED


def test_external_workbooks_are_never_looked_for():
    data = changed(
        links=str(PLAIN[RELATED]).replace(
            "</Relationships>",
            '<Relationship Id="e" Type="x/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>',
        ),
        sheet=sheet(row(["h", '<c t="str"><f>[1]Ports!$B$2</f><v>a</v></c>', "1"])),
    )
    [found] = read_xlsx("plan.xlsx", data)
    assert isinstance(found, RawRow)


# --- made to do harm -------------------------------------------------------------------------------------------

LAUGHS = "".join(
    f'<!ENTITY l{i} "{"".join(f"&l{i - 1};" for _ in range(10))}">' if i else '<!ENTITY l0 "ha">' for i in range(10)
)

DOCTYPES = {
    "entities in each other": f"<!DOCTYPE worksheet [{LAUGHS}]>",
    "a file": '<!DOCTYPE worksheet [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE worksheet SYSTEM "http://203.0.113.1/plan.dtd">',
    "one long entity": f'<!DOCTYPE worksheet [<!ENTITY l9 "{"x" * 100_000}">]>',
    "nothing": "<!DOCTYPE worksheet>",
}


@pytest.mark.parametrize("what", DOCTYPES)
@pytest.mark.parametrize("part", [SHEET, BOOK, RELATED, "_rels/.rels", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_document_type(what, part):
    made = {**PLAIN, "xl/sharedStrings.xml": "<sst/>", "xl/styles.xml": "<styleSheet/>"}
    made[part] = DOCTYPES[what] + str(made[part]).replace("<c>", "<c>&l9;", 1)
    assert problem(packed(made)) == xlsx_words.DOCTYPE


def squeezed(megabytes: int) -> bytes:
    """A sheet that unpacks to this much of nothing."""
    return changed(sheet=sheet(" " * megabytes * MEGABYTE))


@cache
def archive_in_itself() -> bytes:
    """Many parts out of the same bytes, as in the zip bombs of David Fifield."""
    one = packed({"xl/workbook.xml": b"\0" * 100_000})
    start = one.index(b"PK\x01\x02")
    entry, end = one[start : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    entries = b"".join(entry.replace(b"workbook.xml", b"work%04d.xml" % number) for number in range(1000))
    counts = struct.pack("<4HII", 0, 0, 1000, 1000, len(entries), start)
    return one[:start] + entries + end[:4] + counts + b"\0\0"


def with_bytes(at: bytes, offset: int, new: bytes) -> bytes:
    data = bytearray(SOUND)
    begin = data.index(at)
    data[begin + offset : begin + offset + len(new)] = new
    return bytes(data)


def entry(name: str) -> bytes:
    """What the archive says of a part, from the beginning to the name."""
    return next(found[0] for found in re.finditer(b"PK\x01\x02[^K]{42}" + name.encode(), SOUND, re.DOTALL))


def twice() -> bytes:
    data = packed({**PLAIN, "xl/worksheets/sheet9.xml": sheet(["h", "b", "1"])})
    return data.replace(b"sheet9.xml", b"sheet1.xml")


HARMFUL: dict[str, tuple[Callable[[], bytes], str]] = {
    "much of nothing": (lambda: squeezed(16), xlsx_words.SQUEEZED.format(times=300)),
    "parts out of the same bytes": (archive_in_itself, xlsx_words.DAMAGED),
    "two parts of one name": (twice, xlsx_words.DAMAGED),
    "a part with a password": (lambda: with_bytes(b"PK\x01\x02", 8, b"\x01\x00"), xlsx_words.PASSWORD),
    "a part packed in another way": (lambda: with_bytes(b"PK\x01\x02", 10, b"\x0e\x00"), xlsx_words.DAMAGED),
    "a part said to be larger": (
        lambda: with_bytes(b"PK\x01\x02", 24, struct.pack("<I", 2**31)),
        xlsx_words.UNPACKS.format(megabytes=256),
    ),
    "a sheet said to be smaller": (lambda: with_bytes(entry(SHEET), 24, struct.pack("<I", 9)), xlsx_words.DAMAGED),
    "thousands of parts": (
        lambda: packed({**PLAIN, **{f"xl/media/image{i}.png": b"" for i in range(5_000)}}),
        xlsx_words.MANY_PARTS.format(most="5,000"),
    ),
    "thousands of sheets": (
        lambda: packed(parts({f"S{i}": "" for i in range(2_000)})),
        xlsx_words.MANY_SHEETS.format(most=250),
    ),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_made_to_do_harm(what):
    make, sentence = HARMFUL[what]
    data = make()
    tracemalloc.start()
    start = time.process_time()
    try:
        assert problem(data) == sentence
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Generous: a busy machine, and counting memory makes everything slower.
    assert time.process_time() - start < 30
    assert peak < 64 * MEGABYTE


def test_millions_of_texts(monkeypatch):
    assert xlsx_parts.MOST_TEXTS == 2_000_000
    monkeypatch.setattr(xlsx_parts, "MOST_TEXTS", 1_000)
    data = packed(parts({"a": sheet(["h", "a", "1"])}, texts="<si/>" * 1_001))
    assert problem(data) == xlsx_words.MANY_TEXTS.format(most="1,000")


def test_styles_without_end(monkeypatch):
    monkeypatch.setattr(xlsx_parts, "MOST_STYLES", 100)
    for styles in ("<xf/>" * 101, "".join(f'<numFmt numFmtId="{i}" formatCode="d"/>' for i in range(101))):
        inner = f"<cellXfs>{styles}</cellXfs><numFmts>{styles}</numFmts>"
        assert problem(packed(parts({"a": sheet(["h", "a", "1"])}, styles=inner))) == xlsx_words.DAMAGED


def test_links_without_end(monkeypatch):
    monkeypatch.setattr(xlsx_parts, "MOST_PARTS", 100)
    many = links((f"r{i}", "image", 'Target="a.png"') for i in range(101))
    assert problem(changed(links=many)) == xlsx_words.MANY_PARTS.format(most=100)


def test_merged_ranges_without_end(monkeypatch):
    assert xlsx_sheet.MOST_MERGES == 100_000
    monkeypatch.setattr(xlsx_sheet, "MOST_MERGES", 1_000)
    data = changed(sheet=sheet(after="".join(f'<mergeCell ref="A{i}:A{i + 1}"/>' for i in range(1, 2_000))))
    assert problem(data) == xlsx_words.MANY_MERGES.format(sheet="Ports", most="1,000")


@pytest.mark.parametrize("shape", ["value", "formula", "inline", "shared"])
def test_a_cell_of_many_megabytes(shape, tmp_path):
    """It is one bad cell, and never a text of that size in memory."""
    # Letters by chance: nothing that unpacks to suspiciously much.
    text = random.Random(1).randbytes(3 * MEGABYTE).hex()
    long = {
        "value": f'<c t="str"><v>{text}</v></c>',
        "formula": f"<c><f>{text}</f></c>",
        "inline": cell(text),
        "shared": '<c t="s"><v>0</v></c>',
    }[shape]
    texts = f"<si><t>{text}</t></si>" if shape == "shared" else ""
    data = workbook(sheet(row(["h", long, "1"]), ["h", "b", "2"]), texts=texts)
    tracemalloc.start()
    try:
        found = list(read_xlsx("plan.xlsx", data))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 2
    assert peak < 4 * MEGABYTE
    path = tmp_path / "plan.xlsx"
    path.write_bytes(data)
    reading = read_plans(path)
    [bad] = reading.bad
    assert len(str(bad)) < 500
    assert reading.plan.has_application("b")


def test_a_million_columns():
    wide = "".join(f"<c><v>{i}</v></c>" for i in range(1_000_000))
    start = time.process_time()
    assert problem(changed(sheet=sheet(f"<row>{wide}</row>"))) == xlsx_words.DAMAGED
    assert time.process_time() - start < 30


def test_more_columns_than_a_plan_has():
    wide = "".join("<c><v>1</v></c>" for i in range(500))
    [error] = read_xlsx("plan.xlsx", changed(sheet=sheet(f"<row>{wide}</row>")))
    assert "Row 2 has more than 200 columns." in error.problem


def test_a_last_row_far_below_costs_nothing():
    start = time.process_time()
    found = list(read_xlsx("plan.xlsx", changed(sheet=sheet(row(["h", "a", "1"], 1_048_576)))))
    assert len(found) == 1
    assert time.process_time() - start < 5


def test_a_merged_range_over_the_whole_sheet_costs_nothing():
    ranges = "".join(f'<mergeCell ref="{letter}1:{letter}1048576"/>' for letter in "ABC")
    data = changed(sheet=sheet(row(["h", "a", "1"], 1_000_000), after=f"<mergeCells>{ranges}</mergeCells>"))
    assert len(list(read_xlsx("plan.xlsx", data))) == 1


def test_the_limits_stand_where_a_plan_fits(monkeypatch):
    """500,000 rows of twelve columns, and the same row again and again, are no bombs."""
    assert zip_guard.MOST_UNPACKED >= 500_000 * 12 * 40
    data = changed(sheet=sheet(*[["framework-host", "message_server", "5150"] * 4] * 300, head=HEAD + ["Note"] * 9))
    monkeypatch.setattr(zip_guard, "RATIO_FROM", 100_000)
    [part] = [one for one in zipfile.ZipFile(io.BytesIO(data)).infolist() if one.filename == SHEET]
    assert part.file_size > zip_guard.RATIO_FROM
    assert part.file_size < part.compress_size * zip_guard.MOST_RATIO
    assert len(list(read_xlsx("plan.xlsx", data))) == 300


# --- anything at all -------------------------------------------------------------------------------------------


def read_or_one_error(data: bytes) -> None:
    try:
        for one in read_xlsx("plan.xlsx", data):
            assert isinstance(one, (RawRow, PlanFileError))
    except PlanFileError:
        pass


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02", b""]))
@example(b"PK\x05\x06" + b"\0" * 18, b"")
@example(b"PK\x05\x06" + b"\xff" * 18, b"")
def test_any_bytes_behind_the_mark_of_an_archive(data, mark):
    read_or_one_error(mark + data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_workbook_with_some_bytes_changed(changes):
    data = bytearray(SOUND)
    for at, byte in changes:
        data[at] = byte
    read_or_one_error(bytes(data))


TAGS = st.sampled_from(["c", "v", "f", "is", "t", "r", "rPh", "row", "sheetData", "mergeCell", "x:c", "worksheet"])
VALUES = st.sampled_from(["1", "A1", "XFD9", "A2:A9", "s", "inlineStr", "e", "b", "", "-1", "99", "\u00e9", "1e9"])


@st.composite
def elements(draw, depth=3):
    tag = draw(TAGS)
    attributes = "".join(f' {name}="{draw(VALUES)}"' for name in draw(st.sets(st.sampled_from(["r", "t", "s", "ref"]))))
    inner = draw(VALUES) if not depth else "".join(draw(st.lists(elements(depth - 1), max_size=3))) or draw(VALUES)
    return f"<{tag}{attributes}>{inner}</{tag}>"


@settings(max_examples=40, deadline=None)
@given(st.lists(elements(), max_size=4).map("".join))
def test_any_elements_in_a_sheet(inner):
    read_or_one_error(
        changed(sheet=f'<worksheet xmlns="{MAIN}" xmlns:x="x"><sheetData>{inner}</sheetData></worksheet>')
    )


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([BOOK, RELATED, "_rels/.rels", "xl/styles.xml", "xl/sharedStrings.xml"]), st.binary(max_size=60))
def test_any_bytes_in_any_part(part, data):
    read_or_one_error(packed({**PLAIN, part: data}))


def test_nothing_of_it_escapes_the_reading(tmp_path):
    path = Path(tmp_path / "plan.xlsx")
    path.write_bytes(DAMAGED["rows that go back"])
    reading = read_plans(path)
    [error] = reading.unreadable
    assert error.problem == xlsx_words.DAMAGED
