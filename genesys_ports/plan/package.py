"""A workbook as the parts of its package (ECMA-376 part 2): sheets and styles are added, all else stays as it was."""

from __future__ import annotations

import io
import re
import zipfile
from posixpath import join, normpath, relpath, split

from .sheet_xml import Styles
from .xml_edit import CannotEdit, Edit, Element, appended, attribute, elements, spliced, with_attribute
from .zip_guard import Parts, part_key

__all__ = ["Package"]

_TYPES = "[Content_Types].xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

#: Same bytes from the same plan, whenever it is written: the first moment that an archive can tell.
_MOMENT = (1980, 1, 1, 0, 0, 0)

#: Characters that the name of a sheet cannot have, and how many it can (Excel specifications and limits).
_NOT_IN_NAME = str.maketrans(dict.fromkeys(r"[]:*?/\\", "_"))
_LONGEST_NAME = 31

#: A workbook without a sheet. The styles are those that every workbook has.
_BLANK = {
    _TYPES: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_WORKBOOK_TYPE}"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets/></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Package:
    """The parts of one workbook: that of a file, or a new one without a sheet. Raises `CannotEdit`, also later.

    A file is looked at for tricks before it is unpacked: `PlanFileError`.
    """

    def __init__(self, file: str = "", data: bytes | None = None) -> None:
        if data is None:
            self._parts = {name: (_DECLARATION + text).encode() for name, text in _BLANK.items()}
        else:
            parts = Parts(file, data)
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = [part.filename for part in archive.infolist() if not part.is_dir()]
            self._parts = {name: b"".join(parts.chunks(name)) for name in names}
        self._names = {part_key(name): name for name in self._parts}
        self._workbook = self._linked("_rels/.rels", "", "/officeDocument")
        kinds = (*self._elements(_TYPES, "Override"), *self._elements(_TYPES, "Default"))
        # Without its type among them no spreadsheet program opens a workbook, whatever we add to it.
        if not self._workbook or not any(_is_workbook(one.attributes.get("ContentType", "")) for one in kinds):
            raise CannotEdit
        folder, name = split(self._workbook)
        self._relations = join(folder, "_rels", f"{name}.rels")
        self.without_macros = self._drop_macros()

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._parts[self._names[part_key(name)]]
        except KeyError:
            raise CannotEdit from None

    def __setitem__(self, name: str, data: bytes) -> None:
        self._parts[self._names.setdefault(part_key(name), name)] = data

    def to_bytes(self) -> bytes:
        """The whole as a file; the same parts are always the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self._parts.items():
                part = zipfile.ZipInfo(name, _MOMENT)
                part.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(part, data)
        return out.getvalue()

    @property
    def is_signed(self) -> bool:
        """Whether somebody has signed the workbook."""
        return any(name.startswith("_xmlsignatures/") for name in self._names)

    # --- sheets

    def add_sheet(self, name: str, data: bytes) -> str:
        """Puts a sheet behind the others, and gives its name: as wanted, unless it is taken or cannot be."""
        sheets = self._elements(self._workbook, "sheet")
        name = _free_name(name, {one.attributes.get("name", "").casefold() for one in sheets})
        try:
            number = 1 + max((int(one.attributes.get("sheetId", "0")) for one in sheets), default=0)
        except ValueError:
            raise CannotEdit from None
        part = self._free_part(number)
        self[part] = data
        self._append(_TYPES, "Types", f'<{{p}}Override PartName="/{part}" ContentType="{_SHEET_TYPE}"/>')
        relations = self._elements(self._relations, "Relationship")
        ids = {one.attributes.get("Id", "") for one in relations}
        link = next(f"rId{n}" for n in range(1, len(ids) + 2) if f"rId{n}" not in ids)
        # The two editions of the standard call it differently; a workbook keeps to one.
        kinds = (one.attributes.get("Type", "") for one in relations)
        kind = next((kind for kind in kinds if kind.endswith("/worksheet")), f"{_RELATIONS}/worksheet")
        target = relpath(part, split(self._workbook)[0])
        self._append(
            self._relations, "Relationships", f'<{{p}}Relationship Id="{link}" Type="{kind}" Target="{target}"/>'
        )
        keys = (key for one in sheets for key in one.attributes if key.endswith(":id"))
        tag = f'<{{p}}sheet name="{attribute(name)}" sheetId="{number}" {next(keys, "r:id")}="{link}"/>'
        self._append(self._workbook, "sheets", tag)
        return name

    def _free_part(self, number: int) -> str:
        folder = split(self._workbook)[0]
        while part_key(part := join(folder, "worksheets", f"sheet{number}.xml")) in self._names:
            number += 1
        return part

    # --- styles

    def add_styles(self) -> Styles:
        """Adds the styles of our own cells. A workbook without styles gets none."""
        part = self._target("/styles")
        if not part:
            return Styles()
        data = self[part]
        found = elements(data, ("font", "fonts", "cellXfs"))
        fonts = [one for one in found if one.name == "font" and one.parent == "fonts"]
        lists = {one.name: one for one in found if one.name != "font"}
        if "cellXfs" not in lists:
            return Styles()
        styles, edits = lists["cellXfs"], []
        prefix, bold = styles.prefix, 0
        if fonts and "fonts" in lists:
            bold = len(fonts)
            edits += _grown(data, lists["fonts"], [_bold(data, fonts[0])], bold)
        count = sum(one.parent == "cellXfs" for one in elements(data, ("xf",)))
        base = 'numFmtId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"'
        text, strong = f'{base} fontId="0" quotePrefix="1"', f'{base} fontId="{bold}" applyFont="1" quotePrefix="1"'
        # Beside cells of several lines all begin at the top; numbers beside text stand where text does.
        top = f'<{prefix}alignment vertical="top"/></{prefix}xf>'
        lines = f'<{prefix}alignment horizontal="left" vertical="top" wrapText="1"/></{prefix}xf>'
        new = (
            f"<{prefix}xf {text}>{top}",
            f"<{prefix}xf {text}>{lines}",
            f"<{prefix}xf {strong}>{lines}",
            f"<{prefix}xf {strong}>{top}",
            f'<{prefix}xf {base} fontId="0">{top}',
        )
        edits += _grown(data, styles, [one.encode() for one in new], count)
        self[part] = spliced(data, edits)
        return Styles(*(str(count + n) for n in range(len(new))))

    # --- parts

    def _elements(self, part: str, name: str) -> list[Element]:
        return elements(self[part], (name,))

    def _append(self, part: str, into: str, text: str) -> None:
        found = self._elements(part, into)
        if not found:
            raise CannotEdit
        child = text.replace("{p}", found[0].prefix, 1).encode()
        self[part] = spliced(self[part], [appended(self[part], found[0], child)])

    def _target(self, kind: str) -> str:
        return self._linked(self._relations, split(self._workbook)[0], kind)

    def _linked(self, relations: str, folder: str, kind: str) -> str:
        """The part that a list of relations names as of this kind; empty where it names none that is there."""
        for one in self._elements(relations, "Relationship"):
            if one.attributes.get("Type", "").endswith(kind):
                part = normpath(join("/", folder, one.attributes.get("Target", ""))).lstrip("/")
                return part if part_key(part) in self._names else ""
        return ""

    def _drop_macros(self) -> bool:
        """Makes a workbook with macros one without: under the ending .xlsx nothing else is opened."""
        macros = self._target("/vbaProject")
        types, edits = self[_TYPES], list[Edit]()
        for one in self._elements(_TYPES, "Override"):
            kind = one.attributes.get("ContentType", "")
            if part_key(one.attributes.get("PartName", "")).rpartition("/")[2].startswith("vbaproject"):
                edits.append((one.begin, one.after, b""))
            elif _is_workbook(kind) and kind != _WORKBOOK_TYPE:
                tag = with_attribute(types[one.begin : one.inner], "ContentType", _WORKBOOK_TYPE)
                edits.append((one.begin, one.inner, tag))
        self[_TYPES] = spliced(types, edits)
        if not macros:
            return False
        links = self._elements(self._relations, "Relationship")
        gone = [(one.begin, one.after, b"") for one in links if one.attributes.get("Type", "").endswith("/vbaProject")]
        self[self._relations] = spliced(self[self._relations], gone)
        for name in [name for name in self._parts if name.rpartition("/")[2].lower().startswith("vbaproject")]:
            del self._parts[name], self._names[part_key(name)]
        return True


def _is_workbook(kind: str) -> bool:
    return kind.endswith(".main+xml") and ("sheet" in kind or "template" in kind)


def _free_name(wanted: str, taken: set[str]) -> str:
    printable = "".join(one if one.isprintable() else "_" for one in wanted).translate(_NOT_IN_NAME)
    base = printable.strip("' ")[:_LONGEST_NAME].rstrip("' ") or "_"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        end = f" ({number})"
        name = base[: _LONGEST_NAME - len(end)] + end
    return name


def _grown(data: bytes, element: Element, children: list[bytes], count: int) -> list[Edit]:
    """The edits for a list that tells its length."""
    tag = data[element.begin : element.inner]
    counted = with_attribute(tag, "count", str(count + len(children)))
    return [(element.begin, element.inner, counted), (element.end, element.end, b"".join(children))]


def _bold(data: bytes, font: Element) -> bytes:
    """The workbook's own first font, bold."""
    if re.search(rb"<(?:\w+:)?b[\s/>]", data[font.inner : font.end]):
        return data[font.begin : font.after]
    bold = f"<{font.prefix}b/>".encode()
    if font.inner == font.after:
        return f"<{font.prefix}font>".encode() + bold + f"</{font.prefix}font>".encode()
    return data[font.begin : font.inner] + bold + data[font.inner : font.after]
