"""Every sentence beside the bytes of a message, whole, with named places for values."""

from __future__ import annotations

REST_ONE = "… and 1 more byte"
REST = "… and {count} more bytes"

# --- CSTA

FRAME = "header: 0000, {length} bytes with this header, invoke ID {invoke_id}"

# --- SNMP

VERSIONS = {0: "SNMP version 1", 1: "SNMP version 2c", 3: "SNMP version 3"}
COMMUNITY = "community: {community}"
USER = "user: {user}"
NOBODY_YET = "none yet"
SECURITY = {
    0: "neither authenticated nor encrypted",
    1: "authenticated, not encrypted",
    3: "authenticated and encrypted",
}
ENCRYPTED = "The request or answer itself is encrypted: without the password nobody reads it."
OBJECT = "  {name}"
VALUE = "  {name} = {value}"
ERROR = "error: {error}"
ERROR_AT = "error: {error}, at object {place}"
BULK = "objects asked for once: {once}; rows of the rest: {rows}"
TRAP_V1 = "enterprise: {enterprise}; generic trap {generic}, specific trap {specific}"
TICKS = "(a time)"
MORE_OBJECTS = "  … and {count} more objects"
MORE_OBJECTS_ONE = "  … and 1 more object"
#: What a message of SNMP is (RFC 3416, section 3; 4 is the trap of version 1, RFC 1157).
PDUS = (
    "get-request", "get-next-request", "response", "set-request", "trap", "get-bulk-request", "inform-request",
    "trap", "report",
)  # fmt: skip
#: What stands in place of a value (RFC 3416, section 3).
NOT_THERE = {0x80: "no such object", 0x81: "no such instance", 0x82: "nothing comes after it"}

# --- AgentX

AGENTX = "AgentX {name}: a header of 20 bytes, then {count} bytes"
AGENTX_TIMED = "The time in bytes 20 to 23 is another one on each run, and not shown."
AGENTX_UNKNOWN = "type {number}"
#: Types of AgentX messages (RFC 2741, section 6.1).
AGENTX_NAMES = (
    "Open", "Close", "Register", "Unregister", "Get", "GetNext", "GetBulk", "TestSet", "CommitSet", "UndoSet",
    "CleanupSet", "Notify", "Ping", "IndexAllocate", "IndexDeallocate", "AddAgentCaps", "RemoveAgentCaps", "Response",
)  # fmt: skip

# --- fields: the names of what a message holds, where its protocol has none

BYTES_FIELD = "Bytes"
NOTE_FIELD = "Note"
MORE_FIELD = "And more"
MORE_FIELDS = "{count} more fields are not shown."
MORE_FIELDS_ONE = "1 more field is not shown."
NO_BYTES = "This step is no message: no bytes were sent."
UNREADABLE = "These bytes cannot be read as {protocol}."
UNKNOWN = "Nothing here knows how to read {protocol}."
NO_PROTOCOL = "What language this is in is not known."
#: How the languages of a trace are written.
LANGUAGES = {
    "teaching": "the teaching format",
    "csta": "CSTA",
    "snmp": "SNMP",
    "agentx": "AgentX",
    "console": "lines of a console",
    "sip": "SIP",
    "rtp": "RTP",
}

REQUEST_FIELD = "Request"
STATUS_FIELD = "Status"
BODY_FIELD = "Body"
NO_COLON = "This line has no colon, so it is no header."
LINE_FIELD = "Line {number}"
TEXT_FIELD = "Text"
EMPTY = "(empty)"
HEADER_FIELD = "Header"

VERSION_FIELD = "Version"
COMMUNITY_FIELD = "Community"
USER_FIELD = "User"
SECURITY_FIELD = "Security"
PDU_FIELD = "PDU"
TRAP_FIELD = "Trap"
BULK_FIELD = "Repetitions"
ERROR_FIELD = "Error"
ERROR_VALUE = "{error}"
ERROR_VALUE_AT = "{error}, at object {place}"
ASKED = "(asked for)"

AGENTX_FIELD = "AgentX"
SESSION_FIELD = "Session"
TRANSACTION_FIELD = "Transaction"
PACKET_FIELD = "Packet"
ORDER_FIELD = "Byte order"
BIG_END, LITTLE_END = "most significant byte first", "least significant byte first"
LENGTH_FIELD = "Length"
LENGTH = "{count} bytes follow the header"
CONTEXT_FIELD = "Context"
IDENTIFIER_FIELD = "Identifier"
DESCRIPTION_FIELD = "Description"
REASON_FIELD = "Reason"
PRIORITY_FIELD = "Priority"
SUBTREE_FIELD = "Subtree"
UP_TIME_FIELD = "Up time"
UP_TO = "(asked for, up to {end})"
#: Why a session ends (RFC 2741, section 6.2.2), and how a request went (section 6.2.16).
CLOSE_REASONS = {
    1: "other", 2: "parse error", 3: "protocol error", 4: "timeouts", 5: "shutdown", 6: "by the manager",
}  # fmt: skip
AGENTX_ERRORS = {
    256: "openFailed", 257: "notOpen", 258: "indexWrongType", 259: "indexAlreadyAllocated",
    260: "indexNoneAvailable", 261: "indexNotAllocated", 262: "unsupportedContext", 263: "duplicateRegistration",
    264: "unknownRegistration", 265: "unknownAgentCaps", 266: "parseError", 267: "requestDenied",
    268: "processingError",
}  # fmt: skip

TYPE_FIELD = "Payload type"
#: Payload types that telephones use (RFC 3551, section 6).
RTP_TYPES = {
    0: "0 (PCMU: G.711 µ-law)", 3: "3 (GSM)", 4: "4 (G.723)", 8: "8 (PCMA: G.711 A-law)", 9: "9 (G.722)",
    13: "13 (comfort noise)", 18: "18 (G.729)",
}  # fmt: skip
DYNAMIC_TYPE = "{number} (agreed in SDP)"
MARKER_FIELD = "Marker"
YES, NO = "yes", "no"
SEQUENCE_FIELD = "Sequence number"
TIMESTAMP_FIELD = "Timestamp"
SOURCE_FIELD = "Source (SSRC)"
VOICE_FIELD = "Voice"
VOICE = "{count} bytes"

#: Headers of SIP in their short form (RFC 3261, section 20, and later ones).
COMPACT = {
    "c": "Content-Type", "e": "Content-Encoding", "f": "From", "i": "Call-ID", "k": "Supported", "l": "Content-Length",
    "m": "Contact", "o": "Event", "r": "Refer-To", "s": "Subject", "t": "To", "u": "Allow-Events", "v": "Via",
}  # fmt: skip
COMPACT_FIELD = "{long} (short: {short})"
#: Lines of SDP by their letter (RFC 8866, section 5).
SDP = {
    "v": "version", "o": "origin", "s": "session name", "i": "information", "u": "URI", "e": "e-mail", "p": "phone",
    "c": "connection", "b": "bandwidth", "t": "time", "r": "repeat", "z": "time zones", "k": "key", "a": "attribute",
    "m": "media",
}  # fmt: skip
SDP_FIELD = "SDP {letter}= ({name})"
