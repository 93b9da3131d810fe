"""What a wire tap may say."""

from __future__ import annotations

# --- labels
PORT = "Port"
CONNECT = "Connect"
DISCONNECT = "Disconnect"
TLS = "Speak TLS"
EXAMPLE = "Example"
SEND_AS = "Send as"
TEXT = "Text"
SEND = "Send"
HEX = "Show bytes in hex"
TRANSCRIPT = "What went both ways"
NO_EXAMPLE = "choose one"

#: One entry of the list of ports.
ENTRY = "{application} {port} on {host}: {state}"
STATES = {"closed": "closed", "listening": "listening", "taken": "taken by another program"}

#: How the text becomes bytes.
AS_LF = "text, each line ends with LF"
AS_CRLF = "text, each line ends with CR LF"
AS_IT_IS = "text as it stands, no line end"
AS_HEX = "bytes in hex"

# --- sentences
NO_PORTS = "The plan of this lab has no port to connect with."
NOT_YET = "You are not connected."
CHOSEN = "Chosen: {entry}."
NOT_CONNECTED = "You are not connected, so nothing can be sent. Connect first."
DISCONNECTED_ALREADY = "You were not connected."
EXAMPLE_TAKEN = "The example stands in the field for text. Send it, or change it first."
NO_SUCH_EXAMPLE = "example for this port"
NO_SUCH_FORM = "way to send"

# --- names of examples
A_MESSAGE = "a message"
A_CALL_REQUEST = "RequestAnswerCall, though nobody rings"
READ_CONFIGURATION = "ask for the configuration"
AN_INTRODUCTION = "introduce yourself"
WRONG_DOOR = "HTTP at the wrong door"
OPTIONS = "SIP OPTIONS: are you there?"
OPTIONS_CUT = "SIP OPTIONS without From and To"
LOGIN = "log in as admin"
HELP = "ask for help"
SHOW_PORTS = "show ports"
GET_NAME = "SNMP GET sysName.0"
WRONG_COMMUNITY = "SNMP GET with a wrong community"
NO_SNMP = "plain text instead of SNMP"
START_SESSION = "CSTA StartApplicationSession of a stranger"
SYSTEM_STATUS = "CSTA RequestSystemStatus without a session"
COLD_START = "SNMP trap coldStart"
RTP = "one RTP packet without sound"
