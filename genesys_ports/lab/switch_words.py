"""Every sentence that a switch of the lab says to a learner: at its phones and on its console, whole."""

from __future__ import annotations

from ..model import Purpose

# --- what a call occupies: the ports of a switch, by kind
PORT_WORDS = {"station": "station port {ports}", "trunk": "trunk channel {ports}", "ivr": "IVR port {ports}"}
PORT_WORDS_MANY = {"station": "station ports {ports}", "trunk": "trunk channels {ports}", "ivr": "IVR ports {ports}"}
AND = "{first} and {last}"
OCCUPIED = "Occupied: {ports}."

# --- calls
RINGS = "{caller} calls {number}: it rings."
IVR_ANSWERS = "{caller} calls {number}: the IVR answers."
OUTSIDE_ANSWERS = "{caller} calls {number}: the call goes out over a trunk, and the far end answers."
CALLS_ALREADY = "{caller} has called {number} already."
ANSWERED = "{device} has answered the call from {other}."
ANSWERED_ALREADY = "{device} has answered the call from {other} already."
HUNG_UP = "{device} has hung up: the call with {other} is over. Free again: {ports}."
NO_CALL = "{device} has no call."
HELD = "{device} has put the call with {other} on hold. A call on hold keeps its ports."
HELD_ALREADY = "{device} has the call with {other} on hold already."
RETRIEVED = "{device} talks with {other} again."
TALKS_ALREADY = "{device} talks with {other} already."
TRANSFERRED = "{device} has transferred the call with {other} to {to}: it rings."
TRANSFERRED_ALREADY = "{device} has transferred its call to {to} already."
TRANSFERRED_ANSWERED = "{device} has transferred the call with {other} to {to}, and the call is answered."

# --- what goes wrong
NO_DEVICE = "{switch} has no device {device!r}: a station goes by its DN, an IVR port by its label."
NO_RINGING = "No call rings at {device}."
NUMBER_WORD = "number that can be dialled"
NUMBERS = ("2002", "3000", "95551234")
BUSY = "{number} is busy: {ports}."
BUSY_MANY = "Everything behind {number} is busy: {ports}."
OUT_OF_ORDER = "{number} cannot be reached: {ports}."
RELEASE_FIRST = 'A port out of service takes no call. To bring it back:  await desk.release("{port}")'
NO_CHANNEL = "No trunk channel is free: {ports}."
NO_TRUNKS = "{switch} has no trunk channel, so no call comes in from outside or goes there."
STATE_OF_PORT = "{port} ({state})"

# --- the ports themselves
OUT_NOW = "{port} is out of service: no call takes it until it is released."
OUT_LATER = "{port} carries a call, and goes out of service when that is over."
BACK = "{port} is in service."
CLOSING = "{state}, then out of service"

CALLS_ENDED_ONE = "1 call has ended with {switch}: voice runs through the ports of the switch."
CALLS_ENDED_MANY = "{count} calls have ended with {switch}: voice runs through the ports of the switch."

# --- tables
PORTS = "Ports of {switch} that carry calls"
PORTS_COLUMNS = ("Port", "Kind", "DN", "State", "Carries", "Call")
CALLS = "Calls on {switch}"
CALLS_COLUMNS = ("Call", "Caller", "Number", "State", "Ports")
CAPACITY = "How many calls can pass {switch}, and how many clients can connect"
CAPACITY_COLUMNS = ("What", "How many", "In use", "Free", "Out of service", "The next one")
KINDS = {"station": "station ports", "trunk": "trunk channels", "ivr": "IVR ports"}
TCP_PORT = "port {port} of {application} ({purpose})"
NO_CLIENT = "no client"
ONE_CLIENT = "1 client"
CLIENTS = "{count} clients"
NO_LIMIT = "any number"
FINDS_PORT = "finds a free port"
HEARS_BUSY = "hears busy"
CONNECTS = "connects, too"
CONNECTS_LINK = "connects, too; but the switch talks with one T-Server at a time"
CONNECTS_CONSOLE = "connects, too; the console serves {limit} at a time"
REFUSED_NOW = "is refused: nobody listens"

# --- the console's port
TOO_LONG = "This line is longer than {limit} bytes; the connection is closed."
TOO_MANY = "{limit} administrators are at this console already; try again when one has gone."
HIDDEN = "********"
EMPTY_LINE = "(empty line)"
GREETING = "greeting"
ANSWER = "answer"

# --- a console session
CONSOLE_OPEN = "A console of {application} is open on port {port} of {host}."
NO_CONSOLE_PORT = "{application} has no console: the plan gives it no TCP port for management."
SNMP_INSTEAD = (
    "Its management port {port} speaks SNMP, for a network management system; a console is for an administrator who "
    'types. Ask it so:  await lab.snmpget("{application}", "sysName.0")'
)
PLAN_ONE = "Plan a TCP port for management of {application}: column 'Purpose', management."
REFUSED = "You called port {port} of {host}, and were refused: nobody listens there."
REFUSED_UDP = (
    "You called port {port} of {host}, and were refused: nobody listens there. The plan has {udp} there, and a port "
    "over UDP is another one than over TCP, even with the same number."
)
NOT_STARTED = '{application} is not running. Start it first:  await lab.start("{application}")'
RIGHT_PORT = 'The console of {application} listens on port {port}:  await lab.console("{application}")'
_SILENT_OTHER = (
    "You have connected to port {port} of {host}, and no console greets you: {server} has that port for something else."
)
#: By what the port is for; None is one of a program outside the lab.
SILENT: dict[Purpose | None, str] = {
    **dict.fromkeys(Purpose, _SILENT_OTHER),
    Purpose.CTI_LINK: (
        "You have connected to port {port} of {host}, and no console greets you: that is the CTI link of {server}, on "
        "which it talks with T-Server in CSTA."
    ),
    Purpose.COMMUNICATION: (
        "You have connected to port {port} of {host}, and no console greets you: that is the communication port of "
        "{server}, on which it talks with other applications."
    ),
    Purpose.SIP: (
        "You have connected to port {port} of {host}, and no console greets you: that is the SIP port of {server}, for "
        "phones and gateways."
    ),
    None: "You have connected to port {port} of {host}, and whoever listens there is no console: nobody greets you.",
}
OVER = "This console session is over."
OPEN_AGAIN = 'Open another:  console = await lab.console("{application}")'
NO_TEXT = 'A console wants text, in quotation marks:  await console.type("show ports")'
ONE_LINE = "One line at a time: a line on a console ends with the Enter key."
CLOSED = "The console session is closed."
CLOSED_ALREADY = "The console session was closed already."
