"""Every sentence this room says, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

# --- the file

NOT_FOUND = "There is no file of this name."
NOT_FOUND_GUESS = "There is no file of this name. Did you mean {name!r}?"
FOLDER = "This is a folder. Give the name of a plan file in it, such as plan.csv."
NOT_A_FILE = "This is not a file that can be read to its end."
NOT_ALLOWED = "The system does not let you read this file. Ask its owner, or copy it to a place of your own."
UNREADABLE = "The system cannot read this file."
EMPTY = "The file is empty. A plan starts with a row of column names: {columns}."
TOO_LARGE = "The file is larger than {megabytes} MB. A port plan is a small sheet: remove what does not belong to it."
WRONG_ENDING = "The name ends in {ending!r}; a plan file ends in one of: {endings}."
NO_ENDING = "The name has no ending; a plan file ends in one of: {endings}."
OLD_WORKBOOK = (
    "This is a workbook of the old form, or one with a password. "
    "Open it in Excel or LibreOffice and save it as .xlsx without a password."
)
OTHER_WORKBOOK = "This kind of workbook cannot be read. Open it in Excel or LibreOffice and save it as .xlsx."
IS_ZIP = (
    "This is not text, but a zip archive or a workbook. A workbook is read under a name that ends in .xlsx; "
    "a zip archive is unpacked first."
)
IS_OTHER = (
    "This is not text, but a file of the kind {kind}. Save the sheet that it shows as .xlsx, "
    "or as 'CSV UTF-8 (comma delimited)', and load that file."
)
NOT_TEXT = "This is not text. Save the sheet as 'CSV UTF-8 (comma delimited)' and load that file."
NOT_ONE_ENCODING = (
    "Line {line} holds a character that is not UTF-8, and other lines hold some that are. "
    "Save the sheet as 'CSV UTF-8 (comma delimited)' and load that file."
)
NO_ENCODING = (
    "Line {line} holds a character that is neither UTF-8 nor Windows-1252. "
    "Save the sheet as 'CSV UTF-8 (comma delimited)' and load that file."
)
OPEN_QUOTE = (
    "From row {row} on the cells cannot be told apart: a quotation mark is not closed, or does not stand at "
    'the edge of its cell. Write "" for a quotation mark inside a cell.'
)
CELL_TOO_LARGE = (
    "Row {row} holds a cell of more than {most} characters. A plan has short cells: is a quotation mark left open?"
)
TOO_MANY_ROWS = "The sheet has more than {most} rows."
TOO_MANY_COLUMNS = "Row {row} has more than {most} columns. Keep the columns of the plan and a few of your own."
IN_SHEET = "Sheet {sheet!r}: {problem}"
TOO_MANY_PORTS = "The plan has more than {most} listening ports. Read it in parts, one site at a time."
TOO_MANY_CONNECTIONS = "The plan has more than {most} connections. Read it in parts, one site at a time."
TOO_MANY_BAD = "More than {most} cells cannot be read, so this is hardly a port plan. The first: {first}"

# --- the header

MISSING_COLUMNS = "Row {row} should name the columns, and these are missing: {missing}. Found: {found}."
SHEET_OF_A_SWITCH = (
    "Row {row} names the columns of a switch's physical ports, each of which carries one phone call; in Python "
    "load_switch reads them. A plan has the listening ports of applications, and its columns are missing here: "
    "{missing}."
)
COLUMN_TWICE = "Row {row} names the column {column} twice. Keep one of them."
COLUMN_TWICE_AS = (
    "Row {row} names the column {column} twice, as {first!r} and as {second!r}. Give one of them another name."
)
NO_ROWS = "There is no row in the file. A plan starts with a row of column names: {columns}."

# --- rows of text alone

REMARK = "Row {row} holds text alone and was left out."
REMARKS = "Rows {rows} and {last} hold text alone and were left out."
REMARKS_MANY = "{count} rows hold text alone and were left out. The first of them: {rows}."

# --- a cell

NO_HOST = "No host stands here. Write the name of the host."
NO_APPLICATION = "No application stands here. Write its name, or none when the plan has no application on this host."
NO_PORT = (
    "No port stands here. Write a whole number from 1 to 65535, a range such as 20000-45000, "
    "or none when the application opens no port."
)
BAD_PORT = (
    "This is not a port. Write a whole number from 1 to 65535, or a range such as 20000-45000, smaller number first; "
    "several with ; between them."
)
PORT_OUTSIDE = "No port has this number. Write a whole number from 1 to 65535."
PORT_ZERO = (
    "Port 0 is no port: it asks the system for any free one, which no client could find. "
    "Write a whole number from 1 to 65535, or none when the application opens no port."
)
PORT_VOICE = (
    "This is a port of a switch or an IVR: a physical interface that carries one phone call. A listening port is a "
    "number on a host, by which client programs find a server program. Write that number here, and keep the port of "
    "the switch in a column of its own."
)
PORT_THOUSANDS = (
    "This may be one port or two. Write {number} for one, without a mark for thousands, or {first}; {second} for two."
)
PORT_DATE = (
    "This is a date, not a port. Write a whole number from 1 to 65535; "
    "where the spreadsheet made a date of it, format the cell as text first."
)
ONE_NUMBER = "One port alone belongs here. Write a whole number from 1 to 65535."
TRANSPORTS_DIFFER = (
    "The transport beside the number is none of those in the column Transport. Write the same in both, or only one."
)
PORT_NONE_WITH = "The row says that no port is opened, so nothing belongs here. Empty this cell, or write the port."
APPLICATION_NONE_WITH = (
    "The row says that the host has no application, so nothing belongs here. Empty this cell, or write the application."
)
BAD_TRANSPORT = "This is not a transport. Write one of: {allowed}."
BAD_PURPOSE = "This is not a purpose. Write one of: {allowed}."
BAD_PLATFORM = "This is not a platform. Write one of: {allowed}."
BAD_ADDRESS = (
    "This is not an IP address. Write one such as 10.0.0.2, or leave the cell empty for every address of the host."
)
BAD_CLIENT_PORT = (
    "{text!r} fixes a client port that cannot be. Write a number from 1 to 65535 after port="
    " (message_server:default port=4500)."
)
BAD_CLIENT_ADDRESS = (
    "{text!r} fixes a client address that cannot be. Write an IP address after address="
    " (message_server:default address=10.0.0.2)."
)
BAD_TLS = "{text!r} says neither tls=1 nor tls=0. Write one of the two, or leave tls= out."
BAD_BLOCK = "This is not a block of ports. Write its first and last number, such as 5100-5199."
BAD_DN = (
    "This is not one directory number. Write one such as 1001, without blanks; each phone is an application of its own."
)
BAD_CODE = (
    "{text!r} is not the code of a finding. Write codes such as GP101, or GP1 for all that begin so, several with "
    "commas between them."
)
BAD_HOST_ADDRESS = "This is not an IP address. Write one such as 10.0.0.2, or leave the cell empty."
BAD_CONNECTION = (
    "{text!r} names no port to connect to. Write application:port id, several separated by ; "
    "(message_server:default; lca:default)."
)
NAME_WITH_MARK = "A name holds neither : nor ; because the column Connects to uses them. Write an underscore instead."
UNSEEN_CHARACTER = "The cell holds a character that cannot be seen. Type the text again."
TOO_LONG = "The cell holds more than {most} characters. Is a quotation mark left open?"
SURPLUS = (
    "This cell stands to the right of the last named column. Name its column, or, where a comma, semicolon or tab "
    "belongs to a cell, put that cell in quotation marks."
)

# --- rows against each other

# The place of another row, as it stands in the sentences below it.
ROW = "row {row}"
ROW_OF_SHEET = "row {row} of sheet {sheet!r}"
ROW_OF_FILE = "row {row} of {file}"
ROW_OF_SHEET_OF_FILE = "row {row} of sheet {sheet!r} in {file}"

OTHER_HOST = "{name} stands on {value} in {row}, and runs on one host only. Write {value}, or another application."
OTHER_TYPE = "{name} has the type {value} in {row}. Write the same, or leave the cell empty."
OTHER_BACKUP = "{name} has the backup {value} in {row}. Write the same, or leave the cell empty."
OTHER_TEAM = "{name} belongs to the team {value} in {row}. Write the same, or leave the cell empty."
OTHER_SERVER_INFO_PORT = "{name} has the Server Info port {value} in {row}. Write the same, or leave the cell empty."
OTHER_DN = "{name} has the DN {value} in {row}. Write the same, or leave the cell empty."
OTHER_HOST_ADDRESS = "{name} has the address {value} in {row}. Write the same, or leave the cell empty."
OTHER_PLATFORM = "{name} has the platform {value} in {row}. Write the same, or leave the cell empty."
OTHER_LCA_PORT = "{name} has the LCA port {value} in {row}. Write the same, or leave the cell empty."
PORT_ID_TWICE = "{name} has a port with the id {value} in {row}. Write another id, such as management or sip."

# --- writing

SAVE_SWITCHES = "A CSV sheet cannot hold the voice ports of a switch. Take the switches out of the plan that is saved."
SAVE_HALF_CHARACTER = "A CSV sheet cannot hold this plan: {text!r} has half a character. Type the text again."
SAVE_CHANGED = "A CSV sheet cannot hold this plan as it is. This would read differently: {what}."
SAVE_BAD = "A CSV sheet cannot hold this plan as it is. Its {bad}"
SAVE_REFUSED = "A CSV sheet cannot hold this plan as it is. {problem}"
