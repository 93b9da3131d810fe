"""Every sentence the lab says about CTI links and T-Server, whole, with named places for values."""

from __future__ import annotations

# --- the link, as T-Server's start tells of it
LINK_UP_ONE = "The CTI link is up: {client} has a session with {server} and monitors 1 device."
LINK_UP = "The CTI link is up: {client} has a session with {server} and monitors {count} devices."
HELD_BY_OTHER = (
    "{client} called {server} on port {port}, and {server} gave it no session: {holder} holds the CTI link, and one "
    "T-Server at a time can have it. It tries again when {server} starts."
)
NO_SESSION = "{client} called {server} on port {port}, and {server} gave it no session. It tries again when it starts."
SILENT = (
    "{client} called {server} on port {port} and asked for a session, and whoever listens there gave no answer. "
    "Is it the CTI-link port?"
)
NO_CSTA = (
    "{client} called {server} on port {port} and asked for a session, and whoever listens there does not speak CSTA. "
    "{server} has its CTI link on port {right}."
)
NO_CSTA_AT_ALL = (
    "{client} called {server} on port {port} and asked for a session, and whoever listens there does not speak CSTA: "
    "it is no CTI-link port."
)
NO_T_SERVER = (
    "{client} called {server} on port {port} in its own language, and {server} has hung up: that is the CTI link, "
    "which speaks CSTA, and its client is a T-Server."
)
LOST = "{client} has lost its CTI link to {server}, and hears of no call until it is back."

ONE_SWITCH = (
    "{client} has its CTI link in another connection of the plan, and a T-Server serves one switch: it does not call "
    "{server} on port {port}."
)

# --- cutting a connection
CUT = "The connection between {client} and {server} is cut. Both ends have noticed."
CUT_ALREADY = "The connection between {client} and {server} is down already; mend it, and it comes back."
CUT_SILENTLY = (
    "Nothing travels between {client} and {server} any more, and neither has noticed: each still has its connection."
)
NOT_CONNECTED = "{client} has no connection to {server} that could be cut."
NO_PLAN = "The plan has no connection between {client} and {server} that could be cut."
ONLY_CTI_SILENTLY = (
    "Silently only a CTI link can be cut here: the connection between {client} and {server} has no heartbeat that "
    "would notice."
)
MENDED = "The network between {client} and {server} is whole again."
NOT_CUT = "Nothing is cut between {client} and {server}."
BEAT = "{client} has asked {server} whether it is there, and got an answer: the CTI link is alive."
NO_BEAT = (
    "{client} has asked {server} {count} times whether it is there, each time for {seconds:g} seconds, and got no "
    "answer: it gives the CTI link up."
)
LOST_ALREADY = "{application} has lost its CTI link already, so it has nobody to ask."
NO_LINK = "{application} has no CTI link now, so it has nobody to ask."

# --- what T-Server says: log events, and the alarm of the predefined condition "CTI Link Failure"
EVENT_LINK_CONNECTED = "CTI link to {server} connected"
EVENT_LINK_LOST = "CTI link to {server} disconnected"
ALARM_RAISED = "CTI Link Failure: {client} has lost its CTI link to {server}"
ALARM_CLEARED = "CTI Link Failure is over: {client} has its CTI link to {server} again"

# --- what T-Server tells its T-Library clients
LINK_IS_UP = "The CTI link to {server} is up"
LINK_IS_DOWN = "The CTI link to {server} is down"
LINK_DOWN = (
    "The CTI link between {application} and {server} is down: until it is back, {application} can neither watch calls "
    "nor have any made."
)
NO_SWITCH = "{application} has no connection to a CTI-link port in the plan, so it has no switch."
UNKNOWN_REQUEST = "T-Server in this lab does not know {name}. It knows: {known}."
NO_DN = (
    "{dn} is no DN of this switch in the plan. A DN that was assigned on the switch's console alone is not known to "
    "T-Server: it serves those of the plan, as a real one serves those of the Configuration Layer."
)
NO_NUMBER = "OtherDN says whom to call: digits, letters and * # + . _ -, at most {limit} of them."
NO_CALL = "DN {dn} has no call that this request could be about."
NOT_RINGING = "DN {dn} is not ringing, so there is nothing to answer."
NO_CALL_TO_HOLD = "DN {dn} has no call that could be held."
NOT_HELD = "DN {dn} has put no call on hold."
NOT_TALKING = "DN {dn} has no call that could be transferred."
REFUSED = "The switch refused {name}: {value}."
UNANSWERED = "The switch gave no answer to {name}."
