"""Every sentence and label of the widgets, whole, with named places for values."""

from __future__ import annotations

# --- the plan editor: what it says of its plan
SUMMARY = "{plan}; {findings}."
UNREAD_ONE = "1 cell cannot be read; what it says is not in the plan yet."
UNREAD = "{count} cells cannot be read; what they say is not in the plan yet."
CLEAN = "Nothing is wrong with this plan."
GRID = "The rows of the plan"
MORE_FINDINGS = "… and {count} more: mend these first."
WHY = "Why it matters: {why}"
SOURCE = "Source: {source}"
PROPOSAL = "Proposal: {proposal}"
ROW = "Row"
NOTE = "What is wrong"
UNREAD_CELL = "✗ {column}: {message}"
CODES = "{mark} {codes}"
#: A shape for each severity.
MARKS = {"error": "✗", "warning": "▲", "info": "○"}

# --- what it has done
WRITTEN = "Row {row}: {column} is now {value}."
EMPTIED = "Row {row}: {column} is empty now."
ADDED = "Row {row} is new and empty: write a host, an application and a port."
REMOVED = "Row {row} is gone."
ACCEPTED = "Accepted: {application} listens on {port} now."
NO_CHANGE = "This finding proposes no other number: change the plan by hand."
OUTDATED = "This finding is of an earlier state of the plan. Take one of the findings as they are now."
UNDONE = "The last change is taken back."
NOTHING_TO_UNDO = "There is nothing to take back."
SAVED = "Written: {file}."
SAVED_UNREAD = "Written: {file}. The cells that cannot be read stand in it as they are."
SAVE_FIRST = "Write a name for the new file first, such as my-plan.csv."

# --- labels
CELL = "{column} of row {row}"
ADD_ROW = "Add a row"
REMOVE_ROW_TIP = "Remove row {row}"
UNDO = "Undo"
SAVE = "Save as a new file"
SAVE_NAME = "File name"
ACCEPT = "Accept: {changes}"
ACCEPT_ALL = "Accept the proposal"
ACCEPT_CHANGE = "{application} to port {to}"
EARLIER = "Rows before"
LATER = "Rows after"
NO_ROWS = "This plan has no rows yet."
PAGE = "Rows {first} to {last} of {count}"

# --- errors
ROW_WANTED = "row of this plan"
COLUMN_WANTED = "column"
ROWS_KNOWN = "1 to {last}"
