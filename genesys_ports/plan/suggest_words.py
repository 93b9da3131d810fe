"""Every sentence of a sheet with proposals, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

# --- the columns that are added; none of these names is a column of a plan

FINDING = "Finding"
PROPOSAL = "Proposal"
PROPOSED = "Proposed port"
ROW_BEFORE = "Row in the file"

FOUND = "{code} {severity}: {message}"
UNREAD = "Cannot be read, column {column}: {message}"

# --- the sheets

SUMMARY = "Summary"
SHEET = "Plan"

# --- the summary

TITLE = "Port plan, checked"
READ = ("Rows", "Ports read", "File", "Sheets")
COUNTED = ("Severity", "Findings")
CELLS = "Cells that cannot be read"
FINDINGS = ("Code", "Severity", "Where", "Finding", "Why it matters", "Source", "Proposal")
NO_FINDING = "No finding."
UNREAD_CODE = "unread"
REST = "… and {count} more, which this sheet has no room for"

# --- notes of the summary: nothing is lost without a word

COPIED = "Your file was not changed; this is a copy with three more columns, right of all that was there."
NO_HEADER = (
    "{file}, sheet {sheet}: it has no column names, so nothing was written beside its rows; its findings are here."
)
NO_MACROS = "{file}: its macros were left out, because a workbook of this kind (.xlsx) holds none."
SIGNED = "{file}: it is signed, and a copy with more columns in it no longer bears a valid signature."
CELLS_ALONE = (
    "{file}: of several workbooks the first keeps its formatting, and of this one only the cells are here. "
    "Check it alone to keep its formatting."
)
NOT_KEPT = "{file}: it is built in a way that cannot be added to, so only its cells are here, without their formatting."
RENAMED = "{file}: sheet {sheet} is called {name} here, because of two with one name."
NOT_READ = "{problem}"

# --- when nothing can be written

NO_MORE_SHEETS = (
    "No sheet can be added to {file}, because of the way it is built. Open it in Excel or LibreOffice, save it under "
    "a new name, and check that file."
)
