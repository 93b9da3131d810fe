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
WORKBOOK = "Only CSV can be read so far. Open the workbook and save the sheet as 'CSV UTF-8 (comma delimited)'."
WRONG_ENDING = "The name ends in {ending!r}; a plan file ends in one of: {endings}."
NO_ENDING = "The name has no ending; a plan file ends in one of: {endings}."
NOT_TEXT = "This is not text. Save the sheet as 'CSV UTF-8 (comma delimited)' and load that file."
NOT_UTF8 = (
    "Line {line} holds a character that is not UTF-8. "
    "Save the sheet as 'CSV UTF-8 (comma delimited)' and load that file."
)
OPEN_QUOTE = (
    "From row {row} on the cells cannot be told apart: a quotation mark is not closed, or does not stand at "
    'the edge of its cell. Write "" for a quotation mark inside a cell.'
)
TOO_MANY_ROWS = "The sheet has more than {most} rows."
TOO_MANY_COLUMNS = "Row {row} has more than {most} columns. Keep the columns of the plan and a few of your own."
TOO_MANY_BAD = "More than {most} cells cannot be read, so this is hardly a port plan. The first: {first}"

# --- the header

MISSING_COLUMNS = "Row {row} should name the columns, and these are missing: {missing}. Found: {found}."
COLUMN_TWICE = "Row {row} names the column {column} twice. Keep one of them."
NO_ROWS = "There is no row in the file. A plan starts with a row of column names: {columns}."

# --- a cell

NO_HOST = "No host stands here. Write the name of the host."
NO_APPLICATION = "No application stands here. Write its name, or none when the plan has no application on this host."
NO_PORT = (
    "No port stands here. Write a whole number from 1 to 65535, a range such as 20000-45000, "
    "or none when the application opens no port."
)
BAD_PORT = (
    "This is not a port. Write a whole number from 1 to 65535, or a range such as 20000-45000, smaller number first."
)
PORT_WITH_TRANSPORT = "Write the number alone here, and tcp, udp or tls in the column Transport."
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

OTHER_HOST = (
    "{application} stands on {host} in row {row}, and runs on one host only. Write {host}, or another application."
)
OTHER_TYPE = "{application} has the type {type} in row {row}. Write the same, or leave the cell empty."
OTHER_HOST_ADDRESS = "{host} has the address {address} in row {row}. Write the same, or leave the cell empty."
OTHER_PLATFORM = "{host} has the platform {platform} in row {row}. Write the same, or leave the cell empty."
PORT_ID_TWICE = (
    "{application} has a port with the id {port_id} in row {row}. Write another id, such as management or sip."
)

# --- writing

SAVE_SWITCHES = "A CSV sheet cannot hold the voice ports of a switch. Take the switches out of the plan that is saved."
SAVE_CHANGED = "A CSV sheet cannot hold this plan as it is. This would read differently: {what}."
SAVE_BAD = "A CSV sheet cannot hold this plan as it is. Its {bad}"
SAVE_REFUSED = "A CSV sheet cannot hold this plan as it is. {problem}"
WRITE_NO_FOLDER = "The folder for this file does not exist. Make it first, or give another name."
WRITE_REFUSED = "The system does not let you write a file of this name. Give a name in a folder of your own."
WRITE_BROKE = "The file could not be written to its end, so it was taken away again. Is the disk full?"
