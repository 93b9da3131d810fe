"""Every sentence of the comparison with reality, whole, with named places for values, ready for a translation."""

from __future__ import annotations

# --- what listens

SOCKETS_COLUMNS = ("Port", "Address", "Program", "PID")
SOCKETS_CAPTION = "{source}: {count} open ports"
SOCKETS_CAPTION_ONE = "{source}: 1 open port"
THIS_MACHINE = "this machine"
GIVEN = "the ports given"

NEED_RIGHTS = (
    "The system does not tell this user which ports are open. Run it as administrator (on macOS and Linux with sudo), "
    "or save the output of  netstat -an  to a file and compare with that."
)
LISTING_FOLDER = "This is a folder. Give the name of a file with the saved output of  ss -lntup  or  netstat -ano."
LISTING_TOO_LARGE = (
    "The file is larger than {megabytes} MB. Save the open ports alone, without the connections:  ss -lntup  (Linux)."
)
NOTHING_LISTENS = (
    "The file lists connections and no port that listens. Save the output with the options that show those:  "
    "ss -lntup  (Linux),  netstat -ano  (Windows) or  netstat -an  (macOS)."
)
NOT_A_LISTING = (
    "This is not a list of open ports. Save the output of  ss -lntup  (Linux),  netstat -ano  (Windows) or  "
    "netstat -an  (macOS) to a file, and give that."
)
BAD_LINE = "Line {line} starts as an open port does, and cannot be read: {text!r}. Save the output once more, whole."
NAMED_PORT = (
    "Line {line} has the name of a service in place of a port number: {text!r}. Save the output with the option -n:  "
    "ss -lntup  (Linux),  netstat -ano  (Windows) or  netstat -an  (macOS)."
)

# --- the comparison

COLUMNS = ("Found", "Port", "Application", "Port ID", "Listens on", "Remark")
OWNER_COLUMNS = ("Program", "PID")
CAPTION = (
    "{host} ({plan}) against {source}: {held} held by another program, {silent} silent, {listening} as planned, "
    "{unplanned} not planned"
)
CAPTION_PLANNED = "{host} ({plan}): {held} held by another program, {silent} silent, {listening} as planned"

UDP_BOUND = "UDP has no listening: the port is bound."
IPV6_ONLY = "It listens on IPv6 only, and the plan wants IPv4."
IPV4_ONLY = "It listens on IPv4 only, and the plan wants IPv6."
IPV6_OR_BOTH = "It listens on ::, which takes IPv4 too unless the program says otherwise."
LOOPBACK_ONLY = "It listens on loopback only: no other machine reaches it."
ELSEWHERE = "It listens on {addresses}, and the plan wants {wanted}."
NAME_UNKNOWN = "It listens on {addresses}; whether that is the planned address cannot be told."
HELD = "The program is {program}, which is not {application}."
RANGE_COUNT = "{open} of {all} are open now. Media ports are opened for each call, so silence is normal."
RANGE_COUNT_OTHER = "{open} of {all} are open now."
MOVED = "{application} does not have its planned port {port}: does it listen here instead?"
UNPLANNED_LOOPBACK = "Loopback only."

HIDDEN_HERE = (
    "The system does not tell this user which program owns {hidden} of {all} open ports. Run it as administrator to "
    "see them all."
)
HIDDEN_IN_FILE = (
    "The file does not tell which program owns {hidden} of {all} open ports. Save it as administrator, and with the "
    "option that shows programs:  ss -lntup  (Linux).  netstat -ano  (Windows) shows numbers of processes only."
)
EPHEMERAL_ONE = (
    "1 UDP port among those for outgoing traffic is bound too; clients come and go there, so it is not listed."
)
EPHEMERAL = (
    "{count} UDP ports among those for outgoing traffic are bound too; clients come and go there, so they are not "
    "listed."
)
NONE_OF_TRANSPORT = (
    "The file has no {transport} port at all, so every planned one counts as silent. Where the command was not asked "
    "for them (ss -lnt), save its output once more:  ss -lntup  (Linux),  netstat -ano  (Windows)."
)
NO_PORTS = "The plan has no listening port on {host}."
LCA = "Local Control Agent"
