"""What a call desk says, whole."""

from __future__ import annotations

# --- what stands in a row
DN = "DN {dn}"
PREFIX = "prefix {dn}"
KINDS = {
    "phone": "SIP phone",
    "gateway": "gateway to the outside",
    "station": "station of {switch}",
    "ivr": "IVR port of {switch}",
    "outside": "callers outside, over the trunks of {switch}",
    "desktop": "agent desktop, T-Library client of {server}",
    "sip_server": "SIP Server",
    "t_server": "T-Server",
    "switch": "switch",
}
DOWN = "{name} does not run: start it"
RUNS = "runs"
NO_SIP_PORT = "runs, and has no SIP port"
CLOSED = "the lab is closed"
REGISTERED = "registered with {server}"
REGISTERED_DOWN = "registered with {server}, which does not run"
NOT_REGISTERED = "not registered with {server}"
REACHED = "connected to {server}"
REACHED_DOWN = "connected to {server}, which does not run"
NOT_REACHED = "not connected to {server}"
NO_SERVER = "the plan connects it to no SIP Server"
IN_SERVICE = "in service"
OUT_OF_SERVICE = "out of service"
CLOSING = "out of service when its call is over"
LINK_UP = "runs; its CTI link to {server} is up"
LINK_DOWN = "runs; its CTI link to {server} is down"

# --- names of rows, where one name is not enough
OF_SWITCH = "{name} of {switch}"
AT_SERVER = "{name} at {server}"
ANOTHER = "{name} (another)"

# --- states
IDLE = "idle"
CALLING = "calls {other}"
RINGING = "rings: {other} calls"
TALKING = "talks with {other}"
HOLDING = "holds the call with {other}"
HELD = "is held by {other}"
BUSY = "hears busy: {other} did not answer"
ENDING = "hangs up"
OUTSIDE_CALL = "{caller}: {state}"
ACTS_FOR = "for DN {dn}: {state}"
ACTS_FOR_NOBODY = "there is no DN it could act for"
AND_MORE = "and {count} more"

# --- buttons
LABELS = {
    "call": "Call",
    "answer": "Answer",
    "hold": "Hold",
    "retrieve": "Retrieve",
    "transfer": "Transfer",
    "release": "Release",
}
TIPS = {
    "call": "{name}: call the number to the left",
    "answer": "{name}: answer the call that rings",
    "hold": "{name}: put the call on hold",
    "retrieve": "{name}: take the call back from hold",
    "transfer": "{name}: hand the call on to the number to the left",
    "release": "{name}: hang up",
}
START = "Start"
START_TIP = "Start {name}"
START_MISSING = "Start what is missing"
START_MISSING_TIP = "Start every server, phone and desktop of this panel, and what they need"
NUMBER_OF = "Number that {name} calls"
DN_OF = "DN that {name} acts for"
ITSELF = "answers by itself"
ITSELF_TIP = "{name} lifts the receiver when it rings"
PROTOCOL = "Show"
PROTOCOLS = {"all": "all three", "sip": "SIP", "tlib": "TLib (T-Library)", "cti": "CTI (CSTA)"}
SINCE = "Steps"
SINCES = {"action": "of the last action", "call": "since the call began"}
PROTOCOL_WORD = "choice of protocols"
SINCE_WORD = "beginning of the ladder"
EMPTY = "Empty the ladder"
EMPTY_TIP = "Show only what travels from now on"
SERVERS = "Servers and switch"
DEVICES = "Phones and desktops"
LADDER = "What has travelled"

# --- what is told below
STARTED = "Started: {names}."
NOTHING_TO_START = "Everything of this panel runs."
RINGS = "{caller} has called {number}, and {called} rings: answer there."
REQUESTED = "{desktop} has asked {server}: {request} for DN {dn}. {server} has taken the request."
NO_TRANSFER = (
    "This SIP Server offers no transfer. A switch with a CTI link does: RequestSingleStepTransfer, or the transfer of "
    "a station."
)
NO_OUTSIDE = "Whoever is outside the switch can call and hang up here; nothing else is known of that telephone."
NO_OUTSIDE_FREE = "Everybody outside is on the telephone."
DEVICE_WORD = "device of this desk"
NO_DESKTOP_ROW = "{name} is no agent desktop: it acts for itself."
NO_DN = "{desktop} can act for no DN {dn!r}. There are: {known}."
NO_ANSWERING = "{name} is no phone that could answer by itself."
BY_ITSELF = "From now on {name} answers by itself."
BY_HAND = "From now on {name} rings until somebody answers."
NOW_FOR = "{desktop} acts for DN {dn}."
EMPTIED = "The ladder begins anew."

NOTHING_TRAVELLED = "Nothing has travelled yet."
NOTHING_SPOKEN = (
    "Nothing of that has travelled. What happens at the stations of a switch goes over no TCP port by itself: T-Server "
    "has to have the CTI link, and clients have to be connected to T-Server."
)
NO_DESKTOP = (
    "No agent desktop: plan an application of the type Agent Desktop that connects to SIP Server or to T-Server, to "
    "call by click."
)
NOTHING_HERE = "This plan has no phone and no switch, so nobody can call."
MORE = "and {count} more devices: name those to show, as in CallDesk(lab, {example!r})."

# --- as text
SERVERS_COLUMNS = ("Name", "What", "State")
DEVICES_COLUMNS = ("Name", "DN", "What", "Service", "State", "Possible")
CALLS = "Calls"
CALLS_COLUMNS = ("From", "To", "Number", "State")
PARTY = "{number}: {state}"
NO_CALLS = "No calls."
