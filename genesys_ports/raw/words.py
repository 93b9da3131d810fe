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
NO_USER = "user: none yet"
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
