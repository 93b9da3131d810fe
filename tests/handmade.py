"""Workbooks made by hand, part by part: what no spreadsheet program writes, and what some do."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

HEAD = ["Host", "Application", "Port"]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def cell(text: str, place: str = "") -> str:
    """A cell with the text in it."""
    at = f' r="{place}"' if place else ""
    return f'<c{at} t="inlineStr"><is><t>{escaped(text)}</t></is></c>'


def row(cells: Iterable[str], number: int | None = None) -> str:
    at = "" if number is None else f' r="{number}"'
    return f"<row{at}>{''.join(one if one.startswith('<c') else cell(one) for one in cells)}</row>"


def sheet(*rows: str | Sequence[str], after: str = "", before: str = "", head: Sequence[str] = HEAD) -> str:
    """A sheet with the column names and these rows: XML, or the texts of cells."""
    body = "".join(one if isinstance(one, str) else row(one) for one in (head, *rows) if one)
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'


def links(targets: Iterable[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{a}" Type="{LINKS}/{kind}" {target}/>' for a, kind, target in targets)
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def parts(
    sheets: Mapping[str, str],
    *,
    texts: str = "",
    styles: str = "",
    states: Mapping[str, str] | None = None,
    book: str = "",
) -> dict[str, str | bytes]:
    """The parts of a workbook with these sheets."""
    listed = "".join(
        f'<sheet name="{escaped(name)}" sheetId="{i}" state="{(states or {}).get(name, "visible")}" r:id="s{i}"/>'
        for i, name in enumerate(sheets, start=1)
    )
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": links([("r1", "officeDocument", 'Target="xl/workbook.xml"')]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": links(
            [
                *((f"s{i}", "worksheet", f'Target="worksheets/sheet{i}.xml"') for i in range(1, len(sheets) + 1)),
                ("t", "sharedStrings", 'Target="sharedStrings.xml"'),
                ("y", "styles", 'Target="/xl/styles.xml"'),
            ]
        ),
    }
    made |= {f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets.values(), start=1)}
    if texts:
        made["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    if styles:
        made["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return made


def packed(made: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The parts as one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return out.getvalue()


def workbook(*sheets: str, **options: Any) -> bytes:
    """A workbook whose sheets are called Sheet1, Sheet2 …"""
    return packed(parts({f"Sheet{i}": xml for i, xml in enumerate(sheets, start=1)}, **options))


def written(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook with these rows, as openpyxl writes it."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for records in sheets:
        made = book.create_sheet()
        for record in records:
            made.append(list(record))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
