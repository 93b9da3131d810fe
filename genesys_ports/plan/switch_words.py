"""Every sentence that is said of the sheet of a switch's ports, whole, with named places for values."""

from __future__ import annotations

WRONG_ENDING = (
    "The name ends in {ending!r}; the sheet of a switch ends in one of: {endings}. Save the sheet as 'CSV UTF-8 (comma "
    "delimited)' and load that file."
)
EMPTY = "The file is empty. The sheet of a switch starts with a row of column names: {columns}."
NO_HEADER = "No row names the columns of a switch's ports. They are: {columns}; DN may be left out."
NO_PORTS = "The sheet names the columns of a switch, and no port stands below them."
TOO_MANY = "The sheet has more than {most} rows. A switch of that size is read card by card."
COLUMN_TWICE = "Row {row} names the column {column} twice. Keep one of them."

NO_SWITCH = "No switch stands here. Write its name: that of the application whose CTI link and management port it has."
OTHER_SWITCH = "This sheet is of the switch {name}. Give each switch a sheet of its own."
NO_LABEL = "No port stands here. Write where it is in the frame, card and port: 03-05."
BAD_LABEL = (
    "This is not a place in the frame of a switch. Write card and port, such as 03-05; where the spreadsheet made a "
    "date of it, format the cell as text first."
)
LISTENING = (
    "This is a listening port, a number on a host by which client programs find a server program. Here stand the "
    "physical ports of a switch or an IVR, each of which carries one phone call. Write card and port, such as 03-05."
)
LABEL_TWICE = "Port {label} stands in row {row} already. Each port has one place in the frame."
NO_KIND = "No kind stands here. Write one of: {allowed}."
BAD_KIND = "This is not a kind of voice port. Write one of: {allowed}."
BAD_DN = "This is not a number that can be dialled. Write digits such as 2001, without blanks, or leave the cell empty."
DN_TWICE = "The DN {dn} stands in row {row} already. A DN leads to one station."
DN_OF_OTHERS = "{dn} leads to the {kind} ports of row {row}. A number leads to ports of one kind."
