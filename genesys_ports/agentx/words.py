"""Every sentence about AgentX that a reader sees, whole, with named places for values."""

from __future__ import annotations

# --- bytes that are no AgentX
CUT_NUMBER = "The PDU ends in the middle of a number."
CUT_OID = "The PDU ends in the middle of an object identifier."
CUT_STRING = "The PDU ends in the middle of a string."
TOO_MANY_NUMBERS = "An object identifier has {count} numbers; it may have {limit} at most."
NO_SYNTAX = "A value has the type {number}, which AgentX does not know."
NO_ADDRESS = "An IpAddress has {count} bytes; it has four."
LEFT_OVER = "{count} bytes are left over after the last part of the PDU."
HALF_RANGE = "A range of object identifiers has a beginning and no end."
WRONG_VERSION = "This is version {version} of AgentX; only version 1 is known here."
WRONG_TYPE = "AgentX knows no PDU of type {type}."
WRONG_LENGTH = "The length of a PDU, {length}, is no multiple of four."
TOO_LONG = "A PDU has {length} bytes; this end takes {limit} at most."

# --- the other end has refused
REFUSED_OPEN = "The master agent has refused the session: {status}."
REFUSED_SUBTREE = "The master agent has refused to register {subtree}: {status}."
CLOSED = "The master agent has closed the session: {reason}."

# --- lines of a trace
FAILED = "{status}"
FAILED_AT = "{status} (number {index})"
MORE = "{text}, and {count} more"
BULK = "{names}, {repetitions} times"
