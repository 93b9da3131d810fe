"""Every sentence of the firewall list, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

TITLE = "Firewall list"
NOTES = "Notes"
TOO_MANY_FOR_A_SHEET = "A sheet of a workbook holds {most} rows, and the list has more. Write it as .csv."

# --- the table

COLUMNS = (
    "Source",
    "Source host",
    "Source address",
    "Source port",
    "Destination",
    "Destination host",
    "Destination address",
    "Protocol",
    "Port",
    "Purpose",
    "Classification",
    "Basis",
    "Note",
    "Rows",
)
SOURCE_PORT = COLUMNS[3]
PORT = COLUMNS[8]
NOTE = COLUMNS[12]
ANY_PORT = "any"
PROTOCOL = {"tcp": "TCP", "udp": "UDP", "tls": "TCP (TLS)"}
PLACE = "{file} row {rows}"
PLACES = "{file} rows {rows}"
PLACE_IN_SHEET = "{file} [{sheet}] row {rows}"
PLACES_IN_SHEET = "{file} [{sheet}] rows {rows}"

# By whether there is one rule, and whether any was left out.
CAPTIONS = {
    (True, False): "{plan}: 1 rule",
    (True, True): "{plan}: 1 rule; {local} more inside one host, which no firewall sees",
    (False, False): "{plan}: {rules} rules",
    (False, True): "{plan}: {rules} rules; {local} more inside one host, which no firewall sees",
}

# --- ends that stand in no plan

ANY_SIP = "any SIP endpoint (phones, gateways)"
NMS = "the network management system"
ADMINISTRATOR = "whoever programs the switch"
ANY_MASTER = "any SNMP master agent"
EVERY = "every {component} of the plan"
LCA = "Local Control Agent"

# --- why a row is there

HA_NOTE = "For the HA pair: the plan names the connection {connection}."
HA_NOTE_ANY = (
    "For the HA pair: the plan names the connection {connection}. It fixes no backup-port, so the backup comes from "
    "any port."
)
HA_SYNC = (
    "HA synchronisation, backup to primary. After a switchover the two have changed places: ask whether the reverse "
    "is needed too."
)
SCS_TO_LCA = "Solution Control Server connects to every Local Control Agent (documented start-up order)."
SCS_TO_LCA_LOW = (
    "Solution Control Server connects to every Local Control Agent (documented start-up order). The plan says "
    "{number}; below 2000 the agent starts on {default}."
)
AGENTX = "Solution Control Server is a sub-agent of the SNMP master agent (AgentX)."
SIP_ENDPOINTS = (
    "SIP signalling, which no connection list shows. Ask which phones and gateways there are, and whether the SIP "
    "server calls them on ports of their own."
)
SIP_INSIDE = "SIP signalling through a VoIP Service DN, which no connection list shows. Ask which of the ports is used."
SIP_DEVICE = (
    "SIP signalling between SIP Server and its phones and gateways. Either side opens: over UDP, and over TCP where a "
    "message is large or the device is set so. Ask which of the two the devices use."
)
MEDIA = (
    "Voice itself (RTP and RTCP), opened for each call. It flows back too, to ports of the phones that no plan knows."
)
SNMP_POLL = "A management port waits for a network management system, which the plan does not name."
CONSOLE = "The console of a switch, at which its administrators program it. It is not SNMP: ask from where they do so."
SNMP_TRAP = "SNMP traps go from the master agent to the network management system."

# --- what could not be made

NO_CLIENT = "No rule for {connection}: the plan has no application {client!r}."
NO_SERVER = "No rule for {connection}: the plan has no application {server!r}."
NO_PORT_ID = "No rule for {connection}: {server} has no port with the id {port_id!r}."
NO_BACKUP = "No rules for the backup of {application}: the plan has no application {backup!r}."
NO_BACKUP_PORT = "No rule to {backup}, the backup of {application}: it has no port with the id {port_id!r}."
UNCALLED_ONE = "No rule leads to this port, because no connection names it: {ports}."
UNCALLED = "No rule leads to these {count} ports, because no connection names them: {ports}."
UNCALLED_MORE = "{ports}, …"
MORE_PROBLEMS = "… and {count} more of this kind."
