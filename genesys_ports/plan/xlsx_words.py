"""What is said of a workbook, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

# --- the file

PASSWORD = (
    "The workbook is protected by a password. Open it with the password, save a copy without one, and load the copy."
)
OLD_FORMAT = "This is a file of the old Office format. Open it in Excel or LibreOffice and save it as .xlsx."
BINARY_FORMAT = "This is a binary workbook (.xlsb). Open it in Excel and save it as .xlsx."
OTHER_ARCHIVE = (
    "This is a zip archive, and no workbook is in it. Open the plan in Excel or LibreOffice and save it as .xlsx."
)
TEXT = (
    "This is text under the name of a workbook. Where it is a CSV or JSON file, give it the ending .csv or .json "
    "and load it again."
)
WEB_PAGE = (
    "This is a web page under the name of a workbook, as some programs export it. "
    "Open it in Excel or LibreOffice and save it as .xlsx."
)
PDF = "This is a PDF under the name of a workbook. Ask for the sheet it was printed from."
NO_WORKBOOK = "This is not a workbook. Open the plan in Excel or LibreOffice and save it as .xlsx."
DAMAGED = (
    "The workbook is damaged and cannot be read to its end. Open it in Excel or LibreOffice, "
    "save it under a new name, and load the new file."
)
UNPACKS = (
    "Unpacked, the workbook would take more than {megabytes} MB. A port plan is small: "
    "copy its cells into a new workbook and load that one."
)
SQUEEZED = (
    "A part of the workbook would swell to more than {times} times its size when it is unpacked, "
    "as nothing a person writes does. Copy the cells of the plan into a new workbook and load that one."
)
MANY_PARTS = "The workbook is made of more than {most} parts. Copy the sheets of the plan into a new workbook."
MANY_SHEETS = "The workbook has more than {most} sheets. Copy the sheets of the plan into a new workbook."
MANY_TEXTS = "The workbook holds more than {most} different texts. Copy the sheets of the plan into a new workbook."
MANY_MERGES = "Sheet {sheet!r} has more than {most} merged ranges. Copy the cells of the plan into a new workbook."
DOCTYPE = (
    "The workbook holds a document type declaration, which no office program writes and which can do harm. "
    "Copy the cells of the plan into a new workbook and load that one."
)
NO_SHEET = "The workbook has no sheet with cells. A plan starts with a row of column names: {columns}."

# --- a sheet

NO_PLAN = "Sheet {sheet!r} was left out. {problem}"
NOT_CELLS = "Sheet {sheet!r} was left out: it holds a chart, a dialog or a macro, and no cells."
HIDDEN = "Sheet {sheet!r} is hidden in the workbook; its rows are part of the plan all the same."
NO_PLAN_AT_ALL = "No sheet of the workbook holds a plan. {problems}"

# --- a cell

NO_RESULT = (
    "This formula has no stored result. Open the workbook in Excel or LibreOffice, save it, and load it again, "
    "or write the value itself."
)
SHOWS_ERROR = "The sheet shows an error here. Mend its formula, or write the value itself."
