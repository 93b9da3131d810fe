"""What is said of an export in JSON, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

# --- the file

NOT_UNICODE = "The text is not UTF-8. Export the configuration again, or save the file as UTF-8."
NOT_JSON = "From line {line}, character {character} on, this is not JSON. Export the file again."
TOO_DEEP = "The values stand too deep inside each other for a configuration export. Export the file again."
TOO_MANY_VALUES = "The file holds more than {most} values, so it is hardly a port plan."
KEY_TWICE = "An object of the file names {key!r} twice, so nobody knows which one counts. Export the file again."
NO_EXPORT = (
    "This JSON is no configuration export with hosts or ports in it. Expected are applications (name, serverInfo, "
    "portInfos) and hosts (name, ipAddress, lcaPort), or a list of objects with AppName, AppHostName and AppPort."
)

# --- an entry

NOT_AN_OBJECT = "An object with a name belongs here."
NOT_A_VALUE = "A text or a number belongs here, and not a list or an object."
NO_SUCH_DBID = "The export holds no object with this DBID. Export hosts and applications together, or write the name."
PORT_ID_TWICE = "The application has another port with this id. Give one of them another id."
NAME_WITH_MARK = "The name of a server or a port id holds neither : nor ; here. Write an underscore instead."

# --- what was left out

CLIENTS = (
    "Applications without host and port, as clients are, were left out of the plan: {count} of {all} in the export."
)
